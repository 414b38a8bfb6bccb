"""Backend Services: a signed assertion that only our published keys verify, and a token that is kept while it is good."""

import asyncio
import json
import subprocess
import sys
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import respx
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from app.domain.errors import AskAnAdministrator, TryAgainLater
from app.launch import BackendClient, BackendTokens, EhrRegistration, SigningKeys
from app.launch.signing_keys import new_keys
from app.outbound import OutboundClient
from tests.clocks import SetClock

ISS = "https://ehr.example/fhir"
TOKEN = "https://ehr.example/token"


def rsa_keys() -> str:
    key = RSAKey.generate_key(2048, {"kid": "rsa-1"}, private=True)
    return json.dumps(KeySet([key]).as_dict(private=True))


class TokenDesk:
    """The EHR's token endpoint: it verifies assertions by the key set that Sextant publishes."""

    def __init__(self, published: dict[str, Any]) -> None:
        self.keys = KeySet.import_key_set(published)
        self.seen: set[str] = set()
        self.forms: list[dict[str, list[str]]] = []
        self.headers: list[dict[str, Any]] = []
        self.refuses: httpx.Response | None = None
        self.grants: dict[str, str] = {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        self.forms.append(form)
        token = jwt.decode(form["client_assertion"][0], self.keys, algorithms=["RS384", "ES384"])
        self.headers.append(token.header)
        assert token.claims["iss"] == token.claims["sub"] == "backend-client"
        assert token.claims["aud"] == TOKEN
        assert token.claims["exp"] - token.claims["iat"] <= 300
        assert token.claims["jti"] not in self.seen, "each assertion is used once"
        self.seen.add(token.claims["jti"])
        if self.refuses is not None:
            return self.refuses
        return httpx.Response(
            200, json={"access_token": f"t{len(self.forms)}", "token_type": "bearer", "expires_in": 300, **self.grants}
        )


def ask(keys: SigningKeys, desk: TokenDesk, clock: SetClock, *steps: Any) -> list[Any]:
    """Bearer tokens, or the scopes granted: a step is "bearer", "renewed", "granted", or a time to let pass."""

    async def run() -> list[Any]:
        registration = EhrRegistration("clinic", "Clinic", ISS, "sextant")
        async with OutboundClient(registration.fence()) as client:
            tokens = BackendTokens(
                BackendClient("backend-client", ("system/Flag.cruds",)), registration, client, keys, clock
            )
            got: list[Any] = []
            for step in steps:
                if isinstance(step, timedelta):
                    clock.forward(step)
                else:
                    got.append(await getattr(tokens, step)())
            return got

    with respx.mock(assert_all_called=False) as router:
        found = {"authorization_endpoint": "https://ehr.example/authorize", "token_endpoint": TOKEN}
        router.get(f"{ISS}/.well-known/smart-configuration").respond(200, json=found)
        router.post(TOKEN).mock(side_effect=desk.answer)
        return asyncio.run(run())


@pytest.mark.parametrize(("text", "algorithm"), [(new_keys(), "ES384"), (rsa_keys(), "RS384")], ids=["EC", "RSA"])
def test_an_assertion_is_verified_by_the_published_keys(text: str, algorithm: str) -> None:
    keys = SigningKeys(text)
    desk = TokenDesk(keys.public())
    assert ask(keys, desk, SetClock(), "bearer") == ["t1"]
    (header,) = desk.headers
    assert (header["alg"], header["typ"]) == (algorithm, "JWT")
    assert desk.forms[0]["grant_type"] == ["client_credentials"]
    assert desk.forms[0]["scope"] == ["system/Flag.cruds"]
    assert "client_id" not in desk.forms[0]


def test_a_token_is_kept_until_four_fifths_of_its_life_and_renewed_when_refused() -> None:
    keys = SigningKeys(new_keys())
    steps = ("bearer", timedelta(seconds=239), "bearer", timedelta(seconds=1), "bearer", "renewed", "bearer")
    assert ask(keys, TokenDesk(keys.public()), SetClock(), *steps) == ["t1", "t1", "t2", "t3", "t3"]


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ({}, ("system/Flag.cruds",)),
        ({"scope": "system/Flag.rs system/Patient.r"}, ("system/Flag.rs", "system/Patient.r")),
        ({"scope": ""}, ()),
    ],
    ids=["unsaid: as asked", "less than asked", "nothing"],
)
def test_what_was_granted_is_what_the_answer_says(grants: dict[str, str], expected: tuple[str, ...]) -> None:
    keys = SigningKeys(new_keys())
    desk = TokenDesk(keys.public())
    desk.grants = grants
    assert ask(keys, desk, SetClock(), "granted", "granted") == [expected, expected]
    assert len(desk.forms) == 1, "the token is kept"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"error": "invalid_client"}), AskAnAdministrator),
        (httpx.Response(401, json={"error": "invalid_grant"}), AskAnAdministrator),
        (httpx.Response(503), TryAgainLater),
    ],
)
def test_what_a_refusal_asks_for(answer: httpx.Response, error: type[Exception]) -> None:
    keys = SigningKeys(new_keys())
    desk = TokenDesk(keys.public())
    desk.refuses = answer
    with pytest.raises(error):
        ask(keys, desk, SetClock(), "bearer")


def test_what_is_published_has_no_private_part() -> None:
    for text in (new_keys(), rsa_keys()):
        (key,) = SigningKeys(text).public()["keys"]  # type: ignore[misc]
        assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)
        assert key["use"] == "sig"
        assert key["kid"]


def test_an_old_key_stays_published_and_the_first_one_signs() -> None:
    first, second = (json.loads(new_keys())["keys"][0] for _ in range(2))
    keys = SigningKeys(json.dumps({"keys": [first, second]}))
    desk = TokenDesk(keys.public())
    ask(keys, desk, SetClock(), "bearer")
    assert desk.headers[0]["kid"] == first["kid"]
    assert len(desk.keys.keys) == 2


def bad_sets() -> dict[str, str]:
    good = json.loads(new_keys())["keys"][0]
    weak = RSAKey.generate_key(1024, {"kid": "weak"}, private=True).as_dict(private=True)
    return {
        "no JSON": "keys",
        "no keys": json.dumps({"keys": []}),
        "public only": json.dumps(SigningKeys(json.dumps({"keys": [good]})).public()),
        "no kid": json.dumps({"keys": [{k: v for k, v in good.items() if k != "kid"}]}),
        "the same kid twice": json.dumps({"keys": [good, good]}),
        "a short RSA key": json.dumps({"keys": [weak]}),
    }


@pytest.mark.parametrize("text", bad_sets().values(), ids=bad_sets().keys())
def test_keys_that_no_ehr_would_take_are_refused_with_how_to_make_some(text: str) -> None:
    with pytest.raises(AskAnAdministrator, match="Make a file with"):
        SigningKeys(text)


def test_the_command_that_makes_a_file() -> None:
    command = [sys.executable, "-m", "app.launch.new_signing_keys"]
    made = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert SigningKeys(made.stdout).public()["keys"]
