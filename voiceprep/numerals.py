"""Numbers as they are said: "two fifty-five", "point six", "nineteen twenty by ten eighty".

Only cardinal numbers; ordinals ("the second") order steps and count nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9,
}  # fmt: skip
_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_AFTER_A = frozenset({"hundred", *_SCALES})
_NIL = frozenset({"zero", "oh", "o", "nought"})

WORDS = frozenset({*UNITS, *_TEENS, *_TENS, *_SCALES, "hundred", "point", "nought"})
"""Words a number can begin with or contain (apart from "a hundred", "and", "oh")."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number found in a run of words: its value, and how many words it took."""

    value: float
    n_words: int

    @property
    def digits(self) -> str:
        """The number as it would be written: "255", "0.5"."""
        return f"{self.value:.6f}".rstrip("0").rstrip(".") if self.value < 1e15 else f"{self.value:.0f}"


def may_begin(word: str) -> bool:
    """Whether a number can begin with the lower-case ``word``; most words are passed over by this alone."""
    return word in WORDS or word[0].isdigit() or word == "a"


def numeral_at(words: Sequence[str], start: int) -> Numeral | None:
    """The longest number that begins at ``words[start]`` (lower case), None where none does.

    Digits count as they stand ("0.5", "1,000") and may be followed by a scale word ("4 thousand").
    """
    if words[start] == "a" and (start + 1 == len(words) or words[start + 1] not in _AFTER_A):
        return None
    whole = _whole(words, start)
    n = whole.n_words if whole else 0
    decimals = _decimals(words, start + n)
    if decimals:
        base = whole.value if whole else 0.0
        return Numeral(base + decimals.value, n + decimals.n_words)
    return whole


def _decimals(words: Sequence[str], start: int) -> Numeral | None:
    """The value of "point six", "point zero five"; None where "point" is not followed by a digit."""
    if start >= len(words) or words[start] != "point":
        return None
    digits = ""
    at = start + 1
    while at < len(words) and (words[at] in UNITS or words[at] in _NIL):
        digits += "0" if words[at] in _NIL else str(UNITS[words[at]])
        at += 1
    if not digits and (small := _small(words, at)):  # "point forty-five"
        digits, at = f"{small.value:.0f}", at + small.n_words
    return Numeral(float(f"0.{digits}"), at - start) if digits else None


def _whole(words: Sequence[str], start: int) -> Numeral | None:
    """Digits or number words up to and including thousands and millions."""
    total, at, found = 0.0, start, False
    while True:
        part = _hundreds(words, at)
        if part is None:
            break
        after = at + part.n_words
        scale = _SCALES.get(words[after]) if after < len(words) else None
        if scale is None:
            if found and total % 1_000:
                break
            return Numeral(total + part.value, after - start)
        total, at, found = total + part.value * scale, after + 1, True
        if at < len(words) - 1 and words[at] == "and" and _hundreds(words, at + 1) is not None:
            at += 1
    return Numeral(total, at - start) if found else None


def _hundreds(words: Sequence[str], start: int) -> Numeral | None:
    """Up to "two hundred and fifty", "two fifty-five", "nineteen twenty", "255"."""
    if start >= len(words):
        return None
    first = words[start]
    following = words[start + 1] if start + 1 < len(words) else ""
    if first[0].isdigit():
        plain = first.replace(",", "")
        return Numeral(float(plain), 1) if plain.replace(".", "", 1).isdecimal() else None
    if first == "a":
        if following == "hundred":
            return _with_rest(words, start, Numeral(100.0, 2))
        return Numeral(1.0, 1) if following in _SCALES else None
    small = _small(words, start)
    if small is not None and small.value >= 1:
        return _longer(words, start, small)
    return small


def _longer(words: Sequence[str], start: int, small: Numeral) -> Numeral:
    """What a small number begins: hundreds, or a number in two halves ("nineteen twenty", "one oh one")."""
    after = start + small.n_words
    if after >= len(words):
        return small
    if words[after] == "hundred":
        return _with_rest(words, start, Numeral(small.value * 100, small.n_words + 1))
    # Years, screen sizes and byte values come in halves.
    if words[after] in {"oh", "o"} and after + 1 < len(words) and words[after + 1] in UNITS:
        return Numeral(small.value * 100 + UNITS[words[after + 1]], small.n_words + 2)
    half = _small(words, after)
    if half is not None and half.value >= 10:
        return Numeral(small.value * 100 + half.value, small.n_words + half.n_words)
    return small


def _with_rest(words: Sequence[str], start: int, hundreds: Numeral) -> Numeral:
    at = start + hundreds.n_words
    if at < len(words) and words[at] == "and":
        at += 1
    rest = _small(words, at)
    if rest is None:
        return hundreds
    return Numeral(hundreds.value + rest.value, at + rest.n_words - start)


def _small(words: Sequence[str], start: int) -> Numeral | None:
    """Zero to ninety-nine in words."""
    if start >= len(words):
        return None
    word = words[start]
    if word in UNITS:
        return Numeral(float(UNITS[word]), 1)
    if word in _TEENS:
        return Numeral(float(_TEENS[word]), 1)
    if word in _TENS:
        unit = UNITS.get(words[start + 1], 0) if start + 1 < len(words) else 0
        return Numeral(float(_TENS[word] + unit), 2 if unit else 1)
    return Numeral(0.0, 1) if word == "nought" else None
