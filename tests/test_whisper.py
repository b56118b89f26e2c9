from __future__ import annotations

import re
import shutil
import threading
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hub_server import HubServer

from voiceprep.engines import whisper
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.models import fetch, locate, synthetic_model
from voiceprep.engines.whisper import WhisperOptions, WhisperRecogniser, without_loops
from voiceprep.errors import ModelDamaged, ModelMissing, RecogniserError
from voiceprep.model import RATE_HZ, HeardWord
from voiceprep.ports import Recogniser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceprep.model import Samples

SPEECH = Path(__file__).with_name("recordings") / "three-sentences.flac"
SENTENCES_S = ((0.30, 3.15), (3.96, 5.70), (6.50, 9.40))
SAID = (
    "we measured precision and recall on the validation set",
    "we trained the model with more data",
    "non maximum suppression removes duplicate boxes",
)


@dataclass
class Segment:
    """A segment as faster-whisper gives it."""

    text: str = " one two"
    no_speech_prob: float = 0.0
    avg_logprob: float = -0.2
    compression_ratio: float = 1.0
    words: list[Any] = field(default_factory=list)
    tokens: list[int] = field(default_factory=lambda: [1, 2])


@dataclass
class Timed:
    word: str
    start: float
    end: float
    probability: float = 0.9


class Scripted:
    """Stands where faster-whisper's pipeline does: gives prepared segments, notes what it was asked."""

    def __init__(self, *windows: list[Segment]) -> None:
        self.windows = list(windows)
        self.asked: list[tuple[int, dict[str, Any]]] = []

    def transcribe(self, audio: Samples, **options: Any) -> tuple[Iterator[Segment], None]:  # noqa: ANN401
        self.asked.append((len(audio), options))
        return iter(self.windows.pop(0) if self.windows else []), None


def scripted(
    *windows: list[Segment], options: WhisperOptions | None = None
) -> tuple[WhisperRecogniser, Scripted]:
    recogniser = WhisperRecogniser(Path("scripted"), options)
    pipeline = Scripted(*windows)
    recogniser._pipeline = pipeline
    return recogniser, pipeline


def segment(text: str, **signs: float) -> Segment:
    words = [Timed(f" {word}", 0.1 * at, 0.1 * at + 0.1) for at, word in enumerate(text.split())]
    made = Segment(text=text, words=words)
    for sign, value in signs.items():
        setattr(made, sign, value)
    return made


def hiss(seconds: float) -> Samples:
    return np.random.default_rng(0).normal(0.0, 0.05, round(seconds * RATE_HZ)).astype(np.float32)


def words_of(heard: tuple[HeardWord, ...]) -> list[str]:
    return re.findall(r"[a-z]+", " ".join(word.text for word in heard).lower())


def heard_words(text: str) -> list[HeardWord]:
    return [HeardWord(word, 10 * at, 10 * at + 10, 1.0) for at, word in enumerate(text.split())]


def texts(words: list[HeardWord] | tuple[HeardWord, ...]) -> str:
    return " ".join(word.text for word in words)


@pytest.fixture(scope="module")
def speech() -> Samples:
    return np.concatenate(list(read_audio(SPEECH)))


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    with_model = WhisperRecogniser(synthetic_model())
    with_model.warm()
    yield with_model
    with_model.close()


def cut(speech: Samples, sentence: int) -> Samples:
    t0_s, t1_s = SENTENCES_S[sentence]
    return speech[round((t0_s - 0.3) * RATE_HZ) : round((t1_s + 0.3) * RATE_HZ)]


# ---------------------------------------------------------------- on the real model


def test_a_spoken_sentence_is_recognised(recogniser: Recogniser, speech: Samples) -> None:
    """Most words of a sentence in a voice the model knows come out, in order."""
    said = SAID[0].split()
    heard = words_of(recogniser.transcribe(cut(speech, 0)))
    assert len(heard) <= len(said) + 3
    assert sum(word in heard for word in said) >= 6


def test_times_lie_in_the_audio_and_run_forward(recogniser: Recogniser, speech: Samples) -> None:
    """Word times count samples of the audio handed over, never backwards, never beyond it."""
    samples = cut(speech, 0)
    words = recogniser.transcribe(samples)
    assert words
    assert all(0 <= word.start <= word.end <= len(samples) for word in words)
    assert all(before.start <= after.start for before, after in pairwise(words))
    assert all(0.0 <= word.probability <= 1.0 for word in words)


def test_a_word_is_found_where_it_was_said(recogniser: Recogniser, speech: Samples) -> None:
    """The sentence's words spread over the time it took, the last one ending near its end."""
    words = recogniser.transcribe(cut(speech, 0))
    spoken_s = SENTENCES_S[0][1] - SENTENCES_S[0][0]
    assert words[-1].end / RATE_HZ == pytest.approx(0.3 + spoken_s, abs=0.6)
    assert words[0].start / RATE_HZ < 1.0


def test_long_audio_is_recognised_to_its_end(recogniser: Recogniser, speech: Samples) -> None:
    """Beyond Whisper's window of 30 s the words go on, their times counted from the beginning."""
    long = np.tile(speech, 5)
    words = recogniser.transcribe(long)
    windows = list(whisper.windows(long))
    assert len(windows) > 1
    assert all(any(window.start <= word.start <= window.end for word in words) for window in windows)
    # Whole windows of many sentences are what the small recogniser hears worst: their end may be lost.
    assert words[-1].end > len(long) - 6 * RATE_HZ
    assert all(before.start <= after.start for before, after in pairwise(words))


@pytest.mark.parametrize("n_samples", [0, 1, 200, 1599])
def test_audio_too_short_for_a_word_says_nothing(recogniser: Recogniser, n_samples: int) -> None:
    """Nothing, or less than a tenth of a second, gives no words and no error."""
    assert recogniser.transcribe(hiss(1.0)[:n_samples]) == ()


@pytest.mark.parametrize("level", [0.0, 0.0005])
@pytest.mark.parametrize("seconds", [1, 31])
def test_silence_says_nothing(recogniser: Recogniser, level: float, seconds: int) -> None:
    """Zeros, and the hiss of a muted preamplifier, give no words for Whisper to invent."""
    samples = np.full(seconds * RATE_HZ, level, np.float32)
    assert recogniser.transcribe(samples) == ()


@pytest.mark.parametrize("hz", [60, 100, 220, 1000])
@pytest.mark.parametrize("level", [0.03, 0.3])
def test_a_hum_says_nothing(recogniser: Recogniser, hz: int, level: float) -> None:
    """What Whisper writes down for a hum is nothing said: it tells itself that no speech is likely.

    Loud whistles (440 Hz, 2 kHz) the small recogniser takes for speech, as its model card says of music.
    """
    t_s = np.arange(3 * RATE_HZ) / RATE_HZ
    assert recogniser.transcribe((level * np.sin(2 * np.pi * hz * t_s)).astype(np.float32)) == ()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_not_numbers_are_an_error(recogniser: Recogniser, value: float) -> None:
    """Broken audio is refused, never heard as silence."""
    with pytest.raises(RecogniserError, match="not numbers"):
        recogniser.transcribe(np.full(RATE_HZ, value, np.float32))


def test_calls_from_two_threads_wait_for_one_another(recogniser: Recogniser, speech: Samples) -> None:
    """Two threads get what one alone gets."""
    expected = recogniser.transcribe(cut(speech, 1))
    heard: list[tuple[HeardWord, ...]] = []
    threads = [
        threading.Thread(target=lambda: heard.append(recogniser.transcribe(cut(speech, 1)))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [expected, expected]


def test_the_glossary_may_be_longer_than_whisper_takes(speech: Samples) -> None:
    """Hundreds of terms beside the longest window and its words still fit Whisper's positions."""
    terms = tuple(f"term number {n}" for n in range(500))
    hinted = WhisperRecogniser(synthetic_model(), WhisperOptions(hotwords=terms))
    hinted.transcribe(np.tile(speech, 3)[: 30 * RATE_HZ])
    hinted.close()


def test_a_fetched_model_recognises_with_the_server_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech: Samples
) -> None:
    """Once fetched, a model needs no server: it is found, loaded and recognises offline."""
    with HubServer(synthetic_model()) as hub:
        hub.stand_in(monkeypatch)
        fetch("tiny.en", tmp_path, lambda _: None)
    fetched = WhisperRecogniser(locate("tiny.en", tmp_path))
    assert fetched.name == "tiny.en"
    assert len(fetched.transcribe(cut(speech, 0))) >= 6
    fetched.close()


# ------------------------------------------------------------- models that do not load


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A model that is gone is named with the command that mends it."""
    with pytest.raises(ModelMissing, match=r"no model folder .*base\.en.*voiceprep models fetch"):
        WhisperRecogniser(tmp_path / "base.en").warm()


@pytest.mark.parametrize("n_bytes", [100, 1_000_000, -1])
def test_weights_cut_short_are_named(tmp_path: Path, n_bytes: int) -> None:
    """Weights that end early, wherever, are a damaged model; so says the error, with the folder."""
    folder = Path(shutil.copytree(synthetic_model(), tmp_path / "model"))
    content = (folder / "model.bin").read_bytes()
    (folder / "model.bin").write_bytes(content[:n_bytes])
    with pytest.raises(ModelDamaged, match=r"model.* does not load .*voiceprep models fetch"):
        WhisperRecogniser(folder).warm()


def test_a_tokenizer_of_another_kind_is_named(tmp_path: Path) -> None:
    """A file that parses and still is no tokenizer is a damaged model, too."""
    folder = Path(shutil.copytree(synthetic_model(), tmp_path / "model"))
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(ModelDamaged, match="does not load"):
        WhisperRecogniser(folder).warm()


def test_an_unknown_number_format_is_named() -> None:
    """A compute type the machine lacks is not blamed on the model."""
    with pytest.raises(RecogniserError, match=r"'int3'.*another compute type"):
        WhisperRecogniser(synthetic_model(), WhisperOptions(compute_type="int3")).warm()


def test_failures_inside_the_library_are_translated() -> None:
    """Whatever the library raises comes out as an error of ours, the library's as its cause."""
    failing, pipeline = scripted()
    pipeline.transcribe = lambda *_, **__: 1 / 0  # type: ignore[method-assign, assignment]
    with pytest.raises(
        RecogniserError, match=r"scripted failed on 2\.0 s of audio: division by zero"
    ) as caught:
        failing.transcribe(hiss(2.0))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_closed_recogniser_says_so() -> None:
    """After close, a call is an error; closing twice is allowed."""
    closed, _ = scripted()
    closed.close()
    closed.close()
    with pytest.raises(RecogniserError, match="closed"):
        closed.transcribe(hiss(1.0))


# -------------------------------------------------------------------- invented text


@pytest.mark.parametrize(
    ("signs", "kept"),
    [
        ({"no_speech_prob": 0.9, "avg_logprob": -1.5}, False),
        ({"no_speech_prob": 0.9, "compression_ratio": 3.0}, False),
        ({"no_speech_prob": 0.9}, True),
        ({"avg_logprob": -1.5}, True),
        ({"compression_ratio": 3.0}, True),
    ],
)
def test_text_is_dropped_on_two_signs_never_on_one(signs: dict[str, float], kept: bool) -> None:  # noqa: FBT001
    """Whisper's doubt that anybody spoke needs a second sign; alone, each drops real speech."""
    doubted, _ = scripted([segment("thanks for watching", **signs)])
    assert texts(doubted.transcribe(hiss(2.0))) == ("thanks for watching" if kept else "")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("it is very very very fast", "it is very very very fast"),
        ("fast fast fast fast", "fast"),
        ("so we tune the model, the model, the model, the model, the model.", "so we tune the model,"),
        ("a b c a b c a b c", "a b c a b c a b c"),
        ("I see. I see. I see. I see. then it stops", "I see. then it stops"),
        ("No. no, NO no", "No."),
        ("a a a a b b b b", "a b"),
        ("", ""),
        ("one", "one"),
    ],
)
def test_loops_are_cut_to_their_first_round(said: str, kept: str) -> None:
    """Four rounds of the same words are a loop and become one; three may have been said."""
    assert texts(without_loops(heard_words(said))) == kept


def test_a_loop_of_the_decoder_is_not_passed_on() -> None:
    """The cut is applied to what the decoder gives."""
    looping, _ = scripted([segment("the loss " * 30, compression_ratio=9.0)])
    assert texts(looping.transcribe(hiss(5.0))) == "the loss"


def test_punctuation_alone_is_no_word() -> None:
    """A full stop or a dash that stands alone was not said."""
    dotted, _ = scripted([segment(". well - 3 …")])
    assert texts(dotted.transcribe(hiss(2.0))) == "well 3"


def test_words_split_at_their_marks_are_put_together() -> None:
    """What is written in one is one word: "R-CNN" and "I'd", from their first piece to their last."""
    pieces = [
        Timed(" I", 0.1, 0.2, 0.9),
        Timed("'d", 0.2, 0.3, 0.4),
        Timed(" take", 0.4, 0.6),
        Timed(" R", 0.8, 0.9),
        Timed("-CNN.", 0.9, 1.5),
    ]
    split, _ = scripted([Segment(words=pieces)])
    heard = split.transcribe(hiss(2.0))
    assert [word.text for word in heard] == ["I'd", "take", "R-CNN."]
    assert (heard[0].start, heard[0].end, heard[0].probability) == (1600, 4800, 0.4)


def test_times_beyond_the_audio_are_brought_back() -> None:
    """Alignment that runs into the padding, or backwards, ends where the audio ends and never goes back."""
    odd = Segment(words=[Timed(" one", 0.5, 0.9), Timed(" two", 0.3, 0.4), Timed(" three", 1.9, 7.0)])
    aligned, _ = scripted([odd])
    spans = [(word.start, word.end) for word in aligned.transcribe(hiss(2.0))]
    assert spans == [(8000, 14400), (8000, 8000), (30400, 32000)]


# ------------------------------------------------------------------ windows and limits


def test_long_audio_is_cut_in_the_pauses() -> None:
    """No window exceeds 30 s, none is lost or doubled, and cuts fall where it is quiet."""
    samples = hiss(100.0)
    quiet_at_s = (25.0, 49.0, 75.0)
    for at_s in quiet_at_s:
        samples[round(at_s * RATE_HZ) : round((at_s + 0.5) * RATE_HZ)] *= 0.01
    cutting, pipeline = scripted()
    cutting.transcribe(samples)
    lengths = [n_samples for n_samples, _ in pipeline.asked]
    ends_s = np.cumsum(lengths)[:-1] / RATE_HZ
    assert sum(lengths) == len(samples)
    assert max(lengths) <= 30 * RATE_HZ
    assert all(0.0 < end_s - at_s < 0.5 for end_s, at_s in zip(ends_s, quiet_at_s, strict=True))


def test_words_of_later_windows_count_from_the_beginning() -> None:
    """The times of a window's words are those of the whole audio."""
    cutting, pipeline = scripted([segment("one")], [segment("two")])
    words = cutting.transcribe(hiss(40.0))
    assert [word.text for word in words] == ["one", "two"]
    assert words[1].start == pipeline.asked[0][0]


def test_a_window_is_decoded_once_with_what_was_asked_for() -> None:
    """One decoding a window, at one temperature, without earlier text, with the beam that was asked for."""
    wide, pipeline = scripted(options=WhisperOptions(beam_size=3, hotwords=("IoU", "mAP")))
    wide.transcribe(hiss(2.0))
    ((_, options),) = pipeline.asked
    assert (options["temperature"], options["condition_on_previous_text"]) == (0.0, False)
    assert (options["beam_size"], options["hotwords"], options["language"]) == (3, "IoU, mAP", "en")


def test_more_words_than_one_decoding_holds_are_decoded_in_halves() -> None:
    """Where the limit on tokens cut the text, both halves of the window are decoded again."""
    full = segment("cut off in the")
    full.tokens = list(range(whisper.MAX_TOKENS))
    fast, pipeline = scripted([full], [segment("first half")], [segment("second half")])
    assert texts(fast.transcribe(hiss(29.0))) == "first half second half"
    assert pipeline.asked[1][0] + pipeline.asked[2][0] == pipeline.asked[0][0]


def test_a_loop_that_fills_the_limit_is_not_decoded_again() -> None:
    """A loop is cut, not searched for more."""
    looping = segment("the loss " * 30)
    looping.tokens = list(range(whisper.MAX_TOKENS))
    recogniser, pipeline = scripted([looping])
    assert texts(recogniser.transcribe(hiss(29.0))) == "the loss"
    assert len(pipeline.asked) == 1
