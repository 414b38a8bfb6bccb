"""Other facts that bear on opioids: kidneys, liver, pregnancy, sleep, lungs, overdose, opioid use disorder, age.

What the chart says of substance use stands on the page only: nothing of it is written anywhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.domain.feeds import Feed
from app.rules.case import Case
from app.rules.elements.oud_moud import OUD, present_disorder, treatments
from app.rules.elements.overdose_history import overdoses
from app.rules.elements.pregnancy import does_not_arise
from app.rules.evidence.acetaminophen import acetaminophen_intake
from app.rules.evidence.conditions import Diagnosis, active, diagnoses
from app.rules.evidence.found import Found, newest
from app.rules.evidence.kidney import Egfr, newest_egfr, worst_stage
from app.rules.evidence.people import age_in_years
from app.rules.evidence.pregnancy import newest_status
from app.rules.evidence.scores import tidy
from app.rules.evidence.sleep import airway_treatments, sleep_evaluations
from app.rules.picture.nothing import Nothing, Unknown, nothing_seen, partly_read
from app.rules.tier import is_mild, sleep_disorders


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `says` is what is known, in few words; empty when nothing is, and then `unknown` says why. `found` is what it
    rests on; `rule` judges it; `partly_read`: what could not be read beside it."""

    name: str
    rule: str
    says: tuple[str, ...]
    found: tuple[Found, ...]
    unknown: Unknown | None = None
    partly_read: str = ""


def other_facts(case: Case) -> tuple[Fact, ...]:
    """In the order of the page. Pregnancy only where the question arises."""
    return (
        _kidneys(case),
        _liver(case),
        _acetaminophen(case),
        *_pregnancy(case),
        _sleep(case),
        _lungs(case),
        _overdose(case),
        _oud(case),
        _age(case),
    )


def _fact(case: Case, name: str, rule: str, says: Iterable[str], found: Iterable[Found | None], *feeds: Feed) -> Fact:
    """A fact, or why there is none."""
    told = tuple(dict.fromkeys(says))
    seen = tuple(dict.fromkeys(each for each in found if each))
    if not told:
        return Fact(name, rule, (), seen, nothing_seen(case, feeds))
    return Fact(name, rule, told, seen, None, partly_read(case, feeds))


def _kidneys(case: Case) -> Fact:
    egfr, stage = newest_egfr(case), worst_stage(case)
    says = [
        *([_egfr_words(case, egfr)] if egfr else []),
        *([f"{stage.found.value} on the problem list"] if stage else []),
    ]
    fact = _fact(
        case,
        "Kidneys",
        "renal",
        says,
        (egfr.found if egfr else None, stage.found if stage else None),
        Feed.LABS,
        Feed.CONDITIONS,
    )
    is_unread = fact.unknown is not None and fact.unknown.kind is not Nothing.NOT_DONE
    if fact.unknown is None or is_unread:
        return fact
    return Fact(
        fact.name, fact.rule, (), (), nothing_seen(case, (), "no eGFR on record", case.policy.recorded_here.egfr.value)
    )


def _egfr_words(case: Case, egfr: Egfr) -> str:
    """ "eGFR 26 mL/min/1.73 m², below 30": the band by the limits of the policy, where all that it may mean lies in one."""
    if not egfr.is_readable:
        return "eGFR not readable"
    section = case.policy.rules.renal
    unit = f"{egfr.found.value} mL/min/1.73 m²"
    if egfr.at_least is not None and egfr.at_least >= section.moderate.value:
        return unit
    if egfr.at_most is not None and egfr.at_most < section.severe.value:
        return f"{unit}: much reduced, below {section.severe.value}"
    if egfr.at_most is not None and egfr.at_most < section.moderate.value:
        return f"{unit}: reduced, below {section.moderate.value}"
    return unit


def _liver(case: Case) -> Fact:
    return _listed(case, "Liver", "hepatic", active(case, "hepatic_impairment"))


def _acetaminophen(case: Case) -> Fact:
    """Of all products together."""
    intake = acetaminophen_intake(case)
    least = "at least " if intake.unknown else ""
    says = [f"{least}{tidy(intake.grams)} g a day"] if intake.parts else []
    return _fact(case, "Acetaminophen", "hepatic", says, (part.found for part in intake.parts), Feed.MEDICATIONS)


def _pregnancy(case: Case) -> Iterator[Fact]:
    status = newest_status(case)
    if status is None and does_not_arise(case):
        return
    says = [status.found.value] if status else []
    unknown = None if status else nothing_seen(case, (Feed.CONDITIONS, Feed.LABS), "not recorded")
    yield Fact("Pregnancy", "pregnancy", tuple(says), (status.found,) if status else (), unknown)


def _sleep(case: Case) -> Fact:
    """Sleep-disordered breathing with its treatment."""
    disorders, treated = sleep_disorders(case), airway_treatments(case)
    evaluated = newest(each for each in sleep_evaluations(case) if each.day)
    says = [
        f"{each.found.value}{' (mild)' if is_mild(each) and 'mild' not in each.found.value.lower() else ''}"
        for each in disorders
    ]
    if treated:
        says.append(f"treatment: {treated[-1].found.value}")
    elif disorders:
        says.append("no treatment on record")
    if evaluated:
        says.append(evaluated.value)
    found = (*(each.found for each in disorders), treated[-1].found if treated else None, evaluated)
    return _fact(case, "Sleep and breathing", "sleep", says, found, Feed.CONDITIONS)


def _lungs(case: Case) -> Fact:
    return _listed(case, "Lungs", "respiratory", active(case, "copd_or_respiratory"))


def _overdose(case: Case) -> Fact:
    return _listed(case, "Overdose", "overdose_history", overdoses(case))


def _oud(case: Case) -> Fact:
    """The disorder as it stands now or stood earlier, and its treatment."""
    present, earlier = present_disorder(case), diagnoses(case, OUD, "opioid_use_unspecified")
    treated = newest(treatments(case))
    says = list(_names(present or earlier))
    if says and not present:
        says.append("not active")
    if treated:
        says.append(f"medication: {treated.value}")
    elif present:
        says.append("no medication for it on record")
    found = (*(each.found for each in (present or earlier)), treated)
    return _fact(case, "Opioid use disorder", "oud_moud", says, found, Feed.CONDITIONS)


def _listed(case: Case, name: str, rule: str, found: Iterable[Diagnosis]) -> Fact:
    """Conditions of the problem list."""
    listed = tuple(found)
    return _fact(case, name, rule, _names(listed), (each.found for each in listed), Feed.CONDITIONS)


def _names(found: Iterable[Diagnosis]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.found.value for each in found))


def _age(case: Case) -> Fact:
    years = age_in_years(case)
    if years is None:
        return Fact("Age", "age65", (), (), Unknown(Nothing.NO_DATA, "birth date not known"))
    limit = case.policy.tier.age.value
    return Fact("Age", "age65", (f"{years} years" + (f", {limit} or older" if years >= limit else ""),), ())
