"""Starts, stops, tapers, and orders that are not in force."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import appointment, care_plan, done, problem, visit
from app.sandbox_ehr.clinic.medicines import Dosage, Supply, filled_order, monthly, order
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import Chart, Entry, HandWorked, Person, Scenario, Status
from app.sandbox_ehr.clinic.scenarios.steady import ALL_GREEN
from app.sandbox_ehr.clinic.shapes import (
    Json,
    at_events,
    directions,
    every_hours,
    tablets,
    times_a_day,
    within,
)

NO_LONG_TERM_USE: dict[str, Status] = {
    "udt_check": "not_applicable",
    "peg": "not_applicable",
    "agreement": "not_applicable",
}


def _stopped_then(
    days_ago: int, key: str, medicine: codes.Code, dosage: Json, *, written: int, supply: Supply
) -> Entry:
    """An order that was stopped before its supply ran out: the bounds and the last update tell the day."""

    def write(chart: Chart) -> list[Json]:
        bounded = {**dosage, "timing": within(dosage["timing"], chart.day(written), chart.day(days_ago))}
        extra = {
            "meta": {"lastUpdated": chart.at(days_ago, "15:30")},
            "statusReason": {"text": "Stopped by the prescriber"},
        }
        return order(key, medicine, bounded, ago=written, supply=supply, status="stopped", extra=extra)(chart)

    return write


ABRUPT_STOP = Scenario(
    name="abrupt-stop",
    title="Long-term morphine that ended two weeks ago, no plan on record",
    shows="A dose of zero is not a gap closed: the person may be in withdrawal and needs a call.",
    person=Person("Darnell", "Simmons", "male", 45, (9, 12)),
    med=HandWorked(
        "0",
        True,
        "morphine ER 30 mg x 3 a day = 90 mg x 1 = 90 (until the last fill ran out 15 days ago); nothing in force today: 0",
    ),
    statuses={
        "med": "not_applicable",
        "sedative": "not_applicable",
        "pdmp_check": "not_applicable",
        "naloxone": "not_applicable",
        "udt_check": "green",
        "peg": "green",
        "agreement": "green",
    },
    chart=(
        monthly(
            "morphine-er",
            codes.MORPHINE_ER_30,
            directions(tablets(1), every_hours(8)),
            supply=Supply(90, 30),
            last=45,
            times=9,
            newest={"status": "stopped", "statusReason": {"text": "Stopped by the prescriber"}},
        ),
        routine(screen=codes.SCREEN_OPIATES, without=("plans", "next")),
        appointment(1, "15:20"),
    ),
)


def _step(from_ago: int, to_ago: int, sequence: int, count: int, event: str) -> Dosage:
    def dosage(chart: Chart) -> Json:
        timing = within(at_events(event), chart.day(from_ago), chart.day(to_ago))
        return directions(tablets(count), timing, sequence=sequence)

    return dosage


PLANNED_TAPER = Scenario(
    name="planned-taper",
    title="A slow taper in one order, with a plan",
    shows="Steps by sequence and bounds: only the step that covers today counts; planned and actual agree.",
    person=Person("Josephine", "Marchetti", "female", 57, (11, 11), seen_by="dr-chen"),
    med=HandWorked(
        "45",
        True,
        "today lies in step 2 of 3: morphine ER 15 mg x 3 tablets (1 in the morning, 2 at bedtime) = 45 mg x 1 = 45",
    ),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "morphine-before",
            codes.MORPHINE_ER_15,
            directions(tablets(2), every_hours(12)),
            supply=Supply(120, 30),
            last=72,
            times=6,
        ),
        order(
            "taper",
            codes.MORPHINE_ER_15,
            _step(42, 15, 1, 2, "MORN"),
            _step(42, 15, 1, 2, "HS"),
            _step(14, -13, 2, 1, "MORN"),
            _step(14, -13, 2, 2, "HS"),
            _step(-14, -41, 3, 1, "MORN"),
            _step(-14, -41, 3, 1, "HS"),
            ago=42,
            supply=Supply(252, 84),
        ),
        routine(screen=codes.SCREEN_OPIATES),
        done(codes.TAPER_MANAGEMENT, 45),
        care_plan(
            45, "Opioid taper plan: 15 mg less every four weeks, pauses at any time", activity=codes.TAPER_MANAGEMENT
        ),
        appointment(5, "11:40"),
    ),
)

NEW_START = Scenario(
    name="new-start",
    title="Tramadol for a new injury, two days ago",
    shows="A short course in a person new to opioids: no long-term rules, a PDMP check is due.",
    person=Person("Aisha", "Lawal", "female", 34, (1, 17), seen_by="np-okafor"),
    med=HandWorked(
        "40",
        True,
        "tramadol 50 mg x 4 a day (every 6 hours as needed, high end) = 200 mg x 0.2 = 40; "
        "with the older factor: 200 mg x 0.1 = 20",
        cdc_2016="20",
    ),
    statuses={**NO_LONG_TERM_USE, "med": "green", "sedative": "green", "pdmp_check": "red"},
    chart=(
        filled_order(
            "tramadol",
            codes.TRAMADOL_50,
            directions(tablets(1), every_hours(6), prn=True, text="1 tablet every 6 hours as needed"),
            ago=2,
            supply=Supply(20, 5),
        ),
        visit(2),
        appointment(0, "15:00"),
    ),
)

ER_IN_NAIVE = Scenario(
    name="er-in-naive",
    title="An extended-release opioid as the first one",
    shows="Long-acting morphine five days ago in a person without an opioid before.",
    person=Person("Vernon", "Caldwell", "male", 72, (4, 24)),
    med=HandWorked("30", True, "morphine ER 15 mg x 2 a day (every 12 hours) = 30 mg x 1 = 30"),
    statuses={**NO_LONG_TERM_USE, "med": "green", "sedative": "green", "pdmp_check": "red"},
    chart=(
        filled_order(
            "morphine-er",
            codes.MORPHINE_ER_15,
            directions(tablets(1), every_hours(12)),
            ago=5,
            supply=Supply(60, 30),
        ),
        visit(5),
        problem(codes.KNEE_OSTEOARTHRITIS, 600),
        appointment(2, "10:40"),
    ),
)


def _never_given(key: str, status: str, ago: int, **extra: object) -> Entry:
    return order(
        key,
        codes.MORPHINE_ER_60,
        directions(tablets(1), every_hours(12)),
        ago=ago,
        supply=Supply(60, 30),
        status=status,
        extra=dict(extra),
    )


NOT_IN_FORCE = Scenario(
    name="not-in-force",
    title="Eight high-dose orders that do not count, one low one that does",
    shows="Stopped, cancelled, entered in error, draft, on hold, do-not-perform, proposed and inpatient orders.",
    person=Person("Edith", "Jankowski", "female", 63, (12, 20), seen_by="dr-chen"),
    med=HandWorked("22.5", True, "oxycodone 5 mg x 3 a day = 15 mg x 1.5 = 22.5; none of the other eight is in force"),
    statuses=ALL_GREEN,
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_5,
            directions(tablets(1), times_a_day(3)),
            supply=Supply(90, 30),
            last=9,
            times=6,
        ),
        _stopped_then(
            12,
            "stopped",
            codes.MORPHINE_ER_60,
            directions(tablets(1), every_hours(12)),
            written=30,
            supply=Supply(120, 60),
        ),
        _never_given("cancelled", "cancelled", 5),
        _never_given("entered-in-error", "entered-in-error", 3),
        _never_given("draft", "draft", 0),
        _never_given("on-hold", "on-hold", 15),
        _never_given("do-not-perform", "active", 2, doNotPerform=True),
        _never_given("proposed", "active", 2, intent="proposal"),
        order(
            "inpatient",
            codes.MORPHINE_ER_60,
            directions(tablets(1), every_hours(12)),
            ago=1,
            supply=Supply(60, 30),
            category="inpatient",
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(6, "14:20"),
    ),
)

SCENARIOS = (ABRUPT_STOP, PLANNED_TAPER, NEW_START, ER_IN_NAIVE, NOT_IN_FORCE)
