"""Liver: opioids last longer when the liver is weak, and acetaminophen in opioid tablets can injure it.

When a person has an opioid in force and takes more than 4 g of acetaminophen a day over all products, or is on long-term
opioid therapy with a failing liver (decompensated cirrhosis), then it is to be acted on (red). 3 to 4 g a day, or any other
liver disease on the problem list, is yellow; neither is green. What cannot be computed or read is not known (grey). For
people whom the guideline does not cover only the acetaminophen is looked at.
"""

from dataclasses import dataclass

from app.domain.feeds import Feed
from app.domain.finding import Evidence, Finding, Status
from app.rules.case import Case
from app.rules.evidence.acetaminophen import acetaminophen_intake
from app.rules.evidence.conditions import Diagnosis, active
from app.rules.evidence.found import evidence_of
from app.rules.evidence.scores import tidy
from app.rules.ltot import is_long_term
from app.rules.rule import Applies, Rule, answer, feed_words
from app.rules.scope import is_excluded

RULE = Rule(
    id="hepatic",
    version="1",
    title="Liver and acetaminophen",
    source="CDC 2022, recommendation 8; FDA boxed warning of acetaminophen combinations",
    applies=Applies.OPIOID,
    words=__doc__,
    is_safety_fact=True,
)
RANK = (Status.RED, Status.GREY, Status.YELLOW, Status.GREEN)
ACETAMINOPHEN = "Go through all products with acetaminophen together, and agree on a safe total a day"
ASK_LIVER = "Talk over the opioid with a liver specialist; change nothing abruptly"
WEIGH = "Weigh it with the dose and the time between doses"


@dataclass(frozen=True, slots=True)
class _Part:
    """What one half of the rule says."""

    status: Status
    words: str
    evidence: tuple[Evidence, ...] = ()
    step: str | None = None
    missing: tuple[str, ...] = ()
    is_in_part: bool = False


def evaluate(case: Case) -> Finding:
    """The worse of the two halves; both are told."""
    parts = [_acetaminophen(case), *([] if is_excluded(case) else [_liver(case)])]
    parts.sort(key=lambda part: RANK.index(part.status))
    worst = parts[0]
    told = [part for part in parts if part is worst or part.status is not Status.GREEN]
    section = case.policy.rules.hepatic
    return answer(
        case,
        RULE,
        worst.status,
        _capital(f"{'; '.join(part.words for part in (told if worst.status is not Status.GREEN else parts))}."),
        evidence=tuple(dict.fromkeys(each for part in told for each in part.evidence)),
        next_step=worst.step,
        missing=tuple(dict.fromkeys(each for part in parts for each in part.missing)),
        used=(section.acetaminophen_high, section.acetaminophen_limit),
        is_known_in_part=worst.status is Status.RED and any(part.is_in_part for part in parts),
    )


def _acetaminophen(case: Case) -> _Part:
    intake = acetaminophen_intake(case)
    section = case.policy.rules.hepatic
    shown = evidence_of(part.found for part in intake.parts)
    missing = tuple(f"acetaminophen of {each.reference}" for each in (*intake.unknown, *intake.unsure))
    least = "at least " if intake.unknown else ""
    words = f"acetaminophen {least}{tidy(intake.grams)} g a day"
    if intake.grams > section.acetaminophen_limit.value:
        words = f"{words}, more than {section.acetaminophen_limit.words}"
        return _Part(Status.RED, words, shown, ACETAMINOPHEN, missing, bool(intake.unknown))
    if intake.unknown:
        names = ", ".join(dict.fromkeys(each.value for each in intake.unknown))
        words = words if intake.grams else "how much acetaminophen is taken is not known"
        step = "Read the directions of the medicine that could not be computed"
        return _Part(Status.GREY, f"{words}: {names} could not be computed", shown, step, missing, True)
    if not case.feed(Feed.MEDICATIONS).is_complete:
        words = f"how much acetaminophen is taken is not known ({feed_words(case, Feed.MEDICATIONS)})"
        return _Part(Status.GREY, words, shown, "Look at the medication list", (*missing, "medications"), True)
    if intake.grams >= section.acetaminophen_high.value:
        words = f"{words}, {section.acetaminophen_high.words} or more"
        return _Part(Status.YELLOW, words, shown, ACETAMINOPHEN, missing)
    return _Part(Status.GREEN, words if intake.parts else "no acetaminophen", shown, None, missing)


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _liver(case: Case) -> _Part:
    diseases = active(case, "hepatic_impairment")
    failing = [each for each in diseases if is_decompensated(each, diseases)]
    shown = evidence_of(each.found for each in (failing or diseases))
    long_term = is_long_term(case)
    if failing and long_term is not False:
        words = f"failing liver ({_names(failing)}) on long-term opioids"
        return _Part(Status.RED, words, shown, ASK_LIVER, (), long_term is None)
    if diseases:
        return _Part(Status.YELLOW, f"liver disease ({_names(failing or list(diseases))})", shown, WEIGH)
    if not case.feed(Feed.CONDITIONS).is_complete:
        words = f"whether there is a liver disease is not known ({feed_words(case, Feed.CONDITIONS)})"
        return _Part(Status.GREY, words, (), "Look at the problem list", ("conditions",), True)
    return _Part(Status.GREEN, "no liver disease on the problem list")


def is_decompensated(each: Diagnosis, diseases: tuple[Diagnosis, ...]) -> bool:
    """Stated so; ascites or bleeding varices only beside a cirrhosis, because they have other causes too."""
    if each.subtype == "decompensated":
        return True
    has_cirrhosis = any(other.subtype in {"cirrhosis", "decompensated"} for other in diseases)
    return each.subtype == "decompensated_if_cirrhosis" and has_cirrhosis


def _names(diseases: list[Diagnosis]) -> str:
    return ", ".join(dict.fromkeys(each.found.value for each in diseases))
