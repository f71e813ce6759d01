"""The tools of a request as JSON, encoded once for as long as the same tools are offered; it calls none."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec

from palaver.inference.port import ToolSpec

# lists of tools; a server's agents rarely have more at once
MOST = 64


class OfferedTools:
    """Keeps the newest encoded lists. The parameters of a tool are known by identity: nobody may change them."""

    def __init__(self, row: Callable[[ToolSpec], dict[str, Any]], last: dict[str, Any] | None = None) -> None:
        self._row = row
        self._last = last  # what the last tool of a list has besides
        self._kept: OrderedDict[tuple[Any, ...], tuple[tuple[ToolSpec, ...], msgspec.Raw]] = OrderedDict()
        self._newest: tuple[tuple[ToolSpec, ...], msgspec.Raw] = ((), msgspec.Raw(b"[]"))

    def of(self, tools: tuple[ToolSpec, ...]) -> msgspec.Raw:
        """The list as the vendor is told it."""
        if tools is not self._newest[0]:  # most turns are offered the very same tuple as the one before
            self._newest = (tools, self._encoded(tools))
        return self._newest[1]

    def _encoded(self, tools: tuple[ToolSpec, ...]) -> msgspec.Raw:
        key = tuple((tool.name, tool.description, id(tool.parameters)) for tool in tools)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept[1]
        rows = [self._row(tool) for tool in tools]
        if rows and self._last:
            rows[-1] |= self._last
        made = msgspec.Raw(msgspec.json.encode(rows))
        self._kept[key] = (tools, made)  # the tools are kept as well, so that no other parameters get their identity
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return made
