"""Definitions of MCP servers: what may be written down, how secrets are kept and shown, and what is in force."""

from typing import Any

import pytest

from palaver.core.errors import Forbidden, Invalid
from palaver.kit.sealed import Sealed
from palaver.privacy.sealing import SealBroken, Sealer
from palaver.tools.mcp.definition import ServerDefinition, admit, guard, named
from palaver.tools.mcp.precedence import Server, in_force
from palaver.tools.mcp.stored import HIDDEN, opened, parsed, patched, sealed, shown
from palaver.tools.mcp.variables import VariableMissing, expanded
from tests.promises import keeps

PROGRAM = {"command": "npx", "args": ["-y", "server"], "env": {"TOKEN": "hunter2"}}
REMOTE = {
    "url": "https://mcp.example/x",
    "headers": {"Authorization": "Bearer hunter2"},
    "oauth": {"client_id": "us", "client_secret": "hunter2"},
}
SEALER = Sealer(bytes(32))


@pytest.mark.parametrize("name", ["files", "a", "A-b_c", "x" * 64])
def test_a_name_becomes_part_of_a_tools_name(name: str) -> None:
    assert named(name) == name


@pytest.mark.parametrize("name", ["", "a__b", "__a", "a b", "a.b", "x" * 65, "ä", "a\n", "../a"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        named(name)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (PROGRAM, "stdio"),
        (REMOTE, "http"),
        ({"type": "streamable-http", "url": "https://a.example"}, "http"),
        ({"type": "sse", "url": "https://a.example"}, "sse"),
    ],
)
def test_definitions_are_taken_in_the_spellings_that_people_have(said: dict[str, Any], kind: str) -> None:
    assert parsed(said).type == kind


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"command": ""},
        {"command": "  "},
        {"command": "npx -y server"},
        {"command": "sh; rm -rf /"},
        {"command": "echo $(id)", "args": ["a"]},
        {"command": "a\nb"},
        {"command": "a", "cwd": "here"},
        {"command": "a", "args": ["a\0b"]},
        {"command": "a", "env": {"A=B": "x"}},
        {"command": "a", "env": {"A": "x\0"}},
        {"command": "a", "url": "https://a.example"},
        {"type": "http"},
        {"type": "http", "url": "https://a.example", "command": "a"},
        {"type": "ftp", "url": "https://a.example"},
        {"type": ["http"], "url": "https://a.example"},
        {"url": "https://a.example", "headers": {"Host": "b"}},
        {"url": "https://a.example", "headers": {"Mcp-Session-Id": "b"}},
        {"url": "https://a.example", "headers": {"A B": "b"}},
        {"url": "https://a.example", "headers": {"A": "b\r\nC: d"}},
        {"url": "https://a.example", "headers": {"A": HIDDEN}},
        {"url": "https://a.example", "oauth": {"client_secret": "x"}},
        {"url": "https://a.example", "oauth": {"grant": "client_credentials", "client_id": "x"}},
        {"command": "a", "what": 1},
    ],
)
def test_what_cannot_be_a_server_is_refused_when_it_is_stored(said: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        parsed(said)


def test_a_refusal_never_shows_a_secret() -> None:
    with pytest.raises(Invalid) as refused:
        parsed({**REMOTE, "headers": {"Authorization": "hunter2\r\n"}})
    assert "hunter2" not in f"{refused.value} {refused.value.errors}"


def test_only_those_who_may_define_programs() -> None:
    admit(parsed(PROGRAM), stdio=True, guard=guard(private=False))
    with pytest.raises(Forbidden):
        admit(parsed(PROGRAM), stdio=False, guard=guard(private=False))


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://u:p@a.example",
        "https:/",
    ],
)
def test_addresses_that_are_not_followed_are_refused_when_they_are_stored(url: str) -> None:
    with pytest.raises(Invalid, match="url"):
        admit(parsed({"type": "http", "url": url}), stdio=False, guard=guard(private=False))


def test_an_operator_may_allow_private_addresses() -> None:
    admit(parsed({"type": "http", "url": "http://127.0.0.1:1/mcp"}), stdio=False, guard=guard(private=True))


@keeps("mcp:secrets")
@pytest.mark.parametrize("said", [PROGRAM, REMOTE])
def test_secrets_are_sealed_at_rest_and_open_only_in_their_record(said: dict[str, Any]) -> None:
    definition = parsed(said)
    kept = sealed(definition, SEALER, "mcp_server:1")
    assert "hunter2" not in repr(kept)
    assert opened(kept, SEALER, "mcp_server:1") == definition
    with pytest.raises(SealBroken):
        opened(kept, SEALER, "mcp_server:2")


def test_secrets_of_one_record_cannot_be_exchanged() -> None:
    kept = sealed(parsed({"command": "a", "env": {"A": "1", "B": "2"}}), SEALER, "mcp_server:1")
    kept["env"] = {"A": kept["env"]["B"], "B": kept["env"]["A"]}
    with pytest.raises(SealBroken):
        opened(kept, SEALER, "mcp_server:1")


@keeps("mcp:secrets")
@pytest.mark.parametrize("said", [PROGRAM, REMOTE])
def test_secrets_are_shown_as_dots_and_nothing_else_is(said: dict[str, Any]) -> None:
    told = shown(parsed(said))
    assert "hunter2" not in f"{told} {parsed(said)!r}"
    assert HIDDEN in repr(told)
    assert told.get("command") == said.get("command")
    assert told.get("url") == said.get("url")


@pytest.mark.parametrize("said", [PROGRAM, REMOTE])
def test_dots_that_come_back_keep_the_old_secret(said: dict[str, Any]) -> None:
    definition = parsed(said)
    assert patched(definition, shown(definition)) == definition


def test_a_new_secret_takes_the_place_of_the_old_and_dots_without_one_are_refused() -> None:
    old = parsed(PROGRAM)
    assert patched(old, {**PROGRAM, "env": {"TOKEN": "new"}}).env["TOKEN"].reveal() == "new"
    with pytest.raises(Invalid, match=HIDDEN):
        patched(old, {**PROGRAM, "env": {"OTHER": HIDDEN}})


def test_variables_come_from_the_allowed_list_or_are_their_default() -> None:
    said = {
        "command": "${BIN:-npx}",
        "args": ["${DIR}", "${NONE:-}", "$HOME", "${DIR:-x}"],
        "env": {"T": "a ${KEY}"},
    }
    definition = expanded(parsed(said), {"DIR": "/d", "KEY": "${DIR}"})
    assert (definition.command, definition.args) == ("npx", ("/d", "", "$HOME", "/d"))
    assert definition.env["T"] == Sealed("a ${DIR}")


def test_a_variable_that_is_not_allowed_is_not_read() -> None:
    with pytest.raises(VariableMissing, match="SECRET"):
        expanded(parsed({"url": "https://a.example/${SECRET}"}), {"OTHER": "x"})


def test_what_a_variable_brings_is_checked_like_what_was_written() -> None:
    definition = parsed({"url": "https://a.example", "headers": {"A": "${V}"}})
    with pytest.raises(ValueError, match="line break"):
        expanded(definition, {"V": "x\r\nEvil: 1"})


def _server(command: str) -> ServerDefinition:
    return parsed({"command": command})


def test_later_tiers_win_by_name() -> None:
    operator = {"a": _server("operator-a"), "b": _server("operator-b")}
    user = {"b": Server("b", _server("user-b"), "user", "r1"), "c": Server("c", _server("user-c"), "user", "r2")}
    found = in_force(operator, user, {"c": _server("request-c"), "d": _server("request-d")})
    assert [(one.name, one.definition.command, one.source) for one in found] == [
        ("a", "operator-a", "operator"),
        ("b", "user-b", "user"),
        ("c", "request-c", "request"),
        ("d", "request-d", "request"),
    ]


def test_a_request_without_servers_changes_nothing_and_an_empty_one_turns_all_off() -> None:
    operator = {"a": _server("a")}
    assert len(in_force(operator, {}, None)) == 1
    assert in_force(operator, {}, {}) == ()


def test_a_request_can_turn_one_off() -> None:
    found = in_force({"a": _server("a"), "b": _server("b")}, {}, {"a": None})
    assert [one.name for one in found] == ["b"]
