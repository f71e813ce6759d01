"""The `Bash` tool: a command in a shell in the sandbox; which sandbox, and whether it may, is decided elsewhere."""

from typing import Any

from palaver.tools.builtin.program_calls import Runner, outcome
from palaver.tools.port import Outcome, Scene, ToolSpec
from palaver.tools.sandbox.port import Program
from palaver.tools.threads import in_thread

_DESCRIPTION = (
    "Runs a bash command in a sandbox, in the workspace folder. Tells its output (standard output and errors) and exit "
    "code. Each call is a new shell: folder, variables and background processes do not stay, files of the workspace "
    "do. Nothing outside the workspace is kept."
)
_LONGEST = 60_000  # bytes; the kernel takes 128 KiB in one argument, and this one is quoted on its way


class Bash:
    """Runs a command."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.spec = ToolSpec(
            name="Bash",
            description=_DESCRIPTION + ("" if runner.settings.network else " There is no network."),
            parameters={
                "type": "object",
                "properties": {
                    "command": {"type": "string", "minLength": 1, "description": "What to run."},
                    "timeout": runner.timeout_schema(),
                    "description": {"type": "string", "description": "What it does, in a few words for the person."},
                },
                "required": ["command"],
                "additionalProperties": False,
            },
            effect="acts",
            deadline=runner.deadline,
        )

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        sandbox = self._runner.chosen.sandbox
        if sandbox is None:
            return self._runner.refusal("Bash")
        if len(arguments["command"].encode("utf-8", "replace")) > _LONGEST:
            return Outcome(f"The command has more than {_LONGEST:,} bytes: write a script and run that.", ok=False)
        settings = self._runner.settings
        program = Program(
            argv=("bash", "--noprofile", "--norc", "-c", arguments["command"]),
            root=await in_thread(lambda _: scene.workspace.make()),
            limits=settings.limits(arguments.get("timeout")),
            network=settings.network,
        )
        return outcome(await self._runner.run(sandbox, program, scene), always_code=True)
