"""Which server `chat` and `models` ask, and as whom: what was said, what is set, or the server of this home."""

import typer

from palaver.entry.cli.access import Access, ByKey, BySignIn, Pair
from palaver.entry.cli.client import Client
from palaver.entry.settings import Settings
from palaver.identity.sign_ins import Place
from palaver.kit.clock import SystemClock
from palaver.kit.sealed import Sealed

# What listens on all addresses is asked at this one.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - nothing is bound here


async def reach(settings: Settings, url: str | None, key: str | None) -> Client:
    """A client for the server that is meant; without a key only the owner of this home can be meant."""
    at = url or settings.url or address_of(settings)
    secret = Sealed(key) if key else Sealed(settings.key.get_secret_value()) if settings.key else None
    if secret is None and (url or settings.url):
        raise typer.BadParameter("A key is needed for another server: set PALAVER_KEY.", param_hint="--key")
    access: Access = ByKey(secret) if secret else await _sign_in(settings, at)
    try:
        return Client(at, access)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--url") from None


def address_of(settings: Settings) -> str:
    """Where the server of this home answers."""
    host = EVERYWHERE.get(settings.host, f"[{settings.host}]" if ":" in settings.host else settings.host)
    return f"http://{host}:{settings.port}"


async def _sign_in(settings: Settings, at: str) -> BySignIn:
    """As the owner of this home, whose database can be written by whoever runs this."""
    from palaver.entry.cli.local import local_identity  # brings the database, which a key makes unnecessary

    async with local_identity(settings) as identity:
        owner = await identity.accounts.owner()
        tokens, _ = await identity.sign_ins.open(
            owner.id, cookie=False, place=Place("palaver, on the machine of the server")
        )
    return BySignIn(at, Pair(tokens.access, tokens.refresh, tokens.expires_in), SystemClock())
