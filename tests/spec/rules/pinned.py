"""Every line of every table as a question that can be asked again under a changed pack: does it still hold?"""

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from app.domain.taper import TaperPlan
from app.rules import Policy
from app.rules.case import Case
from app.rules.dismissal import latest_day, usual_day
from app.rules.fact_words import plan_words
from app.rules.policy import Setting
from app.rules.review import case_of, finding_for, review_case
from app.rules.taper import is_faster_than_guide
from tests.spec.rules.chart import DAY, Example, found, on_opioids, person, policy, udt
from tests.spec.rules.examples import examples_by_rule
from tests.spec.rules.plans import PLANS
from tests.spec.rules.states import Says, State, with_values

USUAL = "us-default-2026"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `table` is the rule's id, or the name of a table of states; `holds` asks it under a policy."""

    table: str
    who: str
    pack: str
    holds: Callable[[Policy], bool]

    def __str__(self) -> str:
        return f"{self.table}: {self.who}"


@lru_cache(maxsize=1)
def lines() -> tuple[Line, ...]:
    """All lines of all tables."""
    return (*_of_rules(), *_of_states(), *_of_dismissals(), *_of_plans())


def more_examples() -> Iterator[tuple[str, Example]]:
    """Lines about a rule that stand in another table than the rule's own."""
    for module in _modules():
        yield from getattr(module, "MORE_EXAMPLES", ())


def _modules() -> Iterator[ModuleType]:
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path.stem != "test_every_threshold":
            yield importlib.import_module(f"tests.spec.rules.{path.stem}")


def _of_rules() -> Iterator[Line]:
    own = ((rule, example) for rule, table in examples_by_rule().items() for example in table)
    for rule, example in (*own, *more_examples()):
        yield Line(rule, example.who, example.pack, _example(rule, example))


def _example(rule: str, example: Example) -> Callable[[Policy], bool]:
    """The dose and what may be believed do not depend on a number of the pack, and are worked out once."""
    base = case_of(example.chart, policy(example.pack), DAY)

    def holds(asked: Policy) -> bool:
        finding = finding_for(Case(base.record, asked, DAY, base.med), rule)
        return finding.status.value == example.status and example.because.lower() in finding.reason.lower()

    return holds


def _of_states() -> Iterator[Line]:
    for module in _modules():
        for state in getattr(module, "CASES", ()):
            if isinstance(state, State):
                name = module.__name__.rsplit(".", 1)[-1].removeprefix("test_")
                yield Line(name, state.who, USUAL, _state(state, module.says))


def _state(state: State, says: Says) -> Callable[[Policy], bool]:
    base = case_of(state.chart, policy(), DAY)

    def holds(asked: Policy) -> bool:
        changed = with_values(asked, state.values)
        return says(review_case(Case(base.record, changed, DAY, base.med))) == state.says

    return holds


def _of_dismissals() -> Iterator[Line]:
    """As in test_dismissals: how long a finding may be put aside."""
    red, yellow = found("udt_check", person(on_opioids())), found("udt_check", person(on_opioids(), udt(ago=350)))
    red_days = ("red: at most 30 days", lambda asked: (latest_day(red, asked, DAY) - DAY).days == 30)
    yellow_days = ("yellow: at most 180 days", lambda asked: (latest_day(yellow, asked, DAY) - DAY).days == 180)
    usual = ("30 days are offered first", lambda asked: (usual_day(yellow, asked, DAY) - DAY).days == 30)
    for who, holds in (red_days, yellow_days, usual):
        yield Line("dismissal", who, USUAL, holds)


def _of_plans() -> Iterator[Line]:
    """As in test_taper: which plans are noted as faster than the usual guide."""
    for plan, is_faster in PLANS:
        words, holds = plan_words(plan), partial(_is_noted, plan, is_faster)
        yield Line("taper", words, USUAL, holds)


def _is_noted(plan: TaperPlan, is_faster: bool, asked: Policy) -> bool:
    return is_faster_than_guide(plan, asked) is is_faster


def first_broken(setting: Setting[Any], value: int | Decimal, packs: Iterable[str], first: str) -> Line | None:
    """The first line that breaks when `packs` hold another value; those of the table `first` are asked first."""
    changed = {pack: policy(pack).with_setting(replace(setting, value=value)) for pack in packs}
    asked = sorted((line for line in lines() if line.pack in changed), key=lambda line: line.table != first)
    return next((line for line in asked if not line.holds(changed[line.pack])), None)
