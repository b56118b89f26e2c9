"""Writes a checkpoint as a model folder that faster-whisper loads, weights as 8-bit integers."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from ctranslate2.specs import whisper_spec
from network import DECODER_LAYERS, ENCODER_LAYERS, HEADS, Special, special_of
from tokenizers import Tokenizer

# Layer and head of the decoder's attention whose peaks follow the words best, by align.py.
ALIGNMENT_HEADS = ((1, 0), (1, 2))

Weights = dict[str, npt.NDArray[np.float32]]


def norm(target: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 - specifications have no types
    target.gamma, target.beta = weights[name + ".weight"], weights[name + ".bias"]


def linear(target: Any, weights: Weights, *names: str) -> None:  # noqa: ANN401
    """One matrix of several, in the order of ``names``; a missing bias (the key's) is zero."""
    target.weight = np.concatenate([weights[name + ".weight"] for name in names])
    target.bias = np.concatenate(
        [weights.get(name + ".bias", np.zeros(len(weights[name + ".weight"]), np.float32)) for name in names]
    )


def feed_forward(target: Any, weights: Weights, name: str) -> None:  # noqa: ANN401
    norm(target.layer_norm, weights, name + ".ffn_norm")
    linear(target.linear_0, weights, name + ".up")
    linear(target.linear_1, weights, name + ".down")


def self_attention(target: Any, weights: Weights, name: str) -> None:  # noqa: ANN401
    norm(target.layer_norm, weights, name + ".norm")
    linear(target.linear[0], weights, *(f"{name}.attention.{part}" for part in "qkv"))
    linear(target.linear[1], weights, name + ".attention.o")


def specification(weights: Weights, special: Special, tokenizer: Tokenizer) -> Any:  # noqa: ANN401
    """CTranslate2's description of the network with ``weights`` in it."""
    spec: Any = whisper_spec.WhisperSpec(ENCODER_LAYERS, HEADS, DECODER_LAYERS, HEADS)
    encoder, decoder = spec.encoder, spec.decoder
    for name in ("conv1", "conv2"):
        convolution = getattr(encoder, name)
        convolution.weight, convolution.bias = weights[name + ".weight"], weights[name + ".bias"]
    encoder.position_encodings.encodings = weights["positions"]
    norm(encoder.layer_norm, weights, "encoder_norm")
    for index, layer in enumerate(encoder.layer):
        self_attention(layer.self_attention, weights, f"encoder.{index}")
        feed_forward(layer.ffn, weights, f"encoder.{index}")
    decoder.embeddings.weight = weights["embedding.weight"]
    decoder.projection.weight = weights["embedding.weight"]
    decoder.position_encodings.encodings = weights["token_positions"]
    norm(decoder.layer_norm, weights, "decoder_norm")
    for index, layer in enumerate(decoder.layer):
        name = f"decoder.{index}"
        self_attention(layer.self_attention, weights, name)
        norm(layer.attention.layer_norm, weights, name + ".cross_norm")
        linear(layer.attention.linear[0], weights, name + ".cross.q")
        linear(layer.attention.linear[1], weights, name + ".cross.k", name + ".cross.v")
        linear(layer.attention.linear[2], weights, name + ".cross.o")
        feed_forward(layer.ffn, weights, name)
    spec.register_vocabulary([tokenizer.id_to_token(number) for number in range(special.size)])
    spec.config.suppress_ids = []
    # Whisper forbids an empty text here; ours is trained to give one where nothing is said.
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [tokenizer.token_to_id("<|en|>")]
    spec.config.alignment_heads = [list(head) for head in ALIGNMENT_HEADS]
    return spec


def export(checkpoint: Path, tokenizer_file: Path, folder: Path) -> None:
    """Write the running mean of ``checkpoint`` as a model into ``folder``, replacing one that is there."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    state: dict[str, torch.Tensor] = torch.load(checkpoint)["mean"]
    weights = {name: tensor.float().numpy() for name, tensor in state.items()}
    spec = specification(weights, special_of(tokenizer), tokenizer)
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    if tokenizer_file.resolve() != (folder / "tokenizer.json").resolve():
        shutil.copyfile(tokenizer_file, folder / "tokenizer.json")
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80}), encoding="utf-8")


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    export(given.checkpoint, given.tokenizer, given.folder)


if __name__ == "__main__":
    main()
