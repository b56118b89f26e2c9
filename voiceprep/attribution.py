"""Which words are not the speaker's claim: others' views turned down, what is called false, taken back.

A view that is told stays a claim until the speaker turns it down; who agrees with it has made it theirs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from voiceprep.text import Token, clause_of, occurrences, token_at, vocabulary

_DISCLAIMED = re.compile(
    r"\b(?:(?:it|that)(?: is|'s)(?: simply| just| really)? (?:not|never) (?:true|right|correct|the case|so"
    r"|like)(?: that)?"
    r"|it(?: is|'s) (?:false|wrong|untrue|incorrect|a myth|nonsense|a mistake)(?: that| to)?"
    r"|it isn't (?:true|right|correct|the case|so)(?: that)?"
    r"|(?:i|we) (?:don't|do not|wouldn't|would not|can't|never)(?: really| actually| quite)? (?:think"
    r"|believe|agree|buy|claim|say|accept|mean)(?: that| it)?"
    r"|(?:i|we) (?:doubt|disagree|reject|dispute|deny)(?: that| with)?|contrary to)\b"
)
"""Frames that turn down a whole statement; their negator belongs to no pattern."""

_LOOKING_BACK = vocabulary("that it agree disagree buy")
_ANSWER_ENDS = vocabulary("because but since")
_MARK = re.compile(r"[^\w\s']")
_TURN = vocabulary("but instead rather actually however")
_FALSE = (
    r"(?:just |simply |completely |plainly |actually |also |really )?"
    r"(?:false|wrong|untrue|incorrect|a myth|nonsense|not true|not the case|not right|not correct|a lie"
    r"|mistaken|not so)"
)
_HOW_OFTEN = (
    r"(?! (?:(?:all|most of|half|half of) the time|(?:(?:too|so|very|more|most|quite) )?often|every"
    r"|sometimes|once in a while)\b)"
)
"""What "is wrong all the time" is described as unreliable, not taken back."""

_FALSE_BACKWARDS = re.compile(
    rf"\b(?:(?:that|this|it|which)(?:'s| is) {_FALSE}|(?:that|this|it|which) isn't (?:true|the case|right"
    rf"|correct|so))\b"
    r"(?! (?:or|and|when|if|in|by|on|for|about)\b)" + _HOW_OFTEN
)
"""Looks back at what was just said."""

_FALSE_AROUND = re.compile(
    r"\b(?:(?:the (?:idea|claim|notion|statement|belief|view|story|theory) that|(?:saying|claiming|believing"
    r"|to say|to claim) that)(?:[^.?!;]|\.(?=\d)){3,160}?"
    r"|[a-z]+ing\b[^.?!;,]{3,120}?)"
    rf"(?:\b(?:is|are) (?:{_FALSE}|a (?:bad idea|mistake)|unnecessary|pointless|useless|overrated"
    rf"|not worth it|a waste(?: of \w+)?|not (?:needed|necessary))"
    rf"|'s {_FALSE}"
    r"|\b(?:isn't (?:true|right|needed|necessary|correct|worth it)|makes no sense|doesn't (?:help|work"
    r"|make sense)))\b"
)
"""A claim or an activity and the verdict on it in one breath: "the idea that ... is wrong"."""

_DROPPED = re.compile(
    r"\?\s*(?:no|nope|never|not really|not for me)\b"
    r"|\b(?:dropped (?:the|that) idea|decided against (?:it|that)|abandoned (?:it|that)|(?:is"
    r"|that's) what (?:they|people|others"
    r"|everyone|everybody|the books?) (?:say|says|teach|teaches|claim|claims|tell you"
    r"|tells you)\b(?=[^.?!]{0,20}\bbut\b))"
)
"""Turns down the whole sentence before it: "Freeze it? No."."""

_PEOPLE = (
    r"(?:people|folks|others|teams?|engineers?|developers?|researchers?|scientists?|experts?|students?"
    r"|candidates?|authors?|colleagues?|co-?workers?|boss|manager|management|lead|director|teammates?"
    r"|professor|lecturer|teacher|mentor|tutor|supervisor|advis[eo]r|friends?|vendors?|salesm[ae]n"
    r"|interns?|consultants?|clients?|customers?|reviewers?|vet|guys?|papers?|articles?|blogs?|books?"
    r"|textbooks?|tutorials?|courses?|forums?|posts?|talks?|videos?|docs|documentation|slides?|marketing)"
)
_DETERMINERS = (
    r"(?:some|many|most|other|several|plenty of|(?:a )?lots? of|certain|all|one|an?|another|my|our|the|this"
    r"|that|his|her|half the)"
)
_WISHES = (
    r"(?:(?:keep|keeps|kept) [a-z]+ing|says?|said|think|thinks|thought|claim(?:s|ed)?|believed?s?|argue[sd]?"
    r"|tells?|told|assume[sd]?|insist(?:s|ed)?|suggest(?:s|ed)?|recommend(?:s|ed)?|state[sd]?|swears?|swore"
    r"|repeat(?:s|ed)?|mention(?:s|ed)?|promise[sd]?|warn(?:s|ed)?|wants?|wanted|ask(?:s|ed)? (?:us|me|for|to"
    r"|if|why|whether)|demand(?:s|ed)?|advise[sd]?|teach(?:es)?|taught|preach(?:es|ed)?|propose[sd]?"
    r"|push(?:es|ed)? for|worry|worries|worried|complain(?:s|ed)?|writes?|wrote|expect(?:s|ed)?|likes? to"
    r"|prefer(?:s|red)?|would|(?:is|was|are|were|goes|go|went)(?: always)? on about)"
)
_VIEWS = (
    r"(?:worry|worries|idea|claim|theory|view|opinion|advice|fear|belief|suggestion|plan|wish|proposal"
    r"|complaint|rumou?r|myth)"
)
_REPORTS = re.compile(
    rf"\b(?:(?:{_DETERMINERS} (?:[a-z-]+ ){{0,2}})?{_PEOPLE}(?: of (?:mine|ours)| there| i know)?"
    rf"(?: (?:often|always|usually|will|might|may|sometimes|still|once|also|just|first|even|really))*"
    rf" {_WISHES}"
    r"|(?:some|many|several|plenty of|most|lots of|a lot of)(?: [a-z-]+)?"
    r" (?:say|claim|insist|argue|swear|believe|suggest|recommend|would)"
    rf"|(?:they|he|she|somebody|someone|everybody|everyone)(?: (?:once|always|also|all|still|often|first))?"
    rf" {_WISHES}"
    rf"|[a-z]+'s?s? (?:[a-z]+ )?{_VIEWS} (?:that|about|of|to|was|is|with)"
    rf"|there(?:'s| is| was) (?:this|an?|the) (?:[a-z]+ )?{_VIEWS} (?:that|of|about)"
    r"|i (?:first|once|initially|originally) (?:thought|believed|assumed|wanted)"
    r"|(?:at first|first|once|initially|originally),? i (?:thought|believed|assumed|wanted)"
    r"|i(?:'ve| have)? (?:read|heard|used to (?:think|believe|say|assume|do|hope))"
    r"|[a-z]+ (?:is|are) supposed to|(?:i|we)(?: was| were|'ve been| got| have been) (?:asked|told|advised"
    r"|urged|taught))\b"
)
"""Somebody's view or wish, told by the speaker; it stays a claim unless the speaker turns it down."""

_WORTHLESS = (
    r"(?:(?:all|just|a bit|quite|complete|completely|utter|pure|simply|mostly|really|plain|totally|rather"
    r"|too|so|such) )*(?:an? )?(?:complete |total |huge |bit of )?(?:waste|wrong|nonsense|rubbish|silly"
    r"|pointless|overkill|useless|mistaken|mistake|bad idea|exaggerated|overrated|ridiculous|unnecessary|myth"
    r"|outdated|superstition|untrue|false|incorrect|not (?:true|right|so|the case|needed|necessary|worth it"
    r"|what (?:i|we)|my experience|for (?:me|us)))\b"
)
_NOT = (
    r"(?:don't|didn't|wouldn't|can't|couldn't|won't|haven't|hasn't|doesn't|never|(?:do|did|would|could|have"
    r"|has|does) not|cannot)"
)
_ENDS = r"(?=\s*(?:[.,;:!?]|$|(?:so|and|but|because|since)\b))"
_REJECTED = re.compile(
    rf"\b(?:{_NOT}(?: (?:really|ever|quite|personally|even|actually))?"
    r" (?:(?:buy|bought|believed?|agreed?|accept(?:ed)?|trust(?:ed)?|bother|listen(?:ed)?|go along|went along"
    r"|think so|do so)\b"
    r"|(?:see|seen|saw|find|found|share|shared|need|needed|like|liked|understand|understood|do|done|did|want"
    r"|wanted|think|noticed|notice|use|used|had|try|tried) (?:it|that|this|them|so|any of|the (?:point|need"
    r"|use|sense|value)|why)\b"
    r"|found (?:it |that |this )?to be\b"
    r"|(?:work|worked|help|helped|hold|held|matter|mattered|happen|happened|convinced?|make (?:any )?sense"
    r"|pay off|paid off)\b)"
    rf"|(?:i|we|it|that|they|he|she)(?:'ve| have)? (?:wouldn't|didn't|don't|won't|haven't|doesn't|isn't"
    rf"|wasn't|never did|never have|(?:would|did|do|will|have|does|is|was) not){_ENDS}"
    r"|(?:i|we)(?:'ve| have)? (?:disagreed?|reject(?:ed)?|refused?|dismiss(?:ed)?|decided against|doubt"
    r"|(?:turned|talked|shot) (?:it|that|this|him|her|them) (?:down|out)|turned down"
    r"|ignored? (?:it|that|him|her|them)|(?:have|had) (?:my|our) doubts|beg to differ)\b"
    r"|(?:said|told (?:him|her|them))(?: that)? (?:no\b|nope|not? to\b|don't bother|never\b"
    r"|(?:to )?(?:forget|drop|leave) (?:it|that))"
    r"|not (?:at all |really |so |quite |too |that )?(?:convinced|persuaded|buying|sold|a fan"
    r"|sure (?:about|i agree))\b"
    rf"|(?:find|found|call|called|think|thought|considere?d?|say)(?: (?:that|it|this|them|him|he|they))?"
    rf"(?:'s|'re| is| was| are)? {_WORTHLESS}"
    rf"|(?:it|that|this|which|they|he|she)(?:'s|'re| is| are| was| were| sounds?| seems?) {_WORTHLESS}"
    r"|(?:isn't|wasn't|aren't) (?:true|right|so|the case|needed|necessary|what (?:i|we)|my experience)\b"
    r"|(?:nonsense|rubbish|bullshit)\b|forget (?:that|it|about it)\b|but no\b|no,? no\b|no thanks\b"
    r"|but (?:i|we)\b(?!(?:'ve| have| had)? (?:(?:also|do|did|would|think|thought|still|fully|totally) )*"
    r"(?:agreed?|share|shared|confirm|confirmed|so|also|too|did|do|liked?|they|he|she|took"
    r"|found (?:it|that|this|the same))\b)"
    r"|(?:but|and) who (?:does|needs|would|has|cares|wants|can|is)\b|who (?:cares|needs (?:that|it))\b"
    r"|turn(?:s|ed) out (?:(?:it|that|he|she|they|to be) )?(?:is |was )?(?:not|wrong|false|doesn't|didn't"
    r"|isn't|wasn't)\b)"
)
"""The speaker turns down what was told just before."""

_AGREED = re.compile(
    r"\b(?:(?:and|but|because|since|think|which|as|well|indeed|found|[^\w\s']) ?(?:(?:they|he|she|it|that"
    r"|this|which|who)(?:'s|'re| is| are| was| were| has been| have been)? |is |are |was |were )"
    r"(?:(?:also|indeed|quite|totally|probably|absolutely|mostly|exactly|still) )?(?:right|true|correct|fine"
    r"|fair|what (?:i|we) \w+|how (?:it|i|we)|the case)\b(?! (?:to|if|when|only)\b)"
    r"|(?:i|we)(?:'ve| have)? (?:(?:also|do|did|still|fully|totally|completely|would|can|have|too|only) )*"
    r"(?:agreed?(?! on\b)|share|shared|confirm(?:ed)?|said yes|took (?:it|that) up|saw that too"
    rf"|(?:see|seen|saw|found|believe) (?:it|that|this|as well|too|the same)\b(?! {_WORTHLESS})"
    r"|do (?:it|that|this|the same)|did (?:it|that|this|the same))\b"
    rf"|(?:i|we) (?:did|do|would|have|also|too){_ENDS}"
    r"|which (?:i|we)(?:'ve| have)? (?:also|have|do|did|found|see|saw|like|share|agree)\b"
    r"|so (?:do|did|would|have) (?:i|we)\b|me too\b|same here\b|rightly\b|no doubts?\b)"
)
"""The speaker takes up what was told just before; what is turned down later is something else."""

_LOOKING_BACK_TOKENS = 6
"""How near its beginning a sentence turns down what the sentence before it told."""

_OWN_TOKENS = 5
"""So long before the rejection a clause about "we" is more than its beginning."""

_IN_A_STORY = re.compile(
    r"(?:my|our|an?|the|one|another|his|her|i|we) (?!lot)|they|he|she|somebody|someone|at first"
)
"""Whose view is told as a part of what happened."""

_REPORT_TOKENS = 40
"""How long after a report begins the speaker can still turn it down."""

_EXPERTS = re.compile(
    r"\b(?:(?:i|we)(?:'d|'ll| would| will| happily| gladly| usually| rather)* (?:leave|left)(?: that| it"
    r"| this| those| them| all)*"
    r" (?:to|for) (?:the |other |some )?(?:[a-z]+ )?(?:scientists?|experts?|researchers?|specialists?|others"
    r"|somebody|someone|people|academics|theorists|mathematicians?|colleagues?|teams?|professors?))\b"
)
"""What the speaker leaves to others; what is left stands before it."""

_WITHDRAWAL = re.compile(
    r"\b(?:no,? wait|wait,? no|no,? sorry|sorry,? no|actually,? no|no,? actually|(?<!from )scratch that"
    r"|strike that|forget that"
    r"|forget what i (?:just )?said|let me (?:correct|rephrase|take that back|start over|restart)"
    r"|i take (?:that|it) back|i take back"
    r"|i misspoke|i meant to say|sorry,? i meant?|no,? i meant?|no,? that's (?:wrong|not right|not it"
    r"|not true|the other way)"
    r"|(?:wait|sorry|hang on|hold on|hmm),? that's (?:wrong|not right|not it|not true|the other way)"
    r"|that was wrong|i was wrong"
    r"|i got that (?:wrong|backwards)|i said that wrong)\b" + _HOW_OFTEN
)
_RESTORED = re.compile(
    r"^[\s,.;:!?…-]*(?:well,? )?(?:yes|yeah|it is|that's right|that was right|i was right)\b"
)
_REPAIR_TOKENS = 5
"""A mere phrase takes up a word said at most so long before ("the lowest, no wait, the highest")."""

_PHRASE_TOKENS = 2
"""Where it takes up none, it replaces so many words."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """For every token: is it turned down or taken back, is it a view told as part of what happened.

    ``frames`` are the tokens of phrases that turn down a whole statement ("it is not true that").
    """

    disowned: tuple[bool, ...]
    reported: tuple[bool, ...]
    frames: frozenset[int]


def foreign(folded: str, tokens: tuple[Token, ...]) -> Foreign:
    """What among ``tokens``, those of the text whose folding is ``folded``, is no claim of the speaker's."""
    disowned = [False] * len(tokens)
    reported = [False] * len(tokens)
    frames = _disclaimed(folded, tokens, disowned)
    _false(folded, tokens, disowned)
    _turned_down(folded, tokens, (disowned, reported))
    _left_to_experts(folded, tokens, disowned)
    _dropped(folded, tokens, disowned)
    _withdrawn(folded, tokens, clause_of(tokens), disowned)
    return Foreign(tuple(disowned), tuple(reported), frozenset(frames))


def _disclaimed(folded: str, tokens: tuple[Token, ...], disowned: list[bool]) -> set[int]:
    """Marks what is turned down as a whole; returns the tokens of the frames that do it."""
    frames: set[int] = set()
    for start, stop in occurrences(_DISCLAIMED, folded):
        at, after = token_at(tokens, start), token_at(tokens, stop)
        if at >= len(tokens):
            continue
        frames.update(range(at, after))
        if _is_answer(folded, tokens, after):
            continue
        end = after
        while end < len(tokens) and tokens[end].sentence == tokens[at].sentence:
            if _turns(tokens, end, after) and _is_set_off(folded, tokens, end):
                break
            end += 1
        for i in range(at, end):
            disowned[i] = True
    return frames


def _is_answer(folded: str, tokens: tuple[Token, ...], after: int) -> bool:
    """Whether a frame that ends before ``after`` turns down what came before ("I don't believe that, ")."""
    if after == len(tokens) or tokens[after].is_filler:
        return False
    if tokens[after].word == "so":
        return True
    if tokens[after - 1].word not in _LOOKING_BACK:
        return False
    return tokens[after].word in _ANSWER_ENDS or folded.startswith((",", ";", ":"), tokens[after - 1].end)


def _is_set_off(folded: str, tokens: tuple[Token, ...], at: int) -> bool:
    """Whether the turn at token ``at`` stands apart: where commas are set, "x but y" is one claim."""
    if at == 0 or tokens[at].word != "but" or "," not in folded:
        return True
    before = at - 1
    while before and tokens[before].is_filler:
        before -= 1
    return _MARK.search(folded, tokens[before].end, tokens[at].start) is not None


def _turns(tokens: tuple[Token, ...], at: int, begin: int) -> bool:
    """Whether the speaker's own statement begins here: "but", "instead", a new clause with a new subject."""
    if tokens[at].word in _TURN and at > begin:
        return True
    new_clause = at - begin >= 3 and tokens[at].clause != tokens[at - 1].clause
    return new_clause and tokens[at].word.split("'")[0] in {"i", "we"}


def _false(folded: str, tokens: tuple[Token, ...], disowned: list[bool]) -> None:
    """Marks what is called false, in the same breath or looking back."""
    for start, stop in occurrences(_FALSE_AROUND, folded):
        for i in range(token_at(tokens, start), token_at(tokens, stop)):
            disowned[i] = True
    for start, _ in occurrences(_FALSE_BACKWARDS, folded):
        at = min(token_at(tokens, start), len(tokens) - 1)
        begin = _sentence_start(tokens, at)
        if at == begin and begin:
            begin = _sentence_start(tokens, begin - 1)
        for i in range(begin, at):
            disowned[i] = True


def _dropped(folded: str, tokens: tuple[Token, ...], disowned: list[bool]) -> None:
    """Marks sentences that are asked and answered with no, or told and dropped."""
    for match in _DROPPED.finditer(folded):
        at = max(0, token_at(tokens, match.start() + 1) - 1)
        for i in range(_sentence_start(tokens, at), min(at + 1, len(tokens))):
            disowned[i] = True


def _turned_down(folded: str, tokens: tuple[Token, ...], marks: tuple[list[bool], list[bool]]) -> None:
    """Marks what is reported and then turned down by the speaker's own attitude."""
    disowned, reported = marks
    reports = [(start, token_at(tokens, start)) for start, _ in occurrences(_REPORTS, folded)]
    if not reports:
        return
    rejections = [token_at(tokens, match.start()) for match in _REJECTED.finditer(folded)]
    agreements = [token_at(tokens, match.start()) for match in _AGREED.finditer(folded)]
    for start, begin in reports:
        in_story = _IN_A_STORY.match(folded, start) is not None
        turns = [turn for turn in rejections if begin + 1 < turn <= begin + _REPORT_TOKENS]
        here = [turn for turn in turns if tokens[turn].sentence == tokens[begin].sentence]
        if not turns:
            continue
        # What people say may itself hold such words ("false alarms"): the last one is the speaker's.
        turn = here[-1] if here and not in_story else turns[0]
        if not _looks_back(tokens, begin, turn) or (in_story and _tells_own(tokens, begin, turn)):
            continue
        agreed = bisect_right(agreements, begin + 1)
        if agreed < len(agreements) and agreements[agreed] < turn:
            continue
        for i in range(begin, turn):
            (reported if in_story else disowned)[i] = True


def _looks_back(tokens: tuple[Token, ...], begin: int, turn: int) -> bool:
    """Whether the rejection at ``turn`` stands in the report's sentence or opens the next one."""
    if tokens[turn].sentence == tokens[begin].sentence:
        return True
    opening = _sentence_start(tokens, turn)
    near = turn - opening <= _LOOKING_BACK_TOKENS
    return near and tokens[opening - 1].sentence == tokens[begin].sentence


def _tells_own(tokens: tuple[Token, ...], begin: int, turn: int) -> bool:
    """Whether the speaker tells of himself between report and rejection: then that is turned down instead."""
    return any(
        tokens[i].clause != tokens[i - 1].clause
        and {tokens[i].word.split("'")[0], tokens[i + 1].word.split("'")[0]} & {"i", "we"}
        for i in range(begin + 3, turn - _OWN_TOKENS)
    )


def _left_to_experts(folded: str, tokens: tuple[Token, ...], disowned: list[bool]) -> None:
    """Marks what the speaker says before leaving it to others."""
    for start, _ in occurrences(_EXPERTS, folded):
        at = min(token_at(tokens, start), len(tokens) - 1)
        for i in range(_sentence_start(tokens, at), at):
            disowned[i] = True


def _withdrawn(
    folded: str, tokens: tuple[Token, ...], clauses: list[tuple[int, int]], disowned: list[bool]
) -> None:
    for start, stop in occurrences(_WITHDRAWAL, folded):
        if _RESTORED.match(folded[stop : stop + 40]):
            continue
        at, after = token_at(tokens, start), token_at(tokens, stop)
        begin = max(_sentence_start(tokens, min(at, len(tokens) - 1)), at - 30)
        if at - begin <= 1 and begin:
            begin = _sentence_start(tokens, begin - 1)
        elif _is_phrase(tokens, clauses, after):
            begin = max(begin, _repaired(tokens, at, after))
        for i in range(begin, after):
            disowned[i] = True


def _repaired(tokens: tuple[Token, ...], at: int, after: int) -> int:
    """Where the words begin that a phrase corrects: at the word it takes up again ("the"), or just before."""
    for back in range(at - 1, max(-1, at - 1 - _REPAIR_TOKENS), -1):
        if tokens[back].word == tokens[after].word:
            return back
    return at - _PHRASE_TOKENS


def _is_phrase(tokens: tuple[Token, ...], clauses: list[tuple[int, int]], at: int) -> bool:
    """Whether the correction beginning at ``at`` is a mere phrase, not a new statement."""
    if at >= len(tokens):
        return False
    end = clauses[at][1]
    return not any(
        token.word.split("'")[0] in {"i", "we", "you", "it", "they", "is", "are", "do"}
        for token in tokens[at:end]
    )


def _sentence_start(tokens: tuple[Token, ...], at: int) -> int:
    sentence = tokens[at].sentence
    while at and tokens[at - 1].sentence == sentence:
        at -= 1
    return at
