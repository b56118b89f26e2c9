from __future__ import annotations

import stat
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from fake_sounddevice import FakeDevice, FakeSoundDevice

from voiceprep.engines import loudspeaker
from voiceprep.engines.loudspeaker import Sound, SoundDevicePlayer, WavFilePlayer
from voiceprep.errors import DeviceLost, NoDevice, SpeechError
from voiceprep.model import Samples

RATE_HZ = 22_050


def never() -> bool:
    return False


def tone(rate_hz: int, seconds: float = 0.3) -> Samples:
    """440 Hz at half level."""
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.float32)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> FakeSoundDevice:
    """A machine with one stereo loudspeaker at 48 kHz."""
    fake = FakeSoundDevice([FakeDevice("Speaker", outputs=2)])
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return fake


def test_all_of_a_sound_is_played_on_both_sides(machine: FakeSoundDevice) -> None:
    """Resampled to the device's own rate, equal left and right, from first to last, then silence."""
    assert SoundDevicePlayer(None).play(Sound(tone(RATE_HZ), RATE_HZ), never) == "loudspeaker: Speaker (Fake)"
    played = np.concatenate(machine.played)
    expected = tone(48_000)
    assert machine.settings[0]["samplerate"] == 48_000
    assert np.array_equal(played[:, 0], played[:, 1])
    assert np.abs(played[500 : len(expected) - 500, 0] - expected[500:-500]).max() < 1e-3
    assert len(played) >= len(expected) + 48_000 * 0.1
    assert not played[len(expected) + 1 :].any()
    assert machine.n_open == 0


def test_it_falls_silent_when_told_to(machine: FakeSoundDevice) -> None:
    """From should_stop turning true to the end of play no more than 50 ms pass; the stream is closed."""
    told_s: list[float] = []

    def after_ten_blocks() -> bool:
        if len(machine.played) > 10:
            told_s.append(time.monotonic())
        return bool(told_s)

    SoundDevicePlayer(None).play(Sound(tone(48_000, 60.0), 48_000), after_ten_blocks)
    assert time.monotonic() - told_s[0] < 0.05
    assert len(told_s) == 1
    assert machine.n_open == 0


def test_should_stop_is_asked_often(machine: FakeSoundDevice) -> None:
    """At least every 50 ms while a sound is played."""
    asked_s: list[float] = []

    def asked() -> bool:
        asked_s.append(time.monotonic())
        return len(asked_s) > 8

    SoundDevicePlayer(None).play(Sound(tone(48_000, 60.0), 48_000), asked)
    assert np.median(np.diff(asked_s)) < 0.05
    assert machine.n_open == 0


def test_a_loudspeaker_that_takes_nothing_more_is_lost(
    machine: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No callback for a while means the device or the sound server is gone; the error names it."""
    monkeypatch.setattr(loudspeaker, "_LOST_AFTER_S", 0.2)
    machine.takes = 5
    with pytest.raises(DeviceLost, match=r'the loudspeaker "Speaker \(Fake\)" stopped taking sound'):
        SoundDevicePlayer(None).play(Sound(tone(48_000, 1.0), 48_000), never)
    assert machine.n_open == 0


def test_a_loudspeaker_that_is_unknown_is_said_so_before_anything_is_spoken(
    machine: FakeSoundDevice,
) -> None:
    """The constructor raises, so that one can choose files instead; nothing was opened."""
    with pytest.raises(NoDevice, match="no loudspeaker is called 'Headphones'"):
        SoundDevicePlayer("Headphones")
    assert machine.settings == []


def test_no_samples_need_no_loudspeaker(machine: FakeSoundDevice) -> None:
    """An empty sound opens no stream."""
    nothing = Sound(np.zeros(0, np.float32), RATE_HZ)
    assert SoundDevicePlayer(None).play(nothing, never) == "loudspeaker: Speaker (Fake)"
    assert machine.settings == []


def test_without_a_loudspeaker_each_sound_becomes_a_file(tmp_path: Path) -> None:
    """Numbered in order, readable as WAV, private, at once, and never over an older file."""
    folder = tmp_path / "new" / "folder"
    began_s = time.monotonic()
    first = Path(WavFilePlayer(folder).play(Sound(tone(RATE_HZ, 30.0), RATE_HZ), never))
    second = Path(WavFilePlayer(folder).play(Sound(tone(16_000), 16_000), lambda: True))
    assert time.monotonic() - began_s < 5.0
    assert sorted(folder.iterdir()) == [first, second]
    assert (first.name, second.name) == ("spoken-001.wav", "spoken-002.wav")
    with wave.open(str(second), "rb") as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 16_000)
        frames = np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
    assert np.abs(frames / 32767 - tone(16_000)).max() < 1e-4
    if sys.platform != "win32":
        assert stat.S_IMODE(first.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_overloud_sound_is_clipped_not_wrapped(tmp_path: Path) -> None:
    """A sample beyond 1.0 becomes the loudest there is, of the same sign."""
    path = WavFilePlayer(tmp_path).play(Sound(np.array([1.5, -1.5], np.float32), RATE_HZ), never)
    with wave.open(path, "rb") as wav:
        assert np.frombuffer(wav.readframes(2), "<i2").tolist() == [32767, -32767]


def test_foreign_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    """Numbering goes on after the highest of ours; other names do not matter."""
    for name in ("spoken-041.wav", "spoken-more.wav", "spoken-9x.wav", "question.wav"):
        (tmp_path / name).write_text("mine")
    assert WavFilePlayer(tmp_path).play(Sound(tone(RATE_HZ), RATE_HZ), never).endswith("spoken-042.wav")
    assert (tmp_path / "spoken-041.wav").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_an_error_with_its_path(tmp_path: Path) -> None:
    """What failed, where, and what to do; no partial file stays."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SpeechError, match=r"cannot write speech to .*file: .*; make room or choose"):
        WavFilePlayer(tmp_path / "file").play(Sound(tone(RATE_HZ), RATE_HZ), never)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
