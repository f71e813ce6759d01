"""♥ Numbers that states give to people: Kenya, Uganda, Tanzania, Rwanda, Ethiopia and some more; it knows no names.

Many are nothing but digits; those count where a word before them says what they are.
"""

import re
from collections.abc import Iterator

from palaver.care.redaction.checksums import luhn, verhoeff
from palaver.care.redaction.entity import Entity

_SHAPED = tuple(
    re.compile(one, re.IGNORECASE)
    for one in (
        # Uganda: NIN, 14 characters, C for citizens, the sex, the year of birth
        r"\b[CA][MF]\d{2}[0-9A-Z]{10}\b",
        # Kenya: PIN of the revenue authority; Tanzania: NIDA with its date of birth
        r"\b[AP]\d{9}[A-Z]\b",
        r"\b(?:19|20)\d{6}[\s\-]?\d{5}[\s\-]?\d{5}[\s\-]?\d{2}\b",
        # Rwanda: status, year of birth, sex, serial
        r"(?<![\d+])[1-3]\s?(?:19|20)\d{2}\s?[78]\s?\d{7}\s?\d\s?\d{2}\b(?!\d)",
        # United States: SSN and ITIN; areas 000 and 666 were never given
        r"(?<![\d\-])(?!000|666)\d{3}([\-‐‑–. ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d\-])",
        # United Kingdom: NINO; letters that are not used are left out
        r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][\s\-]?\d{2}[\s\-]?\d{2}[\s\-]?\d{2}[\s\-]?[A-D]\b",
        # India: PAN; Italy: codice fiscale; Mexico: CURP; Brazil: CPF; Finland and Sweden with their century's sign
        r"\b[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]\b",
        r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b",
        r"\b[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d\b",
        r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b",
        r"\b\d{6}[\-+A]\d{3}[0-9A-FHJ-NPR-Y]\b",
        r"\b\d{6}-\d{4}\b",
    )
)
_SPAIN = re.compile(r"\b(?:[XYZ]\d{7}|\d{8})-?[A-Z]\b", re.IGNORECASE)
_SPAIN_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FRANCE = re.compile(r"\b[12]\s?\d{2}\s?(?:0[1-9]|1[0-2])\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}\s?\d{2}\b")

_WORDS = (
    r"(?:national|citizen|identity|identification|huduma|maisha|nida|fayda|nin|kebele|student|voter'?s?|alien"
    r"|refugee|resident|tax|employee|patient|medical|insurance)\s?(?:id(?:entity)?|card|namba|number|no\.?)"
    r"|\bi\.?d\.?\s?(?:card|number|no\.?|#|is|:)|\bid\b|\bids\b|kitambulisho|namba ya (?:nida|utambulisho)|\bnida\b"
    r"|\bnin\b|\bfayda\b|\bfan\b|\bfin\b|indangamuntu|irangamuntu|passport|pasipoti|paspoti|\bssn\b|social security"
    r"|\bitin\b|\bnssf\b|\bnhif\b|\bsha\b|\bshif\b|\btin\b|\bkra\b|\bnino\b|national insurance|\bnhs\b|aadhaa?r"
    r"|driv(?:er'?s?|ing) licen[cs]e|\blicen[cs]e|leseni"
    r"|\bbvn\b|steuer|\bbsn\b|\bcnic\b|\bsin\b|\bhuduma\b|birth certificate"
)
_CUE = re.compile(rf"(?:{_WORDS})[^\d\n]{{0,24}}$", re.IGNORECASE)
_CUED_CODE = re.compile(
    rf"(?:{_WORDS})[\s\w:#.'’]{{0,16}}?[\s:#](?P<it>(?=[A-Z0-9-]{{0,14}}\d{{2}})[A-Z]{{0,5}}-?\d[A-Z0-9-]{{4,16}})\b",
    re.IGNORECASE,
)
_CUE_AT_ALL = re.compile(_WORDS, re.IGNORECASE)


def shaped(text: str) -> Iterator[Entity]:
    """Those that show themselves by their form, and letters with digits behind a word that says what they are."""
    for pattern in _SHAPED:
        for found in pattern.finditer(text):
            yield Entity(start=found.start(), end=found.end(), kind="national_id")
    for found in _SPAIN.finditer(text):
        code = found[0].upper().replace("-", "")
        whole = int(code[:-1].translate(str.maketrans("XYZ", "012")))
        if code[-1] == _SPAIN_LETTERS[whole % 23]:
            yield Entity(start=found.start(), end=found.end(), kind="national_id")
    for found in _FRANCE.finditer(text):
        code = re.sub(r"\s", "", found[0]).upper().replace("2A", "19").replace("2B", "18")
        if 97 - int(code[:13]) % 97 == int(code[13:]):
            yield Entity(start=found.start(), end=found.end(), kind="national_id")
    if _CUE_AT_ALL.search(text):
        for found in _CUED_CODE.finditer(text):
            yield Entity(start=found.start("it"), end=found.end("it"), kind="national_id")


def cued(before: str) -> bool:
    """Whether the words before digits say that they are an id's."""
    return _CUE.search(before) is not None


def identity(digits: str, text: str) -> bool:
    """Whether digits alone are an id: they carry a date of birth and a checksum, or more of a checksum than chance."""
    if text.startswith(("+", "(")):
        return False
    if len(digits) == 13 and luhn(digits) and _date(digits[:6]):
        return True  # South Africa
    return len(digits) == 12 and digits[0] not in "01" and " " in text and verhoeff(digits)  # India, in groups


def _date(digits: str) -> bool:
    return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31
