"""An operator's server that finds personal data, asked over HTTP; what it does not know how to name is left out.

It speaks as Presidio's analyzer and the token classification of Hugging Face's servers do.
"""

from collections.abc import Iterator, Sequence

import msgspec

from palaver.care.redaction.entity import Entity, Kind
from palaver.care.redaction.port import RecogniserFailed
from palaver.care.redaction.settings import RedactionSettings
from palaver.kit.http import AddressRefused, FetchFailed, Guard, Outside

_LEAST_SCORE = 0.4  # what Presidio itself gives to a pattern without a word around it
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("PERSON", "PER", "NAME", "B-PER", "I-PER", "FIRST_NAME", "LAST_NAME"), "name"),
    **dict.fromkeys(("ADDRESS", "STREET_ADDRESS", "STREET", "ZIP_CODE"), "address"),
    **dict.fromkeys(("PHONE_NUMBER", "PHONE"), "phone"),
    **dict.fromkeys(("EMAIL_ADDRESS", "EMAIL"), "email"),
    **dict.fromkeys(
        ("US_SSN", "UK_NINO", "NATIONAL_ID", "PASSPORT", "US_PASSPORT", "US_DRIVER_LICENSE"), "national_id"
    ),
    **dict.fromkeys(("US_BANK_NUMBER", "ACCOUNT"), "account"),
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
}


class _Found(msgspec.Struct):
    start: int
    end: int
    entity_type: str | None = None
    entity_group: str | None = None
    entity: str | None = None
    score: float = 1.0


_decode = msgspec.json.Decoder(list[_Found]).decode
_encode = msgspec.json.Encoder().encode


class HttpRecogniser:
    """Asks the server that `care.redaction.recogniser_url` names."""

    def __init__(self, settings: RedactionSettings) -> None:
        assert settings.recogniser_url is not None
        self._url = settings.recogniser_url
        key = settings.recogniser_key
        self._headers = {"content-type": "application/json"}
        if key is not None:
            self._headers["authorization"] = f"Bearer {key.get_secret_value()}"
        # the operator named it: it may well stand beside this server
        guard = Guard(schemes=frozenset({"http", "https"}), private=True)
        self._outside = Outside(guard, deadline=settings.recogniser_deadline)

    async def find(self, text: str) -> Sequence[Entity]:
        """What it found, as far as we have a word for it."""
        body = _encode({"text": text, "language": "en"})
        try:
            answered = await self._outside.send("POST", self._url, headers=self._headers, body=body)
            if answered.status >= 300:
                raise RecogniserFailed(f"It answered with status {answered.status}.")
            return list(_entities(_decode(answered.body), len(text)))
        except (FetchFailed, AddressRefused) as error:
            raise RecogniserFailed(str(error)) from error
        except msgspec.DecodeError as error:
            raise RecogniserFailed("Its answer cannot be read.") from error

    async def close(self) -> None:
        """Close its connections."""
        await self._outside.close()


def _entities(found: Sequence[_Found], length: int) -> Iterator[Entity]:
    for one in found:
        kind = _KINDS.get((one.entity_type or one.entity_group or one.entity or "").upper())
        if kind is not None and one.score >= _LEAST_SCORE and 0 <= one.start < one.end <= length:
            yield Entity(start=one.start, end=one.end, kind=kind)
