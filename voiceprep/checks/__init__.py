"""Findings about an answer: what was said, what the answer does, what is vague, how it was delivered.

Every check is one file with its declaration (message, authority, examples) and one line in the
tables below. Checks see one :class:`~voiceprep.checks.case.Case` and know nothing of one another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from types import MappingProxyType

from voiceprep import feedback, quoting, scoring
from voiceprep.checks import (
    anchors,
    boundary,
    choice,
    delivery,
    elements,
    pitfalls,
    procedure,
    reason,
    story,
    trade_off,
    vagueness,
)
from voiceprep.checks.case import Case, Check, compiled, evidence, word_sets
from voiceprep.checks.vague_words import GENERAL
from voiceprep.errors import Fault, UsageError
from voiceprep.matching import NO_WORDS, WordSet
from voiceprep.model import (
    Assessment,
    Bank,
    ElementFinding,
    Evidence,
    Kind,
    Level,
    Move,
    MoveFinding,
    Question,
    Quote,
    Status,
    Transcript,
    Verdict,
    Word,
)
from voiceprep.reading import read
from voiceprep.scope import in_story
from voiceprep.subject import telling
from voiceprep.text import STOPWORDS, Plain, Token, plainly, tokenise

MOVES: tuple[Check, ...] = (
    *choice.CHECKS,
    *reason.CHECKS,
    *trade_off.CHECKS,
    *boundary.CHECKS,
    *anchors.CHECKS,
    *procedure.CHECKS,
    *story.CHECKS,
)
"""One declaration for every move; its id is the move's."""

CHECKS: tuple[Check, ...] = (*elements.CHECKS, *MOVES, *vagueness.CHECKS, *delivery.CHECKS, *pitfalls.CHECKS)
"""Every check there is."""

STRONG_SHARE = 0.75
"""Mean share of elements (by weight) and required moves from which an answer is strong (labelled answers)."""
FLAT_SHARE = 0.4
"""Below this it is flat."""
LEAST_COVERED = 0.25
"""With less of the elements it is flat too, whatever moves it makes: these can be made about anything (of 225
labelled partial answers none loses its verdict by it, and five of six answers to other questions do)."""

_STORY = frozenset({Move.SITUATION, Move.TASK, Move.ACTION, Move.RESULT})
_FITTING: Mapping[Move, frozenset[Kind]] = MappingProxyType(
    {move: frozenset({Kind.BEHAVIORAL}) for move in _STORY}
    | {
        Move.CHOICE: frozenset({Kind.CHOOSE, Kind.DESIGN}),
        Move.DIAGNOSIS_FIRST: frozenset({Kind.DIAGNOSE}),
        Move.ORDERED_STEPS: frozenset({Kind.DIAGNOSE, Kind.PIPELINE, Kind.DESIGN}),
    }
    | {
        move: frozenset(Kind) - {Kind.BEHAVIORAL}
        for move in (Move.BOUNDARY, Move.CONTEXT, Move.DATA, Move.MODEL, Move.CONSTRAINT)
    }
)
"""Kinds of question at which a move means something though it is not required; others are open to all."""
_ANCHORS = frozenset({Move.DATA, Move.MODEL, Move.METRIC, Move.CONSTRAINT})
MIN_UNASKED_PLACES = 2
"""A lone word can pass for an anchor; one that was not asked for is reported from so many places."""

_ARGUED = frozenset({Kind.CHOOSE, Kind.COMPARE, Kind.DESIGN, Kind.DIAGNOSE, Kind.PIPELINE})


def required_moves(question: Question, level: Level) -> frozenset[Move]:
    """The moves an answer must make at ``level``: those of the question at its own level.

    Juniors define: below the question's level no trade-off and no boundary is demanded. Above it, mid
    adds the reason; senior adds trade-off and boundary where something is to be decided.
    """
    moves = set(question.moves)
    ranks = list(Level)
    if ranks.index(level) < ranks.index(question.level):
        moves -= {Move.TRADE_OFF, Move.BOUNDARY}
    if ranks.index(level) > ranks.index(question.level):
        moves.add(Move.REASON)
        if level is Level.SENIOR and question.kind in _ARGUED:
            moves |= {Move.TRADE_OFF, Move.BOUNDARY}
    return frozenset(moves)


def join(transcripts: tuple[Transcript, ...]) -> Transcript:
    """Several answers to one question as one transcript, their texts on lines of their own.

    Offsets count through the joined text. Times belong to separate recordings, so words of more than
    one answer carry none. No transcripts give an empty one.
    """
    if len(transcripts) == 1:
        return transcripts[0]
    words: list[Word] = []
    offset = 0
    for transcript in transcripts:
        words.extend(
            Word(word.text, word.start + offset, word.end + offset, None, None, word.probability)
            for word in transcript.words
        )
        offset += len(transcript.text) + 1
    return Transcript("\n".join(transcript.text for transcript in transcripts), tuple(words))


def examine(question: Question, transcript: Transcript, bank: Bank) -> Case:
    """One answer to ``question`` made ready for the checks."""
    pattern = compiled(question, bank.glossary)
    reading = read(transcript.text, pattern.lexicon)
    if question.kind is Kind.BEHAVIORAL:
        reading = replace(reading, scopes=in_story(reading.scopes))
    return Case(
        question,
        pattern,
        transcript,
        reading,
        word_sets(bank.synonyms),
        telling(question, bank),
    )


def assess(
    question: Question, transcripts: tuple[Transcript, ...], bank: Bank, level: Level | None = None
) -> Assessment:
    """All findings about the answers to ``question``, taken together; offsets are into ``join(transcripts)``.

    ``level`` is the question's own where None. Nothing said is no answer and gets no verdict: where the
    text holds no word this raises UsageError, and callers with a recording store "nothing said" instead.
    """
    transcript = join(transcripts)
    if not tokenise(transcript.text):
        raise UsageError("nothing was said: the answer holds no words; give some text or record again")
    plain = plainly(transcript.text)
    heard = transcript if plain is None else _heard(transcript, plain)
    case = examine(question, heard, bank)
    required = required_moves(question, level or question.level)
    found = _against_reference(case, bank) if question.reference else elements.find(case)
    moves = _moves(case, required)
    wrong, vague = pitfalls.find(case), vagueness.find(case)
    if plain is not None:
        place = partial(_as_said, transcript.text, plain)
        found = tuple(replace(one, evidence=tuple(map(place, one.evidence))) for one in found)
        moves = tuple(replace(one, evidence=tuple(map(place, one.evidence))) for one in moves)
        wrong = tuple(replace(one, evidence=tuple(map(place, one.evidence))) for one in wrong)
        vague = tuple(replace(one, evidence=place(one.evidence)) for one in vague)
    found, moves = _quoted(case, transcript.text, found, moves)
    verdict = _verdict(question, found, moves)
    return Assessment(
        question.id,
        verdict,
        found,
        moves,
        vague,
        wrong,
        delivery.find(transcripts),
        feedback.choose(question, (found, moves, vague), transcript),
    )


FIGURE_TELLS = 0.4
"""How much a figure tells of what was meant, as against a word that few questions use (1.0)."""
OTHER_TELLS = 0.2
"""How much a word tells that nobody foresaw, and that is not general English: the speaker's own case."""


def tells(case: Case) -> Callable[[Token], float]:
    """How much a word of the answer tells a listener, from 0.0: small and general words tell nothing."""
    general = _general(case.sets.get("general-words", NO_WORDS))

    def worth(token: Token) -> float:
        if token.is_filler or token.word.split("'")[0] in general or token.stem in general:
            return 0.0
        own = FIGURE_TELLS if token.stem[0].isdigit() else OTHER_TELLS
        return max(own, case.telling.get(token.stem, 0.0))

    return worth


@lru_cache(maxsize=8)
def _general(of_packs: WordSet) -> frozenset[str]:
    """Words and stems that belong to no subject."""
    return STOPWORDS | GENERAL | of_packs.singles


def _quoted(
    case: Case, text: str, found: tuple[ElementFinding, ...], moves: tuple[MoveFinding, ...]
) -> tuple[tuple[ElementFinding, ...], tuple[MoveFinding, ...]]:
    """The findings with what of ``text`` can be quoted back."""
    tokens, worth = tokenise(text), tells(case)

    def of(finding: ElementFinding) -> Quote | None:
        if finding.status is not Status.MISSING:
            return quoting.quote(text, tokens, finding.evidence, worth)
        element = next((one for one in case.question.elements if one.id == finding.id), None)
        return quoting.term(text, tokens, (case.question, element), worth) if element else None

    found = tuple(replace(one, quote=of(one)) for one in found)
    if any(one.status is Status.SAID for one in found):
        return found, moves  # what was done is praised where nothing was said
    return found, tuple(replace(one, quote=quoting.quote(text, tokens, one.evidence, worth)) for one in moves)


_word_table = lru_cache(maxsize=2)(scoring.word_table)


def _against_reference(case: Case, bank: Bank) -> tuple[ElementFinding, ...]:
    """Findings about the answer to a card: the statements of its reference, heard at which times."""
    question, table = case.question, _word_table(bank.words)
    against = scoring.reference(question.reference, question.ask, table)
    return tuple(
        replace(
            finding,
            evidence=tuple(evidence(case.transcript, piece.start, piece.end) for piece in finding.evidence),
        )
        for finding in scoring.score(against, case.transcript.text, table).elements
    )


def _heard(transcript: Transcript, plain: Plain) -> Transcript:
    """``transcript`` as if it had been said plainly: its words keep their times."""
    words = []
    at = 0
    for word in transcript.words:
        start = bisect_left(plain.places, word.start, at)
        end = bisect_left(plain.places, word.end, start)
        if start < end and plain.places[start] < word.end:
            words.append(replace(word, start=start, end=end))
        at = start
    return Transcript(plain.text, tuple(words))


def _as_said(text: str, plain: Plain, piece: Evidence) -> Evidence:
    """A piece of evidence from the plain text, at its place in the text as it was said."""
    start, end = plain.origin(piece.start, piece.end)
    return replace(piece, start=start, end=end, text=text[start:end])


def coverage(question: Question, sentence: str, bank: Bank) -> tuple[tuple[str, float], ...]:
    """How far a single sentence covers each element by itself: its id, and 0.0 to 1.0."""
    plain = plainly(sentence)
    case = examine(question, Transcript(sentence if plain is None else plain.text, ()), bank)
    found = _against_reference(case, bank) if question.reference else elements.find(case)
    return tuple((finding.id, finding.score) for finding in found)


def _moves(case: Case, required: frozenset[Move]) -> tuple[MoveFinding, ...]:
    """Every required move, said or missing, and those others that fit the question and were clearly made.

    A missing one has for evidence what was an attempt at it.
    """
    findings = []
    for check in MOVES:
        move = Move(check.id)
        if move not in required and case.question.kind not in _FITTING.get(move, frozenset(Kind)):
            continue
        shown = check.find(case)
        if move not in required and move in _ANCHORS and len(shown) < MIN_UNASKED_PLACES:
            continue
        if shown or move in required:
            status = Status.SAID if shown else Status.MISSING
            findings.append(MoveFinding(move, move in required, status, shown or check.attempted(case)))
    return tuple(findings)


_BY_MOVE: Mapping[Move, Check] = MappingProxyType({Move(check.id): check for check in MOVES})


def lacking(finding: MoveFinding) -> str:
    """What is told of a missing move: its message, or the words that were an attempt at it."""
    check = _BY_MOVE[finding.id]
    if not finding.evidence:
        return check.message
    tried = "; ".join(f'"{" ".join(piece.text.split())}"' for piece in finding.evidence)
    return f"{check.in_vain}: {tried}"


def _verdict(
    question: Question, found: tuple[ElementFinding, ...], moves: tuple[MoveFinding, ...]
) -> Verdict:
    """Strong, partial or flat by what was covered; what may have been misheard counts half."""
    weights = {element.id: element.weight for element in question.elements}
    credit = {Status.SAID: 1.0, Status.MISHEARD: 0.5, Status.MISSING: 0.0}
    covered = sum(weights[finding.id] * credit[finding.status] for finding in found) / sum(weights.values())
    demanded = [finding for finding in moves if finding.required]
    made = sum(finding.status is Status.SAID for finding in demanded) / len(demanded) if demanded else covered
    share = (covered + made) / 2
    if share >= STRONG_SHARE and covered >= STRONG_SHARE - 0.15:
        return Verdict.STRONG
    return Verdict.PARTIAL if share >= FLAT_SHARE and covered >= LEAST_COVERED else Verdict.FLAT


def prove(question: Question, bank: Bank) -> tuple[Fault, ...]:
    """What is wrong with a question's samples: strong must come out strong, flat must not."""
    faults = []
    if question.reference:
        return ()  # a card is its own sample
    strong = assess(question, (Transcript(question.strong, ()),), bank)
    missing = [finding.id for finding in strong.elements if finding.status is not Status.SAID]
    unmade = [
        finding.id.value for finding in strong.moves if finding.required and finding.status is not Status.SAID
    ]
    if strong.verdict is not Verdict.STRONG:
        lacks = ", ".join((*missing, *unmade))
        faults.append(Fault(question.id, "strong", f"comes out {strong.verdict.value}; not found: {lacks}"))
    flat = assess(question, (Transcript(question.flat, ()),), bank)
    if flat.verdict is Verdict.STRONG:
        faults.append(Fault(question.id, "flat", "comes out strong; it must be correct but flat"))
    return tuple(faults)
