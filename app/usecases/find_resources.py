"""Which services of the site's own directory help with a finding, and how a directory file stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from app.domain.finding import Finding, Review
from app.rules.resource_directory import load_directory
from app.rules.resources import Directory, Kind, Service

__all__ = ["Directory", "DirectoryReport", "FindResources", "Kind", "Service", "check_directory"]


@dataclass(frozen=True, slots=True)
class FindResources:
    """Use case: what a site offers for a finding. `directories` by the key of the EHR; a site without one offers nothing."""

    directories: Mapping[str, Directory] = field(default_factory=dict)

    def directory(self, ehr: str) -> Directory | None:
        """The site's directory, if it keeps one."""
        return self.directories.get(ehr)

    def offered(self, ehr: str, review: Review) -> frozenset[str]:
        """The rules whose findings, as they stand, have a service that helps."""
        directory = self.directory(ehr)
        if directory is None:
            return frozenset()
        return frozenset(each.rule for each in review.findings if directory.for_finding(each))

    def for_finding(self, ehr: str, finding: Finding) -> tuple[Service, ...]:
        """The services for one finding."""
        directory = self.directory(ehr)
        return directory.for_finding(finding) if directory else ()


@dataclass(frozen=True, slots=True)
class DirectoryReport:
    """A directory that can be used: how many services it has, and the entries that should be looked at again."""

    services: int
    to_be_checked: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The report in one line."""
        services = f"ok: {self.services} {'service' if self.services == 1 else 'services'}"
        old = len(self.to_be_checked)
        return f"{services}, {old} to be checked again" if old else services


def check_directory(path: Path, today: date) -> DirectoryReport:
    """Raises AskAnAdministrator with a line for each thing that is wrong."""
    directory = load_directory(path)
    old = (each for each in directory.services if directory.is_to_be_checked(each, today))
    lines = tuple(f"{each.name}: last checked {each.checked} by {each.checked_by}" for each in old)
    return DirectoryReport(len(directory.services), lines)
