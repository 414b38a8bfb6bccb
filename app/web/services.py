"""What the pages need, wired in `app.main`."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from app.launch import LaunchFlow
from app.usecases.confirmed_changes import ConfirmedChanges
from app.usecases.dismiss_finding import DismissFinding
from app.usecases.explain_finding import ExplainFinding
from app.usecases.find_resources import FindResources
from app.usecases.preview_changes import PreviewChanges
from app.usecases.record_fact import RecordFacts
from app.usecases.review_patient import ReviewPatient
from app.usecases.undo_today import PreviewUndo
from app.usecases.write_back import WriteBack


@dataclass(frozen=True, slots=True)
class WebServices:
    """Wired use cases and the few settings that pages need. `base_url` is our public origin; `frame_ancestors` are the
    configured EHRs' origins; `policy_note` says which policy is in force and how much of it is signed off."""

    flow: LaunchFlow
    review_patient: ReviewPatient
    explain_finding: ExplainFinding
    find_resources: FindResources
    record_facts: RecordFacts
    dismiss_finding: DismissFinding
    preview_changes: PreviewChanges
    write_back: WriteBack
    confirmed_changes: ConfirmedChanges
    preview_undo: PreviewUndo
    undo: WriteBack
    templates: Path
    base_url: str
    zone: ZoneInfo
    frame_ancestors: tuple[str, ...]
    policy_note: str
