"""docker-compose.yml, checked without an engine: Compose itself reads it, and the promises of its first lines are looked up."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import load_settings

REPOSITORY = Path(__file__).resolve().parents[2]
COMPOSE_TEXT = (REPOSITORY / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
JAVA_SETTINGS = (REPOSITORY / "hapi-docker/server/src/main/java/sextant/hapi/Settings.java").read_text()

SECRETS = ("SEXTANT_SECRET_KEY", "SEXTANT_FLAG_KEY", "POSTGRES_PASSWORD", "SEXTANT_DB_PASSWORD", "HAPI_DB_PASSWORD")
IS_SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN")
# A full version, as in 15.14-bookworm or v8.8.0-1: not `latest`, not a bare 15.
PINNED = re.compile(r"^[\w./-]+:v?\d+\.\d+[\w.-]*$")


def example_settings() -> dict[str, str]:
    lines = (REPOSITORY / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def compose_config(folder: Path, settings: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """What Compose says about the file with exactly these settings; a .env of this repository plays no part."""
    env_file = folder / "settings.env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    command = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    return subprocess.run(
        [*command, "--env-file", str(env_file), "-f", str(REPOSITORY / "docker-compose.yml"), "config", *options],
        env={name: value for name, value in os.environ.items() if name not in example_settings()},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_compose_accepts_the_file(tmp_path: Path) -> None:
    checked = compose_config(tmp_path, dict.fromkeys(SECRETS, "x"), "-q")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("missing", SECRETS)
def test_compose_refuses_to_start_without_a_secret_and_says_what_to_run(tmp_path: Path, missing: str) -> None:
    refused = compose_config(tmp_path, {name: "x" for name in SECRETS if name != missing}, "-q")
    assert refused.returncode != 0
    assert "scripts/new-env" in refused.stderr


def test_the_services_are_the_whole_path() -> None:
    assert set(SERVICES) == {"postgres", "hapi", "sandbox", "sextant", "seed"}


def test_every_published_port_is_on_loopback() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(ports) == 3
    assert [port for port in ports if not str(port).startswith("127.0.0.1:")] == []
    assert "host" not in {service.get("network_mode") for service in SERVICES.values()}


def test_every_image_from_outside_is_pinned() -> None:
    images = {service["image"] for service in SERVICES.values() if "build" not in service}
    images |= set(re.findall(r"^FROM (\S+)", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE))
    assert len(images) == 3
    assert [image for image in images if not PINNED.match(image)] == []


def test_no_secret_has_a_value_in_a_committed_file() -> None:
    """Every ${NAME} that is a secret must be required (`:?`), and nothing that is named like one is written out."""
    uses = re.findall(r"\$\{(\w+)([^}]*)\}", COMPOSE_TEXT)
    assert {name for name, rest in uses if IS_SECRET.search(name) and not rest.startswith(":?")} == set()
    assert {name for name, _ in uses if IS_SECRET.search(name)} == set(SECRETS)
    environment = [pair for service in SERVICES.values() for pair in service.get("environment", {}).items()]
    assert [name for name, value in environment if IS_SECRET.search(name) and "${" not in str(value)] == []
    assert "password" not in (REPOSITORY / "hapi-docker/application.yaml").read_text().split("spring:", 1)[1]


def test_the_example_names_every_variable_and_leaves_every_secret_empty() -> None:
    example = example_settings()
    assert set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT)) == set(example)
    assert {name for name, value in example.items() if value == ""} == set(SECRETS)


def test_new_env_fills_each_secret_once(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(REPOSITORY / "scripts/new-env", tmp_path / "scripts/new-env")
    shutil.copy(REPOSITORY / ".env.example", tmp_path)

    subprocess.run([script], check=True, capture_output=True)

    written = (tmp_path / ".env").read_text()
    values = dict(line.split("=", 1) for line in written.splitlines() if line and not line.startswith("#"))
    secrets = [values[name] for name in SECRETS]
    assert all(re.fullmatch(r"[0-9a-f]{64}", secret) for secret in secrets)
    assert len(set(secrets)) == len(SECRETS)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    assert subprocess.run([script], capture_output=True).returncode != 0
    assert (tmp_path / ".env").read_text() == written


def test_our_programs_run_without_privileges() -> None:
    for name in ("sandbox", "sextant", "seed"):
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert re.search(r"^USER \d+$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE)


def test_sextant_and_the_sandbox_mean_the_same_addresses(tmp_path: Path) -> None:
    ports = {"SEXTANT_PORT": "9201", "SANDBOX_PORT": "9101"}
    resolved = compose_config(tmp_path, {**dict.fromkeys(SECRETS, "x"), **ports})
    services = yaml.safe_load(resolved.stdout)["services"]
    sandbox = dict(word.split("=", 1) for word in services["sandbox"]["command"] if "=" in word)
    sextant = services["sextant"]["environment"]
    (ehr,) = json.loads(sextant["SEXTANT_EHRS"])
    assert sandbox["--base-url"] == "http://127.0.0.1:9101"
    assert ehr["iss"] == sandbox["--base-url"] + "/fhir"
    assert ehr["frame_ancestors"] == [sandbox["--base-url"]]
    assert sextant["SEXTANT_BASE_URL"] == "http://localhost:9201"
    assert sandbox["--app-launch-url"] == sextant["SEXTANT_BASE_URL"] + "/launch"
    assert sandbox["--redirect-uri"] == sextant["SEXTANT_BASE_URL"] + "/callback"
    assert services["sextant"]["command"][-1] == "--port=9201"


def test_mounted_files_exist() -> None:
    volumes = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    mounted = [volume for volume in volumes if volume.startswith("./")]
    assert len(mounted) == 2
    assert [path for path in mounted if not (REPOSITORY / path).is_file()] == []


@pytest.mark.parametrize(
    ("service", "module", "options"),
    [("sandbox", "app.sandbox_ehr", 6), ("sextant", "app.main", 2), ("seed", "app.main", 1)],
)
def test_each_program_knows_the_options_it_is_started_with(service: str, module: str, options: int) -> None:
    command = SERVICES[service]["command"]
    verb = command[command.index(module) + 1] if module in command else command[1]
    asked = [sys.executable, "-m", module, verb, "--help"]
    plain = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "120"}  # colour codes would split the options
    helped = subprocess.run(asked, cwd=REPOSITORY, env=plain, capture_output=True, text=True, timeout=60)
    assert helped.returncode == 0, helped.stderr
    used = [word.split("=")[0] for word in command if word.startswith("--")]
    assert len(used) == options
    assert [option for option in used if option not in helped.stdout] == []


def test_sextant_accepts_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = dict.fromkeys(SECRETS, "0123456789abcdef" * 4)  # the shape that new-env writes
    resolved = compose_config(tmp_path, secrets)
    for name, value in yaml.safe_load(resolved.stdout)["services"]["sextant"]["environment"].items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert [ehr.adapter for ehr in settings.ehrs] == ["hapi"]
    assert settings.base_url.rstrip("/") == "http://localhost:8200"


def test_the_image_and_the_server_without_docker_behave_alike() -> None:
    """The adapters are proved against the server of hapi-docker/server; the image must page and reuse searches the same."""
    settings = yaml.safe_load((REPOSITORY / "hapi-docker/application.yaml").read_text())["hapi"]["fhir"]
    assert settings["default_page_size"] == int(java_default("HAPI_PAGE_SIZE"))
    assert settings["reuse_cached_search_results_millis"] == int(java_default("HAPI_REUSE_SEARCH_MS"))
    assert f"MAXIMUM_PAGE_SIZE = {settings['max_page_size']};" in JAVA_SETTINGS
    version = re.search(r"<hapi.version>([\d.]+)<", (REPOSITORY / "hapi-docker/server/pom.xml").read_text())
    assert version is not None
    assert SERVICES["hapi"]["image"].split(":v")[1].split("-")[0] == version[1]


def java_default(name: str) -> str:
    found = re.search(rf'"{name}", "(\d+)"', JAVA_SETTINGS)
    assert found is not None, name
    return found[1]
