"""From elements to directions: which dose goes with which times, which parts make a day, which days make a step."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.med.sig.elements import Duration, Element, Label, Mark, NotUnderstood, Slot, Times
from app.med.sig.readers import read_elements
from app.med.sig.tokens import tokens
from app.med.sig.values import Dose, Frequency, Maximum, Part, Refused, Sig, Step

LONGEST_TEXT = 1000
"""Directions longer than this are a note, not directions."""


@lru_cache(maxsize=8192)
def parse_sig(text: str) -> Sig | Refused:
    """Read free-text directions completely, or refuse them with the reason. Never raises, never assumes a frequency."""
    if len(text) > LONGEST_TEXT:
        return Refused(text, "the text is too long to be directions")
    try:
        return _Reading(text).read(read_elements(tokens(text)))
    except NotUnderstood as why:
        return Refused(text, str(why))


@dataclass
class _Draft:
    """A part that is being read."""

    dose: Dose | None = None
    frequency: Frequency | None = None
    slots: list[str] = field(default_factory=list)
    as_needed: bool = False
    is_once: bool = False
    is_said_once: bool = False
    is_added: bool = False

    @property
    def has_times(self) -> bool:
        return self.frequency is not None or bool(self.slots) or self.is_once or self.is_said_once

    @property
    def is_empty(self) -> bool:
        return self.dose is None and not self.has_times and not self.as_needed


class _Reading:
    """Takes elements one by one. Holds the part and the step that are open; closing either checks it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps: list[Step] = []
        self.parts: list[Part] = []
        self.shapes: list[tuple[bool, bool]] = []  # of each part: has it times of day, was it joined by "and"
        self.days: Decimal | None = None
        self.draft = _Draft()
        self.maxima: list[Maximum] = []
        self.joined_by = ","
        self.is_stopped = False
        self.next_day = Decimal(1)

    def read(self, elements: list[Element]) -> Sig:
        self.maxima = [each for each in elements if isinstance(each, Maximum)]
        for element in elements:
            if self.is_stopped and not isinstance(element, Mark | Maximum):
                raise NotUnderstood("something follows the end of the directions")
            self._take(element)
            self.joined_by = element.word if isinstance(element, Mark) else ""
        self._close_step()
        return self._checked()

    def _take(self, element: Element) -> None:
        if isinstance(element, Dose):
            self._take_dose(element)
        elif isinstance(element, Times):
            self._take_times(element)
        elif isinstance(element, Slot):
            self._take_slot(element.name)
        elif isinstance(element, Duration):
            self._take_days(element.days)
        elif isinstance(element, Label):
            self._take_label(element)
        elif isinstance(element, Mark):
            self._take_mark(element.word)

    def _take_dose(self, dose: Dose) -> None:
        if self.draft.dose is not None:
            if not self.draft.has_times:
                raise NotUnderstood("two doses before a frequency")
            self._close_part()
            self.draft.is_added = self.joined_by == "and"
            if self.days is not None:
                if self.joined_by == "and":
                    raise NotUnderstood("it is not clear whether the next dose is for the same days")
                self._close_step()
        self.draft.dose = dose

    def _take_times(self, times: Times) -> None:
        known = self.draft.frequency
        if known is None:
            self.draft.frequency = times.frequency
        elif times.is_limit and times.frequency.low == times.frequency.high:
            self.maxima.append(
                Maximum(Decimal(times.frequency.high.numerator), "dose", Decimal(times.frequency.high.denominator))
            )
        elif known != times.frequency:
            raise NotUnderstood("two frequencies disagree")

    def _take_slot(self, name: str) -> None:
        slots = self.draft.slots
        if slots and self.joined_by not in {",", "and"} and slots[-1] != name:
            raise NotUnderstood("two times of day stand side by side")
        if name == "clock" or name not in slots:
            slots.append(name)

    def _take_days(self, days: Decimal) -> None:
        if self.days not in (None, days):
            raise NotUnderstood("two durations disagree")
        if self.draft.is_empty and not self.parts:
            raise NotUnderstood("a duration stands before any dose")
        self.days = days

    def _take_label(self, label: Label) -> None:
        self._close_step()
        if label.first != self.next_day:
            raise NotUnderstood("the labelled steps do not follow each other")
        self.days = label.days
        self.next_day += label.days

    def _take_mark(self, word: str) -> None:
        if word == "asneeded":
            self.draft.as_needed = True
        elif word == "now":
            self.draft.is_once = True
        elif word == "once":
            # "once in the morning" says the same as "in the morning".
            self.draft.is_said_once = True
        elif word == "patch" and not (self.draft.dose and self.draft.dose.unit == "patch"):
            self._take_dose(Dose(Decimal(1), Decimal(1), "patch"))
        elif word in {"then", "stop"}:
            self._close_step()
            self.is_stopped = word == "stop"

    # --- closing ---------------------------------------------------------------------------------------------------

    def _close_part(self) -> None:
        draft, self.draft = self.draft, _Draft()
        if draft.is_empty:
            return
        if draft.dose is None and not draft.has_times and self.parts:
            # "... as needed" after a comma belongs to what was read before it.
            self.parts[-1] = replace(self.parts[-1], as_needed=True)
            return
        dose = draft.dose or self._dose_before()
        is_single = draft.is_once or (draft.is_said_once and draft.frequency is None and not draft.slots)
        if is_single and (draft.frequency or draft.slots):
            raise NotUnderstood("a dose is taken now and again")
        part = Part(dose, None if is_single else self._frequency(draft, dose), draft.as_needed)
        self.shapes.append((bool(draft.slots), draft.is_added))
        self.parts.append(part)

    def _dose_before(self) -> Dose:
        """ "then q8h": the dose of the step before, when that has one."""
        last = self.steps[-1].parts if self.steps and not self.parts else ()
        if len(last) != 1:
            raise NotUnderstood("no dose is stated")
        return last[0].dose

    def _frequency(self, draft: _Draft, dose: Dose) -> Frequency:
        stated, count = draft.frequency, Fraction(len(draft.slots))
        if stated is None:
            return Frequency(count, count) if count else self._from_maximum(draft, dose)
        fits = not count or (count == 1 and stated.high <= 1) or count == stated.low == stated.high
        if not fits:
            raise NotUnderstood("the frequency and the times of day disagree")
        return stated

    def _from_maximum(self, draft: _Draft, dose: Dose) -> Frequency:
        """ "1 tablet as needed, max 4 tablets a day" states how much at most, so how often at most."""
        fitting = [each for each in self.maxima if each.unit in {dose.unit, "each", "dose"}]
        if not draft.as_needed or len(fitting) != 1 or self.parts:
            raise NotUnderstood("no frequency is stated")
        per_dose = Fraction(1) if fitting[0].unit == "dose" else Fraction(dose.high)
        often = fitting[0].per_day / per_dose
        return Frequency(often, often)

    def _close_step(self) -> None:
        self._close_part()
        if self.parts:
            self._refuse_doubtful_sum()
            self.steps.append(Step(tuple(self.parts), self.days))
        elif self.days is not None:
            raise NotUnderstood("a step has no dose")
        self.parts, self.shapes, self.days = [], [], None

    def _refuse_doubtful_sum(self) -> None:
        """Parts of a day are added only when they cannot be alternatives or a breakdown of the first."""
        if len(self.parts) == 1:
            return
        if sum(part.frequency is not None and part.frequency.high > 1 for part in self.parts) > 1:
            raise NotUnderstood("several doses are each taken several times a day: they may be alternatives")
        if Step(tuple(self.parts)).unit is None:
            raise NotUnderstood("doses in different units stand side by side")
        first, *others = self.parts
        # "2 tablets daily: 1 in the morning, 1 at night" is two tablets, not four.
        is_breakdown = first.units_high == sum(part.units_high for part in others)
        if is_breakdown and not self.shapes[0][0] and not self.shapes[1][1]:
            raise NotUnderstood("the later doses may be a breakdown of the first")

    def _checked(self) -> Sig:
        if not self.steps:
            raise NotUnderstood("no dose is stated")
        for step in self.steps:
            is_single = any(part.frequency is None for part in step.parts)
            if is_single and (len(step.parts) > 1 or step is self.steps[-1]):
                raise NotUnderstood("a single dose is not a daily dose")
            if step is not self.steps[-1] and step.days is None and not is_single:
                raise NotUnderstood("a step before another has no length")
        return Sig(self.text, tuple(self.steps), tuple(self.maxima))
