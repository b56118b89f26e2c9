"""Which words of an answer are not the speaker's claim: denied, taken back, other people's, or only listed.

Each part marks tokens; nothing here knows any subject. The rules are those by which a listener
decides whether something was said or only mentioned.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from voiceprep.attribution import foreign
from voiceprep.denial import denials
from voiceprep.lists import listed
from voiceprep.text import Token, fold


@dataclass(frozen=True, slots=True)
class Scopes:
    """For every token: is it denied, set aside ("instead of"), disowned, reported, listed; what denies.

    ``denied_by`` holds the negator that denies a token, -1 where none does; ``doubted`` the tokens that are
    denied, disowned or reported, ``weak`` those set aside or listed.
    """

    denied: tuple[bool, ...]
    denied_by: tuple[int, ...]
    set_aside: tuple[bool, ...]
    disowned: tuple[bool, ...]
    reported: tuple[bool, ...]
    listed: tuple[bool, ...]
    negators: tuple[int, ...]
    doubted: frozenset[int] = field(init=False)
    weak: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        """Gathers the marked tokens: most tokens bear no mark, and that is asked of every hit."""
        marks = zip(self.denied, self.disowned, self.reported, strict=True)
        doubted = frozenset(at for at, mark in enumerate(marks) if True in mark)
        weak = frozenset(
            at for at, mark in enumerate(zip(self.set_aside, self.listed, strict=True)) if True in mark
        )
        object.__setattr__(self, "doubted", doubted)
        object.__setattr__(self, "weak", weak)

    def foreign(self, at: int) -> bool:
        """Whether token ``at`` is no claim of the speaker's: withdrawn, turned down, or another's opinion."""
        return self.disowned[at] or self.reported[at]


def scopes(text: str, tokens: tuple[Token, ...]) -> Scopes:
    """The scopes of ``tokens``, which must be those of ``text``; no tokens give empty marks."""
    folded = fold(text)
    others = foreign(folded, tokens)
    denied = denials(folded, tokens, others.frames)
    return Scopes(
        denied.denied,
        denied.denied_by,
        denied.set_aside,
        others.disowned,
        others.reported,
        tuple(listed(folded, tokens)),
        denied.negators,
    )


def in_story(marks: Scopes) -> Scopes:
    """The scopes of a story, in which what somebody said and wanted is part of what is told."""
    return replace(marks, reported=(False,) * len(marks.reported))
