"""How attempts add up: what was said of what was asked for, what keeps being left out, what is ready.

Counts of what was found, over days, weeks or months; every share comes with what it was counted over.
What may have been misheard counts neither as said nor as left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from enum import StrEnum
from statistics import median

from voiceprep.feedback import MOVE_ORDER, SHORT
from voiceprep.model import Attempt, Move, Question, Signal, Standing, Status, Verdict, is_ready
from voiceprep.stems import stem
from voiceprep.text import STOPWORDS, sentence_spans, tokenise, words

MAX_PERIODS = 36
"""Three years of months: as many columns as fit under one another on a terminal of 40."""
FEW = 5
"""Below so many answers one more can turn a share around: they are called few."""
LATELY = 5
"""So many latest times tell whether something is still left out."""
OFTEN = 2
"""Left out once of the LATELY latest times is an oversight; from so many on it keeps being left out."""
READY_MEANS = (
    "A question is ready when, the last time, the first answer was strong and every follow-up held: what it "
    "asked for was said."
)
NO_TOPIC = "no longer in the bank"


class Unit(StrEnum):
    """How long a period is; the shortest of which MAX_PERIODS hold the whole time is taken."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Readiness(StrEnum):
    """How a question stands, by READY_MEANS.

    First and follow-up go each by the latest attempt that has such an answer: a drill without follow-ups
    takes nothing back.
    """

    READY = "ready"
    FIRST = "first answer holds"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Count:
    """``said`` of ``asked``."""

    said: int = 0
    asked: int = 0

    @property
    def share(self) -> float | None:
        """0.0 to 1.0, None where nothing was asked for."""
        return self.said / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Course:
    """A count over everything, over ``n_answers``, and in every period."""

    total: Count
    n_answers: int
    periods: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure over ``n_answers``: over all, and in every period; None where nothing was measured."""

    value: float | None
    n_answers: int
    periods: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class ElementCourse:
    """How often an element of a question was said."""

    question: str
    id: str
    need: str
    course: Course


@dataclass(frozen=True, slots=True)
class Omission:
    """A required move (``question`` is None) or an element that keeps being left out.

    ``missed`` of ``asked`` times, ``lately_missed`` of the ``lately_asked`` latest; ``attempt`` is the
    latest that left it out, ``quote`` the sentence of it where it belonged, "" where none was looked up.
    """

    name: str
    question: str | None
    need: str
    missed: int
    asked: int
    lately_missed: int
    lately_asked: int
    attempt: int
    quote: str = ""

    @property
    def often(self) -> str:
        """How often it was missing, over all and lately, in words."""
        told = f"{self.missed} of {self.asked} times"
        if self.lately_asked < self.asked:
            told += f", {self.lately_missed} of the last {self.lately_asked}"
        return told


@dataclass(frozen=True, slots=True)
class QuestionCourse:
    """How a question stands after ``n_answers``; ``last`` is the day of the latest."""

    id: str
    topic: str
    readiness: Readiness
    n_answers: int
    last: date


@dataclass(frozen=True, slots=True)
class TopicCourse:
    """What was said of a topic, and how many of its ``n_questions`` in the bank were asked and are ready."""

    topic: str
    course: Course
    n_questions: int
    asked: int
    first_holds: int
    ready: int


@dataclass(frozen=True, slots=True)
class SignalCourse:
    """In how many answers a signal was heard, of those that were listened to; ``argued`` with a reason."""

    signal: Signal
    heard: Course
    argued: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything over ``n_answers`` attempts; ``periods`` are their first days, one ``unit`` each.

    Over no attempts all is empty and every figure None.
    """

    n_answers: int
    unit: Unit
    periods: tuple[date, ...]
    coverage: Course
    topics: tuple[TopicCourse, ...]
    elements: tuple[ElementCourse, ...]
    left_out_moves: tuple[Omission, ...]  # the most often lately first
    left_out_elements: tuple[Omission, ...]  # likewise
    pace: Measure  # words a minute, median
    pause: Measure  # longest pause of an answer in seconds, median
    fillers: Measure  # in 100 words, a lower bound
    questions: tuple[QuestionCourse, ...]
    signals: tuple[SignalCourse, ...]

    @property
    def caution(self) -> str:
        """What must be known where the figures rest on so few answers that they tell little; else ""."""
        if self.n_answers >= FEW:
            return ""
        return f"Few answers so far ({self.n_answers}): one more can turn every figure here around."


def progress(
    standings: Sequence[Standing], questions: Iterable[Question], zone: tzinfo | None = None
) -> Progress:
    """The progress of ``standings``, which come oldest first; ``questions`` are those of the bank that count.

    Days are those of ``zone``, None is the system's.
    """
    known = {question.id: question for question in questions}
    days = [standing.started.astimezone(zone).date() for standing in standings]
    unit, periods = _periods(days)
    place = {begin: at for at, begin in enumerate(periods)}
    at = [place[_begin(day, unit)] for day in days]
    table = _Table(standings, tuple(at), len(periods), tuple(map(_count, standings)))
    topics = [known[one.question].topic if one.question in known else NO_TOPIC for one in standings]
    every = _questions(standings, topics, days)
    return Progress(
        n_answers=len(standings),
        unit=unit,
        periods=periods,
        coverage=table.course(range(len(standings))),
        topics=_topics(table, topics, every, known.values()),
        elements=_elements(table, known),
        left_out_moves=_left_out_moves(standings),
        left_out_elements=_left_out_elements(standings, known),
        pace=table.middle(lambda one: one.delivery.words_per_minute),
        pause=table.middle(lambda one: one.delivery.longest_pause_s),
        fillers=table.fillers(),
        questions=every,
        signals=_signals(table),
    )


# ------------------------------------------------------------------------------ periods


def _begin(day: date, unit: Unit) -> date:
    """The first day of the period that holds ``day``; weeks begin on Monday."""
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)


def _next(begin: date, unit: Unit) -> date:
    # Forty days reach into the next month and no further; so do 370 with years.
    steps = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 40, Unit.YEAR: 370}
    return _begin(begin + timedelta(days=steps[unit]), unit)


def _periods(days: Sequence[date]) -> tuple[Unit, tuple[date, ...]]:
    """The periods from the first day to the last without a hole."""
    if not days:
        return Unit.DAY, ()
    first, last = min(days), max(days)
    for unit in Unit:
        found = [_begin(first, unit)]
        while found[-1] < _begin(last, unit) and (len(found) <= MAX_PERIODS or unit is Unit.YEAR):
            found.append(_next(found[-1], unit))
        if len(found) <= MAX_PERIODS or unit is Unit.YEAR:
            break
    return unit, tuple(found)


# ------------------------------------------------------------------------------ counting


@dataclass(frozen=True, slots=True)
class _Table:
    """Attempts and the period each belongs to."""

    standings: Sequence[Standing]
    at: tuple[int, ...]
    n_periods: int
    counts: tuple[tuple[int, int], ...]  # of elements said, asked for

    def course(self, chosen: Iterable[int]) -> Course:
        """The elements said in the ``chosen`` attempts, by their places."""
        said, asked, n_answers = [0] * self.n_periods, [0] * self.n_periods, 0
        for place in chosen:
            n_answers += 1
            said[self.at[place]] += self.counts[place][0]
            asked[self.at[place]] += self.counts[place][1]
        return _course(said, asked, n_answers)

    def middle(self, measured: Callable[[Standing], float | None]) -> Measure:
        """The median of what was measured, over all and in every period."""
        values: list[list[float]] = [[] for _ in range(self.n_periods)]
        for standing, at in zip(self.standings, self.at, strict=True):
            value = measured(standing)
            if value is not None:
                values[at].append(value)
        every = [value for period in values for value in period]
        return Measure(
            median(every) if every else None,
            len(every),
            tuple(median(period) if period else None for period in values),
        )

    def fillers(self) -> Measure:
        """Fillers in 100 words: of all words together, for in a short answer one weighs too much."""
        fillers, words, n_answers = [0] * self.n_periods, [0] * self.n_periods, 0
        for standing, at in zip(self.standings, self.at, strict=True):
            # Nobody types an um.
            if standing.delivery.seconds is not None:
                fillers[at] += standing.delivery.fillers
                words[at] += standing.delivery.words
                n_answers += 1
        return Measure(
            100 * sum(fillers) / sum(words) if sum(words) else None,
            n_answers,
            tuple(100 * f / w if w else None for f, w in zip(fillers, words, strict=True)),
        )


def _count(standing: Standing) -> tuple[int, int]:
    statuses = [status for _, status in standing.elements]
    return statuses.count(Status.SAID), len(statuses) - statuses.count(Status.MISHEARD)


def _course(said: Sequence[int], asked: Sequence[int], n_answers: int) -> Course:
    return Course(
        Count(sum(said), sum(asked)),
        n_answers,
        tuple(Count(s, a) for s, a in zip(said, asked, strict=True)),
    )


def _topics(
    table: _Table, topics: Sequence[str], every: Sequence[QuestionCourse], known: Iterable[Question]
) -> tuple[TopicCourse, ...]:
    """The topics asked about, the least covered first."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, topic in enumerate(topics):
        places[topic].append(place)
    n_questions: dict[str, int] = defaultdict(int)
    for question in known:
        n_questions[question.topic] += 1
    found = []
    for topic, chosen in places.items():
        of_topic = [question.readiness for question in every if question.topic == topic]
        found.append(
            TopicCourse(
                topic,
                table.course(chosen),
                n_questions[topic],
                len(of_topic),
                of_topic.count(Readiness.FIRST),
                of_topic.count(Readiness.READY),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.course.total.share or 0.0, one.topic)))


def _elements(table: _Table, known: dict[str, Question]) -> tuple[ElementCourse, ...]:
    """Every element looked for, question by question; those that a question no longer has come last."""
    said: dict[tuple[str, str], list[int]] = {}
    asked: dict[tuple[str, str], list[int]] = {}
    n_answers: dict[tuple[str, str], int] = defaultdict(int)
    for standing, at in zip(table.standings, table.at, strict=True):
        for id_, status in standing.elements:
            key = (standing.question, id_)
            if key not in said:
                said[key], asked[key] = [0] * table.n_periods, [0] * table.n_periods
            n_answers[key] += 1
            asked[key][at] += status is not Status.MISHEARD
            said[key][at] += status is Status.SAID
    order = {
        (question.id, element.id): (place, element.need)
        for question in known.values()
        for place, element in enumerate(question.elements)
    }
    keys = sorted(said, key=lambda key: (key[0], order.get(key, (len(order), ""))[0], key[1]))
    return tuple(
        ElementCourse(
            *key, order[key][1] if key in order else key[1], _course(said[key], asked[key], n_answers[key])
        )
        for key in keys
    )


def _questions(
    standings: Sequence[Standing], topics: Sequence[str], days: Sequence[date]
) -> tuple[QuestionCourse, ...]:
    """Every question answered, by topic and id."""
    first: dict[str, Verdict] = {}
    held: dict[str, tuple[bool, ...]] = {}
    n_answers: dict[str, int] = defaultdict(int)
    last: dict[str, tuple[str, date]] = {}
    for standing, topic, day in zip(standings, topics, days, strict=True):
        id_ = standing.question
        n_answers[id_] += 1
        last[id_] = (topic, day)
        if standing.first is not None:
            first[id_] = standing.first
        if standing.held:
            held[id_] = standing.held

    def readiness(id_: str) -> Readiness:
        if is_ready(first.get(id_), held.get(id_, ())):
            return Readiness.READY
        return Readiness.FIRST if first.get(id_) is Verdict.STRONG else Readiness.NOT_YET

    found = [
        QuestionCourse(id_, topic, readiness(id_), n_answers[id_], day) for id_, (topic, day) in last.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.topic, one.id)))


def _signals(table: _Table) -> tuple[SignalCourse, ...]:
    listened = [
        (at, dict(standing.signals))
        for standing, at in zip(table.standings, table.at, strict=True)
        if standing.signals is not None
    ]
    asked = [0] * table.n_periods
    for at, _ in listened:
        asked[at] += 1
    found = []
    for signal in Signal:
        heard = [0] * table.n_periods
        for at, signals in listened:
            heard[at] += signal in signals
        argued = sum(signals.get(signal, False) for _, signals in listened)
        found.append(SignalCourse(signal, _course(heard, asked, len(listened)), argued))
    return tuple(found)


# ------------------------------------------------------------------------------ what is left out


def _left_out_moves(standings: Sequence[Standing]) -> tuple[Omission, ...]:
    seen: dict[Move, list[tuple[int, bool]]] = defaultdict(list)
    for standing in standings:
        for move, status in standing.moves:
            seen[move].append((standing.attempt, status is Status.MISSING))
    return _often((move.value, None, SHORT[move], times) for move, times in seen.items())


def _left_out_elements(standings: Sequence[Standing], known: dict[str, Question]) -> tuple[Omission, ...]:
    """Of elements that their question still has."""
    needs = {(q.id, element.id): element.need for q in known.values() for element in q.elements}
    seen: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)
    for standing in standings:
        for id_, status in standing.elements:
            if status is not Status.MISHEARD:
                seen[standing.question, id_].append((standing.attempt, status is Status.MISSING))
    return _often((key[1], key[0], needs[key], times) for key, times in seen.items() if key in needs)


def _often(seen: Iterable[tuple[str, str | None, str, list[tuple[int, bool]]]]) -> tuple[Omission, ...]:
    """What was left out OFTEN of the LATELY latest times, the most often lately first.

    Among equals the share over all times decides, as if there had been LATELY more: 2 of 2 prove little.
    """
    found = []
    for name, question, need, times in seen:
        missed = [attempt for attempt, is_missing in times if is_missing]
        lately = times[-LATELY:]
        lately_missed = sum(is_missing for _, is_missing in lately)
        if lately_missed >= OFTEN:
            found.append(
                Omission(
                    name, question, need, len(missed), len(times), lately_missed, len(lately), missed[-1]
                )
            )
    return tuple(
        sorted(
            found,
            key=lambda one: (
                -one.lately_missed / one.lately_asked,
                -one.missed / (one.asked + LATELY),
                one.question or "",
                one.name,
            ),
        )
    )


def belonged(omission: Omission, attempt: Attempt, question: Question | None) -> str:
    """The speaker's own sentence beside which ``omission`` belonged; "" where nothing was said.

    For an element the sentence that shares most words with its description; for a move the one that carries
    the argument, MOVE_ORDER saying which; else the last.
    """
    said = [
        answer
        for answer in attempt.replies
        if answer.transcript is not None and answer.assessment is not None
    ]
    # The findings over all answers count through their texts, joined by line breaks.
    text = "\n".join(answer.transcript.text for answer in said if answer.transcript is not None)
    tokens = tokenise(text)
    spans = sentence_spans(tokens)
    if not spans:
        return ""
    shown = len(spans) - 1
    element = (
        next((e for e in question.elements if e.id == omission.name), None) if question is not None else None
    )
    if omission.question is None:
        shown = _argument(attempt, text, [tokens[begin].start for begin, _ in spans])
    elif element is not None:
        wanted = {stem(word) for part in (element.need, *element.phrasings) for word in words(part)} - _EMPTY
        shared = [len(wanted & {token.stem for token in tokens[begin:end]}) for begin, end in spans]
        shown = max(range(len(spans)), key=lambda at: (shared[at], at))
    begin, end = spans[shown]
    parts = text[tokens[begin].start : tokens[end - 1].end].split()
    return " ".join(parts[:MAX_QUOTE_WORDS]) + (" …" if len(parts) > MAX_QUOTE_WORDS else "")


def _argument(attempt: Attempt, text: str, starts: list[int]) -> int:
    """The place of the sentence in which the first of MOVE_ORDER that was made is heard last."""
    made = {move.id: move.evidence for move in attempt.combined.moves} if attempt.combined is not None else {}
    for move in MOVE_ORDER:
        pieces = [piece for piece in made.get(move, ()) if text[piece.start : piece.end] == piece.text]
        if pieces:
            return max(0, bisect_right(starts, pieces[-1].start) - 1)
    return len(starts) - 1


_EMPTY = frozenset(stem(word) for word in STOPWORDS)
MAX_QUOTE_WORDS = 28
"""Two lines of a terminal; speech without full stops runs on for hundreds of words."""
