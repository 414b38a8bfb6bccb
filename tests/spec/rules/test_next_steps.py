"""What is in order asks for nothing; what is not says what to do next."""

import pytest

from tests.spec.rules import (
    test_acute_days,
    test_age65,
    test_alcohol,
    test_bowel,
    test_counsel,
    test_erla_start,
    test_goals,
    test_hepatic,
    test_nonopioid,
    test_opioid_first,
    test_renal,
    test_respiratory,
    test_sleep,
    test_start_dose,
    test_start_followup,
)
from tests.spec.rules.chart import Example, found

TABLES = {
    "acute_days": test_acute_days.EXAMPLES,
    "age65": test_age65.EXAMPLES,
    "alcohol": test_alcohol.EXAMPLES,
    "bowel": test_bowel.EXAMPLES,
    "counsel": test_counsel.EXAMPLES,
    "erla_start": test_erla_start.EXAMPLES,
    "goals": test_goals.EXAMPLES,
    "hepatic": test_hepatic.EXAMPLES,
    "nonopioid": test_nonopioid.EXAMPLES,
    "opioid_first": test_opioid_first.EXAMPLES,
    "renal": test_renal.EXAMPLES,
    "respiratory": test_respiratory.EXAMPLES,
    "sleep": test_sleep.EXAMPLES,
    "start_dose": test_start_dose.EXAMPLES,
    "start_followup": test_start_followup.EXAMPLES,
}


@pytest.mark.parametrize("rule", TABLES)
def test_only_what_is_in_order_asks_for_nothing(rule: str) -> None:
    for example in TABLES[rule]:
        _check_step(rule, example)


def _check_step(rule: str, example: Example) -> None:
    finding = found(rule, example.chart, example.pack)
    if example.status in {"green", "not_applicable"}:
        assert finding.next_step is None, example.who
    else:
        assert finding.next_step, example.who
        assert finding.next_step[0].isupper(), example.who


@pytest.mark.parametrize("rule", TABLES)
def test_every_colour_shows_what_it_rests_on(rule: str) -> None:
    for example in TABLES[rule]:
        finding = found(rule, example.chart, example.pack)
        if example.status in {"red", "yellow", "green"}:
            assert finding.pack_values, example.who
            assert all(value.source for value in finding.pack_values), example.who
        if example.status == "grey":
            assert finding.missing or finding.fold, example.who
