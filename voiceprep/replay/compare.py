"""Attempts side by side: what was gained and lost between two sets of findings, and findings made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from voiceprep import checks, text
from voiceprep.model import Assessment, Attempt, Bank, Question, Status


@dataclass(frozen=True, slots=True)
class Row:
    """One element or required move through several attempts; None where it was not looked for."""

    name: str
    label: str
    statuses: tuple[Status | None, ...]

    @property
    def gained(self) -> bool:
        """Whether the last attempt says what the one before it did not."""
        return self.statuses[-1] is Status.SAID and self.statuses[-2] is not Status.SAID

    @property
    def lost(self) -> bool:
        """Whether the last attempt leaves out what the one before it said."""
        return self.statuses[-2] is Status.SAID and self.statuses[-1] is Status.MISSING


def rows(judged: Sequence[Assessment]) -> tuple[Row, ...]:
    """Every element and required move of the latest of at least two assessments, through all of them."""
    latest = judged[-1]
    elements = [{finding.id: finding.status for finding in one.elements} for one in judged]
    moves = [{move.id: move.status for move in one.moves} for one in judged]
    return (
        *(Row(e.id, e.need, tuple(statuses.get(e.id) for statuses in elements)) for e in latest.elements),
        *(
            Row(m.id.value, f"the {m.id}", tuple(statuses.get(m.id) for statuses in moves))
            for m in latest.moves
            if m.required or any(m.id in statuses for statuses in moves[:-1])
        ),
    )


def judged(attempt: Attempt) -> Assessment | None:
    """The findings over all answers of ``attempt``, else those on the last one; None: there are none."""
    return attempt.combined or (attempt.replies[-1].assessment if attempt.replies else None)


def rechecked(attempt: Attempt, question: Question, bank: Bank) -> Attempt:
    """``attempt`` with the findings today's checks make of its transcripts; what was not said stays so.

    Tries at single sentences keep theirs.
    """
    said = [
        answer.transcript
        for answer in attempt.replies
        if answer.transcript is not None and text.words(answer.transcript.text)
    ]
    answers = tuple(
        replace(answer, assessment=checks.assess(question, (answer.transcript,), bank, attempt.level))
        if answer.repairs is None and answer.transcript is not None and text.words(answer.transcript.text)
        else answer
        for answer in attempt.answers
    )
    combined = checks.assess(question, tuple(said), bank, attempt.level) if said else None
    return replace(attempt, answers=answers, combined=combined)


def sample(question: Question, attempt: Attempt, bank: Bank) -> Assessment:
    """The findings about the question's own strong answer, at the attempt's level."""
    return checks.assess(question, (text.transcript(question.strong),), bank, attempt.level)
