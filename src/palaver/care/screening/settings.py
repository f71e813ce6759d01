"""What an operator may set about the model that is asked the screener's questions; which they are is not set."""

from pydantic import BaseModel, ConfigDict, Field, field_validator


class ScreenerSettings(BaseModel):
    """A model that reads again what may be urgent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(
        "",
        max_length=200,
        description="A model, such as openai/gpt-5-mini, that is asked six questions about words that rules and readers"
        " call low or more urgent, and may only raise that; nobody is asked where it is empty.",
    )
    timeout_seconds: float = Field(
        3.0,
        gt=0,
        le=30,
        description="Seconds that this model has. Who helps is told before, but the answer waits for it that long.",
    )

    @field_validator("model")
    @classmethod
    def _askable(cls, model: str) -> str:
        if model and ("/" not in model.strip("/") or model.startswith("builtin/")):
            raise ValueError(
                "write a provider and a model, such as openai/gpt-5-mini; builtin/guide answers no questions"
            )
        return model
