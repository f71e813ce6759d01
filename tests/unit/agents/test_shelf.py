from typing import Any

from palaver.agents import store
from palaver.agents.shelf import Origin, Shelf, Thing
from palaver.agents.store import Version
from tests.unit.agents.given import ADA, REVIEWER, Library


def thing(origin: Origin, *, trusted: bool, name: str = "a", kind: str = "agent") -> Thing:
    return Thing(
        kind=kind, name=name, id=f"{origin}-{trusted}-{name}", version=1, origin=origin, trusted=trusted, raw={}
    )


OWN, OF_ADMIN = thing("own", trusted=True), thing("shared", trusted=True)
OF_DISK, OF_OTHERS = thing("disk", trusted=True), thing("shared", trusted=False)


def test_of_one_name_the_own_is_meant_then_the_operators_and_others_last() -> None:
    order = [OWN, OF_ADMIN, OF_DISK, OF_OTHERS]
    for first in range(4):
        shelf = Shelf(reversed(order[first:]))
        assert shelf.find("agent", "a") is order[first]
        assert shelf.find("agent", order[-1].id) is OF_OTHERS


def test_what_others_share_never_acts_without_being_named() -> None:
    other = thing("shared", trusted=False, name="b")
    shelf = Shelf([OF_DISK, OF_OTHERS]).having([other])
    assert shelf.unnamed("agent") == [OF_DISK]
    assert shelf.every("agent") == [OF_DISK]
    assert shelf.find("agent", "b") is other
    assert shelf.lacks([("agent", "b"), ("skill", "b")]) == [("skill", "b")]


async def test_a_version_that_is_passed_is_not_written_over(library: Library) -> None:
    made = await library.made("agents", REVIEWER)
    (kept,) = await library.database.read(store.unnamed(ADA.user_id))
    after = kept._replace(version=3)
    version = Version(3, "{}", 0, ADA.user_id, "2026")
    assert await library.database.write(store.change(after, version, 9)) is False
    found: Any = await library.got(f"/agents/{made['id']}/versions")
    assert [one["version"] for one in found["items"]] == [1]
