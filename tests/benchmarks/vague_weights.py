"""Train the weights by which sentences are told as vague, and say how well they do for other authors.

    python -m tests.benchmarks.vague_weights --answers one.jsonl two.jsonl [--write]

Each file (one JSON object a line: question, text, vague) is one author's. For every file the weights are
trained on all others and tried on it, as written and as a recogniser gives it (no marks, no capitals); then
they are trained on all, and written to ``voiceprep/checks/vague_weights.py`` with --write.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import voiceprep.checks
from voiceprep.bank import load
from voiceprep.checks import examine
from voiceprep.checks.vagueness import SURE, weigh
from voiceprep.model import Bank, Transcript
from voiceprep.resources import folder

MIN_SEEN = 60
"""Rarer features are left out: what few sentences show is chance."""
RIDGE = 10.0
"""How strongly weights are drawn to nothing; 10 and 40 did alike for an author not trained on."""
N_STEPS = 400
"""Steps of the descent; more change no weight's second decimal."""
EMPTY_FROM = 0.42
"""The likelihood from which a sentence is flagged; the best F1 for an author not trained on."""

Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Labelled:
    """One sentence: its answer, its place, what is in it, and where the answer's labels are."""

    answer: int
    span: tuple[int, int]
    features: dict[str, float]
    is_sure: bool
    wanted: Spans

    @property
    def is_vague(self) -> bool:
        return any(_overlap(self.span, other) for other in self.wanted)


def mangled(text: str) -> str:
    """``text`` without marks and capitals."""
    return re.sub(r"\s+", " ", re.sub(r"[.,?!;:—-]", " ", text)).strip().lower()


def sentences(path: Path, bank: Bank, *, bare: bool) -> list[Labelled]:
    """Every sentence of a file of answers, as written or ``bare`` of marks and capitals."""
    known = {question.id: question for question in bank.questions}
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        answer: dict[str, Any] = json.loads(line)
        if answer["question"] not in known:
            continue
        question = known[answer["question"]]
        change = mangled if bare else str
        text = change(answer["text"])
        wanted = [
            (start, start + len(span))
            for span in map(change, answer["vague"])
            if (start := text.find(span)) >= 0
        ]
        case = examine(question, Transcript(text, ()), bank)
        tokens = case.reading.tokens
        for weighed in weigh(case):
            span = tokens[weighed.span[0]].start, tokens[weighed.span[1] - 1].end
            is_sure = any(phrase.always for phrase in weighed.phrases)
            found.append(Labelled(number, span, dict(weighed.features), is_sure, wanted))
    return found


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def trained(rows: Sequence[Labelled]) -> dict[str, float]:
    """Weights of a ridge logistic regression over the features seen often enough."""
    seen = Counter(name for row in rows for name, value in row.features.items() if value)
    names = sorted(name for name, n_seen in seen.items() if n_seen >= MIN_SEEN)
    table = np.array([[float(row.features.get(name, 0.0)) for name in names] for row in rows])
    vague = np.array([float(row.is_vague) for row in rows])
    weights = _descend(table, vague)
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}


def _descend(table: npt.NDArray[np.float64], vague: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Accelerated gradient descent on the ridge logistic loss."""
    step = 1 / (0.25 * np.linalg.norm(table, 2) ** 2 + RIDGE)
    weights = ahead = np.zeros(table.shape[1])
    pace = 1.0
    for _ in range(N_STEPS):
        share = 1 / (1 + np.exp(-(table @ ahead)))
        moved = ahead - step * (table.T @ (share - vague) + RIDGE * ahead)
        faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        ahead = moved + (pace - 1) / faster * (moved - weights)
        weights, pace = moved, faster
    return weights


def threshold() -> float:
    """``EMPTY_FROM`` as a score."""
    return round(float(np.log(EMPTY_FROM / (1 - EMPTY_FROM))), 2)


def tried(rows: Sequence[Labelled], weights: dict[str, float]) -> tuple[float, float]:
    """Precision and recall of whole sentences flagged, by overlap."""
    flagged: dict[int, Spans] = {}
    wanted: dict[int, Spans] = {}
    for row in rows:
        wanted[row.answer] = row.wanted
        score = sum(weights.get(name, 0.0) * value for name, value in row.features.items())
        score += SURE * row.is_sure
        if score >= threshold():
            flagged.setdefault(row.answer, []).append(row.span)
    n_flagged = n_right = n_wanted = n_found = 0
    for answer, spans in wanted.items():
        got = flagged.get(answer, [])
        n_flagged += len(got)
        n_right += sum(any(_overlap(one, other) for other in spans) for one in got)
        n_wanted += len(spans)
        n_found += sum(any(_overlap(one, other) for other in got) for one in spans)
    return n_right / max(1, n_flagged), n_found / max(1, n_wanted)


HEAD = '''"""What a sentence's contents weigh when it is told whether it is vague; trained, not written.

Ridge logistic regression over labelled answers: ``python -m tests.benchmarks.vague_weights`` trains it and
says how well it does for authors it has not seen. Names are those of ``vagueness.weigh``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

'''


def written(weights: dict[str, float]) -> str:
    """The module that holds the weights, the heaviest first."""
    lines = [f"EMPTY_FROM = {threshold()}", '"""From this sum on a sentence is vague."""', ""]
    lines += ["WEIGHTS: Mapping[str, float] = MappingProxyType(", "    {"]
    ordered = sorted(weights.items(), key=lambda item: (-abs(item[1]), item[0]))
    lines += [f'        "{name}": {weight},' for name, weight in ordered if weight]
    return HEAD + "\n".join([*lines, "    }", ")", ""])


def main() -> None:
    """Print the figures; write the weights if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=Path, nargs="+", required=True, help="one file for each author")
    parser.add_argument("--write", action="store_true", help="keep the weights trained on all files")
    options = parser.parse_args()
    bank = load([folder("content")])
    plain = {path: sentences(path, bank, bare=False) for path in options.answers}
    bare = {path: sentences(path, bank, bare=True) for path in options.answers}
    for path in options.answers:
        rest = [row for other in options.answers if other != path for row in (*plain[other], *bare[other])]
        if rest:
            weights = trained(rest)
            for name, rows in (("as written", plain[path]), ("without marks", bare[path])):
                precision, recall = tried(rows, weights)
                print(f"{path.name:20} {name:14} precision {precision:.3f}  recall {recall:.3f}")
    weights = trained([row for path in options.answers for row in (*plain[path], *bare[path])])
    print(f"{len(weights)} weights")
    if options.write:
        target = Path(voiceprep.checks.__file__).parent / "vague_weights.py"
        target.write_text(written(weights), encoding="utf-8")


if __name__ == "__main__":
    main()
