"""What terminal and page word alike."""

from __future__ import annotations

from datetime import tzinfo

from voiceprep.model import Answer, Attempt, Delivery


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


def reading(attempt: Attempt, zone: tzinfo | None = None) -> str:
    """Who transcribed the attempt, and when, where that was later than on the day."""
    if attempt.read_again is None:
        return f"heard by {attempt.recogniser}"
    return f"read again with {attempt.recogniser} on {attempt.read_again.astimezone(zone):%Y-%m-%d}"


def clock(seconds: float) -> str:
    """Minutes and seconds, as players show them."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
