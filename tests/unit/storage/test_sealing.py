"""Values at rest: what opens them and what does not."""

import pytest

from app.domain.session import Secret
from app.storage.sealing import Seal

SEAL = Seal(Secret("a key for tests only"))


def test_a_value_opens_for_its_own_row() -> None:
    assert SEAL.open(SEAL.close(b"token", "session:a"), "session:a") == b"token"


def test_it_opens_for_no_other_row_and_no_other_kind() -> None:
    sealed = SEAL.close(b"token", "session:a")
    assert SEAL.open(sealed, "session:b") is None
    assert SEAL.open(sealed, "pending:a") is None


def test_it_opens_with_no_other_key() -> None:
    assert Seal(Secret("another key")).open(SEAL.close(b"token", "a"), "a") is None


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert SEAL.close(b"token", "a") != SEAL.close(b"token", "a")
    assert b"token" not in SEAL.close(b"token", "a")


@pytest.mark.parametrize("position", range(0, 34, 3))
def test_any_changed_byte_shows(position: int) -> None:
    sealed = bytearray(SEAL.close(b"token", "a"))
    sealed[position % len(sealed)] ^= 1
    assert SEAL.open(bytes(sealed), "a") is None


@pytest.mark.parametrize("length", range(0, 30))
def test_a_cut_value_does_not_open(length: int) -> None:
    assert SEAL.open(SEAL.close(b"token", "a")[:length], "a") is None
