"""How much of care there is in a session: as the server says, until its owner chooses."""

from collections.abc import Awaitable, Callable

from tests.journeys.house import House, Person


async def test_a_session_follows_the_server_until_its_owner_chooses_among_what_the_operator_allows(
    house: House, owner: Person
) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    session = await ada.post("/sessions", {})
    at = f"/sessions/{session['id']}/care"
    usual = {"session_id": session["id"], "profile": "safety", "own": False, "choices": ["safety", "companion"]}
    assert await ada.get(at) == usual
    said = await ada.call("PUT", at, {"profile": "companion"})
    assert (said.status, said.json) == (200, usual | {"profile": "companion", "own": True})
    assert (await ada.get(at))["profile"] == "companion"
    fork = await ada.post(f"/sessions/{session['id']}/fork", {})
    assert await ada.get(f"/sessions/{fork['id']}/care") == usual | {
        "session_id": fork["id"], "profile": "companion", "own": True,
    }  # fmt: skip
    assert (await ada.call("PUT", at, {"profile": "off"})).status == 403
    assert (await ada.call("PUT", at, {"profile": "none"})).status == 422
    assert (await ada.call("PUT", at, {})).status == 422
    assert (await ada.get(at))["profile"] == "companion"
    reader = (await eve.get("/auth/me"))["user"]["id"]
    assert [(await who.call("GET", at)).status for who in (eve, owner)] == [404, 404]
    await ada.post(f"/sessions/{session['id']}/members", {"user_id": reader, "role": "editor"})
    assert (await eve.get(at))["profile"] == "companion"
    assert (await eve.call("PUT", at, {"profile": "safety"})).status == 403
    theirs = await eve.post(f"/sessions/{session['id']}/fork", {})
    assert (await eve.get(f"/sessions/{theirs['id']}/care"))["profile"] == "safety"
    assert (await ada.call("PUT", at, {"profile": None})).json == usual
    acts = (await owner.get("/audit", params={"kind": "care.profile_set"}))["items"]
    assert [(one["subject"], one["detail"]["profile"]) for one in acts] == [
        (session["id"], "default"),
        (session["id"], "companion"),
    ]


async def test_the_operator_says_what_holds_and_what_may_be_chosen(
    open_house: Callable[..., Awaitable[House]],
) -> None:
    house = await open_house(care__profile="companion", care__profiles_allowed='["off"]')
    ada = await house.owner()
    session = await ada.post("/sessions", {})
    at = f"/sessions/{session['id']}/care"
    assert await ada.get(at) == {
        "session_id": session["id"], "profile": "companion", "own": False, "choices": ["off", "companion"],
    }  # fmt: skip
    assert (await ada.call("PUT", at, {"profile": "off"})).json["profile"] == "off"
    assert (await ada.call("PUT", at, {"profile": "safety"})).status == 403


async def test_a_session_that_begins_with_an_agent_takes_its_profile_among_those_that_may_be_chosen(
    house: House, owner: Person
) -> None:
    made = {"description": "Listens.", "instructions": "Listen."}
    ada = await house.stranger()
    for name, care in (("near", "companion"), ("far", "off"), ("plain", None)):
        await ada.post("/agents", made | {"name": name} | ({"care": care} if care else {}))
    found: dict[str, tuple[str, bool]] = {}
    for name in ("near", "far", "plain"):
        session = (await ada.ask("Hello", agent=name, model="builtin/guide"))[0].data["session_id"]
        await ada.ask("And again", agent="near", model="builtin/guide", session_id=session)
        told = await ada.get(f"/sessions/{session}/care")
        found[name] = (told["profile"], told["own"])
    assert found == {"near": ("companion", True), "far": ("safety", False), "plain": ("safety", False)}
    assert (await ada.call("POST", "/agents", made | {"name": "wrong", "care": "much"})).status == 422
