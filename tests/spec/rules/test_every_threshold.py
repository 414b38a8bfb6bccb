"""Change any number of any pack by one day, point, year or MME: some line of some table no longer holds.

A number that no line pins could be wrong for years. The few changes that cannot show are listed with their reason, and the
list is itself tested: what is on it must really change nothing.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from app.rules.pack import shipped_ids
from app.rules.policy import Amount, Count, Days, Setting, Years
from tests.spec.rules.chart import policy
from tests.spec.rules.pinned import USUAL, Line, first_broken, lines

NUMBERS = (Days, Years, Count, Amount)


def numbers(pack: str) -> Iterator[Setting[Any]]:
    """The numbers of a pack; of other packs than the usual one only those that differ from it."""
    usual = {setting.path: setting.value for setting in policy(USUAL).settings()}
    for setting in policy(pack).settings():
        if isinstance(setting, NUMBERS) and (pack == USUAL or setting.value != usual[setting.path]):
            yield setting


def is_silent(setting: Setting[Any], step: int) -> str | None:
    """Why a change cannot show, if so."""
    if setting.path.endswith((".interval_moderate", ".interval_high")) and step > 0:
        floor = next(each for each in policy().settings() if each.path == f"{setting.path.rsplit('.', 1)[0]}.interval")
        return "a tier never lengthens an interval beyond the floor" if floor.value == setting.value else None
    if setting.path == "rules.pregnancy.youngest" and step < 0:
        return "nobody under 18 is in scope"
    return None


CHANGES = [(pack, each, step) for pack in shipped_ids() for each in numbers(pack) for step in (1, -1)]
POSSIBLE = [(pack, each, step) for pack, each, step in CHANGES if each.value + step >= 0]


def named(change: tuple[str, Setting[Any], int]) -> str:
    pack, setting, step = change
    return f"{pack}: {setting.path} {setting.value}{step:+d}"


def broken(change: tuple[str, Setting[Any], int]) -> Line | None:
    """A number of the usual pack changes with it in every pack that extends it and states none of its own."""
    pack, setting, step = change
    heirs = (
        [each for each in shipped_ids() if value_in(each, setting.path) == setting.value] if pack == USUAL else [pack]
    )
    parts = setting.path.split(".")
    return first_broken(setting, setting.value + step, heirs, parts[1] if parts[0] == "rules" else parts[0])


def value_in(pack: str, path: str) -> Any:
    return next(each.value for each in policy(pack).settings() if each.path == path)


def test_every_line_holds_under_its_own_pack() -> None:
    assert [str(line) for line in lines() if not line.holds(policy(line.pack))] == []
    assert len(lines()) >= 500


@pytest.mark.parametrize("change", [each for each in POSSIBLE if not is_silent(*each[1:])], ids=named)
def test_a_number_changed_by_one_breaks_a_line(change: tuple[str, Setting[Any], int]) -> None:
    assert broken(change) is not None, f"no line of any table pins {named(change)}: write the missing case"


@pytest.mark.parametrize("change", [each for each in POSSIBLE if is_silent(*each[1:])], ids=named)
def test_what_is_said_to_change_nothing_changes_nothing(change: tuple[str, Setting[Any], int]) -> None:
    line = broken(change)
    assert line is None, f"{line} pins it: take it off the list"
