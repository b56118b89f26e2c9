"""A text made ready for matching: every word under its stem, with its near misses and joined forms.

A recogniser splits compounds ("back bone"), spells acronyms ("f p s"), and writes jargon as plain
words ("yellow" for YOLO); numbers come in words. All of that is levelled here, once for each text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from rapidfuzz import fuzz

from voiceprep.model import Term
from voiceprep.numerals import Numeral, may_begin, numeral_at
from voiceprep.scope import Scopes, scopes
from voiceprep.stems import american, stem
from voiceprep.text import ARTICLES, Token, fold, tokenise, words

MIN_FUZZY_LETTERS = 7
"""Shorter terms match exactly: one letter makes another word of them."""
FUZZY_SAID = 93.0
"""Edit similarity (0 to 100) from which a misspelling is the same word; one letter in eight."""
FUZZY_DOUBTFUL = 85.0
"""Edit similarity from which a word may be a mishearing (in trials: precision 0.94 to 0.96 at 85)."""
MAX_LENGTH_GAP = 2
"""Letters that a near miss may be longer or shorter: "efficient" is not EfficientNet."""
SAME_LETTERS = 85.0
"""A sound-alike nearly spelled like its term ("rest net") is the term; others are plain words."""


class Hit(NamedTuple):
    """Tokens ``start`` to ``end`` (exclusive) that satisfy one alternative; a named tuple, as tokens are."""

    start: int
    end: int
    doubtful: bool = False
    negates: bool = False


@dataclass(frozen=True, slots=True)
class Surface:
    """A way in which a glossary term may appear in a transcript, and the term's key (its letters joined)."""

    words: tuple[str, ...]
    key: str
    doubtful: bool


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Terms that words of one first letter and length may nearly spell; ``known`` keeps what was judged."""

    terms: tuple[str, ...]
    known: dict[str, tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the packs know of words: surfaces of their terms, joined spellings, jargon for near misses.

    ``jargon`` holds the terms a word may nearly spell by its first letter and length.

    ``names`` holds for every term that ends in another one ("Faster R-CNN") how many words stand before it.
    """

    surfaces: Mapping[str, tuple[Surface, ...]]
    vocabulary: frozenset[str]
    jargon: Mapping[str, Mapping[int, Shape]]
    names: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text made ready for matching: its tokens, their scopes, and every word under its stem.

    ``ends`` holds for every token where it ends in the text, ``sentences`` for every sentence its first
    token, ``found`` what was once looked for.
    """

    text: str
    folded: str
    tokens: tuple[Token, ...]
    scopes: Scopes
    edges: Mapping[str, tuple[Hit, ...]]
    stems: frozenset[str]
    by_spelling: tuple[tuple[str, int], ...]
    ends: tuple[int, ...]
    sentences: tuple[int, ...]
    found: dict[object, tuple[Hit, ...]] = field(default_factory=dict, compare=False, repr=False)

    def at(self, stem_: str) -> tuple[Hit, ...]:
        """Where a stem occurs; ``()`` where it does not."""
        return self.edges.get(stem_, ())

    def beginning_with(self, prefix: str) -> list[Hit]:
        """Words that begin with ``prefix`` (folded, American spelling)."""
        at = bisect_left(self.by_spelling, (prefix, -1))
        found = []
        while at < len(self.by_spelling) and self.by_spelling[at][0].startswith(prefix):
            token = self.by_spelling[at][1]
            found.append(Hit(token, token + 1))
            at += 1
        return found


def lexicon(glossary: tuple[Term, ...], vocabulary: Iterable[str]) -> Lexicon:
    """The lexicon of a glossary; ``vocabulary`` holds the folded words its patterns use."""
    terms, known = _surfaces_of(glossary)
    return Lexicon(terms, known.union(vocabulary), _jargon(glossary), _names(glossary))


@lru_cache(maxsize=8)
def _surfaces_of(glossary: tuple[Term, ...]) -> tuple[Mapping[str, tuple[Surface, ...]], frozenset[str]]:
    """The surfaces of all terms by their first word, and the words they are spelled with."""
    surfaces: dict[str, list[Surface]] = {}
    known: set[str] = set()
    for term in glossary:
        key = "".join(words(term.term))
        if not key:
            continue
        known.update(words(term.term))
        known.add(key)
        for surface in _surfaces(term, key):
            surfaces.setdefault(surface.words[0], []).append(surface)
    by_length = {
        first: tuple(sorted(found, key=lambda s: -len(s.words))) for first, found in surfaces.items()
    }
    return MappingProxyType(by_length), frozenset(known)


@lru_cache(maxsize=8)
def _jargon(glossary: tuple[Term, ...]) -> Mapping[str, Mapping[int, Shape]]:
    """The terms that may be misspelled, by their first letter and by how long a misspelling may be."""
    shapes: dict[str, dict[int, list[str]]] = {}
    for term in glossary:
        key = "".join(words(term.term))
        if len(key) >= MIN_FUZZY_LETTERS and key.isalpha():
            of_letter = shapes.setdefault(key[0], {})
            for length in range(len(key) - MAX_LENGTH_GAP, len(key) + MAX_LENGTH_GAP + 1):
                if length >= MIN_FUZZY_LETTERS - 1:
                    of_letter.setdefault(length, []).append(key)
    return MappingProxyType(
        {
            first: MappingProxyType({length: Shape(tuple(terms), {}) for length, terms in of_letter.items()})
            for first, of_letter in shapes.items()
        }
    )


@lru_cache(maxsize=8)
def _names(glossary: tuple[Term, ...]) -> Mapping[str, int]:
    written = {words(term.term) for term in glossary}
    return MappingProxyType(
        {"".join(said): n for said in written for n in range(len(said) - 1, 0, -1) if said[n:] in written}
    )


def name_at(plain: Sequence[str], at: int, lexicon_: Lexicon) -> tuple[str, int]:
    """The key of the name that begins at ``plain[at]``, and its length in words; ``("", 0)`` if none."""
    for surface in lexicon_.surfaces.get(plain[at], ()):
        n = len(surface.words)
        if surface.doubtful or n <= lexicon_.names.get(surface.key, n):
            continue
        if _stands(surface.words, plain, at):
            return surface.key, n
    return "", 0


def _surfaces(term: Term, key: str) -> Iterable[Surface]:
    seen = set()
    sure = {words(term.term), words(term.spoken)}
    for form in (term.term, term.spoken, *term.sounds_like):
        said = words(form)
        if not said or said in seen:
            continue
        seen.add(said)
        joined = "".join(said)
        same = said in sure or fuzz.ratio(joined, key) >= SAME_LETTERS
        yield Surface(said, key, doubtful=not (same or _spells_out(said, term.term)))


MIN_INITIALS = 2
LONGEST_UNIT = 2
"""Signs of units have at most so many letters."""


def _spells_out(said: tuple[str, ...], written: str) -> bool:
    """Whether words say in full what is abbreviated: "feature pyramid" FPN, "megapixel" MP."""
    key = "".join(words(written))
    if len(said) == 1:
        letters = iter(said[0])
        return len(key) <= LONGEST_UNIT and said[0][0] == key[0] and all(letter in letters for letter in key)
    if "".join(word[0] for word in said) == key:
        return True
    is_acronym = sum(char.islower() for char in written) <= 1
    initials = "".join(word[0] for word in said if word not in ARTICLES)
    return is_acronym and len(initials) >= MIN_INITIALS and key.startswith(initials)


_PAUSE = re.compile(r"[,.;:?!\n]")

_NO_SHAPES: Mapping[int, Shape] = MappingProxyType({})

Edges = dict[str, list[Hit]]
"""Hits gathered under their stems while a text is read."""


def read(text: str, lexicon_: Lexicon) -> Reading:
    """``text`` made ready for matching; an empty text gives an empty reading."""
    tokens = tokenise(text)
    folded = fold(text)
    spoken = [at for at, token in enumerate(tokens) if not token.is_filler]
    plain = [tokens[at].word for at in spoken]
    joinable = [
        (gap := folded[tokens[one].end : tokens[other].start]) == " " or not _PAUSE.search(gap)
        for one, other in pairwise(spoken)
    ]
    joinable.append(False)
    edges: Edges = {}
    spelled = [(american(word), at) for word, at in zip(plain, spoken, strict=True)]
    lent = _terms(edges, lexicon_, plain, spoken)
    for i, at in enumerate(spoken):
        if i not in lent:
            edges.setdefault(tokens[at].stem, []).append(Hit(at, at + 1))
    for number, i in _numbers(plain, joinable):
        at, end = spoken[i], spoken[i + number.n_words - 1] + 1
        if number.n_words > 1 or number.digits != tokens[at].stem:
            edges.setdefault(number.digits, []).append(Hit(at, end))
        if number.digits != plain[i]:
            spelled.append((number.digits, at))  # so that "7*" hears "seventy-one"
    _join(edges, lexicon_, (plain, joinable), spoken)
    return Reading(
        text,
        folded,
        tokens,
        scopes(text, tokens),
        MappingProxyType({key: _surest(hits) for key, hits in edges.items()}),
        frozenset(edges),
        tuple(sorted(spelled)),
        tuple([token.end for token in tokens]),
        tuple(
            [at for at, token in enumerate(tokens) if at == 0 or token.sentence != tokens[at - 1].sentence]
        ),
    )


def _terms(edges: Edges, lexicon_: Lexicon, plain: list[str], spoken: list[int]) -> set[int]:
    """Adds the surfaces of glossary terms; returns the words that names lend.

    The "faster" of "Faster R-CNN" belongs to the name and says nothing of speed.
    """
    lent: set[int] = set()
    for i, word in enumerate(plain):
        for surface in lexicon_.surfaces.get(word, ()):
            if _stands(surface.words, plain, i):
                hit = Hit(spoken[i], spoken[i + len(surface.words) - 1] + 1, surface.doubtful)
                edges.setdefault(surface.key, []).append(hit)
                if surface.key in lexicon_.names:
                    key, _ = name_at(plain, i, lexicon_)
                    lent.update(range(i, i + lexicon_.names.get(key, 0)))
    return lent


def _stands(said: tuple[str, ...], plain: Sequence[str], at: int) -> bool:
    """Whether the words of a surface that begins with ``plain[at]`` follow one another there."""
    n = len(said)
    if n == 1:
        return True
    if at + n > len(plain) or plain[at + 1][0] != said[1][0]:
        return False
    return all(map(_same, plain[at + 1 : at + n], said[1:]))


def _numbers(plain: list[str], joinable: list[bool]) -> Iterator[tuple[Numeral, int]]:
    """Every number and the word it begins at; none begins inside another."""
    until = 0
    for i, word in enumerate(plain):
        if i >= until and may_begin(word) and (number := numeral_at(_until_gap(plain, joinable, i), 0)):
            until = i + number.n_words
            yield number, i


def _surest(hits: list[Hit]) -> tuple[Hit, ...]:
    """``hits`` of one stem in the order of the text, without the doubtful ones that only blur a sure one."""
    if len(hits) > 1:
        hits.sort(key=_start)
        if any(hit.doubtful for hit in hits):
            sure = [hit for hit in hits if not hit.doubtful]
            return tuple(hit for hit in hits if not hit.doubtful or not _overlaps_one(hit, sure))
    return tuple(hits)


def _overlaps_one(hit: Hit, others: list[Hit]) -> bool:
    """Whether ``hit`` shares a token with one of ``others``, which are in the order of the text."""
    first = bisect_left(others, hit.start - LONGEST_SURFACE, key=_start)
    return any(other.end > hit.start for other in others[first : bisect_left(others, hit.end, key=_start)])


LONGEST_SURFACE = 64
"""No hit of a single stem spans more tokens, fillers included."""
_start = attrgetter("start")


def _until_gap(plain: list[str], joinable: list[bool], start: int) -> list[str]:
    end = start
    while joinable[end] and end - start < 8:
        end += 1
    return plain[start : end + 1]


def _same(said: str, known: str) -> bool:
    return said == known or said.removesuffix("'s") == known or said.removesuffix("s") == known


def _join(edges: Edges, lexicon_: Lexicon, words_: tuple[list[str], list[bool]], spoken: list[int]) -> None:
    """Words that belong together ("back bone"), spelled letters ("f p s"), and near misses of jargon.

    ``words_`` holds the words and for each whether no pause parts it from the next.
    """
    plain, joinable = words_
    known, jargon = lexicon_.vocabulary, lexicon_.jargon
    for i, word in enumerate(plain):
        shapes = jargon.get(word[0], _NO_SHAPES)
        joined = ""
        for last in (i, i + 1, i + 2):
            joined += plain[last]
            if last > i and (joined in known or (joined[-1] == "s" and joined[:-1] in known)):
                edges.setdefault(stem(joined), []).append(Hit(spoken[i], spoken[last] + 1))
            elif (shape := shapes.get(len(joined))) is not None and joined not in known:
                near, likeness = shape.known.get(joined) or near_miss(joined, shape)
                if near and (last == i or near not in joined):  # "in ImageNet" holds the word itself
                    hit = Hit(spoken[i], spoken[last] + 1, likeness < FUZZY_SAID)
                    for key in (near, stem(near)):
                        edges.setdefault(key, []).append(hit)
            if not joinable[last]:
                break


MAX_KEPT = 4096
"""Words whose near misses are kept for each shape of terms."""


def near_miss(word: str, shape: Shape) -> tuple[str, float]:
    """The term that ``word`` nearly spells, and how nearly (0 to 100); ``("", 0.0)`` if none."""
    best, best_likeness = "", 0.0
    bare = word.removesuffix("s")
    for term in shape.terms:
        if bare != term:
            likeness = fuzz.ratio(word, term, score_cutoff=FUZZY_DOUBTFUL)
            if likeness > best_likeness:
                best, best_likeness = term, likeness
    if len(shape.known) >= MAX_KEPT:
        shape.known.clear()
    shape.known[word] = best, best_likeness
    return best, best_likeness
