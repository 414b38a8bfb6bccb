"""All rules, by id and version, in the order of the guideline table (1 to 17, then the added ones).

A rule is here complete and tested, or not at all."""

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
        # What six clinics asked for (elements 1 to 17)
        prescriber,
        last_visit,
        next_visit,
        ltot_code,
        med,
        sedative,
        agreement,
        peg,
        risk_tool,
        depression,
        pdmp_check,
        pdmp_result,
        udt_check,
        udt_result,
        sleep,
        ptsd,
        anxiety,
        # What guidelines and peers add
        naloxone,
        bowel,
        pregnancy,
        change_watch,
        early_refill,
        overlap_opioids,
        multi_prescriber,
        start_followup,
        start_dose,
        erla_start,
        acute_days,
        escalation,
        age65,
        renal,
        hepatic,
        respiratory,
        alcohol,
        oud_moud,
        overdose_history,
        nonopioid,
        goals,
        counsel,
        # From the CDC recommendations
        opioid_first,
    )
)


def entry_of(rule: str) -> Entry:
    """The entry of a rule id. KeyError when there is none."""
    for entry in CATALOGUE:
        if entry.rule.id == rule:
            return entry
    raise KeyError(rule)
