"""A token for Anne never reads, finds, changes or makes anything of Boris's, whatever the store does."""

from __future__ import annotations

import json

import httpx
import pytest

from app.sandbox_ehr.compartment import OWNERSHIP
from tests.contract.gateway.two_charts import ANNE, BORIS, KINDS, Resource, patient, resource

ALL_KINDS = sorted(KINDS)
JSON = {"content-type": "application/fhir+json"}
FRESH = {"cache-control": "no-cache"}  # HAPI answers a search again from memory for a minute
# The owner of these is found through what they point at; HAPI and R4 have no `patient` search for them.
UNSEARCHABLE = {"Binary"}


def entries(answer: httpx.Response) -> list[Resource]:
    assert answer.status_code == 200, answer.text
    return [entry["resource"] for entry in answer.json().get("entry", ())]


def ids(answer: httpx.Response) -> set[str]:
    return {found["id"] for found in entries(answer) if found["resourceType"] != "OperationOutcome"}


def test_the_charts_cover_every_kind_in_the_gateways_table() -> None:
    assert set(OWNERSHIP) == {*KINDS, "Patient"}


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_own_resource_is_read(anne: httpx.Client, kind: str) -> None:
    answer = anne.get(f"{kind}/anne-{kind.lower()}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == f"anne-{kind.lower()}"


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_anothers_resource_is_as_good_as_not_there(anne: httpx.Client, kind: str) -> None:
    theirs = f"{kind}/boris-{kind.lower()}"
    for path in (theirs, f"{theirs}/_history/1"):
        answer = anne.get(path)
        assert answer.status_code == 404
        assert "boris" not in answer.text
    history = anne.get(f"{theirs}/_history")
    assert history.status_code in (200, 404)
    assert not history.json().get("entry")


@pytest.mark.parametrize("kind", sorted(set(KINDS) - UNSEARCHABLE))
@pytest.mark.parametrize(
    "query", ["", "patient=boris", "patient=Patient/boris", "_id=boris-{kind}", "_count=0", "_summary=count"]
)
def test_search_finds_only_own_rows(anne: httpx.Client, kind: str, query: str) -> None:
    if kind == "AdverseEvent":
        query = query.replace("patient=", "subject=")
    answer = anne.get(f"{kind}?{query.format(kind=kind.lower())}", headers=FRESH)
    assert answer.status_code == 200, answer.text
    assert "boris" not in json.dumps(entries(answer))
    own = len(ids(anne.get(f"{kind}?_count=200", headers=FRESH)))
    assert own >= 1
    # The total counts Anne's rows or, for a search for Boris's, none; never the rows of both.
    assert answer.json().get("total", 0) in (0, own)
    if query == "":
        assert ids(answer)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - UNSEARCHABLE))
def test_search_by_form_finds_only_own_rows(anne: httpx.Client, kind: str) -> None:
    found = entries(anne.post(f"{kind}/_search", data={"_count": "5"}))
    assert found
    assert "boris" not in json.dumps(found)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_nothing_is_made_or_changed_in_anothers_chart(anne: httpx.Client, kind: str) -> None:
    theirs = resource(kind, BORIS)
    made = {name: value for name, value in theirs.items() if name != "id"}
    assert anne.post(kind, json=made, headers=JSON).status_code == 403
    assert anne.put(f"{kind}/{theirs['id']}", json=theirs, headers=JSON).status_code == 403
    # Boris's resource, overwritten as if it were Anne's.
    stolen = resource(kind, ANNE, theirs["id"])
    assert anne.put(f"{kind}/{theirs['id']}", json=stolen, headers=JSON).status_code == 403
    # Anne's own resource, handed to Boris.
    given = resource(kind, BORIS, f"anne-{kind.lower()}")
    assert anne.put(f"{kind}/{given['id']}", json=given, headers=JSON).status_code == 403
    assert anne.delete(f"{kind}/{theirs['id']}").status_code == 404


def test_the_patient_resource_itself(anne: httpx.Client) -> None:
    assert anne.get("Patient/anne").json()["id"] == "anne"
    assert anne.get("Patient/boris").status_code == 404
    assert ids(anne.get("Patient")) == {"anne"}
    assert ids(anne.get("Patient?_id=boris")) == set()
    assert ids(anne.get("Patient?name=Borisson")) == set()
    assert anne.put("Patient/boris", json=patient(BORIS), headers=JSON).status_code == 403
    assert anne.post("Patient", json=patient("carla"), headers=JSON).status_code == 403


def test_every_page_holds_only_own_rows(anne: httpx.Client) -> None:
    url, seen, pages = "Observation?_count=7", set(), 0
    while url:
        answer = anne.get(url)
        seen |= ids(answer)
        pages += 1
        links = {link["relation"]: link["url"] for link in answer.json()["link"]}
        assert all(link.startswith(str(anne.base_url)[:-1]) for link in links.values())
        url = links.get("next", "")
    assert pages >= 5
    assert seen == {"anne-observation", *(f"anne-observation-{number}" for number in range(30))}


def test_full_urls_and_locations_are_the_gateways(anne: httpx.Client) -> None:
    base = str(anne.base_url)
    rows = anne.get("Flag").json()["entry"]
    assert all(row["fullUrl"].startswith(base) for row in rows)
    made = anne.post("Flag", json=_new_flag(), headers=JSON)
    assert made.status_code == 201, made.text
    place = made.headers.get("location") or made.headers["content-location"]
    assert place.startswith(f"{base}Flag/")
    assert "invalid" not in made.text


def test_shared_rows_may_be_included_and_others_may_not(anne: httpx.Client) -> None:
    found = entries(anne.get("MedicationRequest?_include=MedicationRequest:medication"))
    assert {each["resourceType"] for each in found} == {"MedicationRequest", "Medication"}
    found = entries(anne.get("Patient?_revinclude=Flag:patient"))
    assert all(each["id"].startswith("anne") or each.get("subject") == _anne() for each in found)


@pytest.mark.parametrize("query", ["_has:Flag:patient:_id=boris-flag", "subject.name=Borisson"])
def test_searches_through_other_charts_are_refused(anne: httpx.Client, query: str) -> None:
    assert anne.get(f"Observation?{query}").status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "_history"),
        ("GET", "Observation/_history"),
        ("GET", "Patient/boris/Observation"),
        ("GET", "Patient/boris/$everything"),
        ("GET", "$export"),
        ("POST", "$process-message"),
        ("PUT", "Flag?identifier=x|y"),
        ("DELETE", "Flag?patient=boris"),
        ("PATCH", "Flag/boris-flag"),
        ("GET", "Group/all"),
    ],
)
def test_other_ways_in_are_closed(anne: httpx.Client, method: str, path: str) -> None:
    answer = anne.request(method, path, json=_new_flag() if method != "GET" else None, headers=JSON)
    assert answer.status_code in (403, 405)


def test_conditional_create_does_not_find_anothers(anne: httpx.Client) -> None:
    condition = {"if-none-exist": "_id=boris-flag", **JSON}
    answer = anne.post("Flag", json=_new_flag(), headers=condition)
    assert answer.status_code != 200
    assert "boris" not in (answer.text + str(answer.headers)).replace("_id=boris-flag", "")


def test_elements_do_not_hide_whose_row_it_is(anne: httpx.Client) -> None:
    found = entries(anne.get("Observation?_elements=status"))
    assert found
    assert all(each["subject"] == _anne() for each in found)


def test_a_subject_elsewhere_is_not_this_patient(anne: httpx.Client) -> None:
    for subject in (
        {"reference": "http://elsewhere.example/fhir/Patient/anne"},
        {"reference": "#anne"},
        {"reference": "Patient?identifier=urn:example:mrn|MRN-boris"},
        {"identifier": {"system": "urn:example:mrn", "value": "MRN-boris"}},
    ):
        answer = anne.post("Flag", json={**_new_flag(), "subject": subject}, headers=JSON)
        assert answer.status_code in (400, 403), subject


def test_own_subject_may_be_absolute(anne: httpx.Client) -> None:
    subject = {"reference": f"{anne.base_url}Patient/anne"}
    assert anne.post("Flag", json={**_new_flag(), "subject": subject}, headers=JSON).status_code == 201


def test_provenance_follows_its_target(anne: httpx.Client) -> None:
    provenance = {name: value for name, value in resource("Provenance", ANNE).items() if name != "id"}
    own = {**provenance, "target": [{"reference": "Flag/anne-flag"}]}
    made = anne.post("Provenance", json=own, headers=JSON)
    assert made.status_code == 201, made.text
    assert anne.get(f"Provenance/{made.json()['id']}").status_code == 200
    found = anne.get("Provenance?target=Flag/anne-flag", headers={"cache-control": "no-cache"})
    assert made.json()["id"] in ids(found)
    for targets in (["Flag/boris-flag"], ["Flag/anne-flag", "Flag/boris-flag"], ["Patient/boris"]):
        theirs = {**provenance, "target": [{"reference": target} for target in targets]}
        assert anne.post("Provenance", json=theirs, headers=JSON).status_code == 403


def test_provenance_of_anothers_is_not_found(anne: httpx.Client) -> None:
    for more in ("", "&_summary=count"):
        answer = anne.get(f"Provenance?target=Patient/boris{more}", headers=FRESH)
        assert answer.json().get("total", 0) == 0
        assert "entry" not in answer.json()


def test_a_known_version_does_not_tell_of_anothers_resource(anne: httpx.Client) -> None:
    assert anne.get("Flag/boris-flag", headers={"if-none-match": 'W/"1"'}).status_code == 404


def _new_flag() -> Resource:
    return {name: value for name, value in resource("Flag", ANNE).items() if name != "id"}


def _anne() -> Resource:
    return {"reference": "Patient/anne"}
