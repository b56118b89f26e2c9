"""Input bent out of shape, as many cases as one likes.

    python -m tests.benchmarks.fuzz --cases 100000 --seed 1
    python -m tests.benchmarks.fuzz --bombs

Prints for each reader how many cases it was given, how many it accepted, the processor's time for one case
(the mean, and the slowest), and at the end the most memory the process ever had. What breaks the law is
printed and the exit status is 1. With --bombs: files that are huge, or become huge, and the most memory that
``voiceprep transcribe`` takes over each, beside that for a second of silence.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from voiceprep import resources
from voiceprep.engines.recording import header
from voiceprep.model import RATE_HZ

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
            for line in "".join(traceback.format_exception(exc, limit=-6)).splitlines():
                print(line[:1_000])
    n_run = tally.found.total()
    print(
        f"{target.name:<15}{n_run:>8} cases  {tally.found[ACCEPTED] / max(n_run, 1):6.1%} accepted  "
        f"{1000 * tally.spent_s / max(n_run, 1):6.2f} ms each, {1000 * tally.slowest_s:6.0f} ms the slowest",
        flush=True,
    )
    return held


HOURS_S = 4 * 3600


def bombs(folder: Path) -> Iterator[Path]:
    """A second of silence, a gigabyte of it, hours of it in as few bytes as possible, and a lying header."""
    import av

    with_samples = header(0)
    (folder / "second.wav").write_bytes(header(RATE_HZ) + bytes(2 * RATE_HZ))
    yield folder / "second.wav"
    huge = folder / "gigabyte.wav"
    huge.write_bytes(header((1_000_000_000 - len(with_samples)) // 2))
    os.truncate(huge, 1_000_000_000)
    yield huge
    for name, codec, form in (("hours.flac", "flac", "s16"), ("hours.ogg", "libopus", "flt")):
        with av.open(str(folder / name), "w") as container:
            stream: Any = container.add_stream(codec, rate=48_000, layout="mono")
            n_frame = stream.codec_context.frame_size or 4_096
            frame = av.AudioFrame.from_ndarray(
                np.zeros((1, n_frame), np.int16 if form == "s16" else np.float32), format=form, layout="mono"
            )
            frame.sample_rate = 48_000
            for at in range(HOURS_S * 48_000 // n_frame):
                frame.pts = at * n_frame
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        yield folder / name
    (folder / "lying.wav").write_bytes(header(2**30) + bytes(2 * RATE_HZ))
    yield folder / "lying.wav"


def try_bombs() -> None:
    """Print what each bomb costs."""
    model = resources.folder("audio_fixtures") / "whisper-synthetic"
    # The last word of the child on its own memory, whatever became of it.
    code = (
        "import resource, sys\n"
        "from voiceprep.cli import main\n"
        "try: main()\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)"
    )
    with tempfile.TemporaryDirectory() as folder:
        for path in bombs(Path(folder)):
            start_s = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-c", code, "transcribe", str(path), "--model", str(model)],
                capture_output=True,
                text=True,
                check=False,
            )
            *told, peak_mb = done.stderr.strip().splitlines()
            print(
                f"{path.name:<13}{path.stat().st_size:>14,} bytes  status {done.returncode} {peak_mb:>5} MB "
                f"{time.monotonic() - start_s:6.1f} s  {told[-1][:120] if told else ''}",
                flush=True,
            )


def main() -> None:
    """Run the cases and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="the reader to be tried alone", choices=[one.name for one in TARGETS])
    parser.add_argument("--bombs", action="store_true", help="huge files instead of bent ones")
    args = parser.parse_args()
    if args.bombs:
        try_bombs()
        return
    chosen = [target for target in TARGETS if args.only in (None, target.name)]
    whole = sum(target.share for target in chosen)
    held = [run(target, args.cases * target.share // whole, args.seed) for target in chosen]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    outcome = "the law held" if all(held) else "BROKEN"
    print(f"{args.cases} cases, seed {args.seed}: {outcome}; {peak_mb:.0f} MB at most")
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
