"""What else the person lives with: opioid use disorder, an overdose, pregnancy, low mood, surprising results."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import (
    appointment,
    device_in_use,
    egfr,
    peg,
    phq9,
    phq9_form,
    pregnant,
    problem,
    score,
    urine_confirmation,
    urine_screen,
    visit,
)
from app.sandbox_ehr.clinic.medicines import Supply, monthly, naloxone, statement
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import HandWorked, Person, Scenario
from app.sandbox_ehr.clinic.scenarios.changes import NO_LONG_TERM_USE
from app.sandbox_ehr.clinic.scenarios.steady import ALL_GREEN
from app.sandbox_ehr.clinic.shapes import directions, dose, every_hours, pieces, tablets, times_a_day

OUD_ON_BUPRENORPHINE = Scenario(
    name="oud-on-buprenorphine",
    title="Opioid use disorder, treated with buprenorphine-naloxone",
    shows="Treatment is not a dose: buprenorphine is listed, not counted, and long-term opioid rules do not apply.",
    person=Person("Kayla", "Sorensen", "female", 33, (5, 9), seen_by="np-okafor"),
    med=HandWorked("0", True, "buprenorphine-naloxone 8/2 mg film x 2 a day: not counted; no other opioid: 0"),
    statuses=NO_LONG_TERM_USE,
    chart=(
        monthly(
            "buprenorphine",
            codes.BUPRENORPHINE_NALOXONE_FILM_8,
            directions(dose(pieces(1, "film")), times_a_day(2), text="1 film under the tongue twice a day"),
            supply=Supply(56, 28, form="film"),
            last=13,
            times=8,
        ),
        problem(codes.OPIOID_USE_DISORDER, 900),
        naloxone(60),
        visit(70),
        visit(41),
        visit(13, kind="VR"),
        urine_screen(41, [codes.SCREEN_BUPRENORPHINE], [codes.SCREEN_OPIATES, codes.SCREEN_FENTANYL]),
        appointment(0, "13:40"),
    ),
)

OUD_WITHOUT_TREATMENT = Scenario(
    name="oud-without-treatment",
    title="Opioid use disorder on the problem list, no medication for it",
    shows="Offer or arrange treatment; the risk of overdose makes naloxone urgent.",
    person=Person("Marcus", "Feldman", "male", 41, (2, 18)),
    med=HandWorked("45", True, "oxycodone 10 mg x 3 a day (every 8 hours) = 30 mg x 1.5 = 45"),
    statuses={**ALL_GREEN, "naloxone": "red"},
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_10,
            directions(tablets(1), every_hours(8)),
            supply=Supply(90, 30),
            last=18,
            times=6,
        ),
        problem(codes.OPIOID_USE_DISORDER, 120),
        routine(screen=codes.SCREEN_OXYCODONE, without=("naloxone",)),
        appointment(3, "09:20"),
    ),
)

RECENT_OVERDOSE = Scenario(
    name="recent-overdose",
    title="An overdose six weeks ago",
    shows="Followed up within a week, naloxone in hand, still on an opioid.",
    person=Person("Teresa", "Vaughn", "female", 52, (7, 30), seen_by="dr-chen"),
    med=HandWorked("45", True, "oxycodone 15 mg x 2 a day (every 12 hours) = 30 mg x 1.5 = 45"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_15,
            directions(tablets(1), every_hours(12)),
            supply=Supply(60, 30),
            last=12,
            times=6,
        ),
        problem(codes.OPIOID_OVERDOSE, 42),
        visit(42, kind="EMER", with_="dr-lindgren", at="02:30"),
        visit(38),
        naloxone(38),
        routine(screen=codes.SCREEN_OXYCODONE, without=("naloxone",)),
        appointment(1, "14:00"),
    ),
)

PHQ_ITEM_NINE = Scenario(
    name="phq-item-nine",
    title="PHQ-9 of 12, and a yes to the ninth question",
    shows="The ninth item stands on its own: a suicide-risk assessment the same day is not on record.",
    person=Person("Rebecca", "Lindholm", "female", 43, (3, 21)),
    med=HandWorked("22.5", True, "hydrocodone 7.5 mg x 3 a day = 22.5 mg x 1 = 22.5"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "hydrocodone",
            codes.HYDROCODONE_APAP_7_5,
            directions(tablets(1), times_a_day(3)),
            supply=Supply(90, 30),
            last=16,
            times=6,
        ),
        routine(screen=codes.SCREEN_OPIATES),
        phq9_form(3, (2, 2, 2, 2, 1, 1, 1, 0, 1)),
        problem(codes.DEPRESSION, 500),
        appointment(0, "11:40"),
    ),
)

UNEXPECTED_URINE_TEST = Scenario(
    name="unexpected-urine-test",
    title="The prescribed oxycodone was not detected, a cocaine metabolite was",
    shows="A definitive result against expectation after two as expected: possible explanations first, then a talk; "
    "scores that changed, kidneys that got worse, apnea that is treated.",
    person=Person("Leonard", "Abbott", "male", 48, (10, 25), seen_by="np-okafor"),
    med=HandWorked("45", True, "oxycodone 10 mg x 3 a day (every 8 hours) = 30 mg x 1.5 = 45"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_10,
            directions(tablets(1), every_hours(8)),
            supply=Supply(90, 30),
            last=24,
            times=14,
        ),
        routine(screen=codes.SCREEN_OXYCODONE, without=("udt", "labs")),
        urine_screen(340, [codes.SCREEN_OXYCODONE], [codes.SCREEN_COCAINE, codes.SCREEN_BENZODIAZEPINES]),
        urine_screen(
            150,
            [codes.SCREEN_OXYCODONE],
            [codes.SCREEN_COCAINE, codes.SCREEN_BENZODIAZEPINES, codes.SCREEN_AMPHETAMINE, codes.SCREEN_FENTANYL],
        ),
        urine_screen(20, [codes.SCREEN_COCAINE], [codes.SCREEN_OXYCODONE, codes.SCREEN_BENZODIAZEPINES]),
        urine_confirmation(
            20,
            found=[(codes.CONFIRM_COCAINE, 480)],
            below=[(codes.CONFIRM_OXYCODONE, 50), (codes.CONFIRM_NOROXYCODONE, 50)],
        ),
        phq9(20, 8),
        score(codes.GAD7_TOTAL, 20, 8),
        egfr(300, 71),
        egfr(20, 52),
        problem(codes.SLEEP_APNEA, 900),
        device_in_use(codes.HOME_CPAP, 200),
        appointment(2, "13:40"),
    ),
)

PREGNANT = Scenario(
    name="pregnant",
    title="Pregnant and taking oxycodone, no plan on record",
    shows="Weigh risks together, expert help before any change.",
    person=Person("Shanice", "Robinson", "female", 29, (8, 2), seen_by="np-okafor"),
    med=HandWorked("22.5", True, "oxycodone 5 mg x 3 a day = 15 mg x 1.5 = 22.5"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_5,
            directions(tablets(1), times_a_day(3)),
            supply=Supply(90, 30),
            last=15,
            times=6,
        ),
        routine(screen=codes.SCREEN_OXYCODONE, without=("plans",)),
        pregnant(15),
        problem(codes.PREGNANT_STATE, 15),
        appointment(0, "14:20"),
    ),
)

KIDNEY_LUNG_SLEEP = Scenario(
    name="kidney-lung-sleep",
    title="Morphine with poor kidneys, COPD and untreated sleep apnea",
    shows="Three reasons for care that no dose threshold would find.",
    person=Person("Clarence", "Dubois", "male", 76, (6, 14), seen_by="dr-chen"),
    med=HandWorked("30", True, "morphine ER 15 mg x 2 a day (every 12 hours) = 30 mg x 1 = 30"),
    statuses={**ALL_GREEN, "naloxone": "red"},
    chart=(
        monthly(
            "morphine-er",
            codes.MORPHINE_ER_15,
            directions(tablets(1), every_hours(12)),
            supply=Supply(60, 30),
            last=11,
            times=6,
        ),
        routine(screen=codes.SCREEN_OPIATES, without=("labs", "naloxone")),
        egfr(40, 26),
        problem(codes.CKD_4, 500),
        problem(codes.COPD, 2500),
        problem(codes.SLEEP_APNEA, 1400),
        appointment(4, "13:20"),
    ),
)

PEG_WORSE = Scenario(
    name="peg-worse",
    title="Pain and function worse than at the start",
    shows="Benefit beside risk: the newest PEG is more than 30 % worse than the first.",
    person=Person("Maria", "Goncalves", "female", 60, (1, 13)),
    med=HandWorked("36", True, "codeine 30 mg x 2 tablets x 4 a day (every 6 hours) = 240 mg x 0.15 = 36"),
    statuses={**ALL_GREEN, "peg": "red"},
    chart=(
        monthly(
            "codeine",
            codes.CODEINE_APAP_30,
            directions(tablets(2), every_hours(6)),
            supply=Supply(240, 30),
            last=7,
            times=6,
        ),
        routine(screen=codes.SCREEN_OPIATES, without=("peg",)),
        peg(800, 5, 5, 5),
        peg(80, 6, 6, 6),
        peg(20, 8, 8, 8),
        statement("naproxen-otc", codes.NAPROXEN, ago=20, text="1 tablet twice a day, bought without prescription"),
        appointment(5, "13:00"),
    ),
)

SCENARIOS = (
    OUD_ON_BUPRENORPHINE,
    OUD_WITHOUT_TREATMENT,
    RECENT_OVERDOSE,
    PHQ_ITEM_NINE,
    UNEXPECTED_URINE_TEST,
    PREGNANT,
    KIDNEY_LUNG_SLEEP,
    PEG_WORSE,
)
