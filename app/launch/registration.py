"""One EHR as launch knows it: what an administrator agreed with it beforehand. Only these EHRs can open Sextant."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.errors import AskAnAdministrator
from app.domain.outcome import No
from app.domain.session import Secret
from app.launch.errors import UnknownEhr
from app.launch.iss import FhirBase, normalise_iss
from app.outbound import OriginFence


@dataclass(frozen=True, slots=True)
class EhrRegistration:
    """`iss` is the EHR's FHIR base. `client_secret` None: Sextant is a public client there.

    `scopes` empty: the default ones, with `write_scopes` for what this make of EHR takes. `allowed_hosts` ("auth.example",
    "auth.example:8443") are the only hosts besides the FHIR base's own at which its sign-in, token and key addresses may lie.
    `issuer` overrides what discovery says about who signs its id_tokens. `is_loopback_development` allows http and number
    addresses, for an EHR on this machine only.
    Raises AskAnAdministrator when `iss` breaks these rules.
    """

    key: str
    name: str
    iss: str
    client_id: str
    client_secret: Secret | None = None
    scopes: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    issuer: str | None = None
    is_loopback_development: bool = False
    write_scopes: tuple[str, ...] = ("patient/Flag.cruds",)

    def __post_init__(self) -> None:
        base = self._checked(self.iss)
        object.__setattr__(self, "iss", base.url)
        self.fence()

    def fence(self) -> OriginFence:
        """The hosts that discovery may name. Relative links are read against the FHIR base."""
        base = self._checked(self.iss)
        origins = [self._checked(f"{base.scheme}://{host}").origin for host in self.allowed_hosts]
        return OriginFence([base.url, base.origin, *origins], loopback_development=self.is_loopback_development)

    def _checked(self, address: str) -> FhirBase:
        found = normalise_iss(address)
        if isinstance(found, No):
            raise AskAnAdministrator(f"EHR {self.key}: {found.reason}")
        if not self.is_loopback_development and (found.value.scheme != "https" or found.value.is_ip_literal):
            raise AskAnAdministrator(f"EHR {self.key}: its addresses must be https with a host name.")
        if self.is_loopback_development and not found.value.is_loopback:
            raise AskAnAdministrator(f"EHR {self.key}: a loopback development EHR must be on this machine.")
        return found.value


def find_by_iss(registrations: Iterable[EhrRegistration], iss: str) -> EhrRegistration:
    """The configured EHR whose base equals `iss`. Raises UnknownEhr; nothing is requested from an unknown one."""
    asked = normalise_iss(iss)
    known = () if isinstance(asked, No) else tuple(r for r in registrations if r.iss == asked.value.url)
    if not known:
        raise UnknownEhr(
            "This EHR is not set up in Sextant, so nothing was opened. Ask your administrator to compare the EHR's FHIR "
            "address with Sextant's settings."
        )
    return known[0]
