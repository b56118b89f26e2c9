"""A run of questions by voice alone: its order, what can be said between, who walks away, how it ends."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from conftest import NullSink

from voiceprep import bank as banks
from voiceprep import feedback, resources, schedule
from voiceprep.between import COMMANDS_ONLY
from voiceprep.drill import Drill, Manner, Outcome, done, gone, is_away, numbered, summary, unannounced
from voiceprep.engines import models
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.loudspeaker import WavFilePlayer
from voiceprep.engines.microphone import SoundDeviceMicrophone
from voiceprep.engines.recording import WavRecording
from voiceprep.engines.silero import SileroDetector
from voiceprep.engines.speech import Pyttsx3Speaker, SpeechOptions
from voiceprep.engines.whisper import WhisperOptions, WhisperRecogniser
from voiceprep.errors import Interrupted
from voiceprep.events import Asking, Event, LevelMeasured, Obeyed, Phase, PhaseChanged
from voiceprep.hearing import Ears
from voiceprep.listen import ListenOptions
from voiceprep.model import (
    RATE_HZ,
    Answer,
    AnswerState,
    Attempt,
    Bank,
    Block,
    Command,
    Ending,
    Level,
    Review,
    RunKind,
    Samples,
    Verdict,
)
from voiceprep.schedule import Pick
from voiceprep.session import AnswerSource, Parts, Session, SessionOptions, Spoken, Typed
from voiceprep.testing import (
    BLOCK_SAMPLES,
    LoudnessDetector,
    ManualClock,
    MemoryJournal,
    ScriptedControls,
    ScriptedRecogniser,
    ScriptedSpeaker,
)

RNG = np.random.default_rng(5)
SPEECH = RNG.normal(0, 0.1, 2 * RATE_HZ).astype(np.float32)
SHORT = SPEECH[: round(0.7 * RATE_HZ)]
QUIET = RNG.normal(0, 0.0005, BLOCK_SAMPLES).astype(np.float32)
NOTHING: Samples = np.zeros(0, np.float32)
LULL = np.tile(QUIET, 40)

NAMES = ("nms-purpose", "data-augmentation-why", "transfer-learning-setup")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return banks.load([resources.folder("content")])


class Desk:
    """A microphone opened once for each thing listened to: what is said then, and silence ever after."""

    def __init__(self, turns: Sequence[Samples], clock: ManualClock) -> None:
        self.name = "desk"
        self.live = False
        self._turns = iter(turns)
        self._clock = clock

    def open(self) -> Desk:
        return self

    def blocks(self) -> Iterator[Block]:
        said = next(self._turns, NOTHING)
        pieces = [said[at : at + BLOCK_SAMPLES] for at in range(0, len(said), BLOCK_SAMPLES)]
        for samples in itertools.chain(pieces, itertools.repeat(QUIET)):
            self._clock.advance(len(samples) / RATE_HZ)
            yield Block(samples)

    def waiting(self) -> tuple[Block, ...]:
        """Nothing: all of it is made when it is taken."""
        return ()

    def close(self) -> None:
        """Nothing to free."""


@dataclass
class Evening:
    """A drill on fakes: what is said when it listens, in order, and what happened."""

    bank: Bank
    turns: Sequence[Samples]
    phrases: Sequence[str]
    manner: Manner = field(default_factory=partial(Manner, away_s=60.0))
    n_follow_ups: int = 0
    names: Sequence[str] = NAMES[:2]
    kind: RunKind = RunKind.DRILL

    def __post_init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.speaker = ScriptedSpeaker()
        self.journal = MemoryJournal()
        self.controls = ScriptedControls()
        self.events: list[Event] = []
        desk = Desk(self.turns, self.clock)
        self.source = Spoken(desk.open, ListenOptions(finish_silence_s=2.0, start_patience_s=10.0))
        self.picks = tuple(Pick(banks.find(self.bank, name), "because of this test") for name in self.names)
        self.run = self.journal.run(self.journal.begin_run(self.kind, tuple(self.names), NOON))

    def go(
        self, answers: Iterator[AnswerSource] | None = None, picks: Sequence[Pick] | None = None
    ) -> Outcome:
        ears = Ears(LoudnessDetector(), ScriptedRecogniser(self.phrases))
        parts = Parts(self.speaker, self.journal, self.controls, self.clock, ears)
        options = SessionOptions(
            n_follow_ups=self.n_follow_ups, debrief=partial(feedback.brief_debrief, self.bank.glossary)
        )
        between = None if answers else self.source
        with Session(parts, self.bank, options, self.events.append) as session:
            drill = Drill(session, parts, self.run, self.manner, between)
            return drill.go(picks or self.picks, answers or itertools.repeat(self.source))

    @property
    def asked(self) -> list[tuple[str, int]]:
        """Question and ordinal of everything that was asked."""
        return [(one.question.id, one.ordinal) for one in self.events if isinstance(one, Asking)]

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """As they were made."""
        return self.journal.attempts()[::-1]

    @property
    def has_ended(self) -> bool:
        return self.journal.run(self.run.id).ended is not None


def test_questions_follow_one_another_without_a_hand(bank: Bank) -> None:
    """Announced by number, asked, answered, followed up; the run knows its attempts and has ended."""
    turns = [SPEECH, SPEECH, NOTHING] * 2
    evening = Evening(bank, turns, ["It drops boxes.", "In a crowd.", "More data.", "Flips."], n_follow_ups=1)
    assert evening.go() is Outcome.THROUGH
    assert evening.asked == [(name, ordinal) for name in NAMES[:2] for ordinal in (0, 1)]
    assert [said for said in evening.speaker.said if said.startswith("Question")] == [
        "Question 1 of 2.",
        "Question 2 of 2.",
    ]
    assert evening.journal.run(evening.run.id).attempts == tuple(one.id for one in evening.attempts)
    assert [len(one.answers) for one in evening.attempts] == [2, 2]
    assert evening.has_ended


@pytest.mark.parametrize(
    ("words", "asked", "outcome"),
    [
        ("Retry.", [NAMES[0], NAMES[0], NAMES[1]], Outcome.THROUGH),
        ("Next question.", [NAMES[0], NAMES[1]], Outcome.THROUGH),
        ("Stop.", [NAMES[0]], Outcome.STOPPED),
        ("What a day.", [NAMES[0], NAMES[1]], Outcome.THROUGH),
    ],
)
def test_after_the_feedback_a_command_is_heard(
    bank: Bank, words: str, asked: list[str], outcome: Outcome
) -> None:
    """Within three seconds; chat is no command, and who is silent is asked the next question."""
    turns = [SPEECH, SHORT, SPEECH, NOTHING, SPEECH, NOTHING]
    evening = Evening(bank, turns, ["It drops boxes.", words, "More data.", "Flips."])
    assert evening.go() is outcome
    assert [name for name, _ in evening.asked] == asked
    assert evening.has_ended is (outcome is Outcome.THROUGH)


@pytest.mark.parametrize("words", ["Skip.", "Pass.", "Next question.", "Stop."])
def test_instead_of_an_answer_a_command_leads_on_at_once(bank: Bank, words: str) -> None:
    """Nothing is waited for after it, nothing is scored, and the question counts as passed over."""
    evening = Evening(bank, [SHORT, SPEECH, NOTHING], [words, "More data."])
    stops = words == "Stop."
    assert evening.go() is (Outcome.STOPPED if stops else Outcome.THROUGH)
    assert evening.attempts[0].combined is None
    assert done(evening.attempts) == (frozenset() if stops else frozenset(NAMES[:2]))


def test_what_did_i_miss_and_the_like_are_replied_to_between(bank: Bank) -> None:
    """The reply comes before the next question."""
    evening = Evening(
        bank, [SPEECH, np.concatenate([SHORT, LULL]), NOTHING], ["It drops boxes.", "What did I miss?"]
    )
    evening.go(picks=evening.picks[:1])
    assert any(said.startswith("You left out: ") for said in evening.speaker.said)


def test_not_done_between_goes_on_with_the_answer(bank: Bank) -> None:
    """Said after the feedback, in one recording and the same attempt."""
    turns = [SPEECH, np.concatenate([SHORT, LULL, SPEECH]), NOTHING]
    evening = Evening(bank, turns, ["It drops boxes.", "I'm not done.", "And keeps the best one."])
    assert evening.go(picks=evening.picks[:1]) is Outcome.THROUGH
    (attempt,) = evening.attempts
    said = attempt.answers[0].transcript
    assert said is not None
    assert said.text == "It drops boxes. And keeps the best one."


@pytest.mark.parametrize(("key", "n_asked"), [("q", 1), ("n", 2), ("r", 3), ("enter", 2)])
def test_keys_do_between_what_the_words_do(bank: Bank, key: str, n_asked: int) -> None:
    """Whoever sits at the desk after all need not speak."""
    evening = Evening(bank, [SPEECH, NOTHING] * 3, ["It drops boxes."] * 3)

    class Once(ScriptedControls):
        def poll(self) -> str | None:
            spoken = [said for said in evening.speaker.said if said.startswith(("Good", "Thank"))]
            if len(spoken) == 1 and not self.n_polls:
                self.n_polls = 1
                return None  # polled while the feedback is said
            if len(spoken) == 1 and self.n_polls == 1:
                self.n_polls = 2
                return key
            return None

    evening.controls = Once()
    evening.go()
    assert len(evening.asked) == n_asked


# ------------------------------------------------------------------------------ walking away


def test_who_walks_away_is_waited_for_and_asked_again(bank: Bank) -> None:
    """It says that it pauses; "resume" repeats the question, the same answer goes on, a follow-up is due."""
    turns = [NOTHING, np.concatenate([SPEECH, LULL, SHORT]), SPEECH, SPEECH, NOTHING]
    phrases = ["And now the weather.", "Resume.", "It drops boxes.", "In a crowd."]
    evening = Evening(bank, turns, phrases, n_follow_ups=1)
    assert evening.go(picks=evening.picks[:1]) is Outcome.THROUGH
    question = evening.picks[0].question
    at = evening.speaker.said.index(gone(60.0))
    assert question.ask in evening.speaker.said[at - 1]
    assert question.ask in evening.speaker.said[at + 1]
    assert "feedback" not in evening.speaker.said[at]
    (attempt,) = evening.attempts
    assert [answer.state for answer in attempt.answers] == [AnswerState.CHECKED] * 2
    assert evening.asked == [(NAMES[0], 0), (NAMES[0], 1)]


def test_who_walks_away_at_a_follow_up_hears_that_one_again(bank: Bank) -> None:
    """The first answer stays as it is."""
    turns = [SPEECH, NOTHING, SHORT, SPEECH, NOTHING]
    evening = Evening(bank, turns, ["It drops boxes.", "I'm back.", "In a crowd."], n_follow_ups=1)
    assert evening.go(picks=evening.picks[:1]) is Outcome.THROUGH
    (attempt,) = evening.attempts
    follow_up = attempt.answers[1].asked
    assert sum(follow_up in said for said in evening.speaker.said) == 2
    texts = [answer.transcript.text for answer in attempt.answers if answer.transcript]
    assert texts == ["It drops boxes.", "In a crowd."]


def test_who_does_not_come_back_is_never_scored(bank: Bank) -> None:
    """After the named time it ends without another word; everything is kept and can be gone on with."""
    evening = Evening(bank, [SPEECH, NOTHING, NOTHING, NOTHING], ["It drops boxes."])
    began_s = evening.clock.monotonic_s()
    assert evening.go() is Outcome.AWAY
    assert evening.clock.monotonic_s() - began_s >= 10 + 60
    assert evening.speaker.said[-1] == gone(60.0)
    answered, silent = evening.attempts
    assert answered.combined is not None
    assert (silent.combined, silent.answers[0].assessment) == (None, None)
    assert is_away(silent)
    assert not evening.has_ended
    assert done(evening.attempts) == {NAMES[0]}


def test_talk_in_the_room_does_not_bring_it_back_nor_keep_it_waiting(bank: Bank) -> None:
    """A television is no speaker: it is let go of, and the time to wait runs on meanwhile."""
    talk = np.concatenate([np.concatenate([SPEECH, LULL, LULL])] * 12)
    evening = Evening(bank, [NOTHING, talk], ["And now the weather."] * 12)
    assert evening.go() is Outcome.AWAY
    assert evening.clock.monotonic_s() < 10 + 60 + 15
    assert len(evening.attempts) == 1


@pytest.mark.parametrize(
    ("words", "n_asked"), [("Next question.", 2), ("Stop.", 1), ("Repeat the question.", 2)]
)
def test_other_commands_bring_it_back_too(bank: Bank, words: str, n_asked: int) -> None:
    """Whoever returns may also pass on or stop."""
    evening = Evening(bank, [NOTHING, SHORT, SPEECH, NOTHING, SPEECH], [words, "It drops boxes.", "Flips."])
    evening.go()
    assert len(evening.asked) == n_asked


def test_any_key_brings_it_back(bank: Bank) -> None:
    """So does whoever cannot be heard."""
    evening = Evening(bank, [NOTHING, NOTHING, SPEECH, NOTHING], ["It drops boxes."])

    class AnyKey(ScriptedControls):
        def poll(self) -> str | None:
            self.n_polls += evening.speaker.said[-1:] == [gone(60.0)]
            return "x" if self.n_polls == 20 else None

    evening.controls = AnyKey()
    assert evening.go(picks=evening.picks[:1]) is Outcome.THROUGH
    assert evening.attempts[0].answers[0].state is AnswerState.CHECKED


def test_a_pause_between_questions_lasts(bank: Bank) -> None:
    """Who says "pause" in the gap is not asked on until "resume"."""
    rest = np.tile(QUIET, 400)
    turns = [SPEECH, np.concatenate([SHORT, rest, SHORT, LULL]), SPEECH, NOTHING]
    evening = Evening(bank, turns, ["It drops boxes.", "Pause.", "Resume.", "Flips."])
    assert evening.go() is Outcome.THROUGH
    assert evening.clock.monotonic_s() > len(rest) / RATE_HZ
    assert len(evening.asked) == 2
    assert not any(said == gone(60.0) for said in evening.speaker.said)


# ------------------------------------------------------------------------------ its end


def test_no_question_begins_after_its_time(bank: Bank) -> None:
    """The one under way is finished, and the run has ended."""
    manner = Manner(limit_s=10.0)
    evening = Evening(bank, [SPEECH, NOTHING] * 3, ["It drops boxes."] * 3, manner, names=NAMES)
    assert evening.go() is Outcome.TIME
    assert len(evening.asked) == 2  # 2 s of speech, 2 of silence and 3 of gap each: at 0 and 7 s
    assert evening.has_ended


def test_it_stops_where_the_recordings_do(bank: Bank) -> None:
    """Typed or recorded answers that run out leave the rest for another time; nothing empty is kept."""
    evening = Evening(bank, [], [])
    answers: Iterator[AnswerSource] = iter([Typed(lambda: "It drops boxes.")])
    assert evening.go(answers) is Outcome.NO_MORE_ANSWERS
    assert len(evening.attempts) == 1
    assert done(evening.attempts) == {NAMES[0]}
    assert not evening.has_ended
    assert "Question 2 of 2." not in evening.speaker.said


def test_typed_commands_are_obeyed(bank: Bank) -> None:
    """A line that is a command is no answer."""
    evening = Evening(bank, [], [])
    lines = iter(["skip", "stop"])
    answers: Iterator[AnswerSource] = itertools.repeat(Typed(lambda: next(lines)))
    assert evening.go(answers) is Outcome.STOPPED
    assert [answer.state for one in evening.attempts for answer in one.answers] == [
        AnswerState.NOTHING_SAID
    ] * 2
    assert done(evening.attempts) == {NAMES[0]}


def test_interrupted_in_mid_answer_it_can_be_gone_on_with(bank: Bank) -> None:
    """Ctrl-C leaves the run open and the question to be asked again; those before it are done."""
    evening = Evening(bank, [SPEECH, NOTHING, SPEECH], ["It drops boxes."])

    class CtrlC(ScriptedControls):
        def poll(self) -> str | None:
            if len(evening.asked) == 2 and evening.clock.monotonic_s() > 9:
                raise KeyboardInterrupt
            return None

    evening.controls = CtrlC()
    with pytest.raises(Interrupted):
        evening.go()
    assert not evening.has_ended
    assert done(evening.attempts) == {NAMES[0]}
    rest = evening.picks[1:]
    evening.controls = ScriptedControls()
    evening.source = replace(evening.source, open=Desk([SPEECH, NOTHING], evening.clock).open)
    assert evening.go(picks=rest) is Outcome.THROUGH
    assert evening.speaker.said.count("Question 2 of 2.") == 2
    assert done(evening.attempts[:2]) == {NAMES[0]}


def attempted(question: str, *answers: tuple[AnswerState, Ending]) -> Attempt:
    """An attempt of answers of those states."""
    made = tuple(
        Answer(at, "?", None, state, ending, None, None, None, 0, 0)
        for at, (state, ending) in enumerate(answers)
    )
    return Attempt(1, question, Level.MID, NOON, "r", made, None)


CHECKED, SAID_NOTHING, BROKEN = AnswerState.CHECKED, AnswerState.NOTHING_SAID, AnswerState.INTERRUPTED


def test_done_is_what_was_answered_or_passed_over() -> None:
    """Silence, a crash and Ctrl-C leave a question to be asked again; the last one only an answer settles."""
    attempts = [
        attempted("answered", (CHECKED, Ending.SILENCE), (SAID_NOTHING, Ending.SILENCE)),
        attempted("followed-up", (CHECKED, Ending.SILENCE), (BROKEN, Ending.INTERRUPTED)),
        attempted("skipped", (SAID_NOTHING, Ending.COMMAND)),
        attempted("skipped-in-mid-answer", (BROKEN, Ending.COMMAND)),
        attempted("silent", (SAID_NOTHING, Ending.SILENCE)),
        attempted("crashed", (BROKEN, Ending.INTERRUPTED)),
        attempted("lost", (BROKEN, Ending.MICROPHONE_LOST)),
        attempted("never-begun"),
        attempted("stopped", (SAID_NOTHING, Ending.COMMAND)),
    ]
    settled = {"answered", "followed-up", "skipped", "skipped-in-mid-answer"}
    assert done(attempts) == settled
    assert done([*attempts, attempted("last", (CHECKED, Ending.SILENCE))]) == settled | {"stopped", "last"}
    assert done([]) == frozenset()


# ------------------------------------------------------------------------------ in words


def test_only_what_was_left_out_is_told_before_a_question(bank: Bank) -> None:
    """A question that is new or merely due needs no reason by ear; rapid-fire needs no number either."""
    question = banks.find(bank, NAMES[0])
    habit = Pick(question, "because you left out where it would fail in 4 of your last 5 answers")
    assert numbered(habit, 3, 10) == (
        "Question 3 of 10, because you left out where it would fail in 4 of your last 5 answers."
    )
    assert numbered(Pick(question, "because you have not answered it yet"), 3, 10) == "Question 3 of 10."
    assert unannounced(habit, 3, 10) == ""


def reviewed(question: str, at: int, said: str = "", missing: str = "", prompted: str = "") -> Review:
    """An attempt of that hour."""
    parts = (tuple(said.split()), tuple(prompted.split()), tuple(missing.split()))
    verdict = (Verdict.STRONG, Verdict.PARTIAL, Verdict.FLAT)[min(2, len(parts[2]))] if any(parts) else None
    return Review(at, question, NOON + timedelta(hours=at), verdict, *parts)


def test_the_end_names_one_or_two_things_to_do_and_what_comes_back(bank: Bank) -> None:
    """Of each question the last attempt counts; the habit, then the weakest question, then when."""
    run = [
        reviewed(NAMES[0], 1, missing="duplicate-boxes reason"),
        reviewed(NAMES[0], 2, said="duplicate-boxes", prompted="reason"),
        reviewed(NAMES[1], 3, said="trade-off", missing="reason more-variety"),
        reviewed(NAMES[2], 4),
    ]
    now = NOON + timedelta(hours=5)
    said = summary(bank, run, schedule.remember(run, now), now)
    assert said == (
        "2 questions answered: 1 strong, 1 flat; 1 passed over. "
        "Next time do not leave out why: it was missing at first in 2 of 2 answers that called for it. "
        f"Go back to “{feedback.shortened(banks.find(bank, NAMES[1]).ask)}”: "
        "2 of its 3 points were missing. Coming back: 2 by tomorrow."
    )
    whole = [reviewed(NAMES[0], 1, said="duplicate-boxes reason")]
    at_best = summary(bank, whole, schedule.remember(whole, NOON), NOON)
    assert at_best == (
        "1 question answered: 1 strong. Next, take another topic or a higher level. "
        "Coming back: 1 within a week."
    )
    silent = [reviewed(NAMES[2], 4)]
    assert summary(bank, silent, schedule.remember(silent, now), now) == "No question was answered this time."


def test_the_named_time_is_the_one_waited() -> None:
    """Whoever comes back within it is still expected."""
    assert gone(600.0).endswith("I wait for 10 minutes.")
    assert gone(60.0).endswith("I wait for 1 minute.")
    assert gone(20.0).endswith("I wait for 20 seconds.")


def test_commands_within_answers_work_as_ever(bank: Bank) -> None:
    """Hint and mark in mid-answer, in the second question as in the first; they are no part of it."""
    said = np.concatenate([SHORT, LULL, SPEECH])
    phrases = ["Hint.", "It drops boxes.", "Mark this.", "Flips."]
    evening = Evening(bank, [said, NOTHING, said, NOTHING], phrases)
    assert evening.go() is Outcome.THROUGH
    obeyed = [event.command for event in evening.events if isinstance(event, Obeyed)]
    assert obeyed == [Command.HINT, Command.MARK]
    assert evening.picks[0].question.hint in evening.speaker.said
    assert [len(one.answers[0].marks_s) for one in evening.attempts] == [0, 1]
    texts = [one.answers[0].transcript.text for one in evening.attempts if one.answers[0].transcript]
    assert texts == ["It drops boxes.", "Flips."]


# ------------------------------------------------------------------------------ with a real microphone


class Person:
    """Speaks into the null sink's microphone when it is their turn; ``turns`` are told by what happens.

    A turn is a test of an event, and the sound made when it happens: turns are taken in order.
    """

    def __init__(self, sink: NullSink, turns: Sequence[tuple[Callable[[Event], bool], Path | None]]) -> None:
        self._sink = sink
        self._turns = list(turns)
        self._saying: list[threading.Timer] = []
        self.events: list[Event] = []

    def tell(self, event: Event) -> None:
        self.events.append(event)
        if self._turns and self._turns[0][0](event):
            _, sound = self._turns.pop(0)
            if sound is not None:
                timer = threading.Timer(REACTION_S, lambda: self._sink.play(sound).wait())
                timer.start()
                self._saying.append(timer)

    def leave(self) -> None:
        for timer in self._saying:
            timer.join()


REACTION_S = 0.5
"""Until the microphone is open again: PortAudio takes a tenth of a second or two."""


def spoken_wav(text: str, folder: Path) -> Path:
    """``text`` in the voice that the small recogniser knows, 16 kHz mono 16-bit."""
    with closing(Pyttsx3Speaker(WavFilePlayer(folder), SpeechOptions())) as speaker:
        path = Path(speaker.say(text, lambda: False))
    # A second before it: on a busy machine a stream is open before it delivers.
    return as_wav(
        np.concatenate([np.zeros(RATE_HZ, np.float32), *read_audio(path)]), folder / f"{path.stem}-16k.wav"
    )


def as_wav(samples: Samples, path: Path) -> Path:
    with closing(WavRecording(path)) as recording:
        recording.write(samples)
    return path


@pytest.mark.needs_system
@pytest.mark.skipif(sys.platform == "win32", reason="the null sink is a PulseAudio on Linux")
def test_a_speaker_who_answers_commands_and_walks_away(
    bank: Bank, null_sink: NullSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through PortAudio, the speech detector and the small recogniser, without a key.

    An answer, "let me try again" after its feedback, silence, "I'm back" to the pause, "skip", "stop".
    """
    monkeypatch.setenv("PULSE_SERVER", null_sink.server)
    answer = next(one for one in resources.recorded_answers() if one.question == "yolo-vs-faster-rcnn")
    room = as_wav(np.tile(QUIET, 3000), tmp_path / "room.wav")  # zeros are a dead microphone
    hushed = null_sink.play(room)

    def listening(event: Event) -> bool:
        return isinstance(event, PhaseChanged) and event.phase is Phase.LISTENING and not offered(event)

    def offered(event: Event) -> bool:
        return event == PhaseChanged(Phase.LISTENING, COMMANDS_ONLY)

    def paused(event: Event) -> bool:
        return isinstance(event, PhaseChanged) and event.phase is Phase.PAUSED

    person = Person(
        null_sink,
        [
            (listening, as_wav(np.concatenate(list(read_audio(answer.path))), tmp_path / "answer.wav")),
            (offered, spoken_wav("Let me try again.", tmp_path)),
            (listening, None),
            (paused, spoken_wav("I'm back.", tmp_path)),
            (listening, spoken_wav("Skip this question.", tmp_path)),
            (listening, spoken_wav("Stop.", tmp_path)),
        ],
    )
    names = ("yolo-vs-faster-rcnn", *NAMES[:1])
    picks = tuple(Pick(banks.find(bank, name), "because of this test") for name in names)
    speaker, journal = ScriptedSpeaker(), MemoryJournal()
    run = journal.run(journal.begin_run(RunKind.DRILL, names, NOON))
    source = Spoken(
        partial(SoundDeviceMicrophone, None), ListenOptions(finish_silence_s=2.5, start_patience_s=5.0)
    )
    with closing(WhisperRecogniser(models.synthetic_model(), WhisperOptions())) as recogniser:
        parts = Parts(speaker, journal, ScriptedControls(), SystemClock(), Ears(SileroDetector(), recogniser))
        options = SessionOptions(n_follow_ups=0)
        with Session(parts, bank, options, person.tell) as session:
            manner = Manner(gap_s=15.0, away_s=60.0)
            outcome = Drill(session, parts, run, manner, source).go(picks, itertools.repeat(source))
    person.leave()
    hushed.kill()
    hushed.wait()
    told = "\n".join(str(event) for event in person.events if not isinstance(event, LevelMeasured))
    assert outcome is Outcome.STOPPED, told
    obeyed = [event.command for event in person.events if isinstance(event, Obeyed)]
    assert obeyed == [Command.RETRY, Command.RETRY, Command.SKIP, Command.STOP]
    assert [one.question for one in journal.attempts()[::-1]] == [names[0], names[0], names[1]]
    first, again, last = journal.attempts()[::-1]
    assert first.combined is not None
    assert (again.combined, last.combined) == (None, None)
    assert speaker.said.count(gone(60.0)) == 1
