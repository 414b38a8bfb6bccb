"""From JSON text to the review: patients a second on one core.

    python -m benchmarks.review [--runs 3] [--batch 200]

Charts of 10 and of 300 resources are generated outside the clock and read one at a time; what is timed (CPU time of this
process, which a busy machine does not stretch) is decoding, reading and `app.rules.review` with every rule of the usual pack.
"""

import argparse
import json
import time
from datetime import date
from zoneinfo import ZoneInfo

from app.fhir_adapters.files import iter_charts
from app.rules import load_pack, review
from app.sandbox_ehr.clinic import generate_charts

AS_OF = date(2026, 3, 2)
ZONE = ZoneInfo("America/Los_Angeles")
AIMS = {10: 1_000, 300: 100}
"""Resources a chart → patients a second that are aimed at."""


def patients_a_second(resources: int, charts: int, seed: int) -> tuple[float, float]:
    """Reading and review together, and reading alone."""
    policy = load_pack("us-default-2026")
    texts = [json.dumps(bundle).encode() for bundle in generate_charts(charts, resources, AS_OF, seed)]
    begun = time.process_time()
    read = sum(1 for _ in iter_charts(texts, ZONE))
    halfway = time.process_time()
    reviewed = sum(bool(review(record, policy, AS_OF).findings) for record in iter_charts(texts, ZONE))
    ended = time.process_time()
    assert read == reviewed == charts
    return charts / (ended - halfway), charts / (halfway - begun)


def main() -> None:
    """Warm up (the tables are read once), then the best of several runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=200)
    asked = parser.parse_args()
    patients_a_second(10, 20, 0)
    for resources, aim in AIMS.items():
        charts = asked.batch * (5 if resources == 10 else 1)
        both, reading = max(patients_a_second(resources, charts, seed) for seed in range(1, asked.runs + 1))
        print(f"{resources:>4} resources: {both:,.0f} patients/s (reading alone {reading:,.0f}); aim {aim:,}")


if __name__ == "__main__":
    main()
