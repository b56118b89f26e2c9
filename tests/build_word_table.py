"""Count anew what ``voiceprep score`` knows of words: ``python -m tests.build_word_table SOURCES``.

Writes voiceprep/word_table.txt from free text: a folder of SOURCES for each of those listed here, a checkout
of it, or for WordNet its data files. Only counts of words go into the table, no sentence of theirs.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voiceprep.scoring import N_PLACES, SCALE, ZERO
from voiceprep.stems import stem
from voiceprep.text import FUNCTION_WORDS, vocabulary, words

ROOT = Path(__file__).resolve().parents[1]

N_WORDS = 8_000
"""Rarer words stand too seldom in these texts for a place of their own."""
WINDOW = 10
"""Words within which two words are neighbours; a neighbour n words off counts 1/n."""
SMOOTHING = 0.75
"""Exponent on the counts of neighbours (Levy, Goldberg and Dagan 2015): rare ones would be overrated."""
COMMON = 20
"""A word in fewer sentences than one in so many times this carries all the information there is."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """A text the words are counted in: its folder, its files, how often each of its sentences counts."""

    folder: str
    pattern: str
    weight: float
    origin: str


SOURCES = (
    Source("OpenDSA", "RST/en/**/*.rst", 1.0, "OpenDSA/OpenDSA at 87564483, MIT"),
    Source("book", "**/*.rst", 2.0, "SystemsApproach/book at ef389465, CC BY 4.0"),
    Source("javascript-algorithms", "**/README.md", 1.0, "trekhleb/javascript-algorithms at 85293e3e, MIT"),
    Source("cpp-docs", "docs/*/**/*.md", 0.5, "MicrosoftDocs/cpp-docs at a2e592a8, CC BY 4.0"),
    Source("wordnet", "data.*", 0.5, "WordNet 3.0, WordNet licence"),
)
CPP_PARTS = vocabulary(
    "cpp c-language standard-library parallel porting security build code-quality data dotnet text"
)
"""The parts of cpp-docs that are prose; the others are lists of names."""
CONTENT_WEIGHT = 2.0


def sentences(source: Source, base: Path) -> Iterator[str]:
    """The sentences of a source, without its markup."""
    paths = sorted((base / source.folder).glob(source.pattern))
    if not paths:
        raise SystemExit(f"{base / source.folder} holds no {source.pattern}: put {source.origin} there")
    for path in paths:
        if (
            source.folder == "cpp-docs"
            and path.relative_to(base / "cpp-docs" / "docs").parts[0] not in CPP_PARTS
        ):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from (_glosses(text) if source.folder == "wordnet" else _prose(text))


def _glosses(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if " | " not in line or line.startswith("  "):
            continue
        fields, gloss = line.split(" | ", 1)
        parts = fields.split()
        names = [parts[4 + 2 * i].split("(")[0].replace("_", " ") for i in range(int(parts[3], 16))]
        for part in gloss.strip().split("; "):
            yield part.strip('" ') if part.startswith('"') else " ".join((*names, part))


_MARKUP = (
    (re.compile(r"\A---\n.*?\n---\n", re.DOTALL), ""),
    (re.compile(r"```.*?```", re.DOTALL), " . "),
    (re.compile(r"^\.\. .*(?:\n[ \t]+:.*)*", re.MULTILINE), ""),
    (re.compile(r":\w+:`([^`<]*)(?:<[^>]*>)?`"), r"\1"),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"^\s*\|.*$", re.MULTILINE), ""),
    (re.compile(r"https?://\S+|<[^>]+>|\$[^$]*\$|`+|\*+|[_#=]{2,}"), " "),
)


def _prose(text: str) -> Iterator[str]:
    for pattern, instead in _MARKUP:
        text = pattern.sub(instead, text)
    for paragraph in re.split(r"\n\s*\n", text):
        yield from re.split(r"(?<=[.!?;])\s+", " ".join(paragraph.split()))


def counted(base: Path) -> list[tuple[list[str], float]]:
    """Every sentence as stems, with what it counts."""
    texts = [(sentence, source.weight) for source in SOURCES for sentence in sentences(source, base)]
    for path in sorted((ROOT / "content").rglob("*.toml")):
        quoted = re.findall(r'"([^"\n]+)"', path.read_text(encoding="utf-8"))
        texts += [(sentence, CONTENT_WEIGHT) for sentence in quoted]
    found = []
    for sentence, weight in texts:
        known = [
            stem(word)
            for word in words(sentence)
            if word.split("'")[0] not in FUNCTION_WORDS and not word[0].isdigit()
        ]
        if len(known) > 2:
            found.append((known, weight))
    return found


def places(sentences_: list[tuple[list[str], float]], kept: list[str]) -> Matrix:
    """Where each word stands among the subjects, float (n words, N_PLACES), rows of length 1.

    The leading singular vectors of the positive pointwise mutual information of neighbours.
    """
    at = {word: i for i, word in enumerate(kept)}
    pairs = np.zeros((len(kept), len(kept)), np.float32)
    for known, weight in sentences_:
        ids = [at.get(word, -1) for word in known]
        for i, one in enumerate(ids):
            for distance, other in enumerate(ids[i + 1 : i + 1 + WINDOW], 1):
                if one >= 0 and other >= 0:
                    pairs[one, other] += weight / distance
    pairs += pairs.T
    row = pairs.sum(axis=1)
    column = row**SMOOTHING
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = np.log(pairs * column.sum() / np.outer(row, column).astype(np.float32))
    pairs = np.where(np.isfinite(pairs) & (pairs > 0), pairs, 0).astype(np.float32)
    left, strength = _leading(pairs)
    found: Matrix = left * np.sqrt(strength)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    found -= found.mean(axis=0)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found


def _leading(matrix: npt.NDArray[np.float32]) -> tuple[Matrix, Matrix]:
    """Left singular vectors and values by subspace iteration."""
    basis = np.random.default_rng(0).standard_normal((matrix.shape[1], 3 * N_PLACES)).astype(np.float32)
    for _ in range(12):
        basis, _r = np.linalg.qr(matrix.T @ (matrix @ basis))
    left, strength, _ = np.linalg.svd(matrix @ basis, full_matrices=False)
    return left[:, :N_PLACES].astype(np.float64), strength[:N_PLACES].astype(np.float64)


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path, help="the folder with the checkouts")
    found = counted(parser.parse_args().sources)
    frequency = Counter(word for known, _ in found for word in known)
    spread = Counter(word for known, _ in found for word in set(known))
    kept = [word for word, _ in frequency.most_common(N_WORDS)]
    most = np.log(len(found) / COMMON)
    lines = [f"# {source.origin}" for source in SOURCES]
    for word, place in zip(kept, places(found, kept), strict=True):
        information = min(1.0, np.log(len(found) / (spread[word] + 1)) / most)
        codes = bytes(ZERO + round(SCALE * part) for part in place.tolist())
        lines.append(f"{word}\t{max(1, round(100 * information))}\t{codes.decode('ascii')}")
    path = ROOT / "voiceprep" / "word_table.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(found)} sentences, {frequency.total()} words, {len(kept)} kept in {path}")  # noqa: T201


if __name__ == "__main__":
    main()
