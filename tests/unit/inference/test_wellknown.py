"""Which providers there are, from what was written and which keys are there."""

import pytest

from palaver.inference.settings import ProviderSettings
from palaver.inference.wellknown import WELL_KNOWN, configured, key_variables


def test_a_key_in_the_environment_is_enough_for_a_well_known_server() -> None:
    made = configured({}, {"OPENAI_API_KEY": "sk-1", "GROQ_API_KEY": ""})
    assert list(made) == ["openai"]
    assert made["openai"].base_url == "https://api.openai.com/v1"
    assert made["openai"].api_key is not None
    assert made["openai"].api_key.get_secret_value() == "sk-1"


def test_what_was_written_goes_before_what_is_known() -> None:
    written = ProviderSettings(base_url="http://127.0.0.1:1/v1", api_key_env="MY_KEY", models=("a",))
    made = configured({"openai": written}, {"OPENAI_API_KEY": "sk-1", "MY_KEY": "sk-2"})["openai"]
    assert made.base_url == "http://127.0.0.1:1/v1"
    assert made.models == ("a",)
    assert made.api_key is not None
    assert made.api_key.get_secret_value() == "sk-2"


def test_every_variable_that_may_hold_a_key_is_asked_for() -> None:
    written = {"mine": ProviderSettings(base_url="http://x", api_key_env="MY_KEY")}
    assert key_variables(written) == {"MY_KEY"} | {row.key for row in WELL_KNOWN.values()}


def test_a_server_whose_address_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="mine needs a base_url"):
        configured({"mine": ProviderSettings()}, {})
    assert "mine" in configured({"mine": ProviderSettings(enabled=False)}, {})
    assert "mine" in configured({"mine": ProviderSettings(kind="builtin")}, {})


@pytest.mark.parametrize("url", ["ftp://x", "//x", "x", "http://", "https://key@host/v1", "http://a b"])
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        ProviderSettings(base_url=url)
