"""Urine drug test: at least once a year on long-term opioid therapy."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    Example,
    check,
    document,
    entered,
    found,
    has,
    loinc,
    number,
    on_opioids,
    person,
    plan,
    procedure,
    seen,
    short_course,
    snomed,
    udt,
    unreadable_opioid,
)

LONG = on_opioids(since=100)
CREATININE = "2161-8"
"""Creatinine in urine: a check of the specimen."""

EXAMPLES = (
    Example("tested yesterday", person(LONG, udt(ago=1)), "green", "in date"),
    Example("tested today", person(LONG, udt(ago=0)), "green", "today"),
    Example("61 days left: still green", person(LONG, udt(ago=304)), "green", "in date"),
    Example("60 days left: due soon", person(LONG, udt(ago=305)), "yellow", "due by 2026-04-30"),
    Example("last day of the year", person(LONG, udt(ago=365)), "yellow", "due by 2026-03-01"),
    Example("a day too late", person(LONG, udt(ago=366)), "red", "was due 2026-02-28"),
    Example("never tested", person(LONG), "red", "no urine drug test is on record"),
    Example("newest of several counts", person(LONG, udt(ago=700), udt(ago=20)), "green", "20 days ago"),
    Example("only ordered", person(LONG, udt(ago=5, status="registered")), "red", "no urine drug test"),
    Example("result still preliminary", person(LONG, udt(ago=5, status="preliminary")), "red", "no urine drug test"),
    Example("cancelled by the laboratory", person(LONG, udt(ago=5, status="cancelled")), "red", "no urine drug test"),
    Example("entered in error", person(LONG, udt(ago=5, status="entered-in-error")), "red", "no urine drug test"),
    Example("somebody else's test", person(LONG, udt(ago=5, subject="Patient/other")), "red", "no urine drug test"),
    Example("dated after the review", person(LONG, udt(ago=-3)), "red", "no urine drug test"),
    Example("creatinine alone is no test", person(LONG, seen(loinc(CREATININE), number(80), ago=5)), "red", "no urine"),
    Example("done as a procedure", person(LONG, procedure("310627008", ago=30)), "green", "30 days ago"),
    Example(
        "scanned outside report", person(LONG, document("Urine drug screen report", ago=40)), "green", "40 days ago"
    ),
    Example("scanned order is no result", person(LONG, document("UDS order", ago=40)), "red", "no urine drug test"),
    Example(
        "a request that is still open",
        person(LONG, plan("ServiceRequest", "Drug screening", ago=4, what=snomed("310627008"))),
        "red",
        "no urine drug test",
    ),
    Example(
        "a request that is completed",
        person(LONG, plan("ServiceRequest", "Drug screening", ago=4, status="completed", what=snomed("310627008"))),
        "green",
        "4 days ago",
    ),
    Example("entered by a nurse", person(LONG, entered("udt_check", "done", ago=10)), "green", "10 days ago"),
    Example("laboratory down", person(LONG, labs="failed"), "grey", "could not be read"),
    Example("laboratory down, test on file", person(LONG, udt(ago=5), labs="failed"), "grey", "could not be read"),
    Example("laboratory not connected", person(LONG, labs="not_offered"), "grey", "not connected"),
    Example("laboratory read in part, test in date", person(LONG, udt(ago=5), labs="partial"), "green", "in date"),
    Example(
        "laboratory read in part, test old", person(LONG, udt(ago=500), labs="partial"), "grey", "newer one may exist"
    ),
    Example("a few days of opioids", person(short_course()), "not_applicable", "not on long-term"),
    Example("no opioids", person(), "not_applicable", "not on long-term"),
    Example("59 of 90 days covered", person(on_opioids(since=58)), "not_applicable", "59 of 90"),
    Example("60 of 90 days covered", person(on_opioids(since=59)), "red", "no urine drug test"),
    Example("medications down", person(LONG, medications="failed"), "grey", "could not be worked out"),
    Example("an opioid without a length", person(unreadable_opioid(ago=200)), "grey", "could not be worked out"),
    Example("active lung cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
    Example("17 years old", person(LONG, born="2008-03-02"), "not_applicable", "under 18"),
    Example("18 today", person(LONG, born="2008-03-01"), "red", "no urine drug test"),
    Example("no birth date", person(LONG, born=None), "grey", "age is not known"),
    Example("deceased", person(LONG, deceased=True), "not_applicable", "deceased"),
    Example("Washington, higher tier: quarterly", person(on_opioids(95), udt(ago=91)), "red", "was due", pack="wa"),
    Example("Washington, higher tier: on day 90", person(on_opioids(95), udt(ago=90)), "yellow", "due by", pack="wa"),
    Example("Washington, a quarter before: day 68", person(on_opioids(95), udt(ago=68)), "yellow", "due by", pack="wa"),
    Example("Washington, day 67", person(on_opioids(95), udt(ago=67)), "green", "in date", pack="wa"),
    Example("Washington, moderate tier: day 183", person(on_opioids(60), udt(ago=183)), "red", "was due", pack="wa"),
    Example("Washington, moderate tier: day 182", person(on_opioids(60), udt(ago=182)), "yellow", "due by", pack="wa"),
    Example("Washington, low tier: a year", person(on_opioids(30), udt(ago=300)), "green", "in date", pack="wa"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_urine_drug_test(example: Example) -> None:
    check("udt_check", example)


def test_an_overdue_test_says_how_late_it_is_and_shows_the_last_one() -> None:
    finding = found("udt_check", person(LONG, udt(ago=400)))
    assert finding.days_overdue == 35
    assert [(each.date, each.value) for each in finding.evidence] == [
        ("2025-01-25", "Opiates tested for in Urine")
    ] or (finding.evidence[0].date == "2025-01-25")
    assert finding.next_step == "Talk about a urine drug test and order one"
    assert {each.path for each in finding.pack_values} == {"rules.udt_check.interval", "rules.udt_check.warning"}
