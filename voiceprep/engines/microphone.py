"""A microphone through sounddevice: every sample the device delivers, as 16 kHz mono blocks."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceprep.engines import devices
from voiceprep.errors import DeviceLost
from voiceprep.model import RATE_HZ, Block

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

    from voiceprep.model import Samples

# Twenty milliseconds a block: a level meter looks alive, and Silero's 32 ms frames wait for no more
# than two of them.
_BLOCK_S = 0.02

# What the driver may hold back before it loses samples. The callback needs Python's lock, which the
# recogniser's own Python code holds for tens of milliseconds at a time.
_LATENCY_S = 0.1

# The Microphone port promises a sign of life at least this often.
_IDLE_S = 0.1

# No block for so long means that the device or the sound server is gone: a server that hangs gives
# no error at all, and the stream calls itself active. Two seconds is far beyond any buffer.
_LOST_AFTER_S = 2.0

# How long the opening waits for a first block: usual are 50 ms, a Bluetooth headset takes 600 ms, and
# with the watchdog's patience it must stay below 3 s.
_FIRST_WAIT_S = 0.8
_FIRST_POLL_S = 0.005

_EMPTY = np.zeros(0, np.float32)


class SoundDeviceMicrophone:
    """The microphone of that number or (part of a) name, None for the system's choice.

    Implements :class:`voiceprep.ports.Microphone`. Raises NoPortAudio, NoDevice.
    """

    live = True

    def __init__(self, device: str | None) -> None:
        self._wanted = device
        chosen = devices.choose(device, devices.inputs(), "microphone")
        self.name = chosen.label
        self._capture: _Capture | None = None

    def blocks(self) -> Iterator[Block]:
        """Audio from this call on; a recording still running ends.

        The device is looked up anew, so that one connected in the meantime is found. Samples are the
        mean of the device's channels: it is linear and has no state to switch in the middle of a
        word, and a voice that reaches only one of two channels loses half its level but none of
        its shape. Raises NoDevice, DeviceLost, DeviceError.
        """
        self.close()
        chosen = devices.choose(self._wanted, devices.inputs(), "microphone")
        self.name = chosen.label
        self._capture = _Capture(chosen, devices.input_format(chosen))
        self._capture.open()
        return _delivered(self._capture, self.name)

    def waiting(self) -> tuple[Block, ...]:
        """End the recording: what the reader was not given yet; ``()`` where nothing is being recorded."""
        if self._capture is None:
            return ()
        capture, self._capture = self._capture, None
        capture.close()
        return tuple(capture.rest())

    def close(self) -> None:
        """Free the device; a running :meth:`blocks` ends. May be called twice."""
        if self._capture is not None:
            self._capture.close()
            self._capture = None


class _Capture:
    """An open input stream and the queue its callback fills with (frames, overflowed).

    Frames are float32 values, channel by channel, as bytes: sounddevice's raw stream keeps NumPy, and
    whatever NumPy may come to warn of, out of the callback.
    """

    def __init__(self, device: devices.Device, recorded: devices.Format) -> None:
        import soxr  # only where a microphone is open

        self.recorded = recorded
        # At equal rates this hands every sample through unchanged and without delay.
        self.stream = soxr.ResampleStream(recorded.rate_hz, RATE_HZ, 1, dtype="float32")
        self.closed = False
        self._is_drained = False
        # An interrupt may come between the end of a "with" and the letting go: the same thread, which then
        # closes, must not wait for itself.
        self._switching = threading.RLock()
        self.ended = threading.Event()
        self.taken: queue.SimpleQueue[tuple[bytes, bool]] = queue.SimpleQueue()
        self._device = devices.stream(
            lambda sounddevice: sounddevice.RawInputStream(
                device=device.number,
                samplerate=recorded.rate_hz,
                channels=recorded.n_channels,
                dtype="float32",
                blocksize=round(recorded.rate_hz * _BLOCK_S),
                latency=_LATENCY_S,
                callback=self._callback,
                finished_callback=self.ended.set,
            ),
            f'open the microphone "{device.label}"',
        )

    def open(self) -> None:
        """Record from now on; return once sound arrives. Whoever is interrupted here closes."""
        with self._switching:
            next(self._device)
        self._await_first()

    def _callback(self, frames: Buffer, _n: int, _time: object, status: Any) -> None:  # noqa: ANN401
        self.taken.put((bytes(frames), bool(status.input_overflow)))

    def resampled(self, frames: bytes) -> Samples:
        """``frames`` at RATE_HZ, mono; none while the filter is still collecting."""
        by_channel = np.frombuffer(frames, np.float32).reshape(-1, self.recorded.n_channels)
        samples: Samples = self.stream.resample_chunk(by_channel.mean(axis=1, dtype=np.float32))
        return samples

    def rest(self) -> Iterator[Block]:
        """What was recorded and not taken, with what the filter holds; nothing the second time."""
        while not self.taken.empty():
            frames, overflowed = self.taken.get_nowait()
            yield Block(self.resampled(frames), int(overflowed))
        if not self._is_drained:
            self._is_drained = True
            yield Block(self.stream.resample_chunk(_EMPTY, last=True))

    def _await_first(self) -> None:
        """Return once sound arrives: what is said in the 50 ms before reaches no one.

        A device that stays silent is left to the reader's watchdog.
        """
        for _ in range(round(_FIRST_WAIT_S / _FIRST_POLL_S)):
            if not self.taken.empty() or self.ended.is_set():
                return
            time.sleep(_FIRST_POLL_S)

    def close(self) -> None:
        self.closed = True
        with self._switching:  # the reader closes, and perhaps another thread does too
            self._device.close()


def _delivered(capture: _Capture, name: str) -> Iterator[Block]:
    """What ``capture`` records, at RATE_HZ, until it is closed. Raises DeviceLost."""
    n_overflows = 0
    silent_s = 0.0
    try:
        while not capture.closed:
            try:
                frames, overflowed = capture.taken.get(timeout=_IDLE_S)
            except queue.Empty:
                if capture.ended.is_set() or silent_s >= _LOST_AFTER_S:
                    break
                # Waits are added up rather than read off a clock: a reader that comes late, or a
                # machine that slept, is no sign of a dead device.
                silent_s += _IDLE_S
                yield Block(_EMPTY)
                continue
            silent_s = 0.0
            n_overflows += overflowed
            samples = capture.resampled(frames)
            if len(samples):
                yield Block(samples, n_overflows)
                n_overflows = 0
        if not capture.closed:
            for block in capture.rest():
                yield Block(block.samples, n_overflows + block.n_overflows)
                n_overflows = 0
            raise DeviceLost(
                f'the microphone "{name}" stopped delivering sound; what was recorded until then is kept. '
                "Connect it again or choose another one from `voiceprep doctor`"
            )
    finally:
        capture.close()
