"""Killed at any moment, nothing that was said is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import wave
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).with_name("benchmarks")))

import crashes
from fake_sounddevice import FakeDevice, FakeSoundDevice

from voiceprep import bank as banks
from voiceprep import resources
from voiceprep.engines import microphone
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.microphone import SoundDeviceMicrophone
from voiceprep.engines.recording import read_samples
from voiceprep.errors import Interrupted
from voiceprep.hearing import Ears
from voiceprep.interrupts import UNINTERRUPTED
from voiceprep.listen import ListenOptions
from voiceprep.model import RATE_HZ, AnswerState, Bank
from voiceprep.session import Parts, Session, SessionOptions, Spoken
from voiceprep.testing import (
    LoudnessDetector,
    ManualClock,
    MemoryJournal,
    ScriptedControls,
    ScriptedRecogniser,
    ScriptedSpeaker,
)

if TYPE_CHECKING:
    from _typeshed import TraceFunction

    from voiceprep.model import Samples

N_ROUNDS = 5
N_CHILDREN = 3
LATEST_KILL_S = 0.15

# Records and keeps answers as fast as it can. Each thing done is noted, behind it, in a file of its
# own by a system call, so that the note outlives the process.
CHILD = """
import os, sys, time
from datetime import UTC, datetime
from pathlib import Path
import numpy as np
from voiceprep.engines.journal import SqliteJournal
from voiceprep.model import Answer, AnswerState, Level, Transcript

folder, notes, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sizes = np.random.default_rng(seed)
notes = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
ramp = (((np.arange(9_000) * 7_919) % 65_536 - 32_768) / 32_768).astype(np.float32)
journal = SqliteJournal(folder)
while True:
    attempt = journal.begin("q", Level.MID, "r", datetime.now(UTC))
    for ordinal in range(2):
        recording = journal.record(attempt, ordinal, "?", None)
        for size in sizes.integers(1, 400, 20):
            time.sleep(0.001)  # so that most of the time is spent in recordings, not in the database
            recording.write(ramp[recording.n_samples :][:size])
            os.write(notes, f"written {attempt} {ordinal} {recording.n_samples}\\n".encode())
        recording.close()
        said = Transcript("word " * int(sizes.integers(0, 2_000)), ())
        n = recording.n_samples
        journal.keep(
            attempt,
            Answer(ordinal, "?", None, AnswerState.CHECKED, None, said, None, recording.path, n, 0),
        )
        os.write(notes, f"kept {attempt} {ordinal} {n}\\n".encode())
    journal.conclude(attempt, None)
"""


def ramp(n_samples: int) -> Samples:
    """What the child records."""
    return (((np.arange(n_samples) * 7_919) % 65_536 - 32_768) / 32_768).astype(np.float32)


def start(folder: Path, notes: Path, seed: int) -> subprocess.Popen[bytes]:
    """A process that records until it is killed."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(notes), str(seed)], env=environment
    )


def kill(child: subprocess.Popen[bytes]) -> None:
    """End it without a word, as SIGKILL and a dead battery do."""
    assert child.poll() is None, "the child ended by itself"
    child.kill()
    child.wait()


def noted(notes: Path) -> dict[tuple[str, int, int], int]:
    """The largest number of samples noted by kind ("written", "kept"), attempt and ordinal."""
    found: dict[tuple[str, int, int], int] = {}
    for line in notes.read_text().splitlines():
        kind, attempt, ordinal, n_samples = line.split()
        found[kind, int(attempt), int(ordinal)] = int(n_samples)
    return found


def test_nothing_is_lost_to_a_kill_at_any_moment(tmp_path: Path) -> None:
    """After kill -9 the database opens, every sample whose write returned is there, nothing is unmended.

    Several processes share the journal, some die while others go on: the living are left alone.
    """
    chance = random.Random(20260504)  # noqa: S311 - moments to kill at, not secrets
    folder = tmp_path / "home"
    n_mended = 0
    everything: dict[tuple[str, int, int], int] = {}
    for turn in range(N_ROUNDS):
        notes = [tmp_path / f"notes-{turn}-{at}" for at in range(N_CHILDREN)]
        children = [start(folder, path, chance.randrange(1000)) for path in notes]
        while not all(path.exists() for path in notes):
            time.sleep(0.005)
        for child in children:
            time.sleep(chance.uniform(0, LATEST_KILL_S / N_CHILDREN))
            kill(child)
            with closing(SqliteJournal(folder)) as journal:
                n_mended += len(journal.recover())
        for path in notes:
            everything |= noted(path)
        with closing(SqliteJournal(folder)) as journal:
            answers = {(a.id, b.ordinal): b for a in journal.attempts() for b in a.answers}
            assert journal.recover() == ()
        assert AnswerState.RECORDING not in {answer.state for answer in answers.values()}
        for answer in answers.values():
            assert answer.audio is not None
            with wave.open(str(answer.audio), "rb") as file:
                assert file.getnframes() == answer.n_samples
            np.testing.assert_array_equal(read_samples(answer.audio), ramp(answer.n_samples))
        for (kind, attempt, ordinal), n_samples in everything.items():
            answer = answers[attempt, ordinal]
            assert answer.n_samples >= n_samples
            assert kind == "written" or answer.state is AnswerState.CHECKED
    assert n_mended >= 3, "hardly a kill fell into a recording"


@pytest.mark.skipif(sys.platform != "linux", reason="the bench finds processes through /proc")
def test_the_program_ended_in_any_way_loses_nothing() -> None:
    """Killed, told to end, its terminal closed: all audio up to the last second, told of, nothing left.

    The long form is ``python -m tests.benchmarks.crashes``.
    """
    with crashes.bench(sound=False) as place:
        practice = place.uses()[0]
        chance = random.Random(20261125)  # noqa: S311 - moments again
        moments = [crashes.Moment(end, chance.uniform(0.0, 2.0), from_sound=True) for end in crashes.ENDS]
        outcomes = [crashes.play_moment(place, practice, moment) for moment in moments]
        assert [outcome for outcome in outcomes if outcome.faults] == []
        assert crashes.scratch_left(place) == ()
    assert all(outcome.n_delivered for outcome in outcomes)
    assert any(outcome.cut_short for outcome in outcomes)


class Interrupter:
    """Interrupts at one step of all that hands samples from the driver to the recording."""

    FILES = ("microphone.py", "interrupts.py")
    NAMES = (
        "Line.",
        "Session._asked",
        "Session._heard",
        "Hearing.hear",
        "Hearing._listen",
        "_recorded",
        "record_rest",
    )

    def __init__(self, step: int) -> None:
        self.n_steps = 0
        self._step = step

    def trace(self, frame: FrameType, event: str, _: object) -> TraceFunction | None:
        """Count the steps: a trace function as :func:`sys.settrace` takes it."""
        code = frame.f_code
        if not code.co_filename.endswith(self.FILES) and not code.co_qualname.startswith(self.NAMES):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            self.n_steps += 1
            if self.n_steps == self._step:
                UNINTERRUPTED.interrupt()
        return self.trace


class Desk:
    """An answer of a tenth of a second by a microphone that runs at our rate, ended by Enter."""

    SAID = np.random.default_rng(5).uniform(-0.001, 0.001, 5 * RATE_HZ // 50).astype(np.float32)

    def __init__(self, bank: Bank) -> None:
        self.delivered: list[bytes] = []
        self.journal = MemoryJournal()
        self._bank = bank

    def poll(self) -> str | None:
        """Enter once all is recorded."""
        recordings = list(self.journal.recordings.values())
        return "enter" if recordings and recordings[0].n_samples >= len(self.SAID) else None

    def answer(self, interrupter: Interrupter) -> bool:
        """Hear the answer; whether it was interrupted."""
        clock, ears = ManualClock(), Ears(LoudnessDetector(), ScriptedRecogniser(()))
        controls = ScriptedControls()
        controls.poll = self.poll  # type: ignore[method-assign]
        parts = Parts(ScriptedSpeaker(), self.journal, controls, clock, ears)
        source = Spoken(lambda: SoundDeviceMicrophone(None), ListenOptions())
        question = banks.find(self._bank, "nms-purpose")
        with Session(parts, self._bank, SessionOptions(n_follow_ups=0), lambda _: None) as session:
            before = sys.gettrace()
            sys.settrace(interrupter.trace)
            try:
                session.practise(question, iter([source]))
            except (Interrupted, KeyboardInterrupt):
                return True
            finally:
                sys.settrace(before)
        return False


def test_an_interrupt_at_any_step_loses_no_sample_and_doubles_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it comes between driver and recording, what was delivered is recorded once, in order."""
    bank = banks.load([resources.folder("content")])
    deliver = microphone._Capture._callback
    desk = Desk(bank)

    def noting(capture: microphone._Capture, frames: bytes, *about: object) -> None:
        desk.delivered.append(bytes(frames))
        deliver(capture, frames, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(microphone._Capture, "_callback", noting)
    n_interrupted, n_with_sound, step = 0, 0, 1
    while True:
        fake = FakeSoundDevice([FakeDevice("Mic", inputs=1, rate_hz=RATE_HZ)], then="hangs")
        fake.recorded = [block.reshape(-1, 1) for block in np.split(Desk.SAID, 5)]
        monkeypatch.setitem(sys.modules, "sounddevice", fake)
        desk = Desk(bank)
        interrupter = Interrupter(step)
        interrupted = desk.answer(interrupter)
        delivered = np.frombuffer(b"".join(desk.delivered), np.float32)
        recorded = [one.samples for one in desk.journal.recordings.values()]
        heard = recorded[0] if recorded else np.zeros(0, np.float32)
        np.testing.assert_array_equal(heard, delivered, f"interrupted at step {step}")
        n_interrupted += interrupted
        n_with_sound += interrupted and bool(len(delivered))
        if interrupter.n_steps < step:
            break
        step += 1
    assert not interrupted
    assert n_with_sound > n_interrupted / 2 > 50


def test_ctrl_c_in_the_middle_of_an_import_is_ctrl_c() -> None:
    """A library that turns it into an error of its own ("initialization failed") gets no traceback."""
    code = (
        "import os, signal, sys, types; from voiceprep.cli import main\n"
        "def app():\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt as exc:\n"
        "        raise ImportError('initialization failed') from exc\n"
        "sys.modules['voiceprep.cli.app'] = types.SimpleNamespace(app=app)\n"
        "main()"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, "")
