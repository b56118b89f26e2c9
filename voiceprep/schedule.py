"""History and now -> the next questions: spaced repetition over what was actually said.

Nobody grades themselves: every element and demanded move of a question is graded by the findings, said at
once, said when it was followed up, or left out, and FSRS (Ye, Su and Cao, KDD 2022; the ``fsrs`` package)
tells from those grades and their dates how likely it is to be said now. A question weighs by

- what would be left out of it today: the mean over its elements and moves; a question never answered
  weighs as one that has just become due,
- times one and the share of the latest answers, to whatever question, that left out a move it demands: so
  "you leave out where it would fail" brings back every question that asks for that,
- times the part of a day since it was last asked, so that nothing passed over comes back at once.

The heaviest comes first, and subjects keep their shares by the rule by which parliaments are seated
(Sainte-Lague): a subject's weight is divided by twice the questions it just had, plus one. All of it is
a function of history and now; nothing is stored, no chance is involved.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fsrs import Card, Rating, Scheduler

from voiceprep import feedback
from voiceprep.checks import required_moves
from voiceprep.errors import UsageError
from voiceprep.model import Kind, Level, Move, Question, Review, Role

MAX_ANSWERS = 20
"""Latest answers to a question that count: on 5,000 drawn attempts (45 a question) the older ones move no
share by more than 0.004, and cost two thirds of the time."""

HABIT_SPAN = 5
"""Latest answers in which a move was demanded that show a habit: as many as a drill of an evening holds."""

MIN_HABIT = 3
"""Times left out in those from which it is named as the reason: more often than not."""

MIX_SPAN = 10
"""Latest questions that count for the mix of subjects."""

OTHER_SHARE = 0.1
"""Topics that a role does not name, against all it names."""

ANY_ROLE = "any"
"""The mix of subjects where no role is chosen."""

BASIC_TOPICS = ("foundations", "preprocessing", "cnn")
BASIC_EVERY = 4
"""Of a senior's questions one in so many is about basics: between the fifth and the third that interviewers
are said to ask of everybody."""

_DAY = timedelta(days=1)
_MAX_DAYS = 365
# No steps of minutes: they are for cards turned over one after another, and an answer takes minutes itself.
_FSRS = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
_DECAY = -_FSRS.parameters[20]
_FACTOR = _FSRS.desired_retention ** (1 / _DECAY) - 1
DUE = 1 - _FSRS.desired_retention
"""Share of a question that would be left out at which it is due: FSRS's own default of a tenth."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which questions are wanted; None means any. A role mixes the subjects and excludes none."""

    topic: str | None = None
    level: Level | None = None
    kind: Kind | None = None
    round: str | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Habit:
    """How often a move was left out of the latest answers that demanded it."""

    move: Move
    n_left_out: int
    n_answers: int  # at most HABIT_SPAN

    @property
    def share(self) -> float:
        """Against the full span, so that one slip is no habit."""
        return self.n_left_out / HABIT_SPAN


@dataclass(frozen=True, slots=True)
class Memory:
    """What the history says: made once by :func:`remember`, asked for many questions."""

    points: Mapping[str, Mapping[str, Card]]  # by question, by element or move
    asked: Mapping[str, datetime]  # when each question was asked last
    latest: Mapping[str, Review]  # the last that was answered
    habits: Mapping[Move, Habit]
    recent: tuple[str, ...]  # questions, the latest first, MIX_SPAN at most


@dataclass(frozen=True, slots=True)
class Pick:
    """A question and why it is asked, as a clause that begins with "because"."""

    question: Question
    reason: str


def wanted(questions: Iterable[Question], wish: Wish) -> tuple[Question, ...]:
    """The questions that fit ``wish``, in order; may be ``()``. Seniors are asked basics of any level."""
    return tuple(
        question
        for question in questions
        if wish.topic in {None, question.topic}
        and (
            wish.level in {None, question.level}
            or (wish.level is Level.SENIOR and question.topic in BASIC_TOPICS)
        )
        and wish.kind in {None, question.kind}
        and (wish.round is None or wish.round in question.rounds)
    )


def demanded(questions: Iterable[Question], wish: Wish) -> tuple[Question, ...]:
    """As :func:`wanted`. Raises UsageError where no question fits, with what there is."""
    every = tuple(questions)
    found = wanted(every, wish)
    if not found:
        raise UsageError(_nothing_fits(every, wish))
    return found


def remember(history: Iterable[Review], now: datetime) -> Memory:
    """What ``history``, in any order, says at ``now``. What a clock set back left in the future is of now."""
    newest_first = sorted(history, key=lambda review: (review.started, review.attempt), reverse=True)
    asked: dict[str, datetime] = {}
    answers: dict[str, list[Review]] = defaultdict(list)
    demands: dict[str, list[bool]] = defaultdict(list)
    moves = {move.value for move in Move}
    for review in newest_first:
        asked.setdefault(review.question, min(now, review.started))
        if review.verdict is None:
            continue  # silence is not scored
        if len(answers[review.question]) < MAX_ANSWERS:
            answers[review.question].append(review)
        for parts, is_left_out in ((review.said, False), (review.prompted, True), (review.missing, True)):
            for part in moves.intersection(parts):
                if len(demands[part]) < HABIT_SPAN:
                    demands[part].append(is_left_out)
    return Memory(
        points={question: _points(reviews, now) for question, reviews in answers.items()},
        asked=asked,
        latest={question: reviews[0] for question, reviews in answers.items()},
        habits={
            Move(move): Habit(Move(move), sum(left_out), len(left_out)) for move, left_out in demands.items()
        },
        recent=tuple(review.question for review in newest_first[:MIX_SPAN]),
    )


def _points(newest_first: Sequence[Review], now: datetime) -> dict[str, Card]:
    """How well each part of a question is remembered after those answers."""
    cards: dict[str, Card] = {}
    for review in reversed(newest_first):
        when = min(now, review.started).astimezone(UTC)
        for parts, rating in (
            (review.said, Rating.Good),
            (review.prompted, Rating.Hard),
            (review.missing, Rating.Again),
        ):
            for part in parts:
                # An id of its own would cost a millisecond of sleep each.
                card = cards.get(part) or Card(card_id=0, due=when)
                cards[part], _ = _FSRS.review_card(card, rating, when)
    return cards


def left_out(question: Question, memory: Memory, now: datetime, level: Level | None = None) -> float:
    """Share of ``question``, 0.0 to 1.0, that an answer now would probably leave out; DUE where it is new."""
    cards = memory.points.get(question.id, {})
    weights = {element.id: element.weight for element in question.elements}
    weights |= {move.value: 1.0 for move in required_moves(question, level or question.level)}
    known = {part: weight for part, weight in weights.items() if part in cards}
    if not known:
        return DUE
    lost = sum(weight * (1 - _recall(cards[part], now)) for part, weight in known.items())
    return lost / sum(known.values())


def _recall(card: Card, now: datetime) -> float:
    """FSRS's forgetting curve to the second: the package's own counts whole days, a drill lasts minutes."""
    if card.last_review is None or card.stability is None:
        return 0.0
    days = max(0.0, (now - card.last_review) / _DAY)
    return float((1 + _FACTOR * days / card.stability) ** _DECAY)


def weight(question: Question, memory: Memory, now: datetime, level: Level | None = None) -> float:
    """How much ``question`` wants to be asked now; 0.0 for what was asked this moment."""
    habit = habit_of(question, memory, level)
    asked = memory.asked.get(question.id)
    rested = 1.0 if asked is None else min(1.0, max(0.0, (now - asked) / _DAY))
    return left_out(question, memory, now, level) * (1 + (habit.share if habit else 0.0)) * rested


def habit_of(question: Question, memory: Memory, level: Level | None = None) -> Habit | None:
    """The move demanded by ``question`` that is left out most often; None where none is."""
    found = (memory.habits.get(move) for move in required_moves(question, level or question.level))
    kept = [habit for habit in found if habit is not None and habit.n_left_out]
    return max(kept, key=lambda habit: (habit.n_left_out, _place(habit.move)), default=None)


def _place(move: Move) -> int:
    return -feedback.MOVE_ORDER.index(move)


def plan(
    questions: Iterable[Question], history: Iterable[Review], now: datetime, wish: Wish, n_questions: int
) -> tuple[Pick, ...]:
    """Up to ``n_questions`` different questions that fit ``wish``, in the order in which to ask them.

    The first is never the one asked last while there is another. Raises UsageError where none fits.
    """
    memory = remember(history, now)
    left = {question.id: question for question in demanded(questions, wish)}
    groups = Groups(left.values(), wish)
    for earlier in memory.recent:
        groups.count(earlier)
    heavy = {id_: weight(question, memory, now, wish.level) for id_, question in left.items()}
    basics = {question.id for question in left.values() if question.topic in BASIC_TOPICS}
    asked = [*reversed(memory.recent)]
    picks: list[Pick] = []
    while left and len(picks) < n_questions:
        pool = [id_ for id_ in left if picks or id_ not in memory.recent[:1]] or list(left)
        if wish.level is Level.SENIOR:
            is_turn = basics.isdisjoint(asked[1 - BASIC_EVERY :])
            pool = [id_ for id_ in pool if (id_ in basics) == is_turn] or pool
        # Between equals a fixed shuffle: files lie topic by topic.
        best = max(pool, key=lambda id_: (heavy[id_] * groups.claim(id_), zlib.crc32(id_.encode())))
        question = left.pop(best)
        groups.count(best)
        asked.append(best)
        picks.append(Pick(question, reason(question, memory, now, wish.level)))
    return tuple(picks)


def next_question(
    questions: Iterable[Question], history: Iterable[Review], now: datetime, wish: Wish
) -> Pick:
    """The question to ask now. Raises UsageError where none fits ``wish``."""
    return plan(questions, history, now, wish, 1)[0]


def sections(
    questions: Iterable[Question], history: Iterable[Review], now: datetime, wish: Wish
) -> tuple[Pick, ...]:
    """The heaviest question of every topic that fits ``wish``, topics in the order of the bank.

    Raises UsageError where none fits.
    """
    memory = tuple(history)
    found = demanded(questions, wish)
    topics = dict.fromkeys(question.topic for question in found)
    return tuple(
        next_question([one for one in found if one.topic == topic], memory, now, wish) for topic in topics
    )


class Groups:
    """Subjects with their shares, and how many questions each has had."""

    def __init__(self, questions: Iterable[Question], wish: Wish) -> None:
        shares = wish.role.shares if wish.role is not None else ()
        self._share: dict[int, float] = {at: part.share for at, part in enumerate(shares)}
        of_topic = {topic: at for at, part in enumerate(shares) for topic in part.topics}
        total = sum(self._share.values()) or 1.0
        self._share[-1] = total * OTHER_SHARE
        self._group = {question.id: of_topic.get(question.topic, -1) for question in questions}
        self._n: dict[int, int] = defaultdict(int)

    def count(self, question: str) -> None:
        """``question`` was asked; one that is not wanted counts for nothing."""
        if question in self._group:
            self._n[self._group[question]] += 1

    def claim(self, question: str) -> float:
        """What the subject of ``question`` is still owed."""
        group = self._group[question]
        return self._share[group] / (2 * self._n[group] + 1)


# ------------------------------------------------------------------------------ in words


def reason(question: Question, memory: Memory, now: datetime, level: Level | None = None) -> str:
    """Why ``question`` is asked now; it names a habit, and gives away nothing of the answer."""
    habit = habit_of(question, memory, level)
    if habit is not None and habit.n_left_out >= MIN_HABIT:
        return f"because {habit_in_words(habit)}"
    latest = memory.latest.get(question.id)
    if latest is None:
        return "because you have not answered it yet"
    n_parts = len(latest.said) + len(latest.prompted) + len(latest.missing)
    if latest.missing:
        return f"because you left out {len(latest.missing)} of its {n_parts} points last time"
    if latest.prompted:
        return f"because you needed a follow-up for {len(latest.prompted)} of its {n_parts} points last time"
    return f"because your last answer to it was {_ago((now - latest.started) / _DAY)}"


def habit_in_words(habit: Habit) -> str:
    """What is left out, and how often, as a clause said to the speaker."""
    left_out = feedback.SHORT[habit.move]
    if habit.n_left_out == habit.n_answers:
        often = f"all of your last {habit.n_answers} answers"
    else:
        often = f"{habit.n_left_out} of your last {habit.n_answers} answers"
    return f"you left out {left_out} in {often} that called for it"


def _ago(days: float) -> str:
    if days < 1:
        return "today"
    return "a day ago" if days < 2 else f"{days:.0f} days ago"


def days_until(question: Question, memory: Memory, now: datetime) -> int:
    """Whole days until ``question`` is due again: 0 where it is due now, a year where it is later."""
    low, high = -1, _MAX_DAYS
    while high - low > 1:  # what would be left out only grows
        middle = (low + high) // 2
        if left_out(question, memory, now + middle * _DAY) >= DUE:
            high = middle
        else:
            low = middle
    return high


def _nothing_fits(questions: tuple[Question, ...], wish: Wish) -> str:
    chosen = (("topic", wish.topic), ("level", wish.level), ("kind", wish.kind), ("round", wish.round))
    parts = [f"{name} {value}" for name, value in chosen if value is not None]
    asked = f"no question of {', '.join(parts)}" if parts else "no question at all"
    topics = ", ".join(sorted({question.topic for question in questions}))
    known = f"; topics are {topics}" if topics else ""
    return f"there is {asked}{known}: `voiceprep questions list` shows what there is."
