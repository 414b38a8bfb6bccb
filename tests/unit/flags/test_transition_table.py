"""The page for integrators shows the very table that the plan uses."""

from app.domain.flag import ChangeKind
from app.flags.transitions import TRANSITIONS, Asked, Standing
from scripts.build_transition_table import PAGE, renewed, transitions_text


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf8")
    assert page == renewed(page), "run python -m scripts.build_transition_table"


def test_every_standing_and_every_question_is_in_it() -> None:
    shown = transitions_text()
    assert all(each.value in shown for each in (*Standing, *Asked))


def test_a_person_is_never_overruled_on_the_facts_that_they_knew() -> None:
    theirs = (Standing.EDITED, Standing.ENDED_BY_HAND, Standing.REMOVED, Standing.IN_ERROR)
    assert {TRANSITIONS[standing, Asked.SAME].kind for standing in theirs} == {ChangeKind.LEAVE}


def test_only_a_gap_that_is_gone_ends_a_flag() -> None:
    ends = {asked for (_, asked), step in TRANSITIONS.items() if step.kind is ChangeKind.INACTIVATE}
    assert ends == {Asked.GONE}


def test_an_edited_text_is_never_written_over() -> None:
    kinds = {step.kind for (standing, _), step in TRANSITIONS.items() if standing is Standing.EDITED}
    assert ChangeKind.UPDATE not in kinds
