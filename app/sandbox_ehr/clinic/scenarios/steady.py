"""People whose treatment runs well, and what an ordinary week of the clinic looks like."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import (
    agreement,
    appointment,
    device_in_use,
    done,
    pdmp_checked,
    peg,
    phq9,
    problem,
    score_as_text,
    urine_confirmation,
    urine_screen,
)
from app.sandbox_ehr.clinic.medicines import Supply, monthly, naloxone, order
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import HandWorked, Person, Scenario, Status
from app.sandbox_ehr.clinic.shapes import coded, directions, every_hours, tablets, times_a_day

ALL_GREEN: dict[str, Status] = {
    "med": "green",
    "sedative": "green",
    "udt_check": "green",
    "peg": "green",
    "pdmp_check": "green",
    "agreement": "green",
    "naloxone": "green",
}

STEADY_LOW_DOSE = Scenario(
    name="steady-low-dose",
    title="Steady low dose, every step in date",
    shows="A well-run chart opens with nothing or next to nothing to do.",
    person=Person("Marisol", "Quintero", "female", 58, (4, 12)),
    med=HandWorked("22.5", True, "oxycodone 5 mg x 1 tablet x 3 a day = 15 mg x 1.5 = 22.5"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_5,
            directions(tablets(1), times_a_day(3), text="1 tablet three times a day"),
            supply=Supply(90, 30),
            last=20,
            times=12,
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        problem(codes.LOW_BACK_PAIN, 1300),
        appointment(0, "08:20"),
    ),
)

TRAMADOL_DOUBLED = Scenario(
    name="tramadol-doubled",
    title="Tramadol, which the 2022 factors doubled",
    shows="The same care reads 40 under the 2016 and research factors and 80 under CDC 2022; timing as QID only.",
    person=Person("Desmond", "Achebe", "male", 52, (9, 3), seen_by="dr-chen"),
    med=HandWorked(
        "80",
        True,
        "tramadol 50 mg x 2 tablets x 4 a day = 400 mg x 0.2 = 80; with the older factor: 400 mg x 0.1 = 40",
        cdc_2016="40",
    ),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "tramadol",
            codes.TRAMADOL_50,
            directions(tablets(2), coded("QID")),
            supply=Supply(240, 30),
            last=11,
            times=6,
        ),
        routine(screen=codes.SCREEN_TRAMADOL),
        problem(codes.KNEE_OSTEOARTHRITIS, 900),
        appointment(2, "09:00"),
    ),
)

ONE_OVERDUE_TEST = Scenario(
    name="one-overdue-test",
    title="One thing to do: the urine test is overdue",
    shows="One red row and nothing else at the top.",
    person=Person("Priya", "Raman", "female", 44, (11, 28), seen_by="np-okafor"),
    med=HandWorked("20", True, "hydrocodone 5 mg x 1 tablet x 4 a day (every 6 hours) = 20 mg x 1 = 20"),
    statuses={**ALL_GREEN, "udt_check": "red"},
    chart=(
        monthly(
            "hydrocodone",
            codes.HYDROCODONE_APAP_5,
            directions(tablets(1), every_hours(6), text="1 tablet every 6 hours"),
            supply=Supply(120, 30),
            last=9,
            times=6,
        ),
        routine(screen=codes.SCREEN_OPIATES, without=("udt",)),
        urine_screen(400, [codes.SCREEN_OPIATES], [codes.SCREEN_COCAINE]),
        appointment(1, "08:40"),
    ),
)

BRAND_CODE_ONLY = Scenario(
    name="brand-code-only",
    title="A brand product code and nothing else",
    shows="A branded RxNorm code must count as its ingredient does; only the oxycodone of a combination counts.",
    person=Person("Walter", "Brzezinski", "male", 61, (2, 7), seen_by="dr-chen"),
    med=HandWorked("30", True, "Percocet 5/325: oxycodone 5 mg x 1 tablet x 4 a day = 20 mg x 1.5 = 30"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "percocet",
            codes.PERCOCET_5,
            directions(tablets(1), times_a_day(4)),
            supply=Supply(120, 30),
            last=14,
            times=6,
        ),
        routine(screen=codes.SCREEN_OXYCODONE, without=("scores",)),
        score_as_text(codes.PHQ9_TOTAL, 100, "7"),
        score_as_text(codes.GAD7_TOTAL, 100, "4"),
        appointment(3, "10:40"),
    ),
)

CODEINE_COMBINATION = Scenario(
    name="codeine-combination",
    title="Acetaminophen with codeine",
    shows="A low factor; the acetaminophen does not count in MME.",
    person=Person("Thi Lan", "Vo", "female", 66, (6, 19)),
    med=HandWorked("36", True, "codeine 30 mg x 2 tablets x 4 a day = 240 mg x 0.15 = 36"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "codeine",
            codes.CODEINE_APAP_30,
            directions(tablets(2), every_hours(6), text="2 tablets every 6 hours"),
            supply=Supply(240, 30),
            last=6,
            times=6,
        ),
        routine(screen=codes.SCREEN_OPIATES),
        appointment(4, "11:20"),
    ),
)

DUE_SOON = Scenario(
    name="due-soon",
    title="Nothing overdue, five things due soon",
    shows="Yellow rows: each step falls due within its warning window.",
    person=Person("Jerome", "Whitaker", "male", 49, (8, 30), seen_by="np-okafor"),
    med=HandWorked(
        "40",
        True,
        "hydromorphone 2 mg x 1 tablet x 4 a day (every 6 hours) = 8 mg x 5 = 40; with the 2016 factor 4: 32",
        cdc_2016="32",
    ),
    statuses={
        "med": "green",
        "sedative": "green",
        "udt_check": "yellow",
        "peg": "yellow",
        "pdmp_check": "yellow",
        "agreement": "yellow",
        "naloxone": "yellow",
    },
    chart=(
        monthly(
            "hydromorphone",
            codes.HYDROMORPHONE_2,
            directions(tablets(1), every_hours(6)),
            supply=Supply(120, 30),
            last=16,
            times=12,
        ),
        routine(screen=codes.SCREEN_OPIATES, without=("udt", "peg", "pdmp", "agreement", "naloxone")),
        urine_screen(330, [codes.SCREEN_OPIATES], [codes.SCREEN_COCAINE, codes.SCREEN_BENZODIAZEPINES]),
        peg(800, 8, 8, 8),
        peg(75, 4, 4, 4),
        pdmp_checked(75),
        agreement(320),
        naloxone(330),
        appointment(5, "14:00"),
    ),
)

CAREFUL_AT_78 = Scenario(
    name="careful-at-78",
    title="78 years old, many risks, each one looked after",
    shows="Problems in SNOMED; apnea treated, falls and memory checked, a yes to PHQ item 9 assessed the same day.",
    person=Person("Winifred", "Adeyemi", "female", 78, (3, 14), seen_by="dr-chen"),
    med=HandWorked("30", True, "morphine ER 15 mg x 2 a day (every 12 hours) = 30 mg x 1 = 30"),
    statuses={**ALL_GREEN, "sedative": "yellow"},
    chart=(
        monthly(
            "morphine-er",
            codes.MORPHINE_ER_15,
            directions(tablets(1), every_hours(12)),
            supply=Supply(60, 30),
            last=13,
            times=12,
        ),
        order(
            "zolpidem",
            codes.ZOLPIDEM_10,
            directions(tablets(1), times_a_day(1), text="1 tablet at bedtime"),
            ago=20,
            supply=Supply(30, 30, refills=2),
        ),
        routine(screen=codes.SCREEN_OPIATES, without=("udt", "problems")),
        urine_confirmation(
            110,
            found=[(codes.CONFIRM_MORPHINE, 5200), (codes.CONFIRM_HYDROMORPHONE, 140)],
            below=[(codes.CONFIRM_COCAINE, 50)],
        ),
        problem(codes.CHRONIC_PAIN_SNOMED, 2000),
        problem(codes.LOW_BACK_PAIN_SNOMED, 2000),
        problem(codes.SLEEP_APNEA, 900),
        problem(codes.LONG_TERM_OPIOID, 800),
        problem(codes.PTSD, 5000, status="inactive"),
        phq9(20, 9, item_9=1),
        done(codes.SUICIDE_RISK_ASSESSMENT, 20),
        device_in_use(codes.HOME_CPAP, 200),
        done(codes.FALL_RISK_ASSESSMENT, 110),
        done(codes.COGNITIVE_TESTING, 110),
        done(codes.OPIOID_RISK_ASSESSMENT, 110),
        done(codes.PAIN_CONTROL_MANAGEMENT, 20),
        done(codes.EXERCISE_THERAPY, 60),
        appointment(1, "15:00"),
    ),
)

SCENARIOS = (
    STEADY_LOW_DOSE,
    TRAMADOL_DOUBLED,
    ONE_OVERDUE_TEST,
    BRAND_CODE_ONLY,
    CODEINE_COMBINATION,
    DUE_SOON,
    CAREFUL_AT_78,
)
