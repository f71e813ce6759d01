"""Settings are read from two places, and a bad one is told in a clear line."""

from pathlib import Path

import pytest

from palaver.entry.reference import as_markdown, as_text
from palaver.entry.settings import Loaded, SettingsRefused, load_settings


def load(home: Path, file: str | None = None, **environment: str) -> Loaded:
    if file is not None:
        (home / "palaver.toml").write_text(file, "utf-8")
    return load_settings({"PALAVER_HOME": str(home), **environment})


def refused(home: Path, file: str | None = None, **environment: str) -> tuple[str, ...]:
    with pytest.raises(SettingsRefused) as refusal:
        load(home, file, **environment)
    return refusal.value.problems


def test_with_nothing_said_the_defaults_are_in_force(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert (loaded.settings.host, loaded.settings.port) == ("127.0.0.1", 8321)
    assert loaded.settings.database_path == tmp_path / "palaver.db"
    assert loaded.source(("port",)) == "default"
    assert loaded.source(("home",)) == "environment"


def test_the_environment_wins_over_the_file_and_both_are_named_as_sources(tmp_path: Path) -> None:
    loaded = load(tmp_path, 'port = 1000\nhost = "0.0.0.0"\n', PALAVER_PORT="2000")
    assert (loaded.settings.host, loaded.settings.port) == ("0.0.0.0", 2000)
    assert (loaded.source(("port",)), loaded.source(("host",))) == ("environment", "file")


def test_another_file_can_be_named_and_must_then_be_there(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("port = 7\n", "utf-8")
    assert load(tmp_path, PALAVER_CONFIG=str(tmp_path / "other.toml")).settings.port == 7
    assert "cannot be read" in refused(tmp_path, PALAVER_CONFIG=str(tmp_path / "none.toml"))[0]


def test_the_file_cannot_say_where_it_is_itself(tmp_path: Path) -> None:
    assert refused(tmp_path, 'home = "/x"\n') == (f"{tmp_path}/palaver.toml: home can be set by PALAVER_HOME only.",)


def test_a_file_that_is_not_toml_is_told_with_its_place(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, "port = \n")
    assert "is not TOML" in problem
    assert "line 1" in problem


def test_all_that_is_wrong_is_told_at_once_a_line_each(tmp_path: Path) -> None:
    problems = refused(tmp_path, "prot = 1\n[runs]\nlease = 'soon'\n", PALAVER_PORT="99999", PALAVER_LGO="json")
    assert len(problems) == 4
    assert all("\n" not in problem for problem in problems)
    assert any("Did you mean PALAVER_LOG?" in problem for problem in problems)
    assert any(problem.startswith("PALAVER_PORT: ") for problem in problems)
    assert any("prot is not a setting. Did you mean port?" in problem for problem in problems)
    assert any("runs.lease" in problem and "'soon'" in problem for problem in problems)


def test_a_wrong_value_in_the_file_is_told_with_file_and_name(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, "[inference]\ntries = 99\n")
    assert problem.startswith(f"{tmp_path}/palaver.toml: inference.tries: ")


@pytest.mark.parametrize(
    ("variable", "value"), [("PALAVER_DATABASE_URL", "postgresql://db/x"), ("PALAVER_BUS_URL", "redis://cache")]
)
def test_an_engine_that_this_version_does_not_speak_is_refused(tmp_path: Path, variable: str, value: str) -> None:
    (problem,) = refused(tmp_path, **{variable: value})
    assert problem.startswith(f"{variable}: This version ")


def test_a_database_elsewhere_is_found_by_its_url(tmp_path: Path) -> None:
    assert load(tmp_path, PALAVER_DATABASE_URL="sqlite:////data/p.db").settings.database_path == Path("/data/p.db")


def test_a_well_known_provider_needs_only_its_key_in_the_environment(tmp_path: Path) -> None:
    loaded = load(tmp_path, OPENAI_API_KEY="sk-of-mine")
    key = loaded.providers["openai"].api_key
    assert key is not None
    assert key.get_secret_value() == "sk-of-mine"
    assert load(tmp_path).providers == {}


def test_a_provider_of_ones_own_finds_its_key_in_the_variable_it_names(tmp_path: Path) -> None:
    file = '[providers.gateway]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "GATEWAY_KEY"\n'
    key = load(tmp_path, file, GATEWAY_KEY="gw-secret").providers["gateway"].api_key
    assert key is not None
    assert key.get_secret_value() == "gw-secret"


def test_the_list_of_settings_names_value_source_and_sentence_and_hides_secrets(tmp_path: Path) -> None:
    file = '[providers.gateway]\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "gw-secret"\n'
    file += 'headers = { x-team = "hush-hush" }\n'
    text = as_text(load(tmp_path, file, PALAVER_KEY="plv_secret_secret", PALAVER_PORT="2000"))
    assert "port = 2000  (environment)\n    The port that is listened on; 0 takes a free one." in text
    assert "runs.lease = 15s  (default)" in text
    assert "providers.gateway.api_key = [hidden]  (file)" in text
    for secret in ("gw-secret", "hush-hush", "plv_secret_secret"):
        assert secret not in text


def test_every_setting_says_in_a_sentence_what_it_does() -> None:
    rows = [line for line in as_markdown().splitlines() if line.startswith("| `")]
    assert len(rows) > 50
    assert all(row.split(" | ")[-1].rstrip("| ").endswith(".") for row in rows)
