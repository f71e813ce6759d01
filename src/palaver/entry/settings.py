"""The settings of the whole house, read once from the environment and one TOML file; nothing else reads either.

What a single setting means is said by the feature that has it. The environment wins over the file.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from palaver.agents.settings import AgentSettings
from palaver.bus.settings import BusSettings
from palaver.care.culture.reading import problems_of as problems_of_packs
from palaver.care.models.encoder import ENCODER_LACKS, encoder_folder
from palaver.care.resources.reading import problems_of
from palaver.care.settings import CareSettings
from palaver.context.memory.settings import MemorySettings
from palaver.context.settings import ContextSettings
from palaver.entry.layers import Layer, Source, Values, from_environment, from_file, holds, overlay, variable_of
from palaver.entry.network import NetworkSettings
from palaver.files.s3_settings import S3_LACKS
from palaver.files.settings import FileSettings
from palaver.identity.budgets.settings import BudgetSettings
from palaver.identity.letters.settings import MailSettings
from palaver.identity.limits.settings import LimitSettings
from palaver.identity.settings import IdentitySettings
from palaver.inference.settings import InferenceSettings, ProviderSettings
from palaver.inference.wellknown import configured, key_variables
from palaver.kit.sealed import Sealed
from palaver.observability.logs import LogStyle
from palaver.observability.settings import ObservabilitySettings
from palaver.privacy.audit.settings import AuditSettings
from palaver.privacy.keys.settings import SecretSettings
from palaver.realtime.settings import RealtimeSettings
from palaver.realtime.socket_settings import SocketSettings
from palaver.runs.settings import RunSettings
from palaver.sessions.settings import SessionSettings
from palaver.tools.builtin.web_settings import WebSettings
from palaver.tools.hooks.settings import HookSettings
from palaver.tools.mcp.settings import McpSettings
from palaver.tools.sandbox.settings import SandboxSettings
from palaver.tools.settings import ToolSettings
from palaver.webhooks.settings import WebhookSettings

SQLITE = "sqlite:///"
IN_MEMORY = "memory://"
DATABASE_FILE = "palaver.db"

# What programs need to run at all.
HANDED_ON = ("PATH", "LANG", "TZ")

# These say where the file is, so the file cannot say them.
PLACES = ("home", "config")


class Settings(BaseModel):
    """Everything an operator can set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(
        Path(".palaver"), validate_default=True, description="The folder for the database, files and keys."
    )
    config: Path | None = Field(
        None, description="The TOML file with settings; left out, palaver.toml in the home, where there is one."
    )
    host: str = Field("127.0.0.1", min_length=1, description="The address that is listened on.")
    port: int = Field(8321, ge=0, le=65535, description="The port that is listened on; 0 takes a free one.")
    database_url: str | None = Field(
        None, description="The database, as sqlite:///PATH; left out, a SQLite file in the home."
    )
    bus_url: str = Field(IN_MEMORY, description="Where news travels between parts: memory://, within this process.")
    log: LogStyle = Field("text", description="How log lines look: text for people, json for machines.")
    url: str | None = Field(
        None, description="The server that `palaver chat` and `palaver models` ask; left out, the one of this home."
    )
    key: SecretStr | None = Field(None, description="The API key with which `palaver chat` and `palaver models` ask.")

    network: NetworkSettings = NetworkSettings.model_validate({})
    identity: IdentitySettings = IdentitySettings.model_validate({})
    limits: LimitSettings = LimitSettings.model_validate({})
    budgets: BudgetSettings = BudgetSettings.model_validate({})
    audit: AuditSettings = AuditSettings.model_validate({})
    mail: MailSettings = MailSettings.model_validate({})
    secrets: SecretSettings = SecretSettings.model_validate({})
    inference: InferenceSettings = InferenceSettings.model_validate({})
    providers: dict[str, ProviderSettings] = Field({}, description="The servers that answer for models, by name.")
    sessions: SessionSettings = SessionSettings.model_validate({})
    runs: RunSettings = RunSettings.model_validate({})
    context: ContextSettings = ContextSettings.model_validate({})
    memory: MemorySettings = MemorySettings.model_validate({})
    care: CareSettings = CareSettings.model_validate({})
    tools: ToolSettings = ToolSettings.model_validate({})
    sandbox: SandboxSettings = SandboxSettings.model_validate({})
    web: WebSettings = WebSettings.model_validate({})
    hooks: HookSettings = HookSettings.model_validate({})
    webhooks: WebhookSettings = WebhookSettings.model_validate({})
    mcp: McpSettings = McpSettings.model_validate({})
    agents: AgentSettings = AgentSettings.model_validate({})
    files: FileSettings = FileSettings.model_validate({})
    realtime: RealtimeSettings = RealtimeSettings.model_validate({})
    sockets: SocketSettings = SocketSettings.model_validate({})
    bus: BusSettings = BusSettings.model_validate({})
    observability: ObservabilitySettings = ObservabilitySettings.model_validate({})

    @field_validator("home", "config")
    @classmethod
    def _whole(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @field_validator("database_url")
    @classmethod
    def _engine(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(SQLITE):
            raise ValueError(f"This version keeps its data in SQLite: write {SQLITE}PATH, or leave it out.")
        return url

    @field_validator("bus_url")
    @classmethod
    def _carrier(cls, url: str) -> str:
        if url != IN_MEMORY:
            raise ValueError(f"This version runs in one process: write {IN_MEMORY}, or leave it out.")
        return url

    @model_validator(mode="after")
    def _letters_lead_somewhere(self) -> "Settings":
        # What a request says of the server's name is not written into letters: it would lead people to whoever said it.
        if self.mail.host is not None and self.network.public_url is None:
            raise ValueError("Letters need network.public_url, with which their links begin.")
        return self

    @property
    def database_path(self) -> Path:
        """The file of the database."""
        if self.database_url is None:
            return self.home / DATABASE_FILE
        return Path(self.database_url.removeprefix(SQLITE)).expanduser().absolute()


class SettingsRefused(Exception):
    """The settings cannot be used; `problems` says why, a line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and where each came from; `providers` are whole, with the well-known ones whose key is there.

    `environment` is what programs that we start may see of ours: a few usual names, and those that settings name.
    """

    settings: Settings
    file: Path | None
    from_file: Values
    from_environment: Values
    providers: Mapping[str, ProviderSettings]
    environment: Mapping[str, str]

    def source(self, path: tuple[str, ...]) -> Source:
        """Who said the value at this place in the tree."""
        if holds(self.from_environment, path):
            return "environment"
        return "file" if holds(self.from_file, path) else "default"


def load_settings(environment: Mapping[str, str] | None = None) -> Loaded:
    """Read everything, or raise `SettingsRefused` with all that is wrong at once."""
    environment = os.environ if environment is None else environment
    said = from_environment(Settings, environment)
    file = _file(said.values)
    written = _read(file) if file else Layer({})
    problems = said.problems + written.problems
    try:
        settings = Settings.model_validate(overlay(written.values, said.values))
    except ValidationError as error:
        problems += tuple(_sentence(problem, said.values, file) for problem in error.errors(include_url=False))
        raise SettingsRefused(problems) from None
    settings, unset = _with_secrets(settings, environment)
    problems += unset
    if settings.files.s3.bucket and find_spec("boto3") is None:
        problems += (S3_LACKS,)
    if settings.care.encoder == "on" and encoder_folder() is None:
        problems += (ENCODER_LACKS,)
    problems += problems_of(settings.care.resources_file) + problems_of_packs(settings.care.culture.packs)
    if problems:
        raise SettingsRefused(problems)
    seen = {*HANDED_ON, *settings.mcp.variables, *settings.mcp.user_variables}
    handed = {name: environment[name] for name in seen if name in environment}
    return Loaded(settings, file, written.values, said.values, _providers(settings, environment), handed)


def _with_secrets(settings: Settings, environment: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """The settings with the secrets that they name variables for, and what is wrong with those."""
    issuers, problems = dict(settings.identity.oidc), list[str]()
    for name, one in settings.identity.oidc.items():
        if one.client_secret_env is None:
            continue
        if not (secret := environment.get(one.client_secret_env)):
            problems.append(f"identity.oidc.{name}.client_secret_env: {one.client_secret_env} is not set.")
        else:
            issuers[name] = one.model_copy(update={"client_secret": Sealed(secret)})
    identity = settings.identity.model_copy(update={"oidc": issuers})
    return settings.model_copy(update={"identity": identity}), tuple(problems)


def _file(said: Values) -> Path | None:
    """The file to read: the one that is named, which must then be there, or the home's, which may."""
    if named := said.get("config"):
        return Path(named).expanduser().absolute()
    default = Path(said.get("home", Settings.model_fields["home"].default)).expanduser().absolute() / "palaver.toml"
    return default if default.is_file() else None


def _read(file: Path) -> Layer:
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        return Layer({}, (f"{file} cannot be read: {error.strerror}.",))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Layer({}, (f"{file} is not TOML: {error}.",))
    misplaced = [name for name in PLACES if content.pop(name, None) is not None]
    layer = from_file(Settings, content, str(file))
    return Layer(
        layer.values,
        (*(f"{file}: {name} can be set by {variable_of((name,))} only." for name in misplaced), *layer.problems),
    )


def _sentence(problem: Any, said: Values, file: Path | None) -> str:
    path = tuple(str(part) for part in problem["loc"])
    where = variable_of(path) if holds(said, path[:2]) else f"{file}: {'.'.join(path)}"
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}"


def _providers(settings: Settings, environment: Mapping[str, str]) -> Mapping[str, ProviderSettings]:
    keys = {name: environment[name] for name in key_variables(settings.providers) if environment.get(name)}
    try:
        return configured(settings.providers, keys)
    except ValueError as error:
        raise SettingsRefused((str(error),)) from None
