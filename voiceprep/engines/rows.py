"""The journal's nouns as rows of its database and back, without loss."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TypeVar

from voiceprep.model import (
    Answer,
    AnswerState,
    Assessment,
    Attempt,
    Delivery,
    ElementFinding,
    Ending,
    Evidence,
    FollowUp,
    Level,
    Move,
    MoveFinding,
    PitfallFinding,
    Repair,
    Review,
    Run,
    RunKind,
    Signal,
    SignalsNoted,
    Standing,
    Status,
    Timing,
    Transcript,
    VagueFinding,
    VagueSpot,
    Verdict,
    Word,
)

COMBINED = -1
"""The ordinal under which the findings over all answers stand."""

Cell = str | int | float | None
Row = tuple[Cell, ...]


def answer_row(attempt: int, answer: Answer, audio: str | None) -> Row:
    """The row of table answers; ``audio`` is the path relative to the journal's folder."""
    said = answer.transcript
    words = None
    if said is not None:
        words = _json((w.text, w.start, w.end, w.t0_s, w.t1_s, w.probability) for w in said.words)
    return (
        attempt,
        answer.ordinal,
        answer.asked,
        answer.probes,
        answer.state.value,
        answer.ending.value if answer.ending else None,
        said.text if said is not None else None,
        words,
        audio,
        answer.n_samples,
        answer.n_overflows,
        _real(answer.timing.last_speech_to_finished_s),
        _real(answer.timing.finished_to_flags_s),
        _real(answer.timing.recogniser_busy_s),
        _json([tuple(_real(mark_s) for mark_s in answer.marks_s)]) if answer.marks_s else None,
        None if answer.repairs is None else json.dumps(astuple(answer.repairs)),
    )


def assessment_row(attempt: int, ordinal: int, found: Assessment) -> Row:
    """The row of table assessments, without its id."""
    return (
        attempt,
        ordinal,
        found.question,
        found.verdict.value,
        found.delivery.words,
        found.delivery.fillers,
        _real(found.delivery.seconds),
        found.delivery.words_per_minute,
        _real(found.delivery.longest_pause_s),
        found.follow_up.ask,
        found.follow_up.probes,
    )


def finding_rows(assessment: int, found: Assessment) -> tuple[Row, ...]:
    """The rows of table findings of the assessment with that id."""
    rows: list[Row] = []
    for at, element in enumerate(found.elements):
        score = _real(element.score)
        proof = _evidence(element.evidence)
        head: Row = (assessment, "element", at, element.id, element.status.value)
        rows.append((*head, score, None, element.need, proof))
    for at, move in enumerate(found.moves):
        head = (assessment, "move", at, move.id.value, move.status.value)
        rows.append((*head, None, int(move.required), None, _evidence(move.evidence)))
    for at, vague in enumerate(found.vague):
        head = (assessment, "vague", at, vague.kind, None)
        rows.append((*head, None, None, vague.why, _evidence((vague.evidence,))))
    for at, pitfall in enumerate(found.pitfalls):
        head = (assessment, "pitfall", at, pitfall.id, None)
        rows.append((*head, None, None, pitfall.correction, _evidence(pitfall.evidence)))
    return tuple(rows)


def run_row(
    kind: RunKind,
    questions: tuple[str, ...],
    started: str,
    chosen: tuple[str | None, str | None, int | None],
) -> Row:
    """The row of table runs, without its id and end; ``chosen`` are role, round and minutes."""
    return (kind.value, started, json.dumps(questions, ensure_ascii=False), *chosen)


def run_of(row: sqlite3.Row, attempts: tuple[int, ...]) -> Run:
    """The run of a row of table runs. Raises ValueError, TypeError for a value nothing here wrote."""
    questions = json.loads(row["questions"])
    if not (isinstance(questions, list) and all(isinstance(question, str) for question in questions)):
        raise ValueError(f"{row['questions']!r} are no questions of a run")
    if not isinstance(row["minutes"], int | None):
        raise TypeError(f"{row['minutes']!r} are no minutes of a run")
    return Run(
        id=row["id"],
        kind=RunKind(row["kind"]),
        started=_moment(row["started"]),
        ended=_moment(row["ended"]) if row["ended"] is not None else None,
        questions=tuple(questions),
        role=row["role"],
        round=row["round"],
        minutes=row["minutes"],
        attempts=attempts,
    )


def attempt_of(row: sqlite3.Row, answers: tuple[Answer, ...], combined: Assessment | None) -> Attempt:
    """The attempt of a row of table attempts. Raises ValueError for a value nothing here wrote."""
    return Attempt(
        id=row["id"],
        question=row["question"],
        level=Level(row["level"]),
        started=_moment(row["started"]),
        recogniser=row["recogniser"],
        answers=answers,
        combined=combined,
    )


def review_of(row: sqlite3.Row) -> Review:
    """The review of a row of id, question, started and verdict. Raises ValueError."""
    verdict = Verdict(row["verdict"]) if row["verdict"] is not None else None
    return Review(row["id"], row["question"], _moment(row["started"]), verdict)


def vague_of(row: sqlite3.Row) -> VagueSpot:
    """The vague spot of a row of attempt, ordinal, question, started, said, name, text, evidence, mended."""
    finding = VagueFinding(_proofs(row)[0], row["name"], row["text"])
    started = _moment(row["started"])
    said = row["said"] or ""
    return VagueSpot(
        row["attempt"], row["ordinal"], row["question"], started, said, finding, bool(row["mended"])
    )


def signals_cell(signals: SignalsNoted) -> str:
    """What the column signals of table attempts holds."""
    return _json((signal.value, int(is_reasoned)) for signal, is_reasoned in signals)


def standings_of(found: str) -> Iterator[Standing]:
    """The standings of what the journal's query for them gave as JSON, an array for each attempt.

    In it: id, question, started, signals, first verdict, elements, moves, the flags of its follow-ups and the
    delivery. Raises ValueError, LookupError for values nothing here wrote.
    """
    elements = _Statuses(str)
    moves = _Statuses(Move)
    for id_, question, started, signals, first, said, made, held, *delivery in json.loads(found):
        yield Standing(
            attempt=id_,
            question=question,
            started=_moment(started),
            first=Verdict(first) if first is not None else None,
            elements=tuple(elements[one] for one in said.split("\x1e")) if said else (),
            moves=tuple(moves[one] for one in made.split("\x1e")) if made else (),
            held=tuple(flag == "1" for flag in held or ""),
            delivery=Delivery(*delivery),
            signals=None
            if signals is None
            else tuple((Signal(signal), bool(is_reasoned)) for signal, is_reasoned in json.loads(signals)),
        )


Name = TypeVar("Name", bound=str)


class _Statuses(dict[str, tuple[Name, Status]]):
    """Names with their statuses by how they are written; a long journal repeats each some hundred times."""

    def __init__(self, kind: Callable[[str], Name]) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, written: str) -> tuple[Name, Status]:
        name, status = written.split("\x1f")
        self[written] = self._kind(name), Status(status)
        return self[written]


def answer_of(row: sqlite3.Row, folder: Path, assessment: Assessment | None) -> Answer:
    """The answer of a row of table answers, its audio as a path under ``folder``. Raises ValueError."""
    transcript = None
    if row["text"] is not None:
        transcript = Transcript(row["text"], tuple(Word(*word) for word in json.loads(row["words"])))
    return Answer(
        ordinal=row["ordinal"],
        asked=row["asked"],
        probes=row["probes"],
        state=AnswerState(row["state"]),
        ending=Ending(row["ending"]) if row["ending"] is not None else None,
        transcript=transcript,
        assessment=assessment,
        audio=folder / PurePosixPath(row["audio"]) if row["audio"] is not None else None,
        n_samples=row["n_samples"],
        n_overflows=row["n_overflows"],
        timing=Timing(
            last_speech_to_finished_s=row["last_speech_to_finished_s"],
            finished_to_flags_s=row["finished_to_flags_s"],
            recogniser_busy_s=row["recogniser_busy_s"],
        ),
        marks_s=tuple(json.loads(row["marks"])[0]) if row["marks"] is not None else (),
        repairs=_repair(row["repairs"]) if row["repairs"] is not None else None,
    )


def assessment_of(row: sqlite3.Row, findings: Mapping[str, tuple[sqlite3.Row, ...]]) -> Assessment:
    """The assessment of a row of table assessments; ``findings`` by kind, in order. Raises ValueError."""
    return Assessment(
        question=row["question"],
        verdict=Verdict(row["verdict"]),
        elements=tuple(
            ElementFinding(f["name"], f["text"], Status(f["status"]), f["score"], _proofs(f))
            for f in findings.get("element", ())
        ),
        moves=tuple(
            MoveFinding(Move(f["name"]), bool(f["required"]), Status(f["status"]), _proofs(f))
            for f in findings.get("move", ())
        ),
        vague=tuple(VagueFinding(_proofs(f)[0], f["name"], f["text"]) for f in findings.get("vague", ())),
        pitfalls=tuple(PitfallFinding(f["name"], f["text"], _proofs(f)) for f in findings.get("pitfall", ())),
        delivery=Delivery(
            words=row["words"],
            fillers=row["fillers"],
            seconds=row["seconds"],
            words_per_minute=row["words_per_minute"],
            longest_pause_s=row["longest_pause_s"],
        ),
        follow_up=FollowUp(row["follow_up_ask"], row["follow_up_probes"]),
    )


def _moment(written: str) -> datetime:
    """The moment of a row; ValueError where it has no time zone: it could be compared with no other."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError(f"{written!r} has no time zone")
    return moment


def _repair(written: str) -> Repair:
    ordinal, start, end, mended = json.loads(written)
    return Repair(int(ordinal), int(start), int(end), mended=bool(mended))


def _evidence(evidence: tuple[Evidence, ...]) -> str:
    return _json((e.start, e.end, e.text, e.t0_s, e.t1_s) for e in evidence)


def _proofs(row: sqlite3.Row) -> tuple[Evidence, ...]:
    return tuple(Evidence(*proof) for proof in json.loads(row["evidence"]))


def _json(rows: Iterable[Row]) -> str:
    return json.dumps(list(rows), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _real(value: float | None) -> float | None:
    """``value``, refused with ValueError where it is no number: SQLite would store NaN as "none"."""
    if value is not None and not math.isfinite(value):
        raise ValueError(f"the journal keeps finite numbers only, not {value}")
    return value
