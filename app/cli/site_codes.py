"""`sextant codes`: the clinic's own codes that nothing understands yet."""

from collections.abc import Iterator

import typer

from app.cli.charts import charts_of
from app.cli.terminal import AsJson, CodeMapFile, Input, end, opened, print_json
from app.cli.wiring import Commands
from app.usecases.unmapped_codes import Counted, counted_as_json


def codes_verbs(commands: Commands) -> typer.Typer:
    """The verbs about the site code map."""
    verbs = typer.Typer(no_args_is_help=True, help="The clinic's own codes.")

    @verbs.callback()
    def about() -> None:
        """The clinic's own codes."""

    @verbs.command()
    def unmapped(path: Input, code_map: CodeMapFile = None, as_json: AsJson = False) -> None:
        """Count and list local codes and names of INPUT that are not in the site code map."""
        gathered = opened(lambda: commands.unmapped_codes(code_map))
        reading = charts_of(lambda: commands.read_files(path, {}))
        for record in reading.records:
            gathered.add(record)
        found = gathered.counted()
        if as_json:
            for each in found:
                print_json(counted_as_json(each))
        else:
            typer.echo("\n".join(lines_of(found)))
        end(reading)

    return verbs


def lines_of(found: tuple[Counted, ...]) -> Iterator[str]:
    """A count, then one line a code: rows, people, kind, where it comes from, what it is called."""
    yield f"{len(found)} local codes or names are not mapped."
    for each in found:
        local = each.local
        code = f"{local.system} {local.code}" if local.code else "without a code"
        yield f"{each.rows:>7} rows, {each.people:>6} people  {local.kind:<18} {code}  {local.name}".rstrip()
