"""`sextant check-resources`, and what the settings do with a directory."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli.application import build_cli
from app.domain.errors import AskAnAdministrator
from app.main import commands
from app.settings import EhrConfig, Settings
from app.wiring import directories

EXAMPLE = Path("app/rules/directories/sandbox-clinic.toml").resolve()
KEY = "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"


def run(*words: object) -> Result:
    """The command in this process."""
    return CliRunner().invoke(build_cli(commands()), ["check-resources", *(str(word) for word in words)])


def one_service(checked: str) -> str:
    """A directory of the first service of the example, checked on another day."""
    text = EXAMPLE.read_text(encoding="utf-8")
    second = text.index("[[service]]", text.index("[[service]]") + 1)
    return text[:second].replace("checked = 2026-10-03", f"checked = {checked}")


def test_a_good_directory_is_ok(tmp_path: Path) -> None:
    file = tmp_path / "near.toml"
    file.write_text(one_service(commands().today().isoformat()), encoding="utf-8")
    result = run(file)
    assert (result.exit_code, result.stdout) == (0, "ok: 1 service\n")


def test_an_entry_that_nobody_looked_at_for_long_is_named(tmp_path: Path) -> None:
    file = tmp_path / "near.toml"
    file.write_text(one_service("2020-01-05"), encoding="utf-8")
    result = run(file)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ok: 1 service, 1 to be checked again",
        "  Cedar Street Bridge Clinic (invented): last checked 2020-01-05 by R. Alder, care coordinator",
    ]


def test_every_problem_is_a_line_and_ends_with_1(tmp_path: Path) -> None:
    file = tmp_path / "near.toml"
    file.write_text(one_service("2020-01-05").replace('hours = "', 'ours = "'), encoding="utf-8")
    result = run(file)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "sextant: Directory near.toml, line 7, [[service]] 1: unknown field ours. Remedy: did you mean hours.",
        "sextant: Directory near.toml, line 7, [[service]] 1: hours is missing."
        ' Remedy: add it; where nobody knows, write "not known".',
    ]


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    result = run(tmp_path / "gone.toml")
    assert result.exit_code == 2
    assert "There is no file" in result.stderr


# --- settings --------------------------------------------------------------------------------------------------------


def settings(monkeypatch: pytest.MonkeyPatch, *ehrs: EhrConfig, resources: str | None = None) -> Settings:
    monkeypatch.setenv("SEXTANT_SECRET_KEY", KEY)
    monkeypatch.setenv("SEXTANT_BASE_URL", "https://sextant.example")
    monkeypatch.setenv("SEXTANT_EHRS", json.dumps([each.model_dump(mode="json", exclude_none=True) for each in ehrs]))
    monkeypatch.delenv("SEXTANT_RESOURCES", raising=False)
    if resources is not None:
        monkeypatch.setenv("SEXTANT_RESOURCES", resources)
    return Settings()  # type: ignore[call-arg]


def ehr(key: str, resources: Path | None = None) -> EhrConfig:
    return EhrConfig(key=key, name=key, iss=f"https://{key}.example/fhir", client_id="sextant", resources=resources)


def test_a_sites_own_directory_goes_before_the_common_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "north.toml"
    own.write_text(one_service("2026-10-03"), encoding="utf-8")
    found = directories(settings(monkeypatch, ehr("north", own), ehr("south"), resources=str(EXAMPLE)))
    assert (len(found["north"].services), len(found["south"].services)) == (1, 10)


@pytest.mark.parametrize("resources", [None, ""])
def test_without_a_directory_there_is_none(monkeypatch: pytest.MonkeyPatch, resources: str | None) -> None:
    """An empty variable, as container set-ups pass it on, is no folder."""
    assert directories(settings(monkeypatch, ehr("north"), resources=resources)) == {}


def test_a_directory_that_is_refused_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('title = ""\n', encoding="utf-8")
    with pytest.raises(AskAnAdministrator, match=r"Directory bad\.toml: title is empty"):
        directories(settings(monkeypatch, ehr("north", bad)))
