import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.scopes import ADMIN, SCIM, SCOPES, allowed, needed, unknown, wider

MEMBER = Principal(user_id=UserId("usr_1"))
OWNER = Principal(user_id=UserId("usr_2"), role="admin")

some_scopes = st.frozensets(st.sampled_from(sorted(SCOPES)))
any_scope = st.sampled_from(sorted(SCOPES))


def key(*scopes: str, role: str = "member") -> Principal:
    return Principal(user_id=UserId("usr_1"), role=role, via="key", scopes=frozenset(scopes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/v1/sessions", "sessions:read"),
        ("POST", "/api/v1/sessions", "sessions:write"),
        ("PATCH", "/api/v1/sessions/ses_1", "sessions:write"),
        ("GET", "/api/v1/sessions/ses_1/messages", "sessions:read"),
        ("POST", "/api/v1/sessions/ses_1/messages", "runs:write"),
        ("GET", "/api/v1/sessions/ses_1/events", "runs:read"),
        ("POST", "/api/v1/sessions/ses_1/interrupt", "runs:write"),
        ("GET", "/api/v1/sessions/ses_1/export", "sessions:read"),
        ("PATCH", "/api/v1/messages/msg_1", "sessions:write"),
        ("POST", "/api/v1/query", "runs:write"),
        ("GET", "/v1/responses/resp_1", "runs:read"),
        ("POST", "/v1/responses", "runs:write"),
        ("DELETE", "/v1/responses/resp_1", "sessions:write"),
        ("GET", "/v1/conversations/conv_1/items", "sessions:read"),
        ("POST", "/v1/conversations", "sessions:write"),
        ("POST", "/api/v1/query/single", "runs:write"),
        ("GET", "/api/v1/runs/run_1/events", "runs:read"),
        ("POST", "/api/v1/runs/run_1/cancel", "runs:write"),
        ("GET", "/api/v1/ws", "runs:read"),
        ("GET", "/ws/chat/ses_1", "runs:read"),
        ("GET", "/api/v1/models", "models:read"),
        ("GET", "/api/v1/stats", "sessions:read"),
        ("GET", "/api/v1/agents", "agents:read"),
        ("POST", "/api/v1/mcp-servers", "agents:write"),
        ("PATCH", "/api/v1/hooks/def_1", "agents:write"),
        ("DELETE", "/api/v1/tool-presets/def_1", "agents:write"),
        ("GET", "/api/v1/skills/def_1/versions", "agents:read"),
        ("GET", "/api/v1/commands", "agents:read"),
        ("GET", "/api/v1/memories", "memories:read"),
        ("DELETE", "/api/v1/memories", "memories:write"),
        ("PATCH", "/api/v1/memory", "memories:write"),
        ("GET", "/api/v1/api-keys", "keys:read"),
        ("DELETE", "/api/v1/api-keys/key_1", "keys:write"),
        ("GET", "/api/v1/auth/me", None),
        ("POST", "/api/v1/auth/ticket", None),
        ("POST", "/api/v1/users/sync", None),
        ("GET", "/api/v1/users", ADMIN),
        ("GET", "/api/v1/health/detailed", ADMIN),
        ("GET", "/metrics", ADMIN),
        ("POST", "/api/v1/something-new", ADMIN),
        ("GET", "/api/v1", ADMIN),
    ],
)
def test_each_part_of_the_api_has_its_scope(method: str, path: str, scope: str | None) -> None:
    assert needed(method, path) == scope


def test_whoever_has_no_scopes_may_what_the_role_allows() -> None:
    assert all(allowed(OWNER, scope) for scope in SCOPES)
    assert [scope for scope in SCOPES if not allowed(MEMBER, scope)] == [SCIM, ADMIN]


def test_writing_includes_reading_and_nothing_else() -> None:
    writer = key("sessions:write")
    assert {scope for scope in SCOPES if allowed(writer, scope)} == {"sessions:read", "sessions:write"}
    assert not allowed(key("sessions:read"), "sessions:write")


def test_the_scope_admin_is_worth_what_the_role_is() -> None:
    assert allowed(key(ADMIN, role="admin"), ADMIN)
    assert not allowed(key(ADMIN), ADMIN)
    assert allowed(key(ADMIN), "sessions:write")


def test_what_is_not_in_the_vocabulary_is_named() -> None:
    assert unknown(["runs:write", "runs:delete", "x"]) == ["runs:delete", "x"]


@given(some_scopes, any_scope, any_scope)
def test_more_scopes_never_allow_less(scopes: frozenset[str], more: str, wanted: str) -> None:
    assert not allowed(key(*scopes), wanted) or allowed(key(*scopes, more), wanted)


@given(some_scopes, some_scopes, any_scope)
def test_what_is_handed_on_allows_nothing_new(held: frozenset[str], wanted: frozenset[str], scope: str) -> None:
    if not wider(wanted, key(*held)):
        assert not allowed(key(*wanted), scope) or allowed(key(*held), scope)


def test_only_who_may_everything_hands_on_everything() -> None:
    assert wider(None, MEMBER) == []
    assert wider(None, key("sessions:write")) == sorted(set(SCOPES) - {"sessions:read", "sessions:write"})
