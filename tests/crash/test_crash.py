"""The application and the worker are killed at named and at random points, over both stores, with a real HAPI that stays up.

Nothing is lost, nothing is written twice, nothing is unaudited, and the chart is as the plan says. More of the same:
`scripts/crash-test --trials 500`.
"""

import random
from pathlib import Path

import httpx

from tests.clinic_day import clinic_today
from tests.crash.acts import ACTS, TakeBack
from tests.crash.clinic import Hapi, add_doctor, add_patient
from tests.crash.compare import Asked, compare, decided_since, rows_about
from tests.crash.trials import STORES, arena, launch, report, run_trials

TRIALS = 30


def test_nothing_is_lost_repeated_or_unaudited(hapi_server: str) -> None:
    outcomes = run_trials(hapi_server, STORES, TRIALS, seed=random.SystemRandom().randrange(10**6))
    assert not [fault for each in outcomes for fault in each.faults], report(outcomes)
    assert sum(each.killed for each in outcomes) >= TRIALS // 2, "too few processes died for this to say anything"
    assert any(each.decided for each in outcomes), "no decision was ever stored"
    assert {each.act for each in outcomes} >= {act.name for act in ACTS}


def test_what_happens_in_the_chart_without_a_line_is_seen(hapi_server: str, tmp_path: Path) -> None:
    """The same comparison, where somebody else changes a Flag and the trial is not told of it."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        hapi = Hapi(hapi_server, client)
        add_doctor(hapi)
        with arena("sqlite", hapi, f"sqlite:///{tmp_path}/seen.db") as where:
            session = launch(where, "sandbox", add_patient(hapi, clinic_today()))
            TakeBack().begin(where, session)
            rules = frozenset(row.intent.rule for row in decided_since(rows_about(where, session), ()))
            assert compare(where, session, Asked(offered=rules), ()) == []
            flag = hapi.find(f"Flag?patient={session.patient.partition('/')[2]}")[0]
            hapi.put({**flag, "period": {"start": "2020-01-01"}}).raise_for_status()
            faults = compare(where, session, Asked(offered=rules), ())
    assert f"unaudited: Flag/{flag['id']}/_history/2 was written and no line says so" in faults, faults
