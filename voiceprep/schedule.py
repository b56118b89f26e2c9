"""History and now -> the next question.

The rule: among the questions wanted, one that was never asked comes first; otherwise the one whose
last answer is longest ago, where a day counts more the weaker that answer was. So a flat answer
comes back four times as soon as a strong one, and nothing is ever asked twice in a row while there
is another question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from voiceprep.errors import UsageError
from voiceprep.model import Kind, Level, Question, Review, Verdict

URGENCY = {Verdict.FLAT: 4.0, Verdict.PARTIAL: 2.0, Verdict.STRONG: 1.0}
"""How much more a day since a weaker answer counts: a doubling a step, as first intervals of spaced
repetition grow (Wozniak's SM-2: 1 day, 6 days, then times 1.3 to 2.5)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which questions are wanted; None means any."""

    topic: str | None = None
    level: Level | None = None
    kind: Kind | None = None


def wanted(questions: Iterable[Question], wish: Wish) -> tuple[Question, ...]:
    """The questions that fit ``wish``, in order; may be ``()``."""
    return tuple(
        question
        for question in questions
        if wish.topic in {None, question.topic}
        and wish.level in {None, question.level}
        and wish.kind in {None, question.kind}
    )


def next_question(
    questions: tuple[Question, ...], history: tuple[Review, ...], now: datetime, chance: float, wish: Wish
) -> Question:
    """The question to ask now.

    ``history`` may come in any order; what it says of other questions does not matter. ``chance``, from 0.0
    up to but not including 1.0, decides between questions that are equally due. Raises UsageError
    where no question fits ``wish``, ValueError for a chance outside its range.
    """
    if not 0.0 <= chance < 1.0:
        raise ValueError(f"chance must be from 0.0 up to 1.0, not {chance}")
    candidates = wanted(questions, wish)
    if not candidates:
        raise UsageError(_nothing_fits(questions, wish))
    latest: dict[str, Review] = {}
    for review in sorted(history, key=lambda review: review.started):
        latest[review.question] = review
    due = [_dueness(latest.get(question.id), now) for question in candidates]
    ties = [question for question, value in zip(candidates, due, strict=True) if value == max(due)]
    return ties[int(chance * len(ties))]


def _dueness(latest: Review | None, now: datetime) -> float:
    """Seconds since the last answer, weighted by its weakness; infinite where there was none."""
    if latest is None:
        return float("inf")
    # A clock that was set back must not make a question due never.
    passed_s = max(0.0, (now - latest.started).total_seconds())
    # To say nothing is the flattest answer.
    return passed_s * URGENCY[latest.verdict or Verdict.FLAT]


def _nothing_fits(questions: tuple[Question, ...], wish: Wish) -> str:
    parts = [
        f"{name} {value}"
        for name, value in (("topic", wish.topic), ("level", wish.level), ("kind", wish.kind))
        if value is not None
    ]
    asked = f"no question of {', '.join(parts)}" if parts else "no question at all"
    topics = ", ".join(sorted({question.topic for question in questions}))
    known = f"; topics are {topics}" if topics else ""
    return f"there is {asked}{known}: `voiceprep questions list` shows what there is."
