"""How well a model hears the simulated answers: ``python -m tests.benchmarks.recognition [MODEL ...]``.

Every answer of audio_fixtures/answers is heard as the program hears it, phrase by phrase from the speech
detector, and once more as a whole recording. Prints word errors by kind of answer, how far word starts are
from the true ones, how often the elements found are those found in the true text, how many commands are
understood, and what is made of ten minutes without a word.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from build_fixtures import FOLDER, Places, SimulatedAnswer, read_manifest, read_places
from evaluate import words_of
from voices import Timed

from voiceprep import bank, resources
from voiceprep.checks import assess
from voiceprep.commands import alone, understood
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.models import synthetic_model
from voiceprep.engines.silero import SileroDetector
from voiceprep.engines.whisper import WhisperRecogniser
from voiceprep.hearing import Ears, Hearing, Source
from voiceprep.listen import WHOLE_RECORDING
from voiceprep.model import RATE_HZ, Bank, Block, CommandWords, HeardWord, Question, Samples, Status, Word
from voiceprep.ports import Recogniser
from voiceprep.testing import MemoryRecording, ScriptedControls
from voiceprep.text import transcript

BLOCK = RATE_HZ // 20
NEAR = RATE_HZ * 3 // 10
"""Samples by which the words of a command may lie beside its true place."""

UNWRITTEN = {"um", "uh", "hmm"}
"""Whisper drops these; whether it does is no matter of hearing well."""

WORDLESS_S = 120
"""Of each kind of sound without words; there are five."""

Phrase = tuple[Word, ...]


class _Noting:
    """A recogniser that notes what it made of each phrase."""

    def __init__(self, recogniser: Recogniser) -> None:
        self.name = recogniser.name
        self.heard: list[tuple[HeardWord, ...]] = []
        self._recogniser = recogniser

    def warm(self) -> None:
        self._recogniser.warm()

    def transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
        self.heard.append(self._recogniser.transcribe(samples))
        return self.heard[-1]

    def close(self) -> None:
        self._recogniser.close()


def phrase_by_phrase(recogniser: Recogniser, samples: Samples) -> tuple[Phrase, ...]:
    """What the program hears in ``samples``, commands left where they are."""
    noting = _Noting(recogniser)
    with ThreadPoolExecutor(1) as worker:
        hearing = Hearing(
            Ears(SileroDetector(), noting),
            ScriptedControls(),
            SystemClock(),
            worker,
            WHOLE_RECORDING,
            lambda _: None,
        )
        blocks = [Block(samples[start : start + BLOCK]) for start in range(0, len(samples), BLOCK)]
        heard = hearing.hear(
            Source("benchmark", live=False, blocks=blocks), MemoryRecording(Path("answer.wav"))
        )
    if heard.failure is not None:
        raise heard.failure
    words = iter(heard.transcript.words)
    return tuple(tuple(next(words) for _ in phrase) for phrase in noting.heard if phrase)


def as_a_whole(recogniser: Recogniser, samples: Samples) -> tuple[Phrase, ...]:
    """What the recogniser hears in ``samples`` given at once, as one phrase."""
    heard = recogniser.transcribe(samples)
    return (tuple(Word(word.text, 0, 0, word.start / RATE_HZ, word.end / RATE_HZ) for word in heard),)


@dataclass(frozen=True)
class Heard:
    """An answer, where everything is in it, and what was heard."""

    answer: SimulatedAnswer
    places: Places
    phrases: tuple[Phrase, ...]

    @property
    def words(self) -> Phrase:
        return tuple(word for phrase in self.phrases for word in phrase)

    @property
    def said(self) -> list[str]:
        """Words that were said, commands included, as they are compared."""
        return written([word.text for word in self.places.words])

    def n_errors(self) -> int:
        """Substitutions, omissions and insertions that turn what was said into what was heard."""
        return Levenshtein.distance(self.said, written([word.text for word in self.words]))

    def start_errors_s(self) -> Iterator[float]:
        """How far the start of each word that was heard rightly is from its true one."""
        said = [" ".join(words_of(word.text)) for word in self.places.words]
        heard = [" ".join(words_of(word.text)) for word in self.words]
        for same in Levenshtein.opcodes(said, heard):
            if same.tag == "equal":
                for step in range(same.src_end - same.src_start):
                    at_s = self.words[same.dest_start + step].t0_s or 0.0
                    yield abs(at_s - self.places.words[same.src_start + step].start / RATE_HZ)

    def in_command(self, phrase: Phrase) -> Timed | None:
        """The command that was spoken where ``phrase`` was heard, None where it lies elsewhere."""
        first, last = ((at_s or 0.0) * RATE_HZ for at_s in (phrase[0].t0_s, phrase[-1].t1_s))
        overlapping = (
            one for one in self.places.commands if first < one.end + NEAR and last > one.start - NEAR
        )
        return next(overlapping, None)

    def n_commands(self) -> int:
        """How many commands were heard as such, each at its place and for what it is."""
        understood = set()
        for phrase in self.phrases:
            command = self.in_command(phrase)
            if command is not None and _means(phrase, " ".join(words_of(command.text))):
                understood.add(command)
        return len(understood)

    def n_false_commands(self) -> int:
        """Phrases of the answer proper that would end it."""
        return sum(
            understood((word.text for word in phrase), commands()) is not None
            for phrase in self.phrases
            if self.in_command(phrase) is None
        )

    def text(self) -> str:
        """The answer as heard, commands left out."""
        return " ".join(word.text for word in self.words if self.in_command((word,)) is None)


@cache
def commands() -> CommandWords:
    """The commands as shipped."""
    return bank.load([resources.folder("content")]).commands


def _means(phrase: Phrase, command: str) -> bool:
    """Whether the program takes ``phrase`` for ``command``."""
    found = understood((word.text for word in phrase), commands())
    return found is not None and found.command is alone(command, commands())


def written(words: Sequence[str]) -> list[str]:
    """``words`` as they are compared: lower case, no punctuation, no fillers."""
    return [word for word in words_of(" ".join(words)) if word not in UNWRITTEN]


def credited(question: Question, text: str, questions: Bank) -> frozenset[str]:
    """The elements found in ``text``; none in a text without words."""
    if not words_of(text):
        return frozenset()
    found = assess(question, (transcript(text),), questions).elements
    return frozenset(element.id for element in found if element.status is not Status.MISSING)


def groups(everything: Sequence[Heard]) -> Iterator[tuple[str, list[Heard]]]:
    """Answers by what the model knows of them, then by voice."""
    known = [heard for heard in everything if not heard.answer.stranger]
    yield "all", list(everything)
    yield "known voices, clear", [heard for heard in known if heard.answer.noise is None]
    yield "known voices, noise", [heard for heard in known if heard.answer.noise is not None]
    yield "voice never heard", [heard for heard in everything if heard.answer.stranger]
    for voice in dict.fromkeys(heard.answer.voice for heard in everything):
        yield f"  {voice}", [heard for heard in everything if heard.answer.voice == voice]


def report(name: str, everything: Sequence[Heard], questions: Bank) -> None:
    """Print the figures of one way of hearing."""
    print(f"\n{name}")
    for group, chosen in groups(everything):
        if not chosen:
            continue
        n_words = sum(len(heard.said) for heard in chosen)
        rate = sum(heard.n_errors() for heard in chosen) / n_words
        print(f"  {group:<20} word errors {rate:.3f} of {n_words}   {_elements(chosen, questions)}")
    errors_s = [error_s for heard in everything for error_s in heard.start_errors_s()]
    if errors_s:
        middle, most = np.percentile(errors_s, (50, 90))
        print(
            f"  word starts: {1000 * middle:.0f} ms median, {1000 * most:.0f} ms for nine in ten, over "
            f"{len(errors_s)} words heard rightly"
        )


def _elements(chosen: Sequence[Heard], questions: Bank) -> str:
    """How often an element is found or missed as in the true text."""
    n_all = n_lost = n_invented = 0
    for heard in chosen:
        question = bank.find(questions, heard.answer.question)
        true, now = (credited(question, text, questions) for text in (heard.answer.text, heard.text()))
        n_all += len(question.elements)
        n_lost += len(true - now)
        n_invented += len(now - true)
    same = 1 - (n_lost + n_invented) / n_all
    return f"elements as from the true text {same:.3f} of {n_all} ({n_lost} lost, {n_invented} invented)"


def report_commands(everything: Sequence[Heard]) -> None:
    """Print how many commands are understood, and how many are imagined."""
    n_all = sum(len(heard.places.commands) for heard in everything)
    n_right, n_false = sum(map(Heard.n_commands, everything)), sum(map(Heard.n_false_commands, everything))
    print(f"  commands understood: {n_right} of {n_all}; imagined: {n_false}")


def wordless() -> Iterator[tuple[str, Samples]]:
    """Ten minutes without a word: a quiet room, noise of two colours, something like music, breath."""
    rng = np.random.default_rng(4)
    n = WORDLESS_S * RATE_HZ
    seconds = np.arange(n) / RATE_HZ
    white = rng.standard_normal(n)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), n)
    pink /= pink.std()
    swells = np.repeat(rng.uniform(0.002, 0.2, WORDLESS_S // 4), 4 * RATE_HZ)
    music = np.zeros(n)
    for bar in range(WORDLESS_S):
        at = seconds[bar * RATE_HZ : (bar + 1) * RATE_HZ] - bar
        for half_tones in rng.choice(24, 3, replace=False):
            hz = 220 * 2 ** (half_tones / 12)
            tone = sum(np.sin(2 * np.pi * k * hz * at) / k**2 for k in range(1, 6))
            music[bar * RATE_HZ : (bar + 1) * RATE_HZ] += 0.1 * tone * np.exp(-2 * at)
    breath = pink * np.clip(np.sin(2 * np.pi * seconds / 4), 0, 1) ** 2
    for name, sound in (
        ("a quiet room", 0.0005 * white),
        ("white noise", swells * white),
        ("pink noise", swells * pink),
        ("music", music + 0.0005 * white),
        ("breath", 0.03 * breath + 0.0005 * white),
    ):
        yield name, np.clip(sound, -1, 1).astype(np.float32)


def report_wordless(recogniser: Recogniser) -> None:
    """Print what is made of sounds without words, by the program and by the recogniser alone."""
    print(f"\nwithout a word, {WORDLESS_S} s each: words heard by the program, and by the recogniser alone")
    for name, samples in wordless():
        heard = [
            [word.text for phrase in hear(recogniser, samples) for word in phrase]
            for hear in (phrase_by_phrase, as_a_whole)
        ]
        print(f"  {name:<14} {len(heard[0]):4} {len(heard[1]):4}   {' '.join(heard[0] or heard[1])[:60]}")


def measure(model: Path, answers: Iterable[SimulatedAnswer], *, show: bool) -> None:
    """Print every figure for ``model``."""
    places = read_places()
    questions = bank.load([resources.folder("content")])
    recogniser = WhisperRecogniser(model)
    recogniser.warm()
    by_phrase, whole = [], []
    busy_s = audio_s = 0.0
    for answer in answers:
        samples = np.concatenate(list(read_audio(FOLDER / f"{answer.id}.opus")))
        start_s = time.process_time()
        by_phrase.append(Heard(answer, places[answer.id], phrase_by_phrase(recogniser, samples)))
        busy_s += time.process_time() - start_s
        audio_s += len(samples) / RATE_HZ
        whole.append(Heard(answer, places[answer.id], as_a_whole(recogniser, samples)))
        if show:
            print(f"\n{answer.id}\n  said   {' '.join(word.text for word in places[answer.id].words)}")
            print(f"  heard  {' | '.join(' '.join(word.text for word in p) for p in by_phrase[-1].phrases)}")
            print(f"  whole  {' '.join(word.text for word in whole[-1].words)}")
    print(f"{model.name}: {audio_s / 60:.1f} min of answers, {busy_s / audio_s:.3f} s of computing a second")
    report("phrase by phrase, as the program hears", by_phrase, questions)
    report_commands(by_phrase)
    report("as whole recordings", whole, questions)
    report_wordless(recogniser)
    recogniser.close()


def main() -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="*", type=Path, help="model folders; the shipped one if left out")
    parser.add_argument("--every", type=int, default=1, help="take every nth answer only")
    parser.add_argument("--show", action="store_true", help="print what was said and heard")
    given = parser.parse_args()
    for model in given.models or [synthetic_model()]:
        measure(model, read_manifest()[:: given.every], show=given.show)


if __name__ == "__main__":
    main()
