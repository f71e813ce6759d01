"""One tree, three sources: what wins, what is refused, and what is said about it."""

from datetime import timedelta
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr

from palaver.entry.layers import from_environment, from_file, holds, overlay, settings_of, span
from palaver.kit.sealed import Sealed


class Item(BaseModel):
    name: str = Field(description="Its name.")


class Provider(BaseModel):
    url: str = Field("", description="Where.")
    key: SecretStr | None = Field(None, description="Key.")
    models: tuple[str, ...] | Literal["discover"] = Field("discover", description="Which.")


class Group(BaseModel):
    wait: Annotated[timedelta, Field(gt=timedelta(0))] = Field(timedelta(seconds=1), description="How long.")
    names: tuple[str, ...] = Field((), description="Names.")
    items: tuple[Item, ...] = Field((), description="Items.")
    table: dict[str, str] = Field({}, description="By name.")


class Tree(BaseModel):
    port: int = Field(1, description="Port.")
    seal: Sealed[str] | None = Field(None, description="Sealed.")
    group: Group = Group()
    providers: dict[str, Provider] = Field({}, description="Providers.")


def test_every_setting_is_found_with_its_name_and_variable() -> None:
    found = {setting.name: setting.variable for setting in settings_of(Tree)}
    assert found["port"] == "PALAVER_PORT"
    assert found["group.wait"] == "PALAVER_GROUP__WAIT"
    assert found["providers.NAME.url"] == "PALAVER_PROVIDERS__NAME__URL"


def test_secrets_are_known_by_their_type() -> None:
    assert {setting.name for setting in settings_of(Tree) if setting.secret} == {"seal", "providers.NAME.key"}


def test_the_environment_fills_the_tree_by_double_underscores() -> None:
    layer = from_environment(
        Tree,
        {
            "PALAVER_PORT": "5",
            "PALAVER_GROUP__WAIT": "15m",
            "PALAVER_GROUP__NAMES": "a, b",
            "PALAVER_GROUP__ITEMS": '[{"name": "x"}]',
            "PALAVER_GROUP__TABLE": '{"a": "b"}',
            "PALAVER_PROVIDERS__GATEWAY__URL": "http://127.0.0.1:1",
            "PALAVER_PROVIDERS__GATEWAY__MODELS": "discover",
            "PATH": "/bin",
        },
    )
    assert layer.problems == ()
    tree = Tree.model_validate(layer.values)
    assert (tree.port, tree.group.wait, tree.group.names) == (5, timedelta(minutes=15), ("a", "b"))
    assert (tree.group.items, tree.group.table) == ((Item(name="x"),), {"a": "b"})
    assert tree.providers == {"gateway": Provider(url="http://127.0.0.1:1", models="discover")}


def test_a_list_is_written_as_json_or_with_commas() -> None:
    for text in ('["a", "b"]', "a,b"):
        layer = from_environment(Tree, {"PALAVER_PROVIDERS__X__MODELS": text})
        assert Tree.model_validate(layer.values).providers["x"].models == ("a", "b")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert from_environment(Tree, {"PALAVER_PORT": ""}).values == {}


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("PALAVER_PROT", "PALAVER_PROT is not a setting. Did you mean PALAVER_PORT?"),
        ("PALAVER_GROUP__WIAT", "PALAVER_GROUP__WIAT is not a setting. Did you mean PALAVER_GROUP__WAIT?"),
        (
            "PALAVER_PROVIDERS__MINE__ULR",
            "PALAVER_PROVIDERS__MINE__ULR is not a setting. Did you mean PALAVER_PROVIDERS__MINE__URL?",
        ),
        ("PALAVER_GROUP", "PALAVER_GROUP is not a setting. Did you mean PALAVER_GROUP__WAIT?"),
        ("PALAVER_PORT__X", "PALAVER_PORT__X is not a setting. Did you mean PALAVER_PORT?"),
        ("PALAVER_QQQQQQQQ", "PALAVER_QQQQQQQQ is not a setting. `palaver config` lists what there is."),
    ],
)
def test_an_unknown_variable_is_refused_with_what_was_probably_meant(variable: str, said: str) -> None:
    layer = from_environment(Tree, {variable: "1"})
    assert layer.values == {}
    assert layer.problems == (said,)


def test_what_is_not_json_is_refused_without_being_repeated() -> None:
    layer = from_environment(Tree, {"PALAVER_GROUP__TABLE": "{sk-secret"})
    assert layer.problems == ("PALAVER_GROUP__TABLE: This takes JSON, and what it has is not JSON.",)


def test_the_file_says_the_same_in_tables() -> None:
    content = {"port": 5, "group": {"wait": "90s", "names": ["a"]}, "providers": {"x": {"url": "u"}}}
    layer = from_file(Tree, content, "palaver.toml")
    assert layer.problems == ()
    tree = Tree.model_validate(layer.values)
    assert (tree.port, tree.group.wait, tree.providers["x"].url) == (5, timedelta(seconds=90), "u")


def test_a_bare_number_is_seconds() -> None:
    assert from_file(Tree, {"group": {"wait": 2.5}}, "f").values == {"group": {"wait": timedelta(seconds=2.5)}}


def test_unknown_names_in_the_file_are_refused_with_the_files_name() -> None:
    layer = from_file(Tree, {"group": {"wiat": "1s"}, "extra": {"deep": 1}}, "palaver.toml")
    assert layer.problems == (
        "palaver.toml: group.wiat is not a setting. Did you mean group.wait?",
        "palaver.toml: extra.deep is not a setting. `palaver config` lists what there is.",
    )


def test_the_upper_layer_wins_and_leaves_its_neighbours() -> None:
    below = {"port": 1, "providers": {"x": {"url": "u", "key": "k"}}, "list": [1, 2]}
    above = {"providers": {"x": {"url": "v"}}, "list": [3]}
    assert overlay(below, above) == {"port": 1, "providers": {"x": {"url": "v", "key": "k"}}, "list": [3]}
    assert below["providers"] == {"x": {"url": "u", "key": "k"}}


def test_where_something_stands_is_told() -> None:
    values = {"a": {"b": None}}
    assert holds(values, ("a", "b"))
    assert not holds(values, ("a", "c"))
    assert not holds(values, ("a", "b", "c"))


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("1.5h", 5400), ("30d", 2592000), ("250ms", 0.25), ("7", 7)]
)
def test_spans_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert span(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "m", "15 minutes", "-3s", "1e3s", "٣s"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        span(text)


@given(st.integers(0, 10**6), st.sampled_from(["ms", "s", "m", "h", "d", "w"]))
def test_a_longer_number_of_one_unit_is_a_longer_span(number: int, unit: str) -> None:
    assert span(f"{number}{unit}") < span(f"{number + 1}{unit}")
