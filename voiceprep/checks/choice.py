"""The move choice: an option is committed to, not weighed."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import (
    Place,
    content,
    either,
    is_question,
    named_anyhow,
    said,
    sentence,
    shown,
    text_of,
    token_at,
)
from voiceprep.model import Evidence
from voiceprep.text import fold

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
)
