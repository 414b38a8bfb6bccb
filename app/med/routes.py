"""How a medicine is taken, as the words of the opioid tables: oral, transdermal, injectable …"""

from functools import lru_cache

from app.domain.codes import SNOMED, Concept
from app.terminology.product_names import stated_route

_SNOMED_ROUTES = {
    "26643006": "oral",
    "260548002": "oral",
    "37161004": "rectal",
    "45890007": "transdermal",
    "37839007": "sublingual",
    "54471007": "buccal",
    "46713006": "nasal",
    "78421000": "injectable",
    "47625008": "injectable",
    "34206005": "injectable",
    "404820008": "injectable",
    "72607000": "injectable",
}
_ABBREVIATIONS = {
    "po": "oral",
    "iv": "injectable",
    "ivp": "injectable",
    "im": "injectable",
    "sc": "injectable",
    "sq": "injectable",
    "subq": "injectable",
    "trnsderm": "transdermal",
    "td": "transdermal",
    "sl": "sublingual",
    "buc": "buccal",
    "nasinhl": "nasal",
    "nasinhlc": "nasal",
    "pr": "rectal",
    "orally": "oral",
    "by mouth": "oral",
}


@lru_cache(maxsize=1024)
def route_of(route: Concept) -> str | None:
    """The route that the codes or the words name; None when they name none that we know, or two."""
    by_code = {_SNOMED_ROUTES[code] for code in route.codes(SNOMED) if code in _SNOMED_ROUTES}
    words = [text for text in (route.text, *(each.display or each.code for each in route.codings)) if text]
    by_word = {known for word in words if (known := _ABBREVIATIONS.get(word.strip().lower()) or stated_route(word))}
    routes = by_code or by_word
    return routes.pop() if len(routes) == 1 else None
