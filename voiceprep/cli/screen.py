"""The live screen: results to stdout, the changing status line to stderr.

Without a terminal, or on one that knows no cursor, the status is said once per change of phase.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO

from voiceprep.cli.ending import leave_dead_terminal
from voiceprep.cli.render import (
    Joint,
    Page,
    added_lines,
    assessment_lines,
    encouraging_lines,
    judgement_lines,
    plain,
)
from voiceprep.events import (
    Asking,
    Checked,
    Event,
    Kept,
    LevelMeasured,
    MicrophoneSilent,
    NothingSaid,
    Obeyed,
    Phase,
    PhaseChanged,
    Reopened,
    Said,
    SaidAgain,
    Saying,
    TranscriptGrown,
)

METER_FLOOR_DBFS = -60.0
"""Level at which the meter is empty: a quiet room."""

METER_COLUMNS = 12

HINTS = {
    Phase.LISTENING: " (Enter when you are done)",
    Phase.PAUSED: ' (any key, or "resume", goes on)',
    Phase.SPEAKING: " (any key cuts it short)",
}
"""What can be done in a phase."""

REDRAW_S = 0.1
"""Audio between two drawings of the meter."""


def understands_cursor(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal on which a line can be redrawn."""
    return stream.isatty() and os.environ.get("TERM", "") != "dumb"


def page_for(stream: TextIO) -> Page:
    """How to lay out text for ``stream``: its width, and styles only on a terminal that wants them."""
    return Page(_columns(stream), styled=understands_cursor(stream) and not os.environ.get("NO_COLOR"))


def _columns(stream: TextIO) -> int:
    """The width of the terminal ``stream`` is, else the usual one; COLUMNS overrides a terminal's own."""
    if not stream.isatty():
        return 80
    try:
        wanted = int(os.environ.get("COLUMNS", "0"))
        # Not shutil's: it measures stdout, whichever stream is meant.
        return wanted if wanted > 0 else os.get_terminal_size(stream.fileno()).columns or 80
    except (ValueError, OSError):  # no number; a terminal that does not tell
        return 80


def _verbatim(*copied: object) -> list[str]:
    """Lines to be copied from the screen: a terminal may wrap them, we break nothing."""
    return [plain(f"  {item}") for item in copied]


class Screen:
    """Shows the events of a session as they happen; ``gentle``: no clock, no verdict, nothing missing."""

    def __init__(
        self, out: TextIO | None = None, status: TextIO | None = None, *, gentle: bool = False
    ) -> None:
        self._out = out or sys.stdout
        self._status = status or sys.stderr
        self._redraws = understands_cursor(self._status)
        self._drawn = False
        self._phase = Phase.DONE
        self._source = ""
        self._shown_text = ""
        self._next_drawing_s = 0.0
        self._where = ""
        self._gentle = gentle

    def tell(self, event: Event) -> None:  # noqa: C901, PLR0912 - one case an event
        """Show ``event``."""
        page = page_for(self._out)
        match event:
            case PhaseChanged(phase, source):
                self._phase, self._source, self._next_drawing_s = phase, source, 0.0
                self._show_phase()
            case Asking(question, text, ordinal, is_repair):
                self._shown_text = ""
                label = "Vague" if is_repair else "Question" if ordinal == 0 else "Follow-up"
                self._lines(["", page.bold(f"{label} ({question.id})"), *page.paragraph(text, "  ")])
            case Saying(text):
                self._lines(["", *page.paragraph(text)])
            case Said(where):
                if where not in ("", self._where):
                    self._where = where
                    self.note(f"(spoken to {where})")
            case LevelMeasured():
                self._meter(event)
            case TranscriptGrown(text):
                # The recogniser adds phrases at the end and never takes one back.
                self._lines(page.paragraph(text[len(self._shown_text) :].strip(), "  > ", "    "))
                self._shown_text = text
            case Obeyed(command):
                self.note(f"({command})")
            case Reopened(asked, heard):
                self._shown_text = heard
                self._lines(["", *page.paragraph(f"Going on with your answer to: {asked}")])
            case MicrophoneSilent(name, seconds):
                self.note(
                    f"zero samples from {name} for {seconds:.0f} s: muted or not connected? Still listening."
                )
            case NothingSaid(audio):
                lines = page.paragraph("Nothing said: there are no words, so nothing is scored.")
                if audio is not None:
                    lines += ["The recording is kept:", *_verbatim(audio)]
                self._lines(lines)
            case Checked(answer, assessment, combined, before):
                if self._gentle:
                    self._lines(encouraging_lines(combined or assessment, page))
                elif combined is None or before is None:
                    self._lines(["", *assessment_lines(assessment, page)])
                else:
                    joint = Joint(before, combined, answer.ordinal + 1)
                    self._lines(["", *added_lines(assessment, joint, page)])
            case SaidAgain(_, judgement):
                self._lines(["", *judgement_lines(judgement, page)])
            case Kept(attempt, audio):
                kept = page.paragraph(f"Kept as attempt {attempt} (voiceprep history {attempt}).")
                self._lines(["", *kept, *_verbatim(*audio)])

    def note(self, text: str, *verbatim: object) -> None:
        """A line of status that stays; ``verbatim`` (paths, commands) follow whole, a line each."""
        self.clear()
        lines = [*page_for(self._status).paragraph(text), *_verbatim(*verbatim)]
        self._write(self._status, "\n".join(lines) + "\n")

    def clear(self) -> None:
        """Take the status line away."""
        if self._drawn:
            self._write(self._status, "\r\x1b[2K")
            self._drawn = False

    def _lines(self, lines: list[str]) -> None:
        self.clear()
        self._write(self._out, "\n".join(lines) + "\n")
        self._draw(str(self._phase))

    def _show_phase(self) -> None:
        text = str(self._phase) + (f": {self._source}" if self._source else "")
        if self._redraws:
            self._draw(text + (HINTS.get(self._phase, "")))
        else:
            self.note(f"[{text}]")

    def _meter(self, measured: LevelMeasured) -> None:
        if not self._redraws or measured.heard_s < self._next_drawing_s:
            return
        self._next_drawing_s = measured.heard_s + REDRAW_S
        share = 1 - max(METER_FLOOR_DBFS, measured.dbfs) / METER_FLOOR_DBFS
        bar = "#" * round(share * METER_COLUMNS)
        lost = f"  {measured.n_overflows} times samples lost" if measured.n_overflows else ""
        heard = "" if self._gentle else f" {measured.heard_s:5.1f} s"
        self._draw(f"{self._phase} [{bar:<{METER_COLUMNS}}] {measured.dbfs:4.0f} dB{heard}{lost}")

    def _draw(self, text: str) -> None:
        if self._redraws:
            self._write(self._status, "\r\x1b[2K" + plain(text)[: max(1, _columns(self._status) - 1)])
            self._drawn = True

    @staticmethod
    def _write(stream: TextIO, text: str) -> None:
        """Show ``text`` now. A terminal that was closed is like Ctrl-C: what was said is kept first."""
        try:
            stream.write(text)
            stream.flush()
        except OSError as exc:
            if exc.errno != errno.EIO:
                raise
            leave_dead_terminal()
            raise KeyboardInterrupt from exc
