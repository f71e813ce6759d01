"""What an operator may set about letters by e-mail; not what stands in them."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from palaver.kit.mail import MailServer
from palaver.kit.sealed import Sealed


class MailSettings(BaseModel):
    """The mail server that takes the letters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str | None = Field(None, min_length=1, description="The mail server; left out, no letters are sent.")
    port: int = Field(587, ge=1, le=65535, description="Its port: 587 with starttls, 465 with tls.")
    user: str | None = Field(None, description="The name to sign in with there, where one is needed.")
    password: SecretStr | None = Field(None, description="The password to sign in with there.")
    sender: Annotated[str, Field(pattern=r"^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$")] | None = Field(
        None, description="Who writes, such as Palaver <palaver@example.org>."
    )
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the way there is protected; none is for a mail server on this machine only."
    )
    deadline: Annotated[timedelta, Field(gt=timedelta(0))] = Field(
        timedelta(seconds=20), description="How long each step of handing a letter in may take."
    )
    tries: int = Field(3, ge=1, le=10, description="How often a letter is handed in before it is given up.")
    queue: int = Field(1_000, ge=1, description="Letters that may wait; one more is given up.")

    @model_validator(mode="after")
    def _whole(self) -> "MailSettings":
        if self.host is not None and self.sender is None:
            raise ValueError("Letters need a sender.")
        if (self.user is None) != (self.password is None):
            raise ValueError("A user and a password go together.")
        if self.password is not None and self.security == "none":
            raise ValueError("A password is sent by starttls or tls only.")
        return self

    @property
    def server(self) -> MailServer | None:
        """Where letters go; None where none are sent."""
        if self.host is None or self.sender is None:
            return None
        return MailServer(
            host=self.host,
            port=self.port,
            sender=self.sender,
            user=self.user,
            password=Sealed(self.password.get_secret_value()) if self.password else None,
            security=self.security,
            deadline=self.deadline.total_seconds(),
        )
