"""What `app.main` hands to the command line."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord


class FileReading(Protocol):
    """The charts of one INPUT. `problems` is filled while `records` is being read through."""

    @property
    def records(self) -> Iterable[PatientRecord]:
        """One record a person, sorted by reference."""

    @property
    def problems(self) -> list[str]:
        """What could not be read: one plain sentence each, naming file and line."""


class ReadFiles(Protocol):
    """Opens INPUT (a file or a folder). Raises RecordUnreadable when it is not there at all."""

    def __call__(self, path: Path, feeds: Mapping[Feed, FeedStatus]) -> FileReading: ...


class MedJson(Protocol):
    """One person's dose in the shape of `sextant med --json`."""

    def __call__(
        self, record: PatientRecord, as_of: date, factor_set: str, research_factors: bool
    ) -> dict[str, object]: ...


class ReviewJson(Protocol):
    """One person's review in the shape of `sextant review --json`; `pack` None is the configured one."""

    def __call__(
        self, record: PatientRecord, as_of: date, pack: str | None, with_drafts: bool
    ) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class Commands:
    """Wired use cases. `serve(host, port)` blocks until the server ends."""

    read_files: ReadFiles
    med_json: MedJson
    review_json: ReviewJson
    today: Callable[[], date]
    serve: Callable[[str, int], None]
