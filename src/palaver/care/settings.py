"""What an operator may set about care; who is shown what is decided in `resources/choosing.py`."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from palaver.care.culture.settings import CultureSettings
from palaver.care.escalations.settings import EscalationSettings
from palaver.care.moderation.settings import ModerationSettings
from palaver.care.profiles.profile import PROFILES, Profile
from palaver.care.redaction.settings import RedactionSettings
from palaver.care.resources.countries import country_of
from palaver.care.resources.settings import ThroughLineSettings
from palaver.care.screening.settings import ScreenerSettings


class CareSettings(BaseModel):
    """Help for people who are not well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str | None = Field(
        None,
        description="Where the people are whom this server is for, as a code such as KE: help there is named.",
    )
    resources_file: Path | None = Field(
        None, description="A TOML file with help resources of yours: they replace, add to and remove those that ship."
    )
    throughline: ThroughLineSettings = ThroughLineSettings.model_validate({})
    encoder: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether the encoder of the extra `care` reads: on needs it, auto takes it where it is installed.",
    )
    moderation: ModerationSettings = ModerationSettings.model_validate({})
    profile: Profile = Field(
        "safety", description="How much of care there is in sessions that say nothing of it: off, safety or companion."
    )
    profiles_allowed: tuple[Profile, ...] = Field(
        ("safety", "companion"),
        description="Profiles that owners of sessions may choose besides `care.profile`; `off` only if it is listed.",
    )

    culture: CultureSettings = CultureSettings.model_validate({})
    redaction: RedactionSettings = RedactionSettings.model_validate({})
    escalations: EscalationSettings = EscalationSettings.model_validate({})
    screener: ScreenerSettings = ScreenerSettings.model_validate({})

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """What owners of sessions may choose, from the least to the most."""
        return tuple(one for one in PROFILES if one in {self.profile, *self.profiles_allowed})

    @field_validator("country")
    @classmethod
    def _known(cls, country: str | None) -> str | None:
        if country is not None and (country := country_of(country)) is None:
            raise ValueError("is no country: give a code such as KE")
        return country

    @field_validator("resources_file")
    @classmethod
    def _whole(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None
