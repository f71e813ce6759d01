"""What webhooks look like, for the OpenAPI document; it serves nothing."""

from typing import Any

import msgspec

from palaver.core.ids import RunId, SessionId
from palaver.webhooks.webhook import (
    Delivery,
    DeliveryList,
    DeliveryWhole,
    Replayed,
    Try,
    Webhook,
    WebhookList,
    WebhookWithSecret,
)

WEBHOOK_ID = "whk_019aa3c5e0187f31a0b9c8d7e6f5a4b3"
DELIVERY_ID = "whd_019aa3c5e0187f32b1b9c8d7e6f5a4b3"
_URL = "https://example.org/palaver"

REQUESTS: dict[str, dict[str, Any]] = {
    "create_webhook": {
        "Answers, and what waits for you": {
            "url": _URL,
            "events": ["run.finished", "run.failed", "approval.requested"],
        },
        "Everything": {"url": _URL, "events": ["*"], "description": "The archive"},
    },
    "change_webhook": {"Enable it again": {"enabled": True}, "Hear of less": {"events": ["message.created"]}},
    "rotate_webhook_secret": {
        "Both count for an hour": {"overlap": 3600},
        "The old one is known to others": {"overlap": 0},
    },
    "replay_webhook": {"Since this morning": {"since": "2026-11-21T06:00:00Z"}},
}


def answers(run: RunId, session: SessionId, at: str) -> dict[str, Any]:
    """Operation → answer."""
    webhook = Webhook(id=WEBHOOK_ID, url=_URL, events=["run.finished", "run.failed"], created_at=at, updated_at=at)
    fields = msgspec.structs.asdict(webhook)
    secret = WebhookWithSecret(**fields, secret="whsec_…")  # noqa: S106 - what one looks like
    tried = Try(at=at, status=204, duration_ms=41.7)
    told = Delivery(
        id=DELIVERY_ID,
        webhook_id=WEBHOOK_ID,
        event="run.finished",
        state="delivered",
        tries=1,
        last=tried,
        created_at=at,
    )
    data = {"type": "done", "seq": 9, "finish_reason": "stop", "duration_ms": 812.0, "turns": 1, "run_id": run,
            "session_id": session}  # fmt: skip
    payload = {"type": "run.finished", "timestamp": at, "data": data}
    whole = DeliveryWhole(**msgspec.structs.asdict(told), history=[tried], payload=payload)
    replay = msgspec.structs.replace(told, id=DELIVERY_ID[:-1] + "4", state="waiting", tries=0, last=None)
    return {
        "list_webhooks": WebhookList([webhook]),
        "create_webhook": secret,
        "get_webhook": webhook,
        "change_webhook": webhook,
        "rotate_webhook_secret": secret,
        "test_webhook": msgspec.structs.replace(whole, event="webhook.test"),
        "replay_webhook": Replayed(12),
        "list_deliveries": DeliveryList([told], None),
        "get_delivery": whole,
        "skip_delivery": msgspec.structs.replace(told, state="skipped"),
        "replay_delivery": msgspec.structs.replace(replay, replay_of=DELIVERY_ID),
    }
