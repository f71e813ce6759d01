"""Every example of the client's page does what it says, run against a server whose model is the guide."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.journeys.house import Opening
from tests.promises import keeps

PAGE = Path(__file__).parents[2] / "clients" / "python" / "README.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
LEFT = {"notes.txt": "Buy bread", "copy.txt": "Sales went up."}


@keeps("sdk:examples")
@keeps("client:examples")
@pytest.mark.timeout(120)
async def test_every_example_of_the_page_runs_after_the_ones_before_it(open_house: Opening, tmp_path: Path) -> None:
    house = await open_house(inference__default_model="builtin/guide")
    owner = await house.owner()
    program = tmp_path / "examples.py"
    program.write_text(f"URL, KEY = {house.url!r}, {owner.token!r}\n" + "\n".join(EXAMPLES))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", str(program), cwd=tmp_path, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(100):
        _, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "")
    assert len([example for example in EXAMPLES if "AsyncPalaver(" in example]) >= 3
    assert len([example for example in EXAMPLES if " Palaver(" in example]) >= 10
    assert {name: (tmp_path / name).read_text().strip() for name in LEFT} == LEFT
