"""Training examples: windows of one or more utterances, disturbed as rooms and microphones do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import torch
from corpus import Shard, read_shard
from faster_whisper.feature_extractor import FeatureExtractor
from network import N_POSITIONS, Special
from torch import Tensor
from voices import RATE_HZ, Samples

HOP = 160
SAMPLES_PER_POSITION = 2 * HOP
WINDOW_S = 30.0
# Encoder positions of one batch: about 60 s of audio, half a second of work on two cores.
POSITIONS_PER_BATCH = 3_000
N_FULL = 2
LONGEST_ROW = 320
# The product asks for text without timestamps, so most rows have none.
PLAIN_SHARE = 0.7
# Batches in which something stands before the text: what was said before, or a list of terms.
PROMPTED_SHARE = 0.04
LONGEST_PROMPT = 150
# How often a voice is heard; the tests and the demonstration speak with the first three.
VOICE_SHARES = {"en-us": 0.4, "slt": 0.42, "rms": 0.13}
OTHER_VOICE_SHARE = 0.01


@dataclass(frozen=True)
class Window:
    """One example: its audio, what is said in it with start and end positions, and the room for more."""

    audio: Samples
    segments: tuple[tuple[int, str, int], ...]
    cut_off_at: int | None = None


@dataclass(frozen=True)
class Batch:
    """Features (rows x 80 x frames), the position of their first frame, and tokens in and out."""

    mel: Tensor
    offsets: Tensor
    tokens: Tensor
    targets: Tensor
    texts: tuple[Tensor, ...]


class Pool:
    """All utterances of the shards in a folder, by voice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: set[Path] = set()
        self._by_voice: dict[str, list[tuple[Shard, int]]] = defaultdict(list)
        self.refresh()

    def refresh(self) -> None:
        """Take in shards that were finished since."""
        for listing in sorted(set(self._folder.glob("*.json")) - self._seen):
            self._seen.add(listing)
            shard = read_shard(listing)
            for index, utterance in enumerate(shard.utterances):
                self._by_voice[utterance.voice].append((shard, index))

    def __len__(self) -> int:
        return sum(map(len, self._by_voice.values()))

    def draw(self, rng: Random, voice: str | None = None) -> tuple[str, str, Samples]:
        """Text, voice and audio of a random utterance, of ``voice`` where one is named."""
        if voice is None:
            voices = sorted(self._by_voice)
            voice = rng.choices(voices, [VOICE_SHARES.get(name, OTHER_VOICE_SHARE) for name in voices])[0]
        shard, index = rng.choice(self._by_voice[voice])
        one = shard.utterances[index]
        audio = shard.audio[one.start : one.start + one.n_samples].astype(np.float32) / np.float32(32768)
        return one.text, one.voice, audio


@cache
def noise_store(tilt: float) -> Samples:
    """Five minutes of noise of unit level whose spectrum falls with frequency to the power ``tilt``."""
    n_samples = 1 << 22
    spectrum = np.fft.rfft(np.random.default_rng(round(10 * tilt)).standard_normal(n_samples))
    spectrum *= np.maximum(np.arange(len(spectrum)), n_samples / 800) ** -tilt
    noise = np.fft.irfft(spectrum, n_samples)
    return np.asarray(noise / noise.std(), np.float32)


def coloured(n_samples: int, tilt: float, random: np.random.Generator) -> Samples:
    """A random stretch of noise of unit level whose spectrum falls with frequency to the power ``tilt``."""
    start = int(random.integers(0, (1 << 22) - n_samples))
    return np.array(noise_store(tilt)[start : start + n_samples])


def fast_length(n_samples: int) -> int:
    """The next length that a Fourier transform is quick for."""
    step = 1 << max(0, n_samples.bit_length() - 3)
    return -(-n_samples // step) * step


def band_limited(audio: Samples, rng: Random) -> Samples:
    """``audio`` through a random low-pass, sometimes with the bass taken away too."""
    n = fast_length(len(audio))
    hz = np.fft.rfftfreq(n, 1 / RATE_HZ).astype(np.float32)
    gain = 1 / (1 + (hz / rng.uniform(2_500, 7_500)) ** rng.choice((4, 8)))
    if rng.random() < 0.4:
        bass = (hz / rng.uniform(80, 300)) ** 2
        gain = gain * bass / (1 + bass)
    return np.asarray(np.fft.irfft(np.fft.rfft(audio, n) * gain, n)[: len(audio)], np.float32)


def in_a_room(audio: Samples, rng: Random, random: np.random.Generator) -> Samples:
    """``audio`` with the echo of a small room: decaying noise as impulse response."""
    n_echo = int(rng.uniform(0.05, 0.3) * RATE_HZ)
    echo = random.standard_normal(n_echo, np.float32) * np.exp(
        -5 * np.arange(n_echo, dtype=np.float32) / n_echo
    )
    echo *= np.float32(rng.uniform(0.1, 0.6)) / np.sqrt((echo**2).sum())
    echo[0] = 1.0
    n = fast_length(len(audio) + n_echo)
    wet = np.fft.irfft(np.fft.rfft(audio, n) * np.fft.rfft(echo, n), n)[: len(audio)]
    return np.asarray(wet, np.float32)


def disturbed(audio: Samples, rng: Random) -> Samples:
    """``audio`` as another microphone in another room would have taken it."""
    random = np.random.default_rng(rng.getrandbits(32))
    if rng.random() < 0.05:
        audio = in_a_room(audio, rng, random)
    if rng.random() < 0.08:
        audio = band_limited(audio, rng)
    audio = audio * np.float32(10 ** rng.uniform(-1.5, 0.3) / (np.abs(audio).max() + 1e-4))
    if rng.random() < 0.5:
        loud = np.sqrt((audio**2).mean()) + 1e-4
        snr_db = rng.triangular(10, 60, 35)
        audio = audio + coloured(len(audio), rng.choice((0.0, 0.0, 0.5, 1.0)), random) * np.float32(
            loud * 10 ** (-snr_db / 20)
        )
    return np.asarray(np.clip(audio, -1, 1), np.float32)


def at_speed(audio: Samples, factor: float) -> Samples:
    """``audio`` played ``factor`` times as fast, pitch and all: another throat."""
    at = np.arange(int(len(audio) / factor)) * factor
    return np.asarray(np.interp(at, np.arange(len(audio)), audio), np.float32)


def speech_window(pool: Pool, rng: Random, n_utterances: int, longest_s: float) -> Window:
    """Up to ``n_utterances`` of one voice in a row, with silence before, between and after."""
    text, voice, audio = pool.draw(rng)
    factor = rng.uniform(0.9, 1.1) if rng.random() < 0.1 else 1.0
    longest = int(longest_s * RATE_HZ)
    pieces = [np.zeros(int(rng.choice((0.0, 0.2, rng.uniform(0, 1.0))) * RATE_HZ), np.float32)]
    at = len(pieces[0])
    segments: list[tuple[int, str, int]] = []
    cut_off_at = None
    for index in range(n_utterances):
        if index:
            text, _, audio = pool.draw(rng, voice)
        piece = at_speed(audio, factor) if factor != 1.0 else audio
        if at + len(piece) > longest:
            if index and longest_s == WINDOW_S and at < longest - RATE_HZ // 2 and rng.random() < 0.5:
                cut_off_at = at // SAMPLES_PER_POSITION
                pieces.append(piece[: longest - at])
                at = longest
            break
        segments.append(
            (round(at / SAMPLES_PER_POSITION), text, round((at + len(piece)) / SAMPLES_PER_POSITION))
        )
        gap = np.zeros(int(rng.triangular(0.05, 1.5, 0.3) * RATE_HZ), np.float32)
        pieces += [piece, gap]
        at += len(piece) + len(gap)
    joined = np.concatenate(pieces)[:longest]
    return Window(disturbed(joined, rng), tuple(segments), cut_off_at)


def quiet_window(pool: Pool, rng: Random, longest_s: float) -> Window:
    """Something without words: silence, noise, hum, clicks, breath, or a scrap of a word."""
    random = np.random.default_rng(rng.getrandbits(32))
    n = int(rng.choice((rng.uniform(0.05, 1.0), rng.uniform(0.5, longest_s))) * RATE_HZ)
    kind = rng.choice(("zero", "noise", "noise", "hum", "clicks", "breath", "scrap"))
    if kind == "zero":
        return Window(np.zeros(n, np.float32), ())
    audio = coloured(n, rng.choice((0.0, 0.5, 1.0)), random) * np.float32(10 ** rng.uniform(-4, -0.7))
    seconds = np.arange(n) / RATE_HZ
    if kind == "hum":
        hz = rng.uniform(50, 1_000)
        tone = sum(np.sin(2 * np.pi * hz * k * seconds + k) / k for k in range(1, rng.randint(2, 6)))
        audio += np.asarray(tone * 10 ** rng.uniform(-3, -0.7), np.float32)
    elif kind == "clicks":
        audio[random.integers(0, n, rng.randint(1, 12))] += rng.uniform(0.05, 0.9)
    elif kind == "breath":
        audio *= np.clip(np.sin(np.pi * seconds / rng.uniform(0.5, 1.5)), 0, 1).astype(np.float32) ** 2
    elif kind == "scrap":
        scrap = pool.draw(rng)[2]
        n_scrap = min(n, int(rng.uniform(0.01, 0.08) * RATE_HZ))
        audio[:n_scrap] = scrap[-n_scrap:]
    return Window(np.clip(audio, -1, 1), ())


_MEL = torch.from_numpy(FeatureExtractor.get_mel_filters(RATE_HZ, 400, 80).astype(np.float32))
_HANN = torch.hann_window(400)


def features(audio: Samples) -> Tensor:
    """Whisper's log-mel features (80 x frames) of ``audio``, as faster-whisper computes them."""
    padded = torch.from_numpy(np.pad(audio, (0, HOP + 400 if len(audio) < 400 else HOP)))
    power = torch.stft(padded, 400, HOP, window=_HANN, return_complex=True)[:, :-1].abs() ** 2
    log = (_MEL @ power).clamp(min=1e-10).log10()
    return (torch.maximum(log, log.max() - 8.0) + 4.0) / 4.0


def masked(mel: Tensor, rng: Random) -> Tensor:
    """``mel`` with a few bands and moments blanked out, so that nothing hangs on one of them."""
    for _ in range(rng.randint(0, 2)):
        low = rng.randrange(0, 72)
        mel[low : low + rng.randint(1, 7)] = mel.mean()
    for _ in range(rng.randint(0, 2)):
        begin = rng.randrange(0, max(1, mel.shape[1] - 10))
        mel[:, begin : begin + rng.randint(1, 8)] = mel.mean()
    return mel


class Batcher:
    """Draws batches of one kind or the other."""

    def __init__(self, pool: Pool, special: Special, encode: Callable[[str], list[int]], seed: int) -> None:
        self._pool = pool
        self._special = special
        self._encode = encode
        self._rng = Random(seed)
        self._shorts: list[list[Window]] = []

    def row(self, window: Window, offset: int) -> tuple[list[int], list[int]]:
        """Tokens that go in and what is wanted after each (-100: nothing in particular)."""
        special, rng = self._special, self._rng
        tokens = [special.start]
        if not window.segments:
            mode = (
                special.no_timestamps
                if rng.random() < PLAIN_SHARE
                else special.zero + offset + rng.randint(0, 50)
            )
            tokens, targets = [special.start, mode], [special.no_speech, special.end]
        elif rng.random() < PLAIN_SHARE and window.cut_off_at is None:
            tokens = [special.start, special.no_timestamps]
            for _, text, _ in window.segments:
                tokens += self._encode(" " + text)
            targets = [-100, *tokens[2:], special.end]
        else:
            for start, text, end in window.segments:
                tokens += [
                    special.zero + offset + start,
                    *self._encode(" " + text),
                    special.zero + offset + end,
                ]
            if window.cut_off_at is not None:
                tokens.append(special.zero + offset + window.cut_off_at)
            targets = [*tokens[1:], special.end]
        return tokens, targets

    def prompted(self, row: tuple[list[int], list[int]]) -> tuple[list[int], list[int]]:
        """``row`` behind a sentence of before, or behind a list of terms as hot words come."""
        rng = self._rng
        said = [self._pool.draw(rng)[0].strip(".?") for _ in range(rng.randint(1, 24))]
        prompt = said[0] + "." if rng.random() < 0.5 else ", ".join(text.split()[-1] for text in said)
        before = [self._special.previous, *self._encode(" " + prompt)[:LONGEST_PROMPT]]
        return before + row[0], [-100] * len(before) + row[1]

    def collate(self, windows: list[Window], n_frames: int, offsets: list[int]) -> Batch:
        """One batch of ``windows``, features padded with zeros to ``n_frames`` as faster-whisper does."""
        mel = torch.zeros(len(windows), 80, n_frames)
        rows = []
        texts = []
        is_prompted = self._rng.random() < PROMPTED_SHARE
        for index, window in enumerate(windows):
            one = features(window.audio)[:, :n_frames]
            mel[index, :, : one.shape[1]] = masked(one, self._rng) if self._rng.random() < 0.2 else one
            row = self.row(window, offsets[index])
            rows.append(self.prompted(row) if is_prompted else row)
            texts.append(
                torch.tensor([t for _, text, _ in window.segments for t in self._encode(" " + text)])
            )
        longest = min(LONGEST_ROW, max(len(tokens) for tokens, _ in rows))
        tokens = torch.full((len(rows), longest), self._special.end)
        targets = torch.full((len(rows), longest), -100)
        for index, (ins, outs) in enumerate(rows):
            tokens[index, : len(ins)] = torch.tensor(ins[:longest])
            targets[index, : len(outs)] = torch.tensor(outs[:longest])
        return Batch(mel, torch.tensor(offsets), tokens, targets, tuple(texts))

    def short(self) -> Batch:
        """Windows as long as their speech and a little padding, many to a batch."""
        rng = self._rng
        if not self._shorts:
            windows = [
                quiet_window(self._pool, rng, 4.0)
                if rng.random() < 0.05
                else speech_window(self._pool, rng, rng.choice((1, 1, 1, 1, 2)), 12.0)
                for _ in range(400)
            ]
            windows = [window for window in windows if window.segments or len(window.audio) > 0]
            windows.sort(key=lambda window: len(window.audio))
            group: list[Window] = []
            for window in windows:
                if (
                    group
                    and (len(group) + 1) * len(window.audio) > POSITIONS_PER_BATCH * SAMPLES_PER_POSITION
                ):
                    self._shorts.append(group)
                    group = []
                group.append(window)
            self._shorts.append(group)
            rng.shuffle(self._shorts)
        group = self._shorts.pop()
        n_frames = max(len(window.audio) for window in group) // HOP + 2 + rng.choice((0, 20, 100))
        n_frames += n_frames % 2
        most = max(0, N_POSITIONS - n_frames // 2 - 51)
        offsets = [rng.choice((0, 0, rng.randint(0, most))) for _ in group]
        return self.collate(group, n_frames, offsets)

    def full(self) -> Batch:
        """Windows of 30 s: a phrase and padding, or a whole string of sentences."""
        rng = self._rng
        windows = []
        for _ in range(N_FULL):
            kind = rng.random()
            if kind < 0.12:
                windows.append(quiet_window(self._pool, rng, WINDOW_S))
            else:
                windows.append(
                    speech_window(self._pool, rng, 1 if kind < 0.5 else rng.randint(2, 9), WINDOW_S)
                )
        return self.collate(windows, 2 * N_POSITIONS, [0] * len(windows))

    def batches(self, full_share: float) -> Iterator[Batch]:
        """Batches without end, ``full_share`` of them of 30 s windows."""
        while True:
            yield self.full() if self._rng.random() < full_share else self.short()
