"""What speaks: one request on standard input, one utterance, one reply, end of process.

A process of its own because a speech engine may hang, speak only once in its life, or print
where it should not (pyttsx3 issues 126, 419 and 440). Started by :mod:`voiceprep.engines.speech`
as ``python -P speech_child.py``; imports nothing of voiceprep. Request and reply are one JSON object:

    {"ask": "voices", "give_up_s": 15}
    {"ask": "speech", "give_up_s": 15, "text": "...", "file": "...", "rate_wpm": 165,
     "voice": "gmw/en-us" or null}

    {"voices": [{"id": "gmw/en-us", "name": "English (America)", "languages": ["en-us"]}]}
    {"written": "..."}   or   {"error": "..."}   or   {"no_engine": "..."}
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

    Reply = Callable[[dict[str, object]], NoReturn]


def main() -> NoReturn:
    """Answer the request on standard input."""
    reply = _private_stdout()
    request = json.loads(sys.stdin.buffer.read())
    # Nobody may be left to kill us; this works even where the engine's C code never returns.
    faulthandler.dump_traceback_later(request["give_up_s"], exit=True)
    try:
        _carried_espeak()
        import pyttsx3  # finds its library as it is imported

        engine = pyttsx3.init()
    except Exception as exc:  # noqa: BLE001  # whatever an engine raises, the reply names it
        reply({"no_engine": f"{type(exc).__name__}: {exc}"})
    try:
        reply({"voices": _voices(engine)} if request["ask"] == "voices" else _speech(engine, request, reply))
    except Exception as exc:  # noqa: BLE001  # likewise
        reply({"error": f"{type(exc).__name__}: {exc}"})


def _private_stdout() -> Reply:
    """Keep standard output for the reply alone: pyttsx3 prints lines of its own there."""
    ours = os.dup(1)
    os.dup2(2, 1)

    def reply(answer: dict[str, object]) -> NoReturn:
        with os.fdopen(ours, "wb") as out:
            out.write(json.dumps(answer).encode())
        # Taking an engine down can crash or hang, and there is nothing left to lose.
        os._exit(0)

    return reply


def _carried_espeak() -> None:
    """On Linux, load the espeak-ng that the espeakng-loader wheel carries, where it is installed.

    Once loaded under its own name, pyttsx3's search for "libespeak-ng.so.1" finds this one; without
    the wheel it finds the system's.
    """
    if sys.platform != "linux":
        return
    try:
        import espeakng_loader  # Linux only
    except ImportError:
        return
    os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    library = Path(espeakng_loader.get_library_path()).with_name("libespeak-ng.so.1")
    ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)


def _voices(engine: Any) -> list[dict[str, object]]:  # noqa: ANN401  # pyttsx3 has no types
    return [
        {"id": str(voice.id), "name": str(voice.name), "languages": _languages(voice)}
        for voice in engine.getProperty("voices")
    ]


def _languages(voice: Any) -> list[str]:  # noqa: ANN401
    """Language tags in one spelling: macOS writes en_US, Windows en-US, espeak-ng en-us."""
    return [str(language).replace("_", "-").casefold() for language in voice.languages or () if language]


def _speech(engine: Any, request: dict[str, Any], reply: Reply) -> dict[str, object]:  # noqa: ANN401
    """Speak the text into the file; returns once it is whole."""
    failures: list[str] = []
    finished = threading.Event()
    engine.connect("error", lambda exception, **_: failures.append(f"{exception}"))
    engine.connect("finished-utterance", lambda **_: finished.set())
    # espeak-ng's own thread writes the file; what goes wrong there reaches nobody but this hook.
    sys.unraisablehook = lambda failure: reply({"error": f"{failure.exc_value}"})
    engine.setProperty("voice", request["voice"] or _english(engine))
    engine.setProperty("rate", request["rate_wpm"])
    engine.save_to_file(request["text"], request["file"])
    engine.runAndWait()
    # runAndWait may return before espeak-ng has written anything. On Windows it returns when the file
    # is closed, and tells nobody.
    while not (finished.wait(0.05) or failures or sys.platform == "win32"):
        pass
    return {"error": failures[0]} if failures else {"written": request["file"]}


def _english(engine: Any) -> str:  # noqa: ANN401
    """The system's own voice if it speaks English, else the first that does, else the system's own."""
    own = engine.getProperty("voice")
    english = [
        voice.id
        for voice in engine.getProperty("voices")
        if any(language.startswith("en") for language in _languages(voice))
    ]
    return str(own if own in english or not english else english[0])


if __name__ == "__main__":
    main()
