"""Moves of a story: situation, task, action, result. They need one particular event."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import content, either, figures, said, shown, text_of
from voiceprep.model import Evidence

_WHEN = either(
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
_OUTCOME = either(
    r"in the end|at the end|as a result|eventually|finally|since then|today",
    r"went (?:from|up|down|live)|from [^.]{1,30} to|down to|up to|still running|halved|doubled|tripled|saved",
    r"(?:dropped|fell|rose|improved|increased|decreased|jumped|climbed|grew|shrank|slipped) (?:from|by|to"
    r"|roughly|about)",
    r"now (?:it|we|they|the)|(?:brought|cut|took|raised|got) (?:it|that|this|them|recall|precision|latency"
    r"|the \w+) (?:down|up|from|to|by)",
    r"(?:got|was|were) (?:signed|extended|shipped|deployed|adopted|approved|rolled out|released|renewed"
    r"|merged|accepted|cancelled)",
    r"we (?:took|shipped|flew|went with|kept|chose|landed|ended|settled|were at|reached|hit|released"
    r"|launched|dropped|delivered|finished|caught|built on|concluded)",
    r"ended up|it (?:paid off|worked out|became)|the (?:result|outcome) was|(?:went|came) (?:through|quiet"
    r"|true)",
    r"i (?:concluded|got (?:it|them|there)|delivered|reached)|my (?:verdict|conclusion) was|so it became",
    r"(?:they|he|she|the [a-z]+) (?:then )?(?:signed|renewed|extended|adopted|kept|bought|got (?:their|his"
    r"|her|it)"
    r"|paved|approved|accepted|took it)|(?:delivered|finished|done|ready|live) (?:[a-z ]{0,16})?(?:in"
    r"|on) time",
)
_REACHED = either(
    r"(?:we|i|it|they|he|she|that|this|which) (?:\w+ )?(?:ended|finished|came|got|found|caught|reached|hit"
    r"|stood"
    r"|landed|won|saved|brought|gave|made|went|was at|were at|improved|rose|fell|dropped)",
)
"""An outcome where a figure stands in its sentence and the story has been told."""
_TOLD_SHARE = 0.5
"""How much of a story comes before its outcome."""
_EMPTY_OUTCOME = re.compile(r"\b(?:very satisfied|happy|went well|big improvement|a lot|or so|quite low)\b")


_PAST = either("was|were|had|went|got|said|took|came|ran|gave|did|found|became|put|made")
MIN_PAST = 4
"""So many verbs in the past tense tell an event."""


def _is_event(case: Case) -> bool:
    """Whether one event is told: the past tense of somebody, not habits."""
    return (
        bool(said(case, _ACTION, denied_too=True) or said(case, _TASK))
        or len(said(case, _WHEN, denied_too=True)) >= 2
        or len(said(case, _PAST, denied_too=True)) >= MIN_PAST
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
        if _EMPTY_OUTCOME.search(wording) and here.sentence not in counted:
            continue
        if content(case, here.token, here.token + 12):
            found.append(here)
    told = int(len(case.reading.tokens) * _TOLD_SHARE)
    found += [
        here
        for here in said(case, _REACHED, denied_too=True)
        if here.token >= told and here.sentence in counted
    ]
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
        ),
        passes=("I tried it. Everybody was happy in the end.",),
        denied=("There was no outcome.",),
    ),
)
