"""`/v1/embeddings`: vectors of texts from any configured server that makes them; nothing of it is kept."""

import base64
import struct
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.core.errors import Invalid, NotImplementedYet
from palaver.core.principal import Principal
from palaver.identity.door import Door
from palaver.inference.port import Embedded
from palaver.kit.answers import answer
from palaver.surfaces.refusing import read

MOST_TEXTS = 2_048  # as OpenAI has it
LONGEST_TEXT = 100_000  # characters


class EmbeddingsRequest(BaseModel):
    """The body of a request, as far as it is honoured."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: Annotated[str, Field(min_length=1, max_length=200)]
    input: str | Annotated[list[str], Field(min_length=1, max_length=MOST_TEXTS)]
    encoding_format: Literal["float", "base64"] = "float"
    user: str | None = None

    def texts(self) -> list[str]:
        """What is to have a vector."""
        texts = [self.input] if isinstance(self.input, str) else self.input
        if any(not 0 < len(text) <= LONGEST_TEXT for text in texts):
            raise Invalid(f"input: each text has from 1 to {LONGEST_TEXT} characters.")
        return texts


class Pays(Protocol):
    """Makes vectors that somebody pays for. Raises `core.errors`."""

    async def __call__(self, model: str, texts: Sequence[str], principal: Principal, /) -> Embedded: ...


def routes(embedded: Pays, door: Door) -> APIRouter:
    """Embeddings; and transcriptions, which are not there yet."""
    router = APIRouter(tags=["surfaces"])

    @router.post("/v1/embeddings")
    async def embed(request: Request) -> Response:
        principal = await door.who(request.scope)
        body = await read(request, EmbeddingsRequest, {"dimensions": ()})
        made = await embedded(body.model, body.texts(), principal)
        data = [
            {"object": "embedding", "index": at, "embedding": _told(vector, body.encoding_format)}
            for at, vector in enumerate(made.vectors)
        ]
        used = {"prompt_tokens": made.usage.input_tokens, "total_tokens": made.usage.input_tokens}
        return answer({"object": "list", "data": data, "model": body.model, "usage": used})

    @router.post("/v1/audio/transcriptions")
    async def transcribe(request: Request) -> Response:
        await door.who(request.scope)
        raise NotImplementedYet

    return router


def _told(vector: Any, form: str) -> Any:
    """Numbers, or the same as little-endian floats of 32 bits in base64, which clients ask for by themselves."""
    if form == "float":
        return list(vector)
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
