"""What all tests may use: sound without hardware, and one rule for what a machine lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

# How long an example takes is the benchmarks' business, and a busy machine no reason to fail. Where a run
# must be repeatable the examples are the same each time.
settings.register_profile("voiceprep", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("voiceprep")

SCRIPT = Path(__file__).with_name("virtual_microphone.sh")


def skip_or_fail(reason: str) -> NoReturn:
    """Skip where the machine lacks something, fail where VOICEPREP_NO_SKIP says it must not."""
    if os.environ.get("VOICEPREP_NO_SKIP"):
        pytest.fail(f"VOICEPREP_NO_SKIP is set, yet: {reason}")
    pytest.skip(reason)


@dataclass(frozen=True)
class NullSink:
    """A running sound server of ours.

    What is played into ``mic_in`` is what the microphone hears; what a program plays arrives at
    ``spk.monitor``.
    """

    folder: Path
    server: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment for a process that shall use it."""
        return {**os.environ, "PULSE_SERVER": self.server}

    @property
    def pid(self) -> int:
        """The sound server's process."""
        return int((self.folder / "pids").read_text().split()[0])

    def play(self, wav: Path) -> subprocess.Popen[bytes]:
        """Begin to play a 16 kHz mono WAV file into the microphone."""
        return subprocess.Popen(["paplay", "--device=mic_in", str(wav)], env=self.environment)  # noqa: S607

    def listen(self) -> subprocess.Popen[bytes]:
        """Begin to write what the loudspeaker plays, 16-bit mono 16 kHz, to the process's stdout."""
        command = ["parec", "--device=spk.monitor", "--latency-msec=10", "--rate=16000", "--channels=1"]
        return subprocess.Popen([*command, "--format=s16le"], env=self.environment, stdout=subprocess.PIPE)


def _missing_for_sound() -> str | None:
    if sys.platform != "linux":
        return "the null sink is a PulseAudio on Linux"
    for program in ("bash", "pulseaudio", "pactl", "paplay", "parec"):
        if shutil.which(program) is None:
            return f"{program} is not installed (apt install pulseaudio pulseaudio-utils)"
    if find_library("portaudio") is None:
        return "PortAudio is not installed (apt install libportaudio2)"
    plugin = "alsa-lib/libasound_module_pcm_pulse.so"
    if not any(path.exists() for base in Path("/").glob("usr/lib*") for path in base.glob(f"**/{plugin}")):
        return "ALSA does not reach PulseAudio (apt install libasound2-plugins)"
    return None


@contextmanager
def started_null_sink() -> Iterator[NullSink]:
    """A null sink of one's own; skips or fails where the machine cannot have one."""
    missing = _missing_for_sound()
    if missing:
        skip_or_fail(missing)
    folder = Path(tempfile.mkdtemp(prefix="vp-"))  # pytest's folders are too long for a socket
    try:
        start = [str(SCRIPT), "start", str(folder)]
        started = subprocess.run(start, capture_output=True, text=True, timeout=30, check=False)
        if started.returncode:
            skip_or_fail(f"PulseAudio does not run here: {started.stderr}")
        yield NullSink(folder, started.stdout.strip())
    finally:
        subprocess.run([str(SCRIPT), "stop", str(folder)], timeout=30, check=True)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def null_sink() -> Iterator[NullSink]:
    """One sound server without hardware for all tests that do it no harm."""
    with started_null_sink() as started:
        yield started
