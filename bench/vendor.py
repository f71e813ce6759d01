"""A model server that answers at once: with a call of Write, then with a word; it measures nothing."""

import asyncio
import json
import sys
from typing import Any

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n"
USAGE = {"prompt_tokens": 10, "completion_tokens": 10}
WRITE = {"name": "Write", "arguments": json.dumps({"path": "notes.txt", "content": "hello"})}
CALL = {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": WRITE}]}


def _answer(delta: dict[str, Any], reason: str) -> bytes:
    """A whole answer as it is streamed."""
    said = [{"delta": {"role": "assistant"} | delta}, {"delta": {}, "finish_reason": reason}]
    chunks = [{"id": "x", "choices": [{"index": 0} | choice]} for choice in said]
    chunks[-1]["usage"] = USAGE
    body = b"".join(b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chunks) + b"data: [DONE]\n\n"
    return HEAD % len(body) + body


CALLS, DONE = _answer(CALL, "tool_calls"), _answer({"content": "done"}, "stop")


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, request by request."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
            body = await reader.readexactly(int(lines.get(b"content-length", b"0")))
            asked = json.loads(body)["messages"][-1]["role"] == "user"
            writer.write(CALLS if asked else DONE)
    except asyncio.IncompleteReadError:
        writer.close()


async def main(port: int) -> None:
    """Serve until the process is ended."""
    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
