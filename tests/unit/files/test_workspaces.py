import gc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from palaver.core.errors import NotFound
from palaver.core.ids import SessionId
from palaver.files.paths import inside
from palaver.files.workspaces import Workspaces, output_path

ONE, TWO = SessionId("ses_1"), SessionId("ses_2")


def test_sessions_have_workspaces_of_their_own(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    workspaces.of(ONE).write("a", b"1")
    assert workspaces.of(TWO).entries() == []
    assert (tmp_path / "workspaces" / ONE / "a").read_bytes() == b"1"


@pytest.mark.parametrize("session_id", ["", "..", "a/b", "../x", "a\0", "ses_1/../ses_2", "x" * 200])
def test_what_is_no_id_of_a_session_has_no_workspace(tmp_path: Path, session_id: str) -> None:
    with pytest.raises(NotFound):
        Workspaces(tmp_path).of(SessionId(session_id))


def test_everybody_who_asks_at_the_same_time_gets_the_same_lock(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    held = workspaces.of(ONE)
    for number in range(1_000):
        workspaces.of(SessionId(f"ses_other{number}"))
    gc.collect()
    assert workspaces.of(ONE) is held


def test_forgetting_a_session_removes_its_files_and_follows_no_link(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    workspaces.forget(ONE)
    workspaces.of(ONE).write("a/b", b"1")
    workspaces.of(TWO).write("a", b"2")
    (tmp_path / "workspaces" / ONE / "link").symlink_to(tmp_path / "workspaces" / TWO)
    workspaces.forget(ONE)
    assert not (tmp_path / "workspaces" / ONE).exists()
    assert workspaces.of(ONE).entries() == []
    assert workspaces.of(TWO).read("a") == b"2"
    workspaces.forget(ONE)


def test_many_sessions_are_forgotten_at_once(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    sessions = [SessionId(f"ses_{number}") for number in range(60)]
    for one in sessions:
        workspaces.of(one).write("folder/file", b"x")
    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(workspaces.forget, sessions)) == [None] * 60
    assert [one for one in (tmp_path / "workspaces").rglob("*") if one.name != ".gone"] == []


def test_a_workspace_that_was_made_a_link_is_forgotten_without_what_it_leads_to(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    workspaces.of(TWO).write("a", b"2")
    (tmp_path / "workspaces" / ONE).symlink_to(tmp_path / "workspaces" / TWO)
    workspaces.forget(ONE)
    assert workspaces.of(TWO).read("a") == b"2"


@pytest.mark.parametrize("call_id", ["call_1", "../../x", "a/b", "", "\0", "\ud800", "x" * 5_000])
def test_an_output_is_kept_inside_whatever_the_model_calls_its_call(call_id: str) -> None:
    path = output_path(call_id)
    assert inside(path) == path
    assert path.startswith(".palaver/outputs/")
    assert path.count("/") == 2


def test_whether_a_session_has_files_is_known_without_making_anything(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    assert not workspaces.exists(ONE)
    workspaces.of(ONE).write("a", b"1")
    assert workspaces.exists(ONE)
    assert not workspaces.exists(SessionId("../workspaces"))
    assert not workspaces.exists(TWO)
    assert [one.name for one in (tmp_path / "workspaces").iterdir()] == [ONE]
