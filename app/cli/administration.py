"""`sextant worker`, `sextant outbox`, `sextant audit`: for whoever looks after an installation."""

import json
from typing import Annotated

import typer

from app.cli.terminal import opened
from app.cli.wiring import Commands
from app.domain.outbox import OutboxRow
from app.domain.outcome import No
from app.usecases.tend_outbox import TendOutbox

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The row's number, as `outbox list` shows it.")]
BROKEN = 1


def add_worker(cli: typer.Typer, commands: Commands) -> None:
    """The worker's own verb."""

    @cli.command()
    def worker(
        once: Annotated[bool, typer.Option("--once", help="End when nothing is due.")] = False,
    ) -> None:
        """Send what people confirmed and the EHR has not answered yet. Several may run; `serve` has one of its own."""
        sent = opened(lambda: commands.work(once))
        if once:
            typer.echo(f"{sent} sent")


def outbox_verbs(commands: Commands) -> typer.Typer:
    """The verbs about confirmed changes on their way to the chart."""
    verbs = typer.Typer(no_args_is_help=True, help="Confirmed changes on their way to the charts.")

    @verbs.command(name="list")
    def list_rows(
        all_rows: Annotated[bool, typer.Option("--all", help="Also those that the EHR has answered.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
    ) -> None:
        """List what is not in the chart yet: number, state, EHR, what, tries, and why."""
        for row in opened(lambda: rows_of(commands, all_rows)):
            typer.echo(json.dumps(row_as_json(row)) if as_json else row_line(row))

    @verbs.command()
    def explain(number: Number) -> None:
        """Show one row whole: whose chart it is for, how far it has come, and what to do."""

        def find() -> tuple[OutboxRow, str]:
            with commands.administration() as desk:
                row = desk.outbox.row(number)
                return row, desk.outbox.explained(row)

        row, what_to_do = opened(find)
        for name, value in row_as_json(row).items():
            typer.echo(f"{name:>16}  {value if value is not None else '-'}")
        typer.echo(f"{'what to do':>16}  {what_to_do}")

    @verbs.command()
    def retry(number: Number) -> None:
        """Let the worker try a dead or waiting row again."""

        def revive() -> OutboxRow:
            with commands.administration() as desk:
                return desk.outbox.retry(number)

        typer.echo(f"row {opened(revive).id} is due again")

    return verbs


def audit_verbs(commands: Commands) -> typer.Typer:
    """The verbs about the audit log."""
    verbs = typer.Typer(no_args_is_help=True, help="The log of who read and wrote what.")

    @verbs.command()
    def verify(
        head: Annotated[
            str | None, typer.Option("--head", metavar="NUMBER:HASH", help="A head that was written down elsewhere.")
        ] = None,
    ) -> None:
        """Check that no line was changed, removed or put in; print the head, to be written down elsewhere. Exit 1 if not."""

        def check() -> str:
            with commands.administration() as desk:
                found = desk.verify_audit(head)
            if isinstance(found, No):
                typer.echo(f"sextant: {found.reason}", err=True)
                raise typer.Exit(BROKEN)
            return found.value

        typer.echo(opened(check))

    @verbs.command()
    def export() -> None:
        """Print every line as an AuditEvent, one JSON object a line, oldest first."""

        def write() -> None:
            with commands.administration() as desk:
                for line in desk.export_audit():
                    typer.echo(line)

        opened(write)

    return verbs


def rows_of(commands: Commands, all_rows: bool) -> list[OutboxRow]:
    """The rows to list."""
    with commands.administration() as desk:
        outbox: TendOutbox = desk.outbox
        rows = [*outbox.unfinished(), *(outbox.settled() if all_rows else ())]
    return sorted(rows, key=lambda row: row.id)


def row_as_json(row: OutboxRow) -> dict[str, object]:
    """One row in plain values; without the text of the Flag."""
    written = row.written
    return {
        "row": row.id,
        "state": row.state.value,
        "ehr": row.ehr,
        "patient": row.patient,
        "rule": row.intent.rule,
        "lane": row.intent.lane[:12],
        "confirmed at": row.created_at.isoformat(timespec="seconds"),
        "confirmed by": row.user,
        "tries": row.attempts,
        "next try": row.next_attempt_at.isoformat(timespec="seconds") if row.next_attempt_at else None,
        "leased by": row.leased_by,
        "outcome": written.outcome if written else None,
        "reference": written.reference if written else None,
        "detail": written.detail if written else None,
        "remedy": row.remedy or None,
    }


def row_line(row: OutboxRow) -> str:
    """One row on one line, without a patient in it."""
    why = row.remedy or (row.written.detail if row.written else "")
    return f"{row.id:>6}  {row.state.value:<8}{row.ehr:<14}{row.intent.rule:<16}tries {row.attempts:<3} {why}".rstrip()
