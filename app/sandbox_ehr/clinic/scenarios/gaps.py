"""Typical charts: a working dose, and two to six things that were left undone."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import (
    agreement_by_title,
    appointment,
    document,
    pain_plan,
    pdmp_checked,
    peg,
    peg_panel,
    problem,
)
from app.sandbox_ehr.clinic.medicines import Supply, fill, filled_order, monthly, order
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import HandWorked, Person, Scenario
from app.sandbox_ehr.clinic.scenarios.steady import ALL_GREEN
from app.sandbox_ehr.clinic.shapes import directions, every_hours, tablets, times_a_day

TYPICAL_FOUR_GAPS = Scenario(
    name="typical-four-gaps",
    title="A typical chart with four gaps",
    shows="PEG, agreement and PDMP check overdue, no naloxone on record; nothing dangerous about the dose.",
    person=Person("Curtis", "Halvorsen", "male", 47, (1, 22)),
    med=HandWorked("40", True, "hydrocodone 10 mg x 1 tablet x 4 a day (every 6 hours) = 40 mg x 1 = 40"),
    statuses={
        "med": "green",
        "sedative": "green",
        "udt_check": "green",
        "peg": "red",
        "pdmp_check": "red",
        "agreement": "red",
        "naloxone": "yellow",
    },
    chart=(
        monthly(
            "hydrocodone",
            codes.HYDROCODONE_APAP_10,
            directions(tablets(1), every_hours(6), text="1 tablet every 6 hours"),
            supply=Supply(120, 30),
            last=18,
            times=12,
        ),
        routine(screen=codes.SCREEN_OPIATES, without=("peg", "pdmp", "agreement", "naloxone")),
        peg(800, 8, 8, 8),
        peg(130, 5, 5, 5),
        pdmp_checked(140),
        agreement_by_title(420),
        problem(codes.LUMBAR_STENOSIS, 1500),
        appointment(0, "08:40"),
    ),
)

DUPLICATE_PRESCRIBERS = Scenario(
    name="duplicate-prescribers",
    title="The same prescription from two prescribers",
    shows="Two equal rows from different prescribers both count; nothing is merged away.",
    person=Person("Gloria", "Mbeki", "female", 55, (10, 9)),
    med=HandWorked(
        "60",
        True,
        "oxycodone 5 mg x 4 a day = 20 mg x 1.5 = 30 from Dr Reyes, and the same 30 from Dr Lindgren; together 60",
    ),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "oxycodone-here",
            codes.OXYCODONE_5,
            directions(tablets(1), times_a_day(4)),
            supply=Supply(120, 30),
            last=20,
            times=6,
        ),
        filled_order(
            "oxycodone-elsewhere",
            codes.OXYCODONE_5,
            directions(tablets(1), times_a_day(4)),
            ago=20,
            supply=Supply(120, 30),
            by="dr-lindgren",
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(1, "09:20"),
    ),
)

ORDER_AND_FILL = Scenario(
    name="order-and-fill",
    title="An order and its fill, with no link between them",
    shows="One prescription seen twice: same product, day and quantity merge, and the dose counts once.",
    person=Person("Samir", "Haddad", "male", 63, (5, 27), seen_by="dr-chen"),
    med=HandWorked(
        "45",
        True,
        "morphine 15 mg x 1 tablet x 3 a day (every 8 hours) = 45 mg x 1 = 45; the fill is the same prescription",
    ),
    statuses={**ALL_GREEN, "peg": "red"},
    chart=(
        monthly(
            "morphine",
            codes.MORPHINE_15,
            directions(tablets(1), every_hours(8)),
            supply=Supply(90, 30),
            last=40,
            times=5,
        ),
        order("morphine-now", codes.MORPHINE_15, directions(tablets(1), every_hours(8)), ago=10, supply=Supply(90, 30)),
        fill(None, codes.MORPHINE_15, ago=10, supply=Supply(90, 30)),
        routine(screen=codes.SCREEN_OPIATES, without=("peg",)),
        peg_panel(800, 7, 8, 8),
        peg_panel(95, 4, 4, 5),
        appointment(6, "13:20"),
    ),
)

EARLY_REFILLS = Scenario(
    name="early-refills",
    title="Refills eight days early, three times",
    shows="Each fill comes before the one before it runs out; only the newest covers today.",
    person=Person("Tamika", "Bradshaw", "female", 39, (12, 15), seen_by="np-okafor"),
    med=HandWorked(
        "30",
        True,
        "oxycodone 5 mg x 4 a day (every 6 hours) = 20 mg x 1.5 = 30; the fill before it ran out 6 days ago",
    ),
    statuses=ALL_GREEN,
    chart=(
        *(
            filled_order(
                f"oxycodone-{number}",
                codes.OXYCODONE_APAP_5,
                directions(tablets(1), every_hours(6)),
                ago=ago,
                supply=Supply(120, 30),
                status="active" if ago == 14 else "completed",
            )
            for number, ago in enumerate((110, 80, 58, 36, 14), start=1)
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(2, "15:40"),
    ),
)

FORTY_PRESCRIPTIONS = Scenario(
    name="forty-prescriptions",
    title="Forty prescriptions in two years",
    shows="A long history stays readable and only the two current prescriptions count.",
    person=Person("Ruth", "Ashworth", "female", 69, (7, 4)),
    med=HandWorked(
        "60",
        True,
        "oxycodone 10 mg x 2 a day = 20 mg x 1.5 = 30; morphine ER 15 mg x 2 a day = 30 mg x 1 = 30; together 60",
    ),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_10,
            directions(tablets(1), times_a_day(2)),
            supply=Supply(60, 30),
            last=12,
            times=20,
        ),
        monthly(
            "morphine-er",
            codes.MORPHINE_ER_15,
            directions(tablets(1), every_hours(12)),
            supply=Supply(60, 30),
            last=12,
            times=20,
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(7, "10:00"),
    ),
)

LATE_DOCUMENTS = Scenario(
    name="late-documents",
    title="Papers that were filed late, and many of them",
    shows="The agreement was signed eleven months ago and scanned three days ago; one paper carries a day to come.",
    person=Person("Nils", "Aaltonen", "male", 57, (3, 16), seen_by="dr-chen"),
    med=HandWorked(
        "20",
        True,
        "tramadol 50 mg x 2 a day = 100 mg x 0.2 = 20; with the older factor: 100 mg x 0.1 = 10",
        cdc_2016="10",
    ),
    statuses={
        "med": "green",
        "sedative": "green",
        "udt_check": "green",
        "peg": "green",
        "pdmp_check": "green",
        "naloxone": "green",
    },
    chart=(
        monthly(
            "tramadol",
            codes.TRAMADOL_50,
            directions(tablets(1), times_a_day(2)),
            supply=Supply(60, 30),
            last=13,
            times=6,
        ),
        routine(screen=codes.SCREEN_TRAMADOL, without=("agreement", "plans")),
        document(codes.AGREEMENT_DOCUMENT, "Controlled substance agreement", 345, filed=3),
        document(codes.AGREEMENT_DOCUMENT, "Controlled substance agreement, prepared for the next visit", -5),
        pain_plan(500),
        *(document(codes.PROGRESS_NOTE, f"Progress note {number}", 20 + 15 * number) for number in range(1, 41)),
        appointment(8, "09:40"),
    ),
)

SCENARIOS = (
    TYPICAL_FOUR_GAPS,
    DUPLICATE_PRESCRIBERS,
    ORDER_AND_FILL,
    EARLY_REFILLS,
    FORTY_PRESCRIPTIONS,
    LATE_DOCUMENTS,
)
