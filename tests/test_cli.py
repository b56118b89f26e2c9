from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import wave
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from voiceprep import __version__, resources
from voiceprep import bank as banks
from voiceprep.cli import assemble, checking, options, rounds
from voiceprep.cli.app import PANELS, app
from voiceprep.cli.screen import Screen
from voiceprep.engines.home import Settings
from voiceprep.engines.recording import WavRecording
from voiceprep.errors import UsageError
from voiceprep.model import Level
from voiceprep.session import AnswerSource, Typed

ANSWER = "The detector predicts several boxes for one object, so I keep the one with the best score."
SYNTHETIC = str(resources.folder("audio_fixtures") / "whisper-synthetic")
DEMO = tuple(
    str(answer.path) for answer in resources.recorded_answers() if answer.question == rounds.DEMO_QUESTION
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")
    # No sound here, whatever this machine has; the null sink has tests of its own.
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")


def run(*args: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, list(args), input=text)


def process(*args: str, text: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The program in a process of its own."""
    command = [sys.executable, "-m", "voiceprep", *args]
    return subprocess.run(
        command, input=text, capture_output=True, env={**os.environ, **environment}, timeout=60, check=False
    )


def lines(result: Result) -> Iterator[dict[str, object]]:
    yield from map(json.loads, result.stdout.splitlines())


COMMANDS = (
    (), ("demo",), ("practice",), ("check",), ("score",), ("transcribe",), ("history",), ("forget",),
    ("restore",), ("doctor",), ("profile",), ("replay",), ("report",), ("vague",), ("export",),
    ("progress",), ("repair",), ("import",), ("reread",), ("drill",), ("plan",), ("stories",),
    ("stories", "note"), ("stories", "forget"), ("mock",),
    ("questions",), ("questions", "list"), ("questions", "show"), ("questions", "validate"),
    ("questions", "new"), ("questions", "import"),
    ("models",), ("models", "list"), ("models", "fetch"), ("models", "where"),
    ("config",), ("config", "list"), ("config", "get"), ("config", "set"), ("config", "unset"),
    ("config", "path"),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: tuple[str, ...]) -> None:
    """--help of each command says what it does and shows a command line that begins with its name."""
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert f"Example: voiceprep {' '.join(command)}".strip() in result.stdout


def test_commands_listed_here_are_all_there_are() -> None:
    """No command is missing from the table above, so none lacks its example."""
    shown = re.findall(r"^  ([a-z]+)  ", run("--help").stdout.split(f"{PANELS[0]}:")[1], re.MULTILINE)
    assert set(shown) == {command[0] for command in COMMANDS if command}


def test_commands_are_listed_by_use_a_line_each() -> None:
    """Every command stands under one of the headings, with a summary that is not cut short at 80 columns."""
    lines = run("--help").stdout.split("--help  ")[1].splitlines()[1:-2]
    headings = [line.removesuffix(":") for line in lines if line and not line.startswith(" ")]
    assert headings == list(PANELS)
    rows = [line for line in lines if line.startswith(" ")]
    assert len(rows) == len({command[0] for command in COMMANDS if command}), "a line each"
    assert all(len(row) <= 80 and "..." not in row for row in rows)


@pytest.mark.parametrize("group", sorted({command[0] for command in COMMANDS if len(command) > 1}))
def test_the_commands_of_a_group_are_listed_a_line_each(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns each is told in one line, in its own words to their end."""
    monkeypatch.setenv("COLUMNS", "80")
    section = run(group, "--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    rows = section.splitlines()
    assert len(rows) == sum(command[0] == group for command in COMMANDS if len(command) > 1)
    assert all(len(row) <= 80 and "..." not in row for row in rows)


def every_command(group: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - click's own
    """The names of all commands there are, groups too."""
    yield name
    for part, command in getattr(group, "commands", {}).items():
        yield from every_command(command, (*name, part))


def test_no_command_is_without_its_example() -> None:
    """Whatever is registered, groups and their commands, stands in the table above and so has an example."""
    assert set(every_command(typer.main.get_command(app))) == set(COMMANDS)


def test_bare_command_says_what_to_do_next() -> None:
    """Voiceprep alone names the demo, fetching a model, and practice."""
    result = run()
    assert result.exit_code == 0
    for command in ("voiceprep demo", "voiceprep models fetch", "voiceprep practice"):
        assert command in result.stdout


def test_version() -> None:
    """--version prints the package's version."""
    assert run("--version").stdout == f"voiceprep {__version__}\n"


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("check",),
        ("check", "nms-purpose"),
        ("check", "nms-purpose", "--text", "a", "--file", "b"),
        ("check", "nms-purpose", "--batch", "x", "--json"),
        ("check", "no-such-question", "--text", "a"),
        ("check", "nms-purpose", "--text", ""),
        ("check", "nms-purpose", "--text", " ... !! "),
        ("check", "nms-purpose", "--file", "/no/such/file"),
        ("demo", "no-such-question"),
        ("demo", "yolo-everywhere"),
        ("score", "--text", "a"),
        ("score", "--reference", "a"),
        ("score", "--reference", " ... ", "--text", "a"),
        ("score", "--batch", "x", "--text", "a"),
        ("score", "--batch", "/no/such/file", "--json"),
        ("practice", "--text", "--audio", "x.wav"),
        ("practice", "no-such-question", "--text"),
        ("forget",),
        ("forget", "--all", "3"),
        ("practice", "nms-purpose", "--silence", "nan", "--text"),
        ("practice", "nms-purpose", "--pace", "slow", "--text"),
        ("practice", "nms-purpose", "--pace", "quick", "--silence", "2", "--text"),
        ("practice", "--role", "astronaut", "--text"),
        ("drill", "--role", "astronaut", "--text"),
        ("drill", "--topic", "poetry", "--text", "--mute"),
        ("drill", "--round", "lunch", "--text"),
        ("drill", "--rapid", "--sections", "--text"),
        ("drill", "--resume", "--text", "--mute"),  # there is none
        ("drill", "--resume", "--topic", "cnn", "--text"),
        ("drill", "--questions", "0", "--text"),
    ],
)
def test_wrong_usage_is_status_2(args: tuple[str, ...]) -> None:
    """Wrong usage ends with status 2, one message on stderr, nothing on stdout, no traceback."""
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_unknown_question_suggests_the_nearest() -> None:
    """A mistyped id is answered by the one that was meant, also where only its attempts are asked for."""
    assert "nms-purpose" in run("check", "nms-purose", "--text", "a").stderr
    assert "nms-purpose" in run("history", "--question", "nms-purose").stderr
    assert "voiceprep practice nms-purpose" in run("history", "--question", "nms-purpose").stderr


def test_who_has_answered_nothing_is_not_praised() -> None:
    """Without any attempt there are no vague spots to be free of."""
    for command in ("vague", "progress"):
        assert run(command).stderr == "Nothing has been answered yet. Begin with: voiceprep practice\n"


@pytest.mark.parametrize(
    "args",
    [
        ("transcribe", "/no/such/file.wav", "--model", SYNTHETIC),
        ("check", "nms-purpose", "--audio", "/no/such/file.wav", "--model", SYNTHETIC),
        ("practice", "nms-purpose", "--audio", "/no/such/file.wav", "--mute", "--model", SYNTHETIC),
        ("practice", "nms-purpose", "--mute"),  # no model
        ("models", "where", "base.en"),
        ("models", "fetch", "no-such-model"),
        ("history", "7"),
        ("history", "9" * 30),
        ("forget", "7", "--yes"),
        ("forget", "9" * 30, "--yes"),
        ("questions", "validate", "/no/such/folder"),
    ],
)
def test_what_cannot_be_done_is_status_1_or_2(args: tuple[str, ...]) -> None:
    """What cannot be done ends with one message on stderr and no traceback."""
    result = run(*args)
    assert result.exit_code in (1, 2)
    assert result.stderr.startswith("voiceprep: ")
    assert "Traceback" not in result.stderr


def test_missing_model_names_the_command() -> None:
    """Without a model the message holds the command that fetches it."""
    result = run("check", "nms-purpose", "--audio", DEMO[0])
    assert result.exit_code == 1
    assert "voiceprep models fetch base.en" in result.stderr


def test_check_json_keeps_the_contract() -> None:
    """Check --json is one object with exactly the contract's keys; offsets quote the text."""
    result = run("check", "nms-purpose", "--text", ANSWER, "--json")
    assert result.exit_code == 0
    (found,) = lines(result)
    assert set(found) >= {"id", "question", "verdict", "elements", "moves", "vague", "delivery", "follow_up"}
    assert found["verdict"] in ("flat", "partial", "strong")
    elements = found["elements"]
    assert isinstance(elements, list)
    assert [element["id"] for element in elements] == [
        "duplicate-boxes",
        "keep-best",
        "drop-overlaps",
        "repeat-per-class",
        "threshold-risk",
    ]
    said = [element for element in elements if element["status"] == "said"]
    assert said
    for element in said:
        assert 0 < element["score"] <= 1
        for evidence in element["evidence"]:
            assert ANSWER[evidence["start"] : evidence["end"]] == evidence["text"]
            assert evidence["t0"] is None
    assert set(found["follow_up"]) == {"ask", "probes"}  # type: ignore[call-overload]
    assert set(found["delivery"]) == {  # type: ignore[call-overload]
        "words", "fillers", "seconds", "words_per_minute", "longest_pause_s",
    }  # fmt: skip


def test_check_shows_evidence_to_people() -> None:
    """The page for people quotes what was said and ends with the follow-up."""
    shown = run("check", "nms-purpose", "--text", ANSWER).stdout
    assert "Verdict: " in shown
    assert "several boxes" in shown
    assert "Follow-up: " in shown


def test_batch_answers_every_good_line(tmp_path: Path) -> None:
    """Bad lines get an error of their own in their place and status 1; the others are answered in order."""
    batch = tmp_path / "answers.jsonl"
    good = {"question": "nms-purpose", "text": ANSWER}
    batch.write_bytes(
        b"\n".join(
            [
                json.dumps({"id": "a", **good}).encode(),
                b"not json",
                b"\xff\xfe broken",
                b'["a list"]',
                json.dumps({"id": "b", "question": "no-such", "text": "x"}).encode(),
                json.dumps({"id": "c", "question": "nms-purpose"}).encode(),
                json.dumps({"id": "d", "question": "nms-purpose", "text": ""}).encode(),
                json.dumps({"id": 5, "question": "nms-purpose", "text": 7}).encode(),
                b"[" * 100_000,
                json.dumps({"id": "e", **good}).encode(),
            ]
        )
    )
    result = run("check", "--batch", str(batch), "--json")
    assert result.exit_code == 1
    found = list(lines(result))
    assert [entry["id"] for entry in found] == ["a", None, None, None, "b", "c", "d", 5, None, "e"]
    assert ["error" in entry for entry in found] == [False, *[True] * 8, False]
    assert found[0]["elements"] == found[-1]["elements"]


def test_batch_reads_stdin() -> None:
    """A dash reads the batch from standard input; good lines alone end with status 0."""
    line = json.dumps({"id": "x", "question": "nms-purpose", "text": ANSWER})
    result = run("check", "--batch", "-", "--json", text=line + "\n\n" + line + "\n")
    assert result.exit_code == 0
    assert [entry["id"] for entry in lines(result)] == ["x", "x"]


@pytest.mark.parametrize("n_bytes", [101, 700, 701, 1000])
def test_a_line_without_end_spoils_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, n_bytes: int
) -> None:
    """A line beyond the limit is one error, however long it is, and never in memory as a whole."""
    monkeypatch.setattr(checking, "MAX_LINE_BYTES", 100)
    short = json.dumps({"id": "x", "question": "nms-purpose", "text": "Hm."}).encode()
    batch = tmp_path / "batch.jsonl"
    batch.write_bytes(short + b"\n" + b"y" * n_bytes + b"\n" + short)
    found = list(lines(run("check", "--batch", str(batch), "--json")))
    assert [entry["id"] for entry in found] == ["x", None, "x"]
    assert "longer than" in str(found[1]["error"])
    with contextlib.ExitStack() as stack:
        assert max(map(len, checking._lines(batch, stack))) == 101


@pytest.mark.parametrize("letter", ["a", "\u00e9", "\ud800"])
def test_a_text_of_a_batch_is_no_larger_than_one_of_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, letter: str
) -> None:
    """As many bytes as the limit are judged, one letter more is an error, however it is written."""
    monkeypatch.setattr(checking, "MAX_TEXT_BYTES", 60)
    n_letters = (60 - len("A ")) // len(letter.encode(errors="surrogatepass"))
    entries = [{"question": "nms-purpose", "text": f"A {letter * n}"} for n in (n_letters, n_letters + 1)]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("".join(json.dumps({"id": "x", **entry}) + "\n" for entry in entries))
    judged, refused = lines(run("check", "--batch", str(batch), "--json"))
    assert "verdict" in judged
    assert "holds more than" in str(refused["error"])


CARD = {"question": "What is recursion?", "reference": "A function that calls itself, up to a base case."}


def test_score_gives_the_contracts_object() -> None:
    """``score --json`` gives a score and, for every statement of the reference, what ``check`` gives."""
    text = "Well, it calls itself."
    result = run(
        "score", "--reference", CARD["reference"], "--question", CARD["question"], "--text", text, "--json"
    )
    assert result.exit_code == 0
    (found,) = lines(result)
    assert set(found) == {"id", "score", "elements"}
    assert isinstance(found["score"], float)
    assert 0.0 < found["score"] < 1.0
    elements = found["elements"]
    assert isinstance(elements, list)
    assert [(element["id"], element["status"]) for element in elements] == [("1", "said"), ("2", "missing")]
    assert elements[1]["need"] == "up to a base case"
    (piece,) = elements[0]["evidence"]
    assert text[piece["start"] : piece["end"]] == piece["text"] == "calls itself"
    assert (piece["t0"], piece["t1"]) == (None, None)


def test_score_shows_people_what_is_missing() -> None:
    """The page for people gives the score and names every statement, said or missing."""
    shown = run("score", "--reference", CARD["reference"], "--text", "It calls itself.").stdout
    assert shown.startswith("Score: 0.")
    assert 'said    A function that calls itself: "calls itself"' in shown
    assert "missing up to a base case" in shown


def test_score_batch_answers_every_good_line() -> None:
    """As with ``check``: bad lines get an error in their place and status 1; the question may be left out."""
    good = {"reference": CARD["reference"], "text": "It calls itself."}
    batch = [
        {"id": "a", **good},
        {"id": "b", "reference": "...", "text": "x"},
        {"id": "c", "text": "x"},
        {"id": 4, **good, "question": 4},
        {"id": "e", **good, "text": ""},
        {"id": "f", **good, "question": "What calls itself?"},
    ]
    result = run("score", "--batch", "-", text="\n".join([*map(json.dumps, batch), "no json"]))
    assert result.exit_code == 1
    found = list(lines(result))
    assert [entry["id"] for entry in found] == ["a", "b", "c", 4, "e", "f", None]
    assert ["error" in entry for entry in found] == [False, True, True, True, False, False, True]
    scores = [found[at]["score"] for at in (0, 4, 5)]
    assert scores[0] > scores[2] == scores[1] == 0.0  # type: ignore[operator]
    assert "4 lines could not be judged" in result.stderr


def test_nothing_said_gets_no_score() -> None:
    """As in ``check``, a text without words is wrong usage and no 0.00."""
    alone = run("score", "--reference", CARD["reference"], "--text", " ...")
    assert (alone.exit_code, alone.stdout) == (2, "")
    assert "nothing was said" in alone.stderr


def test_history_counts_answers_with_words() -> None:
    """An answer that holds no words was given to nobody."""
    run("practice", "nms-purpose", "--text", "--mute", text="...\n\n")
    assert "0 answered  nothing said" in run("history").stdout


def test_gentle_practice_tells_no_score() -> None:
    """Of either answer what was said is told, and one thing to add; the journal keeps all there is."""
    shown = run(
        "practice", "nms-purpose", "--text", "--mute", "--gentle", text=f"{ANSWER}\n\nIt depends.\n\n"
    ).stdout
    assert "said  " in shown
    assert "Good:" in shown
    for told in ("Verdict", "missing", "together", "words a minute", "words, "):
        assert told not in shown
    assert "missing" in run("history", "1").stdout


def test_a_topic_that_is_not_there_comes_before_the_microphone() -> None:
    """Without a microphone too, what was mistyped is what is told."""
    result = run("practice", "--topic", "nope")
    assert result.exit_code == 2
    assert "no question of topic nope" in result.stderr


def test_a_drill_that_is_not_there_comes_before_the_microphone() -> None:
    """Without a microphone too, --resume says that there is nothing to go on with; else what is missing."""
    result = run("drill", "--resume")
    assert result.exit_code == 2
    assert result.stderr == (
        "voiceprep: there is no drill to go on with: begin one with `voiceprep drill`.\n"
    )
    drilled("--questions", "2", "--text", text="stop\n\n")
    result = run("drill", "--resume", "--mute")
    assert result.exit_code == 1
    assert result.stderr
    assert "to go on with" not in result.stderr


def test_the_demo_of_no_question_names_its_list() -> None:
    """An id that is none leads to those that can be played."""
    result = run("demo", "nope")
    assert result.exit_code == 2
    assert "voiceprep demo --list" in result.stderr


def test_the_doctor_sends_nobody_to_the_doctor() -> None:
    """Its lines tell what mends a problem, and one is one."""
    run("practice", "nms-purpose", "--text", "--mute", text=ANSWER)
    result = run("doctor")
    assert "voiceprep doctor" not in result.stdout
    assert ": 1 attempt\n" in result.stdout


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_batch_writes_nothing_that_is_no_json(number: str) -> None:
    """Numbers that Python reads and JSON does not know are an error of their line, and not in the output."""
    line = json.dumps({"id": 0, "question": "nms-purpose", "text": ANSWER}).replace("0", number, 1)
    result = run("check", "--batch", "-", text=line)
    assert result.exit_code == 1
    (found,) = lines(result)
    assert found["id"] is None
    assert "not a line of JSON" in str(found["error"])


@pytest.mark.parametrize("content", [b"\xff\xfeb\x00o\x00x\x00", b"RIFF\x00\x00 box", b"bo\xefte", b" \r\n"])
def test_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is not UTF-8 text, or holds no words, is wrong usage, never an answer."""
    path = tmp_path / "answer.txt"
    path.write_bytes(content)
    result = run("check", "nms-purpose", "--file", str(path))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("voiceprep: ")


def test_hostile_text_is_harmless_on_the_page() -> None:
    """Escape sequences in an answer reach no terminal, from check, history or JSON."""
    hostile = ANSWER.replace("boxes", "boxes \x1b]0;owned\x07\x1b[2J")
    for args in (("--json",), ()):
        assert "\x1b" not in run("check", "nms-purpose", "--text", hostile, *args).stdout


def test_typed_practice_is_kept_and_forgotten() -> None:
    """A typed answer is checked, followed up, listed, shown and deleted for good."""
    result = run(
        "practice", "nms-purpose", "--text", "--mute", text=f"{ANSWER}\n\nIn a crowd it deletes neighbours.\n"
    )
    assert result.exit_code == 0, result.stderr
    assert "Follow-up" in result.stdout
    assert "Both answers together" in result.stdout
    listed = run("history").stdout
    assert "nms-purpose" in listed
    shown = run("history", "1").stdout
    assert "In a crowd it deletes neighbours." in " ".join(shown.split())
    assert "Both answers together" in shown
    assert run("forget", "1", text="n\n").exit_code == 1
    nobody = run("forget", "1", text="")
    assert nobody.exit_code == 2
    assert "--yes" in nobody.stderr
    assert run("forget", "1", "2", "--yes").exit_code == 1  # all or nothing
    assert "nms-purpose" in run("history", "--limit", "9" * 30).stdout
    assert run("forget", "1", "1", "--yes").stdout == "attempt 1 is deleted\n"
    assert "nms-purpose" not in run("history").stdout


def test_pipe_that_has_ended_is_asked_nothing_more() -> None:
    """A piped answer that ends the input ends the attempt after its flags, without a follow-up."""
    result = run("practice", "nms-purpose", "--text", "--mute", text=ANSWER)
    assert result.exit_code == 0, result.stderr
    assert "Verdict" in result.stdout
    assert "Follow-up" not in result.stdout
    assert "Nothing said" not in result.stdout


def test_typed_answer_that_is_no_text_is_refused() -> None:
    """Bytes that are no text in the input's encoding end with one message, whatever lets them through."""
    for errors in ("strict", "surrogateescape"):
        result = process(
            "practice",
            "nms-purpose",
            "--text",
            "--mute",
            text=b"a \xff box\n",
            PYTHONIOENCODING=f"utf-8:{errors}",
        )
        assert result.returncode == 2
        assert b"voiceprep: the typed answer is not text" in result.stderr


@pytest.mark.parametrize("poured", [b"boxes overlap\n", b"boxes overlap ", b" "])
def test_an_answer_without_end_is_refused_and_those_before_it_are_kept(poured: bytes) -> None:
    """Of a pipe that never ends its answer little more than the limit is read, with lines or without."""
    command = [sys.executable, "-m", "voiceprep", "drill", "--text", "--mute", "--follow-ups", "0"]
    pipe = subprocess.PIPE
    n_most, n_poured = 8 * assemble.MAX_TEXT_BYTES, 0
    with subprocess.Popen(command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe) as drilling:
        assert drilling.stdin is not None
        assert drilling.stderr is not None
        with contextlib.suppress(OSError):  # nobody reads any more
            drilling.stdin.write(f"{ANSWER}\n\n".encode())
            for _ in range(n_most // len(poured) // 1000):
                n_poured += drilling.stdin.write(poured * 1000)
        with contextlib.suppress(OSError):
            drilling.stdin.close()
        told = drilling.stderr.read().decode()
    assert drilling.returncode == 2
    assert n_poured < 2 * assemble.MAX_TEXT_BYTES
    assert "voiceprep: the typed answer is larger than 1 MB" in told
    assert "Traceback" not in told
    assert ANSWER in " ".join(run("history", "1").stdout.split())
    assert run("history").stdout.count("\n") == 2, "the one that was refused left its attempt"


@pytest.mark.parametrize("letter", ["a", "é", "語"])
def test_an_answer_as_large_as_the_limit_is_taken(letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit counts bytes, ends of lines too: one letter more is refused; the next answer counts anew."""
    whole = letter * ((assemble.MAX_TEXT_BYTES - len("\n\n")) // len(letter.encode()))
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{whole}\n\n{whole}\n\n{whole}{letter}\n\n"))
    answers = assemble.typed_answers(Screen())
    for _ in range(2):
        assert typed(next(answers)) == whole
    with pytest.raises(UsageError, match="larger than 1 MB"):
        typed(next(answers))


def typed(answer: AnswerSource) -> str:
    assert isinstance(answer, Typed)
    return answer.read()


@pytest.mark.parametrize("option", ["--microphone", "--loudspeaker", "--voice", "--model"])
def test_only_what_was_tried_is_remembered(tmp_path: Path, option: str) -> None:
    """A device, voice or model that a run did not use, and so did not find, is not kept for later runs."""
    used = ("practice", "nms-purpose", "--text", "--mute", "--rate", "170")
    assert run(*used, option, "nowhere", text=ANSWER).exit_code == 0
    assert (tmp_path / "home" / "config.toml").read_text() == "rate_wpm = 170\nheadphones = false\n"


def test_pace_and_silence_replace_each_other(tmp_path: Path) -> None:
    """The one chosen last is remembered; nothing of the other is left to surprise a later run."""
    used = ("practice", "nms-purpose", "--text", "--mute")
    settings = tmp_path / "home" / "config.toml"
    for chosen, kept in (
        (("--pace", "patient"), 'pace = "patient"\n'),
        (("--silence", "3"), "finish_silence_s = 3.0\n"),
        ((), "finish_silence_s = 3.0\n"),
        (("--pace", "quick"), 'pace = "quick"\n'),
    ):
        assert run(*used, *chosen, text=ANSWER).exit_code == 0
        assert settings.read_text() == f"{kept}headphones = false\n"


def test_settings_are_seen_and_changed_by_name(tmp_path: Path) -> None:
    """Config lists all settings with what they may be, and get, set, unset and path do what they say."""
    file = tmp_path / "home" / "config.toml"
    assert run("config", "path").stdout == f"{file}\n"
    assert run("config", "get", "rate_wpm").exit_code == 1
    for name, value in (
        ("rate_wpm", "170"),
        ("microphone", 'my "best" mic'),
        ("voice", "3"),
        ("tones", "false"),
    ):
        assert run("config", "set", name, value).exit_code == 0
        assert run("config", "get", name).stdout == f"{value}\n"
    assert 'microphone = "my \\"best\\" mic"\nvoice = "3"\nrate_wpm = 170\n' in file.read_text()
    listed = run("config", "list").stdout
    assert re.search(r"^rate_wpm +170 +a whole number", listed, re.MULTILINE)
    assert re.search(r"^model +- +a name or path", listed, re.MULTILINE)
    assert len(listed.splitlines()) == len(fields(Settings))
    assert run("config", "unset", "rate_wpm").exit_code == 0
    assert run("config", "get", "rate_wpm").exit_code == 1


def test_a_setting_goes_by_the_name_of_its_option_too() -> None:
    """Whoever knows ``--silence``, ``--rate`` or ``--start`` need not look up what they are stored as."""
    for option, name, value in (
        ("silence", "finish_silence_s", "150"),
        ("rate", "rate_wpm", "150"),
        ("start", "plan_start", "2026-11-25"),
    ):
        assert run("config", "set", option, value).exit_code == 0
        assert run("config", "get", name).stdout == run("config", "get", option).stdout != ""
        assert run("config", "unset", option).exit_code == 0
        assert run("config", "get", name).exit_code == 1


def test_a_pace_by_config_forgets_the_silence(tmp_path: Path) -> None:
    """The two exclude each other here as they do by option."""
    assert run("config", "set", "finish_silence_s", "2.5").exit_code == 0
    assert run("config", "set", "pace", "quick").exit_code == 0
    assert (tmp_path / "home" / "config.toml").read_text() == 'pace = "quick"\nheadphones = false\n'
    assert run("config", "set", "finish_silence_s", "3").exit_code == 0
    assert run("config", "get", "pace").exit_code == 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("set", "pase", "quick"), "did you mean 'pace'"),
        (("get", "colour"), "known are microphone"),
        (("unset", "colour"), "known are microphone"),
        (("set", "pace", "fast"), 'pace must be "patient" or "normal" or "quick", not \'fast\''),
        (("set", "rate_wpm", "1e3"), "whole number"),
        (("set", "rate_wpm", "-3"), "No such option"),
        (("set", "finish_silence_s", "nan"), "seconds above 0"),
        (("set", "headphones", "yes"), "true or false"),
        (("set", "voice", " "), "a name in quotes"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(tmp_path: Path, args: tuple[str, ...], told: str) -> None:
    """No such name and no such value: status 2, what it may be, and the file stays as it was."""
    result = run("config", *args)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "home" / "config.toml").exists()


def test_broken_settings_are_one_line_of_the_doctor(tmp_path: Path) -> None:
    """Doctor names a broken settings file once and goes on to examine everything else."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text("microphon = 3\n")
    result = run("doctor")
    assert result.exit_code == 1
    assert result.stdout.count("config.toml") == 1
    assert "did you mean 'microphone'" in result.stdout
    for name in ("data folder", "content", "voice", "loudspeaker", "microphone", "speech model"):
        assert re.search(rf"^(ok|PROBLEM) +{name} ", result.stdout, re.MULTILINE)
    assert "still runs" not in result.stderr  # practice does not, with these settings


def test_demo_runs_without_any_device(tmp_path: Path) -> None:
    """Demo --fast: question, transcript, flags, follow-up, second answer, combined result, where it is."""
    result = run("demo", "--fast")
    assert result.exit_code == 0, result.stderr
    for shown in (
        "Question (yolo-vs-faster-rcnn)",
        "  > ",
        "Verdict: ",
        "Follow-up (",
        "Both answers together",
        "Kept as",
    ):
        assert shown in result.stdout
    assert "no loudspeaker here" in result.stderr
    spoken = list((tmp_path / "home" / "spoken").glob("*.wav"))
    assert len(spoken) >= 3
    kept = sorted((tmp_path / "home" / "recordings").rglob("*.wav"))
    assert len(kept) == 2
    for path in kept:
        with wave.open(str(path)) as file:
            assert file.getnframes() > 5 * 16_000


def test_demo_plays_the_answers_of_another_question(tmp_path: Path) -> None:
    """Demo QUESTION goes through all its recorded answers, to their ends although the speaker pauses."""
    assert run("demo", "digital-image", "--fast", "--mute").exit_code == 0
    (kept,) = (tmp_path / "home" / "recordings").rglob("*.wav")
    (recorded,) = (one for one in resources.recorded_answers() if one.question == "digital-image")
    assert recorded.longest_pause_s > rounds.DEMO_SILENCE_S
    with wave.open(str(kept)) as file:
        assert file.getnframes() / 16_000 > 15  # its pause begins at 2.7 s


def test_demo_lists_what_it_can_play() -> None:
    """Demo --list names every question with recorded answers and how good they are; nothing is played."""
    result = run("demo", "--list")
    assert result.exit_code == 0
    shown = re.findall(r"^(\S+) \((.+)\)$", result.stdout, re.MULTILINE)
    assert ("nms-purpose", "flat, strong") in shown
    assert [name for name, _ in shown] == list(
        dict.fromkeys(answer.question for answer in resources.recorded_answers())
    )
    assert shown[0][0] == rounds.DEMO_QUESTION


def test_practice_takes_answers_from_files() -> None:
    """--audio answers first the question, then the follow-up, through the listening code."""
    answers = [arg for path in DEMO for arg in ("--audio", path)]
    result = run("practice", "yolo-vs-faster-rcnn", "--mute", "--model", SYNTHETIC, *answers)
    assert result.exit_code == 0, result.stderr
    assert "Both answers together" in result.stdout


RECORDED = {answer.question: str(answer.path) for answer in resources.recorded_answers()}


def drilled(*args: str, text: str | None = None) -> Result:
    result = run("drill", "--mute", *args, text=text)
    assert result.exit_code == 0, result.stderr
    return result


def asked(result: Result) -> list[str]:
    """The questions a drill asked, in order."""
    return re.findall(r"^Question \((.+)\)$", result.stdout, re.MULTILINE)


def test_a_drill_takes_answers_from_files_and_goes_on_later() -> None:
    """Recorded answers one after another; where they run out it stops, and --resume asks the rest."""
    answers = ("--model", SYNTHETIC, "--audio")
    first = drilled("--topic", "video", "--all", "--follow-ups", "0", *answers, RECORDED["kalman-tracking"])
    assert asked(first) == ["kalman-tracking"]
    assert first.stdout.startswith("\nQuestion 1 of 4.\n")
    assert "1 question answered: 1 strong." in first.stdout
    assert "Coming back: 1 " in " ".join(first.stdout.split())
    assert "voiceprep drill --resume" in first.stderr
    rest = drilled(
        "--resume",
        "--follow-ups",
        "0",
        *answers,
        RECORDED["video-challenges"],
        "--audio",
        RECORDED["video-challenges"],
    )
    assert asked(rest) == ["mot-architecture", "video-challenges"]
    assert "Question 2 of 4." in rest.stdout
    last = drilled("--resume", "--text", "--follow-ups", "0", text="It makes a map while it moves.\n\n")
    assert asked(last) == ["visual-slam"]
    assert "--resume" not in last.stderr
    assert run("drill", "--resume", "--text", "--mute").exit_code == 2


def test_a_drill_by_typing_obeys_commands_and_ends_with_what_to_do() -> None:
    """Skip leads on; stop ends it with a summary; the question at which it stopped is asked again."""
    lines = "It shrinks the maps.\n\nskip\n\nstop\n\n"
    stopped = drilled("--topic", "cnn", "--all", "--follow-ups", "0", "--text", text=lines)
    names = asked(stopped)
    assert len(names) == 3
    assert "1 question answered: " in stopped.stdout
    assert "2 passed over" in stopped.stdout
    assert "Go back to “" in stopped.stdout
    again = drilled("--resume", "--text", "--follow-ups", "0", text="stop\n\n")
    assert asked(again) == names[2:]


def test_rapid_fire_asks_definitions_and_nothing_more() -> None:
    """No number, no follow-up, one breath of feedback; only questions of kind define."""
    result = drilled("--rapid", "--questions", "3", "--text", text="Nothing comes to my mind.\n\n" * 3)
    kinds = {
        line.split()[0]: line
        for line in run("questions", "list", "--kind", "define").stdout.splitlines()
        if line
    }
    assert len(asked(result)) == 3
    assert set(asked(result)) <= set(kinds)
    assert "Follow-up" not in result.stdout
    assert "Question 1 of 3" not in result.stdout
    assert result.stdout.count("Not yet. ") + result.stdout.count("Good. ") == 3


def test_sections_ask_one_question_of_each_topic() -> None:
    """As many as there are topics, each from another, each followed up."""
    result = drilled("--sections", "--text", text="next\n\n" * 50)
    topics = {question.topic for question in assemble.load_bank().questions}
    of = {question.id: question.topic for question in assemble.load_bank().questions}
    assert len(asked(result)) == len(topics)
    assert {of[name] for name in asked(result)} == topics


def test_role_and_level_are_remembered_and_any_forgets_them(tmp_path: Path) -> None:
    """By drill and practice alike; a role that does not exist is not."""
    settings = tmp_path / "home" / "config.toml"
    drilled("--role", "perception-engineer", "--level", "senior", "--text", text="stop\n\n")
    assert settings.read_text() == 'headphones = false\nrole = "perception-engineer"\nlevel = "senior"\n'
    assert json.loads(run("export", "--format", "json").stdout)["level"] == "senior"
    assert run("drill", "--role", "astronaut", "--text").exit_code == 2
    assert 'role = "perception-engineer"' in settings.read_text()
    assert run("practice", "nms-purpose", "--level", "any", "--text", "--mute", text=ANSWER).exit_code == 0
    assert 'level = "any"' in settings.read_text()


def test_practice_says_why_it_asks() -> None:
    """Without a question named, the same order as a drill's, and the reason for it."""
    result = run("practice", "--topic", "video", "--text", "--mute", text="A map.\n")
    assert "Asked because you have not answered it yet." in result.stderr


def test_rounds_are_those_of_the_content() -> None:
    """The option's choices are written out so that --help need not load the content."""
    assert [round_.value for round_ in options.Round] == [*banks.ROUNDS]
    assert [level.value for level in options.AnyLevel] == ["any", *Level]
    assert all(
        role.id in run("drill", "--help").stdout.replace("\n" + " " * 34, "")
        for role in assemble.load_bank().roles
    )


def test_demo_recogniser_is_not_remembered_for_a_person() -> None:
    """A run on the synthetic model leaves the model for later runs as it was."""
    run("practice", "nms-purpose", "--mute", "--model", SYNTHETIC, "--audio", DEMO[0])
    result = run("practice", "nms-purpose", "--mute", "--audio", DEMO[0])
    assert result.exit_code == 1
    assert "base.en" in result.stderr


def test_silent_recording_is_nothing_said(tmp_path: Path) -> None:
    """Silence in a file is "nothing said" everywhere: stored without a score, never checked."""
    path = tmp_path / "silent.wav"
    recording = WavRecording(path)
    recording.write(np.zeros(16_000 * 5, np.float32))
    recording.close()
    practised = run("practice", "nms-purpose", "--mute", "--model", SYNTHETIC, "--audio", str(path))
    assert practised.exit_code == 0, practised.stderr
    assert "Nothing said" in practised.stdout
    assert "Verdict" not in practised.stdout
    assert "nothing said" in run("history").stdout
    checked = run("check", "nms-purpose", "--audio", str(path), "--model", SYNTHETIC)
    assert checked.exit_code == 1
    assert "nothing said" in checked.stderr


def test_transcribe_gives_word_times() -> None:
    """Transcribe --json holds every word with offsets that quote the text and increasing times."""
    result = run("transcribe", DEMO[1], "--model", SYNTHETIC, "--json")
    (found,) = lines(result)
    text, words = found["text"], found["words"]
    assert isinstance(text, str)
    assert isinstance(words, list)
    assert len(words) > 5
    assert all(text[word["start"] : word["end"]] == word["text"] for word in words)
    starts = [word["t0"] for word in words]
    assert starts == sorted(starts)
    assert 0 <= starts[0] < starts[-1] < 20


def test_validate_accepts_the_built_in_content() -> None:
    """Every built-in question passes its own proof: the strong sample is strong, the flat one is not."""
    result = run("questions", "validate")
    assert result.exit_code == 0, result.stderr


def test_validate_reports_every_fault(tmp_path: Path) -> None:
    """Broken content is reported with file and key, all faults at once."""
    pack = tmp_path / "pack" / "topic"
    pack.mkdir(parents=True)
    (pack / "one.toml").write_text('id = 3\nask = ""\nnonsense = 1\n')
    (pack / "two.toml").write_text("this is not toml")
    result = run("questions", "validate", str(tmp_path))
    assert result.exit_code == 1
    assert "one.toml" in result.stderr
    assert "two.toml" in result.stderr
    assert "nonsense" in result.stderr


def test_a_broken_pack_of_ones_own_stops_nothing_else() -> None:
    """The other questions stay; the fault, and the command that shows what is wrong, are on stderr."""
    good = Path(run("questions", "new", "hashing-why", "--pack", "good").stdout.strip())
    bad = good.parents[2] / "two words" / "topic" / "one.toml"
    bad.parent.mkdir(parents=True)
    bad.write_text("this is not toml")
    listed = run("questions", "list")
    assert listed.exit_code == 0
    assert "nms-purpose" in listed.stdout
    assert "hashing-why" in listed.stdout
    assert "one.toml" in listed.stderr
    command = next(line for line in listed.stderr.splitlines() if "questions validate" in line)
    assert shlex.split(command)[-1] == str(bad.parents[1])
    assert run("check", "nms-purpose", "--text", ANSWER).exit_code == 0
    assert "PROBLEM  content" in run("doctor").stdout
    assert run("questions", "validate", str(bad.parents[1])).exit_code == 1


def test_validate_names_the_pack_of_a_file(tmp_path: Path) -> None:
    """The path that ``questions new`` prints is answered with the command for its pack, to be copied."""
    path = Path(run("questions", "new", "hashing-why").stdout.strip())
    result = run("questions", "validate", str(path))
    assert result.exit_code == 2
    assert result.stderr.rstrip().endswith(
        f"voiceprep questions validate {shlex.quote(str(path.parents[1]))}"
    )
    assert "there is no folder" in run("questions", "validate", str(tmp_path / "none")).stderr


def test_show_hides_the_answer_until_asked() -> None:
    """Show gives the hint; elements and samples only with --sample."""
    assert "strong answer" not in run("questions", "show", "nms-purpose").stdout
    assert "strong answer" in run("questions", "show", "nms-purpose", "--sample").stdout


def test_a_new_question_is_valid_and_can_be_asked() -> None:
    """The template passes validation as it stands, is in the bank at once, and never replaces a file."""
    made = run("questions", "new", "hashing-why", "--topic", "hashing", "--level", "senior")
    path = Path(made.stdout.strip())
    assert made.exit_code == 0
    assert path.stat().st_mode & 0o077 == 0
    assert run("questions", "validate", str(path.parents[1])).exit_code == 0
    assert "hashing-why (senior, define)" in run("questions", "list", "--topic", "hashing").stdout
    assert run("questions", "new", "hashing-why").exit_code == 2


def test_a_command_to_copy_survives_a_folder_with_spaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is printed after ``questions new``, and what its template says, is one word to a shell."""
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "Application Support"))
    made = run("questions", "new", "hashing-why")
    path = Path(made.stdout.strip())
    for text in (made.stderr, path.read_text(encoding="utf-8")):
        command = next(line for line in text.splitlines() if "questions validate" in line)
        assert shlex.split(command)[-1] == str(path.parents[1])


@pytest.mark.parametrize("name", ["../evil", "A B", "", "a--b", "nms-purpose", "x" * 90])
def test_a_new_question_needs_a_name_of_its_own(name: str) -> None:
    """No id leaves the folder of the pack or takes one that is in use."""
    assert run("questions", "new", name).exit_code == 2
    assert run("questions", "new", "fine", "--pack", "../evil").exit_code == 2


def test_cards_are_imported_asked_and_renewed(tmp_path: Path) -> None:
    """Cards of a file are questions from then on; what is no card is named, with exit status 1."""
    deck = tmp_path / "My Deck.csv"
    deck.write_text("question,answer\nWhat is a mutex?,A lock for one thread at a time.\n,nothing\n")
    first = run("questions", "import", str(deck))
    assert first.exit_code == 1
    assert "line 3: the question holds no words" in first.stderr
    assert "1 card imported" in first.stdout
    assert "1 entry was left out" in first.stderr
    assert "what-is-a-mutex" in run("questions", "list", "--topic", "my-deck").stdout
    judged = run("check", "what-is-a-mutex", "--text", "A lock, for one thread at a time.", "--json")
    assert json.loads(judged.stdout)["verdict"] == "strong"
    deck.write_text("question,answer\nWhat is a mutex?,Mutual exclusion by turns.\n")
    assert run("questions", "import", str(deck)).exit_code == 0
    shown = run("questions", "show", "what-is-a-mutex", "--sample").stdout
    assert "Mutual exclusion by turns." in shown
    assert "A flat one" not in shown  # a card has none
    assert "lock" not in shown


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x00\x01", b"no card here\n"])
def test_a_file_without_cards_changes_nothing(tmp_path: Path, content: bytes) -> None:
    """Where no card can be read the reason is told and no pack is made."""
    deck = tmp_path / "deck.csv"
    deck.write_bytes(content)
    assert run("questions", "import", str(deck)).exit_code in (1, 2)
    assert run("questions", "import", str(tmp_path / "none.csv")).exit_code == 2
    assert run("questions", "list", "--topic", "deck").exit_code == 1


def test_list_filters() -> None:
    """List shows the wanted topic only, and says which topics there are when nothing fits."""
    assert "nms-purpose" in run("questions", "list", "--topic", "detection").stdout
    assert "nms-purpose" not in run("questions", "list", "--topic", "behavioral").stdout
    none = run("questions", "list", "--topic", "cooking")
    assert none.exit_code == 1
    assert "detection" in none.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="permissions work differently on Windows")
@pytest.mark.parametrize("home", ["file", "readonly"])
def test_unusable_home_is_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    """A data folder that cannot be used is named with what to do, before anything is asked."""
    path = tmp_path / home
    if home == "file":
        path.write_text("")
    elif os.geteuid() == 0:
        path = Path("/proc/voiceprep")  # the one place where root may not write
    else:
        path.mkdir(mode=0o500)
        path /= "inside"
    monkeypatch.setenv("VOICEPREP_HOME", str(path))
    result = run("practice", "nms-purpose", "--text", "--mute", text="x\n")
    assert result.exit_code == 1
    assert "VOICEPREP_HOME" in result.stderr
    assert result.stdout == ""


def test_output_into_a_closed_pipe_is_no_error() -> None:
    """A reader that stops early (head) ends the program quietly."""
    with subprocess.Popen(
        [sys.executable, "-m", "voiceprep", "questions", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == b""
        assert started.wait(20) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("switch", [(), ("--json",)])
def test_output_onto_a_full_disk_is_one_message(switch: tuple[str, ...]) -> None:
    """Results that cannot be written are an error with status 1, and no traceback."""
    command = [sys.executable, "-m", "voiceprep", "check", "nms-purpose", "--text", ANSWER, *switch]
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False, text=True
        )
    assert result.returncode == 1
    (message,) = result.stderr.splitlines()
    assert message.startswith("voiceprep: ")
    assert "No space left" in message


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams by a POSIX shell")
@pytest.mark.parametrize(
    ("args", "closed"),
    [
        ("check nms-purpose --text boxes", ">&-"),
        ("check nms-purpose --text boxes --json", ">&- 2>&-"),
        ("check --batch -", "<&-"),
        ("practice nms-purpose --text --mute", "<&-"),
        ("history", "<&- >&- 2>&-"),
    ],
)
def test_closed_streams_are_nobody(args: str, closed: str) -> None:
    """Started without standard input or output, the program does what it can: nobody types, nobody reads."""
    command = ["/bin/sh", "-c", f"exec '{sys.executable}' -m voiceprep {args} {closed}"]
    result = subprocess.run(command, capture_output=True, timeout=60, check=False, text=True)
    assert (result.returncode, "Traceback" in result.stderr) == (0, False)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_letters_the_terminal_lacks_are_escaped(encoding: str) -> None:
    """Output in a narrow encoding shows an escape for what it cannot, and no traceback."""
    result = process("check", "nms-purpose", "--text", f"{ANSWER} \u6a21", PYTHONIOENCODING=encoding)
    assert result.returncode == 0, result.stderr
    assert b"Verdict" in result.stdout
