"""The grammar against every corpus file: what it reads must be what a pharmacist reads, or it must refuse."""

import hashlib

import pytest

from app.med.sig import Refused, parse_sig
from tests.spec.sigs.scoring import Row, rows, spell, verdict

FILES = ("corpus", "heldout", "afterwards")
EVERY_ROW = [pytest.param(row, id=f"{name}: {row.text}") for name in FILES for row in rows(name)]
# How many must be read: a score may rise, never fall. The first scores are in README.md.
LEAST_RIGHT = {"corpus": 263, "heldout": 140, "afterwards": 149}


@pytest.mark.parametrize("row", EVERY_ROW)
def test_directions_are_read_as_a_pharmacist_reads_them_or_refused(row: Row) -> None:
    found = parse_sig(row.text)
    if row.reading == "refuse":
        assert isinstance(found, Refused), spell(found, row.reading)
    elif not isinstance(found, Refused):
        assert spell(found, row.reading) == (row.reading, row.prn, row.maximum, row.highest_per_day)


@pytest.mark.parametrize("name", FILES)
def test_the_score_does_not_fall(name: str) -> None:
    assert sum(verdict(row) == "right" for row in rows(name)) >= LEAST_RIGHT[name]


def test_the_corpus_is_large_enough_and_has_no_repeats() -> None:
    texts = [row.text for name in FILES for row in rows(name)]
    assert len(texts) == len(set(texts))
    assert len(rows("corpus")) + len(rows("heldout")) >= 330


def test_the_held_out_part_was_chosen_by_hash() -> None:
    def is_held_out(text: str) -> bool:
        return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0

    assert all(is_held_out(row.text) for row in rows("heldout"))
    assert not any(is_held_out(row.text) for row in rows("corpus"))
