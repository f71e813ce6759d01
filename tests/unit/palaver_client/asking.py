"""What methods of the client would ask, without asking: each script is begun and its first request is kept."""

import inspect
import io
from collections.abc import Iterator
from typing import Any

from palaver_client import Palaver
from palaver_client.modes import Resource, asked, told
from palaver_client.scripts import Do, Request, Script, Send

# Methods for what has no method of its own.
ANYTHING = ("client.request", "client.items", "client.pieces")


class Noted(Exception):
    """The request that would be sent."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.method, request.path)
        self.request = request


class Noting:
    """Runs scripts to their first request."""

    def asked(self, script: Script[Any]) -> Any:
        wanted = next(script)
        while isinstance(wanted, Do):
            wanted = script.send(wanted.work())
        assert isinstance(wanted, Send)
        script.close()
        raise Noted(wanted.request)

    told = asked


def methods() -> Iterator[tuple[str, Request]]:
    """Every method of the client and of its parts, by its name, and what it asks."""
    with Palaver() as client:
        client._runner = Noting()
        for name, part in parts(client, "client"):
            part._runner = client._runner
            for found, kind in inspect.getmembers_static(type(part)):
                if isinstance(kind, asked | told) and f"{name}.{found}" not in ANYTHING:
                    yield f"{name}.{found}", _request(getattr(part, found), kind)


def parts(of: Resource[Any], name: str) -> Iterator[tuple[str, Resource[Any]]]:
    """A client, what it is made of, and what that is made of."""
    yield name, of
    for found, part in vars(of).items():
        if isinstance(part, Resource):
            yield from parts(part, f"{name}.{found}")


def _request(method: Any, kind: Any) -> Request:
    given = {
        name: _given(name, parameter.annotation)
        for name, parameter in list(inspect.signature(kind._script).parameters.items())[1:]
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
    }
    try:
        method(**given)
    except Noted as noted:
        return noted.request
    raise AssertionError(f"{method} asks nothing")


def _given(name: str, annotation: Any) -> Any:
    """Something for a parameter: its own name, where that can be."""
    if name == "source":
        return b"content"
    return io.BytesIO() if name == "to" and annotation is not str else name
