"""What an operator may set about culture; what is known stands in the packs."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator


class CultureSettings(BaseModel):
    """What is known about the people who write."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    packs: Path | None = Field(
        None,
        description="A folder with packs of yours (TOML or JSON files): they replace, add to and remove what ships.",
    )

    @field_validator("packs")
    @classmethod
    def _whole(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None
