"""Single key presses from the terminal, which is put back as it was in every case."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

_NAMES = {"\r": "enter", "\n": "enter", " ": "space", "\x1b": "esc"}

_ESC = "\x1b"


class TerminalKeys:
    """Keys as they are pressed, without waiting for Enter; implements :class:`voiceprep.ports.Controls`.

    A context manager: keys arrive between enter and exit. Ctrl-C goes on raising KeyboardInterrupt.
    Where standard input is no terminal, or belongs to another job, no key ever comes.
    """

    def __init__(self) -> None:
        self._pressed: deque[str] = deque()
        self._terminal: _Terminal | None = None

    def __enter__(self) -> Self:
        self._terminal = _terminal()
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal is not None:
            self._terminal.close()
            self._terminal = None

    def poll(self) -> str | None:
        """The oldest key not yet taken, None when there is none; does not wait.

        "enter", "space", "esc", or the character in lower case. Arrow and function keys are nothing.
        """
        if self._terminal is not None:
            self._pressed.extend(_keys(self._terminal.read()))
        return self._pressed.popleft() if self._pressed else None


def _keys(typed: str) -> tuple[str, ...]:
    """What was pressed, from the characters a terminal sent; an escape sequence is no key."""
    keys = []
    rest = typed
    while rest:
        if rest.startswith(_ESC) and len(rest) > 1:
            rest = rest[_sequence_length(rest) :]
            continue
        key = _NAMES.get(rest[0], rest[0].lower())
        if key in _NAMES.values() or key.isprintable():
            keys.append(key)
        rest = rest[1:]
    return tuple(keys)


def _sequence_length(typed: str) -> int:
    """How many characters belong to the escape sequence that ``typed`` begins with (ECMA-48, 5.4).

    ESC [ takes parameters until a byte from @ to ~, ESC O one more character, ESC and any other
    character is that key with Alt.
    """
    if typed[1] == "O":
        return 3
    if typed[1] != "[":
        return 2
    for index, character in enumerate(typed[2:], start=2):
        if "@" <= character <= "~":
            return index + 1
    return len(typed)


if sys.platform == "win32":
    import msvcrt

    class _Terminal:
        """The console; needs no setting and no restoring."""

        def read(self) -> str:
            """What was typed since the last call."""
            typed = ""
            while msvcrt.kbhit():
                character = msvcrt.getwch()
                if character == "\x03":
                    raise KeyboardInterrupt
                if character in "\x00\xe0":  # an arrow or function key: its code follows
                    msvcrt.getwch()
                else:
                    typed += character
            return typed

        def close(self) -> None:
            """Nothing to put back."""

    def _terminal() -> _Terminal | None:
        return _Terminal() if sys.stdin is not None and sys.stdin.isatty() else None

else:
    import termios
    import tty

    # Long enough for a sequence that a slow connection tears apart, too short to feel.
    _ESC_WAIT_S = 0.025

    # What ends a process without Python's own cleaning up; after SIGCONT the shell has reset the terminal.
    _ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

    _Handler = Callable[[int, FrameType | None], Any] | int | None

    class _Terminal:
        """A terminal switched to single keys (cbreak: no line editing, no echo, signals stay)."""

        def __init__(self, fd: int) -> None:
            self._fd = fd
            self._before = termios.tcgetattr(fd)
            self._handlers: dict[int, _Handler] = {}
            if threading.current_thread() is threading.main_thread():  # only there may handlers be set
                for number in _ENDING:
                    self._handlers[number] = signal.signal(number, self._end)
                self._handlers[signal.SIGCONT] = signal.signal(signal.SIGCONT, self._resume)
            tty.setcbreak(fd)

        def read(self) -> str:
            """What was typed since the last call."""
            typed = b""
            # A lone ESC may be the head of a sequence whose rest is on its way.
            while select.select([self._fd], [], [], _ESC_WAIT_S if typed.endswith(b"\x1b") else 0.0)[0]:
                try:
                    some = os.read(self._fd, 1024)
                except OSError:  # the terminal is gone, and with it whoever could press a key
                    break
                if not some:
                    break
                typed += some
            return typed.decode(errors="ignore")

        def close(self) -> None:
            self._restore()
            for number, handler in self._handlers.items():
                signal.signal(number, signal.SIG_DFL if handler is None else handler)
            self._handlers.clear()

        def _restore(self) -> None:
            with contextlib.suppress(termios.error):  # a terminal that is gone needs no restoring
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)

        def _end(self, number: int, frame: FrameType | None) -> None:
            """Put the terminal back, then let the signal do what it would have done."""
            before = self._handlers[number]
            self.close()
            if callable(before):
                before(number, frame)
            else:
                signal.raise_signal(number)

        def _resume(self, _number: int, _frame: FrameType | None) -> None:
            if _in_foreground(self._fd):
                tty.setcbreak(self._fd)

    def _terminal() -> _Terminal | None:
        try:
            fd = sys.stdin.fileno()
        except (AttributeError, ValueError, OSError):  # no standard input, or one that is no file
            return None
        return _Terminal(fd) if os.isatty(fd) and _in_foreground(fd) else None

    def _in_foreground(fd: int) -> bool:
        """Whether the terminal is ours: to switch it from the background would stop the process."""
        try:
            return os.tcgetpgrp(fd) == os.getpgrp()
        except OSError:  # it is not the terminal that controls this process
            return True
