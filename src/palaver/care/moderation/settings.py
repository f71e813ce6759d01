"""What an operator may set about moderation; what rules find stands in `rules.toml`."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from palaver.care.moderation.verdict import ModerationAction, ModerationCategory

JudgeKind = Literal["openai", "llama_guard"]


class InputActions(BaseModel):
    """What is done about what people say. A person in need is answered, hence little is blocked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    self_harm: ModerationAction = Field("flag", description="Self-harm: ways to do it, or telling somebody to.")
    violence: ModerationAction = Field("flag", description="Threats against people, and how to hurt them.")
    sexual: ModerationAction = Field("allow", description="Explicit sexual words.")
    minors: ModerationAction = Field("block", description="What makes something sexual of a child.")
    hate: ModerationAction = Field("flag", description="Words that take people's dignity.")
    harassment: ModerationAction = Field("allow", description="Insults against who is spoken to.")
    illicit: ModerationAction = Field("flag", description="How to make weapons or hard drugs, how to steal or forge.")
    medical: ModerationAction = Field("allow", description="Diagnoses, doses, stopping a medicine.")
    secrecy: ModerationAction = Field("allow", description="Asking somebody to keep people out.")


class OutputActions(BaseModel):
    """What is done about what models say, before it is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    self_harm: ModerationAction = Field("block", description="Self-harm: ways to do it, or telling somebody to.")
    violence: ModerationAction = Field("block", description="Telling somebody to hurt people, or how.")
    sexual: ModerationAction = Field("rewrite", description="Explicit sexual words.")
    minors: ModerationAction = Field("block", description="What makes something sexual of a child.")
    hate: ModerationAction = Field("block", description="Words that take people's dignity.")
    harassment: ModerationAction = Field("rewrite", description="Insults against who is spoken to.")
    illicit: ModerationAction = Field("block", description="How to make weapons or hard drugs, how to steal or forge.")
    medical: ModerationAction = Field("rewrite", description="Diagnoses, doses, stopping a medicine.")
    secrecy: ModerationAction = Field("rewrite", description="Asking somebody to keep people out.")


class ModerationSettings(BaseModel):
    """Which words may be told, in both directions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: InputActions = InputActions.model_validate({})
    output: OutputActions = OutputActions.model_validate({})
    excerpts: bool = Field(
        False, description="Whether the moderation queue keeps the words that were flagged, for who reviews them."
    )
    judge_url: str | None = Field(
        None,
        description="A moderation service of yours that is asked about what people say as well, such as"
        " https://api.openai.com/v1: the texts leave for it as they are.",
    )
    judge_output: bool = Field(
        False,
        description="Whether that service is asked about what models say as well, sentence by sentence, before it is"
        " told: each sentence waits for it.",
    )
    judge_kind: JudgeKind = Field(
        "openai", description="How it is asked: `openai` (/moderations) or `llama_guard` (/chat/completions)."
    )
    judge_key: SecretStr | None = Field(None, description="The key that it is asked with, as a bearer token.")
    judge_model: str = Field("", max_length=200, description="The model that it is asked for; none where it is empty.")
    judge_deadline: float = Field(
        1.0, gt=0, le=30, description="Seconds until it must have answered; the rules go on without it then."
    )

    @model_validator(mode="after")
    def _somebody_judges(self) -> Self:
        if self.judge_output and self.judge_url is None:
            raise ValueError("judge_output needs a service: set judge_url")
        return self

    @field_validator("judge_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("write an address that begins with http:// or https://")
        return url


def chosen(actions: InputActions | OutputActions) -> dict[ModerationCategory, ModerationAction]:
    """The actions of one direction by category."""
    return {
        "self_harm": actions.self_harm,
        "violence": actions.violence,
        "sexual": actions.sexual,
        "minors": actions.minors,
        "hate": actions.hate,
        "harassment": actions.harassment,
        "illicit": actions.illicit,
        "medical": actions.medical,
        "secrecy": actions.secrecy,
    }
