"""The load harness beside the repository, copied, built and run; what its figures mean is decided elsewhere."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from house import BIN, REPOSITORY, House, clean_environment
from machine import CLIENTS, SERVERS, free_ports, pinned, wait_until

NEEDED = ("bench.py", "ladder.py", "targets.py", "relay_raw.py", "relay_persist.py", "upstream.c", "load.c")
ITS_PORTS = ("9100", "9204", "9212")  # of upstream, relay_raw, relay_persist
CHAT = '{"model":"{{model}}","stream":true,"messages":[{"role":"user","content":"hello {{i}}"}]}'
Target = dict[str, Any]


def find() -> Path:
    """The folder of the harness, or the end with a sentence that says where it should be."""
    folder = Path(os.environ.get("LOAD_HARNESS", REPOSITORY.parent / "shared" / "perf")).resolve()
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise SystemExit(
            f"The load harness is not in {folder}: {', '.join(missing)} missing.\n"
            "It is not part of this repository. Say where it is with LOAD_HARNESS=/path/to/perf."
        )
    return folder


@dataclass(frozen=True)
class Harness:
    """A built copy of the harness, with its fake model server running."""

    folder: Path
    upstream: int
    relays: tuple[int, int]

    def targets(self, house: House) -> list[Target]:
        """The two reference relays, the model server asked directly, and Palaver: all on ports of our own."""
        subprocess.run(
            [sys.executable, "targets.py", str(BIN / "python"), house.url, house.key], cwd=self.folder, check=True
        )
        path = self.folder / "targets.json"
        relays: list[Target] = json.loads(path.read_text(encoding="utf-8"))[:2]
        moved = json.dumps(relays)
        for theirs, ours in zip(ITS_PORTS, (self.upstream, *self.relays), strict=True):
            moved = moved.replace(f":{theirs}", f":{ours}").replace(f"--port {theirs}", f"--port {ours}")
        direct = {
            "name": "direct",
            "url": f"http://127.0.0.1:{self.upstream}/v1/chat/completions",
            "skip": ["paced", "sat"],
        }
        targets = [direct, *json.loads(moved), house.target()]
        path.write_text(json.dumps(targets, indent=1), encoding="utf-8")
        return targets

    def script(self, name: str, *arguments: str) -> Any:
        """Run one of its scripts on the targets written last, and read what it found."""
        out = self.folder / f"{name}.json"
        command = [sys.executable, name, "targets.json", "--out", str(out), *arguments]
        process = subprocess.Popen(command, cwd=self.folder, env=clean_environment(), stdout=sys.stderr)
        try:
            if process.wait():
                raise SystemExit(f"{name} failed; the servers' logs were in {self.folder / 'run'}")
        finally:
            process.terminate()  # on an interruption it ends its servers itself
            process.wait()
        return json.loads(out.read_text(encoding="utf-8"))

    def load(self, target: Target, model: str, *arguments: str) -> dict[str, Any]:
        """One run of the load client from its own core."""
        command = ["taskset", "-c", str(CLIENTS), "./load", "-u", target["url"], "-b", target.get("body", CHAT)]
        command = [word.replace("{{model}}", model) for word in command]
        for header in target.get("headers", []):
            command += ["-H", header]
        done = subprocess.run(
            [*command, *arguments], cwd=self.folder, stdout=subprocess.PIPE, text=True, check=True, timeout=300
        )
        return json.loads(done.stdout.splitlines()[-1])

    @contextmanager
    def relay(self, target: Target) -> Generator[int]:
        """One of the reference relays, warmed, on the core that is measured; yields its process id."""
        environment = clean_environment() | target["env"]
        log = self.folder / "run" / f"{target['name']}.log"
        with pinned(target["cmd"].split(), SERVERS, log, environment=environment, folder=self.folder) as process:
            wait_until(lambda: self._answers(target) or process.poll() is not None, target["name"])
            yield process.pid

    def _answers(self, target: Target) -> bool:
        return self.load(target, "fake-n5-d1", "-c", "1", "-n", "1", "-x", "5")["ok"] == 1


@contextmanager
def built(folder: Path) -> Generator[Harness]:
    """Copy and build the harness in `folder` and run its fake model server until the block is left."""
    source = find()
    (folder / "run").mkdir(parents=True)
    for name in NEEDED:
        shutil.copyfile(source / name, folder / name)
    for name, libraries in (("upstream", []), ("load", ["-lm"])):
        subprocess.run(["gcc", "-O2", "-w", "-o", name, f"{name}.c", *libraries], cwd=folder, check=True)
    upstream, raw, persist = free_ports(3)
    with pinned(["./upstream", str(upstream)], CLIENTS, folder / "run" / "upstream.log", folder=folder):
        yield Harness(folder, upstream, (raw, persist))
