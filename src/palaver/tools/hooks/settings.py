"""What an operator may set about hooks; who is asked when is decided in `tools.hooks.merging`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from palaver.kit.sealed import Sealed
from palaver.tools.hooks.matching import Matcher
from palaver.tools.hooks.port import HookEvent
from palaver.tools.hooks.signing import key_of


class OperatorHook(BaseModel):
    """One hook for everybody: a URL, or the name of an installed function (entry point group `palaver.hooks`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: HookEvent = Field(description="When it is asked.")
    matcher: str = Field("", description="A regular expression for whole names of tools; left out, all.")
    url: str | None = Field(None, max_length=2000, description="Where it is asked, by POST.")
    callback: str | None = Field(None, max_length=200, description="The installed function that is asked instead.")
    secret: Sealed[str] | None = Field(None, description="The key for signatures: whsec_ and 24 to 64 bytes in base64.")
    timeout: float | None = Field(None, ge=1, le=300, description="Seconds to wait; left out, hooks.timeout.")

    @field_validator("matcher")
    @classmethod
    def _readable(cls, text: str) -> str:
        return Matcher.read(text).text

    @field_validator("secret")
    @classmethod
    def _a_key(cls, secret: Sealed[str] | None) -> Sealed[str] | None:
        if secret is not None:
            key_of(secret.reveal())
        return secret

    @model_validator(mode="after")
    def _somebody(self) -> "OperatorHook":
        if (self.url is None) == (self.callback is None):
            raise ValueError("Give url or callback, one of the two.")
        return self


class HookSettings(BaseModel):
    """Callbacks that are asked before and after what agents do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operator: tuple[OperatorHook, ...] = Field((), description="Hooks for everybody's turns.")
    timeout: Annotated[float, Field(ge=1, le=300)] = Field(
        30, description="Seconds to wait for a hook that does not say how long it may take."
    )
    allow_http: bool = Field(False, description="Whether hooks may be asked over plain http.")
    allow_private: bool = Field(False, description="Whether hooks may be at private addresses, such as this machine's.")
    answer_bytes: int = Field(1_048_576, ge=1_024, description="The largest answer of a hook that is read.")
    continuations: int = Field(3, ge=0, le=100, description="How often hooks may keep one turn from stopping.")
