"""Scoring against a reference: what was said of it counts, and nothing else does."""

from __future__ import annotations

import sys

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from voiceprep.cli.assemble import load_word_table
from voiceprep.errors import UsageError
from voiceprep.model import Status
from voiceprep.scoring import N_PLACES, Scored, WordTable, reference, score, word_table
from voiceprep.text import stems, vocabulary

TABLE = load_word_table()
QUESTION = "What is a recursive function?"
REFERENCE = "A function that calls itself, with a base case that ends the calls."

WORDS = sorted(
    vocabulary(
        "array pointer memory stack queue loop compile constructor inherits router packet bandwidth kernel "
        "pooling gradient overfit threshold precision pixel camera sorted address allocate traverse leaf root"
    )
)
SMALL = sorted(vocabulary("the a of in to and is are it with for that by at"))

told = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12, unique=True)
plain = st.lists(st.sampled_from(WORDS + SMALL), max_size=30).map(" ".join)


def scored(text: str, wanted: str = REFERENCE, question: str = "") -> Scored:
    return score(reference(wanted, question, TABLE), text, TABLE)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
@example("\u0130\u0130 \ud800 \u0301x", "\ud83d\ude00 A\u0301", "\0")
@example("Some people say it is slow, but they're wrong.", "Some people say it is slow", "")
@example("0", "0", "0")
@example("That pointer leaks. Scratch that.", "It leaks.", "")
def test_any_text_is_survived(wanted: str, text: str, question: str) -> None:
    """Any Unicode gives a score and shares from 0 to 1, or the refusal of a reference without words."""
    try:
        found = scored(text, wanted, question)
    except UsageError:
        assert stems(wanted) == ()
        return
    assert 0.0 <= found.score <= 1.0
    assert all(0.0 <= finding.score <= 1.0 for finding in found.elements)
    assert found.elements


def test_a_reference_without_words_is_refused() -> None:
    """Nothing can be reached where nothing is asked for; the message says what to give."""
    with pytest.raises(UsageError, match="give the answer that is to be reached"):
        reference(" ... ", "", TABLE)


@given(
    told, st.sampled_from([" ", ", ", " and ", " is not ", ". ", " without ", " because ", " (or "]), plain
)
@example(["stack", "queue"], " unlike ", "")
@example(["stack"], " ", "stack")
@example(["We leave out the padding", "the stack"], " and ", "")
@example(["zyzzyva", "quuxify"], " ", "")
def test_the_reference_itself_is_a_full_answer(parts: list[str], between: str, question: str) -> None:
    """Whoever says the reference, says everything in it, also where it denies something."""
    wanted = between.join(parts) + "."
    found = scored(wanted, wanted, question)
    assert found.score >= 0.95
    assert all(finding.status is Status.SAID for finding in found.elements)


@pytest.mark.parametrize(
    "nothing",
    ["", " ", "...", "um, uh", "Not answered.", "no answer", "I don't know.", "I have no idea", "The?"],
)
def test_nothing_said_scores_nothing(nothing: str) -> None:
    """No words, no statement: the score is 0 and everything is missing."""
    found = scored(nothing)
    assert found.score == 0.0
    assert {finding.status for finding in found.elements} == {Status.MISSING}


@given(plain, told, st.lists(st.sampled_from(WORDS + SMALL), max_size=8))
def test_the_words_of_the_question_earn_nothing(text: str, parts: list[str], asked: list[str]) -> None:
    """An answer padded with the question's own words scores what it scored without them."""
    assume(not set(parts) <= set(asked))
    wanted, question = " ".join(parts), " ".join(asked)
    padded = f"{text}. {question}. {question}."
    assert scored(padded, wanted, question) == scored(text, wanted, question)


@given(st.lists(st.sampled_from(WORDS + SMALL), min_size=1, max_size=30))
def test_case_marks_and_fillers_change_nothing(text: list[str]) -> None:
    """Capitals, punctuation and "um" are how it was said, not what."""
    before = scored(" ".join(text))
    upper = scored(" ".join(text).upper() + "!")
    marked = scored(
        "".join(f"{word}{(' ', ', ', '. ', ' um ', ' uh, ')[at % 5]}" for at, word in enumerate(text))
    )
    shares = [finding.score for finding in before.elements]
    for other in (upper, marked):
        assert other.score == before.score
        assert [finding.score for finding in other.elements] == shares


@pytest.mark.parametrize(
    "wanted",
    [
        "It calls itself.",
        "The pointer holds the address of a variable.",
        "Packets are flooded to every port.",
        "Pooling halves the width and the height.",
    ],
)
@pytest.mark.parametrize(
    "template",
    [
        "It is not true that {}.",
        "I don't think that {}.",
        "It is wrong that {}.",
        "Some people say that {}, but I disagree.",
        "{}. No wait, that's wrong.",
        "{}. Scratch that.",
    ],
)
def test_what_is_denied_was_not_said(wanted: str, template: str) -> None:
    """A reference that is denied, withdrawn, or somebody else's opinion earns nothing at all."""
    bare = wanted.rstrip(".")
    said = template.format(bare if template.startswith("{") else bare[0].lower() + bare[1:])
    found = scored(said, wanted)
    assert (found.score, found.elements[0].status) == (0.0, Status.MISSING), said
    assert scored(wanted, wanted).score > 0.95


@pytest.mark.parametrize(
    ("wanted", "denial"),
    [
        ("It calls itself.", "It does not call itself."),
        (
            "The pointer holds the address of a variable.",
            "The pointer never holds the address of a variable.",
        ),
        ("Packets are flooded to every port.", "Packets aren't flooded to every port."),
    ],
)
def test_a_denial_is_no_statement_and_may_be_corrected(wanted: str, denial: str) -> None:
    """The opposite of the reference earns nothing; said as well, before or after, the reference counts."""
    assert (scored(denial, wanted).score, scored(denial, wanted).elements[0].score) == (0.0, 0.0)
    for said in (f"{denial} {wanted}", f"{wanted} {denial}"):
        assert scored(said, wanted).elements[0].status is Status.SAID


def test_a_denial_said_in_other_words_counts() -> None:
    """Where the reference denies, an answer may deny or turn the thing round."""
    wanted = "The base case is not included."
    for said in ("There is no base case.", "The base case is missing.", "It never includes the base case."):
        assert scored(said, wanted).elements[0].status is Status.SAID, said


def test_every_statement_is_judged_alone() -> None:
    """The clauses of the reference are its elements, and evidence quotes the words of each."""
    found = scored("Well, um, it calls itself.", question=QUESTION)
    assert [(finding.need, finding.status) for finding in found.elements] == [
        ("A function that calls itself", Status.SAID),
        ("with a base case that ends the calls", Status.MISSING),
    ]
    assert [piece.text for piece in found.elements[0].evidence] == ["calls itself"]
    assert found.elements[1].evidence == ()


@given(
    st.lists(st.sampled_from([*WORDS, *SMALL, "\u0130", "Ünïcode,", "don't", "."]), max_size=40).map(
        " ".join
    ),
    told,
)
def test_evidence_quotes_the_answer(text: str, parts: list[str]) -> None:
    """Offsets are characters into the answer; what was said shows its words."""
    for finding in scored(text, " ".join(parts)).elements:
        assert (finding.status is Status.SAID) == bool(finding.evidence)
        for piece in finding.evidence:
            assert piece.text == text[piece.start : piece.end]
            assert set(stems(piece.text)) & set(stems(" ".join(parts)))


def test_more_of_the_reference_is_more() -> None:
    """From another subject to the whole reference, each step scores higher."""
    steps = (
        "My sister cooked dinner for the children.",
        "It allocates an array on the stack.",
        "It calls other functions.",
        "It calls itself.",
        "It calls itself until the base case.",
        "It calls itself until the base case ends the calls.",
    )
    scores = [scored(step, question=QUESTION).score for step in steps]
    assert scores == sorted(set(scores))
    assert scores[0] < 0.2
    assert scores[-1] > 0.9


def test_a_telling_word_weighs_more_than_a_common_one() -> None:
    """Half of a statement's words may be most of it, or little."""
    wanted = "use recursion"
    assert scored("recursion", wanted).elements[0].score > 0.7
    assert scored("use", wanted).elements[0].score < 0.3
    assert scored("recursion", "That's recursion.").elements[0].score == 1.0


@pytest.mark.parametrize("said", ["sub problems", "subproblem", "sub um problems", "subprobelms"])
def test_split_and_misspelled_words_are_heard(said: str) -> None:
    """A recogniser splits compounds, and people mistype."""
    assert scored(f"Divide it into {said}.", "Smaller subproblems.").elements[0].score >= 0.3


def test_a_table_is_what_it_was_written_as() -> None:
    """A word a line: its information in per cent and its place; remarks are passed over."""
    place = "a" * N_PLACES
    assert word_table(f"# a remark\nloop\t42\t{place}\n#\t7\t{place}\n") == WordTable(
        {"loop": 0.42, "#": 0.07}, {"loop": place.encode(), "#": place.encode()}
    )


def test_the_table_shipped_is_whole() -> None:
    """Every word has a place of the right length and tells something."""
    assert len(TABLE.places) == len(TABLE.information) > 5000
    assert {len(place) for place in TABLE.places.values()} == {N_PLACES}
    assert all(0 < tells <= 1 for tells in TABLE.information.values())


def test_work_grows_with_the_length_of_the_answer_and_not_faster() -> None:
    """Eight times the answer, or the reference, takes at most about eight times the work."""

    def calls(wanted: str, text: str) -> int:
        count = 0

        def profiler(_frame: object, event: str, _arg: object) -> None:
            nonlocal count
            count += event == "call"

        scored(text, wanted)
        before = sys.getprofile()
        sys.setprofile(profiler)
        try:
            scored(text + " ", wanted + " ")
        finally:
            sys.setprofile(before)
        return count

    text = "It calls itself, because the base case was not reached, and the stack grows. "
    assert calls(REFERENCE, text * 80) < 14 * calls(REFERENCE, text * 10)
    assert calls(text * 80, REFERENCE) < 14 * calls(text * 10, REFERENCE)
