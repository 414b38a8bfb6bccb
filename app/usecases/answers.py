"""The answers that others script against: one person's dose or review as plain JSON values.

The page's `review.json`, and `sextant med` and `sextant review` on files, all come from here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.domain.finding import Review
from app.domain.record import PatientRecord
from app.med import report as med_report
from app.med import total
from app.rules import Policy, review
from app.rules import report as review_report


def review_as_json(answer: Review) -> dict[str, object]:
    """The shape of `sextant review --json`."""
    return review_report.as_json(answer)


def med_of_record(record: PatientRecord, as_of: date, factor_set: str, research_factors: bool) -> dict[str, object]:
    """The shape of `sextant med --json`."""
    return med_report.as_json(total(record, as_of, factor_set, research_factors=research_factors))


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """Use case: review a chart that came from a file. `pack_named` loads a pack by id or path; None is the usual one."""

    pack_named: Callable[[str | None], Policy]

    def __call__(self, record: PatientRecord, as_of: date, pack: str | None, with_drafts: bool) -> dict[str, object]:
        """Raises AskAnAdministrator when the pack cannot be loaded."""
        return review_as_json(review(record, self.pack_named(pack), as_of, with_drafts=with_drafts))
