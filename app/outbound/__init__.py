"""The one place that makes HTTP requests.

A client belongs to one EHR: its own connection pool, its own fence of allowed addresses, its own limits.
"""

from app.outbound.answer import Answer, JsonAnswer, remedy_for
from app.outbound.client import Limits, OutboundClient
from app.outbound.fence import OriginFence

__all__ = ["Answer", "JsonAnswer", "Limits", "OriginFence", "OutboundClient", "remedy_for"]
