"""Recognition with faster-whisper: one window, one encoding, one decoding, words with their times.

The pipeline class for batches is used with batches of one because it decodes each window exactly once.
``WhisperModel.transcribe`` decodes what is left of a window after the last word again and again, and
with word times on that leftover is silence, which Whisper fills with invented text.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceprep.engines.models import check
from voiceprep.errors import ModelDamaged, ModelMissing, RecogniserError
from voiceprep.model import RATE_HZ, HeardWord, Span

if TYPE_CHECKING:
    from faster_whisper import BatchedInferencePipeline

    from voiceprep.model import Samples

MAX_WINDOW_S = 30.0
"""Whisper pads or cuts every window to this length (openai/whisper ``audio.py``)."""

CUT_SEARCH_S = 8.0
"""How far back from the end of a full window a pause is sought to cut at, as in listen.py."""

SHORTEST_S = 0.1
"""Shorter audio holds no word and is too short for the spectrogram's own window."""

SILENCE_PEAK = 0.001
"""Peak below which nothing was said (-60 dBFS): the noise of a quiet room through a muted preamplifier."""

NO_SPEECH_PROBABILITY = 0.6
LOW_AVERAGE_LOG_PROBABILITY = -1.0
HIGH_COMPRESSION_RATIO = 2.4
"""Thresholds of openai/whisper ``transcribe.py``. A window is dropped when no speech is likely and, as a
second signal, the text is improbable or repeats itself; the first alone drops real speech."""

N_REPEATS_OF_A_LOOP = 4
"""The same words this often in a row are a decoding loop; people say "very very very", not four times."""

LONGEST_LOOP_WORDS = 12

TOKENS_PER_SECOND = 12
TOKENS_EXTRA = 16
MAX_TOKENS = 218
"""Limits on what one window may become, so that a loop ends soon. Fast speech is 5 words a second, a word
1.3 to 2 tokens; 218 beside a full prompt of glossary terms and the markers fills Whisper's 448 positions."""

_QUIET_FRAME_S = 0.1


@dataclass(frozen=True, slots=True)
class WhisperOptions:
    """How to recognise.

    ``beam_size`` is Whisper's own default. Greedy decoding would save a speaker little: on weights in the
    shape of base.en five beams add a quarter to the decoding, which is a twentieth of a short phrase's time.
    ``hotwords`` are terms that may occur (a pack's whole glossary, never one answer's expected words:
    Whisper "hears" what it is told); what exceeds 223 tokens is ignored. ``n_threads`` None is one a core,
    at most 4, which is CTranslate2's own number.
    """

    beam_size: int = 5
    hotwords: tuple[str, ...] = ()
    compute_type: str = "int8"
    n_threads: int | None = None


class WhisperRecogniser:
    """A Recogniser on a model folder in CTranslate2 form; loaded at first use, or by :meth:`warm`.

    Calls from several threads wait for one another: one resident model, one window at a time.
    """

    def __init__(self, model_folder: Path, options: WhisperOptions | None = None) -> None:
        self.name = model_folder.name
        self._folder = model_folder
        self._options = options or WhisperOptions()
        self._pipeline: BatchedInferencePipeline | None = None
        self._lock = threading.Lock()
        self._closed = False

    def warm(self) -> None:
        """Load the model and run it once. Raises ModelMissing, ModelDamaged, RecogniserError."""
        hiss = np.random.default_rng(0).normal(0.0, 0.01, RATE_HZ).astype(np.float32)
        with self._lock:
            self._decode(hiss, n_tokens=4)

    def transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
        """Words of ``samples`` (float32 mono RATE_HZ, any length) with their times.

        ``()`` for nothing, silence, and where Whisper itself hears no speech. What exceeds a window is cut
        at the quietest moments, so memory beyond ``samples`` stays that of one window; for hours of audio
        stream the file through the listener, which hands out phrases. Raises ModelError, RecogniserError.
        """
        if not np.isfinite(samples).all():
            raise RecogniserError("the audio to transcribe holds samples that are not numbers")
        words: list[HeardWord] = []
        with self._lock:
            for window in windows(samples):
                words += self._words(samples, window)
        return tuple(words)

    def close(self) -> None:
        """Free the model; later calls raise RecogniserError. May be called twice."""
        with self._lock:
            self._closed = True
            self._pipeline = None

    def _words(self, samples: Samples, window: Span) -> list[HeardWord]:
        audio = samples[window.start : window.end]
        seconds = len(audio) / RATE_HZ
        if seconds < SHORTEST_S or float(np.abs(audio).max()) < SILENCE_PEAK:
            return []
        n_tokens = min(MAX_TOKENS, TOKENS_EXTRA + round(TOKENS_PER_SECOND * seconds))
        segments = self._decode(audio, n_tokens)
        heard = [word for segment in segments if not _invented(segment) for word in _heard(segment, window)]
        kept = without_loops(heard)
        cut_short = sum(len(segment.tokens) for segment in segments) >= n_tokens and len(kept) == len(heard)
        if cut_short and seconds > 2 * CUT_SEARCH_S:
            # More was said than fits one decoding: two halves hold it all.
            middle = window.start + _quietest(audio, len(audio) // 4, 3 * len(audio) // 4)
            return self._words(samples, Span(window.start, middle)) + self._words(
                samples, Span(middle, window.end)
            )
        return kept

    def _decode(self, audio: Samples, n_tokens: int) -> list[Any]:
        """Segments of faster-whisper for at most one window."""
        if self._closed:
            raise RecogniserError(f"the recogniser {self.name} is closed")
        if self._pipeline is None:
            self._pipeline = _load(self._folder, self._options)
        try:
            segments, _ = self._pipeline.transcribe(
                audio,
                language="en",
                beam_size=self._options.beam_size,
                temperature=0.0,
                condition_on_previous_text=False,
                without_timestamps=True,
                word_timestamps=True,
                max_new_tokens=n_tokens,
                hotwords=", ".join(self._options.hotwords) or None,
                clip_timestamps=[{"start": 0.0, "end": len(audio) / RATE_HZ}],
                batch_size=1,
            )
            return list(segments)
        except Exception as exc:  # CTranslate2 and tokenizers raise many kinds, plain Exception among them
            raise RecogniserError(
                f"the recogniser {self.name} failed on {len(audio) / RATE_HZ:.1f} s of audio: {exc}"
            ) from exc


def without_loops(words: list[HeardWord]) -> list[HeardWord]:
    """``words`` with every run of N_REPEATS_OF_A_LOOP or more repetitions reduced to its first occurrence."""
    plain = [_plain(word.text) for word in words]
    kept: list[HeardWord] = []
    at = 0
    while at < len(words):
        n_words, n_repeats = _loop_at(plain, at)
        kept += words[at : at + n_words]
        at += n_words * n_repeats
    return kept


def _loop_at(plain: list[str], at: int) -> tuple[int, int]:
    """Length in words and number of repetitions of the loop that begins at ``at``; (1, 1) for none."""
    for n_words in range(1, LONGEST_LOOP_WORDS + 1):
        unit = plain[at : at + n_words]
        n_repeats = 1
        while plain[at + n_repeats * n_words : at + (n_repeats + 1) * n_words] == unit:
            n_repeats += 1
        if n_repeats >= N_REPEATS_OF_A_LOOP:
            return n_words, n_repeats
    return 1, 1


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _invented(segment: Any) -> bool:  # noqa: ANN401 (faster-whisper is untyped)
    return bool(
        segment.no_speech_prob > NO_SPEECH_PROBABILITY
        and (
            segment.avg_logprob < LOW_AVERAGE_LOG_PROBABILITY
            or segment.compression_ratio > HIGH_COMPRESSION_RATIO
        )
    )


def _heard(segment: Any, window: Span) -> Iterator[HeardWord]:  # noqa: ANN401 (faster-whisper is untyped)
    earliest = window.start
    for pieces in _as_written(segment.words or ()):
        text = "".join(piece.word for piece in pieces).strip()
        if not _plain(text):
            continue  # a lone full stop is what Whisper makes of a hum
        # Alignment may run past the audio's end into the padding, or backwards by a frame.
        start = min(max(window.start + round(float(pieces[0].start) * RATE_HZ), earliest), window.end)
        end = min(max(window.start + round(float(pieces[-1].end) * RATE_HZ), start), window.end)
        earliest = start
        yield HeardWord(text, start, end, min(float(piece.probability) for piece in pieces))


def _as_written(words: Iterable[Any]) -> list[list[Any]]:
    """Pieces that belong together: faster-whisper splits "R-CNN" at its mark, without a space."""
    together: list[list[Any]] = []
    for word in words:
        if together and not word.word.startswith(" "):
            together[-1].append(word)
        else:
            together.append([word])
    return together


def windows(samples: Samples) -> Iterator[Span]:
    """``samples`` in spans of at most MAX_WINDOW_S, cut at the quietest moment near each limit."""
    limit, search = round(MAX_WINDOW_S * RATE_HZ), round(CUT_SEARCH_S * RATE_HZ)
    start = 0
    while len(samples) - start > limit:
        end = start + _quietest(samples[start : start + limit], limit - search, limit)
        yield Span(start, end)
        start = end
    if len(samples) > start:
        yield Span(start, len(samples))


def _quietest(audio: Samples, first: int, last: int) -> int:
    """The middle of the quietest _QUIET_FRAME_S between the samples ``first`` and ``last``."""
    n_frame = round(_QUIET_FRAME_S * RATE_HZ)
    n_frames = (last - first) // n_frame
    frames = audio[first : first + n_frames * n_frame].reshape(n_frames, n_frame)
    return first + int(np.square(frames).sum(axis=1).argmin()) * n_frame + n_frame // 2


def _load(folder: Path, options: WhisperOptions) -> BatchedInferencePipeline:
    mend = "fetch it again with `voiceprep models fetch NAME`, or copy the folder again"
    if not folder.is_dir():
        raise ModelMissing(f"there is no model folder {folder}: {mend}")
    check(folder, mend)
    # Everything needed is in the folder; should the library look for more, it fails instead of going online.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    try:
        model = WhisperModel(
            str(folder),
            device="cpu",
            compute_type=options.compute_type,
            cpu_threads=options.n_threads or min(4, _n_cores()),
        )
    except ValueError as exc:
        raise RecogniserError(
            f"this machine runs no model as {options.compute_type!r} ({exc}); choose another compute type"
        ) from exc
    except Exception as exc:  # CTranslate2 and tokenizers raise many kinds, plain Exception among them
        raise ModelDamaged(f"the model in {folder} does not load ({exc}): {mend}") from exc
    return BatchedInferencePipeline(model)


def _n_cores() -> int:
    # Containers and taskset allow fewer than the machine has.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
