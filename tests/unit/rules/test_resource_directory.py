"""The directory of services: what its loader refuses, in which words, and what it takes."""

from datetime import date
from pathlib import Path

import pytest

from app.domain.errors import AskAnAdministrator
from app.rules.resource_directory import load_directory
from app.rules.resources import kinds

EXAMPLE = Path("app/rules/directories/sandbox-clinic.toml")
TOP = 'title = "Near us"\ncheck_again_after_months = 6\n'
FIELDS = {
    "kind": '"group_visit"',
    "name": '"Tuesday group"',
    "offers": '"Six afternoons together."',
    "for_whom": '"People who would like to meet others."',
    "phone": '"206-555-0100"',
    "wait": '"3 weeks"',
    "hours": '"Tue"',
    "telehealth": '"no"',
    "languages": '"English"',
    "coverage": '"free"',
    "checked": "2026-10-03",
    "checked_by": '"R. Alder"',
}


def entry(**changed: str | None) -> str:
    """One service as TOML; None leaves a field out."""
    cells = {**FIELDS, **changed}
    return "\n[[service]]\n" + "".join(f"{key} = {value}\n" for key, value in cells.items() if value is not None)


def written(folder: Path, text: str) -> Path:
    path = folder / "near.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(AskAnAdministrator) as caught:
        load_directory(written(folder, text))
    return str(caught.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": None}, 'kind is missing. Remedy: add it; where nobody knows, write "not known".'),
        ({"kind": '"group_visits"'}, "there is no kind group_visits. Remedy: group_visit? use one of moud,"),
        ({"name": '" "'}, "name is empty or no text."),
        ({"offers": None}, "offers is missing."),
        ({"offers": "7"}, "offers is empty or no text."),
        (
            {"offers": '"Detox in a week."'},
            "offers has a word that Sextant does not use, 'Detox'. Remedy: write: discuss",
        ),
        (
            {"for_whom": '"Addicts."'},
            "for_whom has a word that Sextant does not use, 'Addicts'. Remedy: write: person who",
        ),
        ({"offers": f'"{"x" * 241}"'}, "offers has 241 letters. Remedy: say it in 240."),
        ({"name": '"""Two\nlines"""'}, "name has a line end or another mark that is not seen."),
        ({"name": '"Turned \\u202E round"'}, "name has a line end or another mark that is not seen."),
        ({"phone": None}, "nobody can reach it. Remedy: add phone, place or link."),
        ({"link": '"http://group.example.org"'}, "link is no https address."),
        ({"link": '"javascript:alert(1)"'}, "link is no https address."),
        ({"link": '"https://"'}, "link is no https address."),
        ({"link": '"https://good.example.org@bad.example.org/"'}, "link is no https address."),
        ({"link": '"https://[bad"'}, "link is no https address."),
        ({"wait": None}, "wait is missing."),
        ({"hours": None}, "hours is missing."),
        ({"telehealth": "true"}, "telehealth is empty or no text."),
        ({"languages": None}, "languages is missing."),
        ({"coverage": None}, "coverage is missing."),
        ({"checked": None}, "checked is missing or no day. Remedy: write the day of the last check without quotes"),
        ({"checked": '"2026-10-03"'}, "checked is missing or no day."),
        ({"checked": "2026-10-03T10:00:00"}, "checked is missing or no day."),
        ({"checked_by": None}, "checked_by is missing."),
        ({"also_for": '["sleeping"]'}, "also_for: there is no rule sleeping."),
        ({"also_for": '"sleep"'}, "also_for is no list of rules."),
        ({"fone": '"1"'}, "unknown field fone. Remedy: did you mean phone."),
    ],
)
def test_a_gap_is_refused_with_entry_line_and_remedy(tmp_path: Path, changed: dict[str, str | None], said: str) -> None:
    message = refusal(tmp_path, TOP + entry() + entry(**{"name": '"Another"', **changed}))
    assert message.startswith("Directory near.toml, line 18, [[service]] 2: "), message
    assert said in message
    assert len(message.splitlines()) == 1, message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "near.toml is not TOML"),
        (TOP, "near.toml: there is no service in it. Remedy: write each under [[service]]."),
        (TOP + "service = 3\n", "there is no service in it"),
        (
            TOP.replace("6", "0") + entry(),
            "check_again_after_months is missing. Remedy: write a whole number from 1 to 36.",
        ),
        (TOP.replace("6", "true") + entry(), "check_again_after_months is missing."),
        (entry(), "title is empty or no text."),
        ('note = ""\nnotes = ""\n' + TOP + entry(), "unknown field notes."),
        (TOP + entry() + entry(name='"TUESDAY group"'), "TUESDAY group stands here twice as group_visit."),
        (TOP + "".join(entry(name=f'"Group {at}"') for at in range(201)), "201 services. Remedy: keep at most 200"),
    ],
)
def test_a_file_that_is_no_directory_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AskAnAdministrator, match=r"gone\.toml cannot be read\. Remedy: check the path"):
        load_directory(tmp_path / "gone.toml")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, TOP + entry(wait=None, checked=None) + entry(name='"B"', kind='"nothing"'))
    places = [line.partition(": ")[0] for line in message.splitlines()]
    first, second = "Directory near.toml, line 4, [[service]] 1", "Directory near.toml, line 16, [[service]] 2"
    assert sorted(places) == sorted([first, first, second]), message


def test_names_and_insurers_choose_their_own_words(tmp_path: Path) -> None:
    text = TOP + entry(name='"Clean Harbor House"', coverage='"claims go to the plan, by contract"')
    assert load_directory(written(tmp_path, text)).services[0].name == "Clean Harbor House"


def test_services_stand_in_the_order_of_the_kinds(tmp_path: Path) -> None:
    text = TOP + entry() + entry(name='"B"', kind='"moud"') + entry(name='"C"')
    assert [each.name for each in load_directory(written(tmp_path, text)).services] == ["B", "Tuesday group", "C"]


@pytest.mark.parametrize(
    ("checked", "today", "is_old"),
    [
        ("2026-10-03", date(2027, 4, 3), False),
        ("2026-10-03", date(2027, 4, 4), True),
        ("2026-08-31", date(2027, 3, 1), False),
        ("2026-08-31", date(2027, 3, 2), True),
        ("2026-10-03", date(2026, 10, 2), True),
    ],
)
def test_an_entry_is_to_be_checked_again_after_the_sites_months(
    tmp_path: Path, checked: str, today: date, is_old: bool
) -> None:
    """Six months; a day that lies ahead cannot have been a check."""
    directory = load_directory(written(tmp_path, TOP + entry(checked=checked)))
    assert directory.is_to_be_checked(directory.services[0], today) is is_old


def test_the_example_has_a_service_of_every_kind_and_says_that_it_is_invented() -> None:
    directory = load_directory(EXAMPLE)
    assert {each.kind.id for each in directory.services} == set(kinds())
    assert "invented" in directory.note
    for each in directory.services:
        assert each.name.endswith("(invented)")
        assert each.phone.startswith("206-555-01"), "numbers kept free for stories"
        assert not each.link or ".example.org" in each.link
