"""The command line: the only place that prints."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from voiceprep.cli.ending import INTERRUPTED, heed_signals, told_to_end


def main() -> None:
    """Run the command line; the process's exit status follows the contract (0, 1, 2, 130)."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe that cannot show a letter gets an escape, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    heed_signals()
    try:
        from voiceprep.cli.app import app

        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception:
        # An import that Ctrl-C breaks off may say anything: "initialization failed".
        if not told_to_end():
            raise
        sys.exit(INTERRUPTED)


def _open_what_is_closed() -> None:
    """A program may be started without its standard streams: then nobody types and nobody reads."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - for the whole process
            setattr(sys, name, stream)
