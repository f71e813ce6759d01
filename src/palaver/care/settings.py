"""What an operator may set about care; who is shown what is decided in `resources/choosing.py`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from palaver.care.profiles.profile import PROFILES, Profile


class CareSettings(BaseModel):
    """Help for people who are not well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resources_file: Path | None = Field(
        None, description="A TOML file with help resources of yours: they replace, add to and remove those that ship."
    )

    profile: Profile = Field(
        "safety", description="How much of care there is in sessions that say nothing of it: off, safety or companion."
    )
    profiles_allowed: tuple[Profile, ...] = Field(
        ("safety", "companion"),
        description="Profiles that owners of sessions may choose besides `care.profile`; `off` only if it is listed.",
    )

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """What owners of sessions may choose, from the least to the most."""
        return tuple(one for one in PROFILES if one in {self.profile, *self.profiles_allowed})

    @field_validator("resources_file")
    @classmethod
    def _whole(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None
