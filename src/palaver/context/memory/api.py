"""Memory over HTTP; it translates and decides nothing."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from starlette.responses import Response

from palaver.context.memory.fact import Fact, Mode
from palaver.context.memory.service import Cleared, FactList, Memories, Memory
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit import asked
from palaver.kit.answers import answer, described, problems

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such fact, project or message.",
    _422="A field is missing, unknown or wrong, or the text is too long.",
)
WRITING = problems(_409="It is remembered already, or as much as may be.", _503="The database cannot be written now.")
Text = Annotated[str, Field(max_length=4_000), StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, Field(min_length=1, max_length=64)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    project_id: Id | None = Field(None, description="Told in the sessions of this project only; null: in all.")
    pinned: bool = Field(False, description="Told in every turn, as far as there is room.")

    def given(self) -> dict[str, Any]:
        """Only what the client said."""
        return self.model_dump(include=self.model_fields_set)

    @field_validator("text", check_fields=False)
    @classmethod
    def _writable(cls, text: str) -> str:
        if "\x00" in text:
            raise ValueError("the text holds a NUL character")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError("the text holds half a surrogate pair, which is no character") from error
        return text


class FactIn(_Fields):
    """Something that is to be remembered."""

    text: Text
    message_id: Id | None = Field(None, description="The message in which it was said.")


class FactChanges(_Fields):
    """What becomes of a fact."""

    text: Text = ""


class FactsIn(BaseModel):
    """Which facts."""

    model_config = ConfigDict(extra="forbid")

    project_id: Id | None = Field(None, description="Those of this project only.")
    q: Annotated[str, Field(max_length=200)] | None = Field(None, description="Words that they hold.")
    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MemoryChanges(BaseModel):
    """How much is to be remembered."""

    model_config = ConfigDict(extra="forbid", strict=True)

    mode: Mode = Field(
        description="off: models are told nothing; recall: they are told facts; on: they may also pick facts."
    )


def routes(memories: Memories, door: Door) -> APIRouter:
    """Everything about memory."""
    router = APIRouter(prefix="/api/v1", tags=["memory"])
    _switch(router, memories, door)
    _collection(router, memories, door)
    _single(router, memories, door)
    return router


def _switch(router: APIRouter, memories: Memories, door: Door) -> None:

    @router.get(
        "/memory",
        operation_id="get_memory",
        summary="How much is remembered of you, and may be",
        responses=described(Memory) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def about(principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await memories.about(principal.user_id))

    @router.patch(
        "/memory",
        operation_id="change_memory",
        summary="Say how much is to be remembered of you",
        responses=described(Memory) | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def say(body: MemoryChanges, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await memories.say(principal.user_id, body.mode))


def _collection(router: APIRouter, memories: Memories, door: Door) -> None:

    @router.get(
        "/memories",
        operation_id="list_memories",
        summary="List the facts that are remembered of you, the one that was changed last first",
        responses=described(FactList) | REFUSED,
        openapi_extra=SECURED | asked.takes_query(FactsIn),
        response_class=Response,
    )
    async def page(request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        try:
            wanted = asked.query(request, FactsIn)
        except ValidationError as error:
            raise Invalid.about(error.errors(include_url=False), "query") from None
        return answer(await memories.page(principal.user_id, **wanted.model_dump()))

    @router.post(
        "/memories",
        status_code=201,
        operation_id="create_memory",
        summary="Let a fact be remembered",
        responses=described(Fact, 201, says="Remembered.") | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def create(body: FactIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await memories.create(principal.user_id, body.given()), 201)

    @router.delete(
        "/memories",
        operation_id="clear_memories",
        summary="Forget everything that is remembered of you, or all of one project",
        responses=described(Cleared) | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def clear(
        principal: Annotated[Principal, Depends(door)],
        everything: Annotated[
            Literal["true"], Query(alias="all", description="Must be said, so that nothing is forgotten by mistake.")
        ],
        project_id: Annotated[str | None, Query(max_length=64, description="Those of this project only.")] = None,
    ) -> Response:
        return answer(await memories.clear(principal.user_id, project_id))


def _single(router: APIRouter, memories: Memories, door: Door) -> None:

    @router.get(
        "/memories/{memory_id}",
        operation_id="get_memory_fact",
        summary="One fact",
        responses=described(Fact) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def get(memory_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await memories.get(principal.user_id, memory_id))

    @router.patch(
        "/memories/{memory_id}",
        operation_id="change_memory_fact",
        summary="Change a fact",
        responses=described(Fact) | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def change(memory_id: str, body: FactChanges, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await memories.change(principal.user_id, memory_id, body.given()))

    @router.delete(
        "/memories/{memory_id}",
        status_code=204,
        operation_id="delete_memory",
        summary="Forget a fact, at once",
        responses={204: {"description": "Forgotten."}} | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def remove(memory_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await memories.remove(principal.user_id, memory_id)
        return Response(status_code=204)
