"""The same answers for a person at a terminal."""

from collections.abc import Iterator
from typing import Any

MARKS = {"red": "!!", "yellow": " !", "green": "ok", "grey": " ?", "not_applicable": " -"}


def med_lines(answer: dict[str, Any]) -> Iterator[str]:
    """The dose and its working."""
    yield f"{answer['patient'] or 'patient not named'}  as of {answer['as_of']}  ({answer['factor_set']})"
    yield f"  MED {headline(answer)}"
    for supply in answer["supplies"]:
        yield f"    {supply_line(supply)}"
    for note in answer["notes"]:
        yield f"    note: {note}"


def review_lines(answer: dict[str, Any]) -> Iterator[str]:
    """The dose, then one line a finding that applies."""
    yield from med_lines(answer["med"])
    yield f"  policy {answer['pack']}; long-term therapy {answer['ltot']['state']}; tier {answer['tier']['level']}"
    for finding in answer["findings"]:
        if finding["status"] == "not_applicable":
            continue
        step = f" {finding['next_step']}" if finding["next_step"] else ""
        yield f"  {MARKS[finding['status']]} {finding['status']:<7}{finding['rule']:<18}{finding['reason']}{step}"


def headline(answer: dict[str, Any]) -> str:
    """As on the page: never a bare 0."""
    if answer["mme_per_day"] is None:
        return "not known"
    if answer["mme_per_day"] == "0" and answer["complete"]:
        return "0 MME/day: every opioid entry was read, and none counts today"
    return f"{'' if answer['complete'] else 'at least '}{answer['mme_per_day']} MME/day"


def supply_line(supply: dict[str, Any]) -> str:
    """State, medicine, and the dose or why there is none; a dot marks what covers the day asked about."""
    name = supply["product"]["name"] or supply["ingredient"] or "medicine without a name"
    days = f"{supply['from'] or '?'} to {supply['to'] or '?'}"
    dose = f"{supply['mme_per_day']} MME/day" if supply["state"] == "counted" else supply["reason"]
    mark = "•" if supply["in_force"] else " "
    return f"{mark} {supply['state']:<15}{name}: {dose} ({days})"
