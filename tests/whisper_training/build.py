"""Builds the small Whisper of the tests and the demonstration, stage by stage: run it again to go on.

Needs espeakng-loader, faster-whisper, soxr, torch (the CPU build is enough) and the flite library.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from corpus import make_corpus
from export import export
from texts import HERE, load
from train import Course, train
from voices import folder_of

ROOT = HERE.parent.parent
SHIPPED = ROOT / "audio_fixtures" / "whisper-synthetic"
N_SHARDS = 47
N_STEPS = 5_000
FULL_SHARE = 0.1


def main() -> None:
    """Speech, training, model folder, figures; each stage leaves what an earlier run has finished."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=int, default=N_SHARDS, help="400 sentences each")
    parser.add_argument("--steps", type=int, default=N_STEPS)
    parser.add_argument("--into", type=Path, default=folder_of("model"), help="where the model folder goes")
    parser.add_argument(
        "--start", type=Path, default=SHIPPED, help="model folder to start from: weights and tokenizer"
    )
    given = parser.parse_args()
    shards, checkpoint = folder_of("shards"), folder_of("checkpoints") / "network.pt"
    make_corpus(load((ROOT / "content",)), range(given.shards), shards)
    train(shards, checkpoint, given.start, Course(given.steps, FULL_SHARE))
    export(checkpoint, given.start / "tokenizer.json", given.into)
    subprocess.run([sys.executable, str(HERE / "evaluate.py"), str(given.into), str(given.start)], check=True)


if __name__ == "__main__":
    main()
