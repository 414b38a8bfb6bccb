"""Plans for a slower dose, and whether each is noted as faster than the usual guide of the pack."""

from datetime import date
from decimal import Decimal

from app.domain.taper import StepUnit, TaperPlan


def in_percent(step: str, weeks: int) -> TaperPlan:
    """From 90 to 45 MME/day, by so many percent of the starting dose."""
    return TaperPlan(date(2026, 2, 1), Decimal(90), Decimal(step), StepUnit.PERCENT, weeks, Decimal(45))


def in_mme(step: str, weeks: int) -> TaperPlan:
    """The same by so many MME/day."""
    return TaperPlan(date(2026, 2, 1), Decimal(90), Decimal(step), StepUnit.MME, weeks, Decimal(45))


PLANS = (
    (in_percent("10", 4), False),
    (in_percent("11", 4), True),
    (in_percent("5", 4), False),
    (in_percent("5", 1), True),
    (in_percent("20", 8), False),
    (in_mme("9", 4), False),
    (in_mme("10", 4), True),
)
