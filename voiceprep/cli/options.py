"""Options that several commands share, declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from voiceprep.cli.assemble import DEFAULT_MODEL
from voiceprep.model import Kind, ListeningPace


class AnyLevel(StrEnum):
    """A level, or each question's own."""

    ANY = "any"
    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"


class Round(StrEnum):
    """What a round of interviews is called in the question files."""

    PHONE_SCREEN = "phone-screen"
    CODING = "coding"
    DEEP_DIVE = "deep-dive"
    SYSTEM_DESIGN = "system-design"
    BEHAVIORAL = "behavioral"


Topic = Annotated[str | None, typer.Option(help="Choose among questions of this topic.")]
OfKind = Annotated[Kind | None, typer.Option("--kind", help="Choose among questions of this kind.")]
OfRole = Annotated[
    str | None,
    typer.Option(
        "--role",
        help="The job you prepare for, which mixes the topics: any, research-scientist, cv-ml-engineer, "
        "perception-engineer, applied-scientist; remembered.",
    ),
]
Model = Annotated[
    str | None, typer.Option(help=f"Speech model: a name or a folder. {DEFAULT_MODEL} unless remembered.")
]
Microphone = Annotated[str | None, typer.Option(help="Microphone: number or part of its name; remembered.")]
Loudspeaker = Annotated[str | None, typer.Option(help="Loudspeaker: number or part of its name; remembered.")]
Voice = Annotated[str | None, typer.Option(help="Voice that asks: its id or part of its name; remembered.")]
Rate = Annotated[int | None, typer.Option(min=80, max=400, help="Its speed in words a minute; remembered.")]
Pace = Annotated[
    ListeningPace | None,
    typer.Option(
        help="How long it waits to see whether you go on, by what you said; normal unless remembered."
    ),
]
Silence = Annotated[
    float | None,
    typer.Option(
        min=0.8, max=30, help="Instead of a pace: so many seconds of silence end an answer; remembered."
    ),
]
Headphones = Annotated[
    bool | None,
    typer.Option(
        "--headphones/--no-headphones",
        help="You wear headphones: speak to cut the question short; remembered.",
    ),
]
Tones = Annotated[
    bool | None,
    typer.Option(
        "--tones/--no-tones",
        help="Short tones: up, it listens; down, it thinks; low, it failed; remembered.",
    ),
]
Audio = Annotated[
    list[Path] | None,
    typer.Option(help="Take the answer from this recording; again for the one after it."),
]
Text = Annotated[bool, typer.Option("--text", help="Type the answers (a fallback: rehearse aloud).")]
Mute = Annotated[bool, typer.Option("--mute", help="Print instead of speaking.")]
