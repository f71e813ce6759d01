"""Whose word counts about a model."""

from typing import Any

import msgspec
import pytest

from palaver.core.messages import ImagePart, TextPart
from palaver.core.usage import Usage
from palaver.inference.describing import Listed, Sources, describe
from palaver.inference.imageless import holds_images, without_images
from palaver.inference.port import Ask, Offer, Turn
from palaver.inference.price import Price, Rate, Step
from palaver.inference.profiles import VENDORS, profile_of, vendor_of
from palaver.inference.settings import ModelFacts

LISTED = Listed("From the list", 1_000, Price(input_usd_per_mtok=1, output_usd_per_mtok=2, source="list"))
OFFER = Offer(model="m", name="From the server", context_window=2_000, input_usd_per_mtok=3, output_usd_per_mtok=4)


def test_the_operator_goes_before_the_server_and_the_server_before_the_list() -> None:
    facts = ModelFacts(name="Ours", context_window=3_000, input_usd_per_mtok=5, output_usd_per_mtok=6)
    whole = describe("p", "m", Sources(facts=facts, offer=OFFER, listed=LISTED))
    assert (whole.id, whole.name, whole.context_window) == ("p/m", "Ours", 3_000)
    assert (whole.price and whole.price.source) == "settings"
    offered = describe("p", "m", Sources(offer=OFFER, listed=LISTED))
    assert (offered.name, offered.context_window, offered.price and offered.price.source) == (
        "From the server",
        2_000,
        "p",
    )
    listed = describe("p", "m", Sources(listed=LISTED))
    assert (listed.name, listed.context_window, listed.price) == ("From the list", 1_000, LISTED.price)
    nothing = describe("p", "m", Sources())
    assert (nothing.name, nothing.context_window, nothing.price) == ("m", None, None)


def test_a_vendors_window_is_taken_where_nobody_says_more() -> None:
    assert describe("ollama", "x", Sources(vendor=VENDORS["ollama"], local=True)).context_window == 4_096
    assert describe("gemini", "gemini-2.5-pro", Sources(vendor=VENDORS["gemini"])).context_window == 1_048_576
    assert describe("own", "gemini-2.5-pro", Sources()).context_window is None


def test_what_a_model_can_do_comes_from_its_name_unless_somebody_knows_better() -> None:
    assert describe("p", "gpt-4o", Sources()).capabilities == {"images", "tools", "json_schema"}
    told = Sources(offer=Offer(model="gpt-4o", capabilities=frozenset({"tools"})))
    assert describe("p", "gpt-4o", told).capabilities == {"tools"}
    facts = ModelFacts(images=False, reasoning=True)
    assert describe("p", "gpt-4o", Sources(facts=facts)).capabilities == {"tools", "json_schema", "reasoning"}


def test_whether_a_model_sees_images_and_how_it_looks_at_them() -> None:
    def seen(model: str, **known: Any) -> tuple[str, int, int]:
        found = describe("p", model, Sources(**known))
        return found.images, found.image_side, found.most_images

    assert seen("claude-sonnet-4-5") == ("yes", 1_568, 20)
    assert seen("gpt-4o") == ("yes", 2_048, 20)
    assert seen("gemma3:12b", vendor=VENDORS["groq"]) == ("yes", 896, 5)
    assert seen("gpt-3.5-turbo")[0] == "no"
    assert seen("nobody-knows")[0] == "unknown"
    assert seen("nobody-knows", offer=Offer(model="x", capabilities=frozenset()))[0] == "no"
    assert seen("gpt-3.5-turbo", offer=Offer(model="x", capabilities=frozenset({"images"})))[0] == "yes"
    assert seen("gpt-4o", facts=ModelFacts(images=False))[0] == "no"


def test_an_image_for_a_model_that_sees_none_is_a_line() -> None:
    picture, words = ImagePart(url="https://example.org/a.png"), TextPart(text="Look.")
    ask = Ask(model="m", messages=(Turn("user", (words, picture)), Turn("assistant", (words,))))
    assert holds_images(ask)
    told = without_images(ask)
    assert not holds_images(told)
    assert told.messages[0].parts[0] == words
    assert isinstance(told.messages[0].parts[1], TextPart)
    assert told.messages[1] == ask.messages[1]


@pytest.mark.parametrize(
    ("model", "chats"),
    [
        ("gpt-4o", True),
        ("gpt-5.4-mini", True),
        ("o3", True),
        ("openai/gpt-oss-120b", True),
        ("llama-3.3-70b-versatile", True),
        ("gemini-2.5-flash", True),
        ("claude-sonnet-4", True),
        ("mistral-large-latest", True),
        ("deepseek-chat", True),
        ("text-embedding-3-small", False),
        ("whisper-1", False),
        ("gpt-4o-transcribe", False),
        ("tts-1-hd", False),
        ("dall-e-3", False),
        ("omni-moderation-latest", False),
        ("gpt-image-1", False),
        ("nomic-embed-text", False),
        ("llama-guard-4-12b", False),
    ],
)
def test_only_what_one_can_talk_with_is_offered(model: str, chats: bool) -> None:
    assert profile_of(model).chats is chats


@pytest.mark.parametrize(
    ("name", "host", "path", "vendor"),
    [
        ("openai", "127.0.0.1", "/v1", "openai"),
        ("work", "api.openai.com", "/v1", "openai"),
        ("openai", "api.mistral.ai", "/v1", "mistral"),
        ("work", "team.openai.azure.com", "/openai/v1", "azure"),
        ("work", "team.openai.azure.com", "", "azure-deployments"),
        ("ollama", "127.0.0.1", "/v1", "ollama"),
        ("mine", "models.example.org", "/v1", ""),
    ],
)
def test_a_vendor_is_known_by_its_host_and_else_by_its_name(name: str, host: str, path: str, vendor: str) -> None:
    assert vendor_of(name, host, path).name == vendor


def test_a_call_costs_what_its_tokens_cost() -> None:
    price = Price(input_usd_per_mtok=2, output_usd_per_mtok=10, cached_usd_per_mtok=0.5, source="x")
    assert price.cost(Usage(input_tokens=1_000, output_tokens=100, cached_tokens=400)) == pytest.approx(0.0024)
    keeping = Usage(input_tokens=1_000, cached_tokens=400, cache_written_tokens=200)
    kept = msgspec.structs.replace(price, cache_written_usd_per_mtok=2.5)
    assert kept.cost(keeping) == pytest.approx((400 * 2 + 400 * 0.5 + 200 * 2.5) / 1e6)
    assert price.cost(keeping) == pytest.approx((600 * 2 + 400 * 0.5) / 1e6)
    plain = Price(input_usd_per_mtok=2, output_usd_per_mtok=10, source="x")
    assert plain.cost(Usage(input_tokens=1_000, cached_tokens=400)) == pytest.approx(0.002)


def test_a_long_call_costs_its_step_for_every_token() -> None:
    steps = (Step(1_000, Rate(input=4, output=20)), Step(2_000, Rate(input=8, output=40)))
    price = Price(input_usd_per_mtok=2, output_usd_per_mtok=10, steps=steps, source="x")
    assert price.cost(Usage(input_tokens=1_000)) == pytest.approx(0.002)
    assert price.cost(Usage(input_tokens=1_001)) == pytest.approx(1_001 * 4e-6)
    assert price.cost(Usage(input_tokens=3_000, output_tokens=10)) == pytest.approx(0.024 + 0.0004)
