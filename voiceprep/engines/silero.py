"""Speech detection as a stream: the Silero network that faster-whisper ships, its state carried along."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceprep.errors import ModelDamaged, ModelMissing, RecogniserError, UsageError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from voiceprep.model import Samples

FRAME_SAMPLES = 512
"""Samples of one frame (32 ms at 16 kHz): the only length Silero v6 was trained on at this rate."""

_CONTEXT_SAMPLES = 64
"""Samples of the previous frame that the network sees before each frame (snakers4/silero-vad)."""

_STATE_SHAPE = (1, 1, 128)
"""Shape of the recurrent state's two halves, ``h`` and ``c``."""

_NETWORK = Path("assets", "silero_vad_v6.onnx")
_QUIET_LOG = 4  # onnxruntime: fatal errors only; it warns about its own graph otherwise.


class SileroDetector:
    """A SpeechDetector on Silero v6; one thread, no memory arena, about 2.5 MB of its own.

    Raises ModelMissing, ModelDamaged when the network is not in the installed faster-whisper.
    """

    def __init__(self) -> None:
        self._session = _load(_network_file())
        # One buffer for the whole life: the context, then the frame.
        self._input = np.zeros((1, _CONTEXT_SAMPLES + FRAME_SAMPLES), np.float32)
        self._h = np.zeros(_STATE_SHAPE, np.float32)
        self._c = np.zeros(_STATE_SHAPE, np.float32)

    def probability(self, frame: Samples) -> float:
        """Probability, 0.0 to 1.0, that ``frame`` (float32, shape (FRAME_SAMPLES,), 16 kHz) holds speech.

        Raises UsageError for any other length, RecogniserError when the network fails.
        """
        if frame.shape != (FRAME_SAMPLES,):
            raise UsageError(f"speech detection takes frames of {FRAME_SAMPLES} samples, not {frame.shape}")
        self._input[0, :_CONTEXT_SAMPLES] = self._input[0, -_CONTEXT_SAMPLES:]
        self._input[0, _CONTEXT_SAMPLES:] = frame
        try:
            speech, self._h, self._c = self._session.run(
                None, {"input": self._input, "h": self._h, "c": self._c}
            )
        except Exception as exc:  # onnxruntime's errors share no base below Exception
            raise RecogniserError(f"speech detection failed on a frame: {exc}") from exc
        return float(speech[0])

    def reset(self) -> None:
        """Forget everything heard: the next frame is the first of a new stream."""
        self._input.fill(0)
        self._h = np.zeros(_STATE_SHAPE, np.float32)
        self._c = np.zeros(_STATE_SHAPE, np.float32)


def _network_file() -> Path:
    # find_spec looks without importing: faster_whisper itself takes half a second.
    spec = importlib.util.find_spec("faster_whisper")
    if spec is None or spec.origin is None:
        raise ModelMissing(
            "faster-whisper, which brings the speech detector, is not installed: pip install voiceprep"
        )
    file = Path(spec.origin).parent / _NETWORK
    if not file.is_file():
        raise ModelMissing(
            f"the speech detector {file} is missing: pip install --force-reinstall 'faster-whisper>=1.2.1'"
        )
    return file


def _load(file: Path) -> InferenceSession:
    # Its wheels (1.32, Linux) report their use to Microsoft, and keep a number for this machine in the user's
    # cache. Nothing shall leave the machine; turned off later, it has begun already.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = _QUIET_LOG
    try:
        return onnxruntime.InferenceSession(
            str(file), providers=["CPUExecutionProvider"], sess_options=options
        )
    except Exception as exc:  # onnxruntime's errors share no base below Exception
        raise ModelDamaged(
            f"the speech detector {file} does not load ({exc}): "
            "pip install --force-reinstall 'faster-whisper>=1.2.1'"
        ) from exc
