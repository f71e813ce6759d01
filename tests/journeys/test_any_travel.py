"""Any sequence of changes, turns, checkpoints, rewinds, forks, deletions and kills leaves what a simple model says.

Everything goes through the API of a real server with a real database and disk; modes are set as programs set them.
"""

import asyncio
import copy
import io
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from palaver.entry.filing import open_files, sweep_of
from palaver.files import store
from palaver.files.settings import FileSettings
from palaver.kit.clock import SystemClock
from palaver.storage.sqlite import SqliteDatabase
from tests.journeys.acting import calls, says, write
from tests.journeys.house import House, Person, houses
from tests.journeys.nursery import Nursery
from tests.journeys.travel_model import (
    FOLDER,
    Copy,
    Files,
    Point,
    above,
    below,
    differences,
    in_the_way,
)
from tests.promises import keeps
from tests.vendor import FakeVendor

WHICH, WHERE = some.integers(0, 2), some.integers(0, 9)
PATHS = some.sampled_from(["a", "b", "b/c", "b/c/d"])
CONTENTS = some.sampled_from([b"", b"one", b"two", b"\0\xff"])
WORDS = some.sampled_from(["one", "more"])
MODES = some.sampled_from([0o600, 0o755])
RESTORED = some.sampled_from([["messages"], ["files"], ["files"], ["messages", "files"], ["messages", "files"]])


class World(NamedTuple):
    """A server that all sequences share; each has sessions of its own."""

    runner: asyncio.Runner
    house: House
    owner: Person
    vendor: FakeVendor

    def call(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        return self.runner.run(self.owner.call(method, path, json, **more))

    def sure(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        answer = self.call(method, path, json, **more)
        assert answer.status < 300, (method, path, answer.status, answer.body)
        return answer.json if answer.body else None

    def tree(self, session_id: str) -> Files:
        self.sure("GET", f"/sessions/{session_id}/files")  # whoever looks finds what it is to be
        root = self.house.home / "workspaces" / session_id
        return {
            path.relative_to(root).as_posix(): (
                path.read_bytes() if path.is_file() else None,
                path.stat().st_mode & 0o777,
            )
            for path in root.rglob("*")
        }


class Sequences(RuleBasedStateMachine):
    """Sessions of a server beside their models."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        first = self.world.sure("POST", "/sessions", {"permission_mode": "acceptEdits"})
        self.copies: dict[str, Copy] = {first["id"]: Copy()}
        self.killed = False

    def teardown(self) -> None:
        for session_id in self.copies:
            self.world.sure("DELETE", f"/sessions/{session_id}")

    @rule(which=WHICH, path=PATHS, content=CONTENTS)
    def put(self, which: int, path: str, content: bytes) -> None:
        session_id, twin = self.one(which)
        answer = self.world.call("PUT", f"/sessions/{session_id}/files/{path}", data=io.BytesIO(content))
        assert (answer.status == 200) is not in_the_way(twin.files, path)
        if answer.status == 200:
            twin.write(path, content)

    @rule(which=WHICH, path=PATHS)
    def delete(self, which: int, path: str) -> None:
        session_id, twin = self.one(which)
        answer = self.world.call("DELETE", f"/sessions/{session_id}/files/{path}")
        assert (answer.status == 204) is (path in twin.files)
        for one in below(twin.files, path):
            del twin.files[one]

    @rule(which=WHICH, path=PATHS, to=PATHS)
    def move(self, which: int, path: str, to: str) -> None:
        session_id, twin = self.one(which)
        answer = self.world.call("POST", f"/sessions/{session_id}/files/move", {"path": path, "to": to})
        if answer.status != 200 or path == to:
            self.learn_folders(session_id, twin)
            return
        assert path in twin.files
        assert to not in twin.files
        moved = {one: twin.files.pop(one) for one in below(twin.files, path)}
        above(twin.files, to)
        twin.files.update({to + one[len(path) :]: said for one, said in moved.items()})

    @rule(which=WHICH, path=PATHS)
    def make_folder(self, which: int, path: str) -> None:
        session_id, twin = self.one(which)
        answer = self.world.call("POST", f"/sessions/{session_id}/folders", {"path": path})
        assert (answer.status == 201) is not in_the_way(twin.files, f"{path}/x")
        if answer.status == 201:
            above(twin.files, f"{path}/x")

    @rule(which=WHICH, where=WHERE, mode=MODES)
    def chmod(self, which: int, where: int, mode: int) -> None:
        session_id, twin = self.one(which)
        if twin.files:
            path = sorted(twin.files)[where % len(twin.files)]
            mode |= 0o700 if twin.files[path][0] is None else 0
            (self.world.house.home / "workspaces" / session_id / path).chmod(mode)
            twin.files[path] = (twin.files[path][0], mode)

    @rule(which=WHICH, path=PATHS, content=WORDS)
    def turn(self, which: int, path: str, content: str) -> None:
        self.asked(which, path, content, lambda twin: twin.head)

    @rule(which=WHICH, where=WHERE, path=PATHS)
    def turn_elsewhere(self, which: int, where: int, path: str) -> None:
        """A question at another place makes a sibling, and the head goes there."""
        self.asked(which, path, "other", lambda twin: self.spot(twin, where, "assistant"))

    @rule(which=WHICH, where=WHERE)
    def drop(self, which: int, where: int) -> None:
        _, twin = self.one(which)
        gone = self.spot(twin, where, "user")
        if gone is not None:
            self.world.sure("DELETE", f"/messages/{gone}")
            twin.drop(gone)

    @rule(which=WHICH)
    def checkpoint(self, which: int) -> None:
        session_id, twin = self.one(which)
        made = self.world.sure("POST", f"/sessions/{session_id}/checkpoints", {"label": "here"})
        twin.points[made["id"]] = Point(twin.head, copy.copy(twin.files))

    @rule(which=WHICH, where=WHERE, restore=RESTORED)
    def rewind(self, which: int, where: int, restore: list[str]) -> None:
        session_id, twin = self.one(which)
        known = twin.checkpoints()
        if known:
            self.go(session_id, twin, known[where % len(known)], restore)

    @rule(which=WHICH, restore=RESTORED)
    def forward(self, which: int, restore: list[str]) -> None:
        """What was set last: after a rewind, it takes that back."""
        session_id, twin = self.one(which)
        if twin.points:
            self.go(session_id, twin, list(twin.points)[-1], restore)

    @rule(which=WHICH, where=WHERE)
    def fork(self, which: int, where: int) -> None:
        session_id, twin = self.one(which)
        if len(self.copies) == 3:
            return
        way = twin.way(twin.head)
        at = way[-1 - where % len(way)] if way else None
        made = self.world.sure("POST", f"/sessions/{session_id}/fork", {"message_id": at} if at else {})
        forked = Copy(files=twin.files_at(at))
        shown = [one["id"] for one in self.messages(made["id"])]
        assert len(shown) == len(twin.way(at))
        for old, new in zip(twin.way(at), shown, strict=True):
            one = twin.said[old]
            forked.said[new] = type(one)(forked.head, one.role, copy.copy(one.before))
            forked.head = new
        self.copies[made["id"]] = forked

    @rule(which=WHICH)
    def end(self, which: int) -> None:
        if len(self.copies) > 1:
            session_id, _ = self.one(which)
            self.world.sure("DELETE", f"/sessions/{session_id}")
            del self.copies[session_id]

    @rule()
    def kill(self) -> None:
        """As by `kill -9`; before the next start everything is swept that nothing needs."""
        if not self.killed:
            self.killed = True
            self.world.runner.run(self.world.house.kill())
            self.world.runner.run(swept(self.world.house.home))
            self.world.runner.run(self.world.house.start())

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        for session_id, twin in self.copies.items():
            assert self.world.tree(session_id) == twin.files
            assert [one["id"] for one in self.messages(session_id)] == twin.way(twin.head)

    def one(self, which: int) -> tuple[str, Copy]:
        return list(self.copies.items())[which % len(self.copies)]

    def messages(self, session_id: str) -> list[dict[str, Any]]:
        return self.world.sure("GET", f"/sessions/{session_id}/messages?limit=200")["items"]

    def spot(self, twin: Copy, where: int, role: str) -> str | None:
        found = [one for one, said in twin.said.items() if said.role == role]
        return found[where % len(found)] if found else None

    def asked(self, which: int, path: str, content: str, place: Any) -> None:
        session_id, twin = self.one(which)
        at, before = place(twin), copy.copy(twin.files)
        self.world.vendor.next(calls(write("w", path, content)), says("done"))
        body = {"prompt": "go", "session_id": session_id, "parent_message_id": at}
        answer = self.world.sure("POST", "/query/single", body)
        twin.turn(answer["parent_id"], answer["id"], at, before)
        if not in_the_way(twin.files, path):
            twin.write(path, content.encode())

    def go(self, session_id: str, twin: Copy, checkpoint: str, restore: list[str]) -> None:
        point = twin.target(checkpoint)
        body = {"checkpoint_id": checkpoint, "restore": restore}
        told = self.world.call("POST", f"/sessions/{session_id}/rewind", body | {"preview": True})
        answer = self.world.call("POST", f"/sessions/{session_id}/rewind", body)
        assert told.status == answer.status == (409 if point is None else 200), answer.body
        if point is None:
            return
        done = answer.json
        assert done["restored"] == told.json["restored"]
        twin.points[done["checkpoint_id"]] = Point(twin.head, copy.copy(twin.files))
        if "files" in restore:
            was = done["restored"]["files"]
            said = tuple({one.rstrip("/") for one in was[kind]} for kind in ("created", "changed", "deleted"))
            assert said == differences(twin.files, point.files)
            twin.files = copy.copy(point.files)
        if "messages" in restore:
            twin.head = point.head

    def learn_folders(self, session_id: str, twin: Copy) -> None:
        """A move that is refused may have made the folders on its way, and nothing else."""
        for path, one in self.world.tree(session_id).items():
            if path not in twin.files:
                assert one == (None, FOLDER)
                twin.files[path] = one


async def swept(home: Path) -> None:
    """As the job does it, but at once: afterwards nothing is there that is not needed, and nothing is missing."""
    database = SqliteDatabase(home / "palaver.db")
    try:
        clock = SystemClock()
        files = open_files(home, FileSettings(sweep_grace=0, unused_uploads=0), database, clock)
        sweep = sweep_of(files, database, clock)
        await sweep.sweep()
        roots: set[str] = set()
        for one in sweep._roots:
            roots |= await database.scan(one())
        needed = files.home.snapshots.needed(roots) | await database.scan(store.contents())
        assert set(files.home.blobs.names()) == needed
    finally:
        await database.close()


@pytest.mark.timeout(400)  # what fails is made smaller for up to five minutes
@keeps("sessions:rewind", "sessions:fork", "files:sweep")
def test_any_sequence_of_changes_and_travels_leaves_what_a_model_says(nursery: Nursery, tmp_path: Path) -> None:
    with asyncio.Runner() as runner:

        async def opened() -> tuple[FakeVendor, Any, House, Person]:
            vendor = await FakeVendor().__aenter__()
            opening = houses(nursery, tmp_path, vendor)
            house = await (await opening.__aenter__())()
            return vendor, opening, house, await house.owner()

        async def closed() -> None:
            await house.kill()
            await swept(house.home)
            assert not list((house.home / "blobs").glob("??/*"))
            assert not [one for one in (house.home / "workspaces").iterdir() if one.name.startswith("ses")]
            await opening.__aexit__(None, None, None)
            await vendor.close()

        vendor, opening, house, owner = runner.run(opened())
        made = type("OfThisServer", (Sequences,), {"world": World(runner, house, owner, vendor)})
        try:
            run_state_machine_as_test(
                made,
                settings=settings(
                    max_examples=15,
                    stateful_step_count=20,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(closed())
