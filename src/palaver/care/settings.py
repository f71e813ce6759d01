"""What an operator may set about care; who is shown what is decided in `resources/choosing.py`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator


class CareSettings(BaseModel):
    """Help for people who are not well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resources_file: Path | None = Field(
        None, description="A TOML file with help resources of yours: they replace, add to and remove those that ship."
    )

    @field_validator("resources_file")
    @classmethod
    def _whole(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None
