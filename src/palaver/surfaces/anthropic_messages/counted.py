"""How many tokens a request has, counted here: nobody is asked, and nothing is kept.

Exact only for models whose vocabulary is here, and but for what a vendor adds around messages; else an estimate that is
rather too high than too low (`context/counting.py`).
"""

from collections.abc import Iterator, Sequence

import msgspec

from palaver.context.counting import PER_IMAGE, PER_MESSAGE, count_all
from palaver.core.messages import ImagePart, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.inference.port import ToolSpec
from palaver.surfaces.history import Said

_json = msgspec.json.Encoder().encode


async def counted(model: str, beside: Sequence[str], tools: Sequence[ToolSpec], history: Sequence[Said]) -> int:
    """The tokens of tools, a conversation, and texts beside it: instructions, and what stands in documents."""
    texts = [*beside, *map(_tool, tools), *(text for said in history for text in _texts(said.parts))]
    images = sum(_images(said.parts) for said in history)
    around = PER_MESSAGE * (len(history) + 1)
    return around + PER_IMAGE * images + sum(await count_all([text for text in texts if text], model))


def _tool(tool: ToolSpec) -> str:
    return f"{tool.name}{tool.description}{_json(tool.parameters).decode()}"


def _texts(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        match part:
            case TextPart(text=text):
                yield text
            case ToolCallPart(name=name, arguments=arguments):
                yield f"{name}{_json(arguments).decode()}"
            case ToolResultPart(content=content):
                yield content
            case ReasoningPart() | _:  # thoughts of earlier turns are not told again
                pass


def _images(parts: Sequence[Part]) -> int:
    inner = (one for part in parts if isinstance(part, ToolResultPart) for one in part.parts)
    return sum(isinstance(part, ImagePart) for part in (*parts, *inner))
