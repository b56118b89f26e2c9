"""Trains the network on the shards, with checkpoints; started again it goes on where it was."""

from __future__ import annotations

import argparse
import copy
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from network import Special, Whisper, special_of, warm_start
from tokenizers import Tokenizer
from torch import Tensor
from windows import Batch, Batcher, Pool

SEED = 20
PEAK_RATE = 1.5e-3
WARM_UP_STEPS = 150
CTC_SHARE = 0.3
# The CTC loss aligns encoder and decoder early; in the last part its time is better spent.
CTC_UNTIL = 0.8
LABEL_SMOOTHING = 0.03
# The exported weights are a running mean over about this many last steps.
MEAN_STEPS = 80
CHECKPOINT_STEPS = 100
# Two trainings of one thread each, which meet at this pace, waste less than one of two on a busy machine.
MEETING_STEPS = 20


def decoder_loss(network: Whisper, batch: Batch, memory: Tensor) -> Tensor:
    """Cross-entropy of what the decoder expects after each token."""
    logits = network.decode(batch.tokens, memory)
    return F.cross_entropy(
        logits.flatten(0, 1), batch.targets.flatten(), ignore_index=-100, label_smoothing=LABEL_SMOOTHING
    )


def encoder_loss(network: Whisper, batch: Batch, memory: Tensor, special: Special) -> Tensor:
    """CTC loss of the encoder's own reading of the texts."""
    scores = F.log_softmax(network.ctc(memory), -1).transpose(0, 1)
    n_rows, n_positions = memory.shape[:2]
    return F.ctc_loss(
        scores,
        torch.cat(batch.texts).long(),
        torch.full((n_rows,), n_positions),
        torch.tensor([len(text) for text in batch.texts]),
        blank=special.end,
        zero_infinity=True,
    )


def rate_at(step: int, n_steps: int) -> float:
    """Learning rate: up in WARM_UP_STEPS, then down in a straight line to almost nothing."""
    return PEAK_RATE * min(1.0, (step + 1) / WARM_UP_STEPS) * max(0.01, 1 - step / n_steps)


def feed(batcher: Batcher, full_share: float, queue: Queue[Batch]) -> None:
    """Fill ``queue`` for ever, on a single thread so as not to take the training's."""
    torch.set_num_threads(1)
    for batch in batcher.batches(full_share):
        queue.put(batch)


def save(path: Path, state: dict[str, Any]) -> None:
    """Write ``state`` so that ``path`` is whole at every moment."""
    unfinished = path.with_suffix(".part")
    torch.save(state, unfinished)
    unfinished.replace(path)


def meet(network: Whisper, own: Path, other: Path) -> None:
    """Leave the weights at ``own`` and move half way to those that lie at ``other``, if any do."""
    save(own, network.state_dict())
    if other.exists():
        weights = torch.load(other)
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                parameter.lerp_(weights[name], 0.5)


@dataclass(frozen=True)
class Course:
    """How long to train, the share of 30 s windows, and where a second training leaves its weights."""

    n_steps: int
    full_share: float
    companion: Path | None = None
    seed: int = SEED


def train(shards: Path, checkpoint: Path, start: Path, course: Course) -> None:
    """Train as ``course`` says, from ``checkpoint`` where there is one, else from the folder ``start``."""
    n_steps, companion = course.n_steps, course.companion
    torch.manual_seed(course.seed)
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    special = special_of(tokenizer)
    network = Whisper(special)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    first_step = 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        first_step = state["step"]
    elif (start / "model.bin").exists():
        warm_start(network, start / "model.bin")
    mean = copy.deepcopy(network)
    if checkpoint.exists():
        mean.load_state_dict(state["mean"])
    pool = Pool(shards)
    batcher = Batcher(pool, special, lambda text: list(tokenizer.encode(text).ids), course.seed + first_step)
    queue: Queue[Batch] = Queue(maxsize=4)
    Thread(target=feed, args=(batcher, course.full_share, queue), daemon=True).start()
    began_s = time.monotonic()
    running: dict[str, float] = {}
    for step in range(first_step, n_steps):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, n_steps)
        batch = queue.get()
        memory = network.encode(batch.mel, batch.offsets)
        entropy = decoder_loss(network, batch, memory)
        loss = entropy
        if step < CTC_UNTIL * n_steps:
            loss = loss + CTC_SHARE * encoder_loss(network, batch, memory, special)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        keep = 1 - 1 / min(MEAN_STEPS, step + 2)
        with torch.no_grad():
            for slow, fast in zip(mean.parameters(), network.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)
        kind = "full" if batch.mel.shape[2] == 3000 else "short"
        running[kind] = 0.97 * running.get(kind, entropy.item()) + 0.03 * entropy.item()
        if companion is not None and (step + 1) % MEETING_STEPS == 0:
            meet(network, checkpoint.with_suffix(".weights"), companion)
        if (step + 1) % CHECKPOINT_STEPS == 0 or step + 1 == n_steps:
            figures = "  ".join(f"{name} {value:.3f}" for name, value in sorted(running.items()))
            elapsed_s = time.monotonic() - began_s
            sys.stdout.write(
                f"step {step + 1} of {n_steps}  {figures}  {len(pool)} utterances  {elapsed_s:.0f} s\n"
            )
            sys.stdout.flush()
            state = {"network": network.state_dict(), "mean": mean.state_dict(), "step": step + 1}
            save(checkpoint, {**state, "optimizer": optimizer.state_dict()})
            pool.refresh()


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shards", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument(
        "--start", type=Path, required=True, help="folder with tokenizer.json and, to start warm, model.bin"
    )
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--full-share", type=float, default=0.15)
    parser.add_argument("--threads", type=int, default=2, help="one where others use the machine too")
    parser.add_argument("--companion", type=Path, help="the .weights file of a training beside this one")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    course = Course(given.steps, given.full_share, given.companion, given.seed)
    train(given.shards, given.checkpoint, given.start, course)


if __name__ == "__main__":
    main()
