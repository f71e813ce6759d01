"""One definition of a method for both kinds of clients: it makes a script; how that is run, the kind says."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from functools import update_wrapper
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from palaver_client.patience import Patience
from palaver_client.scripts import Part, Request, Script, Tell, Telling, fetched, get, given, pages, whole

P = ParamSpec("P")
T = TypeVar("T")


class Sync:
    """Of clients whose methods return when they are done."""


class Async:
    """Of clients whose methods are awaited."""


Mode = TypeVar("Mode")


class Runner(Protocol):
    """Runs scripts, in the way of its kind."""

    def asked(self, script: Script[Any]) -> Any:
        """What a script gives at its end."""
        ...

    def told(self, script: Telling[Any]) -> Any:
        """What a script tells, one after another."""
        ...


class Resource(Generic[Mode]):
    """Something of the API, with methods that are `asked` or `told`."""

    def __init__(self, runner: Runner, patience: Patience) -> None:
        self._runner = runner
        self._patience = patience

    def _run(self, script: Script[Any]) -> Any:
        return self._runner.asked(script)

    def _tell(self, script: Telling[Any]) -> Any:
        return self._runner.told(script)

    def _get(self, path: str, /, **query: Any) -> Script[Any]:
        return whole(get(path, **query), self._patience)

    def _post(self, path: str, body: Any = None, /, **query: Any) -> Script[Any]:
        return whole(Request("POST", path, given(query), body), self._patience)

    def _put(self, path: str, body: Any) -> Script[Any]:
        return whole(Request("PUT", path, json=body), self._patience)

    def _patch(self, path: str, body: Any) -> Script[Any]:
        return whole(Request("PATCH", path, json=body), self._patience)

    def _delete(self, path: str, /, **query: Any) -> Script[Any]:
        return whole(Request("DELETE", path, given(query)), self._patience)

    def _pages(self, path: str, /, **query: Any) -> Telling[Any]:
        return pages(path, self._patience, **query)

    def _bytes(self, path: str, start: int = 0, /, **query: Any) -> Telling[bytes]:
        return fetched(Part(get(path, **query), start), self._patience, Tell)


class Closing:
    """Something to be used in `with`."""

    def close(self) -> None:
        """Let go of what it holds."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncClosing:
    """Something to be used in `async with`."""

    async def close(self) -> None:
        """Let go of what it holds."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()


class asked(Generic[P, T]):  # noqa: N801 - a decorator
    """A method that gives one thing."""

    def __init__(self, script: Callable[Concatenate[Any, P], Script[T]]) -> None:
        self._script = script
        self.__doc__ = script.__doc__

    @overload
    def __get__(self, at: None, owner: type) -> "asked[P, T]": ...
    @overload
    def __get__(self, at: Resource[Sync], owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, at: Resource[Async], owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, at: Any, owner: type) -> Any:
        return self if at is None else _bound(self._script, at, at._run)  # noqa: SLF001 - of its own class


class told(Generic[P, T]):  # noqa: N801 - a decorator
    """A method that gives one thing after another; `close`, or `aclose`, lets go of the line before the end."""

    def __init__(self, script: Callable[Concatenate[Any, P], Telling[T]]) -> None:
        self._script = script
        self.__doc__ = script.__doc__

    @overload
    def __get__(self, at: None, owner: type) -> "told[P, T]": ...
    @overload
    def __get__(self, at: Resource[Sync], owner: type) -> Callable[P, Generator[T, None, None]]: ...
    @overload
    def __get__(self, at: Resource[Async], owner: type) -> Callable[P, AsyncGenerator[T, None]]: ...
    def __get__(self, at: Any, owner: type) -> Any:
        return self if at is None else _bound(self._script, at, at._tell)  # noqa: SLF001 - of its own class


def _bound(script: Callable[..., Any], at: Any, run: Callable[[Any], Any]) -> Callable[..., Any]:
    def method(*given: Any, **named: Any) -> Any:
        return run(script(at, *given, **named))

    return update_wrapper(method, script)
