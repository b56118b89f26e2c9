"""The frame of every page: its head, its policy, its footer, and how strings become text in it.

A page's only script and style are named by their hashes in its content security policy, and whatever was
said, asked or named goes in as text: nothing in it can run.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from html import escape


@dataclass(frozen=True, slots=True)
class Look:
    """The page's style and script, and the zone its times are told in (None: the system's)."""

    style: str
    script: str
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What a page is called, and what its footer warns of; ``skip`` leads past the heading."""

    title: str
    kind: str
    heading: str
    skip: str
    warning: str


def document(head: Head, main: Iterable[str], look: Look) -> str:
    """A whole page around ``main``, with the policy under which nothing but its own script and style is used.

    A look without a script makes a page on which nothing runs at all.
    """
    script = f"script-src '{_hash(look.script)}'; media-src data:; " if look.script else ""
    policy = (
        f"default-src 'none'; {script}style-src '{_hash(look.style)}'; base-uri 'none'; form-action 'none'"
    )
    parts = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{as_text(head.title)} – voiceprep</title>",
        f"<style>{look.style}</style></head><body>",
        f'<a class="skip" href="#main">{as_text(head.skip)}</a>',
        f'<header><p class="meta">{as_text(head.kind)}</p>',
        f"<h1>{as_text(head.heading)}</h1></header>",
        '<main id="main">',
        *main,
        f"</main><footer><p>Made by voiceprep on your own machine. {head.warning},",
        "and “voiceprep forget” does not know of it.</p></footer>",
        '<p id="said" class="unseen" role="status"></p>',
    ]
    if look.script:
        parts.append(f"<script>{look.script}</script>")
    return "\n".join([*parts, "</body></html>\n"])


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def as_text(said: str) -> str:
    """``said`` as text that stays text: escaped, controls and changes of direction made visible."""
    return escape("".join("\N{REPLACEMENT CHARACTER}" if commands(letter) else letter for letter in said))


def commands(letter: str) -> bool:
    """Whether a letter is none that is shown: a control, a lone surrogate, a change of direction."""
    if letter in "\n\t":
        return False
    # Joiners (Cf too) belong to words and pictures; what turns the direction of text does not.
    return unicodedata.category(letter) in ("Cc", "Cs") or unicodedata.bidirectional(letter) in _TURNS


_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
