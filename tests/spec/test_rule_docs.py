"""The pages of the rules are what the rules and their tables say now, in approved words, with links that lead somewhere."""

import re
from pathlib import Path

import pytest

from app.rules.catalogue import CATALOGUE
from app.rules.words import unapproved
from scripts.build_rule_docs import ADDED, DIFFERENCES, DOCS, ELEMENTS, pages

MADE = pages()


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_a_page_is_current(path: Path) -> None:
    assert path.is_file(), "run python -m scripts.build_rule_docs"
    assert path.read_text(encoding="utf-8") == MADE[path], "run python -m scripts.build_rule_docs"


def test_there_is_no_page_of_a_rule_that_is_gone() -> None:
    assert set((DOCS / "rules").glob("*.md")) == {path for path in MADE if path.parent.name == "rules"}


def test_every_rule_is_on_the_map_and_every_line_has_its_rule() -> None:
    mapped = [rule for _, rule in ELEMENTS] + list(ADDED)
    assert sorted(mapped) == sorted(entry.rule.id for entry in CATALOGUE)
    assert set(mapped) == set(DIFFERENCES)
    assert "not built yet" not in MADE[DOCS / "rules" / "map.md"]


def test_links_lead_somewhere() -> None:
    for path, text in MADE.items():
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (path.parent / target).exists(), f"{path.name} → {target}"


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.rule.id)
def test_a_page_speaks_in_approved_words(entry) -> None:  # type: ignore[no-untyped-def]
    words, _, _ = MADE[DOCS / "rules" / f"{entry.rule.id}.md"].partition("## Cases")
    assert unapproved(words) == ()
