"""The EHR's style (SMART App Launch 2.2, `smart_style_url`): fetched once when a launch opens, from the EHR's own origin only.

A nicety: whatever goes wrong with it costs the style and nothing else.
"""

import logging
import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from app.domain.ehr_style import FONT_PIXELS, GUTTER_PIXELS, RADIUS_PIXELS, EhrStyle, are_families
from app.domain.errors import RecordUnreadable, SextantError
from app.launch.registration import EhrRegistration
from app.outbound import Limits, OriginFence, OutboundClient

log = logging.getLogger("sextant.launch")

LIMITS = Limits(read_total_seconds=1.0, retries=0, max_bytes=16 * 1024)
"""The chart waits for it, so one second is all it gets."""
LONGEST_ADDRESS = 2048

_LENGTH = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)(px|rem|em)")
_HEX = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_ROOT_PIXELS = 16


class StyleSource:
    """The styles of one EHR. `client` is any client of this EHR; it is used within the origins of the registration's
    FHIR base and issuer, and without a token."""

    def __init__(self, registration: EhrRegistration, client: OutboundClient) -> None:
        self._client = client.within(_own_origins(registration), LIMITS)
        self._ehr = registration.key

    async def fetch(self, url: str | None) -> EhrStyle | None:
        """What is stated at `url`; None when there is nothing that can be used, whatever the reason. Never raises."""
        if url is None:
            return None
        try:
            answer = await self._client.get_json(url)
            if not answer.is_ok:
                raise RecordUnreadable(f"The EHR's style answered {answer.status}.")
            style = read_style(answer.json())
        except SextantError as error:
            log.warning("the style of EHR %s was not used: %s", self._ehr, type(error).__name__)
            return None
        return None if style.is_empty else style


def read_style(document: object) -> EhrStyle:
    """The usable values of a style document; one that breaks a rule is left out, the others stay.

    `color_error`, `color_success` and `color_modal_backdrop` are known and not taken: red and green mean a state here, and
    there are no modal windows.
    """
    stated = document if isinstance(document, Mapping) else {}
    return EhrStyle(
        background=read_colour(stated.get("color_background")),
        text=read_colour(stated.get("color_text")),
        highlight=read_colour(stated.get("color_highlight")),
        font_pixels=read_pixels(stated.get("dim_font_size"), FONT_PIXELS),
        radius_pixels=read_pixels(stated.get("dim_border_radius"), RADIUS_PIXELS),
        gutter_pixels=read_pixels(stated.get("dim_spacing_size"), GUTTER_PIXELS),
        body_fonts=read_families(stated.get("font_family_body")),
        heading_fonts=read_families(stated.get("font_family_heading")),
    )


def read_colour(stated: object) -> str | None:
    """ "#ABC" or "#AABBCC" → "#aabbcc"; None for anything else, names and functions included."""
    found = _HEX.fullmatch(stated.strip()) if isinstance(stated, str) else None
    if found is None:
        return None
    digits = found[1].lower()
    return "#" + ("".join(2 * each for each in digits) if len(digits) == 3 else digits)


def read_pixels(stated: object, bounds: tuple[int, int]) -> int | None:
    """ "13px", "0.8rem" → whole pixels within the bounds; None for any other unit, and for what lies outside."""
    found = _LENGTH.fullmatch(stated.strip()) if isinstance(stated, str) else None
    if found is None:
        return None
    pixels = round(Decimal(found[1]) * (1 if found[2] == "px" else _ROOT_PIXELS))
    return pixels if bounds[0] <= pixels <= bounds[1] else None


def read_families(stated: object) -> tuple[str, ...]:
    """ "Georgia, 'Times New Roman', serif" → the names without quotes; empty when any of them holds another character."""
    if not isinstance(stated, str):
        return ()
    # The example of the specification itself ends with a semicolon.
    names = tuple(_unquoted(name.strip()) for name in stated.strip().removesuffix(";").split(","))
    return names if are_families(names) else ()


def _unquoted(name: str) -> str:
    is_quoted = len(name) > 2 and name[0] == name[-1] and name[0] in "'\""
    return name[1:-1] if is_quoted else name


def _own_origins(registration: EhrRegistration) -> OriginFence:
    addresses = [registration.iss, *([registration.issuer] if registration.issuer else [])]
    origins = ["{0.scheme}://{0.netloc}".format(urlsplit(address)) for address in addresses]
    return OriginFence(origins, loopback_development=registration.is_loopback_development)


def style_address(stated: object) -> str | None:
    """`smart_style_url` of a token answer, not yet checked against the fence; None when it is absent or no usable text."""
    return stated if isinstance(stated, str) and 0 < len(stated) <= LONGEST_ADDRESS else None
