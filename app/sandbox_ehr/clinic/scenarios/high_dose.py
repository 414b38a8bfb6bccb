"""Doses at or above the review band, and drugs outside the CDC table."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import appointment, pain_plan, problem, urine_confirmation
from app.sandbox_ehr.clinic.medicines import Supply, monthly
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import HandWorked, Person, Scenario
from app.sandbox_ehr.clinic.scenarios.steady import ALL_GREEN
from app.sandbox_ehr.clinic.shapes import directions, dose, every_hours, pieces, tablets, times_a_day

HIGH_DOSE_UNREVIEWED = Scenario(
    name="high-dose-unreviewed",
    title="90 a day, not reviewed",
    shows="Two opioids reach 90 together; no benefit-risk review in 90 days and no naloxone on record.",
    person=Person("Raymond", "Castellano", "male", 60, (10, 2)),
    med=HandWorked(
        "90",
        True,
        "oxycodone 10 mg x 4 a day = 40 mg x 1.5 = 60; morphine ER 15 mg x 2 a day = 30 mg x 1 = 30; together 90",
    ),
    statuses={**ALL_GREEN, "med": "red", "naloxone": "red"},
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_10,
            directions(tablets(1), times_a_day(4), text="1 tablet four times a day"),
            supply=Supply(120, 30),
            last=20,
            times=9,
        ),
        monthly(
            "morphine-er",
            codes.MORPHINE_ER_15,
            directions(tablets(1), every_hours(12), text="1 tablet every 12 hours"),
            supply=Supply(60, 30),
            last=20,
            times=9,
        ),
        routine(screen=codes.SCREEN_OXYCODONE, without=("plans", "naloxone")),
        problem(codes.POSTLAMINECTOMY, 1800),
        appointment(0, "09:00"),
    ),
)

HIGH_DOSE_REVIEWED = Scenario(
    name="high-dose-reviewed",
    title="120 a day, reviewed last month",
    shows="A reviewed high dose is a standing fact, not a task.",
    person=Person("Beverly", "Nakamura", "female", 64, (2, 25), seen_by="dr-chen"),
    med=HandWorked("120", True, "morphine ER 60 mg x 2 a day (every 12 hours) = 120 mg x 1 = 120"),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "morphine-er",
            codes.MORPHINE_ER_60,
            directions(tablets(1), every_hours(12)),
            supply=Supply(60, 30),
            last=8,
            times=9,
        ),
        routine(screen=codes.SCREEN_OPIATES),
        pain_plan(30),
        appointment(1, "10:00"),
    ),
)

METHADONE_FOR_PAIN = Scenario(
    name="methadone-for-pain",
    title="Methadone for pain: two factor sets, two answers",
    shows="4.7 at any dose in 2022; by tiers on the daily total in 2016 (30 mg lies in the tier of factor 8).",
    person=Person("Anthony", "Delacroix", "male", 56, (6, 8), seen_by="dr-chen"),
    med=HandWorked(
        "141",
        True,
        "methadone 10 mg x 3 a day = 30 mg x 4.7 = 141; in 2016 30 mg a day takes factor 8: 240",
        cdc_2016="240",
    ),
    statuses={**ALL_GREEN, "med": "red"},
    chart=(
        monthly(
            "methadone",
            codes.METHADONE_10,
            directions(tablets(1), every_hours(8), text="1 tablet every 8 hours for pain"),
            supply=Supply(90, 30),
            last=17,
            times=6,
        ),
        routine(screen=codes.SCREEN_METHADONE),
        urine_confirmation(110, found=[(codes.CONFIRM_EDDP, 3100)]),
        appointment(3, "13:00"),
    ),
)

FENTANYL_PATCH = Scenario(
    name="fentanyl-patch",
    title="A fentanyl patch changed every three days",
    shows="One patch is worn at a time: mcg/h x 2.4, whatever the number of changes.",
    person=Person("Eleanor", "Fitzgibbon", "female", 73, (1, 30), seen_by="np-okafor"),
    med=HandWorked(
        "120", True, "fentanyl 50 mcg/h x 1 patch worn x 2.4 = 120; 10 patches of 3 days last 30 days: one at a time"
    ),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "fentanyl",
            codes.FENTANYL_PATCH_50,
            directions(dose(pieces(1, "patch")), every_hours(72), text="1 patch every 72 hours", by="transdermal"),
            supply=Supply(10, 30, form="patch"),
            last=12,
            times=6,
        ),
        routine(screen=codes.SCREEN_FENTANYL),
        pain_plan(60),
        appointment(4, "08:20"),
    ),
)

BUCCAL_FENTANYL = Scenario(
    name="buccal-fentanyl",
    title="Buccal fentanyl: a factor outside the CDC table",
    shows="Micrograms, not milligrams; the research factor 0.13 per mcg is marked as outside the CDC table.",
    person=Person("Ingrid", "Solberg", "female", 51, (9, 17)),
    med=HandWorked(
        "52",
        True,
        "fentanyl 100 mcg (0.1 mg) x 4 a day (every 6 hours) = 400 mcg x 0.13 (research factor) = 52",
    ),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "fentanyl-buccal",
            codes.FENTANYL_BUCCAL_100,
            directions(tablets(1), every_hours(6), by="buccal"),
            supply=Supply(120, 30),
            last=15,
            times=6,
        ),
        routine(screen=codes.SCREEN_FENTANYL),
        appointment(5, "09:20"),
    ),
)

LEVORPHANOL = Scenario(
    name="levorphanol",
    title="Levorphanol: a small number of milligrams, a large factor",
    shows="6 mg a day is 66 MME with the research factor 11, outside the CDC table.",
    person=Person("Calvin", "Oyelaran", "male", 59, (4, 29), seen_by="dr-chen"),
    med=HandWorked("66", True, "levorphanol 2 mg x 3 a day (every 8 hours) = 6 mg x 11 (research factor) = 66"),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "levorphanol",
            codes.LEVORPHANOL_2,
            directions(tablets(1), every_hours(8)),
            supply=Supply(90, 30),
            last=19,
            times=6,
        ),
        routine(screen=codes.SCREEN_OPIATES),
        appointment(6, "10:40"),
    ),
)

TAPENTADOL_ER = Scenario(
    name="tapentadol-er",
    title="Tapentadol, extended release",
    shows="New in the 2022 table; the research file has the same factor.",
    person=Person("Yolanda", "Espinoza", "female", 53, (8, 11)),
    med=HandWorked("80", True, "tapentadol ER 100 mg x 2 a day = 200 mg x 0.4 = 80"),
    statuses={**ALL_GREEN, "med": "yellow"},
    chart=(
        monthly(
            "tapentadol",
            codes.TAPENTADOL_ER_100,
            directions(tablets(1), times_a_day(2)),
            supply=Supply(60, 30),
            last=10,
            times=6,
        ),
        routine(screen=codes.SCREEN_TAPENTADOL),
        appointment(2, "11:40"),
    ),
)

SCENARIOS = (
    HIGH_DOSE_UNREVIEWED,
    HIGH_DOSE_REVIEWED,
    METHADONE_FOR_PAIN,
    FENTANYL_PATCH,
    BUCCAL_FENTANYL,
    LEVORPHANOL,
    TAPENTADOL_ER,
)
