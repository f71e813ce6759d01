"""Publish and subscribe between the parts of one server, or of many; it keeps nothing."""
