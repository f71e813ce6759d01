"""What another policy would make of labelled examples, before it holds."""

import json
from pathlib import Path

import pytest

from palaver.care.service import BOOKS
from palaver.core.errors import Invalid
from palaver.entry.cli.replayed import Other, replayed
from palaver.entry.settings import Settings

NOTHING = Other(None, None, None)
EXAMPLES = (
    {"text": "Nimechoka na maisha", "label": "medium", "id": "a1"},
    {"text": "I will kill myself", "label": "high", "of": "somebody"},
    {"text": "Good morning", "label": "none"},
    {"text": "Nitajiua leo"},
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    file = tmp_path / "examples.jsonl"
    file.write_text("\n\n".join(json.dumps(one) for one in EXAMPLES), "utf-8")
    return file


def test_a_policy_is_replayed_and_what_would_change_is_named_by_line(
    settings: Settings, examples: Path, tmp_path: Path
) -> None:
    assert replayed(settings, examples, NOTHING).changes == []
    policy = tmp_path / "policy.json"
    policy.write_text('{"raised": {"weary": "medium"}}')
    found = replayed(settings, examples, Other(policy, None, None))
    assert [(one.example.line, one.now, one.then, one.rules, one.lowered) for one in found.changes] == [
        (1, "low", "medium", ("weary",), False)
    ]
    assert (found.fits_now.found, found.fits_then.found, found.fits_then.asked, found.fits_then.labelled) == (
        1,
        2,
        2,
        3,
    )
    assert (found.now["low"], found.then["low"], sum(found.then.values())) == (1, 0, 4)
    assert not settings.database_path.exists()


def test_changed_rules_are_replayed_and_what_is_no_policy_rule_or_example_is_named(
    settings: Settings, examples: Path, tmp_path: Path
) -> None:
    changed = (BOOKS / "rules.toml").read_text("utf-8").replace('level = "critical"', 'level = "low"')
    rules = tmp_path / "rules.toml"
    rules.write_text(changed, "utf-8")
    lowered = [
        one.example.line for one in replayed(settings, examples, Other(None, rules, None)).changes if one.lowered
    ]
    assert lowered == [7]  # no rule but the readers hear it then, and `critical` is left to rules
    wrong = tmp_path / "wrong"
    for text, other in (
        ('{"raised": {"intent": "low"}}', Other(wrong, None, None)),
        ('{"more": 1}', Other(wrong, None, None)),
        ("[intent]\nlevel = 'high'", Other(None, wrong, None)),
        ("= 1", Other(None, None, wrong)),
    ):
        wrong.write_text(text)
        with pytest.raises(Invalid):
            replayed(settings, examples, other)
    wrong.write_text('{"text": "x", "label": "very"}')
    with pytest.raises(Invalid, match="Line 1 "):
        replayed(settings, wrong, NOTHING)
