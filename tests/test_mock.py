"""A mock interview: what is asked, how it presses, that it helps with nothing, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from attempts import BANK, NOON
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from voiceprep import bank as banks
from voiceprep.checks import assess
from voiceprep.cli.app import app
from voiceprep.drill import Outcome
from voiceprep.engines.home import home
from voiceprep.engines.journal import SqliteJournal
from voiceprep.errors import UsageError
from voiceprep.events import Asking, Event, Saying
from voiceprep.hearing import Ears
from voiceprep.interview import AWAY, MAX_SILENT, Sitting, hold
from voiceprep.listen import ListenOptions
from voiceprep.mock import (
    BROKEN_OFF,
    CLOSING,
    LOOP,
    NO_MORE,
    REFUSAL,
    ROUND_MINUTES,
    Timer,
    changed,
    lasting,
    minutes_of,
    mock_name,
    notice,
    outcome,
    probe,
    questions_for,
    rounds_left,
    rounds_of,
    suited,
    summary,
)
from voiceprep.model import (
    RATE_HZ,
    Answer,
    AnswerState,
    Attempt,
    Ending,
    FollowUp,
    Level,
    Move,
    Question,
    Run,
    RunKind,
    Samples,
    Transcript,
    Verdict,
    has_held,
)
from voiceprep.ports import Microphone
from voiceprep.session import AnswerSource, Parts, Spoken, Typed
from voiceprep.testing import (
    Incident,
    LoudnessDetector,
    ManualClock,
    MemoryJournal,
    Pause,
    SamplesMicrophone,
    ScriptedControls,
    ScriptedRecogniser,
    ScriptedSpeaker,
)

RNG = np.random.default_rng(5)
SPEECH = RNG.normal(0, 0.1, 2 * RATE_HZ).astype(np.float32)
QUIET = RNG.normal(0, 0.0005, 4 * RATE_HZ).astype(np.float32)
NMS = banks.find(BANK, "nms-purpose")
CHOICE = banks.find(BANK, "yolo-vs-faster-rcnn")
ANY = banks.find_role(BANK, "any")


def replied(
    text: str, question: Question, ordinal: int = 0, asked: str = "", probes: str | None = None
) -> Answer:
    said = Transcript(text, ())
    judged = assess(question, (said,), BANK)
    return Answer(
        ordinal, asked or question.ask, probes, AnswerState.CHECKED, Ending.TYPED, said, judged, None, 0, 0
    )


def tried(question: Question, *answers: Answer, id_: int = 1, level: Level = Level.MID) -> Attempt:
    said = tuple(answer.transcript for answer in answers if answer.transcript)
    combined = assess(question, said, BANK) if said else None
    return Attempt(id_, question.id, level, NOON, "typed", answers, combined)


def pressed(question: Question, *texts: str, level: Level = Level.MID) -> list[str]:
    """The probes that follow those answers, up to the one that is not asked any more."""
    answers: list[Answer] = []
    asked: list[FollowUp] = []
    for ordinal, text in enumerate(texts):
        before = asked[-1] if asked else None
        answers.append(
            replied(text, question, ordinal, before.ask if before else "", before.probes if before else None)
        )
        attempt = tried(question, *answers, level=level)
        assert attempt.combined is not None
        found = probe(question, attempt.combined, attempt)
        if found is None:
            break
        asked.append(found)
    return [one.ask for one in asked]


# ------------------------------------------------------------------------------ what is asked


@pytest.mark.parametrize("name", LOOP)
@pytest.mark.parametrize("level", Level)
def test_a_round_draws_from_its_own_questions(name: str, level: Level) -> None:
    """Only questions of the round, different ones, none for seniors where a junior is asked, and enough."""
    (found,) = questions_for(suited(BANK.questions, level), (), NOON, (name,), ANY)
    assert all(name in question.rounds for question in found)
    assert len({question.id for question in found}) == len(found)
    assert level is not Level.JUNIOR or all(question.level is not Level.SENIOR for question in found)
    assert len(found) >= min(ROUND_MINUTES[name] // 8, 6)


def test_the_role_weighs_what_a_round_draws() -> None:
    """A perception engineer's deep dive asks more of video than a research scientist's."""

    def share(role: str) -> float:
        who = banks.find_role(BANK, role)
        (found,) = questions_for(BANK.questions, (), NOON, ("deep-dive",), who)
        return sum(question.topic == "video" for question in found) / len(found)

    assert share("perception-engineer") > share("research-scientist")


def test_a_loop_is_its_rounds_with_no_question_twice() -> None:
    """Five rounds of equally many questions, all different; a run knows where each round begins."""
    found = questions_for(BANK.questions, (), NOON, LOOP, ANY)
    ids = [question.id for questions in found for question in questions]
    assert 4 <= len(LOOP) <= 6
    assert len({len(questions) for questions in found}) == 1
    assert len(set(ids)) == len(ids)
    run = Run(1, RunKind.MOCK, NOON, None, tuple(ids), None, "+".join(LOOP), 270, ())
    assert [one.name for one in rounds_of(run)] == list(LOOP)
    for one, questions in zip(rounds_of(run), found, strict=True):
        assert one.questions == tuple(question.id for question in questions)
        assert all(one.name in question.rounds for question in questions)
    passed = replace(replied("Pass", found[2][1]), transcript=None)
    cut_off = replace(passed, state=AnswerState.INTERRUPTED, assessment=None)
    begun = [
        tried(found[0][0], replied("A filter.", found[0][0])),
        tried(found[2][1], replace(passed, state=AnswerState.NOTHING_SAID, assessment=None)),
        tried(found[3][0]),
        tried(found[4][0], cut_off),
    ]
    assert [one.number for one in rounds_left(run, begun)] == [2, 4, 5], "broken off is not begun"
    assert len(summary(begun).outcomes) == 1, "and the last was left"
    with pytest.raises(UsageError):
        questions_for((), (), NOON, ("coding",), ANY)


@pytest.mark.parametrize("level", Level)
def test_probes_press_by_level_and_never_repeat(level: Level) -> None:
    """The gap first, a changed constraint second, at a senior's level a doubt; then it is enough."""
    text = "I would choose YOLO because we need real time."
    asked = pressed(CHOICE, *[text] * 6, level=level)
    assert len(asked) == (3 if level is Level.SENIOR else 2)
    assert len(set(asked)) == len(asked)
    assert asked[1] == changed(CHOICE).ask
    assert asked[0] == assess(CHOICE, (Transcript(text, ()),), BANK).follow_up.ask
    if level is Level.SENIOR:
        assert "if I disagreed" in asked[2]


@pytest.mark.parametrize("question", BANK.questions, ids=lambda question: question.id)
def test_every_question_can_have_a_constraint_changed(question: Question) -> None:
    """Each question has a "what if" of its own or a general one; its own tests a limit where it has such."""
    found = changed(question)
    own = [one.ask for one in question.probes if "what if" in one.ask.casefold()]
    assert (found.ask in own) if own else ("change one thing" in found.ask)
    limits = [one.ask for one in question.probes if one.probes == Move.BOUNDARY and one.ask in own]
    assert not limits or found.ask in limits


def test_a_full_answer_is_pressed_all_the_same() -> None:
    """Where nothing is missing the probes go deeper, and none is asked twice."""
    asked = pressed(NMS, NMS.strong, "It fails when two people overlap in a crowd.", level=Level.MID)
    assert len(set(asked)) == 2


def test_a_story_is_asked_for_its_gaps_first() -> None:
    """A behavioral answer with gaps is followed up by them; the "what if" comes when the story is whole."""
    story = banks.find(BANK, "challenging-project")
    vague = pressed(story, "We had a project. It was hard.", "We did our best.", level=Level.MID)
    assert changed(story).ask not in vague
    assert len(set(vague)) == 2
    whole = pressed(story, story.strong, "I measured it on ten thousand images.", "Yes.", level=Level.SENIOR)
    assert changed(story).ask in whole


# ------------------------------------------------------------------------------ the clock


@given(minutes=st.integers(1, 240), left=st.lists(st.floats(-300, 900), max_size=40))
def test_the_end_is_announced_once_and_near_it(minutes: int, left: list[float]) -> None:
    """However often somebody looks: one word about the time at most, in the last five minutes or fifth."""
    timer = Timer(100.0, minutes)
    looks = [max(0.0, 60 * minutes - left_s) for left_s in left]
    said = []
    for passed in sorted(looks):
        timer, word = notice(timer, 100.0 + passed)
        if word:
            said.append(timer.left_s(100.0 + passed))
        assert timer.is_over(100.0 + passed) == (passed >= 60 * minutes)
    assert len(said) <= 1
    assert all(0 < left_s <= 60 * min(5, minutes / 5) for left_s in said)
    near = [passed for passed in looks if 0 < 60 * minutes - passed <= 60 * min(5, minutes / 5)]
    assert bool(said) == bool(near)


def test_the_word_about_the_time_is_calm() -> None:
    """Minutes as one says them."""
    assert notice(Timer(0, 45), 60 * 40 + 10)[1] == "About 5 minutes left."
    assert notice(Timer(0, 45), 60 * 44 + 10)[1] == "About a minute left."
    assert notice(Timer(0, 45), 60 * 44 + 50)[1] == "Less than a minute left."
    assert lasting(1) == "1 minute"


# ------------------------------------------------------------------------------ the round itself


@dataclass
class Table:
    """A round on fakes, and what happened in it."""

    phrases: Sequence[str] = ()
    clock: ManualClock = field(default_factory=ManualClock)
    speaker: ScriptedSpeaker = field(default_factory=ScriptedSpeaker)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    events: list[Event] = field(default_factory=list)

    def hold(
        self, *sources: AnswerSource, questions: Sequence[Question] = (NMS, CHOICE), minutes: int = 30
    ) -> Outcome:
        ears = Ears(LoudnessDetector(), ScriptedRecogniser(self.phrases))
        parts = Parts(self.speaker, self.journal, ScriptedControls(), self.clock, ears)
        run = self.journal.begin_run(RunKind.MOCK, tuple(one.id for one in questions), self.clock.now())
        sitting = Sitting(run, "phone-screen", tuple(questions), minutes, Level.MID, headphones=False)
        return hold(parts, BANK, sitting, iter(sources), self.events.append)

    def spoken(
        self, *audio: Samples, start_patience_s: float = 10.0, script: Sequence[Incident] = ()
    ) -> Spoken:
        samples = np.concatenate(audio or (SPEECH, QUIET))
        open_one: Callable[[], Microphone] = partial(
            SamplesMicrophone, samples, name="desk", clock=self.clock, script=script
        )
        return Spoken(open_one, ListenOptions(finish_silence_s=2.5, start_patience_s=start_patience_s))

    def typed(self, text: str, takes_s: float = 0.0) -> Typed:
        def read() -> str:
            self.clock.advance(takes_s)
            return text

        return Typed(read)

    @property
    def said(self) -> list[str]:
        """Everything said aloud, in order."""
        return self.speaker.said

    @property
    def asked(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Asking)]


GOOD = "The detector predicts several boxes for one object, so I keep the one with the best score."


def test_nothing_tells_how_it_goes() -> None:
    """Between opening and closing only questions and probes are said: no praise, no gap, no sample."""
    table = Table()
    result = table.hold(*[table.typed(GOOD)] * 6)
    assert result is Outcome.THROUGH
    told = [event.text for event in table.events if isinstance(event, Saying)]
    assert len(told) == 2
    assert told[0].startswith("This is the phone screen round, 30 minutes.")
    assert told[1] == NO_MORE
    assert len(table.asked) == 6
    runs = table.journal.runs()
    assert len(runs[0].attempts) == 2


@pytest.mark.parametrize(
    "phrase", ["give me a hint", "read the sample answer", "what did i miss", "try again"]
)
def test_help_is_refused_and_the_answer_goes_on(phrase: str) -> None:
    """A request for help gets a calm word; what is said afterwards belongs to the same answer."""
    table = Table([phrase, GOOD])
    table.hold(table.spoken(SPEECH, QUIET, SPEECH, QUIET), questions=[NMS])
    (attempt,) = table.journal.attempts()
    assert REFUSAL in table.said
    first = attempt.answers[0]
    assert first.transcript is not None
    assert first.transcript.text == GOOD
    assert not any(NMS.hint in said or NMS.strong in said for said in table.said)


def test_a_typed_request_for_help_is_refused_too() -> None:
    """The same by keyboard: the question is still open."""
    table = Table()
    texts = iter(["try again", "hint", GOOD, GOOD, GOOD])
    table.hold(*[Typed(lambda: next(texts))] * 3, questions=[NMS])
    assert table.said.count(REFUSAL) == 2
    (attempt,) = table.journal.attempts()
    assert [answer.state for answer in attempt.answers] == [AnswerState.CHECKED] * 3


def test_pass_leads_on_and_reads_nothing() -> None:
    """Who passes gets the next question, and no sample answer."""
    table = Table()
    assert table.hold(table.typed("pass"), *[table.typed(GOOD)] * 3) is Outcome.THROUGH
    assert table.asked[:2] == [NMS.ask, CHOICE.ask]
    assert not any("A good answer" in said for said in table.said)


def test_stop_ends_the_round() -> None:
    """After "stop" nothing more is asked."""
    table = Table()
    assert table.hold(table.typed("stop"), table.typed(GOOD)) is Outcome.STOPPED
    assert table.asked == [NMS.ask]
    assert table.said[-1] == BROKEN_OFF


def test_time_ends_a_round_but_no_answer() -> None:
    """An answer that runs over is heard out and kept; then neither probe nor question follows."""
    table = Table()
    result = table.hold(table.typed(GOOD, takes_s=601), table.typed(GOOD), minutes=10)
    assert result is Outcome.TIME
    assert table.asked == [NMS.ask]
    (attempt,) = table.journal.attempts()
    assert attempt.answers[0].state is AnswerState.CHECKED
    assert table.said[-1] == CLOSING


def test_the_time_is_told_before_the_next_question() -> None:
    """Near the end one calm word comes between answer and probe, once."""
    table = Table()
    table.hold(*[table.typed(GOOD, takes_s=260)] * 6, minutes=20)
    told = [said for said in table.said if "left." in said]
    assert told == ["About 3 minutes left."]


def test_a_pause_does_not_stop_the_clock() -> None:
    """What is paused counts: after a long pause the round is over."""
    table = Table(["pause", "resume", GOOD])
    away = [Pause(at=len(SPEECH) + len(QUIET), n_blocks=700)]
    source = table.spoken(SPEECH, QUIET, SPEECH, QUIET, SPEECH, QUIET, script=away)
    table.hold(source, table.typed(GOOD), minutes=1)
    (attempt,) = table.journal.attempts()
    assert attempt.answers[0].transcript is not None
    assert attempt.answers[0].transcript.text == GOOD
    assert table.asked == [NMS.ask]


def test_silence_waits_and_moves_on_and_twice_ends() -> None:
    """One question met with silence leads on; after two in a row nobody is taken to be there."""
    table = Table()
    silent = table.spoken(QUIET, start_patience_s=3)
    assert table.hold(*[silent] * 5, questions=[NMS, CHOICE, NMS]) is Outcome.AWAY
    assert len(table.asked) == MAX_SILENT
    assert table.said[-1] == AWAY
    again = Table()
    mixed: list[AnswerSource] = [
        again.spoken(QUIET, start_patience_s=3),
        again.typed("pass"),
        again.spoken(QUIET, start_patience_s=3),
    ]
    assert again.hold(*mixed, questions=[NMS, CHOICE, NMS]) is Outcome.THROUGH


def test_no_answers_left_begins_no_question() -> None:
    """Where recordings or a pipe have ended, no empty attempt is made."""
    table = Table()
    assert table.hold(questions=[NMS]) is Outcome.NO_MORE_ANSWERS
    assert table.journal.attempts() == ()


# ------------------------------------------------------------------------------ what it showed


def test_ready_means_first_and_every_probe() -> None:
    """A strong first answer with every probe held is ready; a pass, a lost probe or no probe is not."""
    held = replied(
        "It fails when two people overlap in a crowd, so I'd keep both.", NMS, 1, "what if", "boundary"
    )
    assert held.assessment is not None
    assert has_held("boundary", held.assessment)
    first = replied(NMS.strong, NMS)
    assert outcome(tried(NMS, first, held)).is_ready
    assert not outcome(tried(NMS, first)).is_ready
    lost = replied("No idea.", NMS, 1, "what if", "boundary")
    assert not outcome(tried(NMS, first, held, replace(lost, ordinal=2))).is_ready
    passed = replace(held, ordinal=2, state=AnswerState.NOTHING_SAID, assessment=None)
    assert outcome(tried(NMS, first, held, passed)).held == (True, False)
    broken_off = replace(passed, state=AnswerState.INTERRUPTED)
    assert outcome(tried(NMS, first, held, broken_off)).held == (True,)
    assert not outcome(tried(NMS, replied(NMS.flat, NMS), held)).is_ready


def test_a_changed_constraint_may_be_argued_away() -> None:
    """A reason, another choice or a limit hold a "what if"; an echo does not."""
    for text, holds in (
        ("That would not matter, because I rank the boxes by their score anyway.", True),
        ("Then I'd switch to Faster R-CNN.", True),
        ("It fails when two people overlap in a crowd.", True),
        ("Yes, yes, of course.", False),
    ):
        reply = assess(CHOICE, (Transcript(text, ()),), BANK)
        assert has_held(Move.BOUNDARY.value, reply) is holds, text


def test_a_summary_names_one_or_two_things() -> None:
    """The move left out most often, and the question that went worst; nothing where all was ready."""
    passed = replace(replied("Pass", NMS), transcript=None, state=AnswerState.NOTHING_SAID, assessment=None)
    flat = [tried(NMS, passed), tried(CHOICE, replied(CHOICE.flat, CHOICE), id_=2)]
    found = summary(flat)
    assert found.practise == NMS.id
    assert found.steps[-1] == "Answer nms-purpose again: there was no answer."
    assert 1 <= len(found.steps) <= 2
    assert [one.first for one in found.outcomes] == [None, Verdict.FLAT]
    assert summary([*flat, tried(NMS, id_=3)]) == found
    assert found.n_ready == 0
    assert summary(()).steps == ()
    habit = (
        "Do not leave out which option you would pick: it was missing in 1 of 1 answer that called for it."
    )
    assert found.steps[0] == habit


def test_time_used_is_what_was_recorded() -> None:
    """Seconds of a question are those of its recordings, follow-ups included; typed ones have none."""
    spoken = replace(replied(GOOD, NMS), audio=Path("0.wav"), n_samples=90 * RATE_HZ)
    both = tried(NMS, spoken, replace(spoken, ordinal=1, n_samples=30 * RATE_HZ))
    assert outcome(both).seconds == 120
    assert outcome(tried(NMS, replied(GOOD, NMS))).seconds is None


# ------------------------------------------------------------------------------ the command


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, list(args), input=text)


def runs() -> tuple[Run, ...]:
    journal = SqliteJournal(home())
    try:
        return journal.runs()
    finally:
        journal.close()


@pytest.mark.usefixtures("data")
def test_one_report_comes_at_the_end() -> None:
    """A typed round: no verdict before the closing word, then readiness, signals, what to do, the page."""
    shown = run("mock", "--round", "coding", "--text", "--mute", "--level", "mid", text=f"{GOOD}\n\n" * 6)
    assert shown.exit_code == 0
    during, after = shown.stdout.split("Mock interview 1: coding, 60 minutes")
    assert "Verdict" not in during
    assert "Kept as" not in during
    for part in ("Ready: 0 of 2 questions", "What it signals", "Do next", "voiceprep report --mock 1"):
        assert part in after
    (kept,) = runs()
    assert kept.ended is not None
    assert (kept.kind, kept.round, kept.minutes, kept.role) == (RunKind.MOCK, "coding", None, "any")


@pytest.mark.usefixtures("data")
def test_a_loop_is_gone_on_with_between_rounds() -> None:
    """A visit without a terminal holds one round; the next goes on, in one run; the last one reports."""
    for number, name in enumerate(LOOP, 1):
        if number in (2, 3, 4):  # held some other day
            journal = SqliteJournal(home())
            (open_run,) = journal.runs()
            question = rounds_of(open_run)[number - 1].questions[0]
            attempt = journal.begin(question, Level.MID, "typed", NOON, open_run.id)
            journal.keep(attempt, replied(NMS.strong, NMS))
            journal.close()
            continue
        shown = run("mock", "--loop", "--text", "--mute", text="pass\n\nstop\n\n")
        assert shown.exit_code == 0
        opening = f"This is the {name.replace('-', ' ')} round, {ROUND_MINUTES[name]} minutes."
        assert opening in " ".join(shown.stdout.split())
        (kept,) = runs()
        assert (kept.ended is not None) == (number == len(LOOP))
        assert ("Mock interview 1" in shown.stdout) == (number == len(LOOP))
        assert ("voiceprep mock --loop" in shown.stderr) == (number < len(LOOP))
    assert kept.round == "+".join(LOOP)
    assert len(kept.attempts) == 2 + 3 + 2


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("minutes", [20, 54])
def test_a_loop_remembers_how_long_its_rounds_are(minutes: int) -> None:
    """What was asked for at its beginning holds in every round; what is asked for later in that one alone."""

    def opening(*args: str) -> str:
        shown = run("mock", "--loop", *args, "--text", "--mute", text="pass\n\nstop\n\n")
        assert shown.exit_code == 0
        told = shown.stderr.split()
        assert (told[-2:] == ["--minutes", "9"]) == ("9" in args), "what goes on is not what was announced"
        return " ".join(shown.stdout.split())

    assert f"This is the phone screen round, {minutes} minutes." in opening("--minutes", str(minutes))
    assert f"This is the coding round, {minutes} minutes." in opening()
    assert "This is the deep dive round, 9 minutes." in opening("--minutes", "9")
    assert f"This is the system design round, {minutes} minutes." in opening()
    last = opening()
    assert f"This is the behavioral round, {minutes} minutes." in last
    assert f"Mock interview 1: loop of 5 rounds, {5 * minutes} minutes" in last


@given(minutes=st.none() | st.integers(1, 240), single=st.sampled_from(LOOP), whole=st.booleans())
def test_what_a_mock_is_called_tells_how_long_it_is(minutes: int | None, single: str, *, whole: bool) -> None:
    """As long as its rounds together, whether that was asked for or is usual."""
    names = LOOP if whole else (single,)
    total = None if minutes is None else minutes * len(names)
    made = Run(1, RunKind.MOCK, NOON, None, tuple("abcde"), None, "+".join(names), total, ())
    lengths = [minutes_of(made, one) for one in rounds_of(made)]
    assert lengths == [minutes or ROUND_MINUTES[name] for name in names]
    assert mock_name(made).endswith(f", {'1 minute' if sum(lengths) == 1 else f'{sum(lengths)} minutes'}")


@pytest.mark.usefixtures("data")
def test_another_loop_is_begun_on_request() -> None:
    """--new ends the open loop and begins one of its own."""
    run("mock", "--loop", "--text", "--mute", text="stop\n\n")
    run("mock", "--loop", "--new", "--text", "--mute", text="stop\n\n")
    newest, oldest = runs()
    assert oldest.ended is not None
    assert newest.ended is None
    assert len(newest.attempts) == 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--loop", "--round", "coding"), "use one"),
        (("--new",), "use it with --loop"),
        (("--role", "poet", "--text"), "no role 'poet'"),
    ],
)
@pytest.mark.usefixtures("data")
def test_wrong_usage_is_named(args: tuple[str, ...], told: str) -> None:
    """What does not go together is said, and nothing begins."""
    refused = run("mock", *args)
    assert refused.exit_code == 2
    assert told in refused.stderr


@pytest.mark.usefixtures("data")
def test_settings_made_here_hold_later() -> None:
    """Role and level are remembered as in a drill."""
    run("mock", "--text", "--mute", "--role", "cv-ml-engineer", "--level", "senior", text="stop\n\n")
    (kept,) = runs()
    assert kept.role == "cv-ml-engineer"
    run("mock", "--text", "--mute", text="stop\n\n")
    assert runs()[0].role == "cv-ml-engineer"


def test_a_drill_is_no_mock(data: Path) -> None:
    """The page of a mock is made of mocks that hold something, and of nothing else."""
    journal = SqliteJournal(data)
    drill = journal.begin_run(RunKind.DRILL, (NMS.id,), NOON)
    empty = journal.begin_run(RunKind.MOCK, (NMS.id,), NOON, round_="coding")
    assert "hold one: voiceprep mock" in run("report", "--mock", str(drill)).stderr
    held = journal.begin_run(RunKind.MOCK, (NMS.id,), NOON, round_="coding")
    journal.begin(NMS.id, Level.MID, "typed", NOON, held)
    journal.close()
    for other in (drill, empty, 99):
        told = run("report", "--mock", str(other)).stderr
        assert f"no mock interview {other}; there are {held} (coding, 60 minutes)" in " ".join(told.split())
    assert run("report", "--mock", "99").exit_code == 1
    assert run("report", "1", "--mock", "1").exit_code == 2
    assert not list(data.glob("*.html"))
