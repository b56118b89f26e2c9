"""Attempts as one page of HTML that needs nothing else: sound, words, findings, side by side.

The page's only script and style are named by their hashes in its content security policy, and whatever
was said, asked or named goes in as text: nothing in it can run.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, pairwise

from voiceprep.mock import Summary, mock_name, ready
from voiceprep.model import Assessment, Attempt, Run, Status, Transcript, Word
from voiceprep.profile import Profile
from voiceprep.replay import compare
from voiceprep.replay.document import Head, Look, document
from voiceprep.replay.document import as_text as _text
from voiceprep.replay.marks import Gap, Mark, MarkedAnswer, MarkKind, Replay, Sentence, next_steps
from voiceprep.replay.told import clock, delivery, reading, repaired

N_PEAKS = 500
"""Bars of a waveform: two pixels each on a wide screen."""
PAUSE_S = 0.7
"""Silence between two words from which it is drawn as a pause; fluent speech has shorter ones everywhere."""
PACE_WINDOW_S = 10.0
"""Stretch over which pace is counted: some twenty-five words, so that one long word is no dip."""
PACE_STEP_S = 5.0
MAX_PACE_WPM = 240
"""The top of the pace track; auctioneers are faster, speakers are not."""

_WIDTH = 1000
_WAVE_MIDDLE, _WAVE_HALF = 36, 32
_PACE_TOP, _PACE_BOTTOM = 76, 112
_PAUSE_TOP = 116
_HEIGHT = 126

_LEGEND = (
    (MarkKind.SAID, "an element that was said"),
    (MarkKind.MADE, "a move"),
    (MarkKind.VAGUE, "vague"),
    (MarkKind.UNSURE, "possibly misheard"),
    (MarkKind.CAREFUL, "worth correcting"),
    (MarkKind.FILLER, "filler"),
)
_STATUS = {Status.SAID: "said", Status.MISSING: "missing", Status.MISHEARD: "unsure", None: "not asked"}


@dataclass(frozen=True, slots=True)
class Sound:
    """An answer's recording, compressed; ``peaks`` are the loudest samples of equal stretches, 0.0 to 1.0."""

    data: bytes
    mime: str
    peaks: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Chapter:
    """An attempt with one sound (or None) an answer, and earlier attempts at its question, oldest first."""

    shown: Replay
    sounds: tuple[Sound | None, ...]
    earlier: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands above the chapters of a mock interview."""

    run: Run
    found: Summary
    profile: Profile


def page(chapters: Sequence[Chapter], look: Look, overview: Overview | None = None) -> str:
    """The whole page, one chapter after the other; below ``overview`` they say nothing of what to do next."""
    title = chapters[0].shown.ask if len(chapters) == 1 else f"{len(chapters)} attempts"
    heading = "Your answer, again" if len(chapters) == 1 else title
    if overview is not None:
        title = heading = f"Mock interview {overview.run.id}: {mock_name(overview.run)}"
    head = Head(
        title=title,
        kind="voiceprep report",
        heading=heading,
        skip="To the answers",
        warning="This file holds your voice and your words: whoever gets it can hear them",
    )
    has_next = overview is None
    above = () if overview is None else _overview(overview, look)
    every = (part for chapter in chapters for part in _chapter(chapter, look, has_next=has_next))
    return document(head, chain(above, every), look)


def _when(moment: datetime, look: Look) -> str:
    return moment.astimezone(look.zone).strftime("%Y-%m-%d %H:%M")


# ------------------------------------------------------------------------------ a mock interview


def _overview(overview: Overview, look: Look) -> Iterator[str]:
    found = overview.found
    yield '<section aria-labelledby="overview"><h2 id="overview">How it went</h2>'
    yield f'<p class="meta">{_when(overview.run.started, look)}</p>'
    yield f'<p class="verdict">{_text(ready(found))}</p>'
    yield '<section class="next"><h3>Do next</h3>'
    if found.steps:
        yield "<ol>" + "".join(f'<li dir="auto">{_text(step)}</li>' for step in found.steps) + "</ol>"
    else:
        yield "<p>Every question was ready. Ask for harder ones: a higher level, another round.</p>"
    if found.practise is not None:
        yield f"<p><code>voiceprep practice {_text(found.practise)}</code></p>"
    yield '</section><h3>The questions</h3><div class="scroll" role="region" tabindex="0" '
    yield 'aria-label="The questions and how each went"><table><thead><tr><th scope="col">Question</th>'
    yield "".join(
        f'<th scope="col">{name}</th>' for name in ("First answer", "Follow-ups held", "Spoken", "Ready")
    )
    yield "</tr></thead><tbody>"
    for one in found.outcomes:
        held = f"{sum(one.held)} of {len(one.held)}" if one.held else "–"
        spoken = "–" if one.seconds is None else clock(one.seconds)
        cells = (one.first or "no answer", held, spoken, "ready" if one.is_ready else "not yet")
        yield (
            f'<tr><th scope="row"><a href="#a{one.attempt}">{_text(one.question)}</a></th>'
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
        )
    yield "</tbody></table></div>"
    yield from _signals(overview.profile)
    yield "</section>"


def _signals(found: Profile) -> Iterator[str]:
    yield "<h3>What it signals</h3><ul>"
    for signal, quotes in found.quotes:
        heard = f"heard in {len(quotes)} of {found.n_answers}" if quotes else "not heard"
        quote = f' <span class="quote">“{_text(quotes[0].text)}”</span>' if quotes else ""
        yield f'<li dir="auto"><span class="kind">{signal}</span>: {heard}{quote}</li>'
    yield "</ul>"


# ------------------------------------------------------------------------------ a chapter


def _chapter(chapter: Chapter, look: Look, *, has_next: bool) -> Iterator[str]:
    shown, attempt = chapter.shown, chapter.shown.attempt
    key = f"a{attempt.id}"
    title = _text(shown.ask or attempt.question)
    yield f'<article aria-labelledby="{key}"><h2 id="{key}" dir="auto">{title}</h2>'
    facts = f"Attempt {attempt.id} · {attempt.question} · {attempt.level} · {_when(attempt.started, look)}"
    heard = any(answer.audio is not None for answer in attempt.answers)
    by = reading(attempt, look.zone) if heard else "typed"
    yield f'<p class="meta">{_text(facts)} · {_text(by)}</p>'
    if shown.judged is not None:
        told = f"Verdict: {shown.judged.verdict}."
        yield f'<p><span class="verdict">{told}</span> {_text(delivery(shown.judged.delivery))}</p>'
    if has_next:
        yield from _next(shown)
    numbers = _numbers(shown)
    for marked, sound in zip(shown.answers, chapter.sounds, strict=True):
        yield from _answer(marked, sound, key, numbers)
    yield from _missing(shown.gaps, key)
    yield from _side_by_side(chapter, look)
    yield "</article>"


def _next(shown: Replay) -> Iterator[str]:
    if shown.judged is None:
        return
    yield '<section class="next"><h3>Do next</h3>'
    steps = next_steps(shown)
    if steps:
        yield "<ol>" + "".join(f'<li dir="auto">{_text(step)}</li>' for step in steps) + "</ol>"
    else:
        yield f'<p dir="auto">Nothing is missing. Go deeper: {_text(shown.judged.follow_up.ask)}</p>'
    yield f"<p>Answer it again: <code>voiceprep practice {_text(shown.attempt.question)}</code></p></section>"


def _numbers(shown: Replay) -> dict[Mark, int]:
    marks = (mark for answer in shown.answers for mark in answer.marks if mark.kind is not MarkKind.FILLER)
    numbers: dict[Mark, int] = {}
    for mark in marks:
        numbers.setdefault(mark, len(numbers) + 1)
    return numbers


def _missing(gaps: tuple[Gap, ...], key: str) -> Iterator[str]:
    if not gaps:
        return
    yield '<section class="missing"><h3>What was missing</h3><ul>'
    for gap in gaps:
        near = ""
        if gap.sentence is not None:
            why = "came near it" if gap.came_near else "is where it could follow"
            near = f' <a href="#{key}-s{gap.sentence}">Sentence {gap.sentence}</a> {why}.'
        yield f'<li dir="auto">{_text(gap.label)}{"" if gap.label.endswith(".") else "."}{near}</li>'
    yield "</ul></section>"


def _side_by_side(chapter: Chapter, look: Look) -> Iterator[str]:
    kept = [
        *((one, compare.judged(one)) for one in chapter.earlier),
        (chapter.shown.attempt, chapter.shown.judged),
    ]
    columns = [(attempt, judged) for attempt, judged in kept if judged is not None]
    if len(columns) < 2 or chapter.shown.judged is None:
        return
    rows = compare.rows([judged for _, judged in columns])
    name = _text(f"Attempts at {chapter.shown.attempt.question} side by side")
    yield f'<section><h3>{name}</h3><div class="scroll" role="region" tabindex="0" aria-label="{name}">'
    yield '<table><thead><tr><th scope="col">What a complete answer has</th>'
    for attempt, judged in columns:
        when = _when(attempt.started, look)
        yield f'<th scope="col">Attempt {attempt.id}<br>{when}<br>{judged.verdict}</th>'
    yield '<th scope="col">Change</th></tr></thead><tbody>'
    for row in rows:
        cells = "".join(f"<td>{_STATUS[status]}</td>" for status in row.statuses)
        change = "gained" if row.gained else "lost" if row.lost else ""
        cells += f'<td class="{change}">{change}</td>'
        yield f'<tr><th scope="row" dir="auto">{_text(row.label)}</th>{cells}</tr>'
    yield from _delivery_rows([judged for _, judged in columns])
    yield "</tbody></table></div></section>"


def _delivery_rows(judged: Sequence[Assessment]) -> Iterator[str]:
    measured = [one.delivery for one in judged]
    for label, values in (
        ("vague spots", [str(len(one.vague)) for one in judged]),
        ("fillers, at least", [str(one.fillers) for one in measured]),
        (
            "words a minute",
            ["–" if one.words_per_minute is None else str(one.words_per_minute) for one in measured],
        ),
        (
            "longest pause",
            ["–" if one.longest_pause_s is None else f"{one.longest_pause_s:.1f} s" for one in measured],
        ),
    ):
        cells = "".join(f"<td>{value}</td>" for value in values)
        yield f'<tr><th scope="row">{label}</th>{cells}<td></td></tr>'


# ------------------------------------------------------------------------------ an answer


def _answer(
    marked: MarkedAnswer, sound: Sound | None, chapter: str, numbers: dict[Mark, int]
) -> Iterator[str]:
    answer = marked.answer
    key = f"{chapter}-{answer.ordinal}"
    label = "Answer" if answer.ordinal == 0 else f"Follow-up: {answer.asked}"
    if answer.repairs is not None:
        label = answer.asked
    yield f'<section class="answer" aria-labelledby="{key}"><h3 id="{key}" dir="auto">{_text(label)}</h3>'
    if told := repaired(answer):
        yield f"<p>{told}</p>"
    if answer.transcript is None or not marked.sentences:
        yield f"<p>No words ({answer.state}).</p>"
    if sound is not None:
        yield from _player(marked, sound)
    if marked.sentences and answer.transcript is not None:
        used = {mark.kind for mark in marked.marks}
        legend = "".join(
            f'<li><mark class="{kind}">{told}</mark></li>' for kind, told in _LEGEND if kind in used
        )
        yield f'<ul class="legend" aria-label="How findings are marked">{legend}</ul>' if legend else ""
        audible = sound is not None and any(word.t0_s is not None for word in answer.transcript.words)
        if audible:
            yield (
                '<p class="help">Click a word to hear it. By keyboard: tab to the words, arrows choose one, '
                "Enter plays from it, the space bar pauses.</p>"
            )
        yield '<div class="words">'
        for sentence in marked.sentences:
            yield from _row(sentence, answer.transcript, chapter, numbers, audible=audible)
        yield "</div>"
        if audible:
            yield from _track_table(answer.transcript)
    yield "</section>"


def _player(marked: MarkedAnswer, sound: Sound) -> Iterator[str]:
    encoded = base64.b64encode(sound.data).decode()
    name = "Recording of the answer" if marked.answer.ordinal == 0 else "Recording of the follow-up answer"
    if marked.answer.repairs is not None:
        name = "Recording of the sentence said again"
    yield (
        f'<audio controls preload="auto" aria-label="{name}" data-seconds="{sound.seconds:.3f}" '
        f'src="data:{sound.mime};base64,{encoded}"></audio>'
    )
    words = timed(marked.answer.transcript)
    vague = [mark for mark in marked.marks if mark.kind is MarkKind.VAGUE]
    n_pauses = len(pauses(words))
    told = (
        f"Waveform of {clock(sound.seconds)}, with {len(vague)} vague spot{'s' if len(vague) != 1 else ''} "
        f"and {n_pauses} pause{'s' if n_pauses != 1 else ''}; the numbers are below the words."
    )
    yield f'<figure class="wave"><svg role="img" aria-label="{told}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    yield ' preserveAspectRatio="none">'
    scale = _WIDTH / max(sound.seconds, 0.001)
    for mark in vague:
        if mark.evidence.t0_s is not None and mark.evidence.t1_s is not None:
            x, width = mark.evidence.t0_s * scale, (mark.evidence.t1_s - mark.evidence.t0_s) * scale
            yield f'<rect class="zone" x="{x:.1f}" y="0" width="{width:.1f}" height="{_PACE_TOP - 4}"/>'
    yield f'<path class="peaks" d="{_bars(sound.peaks)}"/>'
    for begin, end in pauses(words):
        x, width = begin * scale, (end - begin) * scale
        yield f'<rect class="pause" x="{x:.1f}" y="{_PAUSE_TOP}" width="{width:.1f}" height="8"/>'
    points = " ".join(f"{second * scale:.1f},{_pace_y(wpm):.1f}" for second, wpm in pace(words))
    yield f'<polyline class="pace" points="{points}"/>'
    yield f'<line class="head" x1="0" x2="0" y1="0" y2="{_HEIGHT}"/></svg>'
    yield "<figcaption>Loudness with vague spots shaded; below it the pace (higher is faster) and pauses."
    yield "</figcaption></figure>"


def _bars(peaks: tuple[float, ...]) -> str:
    """The waveform as one path, loudest at full height."""
    if not peaks:
        return ""
    step, loudest = _WIDTH / len(peaks), max(*peaks, 0.05)
    bars = []
    for at, peak in enumerate(peaks):
        half = max(0.5, _WAVE_HALF * peak / loudest)
        bars.append(
            f"M{at * step:.1f} {_WAVE_MIDDLE - half:.1f}h{step * 0.7:.1f}v{2 * half:.1f}h-{step * 0.7:.1f}z"
        )
    return "".join(bars)


def _pace_y(wpm: float) -> float:
    return _PACE_BOTTOM - (_PACE_BOTTOM - _PACE_TOP) * min(wpm, MAX_PACE_WPM) / MAX_PACE_WPM


def _track_table(transcript: Transcript) -> Iterator[str]:
    words = timed(transcript)
    yield "<details><summary>Pace and pauses in numbers</summary><table><thead><tr>"
    yield '<th scope="col">At</th><th scope="col">Pace</th></tr></thead><tbody>'
    for second, wpm in pace(words):
        yield f"<tr><td>{clock(second)}</td><td>{wpm:.0f} words a minute</td></tr>"
    yield "</tbody></table><ul>"
    for begin, end in pauses(words):
        yield f"<li>Pause of {end - begin:.1f} s at {clock(begin)}</li>"
    yield "</ul></details>"


Timed = tuple[tuple[float, float], ...]
"""Begin and end of words in seconds."""


def timed(transcript: Transcript | None) -> Timed:
    """The words of ``transcript`` that have times."""
    every = transcript.words if transcript is not None else ()
    return tuple((word.t0_s, word.t1_s) for word in every if word.t0_s is not None and word.t1_s is not None)


def pauses(words: Timed) -> tuple[tuple[float, float], ...]:
    """Silences of at least PAUSE_S between two words: begin and end in seconds."""
    return tuple((a[1], b[0]) for a, b in pairwise(words) if b[0] - a[1] >= PAUSE_S)


def pace(words: Timed) -> tuple[tuple[float, float], ...]:
    """Words a minute around every PACE_STEP_S of the answer: the middle of each window and its pace.

    The first and last windows are cut at the first and last word.
    """
    if not words:
        return ()
    begin_s, end_s = words[0][0], words[-1][1]
    found = []
    middle = begin_s
    while middle <= end_s:
        low, high = max(begin_s, middle - PACE_WINDOW_S / 2), min(end_s, middle + PACE_WINDOW_S / 2)
        n = sum(low <= (a + b) / 2 < high for a, b in words)
        if high - low >= PACE_STEP_S / 2:
            found.append((middle, n * 60 / (high - low)))
        middle += PACE_STEP_S
    return tuple(found)


# ------------------------------------------------------------------------------ words


def _row(
    sentence: Sentence, transcript: Transcript, chapter: str, numbers: dict[Mark, int], *, audible: bool
) -> Iterator[str]:
    yield f'<div class="row" id="{chapter}-s{sentence.number}"><div class="sentence">'
    if audible and sentence.t0_s is not None:
        at = clock(sentence.t0_s)
        yield (
            f'<button type="button" class="play" data-a="{sentence.t0_s:.3f}" '
            f'aria-label="Play sentence {sentence.number} at {at}">'
            f'<span aria-hidden="true">▶ </span>{at}</button>'
        )
    runs = "".join(_runs(sentence, transcript, chapter, numbers, audible=audible))
    yield f'<span dir="auto">{runs}</span></div><ul class="flags">'
    for mark in sentence.marks:
        if mark in numbers and sentence.start <= mark.evidence.start < sentence.end:
            yield _flag(mark, numbers[mark], chapter)
    yield "</ul></div>"


def _flag(mark: Mark, number: int, chapter: str) -> str:
    name = f" {_text(mark.name)}" if mark.kind in (MarkKind.MADE, MarkKind.VAGUE) else ""
    at = "" if mark.evidence.t0_s is None else f" at {clock(mark.evidence.t0_s)}"
    note = f": {_text(mark.note)}" if mark.note else ""
    quote = f'<span class="quote">“{_text(" ".join(mark.evidence.text.split()))}”{at}</span>'
    return (
        f'<li class="{mark.kind}" id="{chapter}-f{number}" dir="auto">{number} '
        f'<span class="kind">{mark.kind}</span>{name}{note} {quote}</li>'
    )


def _runs(
    sentence: Sentence, transcript: Transcript, chapter: str, numbers: dict[Mark, int], *, audible: bool
) -> Iterator[str]:
    """The sentence as runs of text under the same marks, each word for itself, references behind marks."""
    words = [word for word in transcript.words if sentence.start <= word.start < sentence.end]
    edges = {sentence.start, sentence.end}
    for mark in sentence.marks:
        edges |= {max(mark.evidence.start, sentence.start), min(mark.evidence.end, sentence.end)}
    ends = {
        mark.evidence.end: [m for m in sentence.marks if m in numbers and m.evidence.end == mark.evidence.end]
        for mark in sentence.marks
    }
    # An edge inside a word moves behind it, so that a word stays one thing to click.
    places = sorted({_behind(edge, words) for edge in edges})
    for begin, end in pairwise(places):
        inner = "".join(_words(transcript.text, words, (begin, end), audible=audible))
        kinds = sorted(
            {mark.kind for mark in sentence.marks if mark.evidence.start < end and mark.evidence.end > begin}
        )
        yield f'<mark class="{" ".join(kinds)}">{inner}</mark>' if kinds else inner
        for edge, closed in ends.items():
            if _behind(edge, words) == end:
                for mark in closed:
                    label = f"finding {numbers[mark]}: {mark.kind}"
                    target = f"#{chapter}-f{numbers[mark]}"
                    yield f'<a class="ref" href="{target}" aria-label="{label}">{numbers[mark]}</a>'


def _behind(edge: int, words: Sequence[Word]) -> int:
    return next((word.end for word in words if word.start < edge < word.end), edge)


def _words(text: str, words: Iterable[Word], span: tuple[int, int], *, audible: bool) -> Iterator[str]:
    at, end = span
    for word in words:
        if not at <= word.start or word.end > end:
            continue
        yield _text(text[at : word.start])
        said = _text(text[word.start : word.end])
        if audible and word.t0_s is not None:
            yield f'<span class="w" tabindex="-1" data-a="{word.t0_s:.3f}">{said}</span>'
        else:
            yield said
        at = word.end
    yield _text(text[at:end])
