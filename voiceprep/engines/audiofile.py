"""Audio files of any kind, decoded as a stream; and a file as a microphone.

A file may be hours long: nothing here ever holds more than a few seconds of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import struct
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np

from voiceprep.errors import AudioFileError
from voiceprep.model import RATE_HZ, Block

if TYPE_CHECKING:
    from av import AudioCodecContext, AudioFifo, AudioFrame, AudioStream
    from av.container import InputContainer

    from voiceprep.model import Samples

READ_SAMPLES = RATE_HZ
"""Samples a block of :func:`read_audio`: one second."""

MICROPHONE_SAMPLES = RATE_HZ // 20
"""Samples a block of :class:`AudioFileMicrophone`: 50 ms, as sound cards deliver them."""

_GROUP_SAMPLES = 16_384
"""Samples converted in one go; at every rate well under a second."""

_LOUDEST = 1_000.0
"""Float files may exceed full scale, some by far: 60 dB above it resampling still computes."""

_RATES_HZ = range(4_000, 768_001)
"""Rates of speech: half a telephone's to the fastest studio's. Below, a few bytes would become hours."""

_UNKNOWN_LENGTHS = (0, 0x7FFFFFFF, 0xFFFFFFFF)
"""Data sizes that programs writing to a pipe leave in a WAV header (FFmpeg, sox, arecord)."""

_STREAMING_SLACK_BYTES = 1 << 16
"""arecord and others round their unknown length down by a header or a block."""

_FIRST_YEAR = 1990
"""Recordings of answers are younger; what is older is a clock that nobody set."""

# FFmpeg may follow references inside a file (playlists); none may lead to the network.
_OPEN_OPTIONS = {"protocol_whitelist": "file"}


@dataclass(frozen=True, slots=True)
class AudioFile:
    """What a file's header says; None where it does not tell.

    ``recorded`` is when the recording was made by the program that made it, aware.
    """

    path: Path
    container: str
    codec: str
    rate_hz: int
    n_channels: int
    duration_s: float | None
    recorded: datetime | None = None


class Pace(StrEnum):
    """How fast a file is delivered."""

    REAL_TIME = "real time"
    AT_ONCE = "at once"


def inspect_audio(path: Path) -> AudioFile:
    """Read the header of ``path``.

    Raises AudioFileError when it cannot be opened, holds no audio, or is a WAV file cut short.
    """
    with _opened(path) as (container, stream):
        _refuse_cut_wav(path)
        length, unit_s = stream.duration, stream.time_base
        return AudioFile(
            path=path,
            container=container.format.name,
            codec=stream.codec_context.name,
            rate_hz=stream.codec_context.sample_rate,
            n_channels=stream.codec_context.layout.nb_channels,
            duration_s=None if length is None or unit_s is None else float(length * unit_s),
            recorded=recorded({**container.metadata, **stream.metadata}, datetime.now(UTC)),
        )


def recorded(tags: Mapping[str, str], now: datetime) -> datetime | None:
    """When the recording was made, by its container's ``tags``, aware; None where they do not tell.

    A date without an hour tells too little (in music it is that of the album). A time without a zone is
    this machine's. Clocks that were never set (1904, 1970, 1980) and times after ``now`` count for nothing.
    """
    day, time_of_day = tags.get("date", ""), tags.get("creation_time", "")
    written = [tags.get("com.apple.quicktime.creationdate", ""), time_of_day, day]
    if re.fullmatch(r"\d\d[:-]\d\d[:-]\d\d", time_of_day):  # a Broadcast WAV file
        written.append(f"{day} {time_of_day.replace('-', ':')}")
    for text in written:
        if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:", text):
            with contextlib.suppress(ValueError, OverflowError):
                moment = datetime.fromisoformat(text).astimezone()
                if moment.year >= _FIRST_YEAR and moment <= now:
                    return moment
    return None


def digest(path: Path) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal. Raises AudioFileError."""
    with _file(path) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        except OSError as exc:
            raise AudioFileError(f"{path} cannot be read: {exc.strerror}") from exc


def modified(path: Path, now: datetime) -> datetime:
    """When the file was last written, aware, UTC, and never after ``now``. Raises AudioFileError."""
    with _file(path) as file:
        return min(now, datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC))


def read_audio(path: Path, block_samples: int = READ_SAMPLES) -> Generator[Samples, None, None]:
    """Decode ``path`` to mono float32 at RATE_HZ, -1.0 to 1.0, in blocks of ``block_samples``.

    Channels are averaged, which never clips; the last block may be shorter, a file of no samples
    yields no block. Raises AudioFileError: before the first block when the file cannot be read as
    audio or is a WAV file cut short, later where its data turn out to be damaged.
    """
    held: list[Samples] = []
    n_held = 0
    with _opened(path) as (container, stream):
        _refuse_cut_wav(path)
        for part in _at_our_rate(_decoded(path, container, stream), path):
            held.append(part)
            n_held += len(part)
            if n_held < block_samples:
                continue
            joined = np.concatenate(held)
            n_whole = n_held - n_held % block_samples
            for start in range(0, n_whole, block_samples):
                yield joined[start : start + block_samples]
            held = [joined[n_whole:]]
            n_held -= n_whole
    if n_held:
        yield np.concatenate(held)


class AudioFileMicrophone:
    """A file in place of a microphone.

    In real time it behaves like hardware, except that nothing is ever lost: each block comes when
    its last sample would have been recorded, and a slow reader gets what it missed at once. The
    recording ends where the file ends; no silence is added. Raises AudioFileError.
    """

    def __init__(
        self,
        path: Path,
        pace: Pace,
        now_s: Callable[[], float] = time.monotonic,
        sleep_s: Callable[[float], None] = time.sleep,
    ) -> None:
        inspect_audio(path)  # a bad file is named before the question is read aloud
        self.name = f"file {path.name}"
        self.live = pace is Pace.REAL_TIME
        self._samples = read_audio(path, MICROPHONE_SAMPLES)
        self._now_s = now_s
        self._sleep_s = sleep_s

    def blocks(self) -> Iterator[Block]:
        """Blocks of MICROPHONE_SAMPLES (the last may be shorter) to the end of the file.

        A second call goes on where the first was left. Raises AudioFileError.
        """
        start_s = self._now_s()
        n_samples = 0
        for samples in self._samples:
            n_samples += len(samples)
            if self.live:
                wait_s = start_s + n_samples / RATE_HZ - self._now_s()
                if wait_s > 0:
                    self._sleep_s(wait_s)
            yield Block(samples)

    def waiting(self) -> tuple[Block, ...]:
        """Nothing: a file waits for its reader."""
        return ()

    def close(self) -> None:
        """Close the file; :meth:`blocks` ends. May be called twice."""
        self._samples.close()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The container and its first audio stream."""
    import av

    with contextlib.ExitStack() as stack:
        file = stack.enter_context(_file(path))
        try:
            container = stack.enter_context(_container(file))
        except (av.error.FFmpegError, ValueError) as exc:
            raise AudioFileError(f"{path} is not an audio file that can be read: {_reason(exc)}") from exc
        if not container.streams.audio:
            raise AudioFileError(f"{path} ({container.format.name}) has no audio track")
        stream = container.streams.audio[0]
        codec: AudioCodecContext | None = stream.codec_context  # None where FFmpeg has no such decoder
        if codec is None:
            raise AudioFileError(f"{path} ({container.format.name}) holds audio in an unknown form")
        if codec.sample_rate:  # 0: told by the data only
            _demand_rate(codec.sample_rate, path)
        yield container, stream


def _demand_rate(rate_hz: int, path: Path) -> None:
    if rate_hz not in _RATES_HZ:
        raise AudioFileError(
            f"{path} claims {rate_hz:,} samples a second, which is no rate of speech; its header is wrong"
        )


def _container(file: BinaryIO) -> InputContainer:
    import av

    # Before version 19 PyAV refused files whose title is not in UTF-8, unless told otherwise.
    lenient = {"metadata_errors": "ignore"} if int(av.__version__.split(".")[0]) < 19 else {}
    # Given the open file, FFmpeg takes no part of the name for a protocol ("take:2.wav").
    opener: Callable[..., InputContainer] = av.open
    return opener(file, mode="r", options=_OPEN_OPTIONS, **lenient)


def _file(path: Path) -> BinaryIO:
    try:
        file = path.open("rb")
    except FileNotFoundError as exc:
        raise AudioFileError(f"there is no file {path}") from exc
    except IsADirectoryError as exc:
        raise AudioFileError(f"{path} is a folder, not an audio file") from exc
    except PermissionError as exc:
        # Windows reports a folder in this way.
        what = "is a folder, not an audio file" if path.is_dir() else "may not be read: permission denied"
        raise AudioFileError(f"{path} {what}") from exc
    except OSError as exc:
        raise AudioFileError(f"{path} cannot be opened: {exc.strerror}") from exc
    if path.stat().st_size == 0:
        file.close()
        raise AudioFileError(f"{path} is empty (0 bytes)")
    return file


def _reason(exc: Exception) -> str:
    return str(getattr(exc, "strerror", None) or exc)


@dataclass(frozen=True, slots=True)
class _Part:
    """Decoded audio: float32, shape (n_channels, n_samples), at ``rate_hz``."""

    channels: Samples
    rate_hz: int


def _decoded(path: Path, container: InputContainer, stream: AudioStream) -> Iterator[_Part]:
    import av

    n_seconds = 0.0
    try:
        for frame in _grouped(container.decode(stream)):
            # To float, nothing else; FFmpeg's own mixing and resampling are not used.
            converter = av.AudioResampler("fltp", frame.layout, frame.sample_rate)
            for converted in converter.resample(frame):
                n_seconds += converted.samples / converted.sample_rate
                yield _Part(cast("Samples", converted.to_ndarray()), converted.sample_rate)
    except (av.error.FFmpegError, ValueError) as exc:
        raise AudioFileError(f"{path} is damaged {n_seconds:.1f} s from its start: {_reason(exc)}") from exc


def _grouped(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    """Frames of one kind joined to _GROUP_SAMPLES: a WAV file comes in frames of 64 ms, and each costs.

    The kind of audio may change in mid-file (joined MP3 files). Where decoding fails, what came before
    is handed out first.
    """
    import av

    group = av.AudioFifo()
    kind = None
    failure = None
    try:
        for frame in frames:
            frame.pts = None  # times in damaged files jump; only the order counts
            if kind is not None and kind != _kind(frame):
                yield from _rest(group)
                group = av.AudioFifo()
            kind = _kind(frame)
            group.write(frame)
            if group.samples >= _GROUP_SAMPLES:
                yield from _rest(group)
    except av.error.FFmpegError as exc:
        failure = exc
    yield from _rest(group)
    if failure is not None:
        raise failure


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _rest(group: AudioFifo) -> Iterator[AudioFrame]:
    frame = group.read() if group.samples else None
    if frame is not None:
        yield frame


def _at_our_rate(parts: Iterator[_Part], path: Path) -> Iterator[Samples]:
    import soxr

    rate_hz = None
    resampler = None
    for part in parts:
        with np.errstate(all="ignore"):  # what overflows is refused below
            mono = part.channels.mean(axis=0, dtype=np.float32)
        if not np.isfinite(mono).all():
            raise AudioFileError(f"{path} holds samples that are not numbers; record or convert it again")
        mono = np.clip(mono, -_LOUDEST, _LOUDEST)
        if part.rate_hz != rate_hz:
            if resampler is not None:
                yield _bounded(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
            _demand_rate(part.rate_hz, path)
            rate_hz = part.rate_hz
            resampler = (
                None if rate_hz == RATE_HZ else soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="float32")
            )
        yield _bounded(mono if resampler is None else resampler.resample_chunk(mono))
    if resampler is not None:
        yield _bounded(resampler.resample_chunk(np.zeros(0, np.float32), last=True))


def _bounded(samples: Samples) -> Samples:
    # Float files may exceed full scale, and resampling overshoots at clipped peaks.
    return np.clip(samples, -1.0, 1.0)


def _refuse_cut_wav(path: Path) -> None:
    """FFmpeg reads a WAV file cut short without a word; half an answer must not be judged as a whole."""
    size_bytes = path.stat().st_size
    with _file(path) as file:
        riff, _, wave = struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))
        if (riff, wave) != (b"RIFF", b"WAVE"):
            return
        byte_rate = 0
        while len(head := file.read(8)) == 8:
            chunk, n_bytes = struct.unpack("<4sI", head)
            if chunk == b"data":
                break
            body = file.read(min(n_bytes, 16))
            if chunk == b"fmt " and len(body) >= 12:
                byte_rate = struct.unpack("<I", body[8:12])[0]
            file.seek(n_bytes + n_bytes % 2 - len(body), 1)
        else:
            return
        n_there = size_bytes - file.tell()
    streamed = any(0 <= unknown - n_bytes <= _STREAMING_SLACK_BYTES for unknown in _UNKNOWN_LENGTHS)
    if n_there < n_bytes and not streamed:
        promised, there = (_length(n, byte_rate) for n in (n_bytes, n_there))
        raise AudioFileError(
            f"{path} is cut short: its header promises {promised}, {there} are there. "
            f"To use what is there: sox --ignore-length {path.name} mended.wav"
        )


def _length(n_bytes: int, byte_rate: int) -> str:
    return f"{n_bytes / byte_rate:.1f} s" if byte_rate else f"{n_bytes} bytes"
