"""Addresses of resources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.surfaces.mcp_server.addresses import Address, of_file, of_session, read

paths = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(paths)
def test_a_file_is_found_by_its_address_whatever_it_is_called(path: str) -> None:
    address = of_file("ses_1", path)
    assert address.isascii()
    assert read(address) == Address("ses_1", path)


def test_a_session_is_found_by_its_address() -> None:
    assert read(of_session("ses_1")) == Address("ses_1")


@pytest.mark.parametrize(
    "address",
    ["", "palaver://sessions/", "palaver://sessions/a/b", "palaver://sessions/a/files/", "file:///etc/passwd",
     "palaver://sessions/a/files/%ff", "palaver://sessions/a?x=1", "palaver://sessions/" + "a" * 65],
)  # fmt: skip
def test_what_is_no_address_of_ours_is_none(address: str) -> None:
    assert read(address) is None
