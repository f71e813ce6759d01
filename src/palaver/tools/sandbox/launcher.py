"""A program of its own, started with root's rights, that goes apart, gives them up and becomes what was asked for.

It imports nothing of Palaver. Its only argument is an order, as JSON; see `Order` in `fresh_user.py` for its fields.
SIGTERM ends everything that came of it.
"""

import base64
import ctypes
import json
import os
import resource
import shutil
import signal
import struct
import sys
from pathlib import Path
from typing import Any, NoReturn

_NEW_MOUNT = 0x00020000
_NEW = {"uts": 0x04000000, "ipc": 0x08000000, "pid": 0x20000000, "net": 0x40000000}
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_PDEATHSIG, _SECCOMP, _SUBREAPER, _NO_NEW_PRIVS = 1, 22, 36, 38
_DETACH = 2
_BASE = "/tmp"  # noqa: S108 - where the new root is put together, in a mount namespace of our own
_DEVICES = ("null", "zero", "full", "random", "urandom")

_libc = ctypes.CDLL(None, use_errno=True)


class _Told(Exception):
    """SIGTERM came."""


def main() -> None:
    """Do what the order says; the exit code is the program's, or 125 where it could not be started."""
    order: dict[str, Any] = json.loads(sys.argv[1])
    signal.signal(signal.SIGTERM, _on_term)
    try:
        _prctl(_PDEATHSIG, signal.SIGTERM)
        _prctl(_SUBREAPER, 1)
        code = _first(order)
    except _Told:
        code = 128 + signal.SIGTERM
    except OSError as error:
        sys.stderr.write(f"The sandbox could not be set up: {error}\n")
        code = 125
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # A namespace ends with its first process; only without one, what is left is known by its user alone.
        _sweep(None if order["apart"] else order["user"])
        if order["folder"]:
            shutil.rmtree(order["folder"], ignore_errors=True)
    os._exit(code)


def _first(order: dict[str, Any]) -> int:
    """Start the program, or the first process of its own namespace, and wait for it."""
    if order["apart"]:
        flags = [flag for kind, flag in _NEW.items() if kind != "net" or not order["network"]]
        _check(_libc.unshare(sum(flags)))
    return _wait(_fork(lambda: _init(order) if order["apart"] else _become(order)))


def _init(order: dict[str, Any]) -> NoReturn:
    """The first process of the namespace: with its end, the kernel ends all others in it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _prctl(_PDEATHSIG, signal.SIGKILL)
    _new_root(order)
    os._exit(_wait(_fork(lambda: _become(order))))


def _become(order: dict[str, Any]) -> NoReturn:
    """Give up every right, and be the program."""
    for number in (signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ):  # the last two are ignored by every Python
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    os.nice(10)
    Path("/proc/self/oom_score_adj").write_bytes(
        b"1000"
    )  # our interpreter may be out of sight: nothing more is imported
    os.chdir(order["inside"])
    for name, most in order["limits"].items():
        resource.setrlimit(getattr(resource, name), (most, most))
    if order["user"] is not None:
        os.setgroups([])
        os.setresgid(order["user"], order["user"], order["user"])
        os.setresuid(order["user"], order["user"], order["user"])
    _prctl(_NO_NEW_PRIVS, 1)
    if order["filter"]:
        _load(base64.b64decode(order["filter"]))
    try:
        os.execvpe(order["argv"][0], order["argv"], order["env"])  # noqa: S606 - what this is for
    except OSError as error:
        os.write(2, f"{order['argv'][0]}: {error.strerror}\n".encode())
        os._exit(127)


def _new_root(order: dict[str, Any]) -> None:
    # Not before: who shares it is moved to the new root too, and would no longer see the processes of the host.
    _check(_libc.unshare(_NEW_MOUNT))
    _mount("none", "/", None, _REC | _PRIVATE)
    # Opened before anything is covered, and in this namespace: what is open from another one cannot be bound here.
    paths = [order["root"], *order["shown"], *order["lent"].values()]
    sources = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in paths}
    _mount("tmpfs", _BASE, "tmpfs", _NOSUID | _NODEV, data="mode=755,size=1m")
    for path, flags in (("/tmp", 0), ("/dev/shm", _NOEXEC)):  # noqa: S108
        Path(_BASE + path).mkdir(parents=True, exist_ok=True)
        _mount("tmpfs", _BASE + path, "tmpfs", _NOSUID | _NODEV | flags, data=f"mode=1777,size={order['temporary']}")
    for path in order["shown"]:
        _show(sources[path], _BASE + path, _RDONLY)
    for path in order["hidden"]:
        if Path(_BASE + path).is_dir():
            _mount("tmpfs", _BASE + path, "tmpfs", _RDONLY)
    _show(sources[order["root"]], _BASE + order["inside"], 0)
    for place, path in order["lent"].items():
        _show(sources[path], _BASE + place, _RDONLY)
    for path, target in order["links"].items():
        Path(_BASE + path).symlink_to(target)
    for path, text in order["files"].items():
        _put(_BASE + path, text)
    for name in _DEVICES:
        _show(os.open(f"/dev/{name}", os.O_PATH | os.O_CLOEXEC), f"{_BASE}/dev/{name}", None)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        Path(f"{_BASE}/dev/{name}").symlink_to(f"/proc/self/{target}")
    Path(f"{_BASE}/proc").mkdir()
    _mount("proc", f"{_BASE}/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    Path(f"{_BASE}/.host").mkdir()
    os.chdir(_BASE)
    _check(_libc.syscall(ctypes.c_long(_pivot_root()), b".", b".host"))
    os.chdir("/")
    _check(_libc.umount2(b"/.host", _DETACH))
    Path("/.host").rmdir()
    _mount("none", "/", None, _REMOUNT | _RDONLY | _NOSUID | _NODEV)


def _show(source: int, place: str, flags: int | None) -> None:
    """Bind something that is open to a place, which is made; without flags, devices in it work."""
    if Path(f"/proc/self/fd/{source}").is_dir():
        Path(place).mkdir(parents=True, exist_ok=True)
    else:
        _put(place, "")
    _mount(f"/proc/self/fd/{source}", place, None, _BIND)
    extra = _NOSUID if flags is None else flags | _NOSUID | _NODEV
    _mount("none", place, None, _REMOUNT | _BIND | extra)
    os.close(source)


def _put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, "utf-8")


def _fork(body: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        body()
    except BaseException as error:  # noqa: BLE001 - it must never go on as its parent does
        os.write(2, f"The sandbox could not be set up: {error}\n".encode())
    finally:
        os._exit(125)


def _wait(pid: int) -> int:
    """Wait for a child, for orphans too meanwhile; the answer is its exit code as shells tell it."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _sweep(user: int | None) -> None:
    """End all that is left: everything below us, and everything of the user. What is stopped starts no other."""
    stopped: set[int] = set()
    while more := _left(user) - stopped:
        _signal(more, signal.SIGSTOP)
        stopped |= more
    _signal(stopped, signal.SIGKILL)
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return


def _left(user: int | None) -> set[int]:
    parents: dict[int, int] = {}
    owners: dict[int, set[str]] = {}
    for process in Path("/proc").iterdir():
        try:
            name = int(process.name)
            lines = (process / "status").read_text("utf-8", "replace").splitlines()
        except (OSError, ValueError):
            continue
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        if not fields["State"].strip().startswith(("Z", "X")):
            parents[name] = int(fields["PPid"])
            owners[name] = set(fields["Uid"].split())
    below: set[int] = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return (below | {pid for pid, seen in owners.items() if str(user) in seen}) - {os.getpid()}


def _signal(pids: set[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _on_term(_number: int, _frame: Any) -> NoReturn:
    raise _Told


def _load(program: bytes) -> None:
    steps = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(steps))
    _check(_libc.prctl(_SECCOMP, 2, ctypes.c_char_p(head), 0, 0))


def _prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def _mount(source: str, place: str, kind: str | None, flags: int, *, data: str | None = None) -> None:
    texts = [text.encode() if text else None for text in (source, place, kind)]
    _check(_libc.mount(*texts, ctypes.c_ulong(flags), data.encode() if data else None), place)


def _pivot_root() -> int:
    """The number of a call for which the C library has no name."""
    return {"x86_64": 155, "aarch64": 41}[os.uname().machine]


def _check(answer: int, about: str = "") -> None:
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), about or None)


if __name__ == "__main__":
    main()
