from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest

from voiceprep import bank as banks
from voiceprep import checks, profile, resources, text
from voiceprep.errors import (
    DeviceLost,
    DiskFull,
    Interrupted,
    ModelDamaged,
    NoDevice,
    RecogniserError,
    SpeechError,
    VoiceprepError,
)
from voiceprep.events import Asking, Checked, Event, Kept, NothingSaid, Phase, PhaseChanged, Reopened
from voiceprep.hearing import Ears
from voiceprep.listen import GO_ON_PATIENCE_S, ListenOptions
from voiceprep.model import (
    RATE_HZ,
    Answer,
    AnswerState,
    Assessment,
    Attempt,
    Bank,
    Block,
    Command,
    Ending,
    Kind,
    Level,
    Question,
    Repair,
    Samples,
    Status,
    Tone,
    Transcript,
)
from voiceprep.patience import LIMIT_S
from voiceprep.ports import Microphone
from voiceprep.session import AnswerSource, Parts, Session, SessionOptions, Spoken, Typed
from voiceprep.testing import (
    Incident,
    Loss,
    LoudnessDetector,
    ManualClock,
    MemoryJournal,
    MemoryRecording,
    SamplesMicrophone,
    ScriptedControls,
    ScriptedRecogniser,
    ScriptedSpeaker,
    ScriptedTones,
)

RNG = np.random.default_rng(3)
SPEECH = RNG.normal(0, 0.1, 2 * RATE_HZ).astype(np.float32)
QUIET = RNG.normal(0, 0.0005, 4 * RATE_HZ).astype(np.float32)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return banks.load([resources.folder("content")])


@pytest.fixture(scope="module")
def question(bank: Bank) -> Question:
    return banks.find(bank, "nms-purpose")


@dataclass
class Table:
    """A session on fakes and what happened in it."""

    bank: Bank
    phrases: Sequence[str | VoiceprepError] = ()
    speaker: ScriptedSpeaker = field(default_factory=ScriptedSpeaker)
    keys: Sequence[str | None] = ()
    options: SessionOptions = field(default_factory=SessionOptions)
    events: list[Event] = field(default_factory=list)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.recogniser = ScriptedRecogniser(self.phrases)

    def spoken(self, *audio: Samples, script: Sequence[Incident] = ()) -> Spoken:
        samples = np.concatenate(audio or (SPEECH, QUIET))
        open_one: Callable[[], Microphone] = partial(
            SamplesMicrophone, samples, name="desk", script=script, clock=self.clock
        )
        return Spoken(open_one, ListenOptions(finish_silence_s=2.5))

    def practise(self, question: Question, *answers: AnswerSource) -> Attempt:
        with self.session() as session:
            attempt = session.practise(question, iter(answers))
            self.asked_for = session.asked_for
            return attempt

    def session(self) -> Session:
        ears = Ears(LoudnessDetector(), self.recogniser)
        parts = Parts(self.speaker, self.journal, ScriptedControls(self.keys), self.clock, ears)
        return Session(parts, self.bank, self.options, self.events.append)

    def kept(self) -> Attempt:
        (attempt,) = self.journal.attempts()
        return attempt


def test_whole_loop_in_order(bank: Bank, question: Question) -> None:
    """Question, answer, flags, follow-up, second answer, combined flags, kept: in this order."""
    table = Table(bank, ["it predicts several boxes for one object", "the best scoring box is kept"])
    attempt = table.practise(question, table.spoken(), table.spoken())
    steps = [event for event in table.events if isinstance(event, Asking | Checked | Kept)]
    assert [type(step) for step in steps] == [Asking, Checked, Asking, Checked, Kept]
    first, second = (event for event in steps if isinstance(event, Checked))
    assert first.combined is None
    assert second.combined is not None
    assert attempt == table.kept()
    assert [answer.state for answer in attempt.answers] == [AnswerState.CHECKED] * 2
    asked = [event.text for event in steps if isinstance(event, Asking)]
    assert asked == [question.ask, first.assessment.follow_up.ask]
    assert attempt.answers[1].probes == first.assessment.follow_up.probes


def test_second_answer_is_judged_alone_and_together(bank: Bank, question: Question) -> None:
    """What only the first answer said counts in the combined result, not in the second's own."""
    table = Table(
        bank, ["the detector gives several boxes for the same object", "we keep the box with the best score"]
    )
    attempt = table.practise(question, table.spoken(), table.spoken())

    def said(findings: object) -> set[str]:
        elements = getattr(findings, "elements", ())
        return {finding.id for finding in elements if finding.status is Status.SAID}

    first, second = (answer.assessment for answer in attempt.answers)
    assert "duplicate-boxes" in said(first)
    assert "duplicate-boxes" not in said(second)
    assert said(first) | said(second) <= said(attempt.combined)
    one, two = (event for event in table.events if isinstance(event, Checked))
    assert (one.before, one.combined) == (None, None)
    assert (two.before, two.combined) == (first, attempt.combined)


def test_after_a_follow_up_its_answer_is_replied_to(bank: Bank, question: Question) -> None:
    """The second debrief tells what that answer added and does not begin with the first one's strength."""
    table = Table(
        bank, ["the detector gives several boxes for the same object", "we keep the box with the best score"]
    )
    table.practise(question, table.spoken(), table.spoken())
    first, second = (said for said in table.speaker.said if "I did not hear" in said)
    assert first.startswith("Good: you said “the detector gives several boxes for the same object”.")
    assert second.startswith("New: you said “")
    assert "several boxes" not in second


def test_phase_is_always_known(bank: Bank, question: Question) -> None:
    """Speaking, listening, thinking for each answer, and done at the end; listening names its source."""
    table = Table(bank, ["boxes overlap"], options=SessionOptions(n_follow_ups=0))
    table.practise(question, table.spoken())
    phases = [event for event in table.events if isinstance(event, PhaseChanged)]
    assert [event.phase for event in phases] == [
        Phase.SPEAKING,
        Phase.LISTENING,
        Phase.THINKING,
        Phase.SPEAKING,
        Phase.DONE,
    ]
    assert phases[1].source == "desk"


def test_phases_of_a_typed_answer(bank: Bank, question: Question) -> None:
    """Typing is listening to the keyboard."""
    table = Table(bank, options=SessionOptions(n_follow_ups=0))
    table.practise(question, Typed(lambda: "boxes overlap"))
    phases = [event for event in table.events if isinstance(event, PhaseChanged)]
    assert phases[1] == PhaseChanged(Phase.LISTENING, "keyboard")
    assert phases[2].phase is Phase.THINKING


def test_model_is_loaded_while_the_question_is_read(bank: Bank, question: Question) -> None:
    """Warming is asked for before anything is said, once for a question."""
    table = Table(bank, ["boxes overlap", "a lot"])
    table.practise(question, table.spoken(), table.spoken())
    assert table.recogniser.n_warmed == 1


def test_model_that_does_not_load_is_said_before_listening(bank: Bank, question: Question) -> None:
    """Nobody speaks in vain: a model found damaged while the question is read stops before the answer."""

    class Broken(ScriptedRecogniser):
        def warm(self) -> None:
            raise ModelDamaged("model.bin is cut short")

    class Slow(ScriptedSpeaker):
        def say(self, text: str, should_stop: Callable[[], bool]) -> str:
            time.sleep(0.2)
            return super().say(text, should_stop)

    table = Table(bank, speaker=Slow())
    table.recogniser = Broken()
    with pytest.raises(ModelDamaged):
        table.practise(question, table.spoken())
    assert table.kept().answers == ()


def test_nothing_said_is_stored_and_never_scored(bank: Bank, question: Question) -> None:
    """Silence gives the state "nothing said", no assessment, no follow-up."""
    table = Table(bank)
    quiet = Spoken(partial(SamplesMicrophone, QUIET, name="desk"), ListenOptions(start_patience_s=2))
    attempt = table.practise(question, quiet, table.spoken())
    (answer,) = attempt.answers
    assert answer.state is AnswerState.NOTHING_SAID
    assert (answer.assessment, attempt.combined) == (None, None)
    assert any(isinstance(event, NothingSaid) for event in table.events)
    assert table.kept() == attempt


@pytest.mark.parametrize("breath", ["...", "? !", ""])
def test_dots_for_breath_are_nothing_said(bank: Bank, question: Question, breath: str) -> None:
    """What holds no word is not an answer, heard or typed."""
    heard = Table(bank, [breath])
    assert heard.practise(question, heard.spoken()).answers[0].state is AnswerState.NOTHING_SAID
    typed = Table(bank)
    assert typed.practise(question, Typed(lambda: breath)).answers[0].state is AnswerState.NOTHING_SAID


def test_one_recording_is_enough(bank: Bank, question: Question) -> None:
    """When the answers run out the attempt ends with what there is."""
    table = Table(bank, ["the best box is kept"])
    attempt = table.practise(question, table.spoken())
    assert len(attempt.answers) == 1
    assert attempt.combined == attempt.answers[0].assessment


def test_signals_are_noted_with_the_attempt(bank: Bank, question: Question) -> None:
    """What was heard of the signals is in the journal; of nothing said nothing is noted."""
    table = Table(bank)
    attempt = table.practise(question, Typed(lambda: question.strong))
    assert [one.signals for one in table.journal.standings()] == [profile.noted(question, attempt, bank)]
    assert profile.noted(question, attempt, bank)
    silent = Table(bank)
    silent.practise(
        question, Spoken(partial(SamplesMicrophone, QUIET, name="desk"), ListenOptions(start_patience_s=2))
    )
    assert silent.journal.standings() == ()


def test_typed_answers_are_checked_alike(bank: Bank, question: Question) -> None:
    """The same words give the same elements typed and spoken; typed ones have no audio and no times."""
    words = "the detector gives several boxes for the same object"
    spoken = Table(bank, [words], options=SessionOptions(n_follow_ups=0))
    typed = Table(bank, options=SessionOptions(n_follow_ups=0))
    a = spoken.practise(question, spoken.spoken()).answers[0]
    b = typed.practise(question, Typed(lambda: words)).answers[0]
    assert a.assessment is not None
    assert b.assessment is not None
    assert [f.status for f in a.assessment.elements] == [f.status for f in b.assessment.elements]
    assert (b.audio, b.n_samples) == (None, 0)


def test_device_lost_in_mid_answer_keeps_everything(bank: Bank, question: Question) -> None:
    """The error names the attempt, its recording and the command that finishes it; all is kept."""
    table = Table(bank, ["up to here"])
    with pytest.raises(DeviceLost, match=r"(?s)attempt 1.*voiceprep reread 1"):
        table.practise(question, table.spoken(SPEECH, QUIET[:RATE_HZ], SPEECH, script=[Loss(3 * RATE_HZ)]))
    (answer,) = table.kept().answers
    assert answer.state is AnswerState.INTERRUPTED
    assert answer.n_samples == 3 * RATE_HZ
    assert answer.transcript is not None
    assert answer.transcript.text == "up to here"
    assert answer.assessment is None


def test_a_recording_of_nobody_is_not_offered_for_checking(bank: Bank, question: Question) -> None:
    """A muted microphone's zeros are named and kept, and there is nothing to check in them."""
    table = Table(bank)
    zeros = np.zeros(20 * RATE_HZ, np.float32)
    muted = Spoken(lambda: SamplesMicrophone(zeros, live=True), ListenOptions())
    with pytest.raises(DeviceLost, match=r"Nobody was heard until then; .* attempt 1") as raised:
        table.practise(question, muted)
    assert "voiceprep reread" not in str(raised.value)
    assert table.kept().answers[0].n_samples > 0


def test_full_disk_is_named_with_the_recording(bank: Bank, question: Question) -> None:
    """When recording, keeping and concluding all fail for want of room, the message says where it lies."""

    class Full(MemoryJournal):
        def record(
            self, attempt: int, ordinal: int, asked: str, probes: str | None, repairs: Repair | None = None
        ) -> MemoryRecording:
            recording = super().record(attempt, ordinal, asked, probes, repairs)
            recording.write = self._fail  # type: ignore[method-assign, assignment]
            return recording

        def keep(self, attempt: int, answer: Answer, combined: Assessment | None = None) -> None:
            self._fail(attempt, answer, combined)

        def conclude(self, attempt: int, combined: Assessment | None) -> None:
            self._fail(attempt, combined)

        def _fail(self, *_: object) -> None:
            raise DiskFull("no room left")

    with pytest.raises(DiskFull, match=r"(?s)no room left.*kept as attempt 1"):
        Table(bank, journal=Full()).practise(question, Table(bank).spoken())


def test_ctrl_c_in_mid_answer_keeps_everything(bank: Bank, question: Question) -> None:
    """Ctrl-C while listening ends with Interrupted; the answer is in the journal as interrupted."""
    table = Table(bank)

    class Hasty(SamplesMicrophone):
        def blocks(self) -> Iterator[Block]:
            yield Block(SPEECH)
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        table.practise(question, Spoken(lambda: Hasty(SPEECH), ListenOptions()))
    assert table.kept().answers[0].state is AnswerState.INTERRUPTED
    assert table.kept().answers[0].n_samples == len(SPEECH)


def test_a_microphone_that_does_not_open_leaves_no_open_answer(bank: Bank, question: Question) -> None:
    """The place for the audio is there before the first sample can come; without one it is closed again."""
    table = Table(bank)

    class Gone(SamplesMicrophone):
        def blocks(self) -> Iterator[Block]:
            assert table.kept().answers[0].state is AnswerState.RECORDING
            raise NoDevice("it is no longer there")

    with pytest.raises(NoDevice):
        table.practise(question, Spoken(lambda: Gone(SPEECH), ListenOptions()))
    (answer,) = table.kept().answers
    assert (answer.state, answer.n_samples) == (AnswerState.INTERRUPTED, 0)
    assert table.journal.unfinished() == ()


def test_an_answer_is_at_work_on_until_it_is_checked(
    bank: Bank, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the last word and the findings leaves an answer to be recovered, no half record."""
    table = Table(bank, ["one best box"])
    found = checks.assess

    def crashing(
        asked: Question, said: tuple[Transcript, ...], bank: Bank, *rest: Level | None
    ) -> Assessment:
        if said[0].text == "one best box":
            raise MemoryError
        return found(asked, said, bank, *rest)

    monkeypatch.setattr(checks, "assess", crashing)
    with pytest.raises(MemoryError):
        table.practise(question, table.spoken())
    assert table.kept().answers[0].state is AnswerState.RECORDING
    table.journal.crash()
    (recovered,) = table.journal.recover()
    assert recovered.n_samples == table.kept().answers[0].n_samples > 0
    assert table.journal.unfinished() == (recovered,)


def test_every_finding_is_stored_with_the_verdict_so_far(bank: Bank, question: Question) -> None:
    """While the feedback is read, a crash leaves an attempt that counts: its answer and the verdict."""
    table = Table(bank, ["one best box"])

    class Crashing(ScriptedSpeaker):
        def say(self, text: str, should_stop: Callable[[], bool]) -> str:
            if table.kept().answers:
                seen.append(table.kept())
            return super().say(text, should_stop)

    seen: list[Attempt] = []
    table.speaker = Crashing()
    table.practise(question, table.spoken())
    assert seen[0].answers[0].state is AnswerState.CHECKED
    assert seen[0].combined == seen[0].answers[0].assessment is not None


@pytest.mark.parametrize("at", ["question", "feedback"])
def test_ctrl_c_while_speaking_keeps_what_there_is(bank: Bank, question: Question, at: str) -> None:
    """Ctrl-C during the question or the feedback leaves a closed attempt with all answers until then."""

    class Interrupting(ScriptedSpeaker):
        def say(self, text: str, should_stop: Callable[[], bool]) -> str:
            if at == "question" or self.said:
                raise KeyboardInterrupt
            return super().say(text, should_stop)

    table = Table(bank, ["the best box is kept"], speaker=Interrupting())
    with pytest.raises(Interrupted, match="attempt 1"):
        table.practise(question, table.spoken(), table.spoken())
    assert len(table.kept().answers) == (0 if at == "question" else 1)
    if at == "feedback":
        assert table.kept().combined is not None


def test_ctrl_c_right_after_a_verdict_was_kept_leaves_it_kept(bank: Bank, question: Question) -> None:
    """However soon after, the findings on the answer and those over all answers stay together."""

    class Interrupting(list[Event]):
        def append(self, event: Event) -> None:
            if isinstance(event, Checked):
                raise KeyboardInterrupt

    table = Table(bank, ["the best box is kept"], events=Interrupting())
    with pytest.raises(Interrupted, match="attempt 1"):
        table.practise(question, table.spoken())
    assert table.kept().answers[0].assessment == table.kept().combined is not None


def test_voice_that_fails_is_an_error(bank: Bank, question: Question) -> None:
    """When nothing can be said, the session stops with that error instead of waiting in silence."""
    table = Table(bank, speaker=ScriptedSpeaker(SpeechError("the voice hangs")))
    with pytest.raises(SpeechError):
        table.practise(question, table.spoken())


def test_jargon_is_spoken_not_spelled(bank: Bank) -> None:
    """The voice gets the glossary's spoken forms, the screen the written ones."""
    table = Table(bank, ["I take it"], options=SessionOptions(n_follow_ups=0))
    question = banks.find(bank, "yolo-vs-faster-rcnn")
    table.practise(question, table.spoken())
    assert "R-CNN" in next(event.text for event in table.events if isinstance(event, Asking))
    assert "R-CNN" not in table.speaker.said[0]


def test_speaking_over_the_question_starts_the_answer(bank: Bank, question: Question) -> None:
    """With headphones declared, speech cuts the question short, and its first words are heard."""

    class Patient(ScriptedSpeaker):
        def say(self, text: str, should_stop: Callable[[], bool]) -> str:
            for _ in range(40):
                if should_stop():
                    self.interrupted.append(text)
                    return "loudspeaker: scripted"
            return super().say(text, should_stop)

    options = SessionOptions(headphones=True, n_follow_ups=0)
    table = Table(bank, ["several boxes for the same object"], speaker=Patient(), options=options)
    attempt = table.practise(question, table.spoken(SPEECH, QUIET))
    assert table.speaker.interrupted[0] == question.ask
    assert attempt.answers[0].n_samples >= 2 * RATE_HZ
    assert table.recogniser.heard[0] >= 1.9 * RATE_HZ


@pytest.mark.parametrize("key", ["enter", "x"])
def test_any_key_skips_what_is_being_said(bank: Bank, question: Question, key: str) -> None:
    """A key stops the voice at once, whichever it is; without one the question is said to its end."""
    table = Table(bank, ["boxes"], keys=[key], options=SessionOptions(n_follow_ups=0))
    table.practise(question, table.spoken())
    assert table.speaker.interrupted[0] == question.ask
    patient = Table(bank, ["boxes"], options=SessionOptions(n_follow_ups=0))
    patient.practise(question, patient.spoken())
    assert patient.speaker.said[0] == question.ask


def test_impatient_keys_do_not_end_the_answer(bank: Bank, question: Question) -> None:
    """Enter pressed twice while the question is read skips the question, and not the answer too."""
    table = Table(bank, ["boxes"], keys=["enter", "enter"], options=SessionOptions(n_follow_ups=0))
    answer = table.practise(question, table.spoken()).answers[0]
    assert answer.ending is Ending.SILENCE


def test_waiting_time_is_kept(bank: Bank, question: Question) -> None:
    """The journal knows how long the speaker waited for the flags."""
    table = Table(bank, ["the best box is kept"], options=SessionOptions(n_follow_ups=0))
    timing = table.practise(question, table.spoken()).answers[0].timing
    assert timing.last_speech_to_finished_s == pytest.approx(2.5, abs=0.15)
    assert timing.finished_to_flags_s is not None


def test_hard_cap_is_announced_and_loses_nothing(bank: Bank, question: Question) -> None:
    """Who never stops is told so, and everything said until then is recorded, checked and kept."""
    table = Table(bank, ["it keeps the best box"], options=SessionOptions(n_follow_ups=0))
    spoken = table.spoken(*[SPEECH] * 5)
    capped = Spoken(spoken.open, ListenOptions(max_answer_s=8))
    answer = table.practise(question, capped).answers[0]
    assert answer.ending is Ending.LIMIT
    assert answer.state is AnswerState.CHECKED
    assert answer.n_samples >= 8 * RATE_HZ
    assert "I stop you here" in table.speaker.said[1]
    assert "kept" in table.speaker.said[1]


def test_the_speakers_pauses_are_remembered_from_answer_to_answer(bank: Bank, question: Question) -> None:
    """A pace learned in the first answer holds in the second."""
    sentence = "The best box is kept."
    table = Table(bank, [sentence, sentence, sentence], options=SessionOptions(n_follow_ups=1))

    def by_words(*audio: Samples) -> Spoken:
        return Spoken(table.spoken(*audio).open, ListenOptions())

    pausing = by_words(SPEECH, QUIET[: round(1.2 * RATE_HZ)], SPEECH, QUIET)
    attempt = table.practise(question, pausing, by_words(SPEECH, QUIET))
    assert attempt.answers[1].timing.last_speech_to_finished_s == pytest.approx(1.2 * 1.25, abs=0.45)


# ------------------------------------------------------------------------------ commands, reopening

SHORT = SPEECH[:RATE_HZ]
LULL = QUIET[: 2 * RATE_HZ]


def by_words(table: Table, *audio: Samples) -> Spoken:
    """An answer that ends by its words, as from a microphone."""
    return Spoken(table.spoken(*audio).open, ListenOptions())


def spoken_sample(question: Question, bank: Bank) -> str:
    return text.spoken(question.strong, bank.glossary)


def text_of(answer: Answer) -> str:
    assert answer.transcript is not None
    return answer.transcript.text


def test_question_is_repeated_and_the_answer_goes_on(bank: Bank, question: Question) -> None:
    """Repeat, before and within an answer says the question again; both halves are one answer."""
    table = Table(
        bank,
        ["Repeat the question please.", "It keeps the best box.", "Say that again.", "It drops the others."],
        options=SessionOptions(n_follow_ups=0),
    )
    audio = [SHORT, LULL, SPEECH, QUIET[:RATE_HZ], SHORT, LULL, SPEECH, QUIET]
    (answer,) = table.practise(question, by_words(table, *audio)).answers
    assert table.speaker.said[:3] == [question.ask] * 3
    assert text_of(answer) == "It keeps the best box. It drops the others."
    assert answer.assessment is not None
    longest_s = answer.assessment.delivery.longest_pause_s
    assert longest_s is not None
    assert longest_s < 1  # what was said and waited for in between is no pause


def test_slower_is_slower(bank: Bank, question: Question) -> None:
    """Slower: slows the voice down and says the question again."""
    table = Table(bank, ["Slower.", "It keeps the best box."], options=SessionOptions(n_follow_ups=0))
    table.practise(question, by_words(table, SHORT, LULL, SPEECH, QUIET))
    assert table.speaker.n_slower == 1
    assert table.speaker.said[:2] == [question.ask] * 2


def test_lines_entered_before_ctrl_c_are_kept(bank: Bank, question: Question) -> None:
    """Of a typed answer that is broken off stays what was entered; of one not begun, nothing."""

    def broken_off() -> str:
        raise KeyboardInterrupt

    for entered, kept in (("It keeps the best box.", ["It keeps the best box."]), ("", [])):
        table = Table(bank)
        with pytest.raises(Interrupted):
            table.practise(question, Typed(broken_off, partial(str, entered)))
        answers = table.kept().answers
        assert [text_of(answer) for answer in answers] == kept
        assert all(answer.state is AnswerState.INTERRUPTED for answer in answers)
        assert all(answer.ending is Ending.INTERRUPTED for answer in answers)


def test_speaking_over_the_hint_goes_on_without_a_gap(bank: Bank, question: Question) -> None:
    """With headphones, all that was heard since the answer broke off is in its recording."""

    class Long(ScriptedSpeaker):
        def say(self, text: str, should_stop: Callable[[], bool]) -> str:
            for _ in range(200 if text == question.hint else 0):
                if should_stop():
                    self.interrupted.append(text)
                    return "loudspeaker: scripted"
            return super().say(text, lambda: False)

    options = SessionOptions(headphones=True, n_follow_ups=0)
    phrases = ["Give me a hint.", "It keeps the best box."]
    table = Table(bank, phrases, speaker=Long(), options=options)
    meanwhile = np.random.default_rng(2).uniform(-1e-4, 1e-4, 3 * RATE_HZ).astype(np.float32)
    audio = [SHORT, LULL, meanwhile, SPEECH, QUIET]
    (answer,) = table.practise(question, by_words(table, *audio)).answers
    assert table.speaker.interrupted == [question.hint]
    assert text_of(answer) == "It keeps the best box."
    (recording,) = table.journal.recordings.values()
    np.testing.assert_array_equal(recording.samples, np.concatenate(audio)[: recording.n_samples])


def test_hint_is_said_and_is_no_part_of_the_answer(bank: Bank, question: Question) -> None:
    """Hint: says the question's hint, and the answer is what its speaker said."""
    table = Table(bank, ["Give me a hint.", "It keeps the best box."], options=SessionOptions(n_follow_ups=0))
    (answer,) = table.practise(question, by_words(table, SHORT, LULL, SPEECH, QUIET)).answers
    assert question.hint in table.speaker.said
    assert text_of(answer) == "It keeps the best box."


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("Skip this one.", Command.SKIP),
        ("Next question.", Command.NEXT),
        ("Pass.", Command.PASS),
        ("Let me try again.", Command.RETRY),
        ("Stop.", Command.STOP),
    ],
)
def test_leaving_keeps_what_was_said_and_scores_nothing(
    bank: Bank, question: Question, said: str, command: Command
) -> None:
    """The question ends there; words and audio until then are kept, without a verdict."""
    table = Table(bank, ["It keeps the best box.", said])
    attempt = table.practise(
        question, by_words(table, SPEECH, QUIET[:RATE_HZ], SHORT, QUIET), by_words(table, SPEECH, QUIET)
    )
    assert table.asked_for is command
    (answer,) = attempt.answers
    assert text_of(answer) == "It keeps the best box."
    assert (answer.assessment, attempt.combined) == (None, None)
    assert answer.n_samples > 4 * RATE_HZ
    assert table.kept() == attempt
    assert not any(isinstance(event, Checked) for event in table.events)
    assert any(spoken_sample(question, bank) in said_aloud for said_aloud in table.speaker.said) == (
        command is Command.PASS
    )


def test_what_did_i_miss_names_everything(bank: Bank, question: Question) -> None:
    """Asked for in an answer, it ends it, and every gap is named instead of the two worst."""
    table = Table(
        bank, ["It keeps the best box.", "What did I miss?"], options=SessionOptions(n_follow_ups=0)
    )
    table.practise(question, by_words(table, SPEECH, QUIET[:RATE_HZ], SHORT, QUIET))
    missing = next(event for event in table.events if isinstance(event, Checked)).assessment.elements
    for finding in missing:
        assert (finding.need in table.speaker.said[-1]) == (finding.status is Status.MISSING)


def test_sample_answer_is_read(bank: Bank, question: Question) -> None:
    """The sample answer is read, with and without an answer before it."""
    for phrases, audio in (
        (["Read the sample answer."], [SHORT, QUIET]),
        (["It keeps the best box.", "Read the sample answer."], [SPEECH, QUIET[:RATE_HZ], SHORT, QUIET]),
    ):
        table = Table(bank, phrases, options=SessionOptions(n_follow_ups=0))
        table.practise(question, by_words(table, *audio))
        assert spoken_sample(question, bank) in table.speaker.said[-1]


def test_pause_ends_nothing_and_its_words_are_no_answer(bank: Bank, question: Question) -> None:
    """Between "pause" and "resume" somebody may talk to others as long as they like; all is recorded."""
    table = Table(
        bank,
        ["It keeps the best box.", "Pause.", "No, dinner is at eight.", "Resume.", "It drops the others."],
        options=SessionOptions(n_follow_ups=0),
    )
    audio = [SPEECH, QUIET[:RATE_HZ], SHORT, QUIET, QUIET, SPEECH, QUIET, QUIET, SHORT, LULL, SPEECH, QUIET]
    (answer,) = table.practise(question, by_words(table, *audio)).answers
    assert text_of(answer) == "It keeps the best box. It drops the others."
    assert answer.n_samples > 25 * RATE_HZ


def test_a_command_that_somebody_goes_on_from_is_answer(bank: Bank, question: Question) -> None:
    """A lone "next" of a speaker who goes on within a second and a half is part of the answer."""
    table = Table(
        bank,
        ["First it sorts the boxes.", "Next.", "it drops the others."],
        options=SessionOptions(n_follow_ups=0),
    )
    pause = QUIET[:RATE_HZ]
    (answer,) = table.practise(question, by_words(table, SPEECH, pause, SHORT, pause, SPEECH, QUIET)).answers
    assert text_of(answer) == "First it sorts the boxes. Next. it drops the others."
    assert table.asked_for is None


def test_not_done_at_the_follow_up_goes_on_with_the_answer(bank: Bank, question: Question) -> None:
    """Said instead of a reply, "I'm not done" reopens the answer: one recording, one text, judged anew."""
    table = Table(
        bank,
        [
            "Several boxes for the same object.",
            "I'm not done.",
            "The box with the best score is kept.",
            "A crowd.",
        ],
    )
    attempt = table.practise(
        question,
        by_words(table, SPEECH, QUIET),
        by_words(table, SHORT, QUIET[:RATE_HZ], SPEECH, QUIET),
        by_words(table, SPEECH, QUIET),
    )
    first, second, third = attempt.answers
    assert text_of(first) == "Several boxes for the same object. The box with the best score is kept."
    assert first.assessment is not None
    said = {finding.id for finding in first.assessment.elements if finding.status is Status.SAID}
    assert {"duplicate-boxes", "keep-best"} <= said
    assert first.n_samples == table.journal.recordings[1, 0].n_samples
    assert (second.state, text_of(second)) == (AnswerState.NOTHING_SAID, "")
    assert text_of(third) == "A crowd."
    assert table.kept() == attempt


def test_no_sample_is_lost_between_not_done_and_what_follows(bank: Bank, question: Question) -> None:
    """What is said after "I'm not done" is in the reopened recording from its first sample."""
    table = Table(bank, ["It keeps the best box.", "I'm not done.", "And then it drops the others."])
    tail = np.linspace(0.1, 0.2, 2 * RATE_HZ, dtype=np.float32) * np.sign(SPEECH)
    table.practise(
        question,
        by_words(table, SPEECH, QUIET),
        by_words(table, SHORT, QUIET[: round(0.8 * RATE_HZ)], tail, QUIET),
    )
    kept = table.journal.recordings[1, 0].samples
    at = int(np.flatnonzero(kept == tail[0])[0])
    assert np.array_equal(kept[at : at + len(tail)], tail)


def test_key_during_the_feedback_reopens_the_answer(bank: Bank, question: Question) -> None:
    """Pressing c while the feedback is said goes on with the answer by the same microphone."""

    class Keyed(ScriptedSpeaker):
        def say(self, text: str, should_stop: Callable[[], bool]) -> str:
            if text != question.ask and not self.interrupted:
                keys.append("c")
            return super().say(text, should_stop)

    class Keys(ScriptedControls):
        def poll(self) -> str | None:
            return keys.pop() if keys else None

    keys: list[str] = []
    table = Table(
        bank,
        ["It keeps the best box.", "It drops the others."],
        speaker=Keyed(),
        options=SessionOptions(n_follow_ups=0),
    )
    parts = Parts(
        table.speaker, table.journal, Keys(), table.clock, Ears(LoudnessDetector(), table.recogniser)
    )
    with Session(parts, bank, table.options, table.events.append) as session:
        attempt = session.practise(question, iter([by_words(table, SPEECH, LULL, SPEECH, QUIET)]))
    assert text_of(attempt.answers[0]) == "It keeps the best box. It drops the others."
    assert any(isinstance(event, Reopened) for event in table.events)


@pytest.mark.parametrize("feedback_s", [3, GO_ON_PATIENCE_S + 5, LIMIT_S[Kind.DEFINE]])
@pytest.mark.parametrize("says", [True, False], ids=["not done", "and more"])
def test_speaking_over_the_feedback_goes_on_with_the_answer(
    bank: Bank, question: Question, feedback_s: float, *, says: bool
) -> None:
    """With headphones, whoever speaks over the feedback is heard on, in the same recording, without a gap.

    Listening to the feedback, however long, is no pause of the answer, nor its end, nor any of its time.
    """

    class Long(ScriptedSpeaker):
        def say(self, text: str, should_stop: Callable[[], bool]) -> str:
            for _ in range(round(100 * feedback_s)):
                if text != question.ask and should_stop():
                    self.interrupted.append(text)
                    return "loudspeaker: scripted"
            return super().say(text, lambda: False)

    table = Table(
        bank,
        ["It keeps the best box.", *(["I'm not done."] if says else []), "It drops the others."],
        speaker=Long(),
        options=SessionOptions(headphones=True, n_follow_ups=0),
    )
    n_samples = round(feedback_s * RATE_HZ)
    feedback = np.random.default_rng(2).uniform(-1e-4, 1e-4, n_samples).astype(np.float32)
    command = [SHORT, QUIET[:RATE_HZ]] if says else []
    audio = [SPEECH, LULL, feedback, *command, SPEECH, QUIET, QUIET]
    (answer,) = table.practise(question, by_words(table, *audio)).answers
    assert text_of(answer) == "It keeps the best box. It drops the others."
    assert len(table.speaker.interrupted) == 1
    (recording,) = table.journal.recordings.values()
    delivered = np.concatenate(audio)[: recording.n_samples]
    np.testing.assert_array_equal(recording.samples, delivered)
    assert answer.assessment is not None
    longest_s = answer.assessment.delivery.longest_pause_s
    assert longest_s is not None
    assert longest_s < 3.0


@pytest.mark.parametrize("rest", [None, "It drops the others, because they overlap."])
@pytest.mark.parametrize(
    ("said", "wish"),
    [("Next question.", Command.NEXT), ("Let me try again.", Command.RETRY), ("Stop.", Command.STOP)],
)
def test_leaving_over_the_feedback_takes_nothing_back(
    bank: Bank, question: Question, rest: str | None, said: str, wish: Command
) -> None:
    """An answer that was judged stays judged, with what was added, when its speaker then asks to move on."""

    class Long(ScriptedSpeaker):
        def say(self, text: str, should_stop: Callable[[], bool]) -> str:
            for _ in range(200):
                if text != question.ask and should_stop():
                    return "loudspeaker: scripted"
            return super().say(text, lambda: False)

    table = Table(
        bank,
        ["It keeps the best box.", *([rest] if rest else []), said],
        speaker=Long(),
        options=SessionOptions(headphones=True),
    )
    audio = [SPEECH, LULL, *([SPEECH, LULL[: round(1.2 * RATE_HZ)]] if rest else []), SHORT, QUIET, QUIET]
    (answer,) = table.practise(question, by_words(table, *audio), by_words(table, *audio)).answers
    assert table.asked_for is wish
    assert answer.state is AnswerState.CHECKED
    assert text_of(answer) == " ".join(filter(None, ("It keeps the best box.", rest)))
    assert answer.transcript is not None
    assert answer.assessment == checks.assess(question, (answer.transcript,), bank, question.level)
    kept = table.kept()
    assert kept.answers == (answer,)
    assert kept.combined == answer.assessment


def test_wishes_between_questions(bank: Bank, question: Question) -> None:
    """After the feedback: chat is ignored, asides are replied to, and what comes next is returned."""
    table = Table(
        bank,
        ["It keeps the best box.", "What a nice day.", "Read the sample answer.", "Let me try again."],
        options=SessionOptions(n_follow_ups=0),
    )
    with table.session() as session:
        attempt = session.practise(question, iter([by_words(table, SPEECH, QUIET)]))
        between = by_words(table, SPEECH, QUIET, SHORT, LULL, SHORT, QUIET)
        assert session.hear_wish(question, attempt, between, frozenset("rn")) is Command.RETRY
    assert spoken_sample(question, bank) in table.speaker.said[-1]


def test_ctrl_c_between_questions_interrupts_no_answer(bank: Bank, question: Question) -> None:
    """Who stops while only a wish is listened for is not told of listening."""
    table = Table(bank, ["It keeps the best box."], options=SessionOptions(n_follow_ups=0))

    class Hasty(SamplesMicrophone):
        def blocks(self) -> Iterator[Block]:
            raise KeyboardInterrupt
            yield Block(SPEECH)

    with table.session() as session:
        attempt = session.practise(question, iter([by_words(table, SPEECH, QUIET)]))
        between = Spoken(lambda: Hasty(SPEECH), ListenOptions())
        with pytest.raises(Interrupted, match=r"^interrupted$"):
            session.hear_wish(question, attempt, between, frozenset())


def test_not_done_after_everything_goes_on_with_the_answer(bank: Bank, question: Question) -> None:
    """Said between questions it reopens the last answer, which is heard on from there and kept."""
    table = Table(
        bank,
        ["It keeps the best box.", "I'm not finished.", "It drops the others."],
        options=SessionOptions(n_follow_ups=0),
    )
    with table.session() as session:
        attempt = session.practise(question, iter([by_words(table, SPEECH, QUIET)]))
        between = by_words(table, SHORT, QUIET[:RATE_HZ], SPEECH, QUIET)
        assert session.hear_wish(question, attempt, between, frozenset()) is Command.NOT_DONE
        attempt = session.go_on(question, attempt)
    assert text_of(attempt.answers[0]) == "It keeps the best box. It drops the others."
    assert table.kept() == attempt


# ------------------------------------------------------------------------------ tones


def test_tones_tell_listening_from_thinking_from_error(bank: Bank, question: Question) -> None:
    """One before each listening, one when an answer counts as finished, another where something fails."""
    table = Table(bank, ["Hint.", "It keeps the best box.", RecogniserError("out of memory")])
    tones = ScriptedTones()
    parts = Parts(
        table.speaker,
        table.journal,
        ScriptedControls(),
        table.clock,
        Ears(LoudnessDetector(), table.recogniser),
        tones,
    )
    answers = [by_words(table, SHORT, LULL, SPEECH, QUIET), by_words(table, SPEECH, QUIET)]
    with Session(parts, bank, table.options, table.events.append) as session, pytest.raises(RecogniserError):
        session.practise(question, iter(answers))
    up, down, low = Tone.LISTENING, Tone.THINKING, Tone.ERROR
    assert tones.played == [up, up, down, up, low]


def test_the_microphone_is_opened_after_the_tone(bank: Bank, question: Question) -> None:
    """Without headphones a live microphone would hear the tone."""
    order: list[str] = []

    class Noted(ScriptedTones):
        def tone(self, tone: Tone) -> None:
            order.append(tone)

    table = Table(bank, ["It keeps the best box."], options=SessionOptions(n_follow_ups=0))
    spoken = table.spoken()

    def open_one() -> Microphone:
        order.append("opened")
        return spoken.open()

    ears = Ears(LoudnessDetector(), table.recogniser)
    parts = Parts(table.speaker, table.journal, ScriptedControls(), table.clock, ears, Noted())
    with Session(parts, bank, table.options, table.events.append) as session:
        session.practise(question, iter([Spoken(open_one, spoken.options)]))
    assert order == [Tone.LISTENING, "opened", Tone.THINKING]
