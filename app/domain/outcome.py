"""`Ok` or `No`: the answer of a step that may properly be refused. Exceptions are for the unexpected."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Ok(Generic[T_co]):
    """The step gave a value."""

    value: T_co


@dataclass(frozen=True, slots=True)
class No:
    """The step was refused; `reason` is one plain sentence in approved words."""

    reason: str
