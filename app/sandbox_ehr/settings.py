"""How one sandbox EHR is set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.sandbox_ehr.clients import Registry, registered


@dataclass(frozen=True)
class EhrSettings:
    """Addresses have no trailing slash. `user` is the clinician at the screen; None: the store's first.
    `style` names one of `styles.STYLES` to offer to apps; empty: none."""

    base_url: str
    as_of: date
    app_launch_url: str = "http://localhost:8200/launch"
    registry: Registry = field(default_factory=lambda: registered("sextant", None, ()))
    user: str | None = None
    access_seconds: int = 3600
    faults: bool = False
    style: str = ""

    @property
    def fhir_base(self) -> str:
        return f"{self.base_url}/fhir"

    @property
    def issuer(self) -> str:
        return f"{self.base_url}/auth"
