"""Holds the layer table of the design as data, walks every import and names the line that breaks it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent

DOMAIN = {"domain"}
CORE = DOMAIN | {"terminology", "med"}
ADAPTERS = DOMAIN | {"ports", "outbound"}
USECASES = CORE | {"rules", "flags", "ports"}

MAY_IMPORT: dict[str, set[str]] = {
    "domain": set(),
    "ports": DOMAIN,
    "outbound": DOMAIN,
    "terminology": DOMAIN,
    "med": DOMAIN | {"terminology"},
    "rules": CORE,
    "flags": CORE,
    "usecases": USECASES,
    "registry": USECASES,
    "fhir_adapters": ADAPTERS | {"terminology"},
    "launch": ADAPTERS,
    "storage": DOMAIN | {"ports"},
    "cds_hooks": DOMAIN | {"usecases"},
    "web": DOMAIN | {"usecases", "registry", "launch"},
    "cli": DOMAIN | {"usecases", "registry"},
    "sandbox_ehr": set(),
}
WIRING = {"settings", "main", "wiring"}
"""Layer 7 may import everything except the sandbox EHR, which is reached over HTTP only."""

ONLY_IN: dict[str, set[str]] = {
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "fhir.resources": {"fhir_adapters"},
    "fhirclient": {"cli"},
    "fastapi": {"web", "cds_hooks", "main", "sandbox_ehr"},
    "starlette": {"web", "cds_hooks", "main", "sandbox_ehr"},
    "httpx": {"outbound", "sandbox_ehr", "cli"},
    "joserfc": {"launch", "sandbox_ehr"},
}
"""Libraries that stay behind one door."""


class Import(NamedTuple):
    """One imported module and where."""

    file: str
    line: int
    module: str


def imports_of(path: Path) -> Iterator[Import]:
    """Every absolute import of one file (the project has no relative ones: that is checked too)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        name = str(path.relative_to(ROOT))
        if isinstance(node, ast.Import):
            yield from (Import(name, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield Import(name, node.lineno, "." * node.level + module)
            if module == "app":
                yield from (Import(name, node.lineno, f"app.{alias.name}") for alias in node.names)


def folder_of(file: str) -> str:
    """ "app/med/dose.py" → "med"; "app/ports.py" → "ports"."""
    return Path(file).parts[1].removesuffix(".py")


def source_imports() -> list[Import]:
    """All imports of everything under app/."""
    return [found for path in sorted((ROOT / "app").rglob("*.py")) for found in imports_of(path)]


def is_forbidden(found: Import) -> bool:
    """Whether one import of ours breaks the table."""
    here, target = folder_of(found.file), found.module.split(".")[1] if "." in found.module else ""
    if here in ("__init__", target) or not target or target == "__init__":
        return False
    if here in WIRING:
        return target == "sandbox_ehr"
    return target not in MAY_IMPORT[here]


def test_every_folder_has_a_row_in_the_table() -> None:
    folders = {folder_of(str(p.relative_to(ROOT))) for p in (ROOT / "app").rglob("*.py")} - {"__init__"}
    assert folders <= MAY_IMPORT.keys() | WIRING, "Give the new folder a layer in MAY_IMPORT and in the design."


def test_imports_follow_the_layer_table() -> None:
    broken = [
        f"{found.file}:{found.line} imports {found.module}: {folder_of(found.file)} may import only "
        f"{sorted(MAY_IMPORT.get(folder_of(found.file), set())) or 'nothing of ours'}."
        for found in source_imports()
        if found.module.startswith("app.") and is_forbidden(found)
    ]
    assert not broken, "\n".join(broken)


def test_there_are_no_relative_imports() -> None:
    relative = [f"{found.file}:{found.line}" for found in source_imports() if found.module.startswith(".")]
    assert not relative, f"Write absolute imports, so that the table can be checked: {relative}"


def test_libraries_stay_behind_their_door() -> None:
    strayed = [
        f"{found.file}:{found.line} imports {found.module}; it belongs in {sorted(homes)} only."
        for found in source_imports()
        for library, homes in ONLY_IN.items()
        if (found.module == library or found.module.startswith(library + ".")) and folder_of(found.file) not in homes
    ]
    assert not strayed, "\n".join(strayed)


def test_fhir_models_are_r4b_never_the_top_level_r5_ones() -> None:
    wrong = [
        f"{found.file}:{found.line} imports {found.module}"
        for found in source_imports()
        if found.module.startswith("fhir.resources") and not found.module.startswith("fhir.resources.R4B")
    ]
    assert not wrong, f"fhir.resources without R4B is R5, which EHRs do not take: {wrong}"


def test_the_sandbox_ehr_is_imported_by_nothing_of_ours() -> None:
    strayed = [
        f"{f.file}:{f.line}"
        for f in source_imports()
        if f.module.startswith("app.sandbox_ehr") and folder_of(f.file) != "sandbox_ehr"
    ]
    assert not strayed, f"The sandbox EHR is reached over HTTP, else one bug hides on both sides: {strayed}"


def test_a_broken_import_would_be_seen() -> None:
    assert is_forbidden(Import("app/med/dose.py", 1, "app.storage.models"))
    assert is_forbidden(Import("app/main.py", 1, "app.sandbox_ehr.store"))
    assert not is_forbidden(Import("app/rules/med.py", 1, "app.med.engine"))
