"""Moves of an argument: choice, reason, trade-off, boundary. Each needs its parts in relation."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import (
    Place,
    content,
    either,
    is_question,
    named,
    named_anyhow,
    near,
    said,
    sentence,
    shown,
    text_of,
    token_at,
)
from voiceprep.matching import asserted
from voiceprep.model import Evidence, Kind
from voiceprep.text import STOPWORDS, fold

# ------------------------------------------------------------------------------ choice

_ADVERBS = (
    r"(?: (?:still|just|actually|simply|always|definitely|rather|then|personally|even|first|clearly"
    r"|honestly|really|absolutely|normally|certainly))*"
)
_WILL = rf"(?:i|we)(?:'d| would|'ll| will|'m going to){_ADVERBS}"
_NO_PICK = (
    "look|say|think|guess|want|like|love|need|have|consider|ask|check|expect|be|see|test|evaluate|compare"
    "|not|never|argue that|assume|imagine|suppose|probably|maybe|do|depend|explore|experiment|discuss"
    "|know|hope|read|try to|search|google|optimi[sz]e|improve|iterate|investigate|research|weigh|figure"
    "|rather|perhaps|also|line (?:it|them) up"
)
"""Verbs after "I'd" that find out, hedge or wish, and commit to nothing."""
_DEED = (
    "keep|freeze|unfreeze|thaw|unlock|stay (?:with|on|at)|start (?:with|from|at)|begin with|move to|fine tune"
    "|fine-tune|go (?:for|with)|leave out|skip"
)
"""What somebody does who has decided: "I freeze the lot"."""
_AGAIN = r"i'd (?:do|take|choose|pick|make|buy) (?:it|that|the same(?: \w+)?) again"
_VERDICT = (
    rf"(?:that's|that is|that'd be) my (?:answer|pick|choice|vote|call|bet|verdict)|{_AGAIN}"
    r"|(?:is|'s|would be) (?:the way to go|the one (?:i|for))"
)
"""Looks back at the option just named."""
_COMMIT = either(
    rf"{_WILL} (?!(?:{_NO_PICK})\b)[a-z]+(?: (?:with|for|to|on|at))?",
    rf"{_WILL} have(?! to\b| [a-z]+(?:ed|pt|ght|ne|wn)\b)",
    rf"(?:i|we){_ADVERBS} (?:go (?:with|for)|pick|choose|prefer|stick (?:with|to)|settle (?:on|for)|land on"
    rf"|bet on|ship|recommend|opt for|vote for|side with)",
    r"(?:i|we) (?:went (?:with|for)|chose|picked|took|settled (?:on|for)|decided (?:on|for)|opted for"
    r"|stayed with)",
    r"my (?:pick|choice|answer|vote|default|money|bet|first (?:choice|pick|move))"
    r"(?: (?:is|would be|goes|here is)\b|'s|:)",
    r"(?:the|my) (?:answer|winner|choice) (?:is|here is)",
    r"i'm (?:choosing|picking|taking|in favou?r of|going (?:with|for)|for|all for)",
    r"one i'd (?:try|use|take|pick|do|choose)|what i'd (?:use|take|pick|go with|choose|ship)",
    r"(?:cheapest|first|best) thing (?:to try )?is",
    r"comes? first|(?:gets|has) my vote|(?:every|the) (?:cent|penny|money|euro|month) goes (?:to|into)",
    r"wins? (?:here|for me)|gun to my head|if (?:i (?:had|have) to|you made me|you make me) (?:choose"
    r"|pick)|put me down for"
    r"|(?:is|would be|'s) what i'd|would be my (?:pick|choice|answer|vote)",
    r"(?:let me|i) commit(?: to)?|let's (?:go with|pick)|i say (?:yes|no)",
    r"if you (?:want|force|ask|need|push) [^.?!,:]{2,40}[,:] ?(?:i bet on|i|the)|the (?:main|first"
    r"|one) thing i(?:'d| would) do",
    r"(?:for|on|with|there|in|at|here)\b[^.?!,;:]{0,40},? (?:i|we) (?:always |normally |still )?(?:take"
    r"|use|used|choose|swapped to)",
    r"(?:i|we) leave (?:\w+ ){1,3}out|(?:i|we) (?:swapped|switched|moved) to",
    _VERDICT,
)
_OFFERED = either(
    r"so (?:it's|it is)", r"for me(?:,)? it's", r"i(?:'d)? (?:lean|vote)", r"let's say", r"(?:then|here"
    r"|there) it's",
    r"if [^.?!]{4,90}, then",
)  # fmt: skip
"""Commits only where an option follows at once: "so it's YOLO", not "so it is slower"."""
_DECIDED = re.compile(
    rf"\b(?:i|we){_ADVERBS} (?:{_DEED})\b|(?:^|[.?!:;,] )(?:so |then )?(?:stay with|stick (?:with|to)"
    rf"|go (?:with|for)"
    rf"|start (?:with|from)|take|use|keep|freeze|pick)\b(?=[^.?!]{{3,60}}\bi(?:'d)? say\b)"
)
_NO_OPTION = re.compile(
    r"^ (?:probably |maybe |perhaps )?"
    r"(?:look|both|all (?:of )?(?:them|three|of)|either|any(?:thing| of)?|something|whatever|whichever"
    r"|everything|it depends|what|(?:\w+ )?(?:basically |just )?everywhere"
    r"|several|a (?:couple|few|mix|combination|lot)|some(?: |$)|different|various|proper|the best|one of"
    r"|many)\b"
)
_HEDGED = either(
    "could", "might", "may", "(?<!no )maybe", "perhaps", "would need to", "either", "possible", "depending"
)
_HEDGE_REACH = 45
"""Characters around a commitment in which a hedge belongs to it; one further off belongs to its reason."""
_ROW = re.compile(r"\bor (?:maybe |perhaps )?(?:i|we)(?:'d| would| could)\b|\bdepending\b|\bor hybrid\b")
"""Another possibility beside it: no commitment."""

_OPTION_REACH = 4
"""Words after "so it's" in which the option is named."""

_OR = re.compile(r"\bor\b")
_BLUNT = re.compile(
    r"^(?:so |well |okay |honestly |simply |the |um |uh )*([a-z0-9'-]+(?: [a-z0-9'-]+){0,2})$"
)
_FIRMLY = re.compile(
    r"(?:^|[.?!] )(?:(?:so|well|okay|honestly|um|uh|hmm),? )*(?!(?:no|yes|yeah|sure|right)\b)"
    r"(?:[a-z0-9'-]+ ){0,5}[a-z0-9'-]+, (?:no (?:hesitation|question|contest|doubt|maybe|discussion)"
    r"|full stop"
    r"|period|every (?:single )?time|any (?:day|time)|hands down|definitely|without (?:a doubt|hesitation"
    r"|hesitating)|for sure|no two ways|end of story|by far|clearly|(?:and )?i mean it|nothing else)\b"
    r"|(?:^|[.?!] )(?:definitely|no question|hands down|without question|by all means),? (?:the|an?) [a-z]+"
    r"|(?:^|[.?!] )(?:(?:so|then|okay|well),? )?(?:[a-z0-9-]+ ){0,3}(?!that|this|what|how"
    r"|as\b)[a-z0-9-]+ it is(?=[.,;!]|$)"
    r"|(?:^|[.?!] )(?:the |my )?[a-z]+(?: [a-z]+)? first, (?:then |and )?[a-z]+(?: [a-z]+)? (?:later"
    r"|second|after|next|last)\b"
    r"|(?:^|[.?!] )(?:(?:so|then|okay|well),? )?(?:go (?:with|for)|stick (?:with|to)|stay with"
    r"|opt for) (?:the|an?) [a-z]+"
)
"""An option and no doubt about it: "YOLO, full stop"."""


def choice(case: Case) -> tuple[Evidence, ...]:
    """One option committed to: "I'd take X", "X first", or the bare name of one as a sentence of its own."""
    found = [here for here in said(case, _COMMIT) if not _is_hedged(case, here) and _has_option(case, here)]
    found += [
        here for here in said(case, _OFFERED) if not _is_hedged(case, here) and _names_option(case, here)
    ]
    found += [
        here
        for here in said(case, _DECIDED)
        if not _is_hedged(case, here)
        and content(case, token_at(case, here.end), token_at(case, here.end) + 6)
    ]
    found += [here for here in said(case, _FIRMLY, denied_too=True) if not is_question(case, here.sentence)]
    if not found and case.reading.tokens:
        begin, end = sentence(case, 0)
        blunt = _BLUNT.match(text_of(case, 0))
        asked = [at for at in range(begin, end) if case.reading.tokens[at].stem in case.compiled.ask]
        if blunt and asked and _OR.search(fold(case.question.ask)) and end < len(case.reading.tokens):
            found.append(Place(case.reading.tokens[begin].start, case.reading.tokens[end - 1].end, begin, 0))
    return shown(case, *found[:3])


def _is_hedged(case: Case, here: Place) -> bool:
    """Whether the commitment is one of several, or only possible."""
    folded = case.reading.folded
    begin, end = sentence(case, here.sentence)
    first, last = case.reading.tokens[begin].start, case.reading.tokens[end - 1].end
    close = folded[max(first, here.start - _HEDGE_REACH) : min(last, here.end + _HEDGE_REACH)]
    return bool(
        _NO_OPTION.match(folded[here.end : here.end + 60])
        or _HEDGED.search(close)
        or _ROW.search(folded, first, last)
    )


def _has_option(case: Case, here: Place) -> bool:
    """Whether something is committed to: words of content after, or before a verdict that looks back."""
    if re.match(_VERDICT, case.reading.folded[here.start : here.end]):
        return bool(content(case, here.token - 12, here.token)) or here.sentence > 0
    after = token_at(case, here.end)
    return bool(content(case, after, after + 10))


def _names_option(case: Case, here: Place) -> bool:
    """Whether a word of the question or a model's name follows at once."""
    after = token_at(case, here.end)
    models = {named.token for named in named_anyhow(case, "model-names")}
    near = range(after, min(after + _OPTION_REACH, len(case.reading.tokens)))
    return any(at in models or case.reading.tokens[at].stem in case.compiled.ask for at in near)


# ------------------------------------------------------------------------------ reason

_CAUSE = either(
    r"because|cause|cos|coz|cuz|(?<!ever )since|due to|thanks to|given that|seeing that",
    r"so that(?! (?:would|is|was|will|can|could))",
    r"which (?:means|is why|makes|rules out|lets|causes|keeps)",
    r"that(?:'s| is) why|that means|meaning|the reason|for that reason|no wonder",
    r"therefore|as a result|hence|in order to|leads? to",
    r"otherwise|or else|if not|in that case|is what (?:makes|eats|kills|keeps|causes|lets|decides|drives)",
    r"(?<!such )(?<!well )(?<!same )(?<!soon )(?<!long )(?<!far )(?<!much )(?<!just )as (?:it's|it is|they"
    r"|we|you|there's|there are)",
)
_BECAUSE = re.compile(
    r"(?:because|cos|coz|cuz|due to|thanks to|given that|seeing that)\b"
    r"|since (?:(?:it|he|she|they|we|you|i|that|there|nobody|nothing|everybody|everything|most|some)\b)"
)
"""Links that say which side is the cause: a short effect will do, in the question's own words."""
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

_DECIDING = frozenset({Kind.CHOOSE, Kind.COMPARE, Kind.DESIGN})
"""Questions whose own words name the options."""


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


_ATTEMPT = re.compile(
    r"\b(?<!no )(?<!the )(?<!a )"
    r"(?:because|cos|coz|cuz|due to|thanks to|given that|seeing that|the reason is)\b"
    r"(?=[,.…]* [a-z0-9])"
)


def attempted_reason(case: Case) -> tuple[Evidence, ...]:
    """Clauses with "because" that :func:`reason` does not credit: what the speaker takes for a reason."""
    return shown(case, *(_clause_round(case, here) for here in said(case, _ATTEMPT, denied_too=True)[:2]))


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
    if len(own) >= least and (len(left) >= _MIN_EFFECT_CONTENT or len(right) >= _MIN_ALONE_CONTENT):
        return True
    is_plain = _BECAUSE.match(case.reading.folded, here.start) is not None
    return is_plain and _is_short_reason(case, here, (own, general))


def _is_short_reason(case: Case, here: Place, found: tuple[list[int], set[int]]) -> bool:
    """Whether "YOLO because we need real time" says something of its own about what stands before it.

    Where something is to be decided the effect may be an option in the question's words, or what it is like
    in general ones ("slower"); it is the question itself where an answer opens with the cause. Words of the
    effect and general ones are no cause.
    """
    own, general = found
    tokens = case.reading.tokens
    begin, end = sentence(case, here.sentence)
    if begin == here.token and here.sentence:
        begin = sentence(case, here.sentence - 1)[0]
    effect = [
        at
        for at in range(begin, here.token)
        if not tokens[at].is_filler and tokens[at].word.split("'")[0] not in STOPWORDS
    ]
    if case.question.kind not in _DECIDING:
        effect = [at for at in effect if tokens[at].stem not in case.compiled.ask and at not in general]
    repeated = {tokens[at].stem for at in effect}
    # "Real" and "time" are general words, "real time" is a limit.
    limits = [
        limit.token
        for limit in named(case, "limit-words")
        if limit.end > tokens[limit.token].end and here.token < limit.token < end
    ]
    opens = here.token == 0
    return bool(effect or opens) and any(tokens[at].stem not in repeated for at in (*own, *limits))


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
_REBUFFED = re.compile(
    r"\b(?:but|and|yet|though|nah|no),? (?:i|we|that|it)(?:'ve|'d|'s| have| would| is| was)?"
    r" (?:haven't|never|don't|didn't|wouldn't|not|nonsense|hasn't|isn't|disagree)\b|\bno difference\b"
    r"|\boutdated\b|\bnot any ?more\b"
)
"""A claim heard and not shared: "that it costs sharpness, but I haven't seen that"."""
_HEARSAY = re.compile(
    r"\b(?:say|says|said|claim|claims|claimed|telling me|tells|told|argue|think|thinks|heard|believe)\b"
)


def _not_shared(case: Case, number: int) -> bool:
    """Whether a sentence reports a claim and turns it down in the same breath."""
    wording = text_of(case, number)
    return bool(_HEARSAY.search(wording) and _REBUFFED.search(wording))


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
            and not _not_shared(case, here.sentence)
        ):
            found.append(here)
    return shown(case, *(_clause_round(case, here) for here in found[:3]))


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


# ------------------------------------------------------------------------------ boundary

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
        here
        for here in found
        if not is_question(case, here.sentence) and not _not_shared(case, here.sentence)
    ]
    return shown(case, *(_clause_round(case, here) for here in told[:3]))


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
        id="choice",
        message="No option was committed to.",
        authority="interview guides: a judgment call, not a summary; 'it depends' is not an answer",
        find=choice,
        hears=(
            Example("I'd go with quantization first.", "I'd go with"),
            Example("We chose the smaller detector for the phone.", "We chose"),
            Example("Gun to my head, the small detector.", "Gun to my head"),
            Example("The small network, without hesitation.", "The small network, without hesitation"),
            Example(
                "On the server I take the large one, on the phone the small one.", "On the server I take"
            ),
            Example("I had both running. I took the U-Net, and I'd take it again.", "I took"),
            Example("For me it's YOLO.", "For me it's"),
        ),
        passes=(
            "I'd look at both in parallel.",
            "You could use either of the two.",
            "I'd use them everywhere.",
            "We went with what the team knew.",
            "I'd try the camera or I'd try the radar, depending.",
            "I'd search for weights first.",
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
        passes=(
            "It is a balance.",
            "We have used it since spring.",
            "I would do it because.",
            "I'd take the small one because it is powerful.",
            "I'd take the small one because it is the small one.",
        ),
        denied=("There is no because here.",),
        attempted=attempted_reason,
        in_vain="The reason given only repeats, would fit any answer, or rests on a mistake",
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
