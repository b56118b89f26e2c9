"""Looking for things in an answer: wordings, named things, figures; all with their places.

Shared by the checks for moves and vagueness. Everything here looks only at what the speaker
claims: what is denied, withdrawn, or other people's opinion does not count unless asked for.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from voiceprep.checks.case import Case, evidence
from voiceprep.matching import NO_WORDS, set_hits
from voiceprep.model import Evidence
from voiceprep.numerals import WORDS as NUMBER_WORDS
from voiceprep.numerals import may_begin, numeral_at
from voiceprep.reading import Hit
from voiceprep.text import STOPWORDS, occurrences, vocabulary, words


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the answer: characters ``start`` to ``end``, first token, sentence."""

    start: int
    end: int
    token: int
    sentence: int


def either(*wordings: str) -> re.Pattern[str]:
    """A pattern for whole words that matches any of ``wordings`` (regular expressions over folded text)."""
    return re.compile(r"\b(?:" + "|".join(wordings) + r")\b")


def shown(case: Case, *places: Place) -> tuple[Evidence, ...]:
    """Places as evidence, in order and without repeats."""
    spans = sorted({(place.start, place.end) for place in places})
    return tuple(evidence(case.transcript, start, end) for start, end in spans)


def token_at(case: Case, offset: int) -> int:
    """The token at the character ``offset`` or the next one; past the end the number of tokens."""
    return bisect_right(case.reading.ends, offset)


def place(case: Case, start: int, end: int) -> Place:
    """The place of characters ``start`` to ``end``."""
    at = min(token_at(case, start), len(case.reading.tokens) - 1)
    return Place(start, end, at, case.reading.tokens[at].sentence)


def said(case: Case, pattern: re.Pattern[str], *, denied_too: bool = False) -> list[Place]:
    """Where ``pattern`` stands in the folded text as the speaker's own claim."""
    marks = case.reading.scopes
    found = []
    for start, end in occurrences(pattern, case.reading.folded):
        if start == end:
            continue
        here = place(case, start, end)
        first, last = here.token, min(token_at(case, end - 1), len(case.reading.tokens) - 1)
        if marks.foreign(first) or marks.foreign(last):
            continue
        if marks.listed[first] and marks.listed[last]:
            continue
        if denied_too or not (marks.denied[first] or marks.denied[last]):
            found.append(here)
    return found


def named(case: Case, name: str, *, listed_too: bool = False) -> list[Place]:
    """Where words of the set ``name`` stand as the speaker's claim; a pack without that set gives none."""
    return list(_named(case, name, listed_too=listed_too))


@lru_cache(maxsize=64)
def _named(case: Case, name: str, *, listed_too: bool) -> tuple[Place, ...]:
    marks = case.reading.scopes
    found: dict[tuple[int, int], Place] = {}
    for hit in set_hits(case.reading, case.sets.get(name, NO_WORDS)):
        if not listed_too and marks.listed[hit.start]:
            continue
        inside = range(hit.start, hit.end)
        if not any(marks.denied[at] or marks.foreign(at) or marks.set_aside[at] for at in inside):
            found[hit.start, hit.end] = _place_of(case, hit)
    return tuple(found.values())


@lru_cache(maxsize=64)
def named_anyhow(case: Case, name: str) -> tuple[Place, ...]:
    """Where words of the set ``name`` stand at all, denied and listed ones too."""
    return tuple(_place_of(case, hit) for hit in set_hits(case.reading, case.sets.get(name, NO_WORDS)))


def _place_of(case: Case, hit: Hit) -> Place:
    first, last = case.reading.tokens[hit.start], case.reading.tokens[hit.end - 1]
    return Place(first.start, last.end, hit.start, first.sentence)


def near(places: Sequence[Place], first: int, last: int) -> Sequence[Place]:
    """Those of ``places``, which are in the order of the text, at tokens ``first`` to ``last``."""
    begin = bisect_left(places, first, key=lambda here: here.token)
    return places[begin : bisect_right(places, last, key=lambda here: here.token)]


def own(case: Case, places: list[Place]) -> list[Place]:
    """Places whose words are not the question's."""
    tokens = case.reading.tokens
    return [here for here in places if tokens[here.token].stem not in case.compiled.ask]


# ------------------------------------------------------------------------------ sentences


def n_sentences(case: Case) -> int:
    """How many sentences the answer has."""
    return len(case.reading.sentences)


def sentence(case: Case, number: int) -> tuple[int, int]:
    """First token of a sentence and the one after its last."""
    begins, n_tokens = case.reading.sentences, len(case.reading.tokens)
    if number >= len(begins):
        return n_tokens, n_tokens
    return begins[number], begins[number + 1] if number + 1 < len(begins) else n_tokens


def text_of(case: Case, number: int) -> str:
    """The folded text of a sentence."""
    begin, end = sentence(case, number)
    return (
        case.reading.folded[case.reading.tokens[begin].start : case.reading.ends[end - 1]]
        if begin < end
        else ""
    )


def is_question(case: Case, number: int) -> bool:
    """Whether a sentence asks."""
    _, end = sentence(case, number)
    tokens = case.reading.tokens
    stop = tokens[end].start if end < len(tokens) else len(case.reading.folded)
    return "?" in case.reading.folded[tokens[end - 1].end : stop]


def content(case: Case, begin: int, end: int) -> list[int]:
    """The tokens from ``begin`` to ``end`` that carry meaning: no small words, none of the question."""
    carrying = _carrying(case)
    return list(carrying[bisect_left(carrying, begin) : bisect_left(carrying, end)])


@lru_cache(maxsize=8)
def _carrying(case: Case) -> tuple[int, ...]:
    ask = case.compiled.ask
    return tuple(
        at
        for at, token in enumerate(case.reading.tokens)
        if not token.is_filler and token.stem not in ask and token.word.split("'")[0] not in STOPWORDS
    )


# ------------------------------------------------------------------------------ figures

_NAME_BEFORE = re.compile(
    r"^(?:resnet|efficientnet|mobilenet|vgg|densenet|yolo|yolov|gtx|rtx|jetson|step|phase|stage|layer|class"
    r"|version|beat|level|"
    r"chapter|number|option|top|int|fp|float|l|p|c|f|b|v|q|k|type|covid|h|net|point|tesla|part)$"
)
UNIT = re.compile(
    r"^(?:people|persons|men|women|children|sheep|fish|cattle|percent|percentage|points?|ms|milliseconds?"
    r"|microseconds?|seconds?|secs?|minutes?|hours?|days?|nights?|weeks?|months?|"
    r"quarters?|years?|fps|frames?|pixels?|px|dots?|cells?|bits?|bytes?|kilobytes?|megabytes?|gigabytes?"
    r"|mega|giga|gigs?|gb|mb|kb|tb|"
    r"megapixels?|watts?|volts?|degrees?|celsius|euros?|dollars?|cents?|pounds?|times|fold|x|hertz|hz|khz"
    r"|metres?|meters?|"
    r"kilometres?|kilometers?|km|kilos?|cm|mm|centimetres?|centimeters?|millimetres?|millimeters?|map|iou"
    r"|recall|precision|accuracy|"
    r"ap|f1|k|epochs?|per|out|of|thirds?|quarters?|halves|tenths?|hundredths?)$"
)
"""A word that can follow a number as its unit."""
_NOT_COUNTED = vocabulary(
    "is was has this thus his its us as does less plus always sometimes yes across "
    "perhaps class process various ways things these those kinds sorts stages steps others options reasons "
    "questions ones main parts"
)
_BARE = frozenset({"one", "a", "zero", "1"})
_ONE_OF = vocabulary("percent point byte millisecond second minute degree watt")
"""A single one counts only with a unit: "one point", not "one box"."""
_SMALL = 3
"""Up to here a figure that the question has too may count something else."""
_METRIC_NEAR = 5
"""A bare figure still says something so close to a measure: "recall went from 61 to 89"."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that counts something: its tokens, its place and its value."""

    place: Place
    end_token: int
    value: float


@lru_cache(maxsize=8)
def figures(case: Case) -> tuple[Figure, ...]:
    """Every figure with what it counts; digits inside names ("ResNet-50") and lone numbers are none."""
    tokens = case.reading.tokens
    plain = [token.word for token in tokens]
    measured = {here.token for here in named(case, "metrics", listed_too=True)}
    found: list[Figure] = []
    at = 0
    while at < len(tokens):
        number = numeral_at(plain[at : at + 9], 0) if may_begin(plain[at]) else None
        if number is None:
            at += 1
            continue
        end = at + number.n_words
        if _counts(case, plain, (at, end), measured):
            first, last = tokens[at], tokens[min(end, len(tokens) - 1)]
            stop = last.end if end < len(tokens) and last.sentence == first.sentence else tokens[end - 1].end
            found.append(Figure(Place(first.start, stop, at, first.sentence), end, number.value))
        at = end
    return tuple(found)


@lru_cache(maxsize=256)
def _asked(ask: str) -> frozenset[float]:
    said_ = words(ask)
    found = (numeral_at(said_, at) for at in range(len(said_)) if may_begin(said_[at]))
    return frozenset(number.value for number in found if number and number.value > _SMALL)


def new_figures(case: Case) -> list[Figure]:
    """The figures that are not the question's."""
    asked = _asked(case.question.ask)
    return [figure for figure in figures(case) if figure.value not in asked]


def _counts(case: Case, plain: list[str], span: tuple[int, int], measured: set[int]) -> bool:
    """Whether the number at ``span`` counts something: a unit, several of a thing, or a measure near by."""
    at, end = span
    tokens = case.reading.tokens
    if _is_name(case, plain, at):
        return False
    following = [token for token in tokens[end : end + 4] if not token.is_filler]
    after = [token.word for token in following if token.sentence == tokens[at].sentence]
    if plain[at] in _BARE and end - at == 1:
        return bool(after) and after[0] in _ONE_OF
    if after and after[0] == "or":  # "thirty or so"
        return False
    if _unit_follows(after):
        return True
    nearby = range(max(0, at - _METRIC_NEAR), min(end + _METRIC_NEAR, len(tokens)))
    return any(i in measured and tokens[i].sentence == tokens[at].sentence for i in nearby)


def _is_name(case: Case, plain: list[str], at: int) -> bool:
    """Whether digits belong to a name: "ResNet-50", "step two"."""
    if not at:
        return False
    tokens = case.reading.tokens
    is_joined = case.reading.text[tokens[at - 1].end : tokens[at].start] == "-"
    return bool(_NAME_BEFORE.match(plain[at - 1])) or (is_joined and plain[at - 1] not in NUMBER_WORDS)


def _unit_follows(after: list[str]) -> bool:
    if len(after) > 1 and after[0] in {"by", "to", "x"} and may_begin(after[1]):
        return True
    for i, word in enumerate(after[:3]):
        if UNIT.match(word) and not (word in {"of", "out", "per"} and i):
            return True
        if word in STOPWORDS or word in NUMBER_WORDS:
            return False
        if word.endswith("s") and not word.endswith("ss") and len(word) > 3 and word not in _NOT_COUNTED:
            return True
    return False


CLAUSE_TOKENS = 12
"""As much of a sentence as is quoted for what begins in it."""


def clause_round(case: Case, here: Place) -> Place:
    """What ``here`` begins, to the end of its sentence or as far as one breath goes."""
    tokens = case.reading.tokens
    last = min(len(tokens), here.token + CLAUSE_TOKENS)
    while last > here.token + 1 and tokens[last - 1].sentence != here.sentence:
        last -= 1
    return Place(here.start, tokens[last - 1].end, here.token, here.sentence)


_REBUFFED = re.compile(
    r"\b(?:but|and|yet|though|nah|no),? (?:i|we|that|it)(?:'ve|'d|'s| have| would| is| was)?"
    r" (?:haven't|never|don't|didn't|wouldn't|not|nonsense|hasn't|isn't|disagree)\b|\bno difference\b"
    r"|\boutdated\b|\bnot any ?more\b"
)
"""A claim heard and not shared: "that it costs sharpness, but I haven't seen that"."""
_HEARSAY = re.compile(
    r"\b(?:say|says|said|claim|claims|claimed|telling me|tells|told|argue|think|thinks|heard|believe)\b"
)


def not_shared(case: Case, number: int) -> bool:
    """Whether a sentence reports a claim and turns it down in the same breath."""
    wording = text_of(case, number)
    return bool(_HEARSAY.search(wording) and _REBUFFED.search(wording))
