"""Moves of procedure: diagnosis first, and steps in order."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import Place, content, is_question, named, own, said, shown
from voiceprep.model import Evidence, Kind

_NOT_PROPOSED = re.compile(
    r"\b(?:before|prior to|until|wanted to|wants to|i've seen|i saw|seen an?|tempt\w+|no point in"
    r"|instead of|rather than"
    r"|not by|without|what (?:to|it is i)|(?:could|might) also|decides)\b[^.;:?!]{0,40}$"
)
"""Before these words a remedy is only talked of: "before fixing anything", "I've seen a team swap models"."""
_TALKED_OF = 60
"""Characters before a remedy in which such words stand."""
_LOOKED_FOR = re.compile(
    r"(?:^|[.?!:;,] )(?:so |and |then |well |next |first |second |okay |um |uh |hmm |one |two |that is )*,? ?"
    r"(?:is|are|was|were|does|do|did|has|have|where|which|what|how (?:many|much|large|big|far|long|often)"
    r"|since when)\b"
)
"""Begins a question put to the system, direct or not: "is the chain the same as in the lab?"."""


def diagnosis_first(case: Case) -> tuple[Evidence, ...]:
    """A check, and no remedy before it."""
    checks = own(case, named(case, "checks"))
    checks += [
        here
        for here in said(case, _LOOKED_FOR, denied_too=True)
        if is_question(case, here.sentence) and len(content(case, here.token, here.token + 12)) >= MIN_ASKED
    ]
    if not checks:
        return ()
    first = min(checks, key=lambda here: here.start)
    remedies = named(case, "remedies", listed_too=True)
    if any(remedy.start < first.start and _is_proposed(case, remedy) for remedy in remedies):
        return ()
    return shown(case, first)


MIN_ASKED = 2
"""Words of content by which a question is about the system."""


def _is_proposed(case: Case, remedy: Place) -> bool:
    before = case.reading.folded[max(0, remedy.start - _TALKED_OF) : remedy.start]
    return not _NOT_PROPOSED.search(before)


_STEP = re.compile(
    r"\b(?:first(?:ly)?(?! (?:layer|layers|day|place|time|stage|one|class|frame))|second(?:ly)?|third(?:ly)?"
    r"|(?:step|phase|stage|beat|day|morning|week) (?:one|two|three|four|\d)|then|next(?! to)|after(?:wards)?"
    r"(?= (?:that|this|it|which|the|all)\b)|afterwards|finally|lastly|before (?:i|we|that|anything|it|the"
    r"|any)|"
    r"once \w+|start(?: by| with|ing)?|begin(?: by| with|ning)?|only (?:when|then|after|now)|at the end"
    r"|in the end|last of all|from there|when (?:that|it|this|the|a|someone|somebody|\w+ \w+s)|and now"
    r"|as soon as"
    r"|to finish|(?:that|this|which) done|done with that|comes? next|comes? last|followed by"
    r"|another (?:one|net|network"
    r"|model|step|branch)|the (?:second|third|last|next|final) (?:one|net|network|model|step|stage|thing"
    r"|part|job)"
    r"|(?:goes|go|passes|pass|feeds|handed|hand|hands) (?:it |them |that |these |this )?(?:in|on|over|to"
    r"|into|through|back)"
    r"|out (?:comes|come)|if (?:it|that|they|so|not|yes|he|the)|in that case|until|later|by then"
    r"|and only then"
    r"|what remains|what's left|whatever (?:is|was|'s)? ?(?:left|sold|survives|remains))\b"
    r"|(?:^|[.?!;:] )(?:one|two|three|four|last|one net|one network|one model)\b(?=,| )"
)
MIN_STEPS = 3
"""Two points make a jump; three make a sequence."""


def ordered_steps(case: Case) -> tuple[Evidence, ...]:
    """Connected steps in an order; when a cause is sought, none of them a remedy before a check."""
    steps: list[Place] = []
    for here in said(case, _STEP, denied_too=True):
        if not steps or here.token - steps[-1].token >= 4:
            steps.append(here)
    if len(steps) < MIN_STEPS:
        return ()
    if case.question.kind is Kind.DIAGNOSE and not diagnosis_first(case):
        return ()
    return shown(case, *steps[:4])


CHECKS = (
    Check(
        id="diagnosis-first",
        message="A remedy came before any check of the cause.",
        authority="interview guides: diagnose before fixing; the order matters",
        find=diagnosis_first,
        hears=(
            Example("I'd look at the misses by size, and then add data.", "look at"),
            Example("Before fixing anything I'd plot the misses by size.", "plot"),
            Example("Is the resize on the phone the same as in training? If not, fix that.", "Is"),
        ),
        passes=(
            "I'd add dropout and then look at the misses.",
            "That's overfitting.",
            "I'd clean the test set.",
            "Retrain it. Is the resize on the phone the same as in training?",
        ),
        denied=("I don't look at the misses.",),
    ),
    Check(
        id="ordered-steps",
        message="The steps were not put in an order.",
        authority="interview guides: connected pipeline against a list of buzzwords",
        find=ordered_steps,
        hears=(
            Example(
                "First I freeze the body, then I train the head, and after that I open the last stage.",
                "First",
            ),
            Example("One net finds the face. Another one makes a vector. Then it's a look-up.", "One net"),
        ),
        passes=("You freeze, train, deploy.", "There are many steps."),
        denied=("There is no first or second here.",),
    ),
)
