"""What a urine drug test can show of a medicine: its own name, its metabolites, and what the laboratory method can miss.

General knowledge of toxicology, compiled for this file; it is on the sign-off list. A screen (immunoassay) knows classes
only; a definitive test names substances.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

METABOLITES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        drug: frozenset(names.split("|"))
        for drug, names in {
            "codeine": "codeine|codeine-6-glucuronide|norcodeine|morphine|normorphine|hydrocodone",
            "morphine": "morphine|morphine-6-glucuronide|normorphine|hydromorphone|hydromorphone-3-glucuronide",
            "hydrocodone": "hydrocodone|norhydrocodone|hydromorphone|hydromorphone-3-glucuronide|dihydrocodeine",
            "benzhydrocodone": "hydrocodone|norhydrocodone|hydromorphone|dihydrocodeine",
            "hydromorphone": "hydromorphone|hydromorphone-3-glucuronide",
            "dihydrocodeine": "dihydrocodeine",
            "opium": "morphine|morphine-6-glucuronide|normorphine|codeine|norcodeine|hydromorphone",
            "oxycodone": "oxycodone|noroxycodone|oxymorphone|noroxymorphone|oxymorphone-3-glucuronide",
            "oxymorphone": "oxymorphone|noroxymorphone|oxymorphone-3-glucuronide",
            "fentanyl": "fentanyl|norfentanyl|despropionylfentanyl",
            "sufentanil": "sufentanil|norsufentanil",
            "alfentanil": "alfentanil",
            "buprenorphine": "buprenorphine|norbuprenorphine|buprenorphine-3-glucuronide|norbuprenorphine-3-glucuronide",
            "methadone": "methadone|eddp|metabolite",
            "tramadol": "tramadol|nortramadol|n-nortramadol|o-desmethyltramadol",
            "tapentadol": "tapentadol|nortapentadol|tapentadol glucuronide",
            "meperidine": "meperidine|normeperidine",
            "levorphanol": "levorphanol",
            "butorphanol": "butorphanol",
            "pentazocine": "pentazocine",
            "diazepam": "diazepam|nordiazepam|oxazepam|oxazepam glucuronide|temazepam|temazepam glucuronide",
            "chlordiazepoxide": "chlordiazepoxide|norchlordiazepoxide|nordiazepam|oxazepam|oxazepam glucuronide",
            "clorazepate": "clorazepate|nordiazepam|oxazepam|oxazepam glucuronide",
            "temazepam": "temazepam|temazepam glucuronide|oxazepam|oxazepam glucuronide",
            "oxazepam": "oxazepam|oxazepam glucuronide",
            "alprazolam": "alprazolam|alpha hydroxyalprazolam|hydroxyalprazolam|alpha hydroxyalprazolam glucuronide",
            "clonazepam": "clonazepam|7-aminoclonazepam",
            "lorazepam": "lorazepam|lorazepam glucuronide",
            "triazolam": "triazolam|alpha hydroxytriazolam|hydroxytriazolam",
            "midazolam": "midazolam|4-hydroxymidazolam",
            "flurazepam": "flurazepam|hydroxyethylflurazepam|2-hydroxyethylflurazepam|n-desalkylflurazepam",
            "clobazam": "clobazam|norclobazam",
            "estazolam": "estazolam",
            "phenobarbital": "phenobarbital",
            "primidone": "phenobarbital",
            "butalbital": "butalbital",
            "carisoprodol": "carisoprodol|meprobamate",
            "meprobamate": "meprobamate",
            "zolpidem": "zolpidem|zolpidem phenyl-4-carboxylate",
            "eszopiclone": "eszopiclone|zopiclone|zopiclone-n-oxide",
            "amphetamine": "amphetamine|dextroamphetamine|levoamphetamine",
            "dextroamphetamine": "amphetamine|dextroamphetamine",
            "lisdexamfetamine": "amphetamine|dextroamphetamine",
            "methamphetamine": "methamphetamine|dextromethamphetamine|amphetamine|dextroamphetamine",
            "methylphenidate": "methylphenidate|alpha-phenyl-2-piperidine acetate",
            "dexmethylphenidate": "methylphenidate|alpha-phenyl-2-piperidine acetate",
            "phentermine": "phentermine",
        }.items()
    }
)
"""Medicine → the substances that it explains in urine."""


class Screen(NamedTuple):
    """What an immunoassay of a class shows: drugs that it finds, drugs that it may find or miss."""

    finds: frozenset[str]
    may_find: frozenset[str]


def _screen(finds: str, may_find: str = "") -> Screen:
    return Screen(frozenset(filter(None, finds.split("|"))), frozenset(filter(None, may_find.split("|"))))


SCREENS: Mapping[str, Screen] = MappingProxyType(
    {
        "opiates": _screen(
            "morphine|codeine|opium",
            "hydrocodone|benzhydrocodone|hydromorphone|dihydrocodeine|oxycodone|oxymorphone|levorphanol",
        ),
        "oxycodone": _screen("oxycodone|oxymorphone"),
        "methadone": _screen("methadone"),
        "buprenorphine": _screen("buprenorphine"),
        "fentanyl": _screen("fentanyl", "sufentanil|alfentanil"),
        "tramadol": _screen("tramadol"),
        "tapentadol": _screen("tapentadol"),
        "benzodiazepines": _screen(
            "diazepam|chlordiazepoxide|clorazepate|temazepam|oxazepam|alprazolam",
            "clonazepam|lorazepam|triazolam|midazolam|flurazepam|clobazam|estazolam|quazepam",
        ),
        "barbiturates": _screen("phenobarbital|butalbital|primidone|secobarbital|pentobarbital"),
        "muscle_relaxants": _screen("carisoprodol|meprobamate"),
        "z_drugs": _screen("zolpidem", "eszopiclone|zaleplon"),
        "amphetamines": _screen(
            "amphetamine|dextroamphetamine|lisdexamfetamine|methamphetamine|benzphetamine",
            "phentermine|methylphenidate|dexmethylphenidate|phendimetrazine|diethylpropion",
        ),
    }
)
"""Test class → what its screen shows. A class that is not here (cocaine, heroin, phencyclidine) is explained by no medicine."""
EXPLAINS_ALSO: Mapping[str, frozenset[str]] = MappingProxyType(
    {"opiates": frozenset({"hydrocodone", "benzhydrocodone", "hydromorphone", "dihydrocodeine"})}
)
"""Drugs that a screen may miss but that explain it fully when it is positive."""


def substances_in(component: str) -> tuple[str, ...]:
    """The substances that a LOINC component names, in plain lower case ("oxyCODONE+oxyMORphone/Creatinine" → two)."""
    plain = component.lower().split("/")[0].removesuffix(" free")
    return tuple(_plain(part) for part in plain.split("+") if part.strip())


def _plain(name: str) -> str:
    words = name.strip().removesuffix(" free")
    if "eddp" in words:
        return "eddp"
    return "6-mam" if "monoacetylmorphine" in words else words


KNOWN = frozenset(substance for names in METABOLITES.values() for substance in names)
"""Every substance that some medicine explains."""
