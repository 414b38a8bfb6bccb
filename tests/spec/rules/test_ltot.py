"""Long-term opioid therapy: each definition on the day before, on and after its numbers, and the states of a person."""

import pytest

from app.domain.finding import Review
from tests.spec.rules.chart import (
    LORAZEPAM,
    LUNG_CANCER,
    MORPHINE,
    SUBOXONE,
    Part,
    entered,
    has,
    mg,
    on_opioids,
    order,
    person,
    short_course,
    unreadable_opioid,
)
from tests.spec.rules.states import State, check_state


def supply(ago: int, days: int) -> Part:
    """Morphine for so many days from so many days ago."""
    return order(MORPHINE, ago=ago, days=days, take=mg(30))


def by(definition: str) -> dict[str, str]:
    return {"ltot.definition": f"ltot.{definition}"}


def says(review: Review) -> str:
    """The state, and what an agreement that was never signed means for it."""
    meets = {True: "long-term", False: "not long-term", None: "not known"}[review.ltot.meets]
    return f"{meets}, {review.ltot.state}, agreement {review.by_rule['agreement'].status.value}"


YES = "long-term, candidate, agreement red"
EARLY = "long-term, candidate, agreement yellow"
NO = "not long-term, none, agreement not_applicable"
WAS = "not long-term, inactive, agreement not_applicable"

CASES = (
    State("60 of 90 days", person(supply(89, 60)), YES),
    State("59 of 90 days", person(supply(89, 59)), NO),
    State("60 days, the first one 91 days ago", person(supply(90, 60)), NO),
    State("60 days, overlapping ones counted once", person(supply(40, 30), supply(39, 30)), NO),
    State("60 days in two parts", person(supply(80, 30), supply(40, 30)), YES),
    State("a benzodiazepine does not count", person(order(LORAZEPAM, ago=89, days=90)), NO),
    State("21 days in each of 3 months", person(supply(20, 21), supply(59, 21), supply(80, 21)), YES, by("21x3")),
    State("20 days in one month", person(supply(20, 21), supply(59, 20), supply(80, 21)), NO, by("21x3")),
    State("two months only", person(supply(20, 21), supply(59, 30)), NO, by("21x3")),
    State(
        "the third month began a day too early", person(supply(20, 21), supply(59, 21), supply(90, 21)), NO, by("21x3")
    ),
    State("90 days of the year, long ago", person(supply(364, 90)), EARLY, by("90cum")),
    State("90 days, one of them before the year", person(supply(365, 90)), WAS, by("90cum")),
    State("89 days of the year", person(supply(300, 89)), NO, by("90cum")),
    State("90 days in a row", person(supply(89, 90)), YES, by("90run")),
    State("89 days in a row", person(supply(88, 90)), NO, by("90run")),
    State("90 days with a gap of 7", person(supply(89, 40), supply(42, 60)), YES, by("90run")),
    State("90 days with a gap of 8", person(supply(89, 40), supply(41, 60)), NO, by("90run")),
    State("last supplied day 8 days ago", person(supply(98, 91)), YES, by("90run")),
    State("last supplied day 9 days ago", person(supply(98, 90)), NO, by("90run")),
    State(
        "3 prescriptions in the year, 30 days", person(supply(89, 10), supply(60, 10), supply(30, 10)), YES, by("3rx")
    ),
    State("3 prescriptions, 29 days", person(supply(89, 10), supply(60, 10), supply(30, 9)), EARLY, by("3rx")),
    State("2 prescriptions", person(supply(60, 30), supply(30, 30)), NO, by("3rx")),
    State("the first on the year's first day", person(supply(364, 5), supply(60, 5), supply(30, 5)), EARLY, by("3rx")),
    State("the first a day before", person(supply(365, 5), supply(60, 5), supply(30, 5)), NO, by("3rx")),
    State("most days for 90 days", person(supply(90, 40), supply(40, 10)), YES, by("3mo")),
    State("for 89 days", person(supply(89, 40), supply(40, 10)), NO, by("3mo")),
    State("for 90 days, on half of them", person(supply(90, 36), supply(40, 10)), NO, by("3mo")),
    State("short course", person(short_course()), NO),
    State("no opioids", person(), NO),
    State(
        "an opioid without a length, listed for long",
        person(unreadable_opioid(ago=100)),
        "not known, none, agreement grey",
    ),
    State("medications down", person(supply(89, 60), medications="failed"), "not known, none, agreement grey"),
    State("medications in part, enough seen", person(supply(89, 60), medications="partial"), YES),
    State(
        "medications in part, too little seen",
        person(supply(89, 59), medications="partial"),
        "not known, none, agreement grey",
    ),
    State("cancer", person(supply(89, 60), has(LUNG_CANCER)), "long-term, excluded, agreement not_applicable"),
    State(
        "treatment of opioid use disorder alone",
        person(order(SUBOXONE, ago=89, days=120)),
        "not long-term, moud, agreement not_applicable",
    ),
    State("was on it, none for 90 days", person(supply(200, 100)), "not long-term, inactive, agreement not_applicable"),
    State(
        "confirmed on a short course",
        person(short_course(), entered("ltot", "confirmed")),
        "not long-term, confirmed, agreement red",
    ),
    State("tapering", person(on_opioids(), entered("ltot", "tapering")), "long-term, tapering, agreement red"),
    State(
        "not ours", person(on_opioids(), entered("ltot", "not_ours")), "long-term, not_ours, agreement not_applicable"
    ),
    State(
        "acute only, by a person's word 89 days ago",
        person(on_opioids(), entered("ltot", "acute_only", ago=89)),
        "long-term, acute_only, agreement not_applicable",
    ),
    State("acute only, said 90 days ago", person(on_opioids(), entered("ltot", "acute_only", ago=90)), YES),
    State(
        "acute only long ago, and acute again",
        person(short_course(), entered("ltot", "acute_only", ago=300)),
        "not long-term, acute_only, agreement not_applicable",
    ),
    State(
        "confirmed 89 days ago, none for 90 days",
        person(supply(200, 111), entered("ltot", "confirmed", ago=89)),
        "not long-term, confirmed, agreement red",
    ),
    State(
        "confirmed 90 days ago, none for 90 days", person(supply(200, 111), entered("ltot", "confirmed", ago=90)), WAS
    ),
    State(
        "confirmed, one covered day in 90",
        person(supply(200, 112), entered("ltot", "confirmed", ago=90)),
        "not long-term, confirmed, agreement red",
    ),
    State(
        "confirmed, supply read only in part",
        person(supply(200, 111), entered("ltot", "confirmed", ago=200), medications="partial"),
        "not known, confirmed, agreement red",
    ),
    State(
        "confirmed, supplied elsewhere all the time",
        person(entered("ltot", "confirmed", ago=300)),
        "not long-term, confirmed, agreement red",
    ),
)


@pytest.mark.parametrize("line", CASES, ids=str)
def test_long_term_therapy(line: State) -> None:
    check_state(line, says)
