"""What an operator can say about tools: which are offered, how much they may say and how many run; it runs none."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ToolSettings(BaseModel):
    """Bounds of all tools; what a single one has beyond them stands in settings of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    offer: Literal["all"] | tuple[str, ...] = Field(
        default="all", description="The tools that agents are offered when nothing else is said: all, or their names."
    )
    output_characters: int = Field(
        default=30_000, ge=1_000, description="Characters of a call's output that the model is told; all are kept."
    )
    image_bytes: int = Field(default=2_000_000, ge=1, description="Bytes of an image that comes back from a call.")
    parallel_per_process: int = Field(default=64, ge=1, description="Calls that run at once in this process.")
    parallel_per_run: int = Field(default=8, ge=1, description="Calls that run at once in one run.")
    longest_call: float = Field(
        default=600.0, gt=0, description="Seconds that any call may take, whatever its tool says of itself."
    )
    plugins: bool = Field(default=True, description="Whether installed packages may add tools.")
