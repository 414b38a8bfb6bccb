"""The shapes in which real EHRs write one and the same kind of prescription."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import appointment, pain_plan, urine_screen
from app.sandbox_ehr.clinic.medicines import Supply, monthly, order
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import Chart, HandWorked, Person, Scenario
from app.sandbox_ehr.clinic.scenarios.steady import ALL_GREEN
from app.sandbox_ehr.clinic.shapes import (
    Json,
    amount,
    at_events,
    coded,
    directions,
    dose,
    epic_clock,
    epic_three_rates,
    every_days,
    every_hours,
    loose,
    pieces,
    tablet_range,
    tablets,
    times_a_day,
    within,
    words_only,
)


def _epic_course(chart: Chart) -> Json:
    timing = within(epic_clock("09:00", "21:00", doses_in_course=60), chart.day(20), chart.day(-10))
    return epic_three_rates(20, 1, timing, "Take 1 tablet (20 mg) by mouth in the morning and at bedtime.")


EPIC_THREE_RATES = Scenario(
    name="epic-three-rates",
    title="Epic: three entries for one dose, eight codings for one drug, clock times",
    shows="Three doseAndRate entries are one dose; two clock times are two doses a day; the count is the whole course.",
    person=Person("Patrice", "Lemoine", "female", 59, (12, 3), seen_by="dr-chen"),
    med=HandWorked("60", True, "oxycodone ER 20 mg x 2 a day (09:00 and 21:00) = 40 mg x 1.5 = 60"),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "oxycodone-er-before",
            codes.OXYCODONE_ER_20,
            directions(tablets(1), every_hours(12)),
            supply=Supply(60, 30),
            last=50,
            times=5,
        ),
        order(
            "eXb7Qk.Epic-3",
            "Medication/med-oxycodone-er-20-epic",
            _epic_course,
            ago=20,
            extra={"dispenseRequest": Supply(60, 30).request(epic=True)},
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(0, "13:00"),
    ),
)

ECW_SENTENCE = Scenario(
    name="ecw-sentence",
    title="eClinicalWorks: directions as a sentence, status unknown",
    shows="A sentence can be read; a status of 'unknown' counts and says so.",
    person=Person("Terrence", "Boudreaux", "male", 50, (4, 2), seen_by="np-okafor"),
    med=HandWorked("30", True, "oxycodone 5 mg x 1 tablet x 4 a day (every 6 hours) = 20 mg x 1.5 = 30"),
    statuses={"med": "green", "sedative": "green"},
    chart=(
        order(
            "oxycodone",
            "Medication/med-oxycodone-5-ndc-and-rxnorm",
            words_only("Take 1 tablet by mouth every 6 hours as needed for pain"),
            ago=10,
            status="unknown",
            category=None,
            extra={"reportedBoolean": True},
        ),
        appointment(6, "09:00"),
    ),
)

UNITS_SPELLED_THREE_WAYS = Scenario(
    name="units-spelled-three-ways",
    title="Doses as 'milligram', 'MG' and micrograms",
    shows="The unit's code decides, else its text; milligrams are never tablets, micrograms never milligrams.",
    person=Person("Olga", "Petrova", "female", 61, (2, 14), seen_by="dr-chen"),
    med=HandWorked(
        "95",
        True,
        "oxycodone 10 milligram x 2 a day = 20 mg x 1.5 = 30; morphine 15 MG x 3 a day = 45 mg x 1 = 45; "
        "hydromorphone 2 mg (2000 ug) x 2 a day = 4 mg x 5 = 20; together 95; "
        "in 2016: hydromorphone 4 mg x 4 = 16, together 91",
        cdc_2016="91",
    ),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_10,
            directions(dose(amount(10, "milligram", "mg")), times_a_day(2)),
            supply=Supply(60, 30),
            last=12,
            times=6,
        ),
        monthly(
            "morphine",
            codes.MORPHINE_15,
            directions(dose(loose(15, "MG")), every_hours(8)),
            supply=Supply(90, 30),
            last=12,
            times=2,
        ),
        monthly(
            "hydromorphone",
            codes.HYDROMORPHONE_2,
            directions(dose(amount(2000, "mcg", "ug")), every_hours(12)),
            supply=Supply(60, 30),
            last=12,
            times=2,
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        pain_plan(15),
        appointment(7, "11:00"),
    ),
)

LIQUID_MILLILITRES = Scenario(
    name="liquid-millilitres",
    title="An oral solution ordered in millilitres",
    shows="Millilitres times strength per millilitre.",
    person=Person("Rosa", "Cavallaro", "female", 77, (9, 23)),
    med=HandWorked("60", True, "oxycodone 1 mg/mL x 10 mL x 4 a day (every 6 hours) = 40 mg x 1.5 = 60"),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "oxycodone-solution",
            codes.OXYCODONE_SOLUTION_1,
            directions(dose(amount(10, "mL")), every_hours(6), text="10 mL by mouth every 6 hours"),
            supply=Supply(1200, 30, form="mL"),
            last=9,
            times=6,
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(8, "13:40"),
    ),
)

MORNING_AND_NIGHT = Scenario(
    name="morning-and-night",
    title="One tablet in the morning, two at bedtime",
    shows="Two dosageInstructions of one order add up; moments of the day are counted.",
    person=Person("Gerald", "Thompson", "male", 68, (10, 31), seen_by="np-okafor"),
    med=HandWorked("45", True, "morphine 15 mg x 3 tablets (1 in the morning, 2 at bedtime) = 45 mg x 1 = 45"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "morphine",
            codes.MORPHINE_15,
            directions(tablets(1), at_events("MORN"), text="1 tablet in the morning"),
            directions(tablets(2), at_events("HS"), text="2 tablets at bedtime"),
            supply=Supply(90, 30),
            last=17,
            times=6,
        ),
        routine(screen=codes.SCREEN_OPIATES),
        appointment(9, "08:40"),
    ),
)

_COMPOUNDED = {
    "resourceType": "Medication",
    "id": "compound",
    "code": {"text": "Oxycodone 5 mg capsule, compounded without dye"},
    "form": {"text": "Capsule"},
    "ingredient": [
        {
            "itemCodeableConcept": codes.OXYCODONE.concept,
            "isActive": True,
            "strength": {"numerator": amount(5, "mg"), "denominator": pieces(1, "capsule")},
        }
    ],
}

CONTAINED_MEDICATION = Scenario(
    name="contained-medication",
    title="A compounded capsule described inside the order",
    shows="The strength comes from the contained Medication's ingredient.",
    person=Person("Hannah", "Weissberg", "female", 42, (7, 7)),
    med=HandWorked("30", True, "oxycodone 5 mg x 2 capsules x 2 a day (BID) = 20 mg x 1.5 = 30"),
    statuses={"med": "green", "sedative": "green"},
    chart=(
        order(
            "compounded",
            "#compound",
            directions(dose(pieces(2, "capsule")), coded("BID")),
            ago=11,
            supply=Supply(120, 30, form="capsule"),
            extra={"contained": [_COMPOUNDED]},
        ),
        routine(screen=codes.SCREEN_OXYCODONE, without=("udt",)),
        urine_screen(5, [codes.SCREEN_OXYCODONE]),
        appointment(3, "10:20"),
    ),
)

INGREDIENT_AND_MILLIGRAMS = Scenario(
    name="ingredient-and-milligrams",
    title="An ingredient and a number of milligrams",
    shows="No product is named and none is needed: milligrams of the ingredient times its factor.",
    person=Person("Luis", "Arriaga", "male", 53, (3, 28), seen_by="dr-chen"),
    med=HandWorked("45", True, "oxycodone 10 mg x 3 a day = 30 mg x 1.5 = 45"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE,
            directions(dose(amount(10, "mg")), times_a_day(3), by="oral"),
            supply=Supply(90, 30),
            last=15,
            times=6,
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(10, "09:40"),
    ),
)

PRN_RANGE = Scenario(
    name="prn-range",
    title="One to two tablets every four to six hours as needed",
    shows="The high end counts, held at the stated maximum of the day.",
    person=Person("Wendell", "Hargrove", "male", 64, (5, 18)),
    med=HandWorked(
        "40",
        True,
        "hydrocodone 5 mg x 8 tablets a day (2 x 6 would be 12, held at the maximum of 8) = 40 mg x 1 = 40",
    ),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "hydrocodone",
            codes.HYDROCODONE_APAP_5,
            directions(
                tablet_range(1, 2),
                every_hours(4, 6),
                prn=True,
                at_most=8,
                text="1-2 tablets every 4-6 hours as needed, max 8 tablets/day",
            ),
            supply=Supply(240, 30),
            last=19,
            times=6,
        ),
        routine(screen=codes.SCREEN_OPIATES),
        appointment(1, "13:20"),
    ),
)

BUPRENORPHINE_PATCH = Scenario(
    name="buprenorphine-patch",
    title="A weekly buprenorphine patch beside oxycodone",
    shows="Buprenorphine is listed and deliberately not counted; the total is complete without it.",
    person=Person("Noreen", "Gallagher", "female", 71, (8, 8), seen_by="np-okafor"),
    med=HandWorked("15", True, "oxycodone 5 mg x 2 a day = 10 mg x 1.5 = 15; buprenorphine 10 mcg/h not counted"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "buprenorphine-patch",
            codes.BUPRENORPHINE_PATCH_10,
            directions(dose(pieces(1, "patch")), every_days(7), by="transdermal"),
            supply=Supply(4, 28, form="patch"),
            last=11,
            times=6,
        ),
        monthly(
            "oxycodone",
            codes.OXYCODONE_5,
            directions(tablets(1), times_a_day(2)),
            supply=Supply(60, 30),
            last=11,
            times=6,
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(2, "14:40"),
    ),
)

INJECTION_AND_TABLET = Scenario(
    name="injection-and-tablet",
    title="An injection in the list of medicines",
    shows="Oral factors never apply to an injection: listed, not counted.",
    person=Person("Clifford", "Nguyen", "male", 55, (6, 26)),
    med=HandWorked("15", True, "hydrocodone 5 mg x 3 a day = 15 mg x 1 = 15; morphine 10 mg injection not counted"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "hydrocodone",
            codes.HYDROCODONE_APAP_5,
            directions(tablets(1), times_a_day(3)),
            supply=Supply(90, 30),
            last=14,
            times=6,
        ),
        order(
            "morphine-injection",
            codes.MORPHINE_SYRINGE_10,
            directions(dose(amount(1, "mL")), every_days(1), by="intramuscular"),
            ago=3,
            supply=Supply(7, 7, form="mL"),
        ),
        routine(screen=codes.SCREEN_OPIATES),
        appointment(4, "11:00"),
    ),
)

SCENARIOS = (
    EPIC_THREE_RATES,
    ECW_SENTENCE,
    UNITS_SPELLED_THREE_WAYS,
    LIQUID_MILLILITRES,
    MORNING_AND_NIGHT,
    CONTAINED_MEDICATION,
    INGREDIENT_AND_MILLIGRAMS,
    PRN_RANGE,
    BUPRENORPHINE_PATCH,
    INJECTION_AND_TABLET,
)
