"""Urine drug test results against the supply on the day of collection: expected, unexpected, or cannot be told.

A definitive test beats a screen. A positive is expected when a supply of the 30 days before explains it, itself or by a
metabolite; a negative is unexpected only for a medicine that covered the day, is taken regularly, and that the method finds.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from app.domain.chart import Observation, ObservationValue
from app.domain.codes import Concept
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import is_read
from app.rules.evidence.answers import number_in
from app.rules.evidence.found import Found, day_of, newest
from app.rules.evidence.medicines import ENDED, USUAL_SUPPLY, bounds_of, is_inpatient, length_in_days
from app.rules.evidence.opioids import is_for_taking
from app.rules.evidence.processes import said
from app.rules.evidence.results import is_detected
from app.rules.evidence.substances import EXPLAINS_ALSO, KNOWN, METABOLITES, SCREENS, substances_in
from app.terminology.drug_classes import drug_classes
from app.terminology.drug_tests import DrugTest, drug_tests_in

FINAL = frozenset({"final", "amended", "corrected"})
NO_RESULT_TYPES = frozenset({"identifier", "panel"})


class Outcome(Enum):
    """What one class of one specimen says."""

    EXPECTED = "as expected"
    DETECTED = "detected, and no supply explains it"
    NOT_DETECTED = "not detected, though supplied"
    CANNOT_TELL = "cannot be told"


SURPRISES = frozenset({Outcome.DETECTED, Outcome.NOT_DETECTED})


class Doubt(Enum):
    """Why a class cannot be told."""

    NOT_VALID = "the specimen is not valid"
    DILUTE = "the specimen is dilute"
    NO_RESULT = "no readable result"
    AS_NEEDED = "the medicine is taken as needed"
    MAY_MISS = "the method may or may not find the medicine"
    NOT_READ = "the medicines could not be read in full"


@dataclass(frozen=True, slots=True)
class Result:
    """One result of one test. `detected` None: pending, unreadable or inconclusive."""

    test: DrugTest
    drug_class: str
    substances: tuple[str, ...]
    is_definitive: bool
    detected: bool | None
    day: date
    found: Found


@dataclass(frozen=True, slots=True)
class Verdict:
    """One drug class of one collection day. `bears_on_supply`: something of this class was supplied on that day. `detected`
    None: no result could be read. `doubt` is set where the outcome cannot be told."""

    drug_class: str
    day: date
    is_definitive: bool
    outcome: Outcome
    words: str
    found: tuple[Found, ...]
    bears_on_supply: bool
    detected: bool | None = None
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Specimen:
    """Whether a specimen can be believed: `is_valid` False: not urine as it leaves the body; `is_dilute`: a "not detected"
    cannot be told."""

    is_valid: bool
    is_dilute: bool
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Supplied:
    """One supply of a medicine that tests look for. `ends` None: not known."""

    ingredient: str
    starts: date
    ends: date | None
    as_needed: bool

    def covers(self, day: date) -> bool:
        return self.starts <= day and self.ends is not None and day < self.ends

    def touches(self, first: date, last: date) -> bool:
        return self.starts <= last and (self.ends is None or self.ends > first)


# --- results ---------------------------------------------------------------------------------------------------------


@once
def results(case: Case) -> tuple[Result, ...]:
    """Every final result of the window, oldest first."""
    section = case.policy.rules.udt_result
    found = (each for each in _results(case) if case.days_since(each.day) <= section.window.value)
    return tuple(sorted(found, key=lambda each: (each.day, each.found.reference or "", each.drug_class)))


def _results(case: Case) -> Iterator[Result]:
    judged = case.policy.rules.udt_result.judged.value
    if not is_read(case.record, Feed.LABS):
        return
    for each in case.record.observations:
        day = day_of(each.effective or each.issued, case.as_of)
        if each.status not in FINAL or day is None:
            continue
        for concept, value, interpretations in values_in(each):
            for test in drug_tests_in(concept):
                if test.drug_class in judged and test.result_type not in NO_RESULT_TYPES and not test.is_validity:
                    yield _result(each, test, concept, value, interpretations, day)


def values_in(each: Observation) -> Iterator[tuple[Concept, ObservationValue, tuple[Concept, ...]]]:
    """The observation's own value and those of its components, each with its interpretations."""
    yield each.concept, each.value, each.interpretations
    for part in each.components:
        yield part.concept, part.value, part.interpretations


def _result(
    each: Observation,
    test: DrugTest,
    concept: Concept,
    value: ObservationValue,
    interpretations: tuple[Concept, ...],
    day: date,
) -> Result:
    substances = tuple(name for name in substances_in(test.component) if name in KNOWN or name == "6-mam")
    is_definitive = test.is_definitive or (
        test.kind == "unspecified" and test.result_type == "quantitative" and bool(substances)
    )
    detected = is_detected(value, interpretations, is_definitive=is_definitive)
    label = concept.label or test.component
    shown = {True: "detected", False: "not detected", None: "no readable result"}[detected]
    found = Found(each.reference, day, f"{label}: {shown}", Feed.LABS)
    return Result(test, test.drug_class or "", substances, is_definitive, detected, day, found)


def specimen_of(case: Case, day: date) -> Specimen:
    """The validity checks of one collection day."""
    section = case.policy.rules.udt_result
    creatinine = _validity(case, day, "creatinine")
    ph = _validity(case, day, "ph of urine")
    gravity = _validity(case, day, "specific gravity of urine")
    is_invalid = any(number < section.creatinine_invalid.value for number, _ in creatinine) or any(
        number < section.ph_low.value or number >= section.ph_high.value for number, _ in ph
    )
    is_dilute = any(
        section.creatinine_invalid.value <= number < section.creatinine_dilute.value for number, _ in creatinine
    ) and any(number < section.gravity_dilute.value for number, _ in gravity)
    return Specimen(not is_invalid, is_dilute, tuple(found for _, found in (*creatinine, *ph, *gravity)))


_TO_MG_PER_DL = {"mg/dl": Decimal(1), "g/l": Decimal(100), "mg/l": Decimal("0.1"), "mmol/l": Decimal("11.312")}


def _validity(case: Case, day: date, component: str) -> list[tuple[Decimal, Found]]:
    """Readable numbers of one check; creatinine in mg/dL."""
    found = []
    for each, test, concept, value in _validity_checks(case).get(day, ()):
        number = _in_usual_unit(value, component) if test.component.lower().startswith(component) else None
        if number is not None:
            label = concept.label or component
            found.append((number, Found(each.reference, day, f"{label}: {number}", Feed.LABS)))
    return found


@once
def _validity_checks(case: Case) -> Mapping[date, list[tuple[Observation, DrugTest, Concept, ObservationValue]]]:
    """Collection day → its checks of the specimen."""
    by_day: dict[date, list[tuple[Observation, DrugTest, Concept, ObservationValue]]] = {}
    for each in case.record.observations:
        day = day_of(each.effective or each.issued, case.as_of)
        if each.status not in FINAL or day is None:
            continue
        for concept, value, _ in values_in(each):
            for test in drug_tests_in(concept):
                if test.is_validity:
                    by_day.setdefault(day, []).append((each, test, concept, value))
    return by_day


def _in_usual_unit(value: ObservationValue, component: str) -> Decimal | None:
    number = number_in(value)
    if number is None or component != "creatinine":
        return number
    unit = (value.quantity.code or value.quantity.unit or "mg/dL") if value.quantity else "mg/dL"
    factor = _TO_MG_PER_DL.get(unit.lower())
    return number * factor if factor else None


# --- supply ----------------------------------------------------------------------------------------------------------


@once
def supplies(case: Case) -> tuple[Supplied, ...]:
    """Every supply that tests may show: opioids as the dose engine sees them, other medicines by order or fill."""
    return (*_opioids(case), *_others(case))


def _opioids(case: Case) -> Iterator[Supplied]:
    for each in case.med.supplies:
        if each.ingredient and each.starts and is_for_taking(each):
            yield Supplied(each.ingredient, each.starts, each.ends, each.as_needed)


def _others(case: Case) -> Iterator[Supplied]:
    filled = {order for fill in case.record.dispenses for order in fill.prescriptions}
    for order in case.record.orders:
        start, end = bounds_of(order)
        if (
            start is None
            or order.reference in filled
            or order.status == "on-hold"
            or is_inpatient(order.category_codes)
        ):
            continue
        if order.status in ENDED and order.last_updated:
            end = min(end or order.last_updated.date(), order.last_updated.date())
        as_needed = any(each.as_needed for each in order.dosages)
        for name in {member.ingredient for member in drug_classes(order.medication)}:
            yield Supplied(name, start, end or start + USUAL_SUPPLY, as_needed)
    for fill in case.record.dispenses:
        handed, length = fill.handed_over_on or fill.prepared_on, length_in_days(fill.days_supply)
        if handed and not is_inpatient(fill.category_codes):
            end = handed.earliest + (timedelta(days=length) if length else USUAL_SUPPLY)
            as_needed = any(each.as_needed for each in fill.dosages)
            for name in {member.ingredient for member in drug_classes(fill.medication)}:
                yield Supplied(name, handed.earliest, end, as_needed)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Medicines around one collection day: supplied within the window before, and those that covered it."""

    before: frozenset[str]
    regular: frozenset[str]
    covering: frozenset[str]


def _taken(case: Case, day: date) -> _Taken:
    by_day = _taken_by_day(case)
    if day not in by_day:
        by_day[day] = _taken_around(case, day)
    return by_day[day]


@once
def _taken_by_day(case: Case) -> dict[date, _Taken]:
    """Filled by `_taken`: every class of a collection day asks for the same."""
    return {}


def _taken_around(case: Case, day: date) -> _Taken:
    first = day - timedelta(days=case.policy.rules.udt_result.supply_before.value)
    touching = [each for each in supplies(case) if each.touches(first, day)]
    covering = [each for each in touching if each.covers(day)]
    return _Taken(
        before=frozenset(each.ingredient for each in touching),
        regular=frozenset(each.ingredient for each in covering if not each.as_needed),
        covering=frozenset(each.ingredient for each in covering),
    )


# --- verdicts --------------------------------------------------------------------------------------------------------


@once
def verdicts(case: Case) -> tuple[Verdict, ...]:
    """One verdict for each class of the newest day, definitive before screen; and older definitive surprises that no later
    definitive test of the class has answered."""
    every = results(case)
    if not every:
        return ()
    newest_day = every[-1].day
    latest = (_definitive(case, group) for group in _newest_definitive(every).values())
    found = [each for each in latest if each.day == newest_day or each.outcome in SURPRISES]
    settled = {(each.drug_class, each.day) for each in found if each.outcome is not Outcome.CANNOT_TELL}
    screens: dict[str, list[Result]] = {}
    for each in every:
        if each.day == newest_day and not _names_substances(each) and (each.drug_class, newest_day) not in settled:
            screens.setdefault(each.drug_class, []).append(each)
    return (*found, *(_screened(case, name, group) for name, group in sorted(screens.items())))


def verdicts_on(case: Case, day: date) -> tuple[Verdict, ...]:
    """One verdict for each class of any collection day: the definitive one, unless it cannot tell and the screen can."""
    groups: dict[bool, dict[str, list[Result]]] = {True: {}, False: {}}
    for each in results(case):
        if each.day == day:
            groups[_names_substances(each)].setdefault(each.drug_class, []).append(each)
    found = {name: _screened(case, name, group) for name, group in groups[False].items()}
    for name, group in groups[True].items():
        verdict = _definitive(case, group)
        if verdict.outcome is not Outcome.CANNOT_TELL or found.get(name, verdict).outcome is Outcome.CANNOT_TELL:
            found[name] = verdict
    return tuple(found[name] for name in sorted(found))


def is_to_be_talked_over(case: Case, verdict: Verdict) -> bool:
    """A definitive surprise, or one of a screen that has waited too long for its confirmation."""
    waited = case.days_since(verdict.day) > case.policy.rules.udt_result.confirm_within.value
    return verdict.outcome in SURPRISES and (verdict.is_definitive or waited)


def open_surprises(case: Case) -> tuple[Verdict, ...]:
    """Surprises that nobody has explained on record since."""
    explained = newest(each for each in said(case, "udt_result") if each.day)
    return tuple(each for each in verdicts(case) if each.outcome in SURPRISES and not is_explained(each, explained))


def is_explained(verdict: Verdict, explained: Found | None) -> bool:
    """An explanation that was recorded on or after the day of collection."""
    return explained is not None and explained.day is not None and explained.day >= verdict.day


def _names_substances(each: Result) -> bool:
    return each.is_definitive and bool(each.substances or each.drug_class not in SCREENS)


def _newest_definitive(every: Iterable[Result]) -> Mapping[str, list[Result]]:
    """Class → the definitive results of its newest day on which something could be read."""
    groups: dict[str, list[Result]] = {}
    for each in every:
        if _names_substances(each):
            known = groups.get(each.drug_class)
            if known and known[0].day == each.day:
                known.append(each)
            elif each.detected is not None or not known:
                groups[each.drug_class] = [each]
    return dict(sorted(groups.items()))


def _definitive(case: Case, group: list[Result]) -> Verdict:
    return _as_far_as_read(case, _definitive_of_what_was_read(case, group))


def _screened(case: Case, name: str, group: list[Result]) -> Verdict:
    return _as_far_as_read(case, _screened_of_what_was_read(case, name, group))


def _as_far_as_read(case: Case, verdict: Verdict) -> Verdict:
    """Where a medicine may explain the class and the medicines could not all be read, "no supply" is not believed: neither a
    surprise nor "not supplied, not found"."""
    is_explicable = verdict.drug_class in SCREENS or bool(KNOWN.intersection(verdict.words.split(", ")))
    rests_on_no_supply = verdict.outcome is Outcome.DETECTED or (
        verdict.outcome is Outcome.EXPECTED and not verdict.detected
    )
    if case.feed(Feed.MEDICATIONS).is_complete or not (is_explicable and rests_on_no_supply):
        return verdict
    return replace(verdict, outcome=Outcome.CANNOT_TELL, doubt=Doubt.NOT_READ)


def _definitive_of_what_was_read(case: Case, group: list[Result]) -> Verdict:
    name, day = group[0].drug_class, group[0].day
    specimen, taken = specimen_of(case, day), _taken(case, day)
    explained = {substance for drug in taken.before for substance in METABOLITES.get(drug, frozenset())}
    found = [each for each in group if each.detected]
    missing = [each for each in group if each.detected is False]
    bears = any(_tests_for(group, drug) for drug in taken.covering)
    surprise = [each for each in found if not explained.intersection(each.substances)]
    if not specimen.is_valid or not (found or missing):
        return _untold(group, True, bears, specimen, Doubt.NO_RESULT)
    if surprise:
        return _verdict(surprise, True, Outcome.DETECTED, bears)
    seen = {substance for each in found for substance in each.substances}
    absent = sorted(drug for drug in taken.covering if _tests_for(group, drug) and not METABOLITES[drug] & seen)
    if absent and (specimen.is_dilute or not taken.regular.intersection(absent)):
        return _untold(missing or group, True, bears, specimen, Doubt.AS_NEEDED)
    if absent:
        shown = tuple(each.found for each in missing)
        return Verdict(name, day, True, Outcome.NOT_DETECTED, ", ".join(absent), shown, bears, detected=False)
    return _verdict(found or group, True, Outcome.EXPECTED, bears)


def _tests_for(group: list[Result], drug: str) -> bool:
    """Whether some substance of a drug was looked for."""
    looked_for = {substance for each in group if each.detected is not None for substance in each.substances}
    return bool(METABOLITES.get(drug, frozenset()) & looked_for)


def _screened_of_what_was_read(case: Case, name: str, group: list[Result]) -> Verdict:
    day = group[0].day
    specimen, taken = specimen_of(case, day), _taken(case, day)
    screen = SCREENS.get(name)
    finds, may_find = (screen.finds, screen.may_find) if screen else (frozenset[str](), frozenset[str]())
    bears = bool(taken.covering & (finds | may_find))
    told = {each.detected for each in group} - {None}
    if not specimen.is_valid or not told:
        return _untold(group, False, bears, specimen, Doubt.NO_RESULT)
    if True in told:
        outcome = _positive(name, finds, may_find, taken)
        doubt = Doubt.MAY_MISS if outcome is Outcome.CANNOT_TELL else None
        return replace(_verdict(group, False, outcome, bears), doubt=doubt)
    if taken.regular & finds and not specimen.is_dilute:
        return _verdict(group, False, Outcome.NOT_DETECTED, bears)
    if not taken.covering & (finds | may_find):
        return _verdict(group, False, Outcome.EXPECTED, bears)
    verdict = _untold(group, False, bears, specimen, Doubt.AS_NEEDED if taken.covering & finds else Doubt.MAY_MISS)
    return replace(verdict, found=tuple(each.found for each in group))


def _positive(name: str, finds: frozenset[str], may_find: frozenset[str], taken: _Taken) -> Outcome:
    if taken.before & (finds | EXPLAINS_ALSO.get(name, frozenset())):
        return Outcome.EXPECTED
    if name != "opiates":
        return Outcome.EXPECTED if taken.before & may_find else Outcome.DETECTED
    return Outcome.CANNOT_TELL if taken.before & may_find else Outcome.DETECTED


def _verdict(
    group: list[Result], is_definitive: bool, outcome: Outcome, bears: bool, more: tuple[Found, ...] = ()
) -> Verdict:
    first = group[0]
    names = dict.fromkeys(name for each in group if each.is_definitive for name in each.substances)
    words = ", ".join(names) or first.drug_class.replace("_", " ")
    found = (*(each.found for each in group), *more)
    told = {each.detected for each in group} - {None}
    detected = None if not told else True in told
    return Verdict(first.drug_class, first.day, is_definitive, outcome, words, found, bears, detected)


def _untold(group: list[Result], is_definitive: bool, bears: bool, specimen: Specimen, doubt: Doubt) -> Verdict:
    """Cannot be told: because of the specimen if that explains it, else for the given reason."""
    verdict = _verdict(group, is_definitive, Outcome.CANNOT_TELL, bears, specimen.found)
    if not specimen.is_valid:
        doubt = Doubt.NOT_VALID
    elif specimen.is_dilute and verdict.detected is not None:
        doubt = Doubt.DILUTE
    return replace(verdict, doubt=doubt)
