"""What an operator may set about programs that agents run; which sandbox can run here is found out elsewhere."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from palaver.tools.sandbox.port import Limits

Kind = Literal["auto", "bubblewrap", "fresh_user", "unsafe"]

MIB = 2**20


class SandboxSettings(BaseModel):
    """Where programs run, and how much they may use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = Field(
        "auto",
        description="How programs are kept apart: bubblewrap, fresh_user (needs a server run by root), unsafe "
        "(not at all), or auto for the best that works here.",
    )
    allow_unsafe: bool = Field(
        False,
        description="Whether programs may run with all rights of the server where nothing better works: only where "
        "everybody who may ask is trusted with the whole machine.",
    )
    network: bool = Field(
        False,
        description="Whether programs reach the network: the host's own, with its loopback and all its neighbours.",
    )
    python: Path | None = Field(
        None, description="The Python that runs code, with the packages code may use; left out, Palaver's own."
    )
    seconds: float = Field(120.0, gt=0, description="Seconds a program may take when the model says nothing of it.")
    most_seconds: float = Field(590.0, gt=0, description="Most seconds that a model may give a program.")
    cpu_seconds: int = Field(300, ge=1, description="Seconds of CPU that each process of a program may use.")
    memory_bytes: int = Field(1024 * MIB, ge=32 * MIB, description="Memory of a program with all its processes.")
    processes: int = Field(128, ge=4, description="Processes and threads that a program may have at once.")
    file_bytes: int = Field(256 * MIB, ge=1, description="Bytes of each file that a program writes.")
    output_bytes: int = Field(4 * MIB, ge=1024, description="Bytes a program may say before it is stopped.")
    workspace_bytes: int = Field(
        1024 * MIB,
        ge=1,
        description="Bytes of all files of a workspace, at which a program that adds to it is stopped.",
    )
    workspace_files: int = Field(
        50_000, ge=1, description="Files of a workspace, at which a program that adds to them is stopped."
    )
    temporary_bytes: int = Field(
        128 * MIB, ge=MIB, description="Bytes of the temporary files of a program, which are kept in memory."
    )

    def limits(self, seconds: float | None = None) -> Limits:
        """What one program may use; `seconds` is what was asked for."""
        return Limits(
            seconds=min(seconds or self.seconds, self.most_seconds),
            cpu_seconds=self.cpu_seconds,
            memory_bytes=self.memory_bytes,
            processes=self.processes,
            file_bytes=self.file_bytes,
            output_bytes=self.output_bytes,
            workspace_bytes=self.workspace_bytes,
            workspace_files=self.workspace_files,
            temporary_bytes=self.temporary_bytes,
        )
