"""Public fakes for every port, so that whoever builds on voiceprep tests without hardware or a model.

    Clock           ManualClock           stands still until it is moved
    Speaker         ScriptedSpeaker       remembers what was said
    Tones           ScriptedTones         remembers them
    Microphone      SamplesMicrophone     delivers an array, with pauses, lost samples or a lost device
                    WavMicrophone         the same from a 16 kHz mono 16-bit WAV file
    SpeechDetector  ScriptedDetector      speech at given spans
                    LoudnessDetector      speech where the samples are loud
    Recogniser      ScriptedRecogniser    given phrases in order
                    AlignedRecogniser     the words of a known recording, by where a phrase lies in it
    Controls        ScriptedControls      keys at given polls
    Recording       MemoryRecording       an array that grows
    Journal         MemoryJournal         attempts in memory; can pretend to have crashed

They keep the contracts of :mod:`voiceprep.ports`, refuse what the real parts refuse and need no
patching: give them to the session in place of the engines.
"""

from __future__ import annotations

import itertools
import wave
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceprep.errors import AudioFileError, DeviceError, DeviceLost, JournalError, VoiceprepError
from voiceprep.model import (
    RATE_HZ,
    Answer,
    AnswerState,
    Assessment,
    Attempt,
    Block,
    Ending,
    HeardWord,
    Level,
    Order,
    Recovered,
    Repair,
    Review,
    Run,
    RunKind,
    SignalsNoted,
    Span,
    Standing,
    Status,
    Tone,
    VagueSpot,
)

if TYPE_CHECKING:
    from voiceprep.model import Samples

BLOCK_SAMPLES = RATE_HZ * 32 // 1000
"""Samples a block of the fake microphones: 32 ms, within the 10 to 100 ms of the port."""

EMPTY_BLOCK_S = 0.1
"""Time that passes with an empty block: the longest a microphone stays silent to its reader."""


# ------------------------------------------------------------------------------ time and keys


class ManualClock:
    """A clock that stands still at ``start`` (aware; by default the first moment of 2026, UTC)."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        if start.tzinfo is None:
            raise ValueError(f"{start} has no time zone")
        self._start = start.astimezone(UTC)
        self._passed_s = 0.0

    def now(self) -> datetime:
        """The start and what has been added to it, UTC."""
        return self._start + timedelta(seconds=self._passed_s)

    def monotonic_s(self) -> float:
        """Seconds added so far."""
        return self._passed_s

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass. Raises ValueError below 0: time does not run backwards."""
        if not seconds >= 0:
            raise ValueError(f"a clock cannot move by {seconds} s")
        self._passed_s += seconds


class ScriptedControls:
    """Answers each poll with the next of ``keys`` (None: no key), and with None ever after."""

    def __init__(self, keys: Iterable[str | None] = ()) -> None:
        self._keys = iter(keys)
        self.n_polls = 0

    def poll(self) -> str | None:
        """The next key of the script."""
        self.n_polls += 1
        return next(self._keys, None)


# ------------------------------------------------------------------------------ speaking


class ScriptedSpeaker:
    """Speaks at once and in silence; raises ``failure`` instead where one is given.

    ``prepared``, ``said`` and ``interrupted`` hold the texts in order; a text is interrupted where
    ``should_stop`` was true, and then it is not among the said ones.
    """

    def __init__(self, failure: VoiceprepError | None = None) -> None:
        self._failure = failure
        self.prepared: list[str] = []
        self.said: list[str] = []
        self.interrupted: list[str] = []
        self.n_slower = 0
        self.closed = False

    def prepare(self, text: str) -> None:
        """Remember that ``text`` was announced."""
        self.prepared.append(text)

    def say(self, text: str, should_stop: Callable[[], bool]) -> str:
        """Remember ``text``; asks ``should_stop`` once. Raises the failure it was made with."""
        if self._failure is not None:
            raise self._failure
        (self.interrupted if should_stop() else self.said).append(text)
        return "loudspeaker: scripted"

    def slow_down(self) -> None:
        """Count the call."""
        self.n_slower += 1

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class ScriptedTones:
    """Remembers the tones in order, in ``played``."""

    def __init__(self) -> None:
        self.played: list[Tone] = []

    def tone(self, tone: Tone) -> None:
        """Remember ``tone``."""
        self.played.append(tone)


# ------------------------------------------------------------------------------ listening


@dataclass(frozen=True, slots=True)
class Pause:
    """Before sample ``at`` nothing comes for ``n_blocks`` empty blocks (100 ms each); none of it is lost."""

    at: int
    n_blocks: int


@dataclass(frozen=True, slots=True)
class Overflow:
    """From sample ``at`` on the device loses ``n_samples`` and reports it once, with the next block."""

    at: int
    n_samples: int = 0


@dataclass(frozen=True, slots=True)
class Loss:
    """At sample ``at`` the device is gone: the microphone raises DeviceLost."""

    at: int


Incident = Pause | Overflow | Loss


class SamplesMicrophone:
    """Delivers ``samples`` (float32 mono RATE_HZ, shape (n,); none is fine) and then ends.

    ``script`` says what goes wrong, in order of position. A ``clock`` is moved on by the time every
    block takes, so that a session on fakes measures the time it would have taken. Raises ValueError
    for other audio, and for a script that is out of order or beyond the end.
    """

    def __init__(
        self,
        samples: Samples,
        *,
        name: str = "scripted microphone",
        live: bool = False,
        block_samples: int = BLOCK_SAMPLES,
        script: Sequence[Incident] = (),
        clock: ManualClock | None = None,
    ) -> None:
        if samples.dtype != np.float32 or samples.ndim != 1:
            raise ValueError(f"audio must be float32 of shape (n,), not {samples.dtype} of {samples.shape}")
        positions = [0, *(incident.at for incident in script), len(samples)]
        if sorted(positions) != positions:
            raise ValueError(f"the script must be in order and within the {len(samples)} samples: {script}")
        self.name = name
        self.live = live
        self.closed = False
        self._samples = samples
        self._block_samples = block_samples
        self._script = tuple(script)
        self._clock = clock

    def blocks(self) -> Iterator[Block]:
        """The samples in blocks; ends after the last one or when closed. Raises DeviceLost by script."""
        for block in self._blocks():
            if self.closed:
                return
            if self._clock is not None:
                seconds = len(block.samples) / RATE_HZ if len(block.samples) else EMPTY_BLOCK_S
                self._clock.advance(seconds)
            yield block

    def waiting(self) -> tuple[Block, ...]:
        """Nothing: what is not taken has not been delivered."""
        return ()

    def close(self) -> None:
        """End the delivery."""
        self.closed = True

    def _blocks(self) -> Iterator[Block]:
        position, n_overflows = 0, 0
        for incident in (*self._script, None):
            end = len(self._samples) if incident is None else incident.at
            while position < end:
                size = min(self._block_samples, end - position)
                yield Block(self._samples[position : position + size], n_overflows)
                position, n_overflows = position + size, 0
            match incident:
                case Pause(n_blocks=n_blocks):
                    yield from itertools.repeat(Block(np.zeros(0, np.float32)), n_blocks)
                case Overflow(n_samples=n_samples):
                    position, n_overflows = position + n_samples, n_overflows + 1
                case Loss():
                    raise DeviceLost(f"{self.name} is gone, by script: connect it again.")
        if n_overflows:
            yield Block(np.zeros(0, np.float32), n_overflows)


class WavMicrophone(SamplesMicrophone):
    """A :class:`SamplesMicrophone` for the WAV file ``path``, which must be 16 kHz mono 16-bit.

    Raises AudioFileError for any other file.
    """

    def __init__(
        self, path: Path, *, script: Sequence[Incident] = (), clock: ManualClock | None = None
    ) -> None:
        super().__init__(_wav_samples(path), name=str(path), script=script, clock=clock)


def _wav_samples(path: Path) -> Samples:
    try:
        with wave.open(str(path), "rb") as file:
            form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as exc:
        raise AudioFileError(f"{path} cannot be read as WAV: {exc}") from exc
    if form != (RATE_HZ, 1, 2):
        raise AudioFileError(f"{path} is not 16 kHz mono 16-bit: convert it first.")
    return (np.frombuffer(data, dtype="<i2") / np.float32(32_768)).astype(np.float32)


class ScriptedDetector:
    """Hears speech at ``spans`` of the stream, whatever the samples are; positions restart at a reset."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans = tuple(spans)
        self._position = 0
        self.n_resets = 0

    def probability(self, frame: Samples) -> float:
        """1.0 where the middle of ``frame`` lies in a span, else 0.0."""
        middle = self._position + len(frame) // 2
        self._position += len(frame)
        return float(any(span.start <= middle < span.end for span in self._spans))

    def reset(self) -> None:
        """Begin the stream again."""
        self._position = 0
        self.n_resets += 1


class LoudnessDetector:
    """Hears speech in every frame whose root mean square reaches ``threshold`` (full scale is 1.0)."""

    def __init__(self, threshold: float = 0.01) -> None:
        self._threshold = threshold

    def probability(self, frame: Samples) -> float:
        """1.0 for a loud frame, 0.0 for a quiet or empty one."""
        if not len(frame):
            return 0.0
        return float(np.sqrt(np.mean(np.square(frame, dtype=np.float64))) >= self._threshold)

    def reset(self) -> None:
        """Nothing to forget: every frame is judged alone."""


# ------------------------------------------------------------------------------ recognising


class ScriptedRecogniser:
    """Returns ``phrases`` in order, one a call; after the last one nothing was said.

    The words of a phrase are what spaces divide, spread evenly over the samples, probability 1.0. An
    error among the phrases is raised in its turn. ``heard`` holds the length of every call's samples.
    """

    def __init__(self, phrases: Iterable[str | VoiceprepError] = (), name: str = "scripted") -> None:
        self.name = name
        self.heard: list[int] = []
        self.n_warmed = 0
        self.closed = False
        self._phrases = iter(phrases)

    def warm(self) -> None:
        """Count the call."""
        self.n_warmed += 1

    def transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
        """The words of the next phrase."""
        self.heard.append(len(samples))
        phrase = next(self._phrases, "")
        if isinstance(phrase, VoiceprepError):
            raise phrase
        return spread(phrase, Span(0, len(samples)))

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class AlignedRecogniser:
    """Knows a whole ``recording`` and its ``words``; returns those whose middle lies in what it is given.

    What it is given must be a stretch of the recording, sample for sample, else it raises ValueError;
    so give it a recording whose stretches differ (noise rather than a steady tone). Positions of
    ``words`` count from the recording's first sample.
    """

    def __init__(self, recording: Samples, words: Iterable[HeardWord], name: str = "aligned") -> None:
        self.name = name
        self.heard: list[Span] = []
        self.closed = False
        self._recording = recording.astype(np.float32)
        self._words = tuple(words)

    def warm(self) -> None:
        """Nothing to load."""

    def transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
        """The words said in ``samples``, counted from its first sample."""
        if not len(samples):
            return ()
        start = self._find(samples)
        span = Span(start, start + len(samples))
        self.heard.append(span)
        return tuple(
            replace(word, start=max(word.start, span.start) - start, end=min(word.end, span.end) - start)
            for word in self._words
            if span.start <= (word.start + word.end) // 2 < span.end
        )

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    def _find(self, samples: Samples) -> int:
        whole, part = self._recording.tobytes(), samples.astype(np.float32).tobytes()
        at = whole.find(part)
        while at > 0 and at % 4:  # bytes that are alike by chance, between two samples
            at = whole.find(part, at + 1)
        if at < 0:
            raise ValueError(f"these {len(samples)} samples are no stretch of the recording")
        return at // 4


def spread(phrase: str, span: Span) -> tuple[HeardWord, ...]:
    """The words of ``phrase`` spread evenly over ``span``, probability 1.0; no words give ``()``."""
    texts = phrase.split()
    edges = [span.start + (span.end - span.start) * at // max(1, len(texts)) for at in range(len(texts) + 1)]
    return tuple(
        HeardWord(text, start, end, 1.0)
        for text, (start, end) in zip(texts, itertools.pairwise(edges), strict=True)
    )


# ------------------------------------------------------------------------------ keeping


class MemoryRecording:
    """A recording that is nowhere on disk; ``samples`` is what was written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.samples: Samples = np.zeros(0, np.float32)
        self.closed = False

    @property
    def n_samples(self) -> int:
        """How many samples it holds."""
        return len(self.samples)

    def write(self, samples: Samples) -> None:
        """Append ``samples``. Raises JournalError when closed, DeviceError and ValueError as the real one."""
        if self.closed:
            raise JournalError(f"the recording {self.path} is finished; nothing can be added to it.")
        if samples.dtype != np.float32 or samples.ndim != 1:
            raise ValueError(f"audio must be float32 of shape (n,), not {samples.dtype} of {samples.shape}")
        if np.isnan(samples).any():
            raise DeviceError("the microphone delivered values that are no numbers (NaN).")
        self.samples = np.concatenate([self.samples, np.clip(samples, -1.0, 1.0)])

    def close(self) -> None:
        """Finish it."""
        self.closed = True


class MemoryJournal:
    """A journal in memory; ``recordings`` holds the audio by attempt and ordinal.

    Takes no notice of the disk; everything else is as in :class:`~voiceprep.ports.Journal`.
    """

    def __init__(self) -> None:
        self.recordings: dict[tuple[int, int], MemoryRecording] = {}
        self.closed = False
        self._attempts: dict[int, Attempt] = {}
        self._ids = itertools.count(1)
        self._runs: dict[int, Run] = {}
        self._run_ids = itertools.count(1)
        self._crashed: set[tuple[int, int]] = set()
        self._signals: dict[int, SignalsNoted] = {}
        self._originals: dict[int, Attempt] = {}
        self._sources: dict[str, int] = {}

    def begin(
        self, question: str, level: Level, recogniser: str, started: datetime, run: int | None = None
    ) -> int:
        """Open an attempt (within ``run``) and return its id.

        Raises JournalError for an unknown run, ValueError where ``started`` has no time zone.
        """
        within = self.run(run) if run is not None else None
        attempt = Attempt(next(self._ids), question, level, _in_utc(started), recogniser, (), None)
        self._attempts[attempt.id] = attempt
        if within is not None:
            self._runs[within.id] = replace(within, attempts=(*within.attempts, attempt.id))
        return attempt.id

    def record(
        self, attempt: int, ordinal: int, asked: str, probes: str | None, repairs: Repair | None = None
    ) -> MemoryRecording:
        """Open the audio of an answer. Raises JournalError as the port says."""
        if any(answer.ordinal == ordinal for answer in self._get(attempt).answers):
            raise JournalError(f"attempt {attempt} has answer {ordinal} already.")
        recording = MemoryRecording(Path("memory") / str(attempt) / f"{ordinal}.wav")
        self.recordings[attempt, ordinal] = recording
        state = AnswerState.RECORDING
        begun = Answer(ordinal, asked, probes, state, None, None, None, recording.path, 0, 0)
        self._put(attempt, replace(begun, repairs=repairs))
        return recording

    def reopen(self, attempt: int, ordinal: int) -> MemoryRecording:
        """Go on recording a kept answer. Raises JournalError as the port says."""
        answer = next((a for a in self._get(attempt).answers if a.ordinal == ordinal), None)
        recording = self.recordings.get((attempt, ordinal))
        if answer is None or recording is None or answer.state is AnswerState.RECORDING:
            raise JournalError(f"answer {ordinal} of attempt {attempt} has no finished recording.")
        recording.closed = False
        self._put(attempt, replace(answer, state=AnswerState.RECORDING, ending=None))
        return recording

    def keep(self, attempt: int, answer: Answer, combined: Assessment | None = None) -> None:
        """Store an answer (replaces the one of the same ordinal), and findings. Raises JournalError."""
        self._put(attempt, answer)
        if combined is not None:
            self.conclude(attempt, combined)
        self._crashed.discard((attempt, answer.ordinal))

    def conclude(self, attempt: int, combined: Assessment | None) -> None:
        """Store the findings over all answers. Raises JournalError."""
        self._attempts[attempt] = replace(self._get(attempt), combined=combined)

    def attempts(self, question: str | None = None, limit: int | None = None) -> tuple[Attempt, ...]:
        """Attempts, newest first. Raises ValueError for a limit below 0."""
        if limit is not None and limit < 0:
            raise ValueError(f"a limit of {limit} attempts makes no sense")
        found = [a for a in self._attempts.values() if question is None or a.question == question]
        return tuple(sorted(found, key=lambda a: (a.started, a.id), reverse=True)[:limit])

    def attempt(self, attempt: int) -> Attempt:
        """The attempt of that id. Raises JournalError when there is none."""
        return self._get(attempt)

    def reviews(self) -> tuple[Review, ...]:
        """Every attempt in short, newest first."""
        return tuple(_review(attempt) for attempt in self.attempts())

    def vague(
        self, questions: tuple[str, ...] | None = None, order: Order = Order.NEWEST, limit: int | None = None
    ) -> tuple[VagueSpot, ...]:
        """What was vague in single answers, newest or worst first. Raises ValueError for a limit below 0."""
        if limit is not None and limit < 0:
            raise ValueError(f"a limit of {limit} spots makes no sense")
        found = [
            VagueSpot(
                kept.id,
                answer.ordinal,
                kept.question,
                kept.started,
                answer.transcript.text if answer.transcript is not None else "",
                finding,
                kept.is_mended(answer.ordinal, finding.evidence.start, finding.evidence.end),
            )
            for kept in self.attempts()
            if questions is None or kept.question in questions
            for answer in kept.replies
            if answer.assessment is not None
            for finding in answer.assessment.vague
        ]
        if order is Order.WORST:
            found.sort(key=lambda spot: spot.finding.evidence.start - spot.finding.evidence.end)
        found.sort(key=lambda spot: spot.mended)
        return tuple(found[:limit])

    def begin_run(
        self,
        kind: RunKind,
        questions: tuple[str, ...],
        started: datetime,
        *,
        role: str | None = None,
        round_: str | None = None,
        minutes: int | None = None,
    ) -> int:
        """Open a run and return its id. Raises ValueError where ``started`` has no time zone."""
        began = _in_utc(started)
        run = Run(next(self._run_ids), kind, began, None, questions, role, round_, minutes, ())
        self._runs[run.id] = run
        return run.id

    def end_run(self, run: int, when: datetime) -> None:
        """The run is over. Raises JournalError, ValueError where ``when`` has no time zone."""
        self._runs[run] = replace(self.run(run), ended=_in_utc(when))

    def run(self, run: int) -> Run:
        """The run of that id. Raises JournalError when there is none."""
        if run not in self._runs:
            raise JournalError(f"there is no run {run}: begin one with `voiceprep drill`.")
        return self._runs[run]

    def runs(self, limit: int | None = None) -> tuple[Run, ...]:
        """Runs, newest first. Raises ValueError for a limit below 0."""
        if limit is not None and limit < 0:
            raise ValueError(f"a limit of {limit} runs makes no sense")
        found = sorted(self._runs.values(), key=lambda run: (run.started, run.id), reverse=True)
        return tuple(found[:limit])

    def standings(
        self, questions: tuple[str, ...] | None = None, since: datetime | None = None
    ) -> tuple[Standing, ...]:
        """What every judged attempt adds to progress. Raises ValueError where ``since`` has no time zone."""
        if since is not None and since.tzinfo is None:
            raise ValueError(f"{since} has no time zone")
        return tuple(
            Standing(
                kept.id,
                kept.question,
                kept.started,
                next(
                    (
                        a.assessment.verdict
                        for a in kept.answers
                        if a.ordinal == 0 and a.assessment is not None
                    ),
                    None,
                ),
                tuple((element.id, element.status) for element in judged.elements),
                tuple((move.id, move.status) for move in judged.moves if move.required),
                kept.held,
                judged.delivery,
                self._signals.get(kept.id),
            )
            for kept in reversed(self.attempts())
            if (questions is None or kept.question in questions) and (since is None or kept.started >= since)
            if (judged := next(_assessments(kept), None)) is not None
        )

    def note_signals(self, attempt: int, signals: SignalsNoted) -> None:
        """Store which signals were heard. Raises JournalError."""
        self._signals[self._get(attempt).id] = signals

    def crash(self) -> None:
        """Pretend that the program was killed here: what is being recorded is there to be recovered."""
        self._crashed |= {
            (attempt.id, answer.ordinal)
            for attempt in self._attempts.values()
            for answer in attempt.answers
            if answer.state is AnswerState.RECORDING
        }

    def recover(self) -> tuple[Recovered, ...]:
        """Mark what :meth:`crash` cut short as interrupted, and return it."""
        found = []
        for key in sorted(self._crashed):
            if key[1] == 0 and key[0] in self._sources.values():
                self._delete(key[0])
                continue
            attempt = self._get(key[0])
            recording = self.recordings[key]
            answer = next(answer for answer in attempt.answers if answer.ordinal == key[1])
            self._put(
                attempt.id,
                replace(
                    answer,
                    state=AnswerState.INTERRUPTED,
                    ending=Ending.INTERRUPTED,
                    n_samples=recording.n_samples,
                ),
            )
            is_try = answer.repairs is not None
            found.append(Recovered(*key, attempt.question, recording.path, recording.n_samples, is_try))
        self._crashed.clear()
        return tuple(found)

    def unfinished(self) -> tuple[Recovered, ...]:
        """What of the newest attempt was cut short."""
        if not self._attempts:
            return ()
        newest = self._attempts[max(self._attempts)]
        return tuple(
            Recovered(newest.id, answer.ordinal, newest.question, answer.audio, answer.n_samples)
            for answer in newest.replies
            if answer.state is AnswerState.INTERRUPTED
            and answer.ending in (Ending.INTERRUPTED, Ending.MICROPHONE_LOST)
            and answer.audio is not None
            and answer.n_samples
        )

    def forget(self, attempt: int) -> None:
        """Delete an attempt with its audio, and a run that has ended with its last attempt.

        Raises JournalError (unknown, being recorded).
        """
        for answer in self._get(attempt).answers:
            key = (attempt, answer.ordinal)
            if answer.state is AnswerState.RECORDING and key not in self._crashed:
                raise JournalError(f"attempt {attempt} is being recorded: finish it, then forget it.")
        self._delete(attempt)

    def note_source(self, attempt: int, digest: str) -> None:
        """Remember of which file the recording is being made. Raises JournalError as the port says."""
        self._get(attempt)
        if digest in self._sources:
            raise JournalError(f"the same recording is attempt {self._sources[digest]} already.")
        self._sources[digest] = attempt

    def imported(self, digest: str) -> int | None:
        """The attempt made of the file of that digest; None: there is none."""
        return self._sources.get(digest)

    def abandon(self, attempt: int) -> None:
        """Delete an attempt, also in the middle of its recording; one that is gone does not matter."""
        if attempt in self._attempts:
            self._delete(attempt)

    def read_again(self, attempt: Attempt, when: datetime) -> None:
        """Store ``attempt`` as read anew, and keep what was read before. Raises JournalError."""
        known = self._get(attempt.id)
        if any(answer.state is AnswerState.RECORDING for answer in known.answers):
            raise JournalError(f"attempt {attempt.id} is being recorded: finish it, then read it again.")
        if {answer.ordinal for answer in known.answers} != {answer.ordinal for answer in attempt.answers}:
            raise JournalError(f"attempt {attempt.id} has changed in the meantime: read it again.")
        was_read = any(_assessments(known)) or any(answer.transcript for answer in known.answers)
        if was_read:
            self._originals.setdefault(attempt.id, known)
        self._signals.pop(attempt.id, None)
        since = when.astimezone(UTC) if was_read else known.read_again
        self._attempts[attempt.id] = replace(
            known,
            recogniser=attempt.recogniser,
            answers=attempt.answers,
            combined=attempt.combined,
            read_again=since,
        )

    def original(self, attempt: int) -> Attempt:
        """The attempt as it was first read. Raises JournalError."""
        return self._originals.get(attempt, self._get(attempt))

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    def _delete(self, attempt: int) -> None:
        del self._attempts[attempt]
        self._originals.pop(attempt, None)
        self._sources = {digest: id_ for digest, id_ in self._sources.items() if id_ != attempt}
        self._crashed = {key for key in self._crashed if key[0] != attempt}
        self.recordings = {key: kept for key, kept in self.recordings.items() if key[0] != attempt}
        left = {
            id_: replace(run, attempts=tuple(made for made in run.attempts if made != attempt))
            for id_, run in self._runs.items()
        }
        self._runs = {id_: run for id_, run in left.items() if run.attempts or run.ended is None}

    def _get(self, attempt: int) -> Attempt:
        if attempt not in self._attempts:
            raise JournalError(f"there is no attempt {attempt}: `voiceprep history` lists them.")
        return self._attempts[attempt]

    def _put(self, attempt: int, answer: Answer) -> None:
        known = self._get(attempt)
        others = [old for old in known.answers if old.ordinal != answer.ordinal]
        answers = tuple(sorted((*others, answer), key=lambda kept: kept.ordinal))
        self._attempts[attempt] = replace(known, answers=answers)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)


def _review(attempt: Attempt) -> Review:
    last = next(_assessments(attempt), None)
    if last is None:
        return Review(attempt.id, attempt.question, attempt.started, None)
    first = next((a.assessment for a in attempt.answers if a.ordinal == 0), None)
    unasked = _parts(first, Status.SAID) if first is not None else ()
    said = _parts(last, Status.SAID)
    return Review(
        attempt.id,
        attempt.question,
        attempt.started,
        last.verdict,
        said=tuple(part for part in said if part in unasked),
        prompted=tuple(part for part in said if part not in unasked),
        missing=_parts(last, Status.MISSING),
    )


def _parts(found: Assessment, status: Status) -> tuple[str, ...]:
    """Ids of the elements and demanded moves of that status."""
    elements = tuple(element.id for element in found.elements if element.status is status)
    return elements + tuple(made.id.value for made in found.moves if made.required and made.status is status)


def _assessments(attempt: Attempt) -> Iterator[Assessment]:
    """What was found, the most telling first: over all answers, then answer by answer from the last."""
    if attempt.combined is not None:
        yield attempt.combined
    for answer in reversed(attempt.replies):
        if answer.assessment is not None:
            yield answer.assessment
