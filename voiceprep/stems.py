"""One form for all forms of a word: inflection, irregular verbs, comparatives, British spelling."""

from __future__ import annotations

import re
from functools import lru_cache

from voiceprep.numerals import UNITS

_IRREGULAR = {
    "kept": "keep", "threw": "throw", "thrown": "throw", "sent": "send", "chose": "choos", "chosen": "choos",
    "lost": "lose", "losing": "lose", "found": "find", "built": "build", "ran": "run", "took": "take",
    "taken": "take", "gave": "give", "given": "give", "fell": "fall", "fallen": "fall", "drew": "draw",
    "drawn": "draw", "taught": "teach", "learnt": "learn", "saw": "see", "seen": "see", "went": "go",
    "gone": "go",
    "came": "come", "made": "make", "told": "tell", "bought": "buy", "brought": "bring", "froze": "freez",
    "frozen": "freez", "broke": "break", "broken": "break", "rose": "rise", "risen": "rise", "grew": "grow",
    "grown": "grow", "written": "write", "wrote": "write", "shrank": "shrink", "shrunk": "shrink",
    "slid": "slide",
    "spent": "spend", "stood": "stand", "meant": "mean", "felt": "feel", "left": "left", "hidden": "hide",
    "hid": "hide", "worse": "wors", "worst": "wors", "matrices": "matrix", "indices": "index",
    "indexes": "index",
    "vertices": "vertex", "men": "man", "women": "woman", "children": "child", "people": "peopl",
    "person": "peopl", "lying": "lie", "dying": "die", "tried": "tri", "split": "split", "analyse": "analyz",
    "analyses": "analysi", "criteria": "criterion", "data": "data", "dataset": "dataset", "axes": "axi",
    "best": "best", "better": "better", "biggest": "big", "bigger": "big", "smaller": "small",
    "smallest": "small",
    "larger": "larg", "largest": "larg", "higher": "high", "highest": "high", "lower": "low", "lowest": "low",
    "faster": "fast", "fastest": "fast", "slower": "slow", "slowest": "slow", "cheaper": "cheap",
    "darker": "dark", "darkest": "dark", "brighter": "bright", "brightest": "bright", "deeper": "deep",
    "deepest": "deep", "bigger's": "big", "fewer": "few", "heavier": "heavi", "harder": "hard",
    "closer": "close",
    "shorter": "short", "longer": "long", "stronger": "strong", "weaker": "weak", "finer": "fine",
    "paid": "pay", "struck": "strike", "stricken": "strike", "sat": "sit", "held": "hold", "met": "meet",
    "fed": "feed", "bent": "bend", "caught": "catch", "dealt": "deal", "dug": "dig", "drove": "drive",
    "driven": "drive", "ate": "eat", "eaten": "eat", "fought": "fight", "flew": "fly", "flown": "fly",
    "forgot": "forget", "forgotten": "forget", "hung": "hang", "heard": "hear", "knew": "know",
    "known": "know", "laid": "lay", "overcame": "overcom", "rode": "ride", "ridden": "ride", "sank": "sink",
    "sunk": "sink", "sold": "sell", "shook": "shake", "shaken": "shake", "shone": "shine", "slept": "sleep",
    "spoke": "speak", "spoken": "speak", "spun": "spin", "stole": "steal", "stolen": "steal",
    "stuck": "stick", "swept": "sweep", "swung": "swing", "thought": "think", "understood": "understand",
    "misunderstood": "misunderstand", "wore": "wear", "worn": "wear", "won": "win", "began": "begin",
    "begun": "begin", "became": "becom", "blew": "blow", "blown": "blow", "sought": "seek", "shown": "show",
    "tore": "tear", "torn": "tear", "burnt": "burn", "spelt": "spell", "mistook": "mistak",
    "mistaken": "mistak", "misled": "mislead", "rebuilt": "rebuild", "redid": "redo", "redone": "redo",
    "rewrote": "rewrit", "rewritten": "rewrit", "reran": "rerun", "retook": "retak", "retaken": "retak",
    "swam": "swim", "woke": "wake", "lit": "light", "unfroze": "unfreez", "unfrozen": "unfreez",
    "withdrew": "withdraw", "withdrawn": "withdraw", "withstood": "withstand", "bred": "breed",
    "coarser": "coars", "sharper": "sharp", "brightness": "bright", "darkness": "dark",
}  # fmt: skip
_AMERICAN = (
    ("colour", "color"), ("grey", "gray"), ("centre", "center"), ("metre", "meter"),
    ("behaviour", "behavior"),
    ("neighbour", "neighbor"), ("favour", "favor"), ("labour", "labor"), ("catalogue", "catalog"),
    ("licence", "license"), ("defence", "defense"), ("programme", "program"), ("travell", "travel"),
    ("labell", "label"), ("modell", "model"), ("mould", "mold"), ("artefact", "artifact"),
)  # fmt: skip
_ISE = re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|es|er|ers|ing|ation|ations)?$)")
_NOT_ISE = re.compile(
    r"(?:noise|raise|rais|precis|exercis|advis|promis|surpris|compris|revis|superv|televis|rise|ris|wise|"
    r"likewis|otherwis|concis|pois|devis|disguis|prais|bruis|cruis|arise|franchis|improvis|premis|chas"
    r"|expertise)"
)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Porter2 stem of a folded word; irregular verbs, comparatives and British spellings are levelled first.

    A number word gives its digits. Words below four characters are left as they are.
    """
    from snowballstemmer import stemmer  # loads every language: not before it is needed

    word = word.removesuffix("'s").removesuffix("'")
    if word in UNITS:
        return str(UNITS[word])
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.isalpha():
        return word.removesuffix("s") if len(word) == 4 and word[-1] == "s" and word[0].isalpha() else word
    word = american(word)
    # A stemmer keeps state while it works, and several threads may check at once: each gets its own.
    return str(stemmer("english").stemWord(word))


@lru_cache(maxsize=65_536)
def american(word: str) -> str:
    """A folded word, or the beginning of one, with its British spelling levelled ("normalis" too)."""
    for british, us in _AMERICAN:
        if british in word:
            word = word.replace(british, us)
    return word if _NOT_ISE.search(word) else _ISE.sub("iz", word)


def root(stem_: str) -> str:
    """The head of a stem by which words of one family are told ("distil", "distillation")."""
    return stem_[:5]
