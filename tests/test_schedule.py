"""Which question comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import UsageError
from voiceprep.model import (
    Kind,
    Level,
    Question,
    Review,
    Verdict,
)
from voiceprep.schedule import Wish, next_question, wanted

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANY = Wish()


def question(
    name: str, topic: str = "detection", level: Level = Level.MID, kind: Kind = Kind.DEFINE
) -> Question:
    """A question of which only the filing matters."""
    return Question(
        id=name,
        ask=name,
        topic=topic,
        level=level,
        kind=kind,
        rounds=(),
        why="",
        hint="",
        elements=(),
        moves=(),
        probes=(),
        pitfalls=(),
        considerations=(),
        strong="",
        flat="",
        links=(),
        pack="cv",
    )


def review(name: str, days_ago: float, verdict: Verdict | None) -> Review:
    """An attempt at question ``name``; without a verdict nothing was said."""
    return Review(1, name, NOW - timedelta(days=days_ago), verdict)


A, B, C = question("a"), question("b"), question("c")


def chosen(*history: Review, chance: float = 0.0, wish: Wish = ANY) -> str:
    """The next of a, b and c."""
    return next_question((A, B, C), history, NOW, chance, wish).id


def test_what_was_never_asked_comes_first() -> None:
    """However long ago and however weak the others were."""
    assert chosen(review("a", 900, Verdict.FLAT), review("c", 900, None)) == "b"


def test_chance_decides_between_equals() -> None:
    """Among questions never asked each has its share, and only those."""
    picks = [chosen(review("b", 1, Verdict.STRONG), chance=at / 10) for at in range(10)]
    assert picks == ["a"] * 5 + ["c"] * 5


def test_of_equal_answers_the_oldest_comes_back() -> None:
    """Same verdict: the longest ago."""
    strong = Verdict.STRONG
    assert chosen(review("a", 2, strong), review("b", 3, strong), review("c", 1, strong)) == "b"


def test_of_equal_age_the_weakest_comes_back() -> None:
    """Same day: flat before partial before strong; an attempt that said nothing is as flat."""
    strong, partial, flat = (
        review(name, 1, verdict)
        for name, verdict in zip("abc", (Verdict.STRONG, Verdict.PARTIAL, Verdict.FLAT), strict=True)
    )
    assert chosen(strong, partial, flat) == "c"
    assert chosen(strong, partial, review("c", 1, None)) == "c"
    assert chosen(strong, partial, review("c", 0.4, Verdict.FLAT)) == "b"


def test_a_flat_answer_comes_back_four_times_as_soon() -> None:
    """Ten days after a strong answer weigh like two and a half after a flat one."""
    others = review("c", 0.0, Verdict.STRONG)
    assert chosen(review("a", 10, Verdict.STRONG), review("b", 2.6, Verdict.FLAT), others) == "b"
    assert chosen(review("a", 10, Verdict.STRONG), review("b", 2.4, Verdict.FLAT), others) == "a"


def test_the_last_attempt_counts() -> None:
    """An old flat answer is forgiven by a later strong one, in whatever order the history comes."""
    old, new = review("a", 30, Verdict.FLAT), review("a", 1, Verdict.STRONG)
    others = (review("b", 2, Verdict.STRONG), review("c", 0, Verdict.STRONG))
    assert chosen(old, new, *others) == chosen(*others, new, old) == "b"


@settings(deadline=None)
@given(
    st.sampled_from([None, *Verdict]),
    st.lists(st.tuples(st.sampled_from("bc"), st.floats(0.001, 1e4), st.sampled_from(Verdict)), max_size=6),
    st.floats(0, 1, exclude_max=True),
)
def test_nothing_is_asked_twice_in_a_row(
    verdict: Verdict | None, earlier: list[tuple[str, float, Verdict]], chance: float
) -> None:
    """What was asked this moment is not asked again while there is another question."""
    history = [review(name, days, how) for name, days, how in earlier]
    assert chosen(review("a", 0, verdict), *history, chance=chance) != "a"


def test_a_clock_set_back_is_no_harm() -> None:
    """What was asked in the future counts as asked just now, neither sooner nor never."""
    future, present = review("a", -3, Verdict.FLAT), (review("b", 0, None), review("c", 0, Verdict.STRONG))
    assert [chosen(future, *present, chance=at / 3) for at in range(3)] == ["a", "b", "c"]


def test_a_wish_narrows_the_choice() -> None:
    """Topic, level and kind all have to fit; the order of the bank stays."""
    bank = (
        question("a", topic="tracking", level=Level.SENIOR, kind=Kind.DESIGN),
        question("b", topic="tracking", level=Level.SENIOR),
        question("c", topic="tracking"),
        question("d"),
    )
    assert [found.id for found in wanted(bank, ANY)] == list("abcd")
    assert [found.id for found in wanted(bank, Wish(topic="tracking"))] == list("abc")
    assert [found.id for found in wanted(bank, Wish(level=Level.SENIOR))] == list("ab")
    assert [found.id for found in wanted(bank, Wish("tracking", Level.SENIOR, Kind.DEFINE))] == ["b"]
    history = (review("d", 900, Verdict.FLAT), review("b", 1, Verdict.STRONG))
    assert next_question(bank, history, NOW, 0.0, Wish(kind=Kind.DEFINE, level=Level.SENIOR)).id == "b"


def test_a_wish_that_nothing_fits_is_named() -> None:
    """The error says what was asked for, what there is, and the command that shows it."""
    with pytest.raises(
        UsageError, match="no question of topic poetry, level mid; topics are detection: `voiceprep"
    ):
        chosen(wish=Wish("poetry", Level.MID))
    with pytest.raises(UsageError, match="no question at all: `voiceprep questions list`"):
        next_question((), (), NOW, 0.0, ANY)


@pytest.mark.parametrize("chance", [-0.1, 1.0, float("nan")])
def test_chance_has_a_range(chance: float) -> None:
    """A share is at least 0 and below 1."""
    with pytest.raises(ValueError, match="chance"):
        chosen(chance=chance)
