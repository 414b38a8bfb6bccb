"""The chart is somebody's record: writes are previewed, idempotent, and survive lost answers and other people's changes."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
import respx

from app.domain.errors import LaunchAgain, TryAgainLater
from app.domain.flag import ChangeKind
from tests.unit.fhir_adapters.flag_shelf import WANTED, FlagShelf, intent
from tests.unit.fhir_adapters.paper_ehr import Tokener

CREATE = intent(ChangeKind.CREATE)
OTHERS: dict[str, Any] = {
    "extension": [{"url": "https://other.example/ward", "valueDecimal": 1.50}],
    "identifier": [{"system": "https://other.example", "value": "7"}],
    "category": [{"coding": [{"system": "https://other.example", "code": "ward"}]}],
    "language": "en",
}
TOO_COSTLY = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "too-costly"}]}


@pytest.fixture(params=[409, 412], ids=["stale is 409 (HAPI)", "stale is 412"])
def shelf(request: pytest.FixtureRequest) -> FlagShelf:
    return FlagShelf(stale=request.param)


def created(shelf: FlagShelf) -> dict[str, Any]:
    """A Flag of ours, with elements that somebody else has added since."""
    shelf.write(CREATE)
    mine = shelf.flags["1"]
    mixed = {name: [*mine[name], *OTHERS[name]] for name in ("extension", "identifier", "category")}
    flag = shelf.put({**mine, **mixed, "language": "en"})
    shelf.requests.clear()
    return flag


class TestCreating:
    """A Flag that does not stand in the chart yet."""

    def test_sends_exactly_what_the_preview_showed(self, shelf: FlagShelf) -> None:
        written = shelf.write(CREATE)
        assert (written.outcome, written.reference, written.version) == ("created", "Flag/1", "1")
        assert shelf.writes[0].content.decode() == shelf.sink().preview(CREATE).resource_json
        assert shelf.sink().preview(CREATE).text == WANTED.text

    def test_own_work_that_a_person_edited_meanwhile_is_told_without_their_version(self, shelf: FlagShelf) -> None:
        """By that version a later taking back would overwrite what the person wrote."""
        confirmed = replace(CREATE, decision="d1")
        shelf.write(confirmed)
        assert shelf.write(confirmed).version == "1"
        shelf.put({**shelf.flags["1"], "code": {"text": "Dr Lee: talked about it"}})
        again = shelf.write(confirmed)
        assert (again.outcome, again.reference, again.version) == ("created", "Flag/1", None)

    def test_a_look_that_is_not_permitted_after_a_lost_answer_leaves_it_not_known(self, shelf: FlagShelf) -> None:
        """The write may have been: neither "refused" nor "never sent"."""
        shelf.mishaps = ["lost"]
        for status in (401, 403):
            shelf.looks_after_a_write = status
            with pytest.raises(TryAgainLater):
                shelf.write(CREATE)
            shelf.mishaps, shelf.flags = ["dropped"], {}
            shelf.requests.clear()

    def test_carries_every_element_of_the_design(self, shelf: FlagShelf) -> None:
        shelf.write(CREATE)
        flag = json.loads(shelf.writes[0].content)
        assert flag == {
            "resourceType": "Flag",
            "meta": {
                "tag": [
                    {"system": "https://sextant.example/CodeSystem/app", "code": "sextant"},
                    {"system": "https://sextant.example/CodeSystem/rule-version", "code": "naloxone-1"},
                ]
            },
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/flag-detail",
                    "valueReference": {"reference": "MedicationRequest/m1"},
                }
            ],
            "identifier": [{"system": "https://sextant.example/identifier/flag", "value": "hmac-1"}],
            "status": "active",
            "category": [
                {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/flag-category", "code": "drug"}]},
                {"coding": [{"system": "https://sextant.example/CodeSystem/level", "code": "red"}]},
            ],
            "code": {
                "coding": [{"system": "https://sextant.example/CodeSystem/rule", "code": "naloxone"}],
                "text": "No naloxone on record (24 Nov 2026)",
            },
            "subject": {"reference": "Patient/p1"},
            "period": {"start": "2026-11-24"},
            "encounter": {"reference": "Encounter/e1"},
            "author": {"reference": "Practitioner/d1"},
        }

    def test_looks_first_past_the_servers_cache_and_creates_on_condition(self, shelf: FlagShelf) -> None:
        shelf.write(CREATE)
        assert shelf.requests[0].method == "GET"
        assert all(look.headers["cache-control"] == "no-cache" for look in shelf.looks)
        condition = "identifier=https%3A%2F%2Fsextant.example%2Fidentifier%2Fflag%7Chmac-1"
        assert shelf.writes[0].headers["if-none-exist"] == condition

    def test_a_second_time_changes_nothing(self, shelf: FlagShelf) -> None:
        shelf.write(CREATE)
        shelf.requests.clear()
        again = shelf.write(replace(CREATE, author="Practitioner/somebody-else"))
        assert (again.outcome, again.reference) == ("already_there", "Flag/1")
        assert shelf.writes == []

    def test_leaves_a_flag_that_a_person_ended_before_it_came(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.put({**flag, "status": "inactive", "period": {"start": "2026-01-01", "end": "2026-02-01"}})
        assert shelf.write(CREATE).outcome == "conflict"
        assert shelf.writes == []

    def test_leaves_a_flag_that_a_person_edited_before_it_came(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.put({**flag, "code": {**flag["code"], "text": "Naloxone: at home, Dr Lee"}})
        assert shelf.write(CREATE).outcome == "conflict"
        assert shelf.writes == []

    def test_names_an_author_on_another_server_without_a_reference_to_there(self, shelf: FlagShelf) -> None:
        shelf.write(replace(CREATE, author="https://people.example/fhir/Practitioner/9"))
        assert "reference" not in shelf.flags["1"]["author"]

    def test_names_its_twin_when_two_were_made_at_once(self, shelf: FlagShelf) -> None:
        shelf.mishaps = ["raced"]
        written = shelf.write(CREATE)
        assert (written.outcome, written.reference) == ("created", "Flag/1")
        assert [(twin.target, twin.keeps) for twin in written.twins] == [("Flag/2", "Flag/1")]

    def test_names_the_twin_of_a_flag_that_it_ends(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.put({**flag, "id": "9"})
        written = shelf.write(intent(ChangeKind.INACTIVATE, flag))
        assert (written.reference, [twin.target for twin in written.twins]) == ("Flag/1", ["Flag/9"])

    def test_leaves_a_twin_that_a_person_has_edited(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.put({**flag, "id": "9", "code": {"text": "At home, Dr Lee"}})
        assert shelf.write(CREATE).twins == ()

    def test_a_new_one_is_not_made_where_a_person_marked_ours_as_an_error(self, shelf: FlagShelf) -> None:
        shelf.put({**created(shelf), "status": "entered-in-error"})
        assert shelf.write(CREATE).outcome == "conflict"
        assert shelf.writes == []

    @pytest.mark.parametrize("number_there", [1, 2])
    def test_yields_to_one_that_was_made_meanwhile(self, shelf: FlagShelf, number_there: int) -> None:
        shelf.write(CREATE)
        flag = shelf.flags.pop("1")
        shelf.mishaps = [f"meanwhile {number_there}"]
        shelf.others = [{**flag, "id": str(8 + n)} for n in range(number_there)]
        written = shelf.write(CREATE)
        assert (written.outcome, written.reference) == ("already_there", "Flag/8")


class TestALookThatCannotBeBelieved:
    """What was not seen may be our own Flag: nothing is written."""

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"resourceType": "OperationOutcome", "issue": []},
            {"resourceType": "Bundle", "type": "history", "entry": []},
            {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": None}]},
            {"resourceType": "Bundle", "type": "searchset", "entry": [{"fullUrl": "Flag/1"}]},
            {"resourceType": "Bundle", "type": "searchset", "total": 2, "entry": []},
            {"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next"}]},
            {"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": "Flag?page=2"}]},
            {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": TOO_COSTLY}]},
        ],
        ids=[
            "nothing",
            "an outcome",
            "a history",
            "a null row",
            "a row without its Flag",
            "fewer rows than announced",
            "a next page nowhere",
            "a next page without end",
            "a search that was broken off",
        ],
    )
    def test_is_never_taken_for_an_empty_chart(self, shelf: FlagShelf, body: dict[str, Any]) -> None:
        shelf.instead = body
        with pytest.raises(TryAgainLater):
            shelf.write(CREATE)
        assert shelf.writes == []


class TestAnAnswerThatIsLost:
    """After a time-out nobody knows: look, and never write blindly again."""

    def test_after_the_flag_was_created(self, shelf: FlagShelf) -> None:
        shelf.mishaps = ["lost"]
        assert shelf.write(CREATE).outcome == "created"
        assert [r.method for r in shelf.requests] == ["GET", "POST", "GET"]
        assert len(shelf.flags) == 1

    @pytest.mark.parametrize("mishap", ["dropped", "500", "503", "429"])
    def test_before_the_flag_was_created(self, shelf: FlagShelf, mishap: str) -> None:
        shelf.mishaps = [mishap]
        with pytest.raises(TryAgainLater):
            shelf.write(CREATE)
        assert [r.method for r in shelf.requests] == ["GET", "POST", "GET"]
        assert shelf.write(CREATE).outcome == "created", "the same intent may be carried out again"
        assert len(shelf.flags) == 1

    @pytest.mark.parametrize("kind", [ChangeKind.INACTIVATE, ChangeKind.UPDATE])
    def test_leaves_a_flag_from_which_a_person_took_our_identifier(self, shelf: FlagShelf, kind: ChangeKind) -> None:
        flag = created(shelf)
        shelf.put({**flag, "identifier": OTHERS["identifier"]})
        assert shelf.write(intent(kind, flag, replace(WANTED, text="New text"))).outcome == "conflict"
        assert shelf.writes == []

    def test_keeps_an_end_that_a_person_gave_it(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        flag = shelf.put({**flag, "period": {**flag["period"], "end": "2027-01-31"}})
        shelf.write(intent(ChangeKind.UPDATE, flag, replace(WANTED, text="New text")))
        assert shelf.flags["1"]["period"] == {"start": "2026-11-24", "end": "2027-01-31"}

    def test_leaves_a_flag_whose_text_a_person_took_away(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.put({**flag, "code": {"coding": flag["code"]["coding"]}})
        assert shelf.write(intent(ChangeKind.UPDATE, flag, replace(WANTED, text="New text"))).outcome == "conflict"
        assert shelf.writes == []

    def test_after_the_flag_was_changed(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.mishaps = ["lost"]
        written = shelf.write(intent(ChangeKind.UPDATE, flag, replace(WANTED, text="New text")))
        assert written.outcome == "updated"
        assert len(shelf.writes) == 1

    def test_before_the_flag_was_changed(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.mishaps = ["dropped"]
        with pytest.raises(TryAgainLater):
            shelf.write(intent(ChangeKind.INACTIVATE, flag))
        assert len(shelf.writes) == 1


class TestChanging:
    """A Flag that stands in the chart, perhaps with elements of others."""

    def test_keeps_what_others_have_added(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        written = shelf.write(intent(ChangeKind.UPDATE, flag, replace(WANTED, text="New text", level="yellow")))
        assert (written.outcome, written.version) == ("updated", "3")
        now = shelf.flags["1"]
        assert now["code"]["text"] == "New text"
        assert now["period"] == {"start": "2026-11-24"}
        assert now["language"] == "en"
        assert all(other in now[name] for name in ("extension", "identifier", "category") for other in OTHERS[name])
        levels = [c["coding"][0]["code"] for c in now["category"] if "sextant" in c["coding"][0]["system"]]
        assert levels == ["yellow"]
        assert b"1.5" in shelf.writes[0].content

    def test_sends_the_version_it_read(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.write(intent(ChangeKind.UPDATE, flag, replace(WANTED, text="New text")))
        assert shelf.writes[0].headers["if-match"] == 'W/"2"'

    def test_a_stale_version_is_read_again_and_tried_once_more(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.meddle = {"language": "fr"}
        written = shelf.write(intent(ChangeKind.UPDATE, flag, replace(WANTED, text="New text")))
        assert written.outcome == "updated"
        assert (shelf.flags["1"]["language"], shelf.flags["1"]["code"]["text"]) == ("fr", "New text")

    def test_a_version_that_is_stale_twice_is_a_conflict_for_a_person(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.mishaps = [str(shelf.stale)] * 2
        written = shelf.write(intent(ChangeKind.UPDATE, flag, replace(WANTED, text="New text")))
        assert written.outcome == "conflict"
        assert len(shelf.writes) == 2
        assert shelf.flags["1"]["code"]["text"] == WANTED.text

    def test_what_the_preview_showed_is_set_in_the_chart(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        wanted = intent(ChangeKind.UPDATE, flag, replace(WANTED, text="New text"))
        shown = json.loads(shelf.sink().preview(wanted).resource_json)
        shelf.write(wanted)
        sent = json.loads(shelf.writes[0].content)
        assert shown["code"]["text"] == sent["code"]["text"] == "New text"
        assert (shown["id"], shown["status"], shown["period"], shown["author"]) == (
            sent["id"],
            sent["status"],
            sent["period"],
            sent["author"],
        )

    def test_a_flag_that_is_gone_is_a_conflict(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.flags.clear()
        assert shelf.write(intent(ChangeKind.UPDATE, flag)).outcome == "conflict"
        assert shelf.writes == []

    def test_makes_an_ended_flag_active_again_with_a_new_period(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        ended = shelf.put({**flag, "status": "inactive", "period": {"start": "2026-01-01", "end": "2026-02-01"}})
        assert shelf.write(intent(ChangeKind.UPDATE, ended)).outcome == "updated"
        assert (shelf.flags["1"]["status"], shelf.flags["1"]["period"]) == ("active", {"start": "2026-11-24"})

    @pytest.mark.parametrize("kind", [ChangeKind.UPDATE, ChangeKind.INACTIVATE])
    @pytest.mark.parametrize("edit", [{"code": {"text": "Dr Lee: talked today"}}, {"status": "inactive"}])
    def test_a_persons_change_since_the_preview_is_theirs(
        self, shelf: FlagShelf, kind: ChangeKind, edit: dict[str, Any]
    ) -> None:
        flag = created(shelf)
        shelf.put({**flag, **edit})
        now = shelf.flags["1"]
        answer = shelf.write(intent(kind, flag, replace(WANTED, text="New text")))
        assert answer.outcome in ("conflict", "already_there")
        assert shelf.writes == []
        assert shelf.flags["1"] == now

    def test_a_persons_change_that_arrives_before_our_put_is_theirs(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.meddle = {"code": {"text": "Dr Lee: talked today"}}
        assert shelf.write(intent(ChangeKind.UPDATE, flag, replace(WANTED, text="New text"))).outcome == "conflict"
        assert shelf.flags["1"]["code"] == {"text": "Dr Lee: talked today"}


class TestEnding:
    """A gap that is gone."""

    def test_is_inactive_with_an_end_and_nothing_else_changed(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        assert shelf.write(intent(ChangeKind.INACTIVATE, flag)).outcome == "inactivated"
        assert shelf.flags["1"] == {
            **flag,
            "status": "inactive",
            "period": {"start": "2026-11-24", "end": "2026-11-24"},
            "meta": {**flag["meta"], "versionId": "3"},
        }

    def test_a_second_time_changes_nothing(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.write(intent(ChangeKind.INACTIVATE, flag))
        shelf.requests.clear()
        assert shelf.write(intent(ChangeKind.INACTIVATE, flag)).outcome == "already_there"
        assert shelf.writes == []

    def test_a_flag_that_is_gone_needs_no_end(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.flags.clear()
        assert shelf.write(intent(ChangeKind.INACTIVATE, flag)).outcome == "already_there"


class TestRefusals:
    """An expected no is a value."""

    @pytest.mark.parametrize("status", ["400", "403", "404", "422"])
    def test_are_told_with_their_status(self, shelf: FlagShelf, status: str) -> None:
        shelf.mishaps = [status]
        written = shelf.write(CREATE)
        assert written.outcome == "refused"
        assert status in written.detail

    def test_a_refused_token_is_renewed_once(self, shelf: FlagShelf) -> None:
        tokens = Tokener()
        shelf.mishaps = ["401"]
        assert shelf.write(CREATE, tokens).outcome == "created"
        assert tokens.renewals == 1

    def test_a_token_that_is_over_ends_the_launch(self, shelf: FlagShelf) -> None:
        shelf.mishaps = ["401"]
        with pytest.raises(LaunchAgain):
            shelf.write(CREATE, Tokener(is_over=LaunchAgain("over")))
        assert shelf.flags == {}

    def test_somebody_elses_flag_is_never_touched(self, shelf: FlagShelf) -> None:
        flag = created(shelf)
        shelf.put({**flag, "subject": {"reference": "Patient/p2"}})
        assert shelf.write(intent(ChangeKind.INACTIVATE, flag)).outcome == "already_there"
        assert shelf.writes == []

    def test_a_list_of_flags_that_cannot_be_read_means_try_later(self, shelf: FlagShelf) -> None:
        with respx.mock() as router:
            router.get(path="/fhir/Flag").respond(200, text='{"resourceType":"Bundle","entry":[{')
            with pytest.raises(TryAgainLater):
                asyncio.run(shelf.sink().write(CREATE))
