"""Where speech goes: a loudspeaker through sounddevice, or WAV files where there is none."""

from __future__ import annotations

import os
import threading
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from voiceprep.engines import devices
from voiceprep.errors import DeviceLost, SpeechError

if TYPE_CHECKING:
    from voiceprep.model import Samples

# How often should_stop is asked; the port allows 50 ms in all.
_POLL_S = 0.02

# What the driver may hold back: enough to play on while the recogniser keeps both cores busy.
_LATENCY_S = 0.1

# A loudspeaker that has taken nothing for so long is gone; see microphone.py.
_LOST_AFTER_S = 2.0

# Sound servers drop what is left in their own buffer when a stream ends; this much silence after the
# last word is what they may drop.
_TAIL_S = 0.15


@dataclass(frozen=True, slots=True)
class Sound:
    """Audio at whatever rate it was made: float32 mono, -1.0 to 1.0, ``rate_hz`` Hertz."""

    samples: Samples
    rate_hz: int


class Player(Protocol):
    """Takes sound and brings it to an ear or a disk."""

    def play(self, sound: Sound, should_stop: Callable[[], bool]) -> str:
        """Play and return where it went; asks ``should_stop`` at least every 50 ms.

        Raises DeviceError, SpeechError.
        """


class SoundDevicePlayer:
    """The loudspeaker of that number or (part of a) name, None for the system's choice.

    Raises NoPortAudio, NoDevice, DeviceError where nothing can be played.
    """

    def __init__(self, device: str | None) -> None:
        self._wanted = device
        devices.output_format(self._chosen())

    def _chosen(self) -> devices.Device:
        return devices.choose(self._wanted, devices.outputs(), "loudspeaker")

    def play(self, sound: Sound, should_stop: Callable[[], bool]) -> str:
        """Play to the end, or until ``should_stop`` is true, and return "loudspeaker: NAME".

        No samples: returns at once. Raises NoDevice, DeviceLost, DeviceError.
        """
        device = self._chosen()
        played = devices.output_format(device)
        source = _Source(_resampled(sound, played.rate_hz), played)
        if not len(sound.samples):
            return f"loudspeaker: {device.label}"
        with devices.running(
            lambda sounddevice: sounddevice.RawOutputStream(
                device=device.number,
                samplerate=played.rate_hz,
                channels=played.n_channels,
                dtype="float32",
                latency=_LATENCY_S,
                callback=source.filling(sounddevice.CallbackStop),
                finished_callback=source.ended.set,
            ),
            f'play on the loudspeaker "{device.label}"',
        ):
            source.wait(should_stop, device.label)
        return f"loudspeaker: {device.label}"


class _Source:
    """Samples on their way into an output stream, as the bytes it takes."""

    def __init__(self, samples: Samples, played: devices.Format) -> None:
        tail = np.zeros(round(played.rate_hz * _TAIL_S), np.float32)
        self._frames = np.concatenate([samples, tail]).repeat(played.n_channels).tobytes()
        self._position = 0
        self.ended = threading.Event()

    def filling(self, stop: type[Exception]) -> Callable[..., None]:
        """The stream's callback; it raises ``stop`` when all is handed over."""

        def callback(out: Any, _n: int, _time: object, _status: object) -> None:  # noqa: ANN401
            chunk = self._frames[self._position : self._position + len(out)]
            out[: len(chunk)] = chunk
            out[len(chunk) :] = bytes(len(out) - len(chunk))
            self._position += len(chunk)
            if len(chunk) < len(out):
                raise stop

        return callback

    def wait(self, should_stop: Callable[[], bool], name: str) -> None:
        """Return when all is played or ``should_stop`` says so. Raises DeviceLost."""
        position, still_s = self._position, 0.0
        while not self.ended.wait(_POLL_S):
            if should_stop():
                return
            if position != self._position:
                position, still_s = self._position, 0.0
                continue
            still_s += _POLL_S
            if still_s >= _LOST_AFTER_S:
                break
        if self._position < len(self._frames):
            raise DeviceLost(
                f'the loudspeaker "{name}" stopped taking sound; connect it again or choose another one '
                "from `voiceprep doctor`"
            )


def _resampled(sound: Sound, rate_hz: int) -> Samples:
    if sound.rate_hz == rate_hz:
        return sound.samples
    import soxr  # only where something is played

    resampled: Samples = soxr.resample(sound.samples, sound.rate_hz, rate_hz)
    return resampled


class WavFilePlayer:
    """Writes each sound to a new file "spoken-001.wav", "spoken-002.wav", ... of ``folder``.

    For machines without a loudspeaker; the folder is made when the first file is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def play(self, sound: Sound, should_stop: Callable[[], bool]) -> str:  # noqa: ARG002  # nothing to stop
        """Write the file whole or not at all and return its path at once. Raises SpeechError."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return str(self._written(sound))
        except OSError as exc:
            raise SpeechError(
                f"cannot write speech to {self._folder}: {exc.strerror or exc}; "
                "make room or choose another folder with VOICEPREP_HOME"
            ) from exc

    def _written(self, sound: Sound) -> Path:
        partial = self._folder / f".spoken-{os.getpid()}.part"
        try:
            with partial.open("wb") as file:
                partial.chmod(0o600)
                with wave.open(file, "wb") as wav:
                    wav.setnchannels(1)
                    wav.setsampwidth(2)
                    wav.setframerate(sound.rate_hz)
                    wav.writeframes((sound.samples.clip(-1.0, 1.0) * 32767).astype("<i2").tobytes())
            path = self._free_path()
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return path

    def _free_path(self) -> Path:
        numbers = (path.stem.removeprefix("spoken-") for path in self._folder.glob("spoken-*.wav"))
        highest = max((int(number) for number in numbers if number.isdecimal()), default=0)
        return self._folder / f"spoken-{highest + 1:03d}.wav"
