from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiceprep.engines import silero
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.silero import FRAME_SAMPLES, SileroDetector
from voiceprep.errors import ModelDamaged, ModelMissing, UsageError
from voiceprep.listen import FRAME_SAMPLES as LISTENED_SAMPLES
from voiceprep.listen import SPEECH_ON
from voiceprep.model import RATE_HZ
from voiceprep.ports import SpeechDetector

if TYPE_CHECKING:
    from voiceprep.model import Samples

SHARED = Path(os.environ.get("VOICEPREP_SHARED", Path(__file__).parents[2] / "shared"))
RECORDINGS = SHARED / "audio"
SPEECH = Path(__file__).with_name("recordings") / "three-sentences.flac"

needs_people = pytest.mark.skipif(
    not RECORDINGS.is_dir(),
    reason="recordings of people are not part of the repository: set VOICEPREP_SHARED",
)


def speech(path: Path) -> Samples:
    samples = np.concatenate(list(read_audio(path)))
    return samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES]


def probabilities(detector: SpeechDetector, samples: Samples) -> list[float]:
    return [detector.probability(frame) for frame in samples.reshape(-1, FRAME_SAMPLES)]


@pytest.fixture(scope="module")
def loaded() -> SileroDetector:
    return SileroDetector()


@pytest.fixture
def detector(loaded: SileroDetector) -> SpeechDetector:
    loaded.reset()
    return loaded


def test_a_stream_is_judged_as_the_packaged_function_judges_the_whole(detector: SpeechDetector) -> None:
    """Frame by frame the probabilities are those of faster-whisper's own function on the whole recording."""
    from faster_whisper.vad import get_vad_model

    samples = speech(SPEECH)
    whole = get_vad_model()(samples.copy())
    # The packaged function erases the end of the last frame before it is judged.
    np.testing.assert_allclose(probabilities(detector, samples)[:-1], whole[:-1], atol=1e-4)


def test_speech_is_heard(detector: SpeechDetector) -> None:
    """Most of a spoken recording is speech."""
    heard = np.array(probabilities(detector, speech(SPEECH)))
    assert np.mean(heard >= SPEECH_ON) > 0.6


@needs_people
@pytest.mark.parametrize(
    "name", ["jfk-16k.wav", "jfk-44k-stereo.flac", "lecture-30s-a.wav", "hotwords.mp3", "librivox/0870.wav"]
)
def test_people_are_heard(detector: SpeechDetector, name: str) -> None:
    """Recordings of people, of any rate and format, are mostly speech."""
    heard = np.array(probabilities(detector, speech(RECORDINGS / name)))
    assert np.mean(heard >= SPEECH_ON) > 0.5


@needs_people
def test_pauses_between_sentences_are_found(detector: SpeechDetector) -> None:
    """The pauses of a speech are heard as such, so that phrases can end there."""
    heard = np.array(probabilities(detector, speech(RECORDINGS / "jfk-16k.wav")))
    silent = heard < SPEECH_ON
    longest = max(len(run) for run in "".join("s" if quiet else " " for quiet in silent).split())
    assert longest * FRAME_SAMPLES / RATE_HZ > 0.4


@pytest.mark.parametrize("level", [0.001, 0.03, 0.3])
@pytest.mark.parametrize("kind", ["noise", "tone", "silence", "clicks", "hum"])
def test_what_is_not_speech_is_not_heard_as_speech(detector: SpeechDetector, kind: str, level: float) -> None:
    """Noise, tones, hum, clicks and silence never reach the probability at which a phrase begins."""
    n_samples = 10 * RATE_HZ // FRAME_SAMPLES * FRAME_SAMPLES
    t_s = np.arange(n_samples) / RATE_HZ
    sounds = {
        "noise": np.random.default_rng(1).normal(0.0, 1 / 3, n_samples),
        "tone": np.sin(2 * np.pi * 440 * t_s),
        "silence": np.zeros(n_samples),
        "clicks": (np.arange(n_samples) % 8000 < 20).astype(float),
        "hum": np.sin(2 * np.pi * 50 * t_s) + 0.3 * np.sin(2 * np.pi * 150 * t_s),
    }
    heard = probabilities(detector, (level * sounds[kind]).astype(np.float32))
    assert max(heard) < SPEECH_ON


def test_state_is_carried_from_frame_to_frame(detector: SpeechDetector) -> None:
    """A frame is judged by what came before it, too."""
    samples = speech(SPEECH)
    streamed = probabilities(detector, samples)
    single = []
    for frame in samples.reshape(-1, FRAME_SAMPLES):
        detector.reset()
        single.append(detector.probability(frame))
    assert np.abs(np.array(streamed) - np.array(single)).max() > 0.3


def test_reset_forgets_everything(detector: SpeechDetector) -> None:
    """After a reset the same audio is judged the same, whatever was heard before."""
    samples = speech(SPEECH)[: 40 * FRAME_SAMPLES]
    first = probabilities(detector, samples)
    detector.reset()
    assert probabilities(detector, samples) == first


def test_two_detectors_do_not_share_their_state(detector: SpeechDetector) -> None:
    """Each stream has a memory of its own."""
    other = SileroDetector()
    samples = speech(SPEECH)[: 40 * FRAME_SAMPLES]
    expected = probabilities(detector, samples)
    detector.reset()
    interleaved = []
    for frame in samples.reshape(-1, FRAME_SAMPLES):
        interleaved.append(detector.probability(frame))
        other.probability(frame[::-1])
    assert interleaved == expected


@pytest.mark.skipif(sys.platform != "linux", reason="looks at its own process through /proc")
def test_loading_it_reports_to_nobody(tmp_path: Path) -> None:
    """ONNX Runtime's telemetry is off before it can begin: no file of its own, no file open, no thread."""
    code = (
        "import os, pathlib; from voiceprep.engines.silero import SileroDetector; SileroDetector(); "
        "print(*(os.readlink(f) for f in pathlib.Path('/proc/self/fd').iterdir() if f.is_symlink()))"
    )
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)}
    environment = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment | home, capture_output=True, text=True, check=True
    )
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert "onnxruntime" not in shown.stdout + shown.stderr
    assert "socket" not in shown.stdout


def test_the_frame_is_the_listeners() -> None:
    """The listener cuts the stream into frames of the length the network takes."""
    assert FRAME_SAMPLES == LISTENED_SAMPLES


@pytest.mark.parametrize("shape", [(0,), (511,), (1024,), (1, 512)])
def test_a_frame_of_another_length_is_refused(detector: SpeechDetector, shape: tuple[int, ...]) -> None:
    """Anything but one frame is a mistake of the caller, not silence."""
    with pytest.raises(UsageError, match="512"):
        detector.probability(np.zeros(shape, np.float32))


def test_a_missing_network_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without faster-whisper, or with one that lacks the network, the error names what mends it."""
    spec = importlib.util.spec_from_file_location("faster_whisper", tmp_path / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
    with pytest.raises(ModelMissing, match=r"silero_vad_v6\.onnx.*pip install --force-reinstall"):
        SileroDetector()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelMissing, match="pip install voiceprep"):
        SileroDetector()


def test_a_damaged_network_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A network that does not load is an error with its file and the command that mends it."""
    file = tmp_path / "silero_vad_v6.onnx"
    file.write_bytes(b"not a network")
    monkeypatch.setattr(silero, "_network_file", lambda: file)
    with pytest.raises(ModelDamaged, match=r"silero_vad_v6\.onnx.*pip install --force-reinstall"):
        SileroDetector()
