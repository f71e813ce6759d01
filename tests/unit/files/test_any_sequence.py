"""Any sequence of changes, snapshots and restores leaves exactly the bytes that a simple model says."""

import copy
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from palaver.core.errors import PalaverError
from palaver.core.ids import SessionId
from palaver.files.blobs import Blobs
from palaver.files.placing import move
from palaver.files.snapshots import Snapshots
from palaver.files.workspaces import Workspaces

# path → (content, mode); a folder has no content. The root is not in it.
Model = dict[str, tuple[bytes | None, int]]

NAMES = st.sampled_from(["a", "b", "a/a", "a/b", "b/a/c"])
CONTENTS = st.one_of(st.sampled_from([b"", b"same", b"\0\xff"]), st.binary(max_size=40))
MODES = st.sampled_from([0o600, 0o644, 0o755, 0o777])


class Sequences(RuleBasedStateMachine):
    """One workspace beside its model; forks are workspaces of their own."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.blobs = Blobs(self.home)
        self.start()
        self.sessions: list[tuple[SessionId, Model]] = [(SessionId("ses_0"), {})]
        self.snapshots_taken: list[tuple[str | None, Model]] = []

    def teardown(self) -> None:
        shutil.rmtree(self.home)

    def start(self) -> None:
        self.workspaces = Workspaces(self.home)
        self.snapshots = Snapshots(self.blobs, self.workspaces)

    @rule(which=st.integers(0, 2), path=NAMES, content=CONTENTS)
    def write(self, which: int, path: str, content: bytes) -> None:
        session, model = self._session(which)
        try:
            self.workspaces.of(session).write(path, content)
        except PalaverError:
            assert _in_the_way(model, path)
            return
        assert not _in_the_way(model, path)
        self._above(model, path)
        model[path] = (content, model.get(path, (None, 0o644))[1])

    @rule(which=st.integers(0, 2), path=NAMES)
    def remove(self, which: int, path: str) -> None:
        session, model = self._session(which)
        try:
            self.workspaces.of(session).remove(path)
        except PalaverError:
            assert path not in model
            return
        for one in [one for one in model if one == path or one.startswith(f"{path}/")]:
            del model[one]

    @rule(which=st.integers(0, 2), path=NAMES, to=NAMES)
    def rename(self, which: int, path: str, to: str) -> None:
        session, model = self._session(which)
        before = set(model)
        try:
            move(self.workspaces.of(session), path, to, "refuse")
        except PalaverError:
            self._learn_folders(session, model, before)
            return
        if to == path:
            return
        moved = {one: said for one, said in model.items() if one == path or one.startswith(f"{path}/")}
        assert moved
        for one in moved:
            del model[one]
        self._above(model, to)
        model.update({to + one[len(path) :]: said for one, said in moved.items()})

    @rule(which=st.integers(0, 2), path=NAMES, mode=MODES)
    def chmod(self, which: int, path: str, mode: int) -> None:
        session, model = self._session(which)
        if path in model:
            workspace = self.workspaces.of(session)
            workspace.settled()
            (workspace.root / path).chmod(mode)
            model[path] = (model[path][0], mode)

    @rule(which=st.integers(0, 2), path=NAMES)
    def make_folder(self, which: int, path: str) -> None:
        session, model = self._session(which)
        try:
            self.workspaces.of(session).make_folder(path)
        except PalaverError:
            assert _in_the_way(model, f"{path}/x")
            return
        self._above(model, f"{path}/x")

    @rule(which=st.integers(0, 2))
    def take(self, which: int) -> None:
        session, model = self._session(which)
        taken = self.snapshots.take(session)
        assert taken is not None or not model
        if taken is not None:
            assert taken.files == sum(content is not None for content, _ in model.values())
            assert taken.left_out == ()
        self.snapshots_taken.append((taken.root if taken else None, copy.copy(model)))

    @rule(which=st.integers(0, 2), snapshot=st.integers(0, 5))
    def restore(self, which: int, snapshot: int) -> None:
        session, model = self._session(which)
        if self.snapshots_taken:
            root, was = self.snapshots_taken[snapshot % len(self.snapshots_taken)]
            restored = self.snapshots.restore(session, root)
            said = {path.rstrip("/") for path in (*restored.created, *restored.changed)}
            assert said == {path for path, one in was.items() if not _same(model.get(path), one)}
            model.clear()
            model.update(was)

    @rule(snapshot=st.integers(0, 5))
    def fork(self, snapshot: int) -> None:
        if self.snapshots_taken and len(self.sessions) < 3:
            root, was = self.snapshots_taken[snapshot % len(self.snapshots_taken)]
            if root is not None:
                session = SessionId(f"ses_{len(self.sessions)}")
                self.snapshots.seed(session, root)
                self.sessions.append((session, copy.copy(was)))

    @rule()
    def sweep(self) -> None:
        roots = {root for root, _ in self.snapshots_taken if root is not None}
        self.blobs.sweep(self.snapshots.needed(roots), older_than=2.0**40)

    @rule()
    def restart(self) -> None:
        self.start()

    @invariant()
    def every_byte_is_as_the_model_says(self) -> None:
        for session, model in getattr(self, "sessions", []):
            workspace = self.workspaces.of(session)
            workspace.settled()
            assert _found(workspace.root) == model

    def _session(self, which: int) -> tuple[SessionId, Model]:
        return self.sessions[which % len(self.sessions)]

    def _learn_folders(self, session: SessionId, model: Model, before: set[str]) -> None:
        """A move that is refused may have made the folders on its way, and nothing else."""
        found = _found(self.workspaces.of(session).root)
        for path in found.keys() - before:
            assert found[path][0] is None
            model[path] = found[path]

    @staticmethod
    def _above(model: Model, path: str) -> None:
        names = path.split("/")[:-1]
        for count in range(1, len(names) + 1):
            model.setdefault("/".join(names[:count]), (None, 0o755))


def _same(one: tuple[bytes | None, int] | None, other: tuple[bytes | None, int]) -> bool:
    return one == other


def _in_the_way(model: Model, path: str) -> bool:
    """Whether a file stands where a folder is needed, or a folder where the file shall be."""
    names = path.split("/")
    above = ("/".join(names[:count]) for count in range(1, len(names)))
    is_folder = path in model and model[path][0] is None
    return is_folder or any(one in model and model[one][0] is not None for one in above)


def _found(root: Path) -> Model:
    if not root.exists():
        return {}
    return {
        path.relative_to(root).as_posix(): (
            path.read_bytes() if path.is_file() else None,
            path.stat().st_mode & 0o777,
        )
        for path in root.rglob("*")
    }


TestSequences = Sequences.TestCase
TestSequences.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
