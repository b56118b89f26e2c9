"""Scopes: which words of an answer are denied, taken back or only listed, and which are its claims."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from voiceprep.lists import listed
from voiceprep.scope import in_story, scopes
from voiceprep.text import fold, tokenise


def marked(text: str, kind: str) -> set[str]:
    tokens = tokenise(text)
    marks = getattr(scopes(text, tokens), kind)
    return {token.word for token, mark in zip(tokens, marks, strict=True) if mark}


@pytest.mark.parametrize(
    ("text", "denied", "free"),
    [
        ("There's no fan, so the power must stay low.", {"fan"}, {"power", "low"}),
        (
            "RGB and not BGR, 224 pixels and the same normalisation.",
            {"bgr"},
            {"rgb", "pixels", "normalisation"},
        ),
        ("That isn't a verdict: a specialist has a look.", {"verdict"}, {"specialist", "look"}),
        ("I test on a fifth of the ships that were never used.", {"used"}, {"test", "ships"}),
        ("A person checks everything that's not clear.", {"clear"}, {"person", "checks"}),
        ("We test on the clips that we didn't train on.", {"train"}, {"test", "clips"}),
        ("I think that isn't needed here.", {"needed"}, {"think"}),
        ("You don't, in practice, keep the box.", {"keep", "box"}, set()),
        ("You can't see where one car ends.", {"see", "car", "ends"}, set()),
        ("It doesn't work where the light is poor.", {"work"}, {"light", "poor"}),
        (
            "It helped because it changed the colours and gamma correction wasn't needed.",
            {"gamma", "correction", "needed"},
            {"helped", "changed", "colours"},
        ),
        ("We shifted the light and the lens wasn't touched.", {"lens", "touched"}, set()),
        ("We have changed the light and the lens wasn't touched.", {"lens", "touched"}, {"changed", "light"}),
        ("If it is dark and the lens isn't clean, recall falls.", set(), {"dark", "clean", "recall"}),
        ("Sharing the filter and the bias isn't allowed.", {"filter", "bias", "allowed"}, set()),
        ("I can't tell you when the gate opens.", {"gate", "opens"}, set()),
        ("It can't just count the sheep.", {"count", "sheep"}, set()),
        ("It doesn't just count the sheep.", set(), {"count", "sheep"}),
        ("It holds one inside the fence and nothing outside the barn.", set(), {"outside", "barn"}),
        ("Nothing outside the barn is counted.", {"outside", "barn"}, set()),
        ("It says nothing about goats.", {"goats"}, {"says"}),
        ("Colour by number will do, I wouldn't pay for fancier.", {"pay", "fancier"}, {"colour", "number"}),
    ],
)
def test_a_denial_reaches_its_own_statement_and_no_other(text: str, denied: set[str], free: set[str]) -> None:
    """What the negator belongs to is denied; the next clause, the noun described, the cause told are not."""
    found = marked(text, "denied")
    assert denied <= found
    assert not free & found


@pytest.mark.parametrize(
    ("text", "taken_back"),
    [
        ("The label is a sheep. That's wrong.", True),
        ("You keep the sheep, no wait, that's wrong.", True),
        ("The sheep counter counts twice, that's wrong all the time.", False),
        ("It says sheep, and sorry, that's wrong every second night.", False),
        ("The sheep label was there but that was wrong most of the time.", False),
    ],
)
def test_what_is_often_wrong_is_not_taken_back(text: str, *, taken_back: bool) -> None:
    """A verdict withdraws what was said; "wrong all the time" describes it."""
    assert ("sheep" in marked(text, "disowned")) == taken_back


@pytest.mark.parametrize(
    ("text", "taken_back"),
    [
        ("It isn't true that the sheep sleep but the goats stand, as some write.", True),
        ("It isn't true that the sheep sleep, but the goats stand.", False),
        ("it isn't true that the sheep sleep but the goats stand", False),
        ("Some people say that sheep sleep but goats stand, but I disagree.", True),
        ("Some people say that sheep sleep, but goats stand.", False),
    ],
)
def test_a_turn_that_is_set_off_ends_what_is_turned_down(text: str, *, taken_back: bool) -> None:
    """Where commas are set, a "but" without one is a part of the claim that is turned down."""
    assert ("goats" in marked(text, "disowned")) == taken_back


TERSE = (
    "30 fps means 33 ms per frame, camera included.",
    "Semantic segmentation classifies each pixel. Instance segmentation detects each object separately.",
    "Three options, choose one, that's classification.",
    "Training loss keeps going down, validation loss turns up.",
    "Small window, three by three. It goes over the picture left to right, top to bottom.",
)


@pytest.mark.parametrize("text", TERSE)
def test_terse_speech_is_no_list(text: str) -> None:
    """A finite verb, "per" or "each" relates what few words name."""
    assert not any(listed(fold(text), tokenise(text)))


@pytest.mark.parametrize(
    "text",
    [
        "semantic segmentation pixel class instance segmentation object mask boundary overlap",
        "Frame rate, latency, budget, camera.",
        "he wanted, since then, because, his, worry, mine, both, goal, and release, in the end, pair, listen",
        "Wanted, I wanted, because, his, worry, mine, both, goal, release, both agreed, test, in the end.",
        (
            "slide kernel over multiply sum pixel dot product patch channel all three by three colour not "
            "just feature map pattern high where learn weight during design stride size output padding"
        ),
        (
            "shared divided union over joint area true positive false positive false negative twice "
            "intersection sum dice same rank same both convert always higher medical box small pixel off drop"
        ),
    ],
)
def test_terms_read_out_are_a_list(text: str) -> None:
    """Words that nothing relates are listed, small words among them or not."""
    marks = listed(fold(text), tokenise(text))
    assert sum(marks) > 0.9 * len(marks)


def test_many_clipped_sentences_in_a_row_are_a_list_and_a_few_are_speech() -> None:
    """Terms with full stops are read out, hesitations among them; short answers in a row are spoken."""
    terms = (
        "Stopped us. I sort it. Not fast enough. Um. Before I. Per shift. It goes. They said. From then on."
    )
    marks = listed(fold(terms), tokenise(terms))
    assert all(mark for token, mark in zip(tokenise(terms), marks, strict=True) if token.word != "um")
    spoken = "Data. Every time. We had forty pictures. Was it enough? No. So we shot more. It paid off."
    assert not any(listed(fold(spoken), tokenise(spoken)))


def test_a_list_inside_speech_leaves_the_speech_alone() -> None:
    """What is said round a list still counts."""
    text = (
        "We measured it on the board and it took forty milliseconds for every frame that came in. Pruning, "
        "quantization, distillation. After that we cut the input and it ran in twenty."
    )
    assert marked(text, "listed") == {"pruning", "quantization", "distillation"}


TURNED_DOWN_OR_NOT = (
    (
        "shorn",
        "People repeat that sheep must be shorn first, ",
        "I've never bought that.",
        "and they're right.",
    ),
    ("fence", "My boss insisted on a taller fence, ", "I found that a waste.", "and I agreed with him."),
    ("goats", "My boss wanted to sell the goats; ", "I said don't bother.", "I said that's fine."),
    (
        "wool",
        "I read somewhere that wool keeps the rain out. ",
        "I don't believe that.",
        "I've seen that myself.",
    ),
    ("lambs", "Some would count the lambs first, ", "I find that a waste of time.", "I do that too."),
    (
        "grass",
        "Some papers insist that grass grows at night, ",
        "which I haven't found to be true.",
        "which I have found as well.",
    ),
    ("guards", "I first thought the dog guards them, ", "but no, forget that.", "and that's how it is."),
    ("wolves", "My old boss's worry about wolves, ", "I never bought that.", "I share it."),
    (
        "heated",
        "They say the barn must be heated, ",
        "but who does that.",
        "and whoever does without loses money.",
    ),
    (
        "twice",
        "A colleague keeps telling me the shepherd counts twice, ",
        "I think he's wrong.",
        "I think he's right.",
    ),
    (
        "climb",
        "My lecturer claimed that goats climb trees, ",
        "but I haven't seen that.",
        "and I have seen that.",
    ),
    ("paint", "We were asked to paint the barn; ", "we said no.", "we said yes."),
    (
        "breeding",
        "Breeding and stuff like that ",
        "I'd leave to the scientists.",
        "I'd do every spring.",
    ),
    ("salt", "Plenty of farmers suggest salt for the lambs. ", "Nonsense, if you ask me.", "We do the same."),
    ("ram", "One paper says a ram leads the flock, ", "I'm not convinced.", "which I also see."),
)
"""A word of the report, the report, an ending that turns it down, one that takes it up."""

TURNED_DOWN_OR_NOT_TOO = (
    (
        "collar",
        "Vendors keep promising that the collar finds every sheep, ",
        "I'm not so sure about that.",
        "and our tests confirm it.",
    ),
    ("salt", "A friend of mine swears by feeding them salt, ", "I think it's nonsense.", "and so do I."),
    (
        "rams",
        "The textbook recommends two rams per flock, ",
        "which never worked for us.",
        "which worked for us.",
    ),
    ("ditch", "Everyone told us to build a ditch. ", "We didn't.", "We did."),
    ("dyeing", "The intern suggested dyeing the wool ", "and I turned it down.", "and I took it up."),
    ("snow", "Somebody once claimed lambs can smell snow. ", "I have my doubts.", "I have no doubts."),
    (
        "trough",
        "Our manager's idea was to move the trough, ",
        "but I don't see the point.",
        "and I do see the point.",
    ),
    ("music", "There's this theory that sheep follow music, ", "I disagree.", "I agree."),
    ("hooves", "Many blogs say you should trim hooves weekly, ", "that's overkill.", "that's what we do."),
    ("moon", "I've heard the moon changes the milk ", "but I don't buy it.", "and I do believe it."),
    ("vaccine", "The vet asked for a vaccine, ", "I told him to forget it.", "I told him to go ahead."),
    (
        "soil",
        "My professor was always on about soil, ",
        "it never mattered in practice.",
        "it always mattered in practice.",
    ),
    ("ears", "Some teams want to mark ears with paint, ", "I wouldn't.", "I would."),
    ("shade", "They argue that shade lowers the yield, ", "which is not what I see.", "which is what I see."),
    ("bell", "At first I believed the bell frightens them, ", "turns out it doesn't.", "turns out it does."),
)
"""The same, worded without a look at the rules."""


def unmarked(text: str) -> str:
    """The text as a recogniser without punctuation writes it."""
    return re.sub(r"[^\w\s']", "", text).lower()


@pytest.mark.parametrize("written", [str, unmarked])
@pytest.mark.parametrize(("word", "report", "against", "agreed"), TURNED_DOWN_OR_NOT + TURNED_DOWN_OR_NOT_TOO)
def test_a_report_is_foreign_where_the_speaker_turns_it_down(
    word: str, report: str, against: str, agreed: str, written: Callable[[str], str]
) -> None:
    """What others say is no claim once the speaker turns it down, and stays one where it is taken up."""
    for ending, is_foreign in ((against, True), (agreed, False)):
        text = written(f"{report}{ending} So the herd is large.")
        turned_down = marked(text, "disowned") | marked(text, "reported") | marked(text, "denied")
        assert (word in turned_down) == is_foreign, text
        assert "herd" not in turned_down


@pytest.mark.parametrize(
    "text",
    [
        "The client wanted sheep counts, so we moved the lamp, and it didn't work in rain.",
        "They told us the sheep sleep at noon. We moved the gate then. I don't like that.",
        "People say sheep sleep at noon, but they're right, I don't buy the rest.",
        "I don't believe that, the sheep sleep at noon.",
    ],
)
def test_what_is_turned_down_later_is_not_the_report(text: str) -> None:
    """A verdict on the speaker's own doing, or after an agreement, leaves what was reported alone."""
    assert "sheep" not in marked(text, "disowned") | marked(text, "reported")


def test_in_a_story_a_turned_down_wish_is_part_of_what_is_told() -> None:
    """What the boss wanted happened; what people at large say did not."""
    for text, is_told in (
        ("My boss wanted to sell the sheep; I said don't bother.", True),
        ("People repeat that sheep must be sold, I never bought that.", False),
    ):
        tokens = tokenise(text)
        marks = in_story(scopes(text, tokens))
        sheep = next(at for at, token in enumerate(tokens) if token.word == "sheep")
        assert marks.foreign(sheep) != is_told
