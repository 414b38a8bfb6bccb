"""Other facts that bear on opioids: kidneys, liver, pregnancy, sleep, lungs, overdose, opioid use disorder, age.

What the chart says of substance use stands on the page only: nothing of it is written anywhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

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


class Said(NamedTuple):
    """One thing that is known, in few words, and what it rests on (None: on what was not found)."""

    words: str
    found: Found | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `says` is empty when nothing is known, and then `unknown` says why. `rule` judges it; `partly_read`: what could
    not be read beside it."""

    name: str
    rule: str
    says: tuple[Said, ...]
    unknown: Unknown | None = None
    partly_read: str = ""


WHERE_TREATMENTS_ARE = (Feed.PROCEDURES, Feed.CARE_PLANS, Feed.DOCUMENTS)


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


def _fact(case: Case, name: str, rule: str, says: Iterable[Said], *feeds: Feed, none: str = "none on record") -> Fact:
    """A fact, or why there is none."""
    told = tuple(dict.fromkeys(says))
    if not told:
        return Fact(name, rule, (), nothing_seen(case, feeds, none))
    return Fact(name, rule, told, None, partly_read(case, feeds))


def _without(case: Case, what: str, *feeds: Feed) -> Said:
    """ "no treatment on record", unless what would show it could not be read."""
    unread = partly_read(case, feeds)
    return Said(f"{what}: not known ({unread})" if unread else f"no {what} on record", None)


def _kidneys(case: Case) -> Fact:
    egfr, stage = newest_egfr(case), worst_stage(case)
    says = [Said(_egfr_words(case, egfr), egfr.found)] if egfr else []
    says += [Said(stage.found.value, stage.found)] if stage else []
    fact = _fact(case, "Kidneys", "renal", says, Feed.LABS, Feed.CONDITIONS, none="no eGFR on record")
    if fact.unknown and fact.unknown.kind is Nothing.NOT_DONE and not case.policy.recorded_here.egfr.value:
        return Fact(fact.name, fact.rule, (), nothing_seen(case, (), recorded=False))
    return fact


def _egfr_words(case: Case, egfr: Egfr) -> str:
    """ "eGFR 26 mL/min/1.73 m²: much reduced, below 30": the band by the limits of the policy, where all that it may mean
    lies in one."""
    if not egfr.is_readable:
        return "eGFR not readable"
    section = case.policy.rules.renal
    shown = f"{egfr.found.value} mL/min/1.73 m²"
    if egfr.at_most is None:
        return shown
    if egfr.at_most < section.severe.value:
        return f"{shown}: much reduced, below {section.severe.value}"
    return f"{shown}: reduced, below {section.moderate.value}" if egfr.at_most < section.moderate.value else shown


def _liver(case: Case) -> Fact:
    return _listed(case, "Liver", "hepatic", active(case, "hepatic_impairment"))


def _acetaminophen(case: Case) -> Fact:
    """Of all products together; "at least" when some of it could not be computed."""
    intake = acetaminophen_intake(case)
    amount = f"{'at least ' if intake.unknown else ''}{tidy(intake.grams)} g a day"
    words = amount if intake.grams else "taken, amount not known"
    says = [Said(words, intake.parts[0].found)] if intake.parts else []
    return _fact(case, "Acetaminophen", "hepatic", says, Feed.MEDICATIONS)


def _pregnancy(case: Case) -> Iterator[Fact]:
    status = newest_status(case)
    if status or not does_not_arise(case):
        says = [Said(status.found.value, status.found)] if status else []
        yield _fact(case, "Pregnancy", "pregnancy", says, Feed.CONDITIONS, Feed.LABS, none="not recorded")


def _sleep(case: Case) -> Fact:
    """Sleep-disordered breathing with its treatment, and the newest evaluation."""
    disorders, treated = sleep_disorders(case), airway_treatments(case)
    evaluated = newest(each for each in sleep_evaluations(case) if each.day)
    says = [Said(_severity_words(each), each.found) for each in disorders]
    if treated:
        says.append(Said(f"treated: {treated[-1].found.value}", treated[-1].found))
    elif disorders:
        says.append(_without(case, "treatment", *WHERE_TREATMENTS_ARE))
    if evaluated:
        says.append(Said(evaluated.value, evaluated))
    return _fact(case, "Sleep and breathing", "sleep", says, Feed.CONDITIONS)


def _severity_words(each: Diagnosis) -> str:
    """With "mild" where the chart states it apart from the name."""
    name = each.found.value
    return f"{name}, mild" if is_mild(each) and "mild" not in name.lower() else name


def _lungs(case: Case) -> Fact:
    return _listed(case, "Lungs", "respiratory", active(case, "copd_or_respiratory"))


def _overdose(case: Case) -> Fact:
    return _listed(case, "Overdose", "overdose_history", overdoses(case))


def _oud(case: Case) -> Fact:
    """The disorder as it stands now or stood earlier, and its treatment."""
    present, earlier = present_disorder(case), diagnoses(case, OUD, "opioid_use_unspecified")
    treated = newest(treatments(case))
    says = [
        Said(each.found.value if present else f"{each.found.value}, not active", each.found)
        for each in present or earlier
    ]
    if treated:
        says.append(Said(f"medication for OUD: {treated.value}", treated))
    elif present:
        says.append(_without(case, "medication for OUD", Feed.MEDICATIONS))
    return _fact(case, "Opioid use disorder", "oud_moud", says, Feed.CONDITIONS)


def _listed(case: Case, name: str, rule: str, found: Iterable[Diagnosis]) -> Fact:
    """Conditions of the problem list, each name once."""
    by_name = {each.found.value: each.found for each in found}
    return _fact(case, name, rule, (Said(words, each) for words, each in by_name.items()), Feed.CONDITIONS)


def _age(case: Case) -> Fact:
    years = age_in_years(case)
    if years is None:
        return Fact("Age", "age65", (), Unknown(Nothing.NO_DATA, "birth date not known"))
    limit = case.policy.tier.age.value
    words = f"{years} years, {limit} or older" if years >= limit else f"{years} years"
    return Fact("Age", "age65", (Said(words, None),))
