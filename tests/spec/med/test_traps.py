"""Every trap that public calculators were seen to fall into, one named test each.

The first part follows the elements of a prescription, the second the timeline, the third the worst defects found.
"""

from typing import Any

import pytest

from app.domain.med import MedTotal, Supply, SupplyState
from app.domain.record import PatientRecord
from app.med import total
from tests.spec.med import shapes
from tests.spec.med.shapes import AS_OF, Case
from tests.spec.med.test_cases import shown

OXYCODONE = {"drug": "oxycodone 10 mg tablet", "days": "30 d"}
MORPHINE_ER: Case = {"drug": "morphine ER 30 mg tablet", "dose": "1 tablet", "often": "every 12 h", "days": "30 d"}
SIXTY: Case = {**OXYCODONE, "dose": "1 tablet", "often": "every 6 h"}
"""40 mg oxycodone a day: 60 MME."""


def chart(*orders: Case, **more: Any) -> PatientRecord:
    return shapes.record(shapes.resources({"orders": list(orders), **more}))


def med(*orders: Case, **more: Any) -> MedTotal:
    return total(chart(*orders, **more), AS_OF)


def mme(*orders: Case, **more: Any) -> str:
    return shown(med(*orders, **more).mme_per_day)


def only(given: MedTotal) -> Supply:
    assert len(given.supplies) == 1
    return given.supplies[0]


def is_unknown(given: MedTotal) -> bool:
    return given.mme_per_day is None and not given.complete


class TestDailyDoseFromDirections:
    """The table of elements."""

    @pytest.mark.parametrize(
        ("unit", "period", "expected"),
        [
            ("s", 21600, "60"),
            ("min", 360, "60"),
            ("h", 6, "60"),
            ("d", 1, "15"),
            ("wk", 1, "2.142857"),
            ("mo", 1, "0.5"),
            ("a", 1, "0.041096"),
        ],
    )
    def test_every_unit_of_period(self, unit: str, period: int, expected: str) -> None:
        repeat = {"frequency": 1, "period": period, "periodUnit": unit}
        assert mme({**OXYCODONE, "dose": "1 tablet", "often": {"repeat": repeat}}) == expected

    def test_frequency_max_shows_both_ends(self) -> None:
        supply = only(med({**OXYCODONE, "dose": "1 tablet", "often": "2-4 a day"}))
        assert (shown(supply.low), shown(supply.high)) == ("30", "60")

    def test_period_max_shows_both_ends(self) -> None:
        supply = only(med({**OXYCODONE, "dose": "1 tablet", "often": "every 6-8 h"}))
        assert (shown(supply.low), shown(supply.high)) == ("45", "60")

    def test_time_of_day_without_frequency(self) -> None:
        assert mme({**OXYCODONE, "dose": "1 tablet", "often": "at 06:00 12:00 18:00 23:00"}) == "60"

    def test_when_codes_are_counted(self) -> None:
        assert mme({**OXYCODONE, "dose": "1 tablet", "often": "when MORN NOON EVE HS"}) == "60"

    def test_timing_code_alone(self) -> None:
        assert mme({**OXYCODONE, "dose": "2 tablets", "often": "code BID"}) == "60"

    @pytest.mark.parametrize(
        "repeat",
        [{"frequency": 4}, {"period": 6, "periodUnit": "h"}, {"count": 120}],
        ids=["frequency", "period", "count"],
    )
    def test_half_a_timing_is_unknown(self, repeat: Case) -> None:
        assert is_unknown(med({**OXYCODONE, "dose": "1 tablet", "often": {"repeat": repeat}}))

    def test_day_of_week_is_honoured(self) -> None:
        monday = {**OXYCODONE, "dose": "1 tablet", "often": "4 a day", "weekdays": "mon"}
        assert mme(monday) == "60"
        assert mme({**monday, "weekdays": "tue"}) == "0"

    def test_bounds_period_limits_the_window(self) -> None:
        assert mme({**SIXTY, "from_day": 20, "to_day": 1, "written": 20}) == "0"

    def test_bounds_duration_limits_the_window(self) -> None:
        assert mme({**SIXTY, "for_days": 5, "written": 5}) == "0"
        assert mme({**SIXTY, "for_days": 5, "written": 4}) == "60"

    def test_absent_timing_is_never_once_a_day(self) -> None:
        assert is_unknown(med({**OXYCODONE, "dose": "1 tablet"}))

    def test_dose_in_mg_does_not_use_the_strength(self) -> None:
        assert mme({**OXYCODONE, "dose": "10 mg", "often": "every 6 h"}) == "60"

    def test_dose_in_micrograms_is_converted(self) -> None:
        order = {"drug": "hydromorphone 2 mg tablet", "dose": "1000 mcg", "often": "every 6 h", "days": "30 d"}
        assert mme(order) == "20"

    def test_dose_in_ml(self) -> None:
        order = {"drug": "oxycodone 1 mg/mL solution", "dose": "10 mL", "often": "every 6 h", "days": "30 d"}
        assert mme(order) == "60"

    def test_piece_and_form_must_agree(self) -> None:
        assert is_unknown(med({**OXYCODONE, "dose": "1 patch", "often": "every 6 h"}))

    def test_unit_of_another_code_system_is_read(self) -> None:
        dose = {
            "doseQuantity": {
                "value": 1,
                "unit": "Tablet",
                "system": "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm",
                "code": "TAB",
            }
        }
        assert mme({**OXYCODONE, "dose": dose, "often": "every 6 h"}) == "60"

    def test_dose_range_shows_both_ends(self) -> None:
        supply = only(med({**OXYCODONE, "dose": "1-2 tablets", "often": "every 6 h"}))
        assert (shown(supply.low), shown(supply.mme_per_day)) == ("60", "120")

    def test_typed_doses_prefer_ordered_and_are_not_added(self) -> None:
        doses = [
            {"type": {"coding": [{"code": kind}]}, "doseQuantity": {"value": value, "unit": unit}}
            for kind, value, unit in (("calculated", 10, "mg"), ("admin-amount", 1, "tablet"), ("ordered", 10, "mg"))
        ]
        assert mme({**OXYCODONE, "dose": doses, "often": "every 6 h"}) == "60"

    def test_several_instructions_add_by_day(self) -> None:
        directions = [{"dose": "2 tablets", "often": "code AM"}, {"dose": "2 tablets", "often": "code BED"}]
        assert mme({**OXYCODONE, "directions": directions}) == "60"

    def test_as_needed_counts_in_full_and_is_labelled(self) -> None:
        supply = only(med({**SIXTY, "prn": True}))
        assert shown(supply.mme_per_day) == "60"
        assert supply.as_needed

    def test_maximum_caps_as_needed(self) -> None:
        order = {
            "drug": "oxycodone 5 mg tablet",
            "dose": "2 tablets",
            "often": "every 4 h",
            "prn": True,
            "max": "6 tablets a day",
            "days": "30 d",
        }
        assert mme(order) == "45"

    def test_two_patches_at_once(self) -> None:
        order = {"drug": "fentanyl 25 mcg/h patch", "dose": "2 patches", "often": "every 72 h", "days": "30 d"}
        assert mme(order) == "120"

    @pytest.mark.parametrize(
        ("often", "is_warned"), [("every 72 h", False), ("every 48 h", False), ("1 a day", True), ("every 12 d", True)]
    )
    def test_patch_interval_changes_nothing_and_nonsense_is_said(self, often: str, is_warned: bool) -> None:
        given = med({"drug": "fentanyl 25 mcg/h patch", "dose": "1 patch", "often": often, "days": "30 d"})
        assert shown(given.mme_per_day) == "60"
        assert any("labelled" in note for note in only(given).notes) is is_warned

    def test_patch_dose_in_mcg_per_hour_is_one_patch(self) -> None:
        order = {"drug": "fentanyl 25 mcg/h patch", "dose": "25 mcg/h", "often": "every 72 h", "days": "30 d"}
        assert mme(order) == "60"

    def test_quantity_is_a_second_source(self) -> None:
        assert mme({**OXYCODONE, "quantity": "120 tablets"}) == "60"

    def test_quantity_is_a_cross_check(self) -> None:
        supply = only(med({**SIXTY, "quantity": "60 tablets"}))
        assert any(note.startswith("methods_differ") for note in supply.notes)

    def test_supply_of_four_weeks_is_28_days(self) -> None:
        assert mme({"drug": "oxycodone 10 mg tablet", "quantity": "112 tablets", "days": "4 weeks"}) == "60"

    def test_repeats_extend_the_window(self) -> None:
        assert mme({**SIXTY, "written": 45}) == "0"
        assert mme({**SIXTY, "written": 45, "refills": 1}) == "60"

    def test_quantity_in_bottles_is_no_dose(self) -> None:
        order = {"drug": "oxycodone 1 mg/mL solution", "quantity": "1 bottle", "days": "30 d"}
        assert is_unknown(med(order))

    def test_medication_reference_is_resolved(self) -> None:
        product = {
            "resourceType": "Medication",
            "id": "m",
            "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1049683"}]},
        }
        order = {**SIXTY, "medication": {}, "also": {"medicationReference": {"reference": "Medication/m"}}}
        assert mme(order, raw=[product]) == "60"

    def test_contained_medication_is_resolved(self) -> None:
        product = {
            "resourceType": "Medication",
            "id": "m",
            "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1049683"}]},
        }
        also = {"medicationReference": {"reference": "#m"}, "contained": [product]}
        assert mme({**SIXTY, "medication": {}, "also": also}) == "60"

    def test_ingredient_strength_is_read(self) -> None:
        also = {"medicationReference": {"reference": "#m"}, "contained": [_with_strength()]}
        assert mme({**SIXTY, "medication": {}, "also": also}) == "60"

    def test_ingredient_code_with_a_dose_in_mg(self) -> None:
        assert mme({**SIXTY, "drug": "oxycodone (ingredient)", "dose": "10 mg"}) == "60"

    def test_ndc_only_is_listed(self) -> None:
        given = med({**SIXTY, "drug": "ndc: 00406055201"})
        assert is_unknown(given)
        assert only(given).state is SupplyState.NOT_COMPUTABLE

    def test_acetaminophen_never_counts(self) -> None:
        order = {
            "drug": "oxycodone-acetaminophen 5-325 tablet",
            "dose": "2 tablets",
            "often": "every 6 h",
            "days": "30 d",
        }
        assert mme(order) == "60"

    def test_combination_in_mg_is_counted_once(self) -> None:
        order = {"drug": "oxycodone-acetaminophen 5-325 tablet", "dose": "10 mg", "often": "every 6 h", "days": "30 d"}
        assert mme(order) == "60"

    def test_nothing_is_rounded(self) -> None:
        order = {
            "drug": "benzhydrocodone-acetaminophen 6.12-325 tablet",
            "dose": "1 tablet",
            "often": "every 6 h",
            "days": "30 d",
        }
        assert shown(total(chart(order), AS_OF, research_factors=True).mme_per_day) == "29.8656"

    def test_injections_take_no_oral_factor(self) -> None:
        given = med({"drug": "morphine 10 mg/mL injection", "dose": "10 mg", "often": "every 4 h", "days": "30 d"})
        assert shown(given.mme_per_day) == "0"
        assert only(given).state is SupplyState.NOT_COUNTED

    @pytest.mark.parametrize("status", ["stopped", "cancelled", "completed", "on-hold", "draft", "entered-in-error"])
    def test_status_is_looked_at(self, status: str) -> None:
        assert mme({**SIXTY, "status": status, "ended": 1}) == "0"

    def test_intent_is_looked_at(self) -> None:
        assert mme({**SIXTY, "intent": "proposal"}) == "0"

    def test_do_not_perform_is_looked_at(self) -> None:
        assert mme({**SIXTY, "do_not_give": True}) == "0"


def _with_strength() -> Case:
    return {
        "resourceType": "Medication",
        "id": "m",
        "code": {"text": "pain tablet"},
        "form": {"text": "tablet"},
        "ingredient": [
            {
                "itemCodeableConcept": {"text": "oxycodone"},
                "strength": {
                    "numerator": {"value": 10, "unit": "mg", "system": shapes.UCUM, "code": "mg"},
                    "denominator": {"value": 1, "unit": "tablet"},
                },
            }
        ],
    }


class TestTimeline:
    """The table of what goes wrong over time."""

    def test_handover_day_of_back_to_back_fills(self) -> None:
        fills = [
            {"drug": "oxycodone 10 mg tablet", "quantity": "120 tablets", "days": "30 d", "handed": 30},
            {"drug": "oxycodone 10 mg tablet", "quantity": "120 tablets", "days": "30 d", "handed": 0},
        ]
        assert mme(fills=fills) == "60"

    def test_the_day_after_the_last_supply_day(self) -> None:
        assert mme({**SIXTY, "written": 30}) == "0"
        assert mme({**SIXTY, "written": 29}) == "60"

    def test_between_order_and_a_fill_two_months_later(self) -> None:
        order = {**SIXTY, "id": "rx", "written": 60}
        given = med(order, fills=[{**OXYCODONE, "of": "rx", "quantity": "120 tablets", "handed": 5}])
        assert shown(given.mme_per_day) == "60"
        assert [shown(segment.mme) for segment in given.timeline] == ["0", "60"]

    def test_order_and_pdmp_fill_of_one_prescription(self) -> None:
        fill = {**OXYCODONE, "pdmp": True, "quantity": "120", "handed": 4}
        given = med({**SIXTY, "quantity": "120 tablets"}, fills=[fill])
        assert shown(given.mme_per_day) == "60"
        assert only(given).sources == ("MedicationRequest/order-1", "MedicationDispense/fill-1")

    def test_prescriber_name_spelled_differently_is_the_same_prescription(self) -> None:
        order = {**SIXTY, "quantity": "120 tablets"}
        made = shapes.resources(
            {"orders": [order], "fills": [{**OXYCODONE, "pdmp": True, "quantity": "120", "handed": 4}]}
        )
        made[0]["requester"] = {"display": "Dr. Maria Reyes"}
        assert shown(total(shapes.record(made), AS_OF).mme_per_day) == "60"

    def test_stopped_and_entered_in_error(self) -> None:
        assert mme({**SIXTY, "status": "stopped", "ended": 2}, {**SIXTY, "status": "entered-in-error"}) == "0"

    def test_draft(self) -> None:
        assert mme({**SIXTY, "status": "draft"}) == "0"

    def test_active_order_without_supply_length_nine_days_later(self) -> None:
        order = {"drug": "oxycodone 10 mg tablet", "dose": "1 tablet", "often": "every 6 h", "written": 9}
        assert mme(order) == "60"

    def test_supply_of_four_weeks(self) -> None:
        order = {"drug": "oxycodone 10 mg tablet", "quantity": "112 tablets", "days": "4 weeks"}
        assert mme(order) == "60"

    @pytest.mark.parametrize("days", ["30 Day", "30"], ids=["Day", "no unit"])
    def test_supply_unit_written_day_or_not_at_all(self, days: str) -> None:
        assert mme({"drug": "oxycodone 10 mg tablet", "quantity": "120 tablets", "days": days}) == "60"

    def test_order_under_its_brand_code(self) -> None:
        order = {"drug": "OxyContin 20 mg tablet", "dose": "1 tablet", "often": "every 8 h", "days": "30 d"}
        assert mme(order) == "90"

    def test_buprenorphine_twice_beside_oxycodone(self) -> None:
        film = {"drug": "buprenorphine-naloxone 8-2 film", "dose": "1 film", "often": "2 a day", "days": "30 d"}
        given = med(film, {**film, "drug": "Belbuca 75 mcg film"}, SIXTY)
        assert shown(given.mme_per_day) == "60"
        assert given.complete
        assert [each.state for each in given.supplies].count(SupplyState.NOT_COUNTED) == 2

    def test_average_divides_by_the_days_that_it_adds(self) -> None:
        given = med({**SIXTY, "days": "90 d", "written": 89})
        assert shown(given.average_90d) == "60"

    def test_calendar_years_do_not_cut_the_timeline(self) -> None:
        given = med({**SIXTY, "written": 700})
        assert "60" in [shown(segment.mme) for segment in given.timeline]


class TestWorstDefects:
    """The list of the worst, most surprising first."""

    def test_dose_quantity_is_seen(self) -> None:
        assert mme({**SIXTY, "dose": "2 tablets"}) == "120"
        order = {"drug": "methadone 10 mg tablet", "dose": "20 mg", "often": "1 a day", "days": "30 d"}
        assert mme(order) == "94"

    def test_equal_values_do_not_collapse(self) -> None:
        assert mme(SIXTY, MORPHINE_ER) == "120"

    def test_same_order_of_two_prescribers_does_not_collapse(self) -> None:
        assert mme({**SIXTY, "by": "reyes"}, {**SIXTY, "by": "chen"}) == "120"

    @pytest.mark.parametrize(
        ("drug", "dose", "expected"),
        [
            ("fentanyl 200 mcg lozenge", "1 lozenge", "104"),
            ("fentanyl 100 mcg buccal tablet", "1 tablet", "52"),
            ("fentanyl 100 mcg nasal spray", "1 spray", "64"),
            ("fentanyl 100 mcg mouth spray", "1 spray", "72"),
        ],
    )
    def test_transmucosal_fentanyl(self, drug: str, dose: str, expected: str) -> None:
        order = {"drug": drug, "dose": dose, "often": "4 a day", "days": "30 d"}
        assert shown(total(chart(order), AS_OF, research_factors=True).mme_per_day) == expected
        assert is_unknown(total(chart(order), AS_OF))

    def test_small_milligrams_are_not_taken_for_micrograms(self) -> None:
        hydromorphone = {
            "drug": "hydromorphone 1 mg/mL solution",
            "dose": "0.1 mg",
            "often": "every 6 h",
            "days": "30 d",
        }
        assert mme(hydromorphone) == "2"
        belbuca = {"drug": "Belbuca 75 mcg film", "dose": "1 film", "often": "2 a day", "days": "30 d"}
        assert mme(belbuca) == "0"

    def test_one_odd_order_does_not_take_down_the_patient(self) -> None:
        odd = {**OXYCODONE, "dose": [{}, {}, {}], "often": {"repeat": {"frequency": 1}}, "days": "30 Fortnights"}
        given = med(odd, MORPHINE_ER)
        assert shown(given.mme_per_day) == "60"
        assert not given.complete

    def test_micrograms_of_hydromorphone(self) -> None:
        order = {"drug": "hydromorphone 2 mg tablet", "dose": "1000 mcg", "often": "every 6 h", "days": "30 d"}
        assert mme(order) == "20"

    def test_unknown_is_not_zero(self) -> None:
        nothing_said = {"drug": "oxycodone 10 mg tablet"}
        assert is_unknown(med(*[nothing_said] * 22))

    def test_methadone_tiers_go_by_the_patient(self) -> None:
        half = {"drug": "methadone 10 mg tablet", "dose": "1 tablet", "often": "2 a day", "days": "30 d"}
        given = total(chart({**half, "by": "reyes"}, {**half, "by": "chen"}), AS_OF, "cdc-2016")
        assert shown(given.mme_per_day) == "320"

    @pytest.mark.parametrize(("mg", "expected"), [("20.5", "164"), ("0.5", "2"), ("40.5", "405"), ("60.5", "726")])
    def test_methadone_tiers_have_no_gaps(self, mg: str, expected: str) -> None:
        order = {"drug": "methadone 1 mg/mL solution", "dose": f"{mg} mg", "often": "1 a day", "days": "30 d"}
        assert shown(total(chart(order), AS_OF, "cdc-2016").mme_per_day) == expected

    @pytest.mark.parametrize("unit", ["milligram", "MG", "mg", "milligrams"])
    def test_unit_text_with_code_mg_is_not_tablets(self, unit: str) -> None:
        dose = {"doseQuantity": {"value": 10, "unit": unit, "system": shapes.UCUM, "code": "mg"}}
        assert mme({**OXYCODONE, "dose": dose, "often": "every 6 h"}) == "60"

    def test_range_order_contributes(self) -> None:
        assert mme({**OXYCODONE, "dose": "1-2 tablets", "often": "every 6 h"}) == "120"

    def test_a_75_patch_is_180(self) -> None:
        order = {"drug": "fentanyl 75 mcg/h patch", "dose": "1 patch", "often": "every 72 h", "days": "30 d"}
        assert mme(order) == "180"

    def test_the_default_table_is_2022_and_named(self) -> None:
        given = med({"drug": "hydromorphone 2 mg tablet", "dose": "2 tablets", "often": "4 a day", "days": "30 d"})
        assert (given.factor_set, shown(given.mme_per_day)) == ("cdc-2022", "80")

    def test_the_tables_are_not_mixed(self) -> None:
        order = {"drug": "tramadol 50 mg tablet", "dose": "2 tablets", "often": "4 a day", "days": "30 d"}
        assert shown(total(chart(order), AS_OF).mme_per_day) == "80"
        assert is_unknown(total(chart(order), AS_OF, "cdc-2016"))
