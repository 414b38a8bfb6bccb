"""`sextant packs`: check a policy pack, and see whom another one would move."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.cli.charts import charts_of
from app.cli.terminal import (
    UNREADABLE_INPUT,
    AsJson,
    AsOf,
    CodeMapFile,
    FactsFile,
    FeedStates,
    day_of,
    end,
    facts_of,
    feed_states,
    opened,
    print_json,
    refuse,
    tell,
    with_all_facts,
)
from app.cli.wiring import Commands
from app.domain.errors import AskAnAdministrator
from app.usecases.check_pack import PackReport, check_pack, is_pack
from app.usecases.compare_packs import Change, Difference, comparison_as_json


def packs_verbs(commands: Commands) -> typer.Typer:
    """The verbs about packs."""
    verbs = typer.Typer(no_args_is_help=True, help="Check and compare policy packs.")
    add_check(verbs)
    add_diff(verbs, commands)
    return verbs


def add_check(verbs: typer.Typer) -> None:
    """Exit 0 when the pack loads, 1 when it is refused, 2 when there is none."""

    @verbs.command()
    def check(
        pack: Annotated[str, typer.Argument(metavar="FILE", help="A pack file, or the id of a pack that is shipped.")],
        on: Annotated[str | None, typer.Option("--on", metavar="PACK", help="FILE only overrides this pack.")] = None,
        unsigned: Annotated[bool, typer.Option("--unsigned", help="List the values not signed off.")] = False,
    ) -> None:
        """Say whether a pack can be used: every refusal with file, table path, line and remedy."""
        for each in filter(None, (pack, on)):
            if not is_pack(each):
                refuse(f"There is no pack {each}: give a file, or the id of a pack that is shipped.")
        report = checked(pack, on)
        typer.echo(report.sentence)
        for path in report.not_signed_off if unsigned else ():
            typer.echo(f"  not signed off: {path}")


def checked(pack: str, on: str | None) -> PackReport:
    """The report, or the refusals on standard error and exit 1."""
    try:
        return check_pack(pack, on)
    except AskAnAdministrator as error:
        tell(str(error))
        raise typer.Exit(UNREADABLE_INPUT) from None


def add_diff(verbs: typer.Typer, commands: Commands) -> None:
    """The what-if question."""

    @verbs.command()
    def diff(
        before: Annotated[str, typer.Argument(metavar="A", help="The pack in force: an id or a file.")],
        after: Annotated[str, typer.Argument(metavar="B", help="The pack in question: an id or a file.")],
        path: Annotated[Path, typer.Option("--input", metavar="DIR", help="Charts: a file or a folder.")],
        as_of: AsOf = None,
        feeds: FeedStates = "",
        facts: FactsFile = None,
        code_map: CodeMapFile = None,
        as_json: AsJson = False,
    ) -> None:
        """Say which patients change colour from pack A to pack B, and which values do it."""
        states, stated, day = feed_states(feeds), facts_of(facts, commands), day_of(as_of, commands)
        comparison = opened(lambda: commands.compare_packs(before, after, code_map, day))
        reading = charts_of(lambda: commands.read_files(path, states))
        everybody = changed = 0
        for record in with_all_facts(reading, stated):
            changes = comparison.changes(record)
            everybody, changed = everybody + 1, changed + bool(changes)
            if as_json and changes:
                print_json(comparison_as_json(record.reference, changes))
            elif changes:
                sys.stdout.write("\n".join(lines_of(record.reference, changes)) + "\n")
        if not as_json:
            sys.stdout.write(summary(comparison.differences(), changed, everybody))
        end(reading)


def lines_of(patient: str | None, changes: tuple[Change, ...]) -> Iterator[str]:
    """One person's changes."""
    yield patient or "patient not named"
    for change in changes:
        yield f"  {change.rule}: {change.before} -> {change.after}"
        yield f"    before: {change.reason_before}"
        yield f"    after:  {change.reason_after}"
        cause = "by itself" if change.is_alone else "together with others"
        yield from (f"    {each.path}: {each.before} -> {each.after} ({cause})" for each in change.values)


def summary(differences: tuple[Difference, ...], changed: int, everybody: int) -> str:
    """How many, of how many, and how much differs."""
    return f"{changed} of {everybody} patients change colour; {len(differences)} values differ.\n"
