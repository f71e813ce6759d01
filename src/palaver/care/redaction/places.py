"""♥ Where somebody lives or gets mail: streets with a number, boxes, plots, postal codes; a town alone is none."""

import re
from collections.abc import Iterator

from palaver.care.redaction.entity import Entity

_KINDS = (
    r"(?:street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|close|crescent|cres|court|ct|way|place|pl|square"
    r"|sq|terrace|ter|highway|hwy|parkway|pkwy|grove|gardens|circle|cir|trail|row|mews|alley|plaza|walk|heights|estate"
    r"|estates|hill|loop|bypass|turnpike|route|rise|park|crossing|ridge|view|manor|green|villas?)"
)
_PLAIN = r"(?:street|road|avenue|boulevard|lane|rd|ave|blvd)"  # written small, and hardly anything else
_NAME = r"[^\W\d_][\w'’.-]{0,30}"
_UNIT = (
    r"(?:(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|house|hse|block|door|no|#)\.?\s?(?:no\.?\s?)?[\w-]{1,8})"
)
_TOWN = r"(?:,?\s{1,2}[A-Z][\w'’-]{1,24}(?:\s[A-Z][\w'’-]{1,24}){0,2})"
_ZIP = r"(?:,?\s{1,2}(?:[A-Z]{2}\s{1,2})?\d{4,5}(?:-\d{4})?|,?\s{1,2}[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})"

_ADDRESSES = (
    # 12 Moi Avenue, 4B Ngong Road, 221b Baker St., Apt. 4, Springfield, IL 62704
    re.compile(
        r"(?<![\w.,])\d{1,6}(?:[-/]\d{1,5})?\s?[A-Za-z]?,?\s{1,2}(?:(?:[NSEW]{1,2}|North|South|East|West)\.?\s)?"
        rf"(?:(?:[A-Z0-9][\w'’.-]{{0,30}}\s{{1,2}}){{1,4}}?(?i:{_KINDS})|(?:{_NAME}\s{{1,2}}){{1,2}}?{_PLAIN})\b\.?"
        r"(?:\s(?:[NSEW]{1,2})\b)?"
        rf"(?:,?\s{{1,2}}(?i:{_UNIT}))?{_TOWN}?{_ZIP}?"
    ),
    # House No. 5, Ngong Road; Flat 3B, Kileleshwa; Apartment 12 Riverside Drive
    re.compile(
        r"\b(?i:(?:house|hse|flat|apartment|apt|room|door|block|villa|unit|nyumba|chumba)"
        r"\s?(?:no\.?|number|namba|nambari|#)?\s?)[A-Z]?\d{1,5}[A-Za-z]?"
        r"(?:[,\s]{1,2}(?i:on |along |off |at )?[A-Z0-9][\w'’.-]{1,24}"
        r"(?:\s[A-Z][\w'’.-]{1,24}){0,3}){1,3}"
    ),
    # Plot 12 Kampala Road, LR No. 209/1234
    re.compile(
        r"\b(?i:plot|lot|kiwanja|l\.?r\.?|stand)\s?(?i:no\.?|number|namba|#)?\s?\d{1,6}(?:[/-]\d{1,6})*[A-Z]?"
        rf"(?:,?\s{_NAME}(?:\s{_NAME}){{0,2}}\s(?i:{_KINDS})\b)?{_TOWN}?"
    ),
    # P.O. Box 123-00100 Nairobi, S.L.P. 456 Dar es Salaam
    re.compile(
        r"\b(?i:p\.?\s?o\.?\s?box|post office box|private bag|s\.?l\.?p\.?|b\.?p\.?|postfach)\s?(?i:no\.?)?\s?"
        r"\d{1,7}"
        rf"(?:\s?[-–,]\s?\d{{4,5}})?(?:,?\s(?!I\b)[A-Z][\w'’-]{{1,24}}(?:\s(?:es\s)?[A-Z][\w'’-]{{1,24}}){{0,2}})?{_ZIP}?"
    ),
    # Kigali: KG 11 Ave, KN 3 Rd, KK 15 St
    re.compile(r"\b(?:(?:#|No\.?\s?)?\d{1,4},?\s)?K[GNK]\s?\d{1,4}\s(?:Ave|Rd|St|Avenue|Road|Street)\b"),
    # Barabara ya Uhuru, Mtaa wa Lumumba, Nyumba namba 12
    re.compile(
        r"\b(?i:barabara|mtaa|kitongoji)\s(?i:ya|wa|la|cha)\s[A-Z][\w'’-]{1,24}(?:\s[A-Z][\w'’-]{1,24}){0,2}"
        r"(?:,?\s(?i:nyumba\s)?(?i:namba|na\.|no\.)\s?\d{1,5}[A-Z]?)?"
    ),
    # Hauptstraße 12, 10115 Berlin; 12, rue de la Paix; Calle Mayor 5; Via Roma 1
    re.compile(
        r"\b[A-ZÄÖÜ][\w-]{2,30}(?:straße|strasse|str\.|gasse|weg|allee|platz|damm|ufer|gata|gatan|gade|vej|vei|veien|vägen"
        r"|straat|laan|katu|tie)\s\d{1,4}[a-zA-Z]?\b(?:,?\s(?:[A-Z]{1,2}-)?\d{4,5}\s[A-ZÄÖÜ]\w{2,24})?"
    ),
    re.compile(
        r"\b\d{1,4}(?:\s?(?:bis|ter))?,?\s(?i:rue|avenue|boulevard|place|quai|impasse|chemin|allée)\s(?:(?:de|du|des|la|le|les"
        r"|l['’]|d['’])\s?){0,3}[A-ZÉ][\w'’-]{1,30}(?:\s[A-ZÉ][\w'’-]{1,24}){0,3}(?:,?\s\d{5}\s[A-ZÉ]\w{2,24})?"
    ),
    re.compile(
        r"\b(?:Calle|Avenida|Avda\.|Plaza|Paseo|Via|Viale|Corso|Piazza|Rua|Praça|Ulica|ul\.)\s(?:(?:de|del|la|las|los|dos?|da"
        r"|di)\s){0,2}[A-Z][\w'’-]{1,30}(?:\s[A-Z][\w'’-]{1,24}){0,3},?\s(?:n[º°.]\s?)?\d{1,5}[A-Za-z]?\b"
    ),
    # postal codes that lead to a few houses: of the United Kingdom and Canada, the long ones of the United States
    re.compile(
        r"\b(?:[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJKPSTUW]?\s\d[ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z]\s\d[A-Z]\d)\b"
    ),
    re.compile(r"\b[A-Z]{2}\s{1,2}\d{5}(?:-\d{4})?\b|(?<![\d-])\d{5}-\d{4}(?![\d-])"),
    re.compile(r"(?i:\b(?:zip|postal|post)\s?code:?\s(?:is\s|ni\s)?)(?P<it>[A-Z0-9][A-Z0-9 -]{2,9}\d[A-Z0-9]{0,3})\b"),
)


def places(text: str) -> Iterator[Entity]:
    """Every address in a text, as far as this finds them."""
    for pattern in _ADDRESSES:
        for found in pattern.finditer(text):
            group = "it" if "it" in pattern.groupindex else 0
            yield Entity(start=found.start(group), end=found.end(group), kind="address")
