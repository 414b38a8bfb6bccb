"""A site's own directory of services, from one TOML file (docs/resources.md).

    title = "Services near the clinic"
    check_again_after_months = 6

    [[service]]
    kind = "group_visit"
    name = "Living With Pain group"
    ...

The loader refuses every gap at once: file, entry, line where it begins, what is wrong, and the remedy. The words of an entry
are read by patients and by the services, so they are held to the words that Sextant uses; names, places and insurers' words
are not.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.domain.errors import AskAnAdministrator
from app.rules.catalogue import CATALOGUE
from app.rules.resources import Directory, Service, kinds
from app.rules.words import unapproved

NEEDED = ("kind", "name", "offers", "for_whom", "wait", "hours", "telehealth", "languages", "coverage", "checked_by")
REACH = ("phone", "place", "link")
TEXTS = (*NEEDED, *REACH, "asks")
FIELDS = (*TEXTS, "checked", "also_for")
TOP = ("title", "note", "check_again_after_months", "service")
OWN_WORDS = frozenset({"kind", "name", "place", "link", "checked_by", "phone", "coverage"})
"""Fields whose words are names, or (coverage) an insurer's own: plans do have contracts, and take claims."""
LONGEST = 240
MOST_SERVICES = 200
MOST_MONTHS = 36

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Line ends would break the referral text, and marks that turn the reading direction could hide what it says."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong in one place, and what to do."""

    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"Directory {self.place}: {self.what}. Remedy: {self.remedy}."


@dataclass(frozen=True, slots=True)
class _Entry:
    """One `[[service]]` of the file, and where it begins."""

    place: str
    cells: Mapping[str, Any]

    def refusal(self, what: str, remedy: str) -> Refusal:
        return Refusal(self.place, what, remedy)

    def text(self, key: str) -> str:
        value = self.cells.get(key, "")
        return value.strip() if isinstance(value, str) else ""


def load_directory(path: Path) -> Directory:
    """The directory of one file. Raises AskAnAdministrator with a line for each thing that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError:
        raise AskAnAdministrator(f"Directory {path.name} cannot be read. Remedy: check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise AskAnAdministrator(f"Directory {path.name} is not TOML ({bad}). Remedy: correct that place.") from None
    entries = _entries(path.name, raw, text)
    problems = [*_top_problems(path.name, raw), *(each for entry in entries for each in _problems(entry))]
    problems += _twice(entries)
    if problems:
        raise AskAnAdministrator("\n".join(map(str, problems)))
    order = list(kinds())
    services = sorted((_service(entry) for entry in entries), key=lambda each: order.index(each.kind.id))
    return Directory(
        raw["title"].strip(), raw.get("note", "").strip(), raw["check_again_after_months"], tuple(services)
    )


def _entries(file: str, raw: Mapping[str, Any], text: str) -> list[_Entry]:
    tables = raw.get("service", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        return []  # the top of the file is refused for it
    begins = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == "[[service]]"]
    lines = [f", line {line}" for line in begins] if len(begins) == len(tables) else [""] * len(tables)
    return [
        _Entry(f"{file}{line}, [[service]] {at}", cells)
        for at, (line, cells) in enumerate(zip(lines, tables, strict=True), start=1)
    ]


# --- what is refused -------------------------------------------------------------------------------------------------


def _top_problems(file: str, raw: Mapping[str, Any]) -> Iterator[Refusal]:
    for key in sorted(set(raw) - set(TOP)):
        yield Refusal(file, f"unknown field {key}", f"fields at the top are {', '.join(TOP[:3])}; write the rest there")
    for key in ("title", "note"):
        value = raw.get(key, "" if key == "note" else None)
        if not isinstance(value, str) or (key == "title" and not value.strip()):
            yield Refusal(file, f"{key} is empty or no text", "write it in quotes")
        elif fault := _text_fault(value):
            yield Refusal(file, f"{key} {fault[0]}", fault[1])
    months = raw.get("check_again_after_months")
    if type(months) is not int or not 1 <= months <= MOST_MONTHS:
        yield Refusal(file, "check_again_after_months is missing", f"write a whole number from 1 to {MOST_MONTHS}")
    services = raw.get("service")
    if not isinstance(services, list) or not services or not all(isinstance(each, dict) for each in services):
        yield Refusal(file, "there is no service in it", "write each under [[service]]")
    elif len(services) > MOST_SERVICES:
        yield Refusal(file, f"{len(services)} services", f"keep at most {MOST_SERVICES}: nobody keeps more up to date")


def _problems(entry: _Entry) -> Iterator[Refusal]:
    for key in sorted(set(entry.cells) - set(FIELDS)):
        near = get_close_matches(key, FIELDS, n=1)
        yield entry.refusal(f"unknown field {key}", f"did you mean {near[0]}" if near else "remove it")
    for key in NEEDED:
        if key not in entry.cells:
            yield entry.refusal(f"{key} is missing", 'add it; where nobody knows, write "not known"')
    for key in TEXTS:
        yield from _text_problems(entry, key)
    if not any(entry.text(key) for key in REACH):
        yield entry.refusal("nobody can reach it", f"add {', '.join(REACH[:-1])} or {REACH[-1]}")
    yield from _kind_problems(entry)
    yield from _link_problems(entry)
    yield from _checked_problems(entry)


def _text_problems(entry: _Entry, key: str) -> Iterator[Refusal]:
    if key not in entry.cells:
        return
    value = entry.cells[key]
    if not isinstance(value, str) or not value.strip():
        yield entry.refusal(f"{key} is empty or no text", "write it in quotes, or remove an optional one")
    elif fault := _text_fault(value, is_name=key in OWN_WORDS):
        yield entry.refusal(f"{key} {fault[0]}", fault[1])


def _text_fault(text: str, *, is_name: bool = False) -> tuple[str, str] | None:
    """What is wrong with a text, and the remedy."""
    if _CONTROL.search(text):
        return "has a line end or another mark that is not seen", "write one line of plain text"
    if len(text) > LONGEST:
        return f"has {len(text)} letters", f"say it in {LONGEST}"
    wrong = () if is_name else unapproved(text)
    return (
        (f"has a word that Sextant does not use, {wrong[0].partition(':')[0]}", _instead(wrong[0])) if wrong else None
    )


def _instead(wrong: str) -> str:
    """ "'clean': say not detected" → "write: not detected"."""
    return f"write: {wrong.partition(': say ')[2]}"


def _kind_problems(entry: _Entry) -> Iterator[Refusal]:
    kind = entry.text("kind")
    if kind and kind not in kinds():
        near = get_close_matches(kind, kinds(), n=1)
        first = f"{near[0]}? " if near else ""
        yield entry.refusal(f"there is no kind {kind}", f"{first}use one of {', '.join(kinds())}")
    rules, known = entry.cells.get("also_for", []), {each.rule.id for each in CATALOGUE}
    if not isinstance(rules, list) or not all(isinstance(each, str) for each in rules):
        yield entry.refusal("also_for is no list of rules", 'write it as ["sleep"]')
        return
    for strange in (each for each in rules if each not in known):
        yield entry.refusal(f"also_for: there is no rule {strange}", "use ids of docs/rules")


def _link_problems(entry: _Entry) -> Iterator[Refusal]:
    """Only https with a host, without a name or password in it; anything else could run or mislead."""
    link = entry.text("link")
    if link and not _is_plain_https(link):
        yield entry.refusal("link is no https address", "write https://host/path, or remove it")


def _is_plain_https(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and " " not in link
    except ValueError:
        return False


def _checked_problems(entry: _Entry) -> Iterator[Refusal]:
    checked = entry.cells.get("checked")
    if not isinstance(checked, date) or isinstance(checked, datetime):
        yield entry.refusal(
            "checked is missing or no day", "write the day of the last check without quotes, as 2026-10-03"
        )


def _twice(entries: list[_Entry]) -> Iterator[Refusal]:
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        key = (entry.text("kind"), entry.text("name").casefold())
        if key in seen:
            yield entry.refusal(f"{entry.text('name')} stands here twice as {key[0]}", "keep one of the two")
        seen.add(key)


def _service(entry: _Entry) -> Service:
    """An entry without a problem."""
    texts = {key: entry.text(key) for key in TEXTS if key != "kind"}
    rules = tuple(entry.cells.get("also_for", ()))
    return Service(kind=kinds()[entry.text("kind")], checked=entry.cells["checked"], also_for=rules, **texts)
