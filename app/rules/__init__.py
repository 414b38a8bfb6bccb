"""The guideline rules: what is done, due, overdue or unknown for one person on one day, with every reason.

`review.review` is the only way in. It is pure: a record, a policy and a day give a `Review`; no clock, no network. Each rule is
one file in `elements/`; every number that it uses lives in a pack (`packs/*.toml`) with its source.
"""

from app.rules.pack import load_pack
from app.rules.policy import NOT_SIGNED_OFF, Policy
from app.rules.review import review

__all__ = ["NOT_SIGNED_OFF", "Policy", "load_pack", "review"]
