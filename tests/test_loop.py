"""The whole loop as its user runs it: a process, a microphone and a loudspeaker (of a null sink), keys."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from conftest import NullSink

from voiceprep import resources
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.recording import WavRecording
from voiceprep.model import RATE_HZ, AnswerState, Ending, Samples

SYNTHETIC = str(resources.folder("audio_fixtures") / "whisper-synthetic")
DEMO = tuple(
    answer.path for answer in resources.recorded_answers() if answer.question == "yolo-vs-faster-rcnn"
)
PRACTICE = (sys.executable, "-m", "voiceprep", "practice", "yolo-vs-faster-rcnn", "--model", SYNTHETIC)


def demo_answer(number: int) -> Samples:
    return np.concatenate(list(read_audio(DEMO[number - 1])))


def as_wav(samples: Samples, path: Path) -> Path:
    recording = WavRecording(path)
    recording.write(samples)
    recording.close()
    return path


class Program:
    """A running voiceprep whose stderr can be waited on."""

    def __init__(self, args: tuple[str, ...], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            args,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.status: list[str] = []
        self.results: list[str] = []
        self._arrived: queue.Queue[str] = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stderr, self.status), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stdout, self.results), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[str], kept: list[str]) -> None:
        for line in stream:
            kept.append(line)
            if kept is self.status:
                self._arrived.put(line)

    def wait_for(self, text: str, seconds: float = 40.0) -> None:
        """Wait until a line of stderr holds ``text``."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            try:
                if text in self._arrived.get(timeout=0.2):
                    return
            except queue.Empty:
                if self.process.poll() is not None and self._arrived.empty():
                    break
        raise AssertionError(f"no {text!r} in:\n{''.join(self.status)}\n{''.join(self.results)}")

    def finish(self, seconds: float = 40.0) -> int:
        """Wait for its end; the exit status."""
        status = self.process.wait(seconds)
        for reader in self._readers:
            reader.join(5)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return status

    @property
    def said(self) -> str:
        return "".join(self.results)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(null_sink: NullSink, home: Path) -> dict[str, str]:
    return {**null_sink.environment, "VOICEPREP_HOME": str(home)}


def test_one_question_by_microphone_and_loudspeaker(
    null_sink: NullSink, environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    """A question is read aloud; answers are heard through PortAudio, flagged, followed up and kept.

    The first ends by silence, the second because its speaker says "That's my answer".
    """
    program = Program((*PRACTICE, "--rate", "300"), environment)
    for number in (1, 2):
        program.wait_for("[listening")
        null_sink.play(as_wav(demo_answer(number), tmp_path / f"{number}.wav")).wait()
    assert program.finish() == 0, "".join(program.status)
    assert program.said.count("Verdict: ") == 1  # the second answer is shown by what it added
    assert "Both answers together" in program.said
    assert any("spoken to loudspeaker" in line for line in program.status)

    journal = SqliteJournal(home)
    (attempt,) = journal.attempts()
    journal.close()
    for number, answer in enumerate(attempt.answers, start=1):
        assert answer.state is AnswerState.CHECKED
        assert answer.ending is (Ending.SILENCE, Ending.COMMAND)[number - 1]
        assert answer.n_overflows == 0
        assert answer.timing.finished_to_flags_s is not None
        assert answer.timing.finished_to_flags_s < 1.0
        assert answer.audio is not None
        assert _holds(answer.audio, demo_answer(number))


def _holds(recorded: Path, played: Samples) -> bool:
    """Whether ``recorded`` contains ``played`` sample for sample (the null sink runs at our rate)."""
    with wave.open(str(recorded)) as file:
        kept = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
    expected = np.round(played.astype(np.float64) * 32768)
    loud = expected[RATE_HZ : 6 * RATE_HZ]
    n = 1 << (len(kept) + len(loud)).bit_length()
    match = np.fft.irfft(np.fft.rfft(kept, n) * np.conj(np.fft.rfft(loud, n)))
    at = int(np.argmax(match[: len(kept)]))
    return bool(np.abs(kept[at : at + len(loud)] - loud).max() <= 1)


def test_muted_microphone_is_named_within_three_seconds(environment: dict[str, str], home: Path) -> None:
    """Nothing but zeros: named after 3 s, given up after 12 s with status 1, kept without a score."""
    program = Program((*PRACTICE, "--mute"), environment)
    program.wait_for("[listening")
    started_s = time.monotonic()
    program.wait_for("zero samples from", 6)
    assert time.monotonic() - started_s < 4.0
    assert program.finish() == 1
    assert "Verdict" not in program.said
    journal = SqliteJournal(home)
    (attempt,) = journal.attempts()
    journal.close()
    assert attempt.answers[0].state is AnswerState.INTERRUPTED
    assert attempt.combined is None


@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_told_to_stop_in_mid_answer(
    null_sink: NullSink, environment: dict[str, str], home: Path, tmp_path: Path, signal_name: str
) -> None:
    """Ctrl-C, a polite kill and a closed terminal end with 130, and what was said is kept and playable."""
    import signal

    program = Program((*PRACTICE, "--mute"), environment)
    program.wait_for("[listening")
    player = null_sink.play(as_wav(demo_answer(1), tmp_path / "answer.wav"))
    time.sleep(2.5)
    program.process.send_signal(getattr(signal, signal_name))
    assert program.finish() == 130, "".join(program.status)
    player.kill()
    player.wait()
    assert "Traceback" not in "".join(program.status)
    journal = SqliteJournal(home)
    (attempt,) = journal.attempts()
    assert journal.recover() == ()
    journal.close()
    (answer,) = attempt.answers
    assert answer.state is AnswerState.INTERRUPTED
    assert answer.audio is not None
    with wave.open(str(answer.audio)) as file:
        assert file.getnframes() == answer.n_samples > RATE_HZ


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_keys_and_narrow_terminal(home: Path) -> None:
    """On a terminal of 40 columns without colour: a typed answer, flags, and q ends; no line is too long."""
    import fcntl
    import pty
    import struct
    import termios

    environment = {**os.environ, "VOICEPREP_HOME": str(home), "TERM": "dumb", "PULSE_SERVER": "unix:/nowhere"}
    environment.pop("COLUMNS", None)
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    command = [sys.executable, "-m", "voiceprep", "practice", "nms-purpose", "--text", "--mute"]
    with subprocess.Popen(
        command, env=environment, stdin=follower, stdout=follower, stderr=follower
    ) as process:
        os.close(follower)
        shown = _Shown(leader)
        shown.wait_for("Type your answer")
        os.write(leader, b"It keeps the best box because the detector predicts several.\n\n")
        shown.wait_for("Type your answer")
        os.write(leader, b"In a crowd it deletes neighbours.\n\n")
        shown.wait_for("q: quit")
        os.write(leader, b"q")
        assert process.wait(20) == 0
    text = shown.text
    os.close(leader)
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines() if "It keeps the best" not in line) <= 40


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_words_and_progress_do_not_share_a_terminal(home: Path) -> None:
    """Transcribe on a terminal shows phrases, whole and alone on their lines; no bar is drawn into them."""
    import pty

    environment = {**os.environ, "VOICEPREP_HOME": str(home), "TERM": "xterm"}
    leader, follower = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "voiceprep",
        "transcribe",
        str(DEMO[1]),
        "--model",
        SYNTHETIC,
    ]
    with subprocess.Popen(
        command, env=environment, stdin=follower, stdout=follower, stderr=follower
    ) as process:
        os.close(follower)
        shown = _Shown(leader)
        shown.wait_to_end()
        assert process.wait(20) == 0
    os.close(leader)
    assert len(shown.text.split()) > 5
    assert "\x1b" not in shown.text
    assert "%" not in shown.text


class _Shown:
    """What a program wrote to its terminal."""

    def __init__(self, leader: int) -> None:
        self._leader = leader
        self._seen = 0
        self.text = ""

    def wait_for(self, wanted: str, seconds: float = 30.0) -> None:
        """Wait until ``wanted`` is shown once more."""
        import select

        end_s = time.monotonic() + seconds
        while wanted not in self.text[self._seen :]:
            assert time.monotonic() < end_s, f"no {wanted!r} in {self.text}"
            if select.select([self._leader], [], [], 0.2)[0]:
                self.text += os.read(self._leader, 4096).decode()
        self._seen = self.text.index(wanted, self._seen) + len(wanted)

    def wait_to_end(self) -> None:
        """Wait until the program lets go of its terminal."""
        try:
            while some := os.read(self._leader, 4096):
                self.text += some.decode()
        except OSError:  # Linux says so by an error
            pass


def test_killed_outright_and_found_again(
    null_sink: NullSink, environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    """After SIGKILL the next start names the attempt, keeps all audio but the last second, and checks it."""
    program = Program((*PRACTICE, "--mute"), environment)
    program.wait_for("[listening")
    player = null_sink.play(as_wav(demo_answer(1), tmp_path / "answer.wav"))
    time.sleep(4)
    program.process.kill()
    program.finish()
    player.kill()
    player.wait()
    again = subprocess.run(
        [sys.executable, "-m", "voiceprep", "history"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "An earlier run ended in mid-answer" in again.stderr
    (audio,) = (home / "recordings").rglob("*.wav")
    with wave.open(str(audio)) as file:
        assert file.getnframes() > 3 * RATE_HZ
    check = [
        sys.executable,
        "-m",
        "voiceprep",
        "check",
        "yolo-vs-faster-rcnn",
        "--audio",
        str(audio),
        "--json",
    ]
    checked = subprocess.run(
        [*check, "--model", SYNTHETIC], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(checked.stdout)["question"] == "yolo-vs-faster-rcnn"


@pytest.fixture(autouse=True)
def _quiet_room(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing of one test is still in the sound server's pipes when the next one listens."""
    yield
    if "null_sink" in request.fixturenames:
        time.sleep(0.3)
