"""What somebody asks for with a run, as it is kept; how it is read from a request is `request.py`."""

from typing import Any, Literal

import msgspec

from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Part
from palaver.inference.port import Effort

WhenBusy = Literal["reject", "queue", "interrupt"]


class Prompt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One turn. `below` is what it goes under: "head", "root", or a message (which is answered, where no parts are)."""

    parts: tuple[Part, ...] = ()
    session_id: SessionId | None = None
    below: MessageId | Literal["head", "root"] = "head"
    model: str | None = None
    system_prompt: str | None = None
    system_prompt_append: str | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    effort: Effort | None = None
    metadata: dict[str, Any] = {}
    when_busy: WhenBusy = "reject"
    idempotency_key: str | None = None


_decoder = msgspec.json.Decoder(Prompt)
_encode = msgspec.json.Encoder(order="deterministic").encode


def prompt_body(prompt: Prompt) -> bytes:
    """A prompt as it is stored; equal prompts give equal bytes."""
    return _encode(prompt)


def prompt_of(body: bytes) -> Prompt:
    """The prompt that `prompt_body` wrote."""
    return _decoder.decode(body)
