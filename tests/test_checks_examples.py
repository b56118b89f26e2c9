"""Every check declares itself with examples, and holds them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import voiceprep.checks
from voiceprep.bank import find, load
from voiceprep.checks import CHECKS, MOVES, assess, examine, lacking
from voiceprep.checks.case import Case, Check
from voiceprep.model import (
    Bank,
    Element,
    Kind,
    Level,
    Move,
    MoveFinding,
    Pitfall,
    Question,
    Status,
    Term,
    Transcript,
)
from voiceprep.resources import folder

SHARED = {"case", "seek", "vague_weights", "vague_words"}
"""Files of the package that declare no check: what all checks are given, look with, and look for."""


def a_question() -> Question:
    """A small question about boxes that the examples of elements and pitfalls refer to."""
    return Question(
        id="boxes",
        ask="What happens to the detections in the end?",
        topic="detection",
        level=Level.JUNIOR,
        kind=Kind.DEFINE,
        rounds=("phone-screen",),
        why="-",
        hint="-",
        elements=(
            Element(
                "keep-best",
                "the best box is kept",
                ("you keep the best box",),
                ((("keep", "stays"), ("best", "top", "highest"), ("box", "one")),),
            ),
        ),
        moves=(Move.REASON,),
        probes=(),
        pitfalls=(Pitfall("averages", ("it averages the overlapping boxes",), "Nothing is averaged."),),
        considerations=(),
        strong="-",
        flat="-",
        links=(),
        pack="",
    )


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load([folder("content")])


def case_of(text: str, bank: Bank) -> Case:
    return examine(a_question(), Transcript(text, ()), bank)


def examples() -> Iterator[tuple[Check, str, str | None]]:
    for check in CHECKS:
        for example in check.hears:
            yield check, example.text, example.span
        for text in (*check.passes, *check.denied):
            yield check, text, None


@pytest.mark.parametrize(
    ("check", "text", "span"), [pytest.param(*row, id=f"{row[0].id}: {row[1]}") for row in examples()]
)
def test_a_check_finds_its_examples_and_only_those(
    check: Check, text: str, span: str | None, bank: Bank
) -> None:
    """A declared example is found with its span as evidence; near misses and denials are not found."""
    found = [piece.text for piece in check.find(case_of(text, bank))]
    if span is None:
        assert found == []
    else:
        assert any(span in piece or piece in span for piece in found), found


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_without_examples_is_no_check(check: Check) -> None:
    """Every check has a message, an authority, a positive, a near miss and a denied example."""
    assert check.message
    assert check.authority
    assert check.hears
    assert check.passes
    assert check.denied
    assert all(example.span for example in check.hears)


def test_every_file_of_checks_is_registered() -> None:
    """A check that is declared in a file of the package stands in the table."""
    declared: list[Check] = []
    for module in iter_modules([str(Path(voiceprep.checks.__file__).parent)]):
        if module.name in SHARED:
            continue
        checks = import_module(f"voiceprep.checks.{module.name}").CHECKS
        assert checks, f"{module.name} declares no check"
        declared.extend(checks)
    assert {check.id for check in declared} == {check.id for check in CHECKS}
    assert len({check.id for check in CHECKS}) == len(CHECKS)


def test_every_move_has_its_check() -> None:
    """The moves of the question map and the declared checks are the same."""
    assert {check.id for check in MOVES} == {move.value for move in Move}


def test_terms_known_to_the_glossary_are_one_word_to_every_check(bank: Bank) -> None:
    """The glossary reaches the checks: "our CNN" after "faster" is heard as the detector's name."""
    assert any(isinstance(term, Term) for term in bank.glossary)
    case = case_of("i start from faster our cnn with a feature pyramid", bank)
    assert case.reading.at("fasterrcnn")


def reason_of(said: str, bank: Bank, question: str = "yolo-vs-faster-rcnn") -> MoveFinding:
    found = assess(find(bank, question), (Transcript(said, ()),), bank)
    return next(move for move in found.moves if move.id is Move.REASON)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("I would choose YOLO because we need real time.", "because we need real time"),
        ("It is slower because it classifies every region.", "because it classifies every region"),
        ("YOLO, cos the gate opens quickly.", "cos the gate opens quickly"),
        ("I'd take YOLO because. The gate opens quickly.", "because. The gate opens quickly"),
        ("Because the gate opens quickly.", "Because the gate opens quickly"),
    ],
)
def test_a_short_reason_is_a_reason(said: str, heard: str, bank: Bank) -> None:
    """An option in the question's words is an effect; a cause needs but one word of its own, or a limit."""
    found = reason_of(said, bank)
    assert found.status is Status.SAID
    assert [piece.text for piece in found.evidence] == [heard]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("I'd take YOLO because it is the best model.", "because it is the best model"),
        ("I would say YOLO, because it is more popular.", "because it is more popular"),
        ("I'd take YOLO because it is YOLO.", "because it is YOLO"),
    ],
)
def test_a_reason_that_says_nothing_is_quoted(said: str, heard: str, bank: Bank) -> None:
    """Where a clause with "because" is not credited, nobody is told that nothing says why."""
    found = reason_of(said, bank)
    assert found.status is Status.MISSING
    assert [piece.text for piece in found.evidence] == [heard]
    assert f'"{heard}"' in lacking(found)
    assert "nothing says why" not in lacking(found)


@pytest.mark.parametrize(
    "said", ["I'd take YOLO.", "I'd take YOLO, and there is no because here.", "I used YOLO since 2019."]
)
def test_no_reason_at_all_is_called_so(said: str, bank: Bank) -> None:
    """Without such a clause the finding rests on nothing and says that nothing says why."""
    found = reason_of(said, bank)
    assert found.status is Status.MISSING
    assert found.evidence == ()
    assert "nothing says why" in lacking(found)
