from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from voiceprep.engines import keys
from voiceprep.engines.keys import TerminalKeys

if sys.platform == "win32":
    pytest.skip("a console's keys cannot be typed by a test there", allow_module_level=True)

import termios

ROOT = Path(keys.__file__).parents[2]

# The child makes the terminal its own, so that keys raise signals in it as in real life.
HEAD = """
    import os, signal, sys, time
    fd = os.open(sys.argv[1], os.O_RDWR)
    os.dup2(fd, 0)
    from voiceprep.engines.keys import TerminalKeys
    def say(*words):
        print(*words, flush=True)
    def next_key(keys):
        while (key := keys.poll()) is None:
            time.sleep(0.005)
        return key
    """


@dataclass(frozen=True)
class Session:
    """A program at a terminal that the test types at."""

    process: subprocess.Popen[str]
    keyboard: int
    terminal: int

    def press(self, typed: bytes) -> None:
        os.write(self.keyboard, typed)

    def hang_up(self) -> None:
        """Close the window."""
        spare = os.open(os.devnull, os.O_RDWR)
        os.dup2(spare, self.keyboard)
        os.close(spare)

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")

    def lets_the_terminal_edit(self) -> bool:
        """Whether the terminal is as shells leave it: whole lines, echoed."""
        flags = termios.tcgetattr(self.terminal)[3]
        return bool(flags & termios.ICANON and flags & termios.ECHO)


@contextmanager
def running(body: str) -> Iterator[Session]:
    keyboard, terminal = os.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = textwrap.dedent(HEAD) + textwrap.dedent(body)
    process = subprocess.Popen(
        [sys.executable, "-c", program, os.ttyname(terminal)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Session(process, keyboard, terminal)
    finally:
        process.kill()
        process.communicate()
        os.close(keyboard)
        os.close(terminal)


ECHOING = """
    with TerminalKeys() as keys:
        say("ready")
        while (key := next_key(keys)) != "q":
            say(repr(key))
    say("done")
    """


def test_each_key_arrives_by_its_name_without_enter() -> None:
    """Enter, space and Esc by name, characters in lower case; arrow, function and Alt keys are nothing."""
    with running(ECHOING) as session:
        assert session.line() == "ready"
        session.press(b"R\n\r ")
        assert [session.line() for _ in range(4)] == ["'r'", "'enter'", "'enter'", "'space'"]
        session.press(b"\x1b")
        assert session.line() == "'esc'"
        session.press(b"\x1b[A\x1b[15~\x1bOP\x1bx\x7f\t")
        session.press("É?".encode())
        assert [session.line() for _ in range(2)] == ["'é'", "'?'"]
        session.press(b"q")
        assert session.line() == "done"
        assert session.lets_the_terminal_edit()


def test_a_sequence_torn_apart_on_its_way_is_still_no_key() -> None:
    """Over a slow connection the rest of an arrow key comes a little later than its Esc."""
    with running(ECHOING) as session:
        session.line()
        session.press(b"\x1b")
        time.sleep(0.005)
        session.press(b"[An")
        assert session.line() == "'n'"


def test_poll_does_not_wait() -> None:
    """No key pressed is None at once."""
    body = """
        with TerminalKeys() as keys:
            began_s = time.monotonic()
            say([keys.poll() for _ in range(100)] == [None] * 100, time.monotonic() - began_s < 0.5)
        """
    with running(body) as session:
        assert session.line() == "True True"


def test_ctrl_c_interrupts_and_the_terminal_is_put_back() -> None:
    """The key raises KeyboardInterrupt as ever, and leaves a terminal that echoes."""
    body = """
        try:
            with TerminalKeys() as keys:
                say("ready")
                next_key(keys)
        except KeyboardInterrupt:
            say("interrupted")
            time.sleep(5)
        """
    with running(body) as session:
        session.line()
        assert not session.lets_the_terminal_edit()
        session.press(b"\x03")
        assert session.line() == "interrupted"
        assert session.lets_the_terminal_edit()


def test_an_exception_puts_the_terminal_back() -> None:
    """Whatever ends the block, and it goes on its way."""
    body = """
        try:
            with TerminalKeys():
                raise RuntimeError("something")
        except RuntimeError as error:
            say(error)
            time.sleep(5)
        """
    with running(body) as session:
        assert session.line() == "something"
        assert session.lets_the_terminal_edit()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_being_ended_puts_the_terminal_back(number: signal.Signals) -> None:
    """The signal still ends the process as it would have done."""
    with running(ECHOING) as session:
        session.line()
        assert not session.lets_the_terminal_edit()
        session.process.send_signal(number)
        assert session.process.wait(10) == -number
        assert session.lets_the_terminal_edit()


def test_a_handler_of_the_programs_own_still_runs() -> None:
    """What was set before is called, and set again afterwards."""
    body = """
        def own(number, frame):
            say("own")
        signal.signal(signal.SIGTERM, own)
        with TerminalKeys() as keys:
            say("ready")
            next_key(keys)
        say(signal.getsignal(signal.SIGTERM) is own)
        """
    with running(body) as session:
        session.line()
        session.process.send_signal(signal.SIGTERM)
        assert session.line() == "own"


def test_after_a_pause_keys_arrive_again() -> None:
    """The shell resets the terminal when a job is stopped; when it goes on, single keys come again."""
    with running(ECHOING) as session:
        session.line()
        shell = termios.tcgetattr(session.terminal)
        shell[3] |= termios.ICANON | termios.ECHO
        session.process.send_signal(signal.SIGSTOP)
        termios.tcsetattr(session.terminal, termios.TCSADRAIN, shell)
        session.process.send_signal(signal.SIGCONT)
        deadline_s = time.monotonic() + 5.0
        while session.lets_the_terminal_edit() and time.monotonic() < deadline_s:
            time.sleep(0.005)
        session.press(b"n")
        assert session.line() == "'n'"


def test_a_terminal_that_is_closed_is_no_error() -> None:
    """A window closed on a program that ignores the hang-up: no key comes, and it ends in order."""
    body = """
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with TerminalKeys() as keys:
            say("ready")
            sys.stdout.flush()
            time.sleep(0.3)
            say(keys.poll())
        say("done")
        """
    with running(body) as session:
        session.line()
        session.hang_up()
        assert [session.line(), session.line()] == ["None", "done"]


def test_without_a_terminal_no_key_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input that is closed, in memory or a file is left alone."""
    with Path(os.devnull).open() as file:
        for stdin in (None, io.StringIO("q"), file):
            monkeypatch.setattr(sys, "stdin", stdin)
            with TerminalKeys() as pressed:
                assert pressed.poll() is None


def test_outside_its_block_no_key_comes() -> None:
    """Before enter and after exit there is nothing to poll."""
    pressed = TerminalKeys()
    assert pressed.poll() is None
    with pressed:
        pass
    assert pressed.poll() is None
