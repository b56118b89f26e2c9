"""Moves of an argument: choice, reason, trade-off, boundary. Each needs its parts in relation."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import (
    Place,
    content,
    either,
    named_anyhow,
    near,
    said,
    sentence,
    shown,
    text_of,
    token_at,
)
from voiceprep.matching import asserted
from voiceprep.model import Evidence
from voiceprep.text import fold

# ------------------------------------------------------------------------------ choice

_ADVERBS = (
    r"(?: (?:still|just|actually|simply|always|definitely|rather|then|personally|even|first|clearly"
    r"|honestly))*"
)
_WILL = rf"(?:i|we)(?:'d| would|'ll| will|'m going to){_ADVERBS}"
_NO_PICK = (
    "look|say|think|guess|want|like|love|need|have|consider|ask|check|expect|be|see|test|evaluate|compare"
    "|not|never|argue that|assume|imagine|suppose|probably|maybe|do|depend|explore|experiment|discuss"
    "|know|hope|read|try to|optimi[sz]e|improve|search|figure"
)
"""Verbs after "I'd" that find out, hedge or wish, and commit to nothing."""
_COMMIT = either(
    rf"{_WILL} (?!(?:{_NO_PICK})\b)[a-z]+(?: (?:with|for|to|on|at))?",
    rf"{_WILL} have(?! to\b)",
    rf"(?:i|we){_ADVERBS} (?:go (?:with|for)|pick|choose|prefer|stick (?:with|to)|settle (?:on|for)|land on"
    rf"|bet on|ship|recommend|opt for|(?:move|switch|swap|change) to)",
    rf"i{_ADVERBS} (?:lean|start (?:with|from|on)|begin with|reach for|take|use|keep|leave|add|thaw|unlock"
    rf"|freeze"
    rf"|fine-tune|copy)",
    r"(?:i|we) (?:went with|chose|picked|took|settled on|(?:moved|switched|swapped|changed) to)",
    r"(?:i'd|i would) (?:do|take|pick|choose|use) (?:it|that|this|them)(?: again)?",
    r"let's (?:say|take|go with|use)",
    r"(?:thing|first|what) i(?:'d| would) do (?:\w+ ){0,2}is",
    r"if (?:i|you) (?:must|had to|have to|want) (?:\w+ ){0,2}(?:only )?one(?: \w+){0,2}, it's",
    r"so [a-z0-9-]+(?: [a-z0-9-]+)? it (?:is|was)",
    r"my (?:pick|choice|answer|vote|default|first (?:choice|pick|move)) (?:is|would be)",
    r"(?:the|my) (?:answer|winner) is",
    r"i'm (?:choosing|picking|taking|in favou?r of|going (?:with|for))",
    r"one i'd (?:try|use|take|pick|do|choose)",
    r"comes? first",
    r"so (?:it's|it is)",
    r"wins? (?:here|for me)",
    r"(?:let me|i) commit(?: to)?",
)
_NO_OPTION = re.compile(
    r"^ (?:probably |maybe |perhaps )?"
    r"(?:look|both|all (?:of )?(?:them|three|of)|either|any(?:thing| of)?|something|whatever|whichever"
    r"|everything|it depends"
    r"|several|a (?:couple|few|mix|combination|lot)|some(?: |$)|different|various|proper|the best|one of"
    r"|many)\b"
)
_HEDGED = either(
    "could", "might", "may", "maybe", "perhaps", "would need to", "either", "possible", "depending",
    r"or (?:i|we)(?:'d| would)", "best practices",
)  # fmt: skip
_SO_IT_IS = re.compile(r"so it(?:'s| is)\b")
"""Commits only where an option follows: "so it's YOLO", not "so it is slower"."""

_OPTION_REACH = 4
"""Words after "so it's" in which the option is named."""

_OR = re.compile(r"\bor\b")
_BLUNT = re.compile(
    r"^(?:(?:so|well|okay|honestly|simply|the|um|uh|oh|easy|hmm)[, ]+)*([a-z0-9'-]+(?: [a-z0-9'-]+){0,2})"
    r"(?:$|, (?:because|since|no (?:hesitation|doubt|question)|without|hands down|any day|definitely|clearly"
    r"|of course|always|every time|for me)\b)"
)


def choice(case: Case) -> tuple[Evidence, ...]:
    """One option committed to: "I'd take X", "X first", or the bare name of one as a sentence of its own."""
    found = []
    for here in said(case, _COMMIT, denied_too=False):
        rest = case.reading.folded[here.end : here.end + 60]
        around = text_of(case, here.sentence)
        if _NO_OPTION.match(rest) or _HEDGED.search(around):
            continue
        if _SO_IT_IS.match(case.reading.folded, here.start) and not _names_option(case, here):
            continue
        begin, end = sentence(case, here.sentence)
        if content(case, begin, max(end, token_at(case, here.end) + 10)):
            found.append(here)
    if not found and case.reading.tokens:
        begin, end = sentence(case, 0)
        blunt = _BLUNT.match(text_of(case, 0))
        asked = [at for at in range(begin, end) if case.reading.tokens[at].stem in case.compiled.ask]
        if blunt and asked and _OR.search(fold(case.question.ask)) and end < len(case.reading.tokens):
            found.append(Place(case.reading.tokens[begin].start, case.reading.tokens[end - 1].end, begin, 0))
    return shown(case, *found[:3])


def _names_option(case: Case, here: Place) -> bool:
    """Whether a word of the question or a model's name follows at once."""
    after = token_at(case, here.end)
    models = {named.token for named in named_anyhow(case, "model-names")}
    near = range(after, min(after + _OPTION_REACH, len(case.reading.tokens)))
    return any(at in models or case.reading.tokens[at].stem in case.compiled.ask for at in near)


# ------------------------------------------------------------------------------ reason

_CAUSE = either(
    r"because|cause|cos|(?<!ever )since|due to|thanks to|given that|seeing that",
    r"so that(?! (?:would|is|was|will|can|could))",
    r"which (?:means|is why|makes|rules out|lets|causes|keeps)|(?:is|was) (?:the (?:whole |main "
    r"|real )?reason"
    r"|what (?:makes|made|kills?|killed|costs?))|coz|what for",
    r"that(?:'s| is) why|that means|meaning|the reason|for that reason|no wonder",
    r"therefore|as a result|hence|in order to|leads? to|so much that|thereby",
    r"otherwise|or else|if not|in that case",
    r"(?<!such )(?<!well )(?<!same )(?<!soon )(?<!long )(?<!far )(?<!much )(?<!just )as (?:it's|it is|they"
    r"|we|you|there's|there are)",
)
_WEAK_CAUSE = either(
    r"this (?:means|lets|makes|way)|that (?:lets|makes|way)|to (?:avoid|keep|prevent)|the (?:idea|point) is"
    r"|prevents|ensures",
    r"which (?:gives|forces|hurts|helps|saves|costs|leaves|allows|would|stops|hides|lowers|raises|pulls"
    r"|turns)",
)
"""Links that also serve to describe: they need the words of the subject beside them."""
_SO = re.compile(
    r"(?<=[a-z0-9%,;:] )(?<!or )so\b(?! (?:on|far|much|many|that|called|few|little|long|well|good))"
    r"|[.?!] so\b(?= (?:the|it|you|we|they|i|a|each|every|there)\b)"
)
_EXCUSE = re.compile(
    r"\b(?:team effort|hard to (?:say|name|tell)|everybody|everyone|nobody (?:told|asked))\b"
)
_MIN_CAUSE_CONTENT = 1
_MIN_SO_CONTENT = 2
"""Words of its own that a cause must hold; "so" also leads over, so it needs more."""
_MIN_EFFECT_CONTENT = 2
_MIN_ALONE_CONTENT = 4
"""What is explained stands before the link, or the explanation is long enough to hold both."""


def reason(case: Case) -> tuple[Evidence, ...]:
    """A causal link about the subject, with something on either side of it."""
    found = []
    wrong = wrong_sentences(case)
    for here in said(case, _CAUSE, denied_too=True):
        if here.sentence in wrong:
            continue
        if _linked(case, here, _MIN_CAUSE_CONTENT) and not _EXCUSE.search(
            case.reading.folded[here.end : here.end + 60]
        ):
            found.append(here)
    found += [
        here
        for here in (*said(case, _SO, denied_too=True), *said(case, _WEAK_CAUSE, denied_too=True))
        if here.sentence not in wrong and _linked(case, here, _MIN_SO_CONTENT) and _specific(case, here)
    ]
    return shown(case, *(_clause_round(case, here) for here in found[:4]))


def wrong_sentences(case: Case) -> frozenset[int]:
    """Sentences with a claim known to be wrong, an opposite or a pitfall: a reason for it is none."""
    wrong = [*case.compiled.pitfalls, *(pattern.opposites for pattern in case.compiled.elements)]
    matches = (asserted(case.reading, wanted) for phrasings in wrong for wanted in phrasings)
    tokens = case.reading.tokens
    return frozenset(tokens[hit.start].sentence for match in matches if match for hit in match.hits)


def _linked(case: Case, here: Place, least: int) -> bool:
    """Whether something is linked: at least ``least`` words of content of its own after, and some before."""
    after = token_at(case, here.end)
    _, end = sentence(case, here.sentence)
    right = content(case, after, min(after + 14, end))
    left = content(case, here.token - 14, here.token)
    general = {other.token for other in named_anyhow(case, "general-words")}
    listed = case.reading.scopes.listed
    own = [at for at in right if at not in general and not listed[at]]
    return len(own) >= least and (len(left) >= _MIN_EFFECT_CONTENT or len(right) >= _MIN_ALONE_CONTENT)


def _specific(case: Case, here: Place) -> bool:
    tokens = case.reading.tokens
    near = content(case, here.token - 12, here.token + 14)
    subject = {tokens[at].stem for at in near if tokens[at].stem in case.compiled.subject}
    return len(subject) >= 3


def _clause_round(case: Case, here: Place) -> Place:
    tokens = case.reading.tokens
    last = min(len(tokens), here.token + 12)
    while last > here.token + 1 and tokens[last - 1].sentence != here.sentence:
        last -= 1
    return Place(here.start, tokens[last - 1].end, here.token, here.sentence)


# ------------------------------------------------------------------------------ trade-off

_SOMEBODY = r"(?:i|we|you|it|that|they|this)(?:'d|'ll)?(?: (?:would|will|do|may|might|can))?"
_GIVEN_UP = either(
    rf"{_SOMEBODY} (?:loses?|lost|gives? (?:up|away)|gave up|pays?|paid|sacrifices?|swallow|accepts?|trades?"
    rf"|spends?|spent|costs?)",
    r"(?:i'm|we're|you're) (?:giving up|losing|paying|trading|sacrificing)|giving up|at the (?:expense|cost"
    r"|price) of",
    r"in exchange for|the price(?: (?:is|for|i pay|we pay))?|the cost (?:is|of)|comes at|pay (?:about|for"
    r"|with|a|in|roughly)",
    r"costs? (?:me|us|you|about|roughly|some|an?|one|two|more|extra|accuracy|time|recall|latency|memory"
    r"|twice|three|four)",
    r"(?:the|its|their) (?:downsides?|drawbacks?|catch|flip ?side|trouble|loss|bill|danger)|downside|drawback"
    r"|takes a hit|pays? the (?:bill|price)|(?:that's|here's) (?:the (?:bill|price|deal|cost)|what you pay)",
    r"(?:what|which) (?:we|i|you) (?:g[ai]ve|pa(?:y|id)|los[et]|trade[ds]?)(?: (?:away|up|for))?",
    r"(?:not|never|isn't|n't get (?:that|this|it) for|nothing is|is nothing) free|no free lunch",
    r"(?:doubles|triples|quadruples|halves) (?:the|your|our|my)|left? on the table|has to wait|swapping",
    r"eats? (?:into|away|up)|nibbles? (?:at|away)|at worst",
    r"(?:slipped|dropped|fell|went down|rose|went up) (?:by )?(?:a|one|two|about|half|from)",
    r"(?:i|we)(?:'d)? (?:can |could |would )?(?:live with|accept|swallow|tolerate|take that|put up with)",
    r"times (?:as )?(?:heavy|slow|slower|expensive|heavier|as|longer|the)"
    r"|(?:gets?|got|becomes?|became|runs?|ran) (?:slow|slower|worse|heavier|bigger|longer"
    r"|expensive)(?! \w+ times)",
    r"\w+er,? but (?:\w+er|less|more)",
    r"(?:takes|needs|adds|means) (?:\w+ )?(?:longer|more|twice|extra|another)(?: \w+)?"
    r"|not (?:quite )?as (?:accurate|fast|precise|sharp)",
    r"(?:an?|one|two|three) (?:\w+ )?(?:days?|seconds?|minutes|hours|weeks) (?:slower|later|longer)",
)
_WORSE = either(
    r"(?:is|it's|are|was|runs?|that's|they're) (?:(?:a bit|a little|much|far|slightly|somewhat|clearly) )?"
    r"(?:slower|heavier|less (?:accurate|precise|flexible)|costlier|pricier|more expensive|worse at)"
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
_BUT_WORSE = re.compile(
    r"\b(?:but|although|though|while|whereas|even if|only)\b[^.?!]{0,60}\b(?:slower|worse|less|fewer|lower"
    r"|costs?|loses?|heavier|longer|misses|expensive|weaker|later|harder)\b"
)
_EMPTY_PRICE = re.compile(
    r"\b(?:trade-? ?offs?|balance|compromise) (?:between|with|of course|there)|\bcosts? (?:nothing"
    r"|me (?:\w+ )?"
    r"(?:euros?|dollars?|cents))|\bcosts? a fortune|\bno idea\b|\bno difference\b"
)


LOOK_BACK_TOKENS = 14
MIN_BEFORE = 4
"""What is given up may stand before the word for it: "two weeks of clicking, that's the price"."""


def trade_off(case: Case) -> tuple[Evidence, ...]:
    """What is given up, named: the word alone, or "it has its price", is none."""
    found = []
    weighed = [here for here in said(case, _WORSE) if _WEIGHED.search(text_of(case, here.sentence))]
    for here in [*said(case, _GIVEN_UP), *said(case, _BUT_WORSE), *weighed]:
        _, end = sentence(case, here.sentence)
        after = token_at(case, here.end)
        lost = content(case, here.token, min(end + 6, after + 10))
        before = content(case, here.token - LOOK_BACK_TOKENS, here.token)
        if (len(lost) >= 2 or len(before) >= MIN_BEFORE) and not _EMPTY_PRICE.search(
            text_of(case, here.sentence)
        ):
            found.append(here)
    return shown(case, *(_clause_round(case, here) for here in found[:3]))


# ------------------------------------------------------------------------------ boundary

_CASE = either(
    r"if|when|once|where|unless|until|past|beyond|except|as soon as|only if|the moment|but take",
    r"as a law|on a",
    r"in (?:that|those|such) (?:kind of )?(?:cases?|scenes?|situations?)|in (?:a|the) (?:worst|edge"
    r"|corner) case",
    r"for (?:very|really|extremely|tiny|dense|small|large|huge)|with (?:very|really|heavy|strong|too (?:many"
    r"|few|much|little))",
    r"at (?:night|\d|ten|three|four|five|like)|the (?:day|minute|worry|danger)",
)
_WHERE = either(
    r"(?:in|on|at|under|near|against|with|for) (?!(?:my|the|a|an|that|this|it|general|fact|order|practice"
    r"|addition|front|particular|mind)\b)\w+",
    r"(?:in|on|at|under|near|against|for) (?:my|our|the|a|an|such|those|these) (?!end\b)\w+",
    r"take (?:a|the)|set it|mirror|the (?:trouble|problem|exception)",
)
"""A place or a setting is a case only where something breaks outright."""
_FAILS = either(
    r"break(?:s|ing)?(?: down)?|fail(?:s|ed|ing)?|falls? (?:apart|over|short|down)|struggl(?:e|es|ing)"
    r"|goes wrong|goes blind",
    r"stops? (?:working|helping|being)|gets? (?:bad|worse|tricky|ugly|lost)|loses? (?:track|it|them|too)",
    r"(?:won't|wouldn't|doesn't|don't|can't|cannot|didn't|isn't|aren't|not) (?:\w+ ){0,3}?(?:help|work|hold"
    r"|cope|expect|scale|fit|run|keep up"
    r"|enough|find|see|apply|right|separate|tell|hurt|pay off|buy|matter|true|handle)",
    r"no longer|useless|worthless|hopeless|identical|throws it|overwhelmed|no fixed|eats",
    r"the opposite|instead",
    r"nothing to|without (?:it|any)|guesses|swallows?|looks? healthy|sees? two|never (?:reached|had)|hurts?",
    r"(?:i|we)(?:'d| would) (?:not|leave|skip|swap|never|do without)|leave (?:it|\w+) (?:out|alone)",
    r"flip(?: only)?|switch(?: to)?|change my mind|reconsider|drop (?:it|that|this)|give up on",
    r"misses|skips|merges|swaps?|confuses|mixes up|collapses|explodes|drowns|drifts",
    r"too (?:coarse|slow|late|small|dense|dark|far|close|crowded|big|noisy|few|many|little)",
    r"wrong (?:choice|tool|pick)|limit(?:s|ation)? (?:is|of)|(?:i|we)(?:'d| would) (?:rather|kill|stop|move"
    r"|go back|take|use)",
    r"(?:is|are|was|were|it's|they're) (?:(?:really|quite|pretty|just|also|simply) )?(?:lost|wrong|useless"
    r"|identical)",
)
_BREAKS = either(
    r"break(?:s|ing)? down|fails|falls (?:apart|over)|goes blind|gets (?:lost|ugly)",
    r"(?:fell|falls) apart|gave up|gives up|vanish(?:es|ed)?|disappear(?:s|ed)?|melts?|goes mushy|dies|died",
    r"(?:is|are|was|were|it's|they're) (?:(?:really|quite|pretty|just|also|simply) )?(?:bad|poor|weak"
    r"|hopeless|blind"
    r"|helpless|worthless|garbage|a burden|no good|worth nothing|worth less)",
    r"(?:breaks|gave|gives) (?:down|up|way)|becom(?:es?|ing) one|became one|no chance|nobody can"
    r"|never (?:reached|had)",
    r"(?:isn't|is not|was no|is no|aren't) (?:\w+ ){0,3}(?:any more|anymore|either)",
    r"(?:has|have|had) no (?:idea|chance|way|use)|(?:can't|cannot|won't) (?:\w+ )?(?:help|work|tell|see"
    r"|separate"
    r"|cope|find|handle|bring)|poisons?|eats? (?:it|real|them)|suffers?|forbids?|hurts",
)
_IF_IT_FAILS = re.compile(
    r"(?:if|when|once|unless) (?:it|that|this|they)(?:'s| is| does| do)?(?: not|n't|)? ?"
    r"(?:doesn't |don't |isn't |won't )?(?:work|help|enough|good|fit|fail|possible)"
)
"""A case in name only: "if it doesn't work"."""
_LIMIT_SENTENCE = either(
    r"where (?:it|this|that) (?:breaks|fails|gets bad|stops|falls|struggles|goes wrong)|(?:trouble"
    r"|problem) (?:starts|begins|is) when",
    r"(?:it|this|that) (?:only )?(?:breaks|fails|falls apart|struggles|stops working)|i'd (?:flip|switch"
    r"|change|reconsider|drop)",
    r"one caveat|the exception|the limit|what it won't do|it's built for|it assumes|as long as|unless"
    r"|holds only|not for",
    r"only (?:works|holds|true) (?:if|when|as long)",
)


FAILURE_TOKENS = 22
"""How soon after the case the failure must come: one spoken sentence."""


def boundary(case: Case) -> tuple[Evidence, ...]:
    """A case in which the pick or the claim fails: the case and the failure near one another."""
    breaks = said(case, _BREAKS, denied_too=True)
    failures = sorted([*said(case, _FAILS, denied_too=True), *breaks], key=lambda here: here.token)
    limits = said(case, _LIMIT_SENTENCE, denied_too=True)
    found = [here for here in limits if len(content(case, here.token, here.token + 16)) >= 3]
    found += [
        here
        for here in said(case, _CASE, denied_too=True)
        if not _IF_IT_FAILS.match(case.reading.folded, here.start) and _fails_then(case, here, failures)
    ]
    if breaks:
        found += [here for here in said(case, _WHERE, denied_too=True) if _breaks_there(case, here, breaks)]
    return shown(case, *(_clause_round(case, here) for here in found[:3]))


def _breaks_there(case: Case, here: Place, breaks: list[Place]) -> bool:
    """Whether something breaks outright in the sentence of ``here`` or the next, and that is described."""
    begin, end = sentence(case, here.sentence)
    beside = near(breaks, here.token - FAILURE_TOKENS, here.token + FAILURE_TOKENS)
    follows = any(0 <= other.sentence - here.sentence <= 1 for other in beside)
    return follows and len(content(case, begin, end)) >= MIN_DESCRIBED


MIN_DESCRIBED = 4
"""Words of content in the sentence of a case: a slogan ("in practice it fails") has fewer."""


def _fails_then(case: Case, here: Place, failures: list[Place]) -> bool:
    """Whether one of ``failures`` follows the case ``here`` in its sentence, and the case is described."""
    follow = near(failures, here.token, here.token + FAILURE_TOKENS)
    fails = any(other.sentence == here.sentence and other.start >= here.end for other in follow)
    return fails and len(content(case, here.token, here.token + 12)) >= 2


CHECKS = (
    Check(
        id="choice",
        message="No option was committed to.",
        authority="interview guides: a judgment call, not a summary; 'it depends' is not an answer",
        find=choice,
        hears=(
            Example("I'd go with quantization first.", "I'd go with"),
            Example("We chose the smaller detector for the phone.", "We chose"),
        ),
        passes=(
            "I'd look at both in parallel.",
            "You could use either of the two.",
            "We use cameras.",
            "It has two parts, so it is slower.",
        ),
        denied=("I wouldn't go with the larger network.",),
    ),
    Check(
        id="reason",
        message="No reason was given: nothing says why.",
        authority="interview guides: reasoning chain, not definition",
        find=reason,
        hears=(
            Example(
                "I keep the crops large because the scratches are two pixels wide.",
                "because the scratches are two pixels wide",
            ),
        ),
        passes=("It is a balance.", "We have used it since spring.", "I would do it because."),
        denied=("There is no because here.",),
    ),
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
        ),
        passes=("There is a trade-off between the two.", "It has advantages and disadvantages."),
        denied=("We don't lose any recall on thin cracks.",),
    ),
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
        ),
        passes=("It works for every scene.", "If you like, I can draw it."),
        denied=("It never gets difficult.",),
    ),
)
