"""A well-kept chart in one word, so that a scenario says only what differs from it."""

from collections.abc import Sequence

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import (
    agreement,
    appointment,
    done,
    egfr,
    goal,
    pain_plan,
    pdmp_checked,
    peg,
    phq9,
    problem,
    score,
    urine_screen,
    visit,
)
from app.sandbox_ehr.clinic.codes import Code
from app.sandbox_ehr.clinic.medicines import Supply, naloxone, order
from app.sandbox_ehr.clinic.scenario import Chart, Entry, Resource
from app.sandbox_ehr.clinic.shapes import directions, tablets, times_a_day


def routine(*, screen: Code, without: Sequence[str] = (), since: int = 800) -> Entry:
    """A well-kept chart: every step in date, nothing falling due soon.

    `screen` is the urine analyte that the prescribed opioid should show; `without` leaves parts out by name;
    `since` is how many days ago long-term therapy began.
    """
    parts: dict[str, list[Entry]] = {
        "visits": [visit(290), visit(200), visit(110), visit(20)],
        "next": [appointment(45, "11:00")],
        "peg": [peg(since, 8, 8, 8), peg(80, 4, 5, 4), peg(20, 4, 4, 4)],
        "scores": [
            phq9(110, 4),
            score(codes.GAD7_TOTAL, 110, 3),
            score(codes.PC_PTSD5_TOTAL, 110, 0),
            score(codes.AUDIT_C_TOTAL, 110, 1),
            score(codes.ORT_TOTAL, 110, 1),
        ],
        "udt": [urine_screen(110, [screen], _others(screen))],
        "agreement": [agreement(110)],
        "pdmp": [pdmp_checked(20)],
        "naloxone": [naloxone(110)],
        "plans": [
            done(codes.OPIOID_SAFETY_COUNSELING, 110),
            done(codes.PHYSICAL_THERAPY, 110, at=None),
            goal(110, "Walk the dog for 30 minutes; pain does not decide the day"),
            pain_plan(110),
        ],
        "labs": [egfr(110, 84)],
        "problems": [problem(codes.LONG_TERM_OPIOID, since), problem(codes.CHRONIC_PAIN_SYNDROME, since + 400)],
        "bowel": [_senna(110)],
    }
    unknown = set(without) - parts.keys()
    if unknown:
        raise ValueError(f"routine has no part called {', '.join(sorted(unknown))}")
    kept = [entry for name, entries in parts.items() if name not in without for entry in entries]

    def write(chart: Chart) -> list[Resource]:
        return [resource for entry in kept for resource in entry(chart)]

    return write


def _others(screen: Code) -> list[Code]:
    panel = (codes.SCREEN_BENZODIAZEPINES, codes.SCREEN_COCAINE, codes.SCREEN_AMPHETAMINE, codes.SCREEN_METHADONE)
    return [code for code in panel if code != screen]


def _senna(ago: int) -> Entry:
    use = directions(tablets(2), times_a_day(1), text="2 tablets at bedtime")
    return order("senna", codes.SENNOSIDES, use, ago=ago, supply=Supply(60, 30, refills=11))
