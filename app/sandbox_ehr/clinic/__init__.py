"""The synthetic clinic: invented people whose dose is worked out by hand, dated from any day.

`SCENARIOS` are the named patients. `transaction_bundles` feeds a server, `bundle_of` writes one chart for the
command line, `write_ndjson` writes a bulk export, `generate_charts` makes volume for measurements. The same seed and
day give the same bytes.
"""

from app.sandbox_ehr.clinic.emit import bundle_of, resources, transaction_bundles, write_ndjson
from app.sandbox_ehr.clinic.scenario import HandWorked, Person, Scenario
from app.sandbox_ehr.clinic.scenarios import SCENARIOS
from app.sandbox_ehr.clinic.volume import generate_charts

__all__ = [
    "SCENARIOS",
    "HandWorked",
    "Person",
    "Scenario",
    "bundle_of",
    "generate_charts",
    "resources",
    "transaction_bundles",
    "write_ndjson",
]
