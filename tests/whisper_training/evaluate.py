"""Word error rate of a model folder through faster-whisper, voice by voice, on texts never trained on."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from texts import HERE
from voices import RATE_HZ, Delivery, Samples, say

KNOWN = ("en-us", "slt", "rms", "awb")
STRANGERS = ("kal16", "en-us+m5")
PAD_S = 0.4
NOISE_DB = 15


@dataclass(frozen=True)
class Tally:
    """Word errors against the number of words that were said."""

    errors: int
    n_words: int

    @property
    def rate(self) -> float:
        """Errors a word; 0.0 without words."""
        return self.errors / self.n_words if self.n_words else 0.0


def words_of(text: str) -> list[str]:
    """Words of ``text`` in lower case, punctuation dropped."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("-", " "))


def n_errors(said: list[str], heard: list[str]) -> int:
    """Substitutions, omissions and insertions that turn ``said`` into ``heard``."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]


def in_silence(samples: Samples) -> Samples:
    """``samples`` with PAD_S of silence on both sides."""
    pad = np.zeros(int(PAD_S * RATE_HZ), np.float32)
    return np.concatenate((pad, samples, pad))


def with_noise(samples: Samples, snr_db: float, seed: int) -> Samples:
    """``samples`` with white noise ``snr_db`` below the speech."""
    level = np.sqrt((samples**2).mean()) * 10 ** (-snr_db / 20)
    noise = np.random.default_rng(seed).standard_normal(len(samples), np.float32)
    return np.asarray(samples + noise * level, np.float32)


def hear(model: Any, samples: Samples, beam_size: int) -> str:  # noqa: ANN401 - faster-whisper has no types
    """What ``model`` hears in ``samples``, decoded as the product decodes."""
    segments, _ = model.transcribe(
        samples,
        language="en",
        beam_size=beam_size,
        temperature=0.0,
        condition_on_previous_text=False,
        word_timestamps=True,
    )
    return "".join(segment.text for segment in segments).strip()


def tally(model: Any, texts: list[str], voice: str, noisy: float | None, beam_size: int) -> Tally:  # noqa: ANN401
    """Errors over ``texts`` in ``voice`` at rates from 150 to 200 words a minute."""
    errors = n_words = 0
    rng = Random(7)
    for index, text in enumerate(texts):
        samples = in_silence(say(text, Delivery(voice, rng.randint(150, 200), 1.0)))
        if noisy is not None:
            samples = with_noise(samples, noisy, index)
        said = words_of(text)
        errors += n_errors(said, words_of(hear(model, samples, beam_size)))
        n_words += len(said)
    return Tally(errors, n_words)


def main() -> None:
    """Measure from the command line."""
    from faster_whisper import WhisperModel

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--texts", type=Path, default=HERE / "heldout.txt")
    parser.add_argument("--voices", default=",".join((*KNOWN, *STRANGERS)))
    parser.add_argument("--every", type=int, default=1, help="take every nth text only")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--noise", action="store_true", help=f"add noise at {NOISE_DB} dB")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    texts = given.texts.read_text(encoding="utf-8").splitlines()[:: given.every]
    for path in given.models:
        model = WhisperModel(str(path), device="cpu", compute_type="int8", cpu_threads=1)
        for voice in given.voices.split(","):
            one = tally(model, texts, voice, NOISE_DB if given.noise else None, given.beam)
            sys.stdout.write(f"{path.name}  {voice}  word error rate {one.rate:.3f}  ({one.n_words} words)\n")
            sys.stdout.flush()
            if given.show:
                for text in texts:
                    heard = hear(model, in_silence(say(text, Delivery(voice, 175, 1.0))), given.beam)
                    sys.stdout.write(f"    {text}\n  > {heard}\n")


if __name__ == "__main__":
    main()
