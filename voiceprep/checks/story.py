"""Moves of a story: situation, task, action, result. They need one particular event."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import content, either, figures, said, shown, text_of
from voiceprep.model import Evidence

_WHEN = either(
    r"(?:summer|winter|spring|autumn|fall|year|month) before last|in twenty \w+|(?:one|that) (?:morning"
    r"|day|evening"
    r"|night|winter|summer|spring|autumn|week)|in my (?:\w+ )?(?:job|team|internship|thesis|company|project)",
    r"last (?:year|autumn|fall|spring|summer|winter|month|week|quarter|job)|this (?:year|spring|summer"
    r"|autumn|winter)",
    r"(?:a|one|two|three|four|five|few|couple of) (?:years?|months?|weeks?) ago|back (?:in|when|then)",
    r"in (?:20\d\d|january|february|march|april|june|july|august|september|october|november|december"
    r"|my (?:last|previous|first)|our)",
    r"at (?:my|the|a|our) [a-z-]+(?: [a-z-]+)?|during (?:my|the|a|our)|while (?:i|we) (?:was|were)",
    r"when i (?:joined|started|was)|we (?:had|did|were|ran|built)|that(?:'d| would|'s| was) (?:be )?the",
    r"it was (?:for|at|in|a|the)|this was|there was (?:this|a)|i was (?:at|on|working|asked|leading|the)"
    r"|my (?:team|manager|boss)",
    r"in one project|for a (?:client|customer|plant|hospital)|on (?:a|the|our|my) [a-z]+ (?:project|team"
    r"|line)",
)
_GENERAL = either(
    "generally", "usually", "always", "over the years", "in general", "often", "sometimes",
    r"you (?:discuss|find|try|talk)", "one should",
)  # fmt: skip
_TASK = either(
    r"(?:one|person|guy|woman|man) who had to|(?:it was|was) (?:up to me|my turn|on me|my job|left to me)"
    r"|fell to me"
    r"|they (?:wanted|needed|asked|expected|demanded)|(?:had|has) to (?:be|reach|get|go|run|hit|stay|work"
    r"|fit)\b",
    r"(?:i|we) (?:had|needed|was supposed|were supposed|was meant|was expected|were expected) to",
    r"(?:i|we) (?:was|were) (?:asked|told|tasked|responsible|given|charged|in charge|on the hook)|i owned",
    r"(?:my|our) (?:job|task|goal|target|role|mission|brief|assignment) (?:was|is|were)",
    r"the (?:goal|target|task|aim|brief|ask|deadline) was|(?:asked|told|wanted|expected|needed) (?:me|us) to",
    r"(?:i|we) had (?:\w+ ){1,3}(?:to|until|before|left)",
    r"(?:manager|boss|lead|client|customer) (?:wanted|asked|said|told|demanded|needed|gave)",
)
_STATE_VERBS = (
    "was|had|thought|felt|knew|wanted|believed|liked|preferred|hoped|guess|mean|think|inherited|joined"
    "|needed|got|learned|agreed"
)
_ACTION = either(
    r"i (?:also |then |just |first |finally |personally |quickly |simply |actually |even )?"
    rf"(?!(?:{_STATE_VERBS})\b)"
    r"(?:[a-z]+ed|wrote|built|made|took|ran|set|put|found|drew|cut|led|taught|gave|went|brought|chose|sent"
    r"|split|redid|rewrote"
    r"|froze|threw|did|began|spent|held|shot|sat|showed|tuned|pulled|told|met|fed|kept|dug|sought|rebuilt)"
)
_ADOPTED = (
    r"(?:signed|extended|shipped|deployed|adopted|approved|rolled out|released|renewed|merged|accepted"
    r"|cancelled|used"
    r"|bought|kept|dropped|solved|fixed|done|finished|delivered|published|live|saved|copied|installed"
    r"|promoted|hired|launched|retired|closed)"
)
_OUTCOME = either(
    r"in the end|at the end|as a result|eventually|finally|since then|today|ever since|by the end"
    r"|two (?:weeks|months|years) later|a (?:week|month|year) later|from then on",
    r"went (?:from|up|down|live|out|through|into|to)|from [^.]{1,30} to|down to|up to|(?:still"
    r"|now) (?:running|in use"
    r"|runs|use|uses|using|standing)|halved|doubled|tripled|saved",
    r"(?:dropped|fell|rose|improved|increased|decreased|jumped|climbed|grew|shrank|slipped|sank|stayed"
    r"|landed|ended"
    r"|finished|stood|settled|came (?:out|down|in|back)) (?:to |from |by |at |on |with |under |above |over"
    r" |roughly |about |up |down |only )*(?:an?|half|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|\w+teen|\w+ty"
    r"|\d[\d,.]*|zero|nought|none|nothing)",
    r"(?:dropped|fell|rose|improved|increased|decreased|jumped|climbed|grew|shrank|slipped) (?:from|by|to"
    r"|roughly|about)",
    r"now (?:it|we|they|the)|(?:brought|cut|took|raised|got) (?:it|that|this|them|recall|precision|latency"
    r"|the \w+) (?:down|up|from|to|by)",
    rf"(?:got|was|were|is|are) (?:\w+ )?{_ADOPTED}",
    rf"(?:they|he|she|it|who) (?:{_ADOPTED}|stopped|took|asked for more|still|never (?:asked|came|had)"
    r"|won|ran|passed|held|runs|had (?:its|their|his|her))",
    r"we (?:took|shipped|flew|went with|kept|chose|landed|ended|ended up|settled|were at|reached|hit|released"
    r"|launched|dropped|won|passed|met|made it|delivered|missed|finished|beat|stayed|switched)",
    r"(?:uses?|used|have used|has used) it (?:on|in|for|every|to|at)|(?:is|are|has been|have been) (?:now "
    r"|still )?(?:at|in use"
    r"|running|live|in production|the default|standard)|went (?:away|quiet)|dried up|(?:has"
    r"|have) been (?:running|in)",
    r"ended up|it (?:paid off|worked out)|the (?:result|outcome|upshot)(?: was|:| is)?|paid for"
    r" itself|got (?:their|his|her|its)|(?:renewed|signed|extended|cancelled|bought) (?:the|a|our|it)",
)
_CARRIED_OUT = re.compile(r"we (?:shipped|released|launched|delivered|finished|passed|won)\b")
_NEEDS_FIGURE = re.compile(r"from\b|went (?:from|up|down)\b")
"""Says something only with a figure: "from 61 to 89", not "from quite low to high"."""
_EMPTY_OUTCOME = re.compile(r"\b(?:very satisfied|happy|went well|big improvement|a lot|or so)\b")


_PAST = re.compile(r"\b(?:was|were|had|went|got|came|took|gave|made|did|said|told|[a-z]{3,}ed)\b")
MIN_PAST = 4
"""Verbs in the past tense by which a text tells what happened, whoever did it."""


def _is_event(case: Case) -> bool:
    """Whether one event is told: the past tense of somebody, not habits."""
    n_when = len(said(case, _WHEN, denied_too=True))
    return (
        bool(said(case, _ACTION, denied_too=True) or said(case, _TASK))
        or n_when >= 2
        or (n_when >= 1 and len(_PAST.findall(case.reading.folded)) >= MIN_PAST)
    )


def situation(case: Case) -> tuple[Evidence, ...]:
    """Where and when, in one particular event."""
    found = [
        here
        for here in said(case, _WHEN)
        if len(content(case, here.token, here.token + 14)) >= 2
        and not _GENERAL.search(text_of(case, here.sentence))
    ]
    return shown(case, *found[:2]) if _is_event(case) else ()


def task(case: Case) -> tuple[Evidence, ...]:
    """What the speaker had to reach."""
    found = [here for here in said(case, _TASK) if len(content(case, here.token, here.token + 14)) >= 2]
    return shown(case, *found[:2])


def action(case: Case) -> tuple[Evidence, ...]:
    """What the speaker did: "I" and a deed."""
    found = [here for here in said(case, _ACTION) if content(case, here.token + 1, here.token + 12)]
    return shown(case, *found[:3])


def result(case: Case) -> tuple[Evidence, ...]:
    """How it ended: an outcome with a figure, or a decision that was carried out."""
    found = []
    if not _is_event(case):
        return ()
    counted = {figure.place.sentence for figure in figures(case)}
    for here in said(case, _OUTCOME, denied_too=True):
        wording = text_of(case, here.sentence)
        carried_out = _CARRIED_OUT.match(case.reading.folded, here.start)
        if here.sentence not in counted and (
            (_EMPTY_OUTCOME.search(wording) and not carried_out)
            or _NEEDS_FIGURE.match(case.reading.folded, here.start)
        ):
            continue
        if content(case, here.token, here.token + 12) and not _GENERAL.search(wording):
            found.append(here)
    return shown(case, *found[:3])


CHECKS = (
    Check(
        id="situation",
        message="Where and when did this happen?",
        authority="interview guides: STAR stories; labelled answers: one particular event",
        find=situation,
        hears=(
            Example(
                "Last spring at a bottling plant the camera kept missing caps. I measured the light.",
                "Last spring",
            ),
        ),
        passes=("I generally get along with everyone.", "Communication is key."),
        denied=("There wasn't any such project last year.",),
    ),
    Check(
        id="task",
        message="What did you have to achieve?",
        authority="interview guides: STAR stories; labelled answers: what the speaker had to reach",
        find=task,
        hears=(Example("I had to halve the false alarms before the audit.", "I had to"),),
        passes=("I improved the model.", "It was a project."),
        denied=("Nobody told me to do anything.",),
    ),
    Check(
        id="action",
        message="What did you do yourself?",
        authority="interview guides: 'I' and not only 'we'",
        find=action,
        hears=(Example("I rewrote the labelling guide and measured agreement.", "I rewrote"),),
        passes=("We moved to a better backbone.", "I was happy with the team.", "I thought about it."),
        denied=("I never rewrote the labelling guide.",),
    ),
    Check(
        id="result",
        message="How did it end?",
        authority="interview guides: quantified impact; STAR stories",
        find=result,
        hears=(
            Example(
                "I rewrote the guide. In the end recall rose by six points.",
                "In the end",
            ),
            Example("I rewrote the guide. They extended the contract.", "They extended"),
            Example("I rewrote the guide. We missed March, but we shipped in June.", "we shipped"),
            Example("I rewrote the guide. Alarms went from sixty to twenty a day.", "went from"),
        ),
        passes=(
            "I tried it. Everybody was happy in the end.",
            "I tried it. From quite low to really high.",
            "I tried it. It was a lot of work.",
        ),
        denied=("There was no outcome.",),
    ),
)
