"""One turn from socket to socket: its events, who hears them, and what stays when somebody leaves and comes back."""

import asyncio

import pytest

from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import PATIENCE, Event, Stream, assert_whole, joined, text_of
from tests.promises import keeps
from tests.vendor import FakeVendor, Reply, chunk, done, finish, said
from tests.vendor.script import Stall

pytestmark = pytest.mark.timeout(60)


async def leave_after_each(person: Person, run_id: str, first: list[Event]) -> list[Event]:
    """Hear a run one event at a time, coming back after each with its number."""
    heard = list(first)
    while heard[-1].type != "done":
        async with person.follow(run_id, heard[-1].seq) as stream:
            event = await stream.next()
            assert event is not None
            heard.append(event)
    return heard


@keeps("runs:order")
async def test_a_plain_turn_tells_its_events_in_the_order_of_the_contract(owner: Person) -> None:
    events = await owner.ask("hello", model="fake/fake-n5-d1")
    assert_whole(events)
    types = [event.type for event in events if event.type != "content"]
    assert types == ["session", "run", "usage", "message", "done"]
    (message,) = [event.data["message"] for event in events if event.type == "message"]
    assert message["text"] == text_of(events) == "part 0 part 1 part 2 part 3 part 4 "
    assert (message["status"], message["finish_reason"], message["error"]) == ("complete", "stop", None)
    run = next(event.data for event in events if event.type == "run")
    assert message == await owner.get(f"/messages/{run['message_id']}")
    usage = next(event.data for event in events if event.type == "usage")
    assert (usage["input_tokens"], usage["output_tokens"]) == (10, 5)


@keeps("runs:watch:no-gap", "runs:watch:same-for-all")
async def test_a_reader_who_comes_back_at_any_event_of_a_finished_run_hears_the_rest_byte_for_byte(
    house: House, owner: Person
) -> None:
    whole = await owner.ask("hello", model="fake/fake-n20-d3-r3")
    run_id = whole[0].run_id

    async def each_rest_is_the_same() -> None:
        for number in range(len(whole) + 1):
            assert joined(await owner.whole(run_id, number)) == joined(whole[number:])
            async with owner.stream("GET", f"/runs/{run_id}/events", params={"after": number}) as stream:
                assert joined(await stream.rest()) == joined(whole[number:])

    await each_rest_is_the_same()
    await house.end()
    await house.start()
    await each_rest_is_the_same()
    await house.kill()
    await house.start()
    await each_rest_is_the_same()


@keeps("runs:watch:no-gap", "runs:watch:same-for-all")
async def test_readers_who_come_back_at_every_event_of_a_live_run_hear_the_same_bytes(owner: Person) -> None:
    rests: dict[int, asyncio.Task[list[Event]]] = {}
    async with asyncio.TaskGroup() as group, owner.query("hello", model="fake/fake-n30-d4") as stream:
        async for event in stream:
            rests[event.seq] = group.create_task(owner.whole(event.run_id, event.seq))
        late = group.create_task(leave_after_each(owner, stream.heard[0].run_id, stream.heard[:1]))
    assert_whole(stream.heard)
    for number, rest in rests.items():
        assert joined(rest.result()) == joined(stream.heard[number:])
    assert joined(late.result()) == joined(stream.heard)


@keeps("runs:watch:no-gap")
async def test_a_reader_who_leaves_after_each_event_of_a_live_run_misses_none(owner: Person) -> None:
    async with owner.query("hello", model="fake/fake-n20-d5") as stream:
        first = await stream.until("session")
    heard = await leave_after_each(owner, first.run_id, [first])
    assert_whole(heard)
    assert joined(heard) == joined(await owner.whole(first.run_id))


@keeps("runs:watch:no-gap", "runs:kill:nothing-lost")
async def test_a_reader_who_comes_back_after_a_kill_hears_that_the_step_was_asked_again(
    house: House, owner: Person
) -> None:
    async with owner.query("hello", model="fake/fake-n20-d10") as stream:
        last = await stream.until(lambda event: event.type == "content" and "part 4 " in event.data["content"])
        await house.kill()
    await house.start()
    rest = await owner.whole(last.run_id, last.seq)
    heard = [*stream.heard, *rest]
    assert_whole(heard)
    again = next(event for event in rest if event.type == "step_restarted")
    assert again.data["from_seq"] == next(event.seq for event in heard if event.type == "content")
    assert text_of(heard) == "".join(f"part {number} " for number in range(20))
    for number in range(len(heard)):
        assert joined(await owner.whole(last.run_id, number)) == joined(heard[number:])


@keeps("runs:watch:same-for-all")
async def test_two_tabs_on_one_session_hear_the_same_events_of_every_run(owner: Person) -> None:
    first = await owner.ask("hello", model="fake/fake-n3")
    session_id = first[0].data["session_id"]
    at = f"/sessions/{session_id}/events"
    async with owner.stream("GET", at) as one, owner.stream("GET", at) as two:
        turn = [await owner.ask(prompt, session_id=session_id, model="fake/fake-n9-d2") for prompt in ("a", "b")]
        for tab in (one, two):
            await tab.until("done")
            await tab.until("done")
            assert joined(tab.heard) == joined(turn[0]) + joined(turn[1])


@keeps("runs:watch:same-for-all")
async def test_a_tab_that_is_opened_in_mid_answer_hears_the_run_from_its_beginning(
    owner: Person, vendor: FakeVendor
) -> None:
    async with owner.query("hello", model="fake/fake-n50-w5") as stream:
        last = await stream.until(lambda event: event.type == "content" and "part 4 " in event.data["content"])
        async with owner.stream("GET", f"/sessions/{last.data['session_id']}/events") as tab:
            await tab.until(lambda event: event.seq == last.seq)
            assert joined(tab.heard) == joined(stream.heard)
            vendor.release()
            await stream.rest()
            await tab.until("done")
            assert joined(tab.heard) == joined(stream.heard)


@keeps("runs:cancel:stops-work", "runs:watch:same-for-all", "runs:cancel:model-told")
async def test_cancel_from_a_second_tab_ends_the_first_and_keeps_what_was_said(
    owner: Person, vendor: FakeVendor
) -> None:
    loop = asyncio.get_running_loop()
    async with owner.query("tell me a story", model="fake/fake-n50-w4-u") as stream:
        last = await stream.until(lambda event: event.type == "content" and "part 3 " in event.data["content"])
        session_id = last.data["session_id"]
        async with owner.stream("GET", f"/sessions/{session_id}/events") as tab:
            await tab.until(lambda event: event.seq == last.seq)
            began = loop.time()
            await owner.post(f"/runs/{last.run_id}/cancel")
            await stream.rest()
            took = loop.time() - began
            upstream = await vendor.heard[0].gone() - began
            await tab.until("done")
            assert joined(tab.heard) == joined(stream.heard)
    print(f"cancelled after {took * 1000:.1f} ms, upstream closed after {upstream * 1000:.1f} ms")
    assert took < 1  # 0.2 s on a machine that has nothing else to do
    assert upstream < 1
    assert_whole(stream.heard)
    assert [event.type for event in stream.heard][-3:] == ["usage", "message", "done"]
    answer = stream.heard[-2].data["message"]
    assert (answer["status"], answer["finish_reason"]) == ("partial", "interrupted")
    assert answer["text"] == "part 0 part 1 part 2 part 3 "
    assert answer["usage"]["estimated"]
    assert answer["usage"]["input_tokens"] > 0
    assert answer["usage"]["output_tokens"] > 0
    assert stream.heard[-1].data["finish_reason"] == "interrupted"

    await owner.ask("go on", session_id=session_id, model="fake/fake-n50-w4-u".replace("-w4", ""))
    told = vendor.heard[-1].body["messages"]
    assert [message["role"] for message in told][-3:] == ["user", "assistant", "user"]
    assert answer["text"] in str(told[-2]["content"])
    assert "interrupted" in str(told[-2]["content"])


@keeps("runs:cancel:stops-work")
async def test_cancel_before_the_model_said_anything_leaves_an_empty_partial_answer(
    owner: Person, vendor: FakeVendor
) -> None:
    async with owner.query("hello", model="fake/fake-n5-p60000") as stream:
        run = await stream.until("run")
        heard = await vendor.asked()
        assert await owner.post(f"/sessions/{run.data['session_id']}/interrupt")
        await heard.gone()
        await stream.rest()
    assert_whole(stream.heard)
    answer = stream.heard[-2].data["message"]
    assert (answer["text"], answer["status"], answer["finish_reason"]) == ("", "partial", "interrupted")
    again = await owner.post(f"/runs/{run.run_id}/cancel")
    assert (again["status"], again["finish_reason"]) == ("done", "interrupted")
    assert (await owner.post(f"/sessions/{run.data['session_id']}/interrupt"))["run"] is None


@keeps("runs:outlive-clients")
async def test_a_run_goes_on_when_everybody_who_listened_has_gone(owner: Person) -> None:
    async with owner.query("hello", model="fake/fake-n30-d5") as stream:
        run = await stream.until("content")
    over = await owner.until(f"/runs/{run.run_id}", lambda found: found["status"] == "done")
    assert over["finish_reason"] == "stop"
    whole = await owner.whole(run.run_id)
    assert_whole(whole)
    assert text_of(whole) == "".join(f"part {number} " for number in range(30))


@keeps("runs:busy")
async def test_a_prompt_to_a_busy_session_is_refused_unless_it_may_wait(owner: Person, vendor: FakeVendor) -> None:
    async with owner.query("first", model="fake/fake-n5-w2") as stream:
        session_id = (await stream.until("content")).data["session_id"]
        refused = await owner.call("POST", f"/sessions/{session_id}/messages", {"prompt": "second"})
        assert (refused.status, refused.json["code"]) == (409, "session_busy")
        assert (await owner.call("POST", "/query/single", {"prompt": "x", "session_id": session_id})).status == 409
        waiting = await owner.post(f"/sessions/{session_id}/messages", {"prompt": "third", "when_busy": "queue"})
        assert waiting["status"] == "queued"
        async with owner.follow(waiting["id"]) as third:
            vendor.release()
            assert_whole(await third.rest())
    assert [message["text"] for message in await owner.messages(session_id)][::2] == ["first", "third"]


@keeps("runs:busy")
async def test_only_so_many_turns_wait_in_one_session_and_each_can_be_taken_back(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(runs__queued_per_session="2")
    owner = await house.owner()
    async with owner.query("first", model="fake/fake-n5-w2") as stream:
        session_id = (await stream.until("content")).data["session_id"]
        at, body = f"/sessions/{session_id}/messages", {"prompt": "next", "when_busy": "queue"}
        waiting = [await owner.post(at, body) for _ in range(2)]
        full = await owner.call("POST", at, body)
        assert (full.status, full.json["code"]) == (409, "session_busy")
        async with owner.follow(waiting[0]["id"]) as taken_back:
            assert (await owner.post(f"/runs/{waiting[0]['id']}/cancel"))["status"] == "done"
            events = await taken_back.rest()
        assert [event.type for event in events] == ["session", "done"]
        assert (await owner.post(at, body))["status"] == "queued"
        vendor.release()
        await stream.rest()
    await owner.whole(waiting[1]["id"])
    await owner.until(f"/sessions/{session_id}", lambda session: session["message_count"] == 6)


@keeps("runs:busy", "runs:cancel:stops-work")
async def test_a_prompt_that_interrupts_goes_before_those_that_wait(owner: Person, vendor: FakeVendor) -> None:
    async with owner.query("first", model="fake/fake-n5-w2") as stream:
        session_id = (await stream.until("content")).data["session_id"]
        at = f"/sessions/{session_id}/messages"
        patient = await owner.post(at, {"prompt": "patient", "when_busy": "queue", "model": "fake/fake-n2"})
        events = await owner.ask("urgent", session_id=session_id, when_busy="interrupt", model="fake/fake-n2")
        assert_whole(events)
        await vendor.heard[0].gone()
        assert (await stream.rest())[-1].data["finish_reason"] == "interrupted"
    await owner.whole(patient["id"])
    said = [message["text"] for message in await owner.messages(session_id)]
    assert said == ["first", "part 0 part 1 ", "urgent", "part 0 part 1 ", "patient", "part 0 part 1 "]


@keeps("runs:busy", "runs:cancel:stops-work")
async def test_an_interruption_behind_an_interruption_interrupts_that_one_too(
    owner: Person, vendor: FakeVendor
) -> None:
    async with owner.query("first", model="fake/fake-n5-w2") as stream:
        session_id = (await stream.until("content")).data["session_id"]
        at = f"/sessions/{session_id}/messages"
        second = await owner.post(at, {"prompt": "second", "when_busy": "interrupt", "model": "fake/fake-n5-w2"})
        third = await owner.post(at, {"prompt": "third", "when_busy": "interrupt", "model": "fake/fake-n2"})
        await stream.rest()
    for run in (second, third):
        async with owner.follow(run["id"]) as stream:
            await stream.rest()
    asked = [message["text"] for message in await owner.messages(session_id) if message["role"] == "user"]
    assert asked == ["first", "second", "third"]
    ends = [(await owner.get(f"/runs/{run['id']}"))["finish_reason"] for run in (second, third)]
    assert ends == ["interrupted", "stop"]


@keeps("runs:idempotent")
async def test_one_key_starts_one_run_however_often_and_from_wherever_it_comes(house: House, owner: Person) -> None:
    body = {"prompt": "once", "model": "fake/fake-n5-d2"}
    key = {"Idempotency-Key": "k1"}

    async def asked() -> list[Event]:
        async with owner.stream("POST", "/query", json=body, headers=key) as stream:
            return await stream.rest()

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        at_once = [group.create_task(asked()) for _ in range(8)]
    streams = {joined(task.result()) for task in at_once}
    assert len(streams) == 1
    assert joined(await asked()) in streams
    by_body = await owner.ask(**body, idempotency_key="k1")
    assert joined(by_body) in streams
    single = await owner.post("/query/single", body, headers=key)
    assert single["id"] == by_body[1].data["message_id"]
    other = await owner.call("POST", "/query", {"prompt": "twice"}, headers=key)
    assert (other.status, other.json["code"]) == (409, "conflict")
    assert (house.count("runs"), house.count("sessions"), house.count("messages")) == (1, 1, 2)
    stranger = await house.stranger()
    assert await stranger.post("/query/single", body, headers=key) != single


async def test_asking_once_answers_with_the_finished_message(owner: Person) -> None:
    message = await owner.post("/query/single", {"prompt": "hello", "model": "fake/fake-n2"})
    assert (message["text"], message["role"], message["status"]) == ("part 0 part 1 ", "assistant", "complete")
    accepted = await owner.call("POST", f"/sessions/{message['session_id']}/messages", {"prompt": "again"})
    assert accepted.status == 202
    assert_whole(await owner.whole(accepted.json["id"]))


async def test_reasoning_is_told_apart_from_text_and_kept_as_a_part(owner: Person) -> None:
    events = await owner.ask("think", model="fake/fake-n2-r2")
    assert "".join(event.data["content"] for event in events if event.type == "reasoning") == "thought 0 thought 1 "
    message = next(event.data["message"] for event in events if event.type == "message")
    assert [part["type"] for part in message["parts"]] == ["reasoning", "text"]
    assert message["text"] == "part 0 part 1 "
    assert await owner.get(f"/messages/{message['id']}") == message


async def test_a_silent_stream_says_that_it_is_alive(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(realtime__ping="100ms")
    owner = await house.owner()
    vendor.next(Reply([chunk({"role": "assistant"}), said("goats"), Stall()]))
    async with owner.query("hello") as stream:
        run = await stream.until("content")
        await silence(stream)
        await owner.post(f"/runs/{run.run_id}/cancel")
        assert_whole(await stream.rest())


async def silence(stream: Stream) -> None:
    """Read until a ping came, and nothing but pings."""
    async with asyncio.timeout(PATIENCE):
        while not (piece := await stream.reply.content.readany()):
            continue
    assert set(piece.split(b"\n\n")) == {b": ping", b""}


@keeps("runs:order")
async def test_text_in_every_script_comes_through_whole(owner: Person, vendor: FakeVendor) -> None:
    pieces = ["Habari ", "ሰላም", "👩🏾‍🌾", "\n\n", "\u2028", '"\\', "\u0000", "</script>", "\x85e\u0301"]
    vendor.next(Reply([*map(said, pieces), finish(), done()]))
    events = await owner.ask("Neno ሰላም 👩🏾‍🌾\u2028 done")
    assert_whole(events)
    assert text_of(events) == events[-2].data["message"]["text"]
    assert text_of(events).replace("\ufffd", "\u0000") in {"".join(pieces), "".join(pieces).replace("\u0000", "")}
    assert joined(await owner.whole(events[0].run_id)) == joined(events)
    (question, _) = await owner.messages(events[0].data["session_id"])
    assert question["text"] == "Neno ሰላም 👩🏾‍🌾\u2028 done"
