"""What a program in a sandbox finds around its workspace: folders of the host to read, made files, its environment.

It looks at which of them are there, and changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WORKSPACE = "/workspace"
USER = "agent"

_SEARCHED = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
_TOP = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")  # links into /usr today, folders of their own before
# Of /etc, what programs cannot do without, and nothing that tells of people or holds a secret.
_ETC = (
    "alternatives", "ca-certificates", "crypto-policies", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
    "localtime", "magic", "mime.types", "pki/ca-trust", "pki/tls/certs", "ssl/certs", "ssl/openssl.cnf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Folders and files of the host to show under their own names, links to make, and files with their text."""

    shown: tuple[Path, ...]
    links: Mapping[str, str]
    files: Mapping[str, str]


def surroundings(*, user: int, network: bool, prefixes: Sequence[Path] = ()) -> Surroundings:
    """What is shown to a program of this user; `prefixes` are folders of an interpreter that lies elsewhere."""
    top = [Path("/") / name for name in _TOP]
    shown = [Path("/usr"), *(path for path in top if path.is_dir() and not path.is_symlink())]
    shown += [path for name in _ETC if (path := Path("/etc") / name).exists()]
    shown += [prefix for prefix in prefixes if not any(prefix.is_relative_to(seen) for seen in shown)]
    links = {str(path): str(path.readlink()) for path in top if path.is_symlink()}
    return Surroundings(tuple(shown), links, _files(user, network=network))


def environment(said: Mapping[str, str], home: str) -> dict[str, str]:
    """The whole environment of a program: nothing of the server's."""
    return {
        "PATH": _SEARCHED,
        "HOME": home,
        "TMPDIR": home,
        "USER": USER,
        "LOGNAME": USER,
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        **said,
    }


def _files(user: int, *, network: bool) -> dict[str, str]:
    files = {
        "/etc/passwd": f"root:x:0:0::/:/usr/sbin/nologin\n{USER}:x:{user}:{user}::/tmp:/bin/bash\n",
        "/etc/group": f"root:x:0:\n{USER}:x:{user}:\n",
        "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    }
    resolver = Path("/etc/resolv.conf")
    if network and resolver.is_file():
        files["/etc/resolv.conf"] = resolver.read_text("utf-8", "replace")
    return files
