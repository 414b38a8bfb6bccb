"""The page of services for one finding: what each offers, how to get there, what it costs, and a text to refer with."""

from dataclasses import dataclass

from app.domain.finding import Finding
from app.usecases.find_resources import Directory, Service
from app.usecases.review_patient import ReviewedChart
from app.web.presenters.referral import CONSENT, referral_text, spelled_out
from app.web.presenters.rows import reason_with_days
from app.web.presenters.words import State, long_date, sentence, state_of

LETTERS_A_LINE = 58
"""What surely fits on one line of the field in a frame of 600 pixels; browsers that can will fit the field themselves."""
NO_DIRECTORY = "This site keeps no directory of services."
NOT_CALLED_FOR = "No service of the site's directory is meant for this finding as it stands today."


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about a service: "Wait", "2 weeks". `is_wide`: it takes a line of its own."""

    name: str
    value: str
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One service. `key` is unique on the page; `consent` is empty unless sharing may need the person's consent."""

    key: str
    kind: str
    name: str
    offers: str
    for_whom: str
    phone: str
    place: str
    link: str
    facts: tuple[Fact, ...]
    checked: str
    is_to_be_checked: bool
    consent: str
    text: str
    text_rows: int


@dataclass(frozen=True, slots=True)
class ResourcesView:
    """Everything that templates/resources.html shows. `nothing` says why there are no services, or is empty."""

    rule: str
    state: State
    title: str
    reason: str
    next_step: str
    directory: str
    note: str
    services: tuple[ServiceView, ...]
    nothing: str


def resources_view(chart: ReviewedChart, finding: Finding, directory: Directory | None) -> ResourcesView:
    """The services of a directory for one finding of a chart."""
    today = chart.review.as_of
    services = directory.for_finding(finding) if directory else ()
    return ResourcesView(
        rule=finding.rule,
        state=state_of(finding, today),
        title=spelled_out(finding.title),
        reason=reason_with_days(finding, today)[0],
        next_step=sentence(finding.next_step or ""),
        directory=directory.title if directory else "",
        note=directory.note if directory else "",
        services=tuple(
            service_view(chart, finding, service, f"service-{at}", is_old=directory.is_to_be_checked(service, today))
            for at, service in enumerate(services, start=1)
            if directory
        ),
        nothing="" if services else NOT_CALLED_FOR if directory else NO_DIRECTORY,
    )


def service_view(chart: ReviewedChart, finding: Finding, service: Service, key: str, *, is_old: bool) -> ServiceView:
    """One service with its text."""
    text = referral_text(chart, finding, service)
    return ServiceView(
        key=key,
        kind=service.kind.name,
        name=service.name,
        offers=sentence(service.offers),
        for_whom=sentence(service.for_whom),
        phone=service.phone,
        place=service.place,
        link=service.link,
        facts=facts_of(service),
        checked=f"checked {long_date(service.checked)} by {service.checked_by}",
        is_to_be_checked=is_old,
        consent=CONSENT if service.is_sensitive(finding) else "",
        text=text,
        text_rows=text_rows(text),
    )


def facts_of(service: Service) -> tuple[Fact, ...]:
    """Access and coverage."""
    return (
        Fact("Wait", service.wait),
        Fact("Hours", service.hours),
        Fact("Telehealth", service.telehealth),
        Fact("Languages", service.languages),
        Fact("Coverage", service.coverage, is_wide=True),
    )


def text_rows(text: str) -> int:
    """Lines of the field, long ones folded as in the chart's frame: so that nothing of it is out of sight."""
    return sum(1 + len(line) // LETTERS_A_LINE for line in text.splitlines())
