"""Speak the demo's recorded answers anew: ``python tests/build_fixtures.py``.

Writes audio_fixtures/demo/answer-N.flac and the manifest that says what was spoken, by which voice.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).with_name("whisper_training")))

import voices

FOLDER = Path(__file__).resolve().parents[1] / "audio_fixtures" / "demo"
DELIVERY = voices.Delivery(voice="en-us", rate_wpm=160, pitch=1.0)
ROOM_NOISE = 0.0005
"""Standard deviation of the noise under everything (-66 dBFS): no real room gives exact zeros."""

LEAD_S = 0.6
TRAIL_S = 2.5
"""Silence after the last word: longer than the demo waits before it takes an answer as finished."""


@dataclass(frozen=True)
class SpokenAnswer:
    """Sentences in order, each followed by a pause in seconds."""

    sentences: tuple[tuple[str, float], ...]


ANSWERS = (
    SpokenAnswer(
        (
            ("I would choose YOLO because we need real time.", 0.9),
            ("It predicts all boxes in one pass.", 1.1),
            ("We give up some accuracy for speed.", 0.9),
            ("I think it should be fine.", 0.0),
        )
    ),
    SpokenAnswer(
        (
            ("It is slower because it classifies every region.", 0.9),
            ("We have thirty three milliseconds for each frame.", 1.1),
            ("It misses people in a crowd.", 0.9),
            ("That's my answer.", 0.0),
        )
    ),
)


def speak(answer: SpokenAnswer, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """The whole answer, float32 mono at 16 kHz, in a quiet room."""
    pieces = [np.zeros(round(LEAD_S * voices.RATE_HZ), np.float32)]
    for sentence, pause_s in answer.sentences:
        pieces += [voices.say(sentence, DELIVERY), np.zeros(round(pause_s * voices.RATE_HZ), np.float32)]
    pieces.append(np.zeros(round(TRAIL_S * voices.RATE_HZ), np.float32))
    samples = np.concatenate(pieces)
    return np.clip(samples + rng.normal(0, ROOM_NOISE, len(samples)), -1, 1).astype(np.float32)


def write_flac(path: Path, samples: npt.NDArray[np.float32]) -> None:
    """``samples`` as 16-bit FLAC."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=voices.RATE_HZ)
        stream.layout = "mono"
        stream.format = "s16"
        frame = av.AudioFrame.from_ndarray(
            (samples * 32767).astype(np.int16)[np.newaxis, :], format="s16", layout="mono"
        )
        frame.sample_rate = voices.RATE_HZ
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def manifest() -> str:
    """What is in the recordings, as TOML."""
    lines = [
        "# The demo's answers: a synthetic voice, so nobody's. Made by tests/build_fixtures.py.",
        'question = "yolo-vs-faster-rcnn"',
        f'voice = "espeak-ng {DELIVERY.voice}"',
        f"rate_wpm = {DELIVERY.rate_wpm}",
        'origin = "spoken by eSpeak NG 1.52; the output of a synthesiser, under this project\'s licence"',
    ]
    for number, answer in enumerate(ANSWERS, start=1):
        lines += ["", "[[answers]]", f'file = "answer-{number}.flac"', "sentences = ["]
        lines += [f'    {{ text = "{text}", pause_s = {pause_s} }},' for text, pause_s in answer.sentences]
        lines.append("]")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write all recordings and their manifest."""
    rng = np.random.default_rng(11)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number, answer in enumerate(ANSWERS, start=1):
        write_flac(FOLDER / f"answer-{number}.flac", speak(answer, rng))
    (FOLDER / "manifest.toml").write_text(manifest(), encoding="utf-8")


if __name__ == "__main__":
    main()
