"""Who is recording: an advisory lock on the recording's file.

A lock dies with its process, killed or not, and a process id may be given to another program; so
the lock, and not an id in the database, tells a live second window from a crash.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from voiceprep.engines.home import storage_error

_WINDOWS_OFFSET = 2**31 - 2
"""Windows locks bytes and keeps others from reading them: so one far behind the audio (18 h) is taken."""


class RecordingLock:
    """A held lock; freed by :meth:`release` or with the process."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def release(self) -> None:
        """Let go. May be called twice."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            if sys.platform == "win32":
                import msvcrt

                os.lseek(handle, _WINDOWS_OFFSET, os.SEEK_SET)
                msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
            os.close(handle)


def take_lock(path: Path) -> RecordingLock | None:
    """Lock the existing file ``path``; None where another holder, in this process or not, is alive.

    Raises FileNotFoundError, JournalError (also where the file system knows no locks).
    """
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        raise
    except OSError as exc:
        raise storage_error(exc, "open the recording", path) from exc
    try:
        taken = _try_lock(handle)
    except OSError as exc:
        os.close(handle)
        raise storage_error(exc, "lock the recording", path) from exc
    if not taken:
        os.close(handle)
        return None
    return RecordingLock(handle)


def _try_lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _WINDOWS_OFFSET, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
    else:
        import fcntl

        # flock and not lockf: it belongs to the open file, so two journals in one process see each other.
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
