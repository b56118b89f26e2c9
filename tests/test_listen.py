from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.listen import (
    FRAME_SAMPLES,
    GO_ON_PATIENCE_S,
    MAX_PHRASE_S,
    PAD_S,
    Event,
    Finished,
    Frame,
    ListenOptions,
    ListenState,
    OnlyZeros,
    PhraseEnded,
    PhraseStarted,
    finish,
    listen_on,
    pause,
    read,
    resume,
    step,
)
from voiceprep.model import RATE_HZ, Ending, Kind, Span
from voiceprep.patience import LIMIT_S
from voiceprep.text import words

FRAME_S = FRAME_SAMPLES / RATE_HZ


def run(frames: Iterable[Frame], options: ListenOptions | None = None) -> tuple[ListenState, list[Event]]:
    state = ListenState()
    heard: list[Event] = []
    for frame in frames:
        state, events = step(state, frame, options or ListenOptions())
        heard += events
    return state, heard


def speech(seconds: float) -> list[Frame]:
    return [Frame(0.95)] * round(seconds / FRAME_S)


def silence(seconds: float) -> list[Frame]:
    return [Frame(0.01)] * round(seconds / FRAME_S)


def spans(events: Iterable[Event]) -> list[Span]:
    return [event.span for event in events if isinstance(event, PhraseEnded)]


def test_phrase_is_handed_out_while_the_speaker_may_go_on() -> None:
    """A phrase is complete after the phrase silence, long before the answer is finished."""
    state, events = run(silence(1) + speech(2) + silence(0.7))
    (span,) = spans(events)
    assert span.start == pytest.approx((1 - PAD_S) * RATE_HZ, abs=2 * FRAME_SAMPLES)
    assert span.end == pytest.approx((3 + PAD_S) * RATE_HZ, abs=2 * FRAME_SAMPLES)
    assert state.finished is None


def test_thinking_pause_below_the_limit_never_ends_an_answer() -> None:
    """Pauses shorter than the finish silence leave the answer open; a longer one ends it."""
    options = ListenOptions(finish_silence_s=2.5)
    state, events = run((speech(1) + silence(2.3)) * 5, options)
    assert state.finished is None
    assert len(spans(events)) == 5
    state, _ = run(speech(1) + silence(2.6), options)
    assert state.finished is Ending.SILENCE


def test_tail_is_handed_out_before_the_answer_is_finished() -> None:
    """The last phrase comes at least a second before Finished, so it is transcribed in the silence."""
    order = []
    state = ListenState()
    for frame in speech(1) + silence(3):
        state, events = step(state, frame, ListenOptions(finish_silence_s=2.5))
        order += [(type(event), state.n_samples) for event in events]
    kinds = [kind for kind, _ in order]
    assert kinds == [PhraseStarted, PhraseEnded, Finished]
    assert order[2][1] - order[1][1] >= RATE_HZ


def test_fading_speech_is_speech_until_it_is_clearly_over() -> None:
    """Between the two thresholds a phrase goes on, but none begins."""
    fading = [Frame(0.4)] * round(2 / FRAME_S)
    assert spans(run(speech(1) + fading)[1]) == []
    assert run(fading)[1] == []


def test_neighbouring_phrases_share_no_audio() -> None:
    """Padding never reaches into the phrase before, however short the silence between them."""
    options = ListenOptions(phrase_silence_s=0.35)
    _, events = run((speech(1) + silence(0.4)) * 3, options)
    found = spans(events)
    assert len(found) == 3
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))


def test_clicks_do_not_begin_an_answer() -> None:
    """Bursts shorter than a tenth of a second are not speech."""
    _, events = run((speech(0.064) + silence(0.5)) * 20)
    assert events == []


def test_nothing_said_ends_after_the_start_patience() -> None:
    """Without any speech the wait ends with no phrase at all."""
    state, events = run(silence(6), ListenOptions(start_patience_s=5))
    assert state.finished is Ending.SILENCE
    assert spans(events) == []


def test_zeros_are_named_at_three_seconds_and_only_from_the_start() -> None:
    """Exact zeros are reported once at 3 s; after one live sample silence is just silence."""
    zeros = [Frame(0.0, zeros=True)] * round(13 / FRAME_S)
    _, events = run(zeros)
    assert [event for event in events if isinstance(event, OnlyZeros)] == [OnlyZeros(3.0), OnlyZeros(12.0)]
    _, events = run([Frame(0.0), *zeros])
    assert not any(isinstance(event, OnlyZeros) for event in events)


def test_long_phrase_is_cut_at_its_quietest_frame() -> None:
    """Speech without a pause is cut before Whisper's window is full, where it is least like speech."""
    frames = speech(60)
    frames[round(20 / FRAME_S)] = Frame(0.36)
    _, events = run(frames)
    first, second, *_ = spans(events)
    assert first.end == pytest.approx(20 * RATE_HZ, abs=2 * FRAME_SAMPLES)
    assert second.start == first.end
    assert all(span.end - span.start <= MAX_PHRASE_S * RATE_HZ for span in spans(events))


def test_cap_ends_an_answer_that_never_stops() -> None:
    """The hard cap ends even endless speech, and its last phrase is not lost."""
    state, events = run(speech(12), ListenOptions(max_answer_s=10))
    assert state.finished is Ending.LIMIT
    assert spans(events)[-1].end == pytest.approx(10 * RATE_HZ, abs=FRAME_SAMPLES)


def test_finishing_by_key_hands_out_the_open_phrase() -> None:
    """Whatever was being said when the key was pressed becomes a phrase; a second finish is nothing."""
    state, _ = run(speech(1))
    state, events = finish(state, Ending.KEY)
    assert [type(event) for event in events] == [PhraseEnded, Finished]
    assert finish(state, Ending.SILENCE) == (state, ())
    assert step(state, Frame(1.0), ListenOptions()) == (state, ())


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 60)), max_size=40))
def test_phrases_are_ordered_disjoint_and_inside_the_recording(runs: list[tuple[float, int]]) -> None:
    """For any audio, phrases follow one another without overlap, and all speech lies inside one."""
    state = ListenState()
    heard: list[Event] = []
    options = ListenOptions(finish_silence_s=1e6, start_patience_s=1e6, max_answer_s=1e6)
    for probability, n in runs:
        for _ in range(n):
            state, events = step(state, Frame(probability), options)
            heard += events
    state, events = finish(state, Ending.KEY)
    phrases = spans(heard + list(events))
    assert all(0 <= span.start < span.end <= state.n_samples for span in phrases)
    assert all(a.end <= b.start for a, b in itertools.pairwise(phrases))
    started = [event.start for event in heard if isinstance(event, PhraseStarted)]
    assert all(any(span.start <= at < span.end for span in phrases) for at in started)


class Conversation:
    """A listener whose recogniser knows at once what was said."""

    def __init__(self, options: ListenOptions | None = None) -> None:
        self.options = options or ListenOptions()
        self.state = ListenState()
        self.text = ""

    def hear(self, *frames: Frame) -> None:
        for frame in frames:
            self.state, _ = step(self.state, frame, self.options)

    def say(self, text: str, seconds: float = 1.0) -> None:
        self.hear(*speech(seconds), *silence(0.7))
        self.text = f"{self.text} {text}".strip()
        self.state = read(self.state, self.text, n_words=len(words(self.text)) if text else 0)

    def silence_to_the_end_s(self) -> float:
        """How long somebody must be silent from here until the answer is finished."""
        assert self.state.speech_end is not None
        while self.state.finished is None:
            self.hear(*silence(FRAME_S))
        return (self.state.n_samples - self.state.speech_end) / RATE_HZ


def finish_s(*said: str) -> float:
    talk = Conversation()
    for text in said:
        talk.say(text)
    return talk.silence_to_the_end_s()


def test_words_decide_how_long_a_silence_ends_the_answer() -> None:
    """Soon after a whole sentence; not within 3 s where it breaks off."""
    assert finish_s("It keeps the best box.") < 1.5
    assert finish_s("It keeps the best box because.") > 3.5


def test_unknown_words_count_as_unfinished() -> None:
    """A recogniser that is late costs the speaker nothing: no silence ends an answer before it is read."""
    talk = Conversation()
    talk.hear(*speech(1), *silence(3))
    assert talk.state.finished is None
    talk.state = read(talk.state, "It keeps the best box.", n_words=5)
    talk.hear(*silence(0.1))
    assert talk.state.finished is Ending.SILENCE


def test_a_speaker_who_pauses_long_is_waited_for() -> None:
    """A pause after a whole sentence that was none lengthens the next wait after one."""
    talk = Conversation()
    talk.say("It keeps the best box.")
    talk.hear(*silence(0.45))
    talk.say("Then it drops the others.")
    usual, own = finish_s("It keeps the best box."), talk.silence_to_the_end_s()
    assert own > usual + 0.15


def test_sounds_without_words_begin_nothing() -> None:
    """Coughs do not start the answer: the patience for its beginning goes on."""
    talk = Conversation(ListenOptions(start_patience_s=20))
    talk.say("")
    talk.hear(*silence(10))
    assert talk.state.finished is None
    talk.hear(*silence(10))
    assert talk.state.finished is Ending.SILENCE


def test_sounds_without_words_prolong_nothing() -> None:
    """A cough after the last sentence is no speech once it is known to hold no words."""
    talk = Conversation()
    talk.say("It keeps the best box.")
    talk.say("")
    talk.hear(*silence(0.1))
    assert talk.state.finished is Ending.SILENCE


def test_endless_noise_ends_at_the_cap_of_its_kind() -> None:
    """What never falls silent is ended by the kind of question, never earlier and never later."""
    options = ListenOptions(kind=Kind.DEFINE)
    state, _ = run(speech(LIMIT_S[Kind.DEFINE] - 1), options)
    assert state.finished is None
    for frame in speech(2):
        state, _ = step(state, frame, options)
    assert state.finished is Ending.LIMIT


def test_exact_silence_overrides_the_words() -> None:
    """A silence set in seconds holds whatever was said."""
    for text in ("It keeps the best box.", "because"):
        talk = Conversation(ListenOptions(finish_silence_s=2.0))
        talk.say(text)
        assert talk.silence_to_the_end_s() == pytest.approx(2.0, abs=2 * FRAME_S)


def test_a_pause_asked_for_ends_nothing_and_costs_nothing() -> None:
    """Between pause and resume neither silence nor the cap ends the answer, and the cap stands still."""
    talk = Conversation(ListenOptions(max_answer_s=10))
    talk.say("It keeps the best box because")
    talk.state = pause(talk.state)
    talk.hear(*silence(60))
    assert talk.state.finished is None
    talk.state = resume(talk.state)
    talk.hear(*silence(2))
    assert talk.state.finished is None
    talk.hear(*speech(8))
    assert talk.state.finished is Ending.LIMIT


def test_who_announced_more_is_given_time_to_find_it() -> None:
    """After "resume", a hint or "I'm not done" no thinking pause ends the answer; a mistake does not last."""
    for go_on in (listen_on, lambda state: resume(pause(state))):
        talk = Conversation()
        talk.say("It keeps the best box.")
        talk.state = go_on(talk.state)
        talk.hear(*silence(GO_ON_PATIENCE_S - 0.5))
        assert talk.state.finished is None
        talk.hear(*silence(0.6))
        assert talk.state.finished is Ending.SILENCE


def test_the_patience_for_what_was_announced_ends_with_its_words() -> None:
    """Once it came, the usual wait holds again, and the time to find it is no pause of the speaker's."""
    talk = Conversation()
    talk.say("It keeps the best box.")
    talk.state = listen_on(talk.state)
    talk.hear(*silence(10))
    talk.say("Then it drops the others.")
    assert talk.state.pauses == ()
    assert talk.silence_to_the_end_s() == pytest.approx(finish_s("It keeps the best box."), abs=2 * FRAME_S)


def test_a_cough_is_not_what_was_announced() -> None:
    """Sounds without words leave the patience for the next words as it was."""
    talk = Conversation()
    talk.say("It keeps the best box.")
    talk.state = listen_on(talk.state)
    talk.say("")
    talk.hear(*silence(5))
    assert talk.state.finished is None
