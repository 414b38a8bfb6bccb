"""Several prescribers or pharmacies."""

from typing import Any

import pytest

from tests.spec.rules.chart import LUNG_CANCER, MORPHINE, Example, Part, check, fill, has, mg, on_opioids, person

LONG = on_opioids()


def given(who: int, *, ago: int) -> Part:
    """A fill prescribed by one person and given out by one pharmacy, both numbered."""
    names: dict[str, Any] = {"prescriber_name": f"Prescriber {who}", "performer_name": f"Pharmacy {who}"}
    return fill(MORPHINE, ago=ago, days=5, dosages=(mg(10),), **names)


def several(number: int, *, first_ago: int) -> tuple[Part, ...]:
    return tuple(given(who, ago=first_ago - 6 * who) for who in range(number))


EXAMPLES = (
    Example("PDMP: one", person(LONG, pdmp="available"), "green", "1 prescriber and 0 pharmacies"),
    Example(
        "PDMP: two", person(several(2, first_ago=50), given(2, ago=2), pdmp="available"), "yellow", "3 prescribers"
    ),
    Example("PDMP: two in all", person(several(2, first_ago=6), pdmp="available"), "green", "2 prescribers"),
    Example(
        "PDMP: three 90 days ago",
        person(several(3, first_ago=90), given(2, ago=2), pdmp="available"),
        "yellow",
        "3 pres",
    ),
    Example(
        "PDMP: one of three too long ago",
        person(several(3, first_ago=91), given(2, ago=2), pdmp="available"),
        "green",
        "2",
    ),
    Example(
        "four and four", person(several(4, first_ago=180), given(3, ago=2)), "red", "4 prescribers and 4 pharmacies"
    ),
    Example(
        "four, one too long ago", person(several(4, first_ago=181), given(3, ago=2)), "grey", "PDMP data: not connected"
    ),
    Example("no PDMP, one seen", person(LONG), "grey", "1 prescriber and 0 pharmacies in 90 days were seen"),
    Example("no opioid", person(), "not_applicable", "no opioid"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
    Example("medications down", person(LONG, medications="failed"), "grey", "could not be read"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_multi_prescriber(example: Example) -> None:
    check("multi_prescriber", example)
