"""The move boundary: the case in which it fails, or would be done otherwise."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import (
    Place,
    clause_round,
    content,
    either,
    is_question,
    named,
    near,
    not_shared,
    said,
    sentence,
    shown,
)
from voiceprep.model import Evidence

_CASE = either(
    r"if|when|whenever|once|where|unless|until|past|beyond|except|as soon as|only if|but take|below|above"
    r"|under|outside",
    r"(?<=[.,;:!?] )(?:and |but |so |just )?(?:give|show|feed|turn|tilt|hand|throw|point|shine|hide|park"
    r"|cover|rotate|flip) (?:it|them|the"
    r"|an?|one|two|some|in|on|your)\b(?=[^.?!;]{4,70}(?:,|;| and| then))",
    r"with (?:less than|fewer than|more than|only|two|three|thin|crowded|dirty|wet|moving|transparent"
    r"|shiny|dense"
    r"|tiny|blurry|noisy)",
    r"the (?:moment|day|minute|second|instant)|had (?:i|we|it|they)",
    r"as a law|on a",
    r"in (?:that|those|such) (?:kind of )?(?:cases?|scenes?|situations?)|in (?:a|the) (?:worst|edge"
    r"|corner) case",
    r"for (?:very|really|extremely|tiny|dense|small|large|huge)|with (?:very|really|heavy|strong|too (?:many"
    r"|few|much|little))",
    r"at (?:night|dusk|dawn|\d|ten|three|four|five|like)",
)
_FAILS = either(
    r"break(?:s|ing)?(?: down)?|fail(?:s|ed|ing)?|falls? (?:apart|over|short|down)|struggl(?:e|es|ing)"
    r"|goes wrong|goes blind",
    r"stops? (?:working|helping|being)|gets? (?:bad|worse|tricky|ugly|lost)|loses? (?:track|it|them|too)",
    r"(?:won't|wouldn't|doesn't|don't|can't|cannot|didn't|isn't|aren't|not|couldn't) (?:\w+ ){0,3}?(?:help"
    r"|work"
    r"|hold|cope|expect|scale|fit|run|keep up|know"
    r"|enough|find|see|apply|right|separate|tell|hurt|pay off|buy|matter|true|handle|save)",
    r"(?:isn't|aren't|wasn't|not) (?:\w+ ){1,4}any ?more|no longer|useless|worthless|hopeless|identical"
    r"|throws it|overwhelmed|no fixed|eats",
    r"the opposite|instead|never (?!mind|less|more|seen)[a-z]+|my \w+ (?:falls|flips|changes)"
    r"|no \w+ (?:will|can|could|would)|nothing (?:can|will|could|helps)",
    r"flip(?: only)?|switch(?: to)?|change my mind|reconsider|drop (?:it|that|this)|give up on",
    r"misses|skips|merges|swaps?|confuses|mixes up|collapses|explodes|drowns|drifts|melts?|(?:is|are"
    r"|gets?) missed"
    r"|as one|into one",
    r"too (?:coarse|slow|late|small|dense|dark|far|close|crowded|big|noisy|few|many|little)",
    r"wrong (?:choice|tool|pick)|limit(?:s|ation)? (?:is|of)|(?:i|we)(?:'d| would) (?:rather|kill|stop|move"
    r"|go back|take|use|swap|change|leave|choose|pick)",
    r"nothing (?:to|left)|nowhere to|the (?:\w+ ){1,3}wins|(?:is|are|was|were|it's|he's|she's) gone"
    r"|negative|crash(?:es)?|nan|infinity|by zero|zero over zero|problem|trouble|nonsense|garbage|wrong",
)
_PLACED = re.compile(
    r"\b(?:if|when|whenever|once|where|unless|until|on|in|with|for|at|under|from|without|beyond|past|over"
    r"|below|above"
    r"|there|against|outside|during|as soon as|the (?:moment|day|minute|second))\b"
)
"""What a case is put by where the failure beside it is plain."""

_NOT_HOLDING = either(
    r"(?:won't|wouldn't|doesn't|don't|can't|cannot|didn't|couldn't|would never|never|would not|will not"
    r"|does not)"
    r" (?:really |even |much |always |just )?(?:help|work|hold|cope|scale|survive|save|apply|keep up|pay off"
    r"|transfer|(?:use|trust|touch|do|rely on|ship) (?:it|that|this))",
    r"(?:it|this|that|they|mine) (?:can't|cannot|won't|couldn't) (?:\w+ )?(?:see|read|tell|handle|count"
    r"|recover|follow|find"
    r"|reach|learn|separate|know|express)",
    r"neither (?:helps|works|holds)|nothing helps|no longer (?:helps|works|holds|true|applies)|i'd (?:not"
    r"|never) (?:use|touch)"
    r"|leave (?:it|that) alone|no use|loses its (?:point|meaning|value)|all bets are off",
)
_BUT_IF = re.compile(
    r"\b(?:but|whereas|however|yet|though),? (?:if|when|once|the moment|as soon as|the day|where)\b"
)
"""An exception that is opened: what follows is the case."""

_IF_IT_FAILS = re.compile(
    r"(?:if|when|once|unless|where) (?:it|that|this|they|those|these)(?:'s| is| does| do|'re| are)?(?: not"
    r"|n't|)? ?"
    r"(?:doesn't |don't |isn't |won't |still |look |looks )*(?:bad|work|help|enough|good|fit|fail|possible"
    r"|make sense)"
)
"""A case in name only: "if it doesn't work"."""

_LIMIT_SENTENCE = either(
    r"where (?:it|this|that|mine|they) (?:breaks?|fails?|gets bad|stops?|falls?|struggles?|goes wrong)"
    r"|(?:trouble"
    r"|problem|trouble|pain) (?:starts|begins|is|comes) (?:when|if|where|with|as soon as)",
    r"there (?:it|this|that|mine|the \w+) (?:breaks|fails|goes wrong|falls|stops|struggles|collapses"
    r"|is over)",
    r"(?:it|this|that) (?:only )?(?:breaks|fails|falls apart|struggles|stops working)|i'd (?:flip|switch"
    r"|change|reconsider|drop (?:it|that|this)|swap|skip it|do without)",
    r"(?:fools?|tricks?|defeats?|confuses?) (?:it|this|them)\b|throws? (?:it|them) off|(?:fooled|beaten"
    r"|confused|thrown|thrown"
    r" off|blinded|tricked|swamped|overwhelmed) by|(?:struggles?|chokes?|has trouble|hard time) (?:with|on)"
    r"|(?:it|this|that) (?:only )?holds (?:for|in|on|when|if|while|as)|assuming",
    r"one caveat|the exception|the limit|what it won't do|it's built for|(?:it|this|that|which"
    r"|all of this) assumes"
    r"|as long as|unless|provided|holds only|not for|(?:the|one|its|a|their) (?:weak spot|weakness"
    r"|weak point|blind spot"
    r"|danger|risk|catch)|caveat",
    r"my (?:worry|fear|concern)|(?:i'd be|i'm|be|would be) (?:careful|wary|nervous|cautious|suspicious)"
    r"|watch out"
    r"|where not",
    r"(?:only|just) (?:works|holds|true|helps|valid|pays) (?:if|when|as long|while|where|on|for|with)"
    r"|works only|(?:fine|well|good|great|true|works?|okay|holds) (?:only )?(?:until|as long|provided|up to)",
    r"(?:it|that|this|which|all this|everything|whole thing) (?:all |only |really )?(?:relies|rests|counts"
    r"|hinges"
    r"|stands and falls) (?:on|with)|(?:doesn't|don't|won't|does not) like|what (?:it|they|this) (?:can't"
    r"|won't|cannot"
    r"|doesn't)|think twice|not a (?:silver bullet|cure|panacea)|no (?:silver bullet|cure-all|panacea)"
    r"|none of (?:this"
    r"|that|it) (?:applies|helps|holds|works|matters)|forget (?:it|about it)\b(?=[.,;:!]| (?:on|in|for"
    r"|with|when|if|at))"
    r"|except (?:when|if|for|on|in|where|that)|should (?:the|a|they|it|somebody|someone) \w+|i'd (?:skip"
    r"|leave) (?:it|that)"
    r"|outside (?:of )?(?:that|this|its|the)|back to square one|not (?:the|a) (?:right )?(?:place|tool|job"
    r"|thing|\w+) for|(?:i'd|i would) go the other way",
)
FAILURE_TOKENS = 22
"""How soon after the case the failure must come: one spoken sentence."""

MIN_LIMIT_CONTENT = 3
MIN_PLACE_CONTENT = 2
PLACE_TOKENS = 16
"""How near a plain failure the case must be put."""


def boundary(case: Case) -> tuple[Evidence, ...]:
    """A case in which the pick or the claim fails: the case and the failure near one another."""
    limits = [*said(case, _LIMIT_SENTENCE, denied_too=True), *said(case, _BUT_IF, denied_too=True)]
    found = [here for here in limits if len(content(case, *_window(case, here))) >= MIN_LIMIT_CONTENT]
    plain = named(case, "failures")
    failures = sorted(
        [*said(case, _FAILS, denied_too=True), *plain, *named(case, "setbacks")], key=lambda one: one.token
    )
    for here in said(case, _CASE, denied_too=True):
        if _IF_IT_FAILS.match(case.reading.folded, here.start):
            continue
        follow = near(failures, here.token, here.token + FAILURE_TOKENS)
        fails = any(other.sentence == here.sentence and other.start >= here.end for other in follow)
        if fails and len(content(case, here.token, here.token + 12)) >= 2:
            found.append(here)
    bare = [*plain, *said(case, _NOT_HOLDING, denied_too=True)]
    found += [here for here in bare if _is_placed(case, here)]
    told = [
        here for here in found if not is_question(case, here.sentence) and not not_shared(case, here.sentence)
    ]
    return shown(case, *(clause_round(case, here) for here in told[:3]))


def _window(case: Case, here: Place) -> tuple[int, int]:
    """What of the sentence is near enough to belong to a failure or a limit."""
    begin, end = sentence(case, here.sentence)
    return max(begin, here.token - PLACE_TOKENS), min(end, here.token + PLACE_TOKENS)


def _is_placed(case: Case, here: Place) -> bool:
    """Whether the sentence of a plain failure says in which case."""
    begin, end = _window(case, here)
    tokens = case.reading.tokens
    if _IF_IT_FAILS.search(case.reading.folded, tokens[begin].start, tokens[end - 1].end):
        return False
    placed = _PLACED.search(case.reading.folded, tokens[begin].start, tokens[end - 1].end)
    told = [at for at in content(case, begin, end) if at != here.token]
    return bool(placed) and len(told) >= MIN_PLACE_CONTENT


CHECKS = (
    Check(
        id="boundary",
        message="No case was named in which this fails.",
        authority="interview guides: commit, explain, name the limit",
        find=boundary,
        hears=(
            Example(
                "If the scene is a packed crowd, the small detector misses half of it.",
                "If the scene is a packed crowd, the small detector misses half",
            ),
            Example("On our infrared plates it fell apart.", "fell apart"),
            Example("I'd think twice if the objects are thinner than the stride.", "think twice"),
            Example("That's assuming the camera doesn't move.", "assuming the camera doesn't move"),
            Example("It gets fooled by posters of people.", "fooled by posters of people"),
            Example("Should the client ask for outlines, I'd swap it.", "Should the client ask for outlines"),
            Example("Past twenty people it can't keep up.", "Past twenty people it can't keep up"),
        ),
        passes=(
            "It works for every scene.",
            "If you like, I can draw it.",
            "It depends on the situation.",
            "Where does it fail? Every model has its weaknesses.",
            "A colleague says it fails in crowds, but I wouldn't sign that.",
            "Once it is trained you export the weights and load them on the phone.",
            "We had a problem with the camera mount last year.",
            "I've never seen it fail on the night clips.",
        ),
        denied=("It never gets difficult.",),
    ),
)
