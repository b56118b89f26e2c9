"""Which words are denied: what a negator reaches, what is refused, and what is only set aside.

Nothing here knows any subject. The rules are those by which a listener takes "not" to this word and not
to that one.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from voiceprep.text import Token, clause_of, occurrences, token_at, vocabulary

NEGATORS = vocabulary(
    "not never no cannot without nothing none neither nor nobody nowhere hardly barely scarcely rarely seldom"
)
"""Words that deny; every word ending in "n't" does too."""

_NEAR = vocabulary("no without nothing none neither nor nobody nowhere")
_NEAR_TOKENS = 5
"""How far "no" and "without" reach: the noun and what belongs to it."""

_GIVING = vocabulary(
    "and or return returns returning output outputs give gives giving predict predicts is as"
)
_PLACES = vocabulary("in on outside inside elsewhere at for between around beyond where when else and or")
_DEGREE = vocabulary("hardly barely scarcely rarely seldom")
_DEGREE_TOKENS = 3
"""How far "barely" reaches: the verb."""

_AUXILIARIES = vocabulary(
    "is are was were be am been do does did will would can could should must may might has have had shall"
)
_CONTRACTED = ("'s", "'re", "'m", "'d", "'ll", "'ve")
_UNDONE_BY = vocabulary(
    "only just merely necessarily simply forget skip ignore neglect underestimate omit overlook miss doubt "
    "mind "
    "hesitate until matter avoid deny"
)
"""After a negator these make the sentence positive or leave it open: "not only", "don't forget to"."""

_MERELY = vocabulary("only just merely simply")
_UNABLE = vocabulary("can't cannot couldn't")
_BETWEEN = vocabulary("to really even ever want be have")
_NO_IDIOMS = vocabulary("wait doubt actually sorry matter wonder")
_KNOWING = vocabulary(
    "see tell know say learn find show decide distinguish understand separate recognise recognize notice"
)
_HEARERS = vocabulary("you me him her them us")
_ASKING = vocabulary("where which who whether when if how what")
"""Who cannot tell "where one car ends" denies that clause too."""

_PARENTHESIS_TOKENS = 4
"""A longer clause after a negator is no parenthesis but a statement."""

_RELATIVE = vocabulary("that which who")
_SAYING = vocabulary("think say know mean means guess believe is was so hope said find found sure")
"""After these "that" begins a statement, not a description of the word before it."""

_REASONS = vocabulary("because cause cos since so")
_PROTECTED = vocabulary("if when unless until otherwise because since so whether")
"""A negation in a clause opened by these is a case or a consequence and denies nothing."""

_REFUSALS = re.compile(
    r"\b(?:(?:i|we|you|they)(?:'d| would|'ll| will)? (?:skip|leave out|do without|stay away from"
    r"|steer clear of)|(?:i|we|you|they) (?:refuse|decline|fail|failed|refused) to|instead of (?!just\b"
    r"|only\b)"
    r"|rather than (?!just\b|only\b)"
    r"|there(?:'s| is) no (?:need|point|reason|sense)|far from|unlike|as opposed to|the opposite of"
    r"|anything but)\b"
)
_SUBJECTS = vocabulary("i we you it they he she")
_SOFT = ("instead of", "rather than", "as opposed to", "unlike")


@dataclass(frozen=True, slots=True)
class Denials:
    """For every token: is it denied, and by which negator (-1: by none, or by a refusal); is it set aside."""

    denied: tuple[bool, ...]
    denied_by: tuple[int, ...]
    set_aside: tuple[bool, ...]
    negators: tuple[int, ...]


def denials(folded: str, tokens: tuple[Token, ...], frames: Collection[int]) -> Denials:
    """What is denied among ``tokens``, those of the text whose folding is ``folded``.

    Tokens of ``frames`` turn down whole statements: no negator among them reaches a word of its own.
    """
    denied = [False] * len(tokens)
    aside = [False] * len(tokens)
    denied_by = [-1] * len(tokens)
    clauses = clause_of(tokens)
    negators = tuple(
        at
        for at, token in enumerate(tokens)
        if _is_negator(token.word) and at not in frames and _denies(tokens, at)
    )
    for at in negators:
        for i in _reach(tokens, clauses, at):
            denied[i], denied_by[i] = True, at
    _refusals(folded, tokens, clauses, (denied, aside))
    return Denials(tuple(denied), tuple(denied_by), tuple(aside), negators)


def _denies(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a negator denies what follows; one that is undone, or that only answers, does not."""
    following = [token.word for token in tokens[at + 1 : at + 5] if not token.is_filler]
    if not following or _only_sounds_negative(tokens, at, following[0]):
        return False
    for nxt in following:
        if nxt in _MERELY and tokens[at].word in _UNABLE:  # "it can't just measure": measuring is denied
            break
        if nxt in _UNDONE_BY or _is_negator(nxt):  # "not only", "don't forget", "never without"
            return False
        if nxt not in _BETWEEN:
            break
    # The second of two negators in a row was undone with the first.
    before = [token.word for token in tokens[max(0, at - 2) : at] if not token.is_filler]
    return not any(_is_negator(other) for other in before[-1:])


def _is_negator(word: str) -> bool:
    return word in NEGATORS or word.endswith("n't")


def _only_sounds_negative(tokens: tuple[Token, ...], at: int, following: str) -> bool:
    """Whether nothing is denied: "no wait", "no doubt", "No, you keep it", "doing nothing"."""
    if tokens[at].word == "no":
        return following in _NO_IDIOMS or _stands_alone(tokens, at)
    if tokens[at].word != "nothing" or at == 0:
        return tokens[at].word == "nothing" and following == "but"
    before = tokens[at - 1].word
    is_value = before in _GIVING and following in _PLACES  # "one inside and nothing outside"
    return before in {"do", "does", "doing", "did"} or following == "but" or is_value


def _stands_alone(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether it is the answer word ("No, you keep the box"), which denies nothing that follows."""
    return at + 1 < len(tokens) and tokens[at].clause != tokens[at + 1].clause


def _reach(tokens: tuple[Token, ...], clauses: list[tuple[int, int]], at: int) -> range:
    """The tokens that the negator at ``at`` denies."""
    begin, end = clauses[at]
    word = tokens[at].word
    joined = _joined_at(tokens, begin, at)
    is_protected = tokens[begin].word in _PROTECTED and word != "without"
    if is_protected and (tokens[begin].word not in _REASONS or joined == begin):
        return range(0)
    begin, end = joined, _run_on(tokens, clauses, at)
    if word in _NEAR:
        return range(at + 1, min(end, at + 1 + _NEAR_TOKENS))
    if word in _DEGREE:
        return range(at + 1, min(end, at + 1 + _DEGREE_TOKENS))
    before = tokens[at - 1].word if at > begin else ""
    relative = _relative_at(tokens, begin, at)
    if relative is not None:
        is_described = not any(token.word in _SUBJECTS for token in tokens[relative + 1 : at])
        if is_described and tokens[relative - 1].word not in _SAYING:
            return range(at + 1, min(end, at + 4))  # "frames that aren't labelled" denies only itself
        begin = relative
    # "Freezing isn't needed", "it is never kept": the subject is denied with its verb. A bare "not"
    # or "never" ("the big one, not the small") denies what follows it only.
    verb_denied = (
        word.endswith("n't") or word == "cannot" or before in _AUXILIARIES or before.endswith(_CONTRACTED)
    )
    return range(begin if verb_denied else at + 1, end)


def _joined_at(tokens: tuple[Token, ...], begin: int, at: int) -> int:
    """Where the statement of the negator at ``at`` begins: after an "and" that joins it to another one."""
    for i in range(at - 2, begin, -1):
        if tokens[i].word in {"and", "or", "but"}:
            states = any(
                token.word.split("'")[0] in _SUBJECTS
                or token.word in _AUXILIARIES
                or token.word.endswith((*_CONTRACTED, "n't"))
                for token in tokens[begin:i]
            )
            return i + 1 if states else begin
    return begin


def _relative_at(tokens: tuple[Token, ...], begin: int, at: int) -> int | None:
    """Where the "that" stands which opens the negator's part of the clause; None where there is none."""
    i = at - 1
    while i > begin and (tokens[i].word in _AUXILIARIES or tokens[i].word in _SUBJECTS):
        i -= 1
    return i if i > begin and tokens[i].word.removesuffix("'s") in _RELATIVE else None


def _run_on(tokens: tuple[Token, ...], clauses: list[tuple[int, int]], at: int) -> int:
    """Where the denial ends: with its clause, after a parenthesis, or with what is not known."""
    end = clauses[at][1]
    if end == len(tokens) or tokens[end].sentence != tokens[at].sentence:
        return end
    inside = [token.word for token in tokens[at + 1 : end] if not token.is_filler]
    known = inside[:-1] if inside and inside[-1] in _HEARERS else inside
    if known and known[-1] in _KNOWING and tokens[end].word in _ASKING:
        return clauses[end][1]
    after = clauses[end][1]
    is_parenthesis = after - end <= _PARENTHESIS_TOKENS and tokens[end].word not in _PROTECTED
    if not set(inside) - _BETWEEN and is_parenthesis and after < len(tokens):
        # "don't, in practice, keep it": a parenthesis does not end the denial
        return clauses[after][1] if tokens[after].sentence == tokens[at].sentence else after
    return end


def _refusals(
    folded: str,
    tokens: tuple[Token, ...],
    clauses: list[tuple[int, int]],
    marks: tuple[list[bool], list[bool]],
) -> None:
    """Marks what is refused as denied, and what is set aside ("instead of") as set aside."""
    denied, aside = marks
    for start, stop in occurrences(_REFUSALS, folded):
        at = token_at(tokens, stop)
        if at >= len(tokens):
            continue
        is_soft = folded.startswith(_SOFT, start)
        for i in range(at, clauses[at][1]):
            if is_soft and i > at and tokens[i].word.split("'")[0] in _SUBJECTS:
                break  # "instead of floats it holds integers": the statement begins
            (aside if is_soft else denied)[i] = True
