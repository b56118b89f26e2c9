"""Where data lives: the folder, its permissions, the settings file inside, and what was written outside."""

from __future__ import annotations

import difflib
import errno
import json
import os
import shutil
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from voiceprep.errors import DiskFull, JournalError, SettingsError, UsageError
from voiceprep.model import Level, ListeningPace

FOLDER_MODE = 0o700
FILE_MODE = 0o600
SETTINGS_FILE = "config.toml"
REPORTS_FILE = "reports.json"
SPOKEN_FOLDER = "spoken"
"""Where speech goes that no loudspeaker can play; it quotes what was answered."""

# Not every platform knows a disk quota.
_NO_ROOM = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
_NO_RIGHT = {errno.EROFS, errno.EACCES, errno.EPERM}


def storage_error(exc: OSError, doing: str, path: Path) -> JournalError:
    """The project's error for a failed file operation: DiskFull where room ran out, else JournalError.

    ``doing`` is what was attempted ("write the recording"); the message adds where and what to do.
    """
    reason = exc.strerror or str(exc)
    if exc.errno in _NO_ROOM:
        return DiskFull(
            f"no room left to {doing} at {path} ({reason}): what was written before is kept. Free some space "
            "(`voiceprep forget` deletes old attempts) or set VOICEPREP_HOME to a folder on another disk."
        )
    if exc.errno in _NO_RIGHT:
        return JournalError(
            f"not allowed to {doing} at {path} ({reason}): make the folder writable for you, or set "
            "VOICEPREP_HOME to a folder that is."
        )
    return JournalError(
        f"could not {doing} at {path} ({reason}): mend that path, or set VOICEPREP_HOME to another folder."
    )


def home() -> Path:
    """The folder of all data, absolute; created for its owner alone where it is missing.

    ``VOICEPREP_HOME`` where it is set and not empty, else the platform's user data folder. A folder
    that is new or empty is closed to others (0700); one that already holds something keeps its mode,
    because it may be shared on purpose: what we put inside is private in itself. Raises JournalError.
    """
    wanted = os.environ.get("VOICEPREP_HOME", "")
    if wanted:
        try:
            folder = Path(wanted).expanduser()
        except RuntimeError as exc:
            raise JournalError(f"VOICEPREP_HOME is {wanted!r}, and {exc}: write the whole path.") from exc
        folder = folder.absolute()
    else:
        folder = _platform_folder()
    try:
        if not folder.is_dir() or not any(folder.iterdir()):
            private_folder(folder)
    except OSError as exc:
        raise storage_error(exc, "open the folder for recordings and settings", folder) from exc
    return folder


def _platform_folder() -> Path:
    import platformdirs

    try:
        folder = Path(platformdirs.user_data_dir("voiceprep", appauthor=False))
    except RuntimeError as exc:
        raise JournalError(f"no home folder is known for this user ({exc}): {_SAY_WHERE}") from exc
    if not folder.is_absolute():  # an older platformdirs leaves the ~ in place
        raise JournalError(f"no home folder is known for this user (got {folder}): {_SAY_WHERE}")
    return folder


_SAY_WHERE = "set HOME, or set VOICEPREP_HOME to a folder for recordings and settings."


def private_folder(folder: Path) -> None:
    """Create ``folder`` (parents too) and close it to others, whatever the umask. Raises JournalError."""
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)
    except OSError as exc:
        raise storage_error(exc, "create the folder", folder) from exc


# ------------------------------------------------------------------------------ written elsewhere


@dataclass(frozen=True, slots=True)
class Written:
    """A report: the file, wherever the user wanted it, and the attempts that it holds."""

    path: Path
    attempts: tuple[int, ...]


def note_report(folder: Path, report: Written) -> None:
    """Remember in ``folder`` that ``report`` was written, in place of an earlier one of that path.

    One that holds no attempt is not remembered. Raises JournalError, DiskFull.
    """
    before = reports(folder)
    known = [one for one in before if one.path != report.path]
    if report.attempts or len(known) < len(before):
        _save_reports(folder, [*known, *([report] if report.attempts else [])])


def reports(folder: Path) -> tuple[Written, ...]:
    """The reports remembered in ``folder``, oldest first, whether they are still there or not.

    Raises JournalError where the list cannot be read.
    """
    path = folder / REPORTS_FILE
    try:
        found = json.loads(path.read_bytes())
        return tuple(Written(Path(line["path"]), tuple(map(int, line["attempts"]))) for line in found)
    except FileNotFoundError:
        return ()
    except OSError as exc:
        raise storage_error(exc, "read the list of reports", path) from exc
    except (ValueError, TypeError, KeyError, RecursionError) as exc:
        raise JournalError(
            f"the list of reports {path} cannot be read ({exc!r:.80}): delete it; reports are files of yours."
        ) from exc


def forget_elsewhere(folder: Path, attempts: Iterable[int]) -> tuple[Path, ...]:
    """Delete what was spoken to files, and drop ``attempts`` from the list of reports.

    Returns the reports that still hold some of them: files of the user's, which are left. Raises
    JournalError.
    """
    gone = frozenset(attempts)
    spoken = folder / SPOKEN_FOLDER
    try:
        if spoken.exists():
            shutil.rmtree(spoken)
    except OSError as exc:
        raise storage_error(exc, "delete what was spoken", spoken) from exc
    known = reports(folder)
    holding = tuple(one.path for one in known if gone & set(one.attempts) and one.path.exists())
    left = [replace(one, attempts=tuple(id_ for id_ in one.attempts if id_ not in gone)) for one in known]
    left = [one for one in left if one.attempts]
    if left != list(known):
        _save_reports(folder, left)
    return holding


def _save_reports(folder: Path, known: Sequence[Written]) -> None:
    lines = [{"path": str(one.path), "attempts": one.attempts} for one in known]
    write_private(folder / REPORTS_FILE, json.dumps(lines, indent=1).encode(), "note the report")


# ------------------------------------------------------------------------------ settings


@dataclass(frozen=True, slots=True)
class Settings:
    """What is remembered between runs; None means not chosen, so that the part's own default holds."""

    microphone: str | None = None
    loudspeaker: str | None = None
    model: str | None = None
    voice: str | None = None
    rate_wpm: int | None = None
    finish_silence_s: float | None = None
    pace: str | None = None
    headphones: bool = False
    tones: bool | None = None
    role: str | None = None
    level: str | None = None  # "any": each question's own
    plan_start: date | None = None


def load_settings(folder: Path) -> Settings:
    """The settings remembered in ``folder``; no file gives ``Settings()``.

    Raises SettingsError naming the file and every faulty key, JournalError where it cannot be read.
    """
    path = folder / SETTINGS_FILE
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        return Settings()
    except UnicodeDecodeError as exc:
        raise _settings_error(path, (f"byte {exc.start} is not UTF-8",)) from exc
    except OSError as exc:
        raise storage_error(exc, "read the settings", path) from exc
    return parse_settings(text, path)


def save_settings(folder: Path, settings: Settings) -> None:
    """Remember ``settings`` in ``folder``: the old file stands until the new one is whole.

    Raises SettingsError for a value that :func:`load_settings` would refuse, JournalError, DiskFull.
    """
    path = folder / SETTINGS_FILE
    text = format_settings(settings)
    parse_settings(text, path)
    try:
        data = text.encode()
    except UnicodeEncodeError as exc:
        raise _settings_error(path, (f"{exc.object[exc.start : exc.end]!r} is no Unicode text",)) from exc
    write_private(path, data, "save the settings")


def write_private(path: Path, data: bytes, doing: str) -> None:
    """Put ``data`` at ``path``, for its owner alone: what stood there stands until all of it is written.

    Raises JournalError, DiskFull; ``doing`` is what their message says was attempted.
    """
    try:
        _replace(path, data)
    except OSError as exc:
        raise storage_error(exc, doing, path) from exc


def format_settings(settings: Settings) -> str:
    """``settings`` as TOML; what is not chosen is left out."""
    pairs = ((field.name, getattr(settings, field.name)) for field in fields(settings))
    return "".join(f"{key} = {format_setting(value)}\n" for key, value in pairs if value is not None)


Setting = str | int | float | bool | date
"""What a setting may be."""


def settings_told() -> tuple[tuple[str, str], ...]:
    """Every setting's name, and in words what it may be."""
    return tuple((name, wanted) for name, (_, wanted) in _RULES.items())


def setting(settings: Settings, name: str) -> Setting | None:
    """The value of the setting ``name``, None where the default holds. Raises UsageError for no such name."""
    _demand_setting(name)
    value: Setting | None = getattr(settings, name)
    return value


def changed_settings(settings: Settings, name: str, text: str | None) -> Settings:
    """``settings`` with ``name`` as ``text`` says, or at its default for None.

    A pace and an exact silence exclude each other, so choosing the one forgets the other. Raises UsageError
    for no such name and for a value that the setting cannot have.
    """
    _demand_setting(name)
    if text is None:
        return replace(settings, **{name: getattr(Settings(), name)})
    holds, wanted = _RULES[name]
    value = _read(text)
    if not holds(value) and holds(text):
        value = text  # a name may look like a number
    if not holds(value):
        raise UsageError(
            f"{name} must be {wanted}, not {text!r}: voiceprep config list tells what each may be"
        )
    changed: dict[str, Any] = {name: value}
    if name in ("pace", "finish_silence_s"):
        changed = {"pace": None, "finish_silence_s": None} | changed
    return replace(settings, **changed)


def _read(text: str) -> Setting:
    """The value that ``text`` is, read as TOML reads it; itself where it is no number and neither truth."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float, date.fromisoformat):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _demand_setting(name: str) -> None:
    if name not in _RULES:
        raise UsageError(_no_such(name))


def parse_settings(text: str, path: Path) -> Settings:
    """Settings from TOML ``text``; ``path`` is for the message of the SettingsError it may raise."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise _settings_error(path, (str(exc),)) from exc
    faults = tuple(fault for key, value in table.items() for fault in _faults(key, value))
    if faults:
        raise _settings_error(path, faults)
    return Settings(**table)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_positive_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _is_pace(value: object) -> bool:
    return value in list(ListeningPace)


def _is_level(value: object) -> bool:
    return value in _LEVELS


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


_LEVELS = ("any", *Level)


_RULES: dict[str, tuple[Callable[[object], bool], str]] = {
    "microphone": (_is_text, "a name in quotes"),
    "loudspeaker": (_is_text, "a name in quotes"),
    "model": (_is_text, "a name or path in quotes"),
    "voice": (_is_text, "a name in quotes"),
    "rate_wpm": (_is_positive_int, "a whole number of words per minute above 0"),
    "finish_silence_s": (_is_positive, "a number of seconds above 0"),
    "pace": (_is_pace, " or ".join(f'"{pace}"' for pace in ListeningPace)),
    "headphones": (_is_bool, "true or false"),
    "tones": (_is_bool, "true or false"),
    "role": (_is_text, "a name in quotes"),
    "level": (_is_level, " or ".join(f'"{level}"' for level in _LEVELS)),
    "plan_start": (_is_day, "a day such as 2026-11-25, without quotes"),
}


def _faults(key: str, value: object) -> tuple[str, ...]:
    if key not in _RULES:
        return (_no_such(key),)
    holds, wanted = _RULES[key]
    return () if holds(value) else (f"{key}: must be {wanted}, not {value!r}",)


def _no_such(key: str) -> str:
    near = difflib.get_close_matches(key, _RULES, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_RULES)}"
    return f"{key}: no such setting; {hint}"


def _settings_error(path: Path, faults: tuple[str, ...]) -> SettingsError:
    lines = "\n".join(f"  {fault}" for fault in faults)
    return SettingsError(f"the settings file {path} cannot be used; mend it or delete it:\n{lines}")


def format_setting(value: Setting) -> str:
    """``value`` in TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return '"' + "".join(_escaped(char) for char in value) + '"'
    return repr(value)


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    # TOML forbids the control characters in a basic string: U+0000 to U+001F and U+007F.
    return f"\\u{ord(char):04x}" if ord(char) < 0x20 or ord(char) == 0x7F else char


_LEFT_S = 60.0
"""An unfinished file older than this was left by a crash: to write one takes milliseconds."""


def _replace(path: Path, data: bytes) -> None:
    for old in path.parent.glob(f".{path.name}.*"):
        if time.time() - old.stat().st_mtime > _LEFT_S:
            old.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp gives 0600
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
