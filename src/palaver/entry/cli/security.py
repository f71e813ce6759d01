"""What `palaver doctor --security` looks at besides the settings: files, accounts, the audit log; it mends nothing."""

import stat
import sys
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from palaver.entry.auditing import open_audit
from palaver.entry.database import open_database
from palaver.entry.home import prepare_home
from palaver.entry.keys import ring_of
from palaver.entry.safety import Weakness, weaknesses
from palaver.entry.settings import Settings
from palaver.identity.checkup import store
from palaver.kit.clock import SystemClock, stamp
from palaver.privacy.keys.wrapping import KeyUnusable
from palaver.storage.port import StorageUnavailable
from palaver.tools.sandbox.choosing import choose

UNUSED = timedelta(days=90)

# Until when a Python gets repairs of its security, by its makers' plan.
SUPPORTED = {(3, 11): date(2027, 10, 31), (3, 12): date(2028, 10, 31), (3, 13): date(2029, 10, 31)}


async def look(settings: Settings) -> AsyncGenerator[Weakness]:
    """Everything that should be otherwise; nothing where all is well."""
    prepare_home(settings.home)
    for one in weaknesses(settings):
        yield one
    for one in files(settings):
        yield one
    for one in versions(sys.version_info[:2], datetime.now(UTC).date()):
        yield one
    if (chosen := await choose(settings.sandbox, settings.home)).sandbox is None:
        yield Weakness("sandbox", "odd", "Agents can run no programs: there is no sandbox.", chosen.why)
    async for one in _database(settings):
        yield one


def files(settings: Settings) -> Iterator[Weakness]:
    """The home and what lies in it is its owner's alone."""
    kept = [settings.home, settings.database_path, *settings.home.glob("*.key"), *settings.home.glob("audit.*")]
    beside = [settings.database_path.with_name(f"{settings.database_path.name}{end}") for end in ("-wal", "-shm")]
    for file in (*kept, *beside, *([settings.config] if settings.config else [settings.home / "palaver.toml"])):
        if open_ := _others(file):
            do = f"chmod {'700' if file.is_dir() else '600'} {file}"
            yield Weakness("files", "odd" if _closed(file) else "wrong", f"{file} may be {open_} by others.", do)


def versions(python: tuple[int, ...], today: date) -> Iterator[Weakness]:
    """Whether what we run on is still repaired."""
    ends = SUPPORTED.get((python[0], python[1]))
    if ends is not None and today > ends:
        version = ".".join(map(str, python))
        yield Weakness("versions", "wrong", f"Python {version} is repaired no more.", "Use a newer one.")


async def _database(settings: Settings) -> AsyncGenerator[Weakness]:
    try:
        older = ring_of(settings).older() if settings.home.is_dir() else []
    except KeyUnusable as error:
        yield Weakness("keys", "wrong", error.detail, "Set what wraps the keys as it was.")
        return
    if older:
        yield Weakness("keys", "odd", "A key that was replaced is still there.", "Run `palaver secrets rotate` again.")
    try:
        async with open_database(settings) as database:
            audit = await open_audit(settings, database, SystemClock()).verify()
            found = await database.scan(store.look(stamp(datetime.now(UTC) - UNUSED)))
    except StorageUnavailable as error:
        yield Weakness("database", "wrong", f"The database cannot be used: {error.detail}", "See `palaver doctor`.")
        return
    if audit.broken:
        says = f"The audit log is broken at entry {audit.broken.n}: {audit.broken.why}."
        yield Weakness("audit", "wrong", says, "Find out who changed the database; compare with exports and log lines.")
    elif audit.remark:
        yield Weakness("audit", "odd", audit.remark, "Compare its end with the log lines of `Audited`.")
    for one in accounts(found):
        yield one


def accounts(found: store.Accounts) -> Iterator[Weakness]:
    """What is known of accounts and keys."""
    if found.endless_keys:
        yield Weakness("endless keys", "odd", f"{found.endless_keys} API keys never end.", "Give keys an end.")
    if found.unused_keys:
        says = f"{found.unused_keys} API keys were not used for {UNUSED.days} days."
        yield Weakness("unused keys", "odd", says, "Delete them.")
    if found.plain_admins:
        says = f"{found.plain_admins} administrators sign in with a password alone."
        yield Weakness("second factor", "wrong", says, 'Set identity.second_factor_required_for to ["admin"].')


def _others(file: Path) -> str | None:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return None
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "changed"
    return "read" if mode & (stat.S_IRGRP | stat.S_IROTH) else None


def _closed(file: Path) -> bool:
    """Whether the folder around a file keeps others out anyway."""
    return file.is_file() and not _others(file.parent) and not stat.S_IMODE(file.parent.stat().st_mode) & 0o011
