"""The client and the document of the API: every route has a method or a reason, and every method asks a route."""

import json
import re

from palaver_client.scripts import path_of

from tests.architecture.source import ROOT
from tests.promises import keeps
from tests.unit.palaver_client.asking import methods

# Routes that have no method, and why.
LEFT = {
    "POST /api/v1/query/single": "client.ask hears the stream, which a broken line does not end",
    "POST /api/v1/sessions/{session_id}/messages": "client.stream and client.ask with session_id",
    "POST /api/v1/sessions/{session_id}/resume": "client.stream and client.ask with session_id",
    "GET /api/v1/runs/{run_id}/events": "client.follow",
    "GET /api/v1/health": "says that a process is alive: for who runs it",
    "GET /metrics": "for who runs it",
    "GET /api/v1/audit": "for who runs it",
    "GET /api/v1/limits": "every answer says what is left of the limit that is nearest",
    "GET /api/v1/budgets": "for administrators",
    "PUT /api/v1/budgets": "for administrators",
    "DELETE /api/v1/budgets/{budget_id}": "for administrators",
    "GET /api/v1/audit/export": "for who runs it",
    **dict.fromkeys(
        (
            "GET /api/v1/organisations",
            "POST /api/v1/organisations",
            "GET /api/v1/organisations/{organisation_id}",
            "PATCH /api/v1/organisations/{organisation_id}",
            "DELETE /api/v1/organisations/{organisation_id}",
            "GET /api/v1/organisations/{organisation_id}/members",
            "POST /api/v1/organisations/{organisation_id}/members",
            "DELETE /api/v1/organisations/{organisation_id}/members/{user_id}",
            "GET /api/v1/groups",
            "POST /api/v1/groups",
            "GET /api/v1/groups/{group_id}",
            "PATCH /api/v1/groups/{group_id}",
            "DELETE /api/v1/groups/{group_id}",
            "GET /api/v1/groups/{group_id}/members",
            "POST /api/v1/groups/{group_id}/members",
            "DELETE /api/v1/groups/{group_id}/members/{user_id}",
        ),
        "for who keeps a team: the page, and `palaver organisation` and `palaver group`",
    ),
    "GET /api/v1/care/counts": "for administrators",
    "GET /api/v1/care/policy": "for administrators",
    "GET /api/v1/care/moderation/queue": "for administrators",
    "POST /api/v1/care/moderation/queue/{item_id}/review": "for administrators",
    "PUT /api/v1/care/policy": "for administrators",
    "GET /api/v1/care/policy/history": "for administrators",
    **dict.fromkeys(
        (
            "POST /api/v1/care/escalations/{escalation_id}/join",
            "POST /api/v1/care/escalations/{escalation_id}/leave",
            "POST /api/v1/care/escalations/{escalation_id}/messages",
            "GET /api/v1/care/escalations/{escalation_id}/conversation",
            "GET /api/v1/care/escalations/{escalation_id}/conversation/events",
            "GET /api/v1/care/escalations",
            "GET /api/v1/care/escalations/events",
            "GET /api/v1/care/escalations/{escalation_id}",
            "POST /api/v1/care/escalations/{escalation_id}/claim",
            "POST /api/v1/care/escalations/{escalation_id}/acknowledge",
            "POST /api/v1/care/escalations/{escalation_id}/release",
            "POST /api/v1/care/escalations/{escalation_id}/notes",
            "POST /api/v1/care/escalations/{escalation_id}/close",
            "POST /api/v1/care/escalations/{escalation_id}/decline",
        ),
        "for counsellors, at the page",
    ),
    "POST /api/v1/api-keys/leaked": "for administrators",
    "GET /api/v1/service-accounts": "for administrators",
    "POST /api/v1/service-accounts": "for administrators",
    "GET /api/v1/service-accounts/{service_account_id}": "for administrators",
    "PATCH /api/v1/service-accounts/{service_account_id}": "for administrators",
    "DELETE /api/v1/service-accounts/{service_account_id}": "for administrators",
    "GET /api/v1/service-accounts/{service_account_id}/api-keys": "for administrators",
    "POST /api/v1/service-accounts/{service_account_id}/api-keys": "for administrators",
    "POST /api/v1/service-accounts/{service_account_id}/api-keys/{key_id}/rotate": "for administrators",
    "DELETE /api/v1/service-accounts/{service_account_id}/api-keys/{key_id}": "for administrators",
    "GET /api/v1/sessions/{session_id}/shared-with": "for people at the page",
    "PUT /api/v1/sessions/{session_id}/shared-with/{holder_id}": "for people at the page",
    "DELETE /api/v1/sessions/{session_id}/shared-with/{holder_id}": "for people at the page",
    **dict.fromkeys(
        (
            "GET /api/v1/agents/{definition_id}/shared-with",
            "PUT /api/v1/agents/{definition_id}/shared-with/{holder_id}",
            "DELETE /api/v1/agents/{definition_id}/shared-with/{holder_id}",
            "GET /api/v1/skills/{definition_id}/shared-with",
            "PUT /api/v1/skills/{definition_id}/shared-with/{holder_id}",
            "DELETE /api/v1/skills/{definition_id}/shared-with/{holder_id}",
            "GET /api/v1/commands/{definition_id}/shared-with",
            "PUT /api/v1/commands/{definition_id}/shared-with/{holder_id}",
            "DELETE /api/v1/commands/{definition_id}/shared-with/{holder_id}",
            "GET /api/v1/tool-presets/{definition_id}/shared-with",
            "PUT /api/v1/tool-presets/{definition_id}/shared-with/{holder_id}",
            "DELETE /api/v1/tool-presets/{definition_id}/shared-with/{holder_id}",
            "GET /api/v1/mcp-servers/{definition_id}/shared-with",
            "PUT /api/v1/mcp-servers/{definition_id}/shared-with/{holder_id}",
            "DELETE /api/v1/mcp-servers/{definition_id}/shared-with/{holder_id}",
        ),
        "for people at the page",
    ),
    "GET /api/v1/projects/{project_id}/shared-with": "for people at the page",
    "PUT /api/v1/projects/{project_id}/shared-with/{holder_id}": "for people at the page",
    "DELETE /api/v1/projects/{project_id}/shared-with/{holder_id}": "for people at the page",
    "GET /shared/{secret}": "a link for browsers",
    "GET /api/v1/sessions/{session_id}/share-links": "for people at the page",
    "POST /api/v1/sessions/{session_id}/share-links": "for people at the page",
    "DELETE /api/v1/sessions/{session_id}/share-links/{link_id}": "for people at the page",
    "GET /signin": "a link for browsers",
    "GET /api/v1/auth/oidc/{issuer_id}": "a link for browsers",
    "GET /api/v1/auth/oidc/{issuer_id}/callback": "where a browser comes back to",
    "GET /api/v1/mcp-sign-in": "where a browser comes back to",
    "GET /api/v1/ws": "a WebSocket; httpx speaks none, and streams hear the same events",
    "GET /ws/chat/{session_id}": "a WebSocket; httpx speaks none, and streams hear the same events",
    "POST /api/v1/files/direct": "files.upload goes by way of the server, wherever it keeps them",
    "POST /api/v1/files/{file_id}/complete": "files.upload goes by way of the server, wherever it keeps them",
    "GET /api/v1/files/{file_id}/download": "a link for browsers; files.download",
    "HEAD /api/v1/files/{file_id}/content": "files.get",
    "HEAD /api/v1/sessions/{session_id}/files/{path}": "workspace.list says the same",
    "HEAD /api/v1/projects/{project_id}/files/{path}": "projects.files.list says the same",
    "POST /api/v1/sessions/{session_id}/files": "workspace.upload, one by one, each of any size",
    "POST /api/v1/projects/{project_id}/files": "projects.files.upload, one by one, each of any size",
    "POST /api/v1/auth/login/second-factor": "people sign in on the page; a program has a key",
    "POST /api/v1/auth/verify": "people sign in on the page; a program has a key",
    "POST /api/v1/auth/verify/resend": "people sign in on the page; a program has a key",
    "POST /api/v1/auth/password/forgot": "people sign in on the page; a program has a key",
    "POST /api/v1/auth/password/reset": "people sign in on the page; a program has a key",
    "GET /api/v1/auth/second-factor": "people sign in on the page; a program has a key",
    "DELETE /api/v1/auth/second-factor": "people sign in on the page; a program has a key",
    "POST /api/v1/auth/second-factor/totp": "people sign in on the page; a program has a key",
    "POST /api/v1/auth/second-factor/totp/confirm": "people sign in on the page; a program has a key",
    "POST /api/v1/auth/second-factor/backup-codes": "people sign in on the page; a program has a key",
    "GET /api/v1/users": "for administrators, on the page and by `palaver user`",
    "POST /api/v1/users": "for administrators, on the page and by `palaver user`",
    "GET /api/v1/users/{user_id}": "for administrators, on the page and by `palaver user`",
    "PATCH /api/v1/users/{user_id}": "for administrators, on the page and by `palaver user`",
    "DELETE /api/v1/users/{user_id}": "for administrators, by `palaver user` as well",
    "POST /api/v1/users/{user_id}/password-reset": "for administrators, on the page and by `palaver user`",
    "DELETE /api/v1/users/{user_id}/sign-ins": "for administrators, on the page and by `palaver user`",
    "DELETE /api/v1/users/{user_id}/second-factor": "for administrators, on the page and by `palaver user`",
    "GET /api/v1/users/invitations": "for administrators, on the page and by `palaver user`",
    "POST /api/v1/users/invitations": "for administrators, on the page and by `palaver user`",
    "DELETE /api/v1/users/invitations/{invitation_id}": "for administrators, on the page and by `palaver user`",
    "POST /api/v1/tools": "not there yet: 501",
    "PATCH /api/v1/tools/{tool_id}": "not there yet: 501",
    "DELETE /api/v1/tools/{tool_id}": "not there yet: 501",
}

_PARAMETER = re.compile(r"{(\w+)}")


def routes() -> dict[str, re.Pattern[str]]:
    """Every route of the document, and the paths that are its own."""
    paths = json.loads((ROOT / "schema" / "openapi.json").read_text("utf-8"))["paths"]
    return {
        f"{method.upper()} {path}": re.compile(f"{method.upper()} {_PARAMETER.sub(_part, path)}")
        for path, methods in paths.items()
        for method in methods
    }


def _part(found: re.Match[str]) -> str:
    return ".+" if found[1] == "path" else "[^/]+"


def reached() -> dict[str, str]:
    """The route that each method asks; of several that fit, the one that names most of the path."""
    known = sorted(routes().items(), key=lambda route: route[0].count("{"))
    found: dict[str, str] = {}
    for name, request in methods():
        asked = f"{request.method} /api/v1{request.path}"
        found[name] = next((route for route, fits in known if fits.fullmatch(asked)), f"nothing: {asked}")
    return found


def test_every_method_asks_a_route_of_the_document() -> None:
    assert {name: route for name, route in reached().items() if route.startswith("nothing")} == {}
    assert len(reached()) > 100


@keeps("sdk:whole")
def test_every_route_of_the_document_has_a_method_or_a_reason() -> None:
    asked = set(reached().values())
    assert set(routes()) - asked - set(LEFT) == set()
    assert set(LEFT) - set(routes()) == set(), "gone from the document"
    assert set(LEFT) & asked == set(), "has a method by now"
    assert all(LEFT.values())


def test_what_is_named_in_a_path_is_only_a_part_of_it() -> None:
    assert path_of("sessions", "../auth/me?x#y") == "/sessions/..%2Fauth%2Fme%3Fx%23y"
