"""Write docs/rules/ from the rules themselves: a page a rule, an index, and the map from guideline lines to rules and tests.

    python -m scripts.build_rule_docs            write the pages
    python -m scripts.build_rule_docs --check    exit 1 when a committed page is not current

Words come from the header of each rule, values from the packs, cases from the tables in tests/spec/rules. The lists of
docs/recorded-facts.md and docs/site-code-map.md are written here too, between their marks.
"""

import argparse
import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from app.domain.finding import Evidence, Finding, Status
from app.rules.catalogue import CATALOGUE
from app.rules.fact_words import TITLES, WORDS
from app.rules.facts import CONCEPTS, LARGEST, NUMBER
from app.rules.pack import shipped_ids, shipped_pack
from app.rules.rule import Entry
from app.rules.site_codes import concept_names
from tests.spec.rules.chart import DAY, Example, found
from tests.spec.rules.pinned import more_examples

DOCS = Path(__file__).resolve().parent.parent / "docs"
USUAL = "us-default-2026"
SPEC = "tests.spec.rules.test_"
COLOURS = {
    Status.RED: "red",
    Status.YELLOW: "yellow",
    Status.GREEN: "green",
    Status.GREY: "grey",
    Status.NOT_APPLICABLE: "not applicable",
}
_NUMBERED = re.compile(r"\b([A-Z][A-Za-z]+)/\d+\b")

DIFFERENCES: Mapping[str, str] = {
    "prescriber": "No care team known is grey. Assigned and last prescriber differ: yellow, "
    "even when the assigned one wrote half.",
    "last_visit": "A visit on the day itself is green; the tier of higher risk shortens the interval to 60 days.",
    "next_visit": "Booked on the due day is green; none booked and more than 30 days left is yellow.",
    "ltot_code": "Yellow as soon as the definition is met, confirmed or not: a fact beside the dose, never a task.",
    "med": "A total with something missing is grey (“at least”), except red when the known part alone is red. "
    "120 MME with a consultation applies in the Washington pack only.",
    "sedative": "Gabapentinoids stand beside the dose (FDA 2025) and are no task.",
    "agreement": "No guideline gives an interval; 12 months as Washington practice.",
    "peg": "A first measurement, and less than 30 % better before 3 months, are green. No improvement stays yellow until a "
    "benefit-risk review in 12 months.",
    "risk_tool": "Never done is grey unless the pack says that it is recorded in this chart; ORT-OUD has no "
    "verified code and comes by the site code map or by hand.",
    "depression": "Red from the day of the score until a follow-up; a total without item 9 is coloured by the "
    "total, and says so.",
    "pdmp_check": "Never done is grey unless it is recorded here or a PDMP is connected.",
    "pdmp_result": "Without a person's word the result is grey, with the check's note shown; a word older than 90 days is "
    "grey too, unless the surprise was never discussed.",
    "udt_check": "Any completed urine toxicology counts, screen or definitive.",
    "udt_result": "A screen alone is yellow for 30 days (awaiting confirmation), then red; a definitive surprise "
    "is red until explained. A test without a result on record is grey.",
    "sleep": "Apnea without a stated severity counts as moderate; STOP-Bang by name or by hand. A treatment seen more than "
    "24 months ago is grey.",
    "ptsd": "Sex at birth not recorded: the lower cut-off.",
    "anxiety": "As written.",
    "naloxone": "All risk factors of HHS count, and tapering. Declined is yellow, asked again in 12 months.",
    "bowel": "As written.",
    "pregnancy": "Family-planning talk is off by default; a taper in pregnancy is red without expert contact. "
    "“Pregnant” is believed for 300 days.",
    "change_watch": "Section 8 of the guideline page. A plan or word for a taper counts for a year. An order that merely "
    "runs out is yellow; nothing here ever asks for less.",
    "early_refill": "The run-out carries over: a fill 5 days early moves the next run-out by 5 days. Orders only: grey.",
    "overlap_opioids": "Distinct ingredients for each formulation class; overlaps of at most 7 days from an early fill do "
    "not count.",
    "multi_prescriber": "From the chart alone red only when it already shows 4 and 4; else grey: PDMP not connected.",
    "start_followup": "28 days; 14 for long-acting or 50 MME; 3 for methadone, yellow at once.",
    "start_dose": "More than 10 MME a dose with at most 30 a day is yellow.",
    "erla_start": "Tolerant is 60 MME a day on each of the 7 days before.",
    "acute_days": "No guideline limit: 28 days or more is not acute (not applicable); no supply length is grey.",
    "escalation": "Rises and crossings of the last 90 days only.",
    "age65": "Yellow until fall risk, cognition and bowel plan are each recorded in 12 months.",
    "renal": "eGFR below 30 on any other opioid is yellow; a stage on the problem list counts when there is no eGFR, labelled.",
    "hepatic": "Exactly 3.0 and 4.0 g of acetaminophen are yellow.",
    "respiratory": "As written: a fact beside the dose.",
    "alcohol": "Never asked is yellow where it is recorded here, else grey.",
    "oud_moud": "Remission and “use, unspecified” are not active OUD: not applicable, shown as a fact. A "
    "treatment on record without a prescription counts for 90 days, then it is grey up to a year.",
    "overdose_history": "An event in 12 months with a visit within 7 days is yellow. Codes of a later visit, a late "
    "effect or a history give no day: grey.",
    "nonopioid": "As written; no “fail first”.",
    "goals": "Never is grey unless recorded here.",
    "counsel": "Never is grey unless recorded here.",
    "opioid_first": "Added: CDC 2022 recommendations 1 and 2 for a start.",
}
"""Where a rule differs from the guideline page's line, or decides what it leaves open, and how."""

ELEMENTS = (
    ("1 Prescriber", "prescriber"),
    ("2 Last appointment", "last_visit"),
    ("3 Next appointment", "next_visit"),
    ("4 LtOT diagnosis", "ltot_code"),
    ("5 MED", "med"),
    ("6 Opioid and sedative", "sedative"),
    ("7 Agreement signed", "agreement"),
    ("8 Function (PEG)", "peg"),
    ("9 OUD and misuse risk", "risk_tool"),
    ("10 Depression", "depression"),
    ("11 PDMP check date", "pdmp_check"),
    ("12 PDMP result", "pdmp_result"),
    ("13 UDT date", "udt_check"),
    ("14 UDT result", "udt_result"),
    ("15 Sleep apnea", "sleep"),
    ("16 PTSD", "ptsd"),
    ("17 Anxiety", "anxiety"),
)
ADDED = """
    naloxone bowel pregnancy change_watch early_refill overlap_opioids multi_prescriber start_followup start_dose erla_start
    acute_days escalation age65 renal hepatic respiratory alcohol oud_moud overdose_history nonopioid goals counsel opioid_first
""".split()  # noqa: SIM905


def main() -> int:
    """Write the pages, or say which are not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    made = pages()
    stale = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if is_check:
            print(f"{path.relative_to(DOCS.parent)} is not current: run python -m scripts.build_rule_docs")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(made[path], encoding="utf-8")
    return 1 if is_check and stale else 0


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    folder = DOCS / "rules"
    made = {folder / f"{entry.rule.id}.md": rule_page(entry) for entry in CATALOGUE}
    made[folder / "README.md"] = index_page()
    made[folder / "map.md"] = map_page()
    made[DOCS / "recorded-facts.md"] = with_list(DOCS / "recorded-facts.md", fact_table())
    made[DOCS / "site-code-map.md"] = with_list(DOCS / "site-code-map.md", concept_list())
    return made


# --- one rule --------------------------------------------------------------------------------------------------------


def examples_of(rule: str) -> tuple[Example, ...]:
    """The spec table of a rule."""
    examples: tuple[Example, ...] = importlib.import_module(f"{SPEC}{rule}").EXAMPLES
    return (*examples, *(example for named, example in more_examples() if named == rule))


def rule_page(entry: Entry) -> str:
    """Words, values and cases of one rule."""
    rule = entry.rule
    kept = " Kept, as a safety fact, for people to whom the guideline does not apply." if rule.is_safety_fact else ""
    parts = [
        f"# {rule.title} (`{rule.id}`)",
        paragraphs(rule.words or ""),
        f"Version {rule.version}. For {rule.applies.value}.{kept}",
        f"Source: {rule.source}.",
        "## Values",
        value_table(rule.id),
        "## Cases",
        f"These are the tests of the rule (`tests/spec/rules/test_{rule.id}.py`), as of {DAY}.",
        case_table(rule.id),
        "*Generated by `scripts/build_rule_docs.py`. Not medical advice; values marked “not signed off” await a clinician.*",
    ]
    return "\n\n".join(parts) + "\n"


def paragraphs(words: str) -> str:
    """A docstring as paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in words.strip().split("\n\n"))


def value_table(rule: str) -> str:
    """The rule's own section in the usual pack, and where another pack differs."""
    lines = ["| Value | Usual pack | Source | Checked by | Other packs |", "| --- | --- | --- | --- | --- |"]
    others = [shipped_pack(each) for each in shipped_ids() if each != USUAL]
    for setting in shipped_pack(USUAL).settings():
        if setting.path.startswith(f"rules.{rule}."):
            theirs = [(pack.id, each) for pack in others for each in pack.settings() if each.path == setting.path]
            differ = ", ".join(f"{name}: {each.words}" for name, each in theirs if each.value != setting.value)
            name = setting.path.rsplit(".", 1)[1]
            cells = (name, setting.words, setting.source, setting.checked_by, differ or "")
            lines.append(f"| {' | '.join(cell(each) for each in cells)} |")
    return "\n".join(lines)


def case_table(rule: str) -> str:
    """Who, the colour, what Sextant says, what it proposes, and what it shows for it."""
    lines = [
        "| Person | Colour | What Sextant says | Next step | Shown | Pack |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for example in examples_of(rule):
        finding = found(rule, example.chart, example.pack)
        pack = "" if example.pack == USUAL else example.pack
        shown = "; ".join(shown_words(each) for each in finding.evidence)
        missing = f" (not available: {', '.join(finding.missing)})" if finding.missing else ""
        cells = (
            example.who,
            colour_words(finding, example.pack),
            finding.reason,
            step_words(finding),
            shown + missing,
            pack,
        )
        lines.append(f"| {' | '.join(cell(each) for each in cells)} |")
    return "\n".join(lines)


def colour_words(finding: Finding, pack: str) -> str:
    """The colour, with what sets it apart: known in part, or a fact that is told and is no task of the visit."""
    part = " (known in part)" if finding.is_known_in_part else ""
    is_aside = finding.standing or finding.place is not shipped_pack(pack).place(finding.rule)
    return f"{COLOURS[finding.status]}{part}{', no task' if is_aside else ''}"


def step_words(finding: Finding) -> str:
    """What it proposes, and until when."""
    due = f" (due {finding.due})" if finding.due else ""
    return f"{finding.next_step or ''}{due}".strip()


def shown_words(evidence: Evidence) -> str:
    """One input: what, from when, and who said so."""
    return ", ".join(filter(None, (evidence.value, evidence.date, evidence.entered_by)))


def cell(text: str) -> str:
    """Text that keeps its place in a table. Numbers of the invented resources are left out."""
    plain = _NUMBERED.sub(r"\1", " ".join(text.split()))
    return plain.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


# --- index and map ---------------------------------------------------------------------------------------------------


def index_page() -> str:
    """All rules, with how often each colour is tested."""
    lines = ["| Rule | What | For | Cases | Colours tested |", "| --- | --- | --- | --- | --- |"]
    total = 0
    for entry in CATALOGUE:
        examples = examples_of(entry.rule.id)
        total += len(examples)
        colours = ", ".join(name for status, name in COLOURS.items() if any(e.status == status.value for e in examples))
        first = paragraphs(entry.rule.words or "").split("\n\n")[0]
        link = f"[`{entry.rule.id}`]({entry.rule.id}.md)"
        lines.append(f"| {link} | {cell(first)} | {entry.rule.applies.value} | {len(examples)} | {colours} |")
    head = (
        "# The rules\n\n"
        f"{len(CATALOGUE)} rules, {total} cases. Each page is generated from the rule's header and from the cases that test "
        "it; "
        "[map.md](map.md) leads from each line of the guideline to its rule, test and source. Colours: red asks for something "
        "at "
        "this visit, yellow is due soon or to be looked at, green is in date, grey is not known.\n\n"
    )
    return head + "\n".join(lines) + "\n"


def map_page() -> str:
    """Guideline line → rule → test → source → where we differ."""
    return (
        "# From guideline to rule to test\n\n"
        "Every line of the clinics' 17 monitoring elements and of the guideline's further elements, with the rule that "
        "answers it, the table that tests it, its source, and what we decided where the line leaves something open or where "
        "we differ. Numbers that no guideline states are ours, stand in the pack as “ours”, and await sign-off.\n\n"
        "## The 17 elements\n\n" + map_table(ELEMENTS) + "\n\n## Further elements\n\n"
        "`change_watch` answers the guideline's “taper” line, `overdose_history` “overdose_hist”, `sleep` “sdb”.\n\n"
        + map_table(tuple((rule.replace("_", " "), rule) for rule in ADDED))
        + "\n"
    )


def map_table(lines: tuple[tuple[str, str], ...]) -> str:
    """One row a line."""
    by_id = {entry.rule.id: entry.rule for entry in CATALOGUE}
    rows = ["| Line | Rule | Test | Source | Decided |", "| --- | --- | --- | --- | --- |"]
    for line, rule in lines:
        known = by_id.get(rule)
        link = f"[`{rule}`]({rule}.md)" if known else f"`{rule}`: not built yet"
        test = f"`test_{rule}.py`, {len(examples_of(rule))} cases" if find_spec(f"{SPEC}{rule}") and known else ""
        rows.append(f"| {line} | {link} | {test} | {cell(known.source) if known else ''} | {cell(DIFFERENCES[rule])} |")
    return "\n".join(rows)


# --- lists inside written pages --------------------------------------------------------------------------------------

BEGIN, END = "<!-- list: begin -->", "<!-- list: end -->"


def with_list(path: Path, table: str) -> str:
    """A page written by hand, with the list between its marks made anew."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def fact_table() -> str:
    """Concepts, what each is, and its values."""
    lines = ["| Concept | What it is | Values |", "| --- | --- | --- |"]
    lines += [f"| `{concept}` | {cell(TITLES[concept])} | {'; '.join(_values(concept))} |" for concept in CONCEPTS]
    return "\n".join(lines)


def _values(concept: str) -> Iterator[str]:
    if CONCEPTS[concept] is NUMBER:
        yield f"a whole number from 0 to {LARGEST[concept]}"
    for value in CONCEPTS[concept]:
        yield f"`{value}` ({cell(WORDS[concept][value])})"


def concept_list() -> str:
    """Every word for a concept of the code map."""
    facts = ", ".join(f"`{each}`" for each in CONCEPTS)
    coded = ", ".join(f"`{each}`" for each in concept_names())
    return f"Facts (as in [recorded-facts.md](recorded-facts.md)): {facts}.\n\nScores and laboratory values: {coded}."


if __name__ == "__main__":
    sys.exit(main())
