"""What a stranger installs and types: dependencies, their licences, the lock file, completion in shells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DIRECT = sorted(re.split(r"[<>=; \[]", line, maxsplit=1)[0] for line in PROJECT["dependencies"])

NAMES = {"av": "PyAV", "numpy": "NumPy", "onnxruntime": "ONNX Runtime"}
"""What people call a distribution where they do not call it by its name."""


@pytest.mark.parametrize("name", DIRECT)
def test_the_licence_of_every_dependency_is_told(name: str) -> None:
    """The README's section on licences names each distribution that is asked for."""
    section = " ".join(README.partition("\n## Licences")[2].split())
    assert re.search(rf"\b{NAMES.get(name, name)}\b", section, re.IGNORECASE)


def test_what_is_installed_is_what_the_project_asks_for() -> None:
    """The metadata of this installation and the project file name the same dependencies."""
    asked = {
        re.split(r"[<>=; \[]", line, maxsplit=1)[0]
        for line in requires("voiceprep") or ()
        if "extra ==" not in line
    }
    assert asked == set(DIRECT)


def test_every_dependency_is_imported() -> None:
    """Nothing is installed that the package does not use itself."""
    modules = {name: name.replace("-", "_") for name in DIRECT}
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "voiceprep").rglob("*.py"))
    unused = [
        name
        for name, module in modules.items()
        if not re.search(rf"^\s*(?:import|from) {module}\b", source, re.MULTILINE)
    ]
    assert unused == []


def test_the_lock_file_is_for_everybody() -> None:
    """It locks every direct dependency, each file by a digest, from the public index and nowhere else."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    packages = {package["name"]: package for package in lock["package"]}
    assert set(DIRECT) <= set(packages)
    others = [package for package in lock["package"] if package["name"] != "voiceprep"]
    assert {package["source"].get("registry") for package in others} == {"https://pypi.org/simple"}
    files = [
        file for package in others for file in (*package.get("wheels", ()), package.get("sdist", {})) if file
    ]
    assert {file["url"].split("/")[2] for file in files} == {"files.pythonhosted.org"}
    assert all(file["hash"].startswith("sha256:") for file in files)
    assert lock["requires-python"].replace(" ", "") == PROJECT["requires-python"]


# ------------------------------------------------------------------------------ completion

# The program's name, as completion scripts know it, and not that of this Python.
PROGRAM = 'import sys; sys.argv[0] = "voiceprep"; from voiceprep.cli import main; main()'


def completed(**environment: str) -> str:
    """What the program answers a shell."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        timeout=60,
        check=False,
    )
    assert "Traceback" not in run.stderr
    return run.stdout


@pytest.mark.parametrize(
    ("shell", "lines"),
    [
        (
            "bash",
            ("_VOICEPREP_COMPLETE=complete_bash", "complete -o default -F _voiceprep_completion voiceprep"),
        ),
        ("zsh", ("#compdef voiceprep", "_VOICEPREP_COMPLETE=complete_zsh")),
        ("fish", ("complete --command voiceprep --no-files", "_VOICEPREP_COMPLETE=complete_fish")),
    ],
)
def test_every_shell_gets_its_script(shell: str, lines: tuple[str, ...]) -> None:
    """The script that a shell reads to complete voiceprep is in its language and asks for it by name."""
    script = completed(_VOICEPREP_COMPLETE=f"source_{shell}")
    assert all(line in script for line in lines)


def test_bash_completes_commands_options_and_values() -> None:
    """A begun word of a command, an option or a value from a list gives the words it may become."""

    def words(*typed: str) -> list[str]:
        return completed(
            _VOICEPREP_COMPLETE="complete_bash", COMP_WORDS=" ".join(typed), COMP_CWORD=str(len(typed) - 1)
        ).split()

    assert words("voiceprep", "mod") == ["models"]
    assert words("voiceprep", "config", "un") == ["unset"]
    assert words("voiceprep", "practice", "--headp") == ["--headphones"]
    assert words("voiceprep", "practice", "--pace", "q") == ["quick"]
    assert words("voiceprep", "zzz") == []


def test_zsh_and_fish_tell_what_a_command_does() -> None:
    """Both show the first words of a command's help beside its name."""
    zsh = completed(_VOICEPREP_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="voiceprep config s")
    assert re.fullmatch(r"""_arguments '\*: :\(\("set":"remember a value .*"\)\)'""", zsh.strip())
    fish = completed(
        _VOICEPREP_COMPLETE="complete_fish",
        _TYPER_COMPLETE_ARGS="voiceprep config s",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
    )
    assert fish.startswith("set\tremember a value")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_itself_understands_the_script(tmp_path: Path) -> None:
    """A real bash reads the script and completes a command by it."""
    program = tmp_path / "voiceprep"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{PROGRAM}' \"$@\"\n")
    program.chmod(0o755)
    script = (
        'eval "$(_VOICEPREP_COMPLETE=source_bash voiceprep)"\n'
        "COMP_WORDS=(voiceprep rep) COMP_CWORD=1\n"
        '_voiceprep_completion voiceprep\necho "${COMPREPLY[@]}"\n'
    )
    run = subprocess.run(
        ["bash", "-c", script],  # noqa: S607
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=True,
        timeout=60,
    )
    assert sorted(run.stdout.split()) == ["repair", "replay", "report"]
