"""All rules, by id and version, in the order of the guideline page. A rule is here complete and tested, or not at all."""

from types import ModuleType

from app.rules.elements import (
    acute_days,
    age65,
    agreement,
    alcohol,
    anxiety,
    bowel,
    change_watch,
    counsel,
    depression,
    early_refill,
    erla_start,
    escalation,
    goals,
    hepatic,
    last_visit,
    ltot_code,
    med,
    multi_prescriber,
    naloxone,
    next_visit,
    nonopioid,
    opioid_first,
    oud_moud,
    overdose_history,
    overlap_opioids,
    pdmp_check,
    pdmp_result,
    peg,
    pregnancy,
    prescriber,
    ptsd,
    renal,
    respiratory,
    risk_tool,
    sedative,
    sleep,
    start_dose,
    start_followup,
    udt_check,
    udt_result,
)
from app.rules.rule import Entry


def _entry(module: ModuleType) -> Entry:
    return Entry(module.RULE, module.evaluate)


CATALOGUE: tuple[Entry, ...] = tuple(
    _entry(module)
    for module in (
        med,
        sedative,
        agreement,
        peg,
        pdmp_check,
        udt_check,
        naloxone,
        opioid_first,
        acute_days,
        erla_start,
        start_dose,
        last_visit,
        next_visit,
        ltot_code,
        start_followup,
        depression,
        anxiety,
        ptsd,
        risk_tool,
        respiratory,
        renal,
        hepatic,
        change_watch,
        prescriber,
        overlap_opioids,
        multi_prescriber,
        early_refill,
        escalation,
        nonopioid,
        bowel,
        age65,
        counsel,
        goals,
        pregnancy,
        oud_moud,
        overdose_history,
        pdmp_result,
        alcohol,
        sleep,
        udt_result,
    )
)


def entry_of(rule: str) -> Entry:
    """The entry of a rule id. KeyError when there is none."""
    for entry in CATALOGUE:
        if entry.rule.id == rule:
            return entry
    raise KeyError(rule)
