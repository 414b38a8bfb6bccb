"""Free-text directions: `parse_sig(text)` gives a `Sig` that was understood word for word, or `Refused` with the reason."""

from app.med.sig.reading import parse_sig
from app.med.sig.values import Dose, Equivalent, Frequency, Maximum, Part, Refused, Sig, Step

__all__ = ["Dose", "Equivalent", "Frequency", "Maximum", "Part", "Refused", "Sig", "Step", "parse_sig"]
