"""The only place that opens or builds FHIR: `base` (shared), `files` (JSON on disk) and one folder per EHR.

`FhirEhr` is one configured EHR; for each launch it gives a reader and a sink.
"""

from app.fhir_adapters.base.connection import FhirEhr
from app.fhir_adapters.base.profile import EhrProfile

__all__ = ["EhrProfile", "FhirEhr"]
