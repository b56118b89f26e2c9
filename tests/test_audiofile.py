from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from hub_server import HubServer

from voiceprep.engines.audiofile import (
    MICROPHONE_SAMPLES,
    AudioFileMicrophone,
    Pace,
    inspect_audio,
    read_audio,
)
from voiceprep.errors import AudioFileError
from voiceprep.model import RATE_HZ
from voiceprep.ports import Microphone

if TYPE_CHECKING:
    import av

    from voiceprep.model import Samples

SPEECH = Path(__file__).with_name("recordings") / "three-sentences.flac"


def tone(seconds: float, rate_hz: int = RATE_HZ, level: float = 0.5, pitch_hz: float = 440.0) -> Samples:
    t_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * pitch_hz * t_s)).astype(np.float32)


def hiss(seconds: float) -> Samples:
    return np.random.default_rng(0).normal(0.0, 0.1, round(seconds * RATE_HZ)).astype(np.float32)


def write_wav(path: Path, samples: Samples, rate_hz: int = RATE_HZ, width_bytes: int = 2) -> Path:
    """Integer WAV of 8, 16, 24 or 32 bits; ``samples`` of shape (n,) or (n, n_channels)."""
    scaled = np.round(samples.astype(np.float64) * (2 ** (8 * width_bytes - 1) - 1)).astype("<i4")
    if width_bytes == 1:
        data = (scaled + 128).astype(np.uint8).tobytes()
    else:
        data = scaled.reshape(-1, 1).view(np.uint8)[:, :width_bytes].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(width_bytes)
        file.setframerate(rate_hz)
        file.writeframes(data)
    return path


def write_float_wav(path: Path, samples: Samples, rate_hz: int = RATE_HZ) -> Path:
    data = samples.astype("<f4").tobytes()
    header = b"".join(
        (
            b"RIFF" + (36 + len(data)).to_bytes(4, "little") + b"WAVE",
            b"fmt " + (16).to_bytes(4, "little"),
            (3).to_bytes(2, "little") + (1).to_bytes(2, "little"),
            rate_hz.to_bytes(4, "little") + (4 * rate_hz).to_bytes(4, "little"),
            (4).to_bytes(2, "little") + (32).to_bytes(2, "little"),
            b"data" + len(data).to_bytes(4, "little"),
        )
    )
    path.write_bytes(header + data)
    return path


def encode(path: Path, samples: Samples, codec: str, rate_hz: int = RATE_HZ) -> Path:
    """A compressed file; its container is the one of the name's ending."""
    import av

    with av.open(str(path), "w") as container:
        stream = cast("av.AudioStream", container.add_stream(codec, rate=rate_hz, layout="mono"))
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="flt", layout="mono")
        frame.sample_rate = rate_hz
        context = stream.codec_context
        converter = av.AudioResampler(context.format, "mono", rate_hz, context.frame_size or 1024)
        for converted in (*converter.resample(frame), *converter.resample(None)):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return path


def read(path: Path) -> Samples:
    blocks = list(read_audio(path))
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def same(heard: Samples, expected: Samples, tolerance: float) -> bool:
    return heard.shape == expected.shape and float(np.abs(heard - expected).max()) < tolerance


# ------------------------------------------------------------------- what can be read


@pytest.mark.parametrize(("width_bytes", "tolerance"), [(1, 0.01), (2, 1e-4), (3, 1e-5), (4, 1e-5)])
def test_integer_samples_of_any_width_are_read(tmp_path: Path, width_bytes: int, tolerance: float) -> None:
    """8, 16, 24 and 32 bits give the same audio, as exact as their width allows."""
    path = write_wav(tmp_path / "a.wav", tone(1.0), width_bytes=width_bytes)
    assert same(read(path), tone(1.0), tolerance)


def test_float_samples_are_read(tmp_path: Path) -> None:
    """Float files are read exactly; what exceeds full scale is limited to it."""
    assert same(read(write_float_wav(tmp_path / "a.wav", tone(1.0))), tone(1.0), 1e-7)
    loud = read(write_float_wav(tmp_path / "b.wav", tone(1.0, level=3.0)))
    assert float(np.abs(loud).max()) == 1.0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_not_numbers_are_refused(tmp_path: Path, value: float) -> None:
    """A damaged float file is an error, never audio with holes."""
    samples = tone(1.0)
    samples[5000] = value
    with pytest.raises(AudioFileError, match=r"a\.wav holds samples that are not numbers"):
        read(write_float_wav(tmp_path / "a.wav", samples))


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_any_rate_is_resampled(tmp_path: Path, rate_hz: int) -> None:
    """Audio of any rate keeps its length, pitch and level at 16 kHz."""
    heard = read(write_wav(tmp_path / "a.wav", tone(2.0, rate_hz), rate_hz))
    assert abs(len(heard) - 2 * RATE_HZ) <= 1
    middle = slice(RATE_HZ // 2, 3 * RATE_HZ // 2)
    np.testing.assert_allclose(heard[middle], tone(2.0)[middle], atol=2e-3)


def test_channels_are_averaged(tmp_path: Path) -> None:
    """Both channels are heard, and two loud ones do not clip."""
    left, right = tone(1.0, level=1.0), tone(1.0, level=0.5, pitch_hz=1000)
    path = write_wav(tmp_path / "a.wav", np.stack([left, right], axis=1))
    assert same(read(path), 0.5 * left + 0.5 * right, 1e-4)
    both = write_wav(tmp_path / "b.wav", np.stack([left, left], axis=1))
    assert same(read(both), left, 1e-4)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp3", "libmp3lame"),
        ("a.flac", "flac"),
        ("a.ogg", "libopus"),
        ("a.m4a", "aac"),
        ("a.webm", "libopus"),
    ],
)
def test_compressed_files_are_read(tmp_path: Path, name: str, codec: str) -> None:
    """What phones and browsers record is read like a WAV file."""
    rate_hz = 48_000
    heard = read(encode(tmp_path / name, tone(2.0, rate_hz), codec, rate_hz))
    assert abs(len(heard) / RATE_HZ - 2.0) < 0.15
    assert abs(float(np.sqrt(np.mean(heard**2))) - 0.354) < 0.03


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    """An MP3 file named .wav is read as what it is."""
    path = encode(tmp_path / "a.mp3", tone(1.0), "libmp3lame").rename(tmp_path / "a.wav")
    assert inspect_audio(path).codec.startswith("mp3")
    assert len(read(path)) > 0.9 * RATE_HZ


def test_a_name_like_a_protocol_is_a_name(tmp_path: Path) -> None:
    """FFmpeg takes "http:" and the like for protocols; a file's name is only a name."""
    if sys.platform == "win32":
        pytest.skip("Windows allows no colon in a name")
    path = write_wav(tmp_path / "concat:a|b.wav", tone(0.5))
    assert same(read(path), tone(0.5), 1e-4)


def test_a_title_in_another_encoding_does_no_harm(tmp_path: Path) -> None:
    """Tags that are not UTF-8, as old recorders write them, do not keep the audio from being read."""
    path = write_wav(tmp_path / "a.wav", tone(0.5))
    title = (
        b"LIST" + (16).to_bytes(4, "little") + b"INFOINAM" + (4).to_bytes(4, "little") + b"\xfc\xe9\xff\xfe"
    )
    path.write_bytes(path.read_bytes()[:36] + title + path.read_bytes()[36:])
    assert same(read(path), tone(0.5), 1e-4)


def test_a_recording_of_speech_is_read() -> None:
    """The header tells what the file is; the blocks are mono float32 of one second, the last one shorter."""
    about = inspect_audio(SPEECH)
    blocks = list(read_audio(SPEECH))
    assert (about.codec, about.rate_hz, about.n_channels) == ("flac", RATE_HZ, 1)
    assert about.duration_s == pytest.approx(sum(map(len, blocks)) / RATE_HZ)
    assert {block.dtype.name for block in blocks} == {"float32"}
    assert [len(block) for block in blocks[:-1]] == [RATE_HZ] * (len(blocks) - 1)


def test_silence_is_audio(tmp_path: Path) -> None:
    """A silent file reads as zeros; what that means is for others to judge."""
    heard = read(write_wav(tmp_path / "a.wav", np.zeros(RATE_HZ, np.float32)))
    assert heard.shape == (RATE_HZ,)
    assert not heard.any()


def test_clipped_audio_stays_within_full_scale(tmp_path: Path) -> None:
    """Resampling a clipped recording overshoots its flat peaks; nothing beyond full scale comes out."""
    clipped = np.clip(tone(1.0, 48_000, level=20.0), -1.0, 1.0)
    heard = read(write_wav(tmp_path / "a.wav", clipped, 48_000))
    assert float(np.abs(heard).max()) == 1.0


def test_a_header_alone_is_a_recording_of_nothing(tmp_path: Path) -> None:
    """A WAV file with no samples yields no block: nothing was said."""
    assert list(read_audio(write_wav(tmp_path / "a.wav", np.zeros(0, np.float32)))) == []


@pytest.mark.parametrize("length", [0, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFF - 36, 0xFFFFFFFF - 36])
def test_a_recording_written_to_a_pipe_is_read_to_its_end(tmp_path: Path, length: int) -> None:
    """Programs that cannot go back to fill in the length leave a known nonsense, which is no damage."""
    path = write_wav(tmp_path / "a.wav", tone(1.0))
    content = bytearray(path.read_bytes())
    content[40:44] = length.to_bytes(4, "little")
    path.write_bytes(content)
    assert same(read(path), tone(1.0), 1e-4)


@pytest.mark.parametrize("block_samples", [1, 777, 16_000, 100_000])
def test_the_size_of_blocks_changes_nothing(tmp_path: Path, block_samples: int) -> None:
    """Cut into blocks of any size, the audio is the same."""
    path = write_wav(tmp_path / "a.wav", tone(0.5, 8_000), 8_000)
    blocks = list(read_audio(path, block_samples))
    assert {len(block) for block in blocks[:-1]} <= {block_samples}
    np.testing.assert_array_equal(np.concatenate(blocks), read(path))


# ----------------------------------------------------------------- what cannot be read


def write_text(path: Path) -> None:
    path.write_text("Precision is the share of detections that are right.\n" * 100)


def write_noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(100_000))


def write_half_a_header(path: Path) -> None:
    write_wav(path, tone(1.0))
    path.write_bytes(path.read_bytes()[:30])


def write_half_an_m4a(path: Path) -> None:
    whole = encode(path.with_suffix(".m4a"), tone(2.0), "aac").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize("write", [write_text, write_noise, write_half_a_header, write_half_an_m4a])
def test_what_is_not_audio_is_named(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """Text, noise, a file cut off in its header: an error with the file's name."""
    path = tmp_path / "answer.wav"
    write(path)
    for look in (inspect_audio, read):
        with pytest.raises(AudioFileError, match=r"answer\.wav is not an audio file that can be read"):
            look(path)


def test_a_playlist_leads_nowhere(tmp_path: Path) -> None:
    """A file that names audio on the network is refused; the network is not touched."""
    path = tmp_path / "answer.m3u8"
    with HubServer(SPEECH.parent) as server:
        lines = (
            "#EXTM3U",
            "#EXT-X-TARGETDURATION:9",
            "#EXTINF:9,",
            f"{server.url}/a.ts",
            "#EXT-X-ENDLIST",
            "",
        )
        path.write_text("\n".join(lines))
        with pytest.raises(AudioFileError, match=r"answer\.m3u8 is not an audio file that can be read"):
            read(path)
        assert server.asked == []


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    """0 bytes are not a recording of nothing but a recording that failed."""
    path = tmp_path / "answer.wav"
    path.touch()
    with pytest.raises(AudioFileError, match=r"answer\.wav is empty \(0 bytes\)"):
        read(path)


def test_a_wav_file_cut_short_is_named(tmp_path: Path) -> None:
    """Half an answer is not judged as a whole one: the error says how much is there and how to use it."""
    path = write_wav(tmp_path / "answer.wav", tone(4.0, 48_000), 48_000)
    path.write_bytes(path.read_bytes()[: 44 + 48_000 * 2])
    for look in (inspect_audio, read):
        with pytest.raises(AudioFileError, match=r"promises 4\.0 s, 1\.0 s are there.*sox --ignore-length"):
            look(path)


def test_damage_in_the_middle_is_an_error_after_what_came_before(tmp_path: Path) -> None:
    """Damaged data are named with their place; what was decoded until then was delivered."""
    path = encode(tmp_path / "answer.flac", hiss(5.0), "flac")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)
    heard: list[Samples] = []
    with pytest.raises(AudioFileError, match=r"answer\.flac is damaged 2\.\d s from its start"):
        heard.extend(read_audio(path))
    assert sum(map(len, heard)) >= 2 * RATE_HZ


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(AudioFileError, match=r"there is no file .*answer\.wav"):
        read(tmp_path / "answer.wav")


def test_a_folder_is_named(tmp_path: Path) -> None:
    """A folder is not an audio file, and is called what it is."""
    with pytest.raises(AudioFileError, match="is a folder, not an audio file"):
        read(tmp_path)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permission denied says so."""
    path = write_wav(tmp_path / "answer.wav", tone(0.1))
    if sys.platform != "win32" and os.geteuid() != 0:
        path.chmod(0)
    else:  # root may read everything, so the refusal is the operating system's in words only

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AudioFileError, match=r"answer\.wav may not be read: permission denied"):
        read(path)


def test_a_film_without_sound_is_named(tmp_path: Path) -> None:
    """A video file without an audio track is not silence."""
    import av

    path = tmp_path / "answer.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10, options={})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(AudioFileError, match=r"answer\.mp4 \(.*mp4.*\) has no audio track"):
        read(path)


def test_three_hours_are_read_in_bounded_memory(tmp_path: Path) -> None:
    """Three hours (0.7 GB as samples) are read to the end within 64 MB more than one second needs."""
    if sys.platform == "win32":
        pytest.skip("the peak is read from the resource module, which Windows lacks")
    program = (
        "import resource, sys; from pathlib import Path; from voiceprep.engines.audiofile import read_audio;"
        "print(sum(map(len, read_audio(Path(sys.argv[1])))));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )

    def read_in_a_process(seconds: int) -> tuple[int, int]:
        path = tmp_path / f"{seconds}.wav"
        write_wav(path, tone(0.0), 8_000, width_bytes=1)
        n_bytes = 8_000 * seconds
        with path.open("r+b") as file:
            header = bytearray(file.read(44))
            header[4:8] = (36 + n_bytes).to_bytes(4, "little")
            header[40:44] = n_bytes.to_bytes(4, "little")
            file.seek(0)
            file.write(header)
            file.truncate(44 + n_bytes)  # sparse: takes no room on the disk
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True
        )
        n_samples, peak = map(int, done.stdout.split())
        return n_samples, peak if sys.platform == "darwin" else peak * 1024

    _, base_bytes = read_in_a_process(1)
    n_samples, peak_bytes = read_in_a_process(3 * 3600)
    assert abs(n_samples - 3 * 3600 * RATE_HZ) <= 1
    assert peak_bytes - base_bytes < 64 << 20


# ------------------------------------------------------------------ as a microphone


class FakeTime:
    """A clock that moves only when somebody sleeps or works."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept_s: list[float] = []

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now_s += seconds


def test_at_once_everything_comes_without_waiting() -> None:
    """A file that is not paced waits for its reader and never for the clock."""
    clock = FakeTime()
    microphone: Microphone = AudioFileMicrophone(SPEECH, Pace.AT_ONCE, clock.now, clock.sleep)
    blocks = [block.samples for block in microphone.blocks()]
    microphone.close()
    assert not microphone.live
    assert clock.slept_s == []
    np.testing.assert_array_equal(np.concatenate(blocks), read(SPEECH))


def test_in_real_time_each_block_comes_when_it_was_said() -> None:
    """Paced, a block comes when its last sample would have been recorded, and all of them come."""
    clock = FakeTime()
    microphone = AudioFileMicrophone(SPEECH, Pace.REAL_TIME, clock.now, clock.sleep)
    n_samples = 0
    for block in microphone.blocks():
        n_samples += len(block.samples)
        assert 0 < len(block.samples) <= MICROPHONE_SAMPLES
        assert clock.now_s - 100.0 == pytest.approx(n_samples / RATE_HZ)
    microphone.close()
    assert microphone.live
    assert n_samples == len(read(SPEECH))


def test_a_slow_reader_loses_nothing_and_catches_up() -> None:
    """What was said while the reader was busy comes at once; afterwards the pace is the clock's again."""
    clock = FakeTime()
    microphone = AudioFileMicrophone(SPEECH, Pace.REAL_TIME, clock.now, clock.sleep)
    heard = []
    for n_block, block in enumerate(microphone.blocks()):
        heard.append(block.samples)
        if n_block == 0:
            clock.now_s += 1.0
            clock.slept_s.clear()
        if n_block == 20:  # the second blocks 1 to 20 took, was missed
            assert clock.slept_s == []
        if n_block == 30:
            assert clock.slept_s == pytest.approx([MICROPHONE_SAMPLES / RATE_HZ] * 10)
    microphone.close()
    np.testing.assert_array_equal(np.concatenate(heard), read(SPEECH))


def test_blocks_are_as_short_as_a_sound_cards() -> None:
    """A block lasts 10 to 100 ms, as the port promises."""
    assert 0.01 <= MICROPHONE_SAMPLES / RATE_HZ <= 0.1


def test_a_second_answer_goes_on_where_the_first_was_left(tmp_path: Path) -> None:
    """Left in the middle and asked again, the file goes on; at its end there is nothing more."""
    microphone = AudioFileMicrophone(write_wav(tmp_path / "a.wav", tone(1.0)), Pace.AT_ONCE)
    first = [block.samples for block in islice(microphone.blocks(), 5)]
    rest = [block.samples for block in microphone.blocks()]
    microphone.close()
    assert same(np.concatenate(first + rest), tone(1.0), 1e-4)
    assert list(microphone.blocks()) == []


def test_closing_ends_the_recording() -> None:
    """After close nothing more comes; closing twice is allowed."""
    microphone = AudioFileMicrophone(SPEECH, Pace.AT_ONCE)
    blocks = microphone.blocks()
    next(blocks)
    microphone.close()
    microphone.close()
    assert list(blocks) == []


def test_a_bad_file_is_named_before_listening(tmp_path: Path) -> None:
    """The error comes when the microphone is made, not after the question was read aloud."""
    with pytest.raises(AudioFileError, match="there is no file"):
        AudioFileMicrophone(tmp_path / "answer.wav", Pace.AT_ONCE)


def test_the_source_is_called_by_its_name() -> None:
    """What the screen shows is the file's own name."""
    microphone = AudioFileMicrophone(SPEECH, Pace.AT_ONCE)
    microphone.close()
    assert microphone.name == "file three-sentences.flac"
