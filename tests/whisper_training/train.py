"""Trains the network on the shards, with checkpoints; started again it goes on where it was."""

from __future__ import annotations

import argparse
import copy
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from network import Special, Whisper, special_of
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset
from windows import Batch, Batcher, Pool

SEED = 20
PEAK_RATE = 2e-3
WARM_UP_STEPS = 200
# The synthesisers tell when each phone and word is said. Naming these at each moment teaches the encoder to
# hear, looking where the word is teaches the decoder to align; from text alone both take many times as long.
SHARES = {"tokens": 1.0, "phones": 0.4, "pieces": 0.4, "looks": 0.2}
LABEL_SMOOTHING = 0.03
# Decoder layer, head, and whether it looks where the next token is said (else, where the last one was).
LOOKS = ((0, 0, False), (0, 1, True), (1, 0, True), (1, 1, True))
# Positions on both sides of a word that count as looking at it.
LOOK_MARGIN = 2
# The exported weights are a running mean over about this many last steps.
MEAN_STEPS = 150
CHECKPOINT_STEPS = 100


def look_loss(weights: list[Tensor], spans: Tensor) -> Tensor:
    """Mean negative log of the share of attention that lies on the words, over the heads of LOOKS."""
    n_positions = weights[0].shape[3]
    at = torch.arange(n_positions)
    losses = []
    before = F.pad(spans[:, :-1], (0, 0, 1, 0), value=-1)
    for layer, head, is_next in LOOKS:
        span = spans if is_next else before
        known = span[..., 0] >= 0
        inside = (at >= span[..., :1] - LOOK_MARGIN) & (at <= span[..., 1:] + LOOK_MARGIN)
        share = (weights[layer][:, head] * inside).sum(-1)[known]
        losses.append(-(share + 1e-4).log().mean() if known.any() else torch.zeros(()))
    return torch.stack(losses).mean()


def rate_at(step: int, n_steps: int) -> float:
    """Learning rate: up in WARM_UP_STEPS, then down in a straight line to almost nothing."""
    return PEAK_RATE * min(1.0, (step + 1) / WARM_UP_STEPS) * max(0.01, 1 - step / n_steps)


class Windows(IterableDataset[Batch]):  # type: ignore[misc, unused-ignore] # torch has types here only
    """Batches without end, made in a process of their own."""

    def __init__(self, shards: Path, tokenizer: Path, seed: int, full_share: float) -> None:
        self._shards, self._tokenizer, self._seed, self._full_share = shards, tokenizer, seed, full_share

    def __iter__(self) -> Iterator[Batch]:
        tokenizer = Tokenizer.from_file(str(self._tokenizer))

        def encode(text: str) -> list[int]:
            return list(tokenizer.encode(text).ids)

        torch.set_num_threads(1)
        return Batcher(Pool(self._shards), special_of(tokenizer), encode, self._seed).batches(
            self._full_share
        )


def save(path: Path, state: dict[str, Any]) -> None:
    """Write ``state`` so that ``path`` is whole at every moment."""
    unfinished = path.with_suffix(".part")
    torch.save(state, unfinished)
    unfinished.replace(path)


@dataclass(frozen=True)
class Course:
    """How long to train and the share of 30 s windows."""

    n_steps: int
    full_share: float


def losses(network: Whisper, batch: Batch) -> dict[str, Tensor]:
    """What is to be less: of tokens, of phones, of pieces, of looks."""
    with torch.autocast("cpu", torch.bfloat16):
        memory = network.encode(batch.mel, batch.offsets)
        logits, weights = network.decode(batch.tokens, memory)
        phones, pieces = network.name(memory)
    tokens = F.cross_entropy(
        logits.float().flatten(0, 1),
        batch.targets.flatten(),
        ignore_index=-100,
        label_smoothing=LABEL_SMOOTHING,
    )

    def named(logits: Tensor, wanted: Tensor) -> Tensor:
        known = wanted >= 0
        return F.cross_entropy(logits[known].float(), wanted[known]) if known.any() else logits.sum() * 0.0

    return {
        "tokens": tokens,
        "phones": named(phones, batch.phones),
        "pieces": named(pieces, batch.pieces),
        "looks": look_loss(weights, batch.spans),
    }


def optimizers_of(network: Whisper) -> tuple[torch.optim.Optimizer, ...]:
    """Muon for the matrices inside the layers, which learn in fewer steps by it; AdamW for all else."""
    inner = {
        name: parameter
        for name, parameter in network.named_parameters()
        if parameter.ndim == 2 and name.startswith(("encoder.", "decoder.", "pieces."))
    }
    rest = [parameter for name, parameter in network.named_parameters() if name not in inner]
    return (
        torch.optim.Muon(inner.values(), lr=PEAK_RATE, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True),
    )


def train(shards: Path, checkpoint: Path, tokenizer_file: Path, course: Course) -> None:
    """Train as ``course`` says, from ``checkpoint`` where there is one, else from nothing."""
    n_steps = course.n_steps
    torch.manual_seed(SEED)
    special: Special = special_of(Tokenizer.from_file(str(tokenizer_file)))
    network = Whisper(special)
    optimizers = optimizers_of(network)
    mean = copy.deepcopy(network)
    first_step = 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        network.load_state_dict(state["network"])
        for optimizer, kept in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        mean.load_state_dict(state["mean"])
        first_step = state["step"]
    windows = Windows(shards, tokenizer_file, SEED + first_step, course.full_share)
    batches = iter(DataLoader(windows, batch_size=None, num_workers=1, prefetch_factor=8))
    began_s = time.monotonic()
    running: dict[str, float] = {}
    for step in range(first_step, n_steps):
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate_at(step, n_steps)
        batch = next(batches)
        every = losses(network, batch)
        network.zero_grad()
        sum((share * every[name] for name, share in SHARES.items()), torch.zeros(())).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        keep = 1 / min(MEAN_STEPS, step + 2)
        with torch.no_grad():
            for slow, fast in zip(mean.parameters(), network.parameters(), strict=True):
                slow.lerp_(fast, keep)
        kind = "full" if batch.mel.shape[2] == 3000 else "short"
        for name, value in every.items():
            name = f"{kind} {name}"  # noqa: PLW2901
            running[name] = 0.97 * running.get(name, value.item()) + 0.03 * value.item()
        if (step + 1) % CHECKPOINT_STEPS == 0 or step + 1 == n_steps:
            figures = "  ".join(f"{name} {value:.3f}" for name, value in sorted(running.items()))
            elapsed_s = time.monotonic() - began_s
            sys.stdout.write(f"step {step + 1} of {n_steps}  {figures}  {elapsed_s:.0f} s\n")
            sys.stdout.flush()
            state = {"network": network.state_dict(), "mean": mean.state_dict(), "step": step + 1}
            save(checkpoint, {**state, "optimizers": [optimizer.state_dict() for optimizer in optimizers]})


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shards", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--full-share", type=float, default=0.2)
    parser.add_argument("--threads", type=int, default=2, help="one where others use the machine too")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.checkpoint.parent.mkdir(parents=True, exist_ok=True)
    train(given.shards, given.checkpoint, given.tokenizer, Course(given.steps, given.full_share))


if __name__ == "__main__":
    main()
