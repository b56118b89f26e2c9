"""Spoken commands: which words are one, and which are part of an answer.

A command is a short utterance of its own between pauses; listen.py decides whether it stood alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from voiceprep.model import Command, CommandWords
from voiceprep.text import FILLERS, vocabulary, words

ENDING: CommandWords = ((Command.DONE, ("that's my answer", "that is my answer", "i'm done", "i am done")),)
"""What ends an answer where no content says more."""

TRAILING = ("that's my answer", "that is my answer")
"""Also obeyed at the end of a longer phrase: nobody says them about a vision system."""

AT_ONCE = frozenset({Command.DONE, Command.NOT_DONE})
"""Obeyed without waiting for whether somebody goes on, where they have two words or more: nobody begins a
sentence of an answer with them."""

ASIDES = frozenset({Command.REPEAT, Command.SLOWER, Command.HINT})
"""Something is said in reply, and the answer goes on."""

WITHIN = frozenset({Command.PAUSE, Command.RESUME, Command.MARK})
"""Obeyed without a word while listening goes on."""

LEAVING = frozenset({Command.SKIP, Command.NEXT, Command.PASS, Command.RETRY, Command.STOP})
"""They end the question there and then."""

MAX_WORDS = 7
"""Longest utterance taken for a command, courtesies left out."""

COMMAND_RATIO = 88.0
"""Similarity at which words count as a command: one letter or one contraction misheard."""

MIN_FUZZY_LETTERS = 10
"""Shorter commands must be heard exactly: "hints" is no "hint", "that is a" no "that is all"."""

_COURTESIES = vocabulary("please okay ok hey well so now thanks voiceprep sorry alright right") | FILLERS
_REQUESTS = (("can", "you"), ("could", "you"), ("would", "you"), ("can", "we"), ("let's",), ("just",))


_NEGATORS = vocabulary("not no never dont didnt isnt cant wont")


@dataclass(frozen=True, slots=True)
class Understood:
    """A command, and how many words of the phrase come before it (0: it stands alone).

    ``at_once``: it is unmistakable, and nothing need be waited for.
    """

    command: Command
    n_before: int
    at_once: bool


def plain(utterance: str) -> str:
    """``utterance`` as commands are compared: folded, no apostrophes, no courtesies; "" for no words."""
    said = list(words(utterance))
    while said and said[-1] in _COURTESIES:
        said.pop()
    while said:
        request = next((r for r in _REQUESTS if tuple(said[: len(r)]) == r), None)
        if request is None and said[0] not in _COURTESIES:
            break
        del said[: len(request) if request else 1]
    return (" ".join(said) or " ".join(words(utterance))).replace("'", "")


def understood(heard: Iterable[str], commands: CommandWords) -> Understood | None:
    """The command that the words of a phrase are, None where they are part of an answer."""
    spoken = tuple(heard)
    if not commands or not spoken:
        return None
    command = alone(" ".join(spoken), commands)
    if command is not None:
        return Understood(command, 0, at_once=command in AT_ONCE and len(spoken) > 1)
    bare = [" ".join(words(word)) for word in spoken]
    for ending in TRAILING:
        n = len(ending.split())
        if len(bare) > n and _same(" ".join(bare[-n:]), ending):
            return Understood(Command.DONE, len(bare) - n, at_once=True)
    return None


def alone(utterance: str, commands: CommandWords) -> Command | None:
    """The command that ``utterance`` as a whole means: the same words, else the likest like enough."""
    said = plain(utterance)
    if not said or len(said.split()) > MAX_WORDS:
        return None
    known = _plain_table(commands)
    if said in known:
        return known[said]
    like = [(fuzz.ratio(said, phrase), command) for phrase, command in known.items() if _same(said, phrase)]
    return max(like, key=lambda pair: pair[0])[1] if like else None


@lru_cache(maxsize=8)
def _plain_table(commands: CommandWords) -> dict[str, Command]:
    return {plain(phrase): command for command, phrases in commands for phrase in phrases}


def _same(said: str, phrase: str) -> bool:
    if min(len(said), len(phrase)) < MIN_FUZZY_LETTERS:
        return said == phrase
    if fuzz.ratio(said, phrase, score_cutoff=COMMAND_RATIO) == 0:
        return False
    # "that's not my answer" differs from its opposite by three letters.
    return set(said.split()) & _NEGATORS == set(phrase.split()) & _NEGATORS
