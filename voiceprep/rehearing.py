"""Recordings heard after the fact: taken into the journal, transcribed (again), checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from voiceprep import checks, keeping, text
from voiceprep.checks.case import evidence
from voiceprep.errors import AudioFileError, JournalError
from voiceprep.events import Event, Phase, PhaseChanged, Tell
from voiceprep.hearing import Ears, Heard, Hearing, Source, Unrecorded
from voiceprep.keeping import Asked
from voiceprep.listen import WHOLE_RECORDING, ListenOptions
from voiceprep.model import (
    Answer,
    AnswerState,
    Assessment,
    Attempt,
    Bank,
    Command,
    Ending,
    Evidence,
    Level,
    Question,
    Word,
)
from voiceprep.ports import Clock, Controls, Journal, Microphone, Recording

if TYPE_CHECKING:
    from voiceprep.model import Samples


@dataclass(frozen=True, slots=True)
class Arrival:
    """A recording made elsewhere: what it answers, when it was made, the digest of its file."""

    question: Question
    level: Level
    started: datetime  # aware
    digest: str


def take_in(journal: Journal, arrival: Arrival, recogniser: str, blocks: Iterable[Samples]) -> Attempt:
    """Copy ``blocks`` (float32 mono RATE_HZ) into the journal as an answer that is yet to be heard.

    All of them or nothing: whatever fails, and Ctrl-C, leaves no attempt behind; what a crash leaves is
    cleared away by :meth:`~voiceprep.ports.Journal.recover`. Raises AudioFileError for no samples at all,
    what ``blocks`` raise, JournalError.
    """
    attempt = journal.begin(arrival.question.id, arrival.level, recogniser, arrival.started)
    try:
        journal.note_source(attempt, arrival.digest)
        with closing(journal.record(attempt, 0, arrival.question.ask, None)) as recording:
            _fill(recording, blocks)
        asked = Asked(0, arrival.question.ask, None, arrival.question.kind)
        answer = replace(keeping.unheard(asked, recording), ending=Ending.END_OF_AUDIO)
        journal.keep(attempt, answer)
    except BaseException:
        with suppress(JournalError):  # on a full disk; then the next start clears it away
            journal.abandon(attempt)
        raise
    return journal.attempt(attempt)


def _fill(recording: Recording, blocks: Iterable[Samples]) -> None:
    for block in blocks:
        recording.write(block)
    if not recording.n_samples:
        raise AudioFileError("the recording holds no sound (0 s); record it again")


# ------------------------------------------------------------------------------ hearing


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears whole recordings with one model; ``worker`` runs one job at a time."""

    ears: Ears
    controls: Controls
    clock: Clock
    worker: ThreadPoolExecutor

    def hear(self, open_one: Callable[[], Microphone], options: ListenOptions, tell: Tell) -> Heard:
        """Everything said until the microphone ends; commands are taken out of the words and not obeyed.

        Raises AudioFileError, RecogniserError, ModelError, Interrupted.
        """
        is_paused = False

        def noting(event: Event) -> None:
            nonlocal is_paused
            if isinstance(event, PhaseChanged):
                is_paused = event.phase is Phase.PAUSED
            tell(event)

        heard = self._heard(open_one, options, noting)
        if not is_paused:
            return heard
        # Somebody paused by voice and went on by a key, which no recording holds: what came then must stay.
        pausing = (Command.PAUSE, Command.RESUME)
        rest = tuple((command, said) for command, said in options.commands if command not in pausing)
        return self._heard(open_one, replace(options, commands=rest), tell)

    def _heard(self, open_one: Callable[[], Microphone], options: ListenOptions, tell: Tell) -> Heard:
        hearing = Hearing(self.ears, self.controls, self.clock, self.worker, options, tell)
        with closing(open_one()) as microphone:
            source = Source(microphone.name, microphone.live, iter(microphone.blocks()))
            while True:
                heard = hearing.hear(source, Unrecorded(Path(microphone.name)))
                if heard.failure is not None:
                    raise heard.failure
                if heard.ending is Ending.END_OF_AUDIO:
                    return heard


def options_for(answer: Answer, bank: Bank) -> ListenOptions:
    """How to hear the recording of ``answer``: commands were obeyed where it did not come from a file."""
    if answer.ending is Ending.END_OF_AUDIO:
        return WHOLE_RECORDING
    return replace(WHOLE_RECORDING, commands=bank.commands or ListenOptions().commands)


def heard_again(
    attempt: Attempt, question: Question, bank: Bank, hear: Callable[[Answer], Heard] | None
) -> Attempt:
    """``attempt`` transcribed by ``hear`` (None: with its words as they are) and checked anew.

    An answer that was cut short is finished by it; one that its speaker broke off for another question stays
    unjudged, a typed one keeps its words. Tries at saying a sentence again keep their words and findings:
    they were judged in the place of the sentence as it was heard then. Raises what ``hear`` raises.
    """

    def found(answers: Iterable[Answer]) -> Assessment | None:
        said = tuple(one.transcript for one in answers if one.state is AnswerState.CHECKED and one.transcript)
        return checks.assess(question, said, bank, attempt.level) if said else None

    before = {answer.ordinal: answer for answer in attempt.replies}
    heard = {ordinal: _again(answer, hear) for ordinal, answer in before.items()}
    answers = tuple(
        replace(heard[answer.ordinal], assessment=found((heard[answer.ordinal],)))
        if answer.repairs is None
        else _pointing(answer, before.get(answer.repairs.ordinal), heard.get(answer.repairs.ordinal))
        for answer in attempt.answers
    )
    return replace(attempt, answers=answers, combined=found(heard.values()))


def _pointing(tried: Answer, before: Answer | None, now: Answer | None) -> Answer:
    """A try, pointing at what is heard by now where its sentence was said; at no words where nothing is."""
    was, new = (None if answer is None else answer.transcript for answer in (before, now))
    if tried.repairs is None or was is None or new is None or was.text == new.text:
        return tried
    span = evidence(was, tried.repairs.start, tried.repairs.end)
    there = [word for word in new.words if _is_within(word, span)]
    start, end = (there[0].start, there[-1].end) if there else (0, 0)
    return replace(tried, repairs=replace(tried.repairs, start=start, end=end))


def _is_within(word: Word, span: Evidence) -> bool:
    if word.t0_s is None or word.t1_s is None or span.t0_s is None or span.t1_s is None:
        return False
    return span.t0_s <= (word.t0_s + word.t1_s) / 2 <= span.t1_s


def is_unheard(answer: Answer) -> bool:
    """Whether ``answer`` waits to be transcribed: it was cut short, and not by its speaker's wish."""
    return (
        answer.state is AnswerState.INTERRUPTED
        and answer.ending is not Ending.COMMAND
        and answer.audio is not None
    )


def is_unchecked(answer: Answer) -> bool:
    """Whether ``answer`` was typed, and cut short before it was checked."""
    return (
        answer.state is AnswerState.INTERRUPTED
        and answer.ending is Ending.TYPED
        and answer.transcript is not None
    )


def _again(answer: Answer, hear: Callable[[Answer], Heard] | None) -> Answer:
    if is_unchecked(answer):
        return replace(answer, state=AnswerState.CHECKED)
    if hear is None or answer.audio is None:
        return answer
    heard = hear(answer)
    state = answer.state
    if state is not AnswerState.INTERRUPTED or is_unheard(answer):
        # Recognisers write dots for breath: what holds no word is nothing said.
        state = AnswerState.CHECKED if text.words(heard.transcript.text) else AnswerState.NOTHING_SAID
    said = heard.transcript
    if answer.transcript is not None:
        # What was said to the program is heard again, not where it spoke and was talked over.
        asides_s = {*answer.transcript.asides_s, *said.asides_s}
        said = replace(said, asides_s=tuple(sorted(asides_s)))
    return replace(answer, state=state, transcript=said, marks_s=answer.marks_s or heard.marks_s)
