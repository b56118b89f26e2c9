"""The soak's judge: it must see what it is there to see."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

if sys.platform == "win32":
    pytest.skip("the soak runs on a PulseAudio on Linux", allow_module_level=True)

sys.path.insert(0, str(Path(__file__).with_name("benchmarks")))

from soak import Kept, Pcm, Place, Said, Saying, broken, compared, write_wav

from voiceprep import text
from voiceprep.model import RATE_HZ, Answer, AnswerState, Ending

CHANCE = np.random.default_rng(3)
HISS: Pcm = CHANCE.normal(0, 16, 20 * RATE_HZ).round().astype(np.int16)
SPEECH: Pcm = CHANCE.normal(0, 2000, 4 * RATE_HZ).round().astype(np.int16)
WORDS = ("the", "smaller", "model", "is", "much", "faster")

AT = 3 * RATE_HZ
"""Where in the hiss it is said."""

BEGIN = 2 * RATE_HZ
"""Where in the recording it is said."""

RECORDING = HISS[AT - BEGIN : AT + 6 * RATE_HZ].copy()
RECORDING[BEGIN : BEGIN + len(SPEECH)] += SPEECH


def judged(folder: Path, recording: Pcm, late_s: float = 0.0) -> Kept:
    """What the judge says of ``recording``; the transcript puts every word ``late_s`` late."""
    place = Place(folder)
    (folder / "said").mkdir()
    write_wav(folder / "said" / "0.wav", SPEECH)
    write_wav(folder / "kept.wav", recording)
    words = tuple((word, n * RATE_HZ // 2) for n, word in enumerate(WORDS))
    said = Said("0.wav", "answer", 0, 0, (AT + 1000) / RATE_HZ, len(SPEECH), words, ())
    told = text.transcript(" ".join(WORDS))
    timed = [
        replace(word, t0_s=(BEGIN + start) / RATE_HZ + late_s)
        for word, (_, start) in zip(told.words, words, strict=True)
    ]
    answer = Answer(
        ordinal=0,
        asked="?",
        probes=None,
        state=AnswerState.CHECKED,
        ending=Ending.SILENCE,
        transcript=replace(told, words=tuple(timed)),
        assessment=None,
        audio=folder / "kept.wav",
        n_samples=len(recording),
        n_overflows=0,
    )
    return compared(place, said, answer, HISS)


def lost(kept: Kept) -> tuple[int, int, int]:
    return kept.n_before, kept.n_wrong, kept.n_after


def test_a_recording_that_holds_everything_lacks_nothing(tmp_path: Path) -> None:
    """What was said and the hiss of the room, to the last bit."""
    kept = judged(tmp_path, RECORDING)
    assert lost(kept) == (0, 0, 0)
    assert kept.offset_s == pytest.approx(0.0, abs=1e-9)


def test_one_lost_sample_is_noticed(tmp_path: Path) -> None:
    """All that follows it lies elsewhere."""
    at = BEGIN + len(SPEECH) // 2
    n_before, n_wrong, n_after = lost(judged(tmp_path, np.delete(RECORDING, at)))
    assert (n_before, n_after) == (0, 0)
    assert n_wrong > len(SPEECH) // 4


def test_one_changed_sample_is_noticed(tmp_path: Path) -> None:
    """By a single bit."""
    bent = RECORDING.copy()
    bent[BEGIN + 7000] ^= 1
    assert lost(judged(tmp_path, bent)) == (0, 1, 0)


def test_an_answer_cut_off_or_begun_late_is_told_from_a_lost_sample(tmp_path: Path) -> None:
    """By what is missing before and after."""
    late, early = BEGIN + 3000, BEGIN + len(SPEECH) - 5000
    assert lost(judged(tmp_path, RECORDING[late:early])) == (3000, 0, 5000)


def test_words_that_are_put_late_are_measured(tmp_path: Path) -> None:
    """In seconds, whatever the place of the answer in its recording."""
    assert judged(tmp_path, RECORDING, late_s=0.25).offset_s == pytest.approx(0.25)


def test_a_pause_for_thought_comes_where_nobody_ends() -> None:
    """Behind a word that wants another; the words after it move on, and no sample is lost."""
    words = tuple((word, n * RATE_HZ // 2) for n, word in enumerate(("fast", "because", "it", "is")))
    made = broken(Saying(SPEECH, words, len(SPEECH)))
    n_pause = len(made.pcm) - len(SPEECH)
    assert [start for _, start in made.words] == [0, 8000, 16_000 + n_pause, 24_000 + n_pause]
    assert made.n_must == len(made.pcm)
    assert np.array_equal(np.delete(made.pcm, slice(16_000, 16_000 + n_pause)), SPEECH)
