"""Official clients from npm as tests use them: a script in `clients/` is run by Node and tells what it saw as JSON."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from tests.npm import installed

HERE = Path(__file__).parent / "clients"
PATIENCE = 60  # seconds


async def told(script: str, *, url: str, key: str, **more: Any) -> Any:
    """What a script of `clients/` prints, which is one JSON value; it is given `url`, `key` and the rest in `GIVEN`."""
    await asyncio.to_thread(installed, HERE)
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
