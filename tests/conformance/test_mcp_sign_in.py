"""Remote MCP servers that want OAuth: a person signs in once, tokens are kept sealed, and nobody else has them."""

from pathlib import Path

import pytest

from palaver.core.errors import Invalid, NotFound
from palaver.tools.mcp.crew import ServerAway
from palaver.tools.mcp.definition import OAuth, ServerDefinition
from palaver.tools.mcp.precedence import Server
from palaver.tools.mcp.settings import OperatorServer
from palaver.tools.mcp.tokens import LOCK, FolderTokens, MemoryTokens
from tests.mcp.guarded import SECRET, Guarded, guarded
from tests.mcp.party import OTHER, USER, Party, party, program

BACK = "http://127.0.0.1:8321/api/v1/mcp-servers/authorized"


def theirs(server: Guarded, **more: object) -> Server:
    return Server("s", ServerDefinition(type="http", url=f"{server.url}/mcp", **more), "user")  # type: ignore[arg-type]


async def signed_in(ours: Party, remote: Guarded, server: Server) -> None:
    address = await ours.servers.begin_sign_in(USER, server, BACK)
    back = remote.consent(address)
    await ours.servers.finish_sign_in(USER, back["state"], back["code"])


async def test_a_server_that_wants_a_sign_in_says_so() -> None:
    async with guarded() as remote, party(allow_private=True) as ours:
        offered = await ours.servers.tools(USER, [theirs(remote)])
        assert [(one.code, offered.tools) for one in offered.notices] == [("mcp_sign_in", ())]
        assert ours.servers.status(USER, [theirs(remote)])[0].state == "sign_in"
        assert not remote.clients  # nothing is registered before a person wants it


async def test_once_signed_in_its_tools_are_there_and_only_for_that_user() -> None:
    async with guarded() as remote, party(allow_private=True) as ours:
        assert not (await ours.servers.tools(USER, [theirs(remote)])).tools
        await signed_in(ours, remote, theirs(remote))
        tools = await ours.tools(theirs(remote))
        assert (await ours.call(tools["secret"])).content == "let in"
        assert not (await ours.servers.tools(OTHER, [theirs(remote)])).tools
        assert remote.tokens_given == 1


async def test_a_sign_in_outlives_the_server_and_is_used_again() -> None:
    tokens = MemoryTokens()
    async with guarded() as remote:
        async with party(allow_private=True, tokens=tokens) as ours:
            await signed_in(ours, remote, theirs(remote))
        async with party(allow_private=True, tokens=tokens) as ours:
            assert "secret" in await ours.tools(theirs(remote))
        kept = repr(vars(tokens))
        assert not any(secret in kept for secret in remote.access | remote.refresh)


async def test_an_access_token_that_has_run_out_is_renewed_after_a_restart() -> None:
    tokens = MemoryTokens()
    async with guarded() as remote:
        remote.lasting = 0
        async with party(allow_private=True, tokens=tokens) as ours:
            await signed_in(ours, remote, theirs(remote))
        async with party(allow_private=True, tokens=tokens) as ours:
            assert "secret" in await ours.tools(theirs(remote))
        assert remote.renewed == 1


async def test_a_sign_in_that_was_taken_back_is_asked_for_again() -> None:
    tokens = MemoryTokens()
    async with guarded() as remote:
        async with party(allow_private=True, tokens=tokens) as ours:
            await signed_in(ours, remote, theirs(remote))
        remote.access.clear()
        remote.refresh.clear()
        async with party(allow_private=True, tokens=tokens) as ours:
            offered = await ours.servers.tools(USER, [theirs(remote)])
            assert [one.code for one in offered.notices] == ["mcp_sign_in"]


async def test_only_the_one_who_went_comes_back() -> None:
    async with guarded() as remote, party(allow_private=True) as ours:
        address = await ours.servers.begin_sign_in(USER, theirs(remote), BACK)
        back = remote.consent(address)
        for user, state in ((OTHER, back["state"]), (USER, "another")):
            with pytest.raises(NotFound):
                await ours.servers.finish_sign_in(user, state, back["code"])
        await ours.servers.finish_sign_in(USER, back["state"], back["code"])
        with pytest.raises(NotFound):
            await ours.servers.finish_sign_in(USER, back["state"], back["code"])


@pytest.mark.parametrize("returned", [{"code": None, "error": "access_denied"}, {"code": "forged"}])
async def test_whoever_is_not_let_in_is_told(returned: dict[str, str | None]) -> None:
    async with guarded() as remote, party(allow_private=True) as ours:
        address = await ours.servers.begin_sign_in(USER, theirs(remote), BACK)
        state = remote.consent(address)["state"]
        with pytest.raises(ServerAway, match="did not succeed"):
            await ours.servers.finish_sign_in(USER, state, **returned)  # type: ignore[arg-type]
        assert not (await ours.servers.tools(USER, [theirs(remote)])).tools


async def test_a_machine_signs_in_with_its_secret() -> None:
    async with guarded() as remote, party() as ours:
        oauth = OAuth(grant="client_credentials", client_id="machine", client_secret=SECRET, issuer=remote.url)  # type: ignore[arg-type]
        server = Server("s", OperatorServer(type="http", url=f"{remote.url}/mcp", oauth=oauth), "operator")
        tools = await ours.tools(server)
        assert (await ours.call(tools["secret"])).content == "let in"


async def test_a_program_or_a_server_without_a_sign_in_has_none() -> None:
    async with party() as ours:
        with pytest.raises(NotFound):
            await ours.servers.begin_sign_in(USER, program(), BACK)
        nowhere = Server("s", ServerDefinition(type="http", url="https://127.0.0.1:9/mcp"), "user")
        with pytest.raises(Invalid):
            await ours.servers.begin_sign_in(USER, nowhere, BACK)


async def test_tokens_in_the_home_are_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "tokens"
    tokens = FolderTokens(folder)
    assert await tokens.load("a") is None
    await tokens.save("a", "one")
    await tokens.save("a", "two")
    await tokens.save("../b", "three")
    assert (await tokens.load("a"), await tokens.load("../b")) == ("two", "three")
    files = [file for file in folder.iterdir() if file.name != LOCK]
    assert (len(files), {file.stat().st_mode & 0o777 for file in folder.iterdir()}) == (2, {0o600})
    assert folder.stat().st_mode & 0o777 == 0o700
