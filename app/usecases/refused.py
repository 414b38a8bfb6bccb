"""What a form is told when it could not be taken: a sentence for each field, and nothing stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of a form, as a sentence that says what to do."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was stored, and why."""

    problems: tuple[Problem, ...]
