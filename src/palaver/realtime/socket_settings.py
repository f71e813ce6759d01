"""What an operator may set about WebSockets: every bound, and what happens there."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

_NOTHING = timedelta(0)


class SocketSettings(BaseModel):
    """Bounds of WebSockets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most: int = Field(10_000, ge=1, description="Most sockets of this process; one more is closed with 4429.")
    per_user: int = Field(6_000, ge=1, description="Most sockets of one user; one more is closed with 4429.")
    per_session: int = Field(
        2_000, ge=1, description="Most sockets that hear one session; one more is refused, or closed with 4429."
    )
    subscriptions: int = Field(200, ge=1, description="Most sessions that one socket hears; one more is refused.")
    largest_message: int = Field(
        1_048_576, ge=1024, description="Most bytes of one message from a client; a larger one closes it with 4413."
    )
    messages_per_second: float = Field(
        50, gt=0, description="Messages that a client may send in a second for long; more get the error `rate_limited`."
    )
    messages_at_once: int = Field(200, ge=1, description="Messages that a client may send at once, before that counts.")
    unsent_bytes: int = Field(
        4_194_304, ge=65_536, description="Most bytes that wait for one client to read; with more it is let go."
    )
    heartbeat: timedelta = Field(
        timedelta(seconds=20),
        gt=_NOTHING,
        description="How long a client may be silent until it is pinged; after three times that it is let go.",
    )
    idle: timedelta = Field(
        timedelta(hours=1),
        gt=_NOTHING,
        description="How long a client may want nothing, and no session it hears may answer; then it closes with 4408.",
    )
    typing: timedelta = Field(
        timedelta(seconds=6), gt=_NOTHING, description="How long somebody counts as writing who does not say it again."
    )
    caught_up_runs: int = Field(
        50, ge=1, description="Most runs that are told again to a client that comes back; before them it is told so."
    )
    credentials: timedelta = Field(
        timedelta(seconds=60), gt=_NOTHING, description="How often the credential of an open socket is looked at again."
    )
