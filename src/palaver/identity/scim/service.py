"""Use cases of a directory about users: finding, making, changing and removing them; groups are `directory_groups`.

Users of one issuer, or local ones. Who is removed is disabled, and what they own stays: an administrator deletes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from palaver.core.audit import Audit, SecurityEvent
from palaver.core.errors import Forbidden, NotFound
from palaver.core.ids import USER, UserId
from palaver.core.principal import Principal
from palaver.identity.accounts import Accounts
from palaver.identity.emails import normal
from palaver.identity.scim import filters, resources, store
from palaver.identity.scim.patching import Resource, patched
from palaver.identity.scim.refusals import NotUnique
from palaver.identity.scim.settings import ScimSettings
from palaver.identity.scim.store import Known
from palaver.identity.store import LOCAL, User, add_user
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.storage.port import Database, UniqueViolated
from palaver.storage.script import Script

_BATCH = 500


class DirectoryUsers:
    """`by` is whose key the directory has; that user it neither disables nor removes."""

    def __init__(
        self, database: Database, settings: ScimSettings, accounts: Accounts, clock: Clock, *, audit: Audit
    ) -> None:
        self._database = database
        self._issuer = settings.issuer or LOCAL
        self._accounts = accounts
        self._clock = clock
        self._audit = audit

    async def find(self, text: str | None, skip: int, most: int, base: str) -> tuple[int, list[Resource]]:
        """How many fit a filter, and some of them, oldest first."""
        if text is None:
            total, found = await self._database.read(store.page(self._issuer, skip, most))
            return total, [_shown(one, base) for one in found]
        simple = filters.plain(text)
        if simple and simple.attribute in {"username", "externalid", "id"}:
            one = await self._by(simple)
            shown = [_shown(one, base)] if one and one.removed_at is None else []
        else:
            test = filters.read(text)
            shown = [one for one in await self._all(base) if test(one)]
        return len(shown), shown[skip : skip + most]

    async def get(self, user_id: str, base: str) -> Resource:
        """By id."""
        return _shown(await self._known(user_id), base)

    async def create(self, body: Mapping[str, Any], by: Principal, base: str) -> Resource:
        """A new one; or one of the issuer whom we met, or who was removed, and is known from now on."""
        said, active = resources.cleaned(body), resources.is_active(body, otherwise=True)
        subject = self._subject(said, None)
        if subject is None:
            raise resources.refused(*_NEEDED[self._issuer == LOCAL])
        known = await self._claimed(said, subject)
        if known is None:
            known = await self._make(said, subject)
            await self._tell("user.created", by, known.user_id)
        await self._save(known, said, by, active=active)
        return await self.get(known.user_id, base)

    async def replace(self, user_id: str, body: Mapping[str, Any], by: Principal, base: str) -> Resource:
        """All that the directory says, anew."""
        known = await self._known(user_id)
        active = resources.is_active(body, otherwise=known.disabled_at is None)
        await self._save(known, resources.cleaned(body), by, active=active)
        return await self.get(user_id, base)

    async def patch(self, user_id: str, changes: Sequence[object], by: Principal, base: str) -> Resource:
        """Some of it."""
        known = await self._known(user_id)
        changed = patched({**_said(known), "active": known.disabled_at is None}, changes)
        active = resources.is_active(changed, otherwise=True)
        await self._save(known, resources.cleaned(changed), by, active=active)
        return await self.get(user_id, base)

    async def remove(self, user_id: str, by: Principal) -> None:
        """Unknown to the directory from now on, and disabled at once."""
        known = await self._known(user_id)
        await self._enable(known, by, active=False)
        said = msgspec.json.encode(_said(known)).decode()
        await self._write(store.remove(known, said, now=self._now()))
        await self._tell("user.removed", by, known.user_id)

    async def _all(self, base: str) -> list[Resource]:
        found: list[Resource] = []
        while True:
            _, some = await self._database.read(store.page(self._issuer, len(found), _BATCH))
            found += [_shown(one, base) for one in some]
            if len(some) < _BATCH:
                return found

    async def _by(self, wanted: filters.Equals) -> Known | None:
        match wanted.attribute:
            case "id":
                return await self._database.read(store.one(self._issuer, wanted.value))
            case "externalid":
                found = await self._database.read(store.by_external(self._issuer, wanted.value))
                if found is None and self._issuer != LOCAL:
                    met = await self._database.read(store.by_subject(self._issuer, wanted.value))
                    return met if met and met.created_at is None else None
                return found
            case _:
                return await self._database.read(store.by_name(self._issuer, _key(wanted.value)))

    async def _known(self, user_id: str) -> Known:
        found = await self._database.read(store.one(self._issuer, user_id))
        if found is None:
            raise NotFound("There is no such user.")
        return found

    async def _claimed(self, said: Resource, subject: str) -> Known | None:
        """Who is there already and is this person: one of the issuer whom we met, or who was removed before.

        Raises NotUnique where it is somebody else, or a local user whom the directory must find and change instead.
        """
        named = await self._database.read(store.by_name(self._issuer, _key(said["userName"])))
        known = await self._database.read(store.by_subject(self._issuer, subject))
        if known is None:
            if named is not None:
                raise NotUnique
            return None
        met = known.created_at is None and self._issuer != LOCAL
        same = known.external_id in {None, said.get("externalId")}
        if not (met or (known.removed_at is not None and same)) or (named and named.user_id != known.user_id):
            raise NotUnique
        return known

    async def _make(self, said: Resource, subject: str) -> Known:
        user_id, now = UserId(new_id(USER)), self._now()
        email, name = _email(said), resources.name_of(said)
        user = User(user_id, self._issuer, subject, email, name, "member", now)
        await self._write(add_user({**user._asdict(), "password_hash": None}))
        return await self._known(user_id)

    async def _save(self, known: Known, said: Resource, by: Principal, *, active: bool) -> None:
        subject = self._subject(said, known)
        external = said.get("externalId")
        text, name_key, now = msgspec.json.encode(said).decode(), _key(said["userName"]), self._now()

        def write() -> Script[None]:
            yield from store.put(known, text, name_key, external, now=now)
            yield from store.set_user(known.user_id, subject or known.subject, _email(said), resources.name_of(said))

        await self._write(write())
        await self._enable(known, by, active=active)

    async def _enable(self, known: Known, by: Principal, *, active: bool) -> None:
        if active is (known.disabled_at is None):
            return
        if known.user_id == by.user_id and not active:
            raise Forbidden("A directory cannot disable the user whose key it has.")
        user = User(known.user_id, self._issuer, known.subject, known.email, known.name, "member", known.made_at)
        await self._accounts.set_disabled(user, disabled=not active)
        await self._tell("user.enabled" if active else "user.disabled", by, known.user_id)

    async def _write(self, script: Script[None]) -> None:
        try:
            await self._database.write(script)
        except UniqueViolated:
            raise NotUnique from None

    def _subject(self, said: Resource, known: Known | None) -> str | None:
        """What signing in finds the user by."""
        if self._issuer != LOCAL:
            external = said.get("externalId")
            if known is not None and external not in {None, known.subject}:
                raise resources.refused("externalId", "The externalId is what the issuer calls them, and stays.")
            return external or (known.subject if known else None)
        return _email(said) or (known.subject if known else None)

    async def _tell(self, kind: str, by: Principal, user_id: str) -> None:
        await self._audit(SecurityEvent(kind=kind, actor_id=by.user_id, subject=user_id, detail={"by": "scim"}))

    def _now(self) -> str:
        return stamp(self._clock.now())


_NEEDED = {
    True: ("emails", "A user needs an e-mail address to sign in with: in emails, or as userName."),
    False: ("externalId", "A user needs an externalId: what the issuer's tokens call them."),
}


def _said(known: Known) -> Resource:
    """What the directory said; of whom it said nothing, what we know."""
    if known.created_at is not None and known.resource is not None:
        return msgspec.json.decode(known.resource, type=dict[str, Any])
    told: Resource = {"userName": known.subject}
    told |= {"displayName": known.name} if known.name else {}
    return told | ({"emails": [{"value": known.email, "primary": True}]} if known.email else {})


def _shown(known: Known, base: str) -> Resource:
    at = (known.created_at or known.made_at, known.updated_at or known.made_at)
    active = known.disabled_at is None
    return resources.user(_said(known), user_id=known.user_id, active=active, at=at, base=base)


def _email(said: Resource) -> str | None:
    email = resources.email_of(said)
    return normal(email) if email is not None else None


def _key(user_name: str) -> str:
    return user_name.strip().casefold()
