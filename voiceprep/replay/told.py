"""What terminal and page word alike."""

from __future__ import annotations

from voiceprep.model import Answer, Delivery


def delivery(measured: Delivery) -> str:
    """Pace, pauses and fillers in one sentence; only what was measured."""
    parts = [f"{measured.words} word{'s' if measured.words != 1 else ''}"]
    if measured.seconds is not None:
        parts.append(f"{measured.seconds:.0f} s")
    if measured.words_per_minute is not None:
        parts.append(f"{measured.words_per_minute} words a minute")
    if measured.fillers:
        parts.append(f"at least {measured.fillers} filler{'s' if measured.fillers > 1 else ''}")
    if measured.longest_pause_s is not None:
        parts.append(f"longest pause {measured.longest_pause_s:.1f} s")
    return ", ".join(parts) + "."


def repaired(answer: Answer) -> str:
    """What became of a vague sentence that was said again; "" where nothing was judged."""
    if answer.repairs is None or answer.assessment is None:
        return ""
    return "Said again, and concrete now." if answer.repairs.mended else "Said again, and not mended yet."


def clock(seconds: float) -> str:
    """Minutes and seconds, as players show them."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
