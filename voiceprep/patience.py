"""Finished or thinking? What the words so far, and this speaker's own pauses, say about a silence.

Silence alone is the wrong test: people stop to think. :func:`closure` judges how an answer's words end,
:func:`wait_s` turns that into the silence after which it counts as finished.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from voiceprep.model import Kind, ListeningPace
from voiceprep.text import FILLERS, vocabulary, words


class Closure(Enum):
    """How the words of an answer end."""

    UNFINISHED = "unfinished"
    """More must come: "because", "so the", a comma, an announced list, a restart."""

    OPEN = "open"
    """Nothing tells: no mark, or a fragment."""

    ROUNDED = "rounded off"
    """A whole sentence, or a phrase people close with."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A silence in ``seconds`` after which this speaker went on, and how the words before it ended."""

    seconds: float
    after: Closure


@dataclass(frozen=True, slots=True)
class Waits:
    """Silences in seconds that end an answer, by how its words end.

    ``short_s`` is added to an answer of no words, less and less up to the usual length; the ``most_``
    ones bound what a speaker's own pauses can ask for.
    """

    rounded_s: float
    open_s: float
    unfinished_s: float
    short_s: float
    most_rounded_s: float
    most_unfinished_s: float


WAITS = {
    ListeningPace.PATIENT: Waits(2.0, 4.0, 7.0, 2.0, 4.0, 10.0),
    ListeningPace.NORMAL: Waits(1.2, 2.4, 4.0, 0.8, 2.2, 6.0),
    ListeningPace.QUICK: Waits(1.0, 1.6, 2.6, 0.4, 1.5, 4.0),
}
"""Normal outlasts a thinking pause of 3 s in an unfinished sentence with the second that detector and
recogniser may be late, and answers a whole one about as late as people do who leave room (1 to 1.5 s).
The others were set round it; tests/benchmarks/turns.py measures what they do."""

OWN_PAUSE = 1.25
"""How much longer than a speaker's own longest pause of that kind a silence must be."""

N_RECENT_PAUSES = 8
"""Pauses that still say how somebody speaks today."""

USUAL_WORDS = {
    Kind.DEFINE: 20,
    Kind.COMPARE: 25,
    Kind.CHOOSE: 25,
    Kind.DIAGNOSE: 30,
    Kind.PIPELINE: 35,
    Kind.DESIGN: 40,
    Kind.BEHAVIORAL: 40,
}
"""Words below which an answer is short for its kind: the flat samples of the bank have 25 to 60."""

FOLLOW_UP_WORDS = 10
"""The same for a follow-up, which asks for one thing."""

LIMIT_S = {
    Kind.DEFINE: 240.0,
    Kind.COMPARE: 300.0,
    Kind.CHOOSE: 300.0,
    Kind.DIAGNOSE: 420.0,
    Kind.PIPELINE: 480.0,
    Kind.DESIGN: 900.0,
    Kind.BEHAVIORAL: 480.0,
}
"""Longest answer by kind: twice what interview guides allow (two minutes for a definition, four for a
story), so that it only ever stops a voice in the background or somebody who has lost the thread."""


def wait_s(found: Closure, n_words: int, usual_words: int, pauses: Sequence[Pause], waits: Waits) -> float:
    """Seconds of silence after which an answer of ``n_words`` that ends like ``found`` is finished."""
    least_s, most_s = {
        Closure.ROUNDED: (waits.rounded_s, waits.most_rounded_s),
        Closure.OPEN: (waits.open_s, waits.unfinished_s),
        Closure.UNFINISHED: (waits.unfinished_s, waits.most_unfinished_s),
    }[found]
    own_s = max((p.seconds for p in pauses[-N_RECENT_PAUSES:] if p.after is found), default=0.0)
    share_missing = max(0.0, 1 - n_words / max(1, usual_words))
    return max(least_s, min(most_s, OWN_PAUSE * own_s)) + waits.short_s * share_missing


# ------------------------------------------------------------------------------ how words end

_CONJUNCTIONS = vocabulary(
    "and or but because cause cos so since although though whereas while if when unless until whether "
    "otherwise except than as nor plus once whenever wherever therefore hence thus namely however"
)
_PREPOSITIONS = vocabulary(
    "of to in on at for from by with about into over under between through during against within without "
    "across after before per via toward towards onto upon among amongst beyond behind beside besides despite "
    "like unlike versus near above below around along except inside outside since until regarding"
)
_DETERMINERS = vocabulary(
    "a an the its your our my their his her every each no some any another both either neither such "
    "whose these those this certain several"
)
_AUXILIARIES = vocabulary(
    "is are was were be been being am do does did has have had having will would can could should may might "
    "must shall isn't aren't wasn't weren't don't doesn't didn't won't wouldn't can't couldn't shouldn't "
    "hasn't haven't hadn't it's that's there's what's he's she's i'm we're they're you're i've we've they've "
    "you've i'd we'd they'd you'd i'll we'll they'll you'll it'll let's who's here's"
)
_SUBJECTS = vocabulary("i we you they he she who which what whom where how why that then")
_ADVERBS = vocabulary(
    "very really quite rather not just even almost mostly mainly basically especially particularly "
    "usually roughly approximately simply no"
)

HANGING = _CONJUNCTIONS | _PREPOSITIONS | _DETERMINERS | _AUXILIARIES | _SUBJECTS | _ADVERBS
"""Words after which more must come. Whole sentences end with some of them too ("what it depends on"); there
the price is a longer wait, where the other error would cut somebody off."""

_CLOSING = frozenset({("thank", "you"), ("by", "then"), ("back", "then")})
"""Pairs that close a sentence although the second word alone would not."""

_ORDINALS = vocabulary("first second third next last main other same only whole")
"""Words that hang on what is before them: "the first"."""

_TRANSITIVE = vocabulary(
    "use uses using used gives give giving means need needs says called makes make making lets let includes "
    "including choose pick requires require involves contains becomes become called want wants prefer put "
    "keeps keep got get gets getting let"
)
_RELATIVE = vocabulary("what which that how whatever who")

_POINTING = vocabulary("it there here")
"""Words that close a clause as its object, and open one as its subject."""

_MARKS_MORE = re.compile(r"(?:\.\.+|…|[,:;–—-])\s*$")
_MARKS_END = re.compile(r"[.?!][\"')\]]*\s*$")
_SENTENCE_END = re.compile(r"[.?!…](?=\s|$)")
_FORMULA = re.compile(
    r"\b(?:that(?:'s| is| would be| was)"
    r"(?: (?:mostly|basically|about|pretty much|really|probably|more or less))?"
    r"(?: all| it| my answer| everything)"
    r"|(?:that's|that is) (?:what|how|why|where|the reason why) (?:i|we)(?:'d|'ll)?"
    r" (?:would |will )?\w+(?: \w+){0,2}"
    r"|does that (?:answer|make sense).*|(?:i )?hope that (?:answers|helps).*|i don't know|no idea|i think so"
    r"|nothing (?:else|more)|and so on|and so forth|things like that|or something like that)$"
)
_ANNOUNCED = re.compile(
    r"\b(?:two|three|four|five|several|some|many|a few|a couple of|2|3|4|5)(?: \w+){0,2} "
    r"(?:things|reasons|ways|steps|points|parts|options|cases|problems|kinds|types|ideas|causes|stages|"
    r"questions|approaches|methods|factors|aspects|differences|advantages)$"
)
_PAIRS = (("either", "or"), ("not only", "but"), ("on the one hand", "other"))
_BEFORE_CLAUSE = re.compile(
    r"^(?:and |but |so |well |now )*(?:if|when|although|though|unless|while|whenever|once|even if|"
    r"even though|as soon as|as long as|given that|assuming|suppose|in case|whereas)\b"
)
_MAX_LONE_CLAUSE_WORDS = 8
"""A clause with "if" and no comma that is no longer than this has no main clause with it yet."""

_MIN_SENTENCE_WORDS = 3


def closure(text: str) -> Closure:
    """How ``text``, what was said so far, ends; no words are unfinished."""
    said = words(text)
    if not said or _MARKS_MORE.search(text) or said[-1] in FILLERS:
        return Closure.UNFINISHED
    last = _last_sentence(text)
    tail = words(last)
    if _FORMULA.search(" ".join(tail)):
        return Closure.ROUNDED
    if _hangs(tail) or _restarts(tail) or _owes(last):
        return Closure.UNFINISHED
    if _MARKS_END.search(text):
        return Closure.ROUNDED if len(tail) >= _MIN_SENTENCE_WORDS else Closure.OPEN
    # A recogniser that writes marks has left one out here.
    return Closure.UNFINISHED if _SENTENCE_END.search(text) else Closure.OPEN


def _last_sentence(text: str) -> str:
    """What follows the last mark that has words after it."""
    pieces = [piece for piece in _SENTENCE_END.split(text) if words(piece)]
    return pieces[-1]


def _hangs(tail: Sequence[str]) -> bool:
    """Whether the last word cannot end a sentence where it stands."""
    last, before = tail[-1], tail[-2] if len(tail) > 1 else ""
    if (before, last) in _CLOSING:
        return False
    if last in _POINTING:
        return before in _CONJUNCTIONS | _RELATIVE | {""}
    if last in _ORDINALS and before in _DETERMINERS | _CONJUNCTIONS:
        return True
    if last in _TRANSITIVE:
        return before in _RELATIVE or not _RELATIVE & set(tail[-6:-1])
    if last == "cause":  # short for because, else a noun
        return before not in _DETERMINERS
    return last in HANGING


def _restarts(tail: Sequence[str]) -> bool:
    """Whether the last words repeat those before: "it has, it has"."""
    return any(len(tail) >= 2 * n and tail[-n:] == tail[-2 * n : -n] for n in (1, 2, 3))


def _owes(sentence: str) -> bool:
    """Whether a sentence has promised what it has not given: a list, an "or", a main clause."""
    said = words(sentence)
    joined = " ".join(said)
    if _ANNOUNCED.search(joined):
        return True
    for opened, closing in _PAIRS:
        _, found, after = f" {joined} ".rpartition(f" {opened} ")
        if found and after and f" {closing} " not in f" {after}":
            return True
    lone = len(said) <= _MAX_LONE_CLAUSE_WORDS and "," not in sentence
    return lone and bool(_BEFORE_CLAUSE.match(joined))
