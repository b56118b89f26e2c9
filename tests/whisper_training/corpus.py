"""Shards of synthetic speech: mel power of many utterances in a row, and what is said when in each.

Power and not sound is kept: noise, rooms, levels and microphones are put on in the mel bands, which
is ten times cheaper than in the waveform and all that the network gets to see.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from texts import Texts, sentence
from voices import (
    FESTIVAL,
    NO_PHONE,
    PHONES,
    RATE_HZ,
    SPOKEN,
    TRAINED_ESPEAK,
    Delivery,
    Samples,
    Speech,
    festival_speech,
    speech,
    trimmed,
)

N_UTTERANCES = 400
LONGEST_S = 12.0
HOP = 160
FRAMES_PER_POSITION = 2
N_MELS = 80
# Voices and how often each is heard: the tests and the demonstration speak with the first three. Synthesisers
# of other kinds are what a voice never heard is recognised by.
VOICE_WEIGHTS = {"slt": 20, "rms": 15, "en-us": 15, "awb": 12, "ked": 9, "slt-hts": 5} | {
    voice: 2.4 for voice in TRAINED_ESPEAK if voice != "en-us"
}

Power = npt.NDArray[np.float32]
"""Power in each mel band, log10, shape (frames, 80), a frame every HOP samples."""


@dataclass(frozen=True)
class Utterance:
    """One sentence of a shard: its words as written, its voice, and where its frames lie.

    ``words`` are first and last frame of each word, counted from ``start``; ``loudness`` is log10 of the
    mean square of its samples.
    """

    text: str
    voice: str
    start: int
    n_frames: int
    loudness: float
    words: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Shard:
    """Power of many utterances (float16) and the phone at every encoder position of each, and their list."""

    power: npt.NDArray[np.float16]
    phones: npt.NDArray[np.uint8]
    utterances: tuple[Utterance, ...]


_MEL = torch.from_numpy(FeatureExtractor.get_mel_filters(RATE_HZ, 400, N_MELS).astype(np.float32))
_HANN = torch.hann_window(400)


def mel_power(audio: Samples) -> Power:
    """Power of ``audio`` in Whisper's mel bands, one frame for every HOP samples begun."""
    padded = torch.from_numpy(np.pad(audio, (0, HOP + 400 if len(audio) < 400 else HOP)))
    power = torch.stft(padded, 400, HOP, window=_HANN, return_complex=True)[:, :-1].abs() ** 2
    return np.asarray((_MEL @ power).clamp(min=1e-10).log10().T.contiguous(), np.float32)


def spoken(text: str, rng: Random) -> list[str]:
    """Each word of ``text`` as it is handed to a synthesiser: some respelled, some with a pause after it."""
    respelled = rng.random() < 0.6
    pauses = rng.choices(("more", "none", "as written"), (0.3, 0.2, 0.5))[0]
    words = text.split()
    said = []
    for index, word in enumerate(words):
        one = word
        if respelled:
            for written, sound in SPOKEN.items():
                one = re.sub(rf"\b{re.escape(written)}\b", sound, one)
        if pauses == "none":
            one = one.rstrip(",;")
        elif pauses == "more" and one[-1].isalpha() and index + 1 < len(words) and rng.random() < 0.15:
            one += ","
        said.append(one)
    return said


def delivery(rng: Random) -> Delivery:
    """A random voice among the trained ones, 130 to 230 words a minute, pitch within a quarter of its own."""
    voice = rng.choices(tuple(VOICE_WEIGHTS), tuple(VOICE_WEIGHTS.values()))[0]
    return Delivery(voice, round(rng.triangular(130, 230, 175)), rng.choice((1.0, rng.uniform(0.8, 1.25))))


def word_frames(said: list[str], spoken_as: Speech) -> tuple[tuple[int, int], ...]:
    """First and last frame of each written word, whose parts are ``said``; () where times are not known."""
    n_parts = [len(part.split()) for part in said]
    if sum(n_parts) != len(spoken_as.words):
        return ()
    frames = []
    first = 0
    for n in n_parts:
        part = spoken_as.words[first : first + n]
        frames.append((part[0].start // HOP, part[-1].end // HOP))
        first += n
    return tuple(frames)


def phones_at_positions(spoken_as: Speech, n_positions: int) -> npt.NDArray[np.uint8]:
    """Number of the phone at the middle of each encoder position, NO_PHONE where none is known."""
    found = np.full(n_positions, NO_PHONE, np.uint8)
    step = HOP * FRAMES_PER_POSITION
    for phone in spoken_as.phones:
        if phone.text in PHONES:
            found[-(-phone.start // step) : -(-phone.end // step)] = PHONES.index(phone.text)
    return found


def speak(texts: Texts, rng: Random) -> list[tuple[str, list[str], Delivery, Speech]]:
    """N_UTTERANCES random sentences spoken; those that take too long are left out."""
    plans = []
    for _ in range(N_UTTERANCES):
        text = sentence(texts, rng)
        plans.append((text, spoken(text, rng), delivery(rng)))
    found: list[tuple[str, list[str], Delivery, Speech]] = []
    for voice in FESTIVAL:
        own = [plan for plan in plans if plan[2].voice == voice]
        for half in (own[::2], own[1::2]):
            if half:
                how = half[0][2]
                speeches = festival_speech([" ".join(said) for _, said, _ in half], how)
                found += [(*plan[:2], how, trimmed(one)) for plan, one in zip(half, speeches, strict=True)]
    for text, said, how in plans:
        if how.voice not in FESTIVAL:
            found.append((text, said, how, speech(" ".join(said), how)))
    return [one for one in found if len(one[3].samples) <= LONGEST_S * RATE_HZ]


def make_shard(texts: Texts, seed: int, folder: Path) -> None:
    """Speak random sentences into ``folder``; the list is written last, so it means complete."""
    powers: list[npt.NDArray[np.float16]] = []
    phones: list[npt.NDArray[np.uint8]] = []
    rows: list[tuple[str, str, int, int, float, tuple[tuple[int, int], ...]]] = []
    start = 0
    for text, said, how, one in speak(texts, Random(seed)):
        power = mel_power(one.samples)
        power = power[: len(power) // FRAMES_PER_POSITION * FRAMES_PER_POSITION]
        powers.append(power.astype(np.float16))
        phones.append(phones_at_positions(one, len(power) // FRAMES_PER_POSITION))
        loudness = float(np.log10((one.samples**2).mean() + 1e-10))
        rows.append((text, how.voice, start, len(power), round(loudness, 3), word_frames(said, one)))
        start += len(power)
    np.save(folder / f"{seed:05d}.power.npy", np.concatenate(powers))
    np.save(folder / f"{seed:05d}.phones.npy", np.concatenate(phones))
    unfinished = folder / f"{seed:05d}.part"
    unfinished.write_text(json.dumps(rows), encoding="utf-8")
    unfinished.rename(folder / f"{seed:05d}.json")


def make_corpus(texts: Texts, seeds: range, folder: Path) -> None:
    """Make the shards of ``seeds`` that ``folder`` lacks."""
    for seed in seeds:
        if not (folder / f"{seed:05d}.json").exists():
            make_shard(texts, seed, folder)


def read_shard(listing: Path) -> Shard:
    """The shard whose list is ``listing``, its arrays mapped and not read."""
    rows = json.loads(listing.read_text(encoding="utf-8"))
    stem = listing.with_suffix("")
    utterances = tuple(
        Utterance(text, voice, start, n_frames, loudness, tuple((first, last) for first, last in words))
        for text, voice, start, n_frames, loudness, words in rows
    )
    power = np.load(f"{stem}.power.npy", mmap_mode="r")
    return Shard(power, np.load(f"{stem}.phones.npy", mmap_mode="r"), utterances)
