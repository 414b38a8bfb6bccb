"""The whole picture of one case."""

from dataclasses import dataclass

from app.rules.case import Case
from app.rules.picture.beside import CoPrescribing, co_prescribing
from app.rules.picture.care import Step, VisitFacts, steps_of_care, visit_facts
from app.rules.picture.other_facts import Fact, other_facts
from app.rules.picture.scores import ScoreTable, score_table
from app.rules.picture.toxicology import ToxicologyTable, toxicology_table


@dataclass(frozen=True, slots=True)
class ClinicalPicture:
    """What stands below the dose on the page. Facts with their evidence, or why they are not known."""

    toxicology: ToxicologyTable
    beside: CoPrescribing
    scores: ScoreTable
    visits: VisitFacts
    steps: tuple[Step, ...]
    facts: tuple[Fact, ...]


def clinical_picture(case: Case) -> ClinicalPicture:
    """The facts of one case. Pure."""
    return ClinicalPicture(
        toxicology=toxicology_table(case),
        beside=co_prescribing(case),
        scores=score_table(case),
        visits=visit_facts(case),
        steps=steps_of_care(case),
        facts=other_facts(case),
    )
