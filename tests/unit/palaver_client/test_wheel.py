"""The client as it is handed out: a wheel that says what it needs, and that works with nothing else."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.architecture.source import ROOT
from tests.promises import keeps

BUILD = "import sys; from flit_core.buildapi import build_wheel; print(build_wheel(sys.argv[1]))"
# Both kinds of clients, as far as they get without a server.
USE = """
import asyncio, sys
sys.path[:0] = sys.argv[1:]
import palaver_client
from palaver_client import AsyncPalaver, ConnectionBroke, Palaver, Patience
NOWHERE = "http://127.0.0.1:1"
def ask_at_once():
    with Palaver(NOWHERE, patience=Patience(tries=0)) as client:
        client.ask("hello")
async def ask():
    async with AsyncPalaver(NOWHERE, patience=Patience(tries=0)) as client:
        await client.ask("hello")
for asking in (ask_at_once, lambda: asyncio.run(ask())):
    try:
        asking()
    except ConnectionBroke:
        print(palaver_client.__file__)
"""


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run([sys.executable, *command], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def needed(name: str) -> Iterator[str]:
    """What has to be installed for something, by name."""
    yield name
    for line in distribution(name).requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from needed(requirement.name)


@keeps("sdk:alone")
def test_the_wheel_works_with_httpx_and_what_that_needs_alone(tmp_path: Path) -> None:
    wheel = tmp_path / run("-c", BUILD, str(tmp_path), cwd=ROOT / "clients" / "python").strip()
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "client")
    metadata = next((tmp_path / "client").glob("*.dist-info/METADATA")).read_text("utf-8")
    asks = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    assert asks == ["Requires-Dist: httpx>=0.27,<1"]
    assert (tmp_path / "client" / "palaver_client" / "py.typed").exists()
    (tmp_path / "others").mkdir()
    for name in set(needed("httpx")):
        for top in {file.parts[0] for file in distribution(name).files or () if file.parts[0] != ".."}:
            (tmp_path / "others" / top).symlink_to(Path(str(distribution(name).locate_file(top))))
    told = run("-I", "-S", "-W", "error", "-c", USE, str(tmp_path / "client"), str(tmp_path / "others"), cwd=tmp_path)
    assert told.splitlines() == [str(tmp_path / "client" / "palaver_client" / "__init__.py")] * 2
