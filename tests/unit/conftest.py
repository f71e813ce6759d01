"""How hypothesis works in unit tests: few examples each, for they run before every commit, and no clock."""

from hypothesis import settings

settings.register_profile("unit", max_examples=15, deadline=None)
settings.load_profile("unit")
