"""`python bench/broadcast.py PORT`: a bare broadcast on uvicorn's WebSockets, to compare with; it keeps nothing.

Whoever says `COUNT GAP SIZE` has all sockets told COUNT texts of SIZE bytes, GAP milliseconds apart, and then the end.
"""

import asyncio
import sys
from typing import Any

import uvicorn

TEXT = '{"type":"content","seq":1,"content":"%s"}'
_sends: list[Any] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    """One socket."""
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()
    await send({"type": "websocket.accept"})
    _sends.append(send)
    while (message := await receive())["type"] == "websocket.receive":
        count, gap, size = map(int, message["text"].split())
        await _broadcast(count, gap / 1000, TEXT % ("x" * (size - len(TEXT) + 2)))
    _sends.remove(send)


async def _broadcast(count: int, gap: float, text: str) -> None:
    clock = asyncio.get_running_loop().time
    begun = clock()
    for number in range(count):
        await asyncio.sleep(max(0, begun + number * gap - clock()))
        for send in _sends:
            await send({"type": "websocket.send", "text": text})
    for send in _sends:
        await send({"type": "websocket.send", "text": '{"type":"done"}'})


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        log_level="error",
        access_log=False,
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
    )
