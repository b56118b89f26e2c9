"""How near ``voiceprep score`` comes to the grades people gave, how easily it is fooled, and how fast it is.

    python -m tests.benchmarks.score --data asag

The folder holds mohler.csv (question, desired_answer, student_answer, score_avg; CC BY 4.0) and saf/training
(XML files; MIT); neither is part of the repository. r is Pearson's, over all answers of a set together.
"""

from __future__ import annotations

import argparse
import csv
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voiceprep.cli.assemble import load_word_table
from voiceprep.scoring import CONCAVITY, reference, score
from voiceprep.text import sentence_spans, tokenise

Numbers = npt.NDArray[np.float64]

RIDGE = 1.0
"""Small against hundreds of answers: it only settles what the data leave open."""


@dataclass(frozen=True)
class Graded:
    """One answer and the grade people gave it, as a share of the most that could be had."""

    question_id: str
    question: str
    reference: str
    text: str
    grade: float
    most: float


@dataclass(frozen=True)
class Measured:
    """Answers: parts float (n, 3), each to the power of the scorer, scores, grades, questions, most."""

    parts: Numbers
    scores: Numbers
    grades: Numbers
    questions: npt.NDArray[np.str_]
    most: Numbers
    ms_per_answer: float


def mohler(path: Path) -> Iterator[Graded]:
    """Computer science, one sentence an answer; the mean of two graders, out of 5."""
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            grade = float(row["score_avg"]) / 5
            yield Graded(row["id"], row["question"], row["desired_answer"], row["student_answer"], grade, 5)


def saf(folder: Path) -> Iterator[Graded]:
    """Networking, a paragraph an answer; the points, out of the most that anybody got for that question."""
    for path in sorted(folder.glob("*.xml")):
        root = ET.parse(path).getroot()  # noqa: S314 - a file the caller names
        answers = [
            (answer.findtext("response") or "", float(answer.findtext("score") or 0))
            for answer in root.iter("studentAnswer")
        ]
        most = max(points for _, points in answers)
        wanted = next(root.iter("referenceAnswer")).text or ""
        for text, points in answers:
            yield Graded(path.stem, root.findtext("questionText") or "", wanted, text, points / most, most)


def measure(answers: Sequence[Graded]) -> Measured:
    """Every answer scored."""
    table = load_word_table()
    began = time.process_time()
    scored = [
        score(reference(answer.reference, answer.question, table), answer.text, table) for answer in answers
    ]
    took_s = time.process_time() - began
    parts = np.array([(one.parts.statements, one.parts.letters, one.parts.subject) for one in scored])
    return Measured(
        np.clip(parts, 0, 1) ** CONCAVITY,
        np.array([one.score for one in scored]),
        np.array([answer.grade for answer in answers]),
        np.array([answer.question_id for answer in answers]),
        np.array([answer.most for answer in answers]),
        took_s / len(answers) * 1e3,
    )


def fitted(parts: Numbers, grades: Numbers) -> Numbers:
    """Weights of least squares, none below zero, sum 1.0, float (n parts,); an offset is left free."""
    x, y = parts - parts.mean(axis=0), grades - grades.mean()
    best, best_loss = np.zeros(x.shape[1]), float(y @ y)
    for n in range(1, x.shape[1] + 1):
        for chosen in combinations(range(x.shape[1]), n):
            own = x[:, chosen]
            weights = np.linalg.solve(own.T @ own + RIDGE * np.eye(n), own.T @ y)
            loss = float(np.sum((y - own @ weights) ** 2) + RIDGE * weights @ weights)
            if weights.min() >= 0 and loss < best_loss:
                best, best_loss = np.zeros(x.shape[1]), loss
                best[list(chosen)] = weights
    best /= best.sum()
    return best


def held_out(of: Measured) -> Numbers:
    """Every answer judged by weights fitted on the other questions."""
    judged = np.zeros(len(of.grades))
    for question in np.unique(of.questions):
        own = of.questions == question
        judged[own] = of.parts[own] @ fitted(of.parts[~own], of.grades[~own])
    return judged


def pearson(one: Numbers, other: Numbers) -> float:
    """Pearson's r."""
    return float(np.corrcoef(one, other)[0, 1])


def within(judged: Numbers, of: Measured) -> float:
    """The mean of r within each question whose answers differ."""
    found = []
    for question in np.unique(of.questions):
        own = of.questions == question
        if np.ptp(judged[own]) and np.ptp(of.grades[own]):
            found.append(pearson(judged[own], of.grades[own]))
    return float(np.mean(found))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with the graded answers")
    data = parser.parse_args().data
    sets = {
        "mohler": measure(tuple(mohler(data / "mohler.csv"))),
        "saf": measure(tuple(saf(data / "saf" / "training"))),
    }
    for name, of in sets.items():
        other = next(sets[key] for key in sets if key != name)
        weights = fitted(of.parts, of.grades)
        print(f"\n{name}: {len(of.grades)} answers to {len(np.unique(of.questions))} questions")
        print(f"  r of the score, nothing fitted       {pearson(of.scores, of.grades):.3f}")
        print(f"  mean r within a question             {within(of.scores, of):.3f}")
        print(f"  r, weights fitted on other questions {pearson(held_out(of), of.grades):.3f}")
        from_other = of.parts @ fitted(other.parts, other.grades)
        print(f"  r, weights fitted on the other set   {pearson(from_other, of.grades):.3f}")
        print(f"  weights fitted on all of this set    {np.round(weights, 2)}")
        points = of.grades * of.most
        print(
            f"  r with points instead of shares      {pearson(of.scores * of.most, points):.3f} "
            f"(the most that can be had, alone: {pearson(of.most, points):.3f})"
            if np.ptp(of.most)
            else f"  graders among themselves             {graders(data / 'mohler.csv'):.3f}"
        )
        print(f"  {of.ms_per_answer:.2f} ms for an answer and its reference")
    _fooled(tuple(mohler(data / "mohler.csv")))


def graders(path: Path) -> float:
    """Pearson's r between the two who graded."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [(float(row["score_me"]), float(row["score_other"])) for row in csv.DictReader(stream)]
    one, other = np.array(rows).T
    return pearson(one, other)


DENIALS = (
    "It is not true that {}.",
    "I don't think that {}.",
    "The idea that {} is wrong.",
    "Some people say that {}, but I disagree.",
    "{}. No wait, that's wrong.",
)


def _fooled(answers: Sequence[Graded]) -> None:
    """What references earn when they are denied, and answers when they belong to another question."""
    table = load_word_table()
    cards = {answer.question_id: answer for answer in answers}
    wanted = {key: reference(card.reference, card.question, table) for key, card in cards.items()}
    # What a denial of several sentences, or of one that denies itself, says is anybody's guess.
    plain = [
        key
        for key, card in cards.items()
        if len(sentence_spans(tokenise(card.reference))) == 1
        and not any(statement.denies for statement in wanted[key].statements)
    ]
    print(f"\nreferences of mohler, mean score ({len(plain)} of one sentence that denies nothing):")
    for template in ("{}", *DENIALS):
        scores = []
        for key in plain:
            card = cards[key]
            bare = card.reference.strip().rstrip(".")
            said = bare if template.startswith("{") else bare[0].lower() + bare[1:]
            scores.append(score(wanted[key], template.format(said), table).score)
        print(f"  {template:<42} {np.mean(scores):.3f}")
    keys = list(cards)
    strangers = [
        score(wanted[key], cards[keys[(at + len(keys) // 2) % len(keys)]].reference, table).score
        for at, key in enumerate(keys)
    ]
    print(f"  {'the reference of another question':<42} {np.mean(strangers):.3f}")
    elsewhere = [score(wanted[key], ELSEWHERE, table).score for key in keys]
    print(f"  {'a text about the weather':<42} {np.mean(elsewhere):.3f}")


ELSEWHERE = (
    "We spent the whole week at the lake because the weather stayed warm. My sister cooked dinner every "
    "evening, and the children played in the garden until it was dark."
)


if __name__ == "__main__":
    main()
