"""The products of the case tables: the words used there -> RxNorm code and name."""

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

FORMULARY = {
    "oxycodone 5 mg tablet": ("1049621", "oxycodone hydrochloride 5 MG Oral Tablet"),
    "oxycodone 10 mg tablet": ("1049683", "oxycodone hydrochloride 10 MG Oral Tablet"),
    "oxycodone ER 20 mg tablet": (
        "1860129",
        "Abuse-Deterrent 12 HR oxycodone hydrochloride 20 MG Extended Release Oral Tablet",
    ),
    "oxycodone 1 mg/mL solution": ("1049604", "oxycodone hydrochloride 1 MG/ML Oral Solution"),
    "oxycodone-acetaminophen 5-325 tablet": (
        "1049221",
        "acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet",
    ),
    "hydrocodone-acetaminophen 5-325 tablet": (
        "857002",
        "acetaminophen 325 MG / hydrocodone bitartrate 5 MG Oral Tablet",
    ),
    "hydrocodone-acetaminophen 0.5 mg/mL solution": (
        "856940",
        "acetaminophen 21.7 MG/ML / hydrocodone bitartrate 0.5 MG/ML Oral Solution",
    ),
    "morphine 15 mg tablet": ("892582", "morphine sulfate 15 MG Oral Tablet"),
    "morphine ER 30 mg tablet": ("891888", "morphine sulfate 30 MG Extended Release Oral Tablet"),
    "morphine ER 15 mg tablet": ("891881", "morphine sulfate 15 MG Extended Release Oral Tablet"),
    "morphine 2 mg/mL solution": ("892589", "morphine sulfate 2 MG/ML Oral Solution"),
    "morphine 20 mg/mL solution": ("892625", "morphine sulfate 20 MG/ML Oral Solution"),
    "morphine 10 mg suppository": ("892516", "morphine sulfate 10 MG Rectal Suppository"),
    "morphine 10 mg/mL injection": ("1731993", "1 ML morphine sulfate 10 MG/ML Injection"),
    "hydromorphone 2 mg tablet": ("897696", "hydromorphone hydrochloride 2 MG Oral Tablet"),
    "hydromorphone 1 mg/mL solution": ("897657", "hydromorphone hydrochloride 1 MG/ML Oral Solution"),
    "hydromorphone 1 mg/mL injection": ("897653", "1 ML hydromorphone hydrochloride 1 MG/ML Injection"),
    "methadone 5 mg tablet": ("864718", "methadone hydrochloride 5 MG Oral Tablet"),
    "methadone 10 mg tablet": ("864706", "methadone hydrochloride 10 MG Oral Tablet"),
    "methadone 1 mg/mL solution": ("864761", "methadone hydrochloride 1 MG/ML Oral Solution"),
    "fentanyl 12 mcg/h patch": ("577057", "72 HR fentanyl 0.012 MG/HR Transdermal System"),
    "fentanyl 25 mcg/h patch": ("245134", "72 HR fentanyl 0.025 MG/HR Transdermal System"),
    "fentanyl 50 mcg/h patch": ("245135", "72 HR fentanyl 0.05 MG/HR Transdermal System"),
    "fentanyl 75 mcg/h patch": ("197696", "72 HR fentanyl 0.075 MG/HR Transdermal System"),
    "fentanyl 100 mcg/h patch": ("245136", "72 HR fentanyl 0.1 MG/HR Transdermal System"),
    "fentanyl 200 mcg lozenge": ("310295", "fentanyl 0.2 MG Oral Lozenge"),
    "fentanyl 100 mcg buccal tablet": ("668363", "fentanyl 0.1 MG Buccal Tablet"),
    "fentanyl 100 mcg nasal spray": ("1115573", "fentanyl 0.1 MG/ACTUAT Metered Dose Nasal Spray"),
    "fentanyl 100 mcg mouth spray": ("1237050", "fentanyl 0.1 MG/ACTUAT Mucosal Spray"),
    "tramadol 50 mg tablet": ("835603", "tramadol hydrochloride 50 MG Oral Tablet"),
    "tapentadol 50 mg tablet": ("825411", "tapentadol 50 MG Oral Tablet"),
    "codeine 30 mg tablet": ("997287", "codeine sulfate 30 MG Oral Tablet"),
    "codeine-acetaminophen 30-300 tablet": ("993781", "acetaminophen 300 MG / codeine phosphate 30 MG Oral Tablet"),
    "oxymorphone 10 mg tablet": ("977942", "oxymorphone hydrochloride 10 MG Oral Tablet"),
    "levorphanol 2 mg tablet": ("197873", "levorphanol tartrate 2 MG Oral Tablet"),
    "meperidine 50 mg tablet": ("861467", "meperidine hydrochloride 50 MG Oral Tablet"),
    "pentazocine-naloxone 50-0.5 tablet": ("312289", "naloxone 0.5 MG / pentazocine 50 MG Oral Tablet"),
    "butorphanol 1 mg nasal spray": ("886634", "butorphanol tartrate 1 MG/ACTUAT Metered Dose Nasal Spray"),
    "dihydrocodeine combination 16 mg capsule": (
        "1596108",
        "acetaminophen 320.5 MG / caffeine 30 MG / dihydrocodeine bitartrate 16 MG Oral Capsule",
    ),
    "benzhydrocodone-acetaminophen 6.12-325 tablet": (
        "2001358",
        "acetaminophen 325 MG / benzhydrocodone 6.12 MG Oral Tablet",
    ),
    "opium-belladonna 30 mg suppository": ("312104", "belladonna alkaloids 16.2 MG / opium 30 MG Rectal Suppository"),
    "nalbuphine 10 mg/mL injection": ("904415", "nalbuphine hydrochloride 10 MG/ML Injectable Solution"),
    "buprenorphine-naloxone 8-2 film": ("1010604", "buprenorphine 8 MG / naloxone 2 MG Sublingual Film"),
    "buprenorphine 10 mcg/h patch": ("904870", "168 HR buprenorphine 0.01 MG/HR Transdermal System"),
    "Belbuca 75 mcg film": ("1716079", "buprenorphine 0.075 MG Buccal Film [Belbuca]"),
    "OxyContin 20 mg tablet": (
        "1049565",
        "Abuse-Deterrent 12 HR oxycodone hydrochloride 20 MG Extended Release Oral Tablet [Oxycontin]",
    ),
    "ibuprofen 600 mg tablet": ("197806", "ibuprofen 600 MG Oral Tablet"),
    "naloxone nasal spray": ("1725059", "naloxone hydrochloride 40 MG/ML Nasal Spray"),
    "oxycodone (ingredient)": ("7804", "oxycodone"),
    "morphine (ingredient)": ("7052", "morphine"),
    "hydrocodone (ingredient)": ("5489", "hydrocodone"),
    "fentanyl (ingredient)": ("4337", "fentanyl"),
    "methadone (ingredient)": ("6813", "methadone"),
}


def concept(drug: str) -> dict[str, object]:
    """A product as a code; "text: …" as a name alone; "ndc: …" as a package code alone."""
    if drug.startswith("text: "):
        return {"text": drug.removeprefix("text: ")}
    if drug.startswith("ndc: "):
        return {"coding": [{"system": "http://hl7.org/fhir/sid/ndc", "code": drug.removeprefix("ndc: ")}]}
    code, name = FORMULARY[drug]
    return {"coding": [{"system": RXNORM, "code": code, "display": name}], "text": name}
