"""Letters to people who register, forget their password or are invited; a mail server of the test takes them."""

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter

import pytest

from tests.journeys.accounts import login, member, register, with_second_factor
from tests.journeys.house import House, Opening
from tests.journeys.streams import PATIENCE
from tests.mail import MailServer, mail_server, secret_in
from tests.promises import keeps

GRACE = "grace@example.org"
NEW = "staple the horse"


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    """Takes letters."""
    async with mail_server() as server:
        yield server


async def with_mail(open_house: Opening, mail: MailServer, **more: str) -> House:
    """A server that sends letters."""
    where = {"mail__host": "127.0.0.1", "mail__port": str(mail.port), "mail__security": "none"}
    who = {"mail__sender": "Palaver <palaver@example.org>", "network__public_url": "https://chat.example.org/"}
    return await open_house(**where, **who, **more)


@keeps("identity:reset")
async def test_a_forgotten_password_is_replaced_by_a_link_that_works_once_and_ends_every_sign_in(
    open_house: Opening, mail: MailServer
) -> None:
    house = await with_mail(open_house, mail)
    nobody = house.person("")
    grace = await member(house, GRACE)
    key = house.person((await grace.post("/api-keys", {"name": "robot"}))["key"])
    assert (await nobody.get("/config"))["password_reset"] is True
    answers = [await nobody.call("POST", "/auth/password/forgot", {"email": one}) for one in ("x@example.org", GRACE)]
    assert [(one.status, one.body) for one in answers] == [(202, b"")] * 2
    letter = await mail.next()
    assert letter["To"] == GRACE
    assert "https://chat.example.org/#reset=" in letter.get_content()
    body = {"token": secret_in(letter, "reset"), "new_password": NEW}
    async with grace.stream("GET", f"/sessions/{(await grace.post('/sessions', {}))['id']}/events") as stream:
        both = await asyncio.gather(*(nobody.call("POST", "/auth/password/reset", body) for _ in range(2)))
        assert sorted(one.status for one in both) == [204, 401]
        assert await stream.next() is None
    assert (await grace.call("GET", "/auth/me")).status == 401
    assert (await key.call("GET", "/auth/me")).status == 200, "keys stay"
    assert (await login(house, GRACE)).status == 401
    assert (await login(house, GRACE, NEW)).status == 200
    word = await mail.next()
    assert (word["To"], "link" in word["Subject"]) == (GRACE, False)
    assert body["token"] not in house.log.read_text()
    assert mail.waiting == 0, "nobody was written to who is not here"


async def test_whether_somebody_is_here_is_not_to_be_learned_from_how_long_an_answer_takes(
    open_house: Opening, mail: MailServer
) -> None:
    house = await with_mail(open_house, mail, limits__enabled="false")
    await member(house, GRACE)
    took: dict[str, list[float]] = {GRACE: [], "x@example.org": []}
    for _ in range(15):
        for email, times in took.items():
            began = perf_counter()
            await house.person("").call("POST", "/auth/password/forgot", {"email": email})
            times.append(perf_counter() - began)
    quickest = [min(times) for times in took.values()]
    assert max(quickest) < 3 * min(quickest) + 0.005


@keeps("identity:verified")
async def test_who_registers_where_addresses_are_verified_comes_in_by_the_letter_only(
    open_house: Opening, mail: MailServer
) -> None:
    house = await with_mail(open_house, mail, identity__email_verification="true")
    nobody = house.person("")
    first = await register(house, GRACE)
    assert (first.status, first.json) == (202, {"status": "verify_email"})
    assert "Set-Cookie" not in first.headers
    letter = await mail.next()
    waits = await login(house, GRACE)
    assert (waits.status, waits.json["status"]) == (202, "verify_email")
    await mail.next()
    token = {"token": secret_in(letter, "verify")}
    assert (await nobody.call("POST", "/auth/password/reset", token | {"new_password": NEW})).status == 401
    both = await asyncio.gather(*(nobody.call("POST", "/auth/verify", token) for _ in range(2)))
    assert sorted(one.status for one in both) == [200, 401]
    assert (await login(house, GRACE)).status == 200
    # An address that is taken is answered alike; who owns it is told, and may choose a password.
    again = await register(house, GRACE, password=NEW)
    assert (again.status, again.json) == (first.status, first.json)
    told = await mail.next()
    assert "already" in told["Subject"]
    assert (await login(house, GRACE, NEW)).status == 401
    body = {"token": secret_in(told, "reset"), "new_password": "another horse"}
    assert (await nobody.call("POST", "/auth/password/reset", body)).status == 204
    assert (await nobody.call("POST", "/auth/verify/resend", {"email": GRACE})).status == 202
    assert (await mail.next())["Subject"].startswith("Something")
    assert mail.waiting == 0, "a verified address is not verified again"


async def test_a_reset_asks_for_the_second_factor_as_ever_and_an_invitation_is_mailed(
    open_house: Opening, mail: MailServer
) -> None:
    house = await with_mail(open_house, mail)
    nobody, grace = house.person(""), await member(house, GRACE)
    await with_second_factor(grace)
    await nobody.call("POST", "/auth/password/forgot", {"email": GRACE})
    body = {"token": secret_in(await mail.next(), "reset"), "new_password": NEW}
    assert (await nobody.call("POST", "/auth/password/reset", body)).status == 204
    assert (await login(house, GRACE, NEW)).status == 202
    await mail.next()
    owner = await house.owner()
    made = await owner.post("/users/invitations", {"email": "eve@example.org"})
    letter = await mail.next()
    assert letter["To"] == "eve@example.org"
    assert made["link"] in letter.get_content()


async def test_a_mail_server_that_fails_is_told_to_the_operator_and_to_nobody_else(
    open_house: Opening, mail: MailServer
) -> None:
    house = await with_mail(open_house, mail, mail__tries="2")
    await member(house, GRACE)
    mail.refuses = b"451 not now"
    answer = await house.person("").call("POST", "/auth/password/forgot", {"email": GRACE})
    assert answer.status == 202
    owner = await house.owner()
    async with asyncio.timeout(PATIENCE):
        while "given up" not in house.log.read_text():
            await owner.get("/health")
    log = house.log.read_text()
    assert "451" in log
    assert GRACE not in log
    assert mail.tried == 2
    mail.refuses = b""
    await house.person("").call("POST", "/auth/password/forgot", {"email": GRACE})
    assert (await mail.next())["To"] == GRACE


async def test_links_in_letters_need_an_address_that_the_operator_gave(open_house: Opening) -> None:
    with pytest.raises(AssertionError, match="public_url"):
        await open_house(mail__host="127.0.0.1", mail__sender="palaver@example.org")
