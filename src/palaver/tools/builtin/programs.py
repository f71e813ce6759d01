"""The tools that run programs, and whether agents are offered them; how a program is kept apart is `sandbox`'s."""

from palaver.tools.builtin.bash import Bash
from palaver.tools.builtin.program_calls import Runner
from palaver.tools.builtin.python import Python
from palaver.tools.port import Tool
from palaver.tools.sandbox.choosing import Chosen
from palaver.tools.sandbox.settings import SandboxSettings


def programs(chosen: Chosen, settings: SandboxSettings) -> list[Tool]:
    """Both tools; one that cannot run here refuses, and says what an operator can do."""
    runner = Runner(chosen, settings)
    return [Bash(runner), Python(runner)]


def withheld(chosen: Chosen) -> frozenset[str]:
    """The names of those that refuse, and so are not to be offered."""
    if chosen.sandbox is None:
        return frozenset({"Bash", "Python"})
    return frozenset() if chosen.python else frozenset({"Python"})
