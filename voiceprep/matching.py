"""Patterns of meaning against what was said.

A pattern is a set of word groups that must meet, or a plain phrasing whose content words must be
covered. Coverage of the pattern decides, never symmetric similarity: a long answer that says the
thing once has said it. Every match knows its words, so that it can be shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType

from voiceprep.denial import NEGATORS
from voiceprep.numerals import numeral_at
from voiceprep.reading import Hit, Lexicon, Reading, name_at
from voiceprep.stems import american, root, stem
from voiceprep.text import ARTICLES, FUNCTION_WORDS, STOPWORDS, vocabulary, words

NOT = "\0not"
"""Stands for any negator in a compiled alternative."""

MIN_CONTENT_STEMS = 2
"""A phrasing with fewer content words is matched with its small words too."""

MAX_SKIPPED = 6
"""Words, articles and fillers included, between two words of one alternative."""
GAP_TOKENS = 1
"""Words that may stand between two words of one alternative, beyond articles and fillers."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One alternative of a word group: stems in order; a stem ending in ``*`` is the beginning of a word.

    ``needs`` holds those of them that can be looked up: without these it stands nowhere.
    """

    stems: tuple[str, ...]
    needs: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class WordSet:
    """A set of alternatives: those that are one stem, and the others by the stem they begin with.

    Equal to itself only, so that what was found of it can be kept.
    """

    singles: frozenset[str]
    firsts: frozenset[str]
    longer: Mapping[str, tuple[Alternative, ...]]
    open: tuple[Alternative, ...]


NO_WORDS = WordSet(frozenset(), frozenset(), MappingProxyType({}), ())
"""The set that nothing meets."""


def word_set(written: Iterable[str]) -> WordSet:
    """Alternatives as written in content, compiled into one set."""
    found = dict.fromkeys(alt for text in written for alt in alternatives(text))
    singles = frozenset(alt.stems[0] for alt in found if len(alt.stems) == 1 and _is_closed(alt.stems[0]))
    longer: dict[str, list[Alternative]] = {}
    for alt in found:
        if len(alt.stems) > 1 and _is_closed(alt.stems[0]):
            longer.setdefault(alt.stems[0], []).append(alt)
    return WordSet(
        singles,
        frozenset(longer),
        MappingProxyType({first: tuple(alts) for first, alts in longer.items()}),
        tuple(alt for alt in found if not _is_closed(alt.stems[0])),
    )


def _is_closed(stem_: str) -> bool:
    """Whether a stem can be looked up as it stands."""
    return stem_ != NOT and not stem_.endswith("*")


def is_negator(word: str) -> bool:
    """Whether a folded word denies."""
    return word in NEGATORS or word.endswith("n't")


def alternatives(written: str) -> tuple[Alternative, ...]:
    """The compiled forms of one alternative as written in content: in order, and joined into one word."""
    prefix = written.rstrip().endswith("*")
    parts = [word for word in words(written) if word not in ARTICLES] or list(words(written))
    if not parts:
        return ()
    compiled: list[str] = []
    at = 0
    while at < len(parts):
        number = numeral_at(parts[at : at + 8], 0)
        if is_negator(parts[at]):
            compiled.append(NOT)
            at += 1
        elif number and not (prefix and at + number.n_words == len(parts)):  # "7*" begins a number
            compiled.append(number.digits)
            at += number.n_words
        elif prefix and at == len(parts) - 1:
            compiled.append(american(parts[at]) + "*")
            at += 1
        else:
            compiled.append(stem(parts[at]))
            at += 1
    found = [_alternative(*compiled)]
    joined = "".join(parts)
    if 1 < len(parts) <= 3 and NOT not in compiled and joined.isalnum() and not prefix and len(joined) >= 3:
        found.append(_alternative(stem(joined)))
        if stem(joined) != joined:
            found.append(_alternative(joined))
    elif len(parts) == 1 and not prefix and joined != compiled[0]:
        found.append(_alternative(joined))  # glossary keys are whole words, not stems
    return tuple(found)


def _alternative(*stems: str) -> Alternative:
    return Alternative(stems, frozenset(stem_ for stem_ in stems if _is_closed(stem_)))


LIKENING = vocabulary("both same equal equally identical alike equivalent together")
"""Words by which a claim reads the same in either order: "both use the same loss"."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A plain phrasing: stems with their weights, whether it denies, its length, whether it likens."""

    stems: tuple[str, ...]
    weights: tuple[float, ...]
    negates: bool
    n_words: int
    likens: bool


LIGHT = 0.4
"""Weight of a word like "always", "each", "more": it changes a meaning and carries none of its own."""


def phrasing(written: str, lexicon: Lexicon) -> Phrasing:
    """A plain phrasing compiled; one without words has no stems. Names of ``lexicon`` count as one word."""
    parts = words(written)
    weights: dict[str, float] = {}
    at = 0
    while at < len(parts):
        name, n_words = name_at(parts, at, lexicon)
        if name:
            weights[name] = 1.0
            at += n_words
            continue
        number = numeral_at(parts[at : at + 8], 0)
        if number and (number.n_words > 1 or number.value > 1):
            weights[number.digits] = 1.0
            at += number.n_words
            continue
        word = parts[at].split("'")[0]
        if word not in FUNCTION_WORDS and not is_negator(parts[at]):
            weights.setdefault(stem(word), LIGHT if word in STOPWORDS else 1.0)
        at += 1
    if sum(weight >= 1.0 for weight in weights.values()) < MIN_CONTENT_STEMS:
        # "how many pixels there are": its small words carry it
        weights = {stem(part): 1.0 for part in parts if part not in ARTICLES and not is_negator(part)}
    return Phrasing(
        tuple(weights),
        tuple(weights.values()),
        any(is_negator(part) for part in parts),
        len(parts),
        not LIKENING.isdisjoint(parts),
    )


# ------------------------------------------------------------------------------ finding


def hits(reading: Reading, alternative: Alternative) -> Sequence[Hit]:
    """Every place where ``alternative`` stands in the text, whatever its scope."""
    first, *rest = alternative.stems
    found = _stem_hits(reading, first)
    for stem_ in rest:
        if not found:
            break
        following = _stem_hits(reading, stem_)
        found = [longer for hit in found for longer in _extended(reading, hit, following)]
    return found


def set_hits(reading: Reading, names: WordSet) -> tuple[Hit, ...]:
    """Every place where one of the alternatives stands in the text, whatever its scope, in order.

    What was found of a set is kept with the reading: many groups hold the same sets.
    """
    known = reading.found.get(names)
    if known is not None:
        return known
    edges = reading.edges
    found = [hit for single in names.singles & reading.stems for hit in edges[single]]
    for first in names.firsts & reading.stems:
        for alt in names.longer[first]:
            if alt.needs <= reading.stems:
                found.extend(hits(reading, alt))
    for alt in names.open:
        if alt.needs <= reading.stems:
            found.extend(hits(reading, alt))
    # In the order of the text: which of two equal matches is shown must not hang on the order of a set.
    if len(found) > 1:
        found.sort()
    reading.found[names] = tuple(found)
    return reading.found[names]


def _stem_hits(reading: Reading, stem_: str) -> Sequence[Hit]:
    if stem_ == NOT:
        return [Hit(at, at + 1, negates=True) for at in reading.scopes.negators]
    if stem_.endswith("*"):
        return sorted(reading.beginning_with(stem_[:-1]))
    return reading.at(stem_)


def _extended(reading: Reading, hit: Hit, following: Sequence[Hit]) -> Iterable[Hit]:
    """``hit`` continued by the next word of its alternative, within the gap allowed."""
    for nxt in within(following, hit.end, hit.end + MAX_SKIPPED):
        between = reading.tokens[hit.end : nxt.start]
        if between:
            if between[0].sentence != reading.tokens[nxt.start].sentence:
                continue
            if sum(not token.is_filler and token.word not in ARTICLES for token in between) > GAP_TOKENS:
                continue
        yield Hit(hit.start, nxt.end, hit.doubtful or nxt.doubtful, hit.negates or nxt.negates)


FEW = 12
"""So few hits are gone through faster than searched."""
_start = attrgetter("start")


def within(found: Sequence[Hit], first: int, last: int) -> Sequence[Hit]:
    """Those of ``found``, which are in the order of the text, that begin at tokens ``first`` to ``last``."""
    if len(found) <= FEW:
        return [hit for hit in found if first <= hit.start <= last]
    begin = bisect_left(found, first, key=_start)
    return found[begin : bisect_right(found, last, begin, key=_start)]


def same_root(reading: Reading, one: Hit, other: Hit) -> bool:
    """Whether two hits overlap or rest on words of one family, so that they say one thing twice."""
    if one.start < other.end and other.start < one.end:
        return True
    if one.end - one.start > 1 or other.end - other.start > 1:
        return False
    a, b = reading.tokens[one.start].stem, reading.tokens[other.start].stem
    return a == b or (len(a) >= 5 and len(b) >= 5 and root(a) == root(b))


# ------------------------------------------------------------------------------ meeting

MAX_SENTENCES = 2
"""Sentences within which the sets of a pattern must meet (trial on 219 labels: 1, 2 and 3 do alike)."""
MAX_TOKENS = 40
"""Words within which they must meet: three spoken sentences of ordinary length."""
PAIR_TOKENS = 12
"""Two sets are met by chance more easily than three, so they must stand nearer."""
NEGATION_TOKENS = 8
"""How near a negator that belongs to a pattern must stand to another of its words."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was met: a hit for each of its parts, the share covered, whether it is doubtful."""

    hits: tuple[Hit, ...]
    share: float
    doubtful: bool

    @property
    def is_full(self) -> bool:
        """Whether enough was covered to count as said."""
        return self.share >= 1.0


def meet(reading: Reading, sets: tuple[WordSet, ...], ask: frozenset[str]) -> Match | None:
    """The best place where the sets of a group meet; None where not even one of them was said.

    ``ask`` holds the stems of the question, which earn nothing by themselves.
    """
    found = _claims(reading, [set_hits(reading, names) for names in sets])
    best: Match | None = None
    said = [at for at in range(len(found)) if found[at]]
    rarest = min(said, key=lambda at: len(found[at]), default=None)
    if rarest is None:
        return None
    for anchor in found[rarest]:
        chosen = _around(reading, found, rarest, anchor)
        share = len(chosen) / len(sets)
        if share == 1.0 and not (
            creditable(reading, tuple(chosen), ask) and creditable(reading, _carrying(reading, chosen), ask)
        ):
            share = (len(sets) - 1) / len(sets)
        doubtful = any(hit.doubtful for hit in chosen)
        if best is None or (share, not doubtful) > (best.share, not best.doubtful):
            best = Match(tuple(sorted(chosen, key=lambda hit: hit.start)), share, doubtful)
            if share * len(sets) >= len(said) and not doubtful:
                break  # no anchor can do better
    return best


def _claims(reading: Reading, found: list[tuple[Hit, ...]]) -> list[list[Hit]]:
    """Of the hits of every set those that are claims, seen together with the negators among them."""
    negating = [hit for part in found for hit in part if hit.negates]
    negated = negated_by(reading, (at for hit in negating for at in range(hit.start, hit.end)))
    doubted = reading.scopes.doubted
    return [
        [
            hit
            for hit in part
            if (hit.end - hit.start == 1 and hit.start not in doubted) or claimed(reading, hit, negated)
        ]
        for part in found
    ]


def _carrying(reading: Reading, chosen: list[Hit]) -> tuple[Hit, ...]:
    """The hits that are more than a small word: three listed terms and an "it" are a list all the same."""
    tokens = reading.tokens
    return tuple(hit for hit in chosen if hit.end - hit.start > 1 or tokens[hit.start].word not in STOPWORDS)


def may_meet(reading: Reading, sets: tuple[WordSet, ...]) -> bool:
    """Whether :func:`meet` can find a full match: words of every set stand in the text."""
    return all(set_hits(reading, names) for names in sets)


@dataclass(frozen=True, slots=True)
class Negated:
    """What a pattern that holds a negator may say: the clauses of its negators, and what these deny."""

    clauses: frozenset[int]
    negators: frozenset[int]


NOTHING_NEGATED = Negated(frozenset(), frozenset())


def negated_by(reading: Reading, tokens: Iterable[int]) -> Negated:
    """What those of ``tokens`` that are negators deny."""
    negators = frozenset(tokens).intersection(reading.scopes.negators)
    if not negators:
        return NOTHING_NEGATED
    return Negated(frozenset(reading.tokens[at].clause for at in negators), negators)


def claimed(reading: Reading, hit: Hit, negated: Negated) -> bool:
    """Whether the words of a hit are the speaker's own claim.

    A denied word counts where the pattern itself holds the negator of its clause, or the one that
    denies it from another ("you can't see where one car ends").
    """
    marks = reading.scopes
    if hit.end - hit.start == 1:
        at = hit.start
        if marks.disowned[at] or marks.reported[at]:
            return False
        if not marks.denied[at]:
            return True
        return (
            hit.negates
            or reading.tokens[at].clause in negated.clauses
            or marks.denied_by[at] in negated.negators
        )
    inside = range(hit.start, hit.end)
    if any(marks.foreign(at) for at in inside):
        return False
    if hit.negates or reading.tokens[hit.start].clause in negated.clauses:
        return True
    return not any(marks.denied[at] and marks.denied_by[at] not in negated.negators for at in inside)


def _around(reading: Reading, found: list[list[Hit]], anchored: int, anchor: Hit) -> list[Hit]:
    """``anchor`` of the set ``anchored``, and for every other set its nearest hit that says something new.

    Where the nearest of one set leaves none for another, the next nearest are tried.
    """
    others = [
        _by_distance(
            reading, within(part, anchor.start - MAX_TOKENS, anchor.start + MAX_TOKENS), anchor.start
        )
        for at, part in enumerate(found)
        if at != anchored
    ]
    chosen = [anchor]
    for reachable in others:
        nearest = next((hit for hit in reachable if _joins(reading, chosen, hit, len(found))), None)
        if nearest is not None:
            chosen.append(nearest)
    if len(chosen) < len(found) and all(others):
        return _one_of_each(reading, [part[:MAX_TRIED] for part in others], [anchor]) or chosen
    return chosen


MAX_TRIED = 5
"""Hits of one set that are tried in turn: farther ones hardly belong to the same thought."""


def _one_of_each(reading: Reading, others: list[Sequence[Hit]], chosen: list[Hit]) -> list[Hit]:
    """``chosen`` and one hit of each of ``others`` that go together; ``[]`` where none do."""
    if not others:
        return chosen
    n_sets = len(chosen) + len(others)
    for hit in others[0]:
        if _joins(reading, chosen, hit, n_sets):
            whole = _one_of_each(reading, others[1:], [*chosen, hit])
            if whole:
                return whole
    return []


def _joins(reading: Reading, chosen: list[Hit], hit: Hit, n_sets: int) -> bool:
    """Whether ``hit`` says something new and stands near enough to what was chosen."""
    is_new = not any(same_root(reading, hit, other) for other in chosen)
    return is_new and _fits(reading, [*chosen, hit], n_sets)


SET_ASIDE_DISTANCE = 8
"""A word that is set aside or only listed is passed over for one so much farther off that is claimed."""


def _by_distance(reading: Reading, part: Sequence[Hit], anchor: int) -> Sequence[Hit]:
    """``part`` with the nearest to token ``anchor`` first; of equally near ones the sure one."""
    if len(part) < 2:
        return part
    weak = reading.scopes.weak

    def distance(hit: Hit) -> tuple[int, bool]:
        return abs(hit.start - anchor) + SET_ASIDE_DISTANCE * (hit.start in weak), hit.doubtful

    return sorted(part, key=distance)


def _fits(reading: Reading, chosen: list[Hit], n_sets: int) -> bool:
    begin = min(hit.start for hit in chosen)
    end = max(hit.end for hit in chosen)
    if end - begin > (PAIR_TOKENS if n_sets == 2 else MAX_TOKENS):
        return False
    first, last = reading.tokens[begin], reading.tokens[end - 1]
    if last.sentence - first.sentence >= MAX_SENTENCES or "\n" in reading.text[first.start : last.end]:
        return False
    negating = [hit for hit in chosen if hit.negates and hit.end - hit.start == 1]
    others = [hit for hit in chosen if hit not in negating]
    return not others or all(min(abs(n.start - o.start) for o in others) <= NEGATION_TOKENS for n in negating)


def creditable(reading: Reading, chosen: tuple[Hit, ...], ask: frozenset[str]) -> bool:
    """Whether hits that meet say something: not mostly set aside or listed, nor taken from the question."""
    marks = reading.scopes
    for mark in (marks.set_aside, marks.listed):
        if sum(mark[hit.start] for hit in chosen) * 2 > len(chosen):
            return False
    return any(
        reading.tokens[at].stem not in ask and reading.tokens[at].stem not in STOPWORDS
        for hit in chosen
        for at in range(hit.start, hit.end)
    )


MIN_COVERAGE = 0.75
"""Share of a phrasing's content words that must be heard together."""


def hope(reading: Reading, wanted: Phrasing, least: float = MIN_COVERAGE) -> float:
    """The largest share that :func:`cover` can find."""
    heard = sum(
        weight for stem_, weight in zip(wanted.stems, wanted.weights, strict=True) if stem_ in reading.stems
    )
    return heard / sum(wanted.weights) / least


def cover(
    reading: Reading, wanted: Phrasing, ask: frozenset[str], least: float = MIN_COVERAGE
) -> Match | None:
    """The stretch that covers most of a phrasing's content words, in any order; None where none was said.

    ``share`` is 1.0 from ``least`` on, otherwise the part of ``least`` that was reached.
    """
    whole = sum(wanted.weights)
    window = 2 * wanted.n_words + 4
    places = _places(reading, wanted)
    best: Match | None = None
    for first in range(len(places)):
        begin = places[first][0].start
        sentence = reading.tokens[begin].sentence
        chosen: dict[int, Hit] = {}
        for k in range(first, len(places)):
            hit, at = places[k]
            if hit.end - begin > window or reading.tokens[hit.start].sentence - sentence > 1:
                break
            if at not in chosen and all(
                not (hit.start < other.end and other.start < hit.end) for other in chosen.values()
            ):
                chosen[at] = hit
        share = min(1.0, sum(wanted.weights[at] for at in chosen) / whole / least)
        if best is not None and share <= best.share:
            continue
        met = tuple(chosen.values())
        if share >= 1.0 and not (_is_statement(reading, wanted, met) and creditable(reading, met, ask)):
            share = 0.99
        best = Match(met, share, any(hit.doubtful for hit in met))
        if share >= 1.0:
            break
    return best


ALL_BUT = 1.0 - 1e-9
"""A share below this is not the whole, however its parts were added up."""
CLAIM_COVERAGE = 0.9
"""A wrong claim shares most of its words with the right one, so nearly all of it must be heard."""


def asserted(reading: Reading, wanted: Phrasing) -> Match | None:
    """Where a phrasing is claimed nearly word for word, in its own order; None where it is not.

    For opposites and pitfalls: "A is faster than B" and "B is faster than A" have the same words. Only
    what likens two things may be said in any order.
    """
    if hope(reading, wanted, CLAIM_COVERAGE) < ALL_BUT:
        return None
    if wanted.likens:
        match = cover(reading, wanted, frozenset(), CLAIM_COVERAGE)
        return match if match is not None and match.is_full else None
    least = CLAIM_COVERAGE * sum(wanted.weights)
    window = 2 * wanted.n_words + 4
    places = _places(reading, wanted)
    for first, (begin, _) in enumerate(places):
        # best[k]: the weightiest chain of words in their order that ends at place first + k
        chains: list[tuple[float, tuple[Hit, ...]]] = []
        for k in range(len(places) - first):
            hit, at = places[first + k]
            later = reading.tokens[hit.start].sentence - reading.tokens[begin.start].sentence
            if hit.end - begin.start > window or later > 1:
                break
            before = (
                chains[i]
                for i in range(k)
                if places[first + i][1] < at and places[first + i][0].end <= hit.start
            )
            weight, met = max(before, key=lambda chain: chain[0], default=(0.0, ()))
            chains.append((weight + wanted.weights[at], (*met, hit)))
            if chains[-1][0] >= least:
                found = chains[-1][1]
                if _is_statement(reading, wanted, found) and creditable(reading, found, frozenset()):
                    return Match(found, 1.0, any(other.doubtful for other in found))
    return None


def _places(reading: Reading, wanted: Phrasing) -> list[tuple[Hit, int]]:
    """Where the words of a phrasing were claimed, and which of them each is, in the order of the text."""
    negated = negated_by(reading, reading.scopes.negators) if wanted.negates else NOTHING_NEGATED
    doubted = reading.scopes.doubted
    return sorted(
        (
            (hit, at)
            for at, stem_ in enumerate(wanted.stems)
            for hit in reading.at(stem_)
            if (hit.end - hit.start == 1 and hit.start not in doubted) or claimed(reading, hit, negated)
        ),
        key=lambda place: place[0].start,
    )


def _is_statement(reading: Reading, wanted: Phrasing, met: tuple[Hit, ...]) -> bool:
    """Whether words that were met are enough, of one answer, and denied where the phrasing denies."""
    if len(met) < MIN_CONTENT_STEMS or (wanted.negates and not _negator_near(reading, met)):
        return False
    return "\n" not in reading.text[reading.tokens[met[0].start].start : reading.tokens[met[-1].start].end]


def _negator_near(reading: Reading, chosen: tuple[Hit, ...]) -> bool:
    return any(abs(at - hit.start) <= NEGATION_TOKENS for at in reading.scopes.negators for hit in chosen)
