"""Moves of an argument: choice, reason, trade-off, boundary. Each needs its parts in relation."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import (
    Place,
    content,
    said,
    sentence,
    shown,
    text_of,
    token_at,
)
from voiceprep.matching import cover
from voiceprep.model import Evidence
from voiceprep.text import fold

# ------------------------------------------------------------------------------ choice

_WILL = (
    r"(?:i|we)(?:'d| would|'ll| will|'m going to)?(?: (?:still|just|actually|simply|always|probably"
    r"|definitely|rather|then|personally|even))*"
)
_COMMIT = re.compile(
    rf"\b(?:{_WILL} (?:go (?:with|for)|take|pick|choose|prefer|use|start with|begin with|stick (?:with|to)"
    rf"|settle (?:on|for)|land on|bet on"
    r"|ship|recommend|vote for|opt for|reach for|put (?:my|the|our) (?:money|weeks|effort|time)|rather have"
    r"|have(?! to\b)|commit to|spend (?:the|my|our|it|most)"
    r"|run|deploy|switch to|download|bring|argue for|train|keep|try(?! to\b))"
    r"|my (?:pick|choice|answer|vote|default|first (?:choice|pick|move)) (?:is|would be)|(?:the"
    r"|my) answer is|i'm (?:choosing|picking|taking|going (?:with|for))"
    r"|(?:i|we) (?:went with|chose|picked|took)|one i'd (?:try|use|take|pick|do|choose)|comes? first"
    r"|so (?:it's|it is)|wins? (?:here|for me))\b"
)
_WOULD = re.compile(
    r"\b(?:'d|would|'ll|will|my|went|chose|picked|took|'m|first|wins|prefer|rather|go)\b|'d |'ll |'m "
)
_NO_OPTION = re.compile(
    r"^ (?:probably |maybe |perhaps )?(?:look|both|all (?:of )?(?:them|three|of)|either|any(?:thing| of)?"
    r"|something|whatever|whichever|everything|it depends|"
    r"several|a (?:couple|few|mix|combination|lot)|some(?: |$)|different|various|proper|the best|one of"
    r"|many)\b"
)
_HEDGED = re.compile(r"\b(?:could|might|may|maybe|perhaps|would need to|either|possible|depending on)\b")
_OR = re.compile(r"\bor\b")
_BLUNT = re.compile(
    r"^(?:so |well |okay |honestly |simply |the |um |uh )*([a-z0-9'-]+(?: [a-z0-9'-]+){0,2})$"
)


def choice(case: Case) -> tuple[Evidence, ...]:
    """One option committed to: "I'd take X", "X first", or the bare name of one as a sentence of its own."""
    found = []
    for here in said(case, _COMMIT, denied_too=False):
        wording = case.reading.folded[here.start : here.end]
        rest = case.reading.folded[here.end : here.end + 60]
        around = text_of(case, here.sentence)
        if _NO_OPTION.match(rest) or not _WOULD.search(wording) or _HEDGED.search(around):
            continue
        if content(case, token_at(case, here.end), token_at(case, here.end) + 10):
            found.append(here)
    if not found and case.reading.tokens:
        begin, end = sentence(case, 0)
        blunt = _BLUNT.match(text_of(case, 0))
        asked = [at for at in range(begin, end) if case.reading.tokens[at].stem in case.compiled.ask]
        if blunt and asked and _OR.search(fold(case.question.ask)) and end < len(case.reading.tokens):
            found.append(Place(case.reading.tokens[begin].start, case.reading.tokens[end - 1].end, begin, 0))
    return shown(case, *found[:3])


# ------------------------------------------------------------------------------ reason

_CAUSE = re.compile(
    r"\b(?:because|cause|cos|(?<!ever )since|so that(?! (?:would|is|was|will|can|could))|which (?:means"
    r"|is why|makes|rules out|lets|causes|keeps)|that(?:'s| is) why|that means|meaning|otherwise"
    r"|therefore|as a result|due to|thanks to|given that|the reason|in order to|leads? to"
    r"|(?<!such )(?<!well )(?<!same )(?<!soon )(?<!long )(?<!far )(?<!much )(?<!just )as (?:it's|it is|they"
    r"|we|you|there's|there are)|for that reason|hence|seeing that"
    r"|no wonder|in that case|or else|if not)\b"
)
_SO = re.compile(
    r"(?<=[a-z0-9%,;:] )so\b(?! (?:on|far|much|many|that|called|few|little|long|well|good))"
    r"|[.?!] so\b(?= (?:the|it|you|we|they|i|a|each|every|there)\b)"
)
_EXCUSE = re.compile(
    r"\b(?:team effort|hard to (?:say|name|tell)|everybody|everyone|nobody (?:told|asked))\b"
)
_MIN_CAUSE_CONTENT = 2
_MIN_EFFECT_CONTENT = 1


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
        for here in said(case, _SO, denied_too=True)
        if here.sentence not in wrong and _linked(case, here, 2) and _specific(case, here)
    ]
    return shown(case, *(_clause_round(case, here) for here in found[:4]))


def wrong_sentences(case: Case) -> frozenset[int]:
    """Sentences with a claim known to be wrong, an opposite or a pitfall: a reason for it is none."""
    wrong = [*case.compiled.pitfalls, *(pattern.opposites for pattern in case.compiled.elements)]
    matches = (cover(case.reading, wanted, frozenset(), 0.9) for phrasings in wrong for wanted in phrasings)
    tokens = case.reading.tokens
    return frozenset(
        tokens[hit.start].sentence for match in matches if match and match.is_full for hit in match.hits
    )


def _linked(case: Case, here: Place, least: int) -> bool:
    """Something must be linked: content after the connective, and content before it or further on."""
    after = token_at(case, here.end)
    right = content(case, after, after + 14)
    left = content(case, here.token - 14, here.token)
    return len(right) >= least and (len(left) >= _MIN_EFFECT_CONTENT or len(right) > least + 1)


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

_GIVEN_UP = re.compile(
    r"\b(?:(?:i|we|you|it|that|they)(?:'d|'ll)?(?: (?:would|will|do|may|might|can))? (?:lose|loses|lost"
    r"|give up|gives up|gave up|pay|pays|paid|sacrifice|sacrifices"
    r"|swallow|accept|accepts|trade|trades|spend|spends|spent|cost|costs)"
    r"|(?:i'm|we're|you're) (?:giving up|losing|paying|trading|sacrificing)|giving up|at the (?:expense|cost"
    r"|price) of|in exchange for|the price(?: (?:is|for|i pay|we pay))?|the cost (?:is|of)|comes at"
    r"|costs? (?:me|us|you|about|roughly|some|a|an|one|two|more|extra|accuracy|time|recall|latency|memory"
    r"|twice|three|four)|pay (?:about|for|with|a|in|roughly)"
    r"|the (?:downside|drawback|catch|flip side|flipside|trouble|loss)|downside|drawback|eats? (?:into|away"
    r"|up)|nibbles? (?:at|away)|takes a hit|(?:slipped|dropped|fell|went down|rose|went up) (?:by )?(?:a|one"
    r"|two|about|half|from)"
    r"|(?:i|we|i'd|we'd) (?:can |could |would )?(?:live with|accept|swallow|tolerate|take that|put up with)"
    r"|times (?:as )?(?:heavy|slow|slower|expensive|heavier|as)|gets? (?:slower|worse|heavier|bigger|longer)"
    r"|(?:is|it's|are|was|runs?|that's|they're) (?:a bit |a little |much |far |slightly |somewhat "
    r"|clearly )?(?:slower|heavier|less (?:accurate|precise|flexible)|costlier|pricier|more expensive"
    r"|worse at)"
    r"|(?:a|one|two|three) (?:\w+ )?(?:day|days|second|seconds|minutes|hours|weeks) (?:slower|later"
    r"|longer))\b"
)
_BUT_WORSE = re.compile(
    r"\b(?:but|although|though|while|whereas|even if|only)\b[^.?!]{0,60}\b(?:slower|worse|less|fewer|lower"
    r"|costs?|loses?|heavier|longer|misses|expensive|weaker|later|harder)\b"
)
_EMPTY_PRICE = re.compile(r"\b(?:trade-? ?offs?|balance|compromise) (?:between|with|of course|there)")


def trade_off(case: Case) -> tuple[Evidence, ...]:
    """What is given up, named: the word alone, or "it has its price", is none."""
    found = []
    for here in [*said(case, _GIVEN_UP), *said(case, _BUT_WORSE)]:
        _, end = sentence(case, here.sentence)
        after = token_at(case, here.end)
        lost = content(case, here.token, min(end + 6, after + 10))
        if len(lost) >= 2 and not _EMPTY_PRICE.search(text_of(case, here.sentence)):
            found.append(here)
    return shown(case, *(_clause_round(case, here) for here in found[:3]))


# ------------------------------------------------------------------------------ boundary

_CASE = re.compile(
    r"\b(?:if|when|once|where|unless|until|past|beyond|except|in (?:that|those|such) (?:kind of )?(?:case"
    r"|cases|scene|scenes|situation)|as soon as|for (?:very|really|extremely|tiny|dense)|with (?:very|really"
    r"|heavy|strong)|"
    r"at (?:night|\d|ten|three|four|five|like)|only if|the moment|but take|as a law|on a)\b"
)
_FAILS = re.compile(
    r"\b(?:break(?:s|ing)?(?: down)?|fail(?:s|ed|ing)?|fall(?:s)? (?:apart|over|short|down)|struggl(?:e|es"
    r"|ing)|stops? (?:working|helping|being)|gets? (?:bad|worse|tricky|ugly)|goes wrong"
    r"|(?:won't|wouldn't|doesn't|don't|can't|cannot|didn't|isn't|not) (?:\w+ ){0,3}?(?:help|work|hold|cope"
    r"|expect|scale|fit|run|keep up|enough|find|see|apply|right|be enough|separate|tell|hurt|pay off|buy"
    r"|matter)"
    r"|no longer|useless|worthless|hopeless|identical|throws it|flip(?: only)?|switch(?: to)?|change my mind"
    r"|reconsider|drop (?:it|that|this)|give up on|loses? (?:track|it|them|too)|misses|skips|merges|swaps?"
    r"|overwhelmed|too (?:coarse|slow|late|small|dense|dark|far|close|crowded)|no fixed|eats|wrong (?:choice"
    r"|tool|pick)|limit(?:s|ation)? (?:is|of)|(?:i'd|we'd|i would) (?:rather|kill|stop|move|go back|take"
    r"|use)|instead|the opposite)\b"
)
_IF_IT_FAILS = re.compile(
    r"(?:if|when|once|unless) (?:it|that|this|they)(?:'s| is| does| do)?(?: not|n't|)? ?(?:doesn't |don't "
    r"|isn't |won't )?(?:work|help|enough|good|fit|fail|possible)"
)
_LIMIT_SENTENCE = re.compile(
    r"\b(?:where (?:it|this|that) (?:breaks|fails|gets bad|stops|falls|struggles|goes wrong)|(?:it|this"
    r"|that) (?:only )?(?:breaks|fails|falls apart|struggles|stops working)|i'd (?:flip|switch|change"
    r"|reconsider|drop)|"
    r"one caveat|the exception|the limit|what it won't do|it's built for|it assumes|only (?:works|holds"
    r"|true) (?:if|when|as long)|holds only|as long as|unless)\b"
)


def boundary(case: Case) -> tuple[Evidence, ...]:
    """A case in which the pick or the claim fails: the case and the failure near one another."""
    failures = said(case, _FAILS, denied_too=True)
    limits = said(case, _LIMIT_SENTENCE, denied_too=True)
    found = [here for here in limits if len(content(case, here.token, here.token + 16)) >= 3]
    for here in said(case, _CASE, denied_too=True):
        if _IF_IT_FAILS.match(case.reading.folded, here.start):
            continue
        near = [
            other
            for other in failures
            if other.sentence == here.sentence and other.start >= here.end and other.token - here.token <= 22
        ]
        if near and len(content(case, here.token, here.token + 12)) >= 2:
            found.append(here)
    return shown(case, *(_clause_round(case, here) for here in found[:3]))


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
        passes=("I'd look at both in parallel.", "You could use either of the two.", "We use cameras."),
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
