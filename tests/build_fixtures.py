"""Speak the simulated answers anew: ``python tests/build_fixtures.py``.

Reads audio_fixtures/answers/manifest.toml and writes beside it ID.opus for every answer, and words.json
with the true places of all words, pauses and commands. Needs espeakng-loader and flite (Debian: ``flite``).
"""

from __future__ import annotations

import json
import sys
import tomllib
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).with_name("whisper_training")))

import voices
from voices import RATE_HZ, Samples, Timed

FOLDER = Path(__file__).resolve().parents[1] / "audio_fixtures" / "answers"
BIT_RATE = 24_000
"""Of the Opus streams: on synthetic speech as good as more, and a quarter of FLAC's size."""

ROOM_NOISE = 0.0005
"""Standard deviation of the noise under everything (-66 dBFS): no real room gives exact zeros."""

LEAD_S = 0.6
TRAIL_S = 2.5
"""Silence after the last word: longer than the demo waits before it takes an answer as finished."""

TRAIL_BEYOND_PAUSE_S = 1.0
"""How much longer than the answer's longest pause its end is, so that the end can be told from a pause."""

BREATHS_S = (0.35, 0.75)
"""Shortest and longest pause between two sentences where the manifest states none."""

LOUDEST_DBFS = -3.0
SAID_OTHERWISE = {**voices.SPOKEN, "ImageNet": "image net"}
"""How a synthesiser must be told what a person says for a term."""

MARKS = ",.?"
HUM_HZ = 60.0
TALKERS = ("en-us+m1", "en-us+m7", "en-gb", "en-gb-scotland+m2")
TALK = (
    "The meeting was moved to the afternoon, so there is time for a coffee.",
    "She left her umbrella on the train, and now it is raining again.",
    "Could you ask them to bring two more chairs into this room?",
    "We drove along the coast until the road came to an end.",
)
"""What is said in the background, and by whom: none of the voices that answer."""


@dataclass(frozen=True)
class Said:
    """Text spoken in one breath; a command is no part of the answer."""

    text: str
    is_command: bool = False


@dataclass(frozen=True)
class Pause:
    """Silence in mid-answer, in seconds."""

    seconds: float


@dataclass(frozen=True)
class Noise:
    """What is heard beside the speaker, and the ratio of speech to it in dB."""

    kind: str
    snr_db: float


@dataclass(frozen=True)
class SimulatedAnswer:
    """One answer of the manifest, where its fields are explained."""

    id: str
    question: str
    quality: str
    voice: str
    rate_wpm: int
    elements: tuple[str, ...]
    parts: tuple[Said | Pause, ...]
    stranger: bool = False
    peak_dbfs: float = LOUDEST_DBFS
    noise: Noise | None = None

    @property
    def text(self) -> str:
        """What was answered, commands left out."""
        return " ".join(part.text for part in self.said if not part.is_command)

    @property
    def said(self) -> tuple[Said, ...]:
        """Everything spoken, commands included."""
        return tuple(part for part in self.parts if isinstance(part, Said))

    @property
    def longest_pause_s(self) -> float:
        """0.0 where the answer has none."""
        return max((part.seconds for part in self.parts if isinstance(part, Pause)), default=0.0)


@dataclass(frozen=True)
class Places:
    """Where everything is in an answer's recording, in samples."""

    n_samples: int
    words: tuple[Timed, ...]
    pauses: tuple[tuple[int, int], ...]
    commands: tuple[Timed, ...]


def read_manifest(path: Path = FOLDER / "manifest.toml") -> tuple[SimulatedAnswer, ...]:
    """The answers in the manifest's order; raises TypeError for a key that is none of theirs."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["answers"]
    return tuple(_answer(row) for row in rows)


def _answer(row: dict[str, Any]) -> SimulatedAnswer:
    noise = row.pop("noise", None)
    return SimulatedAnswer(
        **{
            **row,
            "elements": tuple(row["elements"]),
            "parts": tuple(_part(part) for part in row["parts"]),
            "noise": None if noise is None else Noise(**noise),
        }
    )


def _part(part: str | float | dict[str, str]) -> Said | Pause:
    if isinstance(part, str):
        return Said(part)
    if isinstance(part, dict):
        return Said(part["command"], is_command=True)
    return Pause(part)


def say(text: str, delivery: voices.Delivery) -> tuple[Samples, tuple[Timed, ...]]:
    """``text`` spoken, and its words as written with their samples.

    Raises ValueError where the synthesiser read something else than was written.
    """
    written = text.split()
    pieces = [_as_told(word) for word in written]
    spoken = voices.speech(" ".join(pieces), delivery)
    if not spoken.words:
        raise ValueError(f"{delivery.voice} does not tell when it says the words of {text!r}")
    told = iter(spoken.words)
    words = []
    for word, piece in zip(written, pieces, strict=True):
        own = [next(told) for _ in piece.split()]
        words.append(Timed(word, own[0].start, own[-1].end))
    return spoken.samples, tuple(words)


def _as_told(word: str) -> str:
    bare = word.rstrip(MARKS)
    return SAID_OTHERWISE.get(bare, bare) + word[len(bare) :]


def speak_all(answers: Iterable[SimulatedAnswer]) -> Iterator[tuple[Samples, Places]]:
    """Each answer as its microphone hears it (float32 mono at RATE_HZ), the same samples each time.

    Every answer gets a process of its own: what espeak-ng said before leaks into what it says next.
    """
    with ProcessPoolExecutor(mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        yield from processes.map(_spoken, answers)


def _spoken(answer: SimulatedAnswer) -> tuple[Samples, Places]:
    rng = np.random.default_rng(zlib.crc32(answer.id.encode()))
    delivery = voices.Delivery(answer.voice, answer.rate_wpm, 1.0)
    pieces = [_silence(LEAD_S)]
    words: list[Timed] = []
    pauses: list[tuple[int, int]] = []
    commands: list[Timed] = []
    at = len(pieces[0])
    before: Said | Pause | None = None
    for part in answer.parts:
        if isinstance(part, Pause):
            pieces.append(_silence(part.seconds))
            pauses.append((at, at + len(pieces[-1])))
        else:
            if isinstance(before, Said):
                pieces.append(_silence(rng.uniform(*BREATHS_S)))
                at += len(pieces[-1])
            samples, said = say(part.text, delivery)
            pieces.append(samples)
            words += [Timed(word.text, at + word.start, at + word.end) for word in said]
            if part.is_command:
                commands.append(Timed(part.text, at + said[0].start, at + said[-1].end))
        at += len(pieces[-1])
        before = part
    pieces.append(_silence(max(TRAIL_S, answer.longest_pause_s + TRAIL_BEYOND_PAUSE_S)))
    speech = np.concatenate(pieces)
    if answer.noise is not None:
        voiced = np.concatenate([speech[word.start : word.end] for word in words])
        level = _rms(voiced) * 10 ** (-answer.noise.snr_db / 20)
        speech = speech + _noise(answer.noise.kind, len(speech), rng) * level
    speech = speech * 10 ** (answer.peak_dbfs / 20) / np.abs(speech).max()
    heard = np.clip(speech + rng.normal(0, ROOM_NOISE, len(speech)), -1, 1).astype(np.float32)
    return heard, Places(len(heard), tuple(words), tuple(pauses), tuple(commands))


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ), np.float32)


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def _noise(kind: str, n_samples: int, rng: np.random.Generator) -> Samples:
    """Noise of that kind and unit level."""
    if kind == "white":
        noise = rng.standard_normal(n_samples)
    elif kind == "pink":
        spectrum = np.fft.rfft(rng.standard_normal(n_samples))
        noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), n_samples)
    elif kind == "hum":
        turns = HUM_HZ * np.arange(n_samples) / RATE_HZ
        noise = np.sum([np.sin(2 * np.pi * (k * turns + rng.random())) / k for k in range(1, 8)], axis=0)
    elif kind == "babble":
        first = rng.integers(0, RATE_HZ * 60, len(TALKERS))
        voiced = [np.roll(_talk(name), -start) for name, start in zip(TALKERS, first, strict=True)]
        noise = np.sum([np.resize(one, n_samples) for one in voiced], axis=0)
    else:
        raise ValueError(f"no noise is called {kind!r}; there are white, pink, hum and babble")
    unscaled = np.asarray(noise, np.float32)
    return unscaled / np.float32(_rms(unscaled))


@cache
def _talk(voice: str) -> Samples:
    joined = np.concatenate([voices.say(text, voices.Delivery(voice, 175, 1.0)) for text in TALK])
    return np.asarray(joined / _rms(joined), np.float32)


def write_opus(path: Path, samples: Samples) -> None:
    """``samples`` as Opus in Ogg, the same bytes each time."""
    with av.open(str(path), "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=RATE_HZ, options={"application": "voip"})
        stream.layout = "mono"
        stream.format = "s16"
        stream.bit_rate = BIT_RATE
        frame = av.AudioFrame.from_ndarray(
            (samples * 32767).astype(np.int16)[np.newaxis, :], format="s16", layout="mono"
        )
        frame.sample_rate = RATE_HZ
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def listing(places: dict[str, Places]) -> Iterator[str]:
    """The lines of words.json: one an answer."""
    yield "{"
    for number, (name, one) in enumerate(places.items(), start=1):
        row = {
            "n_samples": one.n_samples,
            "pauses": one.pauses,
            "commands": [(command.text, command.start, command.end) for command in one.commands],
            "words": [(word.text, word.start, word.end) for word in one.words],
        }
        yield f"{json.dumps(name)}: {json.dumps(row, separators=(',', ':'))}{',' * (number < len(places))}"
    yield "}"


def read_places(path: Path = FOLDER / "words.json") -> dict[str, Places]:
    """By answer's id, what ``words.json`` holds."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Places(
            row["n_samples"],
            tuple(Timed(*word) for word in row["words"]),
            tuple((start, end) for start, end in row["pauses"]),
            tuple(Timed(*command) for command in row["commands"]),
        )
        for name, row in rows.items()
    }


def main() -> None:
    """Write all recordings, and where everything is in them."""
    answers = read_manifest()
    places: dict[str, Places] = {}
    for answer, (samples, places[answer.id]) in zip(answers, speak_all(answers), strict=True):
        write_opus(FOLDER / f"{answer.id}.opus", samples)
        sys.stderr.write(f"\r{len(places)} of {len(answers)} answers")
    (FOLDER / "words.json").write_text("\n".join(listing(places)) + "\n", encoding="utf-8")
    for orphan in {path.stem for path in FOLDER.glob("*.opus")} - set(places):
        (FOLDER / f"{orphan}.opus").unlink()
    sys.stderr.write("\n")


if __name__ == "__main__":
    main()
