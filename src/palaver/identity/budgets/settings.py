"""What an operator may set about what asking models may cost."""

from pydantic import BaseModel, ConfigDict, Field


class BudgetSettings(BaseModel):
    """What every user may consume in a month for whom no administrator set something else; both left out: no bound."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_tokens: int | None = Field(None, ge=0, description="Tokens, in and out, that a user may consume in a month.")
    user_usd: float | None = Field(None, ge=0, description="US dollars that a user's models may cost in a month.")
