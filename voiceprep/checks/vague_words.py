"""What empty talk sounds like: hedges, tails, praise, unmeasured claims, slogans, unnamed things.

General English of interviews, not of any subject, put together from classes of words. The phrases are
matched against words joined by single blanks, with a bar where a sentence ends; commas and case are gone
before. Whether the sentence of a phrase is empty is weighed elsewhere; here stands what it is called then,
and what would make it concrete.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from voiceprep.text import vocabulary


@dataclass(frozen=True, slots=True)
class VagueKind:
    """One kind of vagueness: what is empty in nearly every sentence, and what perhaps."""

    id: str
    always: re.Pattern[str]
    perhaps: re.Pattern[str]


def _any(*wordings: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w'])(?:" + "|".join(wordings or ("(?!)",)) + r")(?![\w'])")


def _of(*classes: frozenset[str]) -> str:
    return "(?:" + "|".join(sorted(frozenset().union(*classes), key=len, reverse=True)) + ")"


# ------------------------------------------------------------------------------ classes of words

PRAISE = vocabulary(
    "good great nice fine ok okay alright decent solid robust powerful strong stable smooth reliable "
    "flexible scalable suitable proper appropriate reasonable acceptable adequate smart clever careful "
    "useful helpful valuable beneficial promising happy delighted satisfied pleased impressed impressive "
    "common typical standard popular modern advanced sophisticated efficient accurate better best cool "
    "amazing awesome perfect excellent ideal optimal interesting exciting elegant sensible effective "
    "competitive lightweight fantastic brilliant neat handy versatile mature convenient superior classic "
    "classical famous newest latest future-proof production-ready "
)
TROUBLE = vocabulary(
    "hard difficult challenging messy complex complicated tricky tough bad important crucial essential "
    "critical key vital paramount simple simpler straightforward easy easier problematic subtle annoying "
    "demanding unpredictable involved "
)
COMPARED = vocabulary(
    "better faster quicker slower bigger smaller larger higher lower cheaper heavier lighter safer "
    "riskier worse cleaner stronger smoother simpler easier nicer more "
)
SIZE = vocabulary(
    "fast quick slow big small large huge high low cheap expensive heavy light safe long short tiny "
    "similar comparable limited modest "
)
DEGREE = vocabulary(
    "very pretty super quite really so too extremely highly incredibly fairly totally rather somewhat "
    "reasonably relatively significantly noticeably considerably substantially remarkably absolutely "
    "truly particularly especially surprisingly dramatically massively hugely greatly slightly much way "
    "obviously clearly definitely basically simply always "
)
THING = vocabulary(
    "thing things technique techniques method methods way ways stuff trick tricks approach approaches "
    "option options idea ideas improvement improvements algorithm algorithms tool tools factor factors "
    "aspect aspects solution solutions strategy strategies magic potential model models problem problems "
    "issue issues challenge challenges advantage advantages disadvantage disadvantages benefit benefits "
    "drawback drawbacks downside downsides reason reasons case cases situation situations scenario "
    "scenarios condition conditions parameter parameters setting settings change changes tweak tweaks "
    "optimization optimizations possibility possibilities alternative alternatives variant variants "
    "version versions framework frameworks library libraries experiment experiments consideration "
    "considerations application applications convention conventions system systems technology "
    "technologies practice practices process processes pipeline field area industry kind kinds type types "
)
MANY = vocabulary(
    "some various different certain several many numerous countless multiple few plenty lots loads tons "
    "lot number variety range handful bunch couple other others enough "
)
ALL = vocabulary(
    "everything everyone everybody everywhere always all any never nothing every anything anywhere both "
    "whole entire ever fully completely nobody none whatever "
)
PEOPLE = vocabulary(
    "people everyone everybody they companies community experts customer customers client clients team "
    "teams stakeholders management engineers users user "
)
MODAL = vocabulary("would could should might may can must i'd you'd we'd it'd that'd they'd")
NEGATION = vocabulary("not no never nothing without don't doesn't didn't isn't aren't wasn't can't won't")
LINK = vocabulary("because since so if when unless until than while whereas instead therefore but though")
SPEAKER = vocabulary("i i'm i'd i've i'll me my")
GENERIC = vocabulary(
    "help helps improve improves improved work works worked make makes use uses used using handle handles "
    "do does look learn learns understand understands optimise optimize optimised optimized adapt adapts "
    "solve solves allow allows enable enables perform performs get gets got try tried find finds see "
    "consider choose combine depend depends depending check test ensure tune change matter matters "
)
CLASSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "praise": PRAISE,
        "trouble": TROUBLE,
        "compared": COMPARED,
        "size": SIZE,
        "degree": DEGREE,
        "thing": THING,
        "many": MANY,
        "all": ALL,
        "people": PEOPLE,
        "modal": MODAL,
        "negation": NEGATION,
        "link": LINK,
        "speaker": SPEAKER,
        "generic": GENERIC,
    }
)
"""Classes of words whose number in a sentence is looked at."""

GENERAL = vocabulary(
    "able achieve achieves across actually adapt adapts additional adjust adjusts advantage advantages "
    "advice afterwards agree ahead allow allows almost along already alternative although altogether "
    "amazing analyse analyze another answer anybody anyway approach approaches appropriate area areas "
    "aspect aspects attention available aware away back background bad based basic basically basics "
    "became become before began begin behind being benefit benefits better between beyond big bigger bit "
    "both bring brings brought called came care careful carefully carry case cases cause certain "
    "certainly challenge challenges challenging chance change changes choice choices clear clearly client "
    "close closely colleague colleagues come comes comfortable common communicate communicated "
    "communication company compared completely complex complicated concept concrete consider considered "
    "consistent context convenient cope copes correct correctly course crucial current currently custom "
    "customer customers daily deal dealing decent decide decided decision decisions definitely deliver "
    "delivered delivers depending depends describe design details develop developed development did "
    "difference differences different difficult direct direction directly discuss discussed done double "
    "down downside drawback due during easier easily easy effect effective effectively efficient "
    "efficiently effort either else enable enables end ended enough ensure ensures entire environment "
    "especially essential essentially etc evaluate evaluates even eventually ever everybody everyday "
    "everyone everything everywhere exactly example examples excellent except excited exciting expect "
    "expected experience experiences experiment experiments explain extra extremely fact factor factors "
    "fair fairly familiar far fast faster feel feeling feels few figure final finally find fine finish "
    "finished first fit fits fix fixed flexible focus follow following follows forward found full fully "
    "fun further future gave general generally gets give given gives giving goal goals gone good great "
    "guess guys hand handle handled hands happen happened happening happens happily happy hard harder "
    "hardly heard heavily heavy help helped helpful helps high higher highly honest honestly hope "
    "hopefully huge idea ideal ideally ideas image imagine immediately impact important importantly "
    "impossible impression impressive improve improved improvement improvements improves improving "
    "include included includes including increase increased increases incredible incredibly individual "
    "information initially inside instance instead interest interested interesting into investigate "
    "involved issue issues iterate iterating job keep keeps kept key kind kinds knew know knowing "
    "knowledge known large larger last later latest lead leads learn learned learning least leave less "
    "level levels likely limited list listen listened literally little live long longer look looked "
    "looking looks lots love loved low lower made main mainly major make makes making manage managed "
    "manner many matter matters maybe mean meaning means meant meantime mention mentioned mess method "
    "methods might mind minimum modern moment money more most mostly move moved multiple must natural "
    "naturally nature near nearly necessary need needed needs never new newer newest next nice nicely "
    "normal normally nothing notice nowadays number numbers obvious obviously occasionally offer offers "
    "often okay older once ones open opinion opportunity option options order ordinary original "
    "originally other others otherwise ourselves outcome outside over overall own part particular "
    "particularly parts people perfect perfectly perform performance performing performs perhaps person "
    "personally pick picked pieces place plan play plenty point points poor popular possibilities "
    "possible possibly potential potentially powerful practical practice prefer pretty previous "
    "previously principle probably problem problems process processes product production professional "
    "progress project projects promising proper properly provide provided provides purpose put puts "
    "quality question questions quick quickly quite range rather ready real realistic reality really "
    "reason reasonable reasonably reasons recent recently recommend reduce reduced regular regularly "
    "related relatively relevant reliable reliably remember require required requirement requirements "
    "requires research respect responsibility rest result resulting results right robust role rough "
    "roughly round run running runs safe same satisfied saw say saying says science see seeing seem seems "
    "seen sense separate serious seriously serve served serves set several share short should show shows "
    "side sides significant significantly similar simple simpler simply single situation situations size "
    "skill skills slightly slow slower slowly small smaller smart smooth smoothly solid solution "
    "solutions solve solved solves somebody somehow someone something sometimes somewhat somewhere soon "
    "sort sorts special specific specifically spend spent stable stage standard start started starting "
    "starts state stay stayed step steps still straightforward strategy strength strengths strong "
    "stronger structure struggle struggled stuff style subject success successful successfully such "
    "suitable super support supposed sure surprised surprisingly system systems table take taken takes "
    "taking talk talked task tasks team teams technical technique techniques technologies technology tell "
    "tend tends terms thing things think thinking thought through time times today together took tool "
    "tools top topic totally toward towards trend trends tricky tried tries trouble true truly try trying "
    "turn turned turns type types typical typically ultimately under understand understanding understands "
    "understood unfortunately unique unless until unusual usage use used useful user users uses using "
    "usual usually valuable value variety various vary version via view want wanted wants way ways weak "
    "weakness weaknesses well went whatever whenever wherever whether whole wide widely willing wise "
    "within without wonder wonderful word words work worked working works world worry worse worth "
    "worthwhile wrong yesterday yet yourself "
)
"""General English: words that belong to no subject. Packs add theirs ("general-words")."""

# ------------------------------------------------------------------------------ phrases

_DEGREES = (
    rf"(?:{_of(DEGREE)} |a lot |a bit |a little |kind of |sort of |more |less |not |all |just |also "
    rf"|well )*"
)
_JUDGED = _of(PRAISE, TROUBLE, SIZE, COMPARED - {"more"})
_PRAISING = _of(PRAISE, TROUBLE)
_COMPARING = _of(SIZE, COMPARED - {"more"})
_BE = (
    r"(?:(?:it|that|this|they|he|she|what|which|everything|there|who|we|you|i)(?:'s|'re|'d be|'ll be"
    r"|'m)|is|are"
    r"|was|were|be|been|looks?|looked|seems?|works?|worked|went|runs?|ran|performs?|performed|feels?"
    r"|turn(?:s|ed)? out|got|gets|becomes?|became|stays?|remains?|trains?|trained|sounds?|did|does"
    r"|behaves?)"
)
_TECH = (
    r"(?:model|models|networks?|backbone|architecture|detector|dataset|data|images?|augmentation"
    r"|training|pipeline"
    r"|preprocessing|monitoring|hardware|cameras?|labels?|annotations?|workflow|testing|validation|tuning"
    r"|threshold|learning rate|resolution|approach|solution|method|algorithm|results?|performance"
    r"|choice|tools?"
    r"|quality|ones?|practices?|techniques?|values?|range|number|level|balance|way|idea|setup|system"
    r"|code|design"
    r"|compromise|features?|tracking|accuracy|speed|latency|parameters|settings|process|documentation"
    r"|communication|infrastructure|family|component|role|topic|part|success|deal|question|answer)"
)
_MANY = (
    r"(?:some|various|different|certain|several|many|numerous|multiple|a couple of|a few|quite a few"
    r"|plenty of"
    r"|lots of|loads of|tons of|all (?:kinds|sorts|manner) of|any (?:kind|sort|number) of|other|further"
    r"|all (?:the )?these|a (?:whole |large |huge |certain |great )?(?:lot|number|variety|range|handful"
    r"|bunch|host"
    r"|series|mix|combination|multitude) of|any of|one of|so many|too many)"
    r"(?: (?:other|those|these|different|more|small|tiny|the|such|common|possible|new|good|clever|extra"
    r"|very))*"
)
_WHO = r"(?:i|we|you|one|they|people|someone)"
_CROWD = (
    r"(?:everybody|everyone|customers?|clients?|they|management|stakeholders?|users?|shoppers|people"
    r"|the boss"
    r"|the team|my (?:boss|manager|team)|operators?)"
)
_END = (
    r"(?= \|| (?:and|but|or|so|because|then|which|that's|it's|i|we|you|they|he|she|if|when|as|while|though"
    r"|although|of course|to be honest|really|obviously|i'd|overall|these days|nowadays|too|now|again"
    r"|anyway"
    r"|there's|there are|especially|um|uh|i mean|usually|maybe|probably|people|with it|for (?:it|that"
    r"|this|us)"
    r"|at it|in general|for sure)(?![\w']))"
)
_ON = r"(?: (?!\||and |but |because |so |then |if |when |which |while |though |i |we |you )[\w']+)"
"""One more word of the same clause."""

HEDGE = VagueKind(
    "hedge",
    _any(
        rf"{_WHO}(?:'ll|'d| will| would| have to| need to)(?: just| then| always| eventually| have to)*"
        r" (?:see(?= \|)|find out|figure (?:it|that|things) out|get there|find a way|sort it out"
        r"|work it out)",
        rf"(?:take it|go|went) (?:on )?from there|(?:sort of |kind of )?(?:figured|worked|sorted) (?:it"
        rf"|that) out{_ON}{{0,3}}",
        rf"i think (?:that'd|that would|there's also something|it should|it would be"
        rf"|that should){_ON}{{0,5}}",
        r"should (?:just |also |probably |then )*(?:be (?:fine|ok|okay|alright|good|enough|doable"
        r"|manageable|possible)"
        r"|do (?:the|it|well|fine)|work|suffice)" + rf"{_ON}{{0,4}}",
        r"it's (?:complicated|hard to generali[sz]e|difficult to say)|somehow|one way or another"
        r"|in my own way",
        r"(?:i )?(?:never|haven't|have not|i've not|i've never) (?:really |actually "
        r"|honestly )?(?:had to )?(?:look(?:ed)?"
        rf"|thought|asked|dealt|compared)(?: into| at| about)?{_ON}{{0,3}}",
        rf"i'd have to look (?:it|that|this|them) up|i(?:'ve| have) (?:only )?heard of|(?:just "
        rf"|only )?copied (?:it|that) from{_ON}{{0,2}}",
        r"that's (?:somebody|someone) else's (?:job|problem|business)|the (?:platform|ops|backend|infra"
        r"|other) team"
        r" (?:does|did|handles?|takes care of) (?:that|it)|a (?:technical )?matter (?:of taste"
        r"|for)(?: the \w+)*",
        r"(?:that's )?a gut (?:thing|feeling)|(?:is|are) (?:just )?another (?:topic|story|matter)"
        r"|you'd see it",
        r"(?:it|that) (?:could|can|might|may) (?:go|be) either way|(?:either|both|any of them) (?:would"
        r"|could|will|can) work",
    ),
    _any(
        rf"(?:it |that |this )?(?:{_of(DEGREE)} |all |kind of |mostly |largely |just |heavily |would "
        rf"|will |also )*"
        rf"depend(?:s|ing)? (?:on|a lot){_ON}{{0,5}}|(?:it|that|this) (?:all |really |always "
        rf"|just )*depends|(?<= )depending(?= \|)",
        rf"{_WHO}(?:'d|'ll| would| will| could| might)(?: probably| maybe| just| also"
        rf"| then)* (?:look at|look into|try|combine|do"
        rf"|test|use|explore|consider|play with|experiment with|go with) (?:both|all|everything"
        rf"|a (?:couple|few|bunch|lot|number)"
        rf"|several|various|different|whatever|whichever|something|some|multiple|things|stuff"
        rf"|around){_ON}{{0,4}}",
        rf"(?:maybe|perhaps|possibly|probably|hopefully|presumably) (?:some|the|also|use|try|even|other"
        rf"|more|just|another"
        rf"|something|play|add|change|tune|look){_ON}{{0,5}}",
        rf"(?:would|could|might|may|can|will) (?:also |probably |possibly |maybe |certainly |well "
        rf"|hopefully |then )*(?:help|work"
        rf"|be (?:an option|a problem|an issue|useful|good|interesting|fine|ok|acceptable|off|different"
        rf"|tricky|hard)"
        rf"|make sense|make a difference|go wrong|vary|play a role|do the (?:trick|job)){_ON}{{0,3}}",
        rf"if (?:that|it|things|everything|resources?|time|money|you|we|there's|there is|possible)(?:'s"
        rf"| is| works| helps| has"
        rf"| have| aren't| isn't)? ?(?:better|good enough|works|helps|needed|necessary|possible"
        rf"|an issue|a problem|enough"
        rf"|time|okay){_ON}{{0,3}}",
        r"i (?:believe|think|imagine|reckon)(?= \|)",
        rf"{_WHO} can always{_ON}{{1,5}}|decide (?:how|what|where) to (?:go on|do){_ON}{{0,3}}",
        rf"any of (?:them|the (?:two|three|four|above)) (?:would|will|should|could){_ON}{{0,4}}",
        rf"(?:see|check|find out|look at|look|figure out|know|decide|choose|pick|take|use|evaluate"
        rf"|try) (?:what|which|whether|how"
        rf"|if|whichever|whatever)(?: (?:one|it|that|they|of them))?(?:'s| is)? ?(?:gives?|works?"
        rf"|happens?|performs?|goes|makes?"
        rf"|helps?|wrong|off|changed|better|best|fits?|suits?|does|feels?|looks?|needed){_ON}{{0,5}}",
        rf"(?:whatever|whichever|what) (?:\w+ )?(?:works|fits|performs|suits|makes sense|looks"
        rf"|feels)(?: (?:best|better|well|right"
        rf"|good|fine))?{_ON}{{0,3}}|only see by{_ON}{{1,2}}|test both{_ON}{{0,2}}",
        rf"(?:until|till|when|once) (?:you're|we're|i'm|it's|i was|we were|it was|it|everybody's|things"
        rf"|the numbers?)(?: \w+)? ?"
        rf"(?:happy|satisfied|good|fine|okay|works?|right|good enough|converges|better|stable){_ON}{{0,3}}",
        rf"(?:get|got|have|getting) (?:a|some) (?:feeling|feel|sense|idea|impression|picture) (?:for|of"
        rf"|about|what|how){_ON}{{0,4}}",
        rf"(?:play|played|playing|fiddle|mess|tinker) (?:around|about|with the settings){_ON}{{0,4}}"
        rf"|you try things{_ON}{{0,3}}",
        r"(?:take|took) (?:appropriate|the right|the necessary|suitable|certain|some) (?:measures?"
        r"|steps?|actions?)",
        rf"(?:usually|typically|generally|normally|mostly|in general|in practice|most of the time"
        rf"|in most cases) (?:\w+ ){{0,4}}?"
        rf"(?:works?|helps?|fine|enough|well|better|best|trick|job|out)(?: (?:well|fine|out))?{_END}",
        rf"(?:tweak|improve|refine|iterate|adjust|adapt|rework|reworked|adjusted|tweaked|refined"
        rf"|adapted)(?: (?:it|that|things"
        rf"|everything|on it|the (?:model|training|pipeline|process|system|plan)))(?: (?:over time"
        rf"|from there|further|accordingly))?{_END}",
        rf"(?:handle|deal with|fix|solve) (?:them|it|that) (?:as (?:they|it) comes?|somehow|later"
        rf"|case by case){_ON}{{0,2}}",
        rf"weigh (?:it|them|that) up{_ON}{{0,5}}|according to the (?:project|case|situation|needs"
        rf"|requirements)|based on the (?:problem|case)",
    ),
)

TAIL = VagueKind(
    "tail",
    _any(
        r"all (?:of )?(?:that|this)(?: stuff| kind of thing| jazz)?(?= \|| (?:but|so|because|then|i|we"
        r"|you|it|it's)(?![\w']))",
        r"(?:all )?(?:that|this) (?:family|type of \w+)|all (?:the|those|these) (?:invariances"
        r"|\w+s)(?= \|)",
        r"some other stuff|other (?:stuff|things)(?= \|)|the usual (?!suspects? is)\w+(?: part)?(?= \|"
        r"| (?:and|but|so|because|in|of)(?![\w']))",
        r"(?:and )?(?:the whole|the entire) (?:stack|thing|lot|story|shebang|literature|range"
        r"|package)(?= \|)",
        r"(?:and )?(?:such|these|those|other) things(?= \|)|and such(?= \|| and| but| it's| it)"
        r"|and such things",
        r"(?:these|those|they)(?:'re| are) the (?:\w+ )?(?:keywords|parameters|pillars|names|terms"
        r"|basics|main ones)" + rf"{_ON}{{0,3}}",
    ),
    _any(),
)

PRAISED = VagueKind(
    "empty praise",
    _any(
        rf"(?:{_of(DEGREE)}|more) (?:powerful|elegant|exciting|satisfied|impressive|promising|robust"
        rf"|advanced|reliable"
        r"|interesting|clever|smart|cool|efficient|scalable)(?: (?:and|idea|for this"
        r"|stuff)(?: more \w+)?)?",
        r"state of the art|the (?:very )?best (?:\w+ )?(?:out there|available|around)(?: right now)?"
        r"|human level|a game ?changer",
        r"(?:best|good|common|standard|usual) (?:industry )?(?:practices?|procedures?)"
        r"|industry standard|it's (?:a )?standard",
        rf"{_CROWD} (?:(?:was|were|is|are|seemed|got|felt) )?(?:all |very |pretty |really |quite |so "
        rf"|super )*(?:happy|satisfied"
        rf"|pleased|impressed|delighted|thrilled|loved it|liked it|will love it|love it){_ON}{{0,3}}",
        r"(?:light ?weight|simple|robust|fast|accurate|small|clean|stable|powerful|flexible|quick"
        r"|reliable|nice|easy|smarter) and "
        r"(?:efficient|robust|fast|accurate|scalable|reliable|simple|stable|flexible|powerful|elegant"
        r"|easy|small|clean)",
        r"(?:it's|they're|is|are) (?:everywhere|very popular|widely used|all the rage"
        r"|really popular)(?: now| today| nowadays)?",
        r"people (?:still )?use it (?:a lot|everywhere)|(?:it's|that's|they're)(?: kind of| sort of"
        r"| just| simply)* (?:a classic"
        r"|the standard|the default|the norm|the go to(?: \w+)?|the way to go|the gold standard"
        r"|the future|the (?:classical )?toolbox)"
        r"(?: (?:nowadays|now|today))?",
        rf"(?:everybody|everyone|most people|most companies|many people"
        rf"|every pipeline) (?:just )?(?:takes?|uses?|does|has|knows?"
        rf"|recommends?)(?: (?:it|that|that one))?{_END}",
        r"around for (?:ages|a long time|years|decades|a while)|(?:well|tried and|battle) tested"
        r"|the (?:better|best|most) known(?: one)?",
        r"cutting edge|works? like (?:a charm|magic)|no brainer|just works|out of the box"
        r"|in all the textbooks|future proof"
        r"|production ready|world class|a black box|ai[- ](?:based|driven|powered) \w+|(?:training"
        r"|compression|ai|some) magic",
        rf"(?:has|have) replaced (?:all|everything|them)(?: of \w+)?|superior in every{_ON}{{0,2}}"
        rf"|the future is{_ON}{{1,6}}",
        rf"handles? (?:everything|all of (?:it|that)|it all|any\w+){_ON}{{0,2}}|(?:does|do|did"
        rf"|can do) everything{_ON}{{0,4}}",
        rf"(?:it|they|networks?|the network|the model) (?:\w+ )?(?:figures?|learns?|adapts?|scales?"
        rf"|understands?) (?:that out|it out|by (?:itself"
        rf"|themselves)|the scene|automatically|everything|what's important){_ON}{{0,3}}",
    ),
    _any(
        rf"{_BE}(?: the| an?)? {_DEGREES}(?:{_PRAISING}|nicely|smoothly|properly|less of a problem"
        rf"|a (?:bit of a )?(?:mess|pain"
        rf"|problem))(?: enough| (?:and|or|but) {_DEGREES}{_PRAISING})*(?: (?:in (?:general|practice"
        rf"|the end|theory)|overall|of course"
        rf"|to (?:use|understand|train|implement|work with|deal with|get right|maintain|scale)|as well"
        rf"|these days|nowadays|now))*{_END}",
        rf"(?:went|worked|works|runs|performs?|performed|converge[sd]?|trains?|behaves?|generali[sz]es?"
        rf"|scales?) {_DEGREES}(?:okay|ok"
        rf"|fine|well|great|alright|nicely|smoothly|properly|perfectly|better|automatically|as expected)",
        rf"{_of(DEGREE)} {_of(PRAISE, TROUBLE)}(?: {_TECH})?{_END}|(?:nearly|almost) as good"
        rf"|good enough|pretty much",
        rf"(?:an?|the|some|any|its|our|your|more|with|by|of|use|using|needs?|want|have|has|gets?"
        rf"|requires?|and|that|to|for) {_DEGREES}(?:good"
        rf"|great|nice|proper|suitable|appropriate|right|reasonable|decent|better|newer|latest|modern"
        rf"|strong|stronger|simpler|smart"
        rf"|clever|careful|robust|solid|high quality|powerful|efficient|lightweight|sensible|ideal"
        rf"|optimal|best|perfect|enough"
        rf"|standard|acceptable|fancy|sophisticated|most promising|scalable|key|tailor made"
        rf"|classic) (?:\w+ )?{_TECH}",
        rf"(?:proper|good|clever|smart|careful|solid) {_TECH}|the (?:latest|simpler|more advanced|newer"
        rf"|obvious|most promising) one",
        rf"robust to (?:it|that|this|everything)|in (?:a|an) (?:smart|clever|nice|sensible|efficient"
        rf"|optimal|robust|agile) way{_ON}{{0,4}}",
        rf"(?:is|are|was|were|it's|that's) {_DEGREES}(?:an? )?{_DEGREES}(?:big|huge|real|major|common"
        rf"|typical|known|good|great|nice"
        rf"|important|key|elegant|interesting|tricky|hard|complex|powerful|well known) (?:{_TECH}"
        rf"|{_of(THING)})(?: in the field)?",
    ),
)

UNMEASURED = VagueKind(
    "unmeasured",
    _any(
        r"as (?:fast|quick|quickly|good|small|accurate|much|well|high|low|many|light"
        r"|soon) as (?:possible|we can|you can|needed)",
        r"(?:(?:up|down) )?(?:by )?(?:\d\S*|(?:ten|twenty|thirty|forty|fifty|sixty|seventy|eighty"
        r"|ninety|a hundred)(?: \w+)?)"
        r"(?: percent)? or (?:so|something|thereabouts)",
        r"(?:almost |basically |practically )no time(?: at all)?|for maximum \w+"
        r"|what moves the (?:needle|field)(?: forward)?",
        r"(?:improve[ds]?|helps?|helped|increase[sd]?|boost(?:s|ed)?|reduce[sd]?|speeds?|drop(?:s"
        r"|ped)?) (?:\w+ )?(?:\w+ )?(?:a lot"
        r"|quite a bit|massively|dramatically|significantly|noticeably|considerably|greatly)",
        r"(?:significantly|noticeably|considerably|dramatically|substantially|greatly) (?:improve[ds]?"
        r"|reduce[ds]?|increase[ds]?"
        r"|better|faster|smaller|higher|lower|worse|more \w+)",
        r"(?:a|the) (?:very |really |pretty |quite )?(?:big|huge|massive|great|significant|nice"
        r"|noticeable|major|considerable|substantial"
        rf"|dramatic) (?:improvement|difference|impact|boost|gain|success|drop|reduction|speed ?up"
        rf"|effect|jump){_ON}{{0,3}}",
        r"(?:gives?|gets?) the best \w+|quite some \w+|(?:much|way|far|a lot"
        r"|quite a bit) better(?: results?)?|pretty sick",
        r"a (?:certain|fair|decent|limited|reasonable|good) (?:amount|number|level|degree"
        r"|share) of(?: \w+)?|(?:to )?a degree(?= \|)",
        r"not (?:so|that|too) (?:great|good|bad)|at least not badly|somewhere around(?: \w+)+?(?= \|"
        r"| you| we| i)|a reasonable \w+",
        rf"as long as (?:it|the \w+|they)(?:'s| is| are|'re)? (?:\w+ )?{_JUDGED}",
    ),
    _any(
        rf"{_BE} {_DEGREES}{_COMPARING}(?: (?:and|or) {_DEGREES}{_JUDGED})*"
        rf"(?: (?:overall|of course|in general|now))*{_END}",
        rf"(?:{_WHO}(?:'d|'ll| would| will)? )?(?:just |also |then )*(?:optimi[sz]e[d]?|improve[ds]?"
        rf"|clean(?:ed)? up|monitor(?:ed)?|"
        rf"streamline[d]?|speed(?:ed)? up|rework(?:ed)?|enhance[d]?) (?:for |the |it|things|everything"
        rf"|our |my )(?:whole |overall )?(?:latency"
        rf"|speed|performance|accuracy|things?|model|pipeline|process|results?|code|training|system"
        rf"|closely|end to end)?(?: a lot| of course)?",
        r"(?:optimi[sz]ed|designed|made|suited) for (?:the )?(?:edge|task|speed|performance|production"
        r"|this|that|it|efficiency)",
        rf"(?:improves?|increases?|boosts?|helps?|hurts?|enhances?|affects?) (?:with |in )?(?:the "
        rf"|overall |your |our )*(?:accuracy|performance"
        rf"|results?|map|quality|model|metrics?|tracking|robustness|generali[sz]ation|speed|network"
        rf"|training|stability){_END}",
        rf"helps? (?:with |the \w+ )(?:to )?\w+|(?:makes?|made|making|get|gets) (?:it|the \w+|things"
        rf"|everything|them|detection|training)(?: \w+)?"
        rf" {_DEGREES}{_JUDGED}(?: (?:and|or) {_DEGREES}{_JUDGED})*",
        rf"so (?:that )?(?:the \w+|it|they|things) (?:trains?|works?|runs?|learns?|performs?|is|are"
        rf"|gets?|becomes?) {_DEGREES}(?:{_JUDGED}|well)",
        r"(?:mostly|almost|basically|pretty much|largely) (?:gone|solved|done|the same|fixed)"
        r"|the same but better|it runs at \w+(?= \|)",
        r"(?:it's|it is) around [\w' -]{2,25}(?= \|| i (?:believe|think))|(?:an? )?(?:smaller|modest"
        r"|reasonable|decent|limited) (?:hardware|image"
        r"|amount|size|number|device)",
        rf"(?:very|too|pretty|quite|fairly|really|relatively|rather) {_of(SIZE)}{_END}|(?:a bit"
        rf"|a little|somewhat|slightly)(?: more| less)?{_END}",
        r"(?:help|matter|vary|differ|change|improve)(?:s|ed)? a (?:lot|bit|little)|smooths? (?:it"
        r"|things|everything) out",
        rf"(?:much|a lot of|lots of|enough|more|better|too much|not enough) (?:data|images|memory|time"
        rf"|compute|samples|labels|resources"
        rf"|money|power|layers|features){_END}",
        rf"(?:retraining|augmentation|regulari[sz]ation|more data|tuning|normalization"
        rf"|dropout) (?:usually |often |always |really )*(?:helps?"
        rf"|helped|works?)(?: a (?:lot|bit)| best)?{_END}|a combination (?:always )?works best"
        rf"|matters? (?:the most|little|much)",
    ),
)

SLOGAN = VagueKind(
    "slogan",
    _any(
        r"(?:communication|data|quality|safety|speed|performance|accuracy|trust|teamwork|privacy"
        r"|latency|experience|testing|monitoring"
        r"|reliability|robustness|architecture) (?:is|was) (?:always |really |absolutely |the "
        r"|very )*(?:key|king|important|everything"
        r"|paramount|crucial|essential|a must)(?: here)?|both (?:matter|are important)|some of each",
        rf"(?:it's|it is|that's) (?:always |all |really |basically |just )*(?:a|about"
        rf"|about finding) (?:\w+ )?(?:balance|balancing act"
        rf"|trade ?-?offs?|compromise)(?: between{_ON}{{1,5}})?|the (?:classic|usual"
        rf"|well known) (?:\w+ ){{0,2}}trade ?-?off",
        rf"there(?:'s| is| are|'ll be| was| were) (?:always |of course |usually |obviously )*(?:an? "
        rf"|some |the )?(?:inherent |certain )?"
        rf"(?:trade ?-?offs?|balance|challenges?|compromise|pros and cons|ups and downs"
        rf"|room for improvement)(?: of course)?"
        rf"(?: (?:between|with|of|in){_ON}{{1,5}})?|trade ?-?offs exist|ups and downs|pros and cons"
        rf"|strengths and weaknesses",
        r"no free lunch|best of both worlds|data driven|one size fits all|no silver bullet|win win"
        r"|the new oil|simple as that",
        rf"(?:is|it's|that's|are|was) (?:always |{_of(DEGREE)} )*(?:an? )?(?:quite a |big |real |huge "
        rf"|well known |typical )?(?:challenge|problem)"
        r"(?: for sure| in the field)",
        r"outside the box|(?:a lot of|great|huge|so much) potential|listen(?:ing|ed)? to (?:both|all"
        r"|each|every) (?:sides?|other)",
        rf"(?:find|found|finding|strike|reach|reached) (?:an? |the |some )?(?:good |right "
        rf"|nice )?(?:compromise|middle ground|sweet spot"
        rf"|common ground|balance){_ON}{{0,5}}",
        rf"along with everyone{_ON}{{0,3}}|(?:a )?team player|lead by example|empower \w+"
        rf"|take initiative|comfortable with ambiguity",
        r"trial and error|that's the whole story|it is what it is|(?:it|that) (?:wasn't|isn't"
        r"|doesn't come) free(?: of course)?|flows? better",
        r"more data is (?:always )?better|(?:kind of |sort of |more of |a bit of )?an art"
        r"|low hanging fruits?|common sense|domain knowledge",
        r"(?:an?|the) (?:\w+ )?(?:ongoing|iterative|continuous|never ending|constant) (?:process"
        r"|journey|effort|battle)|in an agile way",
        r"(?:has|have|had|with|comes? with) (?:both )?(?:its|their) (?:own )?(?:pros|strengths"
        r"|weaknesses|problems|advantages|challenges"
        r"|downsides|issues|quirks|place|merits)|each has its \w+",
        rf"(?:a )?(?:whole|huge|active|entire) (?:field|area|topic|science"
        rf"|literature)(?: of (?:research|its own))?{_ON}{{0,3}}",
        rf"that's (?:just )?(?:how it is|life|the (?:typical|standard|textbook|classic) answer)"
        rf"|the real world is{_ON}{{1,3}}|happens all the time",
        r"it(?:'s| is| was) (?:not|never) (?:that|so|as) (?:simple|easy)|goes without saying"
        r"|the names? (?:basically )?says? it(?: all)?",
        r"(?:everyone|everybody) (?:knew|knows) (?:what they were doing|what to do|that one)|(?:people"
        r"|everyone|everybody) (?:stayed|was|were) "
        r"(?:motivated|involved|heard|on board)|don't need to explain that",
        rf"(?:make|makes|made|making) sure (?:that )?(?:people|everyone|everybody|things|everything|it"
        rf"|the \w+) (?:\w+ )?{_DEGREES}(?:motivated|happy"
        rf"|good|fine|robust|well|smoothly|correct|aligned)",
        r"(?:had|held|with) (?:regular|daily|weekly|lots of|many|good) (?:meetings?|discussions?|syncs?"
        r"|stand-?ups?|talks?)",
        r"communicat(?:e|ed|ing) (?:more|better|well|a lot|clearly|openly)|(?:clear|good"
        r"|open) communication",
        r"(?:everything|it) in (?:a|the) computer is \w+(?: and \w+)?|whole picture of",
    ),
    _any(),
)

UNNAMED = VagueKind(
    "unnamed",
    _any(
        rf"there(?:'s| is| are|'re| were| was| can be| may be) (?:also |usually |often |probably "
        rf"|of course |always )*{_MANY} {_of(THING)}{_ON}{{0,4}}",
        rf"there are {_of(THING)} for (?:it|that|this)|there's (?:much more|a lot|more) (?:in it"
        rf"|one can do|to it){_ON}{{0,3}}",
        rf"(?:a couple|a bunch|lots|plenty|all sorts|all kinds|all manner|any number|a number|a variety"
        rf"|a handful|a range) of {_of(THING)}(?: out there)?",
        r"something (?:else|lightweight|small|simple|fast|similar|better|bigger|smaller|modern|fancy"
        r"|suitable|learned|off|more \w+)(?: and \w+)?",
        r"one of (?:those|these) (?:\w+ )?(?:models?|networks?|things?|tools?|methods?|techniques?"
        r"|frameworks?)|you have limits",
        r"some deep learning(?: on top)?|\w+ of (?:some|a certain) (?:kind|sort|type)|(?:some"
        r"|an) off the shelf \w+|one hears \w+(?: \w+)*",
        rf"some (?:maths?|math|engineering|matrices|formula"
        rf"|derivative)(?: behind it)?(?: with{_ON}{{1,4}})?|(?:lots|a lot) of features",
    ),
    _any(
        rf"(?<!the )(?<!each )(?<!any )(?<!no ){_MANY} {_of(THING)}",
        r"(?:something|anything) (?:with|about) \w+|(?:in )?(?:most|some|many|certain|other"
        r"|special) (?:cases|situations|scenarios|circumstances)",
        r"(?:part|parts|some|bits) of (?:it|them|that|those|this)(?= \||(?: and| then| but| so))",
    ),
)

KINDS = (HEDGE, TAIL, PRAISED, UNMEASURED, SLOGAN, UNNAMED)

# ------------------------------------------------------------------------------ what is missing

ASKS: Mapping[str, str] = MappingProxyType(
    {
        "hedge": "What makes you think so, and what would you check to be sure?",
        "tail": "Which ones exactly?",
        "empty praise": "How good, measured how?",
        "unmeasured": "By how much, and measured how?",
        "slogan": "What does that mean here, in one concrete case?",
        "unnamed": "Which ones? Name one and say what it does here.",
        "restated": "That repeats its own name. What does it actually do?",
        "empty": "What exactly? One fact, figure or example would carry it.",
    }
)
"""What each kind asks for where its words name nothing more particular."""


@dataclass(frozen=True, slots=True)
class Missing:
    """An anchor that is missing beside certain words: in which kinds, and how it is asked for."""

    words: re.Pattern[str]
    kinds: frozenset[str]
    ask: str


_CLAIMS = frozenset({"empty praise", "unmeasured", "empty"})
_WORKS = r"(?:fine|ok|okay|enough|good|alright|doable|possible|acceptable)"

MISSING: tuple[Missing, ...] = (
    Missing(
        _any(r"depend(?:s|ing)?(?: \w+)*", r"(?:which|what)ever \w+", r"in (?:some|certain|many|most) \w+"),
        frozenset({"hedge", "unnamed", "empty"}),
        "What does it depend on, and what would you do in each case?",
    ),
    Missing(
        _any(r"(?:see|check|find out|test|evaluate|know|decide|look) (?:what|which|whether|how|if|both)"),
        frozenset({"hedge", "empty"}),
        "By which measure would you decide, and on which data?",
    ),
    Missing(
        _any(
            rf"(?:should|could|might|would|can|will)(?: \w+)? (?:be {_WORKS}|work|help|suffice"
            rf"|do)",
            r"if \w+",
        ),
        frozenset({"hedge", "empty"}),
        "Under which condition does that hold, and how would you check it?",
    ),
    Missing(
        _any(r"(?:happy|happier|satisfied|pleased|impressed|delighted|thrilled|loved|love|liked)"),
        _CLAIMS,
        "What did they see? Give the figure or the change they noticed.",
    ),
    Missing(
        _any(
            r"(?:fast|faster|quick|quicker|quickly|slow|slower|speed|speeds|latency|real time|no time"
            r"|runs at \w+)"
        ),
        _CLAIMS,
        "How fast? Give milliseconds or frames per second, and the device.",
    ),
    Missing(
        _any(
            r"(?:hardware|devices?|edge|resources?|budget|limits?|memory|power|cheap|cheaper|expensive"
            r"|money|cost)"
        ),
        _CLAIMS | {"unnamed"},
        "Which limit is it: memory, power, time or money, and how much of it?",
    ),
    Missing(
        _any(r"(?:data|images?|pictures?|samples|labels?|annotations?|datasets?)"),
        _CLAIMS | {"unnamed"},
        "Which data? Say how many, from where, and what is special about them.",
    ),
    Missing(
        _any(
            r"(?:small|smaller|big|bigger|large|larger|tiny|light|lighter|heavy|a lot|a bit|a little"
            r")"
        ),
        _CLAIMS,
        "How much, in figures?",
    ),
    Missing(
        _any(r"(?:models?|networks?|backbones?|architectures?|detectors?|deep learning|ai|algorithms?)"),
        _CLAIMS | {"unnamed"},
        "Which model? Name it, and the part of it that matters here.",
    ),
    Missing(
        _any(
            r"(?:accura\w+|better|best|performance|performs?|results?|robust\w*|quality|reliable|stable"
            r"|improve\w*"
            r"|higher|lower|good|well|powerful|efficient)"
        ),
        _CLAIMS,
        "Measured by what, on which data, and from what to what?",
    ),
)
"""In order: the first whose words stand in the phrase is asked for."""
