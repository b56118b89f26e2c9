"""Elements: was the thing said, in whatever words, by the speaker, as a claim?"""

from __future__ import annotations

from voiceprep.checks.case import Case, Check, ElementPattern, Example, evidence
from voiceprep.matching import Match, asserted, cover, hope, meet, promise
from voiceprep.model import ElementFinding, Evidence, Status


def find(case: Case) -> tuple[ElementFinding, ...]:
    """One finding for each element of the question, in order."""
    return tuple(_finding(case, pattern) for pattern in case.compiled.elements)


def _finding(case: Case, pattern: ElementPattern) -> ElementFinding:
    share, full = _matches(case, pattern)
    contradicted = _contradictions(case, pattern)
    standing = [match for match in full if not any(_cancels(case, other, match) for other in contradicted)]
    element = pattern.element
    if not standing:
        # What was said and contradicted covers nothing of the element.
        share = 0.0 if full else share
        return ElementFinding(element.id, element.need, Status.MISSING, round(min(share, ALMOST), 2), ())
    best = min(standing, key=lambda match: (match.doubtful, _length(match)))
    status = Status.MISHEARD if best.doubtful else Status.SAID
    return ElementFinding(element.id, element.need, status, 0.5 if best.doubtful else 1.0, _shown(case, best))


def _matches(case: Case, pattern: ElementPattern) -> tuple[float, list[Match]]:
    """The largest share that any pattern of the element reached, and all full matches.

    A pattern whose words in the text promise no more than was reached is not looked at further.
    """
    reading, ask = case.reading, case.compiled.ask
    reached = 0.0
    full: list[Match] = []
    for sets in pattern.groups:
        if promise(reading, sets) > reached:
            reached = _note(meet(reading, sets, ask), reached, full)
    for wanted in pattern.phrasings:
        if hope(reading, wanted) > reached:
            reached = _note(cover(reading, wanted, ask), reached, full)
    return reached, full


def _note(match: Match | None, reached: float, full: list[Match]) -> float:
    """Adds a full match to ``full``; returns the share now reached, which a full match leaves open."""
    if match is None or not match.is_full:
        return max(reached, match.share if match else 0.0)
    full.append(match)
    return max(reached, ALMOST)


ALMOST = 0.99
"""The share of what is not quite said: only a full match can bring more."""


def _length(match: Match) -> int:
    return match.hits[-1].end - match.hits[0].start


def _contradictions(case: Case, pattern: ElementPattern) -> list[Match]:
    found = (asserted(case.reading, wanted) for wanted in pattern.opposites)
    return [match for match in found if match is not None]


def _cancels(case: Case, opposite: Match, match: Match) -> bool:
    """An opposite cancels what was said before it or in its own sentence; a later statement wins."""
    tokens = case.reading.tokens
    return tokens[match.hits[-1].start].sentence <= tokens[opposite.hits[-1].start].sentence


def _shown(case: Case, match: Match) -> tuple[Evidence, ...]:
    """The words of a match, one piece of evidence for each sentence it spans."""
    tokens = case.reading.tokens
    pieces: dict[int, tuple[int, int]] = {}
    for hit in match.hits:
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
