"""``config``: what is remembered between runs, seen and changed by name."""

from __future__ import annotations

from typing import Annotated

import typer

from voiceprep.cli.render import plain
from voiceprep.engines.home import (
    SETTINGS_FILE,
    changed_settings,
    format_setting,
    home,
    load_settings,
    save_settings,
    setting,
    settings_told,
)

config = typer.Typer(
    help="What is remembered between runs: microphone, voice, model, pace and the like.",
    epilog="Example: voiceprep config list",
    no_args_is_help=True,
    rich_markup_mode=None,
)

BY_OPTION = {"rate": "rate_wpm", "silence": "finish_silence_s", "start": "plan_start"}
"""Settings that are stored under another name than the option that sets them; either name will do."""

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A setting, as voiceprep config list or an option names it.",
        callback=lambda name: BY_OPTION.get(name, name),
    ),
]


@config.command(
    "list", short_help="every setting, its value, and what it may be", epilog="Example: voiceprep config list"
)
def list_settings() -> None:
    """List every setting, its value, and what it may be; a dash stands for the default."""
    settings = load_settings(home())
    for name, wanted in settings_told():
        value = setting(settings, name)
        shown = "-" if value is None else format_setting(value)
        typer.echo(plain(f"{name:<17} {shown:<24} {wanted}"))


@config.command("get", short_help="the value of a setting", epilog="Example: voiceprep config get pace")
def get(name: Name) -> None:
    """Print the value of a setting; nothing, with status 1, where the default holds."""
    value = setting(load_settings(home()), name)
    if value is None:
        typer.echo(f"{name} is not set, so the default holds", err=True)
        raise typer.Exit(1)
    typer.echo(plain(value if isinstance(value, str) else format_setting(value)))


@config.command(
    "set", short_help="remember a value for later runs", epilog="Example: voiceprep config set pace patient"
)
def change(name: Name, value: Annotated[str, typer.Argument(help="Its value, as it is said.")]) -> None:
    """Remember a value for later runs; one that cannot be is refused.

    A pace and a finish_silence_s exclude each other: setting the one forgets the other.
    """
    save_settings(home(), changed_settings(load_settings(home()), name, value))


@config.command(
    "unset",
    short_help="go back to the default of a setting",
    epilog="Example: voiceprep config unset finish_silence_s",
)
def unset(name: Name) -> None:
    """Go back to the default of a setting."""
    save_settings(home(), changed_settings(load_settings(home()), name, None))


@config.command("path", short_help="where the settings are kept", epilog="Example: voiceprep config path")
def path() -> None:
    """Print where the settings are kept; the file is made by the first that is remembered."""
    typer.echo(plain(str(home() / SETTINGS_FILE)))
