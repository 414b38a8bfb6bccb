"""The words that reach a person: rule headers, titles, next steps and Flag texts hold none that we do not use."""

import ast
from pathlib import Path

import pytest

from app.rules import words
from app.rules.catalogue import CATALOGUE
from app.rules.words import unapproved

RULES = Path(words.__file__).parent
SOURCES = sorted([*RULES.rglob("*.py"), *(RULES.parent / "flags").glob("*.py")])


@pytest.mark.parametrize(
    "sentence",
    [
        "Clean urine",
        "patient is non-compliant",
        "narcotics contract",
        "failed UDT",
        "known drug-seeking",
        "high-risk patient",
        "Taper now",
        "MAT started",
    ],
)
def test_words_that_we_do_not_use_are_found(sentence: str) -> None:
    assert unapproved(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The result was unexpected; talk about possible explanations",
        "Format of the address",
        "Care agreement due",
        "Person taking opioids long term, at higher risk of harm (dose)",
    ],
)
def test_plain_sentences_pass_and_parts_of_words_do_not_count(sentence: str) -> None:
    assert unapproved(sentence) == ()


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.rule.id)
def test_what_a_rule_says_of_itself_is_approved(entry) -> None:  # type: ignore[no-untyped-def]
    rule = entry.rule
    assert rule.words
    assert unapproved(f"{rule.title}. {rule.source}. {rule.words}") == ()
    assert len(rule.title.split()) <= 4


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name != "words.py"], ids=lambda path: path.stem)
def test_every_sentence_in_rules_and_flags_is_approved(path: Path) -> None:
    """All texts with a space, and the text parts of f-strings; docstrings are for us (rule headers are tested above)."""
    assert [found for text in _spoken(path) if " " in text for found in unapproved(text)] == []


def _spoken(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in bare)
    return [node.value for node in constants if isinstance(node.value, str)]
