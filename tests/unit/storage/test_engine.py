"""Opening a database: which addresses are refused, and how trouble is named."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.audit import Action, AuditEntry
from app.domain.errors import AskAnAdministrator, TryAgainLater
from app.domain.session import Secret
from app.storage import open_storage
from app.storage.engine import OwnTransactions, open_engine
from tests.clocks import SetClock

KEY = Secret("a key for tests only")


@pytest.mark.parametrize(
    "url", ["", "sextant.db", "sqlite://", "sqlite:///:memory:", "mysql://u:hidden@h/d", "oracle://x", "a:b:c"]
)
def test_other_databases_are_refused_without_repeating_the_address(url: str) -> None:
    with pytest.raises(AskAnAdministrator, match="database_url must be") as caught:
        open_engine(url)
    assert "hidden" not in str(caught.value)


def test_the_file_and_its_folder_are_for_us_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        open_storage(f"sqlite:///{tmp_path}/new/sextant.db", KEY, SetClock()).close()
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new/sextant.db").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made_is_named_by_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AskAnAdministrator, match="database_url"):
        open_engine(f"sqlite:///{tmp_path}/file/sextant.db")


def test_a_server_that_is_away_is_a_matter_of_time() -> None:
    with pytest.raises(TryAgainLater) as caught:
        open_storage("postgresql://nobody:hidden@127.0.0.1:1/none", KEY, SetClock())
    assert "hidden" not in str(caught.value)


def test_sqlite_keeps_what_was_confirmed_through_a_power_cut(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/sextant.db")
    with OwnTransactions(engine).reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2  # FULL
    engine.dispose()


def test_two_stores_of_one_file_see_each_other_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/sextant.db"
    one, two = (open_storage(url, KEY, SetClock()) for _ in range(2))
    one.audit.append(AuditEntry(datetime(2026, 5, 4, tzinfo=UTC), Action.LAUNCH, "ok"))
    assert len(two.audit.entries()) == 1
    one.close()
    two.close()
