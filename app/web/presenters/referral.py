"""The referral text to copy: what one service needs to know about one person, and nothing more.

Who (name, birth date, record number), why, the dose in its honest form, the findings that this kind of service is told, and
what is asked. For substance use and mental health the text holds the one finding that calls for the referral, nothing else of
the chart, and a line about consent. The wording is ours and waits for a lawyer's sign-off (docs/resources.md).
"""

import re
from datetime import date

from app.domain.finding import Finding, Status
from app.domain.med import MedTotal, SupplyState
from app.domain.record import PatientRecord
from app.usecases.find_resources import Service
from app.usecases.review_patient import ReviewedChart
from app.web.presenters.rows import reason_with_days
from app.web.presenters.words import counted, listed, long_date, number, sentence

CONSENT = (
    "Sharing this may need the person's written consent: 42 CFR Part 2 for records of substance use treatment, "
    "state law for mental health."
)
TOLD = (Status.RED, Status.YELLOW, Status.GREEN)
"""Statuses in which a finding says something about the person; grey is named as not known."""
SPELLED_OUT = {"MOUD": "medication for OUD", "OUD for OUD": "OUD", "OUD": "opioid use disorder"}
EVERY_YEAR_WRITTEN = date.min
"""Given as today, no day is in the current year: the text is read elsewhere and later, so each day has its year."""


def referral_text(chart: ReviewedChart, finding: Finding, service: Service) -> str:
    """Plain text, one thought a line. Pure: the same chart and entry give the same text."""
    is_sensitive = service.is_sensitive(finding)
    parts = [
        f"Referral: {service.kind.name}",
        f"To: {reached_at(service)}",
        f"Date: {long_date(chart.review.as_of)}",
        "",
        f"Person: {referred_person(chart.record)}",
        f"Reason: {spelled_out(finding.title)}. {reason_of(finding)}",
        *([] if is_sensitive else more_lines(chart, finding, service)),
        "",
        f"Asked: {sentence(service.asks or service.kind.asks)}",
        *([CONSENT] if is_sensitive else []),
    ]
    return "\n".join(parts).replace("\N{NO-BREAK SPACE}", " ") + "\n"


def referred_person(record: PatientRecord) -> str:
    """Name, birth date and record number; what is not known of them is said."""
    person = record.patient
    born = person.birth_date if person else None
    born_words = f"born {long_date(born.earliest) if born.is_exact else born.text}" if born else "birth date not known"
    number_of_record = person.medical_record_number if person else None
    name = (person.name if person else None) or "name not read"
    return one_line(", ".join([name, born_words, *([f"MRN {number_of_record}"] if number_of_record else [])]))


def one_line(text: str) -> str:
    """Texts of the chart may hold line ends, which would look like lines of ours."""
    return " ".join(text.split())


def reached_at(service: Service) -> str:
    """Name and how to reach it."""
    return ", ".join(each for each in (service.name, service.place, service.phone) if each)


def reason_of(finding: Finding) -> str:
    """The finding's reason with the days behind it."""
    return spelled_out(one_line(sentence(reason_with_days(finding, EVERY_YEAR_WRITTEN)[0])))


def spelled_out(text: str) -> str:
    """Without the short words that only we use for it; the first letter stays large."""
    for short, long in SPELLED_OUT.items():
        text = re.sub(rf"\b{short}\b", long, text)
    return text[:1].upper() + text[1:]


def more_lines(chart: ReviewedChart, finding: Finding, service: Service) -> list[str]:
    """The dose and the other findings that this kind of service is told; what is not known is said, never left out."""
    dose = [f"Opioid dose: {dose_words(chart)}"] if service.kind.tells_dose else []
    found = [chart.review.finding(rule) for rule in service.kind.told if rule != finding.rule]
    others = [each for each in found if each is not None and each.dismissed is None]
    known = [f"{each.title}: {reason_of(each)}" for each in others if each.status in TOLD]
    unknown = [each.title.lower() for each in others if each.status is Status.GREY]
    return [*dose, *known, *([f"Not known: {listed(unknown)}."] if unknown else [])]


def dose_words(chart: ReviewedChart) -> str:
    """ "at least 60 MME/day (MED) on 24 Nov 2026; 1 medicine could not be counted." Medicines are not named here."""
    med = chart.review.med
    left_out = sum(each.state is SupplyState.NOT_COMPUTABLE for each in med.in_force)
    missing = f"; {counted(left_out, 'opioid medicine', 'opioid medicines')} could not be counted" if left_out else ""
    return f"{amount_words(med)} on {long_date(med.as_of)}{missing}."


def amount_words(med: MedTotal) -> str:
    """The form of the number: known, at least, not known, none in force. Never a bare 0."""
    if med.mme_per_day is None or (not med.mme_per_day and not med.complete):
        return "morphine-equivalent dose (MED) not known"
    if not med.mme_per_day:
        has_other = any(each.state is SupplyState.NOT_COUNTED for each in med.in_force)
        return "no medicine that counts in the MED" if has_other else "no opioid in force"
    at_least = "" if med.complete else "at least "
    return f"{at_least}{number(med.mme_per_day)} MME/day (MED)"
