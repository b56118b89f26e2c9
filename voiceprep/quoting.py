"""What of an answer is worth quoting back: a few words in a row that mean something by themselves.

Evidence is what a finding rests on, and may be a bare "then the" or two words far apart. Who is praised for
"Then the detection" learns nothing; the clause round it, or nothing, is better.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from voiceprep.model import Element, Evidence, Question, Quote
from voiceprep.stems import stem
from voiceprep.text import FILLERS, STOPWORDS, Token, vocabulary, words

MAX_QUOTE_WORDS = 12
"""A longer quotation is hard to follow by ear."""
MIN_QUOTE_WORDS = 3
MIN_QUOTE_LETTERS = 12
"""A shorter one is seldom a statement."""
ENOUGH = 0.5
"""What tells so much is quoted as it was heard."""
LITTLE = 0.2
"""What its words and those round it must tell at least."""
MIN_TERM_LETTERS = 5
"""Shorter words are seldom terms worth asking about."""
MIN_TERM_WORTH = 0.4
"""What tells less is a word like any other, not a term to be asked about."""
MAX_CUT_OFF = 3
"""Of a clause that a quotation would break off so early, nothing is quoted."""

_LEADING = FILLERS | vocabulary("and so but or then also well okay yes like")
_TRAILING = STOPWORDS - vocabulary("it them that this off out up down not")

Tells = Callable[[Token], float]
"""How much a word tells, 0.0 for small and general ones."""


def quote(text: str, tokens: Sequence[Token], pieces: Iterable[Evidence], tells: Tells) -> Quote | None:
    """The most telling words in a row of ``pieces`` or round them; None where none tell anything.

    A piece of few words that is a statement is taken as it is, otherwise whole clauses that it touches,
    and a part of a clause only where none is short enough.
    """
    best: Quote | None = None
    for piece in pieces:
        span = (
            bisect_right(tokens, piece.start, key=lambda token: token.end),
            bisect_left(tokens, piece.end, key=lambda token: token.start),
        )
        if span[0] >= span[1]:
            continue
        for least, places in ((ENOUGH, _itself), (LITTLE, _clauses), (LITTLE, _windows)):
            found = [one for place in places(tokens, span) if (one := _quote(text, tokens, place, tells))]
            here = max(found, key=lambda one: (one.worth, -len(one.text)), default=None)
            if here is not None and here.worth >= least:
                best = here if best is None or here.worth > best.worth else best
                break
    return best


def _quote(text: str, tokens: Sequence[Token], place: tuple[int, int], tells: Tells) -> Quote | None:
    """The words from one token to another, if they are few and a statement that tells something."""
    begin, end = _trimmed(tokens, *_whole(tokens, *place))
    if not MIN_QUOTE_WORDS <= end - begin <= MAX_QUOTE_WORDS:
        return None
    said = " ".join(text[tokens[begin].start : tokens[end - 1].end].split())
    worth = round(_worth(tokens[begin:end], tells), 6)
    return Quote(said, worth) if len(said) >= MIN_QUOTE_LETTERS else None


def _whole(tokens: Sequence[Token], begin: int, end: int) -> tuple[int, int]:
    """With the figure before a unit, and without the first few words of a clause that is cut off."""
    while begin and tokens[begin - 1].stem[0].isdigit() and tokens[begin - 1].clause == tokens[begin].clause:
        begin -= 1
    cut = end
    while cut > begin and cut < len(tokens) and tokens[cut].clause == tokens[cut - 1].clause:
        cut -= 1
    return (begin, cut) if end - cut <= MAX_CUT_OFF and cut - begin >= MIN_QUOTE_WORDS else (begin, end)


def _itself(_: Sequence[Token], span: tuple[int, int]) -> list[tuple[int, int]]:
    return [span]


def _clauses(tokens: Sequence[Token], span: tuple[int, int]) -> list[tuple[int, int]]:
    """Every run of whole clauses that lies in the sentences of ``span`` and touches it."""
    begin, end = _sentences(tokens, span)
    longest = 2 * MAX_QUOTE_WORDS
    edges = [
        at
        for at in range(max(begin, span[0] - longest), min(end, span[1] + longest) + 1)
        if at in (begin, end) or tokens[at].clause != tokens[at - 1].clause
    ]
    return [
        (first, last)
        for first in edges
        for last in edges
        if first < last <= first + longest and first < span[1] and last > span[0]
    ]


def _windows(tokens: Sequence[Token], span: tuple[int, int]) -> list[tuple[int, int]]:
    """Every so many words in a row that lie in the sentences of ``span`` and touch it."""
    begin, end = _sentences(tokens, span)
    return [
        (at, min(at + MAX_QUOTE_WORDS, end))
        for at in range(max(begin, span[0] - MAX_QUOTE_WORDS + 1), min(span[1], end))
    ]


def _sentences(tokens: Sequence[Token], span: tuple[int, int]) -> tuple[int, int]:
    """The sentences that the tokens of ``span`` stand in."""
    begin, end = span
    while begin and tokens[begin - 1].sentence == tokens[span[0]].sentence:
        begin -= 1
    while end < len(tokens) and tokens[end].sentence == tokens[span[1] - 1].sentence:
        end += 1
    return begin, end


def _worth(tokens: Sequence[Token], tells: Tells) -> float:
    """What words tell together, each counted once."""
    return sum({token.stem: tells(token) for token in tokens}.values())


def _trimmed(tokens: Sequence[Token], begin: int, end: int) -> tuple[int, int]:
    """Without words that only lead over to the rest, or lead on to what is cut off."""
    while begin < end and (tokens[begin].is_filler or tokens[begin].word in _LEADING):
        begin += 1
    while begin < end < len(tokens) and _leads_on(tokens[end - 1], tokens[end]):
        end -= 1
    return begin, end


def _leads_on(last: Token, following: Token) -> bool:
    """Whether a quotation that ends on ``last`` breaks off what it begins to say."""
    is_small = last.is_filler or last.word in _TRAILING or last.word.endswith("n't")
    return is_small and (last.clause == following.clause or last.word not in STOPWORDS)


def term(text: str, tokens: Sequence[Token], asked: tuple[Question, Element], tells: Tells) -> Quote | None:
    """A term of one element alone that was named, in the speaker's word; None where none was."""
    question, element = asked
    # "Friday" and "apart" are words of phrasings too; what an element needs is told in terms.
    elsewhere = {
        word
        for other in question.elements
        if other is not element
        for word in _terms(other.need, *other.phrasings)
    }
    wanted = _terms(element.need) - elsewhere - {stem(word) for word in words(question.ask)}
    named = [(tells(token), -token.start, token) for token in tokens if token.stem in wanted]
    worth, _, best = max(named, default=(0.0, 0, None))
    if best is None or worth < MIN_TERM_WORTH:
        return None
    return Quote(text[best.start : best.end], worth)


def _terms(*texts: str) -> set[str]:
    """Stems of the words that may be terms."""
    return {
        stem(word)
        for written in texts
        for word in words(written)
        if len(word) >= MIN_TERM_LETTERS and word not in STOPWORDS
    }
