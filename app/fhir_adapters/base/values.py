"""Opening FHIR data types: Structs become domain values, and what cannot be read is named, never guessed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.codes import NOTHING_CODED, Coding, Concept
from app.domain.dates import PartialDate, Period, parse_partial_date
from app.domain.quantities import Quantity, Range, Ratio
from app.fhir_adapters.base import structs as fhir

DATA_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

_RELATIVE = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+/[A-Za-z0-9\-._~]{1,128})(?:/_history/.*)?")
_PLAIN = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]+")
_NUMBERED = re.compile(r"\[\d+\]")
_LARGEST_EXPONENT = 12


class References:
    """Turns every way of naming a resource into "Type/id".

    Absolute URLs lose their base (one EHR lists its own resources under another host name), versions are dropped, and
    `urn:uuid:` names are looked up among the full URLs of the Bundle that is being read.
    """

    def __init__(self) -> None:
        self._by_full_url: dict[str, str] = {}

    def learn(self, full_url: str, reference: str) -> None:
        """Remember that an entry with this full URL is that resource."""
        self._by_full_url[full_url] = reference

    def relative(self, text: str) -> str:
        """ "Type/id" where it can be had, else the text unchanged."""
        if _PLAIN.fullmatch(text):
            return text
        if text.startswith("urn:"):
            return self._by_full_url.get(text, text)
        found = _RELATIVE.fullmatch(text)
        return found[1] if found else text


@dataclass(slots=True)
class Opening:
    """One resource being opened: the zone for its dates, the names it may refer to, and what turned out unreadable."""

    zone: ZoneInfo
    references: References
    broken: tuple[str, ...] = ()
    """Paths of elements that the decoder had to leave out ("dosageInstruction[0].text")."""
    unreadable: list[str] = field(default_factory=list)

    def within(self, path: str) -> "Opening":
        """Open one part of the resource: it gets the broken elements below `path`, and its own list of the unreadable."""
        below = tuple(name[len(path) :].removeprefix(".") for name in self.broken if _is_below(name, path))
        return Opening(self.zone, self.references, below)

    def named(self, *, except_below: str = "") -> tuple[str, ...]:
        """Everything unreadable here by element name, without list numbers; once each."""
        if not self.broken and not self.unreadable:
            return ()
        own = [name for name in self.broken if not (except_below and name.startswith(except_below))]
        return tuple(dict.fromkeys(_NUMBERED.sub("", name) or "whole element" for name in (*own, *self.unreadable)))

    def number(self, value: Any, name: str) -> Decimal | None:
        """An exact number. A string, a boolean or an absurd size is unreadable under `name`."""
        if value is None:
            return None
        kind = type(value)
        if kind is int and abs(value) < 10**_LARGEST_EXPONENT:
            return Decimal(value)
        if kind is Decimal and value.is_finite() and abs(value.adjusted()) <= _LARGEST_EXPONENT:
            number: Decimal = value
            return number
        self.unreadable.append(name)
        return None

    def whole(self, value: Any, name: str) -> int | None:
        """A whole number; 1.0 is one, 1.5 is unreadable under `name`."""
        if type(value) is int and abs(value) < 10**_LARGEST_EXPONENT:
            return value
        number = self.number(value, name)
        if number is None:
            return None
        if number == number.to_integral_value():
            return int(number)
        self.unreadable.append(name)
        return None

    def quantity(self, sent: fhir.Quantity | None, name: str) -> Quantity | None:
        """A Quantity; its number may be missing (then `value` is None)."""
        if sent is None:
            return None
        return Quantity(self.number(sent.value, name), sent.unit, sent.system, sent.code, sent.comparator)

    def range(self, sent: fhir.Range | None, name: str) -> Range | None:
        """A Range."""
        if sent is None:
            return None
        return Range(self.quantity(sent.low, name + ".low"), self.quantity(sent.high, name + ".high"))

    def ratio(self, sent: fhir.Ratio | None, name: str) -> Ratio | None:
        """A Ratio."""
        if sent is None:
            return None
        return Ratio(
            self.quantity(sent.numerator, name + ".numerator"), self.quantity(sent.denominator, name + ".denominator")
        )

    def day(self, text: str | None, name: str) -> PartialDate | None:
        """A date, dateTime or instant; one without a zone is read in the EHR's zone."""
        if not text:
            return None
        try:
            return dated(text, self.zone)
        except ValueError:
            self.unreadable.append(name)
            return None

    def period(self, sent: fhir.Period | None, name: str) -> Period | None:
        """A Period; None when neither end is known."""
        if sent is None:
            return None
        start, end = self.day(sent.start, name + ".start"), self.day(sent.end, name + ".end")
        return Period(start, end) if start or end else None

    def reference(self, sent: fhir.Reference | None) -> str | None:
        """ "Type/id", or None when the reference names no resource (an identifier or only a display)."""
        return self.references.relative(sent.reference) if sent is not None and sent.reference else None

    def references_of(self, sent: Iterable[fhir.Reference | None] | None) -> tuple[str, ...]:
        """All of a list that name a resource."""
        if not sent:
            return ()
        return tuple(named for item in sent if (named := self.reference(item)))


def _is_below(name: str, path: str) -> bool:
    return name == path or name.startswith((path + ".", path + "["))


@lru_cache(maxsize=16384)
def dated(text: str, zone: ZoneInfo) -> PartialDate:
    """`parse_partial_date`, remembered: charts repeat their days. Raises ValueError."""
    return parse_partial_date(text, zone)


def instant(text: str | None) -> datetime | None:
    """An aware instant (`meta.lastUpdated`), or None when it is missing, odd or without a zone."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None


def coding(sent: fhir.Coding) -> Coding:
    """One coding as sent."""
    return _coding(sent.system, sent.code, sent.display)


@lru_cache(maxsize=16384)
def _coding(system: str | None, code: str | None, display: str | None) -> Coding:
    return Coding(system, code, display)


def concept(sent: fhir.CodeableConcept | None) -> Concept:
    """A CodeableConcept; nothing sent is NOTHING_CODED."""
    if sent is None or not (sent.coding or sent.text):
        return NOTHING_CODED
    return Concept(tuple(coding(c) for c in sent.coding or ()), sent.text or None)


def concepts(sent: Sequence[fhir.CodeableConcept] | None) -> tuple[Concept, ...]:
    """Each that says something."""
    return tuple(c for item in sent or () if (c := concept(item)) is not NOTHING_CODED)


def plain_code(sent: fhir.CodeableConcept | None) -> str | None:
    """The first code, else the text: for status-like concepts ("active", "confirmed")."""
    if sent is None:
        return None
    return next((c.code for c in sent.coding or () if c.code), None) or sent.text


def plain_codes(sent: Sequence[fhir.CodeableConcept] | None) -> tuple[str, ...]:
    """Every code of every concept, lower case; a concept without codes gives its text."""
    found: list[str] = []
    for item in sent or ():
        codes = [c.code for c in item.coding or () if c.code]
        found += codes or ([item.text] if item.text else [])
    return tuple(code.lower() for code in found)


def display_names(sent: Iterable[fhir.Reference | None] | None) -> tuple[str, ...]:
    """The display of each reference that has one."""
    return tuple(item.display for item in sent or () if item is not None and item.display)


def absent_reason(value: Mapping[str, Any] | None) -> str | None:
    """The data-absent-reason extension of plain JSON values, or None."""
    for extension in (value or {}).get("extension") or ():
        if isinstance(extension, Mapping) and extension.get("url") == DATA_ABSENT_REASON:
            code = extension.get("valueCode")
            return code if isinstance(code, str) else "unknown"
    return None
