"""What is taken from an EHR's style, what never is, and that nothing about it can cost a launch."""

from typing import Any

import httpx
import pytest
import respx

from app.domain.ehr_style import EhrStyle
from app.domain.session import LaunchSession
from app.launch import EhrRegistration, LaunchFlow
from app.launch.ehr_style import LIMITS, StyleSource, read_colour, read_families, read_pixels, read_style, style_address
from app.outbound import OriginFence, OutboundClient
from app.storage import Storage
from tests.clocks import SetClock
from tests.stub_smart_ehr import ISS, LOGIN, StubSmartEhr

OWN = "https://ehr.example/style/sextant.json"
SPECIFIED = {
    "color_background": "#edeae3",
    "color_error": "#9e2d2d",
    "color_highlight": "#69b5ce",
    "color_modal_backdrop": "",
    "color_success": "#498e49",
    "color_text": "#303030",
    "dim_border_radius": "6px",
    "dim_font_size": "13px",
    "dim_spacing_size": "20px",
    "font_family_body": "Georgia, Times, 'Times New Roman', serif",
    "font_family_heading": "'HelveticaNeue-Light', Helvetica, Arial, 'Lucida Grande', sans-serif;",
}
"""The example of SMART App Launch 2.2."""


def test_the_example_of_the_specification_is_read() -> None:
    assert read_style(SPECIFIED) == EhrStyle(
        background="#edeae3",
        text="#303030",
        highlight="#69b5ce",
        font_pixels=13,
        radius_pixels=6,
        gutter_pixels=20,
        body_fonts=("Georgia", "Times", "Times New Roman", "serif"),
        heading_fonts=("HelveticaNeue-Light", "Helvetica", "Arial", "Lucida Grande", "sans-serif"),
    )


@pytest.mark.parametrize(("stated", "colour"), [("#ABC", "#aabbcc"), (" #0b5CAD ", "#0b5cad"), ("#000000", "#000000")])
def test_a_colour_is_hex(stated: str, colour: str) -> None:
    assert read_colour(stated) == colour


@pytest.mark.parametrize(
    "stated",
    ["red", "", "#12", "#12345", "#1234567", "#12345678", "rgb(0,0,0)", "#fff;}", "#fff\n}", "url(x)", None, 7, ["#fff"]],
)  # fmt: skip
def test_no_other_colour_is_taken(stated: object) -> None:
    assert read_colour(stated) is None


@pytest.mark.parametrize(
    ("stated", "pixels"),
    [("12px", 12), ("18px", 18), ("13.4px", 13), ("1rem", 16), ("0.875em", 14), (" 15px ", 15)],
)
def test_a_length_within_its_bounds(stated: str, pixels: int) -> None:
    assert read_pixels(stated, (12, 18)) == pixels


@pytest.mark.parametrize(
    "stated", ["11px", "19px", "900px", "12", "12pt", "100%", "calc(1px + 1vw)", "-13px", "1e3px", "13px;x:y", None, 13, True]
)  # fmt: skip
def test_no_other_length_is_taken(stated: object) -> None:
    assert read_pixels(stated, (12, 18)) is None


@pytest.mark.parametrize(
    "stated",
    [
        "x; } body { display: none",
        "Arial, url(https://elsewhere.example)",
        "'</style>'",
        'a\\"b',
        "Arial,,serif",
        "",
        "1st Font",
        "x" * 41,
        ",".join("abcdefghi"),
        "''",
        None,
        3,
    ],
)
def test_no_other_font_is_taken(stated: object) -> None:
    assert read_families(stated) == ()


def test_one_bad_value_costs_only_itself() -> None:
    assert read_style({**SPECIFIED, "color_text": "url(x)"}) == read_style(
        {k: v for k, v in SPECIFIED.items() if k != "color_text"}
    )


@pytest.mark.parametrize("document", [None, [], "x", 1, {}, {"color_background": {"a": 1}}])
def test_what_is_no_style_is_empty(document: object) -> None:
    assert read_style(document).is_empty


@pytest.mark.parametrize(
    "values", [{"background": "red"}, {"font_pixels": 40}, {"body_fonts": ("a;b",)}, {"text": "#fff"}]
)  # fmt: skip
def test_a_style_that_breaks_the_rules_does_not_exist(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"a colour is|a size is|a font family has"):
        EhrStyle(**values)


@pytest.mark.parametrize("stated", [None, "", 5, ["x"], "https://ehr.example/" + "x" * 2048])
def test_an_address_is_a_text_of_sensible_length(stated: object) -> None:
    assert style_address(stated) is None


@pytest.fixture
def source(registration: EhrRegistration, client: OutboundClient) -> StyleSource:
    return StyleSource(registration, client)


@pytest.mark.anyio
class TestFetching:
    async def test_goes_to_the_ehr_without_a_token(self, source: StyleSource, network: respx.MockRouter) -> None:
        route = network.get(OWN).respond(json=SPECIFIED)
        assert await source.fetch(OWN) == read_style(SPECIFIED)
        assert "authorization" not in route.calls.last.request.headers

    @pytest.mark.parametrize(
        "url",
        [
            "https://elsewhere.example/style.json",
            f"{LOGIN}/style.json",
            "http://ehr.example/style.json",
            "https://ehr.example:8443/style.json",
            "https://ehr.example@elsewhere.example/style.json",
            "https://ehr.example/../x/%2e%2e/style.json",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
            "https://ehr.example/style.json#x",
        ],
    )
    async def test_never_goes_elsewhere(self, source: StyleSource, network: respx.MockRouter, url: str) -> None:
        everything = network.route().respond(json=SPECIFIED)
        assert await source.fetch(url) is None
        assert everything.call_count == 0

    async def test_the_configured_issuer_counts_as_the_ehr(
        self, client: OutboundClient, network: respx.MockRouter
    ) -> None:
        registration = EhrRegistration("clinic", "Clinic EHR", ISS, "x", issuer="https://issuer.example/oauth2")
        network.get("https://issuer.example/style.json").respond(json=SPECIFIED)
        assert await StyleSource(registration, client).fetch("https://issuer.example/style.json") is not None

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(404),
            httpx.Response(302, headers={"location": "https://elsewhere.example/"}),
            httpx.Response(200, text="body { display: none }"),
            httpx.Response(200, json=[]),
            httpx.Response(200, json={"color_background": "x" * LIMITS.max_bytes}),
            httpx.ConnectError("refused"),
            httpx.ReadTimeout("slow"),
        ],
        ids=["missing", "elsewhere", "no json", "no object", "too large", "refused", "slow"],
    )
    async def test_a_failure_is_no_style(self, source: StyleSource, network: respx.MockRouter, answer: Any) -> None:
        route = network.get(OWN).mock(side_effect=[answer] * 4)
        assert await source.fetch(OWN) is None
        assert route.call_count == 1

    async def test_a_busy_ehr_is_asked_once(self, registration: EhrRegistration, network: respx.MockRouter) -> None:
        """Although the client of this EHR repeats its reads."""
        route = network.get(OWN).respond(503)
        patient_client = OutboundClient(OriginFence([registration.iss]))
        assert await StyleSource(registration, patient_client).fetch(OWN) is None
        assert route.call_count == 1


async def launched(flow: LaunchFlow, ehr: StubSmartEhr) -> LaunchSession:
    redirect = await flow.start(ISS, "opaque", None)
    return await flow.finish(ehr.sign_in(redirect.url), redirect.browser)


@pytest.mark.anyio
class TestALaunchWithAStyle:
    async def test_keeps_it_with_the_session(self, flow: LaunchFlow, ehr: StubSmartEhr, storage: Storage) -> None:
        ehr.network.get(OWN).respond(json=SPECIFIED)
        ehr.answer["smart_style_url"] = OWN
        session = await launched(flow, ehr)
        assert session.style == read_style(SPECIFIED)
        found = storage.sessions.find(session.launch)
        assert found is not None
        assert found.style == session.style

    async def test_opens_without_it_when_it_lies_elsewhere(self, flow: LaunchFlow, ehr: StubSmartEhr) -> None:
        ehr.answer["smart_style_url"] = "https://elsewhere.example/style.json"
        assert (await launched(flow, ehr)).style is None

    async def test_opens_without_it_when_it_fails(
        self, flow: LaunchFlow, ehr: StubSmartEhr, caplog: pytest.LogCaptureFixture
    ) -> None:
        ehr.network.get(OWN).respond(500)
        ehr.answer["smart_style_url"] = OWN
        assert (await launched(flow, ehr)).style is None
        assert "the style of EHR clinic was not used: RecordUnreadable" in caplog.text
        assert "sextant.json" not in caplog.text

    async def test_a_renewal_keeps_it(
        self, flow: LaunchFlow, ehr: StubSmartEhr, storage: Storage, clock: SetClock
    ) -> None:
        ehr.network.get(OWN).respond(json=SPECIFIED)
        ehr.answer["smart_style_url"] = OWN
        session = await launched(flow, ehr)
        await flow.tokens(session).renewed()
        found = storage.sessions.find(session.launch)
        assert found is not None
        assert (found.tokens.access.reveal(), found.style) == ("access-1", session.style)
