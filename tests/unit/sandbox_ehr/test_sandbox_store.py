"""What we rely on in the FHIR store: kept as a test, since the store is a young library of one author."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox_ehr.compartment import OWNERSHIP
from app.sandbox_ehr.store import STORE_BASE, open_store
from tests.contract.gateway.two_charts import KINDS, bundle, chart, resource, shared

Resource = dict[str, Any]


class StoreClient:
    """Speaks to the store without a socket."""

    def __init__(self, app: Any) -> None:
        self._transport = httpx.ASGITransport(app)

    def __call__(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport) as client:
                return await client.request(method, f"{STORE_BASE}/{path}", json=body, headers=headers)

        return asyncio.run(ask())

    def found(self, path: str) -> list[Resource]:
        return [entry["resource"] for entry in self("GET", path).json().get("entry", ())]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> StoreClient:
    opened = open_store(tmp_path_factory.mktemp("store"))
    opened.load([bundle(shared()), bundle(chart("anne")), bundle(chart("boris"))])
    return StoreClient(opened.app)


def flag(value: str = "") -> Resource:
    made = {name: part for name, part in resource("Flag", "anne").items() if name != "id"}
    return made | ({"identifier": [{"system": "urn:example:app", "value": value}]} if value else {})


def test_create_read_update_delete(store: StoreClient) -> None:
    made = store("POST", "Flag", flag())
    assert made.status_code == 201
    assert made.headers["etag"] == 'W/"1"'
    path = f"Flag/{made.json()['id']}"
    ended = {**made.json(), "status": "inactive"}
    assert store("PUT", path, ended, {"if-match": 'W/"1"'}).headers["etag"] == 'W/"2"'
    assert store("GET", f"{path}/_history/1").json()["status"] == "active"
    assert len(store.found(f"{path}/_history")) == 2
    assert store("DELETE", path).status_code == 200
    assert store("GET", path).status_code == 410
    assert store("GET", "Flag/never-was").status_code == 404


def test_a_stale_write_is_refused(store: StoreClient) -> None:
    made = store("POST", "Flag", flag()).json()
    stale = store("PUT", f"Flag/{made['id']}", made, {"if-match": 'W/"7"'})
    assert stale.status_code == 412
    assert stale.json()["resourceType"] == "OperationOutcome"


def test_conditional_create(store: StoreClient) -> None:
    condition = {"if-none-exist": "identifier=urn:example:app|twice"}
    first = store("POST", "Flag", flag("twice"), condition)
    second = store("POST", "Flag", flag("twice"), condition)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_conditional_creates_at_once_store_one(store: StoreClient) -> None:
    async def all_at_once() -> list[int]:
        condition = {"if-none-exist": "identifier=urn:example:app|at once"}
        async with httpx.AsyncClient(transport=store._transport) as client:
            posts = [client.post(f"{STORE_BASE}/Flag", json=flag("at once"), headers=condition) for _ in range(12)]
            return sorted(answer.status_code for answer in await asyncio.gather(*posts))

    assert asyncio.run(all_at_once()) == [200] * 11 + [201]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"AdverseEvent"}))
def test_each_kind_is_found_by_patient(store: StoreClient, kind: str) -> None:
    for query in ("patient=anne", "patient=Patient/anne"):
        found = store.found(f"{kind}?{query}&_count=100")
        assert found
        assert "boris" not in str(found)


def test_subject_finds_too(store: StoreClient) -> None:
    for kind in (kind for kind, ownership in OWNERSHIP.items() if ownership.paths == ("subject",)):
        found = store.found(f"{kind}?subject=Patient/anne&_count=100")
        assert found, kind
        assert "boris" not in str(found), kind


@pytest.mark.parametrize(
    "query",
    [
        "Observation?patient=anne&code=urn:example:codes|peg",
        "Observation?patient=anne&category=survey",
        "Observation?patient=anne&date=ge2025-03-01&date=lt2025-03-02",
        "Observation?_id=coded",
        "Observation?patient=anne&status=amended",
    ],
)
def test_search_by_what_we_use(store: StoreClient, query: str) -> None:
    coded = resource("Observation", "anne", "coded") | {
        "status": "amended",
        "code": {"coding": [{"system": "urn:example:codes", "code": "peg"}]},
        "category": [{"coding": [{"system": "urn:example:categories", "code": "survey"}]}],
        "effectiveDateTime": "2025-03-01T10:00:00Z",
    }
    store("PUT", "Observation/coded", coded)
    assert [found["id"] for found in store.found(query)] == ["coded"]


def test_questionnaire_responses_are_found_by_day(store: StoreClient) -> None:
    answered = resource("QuestionnaireResponse", "anne", "answered") | {"authored": "2025-06-01T10:00:00Z"}
    store("PUT", "QuestionnaireResponse/answered", answered)
    found = store.found("QuestionnaireResponse?patient=anne&authored=ge2025-05-31")
    assert [each["id"] for each in found] == ["answered"]


def test_pages_follow_next_to_the_end(store: StoreClient) -> None:
    url, seen = "Observation?patient=boris&_count=10", []
    while url:
        page = store("GET", url).json()
        seen += [entry["resource"]["id"] for entry in page["entry"]]
        links = {link["relation"]: link["url"] for link in page["link"]}
        url = links.get("next", "").removeprefix(f"{STORE_BASE}/")
    assert len(seen) == len(set(seen)) == 31


def test_a_transaction_stands_or_falls(store: StoreClient) -> None:
    urn = "urn:uuid:0b3f0d3c-13a5-4a3e-9f76-2f1c1d9a6a10"
    provenance = {name: part for name, part in resource("Provenance", "anne").items() if name != "id"}
    entries: list[Resource] = [
        {"fullUrl": urn, "resource": flag("all"), "request": {"method": "POST", "url": "Flag"}},
        {
            "resource": provenance | {"target": [{"reference": urn}]},
            "request": {"method": "POST", "url": "Provenance"},
        },
    ]
    done = store("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries}).json()
    made = done["entry"][0]["resource"]["id"]
    assert done["entry"][1]["resource"]["target"] == [{"reference": f"Flag/{made}"}]
    broken = {"resource": {"resourceType": "Flag", "status": "active"}, "request": {"method": "POST", "url": "Flag"}}
    entries[0]["resource"] = flag("none")
    failed = store("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [entries[0], broken]})
    assert failed.status_code == 400
    assert store.found("Flag?identifier=urn:example:app|none") == []


def test_a_bad_write_is_refused_and_dirty_data_can_be_loaded(tmp_path: Path) -> None:
    opened = open_store(tmp_path)
    client = StoreClient(opened.app)
    dirty = resource("Observation", "anne", "dirty") | {
        "effectiveDateTime": "2025-03-01T10:00:00",
        "valueQuantity": {"value": "5"},
        "note": [],
        "unknown": None,
    }
    assert client("PUT", "Observation/dirty", dirty).status_code == 400
    assert opened.load([bundle([dirty])]) == 1
    kept = client("GET", "Observation/dirty").json()
    assert {name: kept[name] for name in dirty} == dirty
    assert [found["id"] for found in client.found("Observation?patient=anne")] == ["dirty"]


def test_loading_again_changes_no_count(tmp_path: Path) -> None:
    opened = open_store(tmp_path)
    for _ in range(2):
        opened.load([bundle(chart("anne"))])
    assert len(StoreClient(opened.app).found("Observation?patient=anne&_count=100")) == 31


def test_forty_charts_load_in_seconds(tmp_path: Path) -> None:
    started = time.monotonic()
    opened = open_store(tmp_path)
    opened.load(bundle(chart(f"patient-{number}")) for number in range(40))
    assert time.monotonic() - started < 20
