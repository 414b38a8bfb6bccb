"""Medication for opioid use disorder (MOUD): offered or arranged for everybody with the disorder; pain is treated too.

When opioid use disorder is active, or was within the last 12 months, and no buprenorphine, methadone or naltrexone
for it is in force and none was offered within 30 days, then it is to be offered (red). Offered and declined or
pending is yellow; on MOUD is green. A methadone clinic's doses are in no chart: a treatment on record, or the word for
it, counts for 3 months, and for the rest of a year it is to be asked about (grey). Remission, or "use, unspecified", is
no active disorder. Unread conditions or medications: not known (grey).
"""

from collections.abc import Iterator

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.conditions import Diagnosis, diagnoses
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.medicines import in_force
from app.rules.evidence.opioids import found_of, moud_in_force
from app.rules.evidence.opioids import in_force as opioids_in_force
from app.rules.evidence.processes import done, said
from app.rules.rule import Applies, Rule, answer, unread
from app.terminology.conditions import conditions_meant

RULE = Rule(
    id="oud_moud",
    version="1",
    title="MOUD for OUD",
    source="CDC 2022, recommendation 12",
    applies=Applies.OWN,
    words=__doc__,
    is_safety_fact=True,
)
OFFER = "Ask whether a methadone clinic treats it; else offer or arrange buprenorphine or methadone"
OUD = "opioid_use_disorder"


def evaluate(case: Case) -> Finding:
    """Is there the disorder; is it treated; was treatment offered."""
    present = present_disorder(case)
    if not present:
        if not case.feed(Feed.CONDITIONS).is_complete:
            return unread(case, RULE, (Feed.CONDITIONS,), "Whether there is opioid use disorder is not known")
        earlier = [each.found for each in diagnoses(case, OUD, "opioid_use_unspecified")]
        reason = "Opioid use disorder is not active." if earlier else "No opioid use disorder is on record."
        return answer(case, RULE, Status.NOT_APPLICABLE, reason, evidence=evidence_of(earlier))
    treated = newest(treatments(case))
    if treated:
        return _say(case, Status.GREEN, f"On medication for OUD: {treated.value}", present, treated)
    section, offered = case.policy.rules.oud_moud, last_word(case)
    is_offer = offered is not None and offered.fact_value in {"offered", "declined"}
    if is_offer and offered and offered.day and case.days_since(offered.day) <= section.offer_valid.value:
        words = "offered and declined" if offered.fact_value == "declined" else "offered, answer pending"
        return _say(case, Status.YELLOW, f"Medication for OUD was {words} on {offered.day}", present, offered)
    once_seen = newest(_on_record(case, section.recent.value))
    if once_seen and not is_offer:
        return _ask(case, present, once_seen)
    if not case.feed(Feed.MEDICATIONS).is_complete:
        found = evidence_of(each.found for each in present)
        return unread(case, RULE, (Feed.MEDICATIONS,), "Whether OUD is treated is not known", evidence=found)
    days = section.offer_valid.words
    return _say(case, Status.RED, f"OUD without medication for it, and no offer in {days} is on record", present, None)


def present_disorder(case: Case) -> list[Diagnosis]:
    """Active, or ended within the last 12 months; remission is neither."""
    section = case.policy.rules.oud_moud
    found = []
    for each in diagnoses(case, OUD):
        abated = each.condition.abated
        is_recent = abated is not None and case.days_since(min(abated.day, case.as_of)) <= section.recent.value
        is_past = is_recent and not each.is_past_kind and not each.is_uncertain
        if each.is_active or (is_past and each.condition.clinical_status != "remission"):
            found.append(each)
    return found


def treatments(case: Case) -> Iterator[Found]:
    """Products made for it, opioids ordered for it, naltrexone; a treatment on record, or a word for it, while it counts."""
    yield from (found_of(each) for each in moud_in_force(case))
    for each in opioids_in_force(case):
        if _is_ordered_for_oud(case, each.sources):
            yield found_of(each)
    for medicine in in_force(case, ("moud",)):
        if any(member.subclass == "naltrexone" for member in medicine.classes):
            yield medicine.found
    yield from _on_record(case, case.policy.rules.oud_moud.treatment_valid.value)


def _on_record(case: Case, within: int) -> Iterator[Found]:
    """A treatment that was seen, and the last word if it says so, within so many days."""
    for trace in done(case, "moud_treatment"):
        if trace.day and case.days_since(trace.day) <= within:
            yield trace
    word = last_word(case)
    if word and word.fact_value == "on" and word.day and case.days_since(word.day) <= within:
        yield word


def last_word(case: Case) -> Found | None:
    """What was said last; an older word no longer holds."""
    words = sorted((each for each in said(case, "moud") if each.day), key=lambda each: each.day or case.as_of)
    return words[-1] if words else None


def _is_ordered_for_oud(case: Case, sources: tuple[str, ...]) -> bool:
    reasons = (reason for each in case.record.orders if each.reference in sources for reason in each.reason)
    return any(meaning.concept == OUD for reason in reasons for meaning in conditions_meant(reason))


def _ask(case: Case, present: list[Diagnosis], earlier: Found) -> Finding:
    """Treated some months ago, and nothing since: a methadone clinic would not show."""
    section = case.policy.rules.oud_moud
    return answer(
        case,
        RULE,
        Status.GREY,
        f"Medication for OUD was last on record on {earlier.day} ({earlier.value}); whether it goes on is not known.",
        evidence=evidence_of((*(each.found for each in present), earlier)),
        next_step=OFFER,
        missing=("treatment of OUD",),
        used=(section.treatment_valid, section.recent),
    )


def _say(case: Case, status: Status, reason: str, present: list[Diagnosis], found: Found | None) -> Finding:
    section = case.policy.rules.oud_moud
    return answer(
        case,
        RULE,
        status,
        f"{reason}.",
        evidence=evidence_of((*(each.found for each in present), found)),
        next_step=None if status is Status.GREEN else OFFER,
        missing=tuple(each.value for each in case.record.feeds.incomplete((Feed.DISPENSES,))),
        used=(section.offer_valid, section.recent, section.treatment_valid),
    )
