"""How soon the program is there: processor's and wall time of its start, beside that of Python alone.

    python -m tests.benchmarks.start --runs 20

The bar is 0.25 s for ``voiceprep --help``. Times are of whole processes, the median and the quickest of some
runs in turn; the processor's time is what a busy machine changes least.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

BAR_S = 0.25

STARTS = {
    "python alone": ("-c", "pass"),
    "import voiceprep": ("-c", "import voiceprep"),
    "import the commands": ("-c", "import voiceprep.cli.app"),
    "voiceprep --help": ("-m", "voiceprep", "--help"),
    "voiceprep --version": ("-m", "voiceprep", "--version"),
    "voiceprep": ("-m", "voiceprep"),
    "voiceprep questions list": ("-m", "voiceprep", "questions", "list"),
}


def started(arguments: tuple[str, ...]) -> tuple[float, float]:
    """Processor's and wall seconds of one process."""
    before, start_s = os.times(), time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    wall_s, after = time.perf_counter() - start_s, os.times()
    spent_s = after.children_user + after.children_system - before.children_user - before.children_system
    return spent_s, wall_s


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20)
    n_runs = parser.parse_args().runs
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in STARTS}
    for _ in range(n_runs):
        for name, arguments in STARTS.items():
            found[name].append(started(arguments))
    print(f"{'seconds':<26}{'processor':>10}{'quickest':>10}{'wall':>8}{'quickest':>10}")
    for name, times in found.items():
        spent, wall = zip(*times, strict=True)
        print(
            f"{name:<26}{statistics.median(spent):>10.3f}{min(spent):>10.3f}"
            f"{statistics.median(wall):>8.3f}{min(wall):>10.3f}"
        )
    quickest = min(wall for _, wall in found["voiceprep --help"])
    print(f"--help: {quickest:.3f} s at its quickest, {'within' if quickest <= BAR_S else 'OVER'} {BAR_S} s")
    sys.exit(quickest > BAR_S)


if __name__ == "__main__":
    main()
