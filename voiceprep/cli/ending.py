"""How the process is told to end, and that it was: Ctrl-C, a polite kill, a terminal that is closed."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import stat
from threading import Event
from types import FrameType

from voiceprep.interrupts import UNINTERRUPTED

INTERRUPTED = 130
"""The exit status of a process that was told to end."""

_told = Event()


def heed_signals() -> None:
    """Make being told to end a KeyboardInterrupt, so that what was said is kept first."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    # Else whoever started us wants no Ctrl-C.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def told_to_end() -> bool:
    """Whether that has happened: a library that it interrupts may report anything else."""
    return _told.is_set()


def leave_dead_terminal() -> None:
    """Send to nowhere what would go to a terminal that was closed, and fail there."""
    for number in range(3):
        with contextlib.suppress(OSError):
            # A closed terminal is still a device, yet no terminal any more.
            if stat.S_ISCHR(os.fstat(number).st_mode) and not os.isatty(number):
                os.dup2(_nowhere(), number)


def _interrupt(_signum: int, _frame: FrameType | None) -> None:
    _told.set()
    leave_dead_terminal()
    UNINTERRUPTED.interrupt()


@functools.cache
def _nowhere() -> int:
    return os.open(os.devnull, os.O_RDWR)
