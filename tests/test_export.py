from __future__ import annotations

import csv
import io
import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from attempts import BANK, NOON, QUESTION, SAID, TWO, answered, attempt, keep, timed
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from voiceprep import report
from voiceprep.cli.app import app
from voiceprep.engines.home import home
from voiceprep.engines.journal import SqliteJournal
from voiceprep.model import Transcript
from voiceprep.replay import export, marks


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal of three attempts, the last of them typed."""
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "home"))
    with closing(SqliteJournal(home())) as journal:
        keep(journal, TWO)
        keep(journal, replace(TWO, started=NOON + timedelta(days=1)))
        typed = attempt(answered(Transcript("Boxes, \x1b[31mred.", ())))
        keep(journal, replace(typed, started=NOON + timedelta(days=2)))


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["export", *args])


def test_json_holds_words_and_findings() -> None:
    """One object a line: every word with its times, every finding as check writes it."""
    first, second = map(json.loads, run("1", "2", "--format", "json").stdout.splitlines())
    assert (first["attempt"], second["attempt"]) == (1, 2)
    assert TWO.combined is not None
    assert first["combined"] == json.loads(json.dumps(report.to_object(TWO.combined)))
    said = TWO.answers[0].transcript
    assert said is not None
    assert [word["text"] for word in first["answers"][0]["words"]] == [word.text for word in said.words]
    assert first["answers"][0]["words"][1]["t0"] == 0.5
    assert first["answers"][1]["asked"] == "And the threshold?"


def test_the_table_has_a_line_an_answer() -> None:
    """CSV comes back with the words as they were said; the latest attempt is meant where none is named."""
    rows = list(csv.DictReader(io.StringIO(run("1", "2", "--format", "csv").stdout)))
    assert [(row["attempt"], row["ordinal"]) for row in rows] == [
        ("1", "0"),
        ("1", "1"),
        ("2", "0"),
        ("2", "1"),
    ]
    assert rows[0]["text"] == SAID
    found = TWO.answers[0].assessment
    assert found is not None
    assert rows[0]["said"].split() == [one.id for one in found.elements if one.status == "said"]
    assert "3,2026-05-06" in run("--format", "csv").stdout


@pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@x"])
def test_no_cell_is_a_formula(said: str) -> None:
    """What a spreadsheet would run is shown as text."""
    made = replace(TWO, answers=(replace(TWO.answers[0], transcript=Transcript(said, ()), asked=said),))
    (row,) = csv.DictReader(io.StringIO(export.table([made])))
    assert row["text"] == row["asked"] == f"'{said}"


def test_subtitles_last_as_long_as_their_sentences() -> None:
    """A cue for each sentence, from its first word to its last, numbered in SubRip and not in WebVTT."""
    cues = run("1", "--format", "srt").stdout.strip().split("\n\n")
    assert cues[1] == "2\n00:00:04,500 --> 00:00:08,500\nI keep the one with the best score."
    assert len(cues) == 4
    head, *same = run("1", "--format", "vtt").stdout.strip().split("\n\n")
    assert head == "WEBVTT"
    assert same[1] == "00:00:04.500 --> 00:00:08.500\nI keep the one with the best score."
    follow_up = run("1", "--format", "srt", "--answer", "1").stdout
    assert "A crowd merges" in follow_up


@given(st.text(max_size=80))
def test_words_are_no_cues(said: str) -> None:
    """Whatever was said, subtitles have one arrow a cue, and WebVTT no tag."""
    marked = marks.replay(attempt(answered(timed(f"word {said} --> <b> 1"))), QUESTION, BANK).answers[0]
    for written in (export.srt(marked), export.vtt(marked)):
        assert written.count("-->") == len(marked.sentences)
    assert "<" not in export.vtt(marked)


@given(st.text(alphabet="#-+=>*_`[]<1.) ab\n", max_size=60))
def test_words_are_no_markdown(said: str) -> None:
    """Whatever was said, Markdown shows it as text: only the page's own lines are headings or items."""
    made = replace(TWO.answers[0], transcript=Transcript(f"{said} a", ()), assessment=None)
    shown = marks.replay(replace(TWO, answers=(made,), combined=None), QUESTION, BANK)
    lines = export.markdown(shown).splitlines()
    body = lines[lines.index("## Answer") + 1 :]
    assert not [line for line in body if re.match(r"\s*([#>+=-]|\d+[.)])", line)]
    bare = re.sub(r"\\.", "", "".join(body))
    assert not set(bare) & set("*_`[]<>")


def test_markdown_names_what_was_found() -> None:
    """Under each sentence stand its findings, at the end what was missing and the verdict."""
    out = run("1").stdout
    assert out.startswith("# ")
    assert "0:08 It depends on the use case.\n\n- vague: What does it depend on" in out
    assert "## Missing" in out
    assert "Verdict: " in out


@pytest.mark.parametrize("form", ["markdown", "csv", "json"])
def test_nothing_said_can_command_a_terminal(form: str) -> None:
    """No control character reaches the terminal, in whatever form."""
    assert "\x1b" not in run("3", "--format", form).stdout


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (("3", "--format", "srt"), 1),
        (("1", "--format", "vtt", "--answer", "5"), 1),
        (("1", "2", "--format", "srt"), 2),
        (("9",), 1),
        (("1", "--format", "docx"), 2),
    ],
)
def test_what_cannot_be_exported_is_said(args: tuple[str, ...], status: int) -> None:
    """Typed answers have no subtitles, two attempts no common ones: one message, nothing on stdout."""
    result = run(*args)
    assert (result.exit_code, result.stdout) == (status, "")
    assert result.stderr.strip()
