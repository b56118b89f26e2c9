"""One round of a mock interview: questions and probes against a clock, with no word on how it goes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from voiceprep import mock
from voiceprep.drill import Outcome, is_away
from voiceprep.events import Tell
from voiceprep.mock import N_PROBES, Timer
from voiceprep.model import Assessment, Attempt, Bank, Command, FollowUp, Level, Question
from voiceprep.ports import Clock
from voiceprep.session import AnswerSource, Interview, Parts, Session, SessionOptions

MAX_SILENT = 2
"""Questions in a row at which nobody spoke, after which nobody is taken to be there."""
AWAY = "I hear nothing, so we stop here."


@dataclass(slots=True)
class RoundClock:
    """The clock of a round; it runs from its making, whatever is paused."""

    clock: Clock
    timer: Timer

    @classmethod
    def of(cls, clock: Clock, minutes: int) -> RoundClock:
        """A clock that begins now."""
        return cls(clock, Timer(clock.monotonic_s(), minutes))

    @property
    def is_over(self) -> bool:
        """Whether nothing more is asked."""
        return self.timer.is_over(self.clock.monotonic_s())

    def notice(self) -> str:
        """What to say about the time now, "" for nothing."""
        self.timer, said = mock.notice(self.timer, self.clock.monotonic_s())
        return said

    def probe(self, question: Question, found: Assessment, attempt: Attempt) -> FollowUp | None:
        """The next probe, while there is time."""
        return None if self.is_over else mock.probe(question, found, attempt)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A round to be held: the run it belongs to, its name, questions, minutes and level (None: their own)."""

    run: int
    name: str
    questions: tuple[Question, ...]
    minutes: int
    level: Level | None
    headphones: bool


def hold(parts: Parts, bank: Bank, sitting: Sitting, answers: Iterator[AnswerSource], tell: Tell) -> Outcome:
    """Hold a round from its opening to its closing word. Raises as :meth:`Session.practise`."""
    clock = RoundClock.of(parts.clock, sitting.minutes)
    options = SessionOptions(
        sitting.level,
        max(N_PROBES.values()),
        headphones=sitting.headphones,
        interview=Interview(clock.probe, clock.notice, mock.REFUSAL),
    )
    with Session(parts, bank, options, tell) as session:
        length = mock.lasting(sitting.minutes)
        session.announce(mock.OPENING.format(round=mock.titled(sitting.name), length=length))
        outcome = _asked_all(session, clock, sitting, answers)
        session.announce(_last_word(outcome, clock))
        return outcome


def _last_word(outcome: Outcome, clock: RoundClock) -> str:
    if outcome is Outcome.AWAY:
        return AWAY
    if clock.is_over:
        return mock.CLOSING
    return mock.NO_MORE if outcome is Outcome.THROUGH else mock.BROKEN_OFF


def _asked_all(
    session: Session, clock: RoundClock, sitting: Sitting, answers: Iterator[AnswerSource]
) -> Outcome:
    n_silent = 0
    for question in sitting.questions:
        if clock.is_over:
            return Outcome.TIME
        source = next(answers, None)
        if source is None:
            return Outcome.NO_MORE_ANSWERS
        attempt = session.practise(question, itertools.chain([source], answers), sitting.run)
        if session.asked_for is Command.STOP:
            return Outcome.STOPPED
        n_silent = n_silent + 1 if len(attempt.replies) == 1 and is_away(attempt) else 0
        if n_silent == MAX_SILENT:
            return Outcome.AWAY
    return Outcome.THROUGH
