"""The OpenAPI document agrees with the contract and with what a real server answers."""

import asyncio
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.journeys.house import House, Person
from tests.journeys.streams import Event

# What the contract promises, path by path.
CONTRACT = """
POST /api/v1/auth/register | POST /api/v1/auth/login | POST /api/v1/auth/refresh | POST /api/v1/auth/logout
GET /api/v1/auth/me | POST /api/v1/auth/password | POST /api/v1/auth/ticket | POST /api/v1/users/sync
GET /api/v1/auth/oidc/{} | GET /api/v1/auth/oidc/{}/callback
GET /api/v1/auth/devices | DELETE /api/v1/auth/devices | DELETE /api/v1/auth/devices/{}
POST /api/v1/auth/login/second-factor | POST /api/v1/auth/verify | POST /api/v1/auth/verify/resend
POST /api/v1/auth/password/forgot | POST /api/v1/auth/password/reset
GET /api/v1/auth/second-factor | DELETE /api/v1/auth/second-factor | POST /api/v1/auth/second-factor/backup-codes
POST /api/v1/auth/second-factor/totp | POST /api/v1/auth/second-factor/totp/confirm
GET /api/v1/users | POST /api/v1/users | GET /api/v1/users/{} | PATCH /api/v1/users/{}
DELETE /api/v1/users/{}
POST /api/v1/users/{}/password-reset | DELETE /api/v1/users/{}/sign-ins | DELETE /api/v1/users/{}/second-factor
GET /api/v1/users/invitations | POST /api/v1/users/invitations | DELETE /api/v1/users/invitations/{}
GET /api/v1/api-keys | POST /api/v1/api-keys | DELETE /api/v1/api-keys/{}
POST /api/v1/api-keys/{}/rotate | POST /api/v1/api-keys/leaked
GET /api/v1/service-accounts | POST /api/v1/service-accounts | GET /api/v1/service-accounts/{}
PATCH /api/v1/service-accounts/{} | DELETE /api/v1/service-accounts/{} | GET /api/v1/service-accounts/{}/api-keys
POST /api/v1/service-accounts/{}/api-keys | POST /api/v1/service-accounts/{}/api-keys/{}/rotate
DELETE /api/v1/service-accounts/{}/api-keys/{}
GET /api/v1/organisations | POST /api/v1/organisations | GET /api/v1/organisations/{}
PATCH /api/v1/organisations/{} | DELETE /api/v1/organisations/{}
GET /api/v1/organisations/{}/members | POST /api/v1/organisations/{}/members
DELETE /api/v1/organisations/{}/members/{}
GET /api/v1/groups | POST /api/v1/groups | GET /api/v1/groups/{} | PATCH /api/v1/groups/{} | DELETE /api/v1/groups/{}
GET /api/v1/groups/{}/members | POST /api/v1/groups/{}/members | DELETE /api/v1/groups/{}/members/{}
GET /api/v1/sessions | POST /api/v1/sessions | POST /api/v1/sessions/import
GET /api/v1/sessions/{} | PATCH /api/v1/sessions/{} | DELETE /api/v1/sessions/{}
GET /api/v1/sessions/{}/messages | POST /api/v1/sessions/{}/messages | GET /api/v1/sessions/{}/events
GET /api/v1/messages/{} | PATCH /api/v1/messages/{} | DELETE /api/v1/messages/{} | GET /api/v1/messages/{}/context
POST /api/v1/sessions/{}/fork | GET /api/v1/sessions/{}/tree
GET /api/v1/sessions/{}/checkpoints | POST /api/v1/sessions/{}/checkpoints
GET /api/v1/sessions/{}/effects | GET /api/v1/sessions/{}/diff
POST /api/v1/sessions/{}/rewind | POST /api/v1/sessions/{}/summarize | GET /api/v1/sessions/{}/context
GET /api/v1/limits | GET /api/v1/budgets | PUT /api/v1/budgets | DELETE /api/v1/budgets/{}
GET /api/v1/sessions/{}/summaries | GET /api/v1/usage | POST /api/v1/care/assess | POST /api/v1/care/emotion
GET /api/v1/consents | PUT /api/v1/consents | GET /api/v1/care/policy | PUT /api/v1/care/policy
GET /api/v1/care/policy/history | GET /api/v1/care/counts
GET /api/v1/care/assessments | DELETE /api/v1/care/assessments
POST /api/v1/care/culture/search | POST /api/v1/care/culture/analyse
POST /api/v1/care/redact
POST /api/v1/care/moderate | GET /api/v1/care/moderation/queue | POST /api/v1/care/moderation/queue/{}/review
GET /api/v1/care/escalations | GET /api/v1/care/escalations/events | GET /api/v1/care/escalations/{}
POST /api/v1/care/escalations/{}/claim | POST /api/v1/care/escalations/{}/acknowledge
POST /api/v1/care/escalations/{}/release | POST /api/v1/care/escalations/{}/notes
POST /api/v1/care/escalations/{}/close | POST /api/v1/care/escalations/{}/decline
GET /api/v1/care/resources | GET /api/v1/sessions/{}/care | PUT /api/v1/sessions/{}/care
POST /api/v1/care/escalations/{}/join | POST /api/v1/care/escalations/{}/leave
POST /api/v1/care/escalations/{}/messages | GET /api/v1/care/escalations/{}/conversation
GET /api/v1/care/escalations/{}/conversation/events
GET /api/v1/sessions/{}/export
GET /api/v1/sessions/{}/members | POST /api/v1/sessions/{}/members | DELETE /api/v1/sessions/{}/members
GET /api/v1/sessions/{}/invitations | POST /api/v1/sessions/{}/invitations
GET /api/v1/sessions/{}/share-links | POST /api/v1/sessions/{}/share-links
DELETE /api/v1/sessions/{}/share-links/{} | GET /shared/{}
GET /api/v1/sessions/{}/shared-with | PUT /api/v1/sessions/{}/shared-with/{}
DELETE /api/v1/sessions/{}/shared-with/{}
GET /api/v1/projects/{}/shared-with | PUT /api/v1/projects/{}/shared-with/{}
DELETE /api/v1/projects/{}/shared-with/{}
GET /api/v1/agents/{}/shared-with | PUT /api/v1/agents/{}/shared-with/{}
DELETE /api/v1/agents/{}/shared-with/{}
GET /api/v1/skills/{}/shared-with | PUT /api/v1/skills/{}/shared-with/{}
DELETE /api/v1/skills/{}/shared-with/{}
GET /api/v1/commands/{}/shared-with | PUT /api/v1/commands/{}/shared-with/{}
DELETE /api/v1/commands/{}/shared-with/{}
GET /api/v1/tool-presets/{}/shared-with | PUT /api/v1/tool-presets/{}/shared-with/{}
DELETE /api/v1/tool-presets/{}/shared-with/{}
GET /api/v1/mcp-servers/{}/shared-with | PUT /api/v1/mcp-servers/{}/shared-with/{}
DELETE /api/v1/mcp-servers/{}/shared-with/{}
DELETE /api/v1/sessions/{}/invitations/{} | POST /api/v1/invitations/accept | POST /api/v1/sessions/{}/read
POST /api/v1/query | POST /api/v1/query/single | POST /api/v1/sessions/{}/resume | POST /api/v1/sessions/{}/interrupt
POST /api/v1/sessions/{}/answer | POST /api/v1/sessions/{}/control
GET /api/v1/runs/{} | GET /api/v1/runs/{}/events | POST /api/v1/runs/{}/cancel | POST /api/v1/runs/{}/answers
GET /api/v1/approvals | GET /api/v1/ws | GET /ws/chat/{} | GET /api/v1/models
GET /api/v1/sessions/{}/files | POST /api/v1/sessions/{}/files
GET /api/v1/sessions/{}/files/{} | DELETE /api/v1/sessions/{}/files/{}
HEAD /api/v1/sessions/{}/files/{} | PUT /api/v1/sessions/{}/files/{} | POST /api/v1/sessions/{}/files/move
POST /api/v1/sessions/{}/folders | GET /api/v1/sessions/{}/previews/{} | GET /api/v1/sessions/{}/passages
GET /api/v1/files | POST /api/v1/files | GET /api/v1/files/{} | DELETE /api/v1/files/{}
GET /api/v1/files/{}/content | HEAD /api/v1/files/{}/content | GET /api/v1/files/{}/download
POST /api/v1/files/direct | POST /api/v1/files/{}/complete | GET /api/v1/templates
GET /api/v1/tools | POST /api/v1/tools | PATCH /api/v1/tools/{} | DELETE /api/v1/tools/{}
GET /api/v1/skills | POST /api/v1/skills | PATCH /api/v1/skills/{} | DELETE /api/v1/skills/{}
GET /api/v1/tool-presets | POST /api/v1/tool-presets | PATCH /api/v1/tool-presets/{} | DELETE /api/v1/tool-presets/{}
GET /api/v1/hooks | POST /api/v1/hooks | PATCH /api/v1/hooks/{} | DELETE /api/v1/hooks/{}
GET /api/v1/skills/{} | GET /api/v1/agents/{} | GET /api/v1/commands/{}
GET /api/v1/mcp-servers/{} | GET /api/v1/tool-presets/{} | GET /api/v1/hooks/{}
GET /api/v1/skills/{}/versions | GET /api/v1/agents/{}/versions | GET /api/v1/commands/{}/versions
GET /api/v1/mcp-servers/{}/versions | GET /api/v1/tool-presets/{}/versions | GET /api/v1/hooks/{}/versions
GET /api/v1/agents | POST /api/v1/agents | PATCH /api/v1/agents/{} | DELETE /api/v1/agents/{}
GET /api/v1/commands | POST /api/v1/commands | PATCH /api/v1/commands/{} | DELETE /api/v1/commands/{}
GET /api/v1/mcp-servers | POST /api/v1/mcp-servers | PATCH /api/v1/mcp-servers/{} | DELETE /api/v1/mcp-servers/{}
GET /api/v1/mcp-servers/{}/offer | POST /api/v1/mcp-servers/{}/authorize | GET /api/v1/mcp-sign-in
GET /api/v1/grants | DELETE /api/v1/grants/{}
GET /api/v1/webhooks | POST /api/v1/webhooks | PATCH /api/v1/webhooks/{} | DELETE /api/v1/webhooks/{}
GET /api/v1/webhooks/{} | POST /api/v1/webhooks/{}/rotate | POST /api/v1/webhooks/{}/test
GET /api/v1/webhooks/{}/deliveries | GET /api/v1/webhooks/{}/deliveries/{}
POST /api/v1/webhooks/{}/deliveries/{}/replay | POST /api/v1/webhooks/{}/deliveries/{}/skip
POST /api/v1/webhooks/{}/replay
GET /api/v1/health | GET /api/v1/health/ready | GET /api/v1/health/detailed | GET /metrics
GET /api/v1/config | GET /api/v1/stats | GET /api/v1/search | GET /api/v1/export
GET /api/v1/audit | GET /api/v1/audit/export
GET /api/v1/memory | PATCH /api/v1/memory
GET /api/v1/memories | POST /api/v1/memories | DELETE /api/v1/memories
GET /api/v1/memories/{} | PATCH /api/v1/memories/{} | DELETE /api/v1/memories/{}
GET /api/v1/projects | POST /api/v1/projects
GET /api/v1/projects/{} | PATCH /api/v1/projects/{} | DELETE /api/v1/projects/{}
GET /api/v1/projects/{}/files | POST /api/v1/projects/{}/files | POST /api/v1/projects/{}/folders
GET /api/v1/projects/{}/files/{} | HEAD /api/v1/projects/{}/files/{} | PUT /api/v1/projects/{}/files/{}
DELETE /api/v1/projects/{}/files/{} | POST /api/v1/projects/{}/files/move | GET /api/v1/projects/{}/previews/{}
"""
BEYOND = {("GET", "/signin")}  # the link that `palaver serve` prints
PAGES = {("read_shared", "404"): "text/html"}  # people see it
OPEN_TO_ALL = {
    "read_shared", "register", "login", "refresh_tokens", "logout", "follow_sign_in_link",
    "login_with_second_factor", "verify_email", "resend_verification", "forgot_password", "reset_password",
    "get_health", "get_readiness", "get_config",
    "begin_oidc_sign_in", "end_oidc_sign_in",
}  # fmt: skip
# Their answers say how things stand in this very house.
WITHOUT_EXAMPLE = {
    "export_session", "export_everything", "get_stats", "get_health", "get_readiness", "get_detailed_health",
    "get_config",
}  # fmt: skip
# They could be the address of a session or file, too.
SHADOWED = {
    "/api/v1/files/direct",
    "/api/v1/sessions/import", "/api/v1/sessions/{session_id}/files/move", "/api/v1/projects/{project_id}/files/move",
}  # fmt: skip
PROBLEM = "application/problem+json"

Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture
async def document(house: House) -> dict[str, Any]:
    return (await ask(house.person(""), "GET", "/openapi.json"))[1]


async def ask(person: Person, method: str, path: str, **more: Any) -> tuple[int, Any, Mapping[str, str]]:
    """One request anywhere; the names in its path are filled in."""
    url = person.url + re.sub(r"{\w+}", "x", path)
    headers = {"Authorization": f"Bearer {person.token}"} if person.token else {}
    async with person.client.request(method, url, headers=headers, **more) as reply:
        assert reply.content_type in {"application/json", PROBLEM}, (method, path)
        return reply.status, await reply.json(content_type=None), reply.headers


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def fits(document: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:
    whole = {"components": document["components"], **schema}
    return jsonschema_rs.Draft202012Validator(whole).is_valid(value)


async def test_what_the_contract_promises_is_described_and_nothing_else(document: dict[str, Any]) -> None:
    promised = {tuple(one.split()) for one in re.split(r"[|\n]", CONTRACT) if one.strip()}
    described = {(method, re.sub(r"{\w+}", "{}", path)) for method, path, _ in operations(document)}
    assert described == promised | BEYOND


async def test_every_operation_says_what_it_is_for_who_may_and_what_it_can_answer(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in document["tags"]}
    for method, path, operation in operations(document):
        name, responses = operation["operationId"], operation["responses"]
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name
        assert operation["summary"]
        assert set(operation["tags"]) <= tags
        assert ("security" in operation) is (name not in OPEN_TO_ALL), name
        expected = {"500", "503"} | ({"401", "403"} if "security" in operation else set())
        expected |= {"404", "422"} if "{" in path else set()
        expected |= {"413"} if method in {"POST", "PATCH"} else set()
        expected |= {"415", "422"} if "requestBody" in operation else set()
        assert expected <= set(responses), name
        assert any(status < "400" for status in responses) is ("501" not in responses or "200" in responses), name
        named = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), name
        for status, response in responses.items():
            assert response["description"]
            assert "X-Request-ID" in response["headers"]
            kind = PAGES.get((name, status), PROBLEM)
            assert status < "400" or set(response["content"]) == {kind}, (name, status)


async def test_every_example_fits_its_schema_and_every_body_has_one(document: dict[str, Any]) -> None:
    seen = 0
    for _, _, operation in operations(document):
        bodies = operation.get("requestBody", {}).get("content", {})
        for body in bodies.values():
            assert body["examples"], operation["operationId"]
            for title, example in body["examples"].items():
                assert fits(document, body["schema"], example["value"]), (operation["operationId"], title)
        for response in operation["responses"].values():
            for kind, content in response.get("content", {}).items():
                if "example" in content and kind != "text/event-stream":
                    seen += 1
                    assert fits(document, content["schema"], content["example"]), operation["operationId"]
                elif kind == "application/json":
                    assert operation["operationId"] in WITHOUT_EXAMPLE, operation["operationId"]
    assert seen > 200


async def test_the_example_of_a_stream_is_one_whole_turn(document: dict[str, Any]) -> None:
    content = document["paths"]["/api/v1/query"]["post"]["responses"]["200"]["content"]["text/event-stream"]
    events = [Event.of((frame + "\n\n").encode()) for frame in content["example"].split("\n\n")[:-1]]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [events[0].type, events[-1].type] == ["session", "done"]
    for event in events:
        assert fits(document, {"$ref": "#/components/schemas/Event"}, event.data), event


async def test_every_event_of_real_turns_fits_its_schema(document: dict[str, Any], owner: Person) -> None:
    turns = [
        await owner.ask("Hello", model=model) for model in ("fake/fake-r2-n5-d1", "fake/fake-h400", "builtin/guide")
    ]
    told = [event for events in turns for event in events]
    assert {"session", "run", "content", "reasoning", "usage", "message", "error", "done"} <= {one.type for one in told}
    for event in told:
        assert fits(document, {"$ref": "#/components/schemas/Event"}, event.data), event


async def test_what_is_announced_answers_501_and_is_listed(
    house: House, document: dict[str, Any], owner: Person
) -> None:
    later = {(method, path) for method, path, operation in operations(document) if "not there yet" in operation["tags"]}
    listed = (await owner.get("/config"))["not_there_yet"]
    assert {f"{method} {path}" for method, path in later} | {"/v1/*"} == set(listed)
    assert later
    nobody = house.person("")
    for method, path in later:
        status, problem, _ = await ask(owner, method, path)
        assert (status, problem["code"]) == (501, "not_implemented"), (method, path)
        assert (await ask(nobody, method, path))[0] == 401, (method, path)


async def test_other_peoples_wire_formats_are_refused_in_their_own_shape(owner: Person) -> None:
    status, openai, _ = await ask(owner, "POST", "/v1/nothing", json={})
    assert (status, set(openai["error"])) == (501, {"type", "message", "param", "code"})
    status, anthropic, _ = await ask(owner, "POST", "/v1/messages/batches", json={})
    assert (status, anthropic["type"], set(anthropic["error"])) == (501, "error", {"type", "message"})


async def test_a_method_that_is_not_there_says_which_are(document: dict[str, Any], owner: Person) -> None:
    for path, methods in document["paths"].items():
        for method in {"PUT", "OPTIONS", "TRACE"} - {one.upper() for one in methods}:
            if path in SHADOWED and method == "PUT":
                continue
            status, problem, headers = await ask(owner, method, path)
            assert (status, problem["code"]) == (405, "method_not_allowed"), (method, path)
            there, documented = set(headers["Allow"].split(", ")), {one.upper() for one in methods}
            assert there == documented or (path in SHADOWED and there > documented), path


# Schemathesis has no word of its own for how an archive is sent: as it is.
ARCHIVES = """
import schemathesis


@schemathesis.serializer("application/zip")
def archive(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
"""
CONFIG = """
[auth.openapi.bearer]
bearer = "${KEY}"

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "414", "415", "422", "429", "5xx"]
"""
# Endless by promise; who follows a session is tested in test_turns, who follows the queue in test_escalations.
ENDLESS = ("follow_session", "follow_escalations")
# Told apart, so that the key that is used here is not among those it learns of and deletes.
ALONE = "delete_api_key"


async def schemathesis(owner: Person, folder: Path, *choice: str) -> tuple[int, str]:
    """Run it over the document; its exit code and what it says."""
    (folder / "schemathesis.toml").write_text(CONFIG)
    (folder / "archives.py").write_text(ARCHIVES)
    # `positive_data_acceptance` is left out: no schema says the rules between fields, or which models there are.
    words = ["run", f"{owner.url}/openapi.json", "--seed=7", "--max-examples=4", "--phases=examples,coverage,fuzzing"]
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"),
        *words,
        *("--exclude-checks=positive_data_acceptance", "--no-color", "--request-timeout=10", *choice),
        cwd=folder,
        env=os.environ | {"KEY": owner.token, "SCHEMATHESIS_HOOKS": "archives", "PYTHONPATH": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@pytest.mark.timeout(400)
async def test_thousands_of_good_and_bad_requests_find_no_fault_and_no_answer_that_is_not_described(
    house: House, owner: Person, document: dict[str, Any], tmp_path: Path
) -> None:
    there = [one for _, _, one in operations(document) if "not there yet" not in one["tags"]]
    left_out = (*ENDLESS, ALONE)
    most = ["--exclude-tag=not there yet", *(f"--exclude-operation-id={one}" for one in left_out)]
    for choice, count in ((most, len(there) - len(left_out)), ([f"--include-operation-id={ALONE}"], 1)):
        code, said = await schemathesis(owner, tmp_path, *choice)
        assert code == 0, said
        assert f"Tested: {count}\n" in said
    assert (await owner.get("/auth/me"))["via"] == "key"
    assert '"Traceback' not in house.log.read_text()
