"""How every feed ends: available, partial, not granted, not offered or failed. A feed that is down is never an empty chart."""

import logging
from collections.abc import Sequence

import httpx
import pytest

from app.domain.errors import LaunchAgain
from app.domain.feeds import Feed, FeedStatus
from app.fhir_adapters.generic import GENERIC
from app.fhir_adapters.hapi import HAPI
from tests.unit.fhir_adapters.paper_ehr import PERSON, Fault, PaperEhr, Tokener, order, outcome, row

MAIN_TYPE = {
    Feed.PATIENT: "Patient",
    Feed.MEDICATIONS: "MedicationRequest",
    Feed.DISPENSES: "MedicationDispense",
    Feed.LABS: "Observation",
    Feed.SURVEYS: "Observation",
    Feed.CONDITIONS: "Condition",
    Feed.ENCOUNTERS: "Encounter",
    Feed.APPOINTMENTS: "Appointment",
    Feed.DOCUMENTS: "DocumentReference",
    Feed.PROCEDURES: "Procedure",
    Feed.CARE_PLANS: "CarePlan",
    Feed.FLAGS: "Flag",
}
READ_FEEDS = tuple(MAIN_TYPE)


def status(ehr: PaperEhr, feed: Feed, *, scopes: Sequence[str] = ("patient/*.rs",)) -> FeedStatus:
    return ehr.read(scopes).feeds.of(feed).status


def test_an_empty_chart_that_was_read_is_available() -> None:
    record = PaperEhr([PERSON]).read()
    assert record.patient is not None
    assert record.feeds.is_complete(*READ_FEEDS)
    assert record.feeds.of(Feed.PDMP).status is FeedStatus.NOT_OFFERED


@pytest.mark.parametrize("feed", READ_FEEDS)
@pytest.mark.parametrize(
    "fault",
    [
        httpx.Response(500),
        httpx.Response(429),
        httpx.ConnectError("gone"),
        httpx.Response(200, text='{"resourceType":"Bundle","entry":[{"resou'),
        httpx.Response(200, text="<html>please log in</html>"),
    ],
    ids=["500", "429 without Retry-After", "connection lost", "broken JSON", "a login page"],
)
def test_one_feed_that_is_down_breaks_no_other(feed: Feed, fault: Fault) -> None:
    ehr = PaperEhr([PERSON, order("m1")], {MAIN_TYPE[feed]: [fault]})
    record = ehr.read()
    assert record.feeds.of(feed).status is FeedStatus.FAILED
    assert record.feeds.of(feed).detail.endswith(".")
    down = {f for f, kind in MAIN_TYPE.items() if kind == MAIN_TYPE[feed]}
    assert record.feeds.is_complete(*(set(READ_FEEDS) - down))
    if feed is not Feed.MEDICATIONS:
        assert len(record.orders) == 1


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (httpx.Response(403), FeedStatus.FAILED),
        (httpx.Response(403, json=outcome("forbidden")), FeedStatus.FAILED),
        (httpx.Response(403, json=outcome("required")), FeedStatus.FAILED),
        (httpx.Response(404), FeedStatus.FAILED),
        (httpx.Response(405), FeedStatus.FAILED),
        (httpx.Response(501), FeedStatus.FAILED),
        (httpx.Response(400, json=outcome("processing", own_code="59204")), FeedStatus.NOT_GRANTED),
        (httpx.Response(400, json=outcome("invalid")), FeedStatus.FAILED),
        (httpx.Response(200, json=outcome("processing")), FeedStatus.FAILED),
    ],
    ids=[
        "403",
        "403 forbidden",
        "403 wants parameters (athena)",
        "404",
        "405",
        "501",
        "400 not granted (Epic)",
        "400",
        "an outcome",
    ],
)
def test_a_refusal_says_what_it_is(answer: httpx.Response, ends: FeedStatus) -> None:
    assert status(PaperEhr([PERSON], {"Condition": [answer]}), Feed.CONDITIONS) is ends


@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.Response(405), httpx.Response(501)])
def test_a_kind_that_nobody_listed_and_the_ehr_does_not_know_is_not_offered(answer: httpx.Response) -> None:
    ehr = PaperEhr([PERSON], {"metadata": [httpx.Response(500)], "Condition": [answer]})
    assert status(ehr, Feed.CONDITIONS) is FeedStatus.NOT_OFFERED


def test_a_patient_that_the_ehr_does_not_know_is_a_failure_not_an_offer() -> None:
    assert status(PaperEhr([]), Feed.PATIENT) is FeedStatus.FAILED


def test_somebody_elses_patient_is_not_this_patient() -> None:
    ehr = PaperEhr([], {"Patient/p1": [httpx.Response(200, json={**PERSON, "id": "p2"})]})
    record = ehr.read()
    assert record.patient is None
    assert record.feeds.of(Feed.PATIENT).status is FeedStatus.FAILED


class TestScopes:
    """What was not granted is not asked for."""

    @pytest.mark.parametrize("feed", READ_FEEDS)
    def test_a_type_that_was_not_granted(self, feed: Feed) -> None:
        kinds = set(MAIN_TYPE.values()) - {MAIN_TYPE[feed]}
        ehr = PaperEhr([PERSON, order("m1")])
        record = ehr.read([f"patient/{kind}.rs" for kind in sorted(kinds)])
        assert record.feeds.of(feed).status is FeedStatus.NOT_GRANTED
        assert not [r for r in ehr.requests if r.url.path.startswith(f"/fhir/{MAIN_TYPE[feed]}")]

    def test_v1_scopes_count_too(self) -> None:
        record = PaperEhr([PERSON]).read(["patient/Condition.read", "patient/Encounter.write"])
        assert record.feeds.of(Feed.CONDITIONS).is_complete
        assert record.feeds.of(Feed.ENCOUNTERS).status is FeedStatus.NOT_GRANTED

    def test_labs_granted_and_surveys_not(self) -> None:
        lab = row("Observation", "l", category=[{"coding": [{"code": "laboratory"}]}], code={"text": "eGFR"})
        scope = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
        ehr = PaperEhr([PERSON, lab])
        record = ehr.read([scope], HAPI)
        assert record.feeds.of(Feed.LABS).is_complete
        assert record.feeds.of(Feed.SURVEYS).status is FeedStatus.NOT_GRANTED
        assert len(ehr.asked("Observation")) == 1

    def test_part_of_a_type_is_partial(self) -> None:
        ehr = PaperEhr([PERSON])
        record = ehr.read(["patient/Condition.rs?category=problem-list-item"])
        assert record.feeds.of(Feed.CONDITIONS).status is FeedStatus.PARTIAL
        assert ehr.asked("Condition")[0].url.params["category"] == "problem-list-item"

    def test_an_extra_type_that_was_not_granted_takes_nothing_away(self) -> None:
        record = PaperEhr([PERSON]).read(["patient/Observation.rs", "patient/CarePlan.rs"])
        assert record.feeds.is_complete(Feed.SURVEYS, Feed.CARE_PLANS)


class TestCapability:
    """What the EHR says that it does not offer is not asked for."""

    def test_a_type_that_is_not_offered(self) -> None:
        ehr = PaperEhr([PERSON], offers=["Patient", "MedicationRequest"])
        record = ehr.read()
        assert record.feeds.of(Feed.APPOINTMENTS).status is FeedStatus.NOT_OFFERED
        assert not ehr.asked("Appointment")
        assert record.feeds.of(Feed.MEDICATIONS).is_complete

    @pytest.mark.parametrize(
        "answer", [httpx.Response(500), httpx.Response(200, text="<html>"), httpx.ConnectError("x")]
    )
    def test_an_ehr_that_does_not_say_is_asked_for_everything(self, answer: Fault) -> None:
        record = PaperEhr([PERSON], {"metadata": [answer]}).read()
        assert record.feeds.is_complete(*READ_FEEDS)


class TestTokens:
    """A token that ends while a chart is being read."""

    def test_is_renewed_once_for_all_requests_side_by_side(self) -> None:
        def checked(request: httpx.Request) -> httpx.Response:
            if request.headers["authorization"] == "Bearer first":
                return httpx.Response(401)
            return ehr.usual(request)

        ehr = PaperEhr([PERSON, order("m1")])
        ehr.faults = {kind: [checked] for kind in set(MAIN_TYPE.values())}
        tokens = Tokener()
        record = ehr.read(tokens=tokens)
        assert record.feeds.is_complete(*READ_FEEDS)
        assert tokens.renewals == 1

    def test_that_cannot_be_renewed_ends_the_launch(self) -> None:
        ehr = PaperEhr([PERSON], {"Condition": [httpx.Response(401)]})
        with pytest.raises(LaunchAgain):
            ehr.read(tokens=Tokener(is_over=LaunchAgain("over")))

    def test_that_is_refused_for_one_type_even_when_new_fails_that_feed_only(self) -> None:
        record = PaperEhr([PERSON, order("m1")], {"Condition": [httpx.Response(401)]}).read()
        assert record.feeds.of(Feed.CONDITIONS).status is FeedStatus.FAILED
        assert len(record.orders) == 1

    def test_is_never_sent_to_another_host(self) -> None:
        page = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": row("Condition", "c1")}],
            "link": [{"relation": "next", "url": "https://evil.example/fhir/Condition?page=2"}],
        }
        record = PaperEhr([PERSON], {"Condition": [httpx.Response(200, json=page)]}).read()
        assert record.feeds.of(Feed.CONDITIONS).status is FeedStatus.PARTIAL
        assert "outside" in record.feeds.of(Feed.CONDITIONS).detail
        assert len(record.conditions) == 1


class TestOutcomesAmongTheRows:
    """Epic adds an OperationOutcome to nearly every result."""

    @pytest.mark.parametrize(
        ("said", "ends"),
        [
            (outcome("suppressed", "warning", "4119"), FeedStatus.PARTIAL),
            (outcome("informational", "information", "4101"), FeedStatus.AVAILABLE),
            (outcome("processing", "warning", "4101"), FeedStatus.AVAILABLE),
            (outcome("suppressed", "information", "59204"), FeedStatus.PARTIAL),
        ],
        ids=["partial record", "nothing found", "nothing found, as a warning", "suppressed"],
    )
    def test_mean_that_something_may_be_missing(self, said: dict[str, object], ends: FeedStatus) -> None:
        bundle = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": said, "search": {"mode": "outcome"}}],
        }
        assert status(PaperEhr([PERSON], {"Condition": [httpx.Response(200, json=bundle)]}), Feed.CONDITIONS) is ends


def test_a_broken_entry_costs_only_itself_and_its_feed_is_partial() -> None:
    broken = {"resourceType": "MedicationRequest", "id": 7, "status": ["active"], "subject": [], "code": "text"}
    ehr = PaperEhr([PERSON, order("m1"), broken])
    record = ehr.read()
    assert [o.reference for o in record.orders] == ["MedicationRequest/m1"]
    assert record.feeds.of(Feed.MEDICATIONS).status is FeedStatus.PARTIAL
    assert [bad.resource_type for bad in record.unreadable] == ["MedicationRequest"]


def test_an_entry_without_a_type_counts_against_the_feed_that_was_asked() -> None:
    page = {"resourceType": "Bundle", "type": "searchset", "entry": ["nonsense", {"resource": row("Encounter", "e1")}]}
    record = PaperEhr([PERSON], {"Encounter": [httpx.Response(200, json=page)]}).read()
    assert len(record.encounters) == 1
    assert record.feeds.of(Feed.ENCOUNTERS).status is FeedStatus.PARTIAL
    assert record.feeds.of(Feed.CONDITIONS).is_complete


class TestRowsOfOthers:
    """Servers ignore parameters, and charts are merged: such rows are no evidence, and they are told."""

    @pytest.mark.parametrize("subject", ["Patient/p2", "urn:uuid:7d1f0c2e", "https://other.example/fhir/Patient/p2"])
    def test_are_left_out_and_leave_their_feed_partial(self, subject: str, caplog: pytest.LogCaptureFixture) -> None:
        theirs = {"subject": {"reference": subject}}
        ehr = PaperEhr([PERSON, order("m1"), {**order("m2"), **theirs}, {**order("m3"), **theirs}])
        with caplog.at_level(logging.WARNING):
            record = ehr.read()
        assert [o.reference for o in record.orders] == ["MedicationRequest/m1"]
        state = record.feeds.of(Feed.MEDICATIONS)
        assert (state.status, state.detail) == (FeedStatus.PARTIAL, "2 rows of somebody else were left out.")
        assert record.feeds.is_complete(Feed.CONDITIONS, Feed.DISPENSES)
        assert "2 rows of other people" in caplog.text
        assert "p2" not in caplog.text

    @pytest.mark.parametrize("feed", [f for f in READ_FEEDS if f not in (Feed.PATIENT, Feed.APPOINTMENTS)])
    def test_count_for_the_feed_they_came_in(self, feed: Feed) -> None:
        category = {"category": [{"coding": [{"code": "laboratory" if feed is Feed.LABS else "survey"}]}]}
        ehr = PaperEhr([PERSON, row(MAIN_TYPE[feed], "x", subject="Patient/p2", **category)])
        state = ehr.read().feeds.of(feed)
        assert (state.status, state.detail) == (FeedStatus.PARTIAL, "1 row of somebody else was left out.")

    @pytest.mark.parametrize(
        ("kind", "feed"),
        [("DiagnosticReport", Feed.LABS), ("DeviceUseStatement", Feed.PROCEDURES), ("CareTeam", Feed.PATIENT)],
    )
    def test_count_for_the_feed_that_asked_when_their_type_has_none(self, kind: str, feed: Feed) -> None:
        record = PaperEhr([PERSON, row(kind, "x", subject="Patient/p2")]).read()
        assert record.feeds.of(feed).status is FeedStatus.PARTIAL

    def test_count_for_all_observations_when_they_say_no_category(self) -> None:
        weight = row("Observation", "x", subject="Patient/p2", category=[{"coding": [{"code": "vital-signs"}]}])
        record = PaperEhr([PERSON, weight]).read(profile=HAPI)
        assert record.feeds.of(Feed.LABS).status is FeedStatus.PARTIAL

    def test_that_were_entered_in_error_are_no_loss(self) -> None:
        theirs = {**order("m2", "Morphine"), "status": "entered-in-error", "subject": {"reference": "Patient/p2"}}
        assert PaperEhr([PERSON, theirs]).read().feeds.is_complete(Feed.MEDICATIONS)

    def test_keep_the_worse_state_of_a_feed_that_failed_meanwhile(self) -> None:
        page = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": {**order("m1"), "subject": {"reference": "Patient/p2"}}}],
        }
        ehr = PaperEhr(
            [PERSON], {"Condition": [httpx.Response(200, json=page)], "MedicationRequest": [httpx.Response(500)]}
        )
        assert status(ehr, Feed.MEDICATIONS) is FeedStatus.FAILED


def test_a_pdmp_check_on_record_speaks_for_the_pdmp() -> None:
    check = {"coding": [{"system": "http://snomed.info/sct", "code": "461621000124108"}]}
    ehr = PaperEhr([PERSON, row("Procedure", "x", status="completed", code=check)])
    assert status(ehr, Feed.PDMP) is FeedStatus.AVAILABLE


class TestMedicines:
    """Medicines behind a reference."""

    REFERRED = order("m1", medicationCodeableConcept=None, medicationReference={"reference": "Medication/x"})

    def test_are_looked_up_when_they_did_not_come_along(self) -> None:
        medicine = {"resourceType": "Medication", "id": "x", "code": {"text": "Methadone 10 mg tablet"}}
        record = PaperEhr([PERSON, self.REFERRED, medicine]).read()
        assert record.orders[0].medication.concept.text == "Methadone 10 mg tablet"
        assert record.feeds.of(Feed.MEDICATIONS).is_complete

    @pytest.mark.parametrize("scopes", [["patient/*.rs"], ["patient/MedicationRequest.rs"]])
    def test_that_cannot_be_looked_up_make_the_feed_partial(self, scopes: list[str]) -> None:
        record = PaperEhr([PERSON, self.REFERRED]).read(scopes)
        assert not record.orders[0].medication.is_resolved
        assert record.feeds.of(Feed.MEDICATIONS).status is FeedStatus.PARTIAL


def test_only_flags_are_asked_past_the_servers_cache() -> None:
    ehr = PaperEhr([PERSON, order("m1")])
    ehr.read(profile=HAPI)
    fresh = {r.url.path for r in ehr.requests if r.headers.get("cache-control") == "no-cache"}
    assert fresh == {"/fhir/Flag"}


def test_a_question_the_ehr_dislikes_is_asked_once_more_plainly() -> None:
    def fussy(request: httpx.Request) -> httpx.Response:
        if "_include" in request.url.params:
            return httpx.Response(400, json=outcome("invalid"))
        return ehr.usual(request)

    ehr = PaperEhr([PERSON, order("m1")], {"MedicationRequest": [fussy]})
    record = ehr.read(profile=GENERIC)
    assert record.feeds.of(Feed.MEDICATIONS).is_complete
    assert len(record.orders) == 1
