from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice

import numpy as np
import pytest
from fake_sounddevice import FakeDevice, FakeSoundDevice

from voiceprep.engines import microphone
from voiceprep.engines.microphone import SoundDeviceMicrophone
from voiceprep.errors import DeviceLost, NoDevice
from voiceprep.model import RATE_HZ, Block, Samples

PATIENCE_S = microphone._LOST_AFTER_S


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> FakeSoundDevice:
    """A machine with one stereo microphone at 48 kHz, and a watchdog with little patience."""
    fake = FakeSoundDevice([FakeDevice("Mic", inputs=2)])
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setattr(microphone, "_LOST_AFTER_S", 0.3)
    return fake


def tone(rate_hz: int, seconds: float = 0.5) -> Samples:
    """440 Hz at half level."""
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.float32)


def in_blocks(samples: Samples, *channels: float, n: int = 960) -> list[Samples]:
    """What the driver hands over: ``n`` frames a time, each channel at its own level."""
    frames = np.stack([samples * level for level in channels], axis=1)
    return [frames[i : i + n] for i in range(0, len(frames), n)]


def until_lost(blocks: Iterator[Block]) -> tuple[Block, ...]:
    """Everything delivered before the device was lost."""
    delivered: list[Block] = []
    with pytest.raises(DeviceLost, match=r'the microphone "Mic \(Fake\)" stopped delivering'):
        delivered.extend(blocks)  # extend keeps what came before the error
    return tuple(delivered)


def joined(blocks: tuple[Block, ...]) -> Samples:
    return np.concatenate([block.samples for block in blocks])


@pytest.mark.parametrize("rate_hz", [48_000, 44_100, 22_050, 16_000, 8_000])
def test_every_sample_is_delivered_at_16_khz_whatever_the_device_runs_at(
    machine: FakeSoundDevice, rate_hz: int
) -> None:
    """As long as recorded, the same sound, float32; nothing is lost at the end either."""
    machine.devices[0].rate_hz = rate_hz
    machine.recorded = in_blocks(tone(rate_hz), 1.0, 1.0, n=rate_hz // 50)
    machine.then = "ends"
    heard = joined(until_lost(SoundDeviceMicrophone(None).blocks()))
    assert machine.settings[0]["samplerate"] == rate_hz
    assert heard.dtype == np.float32
    assert abs(len(heard) - RATE_HZ // 2) <= 1
    middle = slice(500, 7500)  # away from the edges, where the filter meets the end of the tone
    assert np.abs(heard[middle] - tone(RATE_HZ)[middle]).max() < 1e-3


def test_at_16_khz_samples_pass_unchanged(machine: FakeSoundDevice) -> None:
    """A mono voice on both channels at our own rate arrives bit for bit."""
    machine.devices[0].rate_hz = RATE_HZ
    noise = np.random.default_rng(1).uniform(-1, 1, RATE_HZ).astype(np.float32)
    machine.recorded = in_blocks(noise, 1.0, 1.0, n=320)
    machine.then = "ends"
    assert np.array_equal(joined(until_lost(SoundDeviceMicrophone(None).blocks())), noise)


def test_a_voice_on_one_channel_is_heard(machine: FakeSoundDevice) -> None:
    """Channels are averaged: the right one counts as much as the left."""
    machine.devices[0].rate_hz = RATE_HZ
    machine.recorded = in_blocks(tone(RATE_HZ), 0.0, 1.0, n=320)
    machine.then = "ends"
    heard = joined(until_lost(SoundDeviceMicrophone(None).blocks()))
    assert np.allclose(heard, tone(RATE_HZ) / 2)


def test_a_device_that_refuses_its_own_rate_is_opened_at_another(machine: FakeSoundDevice) -> None:
    """-9997 is no end: the next usual rate is tried."""
    machine.devices[0].refuses_hz = (48_000, 44_100)
    with closing(SoundDeviceMicrophone("mic")) as recording:
        recording.blocks()
    assert machine.settings[0]["samplerate"] == RATE_HZ


def test_lost_samples_are_counted_with_the_block_after_them(machine: FakeSoundDevice) -> None:
    """Each overflow the device reports is counted once, also while the resampler holds samples back."""
    machine.recorded = in_blocks(tone(48_000), 1.0, 1.0)
    machine.overflows = {0, 1, 7}
    machine.then = "ends"
    delivered = until_lost(SoundDeviceMicrophone(None).blocks())
    assert sum(block.n_overflows for block in delivered) == 3
    assert all(len(block.samples) for block in delivered if block.n_overflows)


def test_the_driver_may_reuse_its_buffer(machine: FakeSoundDevice) -> None:
    """The callback copies: the fake overwrites each block with 9.0 as soon as it has the buffer back."""
    machine.recorded = in_blocks(tone(48_000), 1.0, 1.0)
    machine.then = "ends"
    assert np.abs(joined(until_lost(SoundDeviceMicrophone(None).blocks()))).max() < 0.51


def test_zeros_stay_exact_zeros(machine: FakeSoundDevice) -> None:
    """A muted microphone is known by them, so resampling must not turn them into noise."""
    assert machine.then == "goes on in silence"
    with closing(SoundDeviceMicrophone(None)) as recording:
        heard = joined(tuple(islice(recording.blocks(), 20)))
    assert len(heard) > 1000
    assert not heard.any()


def test_a_device_that_falls_silent_gives_signs_of_life_then_is_lost(machine: FakeSoundDevice) -> None:
    """While nothing comes an empty block arrives at least every 100 ms; then DeviceLost names the device."""
    machine.recorded = in_blocks(tone(48_000), 1.0, 1.0)
    machine.then = "hangs"
    began_s = time.monotonic()
    delivered = until_lost(SoundDeviceMicrophone(None).blocks())
    assert len(joined(delivered)) == RATE_HZ // 2
    assert [len(block.samples) for block in delivered].count(0) == 3
    assert time.monotonic() - began_s < 2.0
    assert machine.n_open == 0


def test_a_device_that_never_speaks_is_lost_within_3_s(machine: FakeSoundDevice) -> None:
    """Opening and watching together: the patience of both is below 3 s."""
    machine.then = "hangs"
    began_s = time.monotonic()
    assert not joined(until_lost(SoundDeviceMicrophone(None).blocks())).size
    assert time.monotonic() - began_s < 0.3 + 1.0
    assert PATIENCE_S + microphone._FIRST_WAIT_S < 3.0


def test_a_device_that_stutters_is_not_lost(machine: FakeSoundDevice) -> None:
    """Gaps shorter than the watchdog's patience do not add up."""
    machine.devices[0].rate_hz = RATE_HZ
    machine.recorded = in_blocks(tone(RATE_HZ), 1.0, 1.0, n=1000)
    machine.gap_s = 0.15
    machine.then = "ends"
    assert np.array_equal(joined(until_lost(SoundDeviceMicrophone(None).blocks())), tone(RATE_HZ))


def test_a_stream_that_ends_is_lost_at_once(
    machine: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PortAudio raises nothing when a device dies: its finished callback is enough."""
    monkeypatch.setattr(microphone, "_LOST_AFTER_S", 60.0)
    machine.then = "ends"
    began_s = time.monotonic()
    assert until_lost(SoundDeviceMicrophone(None).blocks())
    assert time.monotonic() - began_s < 1.0


def test_a_reader_that_comes_late_loses_nothing(machine: FakeSoundDevice) -> None:
    """A pause in reading, longer than the watchdog's patience, is not the device's fault."""
    machine.devices[0].rate_hz = RATE_HZ
    machine.recorded = in_blocks(tone(RATE_HZ), 1.0, 1.0, n=320)
    with closing(SoundDeviceMicrophone(None)) as recording:
        blocks = recording.blocks()
        first = next(blocks)
        time.sleep(0.5)
        heard = joined((first, *islice(blocks, 24)))
    assert np.array_equal(heard, tone(RATE_HZ))


@pytest.mark.parametrize("rate_hz", [RATE_HZ, 48_000])
def test_what_nobody_has_taken_is_handed_over_at_once(machine: FakeSoundDevice, rate_hz: int) -> None:
    """A reader that was broken off gets all that was delivered, in order, without waiting for more."""
    machine.devices[0].rate_hz = rate_hz
    machine.recorded = in_blocks(tone(rate_hz), 1.0, 1.0, n=rate_hz // 50)
    with closing(SoundDeviceMicrophone(None)) as recording:
        assert recording.waiting() == ()
        blocks = recording.blocks()
        first = list(islice(blocks, 3))
        time.sleep(0.6)
        blocks.close()  # type: ignore[attr-defined]
        heard = joined((*first, *recording.waiting()))
        assert recording.waiting() == ()
    expected = tone(RATE_HZ)
    if rate_hz == RATE_HZ:
        assert np.array_equal(heard[: len(expected)], expected)
    assert np.abs(heard[400:7_000] - expected[400:7_000]).max() < 0.02
    assert recording.waiting() == ()


def test_closing_ends_the_recording_quietly(machine: FakeSoundDevice) -> None:
    """Also from another thread; closing twice is allowed; the stream is freed."""
    recording = SoundDeviceMicrophone(None)
    blocks = recording.blocks()
    next(blocks)
    closing = threading.Timer(0.05, recording.close)
    closing.start()
    assert all(block.samples.dtype == np.float32 for block in blocks)
    closing.join()
    recording.close()
    assert machine.n_open == 0


def test_a_new_recording_ends_the_old_one_and_finds_what_was_connected(machine: FakeSoundDevice) -> None:
    """One stream at a time; the device list is renewed in between."""
    recording = SoundDeviceMicrophone("mic")
    old = recording.blocks()
    machine.devices[0] = FakeDevice("Mic", inputs=1, rate_hz=44_100)
    new = recording.blocks()
    assert list(old) == []
    assert len(next(new).samples)
    assert (recording.name, recording.live) == ("Mic (Fake)", True)
    assert machine.settings[1]["samplerate"] == 44_100
    machine.devices.clear()
    recording.close()
    with pytest.raises(NoDevice, match="there is no microphone"):
        recording.blocks()
