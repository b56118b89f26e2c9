"""The journal on disk: one SQLite database and one WAV file an answer, in one folder.

    HOME/journal.db
    HOME/recordings/<attempt>/<ordinal>.wav

An answer is in the database from the moment its recording begins, so a crash leaves a row that
says "recording" and a file whose lock nobody holds; :meth:`SqliteJournal.recover` finds both.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from voiceprep.engines import rows
from voiceprep.engines.database import backups, connect, database_error, unreadable
from voiceprep.engines.home import private_folder, storage_error
from voiceprep.engines.locks import RecordingLock, take_lock
from voiceprep.engines.recording import HEADER_BYTES, WavRecording, repair
from voiceprep.errors import JournalError
from voiceprep.model import (
    HOLDS_A_BOUNDARY,
    Answer,
    AnswerState,
    Assessment,
    Attempt,
    Ending,
    Level,
    Order,
    Recovered,
    Repair,
    Review,
    Run,
    RunKind,
    SignalsNoted,
    Standing,
    VagueSpot,
)

DATABASE_FILE = "journal.db"
RECORDINGS_FOLDER = "recordings"

N_LATEST = 10
"""Attempts looked at for files that a crash left: it leaves them in the newest one of its window."""

_INSERT_ATTEMPT = (
    "INSERT INTO attempts (id, question, level, started, recogniser, run) VALUES (?, ?, ?, ?, ?, ?)"
)
# Values in the order of the table's columns, which is the order of rows.py.
_INSERT_ANSWER = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_ASSESSMENT = "INSERT INTO assessments VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_FINDING = "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_RUN = "INSERT INTO runs (kind, started, questions, role, round, minutes) VALUES (?, ?, ?, ?, ?, ?)"

_ATTEMPTS = (
    "SELECT attempts.*, (SELECT max(until) FROM readings WHERE attempt = attempts.id) AS read_again "
    "FROM attempts"
)

_OF_ATTEMPTS = {
    "answers": "SELECT * FROM answers WHERE attempt IN (SELECT value FROM json_each(?)) ORDER BY ordinal",
    "assessments": "SELECT * FROM assessments WHERE attempt IN (SELECT value FROM json_each(?))",
    "findings": (
        "SELECT findings.* FROM findings JOIN assessments ON assessments.id = assessment "
        "WHERE attempt IN (SELECT value FROM json_each(?)) ORDER BY position"
    ),
}
"""What the other tables hold of some attempts."""

# The findings that decide are those over all answers, else those on the last answer that has some.
_REVIEWS = (
    "SELECT attempts.id, attempts.question, started, verdict, "
    "(SELECT json_group_array(name) FROM findings WHERE assessment = latest.id AND status = 'said' "
    "AND (kind = 'element' OR kind = 'move' AND required)) AS said, "
    "(SELECT json_group_array(name) FROM findings WHERE assessment = (SELECT id FROM assessments "
    "WHERE attempt = attempts.id AND ordinal = 0) AND status = 'said') AS unasked, "
    "(SELECT json_group_array(name) FROM findings WHERE assessment = latest.id AND status = 'missing' "
    "AND (kind = 'element' OR kind = 'move' AND required)) AS missing "
    "FROM attempts LEFT JOIN assessments AS latest ON latest.id = (SELECT id FROM assessments AS one "
    "WHERE attempt = attempts.id AND NOT EXISTS (SELECT 1 FROM answers AS tries "
    "WHERE tries.attempt = attempts.id AND tries.ordinal = one.ordinal AND repairs IS NOT NULL) "
    "ORDER BY ordinal = ? DESC, ordinal DESC LIMIT 1) "
    "ORDER BY started DESC, attempts.id DESC"
)

# Tries at single sentences are left out: what was found in one is no verdict and no vague answer.
_VAGUE = (
    "SELECT attempts.id AS attempt, assessments.ordinal, attempts.question, started, findings.name, "
    "findings.text, evidence, (SELECT text FROM answers WHERE answers.attempt = attempts.id "
    "AND answers.ordinal = assessments.ordinal) AS said, "
    "EXISTS (SELECT 1 FROM answers AS tries WHERE tries.attempt = attempts.id AND repairs IS NOT NULL "
    "AND json_extract(repairs, '$[3]') AND json_extract(repairs, '$[0]') = assessments.ordinal "
    "AND json_extract(repairs, '$[1]') < json_extract(evidence, '$[0][1]') "
    "AND json_extract(repairs, '$[2]') > json_extract(evidence, '$[0][0]')) AS mended "
    "FROM attempts CROSS JOIN assessments ON assessments.attempt = attempts.id "
    "CROSS JOIN findings ON assessment = assessments.id AND kind = 'vague' "
    "WHERE assessments.ordinal <> ? "
    "AND NOT EXISTS (SELECT 1 FROM answers WHERE answers.attempt = assessments.attempt "
    "AND answers.ordinal = assessments.ordinal AND repairs IS NOT NULL) "
    "AND (? IS NULL OR attempts.question IN (SELECT value FROM json_each(?)))"
)
# One row that holds everything: ten thousand rows would each wait for Python's lock, which another thread may
# hold. Findings come as one text an attempt, split by characters that no name holds.
_STANDINGS = (
    "SELECT json_group_array(json_array(attempts.id, attempts.question, started, signals, "
    "(SELECT verdict FROM assessments WHERE attempt = attempts.id AND ordinal = 0), "
    "(SELECT group_concat(name || char(31) || status, char(30)) FROM findings "
    "WHERE assessment = judged.id AND kind = 'element'), "
    "(SELECT group_concat(name || char(31) || status, char(30)) FROM findings "
    "WHERE assessment = judged.id AND kind = 'move' AND required), "
    # As Attempt.held.
    "(SELECT group_concat(EXISTS(SELECT 1 FROM findings WHERE assessment = replies.id AND status = 'said' "
    "AND (name = probes OR probes = 'boundary' AND kind = 'move' "
    "AND name IN (SELECT value FROM json_each(?)))), '') "
    "FROM answers LEFT JOIN assessments AS replies "
    "ON answers.attempt = replies.attempt AND answers.ordinal = replies.ordinal "
    "WHERE answers.attempt = attempts.id AND answers.ordinal > 0 AND repairs IS NULL "
    "AND probes IS NOT NULL AND (replies.id IS NOT NULL OR state = 'nothing said')), "
    "words, fillers, seconds, words_per_minute, longest_pause_s)) "
    "FROM attempts CROSS JOIN assessments AS judged ON judged.id = (SELECT id FROM assessments AS one "
    "WHERE attempt = attempts.id AND NOT EXISTS (SELECT 1 FROM answers AS tries "
    "WHERE tries.attempt = attempts.id AND tries.ordinal = one.ordinal AND repairs IS NOT NULL) "
    "ORDER BY ordinal = ? DESC, ordinal DESC LIMIT 1) "
    "WHERE started >= ? AND (? IS NULL OR attempts.question IN (SELECT value FROM json_each(?)))"
)
_NEWEST = "mended, started DESC, attempts.id DESC, assessments.ordinal, position"
_VAGUE_ORDER = {
    Order.NEWEST: _NEWEST,
    Order.WORST: "mended, json_extract(evidence, '$[0][1]') - json_extract(evidence, '$[0][0]') DESC, "
    + _NEWEST,
}


class SqliteJournal:
    """The :class:`~voiceprep.ports.Journal` in ``folder``, which is made where it is missing.

    Belongs to the thread that made it. Several may use one folder, from one process or many. Raises
    JournalError where the database cannot be used (it is never overwritten), DiskFull.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._path = self._folder / DATABASE_FILE
        self._locks: dict[tuple[int, int], RecordingLock] = {}
        if not self._folder.is_dir():
            private_folder(self._folder)
        self._database = connect(self._path)
        self._database.row_factory = sqlite3.Row

    def begin(
        self, question: str, level: Level, recogniser: str, started: datetime, run: int | None = None
    ) -> int:
        """Open an attempt (within ``run``) and return its id; ids grow and are never given twice.

        Raises JournalError, also for an unknown run, DiskFull, ValueError where ``started`` has no time zone.
        """
        with self._writing("begin an attempt"):
            if run is not None:
                self._demand_run(run)
            attempt = self._run(
                "SELECT ifnull(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'attempts'"
            ).fetchone()[0]
            # Recordings may outlive a database that was moved away.
            while self._recordings(attempt).exists():
                attempt += 1
            self._run(
                _INSERT_ATTEMPT,
                (attempt, question, level.value, _utc_text(started), recogniser, run),
            )
        return int(attempt)

    def record(
        self, attempt: int, ordinal: int, asked: str, probes: str | None, repairs: Repair | None = None
    ) -> WavRecording:
        """Open the audio of an answer; from here on the journal knows it, whatever happens.

        Raises JournalError where the attempt is unknown or has an answer of that ordinal, DiskFull.
        """
        recording = lock = None
        try:
            # In one transaction, so that a file without a row is a crash and no other window's beginning.
            with self._writing("begin a recording"):
                self._demand(attempt)
                self._demand_new(attempt, ordinal)
                folder = self._recordings(attempt)
                private_folder(folder.parent)
                private_folder(folder)
                recording = WavRecording(folder / f"{ordinal}.wav")
                # The lock comes before the row: a row without a lock is a crash.
                lock = self._lock(recording.path)
                self._insert(attempt, _to_be_recorded(ordinal, asked, probes, recording.path, repairs))
        except BaseException:
            if recording is not None:
                recording.close()
                recording.path.unlink(missing_ok=True)
            if lock is not None:
                lock.release()
            raise
        self._locks[attempt, ordinal] = lock
        return recording

    def reopen(self, attempt: int, ordinal: int) -> WavRecording:
        """Go on recording an answer that was kept; a crash from here on leaves it to :meth:`recover`.

        Raises JournalError where there is no such answer, it has no audio or is being recorded, DiskFull.
        """
        with self._reading("look for the answer"):
            row = self._run(
                "SELECT audio, state FROM answers WHERE attempt = ? AND ordinal = ?", (attempt, ordinal)
            ).fetchone()
        if row is None or row["audio"] is None or row["state"] == AnswerState.RECORDING.value:
            raise JournalError(
                f"answer {ordinal} of attempt {attempt} has no finished recording to go on with: "
                "answer the question anew."
            )
        path = self._path_of(row["audio"])
        try:
            lock = self._lock(path)
        except FileNotFoundError as exc:
            raise JournalError(f"{path} is gone: answer the question anew.") from exc
        try:
            recording = WavRecording(path, repair(path))
            with self._writing("reopen the answer"):
                self._run(
                    "UPDATE answers SET state = ?, ending = NULL WHERE attempt = ? AND ordinal = ?",
                    (AnswerState.RECORDING.value, attempt, ordinal),
                )
        except BaseException:
            lock.release()
            raise
        self._locks[attempt, ordinal] = lock
        return recording

    def keep(self, attempt: int, answer: Answer, combined: Assessment | None = None) -> None:
        """Store an answer (replaces the one of the same ordinal), with ``combined`` as :meth:`conclude` does.

        ``answer.audio`` is absolute or relative to the journal's folder, and inside it; it comes back
        absolute. Raises JournalError (unknown attempt, audio elsewhere), DiskFull, ValueError for
        numbers that are not finite.
        """
        with self._writing("store the answer"):
            self._demand(attempt)
            self._insert(attempt, answer)
            if combined is not None:
                self._insert_assessment(attempt, rows.COMBINED, combined)
        if answer.state is not AnswerState.RECORDING:
            lock = self._locks.pop((attempt, answer.ordinal), None)
            if lock is not None:
                lock.release()

    def conclude(self, attempt: int, combined: Assessment | None) -> None:
        """Store the findings over all answers (None: there are none) and close the attempt.

        Raises JournalError, DiskFull, ValueError for numbers that are not finite.
        """
        with self._writing("store the findings"):
            self._demand(attempt)
            self._insert_assessment(attempt, rows.COMBINED, combined)

    def attempts(self, question: str | None = None, limit: int | None = None) -> tuple[Attempt, ...]:
        """Attempts, newest first; ``()`` where there are none.

        Raises JournalError, also for a row that does not make sense, ValueError for a limit below 0.
        """
        if limit is not None and limit < 0:
            raise ValueError(f"a limit of {limit} attempts makes no sense")
        with self._reading("read the attempts"):
            found = self._run(
                f"{_ATTEMPTS} WHERE ? IS NULL OR question = ? ORDER BY started DESC, id DESC LIMIT ?",
                (question, question, -1 if limit is None else limit),  # to SQLite, -1 is no limit
            ).fetchall()
            return self._whole(found)

    def attempt(self, attempt: int) -> Attempt:
        """The attempt of that id.

        Raises JournalError when there is none, and for a row that does not make sense.
        """
        with self._reading("read the attempt"):
            self._demand(attempt)
            return self._whole(self._run(f"{_ATTEMPTS} WHERE id = ?", (attempt,)).fetchall())[0]

    def reviews(self) -> tuple[Review, ...]:
        """Every attempt in short, newest first. Raises JournalError."""
        with self._reading("read the reviews"):
            found = self._run(_REVIEWS, (rows.COMBINED,)).fetchall()
        with self._making_sense():
            return tuple(rows.review_of(row) for row in found)

    def vague(
        self, questions: tuple[str, ...] | None = None, order: Order = Order.NEWEST, limit: int | None = None
    ) -> tuple[VagueSpot, ...]:
        """What was vague in single answers (to ``questions``), newest or worst first.

        Raises JournalError, also for a row that does not make sense, ValueError for a limit below 0.
        """
        if limit is not None and limit < 0:
            raise ValueError(f"a limit of {limit} spots makes no sense")
        wanted = None if questions is None else json.dumps(questions)
        with self._reading("read what was vague"):
            found = self._run(
                f"{_VAGUE} ORDER BY {_VAGUE_ORDER[order]} LIMIT ?",
                (rows.COMBINED, wanted, wanted, -1 if limit is None else limit),
            ).fetchall()
        with self._making_sense():
            return tuple(rows.vague_of(row) for row in found)

    def begin_run(
        self,
        kind: RunKind,
        questions: tuple[str, ...],
        started: datetime,
        *,
        role: str | None = None,
        round_: str | None = None,
        minutes: int | None = None,
    ) -> int:
        """Open a run of ``questions`` and return its id; ids grow and are never given twice.

        Raises JournalError, DiskFull, ValueError where ``started`` has no time zone.
        """
        row = rows.run_row(kind, questions, _utc_text(started), (role, round_, minutes))
        with self._writing("begin a run"):
            return int(self._run(_INSERT_RUN, row).lastrowid or 0)

    def end_run(self, run: int, when: datetime) -> None:
        """The run is over and cannot be gone on with.

        Raises JournalError when there is none of that id, DiskFull, ValueError where ``when`` has no zone.
        """
        with self._writing("end the run"):
            self._demand_run(run)
            self._run("UPDATE runs SET ended = ? WHERE id = ?", (_utc_text(when), run))

    def run(self, run: int) -> Run:
        """The run of that id. Raises JournalError when there is none, and for a row that makes no sense."""
        with self._reading("read the run"):
            self._demand_run(run)
            return self._whole_runs(self._run("SELECT * FROM runs WHERE id = ?", (run,)).fetchall())[0]

    def runs(self, limit: int | None = None) -> tuple[Run, ...]:
        """Runs, newest first; ``()`` where there are none.

        Raises JournalError, also for a row that does not make sense, ValueError for a limit below 0.
        """
        if limit is not None and limit < 0:
            raise ValueError(f"a limit of {limit} runs makes no sense")
        with self._reading("read the runs"):
            found = self._run(
                "SELECT * FROM runs ORDER BY started DESC, id DESC LIMIT ?", (-1 if limit is None else limit,)
            ).fetchall()
            return self._whole_runs(found)

    def standings(
        self, questions: tuple[str, ...] | None = None, since: datetime | None = None
    ) -> tuple[Standing, ...]:
        """What every judged attempt (at ``questions``, from ``since`` on) adds to progress, oldest first.

        Raises JournalError, also for a row that does not make sense, ValueError where ``since`` has no zone.
        """
        wanted = None if questions is None else json.dumps(questions)
        holds = json.dumps(HOLDS_A_BOUNDARY)
        values = (holds, rows.COMBINED, _utc_text(since) if since is not None else "", wanted, wanted)
        with self._reading("read how you stand"):
            found = self._run(_STANDINGS, values).fetchone()[0]
        with self._making_sense():
            return tuple(
                sorted(rows.standings_of(found), key=lambda standing: (standing.started, standing.attempt))
            )

    def note_signals(self, attempt: int, signals: SignalsNoted) -> None:
        """Store which signals were heard in an attempt. Raises JournalError where it is unknown."""
        with self._writing("store the signals"):
            self._demand(attempt)
            self._run("UPDATE attempts SET signals = ? WHERE id = ?", (rows.signals_cell(signals), attempt))

    def recover(self) -> tuple[Recovered, ...]:
        """Mark answers as interrupted whose recording a crash cut short; their audio is made whole.

        Answers that a live journal is recording are left alone; nothing to recover gives ``()``. Files in
        which a crash left no sample, before the journal knew them, go; of what was being made of a file
        nothing stays: the file is still there. Raises JournalError, DiskFull.
        """
        if self._stillborn():
            with self._writing("clear away an empty recording"):
                _remove(self._stillborn())
        with self._reading("look for interrupted answers"):
            found = self._run(
                "SELECT attempt, ordinal, question, audio, repairs IS NOT NULL AS is_try FROM answers "
                "JOIN attempts ON id = attempt WHERE state = ? ORDER BY attempt, ordinal",
                (AnswerState.RECORDING.value,),
            ).fetchall()
        return tuple(recovered for row in found if (recovered := self._recover(row)) is not None)

    def unfinished(self) -> tuple[Recovered, ...]:
        """What of the newest attempt was cut short, by whatever it was; no tries. Raises JournalError."""
        with self._reading("look for unfinished answers"):
            found = self._run(
                "SELECT attempt, ordinal, question, audio, n_samples FROM answers "
                "JOIN attempts ON id = attempt WHERE id = (SELECT max(id) FROM attempts) "
                "AND state = ? AND ending IN (?, ?) AND audio IS NOT NULL AND n_samples > 0 "
                "AND repairs IS NULL ORDER BY ordinal",
                (AnswerState.INTERRUPTED.value, Ending.INTERRUPTED.value, Ending.MICROPHONE_LOST.value),
            ).fetchall()
        return tuple(
            Recovered(
                row["attempt"],
                row["ordinal"],
                row["question"],
                rows.audio_path(row["audio"], self._folder),
                row["n_samples"],
            )
            for row in found
        )

    def forget(self, attempt: int) -> None:
        """Delete an attempt with its audio, and copies made before migrations, which hold it too.

        A run that has ended goes with its last attempt: it would still tell what was asked, and when.

        Raises JournalError when there is none of that id or it is being recorded; files that are gone
        already do not matter.
        """
        with self._writing("forget the attempt"):
            self._demand(attempt)
            for path in self._audio(attempt):
                self._demand_idle(attempt, path)
            # Files first: rows without files can be forgotten again, files without rows would stay for ever.
            self._delete_files(attempt)
            self._run("DELETE FROM attempts WHERE id = ?", (attempt,))
            self._run(
                "DELETE FROM runs WHERE ended IS NOT NULL AND id NOT IN "
                "(SELECT run FROM attempts WHERE run IS NOT NULL)"
            )
        self._purge()

    def note_source(self, attempt: int, digest: str) -> None:
        """Remember of which file the attempt's recording is being made.

        Raises JournalError where the attempt is unknown or another was made of that file, DiskFull.
        """
        with self._writing("note where the recording comes from"):
            self._demand(attempt)
            other = self._run("SELECT attempt FROM sources WHERE sha256 = ?", (digest,)).fetchone()
            if other is not None:
                raise JournalError(
                    f"the same recording is attempt {other['attempt']} already: "
                    f"`voiceprep forget {other['attempt']}` first to import it anew."
                )
            self._run("INSERT INTO sources VALUES (?, ?)", (attempt, digest))

    def imported(self, digest: str) -> int | None:
        """The attempt made of the file of that digest; None: there is none. Raises JournalError."""
        with self._reading("look for the recording"):
            row = self._run("SELECT attempt FROM sources WHERE sha256 = ?", (digest,)).fetchone()
        return None if row is None else int(row["attempt"])

    def abandon(self, attempt: int) -> None:
        """Delete an attempt that this journal has begun, also in the middle of its recording.

        Raises JournalError where another journal is recording it; one that is gone does not matter.
        """
        for key in [key for key in self._locks if key[0] == attempt]:
            self._locks.pop(key).release()
        with self._reading("look for the attempt"):
            known = self._run("SELECT 1 FROM attempts WHERE id = ?", (attempt,)).fetchone()
        if known:
            self.forget(attempt)

    def read_again(self, attempt: Attempt, when: datetime) -> None:
        """Store ``attempt`` as transcribed and checked anew, and keep what was read before.

        Raises JournalError where it is unknown, is being recorded or has other answers by now, DiskFull,
        ValueError for numbers that are not finite or a moment without a time zone.
        """
        key = (attempt.id,)
        with self._writing("store the new reading"):
            self._demand(attempt.id)
            tables = self._tables([attempt.id])
            answers = {row["ordinal"]: row for row in tables["answers"]}
            if any(row["state"] == AnswerState.RECORDING.value for row in answers.values()):
                raise JournalError(f"attempt {attempt.id} is being recorded: finish it, then read it again.")
            if set(answers) != {answer.ordinal for answer in attempt.answers}:
                raise JournalError(f"attempt {attempt.id} has changed in the meantime: read it again.")
            if tables["assessments"] or any(row["text"] is not None for row in answers.values()):
                recogniser = self._run("SELECT recogniser FROM attempts WHERE id = ?", key).fetchone()[0]
                number = self._run("SELECT count(*) FROM readings WHERE attempt = ?", key).fetchone()[0]
                with self._making_sense():
                    earlier = rows.to_json(recogniser, tables)
                self._run(
                    "INSERT INTO readings VALUES (?, ?, ?, ?)", (attempt.id, number, _utc_text(when), earlier)
                )
            # What was heard between the lines was heard in other words.
            self._run(
                "UPDATE attempts SET recogniser = ?, signals = NULL WHERE id = ?",
                (attempt.recogniser, attempt.id),
            )
            for answer in attempt.answers:
                self._insert(attempt.id, answer)
            self._insert_assessment(attempt.id, rows.COMBINED, attempt.combined)

    def original(self, attempt: int) -> Attempt:
        """The attempt as it was first read.

        Raises JournalError when there is none, and for a row that does not make sense.
        """
        with self._reading("read the attempt"):
            self._demand(attempt)
            found = self._run(f"{_ATTEMPTS} WHERE id = ?", (attempt,)).fetchall()
            first = self._run("SELECT rows FROM readings WHERE attempt = ? AND number = 0", (attempt,))
            kept = first.fetchone()
            if kept is None:
                return self._whole(found)[0]
        with self._making_sense():
            recogniser, tables = rows.from_json(kept["rows"])
            row = {**dict(found[0]), "recogniser": recogniser, "read_again": None}
            return _assemble(self._folder, [row], tables)[0]

    def close(self) -> None:
        """Close the database. May be called twice. What was recorded and not kept is recovered later."""
        for lock in self._locks.values():
            lock.release()
        self._locks.clear()
        self._database.close()

    # -------------------------------------------------------------------------- rows

    def _run(self, sql: str, values: tuple[rows.Cell, ...] = ()) -> sqlite3.Cursor:
        return self._database.execute(sql, values)

    @contextmanager
    def _transaction(self, begin: str, doing: str) -> Iterator[None]:
        """All or nothing; SQLite's errors come out as ours."""
        try:
            try:
                self._run(begin)
                yield
                self._run("COMMIT")
            except BaseException:
                # Where the disk was full, SQLite itself has rolled back.
                if self._database.in_transaction:
                    self._run("ROLLBACK")
                raise
        except sqlite3.ProgrammingError:
            raise  # ours to mend: a closed journal, a foreign thread
        except sqlite3.DatabaseError as exc:
            raise database_error(exc, doing, self._path) from exc
        except UnicodeDecodeError as exc:
            raise unreadable(exc, doing, self._path) from exc
        except UnicodeEncodeError as exc:
            raise JournalError(
                f"could not {doing} in {self._path}: {exc.object[exc.start : exc.end]!r} is no Unicode text; "
                "set the terminal to UTF-8 and type it again."
            ) from exc

    def _writing(self, doing: str) -> AbstractContextManager[None]:
        return self._transaction("BEGIN IMMEDIATE", doing)

    def _reading(self, doing: str) -> AbstractContextManager[None]:
        return self._transaction("BEGIN", doing)

    @contextmanager
    def _making_sense(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as exc:
            raise JournalError(
                f"{self._path} holds a row that makes no sense ({exc}) and was left as it is: move the file "
                "away to begin a new one, or restore a copy of it."
            ) from exc

    def _demand(self, attempt: int) -> None:
        if not self._run("SELECT 1 FROM attempts WHERE id = ?", (attempt,)).fetchone():
            raise JournalError(
                f"there is no attempt {attempt} in {self._path}: `voiceprep history` lists them."
            )

    def _demand_new(self, attempt: int, ordinal: int) -> None:
        known = self._run("SELECT 1 FROM answers WHERE attempt = ? AND ordinal = ?", (attempt, ordinal))
        if known.fetchone():
            raise JournalError(
                f"attempt {attempt} has answer {ordinal} already and keeps it: record the next one instead."
            )

    def _demand_run(self, run: int) -> None:
        if not self._run("SELECT 1 FROM runs WHERE id = ?", (run,)).fetchone():
            raise JournalError(f"there is no run {run} in {self._path}: begin one with `voiceprep drill`.")

    def _insert(self, attempt: int, answer: Answer) -> None:
        row = rows.answer_row(attempt, answer, self._relative(answer.audio))
        self._run(_INSERT_ANSWER, row)
        self._insert_assessment(attempt, answer.ordinal, answer.assessment)

    def _insert_assessment(self, attempt: int, ordinal: int, found: Assessment | None) -> None:
        self._run("DELETE FROM assessments WHERE attempt = ? AND ordinal = ?", (attempt, ordinal))
        if found is None:
            return
        row = rows.assessment_row(attempt, ordinal, found)
        key = self._run(_INSERT_ASSESSMENT, row).lastrowid
        for finding in rows.finding_rows(int(key or 0), found):
            self._run(_INSERT_FINDING, finding)

    def _whole(self, attempts: list[sqlite3.Row]) -> tuple[Attempt, ...]:
        """The attempts of rows of their table, with answers and findings."""
        tables = self._tables([row["id"] for row in attempts])
        with self._making_sense():
            return _assemble(self._folder, attempts, tables)

    def _tables(self, attempts: list[int]) -> dict[str, list[sqlite3.Row]]:
        """What the other tables hold of attempts, by the table's name."""
        ids = (json.dumps(attempts),)
        return {table: self._run(sql, ids).fetchall() for table, sql in _OF_ATTEMPTS.items()}

    def _whole_runs(self, runs: list[sqlite3.Row]) -> tuple[Run, ...]:
        """The runs of rows of their table, with the ids of their attempts."""
        made: dict[int, list[int]] = defaultdict(list)
        found = self._run(
            "SELECT id, run FROM attempts WHERE run IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps([row["id"] for row in runs]),),
        )
        for row in found:
            made[row["run"]].append(row["id"])
        with self._making_sense():
            return tuple(rows.run_of(row, tuple(made[row["id"]])) for row in runs)

    # -------------------------------------------------------------------------- files

    def _recordings(self, attempt: int) -> Path:
        return self._folder / RECORDINGS_FOLDER / str(attempt)

    def _stillborn(self) -> tuple[Path, ...]:
        """Files of the latest attempts that no row names and that hold no sample, and then-empty folders."""
        found: list[Path] = []
        latest = self._run("SELECT id FROM attempts ORDER BY id DESC LIMIT ?", (N_LATEST,)).fetchall()
        for (attempt,) in latest:
            folder = self._recordings(attempt)
            known = set(self._audio(attempt))
            inside = tuple(folder.glob("*"))
            empty = [path for path in inside if path not in known and _holds_nothing(path)]
            found += empty
            if len(empty) == len(inside) and folder.is_dir():
                found.append(folder)
        return tuple(found)

    def _relative(self, audio: Path | None) -> str | None:
        if audio is None:
            return None
        inside = audio.relative_to(self._folder) if audio.is_relative_to(self._folder) else audio
        if inside.is_absolute() or ".." in inside.parts:
            raise JournalError(f"the recording {audio} lies outside the journal's folder {self._folder}.")
        return inside.as_posix()

    def _is_imported(self, attempt: int) -> bool:
        return self._run("SELECT 1 FROM sources WHERE attempt = ?", (attempt,)).fetchone() is not None

    def _audio(self, attempt: int) -> tuple[Path, ...]:
        found = self._run("SELECT audio FROM answers WHERE attempt = ? AND audio IS NOT NULL", (attempt,))
        return tuple(self._path_of(row["audio"]) for row in found)

    def _path_of(self, audio: str) -> Path:
        with self._making_sense():
            path = rows.audio_path(audio, self._folder)
        assert path is not None  # noqa: S101 - only None gives None
        return path

    def _demand_idle(self, attempt: int, path: Path) -> None:
        try:
            lock = take_lock(path)
        except FileNotFoundError:
            return
        if lock is None:
            raise JournalError(f"attempt {attempt} is being recorded ({path}): finish it, then forget it.")
        lock.release()

    def _delete_files(self, attempt: int) -> None:
        folder = self._recordings(attempt)
        try:
            for path in self._audio(attempt):
                path.unlink(missing_ok=True)
            if folder.exists():
                shutil.rmtree(folder)
        except OSError as exc:
            raise storage_error(exc, "delete the recordings", folder) from exc

    def _purge(self) -> None:
        """Leave no trace of deleted rows beside the database: in backups, in the write-ahead log."""
        try:
            for path in backups(self._path):
                path.unlink(missing_ok=True)
        except OSError as exc:
            raise storage_error(exc, "delete the backup", self._path.parent) from exc
        try:
            busy = self._run("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.DatabaseError as exc:
            raise database_error(exc, "clear the log", self._path) from exc
        if busy:
            raise JournalError(
                f"the attempt is deleted, but its text stays in {self._path}-wal until every other "
                "voiceprep is closed: close them."
            )

    def _lock(self, path: Path) -> RecordingLock:
        lock = take_lock(path)
        if lock is None:
            raise JournalError(f"{path} is being recorded by another voiceprep; close that one.")
        return lock

    def _recover(self, row: sqlite3.Row) -> Recovered | None:
        """Mend one answer; None where its recorder is alive or another window mended it first."""
        path = None if row["audio"] is None else self._path_of(row["audio"])
        lock = None
        if path is not None:
            try:
                lock = take_lock(path)
            except FileNotFoundError:
                path = None
            else:
                if lock is None:
                    return None
        # Later answers of such an attempt are tries at its sentences, which nothing else holds.
        copied = row["ordinal"] == 0 and self._is_imported(row["attempt"])
        try:
            if not copied:
                return self._interrupt(row, path, 0 if path is None else repair(path))
        finally:
            if lock is not None:
                lock.release()
        self._clear_away(row["attempt"])
        return None

    def _clear_away(self, attempt: int) -> None:
        """Delete an attempt whose copying broke off, unless another window has done so, or finished it."""
        with self._writing("clear away half a recording"):
            half = self._run(
                "SELECT 1 FROM answers WHERE attempt = ? AND ordinal = 0 AND state = ?",
                (attempt, AnswerState.RECORDING.value),
            )
            if half.fetchone():
                self._delete_files(attempt)
                self._run("DELETE FROM attempts WHERE id = ?", (attempt,))

    def _interrupt(self, row: sqlite3.Row, path: Path | None, n_samples: int) -> Recovered | None:
        with self._writing("mark the interrupted answer"):
            changed = self._run(
                "UPDATE answers SET state = ?, ending = ?, n_samples = ?, audio = ? "
                "WHERE attempt = ? AND ordinal = ? AND state = ?",
                (
                    AnswerState.INTERRUPTED.value,
                    Ending.INTERRUPTED.value,
                    n_samples,
                    self._relative(path),
                    row["attempt"],
                    row["ordinal"],
                    AnswerState.RECORDING.value,
                ),
            ).rowcount
        if not changed:
            return None
        is_try = bool(row["is_try"])
        return Recovered(row["attempt"], row["ordinal"], row["question"], path, n_samples, is_try)


def _to_be_recorded(
    ordinal: int, asked: str, probes: str | None, audio: Path, repairs: Repair | None
) -> Answer:
    return Answer(
        ordinal=ordinal,
        asked=asked,
        probes=probes,
        state=AnswerState.RECORDING,
        ending=None,
        transcript=None,
        assessment=None,
        audio=audio,
        n_samples=0,
        n_overflows=0,
        repairs=repairs,
    )


def _holds_nothing(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size <= HEADER_BYTES
    except FileNotFoundError:  # another window cleared it away
        return False


def _remove(paths: tuple[Path, ...]) -> None:
    """Delete files and empty folders, in this order."""
    for path in paths:
        try:
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        except OSError as exc:
            raise storage_error(exc, "clear away an empty recording", path) from exc


def _utc_text(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _assemble(
    folder: Path, attempts: Sequence[rows.Fields], tables: Mapping[str, Sequence[rows.Fields]]
) -> tuple[Attempt, ...]:
    kinds: dict[int, dict[str, tuple[rows.Fields, ...]]] = defaultdict(dict)
    for row in tables["findings"]:
        of_kind = kinds[row["assessment"]]
        of_kind[row["kind"]] = (*of_kind.get(row["kind"], ()), row)
    judged = {
        (row["attempt"], row["ordinal"]): rows.assessment_of(row, kinds[row["id"]])
        for row in tables["assessments"]
    }
    of_attempt: dict[int, list[Answer]] = defaultdict(list)
    for row in tables["answers"]:
        key = (row["attempt"], row["ordinal"])
        of_attempt[row["attempt"]].append(rows.answer_of(row, folder, judged.get(key)))
    return tuple(
        rows.attempt_of(row, tuple(of_attempt[row["id"]]), judged.get((row["id"], rows.COMBINED)))
        for row in attempts
    )
