"""HAPI FHIR JPA server, and the sandbox EHR.

Searches are reused for 60 s unless asked with `Cache-Control: no-cache`; a stale If-Match is a 409; R4 Flag has no `status`
search (the reader never uses one); a page id that has run out is a 410, after which the reader starts once more. A Flag and
its Provenance go together in a transaction.
"""

from app.fhir_adapters.base.profile import EhrProfile

HAPI = EhrProfile(
    name="hapi",
    whole_observations=True,
    page_size=200,
    takes_flags=True,
    takes_provenance=True,
    in_transactions=True,
    write_scopes=("patient/Flag.cruds", "patient/Provenance.crs"),
)
