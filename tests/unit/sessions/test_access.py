"""Who may do what in a session."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.core.errors import Forbidden, NotFound
from palaver.core.permissions import PermissionMode
from palaver.core.room import MemberRole
from palaver.sessions import access
from palaver.sessions.access import Act

roles = st.sampled_from(get_args(MemberRole))
acts = st.sampled_from(get_args(Act))


@pytest.mark.parametrize(
    ("role", "may"),
    [("viewer", {"read"}), ("editor", {"read", "write"}), ("owner", {"read", "write", "own"}), (None, set())],
)
def test_each_role_may_do_these_acts_and_no_others(role: MemberRole | None, may: set[str]) -> None:
    assert {act for act in get_args(Act) if access.may(role, act)} == may


@given(acts)
def test_a_stranger_is_told_that_there_is_nothing_whatever_they_want(act: Act) -> None:
    with pytest.raises(NotFound):
        access.check(None, act)


@given(roles, acts)
def test_a_member_whose_role_does_not_do_is_told_so(role: MemberRole, act: Act) -> None:
    if access.may(role, act):
        access.check(role, act)
    else:
        with pytest.raises(Forbidden):
            access.check(role, act)


@given(roles, roles, acts)
def test_the_higher_of_two_roles_may_do_whatever_either_may(one: MemberRole, other: MemberRole, act: Act) -> None:
    assert access.may(access.higher(one, other), act) == (access.may(one, act) or access.may(other, act))


@given(st.sets(st.sampled_from([*access.EDITABLE, "permission_mode", "archived", "tags", "anything"])))
def test_one_field_of_the_owners_makes_a_change_the_owners(fields: set[str]) -> None:
    assert access.act_of(fields) == ("write" if fields <= access.EDITABLE else "own")


def test_modes_are_ordered_by_how_much_is_asked() -> None:
    assert [access.freer(mode, "default") for mode in get_args(PermissionMode)] == [False, True, False, False, True]
