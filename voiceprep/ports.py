"""What the loop needs from the outside world, each as small as it can be.

The engines implement these on real parts; :mod:`voiceprep.testing` ships fakes for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from voiceprep.model import (
    Answer,
    Assessment,
    Attempt,
    Block,
    HeardWord,
    Level,
    Order,
    Recovered,
    Repair,
    Review,
    Run,
    RunKind,
    SignalsNoted,
    Standing,
    Tone,
    VagueSpot,
)

if TYPE_CHECKING:
    from voiceprep.model import Samples


class Clock(Protocol):
    """Time, passed in so that tests own it."""

    def now(self) -> datetime:
        """The current moment, aware, UTC."""

    def monotonic_s(self) -> float:
        """Seconds that never run backwards, from an arbitrary start."""


class Speaker(Protocol):
    """Says text aloud (or writes it to a file where there is no loudspeaker)."""

    def prepare(self, text: str) -> None:
        """Begin synthesis in the background so that a later :meth:`say` of the same text starts at once."""

    def say(self, text: str, should_stop: Callable[[], bool]) -> str:
        """Say ``text`` and return where it went ("loudspeaker: NAME", or the file's path).

        "" where it was stopped before the first word. Blocks until the end; asks ``should_stop`` at least
        every 50 ms and falls silent at once when it is true. Raises SpeechError, DeviceError.
        """

    def slow_down(self) -> None:
        """Speak slower from now on, down to a rate that is still speech."""

    def close(self) -> None:
        """Stop, end the child process, free the device. May be called twice."""


class Tones(Protocol):
    """Tells by short tones what the program does."""

    def tone(self, tone: Tone) -> None:
        """Play ``tone``. LISTENING has ended when this returns: the microphone must not hear it.

        Never raises: a tone is a courtesy.
        """


class Microphone(Protocol):
    """Delivers one recording's audio.

    ``name`` is what a person calls the source. ``live`` is true for hardware: its samples come at
    their own pace and are gone when not taken; a source that is not live waits for its reader.
    """

    name: str
    live: bool

    def blocks(self) -> Iterator[Block]:
        """Audio from now on, in order and without gaps, 10 to 100 ms a block.

        An empty block (0 samples) comes at least every 100 ms while nothing is delivered, so that
        the loop can look at keys. Ends when a file ends; hardware never ends by itself.
        Raises DeviceError, AudioFileError.
        """

    def waiting(self) -> tuple[Block, ...]:
        """End the recording: what was delivered and not handed over, also where :meth:`blocks` broke off."""

    def close(self) -> None:
        """Free the device. May be called twice."""


class SpeechDetector(Protocol):
    """Tells speech from everything else, as a stream: state is carried from frame to frame."""

    def probability(self, frame: Samples) -> float:
        """Probability that ``frame`` (float32, exactly FRAME_SAMPLES of listen.py) holds speech."""

    def reset(self) -> None:
        """Forget everything heard."""


class Recogniser(Protocol):
    """Turns speech into words."""

    name: str

    def warm(self) -> None:
        """Load the model and run it once, so that the first real phrase is quick. Raises ModelError."""

    def transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
        """Words of ``samples`` (float32 mono RATE_HZ, any length); nothing said gives ``()``.

        Raises RecogniserError.
        """

    def close(self) -> None:
        """Free the model. May be called twice."""


class Controls(Protocol):
    """Keys pressed while the loop runs."""

    def poll(self) -> str | None:
        """The oldest key not yet taken ("enter", "space", "q", ...), None when there is none."""


class Recording(Protocol):
    """An answer's audio on its way to the disk; readable as a WAV file at any moment."""

    path: Path

    @property
    def n_samples(self) -> int:
        """How many samples it holds."""

    def write(self, samples: Samples) -> None:
        """Append ``samples`` (float32 mono RATE_HZ). Raises DiskFull, JournalError, DeviceError for NaN."""

    def close(self) -> None:
        """Finish the file and force it to disk. May be called twice."""


class Journal(Protocol):
    """Keeps every attempt: audio, transcript, findings, timings."""

    def begin(
        self, question: str, level: Level, recogniser: str, started: datetime, run: int | None = None
    ) -> int:
        """Open an attempt (within ``run``) and return its id. Raises JournalError."""

    def record(
        self, attempt: int, ordinal: int, asked: str, probes: str | None, repairs: Repair | None = None
    ) -> Recording:
        """Open the audio of an answer; from here on the journal knows it, whatever happens.

        Raises JournalError where the attempt is unknown or has an answer of that ordinal.
        """

    def reopen(self, attempt: int, ordinal: int) -> Recording:
        """Go on recording an answer that was kept, at the end of its audio; it counts as recording again.

        Raises JournalError where there is no such answer, it has no audio, or it is being recorded.
        """

    def keep(self, attempt: int, answer: Answer, combined: Assessment | None = None) -> None:
        """Store an answer (replaces the one of the same ordinal), and the findings over all where given.

        All of it or nothing. In the state "recording" it counts as being at work on until it is kept again.
        """

    def conclude(self, attempt: int, combined: Assessment | None) -> None:
        """Store the findings over all answers and close the attempt."""

    def attempts(self, question: str | None = None, limit: int | None = None) -> tuple[Attempt, ...]:
        """Attempts, newest first."""

    def attempt(self, attempt: int) -> Attempt:
        """The attempt of that id. Raises JournalError when there is none."""

    def reviews(self) -> tuple[Review, ...]:
        """Every attempt in short, newest first: reading them whole takes seconds after a year of practice.

        The verdict is that over all answers, else that on the last answer that has one; tries at single
        sentences have none.
        """

    def vague(
        self, questions: tuple[str, ...] | None = None, order: Order = Order.NEWEST, limit: int | None = None
    ) -> tuple[VagueSpot, ...]:
        """What was vague in single answers (to ``questions``), without reading the attempts whole.

        Newest first: within an answer in its own order. Worst first: alike ones newest first. Mended ones
        come last; what is vague in a try at mending one is not listed.
        """

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
        """Open a run of ``questions`` and return its id. Raises JournalError."""

    def end_run(self, run: int, when: datetime) -> None:
        """The run is over and cannot be gone on with. Raises JournalError when there is none of that id."""

    def run(self, run: int) -> Run:
        """The run of that id. Raises JournalError when there is none."""

    def runs(self, limit: int | None = None) -> tuple[Run, ...]:
        """Runs, newest first. Raises ValueError for a limit below 0."""

    def standings(
        self, questions: tuple[str, ...] | None = None, since: datetime | None = None
    ) -> tuple[Standing, ...]:
        """What every judged attempt (at ``questions``, from ``since`` on) adds to progress, oldest first.

        The findings are those over all answers, else those on the last answer that has some.
        """

    def note_signals(self, attempt: int, signals: SignalsNoted) -> None:
        """Store which signals were heard in an attempt. Raises JournalError where it is unknown."""

    def recover(self) -> tuple[Recovered, ...]:
        """Mark answers as interrupted whose recording a crash cut short; their audio is made whole.

        For the start of the program. Answers that a live second instance is recording are left alone.
        """

    def unfinished(self) -> tuple[Recovered, ...]:
        """Answers of the newest attempt with audio that were interrupted, by a crash or not; no tries."""

    def forget(self, attempt: int) -> None:
        """Delete an attempt with its audio, and a run that has ended with its last attempt.

        Raises JournalError when there is none of that id.
        """

    def note_source(self, attempt: int, digest: str) -> None:
        """Remember the file of which the attempt's recording is being made, by the digest of its bytes.

        A crash before that recording was kept leaves nothing of the attempt to :meth:`recover`: the file
        is still there. Raises JournalError where another attempt was made of that file.
        """

    def imported(self, digest: str) -> int | None:
        """The attempt whose recording was made of the file of that digest; None: there is none."""

    def abandon(self, attempt: int) -> None:
        """Delete an attempt that this journal itself has begun, also in the middle of its recording."""

    def read_again(self, attempt: Attempt, when: datetime) -> None:
        """Store ``attempt`` as transcribed and checked anew at ``when``, and keep what was there before.

        All of it or nothing. Where nothing had been transcribed or found, this is the first reading.
        Raises JournalError where the attempt is being recorded or has other answers by now.
        """

    def original(self, attempt: int) -> Attempt:
        """The attempt as it was first read, whatever was read later. Raises JournalError."""

    def close(self) -> None:
        """Close the database. May be called twice."""
