"""What the tools that run programs have in common: a call in the sandbox, and how it is told; they are beside it."""

import asyncio
import stat
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from palaver.core.messages import FilePart, ImagePart
from palaver.files.descent import FOLDER_MODE
from palaver.files.workspace import Workspace
from palaver.tools.builtin.made_files import Made, files_of, made_since
from palaver.tools.builtin.program_output import Heard
from palaver.tools.port import Outcome, Scene
from palaver.tools.sandbox.choosing import Chosen
from palaver.tools.sandbox.port import Ended, Limits, Program, Sandbox
from palaver.tools.sandbox.settings import SandboxSettings
from palaver.tools.threads import in_thread

_TIME_TO_END = 10.0  # beyond the program's own deadline, so that the sandbox's word comes first


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that was run: how it ended, what it said, what it made."""

    ended: Ended
    said: str
    made: Made
    limits: Limits


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs programs of agents in the sandbox that was chosen."""

    chosen: Chosen
    settings: SandboxSettings

    @property
    def deadline(self) -> float:
        """Seconds that a call may take, at most."""
        return self.settings.most_seconds + _TIME_TO_END

    def timeout_schema(self) -> dict[str, Any]:
        """The argument with which a model says how long a program may take."""
        most = self.settings.most_seconds
        return {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": most,
            "description": f"Seconds until it is stopped; {min(self.settings.seconds, most):g} when left out.",
        }

    async def run(self, sandbox: Sandbox, program: Program, scene: Scene) -> Ran:
        """Run it in the workspace of the scene, telling of what it says."""
        before = await in_thread(lambda _: files_of(scene.workspace))
        seen = scene.workspace.lent and sandbox.lends
        lent = await in_thread(lambda _: _lent(scene.workspace)) if seen else {}
        heard = Heard(scene.progress, asyncio.get_running_loop().time)
        ended = await sandbox.run(replace(program, lent=lent), heard.take)
        made = await in_thread(lambda _: made_since(before, scene.workspace))
        return Ran(ended, heard.text, made, program.limits)

    def refusal(self, name: str) -> Outcome:
        """What is said where no sandbox works."""
        return Outcome(
            f"{name} cannot be used on this server: nothing keeps programs apart. {self.chosen.why}", ok=False
        )


def _lent(workspace: Workspace) -> dict[str, Path]:
    """Where others' files are that are seen here, open to the user that the program becomes; the home is still shut."""
    root, found = workspace.make(), dict[str, Path]()
    for name, one in workspace.lent.items():
        with suppress(FileExistsError):
            (root / name).mkdir(FOLDER_MODE)
        if stat.S_ISDIR((root / name).lstat().st_mode):  # else a program has put something of its own there
            found[name] = one.make()
            found[name].chmod(FOLDER_MODE)
    return found


def outcome(ran: Ran, *, always_code: bool) -> Outcome:
    """What the model is told; `always_code`: the exit code also where all went well."""
    lines = [ran.said.rstrip("\n")] if ran.said.strip() else ["(no output)"]
    if ran.ended.stopped:
        lines.append(f"[{_stopped(ran)} All it had started was ended with it.]")
    elif always_code or ran.ended.exit_code:
        lines.append(f"[{_code(ran.ended)}]")
    if ran.made.text:
        lines.append(ran.made.text)
    parts: tuple[ImagePart | FilePart, ...] = ran.made.parts
    return Outcome("\n".join(lines), ok=ran.ended.exit_code == 0 and not ran.ended.stopped, parts=parts)


def _code(ended: Ended) -> str:
    by = f", ended by signal {ended.signal}" if ended.signal else ""
    return f"exit code {ended.exit_code}{by}"


def _stopped(ran: Ran) -> str:
    limits = ran.limits
    sentences = {
        "deadline": f"Stopped after {limits.seconds:g} seconds.",
        "memory": f"Stopped: it used more than {limits.memory_bytes // 2**20:,} MiB of memory.",
        "output": f"Stopped: it said more than {limits.output_bytes:,} bytes; write that much to a file.",
        "workspace": f"Stopped: the workspace holds more than {limits.workspace_bytes // 2**20:,} MiB or "
        f"{limits.workspace_files:,} files, or folders that are too deep.",
    }
    return sentences[ran.ended.stopped or "deadline"]
