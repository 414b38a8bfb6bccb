"""From text to tokens: one spelling for each word, number and phrase.

"TK 1 T PO Q4-6H PRN P" becomes take 1 tablet every 4 - 6 hours asneeded. Phrases that say how (by mouth) are dropped;
words that the vocabulary does not know stay as they are and make the grammar refuse.
"""

import re

from app.med.sig.words import Vocabulary, vocabulary

# Numbers stay text; a date and a clock time become one token; diagnosis codes are dropped.
_DOTTED = re.compile(r"\b((?:[a-z]\.)+[a-z])\.?(?![a-z])")
_DOT_AFTER_Q = re.compile(r"\bq\.\s*(?=[0-9])")
_DATE = re.compile(r"\b[0-9]{1,2}[/-][0-9]{1,2}[/-](?:[0-9]{4}|[0-9]{2})\b|\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_DIAGNOSIS = re.compile(
    r"\(?\b(?:(?:dx|icd-?10|icd)\b[: ]*)+[a-z][0-9][0-9a-z](?:\.[0-9a-z]{1,4})?\b\)?|\b[a-fgi-prsuvwyz][0-9]{2}\.[0-9]{1,4}\b"
)
_TIME = (
    r"(?:(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?: ?(?:am|pm)\b)?|(?:1[0-2]|[1-9]) ?(?:am|pm)\b|(?:[01][0-9]|2[0-3])[0-5]0\b)"
)
# Clock times count only in a list that "at" opens: in "2 am and 1 pm" the numbers may be tablets.
_CLOCKS = re.compile(rf"\bat {_TIME}(?:\s*(?:,\s*and\b|,|and\b|&)\s*{_TIME})*")
_CLOCK = re.compile(_TIME)
_PLURAL_IN_BRACKETS = re.compile(r"\(s\)")
_FRACTION = re.compile(r"(?<![0-9/.])([1-3])\s?/\s?([2-4])(?![0-9/.])")
_TOKEN = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|(?<![\w.])\.[0-9]+|~0\.[0-9]+|@[a-z]+|[a-z]+|[^\sa-z0-9]"
)
_UNICODE = str.maketrans(
    {
        "½": " 1/2",
        "¼": " 1/4",
        "¾": " 3/4",
        "–": "-",
        "—": "-",
        "‑": "-",
        "’": "'",
        "×": "x",
        "@": " at ",
        "~": " ",
        "°": "h",
        "μ": "u",
        "µ": "u",
    }
)
_FRACTIONS = {("1", "2"): "0.5", ("1", "4"): "0.25", ("3", "4"): "0.75"}
_TAKE_ONE = re.compile(r"^\W*t(?=[0-9])")


def tokens(text: str) -> list[str]:
    """The canonical tokens of a text, with phrases replaced and phrases without dose content dropped."""
    known = vocabulary()
    words = [known.words.get(token, token) for token in _split(text)]
    # A replacement may complete another phrase ("a half" -> "a 0.5" -> "0.5"): twice is enough by construction.
    return _replace_phrases(_replace_phrases(words, known), known)


def is_number(token: str) -> bool:
    """Only ASCII digits are numbers: a superscript or another script's digit is a sign that nobody has checked."""
    return token[0] in "0123456789" or (token[0] == "." and len(token) > 1)


def _split(text: str) -> list[str]:
    plain = _TAKE_ONE.sub("take ", " ".join(text.lower().translate(_UNICODE).split()))
    plain = _PLURAL_IN_BRACKETS.sub("s", plain)
    plain = _DOTTED.sub(lambda found: found[1].replace(".", "") + " ", plain)
    plain = _DOT_AFTER_Q.sub("q ", plain)
    plain = _DIAGNOSIS.sub(" ", plain)
    plain = _DATE.sub(" @date ", plain)
    plain = _CLOCKS.sub(lambda found: _CLOCK.sub(" @clock ", found[0]), plain)
    plain = _FRACTION.sub(_decimal, plain)
    return [token.replace(",", "") if is_number(token) and len(token) > 1 else token for token in _TOKEN.findall(plain)]


def _decimal(found: re.Match[str]) -> str:
    """1/2 -> ~0.5, marked as a fraction so that "1 1/2" is one number; a third is left as it stands."""
    value = _FRACTIONS.get((found[1], found[2]))
    return f" ~{value} " if value else found[0]


def _replace_phrases(words: list[str], known: Vocabulary) -> list[str]:
    result: list[str] = []
    place = 0
    while place < len(words):
        for phrase, meaning in known.phrases.get(words[place], ()):
            if tuple(words[place : place + len(phrase)]) == phrase:
                result.extend(meaning)
                place += len(phrase)
                break
        else:
            result.append(words[place])
            place += 1
    return result
