from __future__ import annotations

import pytest

from voiceprep import bank, resources
from voiceprep.commands import Understood, alone, plain, understood
from voiceprep.model import Command, CommandWords


@pytest.fixture(scope="module")
def commands() -> CommandWords:
    return bank.load([resources.folder("content")]).commands


def test_every_synonym_means_its_command(commands: CommandWords) -> None:
    """Each utterance of the file is understood, also with courtesies, marks and capitals."""
    for command, phrases in commands:
        for phrase in phrases:
            for said in (phrase, f"{phrase.capitalize()}.", f"Um, {phrase} please.", f"Okay, {phrase}!"):
                assert alone(said, commands) is command, said


@pytest.mark.parametrize(
    ("heard", "command"),
    [
        ("I'm done", Command.DONE),
        ("Im not done.", Command.NOT_DONE),
        ("I'm not dome.", Command.NOT_DONE),
        ("Skip this won.", Command.SKIP),
        ("Reed the sample answer.", Command.SAMPLE),
        ("What did I mist?", Command.MISSED),
        ("Can you repeat the question please?", Command.REPEAT),
        ("Could you repeat that?", Command.REPEAT),
    ],
)
def test_near_misses_of_a_recogniser_are_understood(
    heard: str, command: Command, commands: CommandWords
) -> None:
    """A letter or two misheard in a longer command do not matter."""
    assert alone(heard, commands) is command


@pytest.mark.parametrize(
    "said",
    [
        "That's not my answer.",
        "hints",
        "text",
        "step",
        "the next layer",
        "that is a",
        "that all",
        "not done",
        "stop there",
        "we stop early",
        "and then we pass the features on",
        "I don't know.",
        "We would pause the training.",
        "so the next question is whether the labels are right",
        "",
    ],
)
def test_what_only_looks_like_a_command_is_answer(said: str, commands: CommandWords) -> None:
    """Denied, embedded or similar words are no command."""
    assert understood(said.split(), commands) is None


@pytest.mark.parametrize(
    ("phrase", "n_before"),
    [
        ("That's my answer.", 0),
        ("that is my answer", 0),
        ("I'm done.", 0),
        ("So I would pick the small one. That's my answer.", 7),
        ("and then I'm done with the box head", None),
        ("once labelling is done I'm done", None),
        ("my answer is that it depends", None),
    ],
)
def test_ending_commands(phrase: str, n_before: int | None, commands: CommandWords) -> None:
    """They end an answer as an utterance of their own; only the unmistakable one also at the end of one."""
    found = understood(phrase.split(), commands)
    assert found == (None if n_before is None else Understood(Command.DONE, n_before, at_once=True))


def test_nothing_is_a_command_where_none_are_given() -> None:
    """A file heard as a whole obeys nobody."""
    assert understood(["stop"], ()) is None


def test_courtesies_alone_stay_words() -> None:
    """Stripping never leaves nothing of something."""
    assert plain("Okay.") == "okay"
    assert plain("?!") == ""
