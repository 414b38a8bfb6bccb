"""Reading the project's own data files: every cell is checked, and an error names file, line and remedy."""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from app.domain.codes import Code
from app.domain.errors import AskAnAdministrator

DATA = Path(__file__).parent / "data"

C = TypeVar("C", bound=Code)
V = TypeVar("V")


def refuse(file: str, line: int | None, what: str, remedy: str) -> AskAnAdministrator:
    """The error for a data file that cannot be trusted; raise what this returns."""
    place = file if line is None else f"{file}, line {line}"
    return AskAnAdministrator(f"Terminology file {place}: {what}. Remedy: {remedy}.")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file. Readers raise AskAnAdministrator when a cell is not what its column promises."""

    file: str
    line: int
    cells: Mapping[str, str]

    def error(self, what: str, remedy: str = "correct the line or rebuild the file") -> AskAnAdministrator:
        return refuse(self.file, self.line, what, remedy)

    def optional(self, column: str) -> str | None:
        """The cell, or None when it is empty."""
        return self.cells[column] or None

    def text(self, column: str) -> str:
        value = self.cells[column]
        if not value:
            raise self.error(f"column {column} is empty")
        return value

    def choice(self, column: str, allowed: frozenset[str]) -> str:
        value = self.text(column)
        if value not in allowed:
            raise self.error(f"column {column} holds {value!r}, not one of {', '.join(sorted(allowed))}")
        return value

    def flag(self, column: str) -> bool:
        return self.choice(column, frozenset({"yes", "no"})) == "yes"

    def amount(self, column: str) -> Decimal:
        """A number above zero: no table has use for another."""
        value = self.optional_number(column)
        if value is None or value <= 0:
            raise self.error(f"column {column} needs a number above zero")
        return value

    def optional_number(self, column: str) -> Decimal | None:
        return None if not self.cells[column] else self._number(column)

    def _number(self, column: str) -> Decimal:
        try:
            value = Decimal(self.cells[column])
        except InvalidOperation:
            raise self.error(f"column {column} holds {self.cells[column]!r}, not a number") from None
        if not value.is_finite():
            raise self.error(f"column {column} holds {self.cells[column]!r}, not a number")
        return value

    def code(self, column: str, kind: type[C]) -> C:
        try:
            return kind(self.text(column))
        except ValueError as bad:
            raise self.error(f"column {column}: {bad}") from None

    def optional_code(self, column: str, kind: type[C]) -> C | None:
        return self.code(column, kind) if self.cells[column] else None


def read_rows(file: str, columns: str, directory: Path = DATA) -> Iterator[Row]:
    """The rows of `directory/file`. `columns` is the exact header, blank separated; anything else is refused."""
    path = directory / file
    if not path.is_file():
        raise refuse(file, None, "the file is missing", "reinstall Sextant or rebuild its terminology")
    with path.open(encoding="utf-8", newline="") as stream:
        yield from _checked(csv.reader(stream), file, columns.split())


def _checked(reader: Iterable[list[str]], file: str, columns: list[str]) -> Iterator[Row]:
    lines = enumerate(reader, start=1)
    _, head = next(lines, (1, []))
    if head != columns:
        raise refuse(file, 1, f"the header is {head}, not {columns}", "rebuild the file")
    for line, cells in lines:
        if len(cells) != len(columns):
            raise refuse(file, line, f"{len(cells)} cells where {len(columns)} belong", "correct the line")
        yield Row(file, line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))


def put_once(index: dict[str, V], key: str, value: V, row: Row) -> None:
    """Index a value under a key that may occur once only."""
    if key in index:
        raise row.error(f"{key} occurs twice", "keep one of the two lines")
    index[key] = value


def read_toml(file: str, directory: Path = DATA) -> dict[str, Any]:
    path = directory / file
    if not path.is_file():
        raise refuse(file, None, "the file is missing", "reinstall Sextant")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as bad:
        raise refuse(file, None, f"not readable as TOML ({bad})", "correct the file") from None
