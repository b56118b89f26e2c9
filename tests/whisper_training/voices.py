"""Two synthesisers in this process: espeak-ng from its wheel and flite from the system's libraries."""

from __future__ import annotations

import ctypes
import ctypes.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE_HZ = 16_000
Samples = npt.NDArray[np.float32]

TRAINED_ESPEAK = (
    "en-us",
    "en-us+m3",
    "en-us+f2",
    "en-us+m1",
    "en-us+m7",
    "en-us+f4",
    "en-gb",
    "en-gb-x-rp+f3",
)
TRAINED_FLITE = ("slt", "rms", "awb")
# Never trained on: they measure how the model hears a stranger.
HELD_OUT_VOICES = ("kal16", "en-us+m5")

# How a speaker may say what is written in one piece; synthesisers guess, people do not.
SPOKEN = {
    "YOLO": "yolo",
    "IoU": "I O U",
    "mAP": "map",
    "DETR": "detter",
    "ResNet": "rez net",
    "U-Net": "you net",
    "ViT": "vit",
    "ONNX": "onnix",
    "TensorRT": "tensor R T",
    "R-CNN": "R C N N",
    "CNN": "C N N",
    "RetinaNet": "retina net",
    "MobileNet": "mobile net",
    "EfficientNet": "efficient net",
    "DenseNet": "dense net",
    "AlexNet": "alex net",
    "ReLU": "ray loo",
    "RANSAC": "ran sack",
    "NMS": "N M S",
    "SSD": "S S D",
    "GPU": "G P U",
    "CPU": "C P U",
    "VGG": "V G G",
    "HOG": "hog",
    "SIFT": "sift",
    "GAN": "gan",
    "CLIP": "clip",
    "DINO": "dino",
    "ROC": "R O C",
    "LSTM": "L S T M",
}

_ESPEAK_RATE, _ESPEAK_PITCH = 1, 3
_ESPEAK_UTF8, _ESPEAK_WORD_EVENT, _ESPEAK_END = 1, 2, 0
_FLITE_BASE_WPM = 175.0


@dataclass(frozen=True)
class Delivery:
    """How a text is spoken: voice, words a minute, and pitch as a factor of the voice's own."""

    voice: str
    rate_wpm: int
    pitch: float


class _EspeakEvent(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_longlong),
    )


class _FliteWave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("rate_hz", ctypes.c_int),
        ("n_samples", ctypes.c_int),
        ("n_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class _FliteVoice(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


class _Espeak:
    """The espeak-ng library; one per process, as it keeps global state."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library: Any = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        self._rate_hz = self._library.espeak_Initialize(
            2, 0, str(espeakng_loader.get_data_path()).encode(), 0
        )
        self._blocks: list[npt.NDArray[np.int16]] = []
        self._word_starts_s: list[tuple[int, float]] = []
        prototype = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_EspeakEvent)
        )
        self._callback = prototype(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, wave: Any, n_samples: int, events: Any) -> int:  # noqa: ANN401 - ctypes pointers
        if wave and n_samples:
            self._blocks.append(np.ctypeslib.as_array(wave, (n_samples,)).copy())
        index = 0
        while events[index].type != _ESPEAK_END:
            if events[index].type == 1:
                self._word_starts_s.append(
                    (events[index].text_position, events[index].audio_position_ms / 1000)
                )
            index += 1
        return 0

    def say(self, text: str, delivery: Delivery) -> tuple[Samples, tuple[tuple[int, float], ...]]:
        self._library.espeak_SetVoiceByName(delivery.voice.encode())
        self._library.espeak_SetParameter(_ESPEAK_RATE, delivery.rate_wpm, 0)
        self._library.espeak_SetParameter(_ESPEAK_PITCH, round(50 * delivery.pitch), 0)
        self._blocks.clear()
        self._word_starts_s.clear()
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _ESPEAK_UTF8, None, None)
        self._library.espeak_Synchronize()
        if not self._blocks:
            raise ValueError(f"espeak-ng gave no sound for {text!r} in voice {delivery.voice}")
        return resample(np.concatenate(self._blocks), self._rate_hz), tuple(self._word_starts_s)


class _Flite:
    """The flite library and its voices."""

    def __init__(self) -> None:
        main = ctypes.util.find_library("flite")
        if main is None:
            raise FileNotFoundError("the flite library is missing; on Debian: apt install flite")
        self._library: Any = ctypes.CDLL(main, mode=ctypes.RTLD_GLOBAL)
        self._libc: Any = ctypes.CDLL(None)
        for name in ("flite_usenglish", "flite_cmulex"):
            ctypes.CDLL(ctypes.util.find_library(name) or name, mode=ctypes.RTLD_GLOBAL)
        self._library.flite_init()
        self._library.flite_text_to_wave.restype = ctypes.POINTER(_FliteWave)
        self._library.flite_text_to_wave.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
        self._library.feat_set_float.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float)
        self._library.delete_wave.argtypes = (ctypes.c_void_p,)
        self._library.get_param_float.restype = ctypes.c_float
        self._library.get_param_float.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float)
        self._voices: dict[str, Any] = {}
        self._pitch_hz: dict[str, float] = {}

    def _voice(self, name: str) -> Any:  # noqa: ANN401 - a ctypes pointer has no better type
        if name not in self._voices:
            library: Any = ctypes.CDLL(ctypes.util.find_library(f"flite_cmu_us_{name}") or name)
            register = getattr(library, f"register_cmu_us_{name}")
            register.restype = ctypes.POINTER(_FliteVoice)
            register.argtypes = (ctypes.c_char_p,)
            self._voices[name] = register(None)
            features = self._voices[name].contents.features
            self._pitch_hz[name] = self._library.get_param_float(features, b"int_f0_target_mean", 100.0)
        return self._voices[name]

    def say(self, text: str, delivery: Delivery) -> Samples:
        voice = self._voice(delivery.voice)
        features = voice.contents.features
        self._library.feat_set_float(features, b"duration_stretch", _FLITE_BASE_WPM / delivery.rate_wpm)
        pitch_hz = self._pitch_hz[delivery.voice] * delivery.pitch
        self._library.feat_set_float(features, b"int_f0_target_mean", pitch_hz)
        wave = self._library.flite_text_to_wave(text.encode("ascii"), voice)
        if not wave or wave.contents.n_samples <= 0:
            raise ValueError(f"flite gave no sound for {text!r} in voice {delivery.voice}")
        samples = np.ctypeslib.as_array(wave.contents.samples, (wave.contents.n_samples,)).copy()
        rate_hz = wave.contents.rate_hz
        self._library.delete_wave(wave)
        return resample(samples, rate_hz)


@cache
def _espeak() -> _Espeak:
    return _Espeak()


@cache
def _flite() -> _Flite:
    return _Flite()


def resample(samples: npt.NDArray[np.int16], rate_hz: int) -> Samples:
    """16-bit ``samples`` at ``rate_hz`` as float32 at RATE_HZ."""
    import soxr

    scaled = samples.astype(np.float32) / np.float32(32768)
    if rate_hz == RATE_HZ:
        return scaled
    return np.asarray(soxr.resample(scaled, rate_hz, RATE_HZ), np.float32)


def say(text: str, delivery: Delivery) -> Samples:
    """``text`` spoken, float32 mono at RATE_HZ, silence at both ends cut; raises ValueError without sound."""
    if delivery.voice.startswith("en"):
        return trim(_espeak().say(text, delivery)[0])
    return trim(_flite().say(text, delivery))


def word_starts_s(text: str, delivery: Delivery) -> tuple[Samples, tuple[float, ...]]:
    """Untrimmed speech of an espeak-ng voice and where each word of ``text`` starts in it, in seconds."""
    samples, events = _espeak().say(text, delivery)
    return samples, tuple(start_s for _, start_s in events)


def trim(samples: Samples) -> Samples:
    """``samples`` without the quiet (below a hundredth of the peak) at both ends, 20 ms kept."""
    loud = np.flatnonzero(np.abs(samples) > 0.01 * float(np.abs(samples).max()))
    if loud.size == 0:
        return samples
    margin = RATE_HZ // 50
    return samples[max(0, int(loud[0]) - margin) : int(loud[-1]) + margin]


def has_flite() -> bool:
    """Whether the flite library is installed."""
    return ctypes.util.find_library("flite") is not None


def folder_of(name: str) -> Path:
    """Where the stage ``name`` of the training keeps its files, made if it is not there."""
    path = Path(__file__).parents[2] / "build" / "whisper_training" / name
    path.mkdir(parents=True, exist_ok=True)
    return path
