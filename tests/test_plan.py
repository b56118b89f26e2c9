"""The three-week plan: fitted to a person, ticked by what was done, forgiving about what was not."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from attempts import BANK
from hypothesis import given
from hypothesis import strategies as st
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner, Result

from voiceprep import bank as banks
from voiceprep import resources
from voiceprep.cli.app import app
from voiceprep.cli.planning import command, past, plan_lines
from voiceprep.cli.render import Page
from voiceprep.engines.journal import SqliteJournal
from voiceprep.errors import ContentError
from voiceprep.model import Kind, Level, Role, RunKind, TopicShare, Verdict
from voiceprep.plan import (
    MAX_CARRIED,
    Curriculum,
    Day,
    Do,
    History,
    Past,
    PastMock,
    Plan,
    PlanDay,
    Step,
    Who,
    fitted,
    parse,
    weak_topics,
)

START = date(2026, 11, 2)
FILE = resources.folder("content") / "computer-vision" / "plan.toml"
SHIPPED = parse(FILE.read_text(encoding="utf-8"), "plan.toml", BANK.questions)
BASICS = {"foundations", "preprocessing", "cnn"}
OF_TOPIC = {
    topic: [question.id for question in BANK.questions if question.topic == topic]
    for topic in {question.topic for question in BANK.questions}
}


FEW = Role("few", "two topics", (TopicShare(("cnn",), 1), TopicShare(("video",), 2)))


def day(number: int) -> date:
    """The day of that number; the plan begins on day 1."""
    return START + timedelta(days=number - 1)


NOTHING = History()
ANYBODY = Who(banks.find_role(BANK, "any"))


def made(
    history: History = NOTHING, today: int = 1, who: Who = ANYBODY, curriculum: Curriculum = SHIPPED
) -> Plan:
    return fitted(curriculum, BANK.questions, who, history, (START, day(today)))


def answers(
    topic: str, on: int, n: int, verdict: Verdict = Verdict.STRONG, skip: int = 0
) -> tuple[Past, ...]:
    return tuple(Past(id_, day(on), verdict) for id_ in OF_TOPIC[topic][skip : skip + n])


def on(plan: Plan, number: int) -> PlanDay:
    return next(one for one in plan.days if one.on == day(number))


def week(*days: Day, title: str = "A week") -> Curriculum:
    return Curriculum(((title, days),))


# ------------------------------------------------------------------------------ the content


def test_three_weeks_begin_with_foundations_and_end_with_two_loops() -> None:
    """21 days: foundations, then detection and segmentation, then practice with two whole loops."""
    assert [len(days) for _, days in SHIPPED.weeks] == [7, 7, 7]
    first, second, third = (
        Counter(step.topic for day in days for step in day.steps if step.do is Do.TOPIC)
        for _, days in SHIPPED.weeks
    )
    assert {"foundations", "preprocessing", "cnn"} <= set(first)
    assert {"detection", "segmentation"} <= set(second) - set(first)
    assert {"transformers", "deployment", "systems"} <= set(third) - set(first) - set(second)
    loops = [[step for day in days for step in day.steps if step.do is Do.LOOP] for _, days in SHIPPED.weeks]
    assert [len(found) for found in loops] == [0, 0, 2]


@pytest.mark.parametrize("word", ["classifier", "suppression", "simple detector", "portfolio", "stories"])
def test_the_plan_reminds_of_what_is_not_talking(word: str) -> None:
    """Things to build and to collect stand in the plan as reminders."""
    every = " ".join(text for _, days in SHIPPED.weeks for day in days for text in day.reminders)
    assert word in every


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("role", BANK.roles, ids=lambda role: role.id)
def test_basics_keep_their_share_at_every_level(level: Level, role: Role) -> None:
    """Of the questions asked by topic a fifth to a third are basics, for juniors more."""
    asked = Counter[str]()
    for one in made(who=Who(role, level)).days:
        for planned in one.steps:
            asked[planned.step.topic] += planned.n_wanted if planned.step.do in (Do.TOPIC, Do.ROLE) else 0
    share = sum(asked[topic] for topic in BASICS) / asked.total()
    assert (1 / 3 < share < 1 / 2) if level is Level.JUNIOR else (1 / 5 <= share <= 1 / 3)


def test_every_topic_of_the_bank_is_in_the_plan() -> None:
    """Three weeks leave no topic of the pack out (stories stand for the behavioral one)."""
    asked = {planned.step.topic for one in made().days for planned in one.steps}
    assert {question.topic for question in BANK.questions} - asked == {"behavioral"}


def test_faults_are_told_together() -> None:
    """Every fault of a plan file comes in one report, with its key and the likely word."""
    text = """
    [[weeks]]
    title = "W"
    [[weeks.days]]
    title = "D"
    steps = [
      { do = "topic", topic = "detektion", questions = 1 }, { do = "topic", topic = "cnn" },
      { do = "mock", round = "deep-dice" }, { do = "dance" },
    ]
    extra = 1
    """
    with pytest.raises(ContentError) as error:
        parse(text, "plan.toml", BANK.questions)
    told = str(error.value)
    for part in ("'detection'", "'deep-dive'", "questions: must be 1 or more", "'dance'", "extra: is not a"):
        assert part in told
    with pytest.raises(ContentError, match="is not TOML"):
        parse("[", "plan.toml", BANK.questions)


# ------------------------------------------------------------------------------ fitted to a person


def test_level_and_role_change_what_is_asked() -> None:
    """A step for some levels stays away from others; the role's topics come in its order, again and again."""
    curriculum = week(
        Day("D", (Step(Do.TOPIC, "metrics", questions=2, levels=(Level.SENIOR,)),)),
        Day("E", tuple(Step(Do.ROLE, questions=2) for _ in range(3))),
    )
    junior = made(who=Who(FEW, Level.JUNIOR), curriculum=curriculum)
    senior = made(who=Who(FEW, Level.SENIOR), curriculum=curriculum)
    assert on(junior, 1).steps == ()
    assert [planned.step.topic for planned in on(senior, 1).steps] == ["metrics"]
    assert [planned.step.topic for planned in on(junior, 2).steps] == ["video", "cnn", "video"]


def test_nothing_more_is_wanted_than_there_is() -> None:
    """A step wants at most as many questions as its topic has."""
    plan = made(curriculum=week(Day("D", (Step(Do.TOPIC, "generative", questions=9),))))
    assert on(plan, 1).steps[0].n_wanted == len(OF_TOPIC["generative"]) == 2


# ------------------------------------------------------------------------------ weak areas


def test_a_topic_is_weak_by_its_latest_answers() -> None:
    """The latest answer to a question counts, one alone does not tell, and the worst topic comes first."""
    history = (
        *answers("video", 1, 2, Verdict.FLAT),
        *answers("cnn", 1, 2, Verdict.PARTIAL),
        *answers("metrics", 1, 1, Verdict.FLAT),
        *answers("training", 1, 2, Verdict.FLAT),
        *answers("training", 2, 2, Verdict.STRONG),
    )
    assert weak_topics(history, BANK.questions) == ("video", "cnn")
    assert weak_topics(history, BANK.questions, before=day(2)) == ("training", "video", "cnn")


def test_weak_topics_are_pulled_forward() -> None:
    """What went badly before a week comes first in it, and fills the day for looking back."""
    before = made()
    assert [planned.step.topic for planned in on(before, 8).steps] == ["detection"]
    after = made(History(answers("debugging", 3, 3, Verdict.FLAT)), 5)
    assert on(after, 8).steps[0].step.topic == "debugging"
    assert on(after, 7).steps[0].step.topic == "debugging"
    titles = [[one.title for one in plan.days[7:14]] for plan in (before, after)]
    assert titles[0] != titles[1]
    assert sorted(titles[0]) == sorted(titles[1])
    assert titles[0][5:] == titles[1][5:]  # what is no plain topic keeps its place


@st.composite
def histories(draw: st.DrawFn) -> History:
    found = st.builds(
        Past,
        st.sampled_from([question.id for question in BANK.questions]),
        st.integers(-5, 30).map(day),
        st.sampled_from(Verdict),
    )
    mocks = st.builds(
        PastMock, st.sampled_from([None, "phone-screen", "coding"]), st.integers(-5, 30).map(day)
    )
    return History(
        tuple(sorted(draw(st.lists(found, max_size=60)), key=lambda past: past.on)),
        tuple(sorted(draw(st.lists(mocks, max_size=4)), key=lambda mock: mock.on)),
    )


@given(history=histories(), today=st.integers(1, 25))
def test_a_day_that_has_passed_does_not_change(history: History, today: int) -> None:
    """Whatever is answered later, the steps of today and before stay those that were shown then."""
    known = History(tuple(past for past in history.answers if past.on <= day(today)))
    then, later = made(known, today), made(history, today)
    for before, after in zip(then.days[:today], later.days[:today], strict=True):
        assert [planned.step for planned in before.steps] == [planned.step for planned in after.steps]


# ------------------------------------------------------------------------------ done, and missed


def test_answers_tick_the_step_of_their_day() -> None:
    """A step is done when as many different questions of its topic were answered as it wants."""
    history = History(answers("foundations", 1, 4) + answers("foundations", 1, 1))
    assert on(made(history), 1).steps[0].n_done == 4  # the same question again is the same question
    done = on(made(History(answers("foundations", 1, 5))), 1).steps[0]
    assert (done.n_done, done.is_done) == (5, True)
    assert not on(made(History(answers("foundations", 0, 5))), 1).steps[0].n_done  # before the plan began


def test_work_counts_for_its_day_then_for_what_was_missed_then_ahead() -> None:
    """The same topic on three days: an answer of day 2 goes to day 2, then to day 1, then to day 3."""
    curriculum = week(*(Day(title, (Step(Do.TOPIC, "cnn", questions=2),)) for title in "ABC"))
    for n, wanted in ((1, [0, 1, 0]), (2, [0, 2, 0]), (4, [2, 2, 0]), (5, [2, 2, 1])):
        plan = made(History(answers("cnn", 2, n)), 2, curriculum=curriculum)
        assert [one.steps[0].n_done for one in plan.days] == wanted


def test_a_question_counts_once_for_a_step_and_once_a_day() -> None:
    """Asked again on a later day it counts for another step; asked again on the same day for none."""
    curriculum = week(*(Day(title, (Step(Do.TOPIC, "cnn", questions=2),)) for title in "AB"), Day("C", ()))
    again = answers("cnn", 1, 1) + answers("cnn", 3, 1)
    assert [one.steps[0].n_done for one in made(History(again), 3, curriculum=curriculum).days[:2]] == [1, 1]
    twice = answers("cnn", 1, 1) * 2
    assert [one.steps[0].n_done for one in made(History(twice), 3, curriculum=curriculum).days[:2]] == [1, 0]


def test_only_a_topic_can_be_done_ahead() -> None:
    """Stories and looking back belong to their day: earlier practice does not take them away."""
    steps = (Step(Do.WEAK, questions=2), Step(Do.STORIES, questions=2), Step(Do.RAPID, questions=2))
    curriculum = week(Day("A", ()), Day("B", steps))
    history = History(answers("behavioral", 1, 3) + answers("foundations", 1, 5))
    assert [planned.n_done for planned in on(made(history, curriculum=curriculum), 2).steps] == [0, 0, 0]
    late = made(History(answers("behavioral", 2, 3)), 2, curriculum=curriculum)
    assert [planned.n_done for planned in on(late, 2).steps] == [2, 1, 0]


def test_mocks_tick_their_round_or_loop() -> None:
    """A round of its kind and a whole loop tick one step each, never each other."""
    history = History((), (PastMock(None, day(18)), PastMock("phone-screen", day(15))))
    plan = made(history, 20)
    done = [planned.step for one in plan.days for planned in one.steps if planned.is_done]
    assert done == [
        Step(Do.MOCK, round="phone-screen"),
        Step(Do.LOOP),
    ]
    assert on(plan, 18).steps[0].is_done
    assert not on(plan, 20).steps[0].is_done
    both = made(History((), (PastMock(None, day(18)),) * 2), 20)
    assert on(both, 20).steps[0].is_done


@given(history=histories(), today=st.integers(1, 25))
def test_what_was_missed_comes_again_exactly_once(history: History, today: int) -> None:
    """Every step that was open this morning is carried over once or left; one a day, never beside a loop."""
    morning = History(
        tuple(past for past in history.answers if past.on < day(today)),
        tuple(mock for mock in history.mocks if mock.on < day(today)),
    )
    plan = made(morning, today)
    missed = [
        planned
        for one in plan.days
        if one.on < day(today)
        for planned in one.steps
        if planned.n_done < planned.n_wanted
    ]
    again = [planned for one in plan.days for planned in one.carried]
    assert [*again, *plan.left] == missed
    for one in plan.days:
        assert len(one.carried) <= (MAX_CARRIED if one.on >= day(today) else 0)
        if any(planned.step.do is Do.LOOP for planned in one.steps):
            assert one.carried == ()


def test_a_day_is_not_filled_up_while_it_is_worked_on() -> None:
    """Who does today what yesterday missed sees it ticked, and no second one comes in its place."""
    before = made(today=3)
    assert [planned.step.topic for planned in on(before, 3).carried] == ["foundations"]
    after = made(History(answers("foundations", 3, 5)), 3)
    assert [(planned.step.topic, planned.is_done) for planned in on(after, 3).carried] == [
        ("foundations", True)
    ]
    loop = Curriculum((("W", (Day("A", (Step(Do.LOOP),)), Day("B", ()))),))
    mocked = on(made(History((), (PastMock(None, day(2)),)), 2, curriculum=loop), 2)
    assert [(planned.step.do, planned.is_done) for planned in mocked.carried] == [(Do.LOOP, True)]


# ------------------------------------------------------------------------------ on the screen


def run(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def test_what_was_chosen_is_remembered(home: Path) -> None:
    """Start, role and level of one run hold for the next; without a start nothing is begun."""
    first = run("plan")
    assert first.exit_code == 0
    assert "Begin with: voiceprep plan --start" in first.stderr
    assert not (home / "config.toml").exists()
    begun = run("plan", "--start", "2031-03-03", "--role", "perception-engineer", "--level", "senior")
    assert begun.stdout == run("plan").stdout
    assert "Mon 3 Mar to Sun 23 Mar (senior, perception-engineer role)" in begun.stdout
    settings = tomllib.loads((home / "config.toml").read_text())
    assert settings["plan_start"] == date(2031, 3, 3)


def test_what_cannot_be_is_refused_and_not_remembered(home: Path) -> None:
    """A role nobody knows and a day at the end of time are wrong usage."""
    for args in (("--role", "poet"), ("--start", "9999-12-30")):
        refused = run("plan", *args)
        assert refused.exit_code == 2
        assert refused.stderr.startswith("voiceprep: ")
    assert not (home / "config.toml").exists()


def test_the_journal_ticks_the_plan(home: Path) -> None:
    """Answers kept today appear as done in today's step."""
    today = datetime.now().astimezone().date()
    journal = SqliteJournal(home)
    from voiceprep.checks import assess
    from voiceprep.text import transcript

    for question in [one for one in BANK.questions if one.topic == "foundations"][:5]:
        attempt = journal.begin(question.id, Level.MID, "typed", datetime.now(UTC))
        journal.conclude(attempt, assess(question, (transcript(question.strong),), BANK))
    journal.close()
    shown = run("plan", "--start", str(today)).stdout
    assert "[x] voiceprep drill --topic foundations --questions 5" in shown
    assert shown.count("[x]") == 1


def test_hostile_words_stay_words() -> None:
    """Topics of foreign packs come out quoted for the shell and without anything a terminal obeys."""
    assert command(Step(Do.WEAK, "a b; rm -rf ~", questions=2)) == (
        "voiceprep drill --topic 'a b; rm -rf ~' --questions 2"
    )
    plan = made(
        curriculum=week(Day("\x1b[2J", (Step(Do.MOCK, round="\x1b]0;x\x07"),), ("\x9b",)), title="\x1b")
    )
    lines = plan_lines(plan, "mid", START, Page())
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", "".join(lines))


@pytest.mark.parametrize(("today", "told"), [(-2, "begins in 3 days"), (30, "It is over")])
def test_before_and_after_the_plan_says_so(today: int, told: str) -> None:
    """A plan that has not begun, or is over, says when and what next; what is open then is listed."""
    plan = made(today=today)
    text = "\n".join(plan_lines(plan, "mid", day(today), Page()))
    assert told in text
    assert ("no day is left" in text) == (today > 21)


def test_kinds_of_step_name_their_command() -> None:
    """Every kind of step is one command line."""
    assert [command(Step(do, "cnn" if do in (Do.TOPIC, Do.ROLE) else "", "coding", 2)) for do in Do] == [
        "voiceprep drill --topic cnn --questions 2",
        "voiceprep drill --topic cnn --questions 2",
        "voiceprep drill --questions 2",
        "voiceprep drill --rapid --questions 2",
        "voiceprep drill --kind behavioral --questions 2",
        "voiceprep mock --round coding",
        "voiceprep mock --loop",
    ]
    assert Kind("behavioral") is Kind.BEHAVIORAL


@pytest.mark.parametrize("do", Do)
def test_every_command_of_the_plan_is_one(do: Do) -> None:
    """What a day says to run is a command of the program, with options that it has."""
    _, name, *args = shlex.split(command(Step(do, "cnn", "coding", 2)))
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    found = group.commands[name]
    assert found.make_context(name, args).params


def test_mocks_in_the_journal_tick_the_plan(home: Path) -> None:
    """A single round and a loop that are over tick their steps; one that is not over ticks nothing."""
    today = datetime.now().astimezone()
    journal = SqliteJournal(home)
    for round_, is_over in (("phone-screen", True), ("coding+behavioral", True), ("a+b", False)):
        id_ = journal.begin_run(RunKind.MOCK, ("nms-purpose",), today, round_=round_)
        journal.begin("nms-purpose", Level.MID, "typed", today, id_)
        if is_over:
            journal.end_run(id_, today)
    journal.end_run(journal.begin_run(RunKind.MOCK, ("nms-purpose",), today, round_="a+b"), today)
    history = past(journal)
    journal.close()
    assert history.mocks == (PastMock("phone-screen", today.date()), PastMock(None, today.date()))
