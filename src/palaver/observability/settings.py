"""Settings of logs and health checks; where logs go is fixed (standard error)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LogLevel = Literal["debug", "info", "warning", "error"]


class ObservabilitySettings(BaseModel):
    """How much is logged, and how patient health checks are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    log_level: LogLevel = Field("info", description="The least important kind of line that is logged.")
    check_timeout_s: float = Field(
        2.0, gt=0, le=60, description="Seconds after which a health check that has not answered counts as failed."
    )
    check_reuse_s: float = Field(
        1.0, ge=0, le=60, description="Seconds for which the outcome of the health checks is told again, not looked up."
    )
