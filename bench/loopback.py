"""How fast `dd` sends a file through a connection of this machine, to a disk or to nowhere; it knows no server."""

import socket
import subprocess
import threading
import time
from pathlib import Path

_SEND, _TAKE = ["dd", "bs=1M"], ["dd", "bs=1M", "iflag=fullblock"]


def through_disk(source: Path, to: Path) -> float:
    """Seconds until the file is on the disk a second time; that is removed again."""
    try:
        return _through(source, [*_TAKE, f"of={to}", "conv=fsync"])
    finally:
        to.unlink(missing_ok=True)


def through_memory(source: Path) -> float:
    """Seconds until all of it has come through."""
    return _through(source, [*_TAKE, "of=/dev/null"])


def _through(source: Path, take: list[str]) -> float:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taking = threading.Thread(target=_take, args=(server, take))
        began = time.perf_counter()
        taking.start()
        with socket.create_connection(server.getsockname()) as link:
            _run([*_SEND, f"if={source}"], out=link)
        taking.join()
        return time.perf_counter() - began


def _take(server: socket.socket, take: list[str]) -> None:
    link, _ = server.accept()
    with link:
        subprocess.run(take, stdin=link.fileno(), stderr=subprocess.DEVNULL, check=True)


def _run(command: list[str], *, out: socket.socket) -> None:
    subprocess.run(command, stdout=out.fileno(), stderr=subprocess.DEVNULL, check=True)
