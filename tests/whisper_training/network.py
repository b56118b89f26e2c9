"""Whisper's network in torch, at any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from tokenizers import Tokenizer
from torch import Tensor, nn

N_MELS = 80
N_PHONES = 40
N_POSITIONS = 1500
N_TOKEN_POSITIONS = 448
# Up to so many positions attention is faster written out than fused (bfloat16 on a CPU).
LONGEST_PLAIN = 700
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

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
        if x.shape[1] <= LONGEST_PLAIN:
            y = (q * q.shape[3] ** -0.5 @ k.transpose(2, 3)).softmax(-1).to(v.dtype) @ v
        else:
            y = F.scaled_dot_product_attention(q, k, v)
        return self.o(y.transpose(1, 2).flatten(2))

    def across(self, x: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """What ``x`` takes from ``memory``, and the weights: rows x heads x length x positions."""
        q, k, v = self.split(self.q(x)), self.split(self.k(memory)), self.split(self.v(memory))
        weights = (q @ k.transpose(2, 3) * q.shape[3] ** -0.5).float().softmax(-1)
        return self.o((weights.to(v.dtype) @ v).transpose(1, 2).flatten(2)), weights

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

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm(x))
        return x + self.down(F.gelu(self.up(self.ffn_norm(x))))

    def decode(self, x: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """The layer of a decoder, and the weights of its look at ``memory``."""
        assert self.cross is not None
        assert self.cross_norm is not None
        x = x + self.attention.causal(self.norm(x))
        seen, weights = self.cross.across(self.cross_norm(x), memory)
        x = x + seen
        return x + self.down(F.gelu(self.up(self.ffn_norm(x)))), weights


def sinusoids(length: int, width: int) -> Tensor:
    """Whisper's position table of the encoder, length x width."""
    step = np.log(10_000) / (width // 2 - 1)
    scaled = torch.arange(length)[:, None] * torch.exp(-step * torch.arange(width // 2))[None, :]
    return torch.cat([scaled.sin(), scaled.cos()], dim=1).float()


# How far from its own position each encoder head looks at first; the last head of a layer looks anywhere.
NEAR = ((-3, 3), (-3, 3), (-7, 7), (-4, 4))
NEAR_SCALE = 1.1


def look_near(attention: Attention, distances: tuple[int, ...], width: int) -> None:
    """Let the first heads of ``attention`` look at a fixed distance, found by the table of positions.

    A sum of sines and cosines of two places depends on their distance alone, so a head whose query is the
    table turned by a distance attends there. To learn that from nothing takes thousands of steps, and until
    then the encoder hears through its convolutions only, 65 ms at a time.
    """
    size = width // attention.heads
    step = np.log(10_000) / (width // 2 - 1)
    with torch.no_grad():
        for head, distance in enumerate(distances):
            query, key = (torch.zeros(size, width) for _ in range(2))
            for i in range(size // 2):
                turn = torch.tensor(np.exp(-step * i) * distance).float()
                sine, cosine = i, width // 2 + i
                query[i, sine], query[i, cosine] = turn.cos(), turn.sin()
                query[size // 2 + i, cosine], query[size // 2 + i, sine] = turn.cos(), -turn.sin()
                key[i, sine] = key[size // 2 + i, cosine] = 1.0
            rows = slice(head * size, (head + 1) * size)
            for linear, wanted in ((attention.q, query), (attention.k, key)):
                linear.weight[rows] = NEAR_SCALE * wanted + 0.1 * linear.weight[rows]
            attention.q.bias[rows] = 0.0


class Whisper(nn.Module):
    """Encoder and decoder, and what only training uses: the encoder's own naming of phones and pieces."""

    def __init__(self, special: Special) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(N_MELS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.positions: Tensor
        self.register_buffer("positions", sinusoids(N_POSITIONS, WIDTH))
        self.encoder = nn.ModuleList(Layer(WIDTH, HEADS, cross=False) for _ in range(ENCODER_LAYERS))
        for layer, distances in zip(self.encoder, NEAR, strict=True):
            look_near(layer.attention, distances, WIDTH)
        self.encoder_norm = nn.LayerNorm(WIDTH)
        self.embedding = nn.Embedding(special.size, WIDTH)
        nn.init.normal_(self.embedding.weight, std=0.03)
        self.token_positions = nn.Parameter(torch.randn(N_TOKEN_POSITIONS, WIDTH) * 0.02)
        self.decoder = nn.ModuleList(Layer(WIDTH, HEADS, cross=True) for _ in range(DECODER_LAYERS))
        self.decoder_norm = nn.LayerNorm(WIDTH)
        self.phones = nn.Linear(WIDTH, N_PHONES)
        self.pieces = nn.Linear(WIDTH, WIDTH)
        self.n_pieces = special.end

    def encode(self, mel: Tensor, offsets: Tensor) -> Tensor:
        """Memory (batch x frames/2 x width) of ``mel`` (batch x 80 x frames), each row at its offset."""
        x = F.gelu(self.conv1(mel))
        x = F.gelu(self.conv2(x)).transpose(1, 2)
        x = x + self.positions[offsets[:, None] + torch.arange(x.shape[1])[None, :]].to(x.dtype)
        for layer in self.encoder:
            x = layer(x)
        return self.encoder_norm(x)

    def name(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the phone and of the text token said at each position, the latter by their embeddings."""
        return self.phones(memory), self.pieces(memory) @ self.embedding.weight[: self.n_pieces].T

    def decode(self, tokens: Tensor, memory: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Logits (rows x length x vocabulary) of what follows each of ``tokens``, each layer's weights."""
        x = (self.embedding(tokens) + self.token_positions[: tokens.shape[1]]).to(memory.dtype)
        every = []
        for layer in self.decoder:
            x, weights = layer.decode(x, memory)
            every.append(weights)
        return self.decoder_norm(x) @ self.embedding.weight.T, every
