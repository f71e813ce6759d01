import asyncio
from datetime import timedelta
from typing import Any

import pytest

from palaver.agents import store
from palaver.identity.tables import users
from tests.unit.agents.conftest import Open
from tests.unit.agents.given import ADA, BOB, EVERY, NOTES, REMOTE, REVIEWER, ROOT, SAFE, WATCH, Library, refused

every = pytest.mark.parametrize("path", EVERY)


@every
async def test_what_is_put_on_a_shelf_is_listed_changed_and_taken_away(library: Library, path: str) -> None:
    made = await library.made(path, EVERY[path])
    whole = await library.got(f"/{path}/{made['id']}")
    assert whole == made
    assert (whole["version"], whole["source"], whole["shared"], whole["read_only"]) == (1, "own", False, False)
    assert whole.items() >= {k: v for k, v in EVERY[path].items() if k not in {"headers", "secret"}}.items()

    changed = await library.call("PATCH", f"/{path}/{made['id']}", {"name": "other"})
    assert (changed.status, changed.json["name"], changed.json["version"]) == (200, "other", 2)
    assert changed.headers["etag"] == '"2"'
    assert await library.names(path) == [("other", "own")]

    assert (await library.call("DELETE", f"/{path}/{made['id']}")).status == 204
    assert await library.names(path) == []
    for method in ("GET", "PATCH", "DELETE"):
        refused(await library.call(method, f"/{path}/{made['id']}", {} if method == "PATCH" else None), 404)


@every
async def test_what_is_somebody_elses_answers_like_what_is_not_there(library: Library, path: str) -> None:
    made = await library.made(path, EVERY[path])
    for who in (BOB, ROOT):
        assert await library.names(path, who=who) == []
        for method, below in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/versions")):
            body = {"name": "mine"} if method == "PATCH" else None
            foreign = await library.call(method, f"/{path}/{made['id']}{below}", body, who=who)
            unknown = await library.call(method, f"/{path}/def_0{below}", body, who=who)
            assert refused(foreign, 404) == refused(unknown, 404)
    assert (await library.got(f"/{path}/{made['id']}"))["version"] == 1


@every
async def test_a_thing_of_one_kind_is_not_found_among_those_of_another(library: Library, path: str) -> None:
    made = await library.made(path, EVERY[path])
    for other in EVERY.keys() - {path}:
        refused(await library.call("GET", f"/{other}/{made['id']}"), 404)
        refused(await library.call("DELETE", f"/{other}/{made['id']}"), 404)


async def test_what_is_shared_is_used_by_all_and_changed_by_its_owner_and_administrators(library: Library) -> None:
    made = await library.made("agents", {**REVIEWER, "shared": True})
    at = f"/agents/{made['id']}"
    seen = await library.got(at, who=BOB)
    assert (seen["source"], seen["read_only"], seen["instructions"]) == ("shared", True, "Look closely.")
    assert await library.names("agents", who=BOB) == [("reviewer", "shared")]
    refused(await library.call("PATCH", at, {"instructions": "Look away."}, who=BOB), 403)
    refused(await library.call("DELETE", at, who=BOB), 403)
    assert (await library.call("PATCH", at, {"description": "Better."}, who=ROOT)).json["read_only"] is False
    assert (await library.call("PATCH", at, {"shared": False})).json["shared"] is False
    refused(await library.call("GET", at, who=BOB), 404)


@pytest.mark.parametrize("path", ["mcp-servers", "hooks"])
async def test_what_acts_in_other_peoples_turns_by_itself_is_shared_by_administrators_only(
    library: Library, path: str
) -> None:
    refused(await library.call("POST", f"/{path}", {**EVERY[path], "shared": True}), 403)
    made = await library.made(path, EVERY[path])
    refused(await library.call("PATCH", f"/{path}/{made['id']}", {"shared": True}), 403)
    assert await library.names(path, who=BOB) == []
    await library.made(path, {**EVERY[path], "shared": True}, who=ROOT)
    assert await library.names(path, who=BOB) == [(EVERY[path]["name"], "shared")]


async def test_every_change_is_a_version_and_the_oldest_go(open_library: Open) -> None:
    library = open_library(versions_kept=3)
    made = await library.made("skills", NOTES)
    for number in range(2, 6):
        library.clock.advance(timedelta(minutes=1))
        await library.call("PATCH", f"/skills/{made['id']}", {"body": f"Version {number}."})
    first = await library.got(f"/skills/{made['id']}/versions?limit=2")
    assert [(one["version"], one["body"]) for one in first["items"]] == [(5, "Version 5."), (4, "Version 4.")]
    rest = await library.got(f"/skills/{made['id']}/versions?limit=2&cursor={first['next_cursor']}")
    assert [(one["version"], rest["next_cursor"]) for one in rest["items"]] == [(3, None)]
    assert first["items"][0]["updated_at"] > first["items"][1]["updated_at"] > made["created_at"]


@pytest.mark.parametrize("said", ["body", "header", "weak header"])
async def test_a_change_made_from_an_old_version_is_refused(library: Library, said: str) -> None:
    made = await library.made("agents", REVIEWER)
    at = f"/agents/{made['id']}"

    async def change(version: int, text: str) -> Any:
        if said == "body":
            return await library.call("PATCH", at, {"description": text, "version": version})
        mark = f'W/"{version}"' if said == "weak header" else f'"{version}"'
        return await library.call("PATCH", at, {"description": text}, **{"if-match": mark})

    assert (await change(1, "First.")).status == 200
    assert refused(await change(1, "Second."), 409)["code"] == "version_passed"
    assert (await library.got(at))["description"] == "First."
    assert (await change(2, "Third.")).status == 200


async def test_of_two_who_change_at_once_from_one_version_one_wins(library: Library) -> None:
    made = await library.made("agents", REVIEWER)
    both = await asyncio.gather(
        *(library.call("PATCH", f"/agents/{made['id']}", {"description": text, "version": 1}) for text in ("a", "b"))
    )
    assert sorted(one.status for one in both) == [200, 409]
    assert (await library.got(f"/agents/{made['id']}"))["version"] == 2


async def test_names_are_unique_for_one_owner_and_kind(library: Library) -> None:
    await library.made("agents", REVIEWER)
    assert refused(await library.call("POST", "/agents", REVIEWER), 409)["code"] == "name_taken"
    other = await library.made("agents", {**REVIEWER, "name": "other"})
    refused(await library.call("PATCH", f"/agents/{other['id']}", {"name": "reviewer"}), 409)
    assert (await library.got(f"/agents/{other['id']}"))["name"] == "other"
    await library.made("agents", REVIEWER, who=BOB)
    await library.made("skills", {**NOTES, "name": "reviewer"})


async def test_nobody_keeps_more_than_the_operator_lets_them(open_library: Open) -> None:
    library = open_library(per_shelf=2)
    for name in ("a", "b"):
        await library.made("agents", {**REVIEWER, "name": name})
    refused(await library.call("POST", "/agents", {**REVIEWER, "name": "c"}), 409)
    await library.made("skills", NOTES)
    await library.made("agents", REVIEWER, who=BOB)
    assert len(await library.names("agents")) == 2


async def test_a_list_comes_in_pages_by_name_whatever_the_things_come_from(library: Library) -> None:
    for name in ("delta", "alpha"):
        await library.made("commands", {**EVERY["commands"], "name": name})
    await library.made("commands", {**EVERY["commands"], "name": "bravo", "shared": True}, who=BOB)
    library.write("commands/charlie.md", "Do it.")
    found: list[tuple[str, str]] = []
    cursor = ""
    while True:
        page = await library.got(f"/commands?limit=1{cursor}")
        found += [(one["name"], one["source"]) for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [("alpha", "own"), ("bravo", "shared"), ("charlie", "disk"), ("delta", "own")]


async def test_lists_leave_out_what_is_long(library: Library) -> None:
    await library.made("agents", REVIEWER)
    await library.made("skills", {**NOTES, "files": {"a.md": "x"}})
    assert "instructions" not in (await library.got("/agents"))["items"][0]
    assert not {"body", "files"} & (await library.got("/skills"))["items"][0].keys()


async def test_secrets_are_sealed_and_shown_as_dots_and_a_change_keeps_them(library: Library) -> None:
    server = await library.made("mcp-servers", REMOTE)
    hook = await library.made("hooks", WATCH)
    assert (server["headers"], hook["secret"]) == ({"Authorization": "•••"}, "•••")
    for path, made in (("mcp-servers", server), ("hooks", hook)):
        changed = await library.call("PATCH", f"/{path}/{made['id']}", {**made_back(made), "name": "renamed"})
        assert changed.status == 200, changed.body
        assert b"1-2-3" not in changed.body
        versions = await library.call("GET", f"/{path}/{made['id']}/versions")
        assert "•••" in versions.body.decode()
    rows = await library.database.read(store.unnamed(ADA.user_id))
    assert not any("1-2-3" in row.brief or "YWJj" in row.brief for row in rows)
    recipe = await library.agents.recipes.resolve(ADA)
    (opened,) = library.agents.recipes.servers(recipe.mcp)
    assert opened.definition.headers["Authorization"].reveal() == "Bearer 1-2-3"
    (hooked,) = library.agents.recipes.hooks(recipe.hooks)
    assert hooked.secret is not None
    assert hooked.secret.reveal() == WATCH["secret"]


def made_back(made: dict[str, Any]) -> dict[str, Any]:
    """As a client sends it back that changes what it was told."""
    ours = {"id", "version", "source", "shared", "read_only", "created_at", "updated_at", "status"}
    return {name: value for name, value in made.items() if name not in ours}


@pytest.mark.parametrize("path", ["mcp-servers", "hooks"])
async def test_dots_are_no_secret_where_none_is_kept(library: Library, path: str) -> None:
    dots = {"secret": "•••"} if path == "hooks" else {"headers": {"Authorization": "•••"}}
    refused(await library.call("POST", f"/{path}", {**EVERY[path], **dots}), 422)
    assert await library.names(path) == []


async def test_programs_are_defined_by_administrators_unless_the_operator_opens_that(open_library: Open) -> None:
    program = {"name": "files", "command": "mcp-files", "args": ["."]}
    closed, opened = open_library(), open_library(mcp={"allow_user_stdio": True})
    refused(await closed.call("POST", "/mcp-servers", program), 403)
    await closed.made("mcp-servers", program, who=ROOT)
    await opened.made("mcp-servers", program)


async def test_the_mode_in_which_nothing_is_asked_is_closed_unless_the_operator_opens_it(open_library: Open) -> None:
    bypass = {**REVIEWER, "permission_mode": "bypassPermissions"}
    closed, opened = open_library(), open_library(allow_bypass="admins")
    for library, who in ((closed, ADA), (closed, ROOT), (opened, ADA)):
        refused(await library.call("POST", "/agents", bypass, who=who), 403)
    await opened.made("agents", bypass, who=ROOT)


async def test_what_is_on_the_disk_is_read_and_not_changed(library: Library) -> None:
    library.write("agents/guard.md", "---\nname: guard\ndescription: Guards.\n---\nBe careful.")
    (seen,) = (await library.got("/agents"))["items"]
    assert (seen["source"], seen["read_only"], seen["shared"]) == ("disk", True, True)
    at = f"/agents/{seen['id']}"
    assert (await library.got(at))["instructions"] == "Be careful."
    assert len((await library.got(f"{at}/versions"))["items"]) == 1
    for method, body in (("PATCH", {"name": "x"}), ("DELETE", None)):
        assert refused(await library.call(method, at, body, who=ROOT), 409)["code"] == "read_only"
    refused(await library.call("GET", f"/skills/{seen['id']}"), 404)


async def test_administrators_are_told_what_could_not_be_read(library: Library) -> None:
    library.write("agents/broken.md", "---\nname: broken\n---\nNo description.")
    assert "problems" not in await library.got("/agents")
    (problem,) = (await library.got("/agents", who=ROOT))["problems"]
    assert "broken.md" in problem
    assert "description" in problem


async def test_the_operators_servers_are_listed_without_their_secrets_and_with_how_they_fare(
    open_library: Open,
) -> None:
    library = open_library(mcp={"servers": {"files": {"command": "mcp-files", "env": {"KEY": "1-2-3"}}}})
    await library.made("mcp-servers", REMOTE)
    library.agents.tell_status(lambda user, servers: [f"{user} {one.name} {one.source}" for one in servers])
    listed = await library.call("GET", "/mcp-servers")
    assert b"1-2-3" not in listed.body
    assert [(one["name"], one["source"], one["status"]) for one in listed.json["items"]] == [
        ("files", "disk", "usr_ada files operator"),
        ("issues", "own", "usr_ada issues user"),
    ]
    refused(await library.call("DELETE", f"/mcp-servers/{listed.json['items'][0]['id']}", who=ROOT), 409)


BAD: list[tuple[str, Any]] = [
    *((path, body) for path in EVERY for body in ([], "x", 7, None, {})),
    *((path, {**body, "more": 1}) for path, body in EVERY.items()),
    *((path, {**body, "shared": "yes"}) for path, body in EVERY.items()),
    *((path, {**body, "name": name}) for path, body in EVERY.items() for name in ("", "a b", "../x", "x" * 200, 7)),
    ("agents", {**REVIEWER, "instructions": " "}),
    ("agents", {**REVIEWER, "instructions": "x" * 100_001}),
    ("agents", {**REVIEWER, "instructions": "a\x00b"}),
    ("agents", {**REVIEWER, "max_turns": 0}),
    ("agents", {**REVIEWER, "max_turns": "5"}),
    ("agents", {**REVIEWER, "permission_mode": "whatever"}),
    ("agents", {**REVIEWER, "tools": ["Bash(git:*)"]}),
    ("agents", {**REVIEWER, "disallowed_tools": ["Bash(git"]}),
    ("agents", {**REVIEWER, "output_format": {"schema": {"type": "objekt"}}}),
    ("agents", {**REVIEWER, "output_format": {"schema": {"$ref": "https://example.org/x"}}}),
    ("skills", {**NOTES, "files": {"../x": "x"}}),
    ("skills", {**NOTES, "files": {"/etc/passwd": "x"}}),
    ("skills", {**NOTES, "files": {"a/.hidden": "x"}}),
    ("skills", {**NOTES, "files": {f"{n}.md": "x" * 100_000 for n in range(5)}}),
    ("skills", {**NOTES, "files": {f"{n}.md": "x" for n in range(33)}}),
    ("tool-presets", {**SAFE, "allowed_tools": ["x" * 3_999] * 20}),
    ("mcp-servers", {**REMOTE, "url": "http://169.254.169.254/"}),
    ("mcp-servers", {**REMOTE, "name": "a__b"}),
    ("hooks", {**WATCH, "url": "http://127.0.0.1/"}),
    ("hooks", {**WATCH, "matcher": "("}),
    ("hooks", {**WATCH, "event": "Whenever"}),
    ("hooks", {**WATCH, "event": "Stop"}),
    ("hooks", {**WATCH, "timeout": 301}),
]


@pytest.mark.parametrize(("path", "body"), BAD, ids=lambda value: repr(value)[:60])
async def test_what_breaks_a_rule_is_refused_and_nothing_is_kept(library: Library, path: str, body: Any) -> None:
    problem = refused(await library.call("POST", f"/{path}", body), 422)
    assert problem["errors"]
    assert all(error["loc"][0] == "body" for error in problem["errors"])
    assert await library.names(path) == []


@every
async def test_a_change_that_breaks_a_rule_changes_nothing(library: Library, path: str) -> None:
    made = await library.made(path, EVERY[path])
    for changes in ({"name": None}, {"name": "a b"}, {"nothing": 1}, {"version": "1"}, {"shared": 1}, [], b"{"):
        refused(await library.call("PATCH", f"/{path}/{made['id']}", changes), 422)
    refused(await library.call("PATCH", f"/{path}/{made['id']}", {}, **{"if-match": "x"}), 422)
    assert await library.got(f"/{path}/{made['id']}") == made


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "more=1"])
async def test_a_page_that_cannot_be_is_refused(library: Library, query: str) -> None:
    refused(await library.call("GET", f"/agents?{query}"), 422)


async def test_null_takes_a_field_away(library: Library) -> None:
    made = await library.made("agents", {**REVIEWER, "model": "fake/one"})
    changed = await library.call("PATCH", f"/agents/{made['id']}", {"model": None})
    assert "model" not in changed.json


async def test_shelves_go_with_their_owner(library: Library) -> None:
    from sqlalchemy import delete

    from palaver.storage.script import Statement, changed

    await library.made("agents", {**REVIEWER, "shared": True})
    gone = Statement(delete(users).where(users.c.id == ADA.user_id))
    await library.database.write(changed(gone()))
    assert await library.names("agents", who=BOB) == []
