"""The journal's database: opening it, bringing it to the present version, naming its faults."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
from pathlib import Path

from voiceprep.engines.home import FILE_MODE, storage_error
from voiceprep.errors import DiskFull, JournalDamaged, JournalError

APPLICATION_ID = 0x766F6963
""""voic": written into the file so that another program's database is never taken for ours."""

BUSY_TIMEOUT_S = 5.0
"""How long to wait for another window's write; ours take milliseconds."""

_MAGIC = b"SQLite format 3\0"

NO_ROOM_BYTES = 1 << 20
"""Below this much free space an input/output error counts as a full disk: SQLite does not always say so."""

# Only SQL that SQLite 3.34 knows: Red Hat 9 runs Python 3.11 on it.
#
# The words of an answer and the evidence of a finding are JSON: they are written and read as a whole
# with their row, a table of their own would be a hundred rows an answer that nothing asks for.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        # AUTOINCREMENT: the id of a forgotten attempt is never given to another.
        """
        CREATE TABLE attempts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            question TEXT NOT NULL,
            level TEXT NOT NULL,
            started TEXT NOT NULL, -- ISO 8601, UTC, microseconds: sorts as text
            recogniser TEXT NOT NULL
        )
        """,
        "CREATE INDEX attempts_by_question ON attempts (question)",
        """
        CREATE TABLE answers (
            attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            asked TEXT NOT NULL,
            probes TEXT,
            state TEXT NOT NULL,
            ending TEXT,
            text TEXT, -- NULL: not transcribed
            words TEXT, -- JSON: [[text, start, end, t0_s, t1_s, probability], ...]
            audio TEXT, -- relative to the journal's folder, with forward slashes
            n_samples INTEGER NOT NULL,
            n_overflows INTEGER NOT NULL,
            last_speech_to_finished_s REAL,
            finished_to_flags_s REAL,
            recogniser_busy_s REAL,
            PRIMARY KEY (attempt, ordinal)
        )
        """,
        "CREATE INDEX answers_by_state ON answers (state)",
        # ordinal -1: the findings over all answers of the attempt together.
        """
        CREATE TABLE assessments (
            id INTEGER PRIMARY KEY,
            attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            question TEXT NOT NULL,
            verdict TEXT NOT NULL,
            words INTEGER NOT NULL,
            fillers INTEGER NOT NULL,
            seconds REAL,
            words_per_minute INTEGER,
            longest_pause_s REAL,
            follow_up_ask TEXT NOT NULL,
            follow_up_probes TEXT NOT NULL,
            UNIQUE (attempt, ordinal)
        )
        """,
        """
        CREATE TABLE findings (
            assessment INTEGER NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('element', 'move', 'vague', 'pitfall')),
            position INTEGER NOT NULL,
            name TEXT NOT NULL, -- id of the element, move or pitfall; kind of vagueness
            status TEXT,
            score REAL,
            required INTEGER,
            text TEXT, -- the element's need, the pitfall's correction, why it is vague
            evidence TEXT NOT NULL, -- JSON: [[start, end, text, t0_s, t1_s], ...]
            PRIMARY KEY (assessment, kind, position)
        )
        """,
    ),
    (
        "ALTER TABLE answers ADD COLUMN marks TEXT",  # JSON: [[seconds, ...]]; NULL: nothing was marked
    ),
    (
        """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            started TEXT NOT NULL, -- as of attempts
            ended TEXT, -- NULL: it can be gone on with
            questions TEXT NOT NULL, -- JSON: [id, ...]
            role TEXT,
            round TEXT,
            minutes INTEGER
        )
        """,
        "ALTER TABLE attempts ADD COLUMN run INTEGER REFERENCES runs (id)",  # NULL: practised alone
        "CREATE INDEX attempts_by_run ON attempts (run)",
    ),
    (
        # JSON: [[signal, is_reasoned], ...]; NULL: nobody has listened for them yet
        "ALTER TABLE attempts ADD COLUMN signals TEXT",
    ),
    (
        # JSON: [ordinal, start, end, mended]; NULL: an answer, no try at saying a vague sentence again
        "ALTER TABLE answers ADD COLUMN repairs TEXT",
        # Covers what the list of vague spots asks, so that no answer is read for it.
        "CREATE INDEX repairs ON answers (attempt, ordinal, repairs) WHERE repairs IS NOT NULL",
    ),
    (
        # Of which file an attempt's recording was made.
        """
        CREATE TABLE sources (
            attempt INTEGER PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
            sha256 TEXT NOT NULL UNIQUE
        )
        """,
        # What was read of an attempt before its recordings were transcribed anew. The other tables hold the
        # newest reading, so that nothing that counts or lists has to choose; the earlier ones are read as a
        # whole or not at all.
        """
        CREATE TABLE readings (
            attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
            number INTEGER NOT NULL, -- 0 is what was read on the day
            until TEXT NOT NULL, -- when it gave way to the next; as attempts.started
            rows TEXT NOT NULL, -- JSON: {"recogniser": ..., "answers": [{column: value}, ...], ...}
            PRIMARY KEY (attempt, number)
        )
        """,
    ),
    (
        # JSON: [[seconds, ...]]; NULL: the speaker asked for nothing, or nobody noted when
        "ALTER TABLE answers ADD COLUMN asides TEXT",
    ),
    (
        # Of a loop for which no length was asked for, the usual lengths of its rounds were stored.
        "UPDATE runs SET minutes = NULL WHERE kind = 'mock' AND round LIKE '%+%' AND minutes = 270",
    ),
)
"""Step n brings a database from version n to n + 1 (PRAGMA user_version); a released step never changes."""


def connect(path: Path, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> sqlite3.Connection:
    """Open the database at ``path``, for its owner alone; made where missing, brought up to date where old.

    In autocommit: transactions are opened by name. Raises JournalError for a file of another program or
    a newer version, JournalDamaged (the file is left as it is), DiskFull.
    """
    try:
        _make_private(path)
        _refuse_other_files(path)
        database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    except OSError as exc:
        raise storage_error(exc, "open the journal", path) from exc
    except sqlite3.DatabaseError as exc:
        raise database_error(exc, "open the journal", path) from exc
    try:
        _refuse_foreign(database, path, len(migrations))
        _settle(database)
        _migrate(database, path, migrations)
        database.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError as exc:
        database.close()
        raise database_error(exc, "open the journal", path) from exc
    except UnicodeDecodeError as exc:
        database.close()
        raise unreadable(exc, "open the journal", path) from exc
    except BaseException:
        database.close()
        raise
    return database


def backups(path: Path) -> tuple[Path, ...]:
    """What else holds the journal at ``path``: copies made before migrations, and damaged ones put aside."""
    kinds = ("version", "damaged")
    return tuple(found for kind in kinds for found in sorted(path.parent.glob(f"{path.stem}-{kind}-*")))


def restore(path: Path) -> tuple[Path, Path]:
    """Put the newest copy made before a migration in the place of a damaged database.

    Returns that copy, and where the damaged one is now. Raises JournalError where there is no copy, or
    the database needs none: it is not there, it opens, or fails for another reason than damage; then
    nothing is changed.
    """
    copy = _newest_copy(path)
    if _is_missing(path):
        begun = "`voiceprep practice` begins one" if copy is None else f"{copy} can be moved there"
        raise JournalError(f"there is no journal at {path}, so there is nothing to restore: {begun}.")
    try:
        connect(path).close()
    except JournalDamaged:
        pass
    else:
        raise JournalError(f"{path} is whole: there is nothing to restore; see `voiceprep history`.")
    if copy is None:
        raise JournalError(f"there is no copy of {path} to put back: {_DAMAGED}")
    aside = _free_name(path)
    part = path.with_suffix(".part")
    try:
        for source, target in ((copy, part), (path, aside)):
            _make_private(target)
            shutil.copyfile(source, target)
        # The log of the damaged file would be applied to the copy.
        for ending in ("-wal", "-shm"):
            log = path.with_name(path.name + ending)
            if log.exists():
                log.replace(aside.with_name(aside.name + ending))
        part.replace(path)  # only now: whenever this is interrupted, it can be begun again
    except OSError as exc:
        raise storage_error(exc, "put back the copy of the journal", path) from exc
    return copy, aside


def _is_missing(path: Path) -> bool:
    """Whether there is no such file; one that may not be looked at may be there."""
    try:
        path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}-damaged-{number}{path.suffix}")).exists():
        number += 1
    return aside


def _newest_copy(path: Path) -> Path | None:
    whole = path.parent.glob(f"{path.stem}-version-*{path.suffix}")
    return max(whole, key=lambda copy: copy.stat().st_mtime, default=None)


def _mending(path: Path, without: str) -> str:
    """How to go on from a damaged database: by its copy where there is one, else ``without``."""
    copy = _newest_copy(path)
    if copy is None:
        return without
    day = time.strftime("%Y-%m-%d", time.localtime(copy.stat().st_mtime))
    return (
        "the file was left as it is, and the recordings beside it are whole; `voiceprep restore` puts it "
        f"aside and its copy of {day} ({copy.name}) in its place."
    )


def database_error(exc: sqlite3.DatabaseError, doing: str, path: Path) -> JournalError:
    """The project's error for SQLite's; ``doing`` is what was attempted ("store the answer")."""
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # the extended codes share the low byte
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _no_room(path)):
        return DiskFull(
            f"no room left to {doing} in {path}: what was stored before is kept. Free some space "
            "(`voiceprep forget` deletes old attempts) or set VOICEPREP_HOME to a folder on another disk."
        )
    if code in _DAMAGES:
        return JournalDamaged(f"could not {doing} in {path} ({exc}): {_mending(path, _DAMAGES[code])}")
    remedy = _REMEDIES.get(code, "check the disk and the folder, then try again.")
    return JournalError(f"could not {doing} in {path} ({exc}): {remedy}")


def unreadable(exc: UnicodeDecodeError, doing: str, path: Path) -> JournalError:
    """The error for a name or message in the database that is no text: only damage writes such."""
    return JournalError(f"could not {doing} in {path} ({exc.reason}): {_DAMAGED}")


_BUSY = "another voiceprep is writing to it; close that one and try again."
_NO_RIGHT = "make the file and its folder writable for you, or set VOICEPREP_HOME to another folder."
_DAMAGED = (
    "the file was left as it is, and the recordings beside it are whole; rescue what can be read with "
    "`sqlite3 journal.db .recover`, or move the file away to begin a new journal."
)
_NO_DATABASE = "the file is no voiceprep journal and was left as it is; move it away to begin a new one."
_REMEDIES = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _NO_RIGHT,
    sqlite3.SQLITE_CANTOPEN: _NO_RIGHT,
}
_DAMAGES = {sqlite3.SQLITE_CORRUPT: _DAMAGED, sqlite3.SQLITE_NOTADB: _NO_DATABASE}


def _no_room(path: Path) -> bool:
    return shutil.disk_usage(path.parent).free < NO_ROOM_BYTES


def _make_private(path: Path) -> None:
    """Create the file with its mode before SQLite does; its side files take the mode over."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        if sys.platform != "win32" and os.fstat(handle).st_mode & 0o077:
            path.chmod(FILE_MODE)
    finally:
        os.close(handle)


def _refuse_other_files(path: Path) -> None:
    """Raise for a file that is neither empty nor a database: SQLite would overwrite a very short one."""
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
    if start not in (b"", _MAGIC):
        raise JournalDamaged(f"could not open the journal in {path}: {_mending(path, _NO_DATABASE)}")


def _pragma(database: sqlite3.Connection, name: str) -> int:
    value: int = database.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _refuse_foreign(database: sqlite3.Connection, path: Path, newest: int) -> None:
    """Raise before anything is written to a database that is not ours, newer than we are, or damaged."""
    version = _pragma(database, "user_version")
    empty = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if not empty and _pragma(database, "application_id") != APPLICATION_ID:
        raise JournalError(
            f"{path} is the database of another program and was left as it is: move it away, or set "
            "VOICEPREP_HOME to another folder."
        )
    if version > newest:
        raise JournalError(
            f"{path} was written by a newer voiceprep (version {version}, this one knows {newest}) and was "
            "left as it is: run `pip install --upgrade voiceprep`."
        )
    # 90 ms for a thousand attempts (22 MB): cheap, against writing on top of damage.
    found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise JournalDamaged(f"{path} is damaged ({found}): {_mending(path, _DAMAGED)}")


def _settle(database: sqlite3.Connection) -> None:
    # Readers and a writer do not wait for one another, and a killed writer leaves nothing to undo.
    database.execute("PRAGMA journal_mode = WAL")
    # FULL: with NORMAL a power cut takes the last answers back; a handful of syncs an answer is no cost.
    database.execute("PRAGMA synchronous = FULL")
    # What is forgotten is overwritten with zeros.
    database.execute("PRAGMA secure_delete = ON")


def _migrate(database: sqlite3.Connection, path: Path, migrations: tuple[tuple[str, ...], ...]) -> None:
    version = _pragma(database, "user_version")
    if version == len(migrations):
        return
    if version > 0:
        _back_up(database, path.with_name(f"{path.stem}-version-{version}{path.suffix}"))
    # A step that fails is undone when the connection closes.
    database.execute("BEGIN IMMEDIATE")
    # Read again: another window may have done the work while this one waited.
    for step in migrations[_pragma(database, "user_version") :]:
        for statement in step:
            database.execute(statement)
    _refuse_orphans(database, path)
    database.execute(f"PRAGMA user_version = {len(migrations)}")
    database.execute("COMMIT")


def _refuse_orphans(database: sqlite3.Connection, path: Path) -> None:
    orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise JournalError(
            f"{path} cannot be brought to this version, {len(orphans)} of its rows point nowhere; it "
            "was left as it is: go back to the version you had, and report this."
        )


def _back_up(database: sqlite3.Connection, target: Path) -> None:
    """Copy the database to ``target``, which appears only when it is whole."""
    part = target.with_suffix(".part")
    try:
        part.unlink(missing_ok=True)
        _make_private(part)
        copy = sqlite3.connect(part)
        try:
            database.backup(copy)
        finally:
            copy.close()
        part.replace(target)
    except OSError as exc:
        raise storage_error(exc, "back up the journal", target) from exc
    except sqlite3.DatabaseError as exc:
        raise database_error(exc, "back up the journal", target) from exc
