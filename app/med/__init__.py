"""The MED engine: from a chart's opioid orders, fills and statements to one number a day, with its working.

`total` is the one question; `as_json` is its answer for other programs. Everything here is pure.
"""

from app.med.engine import total
from app.med.report import as_json

__all__ = ["as_json", "total"]
