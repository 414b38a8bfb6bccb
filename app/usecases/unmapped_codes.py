"""Codes and names of a clinic's own that nothing understands: what an administrator may want in the site code map.

A concept is listed when it has no coding of a standard system, the map does not hold it, and its words do not say what it is.
Counts are of rows and of people, so that the ones that matter come first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.domain.chart import QuestionnaireResponse
from app.domain.codes import Coding, Concept
from app.domain.medication import Medication
from app.domain.record import PatientRecord
from app.rules import Policy
from app.rules.site_codes import NO_SYSTEM
from app.terminology.processes import processes_titled
from app.terminology.recognise import PossiblyOpioid, recognise

STANDARD_SYSTEMS = (
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://loinc.org",
    "http://snomed.info/sct",
    "http://hl7.org/fhir/",
    "http://terminology.hl7.org/",
    "http://www.ama-assn.org/go/cpt",
    "http://www.cms.gov/",
    "http://unitsofmeasure.org",
    "http://www.ada.org/",
    "http://nucc.org/",
    "https://www.usps.com/",
)
"""Beginnings of the addresses of published systems: their codes are not the clinic's own."""


@dataclass(frozen=True, slots=True)
class LocalCode:
    """One code of the clinic's own (or, without a code, a name), and in which kind of row it stands."""

    kind: str
    system: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How often one occurs."""

    local: LocalCode
    rows: int
    people: int


@dataclass
class UnmappedCodes:
    """Use case: gathers over chart after chart. Only counts are kept of people."""

    policy: Policy
    rows: dict[LocalCode, int] = field(default_factory=dict)
    people: dict[LocalCode, int] = field(default_factory=dict)

    def add(self, record: PatientRecord) -> None:
        """Count one chart."""
        found = [each for kind, concept in concepts_of(record) for each in self._unmapped(kind, concept)]
        for each in found:
            self.rows[each] = self.rows.get(each, 0) + 1
        for each in set(found):
            self.people[each] = self.people.get(each, 0) + 1

    def counted(self) -> tuple[Counted, ...]:
        """The most frequent first, then by kind, system and code."""
        found = [Counted(each, self.rows[each], self.people[each]) for each in self.rows]
        return tuple(sorted(found, key=lambda each: (-each.rows, _key(each.local))))

    def _unmapped(self, kind: str, concept: Concept) -> Iterator[LocalCode]:
        if _is_published(concept) or self.policy.codes.meaning(concept) or _says_what_it_is(kind, concept):
            return
        name = concept.label or ""
        local = [each for each in concept.codings if each.code]
        for each in local:
            yield LocalCode(kind, each.system or NO_SYSTEM, each.code or "", name)
        if not local and name:
            yield LocalCode(kind, "", "", name)


def _key(local: LocalCode) -> tuple[str, str, str, str]:
    return local.kind, local.system, local.code, local.name


def _is_published(concept: Concept) -> bool:
    return any((each.system or "").startswith(STANDARD_SYSTEMS) and each.code for each in concept.codings)


def _says_what_it_is(kind: str, concept: Concept) -> bool:
    """A medicine whose name can be read, a document or consent whose title is known."""
    if kind == "Medication":
        return not isinstance(recognise(Medication(concept)), PossiblyOpioid)
    texts = (concept.text, *(each.display for each in concept.codings))
    return kind in {"DocumentReference", "Consent"} and any(processes_titled(text) for text in texts if text)


def concepts_of(record: PatientRecord) -> Iterator[tuple[str, Concept]]:
    """Every concept of the chart that a rule may ask about, with the kind of row."""
    for rows in (record.orders, record.dispenses, record.statements):
        yield from (("Medication", given.medication.concept) for given in rows)
    for seen in record.observations:
        yield "Observation", seen.concept
        yield from (("Observation", part.concept) for part in seen.components)
    for listed in record.conditions:
        yield "Condition", listed.concept
    for act in record.procedures:
        yield "Procedure", act.concept
    for filed in record.documents:
        yield "DocumentReference", Concept(filed.concept.codings, filed.concept.text or filed.title)
    for plan in record.plans:
        yield from ((plan.kind, concept) for concept in plan.concepts)
    for met in record.encounters:
        yield from (("Encounter", concept) for concept in met.types)
    yield from _questions(record.questionnaire_responses)


def _questions(forms: Iterable[QuestionnaireResponse]) -> Iterator[tuple[str, Concept]]:
    """Questions of forms: the form's address is the system. Questions with a standard code say it in link id or definition."""
    for form in forms:
        system = (form.questionnaire or NO_SYSTEM).split("|")[0]
        for answer in form.answers:
            if answer.link_id and answer.values and not _has_loinc(answer.link_id, answer.definition):
                yield "Question", Concept((Coding(system, answer.link_id),), answer.text)


def _has_loinc(*texts: str | None) -> bool:
    last = ((text or "").rstrip("/").rsplit("/", 1)[-1] for text in texts)
    return any(part.replace("-", "").isdigit() and part[-2:-1] == "-" for part in last)


def counted_as_json(counted: Counted) -> dict[str, object]:
    """The shape of `sextant codes unmapped --json`: one code a line."""
    local = counted.local
    return {
        "kind": local.kind,
        "system": local.system or None,
        "code": local.code or None,
        "name": local.name or None,
        "rows": counted.rows,
        "people": counted.people,
    }
