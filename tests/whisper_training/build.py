"""Builds the small Whisper of the tests and the demonstration, stage by stage: run it again to go on.

Needs espeakng-loader, faster-whisper, soxr, torch (the CPU build is enough), flite and festival with the
voices ked and cmu_us_slt_arctic_hts (Debian: flite, festival, festvox-kdlpc16k, festvox-us-slt-hts).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import torch
from corpus import make_corpus
from export import export
from pieces import make_tokenizer
from texts import HERE, load
from train import Course, train
from voices import folder_of

ROOT = HERE.parent.parent
SHIPPED = ROOT / "audio_fixtures" / "whisper-synthetic"
N_SHARDS = 56
N_STEPS = 5_000
FULL_SHARE = 0.2


def main() -> None:
    """Tokenizer, speech, training, model folder, figures; a stage leaves what an earlier run has finished."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=int, default=N_SHARDS, help="about 400 sentences each")
    parser.add_argument("--steps", type=int, default=N_STEPS)
    parser.add_argument("--threads", type=int, default=2, help="one where others use the machine too")
    parser.add_argument("--into", type=Path, default=folder_of("model"), help="where the model folder goes")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    texts = load((ROOT / "content",))
    tokenizer = folder_of("tokenizer") / "tokenizer.json"
    if not tokenizer.exists():
        make_tokenizer(texts, tokenizer)
    shards, checkpoint = folder_of("shards"), folder_of("checkpoints") / "network.pt"
    make_corpus(texts, range(given.shards), shards)
    train(shards, checkpoint, tokenizer, Course(given.steps, FULL_SHARE))
    export(checkpoint, tokenizer, given.into)
    subprocess.run([sys.executable, str(HERE / "evaluate.py"), str(given.into), str(SHIPPED)], check=True)


if __name__ == "__main__":
    main()
