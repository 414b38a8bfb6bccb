"""On which facts Sextant first sees that a person has ended one of its Flags, or taken it out of the chart."""

from dataclasses import replace

import pytest

from app.domain.finding import Finding
from app.domain.flag import PERHAPS, ChartFlag, LastWritten
from app.flags import seen_by_hand
from tests.unit.flags.test_flag_plan import IDENTIFY, flag, review

LINE = LastWritten(
    IDENTIFY("Patient/p1", "udt_check"),
    "udt_check",
    "Urine drug test due (Sextant, as of 2026-01-15)",
    "active",
    "red before",
    "Flag/1",
    "1",
)
ENDED, STANDS = flag(status="inactive"), flag()


def seen(line: LastWritten, *existing: ChartFlag, status: str = "red") -> list[str]:
    """What the ledger is to remember from now on, where that is something else than before."""

    def facts(finding: Finding) -> str:
        return f"{finding.status.value} now"

    changes = seen_by_hand(review(udt_check=status), existing, [line], facts)
    assert all(replace(after, seen_ended_with=before.seen_ended_with) == before for before, after in changes)
    return [after.seen_ended_with for _, after in changes]


@pytest.mark.parametrize("existing", [(ENDED,), ()], ids=["ended", "taken out"])
@pytest.mark.parametrize(
    ("status", "remembered"),
    [("red", ["red now"]), ("yellow", ["yellow now"]), ("green", ["green now"]), ("grey", [])],
)
def test_the_first_sight_counts_where_the_finding_can_be_told(
    existing: tuple[ChartFlag, ...], status: str, remembered: list[str]
) -> None:
    assert seen(LINE, *existing, status=status) == remembered
    assert seen(replace(LINE, seen_ended_with="first"), *existing, status=status) == [], "the first sight stays"


def test_a_flag_that_stands_again_is_as_if_nobody_had_ended_it() -> None:
    assert seen(LINE, STANDS) == []
    assert seen(replace(LINE, seen_ended_with="first"), STANDS) == [""]


def test_what_sextant_ended_is_nobody_elses_work() -> None:
    assert seen(replace(LINE, status="inactive"), ENDED) == []
    assert seen(replace(LINE, status="inactive")) == []


def test_what_was_perhaps_never_written_was_ended_by_nobody() -> None:
    assert seen(replace(LINE, status=PERHAPS)) == []
    assert seen(replace(LINE, status=PERHAPS), replace(ENDED, version="2")) == ["red now"]


def test_a_line_without_a_finding_is_left() -> None:
    assert seen(replace(LINE, rule="visit_note"), ENDED) == []
