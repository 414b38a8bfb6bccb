"""What `app.main` hands to the command line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord, Unreadable


class FileReading(Protocol):
    """The charts of one INPUT; `unreadable` is complete once `records` has been read through."""

    @property
    def records(self) -> Iterable[PatientRecord]:
        """One record a person."""

    @property
    def unreadable(self) -> Sequence[Unreadable]:
        """Files and lines that gave nothing."""


class ReadFiles(Protocol):
    """Opens INPUT (a file or a folder). Raises WrongUsage when there is nothing to read."""

    def __call__(self, path: Path, feeds: Mapping[Feed, FeedStatus]) -> FileReading:
        """`feeds` overrides what the files themselves say."""


class MedJson(Protocol):
    """One person's dose in the shape of `sextant med --json`."""

    def __call__(
        self, record: PatientRecord, as_of: date, factor_set: str, research_factors: bool
    ) -> dict[str, object]:
        """Pure."""


class ReviewJson(Protocol):
    """One person's review in the shape of `sextant review --json`."""

    def __call__(self, record: PatientRecord, as_of: date, pack: str | None, with_drafts: bool) -> dict[str, object]:
        """`pack` None is the configured one. Raises AskAnAdministrator when it cannot be loaded."""


@dataclass(frozen=True, slots=True)
class Commands:
    """Wired use cases. `stream_files` holds one chart at a time where it can, `read_files` sorts by patient;
    `serve(host, port)` blocks until the server ends."""

    read_files: ReadFiles
    stream_files: ReadFiles
    med_json: MedJson
    review_json: ReviewJson
    today: Callable[[], date]
    serve: Callable[[str, int], None]
