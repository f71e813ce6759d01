"""Starts servers and commands quickly: one interpreter that has imported everything forks one process for each.

Each is a process of its own that runs `palaver …`, and can be killed, paused and ended like any other; only the
second that imports take is spent once. It knows nothing of what the servers are for.
"""

import asyncio
import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from palaver.storage.chain import bring_up_to_date

ROOT = Path(__file__).parents[2]


class Nursery:
    """The side of the tests. Every server is its grandchild, and goes when it goes.

    It also has an empty `database` at the newest schema, for homes that would else begin by making the same.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.database = Path(self._folder.name) / "palaver.db"
        self._ours, theirs = socket.socketpair()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PALAVER_")}
        inherited["PALAVER_CARE__ENCODER"] = "off"  # as everywhere in tests
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.nursery", str(theirs.fileno())],
                cwd=ROOT,
                env=inherited,
                pass_fds=[theirs.fileno()],
            )

    def __enter__(self) -> Self:
        bring_up_to_date(self.database)
        assert self._ours.recv(1) == b"!", "the nursery did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        self._process.wait(timeout=30)
        self._folder.cleanup()

    def start(self, settings: Mapping[str, str], log: Path) -> tuple[int, int]:
        """A server with these variables in its environment: its pid, and the reading end of its standard output."""
        reading, writing = os.pipe()
        with log.open("a") as errors, Path(os.devnull).open() as nothing:
            pid = self._begin(["serve"], settings, [nothing.fileno(), writing, errors.fileno()])
        os.close(writing)
        return pid, reading

    async def does(self, *words: str, typed: bytes, settings: Mapping[str, str]) -> tuple[int, bytes, bytes]:
        """A command to its end, with these variables in its environment: exit code, standard output, standard error."""
        (out, theirs), (err, errors) = os.pipe(), os.pipe()
        with tempfile.TemporaryFile() as given:
            given.write(typed)
            given.seek(0)
            pid = self._begin(list(words), settings, [given.fileno(), theirs, errors])
        os.close(theirs)
        os.close(errors)
        said = await asyncio.gather(_all_of(out), _all_of(err))
        return self.wait(pid), said[0], said[1]

    def _begin(self, words: list[str], settings: Mapping[str, str], fds: list[int]) -> int:
        socket.send_fds(self._ours, [json.dumps([words, dict(settings)]).encode()], fds)
        return int(self._ours.recv(32))

    def wait(self, pid: int) -> int:
        """How a server that is gone, or about to go, ended: its exit code, or minus the signal that killed it."""
        self._ours.send(str(pid).encode())
        return int(self._ours.recv(32))


async def first_line(reading: int) -> bytes:
    """The first line of a pipe; empty when the process ended without one. The rest of the pipe is left alone."""
    loop = asyncio.get_running_loop()
    line = b""
    while not line.endswith(b"\n"):
        arrived = asyncio.Event()
        loop.add_reader(reading, arrived.set)
        try:
            await arrived.wait()
        finally:
            loop.remove_reader(reading)
        if not (piece := os.read(reading, 4096)):
            break
        line += piece
    return line


async def closed(reading: int) -> None:
    """Wait until the other side of a pipe is gone, and close this one."""
    while await first_line(reading):
        continue
    os.close(reading)


async def _all_of(reading: int) -> bytes:
    pieces: list[bytes] = []
    while piece := await first_line(reading):
        pieces.append(piece)
    os.close(reading)
    return b"".join(pieces)


def _do(words: list[str], settings: Mapping[str, str], fds: list[int]) -> None:
    from palaver.entry.cli import main

    os.setsid()
    for number, given in enumerate(fds):
        os.dup2(given, number)
        os.close(given)
    os.environ.update(settings)
    sys.path[:0] = [one for one in settings.get("PYTHONPATH", "").split(os.pathsep) if one]
    sys.argv = ["palaver", *words]
    sys.stdin = os.fdopen(0)
    sys.stdout = os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", buffering=1)
    main()


def _fork(words: list[str], settings: Mapping[str, str], fds: list[int]) -> int:
    pid = os.fork()
    if pid:
        for number in fds:
            os.close(number)
        return pid
    code = 1
    try:
        _do(words, settings, fds)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the end of a process: what went wrong belongs in its log
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _keep(requests: socket.socket) -> None:
    """The side of the nursery: fork, or wait for, whatever is asked for, until nobody asks any more."""
    children: set[int] = set()
    requests.send(b"!")
    while True:
        message, fds, _, _ = socket.recv_fds(requests, 1 << 16, 3)
        if not message:
            break
        if fds:
            words, settings = json.loads(message)
            pid = _fork(words, settings, fds)
            children.add(pid)
            requests.send(str(pid).encode())
        else:
            pid = int(message)
            children.discard(pid)
            requests.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    # Everything a server imports, sooner or later.
    import alembic.command  # noqa: F401
    import alembic.config  # noqa: F401
    import jsonschema  # noqa: F401
    import jwt  # noqa: F401

    import palaver.entry.cli.serve  # noqa: F401
    import palaver.entry.cli.verbs  # noqa: F401
    import palaver.entry.openapi  # noqa: F401
    import palaver.entry.server  # noqa: F401
    import palaver.inference.guide.speech  # noqa: F401
    import palaver.sessions.links.markdown  # noqa: F401
    from palaver.care.moderation.service import shipped_book
    from palaver.care.service import shipped_detector
    from palaver.storage.script import Statement
    from palaver.storage.sqlite import DIALECT

    # And everything they work out once: what the routes of one are made of, those of the next find ready.
    sys.path.append(str(ROOT / "docs" / "reference"))
    from schemas import openapi_document

    openapi_document()
    shipped_detector().read("Good morning.")
    for book in (shipped_book("input"), shipped_book("output")):
        book.automaton.find([frozenset(("good",))])
    for one in gc.get_objects():
        if isinstance(one, Statement):
            one.compiled(DIALECT)
    assert threading.active_count() == 1, "a thread that a server began does not come along into its copies"
    gc.collect()
    gc.freeze()  # no server walks what all of them share
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever runs the tests ends them; the nursery follows
    _keep(socket.socket(fileno=int(sys.argv[1])))
