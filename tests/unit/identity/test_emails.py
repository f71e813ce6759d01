import pytest

from palaver.core.errors import Invalid
from palaver.identity.emails import normal


def test_one_address_has_one_form() -> None:
    assert normal("  Ada@Example.ORG ") == "ada@example.org"
    assert normal("re\u0301mi@example.org") == normal("R\u00c9MI@example.org")
    assert normal("owner@palaver.local") == "owner@palaver.local"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@localhost",
        "a b@example.org",
        "a@b@example.org",
        "ada@example..org",
        "ada\x00@example.org",
        "a\u200bda@example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 250 + ".org",
    ],
)
def test_what_is_no_address_is_refused_with_the_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        normal(text)
    assert refused.value.errors[0]["loc"] == ["body", "email"]
