"""People to whom the rules of long-term therapy do not apply, and charts without an opioid."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import agreement_consent, appointment, peg, problem, visit
from app.sandbox_ehr.clinic.medicines import Supply, filled_order, monthly, order
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import Chart, Entry, HandWorked, Person, Resource, Scenario, Status
from app.sandbox_ehr.clinic.scenarios.steady import ALL_GREEN
from app.sandbox_ehr.clinic.shapes import (
    amount,
    directions,
    dose,
    every_hours,
    pieces,
    tablets,
    times_a_day,
    words_only,
)

EXCLUDED: dict[str, Status] = {
    "udt_check": "not_applicable",
    "peg": "not_applicable",
    "pdmp_check": "not_applicable",
    "agreement": "not_applicable",
}
NOTHING_APPLIES: dict[str, Status] = {
    **EXCLUDED,
    "med": "not_applicable",
    "sedative": "not_applicable",
    "naloxone": "not_applicable",
}

ACTIVE_CANCER = Scenario(
    name="active-cancer",
    title="Breast cancer with bone metastases",
    shows="Excluded, with the evidence; the drug-safety facts stay.",
    person=Person("Judith", "Aldridge", "female", 63, (4, 6), seen_by="dr-chen"),
    med=HandWorked(
        "120",
        True,
        "morphine ER 30 mg x 2 a day = 60 mg x 1 = 60; morphine 15 mg x 4 a day (every 4 hours as needed would be 6, held "
        "at the maximum of 4) = 60 mg x 1 = 60; together 120",
    ),
    statuses={**EXCLUDED, "sedative": "green", "naloxone": "red"},
    chart=(
        monthly(
            "morphine-er",
            codes.MORPHINE_ER_30,
            directions(tablets(1), every_hours(12)),
            supply=Supply(60, 30),
            last=10,
            times=4,
        ),
        monthly(
            "morphine",
            codes.MORPHINE_15,
            directions(tablets(1), every_hours(4), prn=True, at_most=4),
            supply=Supply(120, 30),
            last=10,
            times=4,
        ),
        problem(codes.BREAST_CANCER, 700),
        problem(codes.BONE_METASTASES, 200),
        visit(10),
        appointment(3, "11:40"),
    ),
)

PALLIATIVE_CARE = Scenario(
    name="palliative-care",
    title="Palliative care, hydromorphone solution",
    shows="Excluded; the 2022 factor of hydromorphone is 5, the one of 2016 was 4.",
    person=Person("Agnes", "Rosenthal", "female", 84, (2, 2)),
    med=HandWorked(
        "60",
        True,
        "hydromorphone 1 mg/mL x 2 mL x 6 a day (every 4 hours) = 12 mg x 5 = 60; with the 2016 factor 4: 48",
        cdc_2016="48",
    ),
    statuses={**EXCLUDED, "sedative": "green", "naloxone": "red"},
    chart=(
        monthly(
            "hydromorphone",
            codes.HYDROMORPHONE_SOLUTION_1,
            directions(dose(amount(2, "mL")), every_hours(4)),
            supply=Supply(360, 30, form="mL"),
            last=14,
            times=4,
        ),
        problem(codes.PALLIATIVE_ENCOUNTER, 60),
        visit(14),
        appointment(6, "15:20"),
    ),
)

SICKLE_CELL = Scenario(
    name="sickle-cell",
    title="Sickle-cell disease",
    shows="Excluded since 2022.",
    person=Person("Malik", "Johnson", "male", 27, (9, 29), seen_by="np-okafor"),
    med=HandWorked("90", True, "oxycodone 15 mg x 4 a day (every 6 hours as needed, high end) = 60 mg x 1.5 = 90"),
    statuses={**EXCLUDED, "sedative": "green", "naloxone": "red"},
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_15,
            directions(tablets(1), every_hours(6), prn=True),
            supply=Supply(120, 30),
            last=19,
            times=6,
        ),
        problem(codes.SICKLE_CELL, 9000),
        visit(19),
        appointment(7, "09:20"),
    ),
)

UNDER_18 = Scenario(
    name="under-18",
    title="Sixteen years old, after an operation",
    shows="Out of scope by age.",
    person=Person("Ethan", "Park", "male", 16, (11, 3)),
    med=HandWorked("20", True, "hydrocodone 5 mg x 4 a day (every 6 hours as needed, high end) = 20 mg x 1 = 20"),
    statuses=EXCLUDED,
    chart=(
        filled_order(
            "hydrocodone",
            codes.HYDROCODONE_APAP_5,
            directions(tablets(1), every_hours(6), prn=True),
            ago=1,
            supply=Supply(12, 3),
        ),
        visit(1),
        appointment(9, "15:40"),
    ),
)

DECEASED = Scenario(
    name="deceased",
    title="Died twelve days ago",
    shows="Nothing applies any more, and nothing is written.",
    person=Person("Harold", "Winslow", "male", 79, (5, 1), died_days_ago=12),
    med=HandWorked(
        "0",
        True,
        "oxycodone 5 mg x 3 a day = 15 mg x 1.5 = 22.5 (until the last fill ran out 15 days ago); none today: 0",
    ),
    statuses=NOTHING_APPLIES,
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_5,
            directions(tablets(1), times_a_day(3)),
            supply=Supply(90, 30),
            last=45,
            times=5,
            newest={"status": "completed"},
        ),
        visit(45),
    ),
)

NO_OPIOIDS = Scenario(
    name="no-opioids",
    title="Chronic pain without an opioid",
    shows="No opioid in force: a true zero, and nothing to do here.",
    person=Person("Cynthia", "Yamamoto", "female", 50, (12, 8), seen_by="np-okafor"),
    med=HandWorked("0", True, "no opioid on the list of medicines: 0"),
    statuses=NOTHING_APPLIES,
    chart=(
        order(
            "gabapentin",
            codes.GABAPENTIN_300,
            directions(dose(pieces(1, "capsule")), times_a_day(3)),
            ago=30,
            supply=Supply(90, 30, refills=5, form="capsule"),
        ),
        order(
            "duloxetine", codes.DULOXETINE, words_only("60 mg by mouth daily"), ago=30, supply=Supply(30, 30, refills=5)
        ),
        order(
            "lisinopril", codes.LISINOPRIL, words_only("10 mg by mouth daily"), ago=80, supply=Supply(90, 90, refills=3)
        ),
        problem(codes.FIBROMYALGIA, 1500),
        problem(codes.HYPERTENSION, 3000),
        peg(30, 4, 3, 4),
        visit(30),
        appointment(1, "10:40"),
    ),
)


def _untidy(resource: Resource) -> Entry:
    def write(chart: Chart) -> list[Resource]:
        return [{**resource, "id": chart.numbered("untidy"), "subject": chart.subject}]

    return write


def _unknown_appointment_status(chart: Chart) -> list[Resource]:
    participants = [{"actor": chart.subject}]
    return [
        {
            "resourceType": "Appointment",
            "id": chart.numbered("untidy"),
            "status": "maybe",
            "start": chart.at(-12, "09:00"),
            "participant": participants,
        }
    ]


def _naive_visit(chart: Chart) -> list[Resource]:
    return [
        {
            "resourceType": "Encounter",
            "id": chart.numbered("untidy"),
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": chart.subject,
            "period": {"start": f"{chart.day(50)}T09:00:00"},
        }
    ]


UNTIDY_EXPORT = Scenario(
    name="untidy-export",
    title="A chart exported by a careless system",
    shows="Entries that break the standard cost only themselves: the dose and the rest of the chart stand.",
    person=Person("Bettina", "Kraus", "female", 56, (3, 9), seen_by="dr-chen"),
    med=HandWorked(
        "30", True, "hydrocodone 10 mg x 3 a day = 30 mg x 1 = 30; the untidy entries hold no opioid in force"
    ),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "hydrocodone",
            codes.HYDROCODONE_APAP_10,
            directions(tablets(1), times_a_day(3)),
            supply=Supply(90, 30),
            last=12,
            times=6,
        ),
        routine(screen=codes.SCREEN_OPIATES, without=("agreement",)),
        agreement_consent(110),
        appointment(8, "11:20"),
    ),
    only_files=(
        _naive_visit,
        _untidy({"resourceType": "MedicationRequest", "status": "entered-in-error"}),
        _untidy({"resourceType": "Observation", "code": {"text": "PEG"}, "valueString": ""}),
        _untidy({"resourceType": "Observation", "status": "final", "code": {"coding": []}, "valueInteger": "seven"}),
        _untidy({"resourceType": "Condition", "clinicalStatus": "active", "code": {"text": "pain"}}),
        _unknown_appointment_status,
        _untidy({"resourceType": "DocumentReference", "status": "current", "content": []}),
    ),
    dirty=(
        "A visit time without zone, an order that is only id, status and patient, an empty string, a number as words, a status "
        "as bare text, an unknown appointment status, a document without content."
    ),
)

SCENARIOS = (
    ACTIVE_CANCER,
    PALLIATIVE_CARE,
    SICKLE_CELL,
    UNDER_18,
    DECEASED,
    NO_OPIOIDS,
    UNTIDY_EXPORT,
)
