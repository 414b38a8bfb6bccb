"""Bowel care: a laxative in use, advice given, or a plan."""

from app.rules.case import Case, once
from app.rules.evidence.processes import said
from app.rules.evidence.therapies import Given, therapies


@once
def bowel_care(case: Case) -> tuple[Given, ...]:
    """Laxatives, advice on the bowel, and a person's word, newest last."""
    entered = (Given("bowel_advice", "", each, each.day) for each in said(case, "bowel"))
    found = (*therapies(case, "laxative", "bowel_advice"), *entered)
    return tuple(sorted(found, key=lambda each: (str(each.last or ""), each.found.reference or "", each.found.value)))
