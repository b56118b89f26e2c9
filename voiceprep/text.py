"""What was said, cut into sentences, clauses and tokens that all keep their place in the text.

Everything works on recogniser output as well as on typed text: where punctuation is missing,
sentences break at the words people begin a new thought with.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from voiceprep.model import Term, Transcript, Word
from voiceprep.numerals import UNITS, may_begin
from voiceprep.stems import stem


def vocabulary(written: str) -> frozenset[str]:
    """A set of words written as one string."""
    return frozenset(written.split())


_WORD = re.compile(r"\d+(?:[.,]\d+)*(?![^\W_])|[^\W_](?:[^\W_]+|[\u0300-\u036f]+|'(?=[^\W\d_]))*")
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "\u00a0": " "})

MIN_MARKS_PER_TOKEN = 1 / 40
"""Fewer sentence marks than this and the text counts as unpunctuated (people pause every 10 to 25 words)."""

MIN_SENTENCE_TOKENS = 7
"""An unpunctuated stretch shorter than this is not broken at a discourse marker."""

MAX_SENTENCE_TOKENS = 32
"""Past this length any conjunction breaks an unpunctuated stretch."""

LONGEST_SENTENCE_TOKENS = 4 * MAX_SENTENCE_TOKENS
"""Past this length any word breaks a stretch: nobody speaks a minute in one sentence, and what is done for
each word of a sentence must not grow with the answer."""

_OPENERS = vocabulary(
    "so but because then now also okay well if when while although though whereas first second third next "
    "after finally otherwise since however"
)
_OPENS_OR_JOINS = _OPENERS | {"and"}
_SUBJECTS = vocabulary("i we you it they he she there that this")
_CLAUSE_OPENERS = vocabulary(
    "but because cause cos so since although though whereas while which who if when unless until otherwise "
    "then "
    "where however except"
)
_MAY_OPEN = _CLAUSE_OPENERS | {"and", "or"}

FILLERS = vocabulary("um umm uh uhm er erm hmm hm mm ah eh")
FILLER_PHRASES = (("you", "know"), ("i", "mean"), ("sort", "of"), ("kind", "of"), ("basically",), ("like",))
_FILLER_BY_WORD = {phrase[0]: phrase for phrase in FILLER_PHRASES}
_NOT_A_FILLER_AFTER = vocabulary(
    "any a an this that what which some same all every one each the another other these those of no "
    "different "
    "do did if how let as because so does don't didn't would"
)

STOPWORDS = vocabulary(
    "a an the and or of to in on at for from by with as is are was were be been being am it its he she they "
    "them "
    "their his her you your we our us i me my this that these those there here do does did doing done has "
    "have had "
    "having will would can could should may might must shall so if then than but because about into over "
    "under out "
    "up down off again also just only very really quite too more most much many some any all each every own "
    "such no "
    "nor not don't s t which who whom what when where why how get gets got getting go goes going say says "
    "said okay "
    "well yes yeah one thing things stuff way lot let let's like right actually usually maybe perhaps "
    "probably "
    "always often even still now whereas while though although"
)
"""Words that carry no part of a phrasing's meaning by themselves."""

FUNCTION_WORDS = vocabulary(
    "a an the and or of to in on at for from by with as is are was were be been being am it its he she they "
    "them "
    "their his her you your we our us i me my this that these those there here do does did doing done has "
    "have had "
    "having will would can could should may might must shall so if then than but because about into just "
    "very "
    "really quite too also some any s t which who whom what when where why how get gets got getting let like "
    "actually maybe perhaps okay well yes yeah one thing things stuff"
)
"""The words among them that do not change a meaning either."""

ARTICLES = vocabulary("a an the this that these those its your our my their his her")
"""Words skipped inside a phrase of several words."""


class Token(NamedTuple):
    """One word of the text: folded form, stem, character span, and the sentence and clause it stands in.

    A named tuple: it is made for every word said, and a frozen dataclass takes four times as long to make.
    """

    word: str
    stem: str
    start: int
    end: int
    sentence: int
    clause: int
    is_filler: bool


def fold(text: str) -> str:
    """``text`` in lower case with straight apostrophes; same length, so that offsets stay good."""
    text = text.translate(_STRAIGHT)
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def words(text: str) -> tuple[str, ...]:
    """The folded words of ``text`` in order."""
    return tuple(match.group() for match in _WORD.finditer(fold(text)))


def stems(text: str) -> tuple[str, ...]:
    """The stems of ``text`` in order."""
    return tuple(stem(word) for word in words(text))


@lru_cache(maxsize=64)
def tokenise(text: str) -> tuple[Token, ...]:
    """All words of ``text`` as tokens, in order; a text without words gives ``()``."""
    folded = fold(text)
    spans = [match.span() for match in _WORD.finditer(folded)]
    if not spans:
        return ()
    starts, ends = zip(*spans, strict=True)
    plain = [folded[start:end] for start, end in spans]
    gaps = [folded[end:start] for end, start in zip((0, *ends), (*starts, len(folded)), strict=True)]
    gaps[0] = ""
    for at, (before, following) in enumerate(pairwise(spans), start=1):
        if gaps[at] != " " and _goes_on(text, before, following[0]):
            gaps[at] = " "
    fillers = _filler_flags(plain, gaps)
    sentences = _sentences(plain, gaps, fillers)
    clauses = _clauses(plain, gaps, fillers, sentences)
    return tuple(map(Token, plain, map(stem, plain), starts, ends, sentences, clauses, fillers))


def transcript(typed: str) -> Transcript:
    """Typed text as a transcript: its words have places and no times; the text stays as it is."""
    return Transcript(typed, tuple(Word(typed[t.start : t.end], t.start, t.end) for t in tokenise(typed)))


def _filler_flags(plain: list[str], gaps: list[str]) -> list[bool]:
    flags = [word in FILLERS for word in plain]
    for at, word in enumerate(plain):
        phrase = _FILLER_BY_WORD.get(word)
        if phrase and tuple(plain[at : at + len(phrase)]) == phrase and _is_filler(plain, gaps, at, phrase):
            for i in range(at, at + len(phrase)):
                flags[i] = True
    return flags


_QUANTITY_NEXT = re.compile(r"^\d")
_BEFORE_FILLER_LIKE = vocabulary(
    "by is are was were at in on with for than it's that's maybe just and or um uh er"
)


def _is_filler(plain: list[str], gaps: list[str], at: int, phrase: tuple[str, ...]) -> bool:
    """Whether a phrase that can be a filler is one here, judged by its neighbours and the commas round it."""
    after = at + len(phrase)
    before_word = plain[at - 1] if at else ""
    next_word = plain[after] if after < len(plain) else ""
    comma_before = at == 0 or bool(gaps[at].strip(" -"))
    comma_after = bool(gaps[after].strip(" -'\"")) if after < len(gaps) else True
    if phrase[0] == "like":
        if comma_after and (comma_before or before_word in _BEFORE_FILLER_LIKE or before_word in FILLERS):
            return True
        from_number = (
            bool(_QUANTITY_NEXT.match(next_word)) or next_word in UNITS or next_word in {"a", "ten", "twenty"}
        )
        return before_word in _BEFORE_FILLER_LIKE and from_number and next_word != "a"
    if phrase == ("you", "know"):
        reports = next_word in {"what", "how", "that", "which", "the", "why"}
        set_off = comma_before and comma_after
        return set_off or (before_word not in _NOT_A_FILLER_AFTER and not reports)
    if phrase == ("i", "mean"):
        return before_word not in {"what", "that", "do"}
    if phrase in {("sort", "of"), ("kind", "of")}:
        return before_word not in _NOT_A_FILLER_AFTER
    return True


_NEVER_LAST = vocabulary(
    "and or nor but because cos although whereas unless until whether if than as per via vs into during "
    "despite a an the my your our their its every it's that's there's i'm we're they're you're i'd we'd "
    "they'd i've we've they've i'll we'll they'll we they very"
)
"""Words that end no sentence. Far fewer than those that leave a listener waiting (patience.HANGING): of 8,506
sentences of written answers 394 end with one of those ("to divide by.", "whose it is."), of these words with
three, all slips of the pen."""
_BREATH = re.compile(r"(?:\.+|…)[ \u00a0]+")
"""What recognisers write at the end of a phrase, whether or not its sentence has ended."""


_MIN_BEGUN = 3
_MIN_GOING_ON = 4
"""Words of the sentence before that word, or after the breath: in a list that is read out item by item, with
full stops, nothing goes on."""
_REACH = 40
"""Characters looked at on either side for them."""


def _goes_on(text: str, before: tuple[int, int], start: int) -> bool:
    """Whether the full stop between the word ``before`` and that at ``start`` is a breath in mid-sentence.

    "because. The camera", "and so... We need": somebody stopped to think. "Node A." is no article.
    """
    said = text[before[0] : before[1]]
    if not _BREATH.fullmatch(text, before[1], start) or said == "A":
        return False
    word = fold(said)
    if word not in _NEVER_LAST | {"so", "of"}:
        return False
    begun = words(_SENTENCE_MARK.split(text[max(0, before[0] - _REACH) : before[0]])[-1])
    if word == "so":  # "ten or so."
        return begun in {(), ("and",)}
    if word == "of":  # "what it is made of."
        return begun[-1:] in {("because",), ("instead",)}
    goes_on = words(_SENTENCE_MARK.split(text[start : start + _REACH])[0])
    return len(begun) >= _MIN_BEGUN or len(goes_on) >= _MIN_GOING_ON


_SENTENCE_MARK = re.compile(r"[.?!;\n\r…]")
_CLAUSE_MARK = re.compile(r"[,:()\[\]—–\"]| - ")


def _sentences(plain: list[str], gaps: list[str], fillers: list[bool]) -> list[int]:
    """Sentence number of every token: marks first, then discourse markers inside what is still too long.

    ``gaps`` holds the text before every token and that after the last.
    """
    hard = [gap != " " and _SENTENCE_MARK.search(gap) is not None for gap in gaps]
    unpunctuated = sum(hard[1:]) < len(plain) * MIN_MARKS_PER_TOKEN
    del hard[-1]
    hard[0] = True
    starts = [at for at, is_hard in enumerate(hard) if is_hard]
    breaks = [False] * len(plain)
    for begin, end in zip(starts, [*starts[1:], len(plain)], strict=True):
        breaks[begin] = True
        if unpunctuated or end - begin > 2 * MAX_SENTENCE_TOKENS:
            _break_long(plain, fillers, breaks, (begin, end))
    number, out = -1, []
    for is_break in breaks:
        number += is_break
        out.append(number)
    return out


def _break_long(plain: list[str], fillers: list[bool], breaks: list[bool], span: tuple[int, int]) -> None:
    begin, end = span
    last = begin
    for at in range(begin + 1, end):
        if fillers[at] or end - at < 3:
            continue
        length = at - last
        if length < MIN_SENTENCE_TOKENS or (
            plain[at - 1] in _OPENS_OR_JOINS and length < LONGEST_SENTENCE_TOKENS
        ):
            continue
        word = plain[at]
        nxt = plain[at + 1].split("'")[0] if at + 1 < end else ""
        after_article = plain[at - 1] in ARTICLES or plain[at - 1] in {"per", "every", "each"}
        opens = not after_article and (
            word in _OPENERS
            or (word == "and" and (nxt in _SUBJECTS or nxt in _OPENERS))
            or ("'" in word and word.split("'")[0] in _SUBJECTS)
            or (length >= 12 and word in {"i", "we", "you"})
            or (length >= MAX_SENTENCE_TOKENS and word in {"and", "or", "the", "which", "that"})
        )
        opens = opens or length >= LONGEST_SENTENCE_TOKENS
        if opens:
            breaks[at], last = True, at


def _clauses(plain: list[str], gaps: list[str], fillers: list[bool], sentences: list[int]) -> list[int]:
    """Clause number of every token: at sentence starts, commas and the words that open a clause.

    ``gaps`` holds the text before every token and that after the last.
    """
    number, out = -1, []
    for at, word in enumerate(plain):
        if at == 0 or sentences[at] != sentences[at - 1]:
            number += 1
        elif not fillers[at]:
            # A comma that only sets off a filler ends nothing; a clause word after it does begin something.
            is_marked = gaps[at] != " " and not fillers[at - 1] and _CLAUSE_MARK.search(gaps[at]) is not None
            number += is_marked or (word in _MAY_OPEN and opens_clause(plain, at))
        out.append(number)
    return out


def opens_clause(plain: list[str] | tuple[str, ...], at: int) -> bool:
    """Whether the word at ``at`` begins a clause of its own ("because", "and it", "or you")."""
    word = plain[at]
    if word in _CLAUSE_OPENERS:
        return True
    if word in {"and", "or"} and at + 1 < len(plain):
        nxt = plain[at + 1]
        return (
            nxt.split("'")[0] in _SUBJECTS
            or nxt in {"then", "not", "never", "nothing"}
            or nxt.endswith("n't")
        )
    return False


# ------------------------------------------------------------------------------ said plainly


@dataclass(frozen=True, slots=True)
class Plain:
    """A text without fillers, repeated words and breaths; ``places``: where its characters came from."""

    text: str
    places: tuple[int, ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters ``start`` to ``end`` (at least one) stand in the text it was made from."""
        return self.places[start], self.places[end - 1] + 1


_NO_TOKEN = Token("", "", 0, 0, 0, 0, is_filler=False)
MAX_ROUNDS = 3
"""Dropping a word may make another one a repetition; after so many rounds nothing is left to find."""


def plainly(text: str) -> Plain | None:
    """``text`` as it would be without "um", "the the" and "the. The"; None where nothing is to be left out.

    Whoever hesitates says the same: what is found in an answer must not hang on it. A mark that only sets
    off a filler goes with it, the end of a sentence stays where a sentence can end.
    """
    plain, places = text, tuple(range(len(text)))
    for _ in range(MAX_ROUNDS):
        tokens = tokenise(plain)
        if not any(
            token.is_filler or token.word == before.word or _breathes(plain, before, token)
            for before, token in pairwise((_NO_TOKEN, *tokens))
        ):
            break  # as in most answers
        idle = [_is_idle(plain, tokens, at) for at in range(len(tokens))]
        breaths = [_breathes(plain, before, token) for before, token in pairwise((_NO_TOKEN, *tokens))]
        if all(idle) or not any((*idle, *breaths)):
            break
        pieces: list[str] = []
        kept: list[int] = []
        end = 0
        skipped: Token | None = None
        for token, is_idle, after_breath in zip(
            (*tokens, None), (*idle, False), (*breaths, False), strict=True
        ):
            if is_idle:
                skipped = token
                continue
            start, stop = (token.start, token.end) if token else (len(plain), len(plain))
            gap = plain[end:start]
            if skipped is not None:
                gap = _mark_between(plain, (end, start), skipped, token) if end else ""
            elif after_breath:
                gap = " "
            pieces += (gap, plain[start:stop])
            kept += (*places[end : end + len(gap)], *places[start:stop])
            end, skipped = stop, None
        plain, places = "".join(pieces), tuple(kept)
    return Plain(plain, places) if plain != text else None


def _breathes(text: str, before: Token, token: Token) -> bool:
    """Whether a full stop between two tokens is a breath in mid-sentence."""
    return before.end > 0 and _goes_on(text, (before.start, before.end), token.start)


def _is_idle(text: str, tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a token is a filler or repeats the word before it; letters and numbers are meant twice."""
    token = tokens[at]
    if token.is_filler:
        return True
    before = tokens[at - 1] if at else token
    return (
        at > 0
        and before.word == token.word
        and len(token.word) > 1
        and not may_begin(token.word)
        and not _SENTENCE_MARK.search(text, before.end, token.start)
    )


def _mark_between(text: str, gap: tuple[int, int], skipped: Token, following: Token | None) -> str:
    """What is left of a gap from which words were dropped: the end of a sentence, a comma, or a space.

    Two commas or more only set fillers off, unless a clause begins after them; a comma after a repeated
    word (``skipped`` is the last that was dropped) belongs to the word.
    """
    start, end = gap
    marks = _SENTENCE_MARK.findall(text, start, end)
    if "\n" in marks:
        return "\n"
    if marks:
        return f"{marks[0]} "
    opens = following is not None and following.word in _CLAUSE_OPENERS
    sets_off = text.count(",", start, end) > 1 and not opens
    if not skipped.is_filler and text.startswith(",", skipped.end):
        return ", "
    return ", " if text[start] == "," and not sets_off else " "


# ------------------------------------------------------------------------------ wordings


def occurrences(pattern: re.Pattern[str], folded: str) -> Iterator[tuple[int, int]]:
    """Where ``pattern`` stands in folded text: first character and the one after its last, in order.

    A search that begins with a word boundary tries every character of the text; one that begins with a
    space tries only where one stands, and takes half the time. So every word gets a space before it.
    """
    headed = _headed(pattern)
    if headed is None:
        for match in pattern.finditer(folded):
            yield match.span()
    else:
        for match in headed.finditer(_spaced(folded)):
            start, end = match.span()
            yield start, end - 1


@lru_cache(maxsize=8)
def _spaced(folded: str) -> str:
    """A space, and ``folded`` with a space in place of any mark right before a word ("(so")."""
    return " " + _TIGHT_MARK.sub(" ", folded.translate(_AS_SPACE))


_AS_SPACE = str.maketrans("\n\r\t", "   ")
_TIGHT_MARK = re.compile(r"[^\w\s'-](?=[^\W\d])")
"""A mark between words, not one inside a word ("don't", "drone-survey") or a number ("0.5")."""


@lru_cache(maxsize=256)
def _headed(pattern: re.Pattern[str]) -> re.Pattern[str] | None:
    r"""``pattern`` with a space in place of a leading word boundary.

    None where it is not of the form ``\b(?:...)...``, that is where a part of it could match without.
    """
    source = pattern.pattern
    if not source.startswith(r"\b(?:"):
        return None
    depth = 0
    for piece in _PIECE.findall(source):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and depth == 0:
            return None
    return re.compile(" " + source.removeprefix(r"\b"), pattern.flags)


_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|.", re.DOTALL)
"""A piece of a regular expression: an escape, a class of characters, or a sign."""


def sentence_spans(tokens: tuple[Token, ...]) -> tuple[tuple[int, int], ...]:
    """For every sentence its first token and the one after its last."""
    return tuple(_runs([token.sentence for token in tokens]))


def clause_spans(tokens: tuple[Token, ...]) -> tuple[tuple[int, int], ...]:
    """For every clause its first token and the one after its last."""
    return tuple(_runs([token.clause for token in tokens]))


def clause_of(tokens: tuple[Token, ...]) -> list[tuple[int, int]]:
    """For every token its clause: the first token of it and the one after its last."""
    out: list[tuple[int, int]] = []
    for begin, end in clause_spans(tokens):
        out.extend([(begin, end)] * (end - begin))
    return out


_start = attrgetter("start")


def token_at(tokens: tuple[Token, ...], offset: int) -> int:
    """The first token that begins at or after the character ``offset``; len(tokens) where none does."""
    return bisect_left(tokens, offset, key=_start)


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    begin = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[begin]:
            yield begin, at
            begin = at


# ------------------------------------------------------------------------------ how a voice says it

_UNITS_SPOKEN = (
    (re.compile(r"(?<=\d) ?ms\b"), " milliseconds"),
    (re.compile(r"(?<=\d) ?µs\b|(?<=\d) ?us\b"), " microseconds"),
    (re.compile(r"(?<=\d) ?(?:fps|FPS)\b"), " frames per second"),
    (re.compile(r"(?<=\d) ?GB\b"), " gigabytes"),
    (re.compile(r"(?<=\d) ?MB\b"), " megabytes"),
    (re.compile(r"(?<=\d) ?kB\b|(?<=\d) ?KB\b"), " kilobytes"),
    (re.compile(r"(?<=\d) ?px\b"), " pixels"),
    (re.compile(r"(?<=\d) ?mm\b"), " millimetres"),
    (re.compile(r"(?<=\d) ?W\b"), " watts"),
    (re.compile(r"(?<=\d) ?kHz\b"), " kilohertz"),
    (re.compile(r"(?<=\d) ?Hz\b"), " hertz"),
    (re.compile(r"(?<=\d)-bit\b"), " bit"),
    (re.compile(r"(?<=\d)[x×](?=\d)"), " by "),  # the multiplication sign is meant
    (re.compile(r"(?<=\d) ?%"), " percent"),
)


def spoken(text: str, glossary: tuple[Term, ...]) -> str:
    """``text`` as a voice should say it: every glossary term in its spoken form, units in full.

    Terms are replaced at word boundaries, longest first, in the case they are written in; a term
    of one case only ("INT8") also where it is written in another, unless that makes a plain word of it
    ("map" is not mAP).
    """
    for pattern, said in _UNITS_SPOKEN:
        text = pattern.sub(said, text)
    forms = _spoken_forms(glossary)
    if not forms:
        return text
    exact = dict(forms)
    pattern = _alternation(tuple(written for written, _ in forms))
    return pattern.sub(lambda match: exact[match.group()], text)


@lru_cache(maxsize=64)
def _spoken_forms(glossary: tuple[Term, ...]) -> tuple[tuple[str, str], ...]:
    forms: dict[str, str] = {}
    for term in glossary:
        if term.spoken and term.spoken != term.term:
            forms.setdefault(term.term, term.spoken)
            if any(char.isdigit() for char in term.term) or "-" in term.term:
                forms.setdefault(term.term.lower(), term.spoken)
                forms.setdefault(term.term.upper(), term.spoken)
    return tuple(sorted(forms.items(), key=lambda form: (-len(form[0]), form[0])))


@lru_cache(maxsize=64)
def _alternation(written: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<![^\W_])(?:" + "|".join(re.escape(form) for form in written) + r")(?![^\W_])")
