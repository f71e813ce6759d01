"""The `Python` tool, the code interpreter: code in a fresh interpreter in the sandbox; it interprets nothing itself."""

from pathlib import Path
from typing import Any

from palaver.tools.builtin import interpreting
from palaver.tools.builtin.program_calls import Runner, outcome
from palaver.tools.port import Outcome, Scene, ToolSpec
from palaver.tools.sandbox.port import Program
from palaver.tools.threads import in_thread

_DESCRIPTION = (
    "Runs Python code in a sandbox, in the workspace folder, and shows what it prints and the value of its last "
    "expression. Each call is a fresh interpreter: variables do not stay, files of the workspace do. Matplotlib "
    "figures that are open at the end are saved and shown; files it writes are listed."
)
_NO_PYTHON = "Python cannot be used on this server: no interpreter runs in its sandbox. Set sandbox.python to one."


class Python:
    """Runs code."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._driver = Path(interpreting.__file__).read_text("utf-8")
        self.spec = ToolSpec(
            name="Python",
            description=_DESCRIPTION + ("" if runner.settings.network else " There is no network."),
            parameters={
                "type": "object",
                "properties": {
                    "code": {"type": "string", "minLength": 1, "description": "What to run."},
                    "timeout": runner.timeout_schema(),
                },
                "required": ["code"],
                "additionalProperties": False,
            },
            effect="acts",
            deadline=runner.deadline,
        )

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        chosen, settings = self._runner.chosen, self._runner.settings
        if chosen.sandbox is None:
            return self._runner.refusal("Python")
        if chosen.python is None:
            return Outcome(_NO_PYTHON, ok=False)
        program = Program(
            # -I: nothing of the environment; -B: no compiled copies in the workspace; -u: all it says in its order.
            argv=(chosen.python, "-I", "-B", "-u", "-c", self._driver),
            stdin=arguments["code"].encode("utf-8", "surrogatepass"),
            env={"MPLBACKEND": "Agg"},
            root=await in_thread(lambda _: scene.workspace.make()),
            limits=settings.limits(arguments.get("timeout")),
            network=settings.network,
        )
        return outcome(await self._runner.run(chosen.sandbox, program, scene), always_code=False)
