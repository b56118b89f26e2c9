"""Real parts, chosen by options and remembered settings."""

from __future__ import annotations

import itertools
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from voiceprep import resources
from voiceprep.cli.render import plain
from voiceprep.cli.screen import Screen
from voiceprep.engines.home import Settings, home, load_settings, save_settings
from voiceprep.errors import AudioFileError, ContentError, DeviceError, JournalError, ModelMissing, UsageError
from voiceprep.model import RATE_HZ, Bank, Level, ListeningPace, Recovered, Role
from voiceprep.ports import Controls, Journal, Recogniser, Speaker

if TYPE_CHECKING:
    from voiceprep.engines import models
    from voiceprep.engines.loudspeaker import Player
    from voiceprep.hearing import Ears
    from voiceprep.rehearing import Listener
    from voiceprep.scoring import WordTable
    from voiceprep.session import AnswerSource, Parts, Spoken

DEFAULT_MODEL = "base.en"
"""Recognises conversational English in time on two cores; the next size up needs four times as long."""

MAX_TEXT_BYTES = 1_000_000
"""Largest text read as one answer: some eighteen hours of speech; more is a mistaken file or pipe."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the options of one run say; None means "as remembered, else the default"."""

    microphone: str | None = None
    loudspeaker: str | None = None
    model: str | None = None
    voice: str | None = None
    rate_wpm: int | None = None
    finish_silence_s: float | None = None
    pace: ListeningPace | None = None
    headphones: bool | None = None
    tones: bool | None = None
    role: str | None = None
    level: str | None = None


def merged(chosen: Chosen) -> Settings:
    """The settings in force: what the options say, else what earlier runs chose. Raises SettingsError.

    A pace and an exact silence exclude each other, so choosing the one forgets the other.
    """
    if chosen.pace is not None and chosen.finish_silence_s is not None:
        raise UsageError("--pace and --silence both say when an answer is finished; use one")
    before = load_settings(home())
    if chosen.pace is not None or chosen.finish_silence_s is not None:
        before = replace(before, pace=None, finish_silence_s=None)
    given = {name: getattr(chosen, name) for name in Chosen.__slots__ if getattr(chosen, name) is not None}
    return replace(before, **given)


def remember(settings: Settings, unused: frozenset[str]) -> None:
    """Keep ``settings`` for later runs; call it once their parts are known to work.

    Those named in ``unused`` were not tried in this run and stay as they were. The demo's own
    recogniser is never remembered: it understands no person.
    """
    from voiceprep.engines import models

    before = load_settings(home())
    settings = replace(settings, **{name: getattr(before, name) for name in unused})
    if settings.model is not None and Path(settings.model).is_dir():
        folder = Path(settings.model).resolve()
        synthetic = folder == models.synthetic_model().resolve()
        settings = replace(settings, model=before.model if synthetic else str(folder))
    if settings != before:
        save_settings(home(), settings)


def load_bank() -> Bank:
    """The packs of this installation and those of the user's own that have no fault; others are named.

    Raises ContentError where the fault is not in the user's own packs.
    """
    broken: set[Path] = set()
    while True:
        try:
            return _loaded(broken)
        except ContentError as exc:
            found = {_own_pack(Path(fault.file)) for fault in exc.faults} - {None} - broken
            if not found:
                raise
            broken |= {pack for pack in found if pack is not None}
            packs = "\n".join(
                f"  voiceprep questions validate {shlex.quote(str(pack))}" for pack in sorted(broken)
            )
            typer.echo(
                plain(
                    f"voiceprep: left out, {exc}\nMend it, or move it away; see what is wrong with:\n{packs}"
                ),
                err=True,
            )


def load_whole_bank() -> Bank:
    """The packs of this installation and all of the user's own. Raises ContentError."""
    return _loaded(set())


def _own_pack(file: Path) -> Path | None:
    """The pack of the user's own that ``file`` is in (or ``file``, where it is in none); None elsewhere."""
    own = own_content()
    return own / file.relative_to(own).parts[0] if file.is_relative_to(own) and file != own else None


def _loaded(left_out: set[Path]) -> Bank:
    from voiceprep import bank as banks

    own = own_content()
    rest = [file for file in own.rglob("*.toml") if _own_pack(file) not in left_out]
    bank = banks.load([resources.folder("content"), *([own] if rest else [])], frozenset(left_out))
    if any(question.reference for question in bank.questions):
        bank = replace(bank, words=resources.WORD_TABLE.read_text(encoding="utf-8"))
    return bank


def own_content() -> Path:
    """Where the user's own packs are; the folder need not be there."""
    return home() / "content"


def load_word_table() -> WordTable:
    """What ``voiceprep score`` knows of words."""
    from voiceprep.scoring import word_table

    return word_table(resources.WORD_TABLE.read_text(encoding="utf-8"))


def open_journal(screen: Screen, stack: ExitStack) -> Journal:
    """The journal, after mending what a crash may have left; says what was cut short, and how to go on.

    Where a microphone delivered nothing but zeros there is nothing to go on with, and nothing is said of it.
    Where that cannot be written down (a full disk, a read-only one) it says so and is tried again next time.
    """
    from voiceprep.engines.journal import SqliteJournal

    journal = stack.enter_context(closing(SqliteJournal(home())))
    recovered: tuple[Recovered, ...] = ()
    try:
        recovered = journal.recover()
    except JournalError as exc:
        screen.note(f"An earlier run ended in mid-answer, but {exc}")
    told = {(found.attempt, found.ordinal) for found in recovered}
    earlier_ones = (found for found in journal.unfinished() if (found.attempt, found.ordinal) not in told)
    for found in filter(_may_hold_sound, (*recovered, *earlier_ones)):
        kept = f"{found.n_samples / RATE_HZ:.0f} s of attempt {found.attempt} ({found.question}) are kept"
        earlier = f"An earlier run ended in mid-answer: {kept}."
        if found.audio is None:
            screen.note(earlier)
        elif found.is_try:
            screen.note(f"{earlier} Say the sentence again with:", f"voiceprep repair {found.attempt}")
        else:
            screen.note(f"{earlier} Finish the answer with:", f"voiceprep reread {found.attempt}")
    return journal


def _may_hold_sound(found: Recovered) -> bool:
    """False for zeros alone; a file that cannot be read is named by whoever wants to hear it."""
    from voiceprep.engines.recording import holds_only_zeros

    with suppress(AudioFileError):
        return found.audio is None or not holds_only_zeros(found.audio)
    return True


def recogniser(model: str | None, stack: ExitStack) -> Recogniser:
    """The recogniser for ``model`` (a name or a folder); asks before downloading. Raises ModelError."""
    from voiceprep.engines import models
    from voiceprep.engines.whisper import WhisperOptions, WhisperRecogniser

    name = model or DEFAULT_MODEL
    try:
        folder = models.locate(name, home())
    except ModelMissing:
        if not (sys.stdin.isatty() and sys.stderr.isatty() and agreed_to_fetch(name)):
            raise
        folder = fetch(name)
    return stack.enter_context(closing(WhisperRecogniser(folder, WhisperOptions())))


def agreed_to_fetch(name: str) -> bool:
    """Ask whether ``name`` may be downloaded, with its size and where it goes."""
    from voiceprep.engines import models

    known = {info.name: info for info in models.available(home())}
    if name not in known:
        return False
    size = f"{known[name].approx_bytes / 1e6:.0f} MB"
    typer.echo(
        f"The speech model {name} is not on this machine yet: {size}, once, to {home() / 'models'}.", err=True
    )
    return typer.confirm("Download it now?", default=True, err=True)


def fetch(name: str) -> Path:
    """Download ``name`` with a progress bar. Raises DownloadError; Ctrl-C keeps what has arrived."""
    from voiceprep.engines import models

    with ExitStack() as stack:
        bar: Any = None
        n_shown = 0

        def advance(progress: models.Progress) -> None:
            nonlocal bar, n_shown
            if bar is None:
                bar = stack.enter_context(
                    typer.progressbar(length=progress.n_total, label=f"fetching {name}", file=sys.stderr)
                )
            bar.update(progress.n_done - n_shown)
            n_shown = progress.n_done

        return models.fetch(name, home(), advance)


def loudspeaker(settings: Settings) -> Player | None:
    """The loudspeaker to play on; None where this machine has none and none was asked for.

    Raises NoDevice when the one asked for is not there.
    """
    from voiceprep.engines import devices
    from voiceprep.engines.loudspeaker import SoundDevicePlayer

    try:
        devices.choose(settings.loudspeaker, devices.outputs(), "loudspeaker")
        return SoundDevicePlayer(settings.loudspeaker)
    except DeviceError:
        if settings.loudspeaker is not None:
            raise
        return None


def voice(settings: Settings, player: Player, stack: ExitStack) -> Speaker:
    """The synthetic voice, speaking to ``player``. Raises SpeechError where there is no such voice."""
    from voiceprep.engines.speech import Pyttsx3Speaker, SpeechOptions, choose_voice, voices

    options = SpeechOptions()
    if settings.voice is not None:
        # Found now, before anything is asked, and in full, so that it need not be looked up again.
        options = replace(options, voice=choose_voice(settings.voice, voices()).id)
    if settings.rate_wpm is not None:
        options = replace(options, rate_wpm=settings.rate_wpm)
    return stack.enter_context(closing(Pyttsx3Speaker(player, options)))


def ears(model: str | None, stack: ExitStack) -> Ears:
    """The speech detector and the recogniser for ``model``."""
    from voiceprep.engines.silero import SileroDetector
    from voiceprep.hearing import Ears

    return Ears(SileroDetector(), recogniser(model, stack))


def listener(model: str | None, stack: ExitStack) -> Listener:
    """What hears whole recordings, with the recogniser for ``model``. Raises ModelError."""
    from concurrent.futures import ThreadPoolExecutor

    from voiceprep.engines.clock import SystemClock
    from voiceprep.rehearing import Listener

    heard_by = ears(model, stack)
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recogniser")
    # Ctrl-C waits for the phrase under way and for no other.
    stack.callback(worker.shutdown, cancel_futures=True)
    return Listener(heard_by, NoKeys(), SystemClock(), worker)


@dataclass(frozen=True, slots=True)
class Way:
    """How answers are given and questions put: typed or from recordings, printed instead of spoken."""

    text: bool = False
    audio: tuple[Path, ...] = ()
    mute: bool = False

    @property
    def live(self) -> bool:
        """Whether a microphone listens."""
        return not (self.text or self.audio)


@dataclass(frozen=True, slots=True)
class AtHand:
    """What is there before a room is furnished; None: the room gets its own."""

    journal: Journal | None = None
    controls: Controls | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """Everything at hand for questions and answers; ``between`` hears commands while nothing is asked.

    ``player`` and ``between`` are None where nothing is played or no microphone listens, ``level`` where
    each question has its own, ``role`` where the content has none.
    """

    bank: Bank
    screen: Screen
    level: Level | None
    role: Role | None
    headphones: bool
    parts: Parts
    answers: Iterator[AnswerSource]
    player: Player | None
    between: Spoken | None


def furnished(
    chosen: Chosen, way: Way, bank: Bank, screen: Screen, stack: ExitStack, at_hand: AtHand | None = None
) -> Room:
    """The room for one use of the program; what was chosen is remembered once its parts are known to work.

    Raises UsageError for contradictions, SettingsError, NoDevice, ModelError, SpeechError, JournalError.
    """
    from voiceprep.engines.clock import SystemClock
    from voiceprep.engines.keys import TerminalKeys
    from voiceprep.engines.tones import TonePlayer
    from voiceprep.session import Parts, Spoken

    if way.audio and way.text:
        raise UsageError("--audio and --text both say where the answers come from; use one")
    at_hand = at_hand or AtHand()
    settings = merged(chosen)
    role = _role(settings, bank)
    sources = answers(settings, text=way.text, audio=way.audio, screen=screen)
    hearing = None if way.text else ears(settings.model, stack)
    player = None if way.mute else loudspeaker(settings)
    if player is None and not way.mute:
        screen.note("There is no loudspeaker here: what would be said is printed instead.")
    toned = None if player is None or way.text or settings.tones is False else TonePlayer(player)
    player = toned or player
    speaker = Mute() if player is None else voice(settings, player, stack)
    journal = at_hand.journal or open_journal(screen, stack)
    unused = {
        *(() if way.live else ("microphone",)),
        *(("model",) if way.text else ()),
        *(("loudspeaker", "voice") if player is None else ()),
    }
    remember(settings, frozenset(unused))
    controls = at_hand.controls or (stack.enter_context(TerminalKeys()) if way.live else NoKeys())
    between = next(sources) if way.live else None
    return Room(
        bank,
        screen,
        level_of(settings),
        role,
        way.live and settings.headphones,
        Parts(speaker, journal, controls, SystemClock(), hearing, toned),
        sources,
        player,
        between if isinstance(between, Spoken) else None,
    )


def level_of(settings: Settings) -> Level | None:
    """The level that was chosen; None where each question has its own."""
    return None if settings.level in {None, "any"} else Level(str(settings.level))


def _role(settings: Settings, bank: Bank) -> Role | None:
    from voiceprep import bank as banks
    from voiceprep import schedule

    if settings.role is None and not bank.roles:
        return None
    return banks.find_role(bank, settings.role or schedule.ANY_ROLE)


def answers(
    settings: Settings, *, text: bool, audio: tuple[Path, ...], screen: Screen
) -> Iterator[AnswerSource]:
    """Where answers come from: typed, from files, or the microphone; bad files and devices are named now."""
    from voiceprep.listen import WHOLE_RECORDING, ListenOptions
    from voiceprep.session import Spoken

    if text:
        return typed_answers(screen)
    if audio:
        from voiceprep.engines.audiofile import AudioFileMicrophone, Pace, inspect_audio

        for path in audio:
            inspect_audio(path)
        return iter(
            [Spoken(partial(AudioFileMicrophone, path, Pace.AT_ONCE), WHOLE_RECORDING) for path in audio]
        )

    from voiceprep.engines import devices
    from voiceprep.engines.microphone import SoundDeviceMicrophone

    devices.choose(settings.microphone, devices.inputs(), "microphone")
    options = ListenOptions(
        pace=ListeningPace(settings.pace or ListeningPace.NORMAL), finish_silence_s=settings.finish_silence_s
    )
    return itertools.repeat(Spoken(partial(SoundDeviceMicrophone, settings.microphone), options))


def typed_answers(screen: Screen) -> Iterator[AnswerSource]:
    """Answers from the keyboard without end, or from a pipe until it ends.

    An answer is the lines up to an empty one; nothing more is asked of a pipe that has ended. Reading one
    raises UsageError where it is larger than MAX_TEXT_BYTES or no text.
    """
    from voiceprep.session import Typed

    ended = False
    lines: list[str] = []

    def read() -> str:
        nonlocal ended
        screen.note("Type your answer; an empty line ends it.")
        lines.clear()
        n_left = MAX_TEXT_BYTES
        try:
            # At most so much of a line: it may have no end.
            while line := sys.stdin.readline(n_left + 1):
                n_left -= len(line.encode())  # fails where Python was told to let broken bytes through
                if n_left < 0:
                    raise UsageError(
                        f"the typed answer is larger than {MAX_TEXT_BYTES // 1_000_000} MB; is that one "
                        "answer? An empty line ends it."
                    )
                if not line.strip():
                    break
                lines.append(line.strip())
        except UnicodeError as exc:
            raise UsageError("the typed answer is not text in the terminal's encoding; use UTF-8") from exc
        ended = not line and not sys.stdin.isatty()
        return " ".join(lines)

    while not ended:
        yield Typed(read, lambda: " ".join(lines))


class Mute:
    """Says nothing: the screen shows every question and all feedback as text."""

    def prepare(self, text: str) -> None:
        """Nothing to prepare."""

    def say(self, text: str, should_stop: Callable[[], bool]) -> str:  # noqa: ARG002 - the port's signature
        """The text is on the screen already."""
        return ""

    def slow_down(self) -> None:
        """Reading has no rate."""

    def close(self) -> None:
        """Nothing to close."""


class NoKeys:
    """Controls where nobody presses keys."""

    def poll(self) -> None:
        """None, always."""
