"""A real Palaver between a fake vendor and a real browser: started, asked, ended. It checks nothing."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.npm import installed

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATIENCE = 60
LINK = re.compile(r"http://\S+/signin\?token=\S+")

# What each does is said by its name: see `tests.vendor.script.Knobs`.
MODELS = ("fake-n5-d1", "fake-r2-n5-d1", "fake-n150-d20", "fake-n900-d20", "fake-h400")

SETTINGS = """
[context]
titles = false

[identity]
registration = "invitation"

[network]
trusted_proxies = ["127.0.0.1"]

[webhooks]
allow_http = true
allow_private = true

[providers.fake]
kind = "openai_chat"
base_url = "http://127.0.0.1:{port}/v1"
models = [{models}]
"""


@dataclass
class House:
    """One Palaver with its home; `start` again after `end` goes on with what was kept."""

    home: Path
    port: int
    link: str = ""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and keep the link that is printed."""
        environment = os.environ | {"PALAVER_HOME": str(self.home), "PALAVER_PORT": str(self.port)}
        with (self.home / "log").open("a") as log:
            command = [Path(sys.executable).with_name("palaver"), "serve"]
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := LINK.search(line):
                self.link = found[0]
                return
        raise AssertionError(f"Palaver ended before it printed its link:\n{(self.home / 'log').read_text()[-4000:]}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End, as an operator or as a power cut would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.communicate(timeout=PATIENCE)
            self._process = None

    def palaver(self, *words: str, said: str = "") -> None:
        """One command of the command line."""
        command = [Path(sys.executable).with_name("palaver"), *words]
        environment = os.environ | {"PALAVER_HOME": str(self.home)}
        subprocess.run(command, check=True, input=said, env=environment, text=True, timeout=PATIENCE)


@contextlib.contextmanager
def vendor() -> Iterator[int]:
    """The fake vendor, listening on the port that is given."""
    command = [sys.executable, "-m", "tests.vendor", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


@contextlib.contextmanager
def house(home: Path) -> Iterator[House]:
    """A running Palaver that knows the fake vendor's models."""
    with vendor() as port:
        models = ", ".join(f'"{model}"' for model in MODELS)
        (home / "palaver.toml").write_text(SETTINGS.format(port=port, models=models))
        opened = House(home, _free_port())
        opened.start()
        try:
            yield opened
        finally:
            opened.end()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def chromium() -> str:
    """The browser of this machine."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "The browser tests need Chromium: install Debian's package `chromium`."
    return found


def install() -> None:
    """Bring in what drives the browser, once."""
    installed(HERE)


def visit(scenario: str, opened: House, restart: signal.Signals = signal.SIGTERM) -> None:
    """Let the browser do a scenario; where it says `restart`, the server is ended in that way and started again."""
    environment = os.environ | {
        "CHROMIUM": chromium(),
        "PALAVER_URL": opened.url,
        "PALAVER_LINK": opened.link,
        "KEPT": str(opened.home / "browser.json"),
        "SHOTS": str(opened.home),
    }
    with subprocess.Popen(
        ["node", HERE / "run.mjs", scenario],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if line == "restart\n":
                opened.end(restart)
                opened.start()
                process.stdin.write("started\n")
                process.stdin.flush()
        assert process.wait(PATIENCE) == 0, "".join(said)
