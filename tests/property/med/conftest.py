"""How long the laws run: a few seconds by default, the long run with SEXTANT_LONG=1 (20,000 examples and more a law)."""

import os

from hypothesis import HealthCheck, settings

IS_LONG = os.environ.get("SEXTANT_LONG") == "1"


def examples(short: int, long: int) -> settings:
    """So many examples; a loaded machine is no failure."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=long if IS_LONG else short, deadline=None, suppress_health_check=slow)


LAW = examples(60, 20_000)
