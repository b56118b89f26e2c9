"""Where the content and the recorded answers lie: inside the wheel, or beside a source checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

QUESTION_TEMPLATE = _PACKAGE / "question_template.toml"
"""What `voiceprep questions new` writes, with places for id, topic, level, kind and folder."""
WORD_TABLE = _PACKAGE / "word_table.txt"
"""What is known of words (tests/build_word_table.py)."""

PAGE_STYLE = _PACKAGE / "replay" / "page.css"
PAGE_SCRIPT = _PACKAGE / "replay" / "page.js"
"""What the page of ``voiceprep report`` looks like and does."""


def folder(name: str) -> Path:
    """The folder ``name`` ("content" or "audio_fixtures") of this installation.

    Raises FileNotFoundError where the installation is incomplete.
    """
    for base in (_PACKAGE / "data", _PACKAGE.parent):
        if (base / name).is_dir():
            return base / name
    raise FileNotFoundError(f"this installation lacks its folder {name!r}; reinstall voiceprep")


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """A simulated answer: the question's id, "strong", "partial" or "flat", its longest pause, its file."""

    question: str
    quality: str
    longest_pause_s: float
    path: Path


def recorded_answers() -> tuple[RecordedAnswer, ...]:
    """Every simulated answer of this installation, those to one question in the order to play them.

    Raises FileNotFoundError where the installation is incomplete.
    """
    import tomllib

    answers = folder("audio_fixtures") / "answers"
    rows = tomllib.loads((answers / "manifest.toml").read_text(encoding="utf-8"))["answers"]
    return tuple(
        RecordedAnswer(
            question=row["question"],
            quality=row["quality"],
            longest_pause_s=max(
                (part for part in row["parts"] if isinstance(part, int | float)), default=0.0
            ),
            path=answers / f"{row['id']}.opus",
        )
        for row in rows
    )
