"""PDMP result: what the last check showed, and whether a surprise was talked over.

When the newest recorded result is unexpected and was not yet discussed, it is to be talked over (red), however old it
is. Discussed is yellow and as expected is green for 90 days, as long as a check counts; after that nobody knows what the
PDMP shows now (grey). So it is for a check without a recorded result; its own outcome or note is shown. Nothing in a PDMP
result is a reason to end care.
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.processes import pdmp_checks, said
from app.rules.interval import ago
from app.rules.rule import Applies, Rule, answer, feed_words

RULE = Rule(
    id="pdmp_result",
    version="1",
    title="PDMP result",
    source="CDC 2022, recommendation 9",
    applies=Applies.OPIOID,
    words=__doc__,
)
TALK = "Talk over what the PDMP shows, with possible explanations first, and record it"
RECORD = "Record what the check showed"
CHECK = "Check the PDMP and record what it shows"


def evaluate(case: Case) -> Finding:
    """The newest result that a person entered; else the newest check is shown."""
    results = [each for each in said(case, "pdmp_result") if each.day]
    check = newest(each for each in pdmp_checks(case) if each.day)
    last = _last(results)
    if last is None or (check and check.day and last.day and check.day > last.day):
        return _without_result(case, check, last)
    if last.fact_value == "unexpected":
        return _say(case, Status.RED, f"The PDMP showed something unexpected on {last.day}, not yet discussed", last)
    is_expected = last.fact_value == "as_expected"
    shown = "The PDMP showed what was expected on" if is_expected else "An unexpected PDMP result was discussed on"
    if last.day and case.days_since(last.day) > case.policy.rules.pdmp_result.valid.value:
        return _too_old(case, f"{shown} {last.day}, {ago(case, last.day)}", last)
    return _say(case, Status.GREEN if is_expected else Status.YELLOW, f"{shown} {last.day}", last)


def _last(results: list[Found]) -> Found | None:
    """The newest; of one day the discussion comes after what it is about."""
    order = {"as_expected": 0, "unexpected": 1, "discussed": 2}
    return max(results, key=lambda each: (each.day, order.get(each.fact_value or "", 0)), default=None)


def _say(case: Case, status: Status, reason: str, found: Found) -> Finding:
    step = None if status is Status.GREEN else TALK
    used = (case.policy.rules.pdmp_result.valid,)
    return answer(case, RULE, status, f"{reason}.", evidence=evidence_of((found,)), next_step=step, used=used)


def _too_old(case: Case, shown: str, found: Found) -> Finding:
    """What was seen longer ago than a check counts says nothing about now."""
    return answer(
        case,
        RULE,
        Status.GREY,
        f"{shown}; what it shows now is not known.",
        evidence=evidence_of((found,)),
        next_step=CHECK,
        missing=("PDMP result",),
        used=(case.policy.rules.pdmp_result.valid,),
    )


def _without_result(case: Case, check: Found | None, last: Found | None) -> Finding:
    shown = _note(case, check)
    if check:
        reason = f"The PDMP was checked on {check.day}; what it showed is not recorded{shown}."
    else:
        cause = "" if case.feed(Feed.PDMP).is_complete else f" {feed_words(case, Feed.PDMP)}."
        reason = f"No PDMP result is on record.{cause}"
    return answer(
        case,
        RULE,
        Status.GREY,
        reason,
        evidence=evidence_of((check, last)),
        next_step=RECORD if check else CHECK,
        missing=("PDMP result",) if check or case.feed(Feed.PDMP).is_complete else (Feed.PDMP.value,),
        used=(case.policy.rules.pdmp_result.valid,),
        fold=None if check or case.feed(Feed.PDMP).is_complete else f"feed:{Feed.PDMP.value}",
    )


def _note(case: Case, check: Found | None) -> str:
    """The outcome or note that the check itself carries."""
    for each in case.record.procedures:
        if check and each.reference == check.reference:
            words = [text for text in (each.outcome.label, *each.notes) if text]
            return f" ({'; '.join(words)})" if words else ""
    return ""
