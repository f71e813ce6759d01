"""Files of sessions: workspaces, and what of them may be reached from outside."""
