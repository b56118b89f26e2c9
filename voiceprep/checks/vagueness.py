"""Vagueness: hedges, empty praise, unmeasured claims, tails, slogans and restatements.

Words for hedging alone carry almost no signal (precision 0.23, 4,499 sentences). So only what is empty in
nearly every sentence is flagged as it stands; the rest only where its clause holds no figure, no named
technique, no cause and no condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from voiceprep.checks.case import Case, Check, Example, evidence
from voiceprep.checks.seek import (
    Place,
    content,
    figures,
    n_sentences,
    named,
    named_anyhow,
    said,
    sentence,
    token_at,
)
from voiceprep.checks.vague_words import KINDS, VagueKind
from voiceprep.model import Evidence, VagueFinding
from voiceprep.stems import root

_RESTATED_WHY = "That repeats its own name. What does it actually do?"
_RESTATED_TOKENS = 9
"""A clause longer than this that holds a word twice mostly says something beside."""

_CAUSE_OR_CASE = re.compile(
    r"\b(?:because|since|so that|which means|if|when|unless|until|whenever|due to|versus|than|instead of)\b"
)


def find(case: Case) -> tuple[VagueFinding, ...]:
    """Vague spans in order, none overlapping another."""
    found = [
        VagueFinding(evidence(case.transcript, here.start, here.end), kind.id, kind.why)
        for kind in KINDS
        for here in _hollow(case, kind)
        if not _committed(case, here)
    ]
    found += [VagueFinding(piece, "restated", _RESTATED_WHY) for piece in restated(case)]
    for piece in empty(case):
        # A phrase flagged for itself says better what is vague than its whole sentence.
        if not any(other.evidence.start < piece.end and piece.start < other.evidence.end for other in found):
            found.append(VagueFinding(piece, "empty", _EMPTY_WHY))
    found.sort(key=lambda finding: (finding.evidence.start, -finding.evidence.end))
    apart: list[VagueFinding] = []
    for finding in found:
        if not apart or finding.evidence.start >= apart[-1].evidence.end:
            apart.append(finding)
    return tuple(apart)


def _hollow(case: Case, kind: VagueKind) -> list[Place]:
    """Where the words of a kind stand, those that may have a meaning only where nothing gives them one."""
    maybe = said(case, kind.unless_concrete, denied_too=True)
    always = said(case, kind.always, denied_too=True)
    return [*always, *(here for here in maybe if not _is_concrete(case, here))]


_COMMITMENT = re.compile(
    r"\b(?:so (?:i|we)(?:'d|'ll| would)?|i(?:'d| would|'ll)? (?:take|pick|choose|go with|use|open)|then (?:i"
    r"|we|it's)|will do|we (?:take|use))\b"
)


def _committed(case: Case, here: Place) -> bool:
    """Whether "it depends" has a commitment after it: that is good engineering."""
    wording = case.reading.folded[here.start : here.end]
    if "depend" not in wording:
        return False
    after = case.reading.folded[here.end : here.end + 160]
    return (
        bool(_COMMITMENT.search(after))
        and len(content(case, token_at(case, here.end), token_at(case, here.end) + 24)) >= 6
    )


def _is_concrete(case: Case, here: Place) -> bool:
    """Whether the clause round a span holds a figure, a named technique, a cause or a condition."""
    tokens = case.reading.tokens
    clause = tokens[here.token].clause
    begin = here.token
    while begin and tokens[begin - 1].clause == clause:
        begin -= 1
    end = token_at(case, max(here.start, here.end - 1)) + 1
    while end < len(tokens) and tokens[end].clause == tokens[end - 1].clause:
        end += 1
    inside = range(token_at(case, here.start), token_at(case, max(here.start, here.end - 1)) + 1)
    for figure in figures(case):
        if begin <= figure.place.token < end and figure.place.token not in inside:
            return True
    for name in ("model-names", "metrics", "devices"):
        for other in named(case, name, listed_too=True):
            stem = tokens[other.token].stem
            if begin <= other.token < end and other.token not in inside and stem not in case.compiled.ask:
                return True
    link = _CAUSE_OR_CASE.search(
        case.reading.folded, tokens[begin].start, tokens[min(end, len(tokens)) - 1].end
    )
    return link is not None and len([at for at in content(case, begin, end) if at not in inside]) >= 4


def restated(case: Case) -> tuple[Evidence, ...]:
    """Clauses that explain a word by itself: "instance works on instances"."""
    tokens = case.reading.tokens
    found = []
    begin = 0
    for at in range(1, len(tokens) + 1):
        if at < len(tokens) and tokens[at].sentence == tokens[begin].sentence and not _marked(case, at):
            continue
        inside = content_or_asked(case, begin, at)
        roots = [root(tokens[i].stem) for i in inside if len(tokens[i].word) >= 5]
        twice = {one for one in roots if roots.count(one) > 1}
        others = [
            i for i in inside if root(tokens[i].stem) not in twice and tokens[i].stem not in case.compiled.ask
        ]
        if twice and len(others) <= 1 and at - begin <= 2 * _RESTATED_TOKENS:
            spoken = [i for i in inside if root(tokens[i].stem) in twice]
            found.append(evidence(case.transcript, tokens[spoken[0]].start, tokens[spoken[-1]].end))
        begin = at
    return tuple(found)


_EMPTY_WHY = "What exactly? One fact, figure or example would carry it."
MIN_EMPTY_TOKENS = 6
"""Shorter sentences are often answers in themselves ("Data.", "Only then.")."""
MIN_GENERAL_WORDS = 2
"""A sentence with fewer only leads over to the next ("So, which do I want?")."""


def empty(case: Case) -> tuple[Evidence, ...]:
    """Sentences in which every word of content is a general one or the question's."""
    tokens = case.reading.tokens
    general = {here.token for here in named_anyhow(case, "general-words")}
    if not general:
        return ()
    counted = {figure.place.sentence for figure in figures(case)}
    found = []
    for number in range(n_sentences(case)):
        begin, end = sentence(case, number)
        inside = [at for at in range(begin, end) if not tokens[at].is_filler]
        if number in counted or len(inside) < MIN_EMPTY_TOKENS:
            continue
        carried = content(case, begin, end)
        if len(carried) >= MIN_GENERAL_WORDS and all(at in general for at in carried):
            found.append(evidence(case.transcript, tokens[inside[0]].start, tokens[inside[-1]].end))
    return tuple(found)


def content_or_asked(case: Case, begin: int, end: int) -> list[int]:
    """The tokens that carry meaning, the question's among them."""
    asked = [at for at in range(begin, end) if case.reading.tokens[at].stem in case.compiled.ask]
    return sorted({*content(case, begin, end), *asked})


def _marked(case: Case, at: int) -> bool:
    tokens = case.reading.tokens
    return any(mark in case.reading.text[tokens[at - 1].end : tokens[at].start] for mark in ",;:")


def _of_kind(kind: str) -> Callable[[Case], tuple[Evidence, ...]]:
    def of_kind(case: Case) -> tuple[Evidence, ...]:
        return tuple(finding.evidence for finding in find(case) if finding.kind == kind)

    return of_kind


_WHY = {kind.id: kind.why for kind in KINDS} | {"restated": _RESTATED_WHY, "empty": _EMPTY_WHY}
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
    Check(kind, _WHY[kind], _AUTHORITY, _of_kind(kind), hears, passes, denied)
    for kind, hears, passes, denied in _EXAMPLES
)
"""One declaration for every kind of vagueness."""
