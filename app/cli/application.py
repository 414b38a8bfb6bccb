"""`sextant`: med, review, explain, packs, codes, check-resources, load, serve, worker, outbox, audit, demo."""

from typing import Annotated

import typer

from app.cli.administration import add_worker, audit_verbs, outbox_verbs
from app.cli.charts import charts_of
from app.cli.demo import Demo, run_demo
from app.cli.load import clinic_today, load_clinic
from app.cli.packs import packs_verbs
from app.cli.resources import add_check_resources
from app.cli.site_codes import codes_verbs
from app.cli.terminal import (
    AsJson,
    AsOf,
    CodeMapFile,
    FactsFile,
    FeedStates,
    Input,
    Pack,
    WithDrafts,
    day_of,
    end,
    facts_of,
    feed_states,
    opened,
    print_all,
    refuse,
    with_all_facts,
)
from app.cli.text import med_lines, review_lines
from app.cli.wiring import Commands
from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord
from app.usecases.answers import Question, known_rule


def build_cli(commands: Commands) -> typer.Typer:
    """The command with its verbs. Exit 0; 1 when some input was unreadable (the rest is printed); 2 for wrong usage."""
    cli = typer.Typer(
        name="sextant", no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False
    )
    add_file_verbs(cli, commands)
    add_explain(cli, commands)
    cli.add_typer(packs_verbs(commands), name="packs")
    cli.add_typer(codes_verbs(commands), name="codes")
    add_check_resources(cli, commands)
    add_server_verbs(cli, commands)
    add_worker(cli, commands)
    cli.add_typer(outbox_verbs(commands), name="outbox")
    cli.add_typer(audit_verbs(commands), name="audit")
    return cli


def add_file_verbs(cli: typer.Typer, commands: Commands) -> None:
    """Verbs that answer for every patient of a file."""

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
        reading = charts_of(lambda: commands.stream_files(path, everything))

        def answer(record: PatientRecord) -> dict[str, object]:
            return commands.med_json(record, day, factors, research_factors)

        print_all(reading, answer, None if as_json else med_lines)

    @cli.command()
    def review(
        path: Input,
        as_of: AsOf = None,
        pack: Pack = None,
        feeds: FeedStates = "",
        facts: FactsFile = None,
        code_map: CodeMapFile = None,
        with_drafts: WithDrafts = False,
        as_json: AsJson = False,
    ) -> None:
        """Review every patient in INPUT by the guideline."""
        states, stated = feed_states(feeds), facts_of(facts, commands)
        question = Question(day_of(as_of, commands), pack, code_map, with_drafts)
        reviewer = opened(lambda: commands.ask(question))
        reading = charts_of(lambda: commands.read_files(path, states))
        print_all(reading, reviewer.as_json, None if as_json else review_lines, stated)


def add_explain(cli: typer.Typer, commands: Commands) -> None:
    """The verb that shows the working of one rule."""

    @cli.command()
    def explain(
        path: Input,
        rule: Annotated[str, typer.Option("--rule", metavar="ID", help="The rule, as naloxone.")],
        patient: Annotated[str | None, typer.Option("--patient", metavar="ID", help="One person only.")] = None,
        as_of: AsOf = None,
        pack: Pack = None,
        feeds: FeedStates = "",
        facts: FactsFile = None,
        code_map: CodeMapFile = None,
        with_drafts: WithDrafts = False,
    ) -> None:
        """Why one rule says what it says: rule in words, inputs, values of the pack, result."""
        opened(lambda: known_rule(rule))
        states, stated = feed_states(feeds), facts_of(facts, commands)
        question = Question(day_of(as_of, commands), pack, code_map, with_drafts)
        reviewer = opened(lambda: commands.ask(question))
        reading = charts_of(lambda: commands.read_files(path, states))
        wanted = patient if patient is None or "/" in patient else f"Patient/{patient}"
        found = [each for each in with_all_facts(reading, stated) if wanted in (None, each.reference)]
        if not found and wanted:
            refuse(f"--patient {wanted}: INPUT has no such patient.")
        typer.echo("\n".join(opened(lambda: [reviewer.explain(each, rule) for each in found])), nl=False)
        end(reading)


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
        day = day_of(as_of, commands) if as_of else clinic_today()
        opened(lambda: load_clinic(to, day, patients))

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
