"""Answers to something else earn nothing, and talk beside the point costs nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep import bank as banks
from voiceprep.checks import assess, examine
from voiceprep.model import Bank, Question, Status, Transcript, Verdict
from voiceprep.resources import folder
from voiceprep.subject import DEMAND, LONG, WINDOW, WORTH_OF_ALL, is_about, telling

N_STRANGERS = 4
"""Questions of other topics that every answer is held against."""


@cache
def bank() -> Bank:
    return banks.load([folder("content")])


def strangers(question: Question) -> list[Question]:
    """A few questions of other topics, the same each time."""
    others = [other for other in bank().questions if other.topic != question.topic]
    return random.Random(question.id).sample(others, N_STRANGERS)  # noqa: S311  # no secret hangs on it


def said(question: Question, text: str, among: Bank | None = None) -> set[str]:
    found = assess(question, (Transcript(text, ()),), among or bank())
    return {element.id for element in found.elements if element.status is Status.SAID}


def test_a_good_answer_to_another_question_is_flat() -> None:
    """Of strong answers held against questions of other topics few are more than flat, and few earn anything.

    Some questions ask for the same: what a deadline costs is right in more than one place. With the moves
    alone 0.79 of them would be more than flat; without a look at the subject each would earn 1.3 elements.
    """
    verdicts, earned = [], []
    for question in bank().questions:
        for other in strangers(question):
            found = assess(question, (Transcript(other.strong, ()),), bank())
            verdicts.append(found.verdict is not Verdict.FLAT)
            earned.append(sum(element.status is Status.SAID for element in found.elements))
    assert sum(verdicts) / len(verdicts) <= 0.2
    assert sum(earned) / len(earned) <= 0.55


def test_talk_beside_the_point_costs_next_to_nothing() -> None:
    """A whole answer to something else before or behind takes at most one in a hundred credits away."""
    lost = had = 0
    for question in bank().questions[::2]:
        half = " ".join(question.strong.split()[: len(question.strong.split()) // 2]) + "."
        other = strangers(question)[0].strong
        for text in (half, question.flat):
            alone = said(question, text)
            for longer in (f"{text} {other}", f"{other} {text}"):
                had += len(alone)
                lost += len(alone - said(question, longer))
    assert had > 300
    assert lost <= had / 100


def phrasings() -> Iterator[tuple[Question, str, str]]:
    for question in bank().questions:
        for element in question.elements:
            for phrasing in element.phrasings:
                yield question, element.id, phrasing


def test_who_says_one_sentence_is_not_asked_for_more() -> None:
    """What a phrasing says is credited by itself, whether or not it holds a word of the subject."""
    plain = [(question, id_, phrasing) for question, id_, phrasing in phrasings()]
    among = plain[::6]
    missed = [phrasing for question, id_, phrasing in among if id_ not in said(question, phrasing + ".")]
    assert len(missed) <= len(among) / 100, missed


def test_what_earns_nothing_shows_nothing() -> None:
    """An element withdrawn for the subject's sake is missing, with no score and no evidence."""
    asked = banks.find(bank(), "gan-and-fid")
    stranger = banks.find(bank(), "yolo-vs-faster-rcnn").strong
    found = assess(asked, (Transcript(stranger, ()),), bank())
    assert {(one.status, one.score, one.evidence) for one in found.elements} == {(Status.MISSING, 0.0, ())}
    assert [one.id for one in found.elements] == [element.id for element in asked.elements]


def test_moves_alone_are_flat() -> None:
    """Deciding, giving reasons and figures about something else makes no partial answer."""
    asked = banks.find(bank(), "activation-functions")
    found = assess(asked, (Transcript(banks.find(bank(), "yolo-vs-faster-rcnn").strong, ()),), bank())
    required = [move for move in found.moves if move.required]
    assert all(move.status is Status.SAID for move in required)
    assert found.verdict is Verdict.FLAT


def test_the_fewer_questions_use_a_word_the_more_it_tells() -> None:
    """A rare word tells more than a common one, a small word nothing; a term counts as one."""
    tells = telling(banks.find(bank(), "yolo-vs-faster-rcnn"), bank())
    assert 0.0 < tells["network"] < tells["shopper"] <= 1.0
    assert "the" not in tells
    assert 0.0 < tells["fasterrcnn"] <= 1.0


def test_a_question_alone_in_its_pack_is_judged_leniently() -> None:
    """Nobody can tell what is common in a pack of one: every word tells, and no sample loses a credit."""
    for question in bank().questions[::10]:
        alone = replace(question, pack="own")
        small = Bank((alone,), bank().glossary, bank().synonyms)
        assert min(telling(alone, small).values()) > 0.8
        assert said(alone, question.strong, small) == said(question, question.strong)
        assert telling(alone, replace(bank(), questions=(*bank().questions, alone))) == telling(alone, small)


def test_cards_say_nothing_of_how_common_a_word_is() -> None:
    """A deck of a thousand cards in the same pack changes no answer's findings."""
    question = bank().questions[0]
    card = replace(question, id="card", reference="A pixel is a number.")
    with_cards = replace(bank(), questions=(*bank().questions, *[card] * 50))
    assert telling(question, with_cards) == telling(question, bank())


def case_of(n_words: int, *tellers: str) -> bool:
    """Whether an answer of so many words, of which the first are ``tellers``, is about its question."""
    text = " ".join((*tellers, *["zebra"] * (n_words - len(tellers))))
    reading = examine(bank().questions[0], Transcript(text, ()), bank()).reading
    return is_about(reading, {f"w{at}x": 1.0 for at in range(9)}, 0.0)


@pytest.mark.parametrize(
    ("n_words", "n_tellers", "expected"),
    [(LONG, 2, False), (LONG, 3, True), (LONG // 3, 1, True), (LONG // 3, 0, False), (5 * LONG, 3, True)],
)
def test_the_demand_grows_with_the_length_up_to_a_point(
    n_words: int, n_tellers: int, *, expected: bool
) -> None:
    """A third of a long answer needs a third of the words; beyond a long answer no more is asked."""
    assert case_of(n_words, *[f"w{at}x" for at in range(n_tellers)]) is expected


def test_words_far_apart_do_not_add_up() -> None:
    """What tells must stand together, each word counted once."""
    apart = [word for at in range(4) for word in (f"w{at}x", *["zebra"] * WINDOW)]
    assert not case_of(LONG + 1, *apart)
    assert not case_of(LONG, *["w1x"] * 5)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(0, 200))
def test_more_covered_never_takes_an_answer_off_its_subject(one: float, other: float, n: int) -> None:
    """Of two answers in the same words the one that covers more is the more about the question."""
    reading = examine(bank().questions[0], Transcript("zebra " * n, ()), bank()).reading
    less, more = sorted((one, other))
    assert is_about(reading, {}, less) <= is_about(reading, {}, more)
    assert is_about(reading, {}, DEMAND / WORTH_OF_ALL)
