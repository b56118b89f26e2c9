"""A long drill with somebody at the microphone: ``python -m tests.benchmarks.soak --minutes 120``.

The real program drills through a null sink. A scripted speaker reads from its output what it does and says
recorded answers over a faint hiss: plainly, with a pause in mid-sentence, over the question, between
commands; now and then a command instead, and once nothing at all for long. Everything is noted in a folder
(``--keep``) and judged afterwards (``--again``): memory, every sample, the place of every word, what is left.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import wave
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[0]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conftest import NullSink, started_null_sink
from crashes import left_behind

from voiceprep import resources
from voiceprep.between import COMMANDS_ONLY
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.home import Settings, private_folder, save_settings
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.loudspeaker import WavFilePlayer
from voiceprep.engines.speech import Pyttsx3Speaker, SpeechOptions
from voiceprep.model import RATE_HZ, Answer, AnswerState, Attempt, Command
from voiceprep.text import words

ROOT = Path(__file__).resolve().parents[2]
SYNTHETIC = resources.folder("audio_fixtures") / "whisper-synthetic"

Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]

TURNS = ("answer", "answer", "repeat", "break", "over", "mark", "answer", "next", "break", "done")
"""How the speaker replies to one question or follow-up after the other, over and over."""

GAPS = (None, None, Command.NEXT)
"""What is said in the pauses between questions, over and over."""

SAYINGS: Mapping[Command, str] = {
    Command.REPEAT: "Repeat the question.",
    Command.MARK: "Mark this.",
    Command.NEXT: "Next question.",
    Command.DONE: "That's my answer.",
    Command.RESUME: "I'm back.",
    Command.STOP: "Stop.",
}

REACTION_S = 0.6
"""From "listening" to the first sound: people take that long, and a stream that opens less."""

OVER_S = 1.5
"""So far into a question the speaker begins to talk over it."""

AWAY_S = 20.0
"""From the program's pause until the speaker is back."""

BREAK_S = 2.5
"""A pause for thought in the middle of a sentence."""

UNFINISHED = frozenset({"because", "so", "and", "the", "a", "of", "for", "with", "that", "is", "to", "or"})
"""Words after which a break is taken: nobody ends there."""

HISS = 16.0
"""Standard deviation of the room's noise in units of 16 bits: -66 dBFS. Zeros would be a dead microphone."""

SAMPLE_S = 10.0
"""Between two looks at the memory."""

STUCK_S = 240.0
"""A program that was told to stop and has not by then does not stop."""

SETTLED_S = 300.0
"""From here on memory should not grow."""

SEARCH_S = 12.0
"""The place of a sound in the hiss is known to within this, before it is found."""

MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Saying:
    """Something to say: 16-bit samples, its words with their first samples, how many samples must be kept.

    ``commands`` are among it.
    """

    pcm: Pcm
    words: tuple[tuple[str, int], ...] = ()
    n_must: int = 0
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, and when: ``attempt`` counts from 0 in this run, ``at_s`` from the start of the hiss."""

    wav: str
    turn: str
    attempt: int
    ordinal: int
    at_s: float
    n_must: int
    words: tuple[tuple[str, int], ...]
    commands: tuple[str, ...]

    @classmethod
    def noted(cls, row: dict[str, Any]) -> Said:
        """From a line of the notes."""
        places = tuple((word, start) for word, start in row["words"])
        return cls(**(row | {"words": places, "commands": tuple(row["commands"])}))

    @property
    def name(self) -> str:
        """For a line of the report."""
        return f"{self.wav} ({self.turn}, after {self.at_s:.0f} s)"


def write_wav(path: Path, pcm: Pcm) -> None:
    """``pcm`` as a 16 kHz mono file."""
    with wave.open(str(path), "wb") as wav:
        wav.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        wav.writeframes(pcm.astype("<i2").tobytes())


def read_wav(path: Path) -> Pcm:
    """The samples of a mono 16-bit file."""
    with wave.open(str(path), "rb") as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(np.int16)


def silence(seconds: float) -> Pcm:
    """Exact zeros."""
    return np.zeros(round(seconds * RATE_HZ), np.int16)


def recorded() -> dict[str, list[Saying]]:
    """The simulated answers in voices that the small recogniser knows, by question; no command but "done"."""
    folder = resources.folder("audio_fixtures") / "answers"
    true = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    found: dict[str, list[Saying]] = {}
    for row in tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))["answers"]:
        places = true[row["id"]]
        spoken = [text for text, _, _ in places["commands"]]
        if row.get("stranger") or any(text not in ("That's my answer.", "I'm done.") for text in spoken):
            continue
        samples = np.concatenate(list(read_audio(folder / f"{row['id']}.opus")))
        saying = Saying(
            pcm=np.round(samples.clip(-1, 1) * 32767).astype(np.int16),
            words=tuple((word, start) for word, start, _ in places["words"]),
            n_must=max(end for _, _, end in places["words"]),
            commands=tuple(Command.DONE for _ in spoken),
        )
        found.setdefault(row["question"], []).append(saying)
    return found


def commands(folder: Path) -> dict[Command, Saying]:
    """The commands in the voice that the small recogniser knows best."""
    made = {}
    with closing(Pyttsx3Speaker(WavFilePlayer(folder), SpeechOptions())) as speaker:
        for command, words_ in SAYINGS.items():
            samples = np.concatenate(list(read_audio(Path(speaker.say(words_, lambda: False)))))
            pcm = np.round(samples.clip(-1, 1) * 32767).astype(np.int16)
            # Whoever comes back is asked again, and that is how it is told.
            told = Command.RETRY if command is Command.RESUME else command
            made[command] = Saying(pcm, commands=(told,))
    return made


def joined(first: Saying, pause_s: float, second: Saying) -> Saying:
    """One after the other, as one sound."""
    n_before = len(first.pcm) + round(pause_s * RATE_HZ)
    return Saying(
        np.concatenate([first.pcm, silence(pause_s), second.pcm]),
        (*first.words, *((word, start + n_before) for word, start in second.words)),
        max(first.n_must, n_before + second.n_must if second.n_must else 0),
        (*first.commands, *second.commands),
    )


def broken(answer: Saying) -> Saying:
    """``answer`` with a pause for thought in an unfinished sentence, near its middle."""
    places = [
        following[1]
        for (word, _), following in itertools.pairwise(answer.words)
        if word.lower() in UNFINISHED
    ]
    if not places:
        return answer
    at = min(places, key=lambda place: abs(place - answer.n_must // 2))
    n_pause = round(BREAK_S * RATE_HZ)
    return Saying(
        np.concatenate([answer.pcm[:at], silence(BREAK_S), answer.pcm[at:]]),
        tuple((word, start + n_pause if start >= at else start) for word, start in answer.words),
        answer.n_must + n_pause,
        answer.commands,
    )


# ------------------------------------------------------------------------------ the speaker


@dataclass(slots=True)
class Place:
    """Where a run is noted."""

    folder: Path

    @property
    def home(self) -> Path:
        """The program's data folder."""
        return self.folder / "home"

    @property
    def hiss(self) -> Path:
        """What the room sounds like while nobody speaks."""
        return self.folder / "hiss.wav"

    def environment(self, sink: NullSink) -> dict[str, str]:
        """The program's environment."""
        mine = {
            "VOICEPREP_HOME": str(self.home),
            "TMPDIR": str(self.folder / "scratch"),
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "PULSE_SERVER": sink.server,
            "PYTHONPATH": str(ROOT),
        }
        return os.environ | mine

    def note(self, name: str, line: object) -> None:
        """Add a line to one of the notes."""
        with (self.folder / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def notes(self, name: str) -> list[dict[str, Any]]:
        """The lines noted so far."""
        path = self.folder / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@dataclass
class Speaker:
    """Somebody who replies to what the program shows."""

    place: Place
    sink: NullSink
    answers: Mapping[str, Sequence[Saying]]
    orders: Mapping[Command, Saying]
    began_s: float
    leaves_s: float  # when to walk away
    ends_s: float  # when to say "stop"
    turns: Iterator[str] = field(default_factory=lambda: itertools.cycle(TURNS))
    gaps: Iterator[Command | None] = field(default_factory=lambda: itertools.cycle(GAPS))
    turn: str | None = None
    question: str = ""
    attempt: int = -1
    ordinal: int = 0
    n_said: int = 0
    was_away: bool = False
    stopped_s: float | None = None
    due: tuple[float, str, Saying] | None = None
    playing: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        every = [saying for sayings in self.answers.values() for saying in sayings]
        self._others = itertools.cycle(every)
        self._of = {question: itertools.cycle(sayings) for question, sayings in self.answers.items()}

    def _answer(self) -> Saying:
        """What fits the question, or an answer to another."""
        return next(self._of.get(self.question, self._others))

    def _speaks(self) -> bool:
        return self.due is not None or (self.playing is not None and self.playing.poll() is None)

    def _will_say(self, saying: Saying, turn: str, after_s: float = REACTION_S) -> None:
        self.due = (time.monotonic() + after_s, turn, saying)

    def act(self) -> None:
        """Say what is due."""
        if self.due is None or time.monotonic() < self.due[0]:
            return
        _, turn, saying = self.due
        self.due = None
        path = self.place.folder / "said" / f"{self.n_said:04}.wav"
        write_wav(path, saying.pcm)
        self.n_said += 1
        names = tuple(str(command) for command in saying.commands)
        at_s = time.monotonic() - self.began_s
        self.playing = self.sink.play(path)
        said = Said(path.name, turn, self.attempt, self.ordinal, at_s, saying.n_must, saying.words, names)
        self.place.note("said", asdict(said))

    def hear(self, line: str) -> None:
        """React to a line that the program has shown."""
        if line.startswith(("Question (", "Follow-up (")):
            self.turn = next(self.turns)
            if line.startswith("Question ("):
                self.attempt, self.ordinal = self.attempt + 1, 0
                self.question = line.removeprefix("Question (").removesuffix(")")
            else:
                self.ordinal += 1
        elif line == "[speaking]" and self.turn == "over" and not self._speaks():
            self.turn = None
            self._will_say(self._answer(), "over", OVER_S)
        elif line == "[paused]":
            self.turn = "answer"
            self._will_say(self.orders[Command.RESUME], "resume", AWAY_S)
        elif line.startswith("[listening") and not self._speaks():
            self._reply(between=COMMANDS_ONLY in line)

    def _reply(self, *, between: bool) -> None:
        now_s = time.monotonic()
        if now_s >= self.ends_s:
            self.stopped_s = self.stopped_s or now_s
            self._will_say(self.orders[Command.STOP], "stop")
        elif between:
            command = next(self.gaps)
            if command is not None:
                self._will_say(self.orders[command], "between", REACTION_S / 2)
        elif now_s >= self.leaves_s and not self.was_away:
            self.was_away = True
        else:
            self._take_turn(self.turn or "again")

    def _take_turn(self, turn: str) -> None:
        self.turn = None
        if turn == "repeat":
            self.turn = "answer"
            self._will_say(self.orders[Command.REPEAT], turn)
        elif turn == "next":
            self._will_say(self.orders[Command.NEXT], turn)
        elif turn == "mark":
            self._will_say(joined(self.orders[Command.MARK], 2.0, self._answer()), turn)
        elif turn == "break":
            self._will_say(broken(self._answer()), turn)
        elif turn == "done":
            answer = self._answer()
            if not answer.commands:
                end = answer.n_must + round(0.3 * RATE_HZ)
                shorter = Saying(answer.pcm[:end], answer.words, answer.n_must)
                answer = joined(shorter, 0.7, self.orders[Command.DONE])
            self._will_say(answer, turn)
        else:
            self._will_say(self._answer(), turn)


def run(place: Place, minutes: float) -> None:
    """Drill for ``minutes`` and note everything in ``place``."""
    for name in ("said", "scratch", "spoken"):
        (place.folder / name).mkdir()
    (place.folder / "run").mkdir(mode=0o700)
    private_folder(place.home)
    remembered = Settings(
        microphone="default", loudspeaker="default", model=str(SYNTHETIC), headphones=True, level="any"
    )
    save_settings(place.home, remembered)
    n_hiss = round((minutes * 60 + STUCK_S + 60) * RATE_HZ)
    hiss = np.random.default_rng(11).normal(0, HISS, n_hiss)
    write_wav(place.hiss, np.round(hiss).astype(np.int16))
    answers, orders = recorded(), commands(place.folder / "spoken")
    with ExitStack() as stack:
        sink = stack.enter_context(started_null_sink())
        room = stack.enter_context(sink.play(place.hiss))
        stack.callback(room.kill)
        began_s = time.monotonic()
        program = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "voiceprep", "drill", "--all", "--follow-ups", "1"],
                env=place.environment(sink),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        stack.callback(program.kill)
        ends_s = began_s + minutes * 60
        leaves_s = began_s + minutes * 20
        speaker = Speaker(place, sink, answers, orders, began_s, leaves_s, ends_s)
        _accompany(place, program, speaker)
        place.note("status", {"status": program.poll(), "minutes": (time.monotonic() - began_s) / 60})


def _accompany(place: Place, program: subprocess.Popen[str], speaker: Speaker) -> None:
    """Let ``speaker`` react until the program has ended or is stuck."""
    shown: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(program, shown), daemon=True).start()
    looked_s = 0.0
    while True:
        with suppress(queue.Empty):
            line = shown.get(timeout=0.02)
            if line is None:
                program.wait()
                return
            place.note("shown", {"at_s": round(time.monotonic() - speaker.began_s, 3), "line": line})
            speaker.hear(line)
        speaker.act()
        now_s = time.monotonic()
        if now_s - looked_s >= SAMPLE_S:
            looked_s = now_s
            place.note("memory", {"at_s": now_s - speaker.began_s, **_memory(program.pid)})
        if now_s > speaker.ends_s + STUCK_S:
            return


def _read(program: subprocess.Popen[str], shown: queue.Queue[str | None]) -> None:
    assert program.stdout is not None
    for line in program.stdout:
        shown.put(line.rstrip("\n"))
    shown.put(None)


def _memory(pid: int) -> dict[str, float]:
    """Resident megabytes of the program, and of its child processes."""
    children = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if _parent(path) == pid]
    return {"own_mb": _resident_mb(pid), "children_mb": sum(map(_resident_mb, children))}


def _parent(stat: Path) -> int | None:
    try:
        return int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (OSError, IndexError):  # gone meanwhile
        return None


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):  # gone meanwhile
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


# ------------------------------------------------------------------------------ what came of it


@dataclass(frozen=True, slots=True)
class Kept:
    """What a recording holds of what was said: samples missing before, lost or changed within, and after.

    ``offset_s`` is how much later the transcript puts the words than they were, None where it has too few.
    """

    said: Said
    n_before: int
    n_wrong: int
    n_after: int
    offset_s: float | None

    @property
    def n_lost(self) -> int:
        """Samples that are not where they should be."""
        return self.n_before + self.n_wrong + self.n_after


def lag(part: Pcm, whole: Pcm) -> int:
    """Where ``part`` lies in ``whole``; below 0 where its beginning is missing."""
    n = 1 << (len(whole) + len(part)).bit_length()
    spectrum = np.fft.rfft(whole.astype(np.float64), n) * np.conj(np.fft.rfft(part.astype(np.float64), n))
    at = int(np.argmax(np.fft.irfft(spectrum, n)))
    return at if at < len(whole) else at - n


def compared(place: Place, said: Said, answer: Answer, hiss: Pcm) -> Kept:
    """Hold the recording of ``answer`` against what was said: that, plus the hiss of the room, exactly."""
    assert answer.audio is not None
    whole, part = read_wav(answer.audio), read_wav(place.folder / "said" / said.wav)[: said.n_must]
    begin = lag(part, whole)
    n_before = min(max(0, -begin), len(part))
    there = part[n_before : max(n_before, len(whole) - begin)]
    rest = whole[begin + n_before : begin + n_before + len(there)].astype(np.int32) - there
    expected = round(said.at_s * RATE_HZ) + n_before
    n_search = round(SEARCH_S * RATE_HZ)
    window = hiss[max(0, expected - n_search) : expected + len(rest) + n_search]
    at = lag(rest[: 4 * RATE_HZ].clip(-200, 200).astype(np.int16), window) if len(rest) else 0
    room = window[at : at + len(rest)]
    n_wrong = len(there) - int(np.count_nonzero(rest[: len(room)] == room))
    return Kept(said, n_before, n_wrong, len(part) - n_before - len(there), _offset_s(said, answer, begin))


def _offset_s(said: Said, answer: Answer, begin: int) -> float | None:
    if answer.transcript is None:
        return None
    heard = [(" ".join(words(word.text)), word.t0_s) for word in answer.transcript.words]
    true = [(" ".join(words(word)), start) for word, start in said.words]
    matcher = SequenceMatcher(None, [word for word, _ in true], [word for word, _ in heard], autojunk=False)
    offsets = []
    for block in matcher.get_matching_blocks():
        for n in range(block.size):
            t0_s, start = heard[block.b + n][1], true[block.a + n][1]
            if t0_s is not None:
                offsets.append(t0_s - (begin + start) / RATE_HZ)
    return statistics.median(offsets) if len(offsets) >= 5 else None


def report(place: Place) -> None:
    """Print what came of a run."""
    (status,) = place.notes("status")
    shown = [str(line["line"]) for line in place.notes("shown")]
    said = [Said.noted(row) for row in place.notes("said")]
    with closing(SqliteJournal(place.home)) as journal:
        attempts = sorted(journal.attempts(), key=lambda one: one.id)
    answers = [answer for attempt in attempts for answer in attempt.answers]
    gone_s = 60 * status["minutes"] - place.notes("shown")[-1]["at_s"]
    print(
        f"{status['minutes']:.1f} minutes, exit status {status['status']}, {gone_s:.1f} s after its last line"
    )
    states = Counter(str(answer.state) for answer in answers)
    print(
        f"{len(attempts)} questions, {len(answers)} answers ({_listed(states)}), "
        f"{sum(answer.n_samples for answer in answers) / RATE_HZ / 60:.1f} minutes of recordings, "
        f"{sum(answer.n_overflows for answer in answers)} overflows"
    )
    print(f"said: {_listed(Counter(one.turn for one in said))}")
    _report_commands(said, shown)
    _report_memory(place.notes("memory"))
    kept = tuple(_kept(place, said, attempts))
    if kept:
        _report_samples(kept)
        _report_drift(kept)
    open_ends = [
        f"attempt {attempt.id}"
        for attempt in attempts
        if any(answer.state is AnswerState.RECORDING for answer in attempt.answers)
    ]
    print(f"open attempts: {', '.join(open_ends) or 'none'}")
    print(f"left behind: {'; '.join(left_behind(place.home)) or 'nothing'}")
    scratch = sorted(path.name for path in (place.folder / "scratch").iterdir())
    print(f"temporary files: {', '.join(scratch) or 'none'}")


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {what}" for what, n in counts.items())


def _report_commands(said: Sequence[Said], shown: Sequence[str]) -> None:
    given = Counter(command for one in said for command in one.commands)
    told = {f"({command})": str(command) for command in Command}
    obeyed = Counter(told[line] for line in shown if line in told)
    each = [f"{name} {obeyed[name]} of {given[name]}" for name in sorted({*given, *obeyed})]
    print(f"commands obeyed: {obeyed.total()} of {given.total()} given; {', '.join(each)}")


def _report_memory(rows: Sequence[dict[str, Any]]) -> None:
    last_s = rows[-1]["at_s"] - 2 * SAMPLE_S  # while it ends, memory is freed
    for name, what in (("own_mb", "the program"), ("children_mb", "its child processes")):
        settled = [(row["at_s"], row[name]) for row in rows if SETTLED_S <= row["at_s"] <= last_s]
        if not settled:
            print(f"memory of {what}: too short a run")
            continue
        first = statistics.median(mb for at_s, mb in settled if at_s < SETTLED_S + 60)
        last = statistics.median(mb for at_s, mb in settled if at_s > last_s - 60)
        grown = f", grown by {100 * (last / first - 1):.1f} %" if first else ""
        each = " ".join(f"{mb:.0f}" for _, mb in settled[:: round(300 / SAMPLE_S)])
        print(
            f"memory of {what}: {first:.1f} MB after 5 minutes, {last:.1f} MB at the end{grown} "
            f"(every 5 minutes: {each})"
        )


def _kept(place: Place, said: Sequence[Said], attempts: Sequence[Attempt]) -> Iterator[Kept]:
    """What was kept of each answer."""
    hiss = read_wav(place.hiss)
    for one in said:
        if not one.n_must:
            continue
        answers = attempts[one.attempt].answers if one.attempt < len(attempts) else ()
        answer = next((answer for answer in answers if answer.ordinal == one.ordinal), None)
        if answer is None or answer.audio is None:
            print(f"  {one.name}: no recording")
            yield Kept(one, 0, 0, one.n_must, None)
        else:
            yield compared(place, one, answer, hiss)


def _report_samples(kept: Sequence[Kept]) -> None:
    for one in kept:
        if one.n_lost:
            print(
                f"  {one.said.name}: {one.n_before / RATE_HZ:.2f} s missing before, "
                f"{one.n_wrong / RATE_HZ:.2f} s wrong within, {one.n_after / RATE_HZ:.2f} s missing after"
            )
    n_played, n_lost = sum(one.said.n_must for one in kept), sum(one.n_lost for one in kept)
    print(
        f"samples of answers kept in place: {n_played - n_lost} of {n_played} ({1 - n_lost / n_played:.6f}); "
        f"answers whole: {sum(not one.n_lost for one in kept)} of {len(kept)}; "
        f"cut off: {sum(one.n_after > 0 for one in kept)}; "
        f"samples wrong or missing within: {sum(one.n_wrong for one in kept)}"
    )


def _report_drift(kept: Sequence[Kept]) -> None:
    offsets = [one.offset_s for one in kept if one.offset_s is not None]
    if not offsets:
        print("words: none that could be placed")
        return
    third = max(1, len(offsets) // 3)
    early_s, late_s = statistics.median(offsets[:third]), statistics.median(offsets[-third:])
    print(
        f"words of {len(offsets)} answers stand in the transcript later than they were said by "
        f"{early_s:+.3f} s in the first third of the run and {late_s:+.3f} s in the last (median)"
    )


def main() -> None:
    """Run, or judge again, what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--keep", type=Path, help="note everything in this new folder, and leave it")
    parser.add_argument("--again", type=Path, help="judge what an earlier run noted in this folder")
    given = parser.parse_args()
    if given.again is not None:
        report(Place(given.again))
        return
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vp-soak-")))
        folder.mkdir(exist_ok=True)
        place = Place(folder.resolve())
        run(place, given.minutes)
        report(place)


if __name__ == "__main__":
    main()
