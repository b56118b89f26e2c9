from __future__ import annotations

import pytest

from voiceprep.model import Kind, ListeningPace
from voiceprep.patience import LIMIT_S, USUAL_WORDS, WAITS, Closure, Pause, closure, wait_s

NORMAL = WAITS[ListeningPace.NORMAL]


@pytest.mark.parametrize(
    "text",
    [
        "I would choose YOLO because",
        "I would choose YOLO because.",
        "The frames come fast. So the.",
        "It is quick, and",
        "We looked at the",
        "We looked at the first.",
        "It depends on,",
        "It needs thirty images per...",
        "There are three reasons.",
        "First I would check two things.",
        "We either quantize the weights.",
        "It has, it has",
        "the the",
        "It is fast, um",
        "When the light changes.",
        "I think that.",
        "We did not, because it",
        "The model is small and it is.",
        "I would use.",
        "It keeps the best box. Then we drop",
        "",
        "...",
    ],
)
def test_unfinished_ends(text: str) -> None:
    """Whatever mark a recogniser writes, a word, a promise or a restart that needs more is heard as such."""
    assert closure(text) is Closure.UNFINISHED


@pytest.mark.parametrize(
    "text",
    [
        "I would choose YOLO because it is faster.",
        "It keeps the box with the highest score.",
        "There are three reasons, cost, speed and size.",
        "When the light changes, the threshold fails.",
        "Either we quantize the weights or we prune them.",
        "We train it on our own images, and that's it",
        "So that's how I would do it",
        "We had no idea what was the cause.",
        "It predicts all boxes in one pass. We give up some accuracy for speed.",
    ],
)
def test_rounded_off_ends(text: str) -> None:
    """A whole sentence with its mark, or a closing formula without one, is rounded off."""
    assert closure(text) is Closure.ROUNDED


@pytest.mark.parametrize("text", ["we take the smaller model", "Yes.", "It is fast. Very fast."])
def test_open_ends(text: str) -> None:
    """No marks at all, or a fragment: nothing tells whether more comes."""
    assert closure(text) is Closure.OPEN


def test_wait_follows_the_words() -> None:
    """For every pace: shortest after a rounded-off sentence, longest in the middle of one."""
    for waits in WAITS.values():
        rounded, between, unfinished = (
            wait_s(found, 50, 20, (), waits) for found in (Closure.ROUNDED, Closure.OPEN, Closure.UNFINISHED)
        )
        assert rounded < between < unfinished


def test_patient_waits_longer_than_normal_than_quick() -> None:
    """The names of the settings mean what they say, whatever was said."""
    for found in Closure:
        patient, normal, quick = (wait_s(found, 5, 20, (), WAITS[pace]) for pace in ListeningPace)
        assert patient > normal > quick


def test_normal_outlasts_a_thinking_pause_of_three_seconds() -> None:
    """An unfinished sentence survives 3 s, with half a second for a late detector."""
    assert wait_s(Closure.UNFINISHED, 100, 20, (), NORMAL) >= 3.5


def test_short_answers_are_waited_for() -> None:
    """The less there is of an answer, the longer the wait; from the usual length on it no longer shrinks."""
    by_length = [wait_s(Closure.ROUNDED, n, 20, (), NORMAL) for n in (2, 10, 20, 200)]
    assert by_length[0] > by_length[1] > by_length[2] == by_length[3]


def test_own_pauses_of_the_same_kind_lengthen_the_wait() -> None:
    """Who pauses long after whole sentences and goes on is waited for there, within bounds; not elsewhere."""
    slow = (Pause(1.5, Closure.ROUNDED),)
    assert wait_s(Closure.ROUNDED, 50, 20, slow, NORMAL) == pytest.approx(1.5 * 1.25)
    assert wait_s(Closure.OPEN, 50, 20, slow, NORMAL) == wait_s(Closure.OPEN, 50, 20, (), NORMAL)
    endless = (Pause(30.0, Closure.ROUNDED),)
    assert wait_s(Closure.ROUNDED, 50, 20, endless, NORMAL) == NORMAL.most_rounded_s


def test_pauses_of_long_ago_are_forgotten() -> None:
    """One long pause does not slow down everything after it."""
    once = (Pause(2.0, Closure.ROUNDED), *(Pause(0.7, Closure.ROUNDED),) * 8)
    assert wait_s(Closure.ROUNDED, 50, 20, once, NORMAL) == NORMAL.rounded_s


def test_every_kind_has_its_length_and_its_limit() -> None:
    """A kind added to the model is given both; no limit is below two minutes."""
    assert set(USUAL_WORDS) == set(LIMIT_S) == set(Kind)
    assert min(LIMIT_S.values()) >= 120
