"""A server that speaks the wire formats of model vendors and does what a test tells it; no model is behind it."""

from tests.vendor.script import Reply, Script, chunk, done, finish, said, stream
from tests.vendor.server import FakeVendor, Heard

__all__ = ["FakeVendor", "Heard", "Reply", "Script", "chunk", "done", "finish", "said", "stream"]
