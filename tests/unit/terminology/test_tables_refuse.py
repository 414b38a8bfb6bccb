"""Every loader refuses gaps, duplicates, bad codes and unknown units, and says file, line and remedy."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import AskAnAdministrator
from app.terminology.assessments import load_assessments
from app.terminology.conditions import load_conditions
from app.terminology.drug_classes import load_drug_classes
from app.terminology.drug_tests import load_drug_tests
from app.terminology.factors import load_factor_set
from app.terminology.labs import load_labs
from app.terminology.opioids import load_opioid_table
from app.terminology.processes import load_processes
from app.terminology.tables import DATA
from app.terminology.therapies import load_therapies

LOADERS: dict[str, Callable[[Path], object]] = {
    "rxnorm/opioid_products.csv": load_opioid_table,
    "rxnorm/opioid_concepts.csv": load_opioid_table,
    "rxnorm/opioid_names.csv": load_opioid_table,
    "rxnorm/dose_forms.csv": load_opioid_table,
    "rxnorm/drug_classes.csv": load_drug_classes,
    "loinc/urine_drug_tests.csv": load_drug_tests,
    "loinc/assessments.csv": load_assessments,
    "icd10cm/conditions.csv": load_conditions,
    "snomed/conditions.csv": load_conditions,
    "snomed/cancer.csv": load_conditions,
    "mixed/processes.csv": load_processes,
    "mixed/process_titles.csv": load_processes,
    "mixed/labs.csv": load_labs,
    "mixed/therapies.csv": load_therapies,
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def refusal(load: Callable[[Path], object], data: Path) -> str:
    with pytest.raises(AskAnAdministrator) as refused:
        load(data)
    return str(refused.value)


@pytest.mark.parametrize("file", LOADERS)
def test_a_missing_file_is_named(file: str, data: Path) -> None:
    (data / file).unlink()
    message = refusal(LOADERS[file], data)
    assert file in message
    assert "Remedy:" in message


@pytest.mark.parametrize("file", LOADERS)
def test_another_header_is_refused(file: str, data: Path) -> None:
    path = data / file
    path.write_text("surprise," + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert f"{file}, line 1" in refusal(LOADERS[file], data)


@pytest.mark.parametrize("file", LOADERS)
def test_a_short_line_is_refused_with_its_number(file: str, data: Path) -> None:
    path = data / file
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:3], "oops", *lines[3:]]) + "\n", encoding="utf-8")
    assert f"{file}, line 4: 1 cells" in refusal(LOADERS[file], data)


@pytest.mark.parametrize("file", [file for file in LOADERS if file != "mixed/process_titles.csv"])
def test_a_repeated_line_is_refused(file: str, data: Path) -> None:
    path = data / file
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[-1]]) + "\n", encoding="utf-8")
    message = refusal(LOADERS[file], data)
    assert "twice" in message
    assert f"line {len(lines) + 1}" in message


def change_second_line(data: Path, file: str, column: str, value: str) -> None:
    path = data / file
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))
    lines[1][lines[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(lines)


@pytest.mark.parametrize(
    ("file", "column", "value", "what"),
    [
        ("rxnorm/opioid_products.csv", "rxcui", "12x", "not a RxNorm code"),
        ("rxnorm/opioid_products.csv", "strength", "", "above zero"),
        ("rxnorm/opioid_products.csv", "strength", "0", "above zero"),
        ("rxnorm/opioid_products.csv", "strength", "ten", "not a number"),
        ("rxnorm/opioid_products.csv", "strength", "NaN", "not a number"),
        ("rxnorm/opioid_products.csv", "strength_unit", "grain", "not one of"),
        ("rxnorm/opioid_products.csv", "strength_unit", "mcg/h", "does not fit the dose form"),
        ("rxnorm/opioid_products.csv", "route", "oral", "do not fit"),
        ("rxnorm/opioid_products.csv", "ingredient", "", "ingredient is empty"),
        ("rxnorm/opioid_products.csv", "is_er_la", "maybe", "not one of"),
        ("rxnorm/opioid_concepts.csv", "rxcui", "104957", "is a product as well"),
        ("rxnorm/drug_classes.csv", "class", "candy", "not one of"),
        ("loinc/urine_drug_tests.csv", "loinc", "12345-0", "not a Loinc code"),
        ("loinc/urine_drug_tests.csv", "test_kind", "", "test_kind is empty"),
        ("loinc/assessments.csv", "minimum", "40", "not below maximum"),
        ("icd10cm/conditions.csv", "code", "not a code", "not a Icd10 code"),
        ("snomed/conditions.csv", "code", "123456", "not a Snomed code"),
        ("snomed/cancer.csv", "subtype", "maybe", "not one of"),
        ("mixed/process_titles.csv", "pattern", "(", "not a regular expression"),
        ("mixed/labs.csv", "system", "MINE", "not one of"),
        ("mixed/therapies.csv", "kind", "magic", "not one of"),
    ],
)
def test_a_bad_cell_is_refused_with_its_line(data: Path, file: str, column: str, value: str, what: str) -> None:
    change_second_line(data, file, column, value)
    message = refusal(LOADERS[file], data)
    assert f"{file}, line 2" in message
    assert what in message


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('factor = "0.15"', "factor = 0.15", "above zero in quotes"),
        ('factor = "0.15"', 'factor = "-1"', "above zero"),
        ('per = "mg"', 'per = "grain"', "known ingredient and unit"),
        ('ingredient = "codeine"', 'ingredient = "sugar"', "known ingredient and unit"),
        ('routes = ["oral"]', 'routes = ["nose"]', "known routes"),
        ('checked_by = "not signed off"', 'checked_by = ""', "is empty"),
        ('ingredient = "hydrocodone"', 'ingredient = "codeine"', "two rows for one form"),
        ("[[factor]]", "[[factor", "TOML"),
    ],
)
def test_a_bad_factor_file_is_refused(data: Path, old: str, new: str, what: str) -> None:
    path = data / "factors" / "cdc-2022.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert what in refusal(lambda directory: load_factor_set("cdc-2022", directory), data)


@pytest.mark.parametrize(
    ("old", "new"), [('above = "20", up_to', 'above = "21", up_to'), ('above = "60", ', 'above = "60", up_to = "99", ')]
)
def test_tiers_with_a_gap_or_a_bounded_end_are_refused(data: Path, old: str, new: str) -> None:
    path = data / "factors" / "cdc-2016.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert "tier" in refusal(lambda directory: load_factor_set("cdc-2016", directory), data)


def test_no_shipped_data_file_is_larger_than_a_megabyte() -> None:
    assert all(path.stat().st_size < 1_000_000 for path in DATA.rglob("*"))


def test_every_folder_states_source_and_licence() -> None:
    for folder in DATA.iterdir():
        if folder.is_dir():
            text = (folder / "README.md").read_text(encoding="utf-8").lower()
            assert "source" in text
            assert any(word in text for word in ("licence", "public domain", "not protected by copyright"))
