"""Only approved words reach a person: pages, reasons of the dose, messages of the command line, cards, packs, documentation.

Every text of the code with a space in it is looked at, and every template without its tags. Machines may refuse and have
users (an EHR, a server, an address); people decline, and are patients or persons.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.rules.pack import shipped_ids, shipped_pack
from app.rules.words import unapproved

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"sandbox_ehr", "words.py"}
"""The sandbox EHR speaks as any EHR does; the list itself holds the words."""
SOURCES = sorted(path for path in (ROOT / "app").rglob("*.py") if not ELSEWHERE & set(path.parts))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])

MACHINE = re.compile(
    r"\b(?:EHR|server|database|endpoint|request|address|URL|pack|map|file|launch|Sextant)\b|://|\(\d{3}\)",
    re.IGNORECASE,
)
OF_MACHINES = ("'refused'", "'refuses'", "'user'", "'users'", "'subject'")
TAG = re.compile(r"\{[{%#].*?[}%#]\}|<[^>]*>", re.DOTALL)
QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”")


def wrong_words(sentence: str) -> list[str]:
    """What is wrong with a sentence, without what machines may do."""
    found = unapproved(sentence)
    return [each for each in found if not (each.startswith(OF_MACHINES) and MACHINE.search(sentence))]


def spoken(path: Path) -> Iterator[str]:
    """Texts of the code that are not docstrings, and have a space."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and id(node) not in bare
            and isinstance(node.value, str)
            and " " in node.value
        ):
            yield node.value


def headers_of_verbs(path: Path) -> Iterator[str]:
    """Docstrings of the command line are its help."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Module) and (words := ast.get_docstring(node)):
            yield words


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_of_the_code(path: Path) -> None:
    assert [wrong for text in spoken(path) for wrong in wrong_words(text)] == []


@pytest.mark.parametrize("path", [path for path in SOURCES if "cli" in path.parts], ids=lambda path: path.stem)
def test_help_of_the_command_line(path: Path) -> None:
    assert [wrong for words in headers_of_verbs(path) for wrong in wrong_words(words)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_templates(path: Path) -> None:
    assert [
        wrong for line in TAG.sub(" ", path.read_text(encoding="utf-8")).splitlines() for wrong in wrong_words(line)
    ] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_documentation(path: Path) -> None:
    """What stands in code or quotes is somebody else's word; pages about the software say what it refuses, and name users."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = [each for part in text.split("\n\n") for each in unapproved(QUOTED.sub("", part))]
    assert [each for each in found if not each.startswith(OF_MACHINES)] == []


@pytest.mark.parametrize("pack", shipped_ids())
def test_what_a_pack_writes_into_the_chart(pack: str) -> None:
    texts = [
        each
        for each in shipped_pack(pack).settings()
        if each.path.startswith("write_back.") and each.path.endswith(".text")
    ]
    assert texts
    assert [wrong for each in texts for wrong in unapproved(each.value)] == []
    assert all(len(each.value) <= 120 for each in texts)


@pytest.mark.parametrize("sentence", ["Patient refused the test", "The user denies use", "She refuses naloxone"])
def test_people_are_no_machines(sentence: str) -> None:
    assert wrong_words(sentence)
