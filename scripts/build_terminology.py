"""Rebuild the data files of app/terminology/data from a directory of fact tables.

    python scripts/build_terminology.py --from DIR [--read-on 2026-11-24]

DIR holds the wide source tables (opioid_products.csv, drug_classes.csv, ...). Only the columns that the application
reads are kept; a row that cannot be used is dropped and named, with its reason, in data/BUILD.md. Conversion factors
(data/factors/*.toml) and opioid_aliases.csv are written by hand and are not touched.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "app" / "terminology" / "data"
Row = Mapping[str, str]
MAX_BYTES = 1_000_000

# RxNorm dose form -> route, what one of them is called in directions, extended release. The route of a form that the
# product table holds is checked against that table; the rest lets a name be read that the table does not list.
DOSE_FORMS: tuple[tuple[str, str, str, bool], ...] = (
    ("Auto-Injector", "injectable", "mL", False),
    ("Buccal Film", "buccal", "film", False),
    ("Buccal Tablet", "buccal", "tablet", False),
    ("Cartridge", "injectable", "mL", False),
    ("Chewable Tablet", "oral", "tablet", False),
    ("Delayed Release Oral Tablet", "oral", "tablet", False),
    ("Disintegrating Oral Tablet", "oral", "tablet", False),
    ("Drug Implant", "implant", "implant", True),
    ("Effervescent Oral Tablet", "oral", "tablet", False),
    ("Extended Release Oral Capsule", "oral", "capsule", True),
    ("Extended Release Oral Tablet", "oral", "tablet", True),
    ("Extended Release Suspension", "oral", "mL", True),
    ("Injectable Solution", "injectable", "mL", False),
    ("Injectable Suspension", "injectable", "mL", False),
    ("Injection", "injectable", "mL", False),
    ("Metered Dose Nasal Spray", "nasal", "spray", False),
    ("Mucosal Spray", "sublingual", "spray", False),
    ("Nasal Spray", "nasal", "spray", False),
    ("Oral Capsule", "oral", "capsule", False),
    ("Oral Film", "oral", "film", False),
    ("Oral Lozenge", "buccal", "lozenge", False),
    ("Oral Solution", "oral", "mL", False),
    ("Oral Suspension", "oral", "mL", False),
    ("Oral Tablet", "oral", "tablet", False),
    ("Pen Injector", "injectable", "mL", False),
    ("Prefilled Syringe", "injectable", "mL", False),
    ("Rectal Suppository", "rectal", "suppository", False),
    ("Sublingual Film", "sublingual", "film", False),
    ("Sublingual Tablet", "sublingual", "tablet", False),
    ("Tablet for Oral Suspension", "oral", "tablet", False),
    ("Topical Solution", "topical", "mL", False),
    ("Transdermal System", "transdermal", "patch", True),
)
# What RxNorm's dose-form groups (SCDG, SBDG) say about the route; "Pill" and "Product" alone say nothing.
GROUP_ROUTES = {
    "Buccal Product": "buccal",
    "Injectable Product": "injectable",
    "Lozenge Product": "buccal",
    "Nasal Product": "nasal",
    "Oral Liquid Product": "oral",
    "Oral Product": "oral",
    "Rectal Product": "rectal",
    "Sublingual Product": "sublingual",
    "Topical Product": "topical",
    "Transdermal Product": "transdermal",
}


@dataclass
class Written:
    """What happened to one source table: for the build report."""

    file: str
    source: str
    read: int = 0
    rows: int = 0
    dropped: list[tuple[str, str]] = field(default_factory=list)

    def drop(self, key: str, reason: str) -> None:
        self.dropped.append((key, reason))


@dataclass
class Build:
    source: Path
    target: Path
    written: list[Written] = field(default_factory=list)

    def read(self, name: str) -> list[dict[str, str]]:
        path = self.source / name
        if not path.is_file():
            raise SystemExit(f"{path} is missing. Give the directory that holds the fact tables with --from DIR.")
        with path.open(encoding="utf-8", newline="") as stream:
            return [{key: (value or "").strip() for key, value in row.items()} for row in csv.DictReader(stream)]

    def write(
        self, file: str, source: str, keep: Callable[[Row, Written], Iterable[tuple[str, ...]]], head: str
    ) -> None:
        """Pass every source row through `keep` and write what it yields, sorted and without repeats."""
        report = Written(file, source)
        rows: set[tuple[str, ...]] = set()
        for row in self.read(source):
            report.read += 1
            rows.update(keep(row, report))
        report.rows = len(rows)
        write_csv(self.target / file, head.split(), sorted(rows, key=natural))
        self.written.append(report)


def natural(row: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    return tuple((int(cell) if cell.isdigit() else 0, cell) for cell in row)


def write_csv(path: Path, head: list[str], rows: Iterable[tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{path.name} is larger than {MAX_BYTES:,} bytes: keep fewer columns or rows.")


def yes(flag: bool | str) -> str:
    return "yes" if flag in (True, "true") else "no"


# --- RxNorm: opioids ---------------------------------------------------------------------------------------------


def strength_words(text: str) -> str:
    """'acetaminophen 325 MG; caffeine 30 MG' -> 'acetaminophen 325 mg; caffeine 30 mg'."""
    return re.sub(r"\bMG/ML\b", "mg/mL", text).replace(" MG", " mg")


def opioid_product(row: Row, report: Written) -> Iterator[tuple[str, ...]]:
    if not row["strength_value"]:
        report.drop(row["rxcui"], "no strength")
        return
    volume, _, volume_unit = row["unit_volume"].partition(" ")
    yield (
        row["rxcui"],
        row["tty"],
        row["name"],
        row["ingredient"],
        row["ingredient_rxcui"],
        row["strength_value"],
        row["strength_unit"],
        volume,
        {"ML": "mL", "mL": "mL", "ACTUAT": "actuat", "": ""}[volume_unit],
        row["duration_h"],
        row["dose_form"],
        row["route"],
        yes(row["extended_release"]),
        yes(row["er_la"]),
        strength_words(row["other_ingredients"]),
        row["brand"],
        row["schedule"],
        row["typical_use"],
        row["pack_qty"],
        yes(row["in_rxnorm_2025"]),
    )


def form_and_route(name: str) -> tuple[str, str]:
    bare = re.sub(r"\s*\[[^\]]*\]\s*$", "", name)
    for form, route, _, _ in sorted(DOSE_FORMS, key=lambda each: -len(each[0])):
        if bare.endswith(form):
            return form, route
    for group, route in sorted(GROUP_ROUTES.items(), key=lambda each: -len(each[0])):
        if bare.endswith(group):
            return "", route
    return "", ""


def opioid_concept(row: Row, report: Written) -> Iterator[tuple[str, ...]]:
    if not row["ingredient"]:
        report.drop(row["rxcui"], "no ingredient")
        return
    form, route = form_and_route(row["name"]) if row["tty"] in {"SCDF", "SBDF", "SCDG", "SBDG"} else ("", "")
    yield row["rxcui"], row["tty"], row["name"], row["ingredient"], form, route


def opioid_name(row: Row, _: Written) -> Iterator[tuple[str, ...]]:
    yield row["name"].lower(), row["kind"], row["ingredient"], row["rxcui"]


# --- RxNorm: other classes ---------------------------------------------------------------------------------------


def drug_class(row: Row, report: Written) -> Iterator[tuple[str, ...]]:
    if row["level"] == "product" and not row["rxcui"]:
        report.drop(row["name"], "product without RxCUI")
        return
    yield (
        row["level"],
        row["rxcui"] if row["level"] == "product" else row["ingredient_rxcui"],
        row["name"],
        row["class"],
        row["subclass"],
        row["ingredient"] or f"unnamed {row['class']}",
        row["ingredient_rxcui"],
        row["route"],
        row["combined_with"],
    )


# --- LOINC -------------------------------------------------------------------------------------------------------


def urine_test(row: Row, report: Written) -> Iterator[tuple[str, ...]]:
    kind = row["test_kind"]
    if kind.startswith("cutoff") or row["result_type"] == "cutoff":
        report.drop(row["loinc"], "a cutoff of the method, not a patient's result")
        return
    yield (
        row["loinc"],
        row["component"],
        "" if row["class"] == "unknown_no_display" else row["class"],
        kind,
        row["timing"],
        row["property"],
        row["result_type"],
        "yes" if row["status"] == "deprecated" else "no",
    )


def assessment(row: Row, report: Written) -> Iterator[tuple[str, ...]]:
    if not row["loinc"]:
        report.drop(f"{row['instrument']} {row['item']}", "no verified LOINC: match by name in the site's code map")
        return
    other = re.sub(r"^legacy local ", "", row["other_codes"]) if row["other_codes"].startswith("legacy") else ""
    yield (
        row["instrument"],
        row["item"],
        row["label"],
        row["loinc"],
        other,
        row["min"],
        row["max"],
        row["direction"],
    )


# --- conditions --------------------------------------------------------------------------------------------------


def condition(system: str) -> Callable[[Row, Written], Iterator[tuple[str, ...]]]:
    def keep(row: Row, _: Written) -> Iterator[tuple[str, ...]]:
        if row["system"] == system:
            yield row["code"], row["match"], row["concept"], row["subtype"], row["display"]

    return keep


def cancer(row: Row, _: Written) -> Iterator[tuple[str, ...]]:
    """Displays are left out: 6,900 of them say nothing that a rule needs, and they double the file."""
    yield row["code"], row["subtype"]


# --- processes, labs, therapies ----------------------------------------------------------------------------------

LOCAL_SYSTEM = "LOCAL http://cds.ahrq.gov/cdsconnect/pms"


def process(row: Row, report: Written) -> Iterator[tuple[str, ...]]:
    if row["kind"] == "hole":
        report.drop(row["process"], f"declared hole: {row['notes']}")
    elif row["system"] == LOCAL_SYSTEM:
        report.drop(row["process"], "another application's local code")
    elif row["system"] != "TEXT":
        yield row["process"], row["system"], row["code"], row["kind"], row["display"]


def process_text(row: Row, _: Written) -> Iterator[tuple[str, ...]]:
    if row["system"] == "TEXT":
        yield row["process"], "exclude" if row["kind"] == "text_exclude" else "match", row["code"], row["display"]


def lab(row: Row, _: Written) -> Iterator[tuple[str, ...]]:
    yield row["concept"], row["system"], row["code"], row["display"], row["unit_hint"]


def therapy(row: Row, _: Written) -> Iterator[tuple[str, ...]]:
    yield row["concept"], row["subtype"], row["system"], row["code"], row["name"], row["kind"], row["notes"]


def write_dose_forms(build: Build) -> None:
    routes = {(row["dose_form"], row["route"]) for row in build.read("opioid_products.csv")}
    known = {(form, route) for form, route, _, _ in DOSE_FORMS}
    if unknown := sorted(routes - known):
        raise SystemExit(f"dose forms without a row in DOSE_FORMS: {unknown}")
    rows = [(form, route, unit, yes(extended)) for form, route, unit, extended in DOSE_FORMS]
    write_csv(build.target / "rxnorm/dose_forms.csv", ["dose_form", "route", "unit", "is_extended_release"], rows)


def build_all(build: Build) -> None:
    product_head = (
        "rxcui tty name ingredient ingredient_rxcui strength strength_unit unit_volume unit_volume_unit duration_h "
        "dose_form route is_extended_release is_er_la other_ingredients brand schedule typical_use pack_quantity is_current"
    )
    class_head = "level rxcui name class subclass ingredient ingredient_rxcui route combined_with"
    condition_head = "code match concept subtype display"
    build.write("rxnorm/opioid_products.csv", "opioid_products.csv", opioid_product, product_head)
    build.write(
        "rxnorm/opioid_concepts.csv",
        "opioid_nonproduct_concepts.csv",
        opioid_concept,
        "rxcui tty name ingredient dose_form route",
    )
    build.write("rxnorm/opioid_names.csv", "opioid_names.csv", opioid_name, "name kind ingredient rxcui")
    write_dose_forms(build)
    build.write("rxnorm/drug_classes.csv", "drug_classes.csv", drug_class, class_head)
    build.write(
        "loinc/urine_drug_tests.csv",
        "urine_drug_tests.csv",
        urine_test,
        "loinc component class test_kind timing property result_type is_deprecated",
    )
    build.write(
        "loinc/assessments.csv",
        "assessments.csv",
        assessment,
        "instrument item label loinc local_code minimum maximum direction",
    )
    build.write("icd10cm/conditions.csv", "conditions.csv", condition("ICD10CM"), condition_head)
    build.write("snomed/conditions.csv", "conditions.csv", condition("SNOMED"), condition_head)
    build.write("snomed/cancer.csv", "cancer_snomed.csv", cancer, "code subtype")
    build.write("mixed/processes.csv", "processes.csv", process, "process system code kind display")
    build.write("mixed/process_titles.csv", "processes.csv", process_text, "process use pattern display")
    build.write("mixed/labs.csv", "labs.csv", lab, "concept system code display unit_hint")
    build.write("mixed/therapies.csv", "nonopioid_therapies.csv", therapy, "concept subtype system code name kind note")


# --- the report --------------------------------------------------------------------------------------------------

INTRO = """# Build report

Written by `python scripts/build_terminology.py --from DIR`; do not edit. Fact tables read on {read_on}.
Versions: RxNorm Current Prescribable Content 2025-10-06 with older value-set rows (2020 to 2025), LOINC and SNOMED CT
codes as published in public value sets 2020 to 2025, ICD-10-CM April 2026. What each system's rows are, and under
which licence, is in the README.md beside them.

| File | Rows | Source table | Source rows | Dropped |
| --- | ---: | --- | ---: | ---: |
"""

HOLES = """
## Known holes

- RxNorm changes after November 2025 are absent, and obsolete RxCUIs from before about 2019 that no source lists.
  A product without a row is read from its RxNorm-style name, or listed as not computable. No NDCs.
- Ten opioids that are not sold in the US have no ingredient RxCUI: matched by name.
- Interacting drug classes: 36 ingredients have no verified RxCUI and are matched by name.
- Urine drug tests: 134 LOINC codes have no published name, so no drug class; gabapentin and pregabalin have no
  verified urine code; specimens other than urine are out of scope.
- Assessments without a verified LOINC (ORT-OUD, SOAPP-R, COMM, DIRE, RIOSORD, POMI, STOP-BANG, COWS, ...) are not in
  the file: a site maps them by name.
- SNOMED CT: 304 condition rows have no display; pain-type concepts are thin, so ICD-10-CM and text are read as well.
- No verified code for naloxone education, PDMP review in LOINC, or a daily MME in LOINC.
"""


def write_report(build: Build, read_on: date) -> None:
    lines = [INTRO.format(read_on=read_on.isoformat())]
    for each in build.written:
        lines.append(f"| {each.file} | {each.rows:,} | {each.source} | {each.read:,} | {len(each.dropped):,} |\n")
    lines.append("\n## Dropped rows\n\n")
    for each in build.written:
        for reason, count in sorted(Counter(reason for _, reason in each.dropped).items()):
            keys = [key for key, why in each.dropped if why == reason]
            shown = ", ".join(keys[:20]) + (", ..." if len(keys) > 20 else "")
            lines.append(f"- {each.file}: {count} ({reason}): {shown}\n")
    lines.append(HOLES)
    (build.target / "BUILD.md").write_text("".join(lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="directory of the fact tables")
    parser.add_argument("--to", dest="target", type=Path, default=DATA, help="where to write (default: the package)")
    parser.add_argument("--read-on", type=date.fromisoformat, default=date.today(), help="day the tables were read")
    given = parser.parse_args()
    build = Build(given.source, given.target)
    build_all(build)
    write_report(build, given.read_on)
    for each in build.written:
        print(f"{each.rows:6,} {each.file}  ({len(each.dropped)} dropped)")


if __name__ == "__main__":
    main()
