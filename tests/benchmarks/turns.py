"""Never cut off, never kept waiting, never obeyed by mistake: ``python -m tests.benchmarks.turns``.

Prints, for every pace, over simulated speakers (word times, pauses and a recogniser that is late are
drawn by a fixed seed; the texts are the samples of the bank and the simulated answers):

- how many of 200 answers that stop in mid-sentence for 2 to 3 s, after a word that cannot end one, are cut
  off there, by what the recogniser writes at such a place; and, as nobody promises anything there, how many
  that stop after any word;
- how long 200 answers that end in a whole sentence wait until they count as finished;

then the same for the simulated answers' audio, through the real speech detector, with their true words.

And of commands: how many of their synonyms are understood, as written, with courtesies and with a letter
misheard; how many of those in the simulated answers' audio, by the recogniser given (the shipped one if none
is); and how many are obeyed in 500 sentences of the texts, each broken by a pause of 0.7 to 1.4 s before and
after a word that is a command, where there is one, else at any word.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from build_fixtures import FOLDER, read_manifest, read_places

from voiceprep import bank, resources
from voiceprep.commands import MIN_FUZZY_LETTERS, alone, plain
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.models import synthetic_model
from voiceprep.engines.silero import SileroDetector
from voiceprep.engines.whisper import WhisperRecogniser
from voiceprep.events import Event, Obeyed
from voiceprep.hearing import Ears, Heard, Hearing, Source
from voiceprep.listen import (
    FRAME_SAMPLES,
    Finished,
    Frame,
    ListenOptions,
    ListenState,
    PhraseEnded,
    read,
    step,
)
from voiceprep.model import RATE_HZ, Bank, Command, HeardWord, Kind, ListeningPace, Samples, Span
from voiceprep.patience import USUAL_WORDS
from voiceprep.testing import (
    LoudnessDetector,
    ManualClock,
    MemoryRecording,
    SamplesMicrophone,
    ScriptedControls,
    ScriptedRecogniser,
)
from voiceprep.text import FUNCTION_WORDS, vocabulary, words

N_CASES = 200
SEED = 5

MAY_END = vocabulary(
    "it them me us him one thing things stuff yes yeah okay well there here too also actually maybe perhaps "
    "do done s t"
)
"""Function words with which whole sentences end."""

CUT_AFTER = FUNCTION_WORDS - MAY_END

THINKING_S = (2.0, 3.0)
BETWEEN_SENTENCES_S = (0.3, 1.0)
WORD_S = 60 / 165
LATE_S = (0.2, 0.9)
"""How long after a phrase's end its words are there: base.en needs up to that on two cores."""
EDGE_S = (0.0, 0.25)
"""How late the detector lets go of a word."""
AFTER_S = 8.0


@dataclass(frozen=True)
class Spoken:
    """A simulated answer: each part is spoken in one breath, then comes its pause; ``shown`` is its text."""

    kind: Kind
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Result:
    """When the answer counted as finished, and when its speaker's last word ended, in seconds."""

    finished_s: float | None
    last_word_s: float


def play(spoken: Spoken, options: ListenOptions, rng: random.Random) -> Result:
    """Let the listener hear ``spoken``."""
    speech: list[Span] = []
    texts: list[tuple[int, str]] = []
    at_s = 0.5
    for text, pause_s in spoken.parts:
        end_s = at_s + sum(rng.uniform(0.7, 1.3) * WORD_S for _ in words(text))
        speech.append(Span(round(at_s * RATE_HZ), round((end_s + rng.uniform(*EDGE_S)) * RATE_HZ)))
        texts.append((round(end_s * RATE_HZ), text))
        at_s = end_s + pause_s
    heard = _Listener(options, lambda span: " ".join(t for end, t in texts if span.start < end <= span.end))
    n_frames = round((at_s + AFTER_S) * RATE_HZ / FRAME_SAMPLES)
    for number in range(n_frames):
        middle = number * FRAME_SAMPLES + FRAME_SAMPLES // 2
        while speech and speech[0].end <= middle:
            del speech[0]
        loud = bool(speech) and speech[0].start <= middle
        heard.frame(0.95 if loud else 0.02, rng.uniform(*LATE_S))
        if heard.finished_s is not None:
            break
    return Result(heard.finished_s, texts[-1][0] / RATE_HZ)


class _Listener:
    """The state machine with a recogniser that knows the words and is late."""

    def __init__(self, options: ListenOptions, words_in: Callable[[Span], str]) -> None:
        self._options = options
        self._words_in = words_in
        self._state = ListenState()
        self._due: list[tuple[float, Span]] = []
        self._text = ""
        self.finished_s: float | None = None

    def frame(self, probability: float, late_s: float) -> None:
        """Hear one frame; should a phrase end here, its words come ``late_s`` later."""
        self._state, events = step(self._state, Frame(probability), self._options)
        now_s = self._state.n_samples / RATE_HZ
        for event in events:
            if isinstance(event, PhraseEnded):
                self._due.append((now_s + late_s, event.span))
            if isinstance(event, Finished):
                self.finished_s = now_s
        while self._due and self._due[0][0] <= now_s:
            _, span = self._due.pop(0)
            said = self._words_in(span)
            self._text = f"{self._text} {said}".strip()
            self._state = read(self._state, self._text, n_words=len(words(self._text)) if said else 0)


# ------------------------------------------------------------------------------ cases


def texts(content: Bank) -> list[tuple[Kind, list[str]]]:
    """Every text, in sentences as written, with the kind of its question."""
    kinds = {question.id: question.kind for question in content.questions}
    whole = [(q.kind, text) for q in content.questions for text in (q.strong, q.flat)]
    whole += [(kinds[answer.question], answer.text) for answer in read_manifest()]
    return [(kind, sentences(text)) for kind, text in whole if words(text)]


def sentences(text: str) -> list[str]:
    """``text`` cut after its sentence marks."""
    found: list[list[str]] = [[]]
    for word in text.split():
        found[-1].append(word)
        if word[-1] in ".?!":
            found.append([])
    return [" ".join(sentence) for sentence in found if sentence]


def unfinished(
    everything: Sequence[tuple[Kind, list[str]]], mark: str, rng: random.Random, *, anywhere: bool
) -> Iterator[Spoken]:
    """Answers that stop in mid-sentence, where the recogniser writes ``mark``, and go on."""
    while True:
        kind, said = rng.choice(everything)
        at = rng.randrange(len(said))
        written = said[at].split()
        cuts = [
            n
            for n in range(1, len(written) - 1)
            if anywhere or (written[n - 1][-1].isalpha() and written[n - 1].lower() in CUT_AFTER)
        ]
        if not cuts:
            continue
        cut = rng.choice(cuts)
        before = [(sentence, rng.uniform(*BETWEEN_SENTENCES_S)) for sentence in said[max(0, at - 2) : at]]
        stopped = " ".join(written[:cut]).rstrip(",;:") + mark
        parts = [*before, (stopped, rng.uniform(*THINKING_S)), (" ".join(written[cut:]), 0.0)]
        yield Spoken(kind, tuple(parts))


def rounded_off(everything: Sequence[tuple[Kind, list[str]]], rng: random.Random) -> Iterator[Spoken]:
    """Whole answers."""
    for kind, said in everything:
        yield Spoken(kind, tuple((sentence, rng.uniform(*BETWEEN_SENTENCES_S)) for sentence in said))


def options(pace: ListeningPace, kind: Kind) -> ListenOptions:
    """How a session would listen to the first answer to a question of that kind."""
    return ListenOptions(pace=pace, kind=kind, usual_words=USUAL_WORDS[kind])


def n_cut_off(cases: Iterator[Spoken], pace: ListeningPace, rng: random.Random) -> int:
    """How many of the next cases are ended before their last part is said."""
    cut = 0
    for _, case in zip(range(N_CASES), cases, strict=False):
        result = play(case, options(pace, case.kind), rng)
        cut += result.finished_s is not None and result.finished_s < result.last_word_s
    return cut


def report_simulated(everything: Sequence[tuple[Kind, list[str]]]) -> None:
    """Print what each pace does to simulated speakers."""
    for pace in ListeningPace:
        print(f"\n{pace}, simulated speakers")
        for name, mark in (("nothing", ""), ("a full stop", "."), ("dots", "...")):
            rng = random.Random(SEED)
            cut = n_cut_off(unfinished(everything, mark, rng, anywhere=False), pace, rng)
            print(f"  stop to think, recogniser writes {name}: cut off {cut} of {N_CASES}")
        for name, mark in (("nothing", ""), ("a full stop", ".")):
            rng = random.Random(SEED)
            cut = n_cut_off(unfinished(everything, mark, rng, anywhere=True), pace, rng)
            print(f"  stop after any word, recogniser writes {name}: cut off {cut} of {N_CASES}")
        for name, as_heard in (("with marks", str), ("without marks", _unmarked)):
            rng = random.Random(SEED)
            waits = []
            for case in list(rounded_off(everything, rng))[:N_CASES]:
                parts = tuple((as_heard(text), pause_s) for text, pause_s in case.parts)
                result = play(Spoken(case.kind, parts), options(pace, case.kind), rng)
                waits.append((result.finished_s or float("inf")) - result.last_word_s)
            report_waits(f"rounded off, {name}", waits)


def _unmarked(text: str) -> str:
    return " ".join(words(text))


def report_waits(name: str, waits: Sequence[float]) -> None:
    """Print the spread of ``waits``; one below 0 was cut off."""
    middle, most = np.percentile(waits, (50, 95))
    cut = sum(wait_s < 0 for wait_s in waits)
    print(f"  {name}: median {middle:.2f} s, 95th percentile {most:.2f} s of {len(waits)}; cut off {cut}")


# ------------------------------------------------------------------------------ commands

N_SENTENCES = 500
BROKEN_S = (0.7, 1.4)


def mishearings(phrase: str) -> Iterator[str]:
    """``phrase`` with each of its letters heard as another in turn."""
    for at, letter in enumerate(phrase):
        if letter.isalpha():
            yield phrase[:at] + ("a" if letter != "a" else "e") + phrase[at + 1 :]


def report_commands_in_text(content: Bank) -> None:
    """Print how many ways of saying a command are understood."""
    ways: dict[str, list[bool]] = {"as written": [], "with courtesies": [], "a letter misheard": []}
    long: list[bool] = []
    for command, phrases in content.commands:
        for phrase in phrases:
            for said in (phrase, f"{phrase.capitalize()}."):
                ways["as written"].append(alone(said, content.commands) is command)
            for said in (f"Um, {phrase} please.", f"Okay, {phrase}.", f"Could you {phrase}?"):
                ways["with courtesies"].append(alone(said, content.commands) is command)
            for said in mishearings(phrase):
                right = alone(said, content.commands) is command
                ways["a letter misheard"].append(right)
                if len(phrase) >= MIN_FUZZY_LETTERS:
                    long.append(right)
    ways[f"the same, of {MIN_FUZZY_LETTERS} letters or more"] = long
    print("\ncommands as utterances of their own, by their words")
    for name, found in ways.items():
        print(f"  {name}: understood {sum(found)} of {len(found)} ({sum(found) / len(found):.1%})")


def report_commands_in_audio(content: Bank, model: Path) -> None:
    """Print how many commands of the simulated answers are obeyed when they are all that is said."""
    recogniser = WhisperRecogniser(model)
    n_heard, missed = 0, []
    places = read_places()
    said = [(answer, command) for answer in read_manifest() for command in places[answer.id].commands]
    for answer, command in said:
        samples = np.concatenate(list(read_audio(FOLDER / f"{answer.id}.opus")))
        room = RATE_HZ * 3 // 10
        cut = samples[max(0, command.start - room) : command.end + room]
        quiet = np.random.default_rng(SEED).normal(0, 0.0005, 2 * RATE_HZ).astype(np.float32)
        heard, obeyed = listen(Ears(SileroDetector(), recogniser), np.concatenate([cut, quiet]), content)
        if obeyed is alone(command.text, content.commands):
            n_heard += 1
        else:
            missed.append(f"{command.text} ({answer.voice}): {heard.transcript.text!r}, {obeyed}")
    print(f"\ncommands in the simulated answers' audio, by {model.name}: obeyed {n_heard} of {len(said)}")
    for line in missed:
        print(f"  missed {line}")
    recogniser.close()


def listen(ears: Ears, samples: Samples, content: Bank) -> tuple[Heard, Command | None]:
    """What is heard in ``samples``, and the first command obeyed."""
    obeyed: list[Command] = []

    def tell(event: Event) -> None:
        if isinstance(event, Obeyed):
            obeyed.append(event.command)

    with ThreadPoolExecutor(1) as worker:
        listening = ListenOptions(commands=content.commands)
        hearing = Hearing(ears, ScriptedControls(), ManualClock(), worker, listening, tell)
        source = Source("m", live=False, blocks=SamplesMicrophone(samples).blocks())
        heard = hearing.hear(source, MemoryRecording(Path("nowhere")))
    return heard, obeyed[0] if obeyed else None


def broken(sentence: str, known: Collection[str], rng: random.Random) -> tuple[list[str], bool]:
    """``sentence`` in parts; a command in it is a part of its own, and then the second value is true."""
    written = sentence.split()
    for n in (4, 3, 2, 1):
        for at in range(len(written) - n + 1):
            if plain(" ".join(written[at : at + n])) in known:
                parts = (written[:at], written[at : at + n], written[at + n :])
                return [" ".join(part) for part in parts if part], True
    at = rng.randrange(1, len(written)) if len(written) > 1 else 1
    return [" ".join(part) for part in (written[:at], written[at:]) if part], False


def report_commands_in_answers(everything: Sequence[tuple[Kind, list[str]]], content: Bank) -> None:
    """Print how many commands are obeyed inside answers."""
    known = {plain(phrase) for _, phrases in content.commands for phrase in phrases}
    noise = np.random.default_rng(SEED).normal(0, 0.1, 60 * RATE_HZ).astype(np.float32)
    for name, mark in (("as written", ""), ("with a full stop after every part", ".")):
        rng = random.Random(SEED)
        sentences_ = [(said, at) for _, said in everything for at in range(len(said))]
        with_command = [case for case in sentences_ if broken(case[0][case[1]], known, rng)[1]]
        others = [case for case in sentences_ if not broken(case[0][case[1]], known, rng)[1]]
        cases = (with_command + rng.sample(others, len(others)))[:N_SENTENCES]
        obeyed = []
        for said, at in cases:
            parts, _ = broken(said[at], known, rng)
            parts = [part if part[-1] in ".?!" else part + mark for part in parts]
            phrases = [*said[max(0, at - 1) : at], *parts, *said[at + 1 : at + 2]]
            audio = [np.zeros(RATE_HZ // 2, np.float32)]
            for phrase in phrases:
                n_loud = round(max(0.4, len(words(phrase)) * WORD_S) * RATE_HZ)
                pause = np.zeros(round(rng.uniform(*BROKEN_S) * RATE_HZ), np.float32)
                audio += [noise[:n_loud], pause]
            audio.append(np.zeros(3 * RATE_HZ, np.float32))
            ears = Ears(LoudnessDetector(), ScriptedRecogniser(phrases))
            _, command = listen(ears, np.concatenate(audio), content)
            if command is not None:
                obeyed.append(f"{command}: {' | '.join(phrases)[-100:]}")
        print(
            f"\ncommands inside answers, {name}: obeyed {len(obeyed)} of {len(cases)} "
            f"({len(with_command)} with words that are a command)"
        )
        for line in obeyed:
            print(f"  {line}")


# ------------------------------------------------------------------------------ real audio


def report_audio(content: Bank) -> None:
    """Print what each pace does to the simulated answers' audio, commands left aside."""
    kinds = {question.id: question.kind for question in content.questions}
    places = read_places()
    waits: dict[ListeningPace, list[float]] = {pace: [] for pace in ListeningPace}
    n_pauses = 0
    detector = SileroDetector()
    for answer in read_manifest():
        place = places[answer.id]
        if not place.words:
            continue
        commands = [command.start for command in place.commands if command.start > RATE_HZ * 5]
        if len(commands) != len(place.commands):
            continue  # begins with a command
        end = min(commands, default=None)
        spoken = [word for word in place.words if end is None or word.start < end]
        n_pauses += sum(end - start >= 1.5 * RATE_HZ for start, end in place.pauses)
        samples = np.concatenate(list(read_audio(FOLDER / f"{answer.id}.opus")))[:end]
        noise = np.random.default_rng(SEED).normal(0, 0.0005, round(AFTER_S * RATE_HZ))
        samples = np.concatenate([samples, noise]).astype(np.float32)
        said = [HeardWord(word.text, word.start, word.end, 1.0) for word in spoken]
        detector.reset()
        probabilities = [detector.probability(frame) for frame in frames(samples)]
        for pace in ListeningPace:
            listener = _Listener(options(pace, kinds[answer.question]), words_between(said))
            for probability in probabilities:
                listener.frame(probability, 0.5)
            waits[pace].append((listener.finished_s or float("inf")) - said[-1].end / RATE_HZ)
    print(f"\nthe simulated answers' audio, {n_pauses} thinking pauses of 1.5 to 2.4 s")
    for pace, found in waits.items():
        report_waits(str(pace), found)


def words_between(said: Sequence[HeardWord]) -> Callable[[Span], str]:
    """A recogniser that knows the words of a recording."""
    return lambda span: " ".join(
        word.text for word in said if span.start <= (word.start + word.end) // 2 < span.end
    )


def frames(samples: Samples) -> Iterator[Samples]:
    """``samples`` as the detector takes them."""
    for start in range(0, len(samples) - FRAME_SAMPLES, FRAME_SAMPLES):
        yield samples[start : start + FRAME_SAMPLES]


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, default=synthetic_model(), help="recogniser for commands")
    parser.add_argument("--only", choices=("waits", "commands"), help="print these figures only")
    given = parser.parse_args()
    content = bank.load([resources.folder("content")])
    if given.only != "commands":
        report_simulated(texts(content))
        report_audio(content)
    if given.only != "waits":
        report_commands_in_text(content)
        report_commands_in_audio(content, given.model)
        report_commands_in_answers(texts(content), content)


if __name__ == "__main__":
    main()
