"""The MCP server by the protocol's own conformance suite: all its scenarios, and which ask for what is not here.

What does not pass is listed with its reason. Whatever else does not pass is a failure; so is what is listed and passes.
"""

from typing import Any

import pytest

from tests.journeys.acting import says
from tests.journeys.house import House, Person
from tests.journeys.node_clients import told
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001")
ASKING = "asks for a tool of its own that asks the client's model or person back: `query` asks nobody back"
CONTENT = (
    "asks for a tool of its own that answers with pictures, sound or whole resources: tools here answer with words"
)
LOGGING = "log messages for clients: not offered, and on their way out of the protocol"
SUBSCRIBING = "subscriptions and lists that tell of their changes: not offered, and not declared"
PROMPTS = "a prompt of its own with a picture or a resource in it: prompts here are commands, which are words"

NOT_HERE = {
    "tools-call-image": CONTENT,
    "tools-call-audio": CONTENT,
    "tools-call-embedded-resource": CONTENT,
    "tools-call-mixed-content": CONTENT,
    "json-schema-2020-12": "asks for a tool of its own whose schema has references; the schemas here have none",
    "prompts-get-embedded-resource": PROMPTS,
    "prompts-get-with-image": PROMPTS,
}
WITH_A_HANDSHAKE = NOT_HERE | {
    "logging-set-level": LOGGING,
    "tools-call-with-logging": LOGGING,
    "tools-call-sampling": ASKING,
    "tools-call-elicitation": ASKING,
    "elicitation-sep1034-defaults": ASKING,
    "elicitation-sep1330-enums": ASKING,
    "resources-subscribe": SUBSCRIBING,
    "resources-unsubscribe": SUBSCRIBING,
}
_INPUT = "input-required-result-"
WITHOUT = NOT_HERE | {
    "server-stateless/sep-2575-server-rejects-undeclared-capability": ASKING,
    "server-stateless/sep-2575-missing-capability-http-400": ASKING,
    "server-stateless/sep-2575-http-server-no-independent-requests-on-stream": ASKING,
    "server-stateless/sep-2575-server-no-log-without-loglevel": LOGGING,
    "server-stateless/sep-2575-server-sends-subscription-ack": SUBSCRIBING,
    "server-stateless/sep-2575-server-tags-subscription-id": SUBSCRIBING,
    "server-stateless/sep-2575-server-honors-notification-filter": SUBSCRIBING,
    "server-stateless/sep-2575-server-sends-prompts-list-changed-on-subscription": SUBSCRIBING,
    "server-stateless/sep-2575-server-sends-tools-list-changed-on-subscription": SUBSCRIBING,
    "http-custom-header-server-validation": "asks for a tool whose arguments stand in headers: there is none",
    **{
        _INPUT + name: ASKING
        for name in (
            "basic-elicitation", "basic-sampling", "basic-list-roots", "request-state", "multiple-input-requests",
            "multi-round", "missing-input-response", "non-tool-request", "result-type", "tampered-state",
            "capability-check", "ignore-extra-params",
        )
    },
}  # fmt: skip


@keeps("mcp:conforms")
@pytest.mark.parametrize(
    ("version", "not_here", "number"), [("2025-11-25", WITH_A_HANDSHAKE, 33), ("2026-07-28", WITHOUT, 40)]
)
async def test_the_conformance_suite_finds_nothing_wrong(
    house: House, owner: Person, vendor: FakeVendor, version: str, not_here: dict[str, str], number: int
) -> None:
    named = await _furnished(owner, vendor)
    found = await told("mcp_conformance.mjs", url=house.url, key=owner.token, version=version, named=named)
    assert len(found["wanted"]) == number, found["said"]
    assert set(found["checks"]) == set(found["wanted"]), found["said"]
    wrong: set[str] = set()
    for scenario, checks in found["checks"].items():
        assert any(status == "SUCCESS" for _, status, _ in checks), scenario
        for check, status, why in checks:
            if status not in {"SUCCESS", "INFO"}:
                name = scenario if scenario in not_here else f"{scenario}/{check}"
                assert name in not_here, (name, status, why)
                wrong.add(name)
    assert wrong == set(not_here)


async def _furnished(owner: Person, vendor: FakeVendor) -> dict[str, Any]:
    """What the suite asks for where it can be had, and by which name: a session, files, commands, turns."""
    vendor.next(says("Here."))
    session_id = (await owner.ask("Keep files"))[0].data["session_id"]
    for path, content in (("data/123.json", b'{"id": "123"}'), ("picture.png", PICTURE)):
        put = await owner.call("PUT", f"/sessions/{session_id}/files/{path}", data=content)
        assert put.status < 300, put.body
    for name in ("test_simple_prompt", "test_prompt_with_arguments"):
        await owner.post("/commands", {"name": name, "description": "Say it", "body": "Say it: $ARGUMENTS"})
    here = f"palaver://sessions/{session_id}"
    asking = {"name": "query", "arguments": {"prompt": "Count", "model": "fake/fake-n20-d5"}}
    return {
        "tools/call": {
            "test_simple_text": asking,
            "test_tool_with_progress": asking,
            "test_reconnection": asking,
            "test_error_handling": {"name": "read_session", "arguments": {"session_id": "ses_none"}},
        },
        "resources/read": {
            "test://static-text": {"uri": here},
            "test://static-binary": {"uri": f"{here}/files/picture.png"},
            "test://template/123/data": {"uri": f"{here}/files/data/123.json"},
        },
        "prompts/get": {
            "test_prompt_with_arguments": {"arguments": {"arguments": "testValue1 testValue2"}},
        },
    }
