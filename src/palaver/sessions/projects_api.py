"""Projects over HTTP; it translates and decides nothing."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.sessions.incoming import bounded, refuse_unwritable
from palaver.sessions.project import Project
from palaver.sessions.projects import ProjectList, Projects

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such project.",
    _422="A field is missing, unknown or wrong.",
)
WRITING = problems(_503="The database cannot be written now.")
Name = Annotated[str, Field(max_length=200), StringConstraints(strip_whitespace=True, min_length=1)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    description: Annotated[str, Field(max_length=2_000)] | None = None
    instructions: Annotated[str, Field(max_length=100_000)] | None = Field(
        None, description="Told to the model in every session of the project."
    )
    metadata: dict[str, Any] = {}

    _bounded = field_validator("metadata")(bounded)

    @model_validator(mode="after")
    def _writable(self) -> "_Fields":
        for text in (getattr(self, "name", None), self.description, self.instructions):
            refuse_unwritable(text)
        return self

    def given(self) -> dict[str, Any]:
        """Only what the client said."""
        return self.model_dump(include=self.model_fields_set)


class ProjectIn(_Fields):
    """A project that is to be."""

    name: Name


class ProjectChanges(_Fields):
    """What becomes of a project."""

    name: Name = ""


def routes(projects: Projects, door: Door) -> APIRouter:
    """Everything about projects."""
    router = APIRouter(prefix="/api/v1/projects", tags=["sessions"])
    _collection(router, projects, door)
    _single(router, projects, door)
    return router


def _collection(router: APIRouter, projects: Projects, door: Door) -> None:

    @router.get(
        "",
        operation_id="list_projects",
        summary="List projects, the one that was changed last first",
        responses=described(ProjectList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def page(
        principal: Annotated[Principal, Depends(door)],
        after: Annotated[str | None, Query(alias="cursor", max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        return answer(await projects.page(principal.user_id, after, limit))

    @router.post(
        "",
        status_code=201,
        operation_id="create_project",
        summary="Begin a project",
        responses=described(Project, 201, says="Made.") | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def create(body: ProjectIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await projects.create(principal.user_id, body.given()), 201)


def _single(router: APIRouter, projects: Projects, door: Door) -> None:

    @router.get(
        "/{project_id}",
        operation_id="get_project",
        summary="One project",
        responses=described(Project) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def get(project_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await projects.get(principal.user_id, project_id))

    @router.patch(
        "/{project_id}",
        operation_id="change_project",
        summary="Change a project",
        responses=described(Project) | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def change(project_id: str, body: ProjectChanges, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await projects.change(principal.user_id, project_id, body.given()))

    @router.delete(
        "/{project_id}",
        status_code=204,
        operation_id="delete_project",
        summary="Delete a project; its sessions remain, in none",
        responses={204: {"description": "Gone; its sessions remain."}} | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def remove(project_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await projects.remove(principal.user_id, project_id)
        return Response(status_code=204)
