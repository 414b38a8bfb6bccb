"""The answers that others script against: one person's dose or review as plain JSON values.

The page's `review.json`, and `sextant med` and `sextant review` on files, all come from here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.domain.errors import WrongUsage
from app.domain.finding import Review
from app.domain.record import PatientRecord
from app.med import report as med_report
from app.med import total
from app.rules import Policy, review
from app.rules import report as review_report
from app.rules.catalogue import CATALOGUE

PolicyNamed = Callable[[str | None, Path | None], Policy]
"""Pack by id or file (None: the configured one) and code map (None: the configured one, if any)."""


def review_as_json(answer: Review) -> dict[str, object]:
    """The shape of `sextant review --json`."""
    return review_report.as_json(answer)


def explained(answer: Review, rule: str) -> str:
    """Why one rule says what it says about one person: rule in words, inputs, pack values, result; as `sextant explain`.

    Raises WrongUsage when the review has no finding of that rule (the pack has it off).
    """
    if answer.finding(rule) is None:
        raise WrongUsage(f"The pack {answer.pack} has the rule {rule} off.")
    return review_report.explain(answer, rule)


def med_of_record(record: PatientRecord, as_of: date, factor_set: str, research_factors: bool) -> dict[str, object]:
    """The shape of `sextant med --json`."""
    return med_report.as_json(total(record, as_of, factor_set, research_factors=research_factors))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every chart. `pack` None is the configured one; `code_map` None the configured one, if any."""

    as_of: date
    pack: str | None = None
    code_map: Path | None = None
    with_drafts: bool = False


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Answers one question about chart after chart. Pure: the policy was loaded when the question was asked."""

    policy: Policy
    question: Question

    def review(self, record: PatientRecord) -> Review:
        """One person's review."""
        return review(record, self.policy, self.question.as_of, with_drafts=self.question.with_drafts)

    def as_json(self, record: PatientRecord) -> dict[str, object]:
        """The same in the shape of `sextant review --json`."""
        return review_as_json(self.review(record))

    def explain(self, record: PatientRecord, rule: str) -> str:
        """Whose it is, then `explained`. Raises WrongUsage as that does."""
        answer = self.review(record)
        return f"{answer.patient or 'patient not named'}\n\n{explained(answer, rule)}"


@dataclass(frozen=True, slots=True)
class AskAboutCharts:
    """Use case: review charts that came from files."""

    policy_named: PolicyNamed

    def __call__(self, question: Question) -> Reviewer:
        """Raises AskAnAdministrator when the pack or the code map cannot be loaded."""
        return Reviewer(self.policy_named(question.pack, question.code_map), question)


def known_rule(rule: str) -> str:
    """The id, if there is such a rule. Raises WrongUsage that lists all ids."""
    ids = [entry.rule.id for entry in CATALOGUE]
    if rule not in ids:
        raise WrongUsage(f"There is no rule {rule}. Rules are {', '.join(ids)}.")
    return rule
