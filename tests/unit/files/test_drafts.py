"""A draft that is dropped is gone, also while a thread is still writing to it."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from palaver.core.errors import PayloadTooLarge
from palaver.files.drafts import Bound, Draft

MANY = Bound(1_000, "No more than 1,000 bytes.")


def test_a_draft_is_what_came_and_knows_what_it_is_called(tmp_path: Path) -> None:
    draft = Draft(tmp_path, MANY)
    draft.write(b"one")
    draft.write(b"two")
    draft.finish()
    assert draft.path.read_bytes() == b"onetwo"
    assert draft.sha == hashlib.sha256(b"onetwo").hexdigest()


def test_who_sends_too_much_is_told_how_much_may_come(tmp_path: Path) -> None:
    draft = Draft(tmp_path, MANY)
    draft.write(b"x" * 1_000)
    with pytest.raises(PayloadTooLarge, match="1,000"):
        draft.write(b"x")
    draft.drop()


def test_what_comes_after_a_drop_goes_nowhere(tmp_path: Path) -> None:
    draft = Draft(tmp_path, MANY)
    draft.drop()
    other = os.open(tmp_path / "other", os.O_WRONLY | os.O_CREAT)  # it may have the number that the draft had
    draft.write(b"late")
    draft.finish()
    os.close(other)
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
    assert (tmp_path / "other").read_bytes() == b""


def test_dropping_waits_for_no_thread_and_the_thread_closes_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_it, go_on, written, write = threading.Event(), threading.Event(), list[int](), os.write

    def slow(file: int, piece: bytes) -> int:
        written.append(file)
        at_it.set()
        assert go_on.wait(10)
        return write(file, piece)

    draft = Draft(tmp_path, MANY)
    monkeypatch.setattr(os, "write", slow)
    thread = threading.Thread(target=draft.write, args=(b"slow",))
    thread.start()
    assert at_it.wait(10)
    draft.drop()
    assert os.fstat(written[0])
    go_on.set()
    thread.join(10)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(written[0])
    assert list(tmp_path.iterdir()) == []
