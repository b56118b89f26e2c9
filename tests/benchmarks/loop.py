"""How long a speaker waits, and what listening costs: ``python tests/benchmarks/loop.py``.

Prints, measured on this machine: the start time of --help; the wait from the last speech to the flags
in the demo at real time and through a null sink (where PulseAudio is installed); the computing time of
listening against a bare loop over the speech detector on the same audio.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conftest import started_null_sink

from voiceprep import resources
from voiceprep.engines.audiofile import read_audio
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.journal import SqliteJournal
from voiceprep.engines.recording import WavRecording
from voiceprep.engines.silero import SileroDetector
from voiceprep.hearing import Ears, Hearing, Source
from voiceprep.listen import FRAME_SAMPLES, WHOLE_RECORDING
from voiceprep.model import RATE_HZ, Block, Samples
from voiceprep.testing import ScriptedControls, ScriptedRecogniser

N_RUNS = 7
VOICEPREP = (sys.executable, "-m", "voiceprep")
SYNTHETIC = str(resources.folder("audio_fixtures") / "whisper-synthetic")
ANSWERS = [answer.path for answer in resources.recorded_answers() if answer.question == "yolo-vs-faster-rcnn"]


def seconds(command: tuple[str, ...]) -> float:
    """Wall time of one run of ``command``."""
    start_s = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start_s


def report_waits(name: str, home: Path) -> None:
    """Print the waits the journal in ``home`` holds."""
    journal = SqliteJournal(home)
    for attempt in journal.attempts():
        for answer in attempt.answers:
            silence_s, compute_s = answer.timing.last_speech_to_finished_s, answer.timing.finished_to_flags_s
            if silence_s is not None and compute_s is not None:
                print(
                    f"{name}, answer {answer.ordinal + 1}: flags {silence_s + compute_s:.2f} s after the "
                    f"last speech: silence {silence_s:.2f} s, then {1000 * compute_s:.0f} ms"
                )
    journal.close()


def demo_at_real_time() -> None:
    """The demo as a user runs it."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "VOICEPREP_HOME": home, "PULSE_SERVER": "unix:/nowhere"}
        start_s = time.perf_counter()
        run = subprocess.run([*VOICEPREP, "demo"], env=environment, capture_output=True, check=True)
        print(f"demo: {time.perf_counter() - start_s:.1f} s in all, {len(run.stdout)} characters shown")
        report_waits("demo", Path(home))


def practice_through_null_sink() -> None:
    """Practice with a microphone and a loudspeaker of PulseAudio's."""
    with started_null_sink() as sink, tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        environment = {**sink.environment, "VOICEPREP_HOME": str(home)}
        command = [*VOICEPREP, "practice", "yolo-vs-faster-rcnn", "--model", SYNTHETIC]
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        ) as program:
            assert program.stderr is not None
            waiting = iter(ANSWERS)
            for line in program.stderr:
                if "[listening" in line:
                    path = next(waiting)
                    recording = WavRecording(Path(folder, f"{path.stem}.wav"))
                    recording.write(np.concatenate(list(read_audio(path))))
                    recording.close()
                    sink.play(recording.path)
        report_waits("null sink", home)


def listening_against_bare_detector() -> None:
    """Computing time a second of audio: our whole listening loop, and the detector alone."""
    answer = np.concatenate([samples for path in ANSWERS for samples in read_audio(path)])
    audio = np.tile(answer, 4)
    seconds_of_audio = len(audio) / RATE_HZ

    def bare() -> None:
        detector = SileroDetector()
        for start in range(0, len(audio) - FRAME_SAMPLES, FRAME_SAMPLES):
            detector.probability(audio[start : start + FRAME_SAMPLES])

    def ours() -> None:
        ears = Ears(SileroDetector(), ScriptedRecogniser())
        with ThreadPoolExecutor(1) as worker, tempfile.TemporaryDirectory() as folder:
            hearing = Hearing(
                ears, ScriptedControls(), SystemClock(), worker, WHOLE_RECORDING, lambda _: None
            )
            source = Source("file", live=False, blocks=blocks(audio))
            recording = WavRecording(Path(folder, "answer.wav"))
            hearing.hear(source, recording)
            recording.close()

    times: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(N_RUNS):
        for name, run in (("bare", bare), ("ours", ours)):
            start_s = time.process_time()
            run()
            times[name].append(time.process_time() - start_s)
    bare_s, ours_s = (statistics.median(times[name]) for name in ("bare", "ours"))
    print(
        f"listening: {1000 * ours_s / seconds_of_audio:.2f} ms a second of audio, bare detector "
        f"{1000 * bare_s / seconds_of_audio:.2f} ms, ratio {ours_s / bare_s:.2f}"
    )


def blocks(audio: Samples) -> list[Block]:
    """``audio`` as a sound card delivers it, 50 ms a block."""
    size = RATE_HZ // 20
    return [Block(audio[start : start + size]) for start in range(0, len(audio), size)]


def main() -> None:
    """Print every figure."""
    helps = sorted(seconds((*VOICEPREP, "--help")) for _ in range(N_RUNS))
    print(f"--help: {helps[0]:.3f} s at best, {statistics.median(helps):.3f} s median of {N_RUNS}")
    listening_against_bare_detector()
    demo_at_real_time()
    practice_through_null_sink()


if __name__ == "__main__":
    main()
