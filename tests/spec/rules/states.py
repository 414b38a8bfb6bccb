"""Tables about a person's state (scope, long-term therapy, tier) rather than one rule's answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain.finding import Review
from app.domain.record import PatientRecord
from app.rules import Policy, review
from tests.spec.rules.chart import DAY, policy

Says = Callable[[Review], str]
"""What a table looks at, as one short text."""


@dataclass(frozen=True, slots=True)
class State:
    """One line of a table: who, the chart, what the review says. `values` are changed in the pack for this line."""

    who: str
    chart: PatientRecord
    says: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.who

    def under(self, asked: Policy) -> Review:
        """The review under a pack with this line's values."""
        return review(self.chart, with_values(asked, self.values), DAY)


def with_values(asked: Policy, values: Mapping[str, Any]) -> Policy:
    """A pack with some values changed, by path."""
    for setting in asked.settings() if values else ():
        if setting.path in values:
            asked = asked.with_setting(replace(setting, value=values[setting.path]))
    return asked


def check_state(line: State, says: Says) -> None:
    """The line says what the review says."""
    said = says(line.under(policy()))
    assert said == line.says, said
