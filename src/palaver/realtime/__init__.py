"""Doors through which events leave as they happen; what happens is decided below."""
