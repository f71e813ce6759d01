"""The service about itself over HTTP: health, metrics, what a client needs to know; it decides nothing."""

from typing import Annotated, get_args

import msgspec
from fastapi import APIRouter, Depends
from starlette.responses import Response

from palaver import __version__
from palaver.core.errors import Unavailable
from palaver.core.permissions import PermissionMode
from palaver.core.principal import Principal
from palaver.entry.compose import House
from palaver.entry.gate import LARGEST_BODY
from palaver.identity.door import SECURED
from palaver.kit.answers import answer, described, problems
from palaver.observability.health import Health
from palaver.observability.metrics import CONTENT_TYPE
from palaver.sessions.incoming import LONGEST_TEXT


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: str
    version: str


class Readiness(msgspec.Struct, frozen=True):
    """Whether requests should be sent here."""

    status: str


class IssuerOffered(msgspec.Struct, frozen=True):
    """An issuer by which people sign in: at `/api/v1/auth/oidc/{id}`."""

    id: str
    name: str


class ClientConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs to know before it knows anybody."""

    version: str
    registration: str
    oidc: list[IssuerOffered]
    email_verification: bool
    password_reset: bool
    default_model: str | None
    prompt_characters: int
    body_bytes: int
    ping_seconds: float
    permission_modes: list[str]
    not_there_yet: list[str]


def routes(house: House, not_there_yet: list[str]) -> APIRouter:
    """Everything about the service itself."""
    router = APIRouter(tags=["service"])
    admin = house.identity.door.needs("admin")

    @router.get(
        "/api/v1/health", operation_id="get_health", summary="Whether the process answers", responses=described(Alive)
    )
    async def alive() -> Response:
        return answer(Alive("alive", __version__))

    @router.get(
        "/api/v1/health/ready",
        operation_id="get_readiness",
        summary="Whether requests should be sent here",
        responses=described(Readiness) | problems(_503="Not now."),
    )
    async def ready() -> Response:
        health = await house.health.look()
        if not health.ready:
            failed = ", ".join(check.name for check in health.checks if not check.ok and check.needed)
            raise Unavailable(f"Not ready: {failed or health.status}.", retry_after=2)
        return answer(Readiness(health.status))

    @router.get(
        "/api/v1/health/detailed",
        operation_id="get_detailed_health",
        summary="Every check, with numbers; for administrators",
        responses=described(Health) | problems(_401="No credential.", _403="Not an administrator."),
        openapi_extra=SECURED,
    )
    async def detailed(principal: Annotated[Principal, Depends(admin)]) -> Response:
        return answer(await house.health.look())

    @router.get(
        "/metrics",
        operation_id="get_metrics",
        summary="Numbers for Prometheus; for administrators",
        responses={
            200: {"description": "Text format 0.0.4.", "content": {"text/plain": {"schema": {"type": "string"}}}}
        }
        | problems(_401="No credential.", _403="Not an administrator."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def metrics(principal: Annotated[Principal, Depends(admin)]) -> Response:
        return Response(house.metrics.render(), media_type=CONTENT_TYPE)

    @router.get(
        "/api/v1/config",
        operation_id="get_config",
        summary="What a client needs to know first",
        responses=described(ClientConfig),
    )
    async def config() -> Response:
        return answer(
            ClientConfig(
                version=__version__,
                registration=house.settings.identity.registration,
                oidc=[IssuerOffered(*one) for one in house.identity.oidc.listed()],
                email_verification=house.settings.identity.email_verification,
                password_reset=house.identity.ground.outbox.there,
                default_model=house.settings.inference.default_model,
                prompt_characters=LONGEST_TEXT,
                body_bytes=LARGEST_BODY,
                ping_seconds=house.settings.realtime.ping.total_seconds(),
                permission_modes=_modes(house),
                not_there_yet=not_there_yet,
            )
        )

    return router


def _modes(house: House) -> list[str]:
    """The modes that somebody may use here; the one that asks nothing only where administrators may."""
    modes: list[str] = list(get_args(PermissionMode))
    return modes if house.settings.agents.allow_bypass != "nobody" else modes[:-1]
