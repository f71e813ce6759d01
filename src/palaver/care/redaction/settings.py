"""What an operator may set about personal data in words; what counts as such is in `entity.py`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from palaver.care.redaction.entity import KINDS, Kind

# What shows itself by its form or its checksum. Names and streets stay: without them much of what people ask of a
# general assistant has no answer, and that profile is nobody's choice but the server's.
SURE: tuple[Kind, ...] = ("phone", "email", "national_id", "account", "card", "iban", "coordinates", "secret")


class RedactionSettings(BaseModel):
    """Personal data that is replaced by tokens before texts leave for a model, and put back in what comes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        True, description="Whether personal data is replaced before texts leave for models, in profiles other than off."
    )
    local_models: Literal["replace", "exempt"] = Field(
        "replace",
        description="Whether models at addresses of this machine or network are told data as it is (exempt): only where"
        " nothing there passes it on.",
    )
    kinds: tuple[Kind, ...] = Field(KINDS, description="What is replaced in sessions of the profile companion.")
    safety_kinds: tuple[Kind, ...] = Field(SURE, description="What is replaced in sessions of the profile safety.")
    recogniser_url: str | None = Field(
        None,
        description="A server of yours that finds names and more: it is posted {text, language}, and answers a list of"
        " {start, end, entity_type or entity_group}, as Presidio's analyzer does.",
    )
    recogniser_key: SecretStr | None = Field(None, description="The key that it is asked with, as a bearer token.")
    recogniser_deadline: float = Field(
        1.0, gt=0, le=30, description="Seconds until it must have answered; texts go on without it then."
    )

    @field_validator("recogniser_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("write an address that begins with http:// or https://")
        return url
