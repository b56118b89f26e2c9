"""Recordings: what is written is on the disk, whole, at every moment."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
import threading
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.engines import recording as module
from voiceprep.engines.recording import (
    HEADER_BYTES,
    SYNC_SAMPLES,
    WavRecording,
    header,
    holds_only_zeros,
    pcm16,
    read_samples,
    repair,
)
from voiceprep.errors import AudioFileError, DeviceError, DiskFull, JournalError
from voiceprep.model import RATE_HZ
from voiceprep.ports import Recording

if TYPE_CHECKING:
    from voiceprep.model import Samples


def noise(n_samples: int, seed: int = 0) -> Samples:
    """Noise of 16-bit values, so that it survives the file exactly."""
    values = np.random.default_rng(seed).integers(-32_768, 32_768, n_samples)
    return (values / np.float32(32_768)).astype(np.float32)


def wave_length(path: Path) -> tuple[int, int]:
    """Samples that the header of ``path`` promises, and samples that are there."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        return file.getnframes(), len(file.readframes(1 << 30)) // 2


def av_length(path: Path) -> int:
    """Samples that FFmpeg finds in ``path``."""
    with av.open(path) as container:
        return sum(frame.samples for frame in container.decode(audio=0))


class FillingFile(io.FileIO):
    """A file on a disk with room for ``room`` bytes: takes what fits, then fails as ``code``."""

    room = 0
    code = errno.ENOSPC

    def write(self, data: object) -> int:
        """Write what fits behind the present end."""
        view = memoryview(data)  # type: ignore[arg-type]
        n_bytes = min(len(view), self.room - self.tell())
        if n_bytes <= 0 < len(view):
            raise OSError(self.code, os.strerror(self.code))
        return super().write(view[:n_bytes])


@pytest.fixture
def filling(monkeypatch: pytest.MonkeyPatch) -> type[FillingFile]:
    """Recordings are made on a disk with the room that is set on the class returned."""

    class File(FillingFile):
        pass

    monkeypatch.setattr(module, "_create", lambda path: File(path, "xb"))
    return File


def test_the_file_opens_and_is_complete_after_every_write(tmp_path: Path) -> None:
    """At any moment the stdlib and FFmpeg open the file and find every sample written so far."""
    audio = noise(5_000)
    recording = WavRecording(tmp_path / "a.wav")
    written = 0
    for size in (0, 1, 479, 512, 1, 1_507, 2_500):
        recording.write(audio[written : written + size])
        written += size
        assert recording.n_samples == written
        assert wave_length(recording.path) == (written, written)
        np.testing.assert_array_equal(read_samples(recording.path), audio[:written])
    assert av_length(recording.path) == written
    recording.close()
    assert wave_length(recording.path) == (5_000, 5_000)
    assert av_length(recording.path) == 5_000


def test_a_recording_of_nothing_is_a_wav_file_of_no_samples(tmp_path: Path) -> None:
    """A recording that is only opened and closed holds zero samples and opens."""
    recording = WavRecording(tmp_path / "a.wav")
    assert wave_length(recording.path) == (0, 0)
    recording.close()
    assert read_samples(recording.path).shape == (0,)
    assert read_samples(recording.path).dtype == np.float32


def test_it_is_the_port(tmp_path: Path) -> None:
    """The engine can stand wherever the port is asked for."""
    recording: Recording = WavRecording(tmp_path / "a.wav")
    recording.close()


@settings(deadline=None)
@given(
    st.lists(
        st.floats(width=32, allow_nan=False, allow_infinity=True) | st.floats(-1.5, 1.5, width=32),
        max_size=50,
    )
)
def test_values_beyond_full_scale_are_clipped_and_others_rounded(values: list[float]) -> None:
    """Stored is the nearest of the 65,536 values there are: infinity too becomes full scale."""
    samples = np.array(values, np.float32)
    stored = np.frombuffer(pcm16(samples), "<i2") / 32_768
    expected = np.clip(samples.astype(np.float64), -1.0, 32_767 / 32_768)
    assert np.all(np.abs(stored - expected) <= 0.5 / 32_768)


def test_16_bit_audio_survives_exactly() -> None:
    """Every one of the 65,536 values comes back as it was."""
    every = np.arange(-32_768, 32_768, dtype=np.int16)
    assert pcm16((every / np.float32(32_768)).astype(np.float32)) == every.astype("<i2").tobytes()


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(4, np.float64),
        np.zeros(4, np.int16),
        np.zeros((4, 1), np.float32),
        np.float32(0.5) * np.ones((), np.float32),
    ],
    ids=["float64", "int16", "two-dimensional", "no-dimension"],
)
def test_what_is_not_mono_float32_is_refused_and_nothing_written(tmp_path: Path, samples: Samples) -> None:
    """A wrong dtype or shape raises ValueError, and the file stays as it was."""
    recording = WavRecording(tmp_path / "a.wav")
    recording.write(noise(100))
    with pytest.raises(ValueError, match="audio"):
        recording.write(samples)
    assert wave_length(recording.path) == (100, 100)
    recording.close()


def test_values_that_are_no_numbers_name_the_microphone(tmp_path: Path) -> None:
    """NaN is a fault of the device: a DeviceError with the way out, and nothing made up in its place."""
    recording = WavRecording(tmp_path / "a.wav")
    recording.write(noise(100))
    with pytest.raises(DeviceError, match=r"NaN.*--microphone"):
        recording.write(np.array([0.0, np.nan], np.float32))
    assert wave_length(recording.path) == (100, 100)
    recording.close()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_keeps_what_was_written(tmp_path: Path, filling: type[FillingFile], code: int) -> None:
    """DiskFull says what to do; the file holds the blocks that fitted whole, during and after."""
    filling.room, filling.code = HEADER_BYTES + 2 * 1_000 + 301, code
    recording = WavRecording(tmp_path / "a.wav")
    recording.write(noise(1_000))
    with pytest.raises(DiskFull, match=r"no room left to write the recording at .*voiceprep forget"):
        recording.write(noise(500))
    assert recording.n_samples == 1_000
    np.testing.assert_array_equal(read_samples(recording.path), noise(1_000))
    recording.close()
    assert recording.path.stat().st_size == HEADER_BYTES + 2_000
    assert wave_length(recording.path) == (1_000, 1_000)


def test_a_recording_goes_on_when_room_is_made(tmp_path: Path, filling: type[FillingFile]) -> None:
    """A block that failed left no trace, so that it can be written again."""
    filling.room = HEADER_BYTES + 2 * 1_000 + 301
    recording = WavRecording(tmp_path / "a.wav")
    recording.write(noise(1_000))
    with pytest.raises(DiskFull):
        recording.write(noise(500, seed=1))
    filling.room = 10_000
    recording.write(noise(500, seed=1))
    recording.close()
    np.testing.assert_array_equal(
        read_samples(recording.path), np.concatenate([noise(1_000), noise(500, seed=1)])
    )


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_nothing_is_named(tmp_path: Path, filling: type[FillingFile], code: int) -> None:
    """A read-only disk is a JournalError with the path and the way out, not a full disk."""
    filling.code = code
    with pytest.raises(JournalError, match=r"not allowed to write .*a\.wav.*VOICEPREP_HOME") as caught:
        WavRecording(tmp_path / "a.wav")
    assert not isinstance(caught.value, DiskFull)


@pytest.mark.parametrize("part", ["samples", "header"])
def test_an_interrupted_write_leaves_a_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Ctrl-C between the samples and the header, or behind it, leaves a file whose sizes are true."""
    recording = WavRecording(tmp_path / "a.wav")
    recording.write(noise(1_000))
    whole = module._write

    def interrupted(file: io.FileIO, offset: int, data: bytes) -> None:
        whole(file, offset, data)
        if part == ("samples" if offset else "header"):
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        recording.write(noise(500))
    monkeypatch.undo()
    assert wave_length(recording.path)[0] in (1_000, 1_500)
    recording.close()
    promised, found = wave_length(recording.path)
    assert promised == found == recording.n_samples == 1_000


def test_audio_is_forced_to_disk_every_second_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut takes a second at most: there is a sync for every second of audio, and one at the end."""
    synced: list[int] = []
    really = os.fsync

    def counting(handle: int) -> None:
        synced.append(os.fstat(handle).st_size)
        really(handle)

    recording = WavRecording(tmp_path / "a.wav")
    monkeypatch.setattr(os, "fsync", counting)
    for number in range(1, 101):
        recording.write(noise(SYNC_SAMPLES // 20))
        if number % 20 == 0:
            recording._syncs.submit(int).result()  # the thread that asks the disk has done so
    recording.close()
    assert synced == [HEADER_BYTES + 2 * SYNC_SAMPLES * second for second in (1, 2, 3, 4, 5, 5)]


def test_a_busy_disk_holds_up_no_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk takes its time to sync, what is said is written; it is asked again once it is done."""
    idle = threading.Event()
    asked: list[int] = []

    def busy(handle: int) -> None:
        asked.append(handle)
        assert idle.wait(10.0)

    recording = WavRecording(tmp_path / "a.wav")
    monkeypatch.setattr(os, "fsync", busy)
    for _ in range(5):
        recording.write(noise(SYNC_SAMPLES))
    assert wave_length(recording.path) == (5 * SYNC_SAMPLES, 5 * SYNC_SAMPLES)
    assert len(asked) <= 1
    idle.set()
    recording.close()
    assert len(asked) == 2


def test_a_sync_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the disk that nobody waited for is raised by the write that asks next, or by the end."""
    recording = WavRecording(tmp_path / "a.wav")

    def failing(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", failing)
    recording.write(noise(SYNC_SAMPLES))
    recording._syncs.submit(int).result()  # the thread has asked
    with pytest.raises(DiskFull):
        recording.write(noise(SYNC_SAMPLES))
    monkeypatch.undo()
    recording.close()
    assert wave_length(recording.path) == (2 * SYNC_SAMPLES, 2 * SYNC_SAMPLES)


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    """Another recording of that name is refused; the first one stays as it is."""
    path = tmp_path / "a.wav"
    path.write_bytes(b"precious")
    with pytest.raises(JournalError, match="not overwritten"):
        WavRecording(path)
    assert path.read_bytes() == b"precious"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A recording in a folder that is not there is a JournalError with its path."""
    with pytest.raises(JournalError, match=r"create the recording at .*gone"):
        WavRecording(tmp_path / "gone" / "a.wav")


def test_a_finished_recording_takes_nothing_more(tmp_path: Path) -> None:
    """Closing twice is fine, writing after it is a JournalError."""
    recording = WavRecording(tmp_path / "a.wav")
    recording.close()
    recording.close()
    with pytest.raises(JournalError, match="finished"):
        recording.write(noise(1))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_recordings_are_private_under_a_loose_umask(tmp_path: Path) -> None:
    """The file is 0600 from its first byte, whatever the umask."""
    before = os.umask(0)
    try:
        recording = WavRecording(tmp_path / "a.wav")
    finally:
        os.umask(before)
    assert stat.S_IMODE(recording.path.stat().st_mode) == 0o600
    recording.close()


# ------------------------------------------------------------------------------ repair


@pytest.mark.parametrize("n_promised", [0, 100, 1_000, 2**31 - 30])
@pytest.mark.parametrize("n_torn_bytes", [0, 1])
def test_repair_makes_the_sizes_true(tmp_path: Path, n_promised: int, n_torn_bytes: int) -> None:
    """Whatever the header promised, all whole samples on the disk count, and half a one is cut off."""
    path = tmp_path / "a.wav"
    path.write_bytes(header(n_promised) + pcm16(noise(700)) + b"x" * n_torn_bytes)
    assert repair(path) == 700
    assert wave_length(path) == (700, 700)
    assert path.stat().st_size == HEADER_BYTES + 1_400
    np.testing.assert_array_equal(read_samples(path), noise(700))


@settings(deadline=None)
@given(n_bytes=st.integers(0, HEADER_BYTES + 9))
def test_repair_mends_a_file_torn_at_any_byte(tmp_path_factory: pytest.TempPathFactory, n_bytes: int) -> None:
    """Cut anywhere, in the header too, the file opens afterwards and holds its whole samples."""
    path = tmp_path_factory.mktemp("torn") / "a.wav"
    path.write_bytes((header(4) + pcm16(noise(5)))[:n_bytes])
    n_samples = max(0, n_bytes - HEADER_BYTES) // 2
    assert repair(path) == n_samples
    assert wave_length(path) == (n_samples, n_samples)


def test_repair_writes_a_header_that_never_reached_the_disk(tmp_path: Path) -> None:
    """After a power cut the first bytes may be zero; the samples behind them are kept."""
    path = tmp_path / "a.wav"
    path.write_bytes(bytes(HEADER_BYTES) + pcm16(noise(50)))
    assert repair(path) == 50
    np.testing.assert_array_equal(read_samples(path), noise(50))


def test_repair_leaves_a_whole_recording_as_it_is(tmp_path: Path) -> None:
    """Repairing what is not broken changes no byte."""
    recording = WavRecording(tmp_path / "a.wav")
    recording.write(noise(321))
    recording.close()
    before = recording.path.read_bytes()
    assert repair(recording.path) == 321
    assert recording.path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n" + b"x" * 60, b"text", header(5).replace(b"\x80\x3e", b"\x44\xac") + b"x" * 10],
    ids=["image", "text", "44.1 kHz WAV"],
)
def test_repair_never_touches_a_file_that_is_not_ours(tmp_path: Path, content: bytes) -> None:
    """Another kind of file is a JournalError and keeps every byte."""
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(JournalError, match="not a recording of voiceprep"):
        repair(path)
    assert path.read_bytes() == content


def test_repair_of_a_missing_file_is_named(tmp_path: Path) -> None:
    """No file, no repair: a JournalError with the path."""
    with pytest.raises(JournalError, match=r"repair the recording at .*a\.wav"):
        repair(tmp_path / "a.wav")


# ------------------------------------------------------------------------------ reading


def test_reading_what_is_no_recording_is_an_error(tmp_path: Path) -> None:
    """Missing, not WAV, a folder, or of another form: an AudioFileError that names the file."""
    missing, text, folder, stereo = (tmp_path / name for name in ("gone.wav", "t.wav", "d.wav", "s.wav"))
    text.write_text("not audio at all, though long enough for a header of any kind")
    folder.mkdir()
    with wave.open(str(stereo), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(bytes(400))
    for path, said in (
        (missing, "no recording at"),
        (text, "no WAV"),
        (folder, "cannot"),
        (stereo, "2 channel"),
    ):
        with pytest.raises(AudioFileError, match=said) as caught:
            read_samples(path)
        assert path.name in str(caught.value)


@pytest.mark.parametrize("n_samples", [1, SYNC_SAMPLES, 2 * SYNC_SAMPLES + 1])
def test_zeros_alone_are_told_from_the_least_noise(tmp_path: Path, n_samples: int) -> None:
    """One bit at either end makes a recording more than zeros."""
    for at in {0, n_samples - 1}:
        for noise_at in (0.0, -1 / 32_768):
            samples = np.zeros(n_samples, np.float32)
            samples[at] = noise_at
            recording = WavRecording(tmp_path / f"{at} {noise_at}.wav")
            recording.write(samples)
            recording.close()
            assert holds_only_zeros(recording.path) == (not noise_at)


def test_of_no_samples_none_is_other_than_zero_and_of_no_file_nothing_is_known(tmp_path: Path) -> None:
    """An empty recording holds nothing; one that is gone is an error that names it."""
    recording = WavRecording(tmp_path / "empty.wav")
    recording.close()
    assert holds_only_zeros(recording.path)
    with pytest.raises(AudioFileError, match=r"gone\.wav cannot be read"):
        holds_only_zeros(tmp_path / "gone.wav")
