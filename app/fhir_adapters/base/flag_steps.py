"""What to do about one Flag, from what the person confirmed and what stands in the chart at this moment. Pure.

A confirmation covers what the preview showed. Whatever a person has done in the chart since is theirs: it is never overwritten,
the answer is then a conflict, and the next preview asks again.
"""

from dataclasses import replace
from urllib.parse import urlencode

from app.domain.errors import WrongUsage
from app.domain.flag import FLAG_IDENTIFIER_SYSTEM, ChangeKind, FlagIntent, WantedFlag, Written
from app.fhir_adapters.base.chart_writes import Write
from app.fhir_adapters.base.flag_json import attributed, ended_flag, new_flag, our_identifier, renewed_flag
from app.fhir_adapters.base.standing import Standing
from app.fhir_adapters.base.systems import Json, decided, decision_of

NO_LONGER_THERE = "The Flag is no longer in the chart."
STAYS_IN_ERROR = "It was marked as entered in error in the chart; it stays so."
NO_LONGER_OURS = "This Flag no longer carries Sextant's identifier: it was left as it is."
CHANGED_SINCE = "Somebody changed this Flag in the chart since the preview; it was left as it is."

OUTCOMES = {ChangeKind.CREATE: "created", ChangeKind.UPDATE: "updated", ChangeKind.INACTIVATE: "inactivated"}
"""What a change is called once it is done."""


def next_step(intent: FlagIntent, found: Standing | None) -> Write | Written:
    """The write to send, or the answer when there is none to send."""
    if found is not None and intent.decision and decision_of(found.resource) == intent.decision:
        return _done_before(intent, found)
    if intent.change.kind is ChangeKind.INACTIVATE:
        return _end(intent, None if found is None or found.is_in_error else found)
    if found is None:
        return _create(intent)
    if found.is_in_error:
        is_new = intent.change.kind is ChangeKind.CREATE
        return written(intent, "conflict", found, STAYS_IN_ERROR if is_new else NO_LONGER_THERE)
    return _renew(intent, found)


def _done_before(intent: FlagIntent, found: Standing) -> Written:
    """Our own work met again. Where it does not read as sent, a person was faster: that version is theirs, and ours unknown."""
    answer = written(intent, OUTCOMES[intent.change.kind], found)
    is_end = intent.change.kind is ChangeKind.INACTIVATE
    is_as_sent = not found.is_active if is_end else _says(found.resource, wanted_of(intent))
    return answer if is_as_sent else replace(answer, version=None)


def _create(intent: FlagIntent) -> Write | Written:
    if intent.change.kind is not ChangeKind.CREATE:
        return written(intent, "conflict", detail=NO_LONGER_THERE)
    return Write("POST", "Flag", new_flag(wanted_of(intent), intent), identifier_query(intent))


def _renew(intent: FlagIntent, found: Standing) -> Write | Written:
    wanted = wanted_of(intent)
    if not _is_ours(intent, found):
        return written(intent, "conflict", found, NO_LONGER_OURS)
    renewed = renewed_flag(found.resource, wanted)
    if renewed == found.resource or (intent.change.kind is ChangeKind.CREATE and _says(found.resource, wanted)):
        return written(intent, "already_there", found)
    if not _is_as_previewed(intent, found):
        return written(intent, "conflict", found, CHANGED_SINCE)
    return Write("PUT", found.reference, attributed(renewed, wanted, intent), found.version)


def _end(intent: FlagIntent, found: Standing | None) -> Write | Written:
    if intent.decided_on is None:
        raise WrongUsage("A Flag is ended on a day: the intent names none.")
    if found is not None and not _is_ours(intent, found):
        return written(intent, "conflict", found, NO_LONGER_OURS)
    if found is None or not found.is_active:
        return written(intent, "already_there", found)
    if not _is_as_previewed(intent, found):
        return written(intent, "conflict", found, CHANGED_SINCE)
    ended = decided(ended_flag(found.resource, intent.decided_on), intent.decision)
    return Write("PUT", found.reference, ended, found.version)


def _says(flag: Json, wanted: WantedFlag) -> bool:
    return flag.get("status") == "active" and _text(flag) == wanted.text


def _is_as_previewed(intent: FlagIntent, found: Standing) -> bool:
    """Same status and text as when the person confirmed; what others add beside that does not matter, it is kept."""
    previewed = intent.change.existing
    if previewed is None and intent.change.kind is not ChangeKind.INACTIVATE:
        return False
    status = previewed.status if previewed else "active"
    return found.resource.get("status") == status and label(found.resource) == previewed_text(intent)


def previewed_text(intent: FlagIntent) -> str | None:
    """What the preview showed of the Flag that stands, or is to stand, in the chart; None for a new one."""
    change = intent.change
    if change.existing is not None:
        return change.existing.text
    return change.wanted.text if change.kind is ChangeKind.INACTIVATE and change.wanted else None


def _is_ours(intent: FlagIntent, found: Standing) -> bool:
    """One from which a person took our identifier is theirs now: a conflict, never "it has ended"."""
    return our_identifier(found.resource) == identifier_of(intent)


def _text(flag: Json) -> str | None:
    text = (flag.get("code") or {}).get("text")
    return str(text) if text else None


def label(flag: Json) -> str | None:
    """What the Flag is called where it has no text of its own, as the reader of charts works it out."""
    codings = (flag.get("code") or {}).get("coding") or ()
    names = [coding.get(part) for part in ("display", "code") for coding in codings]
    return _text(flag) or next((str(name) for name in names if name), None)


def wanted_of(intent: FlagIntent) -> WantedFlag:
    """What the Flag should read. Raises WrongUsage when the intent does not say."""
    if intent.change.wanted is None:
        raise WrongUsage("Nothing is wanted of this Flag: the intent does not say what it should read.")
    return intent.change.wanted


def identifier_of(intent: FlagIntent) -> str:
    """Our identifier of the Flag. Raises WrongUsage when it is not one of ours."""
    change = intent.change
    value = change.wanted.identifier if change.wanted else change.existing.identifier if change.existing else None
    if not value:
        raise WrongUsage("This Flag is not one of ours: it has no identifier of ours.")
    return value


def identifier_query(intent: FlagIntent) -> str:
    """`If-None-Exist` is a bare query."""
    return urlencode({"identifier": f"{FLAG_IDENTIFIER_SYSTEM}|{identifier_of(intent)}"})


def written(intent: FlagIntent, outcome: str, found: Standing | None = None, detail: str = "") -> Written:
    """An answer about the Flag that stands there."""
    reference = found.reference if found else None
    return Written(intent.rule, outcome, reference, found.version if found else None, detail)
