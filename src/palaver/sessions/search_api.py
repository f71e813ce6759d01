"""Search over HTTP; it translates and decides nothing."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.core.ids import SessionId
from palaver.core.messages import MessageRole
from palaver.identity.door import SECURED, Door
from palaver.kit import asked
from palaver.kit.answers import answer, described, problems
from palaver.sessions.finding import Finding, FoundList, Looked

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _422="A field is missing, unknown or wrong.",
)


class SearchIn(BaseModel):
    """What is looked for, and where."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    q: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="Words that all stand in the message; the last one may be unfinished."
    )
    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    session_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    project_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    role: MessageRole | None = None
    since: AwareDatetime | None = Field(None, alias="from", description="Said at this time or later.")
    until: AwareDatetime | None = Field(None, alias="to", description="Said before this time.")

    @field_validator("since", "until")
    @classmethod
    def _of_our_time(cls, given: datetime | None) -> datetime | None:
        if given is not None and not 1 < given.year < 9999:
            raise ValueError("a time between the years 2 and 9998")
        return given

    def looked(self) -> Looked:
        """The same as a value."""
        return Looked(
            q=self.q,
            cursor=self.cursor,
            limit=self.limit,
            session_id=SessionId(self.session_id) if self.session_id else None,
            project_id=self.project_id,
            role=self.role,
            since=self.since,
            until=self.until,
        )


def routes(finding: Finding, door: Door) -> APIRouter:
    """GET /search."""
    router = APIRouter(prefix="/api/v1", tags=["sessions"])

    @router.get(
        "/search",
        operation_id="search_messages",
        summary="Find messages by their words, newest first",
        responses=described(FoundList) | REFUSED,
        openapi_extra=SECURED | asked.takes_query(SearchIn),
        response_class=Response,
    )
    async def search(request: Request) -> Response:
        principal = await door.who(request.scope)
        try:
            looked = asked.query(request, SearchIn).looked()
        except ValidationError as error:
            raise Invalid.about(error.errors(include_url=False), "query") from None
        return answer(await finding.find(principal.user_id, looked))

    return router
