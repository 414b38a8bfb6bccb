"""What a pack holds, as types: each number, switch and word list carries its unit, source, first day and sign-off.

A rule reads `case.policy.rules.pdmp_check.interval.value`, and names the setting in its finding, so that "why?" can show
the number together with where it comes from. `pack.load_pack` fills these classes from TOML and refuses whatever does not
fit; a field here without a line in the pack, or the reverse, does not load.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from app.domain.finding import PackValue, Place, Status
from app.rules.site_codes import NO_MAP, CodeMap

T = TypeVar("T")

NOT_SIGNED_OFF = "not signed off"


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One value of a pack. `checked_by` is a person's name or the literal `not signed off`."""

    path: str
    value: T
    unit: str
    source: str
    valid_from: date
    checked_by: str

    used: PackValue = field(init=False, repr=False, compare=False)
    """The form in which a finding names it: made once, since every finding of every patient names it."""

    units: ClassVar[tuple[str, ...]] = ()
    """The units that may stand in the pack; empty: any."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "used", PackValue(self.path, self.words, self.source))

    @property
    def words(self) -> str:
        """The value with its unit, to read."""
        return f"{self.value} {self.unit}"


class Days(Setting[int]):
    """A length of time in whole calendar days."""

    __slots__ = ()
    units = ("days",)


class Years(Setting[int]):
    """An age in whole years."""

    __slots__ = ()
    units = ("years",)


class Count(Setting[int]):
    """A number of things; the unit names them."""

    __slots__ = ()


class Amount(Setting[Decimal]):
    """A measured amount; the unit names what is measured (MME/day, points, %, g/day ...)."""

    __slots__ = ()


class Switch(Setting[bool]):
    """Yes or no."""

    __slots__ = ()
    units = ("yes/no",)

    @property
    def words(self) -> str:
        return "yes" if self.value else "no"


class Word(Setting[str]):
    """One word out of a closed list, or one sentence."""

    __slots__ = ()
    units = ("word", "sentence")

    @property
    def words(self) -> str:
        return self.value


class Words(Setting[tuple[str, ...]]):
    """A list of words; it may be empty."""

    __slots__ = ()
    units = ("words",)

    @property
    def words(self) -> str:
        return ", ".join(self.value) or "none"


class OneOf(frozenset[str]):
    """Marks a `Word` or `Words` that takes only these: `Annotated[Word, OneOf(("a", "b"))]`."""


PLACES = tuple(place.value for place in Place)
STATUSES = (Status.RED.value, Status.YELLOW.value)
SEDATIVES = (
    "benzodiazepine",
    "z_drug",
    "barbiturate",
    "skeletal_muscle_relaxant",
    "gabapentinoid",
    "other_cns_depressant",
)


@dataclass(frozen=True, slots=True)
class RuleSection:
    """What every rule has: where its finding is shown, or `off`."""

    place: Annotated[Word, OneOf(PLACES)]


@dataclass(frozen=True, slots=True)
class Interval(RuleSection):
    """An item that is done again and again. The tier may shorten the interval, never lengthen it."""

    interval: Days
    interval_moderate: Days
    interval_high: Days
    warning: Days


@dataclass(frozen=True, slots=True)
class Med(RuleSection):
    """Bands of the daily dose; `consult` is the level at which a pack asks for a specialist consultation."""

    band_moderate: Amount
    band_high: Amount
    review_valid: Days
    consult_required: Switch
    consult_at: Amount
    consult_valid: Days


@dataclass(frozen=True, slots=True)
class Sedative(RuleSection):
    """`act_on` makes red without a plan; `look_at` yellow; `standing` is shown beside the dose only."""

    act_on: Annotated[Words, OneOf(SEDATIVES)]
    look_at: Annotated[Words, OneOf(SEDATIVES)]
    standing: Annotated[Words, OneOf(SEDATIVES)]
    plan_valid: Days


@dataclass(frozen=True, slots=True)
class PdmpCheck(Interval):
    """`every_rx`: a check is due again with each new opioid prescription."""

    every_rx: Switch


@dataclass(frozen=True, slots=True)
class Peg(RuleSection):
    """`method` is both30 (pain, and enjoyment with activity, each) or mean30 (the mean of the three)."""

    interval: Days
    warning: Days
    method: Annotated[Word, OneOf(("both30", "mean30"))]
    meaningful_change: Amount
    worse_points: Amount
    early_days: Days
    review_valid: Days


@dataclass(frozen=True, slots=True)
class Naloxone(RuleSection):
    """`risk_classes` and `risk_conditions` make a person at raised risk, as does `risk_dose`."""

    access_valid: Days
    warning: Days
    risk_dose: Amount
    risk_classes: Annotated[Words, OneOf(SEDATIVES)]
    risk_conditions: Words


@dataclass(frozen=True, slots=True)
class OpioidFirst(RuleSection):
    """How long a therapy without opioids, or a plan, counts."""

    valid: Days


@dataclass(frozen=True, slots=True)
class AcuteDays(RuleSection):
    """Days of a first supply: up to `usual` is green, above `longest` red. `together`: supplies of these first days add up."""

    usual: Days
    longest: Days
    together: Days
    acute_below: Days


@dataclass(frozen=True, slots=True)
class ErlaStart(RuleSection):
    """`tolerant_dose` on each of `tolerant_days` makes a person used to opioids; `exempt` drugs are not judged by it."""

    tolerant_dose: Amount
    tolerant_days: Days
    ecg_valid: Days
    exempt: Words


@dataclass(frozen=True, slots=True)
class StartDose(RuleSection):
    """Daily dose of a first opioid: above `high` yellow, from `very_high` red; a single dose above `single` yellow."""

    high: Amount
    very_high: Amount
    single: Amount


@dataclass(frozen=True, slots=True)
class StartFollowup(RuleSection):
    """Days within which somebody is seen after a start; `warning` days before the limit it turns yellow."""

    limit: Days
    limit_sooner: Days
    limit_methadone: Days
    high_dose: Amount
    warning: Days


@dataclass(frozen=True, slots=True)
class NextVisit(RuleSection):
    """How long before the due day a missing appointment becomes urgent."""

    book_within: Days


@dataclass(frozen=True, slots=True)
class PlainRule(RuleSection):
    """A rule without numbers of its own."""


@dataclass(frozen=True, slots=True)
class Respiratory(RuleSection):
    """Lung diseases that raise the risk of opioids."""

    conditions: Words


@dataclass(frozen=True, slots=True)
class Hepatic(RuleSection):
    """Acetaminophen a day over all products: from `acetaminophen_high` yellow, above `acetaminophen_limit` red."""

    acetaminophen_high: Amount
    acetaminophen_limit: Amount


@dataclass(frozen=True, slots=True)
class Renal(RuleSection):
    """eGFR below `moderate` is yellow, below `severe` red with the drugs of `avoid` and long-acting `avoid_long_acting`."""

    moderate: Amount
    severe: Amount
    valid: Days
    avoid: Words
    avoid_long_acting: Words


@dataclass(frozen=True, slots=True)
class Age65(RuleSection):
    """From `age` on fall risk, thinking and a bowel plan are each looked at within `valid`."""

    age: Years
    valid: Days


@dataclass(frozen=True, slots=True)
class Yearly(RuleSection):
    """A questionnaire that is asked again after an interval."""

    interval: Days
    warning: Days


@dataclass(frozen=True, slots=True)
class Depression(Yearly):
    """`interval_positive`: while the last PHQ-9 is positive."""

    interval_positive: Days


@dataclass(frozen=True, slots=True)
class RiskTool(Yearly):
    """`plan_valid`: how long a documented plan answers a high score."""

    plan_valid: Days


@dataclass(frozen=True, slots=True)
class Bowel(RuleSection):
    """How long a laxative or advice counts; `stressed_from` is the age from which it matters most."""

    valid: Days
    stressed_from: Years


@dataclass(frozen=True, slots=True)
class Goals(RuleSection):
    """Goals older than `interval` are looked at again."""

    interval: Days
    warning: Days


@dataclass(frozen=True, slots=True)
class Nonopioid(RuleSection):
    """How long a treatment without opioids counts."""

    valid: Days


@dataclass(frozen=True, slots=True)
class ChangeWatch(RuleSection):
    """Windows in days back from today: the last `recent` days against `earlier_from` to `earlier_to` days ago."""

    grace: Days
    recent: Days
    earlier_from: Days
    earlier_to: Days
    drop_red: Amount
    drop_yellow: Amount
    long_therapy: Days
    met_before: Days
    met_within: Days
    plan_valid: Days


@dataclass(frozen=True, slots=True)
class Prescriber(RuleSection):
    """`outside`: so many prescribers outside the care team are too many; `share`: the least part of the supply."""

    window: Days
    outside: Count
    share: Amount


@dataclass(frozen=True, slots=True)
class OverlapOpioids(RuleSection):
    """An overlap of up to `early_fill` does not count."""

    early_fill: Days


@dataclass(frozen=True, slots=True)
class MultiPrescriber(RuleSection):
    """`many` of both within `window_many`; `some` of either within `window_some`."""

    many: Count
    some: Count
    window_many: Days
    window_some: Days


@dataclass(frozen=True, slots=True)
class EarlyRefill(RuleSection):
    """A fill more than `early` days before the run-out; `many` of them within `window`."""

    early: Days
    many: Count
    window: Days


@dataclass(frozen=True, slots=True)
class Escalation(RuleSection):
    """Levels of the daily dose; `rise` a notable increase; `stable` after how long it no longer stands out; `shortest` a
    stretch that is passed over."""

    level_first: Amount
    level_second: Amount
    level_third: Amount
    rise: Amount
    window: Days
    review_within: Days
    stable: Days
    shortest: Days


@dataclass(frozen=True, slots=True)
class Pregnancy(RuleSection):
    """`youngest` to `oldest`: for whom the question arises; `status_valid`: how long "not pregnant" is believed; `lasts`: how
    long "pregnant" is."""

    youngest: Years
    oldest: Years
    status_valid: Days
    plan_valid: Days
    lasts: Days


@dataclass(frozen=True, slots=True)
class OudMoud(RuleSection):
    """`recent`: a disorder that ended so long ago still counts; `offer_valid`: how long an offer answers;
    `treatment_valid`: how long a treatment on record, or a word for it, counts without a prescription in force."""

    recent: Days
    offer_valid: Days
    treatment_valid: Days


@dataclass(frozen=True, slots=True)
class OverdoseHistory(RuleSection):
    """`concepts`: which conditions are an overdose."""

    concepts: Words
    recent: Days
    follow_up: Days


@dataclass(frozen=True, slots=True)
class PdmpResult(RuleSection):
    """`valid`: how long a recorded result says what the PDMP shows."""

    valid: Days


@dataclass(frozen=True, slots=True)
class Alcohol(Yearly):
    """`intervention_valid`: how long a brief intervention answers a positive AUDIT-C."""

    intervention_valid: Days


@dataclass(frozen=True, slots=True)
class Sleep(Yearly):
    """`evaluation_valid`: how long a sleep evaluation answers a high STOP-Bang; `treatment_valid`: how long a treatment that
    was seen counts."""

    evaluation_valid: Days
    treatment_valid: Days


@dataclass(frozen=True, slots=True)
class UdtResult(RuleSection):
    """`judged`: classes that are judged at all; `supply_before`: a supply that explains a positive; `confirm_within`: how
    long a screen's surprise may wait; the rest says when a specimen is not valid or dilute."""

    judged: Words
    window: Days
    supply_before: Days
    confirm_within: Days
    creatinine_invalid: Amount
    creatinine_dilute: Amount
    gravity_dilute: Amount
    ph_low: Amount
    ph_high: Amount


@dataclass(frozen=True, slots=True)
class Rules:
    """One section a rule, named by its id."""

    med: Med
    sedative: Sedative
    agreement: Interval
    peg: Peg
    pdmp_check: PdmpCheck
    udt_check: Interval
    naloxone: Naloxone
    opioid_first: OpioidFirst
    acute_days: AcuteDays
    erla_start: ErlaStart
    start_dose: StartDose
    start_followup: StartFollowup
    last_visit: Interval
    next_visit: NextVisit
    ltot_code: PlainRule
    respiratory: Respiratory
    hepatic: Hepatic
    renal: Renal
    age65: Age65
    depression: Depression
    anxiety: Yearly
    ptsd: Yearly
    risk_tool: RiskTool
    bowel: Bowel
    counsel: Interval
    goals: Goals
    nonopioid: Nonopioid
    change_watch: ChangeWatch
    prescriber: Prescriber
    overlap_opioids: OverlapOpioids
    multi_prescriber: MultiPrescriber
    early_refill: EarlyRefill
    escalation: Escalation
    pregnancy: Pregnancy
    oud_moud: OudMoud
    overdose_history: OverdoseHistory
    pdmp_result: PdmpResult
    alcohol: Alcohol
    sleep: Sleep
    udt_result: UdtResult


@dataclass(frozen=True, slots=True)
class Dose:
    """How the dose engine is asked."""

    factor_set: Annotated[Word, OneOf(("cdc-2022", "cdc-2016"))]
    research_factors: Switch
    headline: Annotated[Word, OneOf(("signature", "quantity"))]


LTOT_DEFINITIONS = ("ltot.60of90", "ltot.70of90", "ltot.21x3", "ltot.3mo", "ltot.90cum", "ltot.90run", "ltot.3rx")


@dataclass(frozen=True, slots=True)
class Ltot:
    """Long-term opioid therapy: the definition in use and what its words mean."""

    definition: Annotated[Word, OneOf(LTOT_DEFINITIONS)]
    window: Days
    covered: Days
    month: Days
    months: Count
    month_covered: Days
    year: Days
    year_covered: Days
    run_length: Days
    run_gap: Days
    prescriptions: Count
    new_start_after: Days
    never_is_gap_after: Days


@dataclass(frozen=True, slots=True)
class Scope:
    """Who the guideline is for, and which exclusions this pack computes."""

    adult_from: Years
    exclusions: Annotated[Words, OneOf(("cancer", "palliative", "end_of_life", "sickle_cell", "long_term_care"))]
    encounter_diagnoses: Count
    encounter_window: Days
    hospice_discharge_window: Days


TIER_REASONS = (
    "med_high",
    "benzodiazepine",
    "overdose",
    "opioid_use_disorder",
    "substance_use_disorder",
    "sleep_breathing",
    "ort_high",
    "ort_oud_high",
    "udt_unexpected",
    "suicide_risk",
    "pregnancy",
    "long_acting",
    "med_moderate",
    "other_sedative",
    "age",
    "renal",
    "hepatic",
    "mental_health",
    "ort_moderate",
    "alcohol_screen",
    "sleep_breathing_mild",
    "stop_bang",
    "respiratory",
)


@dataclass(frozen=True, slots=True)
class Scores:
    """Cut-offs of the questionnaires: at or above is positive. Where sexes differ, the lower one counts when the sex at
    birth is not recorded."""

    phq2_positive: Count
    phq9_positive: Count
    phq9_severe: Count
    phq9_item9: Count
    phq4_pair: Count
    gad7_positive: Count
    gad7_severe: Count
    pc_ptsd5_positive: Count
    pc_ptsd5_positive_women: Count
    ort_moderate: Count
    ort_high: Count
    ort_oud_high: Count
    stop_bang_moderate: Count
    stop_bang_high: Count
    audit_c_positive: Count
    audit_c_positive_women: Count


@dataclass(frozen=True, slots=True)
class TierRules:
    """Which reasons make a tier. Membership is ours and awaits sign-off."""

    high: Annotated[Words, OneOf(TIER_REASONS)]
    moderate: Annotated[Words, OneOf(TIER_REASONS)]
    med_high: Amount
    med_moderate: Amount
    age: Years
    egfr: Amount
    score_valid: Days


@dataclass(frozen=True, slots=True)
class RecordedHere:
    """Whether a thing would be seen if it had been done: only then is "never" a gap."""

    visit: Switch
    udt: Switch
    peg: Switch
    phq: Switch
    gad7: Switch
    pc_ptsd5: Switch
    agreement: Switch
    naloxone: Switch
    bowel: Switch
    nonopioid: Switch
    egfr: Switch
    pdmp_check: Switch
    risk_tool: Switch
    sleep: Switch
    alcohol: Switch
    goals: Switch
    counsel: Switch


@dataclass(frozen=True, slots=True)
class Page:
    """`order`: rule ids, the most dangerous first."""

    order: Words


@dataclass(frozen=True, slots=True)
class Dismissals:
    """Putting a finding aside: the reasons to choose from, for how long unless somebody chooses another day, and for how long
    at most (sooner for one to act on now)."""

    reasons: Words
    usual: Days
    longest: Days
    longest_red: Days


@dataclass(frozen=True, slots=True)
class FlagRule:
    """What one rule may write: at which status, and the words that stand in the chart."""

    at: Annotated[Words, OneOf(STATUSES)]
    text: Word


@dataclass(frozen=True, slots=True)
class WriteBack:
    """The rules that may write a Flag; a rule without a section never does."""

    sedative: FlagRule
    naloxone: FlagRule
    change_watch: FlagRule
    med: FlagRule
    udt_check: FlagRule
    pdmp_check: FlagRule
    agreement: FlagRule


@dataclass(frozen=True, slots=True)
class Start:
    """When an opioid counts as newly started (`ltot.new_start_after` says after how long without)."""

    current: Days
    together: Days


@dataclass(frozen=True, slots=True)
class Taper:
    """The usual pace of a slower dose: about `usual_step` of the starting dose every `usual_weeks`, or slower. A guide that is
    shown beside a plan; no rule judges by it."""

    usual_step: Amount
    usual_weeks: Count


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole pack. `chain` lists the packs it was built from, the base first. `codes` is the site's code map, which is no
    part of the pack: it says where this clinic's chart keeps things."""

    id: str
    title: str
    valid_from: date
    chain: tuple[str, ...]
    dose: Dose
    scope: Scope
    ltot: Ltot
    start: Start
    taper: Taper
    scores: Scores
    tier: TierRules
    recorded_here: RecordedHere
    page: Page
    dismissal: Dismissals
    write_back: WriteBack
    rules: Rules
    codes: CodeMap = NO_MAP
    places: Mapping[str, Place] = field(init=False, repr=False, compare=False)
    """The place of each rule, made once."""

    def __post_init__(self) -> None:
        sections = {each.name: getattr(self.rules, each.name) for each in fields(self.rules)}
        places = {rule: Place(section.place.value) for rule, section in sections.items()}
        object.__setattr__(self, "places", places)

    def place(self, rule: str) -> Place:
        """Where the finding of a rule is shown. A rule that the pack does not know is off."""
        return self.places.get(rule, Place.OFF)

    def order_of(self, rule: str) -> int:
        """The rank of a rule among the rows of the visit; what is not listed comes last."""
        order = self.page.order.value
        return order.index(rule) if rule in order else len(order)

    def is_recorded_here(self, concept: str) -> bool:
        """Whether this clinic's chart would show the thing."""
        setting: Switch = getattr(self.recorded_here, concept)
        return setting.value

    def writes(self, rule: str, status: Status) -> bool:
        """Whether a finding of this rule and status asks for a Flag."""
        section: FlagRule | None = getattr(self.write_back, rule, None)
        return section is not None and status.value in section.at.value

    def flag_text(self, rule: str) -> str:
        """The words of a Flag; only for rules that may write one."""
        section: FlagRule = getattr(self.write_back, rule)
        return section.text.value

    def settings(self) -> Iterator[Setting[Any]]:
        """Every value of the pack."""
        for each in fields(self):
            yield from _settings_in(getattr(self, each.name))

    def with_setting(self, setting: Setting[Any]) -> "Policy":
        """The same policy with one value changed, for what-if questions. Raises AttributeError when it has no such path."""
        changed: Policy = _with(self, setting.path.split("."), setting)
        return changed


def _settings_in(part: Any) -> Iterator[Setting[Any]]:
    if isinstance(part, Setting):
        yield part
    elif hasattr(part, "__dataclass_fields__"):
        for each in fields(part):
            yield from _settings_in(getattr(part, each.name))


def _with(part: Any, path: list[str], setting: Setting[Any]) -> Any:
    head, *rest = path
    inner = getattr(part, head)
    return replace(part, **{head: _with(inner, rest, setting) if rest else setting})
