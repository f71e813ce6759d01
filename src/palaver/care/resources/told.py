"""What callers are told of a service that helps; who confirmed it stays with the operator."""

from palaver.care.resources.resource import Resource
from palaver.core.care import CareResource

_SAME = [name for name in CareResource.__struct_fields__ if name != "confirmed"]


def told(one: Resource) -> CareResource:
    """The service as it is told."""
    return CareResource(**{name: getattr(one, name) for name in _SAME}, confirmed=one.confirmed)
