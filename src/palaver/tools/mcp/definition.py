"""What an MCP server is, as a person or an operator writes it down, checked in form; nothing is started or asked."""

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from palaver.core.errors import Forbidden, Invalid
from palaver.kit.http import AddressRefused, Guard
from palaver.kit.sealed import Sealed

Transport = Literal["stdio", "http", "sse"]

NAME = re.compile(r"(?!.*__)[a-zA-Z0-9_-]{1,64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_SPELLINGS = {"streamable-http": "http", "streamable_http": "http", "streamableHttp": "http"}
# the connection's own business, and the protocol's
_OWN_HEADERS = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "accept",
    "accept-encoding",
    "content-type",
}
LONGEST = 4096
ONLY_ADMINS = "Only administrators may define MCP servers that run a program on this machine."


class OAuth(BaseModel):
    """How a remote server is told who we are, where it wants OAuth; without a client id we register ourselves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grant: Literal["authorization_code", "client_credentials"] = Field(
        default="authorization_code", description="Whether a person signs in, or this server does with a secret."
    )
    client_id: str | None = Field(default=None, min_length=1, max_length=LONGEST, description="The registered client.")
    client_secret: Sealed[str] | None = Field(default=None, description="The registered client's secret.")
    scope: str | None = Field(default=None, max_length=LONGEST, description="What is asked for, with spaces between.")
    issuer: str | None = Field(
        default=None, max_length=LONGEST, description="The authorization server that may see the client's secret."
    )

    @model_validator(mode="after")
    def _whole(self) -> "OAuth":
        if self.grant == "client_credentials" and not (self.client_id and self.client_secret and self.issuer):
            raise ValueError("client_credentials needs client_id, client_secret and issuer")
        if self.client_secret and not self.client_id:
            raise ValueError("a client_secret needs its client_id")
        return self


class ServerDefinition(BaseModel):
    """One MCP server: a program that is run here (stdio), or an address that is asked (http, sse)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Transport = Field(default="stdio", description="How it is spoken to: stdio, http (streamable) or sse.")
    command: str | None = Field(default=None, max_length=LONGEST, description="The program; no shell reads it.")
    args: tuple[str, ...] = Field(default=(), max_length=256, description="The program's arguments, one by one.")
    env: dict[str, Sealed[str]] = Field(
        default_factory=dict, max_length=128, description="The program's environment, beside PATH, HOME and LANG."
    )
    cwd: str | None = Field(default=None, max_length=LONGEST, description="The folder in which the program starts.")
    url: str | None = Field(default=None, max_length=LONGEST, description="The server's address.")
    headers: dict[str, Sealed[str]] = Field(
        default_factory=dict, max_length=64, description="Headers that are sent with every request."
    )
    oauth: OAuth | None = Field(default=None, description="How to sign in, where the server wants OAuth.")

    @model_validator(mode="before")
    @classmethod
    def _typed(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        given: dict[str, Any] = dict(said)  # pyright: ignore[reportUnknownArgumentType]
        kind = given.get("type") or ("http" if given.get("url") else "stdio")
        return {**given, "type": _SPELLINGS.get(kind, kind) if isinstance(kind, str) else kind}

    @field_validator("command", "cwd")
    @classmethod
    def _plain(cls, text: str | None) -> str | None:
        if text is not None and (not text.strip() or not _printable(text)):
            raise ValueError("write a name or a path, without control characters")
        return text

    @field_validator("args")
    @classmethod
    def _arguments(cls, args: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(arg) > 32_768 or "\0" in arg for arg in args):
            raise ValueError("an argument is too long, or has a NUL in it")
        return args

    @field_validator("env")
    @classmethod
    def _variables(cls, env: dict[str, Sealed[str]]) -> dict[str, Sealed[str]]:
        for name, value in env.items():
            if not _VARIABLE.fullmatch(name):
                raise ValueError(f"{name[:64]!r} cannot be the name of a variable")
            if len(value) > 32_768 or "\0" in value.reveal():
                raise ValueError(f"the value of {name} is too long, or has a NUL in it")
        return env

    @field_validator("headers")
    @classmethod
    def _headers(cls, headers: dict[str, Sealed[str]]) -> dict[str, Sealed[str]]:
        for name, value in headers.items():
            low = name.lower()
            if not _HEADER.fullmatch(name) or low in _OWN_HEADERS or low.startswith("mcp-"):
                raise ValueError(f"{name[:64]!r} cannot be set as a header")
            if len(value) > 16_384 or not _printable(value.reveal()):
                raise ValueError(f"the value of {name} is too long, or has a line break in it")
        return headers

    @model_validator(mode="after")
    def _fitting(self) -> "ServerDefinition":
        if self.type == "stdio":
            _stdio(self)
        elif not self.url:
            raise ValueError(f"a server of type {self.type} needs its url")
        elif self.command or self.args or self.env or self.cwd:
            raise ValueError(f"a server of type {self.type} has no command, args, env or cwd")
        return self


def named(name: str) -> str:
    """The name, if it can be one: it becomes part of the names of tools."""
    if not NAME.fullmatch(name):
        raise Invalid(f"{name[:80]!r} cannot name an MCP server: 1 to 64 letters, digits, - and _, and no __.")
    return name


def admit(definition: ServerDefinition, *, stdio: bool, guard: Guard) -> None:
    """Raise unless this may be defined: programs only where `stdio` says so, addresses only that the guard follows.

    A name in an address is looked at once more when it is resolved.
    """
    if definition.type == "stdio":
        if not stdio:
            raise Forbidden(ONLY_ADMINS)
        return
    if "${" in (definition.url or ""):  # known only when it is used, and checked then
        return
    try:
        guard.checked(definition.url or "")
    except AddressRefused as error:
        raise Invalid(f"url: {error}") from error


def guard(*, private: bool) -> Guard:
    """The guard of these addresses: where private ones are allowed, so is http."""
    return Guard(schemes=frozenset({"http", "https"}) if private else frozenset({"https"}), private=private)


def _stdio(definition: ServerDefinition) -> None:
    if not definition.command:
        raise ValueError("a server of type stdio needs its command")
    if definition.cwd and not definition.cwd.startswith(("/", "${")):
        raise ValueError("cwd is a whole path, from the root")
    if definition.url or definition.headers or definition.oauth:
        raise ValueError("a server of type stdio has no url, headers or oauth")
    if re.search(r"[;&|<>`\n]|\$\(", definition.command) or (" " in definition.command and not definition.args):
        raise ValueError("command is one program, not a line for a shell; its arguments stand in args")


def _printable(text: str) -> bool:
    return not any(ord(letter) < 32 or ord(letter) == 127 for letter in text)
