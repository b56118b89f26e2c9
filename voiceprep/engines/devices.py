"""Microphones and loudspeakers: list them, choose one, and say in plain words what PortAudio reports.

Every call into sounddevice is made here, by one thread, and whatever it raises is translated here.
"""

from __future__ import annotations

import atexit
import queue
import sys
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from voiceprep.errors import DeviceError, DeviceLost, NoDevice, NoPortAudio
from voiceprep.model import RATE_HZ

# PortAudio's PaErrorCode, portaudio.h; only those a user can do something about, or that mean more
# than "it failed".
_UNANTICIPATED_HOST_ERROR = -9999
_INVALID_CHANNEL_COUNT = -9998
_INVALID_SAMPLE_RATE = -9997
_INVALID_DEVICE = -9996
_SAMPLE_FORMAT_NOT_SUPPORTED = -9994
_BAD_DEVICE_COMBINATION = -9993
_TIMED_OUT = -9987
_DEVICE_UNAVAILABLE = -9985
_STREAM_IS_STOPPED = -9983
_HOST_API_NOT_FOUND = -9979

# Devices report their favourite rate, but some refuse it (-9997); these are what sound hardware
# and the servers before it most often run at.
_COMMON_RATES_HZ = (48_000, 44_100, 16_000)

# Names under which ALSA offers a sound server. These have no rate of their own (PortAudio reports
# 44,100 Hz for want of one) and convert once whatever is asked of them; asking for ours saves
# a second conversion.
_SOUND_SERVERS = {("ALSA", name) for name in ("default", "pulse", "pipewire")}

# A Bluetooth headset takes some seconds to switch to its microphone; a server that hangs takes for ever.
_CALL_TIMEOUT_S = 8.0

# Closing takes some 10 ms on a sound server that answers.
_CLOSE_TIMEOUT_S = 0.5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Device:
    """One microphone or loudspeaker as PortAudio sees it now.

    ``number`` is valid until the next listing; ``rate_hz`` is the rate the device runs at by
    itself; ``n_channels`` counts the direction it was listed for.
    """

    number: int
    name: str
    host_api: str
    n_channels: int
    rate_hz: int
    is_default: bool

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"{self.name} ({self.host_api})"


@dataclass(frozen=True, slots=True)
class Format:
    """What a device was found to accept: ``rate_hz`` in Hertz and a number of channels."""

    rate_hz: int
    n_channels: int


def _portaudio() -> ModuleType:
    """The sounddevice module. Raises NoPortAudio where the PortAudio library is missing."""
    try:
        import sounddevice  # the program starts without it
    except OSError as exc:
        raise NoPortAudio(_no_portaudio()) from exc
    except ImportError as exc:
        raise NoPortAudio(
            f"the sounddevice package cannot be imported ({exc}); run: pip install sounddevice"
        ) from exc
    module: ModuleType = sounddevice
    # It would stop streams and end PortAudio in the main thread while one of ours may still be closing one;
    # streams are closed by whoever opened them, and the rest goes with the process.
    if hasattr(sounddevice, "_exit_handler"):
        atexit.unregister(sounddevice._exit_handler)  # noqa: SLF001 - it has no public name
    return module


def _no_portaudio() -> str:
    if sys.platform == "darwin":
        cure = "brew install portaudio"
    elif sys.platform == "win32":
        cure = "pip install --force-reinstall sounddevice (its wheel carries PortAudio)"
    else:
        cure = "sudo apt install libportaudio2 (Fedora: portaudio; Arch: portaudio)"
    return (
        "the PortAudio library, which reaches microphone and loudspeaker, is not on this machine; "
        f"install it: {cure}"
    )


class _PortAudioThread:
    """The one thread that talks to PortAudio, which is not thread-safe and may hang for ever.

    It hangs with the sound server; whoever waits gives up after a while, and the program can end.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self.n_open_streams = 0

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have ``work`` done after all that was submitted before."""
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="PortAudio", daemon=True)
                self._thread.start()
        done: Future[T] = Future()

        def job() -> None:
            try:
                done.set_result(work())
            except BaseException as exc:  # noqa: BLE001  # raised again where the result is awaited
                done.set_exception(exc)

        self._jobs.put(job)
        return done

    def _run(self) -> None:
        while True:
            self._jobs.get()()


_worker = _PortAudioThread()


def _call(doing: str, work: Callable[[ModuleType], T]) -> T:
    """What ``work`` makes of the sounddevice module. Raises NoPortAudio, DeviceError.

    ``doing`` completes "cannot ...", as in ``open the microphone "USB"``.
    """
    return _awaited(_worker.submit(lambda: _translated(doing, work)), doing)


def _awaited(result: Future[T], doing: str) -> T:
    try:
        return result.result(_CALL_TIMEOUT_S)
    except TimeoutError as exc:
        raise DeviceLost(
            f"cannot {doing}: the sound server did not answer within {_CALL_TIMEOUT_S:.0f} s; "
            "restart it (log out and in again if you do not know how), then retry"
        ) from exc


def _translated(doing: str, work: Callable[[ModuleType], T]) -> T:
    """Do ``work``; whatever sounddevice raises becomes a DeviceError."""
    module = _portaudio()
    try:
        return work(module)
    except module.PortAudioError as exc:
        raise _translate(exc, doing) from exc
    except (OSError, ValueError, TypeError) as exc:  # sounddevice's own checks of devices and settings
        raise DeviceError(f"cannot {doing}: {exc}; see `voiceprep doctor`") from exc


def _translate(error: Exception, doing: str) -> DeviceError:
    """The error of our tree that says what a PortAudioError means (``args``: text, code, host's error)."""
    code = error.args[1] if len(error.args) > 1 else None
    text = str(error.args[0]) if error.args else type(error).__name__
    if "querying device" in text:  # asked for a default where there is none; carries no code
        return NoDevice(f"cannot {doing}: there is no such device; connect one and see `voiceprep doctor`")
    if code in (_INVALID_DEVICE, _BAD_DEVICE_COMBINATION, _HOST_API_NOT_FOUND):
        return NoDevice(
            f"cannot {doing}: it is no longer there [PortAudio {code}]; connect it again, "
            "or choose another one from `voiceprep doctor`"
        )
    if code == _DEVICE_UNAVAILABLE:
        return NoDevice(
            f"cannot {doing}: it is busy or the system refuses it [PortAudio {code}]; close other programs "
            "that use it and allow this one to use the microphone in the system's privacy settings"
        )
    if code in (_INVALID_SAMPLE_RATE, _INVALID_CHANNEL_COUNT, _SAMPLE_FORMAT_NOT_SUPPORTED):
        return DeviceError(
            f"cannot {doing}: it accepts none of the usual rates and channels ({text}) [PortAudio {code}]; "
            "choose another device from `voiceprep doctor`"
        )
    if code in (_UNANTICIPATED_HOST_ERROR, _TIMED_OUT, _STREAM_IS_STOPPED):
        return DeviceLost(
            f"cannot {doing}: the sound system stopped answering ({text}) [PortAudio {code}]; "
            "connect the device again or restart the sound server, then retry"
        )
    number = "" if code is None else f" [PortAudio {code}]"
    return DeviceError(f"cannot {doing}: {text}{number}; see `voiceprep doctor`")


def stream(make: Callable[[ModuleType], Any], doing: str) -> Generator[None, None, None]:
    """Run the stream that ``make`` builds from the sounddevice module; close it when this is closed.

    It runs from the first ``next`` on. While it is open the device list stays as it is: renewing it would
    kill the stream. What is still buffered at the end is dropped. Raises DeviceError.
    """
    opening = _worker.submit(lambda: _translated(doing, lambda sounddevice: _started(make, sounddevice)))
    try:
        _awaited(opening, doing)
        yield
    finally:
        # The thread closes what it opened, even if nobody waited for the opening to end.
        closing = _worker.submit(lambda: _closed(opening))
        wait([closing], _CLOSE_TIMEOUT_S)


running = contextmanager(stream)
"""As :func:`stream`, while a ``with`` lasts."""


def _started(make: Callable[[ModuleType], Any], sounddevice: ModuleType) -> Any:  # noqa: ANN401  # untyped
    stream = make(sounddevice)
    try:
        stream.start()
    except BaseException:
        stream.close()
        raise
    _worker.n_open_streams += 1
    return stream


def _closed(opening: Future[Any]) -> None:
    if opening.exception() is None:
        opening.result().close()
        _worker.n_open_streams -= 1


def _refresh(module: Any) -> None:  # noqa: ANN401  # sounddevice has no types
    """Make PortAudio look again: its list is otherwise the one of the moment it was loaded."""
    if _worker.n_open_streams == 0:
        module._terminate()  # noqa: SLF001  # the only way there is, field-proven
        module._initialize()  # noqa: SLF001


def inputs() -> tuple[Device, ...]:
    """Microphones as connected now; none gives ``()``. Raises NoPortAudio, DeviceError."""
    return _listed("input")


def outputs() -> tuple[Device, ...]:
    """Loudspeakers as connected now; none gives ``()``. Raises NoPortAudio, DeviceError."""
    return _listed("output")


def _listed(direction: str) -> tuple[Device, ...]:
    def found(sounddevice: ModuleType) -> tuple[Device, ...]:
        _refresh(sounddevice)
        host_apis = sounddevice.query_hostapis()
        default = sounddevice.default.device[direction]
        return tuple(
            Device(
                number=device["index"],
                name=device["name"],
                host_api=host_apis[device["hostapi"]]["name"],
                n_channels=device[f"max_{direction}_channels"],
                rate_hz=int(device["default_samplerate"]),
                is_default=device["index"] == default,
            )
            for device in sounddevice.query_devices()
            if device[f"max_{direction}_channels"] > 0
        )

    return _call("list the sound devices", found)


def choose(wanted: str | None, among: tuple[Device, ...], what: str) -> Device:
    """The device a person means by ``wanted``: a number, a name or part of one; None is the system's choice.

    ``what`` is "microphone" or "loudspeaker". Letter case does not matter. Raises NoDevice, listing
    the candidates, when nothing or more than one thing fits.
    """
    if not among:
        raise NoDevice(f"there is no {what} on this machine; connect one and see `voiceprep doctor`")
    if wanted is None:
        chosen = [device for device in among if device.is_default] or list(among if len(among) == 1 else ())
        if chosen:
            return chosen[0]
        raise NoDevice(f"the system names no {what} as its own; choose one of:\n{_as_lines(among)}")
    matches = _matches(wanted, among)
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise NoDevice(f"{wanted!r} fits several a {what} could be; say which:\n{_as_lines(matches)}")
    raise NoDevice(f"no {what} is called {wanted!r}; choose one of:\n{_as_lines(among)}")


def _matches(wanted: str, among: tuple[Device, ...]) -> tuple[Device, ...]:
    key = wanted.strip().casefold()
    numbered = tuple(device for device in among if key.isdecimal() and device.number == int(key))
    if numbered:
        return numbered
    exact = tuple(device for device in among if device.name.casefold() == key)
    found = exact or tuple(device for device in among if key and key in device.name.casefold())
    if len(found) > 1:
        # Windows lists every device once per driver model; the default's model is the one in use.
        usual = {device.host_api for device in among if device.is_default}
        found = tuple(device for device in found if device.host_api in usual) or found
    return found


def _as_lines(among: tuple[Device, ...]) -> str:
    return "\n".join(f"  {device.number}: {device.label}" for device in among)


def input_format(device: Device) -> Format:
    """A rate and a number of channels that ``device`` records in. Raises DeviceError."""
    return _accepted(device, "input", f'open the microphone "{device.label}"')


def output_format(device: Device) -> Format:
    """A rate and a number of channels that ``device`` plays. Raises DeviceError."""
    return _accepted(device, "output", f'open the loudspeaker "{device.label}"')


def _accepted(device: Device, direction: str, doing: str) -> Format:
    """The first format the device takes: its own rate before others, two channels before one before all.

    Two channels, because a driver that offers one of a stereo device gives the left one, and
    the microphone may be on the right; all of them, because bare hardware may accept nothing less.
    """
    own_hz = RATE_HZ if (device.host_api, device.name) in _SOUND_SERVERS else device.rate_hz
    rates_hz = dict.fromkeys((own_hz, device.rate_hz, *_COMMON_RATES_HZ))
    channels = dict.fromkeys((min(2, device.n_channels), 1, device.n_channels))
    formats = [Format(rate_hz, n_channels) for rate_hz in rates_hz for n_channels in channels]

    def accepted(sounddevice: ModuleType) -> Format:
        check = getattr(sounddevice, f"check_{direction}_settings")
        for tried in formats[:-1]:
            try:
                check(device.number, tried.n_channels, "float32", samplerate=tried.rate_hz)
            except sounddevice.PortAudioError as exc:
                if exc.args[1:2] not in ((_INVALID_SAMPLE_RATE,), (_INVALID_CHANNEL_COUNT,)):
                    raise
            else:
                return tried
        last = formats[-1]
        check(device.number, last.n_channels, "float32", samplerate=last.rate_hz)
        return last

    return _call(doing, accepted)
