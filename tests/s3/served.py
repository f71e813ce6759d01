"""Buckets to test with: a real server that speaks S3, and a way to it that can be hurt; it asserts nothing."""

import socket
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from palaver.files.s3_settings import S3Settings
from tests.npm import installed

HERE = Path(__file__).parent
BUCKET = "palaver"
KEY, SECRET = "S3RVER", "S3RVER"  # the only account that the server has


@contextmanager
def s3_server(folder: Path) -> Generator[str]:
    """The address of a server whose bucket is empty."""
    installed(HERE)
    folder.mkdir(exist_ok=True)
    command = ["node", str(HERE / "serve.mjs"), str(folder), BUCKET]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HERE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            port = int(process.stdout.readline())
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()
            process.wait(timeout=20)


def settings(endpoint: str, **more: Any) -> S3Settings:
    """What an operator would say of it."""
    given: dict[str, Any] = {
        "endpoint": endpoint,
        "bucket": BUCKET,
        "prefix": "house/",
        "access_key": SecretStr(KEY),
        "secret_key": SecretStr(SECRET),
    }
    return S3Settings.model_validate(given | more)


class Way:
    """A way to a server. `spoil` sees every piece that comes back and gives what is passed on; None cuts the line."""

    def __init__(self, endpoint: str) -> None:
        host, _, port = endpoint.removeprefix("http://").partition(":")
        self._target = (host, int(port))
        self.refuses = self.hangs = False
        self.spoil: Callable[[bytes], bytes | None] = _as_it_is
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Cut everything."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def cut(self) -> None:
        """End every open connection."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open = []

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(near)
            if self.refuses:
                near.close()
            elif not self.hangs:
                far = socket.create_connection(self._target)
                self._open.append(far)
                threading.Thread(target=self._pass, args=(near, far, _as_it_is), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near, self._spoilt), daemon=True).start()

    def _spoilt(self, piece: bytes) -> bytes | None:
        return self.spoil(piece)

    def _pass(self, source: socket.socket, target: socket.socket, change: Callable[[bytes], bytes | None]) -> None:
        with suppress(OSError):
            while piece := source.recv(65_536):
                changed = None if self.hangs else change(piece)
                if changed is None:
                    break
                target.sendall(changed)
        if not self.hangs:
            for one in (source, target):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()


def _as_it_is(piece: bytes) -> bytes | None:
    return piece
