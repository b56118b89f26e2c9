"""``questions new`` and ``questions import``: the user's own questions and cards."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from voiceprep import resources
from voiceprep.cli import assemble
from voiceprep.cli.checking import read_text
from voiceprep.cli.render import counted, plain
from voiceprep.engines.home import private_folder, write_private
from voiceprep.errors import ContentError, UsageError
from voiceprep.model import Kind, Level

OWN_PACK = "own"
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def new(
    question: Annotated[
        str, typer.Argument(metavar="ID", help="The new question's id, such as hashing-why.")
    ],
    topic: Annotated[str, typer.Option(help="Its topic.")] = "foundations",
    level: Annotated[Level, typer.Option(help="For whom it is.")] = Level.MID,
    kind: Annotated[Kind, typer.Option(help="What it asks for.")] = Kind.DEFINE,
    pack: Annotated[str, typer.Option(help="The pack it belongs to.")] = OWN_PACK,
) -> None:
    """Write a commented template for a question of your own, and print its path.

    It begins as a whole question that passes `voiceprep questions validate`; replace its texts.
    """
    for what, name in (("ID", question), ("--topic", topic), ("--pack", pack)):
        _demand_name(what, name)
    if any(known.id == question for known in assemble.load_bank().questions):
        raise UsageError(f"there is a question {question!r} already; choose another id")
    base = assemble.own_content() / pack
    path = base / topic / f"{question}.toml"
    if path.exists():
        raise UsageError(f"{path} is there already; edit it, or choose another id")
    text = resources.QUESTION_TEMPLATE.read_text(encoding="utf-8")
    values = {
        "id": question,
        "topic": topic,
        "level": level.value,
        "kind": kind.value,
        "folder": shlex.quote(str(base)),
    }
    for key, value in values.items():
        text = text.replace(f"<{key}>", str(value))
    _write(path, text)
    typer.echo(plain(str(path)))
    typer.echo(plain(f"Edit it, then: voiceprep questions validate {values['folder']}"), err=True)


def import_cards(
    file: Annotated[Path, typer.Argument(help="A .json, .csv, or Anki text export (.txt, .tsv).")],
    pack: Annotated[
        str | None, typer.Option(help="The pack the cards go to; named after the file if left out.")
    ] = None,
) -> None:
    """Import cards, a question and its answer each; practise them like any other question.

    An answer is held against the card's, statement by statement (see `voiceprep score`). Importing a file
    again renews its answers and adds what is new. Entries that are no cards are named, the others imported;
    the exit status is then 1.
    """
    from voiceprep import bank as banks
    from voiceprep import cards

    name = pack or cards.slug(file.stem)
    _demand_name("--pack", name)
    found = cards.read_cards(file.name, read_text(file))
    if not found.cards:
        raise ContentError(found.faults)
    path = assemble.own_content() / name / "cards.toml"
    old = banks.load([path.parent]).questions if path.exists() else ()
    kept = [cards.Card(card.id, card.ask, card.reference) for card in old if card.reference]
    every = cards.merged(kept, found.cards, [known.id for known in assemble.load_bank().questions])
    _write(path, cards.to_toml(every))
    cards_ = counted(len(found.cards), "card")
    typer.echo(plain(f"{cards_} imported into the pack {name}: {path}"))
    typer.echo("Practise one with: voiceprep practice " + plain(every[-1].id), err=True)
    if found.faults:
        for fault in found.faults:
            typer.echo(plain(f"voiceprep: {fault.file}: {fault.key}: {fault.problem}"), err=True)
        left_out = counted(len(found.faults), "entry was", "entries were")
        typer.echo(f"voiceprep: {left_out} left out", err=True)
        raise typer.Exit(1)


def _demand_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > 80:
        raise UsageError(
            f"{what} {name!r}: use small letters, digits and single hyphens, such as hashing-why"
        )


def _write(path: Path, text: str) -> None:
    for folder in (assemble.own_content(), path.parent.parent, path.parent):
        private_folder(folder)
    write_private(path, text.encode(), "save the questions")
