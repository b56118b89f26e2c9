from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep import bank as banks
from voiceprep.checks import assess
from voiceprep.cli.render import Page, profile_lines
from voiceprep.model import Bank, Signal, Transcript
from voiceprep.profile import Answered, profile, signals
from voiceprep.resources import folder


@pytest.fixture(scope="module")
def bank() -> Bank:
    return banks.load([folder("content")])


def answered(bank: Bank, question: str, text: str, attempt: int = 1) -> Answered:
    found = banks.find(bank, question)
    said = (Transcript(text, ()),)
    return Answered(attempt, found, said, assess(found, said, bank))


def heard(bank: Bank, question: str, text: str) -> set[Signal]:
    one = answered(bank, question, text)
    return {item.signal for item in signals(one.question, one.transcripts, one.assessment, bank)}


@pytest.mark.parametrize(
    ("signal", "text"),
    [
        (Signal.PRODUCTION_MINDSET, "I'd quantize it because it has to answer in thirty milliseconds."),
        (Signal.DATA_CENTRIC, "I would look at the label noise first, and oversample the rare class."),
        (Signal.CURRENT_AWARENESS, "A vision transformer would need more data, so I would not start there."),
        (Signal.ARCHITECTURE_DEPTH, "The feature pyramid helps because small things keep a fine grid."),
        (Signal.TRADE_OFF_REASONING, "We gain speed, but we give up accuracy on small parts."),
    ],
)
def test_a_signal_is_heard_in_its_own_words(bank: Bank, signal: Signal, text: str) -> None:
    """Each signal is told by a sentence that shows it, and quotes words that stand in the answer."""
    one = answered(bank, "small-objects-missed", text)
    found = [
        item for item in signals(one.question, one.transcripts, one.assessment, bank) if item.signal is signal
    ]
    assert found
    for item in found:
        assert text[item.evidence.start : item.evidence.end] == item.evidence.text


@pytest.mark.parametrize(
    "text",
    [
        "I would never quantize anything.",
        "Some people say you need active learning, but I disagree.",
        "Quantization, pruning, drift, augmentation, label noise, CLIP, DINO.",
        "The picture is blue and the cat sleeps.",
    ],
)
def test_what_is_denied_foreign_or_listed_signals_nothing(bank: Bank, text: str) -> None:
    """Denials, other people's opinions and bare lists are no sign of how the speaker thinks."""
    assert not heard(bank, "nms-purpose", text) - {Signal.TRADE_OFF_REASONING}


def test_the_questions_own_words_signal_nothing(bank: Bank) -> None:
    """Repeating what was asked about is no sign: data augmentation in an answer about data augmentation."""
    question = banks.find(bank, "data-augmentation-why")
    assert Signal.DATA_CENTRIC not in heard(bank, question.id, "Data augmentation is data augmentation.")


def test_asking_for_limits_counts_only_with_a_commitment(bank: Bank) -> None:
    """A question back to the interviewer is reasoning where a choice follows, and evasion where none does."""
    asked = "First I'd ask what latency they need."
    assert Signal.TRADE_OFF_REASONING not in heard(bank, "yolo-vs-faster-rcnn", asked)
    chosen = asked + " I would choose YOLO because it runs in real time on the shop's computer."
    assert Signal.TRADE_OFF_REASONING in heard(bank, "yolo-vs-faster-rcnn", chosen)


def test_a_profile_counts_attempts_and_quotes_the_best(bank: Bank) -> None:
    """Each attempt counts once for a signal, argued mentions first; shares follow the answers."""
    named = answered(bank, "nms-purpose", "We have drift there. The cat sleeps.", 1)
    argued = answered(
        bank, "small-objects-missed", "We monitor drift because the camera gets dirty. Fine. Drift again.", 2
    )
    found = profile((named, argued), bank)
    production = dict(found.quotes)[Signal.PRODUCTION_MINDSET]
    assert [quote.attempt for quote in production] == [2, 1]
    assert production[0].text == "We monitor drift because the camera gets dirty"
    assert [quote.is_reasoned for quote in production] == [True, False]
    assert found.story_moves_made is None
    assert found.longest_pause_s is None
    assert "\n".join(profile_lines(found, Page(100))).count("heard in 2 of 2, argued in 1") == 1


def test_stories_count_for_compatibility_alone(bank: Bank) -> None:
    """The parts of a story are told apart from technical elements."""
    story = banks.find(bank, "challenging-project")
    found = profile((answered(bank, story.id, story.strong),), bank)
    assert found.elements_said is None
    assert found.story_moves_made is not None
    assert found.story_moves_made >= 0.75


def test_nothing_answered_gives_an_empty_profile(bank: Bank) -> None:
    """No answers: nothing heard, no shares, and a page that says so."""
    found = profile((), bank)
    assert found.n_answers == 0
    assert not any(quotes for _, quotes in found.quotes)
    assert found.fillers_per_100_words is found.elements_said is found.vague_per_answer is None
    assert "not heard" in "\n".join(profile_lines(found, Page(60)))


@given(text=st.text(min_size=1, max_size=300))
def test_any_answer_is_profiled(bank: Bank, text: str) -> None:
    """Whatever was said, a profile comes out and every quotation is of the answer."""
    one = answered(bank, "nms-purpose", "Well " + text)
    plain = " ".join(("Well " + text).split())
    for _, quotes in profile((one,), bank).quotes:
        assert all(quote.text in plain for quote in quotes)
