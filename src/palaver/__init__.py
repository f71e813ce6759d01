"""Palaver: a self-hosted conversation server. This package only says which version it is."""

__version__ = "0.1.0"
