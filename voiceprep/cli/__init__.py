"""The command line: the only place that prints."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import stat
import sys
from pathlib import Path
from types import FrameType


def main() -> None:
    """Run the command line; the process's exit status follows the contract (0, 1, 2, 130)."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe that cannot show a letter gets an escape, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    try:
        from voiceprep.cli.app import app

        app()
    except KeyboardInterrupt:
        sys.exit(130)


def _open_what_is_closed() -> None:
    """A program may be started without its standard streams: then nobody types and nobody reads."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - for the whole process
            setattr(sys, name, stream)


def _interrupt(_signum: int, _frame: FrameType | None) -> None:
    """Being told to end is like Ctrl-C: what was said is kept first."""
    leave_dead_terminal()
    raise KeyboardInterrupt


def leave_dead_terminal() -> None:
    """Send to nowhere what would go to a terminal that was closed, and fail there."""
    for number in range(3):
        with contextlib.suppress(OSError):
            # A closed terminal is still a device, yet no terminal any more.
            if stat.S_ISCHR(os.fstat(number).st_mode) and not os.isatty(number):
                os.dup2(_nowhere(), number)


@functools.cache
def _nowhere() -> int:
    return os.open(os.devnull, os.O_RDWR)
