"""An answer against a reference answer: which of its statements were made, and what a grader would give.

For cards of one's own, which hold a question and its answer and nothing else. The reference is cut into
statements, each weighed by how much its words tell; the answer earns what it covers of them. The question's
own words earn nothing, nor does a statement that is denied, withdrawn or somebody else's opinion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import hypot

from rapidfuzz import fuzz

from voiceprep.errors import UsageError
from voiceprep.matching import is_negator
from voiceprep.model import ElementFinding, Evidence, Status
from voiceprep.reading import FUZZY_DOUBTFUL
from voiceprep.scope import scopes
from voiceprep.stems import stem
from voiceprep.text import FUNCTION_WORDS, Token, clause_spans, tokenise

SAID_SHARE = 0.5
"""Share of a statement's weight that must be heard for it to count as said."""

DENIED_SHARE = 0.5
"""A statement is denied where so much of its weight is; a lone denied word may be another statement's."""

CONCAVITY = 1 / 3
"""Graders give the first half of an answer more than the second: each part counts to this power.

The three parts count alike. Nothing is fitted: weights fitted on other questions come out no better.
"""

MISSPELLED = 0.9
"""What a word counts that is not quite the one wanted."""
MIN_MISSPELLED_LETTERS = 6
"""Shorter words must be the same: one letter makes another word of them."""
LETTERS = 4
"""Length of the groups of letters that are compared (3 and 5 do alike)."""
SUBJECT_FLOOR = 0.1
"""Likeness that two texts without a common subject have by chance (most of them less)."""
MIN_LEFT_WORDS = 3
"""Fewer words that are left of an answer, the others denied or taken back, do not count by themselves."""
UNKNOWN_INFORMATION = 1.0
"""A word too rare for the table tells most."""

N_PLACES = 15
"""Numbers in a place; fewer blur the subjects, more tell subjects apart that graders hold for one."""
SCALE = 45
ZERO = 79
"""Each number of a place, from -1.0 to 1.0, is written as one printable character."""


@dataclass(frozen=True, slots=True)
class WordTable:
    """What is known of stems: how much each tells (above 0.0, to 1.0), and its place among subjects.

    A place is a direction of N_PLACES numbers, ASCII codes about ZERO; words that stand with the same
    neighbours lie the same way.
    """

    information: Mapping[str, float]
    places: Mapping[str, bytes]


NO_WORDS = WordTable({}, {})
"""Knows nothing: every word tells alike and no subject is near."""


def word_table(written: str) -> WordTable:
    """The table of a text with a word a line: the stem, its information in per cent, its place.

    Lines that begin with # and a space are remarks.
    """
    information: dict[str, float] = {}
    places: dict[str, bytes] = {}
    for line in written.splitlines():
        if not line.startswith("# "):
            word, percent, place = line.split("\t")
            information[word] = int(percent) / 100
            places[word] = place.encode("ascii")
    return WordTable(information, places)


# ------------------------------------------------------------------------------ the reference


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a reference: its text, its stems with what they tell, and whether it denies."""

    text: str
    weights: Mapping[str, float]
    denies: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference answer ready for scoring: its statements, its groups of letters, its subject.

    ``ask`` holds the stems of the question, which earn nothing.
    """

    statements: tuple[Statement, ...]
    letters: frozenset[str]
    subject: tuple[float, ...]
    ask: frozenset[str]


def reference(written: str, question: str, table: WordTable) -> Reference:
    """The statements of a reference answer: its clauses, as far as they say more than the question.

    A reference that says nothing beyond the question is taken as it is. Raises UsageError where it
    holds no words.
    """
    tokens = tokenise(written)
    marks = scopes(written, tokens)
    claimed = [at for at in range(len(tokens)) if not marks.foreign(at)]
    telling = [at for at in claimed if _tells(tokens[at])]
    ask = frozenset(token.stem for token in tokenise(question) if _tells(token))
    used = [at for at in telling if not _is_asked(tokens[at].stem, ask)]
    if not used:
        used, ask = telling or claimed or list(range(len(tokens))), frozenset()
    if not used:
        raise UsageError("the reference holds no words; give the answer that is to be reached")
    statements = []
    spans = clause_spans(tokens)
    for clause in dict.fromkeys(tokens[at].clause for at in used):
        begin, end = spans[clause]
        weights = {
            tokens[at].stem: table.information.get(tokens[at].stem, UNKNOWN_INFORMATION)
            for at in used
            if begin <= at < end
        }
        denies = any(marks.denied[at] or _denies(tokens[at].word) for at in range(begin, end))
        statements.append(Statement(written[tokens[begin].start : tokens[end - 1].end], weights, denies))
    return Reference(
        tuple(statements),
        _letters(tokens[at].word for at in used),
        _subject({tokens[at].stem for at in used}, table),
        ask,
    )


def _tells(token: Token) -> bool:
    if token.is_filler or is_negator(token.word):
        return False
    return token.word.split("'")[0] not in FUNCTION_WORDS  # "that's" tells no more than "that"


_NEGATIVE = re.compile(r"(?:un(?!i|der)|non|in(?=correct|valid|complete)|im(?=poss))[a-z]{4,}")
"""Words that deny by their beginning: "unlimited" is said as "no limit"."""


def _denies(word: str) -> bool:
    return is_negator(word) or _NEGATIVE.match(word) is not None


def _is_asked(stem_: str, ask: frozenset[str]) -> bool:
    return stem_ in ask or any(_likeness(stem_, asked) for asked in ask if asked[0] == stem_[0])


@lru_cache(maxsize=65_536)
def _likeness(one: str, other: str) -> float:
    """How far two stems that begin with the same letter are one word, 0.0 to 1.0."""
    if one == other:
        return 1.0
    if max(len(one), len(other)) < MIN_MISSPELLED_LETTERS or not (one.isalpha() and other.isalpha()):
        return 0.0
    return MISSPELLED if fuzz.ratio(one, other, score_cutoff=FUZZY_DOUBTFUL) else 0.0


def _letters(words_: Iterable[str]) -> frozenset[str]:
    """All groups of LETTERS letters that stand together in a word; a shorter word is its own group."""
    return frozenset(
        word[at : at + LETTERS] for word in set(words_) for at in range(max(1, len(word) - LETTERS + 1))
    )


def _subject(stems: Iterable[str], table: WordTable) -> tuple[float, ...]:
    """The place of a text: that of its words together, each by what it tells; zeros where none is known."""
    total = [0.0] * N_PLACES
    for stem_ in sorted(stems):  # so that the sum hangs on no order
        if stem_ in table.places:
            tells = table.information[stem_]
            total = [
                sum_ + tells * (code - ZERO) for sum_, code in zip(total, table.places[stem_], strict=True)
            ]
    length = hypot(*total)
    return tuple(part / length for part in total) if length else tuple(total)


# ------------------------------------------------------------------------------ the answer


@dataclass(frozen=True, slots=True)
class Parts:
    """What a score is made of, each 0.0 to 1.0.

    The statements covered, the letters in common, the nearness of subject.
    """

    statements: float
    letters: float
    subject: float


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer against a reference: the score, its parts, and a finding for each statement."""

    score: float
    parts: Parts
    elements: tuple[ElementFinding, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer ready for scoring: where each of its stems stands, by first letter, and what is denied.

    ``counted`` are the words that count for letters and subject.
    """

    text: str
    tokens: tuple[Token, ...]
    denied: tuple[bool, ...]
    places: Mapping[str, Mapping[str, int]]
    counted: tuple[Token, ...]


def score(against: Reference, text: str, table: WordTable) -> Scored:
    """How much of a reference ``text`` says; offsets are into ``text``, and a text without words scores 0."""
    answer = _answer(against, text)
    found = [_covered(statement, answer) for statement in against.statements]
    tells = [sum(statement.weights.values()) for statement in against.statements]
    covered = sum(share * part for (share, _), part in zip(found, tells, strict=True)) / sum(tells)
    subject = _subject({token.stem for token in answer.counted}, table)
    near = sum(one * other for one, other in zip(against.subject, subject, strict=True))
    letters = _letters(token.word for token in answer.counted)
    parts = Parts(
        covered,
        len(letters & against.letters) / len(against.letters),
        max(0.0, (max(near, covered) - SUBJECT_FLOOR) / (1 - SUBJECT_FLOOR)),
    )
    values = (parts.statements, parts.letters, parts.subject)
    total = sum(min(1.0, value) ** CONCAVITY for value in values) / len(values)
    elements = tuple(
        ElementFinding(
            str(number),
            statement.text,
            Status.SAID if share >= SAID_SHARE else Status.MISSING,
            round(share, 2),
            _shown(answer, hits) if share >= SAID_SHARE else (),
        )
        for number, (statement, (share, hits)) in enumerate(zip(against.statements, found, strict=True), 1)
    )
    return Scored(round(min(1.0, total), 4), parts, elements)


def _answer(against: Reference, text: str) -> _Answer:
    tokens = tokenise(text)
    marks = scopes(text, tokens)
    wanted = frozenset(stem_ for statement in against.statements for stem_ in statement.weights)
    telling = [
        at
        for at, token in enumerate(tokens)
        if (_tells(token) or token.stem in wanted) and not _is_asked(token.stem, against.ask)
    ]
    own = [at for at in telling if not marks.foreign(at)]
    places: dict[str, dict[str, int]] = {}

    def put(stem_: str, at: int) -> None:
        known = places.setdefault(stem_[0], {})
        if stem_ not in known or (marks.denied[known[stem_]] and not marks.denied[at]):
            known[stem_] = at

    for at in own:
        put(tokens[at].stem, at)
    for at, after in pairwise(own):
        # "sub problem" says "subproblem", also with an "um" between
        is_next = all(token.is_filler for token in tokens[at + 1 : after])
        if is_next and (joined := stem(tokens[at].word + tokens[after].word)) in wanted:
            put(joined, at)
    may_deny = any(statement.denies for statement in against.statements)
    counted = tuple(tokens[at] for at in own if may_deny or not marks.denied[at])
    if len(counted) < min(len(telling), MIN_LEFT_WORDS):
        counted = ()
    return _Answer(text, tokens, marks.denied, places, counted)


def _covered(statement: Statement, answer: _Answer) -> tuple[float, list[int]]:
    """The share of a statement that an answer covers, and the tokens that do; nothing where it is denied."""
    whole = sum(statement.weights.values())
    heard = denied = 0.0
    hits = []
    for stem_, tells in statement.weights.items():
        likeness, at = _nearest(stem_, answer)
        if likeness:
            hits.append(at)
            heard += tells * likeness
            denied += tells * likeness * answer.denied[at]
    if not statement.denies and denied and denied >= DENIED_SHARE * whole:
        return 0.0, []
    return heard / whole, hits


def _nearest(stem_: str, answer: _Answer) -> tuple[float, int]:
    """How near the answer comes to one stem, and with which token; (0.0, -1) where there is none."""
    known = answer.places.get(stem_[0], {})
    if stem_ in known:
        return 1.0, known[stem_]
    return max(
        ((likeness, at) for other, at in known.items() if (likeness := _likeness(stem_, other))),
        key=lambda found: found[0],
        default=(0.0, -1),
    )


def _shown(answer: _Answer, hits: list[int]) -> tuple[Evidence, ...]:
    """The words of a statement, one piece of evidence for each sentence they stand in."""
    pieces: dict[int, tuple[int, int]] = {}
    for at in sorted(hits):
        token = answer.tokens[at]
        begin, _ = pieces.get(token.sentence, (token.start, 0))
        pieces[token.sentence] = (begin, token.end)
    return tuple(Evidence(begin, end, answer.text[begin:end]) for begin, end in pieces.values())
