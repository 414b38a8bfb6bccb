"""Urine drug tests by LOINC: which drug class a code tests for, and how.

`kind` is "screen" (immunoassay), "confirm" (definitive), "unspecified", "panel...", or "validity" (creatinine, pH, specific
gravity of the specimen). Rows of cutoffs are not in the file: they are the method's thresholds, not results.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.domain.codes import LOINC, Concept, Loinc
from app.terminology.tables import DATA, Row, put_once, read_rows

KINDS = frozenset({"screen", "confirm", "unspecified", "panel", "panel_screen", "panel_confirm", "validity"})
RESULT_TYPES = frozenset({"qualitative", "quantitative", "identifier", "panel", "text"})
VALIDITY = "specimen_validity"
_COLUMNS = "loinc component class test_kind timing property result_type is_deprecated"


@dataclass(frozen=True, slots=True)
class DrugTest:
    """One LOINC of a urine drug test.

    `drug_class` is None for codes whose published name is not known; `component` is the substance as LOINC names it
    ("7-Aminoclonazepam"), "" when unknown; `measured` is LOINC's property ("Presence", "Mass/volume"); `result_type` None
    when unknown.
    """

    loinc: Loinc
    component: str
    drug_class: str | None
    kind: str
    is_timed: bool
    measured: str
    result_type: str | None
    is_deprecated: bool

    @property
    def is_definitive(self) -> bool:
        return self.kind in {"confirm", "panel_confirm"}

    @property
    def is_validity(self) -> bool:
        return self.kind == "validity"

    @property
    def is_panel(self) -> bool:
        return self.kind.startswith("panel")


def load_drug_tests(directory: Path = DATA) -> dict[str, DrugTest]:
    """LOINC -> test. Raises AskAnAdministrator naming file, line and remedy."""
    tests: dict[str, DrugTest] = {}
    for row in read_rows("loinc/urine_drug_tests.csv", _COLUMNS, directory):
        test = _test(row)
        put_once(tests, test.loinc.value, test, row)
    return tests


def _test(row: Row) -> DrugTest:
    return DrugTest(
        row.code("loinc", Loinc),
        row.optional("component") or "",
        row.optional("class"),
        row.choice("test_kind", KINDS),
        row.choice("timing", frozenset({"spot", "timed"})) == "timed",
        row.optional("property") or "",
        row.choice("result_type", RESULT_TYPES) if row.optional("result_type") else None,
        row.flag("is_deprecated"),
    )


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, DrugTest]:
    return load_drug_tests()


def drug_test(loinc: str) -> DrugTest | None:
    """The urine drug test of a LOINC, or None."""
    return _shipped().get(loinc)


@lru_cache(maxsize=8192)
def drug_tests_in(concept: Concept) -> tuple[DrugTest, ...]:
    """The urine drug tests among a concept's LOINC codings, in the chart's order."""
    return tuple(test for code in dict.fromkeys(concept.codes(LOINC)) if (test := drug_test(code)))
