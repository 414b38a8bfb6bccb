"""How a note must look for one make of EHR, as data."""

from dataclasses import dataclass

LOINC = "http://loinc.org"
NOTE_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category"


@dataclass(frozen=True, slots=True)
class NoteShape:
    """`type_code` and `type_words` are a LOINC document type that the EHR knows. `has_category`: with US Core's category.
    `search` narrows the look-up of a person's notes; "{identifier}" in it is ours. `can_update`: a note can be corrected in
    place; elsewhere a new one replaces it."""

    type_code: str = "11506-3"
    type_words: str = "Progress note"
    has_category: bool = True
    search: tuple[tuple[str, str], ...] = (("identifier", "{identifier}"),)
    can_update: bool = True
