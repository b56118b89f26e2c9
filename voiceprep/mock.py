"""A mock interview: rounds against the clock, probes that press, and what the whole of it showed.

No hints and no debrief; each question is followed by a gap that the answer left, a changed constraint and a
challenge. A question is ready where the first answer was strong and every probe was held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean

from voiceprep import feedback, schedule
from voiceprep.checks import join
from voiceprep.feedback import MOVE_ORDER
from voiceprep.model import (
    RATE_HZ,
    AnswerState,
    Assessment,
    Attempt,
    FollowUp,
    Kind,
    Level,
    Move,
    Question,
    Review,
    Role,
    Run,
    RunKind,
    Status,
    Verdict,
    is_ready,
)

ROUND_MINUTES = {"phone-screen": 45, "coding": 60, "deep-dive": 60, "system-design": 60, "behavioral": 45}
"""How long a round is: interview guides give 45 to 60 minutes, and 30 to 45 to the behavioral one."""
LOOP = tuple(ROUND_MINUTES)
"""The rounds of a whole loop, of which companies hold four to six, in their usual order."""
JOINED = "+"
"""Between the rounds of a loop where a run names its round."""

N_PROBES = {Level.JUNIOR: 2, Level.MID: 2, Level.SENIOR: 3}
"""How often an answer is followed up: the level sets it."""
MIN_QUESTION_MIN = 4
"""A question with its probes takes no less: so many are planned that the clock ends a round, not the list."""
NEAR_END_MIN = 5
"""So many minutes before its end a round says so; a short one when a fifth is left."""

OPENING = (
    "This is the {round} round, {length}. I ask, and I follow up; there are no hints. Say pass to leave a "
    "question. You can pause, but the clock goes on."
)
CLOSING = "That is our time. Thank you."
BROKEN_OFF = "We stop here. Thank you."
NO_MORE = "That is all I wanted to ask. Thank you."
REFUSAL = "Not in a mock interview. Please go on."

_DISAGREE = "And if I disagreed with that choice, what would you say?"
_DEFEND = "And if a colleague told you that this is wrong, how would you defend it?"


# ------------------------------------------------------------------------------ what is asked


def titled(round_: str) -> str:
    """A round as it is said: "phone screen"."""
    return round_.replace("-", " ")


def suited(questions: Iterable[Question], level: Level | None) -> tuple[Question, ...]:
    """What may be asked at ``level`` (None: any): a junior is not asked what is meant for seniors."""
    return tuple(
        question for question in questions if (level, question.level) != (Level.JUNIOR, Level.SENIOR)
    )


def questions_for(
    questions: Iterable[Question],
    history: Sequence[Review],
    now: datetime,
    rounds: Sequence[str],
    role: Role | None,
) -> tuple[tuple[Question, ...], ...]:
    """The questions of each of ``rounds``, in the order in which to ask them; none is in two of them.

    Rounds of a loop hold equally many, so that a run, which keeps one row of questions, knows where each
    begins. Raises UsageError where there is no question for a round.
    """
    n = max(-(-ROUND_MINUTES[round_] // MIN_QUESTION_MIN) for round_ in rounds)
    left = {question.id: question for question in questions}
    found: dict[str, tuple[Question, ...]] = {}
    # Where there are few to choose from they are chosen first.
    for round_ in sorted(rounds, key=lambda one: sum(one in question.rounds for question in left.values())):
        wish = schedule.Wish(round=round_, role=role)
        picks = schedule.plan(left.values(), history, now, wish, n)
        found[round_] = tuple(pick.question for pick in picks)
        for question in found[round_]:
            del left[question.id]
    n = min(map(len, found.values()))
    return tuple(found[round_][:n] for round_ in rounds)


def probe(question: Question, found: Assessment, attempt: Attempt) -> FollowUp | None:
    """What to ask next, given the findings over all of ``attempt``; None when there were enough.

    In turn: the gap that was left, a changed constraint, a challenge. A story has no constraint to change
    before its own gaps are closed. Nothing is asked twice.
    """
    n_asked = len(attempt.replies) - 1
    if n_asked >= N_PROBES[attempt.level]:
        return None
    asked = {answer.asked for answer in attempt.replies}
    gap, change, challenge = _gap(question, found, attempt), changed(question), challenged(found)
    order = (gap, change, challenge)
    if question.kind is Kind.BEHAVIORAL and (_missing(found) or n_asked == 0):
        order = (gap, gap, change)
    ranked = (order[min(n_asked, 2)], gap, change, challenge)
    return next((one for one in ranked if one.ask not in asked), None)


def _gap(question: Question, found: Assessment, attempt: Attempt) -> FollowUp:
    """The gap to ask for: none that was asked for before, whether or not it was closed."""
    asked = {answer.probes for answer in attempt.replies}
    elements = tuple(one for one in found.elements if one.id not in asked)
    moves = tuple(one for one in found.moves if one.id not in asked)
    said = join(tuple(answer.transcript for answer in attempt.replies if answer.transcript))
    return feedback.choose(question, (elements, moves, found.vague), said)


def changed(question: Question) -> FollowUp:
    """A constraint of ``question`` that is changed: its own "what if", else one that fits any question."""
    prepared = [one for one in question.probes if "what if" in one.ask.casefold()]
    prepared.sort(key=lambda one: one.probes != Move.BOUNDARY)
    if prepared:
        return FollowUp(prepared[0].ask, prepared[0].probes)
    return FollowUp(feedback.what_if(len(question.id)), Move.BOUNDARY)


def challenged(found: Assessment) -> FollowUp:
    """A doubt to stand up to, about the choice where one was made."""
    made = {move.id for move in found.moves if move.status is Status.SAID}
    return FollowUp(_DISAGREE if Move.CHOICE in made else _DEFEND, Move.REASON)


def _missing(found: Assessment) -> bool:
    return any(one.status is Status.MISSING for one in found.elements) or any(
        move.required and move.status is Status.MISSING for move in found.moves
    )


# ------------------------------------------------------------------------------ a run of rounds


@dataclass(frozen=True, slots=True)
class Round:
    """A round of a run: its place in it, its name, the ids of its questions."""

    number: int
    name: str
    questions: tuple[str, ...]


def rounds_of(run: Run) -> tuple[Round, ...]:
    """The rounds of a mock, which hold equally many questions."""
    names = (run.round or "").split(JOINED)
    n = len(run.questions) // len(names)
    return tuple(Round(at + 1, name, run.questions[at * n : (at + 1) * n]) for at, name in enumerate(names))


def rounds_left(run: Run, attempts: Iterable[Attempt]) -> tuple[Round, ...]:
    """The rounds to which none of ``attempts`` belongs: a round that was begun is over.

    One that was broken off before anything was said or passed over has not begun.
    """
    gone = {attempt.question for attempt in attempts if _was_met(attempt)}
    return tuple(one for one in rounds_of(run) if gone.isdisjoint(one.questions))


def _was_met(attempt: Attempt) -> bool:
    """Whether there was an answer, a pass or a silence, and not merely an end: Ctrl-C, a crash, a fault."""
    return any(one.state in {AnswerState.CHECKED, AnswerState.NOTHING_SAID} for one in attempt.replies)


def minutes_of(run: Run, one: Round) -> int:
    """How long a round of ``run`` is: as was asked for when the run began, else as is usual for its kind."""
    return ROUND_MINUTES[one.name] if run.minutes is None else run.minutes // len(rounds_of(run))


def is_loop(run: Run) -> bool:
    """Whether a run is a whole loop and not a single round."""
    return run.kind is RunKind.MOCK and JOINED in (run.round or "")


# ------------------------------------------------------------------------------ the clock


@dataclass(frozen=True, slots=True)
class Timer:
    """A round's clock: ``begun_s`` on the clock that never runs backwards; a pause does not stop it."""

    begun_s: float
    minutes: int
    is_told: bool = False

    def left_s(self, now_s: float) -> float:
        """Seconds until the round is over, below 0 afterwards."""
        return self.begun_s + 60 * self.minutes - now_s

    def is_over(self, now_s: float) -> bool:
        """Whether nothing more is asked."""
        return self.left_s(now_s) <= 0


def notice(timer: Timer, now_s: float) -> tuple[Timer, str]:
    """What to say about the time before the next thing is asked, once and near the end; "" for nothing."""
    left_s = timer.left_s(now_s)
    if timer.is_told or not 0 < left_s <= 60 * min(NEAR_END_MIN, timer.minutes / 5):
        return timer, ""
    minutes = round(left_s / 60)
    if minutes < 1:
        said = "Less than a minute left."
    else:
        said = "About a minute left." if minutes == 1 else f"About {lasting(minutes)} left."
    return replace(timer, is_told=True), said


# ------------------------------------------------------------------------------ what it showed


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went. ``first`` is None where it was passed or left in silence.

    ``held`` tells of every probe that was asked, False where it was passed or met with silence; ``seconds``
    were recorded, None where answers were typed.
    """

    attempt: int
    question: str
    first: Verdict | None
    held: tuple[bool, ...]
    seconds: float | None

    @property
    def is_ready(self) -> bool:
        """Whether first answer and follow-ups both held."""
        return is_ready(self.first, self.held)


@dataclass(frozen=True, slots=True)
class Summary:
    """A mock in short; ``steps`` are one or two things to do next, ``practise`` the question for it."""

    outcomes: tuple[Outcome, ...]
    steps: tuple[str, ...]
    practise: str | None

    @property
    def n_ready(self) -> int:
        """How many questions were ready."""
        return sum(outcome.is_ready for outcome in self.outcomes)


def outcome(attempt: Attempt) -> Outcome:
    """How the question of ``attempt`` went."""
    first = next((answer.assessment for answer in attempt.replies if answer.ordinal == 0), None)
    spoken = [answer for answer in attempt.replies if answer.audio is not None]
    return Outcome(
        attempt.id,
        attempt.question,
        first.verdict if first is not None else None,
        attempt.held,
        sum(answer.n_samples for answer in spoken) / RATE_HZ if spoken else None,
    )


def summary(attempts: Sequence[Attempt]) -> Summary:
    """What ``attempts``, in the order in which they were made, show together.

    The last does not count where nothing was said to it: there the round was left. Nor does one that was
    broken off before anything was said.
    """
    attempts = [attempt for attempt in attempts if _was_met(attempt)]
    if attempts and not any(answer.state is AnswerState.CHECKED for answer in attempts[-1].replies):
        attempts = attempts[:-1]
    outcomes = tuple(map(outcome, attempts))
    judged = [attempt.combined for attempt in attempts if attempt.combined is not None]
    steps = []
    demanded = {
        move: [
            one.status is Status.MISSING
            for found in judged
            for one in found.moves
            if one.id is move and one.required
        ]
        for move in MOVE_ORDER
    }
    # The habit that costs most: left out most often; between equals the backbone of an answer first.
    habit = max(demanded, key=lambda move: sum(demanded[move]))
    if sum(demanded[habit]):
        n, of = sum(demanded[habit]), len(demanded[habit])
        often = f"{n} of {of} answer{'s' if of > 1 else ''} that called for it"
        steps.append(f"Do not leave out {feedback.SHORT[habit]}: it was missing in {often}.")
    worst = min((one for one in outcomes if not one.is_ready), key=_standing, default=None)
    if worst is not None:
        steps.append(f"Answer {worst.question} again: {_why(worst)}.")
    return Summary(outcomes, tuple(steps), worst.question if worst is not None else None)


def _standing(one: Outcome) -> tuple[int, float]:
    """How far from ready: no answer, flat, partial, strong but not held."""
    rank = [None, Verdict.FLAT, Verdict.PARTIAL, Verdict.STRONG].index(one.first)
    return rank, fmean(one.held) if one.held else 0.0


def _why(one: Outcome) -> str:
    if one.first is None:
        return "there was no answer"
    if one.first is not Verdict.STRONG:
        return f"the first answer was {one.first}"
    if not one.held:
        return "no follow-up was asked"
    n = len(one.held) - sum(one.held)
    return f"{n} of {len(one.held)} follow-ups {'was' if n == 1 else 'were'} not held"


# ------------------------------------------------------------------------------ in words


def mock_name(run: Run) -> str:
    """What a mock was: its round and minutes, or a whole loop."""
    rounds = rounds_of(run)
    minutes = run.minutes
    if minutes is None and all(one.name in ROUND_MINUTES for one in rounds):
        minutes = sum(minutes_of(run, one) for one in rounds)
    length = f", {lasting(minutes)}" if minutes is not None else ""
    if is_loop(run):
        return f"loop of {len(rounds)} rounds{length}"
    return f"{titled(run.round or 'interview')}{length}"


def lasting(minutes: int) -> str:
    """A length of time as it is said."""
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def told(one: Outcome) -> str:
    """How a question of a mock went, in a line."""
    if one.first is None:
        return "no answer"
    held = f"{sum(one.held)} of {len(one.held)} follow-ups held" if one.held else "no follow-up asked"
    spoken = "" if one.seconds is None else f", {clock(one.seconds)} spoken"
    return f"first answer {one.first}, {held}{spoken}" + (": ready" if one.is_ready else "")


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def ready(found: Summary) -> str:
    """How many questions of a mock are ready, and what that means."""
    n = len(found.outcomes)
    return (
        f"Ready: {found.n_ready} of {n} question{'s' if n != 1 else ''} "
        "(the first answer was strong and every follow-up held)."
    )
