"""What the loop tells whoever shows it: frozen events, in the order in which things happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from voiceprep.model import Answer, Assessment, Command, Judgement, Question


class Phase(StrEnum):
    """What the program is doing at this moment; always visible."""

    SPEAKING = "speaking"
    LISTENING = "listening"
    THINKING = "thinking"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """A new phase; ``source`` is the microphone, loudspeaker or file involved, where there is one."""

    phase: Phase
    source: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """The question or a follow-up is about to be said, or (``is_repair``) a vague sentence heard again."""

    question: Question
    text: str
    ordinal: int
    is_repair: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """Feedback is about to be said."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something was said; ``where`` names the loudspeaker or the file, empty where nothing was heard."""

    where: str


@dataclass(frozen=True, slots=True)
class LevelMeasured:
    """Loudness of the last block in dB below full scale (0 is the loudest), and samples lost so far."""

    dbfs: float
    n_overflows: int
    heard_s: float


@dataclass(frozen=True, slots=True)
class TranscriptGrown:
    """The transcript so far, a phrase longer than before."""

    text: str


@dataclass(frozen=True, slots=True)
class Obeyed:
    """A spoken command was understood; ``at_s`` is where in the answer's recording."""

    command: Command
    at_s: float


@dataclass(frozen=True, slots=True)
class Reopened:
    """The speaker goes on with the answer to ``asked``, which had counted as finished at ``heard``."""

    asked: str
    heard: str


@dataclass(frozen=True, slots=True)
class MicrophoneSilent:
    """``name`` has delivered nothing but zero samples for ``seconds``."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class NothingSaid:
    """The answer held no speech; ``audio`` is its recording."""

    audio: Path | None


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer has its findings; ``combined`` covers all answers so far, ``before`` those before this one.

    Both are None for the first.
    """

    answer: Answer
    assessment: Assessment
    combined: Assessment | None
    before: Assessment | None = None


@dataclass(frozen=True, slots=True)
class SaidAgain:
    """A vague sentence was said again, and this is what became of it."""

    answer: Answer
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Kept:
    """The attempt is in the journal under ``attempt``."""

    attempt: int
    audio: tuple[Path, ...]


Event = (
    PhaseChanged
    | Asking
    | Saying
    | Said
    | LevelMeasured
    | TranscriptGrown
    | Obeyed
    | Reopened
    | MicrophoneSilent
    | NothingSaid
    | Checked
    | SaidAgain
    | Kept
)
Tell = Callable[[Event], None]
