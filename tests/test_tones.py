from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from voiceprep.engines.loudspeaker import Sound
from voiceprep.engines.tones import NOTES, RATE_HZ, TonePlayer, sound
from voiceprep.errors import DeviceLost
from voiceprep.model import Tone


class Ear:
    """Notes what is played; a tone ends when ``release`` is set."""

    def __init__(self) -> None:
        self.heard: list[Sound] = []
        self.release = threading.Event()

    def play(self, sound: Sound, should_stop: Callable[[], bool]) -> str:  # noqa: ARG002
        self.release.wait(5)
        self.heard.append(sound)
        return "ear"


def test_every_tone_is_short_quiet_and_its_own() -> None:
    """All are below half a second and below speech, begin and end in silence, and differ."""
    made = {tone: sound(tone) for tone in Tone}
    assert set(NOTES) == set(Tone)
    for one in made.values():
        assert 0.1 < len(one.samples) / RATE_HZ < 0.5
        assert 0.05 < np.abs(one.samples).max() <= 0.2
        assert abs(one.samples[0]) < 0.01
        assert abs(one.samples[-1]) < 0.01
    assert len({one.samples.tobytes() for one in made.values()}) == len(Tone)


def test_listening_has_ended_before_anybody_listens() -> None:
    """The tone that announces the microphone is over when tone returns; the one for thinking need not be."""
    ear = Ear()
    player = TonePlayer(ear)
    player.tone(Tone.THINKING)
    assert ear.heard == []
    ear.release.set()
    player.tone(Tone.LISTENING)
    assert len(ear.heard) == 2


def test_speech_waits_for_the_tone() -> None:
    """Two sounds never meet on one loudspeaker."""
    ear = Ear()
    player = TonePlayer(ear)
    player.tone(Tone.THINKING)
    threading.Timer(0.05, ear.release.set).start()
    said = Sound(np.zeros(10, np.float32), RATE_HZ)
    assert player.play(said, lambda: False) == "ear"
    assert ear.heard[1] is said


@pytest.mark.parametrize("tone", list(Tone))
def test_a_lost_loudspeaker_is_left_to_the_speech(tone: Tone) -> None:
    """A tone that cannot be played stops nothing."""

    class Gone:
        def play(self, sound: Sound, should_stop: Callable[[], bool]) -> str:  # noqa: ARG002
            raise DeviceLost("gone")

    player = TonePlayer(Gone())
    player.tone(tone)
    with pytest.raises(DeviceLost):
        player.play(sound(tone), lambda: False)
