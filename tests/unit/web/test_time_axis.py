"""The drawing of dose and benefit: where lines, marks and bars lie, and what the sentence under it says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.med import MedTotal, Segment
from app.usecases.review_patient import (
    Mark,
    MarkKind,
    OverTime,
    PaceGuide,
    PegBaseline,
    PegPoint,
    ReviewedChart,
    Taken,
    reviewed,
)
from app.web.presenters.chart import full_chart, top_of_scale
from app.web.presenters.drawing import Scale, TimeAxis
from app.web.presenters.over_time import months_chosen, not_drawn, over_time_view, summary
from app.web.presenters.shown import LEFT, RIGHT, shown_of
from tests.spec.rules import chart as spec

TODAY = date(2026, 3, 1)
EMPTY = OverTime(Decimal(50), Decimal(90), (), None, (), (), PaceGuide(Decimal(10), 4))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def dose(*stretches: tuple[int, int, str, bool]) -> MedTotal:
    """A total whose timeline is (from days ago, to days ago, MME, complete)."""
    timeline = tuple(Segment(ago(first), ago(last), Decimal(mme), complete) for first, last, mme, complete in stretches)
    bare = MedTotal("Patient/p", TODAY, "cdc-2022", None, True, None, None, None, None, None)
    return replace(bare, timeline=timeline)


def peg(days: int, mean: str) -> PegPoint:
    return PegPoint(ago(days), Decimal(mean), "Observation/peg", "")


def better_than(point: PegPoint) -> PegBaseline:
    return PegBaseline(point, True, Decimal(30), point.mean * Decimal("0.7"))


# --- the axis --------------------------------------------------------------------------------------------------------


def test_days_lie_between_the_edges_in_order() -> None:
    axis = TimeAxis(ago(364), TODAY, LEFT, RIGHT)
    places = [axis.x(ago(days)) for days in (500, 364, 200, 1, 0, -1, -90)]
    assert places == sorted(places)
    assert places[0] == places[1] == LEFT
    assert places[-1] == places[-2] == RIGHT
    assert axis.x(TODAY) < axis.middle(TODAY) < RIGHT


def test_values_lie_between_zero_and_the_top() -> None:
    scale = Scale(Decimal(100), 10, 110)
    assert [scale.y(Decimal(value)) for value in (0, 50, 100, 400)] == [110, 60, 10, 10]


@pytest.mark.parametrize(
    ("highest", "top"), [("0", 60), ("50", 60), ("59", 60), ("90", 100), ("120", 140), ("560", 600)]
)
def test_the_scale_is_round_above_the_dose_and_shows_the_lower_band(highest: str, top: int) -> None:
    assert top_of_scale(shown_of(dose((365, -1, highest, True)), EMPTY, 12, LEFT, RIGHT)) == top


# --- the drawing -----------------------------------------------------------------------------------------------------


def test_the_dose_is_one_line_of_steps() -> None:
    drawn = full_chart(shown_of(dose((400, 100, "60", True), (100, -30, "90", True)), EMPTY, 12, LEFT, RIGHT), 12, "")
    (line,) = [path.d for path in drawn.paths if path.css == "dose-line"]
    assert line.startswith(f"M{LEFT} ")
    assert line.endswith(f"H{RIGHT}")
    assert line.count("V") == 1
    assert "hatched" not in {rect.css for rect in drawn.rects}


def test_an_incomplete_stretch_is_hatched_and_its_lower_bound_is_drawn() -> None:
    drawn = full_chart(shown_of(dose((400, 50, "60", True), (50, -1, "60", False)), EMPTY, 12, LEFT, RIGHT), 12, "")
    assert [rect.css for rect in drawn.rects].count("hatched") == 1
    assert [path.css for path in drawn.paths].count("dose-line") == 1


def test_what_is_not_known_is_never_a_line_at_zero() -> None:
    med = dose((400, 200, "60", True), (200, 100, "0", False), (100, -1, "60", True))
    (line,) = [
        each.d for each in full_chart(shown_of(med, EMPTY, 12, LEFT, RIGHT), 12, "").paths if each.css == "dose-line"
    ]
    assert line.count("M") == 2
    nothing = full_chart(shown_of(dose((400, -1, "0", False)), EMPTY, 12, LEFT, RIGHT), 12, "")
    assert "dose-line" not in {path.css for path in nothing.paths}
    unread = full_chart(shown_of(dose(), EMPTY, 12, LEFT, RIGHT), 12, "")
    assert "the dose is not known" in {label.text for label in unread.labels}


def test_a_measured_zero_is_a_line() -> None:
    drawn = full_chart(shown_of(dose((400, -1, "0", True)), EMPTY, 12, LEFT, RIGHT), 12, "")
    assert "dose-line" in {path.css for path in drawn.paths}


def test_each_kind_of_event_has_a_lane_of_its_own() -> None:
    marks = (
        Mark(MarkKind.VISIT, ago(10), None),
        Mark(MarkKind.VISIT, ago(90), None),
        Mark(MarkKind.PDMP_CHECK, ago(10), None),
    )
    drawn = full_chart(shown_of(dose((400, -1, "60", True)), replace(EMPTY, marks=marks), 12, LEFT, RIGHT), 12, "")
    assert [path.title for path in drawn.paths if path.css == "mark"] == [
        "visit, 19 Feb",
        "visit, 1 Dec 2025",
        "PDMP check, 19 Feb",
    ]
    texts = [label.text for label in drawn.labels]
    assert texts.count("visits") == 1
    assert "urine tests" not in texts


def test_the_line_of_improvement_needs_a_baseline_and_something_to_compare() -> None:
    first, last = peg(300, "8"), peg(20, "5")
    both = replace(EMPTY, peg=(first, last), peg_baseline=better_than(first))
    drawn = full_chart(shown_of(dose(), both, 12, LEFT, RIGHT), 12, "")
    assert "peg-target peg-target-mean" in {path.css for path in drawn.paths}
    assert [path.css for path in drawn.paths].count("peg-point peg-pain") == 2
    alone = replace(EMPTY, peg=(first,), peg_baseline=better_than(first))
    drawn = full_chart(shown_of(dose(), alone, 12, LEFT, RIGHT), 12, "")
    assert not [path.css for path in drawn.paths if path.css.startswith("peg-target")]


def test_a_medicine_has_one_bar_a_stretch_and_a_guessed_end_looks_different() -> None:
    taken = (
        Taken("lorazepam 1 MG Oral Tablet", "benzodiazepine", ago(200), ago(150), True),
        Taken("lorazepam 1 MG Oral Tablet", "benzodiazepine", ago(60), ago(-30), False),
    )
    drawn = full_chart(shown_of(dose(), replace(EMPTY, sedatives=taken), 12, LEFT, RIGHT), 12, "")
    assert [rect.css for rect in drawn.rects if "bar" in rect.css] == ["bar", "bar bar-guess"]
    assert [label.text for label in drawn.labels if "lorazepam" in label.text] == [
        "lorazepam 1 mg tablet (benzodiazepine)"
    ]


# --- in words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("med", "said"),
    [
        (dose((400, 100, "50", True), (100, -1, "90", True)), "MED is 90 MME/day, up 80 % from 50 12 months ago."),
        (dose((400, 100, "90", True), (100, -1, "45", True)), "MED is 45 MME/day, down 50 % from 90 12 months ago."),
        (dose((400, -1, "60", True)), "MED is 60 MME/day, as it was 12 months ago."),
        (dose((400, 100, "0", True), (100, -1, "30", True)), "MED is 30 MME/day; no opioid was counted 12 months ago."),
        (dose((400, 300, "0", True), (300, 9, "60", True), (9, -1, "0", True)),
         "No opioid is counted today, and none was 12 months ago; the highest was 60."),
        (dose((400, 9, "60", True), (9, -1, "0", True)), "No opioid is counted today; it was 60 MME/day 12 months ago."),
        (dose((400, 9, "60", True), (9, -1, "30", False)),
         "MED is at least 30 MME/day; it was 60 MME/day 12 months ago."),
        (dose((400, 9, "60", True), (9, -1, "0", False)), "MED is not known; it was 60 MME/day 12 months ago."),
        (dose(), "The dose is not known."),
    ],
)  # fmt: skip
def test_the_sentence_about_the_dose(med: MedTotal, said: str) -> None:
    first = summary(shown_of(med, EMPTY, 12, LEFT, RIGHT), 12)[0]
    assert first.replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ((), "No complete PEG is on record."),
        ((peg(20, "5"),), "PEG is 5 (9 Feb), the first measurement."),
        ((peg(300, "8"), peg(20, "4")), "PEG is 4 (9 Feb), 50 % better than 8 at the start (5 May 2025)."),
        ((peg(300, "5"), peg(20, "8")), "PEG is 8 (9 Feb), 60 % worse than 5 at the start (5 May 2025)."),
        ((peg(300, "5"), peg(20, "5")), "PEG is 5 (9 Feb), the same as 5 at the start (5 May 2025)."),
    ],
)
def test_the_sentence_about_the_benefit(points: tuple[PegPoint, ...], said: str) -> None:
    facts = replace(EMPTY, peg=points, peg_baseline=better_than(points[0]) if points else None)
    sentences = summary(shown_of(dose(), facts, 12, LEFT, RIGHT), 12)
    assert said in [each.replace("\N{NO-BREAK SPACE}", " ") for each in sentences]


def test_an_empty_lane_is_not_called_none_when_its_feed_failed() -> None:
    feeds = Feeds({feed: FeedState(FeedStatus.AVAILABLE) for feed in Feed})
    assert not_drawn(feeds) == ""
    broken = feeds.with_state(Feed.ENCOUNTERS, FeedState(FeedStatus.FAILED))
    assert "visits" in not_drawn(broken)


@pytest.mark.parametrize(
    ("asked", "months"), [("3", 3), ("12", 12), ("24", 24), ("", 12), ("6", 12), ("²", 12), ("-3", 12)]
)
def test_only_the_offered_lengths_are_shown(asked: str, months: int) -> None:
    assert months_chosen(asked) == months


# --- from a chart ----------------------------------------------------------------------------------------------------


def looked_at(*parts: object, **feeds: str) -> ReviewedChart:
    """A chart of the spec tests, reviewed as the page would."""
    record = spec.person(*parts, **feeds)  # type: ignore[arg-type]
    return reviewed(record, spec.policy(), spec.DAY, datetime(2026, 3, 1, 9, tzinfo=UTC))


def test_the_drawing_rests_on_the_same_facts_as_the_findings() -> None:
    chart = looked_at(
        spec.on_opioids(), spec.peg(8, 8, 8, ago=100), spec.peg(4, 4, 4, ago=20), spec.udt(ago=30), spec.visit(ago=40)
    )
    facts = chart.over_time
    assert [point.mean for point in facts.peg] == [8, 4]
    assert facts.peg_baseline
    assert facts.peg_baseline.is_at_start
    assert facts.peg_baseline.improved == Decimal("5.6")
    assert {(mark.kind, mark.day) for mark in facts.marks} == {
        (MarkKind.URINE_TEST, spec.back(30)),
        (MarkKind.VISIT, spec.back(40)),
    }


def test_a_sedative_is_a_bar_over_its_supply_and_ends_where_it_was_stopped() -> None:
    running = looked_at(spec.on_opioids(), spec.order(spec.LORAZEPAM, ago=20, days=30)).over_time.sedatives
    assert [(each.drug_class, each.starts, each.ends) for each in running] == [
        ("benzodiazepine", spec.back(20), spec.back(-10))
    ]
    assert running[0].is_certain


def test_a_chart_that_could_not_be_read_has_no_line_and_says_so() -> None:
    view = over_time_view(looked_at(medications="failed"))
    assert view.spark is None
    assert view.summary[0] == "The dose is not known."
    assert "medicines" in view.not_drawn
