"""What holds for every rule, tried on every line of every table."""

import functools
import json
import random
from dataclasses import replace
from typing import Any

import pytest

from app.domain.feeds import Feed, FeedStatus
from app.domain.finding import Finding, Review, Status
from app.domain.record import PatientRecord
from app.rules.catalogue import CATALOGUE
from app.rules.report import as_json, explain
from app.rules.words import unapproved
from tests.spec.rules.chart import Example, person, reviewed, with_feeds
from tests.spec.rules.examples import all_examples, examples_by_rule

RULES = [entry.rule.id for entry in CATALOGUE]
LINES = all_examples()
SOME = LINES[::7]
"""Every seventh line: enough for laws that are about the record and not about the rule."""
ONLY: dict[str, set[str]] = {
    "respiratory": {"yellow", "green", "grey", "not_applicable"},
    "ltot_code": {"yellow", "green", "grey", "not_applicable"},
    "bowel": {"yellow", "green", "grey", "not_applicable"},
    "age65": {"yellow", "green", "grey", "not_applicable"},
    "nonopioid": {"yellow", "green", "grey", "not_applicable"},
    "opioid_first": {"yellow", "green", "grey", "not_applicable"},
    "pregnancy": {"red", "green", "grey", "not_applicable"},
}
"""Rules that have fewer colours than all."""
EVERY = {"red", "yellow", "green", "grey", "not_applicable"}


_REVIEWS: dict[int, Review] = {}


def review_of(example: Example) -> Review:
    """The review of one line, made once for all promises."""
    if id(example) not in _REVIEWS:
        _REVIEWS[id(example)] = reviewed(example.chart, example.pack)
    return _REVIEWS[id(example)]


def named(line: tuple[str, Example]) -> str:
    return f"{line[0]}: {line[1].who}"


def test_every_rule_has_its_table() -> None:
    assert set(examples_by_rule()) == set(RULES)
    assert len(LINES) >= 500


@pytest.mark.parametrize("rule", RULES)
def test_a_table_shows_every_colour_that_the_rule_has(rule: str) -> None:
    assert {example.status for example in examples_by_rule()[rule]} == ONLY.get(rule, EVERY)


@pytest.mark.parametrize("rule", RULES)
def test_a_table_shows_what_an_exclusion_does(rule: str) -> None:
    assert any(is_excluded(example) for example in examples_by_rule()[rule])


def is_excluded(example: Example) -> bool:
    shown = review_of(example).exclusions
    return any(each.active and not each.overridden and each.kind != "under_18" for each in shown)


@pytest.mark.parametrize("line", LINES, ids=named)
def test_every_sentence_is_in_approved_words_and_ends_as_one(line: tuple[str, Example]) -> None:
    for finding in review_of(line[1]).findings:
        assert finding.reason.endswith("."), finding.reason
        assert unapproved(f"{finding.title}. {without_chart_text(finding)} {finding.next_step or ''}") == ()
        assert (finding.next_step is None) or finding.next_step[0].isupper()


def without_chart_text(finding: Finding) -> str:
    """The reason without what it quotes from the chart: names of codes are not our words."""
    quoted = {each.value for each in finding.evidence}
    return functools.reduce(lambda text, quote: text.replace(quote, "..."), quoted, finding.reason)


@pytest.mark.parametrize("line", LINES, ids=named)
def test_every_finding_can_be_explained_and_sent(line: tuple[str, Example]) -> None:
    review = review_of(line[1])
    assert json.loads(json.dumps(as_json(review)))["patient"] == "Patient/p1"
    for finding in review.findings:
        assert finding.reason in explain(review, finding.rule)


@pytest.mark.parametrize("line", LINES, ids=named)
def test_what_is_asked_for_says_what_to_do_and_what_is_overdue_has_a_day(line: tuple[str, Example]) -> None:
    for finding in review_of(line[1]).findings:
        if finding.status is Status.RED:
            assert finding.next_step, finding
        if finding.days_overdue is not None:
            assert finding.days_overdue > 0
            assert finding.due is not None


def shuffled(record: PatientRecord, seed: int) -> PatientRecord:
    """The same chart, its rows in another order."""
    order = random.Random(seed)
    rows: dict[str, Any] = {name: getattr(record, name) for name in ROWS}
    for name, each in rows.items():
        rows[name] = tuple(order.sample(each, len(each)))
    return replace(record, **rows)


ROWS = (
    "orders",
    "dispenses",
    "statements",
    "observations",
    "questionnaire_responses",
    "conditions",
    "encounters",
    "appointments",
    "documents",
    "procedures",
    "plans",
    "care_teams",
    "facts",
)


@pytest.mark.parametrize("line", SOME, ids=named)
def test_the_order_of_records_does_not_matter(line: tuple[str, Example]) -> None:
    chart, pack = line[1].chart, line[1].pack
    assert conclusions(reviewed(shuffled(chart, 7), pack)) == conclusions(review_of(line[1]))


def conclusions(review: Review) -> list[tuple[object, ...]]:
    return [(each.rule, each.status, each.reason, each.due, each.next_step, each.missing) for each in review.findings]


@pytest.mark.parametrize("line", SOME, ids=named)
def test_asking_twice_gives_the_same_answer(line: tuple[str, Example]) -> None:
    assert reviewed(line[1].chart, line[1].pack) == review_of(line[1])


@pytest.mark.parametrize("down", [FeedStatus.FAILED, FeedStatus.NOT_GRANTED, FeedStatus.NOT_OFFERED])
@pytest.mark.parametrize("feed", [feed for feed in Feed if feed not in (Feed.PATIENT, Feed.FLAGS, Feed.PDMP)])
def test_nothing_is_green_because_a_feed_is_down(feed: Feed, down: FeedStatus) -> None:
    """A finding that is green without the feed was green with it, on the same evidence."""
    for _, example in SOME:
        whole = review_of(example).by_rule
        without = replace(example.chart, feeds=with_feeds(example.chart.feeds, **{feed.value: down.value}))
        for finding in reviewed(without, example.pack).findings:
            if finding.status is Status.GREEN and whole[finding.rule].status is not Status.GREEN:
                is_named = feed.value in finding.missing
                assert is_named or feed.value not in READS.get(finding.rule, ()), (example.who, finding)


READS: dict[str, tuple[str, ...]] = {
    "med": ("medications",),
    "sedative": ("medications",),
    "agreement": ("documents",),
    "peg": ("surveys",),
    "udt_check": ("labs",),
    "udt_result": ("labs",),
    "naloxone": ("medications", "conditions"),
    "last_visit": ("encounters",),
    "next_visit": ("encounters", "appointments"),
    "depression": ("surveys",),
    "overdose_history": ("conditions",),
}
"""Feeds without which a rule must not say green."""


def test_everything_down_is_grey_or_does_not_apply() -> None:
    down: dict[str, Any] = {feed.value: "failed" for feed in Feed}
    chart = person(**down)
    statuses = {finding.status for finding in reviewed(chart).findings}
    assert statuses <= {Status.GREY, Status.NOT_APPLICABLE}
    assert reviewed(chart).med.mme_per_day is None
    assert reviewed(chart).tier.level == "unknown"


def test_an_empty_chart_that_was_read_asks_for_nothing() -> None:
    statuses = {finding.status for finding in reviewed(person()).findings}
    assert statuses <= {Status.NOT_APPLICABLE, Status.GREY}
    assert reviewed(person()).ltot.state == "none"
