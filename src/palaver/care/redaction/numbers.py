"""♥ Numbers that belong to somebody: phones, cards, ids, accounts. Ages, years, dates, money and quantities are none.

A run of digits and what people put between them is taken apart from left to right: the longest part that is such a
number counts, so that neither a year before it nor another number behind it hides one.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from palaver.care.redaction.checksums import luhn
from palaver.care.redaction.entity import Entity, Kind
from palaver.care.redaction.identities import cued, identity, shaped

_DASH = r"\-‐‑‒–—"
_RUN = re.compile(rf"(?<![\w.,+])\+?\(?\d(?:[ \u00a0\u2009\u202f.()/{_DASH}]{{0,3}}\d){{3,}}(?![\d])|(?<=,)\d{{7,}}")
_GROUP = re.compile(r"\d+")
_MOST_DIGITS, _MOST_GROUPS = 20, 10
_MOST_SINGLE = 3  # groups of one digit, as in Rwanda's ids; more of them are a list
_WORDED = re.compile(r"[^\W\d_]|[$€£¥₦₹#]")

_DATE = re.compile(
    rf"(?:\d{{4}}[./{_DASH}](?:0?[1-9]|1[0-2])[./{_DASH}](?:0?[1-9]|[12]\d|3[01])|\d\d?[./{_DASH}]\d\d?[./{_DASH}](?:19|20)\d\d"
    rf"|\d\d?/\d\d?/\d\d|(?:19|20)\d\d\s?[{_DASH}/]\s?(?:19|20)\d\d)(?![\d])(?![./{_DASH}]\d)"
)
_AMOUNT_BEFORE = re.compile(
    r"(?:[$€£¥₦₹]|\b(?:k?shs?|kes|ush|ugx|tsh|tzs|rwf|frw|etb|birr|usd|eur|gbp|dollars?|euros?|pounds?|shilingi|bei"
    r"|price|cost|costs|paid|worth|earns?|salary|about|over|nearly|almost|around|population|of about|karibu)\b)"
    r"[.:=]?\s?$",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(
    r"\s?(?:%|°|percent|km|kg|mg|ml|cm|mm|gb|mb|kb|tb|years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?"
    r"|secs?|people|persons|inhabitants|views|followers|users|times|tokens|bytes|rows|lines|steps|calories|metres?"
    r"|meters?|miles?|feet|litres?|dollars?|euros?|pounds?|shillings?|bob|francs?|birr|million|billion|/=|/-|watu|miaka"
    r"|siku|wiki|miezi|saa|shilingi|elfu|milioni)\b",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?:\b(?:tele)?phone|\btel|\bmobile|\bcell(?:phone)?|\bcall(?:ed|ing)?|\btext(?:ed|ing)?|\bsms|whats\s?app|\bwa\.me"
    r"|\bfax|\bcontact|\breach|\bring|\bhotline|\bhelpline|\bm-?pesa|\bmomo|\bairtel|\bsafaricom|\bdial"
    r"|\bsimu|\bpiga|\bnipigie|\bnitumie|\bmawasiliano|\brununu|\bsend (?:it )?to|\bnamba|\bnambari|\bnumber|\bline"
    r"|\bnumero|\btéléphone|\bstilk)\b[^\d+\n]{0,28}$",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?:\baccount|\ba/c|\bacct?|\bakaunti|\bsort code|\brouting|\bbsb|\bswift|\bpolicy|\bpaybill)\b[^\d\n]{0,20}$",
    re.IGNORECASE,
)
_CARD = re.compile(r"\b(?:card|kadi|visa|master\s?card|amex|debit|credit)\b[^\d\n]{0,30}$", re.IGNORECASE)
_EXTENSION = re.compile(r"\s?(?:x|ext\.?|extension|#)\s?\d{1,6}\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:[ \u00a0\u2009\u202f.,]\d{3})+")
_DECIMAL = re.compile(r"(?:0|[1-9]\d*)\.\d+")
_QUAD = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")  # an address of a machine, or its mask
_BEFORE = 40  # characters in which a word says what a number is

# How long numbers are behind these, also where the plus was left out.
_NEAR = {
    **dict.fromkeys("254 255 256 251 250 252 211 260 265 258 243 233 27".split(), 9),
    **dict.fromkeys("257 975".split(), 8),
    **dict.fromkeys("234 44 91".split(), 10),
}
_LARGEST = frozenset({"2147483647", "2147483648", "4294967295"})  # of 32 bits: everybody's, in programs
_NANP = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")


class _Said(NamedTuple):
    """What the words before a number say that it is."""

    card: bool = False
    identity: bool = False
    account: bool = False
    called: bool = False
    amount: bool = False


class _Number(NamedTuple):
    """A part of a run: its digits, how they stand and in which groups, what stands before and behind."""

    digits: str
    text: str
    groups: tuple[int, ...]
    said: _Said
    after: str

    @property
    def counted(self) -> bool:
        """Whether it reads as an amount: a unit or a currency, a decimal point, what machines count with."""
        if self.said.amount or _UNIT_AFTER.match(self.after):
            return True
        return any(one.fullmatch(self.text) for one in (_DECIMAL, _QUAD)) or self.digits in _LARGEST


_NOTHING_SAID = _Said()


def numbers(text: str) -> Iterator[Entity]:
    """Every number of somebody's in a text."""
    for run in _RUN.finditer(text):
        yield from _taken_apart(text, run)
    yield from shaped(text)


def _taken_apart(text: str, run: re.Match[str]) -> Iterator[Entity]:
    at = run.start()
    for date in _DATE.finditer(text, run.start(), run.end()):
        yield from _between(text, at, date.start())
        at = date.end()
    yield from _between(text, at, run.end())


def _between(text: str, start: int, end: int) -> Iterator[Entity]:
    groups = [found.span() for found in _GROUP.finditer(text, start, end)]
    at = 0
    while at < len(groups):
        said = _said(text, groups[at][0])
        for last in range(min(len(groups), at + _MOST_GROUPS), at, -1):
            if (found := _judged(text, groups[at:last], said)) is not None:
                yield found
                at = last
                break
        else:
            at += 1


def _said(text: str, start: int) -> _Said:
    before = text[max(0, start - _BEFORE) : start].rstrip("(+")
    if not _WORDED.search(before):
        return _NOTHING_SAID
    return _Said(
        card=_CARD.search(before) is not None,
        identity=cued(before),
        account=_ACCOUNT.search(before) is not None,
        called=_CALLED.search(before) is not None,
        amount=_AMOUNT_BEFORE.search(before) is not None,
    )


def _judged(text: str, groups: list[tuple[int, int]], said: _Said) -> Entity | None:
    """What kind of number these groups of digits are together, if any."""
    sizes = tuple(end - start for start, end in groups)
    if not 5 <= sum(sizes) <= _MOST_DIGITS or sizes.count(1) > _MOST_SINGLE or _after_year(text, groups):
        return None
    end = groups[-1][1]
    start = _opened(text, groups[0][0], end)
    if re.search(r"\d[./\-–]\d", text[end - 1 : end + 2]) and sum(sizes) < 7:
        return None
    digits = "".join(str(int(one)) for begin, stop in groups for one in text[begin:stop])
    kind = _kind(_Number(digits, text[start:end], sizes, said, text[end : end + 16]))
    if kind is None:
        return None
    if kind == "phone" and (more := _EXTENSION.match(text, end)):
        end = more.end()
    return Entity(start=start, end=end, kind=kind)


def _after_year(text: str, groups: list[tuple[int, int]]) -> bool:
    """Whether a year stands first and a number of its own behind it."""
    first = text[slice(*groups[0])]
    return len(groups) > 1 and first[:2] in {"19", "20"} and len(first) == 4 and text[groups[1][0]] == "0"


def _opened(text: str, start: int, end: int) -> int:
    """Where the number begins that these digits begin: with its plus, and with a bracket that it closes itself."""
    begins = start
    closes = ")" in text[start:end]
    if begins and text[begins - 1] == "(" and closes:
        begins -= 1
    if begins and text[begins - 1] == "+":
        begins -= 1
        if begins and text[begins - 1] == "(" and closes:
            begins -= 1
    return begins


def _kind(number: _Number) -> Kind | None:
    if _card(number):
        return "card"
    if number.said.identity or identity(number.digits, number.text):
        return "national_id"
    if len(number.digits) >= 6 and number.text[0] != "+" and number.said.account:
        return "account"
    return "phone" if _phone(number) else None


def _card(number: _Number) -> bool:
    digits, sizes = number.digits, number.groups
    if not 12 <= len(digits) <= 19 or digits[0] not in "23456" or number.text[0] in "+(":
        return False
    if len(digits) == 12 and digits[:2] not in {"50", "56", "57", "58", "60", "61", "62", "63", "64", "67"}:
        return False
    if luhn(digits) and (len(sizes) == 1 or min(sizes[:-1]) >= 3):
        return True
    # one digit mistyped is still somebody's card
    return sizes in {(4, 4, 4, 4), (4, 6, 5)} or (number.said.card and len(digits) >= 13)


def _phone(number: _Number) -> bool:
    digits, text = number.digits, number.text
    if text.startswith(("+", "(+")):
        return 7 <= len(digits) <= 15
    if number.counted or not 6 <= len(digits) <= 15:
        return False
    if digits.startswith("00"):
        return len(digits) >= 10
    if number.said.called and not (_THOUSANDS.fullmatch(text) and "," in text):
        return len(digits) >= 6
    if _THOUSANDS.fullmatch(text) and not (len(digits) == 9 and digits[0] in "679"):
        return False
    return _formed(number)


def _formed(number: _Number) -> bool:
    """Whether it has the form of a phone number without a word that says so."""
    digits, sizes = number.digits, number.groups
    if digits[0] == "0":
        return digits[1] != "0" and 9 <= len(digits) <= 12
    if any(digits.startswith(one) and len(digits) == len(one) + length for one, length in _NEAR.items()):
        return True
    if _NANP.fullmatch(digits) and (len(digits) == 10 or len(sizes) > 1):
        return True
    if sizes == (3, 3, 3):
        return digits[0] in "679"
    # groups as people write numbers to be dialled, whatever the country: at least three, none of them long
    apart = len(sizes) >= 3 and 8 <= len(digits) <= 13 and max(sizes) <= 5 and min(sizes) >= 2
    if apart and len(set(sizes)) == 1:
        parts = _GROUP.findall(number.text)
        apart = max(sizes) == 2 and parts != sorted(parts)  # else a list of numbers
    return apart or (number.text[0] == "(" and 7 <= len(digits) <= 13)
