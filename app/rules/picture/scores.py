"""Questionnaire scores with their trend: the newest, its band by the pack's cut-offs, and the one before."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from app.domain.feeds import Feed
from app.rules.case import Case
from app.rules.evidence.found import Found
from app.rules.evidence.peg_change import baseline_of, compare
from app.rules.evidence.people import is_recorded_male
from app.rules.evidence.processes import said
from app.rules.evidence.scores import PEG_HIGHEST_MEAN, Score, scores
from app.rules.facts import LARGEST
from app.rules.picture.nothing import NOT_SEEN_HERE, Nothing, Unknown, nothing_seen, partly_read
from app.rules.policy import Count
from app.terminology.assessments import items_of

ITEM_NINE = "item 9"
PEG_ITEMS = (("pain", "1"), ("enjoyment", "2"), ("activity", "3"))


class Level(StrEnum):
    """Where a score lies between the cut-offs of the pack."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


class Direction(StrEnum):
    """How the newest PEG compares with the baseline, by the meaningful change of the pack."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "no meaningful change"
    UNKNOWN = "not comparable"


@dataclass(frozen=True, slots=True)
class Band:
    """Where a score lies, in words ("10 or more")."""

    level: Level
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """The newest PEG against the baseline."""

    direction: Direction
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One score of one day. `total` None: incomplete. `parts` are single answers that are shown on their own."""

    day: date
    total: Decimal | None
    parts: tuple[tuple[str, Decimal], ...]
    found: Found
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One instrument: newest and the one before. `highest` is the top of its scale. `rule` judges it, if any does."""

    instrument: str
    rule: str | None
    highest: Decimal | None
    newest: Reading
    previous: Reading | None
    band: Band | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class MissingScore:
    """An instrument of which nothing was seen, and why."""

    instrument: str
    unknown: Unknown


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Every instrument that was used; those that rules ask for and of which nothing was seen."""

    lines: tuple[ScoreLine, ...]
    missing: tuple[MissingScore, ...]
    partly_read: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """How one instrument is found and judged. `concept`: what a person may enter. `asked`: its switch in `recorded_here`."""

    name: str
    rule: str | None = None
    concept: str | None = None
    asked: str | None = None
    cuts: Callable[[Case], tuple[Count, ...]] = lambda case: ()


INSTRUMENTS = (
    Instrument("PEG", "peg", asked="peg"),
    Instrument(
        "PHQ-9", "depression", asked="phq", cuts=lambda c: (c.policy.scores.phq9_positive, c.policy.scores.phq9_severe)
    ),
    Instrument("PHQ-4", "depression"),
    Instrument("PHQ-2", "depression", cuts=lambda c: (c.policy.scores.phq2_positive,)),
    Instrument(
        "GAD-7", "anxiety", asked="gad7", cuts=lambda c: (c.policy.scores.gad7_positive, c.policy.scores.gad7_severe)
    ),
    Instrument("PC-PTSD-5", "ptsd", asked="pc_ptsd5", cuts=lambda c: (_pc_ptsd5(c),)),
    Instrument("AUDIT-C", "alcohol", asked="alcohol", cuts=lambda c: (_audit_c(c),)),
    Instrument("DAST-10"),
    Instrument(
        "ORT", "risk_tool", "ort", "risk_tool", lambda c: (c.policy.scores.ort_moderate, c.policy.scores.ort_high)
    ),
    Instrument("ORT-OUD", "risk_tool", "ort_oud", None, lambda c: (c.policy.scores.ort_oud_high,)),
    Instrument(
        "STOP-Bang",
        "sleep",
        "stop_bang",
        "sleep",
        lambda c: (c.policy.scores.stop_bang_moderate, c.policy.scores.stop_bang_high),
    ),
)
INSTEAD_OF: Mapping[str, tuple[str, ...]] = MappingProxyType({"PHQ-9": ("PHQ-2", "PHQ-4"), "ORT": ("ORT-OUD",)})
"""Where one of these was used, the first is not called missing."""


def _pc_ptsd5(case: Case) -> Count:
    cut = case.policy.scores
    return cut.pc_ptsd5_positive if is_recorded_male(case) else cut.pc_ptsd5_positive_women


def _audit_c(case: Case) -> Count:
    cut = case.policy.scores
    return cut.audit_c_positive if is_recorded_male(case) else cut.audit_c_positive_women


def score_table(case: Case) -> ScoreTable:
    """Every instrument in the order of the page."""
    lines = tuple(line for each in INSTRUMENTS if (line := _line(case, each)))
    seen = {line.instrument for line in lines}
    missing = (each for each in INSTRUMENTS if each.asked and not seen & {each.name, *INSTEAD_OF.get(each.name, ())})
    return ScoreTable(lines, tuple(_missing(case, each) for each in missing), partly_read(case, (Feed.SURVEYS,)))


def _missing(case: Case, instrument: Instrument) -> MissingScore:
    is_recorded = getattr(case.policy.recorded_here, instrument.asked or "").value
    unknown = nothing_seen(case, (Feed.SURVEYS,), recorded=is_recorded)
    if instrument.name == "STOP-Bang":
        unknown = Unknown(Nothing.NO_DATA, NOT_SEEN_HERE if not is_recorded else "not entered yet")
    return MissingScore(instrument.name, unknown)


def _line(case: Case, instrument: Instrument) -> ScoreLine | None:
    readings = _readings(case, instrument)
    if not readings:
        return None
    newest, previous = readings[-1], readings[-2] if len(readings) > 1 else None
    band = _band(newest.total, instrument.cuts(case))
    change = _change(case) if instrument.name == "PEG" else None
    return ScoreLine(instrument.name, instrument.rule, _highest(instrument), newest, previous, band, change)


def _readings(case: Case, instrument: Instrument) -> list[Reading]:
    """Scores of the chart and those that a person entered, oldest first."""
    charted = [_reading(score) for score in scores(case, instrument.name)]
    entered = _entered(case, instrument.concept) if instrument.concept else ()
    return sorted([*charted, *entered], key=lambda each: (each.day, each.found.entered_by is not None))


def _reading(score: Score) -> Reading:
    names = {"PEG": PEG_ITEMS, "PHQ-9": ((ITEM_NINE, "9"),)}.get(score.instrument, ())
    parts = tuple((name, score.items[item]) for name, item in names if item in score.items)
    missing = ", ".join(f"item {name}" for name in score.missing)
    note = score.note or (f"{missing or 'total'} missing" if score.total is None else "")
    return Reading(score.day, score.total, parts, score.found, note)


def _entered(case: Case, concept: str) -> Iterable[Reading]:
    return (
        Reading(each.day, Decimal(each.fact_value or 0), (), each)
        for each in said(case, concept)
        if each.day and (each.fact_value or "").isdigit()
    )


def _band(total: Decimal | None, cuts: tuple[Count, ...]) -> Band | None:
    """The highest cut-off that was reached: of several the last is high, of one it is high too."""
    if total is None or not cuts:
        return None
    reached = [cut.value for cut in cuts if total >= cut.value]
    if not reached:
        return Band(Level.LOW, f"below {cuts[0].value}")
    return Band(Level.HIGH if len(reached) == len(cuts) else Level.MIDDLE, f"{reached[-1]} or more")


def _change(case: Case) -> Change | None:
    """Against the baseline, as the rule on pain and function compares them; None for a first or incomplete one."""
    every = scores(case, "PEG")
    baseline = baseline_of(case, every)
    if baseline is None or every[-1].total is None or baseline.day == every[-1].day:
        return None
    change = compare(case, every[-1], baseline)
    if change.worse:
        return Change(Direction.WORSE, change.words)
    told = {True: Direction.BETTER, False: Direction.SAME, None: Direction.UNKNOWN}
    return Change(told[change.better], change.words)


def _highest(instrument: Instrument) -> Decimal | None:
    if instrument.name == "PEG":
        return PEG_HIGHEST_MEAN
    if instrument.concept:
        return Decimal(LARGEST[instrument.concept])
    return next((item.maximum for item in items_of(instrument.name) if item.is_total), None)
