from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from attempts import answered as other_answered
from typer.testing import CliRunner

from voiceprep import bank as banks
from voiceprep import checks, repair, resources
from voiceprep.cli.app import app
from voiceprep.cli.repairing import VAGUE_KEYS, VagueWalker
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.home import home
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.recording import WavRecording
from voiceprep.errors import DeviceLost, VoiceprepError
from voiceprep.events import Event, NothingSaid, SaidAgain
from voiceprep.hearing import Ears
from voiceprep.listen import ListenOptions
from voiceprep.model import (
    RATE_HZ,
    REPAIR,
    Answer,
    AnswerState,
    Attempt,
    Command,
    Ending,
    Level,
    Outcome,
    Repair,
    Samples,
    Transcript,
)
from voiceprep.ports import Journal, Microphone
from voiceprep.repairing import RepairSession, Told, told
from voiceprep.replay import export, marks, vague
from voiceprep.replay.vague import VagueSentence
from voiceprep.session import AnswerSource, Parts, SessionOptions, Spoken, Typed
from voiceprep.testing import (
    Incident,
    Loss,
    LoudnessDetector,
    ManualClock,
    MemoryJournal,
    SamplesMicrophone,
    ScriptedControls,
    ScriptedRecogniser,
    ScriptedSpeaker,
)

BANK = banks.load([resources.folder("content")])
YOLO = banks.find(BANK, "yolo-vs-faster-rcnn")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
EMPTY = "I think it should be fine."
SAID = f"I would choose YOLO because we need real time. It predicts all boxes in one pass. {EMPTY}"
MENDED = "It is fine because one frame takes eight milliseconds on a Jetson."
SYNTHETIC = str(resources.folder("audio_fixtures") / "whisper-synthetic")
RNG = np.random.default_rng(5)
SPEECH = RNG.normal(0, 0.1, 2 * RATE_HZ).astype(np.float32)
QUIET = RNG.normal(0, 0.0005, 4 * RATE_HZ).astype(np.float32)


def timed(text: str) -> Transcript:
    from attempts import timed as timed_text

    return timed_text(text)


def kept(journal: Journal, text: str = SAID, audio: Path | None = None) -> Attempt:
    """An attempt at the question with one answer, stored."""
    transcript = timed(text) if audio is not None else Transcript(text, ())
    found = checks.assess(YOLO, (transcript,), BANK)
    attempt = journal.begin(YOLO.id, Level.MID, "base.en", NOON)
    journal.keep(
        attempt,
        Answer(0, YOLO.ask, None, AnswerState.CHECKED, Ending.SILENCE, transcript, found, audio, 0, 0),
    )
    journal.conclude(attempt, None)
    return journal.attempt(attempt)


@dataclass
class Table:
    """A repair session on fakes, and what happened in it."""

    phrases: Sequence[str | VoiceprepError] = ()
    keys: Sequence[str | None] = ()
    can_play: bool = True
    audio: Path | None = Path("memory/1/0.wav")
    speaker: ScriptedSpeaker = field(default_factory=ScriptedSpeaker)
    events: list[Event] = field(default_factory=list)
    played: list[tuple[Path, tuple[float, float]]] = field(default_factory=list)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.attempt = kept(self.journal, audio=self.audio)

    def spoken(self, *audio: Samples, script: Sequence[Incident] = ()) -> Spoken:
        samples = np.concatenate(audio or (SPEECH, QUIET))
        open_one: Callable[[], Microphone] = partial(
            SamplesMicrophone, samples, name="desk", script=script, clock=self.clock
        )
        return Spoken(open_one, ListenOptions(finish_silence_s=2.5))

    def play(self, audio: Path, span_s: tuple[float, float], stopped: Callable[[], bool]) -> bool:
        stopped()
        if self.can_play:
            self.played.append((audio, span_s))
        return self.can_play

    def vague(self) -> Told:
        start = SAID.index(EMPTY)
        found = told(self.attempt, 0, (start, len(SAID)), "What makes you think so?")
        assert found is not None
        return found

    def repair(self, *answers: AnswerSource) -> Attempt:
        ears = Ears(LoudnessDetector(), ScriptedRecogniser(self.phrases))
        parts = Parts(self.speaker, self.journal, ScriptedControls(self.keys), self.clock, ears)
        with RepairSession(parts, BANK, SessionOptions(), self.events.append, self.play) as session:
            try:
                return session.repair(self.vague(), YOLO, self.attempt, iter(answers))
            finally:
                self.asked_for, self.is_alone = session.asked_for, session.is_alone

    @property
    def tries(self) -> tuple[Answer, ...]:
        return tuple(one for one in self.journal.attempt(self.attempt.id).answers if one.repairs is not None)

    @property
    def outcomes(self) -> list[Outcome]:
        return [event.judgement.outcome for event in self.events if isinstance(event, SaidAgain)]


# ------------------------------------------------------------------------------ one sentence


def test_hear_it_hear_what_it_lacks_say_it_again_hear_it_judged() -> None:
    """The sentence's own stretch is played, then what it lacks; a concrete one is praised and it is over."""
    table = Table([MENDED])
    attempt = table.repair(table.spoken(), table.spoken())
    start = len(SAID[: SAID.index(EMPTY)].split())
    assert table.played == [(table.audio, (start * 0.5, len(SAID.split()) * 0.5))]
    assert table.speaker.said[:2] == ["You said:", "What makes you think so? Say it again."]
    assert "concrete now" in table.speaker.said[2]
    assert len(table.speaker.said) == 3
    (tried,) = table.tries
    start = SAID.index(EMPTY)
    assert tried.repairs == Repair(0, start, len(SAID), mended=True)
    assert (tried.ordinal, tried.probes, tried.state) == (1, REPAIR, AnswerState.CHECKED)
    assert tried.asked == f"Say it again: “{EMPTY}” What makes you think so?"
    assert attempt.is_mended(0, start, len(SAID))
    assert table.journal.recordings[1, 1].n_samples == tried.n_samples > 0


def test_three_tries_then_a_sentence_that_fits() -> None:
    """Each failed try names what is lacking; after the third the sample's sentence is read."""
    table = Table([EMPTY, "It depends on the use case.", "It works really well."])
    table.repair(*[table.spoken()] * 5)
    assert len(table.outcomes) == repair.MAX_TRIES
    assert Outcome.MENDED not in table.outcomes
    assert [one.ordinal for one in table.tries] == [1, 2, 3]
    assert not any(one.repairs.mended for one in table.tries if one.repairs)
    assert len(table.played) == 1
    assert table.speaker.said.count("Once more.") == 2
    assert table.speaker.said[-1].startswith("A sentence that would fit: ")


@pytest.mark.parametrize(("can_play", "audio"), [(False, Path("gone.wav")), (True, None)])
def test_without_its_sound_the_sentence_is_read(can_play: bool, audio: Path | None) -> None:  # noqa: FBT001
    """A typed answer, or one whose recording or loudspeaker is gone, is read aloud by the voice."""
    table = Table([MENDED], can_play=can_play, audio=audio)
    table.repair(table.spoken())
    assert table.played == []
    assert table.speaker.said[:2] == ["You said:", EMPTY]


def test_typed_tries_are_judged_alike() -> None:
    """Typing is a fallback here too; the try has no audio."""
    table = Table()
    table.repair(Typed(lambda: EMPTY), Typed(lambda: MENDED))
    assert table.outcomes == [Outcome.SAME, Outcome.MENDED]
    assert [(one.audio, one.ending) for one in table.tries] == [(None, Ending.TYPED)] * 2


# ------------------------------------------------------------------------------ commands


SHORT, LULL = SPEECH[:RATE_HZ], QUIET[: 2 * RATE_HZ]


def by_words(table: Table, *audio: Samples) -> Spoken:
    return Spoken(table.spoken(*audio).open, ListenOptions())


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("Skip this one.", Command.SKIP),
        ("Next one.", Command.NEXT),
        ("Let me try again.", Command.RETRY),
        ("Stop here.", Command.STOP),
        ("I'll pass.", Command.PASS),
    ],
)
def test_commands_leave_the_sentence(said: str, command: Command) -> None:
    """Skip, next, retry, stop and pass end it there and then; pass reads the sentence that fits."""
    table = Table([said])
    table.repair(by_words(table, SHORT, QUIET), table.spoken())
    assert table.asked_for is command
    assert table.outcomes == []
    assert table.speaker.said[-1].startswith("A sentence that would fit") == (command is Command.PASS)


def test_repeat_plays_the_old_sentence_again() -> None:
    """Repeat, in mid-try, plays it and says what it lacks; the try goes on and is one."""
    table = Table(["Say that again.", MENDED])
    table.repair(by_words(table, SHORT, LULL, SPEECH, QUIET))
    assert len(table.played) == 2
    assert table.outcomes == [Outcome.MENDED]
    assert len(table.tries) == 1


def test_asking_what_is_missing_costs_no_try() -> None:
    """What did I miss, before anything was said, is answered by the sentence and what it lacks."""
    table = Table(["What did I miss?", MENDED])
    table.repair(by_words(table, SHORT, QUIET), table.spoken())
    assert len(table.played) == 2
    assert table.speaker.said.count("What makes you think so? Say it again.") == 2
    assert table.outcomes == [Outcome.MENDED]


def test_who_says_nothing_is_not_played_on_to() -> None:
    """Silence ends it without a judgement, and whoever goes through many sentences is told."""
    table = Table()
    table.repair(table.spoken(QUIET), table.spoken())
    assert table.is_alone
    assert any(isinstance(event, NothingSaid) for event in table.events)
    assert [one.state for one in table.tries] == [AnswerState.NOTHING_SAID]


def test_a_lost_microphone_keeps_the_try_as_one() -> None:
    """What was said until then is kept as a try at that sentence, not as an answer."""
    table = Table([MENDED])
    with pytest.raises(DeviceLost, match="attempt 1"):
        table.repair(table.spoken(script=[Loss(RATE_HZ)]))
    (tried,) = table.tries
    assert (tried.state, tried.n_samples) == (AnswerState.INTERRUPTED, RATE_HZ)
    assert tried.repairs == Repair(0, SAID.index(EMPTY), len(SAID))


# ------------------------------------------------------------------------------ what is made of it later


def test_tries_change_no_verdict_and_stand_in_the_thread() -> None:
    """Findings over all answers, gaps and what to do next are those of the answers; the try is shown."""
    table = Table([EMPTY, MENDED])
    before = marks.replay(table.attempt, YOLO, BANK)
    attempt = table.repair(table.spoken(), table.spoken())
    shown = marks.replay(attempt, YOLO, BANK)
    assert attempt.combined == table.attempt.combined
    assert shown.judged == before.judged
    assert shown.gaps == before.gaps
    assert [len(one.sentences) for one in shown.answers] == [3, 1, 1]
    assert any("Make “" in step for step in marks.next_steps(before))
    assert not any("Make “" in step for step in marks.next_steps(shown))
    (written,) = [one for one in export.to_object(attempt)["answers"] if one["ordinal"] == 2]  # type: ignore[attr-defined]
    assert written["repairs"]["mended"] is True
    assert "Said again, and concrete now." in export.markdown(shown)
    assert table.journal.reviews()[0].verdict is not None
    (spot,) = table.journal.vague()
    assert spot.mended


def test_spots_of_one_attempt_are_those_of_the_list() -> None:
    """Whether asked for by attempt or over all, the same spots come, mended ones last."""
    table = Table([MENDED])
    assert vague.of_attempt(table.attempt) == table.journal.vague()
    attempt = table.repair(table.spoken())
    assert vague.of_attempt(attempt) == table.journal.vague()
    assert [one.mended for one in vague.sentences(vague.of_attempt(attempt))] == [True]


# ------------------------------------------------------------------------------ the commands


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteJournal:
    """The journal the commands of a test open too."""
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    return SqliteJournal(home())


def ran(*args: str, said: str = "") -> str:
    result = CliRunner().invoke(app, args, input=said)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_sentence_is_repaired_from_the_command_line(journal: SqliteJournal) -> None:
    """Typed: judged, kept, told in the list, the history, the replay and the export; then nothing is left."""
    with closing(journal):
        kept(journal)
    verdict = ran("history").split()[-1]
    told_now = ran("repair", "--text", "--mute", said=f"{EMPTY}\n\n{MENDED}\n\n")
    assert "Said again: the same words" in told_now
    assert "a figure" in told_now
    assert "1 of 1 concrete now" in told_now
    assert "said again since" in " ".join(ran("vague").split())
    assert ran("history").split()[-3:] == [verdict, "1", "mended"]
    assert "1 answered" in ran("history")
    assert "Said again, and concrete now." in ran("replay")
    assert "Said again, and concrete now." in ran("history", "1")
    answers = json.loads(ran("export", "--format", "json"))["answers"]
    assert [one["repairs"] and one["repairs"]["mended"] for one in answers] == [None, False, True]
    again = CliRunner().invoke(app, ["repair", "--text", "--mute"], input=f"{MENDED}\n\n")
    assert "Nothing vague" in again.stderr


def test_a_sentence_is_repaired_by_voice(journal: SqliteJournal, tmp_path: Path) -> None:
    """A recorded answer, its vague sentence, two recorded tries: through detector, recogniser and checks."""
    fixtures = resources.folder("audio_fixtures") / "answers"
    places = json.loads((fixtures / "words.json").read_text())

    def cut(name: str, first: str, last: str) -> Path:
        """The words from ``first`` to ``last`` of a fixture with a second and a half around them."""
        samples = np.concatenate(list(read_audio(fixtures / f"{name}.opus")))
        spoken = places[name]["words"]
        begin = next(start for word, start, _ in spoken if word == first)
        end = next(end for word, start, end in spoken if word.startswith(last) and start > begin)
        hush = np.zeros(RATE_HZ * 3 // 2, np.float32)
        with closing(WavRecording(tmp_path / f"{first}.wav")) as recording:
            recording.write(np.concatenate([hush, samples[begin : end + 1600], hush]))
        return recording.path

    journal.close()
    model = ("--mute", "--model", SYNTHETIC)
    ran("practice", YOLO.id, *model, "--follow-ups", "0", "--audio", str(fixtures / f"{YOLO.id}-1.opus"))
    listed = ran("vague")
    assert "should be" in listed
    same, new = cut(f"{YOLO.id}-1", "I", "time"), cut(f"{YOLO.id}-2", "We", "frame")
    told_now = ran("repair", *model, "--audio", str(same), "--audio", str(new))
    assert "a figure" in told_now
    assert "1 of 1 concrete now" in told_now
    with closing(SqliteJournal(home())) as opened:
        (attempt,) = opened.attempts()
    assert [one.ordinal for one in attempt.replies] == [0]
    tries = attempt.answers[1:]
    assert [one.repairs.mended for one in tries if one.repairs] == [False, True]
    assert all(one.audio is not None and one.audio.stat().st_size > RATE_HZ for one in tries)
    (tmp_path / "r").mkdir()
    page = tmp_path / "r" / "page.html"
    ran("report", "--output", str(page))
    assert page.read_text().count("<audio") == 3
    shutil.rmtree(tmp_path / "r")


def test_what_is_not_there_is_named(journal: SqliteJournal) -> None:
    """Nothing vague, no such attempt, topic or question: one message, the contract's status."""
    with closing(journal):
        kept(journal)
    for args, status, message in (
        (("repair", "9", "--text"), 1, "voiceprep history"),
        (("repair", "--topic", "cooking"), 2, "there is no topic cooking"),
        (("repair", "--question", "nms-purpos"), 2, "nms-purpose"),
        (("repair", "--text", "--audio", "x.wav"), 2, "use one"),
    ):
        result = CliRunner().invoke(app, list(args))
        assert result.exit_code == status, result.output
        assert message in result.stderr
    other = CliRunner().invoke(app, ["repair", "--text", "--question", "nms-purpose"])
    assert (other.exit_code, other.stdout) == (0, "")
    assert "Nothing vague" in other.stderr


# ------------------------------------------------------------------------------ the list by keys


def walked(keys: str, found: Sequence[VagueSentence]) -> tuple[list[Sequence[VagueSentence]], list[int]]:
    """What was started and which sentences were to be played, by the keys (_ space, / Enter), then q."""
    names = {"_": "space", "/": "enter"}
    started: list[Sequence[VagueSentence]] = []
    heard: list[int] = []

    def hear(sentence: VagueSentence) -> Told | None:
        heard.append(found.index(sentence))
        return None

    controls = ScriptedControls([*(names.get(key, key) for key in keys), "q"])
    VagueWalker(found, hear, started.append, lambda one: one.mended, controls, None).run()
    return started, heard


def test_the_list_is_gone_through_by_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """J and k move, the space bar plays the sentence one stands at, r and Enter repair from there on."""
    journal = MemoryJournal()
    kept(journal, f"{EMPTY} It depends on the use case. There are several ways to do that, and so on.")
    found = vague.sentences(journal.vague())
    assert len(found) == 3
    started, heard = walked("_jj_k_r", found)
    assert heard == [1, 0]
    assert started == [[*found]]
    assert walked("jjjj/", found)[0] == [[found[2]]]
    assert walked("r", found)[0] == [[*found]]
    printed = capsys.readouterr()
    assert "2 of 3" in printed.out
    assert "(no further)" in printed.err
    menu = "   ".join(f"{key}: {meaning}" for key, meaning in VAGUE_KEYS.items())
    assert menu in printed.err.splitlines(), "a line at 80 columns"


def test_other_questions_answers_are_no_vague_sentences_here() -> None:
    """A sentence whose answer is gone from the attempt is nothing to be said again."""
    journal = MemoryJournal()
    attempt = kept(journal)
    assert told(attempt, 3, (0, 4), "why") is None
    silent = Attempt(1, "x", Level.MID, NOON, "r", (other_answered(Transcript("a", ())),), None)
    assert told(silent, 0, (0, 1), "why") is not None
