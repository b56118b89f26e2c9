"""``stories``: which stories about past work are told, and notes to tell them from."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from voiceprep.cli import assemble
from voiceprep.cli.library import agreed_to_delete
from voiceprep.cli.render import Page, plain
from voiceprep.cli.screen import Screen, page_for
from voiceprep.engines.home import home
from voiceprep.engines.notes import Notes, load_notes, save_notes
from voiceprep.errors import UsageError
from voiceprep.model import Bank, Kind, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiceprep.stories import Story, Telling

app = typer.Typer(
    help="Stories about your past work: which you have told, what each still lacks, your notes for them.",
    epilog="Example: voiceprep stories",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def stories(context: typer.Context) -> None:
    """List the themes that behavioral rounds ask for, what your latest telling of each holds and lacks.

    A telling should hold situation, task, action and result, your own part ("I" at least as often as "we")
    and a figure; beside an earlier telling you see what was gained and lost. Notes on your projects stay on
    this machine and are shown before such a question is asked.
    """
    if context.invoked_subcommand is not None:
        return
    from voiceprep import stories as tales

    page = page_for(sys.stdout)
    bank = assemble.load_bank()
    with ExitStack() as stack:
        journal = assemble.open_journal(Screen(), stack)
        told = [one for theme in tales.themes(bank.questions) for one in journal.attempts(theme.id)]
    found = tales.stories(bank.questions, told)
    typer.echo("\n".join(story_lines(found, load_notes(home()), page)))


@app.command(
    "note",
    short_help="note something about a project of yours under a theme",
    epilog='Example: voiceprep stories note challenging-project "Potato grader, 61 to 88 %"',
)
def note(
    theme: Annotated[str, typer.Argument(help="A theme (voiceprep stories lists them).")],
    text: Annotated[str, typer.Argument(help="What to remember: the project, your part, its figures.")],
) -> None:
    """Note something about a project of yours under a theme; it is shown before you tell that story."""
    _demand_theme(assemble.load_bank(), theme)
    if not text.strip():
        raise UsageError("an empty note says nothing; write what to remember")
    notes = load_notes(home())
    save_notes(home(), {**notes, theme: (*notes.get(theme, ()), " ".join(text.split()))})
    n = len(notes.get(theme, ())) + 1
    typer.echo(f"{n} note{'s' if n > 1 else ''} under {theme}: voiceprep stories")


@app.command(
    "forget",
    short_help="delete notes for good",
    epilog="Example: voiceprep stories forget challenging-project",
)
def forget(
    theme: Annotated[str | None, typer.Argument(help="Whose notes to delete.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Delete the notes of all themes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete notes for good. What you said stays: voiceprep forget deletes that."""
    if (theme is not None) == every:
        raise UsageError("name the theme whose notes to delete, or use --all")
    notes = load_notes(home())
    gone = sum(map(len, notes.values())) if every else len(notes.get(theme or "", ()))
    if not gone:
        typer.echo("There are no such notes.", err=True)
        return
    if not yes and not agreed_to_delete(f"{gone} note{'s' if gone > 1 else ''}"):
        typer.echo("Nothing is deleted.", err=True)
        raise typer.Exit(1)
    save_notes(home(), {} if every else {name: texts for name, texts in notes.items() if name != theme})
    typer.echo(f"{gone} note{'s are' if gone > 1 else ' is'} deleted")


def _demand_theme(bank: Bank, theme: str) -> None:
    from voiceprep import bank as banks
    from voiceprep import stories as tales

    known = [question.id for question in tales.themes(bank.questions)]
    if theme not in known:
        near = banks.nearest(theme, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise UsageError(f"there is no theme {theme!r}; {hint}")


def show_notes(screen: Screen, question: Question) -> None:
    """Before a behavioral question: the user's own notes for it, where there are some."""
    if question.kind is Kind.BEHAVIORAL:
        for text in load_notes(home()).get(question.id, ()):
            screen.note(f"Your note: {text}")


# ------------------------------------------------------------------------------ as text


def story_lines(found: Sequence[Story], notes: Notes, page: Page) -> list[str]:
    """Every theme: what its latest telling holds and lacks, the change, the notes, what to run."""
    from voiceprep import stories as tales

    n_told = sum(bool(story.tellings) for story in found)
    lines = [page.bold(f"Stories: {n_told} of {len(found)} told")]
    for story in found:
        lines += ["", page.bold(plain(story.theme.id)), *page.paragraph(story.theme.ask, "  ")]
        if story.latest is None:
            lines.append("  not told yet")
        else:
            lines += _telling_lines(story, story.latest, page)
        changed = tales.change(story)
        if changed is not None:
            for name, items in (("gained", changed.gained), ("lost", changed.lost)):
                if items:
                    lines += page.paragraph(f"{name:<7} {'; '.join(items)}", "  ", " " * 10)
            if not changed.gained + changed.lost:
                lines.append("  the same parts and points as the telling before")
        lines += [line for text in notes.get(story.theme.id, ()) for line in _note_lines(text, page)]
    for theme in notes.keys() - {story.theme.id for story in found}:
        lines += ["", page.bold(plain(theme)), "  no longer in the bank"]
        lines += [line for text in notes[theme] for line in _note_lines(text, page)]
    chosen = tales.next_to_tell(found)
    if chosen is not None:
        lines += ["", "Next:", plain(f"  voiceprep practice {chosen.theme.id}")]
    elif found:
        lines += ["", "Every story holds all its parts."]
    return lines


def _note_lines(text: str, page: Page) -> list[str]:
    return page.paragraph(f"note    {text}", "  ", " " * 10)


def _telling_lines(story: Story, latest: Telling, page: Page) -> list[str]:
    from voiceprep.stories import Part

    n = len(story.tellings)
    often = "once" if n == 1 else f"{n} times"
    when = latest.started.astimezone().strftime("%Y-%m-%d")
    lines = page.paragraph(f"told {often}, last on {when} (attempt {latest.attempt})", "  ")
    held = ", ".join(part for part in Part if part in latest.held)
    if held:
        lines += page.paragraph(f"has     {held}", "  ", " " * 10)
    lacks = [
        f"{part} (I {latest.n_i}, we {latest.n_we})" if part is Part.OWN else part for part in story.missing
    ]
    if lacks:
        lines += page.paragraph(f"lacks   {', '.join(lacks)}", "  ", " " * 10)
    return lines
