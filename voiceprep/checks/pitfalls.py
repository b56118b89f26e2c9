"""Pitfalls: a wrong claim that many make, heard as a claim."""

from __future__ import annotations

from voiceprep.checks.case import Case, Check, Example, evidence
from voiceprep.matching import Match, asserted
from voiceprep.model import Evidence, PitfallFinding


def find(case: Case) -> tuple[PitfallFinding, ...]:
    """The pitfalls of the question that were heard, in order."""
    found = []
    for pitfall, phrasings in zip(case.question.pitfalls, case.compiled.pitfalls, strict=True):
        matches = [asserted(case.reading, wanted) for wanted in phrasings]
        heard = [match for match in matches if match is not None and not match.doubtful]
        if heard:
            best = min(heard, key=lambda match: match.hits[-1].end - match.hits[0].start)
            found.append(PitfallFinding(pitfall.id, pitfall.correction, (_shown(case, best),)))
    return tuple(found)


def _shown(case: Case, match: Match) -> Evidence:
    tokens = case.reading.tokens
    return evidence(case.transcript, tokens[match.hits[0].start].start, tokens[match.hits[-1].end - 1].end)


def _any(case: Case) -> tuple[Evidence, ...]:
    return tuple(piece for finding in find(case) for piece in finding.evidence)


CHECKS = (
    Check(
        id="pitfalls",
        message="A common mistake was heard; the right statement follows.",
        authority="interview guides: pitfalls are reported apart from missing elements, and corrected kindly",
        find=_any,
        hears=(Example("It averages the overlapping boxes into one.", "averages the overlapping boxes"),),
        passes=("The overlapping boxes are deleted.",),
        denied=("It never averages the overlapping boxes.",),
    ),
)
