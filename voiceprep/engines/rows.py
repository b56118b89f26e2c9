"""The journal's nouns as rows of its database and back, without loss."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple, fields
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

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
Fields = sqlite3.Row | Mapping[str, Any]
"""A row by the names of its columns: as the database hands it out, or as :func:`to_json` kept it."""


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
        _moments(answer.marks_s),
        None if answer.repairs is None else json.dumps(astuple(answer.repairs)),
        _moments(said.asides_s if said is not None else ()),
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


def run_of(row: Fields, attempts: tuple[int, ...]) -> Run:
    """The run of a row of table runs. Raises ValueError for a value nothing here wrote."""
    cells = _Cells(row)
    questions = _parsed(cells.text("questions"), "questions")
    if not isinstance(questions, list):
        raise _misfit(questions, "questions")
    return Run(
        id=cells.whole("id"),
        kind=RunKind(row["kind"]),
        started=cells.moment("started"),
        ended=cells.moment("ended") if row["ended"] is not None else None,
        questions=tuple(_text_of(question, "questions") for question in questions),
        role=cells.text_if_any("role"),
        round=cells.text_if_any("round"),
        minutes=cells.whole_if_any("minutes"),
        attempts=attempts,
    )


def attempt_of(row: Fields, answers: tuple[Answer, ...], combined: Assessment | None) -> Attempt:
    """The attempt of a row of table attempts. Raises ValueError for a value nothing here wrote."""
    cells = _Cells(row)
    return Attempt(
        id=cells.whole("id"),
        question=cells.text("question"),
        level=Level(row["level"]),
        started=cells.moment("started"),
        recogniser=cells.text("recogniser"),
        answers=answers,
        combined=combined,
        read_again=cells.moment("read_again") if row["read_again"] is not None else None,
    )


def to_json(recogniser: str, tables: Mapping[str, Iterable[sqlite3.Row]]) -> str:
    """A reading as one text: who read, and the rows of ``tables`` by the names of their columns."""
    kept = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    return json.dumps(
        {"recogniser": recogniser, **kept}, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def from_json(text: str) -> tuple[str, Mapping[str, list[Fields]]]:
    """What :func:`to_json` was given; a column that came later is None.

    Raises ValueError, LookupError for what is none of its texts. The rows are as untrusted as any.
    """
    kept = _parsed(_text_of(text, "rows"), "rows")
    if not isinstance(kept, dict):
        raise _misfit(kept, "rows")
    recogniser = _text_of(kept.pop("recogniser"), "recogniser")
    return recogniser, {name: [_columns(row) for row in _list_of(rows)] for name, rows in kept.items()}


def _columns(row: object) -> Fields:
    if not isinstance(row, dict):
        raise _misfit(row, "rows")
    return defaultdict(_none, row)


def _none() -> None:
    return None


def _list_of(rows: object) -> list[object]:
    if not isinstance(rows, list):
        raise _misfit(rows, "rows")
    return rows


def review_of(row: Fields) -> Review:
    """The review of a row of id, question, started, verdict, said, unasked (JSON lists) and missing.

    Raises ValueError.
    """
    cells = _Cells(row)
    said, missing, unasked = (_names(cells, column) for column in ("said", "missing", "unasked"))
    return Review(
        cells.whole("id"),
        cells.text("question"),
        cells.moment("started"),
        Verdict(row["verdict"]) if row["verdict"] is not None else None,
        said=tuple(part for part in said if part in unasked),
        prompted=tuple(part for part in said if part not in unasked),
        missing=tuple(missing),
    )


def vague_of(row: Fields) -> VagueSpot:
    """The vague spot of a row of attempt, ordinal, question, started, said, name, text, evidence, mended."""
    cells = _Cells(row)
    return VagueSpot(
        cells.whole("attempt"),
        cells.whole("ordinal"),
        cells.text("question"),
        cells.moment("started"),
        cells.text_if_any("said") or "",
        _vague_finding(cells),
        bool(cells.whole("mended")),
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
            started=_moment_of(started, "started"),
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


def answer_of(row: Fields, folder: Path, assessment: Assessment | None) -> Answer:
    """The answer of a row of table answers, its audio as a path under ``folder``. Raises ValueError."""
    cells = _Cells(row)
    transcript = None
    text = cells.text_if_any("text")
    if text is not None:
        words = tuple(_word(word) for word in cells.table("words"))
        transcript = Transcript(text, words, cells.moments_s("asides"))
    return Answer(
        ordinal=cells.whole("ordinal"),
        asked=cells.text("asked"),
        probes=cells.text_if_any("probes"),
        state=AnswerState(row["state"]),
        ending=Ending(row["ending"]) if row["ending"] is not None else None,
        transcript=transcript,
        assessment=assessment,
        audio=audio_path(cells.text_if_any("audio"), folder),
        n_samples=cells.whole("n_samples"),
        n_overflows=cells.whole("n_overflows"),
        timing=Timing(
            last_speech_to_finished_s=cells.real_if_any("last_speech_to_finished_s"),
            finished_to_flags_s=cells.real_if_any("finished_to_flags_s"),
            recogniser_busy_s=cells.real_if_any("recogniser_busy_s"),
        ),
        marks_s=cells.moments_s("marks"),
        repairs=_repair(cells.text("repairs")) if row["repairs"] is not None else None,
    )


def audio_path(audio: str | None, folder: Path) -> Path | None:
    """A recording's path as the row of its answer has it, below ``folder``; None for None.

    Raises ValueError where it leads elsewhere: no row may name a file of others for reading or deleting.
    """
    if audio is None:
        return None
    inside = PurePosixPath(audio)
    # A backslash and a colon separate on Windows; nothing here writes them.
    if inside.is_absolute() or ".." in inside.parts or not inside.parts or set(audio) & set("\\:\0"):
        raise ValueError(f"the recording {audio!r} is not in the journal's folder")
    return folder / inside


def assessment_of(row: Fields, findings: Mapping[str, tuple[Fields, ...]]) -> Assessment:
    """The assessment of a row of table assessments; ``findings`` by kind, in order. Raises ValueError."""
    cells = _Cells(row)
    found = {kind: [_Cells(finding) for finding in rows] for kind, rows in findings.items()}
    return Assessment(
        question=cells.text("question"),
        verdict=Verdict(row["verdict"]),
        elements=tuple(
            ElementFinding(
                f.text("name"), f.text("text"), Status(f.text("status")), f.real("score"), _proofs(f)
            )
            for f in found.get("element", ())
        ),
        moves=tuple(
            MoveFinding(Move(f.text("name")), bool(f.whole("required")), Status(f.text("status")), _proofs(f))
            for f in found.get("move", ())
        ),
        vague=tuple(_vague_finding(f) for f in found.get("vague", ())),
        pitfalls=tuple(
            PitfallFinding(f.text("name"), f.text("text"), _proofs(f)) for f in found.get("pitfall", ())
        ),
        delivery=Delivery(
            words=cells.whole("words"),
            fillers=cells.whole("fillers"),
            seconds=cells.real_if_any("seconds"),
            words_per_minute=cells.whole_if_any("words_per_minute"),
            longest_pause_s=cells.real_if_any("longest_pause_s"),
        ),
        follow_up=FollowUp(cells.text("follow_up_ask"), cells.text("follow_up_probes")),
    )


class _Cells:
    """A row whose values are asked for by kind: SQLite keeps what it is given, whatever a column declares.

    Every method raises ValueError for another kind of value, naming the column.
    """

    def __init__(self, row: Fields) -> None:
        self._row = row

    def text(self, column: str) -> str:
        return _text_of(self._row[column], column)

    def text_if_any(self, column: str) -> str | None:
        return None if self._row[column] is None else self.text(column)

    def whole(self, column: str) -> int:
        return _whole_of(self._row[column], column)

    def whole_if_any(self, column: str) -> int | None:
        return None if self._row[column] is None else self.whole(column)

    def real(self, column: str) -> float:
        return _real_of(self._row[column], column)

    def real_if_any(self, column: str) -> float | None:
        return None if self._row[column] is None else self.real(column)

    def moment(self, column: str) -> datetime:
        return _moment_of(self._row[column], column)

    def moments_s(self, column: str) -> tuple[float, ...]:
        """Seconds, as :func:`_moments` wrote them."""
        if self._row[column] is None:
            return ()
        lines = self.table(column)
        if len(lines) != 1:
            raise _misfit(self._row[column], column)
        return tuple(_real_of(moment_s, column) for moment_s in lines[0])

    def table(self, column: str) -> list[list[object]]:
        """A JSON list of lists."""
        found = _parsed(self.text(column), column)
        if not isinstance(found, list) or not all(isinstance(line, list) for line in found):
            raise _misfit(self._row[column], column)
        return found


def _names(cells: _Cells, column: str) -> list[str]:
    """A JSON list of texts."""
    found = _parsed(cells.text(column), column)
    if not isinstance(found, list):
        raise _misfit(found, column)
    return [_text_of(name, column) for name in found]


def _parsed(text: str, column: str) -> object:
    try:
        return json.loads(text)
    except RecursionError as exc:
        raise _misfit(text, column) from exc


def _misfit(value: object, column: str) -> ValueError:
    return ValueError(f"{column} is {value!r:.60}")


def _text_of(value: object, column: str) -> str:
    if not isinstance(value, str):
        raise _misfit(value, column)
    return value


def _whole_of(value: object, column: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _misfit(value, column)
    return value


def _real_of(value: object, column: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _misfit(value, column)
    return value


def _moment_of(value: object, column: str) -> datetime:
    """The moment; without a time zone it could be compared with no other."""
    found = datetime.fromisoformat(_text_of(value, column))
    if found.tzinfo is None:
        raise _misfit(value, column)
    return found


def _real_if_any(value: object, column: str) -> float | None:
    return None if value is None else _real_of(value, column)


def _word(cells: list[object]) -> Word:
    said, start, end, t0_s, t1_s, probability = cells
    return Word(
        _text_of(said, "words"),
        _whole_of(start, "words"),
        _whole_of(end, "words"),
        _real_if_any(t0_s, "words"),
        _real_if_any(t1_s, "words"),
        _real_if_any(probability, "words"),
    )


def _vague_finding(cells: _Cells) -> VagueFinding:
    (proof,) = _proofs(cells)
    return VagueFinding(proof, cells.text("name"), cells.text("text"))


def _repair(written: str) -> Repair:
    found = _parsed(written, "repairs")
    if not isinstance(found, list) or len(found) != len(fields(Repair)):
        raise _misfit(written, "repairs")
    ordinal, start, end = (_whole_of(one, "repairs") for one in found[:-1])
    return Repair(ordinal, start, end, mended=bool(found[-1]))


def _evidence(evidence: tuple[Evidence, ...]) -> str:
    return _json((e.start, e.end, e.text, e.t0_s, e.t1_s) for e in evidence)


def _proofs(cells: _Cells) -> tuple[Evidence, ...]:
    return tuple(_proof(*proof) for proof in cells.table("evidence"))


def _proof(start: object, end: object, text: object, t0_s: object, t1_s: object) -> Evidence:
    return Evidence(
        _whole_of(start, "evidence"),
        _whole_of(end, "evidence"),
        _text_of(text, "evidence"),
        _real_if_any(t0_s, "evidence"),
        _real_if_any(t1_s, "evidence"),
    )


def _moments(moments_s: tuple[float, ...]) -> str | None:
    return _json([tuple(_real(moment_s) for moment_s in moments_s)]) if moments_s else None


def _json(rows: Iterable[Row]) -> str:
    return json.dumps(list(rows), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _real(value: float | None) -> float | None:
    """``value``, refused with ValueError where it is no number: SQLite would store NaN as "none"."""
    if value is not None and not math.isfinite(value):
        raise ValueError(f"the journal keeps finite numbers only, not {value}")
    return value
