"""What is asked next, what is said aloud, and the object that goes out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from voiceprep import bank as banks
from voiceprep import resources
from voiceprep.checks import assess
from voiceprep.checks.vague_words import ASKS, GENERAL
from voiceprep.feedback import (
    BRIEF_S,
    WORST_FIRST,
    brief_debrief,
    choose,
    flatness,
    follow_up,
    gain,
    one_breath,
    spoken_debrief,
    spoken_gain,
    worst,
)
from voiceprep.model import (
    RATE_WPM,
    Assessment,
    Bank,
    Element,
    Evidence,
    FollowUp,
    Kind,
    Level,
    Move,
    Pitfall,
    Probe,
    Question,
    Status,
    Term,
    Transcript,
    Verdict,
)
from voiceprep.quoting import MIN_QUOTE_LETTERS, MIN_TERM_LETTERS, quote
from voiceprep.report import to_object
from voiceprep.text import STOPWORDS, spoken, tokenise, transcript, words

QUESTION = Question(
    id="boxes",
    ask="What happens to the detections in the end?",
    topic="detection",
    level=Level.MID,
    kind=Kind.CHOOSE,
    rounds=("phone-screen",),
    why="-",
    hint="-",
    elements=(
        Element(
            "extra", "soft variants lower scores", ("soft suppression lowers the scores",), essential=False
        ),
        Element("keep-best", "the best box is kept", ("you keep the best box",)),
        Element(
            "threshold-risk",
            "a wrong threshold loses neighbours",
            ("a low threshold deletes real neighbours",),
        ),
        Element("fast", "YOLO finds them in one pass", ("YOLO finds them in one pass",)),
    ),
    moves=(Move.REASON, Move.NUMBER),
    probes=(
        Probe("threshold-risk", "What happens in a crowd?"),
        Probe("boundary", "When would you not use it at all?"),
    ),
    pitfalls=(Pitfall("averages", ("it averages the overlapping boxes",), "Nothing is averaged."),),
    considerations=(),
    strong="-",
    flat="-",
    links=(),
    pack="",
)
BANK = Bank((QUESTION,), (Term("YOLO", "yolo", ("yellow",), "-"),), ())

BEST = "You keep the best box, because it sits tightest on the object at 0.5 IoU, two pixels off."
RISK = " A low threshold deletes real neighbours."
ONCE = " YOLO finds them in one pass."
EXTRA = " Soft suppression lowers the scores."


def assessed(text: str) -> tuple[Assessment, Transcript]:
    transcript = Transcript(text, ())
    return assess(QUESTION, (transcript,), BANK), transcript


def asked(text: str) -> tuple[str, str]:
    found, transcript = assessed(text)
    assert found.follow_up == follow_up(QUESTION, found, transcript)
    return found.follow_up.probes, found.follow_up.ask


def test_an_essential_element_is_asked_for_first_with_its_probe() -> None:
    """Missing essentials come before moves and optional elements, in the prepared words."""
    assert asked(BEST + ONCE) == ("threshold-risk", "What happens in a crowd?")
    assert asked("Rain today.")[0] == "keep-best"


def test_an_element_without_a_probe_is_asked_by_its_need() -> None:
    """No prepared probe: the need itself becomes the question."""
    assert asked("Rain today.") == ("keep-best", "What about this: the best box is kept?")


def test_a_term_only_named_is_quoted() -> None:
    """A glossed-over term is the first thing to ask about, in the speaker's own word."""
    assert asked(BEST + ONCE + " There is some Threshold.") == (
        "threshold-risk",
        "You mentioned “Threshold”. What happens in a crowd?",
    )


def test_a_missing_move_quotes_the_vague_words() -> None:
    """Where something vague was said, the follow-up quotes it."""
    probes, ask = asked(
        "You keep the best box. A low threshold deletes real neighbours. It is just super powerful." + ONCE
    )
    assert probes == "reason"
    assert ask == "You said “It is just super powerful”. Why is that?"


def test_what_may_be_misheard_is_asked_again_after_what_is_missing() -> None:
    """A doubtful element is neither credited nor flagged: the speaker is asked to say it again."""
    probes, ask = asked(BEST + RISK + " yellow finds them in one pass.")
    assert probes == "fast"
    assert "not sure" in ask


def test_optional_elements_come_last() -> None:
    """What is not essential is asked for only when all else was said."""
    assert asked(BEST + RISK + ONCE)[0] == "extra"


def test_nothing_missing_goes_deeper() -> None:
    """A complete answer is pressed, not repeated: the prepared boundary, else a changed constraint."""
    assert asked(BEST + RISK + ONCE + EXTRA) == ("boundary", "When would you not use it at all?")
    bare = replace(QUESTION, probes=())
    transcript = Transcript(BEST + RISK + ONCE + EXTRA, ())
    assert "change one thing" in assess(bare, (transcript,), BANK).follow_up.ask


def test_the_debrief_names_one_strength_and_two_gaps() -> None:
    """Short: the speaker's own words, at most two gaps by their meaning; the question is asked on its own."""
    found, _ = assessed("You keep the best box.")
    said = spoken_debrief(QUESTION, found)
    assert said == (
        "Good: you said “keep the best box”. That is correct, but flat: it describes, and an interviewer "
        "listens for how you decide and why. I did not hear you say this: a wrong threshold loses "
        "neighbours. "
        "You have not yet said why."
    )


@pytest.mark.parametrize(
    ("text", "is_flat"),
    [
        ("You keep the best box.", True),
        ("You keep the best box. YOLO finds them in one pass.", True),
        ("You keep the best box, because it sits tightest on the object.", False),
        ("You keep the best box. It averages the overlapping boxes.", False),
        ("Detectors are everywhere these days.", False),
        (BEST + RISK + ONCE + EXTRA, False),
    ],
)
def test_a_correct_answer_that_argues_nothing_is_named_flat(text: str, *, is_flat: bool) -> None:
    """Flat is what is right and neither reasons nor measures; not what is wrong, empty or argued."""
    found, _ = assessed(text)
    assert ("correct, but flat" in flatness(found)) == is_flat
    assert ("correct, but flat" in spoken_debrief(QUESTION, found)) == is_flat


def test_where_a_single_move_is_demanded_its_absence_makes_no_answer_flat() -> None:
    """One missing move is a gap, told as such."""
    question = replace(QUESTION, moves=(Move.REASON,))
    found = assess(question, (Transcript("You keep the best box.", ()),), BANK)
    assert flatness(found) == ""


def test_at_most_three_vague_spans_are_spoken_the_worst_first() -> None:
    """A claim that a condition or a figure would mend comes before a slogan, a slogan before a tail."""
    said = "Boxes, scores and so on. Communication is key. It should be fine. It is much faster."
    found, _ = assessed(said + " Everybody was happy.")
    assert [finding.kind for finding in found.vague] == [
        "tail",
        "slogan",
        "hedge",
        "unmeasured",
        "empty praise",
    ]
    assert [finding.evidence.text for finding in worst(found.vague)] == [
        "It should be fine",
        "It is much faster",
        "Everybody was happy",
    ]
    assert worst(tuple(reversed(found.vague))) == worst(found.vague)
    said = spoken_debrief(QUESTION, found)
    assert "“It should be fine”; “It is much faster”; “Everybody was happy”. Under which condition" in said
    assert "and so on" not in said


def test_every_kind_of_vagueness_has_its_rank() -> None:
    """A kind that a check can find is ranked on purpose."""
    assert sorted(WORST_FIRST) == sorted(ASKS)


def test_the_debrief_corrects_a_pitfall_kindly() -> None:
    """A wrong claim is answered with the right statement."""
    found, _ = assessed("It averages the overlapping boxes.")
    assert "One correction: Nothing is averaged." in spoken_debrief(QUESTION, found)


def test_the_debrief_of_a_complete_answer_names_no_gap() -> None:
    """Nothing missing is said as such."""
    found, _ = assessed(BEST + RISK + ONCE + EXTRA)
    assert found.verdict is Verdict.STRONG
    assert "Nothing is missing." in spoken_debrief(QUESTION, found)


def test_every_debrief_of_a_drill_lasts_twenty_seconds_at_most() -> None:
    """For strong, half and flat answers to every question, with the follow-up and without, at the usual rate.

    There is always something to say, and what is quoted was said.
    """
    bank = banks.load([resources.folder("content")])
    for question in bank.questions:
        half = " ".join(question.strong.split()[: len(question.strong.split()) // 2])
        for answer in (question.strong, half, question.flat):
            found = assess(question, (transcript(answer),), bank)
            for next_ in (found.follow_up, None):
                said = brief_debrief(bank.glossary, question, found, next_)
                whole = spoken(f"{said} {next_.ask if next_ else ''}", bank.glossary)
                assert said, question.id
                assert len(whole.split()) * 60 / RATE_WPM <= BRIEF_S, whole
                for quoted in re.findall("“(.+?)(?: …)?”", said):
                    assert quoted in " ".join(answer.split())
            breath = spoken(one_breath(bank.glossary, question, found, None), bank.glossary)
            assert 0 < len(breath.split()) <= MAX_BREATH_WORDS


def quotes(question: Question, first: str, second: str, bank: Bank) -> Iterator[tuple[str, str]]:
    """(the whole answer, what is quoted of it for its own sake) in all that is said of two halves of it."""
    both = f"{first} {second}"
    alone, together, latest = (
        assess(question, tuple(map(transcript, said)), bank)
        for said in ((first,), (first, second), (second,))
    )
    for found, said in ((alone, first), (together, both), (latest, second)):
        vague = {" ".join(one.evidence.text.split()) for one in found.vague}
        spoken_ = (
            spoken_debrief(question, found),
            brief_debrief(bank.glossary, question, found, found.follow_up),
            found.follow_up.ask,
            spoken_gain(question, alone, found, found),
        )
        for line in spoken_:
            for told in re.findall(
                "(?:Good: |Good: you said |New: you said |mentioned |^You said )“(.+?)”", line
            ):
                if told.removesuffix(" …") not in vague and not any(
                    one.startswith(told[:-2]) for one in vague
                ):
                    yield said, told.removesuffix(" …")


def test_what_is_quoted_for_its_own_sake_tells_something() -> None:
    """Praise and follow-ups, for all questions: never bare small or general words, a statement or a term.

    Vague spots are quoted because they tell nothing; they are not meant.
    """
    bank = banks.load([resources.folder("content")])
    general = (
        STOPWORDS
        | GENERAL
        | {word for name, some in bank.synonyms if name == "general-words" for word in some}
    )
    n_quotes = 0
    for question in bank.questions:
        strong, flat = question.strong.split(), question.flat
        halves = " ".join(strong[: len(strong) // 2]), " ".join(strong[len(strong) // 2 :])
        for first, second in (halves, (flat, halves[1])):
            for answer, told in quotes(question, first, second, bank):
                n_quotes += 1
                assert told in " ".join(answer.split())
                assert any(word.split("'")[0] not in general for word in words(told)), told
                assert len(told) >= (MIN_TERM_LETTERS if " " not in told else MIN_QUOTE_LETTERS), told
    assert n_quotes > len(bank.questions)


@pytest.mark.parametrize(
    ("text", "heard", "told"),
    [
        ("You keep the best box.", "keep the best box", "keep the best box"),
        ("Then the detector runs on every cell.", "Then the", "the detector runs on every cell"),
        ("It stays, and the detector is done there.", "the detector", "the detector is done there"),
        ("It is fine. It is fine there as well.", "It is fine", None),
        ("Cells.", "Cells", None),
        (
            "We run the detector and then the lot of it goes on and on, since nobody stops a cell there.",
            "run the detector and then the lot of it goes on and on, since nobody stops a cell",
            "since nobody stops a cell there",
        ),
        (
            "It took 40 milliseconds a detector, and more.",
            "milliseconds a detector",
            "40 milliseconds a detector",
        ),
    ],
)
def test_a_quotation_is_a_statement_that_tells_something(text: str, heard: str, told: str | None) -> None:
    """What was heard as it is where that will do, else the clauses round it, else nothing."""
    start = text.index(heard)
    found = quote(
        text,
        tokenise(text),
        [Evidence(start, start + len(heard), heard)],
        lambda token: {"detector": 0.5, "cell": 0.6, "cells": 0.6, "box": 0.5}.get(token.word, 0.0),
    )
    assert (found.text if found else None) == told


def test_praise_takes_the_most_telling_words() -> None:
    """Of several elements said, in any order, the one is quoted whose words tell most."""
    telling, thin = "A low threshold deletes real neighbours.", "You keep the best box."
    for text in (f"{telling} {thin}", f"{thin} {telling}"):
        found, _ = assessed(text)
        assert "Good: you said “low threshold deletes real neighbours”." in spoken_debrief(QUESTION, found)


def test_where_nothing_tells_praise_names_what_was_told() -> None:
    """No quotation of empty words, nor where the words are not at hand, as with what the journal kept."""
    found, _ = assessed("You keep the best box.")
    kept = replace(found, elements=tuple(replace(one, quote=None) for one in found.elements))
    assert spoken_debrief(QUESTION, kept).startswith("Good: you told this: the best box is kept.")
    assert kept == found


def test_a_general_word_is_no_term_to_ask_about() -> None:
    """A word of a phrasing that is no word of the need, or a small one, is not quoted as mentioned."""
    said = "You keep the best box. YOLO finds them in one pass. That is a real thing, and wrong, they say."
    assert asked(said) == ("threshold-risk", "What happens in a crowd?")


MAX_BREATH_WORDS = 35
"""A breath: some twelve seconds at the usual rate, which a correction may take."""


def test_a_brief_debrief_names_one_strength_and_one_gap() -> None:
    """The gap is not the one that the follow-up asks for; where that is the only one, it is left to it."""
    found, _ = assessed("You keep the best box. YOLO finds them in one pass.")
    follow = FollowUp("What happens in a crowd?", "threshold-risk")
    said = brief_debrief((), QUESTION, found, follow)
    assert said.startswith("Good: you said “keep the best box”. ")
    assert "neighbours" not in said
    assert said.count("You have not yet said") == 1
    assert "a wrong threshold loses neighbours" in brief_debrief((), QUESTION, found, None)
    only = replace(
        found,
        moves=(),
        elements=tuple(
            one for one in found.elements if one.id == "threshold-risk" or one.status is Status.SAID
        ),
    )
    assert brief_debrief((), QUESTION, only, follow) == "Good: you said “keep the best box”."


def test_a_brief_debrief_corrects_what_was_wrong_before_it_names_a_gap() -> None:
    """A wrong claim that stands uncorrected is learnt."""
    found, _ = assessed("You keep the best box. It averages the overlapping boxes.")
    assert brief_debrief((), QUESTION, found, None).endswith("One correction: Nothing is averaged.")
    assert one_breath((), QUESTION, found, None) == "Good. One correction: Nothing is averaged."


def test_a_brief_debrief_gives_way_to_a_long_follow_up() -> None:
    """First the end of the quotation, then the strength, then the gap."""
    text = "You keep the best box of all the boxes that there are in the picture, and so on."
    found, _ = assessed(text)

    def beside(n_words: int) -> str:
        return brief_debrief((), QUESTION, found, FollowUp("word " * n_words, "x"))

    full = beside(0)
    tried = [beside(n_words) for n_words in range(60)]
    assert full == tried[0]
    assert [len(said.split()) for said in tried] == sorted((len(s.split()) for s in tried), reverse=True)
    assert tried[-1] == ""
    assert any(said and said != full for said in tried)


def test_one_breath_says_the_one_thing_to_add() -> None:
    """Or that there is none, or that nothing asked for was said."""
    found, _ = assessed("You keep the best box.")
    assert one_breath((), QUESTION, found, None).startswith("Good. I did not hear you say this: ")
    assert one_breath((), QUESTION, found, None).count("I did not hear") == 1
    found, _ = assessed("I like pictures a lot.")
    assert one_breath((), QUESTION, found, None).startswith("Not yet. ")


def test_the_gain_of_a_second_answer() -> None:
    """Together against the first alone: what was added, what is still missing."""
    first = Transcript("You keep the best box.", ())
    second = Transcript(
        "A low threshold deletes real neighbours, because forty people stand shoulder to shoulder.", ()
    )
    alone, together = assess(QUESTION, (first,), BANK), assess(QUESTION, (first, second), BANK)
    found = gain(alone, together)
    assert found.elements == ("threshold-risk",)
    assert set(found.moves) == {Move.REASON, Move.NUMBER}
    assert found.still_missing == ("extra", "fast")
    assert found.still_unmade == ()
    assert gain(alone, alone).still_unmade == (Move.REASON, Move.NUMBER)
    assert gain(alone, alone).elements == ()


def test_after_a_follow_up_only_the_new_is_said() -> None:
    """A further answer is told by what it added, one gap that is left, and its own vague spots alone."""
    first = Transcript("You keep the best box. It should be fine.", ())
    second = Transcript("A low threshold deletes real neighbours. It is much faster.", ())
    alone, together = assess(QUESTION, (first,), BANK), assess(QUESTION, (first, second), BANK)
    latest = assess(QUESTION, (second,), BANK)
    said = spoken_gain(QUESTION, alone, together, latest)
    assert said.startswith("New: you said “low threshold deletes real neighbours”.")
    assert "I did not hear you say this: YOLO finds them in one pass." in said
    assert "“It is much faster”" in said
    assert "It should be fine" not in said
    assert "flat" not in said
    again = spoken_gain(QUESTION, together, together, latest)
    assert again.startswith("That did not add what I am still missing.")


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("reference", ["", "The best box is kept."])
def test_deeper_questions_fit_what_was_asked(kind: Kind, reference: str) -> None:
    """Of whom nothing is missing, a card asks only what fits any statement, a story no change of means."""
    question = replace(QUESTION, kind=kind, moves=(), probes=(), reference=reference)
    found, said = assess(QUESTION, (Transcript(BEST, ()),), BANK), Transcript(BEST, ())
    elements = tuple(replace(one, status=Status.SAID) for one in found.elements)
    asked = choose(question, (elements, (), ()), said).ask
    changes = {Kind.CHOOSE, Kind.DESIGN, Kind.DIAGNOSE, Kind.PIPELINE}
    assert ("change one thing" in asked) == (kind in changes and not reference)
    assert not {"data", "labels", "compute"} & set(asked.lower().split())


def test_the_object_keeps_the_contract() -> None:
    """Keys, values and order of the result object are fixed, and it is JSON."""
    text = "It depends on the use case. You keep the best box."
    found, _ = assessed(text)
    out = json.loads(json.dumps(to_object(found)))
    assert list(out) == [
        "question",
        "verdict",
        "elements",
        "moves",
        "vague",
        "pitfalls",
        "delivery",
        "follow_up",
    ]
    assert out["elements"][1] == {
        "id": "keep-best",
        "status": "said",
        "score": 1.0,
        "evidence": [{"start": 32, "end": 49, "text": "keep the best box", "t0": None, "t1": None}],
    }
    assert out["moves"][0] == {"id": "reason", "required": True, "status": "missing", "evidence": []}
    assert {key: out["vague"][0][key] for key in ("start", "end", "text", "kind")} == {
        "start": 0,
        "end": 26,
        "text": "It depends on the use case",
        "kind": "hedge",
    }
    assert out["delivery"] == {
        "words": 11,
        "fillers": 0,
        "seconds": None,
        "words_per_minute": None,
        "longest_pause_s": None,
    }
    assert set(out["follow_up"]) == {"ask", "probes"}
