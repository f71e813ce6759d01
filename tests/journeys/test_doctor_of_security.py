"""`palaver doctor --security`: everything that should be otherwise is found, and is found no more once it is mended."""

import json
import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from palaver.entry.cli.security import accounts, files, versions
from palaver.entry.safety import weaknesses
from palaver.entry.settings import Settings
from palaver.identity.checkup.store import Accounts
from tests.journeys.house import PASSWORD
from tests.journeys.test_command_line import Home

pytestmark = pytest.mark.timeout(90)

SAFE: dict[str, object] = {
    "host": "127.0.0.1",
    "network": {"hosts": ["chat.example.org"], "trusted_proxies": ["10.0.0.2"]},
    "identity": {"cookie_secure": "always"},
}
ISSUER = {"issuer": "https://id.example", "audience": "a", "insecure_http": True}
WEAK = {
    "hosts": {"host": "0.0.0.0", "network": {"trusted_proxies": ["10.0.0.2"]}},
    "tls": {"host": "192.0.2.1", "network": {"hosts": ["a.example"]}},
    "cookies": {"identity": {"cookie_secure": "auto"}},
    "proxies": {"network": {"hosts": ["a.example"], "trusted_proxies": ["10.0.0.0/8"]}},
    "origins": {"identity": {"cookie_secure": "always", "trusted_origins": ["http://app.example.org"]}},
    "registration": {"identity": {"cookie_secure": "always", "registration": "open"}},
    "issuers": {"identity": {"cookie_secure": "always", "issuers": [ISSUER]}},
    "bypass": {"agents": {"allow_bypass": "admins"}},
    "sandbox": {"sandbox": {"allow_unsafe": True}},
    "limits": {"limits": {"enabled": False}},
    "private addresses": {"webhooks": {"allow_private": True}},
    "plain http": {"web": {"allow_http": True}},
}
MORE = [
    ("private addresses", {"hooks": {"allow_private": True}}),
    ("private addresses", {"mcp": {"allow_private": True}}),
    ("limits", {"limits": {"auth": "off"}}),
    ("plain http", {"hooks": {"allow_http": True}}),
]


def found(changes: dict[str, object]) -> list[str]:
    settings = Settings.model_validate({**SAFE, **changes})
    return [one.check for one in weaknesses(settings)]


@pytest.mark.parametrize(("check", "changes"), [*WEAK.items(), *MORE])
def test_what_the_settings_show_is_found_and_nothing_else(check: str, changes: dict[str, object]) -> None:
    assert found({}) == []
    assert found(changes) == [check]


def test_files_that_others_may_read_or_change_are_found(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    settings = Settings.model_validate({"home": str(home)})
    for name in ("palaver.db", "signing.key", "palaver.toml", "audit.head"):
        (home / name).touch(mode=0o600)
    assert list(files(settings)) == []
    (home / "signing.key").chmod(0o640)
    assert [(one.check, one.state) for one in files(settings)] == [("files", "odd")]  # the home is closed anyway
    home.chmod(0o755)
    assert {(one.says.split()[0], one.state) for one in files(settings)} == {
        (str(home), "wrong"),
        (str(home / "signing.key"), "wrong"),
    }


def test_a_python_that_is_repaired_no_more_is_found() -> None:
    assert list(versions(sys.version_info[:2], date(2026, 11, 21))) == []
    assert [one.check for one in versions((3, 11), date(2028, 1, 1))] == ["versions"]


@pytest.mark.parametrize(
    ("counts", "check"),
    [((1, 0, 0), "endless keys"), ((0, 2, 0), "unused keys"), ((0, 0, 1), "second factor"), ((0, 0, 0), None)],
)
def test_accounts_and_keys_that_are_less_safe_are_found(counts: tuple[int, int, int], check: str | None) -> None:
    assert [one.check for one in accounts(Accounts(*counts))] == ([check] if check else [])


async def test_the_command_says_what_is_wrong_with_a_real_home_and_exits_by_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    code, said, err = await home.does("doctor", "--security", "--json")
    assert (code, err) == (0, ""), said
    assert {one["check"] for one in json.loads(said)["findings"]} <= {"sandbox"}

    admin = ("user", "create", "a@example.org", "--role", "admin")
    assert (await home.does(*admin, typed=f"{PASSWORD}\n"))[0] == 0
    assert (await home.does("key", "create", "--user", "a@example.org", "--name", "k"))[0] == 0
    (home.folder / "sealing-00000000.key").write_bytes(b"k" * 32)
    with closing(sqlite3.connect(home.folder / "palaver.db")) as link, link:
        link.execute("update api_keys set created_at = '2020-01-01T00:00:00.000000Z'")
        link.execute("drop trigger audit_log_is_not_changed")
        link.execute("update audit_log set subject = 'somebody' where n = 1")
    code, said, _ = await home.does("doctor", "--security", "--json", PALAVER_HOST="0.0.0.0")
    checks = {one["check"]: one["state"] for one in json.loads(said)["findings"]}
    assert code == 1
    assert checks.items() >= {
        "tls": "wrong", "hosts": "odd", "cookies": "odd", "second factor": "wrong", "endless keys": "odd",
        "unused keys": "odd", "audit": "wrong", "keys": "odd",
    }.items()  # fmt: skip
    code, said, _ = await home.does("doctor", "--security")
    assert (code, "WRONG  1 administrators sign in with a password alone." in said) == (1, True)
