"""What an operator may set about escalations; when words ask for one is decided elsewhere."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from palaver.care.escalations.machine import Level
from palaver.care.on_call.settings import OnCall

_Span = Annotated[timedelta, Field(gt=timedelta(0))]


class EscalationSettings(BaseModel):
    """Who is called when somebody writes that they are in danger, and how long is waited for an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Whether a human is called at all where the urgency is high or critical.")
    on_call: tuple[OnCall, ...] = Field(
        (), description="The groups that are called, one after the other; left out, counsellors, then administrators."
    )
    acknowledge_within: _Span = Field(
        timedelta(minutes=5), description="How long a group has to acknowledge before the next one is called."
    )
    rounds: int = Field(3, ge=1, le=100, description="How often the groups are gone through before it is given up.")
    tries: int = Field(3, ge=1, le=20, description="How often a way to a group is tried before the next is called.")
    retry_after: _Span = Field(
        timedelta(seconds=15), description="How soon a way that failed is tried again; then after twice as long."
    )
    deadline: _Span = Field(timedelta(seconds=10), description="How long one try on one way may take.")
    may_decline: tuple[Level, ...] = Field(
        ("high",), description="Levels at which a person may say that nobody is to come: high, critical, both or none."
    )
