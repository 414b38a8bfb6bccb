"""The verbs on files: what they print, and how they end (0 good, 1 some input unreadable, 2 wrong usage)."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli.application import build_cli
from app.main import commands, policy_named
from app.rules.catalogue import CATALOGUE
from app.rules.words import unapproved
from app.sandbox_ehr.clinic import SCENARIOS, bundle_of

DAY = date(2026, 3, 1)
SHOWN = ("opioid-benzodiazepine", "steady-low-dose", "high-dose-unreviewed")
Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """The command in this process."""
    cli, runner = build_cli(commands()), CliRunner()

    def answer(*words: object) -> Result:
        return runner.invoke(cli, [str(word) for word in words])

    return answer


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people of the clinic, a file each."""
    folder = tmp_path_factory.mktemp("charts")
    for scenario in SCENARIOS:
        if scenario.name in SHOWN:
            (folder / f"{scenario.name}.json").write_text(json.dumps(bundle_of(scenario, DAY)))
    return folder


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def fact(patient: str, concept: str, value: str, day: str = "2026-02-20") -> str:
    who = {"who": "Dr Lee", "when": "2026-02-20T10:00:00Z", "day": day}
    return json.dumps({"patient": patient, "concept": concept, "value": value, **who})


# --- review ----------------------------------------------------------------------------------------------------------


def test_review_prints_one_object_a_patient_sorted(run: Run, charts: Path) -> None:
    result = run("review", charts, "--as-of", DAY, "--json")
    assert result.exit_code == 0, result.stderr
    assert [each["patient"] for each in objects(result)] == sorted(f"Patient/{name}" for name in SHOWN)
    keys = "patient as_of pack ltot tier exclusions med findings feeds"
    assert all(list(each) == keys.split() for each in objects(result))
    finding = "rule version status place reason due evidence next_step source missing"
    assert all(set(finding.split()) <= set(each) for each in objects(result)[0]["findings"])


def test_stated_facts_change_the_review(run: Run, charts: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_text(fact("Patient/opioid-benzodiazepine", "naloxone", "has"))
    without = run("review", charts, "--as-of", DAY, "--json")
    stated = run("review", charts, "--as-of", DAY, "--json", "--facts", facts)

    def naloxone(result: Result) -> dict[str, Any]:
        (whole,) = (each for each in objects(result) if each["patient"] == "Patient/opioid-benzodiazepine")
        return next(each for each in whole["findings"] if each["rule"] == "naloxone")

    assert naloxone(without)["status"] == "red"
    assert naloxone(stated)["status"] == "green"
    assert [each["entered_by"] for each in naloxone(stated)["evidence"]] == ["Dr Lee"]
    assert [each for each in objects(without) if each["patient"] != "Patient/opioid-benzodiazepine"] == [
        each for each in objects(stated) if each["patient"] != "Patient/opioid-benzodiazepine"
    ]


def test_facts_about_nobody_are_told(run: Run, charts: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_text(fact("Patient/nobody", "naloxone", "has"))
    result = run("review", charts, "--as-of", DAY, "--json", "--facts", facts)
    assert result.exit_code == 0
    assert result.stderr == "sextant: Patient/nobody has recorded facts and no chart in INPUT: they changed nothing.\n"


def test_unreadable_input_is_told_and_the_rest_is_printed(run: Run, charts: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "good.json").write_text((charts / "steady-low-dose.json").read_text())
    result = run("review", tmp_path, "--as-of", DAY, "--json")
    assert result.exit_code == 1
    assert [each["patient"] for each in objects(result)] == ["Patient/steady-low-dose"]
    assert "broken.json could not be read" in result.stderr


PERSON = {"resourceType": "Patient", "id": "p"}


def chart_with(folder: Path, *entries: object) -> Path:
    """A Bundle of one person and these entries."""
    path = folder / "chart.json"
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PERSON}, *entries]}
    path.write_text(json.dumps(bundle))
    return path


def of_p(kind: str, **more: object) -> dict[str, object]:
    return {"resource": {"resourceType": kind, "id": "1", "subject": {"reference": "Patient/p"}, **more}}


TEXT = {"text": "Morphine 15 mg tablet"}
SPOILT_DOSE = {"doseAndRate": [{"doseQuantity": {"value": "two"}}]}


@pytest.mark.parametrize("verb", [("review", "--json"), ("med", "--json"), ("med",), ("explain", "--rule", "med")])
@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"resource": "junk"}, "unknown/unnamed-1 could not be read: It does not say what kind of resource it is."),
        (None, "unknown/unnamed-1 could not be read: It holds no resource."),
        (
            of_p("Condition", onsetDateTime="a while ago"),
            "Condition/1: Its onsetDateTime could not be read; the rest counts.",
        ),
        (
            of_p("MedicationRequest", status="active", medicationCodeableConcept=TEXT, dosageInstruction=[SPOILT_DOSE]),
            "MedicationRequest/1: Its doseAndRate.doseQuantity could not be read; the rest counts.",
        ),
        (
            of_p("Observation", status="final", component=[{"valueQuantity": {"value": "two"}}]),
            "Observation/1: Its component.valueQuantity could not be read; the rest counts.",
        ),
    ],
    ids=["entry", "nothing", "element", "element of directions", "element of a result"],
)
def test_an_entry_that_could_not_be_read_is_unreadable_input(
    run: Run, tmp_path: Path, verb: tuple[str, ...], entry: object, told: str
) -> None:
    path = chart_with(tmp_path, entry, of_p("Encounter", status="finished"))
    result = run(verb[0], path, *verb[1:], "--as-of", DAY)
    assert result.exit_code == 1, result.stderr
    assert f"sextant: {told}\n" in result.stderr
    assert "Patient/p" in result.stdout


def test_what_is_told_of_an_unreadable_entry_names_no_medicine(run: Run, tmp_path: Path) -> None:
    entry = of_p("MedicationRequest", status=["active"], medicationCodeableConcept={"text": "Methadone 10 mg"})
    result = run("review", chart_with(tmp_path, entry), "--as-of", DAY, "--json")
    assert result.exit_code == 1
    assert "MedicationRequest/1 could not be read" in result.stderr
    assert "Methadone" not in result.stderr


def test_a_value_of_a_kind_that_no_rule_reads_is_readable_input(run: Run, tmp_path: Path) -> None:
    entry = of_p("Observation", status="final", valueRatio={"numerator": {"value": 1}, "denominator": {"value": 32}})
    assert run("review", chart_with(tmp_path, entry), "--as-of", DAY, "--json").exit_code == 0


def test_an_entry_of_a_line_that_is_a_chart_is_told_too(run: Run, tmp_path: Path) -> None:
    bundle = chart_with(tmp_path, {"resource": "junk"}).read_text()
    (tmp_path / "clinic.ndjson").write_text(bundle)
    result = run("med", tmp_path / "clinic.ndjson", "--as-of", DAY, "--json")
    assert (result.exit_code, len(objects(result))) == (1, 1)
    assert "unknown/unnamed-1 could not be read" in result.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--as-of", "1.3.2026"), "write a day as 2026-03-01"),
        (("--pack", "nope"), "There is no pack nope"),
        (("--feeds", "labs=down"), "write feed=state"),
        (("--facts", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("--code-map", "nowhere.toml"), "nowhere.toml cannot be read"),
    ],
)
def test_wrong_usage_ends_with_2_before_anything_is_printed(
    run: Run, charts: Path, words: tuple[str, ...], complaint: str
) -> None:
    result = run("review", charts, *words, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert complaint in result.stderr


def test_a_wrong_facts_file_names_its_lines(run: Run, charts: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_text(f"{fact('Patient/a', 'naloxone', 'yes')}\n\n{fact('Patient/a', 'nalox', 'has')}")
    result = run("review", charts, "--facts", facts)
    assert result.exit_code == 2
    assert [line[:32] for line in result.stderr.splitlines()] == [
        "sextant: facts.jsonl, line 1: na",
        "sextant: facts.jsonl, line 3: th",
    ]


def test_there_is_nothing_at_that_path(run: Run, tmp_path: Path) -> None:
    assert run("review", tmp_path / "nowhere").exit_code == 2


# --- explain ---------------------------------------------------------------------------------------------------------


def test_explain_shows_the_working_of_one_rule(run: Run, charts: Path) -> None:
    result = run("explain", charts, "--rule", "naloxone", "--patient", "opioid-benzodiazepine", "--as-of", DAY)
    assert result.exit_code == 0, result.stderr
    said = result.stdout
    assert said.startswith("Patient/opioid-benzodiazepine\n\nNaloxone access (naloxone, version 1), as of 2026-03-01")
    assert "offered to everybody who takes opioids" in said
    assert "  MedicationDispense/opioid-benzodiazepine-clonazepam-fill-1, 2026-02-17: clonazepam 0.5 MG" in said
    assert "  rules.naloxone.access_valid = 365 days (yearly check of access" in said
    assert "Result: red. Raised risk" in said
    assert said.endswith("Next: Ask about naloxone at home; offer it and teach its use.\n")


@pytest.mark.parametrize("rule", [entry.rule.id for entry in CATALOGUE])
def test_every_rule_is_explained_for_everybody_in_approved_words(run: Run, charts: Path, rule: str) -> None:
    result = run("explain", charts, "--rule", rule, "--as-of", DAY)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("Result: ") == len(SHOWN)
    assert unapproved(result.stdout) == ()


def test_an_unknown_rule_or_patient_is_wrong_usage(run: Run, charts: Path) -> None:
    rule = run("explain", charts, "--rule", "horoscope")
    assert rule.exit_code == 2
    assert f"Rules are {CATALOGUE[0].rule.id}, {CATALOGUE[1].rule.id}, " in rule.stderr
    patient = run("explain", charts, "--rule", "med", "--patient", "nobody")
    assert (patient.exit_code, patient.stdout) == (2, "")
    assert "no such patient" in patient.stderr


def test_a_rule_that_the_pack_has_off_is_said_to_be_off(run: Run, charts: Path, tmp_path: Path) -> None:
    pack = extending(tmp_path, "rules.bowel", 'place = { value = "off", unit = "word"')
    result = run("explain", charts, "--rule", "bowel", "--pack", pack)
    assert result.exit_code == 2
    assert "has the rule bowel off" in result.stderr


# --- packs -----------------------------------------------------------------------------------------------------------

SIGNED = ', source = "site policy", valid_from = 2026-02-01, checked_by = "Dr Lee" }'


def extending(folder: Path, table: str, line: str) -> Path:
    """A site's pack that differs in one value."""
    path = folder / "site.toml"
    head = '[pack]\nid = "site"\ntitle = "Site"\nextends = "us-default-2026"\nvalid_from = 2026-02-01\n'
    path.write_text(f"{head}\n[{table}]\n{line}{SIGNED}\n")
    return path


def test_a_good_pack_is_counted(run: Run, tmp_path: Path) -> None:
    shipped = run("packs", "check", "us-default-2026")
    total = len(tuple(policy_named("us-default-2026", None).settings()))
    assert shipped.exit_code == 0
    assert f"{total} values, {total} not signed off by a clinician." in shipped.stdout
    pack = extending(tmp_path, "rules.med", 'band_high = { value = 80, unit = "MME/day"')
    assert f"site (site < us-default-2026): {total} values, {total - 1} not" in run("packs", "check", pack).stdout


def test_unsigned_values_are_listed_on_demand(run: Run) -> None:
    assert "  not signed off: rules.med.band_high\n" in run("packs", "check", "wa", "--unsigned").stdout


def test_every_refusal_of_a_bad_pack_is_named(run: Run, tmp_path: Path) -> None:
    pack = extending(tmp_path, "rules.med", 'band_high = { value = "80", unit = "MME/day"')
    pack.write_text(pack.read_text() + f'band_low = {{ value = 3, unit = "MME/day"{SIGNED}\n')
    result = run("packs", "check", pack)
    assert (result.exit_code, result.stdout) == (1, "")
    wrong, unread = result.stderr.splitlines()
    assert wrong.startswith(
        "sextant: Pack site.toml, line 8, [rules.med.band_high]: the value '80' is of the wrong kind."
    )
    assert unread.startswith("sextant: Pack site.toml, line 9, [rules.med.band_low]: nothing reads this value.")
    assert all("Remedy: " in line for line in (wrong, unread))


def test_a_sites_overrides_are_checked_on_their_pack(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "overrides.toml"
    path.write_text(f'[rules.med]\nband_high = {{ value = 80, unit = "MME/day"{SIGNED}\n')
    assert run("packs", "check", path).exit_code == 1
    assert run("packs", "check", path, "--on", "wa").exit_code == 0


def test_a_pack_that_is_nowhere_is_wrong_usage(run: Run) -> None:
    assert run("packs", "check", "nope").exit_code == 2
    assert run("packs", "check", "nowhere.toml").exit_code == 2


def test_diff_says_who_changes_colour_and_which_value_does_it(run: Run, charts: Path, tmp_path: Path) -> None:
    pack = extending(tmp_path, "rules.naloxone", 'access_valid = { value = 30, unit = "days"')
    facts = tmp_path / "facts.jsonl"
    facts.write_text(fact("Patient/opioid-benzodiazepine", "naloxone", "has", day="2025-10-01"))
    chart = charts / "opioid-benzodiazepine.json"
    words = ("packs", "diff", "us-default-2026", pack, "--input", chart, "--as-of", DAY, "--facts", facts)
    (whole,) = objects(run(*words, "--json"))
    assert whole["patient"] == "Patient/opioid-benzodiazepine"
    (change,) = whole["changes"]
    assert (change["rule"], change["before"], change["after"]) == ("naloxone", "green", "red")
    assert change["each_alone"] is True
    assert change["values"] == [{"path": "rules.naloxone.access_valid", "before": "365 days", "after": "30 days"}]
    said = run(*words).stdout
    assert "  naloxone: green -> red\n" in said
    assert "    rules.naloxone.access_valid: 365 days -> 30 days (by itself)\n" in said
    assert said.endswith("1 of 1 patients change colour; 1 values differ.\n")
    assert said == run(*words).stdout


def test_diff_names_a_rule_that_is_switched_off(run: Run, charts: Path, tmp_path: Path) -> None:
    pack = extending(tmp_path, "rules.sedative", 'place = { value = "off", unit = "word"')
    result = objects(run("packs", "diff", "us-default-2026", pack, "--input", charts, "--as-of", DAY, "--json"))
    assert {(each["rule"], each["after"]) for whole in result for each in whole["changes"]} == {("sedative", "off")}
    assert len(result) == len(SHOWN)


def test_the_same_pack_changes_nobody(run: Run, charts: Path) -> None:
    result = run("packs", "diff", "wa", "wa", "--input", charts, "--as-of", DAY)
    assert result.stdout == "0 of 3 patients change colour; 0 values differ.\n"


# --- codes -----------------------------------------------------------------------------------------------------------


def test_unmapped_codes_are_listed_and_leave_the_list_when_mapped(run: Run, tmp_path: Path) -> None:
    weighed = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "urn:oid:1.2", "code": "77", "display": "PEG sum"}]},
    }
    (tmp_path / "chart.json").write_text(json.dumps([{"resourceType": "Patient", "id": "p"}, weighed]))
    expected = {"kind": "Observation", "system": "urn:oid:1.2", "code": "77", "name": "PEG sum", "rows": 1, "people": 1}
    assert objects(run("codes", "unmapped", tmp_path / "chart.json", "--json")) == [expected]
    codes = tmp_path / "codes.toml"
    codes.write_text('[[code]]\nsystem = "urn:oid:1.2"\ncode = "77"\nconcept = "peg_total"\n')
    said = run("codes", "unmapped", tmp_path / "chart.json", "--code-map", codes).stdout
    assert said == "0 local codes or names are not mapped.\n"


def test_the_code_map_of_the_setting_is_used(
    run: Run, charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEXTANT_CODE_MAP", str(tmp_path / "nowhere.toml"))
    policy_named.cache_clear()
    result = run("review", charts)
    policy_named.cache_clear()
    assert result.exit_code == 2
    assert "nowhere.toml cannot be read" in result.stderr


@pytest.mark.parametrize(
    "verb", [(), ("review",), ("explain",), ("packs", "check"), ("packs", "diff"), ("codes", "unmapped")]
)
def test_help_uses_approved_words(run: Run, verb: tuple[str, ...]) -> None:
    said = run(*verb, "--help").stdout
    assert said
    assert unapproved(said) == ()
