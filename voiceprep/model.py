"""The nouns of the project: frozen dataclasses and nothing that acts.

Inside the program audio is counted in samples at :data:`RATE_HZ`; seconds appear only where a
person or a file format asks for them. Every tuple may be empty unless its comment says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Samples: TypeAlias = "NDArray[np.float32]"
"""Mono audio, float32, -1.0 to 1.0, RATE_HZ; shape (n_samples,)."""

RATE_HZ = 16_000
"""Sampling rate of all audio inside the program, in Hertz: what Whisper and Silero were trained on."""

RATE_WPM = 165
"""How fast questions and feedback are spoken where nothing else is chosen, in words a minute."""


# ------------------------------------------------------------------------------ content


class Level(StrEnum):
    """How much depth an answer must show; decides which moves and elements are demanded."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"


class Kind(StrEnum):
    """What a question asks of a speaker."""

    DEFINE = "define"
    COMPARE = "compare"
    CHOOSE = "choose"
    DESIGN = "design"
    DIAGNOSE = "diagnose"
    PIPELINE = "pipeline"
    BEHAVIORAL = "behavioral"


class ListeningPace(StrEnum):
    """How long the listener waits before it takes a silence for the end of an answer."""

    PATIENT = "patient"
    NORMAL = "normal"
    QUICK = "quick"


class Command(StrEnum):
    """What a speaker can ask for by voice; the words for it are in content/commands.toml."""

    REPEAT = "repeat"
    SLOWER = "slower"
    SKIP = "skip"
    NEXT = "next"
    HINT = "hint"
    PASS = "pass"  # noqa: S105  # no password: what somebody says who has no answer
    PAUSE = "pause"
    RESUME = "resume"
    DONE = "done"
    NOT_DONE = "not-done"
    RETRY = "retry"
    MISSED = "missed"
    SAMPLE = "sample"
    MARK = "mark"
    STOP = "stop"


class Tone(StrEnum):
    """What a short tone tells."""

    LISTENING = "listening"
    THINKING = "thinking"
    ERROR = "error"


CommandWords = tuple[tuple[Command, tuple[str, ...]], ...]
"""Every command and the utterances that mean it."""


class Move(StrEnum):
    """What an answer does, whatever its subject. The list is fixed by the question map."""

    CHOICE = "choice"
    REASON = "reason"
    TRADE_OFF = "trade-off"
    BOUNDARY = "boundary"
    CONTEXT = "context"
    NUMBER = "number"
    DATA = "data"
    MODEL = "model"
    METRIC = "metric"
    CONSTRAINT = "constraint"
    DIAGNOSIS_FIRST = "diagnosis-first"
    ORDERED_STEPS = "ordered-steps"
    SITUATION = "situation"
    TASK = "task"
    ACTION = "action"
    RESULT = "result"


WordGroups = tuple[tuple[str, ...], ...]
"""Sets of alternatives; a group set is met when one alternative of every set occurs near the others."""


@dataclass(frozen=True, slots=True)
class Element:
    """One thing a complete answer states, described by meaning.

    ``phrasings`` are plain sentences or clauses a person might say; ``groups`` are word groups
    that must meet within a window of sentences, in any order; ``opposites`` are plain phrasings
    that contradict the element and cancel it where they are heard.
    """

    id: str
    need: str
    phrasings: tuple[str, ...]
    groups: tuple[WordGroups, ...] = ()
    opposites: tuple[str, ...] = ()
    weight: float = 1.0
    essential: bool = True


@dataclass(frozen=True, slots=True)
class Probe:
    """A prepared follow-up: ``probes`` is the element id or move it tests, ``ask`` how it is asked."""

    probes: str
    ask: str


@dataclass(frozen=True, slots=True)
class Pitfall:
    """A wrong claim worth recognising, with the kind correction."""

    id: str
    phrasings: tuple[str, ...]
    correction: str


@dataclass(frozen=True, slots=True)
class Question:
    """One interview question with everything needed to ask, check and follow it up."""

    id: str
    ask: str
    topic: str
    level: Level
    kind: Kind
    rounds: tuple[str, ...]
    why: str
    hint: str
    elements: tuple[Element, ...]  # at least one
    moves: tuple[Move, ...]
    probes: tuple[Probe, ...]
    pitfalls: tuple[Pitfall, ...]
    considerations: tuple[str, ...]
    strong: str
    flat: str
    links: tuple[str, ...]
    pack: str
    reference: str = ""  # of a card: the answer it is held against, in place of phrasings and groups


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry: how it is written, spoken, and what a recogniser tends to make of it."""

    term: str
    spoken: str
    sounds_like: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class TopicShare:
    """Topics that together make up ``share`` parts of a drill."""

    topics: tuple[str, ...]
    share: float  # above 0


@dataclass(frozen=True, slots=True)
class Role:
    """A job prepared for: which topics come up, and how often. "any" is the mix where none is chosen."""

    id: str
    about: str
    shares: tuple[TopicShare, ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """All questions, glossary terms and synonym sets of the loaded packs.

    ``words`` is the table by which cards are scored (:func:`voiceprep.scoring.word_table`); it may be
    empty where no question has a reference.
    """

    questions: tuple[Question, ...]
    glossary: tuple[Term, ...]
    synonyms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    words: str = ""
    commands: CommandWords = ()
    roles: tuple[Role, ...] = ()


# ------------------------------------------------------------------------------ speech


@dataclass(frozen=True, slots=True)
class Word:
    """A word as recognised: where it stands in the text (characters) and when it was said.

    ``t0_s`` and ``t1_s`` are seconds from the start of the answer's recording, None for typed text.
    """

    text: str
    start: int
    end: int
    t0_s: float | None = None
    t1_s: float | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said: ``text`` and its words in order. Nothing said is ``Transcript("", ())``.

    ``asides_s`` are the moments in seconds at which the speaker asked for something ("repeat") or the program
    spoke: a silence that holds one is no pause of theirs. Typed text has none.
    """

    text: str
    words: tuple[Word, ...]
    asides_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as a recogniser returns it, before it has a place in a transcript.

    ``start`` and ``end`` count samples from the first sample handed to the recogniser.
    """

    text: str
    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of audio as a microphone delivers it.

    ``samples``: float32 mono at RATE_HZ, shape (n,). ``n_overflows``: how many times the device
    reported samples lost since the previous block.
    """

    samples: Samples
    n_overflows: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a recording in samples, ``start`` inclusive, ``end`` exclusive."""

    start: int
    end: int


# ------------------------------------------------------------------------------ findings


class Status(StrEnum):
    """Three verdicts, not two: misheard asks, it neither credits nor flags."""

    SAID = "said"
    MISSING = "missing"
    MISHEARD = "misheard"


class Verdict(StrEnum):
    """The whole answer in one word."""

    FLAT = "flat"
    PARTIAL = "partial"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words a finding rests on; offsets are characters into the transcript's text."""

    start: int
    end: int
    text: str
    t0_s: float | None = None
    t1_s: float | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an answer that mean something by themselves, and how much they tell together."""

    text: str
    worth: float


@dataclass(frozen=True, slots=True)
class ElementFinding:
    """Whether one element was said; ``score`` is how likely, 0.0 to 1.0, 0.5 where perhaps misheard.

    ``quote`` are words of it that can be quoted back, of a missing one a term that was named all the same;
    None where there are none, and in what comes from the journal.
    """

    id: str
    need: str
    status: Status
    score: float
    evidence: tuple[Evidence, ...]
    quote: Quote | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class MoveFinding:
    """Whether one move was made; ``status`` is said or missing. ``quote`` is as with elements."""

    id: Move
    required: bool
    status: Status
    evidence: tuple[Evidence, ...]
    quote: Quote | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class VagueFinding:
    """A span that carries no content, why it counts as vague, and what would make it concrete."""

    evidence: Evidence
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class PitfallFinding:
    """A wrong claim that was heard, and the right statement."""

    id: str
    correction: str
    evidence: tuple[Evidence, ...]


class Signal(StrEnum):
    """What hiring teams listen for across answers; a profile over a drill, never a grade."""

    ARCHITECTURE_DEPTH = "architecture depth"
    PRODUCTION_MINDSET = "production mindset"
    TRADE_OFF_REASONING = "trade-off reasoning"
    DATA_CENTRIC = "data-centric thinking"
    CURRENT_AWARENESS = "current awareness"


@dataclass(frozen=True, slots=True)
class SignalHeard:
    """A signal and the words it was heard in; ``is_reasoned`` is False where something was named, no more."""

    signal: Signal
    evidence: Evidence
    is_reasoned: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """What timing shows. ``fillers`` is a lower bound: Whisper drops "um".

    ``seconds``, ``words_per_minute`` and ``longest_pause_s`` are None for typed text.
    """

    words: int
    fillers: int
    seconds: float | None
    words_per_minute: int | None
    longest_pause_s: float | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The next thing to ask, and the element id or move it probes."""

    ask: str
    probes: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """All findings about one answer (or about several answers to one question taken together)."""

    question: str
    verdict: Verdict
    elements: tuple[ElementFinding, ...]
    moves: tuple[MoveFinding, ...]
    vague: tuple[VagueFinding, ...]
    pitfalls: tuple[PitfallFinding, ...]
    delivery: Delivery
    follow_up: FollowUp


# ------------------------------------------------------------------------------ a sentence said again


class Outcome(StrEnum):
    """What a second saying is beside the first."""

    MENDED = "mended"
    """Nothing vague is left, and it carries something the answer did not."""

    BETTER = "better"
    """It carries something new, and some of it is still vague."""

    SAME = "the same words"
    LONGER = "longer"
    EMPTY = "as empty"
    ELSEWHERE = "something else"
    """No word of it belongs to the question or the answer."""

    CONTRADICTS = "contradicts"


@dataclass(frozen=True, slots=True)
class Carried:
    """Something the new sentence carries: ``what`` it is, and its words, counted from the new sentence."""

    what: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Judgement:
    """A new sentence beside the old one.

    ``lacks`` asks for what is still missing, "" where nothing is; ``against`` is what it contradicts, "" for
    nothing; ``lost`` are the needs of elements that only the old sentence had stated. ``found`` holds the
    findings that lie in the new sentence, in its place; its verdict is that of the answer with it.
    """

    outcome: Outcome
    carries: tuple[Carried, ...]
    lacks: str
    against: str
    lost: tuple[str, ...]
    found: Assessment

    @property
    def mended(self) -> bool:
        """Whether the sentence need not be said again."""
        return self.outcome is Outcome.MENDED


# ------------------------------------------------------------------------------ the journal


class Ending(StrEnum):
    """Why an answer ended."""

    SILENCE = "silence"
    COMMAND = "command"
    KEY = "key"
    LIMIT = "limit"
    END_OF_AUDIO = "end of audio"
    TYPED = "typed"
    INTERRUPTED = "interrupted"
    MICROPHONE_LOST = "microphone lost"


class AnswerState(StrEnum):
    """Where an answer stands in the journal."""

    RECORDING = "recording"
    CHECKED = "checked"
    NOTHING_SAID = "nothing said"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the machine made the speaker wait, in seconds of wall clock; None where it did not apply."""

    last_speech_to_finished_s: float | None = None
    finished_to_flags_s: float | None = None
    recogniser_busy_s: float | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """What a try at saying a vague sentence again is about: characters of the answer ``ordinal``.

    ``mended`` tells whether it became concrete; False until that is judged.
    """

    ordinal: int
    start: int
    end: int
    mended: bool = False


REPAIR = "repair"
"""What a try at a vague sentence probes; which one is in its ``repairs``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One spoken (or typed) answer as kept in the journal.

    ``ordinal`` is 0 for the first answer to the question, 1 for the answer to the follow-up, and
    so on. ``audio`` is a path inside the journal's folder, None for typed text. ``marks_s`` are the seconds
    at which the speaker said "mark this". ``repairs`` is None but for a try at saying a vague sentence of
    another answer again; its assessment holds what lies in that sentence, judged in its place.
    """

    ordinal: int
    asked: str
    probes: str | None
    state: AnswerState
    ending: Ending | None
    transcript: Transcript | None
    assessment: Assessment | None
    audio: Path | None
    n_samples: int
    n_overflows: int
    timing: Timing = field(default_factory=Timing)
    marks_s: tuple[float, ...] = ()
    repairs: Repair | None = None


HOLDS_A_BOUNDARY = (Move.BOUNDARY, Move.CHOICE, Move.REASON, Move.TRADE_OFF)
"""Any of these answers "what if": a changed constraint may change the answer or be argued away."""


def has_held(probes: str, reply: Assessment) -> bool:
    """Whether ``reply`` says what a follow-up asked for, the element or move that it ``probes``."""
    said = {one.id for one in reply.elements if one.status is Status.SAID}
    made = {move.id for move in reply.moves if move.status is Status.SAID}
    if probes == Move.BOUNDARY:
        return not made.isdisjoint(HOLDS_A_BOUNDARY)
    return probes in said | made


def is_ready(first: Verdict | None, held: tuple[bool, ...]) -> bool:
    """Whether a question is ready: the first answer was strong, and every follow-up held; there was one."""
    return first is Verdict.STRONG and bool(held) and all(held)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One go at a question: the answers in order, and the findings over all of them together.

    ``read_again`` is when its recordings were last transcribed anew, aware, UTC; None: what it holds is what
    was heard on the day.
    """

    id: int
    question: str
    level: Level
    started: datetime  # aware, UTC
    recogniser: str
    answers: tuple[Answer, ...]
    combined: Assessment | None
    read_again: datetime | None = None

    @property
    def replies(self) -> tuple[Answer, ...]:
        """The answers to the question and its follow-ups; tries at single sentences are no such."""
        return tuple(answer for answer in self.answers if answer.repairs is None)

    @property
    def held(self) -> tuple[bool, ...]:
        """Of every follow-up whether the reply says what it asked for.

        It does not where it was passed or met with silence. One that was broken off is left out.
        """
        return tuple(
            answer.assessment is not None and has_held(answer.probes, answer.assessment)
            for answer in self.replies
            if answer.ordinal > 0
            and answer.probes is not None
            and (answer.assessment is not None or answer.state is AnswerState.NOTHING_SAID)
        )

    def is_mended(self, ordinal: int, start: int, end: int) -> bool:
        """Whether a vague stretch of an answer was said again and became concrete."""
        return any(
            tried.mended and tried.ordinal == ordinal and tried.start < end and tried.end > start
            for tried in (answer.repairs for answer in self.answers)
            if tried is not None
        )


class RunKind(StrEnum):
    """What a row of questions was for."""

    DRILL = "drill"
    RAPID = "rapid"
    SECTIONS = "sections"
    MOCK = "mock"


@dataclass(frozen=True, slots=True)
class Run:
    """Questions gone through in a row: the planned ones in order, and the attempts made so far.

    ``ended`` is None while it can be gone on with. ``role``, ``round`` and ``minutes`` are None where none
    was chosen; ``minutes`` are those of all rounds of a loop together. Forgotten attempts are no longer in
    ``attempts``.
    """

    id: int
    kind: RunKind
    started: datetime  # aware, UTC
    ended: datetime | None  # aware, UTC
    questions: tuple[str, ...]
    role: str | None
    round: str | None
    minutes: int | None
    attempts: tuple[int, ...]  # as they were begun


@dataclass(frozen=True, slots=True)
class Review:
    """An attempt in short; ``verdict`` is None where nothing was said.

    ``said``, ``prompted`` and ``missing`` are the ids of elements and demanded moves: said in the first
    answer, only after it was followed up, or in no answer. What may have been misheard is in none of them.
    """

    attempt: int
    question: str
    started: datetime  # aware, UTC
    verdict: Verdict | None
    said: tuple[str, ...] = ()
    prompted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


SignalsNoted: TypeAlias = tuple[tuple[Signal, bool], ...]
"""The signals heard in an attempt, and whether one of their mentions was reasoned."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an attempt adds to progress: its answers together, the first one alone, and each follow-up.

    ``first`` is None where the first answer was not judged. ``held`` is the attempt's
    own. ``signals`` is None where nobody has listened for them yet.
    """

    attempt: int
    question: str
    started: datetime  # aware, UTC
    first: Verdict | None
    elements: tuple[tuple[str, Status], ...]
    moves: tuple[tuple[Move, Status], ...]  # the required ones
    held: tuple[bool, ...]
    delivery: Delivery
    signals: SignalsNoted | None


class Order(StrEnum):
    """How vague spots are listed; the worst is the longest stretch that carries nothing."""

    NEWEST = "newest"
    WORST = "worst"


@dataclass(frozen=True, slots=True)
class VagueSpot:
    """A vague finding of an answer, where it stands, and the whole text of that answer.

    ``mended``: the speaker has said it again since, and then it was concrete.
    """

    attempt: int
    ordinal: int
    question: str
    started: datetime  # aware, UTC
    text: str
    finding: VagueFinding
    mended: bool = False


# ------------------------------------------------------------------------------ figures


class ChartKind(StrEnum):
    """How figures are drawn: a line over time, bars beside one another, or parts of one bar."""

    LINE = "line"
    BARS = "bars"
    PARTS = "parts"


@dataclass(frozen=True, slots=True)
class Series:
    """One figure for every label of a chart; None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures to be drawn, and told in words and as a table: ``series`` over ``labels``.

    ``unit`` is written at the axis. ``counts`` says of every label what its figures rest on ("3 answers").
    ``top`` is the end of the axis, None where the figures decide.
    """

    title: str
    kind: ChartKind
    unit: str
    labels: tuple[str, ...]  # at least one
    series: tuple[Series, ...]  # at least one
    counts: tuple[str, ...]
    top: float | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """An answer that a crash had cut short, and what of it was kept.

    ``audio`` is None and ``n_samples`` 0 where the crash came before anything reached the disk. ``is_try``
    tells whether it was a try at saying a vague sentence again, which is not finished but made anew.
    """

    attempt: int
    ordinal: int
    question: str
    audio: Path | None
    n_samples: int
    is_try: bool = False
