"""Input bent out of shape: ten thousand cases, the same each time; tests/benchmarks/fuzz.py runs more."""

from __future__ import annotations

import os
import struct
from collections import Counter
from typing import Any

import pytest
from fuzzing import ACCEPTED, QUESTION, REFUSED, TARGETS, Target, recordings, trial

N_CASES = 10_000

BY_NAME = {target.name: target for target in TARGETS}


def test_the_shares_are_a_whole() -> None:
    """Every case belongs to one reader, so that ten thousand are run and no fewer."""
    assert sum(target.share for target in TARGETS) == 100


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name.replace(" ", "-"))
def test_bent_input_is_read_or_refused(target: Target) -> None:
    """Whatever is handed in is read and can be used, or is refused by an error of ours that says why.

    Some of it is read: a reader that refuses everything would hold the law for nothing.
    """
    n_cases = N_CASES * target.share // 100
    found: Counter[bool] = Counter()

    def count(_case: Any, accepted: bool) -> None:  # noqa: ANN401, FBT001 - as trial calls it
        found[accepted] += 1

    trial(target, n_cases, None if "CI" in os.environ else int.from_bytes(os.urandom(4)), count)
    assert found.total() >= n_cases
    assert min(found[ACCEPTED], found[REFUSED]) > n_cases // 50


def _wav(code: int, rate_hz: int) -> bytes:
    """The header of a WAV file before a tenth of a second of sound."""
    data = recordings()[0][-3200:]
    form = struct.pack("<HHIIHH", code, 1, rate_hz, 2 * rate_hz & 0xFFFFFFFF, 2, 16)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def test_samples_as_loud_as_numbers_get_stay_numbers() -> None:
    """A float file with one sample near the largest number there is reads as sound within full scale."""
    loud = bytearray(recordings()[1])
    loud[-400:-396] = struct.pack("<f", 3e38)
    assert BY_NAME["audio"].holds(bytes(loud)) is ACCEPTED


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("decks", ("a.json", b'[{"question": "What?", "answer": ' + b"9" * 5000 + b"}]")),
        ("decks", ("a.csv", b'What?,<!["CDATA[\n')),
        ("audio", _wav(0x4242, 16_000)),
        ("audio", _wav(1, 1)),
        ("audio", _wav(1, 3_999)),
        ("audio", _wav(1, 2_000_000_000)),
        ("database file", ([(0, 0, b"SQLite format 3\0\x80\x80")], 0)),
        *(
            ("database rows", [((table, column), value)])
            for table, column, value in (
                ("attempts", "question", b"nms"),
                ("attempts", "started", "2026-05-04T12:00:00"),
                ("answers", "audio", "/etc/passwd"),
                ("answers", "audio", "../../other.wav"),
                ("answers", "words", '[["box",0,3.5,0.0,0.5,0.9]]'),
                ("answers", "marks", "[[NaN]]"),
                ("answers", "n_samples", 2.5),
                ("assessments", "longest_pause_s", "long"),
                ("findings", "text", None),
                ("runs", "role", b"engineer"),
                ("runs", "questions", "[" * 100_000),
                ("findings", "evidence", "[" * 100_000),
                ("findings", "evidence", "[[0,3,7,null,null]]"),
            )
        ),
    ],
)
def test_what_once_came_through_is_refused(name: str, case: object) -> None:
    """Cases that ended in a traceback, in hours of sound or in a file of others stay refused."""
    assert BY_NAME[name].holds(case) is REFUSED


def test_the_seeds_are_good() -> None:
    """What is bent is good input to begin with: unbent it is accepted."""
    assert BY_NAME["content"].holds(("question", QUESTION)) is ACCEPTED
    for data in recordings():
        assert BY_NAME["audio"].holds(data) is ACCEPTED
