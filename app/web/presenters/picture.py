"""The clinical picture below the dose: what is taken beside the opioid, scores, visits and steps of care, other facts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from app.domain.finding import Review
from app.usecases.review_patient import (
    ITEM_NINE,
    Beside,
    ClinicalPicture,
    CoPrescribing,
    Fact,
    Found,
    Level,
    Nothing,
    PegDirection,
    Reading,
    ReviewedChart,
    Said,
    ScoreLine,
    ScoreTable,
    Seen,
    Step,
    Unknown,
    VisitFacts,
)
from app.web.presenters.chart import CLASS_NAMES as SEDATIVE_NAMES
from app.web.presenters.toxicology import ToxicologyView, capital, toxicology_view
from app.web.presenters.words import State, counted, listed, medicine_words, number, plain, short_date

_SEMANTIC_TAG = re.compile(
    r" \((?:physical object|procedure|disorder|finding|situation|regime/therapy|qualifier value)\)$"
)
BETTER, WORSE, LEVEL = "down", "up", "level"
ARROWS = {PegDirection.BETTER: BETTER, PegDirection.WORSE: WORSE, PegDirection.SAME: LEVEL, PegDirection.UNKNOWN: ""}
KINDS = {
    "DocumentReference": "document",
    "Procedure": "procedure",
    "Consent": "consent",
    "QuestionnaireResponse": "form",
    "Observation": "observation",
    "CarePlan": "care plan",
    "ServiceRequest": "order",
    "DiagnosticReport": "report",
    "MedicationRequest": "order",
    "MedicationDispense": "pharmacy fill",
    "MedicationStatement": "medication list",
    "Encounter": "visit",
    "Appointment": "appointment",
    "Condition": "problem list",
}
NONE_NAMES = {
    "Kidneys": "eGFR",
    "Liver": "liver disease",
    "Pregnancy": "pregnancy status",
    "Sleep and breathing": "sleep apnea",
    "Lungs": "lung disease",
}
"""What was looked for under a name, where the name alone would not say."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is known: what counts first, then (quiet) when, from where, and what else. `state` is set where it is not
    known."""

    main: str
    quiet: str = ""
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One fact in a row: its name (leading to the rule that judges it; none when `rule` is empty) and what is known."""

    name: str
    rule: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One instrument. `alarm` is item 9 of the PHQ-9 above zero. `arrow` is up, down or level, empty without a judged
    direction; `trend` says the same in words. `before` is empty when there is no earlier one."""

    name: str
    rule: str
    total: str
    of: str
    parts: str
    alarm: State | None
    band: State | None
    day: str
    before: str
    arrow: str
    trend: str


@dataclass(frozen=True, slots=True)
class PictureView:
    """Everything that templates/visit/picture.html shows."""

    toxicology: ToxicologyView
    toxicology_rule: str
    medicines: tuple[Line, ...]
    beside: tuple[Line, ...]
    scores: tuple[ScoreRow, ...]
    score_notes: tuple[str, ...]
    care: tuple[Line, ...]
    facts: tuple[Line, ...]
    none_on_record: str


def picture_view(chart: ReviewedChart) -> PictureView:
    """Arrange the picture of one review for the page."""
    picture, review = chart.picture, chart.review
    rules, today = review.by_rule.keys(), review.as_of
    known = [fact_line(fact, today) for fact in picture.facts if not is_none(fact) and is_shown(fact)]
    return PictureView(
        toxicology=toxicology_view(picture.toxicology, today),
        toxicology_rule="udt_result" if "udt_result" in rules else "",
        medicines=linked(medicine_lines(picture.beside, today), rules),
        beside=linked(beside_lines(picture.beside, today), rules),
        scores=tuple(score_row(line, today, rules) for line in picture.scores.lines),
        score_notes=tuple(score_notes(picture.scores)),
        care=linked((*visit_lines(picture.visits, today), *step_lines(picture, review)), rules),
        facts=linked(known, rules),
        none_on_record=none_words(picture.facts),
    )


def linked(lines: Iterable[Line], rules: Iterable[str]) -> tuple[Line, ...]:
    """A name leads to its rule only where the policy has that rule on."""
    on = set(rules)
    return tuple(line if line.rule in on else replace(line, rule="") for line in lines)


def unknown_entry(unknown: Unknown, today: date) -> Entry:
    """Why there is no value. "None on record" was looked for; everything else is not known."""
    state = State("none", "None") if unknown.kind is Nothing.NOT_DONE else State("grey", "Not known")
    return Entry(plain(unknown.why, today), state=state)


def unknown_line(name: str, rule: str, unknown: Unknown, today: date) -> Line:
    """What stands where there is no value."""
    return Line(name, rule, (unknown_entry(unknown, today),))


def source_words(found: Found) -> str:
    """ "document", "procedure", "entered by Dr Lee"."""
    if found.entered_by:
        return f"entered by {found.entered_by}"
    return KINDS.get((found.reference or "").split("/", 1)[0], "")


def joined(*parts: str) -> str:
    """Parts that are not empty, with a dot between them."""
    return " · ".join(part for part in parts if part)


def unbroken(day: date | None, today: date) -> str:
    """A day that is never cut by the end of a line."""
    return short_date(day, today).replace(" ", "\N{NO-BREAK SPACE}")


def when_words(day: date | None, today: date) -> str:
    """The day; one without a date says so."""
    return unbroken(day, today) or "no date"


def said_words(text: str, today: date) -> str:
    """As people read it; without the kind that SNOMED CT puts behind a name."""
    return _SEMANTIC_TAG.sub("", plain(text, today))


# --- beside the opioid -----------------------------------------------------------------------------------------------


def medicine_lines(beside: CoPrescribing, today: date) -> Iterator[Line]:
    """One line a sedating medicine; or why there is none."""
    for each in beside.medicines:
        yield Line(medicine_words(each.name), "sedative", (medicine_entry(each, beside.window_days, today),))
    if beside.medicines_unknown:
        yield unknown_line("Sedating medicines", "sedative", beside.medicines_unknown, today)
    if beside.partly_read and beside.medicines:
        yield Line(
            "Other medicines", "", (Entry(f"{beside.partly_read}; more may exist", state=State("grey", "Not known")),)
        )


def medicine_entry(medicine: Beside, window: int, today: date) -> Entry:
    """Class and days with an opioid; since when and by whom."""
    kind = SEDATIVE_NAMES.get(medicine.drug_class, medicine.drug_class.replace("_", " "))
    days = medicine.days_with_opioid
    both = "days with the opioid not known" if days is None else f"with the opioid on {days} of {window} days"
    since = f"since {unbroken(medicine.since, today)}" if medicine.since else "start not known"
    still = "" if medicine.is_certain else "still listed, no supply length"
    return Entry(f"{kind}, {both}", joined(since, ", ".join(medicine.prescribers), still))


def beside_lines(beside: CoPrescribing, today: date) -> Iterator[Line]:
    """Naloxone, and treatment of opioid use disorder where there is any."""
    if beside.naloxone:
        yield Line("Naloxone", "naloxone", (found_entry(beside.naloxone, today),))
    elif beside.naloxone_unknown:
        yield unknown_line("Naloxone", "naloxone", beside.naloxone_unknown, today)
    if beside.moud:
        yield Line("Medication for OUD", "oud_moud", (found_entry(beside.moud, today),))


def found_entry(found: Found, today: date) -> Entry:
    """Something that was found: what, when, from where."""
    return Entry(said_words(found.value, today), joined(when_words(found.day, today), source_words(found)))


# --- scores ----------------------------------------------------------------------------------------------------------


def score_row(line: ScoreLine, today: date, rules: Iterable[str]) -> ScoreRow:
    """The newest score with its band, and how it was before."""
    return ScoreRow(
        name=line.instrument,
        rule=line.rule if line.rule and line.rule in rules else "",
        total="incomplete" if line.newest.total is None else number(line.newest.total),
        of=f"of {number(line.highest)}" if line.highest is not None and line.newest.total is not None else "",
        parts=parts_words(line.newest),
        alarm=item_nine(line.newest),
        band=band_of(line),
        day=short_date(line.newest.day, today),
        before=before_words(line.previous, today),
        arrow=ARROWS[line.change.direction] if line.change else "",
        trend=f"{line.change.direction.value}: {plain(line.change.words, today)}" if line.change else "",
    )


def parts_words(reading: Reading) -> str:
    """ "pain 4, enjoyment 4, activity 5", and what is to be known about the total."""
    parts = [f"{name} {number(value)}" for name, value in reading.parts if name != ITEM_NINE]
    note = [reading.note] if reading.note else []
    by = [f"entered by {reading.found.entered_by}"] if reading.found.entered_by else []
    return ", ".join((*parts, *note, *by))


def item_nine(reading: Reading) -> State | None:
    """An answer above zero stands on its own and is never averaged away."""
    points = dict(reading.parts).get(ITEM_NINE)
    return State("yellow", f"item 9: {number(points)}") if points else None


def band_of(line: ScoreLine) -> State | None:
    """A cut-off that was reached has a mark; below it is only said."""
    if line.band is None:
        return None
    return State("none" if line.band.level is Level.LOW else "yellow", line.band.words)


def before_words(previous: Reading | None, today: date) -> str:
    """ "was 8 on 3 Mar"; empty when there was none."""
    if previous is None:
        return ""
    total = "incomplete" if previous.total is None else number(previous.total)
    return f"was {total} on {unbroken(previous.day, today)}"


def score_notes(table: ScoreTable) -> Iterator[str]:
    """Instruments of which nothing was seen, by why; and that newer ones may exist."""
    by_reason: dict[str, list[str]] = {}
    for each in table.missing:
        by_reason.setdefault(each.unknown.why, []).append(each.instrument)
    for why, names in by_reason.items():
        yield f"{listed(names)}: {why}."
    if table.partly_read and table.lines:
        yield capital(f"{table.partly_read}; newer ones may exist.")


# --- visits and steps of care ----------------------------------------------------------------------------------------


def visit_lines(visits: VisitFacts, today: date) -> Iterator[Line]:
    """Last visit with how often, next visit."""
    if visits.last:
        often = f"seen on {counted(visits.count, 'day', 'days')} in 12 months"
        quiet = joined(who_words(visits.last) or "with whom is not recorded", often, visits.partly_read)
        yield Line("Last visit", "last_visit", (Entry(day_words(visits.last.day, today), quiet),))
    elif visits.last_unknown:
        yield unknown_line("Last visit", "last_visit", visits.last_unknown, today)
    if visits.next:
        quiet = joined(who_words(visits.next), visits.next.found.value)
        yield Line("Next visit", "next_visit", (Entry(day_words(visits.next.day, today), quiet),))
    elif visits.next_unknown:
        yield unknown_line("Next visit", "next_visit", visits.next_unknown, today)


def day_words(day: date, today: date) -> str:
    """ "today", else the day."""
    return "today" if day == today else short_date(day, today)


def who_words(seen: Seen) -> str:
    """With whom, where the chart says it."""
    return f"with {listed(list(seen.who))}" if seen.who else ""


def step_lines(picture: ClinicalPicture, review: Review) -> Iterator[Line]:
    """Each step of care with the day on which its rule wants the next one."""
    for step in picture.steps:
        yield step_line(step, review)


def step_line(step: Step, review: Review) -> Line:
    """The newest of one step, or why there is none."""
    today, finding = review.as_of, review.finding(step.rule)
    if step.last is None:
        return unknown_line(step.name, step.rule, step.unknown or Unknown(Nothing.NOT_DONE, "none on record"), today)
    due = finding.due if finding and step.is_timed_by_rule else None
    quiet = joined(
        source_words(step.last),
        said_words(step.result.value, today) if step.result else "",
        f"next due {unbroken(due, today)}" if due else "",
    )
    return Line(step.name, step.rule, (Entry(when_words(step.last.day, today), quiet),))


# --- other facts -----------------------------------------------------------------------------------------------------


def is_none(fact: Fact) -> bool:
    """Looked for, and not there: said in one line with the others."""
    return fact.unknown is not None and fact.unknown.kind is Nothing.NOT_DONE


def is_shown(fact: Fact) -> bool:
    """The age stands on top of the page; here only when it bears on something, or is not known."""
    return fact.name != "Age" or fact.unknown is not None or "older" in fact.says[0].words


def fact_line(fact: Fact, today: date) -> Line:
    """Everything that is known of one fact, or why it is not."""
    if fact.unknown:
        return unknown_line(fact.name, fact.rule, fact.unknown, today)
    entries = [said_entry(said, today) for said in fact.says]
    if fact.partly_read:
        entries.append(Entry(f"{fact.partly_read}; more may exist", state=State("grey", "Not known")))
    return Line(fact.name, fact.rule, tuple(entries))


def said_entry(said: Said, today: date) -> Entry:
    """One thing that is known, with its day and source."""
    if said.found is None:
        return Entry(plain(said.words, today))
    return Entry(said_words(said.words, today), joined(when_words(said.found.day, today), source_words(said.found)))


def none_words(facts: Iterable[Fact]) -> str:
    """ "None on record: liver disease, overdose"."""
    names = [NONE_NAMES.get(fact.name, fact.name.lower()) for fact in facts if is_none(fact)]
    return f"None on record: {', '.join(names)}." if names else ""
