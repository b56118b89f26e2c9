"""Finds the attention heads whose peaks follow the words best, against espeak-ng's own word times."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import median

from evaluate import words_of
from faster_whisper import WhisperModel
from network import DECODER_LAYERS, HEADS
from texts import HERE
from voices import RATE_HZ, Delivery, speech

N_TEXTS = 16


def start_errors_s(folder: Path, texts: list[str]) -> list[float]:
    """How far each word that was heard starts from where espeak-ng put it."""
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    errors: list[float] = []
    rng = Random(3)
    for text in texts:
        spoken = speech(text, Delivery("en-us", rng.randint(150, 200), 1.0))
        segments, _ = model.transcribe(
            spoken.samples,
            language="en",
            beam_size=5,
            temperature=0.0,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        heard = [word for segment in segments for word in segment.words or ()]
        said = words_of(text)
        if len(said) != len(spoken.words):
            continue
        same = SequenceMatcher(None, said, ["".join(words_of(word.word)) for word in heard], autojunk=False)
        for match in same.get_matching_blocks():
            errors += [
                abs(heard[match.b + step].start - spoken.words[match.a + step].start / RATE_HZ)
                for step in range(match.size)
            ]
    return errors


def main() -> None:
    """Measure every set of up to three heads of one layer, best last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    given = parser.parse_args()
    texts = [
        text for text in (HERE / "heldout.txt").read_text(encoding="utf-8").splitlines() if "-" not in text
    ]
    figures: list[tuple[float, int, list[tuple[int, int]]]] = []
    every = [(layer, head) for layer in range(DECODER_LAYERS) for head in range(HEADS)]
    last = every[-HEADS:]
    sets: list[tuple[tuple[int, int], ...]] = [(head,) for head in every]
    sets += [*combinations(last, 2), *combinations(last, 3)]
    for heads in sets:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(shutil.copytree(given.model, Path(name) / "model"))
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            config["alignment_heads"] = heads
            (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
            errors = start_errors_s(folder, texts[:N_TEXTS])
        figures.append((median(errors) if errors else 9.0, len(errors), list(heads)))
    for error_s, n_words, chosen in sorted(figures, reverse=True):
        sys.stdout.write(f"{chosen}  median error {1000 * error_s:.0f} ms over {n_words} words\n")


if __name__ == "__main__":
    main()
