"""Whoever asks is told of somebody: the best match first, pairs whole, emergency numbers and directories last."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from palaver.care.resources.choosing import GENERAL, Wish, choose
from palaver.care.resources.reading import shipped
from palaver.care.resources.resource import FALLBACK, KINDS, Resource
from palaver.core.care import CareChannel, Kind
from tests.promises import keeps

COUNTRIES = ("KE", "US")
LANGUAGES = ("sw", "en", "fr")


def service(
    name: str, country: str | None, kind: Kind, languages: tuple[str, ...] = (), paired: tuple[str, ...] = ()
) -> Resource:
    """One that exists nowhere."""
    return Resource(
        id=name,
        country=country,
        name=name,
        kind=kind,
        channels=(CareChannel("web", "https://example.org"),),
        source_url="https://example.org",
        verified_on=date(2026, 11, 21),
        languages=languages,
        paired_with=paired,
    )


WORLD = (service("world-emergency", None, "emergency"), service("world-directory", None, "directory"))


@st.composite
def lists(draw: st.DrawFn) -> list[Resource]:
    """Some services of some countries, a few of them in pairs, and what every list has for the world."""
    shapes = st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(KINDS), st.sets(st.sampled_from(LANGUAGES)))
    found = [
        service(f"s{number}", country, kind, tuple(sorted(languages)))
        for number, (country, kind, languages) in enumerate(draw(st.lists(shapes, max_size=12)))
    ]
    pairs = st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(KINDS), st.sampled_from(KINDS))
    for number, (country, one, other) in enumerate(draw(st.lists(pairs, max_size=4))):
        names = (f"p{number}-a", f"p{number}-b")
        found += [service(names[0], country, one, (), names[1:]), service(names[1], country, other, (), names[:1])]
    return [*found, *WORLD]


wishes = st.builds(
    Wish,
    st.none() | st.sampled_from((*COUNTRIES, "JP")),
    st.none() | st.sampled_from((*LANGUAGES, "ja")),
    st.lists(st.sampled_from(KINDS), unique=True, max_size=3).map(tuple),
)
limits = st.none() | st.integers(1, 10)


@given(lists(), wishes, limits)
@keeps("care:resources:never-empty")
def test_no_answer_is_empty_and_each_ends_with_an_emergency_number_and_a_directory(
    known: list[Resource], wish: Wish, limit: int | None
) -> None:
    chosen = choose(known, wish, limit)
    assert {one.kind for one in chosen} >= set(FALLBACK)
    assert all(one.country in (None, wish.country) for one in chosen)
    assert len({one.id for one in chosen}) == len(chosen)


@given(lists(), wishes, limits)
@keeps("care:resources:pairs")
def test_what_is_paired_is_shown_together_or_not_at_all(known: list[Resource], wish: Wish, limit: int | None) -> None:
    shown = {one.id for one in choose(known, wish, limit)}
    assert all(set(one.paired_with) <= shown for one in known if one.id in shown)


@given(lists(), wishes, limits, st.randoms())
def test_the_order_does_not_depend_on_how_the_services_are_listed(
    known: list[Resource], wish: Wish, limit: int | None, chance: st.randoms
) -> None:
    shuffled = known.copy()
    chance.shuffle(shuffled)
    assert choose(shuffled, wish, limit) == choose(known, wish, limit)


@given(lists(), wishes, st.integers(1, 10))
def test_a_limit_only_leaves_out_and_never_the_best(known: list[Resource], wish: Wish, limit: int) -> None:
    everything = choose(known, wish)
    some = choose(known, wish, limit)
    assert {one.id for one in some} <= {one.id for one in everything}
    assert some[0] == everything[0]


def test_what_was_asked_for_comes_first_then_those_who_speak_the_language_then_what_helps_everybody() -> None:
    known = [
        service("line-fr", "KE", "crisis_line", ("fr",)),
        service("line-sw", "KE", "crisis_line", ("sw",)),
        service("line", "KE", "crisis_line"),
        service("children-en", "KE", "children", ("en",)),
        service("children-sw", "KE", "children", ("sw",)),
        service("violence", "KE", "domestic_violence"),
        service("number", "KE", "emergency"),
        service("other", "US", "children", ("sw",)),
        *WORLD,
    ]
    assert [one.id for one in choose(known, Wish("KE", "sw", ("children",)))] == [
        "children-sw", "children-en", "line-sw", "line", "line-fr", "number", "world-directory",
    ]  # fmt: skip
    assert [one.id for one in choose(known, Wish("KE", "sw"), 2)] == [
        "line-sw", "children-sw", "number", "world-directory",
    ]  # fmt: skip


def test_a_pair_comes_whole_whatever_was_asked_for_and_however_little() -> None:
    known = [
        service("line", "KE", "children", (), ("text",)),
        service("text", "KE", "lgbtq", (), ("line",)),
        service("other", "KE", "children"),
        *WORLD,
    ]
    end = ["world-emergency", "world-directory"]
    assert [one.id for one in choose(known, Wish("KE", None, ("children",)))] == ["line", "text", "other", *end]
    assert [one.id for one in choose(known, Wish("KE", None, ("children",)), 1)] == ["line", "text", *end]
    assert [one.id for one in choose(known, Wish("KE", None, ("lgbtq",)))] == ["text", "line", *end]


def test_whoever_asks_for_an_emergency_number_is_told_it_first() -> None:
    chosen = choose(shipped().values(), Wish("GB", None, ("emergency",)))
    assert chosen[0].id == "gb-emergency-999"
    assert chosen[1].kind in GENERAL


def test_where_nothing_is_known_the_world_is_told() -> None:
    for country in (None, "JP"):
        chosen = choose(shipped().values(), Wish(country))
        assert [one.id for one in chosen] == ["world-emergency", "world-find-a-helpline"]
