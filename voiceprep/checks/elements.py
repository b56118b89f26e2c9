"""Elements: was the thing said, in whatever words, by the speaker, as a claim?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from voiceprep.checks.case import Case, Check, ElementPattern, Example, evidence
from voiceprep.matching import Match, asserted, cover, hope, may_meet, meet
from voiceprep.model import ElementFinding, Evidence, Status
from voiceprep.reading import Hit
from voiceprep.subject import is_about
from voiceprep.weighing import Weighed, weigh

LIKELY_WORTH = 0.5
"""What an element that is only likely speaks for the answer's being about its question: half of one met."""


def find(case: Case) -> tuple[ElementFinding, ...]:
    """One finding for each element of the question, in order; an answer about something else holds none."""
    patterns = case.compiled.elements
    found = [decided(case, pattern) for pattern in patterns]
    undecided = frozenset(at for at, finding in enumerate(found) if finding is None)
    weighed = weigh(case.reading, case.compiled.known, case.compiled.ask, undecided)
    every = tuple(
        finding or _likely(case, pattern, weighed[at])
        for at, (pattern, finding) in enumerate(zip(patterns, found, strict=True))
    )
    worth = (1.0 if met is finding else LIKELY_WORTH for met, finding in zip(found, every, strict=True))
    covered = sum(
        one for one, finding in zip(worth, every, strict=True) if finding.status is not Status.MISSING
    )
    if is_about(case.reading, case.telling, covered / len(every)):
        return every
    return tuple(replace(finding, status=Status.MISSING, score=0.0, evidence=()) for finding in every)


def decided(case: Case, pattern: ElementPattern) -> ElementFinding | None:
    """What a pattern met in full, or contradicted, decides; None where it leaves the element open."""
    contradicted = _contradictions(case, pattern)
    is_met, best = False, None
    for match in _full(case, pattern):
        is_met = True
        if any(_cancels(case, other, match) for other in contradicted):
            continue
        if best is None or _rank(match) < _rank(best):
            best = match
        if _rank(best) <= CLEAR:
            break
    element = pattern.element
    if best is not None:
        status = Status.MISHEARD if best.doubtful else Status.SAID
        score = 0.5 if best.doubtful else 1.0
        return ElementFinding(element.id, element.need, status, score, _shown(case, best.hits))
    if is_met or contradicted:  # what was contradicted covers nothing of the element
        return ElementFinding(element.id, element.need, Status.MISSING, 0.0, ())
    return None


def _likely(case: Case, pattern: ElementPattern, weighed: Weighed) -> ElementFinding:
    """What partial evidence makes of an element: said where that is likely, otherwise missing."""
    element, score = pattern.element, round(weighed.likelihood, 2)
    if weighed.is_likely:
        return ElementFinding(element.id, element.need, Status.SAID, score, _shown(case, weighed.hits))
    return ElementFinding(element.id, element.need, Status.MISSING, score, ())


def _full(case: Case, pattern: ElementPattern) -> Iterator[Match]:
    """Patterns of the element met in full; those whose words the text lacks are not looked at further."""
    reading, ask = case.reading, case.compiled.ask
    for sets in pattern.groups:
        if may_meet(reading, sets) and (match := meet(reading, sets, ask)) is not None and match.is_full:
            yield match
    for wanted in pattern.phrasings:
        may_cover = hope(reading, wanted) > ALMOST
        if may_cover and (match := cover(reading, wanted, ask)) is not None and match.is_full:
            yield match


ALMOST = 0.99
"""The share of what is not quite said."""


CLEAR = (False, 12)
"""A sure match of so few words is shown as it is: no shorter one is looked for."""


def _rank(match: Match) -> tuple[bool, int]:
    """Which of two full matches is shown: the sure one, then the shorter."""
    return match.doubtful, match.hits[-1].end - match.hits[0].start


def _contradictions(case: Case, pattern: ElementPattern) -> list[Match]:
    found = (asserted(case.reading, wanted) for wanted in pattern.opposites)
    return [match for match in found if match is not None]


def _cancels(case: Case, opposite: Match, match: Match) -> bool:
    """An opposite cancels what was said before it or in its own sentence; a later statement wins."""
    tokens = case.reading.tokens
    return tokens[match.hits[-1].start].sentence <= tokens[opposite.hits[-1].start].sentence


def _shown(case: Case, hits: Iterable[Hit]) -> tuple[Evidence, ...]:
    """The words that were met, one piece of evidence for each sentence."""
    tokens = case.reading.tokens
    pieces: dict[int, tuple[int, int]] = {}
    for hit in hits:
        sentence = tokens[hit.start].sentence
        begin, end = tokens[hit.start].start, tokens[hit.end - 1].end
        if sentence in pieces:
            begin, end = min(begin, pieces[sentence][0]), max(end, pieces[sentence][1])
        pieces[sentence] = (begin, end)
    return tuple(evidence(case.transcript, begin, end) for begin, end in sorted(pieces.values()))


def _any(case: Case) -> tuple[Evidence, ...]:
    return tuple(piece for finding in find(case) for piece in finding.evidence)


CHECKS = (
    Check(
        id="elements",
        message="One part of a complete answer was not heard.",
        authority="the list of questions: every element is a meaning to listen for, not a wording to match",
        find=_any,
        hears=(
            Example("The box with the best score is kept as it is.", "box with the best score is kept"),
            Example("um so you keep the er the best box", "keep the er the best box"),
        ),
        passes=(
            "Boxes, scores, best, keep.",
            "The box is drawn in red.",
            "Some say you keep the best box, but that's wrong.",
        ),
        denied=("You don't keep the best box.", "You keep the best box. No wait, that's wrong."),
    ),
)
