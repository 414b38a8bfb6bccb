"""People beyond the named ones: plausible charts in any number, the same for the same seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Literal

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import (
    agreement,
    appointment,
    egfr,
    pdmp_checked,
    peg,
    phq9,
    problem,
    urine_screen,
    visit,
)
from app.sandbox_ehr.clinic.codes import Code
from app.sandbox_ehr.clinic.medicines import Supply, monthly, naloxone
from app.sandbox_ehr.clinic.places import STAFF
from app.sandbox_ehr.clinic.scenario import Entry, HandWorked, Person, Scenario
from app.sandbox_ehr.clinic.shapes import directions, tablets, times_a_day

_FEMALE = ("Amara", "Carmen", "Dorothy", "Elif", "Grace", "Hana", "Ivy", "Joan", "Keisha", "Leila", "Nadia", "Sofia")
_MALE = ("Aaron", "Bao", "Cesar", "Dmitri", "Emeka", "Frank", "Gil", "Hassan", "Ivan", "Jamal", "Kofi", "Tomas")
_FAMILY = (
    "Abebe", "Barnes", "Castillo", "Dang", "Eriksen", "Flores", "Grant", "Hussein", "Ito", "Jensen", "Kaplan", "Lopez",
    "Murphy", "Novak", "Okoye", "Patel", "Quinn", "Reid", "Sandoval", "Tran", "Ueda", "Vargas", "Weiss", "Young",
)  # fmt: skip


@dataclass(frozen=True)
class Regimen:
    """A common prescription: pieces a dose and doses a day; `mme` is the dose of one piece in MME."""

    medicine: Code
    screen: Code
    mme_each: str


_REGIMENS = (
    Regimen(codes.OXYCODONE_5, codes.SCREEN_OXYCODONE, "7.5"),
    Regimen(codes.OXYCODONE_10, codes.SCREEN_OXYCODONE, "15"),
    Regimen(codes.HYDROCODONE_APAP_5, codes.SCREEN_OPIATES, "5"),
    Regimen(codes.HYDROCODONE_APAP_10, codes.SCREEN_OPIATES, "10"),
    Regimen(codes.MORPHINE_ER_15, codes.SCREEN_OPIATES, "15"),
    Regimen(codes.TRAMADOL_50, codes.SCREEN_TRAMADOL, "10"),
)


def generated(count: int, seed: int) -> Iterator[Scenario]:
    """`count` people with one opioid each and a random choice of what is in date, overdue or missing."""
    for number in range(1, count + 1):
        yield _someone(number, Random(f"{seed}/{number}"))


def _someone(number: int, chance: Random) -> Scenario:
    regimen, a_day = chance.choice(_REGIMENS), chance.choice((2, 3, 4))
    person = _person(chance)
    order = monthly(
        "opioid",
        regimen.medicine,
        directions(tablets(1), times_a_day(a_day)),
        supply=Supply(30 * a_day, 30),
        last=chance.randrange(30),
        times=chance.choice((4, 6, 9, 12)),
    )
    mme = f"{(Decimal(regimen.mme_each) * a_day).normalize():f}"
    return Scenario(
        name=f"person-{number:05d}",
        title="A generated person",
        shows="Volume for lists and registries.",
        person=person,
        med=HandWorked(mme, True, f"{regimen.mme_each} MME a tablet x {a_day} a day = {mme}"),
        chart=(order, problem(codes.CHRONIC_PAIN_SYNDROME, 900), *_care(regimen, chance)),
    )


def _person(chance: Random) -> Person:
    sex: Literal["female", "male"] = chance.choice(("female", "male"))
    given = chance.choice(_FEMALE if sex == "female" else _MALE)
    birthday = (chance.randint(1, 12), chance.randint(1, 28))
    seen_by = chance.choice(STAFF)[0]
    return Person(given, chance.choice(_FAMILY), sex, chance.randint(24, 82), birthday, seen_by)


def _care(regimen: Regimen, chance: Random) -> Iterator[Entry]:
    for ago in range(chance.randint(5, 100), 400, 90):
        yield visit(ago)
    first = chance.randint(4, 9)
    yield peg(420, first, first, first)
    if chance.random() < 0.8:
        now = chance.randint(1, 9)
        yield peg(chance.randint(5, 160), now, now, now)
    if chance.random() < 0.7:
        yield phq9(chance.randint(5, 400), chance.randint(0, 16))
    if chance.random() < 0.75:
        yield urine_screen(chance.randint(5, 110), [regimen.screen], [codes.SCREEN_COCAINE])
    if chance.random() < 0.75:
        yield agreement(chance.randint(10, 500))
    if chance.random() < 0.75:
        yield pdmp_checked(chance.randint(1, 150))
    if chance.random() < 0.6:
        yield naloxone(chance.randint(10, 500))
    if chance.random() < 0.6:
        yield egfr(chance.randint(10, 400), chance.randint(28, 105))
    if chance.random() < 0.8:
        yield appointment(chance.randint(0, 60), f"{chance.randint(8, 15):02d}:{chance.choice(('00', '20', '40'))}")
