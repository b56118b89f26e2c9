from __future__ import annotations

import csv
import io
import json
import re
import stat
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from attempts import BANK, NOON, QUESTION, SAID, TWO, answered, attempt, keep, timed
from hypothesis import given
from hypothesis import strategies as st
from test_audiofile import hiss, read
from typer.testing import CliRunner, Result

from voiceprep import report
from voiceprep.cards import read_cards
from voiceprep.cli.app import app
from voiceprep.engines.audiofile import inspect_audio
from voiceprep.engines.home import Written, home, reports
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.recording import read_samples
from voiceprep.model import Samples, Transcript
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
        (("1", "--all"), 2),
        (("1", "2", "--format", "wav"), 2),
        (("1", "--format", "flac"), 1),
        (("4", "--format", "wav", "--output", "/nowhere/a.wav"), 1),
        (("4", "--format", "wav", "--answer", "7"), 1),
        (("1", "--output", "/nowhere/a.md"), 2),
    ],
)
def test_what_cannot_be_exported_is_said(args: tuple[str, ...], status: int) -> None:
    """Typed answers have no subtitles, two attempts no common ones: one message, nothing on stdout."""
    recorded(hiss(1.0))
    (home() / "recordings" / "4" / "0.wav").unlink()
    result = run(*args)
    assert (result.exit_code, result.stdout) == (status, "")
    assert result.stderr.strip()


def recorded(samples: Samples) -> Path:
    """Attempt 4, whose only answer is that recording."""
    with closing(SqliteJournal(home())) as journal:
        id_ = keep(journal, replace(TWO, answers=(), started=NOON - timedelta(days=1)))
        with closing(journal.record(id_, 0, QUESTION.ask, None)) as recording:
            recording.write(samples)
        journal.keep(id_, answered(timed(SAID), audio=recording.path))
    return recording.path


@pytest.mark.parametrize("form", ["wav", "flac"])
def test_a_recording_is_exported_to_the_last_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Both files hold exactly what was recorded, extremes included; the name is told, the file is private."""
    monkeypatch.chdir(tmp_path)
    loud = np.array([-1.0, 1.0, 0.0, -1 / 32_768, 1 / 32_768], np.float32)
    audio = recorded(np.concatenate([loud, hiss(3.3)]))
    result = run("4", "--format", form)
    assert result.exit_code == 0, result.stderr
    path = tmp_path / f"voiceprep-4.{form}"
    assert result.stdout == f"{path}\n"
    np.testing.assert_array_equal(read(path), read_samples(audio))
    assert inspect_audio(path).codec == ("flac" if form == "flac" else "pcm_s16le")
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home", path.name]


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    """What stood under the name stands there until the new file is whole."""
    (recorded(hiss(1.0))).write_bytes(b"RIFF no more a recording")
    path = tmp_path / "mine.wav"
    path.write_text("precious")
    assert run("4", "--format", "wav", "--output", str(path)).exit_code == 1
    assert path.read_text() == "precious"


def test_text_goes_to_a_file_on_request(tmp_path: Path) -> None:
    """--output writes what would have been printed, and prints the file's name; --all means every attempt."""
    path = tmp_path / "all.csv"
    result = run("--all", "--format", "csv", "--output", str(path))
    assert result.stdout == f"{path}\n"
    assert path.read_text(encoding="utf-8") == run("3", "2", "1", "--format", "csv").stdout
    assert reports(home()) == (Written(path, (1, 2, 3)),)


def cards(text: str) -> list[list[str]]:
    """What Anki reads: headers aside, records of quoted fields between tabs."""
    head, body = text.split("#tags column:3\n")
    assert head == "#separator:tab\n#html:false\n"
    return list(csv.reader(io.StringIO(body), delimiter="\t", strict=True))


def test_a_deck_has_a_card_for_what_is_missing_now() -> None:
    """One card an element that the latest attempt at a question left out, with the sample's words for it."""
    result = run("--all", "--format", "anki")
    assert result.exit_code == 0, result.stderr
    found = attempt(answered(Transcript("Boxes, red.", ()))).combined
    assert found is not None
    missing = [one for one in found.elements if one.status == "missing"]
    made = cards(result.stdout)
    assert len(made) == len(missing) > 2
    sample = " ".join(QUESTION.strong.split())
    for (front, back, tags), element in zip(made, missing, strict=True):
        ask, left_out, *_ = front.split("\n")
        assert ask == " ".join(QUESTION.ask.split())
        assert left_out == f"You left out: {element.id.replace('-', ' ')}"
        need, sentence = back.split("\n")
        assert need == element.need
        assert sentence in sample
        assert tags.split() == ["voiceprep", QUESTION.id, QUESTION.topic]
    probed = {probe.probes: probe.ask for probe in QUESTION.probes}
    fronts = dict(zip([one.id for one in missing], [card[0] for card in made], strict=True))
    assert any(id_ in probed and probed[id_] in front for id_, front in fronts.items())


def test_a_deck_can_be_read_back() -> None:
    """It is an Anki text file as `voiceprep questions import` knows them."""
    made = run("--all", "--format", "anki").stdout
    read_back = read_cards("deck.txt", made)
    assert read_back.faults == ()
    assert len(read_back.cards) == len(cards(made))


def test_nothing_missing_makes_no_deck() -> None:
    """An empty deck would be taken for a failure of Anki's."""
    with closing(SqliteJournal(home())) as journal:
        full = answered(Transcript(QUESTION.strong, ()))
        keep(journal, replace(attempt(full), started=NOON + timedelta(days=9)))
    result = run("--format", "anki")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nothing is missing" in result.stderr


BARE = attempt(answered(Transcript("Boxes, red.", ())))
RUN_BY_SOMEBODY = (
    "=1+1",
    "[sound:x.mp3]",
    "[latex]",
    "[/LaTeX]",
    "[$]",
    "#deck:x",
    "<b>",
    '"\t"',
    "-",
    "a\tb\r\nc",
)


@given(st.text(max_size=40), st.sampled_from(RUN_BY_SOMEBODY))
def test_cards_are_text(said: str, bad: str) -> None:
    """Whatever a question or element says, a record has three fields and nothing in them runs."""
    found = BARE.combined
    assert found is not None
    found = replace(found, elements=tuple(replace(one, need=f"{bad}\n{said}") for one in found.elements))
    asked = replace(BARE.answers[0], asked=f"{bad}{said}")
    made = replace(BARE, question=f"{said} {bad}", answers=(asked,), combined=found)
    for record in cards(export.deck([made], replace(BANK, questions=()))):
        front, back, tags = record
        for field in (front, back):
            assert not re.search(r"\[(sound:|/?latex\]|/?\$)", field, re.IGNORECASE)
            assert field[:1] not in ("=", "+", "-", "@", "\t", "\r")
            assert not set(field) & set("\t\r")
        assert len(tags.split(" ")) == 2
        assert re.fullmatch(r"[\w -]+", tags)
