"""SMART scopes: read the grammar (v2, and v1 mapped to it), cut a request down, ask what was granted.

Grammar (SMART App Launch 2.2): `patient|user|system / Type|* . letters ? param=value`, letters in the order
c r u d s. v1 `.read` means `.rs`, `.write` means `.cud`, `.*` means all five.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from app.sandbox_ehr.compartment import SHARED_TYPES

LAUNCH_SCOPES = ("launch", "openid", "fhirUser", "profile", "online_access", "offline_access")
_GRAMMAR = re.compile(
    r"^(?P<context>patient|user|system)/(?P<type>[A-Z][A-Za-z]+|\*)"
    r"\.(?P<letters>read|write|\*|c?r?u?d?s?)(\?(?P<query>.+))?$"
)
_V1_LETTERS = {"read": "rs", "write": "cud", "*": "cruds"}


@dataclass(frozen=True)
class Scope:
    """One resource scope. `constraint` holds `(parameter, value)`; only `category` is understood."""

    context: str
    type: str
    letters: str
    constraint: tuple[tuple[str, str], ...] = ()
    written: str = ""

    def __str__(self) -> str:
        if self.written:
            return self.written
        query = "&".join(f"{name}={value}" for name, value in self.constraint)
        return f"{self.context}/{self.type}.{self.letters}" + (f"?{query}" if query else "")

    def reaches(self, resource: Mapping[str, Any]) -> bool:
        """Whether the scope's constraint lets this resource through."""
        return all(_has_category(resource, value) for _, value in self.constraint)


def parse(text: str) -> Scope | None:
    """The scope, or None when the text is no resource scope that this server can honour."""
    match = _GRAMMAR.match(text)
    if match is None or not match["letters"]:
        return None
    constraint = tuple(parse_qsl(match["query"] or "", keep_blank_values=True))
    if any(name != "category" for name, _ in constraint):
        return None
    letters = _V1_LETTERS.get(match["letters"], match["letters"])
    return Scope(match["context"], match["type"], letters, constraint, text)


def cut_down(asked: Iterable[str], registered: Sequence[str]) -> tuple[str, ...]:
    """The scopes to grant: what was asked, no wider than registered, and no wider than one patient."""
    limits = [limit for limit in map(parse, registered) if limit]
    granted: list[str] = []
    for text in asked:
        scope = parse(text)
        if text in LAUNCH_SCOPES and text in registered:
            granted.append(text)
        elif scope:
            granted += [str(part) for part in _narrowed(scope, limits)]
    return tuple(dict.fromkeys(granted))


def _narrowed(asked: Scope, limits: Sequence[Scope]) -> list[Scope]:
    parts = [_overlap(asked, limit) for limit in limits if limit.context == asked.context]
    return [part for part in parts if part and _within_one_patient(part)]


def _overlap(asked: Scope, limit: Scope) -> Scope | None:
    if "*" not in (asked.type, limit.type) and asked.type != limit.type:
        return None
    letters = "".join(letter for letter in asked.letters if letter in limit.letters)
    if not letters or (asked.constraint and limit.constraint and asked.constraint != limit.constraint):
        return None
    kind = limit.type if asked.type == "*" else asked.type
    constraint = asked.constraint or limit.constraint
    unchanged = (kind, letters, constraint) == (asked.type, asked.letters, asked.constraint)
    if unchanged:
        return asked
    return replace(asked, type=kind, letters=letters, constraint=constraint, written="")


def _within_one_patient(scope: Scope) -> bool:
    # A user's or a system's scope would reach every chart; this launch is about one.
    return scope.context == "patient" or (scope.context == "user" and scope.type in SHARED_TYPES)


@dataclass(frozen=True)
class GrantedScopes:
    """What a token may do."""

    texts: tuple[str, ...]

    def allows(self, kind: str, letter: str) -> bool:
        """Whether any scope gives `letter` (one of c r u d s) on the type, for at least some resources."""
        return any(True for _ in self._giving(kind, letter))

    def reach(self, resource: Mapping[str, Any], letter: str) -> bool:
        """Whether some scope gives `letter` on exactly this resource."""
        kind = str(resource.get("resourceType", ""))
        return any(scope.reaches(resource) for scope in self._giving(kind, letter))

    def _giving(self, kind: str, letter: str) -> Iterable[Scope]:
        scopes = (scope for scope in map(parse, self.texts) if scope)
        return (scope for scope in scopes if scope.type in (kind, "*") and letter in scope.letters)


def _has_category(resource: Mapping[str, Any], wanted: str) -> bool:
    system, bar, code = wanted.rpartition("|")
    found = resource.get("category") or []
    codings = [coding for concept in _as_list(found) for coding in _codings(concept)]
    return any(c.get("code") == code and (not bar or c.get("system") == system) for c in codings)


def _codings(concept: Any) -> list[Mapping[str, Any]]:
    if not isinstance(concept, Mapping):
        return []
    return [coding for coding in _as_list(concept.get("coding")) if isinstance(coding, Mapping)]


def _as_list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else [] if node is None else [node]
