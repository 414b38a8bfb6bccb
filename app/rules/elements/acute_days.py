"""Days of a first opioid supply: for acute pain no more than is needed; three days or less are often enough.

When an opioid was started in the last 90 days by a person without opioids before, and the supplies of the first 3 days
cover more than 7 days, then it is to be looked at now (red); 4 to 7 days are yellow, up to 3 days green. A supply of 28
days or more is not for acute pain (does not apply). Without a length of supply it is not known (grey).
"""

from app.domain.finding import Finding, Status
from app.domain.med import Supply
from app.rules.case import Case
from app.rules.evidence.found import evidence_of
from app.rules.evidence.opioids import found_of, merged
from app.rules.evidence.starts import Start, begun_within, naive_start
from app.rules.reading import unsure_start
from app.rules.rule import Applies, Rule, answer

RULE = Rule(
    id="acute_days",
    version="1",
    title="Days of first supply",
    source="CDC opioid CDS, recommendation 6; PQA IOP-LD; CDC 2022 has no day limit",
    applies=Applies.START,
    words=__doc__,
)
STEP = "Ask how long the pain is expected to last, and plan a visit before more is prescribed"


def evaluate(case: Case) -> Finding:
    """Count the days of what was given at the start."""
    start = naive_start(case)
    assert start is not None, "the review asks only when there is a start"
    supplies = begun_within(case, start, case.policy.rules.acute_days.together.value)
    lengthless = [each for each in supplies if not has_length(each)]
    days = covered(supplies)
    if days >= case.policy.rules.acute_days.acute_below.value:
        return _not_acute(case, start, days)
    if not start.is_certain:
        return unsure_start(case, RULE, start)
    return _without_length(case, supplies) if lengthless else _judge(case, supplies, days)


def has_length(supply: Supply) -> bool:
    """A length of supply is stated. How long a prescription is valid is no length of therapy."""
    guesses = (note for note in supply.notes if note.startswith("no supply length"))
    return supply.ends is not None and all("by the number of doses" in note for note in guesses)


def covered(supplies: tuple[Supply, ...]) -> int:
    """Distinct days that supplies with a length cover together."""
    known = [(each.starts, each.ends) for each in supplies if each.starts and each.ends and has_length(each)]
    return sum((end - begun).days for begun, end in merged(known))


def _judge(case: Case, supplies: tuple[Supply, ...], days: int) -> Finding:
    section = case.policy.rules.acute_days
    day = supplies[0].starts
    if days > section.longest.value:
        status, words = Status.RED, f"more than {section.longest.value}"
    elif days > section.usual.value:
        status, words = Status.YELLOW, f"{section.usual.value} or less are often enough"
    else:
        status, words = Status.GREEN, f"not more than {section.usual.value}"
    return answer(
        case,
        RULE,
        status,
        f"The first opioid supply, from {day}, is for {days} day{'s' if days != 1 else ''}: {words}.",
        evidence=evidence_of(found_of(each) for each in supplies),
        next_step=None if status is Status.GREEN else STEP,
        used=(section.usual, section.longest, section.together, section.acute_below),
    )


def _not_acute(case: Case, start: Start, days: int) -> Finding:
    section = case.policy.rules.acute_days
    reason = f"The first supply, from {start.day}, is for {days} days: not for acute pain."
    return answer(case, RULE, Status.NOT_APPLICABLE, reason, evidence=start.evidence, used=(section.acute_below,))


def _without_length(case: Case, supplies: tuple[Supply, ...]) -> Finding:
    section = case.policy.rules.acute_days
    return answer(
        case,
        RULE,
        Status.GREY,
        f"For how many days the opioid of {supplies[0].starts} was given is not stated.",
        evidence=evidence_of(found_of(each) for each in supplies),
        next_step="Read the prescription, and add its length of supply",
        missing=("length of supply",),
        used=(section.usual, section.longest),
    )
