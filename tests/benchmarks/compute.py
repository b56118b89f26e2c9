"""What hearing an answer costs, and how much of that is waited for: ``python -m tests.benchmarks.compute``.

Answers of two minutes (simulated ones of one voice joined; with --recordings FOLDER also people's speech from
WAV files) come in at real time through the program's own listening, with a recogniser in the shape of
base.en: random weights, every window padded to 30 s, five beams, as many tokens as the words said need,
word times by alignment; what it returns are the true words. Against it stands the same recogniser on the
whole answer afterwards, in the windows of at most 30 s in which the product reads long audio, cut at the
quietest moments. All figures are seconds of computing (CPU time of the process), so that other work on the
machine does not count, and ratios within one run.

Prints for each answer: computing after the last speech until the flags are there, computing between
"finished" and the flags, and the recogniser's computing in all, each as a share of the whole-answer run.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from ctranslate2 import StorageView
from ctranslate2.models import Whisper
from faster_whisper.feature_extractor import FeatureExtractor

sys.path.insert(0, str(Path(__file__).resolve().parents[0]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from build_fixtures import FOLDER, read_manifest, read_places
from speed import BASE_EN, BEAMS, random_weights

from voiceprep import bank, checks, resources, text
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.silero import SileroDetector
from voiceprep.engines.whisper import windows
from voiceprep.hearing import Ears, Hearing, Source
from voiceprep.listen import ListenOptions
from voiceprep.model import RATE_HZ, Block, HeardWord, Kind, Samples
from voiceprep.testing import MemoryRecording, ScriptedControls

ANSWER_S = 120
QUIET_AFTER_S = 12
BLOCK = RATE_HZ // 20
WINDOW = 30 * RATE_HZ
KNOWN_VOICES = ("en-us", "slt", "rms", "awb")
FINISH_S = 3.0
"""Silence that ends the answer: joined answers hold whole sentences with pauses of up to 2.4 s after them."""

WORDS_PER_S = 2.5
"""Of people, where nobody wrote down what they say: 150 words a minute."""

GAP = RATE_HZ // 10
"""Samples of silence kept after an answer; the next one begins with more."""

N_KEYED = 400
"""Samples by which a phrase is found again in its answer."""


@dataclass(frozen=True)
class Spoken:
    """An answer to be heard, and its words where they are."""

    name: str
    samples: Samples
    words: tuple[HeardWord, ...]


@dataclass
class Shaped:
    """A recogniser with the computing of base.en and the words of ``spoken``; notes each job's computing."""

    model: Whisper
    spoken: Spoken
    name: str = "shape of base.en"
    jobs: list[tuple[float, float, float]] = field(default_factory=list)
    _features: FeatureExtractor = field(default_factory=lambda: FeatureExtractor(feature_size=80))

    def warm(self) -> None:
        self.window(self.spoken.samples[:RATE_HZ], 4)

    def close(self) -> None:
        pass

    def transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
        began_s, cpu_s = time.monotonic(), time.process_time()
        offset = self._offset(samples)
        found = tuple(
            word
            for word in self.spoken.words
            if offset <= (word.start + word.end) // 2 < offset + len(samples)
        )
        for window in windows(samples):
            n_words = sum(window.start <= (w.start + w.end) // 2 - offset < window.end for w in found)
            n_tokens = max(1, round(n_words * BASE_EN.tokens_per_word))
            self.window(samples[window.start : window.end], n_tokens)
        self.jobs.append((began_s, time.monotonic(), time.process_time() - cpu_s))
        return tuple(
            HeardWord(word.text, max(0, word.start - offset), min(len(samples), word.end - offset), 1.0)
            for word in found
        )

    def window(self, samples: Samples, n_tokens: int) -> None:
        """The work of one window."""
        padded = np.concatenate([samples, np.zeros(WINDOW - len(samples), np.float32)])
        mel = self._features(padded)[:, :3000]
        encoded = self.model.encode(StorageView.from_array(np.ascontiguousarray(mel[None])))
        [written] = self.model.generate(
            encoded,
            [[1, 2]],
            beam_size=BEAMS,
            max_length=2 + n_tokens,
            suppress_tokens=[0],
            suppress_blank=False,
        )
        self.model.align(encoded, [1], [list(written.sequences_ids[0])], [3000])

    def _offset(self, samples: Samples) -> int:
        key = samples[:N_KEYED].tobytes()
        at = self.spoken.samples.tobytes().find(key)
        if at < 0:
            raise ValueError("this phrase is not of this answer")
        return at // samples.itemsize


def simulated() -> Iterator[Spoken]:
    """Answers of ANSWER_S, of one voice each."""
    places = read_places()
    for voice in KNOWN_VOICES:
        pieces: list[Samples] = []
        words: list[HeardWord] = []
        n_samples = 0
        answers = [
            answer
            for answer in read_manifest()
            if answer.voice == voice and places[answer.id].words and not places[answer.id].commands
        ]
        for answer in itertools.cycle(answers):
            if n_samples >= ANSWER_S * RATE_HZ:
                break
            heard = np.concatenate(list(read_audio(FOLDER / f"{answer.id}.opus")))
            spoken = places[answer.id].words
            words += [HeardWord(w.text, n_samples + w.start, n_samples + w.end, 1.0) for w in spoken]
            last = min(len(heard), spoken[-1].end + GAP)
            pieces.append(heard[:last])
            n_samples += last
        yield prepared(voice, np.concatenate(pieces), words)


def recorded(folder: Path) -> Iterator[Spoken]:
    """People's speech: the files of ``folder`` joined, WORDS_PER_S assumed."""
    joined = np.concatenate([s for path in sorted(folder.glob("lecture*.wav")) for s in read_audio(path)])
    samples = np.tile(joined, -(-ANSWER_S * RATE_HZ // len(joined)))
    step = round(RATE_HZ / WORDS_PER_S)
    words = [
        HeardWord("word", at, at + step, 1.0) for at in range(0, min(len(samples), ANSWER_S * RATE_HZ), step)
    ]
    yield prepared("people", samples, words)


def prepared(name: str, samples: Samples, words: Sequence[HeardWord]) -> Spoken:
    """An answer cut at ANSWER_S after its last whole word, then a quiet room; no two stretches are alike."""
    end = max(word.end for word in words if word.end <= ANSWER_S * RATE_HZ)
    room = np.zeros(end + QUIET_AFTER_S * RATE_HZ, np.float32)
    room[:end] = samples[:end]
    room += np.random.default_rng(1).normal(0, 0.0003, len(room)).astype(np.float32)
    kept = [word for word in words if word.end <= end]
    kept[-1] = HeardWord(kept[-1].text.rstrip(".") + ".", kept[-1].start, kept[-1].end, 1.0)
    return Spoken(name, room, tuple(kept))


def blocks(samples: Samples) -> Iterator[Block]:
    """``samples`` as a microphone delivers them, at their own pace."""
    began_s = time.monotonic()
    for start in range(0, len(samples), BLOCK):
        time.sleep(max(0.0, began_s + (start + BLOCK) / RATE_HZ - time.monotonic()))
        yield Block(samples[start : start + BLOCK])


def measure(spoken: Spoken, model: Whisper) -> None:
    """Print what ``spoken`` costs."""
    content = bank.load([resources.folder("content")])
    question = bank.find(content, "yolo-vs-faster-rcnn")
    checks.assess(question, (text.transcript(question.strong),), content, None)  # as while a question is read
    recogniser = Shaped(model, spoken)
    recogniser.warm()
    end = spoken.words[-1].end
    recogniser.transcribe(spoken.samples[:end])
    whole_s = recogniser.jobs.pop()[2]
    options = ListenOptions(finish_silence_s=FINISH_S, kind=Kind.CHOOSE, commands=content.commands)
    with ThreadPoolExecutor(1) as worker:
        ears = Ears(SileroDetector(), recogniser)
        hearing = Hearing(ears, ScriptedControls(), SystemClock(), worker, options, lambda _: None)
        began_s = time.monotonic()
        heard = hearing.hear(
            Source("benchmark", live=True, blocks=blocks(spoken.samples)), MemoryRecording(Path("answer.wav"))
        )
        finished_s = time.monotonic()
    if heard.failure is not None:
        raise heard.failure
    cpu_s = time.process_time()
    checks.assess(question, (heard.transcript,), content, None)
    flags_s = time.process_time() - cpu_s
    last_s = began_s + end / RATE_HZ
    after_s = sum(
        cost_s * min(1.0, (ended_s - last_s) / (ended_s - started_s))
        for started_s, ended_s, cost_s in recogniser.jobs
        if ended_s > last_s
    )
    total_s = sum(cost_s for _, _, cost_s in recogniser.jobs)
    print(
        f"{spoken.name:<8} {end / RATE_HZ:5.1f} s, {len(spoken.words)} words, "
        f"{len(recogniser.jobs)} phrases, {len(heard.transcript.words)} words kept, "
        f"finished {finished_s - last_s:.2f} s after the last"
    )
    print(
        f"         whole answer afterwards {whole_s:.2f} s; "
        f"after the last speech {(after_s + flags_s) / whole_s:.3f}, "
        f"after 'finished' {flags_s / whole_s:.4f}, recogniser in all {total_s / whole_s:.2f}",
        flush=True,
    )


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recordings", type=Path, help="folder with lecture*.wav of people speaking")
    parser.add_argument("--only", help="this voice only")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        random_weights(BASE_EN, Path(name))
        model = Whisper(name, device="cpu", compute_type="int8", intra_threads=1)
        answers = itertools.chain(simulated(), recorded(given.recordings) if given.recordings else ())
        for spoken in answers:
            if given.only in {None, spoken.name}:
                measure(spoken, model)


if __name__ == "__main__":
    main()
