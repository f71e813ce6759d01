"""Webhooks and their deliveries as clients see them; where they are kept is `store.py`'s."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from palaver.webhooks.names import EventName

WEBHOOK = "whk"
DELIVERY = "whd"
DeliveryState = Literal["waiting", "delivered", "failed", "skipped"]


class Notice(msgspec.Struct, frozen=True):
    """Why an endpoint was disabled: `failing` for too long, `gone` by its own word, or a `backlog` too long."""

    code: Literal["failing", "gone", "backlog"]
    message: str
    at: str


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint that is told what happens, in order.

    `waiting` counts what it was not told yet; while it fails, `failing_since` and `next_try_at` say so. Secrets that
    were replaced are signed with until `old_secrets_until`. `notice` stays until it is enabled again.
    """

    id: str
    url: str
    events: Sequence[str]
    description: str = ""
    enabled: bool = True
    notice: Notice | None = None
    waiting: int = 0
    failing_since: str | None = None
    next_try_at: str | None = None
    old_secrets_until: str | None = None
    created_at: str
    updated_at: str


class WebhookWithSecret(Webhook, frozen=True, kw_only=True):
    """The same with its new secret, which is told this once."""

    secret: str


class WebhookList(msgspec.Struct, frozen=True):
    """All webhooks of one person, oldest first."""

    items: Sequence[Webhook]


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a delivery: `status` where there was an answer, `excerpt` of what it said, else `error`."""

    at: str
    status: int | None = None
    error: str | None = None
    excerpt: str = ""
    duration_ms: float = 0.0

    @property
    def heard(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an endpoint is told. A replay has an id of its own here and carries the id that it replays.

    Only tests are `failed`: all else waits until it is `delivered`, or its owner has it `skipped`.
    """

    id: str
    webhook_id: str
    event: EventName
    state: DeliveryState
    tries: int
    last: Try | None
    replay_of: str | None = None
    created_at: str


class DeliveryList(msgspec.Struct, frozen=True):
    """A page of deliveries, the newest first; `next_cursor` asks for the one after it."""

    items: Sequence[Delivery]
    next_cursor: str | None


class DeliveryWhole(Delivery, frozen=True, kw_only=True):
    """A delivery with its newest tries, oldest first, and the very body that is sent."""

    history: Sequence[Try]
    payload: Any


class Replayed(msgspec.Struct, frozen=True):
    """How many deliveries wait again."""

    queued: int
