"""What the visit page shows before the rest of the chart is in: who, and the dose. The same names as in VisitView."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.usecases.review_patient import DoseFirst
from app.web.presenters.dose import DoseView, dose_view
from app.web.presenters.over_time import Spark, spark_of
from app.web.presenters.visit import Person, person_line


@dataclass(frozen=True, slots=True)
class DoseFirstView:
    """The part of VisitView that the dose and its working need; `has_rest` tells the template that there is no more yet."""

    person: Person
    dose: DoseView
    over_time: Spark
    pack: str
    therapy: str = ""
    has_rest: bool = False


def dose_first_view(shown: DoseFirst, zone: ZoneInfo) -> DoseFirstView:
    """Arrange the dose for the page, exactly as the whole page will."""
    return DoseFirstView(
        person=person_line(shown.record, shown.as_of, shown.read_at, zone),
        dose=dose_view(shown.med, shown.over_time),
        over_time=spark_of(shown.med, shown.over_time),
        pack=shown.pack,
    )
