"""Every query about organisations, groups and who belongs to them; all scripts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.sql.elements import ColumnElement

from palaver.core.ids import UserId
from palaver.identity.groups.group import Group, GroupRole, Kind, key_of
from palaver.identity.groups.tables import group_members, groups
from palaver.identity.tables import users
from palaver.storage.script import Row, Script, Statement, changed, first, rows


class Member(NamedTuple):
    """Somebody who belongs to a group, as it is stored."""

    user_id: UserId
    name: str | None
    email: str | None
    role: GroupRole
    added_at: str


def holders_of(name: str = "user_id") -> Select[str]:
    """The ids of everything that somebody belongs to, for queries about what is shared with them."""
    return select(group_members.c.group_id).where(group_members.c.user_id == bindparam(name))


_columns = [groups.c[name] for name in Group.__struct_fields__]
_ADD = Statement(insert(groups))
_ONE = Statement(select(*_columns).where(groups.c.id == bindparam("id")))
_BY_EXTERNAL = Statement(
    select(*_columns).where(groups.c.source == bindparam("source"), groups.c.external_id == bindparam("external"))
)
_BY_NAME = Statement(select(*_columns).where(groups.c.name_key == bindparam("key")))
_RENAME = Statement(
    update(groups)
    .where(groups.c.id == bindparam("of"))
    .values(
        name=bindparam("name"),
        name_key=bindparam("name_key"),
        external_id=bindparam("external_id"),
        updated_at=bindparam("updated_at"),
    )
)
_REMOVE = Statement(delete(groups).where(groups.c.id == bindparam("id")))
_BELOW = Statement(select(groups.c.id).where(groups.c.organisation_id == bindparam("id")))
_IT = (group_members.c.group_id == bindparam("group"), group_members.c.user_id == bindparam("user"))
_ROLE = Statement(select(group_members.c.role).where(*_IT))
_PUT = insert_or(group_members).values({c.name: bindparam(c.name) for c in group_members.c})
_PUT_MEMBER = Statement(
    _PUT.on_conflict_do_update(index_elements=["user_id", "group_id"], set_={"role": _PUT.excluded.role})
)
_TAKE_MEMBER = Statement(delete(group_members).where(*_IT))
_people = select(
    group_members.c.user_id, users.c.name, users.c.email, group_members.c.role, group_members.c.added_at
).join_from(group_members, users, users.c.id == group_members.c.user_id)
_MEMBER = Statement(_people.where(*_IT))
_MEMBERS = Statement(
    _people.where(group_members.c.group_id == bindparam("group"), group_members.c.user_id > bindparam("after"))
    .order_by(group_members.c.user_id)
    .limit(bindparam("limit"))
)
_COUNT = Statement(select(func.count()).where(group_members.c.group_id == bindparam("group")))
_OWNERS = Statement(
    select(group_members.c.user_id).where(
        group_members.c.group_id == bindparam("group"), group_members.c.role == "owner"
    )
)
_OF_USER = Statement(
    select(*_columns, group_members.c.role)
    .join_from(group_members, groups, groups.c.id == group_members.c.group_id)
    .where(group_members.c.user_id == bindparam("user"))
    .order_by(groups.c.id)
)
_WITHIN = Statement(
    select(group_members.c.group_id)
    .join_from(group_members, groups, groups.c.id == group_members.c.group_id)
    .where(group_members.c.user_id == bindparam("user"), groups.c.organisation_id == bindparam("organisation"))
)
_OTHER = group_members.alias()
_FELLOWS = Statement(
    select(group_members.c.group_id)
    .join_from(group_members, _OTHER, _OTHER.c.group_id == group_members.c.group_id)
    .where(group_members.c.user_id == bindparam("one"), _OTHER.c.user_id == bindparam("other"))
    .limit(1)
)
_OWNED_ALONE = Statement(
    select(group_members.c.group_id).where(
        group_members.c.user_id == bindparam("user"),
        group_members.c.role == "owner",
        ~select(_OTHER.c.user_id)
        .where(
            _OTHER.c.group_id == group_members.c.group_id,
            _OTHER.c.role == "owner",
            _OTHER.c.user_id != bindparam("user"),
        )
        .exists(),
    )
)


def _belongs() -> ColumnElement[bool]:
    return groups.c.id.in_(holders_of("user"))


def _page(*where: ColumnElement[bool]) -> Statement:
    return Statement(
        select(*_columns)
        .where(groups.c.kind == bindparam("kind"), groups.c.id > bindparam("after"), *where)
        .order_by(groups.c.id)
        .limit(bindparam("limit"))
    )


# Of an organisation, its members see all groups; of the house, those that they are in.
_ALL = _page()
_ALL_OF = _page(groups.c.organisation_id == bindparam("organisation"))
_SEEN = _page(or_(_belongs(), groups.c.organisation_id.in_(holders_of("user"))))
_SEEN_OF = _page(
    and_(
        groups.c.organisation_id == bindparam("organisation"),
        or_(_belongs(), groups.c.organisation_id.in_(holders_of("user"))),
    )
)


def add(group: Group) -> Script[None]:
    """Insert; `UniqueViolated` where the name or the external id is taken."""
    yield _ADD(
        id=group.id,
        kind=group.kind,
        organisation_id=group.organisation_id,
        name=group.name,
        name_key=key_of(group.kind, group.organisation_id, group.name),
        source=group.source,
        external_id=group.external_id,
        created_at=group.created_at,
        updated_at=group.updated_at,
    )


def one(group_id: str) -> Script[Group | None]:
    """By id."""
    return _group((yield from first(_ONE(id=group_id))))


def by_external(source: str, external_id: str) -> Script[Group | None]:
    """By what it is called where it is kept."""
    return _group((yield from first(_BY_EXTERNAL(source=source, external=external_id))))


def by_name(kind: Kind, organisation_id: str | None, name: str) -> Script[Group | None]:
    """By name, within an organisation or the house."""
    return _group((yield from first(_BY_NAME(key=key_of(kind, organisation_id, name)))))


def save(group: Group) -> Script[bool]:
    """Another name or external id; False where it is gone, `UniqueViolated` where one of them is taken."""
    key = key_of(group.kind, group.organisation_id, group.name)
    done = _RENAME(
        of=group.id, name=group.name, name_key=key, external_id=group.external_id, updated_at=group.updated_at
    )
    return (yield from changed(done)) == 1


def remove(group_id: str) -> Script[None]:
    """With its groups, if it is an organisation, and all that is known about who belongs to them."""
    yield _REMOVE(id=group_id)


def below(organisation_id: str) -> Script[list[str]]:
    """The groups of an organisation."""
    return [row[0] for row in (yield from rows(_BELOW(id=organisation_id)))]


def role(user_id: str, group_id: str) -> Script[GroupRole | None]:
    """What somebody is in a group or an organisation; None where they do not belong to it."""
    row = yield from first(_ROLE(user=user_id, group=group_id))
    return row[0] if row else None


def put_member(user_id: str, group_id: str, role: GroupRole, now: str) -> Script[None]:
    """Somebody belongs to it from now on, or in another role."""
    yield _PUT_MEMBER(user_id=user_id, group_id=group_id, role=role, added_at=now)


def take_member(user_id: str, group: Group) -> Script[list[str]]:
    """Somebody belongs to it no more, and to no group of it; gives what they belonged to."""
    left = [group.id] if (yield from changed(_TAKE_MEMBER(user=user_id, group=group.id))) else []
    if left and group.kind == "organisation":
        for row in (yield from rows(_WITHIN(user=user_id, organisation=group.id))):
            yield _TAKE_MEMBER(user=user_id, group=row[0])
            left.append(row[0])
    return left


def drop(user_id: str, group_id: str) -> Script[None]:
    """Somebody belongs to it no more, whatever they were."""
    yield _TAKE_MEMBER(user=user_id, group=group_id)


def member(user_id: str, group_id: str) -> Script[Member | None]:
    """Somebody as one who belongs to it."""
    row = yield from first(_MEMBER(group=group_id, user=user_id))
    return Member(*row) if row else None


def members(group_id: str, after: str, limit: int) -> Script[list[Member]]:
    """Some of those who belong to it, by id of user."""
    return [Member(*row) for row in (yield from rows(_MEMBERS(group=group_id, after=after, limit=limit)))]


def count(group_id: str) -> Script[int]:
    """How many belong to it."""
    row = yield from first(_COUNT(group=group_id))
    return row[0] if row else 0


def owners(group_id: str) -> Script[list[UserId]]:
    """Whose an organisation is."""
    return [UserId(row[0]) for row in (yield from rows(_OWNERS(group=group_id)))]


def owned_alone(user_id: str) -> Script[list[str]]:
    """The organisations that have no owner but this one."""
    return [row[0] for row in (yield from rows(_OWNED_ALONE(user=user_id)))]


def of_user(user_id: str) -> Script[list[tuple[Group, GroupRole]]]:
    """Everything that somebody belongs to, with what they are there."""
    found: Sequence[Row] = yield from rows(_OF_USER(user=user_id))
    return [(_read(row[:-1]), row[-1]) for row in found]


def fellows(one: str, other: str) -> Script[bool]:
    """Whether two people belong to one organisation or group."""
    return (yield from first(_FELLOWS(one=one, other=other))) is not None


def page(
    kind: Kind, user_id: str | None, organisation_id: str | None, *, after: str, limit: int
) -> Script[list[Group]]:  # fmt: skip
    """Some of those that somebody sees, by id; None sees all."""
    values = {"kind": kind, "after": after, "limit": limit}
    if user_id is None:
        asked = _ALL_OF(**values, organisation=organisation_id) if organisation_id else _ALL(**values)
    elif organisation_id:
        asked = _SEEN_OF(**values, user=user_id, organisation=organisation_id)
    else:
        asked = _SEEN(**values, user=user_id)
    return [_read(row) for row in (yield from rows(asked))]


def everybody(group_ids: Iterable[str]) -> Script[list[tuple[str, UserId]]]:
    """Who belongs to any of these, as pairs of group and person."""
    found: list[tuple[str, UserId]] = []
    for group_id in group_ids:
        after = ""
        while some := (yield from members(group_id, after, 1_000)):
            found += [(group_id, one.user_id) for one in some]
            after = some[-1].user_id
    return found


def _group(row: Row | None) -> Group | None:
    return _read(row) if row else None


def _read(row: Row) -> Group:
    return Group(**dict(zip(Group.__struct_fields__, row, strict=True)))
