"""Short tones that tell without a screen what the program does: listen, think, or fail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from voiceprep.engines.loudspeaker import Player, Sound
from voiceprep.errors import VoiceprepError
from voiceprep.model import Tone

if TYPE_CHECKING:
    from voiceprep.model import Samples

RATE_HZ = 48_000
"""The rate most loudspeakers run at, so that nothing need be resampled."""

NOTES: dict[Tone, tuple[tuple[float, float], ...]] = {
    Tone.LISTENING: ((660.0, 0.06), (880.0, 0.09)),
    Tone.THINKING: ((880.0, 0.06), (660.0, 0.09)),
    Tone.ERROR: ((330.0, 0.12), (0.0, 0.04), (220.0, 0.22)),
}
"""Hertz and seconds (0 Hertz: silence). Up: your turn; down: mine; low and long: something is wrong."""

LOUDNESS = 0.15
"""Below speech, which peaks near 0.7: heard, and nobody starts."""

_FADE_S = 0.008  # without it every note begins and ends with a click


def sound(tone: Tone) -> Sound:
    """The notes of ``tone`` one after the other."""
    return Sound(np.concatenate([_note(hz, seconds) for hz, seconds in NOTES[tone]]), RATE_HZ)


def _note(hz: float, seconds: float) -> Samples:
    n_samples = round(seconds * RATE_HZ)
    at_s = np.arange(n_samples) / RATE_HZ
    fade = np.clip(np.minimum(at_s, seconds - at_s) / _FADE_S, 0.0, 1.0)
    return (LOUDNESS * fade * np.sin(2 * np.pi * hz * at_s)).astype(np.float32)


class TonePlayer:
    """A player that plays tones too; implements :class:`voiceprep.ports.Tones`.

    What is played after a tone waits for its end, since not every sound system mixes two sounds.
    """

    def __init__(self, player: Player) -> None:
        self._player = player
        self._playing: threading.Thread | None = None

    def play(self, sound: Sound, should_stop: Callable[[], bool]) -> str:
        """As the player's own, after the end of a tone."""
        self._end_tone()
        return self._player.play(sound, should_stop)

    def tone(self, tone: Tone) -> None:
        """Play ``tone``; THINKING in the background, since nobody waits for its end."""
        self._end_tone()
        self._playing = threading.Thread(target=self._play, args=(tone,), name="tone", daemon=True)
        self._playing.start()
        if tone is not Tone.THINKING:
            self._end_tone()

    def _end_tone(self) -> None:
        if self._playing is not None:
            self._playing.join()
            self._playing = None

    def _play(self, tone: Tone) -> None:
        try:
            self._player.play(sound(tone), lambda: False)
        except VoiceprepError:
            return  # the speech that follows meets the same loudspeaker, and says what is wrong with it
