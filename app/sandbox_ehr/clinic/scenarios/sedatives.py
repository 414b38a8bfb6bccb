"""An opioid together with something else that slows breathing."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import appointment, pain_plan, problem
from app.sandbox_ehr.clinic.medicines import Supply, monthly, order
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import HandWorked, Person, Scenario
from app.sandbox_ehr.clinic.scenarios.steady import ALL_GREEN
from app.sandbox_ehr.clinic.shapes import directions, every_hours, tablets, times_a_day

OPIOID_BENZODIAZEPINE = Scenario(
    name="opioid-benzodiazepine",
    title="Oxycodone with clonazepam, no plan, no naloxone",
    shows="The most dangerous combination comes first, though the dose itself is low.",
    person=Person("Lorraine", "Petrakis", "female", 54, (7, 21)),
    med=HandWorked("30", True, "oxycodone 5 mg x 4 a day (every 6 hours) = 20 mg x 1.5 = 30; clonazepam has no factor"),
    statuses={**ALL_GREEN, "sedative": "red", "naloxone": "red"},
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_5,
            directions(tablets(1), every_hours(6), text="1 tablet every 6 hours"),
            supply=Supply(120, 30),
            last=21,
            times=6,
        ),
        monthly(
            "clonazepam",
            codes.CLONAZEPAM_0_5,
            directions(tablets(1), times_a_day(2), text="1 tablet twice a day"),
            supply=Supply(60, 30),
            last=12,
            times=4,
        ),
        routine(screen=codes.SCREEN_OXYCODONE, without=("plans", "naloxone")),
        problem(codes.ANXIETY, 1200),
        appointment(0, "09:40"),
    ),
)

BENZODIAZEPINE_WITH_PLAN = Scenario(
    name="benzodiazepine-with-plan",
    title="Morphine with lorazepam, and a plan for it",
    shows="The same combination with a documented plan and naloxone at home is something to look at, not to act on.",
    person=Person("Stanley", "Okonkwo", "male", 67, (3, 3), seen_by="dr-chen"),
    med=HandWorked("30", True, "morphine ER 15 mg x 2 a day (every 12 hours) = 30 mg x 1 = 30"),
    statuses={**ALL_GREEN, "sedative": "yellow"},
    chart=(
        monthly(
            "morphine-er",
            codes.MORPHINE_ER_15,
            directions(tablets(1), every_hours(12)),
            supply=Supply(60, 30),
            last=14,
            times=6,
        ),
        monthly(
            "lorazepam",
            codes.LORAZEPAM_1,
            directions(tablets(1), times_a_day(1), text="1 tablet at bedtime"),
            supply=Supply(30, 30),
            last=9,
            times=3,
        ),
        routine(screen=codes.SCREEN_OPIATES),
        pain_plan(200),
        appointment(2, "08:20"),
    ),
)

GABAPENTIN_AND_CARISOPRODOL = Scenario(
    name="gabapentin-and-carisoprodol",
    title="Hydrocodone with gabapentin and carisoprodol",
    shows="Sedatives that are not benzodiazepines: look, with the reason named.",
    person=Person("Angela", "Moretti", "female", 48, (5, 5), seen_by="np-okafor"),
    med=HandWorked("22.5", True, "hydrocodone 7.5 mg x 3 a day (every 8 hours) = 22.5 mg x 1 = 22.5"),
    statuses={**ALL_GREEN, "sedative": "yellow"},
    chart=(
        monthly(
            "hydrocodone",
            codes.HYDROCODONE_APAP_7_5,
            directions(tablets(1), every_hours(8)),
            supply=Supply(90, 30),
            last=16,
            times=6,
        ),
        order(
            "gabapentin",
            codes.GABAPENTIN_600,
            directions(tablets(1), times_a_day(3)),
            ago=40,
            supply=Supply(90, 30, refills=5),
        ),
        order(
            "carisoprodol",
            codes.CARISOPRODOL_350,
            directions(tablets(1), times_a_day(1), text="1 tablet at bedtime"),
            ago=25,
            supply=Supply(30, 30, refills=2),
        ),
        routine(screen=codes.SCREEN_OPIATES),
        problem(codes.DIABETIC_NEUROPATHY, 700),
        appointment(3, "14:20"),
    ),
)

SCENARIOS = (OPIOID_BENZODIAZEPINE, BENZODIAZEPINE_WITH_PLAN, GABAPENTIN_AND_CARISOPRODOL)
