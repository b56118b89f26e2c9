"""What a question is about, and whether an answer is about it.

All answers of a field are made of the same common words ("picture", "network", "costs"), and in a long one
some of them meet a pattern of any question by chance. What a question is about is told by the words of its
file that few other questions of its pack use. An answer that nowhere has some of these together, and covers
next to nothing, answers something else.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Generic, TypeVar

from voiceprep.model import Bank, Question
from voiceprep.reading import Reading
from voiceprep.stems import stem
from voiceprep.text import STOPWORDS, words

WINDOW = 12
"""Words in a row, fillers apart, that are looked at together (trial: 8 to 30 of them do nearly alike)."""
WORTH_OF_ALL = 5.0
"""What it is worth to have covered every element; a part of them is worth that part."""
DEMAND = 2.9
"""What the words of a window and the elements covered must be worth together.

Of 388 labelled answers one right credit falls with this and two wrong ones; of the credits that the same
answers get when they are held against questions of other topics, four of five."""
LONG = 60
"""Answers of so many words must meet the demand, shorter ones the part of it that is their length's: who
says one sentence cannot use many words of the subject."""
FEWEST = 100
"""A pack of fewer questions tells little of how common a word is, and counts as one of so many."""
MAX_TERM_WORDS = 4
"""Words of the longest term that is looked for."""

_SMALL = frozenset(stem(word) for word in STOPWORDS)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class _The(Generic[T]):
    """Something told by identity: to hash questions takes longer than to judge an answer."""

    one: T

    def __hash__(self) -> int:
        return id(self.one)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _The) and self.one is other.one


def telling(question: Question, bank: Bank) -> Mapping[str, float]:
    """The stems and terms of what is written about ``question``, and how much each tells, 0.0 to 1.0.

    It tells the more, the fewer questions of its pack use it; cards do not count.
    """
    return _telling(_The(question), _The(bank))


@lru_cache(maxsize=24)
def _telling(question: _The[Question], bank: _The[Bank]) -> Mapping[str, float]:
    n_using, n_questions = _usage(bank, question.one.pack)
    whole = math.log(n_questions + 1)
    terms = _terms(bank)
    return MappingProxyType(
        {used: 1.0 - math.log(n_using[used] + 1) / whole for used in _used(question.one, terms)}
    )


@lru_cache(maxsize=2)
def _usage(bank: _The[Bank], pack: str) -> tuple[Counter[str], int]:
    """How many questions of a pack use a stem or term, and how many there are."""
    own = [question for question in bank.one.questions if question.pack == pack and not question.reference]
    terms = _terms(bank)
    return Counter(used for question in own for used in _used(question, terms)), max(len(own), FEWEST)


@lru_cache(maxsize=2)
def _terms(bank: _The[Bank]) -> frozenset[str]:
    """The terms of several words, as a reading names them."""
    return frozenset("".join(said) for term in bank.one.glossary if len(said := words(term.term)) > 1)


def _used(question: Question, terms: frozenset[str]) -> set[str]:
    """The stems and terms of what is written about a question in plain sentences, small words apart."""
    written = (
        question.ask,
        question.strong,
        question.flat,
        *question.considerations,
        *(probe.ask for probe in question.probes),
        *(said for element in question.elements for said in (element.need, *element.phrasings)),
    )
    used: set[str] = set()
    for said in map(words, written):
        used.update(stem(word) for word in said if word not in STOPWORDS)
        used.update(
            term
            for at in range(len(said))
            for n in range(2, MAX_TERM_WORDS + 1)
            if (term := "".join(said[at : at + n])) in terms
        )
    return used - _SMALL


def is_about(reading: Reading, telling: Mapping[str, float], covered: float) -> bool:
    """Whether what was said is about a question; ``covered`` is the share of its elements it seems to hold.

    What tells nothing speaks against an answer only by its length, and that up to :data:`LONG`.
    """
    said = [at for at, token in enumerate(reading.tokens) if not token.is_filler]
    demand = DEMAND * min(1.0, len(said) / LONG) - WORTH_OF_ALL * covered
    return demand <= 0.0 or _most_telling(reading, said, telling) >= demand


def _most_telling(reading: Reading, said: Sequence[int], telling: Mapping[str, float]) -> float:
    """How much the words of the best window tell together, each counted once; ``said`` are no fillers."""
    places = {at: place for place, at in enumerate(said)}
    found = sorted(
        (places[hit.start], used) for used in telling.keys() & reading.stems for hit in reading.at(used)
    )
    inside: Counter[str] = Counter()
    best = worth = 0.0
    first = 0
    for place, used in found:
        while found[first][0] <= place - WINDOW:
            left = found[first][1]
            inside[left] -= 1
            worth -= 0.0 if inside[left] else telling[left]
            first += 1
        worth += 0.0 if inside[used] else telling[used]
        inside[used] += 1
        best = max(best, worth)
    return best
