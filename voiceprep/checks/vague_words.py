"""What empty talk sounds like: hedges, tails, praise, unmeasured claims, slogans, unnamed things.

General English of interviews, not of any subject. Each kind knows what is empty in nearly every
sentence and what only without company, and what to ask about it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VagueKind:
    """One kind of vagueness: what to ask, what is empty as it stands, what only without company."""

    id: str
    why: str
    always: re.Pattern[str]
    unless_concrete: re.Pattern[str]


_NEVER = re.compile(r"(?!)")
_VERY = r"(?:very|pretty|super|quite|really|so|extremely|highly|incredibly|fairly|totally|rather)"
_MANY = (
    r"(?:some|various|different|certain|several|many|a couple of|a few|plenty of|lots of|loads of"
    r"|all (?:kinds|sorts) of|other|all (?:the )?these|a lot of|any of|one of)"
    r"(?: (?:other|those|these|different|more|small|tiny|the))*"
)
_THINGS = (
    r"(?:things?|techniques?|methods?|ways|stuff|tricks|approaches|options|steps|ideas|improvements"
    r"|algorithms|tools|factors|aspects|solutions|"
    r"strategies|preprocessing|deep learning|ai|magic|threshold|potential|models|problems|issues|challenges)"
)

KINDS = (
    VagueKind(
        "hedge",
        "What does it depend on, and what would you do in each case?",
        re.compile(
            r"\b(?:i guess|i suppose|who knows|(?:it's |that's )?hard to (?:say|name"
            r"|tell)(?: one single thing)?|i(?:'m| am) not (?:really |quite |so )?sure|no idea"
            r"|i don't (?:really )?know"
            r"|i (?:never|haven't) (?:really )?(?:had to )?(?:look(?:ed)?|tried|used|dealt)[^.,:;?!]{0,20}"
            r"|it could be (?:anything|many things)|more or less|one (?:would|has"
            r"|needs) (?:need )?to (?:evaluate|see|check|decide)[^.?!]{0,60}"
            r"|we(?:'ll| will| would|'d) (?:have to )?see|i think (?:that'd|that would"
            r"|there's also something|it should|it would be|that should)[^.,:;?!]{0,40}|should be (?:fine|ok"
            r"|okay|good|enough|doable)[^.,:;?!]{0,30}"
            r"|it's (?:complicated|hard to generali[sz]e)|somehow|at some point|in some way"
            r"|one way or another)\b"
        ),
        re.compile(
            r"\b(?:it (?:all |really |always )?depends(?: (?:on|a lot)[^.,:;?!]{0,40})?(?:,? really)?"
            r"|(?:would |will )?depend(?:s|ing)? on (?:the|your|what|many|several|a)? ?(?:use ?-?case"
            r"|situation|customer|needs|constraints|requirements|problem|context|project|application"
            r"|scenario|camera|data|circumstances|factors)[^.,:;?!]{0,25}"
            r"|i'd (?:probably|maybe|just|also)? ?(?:look at|try|combine|do|test|use|explore|consider"
            r"|play with|experiment with) (?:both|all|everything|a (?:couple|few|bunch|lot)|several|various"
            r"|different|whatever|something|some|multiple)[^.,:;?!]{0,30}"
            r"|(?:maybe|perhaps|possibly|probably) (?:some|the|also|use|try|even|other|more|just|another"
            r"|something)\b[^.,:;?!]{0,40}|if (?:that|it)(?:'s| is| works| helps)? (?:better|good enough"
            r"|works|helps|needed|necessary|possible)[^.?!;]{0,25}|i (?:believe|think)(?=[.?!]|$)"
            r"|we can always [^.,:;?!]{3,40}|any of (?:them|the (?:two|three|four|above)) (?:would|will"
            r"|should|could)[^.,:;?!]{0,40}|decide how to go on|see (?:what|which|how it) (?:gives|works"
            r"|happens|performs|goes)[^.,:;?!]{0,35}|what(?:ever)? (?:works|fits) best"
            r"|as needed|(?:various|many|several|a lot of) factors)\b"
        ),
    ),
    VagueKind(
        "tail",
        "Which ones exactly?",
        re.compile(
            r"\b(?:and so on(?! (?:that|the|a|this|my|our|each|every)\b)(?: and so forth)?|and so forth"
            r"|and (?:stuff|everything|things)(?: like that)?|or (?:whatever|something"
            r"|anything)(?: like that)?|you name it|all (?:of )?(?:that|this)(?: stuff"
            r"| kind of thing)?(?=[.,;?!]|$)"
            r"|(?:and |or )?(?:that|those|these) (?:sort|kind|kinds|sorts|type) of things?|(?:and "
            r"|or )?things like that|stuff like that|et ?cetera|etc|blah blah|whatever (?:fits|works|suits"
            r"|is|you|it takes)(?: \w+)?|and the like|some other stuff"
            r"|or (?:stuff|things) like that|a whole bunch of \w+|and all (?:of )?that|the usual (?:stuff"
            r"|things|suspects))\b"
        ),
        _NEVER,
    ),
    VagueKind(
        "empty praise",
        "How good, measured how?",
        re.compile(
            rf"\b(?:{_VERY} (?:powerful|elegant|exciting|satisfied|impressive|promising|robust"
            rf"|advanced)(?: idea| for this)?|state[- ]of[- ]the[- ]art (?:results|performance|model"
            rf"|solution)|the best (?:\w+ )?out there(?: right now)?|(?:close to )?human[- ]level"
            rf"|a game ?changer|best practices?"
            r"|fast and accurate|(?:everybody|everyone|customers?|clients?|they|management) (?:was|were|is"
            r"|are) (?:all )?(?:very |pretty |really |quite )?(?:happy|satisfied|pleased"
            r"|impressed)(?: with it)?|(?:light-?weight|simple|robust|fast|accurate|small) and (?:efficient"
            r"|robust|fast|accurate|scalable|reliable)"
            r"|(?:everywhere|very popular|widely used) (?:now|today|these days)"
            r"|people (?:still )?use it (?:a lot|everywhere)|(?:it's|it is|that's) (?:just )?(?:a classic"
            r"|the standard)|everybody (?:takes|uses) it|really elegant"
            r"|cutting[- ]edge|works like a charm|no[- ]brainer|industry standard|nothing special"
            r"|just works)\b"
        ),
        re.compile(
            rf"\b(?:(?:it|that|this|they|everything|which|he|performance|results?|accuracy)(?:'s|'re|'d| is"
            rf"| are| was| were| will be| would be| got| gets| went| works?| worked| looks?| looked"
            rf"| turned out| be| trains?| runs?) (?:{_VERY} |actually |just |all |be |generally )*"
            r"(?:fine|good|great|nice|well|okay|ok|alright|all right|decent|robust|cool|powerful|amazing"
            r"|perfect|excellent|solid|important|useful|better|high|fast|simple|simpler|easy|easier"
            r"|efficient|accurate|riskier|promising)"
            r"|(?:went|worked|did|works|runs|does|performs?|performed) (?:okay|ok|fine|well|great"
            r"|pretty well|very well|alright|quite well)|{very} (?:good|nice|decent|important|useful|high"
            r"|fast|well|happy|big|invariant|strong|quick)|nearly as good|good enough|pretty much|(?:proper"
            r"|good|clever|smart|modern|careful) (?:preprocessing|augmentation|engineering|data|training"
            r"|pipeline|tuning|architecture)"
            r"|(?:a|an|the|some) (?:better|good|great|nice|newer|latest|modern|strong|suitable|appropriate"
            r"|right|proper|simpler|more advanced|state of the art) (?:backbone|model|network|one"
            r"|architecture|approach|solution|method|algorithm|detector|results?|performance|choice|tool"
            r"|quality)|the latest one|robust to (?:it|that|this|everything)|more (?:accurate|advanced"
            r"|robust|reliable|efficient|powerful|modern)(?: one)?)\b".replace("{very}", _VERY)
        ),
    ),
    VagueKind(
        "unmeasured",
        "By how much, and measured how?",
        re.compile(
            r"\b(?:as (?:fast|quick|quickly|good|small|accurate|much|well|high|low) as possible|(?:up "
            r"|down )?by (?:\d+|[a-z]+) or (?:so|something)|(?:\d+(?:\.\d+)?|thirty|ninety(?: \w+)?|twenty"
            r"|fifty|eighty) or (?:so|something)|almost no time|no time at all|(?:improve[ds]?|helps?"
            r"|increase[sd]?|boost(?:s|ed)?) (?:\w+ )?a lot|for maximum \w+"
            r"|what moves the needle|(?:a|the) (?:big|huge|massive|great|significant|nice) (?:improvement"
            r"|difference|impact|boost|gain|success)[^.,:;?!]{0,20}|lots of (?:small )?(?:steps|things|work"
            r"|improvements)|gets? the best (?:results?|performance|improvement|accuracy)"
            r"|gives? the best [a-z]+"
            r"|quite a bit|tons of \w+|(?:much|way|far|a lot) better results?)\b"
        ),
        re.compile(
            r"\b(?:(?:i|we)(?:'d| would)? (?:just )?(?:optimi[sz]e|improve[ds]?|tune|clean(?:ed)? up|monitor"
            r"|streamline[d]?) (?:for |the |it|things|our )(?:latency|speed|performance|accuracy|things?|it"
            r"|model|pipeline|process|results?|everything|code|edge)(?: a lot)?|(?:optimi[sz]ed|designed"
            r"|made|suited) for (?:the )?(?:edge|task|speed|performance|production)"
            r"|(?:improves?|increases?|boosts?|helps?|hurts?) (?:with )?(?:the )?(?:accuracy|performance"
            r"|results?|map|quality|model|metrics?|tracking|robustness|generali[sz]ation)|makes? (?:it"
            r"|the \w+|things|everything|them) (?:better|faster|easier|simpler|smaller"
            r"|more \w+)(?: and (?:more )?\w+)?|mostly gone"
            r"|(?:is|are|was|were|runs?|it's|that's|gets?|becomes?) (?:much |way |a lot |a bit "
            r"|so much )?(?:faster|slower|better|riskier|cheaper|worse|simpler|bigger|smaller)(?=[.,;?!]|$)"
            r"|it runs at \w+(?=[.,;?!]|$)|(?:works|is used|is useful|can be used) (?:almost )?(?:everywhere"
            r"|for (?:nearly )?everything)"
            r"|(?:it's|it is) around [\w -]{2,25}(?=[.,;?!]|$)|(?:a )?(?:smaller|modest|reasonable|decent"
            r"|limited|big|larger) (?:hardware|image|amount|size|number)|(?:very|too|pretty) (?:high|low|big"
            r"|small|fast|slow)(?=[.,;?!]|$)|a bit(?=[.,;?!]|$)|help(?:s|ed)? a lot)\b"
        ),
    ),
    VagueKind(
        "slogan",
        "What does that mean here, in one concrete case?",
        re.compile(
            r"\b(?:garbage in,? garbage out|communication is (?:key|important|everything)|it's (?:always "
            r"|all )?(?:a|about) (?:balance|trade-?offs?|trade off)(?: between [^.,:;?!]{3,50})?|there(?:'s"
            r"| is| are) (?:always |of course )?(?:a |some )?(?:trade-?offs?|trade off|balance"
            r"|challenges?)(?: of course)?(?: (?:between|with|of|in)[^.,:;?!]{3,50})?|no free lunch"
            r"|best of both worlds"
            r"|data[- ]driven|(?:is|it's|that's) (?:always )?(?:a|quite a|really a|a big"
            r"|a real) challenge(?: for sure)?|one size fits all|no silver bullet|at the end of the day"
            r"|team effort|win[- ]win|think(?:ing)? outside the box|(?:a lot of|great|huge|big) potential"
            r"|listen(?:ing)? to (?:both|all) sides|compromise that works for (?:everybody|everyone"
            r"|all)[^.,:;?!]{0,10}"
            r"|get along (?:with everyone|well)[^.,:;?!]{0,15}|the sky is the limit|it is what it is"
            r"|trial and error|that's the whole story|it (?:wasn't|isn't|doesn't come) free(?:,? of course)?"
            r"|flows? better"
            r"|the right tool for the job|more data is (?:always )?better|the devil is in the details?"
            r"|it's an art)\b"
        ),
        _NEVER,
    ),
    VagueKind(
        "unnamed",
        "Which ones? Name one and say what it does here.",
        re.compile(
            rf"\b(?:there(?:'s| is| are) {_MANY} {_THINGS}[^.,:;?!]{{0,20}}|there are {_THINGS} for (?:it"
            rf"|that|this)|(?:a couple|a bunch|lots|plenty) of (?:things|tricks|techniques|stuff|options"
            rf"|ideas)(?: out there)?|something (?:else|lightweight|small|simple|fast|similar|better"
            rf"|more \w+)(?: and \w+)?"
            r"|one of (?:those|these) (?:\w+ )?(?:models?|networks?|things?|tools?|methods?)|you have limits"
            r"|some deep learning(?: on top)?"
            r"|some (?:kind|sort) of (?:\w+ )?\w+)\b"
        ),
        re.compile(rf"\b(?:{_MANY} {_THINGS}|something with [a-z]+|[a-z]+ stuff|(?:in )?most cases)\b"),
    ),
)
