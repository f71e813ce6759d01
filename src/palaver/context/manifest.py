"""What exactly a model saw when it answered, small enough to be kept with every answer; pure, it stores nothing.

Of texts only the hash and the length are kept: the messages stand where they are, and instructions may hold what is
nobody else's business.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from palaver.context.attachments import Attachment
from palaver.context.window import Told, Weights
from palaver.core.ids import MessageId, RunId, SessionId
from palaver.core.messages import FilePart, ImagePart, Part, ToolResultPart
from palaver.inference.port import Ask, ToolSpec

_encode = msgspec.json.Encoder(order="deterministic").encode


class Hashed(msgspec.Struct, frozen=True):
    """A text that is not repeated here: its SHA-256 and its length in characters."""

    sha256: str
    characters: int


class Stretch(msgspec.Struct, frozen=True):
    """Messages of one branch, from the first to the last; `count` are those of them that say something."""

    count: int = 0
    from_message_id: MessageId | None = None
    to_message_id: MessageId | None = None


class Offered(msgspec.Struct, frozen=True):
    """The tools that the model was told of, and the hash of what it was told of them."""

    names: tuple[str, ...] = ()
    sha256: str | None = None


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens by part, counted here before the model was asked (`total`).

    `reported` is what the model's server says that call filled of the window, its answer included.
    """

    instructions: int = 0
    summary: int = 0
    memories: int = 0
    tools: int = 0
    messages: int = 0
    answer_so_far: int = 0
    total: int = 0
    reported: int | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the last model call of an answer was based on; without `message_id`, what the next one would be.

    `shortened` are messages whose results were told in part, `left_out` those that did not fit, `not_considered` how
    many stand before all of them; `steps_left_out` counts calls of the answer itself. `guidance` is what was added to
    the instructions for this turn. `files` were told whole or in part; of `project_files` the model was told that tools
    can read them. `memories` are the facts about the person that were told, `summary_id` the message that stands for
    `summarized` older ones.
    `attachments` are the files and images of the messages that were told, `images` counts those shown.
    """

    message_id: MessageId | None = None
    session_id: SessionId
    run_id: RunId | None = None
    model: str
    provider: str
    window: int | None = None
    settings: dict[str, Any] = {}
    instructions: Hashed | None = None
    guidance: tuple[Hashed, ...] = ()
    messages: Stretch = Stretch()
    shortened: tuple[MessageId, ...] = ()
    left_out: Stretch = Stretch()
    not_considered: int = 0
    steps_left_out: int = 0
    summary_id: MessageId | None = None
    summarized: int = 0
    memories: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    project_files: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    images: int = 0
    tools: Offered = Offered()
    tokens: Tokens = Tokens()
    at: str | None = None


_decoder = msgspec.json.Decoder(Manifest)


def manifest_body(manifest: Manifest) -> bytes:
    """A manifest as it is stored."""
    return _encode(manifest)


def manifest_of(body: bytes) -> Manifest:
    """The manifest that `manifest_body` wrote."""
    return _decoder.decode(body)


def hashed(text: str) -> Hashed:
    """A text's hash and length."""
    return Hashed(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), len(text))


def offered(specs: Sequence[ToolSpec]) -> Offered:
    """What of tools is kept."""
    if not specs:
        return Offered()
    known = _offered.get("newest")
    if known is None or known[0] is not specs:
        said = Offered(tuple(spec.name for spec in specs), hashlib.sha256(_encode(specs)).hexdigest())
        known = _offered["newest"] = (specs, said)
    return known[1]


# A memory of the newest result and nothing else: most turns are offered the very same tuple as the one before.
_offered: dict[str, tuple[Sequence[ToolSpec], Offered]] = {}


def stretch(ids: Sequence[MessageId]) -> Stretch:
    """Messages that follow each other."""
    return Stretch(len(ids), ids[0], ids[-1]) if ids else Stretch()


def tokens(weights: Weights, reported: int | None = None) -> Tokens:
    """The tokens by part."""
    return Tokens(
        instructions=weights.instructions,
        summary=weights.summary,
        memories=weights.memories,
        tools=weights.tools,
        messages=weights.messages,
        answer_so_far=weights.answer_so_far,
        total=weights.total,
        reported=reported,
    )


def settings_of(ask: Ask) -> dict[str, Any]:
    """What was said about how to answer; what was left open is not there."""
    form = ask.output_format.name if ask.output_format else None
    said = {
        "temperature": ask.temperature,
        "top_p": ask.top_p,
        "stop": list(ask.stop) or None,
        "max_output_tokens": ask.max_output_tokens,
        "effort": ask.effort,
        "output_format": form,
    }
    return {name: value for name, value in said.items() if value is not None}


def shown(view: Told) -> tuple[tuple[str, ...], int]:
    """The files that are told, by path or id, and how many images."""
    parts = list(_parts(view))
    files = dict.fromkeys(part.path or part.file_id or part.name or "?" for part in parts if isinstance(part, FilePart))
    return tuple(files), sum(isinstance(part, ImagePart) for part in parts)


def _parts(view: Told) -> Iterator[Part]:
    for turn in view.turns:
        for part in turn.parts:
            yield part
            if isinstance(part, ToolResultPart):
                yield from part.parts
