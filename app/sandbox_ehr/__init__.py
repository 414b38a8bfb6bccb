"""The embedded demo EHR: a FHIR R4 store, a SMART gateway in front of it, and a chart page.

It shares no code with the rest of Sextant, and is reached over HTTP only: a mistake made here must not be
hidden by the same mistake made there.
"""
