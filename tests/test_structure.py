"""The structure in the README, held: imports run one way, the core is pure, only the cli prints."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "voiceprep"

NOUNS = {"model", "errors", "ports", "events", "interrupts", "resources"}
TEXT = {
    "numerals",
    "stems",
    "text",
    "hedges",
    "lists",
    "denial",
    "attribution",
    "scope",
    "reading",
    "matching",
    "weighing",
}
CORE = {
    "listen",
    "patience",
    "commands",
    "bank",
    "cards",
    "content_table",
    "checks",
    "feedback",
    "mock",
    "plan",
    "profile",
    "progress",
    "quoting",
    "repair",
    "report",
    "schedule",
    "scoring",
    "stories",
    "subject",
}
VIEWS = {"replay"}
LOOP = {"hearing", "rehearing", "keeping", "between", "session", "drill", "interview", "repairing"}
EDGE = {"engines", "testing"}
LAYERS = (NOUNS, TEXT, CORE, LOOP)
"""Each layer may import itself and those before it."""

CHECKS_SHARE = {"__init__", "case", "seek", "vague_weights", "vague_words"}
"""The table of checks, what every check is given, and how it looks for things in it."""

IMPURE = {
    "time",
    "random",
    "os",
    "sys",
    "io",
    "subprocess",
    "socket",
    "logging",
    "threading",
    "tempfile",
    "shutil",
}

HEAVY = (
    "numpy",
    "faster_whisper",
    "ctranslate2",
    "onnxruntime",
    "av",
    "sounddevice",
    "pyttsx3",
    "soxr",
    "rich",
    "matplotlib",
    "voiceprep.bank",
    "voiceprep.checks",
    "voiceprep.scoring",
    "voiceprep.text",
)


def modules() -> Iterator[tuple[str, Path]]:
    """Every module with its room: the first name below the package ("checks", "text", "cli", ...)."""
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if not room.startswith("__"):
            yield room, path


def imported(path: Path) -> Iterator[str]:
    """Full names of everything ``path`` imports, at its top or inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    """The rooms of this package that ``path`` imports from."""
    names = (name.split(".") for name in imported(path) if name.startswith("voiceprep."))
    return {parts[1] for parts in names} - {"__version__"}


def test_every_module_has_its_layer() -> None:
    """A new module is put into a layer on purpose; nothing floats."""
    known = NOUNS | TEXT | CORE | VIEWS | LOOP | EDGE | {"cli"}
    assert {room for room, _ in modules()} - known == set()


def test_imports_run_one_way() -> None:
    """Nouns <- text <- core <- views, loop <- cli; engines and testing know nouns; nobody imports the cli."""
    every = NOUNS | TEXT | CORE | VIEWS | LOOP | EDGE | {"cli"}
    allowed: dict[str, set[str]] = {"cli": every}
    below: set[str] = set()
    for layer in LAYERS:
        below |= layer
        allowed |= {room: set(below) for room in layer}
    allowed |= {room: NOUNS | {room} for room in EDGE}
    allowed |= dict.fromkeys(VIEWS, NOUNS | TEXT | CORE | VIEWS)
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {', '.join(sorted(extra))}"
        for room, path in modules()
        if (extra := rooms_imported(path) - allowed[room])
    }
    assert wrong == set()


def test_checks_do_not_import_one_another() -> None:
    """Each kind of finding stands alone; only the table knows them all."""
    checks = [path for path in (PACKAGE / "checks").glob("*.py") if path.stem not in CHECKS_SHARE]
    own = {path.stem for path in checks}
    for path in checks:
        siblings = {name.split(".")[2] for name in imported(path) if name.startswith("voiceprep.checks.")}
        assert siblings & own == set(), path.name


def test_core_is_pure() -> None:
    """Nouns, text, core and views import no clock, chance, process or system."""
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for room, path in modules()
        if room in TEXT | CORE | VIEWS | {"model", "errors", "events", "ports"}
        for name in imported(path)
        if name.split(".")[0] in IMPURE
    }
    assert wrong == set()


def test_only_the_cli_prints() -> None:
    """No print, echo or write to the standard streams outside the command line."""
    for room, path in modules():
        if room == "cli" or path.name == "speech_child.py":  # a program of its own, answering its parent
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            assert name not in ("print", "typer.echo", "sys.stdout.write", "sys.stderr.write"), path.name


@pytest.mark.parametrize("module", ["voiceprep", "voiceprep.cli.app"])
def test_help_needs_nothing_heavy(module: str) -> None:
    """Importing the command line loads no model, sound or array library and no checker: --help is instant."""
    code = f"import sys, {module}; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
