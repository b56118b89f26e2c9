"""``demo`` and ``practice``: the loop on real parts."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceprep.cli import assemble
from voiceprep.cli.assemble import Chosen
from voiceprep.cli.screen import Screen, page_for
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.home import SPOKEN_FOLDER, Settings, home
from voiceprep.engines.keys import TerminalKeys
from voiceprep.errors import UsageError
from voiceprep.model import RATE_HZ, Attempt, Bank, Command, Kind, Level, ListeningPace, Question
from voiceprep.ports import Controls, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceprep.engines.loudspeaker import Player
    from voiceprep.resources import RecordedAnswer
    from voiceprep.session import AnswerSource, Session

DEMO_QUESTION = "yolo-vs-faster-rcnn"

DEMO_SILENCE_S = 1.5
"""Ends an answer. Quicker than for people, where the demo's speaker does not stop to think."""

DEMO_PATIENCE_S = 0.5
"""Where it does: how much longer than its longest pause a silence must be to end the answer."""

DEMO_RATE_WPM = 190
"""Brisker than the voice's usual 165, so that question, feedback and answers stay under a minute."""

KEY_POLL_S = 0.05

MENU = {
    "r": "retry",
    "n": "next question",
    "c": "I'm not done",
    "p": "replay your answers",
    "q": "quit",
}

WISHES = {
    Command.RETRY: "r",
    Command.NEXT: "n",
    Command.SKIP: "n",
    Command.PASS: "n",
    Command.NOT_DONE: "c",
    Command.STOP: "q",
}
"""What commands mean in the menu."""


def demo(
    question: Annotated[
        str | None,
        typer.Argument(help=f"A question that has recorded answers; {DEMO_QUESTION} if left out."),
    ] = None,
    which: Annotated[
        bool, typer.Option("--list", help="List the questions that have recorded answers, and stop.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="Hear the recordings as fast as they can be read.")
    ] = False,
    mute: Annotated[bool, typer.Option("--mute", help="Print instead of speaking.")] = False,
    loudspeaker: Annotated[str | None, typer.Option(help="Loudspeaker: number or part of its name.")] = None,
) -> None:
    """Show the whole loop in under a minute; no microphone, loudspeaker or network needed.

    A question is spoken and its recorded answers are heard through the same listening code that a
    microphone feeds; what is missing is flagged and followed up. The recordings are synthetic voices,
    heard by a small recogniser that knows nothing else. For your own voice: voiceprep models fetch.
    """
    from voiceprep import bank as banks
    from voiceprep.engines import models
    from voiceprep.engines.audiofile import AudioFileMicrophone, Pace
    from voiceprep.engines.loudspeaker import WavFilePlayer
    from voiceprep.engines.silero import SileroDetector
    from voiceprep.engines.whisper import WhisperOptions, WhisperRecogniser
    from voiceprep.hearing import Ears
    from voiceprep.listen import ListenOptions
    from voiceprep.session import Parts, Session, SessionOptions, Spoken

    screen = Screen()
    bank = assemble.load_bank()
    if which:
        typer.echo("\n".join(_recorded_lines(bank)))
        return
    chosen = banks.find(bank, question or DEMO_QUESTION)
    recorded = _recorded(chosen)
    with ExitStack() as stack:
        stack.callback(screen.clear)
        settings = Settings(loudspeaker=loudspeaker, rate_wpm=DEMO_RATE_WPM)
        said: Speaker = assemble.Mute()
        if not mute:
            player = assemble.loudspeaker(settings)
            if player is None:
                screen.note("There is no loudspeaker here: what would be said is written to WAV files.")
            said = assemble.voice(settings, player or WavFilePlayer(home() / SPOKEN_FOLDER), stack)
        recogniser = stack.enter_context(
            closing(WhisperRecogniser(models.synthetic_model(), WhisperOptions()))
        )
        pace = Pace.AT_ONCE if fast else Pace.REAL_TIME

        def source(answer: RecordedAnswer) -> AnswerSource:
            silence_s = max(DEMO_SILENCE_S, answer.longest_pause_s + DEMO_PATIENCE_S)
            listening = ListenOptions(finish_silence_s=silence_s)
            return Spoken(lambda: AudioFileMicrophone(answer.path, pace), listening)

        parts = Parts(
            said,
            assemble.open_journal(screen, stack),
            stack.enter_context(TerminalKeys()),
            SystemClock(),
            Ears(SileroDetector(), recogniser),
        )
        options = SessionOptions(n_follow_ups=len(recorded) - 1)
        with Session(parts, bank, options, screen.tell) as session:
            session.practise(chosen, map(source, recorded))


def _recorded(question: Question) -> tuple[RecordedAnswer, ...]:
    """The recorded answers to ``question``; raises UsageError where there is none."""
    from voiceprep import resources

    found = tuple(one for one in resources.recorded_answers() if one.question == question.id)
    if not found:
        raise UsageError(
            f"there is no recorded answer to {question.id}; see which have one: voiceprep demo --list"
        )
    return found


def _recorded_lines(bank: Bank) -> list[str]:
    """Every question that has recorded answers, how good they are, and how it is asked."""
    from voiceprep import bank as banks
    from voiceprep import resources

    page = page_for(sys.stdout)
    lines: list[str] = []
    for id_, answers in groupby(resources.recorded_answers(), lambda one: one.question):
        lines.append(f"{id_} ({', '.join(answer.quality for answer in answers)})")
        lines += page.paragraph(banks.find(bank, id_).ask, "  ")
    return lines


def practice(
    question: Annotated[
        str | None,
        typer.Argument(help="A question's id (voiceprep questions list); chosen for you if left out."),
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Choose among questions of this topic.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Choose among questions of this kind.")] = None,
    level: Annotated[Level | None, typer.Option(help="Demand another level than the question's own.")] = None,
    model: Annotated[
        str | None,
        typer.Option(help=f"Speech model: a name or a folder. {assemble.DEFAULT_MODEL} unless remembered."),
    ] = None,
    microphone: Annotated[
        str | None, typer.Option(help="Microphone: number or part of its name; remembered.")
    ] = None,
    loudspeaker: Annotated[
        str | None, typer.Option(help="Loudspeaker: number or part of its name; remembered.")
    ] = None,
    voice: Annotated[
        str | None, typer.Option(help="Voice that asks: its id or part of its name; remembered.")
    ] = None,
    rate: Annotated[
        int | None, typer.Option(min=80, max=400, help="Its speed in words a minute; remembered.")
    ] = None,
    pace: Annotated[
        ListeningPace | None,
        typer.Option(
            help="How long it waits to see whether you go on, by what you said; normal unless remembered."
        ),
    ] = None,
    silence: Annotated[
        float | None,
        typer.Option(
            min=0.8, max=30, help="Instead of a pace: so many seconds of silence end an answer; remembered."
        ),
    ] = None,
    headphones: Annotated[
        bool | None,
        typer.Option(
            "--headphones/--no-headphones",
            help="You wear headphones: speak to cut the question short; remembered.",
        ),
    ] = None,
    tones: Annotated[
        bool | None,
        typer.Option(
            "--tones/--no-tones",
            help="Short tones: up, it listens; down, it thinks; low, it failed; remembered.",
        ),
    ] = None,
    audio: Annotated[
        list[Path] | None,
        typer.Option(help="Take the answer from this recording; again for the follow-up's."),
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Type the answers (a fallback: rehearse aloud).")
    ] = False,
    mute: Annotated[bool, typer.Option("--mute", help="Print instead of speaking.")] = False,
    follow_ups: Annotated[int, typer.Option(min=0, max=5, help="Follow-ups asked at most.")] = 1,
) -> None:
    """Answer a question aloud; hear what is missing or vague, and a follow-up aimed at it.

    Your answer ends by itself when you are silent (soon after a whole sentence, later where you broke off
    to think), by saying "that's my answer", or by Enter. Any key cuts short what is being read to you.
    Ctrl-C stops at any time; what you said is kept.

    You can also say, as an utterance of its own: repeat, slower, hint, pause, resume, mark this, skip, next,
    pass, retry, what did I miss, read the sample answer, stop. "I'm not done" (or c while the feedback is
    read) goes on with your answer.
    """
    from voiceprep import bank as banks
    from voiceprep import schedule
    from voiceprep.engines.tones import TonePlayer
    from voiceprep.session import Parts, Session, SessionOptions

    if audio and text:
        raise UsageError("--audio and --text both say where the answers come from; use one")
    screen = Screen()
    with ExitStack() as stack:
        stack.callback(screen.clear)
        bank = assemble.load_bank()
        chosen = banks.find(bank, question) if question is not None else None
        wish = schedule.Wish(topic=topic, kind=kind, role=banks.find_role(bank, schedule.ANY_ROLE))
        settings = assemble.merged(
            Chosen(microphone, loudspeaker, model, voice, rate, silence, pace, headphones, tones)
        )
        answers = assemble.answers(settings, text=text, audio=tuple(audio or ()), screen=screen)
        ears = None if text else assemble.ears(settings.model, stack)
        player = None if mute else assemble.loudspeaker(settings)
        if player is None and not mute:
            screen.note("There is no loudspeaker here: what would be said is printed instead.")
        toned = None if player is None or text or settings.tones is False else TonePlayer(player)
        player = toned or player
        speaker = assemble.Mute() if player is None else assemble.voice(settings, player, stack)
        journal = assemble.open_journal(screen, stack)
        live = not (text or audio)
        unused = {
            *(() if live else ("microphone",)),
            *(("model",) if text else ()),
            *(("loudspeaker", "voice") if player is None else ()),
        }
        assemble.remember(settings, frozenset(unused))

        controls = stack.enter_context(TerminalKeys()) if live else assemble.NoKeys()
        parts = Parts(speaker, journal, controls, SystemClock(), ears, toned)
        options = SessionOptions(level, follow_ups, headphones=live and settings.headphones)
        ask_next = _by_key if text else _by_voice
        room = _Room(screen, player, controls, answers)
        interactive = sys.stdin.isatty() and not audio
        with Session(parts, bank, options, screen.tell) as session:
            while True:
                if chosen is None:
                    pick = schedule.next_question(bank.questions, journal.reviews(), parts.clock.now(), wish)
                    chosen = pick.question
                    screen.note(f"Asked {pick.reason}.")
                attempt = session.practise(chosen, answers)
                while True:
                    key = "q"
                    if session.asked_for is not None:
                        key = WISHES[session.asked_for]
                    elif interactive:
                        key = ask_next(room, session, chosen, attempt)
                    if key != "c":
                        break
                    attempt = session.go_on(chosen, attempt)
                if key == "q":
                    return
                chosen = chosen if key == "r" else None


@dataclass(frozen=True, slots=True)
class _Room:
    """What is at hand between two questions."""

    screen: Screen
    player: Player | None
    controls: Controls
    answers: Iterator[AnswerSource]


def _by_key(room: _Room, session: Session, question: Question, attempt: Attempt) -> str:  # noqa: ARG001 - as _by_voice
    """What to do next, by one key; replaying comes back here."""
    menu = {key: meaning for key, meaning in MENU.items() if key != "c"}
    with TerminalKeys() as keys:
        while True:
            room.screen.note("   ".join(f"{key}: {meaning}" for key, meaning in menu.items()))
            key = None
            while key not in menu:
                time.sleep(KEY_POLL_S)
                key = keys.poll()
            if key != "p":
                return str(key)
            _replay(room.screen, attempt, room.player, keys)


def _by_voice(room: _Room, session: Session, question: Question, attempt: Attempt) -> str:
    """The same by voice, or by a key."""
    from voiceprep.session import Spoken

    while True:
        room.screen.note("Say or press: " + "   ".join(f"{key}: {said}" for key, said in MENU.items()))
        source = next(room.answers)
        if not isinstance(source, Spoken):
            raise TypeError("a microphone is needed to listen")
        wish = session.hear_wish(question, attempt, source, frozenset(MENU))
        key = WISHES[wish] if isinstance(wish, Command) else wish
        if key != "p":
            return key
        _replay(room.screen, attempt, room.player, room.controls)


def _replay(screen: Screen, attempt: Attempt, player: Player | None, keys: Controls) -> None:
    from voiceprep.engines.loudspeaker import Sound
    from voiceprep.engines.recording import read_samples

    for answer in attempt.answers:
        if answer.audio is None:
            screen.note("Nothing to play: this answer was typed.")
            continue
        if player is None:
            screen.note(
                "There is nothing to play on (--mute, or no loudspeaker). The recording is:", answer.audio
            )
            continue
        screen.note("Playing your answer (any key stops it).")
        player.play(Sound(read_samples(answer.audio), RATE_HZ), lambda: keys.poll() is not None)
