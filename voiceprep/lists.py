"""Bare enumerations: words that are only named, with nothing that relates them."""

from __future__ import annotations

import re

from voiceprep.numerals import WORDS as NUMBER_WORDS
from voiceprep.text import FUNCTION_WORDS, STOPWORDS, Token, vocabulary

DENSE_WINDOWS = ((10, 0), (14, 1))
"""(words, function words at most) of a stretch that is only a list: in 87 answers to these questions the
first occurs in four places, the second in none."""
_JOINING = vocabulary("and or a an the plus maybe also then of like")
"""Function words that a bare list may hold between its items."""
_LIST_TAIL = re.compile(
    r"(?:and so on|you name it|et ?cetera|etc|and (?:all )?that|all that|(?:or )?whatever|and stuff"
    r"|that sort of thing)\b"
)
"""After these two items are a list already."""
_ITEM_MARK = re.compile(r"[,;.:!?\n/|]")
LIST_ITEM_TOKENS = 4
"""An item of a bare list is at most this long."""
TERM_TOKENS = 2
"""So short an item is a term unless it states something ("it is", "I stop")."""
_STATING = vocabulary("i we you it they he she is are was were be so then yes no well okay")
LIST_ITEMS = 3
"""Fewer items than this are a phrase, not a list."""
LIST_WHOLE_TOKENS = 6
"""Without commas: a stretch between marks of so many words, none of them a function word, is a list."""
LIST_RUN_TOKENS = 9
"""Inside a longer stretch it takes more: recognisers drop the commas of "few exotic layers, mostly"."""


def listed(folded: str, tokens: tuple[Token, ...]) -> list[bool]:
    """For every token whether it stands in a bare enumeration; ``folded`` is the text of ``tokens``."""
    items = _items(folded, tokens)
    marks = [False] * len(tokens)
    for begin, end in (*_enumerated(folded, tokens, items), *_dense(tokens), *_runs(tokens, items)):
        marks[begin:end] = [True] * (end - begin)
    for before, item, after in zip(items, items[1:], items[2:], strict=False):
        # Between two listed items a longer one is of the list too.
        if marks[before[0]] and marks[after[0]] and item[1] - item[0] <= LIST_ITEM_TOKENS:
            marks[item[0] : item[1]] = [True] * (item[1] - item[0])
    return marks


def _enumerated(
    folded: str, tokens: tuple[Token, ...], items: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Items of enumerations with commas: enough of them in a row, none with a word that relates anything."""
    found: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for item in items:
        if _is_bare(tokens, item):
            run.append(item)
            continue
        tail = _LIST_TAIL.match(folded, tokens[item[0]].start)
        if len(run) >= (LIST_ITEMS - 1 if tail else LIST_ITEMS):
            found.extend(run)
        run = []
    return [*found, *run] if len(run) >= LIST_ITEMS else found


def _runs(tokens: tuple[Token, ...], items: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of an item in which so many words follow one another without any small word."""
    found = []
    for begin, end in items:
        first = begin
        for at in range(begin, end + 1):
            if at == end or tokens[at].word in STOPWORDS or _relates(tokens[at]):
                is_whole = (first, at) == (begin, end)
                if at - first >= (LIST_WHOLE_TOKENS if is_whole else LIST_RUN_TOKENS):
                    found.append((first, at))
                first = at + 1
    return found


def _dense(tokens: tuple[Token, ...]) -> list[tuple[int, int]]:
    """Stretches with hardly a function word: nobody talks like that, keywords read out do."""
    spoken = [at for at, token in enumerate(tokens) if not token.is_filler]
    small = [tokens[at].word.split("'")[0] in FUNCTION_WORDS or "'" in tokens[at].word for at in spoken]
    found = []
    for width, most in DENSE_WINDOWS:
        n_small = sum(small[:width])
        for first in range(len(spoken) - width + 1):
            if first:
                n_small += small[first + width - 1] - small[first - 1]
            if n_small <= most:
                found.append((spoken[first], spoken[first + width - 1] + 1))
    return found


def _items(folded: str, tokens: tuple[Token, ...]) -> list[tuple[int, int]]:
    items, begin = [], 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or any(
            mark in folded[tokens[at - 1].end : tokens[at].start] for mark in ",;.:!?\n/|"
        ):
            items.append((begin, at))
            begin = at
    return items


def _is_bare(tokens: tuple[Token, ...], item: tuple[int, int]) -> bool:
    inside = [token for token in tokens[item[0] : item[1]] if not token.is_filler]
    if len(inside) <= TERM_TOKENS:
        return not any(token.word.split("'")[0] in _STATING for token in inside)
    n_joining = sum(token.word in _JOINING for token in inside)
    return len(inside) <= LIST_ITEM_TOKENS + n_joining and not any(_relates(token) for token in inside)


def _relates(token: Token) -> bool:
    word = token.word.split("'")[0]
    return (word in STOPWORDS and word not in _JOINING) or "'" in token.word or word in NUMBER_WORDS
