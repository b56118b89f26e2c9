"""The vague spots of many attempts, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from voiceprep.model import Attempt, Transcript, VagueFinding, VagueSpot
from voiceprep.replay.marks import Sentence, sentences_of


@dataclass(frozen=True, slots=True)
class VagueSentence:
    """A sentence with at least one vague spot; ``text`` runs over the spot where that is longer.

    ``start`` and ``end`` are its characters in the answer of that ``ordinal``; ``mended``: it was said again,
    concretely.
    """

    attempt: int
    ordinal: int
    question: str
    started: datetime  # aware, UTC
    start: int
    end: int
    text: str
    findings: tuple[VagueFinding, ...]
    mended: bool


def sentences(spots: Iterable[VagueSpot]) -> tuple[VagueSentence, ...]:
    """The sentences of ``spots`` in the order of their first one; spots of one sentence are joined."""
    found: dict[tuple[int, int, int], VagueSentence] = {}
    of_answer: dict[tuple[int, int], tuple[Sentence, ...]] = {}
    for spot in spots:
        answer = (spot.attempt, spot.ordinal)
        if answer not in of_answer:
            of_answer[answer] = sentences_of(Transcript(spot.text, ()))
        evidence = spot.finding.evidence
        touched = [s for s in of_answer[answer] if s.start < evidence.end and s.end > evidence.start]
        start = touched[0].start if touched else evidence.start
        end = touched[-1].end if touched else evidence.end
        text = "".join(sentence.text for sentence in touched) or evidence.text
        known = found.get((*answer, start))
        if known is None:
            shown = " ".join(text.split())
            found[*answer, start] = VagueSentence(
                *answer, spot.question, spot.started, start, end, shown, (spot.finding,), spot.mended
            )
        elif spot.finding not in known.findings:
            found[*answer, start] = replace(known, findings=(*known.findings, spot.finding))
    return tuple(found.values())


def of_attempt(attempt: Attempt) -> tuple[VagueSpot, ...]:
    """The vague spots of one attempt in the order of its answers, those that were mended last."""
    spots = [
        VagueSpot(
            attempt.id,
            answer.ordinal,
            attempt.question,
            attempt.started,
            answer.transcript.text,
            finding,
            attempt.is_mended(answer.ordinal, finding.evidence.start, finding.evidence.end),
        )
        for answer in attempt.replies
        if answer.transcript is not None and answer.assessment is not None
        for finding in answer.assessment.vague
    ]
    return tuple(sorted(spots, key=lambda spot: spot.mended))
