"""Charts from which the dose cannot be worked out, or only a part of it."""

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.care import appointment, problem, visit
from app.sandbox_ehr.clinic.codes import NDC, Code
from app.sandbox_ehr.clinic.medicines import Supply, fill, filled_order, monthly, order
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import HandWorked, Person, Scenario
from app.sandbox_ehr.clinic.scenarios.steady import ALL_GREEN
from app.sandbox_ehr.clinic.shapes import (
    directions,
    dose,
    every_hours,
    pieces,
    tablet_range,
    tablets,
    times_a_day,
    words_only,
)

AT_LEAST_60 = Scenario(
    name="at-least-60",
    title="One of two prescriptions cannot be read",
    shows="The known part counts, and the total says 'at least'.",
    person=Person("Dolores", "Ibarra", "female", 62, (11, 6)),
    med=HandWorked(
        "60",
        False,
        "oxycodone 10 mg x 4 a day = 40 mg x 1.5 = 60; morphine ER 30 mg 'as directed', no supply: not known; at least 60",
    ),
    statuses={**ALL_GREEN, "med": "grey"},
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_10,
            directions(tablets(1), times_a_day(4)),
            supply=Supply(120, 30),
            last=18,
            times=6,
        ),
        order("morphine-er", codes.MORPHINE_ER_30, words_only("Take as directed by the pain clinic"), ago=15),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(0, "11:00"),
    ),
)

UNKNOWN_DOSE = Scenario(
    name="unknown-dose",
    title="An opioid whose dose is not known at all",
    shows="Nothing can be computed: the dose is not known, and not zero.",
    person=Person("Howard", "Steinmetz", "male", 70, (8, 19), seen_by="dr-chen"),
    med=HandWorked(None, False, "hydromorphone 4 mg 'use as directed', no quantity, no days: not known"),
    statuses={"med": "grey"},
    chart=(
        order("hydromorphone", codes.HYDROMORPHONE_4, words_only("Use as directed"), ago=25, by="dr-lindgren"),
        visit(25),
        problem(codes.LUMBAR_STENOSIS, 400),
        appointment(1, "11:20"),
    ),
)

THE_FOUR_SHAPES = Scenario(
    name="the-four-shapes",
    title="A patch, a PRN range, a buprenorphine film and an order that cannot be read",
    shows="Four entries, three states: two counted, one deliberately not counted, one not computable.",
    person=Person("Bernadette", "Kowalczyk", "female", 65, (6, 1)),
    med=HandWorked(
        "120",
        False,
        "fentanyl 25 mcg/h x 1 patch x 2.4 = 60; oxycodone 5 mg x 8 tablets a day (1 to 2 every 4 to 6 hours as needed "
        "would be 12, held at the maximum of 8) = 40 mg x 1.5 = 60; buprenorphine film not counted; "
        "'MS Contin' without strength: not known; together at least 120",
    ),
    statuses={**ALL_GREEN, "med": "red"},
    chart=(
        monthly(
            "fentanyl",
            codes.FENTANYL_PATCH_25,
            directions(dose(pieces(1, "patch")), every_hours(72), text="1 patch every 72 hours", by="transdermal"),
            supply=Supply(10, 30, form="patch"),
            last=10,
            times=6,
        ),
        filled_order(
            "oxycodone",
            codes.OXYCODONE_5,
            directions(
                tablet_range(1, 2),
                every_hours(4, 6),
                prn=True,
                at_most=8,
                text="1 to 2 tablets every 4 to 6 hours as needed for pain, no more than 8 tablets a day",
            ),
            ago=10,
            supply=Supply(240, 30),
        ),
        filled_order(
            "buprenorphine",
            codes.BUPRENORPHINE_NALOXONE_FILM_8,
            directions(dose(pieces(1, "film")), times_a_day(1), text="1 film under the tongue daily", by="sublingual"),
            ago=8,
            supply=Supply(30, 30, form="film"),
        ),
        order("unreadable", "MS Contin", words_only("as previously"), ago=9, by="dr-lindgren"),
        routine(screen=codes.SCREEN_FENTANYL, without=("plans",)),
        appointment(0, "10:20"),
    ),
)

EVERYTHING_GREY = Scenario(
    name="everything-grey",
    title="Next to nothing can be known",
    shows="No birth date, no sex, one opioid by name without date, dose or supply: grey throughout, never green.",
    person=Person("Jordan", "Ellery", None, None),
    med=HandWorked(None, False, "'oxycodone', no strength, no directions, no date, no supply: not known"),
    statuses={"med": "grey", "udt_check": "grey", "peg": "grey", "agreement": "grey"},
    chart=(order("oxycodone", "oxycodone", words_only("as directed"), ago=None, by="dr-lindgren"),),
)

PHARMACY_FILLS_ONLY = Scenario(
    name="pharmacy-fills-only",
    title="Fills from the pharmacy, no directions anywhere",
    shows="Quantity over days' supply is the only source, and becomes the headline.",
    person=Person("Kenji", "Morales", "male", 46, (10, 14), seen_by="np-okafor"),
    med=HandWorked("45", True, "oxycodone 10 mg x 3 a day (90 tablets / 30 days, by quantity) = 30 mg x 1.5 = 45"),
    statuses={
        "med": "green",
        "sedative": "green",
        "udt_check": "red",
        "peg": "red",
        "pdmp_check": "red",
        "agreement": "red",
        "naloxone": "yellow",
    },
    chart=(
        *(fill(None, codes.OXYCODONE_10, ago=ago, supply=Supply(90, 30)) for ago in (135, 105, 75, 45, 15)),
        visit(15),
        appointment(4, "15:00"),
    ),
)

NAMES_WITHOUT_CODES = Scenario(
    name="names-without-codes",
    title="One NDC, one name in free text, one proper prescription",
    shows="Entries known as opioids only by name are listed, never dropped; the total says 'at least'.",
    person=Person("Fatima", "Rahmani", "female", 58, (1, 9), seen_by="dr-chen"),
    med=HandWorked(
        "22.5",
        False,
        "oxycodone 5 mg x 3 a day = 15 mg x 1.5 = 22.5; 'Percocet' by NDC and 'hydrocodone-acetaminophen' by name, "
        "both 'as directed' without supply: not known; at least 22.5",
    ),
    statuses={**ALL_GREEN, "med": "grey"},
    chart=(
        monthly(
            "oxycodone",
            codes.OXYCODONE_5,
            directions(tablets(1), times_a_day(3)),
            supply=Supply(90, 30),
            last=13,
            times=6,
        ),
        order("by-ndc", Code(NDC, "63481062370", "PERCOCET"), words_only("as directed"), ago=30, by="dr-lindgren"),
        order(
            "by-name", "HYDROcodone-acetaminophen (outside)", words_only("take as directed"), ago=28, by="dr-lindgren"
        ),
        routine(screen=codes.SCREEN_OXYCODONE),
        appointment(5, "10:20"),
    ),
)

SCENARIOS = (
    AT_LEAST_60,
    UNKNOWN_DOSE,
    THE_FOUR_SHAPES,
    EVERYTHING_GREY,
    PHARMACY_FILLS_ONLY,
    NAMES_WITHOUT_CODES,
)
