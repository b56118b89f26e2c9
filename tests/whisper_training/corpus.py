"""Shards of synthetic speech: 16-bit audio of many utterances in a row, and what was said in each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from texts import Texts, sentence
from voices import RATE_HZ, SPOKEN, TRAINED_ESPEAK, TRAINED_FLITE, Delivery, say

N_UTTERANCES = 400
LONGEST_S = 12.0
# The share of flite: it is the voice of our simulated people, but ten times slower to make than espeak-ng.
FLITE_SHARE = 0.65
# Voices that tests and demonstrations use most are said most.
ESPEAK_WEIGHTS = (12, 1, 1, 1, 1, 1, 1, 1)
FLITE_WEIGHTS = (6, 3, 1)


@dataclass(frozen=True)
class Utterance:
    """One sentence of a shard: its text, its voice and where its samples lie."""

    text: str
    voice: str
    start: int
    n_samples: int


@dataclass(frozen=True)
class Shard:
    """Audio of many utterances (int16 mono RATE_HZ) and the list of them."""

    audio: npt.NDArray[np.int16]
    utterances: tuple[Utterance, ...]


def spoken(text: str, rng: Random) -> str:
    """``text`` as it is handed to a synthesiser: now and then respelled, now and then with pauses put in."""
    if rng.random() < 0.6:
        for written, said in SPOKEN.items():
            text = re.sub(rf"\b{re.escape(written)}\b", said, text)
    words = text.split()
    if rng.random() < 0.3:
        words = [
            word + "," if rng.random() < 0.15 and word[-1].isalpha() and index + 1 < len(words) else word
            for index, word in enumerate(words)
        ]
    elif rng.random() < 0.3:
        words = [word.rstrip(",;") for word in words]
    return " ".join(words)


def delivery(rng: Random) -> Delivery:
    """A random voice among the trained ones, 140 to 225 words a minute, pitch within a quarter of its own."""
    if rng.random() < FLITE_SHARE:
        voice = rng.choices(TRAINED_FLITE, FLITE_WEIGHTS)[0]
    else:
        voice = rng.choices(TRAINED_ESPEAK, ESPEAK_WEIGHTS)[0]
    return Delivery(voice, round(rng.triangular(140, 225, 178)), rng.choice((1.0, rng.uniform(0.8, 1.25))))


def make_shard(texts: Texts, seed: int, folder: Path) -> None:
    """Speak N_UTTERANCES random sentences into ``folder``; the list is written last, so it means complete."""
    rng = Random(seed)
    pieces: list[npt.NDArray[np.int16]] = []
    rows: list[tuple[str, str, int, int]] = []
    start = 0
    while len(rows) < N_UTTERANCES:
        text = sentence(texts, rng)
        how = delivery(rng)
        samples = say(spoken(text, rng), how)
        if len(samples) > LONGEST_S * RATE_HZ:
            continue
        pieces.append((samples * 32767).astype(np.int16))
        rows.append((text, how.voice, start, len(samples)))
        start += len(samples)
    np.save(folder / f"{seed:05d}.npy", np.concatenate(pieces))
    unfinished = folder / f"{seed:05d}.part"
    unfinished.write_text(json.dumps(rows), encoding="utf-8")
    unfinished.rename(folder / f"{seed:05d}.json")


def make_corpus(texts: Texts, seeds: range, folder: Path) -> None:
    """Make the shards of ``seeds`` that ``folder`` lacks."""
    for seed in seeds:
        if not (folder / f"{seed:05d}.json").exists():
            make_shard(texts, seed, folder)


def read_shard(listing: Path) -> Shard:
    """The shard whose list is ``listing``, its audio mapped and not read."""
    rows = json.loads(listing.read_text(encoding="utf-8"))
    return Shard(np.load(listing.with_suffix(".npy"), mmap_mode="r"), tuple(Utterance(*row) for row in rows))
