"""One instruction by structure or by text. Structure comes first; text fills in for what structure does not say, and only
when the two do not contradict each other."""

from dataclasses import replace

from app.domain.medication import Dosage
from app.domain.outcome import No
from app.med.dosage import read_structured
from app.med.dose_choice import choose_dose
from app.med.drug import Drug
from app.med.durations import whole_days
from app.med.from_text import read_text
from app.med.line import Line
from app.med.timing import Times, read_times

FROM_TEXT = "read from the text of the directions"


def read_instruction(dosage: Dosage, drug: Drug) -> tuple[Line, ...] | No:
    """The lines of one `dosageInstruction`; a text may hold several steps."""
    structured, worded = read_structured(dosage, drug), read_text(dosage, drug)
    if isinstance(structured, Line):
        return (_compared(structured, worded),)
    if isinstance(worded, No):
        return No(structured.reason if not dosage.text else f"{structured.reason}; {worded.reason}")
    contradiction = _contradiction(dosage, worded, drug)
    if contradiction:
        return No(f"{structured.reason}; {contradiction}")
    return tuple(replace(line, notes=(*line.notes, FROM_TEXT)) for line in worded)


def _compared(structured: Line, worded: tuple[Line, ...] | No) -> Line:
    """The structured line; with the text's length where it states none, and a note where the text says something else."""
    if isinstance(worded, No) or len(worded) > 1:
        return structured
    length = worded[0].length
    if length is not None and not structured.is_bounded:
        said = f"the length of {whole_days(length)} days is read from the text"
        structured = replace(structured, length=length, notes=(*structured.notes, said))
    if worded[0].high == structured.high:
        return structured
    said = f"directions_differ: structured “{structured.words}”, in words “{worded[0].words}”; the structured are used"
    return replace(structured, notes=(*structured.notes, said))


def _contradiction(dosage: Dosage, worded: tuple[Line, ...], drug: Drug) -> str | None:
    """What can be read of the structure must fit the text that is to stand in for the rest."""
    if len(worded) != 1:
        return None
    line, dose, times = worded[0], choose_dose(dosage.doses, drug), read_times(dosage.timing)
    if not isinstance(dose, No) and line.amount_per_dose not in (None, dose.high.amount):
        return "the dose and the text differ"
    if isinstance(times, Times) and line.interval_days not in (None, 1 / times.high):
        return "the timing and the text differ"
    return None
