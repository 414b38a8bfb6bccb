"""The vocabulary of directions, read once from words.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.domain.errors import AskAnAdministrator

FILE = Path(__file__).with_name("words.toml")
DROP = ("",)
"""What a phrase that says nothing about the dose becomes: no token at all."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`words`: one spelling -> canonical word. `phrases`: first word -> [(words, replacement)], longest first."""

    words: Mapping[str, str]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
    verbs: frozenset[str]
    reasons: frozenset[str]
    connectors: frozenset[str]


def load_vocabulary(file: Path = FILE) -> Vocabulary:
    """Read words.toml. Raises AskAnAdministrator when it is not of the expected shape."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        words, lists = content["words"], content["lists"]
        phrases = {key: tuple(value.split()) for key, value in content["phrases"].items()}
        phrases |= dict.fromkeys(lists["harmless"], ())
    except (OSError, tomllib.TOMLDecodeError, KeyError, AttributeError) as bad:
        raise AskAnAdministrator(
            f"The sig vocabulary {file.name} cannot be read ({bad}). Remedy: reinstall Sextant."
        ) from None
    index: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for phrase, meaning in phrases.items():
        spelled = tuple(words.get(word, word) for word in phrase.split())
        index.setdefault(spelled[0], []).append((spelled, meaning))
    longest_first = {first: tuple(sorted(each, key=lambda pair: -len(pair[0]))) for first, each in index.items()}
    return Vocabulary(
        words, longest_first, frozenset(lists["verbs"]), frozenset(lists["reasons"]), frozenset(lists["connectors"])
    )


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The shipped vocabulary, read once."""
    return load_vocabulary()
