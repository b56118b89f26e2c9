"""Hedge cues: each declares where it hedges and where it does not, and holds it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.hedges import CUES, Cue, hedges
from voiceprep.text import tokenise


def heard(text: str) -> list[tuple[str, str]]:
    """The cues of ``text``: id and words."""
    tokens = tokenise(text)
    spans = [(hedge.cue.id, tokens[hedge.begin].start, tokens[hedge.end - 1].end) for hedge in hedges(tokens)]
    return [(id_, text[start:end]) for id_, start, end in spans]


def examples() -> Iterator[tuple[Cue, str, int]]:
    for cue in CUES:
        yield from ((cue, text, 1) for text in cue.hears)
        yield from ((cue, text, 0) for text in cue.passes)


@pytest.mark.parametrize(
    ("cue", "text", "expected"), [pytest.param(*row, id=f"{row[0].id}: {row[1]}") for row in examples()]
)
@pytest.mark.parametrize("written", ["as typed", "as recognised"])
def test_a_cue_is_heard_in_its_examples_and_not_beside_other_neighbours(
    cue: Cue, text: str, expected: int, written: str
) -> None:
    """A declared example holds its cue, a near miss does not, with marks and capitals or without."""
    said = text if written == "as typed" else " ".join(token.word for token in tokenise(text))
    assert [id_ for id_, _ in heard(said)].count(cue.id) == expected


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.id)
def test_a_cue_without_examples_is_no_cue(cue: Cue) -> None:
    """Every cue is shown by sentences with it and by near misses."""
    assert cue.hears
    assert cue.passes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "It kind of jumps, you know, or something like that.",
            ["kind of", "you know", "or something like that"],
        ),
        ("It is, I think, about forty.", ["I think"]),
        ("About forty of them were blurred.", []),
        ("It is like a string.", []),
        ("", []),
    ],
)
def test_cues_quote_their_words_in_order(text: str, expected: list[str]) -> None:
    """Each cue is found once, whole and in order; an approximation is none, nor is "like"."""
    assert [words for _, words in heard(text)] == expected


_WORDS = st.sampled_from(
    [word for cue in CUES for text in (*cue.hears, *cue.passes) for word in text.split()]
)


@given(st.lists(_WORDS, max_size=40))
def test_cues_never_overlap_and_heed_neither_commas_nor_case(words: list[str]) -> None:
    """Whatever is said: cues stand apart, and commas or capitals change none of them."""
    said = " ".join(words)
    found = hedges(tokenise(said))
    assert all(one.end <= other.begin for one, other in pairwise(found))
    assert hedges(tokenise(said.replace(",", " ").upper())) == found
