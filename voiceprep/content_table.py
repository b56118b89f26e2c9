"""Reads typed values out of a TOML table and collects every fault instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process

from voiceprep.errors import Fault

_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


@dataclass(slots=True)
class Faults:
    """Faults in the order in which they were found."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, key: str, problem: str) -> None:
        """Note a fault of ``file`` at the dotted ``key``."""
        self.found.append(Fault(file, key, problem))


class Table:
    """A TOML table at the dotted path ``at`` of ``file``.

    Every method notes what is missing or of the wrong type and returns an empty value, so that
    reading goes on; :meth:`finish` notes the keys nobody asked for.
    """

    def __init__(self, values: Mapping[str, object], file: str, at: str, faults: Faults) -> None:
        self._values = values
        self._file = file
        self._at = at
        self._asked: list[str] = []
        self.faults = faults

    def keys(self) -> tuple[str, ...]:
        """All keys of the table, in file order."""
        return tuple(self._values)

    def fault(self, key: str, problem: str) -> None:
        """Note a fault at ``key`` of this table."""
        self.faults.add(self._file, f"{self._at}.{key}" if self._at else key, problem)

    def string(self, key: str, *, default: str | None = None, choices: Sequence[str] = ()) -> str:
        """A text that is not blank; one of ``choices`` where there are any."""
        self._asked.append(key)
        if key not in self._values:
            if default is None:
                self.fault(
                    key, "is missing; expected text" + (f", one of {', '.join(choices)}" if choices else "")
                )
            return default or ""
        value = self._values[key]
        if not isinstance(value, str):
            self.fault(key, f"expected text, found {_name(value)}")
            return ""
        if not value.strip():
            self.fault(key, "is empty; expected text")
            return ""
        return value if self._chosen(key, value, choices) else ""

    def strings(
        self, key: str, *, may_be_empty: bool = False, choices: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """A list of texts without repeats; absent and empty only where ``may_be_empty``."""
        self._asked.append(key)
        value = self._values.get(key, [] if may_be_empty else None)
        if value is None:
            self.fault(key, "is missing; expected a list of texts")
            return ()
        if not isinstance(value, list):
            self.fault(key, f"expected a list of texts, found {_name(value)}")
            return ()
        if not value and not may_be_empty:
            self.fault(key, "is empty; expected at least one text")
        out: list[str] = []
        for at, item in enumerate(value):
            where = f"{key}[{at}]"
            if not isinstance(item, str) or not item.strip():
                self.fault(
                    where, f"expected text, found {_name(item) if not isinstance(item, str) else 'nothing'}"
                )
            elif item in out:
                self.fault(where, f"{item!r} stands in this list already")
            elif self._chosen(where, item, choices):
                out.append(item)
        return tuple(out)

    def number(self, key: str, *, default: float) -> float:
        """A number, ``default`` where absent."""
        self._asked.append(key)
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(key, f"expected a number, found {_name(value)}")
            return default
        return float(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false, ``default`` where absent."""
        self._asked.append(key)
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            self.fault(key, f"expected true or false, found {_name(value)}")
            return default
        return value

    def tables(self, key: str, *, may_be_absent: bool = False) -> tuple[Table, ...]:
        """An array of tables (``[[key]]``); absent and empty only where ``may_be_absent``."""
        self._asked.append(key)
        value = self._values.get(key, [] if may_be_absent else None)
        if value is None:
            self.fault(key, f"is missing; expected at least one [[{key}]]")
            return ()
        if not isinstance(value, list):
            self.fault(key, f"expected [[{key}]] tables, found {_name(value)}")
            return ()
        if not value and not may_be_absent:
            self.fault(key, f"is empty; expected at least one [[{key}]]")
        prefix = f"{self._at}.{key}" if self._at else key
        out: list[Table] = []
        for at, item in enumerate(value):
            if isinstance(item, dict):
                out.append(Table(item, self._file, f"{prefix}[{at}]", self.faults))
            else:
                self.fault(f"{key}[{at}]", f"expected a table, found {_name(item)}")
        return tuple(out)

    def finish(self) -> None:
        """Note every key that no method asked for, with the nearest known one."""
        for key in self._values:
            if key not in self._asked:
                near = process.extractOne(key, self._asked, score_cutoff=60.0)
                self.fault(key, "is not a key here" + (f"; did you mean {near[0]!r}?" if near else ""))

    def _chosen(self, key: str, value: str, choices: Sequence[str]) -> bool:
        if not choices or value in choices:
            return True
        near = process.extractOne(value, choices, score_cutoff=60.0)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        self.fault(key, f"{value!r} is not one of {', '.join(choices)}{hint}")
        return False


def _name(value: object) -> str:
    for kind, name in _NAMES.items():
        if type(value) is kind:
            return name
    return type(value).__name__
