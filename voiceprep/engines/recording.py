"""An answer's audio on its way to the disk: a WAV file that is whole at every moment.

Each write appends the samples and then sets the two sizes in the header, both handed to the
operating system at once, so that a killed process leaves a file any player opens. Once per second
of audio the disk itself is asked to keep it, which bounds what a power cut can take; a thread waits for
that, since a busy disk takes seconds, and what is said meanwhile must be written.
"""

from __future__ import annotations

import io
import os
import struct
import sys
import wave
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from voiceprep.engines.home import FILE_MODE, storage_error
from voiceprep.errors import AudioFileError, DeviceError, JournalError
from voiceprep.model import RATE_HZ

if TYPE_CHECKING:
    from voiceprep.model import Samples

SAMPLE_BYTES = 2
HEADER_BYTES = 44
FULL_SCALE = 32_768
"""Stored is round(value * FULL_SCALE), so that 16-bit audio, read as value / FULL_SCALE, survives exactly."""

SYNC_SAMPLES = RATE_HZ
"""How much audio a power cut may take: one second. A sync costs milliseconds, so not at every write."""

MAX_SAMPLES = (2**32 - 1 - HEADER_BYTES) // SAMPLE_BYTES
"""Sizes in a WAV header have 32 bits: room for 37 hours."""


def header(n_samples: int) -> bytes:
    """The 44 bytes before ``n_samples`` of 16 kHz mono 16-bit PCM."""
    n_bytes = n_samples * SAMPLE_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        HEADER_BYTES - 8 + n_bytes,
        b"WAVE",
        b"fmt ",
        16,
        1,  # PCM
        1,  # one channel
        RATE_HZ,
        RATE_HZ * SAMPLE_BYTES,
        SAMPLE_BYTES,
        8 * SAMPLE_BYTES,
        b"data",
        n_bytes,
    )


def pcm16(samples: Samples) -> bytes:
    """``samples`` (float32, shape (n,)) as little-endian 16-bit; what lies beyond full scale is clipped.

    Raises ValueError for another dtype or shape; DeviceError for NaN, which is no loud sound but a
    fault of whatever delivered it, and a made-up value in its place would hide it.
    """
    import numpy as np  # only where there is audio: whoever looks back at words need not wait for it

    if samples.dtype != np.float32 or samples.ndim != 1:
        raise ValueError(f"audio must be float32 of shape (n,), not {samples.dtype} of shape {samples.shape}")
    if np.isnan(samples).any():
        raise DeviceError(
            "the audio holds values that are no numbers (NaN): file or microphone driver is broken; "
            "choose another by --audio or --microphone (`voiceprep doctor` lists them)."
        )
    scaled = np.rint(samples.astype(np.float64) * FULL_SCALE)
    return np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes()


class WavRecording:
    """The :class:`~voiceprep.ports.Recording` on disk, at ``path``, which must not exist yet.

    With ``n_samples`` it goes on with a file that holds so many (:func:`repair` counts them). The file is
    16 kHz mono 16-bit PCM, for its owner alone. Raises JournalError, DiskFull.
    """

    def __init__(self, path: Path, n_samples: int | None = None) -> None:
        self.path = path
        self._n_samples = self._n_synced = n_samples or 0
        self._syncs = ThreadPoolExecutor(1, thread_name_prefix="sync")  # its thread begins at the first
        self._syncing: Future[None] | None = None
        try:
            self._file = _create(path) if n_samples is None else io.FileIO(path, "r+b")
        except FileExistsError as exc:
            raise JournalError(
                f"{path} exists already and is not overwritten: move it away, or "
                "`voiceprep forget` the attempt."
            ) from exc
        except OSError as exc:
            doing = "create the recording" if n_samples is None else "reopen the recording"
            raise storage_error(exc, doing, path) from exc
        if n_samples is not None:
            return
        try:
            _write(self._file, 0, header(0))
            _sync_folder(path.parent)
        except OSError as exc:
            self._file.close()
            raise storage_error(exc, "write the recording", path) from exc

    @property
    def n_samples(self) -> int:
        """How many samples the file holds."""
        return self._n_samples

    def write(self, samples: Samples) -> None:
        """Append ``samples`` (float32 mono RATE_HZ, shape (n,); none is fine): all of them or none.

        Values beyond -1.0 to 1.0 are clipped. Raises DiskFull, JournalError (the file keeps what it
        held), DeviceError for NaN, ValueError for a wrong dtype or shape; then nothing is written.
        """
        if self._file.closed:
            raise JournalError(f"the recording {self.path} is finished; nothing can be added to it.")
        data = pcm16(samples)
        n_samples = self._n_samples + len(data) // SAMPLE_BYTES
        if n_samples > MAX_SAMPLES:
            raise JournalError(f"{self.path} has reached the 4 GiB a WAV file can hold: start a new answer.")
        if not data:
            return
        end = HEADER_BYTES + self._n_samples * SAMPLE_BYTES
        try:
            _write(self._file, end, data)
            _write(self._file, 0, header(n_samples))
            self._n_samples = n_samples
            if self._n_samples - self._n_synced >= SYNC_SAMPLES:
                self._begin_sync()
        except OSError as exc:
            raise storage_error(exc, "write the recording", self.path) from exc

    def close(self) -> None:
        """Finish the file and force it to disk. May be called twice. Raises DiskFull, JournalError."""
        if self._file.closed:
            return
        try:
            # A write that failed or was interrupted may have left a part of its samples behind, or a
            # header that counts them.
            _write(self._file, 0, header(self._n_samples))
            self._file.truncate(HEADER_BYTES + self._n_samples * SAMPLE_BYTES)
            self._syncs.shutdown()
            self._end_sync()
            os.fsync(self._file.fileno())
        except OSError as exc:
            raise storage_error(exc, "finish the recording", self.path) from exc
        finally:
            self._file.close()

    def _begin_sync(self) -> None:
        """Ask the disk to keep what there is, unless it is still at it."""
        if self._syncing is not None and not self._syncing.done():
            return
        self._end_sync()
        self._n_synced = self._n_samples
        self._syncing = self._syncs.submit(os.fsync, self._file.fileno())

    def _end_sync(self) -> None:
        """Wait for the sync under way, if any; raises, once, what it failed by."""
        syncing, self._syncing = self._syncing, None
        if syncing is not None:
            syncing.result()


def repair(path: Path) -> int:
    """Make a recording whole after a crash and return how many samples it holds.

    Everything that reached the disk counts: the sizes in the header are set from the file's length,
    and half a sample at the end is cut off. A header that never reached the disk (the file is too
    short, or zero where it should be) is written. Raises JournalError for a file that is not one of
    our recordings, which is left as it is, and for one that cannot be read or written.
    """
    try:
        with path.open("r+b", buffering=0) as file:
            found = file.read(HEADER_BYTES)
            if not _is_our_header(found):
                raise JournalError(
                    f"{path} is not a recording of voiceprep (16 kHz mono 16-bit WAV) and was left as it is: "
                    "move it away, or `voiceprep forget` its attempt."
                )
            n_bytes = max(0, os.fstat(file.fileno()).st_size - HEADER_BYTES)
            n_samples = n_bytes // SAMPLE_BYTES
            _write(file, 0, header(n_samples))
            file.truncate(HEADER_BYTES + n_samples * SAMPLE_BYTES)
            os.fsync(file.fileno())
            return n_samples
    except OSError as exc:
        raise storage_error(exc, "repair the recording", path) from exc


def read_samples(path: Path) -> Samples:
    """A recording's samples: float32 mono RATE_HZ, shape (n_samples,); n_samples may be 0.

    Works while the recording is still being written. Raises AudioFileError.
    """
    try:
        with wave.open(str(path), "rb") as file:
            form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            data = file.readframes(file.getnframes())
    except FileNotFoundError as exc:
        raise AudioFileError(f"there is no recording at {path}.") from exc
    except (wave.Error, EOFError) as exc:
        raise AudioFileError(f"{path} is no WAV file that can be read ({exc}).") from exc
    except OSError as exc:
        raise AudioFileError(f"the recording {path} cannot be read ({exc.strerror or exc}).") from exc
    if form != (RATE_HZ, 1, SAMPLE_BYTES):
        raise AudioFileError(
            f"{path} is no recording of voiceprep: {form[0]} Hz, {form[1]} channel(s), {8 * form[2]} bit."
        )
    import numpy as np

    whole = len(data) - len(data) % SAMPLE_BYTES
    return (np.frombuffer(data[:whole], dtype="<i2") / np.float32(FULL_SCALE)).astype(np.float32)


def holds_only_zeros(path: Path) -> bool:
    """Whether every sample of a recording is exactly zero, as of a muted microphone; true of none at all.

    Raises AudioFileError where the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            file.seek(HEADER_BYTES)
            blocks = iter(partial(file.read, SYNC_SAMPLES * SAMPLE_BYTES), b"")
            return not any(block.strip(b"\0") for block in blocks)
    except OSError as exc:
        raise AudioFileError(f"the recording {path} cannot be read ({exc.strerror or exc}).") from exc


def _create(path: Path) -> io.FileIO:
    """Open a new file for its owner alone, unbuffered."""
    return io.FileIO(path, "xb", opener=lambda name, flags: os.open(name, flags, FILE_MODE))


def _sync_folder(folder: Path) -> None:
    """Make a new file's name survive a power cut; Windows does so by itself and opens no folders."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write(file: io.FileIO, offset: int, data: bytes) -> None:
    """Write all of ``data`` at ``offset``: one call may take only a part (a disk about to be full)."""
    file.seek(offset)
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _is_our_header(found: bytes) -> bool:
    """Whether ``found`` is our header whatever its two sizes, the beginning of one, or only zeros."""
    ours = header(0)
    if not any(found):
        return True
    return all(
        byte == ours[at] for at, byte in enumerate(found) if not (4 <= at < 8 or 40 <= at < HEADER_BYTES)
    )
