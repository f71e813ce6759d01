from collections.abc import Sequence

import pytest

from palaver.core.audit import SecurityEvent
from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.groups import store
from palaver.identity.groups.directory import Directory, GroupTaken, LastOwner
from palaver.identity.service import Identity
from palaver.kit.clock import ManualClock
from palaver.storage.sqlite import SqliteDatabase


class Heard:
    """What the audit and those who end things were told."""

    def __init__(self) -> None:
        self.events: list[SecurityEvent] = []
        self.lost: list[tuple[UserId, list[str]]] = []

    async def __call__(self, event: SecurityEvent) -> None:
        self.events.append(event)

    async def losing(self, user_id: UserId, group_ids: Sequence[str]) -> None:
        self.lost.append((user_id, list(group_ids)))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def directory(database: SqliteDatabase, heard: Heard) -> Directory:
    made = Directory(database, ManualClock(), heard)
    made.lost = heard.losing
    return made


async def test_who_leaves_an_organisation_leaves_its_groups_and_whoever_shares_hears_of_it(
    directory: Directory, identity: Identity, ada: Principal, heard: Heard
) -> None:
    bob = await identity.accounts.create("bob@example.org", None)
    tree = await directory.create("organisation", " The  Tree ", owner=ada.user_id, by=ada.user_id)
    roots = await directory.create("group", "Roots", organisation_id=tree.id)
    house = await directory.create("group", "Roots")
    assert tree.name == "The Tree"
    with pytest.raises(Invalid):
        await directory.put(bob.id, roots)
    for group in (tree, roots, house):
        await directory.put(bob.id, group, by=ada.user_id)
    assert {one.id: role for one, role in await directory.of(bob.id)} == {
        tree.id: "member",
        roots.id: "member",
        house.id: "member",
    }
    assert await directory.take(bob.id, tree, by=ada.user_id)
    assert [one.id for one, _ in await directory.of(bob.id)] == [house.id]
    assert heard.lost == [(bob.id, [tree.id, roots.id])]
    assert not await directory.take(bob.id, tree)
    assert [one.kind for one in heard.events] == [
        "organisation.created",
        "group.created",
        "group.created",
        "organisation.member_added",
        "group.member_added",
        "group.member_added",
        "organisation.member_removed",
    ]
    assert heard.events[-1].detail == {"user_id": bob.id}
    assert heard.events[-1].actor_id == ada.user_id


async def test_the_last_owner_of_an_organisation_neither_leaves_nor_becomes_less(
    directory: Directory, identity: Identity, ada: Principal
) -> None:
    bob = await identity.accounts.create("bob@example.org", None)
    tree = await directory.create("organisation", "The Tree", owner=ada.user_id)
    await directory.put(bob.id, tree, "admin")
    for act in (directory.take(ada.user_id, tree), directory.put(ada.user_id, tree, "admin")):
        with pytest.raises(LastOwner):
            await act
    await directory.put(bob.id, tree, "owner")
    assert await directory.take(ada.user_id, tree)


async def test_names_are_taken_once_in_an_organisation_however_they_are_written(
    directory: Directory, ada: Principal
) -> None:
    tree = await directory.create("organisation", "The Tree", owner=ada.user_id)
    for kind, within in (("organisation", None), ("group", tree.id), ("group", None)):
        name = "THE  tree" if kind == "organisation" else "Roots"
        if kind == "group":
            await directory.create("group", "roots", organisation_id=within)
        with pytest.raises(GroupTaken):
            await directory.create("organisation" if kind == "organisation" else "group", name, organisation_id=within)
    with pytest.raises(Invalid):
        await directory.create("organisation", "  ")


async def test_what_a_directory_or_an_issuer_keeps_is_found_by_its_own_names(
    directory: Directory, identity: Identity, ada: Principal, database: SqliteDatabase
) -> None:
    bob = await identity.accounts.create("bob@example.org", None)
    kept = await directory.create("group", "Staff", source="scim", external_id="g-1")
    assert await directory.external("scim", "g-1") == kept
    await directory.set_members(kept, [ada.user_id, bob.id])
    await directory.set_members(kept, [bob.id])
    assert [one.user_id for one in await directory.members(kept.id)] == [bob.id]
    await directory.sync(bob.id, "https://issuer.example", {"staff": "Staff", "night": "Night"})
    await directory.sync(bob.id, "https://issuer.example", {"night": "Night"})
    assert [(one.source, one.name) for one, _ in await directory.of(bob.id)] == [
        ("scim", "Staff"),
        ("https://issuer.example", "Night"),
    ]
    assert (await directory.rename(kept, "All staff")).external_id == "g-1"
    assert (await directory.named("group", "all STAFF")) is not None
    assert not await database.read(store.fellows(ada.user_id, bob.id))


async def test_an_organisation_that_is_deleted_takes_its_groups_along_and_ends_what_they_opened(
    directory: Directory, ada: Principal, heard: Heard
) -> None:
    tree = await directory.create("organisation", "The Tree", owner=ada.user_id)
    roots = await directory.create("group", "Roots", organisation_id=tree.id)
    await directory.put(ada.user_id, roots)
    await directory.remove(tree)
    assert heard.lost == [(ada.user_id, [tree.id, roots.id])]
    for one in (tree, roots):
        with pytest.raises(NotFound):
            await directory.get(one.id)
    assert await directory.of(ada.user_id) == []
