"""The clinic itself: organization, people who work there, rooms, and the medicines of its formulary."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.codes import Code
from app.sandbox_ehr.clinic.scenario import Resource

STAFF = (
    ("dr-reyes", "Elena", "Reyes", "MD"),
    ("dr-chen", "Wei", "Chen", "MD"),
    ("np-okafor", "Adaeze", "Okafor", "NP"),
)
# Prescribes for some of our patients, works elsewhere.
OUTSIDE = ("dr-lindgren", "Karl", "Lindgren", "DO")

# The drug-knowledge codings that Epic adds beside RxNorm. Only RxNorm carries meaning for us.
_EPIC_OXYCODONE_ER_20 = (
    codes.OXYCODONE,
    codes.OXYCODONE_HYDROCHLORIDE,
    codes.OXYCODONE_ER_20,
    Code("urn:oid:2.16.840.1.113883.6.68", "65100075107420", "oxyCODONE HCl Tab ER 12HR Deter 20 MG"),
    Code("urn:oid:2.16.840.1.113883.6.253", "66621", "oxycodone ER 20 mg tablet,crush resistant"),
    Code("urn:oid:2.16.840.1.113883.6.162", "32479", "oxycodone ER 20 mg tablet"),
    Code("urn:oid:2.16.840.1.113883.6.162", "4225", "oxycodone"),
    Code("urn:oid:1.2.840.114350.1.13.0.1.7.2.698288", "91340", "OXYCODONE ER 20 MG TABLET,CRUSH RESISTANT"),
)


def shared_resources() -> list[Resource]:
    """What every chart refers to. It goes to a server before the first chart."""
    return [
        _organization("harborview", "Harborview Family Medicine"),
        _organization("northgate-urgent-care", "Northgate Urgent Care"),
        _location(),
        *(_practitioner(*who) for who in (*STAFF, OUTSIDE)),
        *(_role(who[0], "harborview") for who in STAFF),
        _role(OUTSIDE[0], "northgate-urgent-care"),
        *medications(),
    ]


def medications() -> list[Resource]:
    """Medication resources that orders refer to instead of naming a code."""
    return [
        _medication("med-oxycodone-er-20-epic", _EPIC_OXYCODONE_ER_20, "OXYCODONE ER 20 MG TABLET,CRUSH RESISTANT"),
        _medication(
            "med-oxycodone-5-ndc-and-rxnorm",
            (Code(codes.NDC, "00406055201", "oxyCODONE HCl 5 MG Oral Tablet"), codes.OXYCODONE_5),
            "oxyCODONE HCl 5 MG Tablet",
        ),
        _medication("med-hydromorphone-2", (codes.HYDROMORPHONE_2,), "HYDROmorphone 2 mg tablet"),
    ]


def _organization(identity: str, name: str) -> Resource:
    return {"resourceType": "Organization", "id": identity, "active": True, "name": name}


def _location() -> Resource:
    return {
        "resourceType": "Location",
        "id": "harborview-clinic",
        "status": "active",
        "name": "Harborview Family Medicine, second floor",
        "managingOrganization": {"reference": "Organization/harborview"},
    }


def clinician(identity: str) -> Resource:
    """A reference to somebody who sees patients, with the name beside it as EHRs send it."""
    names = {who: f"{given} {family}, {degree}" for who, given, family, degree in (*STAFF, OUTSIDE)}
    reference = {"reference": f"Practitioner/{identity}"}
    return {**reference, "display": names[identity]} if identity in names else reference


def _practitioner(identity: str, given: str, family: str, degree: str) -> Resource:
    return {
        "resourceType": "Practitioner",
        "id": identity,
        "active": True,
        "name": [{"use": "official", "family": family, "given": [given], "suffix": [degree]}],
    }


def _role(practitioner: str, organization: str) -> Resource:
    return {
        "resourceType": "PractitionerRole",
        "id": f"{practitioner}-role",
        "active": True,
        "practitioner": {"reference": f"Practitioner/{practitioner}"},
        "organization": {"reference": f"Organization/{organization}"},
    }


def _medication(identity: str, codings: tuple[Code, ...], text: str) -> Resource:
    return {
        "resourceType": "Medication",
        "id": identity,
        "code": {"coding": [code.coding for code in codings], "text": text},
        "status": "active",
    }
