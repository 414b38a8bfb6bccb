"""Who the person is, as far as cut-offs and scope depend on it."""

from app.rules.case import Case
from app.rules.scope import years_on


def is_recorded_male(case: Case) -> bool:
    """Recorded male (sex at birth where the chart has it). Otherwise the lower of two sex-based cut-offs is used."""
    person = case.record.patient
    return person is not None and (person.sex or "").lower() in {"male", "m"}


def age_in_years(case: Case) -> int | None:
    """Whole years; None when the birth date is missing or too vague to tell."""
    birth = case.record.patient.birth_date if case.record.patient else None
    if birth is None:
        return None
    oldest, youngest = years_on(birth.earliest, case.as_of), years_on(birth.latest, case.as_of)
    return oldest if oldest == youngest else None
