"""Which question comes next, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep import bank as banks
from voiceprep import resources, schedule
from voiceprep.errors import UsageError
from voiceprep.model import Element, Kind, Level, Move, Question, Review, Role, TopicShare, Verdict
from voiceprep.schedule import Wish, days_until, next_question, plan, remember, sections, wanted, weight

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANY = Wish()
BANK = banks.load([resources.folder("content")])


def question(
    name: str,
    topic: str = "detection",
    level: Level = Level.MID,
    kind: Kind = Kind.DEFINE,
    moves: tuple[Move, ...] = (),
) -> Question:
    """A question of two elements, of which only the filing matters."""
    return Question(
        id=name,
        ask=name,
        topic=topic,
        level=level,
        kind=kind,
        rounds=("coding",) if name in "ab" else (),
        why="",
        hint="",
        elements=(Element("one", "one", ()), Element("two", "two", ())),
        moves=moves,
        probes=(),
        pitfalls=(),
        considerations=(),
        strong="",
        flat="",
        links=(),
        pack="cv",
    )


def review(
    name: str, days_ago: float, said: str = "", missing: str = "", prompted: str = "", attempt: int = 1
) -> Review:
    """An attempt at question ``name``; without any part nothing was said."""
    parts = (tuple(said.split()), tuple(prompted.split()), tuple(missing.split()))
    verdict = Verdict.PARTIAL if any(parts) else None
    return Review(attempt, name, NOW - days_ago * DAY, verdict, *parts)


WHOLE, HALF, NOTHING = ("one two", ""), ("one", "two"), ("", "one two")
A, B, C = question("a"), question("b"), question("c")


def chosen(*history: Review, questions: tuple[Question, ...] = (A, B, C), wish: Wish = ANY) -> str:
    """The next question."""
    return next_question(questions, history, NOW, wish).question.id


names = st.sampled_from("abcd")
reviews = st.lists(
    st.builds(
        review,
        names,
        st.floats(-5, 400),
        st.sampled_from(["", "one", "one boundary"]),
        st.sampled_from(["", "two", "boundary reason", "boundary"]),
        st.sampled_from(["", "reason"]),
        st.integers(1, 50),
    ),
    max_size=12,
)
questions_of_moves = tuple(
    question(name, topic, moves=moves)
    for name, topic, moves in (
        ("a", "cnn", (Move.BOUNDARY,)),
        ("b", "video", (Move.REASON, Move.BOUNDARY)),
        ("c", "systems", (Move.REASON,)),
        ("d", "cnn", ()),
    )
)


@settings(deadline=None)
@given(reviews, st.randoms(use_true_random=False))
def test_the_plan_is_a_function_of_history_and_now(history: list[Review], chance: object) -> None:
    """However the history is ordered the same questions come in the same order, each of them once."""
    picks = plan(questions_of_moves, history, NOW, ANY, 4)
    shuffled = [*history]
    getattr(chance, "shuffle")(shuffled)  # noqa: B009 - hypothesis types it as object
    distinct = {(one.started, one.attempt) for one in history}
    if len(distinct) == len(history):
        assert plan(questions_of_moves, shuffled, NOW, ANY, 4) == picks
    assert sorted(pick.question.id for pick in picks) == list("abcd")


@settings(deadline=None)
@given(reviews, names)
def test_nothing_is_asked_twice_in_a_row(history: list[Review], name: str) -> None:
    """What was asked this moment is not asked again while there is another question, however weak it was."""
    latest = review(name, 0, "", "one two boundary reason", attempt=99)
    past = [one for one in history if one.started < NOW]
    assert chosen(*past, latest, questions=questions_of_moves) != name
    alone = tuple(one for one in questions_of_moves if one.id == name)
    assert chosen(*past, latest, questions=alone) == name


@settings(deadline=None)
@given(reviews)
def test_a_clock_set_back_is_no_harm(history: list[Review]) -> None:
    """What lies in the future counts as asked just now: it weighs nothing now and as usual a day later."""
    future = [*history, review("a", -40, "", "one two", attempt=99)]
    memory = remember(future, NOW)
    assert weight(questions_of_moves[0], memory, NOW) == 0
    assert all(weight(one, memory, NOW) >= 0 for one in questions_of_moves)
    assert weight(questions_of_moves[0], memory, NOW + DAY) > 0


@settings(deadline=None)
@given(reviews, st.sampled_from(["one", "two", "boundary", "reason"]), st.floats(0.1, 300))
def test_a_weaker_answer_comes_back_sooner(history: list[Review], part: str, days: float) -> None:
    """Left out weighs more at any later time than said when asked for, and that no less than said at once.

    It weighs more than that, too, but for FSRS, to which on one and the same day both are the same.
    """
    asked = questions_of_moves[1]
    rest = " ".join({"one", "two", "boundary", "reason"} - {part})
    past = [one for one in history if one.started < NOW - days * DAY]
    good, helped, bad = (
        remember([*past, review("b", days, **how, attempt=99)], NOW)
        for how in (
            {"said": f"{rest} {part}"},
            {"said": rest, "prompted": part},
            {"said": rest, "missing": part},
        )
    )
    assert weight(asked, good, NOW) <= weight(asked, helped, NOW) < weight(asked, bad, NOW)
    if all(one.question != "b" for one in past):
        assert weight(asked, good, NOW) < weight(asked, helped, NOW)
    assert days_until(asked, good, NOW) >= days_until(asked, helped, NOW) >= days_until(asked, bad, NOW)


@settings(deadline=None)
@given(reviews, st.integers(1, 5))
def test_a_move_left_out_raises_every_question_that_demands_it(history: list[Review], n: int) -> None:
    """Also questions never asked, and those whose own answers were whole; no other question changes."""
    past = [one for one in history if one.question != "d" and one.started < NOW - 2 * DAY]
    elsewhere = [review("z", 1 + at / 10, "one boundary", attempt=50 + at) for at in range(n)]
    left_out = [replace(one, said=("one",), missing=("boundary",)) for one in elsewhere]
    made, unmade = (remember([*past, *how], NOW) for how in (elsewhere, left_out))
    for one in questions_of_moves[:2]:  # c and d do not demand it
        before, after = weight(one, made, NOW), weight(one, unmade, NOW)
        own_habit = schedule.habit_of(one, unmade)
        assert after >= before
        assert own_habit is not None
        if own_habit.move is Move.BOUNDARY:
            assert after > before
    for one in questions_of_moves[2:]:
        assert weight(one, made, NOW) == weight(one, unmade, NOW)


def test_what_is_left_out_elsewhere_brings_a_question_back_and_says_so() -> None:
    """Four of five answers without a boundary: the one new question that demands it comes first, for that."""
    bank = tuple(question(name, moves=(Move.BOUNDARY,) if name == "e" else ()) for name in "bcdefg")
    history = [review("a", 1 + at, "one boundary" if at == 2 else "one", "boundary") for at in range(6)]
    history = [replace(one, missing=() if "boundary" in one.said else one.missing) for one in history]
    pick = next_question(bank, history, NOW, ANY)
    assert pick.question.id == "e"
    assert pick.reason == (
        "because you left out where it would fail in 4 of your last 5 answers that called for it"
    )
    assert next_question(bank, (), NOW, ANY).reason == "because you have not answered it yet"


def test_the_reason_tells_of_the_last_answer_and_gives_nothing_away() -> None:
    """Points left out are counted and not named, then what needed a follow-up, then the age alone."""
    for last, why in (
        (review("a", 9, "one", "two"), "because you left out 1 of its 2 points last time"),
        (
            review("a", 9, "one", "", "two"),
            "because you needed a follow-up for 1 of its 2 points last time",
        ),
        (review("a", 9, "one two"), "because your last answer to it was 9 days ago"),
        (review("a", 1.2, "one two"), "because your last answer to it was a day ago"),
        (review("a", 0.2, "one two"), "because your last answer to it was today"),
        (review("a", 9), "because you have not answered it yet"),
    ):
        assert next_question((A,), [last], NOW, ANY).reason == why


def test_what_is_due_comes_before_what_is_new_and_that_before_what_is_remembered() -> None:
    """Due is where a tenth would be left out, as FSRS has it."""
    assert chosen(review("a", 3, *NOTHING), review("c", 2, *WHOLE)) == "a"
    assert chosen(review("a", 1.5, *WHOLE), review("c", 1.4, *WHOLE)) == "b"


def test_weak_before_half_before_whole() -> None:
    """Answered on the same day, in this order they come back."""
    history = (review("a", 6, *WHOLE), review("b", 6, *HALF), review("c", 6, *NOTHING))
    assert [pick.question.id for pick in plan((A, B, C), history, NOW, ANY, 3)] == ["c", "b", "a"]


def test_answers_said_in_full_come_back_ever_later() -> None:
    """Each time it is due and said in full the next wait is longer."""
    history, when, waits = [], NOW, []
    for at in range(5):
        history.append(Review(at, "a", when, Verdict.STRONG, said=("one", "two")))
        waits.append(days_until(A, remember(history, when), when))
        when += max(1, waits[-1]) * DAY
    assert waits == sorted(set(waits))
    assert waits[0] in range(1, 4)
    assert waits[-1] > 30


def test_silence_is_not_scored() -> None:
    """Who said nothing, or passed on, is asked again a day later: no sooner, and not as one who failed."""
    memory = remember([review("a", 0.5)], NOW)
    assert memory.points == {}
    assert weight(A, memory, NOW) == weight(B, memory, NOW) / 2
    assert weight(A, remember([review("a", 1)], NOW), NOW) == weight(B, memory, NOW)
    answered = [review("a", 9, *HALF)]
    passed = [*answered, review("a", 1)]
    assert weight(A, remember(passed, NOW), NOW) == weight(A, remember(answered, NOW), NOW)


# ------------------------------------------------------------------------------ filters and mix


def test_a_wish_narrows_the_choice() -> None:
    """Topic, level, kind and round all have to fit; the order of the bank stays."""
    bank = (
        question("a", topic="tracking", level=Level.SENIOR, kind=Kind.DESIGN),
        question("b", topic="tracking", level=Level.SENIOR),
        question("c", topic="tracking"),
        question("d"),
        question("e", topic="cnn", level=Level.JUNIOR),
    )

    def fit(wish: Wish) -> str:
        return "".join(found.id for found in wanted(bank, wish))

    assert fit(ANY) == "abcde"
    assert fit(Wish(topic="tracking")) == "abc"
    assert fit(Wish(round="coding")) == "ab"
    assert fit(Wish("tracking", Level.SENIOR, Kind.DEFINE)) == "b"
    assert fit(Wish(level=Level.MID)) == "cd"
    assert fit(Wish(level=Level.SENIOR)) == "abe"  # basics are asked of everybody


@settings(deadline=None, max_examples=25)
@given(
    reviews,
    st.sampled_from([None, *sorted({one.topic for one in BANK.questions})]),
    st.sampled_from([None, *Level]),
    st.sampled_from([None, *Kind]),
    st.sampled_from([None, *banks.ROUNDS]),
    st.sampled_from([None, *BANK.roles]),
)
def test_filters_are_respected(
    history: list[Review],
    topic: str | None,
    level: Level | None,
    kind: Kind | None,
    round_: str | None,
    role: Role | None,
) -> None:
    """Nothing that does not fit is ever planned, by any way of planning; a role excludes nothing."""
    wish = Wish(topic, level, kind, round_, role)
    fitting = wanted(BANK.questions, wish)
    if not fitting:
        with pytest.raises(UsageError, match="there is no question of"):
            plan(BANK.questions, history, NOW, wish, 5)
        return
    picks = plan(BANK.questions, history, NOW, wish, 10_000)
    assert {pick.question.id for pick in picks} == {one.id for one in fitting}
    assert len(picks) == len(fitting)
    short = sections(BANK.questions, history, NOW, wish)
    assert [pick.question.topic for pick in short] == list(dict.fromkeys(one.topic for one in fitting))
    assert {pick.question.id for pick in short} <= {one.id for one in fitting}


def shares(picks: Iterable[schedule.Pick], topics: Iterable[str]) -> float:
    """The share of ``picks`` on one of ``topics``."""
    counts = Counter(pick.question.topic for pick in picks)
    return sum(counts[topic] for topic in topics) / counts.total()


def test_the_default_mix_is_three_fifths_deep_learning() -> None:
    """A first drill of twenty keeps the shares of the role "any" within two questions."""
    role = banks.find_role(BANK, "any")
    picks = plan(BANK.questions, (), NOW, Wish(role=role), 20)
    total = sum(part.share for part in role.shares) * (1 + schedule.OTHER_SHARE)
    for part in role.shares:
        assert shares(picks, part.topics) == pytest.approx(part.share / total, abs=0.1)
    assert 0.5 <= shares(picks, role.shares[0].topics) <= 0.65


@pytest.mark.parametrize("role", BANK.roles, ids=lambda role: role.id)
def test_a_senior_drill_mixes_in_basics(role: Role) -> None:
    """Between a fifth and a third of it, whatever the role, also where questions are picked one by one."""
    wish = Wish(level=Level.SENIOR, role=role)
    assert 1 / 5 <= shares(plan(BANK.questions, (), NOW, wish, 12), schedule.BASIC_TOPICS) <= 1 / 3
    history: list[Review] = []
    singly = []
    for at in range(12):
        now = NOW + at * DAY / 100
        singly.append(next_question(BANK.questions, history, now, wish))
        history.append(Review(at, singly[-1].question.id, now, None))
    assert 1 / 5 <= shares(singly, schedule.BASIC_TOPICS) <= 1 / 3


def test_roles_lean_to_their_topics() -> None:
    """In ten questions each role asks more of its first topics than the default mix does."""
    default = plan(BANK.questions, (), NOW, Wish(role=banks.find_role(BANK, "any")), 10)
    for role in BANK.roles[1:]:
        first = role.shares[0].topics
        assert shares(plan(BANK.questions, (), NOW, Wish(role=role), 10), first) > shares(default, first)


def test_roles_name_topics_there_are() -> None:
    """A misspelled topic would never come up."""
    named = {topic for role in BANK.roles for part in role.shares for topic in part.topics}
    assert named <= {one.topic for one in BANK.questions}


def test_what_was_asked_lately_counts_for_the_mix() -> None:
    """Two subjects of equal share take turns, also from one call to the next."""
    role = Role("r", "", (TopicShare(("x",), 1), TopicShare(("y",), 1)))
    bank = tuple(question(name, "x" if name < "d" else "y") for name in "abcdef")
    history: list[Review] = []
    asked = ""
    for at in range(4):
        pick = next_question(bank, history, NOW + at * DAY / 100, Wish(role=role))
        asked += pick.question.topic
        history.append(Review(at, pick.question.id, NOW + at * DAY / 100, Verdict.STRONG, ("one", "two")))
    assert asked in ("xyxy", "yxyx")


def test_a_wish_that_nothing_fits_is_named() -> None:
    """The error says what was asked for, what there is, and the command that shows it."""
    with pytest.raises(
        UsageError, match="no question of topic poetry, level mid; topics are detection: `voiceprep"
    ):
        chosen(wish=Wish("poetry", Level.MID))
    with pytest.raises(UsageError, match="no question of round deep-dive"):
        sections((A,), (), NOW, Wish(round="deep-dive"))
    with pytest.raises(UsageError, match="no question at all: `voiceprep questions list`"):
        next_question((), (), NOW, ANY)


def test_long_histories_are_bounded_without_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty answers to a question weigh as their last twenty do, to a hundredth."""
    history = [
        Review(
            at,
            "a",
            NOW - (61 - at) * 3 * DAY,
            Verdict.PARTIAL,
            said=("one",) if at % 3 else ("one", "two"),
            missing=("two",) if at % 3 else (),
        )
        for at in range(60)
    ]
    bounded = weight(A, remember(history, NOW), NOW)
    monkeypatch.setattr(schedule, "MAX_ANSWERS", 1_000)
    assert weight(A, remember(history, NOW), NOW) == pytest.approx(bounded, abs=0.01)
