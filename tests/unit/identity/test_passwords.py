import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from palaver.core.errors import Invalid
from palaver.identity.passwords import Passwords
from palaver.identity.refusals import PasswordsBusy
from palaver.identity.settings import IdentitySettings
from palaver.kit.sealed import Sealed

RIGHT, WRONG = Sealed("correct horse battery"), Sealed("incorrect horse")


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    passwords = Passwords(IdentitySettings(password_threads=1, password_queue=1))
    yield passwords
    passwords.close()


async def test_the_right_password_holds_and_the_wrong_one_does_not(passwords: Passwords) -> None:
    stored = await passwords.hash(RIGHT)
    assert stored.startswith("$argon2id$")
    assert await passwords.verify(stored, RIGHT)
    assert not await passwords.verify(stored, WRONG)
    assert not passwords.outdated(stored)


async def test_nobody_is_checked_with_the_same_parameters_as_somebody(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def noted(argon: PasswordHasher, stored: str, text: str) -> bool:
        checked.append(stored)
        return verify(argon, stored, text)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    stored = await passwords.hash(RIGHT)
    assert not await passwords.verify(None, RIGHT)
    assert await passwords.verify(stored, RIGHT)
    nobody, somebody = (text.rsplit("$", 2) for text in checked)
    assert nobody[0] == somebody[0]
    assert [len(part) for part in nobody] == [len(part) for part in somebody]


async def test_a_hash_that_is_none_is_wrong_and_no_error(passwords: Passwords) -> None:
    assert not await passwords.verify("not a hash", RIGHT)


async def test_an_older_hash_is_known_as_such(passwords: Passwords) -> None:
    assert passwords.outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$4nUSw0nCqgmAH8K12rBFiw")


async def test_short_and_endless_passwords_are_refused(passwords: Passwords) -> None:
    for text in ("short", "x" * 257):
        with pytest.raises(Invalid) as refused:
            passwords.check_rules(Sealed(text))
        assert "x" * 10 not in str(refused.value.errors)
    passwords.check_rules(RIGHT)


async def test_what_comes_when_the_queue_is_full_is_sent_away_at_once_and_room_comes_back(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await passwords.hash(RIGHT)
    gate = threading.Event()
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *given: gate.wait(10) and verify(*given))

    async def sent_away() -> None:
        with pytest.raises(PasswordsBusy) as refused:
            await passwords.verify(stored, RIGHT)
        gate.set()
        assert refused.value.retry_after

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        checks = [tasks.create_task(passwords.verify(stored, RIGHT)) for _ in range(2)]
        tasks.create_task(sent_away())
    assert [check.result() for check in checks] == [True, True]
    assert await passwords.verify(stored, RIGHT)
