"""Delivery: what timing and fillers show, and nothing about confidence."""

from __future__ import annotations

import re
from itertools import pairwise

from voiceprep.checks.case import Case, Check, Example, evidence
from voiceprep.hedges import hedges
from voiceprep.model import Delivery, Evidence, Transcript
from voiceprep.text import Token, tokenise

MIN_TIMED_S = 1.0
"""A rate over less than a second says nothing."""


def find(transcripts: tuple[Transcript, ...]) -> Delivery:
    """Words, fillers, seconds, rate and longest pause over all recordings; times stay inside each of them.

    Seconds run from the first word to the last. Typed text has no times.
    """
    tokens = [tokenise(transcript.text) for transcript in transcripts]
    n_words = sum(len(found) for found in tokens)
    n_fillers = sum(len(_runs(found)) for found in tokens)
    spans = [span for transcript in transcripts if (span := _span_s(transcript)) is not None]
    seconds = sum(spans) if spans and len(spans) == len(transcripts) else None
    rate = round(n_words * 60 / seconds) if seconds is not None and seconds >= MIN_TIMED_S else None
    pauses = [pause for transcript in transcripts for pause in _pauses_s(transcript)]
    longest = round(max(pauses), 2) if pauses and seconds is not None else None
    return Delivery(n_words, n_fillers, None if seconds is None else round(seconds, 2), rate, longest)


def _span_s(transcript: Transcript) -> float | None:
    timed = [word for word in transcript.words if word.t0_s is not None and word.t1_s is not None]
    if not timed or timed[0].t0_s is None or timed[-1].t1_s is None:
        return None
    return max(0.0, timed[-1].t1_s - timed[0].t0_s)


def _pauses_s(transcript: Transcript) -> list[float]:
    return [
        max(0.0, after.t0_s - before.t1_s)
        for before, after in pairwise(transcript.words)
        if before.t1_s is not None
        and after.t0_s is not None
        and not any(before.t1_s <= at_s <= after.t0_s for at_s in transcript.asides_s)
    ]


_COUNTED = frozenset({"you know", "i mean", "kind of"})
"""Hedge cues that count as fillers."""
_MAY_COUNT = re.compile(r"(?:you|y')?know|mean|kind|sort")
"""Without such a word none of these stands in a text, and the search is spared."""
_IN_COUNTED = frozenset({"you", "know", "i", "mean", "kind", "sort", "of"})


def _runs(tokens: tuple[Token, ...]) -> list[tuple[int, int]]:
    """Fillers as token ranges, in order; "you know" is one."""
    cues = (
        [(hedge.begin, hedge.end) for hedge in hedges(tokens) if hedge.cue.id in _COUNTED]
        if any(_MAY_COUNT.match(token.word) for token in tokens)
        else []
    )
    alone = [
        (at, at + 1) for at, token in enumerate(tokens) if token.is_filler and token.word not in _IN_COUNTED
    ]
    return sorted([*cues, *alone])


def fillers_in(transcript: Transcript) -> tuple[Evidence, ...]:
    """Every filler of ``transcript``, in order."""
    tokens = tokenise(transcript.text)
    return tuple(
        evidence(transcript, tokens[begin].start, tokens[end - 1].end) for begin, end in _runs(tokens)
    )


def fillers(case: Case) -> tuple[Evidence, ...]:
    """Every filler of the answer, in order."""
    return fillers_in(case.transcript)


CHECKS = (
    Check(
        id="fillers",
        message="Filler words; a recogniser drops some, so this is a lower bound.",
        authority="measured: Whisper drops um and uh",
        find=fillers,
        hears=(
            Example("So, um, the box is kept.", "um"),
            Example("It costs, you know, two points.", "you know"),
            Example("It moves by, like, five points.", "like"),
        ),
        passes=(
            "It can handle any kind of motion.",
            "Boxes like these overlap.",
            "As you know how it works, go on.",
            "That sort of thing is fine.",
        ),
        denied=("That is not the kind of box I want.",),
    ),
)
