"""♥ Personal data that shows itself by its form: addresses of machines and mail, keys, places on the earth.

Numbers of people are in `numbers.py`, names in `names.py`, streets in `places.py`.
"""

import ipaddress
import re
from collections.abc import Iterator

from palaver.care.redaction.checksums import IBAN_LENGTHS, iban
from palaver.care.redaction.entity import Entity

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])"
)
# amina (at) mail (dot) com, amina [at] mail.com
_EMAIL_SAID = re.compile(
    r"\b[\w.+-]{1,64}\s?[\[({]\s?at\s?[\])}]\s?[\w-]{1,63}(?:\s?[\[({]\s?dot\s?[\])}]\s?[\w-]{1,63}|\.[\w-]{2,63}){1,4}"
    r"|\b[\w.+-]{1,64} at [\w-]{1,63}(?: dot [a-z]{2,24}){1,3}\b",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9]{2})")

_DEGREES = r"[-+−]?\d{1,3}[.,]\d{3,10}\s?°?"
_COORDINATES = (
    # -1.2921, 36.8219    1.2921° S, 36.8219° E    lat: -1.2921, lng: 36.8219
    re.compile(
        rf"(?:\blat(?:itude)?\b[\s:=]{{0,3}})?(?<![\w.,])(?:[NS]\s?)?{_DEGREES}\s?[NS]?\s?[,;/ ]\s?"
        rf"(?:(?:\b(?:lon|lng|long|longitude)\b|[EW])[\s:=]{{0,3}})?{_DEGREES}(?:\s?[EW]\b)?(?![\w])",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:lat|lon|lng|latitude|longitude)\b[\"'\s:=]{{1,4}}{_DEGREES}", re.IGNORECASE),
    # 1°17'31.6"S 36°49'18.8"E
    re.compile(
        r"(?<![\w])\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d+)?\s?['′’]\s?(?:\d{1,2}(?:[.,]\d{1,6})?\s?(?:[\"″”]|''))?\s?[NSEW]\b"
        r"(?:[\s,;]{1,3}\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d+)?\s?['′’]\s?(?:\d{1,2}(?:[.,]\d{1,6})?\s?(?:[\"″”]|''))?\s?[EW]\b)?"
    ),
    re.compile(r"\bgeo:-?\d{1,3}\.\d{2,10},-?\d{1,3}\.\d{2,10}"),
    # Open Location Codes, and three words
    re.compile(r"(?<![\w+])(?:[2-9CFGHJMPQRVWX]{4}){1,2}\+[2-9CFGHJMPQRVWX]{2,3}(?![\w+])"),
    re.compile(r"(?<![\w/])///[a-z]{3,20}\.[a-z]{3,20}\.[a-z]{3,20}\b"),
)
_DECIMALS = re.compile(r"\d{1,3}[.,]\d{3,10}")

_SAID = (
    r"pass\s?word|pass\s?code|passphrase|passwd|pwd|pin(?:\s?(?:code|number|no\.?))?|m-?pesa pin|otp|cvv2?|cvc"
    r"|api[ _-]?key|secret(?:[ _-]?key)?|client[ _-]secret|access[ _-]?(?:key|token)|auth[ _-]?token|private[ _-]?key"
    r"|nenosiri|neno la siri|nywila|namba ya siri|nambari ya siri"
)
_SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{1,10000}?-----END [A-Z ]{0,30}PRIVATE KEY-----"),
    # keys that show themselves by how they begin: of well-known vendors, and ours
    re.compile(
        r"(?<![\w-])(?:sk-|sk_|pk_live_|rk_live_|plv_|gsk_|xai-|hf_|npm_|pypi-|dop_v1_|shpat_|SG\.|glpat-|xox[abprs]-|"
        r"gh[pousr]_|github_pat_|AIza|ya29\.|EAACEdEose0cBA|AGE-SECRET-KEY-)[\w.+/-]{8,300}"
    ),
    re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA|AGPA|AROA|AIDA)[A-Z0-9]{16}(?![A-Z0-9])"),
    re.compile(r"\beyJ[\w-]{8,4000}\.[\w-]{8,4000}(?:\.[\w-]{0,4000})?"),
    re.compile(r"\b(?:bearer|basic)\s+(?P<it>(?=\S{0,200}\d)[\w.~+/=:-]{12,4000})", re.IGNORECASE),
    re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,64}:(?P<it>[^\s/@]{1,200})(?=@)", re.IGNORECASE),
    # password: …, PIN is 1234, nenosiri langu ni …
    re.compile(
        rf"\b(?:{_SAID})\b[\"']?\s?(?:yangu|langu|yake|lake|for \w{{1,20}}|ya \w{{1,20}})?\s?"
        rf"(?:[:=]|\bis\b|\bwas\b|\bni\b|=>|->)\s?[\"'“‘«]?(?P<it>[^\s\"'“”‘’«»,;<>]{{3,200}})",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:{_SAID})\s(?P<it>\d{{3,8}})\b", re.IGNORECASE),
)
# What stands behind "the password is" and is none.
_NO_SECRET = re.compile(
    r"(?:wrong|right|too|not|no|the|a|an|my|your|his|her|their|our|it|that|this|what|weak|strong|long|short|expired|old"
    r"|new|invalid|incorrect|correct|required|missing|lost|forgotten|hidden|secret|safe|sent|set|changed|stored|needed"
    r"|nini|gani|mbaya|sio|si|ipi|kosa|also|being|still|only|never|always|very|really|stolen|in|on|at|for|to|and|or|"
    r"about|important|empty|none|null|true|false|here|there|working|broken|written|asked|always)[.!?:)]*",
    re.IGNORECASE,
)


def mail(text: str) -> Iterator[Entity]:
    """E-mail addresses, as they are and as they are said."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield Entity(start=found.start(), end=found.end(), kind="email")
    folded = text.lower()
    if " dot " not in folded and not any(one in folded for one in ("[at", "(at", "{at", "[ at", "( at")):
        return
    for found in _EMAIL_SAID.finditer(text):
        yield Entity(start=found.start(), end=found.end(), kind="email")


def machines(text: str) -> Iterator[Entity]:
    """Addresses of machines. Those that are everybody's own (127.0.0.1, ::1, masks) tell nothing of anybody."""
    for pattern in (_IPV4, _IPV6):
        for found in pattern.finditer(text):
            if _somebodys(found[0]):
                yield Entity(start=found.start(), end=found.end(), kind="ip")
    for found in _MAC.finditer(text):
        yield Entity(start=found.start(), end=found.end(), kind="ip")


def _somebodys(text: str) -> bool:
    if not any(one.isdigit() for one in text):
        return False  # a name in a program (A::B)
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    masks = address.version == 4 and text.startswith("255.")
    return not (address.is_loopback or address.is_unspecified or masks)


def accounts(text: str) -> Iterator[Entity]:
    """IBANs, in groups or not; one that was mistyped is still somebody's where it stands in one piece."""
    for found in _IBAN.finditer(text):
        length = IBAN_LENGTHS.get(found[0][:2].upper())
        if length is None:
            continue
        code, end = _walked(text, found.start(), length)
        whole = len(code) == length and not text[end : end + 1].isalnum()
        if whole and (iban(code) or (code.isupper() and sum(map(str.isdigit, code)) >= length // 2)):
            yield Entity(start=found.start(), end=end, kind="iban")


def _walked(text: str, start: int, length: int) -> tuple[str, int]:
    """So many letters and digits from here on, over single spaces and hyphens, and where they end."""
    code, at = "", start
    while len(code) < length and at < len(text):
        one = text[at]
        if one.isascii() and one.isalnum():
            code += one
        elif one not in " -\u00a0\u2009" or not text[at - 1].isalnum():
            break
        at += 1
    return code, at


def spots(text: str) -> Iterator[Entity]:
    """Places on the earth, to within some hundred metres or less."""
    for pattern in _COORDINATES:
        for found in pattern.finditer(text):
            numbers = [float(one[0].replace(",", ".")) for one in _DECIMALS.finditer(found[0])]
            if all(one <= 180 for one in numbers):
                yield Entity(start=found.start(), end=found.end(), kind="coordinates")


def secrets(text: str) -> Iterator[Entity]:
    """Passwords, keys and the like."""
    for pattern in _SECRETS:
        for found in pattern.finditer(text):
            named = "it" in pattern.groupindex
            start, end = found.span("it" if named else 0)
            if named and _NO_SECRET.fullmatch(text, start, end):
                continue
            end -= len(text[start:end]) - len(text[start:end].rstrip(".,;:!?)"))
            if end - start >= 3:
                yield Entity(start=start, end=end, kind="secret")
