from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep import bank as banks
from voiceprep import resources
from voiceprep.bank import card_question, parse_pack
from voiceprep.cards import Card, merged, read_cards, slug, to_toml
from voiceprep.checks import assess, prove
from voiceprep.errors import ContentError
from voiceprep.model import Bank, Status, Transcript, Verdict, Word

MUTEX = Card("what-is-a-mutex", "What is a mutex?", "A lock that lets one thread in at a time.")
TCP = Card("what-is-tcp", "What is TCP?", "A reliable ordered stream. Lost packets are sent again.")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("x.csv", f"Question,Answer\n{MUTEX.ask},{MUTEX.reference}\n{TCP.ask},{TCP.reference}\n"),
        ("x.csv", f"answer;question\n{MUTEX.reference};{MUTEX.ask}\n{TCP.reference};{TCP.ask}\n"),
        ("x.csv", f"\ufeff{MUTEX.ask},{MUTEX.reference}\r\n\r\n{TCP.ask},{TCP.reference}\r\n"),
        ("x.txt", f"{MUTEX.ask}\t{MUTEX.reference}\n{TCP.ask}\t{TCP.reference}\n"),
        (
            "x.txt",
            (
                "#separator:Tab\n#html:true\n#columns:Tags\tFront\tBack\n"
                f"os\t<b>What</b> is a mutex?\t{MUTEX.reference}\n"
                f"net\t{TCP.ask}\tA reliable&nbsp;ordered stream.<br>{{{{c1::Lost packets::what}}}} are sent "
                "again.[sound:x.mp3]\n"
            ),
        ),
        (
            "x.json",
            json.dumps(
                [
                    {"question": MUTEX.ask, "answer": MUTEX.reference},
                    {"Front": TCP.ask, "Back": TCP.reference},
                ]
            ),
        ),
        ("x.json", json.dumps({"cards": [{"q": c.ask, "a": c.reference} for c in (MUTEX, TCP)]})),
    ],
)
def test_every_export_gives_the_same_cards(file: str, text: str) -> None:
    """CSV, Anki and JSON, with or without names of columns, mean the same two cards."""
    found = read_cards(file, text)
    assert found.faults == ()
    assert found.cards == (MUTEX, TCP)


@pytest.mark.parametrize(
    ("file", "text", "place", "problem"),
    [
        ("x.json", "{", "-", "is not JSON"),
        ("x.json", "[" * 100_000, "-", "is not JSON"),
        ("x.json", '{"deck": []}', "-", "neither a list"),
        ("x.json", '[{"question": 3, "answer": "four"}]', "cards[0]", "lacks"),
        ("x.csv", "only one column\n", "line 1", "has 1 columns"),
        ("x.csv", "What?,...\n", "line 1", "the answer holds no words"),
        ("x.csv", f"What?,{'word ' * 5000}\n", "line 1", "characters"),
        ("x.csv", "", "-", "holds no cards"),
        ("x.txt", 'What is it?\t"' + "a" * 200_000, "line 1", "cannot be read"),
    ],
)
def test_what_is_no_card_is_named(file: str, text: str, place: str, problem: str) -> None:
    """Every entry that is none is a fault with its place; nothing is guessed."""
    found = read_cards(file, text)
    assert found.cards == ()
    assert found.faults[0].key == place
    assert problem in found.faults[0].problem


def test_markup_never_survives() -> None:
    """Scripts and styles are dropped whole, tags become spaces, controls vanish."""
    rows = "Why?\t<script>alert(1)</script>Because <i>it</i> holds.\x1b[31m<style>p{}</style>\n"
    (card,) = read_cards("x.txt", rows).cards
    assert card.reference == "Because it holds. [31m"


@given(st.text(max_size=400), st.sampled_from(["a.csv", "a.json", "a.txt", "a.tsv", "odd"]))
def test_any_text_gives_cards_or_faults(text: str, file: str) -> None:
    """Whatever a file holds, there are cards or a reason why not, and what there is can be stored."""
    found = read_cards(file, text)
    assert found.cards or found.faults
    tomllib.loads(to_toml(found.cards))


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), max_size=5))
def test_cards_are_stored_and_read_alike(pairs: list[tuple[str, str]]) -> None:
    """Whatever text a card holds, its file gives it back unchanged."""
    cards = [Card(f"c{at}", ask, reference) for at, (ask, reference) in enumerate(pairs)]
    try:
        stored = tomllib.loads(to_toml(cards)).get("cards", [])
    except UnicodeEncodeError:  # a lone surrogate is no text that a file could hold
        return
    assert [Card(**entry) for entry in stored] == cards


def test_importing_again_renews_answers_and_keeps_ids() -> None:
    """The same question keeps its id and gets the new answer; a new one never takes an id in use."""
    newer = Card("what-is-a-mutex", MUTEX.ask, "A mutual exclusion lock.")
    other = Card("what-is-tcp", "What is TCP, in short?", "A stream.")
    found = merged((MUTEX, TCP), (newer, other), taken=("what-is-tcp-2",))
    assert [card.id for card in found] == ["what-is-a-mutex", "what-is-tcp", "what-is-tcp-3"]
    assert found[0].reference == "A mutual exclusion lock."


@given(st.text())
def test_an_id_is_a_safe_file_name(ask: str) -> None:
    """Whatever the question, its id is letters, digits and hyphens."""
    assert slug(ask).replace("-", "").isalnum()
    assert slug(ask).isascii()


# ------------------------------------------------------------------------------ in the bank


@pytest.fixture(scope="module")
def bank() -> Bank:
    parsed = parse_pack({"deck/cards.toml": to_toml((MUTEX, TCP))})
    return Bank(parsed.questions, (), (), resources.WORD_TABLE.read_text(encoding="utf-8"))


def test_an_answer_is_held_against_its_card(bank: Bank) -> None:
    """Each statement of the reference is an element, said or missing, with the words it was heard in."""
    question = banks.find(bank, TCP.id)
    text = "Well it is an ordered, reliable stream of bytes."
    words = tuple(
        Word(word, text.index(word), text.index(word) + len(word), at, at + 1.0)
        for at, word in enumerate(text.split())
    )
    found = assess(question, (Transcript(text, words),), bank)
    assert [finding.status for finding in found.elements] == [Status.SAID, Status.MISSING]
    (piece,) = found.elements[0].evidence
    assert text[piece.start : piece.end] == piece.text
    assert piece.t0_s is not None
    assert found.moves == () or not any(move.required for move in found.moves)
    assert "packets" in found.follow_up.ask


def test_saying_what_the_card_says_is_strong_and_denying_it_is_flat(bank: Bank) -> None:
    """A card is its own strong sample; its denial covers nothing."""
    question = banks.find(bank, MUTEX.id)
    assert assess(question, (Transcript(MUTEX.reference, ()),), bank).verdict is Verdict.STRONG
    denied = Transcript("It is not a lock and it does not let one thread in at a time.", ())
    assert assess(question, (denied,), bank).verdict is Verdict.FLAT
    assert prove(question, bank) == ()


@pytest.mark.parametrize(
    "text",
    [
        "cards = 3",
        '[[cards]]\nid = "x"\nask = "Why?"\n',
        '[[cards]]\nid = "x"\nask = "Why?"\nreference = "..."\n',
        '[[cards]]\nid = "x"\nask = "Why?"\nreference = "So."\nodd = 1\n',
    ],
)
def test_a_faulty_card_file_is_refused(text: str) -> None:
    """Missing, empty and unknown keys of a card are faults with their place."""
    with pytest.raises(ContentError, match="cards"):
        parse_pack({"deck/cards.toml": text})


def test_two_cards_of_one_id_are_refused() -> None:
    """Results are kept under an id, so it stands for one question."""
    with pytest.raises(ContentError, match="taken already"):
        parse_pack({"deck/cards.toml": to_toml((MUTEX, MUTEX))})


@given(st.text(min_size=1, max_size=300))
def test_any_reference_with_a_word_makes_a_question(text: str) -> None:
    """Whatever a card's answer is, it can be asked and answered."""
    question = card_question("x", "Why?", "well " + text, "deck")
    assert question.elements
    assess(question, (Transcript("well " + text, ()),), Bank((question,), ()))
