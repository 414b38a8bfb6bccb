"""What comes to the top: a few rows, the most dangerous first; rows of one cause folded; facts beside the dose."""

from app.domain.finding import Place
from app.rules.ranking import Row, page_order, visit_rows
from tests.spec.rules.chart import (
    COPD,
    GABAPENTIN,
    LORAZEPAM,
    MORPHINE,
    NARCAN,
    OUD,
    Part,
    agreement,
    benefit_risk_review,
    booked,
    fill,
    has,
    icd,
    mg,
    on_opioids,
    order,
    pdmp_review,
    peg,
    person,
    phq9,
    policy,
    reviewed,
    udt,
    unreadable_opioid,
    visit,
)

WELL = (0, 0, 0, 0, 0, 0, 0, 0, 0)
IN_ORDER: tuple[Part | tuple[Part, ...], ...] = (
    agreement(ago=100),
    udt(ago=100, result="positive"),
    peg(8, 8, 8, ago=100),
    peg(5, 5, 5, ago=20),
    phq9(*WELL, ago=50),
    pdmp_review(ago=20),
    visit(ago=20),
    booked(in_days=30),
    order(NARCAN, ago=50, days=None),
    has(icd("Z79.891", "Long-term opioid use")),
)


def rows(*parts: Part | tuple[Part, ...], pack: str = "us-default-2026", **feeds: str) -> tuple[Row, ...]:
    more: dict[str, object] = dict(feeds)
    return visit_rows(reviewed(person(*parts, **more), pack), policy(pack))  # type: ignore[arg-type]


def rules_of(found: tuple[Row, ...]) -> list[list[str]]:
    return [[finding.rule for finding in row.findings] for row in found]


def fills() -> tuple[Part, ...]:
    return tuple(fill(MORPHINE, ago=ago, days=30, dosages=(mg(20),)) for ago in (100, 70, 40, 10))


def test_a_person_whose_care_is_in_order_opens_with_nothing_to_do() -> None:
    assert rules_of(rows(*IN_ORDER, fills(), pdmp="available")) == []


def test_orders_alone_add_no_row() -> None:
    assert rules_of(rows(*IN_ORDER, on_opioids(20), pdmp="available")) == []


def test_a_typical_person_has_two_to_six_rows_with_the_most_dangerous_first() -> None:
    found = rows(
        *(on_opioids(60), order(LORAZEPAM), udt(ago=400), agreement(ago=10), phq9(*WELL, ago=50)),
        *(visit(ago=30), booked(in_days=0), booked(in_days=28), peg(7, 7, 7, ago=100)),
    )
    assert rules_of(found) == [
        ["sedative"],
        ["naloxone"],
        ["udt_check"],
        ["peg"],
        ["pdmp_check", "pdmp_result", "multi_prescriber"],
    ]


def test_rows_follow_the_order_of_danger() -> None:
    found = rows(
        *(on_opioids(95), order(LORAZEPAM), has(OUD), udt(ago=400), agreement(ago=400), peg(7, 7, 7, ago=100)),
        visit(ago=10),
    )
    first = [row.findings[0].rule for row in found if row.status.value != "grey" and not row.findings[0].fold]
    order_of = policy().order_of
    assert first[:4] == ["oud_moud", "sedative", "naloxone", "med"]
    assert [order_of(rule) for rule in first] == sorted(order_of(rule) for rule in first)


def test_what_was_never_recorded_is_one_row_and_a_questionnaire_never_asked_is_its_last() -> None:
    found = rows(on_opioids(60), order(LORAZEPAM), visit(ago=10), booked(in_days=20), order(NARCAN, ago=5, days=None))
    assert found[0].findings[0].rule == "sedative"
    (folded,) = [row for row in found if row.is_folded and row.title == "Not yet recorded"]
    assert [finding.rule for finding in folded.findings] == ["udt_check", "peg", "agreement", "depression"]
    assert folded.reason == "Urine drug test, Pain and function, Care agreement, Depression: 4 checks."


def test_item_9_comes_before_the_sedative() -> None:
    found = rows(on_opioids(60), order(LORAZEPAM), phq9(0, 0, 0, 0, 0, 0, 0, 0, 1, ago=3))
    assert [row.findings[0].rule for row in found][:2] == ["depression", "sedative"]


def test_a_pdmp_that_is_not_connected_is_told_once_for_all_checks_that_wait_for_it() -> None:
    (row,) = [each for each in rows(*IN_ORDER[:5], *IN_ORDER[6:], on_opioids(20)) if each.status.value == "grey"]
    assert (row.title, row.reason) == (
        "PDMP data: not connected",
        "PDMP check, PDMP result, Several prescribers: 3 checks.",
    )


def test_a_questionnaire_feed_that_is_down_does_not_come_before_a_danger() -> None:
    found = rows(on_opioids(60), order(LORAZEPAM), surveys="failed")
    assert found[0].findings[0].rule == "sedative"


def test_pain_and_function_is_a_row_when_overdue_or_worse_only() -> None:
    parts = [part for part in IN_ORDER if part not in (IN_ORDER[2], IN_ORDER[3])]
    assert ["peg"] in rules_of(rows(*parts, on_opioids(20), peg(8, 8, 8, ago=91)))
    assert ["peg"] in rules_of(rows(*parts, on_opioids(20), peg(4, 4, 4, ago=99), peg(8, 8, 8, ago=9)))
    assert ["peg"] not in rules_of(rows(*parts, on_opioids(20), peg(8, 8, 8, ago=80)))


def test_greys_of_one_cause_are_one_row() -> None:
    found = rows(on_opioids(20), medications="failed")
    assert [row.title for row in found] == ["Medications: could not be read"]


def test_facts_stand_beside_the_dose_and_are_no_rows() -> None:
    review = reviewed(person(*IN_ORDER, on_opioids(60), order(GABAPENTIN), has(COPD)))
    page = page_order(review, policy())
    assert {"med", "sedative"} <= {finding.rule for finding in page.standing}
    assert not {"med", "sedative", "respiratory"} & {finding.rule for row in page.rows for finding in row.findings}


def test_every_finding_is_in_exactly_one_place() -> None:
    review = reviewed(person(*IN_ORDER, on_opioids(60), order(LORAZEPAM), unreadable_opioid()))
    page = page_order(review, policy())
    placed = [
        *(finding.rule for row in page.rows for finding in row.findings),
        *(
            finding.rule
            for group in (page.standing, page.background, page.green, page.not_applicable)
            for finding in group
        ),
    ]
    assert sorted(placed) == sorted(finding.rule for finding in review.findings)


def test_does_not_apply_is_not_green() -> None:
    page = page_order(reviewed(person()), policy())
    assert page.green == ()
    assert page.rows == ()
    assert len(page.not_applicable) > 30


def test_background_findings_are_in_the_review_and_not_among_the_rows() -> None:
    review = reviewed(person(*IN_ORDER, on_opioids(20)))
    background = [finding for finding in review.findings if finding.place is Place.BACKGROUND]
    assert background
    assert not {finding.rule for finding in background} & {
        finding.rule for row in visit_rows(review, policy()) for finding in row.findings
    }


def test_a_reviewed_high_dose_is_a_fact_and_an_unreviewed_one_a_row() -> None:
    assert ["med"] in rules_of(rows(*IN_ORDER, on_opioids(95)))
    assert ["med"] not in rules_of(rows(*IN_ORDER, on_opioids(95), benefit_risk_review(ago=5)))


def test_a_dose_that_is_not_known_is_a_row() -> None:
    assert ["med"] in rules_of(rows(*IN_ORDER, on_opioids(20), unreadable_opioid()))
