"""Every query of identity, as statements and the units of work made of them; it hashes and verifies nothing."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from palaver.core.ids import KeyId, UserId
from palaver.core.principal import Role
from palaver.identity.tables import api_keys, browser_sessions, one_time_tokens, refresh_tokens, token_families, users
from palaver.storage.script import Script, Statement

Values = Mapping[str, Any]

LOCAL = ""  # the issuer of users who sign in with a password


class User(NamedTuple):
    """A user as a row, without the password's hash."""

    id: UserId
    issuer: str
    subject: str
    email: str | None
    name: str | None
    role: Role
    created_at: str
    verified_at: str | None = None
    disabled_at: str | None = None
    role_said_at: str | None = None


class KeyRow(NamedTuple):
    """An API key as a row, without its hash."""

    id: KeyId
    user_id: UserId
    name: str
    scopes: str | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    networks: str | None = None
    replaces_id: KeyId | None = None


_user_columns = [users.c[name] for name in User._fields]
ADD_USER = Statement(insert(users).values({name: bindparam(name) for name in (*User._fields, "password_hash")}))
_THERE = users.c.removing_at.is_(None)
_USER = Statement(select(*_user_columns).where(users.c.id == bindparam("id"), _THERE))
_USER_BY_SUBJECT = Statement(
    select(*_user_columns).where(users.c.issuer == bindparam("issuer"), users.c.subject == bindparam("subject"))
)
_PASSWORD = Statement(select(users.c.password_hash).where(users.c.id == bindparam("id")))
_USERS_BY_EMAIL = Statement(
    select(*_user_columns).where(users.c.email == bindparam("email")).order_by(users.c.issuer, users.c.id).limit(2)
)
_USERS = Statement(
    select(*_user_columns).where(users.c.id > bindparam("after"), _THERE).order_by(users.c.id).limit(bindparam("most"))
)
_SET_PASSWORD = Statement(
    update(users).where(users.c.id == bindparam("user_id")).values(password_hash=bindparam("password_hash"))
)
_SET_PROFILE = Statement(
    update(users).where(users.c.id == bindparam("user_id")).values(email=bindparam("email"), name=bindparam("name"))
)

_SET_DISABLED = Statement(
    update(users).where(users.c.id == bindparam("user_id")).values(disabled_at=bindparam("disabled_at"))
)
_SET_SAID_ROLE = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(role=bindparam("role"), role_said_at=bindparam("role_said_at"))
)
_SET_ROLE = Statement(update(users).where(users.c.id == bindparam("user_id")).values(role=bindparam("role")))


def add_user(values: Values) -> Script[None]:
    """Insert; `UniqueViolated` where issuer and subject are taken."""
    yield ADD_USER(**values)


def user(user_id: str) -> Script[User | None]:
    """By id."""
    return _as_user((yield _USER(id=user_id)).first())


def user_by_subject(issuer: str, subject: str) -> Script[User | None]:
    """By what a credential says."""
    return _as_user((yield _USER_BY_SUBJECT(issuer=issuer, subject=subject)).first())


def password_hash(user_id: str) -> Script[str | None]:
    """None where the user has no password, or is not there."""
    row = (yield _PASSWORD(id=user_id)).first()
    return row[0] if row else None


def local_user(email: str) -> Script[tuple[User, str | None] | None]:
    """Who signs in with this address, and the hash of the password if there is one."""
    found = yield from user_by_subject(LOCAL, email)
    return (found, (yield from password_hash(found.id))) if found else None


def users_by_email(email: str) -> Script[Sequence[User]]:
    """At most two, local ones first: enough to know whether it is clear who is meant."""
    return [User(*row) for row in (yield _USERS_BY_EMAIL(email=email)).rows]


def list_users(after: str, most: int) -> Script[Sequence[User]]:
    """Oldest first, one page."""
    return [User(*row) for row in (yield _USERS(after=after, most=most)).rows]


def set_profile(user_id: str, email: str | None, name: str | None) -> Script[None]:
    """What an external issuer says about its user now."""
    yield _SET_PROFILE(user_id=user_id, email=email, name=name)


def set_disabled(user_id: str, at: str | None) -> Script[None]:
    """None: the user may come again."""
    yield _SET_DISABLED(user_id=user_id, disabled_at=at)


def set_role(user_id: str, role: Role) -> Script[None]:
    """What the user may do."""
    yield _SET_ROLE(user_id=user_id, role=role)


def set_said_role(user_id: str, role: Role, at: str) -> Script[None]:
    """What the user may do, as an issuer said then."""
    yield _SET_SAID_ROLE(user_id=user_id, role=role, role_said_at=at)


def set_password_hash(user_id: str, password_hash: str) -> Script[None]:
    """The same password, hashed anew."""
    yield _SET_PASSWORD(user_id=user_id, password_hash=password_hash)


def set_password(user_id: str, password_hash: str, now: str) -> Script[None]:
    """A new password ends whatever the old one, or a link, had opened. API keys stay."""
    yield _SET_PASSWORD(user_id=user_id, password_hash=password_hash)
    yield from sign_out_everywhere(user_id, now)


def sign_out_everywhere(user_id: str, now: str) -> Script[None]:
    """End every sign-in, and whatever link or ticket would begin one. API keys stay."""
    yield _REVOKE_FAMILIES(owner=user_id, now=now)
    yield _DELETE_BROWSERS(owner=user_id)
    yield _DELETE_ONE_TIMES(owner=user_id)


def _as_user(row: tuple[Any, ...] | None) -> User | None:
    return User(*row) if row else None


# --- Signing in: cookies and token families ---

ADD_BROWSER = Statement(insert(browser_sessions))
_BROWSER = Statement(
    select(users.c.id, users.c.role, browser_sessions.c.expires_at)
    .join_from(browser_sessions, users, users.c.id == browser_sessions.c.user_id)
    .where(browser_sessions.c.hash == bindparam("hash"), users.c.disabled_at.is_(None))
)
_DELETE_BROWSER = Statement(delete(browser_sessions).where(browser_sessions.c.hash == bindparam("hash")))
_DELETE_BROWSERS = Statement(delete(browser_sessions).where(browser_sessions.c.user_id == bindparam("owner")))
_SLIDE = Statement(
    update(browser_sessions)
    .where(browser_sessions.c.hash == bindparam("of"), browser_sessions.c.last_used_at < bindparam("at"))
    .values(last_used_at=bindparam("at"), expires_at=bindparam("until"))
)
ADD_FAMILY = Statement(insert(token_families))
ADD_REFRESH = Statement(insert(refresh_tokens))
_FAMILY = Statement(
    select(users.c.id, users.c.role)
    .join_from(token_families, users, users.c.id == token_families.c.user_id)
    .where(token_families.c.id == bindparam("id"), token_families.c.revoked_at.is_(None))
    .where(users.c.disabled_at.is_(None))
)
_USE_REFRESH = Statement(
    update(refresh_tokens)
    .where(refresh_tokens.c.hash == bindparam("of"), refresh_tokens.c.used_at.is_(None))
    .where(refresh_tokens.c.expires_at > bindparam("now"))
    .values(used_at=bindparam("now"))
    .returning(refresh_tokens.c.family_id)
)
_REUSED = Statement(
    select(refresh_tokens.c.family_id).where(
        refresh_tokens.c.hash == bindparam("of"), refresh_tokens.c.used_at.is_not(None)
    )
)
_KEEP_FAMILY = Statement(
    update(token_families).where(token_families.c.id == bindparam("family")).values(expires_at=bindparam("until"))
)
_REVOKE_FAMILY = Statement(
    update(token_families)
    .where(token_families.c.id == bindparam("family"), token_families.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)
_REVOKE_FAMILIES = Statement(
    update(token_families)
    .where(token_families.c.user_id == bindparam("owner"), token_families.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)
_FAMILY_OF = Statement(select(refresh_tokens.c.family_id).where(refresh_tokens.c.hash == bindparam("of")))


def add_sign_in(browser: Values | None, family: Values | None, refresh: Values | None) -> Script[None]:
    """A cookie, or a family of tokens with its first refresh token, or both."""
    if browser:
        yield ADD_BROWSER(**browser)
    if family and refresh:
        yield ADD_FAMILY(**family)
        yield ADD_REFRESH(**refresh)


def browser(hash_: str) -> Script[tuple[UserId, Role, str] | None]:
    """Whose cookie it is, the role, and when it ends."""
    row = (yield _BROWSER(hash=hash_)).first()
    return (row[0], row[1], row[2]) if row else None


def family(family_id: str) -> Script[tuple[UserId, Role] | None]:
    """Whose sign-in it is, if it lives."""
    row = (yield _FAMILY(id=family_id)).first()
    return (row[0], row[1]) if row else None


class Rotated(NamedTuple):
    """A refresh token was used for the first time: whose, and of which family."""

    user_id: UserId
    family_id: str


class Reused(NamedTuple):
    """A refresh token came a second time, and its family is revoked."""

    family_id: str


def rotate(old: str, successor: Values, now: str) -> Script[Rotated | Reused | None]:
    """Use up a refresh token and add its successor; one that was used before takes its whole family with it.

    It says what happened instead of raising: raising would undo the revocation.
    """
    used = (yield _USE_REFRESH(of=old, now=now)).first()
    if used is None:
        reused = (yield _REUSED(of=old)).first()
        if reused:
            yield _REVOKE_FAMILY(family=reused[0], now=now)
        return Reused(reused[0]) if reused else None
    owner = (yield _FAMILY(id=used[0])).first()
    if owner is None:
        return None
    yield ADD_REFRESH(**successor, family_id=used[0])
    yield _KEEP_FAMILY(family=used[0], until=successor["expires_at"])
    return Rotated(owner[0], used[0])


def sign_out(
    browser_hash: str | None, refresh_hash: str | None, family_id: str | None, *, now: str
) -> Script[UserId | None]:
    """End whatever of these is there; whose it was, if anything was."""
    whose: UserId | None = None
    if browser_hash:
        row = yield from browser(browser_hash)
        whose = row[0] if row else None
        yield _DELETE_BROWSER(hash=browser_hash)
    found = (yield _FAMILY_OF(of=refresh_hash)).first() if refresh_hash else None
    for family_id_ in {found[0] if found else None, family_id} - {None}:
        owner = (yield _FAMILY(id=family_id_)).first()
        whose = owner[0] if owner and whose is None else whose
        yield _REVOKE_FAMILY(family=family_id_, now=now)
    return whose


# --- API keys ---

_key_columns = [api_keys.c[name] for name in KeyRow._fields]
ADD_KEY = Statement(insert(api_keys))
COUNT_KEYS = Statement(select(func.count()).where(api_keys.c.user_id == bindparam("owner")))
_KEY = Statement(
    select(users.c.id, users.c.role, api_keys.c.hash, api_keys.c.scopes, api_keys.c.expires_at, api_keys.c.networks)
    .join_from(api_keys, users, users.c.id == api_keys.c.user_id)
    .where(api_keys.c.id == bindparam("id"), users.c.disabled_at.is_(None))
)
_KEYS = Statement(select(*_key_columns).where(api_keys.c.user_id == bindparam("owner")).order_by(api_keys.c.id))
_DELETE_KEY = Statement(
    delete(api_keys).where(api_keys.c.id == bindparam("id"), api_keys.c.user_id == bindparam("owner"))
)
_KEY_USED = Statement(
    update(api_keys)
    .where(api_keys.c.id == bindparam("of"))
    .where(or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < bindparam("at")))
    .values(last_used_at=bindparam("at"))
)


class KeyHolder(NamedTuple):
    """What the door reads about an API key."""

    user_id: UserId
    role: Role
    hash: str
    scopes: str | None
    expires_at: str | None
    networks: str | None


def key_holder(key_id: str) -> Script[KeyHolder | None]:
    """Whose key it is and what it may do; whether its secret is right is the caller's question."""
    row = (yield _KEY(id=key_id)).first()
    return KeyHolder(*row) if row else None


def add_key(values: Values, most: int) -> Script[bool]:
    """Insert, unless the user has as many as one may."""
    count = (yield COUNT_KEYS(owner=values["user_id"])).rows[0][0]
    if count >= most:
        return False
    yield ADD_KEY(**{"networks": None, "replaces_id": None} | dict(values))
    return True


def keys_of(user_id: str) -> Script[Sequence[KeyRow]]:
    """Oldest first."""
    return [KeyRow(*row) for row in (yield _KEYS(owner=user_id)).rows]


def delete_key(user_id: str, key_id: str) -> Script[bool]:
    """Whether it was there and belonged to the user."""
    return (yield _DELETE_KEY(id=key_id, owner=user_id)).count == 1


def write_uses(keys: Sequence[Values], cookies: Sequence[Values]) -> Script[None]:
    """Many last uses at once; what was deleted meanwhile is passed over."""
    if keys:
        yield _KEY_USED.many(keys)
    if cookies:
        yield _SLIDE.many(cookies)


# --- One-time tokens ---

ADD_ONE_TIME = Statement(insert(one_time_tokens))
_USE_ONE_TIME = Statement(
    update(one_time_tokens)
    .where(one_time_tokens.c.hash == bindparam("of"), one_time_tokens.c.purpose == bindparam("wanted"))
    .where(one_time_tokens.c.used_at.is_(None), one_time_tokens.c.expires_at > bindparam("now"))
    .values(used_at=bindparam("now"))
    .returning(one_time_tokens.c.user_id, one_time_tokens.c.key_id, one_time_tokens.c.scopes, one_time_tokens.c.sign_in)
)
_ROLE = Statement(select(users.c.role).where(users.c.id == bindparam("id"), users.c.disabled_at.is_(None)))
_DELETE_ONE_TIMES = Statement(delete(one_time_tokens).where(one_time_tokens.c.user_id == bindparam("owner")))


class Bearer(NamedTuple):
    """Who brought a one-time token, and what it lets them do."""

    user_id: UserId
    role: Role
    key_id: KeyId | None
    scopes: str | None
    sign_in: str | None


def add_one_time(values: Values) -> Script[None]:
    """Insert."""
    yield ADD_ONE_TIME(**values)


def use_one_time(hash_: str, purpose: str, now: str) -> Script[Bearer | None]:
    """Use it up: one UPDATE decides which of several who come at once was first."""
    used = (yield _USE_ONE_TIME(of=hash_, wanted=purpose, now=now)).first()
    if used is None:
        return None
    role = (yield _ROLE(id=used[0])).first()
    return Bearer(used[0], role[0], *used[1:]) if role else None


# --- What is over ---

_SWEEP_BROWSERS = Statement(delete(browser_sessions).where(browser_sessions.c.expires_at < bindparam("now")))
_SWEEP_FAMILIES = Statement(
    delete(token_families).where(
        or_(token_families.c.expires_at < bindparam("now"), token_families.c.revoked_at < bindparam("now"))
    )
)
_SWEEP_REFRESH = Statement(delete(refresh_tokens).where(refresh_tokens.c.expires_at < bindparam("now")))
_SWEEP_ONE_TIMES = Statement(delete(one_time_tokens).where(one_time_tokens.c.expires_at < bindparam("now")))


def sweep(now: str) -> Script[int]:
    """Remove what ended by time, and families that were revoked; an API key stays until its user deletes it."""
    removed = 0
    for statement in (_SWEEP_BROWSERS, _SWEEP_REFRESH, _SWEEP_FAMILIES, _SWEEP_ONE_TIMES):
        removed += (yield statement(now=now)).count
    return removed
