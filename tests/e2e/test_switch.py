"""The site's switch: off writes nothing and says so, a dry run shows everything and writes nothing; the rest goes on."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import World, world
from tests.e2e.launching import visible_text
from tests.e2e.test_recorded_and_dismissed import Desk, day, hidden_fields

PATIENT = "high-dose-unreviewed"


@pytest.fixture(scope="module", params=["off", "dry_run"])
def switched(request: pytest.FixtureRequest) -> Iterator[tuple[str, World]]:
    """A site whose switch is not at "on"."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEXTANT_WRITING", request.param)
        with world("generic") as running:
            yield request.param, running


def test_the_pages_say_it_and_nothing_is_written(switched: tuple[str, World]) -> None:
    switch, site = switched
    desk = Desk.of(site, PATIENT)
    visit = visible_text(desk.shown(""))
    said = "Writing to the chart is switched off for this site" if switch == "off" else "tries"
    assert said in visit
    assert said in visible_text(desk.shown("preview"))
    assert ("Preview 2 Flags" in visit) == (switch == "dry_run")
    if switch == "dry_run":
        form = {**hidden_fields(desk.shown("preview").text), "rule": ["med", "naloxone"]}
        assert "Nothing was written" in visible_text(desk.frame.post(f"{desk.page}/write", form))
    assert "There is nothing to take back" in visible_text(desk.shown("undo"))
    assert not [row for row in site.ehr.requests() if row["method"] != "GET"]


def test_a_word_entered_is_kept_all_the_same(switched: tuple[str, World]) -> None:
    desk = Desk.of(switched[1], PATIENT)
    desk.send("record/naloxone", {"fact.naloxone": "has", "day": day()})
    assert desk.finding("naloxone")["status"] == "green"
