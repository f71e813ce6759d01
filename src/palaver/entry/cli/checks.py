"""What `palaver doctor` looks at, one check after the other; it prints and mends nothing."""

import asyncio
import shutil
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal

import aiohttp

from palaver.care.resources.service import Help
from palaver.care.resources.throughline import DirectoryFailed, ThroughLine
from palaver.entry.cli.reach import address_of
from palaver.entry.database import open_database
from palaver.entry.home import HomeUnusable, prepare_home
from palaver.entry.openings import allowed, too_few
from palaver.entry.settings import Loaded, Settings
from palaver.inference.providers.guide import Guide
from palaver.inference.service import Inference, ProviderHealth
from palaver.kit import http
from palaver.kit.clock import SystemClock
from palaver.storage.port import StorageUnavailable

# Less than this, and a busy day may fill the disk.
LITTLE_SPACE = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it where there is something."""

    state: Literal["well", "odd", "wrong"]
    says: str
    do: str | None = None


async def checks(loaded: Loaded) -> AsyncGenerator[Finding]:
    """Everything, from the inside out."""
    file = f" and {loaded.file}" if loaded.file else ""
    yield Finding("well", f"Settings come from the environment{file}.")
    home = _home(loaded.settings)
    yield home
    if home.state != "wrong":
        yield await _database(loaded.settings)
    yield await _port(loaded.settings)
    yield _openings(loaded.settings)
    for finding in _help(loaded.settings):
        yield finding
    if loaded.settings.care.throughline.on:
        yield await _directory(loaded.settings)
    for finding in await _models(loaded):
        yield finding


def _home(settings: Settings) -> Finding:
    try:
        prepare_home(settings.home)
        free = shutil.disk_usage(settings.home).free
    except HomeUnusable as error:
        return Finding("wrong", str(error))
    if free < LITTLE_SPACE:
        return Finding("odd", f"Only {free // 1_000_000} MB are free at {settings.home}.", "Make room.")
    return Finding("well", f"The home is {settings.home}, with {free // 1_000_000_000} GB free.")


async def _database(settings: Settings) -> Finding:
    at = settings.database_path
    try:
        async with open_database(settings) as database:
            await database.check()
    except StorageUnavailable as error:
        return Finding("wrong", f"The database {at} cannot be used: {error.__cause__ or error}.", _MEND_DATABASE)
    return Finding("well", f"The database is {at}; it can be read and written.")


_MEND_DATABASE = "See that the file belongs to you and the disk has room. If it is damaged, put a backup in its place."


async def _port(settings: Settings) -> Finding:
    at = address_of(settings)
    if settings.port and await _palaver_answers(at):
        return Finding("well", f"Palaver is running and answers at {at}.")
    try:
        with socket.create_server((settings.host, settings.port)):
            return Finding("well", f"Port {settings.port} is free; `palaver serve` starts Palaver there.")
    except OSError as error:
        return Finding(
            "wrong", f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}.", _OTHER_PORT
        )


_OTHER_PORT = "End what listens there, or set PALAVER_PORT to another one."


def _openings(settings: Settings) -> Finding:
    openings = allowed()
    if few := too_few(openings, settings.sockets.most):
        return Finding("odd", few, _MORE_OPENINGS)
    return Finding("well", f"{openings:,} connections and files may be open at once.")


_MORE_OPENINGS = (
    "Raise the hard limit of open files (`ulimit -Hn`, LimitNOFILE=, --ulimit nofile=), or lower sockets.most."
)


def _help(settings: Settings) -> list[Finding]:
    """Who is told to people in need: a line that nobody looked at for long may have moved."""
    found = Help(settings.care.resources_file).doubts(SystemClock().now().date())
    if found.says is None:
        return [Finding("well", f"All {found.known} help resources are confirmed and were read lately.")]
    named = [
        ("Not confirmed: ", found.unconfirmed),
        ("Read too long ago: ", found.old),
        ("Read on a day that has not come: ", found.ahead),
    ]
    return [
        Finding("odd", found.says, _CONFIRM),
        *(Finding("odd", f"{says}{', '.join(ids)}.") for says, ids in named if ids),
    ]


_CONFIRM = (
    "Call them or look at their pages, then give each with verified_on and verified_by, your name, in "
    "care.resources_file; what is wrong is removed there."
)


async def _directory(settings: Settings) -> Finding:
    """Asked once, for the country of this server."""
    country = settings.care.country or "US"
    asked = ThroughLine(settings.care.throughline, SystemClock())
    try:
        found = await asked.helplines(country)
    except DirectoryFailed as error:
        return Finding("odd", f"ThroughLine could not be asked, and what ships is told: {error}", _ACCOUNT)
    finally:
        await asked.close()
    unusable = f", and {found.skipped} that cannot be shown" if found.skipped else ""
    return Finding("well", f"ThroughLine lists {len(found.services)} services for {country}{unusable}.")


_ACCOUNT = "Check care.throughline: its addresses, client_id and client_secret, and what your account may ask."


async def _palaver_answers(at: str) -> bool:
    async with http.session(connect=2) as session:
        try:
            async with asyncio.timeout(3), session.get(f"{at}/api/v1/health") as reply:
                return reply.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


async def _models(loaded: Loaded) -> list[Finding]:
    clock = SystemClock()
    inference = Inference(loaded.settings.inference, loaded.providers, Guide(clock), clock)
    try:
        await inference.look()
        found = [_provider(loaded, health) for health in inference.health()]
    finally:
        await inference.close()
    if len(found) == 1:
        found.append(Finding("odd", "No large model is connected.", _CONNECT))
    return found


_CONNECT = "Set a key such as OPENAI_API_KEY, start Ollama, or see the page `connecting-models`."


def _provider(loaded: Loaded, health: ProviderHealth) -> Finding:
    one = loaded.providers.get(health.name)
    if one and one.api_key_env and one.api_key is None:
        return Finding("wrong", f"Provider {health.name} has no key.", f"Set {one.api_key_env} in the environment.")
    if health.trouble:
        return Finding(
            "wrong", f"Provider {health.name}: {health.trouble}", "Check its base_url, its key, and whether it runs."
        )
    return Finding("well", f"Provider {health.name} answers and offers {health.models} models.")
