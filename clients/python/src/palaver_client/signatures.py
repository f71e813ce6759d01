"""♥ Whether what came to a webhook is from Palaver, by the Standard Webhooks scheme; it receives nothing itself."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict, cast

from palaver_client.errors import NotGenuine

# An older one may be somebody's who wrote down what was sent once; clocks differ by less.
TOLERANCE = 300.0
_PREFIX = "whsec_"


class WebhookEvent(TypedDict):
    """What a webhook is told. `id` stays the same when it is told again: take each once."""

    id: str
    type: str
    timestamp: str
    data: dict[str, Any]


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> WebhookEvent:
    """What came, if it is genuine and not older than `tolerance` seconds; raises `NotGenuine` otherwise.

    `body` is what came before anything parsed it. While a secret is being replaced, hand over both.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        sent_id, sent_at, signed = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise NotGenuine(f"The header {missing.args[0]} is missing.") from None
    content = body.encode() if isinstance(body, str) else body
    _check_age(sent_at, time.time() if now is None else now, tolerance)
    # Compared as it came: a number that is written in another way is another text.
    told = b".".join((sent_id.encode(), sent_at.encode(), content))
    secrets = [secret] if isinstance(secret, str) else list(secret)
    _check_signature(signed, [_signature(told, one) for one in secrets])
    return cast("WebhookEvent", {**_read(content), "id": sent_id})


def _check_age(sent_at: str, now: float, tolerance: float) -> None:
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) < 16):
        raise NotGenuine("The header webhook-timestamp is no time.")
    if abs(now - int(sent_at)) > tolerance:
        raise NotGenuine("It was sent too long ago, or the clocks differ.")


def _check_signature(signed: str, expected: Sequence[bytes]) -> None:
    # Every pair is compared, so that the time it takes tells nothing.
    if not any([hmac.compare_digest(one, two) for one in _versions(signed) for two in expected]):  # noqa: C419
        raise NotGenuine("It is not signed with this secret.")


def _versions(signed: str) -> Iterator[bytes]:
    for one in signed.split():
        version, _, signature = one.partition(",")
        if version == "v1":
            yield signature.encode()


def _signature(told: bytes, secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError as error:
        raise ValueError("A webhook's secret is whsec_ and base64.") from error
    if not key:
        raise ValueError("The webhook's secret is empty.")
    return base64.b64encode(hmac.digest(key, told, hashlib.sha256))


def _read(content: bytes) -> dict[str, Any]:
    try:
        event: Any = json.loads(content)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise NotGenuine("What was signed is no event.")
    return cast("dict[str, Any]", event)
