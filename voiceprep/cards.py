"""Question-and-answer cards: read from what other programs export, written as a pack's ``cards.toml``.

A card holds a question and its answer and nothing else; an answer to it is held against that reference
(:mod:`voiceprep.scoring`). Everything here is pure: text goes in, cards and faults come out.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from voiceprep.errors import Fault
from voiceprep.text import words

MAX_CHARACTERS = 20_000
"""A longer question or answer is a file in the wrong column."""
MAX_ID_WORDS = 7
_QUESTION_NAMES = ("question", "front", "ask", "prompt", "q")
_ANSWER_NAMES = ("answer", "reference", "back", "response", "a")
_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "colon": ":", "space": " "}


@dataclass(frozen=True, slots=True)
class Card:
    """One question with the answer that is to be reached; ``id`` is made of the question's first words."""

    id: str
    ask: str
    reference: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read: the cards in order, and a fault for every entry that is none."""

    cards: tuple[Card, ...]
    faults: tuple[Fault, ...]


def read_cards(file: str, text: str) -> Imported:
    """The cards of ``text``, exported as ``file``: ``.json``, ``.csv``, or Anki's ``.txt`` and ``.tsv``.

    JSON is a list of objects with "question" and "answer" (or "front" and "back"), on its own or under
    "cards". CSV has such names in its first line, or the question in its first column and the answer in the
    second. Markup is taken off. Nothing readable gives no cards and the reason as a fault.
    """
    name = file.rpartition(".")[2].lower()
    faults: list[Fault] = []
    pairs = list(
        _json_pairs(file, text, faults) if name == "json" else _table_pairs(file, text, faults, name == "csv")
    )
    cards: dict[str, Card] = {}
    for place, ask, reference in pairs:
        problem = _problem(ask, reference)
        if problem:
            faults.append(Fault(file, place, problem))
            continue
        identity = _free(slug(ask), cards)
        cards[identity] = Card(identity, ask, reference)
    if not cards and not faults:
        faults.append(
            Fault(file, "-", "holds no cards; expected a question and an answer in each line or object")
        )
    return Imported(tuple(cards.values()), tuple(faults))


def slug(ask: str) -> str:
    """An id for a question: its first words in small letters with hyphens; "card" where it has none."""
    plain = re.findall(r"[a-z0-9]+", ask.lower().replace("'", ""))
    return "-".join(plain[:MAX_ID_WORDS])[:60].strip("-") or "card"


def merged(old: Sequence[Card], new: Sequence[Card], taken: Iterable[str] = ()) -> tuple[Card, ...]:
    """``old`` with ``new`` cards put in: the same question gets the new answer and keeps its id.

    No new card gets an id of ``taken``, which others have.
    """
    by_ask = {card.ask: card for card in old}
    used = {**dict.fromkeys(taken), **dict.fromkeys(card.id for card in old)}
    for card in new:
        known = by_ask.get(card.ask)
        identity = known.id if known else _free(card.id, used)
        used[identity] = None
        by_ask[card.ask] = Card(identity, card.ask, card.reference)
    return tuple(by_ask.values())


def to_toml(cards: Iterable[Card]) -> str:
    """``cards`` as the text of a ``cards.toml``."""
    lines = ["# Question-and-answer cards: an answer is held against its reference.", ""]
    for card in cards:
        lines += ["[[cards]]"]
        lines += [f"{key} = {toml_string(getattr(card, key))}" for key in ("id", "ask", "reference")]
        lines.append("")
    return "\n".join(lines)


def toml_string(text: str) -> str:
    """``text`` as a TOML string: JSON's escapes are TOML's, but for the one control it leaves plain."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _free(identity: str, taken: Mapping[str, object]) -> str:
    found, number = identity, 1
    while found in taken:
        number += 1
        found = f"{identity}-{number}"
    return found


def _problem(ask: str, reference: str) -> str:
    for name, text in (("question", ask), ("answer", reference)):
        if not words(text):
            return f"the {name} holds no words"
        if len(text) > MAX_CHARACTERS:
            return f"the {name} has {len(text)} characters; at most {MAX_CHARACTERS} can be spoken about"
    return ""


# ------------------------------------------------------------------------------ formats

_Pair = tuple[str, str, str]


def _json_pairs(file: str, text: str, faults: list[Fault]) -> Iterator[_Pair]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as exc:  # ValueError: also a number of thousands of digits
        faults.append(Fault(file, "-", f"is not JSON: {exc}"))
        return
    entries = found.get("cards") if isinstance(found, dict) else found
    if not isinstance(entries, list):
        faults.append(Fault(file, "-", 'is neither a list of cards nor an object with the list "cards"'))
        return
    for number, entry in enumerate(entries):
        ask, reference = (_first(entry, names) for names in (_QUESTION_NAMES, _ANSWER_NAMES))
        if ask is None or reference is None:
            faults.append(Fault(file, f"cards[{number}]", 'lacks "question" or "answer" as text'))
        else:
            yield f"cards[{number}]", _plain(ask), _plain(reference)


def _first(entry: object, names: Sequence[str]) -> str | None:
    if not isinstance(entry, dict):
        return None
    named = {str(key).strip().lower(): value for key, value in entry.items()}
    return next((named[name] for name in names if isinstance(named.get(name), str)), None)


def _table_pairs(file: str, text: str, faults: list[Fault], is_csv: bool) -> Iterator[_Pair]:  # noqa: FBT001
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    options: dict[str, str] = {}
    n_head = 0
    while n_head < len(lines) and (head := re.match(r"#\s*([a-z ]+):(.*)", lines[n_head])):
        options[head[1].strip()] = head[2].strip()
        n_head += 1
    separator = options.get("separator", "comma" if is_csv else "tab").lower()
    delimiter = _SEPARATORS.get(separator, separator if len(separator) == 1 else "\t")
    if is_csv and "separator" not in options and lines:
        delimiter = max(",;\t", key=lines[0].count)
    rows = csv.reader(lines[n_head:], delimiter=delimiter, strict=False)
    names = [name.strip().lower() for name in options.get("columns", "").split(delimiter)] if n_head else []
    columns = _columns(names)
    try:
        for row in rows:
            place = f"line {rows.line_num + n_head}"
            if columns is None and rows.line_num == 1 and _columns([cell.strip().lower() for cell in row]):
                columns = _columns([cell.strip().lower() for cell in row])
                continue
            if not any(cell.strip() for cell in row):
                continue
            at_question, at_answer = columns or (0, 1)
            if len(row) <= max(at_question, at_answer):
                faults.append(
                    Fault(file, place, f"has {len(row)} columns; expected a question and an answer")
                )
                continue
            yield place, _plain(row[at_question]), _plain(row[at_answer])
    except csv.Error as exc:
        faults.append(Fault(file, f"line {rows.line_num + n_head}", f"cannot be read: {exc}"))


def _columns(names: Sequence[str]) -> tuple[int, int] | None:
    """Where question and answer stand among ``names``; None where they are not both there."""
    places = [
        next((names.index(name) for name in wanted if name in names), None)
        for wanted in (_QUESTION_NAMES, _ANSWER_NAMES)
    ]
    return (places[0], places[1]) if places[0] is not None and places[1] is not None else None


class _Words(HTMLParser):
    """Collects what markup shows: no tags, no styles, no scripts, line breaks as spaces."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in ("script", "style")
        self.shown.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0
        self.shown.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.shown.append(data)


_ANKI = re.compile(r"\[sound:[^\]]*\]|\{\{c\d+::(.*?)(?:::.*?)?\}\}")

# Of word processors, "<![if ...]>"; Python's parser gives up on those that are malformed.
_CONDITIONAL = re.compile(r"<!\[[^>]*>?")


def _plain(text: str) -> str:
    """``text`` without markup, sounds and cloze brackets, in one line."""
    text = _ANKI.sub(lambda match: match[1] or " ", text)
    if re.search(r"<\s*/?[a-zA-Z!]|&#?\w+;", text):
        parser = _Words()
        parser.feed(_CONDITIONAL.sub(" ", text))
        parser.close()
        text = "".join(parser.shown)
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return re.sub(r"\s+([.,;:?!])", r"\1", " ".join(text.split()))
