"""Lists of items as this protocol pages them; pure."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from palaver.core.errors import Invalid
from palaver.surfaces.refusing import refused


class Paging(BaseModel):
    """Which page, and in which order."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    order: Literal["asc", "desc"] = "desc"


def paging(request: Request) -> Paging:
    """The page that a request asks for; what it asks for besides is refused by its name."""
    try:
        return Paging.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise Invalid.about(error.errors(include_url=False), "query") from None


def page(items: Sequence[dict[str, Any]], asked: Paging) -> dict[str, Any]:
    """A page of items that are given oldest first."""
    ordered = list(items) if asked.order == "asc" else list(reversed(items))
    start = _after(ordered, asked.after) if asked.after else 0
    return listed(ordered[start : start + asked.limit], more=len(ordered) > start + asked.limit)


def listed(data: list[dict[str, Any]], *, more: bool = False) -> dict[str, Any]:
    """A list as this protocol has it."""
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return {"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": more}


def _after(items: Sequence[dict[str, Any]], name: str) -> int:
    for at, item in enumerate(items):
        if item["id"] == name:
            return at + 1
    raise refused("after", f"There is no item {name[:200]!r} in this list.", "not_found")
