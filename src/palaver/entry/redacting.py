"""Puts together what keeps personal data from models, and what finds it in a text; it decides nothing."""

from functools import cache

from palaver.care.redaction.book import Book
from palaver.care.redaction.leaving import Redacting
from palaver.care.redaction.reading import Reading
from palaver.care.redaction.recogniser import HttpRecogniser
from palaver.entry.keys import sealer_of
from palaver.entry.settings import Settings
from palaver.inference.port import Leaving
from palaver.kit.clock import Clock
from palaver.privacy.sealing import Sealer
from palaver.storage.port import Database


def reading_of(settings: Settings) -> Reading:
    """What finds personal data, with the operator's recogniser where they name one."""
    ours = settings.care.redaction
    return Reading(HttpRecogniser(ours) if ours.recogniser_url else None)


def leaving_of(settings: Settings, reading: Reading, database: Database, clock: Clock) -> Leaving:
    """What stands between the house and the servers of models."""

    @cache
    def sealer() -> Sealer:
        return sealer_of(settings)  # the key is read when the first value is to be sealed

    book = Book(database, sealer, clock)
    return Redacting(reading, book, settings.care.redaction, settings.care.profile)
