"""Recordings made elsewhere become attempts like any other, and earlier ones can be heard again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from attempts import BANK, NOON, QUESTION, TWO, answered, attempt, keep, timed
from test_audiofile import encode, hiss, read, tone, write_wav
from typer.testing import CliRunner, Result

from voiceprep import bank as banks
from voiceprep import checks, resources
from voiceprep.cli import assemble
from voiceprep.cli.app import app
from voiceprep.engines import audiofile
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.home import home
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.recording import WavRecording, read_samples
from voiceprep.errors import DiskFull, RecogniserError, UnknownQuestion
from voiceprep.hearing import Ears, Heard
from voiceprep.listen import WHOLE_RECORDING
from voiceprep.model import (
    RATE_HZ,
    REPAIR,
    Answer,
    AnswerState,
    Attempt,
    Ending,
    HeardWord,
    Level,
    Repair,
    Samples,
    Timing,
    Transcript,
    Verdict,
)
from voiceprep.rehearing import Arrival, Listener, heard_again, options_for, take_in
from voiceprep.replay import compare
from voiceprep.testing import (
    LoudnessDetector,
    MemoryJournal,
    MemoryRecording,
    SamplesMicrophone,
    ScriptedRecogniser,
)

SYNTHETIC = str(resources.folder("audio_fixtures") / "whisper-synthetic")
SPOKEN = {answer.path.stem: answer.path for answer in resources.recorded_answers()}
VAGUE = "It depends on the use case."
SAID = "The detector predicts several boxes for one object, so I keep the one with the best score."


class Ear(ScriptedRecogniser):
    """Hears the same in every recording; Ctrl-C comes at the call of that number."""

    def __init__(self, said: str = SAID, name: str = "an-ear", interrupt_at: int = 0) -> None:
        super().__init__([], name)
        self.said = said
        self.interrupt_at = interrupt_at
        self.failing: tuple[int, ...] = ()

    def transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
        self.heard.append(len(samples))
        if len(self.heard) == self.interrupt_at:
            raise KeyboardInterrupt
        if len(self.heard) in self.failing:
            raise RecogniserError("the recogniser an-ear failed, by script")
        words = self.said.split()
        each = len(samples) // len(words)
        return tuple(HeardWord(word, at * each, (at + 1) * each, 1.0) for at, word in enumerate(words))


@pytest.fixture(autouse=True)
def ear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ear:
    """A home of one's own, and what hears in it unless a model is named."""
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    made = Ear()
    real = assemble.listener

    def listener(model: str | None, stack: ExitStack) -> Listener:
        if model is not None:
            return real(model, stack)
        worker = stack.enter_context(ThreadPoolExecutor(1))
        return Listener(Ears(LoudnessDetector(), made), assemble.NoKeys(), SystemClock(), worker)

    monkeypatch.setattr(assemble, "listener", listener)
    monkeypatch.setattr(assemble, "load_bank", lambda: BANK)
    return made


def run(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


def imported(*args: str) -> Result:
    return run("import", *args)


def attempts() -> tuple[Attempt, ...]:
    with closing(SqliteJournal(home())) as journal:
        return tuple(sorted(journal.attempts(), key=lambda one: one.id))


def files() -> list[str]:
    """Every recording in the journal's folder."""
    return sorted(str(path.relative_to(home())) for path in home().glob("recordings/*/*"))


def unmarked(shown: str) -> str:
    """What ``replay`` shows, without the marks of its findings, on one line."""
    return " ".join(re.sub(r"\[[\d,]+\s+|\s+[\d,]+\]", "", shown).split())


def spoken(path: Path, seconds: float = 1.0, pitch_hz: float = 440.0) -> Path:
    return write_wav(path, tone(seconds, pitch_hz=pitch_hz))


# ------------------------------------------------------------------------------ names and dates


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("yolo-vs-faster-rcnn", "yolo-vs-faster-rcnn"),
        ("yolo-vs-faster-rcnn-2", "yolo-vs-faster-rcnn"),
        ("YOLO vs Faster RCNN take 2", "yolo-vs-faster-rcnn"),
        ("nms_purpose (3)", "nms-purpose"),
        ("nms-purpose.take-12", "nms-purpose"),
        ("nms purpose attempt", "nms-purpose"),
        ("nms-purpose v2", "nms-purpose"),
    ],
)
def test_a_name_names_its_question(name: str, id_: str) -> None:
    """The id may be written with other signs and in capitals, with a number or a take behind it."""
    assert banks.named(BANK, name).id == id_


@pytest.mark.parametrize(
    "name", ["holiday", "", "-", "take 2", "nms-purpose of boxes", "no-nms-purpose", "\udcff"]
)
def test_a_name_that_names_none_is_not_guessed(name: str) -> None:
    """Only a whole id counts: an answer held against the wrong question would be nonsense."""
    with pytest.raises(UnknownQuestion, match="--question ID"):
        banks.named(BANK, name)


def test_an_id_that_ends_in_a_number_is_an_id() -> None:
    """A question's own number is no take: what is exactly an id wins."""
    numbered = replace(BANK, questions=(replace(QUESTION, id="top-5"), replace(QUESTION, id="top")))
    assert [banks.named(numbered, name).id for name in ("top-5", "top-6", "top 5 take 5", "top")] == [
        "top-5",
        "top",
        "top-5",
        "top",
    ]


@pytest.mark.parametrize(
    ("tags", "hour"),
    [
        ({"creation_time": "2026-05-04T12:00:00.000000Z"}, 12),
        ({"com.apple.quicktime.creationdate": "2026-05-04T14:00:00+0200", "creation_time": "junk"}, 12),
        ({"date": "2026-05-04", "creation_time": "12:00:00"}, 12),
        ({"date": "2026-05-04T12:00:00"}, 12),
        ({"date": "2026-05-04"}, None),
        ({"date": "2026"}, None),
        ({"creation_time": "1904-01-01T00:00:00Z"}, None),
        ({"creation_time": "1970-01-01T00:00:00Z"}, None),
        ({"creation_time": "2027-05-04T12:00:00Z"}, None),
        ({"creation_time": "2026-13-04T12:00:00Z"}, None),
        ({"creation_time": "0001-01-01T00:00:00+14:00"}, None),
        ({}, None),
    ],
)
def test_a_recording_tells_when_it_was_made(tags: dict[str, str], hour: int | None) -> None:
    """A full time of the container counts; a bare date, a clock never set, the future and junk do not."""
    found = audiofile.recorded(tags, NOON + timedelta(days=30))
    assert found == (None if hour is None else NOON.replace(hour=hour))


def test_an_attempt_began_when_it_was_recorded(tmp_path: Path) -> None:
    """The container's tag decides, else the file's own date; which of them is said."""
    import av

    tagged = tmp_path / "nms-purpose.m4a"
    plain = encode(tmp_path / "plain.m4a", tone(1.0), "aac")
    with av.open(str(plain)) as source, av.open(str(tagged), "w") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        target.metadata["creation_time"] = "2026-05-04T12:00:00.000000Z"
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    dated = spoken(tmp_path / "nms-purpose.wav")
    os.utime(dated, (NOON.timestamp(), (NOON - timedelta(days=1)).timestamp()))
    result = imported(str(tagged), str(dated))
    assert result.exit_code == 0, result.stderr
    assert [one.started for one in attempts()] == [NOON, NOON - timedelta(days=1)]
    assert "nms-purpose.m4a, recorded 2026-05-04 12:00 by its tags" in result.stdout
    assert "nms-purpose.wav, recorded 2026-05-03 12:00 by the file's date" in result.stdout


# ------------------------------------------------------------------------------ taking in


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz"),
    [
        ("a.m4a", "aac", 44_100),
        ("a.mp3", "mp3", 44_100),
        ("a.flac", "flac", 48_000),
        ("a.opus", "libopus", 48_000),
    ],
)
def test_any_format_is_copied_as_it_is_read(tmp_path: Path, name: str, codec: str, rate_hz: int) -> None:
    """The journal's own recording holds every sample of the file at 16 kHz, to the last bit of 16."""
    path = encode(tmp_path / name, tone(3.0, rate_hz), codec, rate_hz)
    result = imported(str(path), "--question", "nms-purpose")
    assert result.exit_code == 0, result.stderr
    (found,) = attempts()[0].answers
    assert found.audio is not None
    wanted = read(path)
    assert found.n_samples == len(wanted)
    np.testing.assert_allclose(read_samples(found.audio), wanted, atol=0.5 / 32_768)


def test_what_is_imported_is_replayed_like_any_other(tmp_path: Path, ear: Ear) -> None:
    """Findings, report, vague spots, history, profile and export know it, at the level that was asked for."""
    ear.said = f"{SAID} {VAGUE}"
    path = spoken(tmp_path / "talk.wav", 3.0)
    result = imported(str(path), "--question", "nms-purpose", "--level", "senior")
    assert result.exit_code == 0, result.stderr
    (kept,) = attempts()
    (answer,) = kept.answers
    assert (kept.level, kept.recogniser, kept.read_again) == (Level.SENIOR, "an-ear", None)
    assert (answer.state, answer.ending) == (AnswerState.CHECKED, Ending.END_OF_AUDIO)
    assert kept.combined == answer.assessment
    assert answer.assessment is not None
    assert f"attempt 1  nms-purpose  {answer.assessment.verdict}  talk.wav" in result.stdout
    assert "voiceprep replay 1" in result.stderr
    assert str(answer.assessment.verdict) in run("history").stdout
    assert "I keep the one with the best score" in unmarked(run("replay", "1").stdout)
    assert VAGUE in run("vague").stdout
    assert "Over 1 question" in run("profile").stdout
    assert "Missing" in run("export", "1").stdout
    page = tmp_path / "page.html"
    assert run("report", "1", "--output", str(page)).exit_code == 0
    assert "<audio" in page.read_text(encoding="utf-8")


def test_a_real_model_hears_a_real_file(tmp_path: Path) -> None:
    """From the file's name to the verdict nothing is faked: the words are those that `transcribe` hears."""
    path = tmp_path / "yolo-vs-faster-rcnn take 2.opus"
    path.write_bytes(SPOKEN["yolo-vs-faster-rcnn-1"].read_bytes())
    result = imported(str(path), "--model", SYNTHETIC)
    assert result.exit_code == 0, result.stderr
    said = attempts()[0].answers[0].transcript
    assert said is not None
    heard = run("transcribe", str(path), "--model", SYNTHETIC).stdout
    assert said.text.split() == heard.split()
    assert "YOLO" in said.text


def test_a_folder_is_taken_in_as_a_whole(tmp_path: Path) -> None:
    """Recordings in order of their names; a bad one has its line, the others go on, exit 1 at the end."""
    spoken(tmp_path / "nms-purpose.wav")
    encode(tmp_path / "Class imbalance take 2.MP3", tone(1.0, pitch_hz=300), "mp3")
    (tmp_path / "nms-purpose-2.wav").write_bytes(b"")
    (tmp_path / "nms-purpose-3.m4a").write_text("no sound at all")
    spoken(tmp_path / "holiday.wav", pitch_hz=500)
    spoken(tmp_path / ".nms-purpose-4.wav", pitch_hz=600)
    (tmp_path / "notes.txt").write_text("nms-purpose")
    (tmp_path / "nms-purpose-5.wav").mkdir()
    result = imported(str(tmp_path))
    assert result.exit_code == 1
    assert [one.question for one in attempts()] == ["class-imbalance", "nms-purpose"]
    told = result.stderr
    assert "nms-purpose-2.wav is empty (0 bytes)" in told
    assert "nms-purpose-3.m4a is not an audio file" in told
    assert "holiday.wav: its name is no question's id" in told
    assert "3 recordings could not be imported" in told
    assert "notes.txt" not in told
    assert "nms-purpose-4" not in told


def test_one_question_serves_a_whole_folder(tmp_path: Path) -> None:
    """--question is for every file, whatever its name; an unknown one is named before anything is done."""
    for at, name in enumerate(("one.wav", "class-imbalance.wav")):
        spoken(tmp_path / name, pitch_hz=300 + 100 * at)
    refused = imported(str(tmp_path), "--question", "nms-purpos")
    assert (refused.exit_code, attempts()) == (2, ())
    assert "did you mean nms-purpose" in refused.stderr
    assert imported(str(tmp_path), "--question", "nms-purpose").exit_code == 0
    assert [one.question for one in attempts()] == ["nms-purpose", "nms-purpose"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("empty folder", "holds no recordings"),
        ("nowhere.wav", "there is no file"),
        ("cut.wav", "is cut short: its header promises"),
        ("header.wav", "holds no sound (0 s)"),
        ("film.wav", "is not an audio file"),
        ("broken.flac", "is damaged"),
    ],
)
def test_what_cannot_be_imported_is_named_and_leaves_nothing(tmp_path: Path, given: str, told: str) -> None:
    """Each fault has its message and exit 1; nothing stays behind, not half a recording."""
    (tmp_path / "empty folder").mkdir()
    whole = spoken(tmp_path / "whole.wav", 2.0).read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    write_wav(tmp_path / "header.wav", tone(0.0))
    (tmp_path / "film.wav").write_bytes(os.urandom(5_000))
    flac = encode(tmp_path / "broken.flac", hiss(130.0), "flac").read_bytes()
    half = len(flac) // 2  # behind the first minute, which is written then
    (tmp_path / "broken.flac").write_bytes(flac[:half] + bytes(len(flac) - half))
    result = imported(str(tmp_path / given), "--question", "nms-purpose")
    assert result.exit_code == 1
    assert told in result.stderr
    assert given in result.stderr
    assert (attempts(), files()) == ((), [])


def test_a_recording_that_is_shorter_than_it_says_is_told(tmp_path: Path) -> None:
    """A file of which decoders read the half without a word is imported with a word."""
    whole = encode(tmp_path / "nms-purpose.mp3", tone(30.0), "mp3").read_bytes()
    (tmp_path / "nms-purpose.mp3").write_bytes(whole[: len(whole) // 2])
    encode(tmp_path / "nms-purpose-2.mp3", tone(30.0, pitch_hz=300), "mp3")
    result = imported(str(tmp_path))
    assert result.exit_code == 0, result.stderr
    assert len(attempts()) == 2
    assert "nms-purpose.mp3 may be cut short: its header promises 30 s, 15 s are there" in result.stderr
    assert "nms-purpose-2.mp3" not in result.stderr


def test_silence_is_nothing_said_and_clipping_is_audio(tmp_path: Path) -> None:
    """Neither is a fault: the one is kept without a verdict, the other is heard."""
    write_wav(tmp_path / "nms-purpose.wav", np.zeros(3 * RATE_HZ, np.float32))
    write_wav(tmp_path / "nms-purpose-2.wav", np.clip(tone(2.0, level=9.0), -1.0, 1.0))
    result = imported(str(tmp_path))
    assert result.exit_code == 0, result.stderr
    clipped, silent = attempts()
    assert silent.answers[0].state is AnswerState.NOTHING_SAID
    assert silent.combined is None
    assert "nms-purpose  nothing said" in result.stdout
    assert clipped.answers[0].state is AnswerState.CHECKED


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are for Linux alone")
def test_names_command_no_terminal(tmp_path: Path) -> None:
    """A name that is no UTF-8, or holds controls, is imported, named in every line, and obeyed by nobody."""
    odd = tmp_path / os.fsdecode(b"caf\xe9 \x1b[31m.wav")
    spoken(odd)
    bad = tmp_path / os.fsdecode(b"\xff\x1b[2J.wav")
    bad.write_bytes(b"nothing")
    result = imported(str(odd), str(bad), "--question", "nms-purpose")
    again = imported(str(odd), "--question", "nms-purpose")
    assert len(attempts()) == 1
    for told in (result.stdout, result.stderr, again.stderr):
        assert ".wav" in told
        assert "\x1b" not in told


def test_the_same_recording_is_noticed(tmp_path: Path, ear: Ear) -> None:
    """Whatever its name and question, a file is imported once; forgetting its attempt lets it in."""
    path = spoken(tmp_path / "nms-purpose.wav")
    copy = tmp_path / "class-imbalance.wav"
    copy.write_bytes(path.read_bytes())
    both = imported(str(path), str(copy))
    assert (both.exit_code, len(attempts()), len(ear.heard)) == (0, 1, 1)
    assert "class-imbalance.wav: it is the same recording as nms-purpose.wav" in both.stderr
    again = imported(str(copy))
    assert (again.exit_code, len(attempts()), len(ear.heard)) == (0, 1, 1)
    assert "it is attempt 1 (nms-purpose) already" in again.stderr
    assert run("forget", "1", "--yes").exit_code == 0
    assert imported(str(copy)).exit_code == 0
    assert [one.question for one in attempts()] == ["class-imbalance"]


def test_ctrl_c_keeps_what_is_done_and_goes_on(tmp_path: Path, ear: Ear) -> None:
    """What came before it is done; the one being heard is copied, and heard by the same command later."""
    for at in range(3):
        spoken(tmp_path / f"nms-purpose-{at}.wav", pitch_hz=300 + 100 * at)
    ear.interrupt_at = 2
    stopped = imported(str(tmp_path))
    assert stopped.exit_code == 130
    assert "goes on from there" in stopped.stderr
    assert [one.answers[0].state for one in attempts()] == [AnswerState.CHECKED, AnswerState.INTERRUPTED]
    again = imported(str(tmp_path))
    assert again.exit_code == 0, again.stderr
    assert [one.answers[0].state for one in attempts()] == [AnswerState.CHECKED] * 3
    assert [one.read_again for one in attempts()] == [None] * 3
    assert files() == ["recordings/1/0.wav", "recordings/2/0.wav", "recordings/3/0.wav"]


def test_a_recogniser_that_fails_costs_one_recording(tmp_path: Path, ear: Ear) -> None:
    """Its copy is kept and the command that finishes it is named; the others are heard."""
    for at in range(2):
        spoken(tmp_path / f"nms-purpose-{at}.wav", pitch_hz=300 + 100 * at)
    ear.failing = (1,)
    result = imported(str(tmp_path))
    assert result.exit_code == 1
    assert "by script" in result.stderr
    assert "voiceprep reread 1" in result.stderr
    assert [one.answers[0].state for one in attempts()] == [AnswerState.INTERRUPTED, AnswerState.CHECKED]
    assert run("reread", "1").exit_code == 0
    assert [one.answers[0].state for one in attempts()] == [AnswerState.CHECKED] * 2


def test_a_full_disk_leaves_no_half_of_a_recording() -> None:
    """Where the room ends in mid-copy nothing of the attempt stays, and the disk is what is named."""

    class Full(MemoryJournal):
        def record(
            self, attempt: int, ordinal: int, asked: str, probes: str | None, repairs: Repair | None = None
        ) -> MemoryRecording:
            recording = super().record(attempt, ordinal, asked, probes, repairs)
            write = recording.write

            def full(samples: Samples) -> None:
                if recording.n_samples:
                    raise DiskFull("no room, by script")
                write(samples)

            recording.write = full  # type: ignore[method-assign]
            return recording

    journal = Full()
    arrival = Arrival(QUESTION, Level.MID, NOON, "ab12")
    with pytest.raises(DiskFull, match="by script"):
        take_in(journal, arrival, "an-ear", iter([tone(1.0), tone(1.0)]))
    assert (journal.attempts(), journal.recordings, journal.imported("ab12")) == ((), {}, None)


CHILD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
import numpy as np
from voiceprep import bank, resources
from voiceprep.engines.journal import SqliteJournal
from voiceprep.model import Level
from voiceprep.rehearing import Arrival, take_in

question = bank.find(bank.load([resources.folder("content")]), "nms-purpose")
def blocks():
    while True:
        yield np.ones(16_000, np.float32)
        print("a block", flush=True)
        time.sleep(0.01)
arrival = Arrival(question, Level.MID, datetime.now(UTC), "ab12")
take_in(SqliteJournal(Path(sys.argv[1])), arrival, "x", blocks())
"""


def test_killed_in_mid_copy_nothing_is_left() -> None:
    """A program that was killed while copying has left files; the next start clears them away."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home())], env=environment, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        for _ in range(3):
            child.stdout.readline()
        assert files() == ["recordings/1/0.wav"]
        child.kill()
    with closing(SqliteJournal(home())) as journal:
        assert len(journal.attempts()) == 1
        assert journal.recover() == ()
    assert (attempts(), files()) == ((), [])


@pytest.mark.skipif(sys.platform == "win32", reason="the peak is read from the resource module")
def test_half_an_hour_is_copied_in_bounded_memory(tmp_path: Path) -> None:
    """Half an hour (115 MB as samples) takes at most 48 MB more than ten seconds do."""
    program = CHILD.partition("def blocks")[0] + (
        "import resource\nfrom voiceprep.engines.audiofile import read_audio\n"
        "arrival = Arrival(question, Level.MID, datetime.now(UTC), 'x')\n"
        "kept = take_in(SqliteJournal(Path(sys.argv[1])), arrival,"
        " 'x', read_audio(Path(sys.argv[2]), 960_000))\n"
        "print(kept.answers[0].n_samples, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    peaks = []
    for seconds in (10, 1800):
        path = sparse(tmp_path / f"{seconds}.wav", seconds)
        folder = tmp_path / f"home-{seconds}"
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder), str(path)],
            check=True, capture_output=True, text=True, env=environment,
        )  # fmt: skip
        n_samples, peak = map(int, done.stdout.split())
        assert n_samples == seconds * RATE_HZ
        peaks.append(peak if sys.platform == "darwin" else peak * 1024)
    assert peaks[1] - peaks[0] < 48 << 20


def sparse(path: Path, seconds: int) -> Path:
    """A WAV file of silence at 16 kHz that takes no room on the disk."""
    with closing(WavRecording(path)):
        pass
    n_bytes = 2 * RATE_HZ * seconds
    with path.open("r+b") as file:
        file.seek(4)
        file.write((36 + n_bytes).to_bytes(4, "little"))
        file.seek(40)
        file.write(n_bytes.to_bytes(4, "little"))
        file.truncate(44 + n_bytes)
    return path


# ------------------------------------------------------------------------------ hearing again


def stored(made: Attempt, *sounds: Samples) -> int:
    """Store an attempt; its answers get ``sounds`` as their recordings."""
    with closing(SqliteJournal(home())) as journal:
        id_ = keep(journal, replace(made, answers=()))
        for answer, sound in zip(made.answers, sounds, strict=False):
            with closing(journal.record(id_, answer.ordinal, answer.asked, answer.probes)) as recording:
                recording.write(sound)
            journal.keep(id_, replace(answer, audio=recording.path, n_samples=recording.n_samples))
        for answer in made.answers[len(sounds) :]:
            journal.keep(id_, answer)
        journal.conclude(id_, made.combined)
    return id_


def test_reading_again_keeps_the_day_and_counts_from_now_on(ear: Ear, tmp_path: Path) -> None:
    """Replay, report and vague show the newest reading and say so; --original shows the one of the day."""
    id_ = stored(TWO, tone(2.0), tone(1.0))
    day = attempts()[0]
    ear.said = "You set the overlap threshold to something."
    result = run("reread", str(id_))
    assert result.exit_code == 0, result.stderr
    assert "Beside the earlier reading" in result.stdout
    (now,) = attempts()
    assert now.read_again is not None
    assert [one.transcript.text for one in now.answers if one.transcript] == [ear.said] * 2
    assert [one.asked for one in now.answers] == [one.asked for one in day.answers]
    heading = f"read again with an-ear on {now.read_again:%Y-%m-%d}"
    for command in ("replay", "history"):
        assert heading in run(command, "1").stdout
        assert ear.said.split()[0] in run(command, "1").stdout
    original = run("replay", "1", "--original").stdout
    assert heading not in original
    assert "I keep the one with the best score" in unmarked(original)
    assert "the use case" not in run("vague").stdout
    for option, text in ((), ear.said), (("--original",), "best score"):
        page = tmp_path / "page.html"
        assert run("report", "1", "--output", str(page), *option).exit_code == 0
        written = page.read_text(encoding="utf-8")
        assert (heading in written) == (not option)
        assert text.split()[0] in written
    with closing(SqliteJournal(home())) as journal:
        assert journal.original(id_) == day


def test_an_interrupted_answer_is_finished_by_reading_it(ear: Ear) -> None:
    """What a crash cut short is told at the next start with the command that finishes it."""
    lost = SqliteJournal(home())
    id_ = lost.begin("nms-purpose", Level.JUNIOR, "base.en", NOON)
    recording = lost.record(id_, 0, QUESTION.ask, None)
    recording.write(tone(2.0))
    lost.close()
    told = run("history")
    assert "2 s of attempt 1 (nms-purpose) are kept" in " ".join(told.stderr.split())
    assert "\n  voiceprep reread 1\n" in told.stderr
    recording.close()
    result = run("reread", "1")
    assert result.exit_code == 0, result.stderr
    assert "Verdict: " in result.stdout
    assert "Beside" not in result.stdout
    (kept,) = attempts()
    assert (kept.answers[0].state, kept.recogniser, kept.read_again) == (AnswerState.CHECKED, "an-ear", None)
    assert kept.combined is not None
    assert len(ear.heard) == 1


def test_a_try_that_was_cut_short_is_made_anew() -> None:
    """What is told of it at the next start is how to say the sentence again; it is told once."""
    stored(TWO, tone(1.0), tone(1.0))
    lost = SqliteJournal(home())
    recording = lost.record(1, 2, "Say it again", REPAIR, Repair(0, 0, 7))
    recording.write(tone(2.0))
    lost.close()
    recording.close()
    told = run("history")
    assert "\n  voiceprep repair 1\n" in told.stderr
    assert "reread" not in told.stderr
    assert "mid-answer" not in run("history").stderr


def test_a_typed_answer_that_was_not_checked_is_finished(ear: Ear) -> None:
    """A crash between typing and checking costs the findings alone; reading the attempt makes them."""
    typed = answered(Transcript(SAID, ()))
    cut = replace(typed, state=AnswerState.INTERRUPTED, ending=Ending.TYPED, assessment=None)
    stored(replace(attempt(cut), combined=None))
    result = run("reread", "1")
    assert result.exit_code == 0, result.stderr
    assert "Verdict: " in result.stdout
    (kept,) = attempts()
    assert kept.answers == (replace(typed, ending=Ending.TYPED),)
    assert kept.combined is not None
    assert ear.heard == []


def test_all_are_read_and_only_once(ear: Ear) -> None:
    """--all hears what this model has not heard and checks the rest: it goes on after Ctrl-C."""
    for at in range(3):
        stored(replace(TWO, started=NOON + timedelta(days=at)), tone(1.0))
    ear.interrupt_at = 2
    assert run("reread", "--all").exit_code == 130
    assert [one.recogniser for one in attempts()] == ["base.en", "base.en", "an-ear"]
    ear.interrupt_at = 0
    result = run("reread", "--all")
    assert result.exit_code == 0, result.stderr
    assert len(ear.heard) == 4
    assert [one.recogniser for one in attempts()] == ["an-ear"] * 3
    before = attempts()
    assert run("reread", "--all").exit_code == 0
    assert (len(ear.heard), attempts()) == (4, before)


def test_a_recording_that_is_gone_costs_its_own_attempt_alone(ear: Ear) -> None:
    """Its earlier reading stays, its line says what is missing, the others are read."""
    stored(TWO, tone(1.0))
    stored(replace(TWO, started=NOON + timedelta(days=1)), tone(1.0))
    (home() / "recordings" / "2" / "0.wav").unlink()
    before = attempts()
    result = run("reread", "--all")
    assert result.exit_code == 1
    assert "there is no file" in result.stderr
    assert attempts()[1] == before[1]
    assert attempts()[0].recogniser == ear.name


@pytest.mark.parametrize(
    ("args", "status", "told"),
    [
        (("1", "--all"), 2, "not both"),
        (("9",), 1, "there is no attempt 9"),
        (("1",), 1, "nothing of it was spoken"),
        (("2",), 1, "no longer in the bank"),
        (("3", "--model", "/no/such/model"), 1, "/no/such/model"),
    ],
)
def test_what_cannot_be_read_again_is_named(args: tuple[str, ...], status: int, told: str) -> None:
    """Each fault has its message; nothing is changed."""
    stored(attempt(answered(timed("Typed words."))))
    stored(replace(TWO, question="gone"), tone(1.0))
    stored(TWO, tone(1.0))
    before = attempts()
    result = run("reread", *args)
    assert (result.exit_code, attempts()) == (status, before)
    assert told in " ".join(result.stderr.split())


def test_without_attempts_there_is_nothing_to_read() -> None:
    """The way to a first attempt is named, for one and for all."""
    for args in ((), ("--all",)):
        result = run("reread", *args)
        assert result.exit_code == 1
        assert "voiceprep practice" in result.stderr


@contextmanager
def listening(phrases: Sequence[str]) -> Iterator[Listener]:
    """What hears those phrases, one wherever it is loud."""
    with ThreadPoolExecutor(1) as worker:
        ears = Ears(LoudnessDetector(), ScriptedRecogniser(phrases))
        yield Listener(ears, assemble.NoKeys(), SystemClock(), worker)


def hears(phrase: str, made: Attempt) -> Attempt:
    """``made``, of whose recordings all say ``phrase``, heard again."""
    with listening([phrase] * len(made.answers)) as one:
        return heard_again(
            made,
            QUESTION,
            BANK,
            lambda _: one.hear(lambda: SamplesMicrophone(tone(1.0)), WHOLE_RECORDING, lambda _: None),
        )


def heard(phrases: Sequence[str], ending: Ending, again: Sequence[str] = ()) -> str:
    """What is heard in a recording of those phrases, three seconds apart."""
    gap = np.zeros(3 * RATE_HZ, np.float32)
    sound = np.concatenate([part for _ in phrases for part in (tone(1.0), gap)])
    answer = replace(TWO.answers[0], ending=ending, audio=Path("x.wav"))
    with listening([*phrases, *again]) as one:
        found = one.hear(lambda: SamplesMicrophone(sound), options_for(answer, BANK), lambda _: None)
    return found.transcript.text


def test_commands_are_no_words_where_they_were_obeyed() -> None:
    """What ended, paused or helped a spoken answer is left out again, and the answer goes on to its end."""
    said = ("first", "give me a hint", "second", "pause", "to the cat", "resume", "third", "that's my answer")
    assert heard(said, Ending.COMMAND) == "first second third"
    on = ("first", "I'm done", "I'm not done", "second")
    assert heard(on, Ending.SILENCE) == "first second"


def test_a_file_commands_nothing() -> None:
    """In a recording made elsewhere the same utterances are words like any other."""
    assert heard(("first", "pause", "second", "that's my answer"), Ending.END_OF_AUDIO) == (
        "first pause second that's my answer"
    )


def test_a_pause_that_a_key_ended_loses_nothing() -> None:
    """No recording holds a key: where nobody says "resume", the words after a pause are the answer's."""
    said = ("first", "pause", "second", "third")
    assert heard(said, Ending.KEY, again=said) == "first pause second third"


def test_what_its_speaker_broke_off_stays_unjudged() -> None:
    """An answer left for another question is transcribed anew and not judged; a typed one keeps its words."""
    left = replace(
        answered(timed("Hm.")),
        state=AnswerState.INTERRUPTED,
        ending=Ending.COMMAND,
        audio=Path("x"),
        assessment=None,
    )
    typed = replace(answered(timed("A crowd merges.")), ordinal=1)
    now = hears("several boxes overlap", attempt(left, typed))
    assert now.answers[0].transcript is not None
    assert now.answers[0].transcript.text == "several boxes overlap"
    assert (now.answers[0].state, now.answers[0].assessment) == (AnswerState.INTERRUPTED, None)
    assert now.answers[1] == typed
    assert now.combined == checks.assess(QUESTION, (timed("A crowd merges."),), BANK, Level.JUNIOR)


@pytest.mark.parametrize(("asides_s", "pause_s"), [((), 9.0), ((5.5,), 0.0), ((0.5, 11.5), 9.0)])
def test_where_the_program_spoke_there_is_no_pause_however_often_it_is_read(
    asides_s: tuple[float, ...], pause_s: float
) -> None:
    """What no recording tells is kept with the answer: checked or heard again, a silence counts as it did."""
    gap = np.zeros(9 * RATE_HZ, np.float32)
    said = replace(timed("Several boxes overlap."), asides_s=asides_s)
    stored(attempt(answered(said)), np.concatenate([tone(1.0), gap, tone(1.0)]))
    for _ in range(2):
        assert run("reread", "1").exit_code == 0
        (now,) = attempts()
        assert now.answers[0].transcript is not None
        assert now.answers[0].transcript.asides_s == asides_s
        for one in (now, compare.rechecked(now, QUESTION, BANK)):
            assert one.combined is not None
            assert one.combined.delivery.longest_pause_s == pytest.approx(pause_s, abs=1.0)


def test_what_was_said_to_the_program_is_found_again_by_whoever_listens() -> None:
    """An answer of which nobody noted when its speaker turned to the program is given what is heard now."""
    gap = np.zeros(3 * RATE_HZ, np.float32)
    sound = np.concatenate([tone(1.0), gap, tone(1.0), gap, tone(1.0)])
    with listening(["first", "give me a hint", "second"]) as one:
        commands = options_for(replace(TWO.answers[0], ending=Ending.SILENCE), BANK)
        now = heard_again(
            attempt(replace(answered(timed("first second")), audio=Path("x.wav"))),
            QUESTION,
            BANK,
            lambda _: one.hear(lambda: SamplesMicrophone(sound), commands, lambda _: None),
        )
    (answer,) = now.answers
    assert answer.transcript is not None
    assert answer.transcript.text == "first second"
    assert any(4.0 < aside_s < 8.0 for aside_s in answer.transcript.asides_s)
    assert answer.assessment is not None
    assert answer.assessment.delivery.longest_pause_s is None


def repaired(made: Attempt, stretch: str, ordinal: int = 0) -> Answer:
    """A concrete try at ``stretch`` of the first answer of ``made``, with findings of its own."""
    assert made.answers[0].transcript is not None
    start = made.answers[0].transcript.text.index(stretch)
    tried = answered(timed("It fails on crowds."), len(made.answers) + ordinal, Path("try.wav"))
    assert tried.assessment is not None
    return replace(
        tried,
        probes=REPAIR,
        assessment=replace(tried.assessment, verdict=Verdict.FLAT),
        repairs=Repair(0, start, start + len(stretch), mended=True),
    )


def test_tries_are_not_heard_again_and_follow_their_sentence() -> None:
    """They count for nothing; they point at the words heard where their sentence was said, or at none."""
    said = replace(answered(timed("boxes overlap. It depends on the use case. A score.")), audio=Path("x"))
    made = attempt(said)
    late, lost = repaired(made, "the use case"), repaired(made, "A score", 1)
    made = replace(made, answers=(said, late, lost))
    # Half a second a word: "the use case" was said from 2.5 to 4.0 s, and later nothing is heard now.
    new = timed("So many boxes overlap; it depends on whom")
    wanted = (new.text.index("depends"), len(new.text))

    def hear(answer: Answer) -> Heard:
        assert answer.repairs is None
        return Heard(new, Ending.END_OF_AUDIO, RATE_HZ, 0, Timing(), 0.0)

    now = heard_again(made, QUESTION, BANK, hear)
    assert now.answers[1:] == (
        replace(late, repairs=Repair(0, *wanted, mended=True)),
        replace(lost, repairs=Repair(0, 0, 0, mended=True)),
    )
    assert now.combined == checks.assess(QUESTION, (new,), BANK, Level.JUNIOR)
    assert now.is_mended(0, *wanted)
    assert not now.is_mended(0, 0, 7)
    unheard = heard_again(made, QUESTION, BANK, None)
    assert unheard.answers[1:] == (late, lost)


def test_reading_again_leaves_tries_out(ear: Ear) -> None:
    """An attempt with a try is read again as if it had none: verdict, cards and what is vague."""
    made = replace(TWO, answers=(*TWO.answers, repaired(TWO, "the use case")))
    stored(made, tone(2.0), tone(1.0), tone(3.0))
    ear.said = f"{SAID} {VAGUE}"
    assert run("reread", "1").exit_code == 0
    (now,) = attempts()
    assert len(ear.heard) == 2
    tried = now.answers[2]
    assert (tried.transcript, tried.assessment) == (made.answers[2].transcript, made.answers[2].assessment)
    said = tuple(answer.transcript for answer in now.replies if answer.transcript)
    assert len(said) == 2
    assert now.combined == checks.assess(QUESTION, said, BANK, Level.JUNIOR)
    with closing(SqliteJournal(home())) as journal:
        assert journal.original(1).answers[2].repairs == made.answers[2].repairs
        spots = journal.vague()
        (standing,) = journal.standings()
    assert {spot.ordinal for spot in spots} == {0, 1}
    assert standing.elements == tuple((one.id, one.status) for one in now.combined.elements)
    assert f"2 answered  {now.combined.verdict}" in run("history").stdout


def test_what_was_heard_as_nothing_can_turn_out_to_be_words() -> None:
    """A better model may hear an answer where the day's heard none; dots for breath are still nothing."""
    silent = replace(
        TWO.answers[0],
        state=AnswerState.NOTHING_SAID,
        transcript=Transcript("", ()),
        assessment=None,
        audio=Path("x"),
    )
    for phrase, state in (("several boxes", AnswerState.CHECKED), ("...", AnswerState.NOTHING_SAID)):
        now = hears(phrase, replace(TWO, answers=(silent,), combined=None))
        assert now.answers[0].state is state
        assert (now.combined is None) == (state is AnswerState.NOTHING_SAID)
