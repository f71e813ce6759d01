"""Documentation that can be wrong is checked: links lead somewhere, settings and variables exist."""

import re
from pathlib import Path

import pytest

from palaver.entry.layers import ANY_NAME, settings_of
from palaver.entry.settings import Settings, load_settings
from palaver.inference.wellknown import WELL_KNOWN
from tests.architecture.source import ROOT, SOURCE

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((SOURCE / "guides").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
TOML = re.compile(r"^```toml\n(.*?)^```", re.DOTALL | re.MULTILINE)
VARIABLE = re.compile(r"\bPALAVER_[A-Z_]+\b")
KEY_VARIABLE = re.compile(r"\b([A-Z]+_API_KEY)=")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_settings_file_that_is_shown_can_be_used(page: Path, tmp_path: Path) -> None:
    for example in TOML.findall(page.read_text("utf-8")):
        (tmp_path / "palaver.toml").write_text(example, "utf-8")
        load_settings({"PALAVER_HOME": str(tmp_path)})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_variable_that_is_named_exists(page: Path) -> None:
    known = {setting.variable.replace(f"__{ANY_NAME}__", "__NAME__") for setting in settings_of(Settings)}
    named = set(VARIABLE.findall(page.read_text("utf-8"))) - {"PALAVER_"}
    assert named <= known


def test_every_well_known_provider_is_documented_with_its_variable() -> None:
    page = (SOURCE / "guides" / "connecting-models.md").read_text("utf-8")
    assert [name for name, known in WELL_KNOWN.items() if f"| `{name}` | `{known.key}` |" not in page] == []
    assert set(KEY_VARIABLE.findall(page)) <= {known.key for known in WELL_KNOWN.values()}


def test_every_decision_has_a_number_of_its_own_and_says_it() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert len(numbers) == len(set(numbers)), [page.name for page in pages if numbers.count(int(page.name[:4])) > 1]
    for page, number in zip(pages, numbers, strict=True):
        assert page.read_text("utf-8").startswith(f"# {number}. "), page.name
