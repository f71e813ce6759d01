"""The fake vendor as a process of its own: `python -m tests.vendor --port 0` prints its port and serves."""

import argparse
import asyncio
import contextlib
import signal

from tests.vendor.server import FakeVendor


async def serve(port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with FakeVendor(port) as vendor:
        print(vendor.port, flush=True)
        await ended.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.vendor")
    parser.add_argument("--port", type=int, default=0)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))
