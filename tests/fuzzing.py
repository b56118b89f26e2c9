"""What strangers may hand in, bent out of shape: good input with random edits, and the law each reader keeps.

The law is the same everywhere: what comes in is read, or refused by one of the project's own errors; nothing
else is raised, and what was read can be used. ``tests/test_fuzz.py`` runs some thousands of cases,
``tests/benchmarks/fuzz.py`` as many as one likes.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import shutil
import sqlite3
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from attempts import NOON, TWO, keep
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from voiceprep import bank as banks
from voiceprep import cards, checks, resources
from voiceprep.cli import assemble, checking
from voiceprep.cli.render import Page, attempt_lines, replay_lines, vague_lines
from voiceprep.engines.audiofile import inspect_audio, read_audio
from voiceprep.engines.home import SETTINGS_FILE, Settings, format_settings, load_settings
from voiceprep.engines.journal import DATABASE_FILE, SqliteJournal
from voiceprep.errors import (
    AudioFileError,
    ContentError,
    JournalError,
    SettingsError,
    UsageError,
    VoiceprepError,
)
from voiceprep.model import RATE_HZ, Bank, Order, RunKind
from voiceprep.replay import export, marks, vague
from voiceprep.text import transcript

MAX_SAMPLES_A_BYTE = 100_000
"""Six seconds for each byte of a file: silence compresses like that; a lying header promises far more."""

ACCEPTED, REFUSED = True, False


def _refused(says_why: bool) -> bool:  # noqa: FBT001 - whether the message is one
    assert says_why, "an error that does not say what is wrong"
    return REFUSED


Edit = tuple[int, int, bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """One reader: its share of the cases in percent, what it is given, and the law.

    ``holds`` raises where the law is broken, else says whether the case was accepted.
    """

    name: str
    share: int
    cases: SearchStrategy[Any]
    holds: Callable[[Any], bool]


def edited(seed: bytes, edits: Sequence[Edit]) -> bytes:
    """``seed`` after some edits: at a place (in 1/65536 of its length) so many bytes give way to others."""
    data = seed
    for place, n_bytes, put in edits:
        at = place * (len(data) + 1) >> 16
        data = data[:at] + put + data[at + n_bytes :]
    return data


def mutants(seeds: Sequence[bytes], tokens: Sequence[bytes], head: int = 1 << 16) -> SearchStrategy[bytes]:
    """Seeds with one to three edits in their first ``head``/65536, which put ``tokens`` in, or any bytes."""
    put = st.sampled_from([b"", *tokens]) | st.binary(max_size=8)
    edit = st.tuples(st.integers(0, head - 1), st.sampled_from([0, 0, 1, 2, 4, 16, 200]), put)
    return st.builds(edited, st.sampled_from(seeds), st.lists(edit, min_size=1, max_size=3))


@cache
def folder() -> Path:
    """A folder for the files of this process, gone at its end."""
    made = Path(tempfile.mkdtemp(prefix="voiceprep-fuzz-"))
    atexit.register(shutil.rmtree, made)
    return made


@contextlib.contextmanager
def written(name: str, data: bytes) -> Iterator[Path]:
    """A file of ``data``."""
    path = folder() / name
    path.write_bytes(data)
    yield path
    path.unlink()


# ------------------------------------------------------------------------------ content

TOML_TOKENS = (
    b"=", b"[", b"]", b"[[", b"]]", b'"', b"'", b'"""', b"'''", b"\\", b"\\u0000", b"\\ud800", b"#", b"\n",
    b"nan", b"-inf", b"1e999", b"9" * 400, b"true", b"1979-05-27", b"{", b"}", b".", b",", b"\0", b"\x1b[2J",
    b"\xff", b"\xe2\x80\xae", b"@", b"@no", b"*", b" + ", b" / ", b"not", b"id", b"[[elements]]", b"../../x",
    b"[[cards]]", b"weight = -1", b"weight = nan", b'groups = ["a + b"]', b"[elements]", b'"" ', b"{{}}",
)  # fmt: skip

WORD_FILES = {
    "synonyms.toml": b'keep = ["keep", "stay"]\nbox = ["box", "rect*"]\n',
    "glossary.toml": b'[[terms]]\nterm = "IoU"\nspoken = "I o U"\nsounds_like = ["I owe"]\nmeaning = "m"\n',
    "commands.toml": b'repeat = ["say that again"]\nstop = ["stop"]\n',
    "moves.toml": b'gain = ["win", "gain"]\n',
    "signals.toml": b'data = ["label", "annotation"]\n',
    "cards.toml": b'[[cards]]\nid = "sum"\nask = "What is a checksum?"\nreference = "A number from data."\n',
}

QUESTION = b"""id = "keep-best"
ask = "Which box is kept?"
topic = "detection"
level = "junior"
kind = "define"
rounds = ["phone-screen"]
moves = ["reason"]
why = "w"
hint = "h"
considerations = []
links = []
strong = "The best box is kept."
flat = "A box."
[[elements]]
id = "best"
need = "the best box is kept"
phrasings = ["the best box is kept"]
groups = ["@keep + best / top + box"]
weight = 1.0
essential = true
[[follow_ups]]
probes = "best"
ask = "And then?"
[[pitfalls]]
id = "averages"
phrasings = ["it averages the boxes"]
correction = "it does not"
"""


def toml(value: object) -> str:
    """``value`` in TOML, tables inline."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{cards.toml_string(key)} = {toml(item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return cards.toml_string(value) if isinstance(value, str) else str(value)


def _replaced(seed: bytes, places: Sequence[int], value: object) -> bytes:
    """``seed``, a TOML file, with ``value`` in the place of one of its own, down the path ``places``."""
    tree: Any = tomllib.loads(seed.decode())
    at = tree
    for place in places:
        keys = list(at) if isinstance(at, dict) else range(len(at))
        if not keys:
            break
        key = keys[place % len(keys)]
        if place == places[-1] or not isinstance(at[key], dict | list):
            at[key] = value
            break
        at = at[key]
    return "".join(f"{cards.toml_string(key)} = {toml(item)}\n" for key, item in tree.items()).encode()


_TEXTS = st.sampled_from(
    ["best", "reason", "the best box is kept", "@keep", "@no + box", "a / / b", "* + *", "not",
    "not + box", "", " ",
     "a" * 300, "box " * 200, "\x1b[2J", "\u202e", "\x7f", "../x", "junior", "1e5", "+", "/", "@",
     "ĳ ſ İ", "100 %"]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)  # fmt: skip

_LEAVES = _TEXTS | st.integers(-3, 3) | st.floats() | st.booleans() | st.just(10**30)
_VALUES = _LEAVES | st.lists(_LEAVES, max_size=3) | st.dictionaries(_TEXTS, _LEAVES, max_size=2)


def replacements(seeds: Sequence[bytes]) -> SearchStrategy[bytes]:
    """TOML files in which a value is another, of any kind."""
    places = st.lists(st.integers(0, 40), min_size=1, max_size=4)
    return st.builds(_replaced, st.sampled_from(seeds), places, _VALUES)


def _content_holds(case: tuple[str, bytes]) -> bool:
    name, data = case
    files = {f"p/{other}": text.decode() for other, text in WORD_FILES.items() if other != "cards.toml"}
    files |= {"p/t/a.toml": QUESTION.decode()}
    try:
        files["p/t/a.toml" if name == "question" else f"p/{name}"] = data.decode()
        bank = banks.parse_pack(files)
    except UnicodeDecodeError:
        return REFUSED  # load() reports the byte
    except ContentError as exc:
        return _refused(bool(exc.faults) and all(fault.file and fault.problem for fault in exc.faults))
    said = (transcript("The best box is kept, the rest averages."),)
    for question in bank.questions:
        checks.assess(question, said, bank)
    return ACCEPTED


def _bent(name: str, text: bytes) -> SearchStrategy[tuple[str, bytes]]:
    return st.tuples(st.just(name), mutants([text], TOML_TOKENS) | replacements([text]))


_CONTENT = _bent("question", QUESTION) | st.one_of([_bent(name, text) for name, text in WORD_FILES.items()])

# ------------------------------------------------------------------------------ decks

DECKS = {
    "a.json": b'{"cards": [{"question": "A hash?", "answer": "A number."}, {"front": "Q", "back": "A."}]}',
    "b.json": b'[{"question": "What is a hash?", "answer": "A <b>number</b> &amp; more."}]',
    "a.csv": b'question,answer\n"What, then, is a hash?","A ""number"" of data."\nWhy?,So.\n',
    "b.csv": b"What is a hash?;A number.\nWhy?;So.\n",
    "a.txt": b"#separator:tab\n#html:true\n#columns:Front\tBack\nIs {{c1::a hash::h}}?\t<i>A number</i>\n",
    "a.tsv": b"What is a hash?\tA number. [sound:x.mp3]\n",
}

DECK_TOKENS = (
    b'"', b",", b"\t", b";", b"\n", b"\r", b"\r\n", b"{", b"}", b"[" * 50, b"]", b":", b"null", b"NaN",
    b"9" * 5000,
    b"\\ud800", b"\\u0000", b"\xef\xbb\xbf", b"\xff", b"\xe2\x80\xa8", b"<script>", b"<!--",
    b"<![CDATA[", b"&#",
    b"&#x110000;", b"&amp", b"</", b"{{c1::", b"}}", b"[sound:", b"#separator:", b"#separator:;",
    b"#columns:",
    b"\x1b]0;x\x07", b"\0", b'"""', b"question", b"front", b"<a href='x'",
)  # fmt: skip


def _deck_holds(case: tuple[str, bytes]) -> bool:
    name, data = case
    with written(name, data) as path:
        try:
            text = checking.read_text(path)
        except UsageError:
            return REFUSED
    found = cards.read_cards(name, text)
    assert found.cards or found.faults
    if not found.cards:
        return REFUSED
    bank = banks.parse_pack({"own/cards.toml": cards.to_toml(found.cards)})
    assert [card.ask for card in bank.questions] == [card.ask for card in found.cards]
    return ACCEPTED


_DECKS = st.one_of([st.tuples(st.just(name), mutants([data], DECK_TOKENS)) for name, data in DECKS.items()])

# ------------------------------------------------------------------------------ audio


@cache
def recordings() -> tuple[bytes, ...]:
    """A tenth of a second in every form that people record in."""
    import av

    def compressed(name: str, codec: str, form: str, rate_hz: int) -> bytes:
        path = folder() / name
        with av.open(str(path), "w") as container:
            stream: Any = container.add_stream(codec, rate=rate_hz)
            stream.layout = "mono"
            noise = np.random.default_rng(0).normal(0, 0.1, (1, rate_hz // 10)).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(noise, format="flt", layout="mono")
            frame.sample_rate = rate_hz
            size = stream.codec_context.frame_size or 1024
            for part in (
                *(converter := av.AudioResampler(form, "mono", rate_hz, size)).resample(frame),
                *converter.resample(None),
            ):
                container.mux(stream.encode(part))
            container.mux(stream.encode(None))
        return path.read_bytes()

    return (
        compressed("a.wav", "pcm_s16le", "s16", RATE_HZ),
        compressed("f.wav", "pcm_f32le", "flt", 8_000),
        compressed("a.flac", "flac", "s16", RATE_HZ),
        compressed("a.ogg", "libopus", "flt", 48_000),
        compressed("a.mp3", "libmp3lame", "fltp", RATE_HZ),
        compressed("a.m4a", "aac", "fltp", RATE_HZ),
        compressed("a.webm", "libopus", "flt", 48_000),
    )


AUDIO_TOKENS = (
    b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x01\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"RIFF",
    b"WAVE", b"fmt ",
    b"data", b"LIST", b"RF64", b"fLaC", b"OggS", b"OpusHead", b"ID3", b"ftyp", b"moov", b"\x1aE\xdf\xa3",
    b"#EXTM3U\nhttp://x/", b"\x80\x3e\0\0", b"\x40\x9c\0\0",
)  # fmt: skip


def _audio_holds(data: bytes) -> bool:
    with written("case.wav", data) as path:
        try:
            inspect_audio(path)
            n_samples = 0
            for block in read_audio(path):
                assert block.dtype == np.float32
                assert len(block) <= RATE_HZ
                assert float(np.abs(block).max(initial=0.0)) <= 1.0
                n_samples += len(block)
                assert n_samples <= MAX_SAMPLES_A_BYTE * len(data), "a few bytes promise hours"
        except AudioFileError as exc:
            return _refused(str(path) in str(exc))
    return ACCEPTED


# In most files the headers are what leads astray: half of the edits fall there.
_AUDIO = st.deferred(lambda: mutants(recordings(), AUDIO_TOKENS) | mutants(recordings(), AUDIO_TOKENS, 4_000))

# ------------------------------------------------------------------------------ batch lines

LINES = (
    b'{"id": "a", "question": "nms-purpose", "text": "It keeps the best box because one has many."}',
    b'{"id": 7, "question": "nms-purpose", "text": "It depends."}',
    b'{"id": "b", "reference": "A function calling itself, up to a base.", "text": "It calls itself."}',
    b'{"id": [null], "question": "Why?", "reference": "Because.", "text": "x"}',
)

LINE_TOKENS = (
    b'"', b"{", b"}", b"[" * 60, b":", b",", b"null", b"true", b"NaN", b"-Infinity", b"1e999",
    b"9" * 5000, b"\\",
    b"\\ud800", b"\\u0000", b"\\u202e", b"\xff", b"\0", b"\x1b[31m", b"\xf0\x9f\x98\x80", b'"text": ',
    b'"id": ',
    b"not " * 30, b", because " * 20, b"it depends. ", b"...", b"?!", b"'" * 20, b"0.5 ", b"\xcc\x80" * 30,
)  # fmt: skip


@cache
def bank() -> Bank:
    """The packs of this installation."""
    return banks.load([resources.folder("content")])


@cache
def _word_table() -> Any:  # noqa: ANN401 - only handed on
    return assemble.load_word_table()


def _line_holds(line: bytes) -> bool:
    from voiceprep import report

    try:
        entry = checking._entry(line)
        if "reference" in entry:
            found: Any = report.to_score_object(checking._score_entry(entry, _word_table()))
        else:
            found = report.to_object(checking._assess_entry(entry, None, bank()))
    except VoiceprepError as exc:
        json.dumps(str(exc)).encode()
        return REFUSED
    json.dumps({"id": entry.get("id"), **found}, allow_nan=False).encode()
    text = entry["text"]
    for element in found["elements"]:
        for piece in element["evidence"]:
            assert text[piece["start"] : piece["end"]] == piece["text"]
    return ACCEPTED


def _with_text(line: bytes, text: bytes) -> bytes:
    return json.dumps({**json.loads(line), "text": text.decode(errors="replace")}).encode()


_ANSWERS = mutants([json.loads(line)["text"].encode() for line in LINES], LINE_TOKENS)
_LINES = mutants(LINES, LINE_TOKENS) | st.builds(_with_text, st.sampled_from(LINES), _ANSWERS)

# ------------------------------------------------------------------------------ database rows

COLUMNS = (
    ("attempts", "question"), ("attempts", "level"), ("attempts", "started"), ("attempts", "recogniser"),
    ("answers", "asked"), ("answers", "probes"), ("answers", "state"), ("answers", "ending"),
    ("answers", "text"), ("answers", "words"), ("answers", "audio"), ("answers", "n_samples"),
    ("answers", "n_overflows"), ("answers", "last_speech_to_finished_s"), ("answers", "finished_to_flags_s"),
    ("answers", "recogniser_busy_s"), ("answers", "marks"), ("answers", "asides"),
    ("answers", "ordinal"),
    ("assessments", "question"), ("assessments", "verdict"), ("assessments", "words"),
    ("assessments", "fillers"), ("assessments", "seconds"), ("assessments", "words_per_minute"),
    ("assessments", "longest_pause_s"), ("assessments", "follow_up_ask"), ("assessments", "follow_up_probes"),
    ("assessments", "ordinal"), ("findings", "kind"), ("findings", "name"), ("findings", "status"),
    ("findings", "score"), ("findings", "required"), ("findings", "text"), ("findings", "evidence"),
    ("runs", "kind"), ("runs", "started"), ("runs", "ended"), ("runs", "questions"), ("runs", "role"),
    ("runs", "round"), ("runs", "minutes"), ("readings", "rows"), ("readings", "until"),
)  # fmt: skip
INSIDE = tuple(
    ("readings", f"$.{table}[0].{column}")
    for table, column in COLUMNS
    if table in ("answers", "assessments", "findings")
)
"""The same within what was read before."""

_JSON = st.recursive(
    st.none() | st.integers(-5, 300) | st.floats() | st.text(max_size=4) | st.booleans(),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=7,
)

_CELLS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-2, 99),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.sampled_from(
        [
            "checked", "interrupted", "recording", "said", "missing", "element", "move", "vague",
            "junior", "reason",
            "../../../etc/passwd", "/etc/passwd", "recordings/1/0.wav", "2026-05-04T12:00:00", "[",
            "[[]]", "[[1,2]]",
            '[[0,3,"abc",null,null]]', '[["a",0,1,0.0,0.5,0.9]]', "[" * 2000, "[[NaN]]", "[[1e999,2]]",
            "\x1b[2J",
            '[["a","b","c","d","e","f"]]', '[[-5,900000,"x",0,1]]',
        ]
    ),
    _JSON.map(json.dumps),
)  # fmt: skip


@cache
def _journal() -> SqliteJournal:
    journal = SqliteJournal(folder() / "home")
    atexit.register(journal.close)
    journal._database.execute("PRAGMA synchronous = OFF")  # what is kept here nobody misses
    _fill(journal)
    return journal


def _fill(journal: SqliteJournal) -> None:
    """One run of one attempt, which was read twice."""
    run = journal.begin_run(RunKind.DRILL, (TWO.question,), NOON, role="engineer", minutes=20)
    attempt = keep(journal, TWO)
    journal._database.execute("UPDATE attempts SET run = ? WHERE id = ?", (run, attempt))
    journal.end_run(run, NOON)
    journal.read_again(journal.attempt(attempt), NOON)


def _rows_hold(case: list[tuple[tuple[str, str], str | bytes | float | None]]) -> bool:
    journal = _journal()
    database = journal._database
    database.execute("SAVEPOINT before")
    try:
        for (table, column), value in case:
            set_to = f"rows = json_set(rows, '{column}', ?)" if column[0] == "$" else f"{column} = ?"
            # What the table itself refuses is refused by SQLite; JSON holds no bytes.
            with contextlib.suppress(sqlite3.IntegrityError, sqlite3.OperationalError):
                database.execute(f"UPDATE {table} SET {set_to}", (value,))  # noqa: S608 - names of ours
        database.execute("RELEASE before")
        return _journal_shows(journal)
    finally:
        with contextlib.suppress(sqlite3.OperationalError):
            database.execute("ROLLBACK TO before")
        database.execute("DELETE FROM attempts")
        database.execute("DELETE FROM runs")
        _fill(journal)


def _journal_shows(journal: SqliteJournal) -> bool:
    """Everything that shows what is kept does so, or says that a row makes no sense."""
    page = Page(80)
    try:
        kept = journal.attempts()
        journal.reviews()
        journal.runs()
        journal.standings(None, None)
        spots = journal.vague(None, Order.WORST)
        first = [journal.original(attempt.id) for attempt in kept]
    except JournalError:
        return REFUSED
    vague_lines(vague.sentences(spots), {}, page)
    for attempt in (*kept, *first):
        for answer in attempt.answers:
            assert answer.audio is None or answer.audio.is_relative_to(folder() / "home")
        attempt_lines(attempt, page)
        question = next((one for one in bank().questions if one.id == attempt.question), None)
        shown = marks.replay(attempt, question, bank())
        replay_lines(shown, page)
        export.markdown(shown)
        json.dumps(export.to_object(attempt), allow_nan=False)
    export.table(kept)
    return ACCEPTED


_ROWS = st.lists(
    st.tuples(st.sampled_from(COLUMNS) | st.sampled_from(INSIDE), _CELLS), min_size=1, max_size=3
)


@cache
def _database() -> bytes:
    home = folder() / "whole"
    with closing(SqliteJournal(home)) as journal:
        _fill(journal)
    return (home / DATABASE_FILE).read_bytes()


def _database_holds(case: tuple[list[Edit], int]) -> bool:
    edits, n_cut = case
    home = folder() / "damaged"
    home.mkdir(exist_ok=True)
    data = bytearray(_database())
    for place, _, put in edits:  # in place: shifted pages are no database at all
        at = place * len(data) >> 16
        data[at : at + len(put)] = put
    (home / DATABASE_FILE).write_bytes(bytes(data[: len(data) - n_cut]))
    try:
        with closing(SqliteJournal(home)) as journal:
            return _journal_shows(journal)
    except JournalError:
        return REFUSED
    finally:
        for path in home.glob("journal*"):
            path.unlink()


_DATABASES = st.tuples(
    st.lists(
        st.tuples(st.integers(0, 0xFFFF) | st.integers(0, 80), st.just(0), st.binary(min_size=1, max_size=8)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([0, 0, 0, 1, 4096]),
)

# ------------------------------------------------------------------------------ settings

SETTINGS = format_settings(
    Settings('USB "mic"', "Speakers", "base.en", "en", 165, 1.5, None, headphones=True, tones=False)
).encode()


def _settings_hold(data: bytes) -> bool:
    with written(SETTINGS_FILE, data) as path:
        try:
            found = load_settings(folder())
        except SettingsError as exc:
            return _refused(str(path) in str(exc))
    assert load_settings_again(found) == found
    return ACCEPTED


def load_settings_again(settings: Settings) -> Settings:
    """What is saved comes back."""
    with written(SETTINGS_FILE, format_settings(settings).encode()):
        return load_settings(folder())


def trial(target: Target, n_cases: int, chance: int | None, told: Callable[[Any, bool], None]) -> None:
    """Run ``n_cases`` of ``target``; ``told`` hears each and whether it was accepted.

    ``chance`` draws other cases; None gives the same ones each time. Raises what breaks the law, with the
    smallest case that does in its notes.
    """

    def run(case: Any) -> None:  # noqa: ANN401 - each target has its own
        told(case, target.holds(case))

    test = given(target.cases)(run)
    test = settings(
        max_examples=n_cases,
        deadline=None,
        database=None,
        derandomize=chance is None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )(test)
    (test if chance is None else seed(chance)(test))()


TARGETS = (
    Target("content", 20, _CONTENT, _content_holds),
    Target("decks", 20, _DECKS, _deck_holds),
    Target("audio", 20, _AUDIO, _audio_holds),
    Target("batch lines", 15, _LINES, _line_holds),
    Target("database rows", 10, _ROWS, _rows_hold),
    Target("database file", 2, _DATABASES, _database_holds),
    Target("settings", 13, mutants([SETTINGS], TOML_TOKENS) | replacements([SETTINGS]), _settings_hold),
)
