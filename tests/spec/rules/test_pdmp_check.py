"""PDMP check: every 3 months while an opioid is in force."""

from pathlib import Path

import pytest

from app.rules import load_pack, review
from tests.spec.rules.chart import (
    DAY,
    LUNG_CANCER,
    MORPHINE,
    Example,
    check,
    document,
    entered,
    has,
    loinc,
    mg,
    on_opioids,
    order,
    pdmp_review,
    person,
    seen,
    short_course,
    snomed,
    text,
    unreadable_opioid,
)

LONG = on_opioids()
SHORT = short_course()

EXAMPLES = (
    Example("checked today", person(LONG, pdmp_review(ago=0)), "green", "today"),
    Example("31 days left", person(LONG, pdmp_review(ago=59)), "green", "in date"),
    Example("30 days left", person(LONG, pdmp_review(ago=60)), "yellow", "due by 2026-03-31"),
    Example("on the last day", person(LONG, pdmp_review(ago=90)), "yellow", "due by 2026-03-01"),
    Example("a day too late", person(LONG, pdmp_review(ago=91)), "red", "was due 2026-02-28"),
    Example("very long ago", person(LONG, pdmp_review(ago=800)), "red", "2 years ago"),
    Example("never, PDMP not connected", person(LONG), "grey", "not recorded where Sextant can see"),
    Example("never, PDMP connected", person(LONG, pdmp="available"), "red", "no PDMP check is on record"),
    Example("never, recorded here", person(LONG), "red", "no PDMP check is on record", pack="sandbox-clinic"),
    Example("short course, never, recorded here", person(SHORT), "red", "no PDMP", pack="sandbox-clinic"),
    Example("short course, checked", person(SHORT, pdmp_review(ago=3)), "green", "in date"),
    Example("the check was not done", person(LONG, pdmp_review(ago=3, status="not-done")), "grey", "not recorded"),
    Example(
        "as an observation",
        person(LONG, seen(snomed("461651000124104", "PDMP reviewed"), text("done"), ago=12)),
        "green",
        "12 days ago",
    ),
    Example("a scanned report", person(LONG, document("PDMP report", ago=10)), "green", "10 days ago"),
    Example("entered by a nurse", person(LONG, entered("pdmp_check", "done", ago=1)), "green", "1 day ago"),
    Example(
        "procedures down, a check in a document",
        person(LONG, document("PDMP", ago=9), procedures="failed"),
        "green",
        "9",
    ),
    Example(
        "procedures down, no check seen",
        person(LONG, procedures="failed"),
        "grey",
        "could not be read",
        pack="sandbox-clinic",
    ),
    Example(
        "procedures down, an old check in a document",
        person(LONG, document("PDMP", ago=300), procedures="failed"),
        "grey",
        "newer one may exist",
    ),
    Example(
        "procedures not offered, documents read: never",
        person(LONG, procedures="not_offered"),
        "red",
        "no PDMP check",
        pack="sandbox-clinic",
    ),
    Example(
        "nothing that could show it",
        person(LONG, procedures="not_offered", documents="not_offered"),
        "grey",
        "not connected",
        pack="sandbox-clinic",
    ),
    Example("no opioid", person(), "not_applicable", "no opioid is in force"),
    Example("supply ran out", person(short_course(ago=20, days=5)), "not_applicable", "no opioid is in force"),
    Example("an opioid that cannot be computed", person(unreadable_opioid(), pdmp_review(ago=2)), "green", "in date"),
    Example("medications down", person(LONG, medications="failed"), "grey", "not known"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
    Example("17 years old", person(LONG, born="2010-01-01"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_pdmp_check(example: Example) -> None:
    check("pdmp_check", example)


EVERY_RX = """[rules.pdmp_check]
every_rx = { value = true, unit = "yes/no", source = "site policy", valid_from = 2026-01-01, checked_by = "not signed off" }
"""


@pytest.mark.parametrize(
    ("written_ago", "checked_ago", "expected"),
    [(5, 10, "yellow"), (10, 10, "green"), (11, 10, "green"), (5, 95, "red")],
)
def test_with_every_prescription(tmp_path: Path, written_ago: int, checked_ago: int, expected: str) -> None:
    site = tmp_path / "site.toml"
    site.write_text(EVERY_RX, encoding="utf-8")
    chart = person(order(MORPHINE, ago=written_ago, take=mg(20)), pdmp_review(ago=checked_ago))
    finding = review(chart, load_pack("us-default-2026", site), DAY).by_rule["pdmp_check"]
    assert finding.status.value == expected, finding.reason


def test_a_code_that_only_looks_alike_does_not_count() -> None:
    check(
        "pdmp_check",
        Example("loinc", person(LONG, seen(loinc("82810-3"), text("done"), ago=1)), "grey", "not recorded"),
    )
