"""Moves of procedure: diagnosis first, and steps in order."""

from __future__ import annotations

import re

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import Place, named, said, shown
from voiceprep.model import Evidence, Kind

_PROPOSED = re.compile(r"\b(?:if|whether|see|when|in case|unless)\b")


def diagnosis_first(case: Case) -> tuple[Evidence, ...]:
    """A check, and no remedy before it."""
    checks = named(case, "checks")
    if not checks:
        return ()
    first = checks[0]
    if any(remedy.start < first.start for remedy in named(case, "remedies", listed_too=True)):
        return ()
    return shown(case, first)


_STEP = re.compile(
    r"\b(?:first(?:ly)?(?! (?:layer|layers|day|place|time|stage|one|class|frame))|second(?:ly)?|third(?:ly)?"
    r"|(?:step|phase|stage|beat) (?:one|two|three|four|\d)|then|next(?! to)|after (?:that|this)|afterwards"
    r"|finally|lastly|before (?:i|we|that|anything)|"
    r"once (?:that|it|this|the|i|we)|start(?: by| with|ing)?|begin(?: by| with|ning)?|only (?:when|then"
    r"|after)|at the end|in the end|last of all|from there|when that|and now|as soon as|to finish)\b"
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
        hears=(Example("I'd look at the misses by size, and then add data.", "look at"),),
        passes=("I'd add dropout and then look at the misses.", "That's overfitting."),
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
        ),
        passes=("You freeze, train, deploy.", "There are many steps."),
        denied=("There is no first or second here.",),
    ),
)
