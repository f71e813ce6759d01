"""Official clients from npm as tests use them: a script in `clients/` is run by Node and tells what it saw as JSON."""

import asyncio
import fcntl
import json
import os
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "clients"
PATIENCE = 60  # seconds


def install() -> None:
    """Install what the lock file names, if that has not been done since it changed; one process at a time."""
    stamp, lock = HERE / "node_modules" / ".stamp-installed", HERE / "package-lock.json"
    with (HERE / ".stamp-lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
            return
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True)
        stamp.touch()


async def told(script: str, *, url: str, key: str, **more: Any) -> Any:
    """What a script of `clients/` prints, which is one JSON value; it is given `url`, `key` and the rest in `GIVEN`."""
    await asyncio.to_thread(install)
    given = json.dumps({"url": url, "key": key, **more})
    process = await asyncio.create_subprocess_exec(
        "node", str(HERE / script), env={**os.environ, "GIVEN": given}, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            said, errors = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    assert process.returncode == 0, errors.decode()[-4_000:]
    return json.loads(said)
