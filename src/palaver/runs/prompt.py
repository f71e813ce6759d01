"""What somebody asks for with a run, as it is kept; how it is read from a request is `request.py`."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET

from palaver.agents.recipe import PLAIN, Recipe
from palaver.agents.wanted import Wanted
from palaver.core.ids import KeyId, MessageId, SessionId
from palaver.core.messages import Part
from palaver.files.templates import Wish
from palaver.inference.port import Effort, ToolChoice, ToolSpec

WhenBusy = Literal["reject", "queue", "interrupt"]


class Summarize(msgspec.Struct, frozen=True, omit_defaults=True):
    """A wish for a summary of what was said so far, above all about `focus`."""

    focus: str | None = None


class Spoken(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands in the session as it is, without a model: a person's words, or the house's where `name` is null."""

    text: str
    name: str | None = None


class Received(msgspec.Struct, frozen=True, omit_defaults=True):
    """The turn is for `name`, from the team, who answers instead of a model; who asks has not seen `missed` yet."""

    name: str
    missed: tuple[str, ...] = ()


class Prompt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One turn. `below` is what it goes under: "head", "root", or a message (which is answered, where no parts are).

    With `summarize` nothing is asked: a summary is written of the session as it is. With `spoken` nobody is asked
    either: these are the words. `received` is written when the turn begins while a person answers in the session.
    `client_tools` are made by the client: a call of one ends the run, and what came of it stands in the parts of a
    later turn. `server_tools` False leaves it at those.
    `template` is what the workspace of a new session begins with.
    `echo` is what the protocol that it came by says again of the request, and Palaver has no word for.
    `thread` is what the history of a client of another protocol is found by, with this turn.
    `eventless`: who asked is shown the answer and no events.
    `key_id` is the API key with which it was asked.
    `wanted` is what was asked for of the agent, by name; `recipe` what that came to when the turn was accepted.
    """

    parts: tuple[Part, ...] = ()
    session_id: SessionId | None = None
    key_id: KeyId | None = None
    below: MessageId | Literal["head", "root"] = "head"
    model: str | None = None
    system_prompt: str | None = None
    system_prompt_append: str | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    effort: Effort | None = None
    client_tools: tuple[ToolSpec, ...] = ()
    server_tools: bool = True
    tool_choice: ToolChoice = "auto"
    parallel_tool_calls: bool | None = None
    thread: str | None = None
    echo: dict[str, Any] = {}
    eventless: bool = False
    metadata: dict[str, Any] = {}
    wanted: Wanted = Wanted()
    recipe: Recipe = PLAIN
    when_busy: WhenBusy = "reject"
    idempotency_key: str | None = None
    workspace: SessionId | None = None
    summarize: Summarize | None = None
    spoken: Spoken | None = None
    received: Received | None = None
    template: Wish = UNSET
    branched: bool = False  # written when the turn begins: its parent was not the newest message any more

    def ground(self, session_id: SessionId) -> SessionId:
        """The session in whose workspace, and with whose grants, the agent works: a subagent in its parent's."""
        return self.workspace or session_id


_decoder = msgspec.json.Decoder(Prompt)
_encode = msgspec.json.Encoder(order="deterministic").encode


def prompt_body(prompt: Prompt) -> bytes:
    """A prompt as it is stored; equal prompts give equal bytes."""
    return _encode(prompt)


def prompt_of(body: bytes) -> Prompt:
    """The prompt that `prompt_body` wrote."""
    return _decoder.decode(body)
