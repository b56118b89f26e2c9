"""The list of stories: what each telling holds, what it gained, and the notes beside it."""

from __future__ import annotations

import json
import re
import stat
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from attempts import BANK, NOON
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from voiceprep import bank as banks
from voiceprep.checks import assess
from voiceprep.cli.app import app
from voiceprep.cli.render import Page
from voiceprep.cli.screen import Screen
from voiceprep.cli.storytelling import show_notes, story_lines
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.notes import NOTES_FILE, load_notes, save_notes
from voiceprep.errors import JournalError
from voiceprep.model import Answer, AnswerState, Attempt, Ending, Kind, Level, Question, Transcript
from voiceprep.stories import Change, Part, Story, change, next_to_tell, stories, telling, themes

THEME = banks.find(BANK, "challenging-project")
OWN = (
    "Last winter at a packing station my job was to halve the false alarms. I rewrote the exposure control. "
    "In the end alarms went from 60 to 20 a day."
)
OURS = (
    "Last winter at a packing station we had to halve the false alarms. We rewrote the exposure control and "
    "we changed our lamps. I liked it. In the end we were all happy."
)


def told(text: str, id_: int = 1, theme: Question = THEME) -> Attempt:
    said = Transcript(text, ())
    judged = assess(theme, (said,), BANK)
    answer = Answer(0, theme.ask, None, AnswerState.CHECKED, Ending.TYPED, said, judged, None, 0, 0)
    started = NOON + timedelta(days=id_)
    return Attempt(id_, theme.id, Level.MID, started, "typed", (answer,), judged)


def story(*texts: str) -> Story:
    """The theme with those tellings."""
    attempts = [told(text, number) for number, text in enumerate(texts, 1)]
    return next(one for one in stories(BANK.questions, attempts) if one.theme is THEME)


def test_themes_are_the_behavioral_questions() -> None:
    """Past project, leadership, conflict, ambiguity and improvement each have their question."""
    assert {theme.id for theme in themes(BANK.questions)} >= {
        "challenging-project",
        "leading-a-project",
        "technical-disagreement",
        "unclear-requirements",
        "measurable-impact",
    }
    assert {theme.kind for theme in themes(BANK.questions)} == {Kind.BEHAVIORAL}


@pytest.mark.parametrize("theme", themes(BANK.questions), ids=lambda theme: theme.id)
def test_sample_answers_show_the_difference(theme: Question) -> None:
    """Every strong sample holds all six parts; no flat one has a figure, nor all the rest."""
    strong, flat = telling(told(theme.strong, theme=theme)), telling(told(theme.flat, theme=theme))
    assert strong is not None
    assert flat is not None
    assert strong.held == set(Part)
    assert Part.FIGURE not in flat.held
    assert len(flat.held) <= 4


def test_a_story_told_in_we_lacks_the_own_part() -> None:
    """A deed in "I" counts as the own part only where "we" is not said more often."""
    own, ours = telling(told(OWN)), telling(told(OURS))
    assert own is not None
    assert ours is not None
    assert own.held == set(Part)
    assert (own.n_i, own.n_we) == (2, 0)
    assert (ours.n_i, ours.n_we) == (1, 5)
    mixed = telling(told(OWN + " We were glad. We left. We did."))
    assert mixed is not None
    assert Part.ACTION in mixed.held
    assert Part.OWN not in mixed.held
    assert {Part.OWN, Part.FIGURE, Part.RESULT}.isdisjoint(ours.held)
    idle = telling(told("Last winter I was at a plant and I had to halve the alarms. I was happy, I think."))
    assert idle is not None
    assert Part.OWN not in idle.held


def test_what_was_not_judged_is_no_telling() -> None:
    """An attempt without findings leaves the theme untold."""
    silent = Attempt(1, THEME.id, Level.MID, NOON, "typed", (), None)
    assert telling(silent) is None
    assert all(not one.tellings for one in stories(BANK.questions, [silent]))


def test_the_latest_telling_counts_and_is_compared_with_the_one_before() -> None:
    """Whatever the order of attempts: parts and points of the last telling against the last but one."""
    first, second = told(OURS, 1), told(OWN, 2)
    both = next(one for one in stories(BANK.questions, [second, first]) if one.theme is THEME)
    assert [one.attempt for one in both.tellings] == [1, 2]
    assert both.missing == ()
    changed = change(both)
    assert changed is not None
    assert {"own part", "result", "figure"} <= set(changed.gained)
    assert "a measured outcome" not in " ".join(changed.lost)
    back = change(story(OWN, OURS))
    assert back is not None
    assert set(back.lost) == set(changed.gained)
    assert set(back.gained) == set(changed.lost)
    assert change(story(OWN)) is None
    assert change(story(OWN, OURS, OURS)) == Change((), ())


def test_tellings_come_in_the_order_in_which_they_were_told() -> None:
    """When it was told decides, not the number of the attempt."""
    late, early = told(OWN, 1), replace(told(OURS, 2), started=NOON)
    both = next(one for one in stories(BANK.questions, [late, early]) if one.theme is THEME)
    assert [one.attempt for one in both.tellings] == [2, 1]


def test_the_next_to_tell_is_untold_else_the_poorest() -> None:
    """An untold theme comes first; when all are told, the one that lacks most; when all hold, none."""
    strong = [told(theme.strong, theme=theme) for theme in themes(BANK.questions)]
    assert next_to_tell(stories(BANK.questions, strong[1:])) == stories(BANK.questions, strong[1:])[0]
    weaker = [told(OURS) if one.question == THEME.id else one for one in strong]
    poorest = next_to_tell(stories(BANK.questions, weaker))
    assert poorest is not None
    assert poorest.theme is THEME
    assert next_to_tell([story(OWN)]) is None
    assert next_to_tell([]) is None


@given(text=st.text(min_size=1, max_size=200))
def test_any_telling_prints_safely(text: str) -> None:
    """Whatever was noted or is named in a theme, nothing a terminal obeys comes out."""
    lines = story_lines([story(OWN)], {THEME.id: (text,), text: (text,)}, Page())
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\n".join(lines))


def test_the_screen_says_what_is_held_lacking_gained() -> None:
    """A theme's lines name its parts, the counts of I and we, the change and the next command."""
    text = "\n".join(story_lines([story(OWN, OURS)], {}, Page(200)))
    assert "told 2 times" in text
    assert "has     situation, task" in text
    assert "own part (I 1, we 5)" in text
    assert "lost    action; own part; result; figure" in text
    assert text.endswith("voiceprep practice challenging-project")


# ------------------------------------------------------------------------------ notes


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def run(*args: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, ["stories", *args], input=text)


@given(notes=st.dictionaries(st.text(), st.lists(st.text(), min_size=1).map(tuple)))
def test_notes_survive_on_disk(
    tmp_path_factory: pytest.TempPathFactory, notes: dict[str, tuple[str, ...]]
) -> None:
    """Any text comes back as it was, in a file for its owner alone, and nothing else is left."""
    folder = tmp_path_factory.mktemp("notes")
    save_notes(folder, {"before": ("x",)})
    save_notes(folder, notes)
    assert load_notes(folder) == notes
    assert [path.name for path in folder.iterdir()] == [NOTES_FILE]
    if sys.platform != "win32":
        assert stat.S_IMODE((folder / NOTES_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[1]", '{"a": "b"}', '{"a": [1]}', "\x00", "[" * 100_000])
def test_a_damaged_file_is_an_error_and_stays(tmp_path: Path, text: str) -> None:
    """A file that holds no notes is named with what mends it, and never written over."""
    (tmp_path / NOTES_FILE).write_text(text)
    with pytest.raises(JournalError, match=r"mend that file, or delete it"):
        load_notes(tmp_path)
    assert (tmp_path / NOTES_FILE).read_text() == text


def test_notes_are_added_listed_and_deleted(home: Path) -> None:
    """A note stands in the list and before its question; deleting asks first and takes only its theme."""
    assert run("note", THEME.id, "  a grader\nfor potatoes ").exit_code == 0
    assert run("note", THEME.id, "61 to 88").stdout.startswith("2 notes")
    run("note", "measurable-impact", "other")
    shown = run()
    assert "note    a grader for potatoes" in shown.stdout
    assert json.loads((home / NOTES_FILE).read_text())[THEME.id] == ["a grader for potatoes", "61 to 88"]
    kept = run("forget", THEME.id, text="n\n")
    assert kept.exit_code == 1
    assert len(load_notes(home)[THEME.id]) == 2
    assert run("forget", THEME.id, text="").exit_code == 2
    assert run("forget", THEME.id, "--yes").stdout == "2 notes are deleted\n"
    assert load_notes(home) == {"measurable-impact": ("other",)}
    assert run("forget", "--all", text="y\n").stdout.endswith("1 note is deleted\n")
    assert load_notes(home) == {}
    assert run("forget", "--all").stderr == "There are no such notes.\n"


@pytest.mark.parametrize(
    ("args", "told_"),
    [
        (("note", "challenging-projekt", "x"), "did you mean challenging-project?"),
        (("note", "nms-purpose", "x"), "there is no theme"),
        (("note", "challenging-project", "  "), "an empty note"),
        (("forget",), "or use --all"),
        (("forget", "challenging-project", "--all"), "or use --all"),
    ],
)
def test_wrong_usage_names_what_mends_it(home: Path, args: tuple[str, ...], told_: str) -> None:
    """Unknown themes, questions that are no story, and half a command are refused; nothing is written."""
    refused = run(*args)
    assert refused.exit_code == 2
    assert told_ in refused.stderr
    assert not (home / NOTES_FILE).exists()


def test_notes_come_before_the_question(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before a behavioral question its notes are shown, safely; before any other none."""
    save_notes(home, {THEME.id: ("a \x1b[31mgrader",), "nms-purpose": ("no",)})
    show_notes(Screen(), THEME)
    show_notes(Screen(), banks.find(BANK, "nms-purpose"))
    assert capsys.readouterr().err == "Your note: a \N{REPLACEMENT CHARACTER}[31mgrader\n"


def test_the_list_reads_the_journal(home: Path) -> None:
    """What was told is found in the journal, other questions are not in the list."""
    journal = SqliteJournal(home)
    for attempt in (told(OURS), told(OWN, 2), told("x", 3, banks.find(BANK, "nms-purpose"))):
        id_ = journal.begin(attempt.question, attempt.level, attempt.recogniser, attempt.started)
        journal.keep(id_, attempt.answers[0])
        journal.conclude(id_, attempt.combined)
    journal.close()
    shown = run().stdout
    assert "Stories: 1 of 6 told" in shown
    assert "(attempt 2)" in shown
    assert "nms-purpose" not in shown
