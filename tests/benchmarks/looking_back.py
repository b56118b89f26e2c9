"""How long looking back takes after years of practice: ``python -m tests.benchmarks.looking_back``.

Makes a journal of N_ATTEMPTS attempts (two and a half years, answers of the bank's own samples sentence by
sentence, each with a follow-up) and prints the wall time of whole commands over it, the start of Python
included. With ``--keep FOLDER`` the journal is made there once and used again.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from attempts import BANK, timed

from voiceprep import checks, profile
from voiceprep.engines.journal import DATABASE_FILE, SqliteJournal
from voiceprep.model import Answer, AnswerState, Attempt, Ending, Question, Transcript

ROOT = Path(__file__).resolve().parents[2]
N_ATTEMPTS = 5_000
N_VARIANTS = 6
"""So many different attempts at a question; findings about each are real and made once."""
N_RUNS = 5
SPAN = timedelta(days=900)
END = datetime(2026, 10, 1, 12, tzinfo=UTC)
COMMANDS = (
    ("--version",),
    ("vague",),
    ("progress",),
    ("progress", "--json"),
    ("progress", "--plot", "progress.svg"),
    ("progress", "--plot", "progress.png"),
    ("progress", "--plot", "progress.html"),
)


def variants(question: Question, rng: random.Random) -> Iterator[Attempt]:
    """Attempts at ``question``: some of its samples' sentences, and an answer to what was then asked."""
    pieces = [*sentences(question.strong), *sentences(question.flat), "It depends on the use case."]
    for _ in range(N_VARIANTS):
        answers: list[Answer] = []
        asked, probes = question.ask, None
        for ordinal in range(2):
            said = timed(" ".join(rng.sample(pieces, min(len(pieces), 3 + 4 * (1 - ordinal)))), 0.4)
            found = checks.assess(question, (said,), BANK)
            answers.append(
                Answer(ordinal, asked, probes, AnswerState.CHECKED, Ending.SILENCE, said, found, None, 0, 0)
            )
            asked, probes = found.follow_up.ask, found.follow_up.probes
        both = tuple(answer.transcript or Transcript("", ()) for answer in answers)
        yield Attempt(
            0,
            question.id,
            question.level,
            END,
            "base.en",
            tuple(answers),
            checks.assess(question, both, BANK),
        )


def sentences(text: str) -> list[str]:
    """The sentences of a sample."""
    return re.split(r"(?<=[.?!])\s+", " ".join(text.split()))


def make(folder: Path) -> None:
    """Fill the journal in ``folder``."""
    rng = random.Random(5)
    made = [
        (one, profile.noted(question, one, BANK))
        for question in BANK.questions
        for one in variants(question, rng)
    ]
    with closing(SqliteJournal(folder)) as journal:
        # Nothing here is worth a sync to disk.
        journal._database.execute("PRAGMA synchronous = OFF")
        for at in range(N_ATTEMPTS):
            one, signals = rng.choice(made)
            id_ = journal.begin(one.question, one.level, one.recogniser, END - SPAN * (1 - at / N_ATTEMPTS))
            for answer in one.answers:
                journal.keep(id_, answer)
            journal.conclude(id_, one.combined)
            journal.note_signals(id_, signals)


def seconds(command: tuple[str, ...], folder: Path) -> tuple[float, float, float]:
    """Wall time of ``command`` over the journal in ``folder``, median and quickest; and CPU time, median."""
    environment = {**os.environ, "VOICEPREP_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "voiceprep", *command]
    with tempfile.TemporaryDirectory() as place:
        walls, cpus = [], []
        for _ in range(N_RUNS):
            start_s, start_cpu_s = time.perf_counter(), _children_s()
            subprocess.run(program, check=True, stdout=subprocess.DEVNULL, cwd=place, env=environment)
            walls.append(time.perf_counter() - start_s)
            cpus.append(_children_s() - start_cpu_s)
    return statistics.median(walls), min(walls), statistics.median(cpus)


def _children_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", type=Path, help="make the journal in this folder, or use the one there")
    kept: Path | None = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as place:
        folder = kept or Path(place)
        if not (folder / DATABASE_FILE).exists():
            make(folder)
        size = (folder / DATABASE_FILE).stat().st_size
        print(f"{N_ATTEMPTS} attempts, {size / 1e6:.0f} MB; {N_RUNS} runs each: median, quickest, CPU")
        for command in COMMANDS:
            figures = "  ".join(f"{figure:.2f} s" for figure in seconds(command, folder))
            print(f"  voiceprep {' '.join(command):<30} {figures}")


if __name__ == "__main__":
    main()
