from datetime import timedelta
from pathlib import Path

from palaver.agents.disk import Disk, Found
from palaver.kit.clock import ManualClock
from tests.unit.agents.conftest import Open

AGENT = """---
name: security-reviewer
description: Use this when code changes. Example: "a pull request"
tools: Read, Grep, mcp__issues__*
model: sonnet
color: red
---

You look for holes.
"""


def write(root: Path, path: str, text: str = "---\ndescription: d\n---\nText.") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


async def look(*folders: Path) -> Found:
    return await Disk(folders, ManualClock()).look()


async def test_files_as_people_have_them_are_read(tmp_path: Path) -> None:
    write(tmp_path, "agents/security.md", AGENT)
    write(tmp_path, "skills/pdf/SKILL.md", "---\nname: pdf\ndescription: PDFs.\nlicense: MIT\n---\nRead it.")
    write(
        tmp_path,
        "commands/git/commit.md",
        "---\nargument-hint: [message]\nallowed-tools: Bash(git add:*), Bash(git commit:*)\n---\n# Commit\nDo $1.",
    )
    found = await look(tmp_path)
    assert found.problems == ()
    (agent,), (skill,), (command,) = found.of("agent"), found.of("skill"), found.of("command")
    assert agent.body == {
        "name": "security-reviewer",
        "description": 'Use this when code changes. Example: "a pull request"',
        "instructions": "You look for holes.",
        "tools": ["Read", "Grep", "mcp__issues__*"],
    }
    assert skill.body == {"name": "pdf", "description": "PDFs."}
    assert command.body == {
        "name": "git:commit",
        "description": "Commit",
        "body": "# Commit\nDo $1.",
        "argument_hint": "[message]",
        "allowed_tools": ["Bash(git add:*)", "Bash(git commit:*)"],
    }


async def test_what_cannot_be_read_is_left_out_and_said(tmp_path: Path) -> None:
    write(tmp_path, "agents/good.md")
    write(tmp_path, "agents/empty.md", "")
    write(tmp_path, "agents/nameless.md", "---\nname: a b\ndescription: d\n---\nText.")
    write(tmp_path, "agents/undescribed.md", "Text.")
    write(tmp_path, "agents/ruled.md", "---\ndescription: d\ntools: Bash(git:*)\n---\nText.")
    write(tmp_path, "agents/large.md", "x" * 300_000)
    (tmp_path / "agents/binary.md").write_bytes(b"\xff\xfe")
    write(tmp_path, "agents/twin.md", "---\nname: good\ndescription: d\n---\nText.")
    write(tmp_path, "agents/notes.txt", "not ours")
    found = await look(tmp_path)
    assert [one.name for one in found.entries] == ["good"]
    assert sorted(Path(one.partition(": ")[0]).name for one in found.problems) == [
        "binary.md", "empty.md", "large.md", "nameless.md", "ruled.md", "twin.md", "undescribed.md",
    ]  # fmt: skip


async def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/agents/a.md")
    write(tmp_path, "outside/skills/s/SKILL.md")
    home = tmp_path / "home"
    (home / "agents").mkdir(parents=True)
    (home / "skills").mkdir()
    (home / "agents/a.md").symlink_to(outside)
    (home / "skills/s").symlink_to(tmp_path / "outside/skills/s")
    (home / "commands").symlink_to(tmp_path / "outside/agents")
    assert (await look(home)).entries == ()


async def test_folders_that_are_not_there_are_empty(tmp_path: Path) -> None:
    write(tmp_path, "agents", "a file")
    assert await look(tmp_path, tmp_path / "nowhere") == Found()


async def test_of_several_folders_the_first_wins_by_name(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write(tmp_path, f"{folder}/agents/a.md", f"---\ndescription: d\n---\nOf {folder}.")
    found = await look(tmp_path / "one", tmp_path / "two")
    assert [one.body["instructions"] for one in found.entries] == ["Of one."]
    assert len(found.problems) == 1


async def test_changes_are_seen_and_an_id_stays(tmp_path: Path) -> None:
    clock = ManualClock()
    disk = Disk([tmp_path], clock)
    assert (await disk.look()).entries == ()
    file = write(tmp_path, "agents/a.md")
    clock.advance(timedelta(seconds=1))
    (first,) = (await disk.look()).entries
    assert await disk.look() is await disk.look()
    file.write_text("---\ndescription: d\n---\nOther text.")
    clock.advance(timedelta(seconds=1))
    (second,) = (await disk.look()).entries
    assert (second.id, second.body["instructions"]) == (first.id, "Other text.")
    file.unlink()
    clock.advance(timedelta(seconds=1))
    assert (await disk.look()).entries == ()


async def test_the_operator_says_which_folders_are_read(open_library: Open, tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/agents/there.md")
    write(tmp_path, "agents/here.md")
    assert await open_library().names("agents") == [("here", "disk")]
    assert await open_library(folders=[tmp_path / "elsewhere"]).names("agents") == [("there", "disk")]
    assert await open_library(folders=[]).names("agents") == []
