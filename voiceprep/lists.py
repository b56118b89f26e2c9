"""Bare enumerations: words that are only named, with nothing that relates them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby
from operator import sub

from voiceprep.numerals import WORDS as NUMBER_WORDS
from voiceprep.text import FUNCTION_WORDS, STOPWORDS, Token, vocabulary

_FINITE = vocabulary(
    "adds allows applies asks assumes avoids becomes begins believes belongs breaks brings builds "
    "calculates calls carries catches causes chooses classifies comes compares computes contains converts "
    "corrects costs creates decides deletes depends detects differs divides doubles draws drives drops "
    "eats expects explains extracts fails falls feeds feels finds finishes fits follows forces forgets "
    "gives grows guesses halves handles happens hears helps hides holds hurts improves keeps knows lasts "
    "learns leaves lets lies loses makes matters means moves needs notices observes occurs opens overfits "
    "overlaps owns passes pays picks predicts prefers prevents produces pulls punishes puts reaches reads "
    "receives recognises recognizes reduces remains remembers removes repeats replaces represents "
    "requires rises rules runs sees seems sells sends separates shows shrinks sits skips slides solves "
    "speaks spends splits squeezes stands stays suffers suggests suits suppresses survives takes teaches "
    "tells tends thinks throttles throws touches treats trusts turns understands uses varies wants wastes "
    "wins works writes yields took gave ran fell rose came went became grew saw wrote drew threw chose "
    "broke began knew made kept found paid struck sat stood told meant sent spent thought got"
)
"""Forms that are finite verbs in nearly every place: they state something where a list only names."""
_SHARING = vocabulary("per each every")
"""Words that relate a measure to what it is measured by."""
_PREPOSITIONS = vocabulary(
    "through between without across during before after behind along within against beyond beside towards "
    "around onto via since until both other others another everything anything something nothing everybody "
    "nobody"
)
"""Words of sentences that carry meaning and so are no stopwords."""

Item = tuple[int, int]
"""The first token of a stretch and the one after its last."""

LIST_WINDOWS = ((16, 5), (24, 4))
"""(words, excess) of a stretch that is a list though it holds small words, as when phrases are read out. The
excess counts pairs of neighbours without a mark between them that are both content words, less the words
that relate. One of 403 spoken answers reaches one of these, eleven where all marks are taken from them."""

SHORTEST_LIST = 10
"""An answer shorter than a window is measured as a whole from so many words on."""

DENSE_WINDOWS = ((10, 0), (14, 1))
"""(words, function words at most) of a stretch that is only a list: in 87 answers to these questions the
first occurs in four places, the second in none."""
_GRAMMAR = vocabulary(
    "a an the is are was were be been being it its that this these those there they he she them of to as by "
    "you your my our"
)
"""What sentences cannot do without and terms read out can."""
GRAMMAR_SHARE = 0.11
MIN_GRAMMAR_TOKENS = 20
"""An answer of so many words of which less than this share is such a word is read out: 567 spoken answers and
samples have 0.13 or more, terms read out with their small words mostly 0.10 or less."""
JOINING = vocabulary("and or a an the plus maybe also then of like")
"""Function words that a bare list may hold between its items."""
READ_OUT_ITEMS = 8
READ_OUT_SHARE = 0.7
"""A sentence of so many items, more than this share of them terms, is read out, not spoken."""
LIST_SHARE = 0.5
"""A stretch between marks is a list as a whole where more of it than this share is."""

_SMALL = FUNCTION_WORDS | _FINITE | _SHARING
_RELATING = ((STOPWORDS | _FINITE | _SHARING) - JOINING) | NUMBER_WORDS
_BREAKING = STOPWORDS | _RELATING
_CONNECTING = _RELATING | JOINING | _PREPOSITIONS
_LIST_TAIL = re.compile(
    r"(?:and so on|you name it|et ?cetera|etc|and (?:all )?that|all that|(?:or )?whatever|and stuff"
    r"|that sort of thing|these things|things like that|(?:these|those|they|it)(?: \w+)? (?:can|could"
    r"|are all|has"
    r"|have) (?:be |those |these |them |that )?(?:done |used |added )?(?:too|as well|also)|those are the)\b"
)
"""After these two items are a list already."""
_ITEM_MARK = re.compile(r"[,;.:!?\n/|]")
_HARD_MARK = re.compile(r"[.!?\n]")
LIST_ITEM_TOKENS = 4
"""An item of a bare list is at most this long."""
TERM_TOKENS = 2
"""So short an item is a term unless it states something ("it is", "I stop")."""
_STATING = vocabulary("i we you it they he she that this there is are was were be so then yes no well okay")
LIST_ITEMS = 3
"""Fewer items than this are a phrase, not a list."""
JOINED_ITEMS = 5
"""Items joined by words ("cats and dogs and birds") are a list from so many on; few are plain speech."""
_JOINERS = vocabulary("and or plus")
LIST_WHOLE_TOKENS = 6
"""Without commas: a stretch between marks of so many words, none of them a function word, is a list."""
LIST_RUN_TOKENS = 9
"""Inside a longer stretch it takes more: recognisers drop the commas of "few exotic layers, mostly"."""


def listed(folded: str, tokens: tuple[Token, ...]) -> list[bool]:
    """For every token whether it stands in a bare enumeration; ``folded`` is the text of ``tokens``."""
    items = _items(folded, tokens)
    parts = [
        [at for at in range(inside[0][0], inside[-1][1]) if not tokens[at].is_filler]
        for inside in _between_marks(folded, tokens, items)
        if inside
    ]
    if len(parts) == 1 and _lacks_grammar(tokens, parts[0]):
        return [True] * len(tokens)
    stretches = _stretches(folded, tokens, items, parts)
    marks = [False] * len(tokens)
    if not stretches:
        return marks
    for begin, end in stretches:
        marks[begin:end] = [True] * (end - begin)
    for begin, end in items:
        if sum(marks[begin:end]) > (end - begin) * LIST_SHARE:
            marks[begin:end] = [True] * (end - begin)
    for before, item, after in zip(items, items[1:], items[2:], strict=False):
        # Between two listed items a longer one is of the list too.
        if marks[before[0]] and marks[after[0]] and item[1] - item[0] <= LIST_ITEM_TOKENS:
            marks[item[0] : item[1]] = [True] * (item[1] - item[0])
    return marks


def _stretches(
    folded: str, tokens: tuple[Token, ...], items: list[Item], parts: list[list[int]]
) -> list[Item]:
    """Every stretch that is a list by one rule or another; ``parts`` holds the tokens of each sentence."""
    found = [*_enumerated(folded, tokens, items, LIST_ITEMS), *_runs(tokens, items)]
    joined = _joined_items(tokens, items)
    if len(joined) - len(items) >= JOINED_ITEMS - 1:
        found += _enumerated(folded, tokens, joined, JOINED_ITEMS)
    found += _clipped(parts)
    begins = {begin for begin, _ in items}
    for part in parts:
        if len(part) >= SHORTEST_LIST:
            found += [*_dense(tokens, part), *_disjointed(tokens, part, begins)]
    return found


def _enumerated(folded: str, tokens: tuple[Token, ...], items: list[Item], enough: int) -> list[Item]:
    """Items of enumerations: ``enough`` of them in a row, none with a word that relates anything."""
    found: list[Item] = []
    run: list[Item] = []
    for item in items:
        if _is_bare(tokens, item):
            run.append(item)
            continue
        if len(run) >= enough or (len(run) == enough - 1 and _LIST_TAIL.match(folded, tokens[item[0]].start)):
            found.extend(run)
        run = []
    if len(run) >= enough:
        found.extend(run)
    return [*found, *_read_out(folded, tokens, items)]


def _read_out(folded: str, tokens: tuple[Token, ...], items: list[Item]) -> list[Item]:
    """Sentences of so many short items that those which seem to state something ("I wanted") do not."""
    found = []
    for inside in _between_marks(folded, tokens, items):
        n_short = sum(end - begin <= TERM_TOKENS for begin, end in inside)
        if len(inside) >= READ_OUT_ITEMS and n_short > len(inside) * READ_OUT_SHARE:
            found.append((inside[0][0], inside[-1][1]))
    return found


def _clipped(parts: list[list[int]]) -> list[Item]:
    """Runs of so many sentences of a few words each that nobody speaks so: terms with full stops."""
    found = []
    for is_short, run in groupby(filter(None, parts), key=lambda part: len(part) <= LIST_ITEM_TOKENS):
        inside = list(run)
        if is_short and len(inside) >= READ_OUT_ITEMS:
            found.append((inside[0][0], inside[-1][-1] + 1))
    return found


def _between_marks(folded: str, tokens: tuple[Token, ...], items: list[Item]) -> list[list[Item]]:
    """The items between ends of sentences.

    Only marks end a sentence here: words like "since" and "then" break what is merely long.
    """
    stretches: list[list[Item]] = [[]]
    for begin, end in items:
        stretches[-1].append((begin, end))
        if end < len(tokens) and _HARD_MARK.search(folded, tokens[end - 1].end, tokens[end].start):
            stretches.append([])
    return stretches


def _runs(tokens: tuple[Token, ...], items: list[Item]) -> list[Item]:
    """Stretches of an item in which so many words follow one another without any small word."""
    found = []
    for begin, end in items:
        first = begin
        for at in range(begin, end + 1):
            if at == end or (word := tokens[at].word) in _BREAKING or "'" in word:
                is_whole = (first, at) == (begin, end)
                if at - first >= (LIST_WHOLE_TOKENS if is_whole else LIST_RUN_TOKENS):
                    found.append((first, at))
                first = at + 1
    return found


def _dense(tokens: tuple[Token, ...], spoken: list[int]) -> list[Item]:
    """Stretches with hardly a function word: nobody talks like that, keywords read out do."""
    small = [(word := tokens[at].word) in _SMALL or "'" in word for at in spoken]
    return [
        (spoken[first], spoken[first + width - 1] + 1)
        for width, most in DENSE_WINDOWS
        for first, n_small in enumerate(_sums(small, width))
        if n_small <= most
    ]


def _sums(values: Sequence[int], width: int) -> Iterable[int]:
    """The sum of every ``width`` values in a row; none where there are fewer."""
    upto = [0, *accumulate(values)]
    return map(sub, upto[width:], upto)


def _disjointed(tokens: tuple[Token, ...], spoken: list[int], begins: set[int]) -> list[Item]:
    """Stretches of words that hang together only here and there: phrases read out one after another.

    ``begins`` holds where items begin.
    """
    # Letters spelled out ("f p s") are one word said in three.
    spoken = [at for at in spoken if len(tokens[at].word) > 1 or _connects(tokens[at].word)]
    relating = [_connects(tokens[at].word) for at in spoken]
    gain = [
        -int(relating[i]) + (i > 0 and not relating[i] and not relating[i - 1] and at not in begins)
        for i, at in enumerate(spoken)
    ]
    return [
        (spoken[first], spoken[first + width - 1] + 1)
        for longest, least in LIST_WINDOWS
        for width in (min(longest, max(len(spoken), SHORTEST_LIST)),)
        for first, excess in enumerate(_sums(gain, width))
        if excess >= least
    ]


def _connects(word: str) -> bool:
    return word in _CONNECTING or "'" in word or word[0].isdigit()


def _items(folded: str, tokens: tuple[Token, ...]) -> list[Item]:
    items, begin = [], 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or (
            (gap := folded[tokens[at - 1].end : tokens[at].start]) != " " and _ITEM_MARK.search(gap)
        ):
            items.append((begin, at))
            begin = at
    return items


def _lacks_grammar(tokens: tuple[Token, ...], spoken: list[int]) -> bool:
    """Whether a stretch without marks does without the words that make sentences."""
    n_grammar = sum((word := tokens[at].word) in _GRAMMAR or "'" in word for at in spoken)
    return len(spoken) >= MIN_GRAMMAR_TOKENS and n_grammar < len(spoken) * GRAMMAR_SHARE


def _joined_items(tokens: tuple[Token, ...], items: list[Item]) -> list[Item]:
    """``items`` cut once more at the words that join ("and"), which belong to no item."""
    found = []
    for begin, end in items:
        first = begin
        for at in range(begin, end):
            if tokens[at].word in _JOINERS:
                if first < at:
                    found.append((first, at))
                first = at + 1
        if first < end:
            found.append((first, end))
    return found


def _is_bare(tokens: tuple[Token, ...], item: Item) -> bool:
    inside = [token for token in tokens[item[0] : item[1]] if not token.is_filler]
    if len(inside) <= TERM_TOKENS:
        return not any(token.word.split("'")[0] in _STATING for token in inside)
    n_joining = sum(token.word in JOINING for token in inside)
    return len(inside) <= LIST_ITEM_TOKENS + n_joining and not any(_relates(token) for token in inside)


def _relates(token: Token) -> bool:
    return token.word in _RELATING or "'" in token.word
