"""Storage: sessions, audit log, recorded facts and outbox in SQLite or PostgreSQL. Rows never leave this folder."""

from app.storage.audit import AuditHead, SqlAuditLog
from app.storage.facts import SqlFactStore
from app.storage.outbox import SqlOutbox
from app.storage.sessions import SqlSessionStore
from app.storage.storage import SqlUnitOfWork, SqlWork, Storage, open_storage

__all__ = [
    "AuditHead",
    "SqlAuditLog",
    "SqlFactStore",
    "SqlOutbox",
    "SqlSessionStore",
    "SqlUnitOfWork",
    "SqlWork",
    "Storage",
    "open_storage",
]
