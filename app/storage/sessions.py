"""Pending launches and open sessions, everything personal or secret sealed."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from app.domain.ehr_style import EhrStyle
from app.domain.session import LaunchSession, PendingLaunch, Secret, Tokens
from app.ports import Clock
from app.storage.engine import Transactions
from app.storage.sealing import Seal
from app.storage.tables import pending_launches, sessions

log = logging.getLogger("sextant.storage")

SESSION_LIFETIME = timedelta(hours=12)
"""A working day. A session without a refresh token ends with its access token."""
PENDING_LIFETIME = timedelta(minutes=10)


class _SealedPending(msgspec.Struct, frozen=True):
    state: str
    browser: str
    ehr: str
    nonce: str
    code_verifier: str
    requested_scopes: tuple[str, ...]
    created_at: datetime


class _SealedTokens(msgspec.Struct, frozen=True):
    access: str
    expires_at: datetime
    scopes: tuple[str, ...]
    refresh: str | None
    renew_at: datetime | None


class _SealedSession(msgspec.Struct, frozen=True):
    browser: str
    patient: str
    user: str
    tokens: _SealedTokens
    created_at: datetime
    encounter: str | None
    user_name: str | None
    needs_patient_banner: bool
    form_token: str
    style: EhrStyle | None = None


class SqlSessionStore:
    """The SessionStore port. Whatever has run out is deleted by the way, whenever something is added."""

    def __init__(self, transactions: Transactions, seal: Seal, clock: Clock) -> None:
        self._transactions = transactions
        self._seal = seal
        self._clock = clock

    def add_pending(self, pending: PendingLaunch) -> None:
        """See SessionStore. The state itself is stored as a digest only."""
        row = _digest(pending.state)
        sealed = self._seal.close(_pending_bytes(pending), f"pending:{row}")
        with self._transactions.writing() as connection:
            self._delete_expired(connection)
            values = {"state_digest": row, "created_at": pending.created_at, "sealed": sealed}
            connection.execute(insert(pending_launches).values(values))

    def take_pending(self, state: str) -> PendingLaunch | None:
        """See SessionStore. One statement deletes and returns, so that two callbacks cannot both have it."""
        row = _digest(state)
        statement = delete(pending_launches).where(pending_launches.c.state_digest == row)
        with self._transactions.writing() as connection:
            sealed = connection.execute(statement.returning(pending_launches.c.sealed)).scalar_one_or_none()
        plain = self._opened(sealed, f"pending:{row}")
        return None if plain is None else _pending_from(plain)

    def open(self, session: LaunchSession) -> None:
        """See SessionStore."""
        values = {"launch": session.launch, "ehr": session.ehr, **self._row(session)}
        with self._transactions.writing() as connection:
            self._delete_expired(connection)
            connection.execute(insert(sessions).values(values))

    def find(self, launch: str) -> LaunchSession | None:
        """See SessionStore. None also for a row that does not open: changed, swapped, or of another secret key."""
        statement = select(sessions).where(sessions.c.launch == launch)
        with self._transactions.reading() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None or row.ends_at <= self._clock.now():
            return None
        plain = self._opened(row.sealed, f"session:{launch}")
        return None if plain is None else _session_from(plain, launch, row.ehr)

    def replace_tokens(self, launch: str, tokens: Tokens) -> None:
        """See SessionStore. A session that has ended meanwhile stays ended."""
        session = self.find(launch)
        if session is None:
            return
        renewed = msgspec.structs.replace(_sealed_session(session), tokens=_sealed_tokens(tokens))
        values = {"sealed": self._sealed(renewed, launch), "ends_at": _end(session.created_at, tokens)}
        with self._transactions.writing() as connection:
            connection.execute(update(sessions).where(sessions.c.launch == launch).values(values))

    def end(self, launch: str) -> None:
        """See SessionStore."""
        with self._transactions.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.launch == launch))

    def open_for(self, ehr: str, patient: str) -> Sequence[LaunchSession]:
        """See SessionStore. Whose chart a session is on stands in its sealed part only, so all of the EHR's are opened."""
        statement = select(sessions).where(sessions.c.ehr == ehr, sessions.c.ends_at > self._clock.now())
        with self._transactions.reading() as connection:
            rows = connection.execute(statement).all()
        opened = ((row, self._opened(row.sealed, f"session:{row.launch}")) for row in rows)
        found = [_session_from(plain, row.launch, row.ehr) for row, plain in opened if plain is not None]
        mine = (session for session in found if session.patient == patient)
        return sorted(mine, key=lambda session: session.created_at, reverse=True)

    def sweep(self) -> None:
        """Delete whatever has run out."""
        with self._transactions.writing() as connection:
            self._delete_expired(connection)

    def _delete_expired(self, connection: Connection) -> None:
        now = self._clock.now()
        connection.execute(delete(pending_launches).where(pending_launches.c.created_at < now - PENDING_LIFETIME))
        connection.execute(delete(sessions).where(sessions.c.ends_at <= now))

    def _row(self, session: LaunchSession) -> dict[str, object]:
        ends_at = _end(session.created_at, session.tokens)
        return {"ends_at": ends_at, "sealed": self._sealed(_sealed_session(session), session.launch)}

    def _sealed(self, session: _SealedSession, launch: str) -> bytes:
        return self._seal.close(msgspec.json.encode(session), f"session:{launch}")

    def _opened(self, sealed: bytes | None, row: str) -> bytes | None:
        if sealed is None:
            return None
        plain = self._seal.open(bytes(sealed), row)
        if plain is None:
            log.warning("a stored %s does not open: changed, or sealed with another secret key", row.partition(":")[0])
        return plain


def _end(created_at: datetime, tokens: Tokens) -> datetime:
    latest = created_at + SESSION_LIFETIME
    return latest if tokens.refresh is not None else min(latest, tokens.expires_at)


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _pending_bytes(pending: PendingLaunch) -> bytes:
    sealed = _SealedPending(
        state=pending.state,
        browser=pending.browser,
        ehr=pending.ehr,
        nonce=pending.nonce,
        code_verifier=pending.code_verifier.reveal(),
        requested_scopes=pending.requested_scopes,
        created_at=pending.created_at,
    )
    return msgspec.json.encode(sealed)


def _pending_from(plain: bytes) -> PendingLaunch:
    sealed = msgspec.json.decode(plain, type=_SealedPending)
    return PendingLaunch(
        state=sealed.state,
        browser=sealed.browser,
        ehr=sealed.ehr,
        nonce=sealed.nonce,
        code_verifier=Secret(sealed.code_verifier),
        requested_scopes=sealed.requested_scopes,
        created_at=sealed.created_at,
    )


def _sealed_session(session: LaunchSession) -> _SealedSession:
    return _SealedSession(
        browser=session.browser,
        patient=session.patient,
        user=session.user,
        tokens=_sealed_tokens(session.tokens),
        created_at=session.created_at,
        encounter=session.encounter,
        user_name=session.user_name,
        needs_patient_banner=session.needs_patient_banner,
        form_token=session.form_token,
        style=session.style,
    )


def _sealed_tokens(tokens: Tokens) -> _SealedTokens:
    return _SealedTokens(
        access=tokens.access.reveal(),
        expires_at=tokens.expires_at,
        scopes=tokens.scopes,
        refresh=tokens.refresh.reveal() if tokens.refresh else None,
        renew_at=tokens.renew_at,
    )


def _session_from(plain: bytes, launch: str, ehr: str) -> LaunchSession:
    sealed = msgspec.json.decode(plain, type=_SealedSession)
    return LaunchSession(
        launch=launch,
        browser=sealed.browser,
        ehr=ehr,
        patient=sealed.patient,
        user=sealed.user,
        tokens=_tokens_from(sealed.tokens),
        created_at=sealed.created_at,
        encounter=sealed.encounter,
        user_name=sealed.user_name,
        needs_patient_banner=sealed.needs_patient_banner,
        form_token=sealed.form_token,
        style=sealed.style,
    )


def _tokens_from(sealed: _SealedTokens) -> Tokens:
    return Tokens(
        access=Secret(sealed.access),
        expires_at=sealed.expires_at,
        scopes=sealed.scopes,
        refresh=Secret(sealed.refresh) if sealed.refresh is not None else None,
        renew_at=sealed.renew_at,
    )
