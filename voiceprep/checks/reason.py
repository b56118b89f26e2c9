"""The move reason: a cause is tied to what was decided or claimed."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import (
    Place,
    clause_round,
    content,
    either,
    named,
    named_anyhow,
    said,
    sentence,
    shown,
    token_at,
)
from voiceprep.matching import asserted
from voiceprep.model import Evidence, Kind
from voiceprep.text import STOPWORDS

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
    return shown(case, *(clause_round(case, here) for here in found[:4]))


_ATTEMPT = re.compile(
    r"\b(?<!no )(?<!the )(?<!a )"
    r"(?:because|cos|coz|cuz|due to|thanks to|given that|seeing that|the reason is)\b"
    r"(?=[,.…]* [a-z0-9])"
)


def attempted_reason(case: Case) -> tuple[Evidence, ...]:
    """Clauses with "because" that :func:`reason` does not credit: what the speaker takes for a reason."""
    return shown(case, *(clause_round(case, here) for here in said(case, _ATTEMPT, denied_too=True)[:2]))


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


CHECKS = (
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
)
