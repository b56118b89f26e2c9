"""Whisper's network in torch, at any size, to and from the file format of CTranslate2."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from tokenizers import Tokenizer
from torch import Tensor, nn

N_MELS = 80
N_POSITIONS = 1500
N_TOKEN_POSITIONS = 448
WIDTH, HEADS, ENCODER_LAYERS, DECODER_LAYERS = 192, 3, 4, 2


@dataclass(frozen=True)
class Special:
    """The tokens that are not text, by number."""

    end: int
    start: int
    previous: int
    no_speech: int
    no_timestamps: int
    size: int

    @property
    def zero(self) -> int:
        """The first timestamp, <|0.00|>; each next one is 20 ms later."""
        return self.no_timestamps + 1


def special_of(tokenizer: Tokenizer) -> Special:
    """The special tokens of ``tokenizer``; raises ValueError where one is missing."""

    def number(name: str) -> int:
        found = tokenizer.token_to_id(name)
        if found is None:
            raise ValueError(f"the tokenizer lacks the token {name}")
        return int(found)

    return Special(
        number("<|endoftext|>"),
        number("<|startoftranscript|>"),
        number("<|startofprev|>"),
        number("<|nospeech|>"),
        number("<|notimestamps|>"),
        tokenizer.get_vocab_size(),
    )


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width)
        self.k = nn.Linear(width, width, bias=False)
        self.v = nn.Linear(width, width)
        self.o = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        source = x if memory is None else memory
        q, k, v = self.split(self.q(x)), self.split(self.k(source)), self.split(self.v(source))
        y = F.scaled_dot_product_attention(q, k, v)
        return self.o(y.transpose(1, 2).flatten(2))

    def causal(self, x: Tensor) -> Tensor:
        q, k, v = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o(y.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, *, cross: bool) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.cross_norm = nn.LayerNorm(width) if cross else None
        self.cross = Attention(width, heads) if cross else None
        self.ffn_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        y = self.norm(x)
        if self.cross is None or self.cross_norm is None:
            x = x + self.attention(y)
        else:
            x = x + self.attention.causal(y)
            x = x + self.cross(self.cross_norm(x), memory)
        return x + self.down(F.gelu(self.up(self.ffn_norm(x))))


def sinusoids(length: int, width: int) -> Tensor:
    """Whisper's position table of the encoder, length x width."""
    step = np.log(10_000) / (width // 2 - 1)
    scaled = torch.arange(length)[:, None] * torch.exp(-step * torch.arange(width // 2))[None, :]
    return torch.cat([scaled.sin(), scaled.cos()], dim=1).float()


class Whisper(nn.Module):
    """Encoder and decoder, and a CTC head on the encoder that only training uses."""

    def __init__(self, special: Special) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(N_MELS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.positions: Tensor
        self.register_buffer("positions", sinusoids(N_POSITIONS, WIDTH))
        self.encoder = nn.ModuleList(Layer(WIDTH, HEADS, cross=False) for _ in range(ENCODER_LAYERS))
        self.encoder_norm = nn.LayerNorm(WIDTH)
        self.embedding = nn.Embedding(special.size, WIDTH)
        nn.init.normal_(self.embedding.weight, std=0.03)
        self.token_positions = nn.Parameter(torch.randn(N_TOKEN_POSITIONS, WIDTH) * 0.02)
        self.decoder = nn.ModuleList(Layer(WIDTH, HEADS, cross=True) for _ in range(DECODER_LAYERS))
        self.decoder_norm = nn.LayerNorm(WIDTH)
        self.ctc = nn.Linear(WIDTH, special.end + 1)

    def encode(self, mel: Tensor, offsets: Tensor) -> Tensor:
        """Memory (batch x frames/2 x width) of ``mel`` (batch x 80 x frames), each row at its offset."""
        x = F.gelu(self.conv1(mel))
        x = F.gelu(self.conv2(x)).transpose(1, 2)
        x = x + self.positions[offsets[:, None] + torch.arange(x.shape[1])[None, :]]
        for layer in self.encoder:
            x = layer(x)
        return self.encoder_norm(x)

    def decode(self, tokens: Tensor, memory: Tensor) -> Tensor:
        """Logits (batch x length x vocabulary) of what follows each of ``tokens``."""
        x = self.embedding(tokens) + self.token_positions[: tokens.shape[1]]
        for layer in self.decoder:
            x = layer(x, memory)
        return self.decoder_norm(x) @ self.embedding.weight.T


_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def read_ct2(path: Path) -> dict[str, np.ndarray]:
    """All variables of the CTranslate2 file ``path``, integers scaled back to float32."""
    data = path.read_bytes()
    at = 0

    def take(layout: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from("<" + layout, data, at)
        at += struct.calcsize("<" + layout)
        return int(value)

    def name() -> str:
        nonlocal at
        length = take("H")
        at += length
        return data[at - length : at - 1].decode()

    take("I"), name(), take("I")
    raw: dict[str, np.ndarray] = {}
    for _ in range(take("I")):
        key = name()
        shape = [take("I") for _ in range(take("B"))]
        kind = _TYPES[take("B")]
        n_bytes = take("I")
        raw[key] = np.frombuffer(data, kind, n_bytes // np.dtype(kind).itemsize, at).reshape(shape)
        at += n_bytes
    plain = {}
    for key, value in raw.items():
        scale = raw.get(key + "_scale")
        if scale is not None:
            plain[key] = value.astype(np.float32) / scale.reshape(-1, *[1] * (value.ndim - 1))
        elif not key.endswith("_scale"):
            plain[key] = value.astype(np.float32)
    return plain


def layer_names(index: int, side: str) -> list[tuple[str, str]]:
    """Torch and CTranslate2 names of the plain (not fused) parameters of one layer."""
    ours, theirs = f"{side}.{index}", f"{side}/layer_{index}"
    pairs = [
        (f"{ours}.norm", f"{theirs}/self_attention/layer_norm"),
        (f"{ours}.attention.o", f"{theirs}/self_attention/linear_1"),
        (f"{ours}.ffn_norm", f"{theirs}/ffn/layer_norm"),
        (f"{ours}.up", f"{theirs}/ffn/linear_0"),
        (f"{ours}.down", f"{theirs}/ffn/linear_1"),
    ]
    if side == "decoder":
        pairs += [
            (f"{ours}.cross_norm", f"{theirs}/attention/layer_norm"),
            (f"{ours}.cross.q", f"{theirs}/attention/linear_0"),
            (f"{ours}.cross.o", f"{theirs}/attention/linear_2"),
        ]
    return pairs


def warm_start(network: Whisper, path: Path) -> None:
    """Give ``network`` the weights of the CTranslate2 file ``path``; the CTC head has none there."""
    stored = {key: torch.from_numpy(value.copy()) for key, value in read_ct2(path).items()}
    state = network.state_dict()
    for ours, theirs in (("conv1", "encoder/conv1"), ("conv2", "encoder/conv2")):
        state[ours + ".weight"], state[ours + ".bias"] = stored[theirs + "/weight"], stored[theirs + "/bias"]
    state["embedding.weight"] = stored["decoder/embeddings/weight"]
    state["token_positions"] = stored["decoder/position_encodings/encodings"]
    pairs = [("encoder_norm", "encoder/layer_norm"), ("decoder_norm", "decoder/layer_norm")]
    for index in range(ENCODER_LAYERS):
        pairs += layer_names(index, "encoder")
    for index in range(DECODER_LAYERS):
        pairs += layer_names(index, "decoder")
    for ours, theirs in pairs:
        weight, bias = ("gamma", "beta") if theirs.endswith("norm") else ("weight", "bias")
        state[ours + ".weight"], state[ours + ".bias"] = (
            stored[f"{theirs}/{weight}"],
            stored[f"{theirs}/{bias}"],
        )
    fused = [
        (f"encoder.{i}.attention", f"encoder/layer_{i}/self_attention/linear_0", "qkv")
        for i in range(ENCODER_LAYERS)
    ]
    for i in range(DECODER_LAYERS):
        fused.append((f"decoder.{i}.attention", f"decoder/layer_{i}/self_attention/linear_0", "qkv"))
        fused.append((f"decoder.{i}.cross", f"decoder/layer_{i}/attention/linear_1", "kv"))
    for ours, theirs, names in fused:
        weights, biases = (
            stored[theirs + "/weight"].chunk(len(names)),
            stored[theirs + "/bias"].chunk(len(names)),
        )
        for one, weight, bias in zip(names, weights, biases, strict=True):
            state[f"{ours}.{one}.weight"] = weight
            if one != "k":
                state[f"{ours}.{one}.bias"] = bias
    network.load_state_dict(state)
