"""The answer as JSON: the contract of `sextant med --json`, also the `med` key of a review.

Numbers are strings with exact decimals, days are ISO dates, `from` is inclusive and `to` exclusive; a key is never left out.
"""

from datetime import date
from decimal import Decimal

from app.domain.med import Amount, MedTotal, Segment, Supply, Working
from app.med.exact import plain


def as_json(total: MedTotal) -> dict[str, object]:
    """One person's answer."""
    return {
        "patient": total.patient,
        "as_of": total.as_of.isoformat(),
        "factor_set": total.factor_set,
        "mme_per_day": _number(total.mme_per_day),
        "complete": total.complete,
        "signature_mme_per_day": _number(total.signature_mme_per_day),
        "quantity_mme_per_day": _number(total.quantity_mme_per_day),
        "average_90d": _number(total.average_90d),
        "average_90d_covered": _number(total.average_90d_covered),
        "maximum_90d": _number(total.maximum_90d),
        "supplies": [_supply(each) for each in total.supplies],
        "timeline": [_segment(each) for each in total.timeline],
        "notes": list(total.notes),
    }


def _supply(supply: Supply) -> dict[str, object]:
    return {
        "sources": list(supply.sources),
        "prescriber": supply.prescriber,
        "prescriber_name": supply.prescriber_name,
        "ingredient": supply.ingredient,
        "product": {"rxcui": supply.product.rxcui, "name": supply.product.name},
        "state": supply.state.value,
        "reason": supply.reason,
        "method": supply.method.value if supply.method else None,
        "working": _working(supply.working),
        "daily_dose": _amount(supply.daily_dose),
        "factor": _number(supply.factor),
        "factor_note": supply.factor_note,
        "mme_per_day": _number(supply.mme_per_day),
        "low": _number(supply.low),
        "high": _number(supply.high),
        "signature_mme_per_day": _number(supply.signature_mme_per_day),
        "quantity_mme_per_day": _number(supply.quantity_mme_per_day),
        "prn": supply.as_needed,
        "in_force": supply.in_force,
        "long_acting": supply.is_long_acting,
        "route": supply.route,
        "from": _day(supply.starts),
        "to": _day(supply.ends),
        "notes": list(supply.notes),
    }


def _working(working: Working | None) -> dict[str, object] | None:
    if working is None:
        return None
    return {
        "strength": _amount(working.strength),
        "units_per_dose": _number(working.units_per_dose),
        "doses_per_day": _number(working.doses_per_day),
        "words": working.words,
    }


def _segment(segment: Segment) -> dict[str, object]:
    return {
        "from": segment.starts.isoformat(),
        "to": segment.ends.isoformat(),
        "mme": plain(segment.mme),
        "complete": segment.complete,
    }


def _amount(amount: Amount | None) -> dict[str, str] | None:
    return None if amount is None else {"value": plain(amount.value), "unit": amount.unit}


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
