"""What tests need from the npm registry, installed once per folder, whoever asks first; it runs none of it."""

import fcntl
import shutil
import subprocess
from pathlib import Path


def installed(folder: Path) -> None:
    """Install what the folder's lock file names, if that has not been done since it changed; one process at a time."""
    stamp, lock = folder / "node_modules" / ".stamp-installed", folder / "package-lock.json"
    with (folder / ".stamp-lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
            return
        npm = shutil.which("npm") or "npm"
        subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
        stamp.touch()
