"""What the last PDMP check showed."""

from dataclasses import replace

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    Example,
    Part,
    check,
    entered,
    found,
    has,
    on_opioids,
    pdmp_review,
    person,
    snomed,
)

LONG = on_opioids()


def with_note(note: str) -> Part:
    name, row = pdmp_review(ago=10)
    return name, replace(row, outcome=snomed("385669000", "Successful"), notes=(note,))


EXAMPLES = (
    Example("as expected", person(LONG, entered("pdmp_result", "as_expected", ago=5)), "green", "what was expected"),
    Example("unexpected", person(LONG, entered("pdmp_result", "unexpected", ago=5)), "red", "not yet discussed"),
    Example(
        "unexpected and discussed", person(LONG, entered("pdmp_result", "discussed", ago=5)), "yellow", "was discussed"
    ),
    Example(
        "discussed the same day",
        person(LONG, entered("pdmp_result", "unexpected"), entered("pdmp_result", "discussed")),
        "yellow",
        "discussed",
    ),
    Example(
        "discussed, then unexpected again",
        person(LONG, entered("pdmp_result", "discussed", ago=9), entered("pdmp_result", "unexpected", ago=2)),
        "red",
        "not yet",
    ),
    Example(
        "checked, result not recorded", person(LONG, pdmp_review(ago=10)), "grey", "what it showed is not recorded"
    ),
    Example("checked with a note", person(LONG, with_note("nothing new")), "grey", "nothing new"),
    Example(
        "a newer check without result",
        person(LONG, entered("pdmp_result", "as_expected", ago=50), pdmp_review(ago=10)),
        "grey",
        "not recorded",
    ),
    Example(
        "result of the same day as the check",
        person(LONG, entered("pdmp_result", "as_expected", ago=10), pdmp_review(ago=10)),
        "green",
        "expected",
    ),
    Example(
        "as expected 90 days ago", person(LONG, entered("pdmp_result", "as_expected", ago=90)), "green", "was expected"
    ),
    Example(
        "as expected 91 days ago",
        person(LONG, entered("pdmp_result", "as_expected", ago=91)),
        "grey",
        "what it shows now is not known",
    ),
    Example("discussed 90 days ago", person(LONG, entered("pdmp_result", "discussed", ago=90)), "yellow", "discussed"),
    Example(
        "discussed 91 days ago", person(LONG, entered("pdmp_result", "discussed", ago=91)), "grey", "now is not known"
    ),
    Example(
        "unexpected a year ago, never discussed",
        person(LONG, entered("pdmp_result", "unexpected", ago=365)),
        "red",
        "not yet discussed",
    ),
    Example("nothing", person(LONG), "grey", "no PDMP result is on record. PDMP data: not connected"),
    Example("nothing, PDMP connected", person(LONG, pdmp="available"), "grey", "no PDMP result is on record."),
    Example("no opioid", person(), "not_applicable", "no opioid"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
    Example("medications down", person(LONG, medications="failed"), "grey", "could not be read"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_pdmp_result(example: Example) -> None:
    check("pdmp_result", example)


def test_nothing_suggests_to_end_care() -> None:
    step = found("pdmp_result", person(LONG, entered("pdmp_result", "unexpected"))).next_step
    assert step is not None
    assert step.startswith("Talk over")
