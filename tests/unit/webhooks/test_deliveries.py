"""What waits is delivered: in order, again until it is heard, and to nobody else; where a receiver fails, and how."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from standardwebhooks import Webhook as Verifier

from palaver.core.errors import Conflict, Invalid, NotFound
from palaver.kit.clock import instant, stamp
from palaver.privacy.sealing import is_sealed
from palaver.storage.script import Script
from palaver.webhooks import store
from palaver.webhooks.service import Wish
from tests.promises import keeps
from tests.unit.webhooks.receiving import ADA, BOB, Post, down, made, post, receiving, settings, well


def idle(found: object) -> bool:
    return getattr(found, "waiting") == 0  # noqa: B009


def failing(count: int = 1) -> object:
    return lambda found: found.failing_since is not None and found.waiting >= count


async def tries(one: Post, webhook_id: str) -> int:
    """How often the oldest delivery that waits, or was, was tried."""
    found = await one.webhooks.deliveries(ADA, webhook_id, after=None, limit=200, state=None)
    return found.items[-1].tries


async def tried(one: Post, webhook_id: str, count: int) -> None:
    async with asyncio.timeout(20):
        while await tries(one, webhook_id) < count:
            await one.database.write(_turn())


def _turn() -> Script[None]:
    yield from ()


@keeps("webhooks:standard", "webhooks:order")
async def test_what_happens_is_told_in_order_and_the_official_library_verifies_it() -> None:
    async with receiving() as receiver, post() as one:
        webhook = await made(one, receiver.url)
        await one.tell(1, 2, 3)
        await one.settled(webhook.id, idle)
    assert receiver.said == [1, 2, 3]
    verifier = Verifier(webhook.secret)
    for headers, body in receiver.heard:
        said = verifier.verify(body, headers)
        assert said["type"] == "run.finished"
        assert instant(said["timestamp"]) <= datetime.now(UTC)
        assert headers["content-type"] == "application/json"
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 3
    with pytest.raises(Exception, match="signature"):
        verifier.verify(receiver.heard[0][1] + b" ", receiver.heard[0][0])


@keeps("webhooks:nothing-missed", "webhooks:order")
async def test_a_receiver_that_is_down_for_an_hour_misses_nothing_and_hears_it_in_order() -> None:
    async with receiving() as receiver, post() as one:
        receiver.behaves = down
        webhook = await made(one, receiver.url)
        await one.tell(*range(50))
        for number in range(60):
            await one.tell(100 + number)
            one.forward(minutes=1)
            await one.settled(webhook.id, lambda found: found.failing_since is not None)
        await one.settled(webhook.id, lambda found: instant(found.next_try_at) > one.clock.now())  # no try is under way
        during = [headers["webhook-id"] for headers, _ in receiver.heard]
        assert 3 <= len(during) < 20, "tries grow seldom"
        assert set(receiver.said) == {0}, "those behind it wait"
        receiver.heard.clear()

        async def well(request: web.Request) -> web.StreamResponse:
            return web.Response(status=200)

        receiver.behaves = well
        one.forward(hours=6)
        found = await one.settled(webhook.id, idle)
        assert (found.failing_since, found.next_try_at, found.enabled) == (None, None, True)
    assert receiver.said == [*range(50), *range(100, 160)]
    assert receiver.heard[0][0]["webhook-id"] == during[0] == during[-1], "one delivery, one id"


@keeps("webhooks:given-up")
async def test_an_endpoint_that_fails_for_three_days_is_disabled_with_a_notice_and_enabled_goes_on() -> None:
    async with receiving() as receiver, receiving() as other, post() as one:
        receiver.behaves = down
        webhook = await made(one, receiver.url, "run.finished")
        await made(one, other.url, "webhook.disabled")
        began = one.clock.now()
        await one.tell(1)
        count = 1
        await tried(one, webhook.id, count)
        while True:
            found = await one.webhooks.get(ADA, webhook.id)
            if not found.enabled:
                break
            assert found.next_try_at is not None
            one.forward(seconds=(instant(found.next_try_at) - one.clock.now()).total_seconds())
            count += 1
            await tried(one, webhook.id, count)
        assert one.clock.now() - began == timedelta(days=3)
        assert 12 <= count <= 30
        assert found.notice is not None
        assert (found.notice.code, found.waiting, found.next_try_at) == ("failing", 1, None)
        assert "3 days" in found.notice.message
        await other.until(1)
        told = json.loads(other.heard[0][1])
        assert (told["type"], told["data"]["id"]) == ("webhook.disabled", webhook.id)
        assert told["data"]["notice"]["code"] == "failing"
        await one.tell(2)  # nobody is told while it is disabled
        one.forward(days=1)
        assert len(receiver.heard) == count

        async def well(request: web.Request) -> web.StreamResponse:
            return web.Response()

        receiver.behaves = well
        enabled = await one.webhooks.change(ADA, webhook.id, Wish(enabled=True))
        assert enabled.notice is None
        await one.settled(webhook.id, idle)
        await one.tell(3)
        await one.settled(webhook.id, idle)
    assert receiver.said[count:] == [1, 3]


@keeps("webhooks:skipped")
async def test_a_delivery_that_its_receiver_never_takes_is_skipped_and_what_waits_behind_it_is_told() -> None:
    async with receiving() as receiver, post() as one:

        async def picky(request: web.Request) -> web.StreamResponse:
            return web.Response(status=422 if receiver.said[-1] == 1 else 204)

        receiver.behaves = picky
        webhook = await made(one, receiver.url)
        await one.tell(1, 2, 3)
        await one.settled(webhook.id, failing(3))
        last, _, first = (await one.webhooks.deliveries(ADA, webhook.id, after=None, limit=9, state=None)).items
        skipped = await one.webhooks.skip(ADA, webhook.id, first.id)
        assert (skipped.id, skipped.state) == (first.id, "skipped")
        found = await one.settled(webhook.id, idle)
        assert (found.enabled, found.failing_since) == (True, None)
        assert receiver.said == [1, 2, 3], "without waiting for the next try of the first"
        for done in (first, last):
            with pytest.raises(Conflict, match="does not wait"):
                await one.webhooks.skip(ADA, webhook.id, done.id)
        with pytest.raises(NotFound):
            await one.webhooks.skip(BOB, webhook.id, first.id)
        receiver.behaves = well
        await one.webhooks.replay(ADA, webhook.id, first.id)
        await one.settled(webhook.id, idle)
        assert receiver.said == [1, 2, 3, 1]
        assert receiver.heard[-1][0]["webhook-id"] == first.id


@keeps("webhooks:skipped", "webhooks:order")
async def test_one_that_is_skipped_before_its_turn_changes_nothing_for_those_before_it() -> None:
    async with receiving() as receiver, post() as one:
        receiver.behaves = down
        webhook = await made(one, receiver.url)
        await one.tell(1, 2, 3)
        before = await one.settled(webhook.id, failing(3))
        _, second, _ = (await one.webhooks.deliveries(ADA, webhook.id, after=None, limit=9, state=None)).items
        await one.webhooks.skip(ADA, webhook.id, second.id)
        after = await one.webhooks.get(ADA, webhook.id)
        assert (after.waiting, after.failing_since, after.next_try_at) == (2, before.failing_since, before.next_try_at)
        receiver.behaves = well
        one.forward(hours=1)
        await one.settled(webhook.id, idle)
        assert receiver.said == [1, 1, 3]


@keeps("webhooks:skipped")
async def test_one_that_is_skipped_while_it_is_on_its_way_is_no_failure_of_its_endpoint() -> None:
    async with receiving() as receiver, post() as one:

        async def refuses_the_first_late(request: web.Request) -> web.StreamResponse:
            if receiver.said[-1] == 1:
                await receiver.hanging.wait()
                return web.Response(status=500)
            return web.Response()

        receiver.behaves = refuses_the_first_late
        webhook = await made(one, receiver.url)
        await one.tell(1, 2)
        await receiver.until(1)
        _, first = (await one.webhooks.deliveries(ADA, webhook.id, after=None, limit=9, state=None)).items
        await one.webhooks.skip(ADA, webhook.id, first.id)
        receiver.hanging.set()
        found = await one.settled(webhook.id, idle)
        assert (found.failing_since, receiver.said) == (None, [1, 2])


async def test_a_receiver_that_says_gone_is_disabled_at_once() -> None:
    async def gone(request: web.Request) -> web.StreamResponse:
        return web.Response(status=410)

    async with receiving() as receiver, post() as one:
        receiver.behaves = gone
        webhook = await made(one, receiver.url)
        await one.tell(1, 2)
        found = await one.settled(webhook.id, lambda found: not found.enabled)
    assert (found.notice.code, len(receiver.heard)) == ("gone", 1)


async def test_a_wait_that_a_receiver_asks_for_is_kept() -> None:
    async def busy(request: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "7200"})

    async with receiving() as receiver, post() as one:
        receiver.behaves = busy
        webhook = await made(one, receiver.url)
        await one.tell(1)
        found = await one.settled(webhook.id, lambda found: found.next_try_at is not None)
        assert instant(found.next_try_at) - one.clock.now() == timedelta(hours=2)


async def test_whatever_a_receiver_does_is_a_try_in_the_log_and_costs_the_house_nothing() -> None:
    async def huge(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"y" * 10_000_000)

    async def away(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"location": "http://169.254.169.254/latest"})

    async def closes(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with receiving() as receiver, post(settings(timeout=2)) as one:
        webhook = await made(one, receiver.url)
        said = {}
        for name, behaviour in {"hangs": receiver.hangs, "huge": huge, "away": away, "closes": closes}.items():
            receiver.behaves = behaviour
            said[name] = await one.webhooks.test(ADA, webhook.id)
    assert (said["huge"].state, said["huge"].last.status, len(said["huge"].last.excerpt)) == ("delivered", 200, 500)
    assert (said["hangs"].state, said["hangs"].last.error) == ("failed", "It took too long.")
    assert (said["away"].state, said["away"].last.status) == ("failed", 302)
    assert "not followed" in said["away"].last.error
    assert (said["closes"].state, said["closes"].last.error) == ("failed", "It could not be reached.")
    assert len(receiver.heard) == 4, "a redirect is followed nowhere"


async def test_a_receiver_that_hangs_holds_up_no_other_one() -> None:
    async with receiving() as slow, receiving() as receiver, post() as one:
        slow.behaves = slow.hangs
        await made(one, slow.url)
        webhook = await made(one, receiver.url)
        await one.tell(*range(10))
        await one.settled(webhook.id, idle)
        assert len(slow.heard) == 1
    assert receiver.said == list(range(10))


@keeps("webhooks:guarded")
@pytest.mark.parametrize(
    "url",
    ["http://example.org/x", "https://10.0.0.1/", "https://127.0.0.1/x", "https://169.254.169.254/latest",
     "https://[::1]/", "https://localhost/x", "ftp://example.org/", "https://ada:pw@example.org/", "nonsense"],
)  # fmt: skip
async def test_addresses_that_are_not_allowed_are_refused_when_a_webhook_is_made(url: str) -> None:
    async with post(settings().model_copy(update={"allow_http": False, "allow_private": False}), run=False) as one:
        with pytest.raises(Invalid) as refused:
            await made(one, url)
        assert refused.value.errors[0]["loc"] == ["body", "url"]
        assert (await one.webhooks.all(ADA)).items == []


@keeps("webhooks:guarded")
async def test_an_address_that_was_allowed_once_is_looked_at_again_by_every_try() -> None:
    async with receiving() as receiver, post(run=False) as one:
        url = receiver.url.replace("127.0.0.1", "localhost")
        webhook = await made(one, url)
        shut = settings().model_copy(update={"allow_private": False})
        async with post(shut, database=one.database, holder="wrk_2") as other:
            tried = await other.webhooks.test(ADA, webhook.id)
            await other.tell(1)
            await other.settled(webhook.id, lambda found: found.failing_since is not None)
    assert (tried.state, tried.last.error if tried.last else None) == ("failed", "Its address is not allowed.")
    assert receiver.heard == []


@keeps("webhooks:rotation")
async def test_a_rotated_secret_and_the_one_before_it_both_verify_until_the_overlap_ends() -> None:
    async with receiving() as receiver, post() as one:
        webhook = await made(one, receiver.url)
        rotated = await one.webhooks.rotate(ADA, webhook.id, timedelta(minutes=3))
        assert rotated.old_secrets_until == stamp(one.clock.now() + timedelta(minutes=3))
        assert rotated.secret != webhook.secret
        await one.tell(1)
        await one.settled(webhook.id, idle)
        one.forward(minutes=4)
        await one.tell(2)
        await one.settled(webhook.id, idle)
        assert (await one.webhooks.get(ADA, webhook.id)).old_secrets_until is None
        at_once = await one.webhooks.rotate(ADA, webhook.id, timedelta(0))
        await one.tell(3)
        await one.settled(webhook.id, idle)
    verified = [
        [name for name, secret in (("old", webhook.secret), ("new", rotated.secret), ("last", at_once.secret))
         if verifies(secret, headers, body)]
        for headers, body in receiver.heard
    ]  # fmt: skip
    assert verified == [["old", "new"], ["new"], ["last"]]


def verifies(secret: str, headers: dict[str, str], body: bytes) -> bool:
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    signed = Verifier(secret).sign(headers["webhook-id"], at, body.decode())
    return signed in headers["webhook-signature"].split(" ")


async def test_no_secret_stands_in_the_database_in_plain_words() -> None:
    async with post(run=False) as one:
        webhook = await made(one, "https://203.0.114.7/x")
        kept = await one.database.read(store.find(webhook.id, ADA))
    assert webhook.secret.removeprefix("whsec_") not in str(kept)
    assert is_sealed(kept.secrets[0].sealed)


@keeps("webhooks:replay")
async def test_what_was_told_is_told_again_in_order_under_its_ids() -> None:
    async with receiving() as receiver, post() as one:
        webhook = await made(one, receiver.url)
        await one.tell(1)
        await one.settled(webhook.id, idle)
        one.forward(hours=1)
        since = one.clock.now()
        await one.tell(*range(2, 252))
        await one.settled(webhook.id, idle)
        first = [headers["webhook-id"] for headers, _ in receiver.heard]
        receiver.heard.clear()
        one.forward(hours=1)
        assert (await one.webhooks.replay_since(ADA, webhook.id, since)).queued == 250
        await one.settled(webhook.id, idle)
        assert receiver.said == list(range(2, 252))
        assert [headers["webhook-id"] for headers, _ in receiver.heard] == first[1:]
        receiver.heard.clear()
        again = await one.webhooks.replay(ADA, webhook.id, first[0])
        await one.settled(webhook.id, idle)
        assert (again.replay_of, again.id != first[0]) == (first[0], True)
        assert [headers["webhook-id"] for headers, _ in receiver.heard] == [first[0]]
        await one.webhooks.change(ADA, webhook.id, Wish(enabled=False))
        with pytest.raises(Conflict):
            await one.webhooks.replay(ADA, webhook.id, first[0])


async def test_a_thousand_deliveries_are_told_each_once_and_in_order() -> None:
    async with receiving() as receiver, post() as one:
        webhook = await made(one, receiver.url)
        await one.tell(*range(1_000))
        await receiver.until(1_000)
        await one.settled(webhook.id, idle)
    assert receiver.said == list(range(1_000))


@keeps("webhooks:durable")
async def test_two_processes_on_one_database_tell_everything_once() -> None:
    async with receiving() as receiver, post() as one, post(database=one.database, holder="wrk_2") as two:
        webhook = await made(one, receiver.url)
        for number in range(0, 100, 2):
            await one.tell(number)
            await two.tell(number + 1)
        await one.settled(webhook.id, idle)
    assert receiver.said == list(range(100))


@keeps("webhooks:durable")
async def test_what_a_process_that_is_gone_held_is_told_by_another_one() -> None:
    async with receiving() as receiver, post(run=False) as one:
        webhook = await made(one, receiver.url)
        await one.tell(1)
        now = one.clock.now()
        await one.database.write(store.take(webhook.id, "wrk_gone", stamp(now), stamp(now + timedelta(seconds=45))))
        async with post(database=one.database, holder="wrk_2") as other:
            assert await one.database.read(store.due("wrk_2", stamp(now), 9)) == []
            other.forward(minutes=1)
            await other.settled(webhook.id, idle)
        assert receiver.said == [1]
        await one.tell(2)
        await one.database.write(store.take(webhook.id, "wrk_gone", stamp(now), stamp(now + timedelta(days=1))))
        async with post(database=one.database, holder="wrk_3") as third:
            await third.webhooks.jobs.recover(alone=True)
            await third.settled(webhook.id, idle)
    assert receiver.said == [1, 2]


async def test_somebody_elses_webhooks_are_not_there_and_hear_nothing() -> None:
    async with receiving() as receiver, post() as one:
        webhook = await made(one, receiver.url)
        test = await one.webhooks.test(ADA, webhook.id)
        await one.tell(1, user_id=BOB)
        for act in (
            one.webhooks.get(BOB, webhook.id),
            one.webhooks.change(BOB, webhook.id, Wish(enabled=False)),
            one.webhooks.remove(BOB, webhook.id),
            one.webhooks.rotate(BOB, webhook.id, timedelta(0)),
            one.webhooks.test(BOB, webhook.id),
            one.webhooks.replay(BOB, webhook.id, test.id),
            one.webhooks.replay_since(BOB, webhook.id, one.clock.now()),
            one.webhooks.delivery(BOB, webhook.id, test.id),
            one.webhooks.deliveries(BOB, webhook.id, after=None, limit=9, state=None),
        ):
            with pytest.raises(NotFound):
                await act
        assert [json.loads(body)["type"] for _, body in receiver.heard] == ["webhook.test"]
        assert (await one.webhooks.all(BOB)).items == []


async def test_an_endpoint_for_which_too_much_waits_is_disabled_and_keeps_what_waits() -> None:
    async with receiving() as receiver, post(settings(waiting=3)) as one:
        receiver.behaves = down
        webhook = await made(one, receiver.url)
        await one.tell(1, 2, 3, 4, 5)
        found = await one.webhooks.get(ADA, webhook.id)
        assert (found.enabled, found.waiting, found.notice.code if found.notice else None) == (False, 3, "backlog")


async def test_the_log_is_kept_for_as_long_as_is_set_and_counted_right() -> None:
    async with receiving() as receiver, post(settings(keep=timedelta(days=2))) as one:
        webhook = await made(one, receiver.url)
        await one.tell(*range(5))
        await one.settled(webhook.id, idle)
        await one.webhooks.change(ADA, webhook.id, Wish(url=receiver.url))
        receiver.behaves = down
        await one.tell(6)
        await one.settled(webhook.id, failing())
        one.clock.advance(timedelta(days=2, minutes=1))
        async with asyncio.TaskGroup() as tasks:
            tending = tasks.create_task(one.webhooks.jobs.tend())
            found = await one.settled(webhook.id, idle)
            tending.cancel()
        assert found.waiting == 0
        log = await one.webhooks.deliveries(ADA, webhook.id, after=None, limit=9, state=None)
        assert log.items == []


async def test_nobody_makes_more_webhooks_than_are_set() -> None:
    async with post(settings(per_user=1), run=False) as one:
        await made(one, "https://203.0.114.7/x")
        with pytest.raises(Conflict):
            await made(one, "https://203.0.114.7/x")
