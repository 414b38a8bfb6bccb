"""The command prints the clinic for other servers; the same day and seed give the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.sandbox_ehr.command import main


def test_bundles_are_one_transaction_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundles", "--as-of", "2026-11-24"]) == 0
    printed = capsys.readouterr().out
    bundles = [json.loads(line) for line in printed.splitlines()]
    assert len(bundles) >= 13
    assert {bundle["type"] for bundle in bundles} == {"transaction"}
    kinds = {entry["resource"]["resourceType"] for entry in bundles[0]["entry"]}
    assert {"Practitioner", "Organization"} <= kinds
    assert all(entry["request"]["method"] == "PUT" for bundle in bundles for entry in bundle["entry"])
    main(["bundles", "--as-of", "2026-11-24"])
    assert capsys.readouterr().out == printed


def test_more_patients_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    main(["bundles", "--as-of", "2026-11-24"])
    few = len(capsys.readouterr().out.splitlines())
    main(["bundles", "--as-of", "2026-11-24", "--patients", "5"])
    assert len(capsys.readouterr().out.splitlines()) == few + 5


def test_ndjson_is_one_file_a_type(tmp_path: Path) -> None:
    assert main(["ndjson", "--out", str(tmp_path), "--as-of", "2026-11-24"]) == 0
    files = sorted(tmp_path.glob("*.ndjson"))
    assert any("Patient" in file.name for file in files)
    for file in files:
        kinds = {json.loads(line)["resourceType"] for line in file.read_text().splitlines()}
        assert len(kinds) == 1


def test_a_wrong_day_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bundles", "--as-of", "tomorrow"])
    assert ended.value.code == 2
