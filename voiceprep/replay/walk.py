"""Going through a replay by keys: where one stands, and what a key makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voiceprep.replay.marks import Gap, Mark, MarkKind, Replay, Sentence

KEYS = {
    "j": "next sentence",
    "k": "previous sentence",
    "f": "next finding",
    "d": "previous finding",
    "space": "play",
    "c": "compare",
    "q": "quit",
}
"""What each key does; Enter goes on like j."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A finding to stop at: a mark or a gap, and the number of its sentence (None: there is none)."""

    sentence: int | None
    finding: Mark | Gap


@dataclass(frozen=True, slots=True)
class Place:
    """The number of the sentence one stands at (0 before the first), and the stop reached last (-1: none)."""

    sentence: int = 0
    stop: int = -1


def stops(shown: Replay) -> tuple[Stop, ...]:
    """Every finding but fillers in the order of the answers, then what is missing."""
    marks: dict[int, Stop] = {}
    for sentence in shown.sentences:
        for mark in sentence.marks:
            if mark.kind is not MarkKind.FILLER:
                marks.setdefault(id(mark), Stop(sentence.number, mark))
    return (*marks.values(), *(Stop(gap.sentence, gap) for gap in shown.gaps))


def step(place: Place, key: str, shown: Replay) -> Place:
    """The place after ``key``; at either end, and for keys that do not move, it stays.

    After moving by sentence, the next finding is the first one of that sentence or behind it.
    """
    n_sentences, every = len(shown.sentences), stops(shown)
    if key in ("j", "enter", "k") and n_sentences:
        to = moved(place.sentence, key, n_sentences)
        before = [at for at, stop in enumerate(every) if isinstance(stop.finding, Mark)]
        reached = [at for at in before if (every[at].sentence or 0) < to]
        return Place(to, max(reached, default=-1))
    if key in ("f", "d") and every:
        to = min(len(every) - 1, max(0, place.stop + (-1 if key == "d" else 1)))
        return replace(place, stop=to, sentence=every[to].sentence or place.sentence)
    return place


def moved(at: int, key: str, n: int) -> int:
    """One on from number ``at`` of 1 to ``n``, or one back by k; 0 is before the first."""
    return min(n, max(1, at + (-1 if key == "k" else 1)))


def sentence_at(place: Place, shown: Replay) -> Sentence | None:
    """The sentence one stands at; None before the first."""
    return shown.sentences[place.sentence - 1] if 0 < place.sentence <= len(shown.sentences) else None
