"""Webhooks over HTTP; it translates and decides nothing."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.sessions.incoming import refuse_unwritable
from palaver.webhooks.names import WantedName
from palaver.webhooks.service import Webhooks, Wish
from palaver.webhooks.webhook import (
    Delivery,
    DeliveryList,
    DeliveryState,
    DeliveryWhole,
    Replayed,
    Webhook,
    WebhookList,
    WebhookWithSecret,
)

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such webhook or delivery.",
    _422="A field is missing, unknown or wrong, or the URL leads where nothing is sent.",
)
WRITING = problems(_503="The database cannot be written now.")
FULL = problems(_409="There are too many already, or the webhook is disabled.")
WAITS_NOT = problems(_409="The delivery does not wait any more.")
GONE: dict[int | str, dict[str, Any]] = {204: {"description": "Gone, with its log and what waited."}}

Wanted = Annotated[
    list[WantedName], Field(min_length=1, max_length=50, description="What it is told; `*` is everything.")
]


def _writable(text: str) -> str:
    refuse_unwritable(text)
    return text


Url = Annotated[
    str,
    Field(min_length=1, max_length=2_000, description="Where deliveries are sent, by POST."),
    AfterValidator(_writable),
]
Words = Annotated[str, Field(max_length=200), AfterValidator(_writable)]


class WebhookIn(BaseModel):
    """A webhook that is to be."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Url
    events: Wanted
    description: Words = ""
    enabled: bool = True

    def wish(self) -> Wish:
        """The same as a value."""
        return Wish(self.url, self.events, self.description, self.enabled)


class WebhookChanges(BaseModel):
    """What becomes of a webhook."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Url = ""
    events: Wanted = []
    description: Words = ""
    enabled: bool = Field(True, description="Enabled again, it is told what still waits, in order.")

    def wish(self) -> Wish:
        """Only what the client said, as a value."""
        return Wish(**self.model_dump(include=self.model_fields_set))


class RotationIn(BaseModel):
    """How a secret is replaced."""

    model_config = ConfigDict(extra="forbid", strict=True)

    overlap: int = Field(
        86_400, ge=0, le=30 * 86_400, description="Seconds for which deliveries are signed with the old secret as well."
    )


class ReplayIn(BaseModel):
    """What is sent again."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime = Field(description="Everything that happened from then on is sent again.")

    @field_validator("since", mode="before")
    @classmethod
    def _written_out(cls, given: object) -> object:
        if not isinstance(given, str):
            raise ValueError("an instant is written out, as 2026-11-21T12:00:00Z is")  # noqa: TRY004 - what pydantic answers
        return given


def routes(webhooks: Webhooks, door: Door) -> APIRouter:
    """Everything about webhooks."""
    router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])
    _collection(router, webhooks, door)
    _single(router, webhooks, door)
    _acts(router, webhooks, door)
    _log(router, webhooks, door)
    return router


def _collection(router: APIRouter, webhooks: Webhooks, door: Door) -> None:

    @router.get(
        "",
        operation_id="list_webhooks",
        summary="List webhooks, oldest first",
        responses=described(WebhookList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def page(principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await webhooks.all(principal.user_id))

    @router.post(
        "",
        status_code=201,
        operation_id="create_webhook",
        summary="Make a webhook; its secret is told this once",
        responses=described(WebhookWithSecret, 201, says="Made.") | REFUSED | WRITING | FULL,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def create(body: WebhookIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await webhooks.create(principal.user_id, body.wish()), 201)


def _single(router: APIRouter, webhooks: Webhooks, door: Door) -> None:

    @router.get(
        "/{webhook_id}",
        operation_id="get_webhook",
        summary="One webhook, and how it fares",
        responses=described(Webhook) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def get(webhook_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await webhooks.get(principal.user_id, webhook_id))

    @router.patch(
        "/{webhook_id}",
        operation_id="change_webhook",
        summary="Change a webhook, or enable it again",
        responses=described(Webhook) | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def change(webhook_id: str, body: WebhookChanges, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await webhooks.change(principal.user_id, webhook_id, body.wish()))

    @router.delete(
        "/{webhook_id}",
        status_code=204,
        operation_id="delete_webhook",
        summary="Delete a webhook with its log",
        responses=GONE | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def remove(webhook_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await webhooks.remove(principal.user_id, webhook_id)
        return Response(status_code=204)


def _acts(router: APIRouter, webhooks: Webhooks, door: Door) -> None:

    @router.post(
        "/{webhook_id}/rotate",
        operation_id="rotate_webhook_secret",
        summary="Replace the secret; for a while deliveries are signed with both",
        responses=described(WebhookWithSecret) | REFUSED | WRITING | FULL,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def rotate(
        webhook_id: str, principal: Annotated[Principal, Depends(door)], body: RotationIn | None = None
    ) -> Response:
        overlap = timedelta(seconds=(body or RotationIn.model_validate({})).overlap)
        return answer(await webhooks.rotate(principal.user_id, webhook_id, overlap))

    @router.post(
        "/{webhook_id}/test",
        operation_id="test_webhook",
        summary="Send a test now, once, and say what came of it; disabled webhooks as well",
        responses=described(DeliveryWhole) | REFUSED | WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def test(webhook_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await webhooks.test(principal.user_id, webhook_id))

    @router.post(
        "/{webhook_id}/replay",
        status_code=202,
        operation_id="replay_webhook",
        summary="Send again what happened since an instant, in order, each under the id it had",
        responses=described(Replayed, 202, says="They wait.") | REFUSED | WRITING | FULL,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def replay(webhook_id: str, body: ReplayIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await webhooks.replay_since(principal.user_id, webhook_id, body.since), 202)


def _log(router: APIRouter, webhooks: Webhooks, door: Door) -> None:

    @router.get(
        "/{webhook_id}/deliveries",
        operation_id="list_deliveries",
        summary="What a webhook was told, and is to be told, the newest first",
        responses=described(DeliveryList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def page(
        webhook_id: str,
        principal: Annotated[Principal, Depends(door)],
        *,
        after: Annotated[str | None, Query(alias="cursor", max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        state: Annotated[DeliveryState | None, Query(description="Only those that stand so.")] = None,
    ) -> Response:
        found = webhooks.deliveries(principal.user_id, webhook_id, after=after, limit=limit, state=state)
        return answer(await found)

    @router.get(
        "/{webhook_id}/deliveries/{delivery_id}",
        operation_id="get_delivery",
        summary="One delivery, with its tries and what is sent",
        responses=described(DeliveryWhole) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def get(webhook_id: str, delivery_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await webhooks.delivery(principal.user_id, webhook_id, delivery_id))

    @router.post(
        "/{webhook_id}/deliveries/{delivery_id}/skip",
        operation_id="skip_delivery",
        summary="Leave out a delivery that waits, so that what waits behind it is told",
        responses=described(Delivery, says="It is left out.") | REFUSED | WRITING | WAITS_NOT,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def skip(webhook_id: str, delivery_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await webhooks.skip(principal.user_id, webhook_id, delivery_id))

    @router.post(
        "/{webhook_id}/deliveries/{delivery_id}/replay",
        status_code=202,
        operation_id="replay_delivery",
        summary="Send one delivery again, under the id it had",
        responses=described(Delivery, 202, says="It waits.") | REFUSED | WRITING | FULL,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def replay(webhook_id: str, delivery_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await webhooks.replay(principal.user_id, webhook_id, delivery_id), 202)
