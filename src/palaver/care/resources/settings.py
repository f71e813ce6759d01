"""What an operator may set about the directory of ThroughLine; who is shown what is decided in `choosing.py`."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_HERE = ("localhost", "127.0.0.1", "::1")


class ThroughLineSettings(BaseModel):
    """The directory that ThroughLine keeps, for operators with an account there; without a client it is not asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        "https://api.throughlinecare.com/v1", description="Where its API is: /helplines stands below this address."
    )
    token_url: str = Field(
        "https://api.findahelpline.com/oauth/token", description="Where its access tokens are given out."
    )
    client_id: str | None = Field(None, max_length=500, description="The id of your application there.")
    client_secret: SecretStr | None = Field(None, description="The secret of your application there.")
    topic: str = Field(
        "suicidal thoughts",
        min_length=1,
        max_length=100,
        description="The topic whose priority helplines are asked for.",
    )
    timeout_seconds: float = Field(
        10.0, gt=0, le=60, description="Seconds until each of its answers must be there; nobody waits for them."
    )
    keep_hours: float = Field(
        24.0,
        ge=1,
        le=168,
        description="Hours that a country's helplines are shown; they are asked for anew at half of it.",
    )

    @property
    def on(self) -> bool:
        """Whether it is asked."""
        return self.client_id is not None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("client_id and client_secret are set together, or neither is")
        return self

    @field_validator("url", "token_url")
    @classmethod
    def _sealed(cls, url: str) -> str:
        """A secret is sent there: in the clear only within this machine."""
        parts = urlsplit(url)
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)):
            raise ValueError("write an address that begins with https://")
        return url.rstrip("/")
