"""Files of a session, over HTTP."""

from tests.journeys.house import House, Person
from tests.promises import keeps


@keeps("files:inside", "files:download")
async def test_files_of_a_session_are_listed_and_downloaded_by_their_owner_alone(house: House, owner: Person) -> None:
    session_id = (await owner.post("/sessions", {}))["id"]
    path = f"/sessions/{session_id}/files"
    assert await owner.get(path) == {"items": [], "next_cursor": None}
    folder = house.home / "workspaces" / session_id
    folder.mkdir(parents=True)
    (folder / "page.html").write_text("<script>alert(1)</script>", "utf-8")
    (folder / "out").symlink_to(house.home)
    (item,) = (await owner.get(path))["items"]
    assert (item["path"], item["size"], item["media_type"]) == ("page.html", 25, "text/html")
    answer = await owner.call("GET", f"{path}/page.html")
    assert (answer.status, answer.body) == (200, b"<script>alert(1)</script>")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (await owner.call("GET", f"{path}/out/palaver.db")).status == 422
    stranger = await house.stranger()
    for below in ("", "/page.html", "/missing"):
        assert (await stranger.call("GET", path + below)).status == 404


async def test_the_tools_of_a_server_are_listed(owner: Person) -> None:
    tools = {tool["name"]: tool for tool in (await owner.get("/tools"))["items"]}
    assert {"Read", "Write", "Edit", "MultiEdit", "LS", "Glob", "Grep", "TodoWrite"} <= tools.keys()
    assert tools["Read"]["effect"] == "reads"
    assert tools["Write"]["parameters"]["required"] == ["path", "content"]
