"""From where the request that is being answered came; it trusts and refuses nobody."""

from contextvars import ContextVar

# The address of the client, as the trusted proxies say; None outside requests.
asked_from: ContextVar[str | None] = ContextVar("asked_from", default=None)
