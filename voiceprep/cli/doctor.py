"""``doctor``: what works on this machine, and what mends the rest."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from voiceprep.cli import assemble
from voiceprep.cli.render import plain
from voiceprep.engines.home import SETTINGS_FILE, Settings, home, load_settings
from voiceprep.errors import DeviceLost, SpeechError, VoiceprepError
from voiceprep.model import RATE_HZ

if TYPE_CHECKING:
    from voiceprep.engines.devices import Device

LISTEN_S = 1.5
"""Audio listened to: enough to tell a quiet room from a muted microphone."""

LOW_DISK_BYTES = 500_000_000
"""Room that a day of recordings (115 MB an hour) should leave."""

NOT_NEEDED_TO_TYPE = {"loudspeaker", "microphone", "speech model"}
"""What the demo and typed practice do without."""


def doctor(
    microphone: Annotated[str | None, typer.Option(help="Microphone: number or part of its name.")] = None,
    loudspeaker: Annotated[str | None, typer.Option(help="Loudspeaker: number or part of its name.")] = None,
) -> None:
    """Check microphone, loudspeaker, voice, speech model, content and disk; list the devices there are.

    Exits with 1 when something needed for practice does not work; its line says what mends it.
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
        ("settings", remembered),
        ("content", _content),
        ("voice", lambda: _voice(chosen().voice)),
        ("loudspeaker", lambda: _loudspeaker(chosen().loudspeaker)),
        ("microphone", lambda: _microphone(chosen().microphone)),
        ("speech model", lambda: _model(chosen().model)),
    )
    bad = set()
    for name, examine in examinations:
        try:
            typer.echo(plain(f"ok       {name:<13} {examine()}"))
        except VoiceprepError as exc:
            bad.add(name)
            typer.echo(plain(f"PROBLEM  {name:<13} {exc}"))
    if not bad:
        return
    if bad <= NOT_NEEDED_TO_TYPE:
        typer.echo("\nWithout these, voiceprep demo still runs, and voiceprep practice --text.", err=True)
    raise typer.Exit(1)


def _data_folder() -> str:
    from voiceprep.engines.journal import SqliteJournal

    folder = home()
    with closing(SqliteJournal(folder)) as journal:
        n_attempts = len(journal.reviews())
    free = shutil.disk_usage(folder).free
    warning = ": little room for recordings, free some space" if free < LOW_DISK_BYTES else ""
    return f"{folder}: {n_attempts} attempts, {free / 1e9:.1f} GB free{warning}"


def _content() -> str:
    bank = assemble.load_bank()
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


def _listed(among: tuple[Device, ...]) -> str:
    """All devices by number, where there is a choice."""
    return "".join(f"\n{'':<23}{device.number:>3}: {device.label}" for device in among if len(among) > 1)


def _model(wanted: str | None) -> str:
    from voiceprep.engines import models

    name = wanted or assemble.DEFAULT_MODEL
    return f"{name} in {models.locate(name, home())}"
