import copy
import json
import logging
import pickle

import msgspec
import pytest
from pydantic import BaseModel, ValidationError

from palaver.kit.sealed import Sealed

SECRET = "hunter2 hunter2"


class Settings(BaseModel):
    key: Sealed[str]


def test_a_secret_is_given_out_only_when_it_is_revealed() -> None:
    sealed = Sealed(SECRET)
    shown = f"{sealed} {sealed!r} {sealed!s:>20} {[sealed]} %s" % sealed
    assert "hunter" not in shown
    assert sealed.reveal() == SECRET
    assert not hasattr(sealed, "__dict__")


def test_a_log_line_does_not_hold_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("%s %r", Sealed(SECRET), {"key": Sealed(SECRET)})
    assert "hunter" not in caplog.text


def test_it_is_neither_pickled_nor_encoded() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Sealed(SECRET))
    with pytest.raises(TypeError):
        json.dumps(Sealed(SECRET))
    with pytest.raises(TypeError):
        msgspec.json.encode(Sealed(SECRET))


def test_copies_are_sealed_and_equal_secrets_are_equal() -> None:
    sealed = Sealed(b"bytes as well")
    assert copy.deepcopy([sealed])[0] is copy.copy(sealed) is sealed
    assert sealed == Sealed(b"bytes as well")
    assert sealed != Sealed(b"other bytes")
    assert sealed != b"bytes as well"
    assert len(sealed) == 13
    with pytest.raises(TypeError):
        hash(sealed)


def test_a_field_takes_a_string_and_shows_none() -> None:
    settings = Settings.model_validate_json(json.dumps({"key": SECRET}))
    assert settings.key.reveal() == SECRET
    assert Settings(key=Sealed(SECRET)) == settings
    assert "hunter" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
    assert Settings.model_json_schema()["properties"]["key"]["format"] == "password"


def test_a_field_refuses_what_is_no_string() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"key": 5})


def test_a_field_refuses_half_a_character_without_showing_it() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"key": SECRET + "\ud800"})
    assert all("hunter" not in each["msg"] for each in refused.value.errors())
