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
from typing import TYPE_CHECKING

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).with_name("benchmarks")))

import crashes

from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.recording import read_samples
from voiceprep.model import AnswerState

if TYPE_CHECKING:
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
