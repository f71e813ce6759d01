"""Which sandbox is chosen, and what is said where there is none."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from palaver.tools.sandbox.choosing import _sorted_out, choose
from palaver.tools.sandbox.limits import process_limits
from palaver.tools.sandbox.settings import SandboxSettings
from palaver.tools.sandbox.surroundings import environment, surroundings
from tests.faults.sandboxes import KINDS

HOME = Path("/nowhere")


async def test_without_anything_that_works_nothing_is_chosen_and_the_operator_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    chosen = await choose(SandboxSettings(), HOME)
    assert (chosen.sandbox, chosen.name, chosen.python) == (None, "none", None)
    assert "bwrap is not installed" in chosen.why
    assert "not run by root" in chosen.why
    assert "Install bubblewrap" in chosen.why


async def test_the_unsafe_one_is_chosen_only_where_it_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    refused = await choose(SandboxSettings(kind="unsafe"), HOME)
    assert refused.sandbox is None
    assert "allow_unsafe is not set" in refused.why
    assert (await choose(SandboxSettings(allow_unsafe=True), HOME)).name == "unsafe"


async def test_the_best_that_works_is_chosen_before_the_unsafe_one() -> None:
    chosen = await choose(SandboxSettings(allow_unsafe=True), HOME)
    best = next(iter(KINDS), "unsafe")
    assert chosen.name == best.removesuffix("_in_sight").removesuffix("_unprivileged")
    assert chosen.python == sys.executable


async def test_a_bubblewrap_that_cannot_run_is_not_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(broken) if name == "bwrap" else None)
    chosen = await choose(SandboxSettings(kind="bubblewrap"), HOME)
    assert chosen.sandbox is None
    assert "No permissions to create new namespace" in chosen.why


async def test_a_python_that_does_not_run_inside_is_not_taken(tmp_path: Path) -> None:
    chosen = await choose(SandboxSettings(python=tmp_path / "python"), HOME)
    assert chosen.python is None


def test_the_whole_host_is_never_shown_as_the_place_of_an_interpreter() -> None:
    assert Path("/") not in _sorted_out([Path("/"), Path("/opt/python")])


def test_programs_are_shown_nothing_of_people() -> None:
    shown = {str(path) for path in surroundings(user=7, network=False).shown}
    assert "/usr" in shown
    assert not shown & {"/", "/etc", "/etc/shadow", "/etc/passwd", "/home", "/root", "/var", "/tmp", "/run", "/etc/ssl"}


def test_names_of_hosts_are_looked_up_only_with_the_network() -> None:
    assert "/etc/resolv.conf" not in surroundings(user=7, network=False).files
    assert ("/etc/resolv.conf" in surroundings(user=7, network=True).files) == Path("/etc/resolv.conf").is_file()


def test_the_environment_has_nothing_of_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert "secret" not in environment({}, "/tmp").values()


def test_no_limit_is_above_what_the_server_is_held_to(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = SandboxSettings(processes=50).limits()
    monkeypatch.setattr("resource.getrlimit", lambda _: (5, 5))
    assert set(process_limits(limits).values()) == {0, 5}
    monkeypatch.setattr("resource.getrlimit", lambda _: (-1, -1))
    assert process_limits(limits)["nproc"] == 50


def test_nobody_gets_more_time_than_the_operator_gives() -> None:
    settings = SandboxSettings(seconds=30, most_seconds=60)
    assert [settings.limits(asked).seconds for asked in (None, 10, 3600)] == [30, 10, 60]
