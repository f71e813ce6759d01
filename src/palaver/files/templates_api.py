"""Which templates a new session may begin with, over HTTP; nobody changes one here."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.files.templates import Template, Templates
from palaver.kit.answers import answer, described, problems

Door = Callable[[HTTPConnection], Awaitable[Principal]]

_REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _503="A template cannot be read now.",
)


class TemplateList(msgspec.Struct, frozen=True):
    """Every template, by name."""

    items: list[Template]


def routes(templates: Templates, door: Door, secured: dict[str, Any]) -> APIRouter:
    """The list of templates."""
    router = APIRouter(prefix="/api/v1/templates", tags=["files"])

    @router.get(
        "",
        operation_id="list_templates",
        summary="List what files a new session may begin with",
        responses=described(TemplateList) | _REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    async def all_of_them(principal: Annotated[Principal, Depends(door)]) -> Response:
        """The operator's folders, as they are now; `template` of a new session names one."""
        return answer(TemplateList(await templates.all()))

    return router
