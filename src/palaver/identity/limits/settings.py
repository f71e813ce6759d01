"""What an operator may set about how often somebody may call."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from palaver.identity.limits.rate import read


def _written(text: str | None) -> str | None:
    if text is None or text == "off":
        return None
    read(text)
    return text


RateText = Annotated[str | None, AfterValidator(_written)]


class GroupRates(BaseModel):
    """How often one user, or one key, may call, by what is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    runs: RateText = Field(None, description="Turns begun, through every door: `600/minute`, or `off`.")
    reads: RateText = Field(None, description="Requests that change nothing.")
    writes: RateText = Field(None, description="Requests that change something and ask no model.")
    files: RateText = Field(None, description="Requests for files, up and down.")
    sockets: RateText = Field(None, description="WebSockets opened.")
    frames: RateText = Field(None, description="Messages sent on WebSockets, on all of them together.")


class UserRates(GroupRates):
    """The same for one user: a person at work, and a program of theirs, stay far below.

    Whoever empties such a bucket goes on at its pace.
    """

    runs: RateText = Field("100000/hour", description="Turns begun, through every door: `600/minute`, or `off`.")
    reads: RateText = Field("2000000/hour", description="Requests that change nothing.")
    writes: RateText = Field("500000/hour", description="Requests that change something and ask no model.")
    files: RateText = Field("200000/hour", description="Requests for files, up and down.")
    sockets: RateText = Field("50000/hour", description="WebSockets opened.")
    frames: RateText = Field("2000000/hour", description="Messages sent on WebSockets, on all of them together.")


class LimitSettings(BaseModel):
    """How often somebody may call. A rate is how many in how long; all of them may come at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Whether calls are counted at all.")
    user: UserRates = UserRates.model_validate({})
    key: GroupRates = GroupRates.model_validate({})
    auth: RateText = Field(
        "120/minute", description="Requests of one address to sign in, register, refresh, verify or reset a password."
    )
    open: RateText = Field("6000/minute", description="Requests of one address for what is open to everybody.")
    refused: RateText = Field(
        "3000/minute", description="Requests of one address with no credential, or one that does not hold."
    )
