"""What the world may do to the program: one clear message, the right exit status, nothing lost."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from attempts import NOON, TWO, attempt, keep
from conftest import NullSink, started_null_sink
from typer.testing import CliRunner

from voiceprep import bank, resources
from voiceprep.cli.app import app
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.database import MIGRATIONS, connect
from voiceprep.engines.journal import DATABASE_FILE, SqliteJournal
from voiceprep.engines.microphone import SoundDeviceMicrophone
from voiceprep.engines.recording import pcm16, read_samples
from voiceprep.engines.silero import SileroDetector
from voiceprep.errors import DeviceLost
from voiceprep.hearing import Ears
from voiceprep.listen import WHOLE_RECORDING, ZEROS_LOST_S
from voiceprep.model import RATE_HZ, Answer, AnswerState, Block, Ending, Level
from voiceprep.session import Parts, Session, SessionOptions, Spoken
from voiceprep.testing import ScriptedControls, ScriptedRecogniser, ScriptedSpeaker

if sys.platform == "win32":
    pytest.skip("mounts, capabilities and signals are Linux's", allow_module_level=True)

ROOT = Path(__file__).parents[1]
SYNTHETIC = resources.folder("audio_fixtures") / "whisper-synthetic"
QUESTION = "yolo-vs-faster-rcnn"
SPOKEN = next(one.path for one in resources.recorded_answers() if one.question == QUESTION)
PRACTICE = ("practice", QUESTION, "--mute", "--follow-ups", "0", "--audio", str(SPOKEN))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(
    *args: str,
    home: Path,
    before: tuple[str, ...] = (),
    main: str = "main()",
    environment: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, run by ``before``; it never shows a traceback."""
    named = {"VOICEPREP_HOME": str(home), "PULSE_SERVER": "unix:/nowhere", "COLUMNS": "300"}
    done = subprocess.run(
        [*before, sys.executable, "-c", f"from voiceprep.cli import main; {main}", *args],
        env={**os.environ, "PYTHONPATH": str(ROOT), **named, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def practise(
    home: Path, before: tuple[str, ...] = (), main: str = "main()"
) -> subprocess.CompletedProcess[str]:
    """One question, answered by a recording."""
    return run(*PRACTICE, "--model", str(SYNTHETIC), home=home, before=before, main=main)


def shown(*args: str, home: Path) -> tuple[int, str, str]:
    """Status, results and messages of a command in this process, on ``home``."""
    result = CliRunner().invoke(app, list(args), env={"VOICEPREP_HOME": str(home), "COLUMNS": "300"})
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


def only_answer(home: Path) -> Answer:
    with closing(SqliteJournal(home)) as journal:
        ((answer,),) = (kept.answers for kept in journal.attempts())
    return answer


def assert_kept(audio: Path | None, at_least_s: float) -> None:
    """What was said is there, sample by sample from its beginning, and so much of it."""
    assert audio is not None
    kept = pcm16(read_samples(audio))
    assert kept == pcm16(np.concatenate(list(read_audio(SPOKEN))))[: len(kept)]
    assert len(kept) >= at_least_s * RATE_HZ * 2


# ------------------------------------------------------------------------------ disks


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """``folder`` with something mounted on it; skips where that is not permitted."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", *options, str(folder)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607


def test_a_full_disk_ends_the_answer_and_loses_nothing_of_it(tmp_path: Path) -> None:
    """What fitted is there and named; reading goes on; with room again the next start mends the rest."""
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=320k", "tmpfs") as disk:
        full = practise(disk / "home")
        assert full.returncode == 1
        assert "no room left to write the recording" in full.stderr
        assert "voiceprep forget" in full.stderr
        assert "voiceprep reread 1" in full.stderr
        audio = disk / "home" / "recordings" / "1" / "0.wav"
        assert_kept(audio, 3)

        status, results, messages = shown("history", home=disk / "home")
        assert status == 0
        assert QUESTION in results
        assert "no room left to mark the interrupted answer" in messages

        subprocess.run(["mount", "-o", "remount,size=2m", str(disk)], check=True)  # noqa: S607
        status, results, messages = shown("history", home=disk / "home")
        assert (status, "interrupted" in results) == (0, True)
        assert "of attempt 1" in messages
        assert_kept(only_answer(disk / "home").audio, 3)


def test_a_file_that_may_not_grow_is_a_full_disk(home: Path) -> None:
    """A limit on files, as a quota is, ends the answer in the same way."""
    limited = practise(home, before=("bash", "-c", 'ulimit -f 150; exec "$@"', "limited"))
    assert limited.returncode == 1
    assert "no room left to write the recording" in limited.stderr
    answer = only_answer(home)
    assert answer.state is AnswerState.INTERRUPTED
    assert_kept(answer.audio, 4)


def test_a_read_only_folder_is_named(tmp_path: Path, home: Path) -> None:
    """Before anything is asked: the folder, and what to do about it."""
    with closing(SqliteJournal(home)) as journal:
        keep(journal, TWO)
    with mounted(tmp_path / "locked", "--bind", str(home)) as locked:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(locked)], check=True)  # noqa: S607
        status, results, messages = shown("practice", QUESTION, "--text", "--mute", home=locked)
        assert (status, results) == (1, "")
        assert f"{locked / DATABASE_FILE} (Read-only file system): make the folder writable" in messages


def test_a_folder_of_another_user_is_named(home: Path) -> None:
    """Permission denied is one message with a way out, also where the user is called root."""
    home.mkdir()
    without = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner")
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can give a folder away, and setpriv take its rights")
    os.chown(home, 65534, 65534)
    home.chmod(0o700)
    denied = run("history", home=home, before=without)
    assert (denied.returncode, denied.stdout) == (1, "")
    assert "Permission denied" in denied.stderr
    assert "VOICEPREP_HOME" in denied.stderr


def test_neither_locale_nor_home_nor_cache_is_needed(tmp_path: Path) -> None:
    """The whole loop in the C locale, with nowhere to cache anything, for a folder with foreign letters."""
    nowhere = {
        "HOME": "/proc/nowhere",
        "XDG_CACHE_HOME": "/proc",
        "HF_HOME": "/proc",
        "XDG_DATA_HOME": "/proc",
    }
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    folder = tmp_path / "böhm"
    done = run(*PRACTICE, "--model", str(SYNTHETIC), home=folder, environment=nowhere | ascii_only)
    assert done.returncode == 0
    assert "Verdict: " in done.stdout
    assert [line for line in done.stderr.splitlines() if not line.startswith("[")] == []
    assert_kept(only_answer(folder).audio, 8)


# ------------------------------------------------------------------------------ the journal


def test_a_journal_locked_in_mid_answer_keeps_the_answer(home: Path) -> None:
    """Where another program takes the database and keeps it, the message says what to close; all is kept."""
    with closing(SqliteJournal(home)):
        pass
    # Taken when the first words are shown: between the beginning of the recording and its keeping.
    taking = (
        "import sqlite3; from voiceprep.engines import database; database.BUSY_TIMEOUT_S = 0.2; "
        "from voiceprep.cli.screen import Screen; show = Screen._lines; "
        f"other = sqlite3.connect({str(home / DATABASE_FILE)!r}, isolation_level=None); "
        "take = lambda lines: other.in_transaction or '>' not in lines[0] or "
        "other.execute('BEGIN IMMEDIATE'); "
        "Screen._lines = lambda screen, lines: (lines and take(lines), show(screen, lines)); main()"
    )
    locked = practise(home, main=taking)
    assert locked.returncode == 1
    assert "another voiceprep is writing to it; close that one and try again" in locked.stderr
    status, _, messages = shown("history", home=home)
    assert status == 0
    assert "of attempt 1" in messages
    assert_kept(only_answer(home).audio, 8)


def test_two_at_once_do_not_meet(home: Path) -> None:
    """Two windows on one folder from its first moment: both answers are kept, judged and told apart."""
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(practise, [home, home]))
    assert [done.returncode for done in both] == [0, 0], both
    with closing(SqliteJournal(home)) as journal:
        assert sorted(kept.id for kept in journal.attempts()) == [1, 2]
        for kept in journal.attempts():
            assert kept.combined is not None
            assert_kept(kept.answers[0].audio, 8)
    assert not any("ended in mid-answer" in done.stderr for done in both)


def test_a_journal_of_a_newer_version_or_damaged_is_named_by_every_command(home: Path) -> None:
    """Status 1 and the command that mends it; restoring brings back what the copy holds."""
    home.mkdir()
    path = home / DATABASE_FILE
    with closing(connect(path, MIGRATIONS[:1])) as old:
        old.execute("INSERT INTO attempts VALUES (3, 'nms-purpose', 'mid', '2026-05-04T12:00:00+00:00', 'x')")
    with closing(SqliteJournal(home)) as journal:
        keep(journal, TWO)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
        status, results, messages = shown("history", home=home)
        assert (status, results) == (1, "")
        assert "pip install --upgrade voiceprep" in messages
        newer.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    whole = path.read_bytes()
    path.write_bytes(whole[:5_000] + bytes(len(whole) - 5_000))
    for command in (("history",), ("practice", "--text", "--mute"), ("report",), ("doctor",)):
        status, results, messages = shown(*command, home=home)
        assert status == 1
        assert "`voiceprep restore` puts it aside" in messages + results
    assert shown("restore", home=home)[0] == 0
    assert "nms-purpose" in shown("history", home=home)[1]
    assert shown("restore", home=home)[0] == 1


def test_a_clock_that_jumps_back_changes_no_answer(home: Path) -> None:
    """Attempts that seem to lie in the future are listed, shown and practised after, in every command."""
    later = datetime.now(UTC) + timedelta(days=400)
    with closing(SqliteJournal(home)) as journal:
        future = keep(journal, attempt(*TWO.answers, started=later))
    args = ("practice", "--text", "--mute", "--follow-ups", "0")
    result = CliRunner().invoke(app, args, input="One.\n", env={"VOICEPREP_HOME": str(home)})
    assert result.exit_code == 0
    with closing(SqliteJournal(home)) as journal:
        assert [kept.id for kept in journal.attempts()] == [future, future + 1]
        assert journal.attempts()[0].answers == TWO.answers
    for command in ("history", "profile", "vague", "export"):
        assert shown(command, home=home)[0] == 0


# ------------------------------------------------------------------------------ devices and models


def test_a_model_cut_short_is_named_and_the_answer_kept(tmp_path: Path, home: Path) -> None:
    """The message holds the command that fetches it again and the one that goes on with the answer."""
    model = shutil.copytree(SYNTHETIC, tmp_path / "model")
    os.truncate(model / "model.bin", 100_000)
    broken = run(*PRACTICE, "--model", str(model), home=home)
    assert broken.returncode == 1
    assert "voiceprep models fetch" in broken.stderr
    with closing(SqliteJournal(home)) as journal:
        assert [kept.combined for kept in journal.attempts()] == [None]


@pytest.mark.needs_system
def test_a_microphone_that_vanishes_in_mid_answer_and_returns(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sound server is killed and started again, at another rate.

    The answer is kept and named, the next one is heard by the same program.
    """
    with started_null_sink() as sink, closing(SqliteJournal(home)) as journal, closing(_Voice()) as voice:
        monkeypatch.setenv("PULSE_SERVER", sink.server)
        ears = Ears(SileroDetector(), ScriptedRecogniser(["it is fast", "it is fast"]))
        parts = Parts(voice, journal, ScriptedControls(), SystemClock(), ears)
        known = bank.load([resources.folder("content")])
        question = bank.find(known, QUESTION)
        dying = _Killing(sink)
        sources = iter([Spoken(lambda: dying, WHOLE_RECORDING)])
        with Session(parts, known, SessionOptions(n_follow_ups=0), lambda _: None) as session:
            with pytest.raises(
                DeviceLost, match=r"(?s)stopped delivering.*Nobody was heard until then.*kept as attempt 1"
            ):
                session.practise(question, sources)
            (answer,) = journal.attempt(1).answers
            assert (answer.state, answer.ending) == (AnswerState.INTERRUPTED, Ending.MICROPHONE_LOST)
            assert answer.audio is not None
            assert answer.n_samples == len(read_samples(answer.audio)) >= dying.n_taken
            assert [found.attempt for found in journal.unfinished()] == [1]

            _start_again(sink)
            again = _Killing(sink, after_s=None)
            attempt = session.practise(question, iter([Spoken(lambda: again, WHOLE_RECORDING)]))
        assert attempt.id == 2
        assert attempt.answers[0].n_samples == again.n_taken >= RATE_HZ


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("noise", [0.0, 1 / 32_768])
def test_what_a_muted_microphone_left_is_not_offered_again(
    home: Path, noise: float, *, is_killed: bool
) -> None:
    """Zeros alone are never called an answer to finish, one sample beside them is; file and row stay."""
    samples = np.zeros(round(ZEROS_LOST_S * RATE_HZ), np.float32)
    samples[len(samples) // 2] = noise
    with closing(SqliteJournal(home)) as journal:
        recording = journal.record(journal.begin(QUESTION, Level.MID, "base.en", NOON), 0, "Which?", None)
        recording.write(samples)
        recording.close()
        if not is_killed:
            journal.keep(1, lost(recording.path, len(samples)))
    for _ in range(2):
        _, _, told = shown("history", home=home)
        assert told == ("" if not noise else f"An earlier run {CUT_SHORT} voiceprep reread 1")
    kept = only_answer(home)
    assert (kept.state, kept.audio) == (AnswerState.INTERRUPTED, recording.path)
    assert kept.n_samples == len(samples)
    assert np.array_equal(read_samples(recording.path), samples)


CUT_SHORT = f"ended in mid-answer: 12 s of attempt 1 ({QUESTION}) are kept. Finish the answer with:"


def lost(audio: Path, n_samples: int) -> Answer:
    """An answer whose microphone was lost before a word was heard."""
    return Answer(
        ordinal=0,
        asked="Which?",
        probes=None,
        state=AnswerState.INTERRUPTED,
        ending=Ending.MICROPHONE_LOST,
        transcript=None,
        assessment=None,
        audio=audio,
        n_samples=n_samples,
        n_overflows=0,
    )


class _Voice(ScriptedSpeaker):
    """Says nothing aloud."""


class _Killing(SoundDeviceMicrophone):
    """A real microphone whose sound server dies ``after_s`` of sound; else it ends after a second."""

    def __init__(self, sink: NullSink, after_s: float | None = 0.5) -> None:
        super().__init__(None)
        self._sink, self._after_s = sink, after_s
        self.n_taken = 0

    def blocks(self) -> Iterator[Block]:
        for block in super().blocks():
            self.n_taken += len(block.samples)
            yield block
            if self._after_s is not None and self.n_taken >= self._after_s * RATE_HZ:
                os.kill(self._sink.pid, signal.SIGKILL)
                self._after_s = 1e9
            elif self._after_s is None and self.n_taken >= RATE_HZ:
                return


def _start_again(sink: NullSink) -> None:
    script = Path(__file__).with_name("virtual_microphone.sh")
    subprocess.run([str(script), "stop", str(sink.folder)], check=True)
    (sink.folder / "run" / "native").unlink(missing_ok=True)
    subprocess.run(
        [str(script), "start", str(sink.folder), "44100"], check=True, capture_output=True, timeout=30
    )
    time.sleep(0.1)
