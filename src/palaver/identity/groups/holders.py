"""Whom something can be shared with: a person, a group or an organisation that whoever shares may name."""

from typing import Literal

import msgspec

from palaver.core.errors import NotFound
from palaver.core.ids import USER
from palaver.core.principal import Principal
from palaver.identity import store as identity_store
from palaver.identity.groups import store
from palaver.identity.naming import called
from palaver.storage.script import Script

HolderKind = Literal["person", "group", "organisation"]

NOBODY = "There is no such person, group or organisation, or it is none of yours."


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody or several that something is shared with, or can be."""

    id: str
    kind: HolderKind
    name: str

    @property
    def user_id(self) -> str | None:
        """Who it is, if it is one person."""
        return self.id if self.kind == "person" else None

    @property
    def group_id(self) -> str | None:
        """Which group or organisation it is, if it is one."""
        return None if self.kind == "person" else self.id


def of(holder_id: str) -> Script[Holder | None]:
    """Who it is, whoever asks."""
    if holder_id.startswith(f"{USER}_"):
        user = yield from identity_store.user(holder_id)
        return Holder(id=user.id, kind="person", name=called(user.id, user.name, user.email)) if user else None
    group = yield from store.one(holder_id)
    return Holder(id=group.id, kind=group.kind, name=group.name) if group else None


def named(caller: Principal, holder_id: str) -> Script[Holder]:
    """Who it is, for somebody who shares: a person by id, or what they belong to; NotFound alike for the rest."""
    found = yield from of(holder_id)
    if found is not None and found.kind != "person" and not caller.admin:
        group = yield from store.one(holder_id)
        above = group.organisation_id if group else None
        belongs = yield from store.role(caller.user_id, holder_id)
        if belongs is None and (above is None or (yield from store.role(caller.user_id, above)) is None):
            found = None
    if found is None:
        raise NotFound(NOBODY)
    return found
