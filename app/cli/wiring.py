"""What `app.main` hands to the command line."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from app.domain.feeds import Feed, FeedStatus
from app.domain.outcome import No, Ok
from app.domain.record import PatientRecord, Unreadable
from app.usecases.answers import Question, Reviewer
from app.usecases.compare_packs import PackComparison
from app.usecases.find_resources import DirectoryReport
from app.usecases.stated_facts import Facts
from app.usecases.tend_outbox import TendOutbox
from app.usecases.unmapped_codes import UnmappedCodes


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


class ComparePacks(Protocol):
    """Opens two packs by id or file. Raises AskAnAdministrator when one cannot be loaded."""

    def __call__(self, before: str, after: str, code_map: Path | None, as_of: date) -> PackComparison:
        """`before` is what is in force, `after` the question."""


@dataclass(frozen=True, slots=True)
class Administration:
    """`verify_audit` takes a head that was written down elsewhere and gives the present one; `export_audit` gives one
    AuditEvent a line."""

    outbox: TendOutbox
    verify_audit: Callable[[str | None], Ok[str] | No]
    export_audit: Callable[[], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Commands:
    """Wired use cases. `stream_files` holds one chart at a time where it can, `read_files` sorts by patient;
    `ask` loads the policy of a question once; `serve(host, port)` blocks until the server ends, `work(once)` until the
    worker does; `administration` opens the database of the environment's settings."""

    read_files: ReadFiles
    stream_files: ReadFiles
    med_json: MedJson
    ask: Callable[[Question], Reviewer]
    read_facts: Callable[[Path], Facts]
    compare_packs: ComparePacks
    check_directory: Callable[[Path, date], DirectoryReport]
    unmapped_codes: Callable[[Path | None], UnmappedCodes]
    today: Callable[[], date]
    serve: Callable[[str, int], None]
    work: Callable[[bool], int]
    administration: Callable[[], AbstractContextManager[Administration]]
