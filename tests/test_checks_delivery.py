"""Delivery figures, and several answers taken together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiceprep.checks import assess, join, required_moves
from voiceprep.checks.delivery import find
from voiceprep.model import (
    Bank,
    Delivery,
    Element,
    Kind,
    Level,
    Move,
    Question,
    Status,
    Transcript,
    Verdict,
    Word,
)

QUESTION = Question(
    id="boxes",
    ask="What happens to the detections?",
    topic="detection",
    level=Level.MID,
    kind=Kind.CHOOSE,
    rounds=("phone-screen",),
    why="-",
    hint="-",
    elements=(
        Element("keep-best", "the best box is kept", ("you keep the best box",)),
        Element("drop-rest", "the rest is dropped", ("the overlapping ones are deleted",)),
    ),
    moves=(Move.REASON, Move.TRADE_OFF),
    probes=(),
    pitfalls=(),
    considerations=(),
    strong="-",
    flat="-",
    links=(),
    pack="",
)
BANK = Bank((QUESTION,), (), ())


def timed(text: str, *, gap_s: float = 0.1, start_s: float = 0.0) -> Transcript:
    """``text`` with words of 0.3 s and pauses of ``gap_s``."""
    words, at, now_s = [], 0, start_s
    for word in text.split():
        at = text.index(word, at)
        words.append(Word(word, at, at + len(word), now_s, now_s + 0.3))
        at, now_s = at + len(word), now_s + 0.3 + gap_s
    return Transcript(text, tuple(words))


def test_typed_text_has_words_and_fillers_and_no_times() -> None:
    """Without word times nothing is said about time."""
    assert find((Transcript("So, um, you know, it works.", ()),)) == Delivery(6, 2, None, None, None)


def test_times_come_from_the_first_word_to_the_last() -> None:
    """Seconds, rate and longest pause follow from the word times, silence before the first word aside."""
    found = find((timed("one two three four five six", gap_s=0.5, start_s=3.0),))
    assert found == Delivery(6, 0, 4.3, 84, 0.5)


def test_less_than_a_second_has_no_rate() -> None:
    """A single short word gives no words per minute."""
    assert find((timed("yes"),)).words_per_minute is None


def test_recordings_are_added_and_no_pause_spans_two() -> None:
    """Two answers: words, fillers and seconds add up; the break between them is no pause."""
    found = find((timed("one two three four", gap_s=0.2), timed("um five six", gap_s=0.4, start_s=60.0)))
    assert (found.words, found.fillers, found.seconds, found.longest_pause_s) == (7, 1, 3.5, 0.4)


def test_silence_round_an_aside_is_no_pause() -> None:
    """Whoever asks for a repeat, and waits for it, did not pause; every other silence is counted."""
    said = timed("one two three", gap_s=0.5)
    first, second, third = said.words
    late = replace(third, t0_s=9.0, t1_s=9.3)
    said = Transcript(said.text, (first, second, late))
    assert find((said,)).longest_pause_s == 7.9
    assert find((replace(said, asides_s=(3.0,)),)).longest_pause_s == 0.5


def test_a_typed_answer_among_recordings_leaves_the_times_open() -> None:
    """Half a rate is none."""
    found = find((timed("one two three four"), Transcript("typed words here", ())))
    assert (found.words, found.seconds, found.words_per_minute, found.longest_pause_s) == (
        7,
        None,
        None,
        None,
    )


def test_joined_answers_keep_their_texts_and_offsets() -> None:
    """Offsets count through the texts on lines of their own; times of several recordings are dropped."""
    one, two = timed("you keep the best box"), timed("the overlapping ones are deleted")
    joined = join((one, two))
    assert joined.text == f"{one.text}\n{two.text}"
    assert [joined.text[word.start : word.end] for word in joined.words] == joined.text.split()
    assert all(word.t0_s is None for word in joined.words)
    assert join((one,)) is one
    assert join(()) == Transcript("", ())


def test_two_answers_together_cover_what_each_covers_alone() -> None:
    """First answer and follow-up together: the union of the elements, evidence in the joined text."""
    one, two = timed("You keep the best box."), timed("The overlapping ones are deleted.")
    together = assess(QUESTION, (one, two), BANK)
    assert [finding.status for finding in together.elements] == [Status.SAID, Status.SAID]
    assert [piece.text for finding in together.elements for piece in finding.evidence] == [
        "keep the best box",
        "overlapping ones are deleted",
    ]
    assert [assess(QUESTION, (one,), BANK).elements[1].status] == [Status.MISSING]


def test_no_pattern_meets_across_two_answers() -> None:
    """Half a statement in one answer and half in the next is not the statement."""
    together = assess(QUESTION, (Transcript("you keep the best", ()), Transcript("a box is red", ())), BANK)
    assert together.elements[0].status is Status.MISSING


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Level.JUNIOR, {Move.REASON}),
        (Level.MID, {Move.REASON, Move.TRADE_OFF}),
        (Level.SENIOR, {Move.REASON, Move.TRADE_OFF, Move.BOUNDARY}),
    ],
)
def test_the_level_sets_which_moves_are_demanded(level: Level, expected: set[Move]) -> None:
    """Juniors define, mid argues as the question says, senior names the limit too."""
    assert required_moves(QUESTION, level) == expected
    found = assess(QUESTION, (Transcript("You keep the best box.", ()),), BANK, level)
    assert {move.id for move in found.moves if move.required} == expected


STRONG = (
    "I'd keep the best box, because it sits tightest on the wheel. The overlapping ones are deleted. "
    "I lose a second bus behind the first."
)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (
            STRONG,
            Verdict.STRONG,
        ),
        ("You keep the best box, because it sits tightest on the wheel.", Verdict.PARTIAL),
        ("It is a box.", Verdict.FLAT),
    ],
)
def test_the_verdict_weighs_elements_and_moves(text: str, verdict: Verdict) -> None:
    """Strong has nearly all, partial about half, flat little of both."""
    assert assess(QUESTION, (Transcript(text, ()),), BANK).verdict is verdict
