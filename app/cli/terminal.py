"""What the verbs share: options, how errors end, and how answers are printed.

Exit 0; 1 when some input was unreadable (the rest is printed, standard error says which); 2 for wrong usage.
"""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from app.cli.wiring import Commands, FileReading
from app.domain.errors import SextantError
from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord
from app.usecases.stated_facts import Facts, about_nobody, with_facts

Input = Annotated[Path, typer.Argument(metavar="INPUT", help="A FHIR JSON file, an NDJSON file, or a folder of these.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The day to work out; default today.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per patient per line.")]
Pack = Annotated[str | None, typer.Option("--pack", help="Policy pack: an id or a file.")]
FeedStates = Annotated[str, typer.Option("--feeds", help="Such as labs=failed,pdmp=available; the rest as found.")]
FactsFile = Annotated[
    Path | None, typer.Option("--facts", metavar="FILE", help="Recorded facts, one JSON object a line.")
]
CodeMapFile = Annotated[
    Path | None, typer.Option("--code-map", metavar="FILE", help="The site's own codes; default SEXTANT_CODE_MAP.")
]
WithDrafts = Annotated[bool, typer.Option("--with-drafts", help="Count draft orders as would-be.")]
WRONG_USAGE, UNREADABLE_INPUT = 2, 1
T = TypeVar("T")


def opened(action: Callable[[], T]) -> T:
    """Run an action; an error of ours becomes its sentence on standard error and exit 2."""
    try:
        return action()
    except SextantError as error:
        refuse(str(error))
        raise


def refuse(sentence: str) -> None:
    """Wrong usage: what and why on standard error, exit 2."""
    tell(sentence)
    raise typer.Exit(WRONG_USAGE)


def tell(sentence: str) -> None:
    """A line on standard error."""
    for line in sentence.splitlines():
        typer.echo(f"sextant: {line}", err=True)


def day_of(text: str | None, commands: Commands) -> date:
    """The day asked for, or today in the clinic's zone."""
    if text is None:
        return commands.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse(f"--as-of {text}: write a day as 2026-03-01.")
        raise


def feed_states(text: str) -> dict[Feed, FeedStatus]:
    """ "labs=failed,pdmp=available" as values."""
    pairs = [item.partition("=") for item in text.split(",") if item.strip()]
    try:
        return {Feed(name.strip()): FeedStatus(state.strip()) for name, _, state in pairs}
    except ValueError:
        names, states = ", ".join(Feed), ", ".join(FeedStatus)
        refuse(f"--feeds {text}: write feed=state; feeds are {names}; states are {states}.")
        raise


def facts_of(path: Path | None, commands: Commands) -> Facts:
    """The facts of a file; none without one."""
    return opened(lambda: commands.read_facts(path)) if path else {}


def print_json(value: dict[str, object]) -> None:
    """One object a line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_all(
    reading: FileReading,
    answer: Callable[[PatientRecord], dict[str, object]],
    lines: Callable[[dict[str, object]], Iterator[str]] | None,
    facts: Facts | None = None,
) -> None:
    """One line (or block) per patient, as they are worked out; then what was unreadable, on standard error."""
    for record in with_all_facts(reading, facts or {}):
        result = answer(record)
        if lines is None:
            print_json(result)
        else:
            sys.stdout.write("\n".join([*lines(result), ""]) + "\n")
    end(reading)


def with_all_facts(reading: FileReading, facts: Facts) -> Iterator[PatientRecord]:
    """The charts with what was stated of each; at the end says whose facts found no chart."""
    seen: list[str | None] = []
    for record in reading.records:
        seen.append(record.reference)
        yield with_facts(record, facts)
    for patient in about_nobody(facts, seen):
        tell(f"{patient} has recorded facts and no chart in INPUT: they changed nothing.")


def end(reading: FileReading) -> None:
    """Say what could not be read; exit 1 if there was any."""
    unreadable = reading.unreadable
    for item in unreadable:
        tell(
            f"{item.reference}: {item.reason}" if item.in_part else f"{item.reference} could not be read: {item.reason}"
        )
    if unreadable:
        raise typer.Exit(UNREADABLE_INPUT)
