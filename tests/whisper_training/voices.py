"""Synthesisers that tell when they say what: espeak-ng (a wheel), flite (a library), festival (a program)."""

from __future__ import annotations

import ctypes
import ctypes.util
import re
import subprocess
import tempfile
import wave
from bisect import bisect_right
from collections.abc import Sequence
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
    "en-us+m1",
    "en-us+m3",
    "en-us+m7",
    "en-us+f2",
    "en-us+f4",
    "en-us+f5",
    "en-us+klatt2",
    "en-gb",
    "en-gb-x-rp+f3",
    "en-gb-scotland+m2",
)
TRAINED_FLITE = ("slt", "rms", "awb")
# Festival's voices by the names they have here: a man of joined diphones, and slt by another method.
FESTIVAL = {"ked": "voice_ked_diphone", "slt-hts": "voice_cmu_us_slt_arctic_hts"}
# Never trained on: they measure how the model hears a stranger.
HELD_OUT_VOICES = ("kal16", "en-us+m5")

# What a phone is called in all synthesisers alike: the 39 of American English and the pause.
_PHONES = """
pau aa ae ah ao aw ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh
"""
PHONES = tuple(_PHONES.split())
NO_PHONE = 255
_MERGED = {"ax": "ah", "axr": "er", "ix": "ih", "dx": "t", "hv": "hh", "h#": "pau"} | {
    "el": "l",
    "em": "m",
    "en": "n",
}
# One of ours (or two, each half as long) and the mnemonics of espeak-ng for it, stress marks taken off.
_ESPEAK_SOUNDS = """
pau _ _: ?
r r- r R
ay aI2 aI aI#
p p
b b
t t t2 t# *
d d d#
k k x
g g
f f
v v
th T
dh D
s s
z z z/2
sh S
zh Z
hh h
m m m-
n n n-
ng N
l l L l#
w w w# hw
y j
ch tS
jh dZ
ih I I2 I#
iy i i:
eh e E E# E2
ae a aa
ah a# V @ @2 @- @5
aa A A: 0 0#
ao O O: O2
ow o oU o:
uh U
uw u u:
er 3 3: @r
ey eI e:
oy OI
aw aU
aa+r A@
ao+r O@ o@
eh+r e@ E:
iy+r i@ i@3
uh+r U@
ay+er aI@ aI3
aw+er aU@
ah+l @L
ah+r VR
ih+r IR
"""
_ESPEAK_PHONES = {
    symbol: line.split()[0].split("+")
    for line in _ESPEAK_SOUNDS.strip().splitlines()
    for symbol in line.split()[1:]
}

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
_ESPEAK_UTF8, _ESPEAK_TELL_PHONES = 1, 1
_ESPEAK_END, _ESPEAK_WORD, _ESPEAK_PHONE = 0, 1, 7
_FLITE_BASE_WPM = 175.0
WRITTEN_WORD = re.compile(r"\S+")


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


@dataclass(frozen=True)
class Timed:
    """A word or a phone and its samples, ``start`` inclusive, ``end`` exclusive."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Speech:
    """What was synthesised: float32 mono at RATE_HZ, and when each word and phone of it is said.

    ``words`` are those of the text, split at spaces; it is empty where the synthesiser read something
    else than was written. ``phones`` are names of PHONES, or "" for a sound that is none of them.
    """

    samples: Samples
    words: tuple[Timed, ...]
    phones: tuple[Timed, ...]


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


def plain_phones(symbol: str) -> list[str]:
    """The names of PHONES that a synthesiser's own ``symbol`` stands for; [""] for a sound that has none."""
    symbol = _MERGED.get(symbol, symbol)
    if symbol in PHONES:
        return [symbol]
    return _ESPEAK_PHONES.get(symbol.strip("'%,="), [""])


class _Espeak:
    """The espeak-ng library; one per process, as it keeps global state."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library: Any = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        self._rate_hz = self._library.espeak_Initialize(
            2, 0, str(espeakng_loader.get_data_path()).encode(), _ESPEAK_TELL_PHONES
        )
        self._blocks: list[npt.NDArray[np.int16]] = []
        # Characters into the text and first sample, word by word; mnemonic and first sample, phone by phone.
        self._words: list[tuple[int, int]] = []
        self._phones: list[tuple[str, int]] = []
        prototype = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_EspeakEvent)
        )
        self._callback = prototype(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, wave: Any, n_samples: int, events: Any) -> int:  # noqa: ANN401 - ctypes pointers
        if wave and n_samples:
            self._blocks.append(np.ctypeslib.as_array(wave, (n_samples,)).copy())
        index = 0
        while (event := events[index]).type != _ESPEAK_END:
            if event.type == _ESPEAK_WORD:
                self._words.append((event.text_position - 1, event.sample))
            elif event.type == _ESPEAK_PHONE:
                name = ctypes.string_at(ctypes.addressof(event) + _EspeakEvent.id.offset, 8)
                self._phones.append((name.split(b"\0")[0].decode(), event.sample))
            index += 1
        return 0

    def say(self, text: str, delivery: Delivery) -> Speech:
        self._library.espeak_SetVoiceByName(delivery.voice.encode())
        self._library.espeak_SetParameter(_ESPEAK_RATE, delivery.rate_wpm, 0)
        self._library.espeak_SetParameter(_ESPEAK_PITCH, round(50 * delivery.pitch), 0)
        for events in (self._blocks, self._words, self._phones):
            events.clear()
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _ESPEAK_UTF8, None, None)
        self._library.espeak_Synchronize()
        if not self._blocks:
            raise ValueError(f"espeak-ng gave no sound for {text!r} in voice {delivery.voice}")
        raw = np.concatenate(self._blocks)
        ends = [start for _, start in self._phones[1:]] + [len(raw)]
        phones: list[tuple[str, float, float]] = []
        for (symbol, start), end in zip(self._phones, ends, strict=True):
            names = plain_phones(symbol)
            step = (end - start) / len(names)
            phones += [(name, start + i * step, start + (i + 1) * step) for i, name in enumerate(names)]
        return timed(raw, self._rate_hz, self._words_of(text, ends), phones)

    def _words_of(self, text: str, phone_ends: list[int]) -> list[tuple[str, float, float]]:
        """Each written word with its sounding phones; [] where espeak-ng gave a word no time."""
        places = [match.start() for match in WRITTEN_WORD.finditer(text)]
        starts: dict[int, int] = {}
        for place, sample in self._words:
            starts.setdefault(bisect_right(places, place) - 1, sample)
        sounding = [
            (start, end)
            for (symbol, start), end in zip(self._phones, phone_ends, strict=True)
            if plain_phones(symbol) != ["pau"]
        ]
        words: list[tuple[str, float, float]] = []
        written = text.split()
        first = 0
        while first < len(written):
            # espeak-ng says "of the" as one word: those share its time by their letters.
            last = first + 1
            while last < len(written) and last not in starts:
                last += 1
            until = starts.get(last, phone_ends[-1])
            own = [span for span in sounding if first in starts and starts[first] <= span[0] < until]
            if not own:
                return []
            n_letters = sum(len(word) for word in written[first:last])
            at: float = own[0][0]
            for word in written[first:last]:
                end = at + (own[-1][1] - own[0][0]) * len(word) / n_letters
                words.append((word, at, end))
                at = end
            first = last
        return words


class _Flite:
    """The flite library and its voices."""

    def __init__(self) -> None:
        main = ctypes.util.find_library("flite")
        if main is None:
            raise FileNotFoundError("the flite library is missing; on Debian: apt install flite")
        self._library: Any = ctypes.CDLL(main, mode=ctypes.RTLD_GLOBAL)
        for name in ("flite_usenglish", "flite_cmulex"):
            ctypes.CDLL(ctypes.util.find_library(name) or name, mode=ctypes.RTLD_GLOBAL)
        self._library.flite_init()
        pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float
        for function, result, arguments in (
            ("flite_synth_text", pointer, (text, pointer)),
            ("utt_relation", pointer, (pointer, text)),
            ("utt_wave", ctypes.POINTER(_FliteWave), (pointer,)),
            ("relation_head", pointer, (pointer,)),
            ("item_next", pointer, (pointer,)),
            ("item_parent", pointer, (pointer,)),
            ("item_as", pointer, (pointer, text)),
            ("item_feat_float", number, (pointer, text)),
            ("item_feat_string", text, (pointer, text)),
            ("delete_utterance", None, (pointer,)),
            ("feat_set_float", None, (pointer, text, number)),
            ("get_param_float", number, (pointer, text, number)),
        ):
            getattr(self._library, function).restype = result
            getattr(self._library, function).argtypes = arguments
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

    def say(self, text: str, delivery: Delivery) -> Speech:
        library = self._library
        voice = self._voice(delivery.voice)
        features = voice.contents.features
        library.feat_set_float(features, b"duration_stretch", _FLITE_BASE_WPM / delivery.rate_wpm)
        pitch_hz = self._pitch_hz[delivery.voice] * delivery.pitch
        library.feat_set_float(features, b"int_f0_target_mean", pitch_hz)
        utterance = library.flite_synth_text(text.encode("ascii"), ctypes.cast(voice, ctypes.c_void_p))
        try:
            found = library.utt_wave(utterance) if utterance else None
            if not found or found.contents.n_samples <= 0:
                raise ValueError(f"flite gave no sound for {text!r} in voice {delivery.voice}")
            raw = np.ctypeslib.as_array(found.contents.samples, (found.contents.n_samples,)).copy()
            rate_hz = found.contents.rate_hz
            words, phones = self._times(utterance, rate_hz)
        finally:
            library.delete_utterance(utterance)
        written = text.split()
        if len(words) != len(written):
            return timed(raw, rate_hz, [], phones)
        return timed(raw, rate_hz, [(word, *at) for word, at in zip(written, words, strict=True)], phones)

    def _times(
        self,
        utterance: Any,  # noqa: ANN401 - a ctypes pointer
        rate_hz: int,
    ) -> tuple[list[tuple[float, float]], list[tuple[str, float, float]]]:
        """Start and end of each token, name, start and end of each phone, in samples."""
        library = self._library
        segment = library.relation_head(library.utt_relation(utterance, b"Segment"))
        words: list[tuple[float, float]] = []
        phones = []
        before, start = None, 0.0
        while segment:
            end = library.item_feat_float(segment, b"end") * rate_hz
            (name,) = plain_phones(library.item_feat_string(segment, b"name").decode())
            phones.append((name, start, end))
            item = library.item_as(segment, b"SylStructure")
            for climb in (library.item_parent, library.item_parent, self._token, library.item_parent):
                item = climb(item) if item else None
            if item and item == before:
                words[-1] = (words[-1][0], end)
            elif item:
                words.append((start, end))
            before, start = item or before, end
            segment = library.item_next(segment)
        return words, phones

    def _token(self, item: Any) -> Any:  # noqa: ANN401 - ctypes pointers
        return self._library.item_as(item, b"Token")


def festival_speech(texts: Sequence[str], delivery: Delivery) -> list[Speech]:
    """``texts`` spoken by the program festival, started once for all; the pitch stays the voice's own.

    Raises CalledProcessError where it fails, FileNotFoundError where it or the voice is not installed.
    """
    with tempfile.TemporaryDirectory() as name:
        lines = [
            f"({FESTIVAL[delivery.voice]})",
            f"(Parameter.set 'Duration_Stretch {_FLITE_BASE_WPM / delivery.rate_wpm:.3f})",
            _FESTIVAL_TELL,
        ]
        for index, text in enumerate(texts):
            quoted = text.replace("\\", "").replace('"', "")
            lines.append(f'(tell (SynthText "{quoted}") "{name}/{index}.wav")')
        script = Path(name) / "script.scm"
        script.write_text("\n".join(lines), encoding="ascii")
        command = ["festival", "-b", str(script)]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        found: list[Speech] = []
        for text, part in zip(texts, told.stdout.split("END\n"), strict=False):
            with wave.open(f"{name}/{len(found)}.wav") as file:
                rate_hz = file.getframerate()
                raw = np.frombuffer(file.readframes(file.getnframes()), np.int16)
            phones: list[tuple[str, float, float]] = []
            words: list[tuple[float, float]] = []
            for line in part.splitlines():
                kind, symbol, *numbers = line.split(" ")
                if kind == "S":
                    start = phones[-1][2] if phones else 0.0
                    phones.append((plain_phones(symbol)[0], start, float(numbers[0]) * rate_hz))
                elif kind == "T":
                    words.append((-1.0, -1.0))
                elif words and float(numbers[1]) > 0:
                    start, end = (float(number) * rate_hz for number in numbers)
                    words[-1] = (words[-1][0] if words[-1][0] >= 0 else start, end)
            written = text.split()
            whole = len(words) == len(written) and all(start >= 0 for start, _ in words)
            pairs = zip(written, words, strict=True) if whole else ()
            found.append(timed(raw, rate_hz, [(word, *at) for word, at in pairs], phones))
    if len(found) != len(texts):
        raise ValueError(f"festival spoke {len(found)} of {len(texts)} texts in voice {delivery.voice}")
    return found


# Prints every phone with its end and every token with its words' starts and ends, in seconds.
_FESTIVAL_TELL = """
(define (tell-words words)
  (mapcar (lambda (w) (format t "W %s %f %f\\n" (item.name w) (item.feat w "word_start") (item.feat w "word_end"))) words))
(define (tell utterance path)
  (utt.save.wave utterance path 'riff)
  (mapcar (lambda (s) (format t "S %s %f\\n" (item.name s) (item.feat s "end"))) (utt.relation.items utterance 'Segment))
  (let ((token (utt.relation.first utterance 'Token)))
    (while token
      (format t "T %s\\n" (item.name token))
      (tell-words (item.relation.daughters token 'Token))
      (set! token (item.relation.next token 'Token))))
  (format t "END\\n"))
"""  # noqa: E501 - Scheme


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


def timed(
    raw: npt.NDArray[np.int16],
    rate_hz: int,
    words: Sequence[tuple[str, float, float]],
    phones: Sequence[tuple[str, float, float]],
) -> Speech:
    """Speech at RATE_HZ of ``raw`` at ``rate_hz``, in whose samples words and phones are placed."""
    samples = resample(raw, rate_hz)
    scale = RATE_HZ / rate_hz

    def placed(items: Sequence[tuple[str, float, float]]) -> tuple[Timed, ...]:
        return tuple(Timed(text, round(start * scale), round(end * scale)) for text, start, end in items)

    return Speech(samples, placed(words), placed(phones))


def speech(text: str, delivery: Delivery) -> Speech:
    """``text`` spoken, silence at both ends cut, with the times of its words and phones.

    Raises ValueError where the synthesiser gives no sound.
    """
    if delivery.voice in FESTIVAL:
        return trimmed(festival_speech([text], delivery)[0])
    engine = _espeak() if delivery.voice.startswith("en") else _flite()
    return trimmed(engine.say(text, delivery))


def say(text: str, delivery: Delivery) -> Samples:
    """``text`` spoken, float32 mono at RATE_HZ, silence at both ends cut; raises ValueError without sound."""
    return speech(text, delivery).samples


def trimmed(spoken: Speech) -> Speech:
    """``spoken`` without the quiet (below a hundredth of the peak) at both ends, 20 ms kept."""
    loud = np.flatnonzero(np.abs(spoken.samples) > 0.01 * float(np.abs(spoken.samples).max()))
    if loud.size == 0:
        return spoken
    margin = RATE_HZ // 50
    first = max(0, int(loud[0]) - margin)
    samples = spoken.samples[first : int(loud[-1]) + margin]

    def moved(items: tuple[Timed, ...]) -> tuple[Timed, ...]:
        last = len(samples)
        return tuple(
            Timed(item.text, min(max(0, item.start - first), last), min(max(0, item.end - first), last))
            for item in items
        )

    return Speech(samples, moved(spoken.words), moved(spoken.phones))


def has_flite() -> bool:
    """Whether the flite library is installed."""
    return ctypes.util.find_library("flite") is not None


def folder_of(name: str) -> Path:
    """Where the stage ``name`` of the training keeps its files, made if it is not there."""
    path = Path(__file__).parents[2] / "build" / "whisper_training" / name
    path.mkdir(parents=True, exist_ok=True)
    return path
