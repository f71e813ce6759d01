"""What an operator can say about MCP: which servers everybody has, and the bounds of all; nothing is started here."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

from palaver.tools.mcp.definition import NAME, ServerDefinition


class OperatorServer(ServerDefinition):
    """A server that every user has, and what only an operator can say about one."""

    min: int = Field(default=0, ge=0, le=32, description="Instances that are kept running.")
    max: int | None = Field(
        default=None, ge=1, le=32, description="Instances that run at once; left out, what mcp.most_per_server says."
    )
    trust_annotations: bool = Field(
        default=False, description="Whether its word is believed that a tool only reads, and so needs nobody's yes."
    )


class McpSettings(BaseModel):
    """How MCP servers are run and reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    servers: dict[str, OperatorServer] = Field({}, description="The servers that every user has, by name.")
    most_per_server: int = Field(3, ge=1, le=32, description="Instances of one server that run at once.")
    most_per_user: int = Field(12, ge=1, description="Instances of a user's own servers that run at once.")
    most_in_all: int = Field(64, ge=1, description="Instances of all servers that run at once.")
    start_deadline: timedelta = Field(timedelta(seconds=30), description="How long a server may take to start.")
    patience: timedelta = Field(
        timedelta(seconds=10), description="How long a turn waits for a server that starts, before it goes without."
    )
    lend_deadline: timedelta = Field(
        timedelta(seconds=60), description="How long a call waits until an instance is free."
    )
    call_deadline: timedelta = Field(timedelta(seconds=300), description="How long a call of an MCP tool may take.")
    idle: timedelta = Field(timedelta(minutes=10), description="After how long an instance nobody uses is ended.")
    longest_rest: timedelta = Field(
        timedelta(minutes=2), description="The longest pause before a server that failed is tried again; it doubles."
    )
    longest_message: int = Field(8 * 2**20, ge=65_536, description="Bytes that one message of a server may have.")
    most_tools: int = Field(128, ge=1, description="Tools of one server that are offered.")
    longest_schema: int = Field(32_768, ge=1_024, description="Characters that the schema of a tool may have.")
    most_images: int = Field(8, ge=0, description="Images of one result that are kept.")
    allow_user_stdio: bool = Field(
        default=False, description="Whether everybody may define servers that run a program on this machine."
    )
    allow_private: bool = Field(
        default=False, description="Whether users' servers may stand at private addresses, and be asked over http."
    )
    variables: tuple[str, ...] = Field((), description="Environment variables that mcp.servers may name as ${NAME}.")
    user_variables: tuple[str, ...] = Field(
        (), description="Environment variables that every user's servers may name; each user can read them."
    )

    @field_validator("servers")
    @classmethod
    def _names(cls, servers: dict[str, OperatorServer]) -> dict[str, OperatorServer]:
        for name in servers:
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a server: letters, digits, - and _, and no __")
        return servers
