"""An attempt with everything found marked in place, and what is missing where it belonged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from voiceprep import checks
from voiceprep.checks.case import evidence
from voiceprep.checks.delivery import fillers_in
from voiceprep.model import (
    Answer,
    Assessment,
    Attempt,
    Bank,
    Evidence,
    Move,
    Question,
    Status,
    Transcript,
)
from voiceprep.text import sentence_spans, tokenise

_MOVES = frozenset(move.value for move in Move)
MAX_STEPS = 2
"""One or two things to do next are done; a full list is put away."""


class MarkKind(StrEnum):
    """What a marked stretch is, in the words the findings are listed with."""

    SAID = "said"
    UNSURE = "unsure"
    MADE = "made"
    VAGUE = "vague"
    CAREFUL = "careful"
    FILLER = "filler"


WEAK = frozenset({MarkKind.VAGUE, MarkKind.CAREFUL, MarkKind.UNSURE})
"""Marks that call for something better."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of an answer and what was found there; ``note`` says what that means or would mend it."""

    kind: MarkKind
    name: str
    note: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with the marks that touch it; ``number`` counts from 1 through all answers.

    ``start`` and ``end`` are characters of the answer's text; times are None for typed text.
    """

    number: int
    start: int
    end: int
    text: str
    t0_s: float | None
    t1_s: float | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """An answer and its sentences; none where nothing was said or nothing was transcribed."""

    answer: Answer
    sentences: tuple[Sentence, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A missing element or move; ``sentence`` is the number of the one it belonged nearest to, if any.

    ``came_near`` tells whether that sentence said a part of it; otherwise it is merely the last one.
    """

    name: str
    need: str
    sentence: int | None
    came_near: bool

    @property
    def label(self) -> str:
        """What is missing, a move with its name."""
        return f"{self.name}: {self.need}" if self.name in _MOVES else self.need


@dataclass(frozen=True, slots=True)
class Replay:
    """An attempt as it is shown; ``judged`` holds the findings over all answers, if any."""

    attempt: Attempt
    ask: str
    answers: tuple[MarkedAnswer, ...]
    judged: Assessment | None
    gaps: tuple[Gap, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Those of all answers, in order."""
        return tuple(sentence for answer in self.answers for sentence in answer.sentences)


def replay(attempt: Attempt, question: Question | None, bank: Bank) -> Replay:
    """``attempt`` with its findings in place; ``question`` is None where the bank no longer has it."""
    answers: list[MarkedAnswer] = []
    n_before = 0
    joint = _joint(attempt)
    for answer in attempt.answers:
        marked = _marked(answer, n_before, joint.get(answer.ordinal, ()))
        n_before += len(marked.sentences)
        answers.append(marked)
    replies = [marked for marked in answers if marked.answer.repairs is None]
    last = replies[-1].answer.assessment if replies else None
    judged = attempt.combined or last
    ask = question.ask if question is not None else attempt.answers[0].asked if attempt.answers else ""
    gaps = tuple(_gaps(judged, replies, question, bank)) if judged is not None else ()
    return Replay(attempt, ask, tuple(answers), judged, gaps)


def next_steps(shown: Replay) -> tuple[str, ...]:
    """The one or two things most worth doing next: something missing, something vague."""
    steps = [f"Say this too: {gap.need}" for gap in shown.gaps]
    vague = [
        f"Make “{' '.join(mark.evidence.text.split())}” concrete. {mark.note}"
        for answer in shown.answers
        for mark in answer.marks
        if mark.kind is MarkKind.VAGUE and not _is_mended(answer.answer, mark, shown.attempt)
    ]
    # With both kinds at hand, one of each teaches more than two of the same.
    chosen = [*steps[:1], *vague[:1]] if steps and vague else [*steps, *vague]
    return tuple(chosen[:MAX_STEPS])


def _is_mended(answer: Answer, mark: Mark, attempt: Attempt) -> bool:
    """Whether nothing is to be done about a vague mark: it was mended, or is of a try that was."""
    if answer.repairs is not None:
        return True
    return attempt.is_mended(answer.ordinal, mark.evidence.start, mark.evidence.end)


def sentences_of(transcript: Transcript, n_before: int = 0) -> tuple[Sentence, ...]:
    """The sentences of ``transcript`` without marks, numbered from ``n_before`` + 1; no words give ``()``.

    Each runs to the beginning of the next, the first from the beginning: together they hold every character.
    """
    tokens = tokenise(transcript.text)
    starts = [tokens[begin].start for begin, _ in sentence_spans(tokens)]
    starts[:1] = [0] if starts else []
    found = []
    for number, (start, end) in enumerate(pairwise([*starts, len(transcript.text)]), start=n_before + 1):
        shown = evidence(transcript, start, end)
        found.append(Sentence(number, start, end, shown.text, shown.t0_s, shown.t1_s, ()))
    return tuple(found)


def _joint(attempt: Attempt) -> dict[int, tuple[Mark, ...]]:
    """By ordinal: marks of what no answer says alone and all of them say together."""
    judged = [answer for answer in attempt.replies if answer.assessment is not None]
    if attempt.combined is None or len(judged) < 2:
        return {}
    alone = {
        (mark.kind, mark.name)
        for one in judged
        if one.assessment is not None
        for mark in _found(one.assessment)
    }
    together = [
        mark
        for mark in _found(attempt.combined)
        if mark.kind in (MarkKind.SAID, MarkKind.MADE) and (mark.kind, mark.name) not in alone
    ]
    marks: dict[int, tuple[Mark, ...]] = {}
    begin = 0  # of the answer in the text of all
    for answer in judged:
        said = answer.transcript or Transcript("", ())
        pieces = []
        for mark in together:
            start, end = max(0, mark.evidence.start - begin), min(len(said.text), mark.evidence.end - begin)
            if start < end and said.text[start:end] in mark.evidence.text:
                note = f"{mark.note} (by your answers together)" if mark.note else "by your answers together"
                pieces.append(Mark(mark.kind, mark.name, note, evidence(said, start, end)))
        marks[answer.ordinal] = tuple(pieces)
        begin += len(said.text) + 1
    return marks


def _marked(answer: Answer, n_before: int, joint: tuple[Mark, ...]) -> MarkedAnswer:
    if answer.transcript is None:
        return MarkedAnswer(answer, (), ())
    found = (*_marks(answer), *joint)
    marks = tuple(sorted(found, key=lambda mark: (mark.evidence.start, -mark.evidence.end)))
    plain = sentences_of(answer.transcript, n_before)
    return MarkedAnswer(answer, tuple(_with_marks(sentence, marks) for sentence in plain), marks)


def _with_marks(sentence: Sentence, marks: tuple[Mark, ...]) -> Sentence:
    touching = tuple(
        mark for mark in marks if mark.evidence.start < sentence.end and mark.evidence.end > sentence.start
    )
    return Sentence(
        sentence.number,
        sentence.start,
        sentence.end,
        sentence.text,
        sentence.t0_s,
        sentence.t1_s,
        touching,
    )


def _marks(answer: Answer) -> Iterator[Mark]:
    if answer.transcript is None:
        return
    for piece in fillers_in(answer.transcript):
        yield Mark(MarkKind.FILLER, "", "", piece)
    found = answer.assessment
    if found is not None:
        yield from _found(found)


def _found(found: Assessment) -> Iterator[Mark]:
    for element in found.elements:
        kind = MarkKind.SAID if element.status is Status.SAID else MarkKind.UNSURE
        for piece in element.evidence:
            yield Mark(kind, element.id, element.need, piece)
    for move in found.moves:
        for piece in move.evidence if move.status is Status.SAID else ():
            yield Mark(MarkKind.MADE, move.id.value, "", piece)
    for vague in found.vague:
        yield Mark(MarkKind.VAGUE, vague.kind, vague.why, vague.evidence)
    for pitfall in found.pitfalls:
        for piece in pitfall.evidence:
            yield Mark(MarkKind.CAREFUL, pitfall.id, pitfall.correction, piece)


def _gaps(
    judged: Assessment, answers: list[MarkedAnswer], question: Question | None, bank: Bank
) -> Iterator[Gap]:
    """What is missing, essential elements first, each beside the sentence that came nearest to it."""
    sentences = [sentence for answer in answers for sentence in answer.sentences]
    last = sentences[-1].number if sentences else None
    minor = {e.id for e in question.elements if not e.essential} if question is not None else set()
    missing = [finding for finding in judged.elements if finding.status is Status.MISSING]
    nearest = _nearest(sentences, question, bank) if missing else {}
    for finding in sorted(missing, key=lambda finding: finding.id in minor):
        near = nearest.get(finding.id)
        yield Gap(finding.id, finding.need, near or last, near is not None)
    for move in judged.moves:
        if move.required and move.status is Status.MISSING:
            yield Gap(move.id.value, checks.lacking(move), last, came_near=False)


def _nearest(sentences: list[Sentence], question: Question | None, bank: Bank) -> dict[str, int]:
    """For every element of which some sentence says a part, the number of the one that says most."""
    best: dict[str, tuple[float, int]] = {}
    if question is None:
        return {}
    for sentence in sentences:
        for id_, share in checks.coverage(question, sentence.text, bank):
            if share > best.get(id_, (0.0, 0))[0]:
                best[id_] = (share, sentence.number)
    return {id_: number for id_, (_, number) in best.items()}
