"""Questions in a row without looking or typing: one run of them, its pace, its end.

What differs between a drill, rapid-fire and a round is in :class:`Manner`; what a single question is gone
through by is the :class:`~voiceprep.session.Session` handed in.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voiceprep import feedback, schedule
from voiceprep.model import (
    AnswerState,
    Attempt,
    Bank,
    Command,
    Ending,
    Move,
    Question,
    Review,
    Run,
    Verdict,
)
from voiceprep.schedule import Memory, Pick
from voiceprep.session import AnswerSource, Parts, Session, Spoken

Introduce = Callable[[Pick, int, int], str]
"""What is said before a question, given its number and how many there are; "" for nothing."""


def numbered(pick: Pick, number: int, n_questions: int) -> str:
    """The number, and why this question, where that is more than that it is new or its turn."""
    why = f", {pick.reason}" if "you left out" in pick.reason else ""
    return f"Question {number} of {n_questions}{why}."


def unannounced(pick: Pick, number: int, n_questions: int) -> str:
    """Nothing: the questions follow one another at once."""
    del pick, number, n_questions
    return ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run is gone through.

    ``introduce`` makes what is said before a question; after it ``gap_s`` are listened for a command.
    ``away_s`` without any answer are waited for somebody who has gone; no question begins ``limit_s``
    after the start (None: no clock).
    """

    introduce: Introduce = numbered
    gap_s: float = 3.0
    away_s: float = 600.0
    limit_s: float | None = None


class Outcome(StrEnum):
    """Why a run of questions, or a round, is over."""

    THROUGH = "through"
    TIME = "time"
    STOPPED = "stopped"
    AWAY = "away"
    NO_MORE_ANSWERS = "no more answers"


MIN_SLIPS = 2
"""Times a move was left out in a drill from which it is worth saying; once happens to everybody."""

WEEK = 7

ENDED = frozenset({Outcome.THROUGH, Outcome.TIME})
"""After these nothing is left to go on with."""

KEYS: Mapping[str, Command] = {
    "enter": Command.NEXT,
    "space": Command.NEXT,
    "n": Command.NEXT,
    "r": Command.RETRY,
    "c": Command.NOT_DONE,
    "q": Command.STOP,
}
"""Keys that do between questions what the words do."""


def done(attempts: Sequence[Attempt]) -> frozenset[str]:
    """The questions that ``attempts``, in order, went through: answered, or passed over by a command.

    One that was broken off (by Ctrl-C, a crash, a lost microphone) or at which nobody spoke is not done. The
    last counts only where it was answered: it may be the one at which the speaker stopped.
    """
    answered = {
        attempt.question
        for attempt in attempts
        if any(answer.state is AnswerState.CHECKED for answer in attempt.replies)
    }
    passed = {
        attempt.question
        for attempt in attempts[:-1]
        if any(answer.ending is Ending.COMMAND for answer in attempt.replies)
    }
    return frozenset(answered | passed)


class Drill:
    """Goes through the questions of a run, as ``manner`` says, until they, the time or the speaker end it.

    ``between`` is where commands are heard while nothing is asked; None where answers are typed or come
    from files.
    """

    def __init__(
        self, session: Session, parts: Parts, run: Run, manner: Manner, between: Spoken | None
    ) -> None:
        self._session = session
        self._parts = parts
        self._run = run
        self._manner = manner
        self._between = between

    def go(self, picks: Sequence[Pick], answers: Iterator[AnswerSource]) -> Outcome:
        """Ask the questions of ``picks``, the last ones of the run. Raises as :meth:`Session.practise`.

        Where nothing is left to go on with, the run has ended in the journal.
        """
        outcome = self._go(picks, answers)
        if outcome in ENDED:
            self._parts.journal.end_run(self._run.id, self._parts.clock.now())
        return outcome

    def _go(self, picks: Sequence[Pick], answers: Iterator[AnswerSource]) -> Outcome:
        began_s = self._parts.clock.monotonic_s()
        limit_s = self._manner.limit_s
        n_questions = len(self._run.questions)
        for number, pick in enumerate(picks, n_questions - len(picks) + 1):
            wish: Command | None = Command.RETRY
            is_new = True
            while wish is Command.RETRY:
                if limit_s is not None and self._parts.clock.monotonic_s() - began_s >= limit_s:
                    return Outcome.TIME
                source = next(answers, None)
                if source is None:
                    return Outcome.NO_MORE_ANSWERS
                if is_new and (said := self._manner.introduce(pick, number, n_questions)):
                    self._session.announce(said)
                is_new = False
                sources = itertools.chain([source], answers)
                attempt = self._session.practise(pick.question, sources, self._run.id)
                wish = self._comes_next(pick.question, attempt, answers)
            if wish is None:
                return Outcome.AWAY
            if wish is Command.STOP:
                return Outcome.STOPPED
        return Outcome.THROUGH

    def _comes_next(
        self, question: Question, attempt: Attempt, answers: Iterator[AnswerSource]
    ) -> Command | None:
        """What the speaker wants after ``attempt``: RETRY, STOP or NEXT; None where nobody is there."""
        while True:
            wish: Command | str | None = self._session.asked_for
            if wish is None and self._between is not None:
                if is_away(attempt):
                    self._session.announce(gone(self._manner.away_s))
                    wish = self._session.await_return(self._between, self._manner.away_s)
                    if wish is None:
                        return None
                    if wish is Command.RETRY:
                        self._session.announce(attempt.replies[-1].asked)
                        wish = Command.NOT_DONE
                else:
                    keys, gap_s = frozenset(KEYS), self._manner.gap_s
                    wish = self._session.hear_soon(question, attempt, self._between, keys, gap_s)
            if wish is not None:
                wish = wish if isinstance(wish, Command) else KEYS[wish]
            if wish is not Command.NOT_DONE:
                return wish if wish in {Command.RETRY, Command.STOP} else Command.NEXT
            attempt = self._session.go_on(question, attempt, answers)


def is_away(attempt: Attempt) -> bool:
    """Whether nobody spoke when the latest answer was listened for: silence, not a command or a key."""
    last = attempt.replies[-1] if attempt.replies else None
    return last is not None and last.state is AnswerState.NOTHING_SAID and last.ending is Ending.SILENCE


# ------------------------------------------------------------------------------ in words


def gone(away_s: float) -> str:
    """What is said to an empty chair."""
    return (
        "I hear nothing, so I pause. Say resume, or press any key, and I ask again. "
        f"I wait for {_minutes(away_s)}."
    )


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}" if minutes else f"{seconds:.0f} seconds"


def summary(bank: Bank, of_run: Iterable[Review], memory: Memory, now: datetime) -> str:
    """What is said at the end: how it went, one or two things to do next, what comes back when.

    ``of_run`` are the attempts of the run in any order, of each question the last one counts; ``memory`` is
    of the whole history.
    """
    known = {question.id: question for question in bank.questions}
    latest = {one.question: one for one in sorted(of_run, key=lambda one: (one.started, one.attempt))}
    answered = [one for one in latest.values() if one.verdict is not None and one.question in known]
    if not answered:
        return "No question was answered this time."
    counts = Counter(one.verdict for one in answered)
    verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in reversed(Verdict) if counts[verdict])
    n_passed = len(latest) - len(answered)
    passed = f"; {n_passed} passed over" if n_passed else ""
    parts = [f"{_count(len(answered), 'question')} answered: {verdicts}{passed}."]
    to_do = [*_habit(answered), *_weakest(known, answered)]
    parts += to_do or ["Next, take another topic or a higher level."]
    parts.append(_returns([schedule.days_until(known[one.question], memory, now) for one in answered]))
    return " ".join(parts)


def _habit(answered: Sequence[Review]) -> list[str]:
    """The move most often left out in these answers, where that was more than once."""
    moves = {move.value: move for move in Move}
    left_out = Counter(part for one in answered for part in (*one.prompted, *one.missing) if part in moves)
    demanded = left_out + Counter(part for one in answered for part in one.said if part in moves)
    if not left_out:
        return []
    part = min(left_out, key=lambda part: (-left_out[part], feedback.MOVE_ORDER.index(moves[part])))
    if left_out[part] < MIN_SLIPS:
        return []
    often = f"{left_out[part]} of {_count(demanded[part], 'answer')}"
    what = feedback.SHORT[moves[part]]
    return [f"Next time do not leave out {what}: it was missing at first in {often} that called for it."]


def _weakest(known: Mapping[str, Question], answered: Sequence[Review]) -> list[str]:
    """The question of which most was left out, where an answer was less than strong."""
    weak = [one for one in answered if one.verdict is not Verdict.STRONG and one.missing]
    if not weak:
        return []
    worst = max(weak, key=lambda one: (len(one.missing), one.question))
    n_points = len(worst.said) + len(worst.prompted) + len(worst.missing)
    asked = feedback.shortened(known[worst.question].ask)
    were = "was" if len(worst.missing) == 1 else "were"
    return [f"Go back to “{asked}”: {len(worst.missing)} of its {n_points} points {were} missing."]


def _returns(days: Sequence[int]) -> str:
    """When the questions are due again, in three heaps."""
    heaps = (
        (sum(one <= 1 for one in days), "by tomorrow"),
        (sum(1 < one <= WEEK for one in days), "within a week"),
        (sum(one > WEEK for one in days), "later"),
    )
    return f"Coming back: {', '.join(f'{n} {when}' for n, when in heaps if n)}."


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
