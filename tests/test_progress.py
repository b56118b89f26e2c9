"""Progress: what attempts add up to, as figures, as text, as plots, and as a page in a real browser."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from attempts import BANK, NOON, QUESTION, TWO, answered, attempt, keep, timed
from browser import Browser, axe_faults, started_browser
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from voiceprep import checks, profile, resources
from voiceprep.cli.app import app
from voiceprep.cli.progress import BARS, DIGITS, Ink, progress_lines, shows_bars
from voiceprep.cli.render import Page
from voiceprep.engines import plotting
from voiceprep.engines.home import Written, home, reports
from voiceprep.engines.journal import SqliteJournal
from voiceprep.model import (
    Chart,
    ChartKind,
    Delivery,
    Move,
    Question,
    Series,
    Signal,
    Standing,
    Status,
    Transcript,
    Verdict,
)
from voiceprep.progress import (
    FEW,
    LATELY,
    MAX_PERIODS,
    OFTEN,
    Progress,
    Readiness,
    Unit,
    belonged,
    progress,
)
from voiceprep.replay import plots

SAID_IT, LEFT_OUT, MISHEARD = Status.SAID, Status.MISSING, Status.MISHEARD
SPOKEN = Delivery(words=100, fillers=2, seconds=60.0, words_per_minute=100, longest_pause_s=2.0)
TYPED = Delivery(words=100, fillers=9, seconds=None, words_per_minute=None, longest_pause_s=None)
OTHER = next(question for question in BANK.questions if question.topic != QUESTION.topic)
FIRST_ELEMENT = QUESTION.elements[0].id
HOSTILE = "<script>window.pwned=1</script> \" ' &lt; \u202egnp.exe $x^2$ שלום"


def standing(day: int = 0, question: str = QUESTION.id, **changed: object) -> Standing:
    """An attempt that said nothing wrong and left nothing out, so many days after NOON."""
    usual: dict[str, object] = {
        "first": Verdict.STRONG,
        "elements": ((FIRST_ELEMENT, SAID_IT),),
        "moves": ((Move.REASON, SAID_IT),),
        "held": (True,),
        "delivery": SPOKEN,
        "signals": None,
    }
    return Standing(day + 1, question, NOON + timedelta(days=day), **(usual | changed))  # type: ignore[arg-type]


def over(*standings: Standing, questions: tuple[Question, ...] = BANK.questions) -> Progress:
    return progress(standings, questions, UTC)


# ------------------------------------------------------------------------------ figures


def test_coverage_counts_what_was_asked_for() -> None:
    """Said of asked for, per topic and element; what may have been misheard counts on neither side."""
    other = OTHER.elements[0].id
    found = over(
        standing(0, elements=((FIRST_ELEMENT, SAID_IT), ("b", LEFT_OUT))),
        standing(1, elements=((FIRST_ELEMENT, LEFT_OUT), ("b", MISHEARD))),
        standing(2, OTHER.id, elements=((other, SAID_IT),)),
    )
    assert (found.coverage.total.said, found.coverage.total.asked) == (2, 4)
    assert {one.topic: (one.course.total.said, one.course.total.asked) for one in found.topics} == {
        QUESTION.topic: (1, 3),
        OTHER.topic: (1, 1),
    }
    element = next(one for one in found.elements if one.id == FIRST_ELEMENT)
    assert element.need == QUESTION.elements[0].need
    assert [(count.said, count.asked) for count in element.course.periods] == [(1, 1), (0, 1), (0, 0)]
    assert element.course.n_answers == 2
    assert found.topics[0].topic == QUESTION.topic, "the least covered topic comes first"


@pytest.mark.parametrize(
    ("days", "unit", "first"),
    [
        (0, Unit.DAY, date(2026, 5, 4)),
        (MAX_PERIODS - 1, Unit.DAY, date(2026, 5, 4)),
        (MAX_PERIODS, Unit.WEEK, date(2026, 5, 4)),
        (365, Unit.MONTH, date(2026, 5, 1)),
        (365 * 10, Unit.YEAR, date(2026, 1, 1)),
    ],
)
def test_the_time_is_cut_into_as_many_periods_as_can_be_seen(days: int, unit: Unit, first: date) -> None:
    """The shortest unit that fits; the first period holds the first attempt, the last the last."""
    found = over(standing(0), standing(days))
    assert (found.unit, found.periods[0]) == (unit, first)
    assert len(found.periods) <= MAX_PERIODS
    assert found.coverage.periods[0].asked
    assert found.coverage.periods[-1].asked


@given(st.lists(st.integers(0, 20_000), max_size=30))
def test_every_attempt_is_in_one_period(days: list[int]) -> None:
    """However attempts lie in time, the periods follow one another without a hole and hold them all."""
    found = over(*(standing(day) for day in sorted(days)))
    assert sum(count.asked for count in found.coverage.periods) == len(days)
    assert list(found.periods) == sorted(set(found.periods))
    if found.unit in (Unit.DAY, Unit.WEEK):
        step = timedelta(days=1 if found.unit is Unit.DAY else 7)
        assert all(
            after - before == step for before, after in zip(found.periods, found.periods[1:], strict=False)
        )
    assert len(found.periods) <= MAX_PERIODS or found.unit is Unit.YEAR


def test_ready_is_a_strong_answer_and_a_follow_up_that_was_met() -> None:
    """First and follow-up go each by the latest attempt that has one; neither makes up for the other."""

    def stands(*standings: Standing) -> Readiness:
        return over(*standings).questions[0].readiness

    assert stands(standing()) is Readiness.READY
    assert stands(standing(held=(True, False))) is Readiness.FIRST
    assert stands(standing(held=())) is Readiness.FIRST
    assert stands(standing(first=Verdict.PARTIAL)) is Readiness.NOT_YET
    assert stands(standing(0), standing(1, held=())) is Readiness.READY, "a drill without follow-ups"
    assert stands(standing(0), standing(1, held=(False,))) is Readiness.FIRST
    assert stands(standing(0), standing(1, first=Verdict.FLAT)) is Readiness.NOT_YET
    assert stands(standing(0, first=Verdict.FLAT), standing(1)) is Readiness.READY
    topic = over(standing(0), standing(1, held=(False,))).topics[0]
    assert (topic.asked, topic.first_holds, topic.ready) == (1, 1, 0)
    assert topic.n_questions == sum(one.topic == QUESTION.topic for one in BANK.questions)


def test_what_was_left_out_often_and_lately_is_named() -> None:
    """OFTEN of the LATELY latest times; what was left out long ago, or once, is not."""
    gap, fine = ((Move.REASON, LEFT_OUT),), ((Move.REASON, SAID_IT),)
    long_ago = [standing(day, moves=gap) for day in range(3)]
    since = [standing(3 + day, moves=fine) for day in range(LATELY)]
    assert over(*long_ago, *since).left_out_moves == ()
    assert over(*since, standing(10, moves=gap)).left_out_moves == ()
    found = over(*long_ago, *since[: LATELY - OFTEN], *(standing(20 + n, moves=gap) for n in range(OFTEN)))
    (omission,) = found.left_out_moves
    assert (omission.name, omission.question, omission.missed, omission.asked) == ("reason", None, 5, 8)
    assert (omission.lately_missed, omission.lately_asked, omission.attempt) == (OFTEN, LATELY, 22)
    assert omission.often == "5 of 8 times, 2 of the last 5"


def test_elements_are_left_out_of_their_own_question() -> None:
    """An element is counted question by question, and one that its question no longer has is not named."""
    gap = ((FIRST_ELEMENT, LEFT_OUT), ("of-yore", LEFT_OUT))
    found = over(*(standing(day, elements=gap) for day in range(2)), standing(3, OTHER.id, elements=gap))
    assert [(one.question, one.name, one.asked) for one in found.left_out_elements] == [
        (QUESTION.id, FIRST_ELEMENT, 2)
    ]


def test_delivery_counts_speech_alone() -> None:
    """Pace and pauses are medians, fillers a share of all words; typed answers are in none of them."""
    quick = replace(SPOKEN, words_per_minute=180, longest_pause_s=1.0, words=300, fillers=0)
    found = over(standing(0), standing(0, delivery=quick), standing(0, delivery=TYPED))
    assert (found.pace.value, found.pace.n_answers) == (140, 2)
    assert found.pause.value == 1.5
    assert found.fillers.value == pytest.approx(0.5)
    typed = over(standing(delivery=TYPED))
    assert typed.pace.value is typed.pause.value is typed.fillers.value is None


def test_signals_count_answers_that_were_listened_to() -> None:
    """Each attempt counts once for a signal; those nobody listened to are not counted at all."""
    depth = Signal.ARCHITECTURE_DEPTH
    found = over(standing(0, signals=((depth, True),)), standing(1, signals=((depth, False),)), standing(2))
    one = next(signal for signal in found.signals if signal.signal is depth)
    assert (one.heard.total.said, one.heard.total.asked, one.heard.n_answers, one.argued) == (2, 2, 2, 1)
    assert [(count.said, count.asked) for count in one.heard.periods] == [(1, 1), (1, 1), (0, 0)]


def test_over_nothing_everything_is_empty() -> None:
    """No attempts: no periods, no figures, nothing pretended."""
    found = over()
    assert found.n_answers == 0
    assert found.coverage.total.share is found.pace.value is found.fillers.value is None
    assert len(found.topics) == len(found.periods) == len(found.left_out_moves) == len(found.questions) == 0
    assert plots.charts(found) == ()


def test_what_was_left_out_stands_beside_a_sentence_of_the_answer() -> None:
    """An element beside the sentence that shares its words, a move beside the argument, else the last one."""
    text = "The detector predicts several boxes for one object. I would choose the best score. It rains."
    made = attempt(answered(timed(text)))
    gap = Status.MISSING
    element = next(one for one in QUESTION.elements if "box" in one.need)
    lost = over(*(standing(day, elements=((element.id, gap),)) for day in range(2))).left_out_elements[0]
    assert belonged(lost, made, QUESTION) == "The detector predicts several boxes for one object"
    move = over(*(standing(day, moves=((Move.NUMBER, gap),)) for day in range(2))).left_out_moves[0]
    assert belonged(move, made, QUESTION) in text
    assert belonged(move, replace(made, combined=None), QUESTION) == "It rains"
    assert belonged(lost, replace(made, answers=()), QUESTION) == ""
    long = attempt(answered(timed("box " * 500)))
    assert len(belonged(lost, long, QUESTION)) < 200


def test_noting_keeps_the_best_of_each_signal() -> None:
    """A signal is noted once, as reasoned where one of its mentions is."""
    question = next(one for one in BANK.questions if one.id == "small-objects-missed")
    said = Transcript("We have drift. We monitor drift because the camera gets dirty. Drift again.", ())
    found = checks.assess(question, (said,), BANK)
    made = replace(
        TWO, question=question.id, answers=(replace(TWO.answers[0], transcript=said),), combined=found
    )
    assert (Signal.PRODUCTION_MINDSET, True) in profile.noted(question, made, BANK)
    assert len({signal for signal, _ in profile.noted(question, made, BANK)}) == len(
        profile.noted(question, made, BANK)
    )
    assert profile.noted(question, replace(made, combined=None), BANK) == ()


# ------------------------------------------------------------------------------ as text


def many(n: int = 40) -> Progress:
    """Progress over ``n`` days of answers that get better."""
    signals = ((Signal.ARCHITECTURE_DEPTH, True), (Signal.DATA_CENTRIC, False))
    return over(
        *(
            standing(
                day * 3,
                (QUESTION, OTHER)[day % 2].id,
                elements=tuple(
                    (element.id, SAID_IT if (day + at) % 7 < day / 6 else LEFT_OUT)
                    for at, element in enumerate((QUESTION, OTHER)[day % 2].elements)
                ),
                moves=((Move.REASON, SAID_IT), (Move.NUMBER, LEFT_OUT)),
                delivery=replace(SPOKEN, words_per_minute=100 + day, longest_pause_s=5 - day / 10),
                signals=signals,
            )
            for day in range(n)
        )
    )


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("steps", [BARS, DIGITS])
def test_lines_fit_the_terminal(width: int, steps: str) -> None:
    """At 40 columns as at 80 no line is longer, and every figure is there at both."""
    lines = progress_lines(many(), Ink(Page(width), steps), by_element=True)
    assert [line for line in lines if len(line) > width] == []
    text = " ".join(" ".join(lines).split())
    for part in ("in 40 answers", "at least 2.0 in 100 words", "number: a figure with its unit", "last 5"):
        assert part in text
    if steps == DIGITS:
        assert all(ord(letter) < 128 for letter in text if letter not in "“”…")


def test_a_sparkline_shows_where_values_lie() -> None:
    """Lowest to highest from the first step to the last; no value is a gap; one level is not an error."""
    assert Ink(Page()).spark((0.0, None, 0.5, 1.0), 0.0, 1.0) == "▁·▅█"
    assert Ink(Page(), DIGITS).spark((0.0, None, 0.5, 1.0), 0.0, 1.0) == "0.59"
    assert Ink(Page()).spark((3.0, 3.0), 3.0, 3.0) == "▁▁"
    assert Ink(Page()).spark((), 0.0, 1.0) == ""


def test_few_answers_are_called_few() -> None:
    """Below FEW the reader is told so; every share says how many answers it was counted over."""
    few = "\n".join(progress_lines(over(standing()), Ink(Page())))
    assert "Few answers so far (1)" in few
    assert "100% in 1 answer" in few
    enough = "\n".join(progress_lines(over(*(standing(day) for day in range(FEW))), Ink(Page())))
    assert "Few" not in enough


def test_lines_hold_nothing_a_terminal_obeys() -> None:
    """Names from content come out as text whatever they hold."""
    evil = "\x1b[31m\u202eevil"
    question = replace(QUESTION, id=evil, topic=evil, elements=(replace(QUESTION.elements[0], need=evil),))
    gap = ((FIRST_ELEMENT, LEFT_OUT),)
    found = over(standing(0, evil, elements=gap), standing(1, evil, elements=gap), questions=(question,))
    omissions = tuple(replace(one, quote=evil) for one in found.left_out_elements)
    text = "\n".join(
        progress_lines(replace(found, left_out_elements=omissions), Ink(Page()), by_element=True)
    )
    assert "evil" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


# ------------------------------------------------------------------------------ the command


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteJournal]:
    """The journal the command opens too; the working directory is a folder of the test's own."""
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with closing(SqliteJournal(home())) as opened:
        yield opened


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["progress", *args])


def filled(journal: SqliteJournal) -> None:
    """Three attempts at one question, one at another."""
    for day in range(3):
        keep(journal, replace(TWO, started=NOON + timedelta(days=day)))
    said = (Transcript(OTHER.strong, ()),)
    answer = replace(answered(said[0]), assessment=checks.assess(OTHER, said, BANK))
    other = replace(TWO, question=OTHER.id, answers=(answer,), combined=answer.assessment)
    keep(journal, replace(other, started=NOON + timedelta(days=5)))


def test_progress_tells_of_everything(journal: SqliteJournal) -> None:
    """Coverage, omissions with the speaker's own words, readiness, delivery and signals, from the journal."""
    filled(journal)
    result = run()
    assert result.exit_code == 0, result.stderr
    text = " ".join(result.stdout.split())
    for part in (
        "4 answers to 2 questions",
        QUESTION.topic,
        OTHER.topic,
        "Ready",
        "longest pause",
        "at least",
    ):
        assert part in text
    assert "voiceprep replay 3" in text
    quote = re.search(r"It belonged near “([^”]*)”", text)
    assert quote
    assert quote.group(1) in " ".join(
        (answer.transcript or Transcript("", ())).text for answer in TWO.answers
    )
    assert "over 4 answers" in text
    assert all(one.signals is not None for one in journal.standings()), "what was listened to is noted"


def test_json_is_one_object_with_every_figure(journal: SqliteJournal) -> None:
    """--json writes one line that agrees with the figures; nothing answered gives zeros and nulls."""
    empty = json.loads(run("--json").stdout)
    assert empty["answers"] == 0
    assert empty["coverage"]["share"] is None
    filled(journal)
    result = run("--json")
    assert result.stdout.count("\n") == 1
    told = json.loads(result.stdout)
    found = progress(journal.standings(), BANK.questions)
    assert told["coverage"]["said"] == found.coverage.total.said
    assert [one["topic"] for one in told["topics"]] == [one.topic for one in found.topics]
    assert {one["question"]: one["readiness"] for one in told["questions"]} == {
        one.id: one.readiness for one in found.questions
    }
    assert told["left_out"]["elements"][0]["belonged"]
    assert len(told["signals"]) == len(Signal)


def test_filters_choose_attempts(journal: SqliteJournal) -> None:
    """--topic, --question and --since leave out what does not fit; what fits nothing is said."""
    filled(journal)
    for args, n in (
        (("--topic", OTHER.topic), 1),
        (("--question", QUESTION.id), 3),
        (("--since", f"{NOON + timedelta(days=2):%Y-%m-%d}"), 2),
        (("--question", QUESTION.id, "--since", f"{NOON + timedelta(days=2):%Y-%m-%d}"), 1),
    ):
        assert json.loads(run(*args, "--json").stdout)["answers"] == n, args
    assert QUESTION.elements[0].need in " ".join(run("--question", QUESTION.id).stdout.split())
    nothing = run("--since", "2099-01-01")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "voiceprep practice" in nothing.stderr


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--topic", "knitting"), QUESTION.topic),
        (("--question", "nms-purpos"), "nms-purpose"),
        (("--question", "nms-purpose", "--topic", "detection"), "--topic"),
        (("--plot", "progress.pdf"), ".svg"),
        (("--plot", "no/such/folder/p.svg"), "--plot"),
        (("--since", "yesterday"), ""),
    ],
)
def test_wrong_usage_is_named(journal: SqliteJournal, args: tuple[str, ...], told: str) -> None:
    """Each ends with status 2 and a message that helps, and writes nothing."""
    keep(journal, TWO)
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert not [path for path in Path().iterdir() if path.suffix]


def test_without_bars_there_are_digits(journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that cannot show bars gets digits, and so does who asks for them."""
    monkeypatch.setenv("TERM", "xterm")
    filled(journal)
    assert not set(BARS) & set(run("--ascii").stdout)
    assert not shows_bars(io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert shows_bars(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    monkeypatch.setenv("TERM", "dumb")
    assert not shows_bars(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))


# ------------------------------------------------------------------------------ plots


def test_plots_are_files_of_their_kind(journal: SqliteJournal) -> None:
    """The file's name decides what it is; it is named on stdout and holds titles as text where it can."""
    filled(journal)
    for name, begins in (("p.svg", b"<?xml"), ("p.png", b"\x89PNG"), ("P.HTML", b"<!DOCTYPE html>")):
        result = run("--plot", name)
        assert result.stdout.strip() == str(Path(name).absolute())
        assert result.stderr == ""
        assert Path(name).read_bytes().startswith(begins)
    text = "".join(ET.fromstring(Path("p.svg").read_bytes()).itertext())  # noqa: S314 - we wrote it
    assert "Ready questions, by topic" in text
    assert OTHER.topic in text


def test_forgetting_names_the_page_that_quotes_and_no_plot_of_figures_alone(journal: SqliteJournal) -> None:
    """A page with words of an attempt is named when that attempt goes, until other figures take its place."""
    filled(journal)
    for name in ("p.html", "p.svg", "p.png", "other.html"):
        assert run("--plot", name).exit_code == 0
    assert len(reports(home())) == 2
    assert run("--plot", "other.html", "--topic", OTHER.topic).exit_code == 0
    quoted = {int(found) for found in re.findall(r"\(attempt (\d+)\)", Path("p.html").read_text("utf-8"))}
    assert quoted
    assert reports(home()) == (Written(Path("p.html").absolute(), tuple(sorted(quoted))),)
    for attempt_id in sorted({1, 2, 3, 4} - quoted):
        assert "p.html" not in forget(attempt_id).stderr
    told = forget(min(quoted))
    assert "still hold what was deleted" in told.stderr
    assert told.stderr.split()[-1] == str(Path("p.html").absolute())


def forget(attempt_id: int) -> Result:
    return CliRunner().invoke(app, ["forget", str(attempt_id), "--yes"])


def test_the_same_figures_give_the_same_bytes() -> None:
    """No date, no chance: an SVG is the same each time, alone and in a page."""
    shown = plots.charts(many())
    assert plotting.svg(shown) == plotting.svg(shown)
    assert plotting.inline(shown[0], "a-") == plotting.inline(shown[0], "a-")
    assert "<dc:date>" not in plotting.svg(shown)


def test_a_missing_library_is_named_with_its_command(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without matplotlib --plot ends with one line and status 1; the text needs none of it."""
    filled(journal)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("--plot", "p.svg")
    assert result.exit_code == 1
    assert "pip install 'voiceprep[plots]'" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not Path("p.svg").exists()
    assert run().exit_code == 0


def test_text_needs_no_plotting_library() -> None:
    """Progress as text imports neither matplotlib nor what it brings."""
    code = (
        "import sys, voiceprep.cli.progress, voiceprep.progress, voiceprep.replay.plots;"
        "print([name for name in ('matplotlib', 'PIL') if name in sys.modules])"
    )
    run_ = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run_.stdout.strip() == "[]"


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
VALUES = st.one_of(st.none(), st.floats(0, 100))


@settings(max_examples=20)  # each is a drawing
@given(labels=st.lists(NAMES, min_size=1, max_size=4), value=VALUES, kind=st.sampled_from(ChartKind))
@example(["W" * 30], None, ChartKind.BARS)
def test_any_names_are_drawn_as_text(labels: list[str], value: float | None, kind: ChartKind) -> None:
    """Whatever topics are called, the drawing is whole XML without scripts, styles, or names used twice."""
    values = tuple(value for _ in labels)
    chart = Chart(
        labels[0], kind, "percent", tuple(labels), (Series(labels[0], values),), tuple(labels), 100.0
    )
    drawing = ET.fromstring(plotting.inline(chart, "x-"))  # noqa: S314 - we wrote it
    tags = {element.tag for element in drawing.iter()}
    assert tags <= {"svg", "g", "path", "use", "defs", "clipPath", "rect", "text", "tspan"}
    names = {name for element in drawing.iter() for name in element.attrib}
    assert not [name for name in names if name == "style" or name.startswith("on")]
    ids = [element.get("id", "") for element in drawing.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    assert all(id_.startswith("x-") for id_ in ids)
    colours = {element.get(name, "") for element in drawing.iter() for name in ("fill", "stroke")}
    assert all(colour in ("", "none") or colour.startswith("var(--") for colour in colours)


# ------------------------------------------------------------------------------ the page


STYLE = resources.PAGE_STYLE.read_text(encoding="utf-8")


def source(found: Progress) -> str:
    shown = plots.charts(found)
    drawn = tuple(plotting.inline(chart, f"p{at}-") for at, chart in enumerate(shown))
    return plots.page(found, shown, drawn, STYLE)


def hostile() -> Progress:
    """Progress whose every name tries to be more than text."""
    question = replace(
        QUESTION, id=HOSTILE, topic=HOSTILE, elements=(replace(QUESTION.elements[0], need=HOSTILE),)
    )
    gap = ((FIRST_ELEMENT, LEFT_OUT),)
    found = over(
        standing(0, HOSTILE, elements=gap), standing(1, HOSTILE, elements=gap), questions=(question,)
    )
    return replace(
        found, left_out_elements=tuple(replace(one, quote=HOSTILE) for one in found.left_out_elements)
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with started_browser() as started:
        yield started


def show(browser: Browser, folder: Path, found: Progress) -> Browser:
    path = folder / "progress.html"
    path.write_text(source(found), encoding="utf-8", newline="\n")
    browser.width(1200)
    browser.dark(wanted=False)
    browser.complaints()
    browser.open(path)
    return browser


def test_nothing_runs_on_the_page(browser: Browser, tmp_path: Path) -> None:
    """The policy allows the page's style and nothing else, hostile names stay text, nothing is refused."""
    opened = show(browser, tmp_path, hostile())
    assert opened.ask("return typeof window.pwned") == "undefined"
    assert opened.complaints() == []
    assert opened.ask("return document.scripts.length") == 0
    policy = opened.ask("return document.querySelector('meta[http-equiv]').content")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'", policy
    )
    shown = opened.ask("return document.body.textContent")
    assert HOSTILE.replace("\u202e", "\ufffd") in shown
    links = opened.ask(
        "return [...document.querySelectorAll('[href],[src]')].map(e => e.getAttribute('href'))"
    )
    assert all(link.startswith("#") for link in links)


def test_every_plot_is_told_in_words_and_figures(browser: Browser, tmp_path: Path) -> None:
    """Each plot has a text of its own and a table with a row for each of its labels."""
    found = many()
    opened = show(browser, tmp_path, found)
    shown = plots.charts(found)
    told = opened.ask("return [...document.querySelectorAll('.plot')].map(e => e.getAttribute('aria-label'))")
    assert told == [plots.told(chart) for chart in shown]
    rows = opened.ask("return [...document.querySelectorAll('.plots tbody')].map(body => body.rows.length)")
    assert rows == [len(chart.labels) for chart in shown]
    opened.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
    first = opened.ask("return document.querySelector('.plots details tbody tr').innerText")
    assert plots.figure(shown[0].series[0].values[0]) in first


def test_plots_take_the_colours_of_the_page(browser: Browser, tmp_path: Path) -> None:
    """In the dark the letters of a plot are light, on light ground dark; in both they can be read."""
    opened = show(browser, tmp_path, many())
    letters = "return getComputedStyle(document.querySelector('.plot text')).fill.match(/\\d+/g).map(Number)"
    light = opened.ask(letters)
    opened.dark(wanted=True)
    assert min(opened.ask(letters)) > 128 > max(light)


@pytest.mark.parametrize("pixels", [320, 360, 1200])
def test_nothing_runs_off_the_side(browser: Browser, tmp_path: Path, pixels: int) -> None:
    """On a phone as on a desk the page scrolls one way only, tables open or closed."""
    for found in (hostile(), many()):
        opened = show(browser, tmp_path, found)
        opened.width(pixels)
        opened.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert opened.ask("return document.documentElement.scrollWidth") <= pixels


def test_plots_are_printed(browser: Browser, tmp_path: Path) -> None:
    """On paper the plots remain; it prints."""
    opened = show(browser, tmp_path, many())
    opened.devtools("Emulation.setEmulatedMedia", media="print")
    visible = "return [...document.querySelectorAll(arguments[0])].every(e => e.checkVisibility())"
    assert opened.ask(visible, ".plot svg")
    opened.devtools("Emulation.setEmulatedMedia", media="")
    assert opened.paper().startswith(b"%PDF")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("pixels", [390, 1200])
def test_axe_finds_no_fault(browser: Browser, tmp_path: Path, dark: bool, pixels: int) -> None:  # noqa: FBT001
    """axe-core (which is no part of this project) finds nothing to complain of."""
    opened = show(browser, tmp_path, many())
    opened.dark(wanted=dark)
    opened.width(pixels)
    opened.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert axe_faults(opened) == []
