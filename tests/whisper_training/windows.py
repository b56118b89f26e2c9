"""Training examples: windows of utterances, disturbed in mel bands as rooms and microphones do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from corpus import FRAMES_PER_POSITION, HOP, N_MELS, VOICE_WEIGHTS, Power, Shard, mel_power, read_shard
from network import N_POSITIONS, Special
from torch import Tensor
from voices import NO_PHONE, RATE_HZ, Samples

N_FRAMES = N_POSITIONS * FRAMES_PER_POSITION
FRAME_RATE_HZ = RATE_HZ / HOP
# Encoder positions of one batch: 100 s of audio.
POSITIONS_PER_BATCH = 5_000
N_FULL = 3
LONGEST_ROW = 320
# The product asks for text without timestamps, so most rows have none.
PLAIN_SHARE = 0.75
# Short windows that lie elsewhere than at the start of the position table, so that all of it is learnt.
ELSEWHERE_SHARE = 0.12
# Batches in which something stands before the text: what was said before, or a list of terms.
PROMPTED_SHARE = 0.04
LONGEST_PROMPT = 150
NOISE_S = 60
FLOOR = -10.0


@dataclass(frozen=True)
class Said:
    """An utterance placed in a window: its words with their first and last position, and its own two."""

    words: tuple[tuple[str, int, int], ...]
    start: int
    end: int


@dataclass(frozen=True)
class Window:
    """One example: its power in mel bands, its phones by position, and what is said in it."""

    power: Power
    phones: npt.NDArray[np.uint8]
    said: tuple[Said, ...]
    cut_off_at: int | None = None


@dataclass(frozen=True)
class Batch:
    """What one step learns from.

    ``mel``: rows x 80 x frames; ``offsets``: position of the first frame of each row; ``tokens``: rows x
    length; ``targets``: what should follow each, -100 where nothing in particular; ``spans``: rows x length
    x 2, the first and last position at which the target is said, -1 where that is not known; ``phones`` and
    ``pieces``: rows x positions, the phone and the text token said there, -100 where none is.
    """

    mel: Tensor
    offsets: Tensor
    tokens: Tensor
    targets: Tensor
    spans: Tensor
    phones: Tensor
    pieces: Tensor


@dataclass(frozen=True)
class Take:
    """One utterance of the pool with its arrays read: words, power, phones and loudness."""

    words: tuple[tuple[str, int, int], ...]
    power: Power
    phones: npt.NDArray[np.uint8]
    loudness: float


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
                if utterance.words:
                    self._by_voice[utterance.voice].append((shard, index))

    def __len__(self) -> int:
        return sum(map(len, self._by_voice.values()))

    def voice(self, rng: Random) -> str:
        """A voice, as often as it was asked for."""
        voices = sorted(self._by_voice)
        return rng.choices(voices, [VOICE_WEIGHTS.get(name, 1.0) for name in voices])[0]

    def draw(self, rng: Random, voice: str) -> Take:
        """A random utterance of ``voice``."""
        shard, index = rng.choice(self._by_voice[voice])
        one = shard.utterances[index]
        power = shard.power[one.start : one.start + one.n_frames].astype(np.float32)
        begin = one.start // FRAMES_PER_POSITION
        phones = np.array(shard.phones[begin : begin + one.n_frames // FRAMES_PER_POSITION])
        words = zip(one.text.split(), one.words, strict=True)
        return Take(tuple((word, *at) for word, at in words), power, phones, one.loudness)

    def text(self, rng: Random) -> str:
        """What a random utterance says."""
        shard, index = rng.choice(self._by_voice[self.voice(rng)])
        return shard.utterances[index].text


# ------------------------------------------------------------------------------ noise


def coloured(n_samples: int, tilt: float, random: np.random.Generator) -> Samples:
    """Noise of unit level whose spectrum falls with frequency to the power ``tilt``."""
    spectrum = np.fft.rfft(random.standard_normal(n_samples))
    spectrum *= np.maximum(np.arange(len(spectrum)), n_samples / 800) ** -tilt
    noise = np.fft.irfft(spectrum, n_samples)
    return np.asarray(noise / noise.std(), np.float32)


def hum(n_samples: int, random: np.random.Generator) -> Samples:
    """Mains, fans and other machines: harmonics of a slowly moving tone, a new one every few seconds."""
    seconds = np.arange(n_samples) / RATE_HZ
    hz = np.repeat(random.uniform(40, 500, n_samples // (4 * RATE_HZ) + 1), 4 * RATE_HZ)[:n_samples]
    phase = 2 * np.pi * np.cumsum(hz * (1 + 0.01 * np.sin(seconds))) / RATE_HZ
    tone = sum(np.sin(k * phase + k) / k for k in range(1, 8))
    return np.asarray(tone / np.std(tone), np.float32)


def music(n_samples: int, random: np.random.Generator) -> Samples:
    """Chords of plucked notes on a scale, with something like a drum now and then."""
    audio = np.zeros(n_samples + 4 * RATE_HZ, np.float32)
    scale = 110 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 19, 24]) / 12)
    at = 0
    while at < n_samples:
        length = int(random.uniform(0.5, 3) * RATE_HZ)
        seconds = np.arange(length) / RATE_HZ
        for hz in random.choice(scale, int(random.integers(1, 5))):
            overtones = random.uniform(0, 1, 6) ** 2
            note = sum(a * np.sin(2 * np.pi * hz * (k + 1) * seconds) for k, a in enumerate(overtones))
            faded = note * np.exp(-seconds * random.uniform(0.5, 5))
            audio[at : at + length] += np.asarray(faded, np.float32)
        if random.random() < 0.5:
            beat = random.standard_normal(2_000) * np.exp(-np.arange(2_000) / 300)
            audio[at : at + 2_000] += np.asarray(beat, np.float32)
        at += int(random.uniform(0.15, 0.8) * RATE_HZ)
    return np.asarray(audio[:n_samples] / np.std(audio[:n_samples]), np.float32)


def clicks(n_samples: int, random: np.random.Generator) -> Samples:
    """A keyboard: short bursts at random moments over next to nothing."""
    audio = 1e-3 * coloured(n_samples, 0.5, random)
    for at in random.integers(0, n_samples - 800, n_samples // 4_000):
        burst = random.standard_normal(600) * np.exp(-np.arange(600) / random.uniform(10, 150))
        audio[at : at + 600] += np.asarray(burst * random.uniform(0.1, 1), np.float32)
    return np.asarray(audio / audio.std(), np.float32)


def breath(n_samples: int, random: np.random.Generator) -> Samples:
    """Noise that swells and fades as breathing does."""
    seconds = np.arange(n_samples) / RATE_HZ
    swell = np.clip(np.sin(2 * np.pi * seconds / random.uniform(2, 5)), 0, 1) ** 2
    audio = coloured(n_samples, 0.4, random) * swell
    return np.asarray(audio / audio.std(), np.float32)


@cache
def noises() -> tuple[Power, ...]:
    """Power of a minute each of several kinds of noise of unit level; white noise comes first."""
    random = np.random.default_rng(5)
    n = NOISE_S * RATE_HZ
    made = [coloured(n, tilt, random) for tilt in (0.0, 0.25, 0.5, 1.0)]
    made += [hum(n, random), hum(n, random), music(n, random), music(n, random)]
    made += [clicks(n, random), breath(n, random)]
    return tuple(mel_power(audio) for audio in made)


def noise(n_frames: int, rng: Random) -> Power:
    """A random stretch of random noise of unit level; noises as different as white and coloured are mixed."""
    kinds = noises()
    one = kinds[0] if rng.random() < 0.35 else rng.choice(kinds)
    start = rng.randrange(0, len(one) - n_frames)
    return np.array(one[start : start + n_frames])


def added(one: Power, other: Power) -> Power:
    """Power of two sounds together."""
    return np.asarray(np.log10(10**one + 10**other), np.float32)


# ------------------------------------------------------------------------------ rooms, microphones, throats


def warped(power: Power, factor: float) -> Power:
    """``power`` with its bands moved up by ``factor`` as a shorter throat moves them."""
    at = np.clip(np.arange(N_MELS) / factor, 0, N_MELS - 1)
    low = np.minimum(at.astype(int), N_MELS - 2)
    share = (at - low).astype(np.float32)
    return np.asarray(power[:, low] * (1 - share) + power[:, low + 1] * share, np.float32)


def at_pace(one: Take, factor: float) -> Take:
    """``one`` said ``factor`` times as fast, pitch kept; frames are left out or doubled."""
    n = int(len(one.power) / factor) // FRAMES_PER_POSITION * FRAMES_PER_POSITION
    frames = np.minimum((np.arange(n) * factor).astype(int), len(one.power) - 1)
    positions = np.minimum((np.arange(n // 2) * factor).astype(int), len(one.phones) - 1)
    words = tuple((word, int(first / factor), int(last / factor)) for word, first, last in one.words)
    return Take(words, one.power[frames], one.phones[positions], one.loudness)


def band_limited(power: Power, rng: Random) -> Power:
    """``power`` through a random low-pass, sometimes with the bass taken away too, or a tilted response."""
    mels = np.linspace(0, 2840, N_MELS)
    hz = 700 * (10 ** (mels / 2595) - 1)
    gain = -2 * np.log10(1 + (hz / rng.uniform(2_500, 7_500)) ** rng.choice((4, 8)))
    if rng.random() < 0.4:
        bass = (hz / rng.uniform(80, 300)) ** 2
        gain += 2 * np.log10((bass + 1e-3) / (1 + bass))
    gain += rng.uniform(-0.8, 0.8) * np.linspace(-1, 1, N_MELS)
    return power + np.asarray(gain, np.float32)


def in_a_room(power: Power, rng: Random) -> Power:
    """``power`` with the echo of a small room: each frame lingers in those after it."""
    n = rng.randint(5, 30)
    kernel = torch.exp(-5 * torch.arange(n) / n) * 10 ** rng.uniform(-2.0, -0.6)
    kernel[0] = 1.0
    plain = torch.from_numpy(10.0**power.T).float()[:, None]
    smeared = F.conv1d(F.pad(plain, (n - 1, 0)), kernel.flip(0)[None, None])[:, 0]
    return np.asarray(smeared.clamp(min=1e-10).log10().T.contiguous(), np.float32)


def disturbed(power: Power, loudness: float, rng: Random) -> Power:
    """``power`` as another microphone in another room would have taken it; ``loudness`` is the speech's."""
    if rng.random() < 0.12:
        power = in_a_room(power, rng)
    if rng.random() < 0.2:
        power = band_limited(power, rng)
    if rng.random() < 0.6:
        ratio_db = rng.triangular(6, 45, 17)
        power = added(power, noise(len(power), rng) + np.float32(loudness - ratio_db / 10))
    return power + np.float32(rng.uniform(-3.0, 0.6))


def masked(mel: Tensor, rng: Random) -> Tensor:
    """``mel`` with a few bands and moments blanked out, so that nothing hangs on one of them."""
    for _ in range(rng.randint(0, 2)):
        low = rng.randrange(0, 72)
        mel[low : low + rng.randint(1, 8)] = mel.mean()
    for _ in range(rng.randint(0, 2)):
        begin = rng.randrange(0, max(1, mel.shape[1] - 10))
        mel[:, begin : begin + rng.randint(1, 7)] = mel.mean()
    return mel


def features(power: Power) -> Tensor:
    """Whisper's features (80 x frames) of ``power``, as faster-whisper scales them."""
    log = torch.from_numpy(power.T)
    return (torch.maximum(log.clamp(min=FLOOR), log.max() - 8.0) + 4.0) / 4.0


# ------------------------------------------------------------------------------ windows


def even(n_frames: float) -> int:
    """``n_frames`` as a whole number of positions."""
    return int(n_frames) // FRAMES_PER_POSITION * FRAMES_PER_POSITION


def speech_window(pool: Pool, rng: Random, n_utterances: int, longest: int) -> Window:
    """Up to ``n_utterances`` of one voice in at most ``longest`` frames, with silence before and between."""
    voice = pool.voice(rng)
    pace = rng.uniform(0.87, 1.15) if rng.random() < 0.4 else 1.0
    throat = rng.uniform(0.85, 1.17) if rng.random() < 0.6 else 1.0
    at = even(rng.choice((0.0, rng.uniform(0, 0.3), rng.uniform(0, 1.0))) * FRAME_RATE_HZ)
    power = np.full((longest, N_MELS), FLOOR, np.float32)
    phones = np.zeros(longest // FRAMES_PER_POSITION, np.uint8)
    said: list[Said] = []
    loudness = []
    cut_off_at = None
    for index in range(n_utterances):
        one = pool.draw(rng, voice)
        one = at_pace(one, pace) if pace != 1.0 else one
        if at + len(one.power) > longest:
            if index and longest == N_FRAMES and at < longest - 50 and rng.random() < 0.5:
                cut_off_at = at // FRAMES_PER_POSITION
                power[at:] = one.power[: longest - at]
                phones[at // FRAMES_PER_POSITION :] = one.phones[: (longest - at) // FRAMES_PER_POSITION]
                at = longest
            break
        end = at + len(one.power)
        power[at:end] = warped(one.power, throat) if throat != 1.0 else one.power
        phones[at // FRAMES_PER_POSITION : end // FRAMES_PER_POSITION] = one.phones
        words = tuple(
            (word, (at + first) // FRAMES_PER_POSITION, (at + last) // FRAMES_PER_POSITION)
            for word, first, last in one.words
        )
        said.append(Said(words, at // FRAMES_PER_POSITION, end // FRAMES_PER_POSITION))
        loudness.append(one.loudness)
        at = min(longest, end + even(rng.triangular(0.05, 1.5, 0.3) * FRAME_RATE_HZ))
    if not said:
        return speech_window(pool, rng, n_utterances, longest)
    whole = disturbed(power[:at], sum(loudness) / len(loudness), rng)
    return Window(whole, phones[: at // FRAMES_PER_POSITION], tuple(said), cut_off_at)


def quiet_window(pool: Pool, rng: Random, longest: int) -> Window:
    """Something without words: silence, noise, music, breath, or a scrap of a word."""
    n = max(2, even(rng.choice((rng.uniform(5, 100), rng.uniform(50, longest)))))
    kind = rng.choice(("zero", "noise", "noise", "noise", "two", "scrap"))
    power = np.full((n, N_MELS), FLOOR, np.float32)
    if kind != "zero":
        power = noise(n, rng) + np.float32(rng.uniform(-8, -1))
    if kind == "two":
        power = added(power, noise(n, rng) + np.float32(rng.uniform(-6, -1)))
    if kind == "scrap":
        scrap = pool.draw(rng, pool.voice(rng)).power[-rng.randint(1, 8) :][:n]
        power[: len(scrap)] = added(power[: len(scrap)], scrap)
    return Window(power, np.zeros(n // FRAMES_PER_POSITION, np.uint8), ())


# ------------------------------------------------------------------------------ batches


class Batcher:
    """Draws batches of one kind or the other."""

    def __init__(self, pool: Pool, special: Special, encode: Callable[[str], list[int]], seed: int) -> None:
        self._pool = pool
        self._special = special
        self._encode = encode
        self._rng = Random(seed)
        self._shorts: list[list[Window]] = []

    def _pieces(self, said: Said) -> list[tuple[int, tuple[int, int]]]:
        """Tokens of an utterance and the first and last position of each: equal parts of its word."""
        found: list[tuple[int, tuple[int, int]]] = []
        for word, first, last in said.words:
            own = self._encode(" " + word)
            step = (last - first + 1) / len(own)
            places = [(int(first + i * step), int(first + (i + 1) * step)) for i in range(len(own))]
            found += zip(own, places, strict=True)
        return found

    def row(self, window: Window, offset: int) -> tuple[list[int], list[int], list[tuple[int, int]]]:
        """Tokens that go in, what is wanted after each, and where that is said."""
        special, rng = self._special, self._rng
        unknown = (-1, -1)
        plain = rng.random() < PLAIN_SHARE and window.cut_off_at is None
        if not window.said:
            mode = special.no_timestamps if plain else special.zero + offset + rng.randint(0, 50)
            return [special.start, mode], [special.no_speech, special.end], [unknown, unknown]
        tokens, spans = [special.start], [unknown]
        if plain:
            tokens.append(special.no_timestamps)
            spans.append(unknown)
        for said in window.said:
            if not plain:
                tokens.append(special.zero + offset + said.start)
                spans.append((said.start, said.start))
            for token, span in self._pieces(said):
                tokens.append(token)
                spans.append(span)
            if not plain:
                tokens.append(special.zero + offset + said.end)
                spans.append((said.end - 1, said.end))
        if window.cut_off_at is not None:
            tokens.append(special.zero + offset + window.cut_off_at)
            spans.append(unknown)
        return tokens, [*tokens[1:], special.end], [*spans[1:], unknown]

    def prompt(self) -> list[int]:
        """A sentence of before, or a list of terms as hot words come."""
        rng = self._rng
        said = [self._pool.text(rng).strip(".?") for _ in range(rng.randint(1, 24))]
        prompt = said[0] + "." if rng.random() < 0.5 else ", ".join(text.split()[-1] for text in said)
        return [self._special.previous, *self._encode(" " + prompt)[:LONGEST_PROMPT]]

    def collate(self, windows: list[Window], n_frames: int, offsets: list[int]) -> Batch:
        """One batch of ``windows``, features padded with zeros to ``n_frames`` as faster-whisper does."""
        n = len(windows)
        mel = torch.zeros(n, N_MELS, n_frames)
        phones = torch.full((n, n_frames // FRAMES_PER_POSITION), -100)
        is_prompted = self._rng.random() < PROMPTED_SHARE
        rows = []
        for index, window in enumerate(windows):
            one = features(window.power)[:, :n_frames]
            mel[index, :, : one.shape[1]] = masked(one, self._rng) if self._rng.random() < 0.2 else one
            own = torch.from_numpy(window.phones.astype(np.int64))
            phones[index, : len(own)] = torch.where(own == NO_PHONE, -100, own)
            tokens, targets, spans = self.row(window, offsets[index])
            before = self.prompt() if is_prompted else []
            rows.append((before + tokens, [-100] * len(before) + targets, [(-1, -1)] * len(before) + spans))
        longest = min(LONGEST_ROW, max(len(tokens) for tokens, _, _ in rows))
        tokens_of = torch.full((n, longest), self._special.end)
        targets_of = torch.full((n, longest), -100)
        spans_of = torch.full((n, longest, 2), -1)
        pieces = torch.full_like(phones, -100)
        for index, (ins, outs, places) in enumerate(rows):
            tokens_of[index, : len(ins)] = torch.tensor(ins[:longest])
            targets_of[index, : len(outs)] = torch.tensor(outs[:longest])
            spans_of[index, : len(places)] = torch.tensor(places[:longest])
            for token, (first, last) in zip(outs, places, strict=True):
                if 0 <= token < self._special.end and first >= 0:
                    pieces[index, first : last + 1] = token
        return Batch(mel, torch.tensor(offsets), tokens_of, targets_of, spans_of, phones, pieces)

    def short(self) -> Batch:
        """Windows as long as their speech and a little padding, many to a batch."""
        rng = self._rng
        if not self._shorts:
            windows = [
                quiet_window(self._pool, rng, 400)
                if rng.random() < 0.04
                else speech_window(self._pool, rng, rng.choice((1, 1, 1, 2)), 1_200)
                for _ in range(400)
            ]
            windows.sort(key=lambda window: len(window.power))
            group: list[Window] = []
            for window in windows:
                if group and (len(group) + 1) * len(window.phones) > POSITIONS_PER_BATCH:
                    self._shorts.append(group)
                    group = []
                group.append(window)
            self._shorts.append(group)
            rng.shuffle(self._shorts)
        group = self._shorts.pop()
        n_frames = even(max(len(window.power) for window in group) + rng.choice((2, 20, 100)))
        most = max(0, N_POSITIONS - n_frames // FRAMES_PER_POSITION - 51)
        offsets = [rng.randint(0, most) if rng.random() < ELSEWHERE_SHARE else 0 for _ in group]
        return self.collate(group, n_frames, offsets)

    def full(self) -> Batch:
        """Windows of 30 s: a phrase and padding, or a whole string of sentences."""
        rng = self._rng
        windows = []
        for _ in range(N_FULL):
            kind = rng.random()
            if kind < 0.1:
                windows.append(quiet_window(self._pool, rng, N_FRAMES))
            else:
                windows.append(
                    speech_window(self._pool, rng, 1 if kind < 0.6 else rng.randint(2, 9), N_FRAMES)
                )
        return self.collate(windows, N_FRAMES, [0] * len(windows))

    def batches(self, full_share: float) -> Iterator[Batch]:
        """Batches without end, ``full_share`` of them of 30 s windows; new shards are taken in."""
        n = 0
        while True:
            n += 1
            if n % 100 == 0:
                self._pool.refresh()
            yield self.full() if self._rng.random() < full_share else self.short()
