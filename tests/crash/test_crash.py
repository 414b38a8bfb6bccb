"""The application and the worker are killed at named and at random points, over both stores, with a real HAPI that stays up.

Nothing is lost, nothing is written twice, nothing is unaudited, and the chart is as the plan says. More of the same:
`scripts/crash-test --trials 500`.
"""

import random

from tests.crash.trials import STORES, report, run_trials

TRIALS = 30


def test_nothing_is_lost_repeated_or_unaudited(hapi_server: str) -> None:
    outcomes = run_trials(hapi_server, STORES, TRIALS, seed=random.SystemRandom().randrange(10**6))
    assert not [fault for each in outcomes for fault in each.faults], report(outcomes)
    assert sum(each.killed for each in outcomes) >= TRIALS // 2, "too few processes died for this to say anything"
    assert any(each.decided for each in outcomes), "no decision was ever stored"
