"""Audio frames -> phrases -> "the answer is finished": a pure state machine.

One :class:`Frame` goes in for every :data:`FRAME_SAMPLES` samples, a new state and the events it
caused come out. The machine counts samples and never looks at a clock, so a recording decides the
same way at any speed.

Silence alone does not end an answer: the words so far are handed in by :func:`read`, and patience.py says
how long a silence after them must be. Until a phrase's words are known they count as unfinished.

A phrase is what lies between two short silences; it is handed out the moment its closing silence is
long enough, so it is transcribed while the speaker goes on, or while we wait to see whether they do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from voiceprep.commands import ENDING
from voiceprep.model import RATE_HZ, Command, CommandWords, Ending, Kind, ListeningPace, Span
from voiceprep.patience import LIMIT_S, WAITS, Closure, Pause, closure, wait_s

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


COMMAND_SILENCE_S = 1.5
"""Silence after a command inside an answer before it is obeyed: "Next." may be the beginning of a sentence,
and who goes on within the pauses people make between words (most are below 1 s) meant it so."""

END_CHARS = 2_000
"""How much of what was said tells how it ends: two minutes of speech, longer than any sentence. All of an
hour's recording would be gone through at each of its phrases."""

GO_ON_PATIENCE_S = 15.0
"""Silence that ends an answer whose speaker has just said that more is to come. Whoever resumes, asks for a
hint or is not done has to find the next words first; a key pressed by mistake must not listen for ever."""


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """How patient the listener is.

    ``finish_silence_s`` of silence end the answer whatever was said; None: ``pace`` and the words decide.
    ``usual_words`` is the length below which an answer is short, ``pauses`` are this speaker's own from
    earlier answers. ``phrase_silence_s`` end a phrase; ``start_patience_s`` without any words end the
    wait with nothing said; ``max_answer_s`` is the hard cap, None: by ``kind``. ``commands`` are obeyed.
    """

    pace: ListeningPace = ListeningPace.NORMAL
    finish_silence_s: float | None = None
    phrase_silence_s: float = 0.6
    start_patience_s: float = 45.0
    max_answer_s: float | None = None
    kind: Kind = Kind.DEFINE
    usual_words: int = 0
    pauses: tuple[Pause, ...] = ()
    commands: CommandWords = ENDING

    @property
    def limit_s(self) -> float:
        """The hard cap in seconds."""
        return LIMIT_S[self.kind] if self.max_answer_s is None else self.max_answer_s


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
class Commanded:
    """The utterance held back by :func:`hold` stood alone: it is a command, and no part of the answer."""

    command: Command


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is over."""

    ending: Ending


Event = PhraseStarted | PhraseEnded | OnlyZeros | Commanded | Finished


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
    n_unread: int = 0  # phrases handed out whose words are not known yet
    n_words: int = 0
    closure: Closure = Closure.UNFINISHED  # of the words so far
    spoken_end: int | None = None  # speech_end after the last phrase that held words
    pauses: tuple[Pause, ...] = ()  # of this answer
    waiting_from: int = 0  # where the wait for the first words, or for the next ones, began; may lie ahead
    announced: bool = False  # more is to come by the speaker's own word, and has not come yet
    command: Command | None = None  # held back: obeyed if nobody goes on
    paused_at: int | None = None
    n_paused: int = 0  # samples that do not count towards the cap
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
    pauses = state.pauses
    if state.n_words and state.speech_end is not None and not state.n_unread and not state.announced:
        pauses = (*pauses, Pause((start - state.speech_end) / RATE_HZ, state.closure))
    opened = replace(
        state,
        phrase=phrase,
        speech_end=state.n_samples,
        n_frames_of_speech=0,
        pauses=pauses,
        command=None,
    )
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
    if end <= phrase.start:  # a cut may fall on the very last sample; an empty phrase is none
        return closed, ()
    return replace(closed, n_unread=state.n_unread + 1), (PhraseEnded(Span(phrase.start, end)),)


def _look_for_end(
    state: ListenState, events: tuple[Event, ...], options: ListenOptions
) -> tuple[ListenState, tuple[Event, ...]]:
    if state.only_zeros:
        for limit_s in (ZEROS_NAMED_S, ZEROS_LOST_S):
            if state.n_samples - FRAME_SAMPLES < _samples(limit_s) <= state.n_samples:
                events = (*events, OnlyZeros(limit_s))
    if state.paused_at is not None or state.n_samples <= state.waiting_from:
        return state, events
    if state.n_samples - state.n_paused >= _samples(options.limit_s):
        return finish(state, Ending.LIMIT, events)
    if state.command is not None:
        return _look_for_command(state, state.command, events)
    return finish(state, Ending.SILENCE, events) if _silent_to_the_end(state, options) else (state, events)


def _silent_to_the_end(state: ListenState, options: ListenOptions) -> bool:
    if state.speech_end is None or not (state.n_words or state.n_unread or state.phrase):
        # No words yet: a cough, a fan or a distant voice does not begin an answer.
        return state.n_samples - state.waiting_from >= _samples(options.start_patience_s)
    if state.n_frames_of_speech:
        return False  # somebody may be going on: never cut off in the first tenth of a second
    if state.announced and not (state.n_unread or state.phrase):
        wanted_s = max(GO_ON_PATIENCE_S, _finish_s(state, options))
        return state.n_samples - state.waiting_from >= _samples(wanted_s)
    return state.n_samples - state.speech_end >= _samples(_finish_s(state, options))


def _finish_s(state: ListenState, options: ListenOptions) -> float:
    """Seconds of silence that end the answer as it stands."""
    if options.finish_silence_s is not None:
        return options.finish_silence_s
    found = state.closure if not state.n_unread else Closure.UNFINISHED
    pauses = (*options.pauses, *state.pauses)
    return wait_s(found, state.n_words, options.usual_words, pauses, WAITS[options.pace])


def _look_for_command(
    state: ListenState, command: Command, events: tuple[Event, ...]
) -> tuple[ListenState, tuple[Event, ...]]:
    silent = state.n_samples - (state.speech_end or 0)
    needed_s = COMMAND_SILENCE_S if state.n_words else 0.0
    if state.phrase is not None or silent < _samples(needed_s):
        return state, events
    return _anew(state), (*events, Commanded(command))


def read(state: ListenState, text: str, *, n_words: int) -> ListenState:
    """The oldest phrase without words has been recognised: ``text`` is all that was said, of ``n_words``.

    A phrase without words (0) was no speech: it neither begins an answer nor prolongs one.
    """
    state = replace(state, n_unread=max(0, state.n_unread - 1))
    if n_words:
        return replace(
            state,
            n_words=n_words,
            closure=closure(text[-END_CHARS:]),
            spoken_end=state.speech_end,
            command=None,
            announced=False,
        )
    if state.phrase is None and not state.n_unread:
        return replace(state, speech_end=state.spoken_end)
    return state


def hold(state: ListenState, command: Command) -> ListenState | None:
    """The oldest phrase without words sounds like ``command``: hold it back, None where it is no command.

    It is none where somebody is speaking again already, or in the middle of a sentence.
    """
    if state.phrase is not None or state.n_unread > 1:
        return None
    if state.n_words and state.closure is Closure.UNFINISHED:
        return None
    return replace(state, n_unread=0, command=command)


def listen_on(state: ListenState, n_before: int = 0) -> ListenState:
    """After "resume", "I'm not done" or a hint, more is to come: all waiting begins anew, patiently.

    It begins after the next ``n_before`` samples, which were taken while the program spoke: nothing there
    ends the answer, and they do not count towards the cap.
    """
    return replace(
        _anew(state),
        announced=True,
        waiting_from=state.n_samples + n_before,
        n_paused=state.n_paused + n_before,
    )


def _anew(state: ListenState) -> ListenState:
    speech_end = state.n_samples if state.n_words else None
    return replace(
        state,
        command=None,
        finished=None,
        speech_end=speech_end,
        spoken_end=speech_end,
        waiting_from=state.n_samples,
    )


def pause(state: ListenState) -> ListenState:
    """Stop waiting: no silence and no cap ends the answer until :func:`resume`."""
    return replace(state, paused_at=state.n_samples)


def resume(state: ListenState) -> ListenState:
    """Go on after :func:`pause`; nothing where there was none."""
    if state.paused_at is None:
        return state
    n_paused = state.n_paused + state.n_samples - state.paused_at
    return listen_on(replace(state, paused_at=None, n_paused=n_paused))


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
