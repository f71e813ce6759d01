"""A secret value that cannot be printed, logged, compared by timing or pickled by accident; it encrypts nothing."""

import hmac
from typing import Any, Generic, NoReturn, TypeVar, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

Secret = TypeVar("Secret", str, bytes)


class Sealed(Generic[Secret]):
    """Holds a secret; only `reveal` gives it out, so that a search for that word finds every use.

    As the type of a pydantic field it takes a string and never shows it again, neither in `repr` nor in a dump.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def reveal(self) -> Secret:
        """The secret itself. Do not keep what this returns longer than the one call that needs it."""
        return self._secret

    def __repr__(self) -> str:
        return "Sealed(…)"

    def __str__(self) -> str:
        return "…"

    def __format__(self, spec: str, /) -> str:
        return "…"

    def __len__(self) -> int:
        return len(self._secret)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sealed):
            return NotImplemented
        theirs: str | bytes = cast("Sealed[str] | Sealed[bytes]", other).reveal()
        return hmac.compare_digest(_bytes(self._secret), _bytes(theirs))

    __hash__ = None  # type: ignore[assignment]  # a hash of a secret is a hint at it

    def __copy__(self) -> "Sealed[Secret]":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Sealed[Secret]":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A sealed secret is not pickled; reveal it where it is meant to be written down.")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.no_info_after_validator_function(cls._from_text, core_schema.str_schema())
        return core_schema.json_or_python_schema(
            json_schema=text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), text], mode="left_to_right"),
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )

    @classmethod
    def _from_text(cls, text: str) -> "Sealed[str]":
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ValueError("This text has half a character in it.")
        return Sealed(text)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": "password", "writeOnly": True}


def _bytes(secret: str | bytes) -> bytes:
    return secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
