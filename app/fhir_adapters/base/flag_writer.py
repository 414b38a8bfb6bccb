"""Writes Flags: looks first, creates conditionally, updates only the version it has read, and is safe to repeat.

A stale version is 412 by the standard and 409 on HAPI and Oracle Health: both mean "read again, lay our part over it, try
once more, then ask a person". A write that was not answered is looked for before anything is repeated, so that a crash or a
time-out never makes a second Flag.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from app.domain.errors import (
    NotPermitted,
    RecordUnreadable,
    TryAgainLater,
    WrongUsage,
)
from app.domain.flag import FLAG_IDENTIFIER_SYSTEM, ChangeKind, FlagIntent, WantedFlag, Written
from app.fhir_adapters.base.authorised import AuthorisedClient
from app.fhir_adapters.base.entries import decode_bundle
from app.fhir_adapters.base.flag_json import (
    Json,
    attributed,
    ended_flag,
    json_text,
    new_flag,
    our_identifier,
    renewed_flag,
    withdrawn_flag,
)
from app.fhir_adapters.base.json_text import plain
from app.fhir_adapters.base.values import References
from app.outbound import Answer, remedy_for
from app.ports import PreviewedWrite

_CONFLICTS = frozenset({409, 412})
_TRIES = 2

_NO_LONGER_THERE = "The Flag is no longer in the chart."
_CHANGED_MEANWHILE = "Somebody else is changing this Flag; look at the chart and try again."
_KEPT_IN_PART = "The EHR kept only part of what was written."


@dataclass(frozen=True, slots=True)
class Standing:
    """A Flag as it stands in the chart now."""

    flag: Json
    reference: str
    version: str | None

    @property
    def order(self) -> tuple[bool, int, str]:
        """Active ones first, then the lowest id: what everybody agrees on when there are two."""
        resource_id = self.reference.partition("/")[2]
        return self.flag.get("status") != "active", len(resource_id), resource_id


@dataclass(frozen=True, slots=True)
class FlagWriter:
    """A FlagSink over HTTP. `client` is fenced to the EHR's FHIR base."""

    client: AuthorisedClient

    def preview(self, intent: FlagIntent) -> PreviewedWrite:
        """For a new Flag, the very bytes that `write` sends. For one that stands in the chart, the elements that `write`
        sets in it; everything else in it stays as it is then."""
        text, flag = _previewed(intent)
        return PreviewedWrite(_destination(intent), text, json_text(flag).decode())

    async def write(self, intent: FlagIntent) -> Written:
        """Carry out one intent. See `ports.FlagSink`."""
        try:
            standing = await self._find(intent)
            if intent.change.kind is ChangeKind.INACTIVATE:
                return await self._end(intent, standing)
            if standing is not None:
                return await self._renew(intent, standing)
            if intent.change.kind is ChangeKind.CREATE:
                return await self._create(intent)
            return _written(intent, "conflict", detail=_NO_LONGER_THERE)
        except (NotPermitted, WrongUsage, RecordUnreadable) as error:
            return _written(intent, "refused", detail=str(error))

    async def _create(self, intent: FlagIntent) -> Written:
        body = json_text(new_flag(_wanted(intent), intent))
        headers = {"If-None-Exist": _identifier_query(intent), "Prefer": "return=representation"}
        for _ in range(_TRIES):
            answer = await self._answered("POST", "Flag", headers, body)
            if answer is None or answer.status in {200, *_CONFLICTS}:
                standing = await self._find(intent)
                if standing is not None and answer is None:
                    return _written(intent, "created", standing)
                if standing is not None:
                    return await self._renew(intent, standing)
                if answer is None:
                    raise TryAgainLater("The EHR did not answer whether the Flag was written; try again in a minute.")
                continue
            _raise_for(answer)
            return await self._checked(intent, answer)
        return _written(intent, "conflict", detail=_CHANGED_MEANWHILE)

    async def _checked(self, intent: FlagIntent, answer: Answer) -> Written:
        """A created Flag, read back: a twin of it is withdrawn, and a part that the EHR dropped is told."""
        created = _written(intent, "created", _from_answer(answer))
        with suppress(TryAgainLater, NotPermitted, WrongUsage, RecordUnreadable):
            found = await self._all_standing(intent)
            for twin in (standing for standing in found[1:] if standing.flag.get("status") == "active"):
                await self._put(twin, withdrawn_flag(twin.flag))
            if found:
                kept = renewed_flag(found[0].flag, _wanted(intent)) == found[0].flag
                return _written(intent, "created", found[0], "" if kept else _KEPT_IN_PART)
        return created

    async def _renew(self, intent: FlagIntent, standing: Standing) -> Written:
        wanted = _wanted(intent)
        return await self._change(
            intent,
            standing,
            "updated",
            lambda flag: renewed_flag(flag, wanted),
            lambda flag: attributed(flag, wanted, intent.author),
        )

    async def _end(self, intent: FlagIntent, standing: Standing | None) -> Written:
        ended_on = intent.decided_on
        if ended_on is None:
            raise WrongUsage("A Flag is ended on a day: the intent names none.")
        if standing is None or standing.flag.get("status") != "active":
            return _written(intent, "already_there", standing)
        return await self._change(
            intent, standing, "inactivated", lambda flag: _ended_once(flag, intent), lambda flag: flag
        )

    async def _change(
        self,
        intent: FlagIntent,
        standing: Standing,
        outcome: str,
        change: Callable[[Json], Json],
        sign: Callable[[Json], Json],
    ) -> Written:
        """Lay a change over the Flag that stands there and put it back, against the version that was read."""
        current: Standing | None = standing
        for _ in range(_TRIES):
            if current is None:
                return _written(intent, "conflict", detail=_NO_LONGER_THERE)
            changed = change(current.flag)
            if changed == current.flag:
                return _written(intent, "already_there", current)
            answer = await self._put(current, sign(changed))
            current = await self._find(intent) if answer is None or answer.status in _CONFLICTS else current
            if answer is None:
                return self._looked_for(intent, current, outcome, change)
            if answer.status not in _CONFLICTS:
                _raise_for(answer)
                return _written(intent, outcome, _from_answer(answer, current))
        return _written(intent, "conflict", current, _CHANGED_MEANWHILE)

    def _looked_for(
        self, intent: FlagIntent, standing: Standing | None, outcome: str, change: Callable[[Json], Json]
    ) -> Written:
        """After a change that was not answered: done, when the Flag says so; otherwise nobody knows yet."""
        if standing is not None and change(standing.flag) == standing.flag:
            return _written(intent, outcome, standing)
        raise TryAgainLater("The EHR did not answer whether the Flag was changed; try again in a minute.")

    async def _put(self, standing: Standing, flag: Json) -> Answer | None:
        headers = {"Prefer": "return=representation"}
        if standing.version:
            headers["If-Match"] = f'W/"{standing.version}"'
        return await self._answered("PUT", standing.reference, headers, json_text(flag))

    async def _answered(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """The answer to a write, or None when nobody knows whether it happened."""
        try:
            answer = await self.client.send(method, url, headers=headers, content=body)
        except TryAgainLater:
            return None
        return None if answer.status == 429 or answer.status >= 500 else answer

    async def _find(self, intent: FlagIntent) -> Standing | None:
        """Our Flag of this rule, by identifier; an existing one also by its reference."""
        found = await self._all_standing(intent)
        existing = intent.change.existing
        if found or existing is None:
            return found[0] if found else None
        answer = await self.client.get(_url_of(existing.reference), fresh=True)
        if answer.status in (404, 410):
            return None
        _raise_for(answer)
        standing = _from_answer(answer)
        return standing if standing is not None and _is_ours(standing.flag, intent) else None

    async def _all_standing(self, intent: FlagIntent) -> list[Standing]:
        """All Flags with our identifier, past the server's cache of searches. Errors stay away: they were withdrawn."""
        query = urlencode(
            {
                "identifier": f"{FLAG_IDENTIFIER_SYSTEM}|{_identifier(intent)}",
                "patient": intent.patient.partition("/")[2],
            }
        )
        answer = await self.client.get(f"Flag?{query}", fresh=True)
        _raise_for(answer)
        flags = _matches(answer)
        ours = [_standing(flag) for flag in flags if isinstance(flag, dict) and _is_ours(flag, intent)]
        return sorted(ours, key=lambda standing: standing.order)


def _matches(answer: Answer) -> list[object]:
    try:
        entries = decode_bundle(answer.body).entry or ()
        return [plain(memoryview(e.resource)) for e in entries if e.is_match and len(memoryview(e.resource))]
    except RecordUnreadable:
        raise TryAgainLater("The EHR's list of Flags could not be read; nothing was written.") from None


def _previewed(intent: FlagIntent) -> tuple[str, Json]:
    change = intent.change
    if change.kind is ChangeKind.CREATE or change.existing is None:
        wanted = _wanted(intent)
        return wanted.text, new_flag(wanted, intent)
    existing = change.existing
    start = existing.period.start.text if existing.period and existing.period.start else None
    known: Json = {
        "resourceType": "Flag",
        "id": existing.reference.partition("/")[2],
        "status": existing.status,
        "subject": {"reference": intent.patient},
        **({"period": {"start": start}} if start else {}),
    }
    if change.kind is ChangeKind.INACTIVATE:
        return existing.text or "", _ended_once(known, intent)
    wanted = _wanted(intent)
    return wanted.text, attributed(renewed_flag(known, wanted), wanted, intent.author)


def _ended_once(flag: Json, intent: FlagIntent) -> Json:
    """Ended on the day of the decision, unless somebody has ended it already."""
    if flag.get("status") == "inactive" or intent.decided_on is None:
        return flag
    return ended_flag(flag, intent.decided_on)


def _destination(intent: FlagIntent) -> str:
    existing = intent.change.existing
    return f"{existing.reference} in the chart" if existing else "a new Flag in the chart"


def _wanted(intent: FlagIntent) -> WantedFlag:
    if intent.change.wanted is None:
        raise WrongUsage("Nothing is wanted of this Flag: the intent does not say what it should read.")
    return intent.change.wanted


def _identifier(intent: FlagIntent) -> str:
    change = intent.change
    value = change.wanted.identifier if change.wanted else change.existing.identifier if change.existing else None
    if not value:
        raise WrongUsage("This Flag is not one of ours: it has no identifier of ours.")
    return value


def _identifier_query(intent: FlagIntent) -> str:
    """`If-None-Exist` is a bare query."""
    return urlencode({"identifier": f"{FLAG_IDENTIFIER_SYSTEM}|{_identifier(intent)}"})


def _is_ours(flag: object, intent: FlagIntent) -> bool:
    """Servers may ignore a search parameter: identifier and person are checked again here."""
    if not isinstance(flag, dict) or flag.get("resourceType") != "Flag" or flag.get("status") == "entered-in-error":
        return False
    subject = (flag.get("subject") or {}).get("reference") or ""
    return our_identifier(flag) == _identifier(intent) and References().relative(subject) == intent.patient


def _standing(flag: Json, version: str | None = None) -> Standing:
    stated = (flag.get("meta") or {}).get("versionId")
    return Standing(flag, f"Flag/{flag.get('id')}", stated or version)


def _from_answer(answer: Answer, before: Standing | None = None) -> Standing | None:
    """The Flag in an answer; where the body is empty (some EHRs), what its headers say about it."""
    version = answer.headers.get("etag", "").removeprefix("W/").strip('"') or None
    with suppress(RecordUnreadable):
        flag = plain(answer.body)
        if isinstance(flag, dict) and flag.get("resourceType") == "Flag" and flag.get("id"):
            return _standing(flag, version)
    location = answer.headers.get("location") or answer.headers.get("content-location") or ""
    reference = References().relative(location) if location else before.reference if before else None
    return Standing({}, reference, version) if reference else None


def _url_of(reference: str) -> str:
    kind, _, resource_id = reference.partition("/")
    return f"{kind}/{quote(resource_id, safe='')}"


def _raise_for(answer: Answer) -> None:
    error = remedy_for(answer)
    if error is not None:
        raise error


def _written(intent: FlagIntent, outcome: str, standing: Standing | None = None, detail: str = "") -> Written:
    reference = standing.reference if standing else None
    return Written(intent.change.rule, outcome, reference, standing.version if standing else None, detail)
