"""Which readers of words a server has, by what is installed and what its operator says."""

import subprocess
import sys
from pathlib import Path

import pytest

from palaver.care.settings import CareSettings
from palaver.entry import caring, settings
from palaver.entry.caring import readers_of
from palaver.entry.settings import SettingsRefused, load_settings


def test_the_encoder_reads_where_it_is_installed_and_not_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "encoder-" in readers_of(CareSettings(encoder="auto")).version
    assert "encoder-" not in readers_of(CareSettings(encoder="off")).version
    monkeypatch.setattr(caring, "encoder_folder", lambda: None)
    assert "encoder-" not in readers_of(CareSettings(encoder="auto")).version


def test_an_encoder_that_is_wanted_and_not_there_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants = {"PALAVER_HOME": str(tmp_path), "PALAVER_CARE__ENCODER": "on"}
    assert load_settings(wants).settings.care.encoder == "on"
    monkeypatch.setattr(settings, "encoder_folder", lambda: None)
    with pytest.raises(SettingsRefused, match=r"care\.encoder needs the extra `care`"):
        load_settings(wants)


def test_nothing_of_the_encoder_is_imported_before_it_reads() -> None:
    program = (
        "import sys, palaver.entry.server; from palaver.care.settings import CareSettings;"
        " from palaver.entry.caring import readers_of; readers_of(CareSettings()).version;"
        " sys.exit(bool({'onnxruntime', 'tokenizers', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
