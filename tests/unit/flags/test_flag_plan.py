"""What is wanted against what stands in the chart: each line of the transition table, and what must never happen."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.finding import Finding, LtotState, Review, Status, Tier
from app.domain.flag import PERHAPS, ChangeKind, ChartFlag, FlagPlan, LastWritten, NoteChange
from app.domain.med import MedTotal
from app.flags import identify_with, plan, plan_note, wanted
from app.flags.transitions import TRANSITIONS, Asked, Standing
from app.rules.pack import shipped_pack

DAY = date(2026, 3, 1)
IDENTIFY = identify_with(b"site secret")
POLICY = shipped_pack("us-default-2026")


def review(**statuses: str) -> Review:
    """A review with these rules at these statuses."""
    findings = tuple(Finding(rule, "1", Status(status), rule, "because") for rule, status in statuses.items())
    med = MedTotal("Patient/p1", DAY, "cdc-2022", None, False, None, None, None, None, None)
    ltot = LtotState("ltot.60of90", True, 90, 90, None, "candidate")
    return Review("Patient/p1", DAY, "us-default-2026", ltot, Tier("low"), (), med, findings)


def planned(answer: Review, *existing: ChartFlag) -> FlagPlan:
    return plan(wanted(answer, POLICY, IDENTIFY), existing, answer, POLICY)


def flag(
    rule: str = "udt_check", status: str = "active", text: str | None = None, level: str | None = "red"
) -> ChartFlag:
    """Our Flag of one rule, as the chart gives it back."""
    said = text or "Urine drug test due (Sextant, as of 2026-01-15)"
    return ChartFlag("Flag/1", status, said, "Patient/p1", IDENTIFY("Patient/p1", rule), rule, level, version="1")


def kinds(answer: FlagPlan) -> list[tuple[str, str]]:
    return [(each.rule, each.kind.value) for each in answer.changes]


@pytest.mark.parametrize(
    ("standing", "status", "expected"),
    [
        (None, "red", "create"),
        (None, "yellow", None),
        (None, "green", None),
        ("active", "red", "leave"),
        ("active", "yellow", "leave"),
        ("active", "grey", "leave"),
        ("active", "green", "inactivate"),
        ("active", "not_applicable", "inactivate"),
        ("inactive", "red", "update"),
        ("inactive", "grey", "leave"),
        ("inactive", "green", "leave"),
        ("entered-in-error", "red", "leave"),
        ("entered-in-error", "green", "leave"),
    ],
)
def test_each_standing_flag_and_each_status(standing: str | None, status: str, expected: str | None) -> None:
    existing = (flag(status=standing),) if standing else ()
    assert kinds(planned(review(udt_check=status), *existing)) == ([("udt_check", expected)] if expected else [])


def test_the_table_answers_every_question_it_can_be_asked() -> None:
    only_wanted = {Standing.AS_WANTED, Standing.TWICE}
    possible = {(standing, asked) for standing in Standing for asked in Asked if standing not in only_wanted}
    assert set(TRANSITIONS) == possible | {
        (each, asked) for each in only_wanted for asked in (Asked.WANTED, Asked.SAME)
    }


def test_a_second_one_that_came_late_is_proposed_to_go() -> None:
    second = replace(flag(), reference="Flag/10")
    (change,) = planned(review(udt_check="red"), second, flag()).to_write
    assert (change.kind, change.existing, change.reason) == (
        ChangeKind.UPDATE,
        flag(),
        "It stands in the chart twice: one stays, the other is marked as entered in error",
    )


@pytest.mark.parametrize(
    "second",
    [
        replace(flag(), reference="Flag/10", text="Urine drug test due (Sextant, as of 2026-01-20)"),
        replace(flag(), reference="Flag/10", text="UDT: ordered today, Dr Lee"),
        replace(flag(status="inactive"), reference="Flag/10"),
        replace(flag(status="entered-in-error"), reference="Flag/10"),
        replace(flag(), reference="Flag/10", subject="Patient/p2"),
    ],
    ids=["of another day", "edited", "ended", "in error", "another person's"],
)
def test_a_second_one_that_is_no_twin_is_left(second: ChartFlag) -> None:
    assert planned(review(udt_check="red"), second, flag()).to_write == ()


def test_the_same_gap_on_a_later_day_changes_nothing() -> None:
    assert planned(review(udt_check="red"), flag()).to_write == ()


def test_another_text_of_ours_is_updated() -> None:
    old = flag(text="Urine test overdue (Sextant, as of 2025-12-01)")
    assert kinds(planned(review(udt_check="red"), old)) == [("udt_check", "update")]


def test_another_level_is_updated() -> None:
    assert kinds(planned(review(udt_check="red"), flag(level="yellow"))) == [("udt_check", "update")]


def test_a_text_that_a_person_edited_is_not_overwritten() -> None:
    edited = flag(text="UDT: ordered today, Dr Lee")
    assert planned(review(udt_check="red"), edited).to_write == ()


def test_a_returning_gap_makes_the_same_flag_active_with_a_new_period() -> None:
    (change,) = planned(review(udt_check="red"), flag(status="inactive")).to_write
    assert change.kind is ChangeKind.UPDATE
    assert change.existing is not None
    assert change.existing.reference == "Flag/1"
    assert change.wanted is not None
    assert change.wanted.since == DAY


def test_somebody_elses_flag_is_left_alone() -> None:
    foreign = ChartFlag("Flag/9", "active", "Latex allergy", "Patient/p1")
    answer = planned(review(udt_check="green"), foreign)
    assert kinds(answer) == [("", "leave")]


def test_a_flag_of_another_person_is_never_touched() -> None:
    other = replace(flag(), subject="Patient/p2")
    assert kinds(planned(review(udt_check="green"), other)) == [("udt_check", "leave")]


def test_a_flag_of_a_rule_that_is_off_is_left_alone() -> None:
    assert kinds(planned(review(), flag())) == [("udt_check", "leave")]


def test_of_two_flags_with_our_identifier_one_is_ended_and_the_other_left() -> None:
    second = replace(flag(), reference="Flag/22")
    answer = planned(review(udt_check="green"), second, flag())
    assert [(each.kind.value, each.existing and each.existing.reference) for each in answer.changes] == [
        ("inactivate", "Flag/1"),
        ("leave", "Flag/22"),
    ]


def test_depression_alcohol_and_results_never_become_flags_by_default() -> None:
    quiet = ("depression", "ptsd", "anxiety", "alcohol", "oud_moud", "udt_result", "pdmp_result", "overdose_history")
    assert planned(review(**dict.fromkeys(quiet, "red"), pregnancy="red")).changes == ()


def test_without_a_patient_nothing_is_wanted() -> None:
    assert wanted(replace(review(udt_check="red"), patient=None), POLICY, IDENTIFY) == ()


def test_every_flag_text_fits_and_names_the_day() -> None:
    rules = ("sedative", "naloxone", "change_watch", "med", "udt_check", "pdmp_check", "agreement")
    flags = wanted(review(**dict.fromkeys(rules, "red")), POLICY, IDENTIFY)
    assert len(flags) == len(rules)
    assert all(len(each.text) <= 120 and each.text.endswith("(Sextant, as of 2026-03-01)") for each in flags)


def test_the_digest_does_not_depend_on_order() -> None:
    answer = review(udt_check="red", agreement="red", med="green")
    standing = (flag(), flag("med", text="Opioid dose: benefit-risk review due (Sextant, as of 2026-01-01)"))
    assert planned(answer, *standing).digest == planned(answer, *reversed(standing)).digest


@pytest.mark.parametrize(
    "changed",
    [
        planned(review(udt_check="red", agreement="red"), flag(status="inactive")),
        planned(review(udt_check="red"), replace(flag(status="inactive"), version="2")),
        planned(review(udt_check="green"), flag()),
    ],
    ids=["another gap", "another version in the chart", "the gap is closed"],
)
def test_the_digest_changes_with_the_plan(changed: FlagPlan) -> None:
    assert changed.digest != planned(review(udt_check="red"), flag(status="inactive")).digest


def test_somebody_elses_flag_does_not_change_the_digest() -> None:
    foreign = ChartFlag("Flag/9", "active", "Latex allergy", "Patient/p1")
    assert planned(review(udt_check="red"), foreign).digest == planned(review(udt_check="red")).digest


def test_the_identifier_is_stable_and_says_nothing() -> None:
    value = IDENTIFY("Patient/p1", "udt_check")
    assert value == identify_with(b"site secret")("Patient/p1", "udt_check")
    assert len(value) == 64
    others = {
        IDENTIFY("Patient/p2", "udt_check"),
        IDENTIFY("Patient/p1", "med"),
        identify_with(b"x")("Patient/p1", "udt_check"),
    }
    assert value not in others
    assert "p1" not in value


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        identify_with(b"")("Patient/p1", "med")


class TestWithOurLedger:
    """What we last wrote tells our own work from a person's."""

    @staticmethod
    def line(**changes: str) -> LastWritten:
        text = "Urine drug test due (Sextant, as of 2026-01-15)"
        line = LastWritten(IDENTIFY("Patient/p1", "udt_check"), "udt_check", text, "active", "facts")
        return replace(line, **changes)

    @staticmethod
    def planned(line: LastWritten, *existing: ChartFlag, facts: str = "facts") -> list[str]:
        answer = review(udt_check="red")
        flags = wanted(answer, POLICY, IDENTIFY, lambda _: facts)
        return [each.kind.value for each in plan(flags, existing, answer, POLICY, [line]).changes]

    def test_ended_by_hand_stays_down_until_the_facts_change(self) -> None:
        ended = flag(status="inactive")
        assert self.planned(self.line(), ended) == ["leave"]
        assert self.planned(self.line(seen_ended_with="facts"), ended, facts="other facts") == ["update"]

    def test_ended_by_hand_on_facts_that_changed_while_it_stood_stays_down_until_they_change_again(self) -> None:
        ended = flag(status="inactive")
        assert self.planned(self.line(), ended, facts="other facts") == ["leave"], "nobody can tell which came first"
        seen = self.line(seen_ended_with="other facts")
        assert self.planned(seen, ended, facts="other facts") == ["leave"]
        assert self.planned(seen, ended, facts="facts") == ["update"]

    def test_ended_by_us_comes_back_with_the_gap(self) -> None:
        assert self.planned(self.line(status="inactive"), flag(status="inactive")) == ["update"]

    def test_taken_out_of_the_chart_stays_out_until_the_facts_change(self) -> None:
        assert self.planned(self.line()) == ["leave"]
        assert self.planned(self.line(), facts="other facts") == ["leave"], "seen for the first time"
        assert self.planned(self.line(seen_ended_with="facts"), facts="other facts") == ["create"]
        assert self.planned(self.line(status="inactive")) == ["create"]

    def test_a_text_of_our_form_that_is_not_ours_was_edited(self) -> None:
        edited = flag(text="Urine drug test ordered (Sextant, as of 2026-01-15)")
        assert self.planned(self.line(), edited) == ["leave"]
        assert self.planned(self.line(), edited, facts="other facts") == ["leave"]

    def test_spaces_that_an_ehr_joined_are_no_edit(self) -> None:
        spaced = flag(text="Urine drug  test due (Sextant, as of 2026-01-15) ")
        assert self.planned(self.line(), spaced, facts="other facts") == ["leave"], "as wanted"

    def test_what_was_never_answered_and_is_not_there_is_proposed_again(self) -> None:
        assert self.planned(self.line(status=PERHAPS)) == ["create"]

    def test_what_was_never_answered_and_is_there_is_our_own_work(self) -> None:
        line = self.line(status=PERHAPS)
        assert self.planned(line, flag(), facts="other facts") == ["leave"], "as wanted"
        edited = flag(text="Urine drug test ordered (Sextant, as of 2026-01-15)")
        assert self.planned(line, edited, facts="other facts") == ["leave"], "a person's text stays"
        assert self.planned(line, flag(status="inactive")) == ["leave"], "a person ended it"
        seen = replace(line, seen_ended_with="facts")
        assert self.planned(seen, flag(status="inactive"), facts="other facts") == ["update"]

    def test_a_renewal_that_was_never_answered_did_not_happen_where_the_version_is_the_old_one(self) -> None:
        line = self.line(status=PERHAPS, text="Urine drug test overdue (Sextant, as of 2026-02-01)", version="1")
        assert self.planned(line, flag(status="inactive")) == ["update"]
        old = flag(text="Urine test overdue (Sextant, as of 2025-12-01)")
        assert self.planned(line, old) == ["update"]
        assert self.planned(line, replace(old, version="2")) == ["leave"], "somebody else's text"

    def test_an_error_stays_an_error(self) -> None:
        assert self.planned(self.line(), flag(status="entered-in-error"), facts="other facts") == ["leave"]

    def test_an_ended_twin_and_one_in_error_are_told_apart(self) -> None:
        twins = (replace(flag(status="entered-in-error"), reference="Flag/0"), flag(status="inactive"))
        assert self.planned(self.line(status="inactive"), *twins) == ["update", "leave"]


class TestNotes:
    """For an EHR that takes no Flags: one line, one note a visit."""

    @staticmethod
    def planned(answer: Review, *lines: LastWritten, visit: str | None = "Encounter/e1") -> FlagPlan:
        return plan_note(wanted(answer, POLICY, IDENTIFY, lambda f: f.status.value), answer, IDENTIFY, visit, lines)

    def test_one_line_names_every_gap(self) -> None:
        (line,) = self.planned(review(udt_check="red", agreement="red")).changes
        assert isinstance(line, NoteChange)
        assert line.note.rules == ("udt_check", "agreement")
        assert "- Urine drug test due\n" in line.note.text
        assert line.note.identifier[:12] in line.note.title
        assert "p1" not in line.note.title + line.note.text

    def test_nothing_open_nothing_written(self) -> None:
        assert self.planned(review(udt_check="green")).changes == ()

    def test_the_same_visit_again_needs_no_second_note(self) -> None:
        (line,) = self.planned(review(udt_check="red")).changes
        assert isinstance(line, NoteChange)
        written = LastWritten(line.note.identifier, line.rule, "", "active", line.note.fingerprint, "D/1", "1")
        assert self.planned(review(udt_check="red"), written).changes == ()
        (corrected,) = self.planned(review(udt_check="red", agreement="red"), written).changes
        assert isinstance(corrected, NoteChange)
        assert corrected.last == written
        (other,) = self.planned(review(udt_check="red"), written, visit="Encounter/e2").changes
        assert isinstance(other, NoteChange)
        assert other.last is None

    def test_after_one_was_taken_back_the_next_is_another_note(self) -> None:
        gone: list[LastWritten] = []
        for _ in range(3):
            (line,) = self.planned(review(udt_check="red"), *gone).changes
            assert isinstance(line, NoteChange)
            assert line.last is None
            assert line.note.identifier not in {each.identifier for each in gone}
            gone.append(LastWritten(line.note.identifier, line.rule, "", "inactive", line.note.fingerprint, "D/1", "2"))
        assert "taken back" in line.reason

    def test_the_digest_covers_the_text(self) -> None:
        one, two = self.planned(review(udt_check="red")), self.planned(review(udt_check="red", agreement="red"))
        assert one.digest != two.digest
