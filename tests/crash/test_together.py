"""Two workers, two users and a person in the EHR at one patient's Flags at once: no duplicate, nobody's edit overwritten.

More of the same: `python -m tests.crash.together --rounds 200`.
"""

import random

import pytest

from tests.crash.together import STORES, report, run_rounds

ROUNDS = 8


@pytest.mark.parametrize("store", STORES)
def test_one_flag_is_left_and_the_person_has_the_last_word(hapi_server: str, store: str) -> None:
    tally = run_rounds(hapi_server, store, ROUNDS, seed=random.SystemRandom().randrange(10**6))
    assert not tally.faults, report(store, tally)
    assert sum(tally.outcomes.values()) >= ROUNDS
