"""What lasts: ``python -m tests.benchmarks.endurance memory|samples|spoken``.

memory   recorded answers in one session, as fast as they can be heard: how much memory the process grows
         by over 50 of them, after the first 60, against what a model in the shape of base.en takes.
samples  so many --minutes of simulated answers through a null sink and the real microphone into a recording,
         recognised meanwhile, with two more processes that keep both cores busy: samples kept against
         samples played, and the overflows reported.
spoken   100 questions in a row through the null sink's loudspeaker: how many came out audible, and whole.
"""

from __future__ import annotations

import argparse
import itertools
import math
import multiprocessing
import os
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[0]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conftest import NullSink, started_null_sink
from speed import BASE_EN, random_weights

from voiceprep import bank, resources, text
from voiceprep.engines.audiofile import AudioFileMicrophone, Pace, read_audio
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.loudspeaker import SoundDevicePlayer, WavFilePlayer
from voiceprep.engines.microphone import SoundDeviceMicrophone
from voiceprep.engines.models import synthetic_model
from voiceprep.engines.recording import WavRecording, read_samples
from voiceprep.engines.silero import SileroDetector
from voiceprep.engines.speech import Pyttsx3Speaker, SpeechOptions
from voiceprep.engines.whisper import WhisperRecogniser
from voiceprep.hearing import Ears, Hearing, Source
from voiceprep.listen import WHOLE_RECORDING, ListenOptions
from voiceprep.model import RATE_HZ, Block, Samples
from voiceprep.session import Parts, Session, SessionOptions, Spoken
from voiceprep.testing import ScriptedControls, ScriptedSpeaker

N_BEFORE = 60
"""Answers after which every question with a recorded one was asked and its patterns are kept: from here on
memory should not grow."""

N_ANSWERS = 50

N_QUESTIONS = 100
AUDIBLE = 0.01
"""Level above which a sample is speech and not silence: -40 dBFS."""

ON_ITS_WAY_S = 0.5
"""What a program has played is at the listener by then."""

PART_S = 0.5
ALIKE = 0.95
"""Correlation from which half a second of speech is the same, after two resamplers."""

MEGABYTE = 1e6


def resident_bytes() -> int:
    """Memory of this process that is in use now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory() -> None:
    """Print how memory grows over answers."""
    from ctranslate2.models import Whisper

    content = bank.load([resources.folder("content")])
    recorded = resources.recorded_answers()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        random_weights(BASE_EN, Path(folder))
        before = resident_bytes()
        model = Whisper(folder, device="cpu", compute_type="int8")
        model_mb = (resident_bytes() - before) / MEGABYTE
        del model
        recogniser = stack.enter_context(closing(WhisperRecogniser(synthetic_model())))
        journal = stack.enter_context(closing(SqliteJournal(Path(folder, "home"))))
        parts = Parts(
            ScriptedSpeaker(),
            journal,
            ScriptedControls(),
            SystemClock(),
            Ears(SileroDetector(), recogniser),
        )
        used: list[int] = []
        with Session(parts, content, SessionOptions(n_follow_ups=0), lambda _: None) as session:
            for answer in itertools.islice(itertools.cycle(recorded), N_BEFORE + N_ANSWERS):

                def opened(path: Path = answer.path) -> AudioFileMicrophone:
                    return AudioFileMicrophone(path, Pace.AT_ONCE)

                question = bank.find(content, answer.question)
                session.practise(question, iter([Spoken(opened, ListenOptions(finish_silence_s=4.0))]))
                used.append(resident_bytes())
    first_mb, before_mb, last_mb = (used[n] / MEGABYTE for n in (0, N_BEFORE - 1, -1))
    grown_mb = last_mb - before_mb
    print(
        f"after 1, {N_BEFORE}, {len(used)} answers: {first_mb:.1f}, {before_mb:.1f}, {last_mb:.1f} MB; "
        f"in the last {N_ANSWERS} grown by {grown_mb:.1f} MB, {100 * grown_mb / model_mb:.1f} % of "
        f"the {model_mb:.0f} MB of a model in the shape of base.en"
    )


def _burn() -> None:
    while True:
        sum(range(100_000))


@contextmanager
def busy_cores() -> Iterator[None]:
    """Two processes that compute all the time."""
    burning = [multiprocessing.Process(target=_burn, daemon=True) for _ in range(2)]
    for process in burning:
        process.start()
    try:
        yield
    finally:
        for process in burning:
            process.kill()
            process.join()


def _speech(minutes: float) -> Samples:
    """Simulated answers one after the other, with a hiss so that no two stretches are alike."""
    answers = [np.concatenate(list(read_audio(one.path))) for one in resources.recorded_answers()]
    n_samples = round(minutes * 60 * RATE_HZ)
    joined = np.resize(np.concatenate(answers), n_samples)
    hiss = np.random.default_rng(7).normal(0, 0.0005, n_samples)
    pcm = np.round((joined + hiss).clip(-1, 1) * 32767)
    return (pcm / 32768).astype(np.float32)


def samples(minutes: float) -> None:
    """Print how many samples were kept of those played."""
    played = _speech(minutes)
    with ExitStack() as stack:
        sink = stack.enter_context(started_null_sink())
        os.environ["PULSE_SERVER"] = sink.server
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with wave.open(str(folder / "played.wav"), "wb") as wav:
            wav.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
            wav.writeframes((played * 32768).astype("<i2").tobytes())
        recogniser = stack.enter_context(closing(WhisperRecogniser(synthetic_model())))
        recogniser.warm()
        worker = stack.enter_context(ThreadPoolExecutor(1))
        microphone = stack.enter_context(closing(SoundDeviceMicrophone(None)))
        stack.enter_context(busy_cores())
        hearing = Hearing(
            Ears(SileroDetector(), recogniser),
            ScriptedControls(),
            SystemClock(),
            worker,
            WHOLE_RECORDING,
            lambda _: None,
        )
        blocks = _until_played(microphone.blocks(), sink, folder / "played.wav")
        recording = WavRecording(folder / "kept.wav")
        heard = hearing.hear(Source(microphone.name, live=True, blocks=blocks), recording)
        recording.close()
        if heard.failure is not None:
            raise heard.failure
        kept = read_samples(recording.path)
    n_kept = _n_in_place(played, kept)
    print(
        f"{minutes:g} min with both cores busy: {n_kept} of {len(played)} samples kept in place "
        f"({n_kept / len(played):.6f}), {heard.n_overflows} overflows, {len(heard.transcript.words)} words"
    )


def _until_played(blocks: Iterator[Block], sink: NullSink, path: Path) -> Iterator[Block]:
    """What the microphone delivers from before ``path`` is played until a second after."""
    player = None
    ended_s: float | None = None
    for block in blocks:
        player = player or sink.play(path)
        yield block
        if ended_s is None and player.poll() is not None:
            ended_s = time.monotonic()
        if ended_s is not None and time.monotonic() - ended_s > 1.0:
            return


def _n_in_place(played: Samples, kept: Samples) -> int:
    """How many samples of ``played`` lie in ``kept`` at the distance at which its first second does."""
    first, head = played[:RATE_HZ], kept[: 30 * RATE_HZ]
    begin = int(np.argmax(np.correlate(head, first, "valid")))
    part = kept[begin : begin + len(played)]
    return int(np.count_nonzero(part == played[: len(part)]))


def spoken(keep: Path | None) -> None:
    """Print how many questions came out of the loudspeaker whole, and what the others lack."""
    content = bank.load([resources.folder("content")])
    questions = [text.spoken(question.ask, content.glossary) for question in content.questions]
    n_audible = n_whole = 0
    with ExitStack() as stack:
        sink = stack.enter_context(started_null_sink())
        os.environ["PULSE_SERVER"] = sink.server
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        aloud = stack.enter_context(closing(Pyttsx3Speaker(SoundDevicePlayer(None), SpeechOptions())))
        filed = stack.enter_context(closing(Pyttsx3Speaker(WavFilePlayer(folder), SpeechOptions())))
        for number, said in enumerate(itertools.islice(itertools.cycle(questions), N_QUESTIONS), start=1):
            true = _sounding(read_samples_any(Path(filed.say(said, _never))))
            with _Listener(sink) as listener:
                aloud.say(said, _never)
                listener.await_samples(round(ON_ITS_WAY_S * RATE_HZ))
            heard = listener.heard()
            found = _found(true, heard)
            n_audible += len(_sounding(heard)) > 0
            if found and all(one.is_in_place for one in found):
                n_whole += 1
                continue
            print(f"  question {number}, each {PART_S:g} s: {' '.join(map(str, found))}", flush=True)
            if keep is not None:
                for name, sound in (("heard", heard), ("true", true)):
                    _write_wav(keep / f"{number}-{name}.wav", sound)
    print(f"{N_QUESTIONS} questions spoken in a row: {n_audible} audible, {n_whole} whole")


class _Listener:
    """Hears what the loudspeaker plays; once entered it does, since a process takes time to start."""

    def __init__(self, sink: NullSink) -> None:
        self._process = sink.listen()
        self._pieces: list[bytes] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def __enter__(self) -> Self:
        self.await_samples(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._thread.join()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as stdout:
            while piece := stdout.read(320):  # 10 ms
                self._pieces.append(piece)

    def await_samples(self, n_samples: int) -> None:
        """Return when so many more have arrived: by their count, since on a busy machine they come late."""
        n_before = len(self._pieces)
        while (len(self._pieces) - n_before) * 160 < n_samples and self._thread.is_alive():
            time.sleep(0.01)

    def heard(self) -> Samples:
        """Everything so far."""
        return np.frombuffer(b"".join(self._pieces), "<i2").astype(np.float32) / np.float32(32768)


def read_samples_any(path: Path) -> Samples:
    """The samples of an audio file at RATE_HZ."""
    return np.concatenate(list(read_audio(path)))


def _sounding(samples: Samples) -> Samples:
    """From the first audible sample to the last."""
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]


@dataclass(frozen=True, slots=True)
class _Part:
    """Where a part of a sound was heard, in samples later than it should be, and how like it that is."""

    late: int
    likeness: float

    @property
    def is_in_place(self) -> bool:
        """Whether it was heard where it should be."""
        return self.likeness >= ALIKE and abs(self.late) < RATE_HZ // 100

    def __str__(self) -> str:
        return f"{self.likeness:.2f}" + (f"({1000 * self.late / RATE_HZ:+.0f}ms)" if self.late else "")


def _found(true: Samples, heard: Samples) -> list[_Part]:
    """Each part of ``true`` in ``heard``, wherever it is; the first one tells where they should be."""
    n_part = round(PART_S * RATE_HZ)
    parts = [true[at : at + n_part] for at in range(0, len(true) - n_part // 2, n_part)]
    begin: int | None = None
    found = []
    for number, part in enumerate(parts):
        if float(part @ part) < len(part) * AUDIBLE**2 / 10 or len(heard) < len(part):
            continue  # a pause between words
        if begin is None:
            begin = int(np.argmax(_correlated(heard, part))) - number * n_part
        at = begin + number * n_part
        if _likeness(heard, at, part) < ALIKE:
            at = int(np.argmax(_correlated(heard, part)))
        likeness = _likeness(heard, at, part)
        found.append(_Part(at - begin - number * n_part, likeness))
    return found


def _likeness(whole: Samples, at: int, part: Samples) -> float:
    """How like ``part`` is what stands at ``at``: 1.0 the same, 0.0 something else or nothing."""
    there = whole[max(0, at) : max(0, at + len(part))]
    if len(there) < len(part):
        return 0.0
    scale = math.sqrt(float(part @ part) * float(there @ there))
    return float(part @ there) / scale if scale else 0.0


def _correlated(whole: Samples, part: Samples) -> Samples:
    """The product of ``part`` with ``whole`` at every place where it fits."""
    n = 1 << (len(whole) + len(part)).bit_length()
    products = np.fft.irfft(np.fft.rfft(whole, n) * np.conj(np.fft.rfft(part, n)), n)
    return products[: len(whole) - len(part) + 1].astype(np.float32)


def _write_wav(path: Path, sound: Samples) -> None:
    with wave.open(str(path), "wb") as wav:
        wav.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        wav.writeframes(np.round(sound * 32767).astype("<i2").tobytes())


def _never() -> bool:
    return False


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("memory", "samples", "spoken"))
    parser.add_argument("--minutes", type=float, default=30.0, help="of samples")
    parser.add_argument("--keep", type=Path, help="folder for what was heard of spoken questions not whole")
    given = parser.parse_args()
    if given.what == "memory":
        memory()
    elif given.what == "samples":
        samples(given.minutes)
    else:
        spoken(given.keep)


if __name__ == "__main__":
    main()
