"""Vague spots: exact words, the anchor that is missing, and what leaves them alone."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.bank import load
from voiceprep.checks import assess, examine
from voiceprep.checks.vague_words import ASKS
from voiceprep.checks.vagueness import weigh, why
from voiceprep.model import Bank, Question, Transcript, VagueFinding
from voiceprep.resources import folder

ANSWERS = Path(__file__).parent / "answers" / "vague.jsonl"
"""Forty answers written before any rule of the check: half vague, half concrete with hard negatives."""


@cache
def bank() -> Bank:
    return load([folder("content")])


@cache
def question(id_: str) -> Question:
    return next(question for question in bank().questions if question.id == id_)


def vague(text: str, id_: str = "latency-budget") -> tuple[VagueFinding, ...]:
    return assess(question(id_), (Transcript(text, ()),), bank()).vague


def spans(text: str, id_: str = "latency-budget") -> list[str]:
    return [finding.evidence.text for finding in vague(text, id_)]


def answers() -> list[tuple[str, str]]:
    """Question and text of every answer of the file."""
    rows = (json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines())
    return [(row["question"], row["text"]) for row in rows]


@pytest.mark.parametrize(
    ("text", "kind", "asked"),
    [
        ("It should be fine.", "hedge", "Under which condition"),
        ("It depends on the situation.", "hedge", "in each case"),
        ("We would have to see which one works best.", "hedge", "By which measure"),
        ("It is much faster.", "unmeasured", "milliseconds"),
        ("The results are much better.", "unmeasured", "on which data"),
        ("There are various techniques for that.", "unnamed", "Name one"),
        ("I would use a modern deep network.", "empty praise", "Which model"),
        ("You need good data.", "empty praise", "Which data"),
        ("The customer was very happy.", "empty praise", "What did they see"),
        ("Communication is key.", "slogan", "one concrete case"),
        ("Crops, flips, and so on.", "tail", "Which ones"),
    ],
)
def test_a_vague_span_asks_for_the_anchor_its_words_lack(text: str, kind: str, asked: str) -> None:
    """Each is quoted whole, and what it asks for is what would make these very words concrete."""
    (finding,) = vague(text)
    assert finding.evidence.text == text.removesuffix(".")
    assert finding.kind == kind
    assert asked in finding.why


@pytest.mark.parametrize(
    "text",
    [
        "It should fit, because int8 needs a quarter of the four gigabytes.",
        "It depends on the frame rate: under thirty I take the two-stage one, above that YOLO.",
        "It is faster by eleven milliseconds on the Jetson.",
        "There are two ways: crop the belt or halve the frame rate.",
        "Roughly a third of the night frames were blurred.",
        "It's basically a weighted sum of the nine neighbours under the kernel.",
        "The customer counted forty missed screws a week before and three after.",
        "I think the crossover lies at about twenty-five frames per second.",
        "I don't guess the exposure, I read it from the header.",
        "Recall did not get any better: 61 percent before, 61 after.",
    ],
)
def test_what_is_said_concretely_is_no_vague_spot(text: str) -> None:
    """Figures, names, causes and conditions beside a hedging word give it a meaning; denials too."""
    assert spans(text) == []


def test_a_long_sentence_is_flagged_only_where_it_is_empty() -> None:
    """The clause that trails off is quoted, not the sentence with it."""
    text = (
        "We have a network on the gate and there are people at the belt, but one has to see what works best."
    )
    assert spans(text) == ["but one has to see what works best"]


@pytest.mark.parametrize("written", ["typed", "shouted", "without commas"])
@pytest.mark.parametrize(("id_", "text"), answers())
def test_neither_case_nor_commas_change_a_span(id_: str, text: str, written: str) -> None:
    """Spans quote the text, stand apart and in order, and are the same in capitals and without commas."""
    if written == "shouted":
        changed = text.upper()
    else:
        changed = re.sub(r",(?!\d)", " ", text) if written == "without commas" else text
    found = [finding.evidence for finding in vague(changed, id_)]
    assert all(changed[piece.start : piece.end] == piece.text for piece in found)
    ends = [edge for piece in found for edge in (piece.start, piece.end)]
    assert ends == sorted(ends)
    assert [(piece.start, piece.end) for piece in found] == [
        (finding.evidence.start, finding.evidence.end) for finding in vague(text, id_)
    ]


def test_commas_round_a_filler_change_nothing_that_is_weighed() -> None:
    """“like” is a filler by its commas elsewhere; here a sentence weighs the same without them."""
    assert features("It is, like, pretty good, um, at night.") == features(
        "It is like pretty good um at night."
    )


def features(text: str) -> list[dict[str, float]]:
    case = examine(question("latency-budget"), Transcript(text, ()), bank())
    return [dict(weighed.features) for weighed in weigh(case)]


CONCRETE = "The conveyor stops for eleven seconds whenever the pallet scanner reads a torn barcode."


@given(st.sampled_from(answers()), st.integers(0, 9))
def test_a_concrete_sentence_more_changes_no_span_elsewhere(answer: tuple[str, str], at: int) -> None:
    """Wherever it is put, what is vague elsewhere stays so, what is not does not become so."""
    id_, text = answer
    sentences = re.split(r"(?<=[.?!]) ", text)
    at = min(at, len(sentences))
    more = " ".join([*sentences[:at], CONCRETE, *sentences[at:]])
    assert spans(more, id_) == spans(text, id_)


@pytest.mark.parametrize("kind", sorted(ASKS))
def test_every_kind_asks_a_question(kind: str) -> None:
    """Whatever the words, a vague span is answered with a question one can answer."""
    assert "?" in why(kind, "something")
