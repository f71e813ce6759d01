"""Numbers of users that are lent to workspaces."""

from pathlib import Path

from palaver.tools.sandbox.users import COUNT, FIRST, Users, _numbers

A, B = Path("/home/a"), Path("/home/b")


def test_a_workspace_has_the_same_user_again() -> None:
    users = Users()
    with users.lent(A) as first:
        pass
    with users.lent(A) as again, users.lent(A) as meanwhile:
        assert again == meanwhile == first
    with Users().lent(A) as elsewhere:
        assert elsewhere == first


def test_two_workspaces_never_share_one_at_the_same_time() -> None:
    users = Users()
    users._count = 2
    with users.lent(A) as one, users.lent(B) as other:
        assert one != other
        with users.lent(A) as again:
            assert again == one
    assert not users._lent


def test_on_a_host_the_numbers_lie_above_all_that_are_given_out(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.write_text("         0          0 4294967295\n")
    assert _numbers(whole) == (FIRST, COUNT)


def test_in_a_container_with_few_numbers_they_are_the_last(tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.write_text("         0     100000      65536\n")
    first, count = _numbers(few)
    assert first > 0
    assert first + count < 65536
    lone = tmp_path / "lone"
    lone.write_text("         0       1000          1\n")
    assert _numbers(lone)[1] == 1
