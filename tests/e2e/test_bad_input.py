"""Bad input, each with a plain page, the right status code, nothing leaked and nothing written."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import pytest

from tests.e2e.conftest import World
from tests.e2e.launching import Frame, visible_text

PATIENT = "opioid-benzodiazepine"
LEAKS = ("Traceback", "Petrakis", "clonazepam", "access_token", "Bearer", "code_verifier")


@pytest.fixture
def whole(sandbox_world: World) -> Iterator[World]:
    """The sandbox with an empty request log and, afterwards, no fault armed."""
    sandbox_world.ehr.clear_requests()
    yield sandbox_world
    sandbox_world.ehr.disarm()


def refused(answer: httpx.Response, status: int, world: World) -> str:
    """Check what every refusal has in common; returns its text."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert not [leak for leak in LEAKS if leak in answer.text]
    writes = [r for r in world.ehr.requests() if r["method"] in ("POST", "PUT", "PATCH", "DELETE")]
    assert not writes
    return visible_text(answer)


def changed(url: str, **query: str) -> str:
    """The same address with some query values replaced."""
    parts = urlsplit(url)
    values = {name: found[0] for name, found in parse_qs(parts.query).items()} | query
    return urlunsplit(parts._replace(query=urlencode(values)))


def test_an_unknown_iss_is_refused_and_never_called(whole: World) -> None:
    iss = "http://127.0.0.1:9/fhir"
    answer = Frame().get(f"{whole.app.base_url}/launch?" + urlencode({"iss": iss, "launch": "x"}))
    text = refused(answer, 400, whole)
    assert "not set up" in text
    assert iss not in text
    assert not whole.ehr.requests()


def test_a_launch_without_its_parameters(whole: World) -> None:
    refused(Frame().get(f"{whole.app.base_url}/launch"), 400, whole)


def test_a_callback_works_once(whole: World) -> None:
    frame = Frame()
    callback = frame.callback_url(whole.ehr.base_url, PATIENT)
    assert frame.get(callback).status_code == 303
    assert "again" in refused(frame.get(callback), 401, whole)


def test_a_wrong_state_is_refused(whole: World) -> None:
    frame = Frame()
    callback = frame.callback_url(whole.ehr.base_url, PATIENT)
    refused(frame.get(changed(callback, state="A" * 43)), 401, whole)


def test_a_callback_in_another_browser_is_refused(whole: World) -> None:
    callback = Frame().callback_url(whole.ehr.base_url, PATIENT)
    refused(Frame(cookie="__Host-sextant=" + "B" * 43).get(callback), 401, whole)


def test_a_browser_that_keeps_no_cookie_is_told_so(whole: World) -> None:
    callback = Frame().callback_url(whole.ehr.base_url, PATIENT)
    assert "cookie" in refused(Frame().get(callback), 400, whole)


def test_a_tampered_id_token_is_refused(whole: World) -> None:
    whole.ehr.arm({"type": "token", "kind": "tampered_id_token"})
    frame = Frame()
    refused(frame.get(frame.callback_url(whole.ehr.base_url, PATIENT)), 400, whole)


def test_a_foreign_next_link_is_not_followed_and_the_feed_is_partial(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, "forty-prescriptions")
    whole.ehr.arm({"type": "MedicationRequest", "kind": "foreign_next"})
    review = frame.get(f"{page}/review.json").json()
    assert review["feeds"]["medications"] == "partial"
    assert review["med"]["complete"] is False


def test_somebody_elses_launch_id_shows_nothing(whole: World) -> None:
    page = Frame().open(whole.ehr.base_url, PATIENT)
    refused(Frame(cookie="__Host-sextant=" + "C" * 43).get(page), 401, whole)
    refused(Frame().get(page), 401, whole)


def test_a_form_from_elsewhere_writes_nothing(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, PATIENT)
    form: dict[str, str | list[str]] = {"form_token": "guess", "digest": "0" * 64, "rule": ["naloxone"]}
    refused(frame.post(f"{page}/write", form), 401, whole)


def test_a_plan_that_is_not_the_one_shown_writes_nothing(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, PATIENT)
    preview = frame.get(f"{page}/preview").text
    token = preview.split('name="form_token" value="')[1].split('"')[0]
    form: dict[str, str | list[str]] = {"form_token": token, "digest": "0" * 64, "rule": ["naloxone"]}
    answer = frame.post(f"{page}/write", form)
    assert answer.status_code == 409
    assert "nothing was written" in visible_text(answer)
    assert not [r for r in whole.ehr.requests() if r["method"] in ("POST", "PUT")]


def test_a_page_that_does_not_exist(whole: World) -> None:
    answer = Frame().get(f"{whole.app.base_url}/nothing-here")
    assert answer.status_code == 404
    assert "no such page" in visible_text(answer)


def test_the_log_has_no_query_and_no_patient(whole: World) -> None:
    Frame().open(whole.ehr.base_url, PATIENT)
    log = whole.app.log.read_text()
    assert log
    assert not [word for word in ("launch=", "code=", "state=", PATIENT, "Petrakis") if word in log]


def test_a_closed_launch_is_over_here_and_at_the_ehr(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, PATIENT)
    token = frame.get(page).text.split('name="form_token" value="')[1].split('"')[0]
    closed = frame.post(f"{page}/end", {"form_token": token})
    assert closed.status_code == 200
    assert "forgotten this launch" in visible_text(closed)
    refused(frame.get(page), 401, whole)
