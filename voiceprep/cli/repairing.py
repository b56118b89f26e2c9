"""``vague`` and ``repair``: the vague sentences listed, heard again, said again, judged."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceprep.cli import assemble, options
from voiceprep.cli.assemble import AtHand, Chosen, Room, Way
from voiceprep.cli.render import vague_lines, vague_sentence_lines
from voiceprep.cli.replaying import (
    chosen_attempt,
    next_key,
    play_stretch,
    stretch,
)
from voiceprep.cli.screen import Screen, page_for
from voiceprep.engines.keys import TerminalKeys
from voiceprep.errors import AudioFileError, UsageError
from voiceprep.events import Event, Kept
from voiceprep.model import Bank, Command, Order
from voiceprep.ports import Controls, Journal

if TYPE_CHECKING:
    from voiceprep.engines.loudspeaker import Player
    from voiceprep.repairing import RepairSession, Told
    from voiceprep.replay.vague import VagueSentence

VAGUE_KEYS = {
    "j": "next",
    "k": "previous",
    "space": "play",
    "r": "say it again",
    "q": "quit",
}
"""What each key does in the list; Enter is r."""


def vague(
    order: Annotated[Order, typer.Option(help="Newest first, or worst first: the longest empty stretch.")] = (
        Order.NEWEST
    ),
    topic: Annotated[str | None, typer.Option(help="Only answers to questions of this topic.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many vague spots.")] = 20,
) -> None:
    """List the vague sentences of all your answers by topic, each with what would make it concrete.

    In a terminal, j and k then go through them, the space bar plays the one you stand at, and r lets you say
    it again and hear what that mends. What was mended comes last.
    """
    from voiceprep.replay import vague as spots

    page, screen = page_for(sys.stdout), Screen()
    with ExitStack() as stack:
        journal = assemble.open_journal(screen, stack)
        bank = assemble.load_bank()
        topics = {question.id: question.topic for question in bank.questions}
        found = journal.vague(wanted_questions(bank, topic, None), order, min(limit, sys.maxsize))
        if not found:
            typer.echo(nothing_vague(journal), err=True)
            return
        sentences = spots.sentences(found)
        typer.echo("\n".join(vague_lines(sentences, topics, page)))
        if sys.stdin.isatty() and sys.stdout.isatty():
            walk_through(sentences, journal, bank, screen, stack)


def nothing_vague(journal: Journal) -> str:
    """What to say where there is nothing vague (any more)."""
    if not journal.attempts(limit=1):
        return "Nothing has been answered yet. Begin with: voiceprep practice"
    return "Nothing vague was found in what you answered; go on with: voiceprep practice"


def wanted_questions(bank: Bank, topic: str | None, question: str | None) -> tuple[str, ...] | None:
    """Ids of the questions of a topic, or the one named; None: any. Raises UsageError for unknown ones."""
    from voiceprep import bank as banks

    topics = {one.id: one.topic for one in bank.questions}
    if topic is not None and topic not in topics.values():
        raise UsageError(f"there is no topic {topic}; there are: {', '.join(sorted(set(topics.values())))}")
    if question is not None:
        banks.find(bank, question)
    if topic is None and question is None:
        return None
    return tuple(id_ for id_, its in topics.items() if topic in (None, its) and question in (None, id_))


def repair(
    attempt: Annotated[
        int | None, typer.Argument(help="Only that attempt's sentences (voiceprep vague); all if left out.")
    ] = None,
    order: Annotated[Order, typer.Option(help="Newest first, or worst first: the longest empty stretch.")] = (
        Order.NEWEST
    ),
    topic: Annotated[str | None, typer.Option(help="Only answers to questions of this topic.")] = None,
    question: Annotated[str | None, typer.Option(help="Only answers to this question.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many sentences.")] = 10,
    model: options.Model = None,
    microphone: options.Microphone = None,
    loudspeaker: options.Loudspeaker = None,
    voice: options.Voice = None,
    rate: options.Rate = None,
    pace: options.Pace = None,
    silence: options.Silence = None,
    headphones: options.Headphones = None,
    tones: options.Tones = None,
    audio: options.Audio = None,
    text: options.Text = False,
    mute: options.Mute = False,
) -> None:
    """Hear your own vague sentences, say each again, and hear whether it is concrete now.

    You hear the sentence as you said it and what it lacks; then you say it again. The judgement names what
    your new sentence carries (a figure, a reason, what was missing ...) or still lacks. After three tries you
    hear a sentence that would fit. Every try is kept with its attempt, and counts in no verdict.

    You can say, as an utterance of its own: repeat, slower, hint, skip, next, pass, retry, what did I miss,
    read the sample answer, pause, resume, stop.
    """
    screen = Screen()
    with ExitStack() as stack:
        stack.callback(screen.clear)
        bank = assemble.load_bank()
        wanted = wanted_questions(bank, topic, question)
        journal = assemble.open_journal(screen, stack)
        sentences = _pending(journal, attempt, wanted, order)[:limit]
        if not sentences:
            typer.echo(nothing_vague(journal), err=True)
            return
        heard = Chosen(microphone, loudspeaker, model, voice, rate, silence, pace, headphones, tones)
        way = Way(text, tuple(audio or ()), mute)
        room = assemble.furnished(heard, way, bank, screen, stack, AtHand(journal))
        _Repairs(room, _session(room, stack)).go_through(sentences)


def _pending(
    journal: Journal, attempt: int | None, wanted: tuple[str, ...] | None, order: Order
) -> tuple[VagueSentence, ...]:
    """The sentences that are still vague. Raises JournalError for an unknown attempt."""
    from voiceprep.replay import vague

    if attempt is None:
        spots = journal.vague(wanted, order)
    else:
        kept = chosen_attempt(journal, attempt)
        spots = vague.of_attempt(kept) if wanted is None or kept.question in wanted else ()
        if order is Order.WORST:
            spots = tuple(
                sorted(spots, key=lambda one: one.finding.evidence.start - one.finding.evidence.end)
            )
    return tuple(one for one in vague.sentences(spots) if not one.mended)


@dataclass(frozen=True, slots=True)
class _Repairs:
    """The drill in its room."""

    room: Room
    session: RepairSession

    def go_through(self, sentences: Sequence[VagueSentence]) -> None:
        """Let each of ``sentences`` be said again, until the last one, "stop", or nobody answers."""
        at, said_again, mended = 0, 0, 0
        while at < len(sentences):
            done = self._repair(sentences[at])
            if done is not None:
                said_again += 1
                mended += done
                if self.session.is_alone or self.session.asked_for is Command.STOP:
                    break
            at += done is None or self.session.asked_for is not Command.RETRY
        self.room.screen.clear()
        if said_again:
            typer.echo(f"\n{mended} of {said_again} concrete now. Every try is kept; see: voiceprep vague")

    def _repair(self, sentence: VagueSentence) -> bool | None:
        """Whether ``sentence`` was mended; None where there is nothing to be said again."""
        from voiceprep import feedback
        from voiceprep import repair as repairs
        from voiceprep.repairing import told

        question = next((one for one in self.room.bank.questions if one.id == sentence.question), None)
        kept = self.room.parts.journal.attempt(sentence.attempt)
        why = feedback.worst(sentence.findings)[0].why
        heard = told(kept, sentence.ordinal, (sentence.start, sentence.end), why)
        if question is None or heard is None:
            self.room.screen.note(f"Left out, its question {sentence.question} is no longer in the bank.")
            return None
        if not repairs.is_vague(question, heard.vague, self.room.bank, kept.level):
            self.room.screen.note(f"Left out, today's checks find nothing vague in it: “{sentence.text}”")
            return None
        kept = self.session.repair(heard, question, kept, self.room.answers)
        return kept.is_mended(sentence.ordinal, sentence.start, sentence.end)


def _session(room: Room, stack: ExitStack) -> RepairSession:
    from voiceprep.repairing import RepairSession
    from voiceprep.session import SessionOptions

    def tell(event: Event) -> None:
        if not isinstance(event, Kept):  # told once, at the end
            room.screen.tell(event)

    play = _playing(room.player, room.screen)
    headphones = SessionOptions(headphones=room.headphones)
    return stack.enter_context(RepairSession(room.parts, room.bank, headphones, tell, play))


def _playing(
    player: Player | None, screen: Screen
) -> Callable[[Path, tuple[float, float], Callable[[], bool]], bool]:
    """Plays a stretch of a recording; False where there is nothing to play on, or the recording is gone."""

    def play(audio: Path, span_s: tuple[float, float], stopped: Callable[[], bool]) -> bool:
        if player is None:
            return False
        try:
            sound = stretch(audio, span_s)
        except AudioFileError as exc:
            screen.note(f"{exc}; it is read to you instead.")
            return False
        player.play(sound, stopped)
        return True

    return play


# ------------------------------------------------------------------------------ the list, by keys


@dataclass
class VagueWalker:
    """Goes through vague sentences by keys: shows one, plays it, lets it be said again."""

    sentences: Sequence[VagueSentence]
    hear: Callable[[VagueSentence], Told | None]
    start: Callable[[Sequence[VagueSentence]], None]
    is_mended: Callable[[VagueSentence], bool]
    keys: Controls
    player: Player | None
    at: int = field(default=0, init=False)  # 0: before the first

    def run(self) -> None:
        """Follow keys until q."""
        self._menu()
        while (key := next_key(self.keys)) != "q":
            if key in ("j", "k"):
                self._move(key)
            elif key == "space":
                self._play()
            elif key in ("r", "enter"):
                self._start()
            else:
                self._menu()

    def _start(self) -> None:
        """From the sentence one stands at; of those behind it the ones that are still vague."""
        first, *rest = self.sentences[max(0, self.at - 1) :]
        self.start([first, *(one for one in rest if not one.mended)])
        self.sentences = [replace(one, mended=self.is_mended(one)) for one in self.sentences]
        self._menu()

    def _menu(self) -> None:
        text = "   ".join(f"{key}: {meaning}" for key, meaning in VAGUE_KEYS.items())
        typer.echo("\n".join(["", *page_for(sys.stderr).paragraph(text)]), err=True)

    def _move(self, key: str) -> None:
        from voiceprep.replay import walk

        to = walk.moved(self.at, key, len(self.sentences))
        if to == self.at:
            typer.echo("(no further)", err=True)
            return
        self.at = to
        page = page_for(sys.stdout)
        lines = ["", f"  {to} of {len(self.sentences)}", *vague_sentence_lines(self.sentences[to - 1], page)]
        typer.echo("\n".join(lines))

    def _play(self) -> None:
        if not self.at:
            typer.echo("(j goes to the first sentence)", err=True)
            return
        heard = self.hear(self.sentences[self.at - 1])
        if heard is None or heard.audio is None or heard.span_s is None:
            typer.echo("Nothing to play: this answer was typed.", err=True)
            return
        try:
            play_stretch(self.player, self.keys, heard.audio, heard.span_s)
        except AudioFileError as exc:
            typer.echo(f"Nothing to play: {exc}", err=True)


def walk_through(
    sentences: Sequence[VagueSentence], journal: Journal, bank: Bank, screen: Screen, stack: ExitStack
) -> None:
    """Go through ``sentences`` by keys; what the drill needs is loaded when it is first asked for."""
    from voiceprep.repairing import told

    keys = stack.enter_context(TerminalKeys())
    repairs: list[_Repairs] = []

    def start(chosen: Sequence[VagueSentence]) -> None:
        if not repairs:
            room = assemble.furnished(Chosen(), Way(), bank, screen, stack, AtHand(journal, keys))
            repairs.append(_Repairs(room, _session(room, stack)))
        repairs[0].go_through(chosen)

    def hear(sentence: VagueSentence) -> Told | None:
        kept = journal.attempt(sentence.attempt)
        return told(kept, sentence.ordinal, (sentence.start, sentence.end), "")

    def is_mended(sentence: VagueSentence) -> bool:
        kept = journal.attempt(sentence.attempt)
        return kept.is_mended(sentence.ordinal, sentence.start, sentence.end)

    player = assemble.loudspeaker(assemble.merged(Chosen()))
    VagueWalker(sentences, hear, start, is_mended, keys, player).run()
