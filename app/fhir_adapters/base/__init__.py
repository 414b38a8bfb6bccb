"""What all EHRs share: reading FHIR R4 JSON tolerantly, paging, capability, and writing Flags."""
