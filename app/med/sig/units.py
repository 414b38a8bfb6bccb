"""The words for units and lengths that several readers share."""

from decimal import Decimal

COUNTED = {
    "tablet": "tablet", "capsule": "capsule", "patch": "patch", "patches": "patch", "film": "film", "lozenge": "lozenge",
    "spray": "spray", "suppository": "suppository", "drop": "drop",
}  # fmt: skip
MASS = frozenset({"mg", "mcg", "g"})
SPOONS = {"teaspoon": Decimal(5), "tablespoon": Decimal(15)}
DAYS = {"day": Decimal(1), "week": Decimal(7), "month": Decimal(30)}
HOURS = frozenset({"hours", "hour"})
