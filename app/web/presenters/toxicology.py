"""The table of urine tests: drug classes by collection day, each cell with icon and word, explanations beneath."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.usecases.review_patient import THIS_CHART, Cell, Collection, Nothing, Outcome, ToxicologyTable, Unknown
from app.web.presenters.words import State, counted, listed, plain, short_date

CLASS_NAMES = {
    "opiates": "Opiates",
    "oxycodone": "Oxycodone",
    "methadone": "Methadone",
    "buprenorphine": "Buprenorphine",
    "fentanyl": "Fentanyl",
    "tramadol": "Tramadol",
    "tapentadol": "Tapentadol",
    "other_opioid": "Other opioids",
    "heroin_6mam": "6-MAM",
    "benzodiazepines": "Benzodiazepines",
    "barbiturates": "Barbiturates",
    "z_drugs": "Z-drugs",
    "muscle_relaxants": "Muscle relaxants",
    "amphetamines": "Amphetamines",
    "cocaine": "Cocaine",
    "phencyclidine": "Phencyclidine",
    "cannabinoids": "Cannabinoids",
}
EXPECTED = State("green", "Expected")
LOOK, TALK = State("yellow", "Unexpected"), State("red", "Unexpected")
CANNOT_TELL = State("grey", "Cannot tell")
AWAITED = State("grey", "Awaited")
NOT_TESTED = State("none", "Not tested")
DETECTED = {True: "detected", False: "not detected", None: "no readable result"}


@dataclass(frozen=True, slots=True)
class DayHead:
    """The head of one column: the day, and whether the specimen can be believed."""

    day: str
    specimen: State


@dataclass(frozen=True, slots=True)
class ResultCell:
    """One class on one day. `detail` is what was seen and by which method."""

    state: State
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One drug class over the days shown. `note` says that it is prescribed today, whatever it was on the days of the tests."""

    name: str
    note: str
    cells: tuple[ResultCell, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """What may explain one unexpected cell: the cell in words, then phrases. `by` is a person's word, or that a later test
    answered it."""

    state: State
    what: str
    possible: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Untold:
    """Classes of one day that cannot be told for one reason."""

    what: str
    because: str


@dataclass(frozen=True, slots=True)
class ToxicologyView:
    """Everything that templates/visit/toxicology.html shows. `plain` are the folded classes with the days on which they were
    tested; `nothing` stands in place of the table, `notes` below it."""

    days: tuple[DayHead, ...]
    rows: tuple[ClassRow, ...]
    plain: tuple[str, ...]
    plain_words: str
    explained: tuple[Explained, ...]
    explained_earlier: tuple[Explained, ...]
    untold: tuple[Untold, ...]
    sources: str
    nothing: State | None
    notes: tuple[str, ...]


def toxicology_view(table: ToxicologyTable, today: date) -> ToxicologyView:
    """Rows of interest first; a class that was never more than "not detected, as expected" is folded."""
    shown = [name for name in table.classes if name in table.supplied or not is_plain(table, name)]
    folded = [name for name in table.classes if name not in shown]
    told = [cell for cell in in_order(table) if cell.is_unexpected]
    return ToxicologyView(
        days=tuple(day_head(each, today) for each in table.collections),
        rows=tuple(class_row(table, name) for name in shown),
        plain=tuple(days_tested(table, name, today) for name in folded),
        plain_words=plain_words(folded, bool(shown)),
        explained=tuple(explained(cell, today) for cell in told if is_current(table, cell)),
        explained_earlier=tuple(explained(cell, today) for cell in told if not is_current(table, cell)),
        untold=untold(table, today),
        sources=sources_of(table),
        nothing=nothing_of(table.unknown, today) if table.unknown else None,
        notes=tuple(notes(table, today)),
    )


def in_order(table: ToxicologyTable) -> Iterable[Cell]:
    """Every cell, newest day first, then in the order of the rows."""
    return (cell for each in table.collections for name in table.classes if (cell := each.cell(name)))


def is_plain(table: ToxicologyTable, name: str) -> bool:
    """Nothing to look at in any column."""
    cells = (each.cell(name) for each in table.collections)
    return all(cell is None or cell.is_plain for cell in cells)


def is_current(table: ToxicologyTable, cell: Cell) -> bool:
    """Of the newest day with a result, or still open."""
    return cell.is_open or cell.day == newest_day(table)


def newest_day(table: ToxicologyTable) -> date | None:
    """The newest day on which the laboratory gave any result."""
    return next((each.day for each in table.collections if any(cell.verdict for cell in each.cells)), None)


def sources_of(table: ToxicologyTable) -> str:
    """Where the explanations come from, other than from this chart."""
    named = (each.source for cell in in_order(table) for each in cell.explanations)
    return listed([source for source in dict.fromkeys(named) if source != THIS_CHART])


def untold(table: ToxicologyTable, today: date) -> tuple[Untold, ...]:
    """What cannot be told of the newest day with a result, the classes of one reason together."""
    by_reason: dict[str, list[str]] = {}
    for cell in in_order(table):
        if cell.day == newest_day(table) and cell.explanations and not cell.is_unexpected:
            by_reason.setdefault(cell.explanations[0].words, []).append(class_name(cell.drug_class))
    return tuple(Untold(f"{listed(names)} cannot be told", plain(why, today)) for why, names in by_reason.items())


def plain_words(folded: list[str], is_rest: bool) -> str:
    """The one line of the folded classes."""
    if not folded:
        return ""
    more = "more class" if is_rest else "class"
    return f"{counted(len(folded), more, f'{more}es')} not detected, as expected"


def days_tested(table: ToxicologyTable, name: str, today: date) -> str:
    """ "Benzodiazepines: 4 Nov and 27 Jun"."""
    days = [short_date(each.day, today) for each in table.collections if each.cell(name)]
    return f"{class_name(name)}: {listed(days)}"


def day_head(collection: Collection, today: date) -> DayHead:
    """The specimen's checks in a word."""
    specimen = collection.specimen
    if not specimen.is_valid:
        state = State("grey", "not valid")
    elif specimen.is_dilute:
        state = State("grey", "dilute")
    else:
        state = State("green", "valid") if specimen.found else State("none", "not checked")
    return DayHead(short_date(collection.day, today), state)


def class_row(table: ToxicologyTable, name: str) -> ClassRow:
    """One class over the days."""
    is_supplied = name in table.supplied
    cells = tuple(result_cell(each.cell(name), is_supplied=is_supplied) for each in table.collections)
    return ClassRow(class_name(name), "prescribed now" if is_supplied else "", cells)


def class_name(name: str) -> str:
    """A class as people say it."""
    return CLASS_NAMES.get(name, name.replace("_", " ").capitalize())


def result_cell(cell: Cell | None, *, is_supplied: bool = False) -> ResultCell:
    """Icon, word, and what was seen by which method; and that what `is_supplied` now was not on the day of the test."""
    if cell is None:
        return ResultCell(NOT_TESTED)
    if cell.verdict is None:
        return ResultCell(AWAITED, "at the laboratory")
    method = "definitive" if cell.verdict.is_definitive else "screen"
    then = ", not prescribed then" if is_supplied and cell.is_plain else ""
    return ResultCell(state_of_cell(cell), f"{DETECTED[cell.verdict.detected]}, {method}{then}")


def state_of_cell(cell: Cell) -> State:
    """Unexpected is red where the rule asks for a talk now, else yellow: explained, answered since, or waiting."""
    if cell.is_unexpected:
        return TALK if cell.is_due_for_talk else LOOK
    if cell.verdict and cell.verdict.outcome is Outcome.EXPECTED:
        return EXPECTED
    return CANNOT_TELL if cell.verdict else AWAITED


def explained(cell: Cell, today: date) -> Explained:
    """ "Oxycodone not detected, 4 Nov"."""
    assert cell.verdict is not None
    seen = DETECTED[cell.verdict.detected]
    what = f"{class_name(cell.drug_class)}: {seen}, {short_date(cell.day, today)}"
    return Explained(
        state_of_cell(cell), what, tuple(plain(each.words, today) for each in cell.explanations), said_by(cell, today)
    )


def said_by(cell: Cell, today: date) -> str:
    """A person's word that explains it, or why it is no longer open."""
    if cell.explained_by:
        who = f" by {cell.explained_by.entered_by}" if cell.explained_by.entered_by else ""
        return f"Talked over and explained, recorded{who} on {short_date(cell.explained_by.day, today)}."
    return "" if cell.is_open or not cell.is_unexpected else "Answered by a later test."


def nothing_of(unknown: Unknown, today: date) -> State:
    """Why there is no table: looked for and none there, or not known."""
    return State("none" if unknown.kind is Nothing.NOT_DONE else "grey", capital(plain(unknown.why, today)))


def capital(text: str) -> str:
    """As a sentence begins."""
    return text[:1].upper() + text[1:]


def notes(table: ToxicologyTable, today: date) -> Iterable[str]:
    """What stands beside the table."""
    if table.only_done:
        day = short_date(table.only_done.day, today)
        yield f"A test of {day} is on record without a result that can be judged."
    if table.ordered:
        yield f"A test was ordered on {short_date(table.ordered.day, today) or 'an unknown day'}; no result of it yet."
    unjudged = sorted({class_name(name) for each in table.collections for name in each.not_judged})
    if unjudged:
        yield f"Tested and not judged by this policy: {listed(unjudged)}."
    if table.earlier_days:
        yield f"{counted(table.earlier_days, 'earlier day', 'earlier days')} of testing not shown."
    if table.partly_read and not table.unknown:
        yield capital(f"{table.partly_read}; more may exist than is shown.")
