"""``doctor``: what works on this machine, and what mends the rest."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from typing import Annotated

import typer

from voiceprep.cli import assemble
from voiceprep.cli.render import plain
from voiceprep.engines.home import home
from voiceprep.errors import DeviceLost, VoiceprepError
from voiceprep.model import RATE_HZ

LISTEN_S = 1.5
"""Audio listened to: enough to tell a quiet room from a muted microphone."""

LOW_DISK_BYTES = 500_000_000
"""Room that a day of recordings (115 MB an hour) should leave."""


def doctor(
    microphone: Annotated[str | None, typer.Option(help="Microphone: number or part of its name.")] = None,
    loudspeaker: Annotated[str | None, typer.Option(help="Loudspeaker: number or part of its name.")] = None,
) -> None:
    """Check microphone, loudspeaker, voice, speech model, content and disk; one line each.

    Exits with 1 when something needed for practice does not work; the line says what mends it.
    """
    chosen = assemble.Chosen(microphone=microphone, loudspeaker=loudspeaker)
    examinations: tuple[tuple[str, Callable[[], str]], ...] = (
        ("data folder", _data_folder),
        ("content", _content),
        ("voice", _voice),
        ("loudspeaker", lambda: _loudspeaker(assemble.merged(chosen).loudspeaker)),
        ("microphone", lambda: _microphone(assemble.merged(chosen).microphone)),
        ("speech model", _model),
    )
    n_bad = 0
    for name, examine in examinations:
        try:
            typer.echo(plain(f"ok       {name:<13} {examine()}"))
        except VoiceprepError as exc:
            n_bad += 1
            typer.echo(plain(f"PROBLEM  {name:<13} {exc}"))
    if n_bad:
        typer.echo("\nWithout these, voiceprep demo still runs, and voiceprep practice --text.", err=True)
        raise typer.Exit(1)


def _data_folder() -> str:
    from voiceprep.engines.journal import SqliteJournal

    folder = home()
    with closing(SqliteJournal(folder)) as journal:
        n_attempts = len(journal.attempts())
    free = shutil.disk_usage(folder).free
    warning = ": little room for recordings, free some space" if free < LOW_DISK_BYTES else ""
    return f"{folder}: {n_attempts} attempts, {free / 1e9:.1f} GB free{warning}"


def _content() -> str:
    bank = assemble.load_bank()
    return f"{len(bank.questions)} questions, {len(bank.glossary)} glossary terms"


def _voice() -> str:
    from voiceprep.engines.speech import voices

    found = voices()
    return f"{len(found)} voices, the first is {found[0].name}" if found else "no voice"


def _loudspeaker(wanted: str | None) -> str:
    from voiceprep.engines import devices

    device = devices.choose(wanted, devices.outputs(), "loudspeaker")
    played = devices.output_format(device)
    return f"{device.name} ({device.host_api}, {played.rate_hz} Hz)"


def _microphone(wanted: str | None) -> str:
    from voiceprep.engines.microphone import SoundDeviceMicrophone
    from voiceprep.hearing import SILENCE_DBFS, level_dbfs

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
                "terminal to use it in the system's privacy settings, or choose another by --microphone"
            )
        lost = f", samples lost {n_overflows} times" if n_overflows else ""
        return f"{microphone.name}: {level:.0f} dB at its loudest (0 is full scale){lost}"


def _model() -> str:
    from voiceprep.engines import models

    name = assemble.merged(assemble.Chosen()).model or assemble.DEFAULT_MODEL
    return f"{name} in {models.locate(name, home())}"
