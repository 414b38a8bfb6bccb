"""`sextant`: med, review, load, serve, demo."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from app.cli.demo import Demo, run_demo
from app.cli.load import load_clinic
from app.cli.text import med_lines, review_lines
from app.cli.wiring import Commands, FileReading
from app.domain.errors import SextantError
from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord

Input = Annotated[Path, typer.Argument(metavar="INPUT", help="A FHIR JSON file, an NDJSON file, or a folder of these.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The day to work out; default today.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per patient per line.")]
T = TypeVar("T")
WRONG_USAGE, UNREADABLE_INPUT = 2, 1


def build_cli(commands: Commands) -> typer.Typer:
    """The command with its verbs. Exit 0; 1 when some input was unreadable (the rest is printed); 2 for wrong usage."""
    cli = typer.Typer(
        name="sextant", no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False
    )
    add_file_verbs(cli, commands)
    add_server_verbs(cli, commands)
    return cli


def add_file_verbs(cli: typer.Typer, commands: Commands) -> None:
    """Verbs that need no server."""

    @cli.command()
    def med(
        path: Input,
        as_of: AsOf = None,
        factors: Annotated[str, typer.Option(help="cdc-2022 or cdc-2016.")] = "cdc-2022",
        research_factors: Annotated[
            bool, typer.Option("--research-factors", help="Also count drugs outside the CDC table, each marked.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Work out the morphine-equivalent dose of every patient in INPUT."""
        if factors not in ("cdc-2022", "cdc-2016"):
            refuse(f"--factors {factors}: there are cdc-2022 and cdc-2016.")
        day = day_of(as_of, commands)
        everything = {Feed.MEDICATIONS: FeedStatus.AVAILABLE, Feed.DISPENSES: FeedStatus.AVAILABLE}
        reading = opened(lambda: commands.stream_files(path, everything))

        def answer(record: PatientRecord) -> dict[str, object]:
            return commands.med_json(record, day, factors, research_factors)

        print_all(reading, answer, None if as_json else med_lines)

    @cli.command()
    def review(
        path: Input,
        as_of: AsOf = None,
        pack: Annotated[str | None, typer.Option(help="Policy pack: an id or a file.")] = None,
        feeds: Annotated[str, typer.Option(help="Such as labs=failed,pdmp=available; the rest as found.")] = "",
        with_drafts: Annotated[bool, typer.Option("--with-drafts", help="Count draft orders as would-be.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Review every patient in INPUT by the guideline."""
        day, states = day_of(as_of, commands), feed_states(feeds)
        reading = opened(lambda: commands.read_files(path, states))

        def answer(record: PatientRecord) -> dict[str, object]:
            return commands.review_json(record, day, pack, with_drafts)

        print_all(reading, answer, None if as_json else review_lines)


def add_server_verbs(cli: typer.Typer, commands: Commands) -> None:
    """Verbs that start or speak to a server."""

    @cli.command()
    def serve(
        host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="Port to listen on.")] = 8200,
    ) -> None:
        """Serve Sextant's pages. Settings come from the environment (SEXTANT_...)."""
        opened(lambda: commands.serve(host, port))

    @cli.command()
    def load(
        to: Annotated[str, typer.Option("--to", metavar="URL", help="FHIR base of the server, without sign-in.")],
        as_of: AsOf = None,
        patients: Annotated[int, typer.Option(help="Generated people beside the named ones.")] = 0,
    ) -> None:
        """Load the synthetic clinic into a FHIR server."""
        opened(lambda: load_clinic(to, day_of(as_of, commands), patients))

    @cli.command()
    def demo(
        once: Annotated[bool, typer.Option("--once", help="End after the review, with 0 or 1.")] = False,
        ehr_port: Annotated[int, typer.Option(help="Port of the sandbox EHR.")] = 8100,
        port: Annotated[int, typer.Option(help="Port of Sextant.")] = 8200,
        upstream: Annotated[str | None, typer.Option(help="Put the gateway before this FHIR base.")] = None,
        patient: Annotated[str, typer.Option(help="Whose chart to review.")] = "opioid-benzodiazepine",
    ) -> None:
        """Start the sandbox EHR and Sextant, review one patient, and serve until Ctrl-C."""
        raise typer.Exit(opened(lambda: run_demo(Demo(ehr_port, port, upstream, patient, once))))


def opened(action: Callable[[], T]) -> T:
    """Run an action; an error of ours becomes one line and exit 2."""
    try:
        return action()
    except SextantError as error:
        refuse(str(error))
        raise


def refuse(sentence: str) -> None:
    """Wrong usage: one line on standard error, exit 2."""
    typer.echo(f"sextant: {sentence}", err=True)
    raise typer.Exit(WRONG_USAGE)


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


def print_all(
    reading: FileReading,
    answer: Callable[[PatientRecord], dict[str, object]],
    lines: Callable[[dict[str, object]], Iterator[str]] | None,
) -> None:
    """One line (or block) per patient, as they are worked out; then what was unreadable, on standard error."""
    for record in reading.records:
        result = answer(record)
        text = json.dumps(result, ensure_ascii=False) if lines is None else "\n".join([*lines(result), ""])
        sys.stdout.write(text + "\n")
    for item in reading.unreadable:
        typer.echo(f"sextant: {item.reference} could not be read: {item.reason}", err=True)
    if reading.unreadable:
        raise typer.Exit(UNREADABLE_INPUT)
