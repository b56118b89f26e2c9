"""The commands and their options, and how errors become messages and exit statuses."""

from __future__ import annotations

import os
import sys
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


app.command("demo", epilog="Example: voiceprep demo --fast")(rounds.demo)
app.command("practice", epilog="Example: voiceprep practice nms-purpose --headphones")(rounds.practice)
app.command("drill", epilog="Example: voiceprep drill --minutes 20 --level senior")(drilling.drill)
app.command("mock", epilog="Example: voiceprep mock --round deep-dive --minutes 30")(mocks.mock)
app.command("plan", epilog="Example: voiceprep plan --start 2026-11-25 --level senior")(planning.plan)
app.add_typer(storytelling.app, name="stories")
app.command("check", epilog='Example: voiceprep check nms-purpose --text "It keeps the best box."')(
    checking.check
)
app.command(
    "score",
    epilog='Example: voiceprep score --reference "A function that calls itself." --text "It calls itself."',
)(checking.score)
app.command("transcribe", epilog="Example: voiceprep transcribe answer.wav --json")(checking.transcribe)
library.questions.command(
    "new", epilog="Example: voiceprep questions new hashing-why --topic foundations --kind define"
)(authoring.new)
library.questions.command("import", epilog="Example: voiceprep questions import cards.csv --pack databases")(
    authoring.import_cards
)
app.add_typer(library.questions, name="questions")
app.add_typer(library.models, name="models")
app.add_typer(configuring.config, name="config")
app.command("history", epilog="Example: voiceprep history 3")(library.history)
app.command("replay", epilog="Example: voiceprep replay 3 --recheck")(replaying.replay)
app.command("report", epilog="Example: voiceprep report 3 --open")(replaying.report)
app.command("vague", epilog="Example: voiceprep vague --order worst")(replaying.vague)
app.command("progress", epilog="Example: voiceprep progress --topic detection --plot progress.html")(
    progress.progress
)
app.command(
    "repair", epilog="Example: voiceprep repair 3, or: voiceprep repair --order worst --topic detection"
)(repairing.repair)
app.command("export", epilog="Example: voiceprep export 3 --format srt")(replaying.export)
app.command("profile", epilog="Example: voiceprep profile --last 5")(library.profile)
app.command("forget", epilog="Example: voiceprep forget 3 4")(library.forget)
app.command("restore", epilog="Example: voiceprep restore")(library.restore)
app.command("doctor", epilog="Example: voiceprep doctor")(doctor.doctor)
