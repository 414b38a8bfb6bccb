"""Laws of the review, tried on charts that were made at random and on those of the synthetic clinic.

`SEXTANT_CHARTS=10000` runs the long mode; the usual run takes 200 of each kind.
"""

import json
import os
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.feeds import Feed, FeedStatus
from app.domain.finding import Review, Status
from app.domain.record import PatientRecord
from app.fhir_adapters.files import iter_charts
from app.rules import review
from app.rules.catalogue import CATALOGUE
from app.rules.ranking import page_order
from app.rules.report import as_json, explain
from app.rules.words import unapproved
from app.sandbox_ehr.clinic import SCENARIOS, bundle_of, generate_charts
from tests.property.rules.random_charts import DAY, random_chart
from tests.spec.rules.chart import policy, with_feeds

CHARTS = int(os.environ.get("SEXTANT_CHARTS", "200"))
PACKS = ("us-default-2026", "cdc-2016", "wa", "sandbox-clinic")
ZONE = ZoneInfo("America/Los_Angeles")
CLINIC_DAY = date(2026, 3, 1)


def hold_every_law(record: PatientRecord, pack: str, *, with_drafts: bool = False) -> None:
    """What is true of every review of every chart."""
    answer = review(record, policy(pack), DAY, with_drafts=with_drafts)
    assert {each.rule for each in answer.findings} <= {entry.rule.id for entry in CATALOGUE}
    assert json.loads(json.dumps(as_json(answer)))["pack"] == pack
    for finding in answer.findings:
        said = explain(answer, finding.rule)
        assert finding.rule in said
        assert finding.reason in said
        assert finding.reason.endswith(".")
        assert unapproved(f"{finding.title}. {finding.next_step or ''}") == ()
        assert finding.status is not Status.RED or finding.next_step
    hold_the_page(answer, pack)


def hold_the_page(answer: Review, pack: str) -> None:
    """Every finding has exactly one place on the page."""
    order = page_order(answer, policy(pack))
    rows = [each.rule for row in order.rows for each in row.findings]
    rest = (*order.standing, *order.background, *order.green, *order.not_applicable, *order.dismissed)
    assert sorted([*rows, *(each.rule for each in rest)]) == sorted(each.rule for each in answer.findings)


@pytest.mark.timeout(3600)
def test_charts_at_random_are_reviewed_and_explained() -> None:
    for number in range(CHARTS):
        chance = Random(f"chart {number}")
        try:
            hold_every_law(random_chart(chance), chance.choice(PACKS), with_drafts=chance.random() < 0.2)
        except Exception as broken:
            raise AssertionError(f"chart {number} of random_charts") from broken


@pytest.mark.timeout(3600)
def test_charts_of_a_clinic_are_read_reviewed_and_explained() -> None:
    texts = (json.dumps(bundle).encode() for bundle in generate_charts(CHARTS, 40, DAY))
    for number, record in enumerate(iter_charts(texts, ZONE)):
        try:
            hold_every_law(record, PACKS[number % len(PACKS)])
        except Exception as broken:
            raise AssertionError(f"chart {number} of generate_charts") from broken


@given(seed=st.integers(0, 10**6), shuffled=st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_of_rows_changes_nothing(seed: int, shuffled: Random) -> None:
    record = random_chart(Random(seed))
    rows: dict[str, Any] = {}
    for name in record.__dataclass_fields__:
        value = getattr(record, name)
        if isinstance(value, tuple):
            rows[name] = tuple(shuffled.sample(value, len(value)))
    assert as_json(review(replace(record, **rows), policy(), DAY)) == as_json(review(record, policy(), DAY))


@given(place=st.integers(0, len(SCENARIOS) - 1), shuffled=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_of_resources_in_a_file_changes_nothing(place: int, shuffled: Random) -> None:
    bundle = bundle_of(SCENARIOS[place], CLINIC_DAY)
    other = {**bundle, "entry": shuffled.sample(bundle["entry"], len(bundle["entry"]))}
    first, second = (
        [as_json(review(record, policy(), CLINIC_DAY)) for record in iter_charts([json.dumps(each).encode()], ZONE)]
        for each in (bundle, other)
    )
    assert first == second


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_same_question_has_the_same_answer(seed: int) -> None:
    record = random_chart(Random(seed))
    assert review(record, policy(), DAY) == review(record, policy(), DAY)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_could_not_be_read_is_never_in_date_and_never_a_gap(seed: int) -> None:
    record = random_chart(Random(seed))
    down = {feed.value: FeedStatus.FAILED.value for feed in Feed if feed is not Feed.PATIENT}
    answer = review(replace(record, facts=(), feeds=with_feeds(record.feeds, **down)), policy(), DAY)
    assert {each.status for each in answer.findings} <= {Status.GREY, Status.NOT_APPLICABLE}
    assert answer.med.mme_per_day is None


@given(seed=st.integers(0, 10**6), feed=st.sampled_from(list(Feed)))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_feed_that_fails_never_makes_a_finding_green(seed: int, feed: Feed) -> None:
    """It may hide what made a finding red; then the finding is grey, not green."""
    record = random_chart(Random(seed))
    whole = review(replace(record, feeds=with_feeds(record.feeds, **{feed.value: "available"})), policy(), DAY)
    less = review(replace(record, feeds=with_feeds(record.feeds, **{feed.value: "failed"})), policy(), DAY)
    turned = [
        (rule, whole.by_rule[rule].reason, finding.reason)
        for rule, finding in less.by_rule.items()
        if finding.status is Status.GREEN and whole.by_rule[rule].status is Status.RED
    ]
    assert turned == []
