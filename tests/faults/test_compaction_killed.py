"""A server that is killed at any step of writing a summary has it once, or not yet; nothing is there twice."""

import contextlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.journeys.house import Opening
from tests.journeys.packages import package
from tests.journeys.test_compaction import SMALL, _answer, reply, talk
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

# A package of the server that lets it die, once, at the step that stands in a file: before so many statements, once all
# of them were made and none is committed, or once they are.
DYING = """
import os
import signal
from pathlib import Path

from palaver.runs.compacting import Compacting
from palaver.runs.concluding import Concluding
from palaver.sessions import summing

STEP = Path(os.environ["PALAVER_HOME"]) / "step"


def die(step):
    if STEP.exists() and STEP.read_text() == str(step):
        STEP.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def counted(script):
    def dying(*given, **named):
        inner = script(*given, **named)
        number, result = 0, None
        while True:
            try:
                do = inner.send(result)
            except StopIteration as end:
                die("made")
                return end.value
            die(number)
            number += 1
            result = yield do
    return dying


def ended(method):
    async def dying(*given, **named):
        found = await method(*given, **named)
        die("committed")
        return found
    return dying


summing.insert = counted(summing.insert)
summing.add = counted(summing.add)
Compacting._insert = ended(Compacting._insert)
Concluding.conclude = ended(Concluding.conclude)


def nothing():
    return []
"""
STEPS = ("1", "made", "committed")


async def opened(open_house: Opening, folder: Path) -> Any:
    site = package(folder, "dying", DYING, {"palaver.toolsets": {"nothing": "dying:nothing"}})
    return await open_house(SMALL, packages=site)


@keeps("context:compaction-killed")
@pytest.mark.parametrize("step", STEPS)
async def test_a_summary_that_was_asked_for_is_written_once_wherever_the_server_dies(
    open_house: Opening, vendor: FakeVendor, tmp_path: Path, step: str
) -> None:
    house = await opened(open_house, tmp_path)
    owner = await house.owner()
    session = await talk(owner, 4)
    before = await owner.messages(session)
    vendor.always = _answer
    (house.home / "step").write_text(step)
    with contextlib.suppress(aiohttp.ClientError):
        await owner.call("POST", f"/sessions/{session}/summarize", {})
    await house.gone()
    assert not (house.home / "step").exists()
    await house.start()
    await owner.until(f"/sessions/{session}", lambda one: one["status"] == "idle")
    after = await owner.messages(session)
    assert after[:-1] == before
    assert (after[-1]["role"], after[-1]["summary"]["messages"]) == ("system", 4)
    assert (await owner.get(f"/sessions/{session}/context"))["messages"]["count"] == 4
    assert house.rows("select count(*) from runs where state <> 'over'") == [(0,)]


@keeps("context:compaction-killed")
@pytest.mark.parametrize("step", STEPS)
async def test_a_turn_that_sums_up_first_has_one_summary_and_one_answer_wherever_the_server_dies(
    open_house: Opening, vendor: FakeVendor, tmp_path: Path, step: str
) -> None:
    house = await opened(open_house, tmp_path)
    owner = await house.owner()
    session = await talk(owner, 4)
    vendor.next(reply("long " * 7_000))
    await owner.post("/query/single", {"prompt": "Much?", "session_id": session, "model": "fake/small"})
    before = await owner.messages(session)
    vendor.always = _answer
    (house.home / "step").write_text(step)
    with contextlib.suppress(aiohttp.ClientError):  # the server may be gone before its answer is on the way
        await owner.call("POST", f"/sessions/{session}/messages", {"prompt": "So?", "model": "fake/small"})
    await house.gone()
    assert not (house.home / "step").exists()
    await house.start()
    ((run_id,),) = house.rows("select id from runs order by created_at desc, id desc limit 1")
    events = await owner.whole(run_id)
    assert [one.type for one in events].count("message") == 1
    assert events[-1].data["finish_reason"] == "stop"
    after = await owner.messages(session)
    assert after[: len(before)] == before
    assert [one["role"] for one in after[len(before) :]] == ["system", "user", "assistant"]
    assert [one["parent_id"] for one in after[1:]] == [one["id"] for one in after[:-1]]
    assert house.rows("select count(*) from runs where state <> 'over'") == [(0,)]
    assert len((await owner.get(f"/sessions/{session}/tree"))["items"]) == len(after)
