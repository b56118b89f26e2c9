from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
import soxr
from conftest import NullSink, started_null_sink

from voiceprep.engines import devices
from voiceprep.engines.loudspeaker import Sound, SoundDevicePlayer, WavFilePlayer
from voiceprep.engines.microphone import SoundDeviceMicrophone
from voiceprep.engines.speech import Pyttsx3Speaker, SpeechOptions
from voiceprep.errors import DeviceError, DeviceLost
from voiceprep.model import RATE_HZ, Block, Samples

if sys.platform == "win32":
    pytest.skip("the null sink is a PulseAudio on Linux", allow_module_level=True)

pytestmark = pytest.mark.needs_system

ANSWER = "I would pick the smaller model, for speed."


def never() -> bool:
    return False


@pytest.fixture
def machine(null_sink: NullSink, monkeypatch: pytest.MonkeyPatch) -> NullSink:
    """The null sink, as the sound system of this process."""
    monkeypatch.setenv("PULSE_SERVER", null_sink.server)
    return null_sink


@pytest.fixture
def mortal(monkeypatch: pytest.MonkeyPatch) -> Iterator[NullSink]:
    """A null sink of one's own, which the test may harm."""
    with started_null_sink() as started:
        monkeypatch.setenv("PULSE_SERVER", started.server)
        yield started


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An answer of some seconds, 16 kHz mono 16-bit."""
    folder = tmp_path_factory.mktemp("spoken")
    with closing(Pyttsx3Speaker(WavFilePlayer(folder), SpeechOptions())) as speaker:
        path = Path(speaker.say(ANSWER, never))
    with wave.open(str(path), "rb") as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
        at_rate = soxr.resample(samples, wav.getframerate(), RATE_HZ)
    with wave.open(str(path), "wb") as wav:
        wav.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        wav.writeframes(at_rate.astype("<i2").tobytes())
    return path


def samples_of(wav_path: Path) -> Samples:
    with wave.open(str(wav_path), "rb") as wav:
        return as_samples(wav.readframes(wav.getnframes()))


def as_samples(frames: bytes) -> Samples:
    return np.frombuffer(frames, "<i2").astype(np.float32) / np.float32(32768)


def heard_while(
    blocks: Iterator[Block], process: subprocess.Popen[bytes], tail_s: float
) -> tuple[Block, ...]:
    """What the microphone delivers until ``tail_s`` after the process has ended."""
    heard: list[Block] = []
    ended_s: float | None = None
    for block in blocks:
        heard.append(block)
        if ended_s is None and process.poll() is not None:
            ended_s = time.monotonic()
        if ended_s is not None and time.monotonic() - ended_s > tail_s:
            break
    return tuple(heard)


def position(part: Samples, whole: Samples) -> int:
    """Where ``part`` lies in ``whole``: the lag of their cross-correlation's peak."""
    n = 1 << (len(whole) + len(part)).bit_length()
    spectrum = np.fft.rfft(whole, n) * np.conj(np.fft.rfft(part, n))
    return int(np.argmax(np.fft.irfft(spectrum, n)[: len(whole)]))


def assert_every_sample_arrived(played: Path, heard: tuple[Block, ...]) -> None:
    whole, part = np.concatenate([block.samples for block in heard]), samples_of(played)
    begin = position(part, whole)
    assert np.array_equal(whole[begin : begin + len(part)], part)
    assert sum(block.n_overflows for block in heard) == 0


class Recorder:
    """Keeps what the loudspeaker plays, with the moment at which each piece of it arrived."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._pieces: list[tuple[float, Samples]] = []
        self._process = process
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as stdout:
            while piece := stdout.read(320):  # 10 ms
                self._pieces.append((time.monotonic(), as_samples(piece)))

    def stop(self) -> Samples:
        """Everything heard so far."""
        self._process.terminate()
        self._thread.join()
        self._process.wait()
        return np.concatenate([samples for _, samples in self._pieces])

    def await_sound(self) -> None:
        """Return once it records, so that no beginning is lost."""
        while not self._pieces:
            time.sleep(0.005)

    def last_sound_s(self) -> float:
        """When the last piece that is not silence arrived."""
        return max(arrived_s for arrived_s, samples in self._pieces if np.abs(samples).max() > 1e-3)


@contextmanager
def recording(machine: NullSink) -> Iterator[Recorder]:
    recorder = Recorder(machine.listen())
    try:
        recorder.await_sound()
        yield recorder
    finally:
        recorder.stop()


def test_every_sample_played_into_the_microphone_is_delivered(machine: NullSink, spoken: Path) -> None:
    """Bit for bit, without a gap, through PortAudio and our own queue."""
    with closing(SoundDeviceMicrophone(None)) as microphone:
        blocks = microphone.blocks()
        assert_every_sample_arrived(spoken, heard_while(blocks, machine.play(spoken), 0.3))


def test_nothing_is_lost_while_python_is_busy(machine: NullSink, spoken: Path) -> None:
    """With every core kept busy by Python code of this very process each sample still arrives."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            sum(range(10_000))

    workers = [threading.Thread(target=work) for _ in range(os.cpu_count() or 1)]
    for worker in workers:
        worker.start()
    try:
        with closing(SoundDeviceMicrophone(None)) as microphone:
            blocks = microphone.blocks()
            heard = heard_while(blocks, machine.play(spoken), 0.5)
    finally:
        done.set()
        for worker in workers:
            worker.join()
    assert_every_sample_arrived(spoken, heard)


def test_blocks_come_at_the_pace_of_time(machine: NullSink) -> None:
    """A second of a silent microphone is a second of exact zeros, 10 to 100 ms a block."""
    assert machine.pid
    with closing(SoundDeviceMicrophone("default")) as microphone:
        blocks = microphone.blocks()
        next(blocks)
        began_s = time.monotonic()
        heard: list[Block] = []
        while time.monotonic() - began_s < 1.0:
            heard.append(next(blocks))
    lengths = [len(block.samples) for block in heard]
    assert sum(lengths) == pytest.approx(RATE_HZ, rel=0.15)
    assert min(lengths) >= 0.01 * RATE_HZ
    assert max(lengths) <= 0.1 * RATE_HZ
    assert not any(block.samples.any() for block in heard)


def test_what_is_played_arrives_whole(machine: NullSink, spoken: Path) -> None:
    """The loudspeaker gets the sound from its first to its last sample, through two resamplers."""
    part = samples_of(spoken)
    with recording(machine) as recorder:
        assert SoundDevicePlayer(None).play(Sound(part, RATE_HZ), never) == "loudspeaker: default (ALSA)"
        time.sleep(0.3)
        whole = recorder.stop()
    begin = position(part, whole)
    arrived = whole[begin : begin + len(part)]
    assert likeness(arrived, part) > 0.99
    ending = slice(-RATE_HZ // 2, None)
    assert np.abs(arrived[ending]).max() == pytest.approx(np.abs(part[ending]).max(), rel=0.2)
    silence = np.concatenate([whole[: begin - 100], whole[begin + len(part) + 100 :]])
    assert np.abs(silence).max() < 1e-3


def test_it_falls_silent_within_100_ms(machine: NullSink) -> None:
    """From the first time should_stop is true to the last sound at the listener."""
    told_s: list[float] = []

    def after_half_a_second() -> bool:
        if time.monotonic() - began_s > 0.5:
            told_s.append(time.monotonic())
        return bool(told_s)

    noise = np.random.default_rng(3).uniform(-0.5, 0.5, RATE_HZ * 5).astype(np.float32)
    with recording(machine) as recorder:
        player = SoundDevicePlayer(None)
        began_s = time.monotonic()
        player.play(Sound(noise, RATE_HZ), after_half_a_second)
        returned_s = time.monotonic()
        time.sleep(0.5)
        recorder.stop()
        assert recorder.last_sound_s() - told_s[0] < 0.1
    assert returned_s - told_s[0] < 0.1


def likeness(one: Samples, other: Samples) -> float:
    """1.0 for the same sound, however loud."""
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


class Noting(SoundDevicePlayer):
    """Keeps what it plays."""

    def __init__(self) -> None:
        super().__init__(None)
        self.played: list[Samples] = []

    def play(self, sound: Sound, should_stop: Callable[[], bool]) -> str:
        audible = np.flatnonzero(np.abs(sound.samples) > 0.01)
        trimmed = sound.samples[audible[0] : audible[-1]]
        self.played.append(soxr.resample(trimmed, sound.rate_hz, RATE_HZ))
        return super().play(Sound(trimmed, sound.rate_hz), should_stop)


def test_twenty_questions_in_a_row_are_all_heard(machine: NullSink) -> None:
    """Each arrives whole and one after the other; the twentieth like the first."""
    words = [f"Question {n}." for n in range(1, 21)]
    player = Noting()
    with (
        recording(machine) as recorder,
        closing(Pyttsx3Speaker(player, SpeechOptions(rate_wpm=450))) as speaker,
    ):
        for word, following in zip(words, [*words[1:], "Done."], strict=True):
            speaker.prepare(following)
            speaker.say(word, never)
        time.sleep(0.3)
        heard = recorder.stop()
    end = 0
    for played in player.played:
        begin = end + position(played, heard[end : end + RATE_HZ])
        end = begin + len(played)
        assert likeness(heard[begin:end], played) > 0.95


def test_a_sound_server_that_dies_is_noticed_by_the_microphone(mortal: NullSink) -> None:
    """In mid-answer: DeviceLost within 3 s, after everything that had been delivered."""
    with closing(SoundDeviceMicrophone(None)) as microphone:
        blocks = microphone.blocks()
        heard = [next(blocks) for _ in range(20)]
        os.kill(mortal.pid, signal.SIGKILL)
        killed_s = time.monotonic()
        with pytest.raises(DeviceLost, match=r"the microphone .*default.* stopped delivering"):
            heard.extend(blocks)
        assert time.monotonic() - killed_s < 3.0
    assert sum(len(block.samples) for block in heard) >= 0.4 * RATE_HZ
    with pytest.raises(DeviceError):
        microphone.blocks()


def test_a_sound_server_that_dies_is_noticed_by_the_loudspeaker(mortal: NullSink) -> None:
    """While playing: DeviceLost within 3 s."""
    player = SoundDevicePlayer(None)
    death = threading.Timer(0.5, os.kill, (mortal.pid, signal.SIGKILL))
    death.start()
    began_s = time.monotonic()
    with pytest.raises(DeviceLost, match=r"the loudspeaker .*default.* stopped taking sound"):
        player.play(Sound(np.zeros(RATE_HZ * 20, np.float32), RATE_HZ), never)
    assert time.monotonic() - began_s < 3.5
    death.join()


def test_a_sound_server_that_hangs_is_noticed_and_used_again_when_it_answers(mortal: NullSink) -> None:
    """It gives no error at all: DeviceLost within 3 s; once it goes on, a new recording works."""
    with closing(SoundDeviceMicrophone(None)) as microphone:
        blocks = microphone.blocks()
        next(blocks)
        os.kill(mortal.pid, signal.SIGSTOP)
        stopped_s = time.monotonic()
        try:
            with pytest.raises(DeviceLost):
                for _ in blocks:
                    pass
            assert time.monotonic() - stopped_s < 3.0
        finally:
            os.kill(mortal.pid, signal.SIGCONT)
        assert len(next(microphone.blocks()).samples)
    assert devices.inputs()
