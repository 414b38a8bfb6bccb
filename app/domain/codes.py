"""Codes as types that refuse bad text, and the coded texts that a chart carries.

Check digits: LOINC uses mod 10 (Luhn over the number part), SNOMED CT uses Verhoeff. A code that a chart sends is kept as
a `Coding`, however odd; the strict types are for codes that *we* state (tables, packs, rules).
"""

import re
from dataclasses import dataclass
from typing import ClassVar

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
NDC = "http://hl7.org/fhir/sid/ndc"
UCUM = "http://unitsofmeasure.org"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

_VERHOEFF_PRODUCT = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_VERHOEFF_SHIFT = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def has_luhn_digit(digits: str) -> bool:
    """True when the last digit is the mod-10 check digit of the rest."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def has_verhoeff_digit(digits: str) -> bool:
    """True when the last digit is the Verhoeff check digit of the rest."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        shifted = int(_VERHOEFF_SHIFT[place % 8][int(digit)])
        check = int(_VERHOEFF_PRODUCT[check][shifted])
    return check == 0


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """One code of one system. Subclasses refuse text that cannot be such a code (ValueError)."""

    value: str
    system: ClassVar[str] = ""
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"\S(.*\S)?")

    def __post_init__(self) -> None:
        if not self.pattern.fullmatch(self.value) or not self.has_valid_check_digit():
            raise ValueError(f"{self.value!r} is not a {type(self).__name__} code")

    def has_valid_check_digit(self) -> bool:
        """Systems without a check digit accept every well-formed code."""
        return True


class RxNorm(Code):
    """An RxNorm concept unique identifier (RxCUI)."""

    __slots__ = ()
    system = RXNORM
    pattern = re.compile(r"[1-9]\d{0,7}")


class Loinc(Code):
    """A LOINC number with its check digit."""

    __slots__ = ()
    system = LOINC
    pattern = re.compile(r"\d{1,7}-\d")

    def has_valid_check_digit(self) -> bool:
        return has_luhn_digit(self.value.replace("-", ""))


class Snomed(Code):
    """A SNOMED CT concept id with its Verhoeff digit."""

    __slots__ = ()
    system = SNOMED
    pattern = re.compile(r"[1-9]\d{5,17}")

    def has_valid_check_digit(self) -> bool:
        return has_verhoeff_digit(self.value)


class Icd10(Code):
    """An ICD-10-CM code or category, with the dot where the code has more than three characters."""

    __slots__ = ()
    system = ICD10CM
    pattern = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")


@dataclass(frozen=True, slots=True)
class Coding:
    """A coding as the chart sends it; nothing about it has been checked."""

    system: str | None
    code: str | None
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """A FHIR CodeableConcept: several codings of one thing, and/or a text."""

    codings: tuple[Coding, ...] = ()
    text: str | None = None

    def codes(self, system: str) -> tuple[str, ...]:
        """The codes of one system, in the order the chart gives them."""
        return tuple(c.code for c in self.codings if c.system == system and c.code)

    @property
    def label(self) -> str | None:
        """What a person would call it: the text, else the first display, else the first code."""
        displays = (c.display for c in self.codings if c.display)
        codes = (c.code for c in self.codings if c.code)
        return self.text or next(displays, None) or next(codes, None)


NOTHING_CODED = Concept()
