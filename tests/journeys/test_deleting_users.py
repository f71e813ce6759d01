"""A user is deleted: nothing of theirs is left, anywhere, and everything of everybody else is."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from palaver.entry.filing import open_files, sweep_of
from palaver.files.settings import FileSettings
from palaver.kit.clock import SystemClock
from palaver.storage.sqlite import SqliteDatabase
from tests.journeys.accounts import login, member, register, with_second_factor
from tests.journeys.belongings import PLANTED, one_of_everything
from tests.journeys.house import PASSWORD, House, Opening, Person
from tests.journeys.streams import PATIENCE
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

GRACE = "grace@example.org"
HERON = "heron"  # what Ada says where Bob is at home: it stays

# Where the id of somebody may stand who is no more: it names nobody.
ID_STAYS = {
    "audit_log.actor_id": "the log is not changed",
    "audit_log.detail": "the log is not changed",
    "audit_log.subject": "the log is not changed",
    "messages.user_id": "in a session of somebody else: which messages are of one author",
    "message_search_data.block": "the same, for searching",
    "run_events.body": "in a session of somebody else: what was told there is told again as it was",
    "runs.user_id": "in a session of somebody else: the answer that was given there is its owner's",
}
# Columns that say whose something is and have no row of `users` to go with, with what deletes them.
NO_CASCADE = {
    "approvals.user_id": "goes with its run; in a session of somebody else it is over, and that session's",
    "asides.user_id": "goes with its session",
    "grants.user_id": "runs/leaving",
    "messages.user_id": "goes with its session",
    "passages.owner": "goes with its document",
    "rewinds.user_id": "goes with its session",
    "runs.owner": "the process that drives it",
    "runs.user_id": "goes with its session",
    "sessions.user_id": "entry/leaving",
    "threads.user_id": "surfaces",
    "webhook_deliveries.user_id": "goes with its webhook",
}


def holding(house: House, word: str) -> set[str]:
    """Every column of every table in which a word stands, those behind the search included."""
    found: set[str] = set()
    for (table,) in house.rows("select name from sqlite_master where type = 'table'"):
        for row in house.rows(f"pragma table_info({table})"):
            column = f'"{row[1]}"'
            if house.rows(f"select 1 from {table} where instr(cast({column} as blob), cast(? as blob)) limit 1", word):
                found.add(f"{table}.{row[1]}")
    return found


def files_with(home: Path, word: str) -> list[str]:
    """Every file below a home in which a word stands, but for the log, and the database, which is asked by row."""
    return [
        str(one.relative_to(home))
        for one in home.rglob("*")
        if one.is_file() and not one.name.startswith(("palaver.db", "log")) and word.encode() in one.read_bytes()
    ]


async def gone(house: House, user_id: str) -> None:
    """Wait until the row of somebody is gone."""
    async with asyncio.timeout(PATIENCE):
        while house.rows("select 1 from users where id = ?", user_id):
            await house.person("").call("GET", "/health")


async def id_of(person: Person) -> str:
    """Who they are."""
    return (await person.get("/auth/me"))["user"]["id"]


async def document_of(house: House) -> dict[str, Any]:
    """What the server says of itself."""
    async with house.client.get(f"{house.url}/openapi.json") as reply:
        return await reply.json()


async def swept(home: Path) -> None:
    """What the server does now and then, without its time of grace."""
    database = SqliteDatabase(home / "palaver.db")
    try:
        files = open_files(home, FileSettings(sweep_grace=0, unused_uploads=0), database, SystemClock())
        await sweep_of(files, database, SystemClock()).sweep()
    finally:
        await database.close()


async def home_of_bob(bob: Person, ada_id: str) -> tuple[str, str]:
    """Somebody else's session and project, into both of which he lets Ada."""
    project = (await bob.post("/projects", {"name": "Birds", "instructions": "Look up."}))["id"]
    shared = await bob.call("PUT", f"/projects/{project}/shared-with/{ada_id}", {"role": "editor"})
    assert shared.status < 300, shared.body
    session = (await bob.ask("the first words"))[0].data["session_id"]
    await bob.post(f"/sessions/{session}/members", {"user_id": ada_id, "role": "editor"})
    return session, project


async def more_of(house: House, owner: Person, ada: Person, ada_id: str, session: str) -> None:
    """What somebody has besides the things of the API's document."""
    await with_second_factor(ada)
    assert (await owner.call("PUT", "/budgets", {"user_id": ada_id, "tokens": 1_000_000})).status < 300
    with house.writing() as link:
        link.execute("insert into grants values ('grn_1', ?, null, ?, 'now')", (ada_id, PLANTED))
        link.execute("insert into threads values (?, ?, ?, 'msg_1')", (ada_id, PLANTED, session))


@keeps("identity:delete-user")
async def test_who_is_deleted_leaves_nothing_behind_and_others_keep_all_that_is_theirs(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    ada, bob = await house.stranger(), await member(house, "bob@example.org")
    ada_id, email = await id_of(ada), str((await ada.get("/auth/me"))["user"]["email"])
    session, project = await home_of_bob(bob, ada_id)
    await ada.ask(f"the {HERON} stands", session_id=session)
    owns = await one_of_everything(ada, vendor, await document_of(house))
    await ada.post(f"/sessions/{owns.ids['session_id']}/members", {"user_id": await id_of(bob), "role": "viewer"})
    await more_of(house, owner, ada, ada_id, session)
    key = house.person((await ada.post("/api-keys", {"name": "robot"}))["key"])
    assert not_cascading(house) == NO_CASCADE.keys()
    assert {"messages.text", "sessions.title", "projects.body", "grants.rule"} <= holding(house, PLANTED)
    assert files_with(house.home, PLANTED)

    assert (await owner.call("DELETE", f"/users/{ada_id}")).status == 204
    for person in (ada, key):
        assert (await person.call("GET", "/auth/me")).status == 401
    assert house.rows("select 1 from users where id = ?", ada_id) == []
    assert (await owner.call("GET", f"/users/{ada_id}")).status == 404
    assert (await owner.call("DELETE", f"/users/{ada_id}")).status == 404
    assert (await bob.call("GET", f"/sessions/{owns.ids['session_id']}")).status == 404
    assert (await bob.get(f"/projects/{project}"))["instructions"] == "Look up."
    assert [one["user_id"] for one in (await bob.get(f"/sessions/{session}/members"))["items"]] == [await id_of(bob)]
    said = [(HERON in one["text"], one.get("author")) for one in await bob.messages(session) if one["role"] == "user"]
    assert [heron for heron, _ in said] == [False, True]
    assert said[1][1] == {"user_id": ada_id, "name": ""}, "nobody is called anything"
    assert len((await bob.get("/sessions", params={"q": HERON}))["items"]) == 1
    assert (await register(house, email)).status == 201, "the address is free"

    await house.end()
    await swept(house.home)
    assert holding(house, PLANTED) == set()
    assert holding(house, ada_id) <= ID_STAYS.keys()
    for table in ("sessions", "messages", "runs", "run_events", "checkpoints"):
        whose = "run_id in (select id from runs where session_id = ?)" if table == "run_events" else "session_id = ?"
        whose = "id = ?" if table == "sessions" else whose
        assert house.rows(f"select count(*) from {table} where not ({whose})", session) == [(0,)], table
    assert files_with(house.home, PLANTED) == []
    assert holding(house, '"Ada"') == set()
    assert house.rows("pragma foreign_key_check") == []


def not_cascading(house: House) -> set[str]:
    """Every column that says whose something is, and does not go with that row of `users`."""
    found: set[str] = set()
    for (table,) in house.rows("select name from sqlite_master where type = 'table' and name not like '%_search%'"):
        keys = house.rows(f"pragma foreign_key_list({table})")
        gone = {key[3] for key in keys if (key[2], key[6]) == ("users", "CASCADE")}
        columns = {row[1] for row in house.rows(f"pragma table_info({table})")}
        found |= {f"{table}.{name}" for name in columns & {"user_id", "owner", "owner_id"} - gone}
    return found


async def test_administrators_alone_delete_and_somebody_always_looks_after_the_house(
    house: House, owner: Person
) -> None:
    me, grace = await id_of(owner), await member(house, GRACE)
    grace_id = await id_of(grace)
    assert (await grace.call("DELETE", f"/users/{me}")).status == 403
    assert (await owner.call("DELETE", f"/users/{me}")).status == 409
    assert (await owner.call("DELETE", "/users/usr_x")).status == 404
    tree = (await owner.post("/organisations", {"name": "The Tree", "owner_id": grace_id}))["id"]
    refused = await owner.call("DELETE", f"/users/{grace_id}")
    assert (refused.status, refused.json["code"]) == (409, "last_owner")
    assert tree in refused.json["detail"]
    assert (await grace.get("/auth/me"))["user"]["id"] == grace_id, "nothing was begun"
    await owner.patch(f"/users/{grace_id}", {"role": "admin"})
    assert (await owner.call("DELETE", f"/users/{me}")).status == 204, "somebody else looks after it"
    assert (await owner.call("GET", "/auth/me")).status == 401
    again = house.person((await login(house, GRACE)).json["access_token"])
    assert [one["id"] for one in (await again.get("/users"))["items"]] == [grace_id]


@keeps("identity:delete-user")
async def test_the_same_is_done_by_command_whether_the_server_runs_or_not(open_house: Opening) -> None:
    house = await open_house(sockets__credentials="100ms")

    async def delete(email: str) -> int:
        async with asyncio.timeout(PATIENCE):
            words = ("user", "delete", email, "--yes")
            return (await house.nursery.does(*words, typed=b"", settings={"PALAVER_HOME": str(house.home)}))[0]

    grace, bob = await member(house, GRACE), await member(house, "bob@example.org")
    grace_id, bob_id = await id_of(grace), await id_of(bob)
    for person in (grace, bob):
        project = (await person.post("/projects", {"name": "P"}))["id"]
        session = (await person.post("/sessions", {"project_id": project}))["id"]
        await person.ask("hello", session_id=session)
        assert (await person.call("PUT", f"/sessions/{session}/files/a.txt", data=PLANTED.encode())).status == 200
    assert await delete("owner@palaver.local") == 1
    assert await delete("nobody@example.org") == 1
    assert await delete(GRACE) == 0
    assert (await grace.call("GET", "/auth/me")).status == 401
    await gone(house, grace_id)
    assert (await login(house, "bob@example.org", PASSWORD)).status == 200
    assert await house.end() == 0
    assert await delete("bob@example.org") == 0
    assert house.rows("select role from users") == [("admin",)]
    for table in ("sessions", "messages", "runs", "projects"):
        assert house.count(table) == 0, table
    for user_id in (grace_id, bob_id):
        assert holding(house, user_id) <= {"audit_log.actor_id", "audit_log.subject"}
    await swept(house.home)
    assert files_with(house.home, PLANTED) == []
