"""What empty talk sounds like: hedges, tails, praise, unmeasured claims, slogans, unnamed things.

General English of interviews, not of any subject, put together from classes of words: a degree, a word of
praise, a general noun, a vague number. Each kind knows what is empty in nearly every sentence and what
only without company. All of it is matched against words joined by single blanks, with a bar where a
sentence ends; commas and case are gone before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VagueKind:
    """One kind of vagueness: what is empty as it stands, what only where nothing gives it a meaning."""

    id: str
    always: re.Pattern[str]
    unless_concrete: re.Pattern[str]


def _any(*wordings: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w'])(?:" + "|".join(wordings) + r")(?![\w'])")


def _of(written: str) -> str:
    """An expression for any of some words; "light-weight" may be one word, two, or joined."""
    found = sorted(written.split(), key=len, reverse=True)
    return "(?:" + "|".join(word.replace("_", " ").replace("-", "[ -]?") for word in found) + ")"


# ------------------------------------------------------------------------------ classes of words

DEGREE = _of(
    "very pretty super quite really so too extremely highly incredibly fairly totally rather somewhat "
    "reasonably relatively significantly noticeably considerably substantially remarkably generally overall "
    "actually just always all much way a_lot a_bit a_little far kind_of sort_of kinda sorta more less most "
    "usually mostly probably typically often even still also then absolutely truly particularly especially "
    "nicely wonderfully surprisingly already simply basically definitely certainly clearly obviously never "
    "visibly dramatically massively vastly hugely greatly slightly marginally"
)
PRAISE = _of(
    "good great nice fine ok okay alright all_right decent solid robust powerful strong stable smooth reliable "
    "flexible scalable suitable proper appropriate reasonable acceptable adequate smart clever careful useful "
    "helpful valuable beneficial promising happy delighted satisfied pleased impressed impressive common "
    "typical standard popular modern advanced sophisticated state_of_the_art efficient accurate better best "
    "cool amazing awesome perfect excellent ideal optimal interesting exciting elegant sensible effective "
    "performant great competitive lightweight light-weight cutting-edge high-quality well-tested well-known "
    "well-established thrilled fantastic brilliant neat handy versatile mature convenient"
)
TROUBLE = _of(
    "hard difficult challenging messy complex complicated tricky tough bad poor important crucial essential "
    "critical key vital paramount simple simpler straightforward easy easier problematic fiddly subtle "
    "annoying non-trivial nontrivial dangerous painful demanding unpredictable"
)
SIZE = _of(
    "fast faster quick quicker slow slower big bigger small smaller large larger huge high higher low lower "
    "cheap cheaper expensive heavy heavier light lighter safe safer risky riskier worse cleaner clean long "
    "longer short shorter tiny similar comparable older newer stronger smoother simpler easier limited modest"
)
COMPARED = _of(
    "better faster quicker slower bigger smaller larger higher lower cheaper heavier lighter safer riskier "
    "worse cleaner stronger smoother simpler easier nicer greater stabler more_stable more_robust more_accurate "
    "more_reliable more_efficient more_powerful more_flexible more_general more_advanced more_modern "
    "more_scalable more_consistent more_confident more_complex less_noisy more_sophisticated more_compact "
    "more_effective"
)
BE = (
    r"(?:(?:it|that|this|they|he|she|what|which|everything|there|who|we|you|i)(?:'s|'re|'d be|'ll be|'m)|is|are|was"
    r"|were|be|been|being|looks?|looked|looking|seems?|seemed|works?|worked|went|goes|runs?|ran|performs?|performed|"
    r"feels?|felt|turns? out|turned out|got|gets|getting|becomes?|became|stays?|stayed|remains?|trains?|trained|sounds?|did"
    r"|does|came out|comes out|behaves?|behaved|scales?|generali[sz]es?|converges?|stands)"
)
THING = _of(
    "thing things technique techniques method methods way ways stuff trick tricks approach approaches option "
    "options step steps idea ideas improvement improvements algorithm algorithms tool tools factor factors "
    "aspect aspects solution solutions strategy strategies preprocessing magic potential model models problem "
    "problems issue issues challenge challenges advantage advantages disadvantage disadvantages benefit "
    "benefits drawback drawbacks downside downsides upside upsides reason reasons case cases situation "
    "situations scenario scenarios condition conditions area areas point points detail details element "
    "elements component components parameter parameters setting settings knob knobs change changes tweak "
    "tweaks adjustment adjustments optimization optimizations optimisation optimisations possibility "
    "possibilities alternative alternatives variant variants version versions framework frameworks library "
    "libraries metric metrics measure measures check checks test tests experiment experiments rule rules "
    "limitation limitations constraint constraints consideration considerations application applications "
    "direction directions convention conventions effect effects difference differences variable variables "
    "architecture architectures network networks detector detectors backbone backbones augmentation "
    "augmentations regularization regularisation filter filters threshold thresholds loss losses "
    "post-processing postprocessing cleaning tuning heuristics heuristic resource resources people papers "
    "paper articles kind kinds sort sorts type types edge_cases corner_cases moving_parts"
)
TECH = _of(
    "model models network networks backbone architecture detector dataset data images image augmentation "
    "learning_rate training preprocessing pre-processing pipeline monitoring hardware camera cameras gpu labels "
    "label annotation annotations testing validation tuning threshold engineering loss optimizer resolution "
    "approach solution method algorithm results result performance choice tool tools quality one ones practice "
    "practices technique techniques value values range number level balance way idea setup system code design "
    "fit match compromise features feature size tracking tracker accuracy speed latency parameters "
    "hyperparameters settings deep_learning ai machine_learning representation foundation basis job lighting "
    "infrastructure process documentation communication starting_point direction experience outcome metrics "
    "metric baseline weights"
)
MANY = (
    r"(?:some|various|different|certain|several|many|numerous|countless|multiple|a couple of|a few|quite a few|plenty of"
    r"|lots of|loads of|tons of|a ton of|all (?:kinds|sorts|manner) of|any (?:kind|sort|number) of|other|further"
    r"|all (?:the )?these|a (?:whole |large |huge |small |good |certain |great )?(?:lot|number|variety|range|handful|"
    r"bunch|host|series|set|collection|mix|combination|multitude|myriad) of|any of|one of|a lot more|so many|too many|"
    r"enough)(?: (?:other|those|these|different|more|small|tiny|the|such|common|typical|possible|new|good|clever|nice|"
    r"interesting|extra|additional|standard|well-known|really|very|basic))*"
)
AGENT = r"(?:i|we|you|one|they|people|somebody|someone)"
WOULD = r"(?:'d|'ll| would| will| can| could| might| should| may| have to| need to|'d have to| must)"
END = (
    r"(?= \|| (?:and|but|or|so|because|then|which|that's|it's|i|we|you|they|he|she|if|when|as|while|though|although"
    r"|of course|to be honest|really|obviously|i'd|overall|these days|nowadays|too|now|again|anyway|there's|there are"
    r"|especially|um|uh|you know|i mean|usually|maybe|probably|people|everybody|with it|for (?:it|that|this|us|me)|at it"
    r"|in general|for sure)(?![\w']))"
)
_NEVER = re.compile(r"(?!)")
_REST = r"(?: (?!\||and |but |because |so |then |if |when |which |while |though |although |i |we |you )[\w']+)"
"""One more word of the same clause."""

HEDGE = VagueKind(
    "hedge",
    _any(
        rf"it could be (?:anything|many things){_REST}{{0,3}}",
        rf"(?:one|you|we|i)(?:'d|'ll)?(?: would| will| should)? (?:has|needs?|have|need)?(?: need)? ?to (?:evaluate|see|check"
        rf"|decide|figure out|find out|think about|look at|test|experiment){_REST}{{0,3}} (?:best|better|fits?|works?|depends"
        rf"|situation|case|then|first){_REST}{{0,3}}",
        rf"{AGENT}(?:'ll|'d| will| would|'d have to| will have to| would have to| need to| have to|'ll have to)"
        r" (?:just |probably |then |always |eventually |have to )*(?:see(?= \|)|find out|figure (?:it|that|something) out|get there|"
        r"find a way|sort it out|work it out|cross that bridge|take it from there|go from there)(?! (?:a|an|how much|how many"
        rf"|two|three|the|more)(?![\w'])){_REST}{{0,3}}",
        rf"(?:take it|go) from there",
        rf"(?:sort of |kind of |somehow |then |just )*(?:figured|worked|sorted) (?:it|that|things|everything|stuff) out{_REST}{{0,4}}",
        rf"i think (?:that'd|that would|there's also something|it should|it would be|that should){_REST}{{0,5}}",
        rf"should (?:just |also |probably |then |all )*(?:be (?:fine|ok|okay|alright|good|enough|doable|manageable|possible"
        rf"|easy|sufficient|straightforward)|do (?:the|it|well|fine|nicely)|work|suffice|help|cover){_REST}{{0,4}}",
        r"it's (?:complicated|hard to generali[sz]e|difficult to say)|somehow|at some point|one way or another",
        rf"(?:maybe |perhaps )?i(?:'ve| have)?(?: honestly| personally|'ve)? (?:never|haven't|not|have not)(?: really| actually| personally)? "
        rf"(?:had to )?(?:look(?:ed)?|tried|use[d]?|dealt|compared|work(?:ed)?|measured|tested|checked|done|implemented|"
        rf"seen|touched|gone|played){_REST}{{0,5}}",
        rf"(?:don't|didn't|do not|can't|couldn't) (?:really |quite |exactly )?(?:remember|recall|know) (?:exactly|the details?|"
        rf"which|what|how|why|off){_REST}{{0,3}}",
        rf"(?:i'm|i am) no expert|off the top of my head|in theory|on paper|knock on wood|fingers crossed",
        rf"(?:it|that) (?:could|can|might|may) (?:go|be) either way|(?:either|both|any) (?:one )?(?:would|could|will|can|is"
        rf"|are) (?:work|do|fine|be fine|ok|okay|good){_REST}{{0,3}}",
    ),
    _any(
        rf"(?:it |that |this )?(?:all |really |always |kind of |mostly |largely |just |heavily |would |will |also )*depend(?:s|"
        rf"ing)?(?: (?:on|a lot|really|heavily|very much)){_REST}{{0,5}}|(?:it|that|this) (?:all |really |always |just )*depends",
        rf"{AGENT}(?:'d|'ll| would| will| could| might| can)? (?:probably |maybe |just |also |then |simply |always |first |"
        rf"definitely )*(?:look at|look into|try|combine|do|test|use|explore|consider|play with|play around with|experiment with"
        rf"|go with|fiddle with|tweak|adjust|go through|work on|think about|apply|investigate|research|see) "
        rf"(?:with )?(?:both|all|everything|a (?:couple|few|bunch|lot|number|handful)|several|various|different|whatever"
        rf"|whichever|something|some|multiple|it|things|that|this|stuff|around|what's){_REST}{{0,4}}",
        rf"(?:maybe|perhaps|possibly|probably|hopefully|presumably) (?:some|the|also|use|try|even|other|more|just|another"
        rf"|something|play|that|add|change|tune|look){_REST}{{0,5}}",
        rf"(?:would|could|might|may|can|will) (?:also |probably |possibly |maybe |certainly |well |hopefully |then |just |"
        rf"definitely |always )*(?:help|work|be (?:an option|a problem|an issue|worth|better|useful|good|interesting|fine|ok"
        rf"|enough|acceptable|off|different|tricky|hard|tough|needed|necessary|possible|nice|great)|make sense|make a "
        rf"difference|improve things|go wrong|happen|vary|matter|play a role|do the (?:trick|job)){_REST}{{0,3}}",
        rf"if (?:that|it|things|everything|resources?|time|money|you|we|there's|there is|possible)(?:'s| is| works| helps| has"
        rf"| have| aren't| isn't| allows?| are| permits?)? ?(?:better|good enough|works|helps|needed|necessary|possible|an issue|"
        rf"a problem|enough|well|fine|time|okay|ok|allows){_REST}{{0,3}}",
        r"i (?:believe|think|imagine|reckon)(?= \|)",
        rf"(?:we|you|one|i) can always{_REST}{{1,5}}",
        rf"any of (?:them|the (?:two|three|four|above)) (?:would|will|should|could){_REST}{{0,4}}",
        rf"decide (?:how|what|where) to (?:go on|do|go){_REST}{{0,3}}",
        rf"(?:and |to |then |would |we'd )?(?:see|check|find out|look at|look|figure out|know|decide|choose|pick|take|use|evaluate|"
        rf"try) (?:what|which|whether|how|if|whichever|whatever)(?: (?:one|it|that|they|model|of them|approach))?(?:'s| is)? "
        rf"?(?:gives?|works?|happens?|performs?|goes|makes?|helps?|turns?|comes?|going|wrong|off|changed|better|best|fits?|suits?"
        rf"|does|feels?|looks?|needed|necessary|possible|improves?){_REST}{{0,5}}",
        rf"(?:whatever|whichever|what) (?:\w+ )?(?:works|fits|performs|suits|makes sense|gives|looks|feels|turns)(?: \w+)? ?"
        rf"(?:best|better|well|right|needed|available|appropriate|suitable|sense|good|fine|like|want)?{_REST}{{0,3}}",
        rf"as (?:needed|required|appropriate|necessary)|(?:various|many|several|a lot of|multiple|different) factors",
        rf"(?:until|till|when|once) (?:you're|we're|i'm|it's|i was|we were|it was|it|everybody's|things|everyone)(?: \w+)? ?(?:happy"
        rf"|satisfied|good|fine|okay|ok|works?|done|right|good enough|converges|better|stable|comfortable){_REST}{{0,3}}",
        rf"(?:get|got|have|having|getting) (?:a|some) (?:feeling|feel|sense|idea|understanding|impression|picture|overview) "
        rf"(?:for|of|about|what|how){_REST}{{0,4}}",
        rf"(?:play|played|playing|fiddle|mess|fool|tinker) (?:around|about|a bit)?{_REST}{{0,4}}",
        rf"(?:take|took|taking) (?:appropriate|the right|the necessary|suitable|certain|some|corrective) "
        rf"(?:measures?|steps?|actions?|care)",
        rf"(?:usually|typically|generally|normally|often|mostly|in general|in practice|most of the time|in most cases|"
        rf"sometimes|more often than not) (?:\w+ ){{0,4}}?(?:works?|helps?|fine|enough|good|well|better|best|trick|job|is|are|so)"
        rf"(?: (?:the|well|fine|enough|trick|job|good|better))*{END}",
        rf"(?:tweak|improve|refine|iterate|adjust|adapt|optimi[sz]e|optimi[sz]ed|tune|rework|reworked|adjusted|tweaked|refined|"
        rf"iterated)(?: (?:it|that|things|everything|on (?:it|that)|the (?:model|training|pipeline|process|system|code|data|"
        rf"network|parameters)))(?: (?:over time|from there|further|as (?:we|you) go|accordingly|a bit|a lot|again|"
        rf"until{_REST}{{0,4}}))?{END}",
    ),
)

TAIL = VagueKind(
    "tail",
    _any(
        r"(?:and |or )?(?:all )?(?:this|that|those|these) (?:sort|kind|kinds|sorts|type) of (?:things?|stuff|deal)"
        r"|all (?:of )?(?:that|this)(?: stuff| kind of thing| jazz)?(?= \|| (?:and|but|so|because|then|i|we|you|it|it's)(?![\w']))",
        r"whatever (?:fits|works|suits|it takes)(?: \w+)?|some other stuff|a whole bunch of \w+"
        r"|the usual(?: \w+)? (?:stuff|things|suspects|part|steps|tricks|way|suspect|techniques|metrics|process|pipeline|"
        r"augmentations?|procedure|checks)|the rest is history|you get the idea|and the rest|the whole (?:nine yards|shebang)"
        r"|and so on(?! (?:that|the|a|this|my|our|each|every)(?![\w']))(?: and so forth)?|blah blah|and (?:that|all that)(?= \|)",
        r"(?:and|or) (?:others|more|so forth|other (?:things|stuff|ones|models|techniques|methods|tricks|parts|steps))(?= \|)",
    ),
    _NEVER,
)

PRAISED = VagueKind(
    "empty praise",
    _any(
        rf"{DEGREE} (?:powerful|elegant|exciting|satisfied|impressive|promising|robust|advanced|reliable|interesting|clever|"
        rf"smart|cool|strong)(?: (?:idea|for this|model|stuff))?",
        r"state[- ]of[- ]the[- ]art (?:results|performance|model|solution|accuracy|detector|network)|the (?:very )?best (?:\w+ )?"
        r"(?:out there|available|around)(?: right now)?|(?:close to |near )?human[- ]level|a game ?changer",
        r"(?:best|good|common|standard|normal|usual) (?:industry )?(?:practices?|procedures?|thing to do|approach)|fast and accurate",
        rf"(?:everybody|everyone|customers?|clients?|they|management|stakeholders?|users?|people|the boss|the team|my (?:boss|"
        rf"manager|team)|operators?) (?:was|were|is|are|seemed|got|felt|really|all|have been) ?(?:all |very |pretty |really |quite |"
        rf"so |super |extremely )*(?:happy|satisfied|pleased|impressed|delighted|thrilled|excited|motivated|on board|happier|"
        rf"grateful|content|loved it|liked it){_REST}{{0,3}}",
        r"(?:everybody|everyone|customers?|clients?|they|management|stakeholders?|users?|people|the boss|the team|operators?) "
        r"(?:really |all |absolutely )?(?:loved|liked|appreciated|enjoyed|praised) (?:it|that|the \w+)",
        r"(?:light-?weight|simple|robust|fast|accurate|small|clean|stable|powerful|flexible|quick|reliable) and (?:efficient|robust|"
        r"fast|accurate|scalable|reliable|simple|stable|flexible|powerful|elegant|easy|small)",
        r"(?:it's |is |are |was )?(?:everywhere|very popular|widely used|all over the place|all the rage|really popular)(?: now| today"
        r"| these days| nowadays)?",
        r"people (?:still )?use it (?:a lot|everywhere)|(?:it's|it is|that's|they're|they are)(?: kind of| sort of| just| pretty much|"
        r" basically)* (?:a classic|the standard|the default|the norm|the go[- ]to(?: \w+)?|the way to go|a no[- ]brainer|the gold "
        r"standard|the state of the art|the future|standard procedure)(?: (?:nowadays|now|today|these days))?",
        r"(?:everybody|everyone|most people|most companies|many people|people|everybody's|everyone's) (?:seems? to |just |always )?(?:takes?|"
        r"uses?|using|does|do|go(?:es)?|heard of|says?|knows?|recommends?|likes?)(?: (?:it|that|for (?:it|that)|of it|so|this))?" + END,
        r"(?:been around|around) for (?:ages|a long time|years|decades|a while|quite some time|forever)|(?:well|tried and) tested"
        r"|battle[- ]tested|proven(?: itself)?|tried and true|the (?:better|best|most) (?:known|popular|common)(?: one)?",
        r"cutting[- ]edge|works? like a charm|works? (?:like )?magic|no[- ]brainer|industry standard|nothing special|just works|"
        r"rocket science|second to none|top[- ]notch|world[- ]class|next level|blazing(?:ly)? fast|in good shape|looks? promising",
    ),
    _any(
        rf"{BE}(?: {DEGREE}| not| n't| the| an?)*(?: (?:{PRAISE}|{TROUBLE}|{SIZE}|well|nicely|smoothly|properly|off|less of a problem"
        rf"|a (?:bit of a )?(?:mess|pain|problem|challenge|issue)))(?: enough| (?:and|or|but) (?:{DEGREE} )*(?:{PRAISE}|{TROUBLE}|{SIZE}|"
        rf"well))*(?: (?:at (?:it|that|this)|for (?:this|that|it|us|me|everyone|sure)|in (?:general|practice|the end|theory|my opinion)|"
        rf"overall|of course|to (?:use|understand|train|implement|work with|do|handle|deal with|get right|maintain|scale)|with (?:it|that|"
        rf"them)|as well|these days|nowadays|today|now))*{END}",
        rf"(?:went|worked|did|works|runs|does|performs?|performed|converge[sd]?|trains?|behaves?|generali[sz]es?|scales?|integrates?|fits?) "
        rf"(?:{DEGREE} )*(?:okay|ok|fine|well|great|alright|nicely|smoothly|properly|reasonably|perfectly|better|like a charm|as expected)",
        rf"(?:{DEGREE} )(?:{PRAISE}|{TROUBLE})(?: {TECH})?{END}",
        rf"(?:nearly|almost|just) as good|good enough|pretty much|reasonably well",
        rf"(?:an?|the|some|any|its|our|your|more|with|by|of|use|using|need|needs|want|have|has|get|gets|got|require|requires|proper|and|"
        rf"that|to|for)(?: {DEGREE})* (?:good|great|nice|proper|suitable|appropriate|right|reasonable|decent|better|newer|latest|modern|"
        rf"strong|stronger|simpler|smart|smarter|clever|careful|robust|solid|more advanced|state of the art|high-quality|high quality|"
        rf"powerful|efficient|lightweight|sensible|ideal|optimal|best|perfect|enough|sufficient|off the shelf|standard|acceptable|adequate"
        rf"|fancy|fancier|sophisticated|most promising|right kind of|certain|correct|well-chosen|meaningful) (?:\w+ )?{TECH}",
        rf"(?:proper|good|clever|smart|careful|solid) {TECH}",
        rf"the (?:latest|simpler|bigger|smaller|more advanced|newer|most promising|obvious|better|modern) one",
        rf"robust to (?:it|that|this|everything|changes)|in (?:a|an) (?:smart|clever|good|nice|sensible|efficient|elegant|optimal|robust) "
        rf"(?:way|manner|fashion)(?: so{_REST}{{0,4}})?",
        rf"(?:is|are|was|were|it's|that's) (?:{DEGREE} )*(?:an? )?(?:{DEGREE} )*(?:big|huge|real|major|serious|common|typical|known|good|great|"
        rf"nice|important|key|elegant|interesting|tricky|hard|difficult|complex|powerful|standard) (?:{THING}|{TECH}|role|topic|question|"
        rf"deal|success|advantage|part|beast|answer|concern|discussion)",
    ),
)

UNMEASURED = VagueKind(
    "unmeasured",
    _any(
        r"as (?:fast|quick|quickly|good|small|accurate|much|well|high|low|many|light|soon|close) as (?:possible|we can|you can|needed)",
        r"(?:(?:up|down) )?(?:by )?(?:\d\S*|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|ten|a hundred)(?: \w+)?)(?: percent)? or "
        r"(?:so|something|thereabouts)",
        r"(?:almost |basically |practically )?(?:no time|no time at all|instantly)|in no time",
        rf"(?:improve[ds]?|helps?|helped|increase[sd]?|boost(?:s|ed)?|changed?|drop(?:s|ped)?|reduce[sd]?|gained?) (?:\w+ )?(?:a lot|a bit|"
        rf"quite a bit|massively|dramatically|significantly|noticeably|considerably|somewhat|slightly|hugely|tremendously|greatly)",
        r"(?:significantly|noticeably|considerably|dramatically|massively|substantially|greatly|hugely|vastly|drastically|slightly) "
        r"(?:improve[ds]?|reduce[ds]?|increase[ds]?|boost(?:s|ed)?|better|faster|smaller|slower|higher|lower|worse|cheaper|more \w+)",
        rf"for maximum \w+|what moves the needle|(?:a|the) (?:very |really |pretty |quite )?(?:big|huge|massive|great|significant|nice|real|"
        rf"noticeable|major|good|considerable|substantial|dramatic|decent|clear) (?:improvement|difference|impact|boost|gain|success|drop|"
        rf"reduction|speed-?up|effect|jump|increase|win){_REST}{{0,3}}",
        r"gets? the best (?:results?|performance|improvement|accuracy)|gives? the best \w+|(?:quite|pretty) a bit|quite some \w+",
        r"tons of \w+|(?:much|way|far|a lot|quite a bit|a bit|noticeably) better(?: results?)?|a (?:great|good|big|large|huge) deal(?: of \w+)?",
        r"(?:to )?(?:a|some) (?:certain )?(?:degree|extent)|a (?:certain|fair|decent|good|small|large|huge|limited|reasonable) (?:amount|number|"
        r"level|degree|share|part|portion|percentage) of(?: \w+)?",
        r"not (?:so|that|too|very) (?:great|good|bad)(?: to (?:\w+ ){1,6})?",
        r"(?:something|somewhere) (?:around|in the (?:region|range|area)|in between|like) (?:a |an )?(?:reasonable|sensible|normal|good|decent|"
        r"that|there)(?: \w+)?|a reasonable \w+",
    ),
    _any(
        rf"(?:{AGENT}(?:'d|'ll| would| will)? )?(?:just |also |then )*(?:optimi[sz]e[d]?|improve[ds]?|tune[d]?|clean(?:ed)? up|monitor(?:ed)?|"
        rf"streamline[d]?|speed(?:ed)? up|rework(?:ed)?|overhaul(?:ed)?|enhance[d]?|refactor(?:ed)?) (?:for |the |it|things|our |my )(?:whole |overall "
        rf"|entire )?(?:latency|speed|performance|accuracy|things?|it|model|pipeline|process|results?|everything|code|edge|training|system|"
        rf"data|workflow|architecture|robustness)?(?: a lot)?",
        rf"(?:optimi[sz]ed|designed|made|suited|built|meant) for (?:the )?(?:edge|task|speed|performance|production|this|that|it|efficiency)",
        rf"(?:improves?|increases?|boosts?|helps?|hurts?|improving|enhances?|affects?|influences?|benefits?) (?:with |in )?(?:the |overall |your |our |"
        rf"its )*(?:accuracy|performance|results?|map|quality|model|metrics?|tracking|robustness|generali[sz]ation|things|speed|network|training"
        rf"|detections?|system|efficiency|it|stability|convergence){END}",
        rf"(?:makes?|made|making|make|keeps?|kept|get|gets) (?:it|the \w+|things|everything|them|that|training|your \w+|our \w+|this)(?: \w+)? (?:{DEGREE} )*"
        rf"(?:{COMPARED}|{PRAISE}|{TROUBLE}|fast|small|quick|short|possible)(?: (?:and|or) (?:{DEGREE} )*(?:{COMPARED}|{PRAISE}|\w+er))*",
        rf"so (?:that )?(?:the \w+|it|they|things|everything) (?:\w+ ){{0,1}}?(?:trains?|works?|runs?|learns?|performs?|converges?|is|are|gets?|becomes?|"
        rf"does) (?:{DEGREE} )*(?:{COMPARED}|well|properly|nicely|fine|smoothly|faster)",
        rf"(?:is|are|was|were|runs?|it's|that's|gets?|becomes?|be|been|got|they're|which is|did|does|do|works?|worked|performs?|trains?|learns?|generali[sz]es?) "
        rf"(?:{DEGREE} |usually |not )*(?:{COMPARED})(?: (?:in (?:general|practice)|overall|of course|now|too|as well|for (?:it|this|that)))*{END}",
        rf"(?:mostly|almost|basically|pretty much|largely|practically|more or less) (?:gone|solved|done|the same|identical|fixed|fine)",
        rf"it runs at \w+(?= \|)|(?:works|is used|is useful|can be used) (?:almost )?(?:everywhere|for (?:nearly |almost )?(?:everything|anything))",
        rf"(?:it's|it is) around [\w' -]{{2,25}}(?= \|| i (?:believe|think))|(?:an? )?(?:smaller|modest|reasonable|decent|limited|bigger|larger) "
        rf"(?:hardware|image|amount|size|number|model|network|budget|device|dataset)",
        rf"(?:very|too|pretty|quite|fairly|really|relatively|rather|extremely) {SIZE}{END}",
        rf"(?:a bit|a little|a lot|somewhat|slightly|a tad)(?: (?:more|less))?{END}|(?:help|matter|vary|differ|change|improve)(?:s|ed)? a (?:lot|bit|little)",
        rf"smooths? (?:it|things|everything|that) out|(?:reduces?|cuts?) (?:the )?(?:cost|complexity|noise|latency|overhead){END}",
        rf"(?:much|a lot of|lots of|plenty of|tons of|loads of|so much|enough|more|too much|too many|quite a lot of|not enough) (?:data|images|memory|time|"
        rf"compute|examples|samples|labels|resources|money|power|work|effort|experience|training|computation|processing|context){END}",
        rf"(?:retraining|augmentation|regulari[sz]ation|more data|tuning|that|this|it|normalization|dropout|pruning) (?:usually |often |always |generally |"
        rf"typically |really |certainly |definitely )*(?:helps?|helped|works?)(?: a (?:lot|bit))?{END}",
    ),
)

SLOGAN = VagueKind(
    "slogan",
    _any(
        rf"(?:communication|data|quality|safety|speed|performance|accuracy|trust|teamwork|preparation|simplicity|privacy|context|"
        rf"latency|timing|balance|experience|practice|planning|testing|monitoring|reliability|robustness) (?:is|was|are) (?:always |of course |really |"
        rf"absolutely |the |very |obviously )*(?:key|king|important|everything|paramount|crucial|essential|number one|vital|critical|a must|priority)",
        rf"(?:it's|it is|that's) (?:always |all |really |basically |just |kind of |sort of )*(?:a|an|about|about finding) (?:\w+ )?(?:balance|balancing act|trade-?offs?|trade off|"
        rf"compromise|balancing)(?: between{_REST}{{1,5}})?",
        rf"there(?:'s| is| are|'ll be| will be| were| was) (?:always |of course |usually |obviously |typically )*(?:an? |some |the )?(?:inherent |certain |natural |usual )?(?:"
        rf"trade-?offs?|trade off|balance|challenges?|compromise|pros and cons|ups and downs|give and take|room for improvement|no free lunch|advantages and disadvantages)"
        rf"(?: of course)?(?: (?:between|with|of|in|to){_REST}{{1,5}})?",
        r"no free lunch|best of both worlds|data[- ]driven|at the end of the day|one size fits all|no silver bullet|team effort|win[- ]win",
        rf"(?:is|it's|that's|are|was) (?:always |{DEGREE} )*(?:an? )?(?:quite a|really a|big|real|huge|constant)? ?challenge(?: for sure)?",
        r"think(?:ing)? outside the box|(?:a lot of|great|huge|big|so much) potential|listen(?:ing|ed)? to (?:both|all|each|every) (?:sides?|other|one)",
        rf"(?:(?:find|found|finding|strike|reach|reached|get) )?(?:an? |the |some )?(?:good |right |nice |fair |healthy )?(?:compromise|middle ground|sweet spot|common ground|balance)"
        rf"(?: (?:that works|between|for|where){_REST}{{0,5}})?(?= \|| (?:and|but|so|i|we|you|it's|in)(?![\w']))",
        rf"(?:get|got|getting) along (?:with everyone|well|fine){_REST}{{0,3}}|the sky is the limit|it is what it is|trial and error|that's the whole story",
        rf"(?:it|that) (?:wasn't|isn't|doesn't come|didn't come) free(?: of course)?|flows? better|the right tool for the job|more data is (?:always )?better",
        rf"the devil is in the details?|it's an art|(?:kind of |sort of |more of |a bit of |almost |still )?an art(?: form)?(?: that one)?|more art than science|low[- ]hanging fruits?",
        rf"(?:an?|the) (?:\w+ )?(?:ongoing|iterative|continuous|never[- ]ending|constant|learning|long) (?:process|journey|effort|battle|topic|curve)|ups and downs|pros and cons",
        rf"(?:has|have|had|having|with|comes? with) (?:both )?(?:its|their|his|her|our) (?:own )?(?:pros|strengths|weaknesses|problems|advantages|challenges|downsides|issues|quirks|"
        rf"limits|limitations|place|uses|merits|drawbacks|ups)(?: and (?:cons|weaknesses|strengths|disadvantages|downs|downsides|drawbacks))?",
        rf"(?:a |the |that's |it's )?(?:whole |huge |active |very active |entire |big )(?:field|area|topic|science|world|branch)(?: of (?:research|study|its own|its|itself))?{_REST}{{0,3}}"
        rf"|simple as that|easier said than done|that's (?:just )?(?:how it is|life|the way it is|the (?:typical|standard|textbook|classic) answer)|that's the (?:idea|gist|basic idea|point|beauty)",
        rf"the real world is{_REST}{{1,3}}|lessons? learned|learn(?:ed|t) a lot|grow(?:n)? as a team|moving target|step by step|"
        rf"it(?:'s| is| was) (?:not|never) (?:that|so|as) (?:simple|easy|straightforward)|goes without saying|common sense|the name says it(?: all)?|self[- ]explanatory",
        rf"(?:everyone|everybody) (?:knew|knows|had|has|was|were) (?:what they were doing|what to do|on the same page|their (?:role|part|say|job|task)s?|a voice|involved|heard)",
        rf"(?:make|made|making) sure (?:that )?(?:people|everyone|everybody|the team|things|everything|it|the \w+) (?:\w+ )?(?:stayed|stays?|was|were|is|are|felt|works?|worked|went|runs?|"
        rf"goes|remains?|keeps?) (?:{DEGREE} )*(?:motivated|happy|involved|good|fine|robust|well|on track|heard|right|smoothly|informed|aligned|correct|in good shape|okay|stable)",
        rf"(?:we|i) (?:had|held|have|did) (?:regular|daily|weekly|frequent|lots of|many|some|good|several) (?:meetings?|discussions?|syncs?|conversations?|stand-?ups?|talks?)",
        rf"communicat(?:e|ed|ing) (?:more|better|well|a lot|clearly|openly|early)",
    ),
    _NEVER,
)

UNNAMED = VagueKind(
    "unnamed",
    _any(
        rf"(?:there(?:'s| is| are|'re| were| was| can be| could be| may be| might be) )(?:also |usually |often |probably |of course |always |then )*{MANY} {THING}{_REST}{{0,4}}",
        rf"there are {THING} for (?:it|that|this|these)|(?:people|everyone|you can|they|we|i) (?:do|did|try|tried|use|used) {MANY} {THING}",
        rf"(?:a couple|a bunch|lots|plenty|a whole bunch|all sorts|all kinds|all manner|any number|a number|a variety|a handful|loads|a range|a whole range|a series|a multitude) of {THING}(?: out there)?",
        rf"something (?:else|lightweight|small|simple|fast|similar|better|bigger|smaller|modern|robust|fancy|suitable|appropriate|standard|smart|clever|stronger|off|along those lines|"
        rf"more \w+)(?: and \w+)?",
        rf"one of (?:those|these) (?:\w+ )?(?:models?|networks?|things?|tools?|methods?|techniques?|frameworks?|libraries|detectors?)|you have limits",
        rf"some deep learning(?: on top)?|some (?:kind|sort|form|type) of (?:\w+ )?\w+|\w+ of (?:some|a certain) (?:kind|sort|type)",
        rf"(?:some|an) off[- ]the[- ]shelf \w+|some (?:maths?|math|magic|engineering|logic|processing|algorithm|network|matrices|formula)(?: behind it)?(?: with{_REST}{{1,4}})?",
    ),
    _any(
        rf"(?<!the )(?<!each )(?<!any )(?<!no ){MANY} {THING}",
        rf"(?:something|anything) (?:with|about) \w+|(?:in )?(?:most|some|many|certain|other) (?:cases|situations|scenarios|circumstances)",
        rf"(?:part|parts|some|most|bits) of (?:it|them|that|those|this)(?= \||(?: and| then| but| so))|and such(?= \|| and| but| it's| it)",
    ),
)

KINDS = (HEDGE, TAIL, PRAISED, UNMEASURED, SLOGAN, UNNAMED)

GENERAL = frozenset(
    (
        "able across actually additional advantage advantages advice afterwards agree ahead almost along already "
        "alternative although altogether amazing another answer anybody anyway approach approaches appropriate area "
        "areas aspect aspects attention available average-ish aware away back background bad based basic basics became "
        "become before began begin behind being benefit benefits better between beyond big bigger bit both bring brings "
        "brought called came care careful carefully carry case cases cause certain certainly challenge challenges "
        "challenging chance change changes choice choices clear clearly client close closely colleague colleagues come "
        "comes comfortable common company compared completely complex complicated concept concrete consider considered "
        "consistent context convenient correct correctly course crucial current currently custom customer customers daily "
        "deal dealing decent decide decided decision decisions definitely delivered depending depends describe design "
        "details develop developed development did difference differences different difficult direct direction directly "
        "done double down downside drawback due during easier easily easy effect effective effectively efficient "
        "efficiently effort either else end ended enough ensure ensures entire environment especially essential "
        "essentially etc even eventually ever everybody everyone everything everywhere exactly example examples excellent "
        "except excited exciting expect expected experience experiences explain extra extremely fact factor factors fair "
        "fairly familiar far fast faster feel feeling feels few figure final finally find fine finish finished first fit "
        "fits fix fixed flexible focus follow following follows forward found full fully fun further future gave general "
        "generally gets give given gives giving goal goals gone good great guess guys half-way hand handle handled hands "
        "happen happened happening happens happily happy hard hardly harder heard heavily heavy help helped helpful helps "
        "high higher highly honest honestly hope hopefully huge idea ideal ideally ideas image imagine immediately impact "
        "important importantly impossible impression impressive improve improved improvement improvements improves "
        "improving include included includes including increase increased increases incredible incredibly individual "
        "information initially inside instance instead interest interested interesting into involved issue issues job "
        "keep keeps kept key kind kinds knew know knowing knowledge known large larger last later latest lead leads learn "
        "learned learning least leave less level levels likely limited list literally little live long longer look looked "
        "looking looks lots love loved low lower made main mainly major make makes making manage managed manner many "
        "matter matters maybe mean meaning means meant meantime mention mentioned mess method methods might mind minimum "
        "modern moment money more most mostly move moved multiple must natural naturally nature near nearly necessary need "
        "needed needs never new newer next nice nicely normal normally nothing notice number numbers obvious obviously "
        "occasionally offer offers often okay older once ones open opinion opportunity option options order ordinary "
        "original originally other others otherwise ourselves outcome outside over overall own part particular "
        "particularly parts people perfect perfectly perform performance performing performs perhaps person personally "
        "pick picked pieces place plan play plenty point points poor popular possibilities possible possibly potential "
        "potentially powerful practical practice prefer pretty previous previously principle probably problem problems "
        "process processes product production professional progress project projects promising proper properly provide "
        "provided provides purpose put puts quality question questions quick quickly quite range rather ready real "
        "realistic reality really reason reasonable reasonably reasons recent recently recommend reduce reduced regular "
        "regularly related relatively relevant reliable reliably remember require required requirement requirements "
        "requires research respect responsibility rest result resulting results right robust role rough roughly round run "
        "running runs safe same satisfied saw say saying says science see seeing seem seems seen sense separate serious "
        "seriously set several share short should show shows side sides significant significantly similar simple simpler "
        "simply single situation situations size skill skills slightly slow slower slowly small smaller smart smooth "
        "smoothly solid solution solutions solve solved solves somehow somebody someone something sometimes somewhat "
        "somewhere soon sort sorts special specific specifically spend spent stable stage standard start started starting "
        "starts state stay stayed step steps still straightforward strategy strength strengths strong stronger structure "
        "struggle struggled stuff style subject success successful successfully such suitable super support supposed sure "
        "surprised surprisingly system systems table take taken takes taking talk talked task tasks team teams technical "
        "technique techniques technologies technology tell tend tends terms thing things think thinking thought through "
        "time times together took tool tools top topic totally toward towards tricky tried tries trouble true truly try "
        "trying turn turned turns type types typical typically ultimately under understand understanding understands "
        "understood unfortunately unique unless until unusual usage use used useful user users uses using usual usually "
        "valuable value variety various vary version via view want wanted wants way ways weak weakness weaknesses well "
        "went whatever whenever wherever whether whole wide widely willing wise within without wonder wonderful word "
        "words work worked working works world worry worse worth worthwhile wrong yesterday yet yourself "
        "newest everyday nowadays today trend trends basically obviously definitely adapt adapts adjust adjusts cope "
        "copes serve serves served deliver delivers enable enables allow allows benefit benefits achieve achieves "
        "investigate analyze analyse evaluate evaluates consider decide iterate iterating experiment experiments "
        "communicate communicated communication discuss discussed listen listened"
    ).split()
)
"""General English: words that belong to no subject. Packs add theirs ("general-words")."""

TRIGGER = _any(
    PRAISE, TROUBLE, SIZE, COMPARED, THING, "(?:learn|improve|handle|help|work|matter|depend|understand|learns|helps|works|matters|depends|understands|does the \\w+|well|a lot)"
)
ASKS = {"hedge": "x", "tail": "x","empty praise":"x","unmeasured":"x","slogan":"x","unnamed":"x","restated":"x","empty":"x"}
MISSING=()
RESTATED=""
