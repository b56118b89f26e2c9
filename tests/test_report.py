"""The page of ``voiceprep report``: what it holds, and how it behaves in a real browser."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import json
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from attempts import BANK, NOON, QUESTION, SAID, TWO, answered, attempt, keep, timed
from browser import Browser, axe_faults, started_browser
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from voiceprep import mock, profile, resources
from voiceprep.cli.app import app
from voiceprep.engines import compress
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.home import home
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.recording import WavRecording
from voiceprep.model import (
    RATE_HZ,
    Evidence,
    Run,
    RunKind,
    Samples,
    Signal,
    Status,
    Transcript,
    VagueFinding,
    Word,
)
from voiceprep.replay import marks, page
from voiceprep.replay.document import Look, commands
from voiceprep.replay.page import Chapter, Overview, Sound

LOOK = Look(
    resources.PAGE_STYLE.read_text(encoding="utf-8"), resources.PAGE_SCRIPT.read_text(encoding="utf-8"), UTC
)
HOSTILE = (
    "<script>window.pwned=1</script> \"><img src=x onerror=window.pwned=1> '-alert(1)-' &lt;b&gt; "
    "</span></mark> <style>*{display:none}</style> \u202egnp.exe\u202c שלום עולם ]]> <!-- ${1} {{7*7}} "
    "javascript:window.pwned=1"
)
ENTER, RIGHT, LEFT, TAB, END = "\ue007", "\ue014", "\ue012", "\ue004", "\ue010"


def spoken(name: str) -> tuple[Samples, Transcript]:
    """A simulated answer: its sound, and its words with their true places."""
    folder = resources.folder("audio_fixtures") / "answers"
    rows = json.loads((folder / "words.json").read_text(encoding="utf-8"))[name]["words"]
    text, words = "", []
    for said, start, end in rows:
        words.append(Word(said, len(text), len(text) + len(said), start / RATE_HZ, end / RATE_HZ, 1.0))
        text += said + " "
    return np.concatenate(list(read_audio(folder / f"{name}.opus"))), Transcript(text.rstrip(), tuple(words))


def sound(samples: Samples) -> Sound:
    return Sound(
        compress.opus(samples), compress.MIME, compress.peaks(samples, page.N_PEAKS), len(samples) / RATE_HZ
    )


def chapter(*transcripts: Transcript, heard: Samples | None = None) -> Chapter:
    made = attempt(*(answered(transcript, ordinal) for ordinal, transcript in enumerate(transcripts)))
    shown = marks.replay(made, QUESTION, BANK)
    return Chapter(shown, tuple(None if heard is None else sound(heard) for _ in transcripts), ())


class Reader(html.parser.HTMLParser):
    """What a browser would make of the page: its tags, attributes and text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.shown = ""
        self.inside: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag in ("script", "style"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.shown += data


# ------------------------------------------------------------------------------ what it holds


def hostile() -> Chapter:
    """A chapter all of whose strings try to be more than text."""
    transcript = timed(HOSTILE)
    spot = VagueFinding(Evidence(0, len(HOSTILE), HOSTILE, 0.0, 1.0), HOSTILE, HOSTILE)
    answer = answered(transcript)
    assert answer.assessment is not None
    elements = tuple(replace(e, need=HOSTILE) for e in answer.assessment.elements)
    found = replace(answer.assessment, vague=(spot,), elements=elements)
    answer = replace(answer, asked=HOSTILE, assessment=found, audio=Path(HOSTILE))
    made = replace(attempt(answer), combined=found, recogniser=HOSTILE, question=HOSTILE)
    follow_up = replace(answer, ordinal=1)
    made = replace(made, answers=(answer, follow_up))
    question = replace(QUESTION, ask=HOSTILE)
    tone = sound(np.sin(np.arange(RATE_HZ * 9, dtype=np.float32) / 20) * np.float32(0.1))
    return Chapter(marks.replay(made, question, BANK), (tone, tone), (replace(made, id=2),))


def test_nothing_said_or_named_becomes_a_tag() -> None:
    """However hostile its strings, the page has the usual tags, one script, no handlers, no links out."""
    seen = Reader(page.page([hostile()], LOOK))
    harmless = Reader(page.page([chapter(timed(SAID), heard=np.zeros(RATE_HZ, np.float32))], LOOK))
    assert set(seen.tags) <= set(harmless.tags) | {"br", "table", "td", "th", "tr", "tbody", "thead"}
    assert seen.tags.count("script") == seen.tags.count("style") == 1
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name in ("style", "srcdoc")]
    links = [value or "" for name, value in seen.attributes if name in ("href", "src")]
    assert all(link.startswith(("#", "data:audio/webm;base64,")) for link in links)
    assert HOSTILE.replace("\u202e", "\ufffd").replace("\u202c", "\ufffd") in " ".join(seen.shown.split())


@given(st.text(max_size=120))
def test_every_letter_is_shown_as_text(said: str) -> None:
    """Whatever was said stands on the page letter for letter; controls alone become visible marks."""
    made = replace(TWO.answers[0], transcript=timed(said), assessment=None)
    shown = marks.replay(replace(TWO, answers=(made,), combined=None), QUESTION, BANK)
    text = Reader(page.page([Chapter(shown, (None,), ())], LOOK)).shown
    for sentence in shown.sentences:
        assert "".join("\ufffd" if commands(letter) else letter for letter in sentence.text) in text


def test_the_policy_names_this_script_and_this_style_alone() -> None:
    """The policy forbids everything but the page's own script, style and sound, by their hashes."""
    source = page.page([hostile()], LOOK)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', source)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy.group(1).split(";"))
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        assert inside
        digest = base64.b64encode(hashlib.sha256(inside.group(1).encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["media-src"] == "data:"
    assert source.index("Content-Security-Policy") < source.index("<style>")


def test_pauses_and_pace_are_those_of_the_words() -> None:
    """A pause is a silence between words of at least PAUSE_S; pace counts words over the window's length."""
    words = ((0.0, 0.5), (0.5, 1.0), (1.69, 2.0), (2.7, 3.0))
    assert page.pauses(words) == ((2.0, 2.7),)
    steady = tuple((at * 0.5, at * 0.5 + 0.5) for at in range(60))
    assert {round(wpm) for _, wpm in page.pace(steady)} == {120}
    assert page.pace(()) == page.pauses(()) == ()


def test_attempts_stand_side_by_side_with_what_changed() -> None:
    """Earlier attempts are columns, oldest first; what the latest gained or lost is named."""
    now = TWO.combined
    assert now is not None
    said = next(e for e in now.elements if e.status is Status.SAID)
    missing = next(e for e in now.elements if e.status is Status.MISSING)
    swapped = {said.id: Status.MISSING, missing.id: Status.SAID}
    was = replace(now, elements=tuple(replace(e, status=swapped.get(e.id, e.status)) for e in now.elements))
    before = replace(TWO, id=5, combined=was, started=NOON - timedelta(days=2))
    shown = marks.replay(replace(TWO, id=9), QUESTION, BANK)
    source = page.page([Chapter(shown, (None, None), (before,))], LOOK)
    heads = re.findall(r'<th scope="col">Attempt (\d+)<br>([^<]*)<', source)
    assert heads == [("5", "2026-05-02 12:00"), ("9", "2026-05-04 12:00")]
    rows = dict(re.findall(r'<tr><th scope="row" dir="auto">([^<]*)</th>.*?<td class="(\w*)">', source))
    assert rows[said.need] == "gained"
    assert rows[missing.need] == "lost"
    assert sorted(rows.values())[-2:] == ["gained", "lost"]
    assert set(rows.values()) == {"", "gained", "lost"}


def test_compressed_sound_is_the_same_sound(tmp_path: Path) -> None:
    """Decoded again, the recording is as long as it was and as loud where it was loud."""
    samples, _ = spoken("nms-purpose-strong")
    data = compress.opus(samples)
    (tmp_path / "small.webm").write_bytes(data)
    back = np.concatenate(list(read_audio(tmp_path / "small.webm")))
    assert abs(len(back) - len(samples)) < 0.1 * RATE_HZ
    a, b = (np.array(compress.peaks(part[: 10 * RATE_HZ], 50)) for part in (samples, back))
    assert np.corrcoef(a, b)[0, 1] > 0.95
    assert len(data) < len(samples) * 2 / 8


def test_peaks_are_the_loudest_samples() -> None:
    """One peak a stretch; fewer samples than peaks give one each, none give none."""
    samples = np.array([0.1, -0.5, 0.2, 0.3], np.float32)
    assert compress.peaks(samples, 2) == pytest.approx((0.5, 0.3))
    assert compress.peaks(samples, 100) == pytest.approx((0.1, 0.5, 0.2, 0.3))
    assert compress.peaks(samples[:0], 100) == ()
    assert compress.opus(samples[:0]) == b""


def three_minutes() -> str:
    """The page of an answer of three minutes, sound included."""
    samples, transcript = spoken("nms-purpose-strong")
    long = np.resize(samples, 180 * RATE_HZ)
    words = timed(" ".join([transcript.text] * (180 * RATE_HZ // len(samples) + 1)), 0.35)
    return page.page([chapter(words, heard=long)], LOOK)


def test_three_minutes_fit_into_two_megabytes() -> None:
    """The page of a 3-minute answer, sound included, is no larger than 2 MB."""
    assert len(three_minutes().encode()) <= 2_000_000


# ------------------------------------------------------------------------------ a mock interview


def mock_page(*chapters: Chapter, round_: str = "deep-dive") -> str:
    """The page of a mock interview with those chapters."""
    made = tuple(
        replace(one, shown=replace(one.shown, attempt=replace(one.shown.attempt, id=number)))
        for number, one in enumerate(chapters, 1)
    )
    attempts = [one.shown.attempt for one in made]
    held = Run(4, RunKind.MOCK, NOON, NOON, (), None, round_, 60, (1, 2))
    found = profile.profile(profile.of(attempts, BANK), BANK)
    return page.page(made, LOOK, Overview(held, mock.summary(attempts), found))


def test_a_mock_is_one_page_with_one_summary() -> None:
    """On top how it went, question by question with a way to each; what to do next is told once."""
    flat = chapter(timed(SAID), timed("A crowd merges when it is set too low."))
    source = mock_page(flat, chapter(timed("No idea.")))
    shown = " ".join(Reader(source).shown.split())
    assert "Mock interview 4: deep dive, 60 minutes" in shown
    assert "Ready: 0 of 2 questions" in shown
    assert shown.index("How it went") < shown.index("Attempt 1 ·") < shown.index("Attempt 2 ·")
    assert shown.count("Do next") == 1
    rows = re.findall(r'<a href="#(a\d)">nms-purpose</a></th><td>([^<]+)</td><td>([^<]+)</td>', source)
    assert rows == [("a1", "flat", rows[0][2]), ("a2", "flat", "–")]
    assert rows[0][2].endswith(" of 1")
    for signal in Signal:
        assert signal.value in shown
    assert 1 <= source.split("Do next")[1].split("</ol>")[0].count("<li") <= 2


def test_nothing_in_a_mock_becomes_a_tag() -> None:
    """Hostile rounds, questions and answers stay text in the summary too."""
    seen = Reader(mock_page(hostile(), hostile(), round_=HOSTILE))
    assert seen.tags.count("script") == seen.tags.count("style") == 1
    assert not {"img", "iframe", "b"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name in ("style", "srcdoc")]


# ------------------------------------------------------------------------------ the command


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteJournal]:
    """The journal the command opens too; the working directory is a folder of the test's own."""
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with closing(SqliteJournal(home())) as opened:
        yield opened


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["report", *args])


def test_a_report_is_a_file_of_ones_own(journal: SqliteJournal, tmp_path: Path) -> None:
    """The file holds the latest attempt, lies where one stands, and nobody else may read it."""
    keep(journal, attempt(answered(timed("Boxes are drawn."))))
    keep(journal, replace(TWO, started=NOON + timedelta(days=1)))
    result = run()
    path = tmp_path / "voiceprep-2.html"
    assert result.stdout.strip() == str(path)
    assert "Attempt 2" in Reader(path.read_text(encoding="utf-8")).shown
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run("1", "--output", "other.html").exit_code == 0
    assert "Attempt 1 ·" in (tmp_path / "other.html").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.glob(".voiceprep*")] == []


def test_a_report_holds_the_recording(journal: SqliteJournal, tmp_path: Path) -> None:
    """The sound of a recorded answer is in the page; one that is gone is told, the words still come."""
    id_ = journal.begin(QUESTION.id, TWO.level, "base.en", NOON)
    with closing(journal.record(id_, 0, QUESTION.ask, None)) as recording:
        assert isinstance(recording, WavRecording)
        recording.write(np.zeros(RATE_HZ * 2, np.float32))
    journal.keep(id_, replace(answered(timed(SAID)), audio=recording.path, n_samples=2 * RATE_HZ))
    assert run("--output", "with.html").stderr == ""
    assert 'data-seconds="2.000" src="data:audio/webm;base64,' in (tmp_path / "with.html").read_text("utf-8")
    recording.path.unlink()
    told = run("--output", "without.html")
    assert told.exit_code == 0
    assert "without sound" in told.stderr
    assert "<audio" not in (tmp_path / "without.html").read_text("utf-8")


def test_all_attempts_since_a_day(journal: SqliteJournal, tmp_path: Path) -> None:
    """--since takes every attempt from that day on, newest first; a day without any is told, status 1."""
    for day in range(4):
        keep(journal, replace(TWO, started=NOON + timedelta(days=day)))
    assert run("--since", "2026-05-06").exit_code == 0
    shown = Reader((tmp_path / "voiceprep-since-2026-05-06.html").read_text("utf-8")).shown
    assert re.findall(r"Attempt (\d) ·", shown) == ["4", "3"]
    assert run("--since", "2026-06-01").exit_code == 1


def test_a_mock_interview_is_one_file(journal: SqliteJournal, tmp_path: Path) -> None:
    """--mock takes the attempts of that run, in the order in which they were made, sound inside."""
    run_id = journal.begin_run(RunKind.MOCK, (QUESTION.id,), NOON, round_="coding", minutes=60)
    keep(journal, TWO)
    for later in (1, 2):
        started = NOON + timedelta(minutes=later)
        id_ = journal.begin(QUESTION.id, TWO.level, "base.en", started, run_id)
        with closing(journal.record(id_, 0, QUESTION.ask, None)) as recording:
            assert isinstance(recording, WavRecording)
            recording.write(np.zeros(RATE_HZ * 2, np.float32))
        answer = replace(answered(timed(SAID)), audio=recording.path, n_samples=2 * RATE_HZ)
        journal.keep(id_, answer)
        journal.conclude(id_, answer.assessment)
    result = run("--mock", str(run_id))
    path = tmp_path / f"voiceprep-mock-{run_id}.html"
    assert result.stdout.strip() == str(path)
    source = path.read_text("utf-8")
    assert re.findall(r"Attempt (\d) ·", Reader(source).shown) == ["2", "3"]
    assert source.count('data-seconds="2.000" src="data:audio/webm;base64,') == 2
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (("1", "--mock", "1"), 2),
        (("--mock", "7"), 1),
        (("1", "--since", "2026-05-01"), 2),
        (("--since", "yesterday"), 2),
        (("7",), 1),
        (("--output", "no/such/folder/x.html"), 2),
        (("--output", "home"), 2),
    ],
)
def test_what_cannot_be_written_is_said(journal: SqliteJournal, args: tuple[str, ...], status: int) -> None:
    """Each fault ends with one message, its status, and no file half written."""
    keep(journal, TWO)
    result = run(*args)
    assert result.exit_code == status
    assert result.stderr.strip()
    assert not list(Path().glob("*.html"))


# ------------------------------------------------------------------------------ in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with started_browser() as started:
        yield started


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Browser:
    """The browser with the page of a spoken answer."""
    samples, transcript = spoken("nms-purpose-flat")
    return show(browser, tmp_path, page.page([chapter(transcript, heard=samples)], LOOK))


def show(browser: Browser, folder: Path, source: str) -> Browser:
    """Open ``source`` in a window of a common size, light."""
    path = folder / "page.html"
    path.write_text(source, encoding="utf-8", newline="\n")
    browser.width(1200)
    browser.dark(wanted=False)
    browser.open(path)
    return browser


SOUND = "const audio = document.querySelector('audio');"


def test_a_click_on_a_word_plays_from_it(opened: Browser) -> None:
    """The recording jumps to the clicked word and plays, and the word that is heard is lit."""
    opened.ask("document.querySelectorAll('.w')[5].id = 'sixth'")
    starts = opened.ask("return [...document.querySelectorAll('.w')].map(w => Number(w.dataset.a))")
    opened.click("#sixth")
    now, paused = opened.wait(
        SOUND + "return audio.currentTime > 0 && !audio.seeking && [audio.currentTime, audio.paused]"
    )
    assert not paused
    assert starts[5] <= now < starts[5] + 2
    # Stopped, so that what is lit and what is heard can be compared at leisure.
    opened.ask(SOUND + "audio.pause()")
    now = opened.wait(SOUND + "return audio.paused && audio.currentTime")
    lit = opened.ask(
        "return [...document.querySelectorAll('.w')].findIndex(w => w.classList.contains('lit'))"
    )
    assert lit == max(at for at, start in enumerate(starts) if start <= now + 0.01)
    assert opened.ask("return document.querySelectorAll('.lit').length") == 1
    assert float(opened.ask("return document.querySelector('.head').getAttribute('x1')")) == pytest.approx(
        1000 * now / opened.ask(SOUND + "return Number(audio.dataset.seconds)"), abs=1
    )


def test_sentences_and_the_waveform_seek_too(opened: Browser) -> None:
    """The button before a sentence plays it from its start; a click amid the waveform, the middle."""
    opened.ask("document.querySelectorAll('.play')[1].id = 'second'")
    start = float(opened.ask("return document.getElementById('second').dataset.a"))
    opened.click("#second")
    now = opened.wait(SOUND + "return !audio.paused && !audio.seeking && audio.currentTime")
    assert start <= now < start + 2
    opened.ask(SOUND + "audio.pause()")
    opened.click(".wave svg")
    now = opened.wait(SOUND + "return !audio.paused && !audio.seeking && audio.currentTime")
    half = opened.ask(SOUND + "return Number(audio.dataset.seconds)") / 2
    assert half - 0.2 <= now < half + 2
    assert re.fullmatch(
        r"Playing from \d:\d\d", opened.ask("return document.getElementById('said').textContent")
    )


def test_everything_works_from_the_keyboard(opened: Browser) -> None:
    """Tab reaches the words once, arrows choose one, Enter plays it, space stops; the focus can be seen."""
    assert opened.ask("return document.querySelectorAll('.w[tabindex=\"0\"]').length") == 1
    # From the first sentence's button the next tab stop is the chosen word.
    opened.ask("document.querySelector('.play').focus()")
    opened.press(TAB)
    for key in (RIGHT, RIGHT, RIGHT, LEFT):
        opened.press(key)
    at = "return [...document.querySelectorAll('.w')].indexOf(document.activeElement)"
    assert opened.ask(at) == 2
    assert opened.ask("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    start = float(opened.ask("return document.activeElement.dataset.a"))
    opened.press(ENTER)
    now = opened.wait(SOUND + "return !audio.paused && !audio.seeking && audio.currentTime")
    assert start <= now < start + 2
    opened.press(" ")
    opened.wait(SOUND + "return audio.paused")
    opened.press(END)
    n_words = opened.ask("return document.querySelectorAll('.w').length")
    opened.press(RIGHT)
    assert opened.ask(at) == n_words - 1


def test_only_one_answer_is_heard_at_a_time(browser: Browser, tmp_path: Path) -> None:
    """To play one recording stops the other."""
    samples, transcript = spoken("nms-purpose-flat")
    show(browser, tmp_path, page.page([chapter(transcript, transcript, heard=samples)], LOOK))
    both = "const [one, two] = document.querySelectorAll('audio');"
    browser.ask(both + "one.play()")
    browser.wait(both + "return !one.paused")
    browser.ask(both + "two.play()")
    browser.wait(both + "return one.paused && !two.paused")


def test_a_hostile_page_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    """Nothing of what was said runs; even a script put in afterwards is refused by the policy."""
    browser.complaints()
    show(browser, tmp_path, page.page([hostile()], LOOK))
    assert browser.complaints() == []
    assert browser.ask("return typeof window.pwned") == "undefined"
    shown = browser.ask("return document.querySelector('.words').innerText")
    for part in ("<script>window.", 'pwned=1</script> "><img src=x onerror=window.', "-alert(1)-", "&lt;"):
        assert part in shown
    assert browser.ask("return document.querySelectorAll('script').length") == 1
    browser.click(".w")
    browser.ask(
        "const s = document.createElement('script'); s.textContent = 'window.pwned = 2';"
        "document.body.append(s); const i = document.createElement('img'); i.src = 'https://example.org/x.png';"
        "i.setAttribute('onerror', 'window.pwned = 3'); document.body.append(i);"
    )
    browser.wait("return document.images[0].complete")
    assert browser.ask("return typeof window.pwned") == "undefined"
    assert any("Content Security Policy" in told for told in browser.complaints())


def test_ten_thousand_words_stay_usable(browser: Browser, tmp_path: Path) -> None:
    """An hour's answer is shown whole, and a word far down plays from its place."""
    text = " ".join(f"word{at}." if at % 20 == 19 else f"word{at}" for at in range(10_000))
    made = replace(TWO.answers[0], transcript=timed(text, 0.001), assessment=None)
    shown = marks.replay(replace(TWO, answers=(made,), combined=None), None, BANK)
    tone = sound(np.zeros(RATE_HZ * 11, np.float32))
    show(browser, tmp_path, page.page([Chapter(shown, (tone,), ())], LOOK))
    assert browser.ask("return document.querySelectorAll('.w').length") == 10_000
    browser.ask("document.querySelectorAll('.w')[9000].id = 'far'")
    browser.click("#far")
    assert 9.0 <= browser.wait(SOUND + "return !audio.seeking && audio.currentTime") < 11


READY_MS = 1_500
"""Five times the 300 ms aimed at, for busy machines: 70 to 220 ms were measured on two shared cores."""


def test_three_minutes_are_ready_at_once(browser: Browser, tmp_path: Path) -> None:
    """From navigation to the end of its script the page of a 3-minute answer takes at most READY_MS.

    The quickest of five loads counts: what else the machine does is no fault of the page.
    """
    opened = show(browser, tmp_path, three_minutes())
    took_ms = []
    for _ in range(5):
        browser.open(tmp_path / "page.html")
        took_ms.append(
            opened.ask("return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        )
        assert opened.ask("return document.querySelector('.w').tabIndex") == 0, "the script has not run"
    assert 0 < min(took_ms) <= READY_MS, took_ms


CONTRAST = """
const lum = ([r, g, b]) => { const f = c => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
  return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
const rgb = css => css.match(/[\\d.]+/g).map(Number);
const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
  if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
const poor = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n; n = walk.nextNode();) { const e = n.parentElement;
  if (!n.data.trim() || !e.checkVisibility() || e.closest('script,style,.unseen')) continue;
  const a = lum(rgb(getComputedStyle(e).color)), b = lum(ground(e));
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) poor.push([n.data.slice(0, 40), ratio]); }
return poor;
"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out_from_its_ground(browser: Browser, tmp_path: Path, dark: bool) -> None:  # noqa: FBT001
    """In light and in dark, each text has a contrast of 4.5 to 1 or more (WCAG 2.2, 1.4.3), lit words too."""
    show(
        browser,
        tmp_path,
        page.page([hostile(), chapter(timed(SAID), heard=np.zeros(RATE_HZ, np.float32))], LOOK),
    )
    browser.dark(wanted=dark)
    browser.ask(
        "for (const w of document.querySelectorAll('.w')) if (Math.random() < .5) w.classList.add('lit')"
    )
    assert browser.ask(CONTRAST) == []
    ground = browser.ask("return getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", ground)[:3])) < 64) is dark


@pytest.mark.parametrize("pixels", [320, 390, 1200])
def test_nothing_runs_off_the_side(browser: Browser, tmp_path: Path, pixels: int) -> None:
    """On a phone as on a desk the page scrolls one way only; wide tables scroll within themselves."""
    show(browser, tmp_path, page.page([hostile()], LOOK))
    browser.width(pixels)
    assert browser.ask("return document.documentElement.scrollWidth") <= pixels


def test_everything_has_a_name_and_a_place(opened: Browser) -> None:
    """Landmarks, one main heading, levels in order, unique ids, a name for whatever can be used."""
    for landmark in ("header", "main", "footer", "[role=status]", "html[lang]", "title"):
        assert opened.ask("return document.querySelectorAll(arguments[0]).length", landmark) == 1, landmark
    levels = opened.ask("return [...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = opened.ask("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    unnamed = opened.ask(
        "return [...document.querySelectorAll('button,a,audio,svg,[role=region],article,.answer')].filter("
        "e => { const by = e.getAttribute('aria-labelledby');"
        "return !(e.getAttribute('aria-label') || (by ? document.getElementById(by).textContent : '')"
        " || e.textContent).trim(); }).map(e => e.outerHTML.slice(0, 80))"
    )
    assert unnamed == []
    targets = opened.ask("return [...document.querySelectorAll('a')].map(a => a.hash.slice(1))")
    assert set(targets) <= set(ids)


@pytest.mark.parametrize(("pixels", "dark"), [(320, False), (1200, True)])
def test_a_mock_page_works_like_any_other(browser: Browser, tmp_path: Path, pixels: int, dark: bool) -> None:  # noqa: FBT001
    """Its policy refuses nothing of its own, it fits a phone, every text stands out, and links lead on."""
    samples, transcript = spoken("nms-purpose-flat")
    browser.complaints()
    show(browser, tmp_path, mock_page(chapter(transcript, heard=samples), chapter(timed(SAID))))
    assert browser.complaints() == []
    browser.width(pixels)
    browser.dark(wanted=dark)
    assert browser.ask("return document.documentElement.scrollWidth") <= pixels
    assert browser.ask(CONTRAST) == []
    ids = browser.ask("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    targets = browser.ask("return [...document.querySelectorAll('a')].map(a => a.hash.slice(1))")
    assert set(targets) <= set(ids)
    levels = browser.ask(
        "return [...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"
    )
    assert all(after <= before + 1 for before, after in pairwise(levels))
    browser.click("a[href='#a1']")
    assert browser.ask("return location.hash") == "#a1"
    browser.click(".w")
    browser.wait(SOUND + "return !audio.paused")


def test_on_paper_the_words_and_flags_remain(opened: Browser) -> None:
    """What cannot be used on paper is left out, words and flags are there; it prints."""
    opened.devtools("Emulation.setEmulatedMedia", media="print")
    visible = "return [...document.querySelectorAll(arguments[0])].some(e => e.checkVisibility())"
    assert not opened.ask(visible, "audio")
    assert not opened.ask(visible, ".help")
    assert opened.ask(visible, ".words .w")
    assert opened.ask(visible, ".flags li")
    opened.devtools("Emulation.setEmulatedMedia", media="")
    assert opened.paper().startswith(b"%PDF")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("pixels", [390, 1200])
def test_axe_finds_no_fault(opened: Browser, dark: bool, pixels: int) -> None:  # noqa: FBT001
    """axe-core (which is no part of this project) finds nothing to complain of."""
    opened.dark(wanted=dark)
    opened.width(pixels)
    assert axe_faults(opened) == []
