"""The sentences that the synthetic speakers say: a grammar, word salads and the project's own content."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
REFERENCE = re.compile(r"\[(\w+)\]")
WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
# One sentence in this many is held out by its hash, so that the test texts stay the same whatever is added.
HELD_OUT_EVERY = 20
MAX_WORDS = 22
ARTICLE_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?!one\b|once\b)(?=[aeioAEIO])")
# Kinds of sentence and how often each is said.
SHARES = (
    ("prose", 0.34),
    ("written", 0.25),
    ("subject", 0.12),
    ("splice", 0.10),
    ("salad", 0.09),
    ("general", 0.03),
    ("fragment", 0.03),
    ("command", 0.03),
    ("quantity", 0.01),
)


@dataclass(frozen=True)
class Texts:
    """What there is to say: the grammar's rules, sentences of content and subject, and all words of these."""

    rules: dict[str, tuple[str, ...]]
    prose: tuple[str, ...]
    written: tuple[str, ...]
    words: tuple[str, ...]


def read_grammar(path: Path = HERE / "grammar.txt") -> dict[str, tuple[str, ...]]:
    """Rules of ``path``, name to alternatives; raises ValueError for a reference to an unknown rule."""
    rules: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, _, alternatives = line.partition(" = ")
        rules[name] = rules.get(name, ()) + tuple(part.strip() for part in alternatives.split(" | "))
    for name, alternatives_of in rules.items():
        for alternative in alternatives_of:
            for reference in REFERENCE.findall(alternative):
                if reference not in rules:
                    raise ValueError(f"{path}: rule {name} refers to {reference}, which is not defined")
    return rules


def key_of(sentence: str) -> str:
    """``sentence`` by its words alone."""
    return " ".join(WORD.findall(sentence.lower()))


@cache
def written_for_tests() -> frozenset[str]:
    """Keys of the sentences in ``heldout.txt``."""
    return frozenset(map(key_of, (HERE / "heldout.txt").read_text(encoding="utf-8").splitlines()))


def is_held_out(sentence: str) -> bool:
    """Whether ``sentence`` belongs to the texts that are never trained on."""
    key = key_of(sentence)
    if key in written_for_tests():
        return True
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % HELD_OUT_EVERY == 0


def strings_of(value: object, names: frozenset[str]) -> list[str]:
    """All strings below ``value`` whose key is in ``names``, in order."""
    found: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in names and isinstance(inner, str):
                found.append(inner)
            elif key in names and isinstance(inner, list):
                found += [item for item in inner if isinstance(item, str)]
            found += strings_of(inner, names)
    elif isinstance(value, list):
        for inner in value:
            found += strings_of(inner, names)
    return found


def sentences_of(text: str) -> list[str]:
    """Sentences of ``text`` that can be spoken: letters and plain punctuation, not too long."""
    found = []
    for part in SENTENCE_END.split(" ".join(text.split())):
        clean = part.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip()
        n_words = len(clean.split())
        if 1 < n_words <= MAX_WORDS and re.fullmatch(r"[A-Za-z' ,.?!:;-]+", clean):
            found.append(clean if clean[-1] in ".?!" else clean + ".")
    return found


def read_lines(path: Path) -> tuple[str, ...]:
    """Sentences of ``path``, which holds one a line, held-out ones left out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = {sentence: None for line in lines for sentence in sentences_of(line)}
    return tuple(sentence for sentence in found if not is_held_out(sentence))


def read_prose(folders: tuple[Path, ...]) -> tuple[str, ...]:
    """Sentences of all TOML files below ``folders`` and of ``seeds.txt``, held-out ones left out."""
    names = frozenset(
        (
            "ask",
            "need",
            "strong",
            "flat",
            "phrasings",
            "why",
            "hint",
            "considerations",
            "correction",
            "opposites",
        )
    )
    texts = (HERE / "seeds.txt").read_text(encoding="utf-8").splitlines()
    for folder in folders:
        for path in sorted(folder.rglob("*.toml")):
            try:
                content = tomllib.loads(path.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise ValueError(f"{path}: {error}") from error
            texts += strings_of(content, names)
    found = {sentence: None for text in texts for sentence in sentences_of(text)}
    return tuple(sentence for sentence in found if not is_held_out(sentence))


def load(folders: tuple[Path, ...]) -> Texts:
    """Everything that can be said, from the grammar, ``seeds.txt`` and the TOML files below ``folders``."""
    rules = read_grammar()
    prose = read_prose(folders)
    lines = read_lines(HERE / "subject.txt")
    plain = [REFERENCE.sub(" ", part) for parts in rules.values() for part in parts]
    words = sorted(
        {word for text in (*plain, *prose, *lines) for word in WORD.findall(text) if len(word) > 1}
    )
    return Texts(rules, prose, lines, tuple(words))


def expand(rules: dict[str, tuple[str, ...]], name: str, rng: Random) -> str:
    """One random expansion of the rule ``name``."""
    text = rng.choice(rules[name])
    while match := REFERENCE.search(text):
        text = text[: match.start()] + rng.choice(rules[match.group(1)]) + text[match.end() :]
    return text


def salad(texts: Texts, rng: Random) -> str:
    """Random words in a row: no grammar to lean on, so that the words themselves have to be heard."""
    words = [rng.choice(texts.words) for _ in range(rng.randint(2, 9))]
    glue = texts.rules["prep"] + texts.rules["det"] + texts.rules["conj"] + texts.rules["pron"]
    return " ".join(
        part for word in words for part in ((rng.choice(glue), word) if rng.random() < 0.4 else (word,))
    )


def splice(texts: Texts, rng: Random) -> str:
    """The beginning of one sentence and the end of another."""
    every = rng.choice((texts.prose, texts.written))
    first, second = rng.choice(every).split(), rng.choice(every).split()
    head = first[: rng.randint(1, max(1, len(first) - 1))]
    tail = second[rng.randint(0, max(0, len(second) - 2)) :]
    return " ".join(head[-12:]) + " " + " ".join(tail[:10])


def written(text: str) -> str:
    """``text`` as Whisper writes a sentence: capital first letter, closing mark, articles agreeing."""
    text = ARTICLE_BEFORE_VOWEL.sub(r"\1n ", " ".join(text.split()))
    text = re.sub(r"\s+([,.?!])", r"\1", text).strip(" ,;:-")
    text = re.sub(r"\bi\b", "I", text)
    text = re.sub(r"[.?!;:]+(?=\s+[a-z])", ",", text)
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!" else text + "."


def sentence(texts: Texts, rng: Random) -> str:
    """One random training sentence, at most MAX_WORDS words, never a held-out one."""
    kinds, weights = zip(*SHARES, strict=True)
    while True:
        kind = rng.choices(kinds, weights)[0]
        if kind == "prose":
            text = rng.choice(texts.prose)
        elif kind == "written":
            text = rng.choice(texts.written)
        elif kind == "splice":
            text = splice(texts, rng)
        elif kind == "salad":
            text = salad(texts, rng)
        else:
            text = expand(texts.rules, kind, rng)
        text = written(text)
        if len(text.split()) <= MAX_WORDS and (kind == "command" or not is_held_out(text)):
            return text
