"""Speech through pyttsx3, synthesised in a child process that can be killed, played by our own player."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from voiceprep.engines.loudspeaker import Player, Sound
from voiceprep.errors import SpeechError, UsageError
from voiceprep.model import RATE_WPM

if TYPE_CHECKING:
    from voiceprep.model import Samples

# By path and with -P, so that neither the user's folder nor this one can shadow a module it imports.
CHILD = (sys.executable, "-P", str(Path(__file__).with_name("speech_child.py")))

# espeak-ng's own limits; SAPI and macOS take at least these.
_RATES_WPM = (80, 450)

# The longest text takes espeak-ng a fraction of this; a Raspberry Pi and a cold macOS voice, seconds.
_TIMEOUT_PER_CHARACTER_S = 0.02

# A child nobody waits for any more ends itself this much later than its parent would have killed it.
_ORPHAN_GRACE_S = 5.0

# What one may want to hear again or soon: a question, its follow-up, the flags of an answer.
_N_KEPT = 6

_POLL_S = 0.02

# A scratch folder younger than this may belong to a process that has not locked it yet.
_SCRATCH_SETTLED_S = 60.0
_SCRATCH_PREFIX = "voiceprep-speech-"


@dataclass(frozen=True, slots=True)
class SpeechOptions:
    """How to speak: words per minute, a voice's id or (part of its) name, volume from 0.0 to 1.0.

    ``voice`` None is the system's English voice. A child that needs longer than ``timeout_s`` (plus
    some for long texts) is killed. Raises UsageError for values no engine can take.
    """

    rate_wpm: int = RATE_WPM
    voice: str | None = None
    volume: float = 1.0
    timeout_s: float = 10.0

    def __post_init__(self) -> None:
        slowest, fastest = _RATES_WPM
        if not slowest <= self.rate_wpm <= fastest:
            raise UsageError(
                f"speech at {self.rate_wpm} words per minute is not possible; "
                f"choose a rate from {slowest} to {fastest}"
            )
        if not 0.0 <= self.volume <= 1.0:
            raise UsageError(f"the volume {self.volume} is not between 0.0 and 1.0")


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of this machine; ``languages`` are tags such as "en-us"."""

    id: str
    name: str
    languages: tuple[str, ...]


def voices(child: tuple[str, ...] = CHILD) -> tuple[Voice, ...]:
    """The voices of this machine, English ones first; none gives ``()``. Raises SpeechError."""
    with contextlib.closing(_Children(child)) as children:
        return _listed_voices(children, SpeechOptions().timeout_s)


def _listed_voices(children: _Children, timeout_s: float) -> tuple[Voice, ...]:
    reply = children.ask({"ask": "voices"}, timeout_s)
    found = (Voice(v["id"], v["name"], tuple(v["languages"])) for v in reply["voices"])
    return tuple(sorted(found, key=lambda voice: not _is_english(voice)))


def _is_english(voice: Voice) -> bool:
    return any(language.startswith("en") for language in voice.languages)


def choose_voice(wanted: str, among: tuple[Voice, ...]) -> Voice:
    """The voice of that id, name, language or part of a name, letter case aside; the first that fits.

    Raises SpeechError, naming some that exist.
    """
    key = wanted.strip().casefold()
    fitting = (
        *(voice for voice in among if key in (voice.id.casefold(), voice.name.casefold())),
        *(voice for voice in among if key in voice.languages),
        *(voice for voice in among if key and key in f"{voice.id} {voice.name}".casefold()),
    )
    if fitting:
        return fitting[0]
    some = "\n".join(f"  {voice.id}: {voice.name}" for voice in among[:8])
    more = f"\n  and {len(among) - 8} more" if len(among) > 8 else ""
    raise SpeechError(f"no voice is called {wanted!r}; this machine has:\n{some}{more}")


_SLOWER = 5 / 6
_SLOWEST_WPM = 100  # below this espeak-ng drawls


class Pyttsx3Speaker:
    """Says text through ``player``; implements :class:`voiceprep.ports.Speaker`.

    Each utterance has a process of its own (``child`` is its command), so that one which hangs can be
    killed without harm to the next.
    """

    def __init__(self, player: Player, options: SpeechOptions, child: tuple[str, ...] = CHILD) -> None:
        self._player = player
        self._options = options
        self._children = _Children(child)
        self._scratch = _Scratch()
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="speech")
        self._kept: dict[str, Future[Sound]] = {}
        self._numbers = count()
        self._voice_id: str | None = None
        self._voice_lock = threading.Lock()
        self._closed = threading.Event()

    def prepare(self, text: str) -> None:
        """Begin synthesis in the background; failures are kept for :meth:`say`."""
        self._synthesis(text)

    def say(self, text: str, should_stop: Callable[[], bool]) -> str:
        """Say ``text`` and return where it went, "" if stopped before the first word.

        Text without a word in it raises SpeechError. Raises SpeechError, DeviceError.
        """

        def stop() -> bool:
            return self._closed.is_set() or should_stop()

        synthesis = self._synthesis(text)
        while not _is_done(synthesis, _POLL_S):
            if stop():
                return ""
        try:
            sound = synthesis.result()
        except SpeechError:
            self._kept.pop(text, None)  # so that the next try is a new one
            raise
        return self._player.play(sound, stop)

    def slow_down(self) -> None:
        """Speak a sixth slower from now on, not below 100 words a minute."""
        slower = max(_SLOWEST_WPM, round(self._options.rate_wpm * _SLOWER))
        self._options = replace(self._options, rate_wpm=min(slower, self._options.rate_wpm))
        self._kept.clear()  # what was prepared at the old rate

    def close(self) -> None:
        """Stop, end the child processes, remove what they wrote. May be called twice."""
        self._closed.set()
        self._children.close()
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._scratch.close()

    def _synthesis(self, text: str) -> Future[Sound]:
        kept = self._kept.pop(text, None)
        self._kept[text] = kept or self._workers.submit(self._synthesised, text)
        while len(self._kept) > _N_KEPT:
            del self._kept[next(iter(self._kept))]
        return self._kept[text]

    def _synthesised(self, text: str) -> Sound:
        """One utterance, tried twice: about one in three thousand comes out empty."""
        spoken = _speakable(text)
        if not spoken:
            raise SpeechError("there is nothing to say in an empty text")
        try:
            return self._attempt(spoken)
        except _EngineFailed:
            if self._closed.is_set():
                raise
            return self._attempt(spoken)

    def _attempt(self, text: str) -> Sound:
        # macOS writes AIFF whatever the name; the others write WAV.
        suffix = ".aiff" if sys.platform == "darwin" else ".wav"
        path = self._scratch.folder / f"{next(self._numbers)}{suffix}"
        timeout_s = self._options.timeout_s + len(text) * _TIMEOUT_PER_CHARACTER_S
        try:
            self._children.ask(
                {
                    "ask": "speech",
                    "text": text,
                    "file": str(path),
                    "rate_wpm": self._options.rate_wpm,
                    "voice": self._voice(),
                },
                timeout_s,
            )
            # By ourselves: an engine may lose the volume it was told.
            sound = _louder(_read(path), self._options.volume)
        finally:
            path.unlink(missing_ok=True)
        if not sound.samples.any():
            raise _EngineFailed(f"the speech engine said nothing; {_CURE}")
        return sound

    def _voice(self) -> str | None:
        """The id of the voice asked for: an engine ignores an unknown one in silence."""
        if self._options.voice is None:
            return None
        with self._voice_lock:
            if self._voice_id is None:
                among = _listed_voices(self._children, self._options.timeout_s)
                self._voice_id = choose_voice(self._options.voice, among).id
            return self._voice_id


_CURE = "see `voiceprep doctor`, or go on with --mute, which prints instead of speaking"


class _EngineFailed(SpeechError):
    """A failure that another try may not meet: no frames, a crash, a hang."""


def _is_done(synthesis: Future[Sound], wait_s: float) -> bool:
    """Whether the result, good or bad, is there within ``wait_s``."""
    try:
        synthesis.exception(timeout=wait_s)
    except TimeoutError:
        return False
    return True


def _speakable(text: str) -> str:
    """``text`` as engines take it: no control characters (NUL ends a C string), no half characters."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())


class _Children:
    """Starts children, waits for their replies, kills them."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._alive: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def ask(self, request: dict[str, object], timeout_s: float) -> dict[str, Any]:
        """One child's reply to ``request``. Raises SpeechError."""
        request = request | {"give_up_s": timeout_s + _ORPHAN_GRACE_S}
        with self._started() as process:
            try:
                out, err = process.communicate(json.dumps(request).encode(), timeout_s)
            except subprocess.TimeoutExpired as exc:
                raise _EngineFailed(
                    f"the speech engine did not answer within {timeout_s:.0f} s and was ended; {_CURE}"
                ) from exc
        try:
            reply = json.loads(out)
        except ValueError as exc:
            last_words = (err.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
            raise _EngineFailed(
                f"the speech engine died with status {process.returncode} ({last_words}); {_CURE}"
            ) from exc
        if "no_engine" in reply:
            raise SpeechError(f"there is no speech engine: {reply['no_engine']}; {_how_to_install()}{_CURE}")
        if "error" in reply:
            raise _EngineFailed(f"the speech engine failed: {reply['error']}; {_CURE}")
        return dict(reply)

    @contextlib.contextmanager
    def _started(self) -> Iterator[subprocess.Popen[bytes]]:
        """A running child, dead and buried at the end."""
        with self._lock:
            if self._closed:
                raise SpeechError("speech was closed before this was said")
            process = _start(self._command)
            self._alive.add(process)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()
            with self._lock:
                self._alive.discard(process)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for process in self._alive:
                process.kill()


def _start(command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """Start ``command`` out of reach of the terminal's Ctrl-C: ending it is our business."""
    pipe = subprocess.PIPE
    try:
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
            return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, creationflags=flags)  # noqa: S603
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, process_group=0)  # noqa: S603  # the command is ours
    except OSError as exc:
        raise SpeechError(f"cannot start {command[0]} for speech: {exc.strerror or exc}; {_CURE}") from exc


def _how_to_install() -> str:
    if sys.platform == "linux":
        return "try: pip install espeakng-loader, or: sudo apt install libespeak-ng1; "
    return ""  # macOS and Windows have voices of their own; pyttsx3 says what it misses


def _louder(sound: Sound, gain: float) -> Sound:
    return Sound(sound.samples * np.float32(gain), sound.rate_hz)


def _read(path: Path) -> Sound:
    """The engine's file: 16-bit WAV by the standard library, anything else (AIFF) by PyAV."""
    try:
        with wave.open(str(path), "rb") as wav:
            if wav.getsampwidth() == 2:
                frames = np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
                by_channel = frames.reshape(-1, wav.getnchannels()).astype(np.float32) / 32768
                return Sound(by_channel.mean(axis=1, dtype=np.float32), wav.getframerate())
    except (wave.Error, EOFError):
        pass  # not a WAV file: PyAV says what it is
    except OSError as exc:
        raise _EngineFailed(f"the speech engine wrote no file ({exc.strerror or exc}); {_CURE}") from exc
    return _read_any(path)


def _read_any(path: Path) -> Sound:
    import av  # only where the engine does not write WAV

    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            rate_hz = stream.codec_context.sample_rate
            to_float = av.AudioResampler(format="fltp")
            decoded = [*container.decode(stream), None]  # None empties the converter
            chunks: list[Samples] = [
                piece.to_ndarray().mean(axis=0) for frame in decoded for piece in to_float.resample(frame)
            ]
    except (av.FFmpegError, IndexError) as exc:
        raise _EngineFailed(f"the speech engine wrote a file that is no audio ({exc}); {_CURE}") from exc
    return Sound(np.concatenate(chunks) if chunks else np.zeros(0, np.float32), rate_hz)


class _Scratch:
    """A private temporary folder; those of processes that were killed go when the next one starts."""

    def __init__(self) -> None:
        _remove_abandoned(Path(tempfile.gettempdir()))
        try:
            self._temporary = tempfile.TemporaryDirectory(prefix=_SCRATCH_PREFIX, ignore_cleanup_errors=True)
            self.folder = Path(self._temporary.name)
            self._lock = _locked(self.folder / "lock")
        except OSError as exc:
            raise SpeechError(
                f"cannot make a folder for speech in {tempfile.gettempdir()}: {exc.strerror or exc}; "
                "make room, or name another folder with TMPDIR"
            ) from exc

    def close(self) -> None:
        self._lock.close()
        self._temporary.cleanup()


def _locked(path: Path) -> IO[bytes]:
    """A new file that is recognisably in use until this process ends, however it ends."""
    if sys.platform == "win32":  # where an open file cannot be deleted, which is lock enough
        return path.open("xb")
    import fcntl  # not on Windows

    # It gets its name once it is locked: under that name an unlocked one belongs to nobody.
    new = path.with_suffix(".new")
    file = new.open("xb")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    new.replace(path)
    return file


def _remove_abandoned(base: Path) -> None:
    for folder in base.glob(f"{_SCRATCH_PREFIX}*"):
        # Another user's, or gone already: neither is ours to clean.
        with contextlib.suppress(OSError):
            settled = sys.platform != "win32" and (folder / "lock").exists()
            settled = settled or time.time() - folder.stat().st_mtime > _SCRATCH_SETTLED_S
            if settled and not _in_use(folder / "lock"):
                shutil.rmtree(folder, ignore_errors=True)


def _in_use(lock: Path) -> bool:
    if not lock.exists():
        return False
    if sys.platform == "win32":
        try:
            lock.unlink()
        except PermissionError:
            return True
        return False
    import fcntl  # not on Windows

    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
