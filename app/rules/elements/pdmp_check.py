"""PDMP check: the prescription monitoring record is looked at before the first opioid prescription, then every 3 months.

When a person has an opioid in force and the last PDMP check is more than 90 days old, then it is overdue (red); in
the last 30 days before that it is due soon (yellow), as it is when a pack asks for a check with every prescription
and one was written since; else it is in date (green). Never checked is red only where a check would be seen: with a
PDMP connected, or in a clinic that records its checks in the chart; elsewhere it is not known (grey).
"""

from dataclasses import replace

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.done_item import Item, Judged, judge
from app.rules.evidence.found import Found, day_of, evidence_of, newest
from app.rules.evidence.opioids import analgesics_in_force, name_of
from app.rules.evidence.processes import pdmp_checks
from app.rules.interval import length_for_tier
from app.rules.rule import Applies, Rule
from app.rules.tier import tier

RULE = Rule(
    id="pdmp_check",
    version="1",
    title="PDMP check",
    source="CDC 2022, recommendation 9",
    applies=Applies.OPIOID,
    words=__doc__,
)
ITEM = Item(
    name="PDMP check",
    concept="pdmp_check",
    to_do="Check the PDMP and record it",
    any_of=(Feed.PDMP, Feed.PROCEDURES, Feed.DOCUMENTS),
)


def evaluate(case: Case) -> Finding:
    """Judge the newest check."""
    section = case.policy.rules.pdmp_check
    finding = judge(Judged(case, RULE, ITEM, pdmp_checks(case), length_for_tier(section, tier(case).level)))
    written = _written_since(case) if section.every_rx.value else None
    if finding.status is not Status.GREEN or written is None:
        return finding
    return replace(
        finding,
        status=Status.YELLOW,
        reason=f"An opioid was prescribed on {written.day}, after the last PDMP check.",
        due=written.day,
        evidence=(*finding.evidence, *evidence_of((written,))),
        next_step=ITEM.to_do,
        pack_values=(*finding.pack_values, section.every_rx.used),
    )


def _written_since(case: Case) -> Found | None:
    """The newest opioid order that was written after the last check."""
    last = newest(each for each in pdmp_checks(case) if each.day)
    names = {source: name_of(supply) for supply in analgesics_in_force(case) for source in supply.sources}
    orders = [each for each in case.record.orders if each.reference in names and each.authored_on]
    written = newest(
        Found(each.reference, day_of(each.authored_on, case.as_of), names[each.reference]) for each in orders
    )
    if last is None or last.day is None or written is None or written.day is None:
        return None
    return written if written.day > last.day else None
