"""Identifiers that sort by the time they were made; what they stand for is the caller's business."""

import uuid_utils


def new_id(prefix: str) -> str:
    """`prefix_` and 32 hexadecimal digits of a version 7 UUID (RFC 9562): unguessable, sortable to the millisecond."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"
