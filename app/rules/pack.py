"""Reading a pack: dated policy files in TOML, refused as a whole when any line is empty, unknown or of the wrong kind.

A pack may extend another and then states only what differs; a site's override file does the same on top. Each value is a
table of its own: `interval = { value = 90, unit = "days", source = "...", valid_from = 2026-01-01, checked_by = "not signed
off" }`. Errors name the file, the path of the table, the line where it is known, and the remedy.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from app.domain.errors import AskAnAdministrator
from app.rules.policy import Amount, Count, Days, OneOf, Policy, Setting, Switch, Word, Words, Years

SHIPPED = Path(__file__).parent / "packs"
LEAF_KEYS = frozenset({"value", "unit", "source", "valid_from", "checked_by"})
HEAD_KEYS = frozenset({"id", "title", "extends", "valid_from"})

_TABLE = re.compile(r"\s*\[([\w.\-]+)\]")
_KEY = re.compile(r"\s*([\w\-]+)\s*=")

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value as a file states it, and where."""

    file: str
    path: str
    line: int | None
    cells: Mapping[str, Any]

    def refuse(self, what: str, remedy: str) -> AskAnAdministrator:
        """The error for this value; raise what this returns."""
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return AskAnAdministrator(f"Pack {place}, [{self.path}]: {what}. Remedy: {remedy}.")


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file, flattened: its head and its values by path."""

    name: str
    head: Mapping[str, Any]
    leaves: Mapping[str, Leaf]


def load_pack(id_or_path: str, overrides: Path | None = None) -> Policy:
    """The policy of a shipped pack (by id) or of a file (by path), with a site's override file on top.

    Raises AskAnAdministrator naming file, table path, line where known, and remedy: a line for each value that is refused.
    """
    chain = [*_chain(_path_of(id_or_path)), *([_read(overrides)] if overrides else [])]
    leaves: dict[str, Leaf] = {}
    for each in chain:
        leaves |= each.leaves
    head = chain[-2 if overrides else -1].head
    policy = _Builder(leaves, chain[-1].name).policy(head, tuple(each.name.removesuffix(".toml") for each in chain))
    return policy


@lru_cache(maxsize=16)
def shipped_pack(pack_id: str) -> Policy:
    """A shipped pack without overrides, read once."""
    return load_pack(pack_id)


def shipped_ids() -> tuple[str, ...]:
    """The ids of all packs that come with Sextant."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def _path_of(id_or_path: str) -> Path:
    shipped = SHIPPED / f"{id_or_path}.toml"
    if re.fullmatch(r"[a-z0-9][a-z0-9\-]*", id_or_path) and shipped.is_file():
        return shipped
    path = Path(id_or_path)
    if not path.is_file():
        known = ", ".join(shipped_ids())
        raise AskAnAdministrator(f"There is no pack {id_or_path}. Remedy: give a file, or one of {known}.")
    return path


def _chain(path: Path, above: tuple[Path, ...] = ()) -> list[PackFile]:
    """The file with all it extends, the base first."""
    if path in above:
        raise AskAnAdministrator(f"Pack {path.name} extends itself. Remedy: correct `extends`.")
    this = _read(path)
    base = this.head.get("extends")
    return [*(_chain(_path_of(base), (*above, path)) if base else []), this]


def _read(path: Path) -> PackFile:
    """One file, flattened; nothing is checked against the policy's shape yet."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text, parse_float=Decimal)
    except OSError as bad:
        raise AskAnAdministrator(f"Pack {path.name} cannot be read. Remedy: check the path.") from bad
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise AskAnAdministrator(f"Pack {path.name} is not TOML ({bad}). Remedy: correct that place.") from None
    head = raw.pop("pack", {})
    lines = _lines(text)
    _check_head(path.name, head)
    leaves = {each.path: each for each in _leaves(path.name, "", raw, lines)}
    return PackFile(path.name, head, leaves)


def _check_head(file: str, head: Mapping[str, Any]) -> None:
    unknown = sorted(set(head) - HEAD_KEYS)
    if unknown:
        raise AskAnAdministrator(f"Pack {file}, [pack]: unknown field {unknown[0]}. Remedy: remove it.")
    for key, value in head.items():
        if value == "":
            raise AskAnAdministrator(f"Pack {file}, [pack]: {key} is empty. Remedy: fill it in.")


def _lines(text: str) -> dict[str, int]:
    """Line numbers by table path. The TOML reader gives none; our packs write one value a line."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if head := _TABLE.match(line):
            table = head[1]
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return found


def _leaves(file: str, prefix: str, table: Mapping[str, Any], lines: Mapping[str, int]) -> list[Leaf]:
    found: list[Leaf] = []
    for key, value in table.items():
        path = f"{prefix}{key}"
        if not isinstance(value, dict):
            bare = Leaf(file, path, lines.get(path), {})
            raise bare.refuse("a bare value", "write { value = ..., unit = ..., source = ..., ... }")
        if LEAF_KEYS & set(value):
            found.append(Leaf(file, path, lines.get(path), value))
        else:
            found += _leaves(file, f"{path}.", value, lines)
    return found


class _Builder:
    """Builds the policy's dataclasses from leaves, and remembers which leaves were used."""

    def __init__(self, leaves: Mapping[str, Leaf], file: str) -> None:
        self.leaves = leaves
        self.file = file
        self.used: set[str] = set()
        self.refused: list[str] = []

    def policy(self, head: Mapping[str, Any], chain: tuple[str, ...]) -> Policy:
        for key in ("id", "title", "valid_from"):
            if key not in head:
                raise AskAnAdministrator(f"Pack {self.file}, [pack]: {key} is missing. Remedy: add it.")
        kinds = get_type_hints(Policy)
        parts = {
            each.name: kinds[each.name]
            for each in fields(Policy)
            if is_dataclass(kinds[each.name]) and each.name != "codes"
        }
        built = {name: self.section(kind, name) for name, kind in parts.items()}
        self.refuse_unknown()
        if self.refused:
            raise AskAnAdministrator("\n".join(self.refused))
        policy = Policy(id=head["id"], title=head["title"], valid_from=head["valid_from"], chain=chain, **built)
        _check_definition(policy, self.file)
        return policy

    def section(self, kind: type[S], path: str) -> S:
        values: dict[str, Any] = {}
        for name, hint in get_type_hints(kind, include_extras=True).items():
            expected = (get_origin(hint) and get_args(hint)[0]) or hint
            inner = f"{path}.{name}"
            if issubclass(expected, Setting):
                allowed = next((mark for mark in get_args(hint)[1:] if isinstance(mark, OneOf)), None)
                values[name] = self.setting_or_refusal(expected, inner, allowed)
            else:
                values[name] = self.section(expected, inner)
        return kind(**values)

    def setting_or_refusal(self, kind: type[Setting[Any]], path: str, allowed: frozenset[str] | None) -> Any:
        """The setting, or None with its refusal noted, so that one reading names everything that is wrong."""
        try:
            return self.setting(kind, path, allowed)
        except AskAnAdministrator as refusal:
            self.refused.append(str(refusal))
            return None

    def setting(self, kind: type[Setting[Any]], path: str, allowed: frozenset[str] | None) -> Setting[Any]:
        leaf = self.leaves.get(path)
        if leaf is None:
            raise AskAnAdministrator(f"Pack {self.file}, [{path}]: missing. Remedy: add it, or extend a pack with it.")
        self.used.add(path)
        _check_leaf(leaf, kind)
        value = _value(leaf, kind, allowed)
        cells = leaf.cells
        return kind(path, value, cells["unit"], cells["source"], cells["valid_from"], cells["checked_by"])

    def refuse_unknown(self) -> None:
        for path in sorted(set(self.leaves) - self.used):
            self.refused.append(
                str(self.leaves[path].refuse("nothing reads this value", "correct its name, or remove it"))
            )


STATED_BY_NAME: Mapping[str, Mapping[str, int]] = {
    "ltot.60of90": {"covered": 60, "window": 90},
    "ltot.70of90": {"covered": 70, "window": 90},
    "ltot.21x3": {"month_covered": 21, "months": 3},
    "ltot.90cum": {"year_covered": 90},
    "ltot.90run": {"run_length": 90},
    "ltot.3rx": {"prescriptions": 3},
}
"""Numbers that the name of a definition states: the name is shown, so the numbers must be those."""


def _check_definition(policy: Policy, file: str) -> None:
    definition = policy.ltot.definition.value
    for name, number in STATED_BY_NAME.get(definition, {}).items():
        held = getattr(policy.ltot, name).value
        if held != number:
            what = f"the definition is {definition}, but ltot.{name} is {held}"
            raise AskAnAdministrator(f"Pack {file}, [ltot.definition]: {what}. Remedy: set ltot.{name} to {number}.")


def _check_leaf(leaf: Leaf, kind: type[Setting[Any]]) -> None:
    for key in sorted(set(leaf.cells) - LEAF_KEYS):
        raise leaf.refuse(f"unknown field {key}", "remove it")
    for key in sorted(LEAF_KEYS):
        if key not in leaf.cells:
            raise leaf.refuse(f"{key} is missing", "add it")
        if isinstance(leaf.cells[key], str) and not leaf.cells[key].strip():
            raise leaf.refuse(f"{key} is empty", "fill it in")
    for key in ("unit", "source", "checked_by"):
        if not isinstance(leaf.cells[key], str):
            raise leaf.refuse(f"{key} is not a text", "put it in quotes")
    if type(leaf.cells["valid_from"]) is not date:
        raise leaf.refuse("valid_from is not a date", "write it as 2026-01-01, without quotes")
    if kind.units and leaf.cells["unit"] not in kind.units:
        raise leaf.refuse(f"the unit is {leaf.cells['unit']}", f"this value is in {' or '.join(kind.units)}")


def _value(leaf: Leaf, kind: type[Setting[Any]], allowed: frozenset[str] | None) -> Any:
    value = leaf.cells["value"]
    if issubclass(kind, Switch):
        return _of_type(leaf, value, bool, "write true or false")
    if issubclass(kind, (Days, Years, Count)):
        return _not_negative(leaf, _of_type(leaf, value, int, "write a whole number"))
    if issubclass(kind, Amount):
        number = value if isinstance(value, Decimal) else _of_type(leaf, value, int, "write a number")
        return _not_negative(leaf, Decimal(number))
    if issubclass(kind, Word):
        return _allowed(leaf, _of_type(leaf, value, str, "write a text"), allowed)
    if issubclass(kind, Words):
        texts = _of_type(leaf, value, list, "write a list of texts")
        return tuple(_allowed(leaf, _of_type(leaf, each, str, "write a list of texts"), allowed) for each in texts)
    raise AssertionError(f"{kind.__name__} has no reader")


def _of_type(leaf: Leaf, value: Any, expected: type[S], remedy: str) -> S:
    if type(value) is not expected:
        raise leaf.refuse(f"the value {value!r} is of the wrong kind", remedy)
    return value


N = TypeVar("N", int, Decimal)


def _not_negative(leaf: Leaf, number: N) -> N:
    if number < 0:
        raise leaf.refuse(f"the value {number} is below zero", "write zero or more")
    return number


def _allowed(leaf: Leaf, word: str, allowed: frozenset[str] | None) -> str:
    if not word.strip():
        raise leaf.refuse("an empty text", "fill it in")
    if allowed is not None and word not in allowed:
        raise leaf.refuse(f"the value {word!r} is not known here", f"use one of {', '.join(sorted(allowed))}")
    return word
