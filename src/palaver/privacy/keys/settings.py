"""What an operator may set about the keys that seal secrets; the keys themselves it does not hold."""

from pydantic import BaseModel, ConfigDict, Field

from palaver.kit.sealed import Sealed


class SecretSettings(BaseModel):
    """What the keys in the home are wrapped by, so that who has a copy of the home has no secrets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Sealed[str] | None = Field(
        None,
        description="A key of at least 32 characters that wraps the keys in the home; set it by the environment. Left "
        "out, they lie there as they are.",
    )
    command: tuple[str, ...] = Field(
        (),
        description="A program that wraps (`… wrap`) and unwraps (`… unwrap`) a key, base64 on its standard input and "
        "output: a way to a KMS. It takes the place of `secrets.key`.",
    )
    command_timeout: float = Field(20, gt=0, le=120, description="Seconds that program may take.")
