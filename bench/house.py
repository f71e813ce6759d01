"""A Palaver of our own: a temporary home, a user, a key, and the server pinned to a core; it measures nothing."""

import http.client
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine import SERVERS, pinned, wait_until

REPOSITORY = Path(__file__).resolve().parent.parent
BIN = REPOSITORY / ".venv" / "bin"
OWNER = "bench@palaver.local"
CONFIG = """\
[providers.bench]
kind = "openai_chat"
base_url = "http://127.0.0.1:{upstream}/v1"
models = "any"
timeouts = {{ idle = {pause} }}
[inference]
local_servers = {{}}
breaker_after = 1000000
"""


def clean_environment() -> dict[str, str]:
    """The environment without settings of Palaver and keys of vendors, so that every run is the default install."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("PALAVER_") and "_API_KEY" not in name
    }


@dataclass(frozen=True)
class House:
    """One home with a key that may do everything, and the address where its server listens."""

    home: Path
    port: int
    key: str

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its server."""
        return environment_of(self.home, self.port)

    def target(self) -> dict[str, Any]:
        """How the harness starts and asks it."""
        return {
            "name": "palaver",
            "url": f"{self.url}/api/v1/query",
            "ready": f"{self.url}/api/v1/health/ready",
            "headers": [f"authorization: Bearer {self.key}"],
            "body": '{"model":"bench/{{model}}","prompt":"hello {{i}}"}',
            "cmd": [str(BIN / "palaver"), "serve"],
            "env": _where(self.home, self.port),
        }

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One request of the public API, and its JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read() or b"null")

    def calls(self) -> Callable[..., Any]:
        """As `call`, over one connection that stays open, so that only the request is timed."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}

        def ask(method: str, path: str, body: object = None) -> Any:
            link.request(method, path, None if body is None else json.dumps(body), headers)
            response = link.getresponse()
            told = json.loads(response.read() or b"null")
            if response.status >= 400:
                raise SystemExit(f"{method} {path}: {told}")
            return told

        return ask

    def process(self) -> dict[str, int]:
        """What the server says of its own runs, streams and tasks, asked anew."""
        time.sleep(1.1)  # its health is looked at once a second at most
        checks = self.call("GET", "/api/v1/health/detailed")["checks"]
        return next(check["detail"] for check in checks if check["name"] == "process")


def environment_of(home: Path, port: int) -> dict[str, str]:
    """The environment of a server with this home."""
    return clean_environment() | _where(home, port)


def _where(home: Path, port: int) -> dict[str, str]:
    """Which home, and what of extras: none, for what is measured is what everybody has."""
    return {"PALAVER_HOME": str(home), "PALAVER_PORT": str(port), "PALAVER_CARE__ENCODER": "off"}


def furnish(home: Path, port: int, upstream: int, *, pause: float = 60, more: str = "") -> House:
    """Make a home with the fake model server as provider `bench`, a user and a key; `more` goes into its settings."""
    home.mkdir(parents=True)
    (home / "palaver.toml").write_text(CONFIG.format(upstream=upstream, pause=pause) + more, encoding="utf-8")
    _palaver(home, port, "user", "create", OWNER, "--role", "admin", said="correct horse battery")
    return House(home, port, _palaver(home, port, "key", "create", "--user", OWNER, "--name", "bench"))


def person(house: House, email: str) -> str:
    """One more user of a home, and a key of theirs."""
    _palaver(house.home, house.port, "user", "create", email, said="correct horse battery")
    return _palaver(house.home, house.port, "key", "create", "--user", email, "--name", "bench")


def _palaver(home: Path, port: int, *words: str, said: str = "") -> str:
    command = [str(BIN / "palaver"), *words]
    done = subprocess.run(
        command, input=said + "\n", env=environment_of(home, port), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"palaver {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


@contextmanager
def serving(house: House, command: list[str] | None = None) -> Generator[int]:
    """The server of a home, ready, on the core that is measured; yields its process id."""
    command = command or [str(BIN / "palaver"), "serve"]
    with pinned(command, SERVERS, house.home.with_suffix(".log"), environment=house.environment) as process:
        wait_until(lambda: ready(house.url) or process.poll() is not None, "Palaver", every=0.01)
        if process.poll() is not None:
            raise SystemExit("Palaver did not start:\n" + house.home.with_suffix(".log").read_text(encoding="utf-8"))
        yield process.pid


def ready(url: str) -> bool:
    """Whether a Palaver says that it can be used."""
    try:
        with urllib.request.urlopen(f"{url}/api/v1/health/ready", timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
