"""Laws of reading directions, for any text."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.med.sig import Refused, Sig, parse_sig
from app.med.sig.words import vocabulary
from tests.spec.sigs.scoring import rows

READ = [row.text for name in ("corpus", "heldout") for row in rows(name) if row.reading != "refuse"]
KNOWN = set(vocabulary().words) | set(vocabulary().words.values()) | vocabulary().verbs | vocabulary().reasons
sigs = st.sampled_from(READ)


def meaning(text: str) -> object:
    found = parse_sig(text)
    return "refused" if isinstance(found, Refused) else (found.steps, found.maxima)


@given(sigs, st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_case_does_not_matter(text: str, change: object) -> None:
    assert meaning(change(text)) == meaning(text)  # type: ignore[operator]


@given(sigs, st.integers(min_value=1, max_value=4))
def test_space_does_not_matter(text: str, width: int) -> None:
    assert meaning("  " + text.replace(" ", " " * width) + " \n") == meaning(text)


@given(sigs, st.sampled_from([".", ",", ";", " .", "..."]))
def test_closing_punctuation_does_not_matter(text: str, mark: str) -> None:
    assert meaning(text.rstrip(".") + mark) == meaning(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_without_an_error(text: str) -> None:
    assert isinstance(parse_sig(text), Sig | Refused)


@given(st.text(alphabet=st.characters(categories=["L", "P", "Z"]), max_size=120))
def test_text_without_words_of_frequency_never_yields_one(text: str) -> None:
    words = set(re.findall(r"[a-z@]+", text.lower()))
    if not words & KNOWN:
        assert isinstance(parse_sig(text), Refused)


@given(sigs, st.from_regex(r"[b-df-hj-np-tv-z]{4,8}", fullmatch=True), st.data())
def test_an_unknown_word_anywhere_makes_the_text_refused(text: str, word: str, data: st.DataObject) -> None:
    """It might be the word that changes the dose."""
    words = text.split()
    place = data.draw(st.integers(min_value=0, max_value=len(words)))
    if word not in KNOWN:
        assert isinstance(parse_sig(" ".join([*words[:place], word, *words[place:]])), Refused)


@given(sigs, st.integers(min_value=11, max_value=99), st.data())
def test_a_stray_number_is_never_passed_over(text: str, stray: int, data: st.DataObject) -> None:
    words = text.split()
    place = data.draw(st.integers(min_value=0, max_value=len(words)))
    changed = " ".join([*words[:place], str(stray), *words[place:]])
    assert meaning(changed) == "refused" or meaning(changed) != meaning(text)


@given(sigs)
def test_no_dose_no_frequency_is_zero_and_low_is_never_above_high(text: str) -> None:
    found = parse_sig(text)
    assert isinstance(found, Sig)
    for step in found.steps:
        for part in step.parts:
            assert 0 < part.dose.low <= part.dose.high
            assert part.frequency is None or 0 < part.frequency.low <= part.frequency.high
        assert found.units_per_day_low(step) <= found.units_per_day_high(step)


@pytest.mark.parametrize(
    "text", ["Take 1 tablet", "1 tab prn", "take 2 tablets by mouth as needed for pain", "10 mg", "apply patch"]
)
def test_a_frequency_is_never_assumed(text: str) -> None:
    assert isinstance(parse_sig(text), Refused)


def test_what_a_caller_gets() -> None:
    sig = parse_sig("Take 1-2 tablets (5-10 mg total) by mouth every 4-6 hours as needed. Max Daily Amount: 30 mg")
    assert isinstance(sig, Sig)
    (step,) = sig.steps
    (part,) = step.parts
    assert part.frequency is not None
    assert part.dose.equivalent is not None
    assert (part.dose.low, part.dose.high, part.dose.unit) == (Decimal(1), Decimal(2), "tablet")
    assert (part.dose.equivalent.low, part.dose.equivalent.high, part.dose.equivalent.unit) == (
        Decimal(5),
        Decimal(10),
        "mg",
    )
    assert (part.frequency.per_day_low, part.frequency.per_day_high) == (Decimal(4), Decimal(6))
    assert (sig.units_per_day_low(step), sig.units_per_day_high(step)) == (Decimal(4), Decimal(6))
    assert sig.as_needed
    assert not sig.is_sequence
    assert sig.unapplied_maxima(step) == ()


def test_a_maximum_in_mg_waits_for_the_strength() -> None:
    sig = parse_sig("Take 2 tablets every 4 hours as needed, max 60 mg per day")
    assert isinstance(sig, Sig)
    (step,) = sig.steps
    assert sig.units_per_day_high(step) == Decimal(12)
    assert [limit.unit for limit in sig.unapplied_maxima(step)] == ["mg"]


def test_a_patch_says_how_long_it_is_worn() -> None:
    sig = parse_sig("apply 1 patch every 48-72 hours")
    assert isinstance(sig, Sig)
    frequency = sig.steps[0].parts[0].frequency
    assert frequency is not None
    assert (frequency.shortest_interval_hours, frequency.longest_interval_hours) == (Decimal(48), Decimal(72))


@pytest.mark.parametrize(
    "text",
    [
        "Take 2 tablets daily: 1 in AM, 1 in PM",
        "Take 1 tablet twice daily, 1 in the morning and 1 at bedtime",
        "Take 1 tablet every 6 hours for moderate pain, 2 tablets every 6 hours for severe pain",
        "Take 30 mg daily: 2 tablets in AM, 1 tablet in PM",
        "1 tab q.4h or q.6h",
        "Take 1 tablet 1/2 times daily",
        "Take 1 tablet now and every 6 hours",
        "Place 1 patch every 72 hours (2 days)",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    assert isinstance(parse_sig(text), Refused)
