"""The move trade-off: what is gained and what is given up."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import (
    Place,
    clause_round,
    content,
    either,
    named,
    near,
    not_shared,
    said,
    sentence,
    shown,
    text_of,
    token_at,
)
from voiceprep.model import Evidence

_SOMEBODY = (
    r"(?:i|we|you|they)(?:'d|'ll|'ve|'re| have)?(?: (?:would|will|do|may|might|can|could|always|then|just))?"
)
_PART = (
    r"(?:loses?|lost|gives? (?:up|away|back|something)|gave (?:up|away|back)|given (?:up|away)|pays?|paid"
    r"|sacrifices?|sacrificed|swallow|accepts?|trades?|traded|spends?|spent|costs?|forgo|forfeit|let go of)"
)
"""Verbs of parting with something."""

_GIVEN_UP = either(
    rf"{_SOMEBODY} {_PART}",
    r"(?:it|that|this|they)(?:'d|'ll)?(?: (?:would|will|does|may|might|can))? (?:loses?|gives? (?:up|away"
    r"|back)"
    r"|sacrifices?|trades?|(?<!what it )(?<!what that )costs?(?! a fortune| nothing))",
    r"(?:took|takes?|eats?|ate|needs?|was) (?:\w+ ){0,2}(?:times (?:longer|more|as|slower)|weeks?|days?"
    r"|months?|hours?)"
    r"|\w+er but \w+er|what it costs? (?:me|us|was|is)|gives? (?:it|that|this|them) up|lived with"
    r"|eats? the|has to wait"
    r"|but [^.?!,]{3,40} (?:is|was|are|were) gone",
    r"(?:i'm|we're|you're) (?:giving up|losing|paying|trading|sacrificing)|giving (?:up|away)"
    r"|at the (?:expense|cost|price) of|the thing (?:i|we|you) (?:lose|give up)",
    r"in exchange(?: for)?|in return(?: for)?|the (?:price|bill)(?:'s|(?=:)| (?:is|was|for|tag|i pay"
    r"|we pay|you pay))"
    r"|the cost (?:is|was|of)|comes at|pay (?:about|for|with|a|in|roughly)|(?:that|which)(?:'s| is"
    r"| was) the (?:bill"
    r"|deal|price|cost|catch|tax|toll|flip ?side|downside|trade|sacrifice)|it's a (?:deal|bargain|swap)",
    r"(?:isn't|not|never|nothing'?s?|is|wasn't|comes|get (?:it|that)"
    r"|that) (?:\w+ )?(?:for )?free(?! of)(?:,|;|:|\.)",
    r"on the table|(?:i|we)(?:'d| would)? (?:leave|left) (?:a few|some|a little|one|two|a couple|several)",
    r"costs? (?:me|us|you|about|roughly|some|an?(?! fortune)|one|two|more|extra|accuracy|time|recall|latency"
    r"|memory|twice|three|four)",
    r"the (?:downside|drawback|catch|flip ?side|trouble|loss)|downside|drawback|takes a hit|(?:i|we|you) take"
    r" (?:a|the) hit",
    r"eats? (?:into|away|up)|nibbles? (?:at|away)|at worst",
    r"(?:slip(?:s|ped)|drop(?:s|ped)|falls?|fell|went down|rises?|rose|went up) (?:by )?(?:a (?:point|few"
    r"|bit|little|couple|touch|hair|percent)|one|two|about|half|from)",
    r"(?:i|we)(?:'d|'ll)? (?:can |could |would |will )?(?:live with|accept|swallow|tolerate|take that"
    r"|put up with"
    r"|don't mind|wouldn't mind)",
    r"times (?:as )?(?:heavy|slow|slower|expensive|heavier|as)|gets? (?:slower|worse|heavier|bigger|longer)",
    r"(?:takes|needs|adds|means) (?:\w+ )?(?:longer|more|twice|extra|another)(?: \w+)?"
    r"|not (?:quite )?as (?:accurate|fast|precise|sharp)",
    r"(?:an?|one|two|three) (?:\w+ )?(?:days?|seconds?|minutes|hours|weeks) (?:slower|later|longer)",
    r"(?:i'd|we'd|i would|we would)(?: much)? (?:rather|sooner) [a-z]+\b(?=[^.?!]{4,80}\bthan\b)",
    r"the more [^.?!]{3,50}, the (?:more|less|worse|fewer|slower|quicker|higher|bigger)|what (?:suffers"
    r"|i lose|you lose|we lose)"
    r"|(?:doubles|triples|quadruples) \w+|(?:i|we) can afford|fine by (?:me|us)|the first to go"
    r"|(?:i'd|we'd|i|we) (?:take|prefer) [^.?!,]{3,50} over (?!the (?:photo|image|picture|frame|map))",
    r"(?:bigger|higher|larger|fatter|longer) (?:\w+ )?(?:bill|costs?|price|latency|memory|wait|queue)"
    r"|nothing(?:'s| is) free"
    r"|(?:so|and) [^.?!,]{3,30} suffers?|eats? (?:twice|more|memory|compute|all|half)"
    r"|\w+er to \w+,? (?:but |and )?\w+er to"
    r"|(?:less|slower|dearer|coarser|uglier|heavier|worse)[^.?!]{0,30},? (?:yes|sure|true|okay|granted"
    r"|fine)\b",
)
_WORSE = either(
    r"(?:is|it's|are|was|runs?|that's|they're|became|becomes|gets?|got) (?:(?:a bit|a little|much|far"
    r"|slightly"
    r"|somewhat|clearly|also) )?"
    r"(?:slow|slower|heavier|less (?:accurate|precise|flexible)|costlier|pricier|dearer|more expensive"
    r"|worse at)",
    r"slower|heavier|dearer|costlier|pricier|clumsier|coarser",
)
"""Says what is given up only where it is weighed; else it describes the other option."""

_WEIGHED = either(
    "but",
    "though",
    "although",
    "still",
    "fine",
    "okay",
    "worth",
    "accept",
    "live with",
    "i'd",
    "we'd",
    "take that",
)
_ADVERSATIVE = either(
    "but|yet|although|though|while|whereas|even if|only that|except|however|mind you|then again"
    "|at the same time|on the other hand|in turn"
)
PRICE_TOKENS = 14
"""How soon after "but" the price must be told."""

_MORE_LESS = re.compile(
    r"\b(?:gain|win|save|rescue|catch|buy|get|earn)s?\b[^.?!]{2,60}\b(?:lose|pay|drown|give up|sacrifice"
    r"|miss)s?\b"
    r"|\btoo (?:high|tight|strict|big|large|small|low|loose|long|short|early|late|much|little|many|few"
    r"|strong|weak"
    r"|hard|soft|fine|coarse)\b[^?!]{8,110}\btoo (?:high|tight|strict|big|large|small|low|loose|long|short"
    r"|early"
    r"|late|much|little|many|few|strong|weak|hard|soft|fine|coarse)\b"
    r"|\b(?:tight|high|strict|low|loose|small|large|big|raise it|lower it|turn it up|turn it down|up"
    r"|down)(?:er)?,? and"
    r"\b[^.?!]{5,90}[;,.] ?(?:set it |make it |and )?(?:tight|high|strict|low|loose|small|large|big|raise it"
    r"|lower it|turn it up|turn it down|up|down)(?:er)?,? and\b"
    r"|\bone (?:up|down|of them)\b[^.?!]{0,20}\bthe other\b"
)
"""Both sides in one breath: won and lost, too much and too little."""

_EMPTY_PRICE = re.compile(
    r"\b(?:trade-? ?offs?|balance|compromise) (?:between|with|of course|there)|\bpros and cons\b"
)


def trade_off(case: Case) -> tuple[Evidence, ...]:
    """What is given up, named: the word alone, or "it has its price", is none."""
    found = []
    weighed = [here for here in said(case, _WORSE) if _WEIGHED.search(text_of(case, here.sentence))]
    both = said(case, _MORE_LESS, denied_too=True)
    for here in [*said(case, _GIVEN_UP), *weighed, *both, *_but_worse(case)]:
        _, end = sentence(case, here.sentence)
        after = token_at(case, here.end)
        lost = content(case, here.token, min(end + 6, after + 10))
        if (
            lost
            and len(lost) + len(content(case, here.token - PRICE_TOKENS, here.token)) >= 2
            and not _EMPTY_PRICE.search(text_of(case, here.sentence))
            and not not_shared(case, here.sentence)
        ):
            found.append(here)
    return shown(case, *(clause_round(case, here) for here in found[:3]))


def _but_worse(case: Case) -> list[Place]:
    """Where a price is told right after "but", and what it is the price of before."""
    prices = sorted([*named(case, "prices"), *named(case, "setbacks")], key=lambda one: one.token)
    found = []
    for here in said(case, _ADVERSATIVE, denied_too=True):
        _, end = sentence(case, here.sentence)
        told = near(prices, here.token + 1, min(here.token + PRICE_TOKENS, end - 1))
        if told and content(case, here.token - PRICE_TOKENS, here.token):
            found.append(here)
    return found


CHECKS = (
    Check(
        id="trade-off",
        message="A trade-off needs what is given up.",
        authority="interview guides: a trade-off names both sides; the word alone does not count",
        find=trade_off,
        hears=(
            Example(
                "I lose two points of recall on thin cracks.", "I lose two points of recall on thin cracks"
            ),
            Example("The downside is grain in the dark tiles.", "The downside is grain in the dark tiles"),
            Example("I'd rather chase false alarms than miss a tumour.", "I'd rather chase false alarms"),
            Example("The more you compress, the more you lose.", "The more you compress, the more you lose"),
            Example("Cheaper to run, dearer to label.", "Cheaper to run, dearer to label"),
            Example("We left a few percent on the table.", "We left a few percent on the table"),
            Example("It finds the small ones now, but it became slow.", "but it became slow"),
        ),
        passes=(
            "There is a trade-off between the two.",
            "It has advantages and disadvantages.",
            "It is fast and it is accurate.",
            "They say it costs accuracy, but I haven't seen that.",
            "It costs nothing.",
            "Weigh the pros and cons, cost and so on.",
        ),
        denied=("We don't lose any recall on thin cracks.",),
    ),
)
