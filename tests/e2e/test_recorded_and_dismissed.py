"""What a person enters in Sextant: used by the next review at once, attributed, taken back; findings put aside and back."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from tests.clinic_day import clinic_today
from tests.e2e.conftest import World
from tests.e2e.launching import Frame, visible_text

DOCTOR = "Reyes"


@dataclass
class Desk:
    """One open chart without a browser."""

    frame: Frame
    page: str

    @classmethod
    def of(cls, world: World, patient: str) -> "Desk":
        frame = Frame()
        return cls(frame, frame.open(world.ehr.base_url, patient))

    def finding(self, rule: str) -> dict[str, Any]:
        """The finding as JSON."""
        review = self.frame.get(f"{self.page}/review.json").json()
        return dict(next(each for each in review["findings"] if each["rule"] == rule))

    def shown(self, path: str) -> httpx.Response:
        return self.frame.get(f"{self.page}/{path}".rstrip("/"))

    def send(self, path: str, form: dict[str, str], page: str | None = None) -> httpx.Response:
        """A form with the hidden fields of its page."""
        hidden = hidden_fields(self.shown(page or path).text)
        return self.frame.post(f"{self.page}/{path}", {**hidden, **form})


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the first form of a page."""
    form = page.split("<form", 1)[1].split("</form>", 1)[0]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def day(offset: int = 0) -> str:
    return (clinic_today() + timedelta(days=offset)).isoformat()


def test_a_fact_is_used_by_the_next_review_and_shows_who_entered_it(sandbox_world: World) -> None:
    desk = Desk.of(sandbox_world, "opioid-benzodiazepine")
    assert desk.finding("naloxone")["status"] == "red"
    answer = desk.send("record/naloxone", {"fact.naloxone": "has", "day": day(), "note": "two doses in the kitchen"})
    assert answer.status_code == 303
    after = desk.finding("naloxone")
    assert after["status"] == "green"
    assert DOCTOR in after["evidence"][0]["entered_by"]
    shown = visible_text(desk.shown("record/naloxone?done=recorded"))
    assert "Naloxone: Has it at home" in shown
    assert "two doses in the kitchen" in shown


def test_it_is_seen_in_another_launch_of_the_same_chart_and_in_no_other_chart(sandbox_world: World) -> None:
    Desk.of(sandbox_world, "typical-four-gaps").send("record/agreement", {"fact.agreement": "signed", "day": day(-3)})
    assert Desk.of(sandbox_world, "typical-four-gaps").finding("agreement")["status"] == "green"
    assert "Care agreement" not in visible_text(Desk.of(sandbox_world, "high-dose-unreviewed").shown("record"))[-60:]


def test_a_fact_that_is_withdrawn_is_no_evidence_any_more(sandbox_world: World) -> None:
    desk = Desk.of(sandbox_world, "high-dose-unreviewed")
    before = desk.finding("med")["status"]
    desk.send("record/med", {"fact.benefit_risk_review": "done", "day": day()})
    assert desk.finding("med")["status"] == "yellow" != before
    page = desk.shown("record/med").text
    number = page.split('name="number" value="')[1].split('"')[0]
    assert desk.send("withdraw", {"number": number}, "record/med").status_code == 303
    assert desk.finding("med")["status"] == before
    assert "withdrawn by" in visible_text(desk.shown("record/med"))
    again = desk.send("withdraw", {"number": number}, "record/med")
    assert again.status_code == 400


def test_several_things_are_recorded_with_one_form_and_once(sandbox_world: World) -> None:
    desk = Desk.of(sandbox_world, "steady-low-dose")
    form = {"fact.pdmp_check": "done", "fact.pdmp_result": "as_expected", "fact.ort": "3", "day": day()}
    for _ in range(2):
        assert desk.send("record/pdmp_check", form).status_code == 303
    page = visible_text(desk.shown("record"))
    for words in ("PDMP check: PDMP checked", "What the PDMP showed: As expected", "Opioid Risk Tool (ORT, 2005): 3"):
        assert page.count(f"Withdraw {words}, ") == 1


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"day": day(), "fact.naloxone": ""}, "Choose what to record."),
        ({"day": day(1), "fact.naloxone": "has"}, "This day is still to come. Record what has happened."),
        ({"day": "yesterday", "fact.naloxone": "has"}, "Write the day as 2026-03-01."),
        ({"day": "1026-03-01", "fact.naloxone": "has"}, "Check the year."),
        ({"day": day(), "fact.naloxone": "lots"}, "Choose one of the entries that are listed."),
        ({"day": day(), "fact.love": "yes"}, "Choose one of the entries that are listed."),
        ({"day": day(), "fact.ort": "99"}, "write a whole number from 0 to 26."),
        ({"day": day(), "fact.ort": "-1"}, "write a whole number from 0 to 26."),
        ({"day": day(), "fact.naloxone": "has", "note": "x" * 501}, "Shorten it."),
    ],
)
def test_what_cannot_be_stored_is_said_and_what_was_typed_is_kept(
    sandbox_world: World, form: dict[str, str], sentence: str
) -> None:
    desk = Desk.of(sandbox_world, "forty-prescriptions")
    answer = desk.send("record/naloxone", {"note": "a word of mine", **form})
    assert answer.status_code == 422
    shown = visible_text(answer)
    assert sentence in shown
    assert "Nothing yet." in shown
    assert (form.get("note") or "a word of mine") in shown
    assert 'value="has" checked' in answer.text or form.get("fact.naloxone") != "has"


def test_hostile_text_in_a_note_is_shown_as_text(sandbox_world: World) -> None:
    desk = Desk.of(sandbox_world, "at-least-60")
    desk.send(
        "record/naloxone", {"fact.naloxone": "otc", "day": day(), "note": '<script>alert(1)</script>"><img src=x>'}
    )
    for path in ("record/naloxone", "why/naloxone", ""):
        page = desk.shown(path).text
        assert "<script" not in page
        assert "<img" not in page


def test_a_finding_put_aside_stays_quiet_and_says_by_whom(sandbox_world: World) -> None:
    desk = Desk.of(sandbox_world, "opioid-benzodiazepine")
    rule = "sedative"
    assert desk.finding(rule)["status"] in ("red", "yellow")
    reason = "Arranged for a later visit"
    answer = desk.send(f"later/{rule}", {"reason": reason, "until": day(14)})
    assert answer.status_code == 303
    after = desk.finding(rule)
    assert after["dismissed"]["reason"] == reason
    assert after["dismissed"]["until"] == day(14)
    assert DOCTOR in after["dismissed"]["by"]
    assert after["status"] != "green"
    assert rule not in desk.shown("preview").text
    page = visible_text(desk.shown(f"later/{rule}"))
    assert "Dismissed by Elena Reyes" in page
    for another in (day(3), day(21)):
        page = desk.shown(f"later/{rule}").text
        later = page.split('<form method="post" action="', 2)[2]
        changed = {"shown": re.findall(r'name="shown" value="([^"]+)"', later)[0], "reason": reason, "until": another}
        assert desk.send(f"later/{rule}", changed).status_code == 303
        assert desk.finding(rule)["dismissed"]["until"] == another, "sooner, and later again"
    number = hidden_fields(desk.shown(f"later/{rule}").text)["number"]
    assert desk.send("bring-back", {"number": number}, f"later/{rule}").status_code == 303
    assert desk.finding(rule)["dismissed"] is None


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"until": day(14)}, "Choose a reason."),
        ({"reason": "Because", "until": day(14)}, "Choose a reason."),
        ({"reason": "Arranged for a later visit", "until": day(-1)}, "This day is over."),
        ({"reason": "Arranged for a later visit", "until": day(400)}, "at most. Choose an earlier day."),
        ({"reason": "Arranged for a later visit", "until": ""}, "Write the day as"),
        ({"reason": "Arranged for a later visit", "until": day(1), "shown": "0" * 64}, "The facts changed"),
    ],
)
def test_a_dismissal_that_cannot_be_taken_is_said(sandbox_world: World, form: dict[str, str], sentence: str) -> None:
    desk = Desk.of(sandbox_world, "high-dose-unreviewed")
    answer = desk.send("later/med", form)
    assert answer.status_code == 422
    assert sentence in visible_text(answer)
    assert desk.finding("med")["dismissed"] is None


@pytest.mark.parametrize("path", ["record/naloxone", "later/naloxone", "withdraw", "bring-back"])
def test_a_form_from_elsewhere_stores_nothing(sandbox_world: World, path: str) -> None:
    desk = Desk.of(sandbox_world, "the-four-shapes")
    form: dict[str, str | list[str]] = {
        "form_token": "guess",
        "fact.naloxone": "has",
        "day": day(),
        "number": "1",
        "shown": "0",
    }
    assert desk.frame.post(f"{desk.page}/{path}", form).status_code == 401
    assert "Nothing yet." in visible_text(desk.shown("record"))


def test_a_rule_that_is_not_in_use_has_no_such_pages(sandbox_world: World) -> None:
    desk = Desk.of(sandbox_world, "the-four-shapes")
    assert desk.shown("record/nothing").status_code == 400
    assert desk.shown("later/nothing").status_code == 400


@pytest.mark.parametrize("world", ["sandbox_world", "hapi_world"])
def test_taking_back_only_what_was_shown(world: str, request: pytest.FixtureRequest) -> None:
    here: World = request.getfixturevalue(world)
    desk = Desk.of(here, "one-overdue-test")
    preview = desk.shown("preview").text
    written = desk.frame.post(f"{desk.page}/write", {**hidden_fields(preview), "rule": ["udt_check"]})
    assert "Created." in visible_text(written)
    assert "Take back what was written today" in visible_text(written)
    page = hidden_fields(desk.shown("undo").text)
    here.ehr.clear_requests()
    stale = desk.frame.post(f"{desk.page}/undo", {**page, "digest": "0" * 64, "rule": ["udt_check"]})
    assert stale.status_code == 409
    assert "nothing was taken back" in visible_text(stale)
    assert (
        desk.frame.post(f"{desk.page}/undo", {**page, "form_token": "guess", "rule": ["udt_check"]}).status_code == 401
    )
    assert not [row for row in here.ehr.requests() if row["method"] != "GET"]
    answer = desk.frame.post(f"{desk.page}/undo", {**page, "rule": ["udt_check"]})
    assert "Ended." in visible_text(answer)
    assert "There is nothing to take back" in visible_text(desk.shown("undo"))
    assert "Change Flag:" in visible_text(desk.shown("preview")), "what is still open is offered again"
