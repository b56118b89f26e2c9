"""Notes on own projects, by theme: a small file in the data folder that its owner may read and edit."""

from __future__ import annotations

import json
from pathlib import Path

from voiceprep.engines.home import storage_error, write_private
from voiceprep.errors import JournalError

NOTES_FILE = "notes.json"

Notes = dict[str, tuple[str, ...]]
"""The notes of each theme (a question's id), in the order in which they were written."""


def load_notes(folder: Path) -> Notes:
    """All notes kept in ``folder``; no file gives ``{}``. Raises JournalError for what is no notes file."""
    path = folder / NOTES_FILE
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise storage_error(exc, "read the notes", path) from exc
    except (ValueError, RecursionError) as exc:
        raise _damaged(path, str(exc)) from exc
    if not isinstance(found, dict):
        raise _damaged(path, "it holds no table of themes")
    notes: Notes = {}
    for theme, texts in found.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise _damaged(path, f"the notes of {theme!r} are no list of texts")
        notes[theme] = tuple(texts)
    return notes


def save_notes(folder: Path, notes: Notes) -> None:
    """Keep ``notes`` in ``folder``, for its owner alone; the old file stands until the new one is whole.

    Themes without notes are left out. Raises JournalError, DiskFull.
    """
    path = folder / NOTES_FILE
    kept = {theme: list(texts) for theme, texts in notes.items() if texts}
    try:
        data = json.dumps(kept, ensure_ascii=False, indent=1).encode() + b"\n"
    except UnicodeEncodeError as exc:
        raise JournalError(
            f"could not save the notes in {path}: {exc.object[exc.start : exc.end]!r} is no Unicode text; "
            "set the terminal to UTF-8 and type it again."
        ) from exc
    write_private(path, data, "save the notes")


def _damaged(path: Path, why: str) -> JournalError:
    return JournalError(f"the notes in {path} cannot be used ({why}): mend that file, or delete it.")
