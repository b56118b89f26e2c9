"""Vagueness: hedges, empty praise, unmeasured claims, tails, slogans and restatements.

Words for hedging alone carry almost no signal (field notes: precision 0.23). So only what is empty in
nearly every sentence is flagged as it stands; the rest only where its clause holds no figure, no named
technique, no cause and no condition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from voiceprep.checks.case import Case, Check, Example, evidence
from voiceprep.checks.seek import Place, content, figures, n_sentences, named, named_anyhow, said, sentence, text_of, token_at
from voiceprep.model import Evidence, VagueFinding
from voiceprep.text import root


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of vagueness: what is asked about it, what is empty as it stands, what only without company."""

    id: str
    why: str
    always: re.Pattern[str]
    unless_concrete: re.Pattern[str]


_NEVER = re.compile(r"(?!)")
_VERY = r"(?:very|pretty|super|quite|really|so|extremely|highly|incredibly|fairly|totally|rather)"
_MANY = (
    r"(?:some|various|different|certain|several|many|a couple of|a few|plenty of|lots of|loads of|all (?:kinds|sorts) of|other|all (?:the )?these|a lot of|any of|one of)"
    r"(?: (?:other|those|these|different|more|small|tiny|the))*"
)
_THINGS = (
    r"(?:things?|techniques?|methods?|ways|stuff|tricks|approaches|options|steps|ideas|improvements|algorithms|tools|factors|aspects|solutions|"
    r"strategies|preprocessing|deep learning|ai|magic|threshold|potential|models|problems|issues|challenges)"
)

_KINDS = (
    _Kind(
        "hedge",
        "What does it depend on, and what would you do in each case?",
        re.compile(
            r"\b(?:i guess|i suppose|who knows|(?:it's |that's )?hard to (?:say|name|tell)(?: one single thing)?|i(?:'m| am) not (?:really |quite |so )?sure|no idea|i don't (?:really )?know"
            r"|i (?:never|haven't) (?:really )?(?:had to )?(?:look(?:ed)?|tried|used|dealt)[^.,;?!]{0,20}|it could be (?:anything|many things)|more or less|one (?:would|has|needs) (?:need )?to (?:evaluate|see|check|decide)[^.?!]{0,60}"
            r"|we(?:'ll| will| would|'d) (?:have to )?see|i think (?:that'd|that would|there's also something|it should|it would be|that should)[^.,;?!]{0,40}|should be (?:fine|ok|okay|good|enough|doable)[^.,;?!]{0,30})\b"
        ),
        re.compile(
            r"\b(?:it (?:all |really |always )?depends(?: (?:on|a lot)[^.,;?!]{0,40})?(?:,? really)?|(?:would |will )?depend(?:s|ing)? on (?:the|your|what|many|several|a)? ?(?:use ?-?case|situation|customer|needs|constraints|requirements|problem|context|project|application|scenario|camera|data|circumstances|factors)[^.,;?!]{0,25}"
            r"|i'd (?:probably|maybe|just|also)? ?(?:look at|try|combine|do|test|use|explore|consider|play with|experiment with) (?:both|all|everything|a (?:couple|few|bunch|lot)|several|various|different|whatever|something|some|multiple)[^.,;?!]{0,30}"
            r"|(?:maybe|perhaps|possibly|probably) (?:some|the|also|use|try|even|other|more|just|another|something)\b[^.,;?!]{0,40}|if (?:that|it)(?:'s| is| works| helps)? (?:better|good enough|works|helps|needed|necessary|possible)[^.?!;]{0,25}|i (?:believe|think)(?=[.?!]|$)"
            r"|we can always [^.,;?!]{3,40}|any of (?:them|the (?:two|three|four|above)) (?:would|will|should|could)[^.,;?!]{0,40}|decide how to go on|see (?:what|which|how it) (?:gives|works|happens|performs|goes)[^.,;?!]{0,35}|what(?:ever)? (?:works|fits) best)\b"
        ),
    ),
    _Kind(
        "tail",
        "Which ones exactly?",
        re.compile(
            r"\b(?:and so on(?: and so forth)?|and so forth|and (?:stuff|everything|things)(?: like that)?|or (?:whatever|something|anything)(?: like that)?|you name it|all (?:of )?(?:that|this)(?: stuff| kind of thing)?(?=[.,;?!]|$)"
            r"|(?:and |or )?(?:that|those|these) (?:sort|kind|kinds|sorts|type) of things?|(?:and |or )?things like that|stuff like that|et ?cetera|etc|blah blah|whatever (?:fits|works|suits|is|you|it takes)(?: \w+)?|and the like|some other stuff)\b"
        ),
        _NEVER,
    ),
    _Kind(
        "empty praise",
        "How good, measured how?",
        re.compile(
            rf"\b(?:{_VERY} (?:powerful|elegant|exciting|satisfied|impressive|promising|robust|advanced)(?: idea| for this)?|state[- ]of[- ]the[- ]art (?:results|performance|model|solution)|the best (?:\w+ )?out there(?: right now)?|(?:close to )?human[- ]level|a game ?changer|best practices?"
            r"|fast and accurate|(?:everybody|everyone|customers?|clients?|they|management) (?:was|were|is|are) (?:all )?(?:very |pretty |really |quite )?(?:happy|satisfied|pleased|impressed)(?: with it)?|(?:light-?weight|simple|robust|fast|accurate|small) and (?:efficient|robust|fast|accurate|scalable|reliable)"
            r"|(?:everywhere|very popular|widely used) (?:now|today|these days)|people (?:still )?use it (?:a lot|everywhere)|(?:it's|it is|that's) (?:just )?(?:a classic|the standard)|everybody (?:takes|uses) it|really elegant)\b"
        ),
        re.compile(
            rf"\b(?:(?:it|that|this|they|everything|which|he|performance|results?|accuracy)(?:'s|'re|'d| is| are| was| were| will be| would be| got| gets| went| works?| worked| looks?| looked| turned out| be| trains?| runs?) (?:{_VERY} |actually |just |all |be |generally )*"
            r"(?:fine|good|great|nice|well|okay|ok|alright|all right|decent|robust|cool|powerful|amazing|perfect|excellent|solid|important|useful|better|high|fast|simple|simpler|easy|easier|efficient|accurate|riskier|promising)"
            r"|(?:went|worked|did|works|runs|does|performs?|performed) (?:okay|ok|fine|well|great|pretty well|very well|alright|quite well)|{very} (?:good|nice|decent|important|useful|high|fast|well|happy|big|invariant|strong|quick)|nearly as good|good enough|pretty much|(?:proper|good|clever|smart|modern|careful) (?:preprocessing|augmentation|engineering|data|training|pipeline|tuning|architecture)"
            r"|(?:a|an|the|some) (?:better|good|great|nice|newer|latest|modern|strong|suitable|appropriate|right|proper|simpler|more advanced|state of the art) (?:backbone|model|network|one|architecture|approach|solution|method|algorithm|detector|results?|performance|choice|tool|quality)|the latest one|robust to (?:it|that|this|everything)|more (?:accurate|advanced|robust|reliable|efficient|powerful|modern)(?: one)?)\b".replace("{very}", _VERY)
        ),
    ),
    _Kind(
        "unmeasured",
        "By how much, and measured how?",
        re.compile(
            r"\b(?:as (?:fast|quick|quickly|good|small|accurate|much|well|high|low) as possible|(?:up |down )?by (?:\d+|[a-z]+) or (?:so|something)|(?:\d+(?:\.\d+)?|thirty|ninety(?: \w+)?|twenty|fifty|eighty) or (?:so|something)|almost no time|no time at all|(?:improve[ds]?|helps?|increase[sd]?|boost(?:s|ed)?) (?:\w+ )?a lot|for maximum \w+"
            r"|what moves the needle|(?:a|the) (?:big|huge|massive|great|significant|nice) (?:improvement|difference|impact|boost|gain|success)[^.,;?!]{0,20}|lots of (?:small )?(?:steps|things|work|improvements)|gets? the best (?:results?|performance|improvement|accuracy)|gives? the best [a-z]+)\b"
        ),
        re.compile(
            r"\b(?:(?:i|we)(?:'d| would)? (?:just )?(?:optimi[sz]e|improve[ds]?|tune|clean(?:ed)? up|monitor|streamline[d]?) (?:for |the |it|things|our )(?:latency|speed|performance|accuracy|things?|it|model|pipeline|process|results?|everything|code|edge)(?: a lot)?|(?:optimi[sz]ed|designed|made|suited) for (?:the )?(?:edge|task|speed|performance|production)"
            r"|(?:improves?|increases?|boosts?|helps?|hurts?) (?:with )?(?:the )?(?:accuracy|performance|results?|map|quality|model|metrics?|tracking|robustness|generali[sz]ation)|makes? (?:it|the \w+|things|everything|them) (?:better|faster|easier|simpler|smaller|more \w+)(?: and (?:more )?\w+)?|mostly gone"
            r"|(?:is|are|was|were|runs?|it's|that's|gets?|becomes?) (?:much |way |a lot |a bit |so much )?(?:faster|slower|better|riskier|cheaper|worse|simpler|bigger|smaller)(?=[.,;?!]|$)|it runs at \w+(?=[.,;?!]|$)|(?:works|is used|is useful|can be used) (?:almost )?(?:everywhere|for (?:nearly )?everything)"
            r"|(?:it's|it is) around [\w -]{2,25}(?=[.,;?!]|$)|(?:a )?(?:smaller|modest|reasonable|decent|limited|big|larger) (?:hardware|image|amount|size|number)|(?:very|too|pretty) (?:high|low|big|small|fast|slow)(?=[.,;?!]|$)|a bit(?=[.,;?!]|$)|help(?:s|ed)? a lot)\b"
        ),
    ),
    _Kind(
        "slogan",
        "What does that mean here, in one concrete case?",
        re.compile(
            r"\b(?:garbage in,? garbage out|communication is (?:key|important|everything)|it's (?:always |all )?(?:a|about) (?:balance|trade-?offs?|trade off)(?: between [^.,;?!]{3,50})?|there(?:'s| is| are) (?:always |of course )?(?:a |some )?(?:trade-?offs?|trade off|balance|challenges?)(?: of course)?(?: (?:between|with|of|in)[^.,;?!]{3,50})?|no free lunch|best of both worlds"
            r"|data[- ]driven|(?:is|it's|that's) (?:always )?(?:a|quite a|really a|a big|a real) challenge(?: for sure)?|one size fits all|no silver bullet|at the end of the day|team effort|win[- ]win|think(?:ing)? outside the box|(?:a lot of|great|huge|big) potential|listen(?:ing)? to (?:both|all) sides|compromise that works for (?:everybody|everyone|all)[^.,;?!]{0,10}"
            r"|get along (?:with everyone|well)[^.,;?!]{0,15}|the sky is the limit|it is what it is|trial and error|that's the whole story|it (?:wasn't|isn't|doesn't come) free(?:,? of course)?|flows? better)\b"
        ),
        _NEVER,
    ),
    _Kind(
        "unnamed",
        "Which ones? Name one and say what it does here.",
        re.compile(
            rf"\b(?:there(?:'s| is| are) {_MANY} {_THINGS}[^.,;?!]{{0,20}}|there are {_THINGS} for (?:it|that|this)|(?:a couple|a bunch|lots|plenty) of (?:things|tricks|techniques|stuff|options|ideas)(?: out there)?|something (?:else|lightweight|small|simple|fast|similar|better|more \w+)(?: and \w+)?"
            r"|one of (?:those|these) (?:\w+ )?(?:models?|networks?|things?|tools?|methods?)|you have limits|some deep learning(?: on top)?)\b"
        ),
        re.compile(rf"\b(?:{_MANY} {_THINGS}|something with [a-z]+|[a-z]+ stuff|(?:in )?most cases)\b"),
    ),
)

_RESTATED_WHY = "That repeats its own name. What does it actually do?"
_RESTATED_TOKENS = 9
"""A clause longer than this that holds a word twice mostly says something beside."""

_CAUSE_OR_CASE = re.compile(r"\b(?:because|since|so that|which means|if|when|unless|until|whenever|due to|versus|than|instead of)\b")


def find(case: Case) -> tuple[VagueFinding, ...]:
    """Vague spans in order, none overlapping another."""
    found: list[VagueFinding] = []
    for kind in _KINDS:
        for here in said(case, kind.always, denied_too=True):
            if not _committed(case, here):
                found.append(VagueFinding(evidence(case.transcript, here.start, here.end), kind.id, kind.why))
        for here in said(case, kind.unless_concrete, denied_too=True):
            if not _is_concrete(case, here) and not _committed(case, here):
                found.append(VagueFinding(evidence(case.transcript, here.start, here.end), kind.id, kind.why))
    found += [VagueFinding(piece, "restated", _RESTATED_WHY) for piece in restated(case)]
    found += [VagueFinding(piece, "empty", _EMPTY_WHY) for piece in empty(case)]
    found.sort(key=lambda finding: (finding.evidence.start, -finding.evidence.end))
    apart: list[VagueFinding] = []
    for finding in found:
        if not apart or finding.evidence.start >= apart[-1].evidence.end:
            apart.append(finding)
    return tuple(apart)


_COMMITMENT = re.compile(r"\b(?:so (?:i|we)(?:'d|'ll| would)?|i(?:'d| would|'ll)? (?:take|pick|choose|go with|use|open)|then (?:i|we|it's)|will do|we (?:take|use))\b")


def _committed(case: Case, here: Place) -> bool:
    """ "It depends" with a commitment after it is good engineering."""
    wording = case.reading.folded[here.start : here.end]
    if "depend" not in wording:
        return False
    after = case.reading.folded[here.end : here.end + 160]
    return bool(_COMMITMENT.search(after)) and len(content(case, token_at(case, here.end), token_at(case, here.end) + 24)) >= 6


def _is_concrete(case: Case, here: Place) -> bool:
    """Whether the clause round a span holds a figure, a named technique, a cause or a condition of its own."""
    tokens = case.reading.tokens
    clause = tokens[here.token].clause
    begin = here.token
    while begin and tokens[begin - 1].clause == clause:
        begin -= 1
    end = token_at(case, max(here.start, here.end - 1)) + 1
    while end < len(tokens) and tokens[end].clause == tokens[end - 1].clause:
        end += 1
    inside = range(token_at(case, here.start), token_at(case, max(here.start, here.end - 1)) + 1)
    for figure in figures(case):
        if begin <= figure.place.token < end and figure.place.token not in inside:
            return True
    for name in ("model-names", "metrics", "devices"):
        for other in named(case, name, listed_too=True):
            stem = tokens[other.token].stem
            if begin <= other.token < end and other.token not in inside and stem not in case.compiled.ask:
                return True
    link = _CAUSE_OR_CASE.search(case.reading.folded, tokens[begin].start, tokens[min(end, len(tokens)) - 1].end)
    return link is not None and len([at for at in content(case, begin, end) if at not in inside]) >= 4


def restated(case: Case) -> tuple[Evidence, ...]:
    """Clauses that explain a word by itself: "instance works on instances"."""
    tokens = case.reading.tokens
    found = []
    begin = 0
    for at in range(1, len(tokens) + 1):
        if at < len(tokens) and tokens[at].sentence == tokens[begin].sentence and not _marked(case, at):
            continue
        inside = content_or_asked(case, begin, at)
        roots = [root(tokens[i].stem) for i in inside if len(tokens[i].word) >= 5]
        twice = {one for one in roots if roots.count(one) > 1}
        others = [i for i in inside if root(tokens[i].stem) not in twice and tokens[i].stem not in case.compiled.ask]
        if twice and len(others) <= 1 and at - begin <= 2 * _RESTATED_TOKENS:
            spoken = [i for i in inside if root(tokens[i].stem) in twice]
            found.append(evidence(case.transcript, tokens[spoken[0]].start, tokens[spoken[-1]].end))
        begin = at
    return tuple(found)


_EMPTY_WHY = "What exactly? One fact, figure or example would carry it."
MIN_EMPTY_TOKENS = 6
"""Shorter sentences are often answers in themselves ("Data.", "Only then.")."""
MIN_GENERAL_WORDS = 2
"""A sentence with fewer only leads over to the next ("So, which do I want?")."""


def empty(case: Case) -> tuple[Evidence, ...]:
    """Sentences in which every word of content is a general one or the question's."""
    tokens = case.reading.tokens
    general = {here.token for here in named_anyhow(case, "general-words")}
    if not general:
        return ()
    counted = {figure.place.sentence for figure in figures(case)}
    found = []
    for number in range(n_sentences(case)):
        begin, end = sentence(case, number)
        inside = [at for at in range(begin, end) if not tokens[at].is_filler]
        if number in counted or len(inside) < MIN_EMPTY_TOKENS:
            continue
        carried = content(case, begin, end)
        if len(carried) >= MIN_GENERAL_WORDS and all(at in general for at in carried):
            found.append(evidence(case.transcript, tokens[inside[0]].start, tokens[inside[-1]].end))
    return tuple(found)


def content_or_asked(case: Case, begin: int, end: int) -> list[int]:
    """The tokens that carry meaning, the question's among them."""
    asked = [at for at in range(begin, end) if case.reading.tokens[at].stem in case.compiled.ask]
    return sorted({*content(case, begin, end), *asked})


def _marked(case: Case, at: int) -> bool:
    tokens = case.reading.tokens
    return any(mark in case.reading.text[tokens[at - 1].end : tokens[at].start] for mark in ",;:")


def _of_kind(kind: str):  # type: ignore[no-untyped-def]
    def of_kind(case: Case) -> tuple[Evidence, ...]:
        return tuple(finding.evidence for finding in find(case) if finding.kind == kind)

    return of_kind


CHECKS: tuple[Check, ...] = ()
_ = (Example, text_of)
