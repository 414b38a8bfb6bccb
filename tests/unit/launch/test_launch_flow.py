"""The EHR launch from end to end against a stub EHR, and everything that must be refused on the way."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from app.domain.audit import Action
from app.domain.errors import (
    AskAnAdministrator,
    LaunchAgain,
    NotPermitted,
    SextantError,
    TryAgainLater,
    WrongUsage,
)
from app.domain.session import LaunchSession
from app.launch import CookieNotKept, EhrRegistration, LaunchFlow, Redirect, UnknownEhr
from app.outbound import OutboundClient
from app.storage import Storage
from tests.clocks import SetClock
from tests.stub_smart_ehr import EC, ISS, LOGIN, OTHER_RSA, RSA, SECRET, SEXTANT, StubSmartEhr, public

pytestmark = pytest.mark.anyio

OTHER_BROWSER = "o" * 43


async def started(flow: LaunchFlow, browser: str | None = None) -> Redirect:
    return await flow.start(ISS, "opaque launch/1+=", browser)


async def launched(flow: LaunchFlow, ehr: StubSmartEhr, browser: str | None = None) -> LaunchSession:
    redirect = await started(flow, browser)
    return await flow.finish(ehr.sign_in(redirect.url), redirect.browser)


async def refused(flow: LaunchFlow, ehr: StubSmartEhr, kind: type[SextantError]) -> str:
    """Launch, expect exactly this kind of refusal, and that nothing is open afterwards."""
    redirect = await started(flow)
    with pytest.raises(SextantError) as caught:
        await flow.finish(ehr.sign_in(redirect.url), redirect.browser)
    assert type(caught.value) is kind, caught.value
    return str(caught.value)


class TestAGoodLaunch:
    async def test_opens_the_chart_that_the_ehr_named(
        self, flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock
    ) -> None:
        session = await launched(flow, ehr)
        assert (session.ehr, session.patient, session.encounter) == ("clinic", "Patient/p1", "Encounter/e1")
        assert (session.user, session.user_name) == ("Practitioner/d1", "Dr. Day")
        assert session.needs_patient_banner is False
        assert session.tokens.scopes == ("launch", "openid", "fhirUser", "patient/Observation.rs")
        assert session.tokens.expires_at == clock.now() + timedelta(seconds=1000)
        assert len(session.form_token) == 43

    async def test_asks_as_smart_2_2_wants_it(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        await launched(flow, ehr)
        assert ehr.asked["launch"] == "opaque launch/1+="
        assert {"launch", "openid", "fhirUser", "patient/MedicationRequest.rs"} <= set(ehr.asked["scope"].split())
        assert len(ehr.asked["state"]) == len(ehr.asked["nonce"]) == len(ehr.asked["code_challenge"]) == 43
        assert set(ehr.token_requests[0]) == {"grant_type", "code", "redirect_uri", "code_verifier"}

    async def test_an_old_server_is_asked_in_v1(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.discovery["capabilities"] = ["launch-ehr"]
        await launched(flow, ehr)
        assert {"patient/Flag.*", "patient/Observation.read"} <= set(ehr.asked["scope"].split())
        assert ".rs" not in ehr.asked["scope"]

    async def test_registered_scopes_are_asked_as_they_are(
        self,
        registration: EhrRegistration,
        client: OutboundClient,
        storage: Storage,
        clock: SetClock,
        ehr: StubSmartEhr,
    ) -> None:
        narrow = replace(registration, scopes=("launch", "openid", "fhirUser", "patient/Observation.read"))
        flow = LaunchFlow([narrow], SEXTANT, {"clinic": client}, storage.sessions, storage.audit, clock)
        await launched(flow, ehr)
        assert ehr.asked["scope"] == "launch openid fhirUser patient/Observation.read"

    async def test_a_public_client_names_itself_in_the_form(
        self,
        registration: EhrRegistration,
        client: OutboundClient,
        storage: Storage,
        clock: SetClock,
        ehr: StubSmartEhr,
    ) -> None:
        public_one = replace(registration, client_secret=None)
        flow = LaunchFlow([public_one], SEXTANT, {"clinic": client}, storage.sessions, storage.audit, clock)
        seen: list[httpx.Request] = []

        def token(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            body = {"access_token": "a", "token_type": "BEARER", "patient": "p1", "id_token": ehr.id_token()}
            return httpx.Response(200, json=body)

        ehr.network.post(f"{LOGIN}/token").mock(side_effect=token)
        session = await launched(flow, ehr)
        assert "authorization" not in seen[0].headers
        assert b"client_id=sextant-client" in seen[0].content
        assert session.tokens.scopes == tuple(ehr.asked["scope"].split())  # scope absent means: as asked
        assert session.tokens.expires_at == clock.now() + timedelta(hours=1)
        assert session.needs_patient_banner is True
        assert session.encounter is None

    async def test_relative_endpoints_are_read_against_the_fhir_base(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.discovery["authorization_endpoint"] = "auth/authorize"
        assert (await started(flow)).url.startswith(f"{ISS}/auth/authorize?response_type=code&")

    async def test_an_endpoint_may_have_a_query_of_its_own(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.discovery["authorization_endpoint"] = f"{LOGIN}/authorize?tenant=7"
        assert (await started(flow)).url.startswith(f"{LOGIN}/authorize?tenant=7&response_type=code&")

    async def test_the_authorization_servers_own_name_in_the_callback_is_compared(
        self, flow: LaunchFlow, ehr: StubSmartEhr
    ) -> None:
        redirect = await started(flow)
        answer = ehr.sign_in(redirect.url) | {"iss": f"{LOGIN}/oauth2"}
        assert (await flow.finish(answer, redirect.browser)).patient == "Patient/p1"

    async def test_is_written_into_the_audit_log(self, flow: LaunchFlow, ehr: StubSmartEhr, storage: Storage) -> None:
        session = await launched(flow, ehr)
        last = storage.audit.entries()[-1]
        assert (last.action, last.outcome, last.launch) == (Action.LAUNCH, "ok", session.launch)
        assert (last.user, last.patient, last.ehr) == ("Practitioner/d1", "Patient/p1", "clinic")


class TestSeveralChartsInOneBrowser:
    async def test_stay_apart(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        first = await launched(flow, ehr)
        ehr.answer["patient"] = "p2"
        second = await launched(flow, ehr, first.browser)
        assert first.browser == second.browser
        assert flow.session(first.launch, first.browser).patient == "Patient/p1"
        assert flow.session(second.launch, first.browser).patient == "Patient/p2"
        assert first.form_token != second.form_token

    async def test_two_launches_may_wait_at_once(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        first = await started(flow)
        second = await started(flow, first.browser)
        answers = [ehr.sign_in(first.url), ehr.sign_in(second.url)]
        assert answers[0]["state"] != answers[1]["state"]
        assert (await flow.finish(answers[1], first.browser)).patient == "Patient/p1"

    async def test_a_strange_cookie_is_replaced(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        assert len((await started(flow, "chosen-by-somebody")).browser) == 43


class TestBeforeAnyRequest:
    @pytest.mark.parametrize(
        "iss", ["https://evil.example/fhir", "https://ehr.example/fhir?x", "http://127.0.0.1/fhir"]
    )
    async def test_an_unknown_iss_is_refused(self, flow: LaunchFlow, network: respx.MockRouter, iss: str) -> None:
        with pytest.raises(UnknownEhr):
            await flow.start(iss, "launch", None)
        assert len(network.calls) == 0

    @pytest.mark.parametrize(("iss", "launch"), [(None, "x"), (ISS, None), ("", "x"), (ISS, ""), (ISS, "x" * 5000)])
    async def test_a_launch_without_its_parameters_is_refused(
        self, flow: LaunchFlow, network: respx.MockRouter, iss: str | None, launch: str | None
    ) -> None:
        with pytest.raises(WrongUsage):
            await flow.start(iss, launch, None)
        assert len(network.calls) == 0


class TestDiscovery:
    @pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "revocation_endpoint"])
    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/x",
            "http://login.example/x",
            "https://login.example:8443/x",
            "https://a@login.example/x",
        ],
    )
    async def test_an_address_on_a_host_that_was_not_agreed_is_not_followed(
        self, flow: LaunchFlow, ehr: StubSmartEhr, name: str, address: str
    ) -> None:
        ehr.discovery[name] = address
        with pytest.raises(AskAnAdministrator, match=name):
            await started(flow)
        assert len(ehr.network.calls) == 1

    @pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint"])
    async def test_a_missing_address_is_named(self, flow: LaunchFlow, ehr: StubSmartEhr, name: str) -> None:
        del ehr.discovery[name]
        with pytest.raises(AskAnAdministrator, match=name):
            await started(flow)

    async def test_a_server_without_s256_is_refused(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.discovery["code_challenge_methods_supported"] = ["plain"]
        with pytest.raises(AskAnAdministrator, match="S256"):
            await started(flow)

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            (httpx.Response(503), TryAgainLater),
            (httpx.Response(429), TryAgainLater),
            (httpx.Response(404), AskAnAdministrator),
            (httpx.Response(302, headers={"location": "https://evil.example/"}), AskAnAdministrator),
            (httpx.Response(200, text="<html>"), AskAnAdministrator),
            (httpx.Response(200, json=[1]), AskAnAdministrator),
        ],
    )
    async def test_an_answer_that_is_none(
        self, flow: LaunchFlow, ehr: StubSmartEhr, answer: httpx.Response, kind: type[SextantError]
    ) -> None:
        ehr.discovery_route.mock(return_value=answer)
        with pytest.raises(kind):
            await started(flow)

    async def test_an_ehr_that_is_down(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.discovery_route.mock(side_effect=httpx.ConnectError("no"))
        with pytest.raises(TryAgainLater):
            await started(flow)

    async def test_is_kept_for_an_hour_and_serves_a_day_while_the_ehr_is_down(
        self, flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock
    ) -> None:
        route = ehr.discovery_route
        await started(flow)
        clock.forward(timedelta(minutes=59))
        await started(flow)
        assert route.call_count == 1
        clock.forward(timedelta(minutes=2))
        route.mock(return_value=httpx.Response(500))
        await started(flow)
        assert route.call_count == 2
        clock.forward(timedelta(hours=24))
        with pytest.raises(TryAgainLater):
            await started(flow)

    @pytest.mark.parametrize(
        ("header", "minutes"),
        [("max-age=1", 5), ("no-store", 60), ("public, max-age=7200", 120), ("max-age=999999", 24 * 60)],
    )
    async def test_the_senders_wish_counts_between_five_minutes_and_a_day(
        self, flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock, header: str, minutes: int
    ) -> None:
        route = ehr.discovery_route
        route.mock(return_value=httpx.Response(200, json=ehr.discovery, headers={"cache-control": header}))
        await started(flow)
        clock.forward(timedelta(minutes=minutes, seconds=-1))
        await started(flow)
        assert route.call_count == 1
        clock.forward(timedelta(seconds=1))
        await started(flow)
        assert route.call_count == 2


class TestCallback:
    async def test_a_replayed_callback_is_stale(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        redirect = await started(flow)
        answer = ehr.sign_in(redirect.url)
        await flow.finish(answer, redirect.browser)
        with pytest.raises(LaunchAgain):
            await flow.finish(answer, redirect.browser)
        assert len(ehr.token_requests) == 1

    @pytest.mark.parametrize("state", [None, "", "x" * 43, "short", "x" * 43 + "' OR 1=1", "é" * 43])
    async def test_a_wrong_state_is_refused_before_anything_else(
        self, flow: LaunchFlow, ehr: StubSmartEhr, state: str | None
    ) -> None:
        redirect = await started(flow)
        answer = ehr.sign_in(redirect.url) | {"error": "access_denied"}
        wrong = {name: value for name, value in (answer | {"state": state}).items() if value is not None}
        with pytest.raises(LaunchAgain):
            await flow.finish(wrong, redirect.browser)
        assert ehr.token_requests == []

    async def test_another_browsers_state_is_refused_and_used_up(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        redirect = await started(flow)
        answer = ehr.sign_in(redirect.url)
        with pytest.raises(LaunchAgain):
            await flow.finish(answer, OTHER_BROWSER)
        with pytest.raises(LaunchAgain):
            await flow.finish(answer, redirect.browser)
        assert ehr.token_requests == []

    async def test_a_browser_that_kept_no_cookie_is_told(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        redirect = await started(flow)
        with pytest.raises(CookieNotKept, match="new window"):
            await flow.finish(ehr.sign_in(redirect.url), None)

    async def test_after_ten_minutes_it_is_stale(self, flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock) -> None:
        redirect = await started(flow)
        answer = ehr.sign_in(redirect.url)
        clock.forward(timedelta(minutes=10, seconds=1))
        with pytest.raises(LaunchAgain):
            await flow.finish(answer, redirect.browser)
        assert ehr.token_requests == []

    async def test_just_within_ten_minutes_it_is_good(
        self, flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock
    ) -> None:
        redirect = await started(flow)
        answer = ehr.sign_in(redirect.url)
        clock.forward(timedelta(minutes=10))
        assert (await flow.finish(answer, redirect.browser)).patient == "Patient/p1"

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("access_denied", NotPermitted),
            ("unauthorized_client", AskAnAdministrator),
            ("invalid_scope", AskAnAdministrator),
            ("invalid_request", AskAnAdministrator),
            ("unsupported_response_type", AskAnAdministrator),
            ("server_error", TryAgainLater),
            ("temporarily_unavailable", TryAgainLater),
            ("login_required", LaunchAgain),
            ("interaction_required", LaunchAgain),
            ("consent_required", LaunchAgain),
            ("<script>alert(1)</script>", AskAnAdministrator),
        ],
    )
    async def test_every_oauth_error_has_its_remedy(
        self, flow: LaunchFlow, ehr: StubSmartEhr, code: str, kind: type[SextantError]
    ) -> None:
        redirect = await started(flow)
        state = ehr.sign_in(redirect.url)["state"]
        answer = {"state": state, "error": code, "error_description": "Jane Doe", "error_uri": "https://evil.example"}
        with pytest.raises(kind) as caught:
            await flow.finish(answer, redirect.browser)
        assert not any(text in str(caught.value) for text in ("Jane", "evil", "<"))
        assert ehr.token_requests == []

    async def test_an_answer_of_another_authorization_server_is_refused(
        self, flow: LaunchFlow, ehr: StubSmartEhr
    ) -> None:
        redirect = await started(flow)
        answer = ehr.sign_in(redirect.url) | {"iss": "https://evil.example"}
        with pytest.raises(AskAnAdministrator):
            await flow.finish(answer, redirect.browser)
        assert ehr.token_requests == []

    @pytest.mark.parametrize("code", ["", "x" * 5000])
    async def test_an_answer_without_a_code_is_refused(self, flow: LaunchFlow, ehr: StubSmartEhr, code: str) -> None:
        redirect = await started(flow)
        with pytest.raises(AskAnAdministrator):
            await flow.finish(ehr.sign_in(redirect.url) | {"code": code}, redirect.browser)
        assert ehr.token_requests == []

    async def test_a_refusal_is_written_into_the_audit_log(
        self, flow: LaunchFlow, ehr: StubSmartEhr, storage: Storage
    ) -> None:
        ehr.claims["aud"] = "another-app"
        await refused(flow, ehr, AskAnAdministrator)
        last = storage.audit.entries()[-1]
        assert (last.action, last.outcome, last.reason, last.launch) == (
            Action.LAUNCH,
            "refused",
            "AskAnAdministrator",
            None,
        )


class TestTokenAnswer:
    @pytest.mark.parametrize("status", [400, 401, 403])
    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            ("invalid_grant", LaunchAgain),
            ("invalid_client", AskAnAdministrator),
            ("invalid_request", AskAnAdministrator),
            ("invalid_scope", AskAnAdministrator),
            ("unauthorized_client", AskAnAdministrator),
            ("unsupported_grant_type", AskAnAdministrator),
            ("access_denied", NotPermitted),
            ("temporarily_unavailable", TryAgainLater),
            ("something_else", AskAnAdministrator),
            (None, AskAnAdministrator),
            (7, AskAnAdministrator),
        ],
    )
    async def test_the_error_decides_and_not_the_status(
        self, flow: LaunchFlow, ehr: StubSmartEhr, status: int, error: object, kind: type[SextantError]
    ) -> None:
        ehr.refusal = httpx.Response(status, json={"error": error, "error_description": "Jane Doe"})
        assert "Jane" not in await refused(flow, ehr, kind)

    @pytest.mark.parametrize("status", [429, 500, 503])
    async def test_a_server_in_trouble_may_be_asked_again(
        self, flow: LaunchFlow, ehr: StubSmartEhr, status: int
    ) -> None:
        ehr.refusal = httpx.Response(status, text="<html>oops</html>")
        await refused(flow, ehr, TryAgainLater)
        assert len(ehr.token_requests) == 1  # a code is never sent twice

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            ({"patient": None}, LaunchAgain),
            ({"patient": ""}, LaunchAgain),
            ({"patient": "../../Practitioner/d1"}, AskAnAdministrator),
            ({"patient": ".."}, AskAnAdministrator),
            ({"patient": 17}, AskAnAdministrator),
            ({"patient": "p1?_include=*"}, AskAnAdministrator),
            ({"encounter": "a/b"}, AskAnAdministrator),
            ({"id_token": None}, AskAnAdministrator),
            ({"id_token": 1}, AskAnAdministrator),
            ({"access_token": None}, AskAnAdministrator),
            ({"access_token": "a\nX-Evil: 1"}, AskAnAdministrator),
            ({"token_type": None}, AskAnAdministrator),
            ({"token_type": "mac"}, AskAnAdministrator),
            ({"expires_in": -1}, AskAnAdministrator),
            ({"expires_in": True}, AskAnAdministrator),
            ({"expires_in": "soon"}, AskAnAdministrator),
            ({"scope": ["openid"]}, AskAnAdministrator),
        ],
    )
    async def test_what_cannot_be_used_is_refused(
        self, flow: LaunchFlow, ehr: StubSmartEhr, change: dict[str, object], kind: type[SextantError]
    ) -> None:
        ehr.answer = change
        await refused(flow, ehr, kind)

    @pytest.mark.parametrize("body", [b"<html>", b"[1]", b'"token"', b""])
    async def test_an_answer_that_is_no_object_is_refused(
        self, flow: LaunchFlow, ehr: StubSmartEhr, body: bytes
    ) -> None:
        ehr.refusal = httpx.Response(200, content=body)
        await refused(flow, ehr, AskAnAdministrator)

    @pytest.mark.parametrize(
        ("change", "seconds"),
        [({"expires_in": "600"}, 600), ({"expires_in": 60.5}, 60.5), ({"token_type": "BEARER"}, 1000)],
    )
    async def test_harmless_variants_are_understood(
        self, flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock, change: dict[str, Any], seconds: float
    ) -> None:
        ehr.answer = change
        assert (await launched(flow, ehr)).tokens.expires_at == clock.now() + timedelta(seconds=seconds)

    async def test_a_full_reference_as_context_is_understood(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.answer["patient"] = "Patient/p7"
        assert (await launched(flow, ehr)).patient == "Patient/p7"


class TestIdToken:
    @pytest.mark.parametrize(
        ("claims", "reason"),
        [
            ({"iss": ISS}, "another issuer"),
            ({"iss": None}, "another issuer"),
            ({"aud": "another-app"}, "another app"),
            ({"aud": None}, "another app"),
            ({"aud": []}, "another app"),
            ({"aud": ["sextant-client", "another-app"]}, "another app"),
            ({"aud": ["sextant-client", "another-app"], "azp": "another-app"}, "another app"),
            ({"azp": "another-app"}, "another app"),
            ({"nonce": "x" * 43}, "another launch"),
            ({"nonce": None}, "another launch"),
            ({"exp": None}, "run out"),
            ({"exp": "9999999999"}, "run out"),
            ({"iat": None}, "future"),
            ({"fhirUser": None}, "fhirUser"),
            ({"fhirUser": "Device/d1"}, "fhirUser"),
            ({"fhirUser": "Practitioner/../Patient/p1"}, "fhirUser"),
            ({"fhirUser": "javascript:Practitioner/1"}, "fhirUser"),
            ({"fhirUser": ["Practitioner/d1"]}, "fhirUser"),
        ],
    )
    async def test_claims_that_do_not_fit_are_refused(
        self, flow: LaunchFlow, ehr: StubSmartEhr, claims: dict[str, Any], reason: str
    ) -> None:
        ehr.claims = claims
        assert reason in await refused(flow, ehr, AskAnAdministrator)

    @pytest.mark.parametrize(
        ("claim", "seconds", "is_good"),
        [("exp", -60, True), ("exp", -61, False), ("iat", 60, True), ("iat", 61, False)],
    )
    async def test_clocks_may_differ_by_a_minute(
        self, flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock, claim: str, seconds: int, is_good: bool
    ) -> None:
        ehr.claims = {claim: int(clock.now().timestamp()) + seconds}
        if is_good:
            assert (await launched(flow, ehr)).user == "Practitioner/d1"
        else:
            await refused(flow, ehr, AskAnAdministrator)

    async def test_several_audiences_need_us_as_authorised_party(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.claims = {"aud": ["other", "sextant-client"], "azp": "sextant-client"}
        assert (await launched(flow, ehr)).user == "Practitioner/d1"

    @pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/r1", "Person/x", f"{ISS}/Patient/p1"])
    async def test_only_clinic_staff_come_in(self, flow: LaunchFlow, ehr: StubSmartEhr, user: str) -> None:
        ehr.claims = {"fhirUser": user}
        await refused(flow, ehr, NotPermitted)

    @pytest.mark.parametrize(
        ("claims", "user"),
        [
            ({"fhirUser": "PractitionerRole/r1"}, "PractitionerRole/r1"),
            ({"fhirUser": None, "profile": "Practitioner/old"}, "Practitioner/old"),
            ({"fhirUser": "https://people.example/fhir/Practitioner/9"}, "https://people.example/fhir/Practitioner/9"),
        ],
    )
    async def test_spellings_of_the_user(
        self, flow: LaunchFlow, ehr: StubSmartEhr, claims: dict[str, Any], user: str
    ) -> None:
        ehr.claims = claims
        assert (await launched(flow, ehr)).user == user

    @pytest.mark.parametrize("algorithm", ["RS256", "RS384", "ES384"])
    async def test_accepted_signatures(self, flow: LaunchFlow, ehr: StubSmartEhr, algorithm: str) -> None:
        ehr.key = EC if algorithm == "ES384" else RSA
        ehr.header = {"alg": algorithm, "kid": "ec-1" if algorithm == "ES384" else "rsa-1"}
        assert (await launched(flow, ehr)).user == "Practitioner/d1"

    async def test_none_is_no_signature(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.key, ehr.header = "", {"alg": "none"}
        assert "not signed" in await refused(flow, ehr, AskAnAdministrator)

    @pytest.mark.parametrize(
        "secret", [SECRET, json.dumps(RSA.as_dict(private=False)), RSA.as_pem(private=False).decode()]
    )
    async def test_hmac_is_refused_whatever_its_key(self, flow: LaunchFlow, ehr: StubSmartEhr, secret: str) -> None:
        ehr.key = secret
        ehr.header = {"alg": "HS256", "kid": "rsa-1"}
        assert "not signed" in await refused(flow, ehr, AskAnAdministrator)

    async def test_an_hmac_key_in_the_key_set_is_not_used(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        key = base64.urlsafe_b64encode(b"k" * 32).decode().rstrip("=")
        ehr.keys = [{"kty": "oct", "k": key, "kid": "rsa-1"}]
        assert "does not publish" in await refused(flow, ehr, AskAnAdministrator)

    async def test_a_forged_signature_is_refused(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.key = OTHER_RSA  # but says that it is rsa-1
        assert "signature" in await refused(flow, ehr, AskAnAdministrator)

    async def test_a_changed_payload_is_refused(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        redirect = await started(flow)
        answer = ehr.sign_in(redirect.url)
        header, payload, signature = ehr.id_token().split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        changed = json.dumps(claims | {"fhirUser": "Practitioner/somebody-else"}).encode()
        ehr.answer["id_token"] = ".".join([header, base64.urlsafe_b64encode(changed).decode().rstrip("="), signature])
        with pytest.raises(AskAnAdministrator, match="signature"):
            await flow.finish(answer, redirect.browser)

    @pytest.mark.parametrize("text", ["not-a-token", "a.b", "...", "e30.e30.e30", "W10.e30.", "x" * 20_000, "é.é.é"])
    async def test_a_text_that_is_no_token_is_refused(self, flow: LaunchFlow, ehr: StubSmartEhr, text: str) -> None:
        ehr.answer["id_token"] = text
        await refused(flow, ehr, AskAnAdministrator)

    async def test_a_key_that_the_token_brings_along_is_not_used(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.key = OTHER_RSA
        ehr.header = {"alg": "RS256", "jwk": OTHER_RSA.as_dict(private=False), "jku": "https://evil.example/keys"}
        await refused(flow, ehr, AskAnAdministrator)
        assert not any("evil" in str(call.request.url) for call in ehr.network.calls)

    async def test_without_kid_exactly_one_key_must_fit(
        self, flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock
    ) -> None:
        ehr.header = {"alg": "RS256"}
        ehr.keys = public(RSA, EC, without=("kid",))
        assert (await launched(flow, ehr)).user == "Practitioner/d1"
        ehr.keys = public(RSA, OTHER_RSA)
        clock.forward(timedelta(hours=2))
        assert "does not publish" in await refused(flow, ehr, AskAnAdministrator)

    async def test_a_key_for_another_use_or_algorithm_does_not_fit(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        published = public(RSA)[0]
        ehr.keys = [published | {"use": "enc"}, published | {"alg": "RS512"}, {"kty": "RSA", "n": "broken"}, {}]
        assert "does not publish" in await refused(flow, ehr, AskAnAdministrator)

    async def test_a_new_kid_is_looked_up_once_a_minute_at_most(
        self, flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock
    ) -> None:
        await launched(flow, ehr)
        assert ehr.key_requests == 1
        ehr.key, ehr.header, ehr.keys = OTHER_RSA, {"alg": "RS256", "kid": "rsa-2"}, public(RSA, OTHER_RSA)
        await refused(flow, ehr, AskAnAdministrator)
        assert ehr.key_requests == 1
        clock.forward(timedelta(minutes=1))
        assert (await launched(flow, ehr)).user == "Practitioner/d1"
        assert ehr.key_requests == 2
        ehr.header = {"alg": "RS256", "kid": "rsa-3"}
        await refused(flow, ehr, AskAnAdministrator)
        assert ehr.key_requests == 2

    async def test_keys_that_cannot_be_fetched_are_a_matter_of_time(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.network.get(f"{LOGIN}/keys").mock(return_value=httpx.Response(503))
        await refused(flow, ehr, TryAgainLater)

    async def test_an_issuer_in_the_registration_counts_more_than_discovery(
        self,
        registration: EhrRegistration,
        client: OutboundClient,
        storage: Storage,
        clock: SetClock,
        ehr: StubSmartEhr,
    ) -> None:
        pinned = replace(registration, issuer="https://issuer.example")
        flow = LaunchFlow([pinned], SEXTANT, {"clinic": client}, storage.sessions, storage.audit, clock)
        await refused(flow, ehr, AskAnAdministrator)
        ehr.claims["iss"] = "https://issuer.example"
        assert (await launched(flow, ehr)).user == "Practitioner/d1"

    @pytest.mark.parametrize("name", ["issuer", "jwks_uri"])
    async def test_a_server_that_names_no_issuer_or_keys_is_refused(
        self, flow: LaunchFlow, ehr: StubSmartEhr, name: str
    ) -> None:
        del ehr.discovery[name]
        assert name.split("_")[0] in await refused(flow, ehr, AskAnAdministrator)


class TestOpenSessions:
    async def test_belong_to_the_browser_that_opened_them(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        session = await launched(flow, ehr)
        assert flow.session(session.launch, session.browser) == session
        for launch, browser in (
            (session.launch, None),
            (session.launch, OTHER_BROWSER),
            ("x" * 43, session.browser),
            ("../x", None),
        ):
            with pytest.raises(LaunchAgain):
                flow.session(launch, browser)

    async def test_end_for_good_and_tell_the_ehr(self, flow: LaunchFlow, ehr: StubSmartEhr, storage: Storage) -> None:
        session = await launched(flow, ehr)
        with pytest.raises(LaunchAgain):
            await flow.end(session.launch, OTHER_BROWSER)
        await flow.end(session.launch, session.browser)
        with pytest.raises(LaunchAgain):
            flow.session(session.launch, session.browser)
        assert ehr.revoked == ["refresh-0"]
        assert storage.audit.entries()[-1].action is Action.END_SESSION

    @pytest.mark.parametrize("answer", [httpx.Response(500), httpx.ConnectError("down")])
    async def test_end_also_when_the_ehr_does_not_listen(
        self, flow: LaunchFlow, ehr: StubSmartEhr, answer: httpx.Response | Exception
    ) -> None:
        session = await launched(flow, ehr)
        ehr.network.post(f"{LOGIN}/revoke").mock(side_effect=[answer])
        await flow.end(session.launch, session.browser)
        with pytest.raises(LaunchAgain):
            flow.session(session.launch, session.browser)

    async def test_nothing_secret_prints(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        session = await launched(flow, ehr)
        assert not any(text in repr(session) for text in ("access-0", "refresh-0"))
