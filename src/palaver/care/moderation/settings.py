"""What an operator may set about moderation; what rules find stands in `rules.toml`."""

from pydantic import BaseModel, ConfigDict, Field

from palaver.care.moderation.verdict import ModerationAction, ModerationCategory


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
