"""A simple model of sessions that go back in time: copies of everything, by hand; it knows no server."""

import copy
from dataclasses import dataclass, field

# path → (content, mode); a folder has no content. The workspace itself is not in it.
Files = dict[str, tuple[bytes | None, int]]

FILE, FOLDER = 0o644, 0o755


@dataclass
class Said:
    """A message: above which one it stands, whose it is, and of questions the files as they were before."""

    above: str | None
    role: str
    before: Files | None = None


@dataclass
class Point:
    """A checkpoint that was set: where the head stood, and the files."""

    head: str | None
    files: Files


@dataclass
class Copy:
    """One session: its files, its messages by id, where it stands, and the checkpoints that were set."""

    files: Files = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    head: str | None = None
    points: dict[str, Point] = field(default_factory=dict)

    def way(self, to: str | None) -> list[str]:
        """The messages on the way to one, oldest first."""
        return [] if to is None else [*self.way(self.said[to].above), to]

    def turn(self, question: str, answer: str, above: str | None, before: Files) -> None:
        """Somebody asked, and was answered; the files may have been changed meanwhile."""
        self.said[question] = Said(above, "user", before)
        self.said[answer] = Said(question, "assistant")
        self.head = answer

    def drop(self, one: str) -> None:
        """A message is gone, with all that follows it."""
        gone = {other for other in self.said if one in self.way(other)}
        if self.head in gone:
            self.head = self.said[one].above
        for other in gone:
            del self.said[other]

    def checkpoints(self) -> list[str]:
        """The ids of all checkpoints: of questions, and those that were set."""
        return [implied(one) for one, said in self.said.items() if said.role == "user"] + list(self.points)

    def target(self, checkpoint: str) -> Point | None:
        """Where a checkpoint leads; None where the message at which it stands is gone."""
        point = self.points.get(checkpoint)
        if point is None:
            asked = self.said["msg" + checkpoint[3:]]
            return Point(asked.above, asked.before or {})
        return point if point.head is None or point.head in self.said else None

    def files_at(self, one: str | None) -> Files:
        """The files with which a fork begins that goes on from a message on the way to the head."""
        if one == self.head:
            return copy.copy(self.files)
        way = self.way(self.head)
        after = way[way.index(one) :] if one is not None else []
        following = next((said for other in after if (said := self.said[other]).role == "user"), None)
        return copy.copy(self.files if following is None else following.before or {})

    def write(self, path: str, content: bytes) -> None:
        """A file is as it was said, its mode as it was."""
        above(self.files, path)
        self.files[path] = (content, self.files.get(path, (None, FILE))[1])


def implied(question: str) -> str:
    """The checkpoint before a question."""
    return "chk" + question[3:]


def below(files: Files, path: str) -> list[str]:
    """A path and everything in it."""
    return [one for one in files if one == path or one.startswith(f"{path}/")]


def above(files: Files, path: str) -> None:
    """The folders on the way to a path are there."""
    names = path.split("/")[:-1]
    for count in range(1, len(names) + 1):
        files.setdefault("/".join(names[:count]), (None, FOLDER))


def in_the_way(files: Files, path: str) -> bool:
    """Whether a file stands where a folder is needed, or a folder where the file shall be."""
    names = path.split("/")
    on_the_way = ("/".join(names[:count]) for count in range(1, len(names)))
    is_folder = path in files and files[path][0] is None
    return is_folder or any(one in files and files[one][0] is not None for one in on_the_way)


def differences(old: Files, new: Files) -> tuple[set[str], set[str], set[str]]:
    """What is created, changed and deleted from one to the other; what changes its kind is both of two."""
    kind = {path for path in old.keys() & new.keys() if (old[path][0] is None) != (new[path][0] is None)}
    changed = {path for path in old.keys() & new.keys() if old[path] != new[path]} - kind
    return (new.keys() - old.keys()) | kind, changed, (old.keys() - new.keys()) | kind
