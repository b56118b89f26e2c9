"""Partial evidence: what is probably said counts, what is denied, listed or another's does not."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import astuple, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.checks import assess
from voiceprep.model import Bank, Element, ElementFinding, Kind, Level, Move, Question, Status, Transcript
from voiceprep.weighing import LIKELY, WEIGHTS, Features, log_odds


def element(
    id_: str, need: str, phrasings: tuple[str, ...], groups: tuple[str, ...], *opposites: str
) -> Element:
    parts = tuple(
        tuple(tuple(name.strip() for name in one.split("/")) for one in group.split("+")) for group in groups
    )
    return Element(id_, need, phrasings, parts, opposites)


QUESTION = Question(
    id="convolution",
    ask="Why do networks for images use convolutions?",
    topic="cnn",
    level=Level.JUNIOR,
    kind=Kind.DEFINE,
    rounds=("phone-screen",),
    why="-",
    hint="-",
    elements=(
        element(
            "sharing",
            "the same weights at each position",
            ("the same small filter slides over the whole picture", "weights are shared across positions"),
            (
                "same / shared / reused + filter / weight / kernel + position / everywhere / spot",
                "slide / sweep / move + filter / kernel / window + picture / photo / scene",
            ),
            "every position has a kernel of its own",
        ),
        element(
            "few-parameters",
            "far fewer numbers to learn",
            ("nine numbers instead of millions", "few parameters so little memory"),
            (
                "few / nine / small + parameter / number / weight + learn / train / store",
                "millions / billions + dense / flatten* + memory / overfit",
            ),
        ),
        element(
            "hierarchy",
            "early layers see edges, later ones whole objects",
            ("first edges, then textures, then objects", "deeper layers put parts together"),
            (
                "early / first / shallow + edge / corner / line + layer / stage",
                "deep / later / last + object / face / wheel + layer / stage / combine",
            ),
        ),
        element(
            "not-shift-invariant",
            "shifts are not ignored entirely",
            ("a shift does not vanish",),
            ("not + shift / move / translate + vanish / ignore",),
        ),
    ),
    moves=(Move.REASON,),
    probes=(),
    pitfalls=(),
    considerations=(),
    strong="-",
    flat="-",
    links=(),
    pack="",
)
BANK = Bank((QUESTION,), (), ())

PARTIAL = {
    "sharing": "It has one small kernel that goes over the picture, and its weights serve all of it.",
    "few-parameters": "That is only nine numbers to tune, and it is little memory for all of it.",
    "hierarchy": "At the start there are lines and an edge, and some layers on you have parts and a face.",
}
"""Statements that meet no pattern in full, by the element each makes likely."""


def findings(text: str) -> dict[str, ElementFinding]:
    return {found.id: found for found in assess(QUESTION, (Transcript(text, ()),), BANK).elements}


def said(text: str) -> set[str]:
    return {id_ for id_, found in findings(text).items() if found.status is Status.SAID}


@pytest.mark.parametrize(("id_", "text"), PARTIAL.items())
def test_what_is_probably_said_counts_and_shows_its_words(id_: str, text: str) -> None:
    """Much of one element in one statement is credited, to it alone, below certainty, and quoted."""
    found = findings(text)[id_]
    assert said(text) == {id_}
    assert LIKELY <= found.score < 1.0
    assert all(piece.text == text[piece.start : piece.end] for piece in found.evidence)


def test_evidence_is_from_the_first_to_the_last_word_that_carried_it() -> None:
    """Words of the element bound what is shown; those around them are left out."""
    (piece,) = findings("Well, you see, " + PARTIAL["few-parameters"].lower())["few-parameters"].evidence
    assert piece.text == "nine numbers to tune, and it is little memory"


WAYS = (
    "It is not true that {}",
    "I don't think that {}",
    "Some people say that {}, but I disagree.",
    "{}. No wait, that's wrong.",
    "{}. Scratch that.",
    "The idea that {} is wrong.",
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", PARTIAL.values())
def test_partial_evidence_that_is_turned_down_never_credits(text: str, way: str) -> None:
    """Denied, disbelieved, other people's or withdrawn: however much of it was met, nothing is credited."""
    plain = text.rstrip(".")
    assert said(way.format(plain if way.startswith("{") else plain[0].lower() + plain[1:])) == set()


@pytest.mark.parametrize(
    "text",
    [
        "There is a kernel and then there is a picture.",
        "A network for images uses convolutions because images need a network.",
        "Every position has a kernel of its own. It goes over the picture, and its small weights serve it.",
        "A shift does vanish, and to move or to translate is to ignore.",
        "It has one small kernel\nthat goes over the picture, and it is good.",
    ],
)
def test_near_misses_are_not_credited(text: str) -> None:
    """Two words, the question's words, what an opposite contradicts, a denial said plainly, two answers."""
    assert said(text) == set()


WORDS = {
    "sharing": ("kernel", "picture", "spot", "sweep", "scene", "everywhere", "window"),
    "few-parameters": ("nine", "numbers", "parameters", "store", "millions", "memory", "learn"),
    "hierarchy": ("early", "edges", "corners", "later", "faces", "wheels", "deep"),
}
"""Words that one element alone knows."""
every_word = st.lists(
    st.sampled_from(sorted(word for known in WORDS.values() for word in known)), unique=True, min_size=3
)


@given(every_word, st.sampled_from([", ", " ", " and ", "; "]))
def test_a_bare_list_never_credits(words: list[str], mark: str) -> None:
    """Words of the elements in any number and order with nothing that relates them: no partial credit."""
    scores = [
        found.score for found in findings(mark.join(words) + ".").values() if found.status is Status.SAID
    ]
    assert all(score == 1.0 for score in scores)  # whole patterns are the patterns' affair


@given(st.sampled_from(sorted(WORDS)), st.data())
def test_more_evidence_never_lowers_the_score(id_: str, data: st.DataObject) -> None:
    """A further word of the element's own, said like the others in the same sentence, speaks for it."""
    words = data.draw(st.lists(st.sampled_from(WORDS[id_]), unique=True, min_size=2))
    score = 0.0
    for n in range(1, len(words) + 1):
        text = "We say it is " + " as it is ".join(words[:n]) + "."
        assert findings(text)[id_].score >= score
        score = findings(text)[id_].score


@given(st.builds(Features, *[st.floats(0.0, 8.0)] * len(fields(Features))), st.data())
def test_every_feature_speaks_one_way(features: Features, data: st.DataObject) -> None:
    """More of any feature but the rivals' never lowers the log odds; more of theirs never raises them."""
    name = data.draw(st.sampled_from([field.name for field in fields(Features)]))
    more = Features(
        *(v + (field.name == name) for field, v in zip(fields(Features), astuple(features), strict=True))
    )
    change = log_odds(more) - log_odds(features)
    assert change <= 0.0 if name == "rivals" else change >= 0.0


@pytest.mark.parametrize(("id_", "text"), PARTIAL.items())
@pytest.mark.parametrize("around", ["My sister lives in Kraków. {}", "{} We had lunch, and it was cold."])
def test_an_unrelated_sentence_changes_nothing(id_: str, text: str, around: str) -> None:
    """Before or after, it leaves the score as it is."""
    assert findings(around.format(text))[id_].score == findings(text)[id_].score


def test_words_another_element_explains_better_count_less() -> None:
    """The same words weigh less beside more words of a rival."""
    alone = findings("There it is one kernel that goes over the picture.")["sharing"].score
    beside = findings(
        "There it is one kernel that goes over the picture, an edge, a corner and a face to it."
    )
    assert beside["sharing"].score < alone


def test_findings_do_not_hang_on_the_order_of_sets() -> None:
    """Whatever the seed of string hashes, score and evidence are the same."""
    code = (
        "from tests.test_weighing import PARTIAL, findings\n"
        "print([found for text in PARTIAL.values() for found in findings(text).values()])"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert len(printed) == 1


def test_weights_are_signed_as_they_are_explained() -> None:
    """Only rivals speak against an element."""
    assert [field.name for field in fields(Features) if getattr(WEIGHTS, field.name) < 0] == ["rivals"]
