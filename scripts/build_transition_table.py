"""Writes the plan's transition table and its diagram into docs/write-back.md, from the table that the plan itself uses.

python -m scripts.build_transition_table            renew the page
python -m scripts.build_transition_table --check    exit 1 when the page is not current
"""

import sys
from pathlib import Path

from app.domain.flag import ChangeKind
from app.flags.transitions import TRANSITIONS, Asked, Standing

PAGE = Path(__file__).resolve().parents[1] / "docs" / "write-back.md"
BEGIN, END = "<!-- transitions: begin -->", "<!-- transitions: end -->"
WORDS = {
    ChangeKind.CREATE: "**create**",
    ChangeKind.UPDATE: "**update**",
    ChangeKind.INACTIVATE: "**end**",
    ChangeKind.LEAVE: "leave",
}
THEN = {
    ChangeKind.CREATE: Standing.AS_WANTED,
    ChangeKind.UPDATE: Standing.AS_WANTED,
    ChangeKind.INACTIVATE: Standing.ENDED,
}
"""How the Flag stands after what the plan did."""
BY_A_PERSON = (
    (Standing.AS_WANTED, Standing.EDITED, "edits the text"),
    (Standing.AS_WANTED, Standing.ENDED_BY_HAND, "ends it"),
    (Standing.AS_WANTED, Standing.REMOVED, "takes it out"),
    (Standing.AS_WANTED, Standing.IN_ERROR, "marks it in error"),
)


def transitions_text() -> str:
    """The table (standing × finding → what happens), and the same as a diagram with what people do in the chart."""
    return "\n".join([*_table(), "", "```mermaid", *_diagram(), "```"])


def renewed(page: str) -> str:
    """The page with the present table in it."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{transitions_text()}\n\n{END}{rest.split(END)[1]}"


def _table() -> list[str]:
    head = ["In the chart \\ the finding", *(asked.value for asked in Asked)]
    lines = [_row(head), _row(["---"] * len(head))]
    return lines + [_row([standing.value, *(_cell(standing, asked) for asked in Asked)]) for standing in Standing]


def _cell(standing: Standing, asked: Asked) -> str:
    step = TRANSITIONS.get((standing, asked))
    return WORDS[step.kind] if step else ""


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _diagram() -> list[str]:
    names = {standing: standing.name.lower() for standing in Standing}
    lines = ["stateDiagram-v2", *(f"    {name}: {standing.value}" for standing, name in names.items())]
    moves: dict[tuple[Standing, Standing], list[str]] = {}
    for (standing, asked), step in TRANSITIONS.items():
        if step.kind is not ChangeKind.LEAVE:
            moves.setdefault((standing, THEN[step.kind]), []).append(f"{step.kind.value}, {asked.name.lower()}")
    lines.append(f"    {names[Standing.AS_WANTED]} --> {names[Standing.DIFFERENT]}: the gap changes or closes")
    lines.append(f"    {names[Standing.AS_WANTED]} --> {names[Standing.TWICE]}: the EHR stores a second one late")
    lines += [f"    {names[a]} --> {names[b]}: {'; '.join(labels)}" for (a, b), labels in moves.items()]
    return lines + [f"    {names[a]} --> {names[b]}: a person {what}" for a, b, what in BY_A_PERSON]


def main() -> int:
    """Renew, or check."""
    page = PAGE.read_text(encoding="utf8")
    present = renewed(page)
    if "--check" in sys.argv[1:]:
        return int(page != present)
    PAGE.write_text(present, encoding="utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
