"""A throw-away PostgreSQL for tests, started by the repository's own script. Missing PostgreSQL fails, it never skips."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

SCRIPT = Path(__file__).parent.parent / "scripts" / "postgres"


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a fresh cluster, reachable through a socket only; gone afterwards."""
    folder = tempfile.mkdtemp(prefix="sextant-postgres-")
    try:
        yield _run("start", folder).strip()
    finally:
        _run("stop", folder)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_database(server_url: str, name: str) -> Iterator[str]:
    """The URL of a new, empty database in a running cluster; dropped afterwards."""
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield server_url.replace("/postgres?", f"/{name}?")
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def _run(verb: str, folder: str) -> str:
    done = subprocess.run([SCRIPT, verb, folder], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
