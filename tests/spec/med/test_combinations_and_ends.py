"""Combinations are not the plain drug, a stated start holds, and a fill after a stop is a fill."""

import json
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.med import MedTotal
from app.fhir_adapters.files import iter_charts
from app.med import total

AS_OF = date(2026, 3, 1)
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
PLAIN = {"coding": [{"system": RXNORM, "code": "1049683", "display": "oxycodone hydrochloride 10 MG Oral Tablet"}]}
WITH_ACETAMINOPHEN = {"text": "oxycodone-acetaminophen 10-325 mg tablet"}
FOUR_A_DAY = {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}}
ONE_TABLET = [{"timing": FOUR_A_DAY, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}]
THIRTY_DAYS = {
    "quantity": {"value": 120},
    "expectedSupplyDuration": {"value": 30, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"},
}


def order(number: int, medicine: dict[str, Any], authored: str, **more: Any) -> dict[str, Any]:
    """An active order of one tablet four times a day, for 30 days."""
    return {
        "resourceType": "MedicationRequest",
        "id": f"o{number}",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p"},
        "requester": {"reference": "Practitioner/d"},
        "medicationCodeableConcept": medicine,
        "authoredOn": authored,
        "dosageInstruction": ONE_TABLET,
        "dispenseRequest": THIRTY_DAYS,
        **more,
    }


def med(*resources: dict[str, Any]) -> MedTotal:
    """The dose of a chart with these."""
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}
    (record,) = iter_charts([json.dumps(bundle).encode()], ZoneInfo("UTC"))
    return total(record, AS_OF, research_factors=True)


def milligrams(value: int) -> list[dict[str, Any]]:
    """A dose in mg, four times a day."""
    return [{"timing": FOUR_A_DAY, "doseAndRate": [{"doseQuantity": {"value": value, "unit": "mg", "code": "mg"}}]}]


@pytest.mark.parametrize(
    ("medicine", "mg"),
    [
        ({"text": "Percocet"}, 325),
        ({"coding": [{"system": RXNORM, "code": "214182"}]}, 650),
        ({"text": "HYDROcodone-acetaminophen 7.5-325 mg/15 mL oral solution"}, 325),
        ({"text": "acetaminophen-codeine 120-12 mg/5 mL oral solution"}, 240),
    ],
)
def test_the_other_ingredients_milligrams_are_never_the_opioids(medicine: dict[str, Any], mg: int) -> None:
    answer = med(order(1, medicine, "2026-02-20", dosageInstruction=milligrams(mg), dispenseRequest={}))
    assert answer.mme_per_day is None
    assert not answer.complete


def test_the_opioids_own_milligrams_of_a_liquid_combination_count() -> None:
    liquid = {"text": "HYDROcodone-acetaminophen 7.5-325 mg/15 mL oral solution"}
    answer = med(order(1, liquid, "2026-02-20", dosageInstruction=milligrams(10), dispenseRequest={}))
    assert answer.mme_per_day == Decimal(40)


def test_a_combination_does_not_renew_the_plain_drug() -> None:
    """10 mg x 4 x 1.5 = 60 each; the second begins in the last week of the first, and adds."""
    answer = med(order(1, PLAIN, "2026-02-01"), order(2, WITH_ACETAMINOPHEN, "2026-02-26"))
    assert answer.mme_per_day == Decimal(120)


def test_scripts_signed_together_for_later_months_wait_for_their_day() -> None:
    later = [
        order(n, PLAIN, "2026-02-20", dispenseRequest={**THIRTY_DAYS, "validityPeriod": {"start": start}})
        for n, start in enumerate(("2026-02-20", "2026-03-22", "2026-04-21"))
    ]
    assert med(*later).mme_per_day == Decimal(60)


def test_a_fill_handed_over_after_its_order_was_stopped_is_counted() -> None:
    stopped = order(1, PLAIN, "2026-01-20", status="stopped", meta={"lastUpdated": "2026-02-10T09:00:00Z"})
    fill = {
        "resourceType": "MedicationDispense",
        "id": "f1",
        "status": "completed",
        "subject": {"reference": "Patient/p"},
        "medicationCodeableConcept": PLAIN,
        "authorizingPrescription": [{"reference": "MedicationRequest/o1"}],
        "quantity": {"value": 120},
        "daysSupply": {"value": 30},
        "whenHandedOver": "2026-02-20",
    }
    answer = med(stopped, fill)
    assert answer.mme_per_day == Decimal(60)
    assert any("after its order was stopped" in note for supply in answer.supplies for note in supply.notes)


@pytest.mark.parametrize(
    "timing",
    [{"text": "q46h"}, {"coding": [{"code": "Q46H"}]}, {"coding": [{"code": "Q68H"}]}],
)
def test_an_interval_that_lost_its_hyphen_is_not_read(timing: dict[str, Any]) -> None:
    lost = [{"timing": {"code": timing}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}]
    answer = med(order(1, PLAIN, "2026-02-20", dosageInstruction=lost, dispenseRequest={}))
    assert answer.mme_per_day is None


def test_what_is_taken_as_replaced_says_so() -> None:
    """Nobody stated how long the first one lasts: the second of the same product takes its place, and the row tells."""
    morning = order(1, PLAIN, "2026-02-01", dispenseRequest={})
    answer = med(morning, order(2, PLAIN, "2026-02-10", dispenseRequest={}))
    first = next(supply for supply in answer.supplies if supply.sources == ("MedicationRequest/o1",))
    assert any("taken as replaced from 2026-02-10" in note for note in first.notes)


@pytest.mark.parametrize(
    ("repeat", "as_needed"),
    [
        ({"count": 1, "timeOfDay": ["08:00:00", "20:00:00"]}, False),
        ({"count": 1, "frequency": 4, "period": 1, "periodUnit": "d"}, False),
        ({"count": 20, "frequency": 4, "period": 1, "periodUnit": "d"}, True),
        ({"count": 20, "frequency": 4, "period": 1, "periodUnit": "d"}, False),
    ],
)
def test_a_number_of_doses_never_makes_an_active_order_a_zero(repeat: dict[str, Any], as_needed: bool) -> None:
    """Nine days after it was written, without a supply length: still counted, or not known, but not "no opioid"."""
    dosage = [{**ONE_TABLET[0], "timing": {"repeat": repeat}, "asNeededBoolean": as_needed}]
    answer = med(order(1, PLAIN, "2026-02-20", dosageInstruction=dosage, dispenseRequest={}))
    assert answer.mme_per_day != Decimal(0)


def test_the_same_dose_in_structure_and_in_words_is_told() -> None:
    twice = [*ONE_TABLET, {"text": "Take 1 tablet by mouth four times a day"}]
    answer = med(order(1, PLAIN, "2026-02-20", dosageInstruction=twice))
    assert any("in structure and in words" in note for supply in answer.supplies for note in supply.notes)


def times_of_day(*when: list[str]) -> list[dict[str, Any]]:
    """One tablet once a day, at each of these times."""
    once = {"frequency": 1, "period": 1, "periodUnit": "d"}
    dose = [{"doseQuantity": {"value": 1, "unit": "tablet"}}]
    return [{"timing": {"repeat": {**once, "when": each}}, "doseAndRate": dose} for each in when]


@pytest.mark.parametrize(("when", "is_told"), [((["MORN"], ["HS"]), False), ((["MORN"], ["MORN"]), True)])
def test_the_same_dose_twice_is_told_of_unless_it_has_two_times_of_day(
    when: tuple[list[str], ...], is_told: bool
) -> None:
    answer = med(order(1, PLAIN, "2026-02-20", dosageInstruction=times_of_day(*when)))
    assert answer.mme_per_day == Decimal(30)
    assert any("each is counted" in note for row in answer.in_force for note in row.notes) is is_told


def test_nothing_counted_is_not_called_at_least() -> None:
    unreadable = order(1, PLAIN, "2026-02-20", dosageInstruction=[{"text": "as directed"}], dispenseRequest={})
    alone = med(unreadable)
    beside = med(unreadable, order(2, {"text": "morphine sulfate 15 mg tablet"}, "2026-02-20"))
    assert (alone.mme_per_day, beside.mme_per_day) == (None, Decimal(60))
    assert "1 opioid entry not computed: the dose is not known." in alone.notes
    assert "1 opioid entry not computed: the dose is at least what the others amount to." in beside.notes
