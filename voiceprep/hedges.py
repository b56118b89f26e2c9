"""Hedge cues: the words with which people take back half of what they say, told by their neighbours.

A cue is a declaration: its words, and the neighbours beside which they are no cue. "kind of" hedges in
"it kind of jumps" and not in "what kind of box"; "just" in "it just works" and not in "just in case".
Only words are looked at, never marks or case: recognisers leave those out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from voiceprep.text import Token


class Role(Enum):
    """What a cue does to what is said."""

    DOUBT = "doubt"
    """The speaker does not stand by it: "I guess", "maybe"."""
    BLUR = "blur"
    """It holds only in part: "kind of", "more or less"."""
    TAIL = "tail"
    """More is claimed than is named: "or something", "and stuff like that"."""
    SEARCH = "search"
    """A word is looked for: "what's it called"."""
    PAD = "pad"
    """It fills or softens and takes nothing back: "you know", "just"."""


@dataclass(frozen=True)
class Cue:
    """Words that hedge, unless a neighbour gives them another meaning.

    ``wording`` is a regular expression over folded words joined by single blanks; ``unless_after`` and
    ``unless_before`` are expressions for what stands directly before and after it; ``hears`` and
    ``passes`` show it.
    """

    id: str
    role: Role
    wording: str
    hears: tuple[str, ...]
    passes: tuple[str, ...]
    unless_after: str = ""
    unless_before: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The cue with the words that must not follow it."""
        ahead = rf"(?! (?:{self.unless_before})(?![\w']))" if self.unless_before else ""
        return re.compile(rf"(?<![\w'])(?:{self.wording})(?![\w']){ahead}")

    @cached_property
    def before(self) -> re.Pattern[str] | None:
        """What must not stand before it, up to its first word."""
        return re.compile(rf"(?<![\w'])(?:{self.unless_after}) $") if self.unless_after else None


@dataclass(frozen=True, slots=True)
class Hedge:
    """A cue in the text: which, and its tokens from ``begin`` to ``end`` (exclusive)."""

    cue: Cue
    begin: int
    end: int


_ASKING = (
    r"a|an|any|this|that|what|which|some|same|all|every|one|each|the|another|other|these|those|no|of|"
    r"different|certain|new|right|wrong|special|two|three|own|whatever|second|third|first"
)
_COUNT = (
    r"(?:\d\S*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
    r"|forty|fifty|"
    r"sixty|seventy|eighty|ninety|hundred|thousand|half|third|quarter|dozen)"
)

CUES: tuple[Cue, ...] = (
    Cue(
        "i guess",
        Role.DOUBT,
        r"(?:i|we|i'd|i would|you'd) (?:guess|suppose|imagine|assume|presume)|my guess is"
        r"|if i had to guess",
        (
            "It is a string, I guess.",
            "I suppose max pooling.",
            "That would be dataset specific, I'd imagine.",
        ),
        (
            "I don't guess, I count.",
            "They guess the scale.",
            "I guessed the kernel wrong and fixed it.",
            "I assume a Gaussian with two pixels of noise.",
        ),
        unless_before=r"(?:a|an|the|that|this|what|which|at|how|from) (?:gaussian|\w+ (?:size|scale"
        r"|label|class)s?)|"
        r"a|an|the scale|the label|the class",
    ),
    Cue(
        "i think",
        Role.DOUBT,
        r"i (?:think|believe|reckon|thought)|to my knowledge|as far as i (?:know|remember|recall)"
        r"|if i remember"
        r"|if i'm not mistaken|i'd say|i would say|i want to say|i feel like",
        ("And he has a green one I think.", "It runs at thirty, I believe.", "They are similar, I'd say."),
        (
            "I think about the data first.",
            "People who I think highly of.",
            "What I thought through was the loss.",
        ),
        unless_before=rf"about(?! {_COUNT}(?![\w']))|of|in terms|through|highly|ahead|twice|again|hard"
        rf"|back",
        unless_after=r"what|how|when|before|so",
    ),
    Cue(
        "not sure",
        Role.DOUBT,
        r"(?:i|we)(?:'m| am|'re| are) (?:not|never) (?:\w+ )?(?:sure|certain|good at this)|(?:not"
        r"|no) (?:really |so |too |"
        r"entirely |quite )?sure"
        r"|(?:i|we) (?:really |honestly |just )?(?:don't|do not|didn't|couldn't|wouldn't"
        r"|can't) (?:really |even |quite "
        r"|exactly |actually )?(?:know|remember|recall|say|tell(?: you)?)|no idea|who knows"
        r"|hard to (?:say|tell|know)"
        r"|don't quote me|god knows",
        ("I don't know how that happened.", "Not really sure about that one.", "I couldn't tell you."),
        (
            "I'm sure of it.",
            "I don't know of a camera that delivers floats.",
            "Users who don't know the label.",
        ),
        unless_after=r"say|that",
        unless_before=r"of (?:a|an|any)|the (?:label|class|scale)s?",
    ),
    Cue(
        "maybe",
        Role.DOUBT,
        r"maybe|perhaps|presumably|supposedly|possibly|hopefully|conceivably|with (?:any|some) luck",
        ("Maybe it knocks him out.", "Hopefully the latency is acceptable."),
        ("Maybe forty pixels wide.", "As small as possible.", "Perhaps a third of them."),
        unless_before=rf"(?:about |around |some |even )?(?:an? )?{_COUNT}",
    ),
    Cue(
        "or something",
        Role.TAIL,
        r"(?:or|and) (?:something|anything|somewhere)(?: or other)?(?: (?:like (?:that|this)"
        r"|along those lines|"
        r"similar|of (?:that|the) (?:sort|kind)))?|something (?:or other|like (?:that|this)"
        r"|along those lines)",
        ("He has a headache or something.", "Acceleratis something or other.", "Food, something like that."),
        (
            "Something like forty boxes.",
            "There is something in the way.",
            "Or something breaks and you retrain.",
        ),
        unless_before=r"(?:goes|breaks|is|was|that|which|to|in the|went|happens|moves|changes|comes"
        r"|else is)",
    ),
    Cue(
        "or whatever",
        Role.TAIL,
        r"(?:(?:or|and|so|but) )?(?:whatever|whatnot|what not|what have you|wherever|whoever)(?: else)?"
        r"(?: (?:it is|you like|you want|they call it))?",
        ("He dies or whatever.", "A plate and an axe and whatnot.", "For medical things or what have you."),
        (
            "Into whatever wall is behind him.",
            "Whatever the class, we crop.",
            "I repeat with whatever is left.",
        ),
        unless_after=r"for|with|on|at|to|take|use|do|into|of|from|by|in|whichever",
        unless_before=(
            r"(?!(?:or|and|so|but|because|then|the other|with|for|underneath)(?![\w']))"
            r"(?!one of|you know|we have|it is|you like)[a-z]\S*"
        ),
    ),
    Cue(
        "and stuff",
        Role.TAIL,
        r"(?:and |or )?(?:all )?(?:(?:this|that|the|these) )?(?:\w+ )?stuff(?: like (?:that|this))?"
        r"|(?:and |or )?(?:\w+ )?things (?:like (?:that|this)|of (?:that|the) (?:sort|kind|nature))",
        (
            "Sandwiches and apples and stuff.",
            "All that crazy stuff.",
            "Their colours are blurred and stuff like that.",
        ),
        ("A stuffed animal.", "Things like these overlap.", "Stuff classes such as sky have no instances."),
        unless_before=r"class|classes|segmentation|and thing|categories|regions?|that(?! \|)"
        r"|like(?! (?:that|this|you know)(?![\w']))",
    ),
    Cue(
        "and everything",
        Role.TAIL,
        r"and (?:everything|all (?:of )?(?:that|this|those|these)|so on(?: and so forth)?|so forth|such"
        r"|the like|the rest"
        r" of it|the rest)(?: like that)?|et ?cetera|etc|and on and on|blah blah(?: blah)?|you name it"
        r"|(?:and |or )?(?:this|that) (?:kind|sort|type) of (?:thing|stuff|deal)s?|type of deal",
        ("It is dark and everything.", "Crops, flips, and so on.", "Rotation, scale, that sort of thing."),
        (
            "And everything else is dropped.",
            "And so on that frame the track is lost.",
            "And such boxes are rare.",
            "Everything but a parachute comes out.",
            "That kind of thing never gets past the gate.",
        ),
        unless_before=r"(?:that|the|a|an|this|my|our|each|every|those|these|in|else|but|except|above"
        r"|below|came|comes|"
        r"gets?|got|goes|is|was|are|were|has|you|we|i|they|he|it|outside|boxes|images|pixels|cases"
        r"|never|past)(?:'s)?",
    ),
    Cue(
        "kind of",
        Role.BLUR,
        r"kinda|sorta|(?:kind|sort) of",
        ("It kind of jumps.", "There's kind of a zigzag path.", "They kinda slow down.", "Dizzy, kind of."),
        (
            "What kind of box is it?",
            "Any sort of blur.",
            "That is the kind of box I want.",
            "Two sorts of error.",
            "It is a new kind of layer.",
        ),
        unless_after=_ASKING,
    ),
    Cue(
        "kind of thing",
        Role.BLUR,
        r"(?:some|a) (?:kind|sort|form|type) of (?:a )?(?:\w+)|(?:\w+ )(?:kind of|type of"
        r"|sort of) (?:thing|deal|way)"
        r"|of some (?:kind|sort)|of sorts",
        ("Another elevator kind of thing.", "Some kind of filter.", "Regularization of some sort."),
        ("Two kinds of thing.", "A box of a kind never seen."),
        unless_after=r"two",
    ),
    Cue(
        "more or less",
        Role.BLUR,
        r"more or less|to (?:a|some|a certain) (?:degree|extent)|in (?:a|some) (?:way|sense|ways)|somewhat"
        r"|one way or another|so to speak|if you will|as it were|in a manner of speaking",
        ("The two are more or less the same.", "It helps to some extent."),
        ("More or less than forty boxes?", "In a way that keeps the labels.", "To a degree of three pixels."),
        unless_before=r"than|of|that|which|to|(?:half|\d\S*|two|three|four|five|six|eight|ten|twenty"
        r"|thirty|forty|fifty)",
    ),
    Cue(
        "what's it called",
        Role.SEARCH,
        r"(?:what's|what is|what do you|what do they|what are they) (?:it|that|they|call it|call that"
        r"|call them|its)"
        r"(?: (?:called|thing|name|again))|what is it(?= \|)|what (?:do you|do they|d'you) call (?:it"
        r"|that|them|those)"
        r"|the (?:whatchamacallit|thingy)|how (?:do you|do they) (?:say|call) (?:it|that)"
        r"|what was it(?: called)?"
        r"|i (?:forget|forgot|don't recall) (?:what it's called|the name|its name|the word|something)",
        ("He pulls the what's it called the glove.", "Then a, what do you call it, a skip connection."),
        ("What is it for?", "It is called a kernel.", "What was it trained on?"),
        unless_before=r"trained|for|about|like|that",
    ),
    Cue(
        "you know",
        Role.PAD,
        r"you know|y'know|youknow",
        ("And mocks him, you know.", "You know the pulley system.", "It costs, you know, two points."),
        (
            "Do you know the label?",
            "As you know it is slow.",
            "If you know how it works, go on.",
            "You know how they always overlap.",
        ),
        unless_after=r"do|did|if|how|as|because|that|don't|didn't|would|once|what|all|when|unless|thing"
        r"|before|"
        r"makes sure|since|where",
        unless_before=r"what|how|that|which|why|where|whether|exactly|about|for sure|when",
    ),
    Cue(
        "i mean",
        Role.PAD,
        r"i mean",
        ("He throws the cannon, I mean not the cannon.", "I mean, it closes gaps."),
        ("That is what I mean.", "By recall I mean the share found.", "Do you see what I mean?"),
        unless_after=r"what|that|do|recall|by \w+|which|if|things|how",
        unless_before=r"by|it literally|that",
    ),
    Cue(
        "just",
        Role.PAD,
        r"just",
        ("He just turns around.", "It just blows up.", "You could just like retrain it."),
        (
            "Just in case.",
            "It is just a flat line.",
            "Just enough of them.",
            "What did I just do?",
            "Then you just see a sign.",
            "The frame just before it.",
            "Just three layers.",
        ),
        unless_before=r"a|an|to|about|in|as|enough|before|after|below|above|under|over|that|because|the"
        r"|one|two|three|"
        r"four|five|ten|\d\S*|fast|see|hear|shows?|says|do|did|by|trying|for|now|outside|inside|barely"
        r"|on|at|"
        r"beside|under|once|right before|what|how|when|where|some|another|not|cut|introduced?",
        unless_after=r"did i|did you|let's|lets|has|have|had|not|is it|you're|that's",
    ),
)
"""Every cue, longest meanings first. "like" is none of them: it is counted as a filler."""


def hedges(tokens: Sequence[Token]) -> tuple[Hedge, ...]:
    """The hedge cues of a text in order, none overlapping another; of two at one place the longer one."""
    return tuple(_found(Spoken(tokens)))


class Spoken:
    """Tokens as one line of words, a bar where a sentence ends, with the way back from letters to tokens."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        parts: list[str] = ["|"]
        self._starts: list[int] = []
        self._ends: list[int] = []
        length = 1
        for at, token in enumerate(tokens):
            if at and token.sentence != tokens[at - 1].sentence:
                parts.append("|")
                length += 2
            self._starts.append(length + 1)
            length += 1 + len(token.word)
            self._ends.append(length)
            parts.append(token.word)
        parts.append("|")
        self.line = " ".join(parts)

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """First token touched by the letters from ``start`` to ``end``, and the one after the last."""
        return bisect_right(self._ends, start), bisect_left(self._starts, end)


def _found(spoken: Spoken) -> list[Hedge]:
    found: list[Hedge] = []
    for cue in CUES:
        for match in cue.pattern.finditer(spoken.line):
            if cue.before is not None and cue.before.search(
                spoken.line[max(0, match.start() - 24) : match.start()]
            ):
                continue
            found.append(Hedge(cue, *spoken.tokens(match.start(), match.end())))
    found.sort(key=lambda hedge: (hedge.begin, -hedge.end))
    apart: list[Hedge] = []
    for hedge in found:
        if not apart or hedge.begin >= apart[-1].end:
            apart.append(hedge)
    return apart
