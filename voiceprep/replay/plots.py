"""Progress as charts, and as a page that tells every chart in words and figures too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from voiceprep.model import Chart, ChartKind, Series
from voiceprep.progress import READY_MEANS, Omission, Progress, Readiness, Unit
from voiceprep.replay.document import Head, Look, as_text, document

MAX_BARS = 10
"""More bars are no picture; the tables of --json have them all."""
MAX_LISTED = 5


def charts(found: Progress) -> tuple[Chart, ...]:
    """What can be drawn of ``found``; a figure that nothing was counted for is left out."""
    return tuple(_charts(found))


def _charts(found: Progress) -> Iterator[Chart]:
    labels = tuple(period(day, found.unit) for day in found.periods)
    if found.coverage.total.asked:
        yield Chart(
            "Said, of what complete answers state",
            ChartKind.LINE,
            "percent",
            labels,
            (Series("said", tuple(percent(count.share) for count in found.coverage.periods)),),
            tuple(f"{count.said} of {count.asked}" for count in found.coverage.periods),
            top=100.0,
        )
    topics = [topic for topic in found.topics if topic.course.total.asked]
    if topics:
        yield Chart(
            "Said, by topic",
            ChartKind.BARS,
            "percent",
            tuple(topic.topic for topic in topics),
            (Series("said", tuple(percent(topic.course.total.share) for topic in topics)),),
            tuple(answers(topic.course.n_answers) for topic in topics),
            top=100.0,
        )
    for title, omissions in (
        ("Left out, whatever the question", found.left_out_moves),
        ("Left out of single questions", found.left_out_elements),
    ):
        if omissions:
            yield _omitted(title, omissions[:MAX_BARS])
    if found.topics:
        yield Chart(
            "Ready questions, by topic",
            ChartKind.PARTS,
            "questions",
            tuple(topic.topic for topic in found.topics),
            (
                Series("ready", tuple(float(topic.ready) for topic in found.topics)),
                Series("first answer holds", tuple(float(topic.first_holds) for topic in found.topics)),
                Series(
                    "not yet",
                    tuple(float(topic.asked - topic.ready - topic.first_holds) for topic in found.topics),
                ),
            ),
            tuple(f"{topic.asked} asked" for topic in found.topics),
        )
    yield from _measures(found, labels)
    listened = found.signals[0].heard.n_answers if found.signals else 0
    if listened:
        yield Chart(
            "What interviewers listen for",
            ChartKind.BARS,
            "percent of answers",
            tuple(one.signal.value for one in found.signals),
            (
                Series("heard", tuple(percent(one.heard.total.share) for one in found.signals)),
                Series("argued", tuple(100 * one.argued / listened for one in found.signals)),
            ),
            tuple(f"{one.heard.total.said} of {listened}" for one in found.signals),
            top=100.0,
        )


def _omitted(title: str, omissions: Sequence[Omission]) -> Chart:
    return Chart(
        title,
        ChartKind.BARS,
        "percent of the times it was asked for",
        tuple(one.name for one in omissions),
        (
            Series("ever", tuple(100 * one.missed / one.asked for one in omissions)),
            Series("lately", tuple(100 * one.lately_missed / one.lately_asked for one in omissions)),
        ),
        tuple(f"{one.missed} of {one.asked}" for one in omissions),
        top=100.0,
    )


def _measures(found: Progress, labels: tuple[str, ...]) -> Iterator[Chart]:
    for title, unit, measure in (
        ("Pace, median", "words a minute", found.pace),
        ("Longest pause, median", "seconds", found.pause),
        ("Fillers, at least", "in 100 words", found.fillers),
    ):
        if measure.value is not None:
            yield Chart(
                title, ChartKind.LINE, unit, labels, (Series(title, measure.periods),), ("",) * len(labels)
            )


def period(begin: date, unit: Unit) -> str:
    """A period by its first day, no longer than it need be."""
    return begin.strftime({Unit.MONTH: "%Y-%m", Unit.YEAR: "%Y"}.get(unit, "%m-%d"))


def percent(share: float | None) -> float | None:
    """A share of 1.0 as one of 100; None stays."""
    return None if share is None else 100 * share


def answers(n: int) -> str:
    """So many answers, in words."""
    return f"{n} answer{'s' if n != 1 else ''}"


# ------------------------------------------------------------------------------ as a page


def quoted(found: Progress) -> tuple[int, ...]:
    """The attempts of which the page holds words."""
    left_out = (found.left_out_moves, found.left_out_elements)
    return tuple(
        sorted({one.attempt for omissions in left_out for one in omissions[:MAX_LISTED] if one.quote})
    )


def page(found: Progress, shown: Sequence[Chart], drawn: Sequence[str], style: str) -> str:
    """The page of ``shown`` charts and their drawings, SVG elements made for it; nothing on it runs."""
    first, last = (found.periods[0], found.periods[-1]) if found.periods else (None, None)
    span = "" if first is None else f" from {first}" if first == last else f" from {first} to {last}"
    head = Head(
        title="Progress",
        kind=f"voiceprep progress · {answers(found.n_answers)} to {len(found.questions)} questions{span}",
        heading="How you get on",
        skip="To the figures",
        warning="This file holds your results and some of your words: whoever gets it can read them",
    )
    return document(head, _main(found, shown, drawn), Look(style, ""))


def _main(found: Progress, shown: Sequence[Chart], drawn: Sequence[str]) -> Iterator[str]:
    if found.caution:
        yield f'<p class="next">{found.caution}</p>'
    yield '<div class="plots">'
    for chart, drawing in zip(shown, drawn, strict=True):
        yield from _figure(chart, drawing, found)
    yield "</div>"
    yield from _left_out("What you keep leaving out, whatever the question", found.left_out_moves)
    yield from _left_out("What you keep leaving out of single questions", found.left_out_elements)
    yield f'<section class="ready"><h2>Ready, question by question</h2><p class="meta">{READY_MEANS}</p>'
    yield '<div class="scroll" role="region" tabindex="0" aria-label="Readiness of every question"><table>'
    yield '<thead><tr><th scope="col">Question</th><th scope="col">Stands</th>'
    yield '<th scope="col">Answers</th>'
    yield '<th scope="col">Last</th><th scope="col">Topic</th></tr></thead><tbody>'
    order = list(Readiness)
    for one in sorted(found.questions, key=lambda one: (order.index(one.readiness), one.topic, one.id)):
        yield (
            f'<tr><th scope="row" dir="auto">{as_text(one.id)}</th><td>{one.readiness}</td>'
            f"<td>{one.n_answers}</td><td>{one.last}</td><td>{as_text(one.topic)}</td></tr>"
        )
    yield "</tbody></table></div></section>"


def _figure(chart: Chart, drawing: str, found: Progress) -> Iterator[str]:
    yield f"<section><h2>{as_text(chart.title)}</h2>"
    yield f'<figure class="plot" role="img" aria-label="{as_text(told(chart))}">{drawing}</figure>'
    yield f"<details><summary>{as_text(chart.title)} in figures</summary>"
    yield f'<div class="scroll" role="region" tabindex="0" aria-label="{as_text(chart.title)}">'
    yield f'<table><thead><tr><th scope="col">{_labels(chart, found)}</th>'
    for series in chart.series:
        yield f'<th scope="col">{as_text(series.name)}, {as_text(chart.unit)}</th>'
    has_counts = any(chart.counts)
    yield '<th scope="col">counted</th></tr></thead><tbody>' if has_counts else "</tr></thead><tbody>"
    for at, label in enumerate(chart.labels):
        cells = "".join(f"<td>{figure(series.values[at])}</td>" for series in chart.series)
        cells += f"<td>{as_text(chart.counts[at])}</td>" if has_counts else ""
        yield f'<tr><th scope="row" dir="auto">{as_text(label)}</th>{cells}</tr>'
    yield "</tbody></table></div></details></section>"


def _labels(chart: Chart, found: Progress) -> str:
    return f"{found.unit} from" if chart.kind is ChartKind.LINE else "of"


def told(chart: Chart) -> str:
    """What ``chart`` shows, in a sentence or two: from where to where, or the highest and the lowest."""
    parts = []
    for series in chart.series:
        there = [
            (value, label)
            for value, label in zip(series.values, chart.labels, strict=True)
            if value is not None
        ]
        if not there:
            continue
        name = f"{series.name}: " if len(chart.series) > 1 else ""
        if chart.kind is ChartKind.LINE:
            (first, begin), (last, end) = there[0], there[-1]
            parts.append(f"{name}{figure(first)} in {begin}, {figure(last)} in {end}")
        else:
            parts += [name + ", ".join(f"{label} {figure(value)}" for value, label in there)]
    return f"{chart.title}, {chart.unit}. {'; '.join(parts)}. The table below has every figure."


def figure(value: float | None) -> str:
    """A figure as it is read: whole where it is large or whole, else with one decimal."""
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 20 or value == int(value) else f"{value:.1f}"


def _left_out(title: str, omissions: Sequence[Omission]) -> Iterator[str]:
    if not omissions:
        return
    yield f'<section class="missing"><h2>{title}</h2><ul>'
    for one in omissions[:MAX_LISTED]:
        name = one.name if one.question is None else one.question
        yield f'<li dir="auto"><strong>{as_text(name)}</strong>: {as_text(one.need)}. Missing {one.often}.'
        if one.quote:
            quote = f'<span class="quote">“{as_text(one.quote)}”</span>'
            yield f" It belonged near {quote} (attempt {one.attempt})."
        yield "</li>"
    yield "</ul></section>"
