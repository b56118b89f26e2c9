"""What every check is given, and how a check declares itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from voiceprep.matching import Phrasing, WordSet, phrasing, word_set
from voiceprep.model import Element, Evidence, Question, Term, Transcript
from voiceprep.reading import Lexicon, Reading, lexicon, read
from voiceprep.stems import stem
from voiceprep.text import STOPWORDS, words
from voiceprep.weighing import Vocabulary, vocabulary

Synonyms = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class ElementPattern:
    """An element ready for matching."""

    element: Element
    phrasings: tuple[Phrasing, ...]
    groups: tuple[tuple[WordSet, ...], ...]
    opposites: tuple[Phrasing, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A question ready for matching: its patterns, the stems of its wording, the words of its subject.

    ``known`` holds the words of its elements by the part they are of.
    """

    ask: frozenset[str]
    elements: tuple[ElementPattern, ...]
    pitfalls: tuple[tuple[Phrasing, ...], ...]
    subject: frozenset[str]
    lexicon: Lexicon
    known: Vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One answer under examination, equal to itself only so that what was found in it can be kept.

    ``reading`` is of ``transcript.text``, ``sets`` are the packs' word sets, ``telling`` the stems that tell
    what the question is about (:func:`voiceprep.subject.telling`).
    """

    question: Question
    compiled: Compiled
    transcript: Transcript
    reading: Reading
    sets: Mapping[str, WordSet]
    telling: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence and whether the check must fire on it; ``span`` is the text the finding must quote."""

    text: str
    span: str | None


def _nothing(_: Case) -> tuple[Evidence, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Check:
    """A check is a declaration: what it tells the speaker, on whose authority, shown by examples.

    ``find`` gives the evidence for one kind of finding, ``()`` where there is none. ``hears`` are
    sentences it must fire on, ``passes`` are near misses, ``denied`` are denials of the thing itself.
    Where nothing is found, ``attempted`` tells what was tried in vain, ``in_vain`` why it does not count.
    """

    id: str
    message: str
    authority: str
    find: Callable[[Case], tuple[Evidence, ...]]
    hears: tuple[Example, ...]
    passes: tuple[str, ...]
    denied: tuple[str, ...]
    attempted: Callable[[Case], tuple[Evidence, ...]] = _nothing
    in_vain: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """What is compiled, told by identity: to hash a glossary takes longer than many a check."""

    question: Question
    glossary: tuple[Term, ...]

    def __hash__(self) -> int:
        return hash((id(self.question), id(self.glossary)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Source) and self.question is other.question and self.glossary is other.glossary
        )


def compiled(question: Question, glossary: tuple[Term, ...]) -> Compiled:
    """``question`` compiled for matching, once for each question and glossary."""
    return _compiled(_Source(question, glossary))


# One takes up to a megabyte and 30 ms: a day's questions at hand, and a long drill does not grow.
@lru_cache(maxsize=24)
def _compiled(source: _Source) -> Compiled:
    question, glossary = source.question, source.glossary
    spelled: set[str] = set()
    for element in question.elements:
        for written in (
            *element.phrasings,
            *(name for group in element.groups for part in group for name in part),
        ):
            said = words(written)
            spelled.update(said)
            spelled.add("".join(said))
    words_known = lexicon(glossary, spelled)

    def clauses(written: tuple[str, ...]) -> tuple[Phrasing, ...]:
        return tuple(phrasing(clause, words_known) for clause in written)

    elements = tuple(
        ElementPattern(
            element,
            clauses(element.phrasings),
            tuple(tuple(word_set(part) for part in group) for group in element.groups),
            clauses(element.opposites),
        )
        for element in question.elements
    )
    # Terms count as the question's in every form: "mean average precision" is mAP.
    ask = frozenset(read(question.ask, words_known).edges) - frozenset(stem(word) for word in STOPWORDS)
    subject = {stem(word) for word in spelled if len(word) > 2 and word not in STOPWORDS}
    return Compiled(
        ask,
        elements,
        tuple(clauses(pitfall.phrasings) for pitfall in question.pitfalls),
        frozenset(subject),
        words_known,
        vocabulary(question.elements, words_known),
    )


@lru_cache(maxsize=8)
def word_sets(synonyms: Synonyms) -> Mapping[str, WordSet]:
    """The packs' sets of words by name, compiled for matching; of two of one name the first counts."""
    return MappingProxyType({name: word_set(names) for name, names in reversed(synonyms)})


def evidence(transcript: Transcript, start: int, end: int) -> Evidence:
    """The text from ``start`` to ``end`` (characters) as evidence, with its times where known."""
    at = max(0, bisect_right(transcript.words, start, key=lambda word: word.end))
    t0_s = t1_s = None
    while at < len(transcript.words) and transcript.words[at].start < end:
        word = transcript.words[at]
        t0_s = word.t0_s if t0_s is None else t0_s
        t1_s = word.t1_s if word.t1_s is not None else t1_s
        at += 1
    return Evidence(start, end, transcript.text[start:end], t0_s, t1_s)
