"""What stays on the machine stays there, and hostile text stays text: the program in processes of its own."""

from __future__ import annotations

import ast
import hashlib
import os
import pty
import re
import shutil
import ssl
import stat
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import skip_or_fail
from hub_server import HubServer
from typer.testing import CliRunner

from voiceprep import resources
from voiceprep.cli.app import app
from voiceprep.engines.models import synthetic_model

PACKAGE = Path(__file__).parents[1] / "voiceprep"
SYNTHETIC = str(resources.folder("audio_fixtures") / "whisper-synthetic")
RECORDING = str(next(one.path for one in resources.recorded_answers() if one.question == "nms-purpose"))

MARKER = "quarrelsome zylophones"
ANSWER = f"The detector predicts several boxes because of {MARKER}, so it keeps the best. It depends."

# In every Python that is started, children too: whatever touches the network writes its name down and fails.
WATCH = """
import os, sys
def watch(event, args):
    if event.startswith("socket."):
        with open(os.environ["NETWORK_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{event} {args!r} in {sys.argv}\\n")
        if os.environ["NETWORK_LOG"].endswith("forbidden"):
            raise PermissionError(event)
sys.addaudithook(watch)
"""

LOOSE = 0o000

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither umask nor namespaces")


@dataclass(frozen=True)
class House:
    """A user's folders: data, scratch, where one stands, and the log of what touched the network."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def log(self) -> Path:
        return self.root / "forbidden"

    def environment(self) -> dict[str, str]:
        watched = os.pathsep.join([str(self.root / "watch"), str(PACKAGE.parent)])
        # Some libraries send nothing where they take a machine for a build server.
        kept = {name: value for name, value in os.environ.items() if name != "CI"}
        return {
            **kept,
            "VOICEPREP_HOME": str(self.home),
            "HOME": str(self.root / "user"),
            "TMPDIR": str(self.root / "scratch"),
            "PYTHONPATH": watched,
            "PULSE_SERVER": "unix:/nowhere",
            "NETWORK_LOG": str(self.log),
        }

    def run(
        self, *args: str, text: str = "", before: tuple[str, ...] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """The program, under a loose umask; ``before`` is what starts it."""
        return subprocess.run(
            [*before, sys.executable, "-m", "voiceprep", *args],
            input=text,
            capture_output=True,
            text=True,
            cwd=self.root / "here",
            env=self.environment() | environment,
            umask=LOOSE,
            timeout=120,
            check=False,
        )

    def files(self) -> list[Path]:
        """Everything below the data, the scratch and where one stands."""
        return [
            path for name in ("home", "scratch", "here", "user") for path in (self.root / name).rglob("*")
        ]

    def holding(self, text: str) -> set[str]:
        """Names of the files in which ``text`` stands."""
        return {path.name for path in self.files() if path.is_file() and text.encode() in path.read_bytes()}


def built(root: Path) -> House:
    house = House(root)
    for name in ("watch", "scratch", "here", "user"):
        (root / name).mkdir()
    (root / "watch" / "sitecustomize.py").write_text(WATCH)
    return house


LivedIn = tuple[House, dict[str, str]]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return built(tmp_path)


@pytest.fixture(scope="module")
def sealed() -> tuple[str, ...]:
    """What starts a program in a network namespace of its own, in which no interface is up."""
    before = ("unshare", "-n") if sys.platform != "win32" and os.geteuid() == 0 else ("unshare", "-rn")
    if shutil.which("unshare") is None:
        skip_or_fail("unshare is not installed (apt install util-linux)")
    probe = subprocess.run([*before, "cat", "/proc/net/dev"], capture_output=True, text=True, check=False)
    if probe.returncode:
        skip_or_fail(f"no network namespace can be made here: {probe.stderr}")
    assert re.findall(r"^ *(\w+):", probe.stdout, re.MULTILINE) == ["lo"]
    return before


@pytest.fixture(scope="module")
def lived_in(sealed: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> LivedIn:
    """A house in which everything was done once, without a network; what each command wrote to stderr."""
    house = built(tmp_path_factory.mktemp("lived-in"))
    (house.root / "here" / "deck.csv").write_text("What is a hash?,A number computed from data.\n")
    told = {}
    for args, text in (
        (("demo", "--fast"), ""),
        (("practice", "nms-purpose", "--text", "--mute", "--rate", "170"), f"{ANSWER}\n"),
        (("check", "nms-purpose", "--audio", RECORDING, "--model", SYNTHETIC), ""),
        (("history", "2"), ""),
        (("replay", "2", "--recheck"), ""),
        (("report", "2"), ""),
        (("vague",), ""),
        (("export", "2", "--format", "json"), ""),
        (("export", "2", "--output", "second.md"), ""),
        (("export", "1", "--format", "flac"), ""),
        (("import", RECORDING, "--question", "nms-purpose", "--model", SYNTHETIC), ""),
        (("reread", "1", "--model", SYNTHETIC), ""),
        (("profile",), ""),
        (("questions", "import", "deck.csv"), ""),
        (("questions", "new", "hashing-why"), ""),
    ):
        done = house.run(*args, text=text, before=sealed)
        assert done.returncode == 0, (args, done.stderr)
        told[args[0]] = done.stderr
    house.run("doctor", before=sealed)  # exits with 1: there is no microphone
    return house, told


# ------------------------------------------------------------------------------ the network


def test_everything_works_without_a_network(lived_in: LivedIn) -> None:
    """Where no interface is up, demo, check, replay, report and the rest end as they do with one."""
    house, told = lived_in
    assert {"demo", "check", "replay", "report"} <= set(told)
    assert (house.root / "here" / "voiceprep-2.html").is_file()


def test_no_python_touches_the_network(lived_in: LivedIn) -> None:
    """No command looks up a name or opens, binds or connects a socket, nor does the speech's own process."""
    house, _ = lived_in
    assert not house.log.exists(), house.log.read_text()


@posix
def test_no_library_touches_the_network(house: House, sealed: tuple[str, ...]) -> None:
    """Libraries in C reach no further than this machine either, though they could read certificates.

    Those that report to their makers do so in the background, or at the end: both are waited for.
    """
    if shutil.which("strace") is None:
        skip_or_fail("strace is not installed (apt install strace)")
    calls = house.root / "calls"
    trace = ("strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=%network", "-o", str(calls))
    bundle = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    done = house.run(
        "check", "nms-purpose", "--audio", RECORDING, "--model", SYNTHETIC,
        before=(*sealed, *trace), SSL_CERT_FILE=bundle,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Verdict" in done.stdout
    reached = [line for line in calls.read_text().splitlines() if re.search(r"AF_INET6?\b|AF_NETLINK", line)]
    assert reached == []


def test_no_library_leaves_anything_behind(lived_in: LivedIn) -> None:
    """No library notes an identity or keeps a store in the user's home or in the scratch folder."""
    house, _ = lived_in
    assert list((house.root / "user").rglob("*")) == []
    assert list((house.root / "scratch").iterdir()) == []


def test_fetching_a_model_is_seen(house: House) -> None:
    """The one command that uses the network is caught by the same watch, so the watch can see."""
    with HubServer(synthetic_model()) as hub:
        refused = house.run("models", "fetch", "tiny.en", HF_ENDPOINT=hub.url)
        assert hub.asked == []
        house.run("models", "fetch", "tiny.en", HF_ENDPOINT=hub.url, NETWORK_LOG=str(house.root / "seen"))
        assert len(hub.asked) == 1
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert house.log.read_text().startswith("socket.")
    assert "socket.connect" in (house.root / "seen").read_text()


def test_fetching_without_a_network_is_one_message(house: House, sealed: tuple[str, ...]) -> None:
    """Where there is none, the one command that needs it asks about the connection."""
    done = house.run("models", "fetch", before=sealed, NETWORK_LOG=str(house.root / "seen"))
    assert done.returncode == 1
    assert "connected to the internet?" in done.stderr


# ------------------------------------------------------------------------------ who may read


@posix
def test_everything_is_private_under_a_loose_umask(lived_in: LivedIn) -> None:
    """Recordings, speech, journal, settings, content, reports: folders 0700, files 0600, umask 000."""
    house, _ = lived_in
    deck = house.root / "here" / "deck.csv"  # the test's own
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (house.home, *house.files()) if path != deck}
    assert {path.name for path in found} >= {
        "journal.db", "0.wav", "spoken-001.wav", "config.toml", "cards.toml", "hashing-why.toml",
        "reports.json", "voiceprep-2.html",
    }  # fmt: skip
    loose = {str(path): oct(mode) for path, mode in found.items() if mode & 0o077}
    assert loose == {}


def test_what_was_said_is_in_the_journal_alone(lived_in: LivedIn) -> None:
    """No log and no other file holds the words; the status on stderr does not tell them either."""
    house, told = lived_in
    first = MARKER.partition(" ")[0]  # a page may break the line between the two
    assert house.holding(first) <= {"journal.db", "journal.db-wal", "voiceprep-2.html", "second.md"}
    assert house.holding(first) >= {"voiceprep-2.html", "second.md"}
    assert {command for command, status in told.items() if first in status} == set()


# ------------------------------------------------------------------------------ forgetting


def test_what_is_forgotten_is_nowhere(house: House) -> None:
    """Text, sound, log, free pages and backups are gone; reports that still hold it are named, others not."""
    recorded = ("practice", "nms-purpose", "--audio", RECORDING, "--mute", "--model", SYNTHETIC)
    assert house.run(*recorded, "--follow-ups", "0").returncode == 0
    assert house.run("practice", "nms-purpose", "--text", "--mute", text=ANSWER).returncode == 0
    (house.home / "spoken").mkdir()
    (house.home / "spoken" / "spoken-001.wav").write_text(f"what was vague: {MARKER}")
    assert house.run("report", "1", "--output", "first.html").returncode == 0
    assert house.run("report", "2", "--output", "second one.html").returncode == 0
    assert house.run("export", "2", "--output", "second.md").returncode == 0
    assert house.run("reread", "1", "--model", SYNTHETIC).returncode == 0
    taken = house.run("import", RECORDING, "--question", "nms-purpose", "--model", SYNTHETIC)
    assert taken.returncode == 0, taken.stderr
    backup = house.home / "journal-version-1.db"
    backup.write_text(f"from before an update: {MARKER}")
    assert house.holding(MARKER) >= {"journal.db", backup.name}
    done = house.run("forget", "2", "--yes")
    assert done.returncode == 0, done.stderr
    assert house.holding(MARKER) == {"second one.html", "second.md"}
    for name in ("second one.html", "second.md"):
        assert str(house.root / "here" / name) in done.stderr
        (house.root / "here" / name).unlink()
    assert "first.html" not in done.stderr
    assert not (house.home / "spoken").exists()
    done = house.run("forget", "--all", "--yes")
    assert str(house.root / "here" / "first.html") in done.stderr
    assert "second" not in done.stderr
    left = {path.name for path in house.home.rglob("*") if path.is_file()}
    assert left == {"journal.db", "reports.json"}
    assert (house.home / "reports.json").read_text() == "[]"
    journal = (house.home / "journal.db").read_bytes()
    assert b"nms" not in journal
    assert b"boxes" not in journal
    assert hashlib.sha256(Path(RECORDING).read_bytes()).hexdigest().encode() not in journal


# ------------------------------------------------------------------------------ hostile text

EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2028[bold red]$(touch pwned)`touch pwned`[/]{0}%s\\N{{BEL}}"
ESCAPED = EVIL.encode("unicode_escape").decode().replace("\\x", "\\u00").replace("\\\\N", "N")

QUESTION = f"""
id = "../../../evil"
ask = "Which box is kept? {ESCAPED}"
topic = "../{ESCAPED}"
level = "junior"
kind = "define"
rounds = ["phone-screen"]
moves = ["reason"]
why = "{ESCAPED}"
hint = "{ESCAPED}"
considerations = ["{ESCAPED}"]
links = []
strong = "The best box is kept because only one is right. {ESCAPED}"
flat = "A box. {ESCAPED}"
[[elements]]
id = "best{ESCAPED}"
need = "the best box is kept {ESCAPED}"
phrasings = ["the best box is kept"]
[[follow_ups]]
probes = "reason"
ask = "And then? {ESCAPED}"
[[pitfalls]]
id = "averages"
phrasings = ["it averages the boxes"]
correction = "no {ESCAPED}"
"""
EVIL_ID = "../../../evil"
SPOKEN = f"It averages the boxes. It depends on the use case {EVIL}. The best box is kept."


@pytest.fixture
def haunted(house: House) -> House:
    """A house whose own content and cards are hostile."""
    folder = house.home / "content" / "own" / "evil"
    folder.mkdir(parents=True)
    (folder / "evil.toml").write_text(QUESTION, encoding="utf-8")
    deck = f'"What is {EVIL}a hash?","A number {EVIL} of data."\n'
    (house.root / "here" / "deck.csv").write_text(deck.replace("\u2028", ""), encoding="utf-8")
    return house


def commands_of(text: str) -> set[str]:
    """What a terminal could obey in ``text``: controls, direction overrides, line separators."""
    return {
        letter
        for letter in text
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") and letter not in "\n\t"
    }


def test_nothing_hostile_is_obeyed_run_or_used_as_a_path(
    haunted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Escapes, markup, shell and path tricks in content, cards and answers are shown as the text they are."""
    monkeypatch.setenv("VOICEPREP_HOME", str(haunted.home))
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    monkeypatch.chdir(haunted.root / "here")
    before = {path for path in haunted.root.rglob("*") if not path.is_relative_to(haunted.home)}
    typed = SPOKEN.replace("\u2028", " ")
    seen = ""
    for args, text in (
        (("questions", "list"), ""),
        (("questions", "list", "--topic", EVIL), ""),
        (("questions", "show", EVIL_ID, "--sample"), ""),
        (("questions", "show", EVIL), ""),
        (("questions", "validate", str(haunted.home / "content" / "own")), ""),
        (("questions", "import", "deck.csv"), ""),
        (("questions", "new", EVIL), ""),
        (("check", EVIL_ID, "--text", typed), ""),
        (("check", EVIL_ID, "--text", typed, "--json"), ""),
        (("check", EVIL_ID, "--file", EVIL), ""),
        (("score", "--reference", typed, "--text", typed), ""),
        (("practice", EVIL_ID, "--text", "--mute"), f"{typed}\n\n{typed}\n"),
        (("history",), ""),
        (("history", "1"), ""),
        (("history", "--question", EVIL), ""),
        (("replay", "1", "--recheck"), ""),
        (("report", "1"), ""),
        (("vague",), ""),
        (("profile",), ""),
        *((("export", "1", "--format", form), "") for form in ("markdown", "json", "csv", "anki")),
        (("reread", "1"), ""),
        (("import", EVIL, "--question", EVIL_ID), ""),
        (("import", "deck.csv", "--question", EVIL), ""),
        (("demo", EVIL), ""),
        (("models", "where", EVIL), ""),
        (("doctor", "--microphone", EVIL), ""),
        ((EVIL,), ""),
        (("forget", "1", "--yes"), ""),
    ):
        done = CliRunner().invoke(app, list(args), input=text)
        assert done.exception is None or isinstance(done.exception, SystemExit), args
        assert commands_of(done.output) == set(), args
        seen += done.output
    assert "$(touch pwned)`touch pwned`[/]{0}%s" in seen
    made = haunted.root / "here" / "voiceprep-1.html"
    after = {path for path in haunted.root.rglob("*") if not path.is_relative_to(haunted.home)}
    assert after == before | {made}


OURS = re.compile(r"\x1b\[(?:0|1|2)m|\r|\x1b\[2K")
"""What the program itself sends: bold, dim, plain again, and a status line redrawn."""


@posix
def test_a_terminal_gets_our_own_escapes_only(haunted: House) -> None:
    """On a real terminal, with colours and a status line, nothing hostile gets through either."""
    ours, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen(
        [sys.executable, "-m", "voiceprep", "practice", EVIL_ID, "--text", "--mute", "--follow-ups", "0"],
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
        cwd=haunted.root / "here",
        env=haunted.environment() | {"TERM": "xterm", "COLUMNS": "100"},
    ) as process:
        os.close(theirs)
        assert process.stdin is not None
        process.stdin.write(SPOKEN.replace("\u2028", " ").encode() + b"\n")
        process.stdin.close()
        shown = b"".join(_read(ours))
    os.close(ours)
    text = shown.decode()
    assert process.returncode == 0, text
    assert "Verdict" in text
    assert "\x1b[1m" in text
    assert commands_of(OURS.sub("", text)) == set()


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            return
        if not data:
            return
        yield data


FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "pickle.loads",
    "pickle.load",
}


def test_no_text_can_become_a_program() -> None:
    """Nothing in the package evaluates text, unpickles, or starts a shell."""
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            shell = [key for key in node.keywords if key.arg == "shell"]
            if (
                name in FORBIDDEN_CALLS
                or name.startswith(("os.spawn", "os.exec", "yaml.", "marshal."))
                or shell
            ):
                wrong.append(f"{path.name}:{node.lineno}: {name}")
    assert wrong == []
