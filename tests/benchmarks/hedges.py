"""How many hedge cues of people speaking are heard, cue by cue, speakers held out.

    python -m tests.benchmarks.hedges --data roadrunner-speakers-1-14.csv [--show]

The data (cogstates/hedging: a cartoon retold, one utterance a row, its cues listed by annotators) stay
outside the repository. "like" is left out on both sides. A listed cue is looked for in its utterance; it is
heard where a recognised cue overlaps it, and a recognised cue is right where it overlaps a listed one. What
is listed and stands nowhere in its utterance counts as missed. "utterances" asks only whether one holds a
cue at all.

Speakers held out: for each speaker a cue is used only if it was right at least as often as wrong with the
others, or never said by them. Which neighbours silence a cue was written with all these speakers at hand.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from voiceprep.hedges import Hedge, hedges
from voiceprep.text import fold, tokenise

Span = tuple[int, int]


@dataclass(frozen=True)
class Utterance:
    """One row: who spoke, what, where the listed cues stand, and how many of them stand nowhere."""

    speaker: str
    text: str
    cues: tuple[Span, ...]
    n_lost: int


def read(path: Path) -> list[Utterance]:
    """All utterances of the file, "like" left out of their cues."""
    with path.open(encoding="utf-8-sig", newline="") as rows:
        return [_utterance(row) for row in csv.DictReader(rows)]


def _utterance(row: dict[str, str]) -> Utterance:
    text = row["Transcript"]
    folded = fold(text)
    listed = [] if row["Hedges"] == "NA" else [cue.strip() for cue in fold(row["Hedges"]).split(",")]
    spans: list[Span] = []
    n_lost = 0
    for cue in sorted((cue for cue in listed if cue not in {"", "like"}), key=len, reverse=True):
        wording = re.escape(cue.replace("youknow", "you know"))
        free = [
            match.span()
            for pattern in (rf"(?<!\w){wording}(?!\w)", wording)  # some words are written as one
            for match in re.finditer(pattern, folded)
            if not any(_overlap(match.span(), other) for other in spans)
        ]
        if free:
            spans.append(free[0])
        else:
            n_lost += 1
    return Utterance(row["Triad"], text, tuple(sorted(spans)), n_lost)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@dataclass
class Tally:
    """Right, wrong and missed cues; and the same for whole utterances."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    found: int = 0

    def f1(self) -> float:
        """Harmonic mean of the share of right ones and the share of found ones."""
        precision = self.right / max(1, self.right + self.wrong)
        recall = self.found / max(1, self.found + self.missed)
        return 2 * precision * recall / max(1e-9, precision + recall)

    def __str__(self) -> str:
        precision = self.right / max(1, self.right + self.wrong)
        recall = self.found / max(1, self.found + self.missed)
        n_heard = self.right + self.wrong
        return f"F1 {self.f1():.3f}  precision {precision:.3f}  recall {recall:.3f}  ({n_heard} heard)"


def heard(utterance: Utterance, silent: frozenset[str]) -> list[tuple[Hedge, Span, bool]]:
    """Recognised cues with their letters, and whether each is right."""
    tokens = tokenise(utterance.text)
    found = []
    for hedge in hedges(tokens):
        if hedge.cue.id not in silent:
            span = tokens[hedge.begin].start, tokens[hedge.end - 1].end
            found.append((hedge, span, any(_overlap(span, cue) for cue in utterance.cues)))
    return found


def tally(utterances: Iterable[Utterance], silent: frozenset[str], cues: Tally, whole: Tally) -> None:
    """Add ``utterances`` to the counts of cues and of whole utterances."""
    for utterance in utterances:
        found = heard(utterance, silent)
        n_right = sum(is_right for _, _, is_right in found)
        n_found = sum(any(_overlap(cue, span) for _, span, _ in found) for cue in utterance.cues)
        cues.right += n_right
        cues.wrong += len(found) - n_right
        cues.found += n_found
        cues.missed += len(utterance.cues) - n_found + utterance.n_lost
        has, said = bool(utterance.cues) or utterance.n_lost > 0, bool(found)
        whole.right += has and said
        whole.found += has and said
        whole.wrong += said and not has
        whole.missed += has and not said


def unreliable(utterances: Sequence[Utterance]) -> frozenset[str]:
    """Cues that are wrong more often than right among ``utterances``."""
    balance: Counter[str] = Counter()
    for utterance in utterances:
        for hedge, _, is_right in heard(utterance, frozenset()):
            balance[hedge.cue.id] += 1 if is_right else -1
    return frozenset(id_ for id_, more_right in balance.items() if more_right < 0)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the table of utterances")
    parser.add_argument("--show", action="store_true", help="list what was wrong and what was missed")
    options = parser.parse_args()
    utterances = read(options.data)
    speakers = sorted({utterance.speaker for utterance in utterances}, key=int)
    n_cues = sum(len(utterance.cues) + utterance.n_lost for utterance in utterances)
    print(f"{len(utterances)} utterances, {len(speakers)} speakers, {n_cues} cues without 'like'")
    cues, whole = Tally(), Tally()
    tally(utterances, frozenset(), cues, whole)
    print(f"all cues of the table\n  cues        {cues}\n  utterances  {whole}")
    held_cues, held_whole = Tally(), Tally()
    for speaker in speakers:
        others = [utterance for utterance in utterances if utterance.speaker != speaker]
        mine = [utterance for utterance in utterances if utterance.speaker == speaker]
        tally(mine, unreliable(others), held_cues, held_whole)
    print(f"each speaker held out\n  cues        {held_cues}\n  utterances  {held_whole}")
    if options.show:
        _show(utterances)


def _show(utterances: Sequence[Utterance]) -> None:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for utterance in utterances:
        found = heard(utterance, frozenset())
        for hedge, span, is_right in found:
            (right if is_right else wrong)[hedge.cue.id] += 1
            if not is_right:
                print(f"  wrong  {hedge.cue.id:18} {utterance.text[slice(*span)]!r} in {utterance.text!r}")
        for cue in utterance.cues:
            if not any(_overlap(cue, span) for _, span, _ in found):
                print(f"  missed {utterance.text[slice(*cue)]!r} in {utterance.text!r}")
    for id_ in sorted({*right, *wrong}):
        print(f"  {id_:18} right {right[id_]:3} wrong {wrong[id_]:3}")


if __name__ == "__main__":
    main()
