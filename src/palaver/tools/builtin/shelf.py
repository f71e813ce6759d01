"""The shipped tools that need nothing but the workspace and the person; those with more needs are added in `entry`."""

from palaver.tools.builtin.change import CHANGING
from palaver.tools.builtin.grep import GREP
from palaver.tools.builtin.listing import LISTING
from palaver.tools.builtin.notes import NOTES
from palaver.tools.builtin.read import read_tool
from palaver.tools.port import Tool
from palaver.tools.settings import ToolSettings


def plain_tools(settings: ToolSettings) -> tuple[Tool, ...]:
    """Read, Write, Edit, MultiEdit, LS, Glob, Grep, TodoWrite, AskUserQuestion and Task."""
    return (read_tool(settings), *CHANGING, *LISTING, GREP, *NOTES)
