"""Content files -> :class:`~voiceprep.model.Bank`. Parsing is pure; loading is the thin wrapper over folders.

A content folder holds packs, a pack holds topics, a topic holds one TOML file for each question::

    content/computer-vision/detection/nms-purpose.toml
    content/computer-vision/glossary.toml      [[terms]] term, spoken, sounds_like, meaning
    content/computer-vision/synonyms.toml      small = ["small", "tiny", "little"]
    content/computer-vision/moves.toml         the same, for the words by which the moves are told
    content/computer-vision/signals.toml       the same, for what is heard across the answers of a drill
    content/computer-vision/plan.toml          the weeks of `voiceprep plan` (plan.py reads them)
    content/commands.toml                      repeat = ["say that again", ...]: what obeys no question
    content/roles.toml                         how a drill mixes its topics for a role

A pack may also hold ``cards.toml``: questions with a reference answer and nothing else::

    [[cards]]
    id = "what-is-a-checksum"
    ask = "What is a checksum?"
    reference = "A number computed from data so that a change can be noticed."

A question file::

    id = "nms-purpose"                          # never changes its meaning
    ask = "Why does a detector need ...?"       # read aloud
    topic = "detection"
    level = "junior"                            # junior, mid, senior
    kind = "define"         # define, compare, choose, design, diagnose, pipeline, behavioral
    rounds = ["phone-screen"]
    moves = ["reason", "trade-off"]
    why = "..."                                 # why it is asked
    hint = "..."                                # the shape of an answer, without content
    considerations = ["..."]                    # also worth saying
    links = ["iou-and-dice"]                    # related questions
    strong = "..."                              # a strong spoken answer
    flat = "..."                                # a correct but flat one

    [[elements]]
    id = "duplicate-boxes"
    need = "detectors predict several boxes for one object"
    phrasings = ["several boxes for the same object"]     # plain clauses; their content words must be covered
    groups = ["several / many / @dup + box / rect* + same / one + object / thing"]
    opposites = ["one box per object"]          # optional: clauses that contradict
    weight = 1.0                                # optional
    essential = true                            # optional

    [[follow_ups]]
    probes = "threshold-risk"                   # an element id or a move
    ask = "What happens in a crowd?"

    [[pitfalls]]
    id = "averages-boxes"
    phrasings = ["it averages the overlapping boxes"]
    correction = "..."

In a group "/" separates alternatives and "+" the sets that must all meet, in any order, within three
sentences. An alternative is a word (matched by its stem), several words (in order; articles and
fillers may stand between), the beginning of a word (``overlap*``), or ``@name`` for an entry of
synonyms.toml. ``not`` stands for any negator: a pattern that holds it means the denial; hits of other
patterns inside a denied clause do not count. Numbers are written in digits and heard in words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from rapidfuzz import process

from voiceprep import scoring
from voiceprep.commands import MAX_WORDS, plain
from voiceprep.content_table import Faults, Table
from voiceprep.errors import ContentError, Fault, UnknownQuestion, UsageError
from voiceprep.matching import MIN_CONTENT_STEMS, is_negator
from voiceprep.model import (
    Bank,
    Command,
    CommandWords,
    Element,
    Kind,
    Level,
    Move,
    Pitfall,
    Probe,
    Question,
    Role,
    Term,
    TopicShare,
    WordGroups,
)
from voiceprep.text import ARTICLES, words

ROUNDS = ("phone-screen", "coding", "deep-dive", "system-design", "behavioral")
MIN_LONG_ALTERNATIVE = 3
"""A group of a single set says enough only if each of its alternatives is a phrase of so many words."""

_SET_FILES = frozenset({"synonyms.toml", "moves.toml", "signals.toml"})
_CARD_FILE = "cards.toml"
_COMMANDS_FILE = "commands.toml"
_ROLES_FILE = "roles.toml"
_PLAN_FILE = "plan.toml"
_WORD_FILES = _SET_FILES | {"glossary.toml", _CARD_FILE, _COMMANDS_FILE, _ROLES_FILE, _PLAN_FILE}

Synonyms = tuple[tuple[str, tuple[str, ...]], ...]


def load(folders: Sequence[Path], without: frozenset[Path] = frozenset()) -> Bank:
    """The bank of all packs in ``folders``; each holds packs, or is one (with a glossary of its own).

    ``without`` are folders and files in them that are left out.

    Raises ContentError with every fault of every file, also where a folder is missing, unreadable or empty.
    """
    texts: dict[str, str] = {}
    paths: dict[str, str] = {}
    faults: list[Fault] = []
    for folder in folders:
        is_pack = (folder / "glossary.toml").is_file() or (folder / "synonyms.toml").is_file()
        base = folder.parent if is_pack else folder
        try:
            found = sorted(
                path
                for path in folder.rglob("*.toml")
                if path.is_file() and without.isdisjoint((path, *path.parents))
            )
        except OSError as exc:
            faults.append(Fault(str(folder), "-", f"cannot be read: {exc.strerror or exc}"))
            continue
        if not found:
            faults.append(Fault(str(folder), "-", "holds no .toml file; expected packs with question files"))
        for path in found:
            key = path.relative_to(base).as_posix()
            if key in paths:
                key = path.as_posix()
            paths[key] = str(path)
            try:
                texts[key] = path.read_bytes().decode("utf-8")
            except UnicodeDecodeError as exc:
                faults.append(Fault(str(path), "-", f"byte {exc.start} is not UTF-8; save the file as UTF-8"))
            except OSError as exc:
                faults.append(Fault(str(path), "-", f"cannot be read: {exc.strerror or exc}"))
    try:
        bank = parse_pack(texts)
    except ContentError as exc:
        faults.extend(
            Fault(paths.get(fault.file, fault.file), fault.key, fault.problem) for fault in exc.faults
        )
        raise ContentError(tuple(faults)) from exc
    if faults:
        raise ContentError(tuple(faults))
    return bank


def parse_pack(files: Mapping[str, str]) -> Bank:
    """The bank of ``files`` (path with "/" -> text); the first part of a path names the pack.

    Raises ContentError with every fault of every file. No files give an empty bank.
    """
    faults = Faults()
    tables = {
        path: table
        for path, text in sorted(files.items())
        if (table := _toml(path, text, faults)) is not None
    }
    synonyms, glossary, commands = _words(tables, faults)
    questions: list[Question] = []
    owners: list[tuple[str, str, str]] = []
    for path, table in tables.items():
        pack = path.split("/")[0] if "/" in path else ""
        if path.rpartition("/")[2] == _CARD_FILE:
            for at, card in enumerate(_cards(table, pack)):
                questions.append(card)
                owners.append((card.id, path, f"cards[{at}].id"))
        if path.rpartition("/")[2] in _WORD_FILES:
            continue
        question = _question(table, pack, synonyms)
        if question is not None:
            questions.append(question)
            owners.append((question.id, path, "id"))
    _unique(faults, owners, "question id")
    roles = [
        (role, path)
        for path, table in tables.items()
        if path.rpartition("/")[2] == _ROLES_FILE
        for role in _roles(table)
    ]
    _unique(faults, [(role.id, path, "roles") for role, path in roles], "role")
    if faults.found:
        raise ContentError(tuple(faults.found))
    return Bank(
        tuple(questions), glossary, synonyms, commands=commands, roles=tuple(role for role, _ in roles)
    )


def _words(tables: Mapping[str, Table], faults: Faults) -> tuple[Synonyms, tuple[Term, ...], CommandWords]:
    """What the files hold that are no questions, each named once."""
    synonyms: list[tuple[str, tuple[str, ...]]] = []
    glossary: list[Term] = []
    commands: list[tuple[Command, tuple[str, ...]]] = []
    for path, table in tables.items():
        name = path.rpartition("/")[2]
        if name in _SET_FILES:
            synonyms.extend(_synonyms(table))
        elif name == "glossary.toml":
            glossary.extend(_glossary(table))
        elif name == _COMMANDS_FILE:
            commands.extend(_commands(table))
    _unique(faults, [(name, _COMMANDS_FILE, name) for name, _ in commands], "command")
    _unique(faults, [(name, "synonyms.toml", name) for name, _ in synonyms], "synonym set")
    _unique(faults, [(term.term, "glossary.toml", f"terms.{term.term}") for term in glossary], "term")
    return tuple(synonyms), tuple(glossary), tuple(commands)


def find(bank: Bank, id: str) -> Question:  # noqa: A002  # it is the word users and files know
    """The question of that id. Raises UnknownQuestion, which names the nearest ids."""
    for question in bank.questions:
        if question.id == id:
            return question
    near = nearest(id, [question.id for question in bank.questions])
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UnknownQuestion(
        f"no question {id!r} in the bank; {hint}see them all with: voiceprep questions list"
    )


def named(bank: Bank, name: str) -> Question:
    """The question whose id a recording's ``name`` (without its ending) is, perhaps with a number behind it.

    "nms-purpose", "nms-purpose-2", "NMS purpose take 2" and "nms_purpose (3)" all name nms-purpose. Raises
    UnknownQuestion, which names the nearest ids.
    """
    name = _hyphened(name)
    known = {_hyphened(question.id): question for question in bank.questions}
    bare = _AGAIN.sub("", name)
    found = known.get(name) or known.get(bare)
    if found is not None:
        return found
    near = nearest(bare, [question.id for question in bank.questions])
    hint = f" (nearest: {', '.join(near)})" if near else ""
    raise UnknownQuestion(f"its name is no question's id{hint}; say which question it answers: --question ID")


_AGAIN = re.compile(r"-(?:(?:take|try|attempt|version|v|no|copy)-?\d*|\d+)$")
"""What tells several recordings of answers to one question apart."""


def _hyphened(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")


def find_role(bank: Bank, id: str) -> Role:  # noqa: A002  # it is the word users and files know
    """The role of that id. Raises UsageError, which names all there are."""
    for role in bank.roles:
        if role.id == id:
            return role
    known = ", ".join(role.id for role in bank.roles)
    raise UsageError(f"there is no role {id!r}; known are {known or 'none'}")


def nearest(wanted: str, known: Sequence[str], limit: int = 3) -> tuple[str, ...]:
    """Up to ``limit`` of ``known`` that look most like ``wanted``; ``()`` where none does."""
    return tuple(name for name, _, _ in process.extract(wanted, known, limit=limit, score_cutoff=60.0))


# ------------------------------------------------------------------------------ one file each


def _toml(path: str, text: str, faults: Faults) -> Table | None:
    try:
        return Table(tomllib.loads(text), path, "", faults)
    except tomllib.TOMLDecodeError as exc:
        faults.add(path, "-", f"is not TOML: {exc}")
        return None


def _unique(faults: Faults, named: Sequence[tuple[str, str, str]], what: str) -> None:
    first: dict[str, str] = {}
    for name, path, key in named:
        if name in first:
            faults.add(path, key, f"{what} {name!r} is taken already by {first[name]}")
        else:
            first[name] = path


def _synonyms(table: Table) -> Synonyms:
    names = table.keys()
    return tuple((name, table.strings(name)) for name in names)


def _commands(table: Table) -> CommandWords:
    """Every command with its utterances: none too long to be heard as one, none that means two of them."""
    known = [command.value for command in Command]
    found: list[tuple[Command, tuple[str, ...]]] = []
    meant: dict[str, str] = {}
    for name in table.keys():  # noqa: SIM118 - a table is no mapping
        phrases = table.strings(name)
        for at, phrase in enumerate(phrases):
            said = plain(phrase)
            if not 1 <= len(said.split()) <= MAX_WORDS:
                table.fault(
                    f"{name}[{at}]", f"{phrase!r} must have 1 to {MAX_WORDS} words to be heard as one"
                )
            elif meant.setdefault(said, name) != name:
                table.fault(f"{name}[{at}]", f"{phrase!r} means {meant[said]} already")
        if name in known:
            found.append((Command(name), phrases))
        else:
            near = nearest(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
            table.fault(name, f"there is no such command{hint}")
    return tuple(found)


def _roles(table: Table) -> tuple[Role, ...]:
    roles = []
    for entry in table.tables("roles"):
        shares = []
        for part in entry.tables("shares"):
            share = part.number("share", default=1.0)
            if share <= 0:
                part.fault("share", f"must be above 0, not {share}")
            shares.append(TopicShare(part.strings("topics"), share))
            part.finish()
        topics = [topic for part in shares for topic in part.topics]
        for topic in {topic for topic in topics if topics.count(topic) > 1}:
            entry.fault("shares", f"topic {topic!r} has more than one share")
        roles.append(Role(entry.string("id"), entry.string("about"), tuple(shares)))
        entry.finish()
    table.finish()
    return tuple(roles)


def _glossary(table: Table) -> tuple[Term, ...]:
    terms = []
    for entry in table.tables("terms"):
        term = Term(
            entry.string("term"),
            entry.string("spoken", default=""),
            entry.strings("sounds_like", may_be_empty=True),
            entry.string("meaning"),
        )
        entry.finish()
        if term.term:
            terms.append(Term(term.term, term.spoken or term.term, term.sounds_like, term.meaning))
    table.finish()
    return tuple(terms)


def _question(table: Table, pack: str, synonyms: Synonyms) -> Question | None:
    n_faults = len(table.faults.found)
    elements = tuple(_element(entry, synonyms) for entry in table.tables("elements"))
    ids = [element.id for element in elements]
    for at, id_ in enumerate(ids):
        if id_ in ids[:at]:
            table.fault(f"elements[{at}].id", f"{id_!r} is the id of an earlier element of this question")
        if id_ in {move.value for move in Move}:
            table.fault(f"elements[{at}].id", f"{id_!r} is the name of a move; an element needs another id")
    moves = tuple(Move(name) for name in table.strings("moves", choices=[move.value for move in Move]))
    probes = tuple(_probe(entry, ids) for entry in table.tables("follow_ups"))
    pitfalls = tuple(_pitfall(entry) for entry in table.tables("pitfalls", may_be_absent=True))
    level = table.string("level", choices=[level.value for level in Level])
    kind = table.string("kind", choices=[kind.value for kind in Kind])
    question = Question(
        id=table.string("id"),
        ask=table.string("ask"),
        topic=table.string("topic"),
        level=Level(level) if level else Level.MID,
        kind=Kind(kind) if kind else Kind.DEFINE,
        rounds=table.strings("rounds", choices=ROUNDS),
        why=table.string("why"),
        hint=table.string("hint"),
        elements=elements,
        moves=moves,
        probes=probes,
        pitfalls=pitfalls,
        considerations=table.strings("considerations", may_be_empty=True),
        strong=table.string("strong").strip(),
        flat=table.string("flat").strip(),
        links=table.strings("links", may_be_empty=True),
        pack=pack,
    )
    table.finish()
    return question if len(table.faults.found) == n_faults else None


def _cards(table: Table, pack: str) -> tuple[Question, ...]:
    """The cards of a pack as questions; a reference's statements are their elements."""
    cards = []
    for entry in table.tables("cards"):
        id_, ask, reference = (entry.string(key) for key in ("id", "ask", "reference"))
        entry.finish()
        if not words(reference):
            entry.fault("reference", "holds no words; give the answer that is to be reached")
        elif id_ and ask:
            cards.append(card_question(id_, ask, reference, pack))
    table.finish()
    return tuple(cards)


def card_question(id_: str, ask: str, reference: str, pack: str) -> Question:
    """The question of a card: no moves are demanded, and what is missing is asked for in general words."""
    statements = scoring.reference(reference, ask, scoring.NO_WORDS).statements
    return Question(
        id=id_,
        ask=ask,
        topic=pack,
        level=Level.MID,
        kind=Kind.DEFINE,
        rounds=(),
        why="It is one of your own cards.",
        hint="Say in your own words what your card says.",
        elements=tuple(
            Element(str(number), statement.text, (statement.text,))
            for number, statement in enumerate(statements, 1)
        ),
        moves=(),
        probes=(),
        pitfalls=(),
        considerations=(),
        strong=reference,
        flat="",
        links=(),
        pack=pack,
        reference=reference,
    )


def _element(entry: Table, synonyms: Synonyms) -> Element:
    phrasings = entry.strings("phrasings")
    opposites = entry.strings("opposites", may_be_empty=True)
    for key, written in (("phrasings", phrasings), ("opposites", opposites)):
        for at, text in enumerate(written):
            _clause(entry, f"{key}[{at}]", text)
    groups = tuple(
        group
        for at, text in enumerate(entry.strings("groups", may_be_empty=True))
        if (group := _group(entry, f"groups[{at}]", text, synonyms))
    )
    weight = entry.number("weight", default=1.0)
    if weight <= 0:
        entry.fault("weight", f"must be above 0, not {weight}")
    element = Element(
        id=entry.string("id"),
        need=entry.string("need"),
        phrasings=phrasings,
        groups=groups,
        opposites=opposites,
        weight=weight,
        essential=entry.flag("essential", default=True),
    )
    entry.finish()
    return element


def _clause(entry: Table, key: str, text: str) -> None:
    if len(set(words(text)) - ARTICLES) < MIN_CONTENT_STEMS:
        entry.fault(key, f"{text!r} says too little to be recognised; write a clause")


def _group(entry: Table, key: str, written: str, synonyms: Synonyms) -> WordGroups | None:
    sets: list[tuple[str, ...]] = []
    for part in written.split("+"):
        names: list[str] = []
        for alternative in (piece.strip() for piece in part.split("/")):
            if alternative.startswith("@"):
                known = dict(synonyms)
                if alternative[1:] not in known:
                    near = nearest(alternative[1:], list(known), 1)
                    entry.fault(
                        key, f"no synonym set {alternative}" + (f"; did you mean @{near[0]}?" if near else "")
                    )
                names.extend(known.get(alternative[1:], ()))
            elif not any(char.isalnum() for char in alternative):
                entry.fault(key, f"an empty alternative in {part.strip()!r}; write words between '/' and '+'")
            elif "*" in alternative[:-1]:
                entry.fault(key, f"'*' only ends an alternative: {alternative!r}")
            else:
                names.append(alternative)
        sets.append(tuple(dict.fromkeys(names)))
    if len(sets) == 1 and not all(len(name.split()) >= MIN_LONG_ALTERNATIVE for name in sets[0]):
        entry.fault(key, "a single set of words says too little: add a second set with '+'")
    if all(is_negator(name) for names in sets for name in names):
        entry.fault(key, "holds nothing but a negation")
    return tuple(sets) if all(sets) else None


def _probe(entry: Table, ids: Sequence[str]) -> Probe:
    known = [*ids, *(move.value for move in Move)]
    probe = Probe(entry.string("probes"), entry.string("ask"))
    if probe.probes and probe.probes not in known:
        near = nearest(probe.probes, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        entry.fault("probes", f"{probe.probes!r} is neither an element of this question nor a move{hint}")
    entry.finish()
    return probe


def _pitfall(entry: Table) -> Pitfall:
    pitfall = Pitfall(entry.string("id"), entry.strings("phrasings"), entry.string("correction"))
    for at, text in enumerate(pitfall.phrasings):
        _clause(entry, f"phrasings[{at}]", text)
    entry.finish()
    return pitfall
