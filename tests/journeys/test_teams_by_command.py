"""Organisations and groups kept by an operator at the command line, on a home whose server does not run."""

from pathlib import Path

from tests.journeys.test_command_line import PASSWORD, Home

ADA, BOB = "ada@example.org", "bob@example.org"


async def test_organisations_and_groups_are_made_filled_shown_and_deleted(tmp_path: Path) -> None:
    home = Home(tmp_path)

    async def said(*words: str) -> str:
        code, out, err = await home.does(*words)
        assert (code, err) == (0, ""), (words, err)
        return out

    async def refused(*words: str) -> str:
        code, out, err = await home.does(*words)
        assert (code, out) == (1, ""), (words, out)
        return err

    for email in (ADA, BOB):
        assert (await home.does("user", "create", email, typed=PASSWORD))[0] == 0
    organisation = (await said("organisation", "create", "Acme", "--owner", ADA)).strip()
    assert await said("organisation", "list") == f"{organisation}  Acme\n"
    assert "name" in await refused("organisation", "create", "ACME", "--owner", ADA)
    group = (await said("group", "create", "Readers", "--organisation", "Acme")).strip()
    of_acme = ("--organisation", "Acme")
    assert "Only people of its organisation" in await refused("group", "add", group, BOB)
    await said("organisation", "add", "Acme", BOB)
    await said("group", "add", "Readers", BOB, *of_acme)
    assert BOB in await said("group", "members", "Readers", *of_acme)
    assert "at least one owner" in await refused("organisation", "remove", "Acme", ADA)
    await said("organisation", "remove", "Acme", BOB)
    assert BOB not in await said("group", "members", group)
    await said("group", "delete", "Readers", *of_acme)
    assert await said("group", "list") == ""
    await said("organisation", "delete", organisation)
    assert await said("organisation", "list") == ""
    assert "no such organisation" in (await refused("organisation", "members", organisation)).lower()
