"""Tells people's own servers what happens in their sessions: signed, in order, and again until it is heard."""
