"""Partial evidence weighed: how likely a thing was said though none of its patterns was met in full.

Nobody can list every wording. Where many words of an element stand together, and fewer of any other
element of the question, it was probably said. A log-linear model adds up a few features of a stretch of
one or two sentences; each can be told in one line, and the words that carried it are the evidence. What
is denied, taken back, other people's or only listed counts for nothing here; small words and those of
the question meet a part and carry nothing of their own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from voiceprep.lists import JOINING
from voiceprep.matching import alternatives, is_negator, phrasing
from voiceprep.model import Element
from voiceprep.reading import Hit, Lexicon, Reading
from voiceprep.stems import stem
from voiceprep.text import STOPWORDS, words

MIN_WORDS = 3
"""Words of an element that must stand together: two meet by chance."""
MIN_RELATING_SHARE = 0.1
"""Of the words from the first to the last at least this share are small ones that relate: an "and" or an
article stands in a list too. Costs 0.2 points of accuracy; without it "edges and corners" is a claim."""
MAX_SENTENCES = 2
"""Sentences of a stretch (trial on 1,519 undecided elements of 403 answers: 1, 2 and 3 do alike)."""


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for an element in one stretch, and what against it.

    ``group`` is the share of sets met by the best word group, ``groups`` the mean over all groups,
    ``phrasing`` the share of words of the best phrasing, each 0.0 to 1.0. ``own`` counts the words of the
    element, each less the more elements of the question know it; ``rivals`` is the same count for that
    other element that has most: words that another one explains better prove little.
    """

    group: float
    groups: float
    phrasing: float
    own: float
    rivals: float


BIAS = -2.66
WEIGHTS = Features(group=0.40, groups=1.16, phrasing=1.65, own=0.87, rivals=-0.27)
"""Log odds, and what each feature adds to them.

Fitted by ``python -m tests.benchmarks.weights`` on answers whose authors did not know the patterns."""
LIKELY = 0.7
"""From here on a thing counts as said: so many wrong credits as wrong flags on answers whose writers nobody
knew (82 answers, 34 of each); at 0.55 credits exceed flags by two thirds, for the same accuracy."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one element as bits: for every group and every phrasing those that belong to it."""

    groups: tuple[int, ...]
    phrasings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of all elements of a question, and which part of which element each is.

    Every set of a group and every word of a phrasing is a part, and a bit. ``singles`` gives (element,
    bits) by stem, ``beginnings`` by the beginning of a word; ``longer`` gives (stems that must all be
    there, element, bits) by the first of these stems.
    """

    singles: Mapping[str, tuple[tuple[int, int], ...]]
    beginnings: Mapping[str, tuple[tuple[int, int], ...]]
    longer: Mapping[str, tuple[tuple[frozenset[str], int, int], ...]]
    elements: tuple[Parts, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """The stretch that speaks most for an element: how likely it was said there, and in which words.

    ``likelihood`` is 0.0 where no word of it was heard.
    """

    likelihood: float
    hits: tuple[Hit, ...]
    n_words: int

    @property
    def is_likely(self) -> bool:
        """Whether it counts as said."""
        return self.likelihood >= LIKELY and self.n_words >= MIN_WORDS


NOTHING = Weighed(0.0, (), 0)
"""No word of the element was heard."""


# ------------------------------------------------------------------------------ compiling

_SMALL = STOPWORDS | frozenset(stem(word) for word in STOPWORDS)
_RELATING = STOPWORDS - JOINING


class _Collector:
    """Gathers the words of the elements while a vocabulary is compiled."""

    def __init__(self) -> None:
        self.singles: dict[str, dict[int, int]] = {}
        self.longer: dict[str, dict[tuple[frozenset[str], int], int]] = {}
        self._n_bits = 0

    def bit(self) -> int:
        """A bit of its own for the next part."""
        self._n_bits += 1
        return 1 << (self._n_bits - 1)

    def add(self, stems: tuple[str, ...], element: int, bit: int) -> None:
        """One wording of a part; a word of several belongs to the element, though only all meet the part."""
        for stem_ in stems:
            knowing = self.singles.setdefault(stem_, {})
            if len(stems) == 1:
                knowing[element] = knowing.get(element, 0) | bit
            elif stem_ not in _SMALL:
                knowing.setdefault(element, 0)
        if len(stems) > 1:
            whole = self.longer.setdefault(stems[0], {})
            needs = (frozenset(stems), element)
            whole[needs] = whole.get(needs, 0) | bit


def vocabulary(elements: Sequence[Element], lexicon: Lexicon) -> Vocabulary:
    """The words of ``elements``, without those of patterns that deny: said plainly they mean the reverse.

    Elements without patterns know no words but those of their definition.
    """
    collector = _Collector()
    parts = tuple(_parts(collector, at, element, lexicon) for at, element in enumerate(elements))
    knowing = {stem_: tuple(found.items()) for stem_, found in collector.singles.items()}
    return Vocabulary(
        MappingProxyType({known: found for known, found in knowing.items() if not known.endswith("*")}),
        MappingProxyType({known[:-1]: found for known, found in knowing.items() if known.endswith("*")}),
        MappingProxyType(
            {
                first: tuple((needs, element, bits) for (needs, element), bits in found.items())
                for first, found in collector.longer.items()
            }
        ),
        parts,
    )


def _parts(collector: _Collector, at: int, element: Element, lexicon: Lexicon) -> Parts:
    groups = []
    for group in element.groups:
        if any(all(_denies(name) for name in names) for names in group):
            continue
        mask = 0
        for names in group:
            bit = collector.bit()
            mask |= bit
            for name in names:
                for alternative in () if _denies(name) else alternatives(name):
                    collector.add(alternative.stems, at, bit)
        groups.append(mask)
    phrasings = [_clause(collector, at, written, lexicon) for written in element.phrasings]
    _clause(collector, at, element.need, lexicon)
    return Parts(tuple(groups), tuple(mask for mask in phrasings if mask))


def _denies(written: str) -> bool:
    return any(is_negator(word) for word in words(written))


def _clause(collector: _Collector, at: int, written: str, lexicon: Lexicon) -> int:
    """The bits of a phrasing's words; 0 where it denies."""
    if _denies(written):
        return 0
    mask = 0
    for stem_ in phrasing(written, lexicon).stems:
        if stem_ not in _SMALL:
            bit = collector.bit()
            mask |= bit
            collector.add((stem_,), at, bit)
    return mask


# ------------------------------------------------------------------------------ hearing


@dataclass(frozen=True, slots=True)
class _Said:
    """A word that was said: its stem, its place, what it is (element, bits), and how it counts.

    ``is_light`` tells small words and the question's, ``is_own`` what the speaker claims, ``is_foreign`` what
    was taken back or is other people's.
    """

    stem: str
    hit: Hit
    parts: Iterable[tuple[int, int]]
    is_light: bool
    is_own: bool
    is_foreign: bool


def _said(reading: Reading, known: Vocabulary, ask: frozenset[str]) -> dict[int, list[_Said]]:
    """By sentence every place of a word that some element knows."""
    found: dict[int, list[_Said]] = {}
    for sentence, by_stem in _known(reading, known, ask).items():
        found[sentence] = [said for places in by_stem.values() for said in places]
        first = {stem_: said for stem_, places in by_stem.items() for said in reversed(places) if said.is_own}
        for stem_ in first.keys() & known.longer.keys():
            for needs, element, bits in known.longer[stem_]:
                if needs <= first.keys():
                    found[sentence].append(replace(first[stem_], parts=((element, bits),)))
    return found


def _known(reading: Reading, known: Vocabulary, ask: frozenset[str]) -> dict[int, dict[str, list[_Said]]]:
    """By sentence, and by the stem or beginning under which it is known, every single word."""
    places = [
        (stem_, known.singles[stem_], list(reading.at(stem_)))
        for stem_ in known.singles.keys() & reading.stems
    ]
    places += [
        (start + "*", parts, reading.beginning_with(start)) for start, parts in known.beginnings.items()
    ]
    found: dict[int, dict[str, list[_Said]]] = {}
    for stem_, parts, hits in places:
        for hit in hits:
            if not hit.doubtful and not any(reading.scopes.listed[hit.start : hit.end]):
                token = reading.tokens[hit.start]
                is_light = token.stem in ask or token.stem in _SMALL or token.word in _SMALL
                said = _Said(token.stem, hit, parts, is_light, *_claim(reading, hit))
                found.setdefault(token.sentence, {}).setdefault(stem_, []).append(said)
    return found


def _claim(reading: Reading, hit: Hit) -> tuple[bool, bool]:
    """Whether the words of a hit are the speaker's own claim; whether they were taken back or are others'."""
    marks, inside = reading.scopes, range(hit.start, hit.end)
    is_foreign = any(marks.foreign(at) for at in inside)
    return not (is_foreign or any(marks.denied[at] or marks.set_aside[at] for at in inside)), is_foreign


@dataclass(slots=True)
class _Heard:
    """What a stretch holds of one element: the parts met, its words with their places, and other words.

    ``light`` are small words that met a part; ``turned_down`` are words of the element that were denied or
    set aside, ``disowned`` those that were taken back or are other people's.
    """

    bits: int = 0
    words: dict[str, list[Hit]] = field(default_factory=dict)
    light: set[str] = field(default_factory=set)
    turned_down: set[str] = field(default_factory=set)
    disowned: set[str] = field(default_factory=set)

    def add(self, said: _Said, bits: int) -> None:
        """One more word of the element."""
        if not said.is_own:
            if not said.is_light:
                (self.disowned if said.is_foreign else self.turned_down).add(said.stem)
            return
        self.bits |= bits
        if not said.is_light:
            self.words.setdefault(said.stem, []).append(said.hit)
        elif bits:
            self.light.add(said.stem)

    @property
    def is_claim(self) -> bool:
        """Whether there are words of the element, none disowned, and less than half as many turned down."""
        return not self.disowned and len(self.words) > 2 * len(self.turned_down)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one or two sentences hold of an element: its features, its words and their number."""

    element: int
    features: Features
    hits: tuple[Hit, ...]
    n_words: int


def stretches(
    reading: Reading, known: Vocabulary, ask: frozenset[str], wanted: frozenset[int]
) -> Iterator[Stretch]:
    """Every stretch for every element of ``wanted`` that it may claim; ``ask`` holds the question's stems."""
    said = _said(reading, known, ask)
    relating = _relating_before(reading)
    for first in sorted(said):
        held = [_Heard() for _ in known.elements]
        for sentence in range(first, first + MAX_SENTENCES):
            if sentence not in said or (
                sentence > first and _is_parted(reading, said[first], said[sentence])
            ):
                break
            for word in said[sentence]:
                for element, bits in word.parts:
                    held[element].add(word, bits)
            yield from (found for found in _weighable(held, known, wanted) if _relates(relating, found.hits))


def _is_parted(reading: Reading, before: list[_Said], after: list[_Said]) -> bool:
    """Whether two sentences are of two answers, which are lines of their own."""
    tokens = reading.tokens
    return "\n" in reading.text[tokens[before[0].hit.start].start : tokens[after[0].hit.start].end]


def _relating_before(reading: Reading) -> list[tuple[int, int]]:
    """For every token how many words stand before it, and how many of these relate; repetitions apart."""
    n_words = n_relating = 0
    before = ""
    counts = [(0, 0)]
    for token in reading.tokens:
        if not token.is_filler and token.word != before:
            before = token.word
            n_words += 1
            n_relating += before in _RELATING
        counts.append((n_words, n_relating))
    return counts


def _relates(relating: list[tuple[int, int]], hits: tuple[Hit, ...]) -> bool:
    """Whether something relates the words of the element, as in a statement."""
    first, last = relating[min(hit.start for hit in hits)], relating[max(hit.end for hit in hits)]
    return last[1] - first[1] >= MIN_RELATING_SHARE * (last[0] - first[0])


def _weighable(held: list[_Heard], known: Vocabulary, wanted: frozenset[int]) -> Iterator[Stretch]:
    knowing = Counter(stem_ for heard in held for stem_ in heard.words)
    whole = math.log(len(held) + 1)
    worth = {stem_: (whole - math.log(n)) / whole for stem_, n in knowing.items()}
    # fsum, so that the order of words, which hangs on that of a set, changes nothing
    own = [math.fsum(worth[stem_] for stem_ in heard.words) for heard in held]
    most, *less = sorted(own, reverse=True)
    for element in sorted(wanted):
        heard, parts = held[element], known.elements[element]
        if not heard.is_claim:
            continue
        n_words = len(heard.words)
        n_all = n_words + len(heard.light - heard.words.keys())
        shares = [_share(heard.bits, group, n_all) for group in parts.groups]
        yield Stretch(
            element,
            Features(
                group=max(shares, default=0.0),
                groups=sum(shares) / len(shares) if shares else 0.0,
                phrasing=max((_share(heard.bits, part, n_all) for part in parts.phrasings), default=0.0),
                own=own[element],
                rivals=most if own[element] < most else max(less, default=0.0),
            ),
            tuple(hit for places in heard.words.values() for hit in places),
            n_words,
        )


def _share(bits: int, mask: int, n_words: int) -> float:
    """The share of a pattern's parts that were met, each by a word of its own."""
    return min((bits & mask).bit_count(), n_words) / mask.bit_count()


# ------------------------------------------------------------------------------ weighing


def log_odds(features: Features) -> float:
    """The log odds that the element was said."""
    return (
        BIAS
        + WEIGHTS.group * features.group
        + WEIGHTS.groups * features.groups
        + WEIGHTS.phrasing * features.phrasing
        + WEIGHTS.own * features.own
        + WEIGHTS.rivals * features.rivals
    )


def weigh(
    reading: Reading, known: Vocabulary, ask: frozenset[str], wanted: frozenset[int]
) -> dict[int, Weighed]:
    """For every element of ``wanted`` the stretch that speaks most for it, the first of equals."""
    if not wanted:
        return {}
    best: dict[int, tuple[float, Stretch]] = {}
    for stretch in stretches(reading, known, ask, wanted):
        odds = log_odds(stretch.features)
        if stretch.element not in best or odds > best[stretch.element][0]:
            best[stretch.element] = (odds, stretch)
    return {element: _weighed(*best[element]) if element in best else NOTHING for element in wanted}


def _weighed(odds: float, stretch: Stretch) -> Weighed:
    hits = sorted(set(stretch.hits), key=lambda hit: (hit.start, hit.end))
    return Weighed(1.0 / (1.0 + math.exp(-odds)), tuple(hits), stretch.n_words)
