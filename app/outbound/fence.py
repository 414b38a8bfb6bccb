"""The origin fence: which addresses a client may call, decided before any request leaves.

A `next` link, an endpoint from a discovery document or a reference is text that somebody else wrote. It is resolved
against the base it came from and refused unless it stays inside one of the configured bases. (fhirclient 4.4.0 sent the
bearer token to a foreign host named in a `next` link.)
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from app.domain.errors import AskAnAdministrator, NotPermitted

_DEFAULT_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class _Base:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORT[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}/"

    def holds(self, other: "_Base") -> bool:
        same_origin = (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)
        return same_origin and (other.path == self.path or other.path.startswith(self.path + "/"))


class OriginFence:
    """Allows the given base URLs and everything below them.

    The first base is the one that relative links are resolved against. Bases are https; http is accepted for a loopback
    host only, and only when `loopback_development` is set. Raises AskAnAdministrator for a base that breaks these rules.
    """

    def __init__(self, base_urls: Iterable[str], *, loopback_development: bool = False) -> None:
        self._bases = tuple(_configured(url, loopback_development) for url in base_urls)
        if not self._bases:
            raise AskAnAdministrator("An EHR needs at least one base address.")

    @property
    def base_url(self) -> str:
        """The first base, with exactly one trailing slash."""
        return self._bases[0].url

    def resolve(self, link: str, *, against: str | None = None) -> str:
        """The absolute URL of a link, or NotPermitted when it leaves the allowed bases. Nothing is requested."""
        absolute = urljoin(against or self.base_url, link.strip())
        target = _parsed(absolute)
        if target is None or not any(base.holds(target) for base in self._bases):
            raise NotPermitted("A link of the EHR points outside its own address; it was not followed.")
        return absolute

    def allows(self, link: str) -> bool:
        """Whether `resolve` would accept it."""
        try:
            self.resolve(link)
        except NotPermitted:
            return False
        return True


def is_loopback(host: str) -> bool:
    """Whether a host name or IP literal means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _configured(url: str, loopback_development: bool) -> _Base:
    base = _parsed(url)
    if base is None or urlsplit(url).query:
        raise AskAnAdministrator("An EHR's address must be a plain http(s) URL without user, query or fragment.")
    if base.scheme == "http" and not (loopback_development and is_loopback(base.host)):
        raise AskAnAdministrator("An EHR's address must be https; http is for a loopback development EHR only.")
    return base


def _parsed(url: str) -> _Base | None:
    """The parts that decide, or None for anything that two parsers could read differently."""
    if any(c.isspace() or c == "\\" or ord(c) < 32 for c in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORT or not parts.hostname or "@" in parts.netloc or parts.fragment:
        return None
    if _climbs(parts):
        return None
    return _Base(parts.scheme, parts.hostname, port or _DEFAULT_PORT[parts.scheme], parts.path.rstrip("/"))


def _climbs(parts: SplitResult) -> bool:
    """Dot segments, also percent-encoded ones, that the server might resolve differently from us."""
    return any(segment in (".", "..") for segment in unquote(parts.path).replace("\\", "/").split("/"))
