"""Between questions, where nothing is asked: what is listened for, and what is replied."""

from __future__ import annotations

from dataclasses import dataclass

from voiceprep import feedback
from voiceprep.commands import LEAVING
from voiceprep.errors import Interrupted, VoiceprepError
from voiceprep.feedback import Debrief
from voiceprep.hearing import Line
from voiceprep.listen import ListenOptions
from voiceprep.model import Attempt, Command, CommandWords, ListeningPace, Question
from voiceprep.ports import Controls

OPTIONS = ListenOptions(pace=ListeningPace.QUICK, start_patience_s=1e9, max_answer_s=1e9)
"""Between questions nothing but commands is listened for, without end."""

COMMANDS_ONLY = "for a command"
"""Stands in the place of a microphone's name where no answer is listened for."""


class NotingKeys:
    """Controls that note the first of some keys, of any where None, and let it end the listening."""

    def __init__(self, controls: Controls, keys: frozenset[str] | None) -> None:
        self._controls = controls
        self._keys = keys
        self.pressed: str | None = None

    def poll(self) -> str | None:
        """Enter for one of the keys: it ends what is listened to."""
        key = self._controls.poll()
        if key is None or (self._keys is not None and key not in self._keys):
            return None
        self.pressed = key
        return "enter"


@dataclass(slots=True)
class Waiting:
    """What is listened for while nothing is asked, and for how long; ``keys`` None: any."""

    line: Line
    keys: frozenset[str] | None
    commands: CommandWords
    patience_s: float
    until_s: float | None = None  # on the clock that never runs backwards


def failed(failure: VoiceprepError) -> VoiceprepError:
    """A failure between questions: whom Ctrl-C stops there was not answering."""
    return Interrupted("interrupted") if isinstance(failure, Interrupted) else failure


def resuming(commands: CommandWords) -> CommandWords:
    """``commands`` for whom nothing is asked: what calls back is RETRY, and nothing can be paused twice."""
    calling = {Command.RESUME, Command.REPEAT, Command.NOT_DONE, Command.RETRY}
    return tuple(
        (Command.RETRY if command in calling else command, phrases)
        for command, phrases in commands
        if command in calling | LEAVING
    )


def reply(question: Question, attempt: Attempt, command: Command | None, debrief: Debrief) -> str:
    """What to say between questions to a command; "" to those that need no reply."""
    found = attempt.combined
    if command is Command.HINT:
        return question.hint
    if command is Command.SAMPLE:
        return feedback.sample(question)
    if found is not None and command is Command.MISSED:
        return feedback.all_missed(found)
    if command in (Command.REPEAT, Command.SLOWER):
        return question.ask if found is None else debrief(question, found, None)
    return ""
