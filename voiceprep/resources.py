"""Where the content and the demo's recordings lie: inside the wheel, or beside a source checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder ``name`` ("content" or "audio_fixtures") of this installation.

    Raises FileNotFoundError where the installation is incomplete.
    """
    for base in (_PACKAGE / "data", _PACKAGE.parent):
        if (base / name).is_dir():
            return base / name
    raise FileNotFoundError(f"this installation lacks its folder {name!r}; reinstall voiceprep")
