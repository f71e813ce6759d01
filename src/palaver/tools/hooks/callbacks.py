"""Finds the functions that packages offer as hooks (entry point group `palaver.hooks`); it calls none of them."""

import logging
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points

from palaver.tools.hooks.port import Callback

GROUP = "palaver.hooks"

_log = logging.getLogger(__name__)


def installed(names: Iterable[str], found: Iterable[EntryPoint] | None = None) -> Mapping[str, Callback]:
    """Those of the named functions that can be imported; what cannot is logged, and left out."""
    if not (wanted := sorted(set(names))):
        return {}
    offered = {point.name: point for point in (entry_points(group=GROUP) if found is None else found)}
    callbacks: dict[str, Callback] = {}
    for name in wanted:
        if name not in offered:
            _log.error("The hook %s is configured and not installed.", name)
            continue
        try:
            loaded = offered[name].load()
        except Exception:  # noqa: BLE001 - importing a package runs its code, which may raise anything
            _log.exception("The hook %s cannot be imported.", name)
            continue
        if callable(loaded):
            callbacks[name] = loaded
        else:
            _log.error("The hook %s is not a function.", name)
    return callbacks
