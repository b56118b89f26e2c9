"""The tokenizer: byte-level pieces learnt from our sentences, then Whisper's special tokens."""

from __future__ import annotations

from pathlib import Path
from random import Random

from texts import Texts, sentence
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

N_PIECES = 2_000
N_SENTENCES = 120_000
SEED = 3
SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
    *(f"<|{0.02 * step:.2f}|>" for step in range(1_501)),
)


def make_tokenizer(texts: Texts, path: Path) -> None:
    """Learn N_PIECES pieces from random sentences and write the tokenizer to ``path``."""
    rng = Random(SEED)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=N_PIECES,
        min_frequency=3,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator((" " + sentence(texts, rng) for _ in range(N_SENTENCES)), trainer)
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in SPECIAL])
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
