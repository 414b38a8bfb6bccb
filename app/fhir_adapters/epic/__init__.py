"""Epic: Flags can be read but not written, so the result goes into the chart as one note of the visit.

From Epic's published CapabilityStatement (May 2026 sandbox): DocumentReference create and update, no conditional create, no
Provenance create. A site that registers other scopes sets `scopes` itself.
"""

from app.fhir_adapters.base.note_shape import NOTE_CATEGORY, NoteShape
from app.fhir_adapters.base.profile import EhrProfile

EPIC = EhrProfile(
    name="epic",
    harmless_outcomes=frozenset({"4101"}),
    denied_codes=frozenset({"59204", "59022"}),
    takes_flags=False,
    takes_notes=True,
    takes_provenance=False,
    creates_on_condition=False,
    note=NoteShape(search=(("category", f"{NOTE_CATEGORY}|clinical-note"),)),
    write_scopes=("patient/Flag.rs", "patient/DocumentReference.cru"),
)
