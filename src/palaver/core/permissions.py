"""How freely an agent may act, in the words of the contract; what a mode means for a call is `tools.policy`'s."""

from typing import Literal

# default asks for what changes anything, acceptEdits not for files of the workspace, plan only reads,
# dontAsk refuses what would ask, bypassPermissions asks for nothing.
PermissionMode = Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"]
