"""Dose at the start: the lowest that works; usually 20 to 30 MME a day, 5 to 10 MME at a time.

When an opioid was started in the last 90 days by a person without opioids before, at 50 MME a day or more, then it is to be
looked at now (red); above 30 MME a day, or above 10 MME at a time, it is yellow; else green. When the dose, or the dose at
one time, cannot be computed it is not known (grey), unless the known part alone is red.
"""

from decimal import Decimal

from app.domain.finding import Finding, Status
from app.domain.med import Method, Supply, SupplyState
from app.rules.case import Case
from app.rules.evidence.scores import tidy
from app.rules.evidence.starts import FirstDose, Start, first_dose, naive_start
from app.rules.reading import unsure_start
from app.rules.rule import Applies, Rule, answer

RULE = Rule(
    id="start_dose",
    version="1",
    title="Dose at the start",
    source="CDC 2022, recommendation 4; PQA IOP-HD",
    applies=Applies.START,
    words=__doc__,
)
STEP = "Talk about the starting dose, and agree on a visit soon"
CONTINUOUS = frozenset({"transdermal", "implant"})
"""Nothing is taken at a time."""


def evaluate(case: Case) -> Finding:
    """The dose of the first day, then the dose at one time."""
    start = naive_start(case)
    assert start is not None, "the review asks only when there is a start"
    if not start.is_certain:
        return unsure_start(case, RULE, start)
    section = case.policy.rules.start_dose
    dose = first_dose(case, start)
    if dose.mme >= section.very_high.value:
        return _answer(case, start, dose, Status.RED, f"{section.very_high.words} or more")
    if not dose.is_complete:
        return _not_computed(case, start, dose)
    if dose.mme > section.high.value:
        return _answer(case, start, dose, Status.YELLOW, f"more than {section.high.words}")
    return _at_a_time(case, start, dose)


def _at_a_time(case: Case, start: Start, dose: FirstDose) -> Finding:
    """The largest single dose; it can be no more than the whole day's."""
    limit = case.policy.rules.start_dose.single
    singles = [single_dose(each) for each in start.supplies]
    largest = max((each for each in singles if each is not None), default=Decimal(0))
    if largest > limit.value:
        return _answer(
            case, start, dose, Status.YELLOW, f"{tidy(largest)} MME at a time, more than {tidy(limit.value)}"
        )
    if None in singles and dose.mme > limit.value:
        return _time_unknown(case, start, dose)
    return _answer(case, start, dose, Status.GREEN, f"not more than {case.policy.rules.start_dose.high.words}")


def single_dose(supply: Supply) -> Decimal | None:
    """MME taken at one time; 0 for patches and for what is not counted. None: the directions do not say."""
    if supply.route in CONTINUOUS or supply.state is SupplyState.NOT_COUNTED:
        return Decimal(0)
    working = supply.working
    if supply.method is not Method.SIGNATURE or working is None or not working.doses_per_day or supply.high is None:
        return None
    return supply.high / working.doses_per_day


def _answer(case: Case, start: Start, dose: FirstDose, status: Status, words: str) -> Finding:
    section = case.policy.rules.start_dose
    amount = tidy(dose.mme) if dose.is_complete else f"at least {tidy(dose.mme)}"
    return answer(
        case,
        RULE,
        status,
        f"The first opioid, from {start.day}, was started at {amount} MME a day: {words}.",
        evidence=start.evidence,
        next_step=None if status is Status.GREEN else STEP,
        missing=() if dose.is_complete else ("dose of an entry",),
        used=(section.high, section.very_high, section.single),
        is_known_in_part=not dose.is_complete,
    )


def _not_computed(case: Case, start: Start, dose: FirstDose) -> Finding:
    section = case.policy.rules.start_dose
    known = f"at least {tidy(dose.mme)} MME a day" if dose.mme else "not known"
    return answer(
        case,
        RULE,
        Status.GREY,
        f"The dose of the first opioid, from {start.day}, is {known}: an entry could not be computed.",
        evidence=start.evidence,
        next_step="Read the directions of the entry that could not be computed",
        missing=("dose of an entry",),
        used=(section.high, section.very_high),
    )


def _time_unknown(case: Case, start: Start, dose: FirstDose) -> Finding:
    section = case.policy.rules.start_dose
    return answer(
        case,
        RULE,
        Status.GREY,
        f"The first opioid, from {start.day}, was started at {tidy(dose.mme)} MME a day; how much is taken at a time is "
        "not stated.",
        evidence=start.evidence,
        next_step="Read the directions of the first prescription",
        missing=("dose at one time",),
        used=(section.high, section.single),
    )
