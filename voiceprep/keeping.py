"""What is kept of an answer, however it came: typed, heard, or broken off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from voiceprep import text
from voiceprep.hearing import Heard
from voiceprep.model import Answer, AnswerState, Attempt, Ending, Kind, Repair, Timing, Transcript
from voiceprep.ports import Recording


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer replies to: ``ordinal`` 0 is the question itself, ``probes`` what a follow-up tests.

    ``repairs`` is the vague sentence that is to be said again, where it is one.
    """

    ordinal: int
    text: str
    probes: str | None
    kind: Kind
    repairs: Repair | None = None


def with_answer(attempt: Attempt, answer: Answer) -> Attempt:
    """``attempt`` with ``answer`` in the place of its ordinal."""
    others = tuple(old for old in attempt.answers if old.ordinal != answer.ordinal)
    return replace(attempt, answers=tuple(sorted((*others, answer), key=lambda kept: kept.ordinal)))


def unchecked(answer: Answer, state: AnswerState) -> Answer:
    """``answer`` in ``state`` where its findings are still to come."""
    return replace(answer, state=state) if answer.state is AnswerState.CHECKED else answer


def typed(asked: Asked, transcript: Transcript) -> Answer:
    """An answer that was typed."""
    return Answer(
        ordinal=asked.ordinal,
        asked=asked.text,
        probes=asked.probes,
        state=_state(transcript),
        ending=Ending.TYPED,
        transcript=transcript,
        assessment=None,
        audio=None,
        n_samples=0,
        n_overflows=0,
        timing=Timing(),
        repairs=asked.repairs,
    )


def unheard(asked: Asked, recording: Recording) -> Answer:
    """An answer that was broken off before anybody listened."""
    return Answer(
        ordinal=asked.ordinal,
        asked=asked.text,
        probes=asked.probes,
        state=AnswerState.INTERRUPTED,
        ending=Ending.INTERRUPTED,
        transcript=None,
        assessment=None,
        audio=recording.path,
        n_samples=recording.n_samples,
        n_overflows=0,
        repairs=asked.repairs,
    )


def spoken(asked: Asked, heard: Heard, audio: Path) -> Answer:
    """An answer as heard, recorded in ``audio``; not yet checked."""
    return Answer(
        ordinal=asked.ordinal,
        asked=asked.text,
        probes=asked.probes,
        state=_state(heard.transcript) if heard.failure is None else AnswerState.INTERRUPTED,
        ending=heard.ending,
        transcript=heard.transcript,
        assessment=None,
        audio=audio,
        n_samples=heard.n_samples,
        n_overflows=heard.n_overflows,
        timing=heard.timing,
        marks_s=heard.marks_s,
        repairs=asked.repairs,
    )


def located(heard: Heard, attempt: Attempt, asked: Asked, audio: Path) -> str:
    """Where the recording of an answer that failed lies, and how to go on from it."""
    where = f"attempt {attempt.id}: {audio}"
    if heard.timing.last_speech_to_finished_s is None:
        return f"Nobody was heard until then; the recording is kept as {where}"
    if asked.repairs is not None:
        return f"The recording is kept as {where}\nSay it again with: voiceprep repair {attempt.id}"
    return f"The recording is kept as {where}\nFinish it with: voiceprep reread {attempt.id}"


def _state(transcript: Transcript) -> AnswerState:
    """Recognisers write dots for breath: what holds no word is nothing said."""
    return AnswerState.CHECKED if text.words(transcript.text) else AnswerState.NOTHING_SAID
