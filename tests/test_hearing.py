from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voiceprep.errors import DeviceLost, DiskFull, Interrupted, RecogniserError, VoiceprepError
from voiceprep.events import Event, LevelMeasured, MicrophoneSilent, TranscriptGrown
from voiceprep.hearing import SILENCE_DBFS, Ears, Heard, Hearing, Interjection, Source, level_dbfs
from voiceprep.interrupts import UNINTERRUPTED
from voiceprep.listen import FRAME_SAMPLES, WHOLE_RECORDING, ListenOptions
from voiceprep.model import RATE_HZ, Block, Command, Ending, HeardWord, Samples, Span
from voiceprep.testing import (
    AlignedRecogniser,
    Incident,
    Loss,
    LoudnessDetector,
    ManualClock,
    MemoryRecording,
    Overflow,
    Pause,
    SamplesMicrophone,
    ScriptedControls,
    ScriptedDetector,
    ScriptedRecogniser,
    spread,
)

RNG = np.random.default_rng(7)


def speech(seconds: float) -> Samples:
    return RNG.normal(0, 0.1, round(seconds * RATE_HZ)).astype(np.float32)


def quiet(seconds: float) -> Samples:
    return RNG.normal(0, 0.0005, round(seconds * RATE_HZ)).astype(np.float32)


def zeros(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ), np.float32)


class Room:
    """Everything one answer needs, on fakes, with what happened in it."""

    def __init__(
        self, phrases: Sequence[str | VoiceprepError] = (), options: ListenOptions | None = None
    ) -> None:
        self.clock = ManualClock()
        self.recogniser = ScriptedRecogniser(phrases)
        self.controls = ScriptedControls()
        self.recording = MemoryRecording(Path("answer.wav"))
        self.events: list[Event] = []
        self.options = options or ListenOptions(finish_silence_s=2.5)

    def hear(self, *audio: Samples, live: bool = True, script: Sequence[Incident] = ()) -> Heard:
        microphone = SamplesMicrophone(np.concatenate(audio), script=script, clock=self.clock)
        return self.hear_blocks(microphone.blocks(), live=live)

    def hear_blocks(self, blocks: Iterator[Block], *, live: bool = True) -> Heard:
        ears = Ears(LoudnessDetector(), self.recogniser)
        with ThreadPoolExecutor(1) as worker:
            hearing = Hearing(ears, self.controls, self.clock, worker, self.options, self.events.append)
            return hearing.hear(Source("the microphone", live, blocks), self.recording)


def test_every_sample_is_recorded_before_it_is_judged() -> None:
    """The recording holds exactly what the microphone delivered until the answer was finished."""
    audio = np.concatenate([quiet(0.5), speech(2), quiet(4)])
    room = Room(["one two three"])
    heard = room.hear(audio)
    assert heard.ending is Ending.SILENCE
    assert room.recording.n_samples == heard.n_samples
    assert heard.n_samples == pytest.approx((0.5 + 2 + 2.5) * RATE_HZ, abs=0.2 * RATE_HZ)


def test_words_keep_the_time_at_which_they_were_said() -> None:
    """Word times count from the start of the recording, whatever phrase a word came in."""
    recording = np.concatenate([quiet(1), speech(2), quiet(1), speech(2), quiet(3)])
    said = (
        *spread("we tile it", Span(RATE_HZ, 3 * RATE_HZ)),
        *spread("at full size", Span(4 * RATE_HZ, 6 * RATE_HZ)),
    )
    room = Room()
    ears = Ears(LoudnessDetector(), AlignedRecogniser(recording, said))
    with ThreadPoolExecutor(1) as worker:
        hearing = Hearing(ears, room.controls, room.clock, worker, room.options, room.events.append)
        source = Source("m", live=False, blocks=SamplesMicrophone(recording).blocks())
        heard = hearing.hear(source, room.recording)
    assert heard.transcript.text == "we tile it at full size"
    for word, true in zip(heard.transcript.words, said, strict=True):
        assert heard.transcript.text[word.start : word.end] == word.text
        assert word.t0_s == pytest.approx(true.start / RATE_HZ, abs=1e-6)


def test_transcript_grows_phrase_by_phrase() -> None:
    """Each phrase is announced when it is recognised, and the text only ever grows at its end."""
    room = Room(["I take the small one", "because it is quick"])
    room.hear(speech(1), quiet(1), speech(1), quiet(3), live=False)
    grown = [event.text for event in room.events if isinstance(event, TranscriptGrown)]
    assert grown == ["I take the small one", "I take the small one because it is quick"]


def test_an_hour_costs_as_much_for_each_phrase_as_a_minute() -> None:
    """The work of taking in phrases grows with their number, not with its square."""

    def seconds(n_phrases: int) -> float:
        room = Room(options=WHOLE_RECORDING)
        ears = Ears(LoudnessDetector(), room.recogniser)
        with ThreadPoolExecutor(1) as worker:
            hearing = Hearing(ears, room.controls, room.clock, worker, room.options, lambda _: None)
        said = tuple(HeardWord(f"boxes{at}", at * 1000, (at + 1) * 1000, 0.9) for at in range(12))
        begun = time.process_time()
        for at in range(n_phrases):
            hearing._add(Span(at * RATE_HZ, (at + 1) * RATE_HZ), said)
        return time.process_time() - begun

    assert seconds(1_200) < 10 * min(seconds(200), seconds(200))


def test_spoken_command_ends_the_answer_and_is_not_part_of_it() -> None:
    """Saying "that's my answer" finishes without waiting for silence, and is neither scored nor shown."""
    room = Room(["we prune it", "That's my answer."])
    heard = room.hear(speech(1), quiet(1), speech(1), quiet(10), live=False)
    assert heard.ending is Ending.COMMAND
    assert heard.transcript.text == "we prune it"
    assert heard.n_samples < 4.5 * RATE_HZ


def test_file_waits_for_the_words_however_slow() -> None:
    """A source that is not live is read no further than its words are known: a command ends it in place."""

    class Slow(ScriptedRecogniser):
        def transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
            time.sleep(0.1)
            return super().transcribe(samples)

    room = Room()
    room.recogniser = Slow(["That's my answer."])
    assert room.hear(speech(1), quiet(60), live=False).n_samples < 2 * RATE_HZ


@pytest.mark.parametrize(
    ("phrases", "command", "text"),
    [
        (("Skip this one.",), Command.SKIP, ""),
        (("It drops boxes.", "What did I miss?"), Command.MISSED, "It drops boxes."),
        (("Mark this.",), None, ""),
        (("It drops boxes", "and next."), None, "It drops boxes and next."),
    ],
)
def test_a_command_is_obeyed_however_slow_the_recogniser(
    phrases: tuple[str, ...], command: Command | None, text: str
) -> None:
    """Also where the silence had ended the answer before anybody knew that it was one."""

    class Slow(ScriptedRecogniser):
        def transcribe(self, samples: Samples) -> tuple[HeardWord, ...]:
            time.sleep(0.2)
            return super().transcribe(samples)

    commands = (
        (Command.SKIP, ("skip this one",)),
        (Command.MISSED, ("what did i miss",)),
        (Command.MARK, ("mark this",)),
    )
    room = Room(options=ListenOptions(finish_silence_s=2.5, start_patience_s=6, commands=commands))
    room.recogniser = Slow(phrases)
    turns = [part for _ in phrases for part in (speech(1), quiet(1))]
    heard = room.hear(*turns, quiet(12))
    assert (heard.command, heard.transcript.text) == (command, text)
    assert len(heard.marks_s) == (phrases == ("Mark this.",))


def test_last_samples_of_a_file_are_heard() -> None:
    """What does not fill the detector's last frame is part of the last phrase all the same."""
    room = Room(["to the very end"], WHOLE_RECORDING)
    audio = speech(1)[: 30 * FRAME_SAMPLES + 400]
    room.hear(audio, live=False)
    assert room.recogniser.heard == [len(audio)]


def test_each_answer_is_listened_to_afresh() -> None:
    """The detector forgets what it heard before, such as the question."""
    room = Room()
    detector = ScriptedDetector()
    with ThreadPoolExecutor(1) as worker:
        ears = Ears(detector, room.recogniser)
        hearing = Hearing(ears, room.controls, room.clock, worker, WHOLE_RECORDING, room.events.append)
        hearing.hear(Source("m", live=False, blocks=SamplesMicrophone(quiet(1)).blocks()), room.recording)
    assert detector.n_resets == 1


def test_command_inside_a_whole_recording_is_text() -> None:
    """A file is read to its end: nothing said in it is obeyed or lost."""
    room = Room(["That's my answer.", "and more"], WHOLE_RECORDING)
    heard = room.hear(speech(1), quiet(1), speech(1), quiet(8), live=False)
    assert heard.ending is Ending.END_OF_AUDIO
    assert heard.transcript.text == "That's my answer. and more"


def test_enter_finishes_at_once() -> None:
    """Enter ends the answer in mid-phrase, and that phrase is still recognised."""
    room = Room(["half a thought"])
    room.controls = ScriptedControls([None] * 20 + ["enter"])
    heard = room.hear(speech(30))
    assert heard.ending is Ending.KEY
    assert heard.transcript.text == "half a thought"


def test_silence_and_noise_are_nothing_said() -> None:
    """Without speech the recogniser is never asked and the transcript is empty."""
    room = Room(["invented words"], ListenOptions(start_patience_s=5))
    heard = room.hear(quiet(10))
    assert heard.transcript.text == ""
    assert heard.failure is None
    assert room.recogniser.heard == []


def test_dead_microphone_is_named_within_three_seconds_and_never_scored() -> None:
    """Exact zeros are named at 3 s, given up at 12 s as a failure, and leave no transcript."""
    room = Room()
    heard = room.hear(zeros(20))
    named = next(event for event in room.events if isinstance(event, MicrophoneSilent))
    assert (named.name, named.seconds) == ("the microphone", 3.0)
    assert isinstance(heard.failure, DeviceLost)
    assert "zero samples from the microphone" in str(heard.failure)
    assert heard.n_samples <= 12.1 * RATE_HZ


def test_gated_microphone_is_waited_for() -> None:
    """Zeros while the owner thinks (a noise gate) cost nothing once they speak."""
    heard = Room(["here I am"]).hear(zeros(8), speech(1), zeros(3))
    assert heard.failure is None
    assert heard.transcript.text == "here I am"


def test_silent_file_is_nothing_said_and_no_broken_microphone() -> None:
    """A file of zeros is read to its end without an error: it holds no words."""
    heard = Room(options=WHOLE_RECORDING).hear(zeros(30), live=False)
    assert (heard.failure, heard.transcript.text, heard.ending) == (None, "", Ending.END_OF_AUDIO)


def test_lost_device_keeps_what_was_heard() -> None:
    """A device that vanishes in mid-answer is a failure that still carries words, audio and its count."""
    room = Room(["up to here"])
    at = 3 * RATE_HZ
    heard = room.hear(speech(1), quiet(4), script=[Loss(at)])
    assert isinstance(heard.failure, DeviceLost)
    assert heard.ending is Ending.MICROPHONE_LOST
    assert room.recording.n_samples == at == heard.n_samples
    assert heard.transcript.text == "up to here"


def test_ctrl_c_keeps_what_was_heard() -> None:
    """Ctrl-C in mid-answer comes back as Interrupted with everything recorded until then."""
    room = Room()

    def blocks() -> Iterator[Block]:
        yield Block(speech(1))
        raise KeyboardInterrupt

    heard = room.hear_blocks(blocks())
    assert isinstance(heard.failure, Interrupted)
    assert room.recording.n_samples == RATE_HZ


def test_ctrl_c_keeps_what_the_loop_had_not_come_to() -> None:
    """Broken off while it writes, or behind: the block in hand and all that was delivered are recorded."""
    room = Room()
    late = tuple(Block(np.full(320, 0.1 * n, np.float32)) for n in range(1, 6))
    write = room.recording.write

    def interrupted(samples: Samples) -> None:
        room.recording.write = write  # type: ignore[method-assign]
        UNINTERRUPTED.interrupt()
        write(samples)

    room.recording.write = interrupted  # type: ignore[method-assign]
    ears = Ears(LoudnessDetector(), room.recogniser)
    with ThreadPoolExecutor(1) as worker:
        hearing = Hearing(ears, room.controls, room.clock, worker, room.options, room.events.append)
        source = Source("m", live=True, blocks=late[:1], waiting=lambda: late[1:])
        heard = hearing.hear(source, room.recording)
    assert isinstance(heard.failure, Interrupted)
    np.testing.assert_array_equal(room.recording.samples, np.concatenate([block.samples for block in late]))
    assert heard.n_samples == 5 * 320


def test_failing_recogniser_is_a_failure_and_no_empty_answer() -> None:
    """An error of the recogniser is reported as such; the words before it and the audio stay."""
    room = Room(["fine so far", RecogniserError("out of memory")])
    heard = room.hear(speech(1), quiet(1), speech(1), quiet(4), live=False)
    assert isinstance(heard.failure, RecogniserError)
    assert heard.transcript.text == "fine so far"


def test_full_disk_stops_the_answer_as_such() -> None:
    """When the recording cannot grow, listening stops with DiskFull instead of going on unrecorded."""
    room = Room()

    class Full(MemoryRecording):
        def write(self, samples: Samples) -> None:
            if self.n_samples > RATE_HZ:
                raise DiskFull("no room left")
            super().write(samples)

    room.recording = Full(Path("answer.wav"))
    heard = room.hear(speech(5))
    assert isinstance(heard.failure, DiskFull)


def test_overflows_are_counted_and_shown() -> None:
    """Samples the device lost are counted in the result and in what is shown."""
    room = Room(["a b"])
    heard = room.hear(speech(1), quiet(4), script=[Overflow(8000, 1600)])
    assert heard.n_overflows == 1
    assert max(event.n_overflows for event in room.events if isinstance(event, LevelMeasured)) == 1


def test_empty_blocks_neither_end_nor_prolong_an_answer() -> None:
    """A device that hesitates for half a second changes nothing: silence is counted in samples."""
    with_pause, without = Room(["x y"]), Room(["x y"])
    audio = [speech(1), quiet(4)]
    a = with_pause.hear(*audio, script=[Pause(RATE_HZ // 2, 5)])
    b = without.hear(*audio)
    assert a.transcript.text == b.transcript.text
    assert a.n_samples == pytest.approx(b.n_samples, abs=0.05 * RATE_HZ)  # a block


def test_time_from_last_speech_to_finished_is_the_silence() -> None:
    """The waiting time reported is the one the speaker lived through: the closing silence."""
    heard = Room(["a b c"], ListenOptions(finish_silence_s=2.0)).hear(speech(2), quiet(5))
    assert heard.timing.last_speech_to_finished_s == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize(("amplitude", "dbfs"), [(1.0, 0.0), (0.5, -6.0), (0.01, -40.0), (0.0, SILENCE_DBFS)])
def test_level_is_decibels_below_full_scale(amplitude: float, dbfs: float) -> None:
    """A square wave of amplitude a measures 20 log10 a; nothing at all is the floor."""
    square = np.full(1600, amplitude, np.float32)
    assert level_dbfs(square) == pytest.approx(dbfs, abs=0.1)
    assert level_dbfs(np.zeros(0, np.float32)) == SILENCE_DBFS


def test_interjection_is_noticed_and_kept() -> None:
    """Somebody speaking over the question is noticed within half a second, and no word of it is lost."""
    microphone = SamplesMicrophone(np.concatenate([quiet(3), speech(2)]))
    interjection = Interjection(LoudnessDetector(), microphone.blocks())
    n_blocks = 0
    while not interjection.heard():
        n_blocks += 1
    kept = np.concatenate([block.samples for block in interjection.kept])
    loud_s = float((np.abs(kept) > 0.005).mean()) * len(kept) / RATE_HZ
    assert 0.2 < loud_s < 0.5
    assert len(kept) <= 1.2 * RATE_HZ
    assert interjection.heard()


def test_looks_keep_up_with_the_speaker() -> None:
    """A look takes in more audio than passes between two looks, so the speaker is never heard late."""
    microphone = SamplesMicrophone(np.concatenate([quiet(3), speech(1)]))
    interjection = Interjection(LoudnessDetector(), microphone.blocks())
    between_looks_s = 0.05  # the most that ports.Speaker allows
    n_looks = next(n for n in itertools.count(1) if interjection.heard())
    assert n_looks * between_looks_s < 3.3


def test_noise_over_the_question_is_no_interjection() -> None:
    """A quiet room, or a click, never cuts the question short."""
    microphone = SamplesMicrophone(np.concatenate([quiet(1), speech(0.1), quiet(1)]))
    interjection = Interjection(LoudnessDetector(), microphone.blocks())
    assert not any(interjection.heard() for _ in range(80))


def test_what_follows_not_done_is_handed_on() -> None:
    """All that was recorded since the end of "I'm not done" comes back, to be joined to another answer."""
    not_done = ((Command.NOT_DONE, ("i'm not done",)),)
    room = Room(["I'm not done."], ListenOptions(commands=not_done))
    heard = room.hear(quiet(0.5), speech(1), quiet(2), live=False)
    assert heard.command is Command.NOT_DONE
    assert heard.rest is not None
    assert len(heard.rest) == pytest.approx(0.3 * RATE_HZ, abs=0.1 * RATE_HZ)
    assert np.array_equal(heard.rest, room.recording.samples[-len(heard.rest) :])
