"""A stand-in for the sounddevice module: devices, streams and faults as a test scripts them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray


class PortAudioError(Exception):
    """As sounddevice raises it: a text, a PaErrorCode, what the host said."""


class CallbackStop(Exception):  # sounddevice's name
    """Raised by a callback that has no more to give."""


@dataclass
class FakeDevice:
    name: str
    inputs: int = 0
    outputs: int = 0
    rate_hz: float = 48_000.0
    refuses_hz: tuple[int, ...] = ()


@dataclass
class FakeSoundDevice:
    """Put it in place of the module; ``faults`` maps a function's name to what it raises."""

    devices: list[FakeDevice]
    default_input: int = 0
    default_output: int = 0
    faults: dict[str, Exception] = field(default_factory=dict)
    recorded: list[NDArray[np.float32]] = field(default_factory=list)
    overflows: set[int] = field(default_factory=set)
    gap_s: float = 0.0
    then: str = "goes on in silence"  # or "ends", or "hangs"
    played: list[NDArray[np.float32]] = field(default_factory=list)
    takes: int | None = None
    settings: list[dict[str, Any]] = field(default_factory=list)
    n_listings: int = 0
    n_open: int = 0
    PortAudioError = PortAudioError
    CallbackStop = CallbackStop

    def _fault(self, where: str) -> None:
        if where in self.faults:
            raise self.faults[where]

    def _terminate(self) -> None:
        assert not self.n_open, "renewing the list kills an open stream"
        self._fault("_terminate")

    def _initialize(self) -> None:
        self._fault("_initialize")
        self.n_listings += 1

    @property
    def default(self) -> SimpleNamespace:
        return SimpleNamespace(device={"input": self.default_input, "output": self.default_output})

    def query_hostapis(self) -> tuple[dict[str, Any], ...]:
        self._fault("query_hostapis")
        return ({"name": "Fake"},)

    def query_devices(self) -> list[dict[str, Any]]:
        self._fault("query_devices")
        return [
            {
                "index": number,
                "name": device.name,
                "hostapi": 0,
                "max_input_channels": device.inputs,
                "max_output_channels": device.outputs,
                "default_samplerate": device.rate_hz,
            }
            for number, device in enumerate(self.devices)
        ]

    def check_input_settings(self, device: int, _channels: int, _dtype: str, *, samplerate: int) -> None:
        self._fault("check_input_settings")
        if samplerate in self.devices[device].refuses_hz:
            raise PortAudioError("Invalid sample rate", -9997)

    def check_output_settings(self, device: int, _channels: int, _dtype: str, *, samplerate: int) -> None:
        self._fault("check_output_settings")
        if samplerate in self.devices[device].refuses_hz:
            raise PortAudioError("Invalid sample rate", -9997)

    def RawInputStream(self, **settings: Any) -> FakeStream:  # noqa: N802, ANN401  # sounddevice's name and keywords
        self._fault("RawInputStream")
        return FakeStream(self, settings, self._record)

    def RawOutputStream(self, **settings: Any) -> FakeStream:  # noqa: N802, ANN401
        self._fault("RawOutputStream")
        return FakeStream(self, settings, self._play)

    def _record(self, stream: FakeStream) -> None:
        """Deliver the scripted blocks (shape (n, channels)), then what ``then`` says."""
        for number, block in enumerate(self.recorded):
            reused = bytearray(block.tobytes())  # the driver's own buffer, gone when the callback returns
            status = SimpleNamespace(input_overflow=number in self.overflows)
            stream.settings["callback"](memoryview(reused), len(block), None, status)
            reused[:] = np.full_like(block, 9.0).tobytes()
            time.sleep(self.gap_s)
        zeros = memoryview(bytes(480 * 4 * stream.settings["channels"]))
        while self.then == "goes on in silence" and not stream.closed.wait(0.005):
            stream.settings["callback"](zeros, 480, None, SimpleNamespace(input_overflow=False))
        if self.then == "ends":
            stream.settings["finished_callback"]()

    def _play(self, stream: FakeStream) -> None:
        """Take blocks of 480 until the callback stops, ``takes`` are taken, or it is closed."""
        while not stream.closed.is_set() and (self.takes is None or len(self.played) < self.takes):
            block = np.full((480, stream.settings["channels"]), 9.0, np.float32)
            try:
                stream.settings["callback"](block.data.cast("B"), len(block), None, None)
            except CallbackStop:
                self.played.append(block)
                stream.settings["finished_callback"]()
                return
            self.played.append(block)
            time.sleep(0.001)


class FakeStream:
    """A stream whose other end runs in a thread of its own, as PortAudio's does."""

    def __init__(
        self, module: FakeSoundDevice, settings: dict[str, Any], run: Callable[[FakeStream], None]
    ) -> None:
        self.settings = settings
        self.closed = threading.Event()
        self._module = module
        self._thread = threading.Thread(target=run, args=(self,))
        module.settings.append(settings)
        module.n_open += 1

    def start(self) -> None:
        self._module._fault("start")
        self._thread.start()

    def close(self) -> None:
        self.closed.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._module.n_open -= 1
