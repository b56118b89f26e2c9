"""The plan of preparation: what to do on which day, from its dates, level, role and past results.

What the weeks hold is content (plan.toml); here it is fitted to a person. A day looks only at results from
before it, so a day that has passed reads tomorrow as it read today.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from voiceprep.content_table import Faults, Table
from voiceprep.errors import ContentError
from voiceprep.model import Kind, Level, Question, Role, Verdict

MARKS = {Verdict.FLAT: 0.0, Verdict.PARTIAL: 0.5, Verdict.STRONG: 1.0}
"""What an answer counts when a topic is weighed: the three verdicts at even distances."""
WEAK_BELOW = 0.6
"""A topic whose answers are partial on the whole is weak; with one in five strong beside them it is not."""
MIN_ANSWERED = 2
"""Answers to so many questions make a topic known: a single one may have been a bad moment."""
ROLE_TOPICS = 4
"""So many topics of a role fill the days for what it is asked: one more than there are such days."""
MAX_CARRIED = 1
"""Missed steps that a day takes over: more would make a bad week into a worse one."""


class Do(StrEnum):
    """What a step of a day is."""

    TOPIC = "topic"
    ROLE = "role"
    WEAK = "weak"
    RAPID = "rapid"
    STORIES = "stories"
    MOCK = "mock"
    LOOP = "loop"


# ------------------------------------------------------------------------------ what the content says


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: ``topic`` or ``round`` where it needs one, ``questions`` 0 where it counts none.

    ``levels``: for whom it is; empty means everybody. After fitting, ``topic`` is also set where a weak
    topic or one of the role was chosen.
    """

    do: Do
    topic: str = ""
    round: str = ""
    questions: int = 0
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the content: its steps and what it reminds of."""

    title: str
    steps: tuple[Step, ...]
    reminders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Curriculum:
    """Weeks with their titles and days."""

    weeks: tuple[tuple[str, tuple[Day, ...]], ...]


def parse(text: str, file: str, questions: Sequence[Question]) -> Curriculum:
    """The curriculum in TOML ``text``; ``questions`` say which topics and rounds there are.

    Raises ContentError with every fault; ``file`` is for its message.
    """
    faults = Faults()
    try:
        values: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        faults.add(file, "-", f"is not TOML: {exc}")
        raise ContentError(tuple(faults.found)) from exc
    table = Table(values, file, "", faults)
    topics = sorted({question.topic for question in questions})
    rounds = sorted({name for question in questions for name in question.rounds})
    weeks = []
    for entry in table.tables("weeks"):
        weeks.append(
            (entry.string("title"), tuple(_day(day, topics, rounds) for day in entry.tables("days")))
        )
        entry.finish()
    table.finish()
    if faults.found:
        raise ContentError(tuple(faults.found))
    return Curriculum(tuple(weeks))


def _day(entry: Table, topics: Sequence[str], rounds: Sequence[str]) -> Day:
    steps = tuple(_step(step, topics, rounds) for step in entry.tables("steps"))
    day = Day(entry.string("title"), steps, entry.strings("reminders", may_be_empty=True))
    entry.finish()
    return day


def _step(entry: Table, topics: Sequence[str], rounds: Sequence[str]) -> Step:
    named = entry.string("do", choices=[do.value for do in Do])
    do = Do(named) if named else Do.TOPIC
    counts = do not in (Do.MOCK, Do.LOOP)
    step = Step(
        do,
        entry.string("topic", choices=topics) if do is Do.TOPIC else "",
        entry.string("round", choices=rounds) if do is Do.MOCK else "",
        round(entry.number("questions", default=0)) if counts else 0,
        tuple(
            Level(level)
            for level in entry.strings("levels", may_be_empty=True, choices=[level.value for level in Level])
        ),
    )
    if counts and step.questions < 1:
        entry.fault("questions", "must be 1 or more")
    entry.finish()
    return step


# ------------------------------------------------------------------------------ what a person brings


@dataclass(frozen=True, slots=True)
class Who:
    """For whom the plan is."""

    role: Role
    level: Level = Level.MID


@dataclass(frozen=True, slots=True)
class Past:
    """A question that was answered, on a day of the user's own calendar."""

    question: str
    on: date
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PastMock:
    """A mock interview that was gone through; ``round`` None: a whole loop."""

    round: str | None
    on: date


@dataclass(frozen=True, slots=True)
class History:
    """What the journal holds, oldest first."""

    answers: tuple[Past, ...] = ()
    mocks: tuple[PastMock, ...] = ()


# ------------------------------------------------------------------------------ the plan

Place = tuple[int, int]
"""A step by its day and its number on that day."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A step on its day: ``n_done`` of ``n_wanted`` questions (or mocks) are through."""

    step: Step
    on: date
    n_wanted: int
    n_done: int = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left."""
        return self.n_done >= self.n_wanted


@dataclass(frozen=True, slots=True)
class PlanDay:
    """A day of the plan; ``carried`` are steps that earlier days missed."""

    on: date
    week: str
    title: str
    steps: tuple[Planned, ...]
    carried: tuple[Planned, ...]
    reminders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The days in order; ``left`` are missed steps for which no day is left."""

    days: tuple[PlanDay, ...]
    left: tuple[Planned, ...]
    weak: tuple[str, ...]


def weak_topics(
    answers: Sequence[Past], questions: Sequence[Question], before: date | None = None
) -> tuple[str, ...]:
    """Topics that went badly in the latest answer to each question (``before`` a day), worst first."""
    topics = {question.id: question.topic for question in questions}
    latest = {
        past.question: MARKS[past.verdict]
        for past in answers
        if past.question in topics and (before is None or past.on < before)
    }
    marks: dict[str, list[float]] = {}
    for question, mark in latest.items():
        marks.setdefault(topics[question], []).append(mark)
    means = {topic: sum(found) / len(found) for topic, found in marks.items() if len(found) >= MIN_ANSWERED}
    return tuple(sorted((topic for topic in means if means[topic] < WEAK_BELOW), key=lambda t: (means[t], t)))


def fitted(
    curriculum: Curriculum, questions: Sequence[Question], who: Who, history: History, days: tuple[date, date]
) -> Plan:
    """The plan that begins on the first of ``days`` as it looks on the second.

    Steps are ticked by what ``history`` holds from the first day on: an answer counts for a step of its own
    day, else for what was missed, else for a topic still to come. What was missed comes again on the days
    that are left, one step a day, the oldest first, and never on the day of a loop.
    """
    start, today = days
    plan = _laid_out(curriculum, questions, who, history, start)
    yesterday = History(
        tuple(past for past in history.answers if past.on < today),
        tuple(mock for mock in history.mocks if mock.on < today),
    )
    # What was missed is what was open this morning, so that a day's load does not grow by doing it.
    missed = [
        (d, s)
        for d, day in enumerate(_ticked(plan, questions, yesterday, start))
        for s, step in enumerate(day.steps)
        if day.on < today and not step.is_done
    ]
    weak = weak_topics(history.answers, questions)
    return _carried_over(_ticked(plan, questions, history, start), missed, today, weak)


def _laid_out(
    curriculum: Curriculum, questions: Sequence[Question], who: Who, history: History, start: date
) -> list[PlanDay]:
    """Every day with its steps chosen, none of them ticked."""
    of_role = topics_of(who.role)
    n_role = 0
    laid: list[PlanDay] = []
    for title, week in curriculum.weeks:
        begin = start + timedelta(days=len(laid))
        kept = [
            replace(day, steps=tuple(step for step in day.steps if who.level in (step.levels or Level)))
            for day in week
        ]
        for day in _weak_first(kept, weak_topics(history.answers, questions, begin)):
            on = start + timedelta(days=len(laid))
            weak = list(weak_topics(history.answers, questions, on))
            steps: list[Planned] = []
            for step in day.steps:
                topic = step.topic
                if step.do is Do.ROLE:
                    topic = of_role[n_role % len(of_role)]
                    n_role += 1
                elif step.do is Do.WEAK and weak:
                    topic = weak.pop(0)
                chosen = replace(step, topic=topic)
                n_fitting = sum(_fits(chosen, question) for question in questions)
                wanted = min(step.questions, n_fitting) if step.questions else 1
                if wanted:
                    counted = replace(chosen, questions=wanted if step.questions else 0)
                    steps.append(Planned(counted, on, wanted))
            laid.append(PlanDay(on, title, day.title, tuple(steps), (), day.reminders))
    return laid


def topics_of(role: Role) -> tuple[str, ...]:
    """The topics a role is asked most about, heaviest first."""
    by_weight = sorted(role.shares, key=lambda part: -part.share)
    return tuple(topic for part in by_weight for topic in part.topics)[:ROLE_TOPICS]


def _weak_first(week: list[Day], weak: Sequence[str]) -> list[Day]:
    """The days of a week, those of nothing but topics in the order of their weakness; the others stay."""

    def rank(day: Day) -> int:
        return min((weak.index(step.topic) for step in day.steps if step.topic in weak), default=len(weak))

    at = [i for i, day in enumerate(week) if day.steps and all(step.do is Do.TOPIC for step in day.steps)]
    moved = dict(zip(at, sorted((week[i] for i in at), key=rank), strict=True))
    return [moved.get(i, day) for i, day in enumerate(week)]


def _fits(step: Step, question: Question) -> bool:
    """Whether an answer to ``question`` is work on ``step``."""
    if step.do in (Do.MOCK, Do.LOOP):
        return False
    if step.do is Do.STORIES:
        return question.kind is Kind.BEHAVIORAL
    if step.do is Do.RAPID:
        return question.kind is Kind.DEFINE
    return step.topic in ("", question.topic)


def _ticked(
    plan: list[PlanDay], questions: Sequence[Question], history: History, start: date
) -> list[PlanDay]:
    """The plan with what was done counted; a question counts once for a step, and once a day."""
    of_id = {question.id: question for question in questions}
    counted: dict[Place, set[str]] = {
        (d, s): set() for d, day in enumerate(plan) for s, _ in enumerate(day.steps)
    }
    for id_, on in dict.fromkeys((past.question, past.on) for past in history.answers):
        question = of_id.get(id_)
        if question is None or on < start:
            continue
        for place in _in_order(plan, on):
            step = _step_at(plan, place)
            is_ahead = step.on > on
            if (
                len(counted[place]) < step.n_wanted
                and question.id not in counted[place]
                and _fits(step.step, question)
                and (not is_ahead or step.step.do is Do.TOPIC)
            ):
                counted[place].add(question.id)
                break
    for number, mock in enumerate(history.mocks):
        if mock.on < start:
            continue
        for place in _in_order(plan, mock.on):
            step = _step_at(plan, place)
            fits = step.step.do is Do.LOOP if mock.round is None else step.step.round == mock.round
            if fits and not counted[place]:
                counted[place].add(str(number))
                break
    return [
        replace(
            day,
            steps=tuple(replace(step, n_done=len(counted[d, s])) for s, step in enumerate(day.steps)),
        )
        for d, day in enumerate(plan)
    ]


def _step_at(plan: list[PlanDay], place: Place) -> Planned:
    return plan[place[0]].steps[place[1]]


def _in_order(plan: list[PlanDay], on: date) -> list[Place]:
    """Steps in the order in which work done ``on`` a day counts for them: that day's, missed ones, coming."""
    every = [(d, s) for d, day in enumerate(plan) for s, _ in enumerate(day.steps)]
    return sorted(every, key=lambda place: (plan[place[0]].on != on, plan[place[0]].on > on))


def _carried_over(plan: list[PlanDay], missed: list[Place], today: date, weak: tuple[str, ...]) -> Plan:
    rest = [_step_at(plan, place) for place in missed]
    days = []
    for day in plan:
        takes = day.on >= today and not any(step.step.do is Do.LOOP for step in day.steps)
        n = MAX_CARRIED if takes else 0
        days.append(replace(day, carried=tuple(rest[:n])))
        rest = rest[n:]
    return Plan(tuple(days), tuple(rest), weak)
