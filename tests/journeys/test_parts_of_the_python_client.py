"""The parts of `palaver-client` at work on a real server, with each kind of client; streams are shown elsewhere."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from palaver_client import (
    AsyncPalaver,
    Event,
    Forbidden,
    Invalid,
    NotFound,
    NotGenuine,
    Palaver,
    Patience,
    verify_webhook,
)

from tests.journeys.broken_line import BrokenLine
from tests.journeys.house import House, Opening, Person
from tests.promises import keeps
from tests.unit.webhooks.receiving import receiving

pytestmark = pytest.mark.timeout(120)

OPEN = {"webhooks__allow_http": "true", "webhooks__allow_private": "true", "webhooks__first_wait": "20ms"}
MODEL = "fake/fake-n3"


class Doing:
    """A client of one kind, used in one way: the sync one in a thread, since the model answers in this loop."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def __call__(self, method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """What a method gives; of one that tells, everything."""
        async with asyncio.timeout(60):
            if isinstance(self.client, Palaver):
                return await asyncio.to_thread(lambda: _listed(method(*given, **named)))
            came = method(*given, **named)
            return [one async for one in came] if hasattr(came, "__aiter__") else await came


def _listed(came: Any) -> Any:
    return list(came) if isinstance(came, Iterator) else came


@pytest.fixture
async def house(open_house: Opening) -> House:
    return await open_house(**OPEN)


@pytest.fixture(params=[Palaver, AsyncPalaver], ids=["sync", "async"])
async def do(request: pytest.FixtureRequest, house: House, owner: Person) -> AsyncIterator[Doing]:
    if request.param is Palaver:
        with Palaver(house.url, owner.token) as client:
            yield Doing(client)
    else:
        async with AsyncPalaver(house.url, owner.token) as other:
            yield Doing(other)


async def test_time_is_travelled_in_a_session(do: Doing) -> None:
    of = do.client.sessions
    session = (await do(of.create, title="Trees", model=MODEL))["id"]
    first, second = [await do(do.client.ask, word, session_id=session) for word in ("one", "two")]
    points = await do(of.checkpoints, session)
    await do(do.client.workspace.upload, session, "a/notes.txt", b"one")
    here = await do(of.checkpoint, session, "here")
    await do(do.client.workspace.upload, session, "a/notes.txt", b"two")
    differs = await do(of.diff, session, points[-1]["id"], here["id"])
    assert [one["path"] for one in differs["files"]] == ["a/", "a/notes.txt"]
    assert (await do(of.rewind, session, here["id"], restore=("files",), preview=True))["restored"]
    assert b"".join(await do(do.client.workspace.pieces, session, "a/notes.txt")) == b"two"
    await do(of.rewind, session, here["id"], restore=("files",))
    assert b"".join(await do(do.client.workspace.pieces, session, "a/notes.txt", start=1)) == b"ne"
    sibling = await do(do.client.messages.edit, first["parent_id"], "another")
    assert len(await do(of.tree, session)) == 5
    assert [one["text"] for one in await do(do.client.messages.list, session, branch=sibling["id"])] == ["another"]
    fork = await do(of.fork, session, message_id=first["id"], title="Boats")
    assert (fork["title"], len(await do(do.client.messages.list, fork["id"]))) == ("Boats", 2)
    assert (await do(of.context, session, question="three"))["session_id"] == session
    assert (await do(do.client.messages.context, second["id"]))["model"] == MODEL
    assert await do(do.client.search.messages, "another")
    assert await do(of.effects, session) == []


async def test_what_is_taken_away_can_be_brought_again(do: Doing) -> None:
    answer = await do(do.client.ask, "hello", model=MODEL)
    taken = io.BytesIO()
    count = await do(do.client.sessions.export, answer["session_id"], taken)
    assert count == len(taken.getvalue()) > 0
    looked = await do(do.client.sessions.import_, taken.getvalue(), dry_run=True)
    brought = await do(do.client.sessions.import_, taken.getvalue())
    assert (looked["sessions"], brought["sessions"], looked["dry_run"]) == (1, 1, True)
    assert len(await do(do.client.sessions.list)) == 2
    assert len(await do(do.client.messages.list, brought["items"][0]["id"])) == 2
    everything = io.BytesIO()
    await do(do.client.sessions.export_all, everything)
    assert everything.getvalue().startswith(b"PK")
    with pytest.raises(Invalid):
        await do(do.client.sessions.import_, b"nonsense")


async def test_projects_facts_and_definitions_are_kept(do: Doing) -> None:
    client = do.client
    project = (await do(client.projects.create, "Garden", instructions="Be brief."))["id"]
    await do(client.projects.files.upload, project, "plan.txt", io.BytesIO(b"x" * 300_000))
    await do(client.projects.files.move, project, "plan.txt", "old/plan.txt")
    assert [one["path"] for one in await do(client.projects.files.list, project, folder="old")] == ["old/plan.txt"]
    into = io.BytesIO()
    assert await do(client.projects.files.download, project, "old/plan.txt", into) == 300_000
    await do(client.projects.delete, project)
    with pytest.raises(NotFound):
        await do(client.projects.get, project)
    fact = await do(client.memories.create, "Likes tea", pinned=True)
    assert (await do(client.memories.update, fact["id"], text="Likes coffee"))["text"] == "Likes coffee"
    assert [one["id"] for one in await do(client.memories.list, q="coffee")] == [fact["id"]]
    assert (await do(client.memories.set, "off"))["mode"] == (await do(client.memories.settings))["mode"] == "off"
    assert (await do(client.memories.clear))["deleted"] == 1
    definition = {"name": "tess", "description": "Tests", "instructions": "Test it.", "model": "builtin/guide"}
    agent = (await do(client.agents.create, definition))["id"]
    assert (await do(client.agents.update, agent, {"instructions": "Again."}))["version"] == 2
    assert [one["version"] for one in await do(client.agents.versions, agent)] == [2, 1]
    assert (await do(client.ask, "hello", agent="tess"))["text"]
    await do(client.agents.delete, agent)
    assert await do(client.agents.list) == []


@keeps("sdk:webhooks")
async def test_what_a_webhook_is_sent_is_verified_by_the_old_secret_and_the_new(do: Doing) -> None:
    async with receiving() as receiver:
        of = do.client.webhooks
        webhook = await do(of.create, receiver.url, ["*"])
        tested = await do(of.test, webhook["id"])
        assert tested["state"] == "delivered"
        await do(do.client.ask, "hello", model=MODEL)
        await receiver.until(5)
        rotated = await do(of.rotate, webhook["id"], overlap=60)
        assert (await do(of.test, webhook["id"]))["state"] == "delivered"
        headers, body = receiver.heard[-1]
        for secret in (webhook["secret"], rotated["secret"]):
            assert verify_webhook(body, headers, secret)["type"] == "webhook.test"
        old = [verify_webhook(body, headers, webhook["secret"]) for headers, body in receiver.heard]
        assert old[0]["id"] == tested["id"]
        assert {"session.created", "run.started", "webhook.test"} <= {event["type"] for event in old}
        await do(of.rotate, webhook["id"], overlap=0)
        await do(of.test, webhook["id"])
        headers, body = receiver.heard[-1]
        for secret in (webhook["secret"], rotated["secret"]):
            with pytest.raises(NotGenuine):
                verify_webhook(body, headers, secret)
        deliveries = await do(of.deliveries, webhook["id"])
        assert (await do(of.delivery, webhook["id"], deliveries[-1]["id"]))["payload"]["type"] == "webhook.test"


async def test_people_come_into_a_session_and_are_shown_out(do: Doing, house: House) -> None:
    session = (await do(do.client.sessions.create))["id"]
    invited = await do(do.client.invitations.create, session, role="editor")
    async with AsyncPalaver(house.url, (await house.stranger()).token) as guest:
        with pytest.raises(NotFound):
            await guest.sessions.get(session)
        assert (await guest.invitations.accept(invited["token"]))["id"] == session
        answer = await guest.ask("hello", session_id=session, model=MODEL)
        await guest.members.read(session, answer["id"])
        me = (await guest.auth.me())["user"]["id"]
        members = await do(do.client.members.list, session)
        assert [(one["role"], one["read_message_id"]) for one in members][1:] == [("editor", answer["id"])]
        assert (await do(do.client.members.set, session, "viewer", user_id=me))["role"] == "viewer"
        await do(do.client.members.remove, session, me)
        with pytest.raises(NotFound):
            await guest.sessions.get(session)


async def test_who_watches_a_session_hears_what_others_ask_there_though_the_server_is_killed(
    house: House, owner: Person
) -> None:
    line = BrokenLine(lambda: house.url)
    patience = Patience(tries=60, first=0.05, longest=0.2)
    async with line.laid() as url, AsyncPalaver(url, owner.token, patience=patience) as client, asyncio.timeout(90):
        session = (await client.sessions.create())["id"]
        async with asyncio.TaskGroup() as tasks, aclosing(client.sessions.events(session)) as watching:
            killed = False
            for _ in range(2):
                asking = tasks.create_task(client.ask("hello", session_id=session, model="fake/fake-n50-w5"))
                run: list[Event] = []
                async for event in watching:
                    run.append(event)
                    if event["type"] == "content" and "part 4 " in event["content"]:
                        if killed:  # a run that waits for it ends when it is told to
                            await client.runs.cancel(event["run_id"])
                            continue
                        killed = True
                        await house.kill()
                        await house.start()
                    if event["type"] == "done":
                        break
                assert [one["seq"] for one in run] == list(range(1, len(run) + 1))
                assert {one["run_id"] for one in run} == {run[0]["run_id"]}
                assert (await asking)["session_id"] == session


async def test_keys_numbers_and_the_server_itself(do: Doing, house: House) -> None:
    key = await do(do.client.api_keys.create, "for a test", scopes=["models:read"])
    with Palaver(house.url, key["key"]) as narrow:
        assert (await asyncio.to_thread(narrow.auth.me))["key_id"] == key["id"]
        with pytest.raises(Forbidden):
            await asyncio.to_thread(narrow.sessions.create)
    await do(do.client.api_keys.delete, key["id"])
    assert key["id"] not in [one["id"] for one in await do(do.client.api_keys.list)]
    assert (await do(do.client.service.ready))["status"]
    assert (await do(do.client.service.stats, zone="Africa/Nairobi"))["sessions"] == 0
    assert await do(do.client.service.usage, by="model")
    assert "builtin/guide" in [one["id"] for one in await do(do.client.models.list)]
    assert "Write" in [one["name"] for one in await do(do.client.tools.list)]
