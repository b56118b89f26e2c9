"""Audio frames -> phrases -> "the answer is finished": a pure state machine.

One :class:`Frame` goes in for every :data:`FRAME_SAMPLES` samples, a new state and the events it
caused come out. The machine counts samples and never looks at a clock, so a recording decides the
same way at any speed.

A phrase is what lies between two short silences; it is handed out the moment its closing silence is
long enough, so it is transcribed while the speaker goes on, or while we wait to see whether they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from voiceprep.model import RATE_HZ, Ending, Span

FRAME_SAMPLES = 512
"""Samples a frame: the window Silero's model was trained with at 16 kHz (32 ms)."""

SPEECH_ON = 0.5
"""Probability at which speech begins: the default of Silero's own iterator and of faster-whisper."""

SPEECH_OFF = 0.35
"""Probability below which speech ends: Silero's default, 0.15 under the threshold for its beginning."""

N_FRAMES_TO_START = 3
"""Frames of speech in a row that begin a phrase (96 ms): shorter bursts are clicks and key strokes."""

PAD_S = 0.3
"""Audio kept before and after a phrase: Silero's edges lie within 0.25 s of the true ones (measured
on 15 noisy recordings)."""

MAX_PHRASE_S = 25.0
"""Longest phrase handed out: Whisper reads windows of 30 s, and padding needs room."""

CUT_SEARCH_S = 8.0
"""How far back from the limit the least speech-like frame is sought when a phrase has to be cut."""

ZEROS_NAMED_S = 3.0
"""Exact zeros from the very start for this long name the microphone as silent: a live one has noise."""

ZEROS_LOST_S = 12.0
"""Exact zeros for this long end the wait. Longer than the naming, since a noise gate also gives zeros
until its owner has thought and speaks."""


ENDING_COMMANDS = ("that's my answer", "that is my answer", "i'm done", "i am done")
"""Utterances of their own that end an answer."""

TRAILING_COMMANDS = ("that's my answer", "that is my answer")
"""Commands also obeyed at the end of a longer phrase: nobody says them about a vision system."""

COMMAND_RATIO = 88.0
"""Similarity at which words count as a command: one letter or one contraction misheard."""


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """How patient the listener is, in seconds.

    ``finish_silence_s`` of silence after speech end the answer; ``phrase_silence_s`` end a phrase;
    ``start_patience_s`` without any speech end the wait with nothing said; ``max_answer_s`` is the
    hard cap; ``commands`` are utterances that end the answer.
    """

    finish_silence_s: float = 2.5
    phrase_silence_s: float = 0.6
    start_patience_s: float = 45.0
    max_answer_s: float = 600.0
    commands: tuple[str, ...] = ENDING_COMMANDS


WHOLE_RECORDING = ListenOptions(finish_silence_s=1e9, start_patience_s=1e9, max_answer_s=1e9, commands=())
"""For files: the answer ends where the file ends."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the machine needs to know of one frame: speech probability, and whether every sample is 0."""

    probability: float
    zeros: bool = False


@dataclass(frozen=True, slots=True)
class PhraseStarted:
    """Speech began at ``start`` (samples, without padding)."""

    start: int


@dataclass(frozen=True, slots=True)
class PhraseEnded:
    """A phrase is complete and can be transcribed; ``span`` includes padding."""

    span: Span


@dataclass(frozen=True, slots=True)
class OnlyZeros:
    """Nothing but exact zeros has arrived for ``seconds``; said once at each of the two limits."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is over."""

    ending: Ending


Event = PhraseStarted | PhraseEnded | OnlyZeros | Finished


@dataclass(frozen=True, slots=True)
class OpenPhrase:
    """A phrase being spoken; ``quietest``: the least speech-like frame near the limit, and its end."""

    start: int  # with padding
    quietest: tuple[float, int] | None = None


@dataclass(frozen=True, slots=True)
class ListenState:
    """Everything the machine remembers; counts are samples from the start of the recording."""

    n_samples: int = 0
    n_frames_of_speech: int = 0  # in a row, while no phrase is open
    phrase: OpenPhrase | None = None
    earliest_start: int = 0  # where the previous phrase ended: phrases do not overlap
    speech_end: int | None = None  # end of the last frame of speech, None before any
    only_zeros: bool = True
    finished: Ending | None = None


def _samples(seconds: float) -> int:
    return round(seconds * RATE_HZ)


def step(state: ListenState, frame: Frame, options: ListenOptions) -> tuple[ListenState, tuple[Event, ...]]:
    """Take in one frame. After Finished the state no longer changes and nothing is said."""
    if state.finished is not None:
        return state, ()
    state = replace(
        state, n_samples=state.n_samples + FRAME_SAMPLES, only_zeros=state.only_zeros and frame.zeros
    )
    if state.phrase is None:
        state, events = _wait_for_phrase(state, frame)
    else:
        state, events = _follow_phrase(state, state.phrase, frame, options)
    return _look_for_end(state, events, options)


def _wait_for_phrase(state: ListenState, frame: Frame) -> tuple[ListenState, tuple[Event, ...]]:
    if frame.probability < SPEECH_ON:
        return replace(state, n_frames_of_speech=0), ()
    n_frames = state.n_frames_of_speech + 1
    if n_frames < N_FRAMES_TO_START:
        return replace(state, n_frames_of_speech=n_frames), ()
    start = state.n_samples - n_frames * FRAME_SAMPLES
    phrase = OpenPhrase(max(state.earliest_start, start - _samples(PAD_S)))
    opened = replace(state, phrase=phrase, speech_end=state.n_samples, n_frames_of_speech=0)
    return opened, (PhraseStarted(start),)


def _follow_phrase(
    state: ListenState, phrase: OpenPhrase, frame: Frame, options: ListenOptions
) -> tuple[ListenState, tuple[Event, ...]]:
    here = state.n_samples
    if frame.probability >= SPEECH_OFF or state.speech_end is None:
        state = replace(state, speech_end=here)
    elif here - state.speech_end >= _samples(options.phrase_silence_s):
        return _close(state, phrase, min(here, state.speech_end + _samples(PAD_S)))
    length = here - phrase.start
    if length >= _samples(MAX_PHRASE_S - CUT_SEARCH_S):
        if phrase.quietest is None or frame.probability <= phrase.quietest[0]:
            phrase = replace(phrase, quietest=(frame.probability, here))
        if phrase.quietest is not None and length + FRAME_SAMPLES > _samples(MAX_PHRASE_S):
            cut = phrase.quietest[1]
            state, events = _close(state, phrase, cut)
            return replace(state, phrase=OpenPhrase(cut)), events
    return replace(state, phrase=phrase), ()


def _close(state: ListenState, phrase: OpenPhrase, end: int) -> tuple[ListenState, tuple[Event, ...]]:
    closed = replace(state, phrase=None, earliest_start=end, n_frames_of_speech=0)
    # A cut may fall on the very last sample; an empty phrase is none.
    return closed, (PhraseEnded(Span(phrase.start, end)),) if end > phrase.start else ()


def _look_for_end(
    state: ListenState, events: tuple[Event, ...], options: ListenOptions
) -> tuple[ListenState, tuple[Event, ...]]:
    if state.only_zeros:
        for limit_s in (ZEROS_NAMED_S, ZEROS_LOST_S):
            if state.n_samples - FRAME_SAMPLES < _samples(limit_s) <= state.n_samples:
                events = (*events, OnlyZeros(limit_s))
    if state.n_samples >= _samples(options.max_answer_s):
        return finish(state, Ending.LIMIT, events)
    if state.speech_end is None:
        if state.n_samples >= _samples(options.start_patience_s):
            return finish(state, Ending.SILENCE, events)
    elif state.n_samples - state.speech_end >= _samples(options.finish_silence_s):
        return finish(state, Ending.SILENCE, events)
    return state, events


def finish(
    state: ListenState, ending: Ending, events: tuple[Event, ...] = ()
) -> tuple[ListenState, tuple[Event, ...]]:
    """End the answer now; an open phrase is handed out first."""
    if state.finished is not None:
        return state, events
    if state.phrase is not None:
        state, closing = _close(state, state.phrase, state.n_samples)
        events = (*events, *closing)
    return replace(state, finished=ending), (*events, Finished(ending))


def command_start(words: Iterable[str], commands: tuple[str, ...] = ENDING_COMMANDS) -> int | None:
    """Index of the first word of an ending command that closes a phrase, None where there is none."""
    spoken = [_bare(word) for word in words]
    for command in commands:
        n = len(command.split())
        alone = len(spoken) == n
        trailing = len(spoken) > n and command in TRAILING_COMMANDS
        if (alone or trailing) and fuzz.ratio(" ".join(spoken[-n:]), command) >= COMMAND_RATIO:
            return len(spoken) - n
    return None


def _bare(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum() or letter == "'")
