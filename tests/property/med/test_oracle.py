"""The engine against the oracle, on every day around the day asked about."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from app.domain.med import MedTotal, Segment
from app.med import total
from app.med.exact import as_decimal
from tests.property.med.charts import AS_OF, Json, charts
from tests.property.med.conftest import LAW
from tests.property.med.oracle import Day, book
from tests.spec.med.shapes import record

SETS = st.sampled_from(["cdc-2022", "cdc-2022", "cdc-2016"])


@LAW
@given(charts(), SETS)
def test_engine_and_oracle_agree(chart: list[Json], factor_set: str) -> None:
    note(json.dumps(chart))
    answer = total(record(chart), AS_OF, factor_set)
    days = book(chart, AS_OF, factor_set)
    today = days[AS_OF]
    assert answer.complete is today.complete
    assert answer.mme_per_day == (as_decimal(today.mme) if today.complete or today.mme else None)
    check_timeline(answer, days)
    check_averages(answer, days)


def check_timeline(answer: MedTotal, days: dict[date, Day]) -> None:
    last = answer.timeline[-1].ends
    for day, expected in days.items():
        if day < last:
            found = segment_of(answer, day)
            assert (found.mme, found.complete) == (as_decimal(expected.mme), expected.complete), day
        else:
            assert expected.mme == 0, day


def segment_of(answer: MedTotal, day: date) -> Segment:
    return next(each for each in answer.timeline if each.starts <= day < each.ends)


def check_averages(answer: MedTotal, days: dict[date, Day]) -> None:
    window = [days[AS_OF - timedelta(days=back)] for back in range(90)]
    covered = [day for day in window if day.covered]
    if not covered and not all(day.complete for day in window):
        assert answer.average_90d is None
        assert answer.maximum_90d is None
        return
    summed = sum((day.mme for day in window), Fraction(0))
    assert answer.average_90d == as_decimal(summed / 90)
    assert answer.average_90d_covered == (as_decimal(summed / len(covered)) if covered else None)
    assert answer.maximum_90d == as_decimal(max(day.mme for day in window))


@pytest.mark.parametrize(
    ("dose", "expected"), [(Fraction(10, 3), "3.333333"), (Fraction(40), "40"), (Fraction(1, 8), "0.125")]
)
def test_both_sides_round_the_same_way(dose: Fraction, expected: str) -> None:
    assert as_decimal(dose) == Decimal(expected)
