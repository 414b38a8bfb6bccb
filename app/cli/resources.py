"""`sextant check-resources`: whether a site's directory of services can be used, and which entries are due for a look."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.terminal import UNREADABLE_INPUT, refuse, tell
from app.cli.wiring import Commands
from app.domain.errors import AskAnAdministrator


def add_check_resources(cli: typer.Typer, commands: Commands) -> None:
    """Exit 0 when the file is a directory that can be used, 1 when the file is refused, 2 when there is none."""

    @cli.command("check-resources")
    def check_resources(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="The site's directory of services, a TOML file.")],
    ) -> None:
        """Say whether a directory of services can be used: every fault with file, line, entry and remedy."""
        if not file.is_file():
            refuse(f"There is no file {file}.")
        try:
            report = commands.check_directory(file, commands.today())
        except AskAnAdministrator as error:
            tell(str(error))
            raise typer.Exit(UNREADABLE_INPUT) from None
        typer.echo(report.sentence)
        for line in report.to_be_checked:
            typer.echo(f"  {line}")
