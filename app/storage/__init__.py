"""Storage: sessions, audit log, recorded facts, dismissals and outbox in SQLite or PostgreSQL. Rows never leave this folder."""

from app.storage.audit import AuditHead, SqlAuditLog
from app.storage.dismissals import SqlDismissalStore
from app.storage.facts import SqlFactStore
from app.storage.ledger import SqlLedger
from app.storage.outbox import SqlOutbox
from app.storage.sessions import SqlSessionStore
from app.storage.storage import SqlUnitOfWork, SqlWork, Storage, open_storage

__all__ = [
    "AuditHead",
    "SqlAuditLog",
    "SqlDismissalStore",
    "SqlFactStore",
    "SqlLedger",
    "SqlOutbox",
    "SqlSessionStore",
    "SqlUnitOfWork",
    "SqlWork",
    "Storage",
    "open_storage",
]
