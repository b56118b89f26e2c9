"""``progress``: how attempts add up, as text, as JSON, or as plots in a file."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from voiceprep.cli import assemble
from voiceprep.cli.render import MIN_WIDTH, Page, plain
from voiceprep.cli.replaying import write_file
from voiceprep.cli.screen import Screen, page_for
from voiceprep.engines.home import Written, home, note_report
from voiceprep.errors import UsageError
from voiceprep.model import Bank, Question, SignalsNoted, Standing
from voiceprep.ports import Journal

if TYPE_CHECKING:
    from voiceprep.progress import Course, Measure, Omission, Progress

MAX_LEFT_OUT = 5
"""More to work on at once is put away; --json has them all."""
N_LISTENED = 10
"""So many attempts that nobody has listened to for signals are listened to in one run: each costs up to
50 ms, and this command shall answer at once."""
BARS = "▁▂▃▄▅▆▇█"
DIGITS = "0123456789"
"""Where bars cannot be shown: tenths of the way from bottom to top."""
GAPS = {BARS: "·", DIGITS: "."}
"""A period without an answer."""
NOTHING_FITS = "Nothing was answered that fits; go on with: voiceprep practice"
NOTHING_YET = "Nothing has been answered yet. Begin with: voiceprep practice"
PLOTS = (".svg", ".png", ".html")


def progress(
    topic: Annotated[str | None, typer.Option(help="Only questions of this topic.")] = None,
    question: Annotated[str | None, typer.Option(help="Only this question, element by element.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only attempts from this day on.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(help="Write plots to this .svg, .png or .html file instead; needs voiceprep[plots]."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object.")] = False,
    digits: Annotated[bool, typer.Option("--ascii", help="Digits (tenths) in place of bars.")] = False,
) -> None:
    """Show how you get on: what you say of complete answers, what you keep leaving out, what is ready.

    A question is ready when your latest first answer to it was strong and what its latest follow-up asked
    for was said. Everything is counted from findings; nothing is guessed about you.
    """
    from voiceprep import progress as core

    if plot is not None and plot.suffix.lower() not in PLOTS:
        raise UsageError(f"--plot {plot} must end in .svg, .png or .html")
    with ThreadPoolExecutor(1) as helper, ExitStack() as stack:
        # The content is parsed while SQLite looks for damage: after years of practice both take their time.
        loading = helper.submit(assemble.load_bank)
        journal = assemble.open_journal(Screen(), stack)
        begin = since.astimezone() if since is not None else None  # a day of the user's own calendar
        if topic is None and question is None:
            standings = journal.standings(None, begin)
            bank = loading.result()
            counted = bank.questions
        else:
            bank = loading.result()
            counted = _wanted(bank, topic, question)
            standings = journal.standings(tuple(one.id for one in counted), begin)
        standings = _listened(standings, journal, bank)
        found = core.progress(standings, counted)
        found = replace(
            found,
            left_out_moves=_quoted(found.left_out_moves, journal, bank),
            left_out_elements=_quoted(found.left_out_elements, journal, bank),
        )
    if as_json:
        typer.echo(json.dumps(to_object(found), ensure_ascii=False))
    elif not standings:
        is_narrowed = topic is not None or question is not None or since is not None
        typer.echo(NOTHING_FITS if is_narrowed else NOTHING_YET, err=True)
    elif plot is not None:
        _plot(plot.absolute(), found)
    else:
        ink = Ink(page_for(sys.stdout), DIGITS if digits or not shows_bars(sys.stdout) else BARS)
        typer.echo("\n".join(progress_lines(found, ink, by_element=question is not None)))


def _wanted(bank: Bank, topic: str | None, question: str | None) -> tuple[Question, ...]:
    from voiceprep import bank as banks

    if question is not None:
        if topic is not None:
            raise UsageError("--question is of one topic already; leave out --topic")
        return (banks.find(bank, question),)
    topics = {one.topic for one in bank.questions}
    if topic is not None and topic not in topics:
        raise UsageError(f"there is no topic {topic}; there are: {', '.join(sorted(topics))}")
    return tuple(one for one in bank.questions if topic in {None, one.topic})


def _listened(standings: tuple[Standing, ...], journal: Journal, bank: Bank) -> tuple[Standing, ...]:
    """The standings, the latest of those nobody has listened to for signals listened to and noted."""
    known = {question.id: question for question in bank.questions}
    open_ones = [one.attempt for one in standings if one.signals is None and one.question in known]
    noted: dict[int, SignalsNoted] = {}
    for attempt in open_ones[-N_LISTENED:]:
        from voiceprep import profile

        kept = journal.attempt(attempt)
        noted[attempt] = profile.noted(known[kept.question], kept, bank)
        journal.note_signals(attempt, noted[attempt])
    return tuple(replace(one, signals=noted.get(one.attempt, one.signals)) for one in standings)


def _quoted(omissions: tuple[Omission, ...], journal: Journal, bank: Bank) -> tuple[Omission, ...]:
    """The first of ``omissions`` with the speaker's own sentences beside which they belonged."""
    from voiceprep.progress import belonged

    known = {question.id: question for question in bank.questions}
    shown = []
    for omission in omissions[:MAX_LEFT_OUT]:
        attempt = journal.attempt(omission.attempt)
        shown.append(replace(omission, quote=belonged(omission, attempt, known.get(attempt.question))))
    return (*shown, *omissions[MAX_LEFT_OUT:])


def shows_bars(stream: TextIO) -> bool:
    """Whether ``stream`` can show the bars of a sparkline."""
    try:
        (BARS + GAPS[BARS]).encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return os.environ.get("TERM") != "dumb"


# ------------------------------------------------------------------------------ as text


@dataclass(frozen=True, slots=True)
class Ink:
    """What lines are drawn for and with: ``steps`` are the characters of a sparkline, lowest first."""

    page: Page
    steps: str = BARS

    def spark(self, values: Sequence[float | None], low: float, high: float) -> str:
        """A character for every value, ``low`` the lowest step and ``high`` the highest; None is a gap."""
        n = len(self.steps)
        scale = n / (high - low) if high > low else 0.0
        return "".join(
            GAPS[self.steps] if value is None else self.steps[max(0, min(n - 1, int((value - low) * scale)))]
            for value in values
        )


Line = tuple[str, str, str]
"""A name, its figures, its course."""


def progress_lines(found: Progress, ink: Ink, *, by_element: bool = False) -> list[str]:
    """Everything for a reader of ``ink.page``; elements one by one where ``by_element``."""
    page = ink.page
    lines = page.paragraph(plain(_over(found)))
    if found.caution:
        lines += page.paragraph(found.caution)
    lines += _table(
        "Said, of what complete answers state",
        [_share_line("everything", found.coverage, ink)]
        + [_share_line(one.topic, one.course, ink) for one in found.topics if len(found.topics) > 1]
        + [_share_line(one.need, one.course, ink) for one in found.elements if by_element],
        page,
    )
    lines += _left_out(found, page)
    lines += _ready(found, page)
    lines += _table("How it sounded", list(_sound(found, ink)), page)
    lines += _table(
        f"What interviewers listen for, over {_answers(_n_listened(found))}", list(_signals(found, ink)), page
    )
    return lines


def _over(found: Progress) -> str:
    questions = f"{len(found.questions)} question{'s' if len(found.questions) != 1 else ''}"
    column = f"; every column is a {found.unit}" if len(found.periods) > 1 else ""
    return f"{_answers(found.n_answers)} to {questions}, from {found.periods[0]} on{column}."


def _answers(n: int) -> str:
    return f"{n} answer{'s' if n != 1 else ''}"


def _share_line(name: str, course: Course, ink: Ink) -> Line:
    share = course.total.share
    figures = f"{'-' if share is None else f'{share:.0%}'} in {_answers(course.n_answers)}"
    return name, figures, ink.spark([count.share for count in course.periods], 0.0, 1.0)


def _table(title: str, rows: list[Line], page: Page) -> list[str]:
    """Rows in columns where all of them fit, else one below the other."""
    if not rows:
        return []
    name_w = max(len(plain(name)) for name, _, _ in rows)
    figures_w = max(len(figures) for _, figures, _ in rows)
    lines = ["", *(page.bold(line) for line in page.paragraph(title))]
    if 2 + name_w + 2 + figures_w + 2 + max(len(course) for _, _, course in rows) <= page.width:
        return lines + [
            f"  {plain(name):<{name_w}}  {figures:<{figures_w}}  {course}".rstrip()
            for name, figures, course in rows
        ]
    for name, figures, course in rows:
        lines += page.paragraph(name, "  ", "  ")
        beside = f"    {figures}  {course}"
        if len(beside) <= page.width:
            lines.append(beside)
        else:
            lines += [*page.paragraph(figures, "    ", "    "), f"    {course}"]
    return lines


def _left_out(found: Progress, page: Page) -> list[str]:
    lines: list[str] = []
    for title, omissions in (
        ("What you keep leaving out, whatever the question", found.left_out_moves),
        ("What you keep leaving out of single questions", found.left_out_elements),
    ):
        if not omissions:
            continue
        lines += ["", *(page.bold(line) for line in page.paragraph(title))]
        for omission in omissions[:MAX_LEFT_OUT]:
            name = omission.name if omission.question is None else omission.question
            told = f"{name}: {omission.need}. Missing {omission.often}."
            lines += page.paragraph(told, "  ", "    ")
            if omission.quote:
                where = f"It belonged near “{omission.quote}” (voiceprep replay {omission.attempt})"
                lines += [page.dim(line) for line in page.paragraph(where, "    ", "    ")]
        if len(omissions) > MAX_LEFT_OUT:
            lines += page.paragraph(f"and {len(omissions) - MAX_LEFT_OUT} more (--json)", "  ", "  ")
    return lines


def _ready(found: Progress, page: Page) -> list[str]:
    from voiceprep.progress import READY_MEANS, Readiness

    lines = ["", page.bold("Ready"), *page.paragraph(READY_MEANS, "  ", "  ")]
    for topic in found.topics:
        asked = f"{topic.asked} of {topic.n_questions} asked" if topic.n_questions else f"{topic.asked} asked"
        told = f"{topic.topic}: {topic.ready} ready, {topic.first_holds} with a strong first answer, {asked}"
        lines += page.paragraph(told, "  ", "    ")
    for readiness in Readiness:
        named = [one.id for one in found.questions if one.readiness == readiness]
        if named:
            lines += textwrap.wrap(
                plain(f"{readiness}: {', '.join(named)}"),
                max(MIN_WIDTH, page.width),
                initial_indent="  ",
                subsequent_indent="    ",
                break_on_hyphens=False,  # ids are copied whole
            )
    return lines


def _sound(found: Progress, ink: Ink) -> Iterator[Line]:
    for name, measure, form, of in (
        ("pace", found.pace, "{:.0f} words a minute", "median of {}"),
        ("longest pause", found.pause, "{:.1f} s", "median of {}"),
        ("fillers", found.fillers, "at least {:.1f} in 100 words", "in {}"),
    ):
        if measure.value is not None:
            there = [value for value in measure.periods if value is not None]
            # Pauses and fillers are drawn from nothing up; a pace near zero would be no speech.
            low = min(there) if measure is found.pace else 0.0
            yield (
                name,
                f"{form.format(measure.value)}, {of.format(_answers(measure.n_answers))}",
                ink.spark(measure.periods, low, max(there)),
            )


def _n_listened(found: Progress) -> int:
    return found.signals[0].heard.n_answers


def _signals(found: Progress, ink: Ink) -> Iterator[Line]:
    for one in found.signals if _n_listened(found) else ():
        figures = f"heard in {one.heard.total.said}, argued in {one.argued}"
        yield one.signal.value, figures, ink.spark([count.share for count in one.heard.periods], 0.0, 1.0)


# ------------------------------------------------------------------------------ as JSON


def to_object(found: Progress) -> dict[str, object]:
    """The object of ``progress --json``; shares are 0.0 to 1.0, null where nothing was counted."""
    return {
        "answers": found.n_answers,
        "unit": found.unit.value,
        "periods": [day.isoformat() for day in found.periods],
        "coverage": _course_object(found.coverage),
        "topics": [
            {
                "topic": one.topic,
                **_course_object(one.course),
                "questions": {
                    "in_bank": one.n_questions,
                    "asked": one.asked,
                    "first_answer_holds": one.first_holds,
                    "ready": one.ready,
                },
            }
            for one in found.topics
        ],
        "elements": [
            {"question": one.question, "id": one.id, "need": one.need, **_course_object(one.course)}
            for one in found.elements
        ],
        "left_out": {
            "moves": [_omission_object(one) for one in found.left_out_moves],
            "elements": [_omission_object(one) for one in found.left_out_elements],
        },
        "delivery": {
            "words_per_minute": _measure_object(found.pace),
            "longest_pause_s": _measure_object(found.pause),
            "fillers_per_100_words_at_least": _measure_object(found.fillers),
        },
        "questions": [
            {
                "question": one.id,
                "topic": one.topic,
                "readiness": one.readiness.value,
                "answers": one.n_answers,
                "last": one.last.isoformat(),
            }
            for one in found.questions
        ],
        "signals": [
            {"signal": one.signal.value, **_course_object(one.heard), "argued": one.argued}
            for one in found.signals
        ],
    }


def _course_object(course: Course) -> dict[str, object]:
    return {
        "said": course.total.said,
        "asked": course.total.asked,
        "share": course.total.share,
        "answers": course.n_answers,
        "by_period": [{"said": count.said, "asked": count.asked} for count in course.periods],
    }


def _measure_object(measure: Measure) -> dict[str, object]:
    return {"value": measure.value, "answers": measure.n_answers, "by_period": list(measure.periods)}


def _omission_object(one: Omission) -> dict[str, object]:
    return {
        "name": one.name,
        "question": one.question,
        "need": one.need,
        "missed": one.missed,
        "asked": one.asked,
        "lately": {"missed": one.lately_missed, "asked": one.lately_asked},
        "attempt": one.attempt,
        "belonged": one.quote or None,
    }


# ------------------------------------------------------------------------------ as plots


def _plot(path: Path, found: Progress) -> None:
    """Write the plots of ``found`` to ``path`` in the form its name asks for."""
    from voiceprep import resources
    from voiceprep.engines import plotting
    from voiceprep.replay import plots

    charts = plots.charts(found)
    match path.suffix.lower():
        case ".svg":
            data = plotting.svg(charts).encode()
        case ".png":
            data = plotting.png(charts)
        case _:
            drawn = tuple(plotting.inline(chart, f"p{at}-") for at, chart in enumerate(charts))
            style = resources.PAGE_STYLE.read_text(encoding="utf-8")
            data = plots.page(found, charts, drawn, style).encode()
    write_file(path, data, "--plot")
    # Figures alone are of nobody's words; of an earlier page in the same place nothing is left.
    note_report(home(), Written(path, plots.quoted(found) if path.suffix.lower() == ".html" else ()))
    typer.echo(plain(str(path)))
