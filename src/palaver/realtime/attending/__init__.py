"""Somebody from the team follows a person's conversation live; what they may see is decided below."""
