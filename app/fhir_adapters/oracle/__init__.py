"""Oracle Health Millennium: no Flag at all, so the result goes into the chart as one note of the visit.

From Oracle Health's pages on DocumentReference and its CapabilityStatement: create and update (a stale If-Match is a 409), no
conditional create, a 201 with an empty body, Provenance create, no `_include`, pages of at most 100 documents. The author must
be the practitioner who signed in; the text comes back as RTF, so a note is known again by the reference in its title.
"""

from app.domain.feeds import Feed
from app.fhir_adapters.base.note_shape import NoteShape
from app.fhir_adapters.base.profile import USUAL_SEARCHES, EhrProfile, Search

ORACLE = EhrProfile(
    name="oracle",
    searches={
        **USUAL_SEARCHES,
        Feed.MEDICATIONS: (Search("MedicationRequest"),),
        Feed.DISPENSES: (Search("MedicationDispense"),),
    },
    takes_flags=False,
    takes_notes=True,
    creates_on_condition=False,
    note=NoteShape(has_category=False, search=(("_count", "100"),)),
    write_scopes=("patient/DocumentReference.cru", "patient/Provenance.c"),
)
