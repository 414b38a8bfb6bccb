"""What is said about a dose beside its number: what could not be computed, and two methods that fall into different bands."""

from decimal import Decimal

from app.domain.feeds import Feed
from app.domain.med import SupplyState
from app.rules.case import Case
from app.rules.evidence.opioids import in_force
from app.rules.evidence.scores import tidy
from app.rules.rule import feed_words

SHORT_REASONS = {
    "directions:": "its directions could not be read",
    "No factor": "no conversion factor fits it as it is written",
}
"""How the dose engine's longer reasons begin, and what is said instead where a person has seconds to read."""


def in_few_words(reason: str) -> str:
    """A reason of the dose engine for a line beside the number; the working gives it whole."""
    return next((words for begin, words in SHORT_REASONS.items() if reason.startswith(begin)), reason)


def why_incomplete(case: Case) -> str:
    """The entries that could not be computed, each with its reason in few words."""
    reasons = dict.fromkeys(
        f"{each.product.name or each.ingredient or 'an entry'}: {in_few_words(each.reason)}"
        for each in in_force(case)
        if each.state is SupplyState.NOT_COMPUTABLE and each.reason
    )
    return "; ".join(reasons) or feed_words(case, Feed.MEDICATIONS)


def not_computed(case: Case) -> tuple[str, ...]:
    """The same as inputs that are missing."""
    return tuple(
        dict.fromkeys(
            f"dose of {each.sources[0] if each.sources else 'an entry'}"
            for each in in_force(case)
            if each.state is SupplyState.NOT_COMPUTABLE
        )
    )


def methods_in_words(case: Case) -> str:
    """Said when directions and quantity put the dose into different bands."""
    by_sig, by_quantity = case.med.signature_mme_per_day, case.med.quantity_mme_per_day
    if by_sig is None or by_quantity is None or _band(case, by_sig) == _band(case, by_quantity):
        return ""
    return f" (by directions {tidy(by_sig)}, by quantity {tidy(by_quantity)}: different bands)"


def _band(case: Case, mme: Decimal) -> int:
    section = case.policy.rules.med
    return int(mme >= section.band_moderate.value) + int(mme >= section.band_high.value)
