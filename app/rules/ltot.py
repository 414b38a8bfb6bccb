"""Long-term opioid therapy (LtOT): does this person meet the clinic's definition, since when, and in which state.

Sources truly disagree, so the definition is the pack's choice. Distinct covered days count, not the sum of supplies. `meets`
is None when medications could not be read, or when opioids without a length could still fill the missing days.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from app.domain.feeds import Feed
from app.domain.finding import LtotState
from app.rules.case import Case, once
from app.rules.evidence.opioids import Coverage, coverage, is_for_taking, is_moud, moud_in_force
from app.rules.evidence.processes import said
from app.rules.scope import is_excluded

CONFIRMED = frozenset({"confirmed", "tapering"})
HISTORY = timedelta(days=730)


@once
def ltot_state(case: Case) -> LtotState:
    """The state on the day of the review."""
    settings = case.policy.ltot
    cover = coverage(case)
    first = case.as_of - timedelta(days=settings.window.value - 1)
    covered = cover.days_between(first, case.as_of)
    meets = _meets_on(case, case.as_of)
    is_known = case.feed(Feed.MEDICATIONS).is_complete or covered > 0
    return LtotState(
        definition=settings.definition.value,
        meets=meets,
        covered_days=covered if is_known else None,
        window_days=settings.window.value,
        since=therapy_began(case) if meets else None,
        state=_state(case, meets, covered),
    )


def is_long_term(case: Case) -> bool | None:
    """Whether the rules for long-term therapy apply; None when that could not be worked out."""
    state = ltot_state(case)
    if state.state in {"not_ours", "acute_only"}:
        return False
    return True if state.state in CONFIRMED else state.meets


@once
def therapy_began(case: Case) -> date | None:
    """The first day of the present stretch of therapy: a gap as long as an opioid-naive period begins a new one."""
    run = coverage(case).run_ending(case.as_of, case.policy.ltot.new_start_after.value - 1)
    return run[0] if run else None


def met_on(case: Case, day: date) -> bool:
    """Whether the definition was met on an earlier day, by what is on record."""
    return DEFINITIONS[case.policy.ltot.definition.value](case, coverage(case), day)


def _meets_on(case: Case, day: date) -> bool | None:
    cover = coverage(case)
    if DEFINITIONS[case.policy.ltot.definition.value](case, cover, day):
        return True
    return False if case.feed(Feed.MEDICATIONS).is_complete and not cover.is_open else None


def _state(case: Case, meets: bool | None, covered: int) -> str:
    if is_excluded(case):
        return "excluded"
    word = _word(case, meets, covered)
    if word:
        return word
    if meets:
        return "candidate"
    if _is_on_moud_alone(case):
        return "moud"
    return "inactive" if meets is False and covered == 0 and _met_before(case) else "none"


def _word(case: Case, meets: bool | None, covered: int) -> str | None:
    """What a person said last. A word as old as the window gives way to what the supply shows since: a course that goes on is
    no acute one any more, and therapy without a covered day is not in force."""
    words = sorted(said(case, "ltot"), key=lambda each: each.day or date.min)
    if not words:
        return None
    last, value = words[-1], words[-1].fact_value or "none"
    is_old = last.day is None or case.days_since(last.day) >= case.policy.ltot.window.value
    if is_old and value == "acute_only" and meets:
        return None
    was_supplied = bool(coverage(case).intervals)
    return "inactive" if is_old and value in CONFIRMED and meets is False and covered == 0 and was_supplied else value


def _is_on_moud_alone(case: Case) -> bool:
    analgesic = any(each.in_force and is_for_taking(each) and not is_moud(case, each) for each in case.med.supplies)
    return bool(moud_in_force(case)) and not analgesic


def _met_before(case: Case) -> bool:
    """Met the definition on the last day of some earlier supply within two years."""
    ends = (end - timedelta(days=1) for _, end in coverage(case).intervals)
    return any(case.as_of - HISTORY <= end < case.as_of and met_on(case, end) for end in ends)


# --- the definitions -------------------------------------------------------------------------------------------------


def _days_of_window(case: Case, cover: Coverage, day: date) -> bool:
    """`ltot.60of90`, `ltot.70of90`: enough covered days in the window that ends on the day."""
    settings = case.policy.ltot
    first = day - timedelta(days=settings.window.value - 1)
    return cover.days_between(first, day) >= settings.covered.value


def _each_month(case: Case, cover: Coverage, day: date) -> bool:
    """`ltot.21x3`: enough days in each of the last months of 30 days."""
    settings = case.policy.ltot
    length = settings.month.value
    lasts = [day - timedelta(days=length * back) for back in range(settings.months.value)]
    return all(
        cover.days_between(last - timedelta(days=length - 1), last) >= settings.month_covered.value for last in lasts
    )


def _most_days(case: Case, cover: Coverage, day: date) -> bool:
    """`ltot.3mo`: in therapy for longer than the window, and covered on most of its days."""
    window = case.policy.ltot.window.value
    run = cover.run_ending(day, case.policy.ltot.new_start_after.value - 1)
    days = cover.days_between(day - timedelta(days=window - 1), day)
    return run is not None and (day - run[0]).days >= window and days * 2 > window


def _in_the_year(case: Case, cover: Coverage, day: date) -> bool:
    """`ltot.90cum`: enough covered days in the year."""
    settings = case.policy.ltot
    return cover.days_between(day - timedelta(days=settings.year.value - 1), day) >= settings.year_covered.value


def _in_one_run(case: Case, cover: Coverage, day: date) -> bool:
    """`ltot.90run`: a long stretch with short gaps only."""
    settings = case.policy.ltot
    run = cover.run_ending(day, settings.run_gap.value)
    if run is None or (day - run[1]).days > settings.run_gap.value:
        return False
    return (min(run[1], day + timedelta(days=1)) - run[0]).days >= settings.run_length.value


def _prescriptions(case: Case, _: Coverage, day: date) -> bool:
    """`ltot.3rx`: several prescriptions in the year, where lengths are missing."""
    settings = case.policy.ltot
    first = day - timedelta(days=settings.year.value - 1)
    starts = {
        (each.starts, each.sources)
        for each in case.med.supplies
        if each.starts and first <= each.starts <= day and is_for_taking(each) and not is_moud(case, each)
    }
    return len(starts) >= settings.prescriptions.value


DEFINITIONS: Mapping[str, Callable[[Case, Coverage, date], bool]] = {
    "ltot.60of90": _days_of_window,
    "ltot.70of90": _days_of_window,
    "ltot.21x3": _each_month,
    "ltot.3mo": _most_days,
    "ltot.90cum": _in_the_year,
    "ltot.90run": _in_one_run,
    "ltot.3rx": _prescriptions,
}
