from fastapi import FastAPI
from starlette.testclient import TestClient

from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.tools import api
from palaver.tools.builtin.shelf import plain_tools
from palaver.tools.service import Tools
from palaver.tools.settings import ToolSettings


async def door() -> Principal:
    return Principal(user_id=UserId("usr_1"))


def test_every_tool_is_listed_and_whether_it_is_offered() -> None:
    settings = ToolSettings(offer=("Read",), plugins=False)
    app = FastAPI()
    app.include_router(api.routes(Tools(plain_tools(settings), settings), door))  # type: ignore[arg-type]
    with TestClient(app) as client:
        page = client.get("/api/v1/tools").json()
    assert page["next_cursor"] is None
    assert {item["name"]: item["offered"] for item in page["items"] if item["name"] in {"Read", "Write"}} == {
        "Read": True,
        "Write": False,
    }
    read = page["items"][0]
    assert (read["name"], read["effect"], read["server"]) == ("Read", "reads", None)
    assert read["parameters"]["required"] == ["path"]
