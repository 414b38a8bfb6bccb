"""The makes of EHR that Sextant knows, by the name that a site's settings choose."""

from collections.abc import Mapping

from app.fhir_adapters.base.profile import EhrProfile
from app.fhir_adapters.epic import EPIC
from app.fhir_adapters.generic import GENERIC
from app.fhir_adapters.hapi import HAPI
from app.fhir_adapters.oracle import ORACLE

PROFILES: Mapping[str, EhrProfile] = {"generic": GENERIC, "hapi": HAPI, "epic": EPIC, "oracle": ORACLE}
