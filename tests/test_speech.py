from __future__ import annotations

import json
import os
import shlex
import struct
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from voiceprep.engines import speech
from voiceprep.engines.loudspeaker import Sound
from voiceprep.engines.speech import (
    CHILD,
    Pyttsx3Speaker,
    SpeechOptions,
    Voice,
    choose_voice,
    voices,
)
from voiceprep.errors import SpeechError, UsageError


def never() -> bool:
    return False


class Ear:
    """A player that keeps what it is given."""

    def __init__(self) -> None:
        self.heard: list[Sound] = []

    def play(self, sound: Sound, should_stop: Callable[[], bool]) -> str:
        del should_stop
        self.heard.append(sound)
        return "ear"


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The system's temporary folder for one test; nothing of ours may be left in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def script(folder: Path, body: str) -> tuple[str, ...]:
    """The command of a child that has read its ``request``, and may ``write`` n samples of level v."""
    path = folder / "child.py"
    head = f"""
        import json, os, sys, time, wave
        from pathlib import Path
        folder = Path({str(folder)!r})
        request = json.load(sys.stdin)
        with (folder / "requests").open("a") as log:
            log.write(json.dumps(request) + "\\n")
        turn = len((folder / "requests").read_text().splitlines())
        def write(n, v):
            with wave.open(request["file"], "wb") as wav:
                wav.setnchannels(1), wav.setsampwidth(2), wav.setframerate(16000)
                wav.writeframes(v.to_bytes(2, "little") * n)
            print(json.dumps({{"written": request["file"]}}))
        """
    path.write_text(textwrap.dedent(head) + textwrap.dedent(body))
    return (sys.executable, "-P", str(path))


def requests(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "requests").read_text().splitlines()]


def said(text: str, options: SpeechOptions | None = None) -> Sound:
    """What the real engine makes of ``text``."""
    ear = Ear()
    with closing(Pyttsx3Speaker(ear, options or SpeechOptions())) as speaker:
        assert speaker.say(text, never) == "ear"
    return ear.heard[0]


def seconds(sound: Sound) -> float:
    return len(sound.samples) / sound.rate_hz


# ---------------------------------------------------------------- the real engine


def test_twenty_utterances_in_a_row_are_all_spoken() -> None:
    """One process serves one utterance, so that the twentieth is as good as the first; none is empty."""
    ear = Ear()
    texts = [f"Question {n}: what does non maximum suppression do?" for n in range(20)]
    with closing(Pyttsx3Speaker(ear, SpeechOptions())) as speaker:
        for text, following in zip(texts, [*texts[1:], "That was all."], strict=True):
            speaker.prepare(following)
            speaker.say(text, never)
    assert len(ear.heard) == 20
    assert all(2.0 < seconds(sound) < 6.0 for sound in ear.heard)
    assert all(np.abs(sound.samples).max() > 0.1 for sound in ear.heard)
    assert all(sound.samples.dtype == np.float32 for sound in ear.heard)


def test_a_longer_text_takes_longer_and_a_higher_rate_less_long() -> None:
    """The whole text is spoken, at the rate asked for."""
    text = "Explain the receptive field of a convolutional network."
    once, twice = seconds(said(text)), seconds(said(f"{text} {text}"))
    assert twice == pytest.approx(2 * once, rel=0.25)
    assert seconds(said(text, SpeechOptions(rate_wpm=330))) == pytest.approx(once / 2, rel=0.3)


def test_the_volume_is_the_one_asked_for() -> None:
    """Half the volume is clearly less loud, none is an error: silence is never taken for speech."""
    loud = np.abs(said("Hello.").samples).max()
    soft = np.abs(said("Hello.", SpeechOptions(volume=0.3)).samples).max()
    assert 0 < soft < 0.6 * loud
    with pytest.raises(SpeechError, match="said nothing"):
        said("Hello.", SpeechOptions(volume=0.0))


def test_another_voice_sounds_different() -> None:
    """The voice asked for by part of its name is the one that speaks."""
    other = next(voice for voice in voices() if "en-us" in voice.languages)
    assert not np.array_equal(
        said("Hello.").samples, said("Hello.", SpeechOptions(voice=other.name.upper())).samples
    )


def test_an_unknown_voice_is_an_error_that_names_some() -> None:
    """The engine itself would go on with another voice in silence."""
    with pytest.raises(SpeechError, match=r"no voice is called 'Marvin'; this machine has:\n  .*: .*English"):
        said("Hello.", SpeechOptions(voice="Marvin"))


def test_english_voices_are_listed_first() -> None:
    """The interview is in English, whatever the machine speaks."""
    english = ["en" in {language[:2] for language in voice.languages} for voice in voices()]
    assert english[0]
    assert english == sorted(english, reverse=True)


@pytest.mark.parametrize(
    "text", ["a\0b\x1b[31m", "half \ud83d a pair", "naïve 中文 → \u202e", "-h", "<speak>"]
)
def test_any_text_is_spoken(text: str) -> None:
    """NUL, control characters, broken Unicode and markup neither end the text nor break the engine."""
    assert seconds(said(f"{text} and then the end of the sentence is here.")) > 1.5


@pytest.mark.parametrize("text", ["", " \n\t", "\0"])
def test_an_empty_text_cannot_be_said(text: str) -> None:
    """Nothing to say is an error, not a silent success."""
    with pytest.raises(SpeechError, match="nothing to say"):
        said(text)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own voices speak")
def test_on_linux_the_wheel_speaks_without_any_system_package(scratch: Path) -> None:
    """The child maps the library of espeakng-loader, and no other libespeak."""
    import espeakng_loader

    request = json.dumps({"ask": "voices", "give_up_s": 9}).encode()
    spying = f"""
import atexit, os, runpy, sys
leave = os._exit
def spy(status):
    print(open("/proc/self/maps").read(), file=sys.stderr, flush=True)
    leave(status)
os._exit = spy
runpy.run_path({CHILD[-1]!r}, run_name="__main__")
"""
    ran = subprocess.run([sys.executable, "-c", spying], input=request, capture_output=True, check=True)
    libraries = {line.split()[-1] for line in ran.stderr.decode().splitlines() if "espeak-ng.so" in line}
    assert libraries
    assert all(Path(espeakng_loader.__file__).parent in Path(library).parents for library in libraries)
    assert json.loads(ran.stdout)["voices"]
    assert list(scratch.iterdir()) == []


def test_a_hung_engine_ends_with_its_process_even_if_nobody_kills_it(tmp_path: Path) -> None:
    """A child whose parent was killed does not stay for ever."""
    (tmp_path / "pyttsx3.py").write_text("import time\ntime.sleep(60)")
    began_s = time.monotonic()
    ran = subprocess.run(
        CHILD,
        input=json.dumps({"ask": "voices", "give_up_s": 0.3}).encode(),
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode
    assert time.monotonic() - began_s < 5.0


def test_an_engine_that_cannot_start_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine's own words and the cure reach the user."""
    (tmp_path / "pyttsx3.py").write_text("raise RuntimeError('you probably do not have eSpeak')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(SpeechError, match=r"no speech engine: .*you probably do not have eSpeak.*--mute"):
        said("Hello.")


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on file sizes stands in for a full disk")
def test_a_full_disk_is_told_by_the_engine(tmp_path: Path) -> None:
    """The engine's own thread writes the file: its failure is an error at once, not a hang."""
    limited = ("bash", "-c", f"ulimit -f 1; exec {shlex.join(CHILD)}")
    began_s = time.monotonic()
    with (
        closing(Pyttsx3Speaker(Ear(), SpeechOptions(), limited)) as speaker,
        pytest.raises(SpeechError, match="File too large"),
    ):
        speaker.say("This does not fit into a kilobyte.", never)
    assert time.monotonic() - began_s < SpeechOptions().timeout_s
    assert list(tmp_path.iterdir()) == [tmp_path / "temporary"]


# ---------------------------------------------------------------- children that misbehave


def test_a_prepared_text_is_not_synthesised_again(tmp_path: Path) -> None:
    """To prepare does the work once; say, and saying it again, only plays."""
    ear = Ear()
    with closing(Pyttsx3Speaker(ear, SpeechOptions(), script(tmp_path, "write(100, 1)"))) as speaker:
        speaker.prepare("one")
        speaker.prepare("one")
        speaker.say("one", never)
        speaker.say("one", never)
        speaker.say("two", never)
    assert len(ear.heard) == 3
    assert [request["text"] for request in requests(tmp_path)] == ["one", "two"]


def test_slower_means_another_synthesis_at_a_lower_rate(tmp_path: Path) -> None:
    """After slow_down the same text is spoken anew and slower, never below what is still speech."""
    with closing(Pyttsx3Speaker(Ear(), SpeechOptions(), script(tmp_path, "write(100, 1)"))) as speaker:
        for _ in range(8):
            speaker.say("box", never)
            speaker.slow_down()
    rates = [int(str(request["rate_wpm"])) for request in requests(tmp_path)]
    assert rates[0] == SpeechOptions().rate_wpm
    assert rates[1] < rates[0]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == 100


def test_what_was_spoken_stays_on_no_disk(tmp_path: Path, scratch: Path) -> None:
    """The engine's file is gone as soon as it is read, and its folder is nobody else's."""
    with closing(Pyttsx3Speaker(Ear(), SpeechOptions(), script(tmp_path, "write(100, 1)"))) as speaker:
        speaker.say("one", never)
        (folder,) = scratch.iterdir()
        assert [path.name for path in folder.iterdir()] == ["lock"]
        if sys.platform != "win32":
            assert folder.stat().st_mode & 0o077 == 0


def test_the_text_travels_where_other_users_cannot_read_it(tmp_path: Path) -> None:
    """A process's arguments and environment are public: the text is in neither."""
    body = """
        public = [*sys.argv, *os.environ.values()]
        (folder / "public").write_text("\\n".join(public))
        write(100, 1)
        """
    with closing(Pyttsx3Speaker(Ear(), SpeechOptions(), script(tmp_path, body))) as speaker:
        speaker.say("my secret question", never)
    assert "secret" not in (tmp_path / "public").read_text()
    assert requests(tmp_path)[0]["text"] == "my secret question"


def test_an_empty_utterance_is_tried_again(tmp_path: Path) -> None:
    """One utterance in some thousand has no frames; the second try is played."""
    ear = Ear()
    body = "write(0 if turn == 1 else 100, 1)"
    with closing(Pyttsx3Speaker(ear, SpeechOptions(), script(tmp_path, body))) as speaker:
        speaker.say("one", never)
    assert len(ear.heard[0].samples) == 100


MISBEHAVIOUR = {
    "write(0, 1)": "said nothing",
    "write(100, 0)": "said nothing",
    "print(json.dumps({'error': 'no sound font'}))": "failed: no sound font",
    "print(json.dumps({'written': request['file']}))": "wrote no file",
    "Path(request['file']).write_text('x' * 999); print('{}')": "wrote a file that is no audio",
    "sys.exit('out of breath')": r"died with status 1 \(out of breath\)",
    "os.abort()": "died with status",
    "time.sleep(60)": "did not answer within 1 s and was ended",
}


@pytest.mark.parametrize("body", MISBEHAVIOUR)
def test_an_engine_that_fails_twice_is_an_error_with_a_way_out(tmp_path: Path, body: str) -> None:
    """Silent, dead, hung or lying: SpeechError names it and --mute, within twice the time allowed."""
    ear = Ear()
    began_s = time.monotonic()
    options = SpeechOptions(timeout_s=0.6)
    with (
        closing(Pyttsx3Speaker(ear, options, script(tmp_path, body))) as speaker,
        pytest.raises(SpeechError, match=MISBEHAVIOUR[body]) as raised,
    ):
        speaker.say("one", never)
    assert "--mute" in str(raised.value)
    assert len(requests(tmp_path)) == 2
    assert ear.heard == []
    assert time.monotonic() - began_s < 5.0


def test_a_failure_is_not_remembered(tmp_path: Path) -> None:
    """After an error the same text may be said again."""
    ear = Ear()
    body = "write(0 if turn <= 2 else 100, 1)"
    with closing(Pyttsx3Speaker(ear, SpeechOptions(), script(tmp_path, body))) as speaker:
        with pytest.raises(SpeechError):
            speaker.say("one", never)
        speaker.say("one", never)
    assert len(ear.heard) == 1


def test_a_child_that_cannot_be_started_is_an_error() -> None:
    """The command's name is in the message."""
    with (
        closing(Pyttsx3Speaker(Ear(), SpeechOptions(), ("/no/such/python",))) as speaker,
        pytest.raises(SpeechError, match="cannot start /no/such/python"),
    ):
        speaker.say("one", never)


def test_waiting_for_speech_can_be_stopped(tmp_path: Path) -> None:
    """should_stop is asked while the engine is at work; nothing is played; close ends the child at once."""
    ear = Ear()
    pid = tmp_path / "pid"
    body = "(folder / 'pid').write_text(str(os.getpid())); time.sleep(60)"
    began_s = time.monotonic()
    with closing(Pyttsx3Speaker(ear, SpeechOptions(), script(tmp_path, body))) as speaker:
        assert speaker.say("one", lambda: pid.exists() and bool(pid.read_text())) == ""
    assert ear.heard == []
    assert time.monotonic() - began_s < 5.0
    if sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


def test_closing_stops_what_is_being_played(tmp_path: Path) -> None:
    """Closing from another thread is a reason to stop; closing twice is allowed."""

    class Patient(Ear):
        def play(self, sound: Sound, should_stop: Callable[[], bool]) -> str:
            threading.Timer(0.05, speaker.close).start()
            while not should_stop():
                time.sleep(0.01)
            return super().play(sound, should_stop)

    ear = Patient()
    speaker = Pyttsx3Speaker(ear, SpeechOptions(), script(tmp_path, "write(100, 1)"))
    speaker.say("one", never)
    speaker.close()
    speaker.close()
    assert len(ear.heard) == 1


def test_other_formats_than_wav_are_read(tmp_path: Path) -> None:
    """The voices of macOS write AIFF; 16-bit stereo of it comes out as float32 mono at its own rate."""
    left = np.arange(-8000, 8000, 8)
    frames = np.stack([left, left], axis=1).astype(">i2").tobytes()
    rate_80_bit = struct.pack(">HQ", 16383 + 14, 22_050 << (63 - 14))
    common = struct.pack(">hIh", 2, len(left), 16) + rate_80_bit
    chunks = b"COMM" + struct.pack(">I", len(common)) + common
    chunks += b"SSND" + struct.pack(">III", len(frames) + 8, 0, 0) + frames
    aiff = b"FORM" + struct.pack(">I", len(chunks) + 4) + b"AIFF" + chunks
    (tmp_path / "spoken.aiff").write_bytes(aiff)
    ear = Ear()
    body = "Path(request['file']).write_bytes((folder / 'spoken.aiff').read_bytes()); print('{}')"
    with closing(Pyttsx3Speaker(ear, SpeechOptions(), script(tmp_path, body))) as speaker:
        speaker.say("one", never)
    assert ear.heard[0].rate_hz == 22_050
    assert ear.heard[0].samples.dtype == np.float32
    assert np.allclose(ear.heard[0].samples, left / 32768, atol=1e-4)


# ---------------------------------------------------------------- options, voices, leftovers


@pytest.mark.parametrize(("rate_wpm", "volume"), [(79, 1.0), (451, 1.0), (165, -0.1), (165, 1.1)])
def test_options_no_engine_can_follow_are_refused(rate_wpm: int, volume: float) -> None:
    """Before anything is spoken, as wrong usage."""
    with pytest.raises(UsageError):
        SpeechOptions(rate_wpm=rate_wpm, volume=volume)


VOICES = (
    Voice("gmw/en", "English (Great Britain)", ("en-gb",)),
    Voice("gmw/en-us", "English (America)", ("en-us",)),
    Voice("gmw/de", "German", ("de",)),
)


@pytest.mark.parametrize(
    ("wanted", "id_"),
    [
        ("gmw/en", "gmw/en"),
        ("GMW/EN-US", "gmw/en-us"),
        ("german", "gmw/de"),
        ("en-us", "gmw/en-us"),
        ("america", "gmw/en-us"),
        ("english", "gmw/en"),
    ],
)
def test_a_voice_is_meant_by_id_name_language_or_part(wanted: str, id_: str) -> None:
    """What fits exactly goes before what fits in part; then the first."""
    assert choose_voice(wanted, VOICES).id == id_


@pytest.mark.parametrize("wanted", ["", "french"])
def test_a_voice_that_is_not_there_is_answered_with_those_that_are(wanted: str) -> None:
    """The message lists ids and names."""
    with pytest.raises(SpeechError, match=r"gmw/en: English \(Great Britain\)"):
        choose_voice(wanted, VOICES)


HOLDING = """
import sys
from voiceprep.engines.speech import *
speaker = Pyttsx3Speaker(None, SpeechOptions())
(speaker._scratch.folder / "0.wav").write_bytes(b"x")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be killed with SIGKILL there")
def test_what_a_killed_process_left_behind_is_removed_and_a_living_one_is_spared(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next start cleans up after the dead; the folder of a process at work is not touched."""
    monkeypatch.setattr(speech, "_SCRATCH_SETTLED_S", -1.0)
    environment = {**os.environ, "PYTHONPATH": str(Path(speech.__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"ready\n"
        (left,) = scratch.iterdir()
        Pyttsx3Speaker(Ear(), SpeechOptions()).close()
        assert list(scratch.iterdir()) == [left]
        holder.kill()
    assert (left / "0.wav").exists()
    Pyttsx3Speaker(Ear(), SpeechOptions()).close()
    assert list(scratch.iterdir()) == []


def test_a_temporary_folder_that_cannot_be_used_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full or forbidden: the message names the folder and how to choose another."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(SpeechError, match=r"cannot make a folder for speech in .*missing.*TMPDIR"):
        Pyttsx3Speaker(Ear(), SpeechOptions())
