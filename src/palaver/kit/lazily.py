"""Modules that are loaded when something of them is used first; which those are, and why, their users say."""

from importlib import import_module
from typing import Any


class Lazily:
    """Stands for a module whose memory only those pay who use it: `jwt = Lazily("jwt")`."""

    def __init__(self, name: str) -> None:
        self._module = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(import_module(self._module), name)
        setattr(self, name, found)  # so that this is asked once
        return found
