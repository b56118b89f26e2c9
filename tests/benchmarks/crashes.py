"""Ended at random moments, nothing is lost: ``python -m tests.benchmarks.crashes --moments 300``.

Starts the real program on recorded or live sound and ends it, at moments drawn with ``--seed``, in six
ways: SIGKILL, SIGTERM, SIGHUP, SIGINT, Ctrl-C typed at its terminal, that terminal closed. Then starts
it again and looks at what is there: every sample that had been delivered, but for the last second at
most, equal to what was delivered; a word about it with the command that goes on from it; a whole database
without half records; no file without a record, no lock, no process, no scratch file of the one that ended.
"""

from __future__ import annotations

import argparse
import errno
import os
import random
import select
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conftest import NullSink, started_null_sink

from voiceprep import resources
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.journal import RECORDINGS_FOLDER, SqliteJournal
from voiceprep.engines.locks import take_lock
from voiceprep.engines.loudspeaker import WavFilePlayer
from voiceprep.engines.recording import WavRecording
from voiceprep.engines.speech import Pyttsx3Speaker, SpeechOptions
from voiceprep.model import RATE_HZ, Answer, AnswerState, Attempt

ROOT = Path(__file__).resolve().parents[2]
SYNTHETIC = str(resources.folder("audio_fixtures") / "whisper-synthetic")
QUESTION = "yolo-vs-faster-rcnn"

ENDS = ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "Ctrl-C", "terminal closed")

TO_LOSE_SAMPLES = RATE_HZ
"""What may be lost: the last second."""

FASTER = 4
"""How much faster than real time recorded answers come: more of the program's life in each second of ours."""

ANSWER_S = 12
"""Of recorded answers so much is used."""

IN_ANSWER_S = 6.0
"""Moments that count from the first sound fall in or shortly after the first answer."""

GRACE_S = 20.0
"""For child processes to notice that their parent is gone."""

STUCK_S = 120.0
"""A program that was told to end and has not by then does not end; a busy machine needs a part of it."""

# Runs the program itself. What a microphone or file hands over is noted first, by a system call, in a
# file of its own (16-bit), so that the note outlives the process; files come at FASTER times their pace.
PROBE = """
import atexit, faulthandler, fcntl, importlib.util, itertools, os, signal, sys, termios, time
notes, faster = os.environ["CRASH_NOTES"], float(os.environ["CRASH_FASTER"])
if "CRASH_TERMINAL" in os.environ:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
numbers = itertools.count()

def note(samples, file):
    from voiceprep.engines.recording import pcm16
    os.write(file, pcm16(samples))

def opened():
    return os.open(f"{notes}.{next(numbers)}.pcm", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

def audiofile(module):
    class Noted(module.AudioFileMicrophone):
        def __init__(self, path, pace):
            sleep = lambda seconds: time.sleep(seconds / faster)
            super().__init__(path, module.Pace.REAL_TIME, lambda: time.monotonic() * faster, sleep)
        def blocks(self):
            file = opened()
            for block in super().blocks():
                note(block.samples, file)
                yield block
    module.AudioFileMicrophone = Noted

def microphone(module):
    import numpy
    class Noted(module._Capture):
        def __init__(self, *about):
            self.file = opened()
            super().__init__(*about)
        def _callback(self, frames, *rest):
            by_channel = numpy.frombuffer(bytes(frames), "float32").reshape(-1, self.recorded.n_channels)
            note(by_channel.mean(axis=1, dtype="float32"), self.file)
            super()._callback(frames, *rest)
    module._Capture = Noted

class Finder:
    changes = {"voiceprep.engines.audiofile": audiofile, "voiceprep.engines.microphone": microphone}
    def find_spec(self, name, path, target=None):
        change = self.changes.pop(name, None)
        if change is None:
            return None
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (execute(module), change(module))
        return spec

sys.meta_path.insert(0, Finder())
from voiceprep.cli import main
def mark(what):
    os.close(os.open(f"{notes}.{what}", os.O_CREAT | os.O_WRONLY))

faulthandler.register(signal.SIGUSR1)  # says where it is stuck
atexit.register(mark, "over")
mark("begun")
main()
"""


@dataclass(frozen=True, slots=True)
class Use:
    """A way of using the program: its arguments, how long it is left alone at most, what it needs."""

    name: str
    args: tuple[str, ...]
    latest_s: float
    needs_sound: bool = False
    hears: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When to end a program and how: so long after its start, or after the first sound reached it."""

    end: str
    after_s: float
    from_sound: bool

    def __str__(self) -> str:
        return f"{self.end} {self.after_s:.2f} s after its {'first sound' if self.from_sound else 'start'}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One moment: what was ended how and when, and what was found; no faults is a promise kept.

    ``ended_s`` is how long it took to go, ``alone_s`` how long a process of its own stayed behind.
    """

    use: str
    moment: Moment
    faults: tuple[str, ...]
    begun: bool = True
    cut_short: bool = False
    n_delivered: int = 0
    n_missing: int = 0
    ended_s: float = 0.0
    alone_s: float = 0.0


@dataclass(slots=True)
class Bench:
    """Where moments are played: a home that lasts, a folder for scratch, answers, perhaps a sound server."""

    folder: Path
    answers: tuple[Path, ...]
    sink: NullSink | None
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def home(self) -> Path:
        """The program's data folder."""
        return self.folder / "home"

    @property
    def scratch(self) -> Path:
        """Where the program's temporary files go."""
        return self.folder / "scratch"

    def environment(self) -> dict[str, str]:
        """The program's environment."""
        server = "unix:/nowhere" if self.sink is None else self.sink.server
        mine = {
            "VOICEPREP_HOME": str(self.home),
            "TMPDIR": str(self.scratch),
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "PULSE_SERVER": server,
            "PYTHONPATH": str(ROOT),
            "CRASH_FASTER": str(FASTER),
        }
        return os.environ | mine

    def uses(self) -> tuple[Use, ...]:
        """What can be done here."""
        practice = ("practice", QUESTION, "--model", SYNTHETIC)
        files = tuple(part for path in self.answers for part in ("--audio", str(path)))
        found = (
            Use("practice", (*practice, "--mute", *files), 9.0),
            Use("practice, aloud", (*practice, *files), 18.0, needs_sound=True),
            Use("practice by microphone", (*practice, "--mute"), 12.0, needs_sound=True, hears=True),
            Use("drill", ("drill", "--mute", "--follow-ups", "0", "--model", SYNTHETIC, *files), 14.0),
            Use("demo", ("demo", "--mute"), 12.0),
        )
        return tuple(use for use in found if self.sink is not None or not use.needs_sound)


@contextmanager
def bench(*, sound: bool) -> Iterator[Bench]:
    """A new bench, gone at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vp-crash-")))
        (folder / "scratch").mkdir()
        (folder / "run").mkdir(mode=0o700)
        recorded = [one.path for one in resources.recorded_answers() if one.question == QUESTION]
        answers = []
        for number, path in enumerate(recorded, start=1):
            samples = np.concatenate(list(read_audio(path)))[: ANSWER_S * RATE_HZ]
            with closing(WavRecording(folder / f"answer {number}.wav")) as made:
                made.write(samples)
            answers.append(made.path)
        sink = stack.enter_context(started_null_sink()) if sound else None
        yield Bench(folder, tuple(answers), sink)


# ------------------------------------------------------------------------------ one moment


class Running:
    """The program, on a terminal of its own or without one; ``shown`` is what it wrote."""

    def __init__(self, place: Bench, use: Use, *, terminal: bool) -> None:
        self.notes = place.folder / f"notes-{next(place.numbers)}"
        self.mark = f"CRASH_NOTES={self.notes}"
        environment = place.environment() | {"CRASH_NOTES": str(self.notes)}
        self._leader: int | None = None
        self._pieces: list[bytes] = []
        if terminal:
            self._leader, theirs = os.openpty()
            environment |= {"CRASH_TERMINAL": "1", "TERM": "xterm"}
        else:
            self._out, theirs = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROBE, *use.args],
            env=environment,
            stdin=theirs if terminal else subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        source = self._out if self._leader is None else self._leader
        while not self._closing.is_set():
            if not select.select([source], [], [], 0.05)[0]:
                continue
            try:
                piece = os.read(source, 65_536)
            except OSError as exc:
                if exc.errno != errno.EIO:  # Linux's way of saying that nobody has the terminal open
                    raise
                return
            if not piece:
                return
            self._pieces.append(piece)

    def end(self, how: str) -> None:
        """End it in that way."""
        if how == "terminal closed":
            self._hang_up()
        elif how == "Ctrl-C":
            assert self._leader is not None
            os.write(self._leader, b"\x03")
        elif self.process.poll() is None:
            os.kill(self.process.pid, getattr(signal, how))

    def _hang_up(self) -> None:
        self._closing.set()
        self._reader.join()
        if self._leader is not None:
            os.close(self._leader)
            self._leader = None

    def ended(self) -> int | None:
        """Its exit status once it is gone; None, and it is killed, where it does not end."""
        try:
            return self.process.wait(STUCK_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGUSR1)
            time.sleep(1.0)
            self.process.kill()
            self.process.wait()
            return None

    def shown(self) -> str:
        """All it wrote; call it last."""
        if self._leader is not None or not self._closing.is_set():
            self._reader.join(1.0)  # a child that outlives it may hold the stream open
            self._hang_up()
        if hasattr(self, "_out"):
            os.close(self._out)
            del self._out
        return b"".join(self._pieces).decode(errors="replace")

    def delivered(self) -> list[np.ndarray[tuple[int], np.dtype[np.int16]]]:
        """What was handed to the program for each answer."""
        files = sorted(
            self.notes.parent.glob(f"{self.notes.name}.*.pcm"), key=lambda p: int(p.suffixes[-2][1:])
        )
        return [np.frombuffer(path.read_bytes(), "<i2") for path in files]

    def await_sound(self) -> None:
        """Return once something was handed to it, or it has ended."""
        while self.process.poll() is None and not any(len(samples) for samples in self.delivered()):
            time.sleep(0.02)

    def begun(self) -> bool:
        """Whether our code ran: before, the interpreter ends as it likes."""
        return self.notes.with_name(f"{self.notes.name}.begun").exists()

    def over(self) -> bool:
        """Whether our code had nothing left to do: after that, too."""
        return self.notes.with_name(f"{self.notes.name}.over").exists()


def play_moment(place: Bench, use: Use, moment: Moment) -> Outcome:
    """Start ``use``, end it at ``moment``, start the program again, and look."""
    how = moment.end
    known = {attempt.id for attempt in _attempts(place)}
    left_before = set(place.scratch.glob("voiceprep-speech-*"))
    running = Running(place, use, terminal=how in ("Ctrl-C", "terminal closed"))
    player = place.sink.play(place.answers[0]) if use.hears and place.sink is not None else None
    if moment.from_sound:
        running.await_sound()
    time.sleep(moment.after_s)
    over = running.process.poll() is not None
    began_s = time.monotonic()
    running.end(how)
    status = running.ended()
    ended_s = time.monotonic() - began_s
    if player is not None:
        player.kill()
        player.wait()
    alone_s = _await_children(running.mark)
    shown = running.shown()
    at_work = running.begun() and (not running.over() or status != -getattr(signal, how, signal.SIGINT))
    faults = [*_status_faults(status, how, over=over, begun=at_work), *_word_faults(shown, running)]
    if status is None:
        faults.append(f"stuck: {shown[-3_000:]}")
    if alone_s > GRACE_S:
        faults.append("a child process is left")
    again = subprocess.run(
        [sys.executable, "-m", "voiceprep", "history", "--limit", "1"],
        env=place.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if again.returncode or "Traceback" in again.stderr:
        faults.append(f"the next start ends with {again.returncode}: {again.stderr[-300:]}")
    fresh = sorted((one for one in _attempts(place) if one.id not in known), key=lambda one: one.id)
    delivered = [samples for samples in running.delivered() if len(samples)]
    n_missing, lost = _lost(fresh, delivered)
    faults += lost
    answers = [answer for attempt in fresh for answer in attempt.answers]
    cut_short = len(answers) < len(delivered) or any(a.state is AnswerState.INTERRUPTED for a in answers)
    if cut_short:
        faults += _untold(fresh, again.stderr)
    faults += left_behind(place.home)
    if "spoken to" in shown and left_before & set(place.scratch.glob("voiceprep-speech-*")):
        faults.append("scratch of an earlier run is left although this one spoke")
    begun = running.begun()
    for path in running.notes.parent.glob(f"{running.notes.name}.*"):
        path.unlink()
    return Outcome(
        use.name,
        moment,
        tuple(faults),
        begun=begun,
        cut_short=cut_short,
        n_delivered=sum(len(samples) for samples in delivered),
        n_missing=n_missing,
        ended_s=ended_s,
        alone_s=alone_s,
    )


def _attempts(place: Bench) -> tuple[Attempt, ...]:
    with closing(SqliteJournal(place.home)) as journal:
        return journal.attempts()


def _status_faults(status: int | None, how: str, *, over: bool, begun: bool) -> Iterator[str]:
    if status is None:
        yield f"it had not ended {STUCK_S:.0f} s after {how}"
    elif over:
        if status:
            yield f"it ended by itself with {status}"
    elif how == "SIGKILL":
        if status not in (-signal.SIGKILL, 0):
            yield f"status {status} after SIGKILL"
    elif begun and status not in (0, 130):
        yield f"status {status} after {how}"


def _word_faults(shown: str, running: Running) -> Iterator[str]:
    if running.begun():
        for word in ("Traceback", "Exception ignored"):
            if word in shown:
                yield f"{word}: {shown[shown.index(word) :][-700:]}"


def _await_children(mark: str) -> float:
    """How long processes that carry ``mark`` in their environment live on; beyond the grace: killed."""
    began_s = time.monotonic()
    while alive := _carrying(mark):
        if time.monotonic() - began_s > GRACE_S:
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.02)
    return time.monotonic() - began_s


def _carrying(mark: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except (OSError, ValueError):  # gone meanwhile, or not ours to read
            continue
    return found


def _lost(
    fresh: Sequence[Attempt], delivered: list[np.ndarray[tuple[int], np.dtype[np.int16]]]
) -> tuple[int, list[str]]:
    """How many delivered samples are nowhere, at most, in one answer; and what is wrong with the others."""
    faults = []
    n_missing = 0
    answers = [answer for attempt in fresh for answer in attempt.answers]
    for number, samples in enumerate(delivered):
        kept = _samples(answers[number]) if number < len(answers) else np.zeros(0, np.int16)
        n_missing = max(n_missing, len(samples) - len(kept))
        if not np.array_equal(kept, samples[: len(kept)]):
            faults.append(f"answer {number} is not what was delivered")
    if n_missing > TO_LOSE_SAMPLES:
        faults.append(f"{n_missing / RATE_HZ:.2f} s of audio are lost")
    return n_missing, faults


def _samples(answer: Answer) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    if answer.audio is None:
        return np.zeros(0, np.int16)
    with wave.open(str(answer.audio), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def _untold(fresh: Sequence[Attempt], said: str) -> Iterator[str]:
    """Answers that were cut short, of which the next start says nothing, or not how to go on."""
    for attempt in fresh:
        for answer in attempt.answers:
            if answer.state is not AnswerState.INTERRUPTED or not answer.n_samples:
                continue
            if f"attempt {attempt.id}" not in " ".join(said.split()):
                yield f"the next start says nothing of attempt {attempt.id}"
            elif "voiceprep " not in said:
                yield f"the next start does not say how to go on with attempt {attempt.id}"


def left_behind(home: Path) -> Iterator[str]:
    """What is wrong with the database, its locks and the folder ``home`` after the next start."""
    with closing(sqlite3.connect(home / "journal.db", timeout=0.5, isolation_level=None)) as database:
        found = database.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)]:
            yield f"integrity_check: {found[:3]}"
        if database.execute("PRAGMA foreign_key_check").fetchall():
            yield "rows that point nowhere"
        database.execute("BEGIN IMMEDIATE")
        database.execute("ROLLBACK")
        known = {home / row[0] for row in database.execute("SELECT audio FROM answers WHERE audio NOT NULL")}
        half = database.execute(
            "SELECT attempt, ordinal, state FROM answers WHERE state = 'recording' OR state = 'checked' "
            "AND (attempt, ordinal) NOT IN (SELECT attempt, ordinal FROM assessments)"
        ).fetchall()
        yield from (f"half a record: answer {row[1]} of attempt {row[0]} is {row[2]}" for row in half)
        open_ends = database.execute(
            "SELECT DISTINCT attempt FROM assessments WHERE attempt NOT IN "
            "(SELECT attempt FROM assessments WHERE ordinal = -1)"
        ).fetchall()
        yield from (f"half a record: attempt {row[0]} has findings and no verdict" for row in open_ends)
    recordings = home / RECORDINGS_FOLDER
    files = set(recordings.rglob("*.wav"))
    yield from (f"no record of {path.relative_to(home)}" for path in sorted(files - known))
    yield from (f"no file {path.relative_to(home)}" for path in sorted(known - files))
    for path in files:
        lock = take_lock(path)
        if lock is None:
            yield f"{path.relative_to(home)} is locked"
        else:
            lock.release()
    empty = [path for path in recordings.glob("*") if path.is_dir() and not any(path.iterdir())]
    yield from (f"an empty folder {path.relative_to(home)}" for path in empty)
    expected = {"journal.db", "config.toml", RECORDINGS_FOLDER, "spoken"}
    yield from (f"left: {path.name}" for path in home.iterdir() if path.name not in expected)


def scratch_left(place: Bench) -> tuple[str, ...]:
    """What is left in the folder for temporary files once the program has spoken again."""
    before = tempfile.tempdir
    tempfile.tempdir = str(place.scratch)
    try:
        Pyttsx3Speaker(WavFilePlayer(place.folder / "spoken"), SpeechOptions()).close()
    finally:
        tempfile.tempdir = before
    return tuple(sorted(path.name for path in place.scratch.iterdir()))


# ------------------------------------------------------------------------------ many moments


def play(seed: int, n_moments: int, enough: threading.Event, *, sound: bool) -> Iterator[Outcome]:
    """So many moments (or ``enough``) on one bench, drawn with ``seed``; each use and end equally often."""
    chance = random.Random(seed)
    with bench(sound=sound) as place:
        uses = place.uses()
        for number in range(n_moments):
            use, how = uses[number % len(uses)], ENDS[number // len(uses) % len(ENDS)]
            from_sound = bool(number // (len(uses) * len(ENDS)) % 2)
            latest_s = IN_ANSWER_S if from_sound else use.latest_s
            outcome = play_moment(place, use, Moment(how, chance.uniform(0.0, latest_s), from_sound))
            faults = "".join(f"\n    {fault}" for fault in outcome.faults)
            print(f"{use.name}, {outcome.moment}{faults}", flush=True)
            yield outcome
            if enough.is_set():
                break
        left = scratch_left(place)
        if left:
            none = Moment("", 0.0, from_sound=False)
            yield Outcome("the next start", none, (f"scratch is left: {', '.join(left)}",))
        shutil.rmtree(place.scratch, ignore_errors=True)


def main() -> None:
    """Play the moments asked for (Ctrl-C: no more) and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--jobs", type=int, default=1, help="benches at a time")
    parser.add_argument("--silent", action="store_true", help="without a sound server")
    chosen = parser.parse_args()
    shares = [len(range(at, chosen.moments, chosen.jobs)) for at in range(chosen.jobs)]
    enough = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: enough.set())

    def share(at: int) -> list[Outcome]:
        return list(play(chosen.seed + at, shares[at], enough, sound=not chosen.silent))

    with ThreadPoolExecutor(chosen.jobs) as pool:
        outcomes = [outcome for found in pool.map(share, range(chosen.jobs)) for outcome in found]
    report(outcomes)
    sys.exit(any(outcome.faults for outcome in outcomes))


def report(outcomes: Sequence[Outcome]) -> None:
    """Print the figures."""
    heard = [outcome for outcome in outcomes if outcome.n_delivered]
    missing_s = [outcome.n_missing / RATE_HZ for outcome in heard] or [0.0]
    n_cut = sum(outcome.cut_short for outcome in outcomes)
    n_early = sum(not outcome.begun for outcome in outcomes)
    print(
        f"\n{len(outcomes)} moments: {len(heard)} with sound delivered, {n_cut} in the middle of an answer,"
    )
    print(f"{n_early} before the program's first line")
    print(f"delivered: {sum(outcome.n_delivered for outcome in heard) / RATE_HZ:.0f} s")
    print(f"missing in an answer: median {statistics.median(missing_s):.3f} s, worst {max(missing_s):.3f} s")
    for end in ENDS:
        of_end = [outcome for outcome in outcomes if outcome.moment.end == end and outcome.begun]
        if of_end:
            gone_s, alone_s = max(o.ended_s for o in of_end), max(o.alone_s for o in of_end)
            print(f"  {end:<16}{len(of_end):>4}, gone after {gone_s:.1f} s at most, children {alone_s:.1f} s")
    for outcome in outcomes:
        for fault in outcome.faults:
            print(f"{outcome.use}, {outcome.moment}: {fault}")
    faults = Counter(fault.split(":")[0] for outcome in outcomes for fault in outcome.faults)
    print(f"{sum(bool(outcome.faults) for outcome in outcomes)} moments with a fault")
    for fault, n_times in faults.most_common():
        print(f"  {n_times:>4} {fault}")


if __name__ == "__main__":
    main()
