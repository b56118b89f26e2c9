"""``doctor``: what works on this machine, and what mends the rest."""

from __future__ import annotations

import math
import re
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from voiceprep.cli import assemble
from voiceprep.cli.render import counted, plain
from voiceprep.engines.home import SETTINGS_FILE, Settings, home, load_settings
from voiceprep.errors import DeviceError, DeviceLost, DiskFull, JournalError, SpeechError, VoiceprepError
from voiceprep.model import RATE_HZ

if TYPE_CHECKING:
    from voiceprep.engines.devices import Device
    from voiceprep.model import Samples

LISTEN_S = 1.5
"""Audio listened to: enough to tell a quiet room from a muted microphone."""

LOW_DISK_BYTES = 500_000_000
"""Room that a day of recordings (115 MB an hour) should leave."""

_ONESELF = re.compile(r"(?:;| and)? see `voiceprep doctor`(, or)?")
"""What other commands say of this one, which has the answers at hand."""

MIN_DISK_BYTES = 50_000_000
"""Below this the next answer may not fit: half an hour of recording."""

NOT_NEEDED_TO_TYPE = {"loudspeaker", "microphone", "echo", "speech model"}
"""What the demo and typed practice do without."""

TONE_HZ, TONE_S = 1_000.0, 0.8
"""A tone that every loudspeaker and microphone passes."""

TONE_LOUDNESS = 0.15
"""As loud as the tones that tell that it listens."""

ECHO_DB = 15.0
"""A tone this much above the room was heard: noise reaches it once in 10,000 windows or less."""


class Platform(StrEnum):
    """What a mending line is for."""

    LINUX = "Linux"
    MACOS = "macOS"
    WINDOWS = "Windows"


_MENDING: dict[str, tuple[str, str, str]] = {
    "data folder": (
        *("chmod u+rwX that folder, or: export VOICEPREP_HOME=~/voiceprep-data",) * 2,
        'give yourself control of it (Properties > Security), or: setx VOICEPREP_HOME "%USERPROFILE%\\vp"',
    ),
    "disk": (
        "df -h shows what is full; voiceprep forget deletes old answers",
        "Apple menu > About This Mac > Storage; voiceprep forget deletes old answers",
        "Settings > System > Storage; voiceprep forget deletes old answers",
    ),
    "permissions": (
        *("chmod -R go-rwx on the folder of your data (named above)",) * 2,
        "keep your data in a folder of your own: setx VOICEPREP_HOME",
    ),
    "settings": ("voiceprep config path names the file; mend the lines named above, or delete it",) * 3,
    "content": ("voiceprep questions validate names every fault of your questions by file and key",) * 3,
    "voice": (
        "sudo apt install espeak-ng (Fedora: sudo dnf install espeak-ng)",
        "System Settings > Accessibility > Spoken Content > System Voice > Manage Voices",
        "Settings > Time & language > Speech > Manage voices > Add voices",
    ),
    "loudspeaker": (
        "sudo apt install libportaudio2; choose an output in the sound settings (pactl list short sinks)",
        "System Settings > Sound > Output: choose one, and not muted",
        "Settings > System > Sound > Output: choose one, and not muted",
    ),
    "microphone": (
        "sudo apt install libportaudio2; unmute it in the sound settings, or by alsamixer (F4)",
        "System Settings > Privacy & Security > Microphone: allow your terminal, and start it again",
        "Settings > Privacy & security > Microphone: allow access, also for desktop apps",
    ),
    "echo": ("put headphones on, or: voiceprep config set headphones false",) * 3,
    "speech model": ("voiceprep models fetch",) * 3,
}
"""By examination: on Linux, on macOS, on Windows."""


def mending(examination: str, platform: Platform) -> str:
    """What mends a failed ``examination`` on ``platform``, in one line."""
    return _MENDING[examination][list(Platform).index(platform)]


def this_platform() -> Platform:
    """What this runs on; other Unixes are taken for Linux."""
    return {"darwin": Platform.MACOS, "win32": Platform.WINDOWS}.get(sys.platform, Platform.LINUX)


def doctor(
    microphone: Annotated[str | None, typer.Option(help="Microphone: number or part of its name.")] = None,
    loudspeaker: Annotated[str | None, typer.Option(help="Loudspeaker: number or part of its name.")] = None,
) -> None:
    """Check microphone, loudspeaker, echo, voice, speech model, content, disk and who may read your data.

    A short soft tone is played, to learn whether the microphone hears the loudspeaker. All devices are
    listed. Exits with 1 when something needed for practice does not work; a line says what mends it here.
    """
    settings = Settings()

    def remembered() -> str:
        nonlocal settings
        settings = load_settings(home())
        return f"{home() / SETTINGS_FILE}" if settings != Settings() else "nothing is remembered yet"

    def chosen() -> Settings:
        # Options of this run hold also where the settings are broken, which has a line of its own.
        return replace(
            settings,
            microphone=microphone or settings.microphone,
            loudspeaker=loudspeaker or settings.loudspeaker,
        )

    examinations: tuple[tuple[str, Callable[[], str]], ...] = (
        ("data folder", _data_folder),
        ("disk", _disk),
        ("permissions", _permissions),
        ("settings", remembered),
        ("content", _content),
        ("voice", lambda: _voice(chosen().voice)),
        ("loudspeaker", lambda: _loudspeaker(chosen().loudspeaker)),
        ("microphone", lambda: _microphone(chosen().microphone)),
        ("echo", lambda: _echo(chosen(), bad)),
        ("speech model", lambda: _model(chosen().model)),
    )
    bad: set[str] = set()
    for name, examine in examinations:
        try:
            typer.echo(plain(f"ok       {name:<13} {examine()}"))
        except VoiceprepError as exc:
            bad.add(name)
            typer.echo(plain(f"PROBLEM  {name:<13} {_here(str(exc))}"))
            typer.echo(f"{'':<23}mend it: {mending(name, this_platform())}")
    if not bad:
        return
    if bad <= NOT_NEEDED_TO_TYPE:
        typer.echo("\nWithout these, voiceprep demo still runs, and voiceprep practice --text.", err=True)
    raise typer.Exit(1)


def _here(message: str) -> str:
    """``message`` without the advice to do what is being done."""
    told = _ONESELF.sub(lambda found: ";" if found.group(1) else "", message)
    return told.replace("from `voiceprep doctor`", "from those listed here")


def _data_folder() -> str:
    from voiceprep.engines.journal import SqliteJournal

    folder = home()
    with closing(SqliteJournal(folder)) as journal:
        n_attempts = len(journal.reviews())
    return f"{folder}: {counted(n_attempts, 'attempt')}"


def _disk() -> str:
    free = shutil.disk_usage(home()).free
    if free < MIN_DISK_BYTES:
        raise DiskFull(f"only {free / 1e6:.0f} MB free: the next answer may not fit")
    warning = ": little room for recordings, free some space" if free < LOW_DISK_BYTES else ""
    return f"{free / 1e9:.1f} GB free{warning}"


def _permissions() -> str:
    """Whether others on this machine can read what is kept."""
    if this_platform() is Platform.WINDOWS:
        return "as those of the folder it is in"
    folder = home()
    if not folder.stat().st_mode & 0o077:
        return "your data is open to you alone"
    loose = [path for path in folder.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o077]
    if loose:
        raise JournalError(
            f"others on this machine can read {len(loose)} of your files and folders in {folder}"
        )
    return f"others can list {folder}, what is in it is open to you alone"


def _content() -> str:
    bank = assemble.load_whole_bank()
    return f"{len(bank.questions)} questions, {len(bank.glossary)} glossary terms"


def _voice(wanted: str | None) -> str:
    from voiceprep.engines.speech import choose_voice, voices

    found = voices()
    if not found:
        raise SpeechError("this machine has no voice; install one, or go on with --mute")
    name = "the system's English voice" if wanted is None else choose_voice(wanted, found).name
    return f"{name}, of {len(found)}"


def _loudspeaker(wanted: str | None) -> str:
    from voiceprep.engines import devices

    among = devices.outputs()
    device = devices.choose(wanted, among, "loudspeaker")
    played = devices.output_format(device)
    return f"{device.label} at {played.rate_hz} Hz{_listed(among)}"


def _microphone(wanted: str | None) -> str:
    from voiceprep.engines import devices
    from voiceprep.engines.microphone import SoundDeviceMicrophone
    from voiceprep.hearing import SILENCE_DBFS, level_dbfs

    among = devices.inputs()
    n_samples, loudest, n_overflows = 0, 0.0, 0
    level = SILENCE_DBFS
    with closing(SoundDeviceMicrophone(wanted)) as microphone:
        end_s = time.monotonic() + 2 * LISTEN_S
        for block in microphone.blocks():
            n_samples += len(block.samples)
            n_overflows += block.n_overflows
            if len(block.samples):
                loudest = max(loudest, float(abs(block.samples).max()))
                level = max(level, level_dbfs(block.samples))
            if n_samples >= LISTEN_S * RATE_HZ or time.monotonic() > end_s:
                break
        if loudest == 0.0:
            raise DeviceLost(
                f"zero samples from {microphone.name}: it is muted or not connected; unmute it, allow this "
                "terminal to use it in the system's privacy settings, or choose another by "
                f"--microphone{_listed(among)}"
            )
        lost = f", samples lost {n_overflows} times" if n_overflows else ""
        return f"{microphone.name}: {level:.0f} dB at its loudest (0 is full scale){lost}{_listed(among)}"


def _echo(settings: Settings, bad: set[str]) -> str:
    """Whether the microphone hears the loudspeaker, and so whether headphones mode fits."""
    if without := sorted(bad & {"loudspeaker", "microphone"}):
        return f"not examined without a working {' and '.join(without)}"
    gain_db = _tone_heard(settings)
    heard = gain_db >= ECHO_DB
    if heard and settings.headphones:
        raise DeviceError(
            f"the microphone hears the loudspeaker ({gain_db:.0f} dB above the room), and would take the "
            "question for your answer: headphones mode is set"
        )
    if heard:
        return (
            f"the microphone hears the loudspeaker ({gain_db:.0f} dB above the room), as without headphones"
        )
    if settings.headphones:
        return "the microphone does not hear the loudspeaker: headphones mode is right"
    return (
        "the microphone does not hear the loudspeaker; if you wear headphones, you can speak to cut a "
        "question short: voiceprep config set headphones true"
    )


def _tone_heard(settings: Settings) -> float:
    """How far a tone from the loudspeaker stands out of what the microphone hears, in dB."""
    import numpy as np

    from voiceprep.engines.loudspeaker import Sound, SoundDevicePlayer
    from voiceprep.engines.microphone import SoundDeviceMicrophone

    at_s = np.arange(round(TONE_S * 48_000)) / 48_000
    tone = Sound((TONE_LOUDNESS * np.sin(2 * np.pi * TONE_HZ * at_s)).astype(np.float32), 48_000)
    player = SoundDevicePlayer(settings.loudspeaker)
    before: list[Samples] = []
    during: list[Samples] = []
    with ThreadPoolExecutor(1) as worker, closing(SoundDeviceMicrophone(settings.microphone)) as microphone:
        playing = None
        end_s = time.monotonic() + LISTEN_S + 4 * TONE_S
        for block in microphone.blocks():
            (before if playing is None else during).append(block.samples)
            if playing is None and sum(map(len, before)) >= TONE_S * RATE_HZ:
                playing = worker.submit(player.play, tone, lambda: False)
            # What is on its way when the last of the tone was handed over is heard up to a second later.
            if (
                playing is not None and sum(map(len, during)) > (TONE_S + 1.0) * RATE_HZ
            ) or time.monotonic() > end_s:
                break
        if playing is not None:
            playing.result()
    return tone_gain_db(np.concatenate(before), np.concatenate(during or before))


def tone_gain_db(before: Samples, during: Samples) -> float:
    """How much louder TONE_HZ is at its loudest in ``during`` than in ``before``; both mono RATE_HZ.

    And than the pitches around it, so that a slammed door is no tone. 0 where there is nothing to compare.
    """
    import numpy as np

    n_window = RATE_HZ // 4
    bins = np.fft.rfftfreq(n_window, 1 / RATE_HZ)
    near = (np.abs(bins - TONE_HZ) > 100) & (np.abs(bins - TONE_HZ) < 400)

    def loudness(samples: Samples) -> list[tuple[float, float]]:
        """Of the tone and of what is around it, window by window."""
        starts = range(0, len(samples) - n_window + 1, n_window // 2)
        spectra = [np.abs(np.fft.rfft(samples[at : at + n_window] * np.hanning(n_window))) for at in starts]
        return [(float(one[bins == TONE_HZ][0]), float(np.median(one[near]))) for one in spectra]

    rooms, tones = loudness(before), loudness(during)
    if not rooms or not tones:
        return 0.0
    room = max(tone for tone, _ in rooms)
    silence = 1e-5 * n_window  # -100 dB, below the noise of any sound card
    return max(20 * math.log10((tone + silence) / (max(room, around) + silence)) for tone, around in tones)


def _listed(among: tuple[Device, ...]) -> str:
    """All devices by number, where there is a choice."""
    return "".join(f"\n{'':<23}{device.number:>3}: {device.label}" for device in among if len(among) > 1)


def _model(wanted: str | None) -> str:
    from voiceprep.engines import models

    name = wanted or assemble.DEFAULT_MODEL
    return f"{name} in {models.locate(name, home())}"
