"""Patient and CareTeam, opened."""

from app.domain.chart import CareTeam, Patient
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.values import Opening, display_names

_BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
_BIRTH_SEX_WORDS = {"F": "female", "M": "male"}
_NOT_NOW = {"old", "maiden", "anonymous", "temp"}


def open_patient(reference: str, sent: fhir.Patient, opening: Opening) -> Patient:
    """A Patient. A date of death means deceased; an unreadable one too, with the date unknown."""
    died = opening.day(sent.deceased_date_time, "deceasedDateTime")
    return Patient(
        reference=reference,
        name=_name(sent.name or []),
        birth_date=opening.day(sent.birth_date, "birthDate"),
        sex=_birth_sex(sent) or sent.gender,
        medical_record_number=_medical_record_number(sent.identifier or []),
        deceased=bool(sent.deceased_boolean or sent.deceased_date_time),
        deceased_on=died,
        general_practitioners=opening.references_of(sent.general_practitioner),
        general_practitioner_names=display_names(sent.general_practitioner),
        managing_organization=opening.reference(sent.managing_organization),
    )


def _name(names: list[fhir.HumanName]) -> str | None:
    """The official name, else the first that is still in use."""
    current = [name for name in names if name.use not in _NOT_NOW] or names
    best = next((name for name in current if name.use == "official"), current[0] if current else None)
    if best is None:
        return None
    given = " ".join(part for part in best.given or () if part)
    return best.text or f"{given} {best.family or ''}".strip() or None


def _birth_sex(sent: fhir.Patient) -> str | None:
    stated = next((e.value_code for e in sent.extension or () if e.url == _BIRTH_SEX), None)
    return _BIRTH_SEX_WORDS.get(stated or "")


def _medical_record_number(identifiers: list[fhir.Identifier]) -> str | None:
    for identifier in identifiers:
        codings = identifier.type.coding if identifier.type else None
        if any(c.code == "MR" for c in codings or ()) and identifier.use != "old":
            return identifier.value
    return None


def open_care_team(reference: str, sent: fhir.CareTeam, opening: Opening) -> CareTeam:
    """A CareTeam with its members that are not the person themself."""
    members = [p.member for p in sent.participant or () if p.member is not None]
    others = [m for m in members if not (opening.reference(m) or "").startswith(("Patient/", "RelatedPerson/"))]
    return CareTeam(
        reference=reference,
        status=sent.status,
        subject=opening.reference(sent.subject),
        members=opening.references_of(others),
        member_names=display_names(others),
    )
