"""What is known beforehand about one make of EHR, as data: which searches fill which feed, and its peculiarities."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.feeds import Feed
from app.fhir_adapters.base.note_shape import NoteShape

Parameters = tuple[tuple[str, str], ...]

OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


@dataclass(frozen=True, slots=True)
class Search:
    """One search by patient that helps to fill a feed. `optional` parameters are dropped when the EHR refuses them.

    The first search of a feed is its main one and decides. One of the others takes nothing away when the EHR does not offer
    or grant it; when it breaks off, the feed is partial.
    """

    resource_type: str
    parameters: Parameters = ()
    optional: Parameters = ()


def _observations(category: str) -> Search:
    return Search("Observation", (("category", f"{OBSERVATION_CATEGORY}|{category}"),))


_WITH_MEDICINE = (("_include", "MedicationRequest:medication"),)

USUAL_SEARCHES: Mapping[Feed, tuple[Search, ...]] = {
    Feed.PATIENT: (Search("CareTeam"),),
    Feed.MEDICATIONS: (
        Search("MedicationRequest", optional=_WITH_MEDICINE),
        Search("MedicationStatement", optional=(("_include", "MedicationStatement:medication"),)),
    ),
    Feed.DISPENSES: (Search("MedicationDispense", optional=(("_include", "MedicationDispense:medication"),)),),
    Feed.LABS: (_observations("laboratory"), Search("DiagnosticReport")),
    Feed.SURVEYS: (_observations("survey"), Search("QuestionnaireResponse")),
    Feed.CONDITIONS: (Search("Condition"),),
    Feed.ENCOUNTERS: (Search("Encounter"),),
    Feed.APPOINTMENTS: (Search("Appointment"),),
    Feed.DOCUMENTS: (Search("DocumentReference"),),
    Feed.PROCEDURES: (Search("Procedure"), Search("DeviceUseStatement")),
    Feed.CARE_PLANS: (
        Search("CarePlan"),
        Search("Goal"),
        Search("Consent"),
        Search("ServiceRequest"),
    ),
    Feed.FLAGS: (Search("Flag"),),
}
"""The main one of PATIENT is the read of the Patient itself. PDMP is no search: it follows from what the others found."""


@dataclass(frozen=True, slots=True)
class EhrProfile:
    """One make of EHR. Nothing here names a site; a site's settings choose a profile.

    `whole_observations`: ask for all observations at once where the grant allows, so that those without a category are
    found too. `always_fresh`: types whose searches decide a write, asked past the server's own cache.
    `harmless_outcomes`: codes of OperationOutcome entries that mean nothing is missing. `denied_codes`: codes that mean
    "not granted" although the status is 400.

    What it takes: `takes_flags`, `takes_notes`, `takes_provenance` (None: ask the EHR). `note` is how a note must look there.
    `creates_on_condition`: it knows If-None-Exist. `in_transactions`: a resource and its Provenance can be written together,
    all or nothing. `write_scopes` are asked for at launch beside what is read.
    """

    name: str
    searches: Mapping[Feed, tuple[Search, ...]] = field(default_factory=lambda: USUAL_SEARCHES)
    whole_observations: bool = False
    page_size: int | None = 100
    max_pages: int = 60
    max_rows: int = 6000
    seconds: float = 20.0
    side_by_side: int = 8
    max_medicines: int = 60
    always_fresh: frozenset[str] = frozenset({"Flag"})
    harmless_outcomes: frozenset[str] = frozenset()
    denied_codes: frozenset[str] = frozenset()
    takes_flags: bool | None = None
    takes_notes: bool | None = None
    takes_provenance: bool | None = None
    note: NoteShape = field(default_factory=NoteShape)
    creates_on_condition: bool = True
    in_transactions: bool = False
    write_scopes: tuple[str, ...] = ("patient/Flag.cruds",)
