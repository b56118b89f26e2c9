"""What a row of answers shows: the five hiring signals and the three C's. A profile, never a grade.

The signals are those interview guides agree on: architecture depth, a production mindset, trade-off
reasoning, data-centric thinking, current awareness. Of confidence, compatibility and capability only what
a transcript and its timing can show is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from voiceprep.checks import examine, join
from voiceprep.checks.case import Case
from voiceprep.checks.seek import Place, named, own, shown
from voiceprep.model import (
    Assessment,
    Attempt,
    Bank,
    Evidence,
    Kind,
    Move,
    Question,
    Signal,
    SignalHeard,
    SignalsNoted,
    Status,
    Transcript,
)

_WORDS = {
    Signal.ARCHITECTURE_DEPTH: "mechanisms",
    Signal.PRODUCTION_MINDSET: "production-words",
    Signal.DATA_CENTRIC: "data-work",
    Signal.CURRENT_AWARENESS: "newer-models",
}
_ARGUED = (Move.REASON, Move.TRADE_OFF, Move.BOUNDARY, Move.NUMBER)
"""A named thing is reasoned about where one of these is made in the same sentence."""
QUOTE_MARGIN = 80
"""Characters on both sides of what was heard that a quotation shows at most."""
_STORY = (Move.SITUATION, Move.TASK, Move.ACTION, Move.RESULT)


@dataclass(frozen=True, slots=True)
class Answered:
    """All answers to one question of a drill, and what was found in them together."""

    attempt: int
    question: Question
    transcripts: tuple[Transcript, ...]
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Quote:
    """Where a signal was heard best in one attempt."""

    attempt: int
    question: str
    text: str
    is_reasoned: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What was heard over ``n_answers`` questions.

    ``quotes``: one for every attempt a signal was heard in, reasoned ones first; none where it was not.
    Shares are None where nothing of their kind was asked, ``longest_pause_s`` where nothing was spoken.
    """

    n_answers: int
    quotes: tuple[tuple[Signal, tuple[Quote, ...]], ...]
    fillers_per_100_words: float | None
    vague_per_answer: float | None
    longest_pause_s: float | None
    story_moves_made: float | None
    elements_said: float | None


def signals(
    question: Question, transcripts: tuple[Transcript, ...], assessment: Assessment, bank: Bank
) -> tuple[SignalHeard, ...]:
    """The signals in the answers to one question, with the words they were heard in.

    What the question itself says earns nothing, nor does what is denied, attributed or only listed.
    """
    transcript = join(transcripts)
    case = examine(question, transcript, bank)
    made = {finding.id: finding.evidence for finding in assessment.moves if finding.status is Status.SAID}
    argued = [piece for move in _ARGUED for piece in made.get(move, ())]
    found = []
    for signal, words in _WORDS.items():
        for place in own(case, named(case, words)):
            reasoned = any(_same_sentence(case, place, piece) for piece in argued)
            found += [SignalHeard(signal, piece, reasoned) for piece in shown(case, place)]
    weighed = [*made.get(Move.TRADE_OFF, ())]
    if Move.CHOICE in made:
        # Asking for the limits first counts only where a commitment follows.
        weighed += shown(case, *named(case, "asks-first"))
    found += [SignalHeard(Signal.TRADE_OFF_REASONING, piece, is_reasoned=True) for piece in weighed]
    return tuple(found)


def noted(question: Question, attempt: Attempt, bank: Bank) -> SignalsNoted:
    """Which signals were heard in ``attempt``, each once; ``()`` where nothing was judged."""
    if attempt.combined is None:
        return ()
    judged = (answer for answer in attempt.replies if answer.assessment is not None)
    said = tuple(answer.transcript for answer in judged if answer.transcript is not None)
    reasoned: dict[Signal, bool] = {}
    for heard in signals(question, said, attempt.combined, bank):
        reasoned[heard.signal] = reasoned.get(heard.signal, False) or heard.is_reasoned
    return tuple(reasoned.items())


def _same_sentence(case: Case, place: Place, piece: Evidence) -> bool:
    first = min(
        (token.sentence for token in case.reading.tokens if token.end > piece.start), default=place.sentence
    )
    last = max(
        (token.sentence for token in case.reading.tokens if token.start < piece.end), default=place.sentence
    )
    return first <= place.sentence <= last


def of(attempts: Iterable[Attempt], bank: Bank) -> tuple[Answered, ...]:
    """What a profile is made of; attempts without findings, or at questions no longer there, are left out."""
    known = {question.id: question for question in bank.questions}
    return tuple(
        Answered(
            attempt.id,
            known[attempt.question],
            tuple(answer.transcript for answer in attempt.replies if answer.transcript),
            attempt.combined,
        )
        for attempt in attempts
        if attempt.combined is not None and attempt.question in known
    )


def profile(answered: Sequence[Answered], bank: Bank) -> Profile:
    """The profile over ``answered``; over nothing all shares are None and nothing was heard."""
    quotes: dict[Signal, list[Quote]] = {signal: [] for signal in Signal}
    for one in answered:
        heard = signals(one.question, one.transcripts, one.assessment, bank)
        for signal in Signal:
            best = sorted(
                (item for item in heard if item.signal is signal), key=lambda item: not item.is_reasoned
            )
            if best:
                text = _sentence(join(one.transcripts).text, best[0].evidence)
                quotes[signal].append(Quote(one.attempt, one.question.id, text, best[0].is_reasoned))
    deliveries = [one.assessment.delivery for one in answered]
    n_words = sum(delivery.words for delivery in deliveries)
    pauses = [delivery.longest_pause_s for delivery in deliveries if delivery.longest_pause_s is not None]
    stories = [one for one in answered if one.question.kind is Kind.BEHAVIORAL]
    technical = [one for one in answered if one.question.kind is not Kind.BEHAVIORAL]
    return Profile(
        len(answered),
        tuple(
            (signal, tuple(sorted(found, key=lambda quote: not quote.is_reasoned)))
            for signal, found in quotes.items()
        ),
        100 * sum(delivery.fillers for delivery in deliveries) / n_words if n_words else None,
        sum(len(one.assessment.vague) for one in answered) / len(answered) if answered else None,
        median(pauses) if pauses else None,
        _share(
            move.status is Status.SAID
            for one in stories
            for move in one.assessment.moves
            if move.id in _STORY
        ),
        _share(element.status is Status.SAID for one in technical for element in one.assessment.elements),
    )


def _share(flags: Iterable[bool]) -> float | None:
    every = list(flags)
    return sum(every) / len(every) if every else None


def _sentence(text: str, piece: Evidence) -> str:
    """The sentence of ``text`` that holds ``piece``, cut at both ends where it runs on without a stop."""
    begin = max((text.rfind(mark, 0, piece.start) for mark in ".?!\n"), default=-1) + 1
    ends = [at for mark in ".?!\n" if (at := text.find(mark, piece.end)) >= 0]
    begin = max(begin, piece.start - QUOTE_MARGIN)
    end = min([*ends, len(text), piece.end + QUOTE_MARGIN])
    return " ".join(text[begin:end].split())
