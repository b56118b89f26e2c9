"""Vague spans (first form)."""

from __future__ import annotations

from voiceprep.checks.case import Case, Check
from voiceprep.model import VagueFinding


def find(case: Case) -> tuple[VagueFinding, ...]:
    """Vague spans of the answer in order."""
    return ()


CHECKS: tuple[Check, ...] = ()
