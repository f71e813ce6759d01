"""Settings of logs and health checks; where logs go is fixed (standard error)."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[timedelta, Field(gt=timedelta(0))]
LogLevel = Literal["debug", "info", "warning", "error"]


class ObservabilitySettings(BaseModel):
    """How much is logged, and how patient health checks are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    log_level: LogLevel = Field("info", description="The least important kind of line that is logged.")
    check_timeout: Positive = Field(
        timedelta(seconds=2), description="How long a health check may take before it counts as failed."
    )
    check_reuse: timedelta = Field(
        timedelta(seconds=1),
        ge=timedelta(0),
        description="How long the outcome of the health checks is told again before they run anew.",
    )
