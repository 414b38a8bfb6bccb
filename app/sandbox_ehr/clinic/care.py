"""Words of the scenarios for everything but medicines: visits, scores, tests, papers, problems, plans.

Days are counted back from the day of the chart: `ago=20` is twenty days before, `ago=-5` in five days.
"""

import base64
from collections.abc import Sequence

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.codes import HL7, Code
from app.sandbox_ehr.clinic.places import clinician
from app.sandbox_ehr.clinic.scenario import Chart, Entry, Resource
from app.sandbox_ehr.clinic.shapes import Json, amount

SURVEY, LABORATORY, VITALS = "survey", "laboratory", "vital-signs"


# --- visits ----------------------------------------------------------------------------------------------------
def visit(
    ago: int, *, with_: str | None = None, kind: str = "AMB", status: str = "finished", at: str = "09:40"
) -> Entry:
    """A past visit; `kind` is the v3 act code: AMB, VR (virtual), EMER, IMP."""

    def write(chart: Chart) -> list[Resource]:
        day = chart.at(ago, at)
        return [
            {
                "resourceType": "Encounter",
                "id": chart.numbered("visit"),
                "status": status,
                "class": {"system": f"{HL7}v3-ActCode", "code": kind},
                "subject": chart.subject,
                "participant": [{"individual": clinician(with_ or chart.seen_by)}],
                "period": {"start": day, "end": chart.at(ago, _later(at))},
                "serviceProvider": {"reference": "Organization/harborview"},
            }
        ]

    return write


def appointment(in_days: int, at: str = "10:20", *, status: str = "booked", what: str = "Follow-up visit") -> Entry:
    """An appointment with the patient's clinician; `in_days=0` is today."""

    def write(chart: Chart) -> list[Resource]:
        return [
            {
                "resourceType": "Appointment",
                "id": chart.numbered("appointment"),
                "status": status,
                "description": what,
                "start": chart.at(-in_days, at),
                "end": chart.at(-in_days, _later(at)),
                "minutesDuration": 20,
                "participant": [
                    {"actor": chart.subject, "status": "accepted"},
                    {"actor": {"reference": f"Practitioner/{chart.seen_by}"}, "status": "accepted"},
                    {"actor": {"reference": "Location/harborview-clinic"}, "status": "accepted"},
                ],
            }
        ]

    return write


def _later(clock: str) -> str:
    minutes = int(clock[:2]) * 60 + int(clock[3:]) + 20
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


# --- observations ----------------------------------------------------------------------------------------------
def observation(chart: Chart, kind: str, code: Code, when: str, category: str, **value: object) -> Resource:
    """One Observation; `value` is the value element, e.g. `valueInteger=4`."""
    return {
        "resourceType": "Observation",
        "id": chart.numbered(kind),
        "status": "final",
        "category": [{"coding": [{"system": f"{HL7}observation-category", "code": category}]}],
        "code": code.concept,
        "subject": chart.subject,
        "effectiveDateTime": when,
        **value,
    }


def peg(ago: int, pain: int, enjoyment: int, activity: int) -> Entry:
    """A PEG as three items and their mean."""

    def write(chart: Chart) -> list[Resource]:
        items = ((codes.PEG_PAIN, pain), (codes.PEG_ENJOYMENT, enjoyment), (codes.PEG_ACTIVITY, activity))
        when = chart.at(ago, "09:45")
        parts = [observation(chart, "peg", code, when, SURVEY, valueInteger=value) for code, value in items]
        mean = round((pain + enjoyment + activity) / 3, 1)
        members = [{"reference": f"Observation/{part['id']}"} for part in parts]
        value = amount(mean, "{score}")
        return [*parts, observation(chart, "peg", codes.PEG_MEAN, when, SURVEY, valueQuantity=value, hasMember=members)]

    return write


def peg_panel(ago: int, pain: int, enjoyment: int, activity: int) -> Entry:
    """A PEG as one panel with three components and no mean."""

    def write(chart: Chart) -> list[Resource]:
        items = ((codes.PEG_PAIN, pain), (codes.PEG_ENJOYMENT, enjoyment), (codes.PEG_ACTIVITY, activity))
        parts = [{"code": code.concept, "valueQuantity": amount(value, "{score}")} for code, value in items]
        return [observation(chart, "peg", codes.PEG_PANEL, chart.at(ago, "09:45"), SURVEY, component=parts)]

    return write


def phq9(ago: int, total: int, item_9: int | None = 0) -> Entry:
    """A PHQ-9 total and its ninth item (None: the EHR keeps the total only)."""

    def write(chart: Chart) -> list[Resource]:
        when = chart.at(ago, "09:30")
        written = [observation(chart, "phq9", codes.PHQ9_TOTAL, when, SURVEY, valueQuantity=amount(total, "{score}"))]
        if item_9 is not None:
            answer = codes.HOW_OFTEN[item_9].concept
            written.append(observation(chart, "phq9", codes.PHQ9_ITEM_9, when, SURVEY, valueCodeableConcept=answer))
        return written

    return write


def score(code: Code, ago: int, value: int) -> Entry:
    """Any total score, e.g. GAD-7."""

    def write(chart: Chart) -> list[Resource]:
        when = chart.at(ago, "09:35")
        return [observation(chart, "score", code, when, SURVEY, valueInteger=value)]

    return write


def score_as_text(code: Code, ago: int, value: str) -> Entry:
    """A total score that the EHR sends as text, as US Core's own example does."""

    def write(chart: Chart) -> list[Resource]:
        return [observation(chart, "score", code, chart.at(ago, "09:35"), SURVEY, valueString=value)]

    return write


def phq9_form(ago: int, answers: Sequence[int]) -> Entry:
    """A completed PHQ-9 QuestionnaireResponse; nine answers, 0 to 3 each."""

    def write(chart: Chart) -> list[Resource]:
        items = [
            {
                "linkId": f"/{code.code}",
                "text": code.display,
                "answer": [{"valueCoding": codes.HOW_OFTEN[answer].coding}],
            }
            for code, answer in zip(codes.PHQ9_ITEMS, answers, strict=True)
        ]
        return [_form(chart, ago, items)]

    return write


def _form(chart: Chart, ago: int, items: list[Json]) -> Resource:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": chart.numbered("form"),
        "status": "completed",
        "subject": chart.subject,
        "authored": chart.at(ago, "09:25"),
        "item": items,
    }


def urine_screen(ago: int, detected: Sequence[Code] = (), not_detected: Sequence[Code] = ()) -> Entry:
    """A presumptive urine test, one row an analyte, with specimen validity in range."""

    def write(chart: Chart) -> list[Resource]:
        when = chart.at(ago, "10:05")
        answers = [(code, codes.DETECTED) for code in detected] + [(code, codes.NOT_DETECTED) for code in not_detected]
        return [
            *(
                observation(chart, "udt", code, when, LABORATORY, valueCodeableConcept=answer.concept)
                for code, answer in answers
            ),
            observation(chart, "udt", codes.URINE_CREATININE, when, LABORATORY, valueQuantity=amount(96, "mg/dL")),
        ]

    return write


def urine_confirmation(
    ago: int, found: Sequence[tuple[Code, int]] = (), below: Sequence[tuple[Code, int]] = ()
) -> Entry:
    """A definitive urine test in ng/mL; `below` gives the cut-off under which the drug was not detected."""

    def write(chart: Chart) -> list[Resource]:
        when = chart.at(ago, "10:05")
        rows = [(code, amount(level, "ng/mL")) for code, level in found]
        rows += [(code, {**amount(cutoff, "ng/mL"), "comparator": "<"}) for code, cutoff in below]
        return [observation(chart, "udt", code, when, LABORATORY, valueQuantity=value) for code, value in rows]

    return write


def egfr(ago: int, value: int) -> Entry:
    """An eGFR (CKD-EPI 2021)."""

    def write(chart: Chart) -> list[Resource]:
        quantity = amount(value, "mL/min/{1.73_m2}")
        return [observation(chart, "egfr", codes.EGFR, chart.day(ago), LABORATORY, valueQuantity=quantity)]

    return write


def pregnant(ago: int) -> Entry:
    """A recorded pregnancy status: pregnant."""

    def write(chart: Chart) -> list[Resource]:
        value = codes.PREGNANT.concept
        when = chart.day(ago)
        return [
            observation(chart, "pregnancy", codes.PREGNANCY_STATUS, when, "social-history", valueCodeableConcept=value)
        ]

    return write


# --- papers ----------------------------------------------------------------------------------------------------
def document(code: Code | None, title: str, ago: int, *, filed: int | None = None, status: str = "current") -> Entry:
    """A document about the day `ago`, filed on that day or `filed` days before the day of the chart."""

    def write(chart: Chart) -> list[Resource]:
        words = base64.b64encode(f"{title}. Signed on paper and scanned.".encode()).decode()
        kind: Json = code.concept if code else {"text": title}
        return [
            {
                "resourceType": "DocumentReference",
                "id": chart.numbered("document"),
                "status": status,
                "type": kind,
                "subject": chart.subject,
                "date": chart.at(ago if filed is None else filed, "16:10"),
                "author": [{"reference": f"Practitioner/{chart.seen_by}"}],
                "content": [{"attachment": {"contentType": "text/plain", "title": title, "data": words}}],
                "context": {"period": {"start": chart.day(ago), "end": chart.day(ago)}},
            }
        ]

    return write


def agreement(ago: int) -> Entry:
    """A signed treatment agreement under its LOINC document type."""
    return document(codes.AGREEMENT_DOCUMENT, "Controlled substance agreement", ago)


def agreement_by_title(ago: int) -> Entry:
    """A signed agreement that only its title gives away, as most scanning desks file it."""
    return document(None, "Opioid treatment agreement, signed", ago)


def agreement_consent(ago: int) -> Entry:
    """The agreement kept as a Consent."""

    def write(chart: Chart) -> list[Resource]:
        return [
            {
                "resourceType": "Consent",
                "id": chart.numbered("consent"),
                "status": "active",
                "scope": {"coding": [{"system": f"{HL7}consentscope", "code": "treatment"}], "text": "Treatment"},
                "category": [{"coding": [codes.AGREEMENT_DOCUMENT.coding], "text": "Opioid treatment agreement"}],
                "patient": chart.subject,
                "dateTime": chart.day(ago),
                "policyRule": {"text": "Clinic policy on opioid treatment"},
            }
        ]

    return write


def pain_plan(ago: int) -> Entry:
    """A pain plan of care: the record of a benefit-risk review."""
    return document(codes.PAIN_PLAN_DOCUMENT, "Pain plan of care", ago)


# --- what was done ---------------------------------------------------------------------------------------------
def done(code: Code, ago: int, *, at: str | None = "09:50", note: str | None = None) -> Entry:
    """A completed procedure; `at=None` leaves a bare date."""

    def write(chart: Chart) -> list[Resource]:
        resource: Resource = {
            "resourceType": "Procedure",
            "id": chart.numbered("procedure"),
            "status": "completed",
            "code": code.concept,
            "subject": chart.subject,
            "performedDateTime": chart.at(ago, at) if at else chart.day(ago),
            "performer": [{"actor": {"reference": f"Practitioner/{chart.seen_by}"}}],
        }
        if note:
            resource["note"] = [{"text": note}]
        return [resource]

    return write


def device_in_use(code: Code, ago: int) -> Entry:
    """A device that the patient has been using since `ago` days; the device itself is contained."""

    def write(chart: Chart) -> list[Resource]:
        device = {"resourceType": "Device", "id": "device", "type": code.concept}
        return [
            {
                "resourceType": "DeviceUseStatement",
                "id": chart.numbered("device"),
                "contained": [device],
                "status": "active",
                "subject": chart.subject,
                "timingPeriod": {"start": chart.day(ago)},
                "recordedOn": chart.day(ago),
                "device": {"reference": "#device"},
            }
        ]

    return write


def pdmp_checked(ago: int) -> Entry:
    """The prescription monitoring report was reviewed."""
    return done(codes.PDMP_REVIEWED, ago)


# --- problems and plans ----------------------------------------------------------------------------------------
def problem(code: Code, ago: int, *, status: str = "active", verified: str = "confirmed") -> Entry:
    """A row of the problem list since `ago` days."""

    def write(chart: Chart) -> list[Resource]:
        clinical = {"coding": [{"system": f"{HL7}condition-clinical", "code": status}]}
        resource: Resource = {
            "resourceType": "Condition",
            "id": chart.numbered("problem"),
            "clinicalStatus": clinical,
            "verificationStatus": {"coding": [{"system": f"{HL7}condition-ver-status", "code": verified}]},
            "category": [{"coding": [{"system": f"{HL7}condition-category", "code": "problem-list-item"}]}],
            "code": code.concept,
            "subject": chart.subject,
            "onsetDateTime": chart.day(ago),
            "recordedDate": chart.day(ago),
        }
        return [resource]

    return write


def goal(ago: int, words: str) -> Entry:
    """An active goal for pain or function."""

    def write(chart: Chart) -> list[Resource]:
        return [
            {
                "resourceType": "Goal",
                "id": chart.numbered("goal"),
                "lifecycleStatus": "active",
                "description": {"text": words},
                "subject": chart.subject,
                "startDate": chart.day(ago),
                "target": [{"dueDate": chart.day(-180)}],
            }
        ]

    return write


def care_plan(ago: int, title: str, *, activity: Code | None = None) -> Entry:
    """An active care plan, e.g. for tapering."""

    def write(chart: Chart) -> list[Resource]:
        plan: Resource = {
            "resourceType": "CarePlan",
            "id": chart.numbered("plan"),
            "status": "active",
            "intent": "plan",
            "title": title,
            "subject": chart.subject,
            "period": {"start": chart.day(ago)},
            "created": chart.day(ago),
            "author": {"reference": f"Practitioner/{chart.seen_by}"},
        }
        if activity:
            plan["activity"] = [{"detail": {"code": activity.concept, "status": "in-progress"}}]
        return [plan]

    return write
