"""What is asked of a model's server and what comes back, piece by piece; not which server, nor how often."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal, Protocol

import msgspec

from palaver.core.ids import SessionId, UserId
from palaver.core.messages import FinishReason, MessageRole, Part
from palaver.core.usage import Usage
from palaver.inference.price import Price

# How a text part begins that tells of a file which a message carries; the name stands in “”, and its text, if that is
# told, between lines of <file> and </file>.
ATTACHED = "[Attached "

Effort = Literal["minimal", "low", "medium", "high"]
Capability = Literal["images", "tools", "reasoning", "json_schema"]
Ability = Literal["yes", "no", "unknown"]


class Turn(msgspec.Struct, frozen=True):
    """One message of the conversation as the model is told it; attribution and trimming are done before."""

    role: MessageRole
    parts: tuple[Part, ...]


class ToolSpec(msgspec.Struct, frozen=True):
    """A tool the model may call; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: dict[str, Any]


class ToolNamed(msgspec.Struct, frozen=True):
    """The one tool that the model has to call."""

    name: str


# auto: the model decides. none: it calls nothing, though it is told of the tools. required: it calls at least one.
ToolChoice = Literal["auto", "none", "required"] | ToolNamed


class OutputFormat(msgspec.Struct, frozen=True):
    """The JSON schema that the whole answer must follow."""

    schema: dict[str, Any]
    name: str = "answer"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One question to one model. `model` is the vendor's id, without the provider's name before it.

    `most_output` and `images` are filled in by `inference.service`: how long an answer of this model may be at all, for
    vendors that must be told, and whether images among the results of tools are shown to it.

    `parallel_tool_calls` False asks for one call at a time, where the vendor has a word for it; None leaves it open.
    `session_id` and `user_id` are for providers inside the house (the guide reads the session's files); they are
    never sent to a vendor.
    """

    model: str
    messages: tuple[Turn, ...]
    system: str | None = None
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: ToolChoice = "auto"
    parallel_tool_calls: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    max_output_tokens: int | None = None
    effort: Effort | None = None
    output_format: OutputFormat | None = None
    most_output: int | None = None
    images: bool = True
    session_id: SessionId | None = None
    user_id: UserId | None = None


class TextPiece(msgspec.Struct, frozen=True, gc=False):
    """A piece of the answer."""

    text: str


class ReasoningPiece(msgspec.Struct, frozen=True, gc=False):
    """A piece of what the model thinks aloud."""

    text: str


class ReasoningSealPiece(msgspec.Struct, frozen=True, gc=False):
    """What was thought aloud since the last seal, or since the last piece of another kind, is one `ReasoningPart`.

    `signature` goes into it; where nothing was thought aloud, the part has no text and only the signature (the vendor
    hides the thought, and wants it back all the same).
    """

    signature: str


class ToolCallPiece(msgspec.Struct, frozen=True, gc=False):
    """A piece of a tool call. Pieces of one call share `index` and `call_id`; the arguments' deltas join to JSON text.

    Nothing at all, joined, stands for no arguments. Pieces of several calls may come in turns.

    `call_id` and `name` stand in every piece, whatever the vendor repeats.
    """

    index: int
    call_id: str
    name: str
    arguments_delta: str


class Finished(msgspec.Struct, frozen=True, gc=False):
    """The answer is whole; always the last piece. `usage` is None where the vendor reported none.

    `model` is the id that the vendor says answered, or None where it says nothing. `skipped` counts lines of the
    reply that could not be read.
    """

    reason: FinishReason
    usage: Usage | None = None
    model: str | None = None
    skipped: int = 0


class ResolvedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that may be asked, with everything known about it. `id` is `provider/model`.

    `context_window` and `max_output` are tokens, None where nobody knows; `price` likewise. `tools` says whether it
    calls tools; a model of which nobody knows is told of them, and asked again without when its server objects.
    `images` says whether it sees images, `image_side` is the most pixels at which it looks at one, and `most_images`
    how many it is shown at once.
    """

    id: str
    provider: str
    model: str
    name: str
    context_window: int | None = None
    max_output: int | None = None
    capabilities: frozenset[Capability] = frozenset()
    tools: Ability = "unknown"
    images: Ability = "unknown"
    image_side: int = 1_568
    most_images: int = 20
    price: Price | None = None
    local: bool = False


class Switched(msgspec.Struct, frozen=True, gc=False):
    """From here on another model answers: the one asked for failed before it said anything.

    `model` is the whole id (`provider/model`), `because` a sentence for people, `resolved` the model that answers now.
    Only `Inference.stream` yields it.
    """

    model: str
    provider: str
    because: str
    resolved: ResolvedModel


class Remarked(msgspec.Struct, frozen=True, gc=False):
    """Something of the answer is not as it was asked for, and it goes on: `code` is stable, `message` for people.

    Only `Inference.stream` yields it, before the first piece of the answer.
    """

    code: Literal["tools_unsupported", "images_unsupported"]
    message: str


Piece = TextPiece | ReasoningPiece | ReasoningSealPiece | ToolCallPiece | Finished | Switched | Remarked
Pieces = AsyncGenerator[Sequence[Piece], None]


class Embedded(msgspec.Struct, frozen=True):
    """Vectors of texts, one each and all of one length; `model` is the id that the vendor says made them."""

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage = Usage()
    model: str | None = None


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A model as its own server describes it; None where it says nothing."""

    model: str
    name: str | None = None
    context_window: int | None = None
    max_output: int | None = None
    capabilities: frozenset[Capability] | None = None
    input_usd_per_mtok: float | None = None
    output_usd_per_mtok: float | None = None


class Provider(Protocol):
    """Asks one server. Raises only `core.errors` (see `inference.failures` for the finer ones).

    A provider tries once: deadlines within one try are its own, trying again is `inference.service`'s.
    """

    @property
    def name(self) -> str:
        """The name before the slash in a model's id."""
        ...

    def stream(self, ask: Ask) -> Pieces:
        """Ask and give the answer as it comes.

        Each item is what one read of the network brought, adjacent text already joined, never empty; the last item
        ends with `Finished`. An answer that breaks off raises instead. Closing the iterator (`aclosing`) or cancelling
        the task that waits in it closes the connection at once; it is not used again.
        """
        ...

    async def models(self) -> Sequence[Offer]:
        """What the server offers now."""
        ...

    async def close(self) -> None:
        """Let go of connections; nothing is asked afterwards."""
        ...


class Leaving(Protocol):
    """Through whom everything goes that leaves for a provider outside of this process, whichever model it is for.

    `local`: the server stands on this machine or in its network, or the operator says so.
    """

    def stream(self, provider: Provider, ask: Ask, *, local: bool) -> Pieces:
        """As `provider.stream`, with whatever has to become of the question, and of the answer."""
        ...

    async def texts(self, texts: Sequence[str], *, local: bool) -> Sequence[str]:
        """Texts of which vectors are to be made, as they may leave."""
        ...
