"""Vagueness: hedges, empty praise, unmeasured claims, tails, slogans and restatements.

Words for hedging alone carry almost no signal (precision 0.23, 4,499 sentences). So only what is empty in
nearly every sentence is flagged as it stands; the rest only where its surroundings give it no meaning: no
figure, no named technique, no cause, no condition, and hardly a word that belongs to one subject.

Commas and case are never looked at, since recognisers leave them out; and nothing beyond the sentence is.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cached_property, lru_cache

from voiceprep.checks.case import Case, Check, Example, evidence
from voiceprep.checks.seek import content, figures, n_sentences, named_anyhow, sentence
from voiceprep.checks.vague_words import ASKS, GENERAL, KINDS, MISSING, RESTATED, TRIGGER
from voiceprep.hedges import Role, Spoken, hedges
from voiceprep.model import Evidence, VagueFinding
from voiceprep.stems import root
from voiceprep.text import opens_clause

Span = tuple[int, int]
"""First token and the one after the last."""

MIN_RESTATED_LETTERS = 5
"""Shorter words come twice by chance."""
MAX_RESTATED_GAP = 7
"""So near a word and its like must stand in one clause."""
MIN_SPECIFIC_WORDS = 4
"""So many words of one subject beside a span give it a meaning (labelled answers: of weak spans beside
fewer 84 % are vague, beside more 20 %)."""
MIN_LINKED_WORDS = 4
"""So many words of content with a cause or a condition among them say something."""
MIN_EMPTY_TOKENS = 6
"""Shorter sentences are often answers in themselves ("Data.", "Only then.")."""
MIN_GENERAL_WORDS = 2
"""A sentence with fewer only leads over to the next ("So, which do I want?")."""

_CAUSE_OR_CASE = frozenset("because since if when unless until whenever versus than due instead".split())
_SUPPOSING = frozenset("if when whether which what how where why whenever unless until who".split())
_NAMES = ("model-names", "metrics", "devices")


@lru_cache(maxsize=8)
def find(case: Case) -> tuple[VagueFinding, ...]:
    """Vague spans in order, none overlapping another, each with what is missing there."""
    about = _Surroundings(case)
    found = [*_worded(case, about), *_hedged(case, about)]
    found += [(span, "restated") for span in restated(case, about)]
    taken = [span for span, _ in found]
    # A phrase flagged for itself says better what is vague than its whole sentence.
    found += [
        (span, "empty")
        for span in empty(case, about)
        if not any(other[0] < span[1] and span[0] < other[1] for other in taken)
    ]
    found.sort(key=lambda one: (one[0][0], -one[0][1]))
    apart: list[tuple[Span, str]] = []
    for span, kind in found:
        if not apart or span[0] >= apart[-1][0][1]:
            apart.append((span, kind))
    return tuple(_finding(case, span, kind) for span, kind in apart)


def _finding(case: Case, span: Span, kind: str) -> VagueFinding:
    tokens = case.reading.tokens
    said = " ".join(token.word for token in tokens[slice(*span)])
    piece = evidence(case.transcript, tokens[span[0]].start, tokens[span[1] - 1].end)
    return VagueFinding(piece, kind, why(kind, said))


def why(kind: str, said: str) -> str:
    """What would make ``said`` concrete: the anchor its own words ask for, else what its kind asks for."""
    if kind != "restated":
        for missing in MISSING:
            if missing.words.search(said) and kind in missing.kinds:
                return missing.ask
    return ASKS[kind]


def _worded(case: Case, about: _Surroundings) -> list[tuple[Span, str]]:
    spoken = Spoken(case.reading.tokens)
    found = []
    for kind in KINDS:
        for match in kind.always.finditer(spoken.line):
            found.append((spoken.tokens(*match.span()), kind.id))
        for match in kind.unless_concrete.finditer(spoken.line):
            span = spoken.tokens(*match.span())
            if not about.are_supposed(span) and not about.are_concrete(span):
                found.append((span, kind.id))
    return found


_DOUBTS = frozenset({"i guess", "not sure"})
"""Doubt that is flagged wherever nothing concrete stands beside it; "I think" and "maybe" need company."""


def _hedged(case: Case, about: _Surroundings) -> list[tuple[Span, str]]:
    found = []
    for hedge in hedges(case.reading.tokens):
        span = hedge.begin, hedge.end
        if hedge.cue.role is Role.TAIL:
            found.append((span, "tail"))
        elif hedge.cue.id in _DOUBTS and not about.are_concrete(span):
            found.append((span, "hedge"))
    return found


class _Surroundings:
    """What stands round a span of an answer, and whether that gives it a meaning."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._tokens = case.reading.tokens

    @cached_property
    def _clauses(self) -> list[int]:
        """The clause of every token, told by words alone."""
        plain = [token.word for token in self._tokens]
        number, found = -1, []
        for at, token in enumerate(self._tokens):
            new = not at or token.sentence != self._tokens[at - 1].sentence or opens_clause(plain, at)
            number += new
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
    def listed(self) -> frozenset[int]:
        """Tokens that the pack calls general."""
        return frozenset(here.token for here in named_anyhow(self._case, "general-words"))

    @cached_property
    def general(self) -> frozenset[int]:
        """Tokens whose words belong to no subject."""
        mine = (at for at, token in enumerate(self._tokens) if token.word in GENERAL)
        return frozenset(mine) | self.listed

    def clause(self, span: Span) -> Span:
        """From the clause in which the span begins to the one in which it ends."""
        first, last = self._clauses[span[0]], self._clauses[span[1] - 1]
        return bisect_left(self._clauses, first), bisect_right(self._clauses, last)

    def are_supposed(self, span: Span) -> bool:
        """Whether the words stand in a clause that asks or supposes: "which one is better", "if it is slow"."""
        first = self._tokens[self.clause(span)[0]].word
        return first in _SUPPOSING and first != self._tokens[span[0]].word

    def has_figure(self, span: Span) -> bool:
        """Whether the sentences of a span hold a figure outside it."""
        begin = sentence(self._case, self._tokens[span[0]].sentence)[0]
        end = sentence(self._case, self._tokens[span[1] - 1].sentence)[1]
        return any(begin <= at < end and not span[0] <= at < span[1] for at in self._figures)

    def specific(self, begin: int, end: int) -> list[int]:
        """Words from ``begin`` to ``end`` that belong to a subject."""
        return [at for at in content(self._case, begin, end) if at not in self.general]

    def are_concrete(self, span: Span) -> bool:
        """Whether figure, named technique, cause, condition or words of a subject give a span a meaning."""
        if self.has_figure(span):
            return True
        begin, end = self.clause(span)
        if any(begin <= at < end and not span[0] <= at < span[1] for at in self._names):
            return True
        beside = [at for at in self.specific(begin, end) if not span[0] <= at < span[1]]
        if len(beside) >= MIN_SPECIFIC_WORDS:
            return True
        last = min(end + 1, len(self._tokens))  # the word that opens the next clause may be the link
        if _CAUSE_OR_CASE.isdisjoint(self._tokens[at].word for at in range(begin, last)):
            return False
        return (
            len([at for at in content(self._case, begin, end) if not span[0] <= at < span[1]]) >= MIN_LINKED_WORDS
        )


def restated(case: Case, about: _Surroundings) -> list[Span]:
    """Stretches that explain a word by itself: "instance works on instances"."""
    tokens = case.reading.tokens
    long = [at for at, token in enumerate(tokens) if len(token.word) >= MIN_RESTATED_LETTERS]
    asked = {root(stem) for stem in case.compiled.ask}
    found = []
    for one, other in zip(long, long[1:], strict=False):
        pass
    last: dict[str, int] = {}
    for at in long:
        key = root(tokens[at].stem)
        before = last.get(key)
        last[key] = at
        if before is None or at - before > MAX_RESTATED_GAP or about.clause((before, before+1)) != about.clause((at, at+1)):
            continue
        begin, end = about.clause((before, at + 1))
        nearby = about.specific(max(begin, before - 3), min(end, at + 4))
        others = [i for i in nearby if root(tokens[i].stem) != key]
        if len(others) <= 1 and (tokens[before].word != tokens[at].word or key in asked) and not about.has_figure((before, at + 1)):
            found.append((before, at + 1))
    return found


def empty(case: Case, about: _Surroundings) -> list[Span]:
    """Sentences in which every word of content is a general one or the question's."""
    tokens = case.reading.tokens
    found = []
    for number in range(n_sentences(case)):
        begin, end = sentence(case, number)
        inside = [at for at in range(begin, end) if not tokens[at].is_filler]
        if len(inside) < MIN_EMPTY_TOKENS or about.has_figure((begin, begin + 1)):
            continue
        carried = content(case, begin, end)
        if len(carried) < MIN_GENERAL_WORDS or not all(at in about.general for at in carried):
            continue
        words = " ".join(tokens[at].word for at in carried)
        if all(at in about.listed for at in carried) or TRIGGER.search(words):
            found.append((inside[0], inside[-1] + 1))
    return found


def content_or_asked(case: Case, begin: int, end: int) -> list[int]:
    """The tokens that carry meaning, the question's among them."""
    asked = [at for at in range(begin, end) if case.reading.tokens[at].stem in case.compiled.ask]
    return sorted({*content(case, begin, end), *asked})


def _marked(case: Case, at: int) -> bool:
    return opens_clause([token.word for token in case.reading.tokens[:at + 2]], at)


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
        (Example("Distillation distils the knowledge.", "Distillation distils"),),
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
        ("You need four thousand labelled leaves and a weekend.", "Do it once more then."),
        ("Shadows of the gate stay on the straw.",),
    ),
)

CHECKS: tuple[Check, ...] = tuple(
    Check(kind, ASKS[kind], _AUTHORITY, _of_kind(kind), hears, passes, denied)
    for kind, hears, passes, denied in _EXAMPLES
)
"""One declaration for every kind of vagueness."""
