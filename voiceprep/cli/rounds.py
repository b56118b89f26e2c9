"""``demo`` and ``practice``: the loop on real parts."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, closing
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from voiceprep.cli import assemble, options
from voiceprep.cli.assemble import Chosen, Room
from voiceprep.cli.screen import Screen, page_for
from voiceprep.cli.storytelling import show_notes
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.home import SPOKEN_FOLDER, Settings, home
from voiceprep.engines.keys import TerminalKeys
from voiceprep.errors import UnknownQuestion, UsageError
from voiceprep.model import RATE_HZ, Attempt, Bank, Command, Question
from voiceprep.ports import Controls, Speaker

if TYPE_CHECKING:
    from voiceprep.engines.loudspeaker import Player
    from voiceprep.resources import RecordedAnswer
    from voiceprep.schedule import Wish
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
    try:
        chosen = banks.find(bank, question or DEMO_QUESTION)
    except UnknownQuestion as exc:
        raise UsageError(f"{exc}; those with recorded answers: voiceprep demo --list") from exc
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
        asking = SessionOptions(n_follow_ups=len(recorded) - 1)
        with Session(parts, bank, asking, screen.tell) as session:
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
    topic: options.Topic = None,
    kind: options.OfKind = None,
    level: Annotated[
        options.AnyLevel | None,
        typer.Option(help="Demand another level than the question's own; remembered (any: its own)."),
    ] = None,
    role: options.OfRole = None,
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
    follow_ups: Annotated[int, typer.Option(min=0, max=5, help="Follow-ups asked at most.")] = 1,
    gentle: Annotated[
        bool, typer.Option("--gentle", help="For the first times: no verdict, no clock; one thing to add.")
    ] = False,
) -> None:
    """Answer a question aloud; hear what is missing or vague, and a follow-up aimed at it.

    Your answer ends by itself when you are silent (soon after a whole sentence, later where you broke off
    to think), by saying "that's my answer", or by Enter. Any key cuts short what is being read to you.
    Ctrl-C stops at any time; what you said is kept.

    You can also say, as an utterance of its own: repeat, slower, hint, pause, resume, mark this, skip, next,
    pass, retry, what did I miss, read the sample answer, stop. "I'm not done" (or c while the feedback is
    read) goes on with your answer.
    """
    from voiceprep import feedback, schedule
    from voiceprep.session import Session, SessionOptions

    screen = Screen(gentle=gentle)
    with ExitStack() as stack:
        stack.callback(screen.clear)
        bank = assemble.load_bank()
        asked = _named(bank, question, schedule.Wish(topic=topic, kind=kind))
        way = assemble.Way(text, tuple(audio or ()), mute)
        heard = Chosen(
            microphone, loudspeaker, model, voice, rate, silence, pace, headphones, tones, role, level
        )
        room = assemble.furnished(heard, way, bank, screen, stack)
        wish = schedule.Wish(topic=topic, kind=kind, role=room.role)
        debrief = partial(feedback.brief_debrief, bank.glossary) if gentle else feedback.spoken_debrief
        wanted = SessionOptions(room.level, follow_ups, headphones=room.headphones, debrief=debrief)
        ask_next = _by_key if text else _by_voice
        interactive = sys.stdin.isatty() and not audio
        with Session(room.parts, bank, wanted, screen.tell) as session:
            while True:
                if asked is None:
                    history, now = room.parts.journal.reviews(), room.parts.clock.now()
                    pick = schedule.next_question(bank.questions, history, now, wish)
                    screen.note(f"Asked {pick.reason}.")
                    asked = pick.question
                show_notes(screen, asked)
                attempt = session.practise(asked, room.answers)
                while True:
                    key = "q"
                    if session.asked_for is not None:
                        key = WISHES[session.asked_for]
                    elif interactive:
                        key = ask_next(room, session, asked, attempt)
                    if key != "c":
                        break
                    attempt = session.go_on(asked, attempt)
                if key == "q":
                    return
                asked = asked if key == "r" else None


def _named(bank: Bank, question: str | None, wish: Wish) -> Question | None:
    """The question of that id, None for none. Raises UsageError where there is none to choose from."""
    from voiceprep import bank as banks
    from voiceprep import schedule

    if question is not None:
        return banks.find(bank, question)
    schedule.demanded(bank.questions, wish)
    return None


def _by_key(room: Room, session: Session, question: Question, attempt: Attempt) -> str:  # noqa: ARG001 - as _by_voice
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


def _by_voice(room: Room, session: Session, question: Question, attempt: Attempt) -> str:
    """The same by voice, or by a key."""
    while True:
        room.screen.note("Say or press: " + "   ".join(f"{key}: {said}" for key, said in MENU.items()))
        if room.between is None:
            raise TypeError("a microphone is needed to listen")
        wish = session.hear_wish(question, attempt, room.between, frozenset(MENU))
        key = WISHES[wish] if isinstance(wish, Command) else wish
        if key != "p":
            return key
        _replay(room.screen, attempt, room.player, room.parts.controls)


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
