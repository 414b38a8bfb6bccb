"""The planned dose beside the actual one, and pain and function of the PEG: drawn, said, and in the tables."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.domain.chart import RecordedFact
from app.domain.med import MedTotal
from app.domain.taper import StepUnit, TaperPlan
from app.rules.words import unapproved
from app.usecases.review_patient import PegBaseline, PegPoint, Planned, ReviewedChart, reviewed
from app.web.presenters.chart import full_chart, top_of_scale
from app.web.presenters.drawing import Drawing
from app.web.presenters.over_time import over_time_view, summary
from app.web.presenters.shown import LEFT, RIGHT, Shown, shown_of
from app.web.presenters.taper_line import planned_sentences
from tests.spec.rules import chart as spec
from tests.unit.web.test_time_axis import EMPTY, TODAY, ago, dose

STEADY = dose((400, -40, "75", True))


def planned(starts: date, made_on: date = TODAY, *, is_faster: bool = False, weeks: int = 4) -> Planned:
    """From 90 to 45 MME/day by 15 MME/day."""
    plan = TaperPlan(starts, Decimal(90), Decimal(15), StepUnit.MME, weeks, Decimal(45))
    stretches = plan.stretches(min(starts, made_on), ago(-700))
    return Planned(stretches, plan, made_on, "Dr. Lee", None, is_faster)


def shown(plan: Planned | None, med: MedTotal = STEADY, months: int = 12) -> Shown:
    return shown_of(med, replace(EMPTY, planned=plan), months, LEFT, RIGHT)


def drawn(plan: Planned | None, med: MedTotal = STEADY, months: int = 12) -> Drawing:
    return full_chart(shown(plan, med, months), months, "")


def words(sentences: Iterable[str]) -> str:
    return " ".join(sentences).replace("\N{NO-BREAK SPACE}", " ")


def path(drawing: Drawing, css: str) -> str:
    (found,) = [each.d for each in drawing.paths if each.css == css]
    return found


# --- the axis --------------------------------------------------------------------------------------------------------


def test_without_a_plan_nothing_lies_ahead() -> None:
    assert shown(None).axis.last == TODAY
    assert {"planned-line", "today"}.isdisjoint(each.css for each in drawn(None).paths)


@pytest.mark.parametrize(
    ("starts", "months", "days"),
    [(-10, 12, 91), (-10, 3, 45), (50, 12, 34), (50, 24, 34), (55, 12, 29), (56, 12, 0), (200, 12, 0)],
)
def test_the_axis_reaches_until_after_the_last_step_and_no_further_than_it_may(
    starts: int, months: int, days: int
) -> None:
    """The last of three steps is 56 days after the first."""
    axis = shown(planned(ago(starts)), months=months).axis
    assert (axis.last - TODAY).days == days


def test_the_actual_dose_ends_today_and_the_planned_one_goes_on() -> None:
    drawing = drawn(planned(ago(-10)))
    here = float(path(drawing, "today").split()[0].removeprefix("M"))
    assert path(drawing, "dose-line").endswith(f"H{here:g}")
    assert LEFT < here < RIGHT
    assert path(drawing, "planned-line").endswith(f"H{RIGHT}")
    assert path(drawing, "planned-line").count("V") == 3
    texts = [each.text for each in drawing.labels]
    assert "planned 45" in texts
    assert "today" in texts


def test_the_scale_makes_room_for_the_planned_dose() -> None:
    low = dose((400, -1, "20", True))
    assert top_of_scale(shown(planned(ago(-10)), low)) == 100
    assert top_of_scale(shown(None, low)) == 60


def test_what_is_taken_beside_it_is_not_drawn_ahead_of_today() -> None:
    taken = spec.order(spec.LORAZEPAM, ago=20, days=90)
    chart = looked_at(spec.on_opioids(90), taken, recorded(ago(-10)))
    (bar,) = [each for each in over_time_view(chart).chart.rects if each.css.startswith("bar")]
    here = float(path(over_time_view(chart).chart, "today").split()[0].removeprefix("M"))
    assert float(bar.x) + float(bar.width) == pytest.approx(here, abs=0.2)


# --- in words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("med", "said"),
    [
        (dose((400, -1, "75", True)), "Planned for today: 60 MME/day; actual 75, above the plan."),
        (dose((400, -1, "60", True)), "Planned for today: 60 MME/day; actual 60, as planned."),
        (dose((400, -1, "60.4", True)), "Planned for today: 60 MME/day; actual 60.4, as planned."),
        (dose((400, -1, "45", True)), "Planned for today: 60 MME/day; actual 45, below the plan."),
        (dose((400, -1, "0", True)), "Planned for today: 60 MME/day; actual 0, below the plan."),
        (dose((400, -1, "75", False)), "Planned for today: 60 MME/day; actual at least 75, above the plan."),
        (
            dose((400, -1, "45", False)),
            "Planned for today: 60 MME/day; actual at least 45, so which side of the plan it is on is not known.",
        ),
        (dose((400, -1, "0", False)), "Planned for today: 60 MME/day; actual not known."),
        (dose(), "Planned for today: 60 MME/day; actual not known."),
    ],
)
def test_planned_and_actual_today(med: MedTotal, said: str) -> None:
    sentences = planned_sentences(shown(planned(ago(30)), med))
    assert words(sentences[:1]) == said
    assert "Pauses are normal" in words(sentences)
    assert not unapproved(words(sentences))


def test_what_is_to_come() -> None:
    assert "Next step: 75 on 11 Mar, last: 45 on 6 May." in words(planned_sentences(shown(planned(ago(-10)))))
    assert "Next step: 45 on 27 Mar." in words(planned_sentences(shown(planned(ago(30)))))
    assert "Next step" not in words(planned_sentences(shown(planned(ago(200)))))


def test_a_pace_above_the_guide_is_told_and_another_is_not() -> None:
    fast = words(planned_sentences(shown(planned(ago(30), is_faster=True))))
    assert "The planned steps are faster than 10 % of the starting dose in 4 weeks, the usual guide." in fast
    assert "faster" not in words(planned_sentences(shown(planned(ago(30)))))


def test_without_a_plan_nothing_is_said() -> None:
    assert planned_sentences(shown(None)) == ()


# --- from a chart ----------------------------------------------------------------------------------------------------


def recorded(starts: date) -> spec.Part:
    """A plan in numbers, entered today."""
    name, fact = spec.entered("taper_plan", "made")
    assert isinstance(fact, RecordedFact)
    plan = TaperPlan(starts, Decimal(90), Decimal(10), StepUnit.PERCENT, 4, Decimal(45))
    return name, replace(fact, taper=plan)


def looked_at(*parts: object) -> ReviewedChart:
    record = spec.person(*parts)  # type: ignore[arg-type]
    return reviewed(record, spec.policy(), spec.DAY, datetime(2026, 3, 1, 9, tzinfo=UTC))


def test_a_recorded_plan_is_drawn_said_and_in_the_table() -> None:
    view = over_time_view(looked_at(spec.on_opioids(90, since=300), recorded(ago(-10))))
    assert "Planned for today: 90 MME/day; actual 90, as planned." in words(view.summary)
    assert view.planned_by == "entered by Nurse Kim, plan of 1 Mar"
    assert [(row.when, row.what) for row in view.planned_rows][-3:] == [
        ("8 Apr to 5 May (28 days)", "72 MME/day"),
        ("11 Mar to 7 Apr (28 days)", "81 MME/day"),
        ("1 Mar to 10 Mar (10 days)", "90 MME/day"),
    ]
    assert view.planned_rows[0].when.startswith("from ")
    assert path(view.chart, "planned-line")
    assert view.spark
    assert "planned-line" not in {each.css for each in view.spark.paths}


# --- PEG -------------------------------------------------------------------------------------------------------------


def asked(days: int, pain: str, function: str) -> PegPoint:
    mean = (Decimal(pain) + 2 * Decimal(function)) / 3
    return PegPoint(ago(days), mean, "Observation/peg", "", Decimal(pain), Decimal(function))


def peg_drawing(*points: PegPoint) -> Drawing:
    first = points[0]
    share = Decimal("0.7")
    parts = [part * share if part is not None else None for part in (first.mean, first.pain, first.function)]
    facts = replace(EMPTY, peg=points, peg_baseline=PegBaseline(first, True, Decimal(30), *parts))
    return full_chart(shown_of(STEADY, facts, 12, LEFT, RIGHT), 12, "")


def test_pain_and_function_are_two_lines_with_their_names_and_targets() -> None:
    drawing = peg_drawing(asked(300, "8", "6"), asked(20, "5", "3"))
    css = [each.css for each in drawing.paths if each.css.startswith("peg")]
    assert {"peg-line peg-pain", "peg-line peg-function"} <= set(css)
    assert {"peg-target peg-target-pain", "peg-target peg-target-function"} <= set(css)
    texts = [each.text for each in drawing.labels]
    assert texts.count("pain") == texts.count("function") == 1
    assert "PEG, 0 to 10 (lower is better)" in texts
    assert [each.title for each in drawing.paths if "peg-point" in each.css] == [
        "PEG pain 8, 5 May 2025",
        "PEG pain 5, 9 Feb",
        "PEG function 6, 5 May 2025",
        "PEG function 3, 9 Feb",
    ]


def test_the_newest_values_do_not_lie_on_each_other() -> None:
    drawing = peg_drawing(asked(300, "8", "6"), asked(20, "4", "4"))
    values = [float(each.y) for each in drawing.labels if each.text == "4" and each.css == "label-peg"]
    assert abs(values[0] - values[1]) >= 11


def test_where_only_the_mean_is_known_it_is_one_line() -> None:
    drawing = peg_drawing(PegPoint(ago(300), Decimal(8), None, ""), PegPoint(ago(20), Decimal(5), None, ""))
    assert [each.css for each in drawing.paths if "peg-line" in each.css] == ["peg-line peg-pain"]
    texts = [each.text for each in drawing.labels]
    assert "PEG mean, 0 to 10 (lower is better)" in texts
    assert "pain" not in texts


def test_from_a_chart_both_parts_are_read_compared_and_in_the_table() -> None:
    chart = looked_at(spec.on_opioids(), spec.peg(8, 6, 8, ago=100), spec.peg(4, 3, 4, ago=20))
    facts = chart.over_time
    assert [(point.pain, point.function) for point in facts.peg] == [(8, 7), (4, Decimal("3.5"))]
    assert facts.peg_baseline
    assert (facts.peg_baseline.improved_pain, facts.peg_baseline.improved_function) == (Decimal("5.6"), Decimal("4.9"))
    view = over_time_view(chart)
    assert [row.what for row in view.peg_rows] == ["3.7; pain 4, function 3.5", "7.3; pain 8, function 7"]
    assert "Now pain 4, function 3.5; then it was pain 8, function 7." in words(view.summary)


def test_a_total_alone_has_no_parts() -> None:
    (point,) = looked_at(spec.on_opioids(), spec.peg_mean(6, ago=30)).over_time.peg
    assert (point.pain, point.function) == (None, None)
    assert "Now pain" not in words(summary(shown_of(STEADY, replace(EMPTY, peg=(point,)), 12, LEFT, RIGHT), 12))
