"""A text made ready for matching: every word under its stem, with its near misses and joined forms.

A recogniser splits compounds ("back bone"), spells acronyms ("f p s"), and writes jargon as plain
words ("yellow" for YOLO); numbers come in words. All of that is levelled here, once for each text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from rapidfuzz import fuzz

from voiceprep.model import Term
from voiceprep.numerals import may_begin, numeral_at
from voiceprep.scope import Scopes, scopes
from voiceprep.stems import american, stem
from voiceprep.text import Token, fold, tokenise, words

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


@dataclass(frozen=True, slots=True)
class Hit:
    """Tokens ``start`` to ``end`` (exclusive) that satisfy one alternative."""

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


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the packs know of words: surfaces of their terms, joined spellings, jargon for near misses.

    ``jargon`` holds the terms a word may nearly spell by its first letter and length.

    ``names`` holds for every term that ends in another one ("Faster R-CNN") how many words stand before it.
    """

    surfaces: Mapping[str, tuple[Surface, ...]]
    vocabulary: frozenset[str]
    jargon: Mapping[tuple[str, int], tuple[str, ...]]
    names: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text made ready for matching: its tokens, their scopes, and every word under its stem."""

    text: str
    folded: str
    tokens: tuple[Token, ...]
    scopes: Scopes
    edges: Mapping[str, tuple[Hit, ...]]
    stems: frozenset[str]
    by_spelling: tuple[tuple[str, int], ...]

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
    surfaces: dict[str, list[Surface]] = {}
    jargon: dict[tuple[str, int], list[str]] = {}
    known = set(vocabulary)
    for term in glossary:
        key = "".join(words(term.term))
        if not key:
            continue
        known.update(words(term.term))
        known.add(key)
        if len(key) >= MIN_FUZZY_LETTERS and key.isalpha():
            for length in range(len(key) - MAX_LENGTH_GAP, len(key) + MAX_LENGTH_GAP + 1):
                jargon.setdefault((key[0], length), []).append(key)
        for surface in _surfaces(term, key):
            surfaces.setdefault(surface.words[0], []).append(surface)
    return Lexicon(
        MappingProxyType(
            {first: tuple(sorted(found, key=lambda s: -len(s.words))) for first, found in surfaces.items()}
        ),
        frozenset(known),
        MappingProxyType({shape: tuple(found) for shape, found in jargon.items()}),
        MappingProxyType(_names(glossary)),
    )


def _names(glossary: tuple[Term, ...]) -> dict[str, int]:
    written = {words(term.term) for term in glossary}
    return {"".join(said): n for said in written for n in range(len(said) - 1, 0, -1) if said[n:] in written}


def name_at(plain: Sequence[str], at: int, lexicon_: Lexicon) -> tuple[str, int]:
    """The key of the name that begins at ``plain[at]``, and its length in words; ``("", 0)`` if none."""
    for surface in lexicon_.surfaces.get(plain[at], ()):
        n = len(surface.words)
        if surface.doubtful or n <= lexicon_.names.get(surface.key, n) or at + n > len(plain):
            continue
        if all(_same(plain[at + k], surface.words[k]) for k in range(n)):
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
        initials = len(said) > 1 and "".join(word[0] for word in said) == key
        yield Surface(said, key, doubtful=not (same or initials))


_PAUSE = re.compile(r"[,.;:?!\n]")

Spoken = list[tuple[int, Token]]
"""The tokens that are no fillers, with their index among all tokens."""


@dataclass(slots=True)
class _Edges:
    """Hits gathered under their stems while a text is read."""

    found: dict[str, list[Hit]]

    def add(self, stem_: str, start: int, end: int, *, doubtful: bool = False) -> None:
        self.found.setdefault(stem_, []).append(Hit(start, end, doubtful))


def read(text: str, lexicon_: Lexicon) -> Reading:
    """``text`` made ready for matching; an empty text gives an empty reading."""
    tokens = tokenise(text)
    folded = fold(text)
    edges = _Edges({})
    spoken = [(at, token) for at, token in enumerate(tokens) if not token.is_filler]
    plain = [token.word for _, token in spoken]
    joinable = [
        i + 1 < len(spoken) and not _PAUSE.search(folded, spoken[i][1].end, spoken[i + 1][1].start)
        for i in range(len(spoken))
    ]
    skip_numbers = 0
    spelled = [(american(token.word), at) for at, token in spoken]
    lent = -1
    for i, (at, token) in enumerate(spoken):
        key, _ = name_at(plain, i, lexicon_)
        if key:
            lent = i + lexicon_.names[key]
        if i >= lent:  # "faster" of "Faster R-CNN" belongs to the name and says nothing of speed
            edges.add(token.stem, at, at + 1)
        may_count = i >= skip_numbers and may_begin(token.word)
        if may_count and (number := numeral_at(_until_gap(plain, joinable, i), 0)):
            skip_numbers = i + number.n_words
            if number.n_words > 1 or number.digits != token.stem:
                edges.add(number.digits, at, spoken[skip_numbers - 1][0] + 1)
            if number.digits != token.word:
                spelled.append((number.digits, at))  # so that "7*" hears "seventy-one"
        _add_surfaces(edges, lexicon_, spoken, i)
        _add_joined(edges, lexicon_, spoken, joinable, i)
    return Reading(
        text,
        folded,
        tokens,
        scopes(text, tokens),
        MappingProxyType({key: _surest(hits) for key, hits in edges.found.items()}),
        frozenset(edges.found),
        tuple(sorted(spelled)),
    )


def _surest(hits: list[Hit]) -> tuple[Hit, ...]:
    """``hits`` of one stem without the doubtful ones that only blur a sure one."""
    if len(hits) == 1 or not any(hit.doubtful for hit in hits):
        return tuple(hits)
    sure = [hit for hit in hits if not hit.doubtful]
    return tuple(
        hit
        for hit in hits
        if not hit.doubtful or not any(hit.start < other.end and other.start < hit.end for other in sure)
    )


def _until_gap(plain: list[str], joinable: list[bool], start: int) -> list[str]:
    end = start
    while end < len(plain) - 1 and joinable[end] and end - start < 8:
        end += 1
    return plain[start : end + 1]


def _add_surfaces(edges: _Edges, lexicon_: Lexicon, spoken: Spoken, i: int) -> None:
    for surface in lexicon_.surfaces.get(spoken[i][1].word, ()):
        n = len(surface.words)
        if i + n <= len(spoken) and all(_same(spoken[i + k][1].word, surface.words[k]) for k in range(n)):
            edges.add(surface.key, spoken[i][0], spoken[i + n - 1][0] + 1, doubtful=surface.doubtful)


def _same(said: str, known: str) -> bool:
    return said == known or said.removesuffix("'s") == known or said.removesuffix("s") == known


def _add_joined(edges: _Edges, lexicon_: Lexicon, spoken: Spoken, joinable: list[bool], i: int) -> None:
    """Words that belong together ("back bone"), spelled letters ("f p s"), and near misses of jargon."""
    joined = ""
    for n in (1, 2, 3):
        if i + n > len(spoken) or (n > 1 and not joinable[i + n - 2]):
            return
        joined += spoken[i + n - 1][1].word
        at, end = spoken[i][0], spoken[i + n - 1][0] + 1
        if n > 1 and (joined in lexicon_.vocabulary or joined.removesuffix("s") in lexicon_.vocabulary):
            edges.add(stem(joined), at, end)
        elif len(joined) >= MIN_FUZZY_LETTERS - 1 and joined not in lexicon_.vocabulary:
            terms = lexicon_.jargon.get((joined[0], len(joined)), ())
            near, likeness = near_miss(joined, terms) if terms else ("", 0.0)
            if near and (n == 1 or near not in joined):  # "in ImageNet" holds the word itself
                edges.add(near, at, end, doubtful=likeness < FUZZY_SAID)
                edges.add(stem(near), at, end, doubtful=likeness < FUZZY_SAID)


@lru_cache(maxsize=65_536)
def near_miss(word: str, jargon: tuple[str, ...]) -> tuple[str, float]:
    """The term that ``word`` nearly spells, and how nearly (0 to 100); ``("", 0.0)`` if none."""
    best, best_likeness = "", 0.0
    bare = word.removesuffix("s")
    for term in jargon:
        if abs(len(term) - len(word)) > MAX_LENGTH_GAP or bare == term:
            continue
        likeness = fuzz.ratio(word, term, score_cutoff=FUZZY_DOUBTFUL)
        if likeness > best_likeness:
            best, best_likeness = term, likeness
    return best, best_likeness
