"""From JSON text to the MED: charts a second on one core, and whether memory stays flat.

    python -m benchmarks.med_throughput [--charts 20000] [--resources 10] [--runs 3]

Charts are generated in batches outside the clock, and read one at a time, as `sextant med` does. What is timed (CPU time of
this process, which a busy machine does not stretch) is decoding, reading and `app.med.total`. A second pass times
reading alone.
Memory is the process's resident size after each tenth.
"""

import argparse
import json
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from app.fhir_adapters.files.charts import iter_charts
from app.med import total
from app.sandbox_ehr.clinic import generate_charts

AS_OF = date(2026, 3, 2)
ZONE = ZoneInfo("America/Los_Angeles")
BATCH = 500


def batches(charts: int, resources: int) -> Iterator[list[bytes]]:
    """JSON texts, a few hundred charts at a time."""
    made = generate_charts(charts, resources, AS_OF)
    while batch := [json.dumps(bundle).encode() for bundle in islice(made, BATCH)]:
        yield batch


def resident_megabytes() -> float:
    """Resident memory of this process, from the kernel."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def one_run(charts: int, resources: int) -> tuple[float, float, list[float]]:
    """CPU seconds for reading alone, for reading and MED, and the memory along the way."""
    reading = both = 0.0
    memory: list[float] = []
    for number, batch in enumerate(batches(charts, resources)):
        begun = time.process_time()
        answered = sum(total(record, AS_OF).patient is not None for record in iter_charts(batch, ZONE))
        ended = time.process_time()
        read = sum(1 for _ in iter_charts(batch, ZONE))
        both += ended - begun
        reading += time.process_time() - ended
        assert answered == read == len(batch)
        if number % max(charts // BATCH // 10, 1) == 0:
            memory.append(resident_megabytes())
    return reading, both, memory


def main() -> None:
    """Warm up (the tables are read once), then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--charts", type=int, default=20_000)
    parser.add_argument("--resources", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    one_run(BATCH, asked.resources)
    for run in range(1, asked.runs + 1):
        reading, both, memory = one_run(asked.charts, asked.resources)
        print(
            f"run {run}: {asked.charts / both:,.0f} charts/s JSON to MED "
            f"(reading {asked.charts / reading:,.0f}/s, MED {asked.charts / (both - reading):,.0f}/s), "
            f"memory {memory[0]:.0f} to {max(memory):.0f} MB"
        )


if __name__ == "__main__":
    main()
