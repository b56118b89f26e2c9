"""From findings to words: which follow-up to ask, what to say aloud, what a second answer added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voiceprep.model import (
    RATE_WPM,
    Assessment,
    Element,
    ElementFinding,
    Evidence,
    FollowUp,
    Kind,
    Move,
    MoveFinding,
    Question,
    Quote,
    Status,
    Term,
    Transcript,
    VagueFinding,
    Verdict,
)
from voiceprep.quoting import MAX_QUOTE_WORDS
from voiceprep.text import spoken

Debrief = Callable[[Question, Assessment, FollowUp | None], str]
"""What is said after an answer, given what is asked next (None: nothing); "" for nothing."""

MOVE_ORDER: tuple[Move, ...] = (
    Move.CHOICE,
    Move.DIAGNOSIS_FIRST,
    Move.ACTION,
    Move.RESULT,
    Move.TASK,
    Move.SITUATION,
    Move.REASON,
    Move.TRADE_OFF,
    Move.BOUNDARY,
    Move.ORDERED_STEPS,
    Move.NUMBER,
    Move.METRIC,
    Move.CONSTRAINT,
    Move.DATA,
    Move.MODEL,
    Move.CONTEXT,
)
"""In which order missing moves are asked for: the backbone of an answer first, its anchors last."""

_ASK = {
    Move.CHOICE: "Which one would you pick, if you had to decide now?",
    Move.DIAGNOSIS_FIRST: "Before changing anything: what would you check first?",
    Move.ACTION: "What was your own part in it? What did you do yourself?",
    Move.RESULT: "How did it end, and can you put a figure on it?",
    Move.TASK: "What exactly did you have to achieve?",
    Move.SITUATION: "Where and when was that? Tell me about one particular case.",
    Move.REASON: "Why is that?",
    Move.TRADE_OFF: "What do you give up with that?",
    Move.BOUNDARY: "In which case would that fail?",
    Move.ORDERED_STEPS: "Take me through it step by step: what comes first, and what next?",
    Move.NUMBER: "Can you put a figure on that, with its unit?",
    Move.METRIC: "Which measure would you watch, and on what?",
    Move.CONSTRAINT: "Which limit would you have to respect, in figures if you can?",
    Move.DATA: "What would the data look like, and what follows from it?",
    Move.MODEL: "Which model would you start from, and which part of it would you change?",
    Move.CONTEXT: "Can you tie that to a product or a dataset you know?",
}
SHORT = {
    Move.CHOICE: "which option you would pick",
    Move.DIAGNOSIS_FIRST: "what you would check before any fix",
    Move.ACTION: "what you did yourself",
    Move.RESULT: "how it ended",
    Move.TASK: "what you had to achieve",
    Move.SITUATION: "where and when it happened",
    Move.REASON: "why",
    Move.TRADE_OFF: "what you would give up",
    Move.BOUNDARY: "where it would fail",
    Move.ORDERED_STEPS: "the steps in their order",
    Move.NUMBER: "a figure with its unit",
    Move.METRIC: "the measure you would watch",
    Move.CONSTRAINT: "the limit you have to respect",
    Move.DATA: "something specific about the data",
    Move.MODEL: "something specific about the model",
    Move.CONTEXT: "a product or dataset as an example",
}
"""What was not said where a move is missing."""
_QUOTABLE = frozenset(
    {Move.REASON, Move.TRADE_OFF, Move.NUMBER, Move.METRIC, Move.BOUNDARY, Move.CONSTRAINT, Move.CHOICE}
)
"""Moves that sharpen something already said, so that a vague span is worth quoting."""

_SQUEEZES = (
    "you have a tenth of the time.",
    "there is ten times as much of it.",
    "you may spend a tenth of what you would.",
)
_CHANGES = tuple(
    f"You covered it. Now change one thing: {change} What would you do differently?" for change in _SQUEEZES
)
_EXPLAINED = (
    "You covered it. In which case would that no longer be true?",
    "You covered it. Where have you met that, or where would you expect to?",
)
_DEEPER = {
    Kind.DEFINE: _EXPLAINED,
    Kind.COMPARE: ("You covered it. In which case would you take the other one?",),
    Kind.BEHAVIORAL: ("You covered it. What would you do differently today?",),
}
"""What may be asked of whom nothing is missing; whatever builds something can be squeezed (``_CHANGES``)."""

WORST_FIRST = (
    "hedge",
    "unmeasured",
    "empty praise",
    "unnamed",
    "restated",
    "empty",
    "slogan",
    "tail",
)
"""Kinds of vagueness by what they cost an answer: first claims that one condition, figure or name would mend,
then what says nothing, last what only trails off."""
MAX_VAGUE_SPOKEN = 3
"""More quotations in a row are not remembered."""
_NO_GAP = "Nothing is missing."
MAX_GAPS = 2
"""A report ends with one or two things to do next, not a full list."""

Findings = tuple[tuple[ElementFinding, ...], tuple[MoveFinding, ...], tuple[VagueFinding, ...]]


def follow_up(question: Question, assessment: Assessment, transcript: Transcript) -> FollowUp:
    """The next thing to ask about an assessed answer; see :func:`choose` for the order."""
    return choose(question, (assessment.elements, assessment.moves, assessment.vague), transcript)


def choose(question: Question, findings: Findings, transcript: Transcript) -> FollowUp:
    """What to ask next, and what that probes.

    In this order: the first essential element that is missing (as in the question file), required moves
    in :data:`MOVE_ORDER`, elements that may have been misheard, the other elements, a vague span; if
    nothing is missing, a prepared probe that goes deeper, and at last a changed constraint.
    """
    elements, moves, vague = findings
    of_id = {element.id: element for element in question.elements}
    missing = [of_id[finding.id] for finding in elements if finding.status is Status.MISSING]
    named = {finding.id: finding.quote for finding in elements}
    for element in missing:
        if element.essential:
            return _about_element(question, element, named.get(element.id))
    unmade = {finding.id for finding in moves if finding.required and finding.status is Status.MISSING}
    for move in MOVE_ORDER:
        if move in unmade:
            return _about_move(question, move, vague)
    for finding in elements:
        if finding.status is Status.MISHEARD:
            return _about_misheard(finding)
    for element in missing:
        return _about_element(question, element, named.get(element.id))
    if vague:
        first = worst(vague)[0]
        return FollowUp(f"{_quoted(first)} {_sharpen(first)}", Move.NUMBER.value)
    return _deeper(question, elements, transcript)


def _about_element(question: Question, element: Element, named: Quote | None) -> FollowUp:
    prepared = next((probe.ask for probe in question.probes if probe.probes == element.id), None)
    if named is None:
        return FollowUp(prepared or f"What about this: {element.need}?", element.id)
    ask = prepared or "Can you say more about that?"
    return FollowUp(f"You mentioned “{named.text}”. {ask}", element.id)


def _about_move(question: Question, move: Move, vague: tuple[VagueFinding, ...]) -> FollowUp:
    prepared = next((probe.ask for probe in question.probes if probe.probes == move.value), _ASK[move])
    if vague and move in _QUOTABLE:
        return FollowUp(f"{_quoted(worst(vague)[0])} {prepared}", move.value)
    return FollowUp(prepared, move.value)


def _about_misheard(finding: ElementFinding) -> FollowUp:
    heard = finding.evidence[0].text if finding.evidence else ""
    return FollowUp(
        f"I heard “{_short(heard)}” and am not sure I got that. Can you say it in other words?",
        finding.id,
    )


def _deeper(question: Question, elements: tuple[ElementFinding, ...], transcript: Transcript) -> FollowUp:
    for wanted in (Move.BOUNDARY, Move.TRADE_OFF):
        for probe in question.probes:
            if probe.probes == wanted.value:
                return FollowUp(probe.ask, probe.probes)
    for probe in question.probes:
        said = next((finding for finding in elements if finding.id == probe.probes), None)
        if said is not None and said.evidence:
            quoted = f"You said “{said.quote.text}”. " if said.quote else ""
            return FollowUp(f"{quoted}{probe.ask}", probe.probes)
    # A card does not tell what it is about: only what fits any statement can be asked.
    asks = _EXPLAINED if question.reference else _DEEPER.get(question.kind, _CHANGES)
    return FollowUp(asks[len(transcript.text) % len(asks)], Move.BOUNDARY.value)


def what_if(number: int) -> str:
    """A changed constraint that fits any question; ``number`` chooses among them."""
    return f"Now change one thing: {_SQUEEZES[number % len(_SQUEEZES)]} What would you do differently?"


def worst(vague: tuple[VagueFinding, ...]) -> tuple[VagueFinding, ...]:
    """At most three vague spans, the worst first: by :data:`WORST_FIRST`, then as they were said."""
    ranked = sorted(vague, key=lambda finding: (_rank(finding.kind), finding.evidence.start))
    return tuple(ranked[:MAX_VAGUE_SPOKEN])


def _rank(kind: str) -> int:
    return WORST_FIRST.index(kind) if kind in WORST_FIRST else len(WORST_FIRST)


def _quoted(finding: VagueFinding) -> str:
    return f"You said “{_short(finding.evidence.text)}”."


def _sharpen(finding: VagueFinding) -> str:
    return finding.why if finding.why.endswith("?") else "What exactly, and how would you measure it?"


def _short(text: str, n_words: int = MAX_QUOTE_WORDS) -> str:
    parts = text.split()
    return " ".join(parts[:n_words]) + (" …" if len(parts) > n_words else "")


# ------------------------------------------------------------------------------ said aloud


def stopped_at(limit_s: float) -> str:
    """What is said to whom the hard cap of ``limit_s`` seconds has stopped."""
    return (
        f"I stop you here: {limit_s / 60:.0f} minutes are the most for a question of this kind. "
        "Everything you said is kept."
    )


def shortened(text: str) -> str:
    """``text`` as long as an ear keeps, cut at its end."""
    return _short(text)


def all_missed(assessment: Assessment) -> str:
    """Everything an answer left out, for whom asks."""
    gaps = [finding.need for finding in assessment.elements if finding.status is Status.MISSING]
    unmade = {made.id for made in assessment.moves if made.required and made.status is Status.MISSING}
    gaps += [SHORT[move] for move in MOVE_ORDER if move in unmade]
    return f"You left out: {'; '.join(gaps)}." if gaps else "You left nothing out."


def sample(question: Question) -> str:
    """A good answer, for whom asks."""
    return f"A good answer: {question.strong}"


def spoken_debrief(
    question: Question,
    assessment: Assessment,
    follow_up: FollowUp | None = None,  # noqa: ARG001  # of use to the brief one only
) -> str:
    """What is said aloud after an answer: one strength, at most two gaps, the three worst vague spans.

    Of the vague spans only the worst is asked about; that is as much as an ear keeps.
    """
    parts = [_strength(assessment), flatness(assessment)]
    parts += _gaps(question, assessment)
    parts += _vague(assessment)
    for pitfall in assessment.pitfalls[:1]:
        parts.append(f"One correction: {pitfall.correction}")
    return " ".join(part for part in parts if part)


BRIEF_S = 20.0
"""Longest debrief within a drill, follow-up and all: longer, and the next question is waited for."""

BRIEF_WORDS = round(BRIEF_S * RATE_WPM / 60)
"""As many words, at the voice's own rate."""

SHORT_QUOTE_WORDS = 5
"""Of what was said, where there is no room for more."""


def brief_debrief(
    glossary: tuple[Term, ...], question: Question, assessment: Assessment, follow_up: FollowUp | None
) -> str:
    """What is said aloud within a drill: one strength and one gap, in BRIEF_WORDS with the follow-up.

    Gives way in this order where there is no room: the end of the quotation, the strength, the gap. A gap
    that the follow-up is about is left for the speaker to fill; a wrong claim comes before any gap.
    """
    asked = follow_up.ask if follow_up is not None else ""
    gap = _gap(question, assessment, follow_up)
    for parts in (
        (_strength(assessment), gap),
        (_strength(assessment, SHORT_QUOTE_WORDS), gap),
        (gap,),
        (_strength(assessment),),
        (_strength(assessment, SHORT_QUOTE_WORDS),),
    ):
        said = " ".join(part for part in parts if part)
        if _n_spoken(f"{said} {asked}", glossary) <= BRIEF_WORDS:
            return said
    return ""


def one_breath(
    glossary: tuple[Term, ...],
    question: Question,
    assessment: Assessment,
    follow_up: FollowUp | None,
) -> str:
    """What is said aloud in rapid-fire: the one thing to add, or that there is none."""
    gap = _gap(question, assessment, follow_up)
    n_said = sum(finding.status is Status.SAID for finding in assessment.elements)
    said = f"{'Good' if n_said else 'Not yet'}. {gap}"
    return said if _n_spoken(said, glossary) <= BRIEF_WORDS else said.partition(".")[0] + "."


def _n_spoken(said: str, glossary: tuple[Term, ...]) -> int:
    return len(spoken(said, glossary).split())


def _gap(question: Question, assessment: Assessment, follow_up: FollowUp | None) -> str:
    """The first thing to mend that is not about to be asked for."""
    for pitfall in assessment.pitfalls[:1]:
        return f"One correction: {pitfall.correction}"
    asked = follow_up.probes if follow_up is not None else ""
    essential = {element.id for element in question.elements if element.essential}
    missing = [finding for finding in assessment.elements if finding.status is Status.MISSING]
    unmade = {made.id for made in assessment.moves if made.required and made.status is Status.MISSING}
    gaps = [(one.id, _unsaid(one)) for one in missing if one.id in essential]
    gaps += [(move.value, _unmade(move)) for move in MOVE_ORDER if move in unmade]
    gaps += [(one.id, _unsaid(one)) for one in missing if one.id not in essential]
    if not gaps:
        return _NO_GAP
    return next((gap for id_, gap in gaps if id_ != asked), "")


FLAT_MADE = 1 / 3
"""Share of the required moves up to which an answer is flat: one of 102 strong answers makes so few."""
MIN_DEMANDED = 2
"""Where one move is demanded, missing it is a gap and not a manner."""


def flatness(assessment: Assessment) -> str:
    """Names an answer that is correct and yet flat; "" for any other.

    Correct: something was said of what is asked for and no mistake was heard. Flat: it does next to nothing
    of what an answer at this level must do.
    """
    demanded = [move for move in assessment.moves if move.required]
    made = sum(move.status is Status.SAID for move in demanded)
    is_correct = not assessment.pitfalls and any(one.status is Status.SAID for one in assessment.elements)
    is_flat = len(demanded) >= MIN_DEMANDED and made <= FLAT_MADE * len(demanded)
    if not (is_correct and is_flat) or assessment.verdict is Verdict.STRONG:
        return ""
    return "That is correct, but flat: it describes, and an interviewer listens for how you decide and why."


def _strength(assessment: Assessment, n_words: int = MAX_QUOTE_WORDS) -> str:
    """What was good, in the most telling words of it; what it was, where none of them tell anything."""
    said = [one for one in assessment.elements if one.status is Status.SAID and one.evidence]
    best = max(said, key=lambda one: one.quote.worth if one.quote else 0.0, default=None)
    if best is not None:
        if best.quote is None:
            return f"Good: you told this: {best.need}."
        return f"Good: you said “{_short(best.quote.text, n_words)}”."
    for made in assessment.moves:
        if made.required and made.status is Status.SAID and made.evidence:
            if made.quote is None:
                return f"Good: you told {SHORT[made.id]}."
            return f"Good: “{_short(made.quote.text, n_words)}” does what was asked for."
    return "Thank you, that is a start." if assessment.verdict is not Verdict.STRONG else "Well answered."


def _unsaid(finding: ElementFinding) -> str:
    return f"I did not hear you say this: {finding.need}."


def _gaps(question: Question, assessment: Assessment) -> list[str]:
    essential = {element.id: element.essential for element in question.elements}
    missing = [finding for finding in assessment.elements if finding.status is Status.MISSING]
    missing.sort(key=lambda finding: not essential[finding.id])
    unmade = {
        made.id: made.evidence for made in assessment.moves if made.required and made.status is Status.MISSING
    }
    gaps = [_unsaid(finding) for finding in missing]
    gaps[1:1] = [_unmade(move, unmade[move]) for move in MOVE_ORDER if move in unmade][:1]
    if not gaps:
        return [_NO_GAP]
    return gaps[:MAX_GAPS]


def _unmade(move: Move, tried: tuple[Evidence, ...] = ()) -> str:
    if tried:
        return f"You said “{_short(tried[0].text)}”, which does not yet say {SHORT[move]}."
    return f"You have not yet said {SHORT[move]}."


def _vague(assessment: Assessment) -> list[str]:
    found = worst(assessment.vague)
    if not found:
        return []
    quotes = "; ".join(f"“{_short(finding.evidence.text)}”" for finding in found)
    return [f"This stayed vague: {quotes}. {_sharpen(found[0])}"]


# ------------------------------------------------------------------------------ a second answer


def spoken_gain(question: Question, before: Assessment, combined: Assessment, latest: Assessment) -> str:
    """What is said aloud after a follow-up's answer: what it added, one gap left, its own vague spots.

    ``before`` is of the answers before it, ``combined`` of all together, ``latest`` of the answer alone.
    """
    found = gain(before, combined)
    new = [_told(one) for one in combined.elements if one.id in found.elements]
    parts = [f"New: you said {' and '.join(new[:MAX_GAPS])}."] if new else []
    if found.moves:
        parts.append(f"Now you have said {' and '.join(SHORT[move] for move in found.moves[:MAX_GAPS])}.")
    if not parts and (found.still_missing or found.still_unmade):
        parts.append("That did not add what I am still missing.")
    parts += _gaps(question, combined)[:1]
    parts += _vague(latest)
    parts += [f"One correction: {pitfall.correction}" for pitfall in latest.pitfalls[:1]]
    return " ".join(parts)


def _told(finding: ElementFinding) -> str:
    return f"“{finding.quote.text}”" if finding.quote else f"this: {finding.need}"


@dataclass(frozen=True, slots=True)
class Gain:
    """What first and second answer together cover beyond the first alone, and what is still missing."""

    elements: tuple[str, ...]
    moves: tuple[Move, ...]
    still_missing: tuple[str, ...]
    still_unmade: tuple[Move, ...]
    verdict_before: Verdict
    verdict_after: Verdict


def gain(first: Assessment, combined: Assessment) -> Gain:
    """The gain of a second answer: ``first`` is of the first alone, ``combined`` of both together."""
    had = {finding.id for finding in first.elements if finding.status is Status.SAID}
    had_moves = {made.id for made in first.moves if made.status is Status.SAID}
    now = [finding for finding in combined.elements if finding.status is Status.SAID]
    return Gain(
        elements=tuple(finding.id for finding in now if finding.id not in had),
        moves=tuple(
            made.id
            for made in combined.moves
            if made.required and made.status is Status.SAID and made.id not in had_moves
        ),
        still_missing=tuple(finding.id for finding in combined.elements if finding.status is Status.MISSING),
        still_unmade=tuple(
            made.id for made in combined.moves if made.required and made.status is Status.MISSING
        ),
        verdict_before=first.verdict,
        verdict_after=combined.verdict,
    )
