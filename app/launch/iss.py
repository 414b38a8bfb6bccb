"""The `iss` of a launch: text from outside that must equal a configured EHR before any request is made.

RFC 3986 allows several spellings of one address, so both sides are brought to one: scheme and host in lower case, default
port and one trailing slash dropped. Anything that two parsers could read differently is refused.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from app.domain.outcome import No, Ok

_DEFAULT_PORT = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_LONGEST = 2048


@dataclass(frozen=True, slots=True)
class FhirBase:
    """A normalised FHIR base address: `url` without trailing slash, `origin` as browsers write it."""

    url: str
    scheme: str
    host: str
    origin: str

    @property
    def is_ip_literal(self) -> bool:
        """True for an address written as a number, in any spelling that a resolver accepts ("[::1]", "2130706433")."""
        last_label = self.host.rpartition(".")[2]
        return self.host.startswith("[") or _NUMBER.fullmatch(last_label) is not None

    @property
    def is_loopback(self) -> bool:
        """True when it names this very machine in one of the plain spellings."""
        return self.host in ("localhost", "[::1]") or re.fullmatch(r"127(\.\d{1,3}){3}", self.host) is not None


def normalise_iss(text: str) -> Ok[FhirBase] | No:
    """One spelling of a FHIR base, or why it is refused. Nothing is resolved or requested."""
    if len(text) > _LONGEST or not text.isascii() or any(c <= " " or c in '\\"<>\x7f' for c in text):
        return No("The address has characters that no FHIR base has.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return No("The address cannot be read.")
    return _refusal(text, parts) or _normalised(parts, port)


def _refusal(text: str, parts: SplitResult) -> No | None:
    if parts.scheme not in _DEFAULT_PORT:
        return No("The address is not http or https.")
    if "@" in parts.netloc or "?" in text or "#" in text:
        return No("The address has a user, a query or a fragment.")
    if any(segment in (".", "..") for segment in unquote(unquote(parts.path)).replace("\\", "/").split("/")):
        return No("The address has dot segments.")
    return None


def _normalised(parts: SplitResult, port: int | None) -> Ok[FhirBase] | No:
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    if not _HOST.fullmatch(host) or ".." in host or port == 0:
        return No("The address has no readable host.")
    has_own_port = port is not None and port != _DEFAULT_PORT[parts.scheme]
    origin = f"{parts.scheme}://{host}:{port}" if has_own_port else f"{parts.scheme}://{host}"
    return Ok(FhirBase(origin + parts.path.removesuffix("/"), parts.scheme, host, origin))
