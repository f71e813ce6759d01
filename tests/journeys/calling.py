"""People who answer and people who need somebody, in a running server; it asserts little."""

from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

from palaver.care.escalations import store
from palaver.care.escalations.machine import Level
from palaver.care.escalations.store import Begun
from palaver.core.care import CareChannel, HelpNamed
from palaver.kit.clock import stamp
from palaver.storage.script import Do, Result
from palaver.storage.sqlite import connect, step
from tests.journeys.accounts import login
from tests.journeys.house import House, Person

AT = "/care/escalations"
HELP = HelpNamed("ke-line", "A line", (CareChannel("phone", "999"),))


async def counsellor(house: House, owner: Person, email: str) -> Person:
    """Somebody who answers, signed in."""
    made = await owner.post("/users/invitations", {"email": email, "role": "counsellor"})
    secret = made["link"].partition("#register=")[2]
    body = {"email": email, "password": "correct horse battery", "invitation": secret}
    assert (await house.person("").call("POST", "/auth/register", body)).status == 201
    return house.person((await login(house, email)).json["access_token"])


async def id_of(person: Person) -> str:
    """Who they are."""
    return (await person.get("/auth/me"))["user"]["id"]


def begin(house: House, user_id: str, name: str, level: Level = "high", session_id: str | None = None) -> str:
    """As another process writes down that somebody is needed; the server finds it within two seconds."""
    asked = Begun(name, user_id, level, stamp(datetime.now(UTC)), session_id, language="sw", helped=(HELP,))
    link = connect(str(house.database))
    try:
        link.execute("begin immediate")
        made = _run(link, store.begin(asked))
        link.execute("commit")
    finally:
        link.close()
    return made


def _run(link: Any, script: Generator[Do, Result, str]) -> str:
    result: Result | None = None
    while True:
        try:
            do = script.send(result) if result is not None else next(script)
        except StopIteration as done:
            return str(done.value)
        result = step(link, do)
