"""The loop: ask, listen, transcribe, check, say, follow up, store."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from voiceprep import checks, feedback, text
from voiceprep.errors import Interrupted, JournalError, VoiceprepError
from voiceprep.events import (
    Asking,
    Checked,
    Kept,
    NothingSaid,
    Phase,
    PhaseChanged,
    Said,
    Saying,
    Tell,
)
from voiceprep.hearing import Ears, Heard, Hearing, Interjection, Source
from voiceprep.listen import ListenOptions
from voiceprep.model import (
    RATE_HZ,
    Answer,
    AnswerState,
    Assessment,
    Attempt,
    Bank,
    Block,
    Ending,
    Kind,
    Level,
    Question,
    Timing,
    Transcript,
)
from voiceprep.patience import FOLLOW_UP_WORDS, N_RECENT_PAUSES, USUAL_WORDS, Pause
from voiceprep.ports import Clock, Controls, Journal, Microphone, Speaker

TYPED = "typed"
"""Stands in an attempt for the recogniser's name where nothing was spoken."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The real or fake parts a session runs on; whoever made them closes them.

    ``ears`` may be None where every answer is typed.
    """

    speaker: Speaker
    journal: Journal
    controls: Controls
    clock: Clock
    ears: Ears | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer to be heard: how to open its microphone, and how patiently to listen."""

    open: Callable[[], Microphone]
    options: ListenOptions


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer to be typed; ``read`` blocks until it is there."""

    read: Callable[[], str]


AnswerSource = Spoken | Typed


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer replies to: ``ordinal`` 0 is the question itself, ``probes`` what a follow-up tests."""

    ordinal: int
    text: str
    probes: str | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a question is gone through.

    ``level`` overrides the question's own; ``n_follow_ups`` are asked at most; ``headphones``
    declares that the microphone cannot hear the loudspeaker, so speaking may cut the question short.
    """

    level: Level | None = None
    n_follow_ups: int = 1
    headphones: bool = False


class Session:
    """Goes through questions one at a time, telling ``tell`` what happens.

    A context manager: on leaving, the worker has ended.
    """

    def __init__(self, parts: Parts, bank: Bank, options: SessionOptions, tell: Tell) -> None:
        self._parts = parts
        self._bank = bank
        self._options = options
        self._tell = tell
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recogniser")
        self._warming: Future[None] = Future()
        self._pauses: tuple[Pause, ...] = ()  # of this speaker, in all answers so far

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.shutdown(cancel_futures=True)

    def practise(self, question: Question, answers: Iterator[AnswerSource]) -> Attempt:
        """Ask ``question``, hear its answer, flag what is missing, follow up, and keep everything.

        Ends early when ``answers`` runs out. Raises the error that stopped it, Interrupted on Ctrl-C;
        whatever was said until then is in the journal and named in the message.
        """
        journal = self._parts.journal
        level = self._options.level or question.level
        started = self._parts.clock.now()
        hearer = self._parts.ears.recogniser.name if self._parts.ears else TYPED
        attempt = Attempt(
            id=journal.begin(question.id, level, hearer, started),
            question=question.id,
            level=level,
            started=started,
            recogniser=hearer,
            answers=(),
            combined=None,
        )
        try:
            for latest in self._rounds(question, attempt, answers):
                attempt = latest
        except BaseException as exc:
            # A full disk fails here again; what stopped us says so already, and the next start recovers.
            with suppress(JournalError):
                journal.conclude(attempt.id, attempt.combined)
            if isinstance(exc, KeyboardInterrupt):
                raise Interrupted(f"interrupted; what was said is kept as attempt {attempt.id}") from exc
            raise
        journal.conclude(attempt.id, attempt.combined)
        self._tell(PhaseChanged(Phase.DONE))
        self._tell(Kept(attempt.id, tuple(answer.audio for answer in attempt.answers if answer.audio)))
        return attempt

    def _rounds(
        self, question: Question, attempt: Attempt, answers: Iterator[AnswerSource]
    ) -> Iterator[Attempt]:
        """The attempt after each of its answers."""
        asked, probes = question.ask, None
        for ordinal in range(1 + self._options.n_follow_ups):
            source = next(answers, None)
            if source is None:
                return
            answer, finished_at_s = self._one_answer(
                question, attempt, source, Asked(ordinal, asked, probes, question.kind)
            )
            attempt = replace(attempt, answers=(*attempt.answers, answer))
            yield attempt
            if answer.state is AnswerState.NOTHING_SAID:
                self._tell(NothingSaid(answer.audio))
                return
            attempt, found = self._check(question, attempt, finished_at_s)
            yield attempt
            asked, probes = found.follow_up.ask, found.follow_up.probes
            self._debrief(question, found, None if ordinal == self._options.n_follow_ups else asked)

    # -------------------------------------------------------------------------- one answer

    def _one_answer(
        self, question: Question, attempt: Attempt, source: AnswerSource, asked: Asked
    ) -> tuple[Answer, float]:
        """The answer as kept so far, and when it was finished. Raises what went wrong, after keeping it."""
        self._tell(Asking(question, asked.text, asked.ordinal))
        if isinstance(source, Typed):
            self._say(asked.text, self._key_pressed)
            self._tell(PhaseChanged(Phase.LISTENING, "keyboard"))
            answer = _typed(asked, text.transcript(source.read()))
            self._tell(PhaseChanged(Phase.THINKING))
            self._parts.journal.keep(attempt.id, answer)
            return answer, self._parts.clock.monotonic_s()
        ears = self._parts.ears
        if ears is None:
            raise ValueError("a spoken answer needs ears")
        if not attempt.answers:
            self._warming = self._worker.submit(self._warm, ears, question)
        with ExitStack() as opened:
            heard, path = self._hear(source, ears, attempt, asked, opened)
        self._tell(PhaseChanged(Phase.THINKING))
        self._pauses = (*self._pauses, *heard.pauses)[-N_RECENT_PAUSES:]
        answer = _spoken(asked, heard, path)
        if heard.failure is not None:
            with suppress(JournalError):  # as above: the first failure is the one to name
                self._parts.journal.keep(attempt.id, answer)
            raise _located(heard.failure, question, attempt, path) from heard.failure
        self._parts.journal.keep(attempt.id, answer)
        if heard.ending is Ending.LIMIT:
            self._notify(feedback.stopped_at(heard.n_samples / RATE_HZ))
        return answer, heard.finished_at_s

    def _fitted(self, options: ListenOptions, asked: Asked) -> ListenOptions:
        """``options`` for what is asked and for who is speaking."""
        usual = USUAL_WORDS[asked.kind] if asked.ordinal == 0 else FOLLOW_UP_WORDS
        return replace(options, kind=asked.kind, usual_words=usual, pauses=self._pauses)

    def _hear(
        self, source: Spoken, ears: Ears, attempt: Attempt, asked: Asked, opened: ExitStack
    ) -> tuple[Heard, Path]:
        """Ask and listen; what was opened for it is left on ``opened``."""
        before: Iterable[Block] = ()
        if self._options.headphones:
            microphone = opened.enter_context(closing(source.open()))
            blocks = microphone.blocks()
            interjection = Interjection(ears.detector, blocks)
            self._say(asked.text, lambda: interjection.heard() or self._key_pressed())
            before = interjection.kept if interjection.noticed else ()
        else:
            self._say(asked.text, self._key_pressed)
            microphone = opened.enter_context(closing(source.open()))
            blocks = microphone.blocks()
        if self._warming.done():
            self._warming.result()  # a model that does not load is said before anybody speaks in vain
        while self._parts.controls.poll() is not None:
            pass  # keys meant for the question must not end the answer
        self._tell(PhaseChanged(Phase.LISTENING, microphone.name))
        recording = opened.enter_context(
            closing(self._parts.journal.record(attempt.id, asked.ordinal, asked.text, asked.probes))
        )
        parts = self._parts
        options = self._fitted(source.options, asked)
        hearing = Hearing(ears, parts.controls, parts.clock, self._worker, options, self._tell)
        heard_from = Source(microphone.name, microphone.live, itertools.chain(before, blocks))
        return hearing.hear(heard_from, recording), recording.path

    def _warm(self, ears: Ears, question: Question) -> None:
        """Load what the flags will need while the question is read: the model, the patterns."""
        ears.recogniser.warm()
        checks.assess(question, (text.transcript(question.strong),), self._bank, None)

    def _key_pressed(self) -> bool:
        return self._parts.controls.poll() is not None

    def _say(self, said: str, should_stop: Callable[[], bool]) -> None:
        self._tell(PhaseChanged(Phase.SPEAKING))
        where = self._parts.speaker.say(text.spoken(said, self._bank.glossary), should_stop)
        self._tell(Said(where))

    def _notify(self, said: str) -> None:
        self._tell(Saying(said))
        self._say(said, self._key_pressed)

    # -------------------------------------------------------------------------- findings

    def _check(
        self, question: Question, attempt: Attempt, finished_at_s: float
    ) -> tuple[Attempt, Assessment]:
        """The attempt with findings on its last answer, and the findings on all its answers together."""
        *earlier, answer = attempt.answers
        transcripts = tuple(a.transcript for a in attempt.answers if a.transcript is not None)
        assessment = checks.assess(question, transcripts[-1:], self._bank, attempt.level)
        combined: Assessment | None = None
        if len(transcripts) > 1:
            combined = checks.assess(question, transcripts, self._bank, attempt.level)
        timing = replace(answer.timing, finished_to_flags_s=self._parts.clock.monotonic_s() - finished_at_s)
        answer = replace(answer, assessment=assessment, timing=timing)
        self._parts.journal.keep(attempt.id, answer)
        self._tell(Checked(answer, assessment, combined))
        found = combined or assessment
        return replace(attempt, answers=(*earlier, answer), combined=found), found

    def _debrief(self, question: Question, found: Assessment, follow_up: str | None) -> None:
        said = feedback.spoken_debrief(question, found)
        self._tell(Saying(said))
        if follow_up is not None:
            self._parts.speaker.prepare(text.spoken(follow_up, self._bank.glossary))
        self._say(said, self._key_pressed)


def _typed(asked: Asked, transcript: Transcript) -> Answer:
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
    )


def _state(transcript: Transcript) -> AnswerState:
    """Recognisers write dots for breath: what holds no word is nothing said."""
    return AnswerState.CHECKED if text.words(transcript.text) else AnswerState.NOTHING_SAID


def _spoken(asked: Asked, heard: Heard, audio: Path) -> Answer:
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
    )


def _located(failure: VoiceprepError, question: Question, attempt: Attempt, audio: Path) -> VoiceprepError:
    """The same kind of error, its message extended by where the recording lies and how to go on from it."""
    return type(failure)(
        f"{failure}\nThe recording is kept as attempt {attempt.id}: {audio}\n"
        f"Check it with: voiceprep check {question.id} --audio {shlex.quote(str(audio))}"
    )
