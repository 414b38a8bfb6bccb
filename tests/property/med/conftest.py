"""How long the laws run: a few seconds by default, the long run with SEXTANT_LONG=1 (20,000 examples and more a law)."""

import os

from hypothesis import HealthCheck, settings

IS_LONG = os.environ.get("SEXTANT_LONG") == "1"
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("short", max_examples=60, deadline=None, suppress_health_check=CHECKS)
settings.register_profile("long", max_examples=20_000, deadline=None, suppress_health_check=CHECKS)
settings.load_profile("long" if IS_LONG else "short")
