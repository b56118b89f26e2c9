"""Attempts made for tests of what shows them: real findings about made-up answers to one question."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from voiceprep import bank as banks
from voiceprep import checks, resources
from voiceprep.engines.journal import SqliteJournal
from voiceprep.model import Answer, AnswerState, Attempt, Ending, Level, Transcript, Word
from voiceprep.text import tokenise

BANK = banks.load([resources.folder("content")])
QUESTION = banks.find(BANK, "nms-purpose")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SAID = (
    "Um, the detector predicts several boxes for one object. "
    "I keep the one with the best score. "
    "It depends on the use case. "
    "You set the overlap threshold to something."
)


def timed(text: str, word_s: float = 0.5) -> Transcript:
    """``text`` as if every word took ``word_s``."""
    words = tuple(
        Word(text[t.start : t.end], t.start, t.end, at * word_s, (at + 1) * word_s, 0.9)
        for at, t in enumerate(tokenise(text))
    )
    return Transcript(text, words)


def answered(transcript: Transcript, ordinal: int = 0, audio: Path | None = None) -> Answer:
    """A checked answer to the question of these tests."""
    return Answer(
        ordinal=ordinal,
        asked=QUESTION.ask if ordinal == 0 else "And the threshold?",
        probes=None if ordinal == 0 else "threshold-risk",
        state=AnswerState.CHECKED,
        ending=Ending.SILENCE,
        transcript=transcript,
        assessment=checks.assess(QUESTION, (transcript,), BANK),
        audio=audio,
        n_samples=0,
        n_overflows=0,
    )


def attempt(*answers: Answer, id_: int = 1, started: datetime = NOON) -> Attempt:
    """An attempt of those answers, checked together."""
    said = tuple(answer.transcript for answer in answers if answer.transcript)
    return Attempt(
        id_, QUESTION.id, Level.JUNIOR, started, "base.en", answers, checks.assess(QUESTION, said, BANK)
    )


def keep(journal: SqliteJournal, made: Attempt) -> int:
    """Store ``made`` with its audio, if any, and return its id."""
    id_ = journal.begin(made.question, made.level, made.recogniser, made.started)
    for answer in made.answers:
        journal.keep(id_, answer)
    journal.conclude(id_, made.combined)
    return id_


TWO = attempt(answered(timed(SAID)), answered(timed("A crowd merges when it is set too low."), 1))
