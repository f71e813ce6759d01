"""The OpenAPI document: what routes say of themselves, completed with schemas, examples, errors; it adds no route."""

from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from palaver.core.errors import PalaverError
from palaver.entry import (
    acting_examples,
    examples,
    fact_examples,
    file_examples,
    limit_examples,
    machine_examples,
    member_examples,
    moving_examples,
    sharing_examples,
    shelf_examples,
    team_examples,
    webhook_examples,
)
from palaver.entry.told_events import FRAME, event_schemas
from palaver.identity.door import SECURITY_SCHEMES
from palaver.kit.answers import JSON, PROBLEM_JSON, REF_TEMPLATE, Problem, described_schemas, problems
from palaver.kit.asked import asked_schemas

ABOUT = (
    "Apps and people talk to language models through Palaver. Every event of an answer is durable before it is told, "
    "has a number, and can be resumed from there.\n\n"
    "Errors are `application/problem+json` with a stable `code`. What belongs to somebody else answers like what is "
    "not there. Fields that are not known are refused. What answers 501 is announced and not there yet."
)
PAGE = "text/html"  # what people open in a browser answers them as a page

TAGS = {
    "runs": "Ask, hear the answer as it comes, come back to it, end it.",
    "sessions": "Conversations and their messages, which form a tree: an edit or a second answer is a sibling.",
    "members": "Who takes part in a session: an owner, editors and viewers.",
    "files": "What stands in a session's workspace.",
    "context": "What models see of a conversation, and what that costs.",
    "care": "What words say about danger to somebody, and who helps.",
    "consents": "What people agree to and refuse.",
    "memory": "Facts that people let Palaver remember.",
    "models": "What can be asked.",
    "limits": "What bounds whom: rates, budgets, runs at once.",
    "tools": "What agents may do, and what each call takes.",
    "agents": "What people keep for their agents: who they are, what they know, what they may use.",
    "sockets": "Any number of sessions over one WebSocket.",
    "auth": "Accounts and signing in.",
    "webhooks": "Your own servers are told what happens in your sessions: signed, in order, again until they hear it.",
    "users": "People of another issuer.",
    "audit": "What was done to accounts, keys and rules, and by whom.",
    "api-keys": "Credentials for programs.",
    "service-accounts": "Accounts of programs: nobody signs in as them, and people see what they are.",
    "teams": "Organisations and groups, and who belongs to them.",
    "service": "The service about itself.",
    "not there yet": "Announced; answers 501.",
}
STREAM = "text/event-stream"

_NAMED = {
    "session_id": ("A session.", examples.SESSION),
    "message_id": ("A message.", examples.ANSWER),
    "run_id": ("A run.", examples.RUN),
    "definition_id": ("What stands on the shelf.", shelf_examples.DEFINITION),
    "key_id": ("An API key; not the key itself.", examples.KEY),
    "budget_id": ("A budget.", limit_examples.BUDGET),
    "issuer_id": ("An issuer of the settings, by its id there.", "keycloak"),
    "service_account_id": ("A service account.", machine_examples.ACCOUNT),
    "server_id": ("An MCP server of yours, or the name of an operator's.", shelf_examples.DEFINITION),
    "link_id": ("A share link; not its secret.", sharing_examples.LINK),
    "secret": ("What a share link ends with.", sharing_examples.SECRET),
    "holder_id": ("A group or an organisation.", team_examples.GROUP),
    "organisation_id": ("An organisation.", team_examples.ORGANISATION),
    "group_id": ("A group.", team_examples.GROUP),
    "user_id": ("Somebody.", team_examples.GRACE),
    "invitation_id": ("An invitation; not its secret.", member_examples.INVITATION),
    "grant_id": ("Something you allowed for good.", acting_examples.GRANT),
    "file_id": ("A file for messages.", file_examples.FILE),
    "memory_id": ("A fact that is remembered.", fact_examples.FACT),
    "project_id": ("A project.", moving_examples.PROJECT),
    "webhook_id": ("A webhook.", webhook_examples.WEBHOOK_ID),
    "delivery_id": ("One thing that a webhook was told, or is to be told.", webhook_examples.DELIVERY_ID),
    "path": ("Where the file is within the session.", "notes/today.md"),
}
# What parameters mean wherever they are.
_USUAL = {
    "cursor": "Where the page begins: `next_cursor` of the one before.",
    "limit": "How many there are on a page at most.",
    "Idempotency-Key": "Requests with the same key start one run, however often they are sent.",
    "Last-Event-ID": "The number of the last event that was heard; what comes after it is told.",
    "after": "The same as Last-Event-ID, for those who cannot set headers.",
}
_EVERYWHERE = {
    "X-Request-ID": {
        "description": "Names this request in the server's log; a good one that the client sent is kept.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,128}$"},
    }
}
_AGAIN = {
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document of all routes of `app`."""
    tags = [{"name": name, "description": says} for name, says in TAGS.items()]
    told = get_openapi(title="Palaver", version=app.version, description=ABOUT, routes=app.routes, tags=tags)
    components = told.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    schemas.update(asked_schemas() | described_schemas() | event_schemas())
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = SECURITY_SCHEMES
    components["headers"] = _EVERYWHERE | _AGAIN
    return told


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    _name_parameters(path, operation)
    _add_problems(path, method, operation)
    _give_examples(operation)
    for status, response in operation["responses"].items():
        known = _EVERYWHERE | (_AGAIN if status in ("429", "503") else {})
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in known}
        if response["description"] == "Successful Response":
            response["description"] = "Done."


def _name_parameters(path: str, operation: dict[str, Any]) -> None:
    parameters: list[dict[str, Any]] = operation.setdefault("parameters", [])
    said = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    unsaid = [part[1:-1] for part in path.split("/") if part.startswith("{") and part[1:-1] not in said]
    parameters += [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in unsaid]
    for parameter in parameters:
        if parameter["in"] == "path" and parameter["name"] in _NAMED:
            parameter["description"], parameter["example"] = _NAMED[parameter["name"]]
        elif parameter["name"] in _USUAL:
            parameter.setdefault("description", _USUAL[parameter["name"]])
    if not parameters:
        del operation["parameters"]


def _add_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    """What an operation of this kind can answer, whatever it is for."""
    says = {
        "_429": "Too many calls; see Retry-After.",
        "_500": "A fault of the server; its log has the cause.",
        "_503": "Not now; see Retry-After.",
    }
    if "security" in operation:
        says |= {"_401": "No credential, or one that does not hold.", "_403": "The credential does not allow it."}
    if "{" in path:
        says |= {"_404": "There is no such thing, or it is somebody else's."}
    if "parameters" in operation or "requestBody" in operation:
        says |= {"_422": "A field is missing, unknown or wrong."}
    if "parameters" in operation:
        says |= {"_414": "The path and its query are too long."}
    if method in ("post", "put", "patch") or "requestBody" in operation:
        says |= {"_413": "The body is too large."}
        says |= {"_415": "The body is not JSON."} if path.startswith("/api/v1/") else {}
    responses = operation["responses"]
    for status, problem in problems(**says).items():
        if not {PROBLEM_JSON, PAGE} & responses.get(str(status), {}).get("content", {}).keys():
            responses[str(status)] = problem
    operation["responses"] = dict(sorted(responses.items()))


def _give_examples(operation: dict[str, Any]) -> None:
    name = operation.get("operationId", "")
    if name in examples.REQUESTS:
        body = operation["requestBody"]["content"][JSON]
        body["examples"] = {
            title: {"summary": title, "value": value} for title, value in examples.REQUESTS[name].items()
        }
    for status, response in operation["responses"].items():
        content: dict[str, Any] = response.get("content", {})
        if STREAM in content:
            content[STREAM] = {"schema": {"$ref": REF_TEMPLATE.format(name=FRAME)}, "example": examples.STREAM}
        if PROBLEM_JSON in content:
            content[PROBLEM_JSON]["example"] = _PROBLEMS[int(status)]
        elif JSON in content and name in examples.ANSWERS:
            shown = examples.ANSWERS.get(f"{name} {status}", examples.ANSWERS[name])
            content[JSON]["example"] = msgspec.to_builtins(shown)


def _example(kind: type[PalaverError]) -> dict[str, Any]:
    return msgspec.to_builtins(
        Problem(
            type=f"urn:palaver:problem:{kind.code}",
            title=kind.title,
            status=kind.status,
            code=kind.code,
            detail=kind.title,
            request_id="req_019aa3c5e0187b62dfaac8b7a6f5e407",
        )
    )


_PROBLEMS = {
    status: _example(next((kind for kind in PalaverError.__subclasses__() if kind.status == status), PalaverError))
    for status in map(int, HTTPStatus)
    if status >= 400
}
