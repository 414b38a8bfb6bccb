"""Who prescribed, and which fill belongs to which order."""

import pytest

from app.med.prescriptions import Prescriber


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Prescriber("Practitioner/a", None), Prescriber("Practitioner/a", "Dr. A")),
        (Prescriber("Practitioner/a", "Maria Reyes"), Prescriber("Practitioner/77", "Reyes, Maria MD")),
        (Prescriber(None, "Dr. Maria Reyes"), Prescriber(None, "Maria Reyez")),
        (Prescriber(None, None), Prescriber("Practitioner/a", "Dr. A")),
        (Prescriber("Practitioner/a", None), Prescriber(None, "Maria Reyes")),
    ],
)
def test_may_be_one_person(one: Prescriber, other: Prescriber) -> None:
    assert one.may_be(other)
    assert other.may_be(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Prescriber("Practitioner/a", None), Prescriber("Practitioner/b", None)),
        (Prescriber("Practitioner/a", "Maria Reyes"), Prescriber("Practitioner/b", "Wei Chen")),
        (Prescriber(None, "Maria Reyes"), Prescriber(None, "Wei Chen")),
        (Prescriber(None, "Dr A"), Prescriber(None, "Dr B")),
    ],
)
def test_are_two_people(one: Prescriber, other: Prescriber) -> None:
    assert not one.may_be(other)
    assert not other.may_be(one)
