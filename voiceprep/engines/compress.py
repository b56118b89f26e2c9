"""Recordings made small enough to travel inside a page."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from voiceprep.engines.recording import pcm16
from voiceprep.errors import AudioFileError
from voiceprep.model import RATE_HZ

if TYPE_CHECKING:
    from voiceprep.model import Samples

MIME = "audio/webm"
"""Opus in WebM: what every present browser plays and seeks in."""

RATE_BPS = 24_000
"""Bits a second: a little above what RFC 7587 (3.1.1) names for wideband speech, 16 to 20 kbit/s."""

# Encoding a minute takes 80 ms at level 0 against 490 ms at level 10, for the same size.
_OPTIONS = {"application": "audio", "compression_level": "0"}


def opus(samples: Samples) -> bytes:
    """``samples`` (float32 mono RATE_HZ, -1.0 to 1.0) as Opus in WebM; none at all give ``b""``.

    Raises AudioFileError where FFmpeg lacks the encoder.
    """
    import av

    if not len(samples):
        return b""
    file = io.BytesIO()
    try:
        with av.open(file, "w", format="webm") as container:
            stream = container.add_stream("libopus", rate=RATE_HZ, layout="mono", options=_OPTIONS)
            stream.bit_rate = RATE_BPS
            pcm = np.round(np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2")
            frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = RATE_HZ
            for part in (frame, None):
                container.mux(stream.encode(part))
    except (av.error.FFmpegError, ValueError) as exc:
        raise AudioFileError(
            f"the recording could not be compressed: {exc}; pip install --upgrade av"
        ) from exc
    return file.getvalue()


def flac(blocks: Iterable[Samples], file: BinaryIO) -> None:
    """Write ``blocks`` (float32 mono RATE_HZ) to ``file`` as FLAC, 16 bits: a recording keeps every sample.

    Raises AudioFileError where FFmpeg cannot encode it; OSError is the file's own.
    """
    import av

    n_samples = 0
    try:
        with av.open(file, "w", format="flac") as container:
            stream = container.add_stream("flac", rate=RATE_HZ, layout="mono")
            stream.codec_context.format = "s16"
            for block in blocks:
                pcm = np.frombuffer(pcm16(block), "<i2").reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
                frame.sample_rate, frame.pts = RATE_HZ, n_samples
                n_samples += len(block)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except (av.error.FFmpegError, ValueError) as exc:
        raise AudioFileError(f"the recording could not be written as FLAC: {exc}; use WAV instead") from exc


def peaks(samples: Samples, n_peaks: int) -> tuple[float, ...]:
    """The loudest sample of each of ``n_peaks`` equal stretches, 0.0 to 1.0; fewer for fewer samples."""
    edges = np.unique(np.linspace(0, len(samples), n_peaks + 1).astype(int))[:-1]
    if not len(samples):
        return ()
    return tuple(float(peak) for peak in np.maximum.reduceat(np.abs(samples), edges))
