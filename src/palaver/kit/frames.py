"""WebSocket frames as a server writes them (RFC 6455, 5.2): unmasked and whole; it neither sends nor reads them."""

_TEXT = b"\x81"  # FIN, opcode 1


def text_frame(data: bytes) -> bytes:
    """One text message; `data` is UTF-8."""
    size = len(data)
    if size < 126:
        return _TEXT + size.to_bytes(1, "big") + data
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + data
    return b"\x81\x7f" + size.to_bytes(8, "big") + data
