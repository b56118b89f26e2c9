"""``questions``, ``models``, ``history``, ``forget``, and what to do next."""

from __future__ import annotations

import shlex
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer

from voiceprep import __version__
from voiceprep.cli import assemble
from voiceprep.cli.render import attempt_lines, plain, profile_lines
from voiceprep.cli.screen import Screen, page_for
from voiceprep.engines.home import forget_elsewhere, home
from voiceprep.errors import ContentError, JournalError, UsageError
from voiceprep.model import Kind, Level
from voiceprep.ports import Journal

questions = typer.Typer(
    help="The question bank.",
    epilog="Example: voiceprep questions list",
    no_args_is_help=True,
    rich_markup_mode=None,
)
models = typer.Typer(
    help="Speech models: which there are, fetching one.",
    epilog="Example: voiceprep models list",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def what_next() -> None:
    """Say what to do next, depending on what is already here."""
    from voiceprep.engines import models as catalogue

    installed = any(info.path is not None for info in catalogue.available(home()))
    steps = [("voiceprep demo", "the whole loop in under a minute; no microphone needed")]
    if not installed:
        steps.append(
            ("voiceprep models fetch", f"a recogniser for your own voice ({assemble.DEFAULT_MODEL}), once")
        )
    steps += [
        ("voiceprep practice", "answer a question aloud; hear what is missing, and a follow-up"),
        ("voiceprep plan", "three weeks of preparation, day by day"),
        ("voiceprep questions list", "everything that can be asked"),
        ("voiceprep history", "what you answered, with its audio"),
        ("voiceprep doctor", "microphone, loudspeaker, voice, model: what works here"),
        ("voiceprep --help", "all commands"),
    ]
    typer.echo(f"voiceprep {__version__}: practise interview answers aloud, on your own machine.\n")
    width = max(len(command) for command, _ in steps)
    for command, meaning in steps:
        typer.echo(f"  {command:<{width}}  {meaning}")


# ------------------------------------------------------------------------------ questions


@questions.command(
    "list",
    short_help="every question by topic, and how each is asked",
    epilog="Example: voiceprep questions list --topic detection",
)
def list_questions(
    topic: Annotated[str | None, typer.Option(help="Only this topic.")] = None,
    level: Annotated[Level | None, typer.Option(help="Only this level.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only this kind.")] = None,
) -> None:
    """List questions by topic: id, level, kind, and how each is asked."""
    from voiceprep import schedule

    page = page_for(sys.stdout)
    bank = assemble.load_bank()
    chosen = schedule.wanted(bank.questions, schedule.Wish(topic, level, kind))
    if not chosen:
        topics = ", ".join(sorted({question.topic for question in bank.questions}))
        typer.echo(plain(f"No question fits. Topics: {topics}"), err=True)
        raise typer.Exit(1)
    heading = ""
    for question in sorted(chosen, key=lambda question: question.topic):
        if question.topic != heading:
            typer.echo(("\n" if heading else "") + page.bold(plain(question.topic)))
            heading = question.topic
        typer.echo(plain(f"  {question.id} ({question.level}, {question.kind})"))
        typer.echo("\n".join(page.paragraph(question.ask, "    ")))


@questions.command(
    "show",
    short_help="a question, why it is asked, a hint; its answer on request",
    epilog="Example: voiceprep questions show nms-purpose --sample",
)
def show_question(
    question: Annotated[str, typer.Argument(help="The question's id.")],
    sample: Annotated[
        bool, typer.Option("--sample", help="Also show the elements and both sample answers.")
    ] = False,
) -> None:
    """Show a question, why it is asked, and a hint; the answer only on request."""
    from voiceprep import bank as banks

    page = page_for(sys.stdout)
    found = banks.find(assemble.load_bank(), question)
    lines = [page.bold(plain(f"{found.id} ({found.topic}, {found.level}, {found.kind})"))]
    lines += [*page.paragraph(found.ask), "", *page.paragraph(f"Why it is asked: {found.why}")]
    lines += page.paragraph(f"Hint: {found.hint}")
    if found.moves:
        lines += page.paragraph(f"Listened for: {', '.join(found.moves)}")
    if sample:
        lines += ["", page.bold("A complete answer says")]
        lines += [line for element in found.elements for line in page.paragraph(element.need, "  - ", "    ")]
        samples = (("A strong answer", found.strong), ("A flat one", found.flat))
        for title, answer in (sample for sample in samples if sample[1].strip()):
            lines += ["", page.bold(title), *page.paragraph(" ".join(answer.split()), "  ")]
    typer.echo("\n".join(lines))


@questions.command(
    "validate",
    short_help="every fault of content files; questions against their samples",
    epilog="Example: voiceprep questions validate my-content/",
)
def validate(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of packs; the built-in ones if left out.")
    ] = None,
) -> None:
    """Check content files: every fault with file and key, and each question against its own samples."""
    from voiceprep import bank as banks
    from voiceprep import checks, resources

    if folder is not None and not folder.is_dir():
        pack = _pack_of(folder)
        raise UsageError(
            f"{folder} is a file; validate its pack: voiceprep questions validate {shlex.quote(str(pack))}"
            if folder.is_file()
            else f"there is no folder {folder}; name one that holds packs, such as {assemble.own_content()}"
        )
    bank = banks.load([folder or resources.folder("content")])
    faults = tuple(fault for question in bank.questions for fault in checks.prove(question, bank))
    if faults:
        raise ContentError(faults)
    typer.echo(f"{len(bank.questions)} questions, {len(bank.glossary)} glossary terms: no faults.")


def _pack_of(file: Path) -> Path:
    """The folder of the pack that ``file`` is in: PACK/TOPIC/ID.toml, or a file right in the pack."""
    own = assemble.own_content()
    inside = file.resolve()
    return (
        own / inside.relative_to(own.resolve()).parts[0]
        if inside.is_relative_to(own.resolve())
        else file.parent
    )


# ------------------------------------------------------------------------------ models


@models.command(
    "list",
    short_help="speech models, their sizes, which are on this machine",
    epilog="Example: voiceprep models list",
)
def list_models() -> None:
    """List speech models, their sizes, and which are on this machine."""
    from voiceprep.engines import models as catalogue

    for info in catalogue.available(home()):
        mark = "here" if info.path is not None else "-"
        default = "  (default)" if info.name == assemble.DEFAULT_MODEL else ""
        typer.echo(f"{info.name:<20} {info.approx_bytes / 1e6:7.0f} MB  {mark}{default}")


@models.command(
    "fetch", short_help="download a speech model, once", epilog="Example: voiceprep models fetch small.en"
)
def fetch_model(
    name: Annotated[
        str, typer.Argument(help="Which model; see voiceprep models list.")
    ] = assemble.DEFAULT_MODEL,
) -> None:
    """Download a speech model, once; a broken download goes on where it stopped.

    This is the only thing that ever uses the network.
    """
    typer.echo(plain(str(assemble.fetch(name))))


@models.command(
    "where",
    short_help="the folder that holds the models, or one of them",
    epilog="Example: voiceprep models where base.en",
)
def where(
    name: Annotated[str | None, typer.Argument(help="A model; the folder of all models if left out.")] = None,
) -> None:
    """Print the folder that holds the models, or one of them."""
    from voiceprep.engines import models as catalogue

    found = catalogue.models_folder(home()) if name is None else catalogue.locate(name, home())
    typer.echo(plain(str(found)))


# ------------------------------------------------------------------------------ the journal


def history(
    attempt: Annotated[int | None, typer.Argument(help="Show this attempt in full.")] = None,
    question: Annotated[str | None, typer.Option(help="Only attempts at this question.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 20,
) -> None:
    """List earlier attempts, or show one with its words, findings and audio."""
    from voiceprep import bank as banks
    from voiceprep.text import words

    page = page_for(sys.stdout)
    with ExitStack() as stack:
        journal = assemble.open_journal(Screen(), stack)
        if attempt is not None:
            _demand(journal, [attempt])
            typer.echo("\n".join(attempt_lines(journal.attempt(attempt), page)))
            return
        kept_ones = journal.attempts(question, min(limit, sys.maxsize))
    if not kept_ones and question is None:
        typer.echo("Nothing here yet. Begin with: voiceprep practice", err=True)
    elif not kept_ones and question is not None:
        banks.find(assemble.load_bank(), question)
        begin = f"voiceprep practice {shlex.quote(question)}"
        typer.echo(plain(f"No attempt at {question} yet. Begin with: {begin}"), err=True)
    for kept in kept_ones:
        when = kept.started.astimezone().strftime("%Y-%m-%d %H:%M")
        verdict = str(kept.combined.verdict) if kept.combined else _state(kept.replies)
        n_mended = sum(answer.repairs is not None and answer.repairs.mended for answer in kept.answers)
        n_said = sum(one.transcript is not None and bool(words(one.transcript.text)) for one in kept.replies)
        mended = f"  {n_mended} mended" if n_mended else ""
        typer.echo(plain(f"{kept.id:>5}  {when}  {kept.question:<28} {n_said} answered  {verdict}{mended}"))


def profile(
    last: Annotated[int, typer.Option(min=1, help="Look at so many attempts, newest first.")] = 10,
) -> None:
    """Show what your latest answers signal: five things interviewers listen for, and how you come across.

    Each with your own words; no grade. Attempts without an answer are left out.
    """
    from voiceprep import profile as profiles

    page = page_for(sys.stdout)
    bank = assemble.load_bank()
    with ExitStack() as stack:
        kept = assemble.open_journal(Screen(), stack).attempts(limit=last)
    answered = profiles.of(kept, bank)
    if not answered:
        typer.echo("Nothing has been answered yet. Begin with: voiceprep practice", err=True)
    else:
        typer.echo("\n".join(profile_lines(profiles.profile(answered, bank), page)))


def _state(answers: tuple[object, ...]) -> str:
    return str(getattr(answers[-1], "state", "")) if answers else "not answered"


def forget(
    attempts: Annotated[
        list[int] | None, typer.Argument(help="Attempts to delete (voiceprep history).")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Delete everything ever said.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete attempts for good: recording, transcript and findings.

    Reports, exports and pages of progress that hold one are files of yours: they are named, and left. So is
    the recording that one was imported from.
    """
    from voiceprep.engines.journal import SqliteJournal

    if bool(attempts) == every:
        raise UsageError("name the attempts to delete, or use --all")
    # Nothing is recovered first: on a full disk that fails, and this command is what makes room.
    with closing(SqliteJournal(home())) as journal:
        if every:
            ids = [review.attempt for review in journal.reviews()]
        else:
            ids = list(dict.fromkeys(attempts or []))
            _demand(journal, ids)
        if not ids:
            typer.echo("There is nothing to delete.", err=True)
        elif yes or agreed_to_delete(
            f"attempt {ids[0]} with audio" if len(ids) == 1 else f"{len(ids)} attempts with audio"
        ):
            for identity in ids:
                journal.forget(identity)
                typer.echo(f"attempt {identity} is deleted")
            if holding := forget_elsewhere(home(), ids):
                Screen().note("These files still hold what was deleted; delete them too:", *holding)
        else:
            typer.echo("Nothing is deleted.", err=True)
            raise typer.Exit(1)


def restore() -> None:
    """Put back the copy of a damaged journal that was made before its last migration.

    What was answered since then is not in the copy; its recordings are still there. The damaged file is kept
    beside it.
    """
    from voiceprep.engines.database import restore as put_back
    from voiceprep.engines.journal import DATABASE_FILE, RECORDINGS_FOLDER

    copy, aside = put_back(home() / DATABASE_FILE)
    typer.echo(plain(f"The journal is again what {copy.name} holds; the damaged one is {aside}."))
    since = (
        f"What was recorded since is in {home() / RECORDINGS_FOLDER}: voiceprep check QUESTION --audio FILE"
    )
    typer.echo(plain(since), err=True)


def agreed_to_delete(what: str) -> bool:
    """Ask whether ``what`` may be deleted. Raises UsageError where nobody is there to answer."""
    try:
        return typer.confirm(f"Delete {what} for good?", err=True)
    except typer.Abort as exc:
        if sys.stdin.isatty():
            raise
        typer.echo(err=True)
        raise UsageError("nobody is here to agree; add --yes to delete without being asked") from exc


def _demand(journal: Journal, ids: list[int]) -> None:
    known = {review.attempt for review in journal.reviews()}
    unknown = [str(identity) for identity in ids if identity not in known]
    if unknown:
        raise JournalError(f"there is no attempt {', '.join(unknown)}; see them all with: voiceprep history")
