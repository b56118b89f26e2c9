"""The sentence-repair drill: hear your own vague sentence and what it lacks, say it again, hear it judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from voiceprep import repair
from voiceprep.checks.case import evidence
from voiceprep.commands import LEAVING
from voiceprep.events import NothingSaid, Phase, PhaseChanged, SaidAgain, Tell
from voiceprep.hearing import Line
from voiceprep.keeping import Asked
from voiceprep.model import REPAIR, Answer, AnswerState, Attempt, Bank, Block, Command, Question, Repair
from voiceprep.repair import Vague
from voiceprep.session import AnswerSource, Parts, Session, SessionOptions

Play = Callable[[Path, tuple[float, float], Callable[[], bool]], bool]
"""Plays the stretch of a recording between two seconds until it ends or is stopped; False: it cannot."""


@dataclass(frozen=True, slots=True)
class Told:
    """A vague sentence as it was said: of which answer, and where its sound is (None where it was typed)."""

    ordinal: int
    vague: Vague
    audio: Path | None
    span_s: tuple[float, float] | None


def told(attempt: Attempt, ordinal: int, span: tuple[int, int], why: str) -> Told | None:
    """Characters ``span`` of an answer of ``attempt``; None where it has no such answer, or no words."""
    answer = next((one for one in attempt.replies if one.ordinal == ordinal), None)
    if answer is None or answer.transcript is None:
        return None
    piece = evidence(answer.transcript, *span)
    timed = piece.t0_s is not None and piece.t1_s is not None
    span_s = (piece.t0_s or 0.0, piece.t1_s or 0.0) if timed else None
    return Told(ordinal, Vague(answer.transcript.text, *span, why), answer.audio, span_s)


class RepairSession(Session):
    """Goes through vague sentences one at a time.

    ``is_alone`` tells whether the latest one ended because nobody answers: nothing was said, or ``answers``
    ran out.
    """

    def __init__(self, parts: Parts, bank: Bank, options: SessionOptions, tell: Tell, play: Play) -> None:
        super().__init__(parts, bank, options, tell)
        self._play = play
        self._told: Told | None = None
        self._ask = ""  # what the sentence lacks by now
        self._n_tried = 0
        self._plays_old = True
        self.is_alone = False

    def repair(
        self, sentence: Told, question: Question, attempt: Attempt, answers: Iterator[AnswerSource]
    ) -> Attempt:
        """Let ``sentence`` of ``attempt`` be said again, at most MAX_TRIES times; every try is kept.

        Ends early when ``answers`` runs out, when nothing is said, and by the command that is then in
        ``asked_for``. Raises as :meth:`practise`.
        """
        self._told, self._ask = sentence, sentence.vague.why
        self._n_tried, self._plays_old, self.is_alone = 0, True, False
        self._last = None  # "I'm not done" is about nothing here: a sentence can be said again
        ears = self._parts.ears
        if ears is not None:
            self._warming = self._worker.submit(self._warm, ears, question)
        return self._followed(question, attempt, self._tries(sentence, question, attempt, answers))

    def _tries(
        self, sentence: Told, question: Question, attempt: Attempt, answers: Iterator[AnswerSource]
    ) -> Iterator[Attempt]:
        """The attempt after each try."""
        while self._n_tried < repair.MAX_TRIES:
            source = next(answers, None)
            if source is None:
                self.is_alone = True
                return
            turn = self._asked(question, attempt, source, self._asking(sentence, question, attempt))
            attempt = self._parts.journal.attempt(attempt.id)
            yield attempt
            if turn.command in LEAVING:
                self.asked_for = turn.command
                if turn.command is Command.PASS:
                    self._offer(sentence, question, attempt)
                return
            if turn.answer.state is AnswerState.CHECKED:
                attempt = self._judge_try(sentence, question, attempt, turn.answer)
                yield attempt
                if attempt.is_mended(sentence.ordinal, sentence.vague.start, sentence.vague.end):
                    return
            elif turn.command not in (Command.MISSED, Command.SAMPLE):
                self._tell(NothingSaid(turn.answer.audio))
                self.is_alone = True
                return
            if turn.command is Command.SAMPLE:
                self._offer(sentence, question, attempt)
            self._plays_old = turn.command is Command.MISSED
        self._offer(sentence, question, attempt)

    def _asking(self, sentence: Told, question: Question, attempt: Attempt) -> Asked:
        ordinal = max((answer.ordinal for answer in attempt.answers), default=-1) + 1
        old = sentence.vague
        text = f"Say it again: “{old.said}” {self._ask}"
        return Asked(ordinal, text, REPAIR, question.kind, Repair(sentence.ordinal, old.start, old.end))

    def _judge_try(self, sentence: Told, question: Question, attempt: Attempt, tried: Answer) -> Attempt:
        """The attempt with that try judged and kept, after saying what became of the sentence."""
        said = tried.transcript
        assert said is not None  # noqa: S101  # its state says that there are words
        judged = repair.judge(question, sentence.vague, said, self._bank, attempt.level)
        old = sentence.vague
        repairs = Repair(sentence.ordinal, old.start, old.end, mended=judged.mended)
        tried = replace(tried, assessment=judged.found, repairs=repairs)
        self._parts.journal.keep(attempt.id, tried)
        self._n_tried += 1
        self._ask = judged.lacks
        self._tell(SaidAgain(tried, judged))
        self.announce(repair.spoken(judged))
        return self._parts.journal.attempt(attempt.id)

    def _offer(self, sentence: Told, question: Question, attempt: Attempt) -> None:
        """Say the sentence of the sample answer that fits."""
        fits = repair.fitting(question, sentence.vague, self._bank, attempt.level)
        if fits:
            self.announce(f"A sentence that would fit: {fits}")

    def _aside(
        self, question: Question, asked: Asked, command: Command | None, line: Line
    ) -> tuple[Block, ...]:
        """Asked to repeat, the old sentence is heard again."""
        self._plays_old = True
        return super()._aside(question, asked, command, line)

    def _put(self, asked: Asked, line: Line | None) -> tuple[Block, ...]:
        """The sentence in the speaker's own voice and what it lacks; between tries, which said that, less."""
        if not self._plays_old or self._told is None:
            return super()._put(replace(asked, text="Once more."), line)
        self._plays_old = False
        self._recall(self._told)
        return super()._put(replace(asked, text=f"{self._ask} Say it again."), line)

    def _recall(self, sentence: Told) -> None:
        """The sentence as it was said; read aloud where there is no sound of it, or none to play it on."""
        self._say("You said:", self._key_pressed)
        if sentence.audio is not None and sentence.span_s is not None:
            self._tell(PhaseChanged(Phase.SPEAKING, "your recording"))
            if self._play(sentence.audio, sentence.span_s, self._key_pressed):
                return
        self._say(sentence.vague.said, self._key_pressed)
