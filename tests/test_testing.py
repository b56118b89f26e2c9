"""The fakes keep the contracts of the ports they stand in for."""

from __future__ import annotations

import itertools
import wave
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep import testing
from voiceprep.engines.clock import SystemClock
from voiceprep.errors import (
    AudioFileError,
    DeviceError,
    DeviceLost,
    JournalError,
    RecogniserError,
    SpeechError,
)
from voiceprep.model import RATE_HZ, Block, HeardWord, Span
from voiceprep.ports import (
    Clock,
    Controls,
    Journal,
    Microphone,
    Recogniser,
    Recording,
    Speaker,
    SpeechDetector,
)
from voiceprep.testing import (
    AlignedRecogniser,
    Incident,
    Loss,
    LoudnessDetector,
    ManualClock,
    MemoryJournal,
    MemoryRecording,
    Overflow,
    Pause,
    SamplesMicrophone,
    ScriptedControls,
    ScriptedDetector,
    ScriptedRecogniser,
    ScriptedSpeaker,
    WavMicrophone,
    spread,
)

if TYPE_CHECKING:
    from voiceprep.model import Samples


def count(n_samples: int) -> Samples:
    """0, 1, 2, ...: every sample says where it belongs."""
    return np.arange(n_samples, dtype=np.float32)


def joined(blocks: list[Block]) -> Samples:
    """The audio of all blocks."""
    return np.concatenate([np.zeros(0, np.float32), *(block.samples for block in blocks)])


def test_every_port_has_a_fake() -> None:
    """The type checker holds this: each fake can stand wherever its port is asked for."""
    clock: Clock = ManualClock()
    controls: Controls = ScriptedControls()
    speaker: Speaker = ScriptedSpeaker()
    microphone: Microphone = SamplesMicrophone(count(0))
    detectors: tuple[SpeechDetector, ...] = (ScriptedDetector(), LoudnessDetector())
    recognisers: tuple[Recogniser, ...] = (ScriptedRecogniser(), AlignedRecogniser(count(0), ()))
    recording: Recording = MemoryRecording(Path("a.wav"))
    journal: Journal = MemoryJournal()
    fakes = (clock, controls, speaker, microphone, *detectors, *recognisers, recording, journal)
    assert testing.__doc__ is not None
    assert [type(fake).__name__ for fake in fakes if type(fake).__name__ not in testing.__doc__] == []


# ------------------------------------------------------------------------------ time and keys


def test_a_manual_clock_moves_only_when_told() -> None:
    """Both of its times go on by exactly what is added, and never back."""
    start = datetime(2026, 5, 4, 14, tzinfo=timezone(timedelta(hours=2)))
    clock = ManualClock(start)
    assert (clock.now(), clock.now().tzinfo, clock.monotonic_s()) == (start, UTC, 0.0)
    clock.advance(1.5)
    clock.advance(0)
    assert (clock.now() - start, clock.monotonic_s()) == (timedelta(seconds=1.5), 1.5)
    for backwards in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="cannot move"):
            clock.advance(backwards)
    with pytest.raises(ValueError, match="no time zone"):
        ManualClock(start.replace(tzinfo=None))


def test_the_system_clock_is_in_utc_and_runs_forwards() -> None:
    """The real clock gives aware UTC moments and seconds that do not decrease."""
    clock: Clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.monotonic_s() <= clock.monotonic_s()


def test_scripted_keys_come_in_order_and_then_none() -> None:
    """Each poll takes the next key; the end of the script is nobody pressing anything."""
    controls = ScriptedControls([None, "enter", "q"])
    assert [controls.poll() for _ in range(5)] == [None, "enter", "q", None, None]
    assert controls.n_polls == 5


# ------------------------------------------------------------------------------ speaking


def test_a_scripted_speaker_remembers() -> None:
    """What was prepared, said and cut short is told apart."""
    speaker = ScriptedSpeaker()
    speaker.prepare("one")
    assert speaker.say("one", lambda: False)
    speaker.say("two", lambda: True)
    speaker.close()
    speaker.close()
    assert (speaker.prepared, speaker.said, speaker.interrupted) == (["one"], ["one"], ["two"])
    assert speaker.closed


def test_a_scripted_speaker_fails_on_request() -> None:
    """The failure it was made with is raised, and nothing counts as said."""
    speaker = ScriptedSpeaker(SpeechError("the voice is gone"))
    with pytest.raises(SpeechError, match="voice is gone"):
        speaker.say("one", lambda: False)
    assert speaker.said == []


# ------------------------------------------------------------------------------ listening


@settings(deadline=None)
@given(n_samples=st.integers(0, 5_000), block_samples=st.integers(1, 2_000))
def test_a_microphone_delivers_every_sample_once_and_in_order(n_samples: int, block_samples: int) -> None:
    """Whatever the block size, the blocks joined are the array, and none is longer than asked for."""
    blocks = list(SamplesMicrophone(count(n_samples), block_samples=block_samples).blocks())
    np.testing.assert_array_equal(joined(blocks), count(n_samples))
    assert all(0 < len(block.samples) <= block_samples and block.n_overflows == 0 for block in blocks)


def test_a_pause_delays_and_loses_nothing() -> None:
    """Empty blocks come at the very sample; the audio around them is complete."""
    blocks = list(SamplesMicrophone(count(1_000), block_samples=300, script=[Pause(400, 3)]).blocks())
    assert [len(block.samples) for block in blocks] == [300, 100, 0, 0, 0, 300, 300]
    np.testing.assert_array_equal(joined(blocks), count(1_000))


def test_an_overflow_loses_samples_and_is_reported_once() -> None:
    """The lost samples are missing from the audio and the next block, if only an empty one, says so."""
    microphone = SamplesMicrophone(
        count(1_000), block_samples=400, script=[Overflow(500, 100), Overflow(900), Overflow(900, 100)]
    )
    blocks = list(microphone.blocks())
    assert [(len(block.samples), block.n_overflows) for block in blocks] == [
        (400, 0),
        (100, 0),
        (300, 1),
        (0, 2),
    ]
    np.testing.assert_array_equal(joined(blocks), np.delete(count(900), slice(500, 600)))


def test_a_lost_device_raises_after_the_last_sample() -> None:
    """Everything before the loss is delivered, then DeviceLost names the microphone."""
    microphone = SamplesMicrophone(
        count(1_000), name="headset", live=True, block_samples=400, script=[Loss(700)]
    )
    delivery = microphone.blocks()
    blocks = list(itertools.islice(delivery, 2))
    with pytest.raises(DeviceLost, match="headset"):
        next(delivery)
    np.testing.assert_array_equal(joined(blocks), count(700))
    assert microphone.live


def test_a_closed_microphone_delivers_nothing_more() -> None:
    """Closing ends the delivery after the block in hand; closing twice is fine."""
    microphone = SamplesMicrophone(count(1_000), block_samples=100)
    blocks = microphone.blocks()
    next(blocks)
    microphone.close()
    microphone.close()
    assert list(blocks) == []


def test_a_microphone_moves_the_clock_by_the_time_its_audio_takes() -> None:
    """A second of audio takes a second, an empty block a tenth."""
    clock = ManualClock()
    microphone = SamplesMicrophone(count(RATE_HZ), script=[Pause(100, 5)], clock=clock)
    assert len(list(microphone.blocks())) > 5
    assert clock.monotonic_s() == pytest.approx(1.5)


@pytest.mark.parametrize(
    "script", [[Loss(11)], [Pause(5, 1), Overflow(4)], [Pause(-1, 1)]], ids=["late", "unordered", "early"]
)
def test_a_script_that_cannot_be_played_is_refused(script: list[Incident]) -> None:
    """Positions out of order or outside the audio are a mistake in the test that wrote them."""
    with pytest.raises(ValueError, match="script must be in order"):
        SamplesMicrophone(count(10), script=script)


def test_a_microphone_takes_mono_float32_only() -> None:
    """Other audio is refused at once, as no microphone delivers it."""
    wrongs: tuple[Any, ...] = (np.zeros(4, np.float64), np.zeros((4, 2), np.float32))
    for wrong in wrongs:
        with pytest.raises(ValueError, match="float32"):
            SamplesMicrophone(wrong)


def write_wav(path: Path, values: list[int], rate_hz: int = RATE_HZ) -> Path:
    """A 16-bit mono file of ``values``."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.array(values, "<i2").tobytes())
    return path


def test_a_wav_microphone_delivers_the_file(tmp_path: Path) -> None:
    """The values of the file come as value / 32768; the name is the path."""
    path = write_wav(tmp_path / "a.wav", [-32_768, 0, 16_384])
    microphone = WavMicrophone(path)
    np.testing.assert_array_equal(joined(list(microphone.blocks())), np.array([-1, 0, 0.5], np.float32))
    assert (microphone.name, microphone.live) == (str(path), False)


def test_a_wav_microphone_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    """Missing, not WAV, or another rate: an AudioFileError with the path."""
    (tmp_path / "b.wav").write_text("text")
    write_wav(tmp_path / "c.wav", [1, 2], rate_hz=44_100)
    for name in ("a.wav", "b.wav", "c.wav"):
        with pytest.raises(AudioFileError, match=name):
            WavMicrophone(tmp_path / name)


def test_a_scripted_detector_hears_speech_where_it_is_told() -> None:
    """A frame counts by its middle; a reset begins the stream again."""
    detector = ScriptedDetector([Span(10, 20)])
    frames = [count(4)] * 6  # middles at 2, 6, 10, 14, 18, 22
    for _ in range(2):
        assert [detector.probability(frame) for frame in frames] == [0.0, 0.0, 1.0, 1.0, 1.0, 0.0]
        detector.reset()
    assert detector.n_resets == 2


def test_a_loudness_detector_hears_what_is_loud() -> None:
    """A frame at the threshold is speech, one below it, silence or nothing at all is not."""
    detector = LoudnessDetector(0.25)
    frame = np.ones(512, np.float32)
    values = [
        detector.probability(samples)
        for samples in (frame * 0.25, -frame, frame * 0.24, frame * 0, frame[:0])
    ]
    assert values == [1.0, 1.0, 0.0, 0.0, 0.0]
    detector.reset()


# ------------------------------------------------------------------------------ recognising


def test_a_scripted_recogniser_says_its_phrases_in_order() -> None:
    """One phrase a call, its words spread over the samples; an error in its turn; then nothing said."""
    recogniser = ScriptedRecogniser(["one two", RecogniserError("broken"), ""])
    recogniser.warm()
    assert recogniser.transcribe(count(101)) == (HeardWord("one", 0, 50, 1.0), HeardWord("two", 50, 101, 1.0))
    with pytest.raises(RecogniserError, match="broken"):
        recogniser.transcribe(count(7))
    assert recogniser.transcribe(count(8)) == recogniser.transcribe(count(9)) == ()
    assert (recogniser.heard, recogniser.n_warmed) == ([101, 7, 8, 9], 1)


def test_an_aligned_recogniser_knows_what_was_said_where() -> None:
    """Words whose middle lies in the stretch come back, cut to it and counted from its start."""
    words = (HeardWord("a", 0, 100, 0.9), HeardWord("b", 100, 200, 0.8), HeardWord("c", 250, 300, 0.7))
    recording = count(1_000)
    recogniser = AlignedRecogniser(recording, words)
    assert recogniser.transcribe(recording) == words
    assert recogniser.transcribe(recording[40:260]) == (
        HeardWord("a", 0, 60, 0.9),
        HeardWord("b", 60, 160, 0.8),
    )
    assert recogniser.transcribe(recording[500:]) == recogniser.transcribe(recording[:0]) == ()
    assert recogniser.heard == [Span(0, 1_000), Span(40, 260), Span(500, 1_000)]


def test_an_aligned_recogniser_refuses_what_is_not_its_recording() -> None:
    """Audio that was changed on its way is a fault the test must see, also where bytes match askew."""
    recogniser = AlignedRecogniser(np.frombuffer(bytes(range(40)), np.float32), ())
    for foreign in (np.ones(3, np.float32), np.frombuffer(bytes(range(1, 9)), np.float32)):
        with pytest.raises(ValueError, match="no stretch"):
            recogniser.transcribe(foreign)


@settings(deadline=None)
@given(st.text(st.sampled_from("ab ")), st.integers(0, 100), st.integers(0, 1_000))
def test_spread_words_fill_the_span(phrase: str, start: int, n_samples: int) -> None:
    """Every word is there in order, the first begins with the span, the last ends with it, none overlap."""
    words = spread(phrase, Span(start, start + n_samples))
    assert [word.text for word in words] == phrase.split()
    edges = [edge for word in words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert not words or (edges[0], edges[-1]) == (start, start + n_samples)


# ------------------------------------------------------------------------------ keeping


def test_a_memory_recording_refuses_what_the_real_one_refuses() -> None:
    """Clipping, wrong audio and writing after the end are as on disk."""
    recording = MemoryRecording(Path("a.wav"))
    recording.write(np.array([0.5, 3.0, -np.inf], np.float32))
    np.testing.assert_array_equal(recording.samples, np.array([0.5, 1.0, -1.0], np.float32))
    wrongs: tuple[Any, ...] = (np.zeros(4, np.int16), np.zeros((2, 2), np.float32))
    for wrong in wrongs:
        with pytest.raises(ValueError, match="float32"):
            recording.write(wrong)
    with pytest.raises(DeviceError, match="NaN"):
        recording.write(np.array([np.nan], np.float32))
    recording.close()
    recording.close()
    with pytest.raises(JournalError, match="finished"):
        recording.write(count(1))
    assert recording.n_samples == 3
