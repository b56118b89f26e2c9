"""A vague sentence said again: what the new one carries in the place of the old, and what it still lacks.

Both texts are assessed by the same checks, the answer as it was and the answer with the new sentence in the
old one's place. What the new sentence is credited with must be new to the whole answer: a sentence that was
said already, or the same words in another order, mend nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from voiceprep import checks, feedback
from voiceprep.checks import delivery
from voiceprep.checks.case import Case, evidence
from voiceprep.checks.seek import UNIT, Place, content, figures, named, named_anyhow, new_figures, own
from voiceprep.checks.vague_words import GENERAL
from voiceprep.model import (
    Assessment,
    Bank,
    Carried,
    Evidence,
    Judgement,
    Kind,
    Level,
    Move,
    Outcome,
    Question,
    Status,
    Transcript,
    VagueFinding,
)
from voiceprep.text import STOPWORDS, sentence_spans, tokenise

MAX_TRIES = 3
"""After so many the fitting sentence is read: to fail more often teaches nothing."""

MAX_SPOKEN_WORDS = 23
"""A judgement takes at most 10 s: the slowest of jargon takes the usual voice 0.43 s a word (measured)."""

MAX_QUOTE_WORDS = 4
"""Of what was just said a few words are enough to know it again."""

MIN_DETAIL_WORDS = 3
"""So many words of a subject that the answer had not held make a sentence concrete without figure or name."""

SUBJECT_SHARE = 0.5
"""Share of its telling words that must be of the question's subject, where nothing else ties a sentence to
it: nine in ten sentences of strong samples pass for their own question, one in four for another topic's."""

MIN_DENIED_WORDS = 2
"""So many of the words that stated something elsewhere must be denied, and half of them, to take it back."""

MIN_TELLING_WORDS = 2
"""A single word as evidence tells nobody what was said."""

LONGER_SHARE = 0.7
"""Share of the old sentence's words that a merely longer one keeps."""

_NAMES = (("model-names", "a name"), ("metrics", "a measure"), ("devices", "a device"))
_MOVES = {
    Move.CHOICE: "a choice",
    Move.REASON: "a reason",
    Move.TRADE_OFF: "the price of it",
    Move.BOUNDARY: "where it ends",
    Move.CONTEXT: "a case",
    Move.METRIC: "a measure",
    Move.DATA: "the data",
    Move.MODEL: "the model",
    Move.CONSTRAINT: "a limit",
    Move.DIAGNOSIS_FIRST: "a check before the fix",
    Move.ORDERED_STEPS: "steps in order",
    Move.SITUATION: "where it happened",
    Move.TASK: "the task",
    Move.ACTION: "what you did yourself",
    Move.RESULT: "how it ended",
}
"""How a move is named that a sentence makes; figures are told by themselves."""
_CONDITIONS = frozenset({"if", "when", "whenever", "unless"})
_FIGURE, _CONDITION, _DETAIL = "a figure", "a condition", "detail"
_ANCHORS = frozenset({Move.DATA, Move.MODEL, Move.METRIC, Move.CONSTRAINT})
"""A lone word can pass for one; they count where the question demands them."""
_STORY = frozenset({Move.SITUATION, Move.TASK, Move.ACTION, Move.RESULT})
MAX_COUNTED = 3
"""Up to here a number counts what follows ("three techniques"); only with a unit it is a figure."""


@dataclass(frozen=True, slots=True)
class Vague:
    """What is to be said again: characters ``start`` to ``end`` of the answer ``text``, and what it lacks."""

    text: str
    start: int
    end: int
    why: str

    @property
    def said(self) -> str:
        """The sentence on one line."""
        return " ".join(self.text[self.start : self.end].split())


def judge(
    question: Question, old: Vague, said: Transcript, bank: Bank, level: Level | None = None
) -> Judgement:
    """``said`` in the place of ``old``. Raises UsageError where it holds no word."""
    before = _Text(question, old.text, (old.start, old.end), bank, level)
    text, span = in_place(old, said.text)
    after = _Text(question, text, span, bank, level)
    found = _found(after, said)
    carries = tuple(_carried(before, after))
    still = after.vague
    lacks = feedback.worst(still)[0].why if still else old.why
    against = _against(before, after)
    outcome = _outcome(before, after, carries, against)
    return Judgement(
        outcome,
        tuple(replace(one, evidence=_shifted(one.evidence, span, said)) for one in carries)
        if outcome in (Outcome.MENDED, Outcome.BETTER)
        else (),
        "" if outcome is Outcome.MENDED else lacks,
        against,
        tuple(before.needs[id_] for id_ in sorted(before.stated_here - after.stated)),
        found,
    )


def is_vague(question: Question, old: Vague, bank: Bank, level: Level | None = None) -> bool:
    """Whether today's checks find something vague there: what was kept may be of earlier ones."""
    return bool(_Text(question, old.text, (old.start, old.end), bank, level).vague)


def in_place(old: Vague, said: str) -> tuple[str, tuple[int, int]]:
    """The answer with ``said`` in the old sentence's place, and the characters it takes there.

    A full stop parts it from its neighbours: recognisers leave it out.
    """
    new = said.strip()
    head, tail = old.text[: old.start].rstrip(), old.text[old.end :].lstrip()
    if head and head[-1] not in ".?!\n":
        head += "."
    head += " " if head else ""
    stop = "" if new[-1:] in (".", "?", "!") else "."
    return f"{head}{new}{stop}{' ' if tail else ''}{tail}", (len(head), len(head) + len(new))


class _Text:
    """An answer under examination, with the stretch in question."""

    def __init__(
        self, question: Question, text: str, span: tuple[int, int], bank: Bank, level: Level | None
    ) -> None:
        self.case: Case = checks.examine(question, Transcript(text, ()), bank)
        self.found = checks.assess(question, (Transcript(text, ()),), bank, level)
        self.span = span
        self.needs = {finding.id: finding.need for finding in self.found.elements}
        tokens = self.case.reading.tokens
        self.tokens = [at for at, token in enumerate(tokens) if span[0] <= token.start < span[1]]

    def here(self, piece: Evidence | Place) -> bool:
        """Whether ``piece`` touches the stretch."""
        return piece.start < self.span[1] and piece.end > self.span[0]

    def piece(self, start: int, end: int) -> Evidence:
        """Characters ``start`` to ``end`` as far as they lie in the stretch."""
        start, end = max(start, self.span[0]), min(end, self.span[1])
        return Evidence(start, end, self.case.transcript.text[start:end])

    @cached_property
    def every_stem(self) -> frozenset[str]:
        return frozenset(token.stem for token in self.case.reading.tokens)

    @cached_property
    def vague(self) -> tuple[VagueFinding, ...]:
        return tuple(finding for finding in self.found.vague if self.here(finding.evidence))

    @cached_property
    def stated(self) -> frozenset[str]:
        return frozenset(one.id for one in self.found.elements if one.status is Status.SAID)

    @cached_property
    def stated_here(self) -> frozenset[str]:
        """Elements that rest on words of the stretch."""
        return frozenset(
            one.id
            for one in self.found.elements
            if one.status is Status.SAID and any(map(self.here, one.evidence))
        )

    @cached_property
    def figures(self) -> frozenset[float]:
        """Every figure of the answer."""
        return frozenset(figure.value for figure in figures(self.case))

    @cached_property
    def figures_here(self) -> frozenset[float]:
        """Those of the stretch."""
        return frozenset(figure.value for figure in figures(self.case) if self.here(figure.place))

    def figures_beside(self, known: frozenset[float]) -> Iterator[Place]:
        """Where the stretch holds figures beside the ``known`` ones and the question's."""
        for figure in new_figures(self.case):
            place = figure.place
            last = self.case.transcript.text[place.start : place.end].split()[-1].lower()
            is_counted = figure.value <= MAX_COUNTED and figure.value == int(figure.value)
            if self.here(place) and figure.value not in known and not (is_counted and not UNIT.match(last)):
                yield place

    @cached_property
    def words_here(self) -> set[str]:
        """The words of the stretch, fillers left out."""
        tokens = self.case.reading.tokens
        return {tokens[at].word for at in self.tokens if not tokens[at].is_filler}

    def is_backed(self, finding: VagueFinding, carries: tuple[Carried, ...]) -> bool:
        """Whether the sentence of an empty phrase carries a figure: then the phrase does no harm."""
        spans = [
            (self.case.reading.tokens[begin].start, self.case.reading.tokens[end - 1].end)
            for begin, end in sentence_spans(self.case.reading.tokens)
        ]
        return any(
            start <= finding.evidence.start < end and start <= one.evidence.start < end
            for start, end in spans
            for one in carries
            if one.what == _FIGURE
        )

    def stems(self, tokens: list[int] | range) -> set[str]:
        """Stems of the telling words among ``tokens``, those of the question included."""
        every = self.case.reading.tokens
        return {every[at].stem for at in tokens if at in self._telling}

    @property
    def telling_here(self) -> list[int]:
        """Tokens of the stretch that tell something, those of the question included."""
        return [at for at in self.tokens if at in self._telling]

    @cached_property
    def _telling(self) -> frozenset[int]:
        tokens, ask = self.case.reading.tokens, self.case.compiled.ask
        asked = {at for at, token in enumerate(tokens) if token.stem in ask and not token.is_filler}
        return frozenset({*content(self.case, 0, len(tokens)), *asked})

    @cached_property
    def general(self) -> frozenset[int]:
        """Tokens whose words belong to no subject."""
        listed = frozenset(here.token for here in named_anyhow(self.case, "general-words"))
        tokens = self.case.reading.tokens
        return listed | {at for at, token in enumerate(tokens) if token.word in GENERAL}

    @cached_property
    def specific(self) -> list[int]:
        """Tokens of the stretch whose words belong to a subject and not to the question."""
        case = self.case
        scopes = case.reading.scopes
        within = set(self.tokens)
        return [
            at
            for at in content(case, 0, len(case.reading.tokens))
            if at in within
            and at not in self.general
            and not (scopes.denied[at] or scopes.foreign(at) or scopes.listed[at])
        ]

    def sentences(self) -> Iterator[range]:
        """The tokens of every sentence outside the stretch."""
        within = set(self.tokens)
        for begin, end in sentence_spans(self.case.reading.tokens):
            if not within & set(range(begin, end)):
                yield range(begin, end)


def _carried(before: _Text, after: _Text) -> Iterator[Carried]:
    """What the new sentence carries that the answer did not, the most telling first, no words told twice."""
    taken: list[Evidence] = []
    figures_told = [carried.evidence for carried in _new_figures(before, after)]
    empty = [
        spot.evidence
        for spot in after.vague
        if not any(_holds(spot.evidence, figure) for figure in figures_told)
    ]
    for find in (_new_figures, _new_elements, _new_moves, _new_names, _new_detail):
        for carried in find(before, after):
            piece = carried.evidence
            if find is not _new_figures and any(_holds(spot, piece) for spot in empty):
                continue  # what lies in an empty stretch fills nothing
            is_taken = any(piece.start < other.end and piece.end > other.start for other in taken)
            if find is _new_elements or not is_taken:
                taken.append(piece)
                yield carried


def _holds(outer: Evidence, inner: Evidence) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _new_figures(before: _Text, after: _Text) -> Iterator[Carried]:
    for place in after.figures_beside(before.figures):
        yield Carried(_FIGURE, after.piece(place.start, place.end))


def _new_elements(before: _Text, after: _Text) -> Iterator[Carried]:
    for element in after.found.elements:
        if element.id in after.stated_here - before.stated:
            piece = next(filter(after.here, element.evidence))
            is_telling = len(piece.text.split()) >= MIN_TELLING_WORDS
            span = (piece.start, piece.end) if is_telling else after.span
            yield Carried("what was missing", after.piece(*span))


def _new_moves(before: _Text, after: _Text) -> Iterator[Carried]:
    made = {move.id for move in before.found.moves if any(map(before.here, move.evidence))}
    for move in after.found.moves:
        if move.id in _MOVES and move.id not in made and (move.required or move.id not in _ANCHORS):
            for piece in filter(after.here, move.evidence):
                if len(piece.text.split()) >= MIN_TELLING_WORDS:
                    yield Carried(_MOVES[move.id], after.piece(piece.start, piece.end))
                    break


def _new_names(before: _Text, after: _Text) -> Iterator[Carried]:
    for name, what in _NAMES:
        for place in own(after.case, named(after.case, name)):
            if after.here(place) and after.case.reading.tokens[place.token].stem not in before.every_stem:
                yield Carried(what, after.piece(place.start, place.end))


def _new_detail(before: _Text, after: _Text) -> Iterator[Carried]:
    tokens = after.case.reading.tokens
    detail = [at for at in after.specific if tokens[at].stem not in before.every_stem]
    if len({tokens[at].stem for at in detail}) >= MIN_DETAIL_WORDS:
        is_condition = any(tokens[at].word in _CONDITIONS for at in after.tokens)
        what = _CONDITION if is_condition else _DETAIL
        yield Carried(what, after.piece(tokens[detail[0]].start, tokens[detail[-1]].end))


def _outcome(before: _Text, after: _Text, carries: tuple[Carried, ...], against: str) -> Outcome:
    old, new = before.stems(before.tokens), after.stems(after.tokens)
    has_figure = any(True for _ in after.figures_beside(before.figures_here))
    if not has_figure and (after.words_here <= before.words_here or _was_said(before, new)):
        return Outcome.SAME
    if against:
        return Outcome.CONTRADICTS
    if _is_elsewhere(before, after):
        return Outcome.ELSEWHERE
    if carries and not (new <= old and not has_figure):
        if all(after.is_backed(finding, carries) for finding in after.vague):
            return Outcome.MENDED
        if any(one.what not in (_DETAIL, _CONDITION) for one in carries):
            return Outcome.BETTER
    kept = len(old & new) >= LONGER_SHARE * len(old)
    return Outcome.LONGER if kept and len(after.tokens) > len(before.tokens) else Outcome.EMPTY


def _was_said(before: _Text, new: set[str]) -> bool:
    """Whether another sentence of the answer held all of it."""
    return bool(new) and any(new <= before.stems(sentence) for sentence in before.sentences())


def _is_elsewhere(before: _Text, after: _Text) -> bool:
    """Whether too little ties the new sentence to the question or to the old one.

    An element found in it does not: partial evidence is found in strange places.
    """
    tokens, compiled = after.case.reading.tokens, after.case.compiled
    if after.case.question.kind is Kind.BEHAVIORAL and any(
        move.id in _STORY and any(map(after.here, move.evidence)) for move in after.found.moves
    ):
        return False  # a story of one's own has words of its own
    telling = {tokens[at].stem for at in after.telling_here if at not in after.general}
    if not telling or telling & (before.stems(before.tokens) | compiled.ask):
        return False  # what says nothing is not about anything else
    return len(telling & compiled.subject) < SUBJECT_SHARE * len(telling)


def _against(before: _Text, after: _Text) -> str:
    """What the new sentence contradicts: a right statement, or what was said before; "" for nothing."""
    had = {pitfall.id for pitfall in before.found.pitfalls}
    for pitfall in after.found.pitfalls:
        if pitfall.id not in had and any(map(after.here, pitfall.evidence)):
            return pitfall.correction
    scopes = after.case.reading.scopes
    denied = after.stems([at for at in after.tokens if scopes.denied[at] or scopes.disowned[at]])
    tokens = before.case.reading.tokens
    for element in before.found.elements:
        for piece in element.evidence if element.status is Status.SAID else ():
            if not before.here(piece):
                stated = [at for at, token in enumerate(tokens) if piece.start <= token.start < piece.end]
                told = before.stems(stated)
                if len(told & denied) >= max(MIN_DENIED_WORDS, len(told) / 2):
                    return piece.text
    return ""


def _found(after: _Text, said: Transcript) -> Assessment:
    """The findings that lie in the new sentence, at their places in ``said``."""

    def pieces(found: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        return tuple(_shifted(piece, after.span, said) for piece in found if after.here(piece))

    whole = after.found
    return Assessment(
        question=whole.question,
        verdict=whole.verdict,
        elements=tuple(
            replace(one, evidence=pieces(one.evidence)) for one in whole.elements if pieces(one.evidence)
        ),
        moves=tuple(
            replace(one, evidence=pieces(one.evidence)) for one in whole.moves if pieces(one.evidence)
        ),
        vague=tuple(replace(one, evidence=pieces((one.evidence,))[0]) for one in after.vague),
        pitfalls=tuple(
            replace(one, evidence=pieces(one.evidence)) for one in whole.pitfalls if pieces(one.evidence)
        ),
        delivery=delivery.find((said,)),
        follow_up=whole.follow_up,
    )


def _shifted(piece: Evidence, span: tuple[int, int], said: Transcript) -> Evidence:
    """A piece of the answer with the new sentence, at its place in ``said`` and with its times there."""
    lead = len(said.text) - len(said.text.lstrip()) - span[0]
    start, end = max(piece.start, span[0]) + lead, min(piece.end, span[1]) + lead
    return evidence(said, start, end)


def fitting(question: Question, old: Vague, bank: Bank, level: Level | None = None) -> str:
    """The sentence of the sample answer that fits best in the place of ``old``; "" where there is none.

    Best is one that would mend it, of those the one that shares most words with it, then the one that
    carries most, then the earlier one.
    """
    source = " ".join((question.strong or question.reference).split())
    tokens = tokenise(source)
    edges = [(tokens[begin].start, tokens[end - 1].end) for begin, end in sentence_spans(tokens)]
    stems = _telling_stems(old.said)

    def rank(sentence: str) -> tuple[bool, int, int]:
        judged = judge(question, old, Transcript(sentence, ()), bank, level)
        n_telling = sum(one.what not in (_CONDITION, _DETAIL) for one in judged.carries)
        return judged.mended, len(stems & _telling_stems(sentence)), n_telling

    return max((source[start:end] for start, end in edges), key=rank, default="")


def _telling_stems(text: str) -> set[str]:
    return {token.stem for token in tokenise(text) if token.word not in STOPWORDS}


# ------------------------------------------------------------------------------ said aloud


def spoken(judgement: Judgement) -> str:
    """A calm sentence or two about the judgement, within :data:`MAX_SPOKEN_WORDS`."""
    told = [f"{one.what}, “{_short(one.evidence.text)}”" for one in judgement.carries]
    if judgement.outcome is Outcome.MENDED:
        second = next((one for one in judgement.carries[1:] if one.what != judgement.carries[0].what), None)
        also = f" and {second.what}, “{_short(second.evidence.text)}”" if second is not None else ""
        return _cut(f"That is concrete now: you gave {told[0]}{also}.")
    if judgement.outcome is Outcome.CONTRADICTS:
        return _cut(f"Careful, that contradicts this: {judgement.against}")
    opening = {
        Outcome.BETTER: f"Nearer: {told[0]}." if told else "",
        Outcome.SAME: "You have said that already.",
        Outcome.LONGER: "That is longer, not more concrete.",
        Outcome.EMPTY: "Other words, and nothing to hold on to yet.",
        Outcome.ELSEWHERE: "That is about something else.",
    }[judgement.outcome]
    return _cut(f"{opening} {judgement.lacks}")


def _short(text: str) -> str:
    parts = text.split()
    return " ".join(parts[:MAX_QUOTE_WORDS]) + (" …" if len(parts) > MAX_QUOTE_WORDS else "")


def _cut(said: str) -> str:
    """As many whole sentences as fit, else as many words; the screen has the rest."""
    parts = said.split()
    if len(parts) <= MAX_SPOKEN_WORDS:
        return said
    whole = [n for n, word in enumerate(parts, start=1) if n <= MAX_SPOKEN_WORDS and word[-1] in ".?!"]
    return " ".join(parts[: whole[-1]]) if whole else f"{' '.join(parts[:MAX_SPOKEN_WORDS])} …"
