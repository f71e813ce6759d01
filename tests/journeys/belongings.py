"""Somebody who owns one of everything, and every call of the API's document with those things in it; judges nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from aiohttp import FormData

from tests.journeys.acting import ask_until_waiting, bash, calls
from tests.journeys.house import Answer, House, Person
from tests.vendor import FakeVendor

PLANTED = "kingfisher"  # in everything that Ada owns, and nowhere else
_QUERIES = {"q": "a", "state": "a", "all": "true"}
_DEFINITIONS = ("agents", "commands", "skills", "tool-presets", "mcp-servers", "hooks")


@dataclass(frozen=True)
class Operation:
    """One call of the document."""

    method: str
    path: str
    described: dict[str, Any]

    @property
    def name(self) -> str:
        """How tables call it."""
        return f"{self.method} {self.path}"

    @property
    def placed(self) -> bool:
        """Whether its path names something that somebody owns."""
        return "{" in self.path

    @property
    def example(self) -> Any:
        """A body that the document shows, where it is JSON."""
        content = self.described.get("requestBody", {}).get("content", {}).get("application/json", {})
        return next((one["value"] for one in content.get("examples", {}).values()), None)

    def fields(self, document: dict[str, Any]) -> list[str]:
        """The fields of its body that name something."""
        content = self.described.get("requestBody", {}).get("content", {}).get("application/json", {})
        schema = content.get("schema", {})
        schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]] if "$ref" in schema else schema
        return [name for name in schema.get("properties", {}) if name.endswith("_id")]

    @property
    def questions(self) -> list[str]:
        """What its query may name that somebody owns."""
        parameters = self.described.get("parameters", ())
        return [one["name"] for one in parameters if one["in"] == "query" and one["name"].endswith("_id")]

    def sent(self, ids: dict[str, str]) -> dict[str, Any]:
        """What a call of it brings along: what the document shows, about these things."""
        content = self.described.get("requestBody", {}).get("content", {})
        shown = self.example
        if isinstance(shown, list):
            return {"json": self.example}
        if shown is not None:
            return {"json": shown | {name: ids[name] for name in shown if name in ids}}
        if "multipart/form-data" in content:
            form = FormData()
            form.add_field("file", BytesIO(b"words"), filename="b.txt")
            return {"data": form}
        return {"data": b"words"} if content else {}


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Every call of the document."""
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            if method != "parameters":
                yield Operation(method.upper(), path, described)


@dataclass(frozen=True)
class Belongings:
    """What Ada owns: the id that stands for each parameter; those of definitions by their collection."""

    ids: dict[str, str]

    def path(self, operation: Operation) -> str:
        """The path of an operation, about her things."""
        collection = operation.path.removeprefix("/api/v1/").split("/")[0]
        named = {**self.ids, "definition_id": self.ids.get(collection, "")}
        needed = [
            one["name"]
            for one in operation.described.get("parameters", ())
            if one["in"] == "query" and one.get("required")
        ]
        query = "&".join(f"{name}={_QUERIES.get(name) or self.ids[name]}" for name in needed)
        return operation.path.format(**named) + (f"?{query}" if query else "")

    @property
    def unknown(self) -> "Belongings":
        """The same, of nobody."""
        ids = {name: f"{value[:4]}{'0' * 32}" if value[3:4] == "_" else value for name, value in self.ids.items()}
        return Belongings(ids)

    @property
    def marks(self) -> list[str]:
        """What must not be seen by anybody else."""
        return [PLANTED, *(value for name, value in self.ids.items() if name not in {"path", "call_id"})]


async def one_of_everything(ada: Person, vendor: FakeVendor, document: dict[str, Any]) -> Belongings:
    """Make her something of every kind, a run that waits for her included."""
    made = {one.path: one.example for one in operations(document) if one.method == "POST"}
    ids = {"path": "a.txt", "delivery_id": "whd_" + "0" * 32, "tool_id": "tol_" + "0" * 32}
    ids["project_id"] = (await ada.post("/projects", {"name": PLANTED, "instructions": PLANTED}))["id"]
    session = await ada.post("/sessions", {"title": PLANTED, "project_id": ids["project_id"]})
    ids["session_id"] = session["id"]
    ids["invitation_id"] = (await ada.post(f"/sessions/{session['id']}/invitations", {}))["id"]
    ids["user_id"] = ids["actor_id"] = (await ada.get("/auth/me"))["user"]["id"]
    for where in (f"/sessions/{ids['session_id']}", f"/projects/{ids['project_id']}"):
        assert (await ada.call("PUT", f"{where}/files/a.txt", data=PLANTED.encode())).status == 200
    await ada.post("/query/single", {"prompt": PLANTED, "session_id": ids["session_id"]})
    ids["message_id"] = (await ada.messages(ids["session_id"]))[1]["id"]
    ids["from"] = ids["to"] = ids["message_id"]
    ids["head_message_id"] = ids["parent_message_id"] = ids["message_id"]
    ids["checkpoint_id"] = (await ada.post(f"/sessions/{ids['session_id']}/checkpoints", {"label": PLANTED}))["id"]
    ids["memory_id"] = (await ada.post("/memories", {"text": f"Likes the {PLANTED}."}))["id"]
    ids["device_id"] = (await ada.get("/auth/devices"))["items"][0]["id"]
    ids["key_id"] = (await ada.post("/api-keys", {"name": PLANTED}))["id"]
    form = FormData()
    form.add_field("file", BytesIO(PLANTED.encode()), filename="a.txt")
    uploaded = (await ada.call("POST", "/files", data=form)).json
    ids["file_id"] = uploaded["items"][0]["id"] if "items" in uploaded else uploaded["id"]
    vendor.next(calls(bash("call_1")))
    heard = await ask_until_waiting(ada, PLANTED)
    ids["run_id"], ids["call_id"] = heard[0].data["run_id"], "call_1"
    for collection in _DEFINITIONS:  # after the run, which her own hook would stop
        ids[collection] = (await ada.post(f"/{collection}", made[f"/api/v1/{collection}"] | {"name": PLANTED}))["id"]
    ids["server_id"] = ids["mcp-servers"]
    ids["service_account_id"] = "svc_" + "0" * 32  # of the house, and nobody's
    ids["link_id"] = (await ada.post(f"/sessions/{ids['session_id']}/share-links", {}))["id"]
    # Last, so that nothing is told to an address that is not there, and tried again while rows are compared.
    ids["webhook_id"] = (await ada.post("/webhooks", made["/api/v1/webhooks"]))["id"]
    ids["holder_id"] = "grp_" + "0" * 32
    ids["organisation_id"], ids["group_id"] = "org_" + "0" * 32, "grp_" + "0" * 32  # see test_organisations
    ids["budget_id"] = "bud_" + "0" * 32
    ids["escalation_id"] = "esc_" + "0" * 32  # only counsellors know of any: see test_joining
    ids["item_id"] = "mod_" + "0" * 32  # only administrators know of any: see test_moderation
    ids["grant_id"] = "grn_" + "0" * 32
    return Belongings(ids)


async def called(house: House, who: Person, operation: Operation, owns: Belongings) -> Answer:
    """One call about these things, by somebody."""
    more = operation.sent(owns.ids)
    person = Person(who.client, house.url, who.token)
    return await person.call(operation.method, owns.path(operation), more.pop("json", None), **more)


async def status_of(house: House, who: Person, operation: Operation, owns: Belongings) -> int:
    """How one call about these things, by somebody, is answered; what a stream tells is not waited for."""
    headers = {"Authorization": f"Bearer {who.token}"}
    at, more = house.url + owns.path(operation), operation.sent(owns.ids)
    async with who.client.request(operation.method, at, headers=headers, **more) as reply:
        return reply.status
