"""From the schedule to a Flag in the chart's header, in Chromium, on both worlds."""

import pytest

from tests.e2e.conftest import World
from tests.e2e.walk import Walk, browser_page

PATIENT = "opioid-benzodiazepine"


@pytest.fixture(params=["sandbox_world", "hapi_world"])
def world(request: pytest.FixtureRequest) -> World:
    """Each world in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, World)
    return found


def test_from_the_schedule_to_a_flag_in_the_chart(world: World) -> None:
    with browser_page() as page:
        walk = Walk(page, world.ehr.base_url, PATIENT)
        walk.open_chart_from_schedule()
        before = page.locator("#flags li").count()
        lines = walk.preview()
        assert lines >= 2, "this person has more than one gap that is written by default"
        answers = walk.write()
        assert len(answers) == lines
        assert all("Created" in answer and "Flag/" in answer for answer in answers), answers
        flags = walk.flags_in_header(before + lines)
        assert any("enzodiazepine" in flag for flag in flags), flags


def test_a_second_time_there_is_nothing_to_write(world: World) -> None:
    with browser_page() as page:
        walk = Walk(page, world.ehr.base_url, PATIENT)
        walk.open_chart_from_schedule()
        assert walk.app.get_by_text("nothing to write").is_visible()
