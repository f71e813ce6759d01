"""What the tests of faults are given: the same as journeys."""

from tests.journeys.conftest import house, nursery, open_house, owner, vendor

__all__ = ["house", "nursery", "open_house", "owner", "vendor"]
