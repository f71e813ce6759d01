"""What is written down about security: who did what to which account, key or rule, and from where; it stores nothing.

Never content: no text of a message, no secret, no part of one. Ids, names of settings and outcomes only.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from palaver.core.ids import UserId


class SecurityEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One act. `kind` is `area.act` (`auth.signed_in`, `key.created`, `user.deactivated`), a stable word of the API.

    `actor_id` is who did it (None: nobody who is known), `subject` the id or the name of what it was done to,
    `address` where the request came from, `detail` a few short facts more.
    """

    kind: str
    actor_id: UserId | None = None
    subject: str | None = None
    address: str | None = None
    detail: Mapping[str, str] = {}


class Audit(Protocol):
    """Where acts are written down. It keeps their order and loses none that it was told."""

    async def __call__(self, event: SecurityEvent) -> None:
        """Write it down; when this returns, it is durable."""
        ...


async def unheard(event: SecurityEvent) -> None:
    """The twin of an audit for parts that are used alone: nobody listens."""
