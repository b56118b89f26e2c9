"""Findings as the objects that ``voiceprep check`` and ``score`` write with --json; a contract."""

from __future__ import annotations

from collections.abc import Mapping

from voiceprep.model import Assessment, ElementFinding, Evidence
from voiceprep.scoring import Scored


def to_object(assessment: Assessment) -> Mapping[str, object]:
    """The result object of ``voiceprep check``, ready for a JSON encoder, but for the answer's own ``id``.

    start and end are characters into the text (for several answers together: into their joined text),
    t0 and t1 seconds, null where there is no recording.
    """
    return {
        "question": assessment.question,
        "verdict": assessment.verdict.value,
        "elements": [_element(finding) for finding in assessment.elements],
        "moves": [
            {
                "id": made.id.value,
                "required": made.required,
                "status": made.status.value,
                "evidence": [_piece(piece) for piece in made.evidence],
            }
            for made in assessment.moves
        ],
        "vague": [
            {
                "start": finding.evidence.start,
                "end": finding.evidence.end,
                "text": finding.evidence.text,
                "kind": finding.kind,
                "why": finding.why,
            }
            for finding in assessment.vague
        ],
        "pitfalls": [
            {
                "id": finding.id,
                "correction": finding.correction,
                "evidence": [_piece(piece) for piece in finding.evidence],
            }
            for finding in assessment.pitfalls
        ],
        "delivery": {
            "words": assessment.delivery.words,
            "fillers": assessment.delivery.fillers,
            "seconds": assessment.delivery.seconds,
            "words_per_minute": assessment.delivery.words_per_minute,
            "longest_pause_s": assessment.delivery.longest_pause_s,
        },
        "follow_up": {"ask": assessment.follow_up.ask, "probes": assessment.follow_up.probes},
    }


def to_score_object(scored: Scored) -> Mapping[str, object]:
    """The result object of ``voiceprep score``, ready for a JSON encoder, but for the answer's own ``id``.

    Elements are as in ``check``, and ``need`` is the part of the reference that each stands for.
    """
    return {
        "score": scored.score,
        "elements": [{**_element(finding), "need": finding.need} for finding in scored.elements],
    }


def _element(finding: ElementFinding) -> dict[str, object]:
    return {
        "id": finding.id,
        "status": finding.status.value,
        "score": finding.score,
        "evidence": [_piece(piece) for piece in finding.evidence],
    }


def _piece(piece: Evidence) -> Mapping[str, object]:
    return {"start": piece.start, "end": piece.end, "text": piece.text, "t0": piece.t0_s, "t1": piece.t1_s}
