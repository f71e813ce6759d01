"""A request of Anthropic's messages as our own prompt and history; it starts nothing.

Thoughts come back with a seal of ours and count for nothing: whoever sends a history again is found by its words, and
the model is told its thoughts as they are kept here, with the seals of its own vendor.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from palaver.agents.wanted import Wanted
from palaver.core.messages import FilePart, ImagePart, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.inference.port import Effort, ToolChoice, ToolNamed, ToolSpec
from palaver.runs.client_tools import ClientTool
from palaver.runs.prompt import Prompt
from palaver.surfaces.anthropic_messages import blocks
from palaver.surfaces.anthropic_messages.blocks import Counted, MessagesRequest
from palaver.surfaces.documents import NEW, Brought, bytes_of, named_safely
from palaver.surfaces.history import Said
from palaver.surfaces.models import AGENT
from palaver.surfaces.refusing import refused

# What asks for nothing else than what happens anyway; anything else in these fields is refused.
NEUTRAL: Mapping[str, Sequence[Any]] = {
    "top_k": (),
    "container": (),
    "mcp_servers": (),
    "context_management": (),
    "diagnostics": (),
    "inference_geo": (),
    "service_tier": ("auto", "standard_only"),
    "speed": ("standard",),
    "betas": (),
    "user_profile_id": (),
    "workspace_id": (),
}

# What a betas' header may name: it asks for what happens anyway, or for fields that are honoured or refused by name.
BETAS = (
    "claude-code-",
    "fine-grained-tool-streaming-",
    "interleaved-thinking-",
    "max-tokens-3-5-sonnet-",
    "message-batches-",
    "message-threads-",
    "output-128k-",
    "pdfs-",
    "prompt-caching-",
    "extended-cache-ttl-",
    "structured-outputs-",
    "effort-",
    "token-counting-",
    "tools-",
)

# The least budget of thoughts, in tokens, that stands for an effort.
_EFFORTS: tuple[tuple[int, Effort], ...] = ((16_384, "high"), (8_192, "medium"), (2_048, "low"), (0, "minimal"))


class Asked(NamedTuple):
    """A conversation, with documents that are files once they are kept: parts name them by `NEW` and their number."""

    history: list[Said]
    documents: list[Brought]


def prompt_of(asked: MessagesRequest) -> Prompt:
    """Everything of a request but the conversation."""
    agent = asked.model.removeprefix(AGENT) if asked.model.startswith(AGENT) else None
    choice = asked.tool_choice
    return Prompt(
        eventless=True,
        model=None if agent else asked.model,
        system_prompt=instructions(asked),
        max_output_tokens=asked.max_tokens,
        temperature=_temperature(asked),
        top_p=asked.top_p,
        stop=tuple(asked.stop_sequences or ()),
        effort=_effort(asked),
        client_tools=specs(asked),
        tool_choice=_choice(choice),
        parallel_tool_calls=False if choice and choice.disable_parallel_tool_use else None,
        metadata={"user_id": asked.metadata.user_id} if asked.metadata and asked.metadata.user_id else {},
        wanted=Wanted(agent=agent, permission_mode="dontAsk", output_format=_form(asked.output_config)),
        server_tools=agent is not None,
    )


def instructions(asked: Counted) -> str | None:
    """What the client instructs, wherever it stands."""
    said = [asked.system] if isinstance(asked.system, str) else [block.text for block in asked.system or ()]
    for message in (message for message in asked.messages if message.role == "system"):
        if isinstance(message.content, str):
            said.append(message.content)
        else:
            said += [block.text for block in message.content if isinstance(block, blocks.Text)]
    return "\n\n".join(text for text in said if text) or None


def specs(asked: Counted) -> tuple[ToolSpec, ...]:
    """The client's own tools as models are told of them."""
    made: list[ToolSpec] = []
    for tool in asked.tools or ():
        checked = ClientTool(name=tool.name, description=tool.description, parameters=tool.input_schema)
        made.append(ToolSpec(checked.name, checked.description, checked.parameters))
    return tuple(made)


def thinks_aloud(asked: Counted) -> bool:
    """Whether thoughts were asked for: only then are they told."""
    return asked.thinking is not None and asked.thinking.type != "disabled"


def conversation(asked: Counted) -> Asked:
    """The history that the client sends."""
    documents: list[Brought] = []
    history: list[Said] = []
    for at, message in enumerate(asked.messages):
        if message.role == "system":
            _refuse_besides_text(message, at)
        elif not history and message.role == "assistant":
            raise refused(f"messages.{at}.role", "The first message is the user's.", "role")
        else:
            history.append(_said(message, message.role, at, documents))
    return Asked(history, documents)


def _refuse_besides_text(message: blocks.Said, at: int) -> None:
    if not isinstance(message.content, str):
        for n, block in enumerate(message.content):
            if not isinstance(block, blocks.Text):
                raise refused(f"messages.{at}.content.{n}", f"A block of type {block.type} is no instruction.", "role")


def _said(message: blocks.Said, role: Literal["user", "assistant"], at: int, documents: list[Brought]) -> Said:
    content = message.content
    if isinstance(content, str):
        parts: tuple[Part, ...] = (TextPart(text=content),) if content else ()
    else:
        parts = tuple(
            part
            for n, block in enumerate(content)
            for part in _parts(block, role, f"messages.{at}.content.{n}", documents)
        )
    if role == "user" and not parts:
        raise refused(f"messages.{at}.content", "The message is empty.", "empty")
    return Said(role, parts)


def _parts(block: blocks.Block, role: str, where: str, documents: list[Brought]) -> Iterator[Part]:
    if isinstance(block, blocks.Text):
        if block.text:
            yield TextPart(text=block.text)
    elif role != ("assistant" if isinstance(block, blocks.Thinking | blocks.Redacted | blocks.ToolUse) else "user"):
        raise refused(where, f"A block of type {block.type} does not belong to the {role}.", "role")
    else:
        yield from _others(block, where, documents)


def _others(
    block: blocks.Image | blocks.Document | blocks.Thinking | blocks.Redacted | blocks.ToolUse | blocks.ToolResult,
    where: str,
    documents: list[Brought],
) -> Iterator[Part]:
    match block:
        case blocks.Image():
            yield _image(block, where)
        case blocks.Document():
            yield from _document(block, where, documents)
        case blocks.Thinking(thinking=text):
            if text:
                yield ReasoningPart(text=text)
        case blocks.Redacted():
            return
        case blocks.ToolUse():
            yield ToolCallPart(call_id=block.id, name=block.name, arguments=block.input)
        case blocks.ToolResult():
            yield _result(block, where)


def _image(block: blocks.Image, where: str) -> ImagePart:
    match block.source:
        case blocks.ImageFile(media_type=kind, data=data):
            bytes_of(data, f"{where}.source.data")
            return ImagePart(url=f"data:{kind};base64,{data}")
        case blocks.Elsewhere(url=url):
            return ImagePart(url=url)
        case blocks.Uploaded(file_id=file_id):
            return ImagePart(file_id=file_id)


def _document(block: blocks.Document, where: str, documents: list[Brought]) -> Iterator[Part]:
    if block.context:
        yield TextPart(text=block.context)
    match block.source:
        case blocks.Uploaded(file_id=file_id):
            yield FilePart(file_id=file_id)
            return
        case blocks.PdfFile(data=data):
            content, ending = bytes_of(data, f"{where}.source.data"), ".pdf"
            if not content.startswith(b"%PDF-"):
                raise refused(f"{where}.source.data", "This is no PDF.", "pdf")
        case blocks.Plain(data=data):
            content, ending = data.encode(), ".txt"
    documents.append(Brought(named_safely(block.title or "", ending), content))
    yield FilePart(file_id=f"{NEW}{len(documents) - 1}")


def _result(block: blocks.ToolResult, where: str) -> ToolResultPart:
    if isinstance(block.content, str):
        return ToolResultPart(call_id=block.tool_use_id, ok=not block.is_error, content=block.content)
    images: list[ImagePart] = []
    for n, inner in enumerate(block.content):
        if isinstance(inner, blocks.Image):
            if isinstance(inner.source, blocks.Uploaded):
                raise refused(f"{where}.content.{n}.source", "Write the images of results out, or give their URL.")
            images.append(_image(inner, f"{where}.content.{n}"))
    words = "\n".join(inner.text for inner in block.content if isinstance(inner, blocks.ResultText))
    return ToolResultPart(call_id=block.tool_use_id, ok=not block.is_error, content=words, parts=tuple(images))


def _temperature(asked: MessagesRequest) -> float | None:
    if thinks_aloud(asked) and asked.temperature not in (None, 1):
        raise refused("temperature", "With thinking it is 1, or left out.")
    return asked.temperature


def _effort(asked: MessagesRequest) -> Effort | None:
    said = asked.output_config.effort if asked.output_config else None
    thinking = asked.thinking
    if thinking is None or thinking.type == "disabled":
        if said not in (None, "high"):
            raise refused("output_config.effort", "An effort is honoured with thinking only.")
        return None
    if asked.tool_choice is not None and asked.tool_choice.type in ("any", "tool"):
        raise refused("tool_choice", "With thinking, no call can be asked for.")
    if thinking.budget_tokens is None:
        return said or "high"
    if thinking.budget_tokens >= asked.max_tokens:
        raise refused("thinking.budget_tokens", "It is less than max_tokens.")
    return said or next(effort for least, effort in _EFFORTS if thinking.budget_tokens >= least)


def _choice(said: blocks.Choice | None) -> ToolChoice:
    match said:
        case None:
            return "auto"
        case blocks.Choice(type="tool", name=str(name)):
            return ToolNamed(name)
        case blocks.Choice(type="any"):
            return "required"
        case blocks.Choice(type="none"):
            return "none"
        case _:
            return "auto"


def _form(output: blocks.Output | None) -> dict[str, Any] | None:
    if output is None or output.format is None:
        return None
    return {"type": "json_schema", "schema": output.format.schema_, "name": "answer"}
