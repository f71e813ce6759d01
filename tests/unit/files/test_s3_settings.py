"""What an operator says of a bucket, and what is refused before anything starts."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from palaver.entry import settings as entry_settings
from palaver.entry.settings import SettingsRefused, load_settings
from palaver.files.s3_settings import S3Settings

SAID = {
    "PALAVER_FILES__S3__BUCKET": "palaver",
    "PALAVER_FILES__S3__ACCESS_KEY": "an-access-key",
    "PALAVER_FILES__S3__SECRET_KEY": "a-secret-key",
}


def test_keys_come_from_the_environment_and_are_never_printed() -> None:
    loaded = load_settings(SAID)
    s3 = loaded.settings.files.s3
    assert s3.secret_key is not None
    assert s3.secret_key.get_secret_value() == "a-secret-key"
    printed = f"{loaded.settings!r} {loaded.settings} {loaded.settings.model_dump_json()}"
    assert "a-secret-key" not in printed
    assert "an-access-key" not in printed


def test_a_bucket_without_keys_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs access_key and secret_key"):
        S3Settings(bucket="palaver")


@pytest.mark.parametrize("prefix", ["house", "/house/", "a//", "../"])
def test_a_prefix_is_folders_with_a_slash_at_the_end(prefix: str) -> None:
    if prefix == "../":
        assert S3Settings(prefix=prefix).prefix == prefix  # keys are no paths: dots lead nowhere
        return
    with pytest.raises(ValidationError):
        S3Settings(prefix=prefix)


def test_without_the_extra_a_bucket_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_settings, "find_spec", lambda name: None)
    with pytest.raises(SettingsRefused, match=r"install palaver\[s3\]"):
        load_settings(SAID)
    load_settings({})


def test_what_talks_to_buckets_is_not_imported_without_one() -> None:
    program = "import sys, palaver.entry.server; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
