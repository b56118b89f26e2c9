"""Input bent out of shape, as many cases as one likes.

    python -m tests.benchmarks.fuzz --cases 100000 --seed 1

Prints for each reader how many cases it was given, how many it accepted, the processor's time for one case
(the mean, and the slowest), and at the end the most memory the process ever had. What breaks the law is
printed in full and the exit status is 1.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzzing import ACCEPTED, TARGETS, Target, trial

ROUND = 1_000
"""Cases drawn in one go: what is remembered of them, so as not to run one twice, grows with their number."""


class Tally:
    """What is counted of one reader."""

    def __init__(self) -> None:
        self.found: Counter[bool] = Counter()
        self.slowest_s = 0.0
        self.slowest: Any = None
        self._start_s = time.process_time()
        self.spent_s = 0.0

    def told(self, case: Any, accepted: bool) -> None:  # noqa: ANN401, FBT001 - as trial calls it
        now_s = time.process_time()
        spent_s, self._start_s = now_s - self._start_s, now_s
        self.spent_s += spent_s
        self.found[accepted] += 1
        if spent_s > self.slowest_s:
            self.slowest_s, self.slowest = spent_s, case


def run(target: Target, n_cases: int, first_seed: int) -> bool:
    """Whether the law held in all cases."""
    tally = Tally()
    held = True
    for at, begin in enumerate(range(0, n_cases, ROUND)):
        try:
            trial(target, min(ROUND, n_cases - begin), first_seed + at, tally.told)
        except Exception as exc:  # noqa: BLE001 - any other error than the readers' own is what is looked for
            held = False
            print(f"BROKEN, seed {first_seed + at}:")
            traceback.print_exception(exc, limit=-6)
    n_run = tally.found.total()
    print(
        f"{target.name:<15}{n_run:>8} cases  {tally.found[ACCEPTED] / max(n_run, 1):6.1%} accepted  "
        f"{1000 * tally.spent_s / max(n_run, 1):6.2f} ms each, {1000 * tally.slowest_s:6.0f} ms the slowest",
        flush=True,
    )
    return held


def main() -> None:
    """Run the cases and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="the reader to be tried alone", choices=[one.name for one in TARGETS])
    args = parser.parse_args()
    chosen = [target for target in TARGETS if args.only in (None, target.name)]
    whole = sum(target.share for target in chosen)
    held = [run(target, args.cases * target.share // whole, args.seed) for target in chosen]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    outcome = "the law held" if all(held) else "BROKEN"
    print(f"{args.cases} cases, seed {args.seed}: {outcome}; {peak_mb:.0f} MB at most")
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
