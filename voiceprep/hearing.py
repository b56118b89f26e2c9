"""One spoken answer: microphone -> disk -> phrases -> words, while it is being spoken.

Threads: the microphone's callback fills its queue, one worker transcribes, and the loop here owns
everything else.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceprep.commands import ASIDES, WITHIN, understood
from voiceprep.errors import DeviceLost, Interrupted, VoiceprepError
from voiceprep.events import (
    LevelMeasured,
    MicrophoneSilent,
    Obeyed,
    Phase,
    PhaseChanged,
    Tell,
    TranscriptGrown,
)
from voiceprep.interrupts import UNINTERRUPTED
from voiceprep.listen import (
    FRAME_SAMPLES,
    N_FRAMES_TO_START,
    PAD_S,
    SPEECH_ON,
    ZEROS_LOST_S,
    Commanded,
    Event,
    Frame,
    ListenOptions,
    ListenState,
    OnlyZeros,
    PhraseEnded,
    PhraseStarted,
    finish,
    hold,
    listen_on,
    pause,
    read,
    resume,
    step,
)
from voiceprep.model import RATE_HZ, Block, Command, Ending, HeardWord, Span, Timing, Transcript, Word
from voiceprep.patience import Pause
from voiceprep.ports import Clock, Controls, Microphone, Recogniser, Recording, SpeechDetector
from voiceprep.text import words

if TYPE_CHECKING:
    from voiceprep.model import Samples

SILENCE_DBFS = -96.0
"""Level shown for digital silence: the floor of 16-bit audio."""

FINISH_KEYS = ("enter", "space")
"""Keys that end an answer."""

REOPEN_KEY = "c"
"""The key for "I'm not done"; while nothing is said yet, later keys would be part of no command."""


@dataclass(frozen=True, slots=True)
class Ears:
    """The parts that hearing needs."""

    detector: SpeechDetector
    recogniser: Recogniser


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from: the blocks of a microphone, its name, and whether it is live.

    ``waiting`` ends it and gives what was delivered and not yet taken from ``blocks``: for listening that is
    broken off. The first ``n_before`` samples were taken before, while the program spoke.
    """

    name: str
    live: bool
    blocks: Iterable[Block]
    waiting: Callable[[], tuple[Block, ...]] = tuple
    n_before: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as heard. With a ``failure`` the transcript holds what was recognised until then.

    ``command`` is what the speaker asked for, where that is for others to do; after one of ASIDES, and
    after NOT_DONE (said before any answer), the answer is not finished. ``rest`` holds the samples after
    that command, float32 mono RATE_HZ. ``pauses`` are the speaker's, ``marks_s`` the moments marked.
    """

    transcript: Transcript
    ending: Ending
    n_samples: int
    n_overflows: int
    timing: Timing
    finished_at_s: float  # on the clock that never runs backwards
    failure: VoiceprepError | None = None
    command: Command | None = None
    rest: Samples | None = None
    pauses: tuple[Pause, ...] = ()
    marks_s: tuple[float, ...] = ()


class _Framer:
    """Cuts a stream of samples into frames, keeping the rest for the next call."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.float32)

    def frames(self, samples: Samples) -> Iterator[Samples]:
        joined = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        n_whole = len(joined) - len(joined) % FRAME_SAMPLES
        self._rest = joined[n_whole:]
        for start in range(0, n_whole, FRAME_SAMPLES):
            yield joined[start : start + FRAME_SAMPLES]

    def last(self) -> Iterator[Samples]:
        """The rest as a frame filled up with silence, where there is a rest."""
        if len(self._rest):
            yield from self.frames(np.zeros(FRAME_SAMPLES - len(self._rest), np.float32))


class _Tape:
    """The recent part of a recording in memory: as much as an open phrase can need."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, Samples]] = deque()
        self.n_samples = 0

    def append(self, samples: Samples) -> None:
        self._pieces.append((self.n_samples, samples))
        self.n_samples += len(samples)

    def take(self, span: Span) -> Samples:
        parts = [
            samples[max(0, span.start - start) : max(0, span.end - start)]
            for start, samples in self._pieces
            if start < span.end and start + len(samples) > span.start
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def forget_before(self, position: int) -> None:
        while self._pieces and self._pieces[0][0] + len(self._pieces[0][1]) <= position:
            self._pieces.popleft()


def level_dbfs(samples: Samples) -> float:
    """Root-mean-square level of ``samples`` (float32) in dB below full scale; SILENCE_DBFS for none."""
    if not len(samples):
        return SILENCE_DBFS
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(SILENCE_DBFS, 10 * math.log10(power)) if power > 0 else SILENCE_DBFS


class Hearing:
    """Hears one answer; make a new one for each.

    An answer that was interrupted by a command, or reopened, is heard on by calling :meth:`hear` again.

    ``worker`` must run one job at a time: parallel transcriptions grow memory and gain nothing.
    """

    def __init__(
        self,
        ears: Ears,
        controls: Controls,
        clock: Clock,
        worker: ThreadPoolExecutor,
        options: ListenOptions,
        tell: Tell,
    ) -> None:
        self._ears = ears
        self._controls = controls
        self._clock = clock
        self._worker = worker
        self._options = options
        self._tell = tell
        self._state = ListenState()
        self._tape = _Tape()
        self._framer = _Framer()
        self._waiting: deque[tuple[Span, Future[tuple[HeardWord, ...]]]] = deque()
        self._text = ""  # grows with the words: an hour of them is too much to build at each phrase
        self._words: list[Word] = []
        self._n_words = 0  # as they are counted in text
        self._held: tuple[Span, tuple[HeardWord, ...]] | None = None
        self._command: Command | None = None
        self._rest_from = 0
        self._marks_s: list[float] = []
        self._asides_s: list[float] = []
        self._n_overflows = 0
        self._last_speech_at_s: float | None = None
        self._busy_s = 0.0

    def hear(self, source: Source, recording: Recording) -> Heard:
        """Listen until the answer is finished.

        Every block reaches ``recording`` before anything else sees it. Errors and Ctrl-C come back
        as the result's ``failure``, with all that was heard until then.
        """
        failure: VoiceprepError | None = None
        try:
            self._ears.detector.reset()
            self._command = None
            if self._tape.n_samples:
                self._state = listen_on(self._state, source.n_before)
                # The program spoke meanwhile: the silence around this place is none of the answer's pauses.
                self._asides_s.append(self._tape.n_samples / RATE_HZ)
            blocks = iter(source.blocks)
            self._listen(source, blocks, recording)
            finished_at_s = self._clock.monotonic_s()
            while self._waiting:
                self._collect(wait=True)
                if not self._is_over():  # "I'm not done" was among the last words
                    self._listen(source, blocks, recording)
                    finished_at_s = self._clock.monotonic_s()
        except KeyboardInterrupt as exc:
            failure = Interrupted("interrupted while listening")
            failure.__cause__ = exc
        except VoiceprepError as exc:
            failure = exc
        if failure is not None:
            finished_at_s = self._clock.monotonic_s()
            for _, future in self._waiting:
                future.cancel()
            with suppress(VoiceprepError):  # the first failure is the one to name
                record_rest(source.waiting, recording)
        return Heard(
            transcript=Transcript(self._text, tuple(self._words), tuple(self._asides_s)),
            ending=self._ending(failure),
            n_samples=recording.n_samples,  # the tape may lack the block in which Ctrl-C came
            n_overflows=self._n_overflows,
            timing=Timing(
                last_speech_to_finished_s=(
                    None if self._last_speech_at_s is None else finished_at_s - self._last_speech_at_s
                ),
                recogniser_busy_s=self._busy_s,
            ),
            finished_at_s=finished_at_s,
            failure=failure,
            command=self._command,
            rest=self._tape.take(Span(self._rest_from, self._tape.n_samples)),
            pauses=self._state.pauses,
            marks_s=tuple(self._marks_s),
        )

    def _ending(self, failure: VoiceprepError | None) -> Ending:
        if failure is None:
            return self._state.finished or Ending.COMMAND
        return Ending.MICROPHONE_LOST if isinstance(failure, DeviceLost) else Ending.INTERRUPTED

    def _is_over(self) -> bool:
        return self._state.finished is not None or self._command is not None

    def _listen(self, source: Source, blocks: Iterator[Block], recording: Recording) -> None:
        while (block := _recorded(blocks, recording)) is not None:
            self._n_overflows += block.n_overflows
            self._tape.append(block.samples)
            for frame in self._framer.frames(block.samples):
                self._step(frame, source)
            self._tape.forget_before(self._needed_from())
            if len(block.samples):
                seconds = self._tape.n_samples / RATE_HZ
                self._tell(LevelMeasured(level_dbfs(block.samples), self._n_overflows, seconds))
            # What does not come at its own pace waits for the words, so that spoken commands are
            # obeyed where they were said.
            self._collect(wait=not source.live)
            self._obey_key(self._controls.poll())
            if self._is_over():
                return
        for frame in self._framer.last():
            self._step(frame, source)
        self._finish(Ending.END_OF_AUDIO)

    def _obey_key(self, key: str | None) -> None:
        if key is None:
            return
        if self._state.paused_at is not None:
            self._resume()
        elif key in FINISH_KEYS:
            self._finish(Ending.KEY)
        elif key == REOPEN_KEY and not self._words:
            self._rest_from = self._tape.n_samples
            self._command = Command.NOT_DONE

    def _needed_from(self) -> int:
        if self._state.phrase is not None:
            needed = self._state.phrase.start
        else:
            needed = self._state.n_samples - round(PAD_S * RATE_HZ) - N_FRAMES_TO_START * FRAME_SAMPLES
        # What follows a phrase that turns out to be "I'm not done" belongs to another recording.
        return min(needed, self._waiting[0][0].end) if self._waiting else needed

    def _step(self, samples: Samples, source: Source) -> None:
        frame = Frame(self._ears.detector.probability(samples), zeros=not samples.any())
        before = self._state.speech_end
        self._state, events = step(self._state, frame, self._options)
        if self._state.speech_end != before:
            self._last_speech_at_s = self._clock.monotonic_s()
        self._react(events, source)

    def _finish(self, ending: Ending) -> None:
        self._state, events = finish(self._state, ending)
        self._react(events, None)

    def _react(self, events: tuple[Event, ...], source: Source | None) -> None:
        for event in events:
            if isinstance(event, PhraseStarted):
                self._add_held()
            elif isinstance(event, Commanded):
                self._obey(event.command)
            elif isinstance(event, PhraseEnded):
                job = self._worker.submit(self._transcribe, self._tape.take(event.span))
                self._waiting.append((event.span, job))
            elif isinstance(event, OnlyZeros) and source is not None and source.live:
                if event.seconds >= ZEROS_LOST_S:
                    raise DeviceLost(
                        f"zero samples from {source.name} for {event.seconds:.0f} s: it is muted or not "
                        "connected; unmute it, or choose another by --microphone (see voiceprep doctor)"
                    )
                self._tell(MicrophoneSilent(source.name, event.seconds))

    def _transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
        start_s = self._clock.monotonic_s()
        try:
            return self._ears.recogniser.transcribe(samples)
        finally:
            self._busy_s += self._clock.monotonic_s() - start_s

    def _collect(self, *, wait: bool) -> None:
        """Take finished transcriptions in order; ``wait`` for those under way."""
        while self._waiting and (wait or self._waiting[0][1].done()):
            span, job = self._waiting.popleft()
            self._take(span, job.result())

    def _take(self, span: Span, heard: tuple[HeardWord, ...]) -> None:
        """A phrase's words: part of the answer, a command, or perhaps one."""
        found = understood((word.text for word in heard), self._options.commands)
        if self._state.paused_at is not None:
            self._add(span, ())
            if found is not None and found.command is Command.RESUME:
                self._resume()
        elif found is None:
            self._add(span, heard)
        elif found.at_once:
            self._add(span, heard[: found.n_before])
            self._tell(Obeyed(found.command, span.end / RATE_HZ))
            self._asides_s.append(span.end / RATE_HZ)
            if found.command is Command.DONE:
                self._finish(Ending.COMMAND)
            elif self._words:
                self._state = listen_on(self._state)
            else:
                self._rest_from = span.end
                self._command = found.command
        elif (held := hold(self._state, found.command)) is None:
            self._add(span, heard)
        elif held.finished is None:
            self._state, self._held = held, (span, heard)
        elif held.finished is Ending.SILENCE:
            # The recogniser was slower than the silence that shows that nobody goes on.
            self._state = listen_on(held)
            self._obey(found.command)
        else:
            self._add(span, heard)

    def _add(self, span: Span, heard: tuple[HeardWord, ...]) -> None:
        for word in heard:
            text = word.text.strip()
            start = len(self._text) + 1 if self._words else 0
            self._text += f" {text}" if self._words else text
            t0_s, t1_s = ((span.start + at) / RATE_HZ for at in (word.start, word.end))
            self._words.append(Word(text, start, len(self._text), t0_s, t1_s, word.probability))
            self._n_words += len(words(text))
        self._state = read(self._state, self._text, n_words=self._n_words if heard else 0)
        if heard:
            self._tell(TranscriptGrown(self._text))

    def _add_held(self) -> None:
        """Somebody went on after what might have been a command: it was part of the answer."""
        if self._held is not None:
            held, self._held = self._held, None
            self._add(*held)

    def _obey(self, command: Command) -> None:
        if self._held is not None:
            self._asides_s.append(self._held[0].end / RATE_HZ)
        self._held = None
        self._tell(Obeyed(command, self._state.n_samples / RATE_HZ))
        if command is Command.PAUSE:
            self._state = pause(self._state)
            self._tell(PhaseChanged(Phase.PAUSED))
        elif command is Command.MARK:
            self._marks_s.append(self._state.n_samples / RATE_HZ)
        elif command not in WITHIN:
            self._command = command
            if command not in ASIDES:
                self._finish(Ending.COMMAND)

    def _resume(self) -> None:
        self._state = resume(self._state)
        self._tell(PhaseChanged(Phase.LISTENING))


class Line:
    """The microphone of an answer: opened when it is listened to, closed while the program speaks.

    With ``stays_open`` (headphones) it is never closed in between; nor is a source that is not live, which
    waits for its reader. ``begun`` once it was listened to for an answer.
    """

    def __init__(self, open_one: Callable[[], Microphone], *, stays_open: bool) -> None:
        self._open = open_one
        self._stays_open = stays_open
        self._microphone: Microphone | None = None
        self._blocks: Iterator[Block] = iter(())
        self._before: deque[Block] = deque()
        self.begun = False

    def source(self, before: Iterable[Block]) -> Source:
        """What is heard from now on, after ``before``."""
        self.begun = True
        self._before = deque(before)
        blocks = self.blocks()
        assert self._microphone is not None  # noqa: S101  # blocks has opened it
        microphone = self._microphone
        return Source(
            microphone.name,
            microphone.live,
            itertools.chain(self._said_before(), blocks),
            self.waiting,
            sum(len(block.samples) for block in self._before),
        )

    def _said_before(self) -> Iterator[Block]:
        while self._before:
            yield self._before.popleft()

    def blocks(self) -> Iterator[Block]:
        """The blocks from now on."""
        if self._microphone is None:
            self._microphone = self._open()
            self._blocks = self._microphone.blocks()
        return self._blocks

    def waiting(self) -> tuple[Block, ...]:
        """End the recording: what was delivered and not yet handed over."""
        before = tuple(self._before)
        self._before.clear()
        return before if self._microphone is None else (*before, *self._microphone.waiting())

    def hush(self) -> None:
        """The program is about to speak."""
        if self._microphone is not None and self._microphone.live and not self._stays_open:
            self.close()

    def close(self) -> None:
        """Free the microphone. May be called twice."""
        if self._microphone is not None:
            self._microphone.close()
            self._microphone = None


def _recorded(blocks: Iterator[Block], recording: Recording) -> Block | None:
    """The next of ``blocks``, recorded; None at their end. No interrupt comes between taking and writing."""
    with UNINTERRUPTED:
        block = next(blocks, None)
        if block is not None:
            recording.write(block.samples)
        return block


def record_rest(waiting: Callable[[], tuple[Block, ...]], recording: Recording) -> None:
    """End a recording that is broken off with what was delivered and nobody has come to take."""
    with UNINTERRUPTED:
        for block in waiting():
            recording.write(block.samples)


class Unrecorded:
    """In place of a recording, where the samples have a place already or are nobody's answer."""

    n_samples = 0

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, samples: Samples) -> None:
        """Nothing to keep."""

    def close(self) -> None:
        """Nothing to close."""


class Interjection:
    """Notices somebody beginning to speak over what the program says; keeps what they said meanwhile.

    Of the time before, ``kept_s`` seconds are kept.
    """

    N_FRAMES = 8
    """Frames of speech in a row that count as somebody speaking (a quarter of a second)."""

    N_BLOCKS = 2
    """Blocks taken in at a look: looks come as often as blocks do, or a little less often, and one block
    each would fall ever further behind the speaker."""

    KEPT_S = 1.0
    """Holds all that is said until it is noticed."""

    def __init__(self, detector: SpeechDetector, blocks: Iterator[Block], kept_s: float = KEPT_S) -> None:
        self._detector = detector
        self._blocks = blocks
        self._kept_s = kept_s
        self._n_kept = 0
        self._n_frames = 0
        self._framer = _Framer()
        self.kept: deque[Block] = deque()
        self.noticed = False
        detector.reset()

    def heard(self) -> bool:
        """Take in the next blocks; whether somebody is speaking by now."""
        for block in itertools.islice(self._blocks, 0 if self.noticed else self.N_BLOCKS):
            self._take(block)
            if self.noticed or not len(block.samples):
                break
        return self.noticed

    def _take(self, block: Block) -> None:
        self.kept.append(block)
        self._n_kept += len(block.samples)
        while self._n_kept - len(self.kept[0].samples) > self._kept_s * RATE_HZ:
            self._n_kept -= len(self.kept.popleft().samples)
        for frame in self._framer.frames(block.samples):
            loud = self._detector.probability(frame) >= SPEECH_ON
            self._n_frames = self._n_frames + 1 if loud else 0
            self.noticed = self.noticed or self._n_frames >= self.N_FRAMES
