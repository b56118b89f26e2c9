"""How fast the small Whisper is against a network in the shape of base.en: one phrase, one core.

    python -m tests.benchmarks.speed

Speed depends on shapes and not on what was learnt, so base.en's is measured on random weights. Both get a
window of 30 s, as faster-whisper pads every phrase, and write as many tokens as each needs for a phrase of
N_WORDS words, with the product's five beams. Weights are 8-bit integers on both sides.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2 import StorageView
from ctranslate2.models import Whisper
from ctranslate2.specs.whisper_spec import WhisperSpec

from voiceprep.engines.models import synthetic_model

SPECIAL = ("<|endoftext|>", "<|startoftranscript|>", "<|notimestamps|>", "<|nospeech|>", "<|startofprev|>")
N_WORDS = 22
ROUNDS = 5
BEAMS = 5


@dataclass(frozen=True)
class Shape:
    """A Whisper's measures, and how many tokens it needs for a word of spoken English."""

    width: int
    heads: int
    layers: int
    vocabulary: int
    tokens_per_word: float


# openai/whisper's table of models; 1.3 tokens a word is its tokenizer on our sample answers.
BASE_EN = Shape(512, 8, 6, 51_864, 1.3)
OURS_TOKENS_PER_WORD = 1.64


def random_weights(shape: Shape, folder: Path) -> None:
    """Write a network of ``shape`` with random weights as 8-bit integers into ``folder``."""
    random = np.random.default_rng(1)

    def drawn(*size: int) -> Any:  # noqa: ANN401 - the specification's attributes have no types
        return random.normal(0.0, 0.02, size).astype(np.float32)

    width = shape.width
    spec: Any = WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)

    def linear(target: Any, n_out: int, n_in: int) -> None:  # noqa: ANN401
        target.weight, target.bias = drawn(n_out, n_in), drawn(n_out)

    def norm(target: Any) -> None:  # noqa: ANN401
        target.gamma, target.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    for layer in (*spec.encoder.layer, *spec.decoder.layer):
        norm(layer.self_attention.layer_norm)
        linear(layer.self_attention.linear[0], 3 * width, width)
        linear(layer.self_attention.linear[1], width, width)
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, 4 * width, width)
        linear(layer.ffn.linear_1, width, 4 * width)
    for layer in spec.decoder.layer:
        norm(layer.attention.layer_norm)
        for at, rows in enumerate((width, 2 * width, width)):
            linear(layer.attention.linear[at], rows, width)
    for name, channels in (("conv1", 80), ("conv2", width)):
        convolution = getattr(spec.encoder, name)
        convolution.weight, convolution.bias = drawn(width, channels, 3), drawn(width)
    spec.encoder.position_encodings.encodings = drawn(1500, width)
    spec.decoder.position_encodings.encodings = drawn(448, width)
    spec.decoder.embeddings.weight = spec.decoder.projection.weight = drawn(shape.vocabulary, width)
    norm(spec.encoder.layer_norm)
    norm(spec.decoder.layer_norm)
    spec.register_vocabulary([*SPECIAL, *(f"<{index}>" for index in range(len(SPECIAL), shape.vocabulary))])
    spec.config.suppress_ids = spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [0]
    spec.config.alignment_heads = [[shape.layers - 1, 0]]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))


def best_s(work: Callable[[], object]) -> float:
    """Seconds of the best of ROUNDS runs of ``work``, after one that warms up."""
    work()
    times = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        work()
        times.append(time.perf_counter() - began_s)
    return min(times)


def phrase_s(folder: Path, prompt: list[int], end: int, n_tokens: int) -> tuple[float, float]:
    """Seconds to encode one window and to write ``n_tokens`` of it, on one core."""
    model = Whisper(str(folder), device="cpu", compute_type="int8", intra_threads=1)
    random = np.random.default_rng(2)
    window = StorageView.from_array(random.normal(0.0, 0.3, (1, 80, 3000)).astype(np.float32))
    memory = model.encode(window)

    def write() -> object:
        length = len(prompt) + n_tokens
        return model.generate(
            memory, [prompt], beam_size=BEAMS, max_length=length, suppress_tokens=[end], suppress_blank=False
        )

    return best_s(lambda: model.encode(window)), best_s(write)


def main() -> None:
    """Print both and their ratio."""
    ours = synthetic_model()
    tokens = {
        entry["content"]: entry["id"]
        for entry in json.loads((ours / "tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
    }
    prompt = [tokens["<|startoftranscript|>"], tokens["<|notimestamps|>"]]
    rows = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "base"
        folder.mkdir()
        random_weights(BASE_EN, folder)
        n_tokens = round(N_WORDS * BASE_EN.tokens_per_word)
        rows["shape of base.en"] = phrase_s(folder, [1, 2], 0, n_tokens)
        shutil.rmtree(folder)
    n_tokens = round(N_WORDS * OURS_TOKENS_PER_WORD)
    rows["the small Whisper"] = phrase_s(ours, prompt, tokens["<|endoftext|>"], n_tokens)
    for label, (encode_s, write_s) in rows.items():
        print(f"{label:<18} encode {1e3 * encode_s:6.0f} ms  write {1e3 * write_s:6.0f} ms")
    base, small = rows.values()
    print(f"a phrase of {N_WORDS} words: {sum(base) / sum(small):.1f} times as fast")


if __name__ == "__main__":
    main()
