"""Doctor: what it measures, and what it tells people to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import NullSink
from typer.testing import CliRunner, Result

from voiceprep.cli import doctor
from voiceprep.cli.app import app
from voiceprep.cli.doctor import ECHO_DB, TONE_HZ, Platform, mending, this_platform, tone_gain_db
from voiceprep.engines.home import Settings, home, save_settings
from voiceprep.model import RATE_HZ, Samples

EXAMINATIONS = (
    "data folder", "disk", "permissions", "settings", "content", "voice", "loudspeaker", "microphone", "echo",
    "speech model",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEPREP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")


def run() -> Result:
    return CliRunner().invoke(app, ["doctor"])


def line(result: Result, name: str) -> str:
    return next(one for one in result.stdout.splitlines() if one[9:].startswith(name))


def noise(seconds: float, level: float) -> Samples:
    return np.random.default_rng(1).normal(0, level, round(seconds * RATE_HZ)).astype(np.float32)


def tone(seconds: float, level: float, pitch_hz: float = TONE_HZ) -> Samples:
    at_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (level * np.sin(2 * np.pi * pitch_hz * at_s)).astype(np.float32)


# ------------------------------------------------------------------------------ mending lines


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("name", EXAMINATIONS)
def test_every_examination_has_a_mending_line_for_every_platform(name: str, platform: Platform) -> None:
    """One line each, that fits a terminal beside its label, and that names nothing of another platform."""
    told = mending(name, platform)
    assert 10 < len(told) <= 110
    assert "\n" not in told
    foreign = {
        Platform.LINUX: ("System Settings >", "setx", "%USERPROFILE%", "Apple"),
        Platform.MACOS: ("apt install", "dnf", "setx", "alsamixer", "Time & language"),
        Platform.WINDOWS: ("apt install", "chmod", "export ", "alsamixer", "Apple", "df -h"),
    }[platform]
    assert not [word for word in foreign if word in told]


@pytest.mark.parametrize(
    ("name", "platform"),
    [("linux", "Linux"), ("darwin", "macOS"), ("win32", "Windows"), ("freebsd14", "Linux")],
)
def test_the_platform_is_the_one_it_runs_on(
    monkeypatch: pytest.MonkeyPatch, name: str, platform: str
) -> None:
    """Each of the three is known by Python's name for it; other Unixes get the lines of Linux."""
    monkeypatch.setattr(sys, "platform", name)
    assert this_platform() == platform


def test_only_this_platforms_lines_are_shown() -> None:
    """Each problem is followed by the mending line for the machine it runs on, and by no other."""
    result = run()
    assert result.exit_code == 1
    shown = result.stdout.splitlines()
    problems = [one for one in shown if one.startswith("PROBLEM")]
    assert len(problems) == sum("mend it: " in one for one in shown) > 0
    at = shown.index(line(result, "microphone"))
    assert shown[at + 1].strip() == f"mend it: {mending('microphone', this_platform())}"
    for name in EXAMINATIONS:
        assert line(result, name)
    assert "not examined without a working loudspeaker and microphone" in line(result, "echo")


# ------------------------------------------------------------------------------ disk and permissions


@pytest.mark.parametrize(
    ("free", "starts", "told"),
    [
        (49_000_000, "PROBLEM", "only 49 MB"),
        (400_000_000, "ok", "little room"),
        (10**10, "ok", "10.0 GB free"),
    ],
)
def test_a_full_disk_is_a_problem(monkeypatch: pytest.MonkeyPatch, free: int, starts: str, told: str) -> None:
    """Below what an answer needs it is a problem, below a day's recordings a warning."""
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))
    found = line(run(), "disk")
    assert found.startswith(starts)
    assert told in found


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_data_that_others_can_read_is_a_problem() -> None:
    """A closed folder hides all in it; in an open one each file counts."""
    save_settings(home(), Settings(voice="en"))
    file = home() / "config.toml"
    file.chmod(0o644)
    assert line(run(), "permissions").startswith("ok")
    home().chmod(0o755)
    found = line(run(), "permissions")
    assert found.startswith("PROBLEM")
    assert str(home()) in found
    file.chmod(0o600)
    (home() / "journal.db").chmod(0o600)
    assert "open to you alone" in line(run(), "permissions")


# ------------------------------------------------------------------------------ echo


@pytest.mark.parametrize(
    ("before", "during", "heard"),
    [
        (noise(0.8, 0.001), noise(1.8, 0.001), False),
        (noise(0.8, 0.001), noise(1.8, 0.01), False),  # a door
        (noise(0.8, 0.001), noise(1.8, 0.001) + tone(1.8, 0.05, 440.0), False),  # a voice
        (np.zeros(12_800, np.float32), np.zeros(28_800, np.float32), False),
        (noise(0.8, 0.001), np.concatenate([noise(1.0, 0.001), tone(0.8, 0.01)]), True),
        (noise(0.8, 0.01), noise(1.8, 0.01) + tone(1.8, 0.03), True),
        (tone(0.8, 0.05), tone(1.8, 0.05), False),  # the room has it already
        (noise(0.1, 0.001), noise(0.1, 0.001), False),
    ],
)
def test_the_tone_is_told_from_other_sounds(before: Samples, during: Samples, heard: bool) -> None:  # noqa: FBT001
    """Only our pitch, and only when it was not there before, is an echo; noise and voices are none."""
    assert (tone_gain_db(before, during) >= ECHO_DB) is heard


@pytest.mark.parametrize(
    ("gain_db", "headphones", "starts", "told"),
    [
        (30.0, True, "PROBLEM", "headphones mode is set"),
        (30.0, False, "ok", "hears the loudspeaker (30 dB above the room)"),
        (1.0, True, "ok", "headphones mode is right"),
        (1.0, False, "ok", "voiceprep config set headphones true"),
    ],
)
def test_the_echo_says_whether_headphones_mode_is_right(
    monkeypatch: pytest.MonkeyPatch,
    gain_db: float,
    headphones: bool,  # noqa: FBT001
    starts: str,
    told: str,
) -> None:
    """Heard and headphones mode: a problem; not heard and no such mode: what it would allow."""
    save_settings(home(), Settings(headphones=headphones))
    monkeypatch.setattr(doctor, "_loudspeaker", lambda _: "one")
    monkeypatch.setattr(doctor, "_microphone", lambda _: "one")
    monkeypatch.setattr(doctor, "_tone_heard", lambda _: gain_db)
    found = line(run(), "echo")
    assert found.startswith(starts)
    assert told in found


@pytest.mark.needs_system
def test_the_tone_is_played_and_listened_for(null_sink: NullSink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through a sound server: nothing comes back, until the loudspeaker is led to the microphone."""
    monkeypatch.setenv("PULSE_SERVER", null_sink.server)
    hum = subprocess.Popen(["pacat", "--device=mic_in", "/dev/urandom", "--volume=20000"], env=os.environ)  # noqa: S607
    try:
        apart = run()
        assert "does not hear the loudspeaker" in line(apart, "echo"), apart.stdout
        assert line(apart, "microphone").startswith("ok")
        led = subprocess.run(
            ["pactl", "load-module", "module-loopback", "source=spk.monitor", "sink=mic_in"],  # noqa: S607
            env=os.environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        try:
            assert "hears the loudspeaker (" in line(run(), "echo")
        finally:
            subprocess.run(["pactl", "unload-module", led.stdout.strip()], env=os.environ, check=True)  # noqa: S607
    finally:
        hum.kill()
        hum.wait()
