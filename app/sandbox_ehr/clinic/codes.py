"""The clinic's own literal codes.

Copied by hand, on purpose: the clinic must not share tables with the engine that reads it, else one wrong row
would hide on both sides. RxNorm names as RxNorm writes them.
"""

from dataclasses import dataclass

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"
DOSE_FORM = "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"
HL7 = "http://terminology.hl7.org/CodeSystem/"

Coding = dict[str, str]


@dataclass(frozen=True)
class Code:
    """One code of one system, with the words a chart shows beside it."""

    system: str
    code: str
    display: str

    @property
    def coding(self) -> Coding:
        """The FHIR Coding."""
        return {"system": self.system, "code": self.code, "display": self.display}

    @property
    def concept(self) -> dict[str, object]:
        """The FHIR CodeableConcept with this one coding."""
        return {"coding": [self.coding], "text": self.display}


def _rx(code: str, name: str) -> Code:
    return Code(RXNORM, code, name)


def _loinc(code: str, name: str) -> Code:
    return Code(LOINC, code, name)


def _snomed(code: str, name: str) -> Code:
    return Code(SNOMED, code, name)


def _icd(code: str, name: str) -> Code:
    return Code(ICD10, code, name)


# --- opioid products -------------------------------------------------------------------------------------------
OXYCODONE_5 = _rx("1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
OXYCODONE_10 = _rx("1049683", "oxycodone hydrochloride 10 MG Oral Tablet")
OXYCODONE_15 = _rx("1049611", "oxycodone hydrochloride 15 MG Oral Tablet")
OXYCODONE_SOLUTION_1 = _rx("1049604", "oxycodone hydrochloride 1 MG/ML Oral Solution")
OXYCODONE_ER_20 = _rx("1860129", "Abuse-Deterrent 12 HR oxycodone hydrochloride 20 MG Extended Release Oral Tablet")
OXYCODONE_APAP_5 = _rx("1049221", "acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet")
PERCOCET_5 = _rx("1049640", "acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet [Percocet]")
OXYCODONE = _rx("7804", "oxycodone")
OXYCODONE_HYDROCHLORIDE = _rx("82063", "oxycodone hydrochloride")
MORPHINE_15 = _rx("892582", "morphine sulfate 15 MG Oral Tablet")
MORPHINE_ER_15 = _rx("891881", "morphine sulfate 15 MG Extended Release Oral Tablet")
MORPHINE_ER_30 = _rx("891888", "morphine sulfate 30 MG Extended Release Oral Tablet")
MORPHINE_ER_60 = _rx("891893", "morphine sulfate 60 MG Extended Release Oral Tablet")
MORPHINE_SYRINGE_10 = _rx("894912", "1 ML morphine sulfate 10 MG/ML Prefilled Syringe")
HYDROMORPHONE_2 = _rx("897696", "hydromorphone hydrochloride 2 MG Oral Tablet")
HYDROMORPHONE_4 = _rx("897702", "hydromorphone hydrochloride 4 MG Oral Tablet")
HYDROMORPHONE_SOLUTION_1 = _rx("897657", "hydromorphone hydrochloride 1 MG/ML Oral Solution")
HYDROCODONE_APAP_5 = _rx("857002", "acetaminophen 325 MG / hydrocodone bitartrate 5 MG Oral Tablet")
HYDROCODONE_APAP_7_5 = _rx("857005", "acetaminophen 325 MG / hydrocodone bitartrate 7.5 MG Oral Tablet")
HYDROCODONE_APAP_10 = _rx("856999", "acetaminophen 325 MG / hydrocodone bitartrate 10 MG Oral Tablet")
CODEINE_APAP_30 = _rx("993781", "acetaminophen 300 MG / codeine phosphate 30 MG Oral Tablet")
TRAMADOL_50 = _rx("835603", "tramadol hydrochloride 50 MG Oral Tablet")
TAPENTADOL_ER_100 = _rx("1148797", "12 HR tapentadol 100 MG Extended Release Oral Tablet")
METHADONE_10 = _rx("864706", "methadone hydrochloride 10 MG Oral Tablet")
LEVORPHANOL_2 = _rx("197873", "levorphanol tartrate 2 MG Oral Tablet")
FENTANYL_PATCH_25 = _rx("245134", "72 HR fentanyl 0.025 MG/HR Transdermal System")
FENTANYL_PATCH_50 = _rx("245135", "72 HR fentanyl 0.05 MG/HR Transdermal System")
FENTANYL_BUCCAL_100 = _rx("668363", "fentanyl 0.1 MG Buccal Tablet")
BUPRENORPHINE_PATCH_10 = _rx("904870", "168 HR buprenorphine 0.01 MG/HR Transdermal System")
BUPRENORPHINE_NALOXONE_FILM_8 = _rx("1010604", "buprenorphine 8 MG / naloxone 2 MG Sublingual Film")

# --- other medicines -------------------------------------------------------------------------------------------
NALOXONE_NASAL = _rx("1725059", "naloxone hydrochloride 40 MG/ML Nasal Spray")
CLONAZEPAM_0_5 = _rx("197527", "clonazepam 0.5 MG Oral Tablet")
LORAZEPAM_1 = _rx("197901", "lorazepam 1 MG Oral Tablet")
ZOLPIDEM_10 = _rx("854873", "zolpidem tartrate 10 MG Oral Tablet")
CARISOPRODOL_350 = _rx("197446", "carisoprodol 350 MG Oral Tablet")
GABAPENTIN_300 = _rx("310431", "gabapentin 300 MG Oral Capsule")
GABAPENTIN_600 = _rx("310433", "gabapentin 600 MG Oral Tablet")
DULOXETINE = _rx("72625", "duloxetine")
NAPROXEN = _rx("7258", "naproxen")
SENNOSIDES = _rx("36387", "sennosides, USP")
LISINOPRIL = _rx("29046", "lisinopril")
METFORMIN = _rx("6809", "metformin")

# --- surveys ---------------------------------------------------------------------------------------------------
PEG_MEAN = _loinc("91147-9", "Pain, enjoyment of life, and general activity 3-item score (PEG)")
PEG_PANEL = _loinc("91148-7", "Pain, enjoyment of life, and general activity 3-item panel (PEG)")
PEG_PAIN = _loinc("75893-8", "Pain severity in the past week, average")
PEG_ENJOYMENT = _loinc("91145-3", "Pain interference with enjoyment of life in the past week")
PEG_ACTIVITY = _loinc("91146-1", "Pain interference with general activity in the past week")
PHQ9_TOTAL = _loinc("44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]")
PHQ9_ITEMS = (
    _loinc("44250-9", "Little interest or pleasure in doing things"),
    _loinc("44255-8", "Feeling down, depressed, or hopeless"),
    _loinc("44259-0", "Trouble falling or staying asleep, or sleeping too much"),
    _loinc("44254-1", "Feeling tired or having little energy"),
    _loinc("44251-7", "Poor appetite or overeating"),
    _loinc("44258-2", "Feeling bad about yourself"),
    _loinc("44252-5", "Trouble concentrating on things"),
    _loinc("44253-3", "Moving or speaking slowly, or being fidgety or restless"),
    _loinc("44260-8", "Thoughts that you would be better off dead, or of hurting yourself"),
)
PHQ9_ITEM_9 = PHQ9_ITEMS[8]
GAD7_TOTAL = _loinc("70274-6", "Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]")
PC_PTSD5_TOTAL = _loinc("102017-1", "Primary Care PTSD Screen for DSM-5 (PC-PTSD-5) score")
AUDIT_C_TOTAL = _loinc("75626-2", "Total score [AUDIT-C]")
ORT_TOTAL = _loinc("91392-1", "Opioid Risk Tool total score")

# Frequency answers of the PHQ family, 0 to 3.
HOW_OFTEN = (
    _loinc("LA6568-5", "Not at all"),
    _loinc("LA6569-3", "Several days"),
    _loinc("LA6570-1", "More than half the days"),
    _loinc("LA6571-9", "Nearly every day"),
)

# --- laboratory ------------------------------------------------------------------------------------------------
EGFR = _loinc(
    "98979-8",
    "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum, Plasma or Blood "
    "by Creatinine-based formula (CKD-EPI 2021)",
)
URINE_CREATININE = _loinc("2161-8", "Creatinine [Mass/volume] in Urine")
SCREEN_OPIATES = _loinc("19295-5", "Opiates [Presence] in Urine by Screen method")
SCREEN_OXYCODONE = _loinc("19642-8", "oxyCODONE [Presence] in Urine by Screen method")
SCREEN_BENZODIAZEPINES = _loinc("14316-4", "Benzodiazepines [Presence] in Urine by Screen method")
SCREEN_COCAINE = _loinc("14314-9", "Benzoylecgonine [Presence] in Urine by Screen method")
SCREEN_AMPHETAMINE = _loinc("19343-3", "Amphetamine [Presence] in Urine by Screen method")
SCREEN_FENTANYL = _loinc("59673-4", "fentaNYL [Presence] in Urine by Screen method")
SCREEN_METHADONE = _loinc("19550-3", "Methadone [Presence] in Urine by Screen method")
SCREEN_BUPRENORPHINE = _loinc("93494-3", "Buprenorphine [Presence] in Urine by Screen method")
SCREEN_TAPENTADOL = _loinc("72485-6", "Tapentadol [Presence] in Urine by Screen method")
SCREEN_TRAMADOL = _loinc("19710-3", "traMADol [Presence] in Urine by Screen method")
CONFIRM_OXYCODONE = _loinc("16249-5", "oxyCODONE [Mass/volume] in Urine by Confirmatory method")
CONFIRM_NOROXYCODONE = _loinc("61425-5", "Noroxycodone [Mass/volume] in Urine by Confirmatory method")
CONFIRM_MORPHINE = _loinc("16251-1", "Morphine [Mass/volume] in Urine by Confirmatory method")
CONFIRM_HYDROMORPHONE = _loinc("16998-7", "HYDROmorphone [Mass/volume] in Urine by Confirmatory method")
CONFIRM_COCAINE = _loinc("16226-3", "Benzoylecgonine [Mass/volume] in Urine by Confirmatory method")
CONFIRM_EDDP = _loinc(
    "58429-2",
    "2-Ethylidene-1,5-Dimethyl-3,3-Diphenylpyrrolidine (EDDP) [Mass/volume] in Urine by Confirmatory method",
)
DETECTED = _snomed("260373001", "Detected")
NOT_DETECTED = _snomed("260415000", "Not detected")
BODY_WEIGHT = _loinc("29463-7", "Body weight")
HEART_RATE = _loinc("8867-4", "Heart rate")

# --- documents, procedures, plans ------------------------------------------------------------------------------
AGREEMENT_DOCUMENT = _loinc("94136-9", "Controlled substance agreement")
PAIN_PLAN_DOCUMENT = _loinc("80764-4", "Pain medicine Plan of care note")
PROGRESS_NOTE = _loinc("11506-3", "Progress note")
PDMP_REVIEWED = _snomed("461621000124108", "Review of prescription drug monitoring program record (procedure)")
OPIOID_SAFETY_COUNSELING = _snomed("460831000124102", "Counseling about opioid safety (procedure)")
OPIOID_RISK_ASSESSMENT = _snomed("454281000124100", "Assessment of risk for opioid abuse (procedure)")
PAIN_CONTROL_MANAGEMENT = _snomed("408957008", "Chronic pain control management (procedure)")
TAPER_MANAGEMENT = _snomed("874903005", "Management of opioid dosage tapering (procedure)")
PHYSICAL_THERAPY = _snomed("91251008", "Physical therapy procedure")
EXERCISE_THERAPY = _snomed("229065009", "Exercise therapy (regime/therapy)")
HOME_CPAP = _snomed("702172008", "Home continuous positive airway pressure unit (physical object)")
SUICIDE_RISK_ASSESSMENT = _snomed("225337009", "Suicide risk assessment (procedure)")
FALL_RISK_ASSESSMENT = _snomed("414191008", "Fall risk assessment (procedure)")
COGNITIVE_TESTING = _snomed("4719001", "Psychologic cognitive testing and assessment (procedure)")

# --- problems --------------------------------------------------------------------------------------------------
LONG_TERM_OPIOID = _icd("Z79.891", "Long term (current) use of opiate analgesic")
LOW_BACK_PAIN = _icd("M54.50", "Low back pain, unspecified")
CHRONIC_PAIN_SYNDROME = _icd("G89.4", "Chronic pain syndrome")
KNEE_OSTEOARTHRITIS = _icd("M17.0", "Bilateral primary osteoarthritis of knee")
POSTLAMINECTOMY = _icd("M96.1", "Postlaminectomy syndrome, not elsewhere classified")
FIBROMYALGIA = _icd("M79.7", "Fibromyalgia")
LUMBAR_STENOSIS = _icd("M48.061", "Spinal stenosis, lumbar region without neurogenic claudication")
DIABETIC_NEUROPATHY = _icd("E11.42", "Type 2 diabetes mellitus with diabetic polyneuropathy")
HYPERTENSION = _icd("I10", "Essential (primary) hypertension")
COPD = _icd("J44.9", "Chronic obstructive pulmonary disease, unspecified")
SLEEP_APNEA = _icd("G47.33", "Obstructive sleep apnea (adult) (pediatric)")
CKD_4 = _icd("N18.4", "Chronic kidney disease, stage 4 (severe)")
DEPRESSION = _icd("F33.1", "Major depressive disorder, recurrent, moderate")
ANXIETY = _icd("F41.1", "Generalized anxiety disorder")
PTSD = _icd("F43.12", "Post-traumatic stress disorder, chronic")
OPIOID_USE_DISORDER = _icd("F11.20", "Opioid dependence, uncomplicated")
OPIOID_OVERDOSE = _icd("T40.2X1A", "Poisoning by other opioids, accidental (unintentional), initial encounter")
BREAST_CANCER = _icd("C50.911", "Malignant neoplasm of unspecified site of right female breast")
BONE_METASTASES = _icd("C79.51", "Secondary malignant neoplasm of bone")
PALLIATIVE_ENCOUNTER = _icd("Z51.5", "Encounter for palliative care")
SICKLE_CELL = _icd("D57.1", "Sickle-cell disease without crisis")
PREGNANT_STATE = _icd("Z33.1", "Pregnant state, incidental")
PREGNANCY_STATUS = _loinc("82810-3", "Pregnancy status")
PREGNANT = _snomed("77386006", "Pregnant (finding)")
LOW_BACK_PAIN_SNOMED = _snomed("279039007", "Low back pain")
CHRONIC_PAIN_SNOMED = _snomed("82423001", "Chronic pain (finding)")
