"""Stories about past work: which are told, what each telling holds, what it gained or lost since the last.

A theme is a behavioral question. A telling holds six parts: where and when (situation), what was to be
reached (task), what was done (action), how it ended (result), the speaker's own part, and a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voiceprep.checks import join
from voiceprep.model import AnswerState, Assessment, Attempt, Kind, Move, Question, Status
from voiceprep.text import vocabulary, words


class Part(StrEnum):
    """What a story must hold, in the order in which it is told."""

    SITUATION = "situation"
    TASK = "task"
    ACTION = "action"
    OWN = "own part"
    RESULT = "result"
    FIGURE = "figure"


_MOVES = {
    Part.SITUATION: Move.SITUATION,
    Part.TASK: Move.TASK,
    Part.ACTION: Move.ACTION,
    Part.RESULT: Move.RESULT,
    Part.FIGURE: Move.NUMBER,
}
_I = vocabulary("i me my mine myself")
_WE = vocabulary("we us our ours ourselves")


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling of a story; ``n_i`` and ``n_we`` count the words by which own and shared part are told."""

    attempt: int
    started: datetime
    held: frozenset[Part]
    said: frozenset[str]  # ids of elements
    n_i: int
    n_we: int


@dataclass(frozen=True, slots=True)
class Story:
    """A theme with its tellings, oldest first; none where it was never told."""

    theme: Question
    tellings: tuple[Telling, ...]

    @property
    def latest(self) -> Telling | None:
        """The telling that counts."""
        return self.tellings[-1] if self.tellings else None

    @property
    def missing(self) -> tuple[Part, ...]:
        """What the latest telling lacks; everything where there is none."""
        held = self.latest.held if self.latest else frozenset()
        return tuple(part for part in Part if part not in held)


@dataclass(frozen=True, slots=True)
class Change:
    """What the latest telling has beyond the one before (parts, then elements by their need), and lacks."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]


def themes(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The questions that ask for a story, in the bank's order."""
    return tuple(question for question in questions if question.kind is Kind.BEHAVIORAL)


def stories(questions: Iterable[Question], attempts: Iterable[Attempt]) -> tuple[Story, ...]:
    """Every theme with its tellings among ``attempts``, which come in any order."""
    told: dict[str, list[Telling]] = {}
    for attempt in sorted(attempts, key=lambda attempt: (attempt.started, attempt.id)):
        found = telling(attempt)
        if found is not None:
            told.setdefault(attempt.question, []).append(found)
    return tuple(Story(theme, tuple(told.get(theme.id, ()))) for theme in themes(questions))


def telling(attempt: Attempt) -> Telling | None:
    """What an attempt at a behavioral question holds; None where nothing was judged."""
    judged = attempt.combined or next(
        (answer.assessment for answer in reversed(attempt.replies) if answer.assessment), None
    )
    if judged is None:
        return None
    text = join(
        tuple(
            answer.transcript
            for answer in attempt.replies
            if answer.transcript and answer.state is AnswerState.CHECKED
        )
    ).text
    bare = [word.split("'")[0] for word in words(text)]
    n_i, n_we = (sum(word in of for word in bare) for of in (_I, _WE))
    made = _made(judged)
    held = {part for part, move in _MOVES.items() if move in made}
    # An own deed in a story that is mostly "we" still leaves open whose work it was.
    if Move.ACTION in made and n_i >= n_we:
        held.add(Part.OWN)
    said = frozenset(finding.id for finding in judged.elements if finding.status is Status.SAID)
    return Telling(attempt.id, attempt.started, frozenset(held), said, n_i, n_we)


def _made(judged: Assessment) -> set[Move]:
    return {move.id for move in judged.moves if move.status is Status.SAID}


def change(story: Story) -> Change | None:
    """The latest telling beside the one before; None where there is no earlier one."""
    if len(story.tellings) < 2:
        return None
    before, after = story.tellings[-2:]
    return Change(_beyond(story.theme, after, before), _beyond(story.theme, before, after))


def _beyond(theme: Question, one: Telling, other: Telling) -> tuple[str, ...]:
    parts = (part.value for part in Part if part in one.held - other.held)
    needs = (element.need for element in theme.elements if element.id in one.said - other.said)
    return (*parts, *needs)


def next_to_tell(found: Sequence[Story]) -> Story | None:
    """The story to work on now: the first never told, else the one that lacks most; None: all hold."""
    untold = next((story for story in found if not story.tellings), None)
    if untold is not None:
        return untold
    worst = max(found, key=lambda story: len(story.missing), default=None)
    return worst if worst is not None and worst.missing else None
