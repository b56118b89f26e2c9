"""Vagueness: hedges, empty praise, unmeasured claims, tails, slogans and restatements.

Words for hedging alone carry almost no signal (precision 0.23, 4,499 sentences). So a sentence is weighed as
a whole: its figures and names, its words that belong to one subject, its general ones, its phrases that are
nearly always empty. What weighs as empty is flagged, a long sentence only in the clauses of its phrases.

Nothing beyond the sentence is looked at, and neither commas nor case, since recognisers leave those out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from voiceprep.checks.case import Case, Check, Example, evidence
from voiceprep.checks.seek import content, figures, n_sentences, named_anyhow, sentence
from voiceprep.checks.vague_weights import EMPTY_FROM, WEIGHTS
from voiceprep.checks.vague_words import ASKS, CLASSES, GENERAL, KINDS, MISSING
from voiceprep.hedges import Role, Spoken, hedges
from voiceprep.model import Evidence, VagueFinding
from voiceprep.numerals import WORDS as NUMBER_WORDS
from voiceprep.stems import root
from voiceprep.text import FILLERS, STOPWORDS, opens_clause, vocabulary

Span = tuple[int, int]
"""First token and the one after the last."""


class Phrase(NamedTuple):
    """A phrase that can be empty: where, of which kind, and whether it nearly always is."""

    span: Span
    kind: str
    always: bool


class Weighed(NamedTuple):
    """A sentence, what is in it by name, and the phrases in it that can be empty, in order."""

    span: Span
    features: Mapping[str, float]
    phrases: tuple[Phrase, ...]


SURE = 2.0
"""What a phrase that is nearly always empty adds to its sentence. Learned on answers from which no phrase was
taken (1.9 as written, 2.7 without marks); on others a phrase is right because it was taken from there."""
MIN_EMPTY_TOKENS = 5
"""Shorter sentences are often answers in themselves ("Data.", "Only then.")."""
MAX_WHOLE_TOKENS = 12
"""A longer sentence is flagged only in the clauses that hold its phrases."""
MIN_RESTATED_LETTERS = 5
"""Shorter words come twice by chance."""
MAX_RESTATED_GAP = 7
"""So near a word and its like must stand in one clause."""
MAX_RESTATED_BESIDE = 1
"""With more words of the subject beside it, the clause says something else."""
MAX_BARE_WORDS = 1
"""A sentence with no more words of its subject is bare."""

_CLASSES_OF = {
    word: tuple(name for name, members in CLASSES.items() if word in members)
    for word in frozenset().union(*CLASSES.values())
}
_FLAGGED_CUES = {Role.TAIL: "tail", Role.DOUBT: "hedge"}
_NAMES = ("model-names", "metrics", "devices")
_POINTING = vocabulary("it's that's they're these there's there this that it they those")
_PAST = vocabulary("was were had did went got took made came said told")


@lru_cache(maxsize=8)
def find(case: Case) -> tuple[VagueFinding, ...]:
    """Vague spans in order, none overlapping another, each with what is missing there."""
    look = _Look(case)
    found = []
    for span in look.spans():
        features = look.features(span)
        learned = score(features)
        if learned + SURE < EMPTY_FROM:  # no phrase could make it vague
            continue
        weighed = Weighed(span, features, look.phrases(span))
        if is_vague(weighed):
            found += [_finding(case, *emptiest) for emptiest in look.emptiest(weighed)]
    return tuple(found)


def weigh(case: Case) -> list[Weighed]:
    """Every sentence of the answer with what is in it; what the weights are trained on."""
    look = _Look(case)
    return [Weighed(span, look.features(span), look.phrases(span)) for span in look.spans()]


def is_vague(weighed: Weighed) -> bool:
    """Whether a sentence weighs as empty; a very short one without a phrase is often an answer in itself."""
    n_tokens = weighed.span[1] - weighed.span[0]
    if n_tokens < MIN_EMPTY_TOKENS and not weighed.phrases:
        return False
    return score(weighed.features) + SURE * any(phrase.always for phrase in weighed.phrases) >= EMPTY_FROM


def score(features: Mapping[str, float]) -> float:
    """How empty a sentence is by what is in it, phrases aside."""
    return sum(WEIGHTS.get(name, 0.0) * value for name, value in features.items())


def _finding(case: Case, span: Span, phrase: Phrase | None) -> VagueFinding:
    tokens = case.reading.tokens
    kind = phrase.kind if phrase else "empty"
    said = " ".join(token.word for token in tokens[slice(*(phrase.span if phrase else span))])
    piece = evidence(case.transcript, tokens[span[0]].start, tokens[span[1] - 1].end)
    return VagueFinding(piece, kind, why(kind, said))


def why(kind: str, said: str) -> str:
    """What would make ``said`` concrete: the anchor its own words ask for, else what its kind asks for."""
    for missing in MISSING:
        if kind in missing.kinds and missing.words.search(said):
            return missing.ask
    return ASKS[kind]


class _Look:
    """What there is to see in an answer."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._tokens = case.reading.tokens

    def spans(self) -> list[Span]:
        """Every sentence."""
        return [sentence(self._case, number) for number in range(n_sentences(self._case))]

    def emptiest(self, weighed: Weighed) -> list[tuple[Span, Phrase | None]]:
        """What to flag of an empty sentence and its surest phrase there: of a long one only some clauses."""
        begin, end = weighed.span
        if end - begin <= MAX_WHOLE_TOKENS or not weighed.phrases:
            return [(weighed.span, min(weighed.phrases, key=_rank, default=None))]
        found: list[tuple[Span, Phrase | None]] = []
        for phrase in weighed.phrases:
            first = bisect_left(self._clauses, self._clauses[phrase.span[0]])
            last = min(end, bisect_right(self._clauses, self._clauses[phrase.span[1] - 1]))
            if found and first <= found[-1][0][1]:
                span, other = found.pop()
                best = min((phrase, other or phrase), key=_rank)
                found.append(((span[0], max(last, span[1])), best))
            else:
                found.append(((first, last), phrase))
        return found

    @cached_property
    def _clauses(self) -> list[int]:
        """The clause of every token, told by words alone."""
        plain = [token.word for token in self._tokens]
        number, found = -1, []
        for at, token in enumerate(self._tokens):
            is_new = not at or token.sentence != self._tokens[at - 1].sentence or opens_clause(plain, at)
            number += is_new
            found.append(number)
        return found

    @cached_property
    def _figures(self) -> frozenset[int]:
        return frozenset(figure.place.token for figure in figures(self._case))

    @cached_property
    def _names(self) -> frozenset[int]:
        ask = self._case.compiled.ask
        return frozenset(
            here.token
            for name in _NAMES
            for here in named_anyhow(self._case, name)
            if self._tokens[here.token].stem not in ask
        )

    @cached_property
    def _general(self) -> frozenset[int]:
        """Tokens whose words belong to no subject."""
        listed = frozenset(here.token for here in named_anyhow(self._case, "general-words"))
        return listed | {at for at, token in enumerate(self._tokens) if token.word in GENERAL}

    def _specific(self, begin: int, end: int) -> list[int]:
        """Words from ``begin`` to ``end`` that belong to a subject."""
        return [at for at in content(self._case, begin, end) if at not in self._general]

    def phrases(self, span: Span) -> tuple[Phrase, ...]:
        """The phrases of a sentence that can be empty, in order."""
        tokens = self._tokens[slice(*span)]
        spoken = Spoken(tokens)
        found = [
            (spoken.tokens(*match.span()), kind.id, always)
            for kind in KINDS
            for always, pattern in ((True, kind.always), (False, kind.perhaps))
            for match in pattern.finditer(spoken.line)
        ]
        found += [
            ((hedge.begin, hedge.end), _FLAGGED_CUES[hedge.cue.role], True)
            for hedge in hedges(tokens)
            if hedge.cue.role in _FLAGGED_CUES
        ]
        found += [(stretch, "restated", True) for stretch in self._restated(span)]
        first = span[0]
        return tuple(
            Phrase((first + begin, first + end), kind, always) for (begin, end), kind, always in sorted(found)
        )

    def _restated(self, span: Span) -> list[Span]:
        """Stretches of a sentence, counted from it, that explain a word by itself."""
        asked = {root(stem) for stem in self._case.compiled.ask}
        last: dict[str, int] = {}
        found = []
        for at in range(*span):
            token = self._tokens[at]
            if len(token.word) < MIN_RESTATED_LETTERS:
                continue
            key = root(token.stem)
            before = last.get(key)
            last[key] = at
            if before is None or at - before > MAX_RESTATED_GAP or self._clauses[before] != self._clauses[at]:
                continue
            first = bisect_left(self._clauses, self._clauses[at])
            end = bisect_right(self._clauses, self._clauses[at])
            beside = self._specific(max(first, before - 3), min(end, at + 4))
            n_beside = sum(root(self._tokens[other].stem) != key for other in beside)
            is_repeated = self._tokens[before].word == token.word
            if n_beside <= MAX_RESTATED_BESIDE and (not is_repeated or key in asked):
                found.append((before - span[0], at + 1 - span[0]))
        return found

    def features(self, span: Span) -> dict[str, float]:
        """What is in a sentence, by name. Phrases are not: see :data:`SURE`."""
        begin, end = span
        tokens = self._tokens[begin:end]
        words = [token.word for token in tokens]
        specific = self._specific(begin, end)
        n_subject = sum(self._tokens[at].stem in self._case.compiled.subject for at in specific)
        n_asked = sum(token.stem in self._case.compiled.ask for token in tokens)
        found: dict[str, float] = {
            "every sentence": 1.0,
            "specific words": min(len(specific), 10) / 5,
            "no specific word": not specific,
            "one specific word": len(specific) == 1,
            "five specific words": len(specific) >= 5,
            "subject words": min(n_subject, 4) / 2,
            "no subject word": not n_subject,
            "asked words": min(n_asked, 4) / 2,
            "asked words alone": n_asked > 0 and not specific,
            "figure": any(begin <= at < end for at in self._figures),
            "number": any(word in NUMBER_WORDS or word[0].isdigit() for word in words),
            "name": any(begin <= at < end for at in self._names),
            "length": min(len(words), 30) / 15,
            "under three words": len(words) < 3,
            "under five words": len(words) < 5,
            "over twelve words": len(words) >= 12,
            "filler": not FILLERS.isdisjoint(words),
            "points": not _POINTING.isdisjoint(words[:3]),
            "past": any(word in _PAST or (word.endswith("ed") and len(word) > 4) for word in words),
        }
        for name, n_members in Counter(name for word in words for name in _CLASSES_OF.get(word, ())).items():
            found[f"{name} words"] = min(n_members, 3)
            found[f"bare {name}"] = len(specific) <= MAX_BARE_WORDS
        return found | {f"“{word}”": 1.0 for word in words if word in STOPWORDS}


def _rank(phrase: Phrase) -> tuple[bool, int]:
    """The surest phrase first, of those the longest."""
    return not phrase.always, phrase.span[0] - phrase.span[1]


def _of_kind(kind: str) -> Callable[[Case], tuple[Evidence, ...]]:
    def of_kind(case: Case) -> tuple[Evidence, ...]:
        return tuple(finding.evidence for finding in find(case) if finding.kind == kind)

    return of_kind


_AUTHORITY = "interview guides: abstract talk sounds evasive; measured: hedging words alone carry no signal"
_EXAMPLES: tuple[tuple[str, tuple[Example, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "hedge",
        (
            Example("It depends on the use case.", "It depends on the use case"),
            Example("It is a matter of taste, I guess.", "I guess"),
        ),
        (
            "It depends on the light: at night I take the thermal camera, by day the colour one.",
            "About sixty of them could be blurred.",
        ),
        ("I don't guess, I count them.",),
    ),
    (
        "tail",
        (
            Example("We filter noise, blur edges, and so on.", "and so on"),
            Example("Then you plot it or whatever.", "or whatever"),
        ),
        ("The cyclist swerves, and so on that frame the track is lost.", "We keep all that are sharp."),
        ("No other boxes, only these.",),
    ),
    (
        "empty praise",
        (
            Example("Such networks are super powerful.", "super powerful"),
            Example("It went okay.", "went okay"),
        ),
        ("Recall went from 61 to 89 percent.", "The best box is kept."),
        ("The result was useless on night frames.",),
    ),
    (
        "unmeasured",
        (
            Example("It should run as fast as possible.", "as fast as possible"),
            Example("We improved it by thirty or so.", "by thirty or so"),
        ),
        ("It runs in about thirty milliseconds.", "Roughly a third were blurred."),
        ("The loss fell by two points.",),
    ),
    (
        "slogan",
        (
            Example(
                "There's always a trade-off between the two.", "There's always a trade-off between the two"
            ),
        ),
        ("I trade two points of recall for half the latency.",),
        ("I would not trade recall for speed.",),
    ),
    (
        "unnamed",
        (Example("There are several techniques for that.", "There are several techniques for that"),),
        ("There are two ways: crop the belt or lower the frame rate.",),
        ("No technique but cropping helps on the belt.",),
    ),
    (
        "restated",
        (Example("Instance segmentation works on instances.", "Instance segmentation works on instances"),),
        ("Distillation trains a small student on the outputs of a large teacher.",),
        ("Pruning does not quantize the weights.",),
    ),
    (
        "empty",
        (
            Example(
                "The network learns from the data and then it can be used.",
                "The network learns from the data and then it can be used",
            ),
        ),
        ("You need four thousand labelled leaves and a weekend.", "Do it once more."),
        ("Shadows of the gate stay on the straw.",),
    ),
)

CHECKS: tuple[Check, ...] = tuple(
    Check(kind, ASKS[kind], _AUTHORITY, _of_kind(kind), hears, passes, denied)
    for kind, hears, passes, denied in _EXAMPLES
)
"""One declaration for every kind of vagueness."""
