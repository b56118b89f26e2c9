from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from fake_sounddevice import FakeDevice, FakeSoundDevice, PortAudioError

from voiceprep.engines import devices
from voiceprep.engines.devices import Device
from voiceprep.engines.loudspeaker import Sound, SoundDevicePlayer
from voiceprep.engines.microphone import SoundDeviceMicrophone
from voiceprep.errors import DeviceError, DeviceLost, NoDevice

ENGINES = Path(devices.__file__).parent
# portaudio.h numbers its errors without a gap.
PORTAUDIO_CODES = range(-10_000, -9_971)


def device(number: int, name: str, host_api: str = "MME", *, is_default: bool = False) -> Device:
    return Device(number, name, host_api, n_channels=1, rate_hz=48_000, is_default=is_default)


BOTH = (
    device(0, "Built-in Microphone", is_default=True),
    device(1, "USB Headset"),
    device(2, "USB Camera"),
    device(3, "USB Headset", "WASAPI"),
)


@pytest.fixture
def one_of_each(monkeypatch: pytest.MonkeyPatch) -> FakeSoundDevice:
    """A machine with a microphone (0) and a loudspeaker (1)."""
    fake = FakeSoundDevice([FakeDevice("Mic", inputs=1), FakeDevice("Speaker", outputs=2)], default_output=1)
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return fake


@pytest.mark.parametrize(
    ("wanted", "number"),
    [(None, 0), ("1", 1), ("usb cam", 2), ("BUILT-IN MICROPHONE", 0), ("headset", 1), (" 3 ", 3)],
)
def test_a_device_is_meant_by_number_or_by_part_of_its_name(wanted: str | None, number: int) -> None:
    """Letter case does not matter; of one device under several driver models the default's model is meant."""
    assert devices.choose(wanted, BOTH, "microphone").number == number


def test_a_device_that_is_not_there_is_answered_with_those_that_are() -> None:
    """An unknown name lists every candidate."""
    with pytest.raises(NoDevice, match="no microphone is called 'Blue Yeti'") as raised:
        devices.choose("Blue Yeti", BOTH, "microphone")
    assert all(f"{one.number}: {one.name}" in str(raised.value) for one in BOTH)


def test_an_ambiguous_name_is_answered_with_what_it_may_mean() -> None:
    """Neither the first nor any other is taken in silence."""
    with pytest.raises(NoDevice, match="fits several") as raised:
        devices.choose("usb", BOTH, "loudspeaker")
    assert "1: USB Headset" in str(raised.value)
    assert "2: USB Camera" in str(raised.value)
    assert "Built-in" not in str(raised.value)


def test_an_empty_name_names_nothing() -> None:
    """Nothing is part of every name, and yet no choice."""
    with pytest.raises(NoDevice, match="no microphone is called ''"):
        devices.choose("", BOTH, "microphone")


def test_without_a_default_the_only_device_is_taken_and_none_of_several() -> None:
    """Some systems name no default."""
    only = device(4, "Only")
    assert devices.choose(None, (only,), "microphone") == only
    with pytest.raises(NoDevice, match="names no microphone as its own"):
        devices.choose(None, BOTH[1:], "microphone")


def test_a_machine_without_devices_lists_none_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """No device is an empty list; using one is NoDevice for the microphone and the loudspeaker alike."""
    monkeypatch.setitem(sys.modules, "sounddevice", FakeSoundDevice([], default_input=-1, default_output=-1))
    assert devices.inputs() == devices.outputs() == ()
    with pytest.raises(NoDevice, match="no microphone on this machine"):
        SoundDeviceMicrophone(None)
    with pytest.raises(NoDevice, match="no loudspeaker on this machine"):
        SoundDevicePlayer(None)


def test_the_list_is_as_new_as_the_question(one_of_each: FakeSoundDevice) -> None:
    """A device connected since the last listing is in the next one, with its own rate and channels."""
    devices.inputs()
    one_of_each.devices.append(FakeDevice("Headset", inputs=1, outputs=2, rate_hz=44_100.0))
    found = Device(2, "Headset", "Fake", n_channels=1, rate_hz=44_100, is_default=False)
    assert devices.inputs()[1] == found
    assert [one.name for one in devices.outputs()] == ["Speaker", "Headset"]
    assert one_of_each.n_listings == 3


def test_listing_leaves_an_open_stream_alive(one_of_each: FakeSoundDevice) -> None:
    """The list is renewed between recordings only: renewing would kill the stream."""
    microphone = SoundDeviceMicrophone(None)
    blocks = microphone.blocks()
    n_listings = one_of_each.n_listings
    assert devices.outputs()
    assert one_of_each.n_listings == n_listings
    assert len(next(blocks).samples)
    microphone.close()
    devices.outputs()
    assert one_of_each.n_listings == n_listings + 1


@pytest.mark.parametrize("code", PORTAUDIO_CODES)
def test_every_portaudio_error_is_translated(one_of_each: FakeSoundDevice, code: int) -> None:
    """Whatever PortAudio's number, the message says what failed, the number, and where to look."""
    one_of_each.faults["RawInputStream"] = PortAudioError("what PortAudio said", code)
    with pytest.raises(DeviceError, match=r'cannot open the microphone "Mic \(Fake\)"') as raised:
        SoundDeviceMicrophone(None).blocks()
    assert f"[PortAudio {code}]" in str(raised.value)
    assert isinstance(raised.value.__cause__, PortAudioError)


@pytest.mark.parametrize(
    ("code", "meaning", "cure"),
    [
        (-9993, NoDevice, "connect it again"),
        (-9985, NoDevice, "privacy settings"),
        (-9997, DeviceError, "choose another device"),
        (-9999, DeviceLost, "restart the sound server"),
    ],
)
def test_the_errors_people_meet_name_their_cure(
    one_of_each: FakeSoundDevice, code: int, meaning: type[DeviceError], cure: str
) -> None:
    """Gone, busy, unsuitable and broken-off are told apart."""
    one_of_each.faults["start"] = PortAudioError("what PortAudio said", code)
    with pytest.raises(meaning, match=cure):
        SoundDeviceMicrophone(None).blocks()
    assert one_of_each.n_open == 0


CALLED = (
    "_terminate",
    "_initialize",
    "query_hostapis",
    "query_devices",
    "check_input_settings",
    "check_output_settings",
    "RawInputStream",
    "RawOutputStream",
    "start",
)
FAULTS = (
    PortAudioError("Error querying device -1"),
    PortAudioError("Unanticipated host error", -9999),
    ValueError("No such setting"),
    OSError("gone"),
)


@pytest.mark.parametrize("function", CALLED)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_no_call_into_sounddevice_lets_its_error_through(
    one_of_each: FakeSoundDevice, function: str, fault: Exception
) -> None:
    """Each function of sounddevice that we call may fail in each way it knows: a DeviceError comes."""
    one_of_each.faults[function] = fault
    with pytest.raises(DeviceError) as raised:
        use_everything()
    assert raised.value.__cause__ is fault
    assert one_of_each.n_open == 0


def use_everything() -> None:
    with contextlib.closing(SoundDeviceMicrophone(None)) as microphone:
        microphone.blocks()
        SoundDevicePlayer(None).play(Sound(np.ones(48, np.float32), 48_000), lambda: False)


def test_sounddevice_is_reached_through_the_translation_only() -> None:
    """Only devices.py imports sounddevice; every other engine is handed it there."""
    importing = [
        path.name for path in ENGINES.glob("*.py") if "import sounddevice" in path.read_text("utf-8")
    ]
    assert importing == ["devices.py"]


def test_a_sound_server_that_hangs_does_not_hang_us(
    one_of_each: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that does not return becomes DeviceLost; once it has returned, the next call works."""
    answers = threading.Event()
    monkeypatch.setattr(devices, "_CALL_TIMEOUT_S", 0.1)
    monkeypatch.setattr(FakeSoundDevice, "_initialize", lambda _: answers.wait(10))
    try:
        with pytest.raises(
            DeviceLost, match="cannot list the sound devices: the sound server did not answer"
        ):
            devices.inputs()
    finally:
        answers.set()
    monkeypatch.setattr(devices, "_CALL_TIMEOUT_S", 10)
    assert [one.name for one in devices.inputs()] == ["Mic"]
    assert one_of_each.n_open == 0


HIDING = """
import ctypes.util
ctypes.util.find_library = lambda name: None
from pathlib import Path
from voiceprep.engines.loudspeaker import SoundDevicePlayer
from voiceprep.engines.microphone import SoundDeviceMicrophone
from voiceprep.engines import devices
from voiceprep.errors import NoPortAudio
def player(): return SoundDevicePlayer(None)
def microphone(): return SoundDeviceMicrophone("x")
for use in (devices.inputs, devices.outputs, player, microphone):
    try:
        use()
    except NoPortAudio as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux does sounddevice come without PortAudio")
def test_without_portaudio_every_use_names_the_package_to_install() -> None:
    """The library that sounddevice cannot find is an error that mends itself by one command."""
    environment = {**os.environ, "PYTHONPATH": str(ENGINES.parent.parent)}
    hidden = subprocess.run(
        [sys.executable, "-c", HIDING],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    lines = hidden.stdout.splitlines()
    assert len(lines) == 4
    assert all("sudo apt install libportaudio2" in line for line in lines)
