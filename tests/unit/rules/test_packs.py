"""Packs: what the loader takes and what it refuses, with file, table path, line and remedy in every refusal."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.errors import AskAnAdministrator
from app.domain.finding import Place, Status
from app.rules.catalogue import CATALOGUE
from app.rules.evidence.conditions import diagnoses
from app.rules.pack import SHIPPED, load_pack, shipped_ids
from app.rules.policy import NOT_SIGNED_OFF
from app.rules.words import unapproved
from app.terminology.conditions import condition_table

GOOD = (
    'interval = { value = 100, unit = "days", source = "site policy", valid_from = 2026-02-01, checked_by = "Dr Lee" }'
)


def overriding(tmp_path: Path, table: str, *lines: str) -> Path:
    """A site's override file."""
    path = tmp_path / "site.toml"
    path.write_text("\n".join(["# the site's own numbers", f"[{table}]", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("pack", shipped_ids())
def test_every_shipped_pack_loads_and_knows_its_name(pack: str) -> None:
    policy = load_pack(pack)
    assert policy.id == pack
    assert policy.chain[-1] == pack


def test_the_four_packs_are_shipped() -> None:
    assert set(shipped_ids()) >= {"us-default-2026", "sandbox-clinic", "cdc-2016", "wa"}


@pytest.mark.parametrize("pack", shipped_ids())
def test_nobody_has_signed_off_yet_and_no_name_is_made_up(pack: str) -> None:
    assert {setting.checked_by for setting in load_pack(pack).settings()} == {NOT_SIGNED_OFF}


def test_a_setting_carries_everything_that_a_reader_may_ask() -> None:
    setting = load_pack("us-default-2026").rules.pdmp_check.interval
    assert (setting.path, setting.value, setting.unit) == ("rules.pdmp_check.interval", 90, "days")
    assert setting.source.startswith("CDC22")
    assert setting.valid_from == date(2026, 1, 1)
    assert setting.used.value == "90 days"


def test_a_pack_states_only_what_differs_from_the_one_it_extends() -> None:
    washington, default = load_pack("wa"), load_pack("us-default-2026")
    assert washington.rules.udt_check.interval_high.value == 90
    assert washington.rules.pdmp_check == default.rules.pdmp_check
    assert washington.chain == ("us-default-2026", "wa")


def test_the_sandbox_clinic_records_everything_in_its_chart() -> None:
    here = load_pack("sandbox-clinic").recorded_here
    assert all(getattr(here, name).value for name in here.__dataclass_fields__)


def test_a_site_file_overrides_one_value(tmp_path: Path) -> None:
    policy = load_pack("us-default-2026", overriding(tmp_path, "rules.pdmp_check", GOOD))
    assert policy.rules.pdmp_check.interval.value == 100
    assert policy.rules.pdmp_check.interval.checked_by == "Dr Lee"
    assert policy.rules.pdmp_check.warning.value == 30
    assert policy.id == "us-default-2026"


def test_a_pack_can_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    head = '[pack]\nid = "ours"\ntitle = "Ours"\nextends = "us-default-2026"\nvalid_from = 2026-02-01\n\n'
    path.write_text(f"{head}[rules.agreement]\n{GOOD}\n", encoding="utf-8")
    policy = load_pack(str(path))
    assert policy.id == "ours"
    assert policy.rules.agreement.interval.value == 100


@pytest.mark.parametrize(
    ("table", "line", "complaints"),
    [
        ("rules.pdmp_check", GOOD.replace('"site policy"', '""'), ("line 3", "rules.pdmp_check.interval", "source is empty")),
        ("rules.pdmp_check", GOOD.replace('"Dr Lee"', '" "'), ("checked_by is empty", "fill it in")),
        ("rules.pdmp_check", GOOD.replace(', source = "site policy"', ""), ("source is missing", "add it")),
        ("rules.pdmp_check", GOOD.replace("value", "valeu"), ("unknown field valeu", "remove it")),
        ("rules.pdmp_check", GOOD.replace("100", '"100"'), ("wrong kind", "whole number")),
        ("rules.pdmp_check", GOOD.replace("100", "true"), ("wrong kind", "whole number")),
        ("rules.pdmp_check", GOOD.replace("100", "-1"), ("below zero",)),
        ("rules.pdmp_check", GOOD.replace('"days"', '"weeks"'), ("the unit is weeks", "days")),
        ("rules.pdmp_check", GOOD.replace("2026-02-01", '"2026-02-01"'), ("valid_from is not a date",)),
        ("rules.pdmp_check", GOOD.replace("interval", "intervall"), ("line 3", "nothing reads this value", "correct its name")),
        ("rules.pdmp_chek", GOOD, ("rules.pdmp_chek.interval", "nothing reads this value")),
        ("rules.pdmp_check", "interval = 100", ("line 3", "a bare value", "write { value")),
        ("rules.pdmp_check", GOOD.replace("interval", "place").replace('100, unit = "days', '"top", unit = "word'), ("'top'",)),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_with_place_and_remedy(
    tmp_path: Path, table: str, line: str, complaints: tuple[str, ...]
) -> None:
    with pytest.raises(AskAnAdministrator) as refused:
        load_pack("us-default-2026", overriding(tmp_path, table, line))
    message = str(refused.value)
    assert "site.toml" in message
    assert "Remedy" in message
    assert all(complaint in message for complaint in complaints), message


def test_a_missing_value_is_refused(tmp_path: Path) -> None:
    text = (SHIPPED / "us-default-2026.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("new_start_after")]
    path = tmp_path / "short.toml"
    path.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(AskAnAdministrator, match=r"short.toml, \[ltot.new_start_after\]: missing"):
        load_pack(str(path))


@pytest.mark.parametrize("broken", ["[rules", "= 3", "\x00"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(AskAnAdministrator, match="not TOML"):
        load_pack("us-default-2026", path)


def test_an_unknown_pack_names_those_that_exist() -> None:
    with pytest.raises(AskAnAdministrator, match="us-default-2026"):
        load_pack("us-defualt-2026")


def test_a_pack_that_extends_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop.toml"
    path.write_text(
        f'[pack]\nid = "loop"\ntitle = "Loop"\nvalid_from = 2026-01-01\nextends = "{path}"\n', encoding="utf-8"
    )
    with pytest.raises(AskAnAdministrator, match="extends itself"):
        load_pack(str(path))


@pytest.mark.parametrize("pack", shipped_ids())
def test_every_condition_that_a_pack_names_exists(pack: str) -> None:
    named = set(load_pack(pack).rules.naloxone.risk_conditions.value)
    assert named <= condition_table().concepts
    assert diagnoses.__doc__


@pytest.mark.parametrize("pack", shipped_ids())
def test_every_rule_has_a_section_and_every_section_a_rule(pack: str) -> None:
    sections = set(load_pack(pack).rules.__dataclass_fields__)
    assert sections == {entry.rule.id for entry in CATALOGUE}


def test_the_defaults_of_writing_are_the_few_that_were_ruled() -> None:
    policy = load_pack("us-default-2026")
    written = {"sedative", "naloxone", "change_watch", "med", "udt_check", "pdmp_check", "agreement"}
    every = [entry.rule.id for entry in CATALOGUE] + ["change_watch"]
    assert {rule for rule in every if policy.writes(rule, Status.RED)} == written
    assert not any(policy.writes(rule, Status.YELLOW) for rule in every)


def test_a_rule_that_a_pack_does_not_know_is_off() -> None:
    assert load_pack("us-default-2026").place("horoscope") is Place.OFF


@pytest.mark.parametrize("pack", shipped_ids())
def test_packs_use_approved_words(pack: str) -> None:
    sentences = [load_pack(pack).title]
    for setting in load_pack(pack).settings():
        sentences += [setting.source, setting.words.replace("_", " "), setting.unit]
    assert [found for sentence in sentences for found in unapproved(sentence)] == []


def test_numbers_are_exact() -> None:
    assert load_pack("us-default-2026").rules.med.band_moderate.value == Decimal("50")


def test_the_name_of_a_definition_and_its_numbers_must_agree(tmp_path: Path) -> None:
    word = 'definition = { value = "ltot.70of90", unit = "word", source = "x", valid_from = 2026-02-01, checked_by = "Dr Lee" }'
    path = overriding(tmp_path, "ltot", word)
    with pytest.raises(
        AskAnAdministrator, match=r"ltot\.70of90, but ltot\.covered is 60\. Remedy: set ltot\.covered to 70"
    ):
        load_pack("us-default-2026", path)
    number = 'covered = { value = 70, unit = "days", source = "x", valid_from = 2026-02-01, checked_by = "Dr Lee" }'
    policy = load_pack("us-default-2026", overriding(tmp_path, "ltot", f"{word}\n{number}"))
    assert (policy.ltot.definition.value, policy.ltot.covered.value) == ("ltot.70of90", 70)


def test_one_value_can_be_changed_for_a_question() -> None:
    policy = load_pack("us-default-2026")
    asked = policy.with_setting(replace(policy.rules.med.band_high, value=Decimal(80)))
    assert (asked.rules.med.band_high.value, policy.rules.med.band_high.value) == (80, 90)
    assert asked.rules.sedative is policy.rules.sedative
    with pytest.raises(AttributeError):
        policy.with_setting(replace(policy.rules.med.band_high, path="rules.med.nothing"))
