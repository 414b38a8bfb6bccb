"""Any FHIR R4 server that follows US Core: searches by category, conditional requests where it says so.

The outcome codes are Epic's: 4101 says that a search found nothing, 59204 and 59022 that a category was not granted (with
status 400, not 403). No other EHR uses these numbers.
"""

from app.fhir_adapters.base.profile import EhrProfile

GENERIC = EhrProfile(
    name="generic",
    harmless_outcomes=frozenset({"4101"}),
    denied_codes=frozenset({"59204", "59022"}),
)
