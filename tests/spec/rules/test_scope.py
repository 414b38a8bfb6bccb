"""Who the guideline is for: age, exclusions with their evidence, what may exclude, and what a person's word changes."""

import pytest

from app.domain.chart import Encounter
from app.domain.codes import Coding, Concept
from app.domain.dates import Period, on
from app.domain.finding import Review
from app.domain.record import PatientRecord
from tests.spec.rules.chart import (
    COPD,
    LUNG_CANCER,
    SICKLE_CELL,
    SICKLE_TRAIT,
    WHO,
    Part,
    back,
    entered,
    has,
    icd,
    on_opioids,
    person,
    plan,
    procedure,
    snomed,
)
from tests.spec.rules.states import State, check_state

LONG = on_opioids(60)


def one_visits_diagnosis(*, ago: int) -> Part:
    """Cancer coded at one encounter, not on the problem list."""
    return has(LUNG_CANCER, ago=ago, category=("encounter-diagnosis",), encounter=f"Encounter/{ago}")


def to_hospice(*, ago: int) -> Part:
    """Discharged to hospice."""
    hospice = Concept((Coding("http://terminology.hl7.org/CodeSystem/discharge-disposition", "hosp"),))
    stay = Period(on(back(ago + 3)), on(back(ago)))
    return "encounters", Encounter("Encounter/h", "finished", "IMP", WHO, period=stay, discharge_disposition=hospice)


def says(review: Review) -> str:
    """Exclusions, then what becomes of a rule of the guideline and of a safety fact."""
    kinds = [f"{e.kind}{'' if e.active else '?'}{' overridden' if e.overridden else ''}" for e in review.exclusions]
    rules = (review.by_rule[rule].status.value for rule in ("agreement", "naloxone"))
    return f"{', '.join(kinds) or 'in scope'}: {' / '.join(rules)}"


def chart(*parts: Part, **more: str) -> PatientRecord:
    return person(LONG, *parts, **more)


IN, OUT = "in scope: red / red", ": not_applicable / red"

CASES = (
    State("nothing of the kind", chart(has(COPD)), IN),
    State("cancer on the problem list", chart(has(LUNG_CANCER)), f"cancer{OUT}"),
    State("cancer without a category", chart(has(LUNG_CANCER, category=())), f"cancer{OUT}"),
    State("cancer in SNOMED CT", chart(has(snomed("93880001", "Primary malignant neoplasm of lung"))), f"cancer{OUT}"),
    State("cancer resolved", chart(has(LUNG_CANCER, status="resolved")), IN),
    State("cancer in remission", chart(has(LUNG_CANCER, status="remission")), IN),
    State("cancer refuted", chart(has(LUNG_CANCER, verified="refuted")), IN),
    State("cancer only suspected", chart(has(LUNG_CANCER, verified="provisional")), IN),
    State("skin cancer that is not melanoma", chart(has(icd("C44.90", "Skin"))), IN),
    State("history of cancer", chart(has(icd("Z85.118", "Personal history"))), IN),
    State(
        "cancer at two visits of the year",
        chart(one_visits_diagnosis(ago=365), one_visits_diagnosis(ago=9)),
        f"cancer{OUT}",
    ),
    State("cancer at one visit", chart(one_visits_diagnosis(ago=9)), "cancer?: red / red"),
    State(
        "at two visits, one before the year",
        chart(one_visits_diagnosis(ago=366), one_visits_diagnosis(ago=9)),
        "cancer?: red / red",
    ),
    State(
        "cancer, overridden",
        chart(has(LUNG_CANCER), entered("exclusion_cancer", "does_not_apply")),
        "cancer overridden: red / red",
    ),
    State("sickle cell disease", chart(has(SICKLE_CELL)), f"sickle_cell{OUT}"),
    State("sickle cell trait", chart(has(SICKLE_TRAIT)), IN),
    State("palliative care encounter code", chart(has(icd("Z51.5", "Palliative care"))), f"palliative{OUT}"),
    State(
        "referral to palliative care",
        chart(plan("ServiceRequest", "Palliative", ago=5, what=snomed("306237005"))),
        "palliative?: red / red",
    ),
    State("to hospice a year ago", chart(to_hospice(ago=365)), f"end_of_life{OUT}"),
    State("to hospice longer ago", chart(to_hospice(ago=366)), IN),
    State("hospice care as a procedure a year ago", chart(procedure("385763009", ago=365)), f"end_of_life{OUT}"),
    State("hospice care as a procedure longer ago", chart(procedure("385763009", ago=366)), IN),
    State("palliative, by a person's word", chart(entered("exclusion_palliative", "applies")), f"palliative{OUT}"),
    State("do not resuscitate", chart(has(icd("Z66", "Do not resuscitate"))), "end_of_life?: red / red"),
    State("17 years old", chart(born="2008-03-02"), "under_18: not_applicable / not_applicable"),
    State("18 today", chart(born="2008-03-01"), IN),
    State("19 years old", chart(born="2007-03-01"), IN),
    State("conditions down: nothing known against it", chart(has(LUNG_CANCER), conditions="failed"), IN),
)


@pytest.mark.parametrize("line", CASES, ids=str)
def test_scope(line: State) -> None:
    check_state(line, says)
