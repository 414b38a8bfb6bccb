"""SMART scopes: the grammar (v2, and v1 mapped onto it), and what a grant does and does not reach.

Grammar of SMART App Launch 2.2: `patient|user|system` `/` `Type|*` `.` letters in the order c r u d s, then optionally
`?name=value&...`. r is read, vread and an instance's history; s is search. v1's `.read` means `.rs`, `.write` `.cud`,
`.*` all five. Granted is not asked, and an answer may leave out silently what was not granted: so an empty answer is only
believed together with `GrantedScopes`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, cast
from urllib.parse import parse_qsl

Level = Literal["patient", "user", "system"]

_GRAMMAR = re.compile(
    r"(?P<level>patient|user|system)/(?P<type>[A-Z][A-Za-z]*|\*)"
    r"\.(?P<letters>read|write|\*|(?=[cruds])c?r?u?d?s?)(?:\?(?P<query>.+))?"
)
_V1_LETTERS = {"read": "rs", "write": "cud", "*": "cruds"}
_V1_NAMES = {"rs": "read", "r": "read", "s": "read", "cud": "write", "cruds": "*"}


@dataclass(frozen=True, slots=True)
class ResourceScope:
    """One scope over one resource type ("*": all types); `query` narrows it, and is empty for the whole type."""

    level: Level
    resource_type: str
    letters: frozenset[str]
    query: tuple[tuple[str, str], ...] = ()

    def covers_type(self, resource_type: str) -> bool:
        """True when the scope speaks of this type."""
        return self.resource_type in ("*", resource_type)


def parse_scope(text: str) -> ResourceScope | None:
    """The resource scope that a text states; None for any other scope (`launch`, `openid`) and for bad grammar."""
    match = _GRAMMAR.fullmatch(text)
    if match is None:
        return None
    letters = _V1_LETTERS.get(match["letters"], match["letters"])
    query = tuple(parse_qsl(match["query"] or "", keep_blank_values=True))
    if match["query"] and not query:
        return None
    return ResourceScope(cast(Level, match["level"]), match["type"], frozenset(letters), query)


def as_v1(text: str) -> str:
    """The v1 spelling of a v2 scope, never narrower ("patient/Flag.cru" → "patient/Flag.*"); others stay as they are.

    v1 has no narrowed scopes, so a query falls away.
    """
    scope = parse_scope(text)
    if scope is None:
        return text
    letters = "".join(letter for letter in "cruds" if letter in scope.letters)
    name = _V1_NAMES.get(letters) or ("write" if scope.letters <= frozenset("cud") else "*")
    return f"{scope.level}/{scope.resource_type}.{name}"


class Reach(StrEnum):
    """How much of a resource type a grant reaches. Only after `WHOLE` may "none found" be believed."""

    WHOLE = "whole"
    PART = "part"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class GrantedScopes:
    """What a token may do, by the scopes that the token endpoint stated."""

    texts: tuple[str, ...]

    def has(self, text: str) -> bool:
        """Whether this very scope was granted, for the plain ones: `openid`, `online_access`, `launch`."""
        return text in self.texts

    def reach(self, resource_type: str, letters: str) -> Reach:
        """How much of a type all of `letters` ("rs", "cu") reach together; scopes of one type add up."""
        whole = self._letters(resource_type, with_narrowed=False)
        if set(letters) <= whole:
            return Reach.WHOLE
        if set(letters) <= self._letters(resource_type, with_narrowed=True):
            return Reach.PART
        return Reach.NOTHING

    def allows(self, resource_type: str, letters: str) -> bool:
        """Whether the whole type is open for all of `letters`."""
        return self.reach(resource_type, letters) is Reach.WHOLE

    def allows_search(self, resource_type: str, parameters: Sequence[tuple[str, str]] = ()) -> bool:
        """Whether a search with these parameters lies wholly within the grant.

        `category=survey` lies within a grant for `category=http://...|survey`; an unnarrowed search lies only within the
        whole type.
        """
        return any(_is_within(parameters, scope.query) for scope in self._scopes(resource_type, "s"))

    def narrowings(self, resource_type: str, letter: str) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The queries to which a letter on a type is narrowed, in the order granted; the whole type is the empty query."""
        return tuple(scope.query for scope in self._scopes(resource_type, letter))

    def _letters(self, resource_type: str, *, with_narrowed: bool) -> set[str]:
        scopes = (s for s in self._resource_scopes() if s.covers_type(resource_type))
        return {letter for s in scopes if with_narrowed or not s.query for letter in s.letters}

    def _scopes(self, resource_type: str, letter: str) -> list[ResourceScope]:
        scopes = self._resource_scopes()
        return [scope for scope in scopes if scope.covers_type(resource_type) and letter in scope.letters]

    def _resource_scopes(self) -> Iterable[ResourceScope]:
        return (scope for scope in map(parse_scope, self.texts) if scope is not None)


def split_scopes(text: str) -> tuple[str, ...]:
    """The scopes of one space-separated string, in order, each once."""
    return tuple(dict.fromkeys(text.split()))


def _is_within(asked: Sequence[tuple[str, str]], granted: Sequence[tuple[str, str]]) -> bool:
    return all(any(name == given and _is_same_token(value, limit) for name, value in asked) for given, limit in granted)


def _is_same_token(asked: str, granted: str) -> bool:
    # A comma means "or" in a search value: each of its alternatives must lie within the grant.
    return all(_is_same_code(part, granted) for part in asked.split(","))


def _is_same_code(asked: str, granted: str) -> bool:
    asked_system, asked_bar, asked_code = asked.rpartition("|")
    granted_system, granted_bar, granted_code = granted.rpartition("|")
    has_both_systems = bool(asked_bar and granted_bar)
    return asked_code == granted_code and (not has_both_systems or asked_system == granted_system)
