"""What an operator can say about agents: where their files are, how much people may keep, who may go unasked."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AgentSettings(BaseModel):
    """Bounds of the shelves, and what is read from disk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folders: tuple[Path, ...] | None = Field(
        None,
        description="Folders with agents/, skills/ and commands/ for everybody, the first wins; left out, the home.",
    )
    per_shelf: int = Field(200, ge=1, description="How many agents one user may keep; as many skills, and so on.")
    versions_kept: int = Field(100, ge=1, description="How many versions of each are kept.")
    instructions_file: str = Field(
        "AGENTS.md",
        max_length=200,
        description="The file of a session's workspace that is read as project instructions; empty, none is.",
    )
    instructions_characters: int = Field(
        32_000, ge=1, description="How much of the instructions file is told to the model."
    )
    allow_bypass: Literal["nobody", "admins"] = Field(
        "nobody", description="Who may use the permission mode bypassPermissions, in which nothing is asked."
    )
