"""The only place that opens or builds FHIR: `base` (shared), `files` (JSON on disk) and one folder per EHR."""
