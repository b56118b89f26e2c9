"""Fit the weights of :mod:`voiceprep.weighing`, and judge them on files they were not fitted on.

    python -m tests.benchmarks.weights a.jsonl b.jsonl c.jsonl [--judge answers-dev.jsonl ...]

Labelled answers (one JSON object a line: question, text, present) are kept outside the repository. Each
file is judged by weights fitted on the others, those of ``--judge`` by weights fitted on all. What to put
into the module comes last.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from voiceprep.bank import load
from voiceprep.checks import elements, examine
from voiceprep.model import Bank, Status, Transcript
from voiceprep.resources import folder
from voiceprep.weighing import LIKELY, MIN_WORDS, Features, stretches

RIDGE = 2.0
"""Penalty on the squares of weights of standardised features."""
ROUNDS = 8
"""Fits, each on the stretches that the one before found best."""
STEPS = 15
"""Newton steps of one fit."""
BINS = 5
"""Rows of the table of calibration."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Item:
    """One element of one answer: whether it is there, what the patterns say, and every stretch weighed.

    ``said`` is None where the patterns leave it open. ``rows`` holds the features of its stretches, with a
    leading 1; ``n_words`` how many of its words each holds.
    """

    is_present: bool
    said: bool | None
    rows: Array
    n_words: NDArray[np.int64]


def items(path: Path, bank: Bank) -> list[Item]:
    """Every element of every answer in ``path`` whose question is in the bank."""
    known = {question.id: question for question in bank.questions}
    found: list[Item] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)
        if (question := known.get(answer["question"])) is None:
            continue
        case = examine(question, Transcript(answer["text"], ()), bank)
        patterns = case.compiled.elements
        decided = [elements.decided(case, pattern) for pattern in patterns]
        wanted = frozenset(at for at, finding in enumerate(decided) if finding is None)
        weighed = list(stretches(case.reading, case.compiled.known, case.compiled.ask, wanted))
        for at, (pattern, finding) in enumerate(zip(patterns, decided, strict=True)):
            own = [stretch for stretch in weighed if stretch.element == at]
            rows = [(1.0, *astuple(stretch.features)) for stretch in own] or [
                (1.0, *([0.0] * len(fields(Features))))
            ]
            found.append(
                Item(
                    pattern.element.id in answer["present"],
                    None if finding is None else finding.status is not Status.MISSING,
                    np.array(rows),
                    np.array([stretch.n_words for stretch in own] or [0]),
                )
            )
    return found


def fit(found: Sequence[Item]) -> Array:
    """Bias and weights by ridge regression on log odds over the best stretch of every open element."""
    undecided = [item for item in found if item.said is None]
    present = np.array([item.is_present for item in undecided], dtype=float)
    every = np.vstack([item.rows for item in undecided])
    mean, spread = every.mean(axis=0), every.std(axis=0) + 1e-9
    mean[0], spread[0] = 0.0, 1.0
    scaled = [(item.rows - mean) / spread for item in undecided]
    penalty = np.array([1e-6, *([RIDGE] * (len(mean) - 1))])
    weights = np.zeros(len(mean))
    chosen = np.array([rows[rows[:, 1:].sum(axis=1).argmax()] for rows in scaled])
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            likely = 1.0 / (1.0 + np.exp(-chosen @ weights))
            slope = chosen.T @ (present - likely) - penalty * weights
            curve = (chosen * (likely * (1.0 - likely))[:, None]).T @ chosen + np.diag(penalty)
            weights += np.linalg.solve(curve, slope)
        chosen = np.array([rows[(rows @ weights).argmax()] for rows in scaled])
    plain = weights / spread
    plain[0] = weights[0] - float((weights[1:] / spread[1:]) @ mean[1:])
    return cast("Array", plain)


@dataclass(frozen=True)
class Judged:
    """An element with the likelihood it was given, and whether it counts as said."""

    item: Item
    likelihood: float
    is_said: bool


def judge(item: Item, weights: Array) -> Judged:
    """``item`` as the patterns decide it, and where they leave it open by its best stretch."""
    if item.said is not None:
        return Judged(item, float(item.said), item.said)
    odds = item.rows @ weights
    best = int(odds.argmax())
    likely = float(1.0 / (1.0 + np.exp(-odds[best])))
    return Judged(item, likely, likely >= LIKELY and bool(item.n_words[best] >= MIN_WORDS))


def alone(item: Item) -> Judged:
    """``item`` as the patterns alone decide it."""
    return Judged(item, float(item.said or 0), bool(item.said))


def table(found: Iterable[Judged]) -> str:
    """Flags of missing elements against the labels: F1, accuracy, and both kinds of error."""
    counts = Counter((judged.is_said, judged.item.is_present) for judged in found)
    false, missed, hit = counts[False, True], counts[True, False], counts[False, False]
    f1 = 2 * hit / max(1, 2 * hit + false + missed)
    accuracy = (hit + counts[True, True]) / max(1, counts.total())
    return f"F1 {f1:.3f}  accuracy {accuracy:.3f}  false flags {false}, false credits {missed}"


def calibration(found: Sequence[Judged]) -> Iterable[str]:
    """For elements the patterns leave open, by likelihood: how many, and how many of them were said."""
    for at in range(BINS):
        own = [
            judged
            for judged in found
            if judged.item.said is None and min(int(judged.likelihood * BINS), BINS - 1) == at
        ]
        if own:
            likely = sum(judged.likelihood for judged in own) / len(own)
            said = sum(judged.item.is_present for judged in own) / len(own)
            yield f"{len(own):5} of mean likelihood {likely:.2f}: {said:.2f} said"


def main() -> None:
    """Print what each file gains from weights fitted on the others, then the weights of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fitted", type=Path, nargs="+", help="files of labelled answers to fit on")
    parser.add_argument("--judge", type=Path, nargs="*", default=[], help="files only to be judged")
    options = parser.parse_args()
    bank = load([folder("content")])
    files = {path: items(path, bank) for path in (*options.fitted, *options.judge)}
    left_out: list[Judged] = []
    for path, own in files.items():
        others = [item for other in options.fitted if other != path for item in files[other]]
        if not others:
            continue
        weights = fit(others)
        judged = [judge(item, weights) for item in own]
        print(f"{path.name}\n  patterns alone  {table(map(alone, own))}\n  and weighing    {table(judged)}")
        if path in options.fitted:
            left_out.extend(judged)
    print("all files fitted on, each left out")
    print(f"  patterns alone  {table(alone(judged.item) for judged in left_out)}")
    print(f"  and weighing    {table(left_out)}")
    print("open elements by likelihood, and the share of them that was said")
    print("\n".join(calibration(left_out)))
    bias, *weights_ = fit([item for path in options.fitted for item in files[path]])
    names = ", ".join(
        f"{field.name}={weight:.2f}" for field, weight in zip(fields(Features), weights_, strict=True)
    )
    print(f"\nBIAS = {bias:.2f}\nWEIGHTS = Features({names})")


if __name__ == "__main__":
    main()
