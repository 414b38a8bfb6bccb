"""How searches end, and what that makes of a feed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from app.domain.errors import RecordUnreadable
from app.domain.feeds import FeedState, FeedStatus
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.json_text import decode
from app.outbound import Answer

SUPPRESSING = frozenset({"suppressed", "incomplete", "too-costly", "security", "forbidden", "processing", "timeout"})
_WANTS_OTHER_PARAMETERS = frozenset({"required", "invalid", "structure", "value", "not-supported", "business-rule"})


@dataclass(frozen=True, slots=True)
class Ending:
    """How one search ended. `is_parameters`: the EHR disliked the question, not the asker."""

    status: FeedStatus
    detail: str = ""
    is_parameters: bool = False


COMPLETE = Ending(FeedStatus.AVAILABLE)
NOT_OFFERED = Ending(FeedStatus.NOT_OFFERED, "This EHR does not offer it.")
NOT_GRANTED = Ending(FeedStatus.NOT_GRANTED, "This launch was not granted access to it.")
PART_GRANTED = Ending(FeedStatus.PARTIAL, "This launch was granted access to part of it only.")
SOMETHING_LEFT_OUT = Ending(FeedStatus.PARTIAL, "The EHR says that something may have been left out.")


def failed(detail: str) -> Ending:
    """Nothing of it could be read."""
    return Ending(FeedStatus.FAILED, detail)


def partial(detail: str) -> Ending:
    """Some rows came; others may not have."""
    return Ending(FeedStatus.PARTIAL, detail)


def refusal(answer: Answer, denied_codes: frozenset[str]) -> Ending:
    """What a status other than 2xx means for a search.

    Only what was granted is asked for, so a 403 contradicts the grant: rows may be there, and the feed has failed. Nor does it
    always say "forbidden": athena answers so, with an OperationOutcome, to a search that lacks a parameter. Epic answers 400
    with a code of its own when a category was not granted.
    """
    issues = _issues(answer)
    if any(code in denied_codes for issue in issues for code in codes_of(issue)):
        return NOT_GRANTED
    if answer.status in (404, 405, 501):
        return NOT_OFFERED
    if answer.status == 403 and not any(issue.code in _WANTS_OTHER_PARAMETERS for issue in issues):
        return failed("The EHR does not permit reading it, although this launch was granted access (403).")
    if answer.status in (400, 403, 422):
        detail = f"The EHR wants this asked in another way ({answer.status})."
        return Ending(FeedStatus.FAILED, detail, is_parameters=True)
    if answer.status == 401:
        return failed("The EHR refused this launch's token (401).")
    if answer.status == 429:
        return failed("The EHR asks for fewer requests (429); try again in a minute.")
    return failed(f"The EHR has a problem of its own ({answer.status}).")


def _issues(answer: Answer) -> Sequence[fhir.OutcomeIssue]:
    try:
        return decode(answer.body, fhir.OperationOutcome)[0].issue or ()
    except (RecordUnreadable, msgspec.DecodeError):
        return ()


def codes_of(issue: fhir.OutcomeIssue) -> tuple[str, ...]:
    """The EHR's own codes of an issue."""
    codings = issue.details.coding if issue.details else None
    return tuple(c.code for c in codings or () if c.code)


def says_incomplete(outcomes: Iterable[fhir.OperationOutcome], harmless: frozenset[str]) -> bool:
    """Whether an OperationOutcome among the rows means that rows may be missing (Epic sends one nearly always)."""
    issues = [issue for outcome in outcomes for issue in outcome.issue or ()]
    serious = [i for i in issues if i.severity != "information" or i.code in SUPPRESSING]
    return any(not (set(codes_of(issue)) & harmless) for issue in serious)


def feed_state(main: Ending, others: Sequence[Ending]) -> FeedState:
    """The state of a feed from its searches: the main one decides; another that broke off makes it partial."""
    down = [e for e in others if e.status in (FeedStatus.FAILED, FeedStatus.PARTIAL)]
    if main.status is FeedStatus.AVAILABLE and down:
        return FeedState(FeedStatus.PARTIAL, down[0].detail)
    return FeedState(main.status, main.detail)
