"""The commands and their options, and how errors become messages and exit statuses."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from voiceprep import __version__
from voiceprep.cli import (
    authoring,
    checking,
    configuring,
    doctor,
    drilling,
    importing,
    library,
    mocks,
    planning,
    progress,
    repairing,
    replaying,
    rounds,
    storytelling,
)
from voiceprep.cli.ending import INTERRUPTED, told_to_end
from voiceprep.cli.render import plain
from voiceprep.errors import VoiceprepError


class ReportingGroup(TyperGroup):
    """Turns the project's errors and Ctrl-C into one message and the contract's exit status."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own signature is untyped here
        """Run the command. Raises typer.Exit with the contract's status."""
        try:
            return super().invoke(ctx)
        except VoiceprepError as exc:
            typer.echo(f"voiceprep: {plain(str(exc))}", err=True)
            raise typer.Exit(INTERRUPTED if told_to_end() else exc.exit_status) from exc
        except (KeyboardInterrupt, typer.Abort) as exc:
            typer.echo("\nvoiceprep: interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from exc
        except BrokenPipeError as exc:
            # Whoever read our output has enough.
            _write_no_more()
            raise typer.Exit(0) from exc
        except OSError as exc:
            # What files do is translated where they are opened; this is standard input or output.
            _write_no_more()
            typer.echo(f"voiceprep: standard input or output failed: {plain(str(exc))}", err=True)
            raise typer.Exit(1) from exc

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer's own signature
        """List the commands under the headings that they were given, in the order of their registration."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            panel = getattr(command, "rich_help_panel", None)
            heading = panel if isinstance(panel, str) else "Commands"
            found.setdefault(heading, []).append((name, command.get_short_help_str(MAX_SUMMARY)))
        for heading, rows in found.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


MAX_SUMMARY = 66
"""Letters of a command's line in a list: with the longest name it fits into 80 columns."""


def _write_no_more() -> None:
    """Let what is still in the buffer vanish: Python would complain again when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    cls=ReportingGroup,
    name="voiceprep",
    help="Practise interview answers aloud: a question is read to you, your spoken answer is checked for "
    "what is missing or vague, and a follow-up goes for exactly that. Everything stays on this machine.",
    epilog="Example: voiceprep demo",
    rich_markup_mode=None,  # plain help is shown three times sooner
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voiceprep {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def begin(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - typer reads it and calls _version
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Show what to do next when no command is given."""
    if context.invoked_subcommand is None:
        library.what_next()


def _command(panel: str, name: str, run: Callable[..., None], summary: str, example: str) -> None:
    app.command(name, epilog=f"Example: {example}", short_help=summary, rich_help_panel=panel)(run)


def _group(panel: str, name: str, group: typer.Typer, summary: str) -> None:
    app.add_typer(group, name=name, short_help=summary, rich_help_panel=panel)


DESK, HANDS_FREE, BACK, SET_UP = "At a desk", "Hands-free", "Looking back and ahead", "Setting up"
PANELS = (DESK, HANDS_FREE, BACK, SET_UP)
"""The headings in ``voiceprep --help``; the README's table has the same."""


_command(
    DESK, "demo", rounds.demo, "the whole loop on recordings, in under a minute", "voiceprep demo --fast"
)
_command(
    DESK,
    "practice",
    rounds.practice,
    "one question, your answer, what is missing, a follow-up",
    "voiceprep practice nms-purpose --headphones",
)
_command(
    DESK,
    "check",
    checking.check,
    "flags for an answer from text, file or recording",
    'voiceprep check nms-purpose --text "It keeps the best box."',
)
_command(
    DESK,
    "score",
    checking.score,
    "an answer against a reference answer of your own",
    'voiceprep score --reference "A function that calls itself." --text "It calls itself."',
)
_command(
    DESK,
    "transcribe",
    checking.transcribe,
    "the words of a recording",
    "voiceprep transcribe answer.wav --json",
)

_command(
    HANDS_FREE,
    "drill",
    drilling.drill,
    "questions in a row by voice alone",
    "voiceprep drill --minutes 20 --level senior",
)
_command(
    HANDS_FREE,
    "mock",
    mocks.mock,
    "an interview round, or five, against the clock",
    "voiceprep mock --round deep-dive --minutes 30",
)
_command(
    HANDS_FREE,
    "repair",
    repairing.repair,
    "say your vague sentences again until they are concrete",
    "voiceprep repair 3, or: voiceprep repair --order worst --topic detection",
)

_command(BACK, "history", library.history, "what you answered", "voiceprep history 3")
_command(
    BACK,
    "replay",
    replaying.replay,
    "an earlier answer, every finding marked in place",
    "voiceprep replay 3 --recheck",
)
_command(
    BACK,
    "report",
    replaying.report,
    "an answer, or a mock interview, as one HTML file with sound",
    "voiceprep report 3 --open",
)
_command(
    BACK, "vague", repairing.vague, "the vague sentences of all your answers", "voiceprep vague --order worst"
)
_command(
    BACK,
    "progress",
    progress.progress,
    "what you cover, keep leaving out, and are ready for",
    "voiceprep progress --topic detection --plot progress.html",
)
_command(
    BACK,
    "import",
    importing.import_recordings,
    "recordings made elsewhere, judged like answers of yours",
    "voiceprep import talk.m4a --question nms-purpose",
)
_command(
    BACK,
    "reread",
    importing.reread,
    "recordings heard again, by another model or today's checks",
    "voiceprep reread 3 --model small.en",
)
_command(BACK, "profile", library.profile, "what your latest answers signal", "voiceprep profile --last 5")
_group(BACK, "stories", storytelling.app, "your stories about past work, told or not, and notes")
_command(
    BACK,
    "plan",
    planning.plan,
    "three weeks of preparation, day by day",
    "voiceprep plan --start 2026-11-25 --level senior",
)
_command(
    BACK,
    "export",
    replaying.export,
    "answers as text, table, subtitles, sound or Anki cards",
    "voiceprep export 3 --format srt",
)
_command(
    BACK, "forget", library.forget, "delete answers for good, recordings included", "voiceprep forget 3 4"
)

_command(
    SET_UP, "doctor", doctor.doctor, "what works on this machine, and what mends the rest", "voiceprep doctor"
)
_group(SET_UP, "models", library.models, "the speech models, fetching one")
_group(SET_UP, "questions", library.questions, "what can be asked; add questions of your own")
_group(SET_UP, "config", configuring.config, "what is remembered between runs")
_command(SET_UP, "restore", library.restore, "put back the copy of a damaged journal", "voiceprep restore")

library.questions.command(
    "new",
    short_help="a commented template for a question of your own",
    epilog="Example: voiceprep questions new hashing-why --topic foundations --kind define",
)(authoring.new)
library.questions.command(
    "import",
    short_help="cards of other programs, to be practised like questions",
    epilog="Example: voiceprep questions import cards.csv --pack databases",
)(authoring.import_cards)
